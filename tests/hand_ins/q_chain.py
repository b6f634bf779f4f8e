# expect: full, person module cupy
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
import cupy as cp

x = cp.zeros(3)
y = x + 1
# --- code cell: own cell
z = y * 2
import os
