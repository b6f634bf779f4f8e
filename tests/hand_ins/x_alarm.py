# expect: full, nobody, told left running
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
import signal

signal.setitimer(signal.ITIMER_REAL, 0.03)
