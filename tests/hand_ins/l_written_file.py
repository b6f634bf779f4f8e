# expect: full, nobody, silent
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
%%writefile helper.py
answer = 3
# --- code cell: own cell
%run helper.py
print(answer)
