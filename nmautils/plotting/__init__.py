"""Every figure of the course.

A figure helper draws in the axes or the figure it is given, or makes a new one, and returns it.
It does not change its input, reads no globals, and takes tensors as well as arrays. Call
`use_style` once per notebook.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
