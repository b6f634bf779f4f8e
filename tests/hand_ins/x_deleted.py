# expect: full, told left running
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
import os


class Bomb:
    def __del__(self):
        os._exit(1)


DeepNet = Bomb()
