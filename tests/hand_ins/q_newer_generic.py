# expect: full, person newer Python
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
def first[T](items: list[T]) -> T:
    return items[0]
