# expect: full, nobody, told reset
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
%reset -f
