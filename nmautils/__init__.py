"""Helpers for the course *Deep learning for decoding and encoding in mouse V1*.

Notebooks import the flat names of ``__init__.pyi``. Each is loaded when it is first used, so
that ``import nmautils`` stays fast and loads neither torch nor matplotlib.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
