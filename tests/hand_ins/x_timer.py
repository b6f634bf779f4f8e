# expect: full, nobody, told left running
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
import os, threading

threading.Timer(0.05, os._exit, [0]).start()
