"""The interactive parts of the tutorials: sliders beside a figure.

In a live notebook with ipywidgets they react. Elsewhere (a page on GitHub, a feedback page, a
grading run, a machine without ipywidgets) the same figure stands there for the default
settings. The drawing is done by `nmautils.plotting`, the training by `nmautils.training`.
"""

from nmautils.explore._explorer import Explorer
from nmautils.explore.convolution import gabor_workshop, size_calculator
from nmautils.explore.decoding import neuron_browser, training_desk
from nmautils.explore.encoding import fit_browser
from nmautils.explore.normative import rdm_explorer

__all__ = [
    "Explorer",
    "fit_browser",
    "gabor_workshop",
    "neuron_browser",
    "rdm_explorer",
    "size_calculator",
    "training_desk",
]
