# expect: full, person module google.cloud
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
from google.cloud import storage
