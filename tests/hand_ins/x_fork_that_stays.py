# expect: full
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
import os, time
if os.fork() == 0:
    time.sleep(30)
    os._exit(0)
