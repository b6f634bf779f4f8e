# expect: full, person module google.generativeai
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
import google.generativeai as genai
