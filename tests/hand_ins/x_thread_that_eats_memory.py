# expect: full
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
import threading, time
def eat():
    time.sleep(0.05)
    kept = [bytearray(1 << 28) for _ in range(60)]
threading.Thread(target=eat).start()
