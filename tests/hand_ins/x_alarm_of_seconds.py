# expect: full, full, nobody, silent
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
import signal

signal.alarm(60)
