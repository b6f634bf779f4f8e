# expect: preferred_orientation 0, nll_loss 0, regularized_loss 0, conv_fc 6, told ended
# tutorial: tutorial4_decoding_encoding; everything else solved
# --- code cell: own cell
mine_0 = 0
# --- code cell: own cell
mine_1 = 1
# --- code cell: own cell
mine_2 = 2
# --- code cell: own cell
mine_3 = 3
# --- code cell: preferred_orientation
import os
os._exit(1)
# --- code cell: nll_loss
import os
os._exit(1)
# --- code cell: regularized_loss
import os
os._exit(1)
