# expect: gd_loop 0, relu_forward 4, told ended
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: gd_loop
import os


def train(*_, **__):
    os._exit(0)
