# expect: full, nobody
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
Exception = ValueError = None
