# expect: full, nobody
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
import asyncio, os

asyncio.get_event_loop().call_later(0.02, os._exit, 1)
