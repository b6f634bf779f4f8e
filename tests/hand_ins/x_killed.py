# expect: full, nobody, told ended
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
import os

os.kill(os.getpid(), 9)
