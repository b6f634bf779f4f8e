"""The interactive parts of the tutorials: sliders beside a figure.

In a live notebook with ipywidgets they react. Elsewhere (a page on GitHub, a feedback page, a
grading run, a machine without ipywidgets) the same figure stands there for the default
settings. The drawing is done by `nmautils.plotting`, the training by `nmautils.training`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
