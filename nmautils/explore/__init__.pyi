# Every explorer, and the module it is in; read when the package is imported.

from ._explorer import Explorer as Explorer
from .convolution import gabor_workshop as gabor_workshop
from .convolution import size_calculator as size_calculator
from .decoding import neuron_browser as neuron_browser
from .decoding import training_desk as training_desk
from .encoding import fit_browser as fit_browser
from .normative import rdm_explorer as rdm_explorer
