# expect: full, nobody, silent
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
import atexit, os

atexit.register(os._exit, 3)
