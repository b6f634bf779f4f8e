# expect: full, told ended
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
import os, pathlib
count = pathlib.Path('/tmp/count')
count.write_text(count.read_text() + 'x' if count.exists() else 'x')
os._exit(0)
# --- code cell: own cell
os_gone = 'os' not in globals()
import os
os.abort()
