"""Every figure of the course.

Helpers take the axes or the figure to draw in (or make a new one), return it, read no globals,
leave their input alone, and accept tensors as well as arrays. Call `use_style` once per notebook.
"""

from nmautils.plotting._common import use_style
from nmautils.plotting.convolution import (
    plot_connections,
    plot_convolution_steps,
    plot_filters,
    plot_gabor,
    plot_output_size,
    plot_padding_stride,
    plot_stimuli,
)
from nmautils.plotting.encoding import (
    plot_circle_cost,
    plot_decoded_orientations,
    plot_decoding_errors,
    plot_filter_change,
    plot_fit,
    plot_penalties,
    plot_prediction_grid,
    plot_tuning_grid,
    plot_weight_sizes,
)
from nmautils.plotting.images import plot_example_activations, plot_weights, show_stimulus
from nmautils.plotting.learning import (
    identityLine,
    plot_decoded_results,
    plot_descent,
    plot_loss_runs,
    plot_train_loss,
    plot_training_curves,
)
from nmautils.plotting.networks import (
    plot_activations,
    plot_network,
    plot_xor,
    visualize_hidden_units,
    visualize_weights,
)
from nmautils.plotting.normative import (
    plot_choices,
    plot_cnn,
    plot_epoch_losses,
    plot_rdm_row,
    plot_unit_curves,
)
from nmautils.plotting.responses import (
    plot_data_matrix,
    plot_data_overview,
    plot_neuron,
    plot_prediction,
    plot_tuning,
    plot_tuning_curves,
)
from nmautils.plotting.similarity import (
    plot_corr_matrix,
    plot_multiple_rdm,
    plot_rdm_rdm_correlations,
    plot_rdm_rows,
    plot_resp_lowd,
)

__all__ = [
    "identityLine",
    "plot_activations",
    "plot_choices",
    "plot_circle_cost",
    "plot_cnn",
    "plot_connections",
    "plot_convolution_steps",
    "plot_corr_matrix",
    "plot_data_matrix",
    "plot_data_overview",
    "plot_decoded_orientations",
    "plot_decoded_results",
    "plot_decoding_errors",
    "plot_descent",
    "plot_epoch_losses",
    "plot_example_activations",
    "plot_filter_change",
    "plot_filters",
    "plot_fit",
    "plot_gabor",
    "plot_loss_runs",
    "plot_multiple_rdm",
    "plot_network",
    "plot_neuron",
    "plot_output_size",
    "plot_padding_stride",
    "plot_penalties",
    "plot_prediction",
    "plot_prediction_grid",
    "plot_rdm_rdm_correlations",
    "plot_rdm_row",
    "plot_rdm_rows",
    "plot_resp_lowd",
    "plot_stimuli",
    "plot_train_loss",
    "plot_training_curves",
    "plot_tuning",
    "plot_tuning_curves",
    "plot_tuning_grid",
    "plot_unit_curves",
    "plot_weight_sizes",
    "plot_weights",
    "plot_xor",
    "show_stimulus",
    "use_style",
    "visualize_hidden_units",
    "visualize_weights",
]
