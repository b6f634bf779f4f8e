# expect: full, nobody, told left running
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
import os, subprocess

subprocess.Popen(["sh", "-c", f"sleep 0.05; kill -9 {os.getpid()}"])
