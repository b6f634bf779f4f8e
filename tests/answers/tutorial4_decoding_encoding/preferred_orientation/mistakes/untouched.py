# about: the cell as it was handed out
# points: 0
# names: not solved yet

raise NotImplementedError(
    "Exercise: complete preferred_orientation"
)  # delete this line, then replace every ...


def preferred_orientation(resp, sigma=5):
    smooth = ...
    preferred = ...
    return preferred
