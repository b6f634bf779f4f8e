# expect: full, nobody
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
get_ipython().kernel.do_shutdown(True)
