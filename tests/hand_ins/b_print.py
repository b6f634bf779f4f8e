# expect: relu_forward 4, nobody
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
print = 3
