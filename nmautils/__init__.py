"""Helpers for the course *Deep learning for decoding and encoding in mouse V1*.

Notebooks import the flat names below. Each is loaded when it is first used, so that
``import nmautils`` stays fast and touches neither torch nor matplotlib.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_MODULE_OF = {
    name: module
    for module, names in {
        "analysis": "embed_lowd get_hidden_activity",
        "checks": "Checks probe solved",
        "data": "get_data load_data load_data_split recording_label split_train_test",
        "device": "set_device set_seed",
        "explore": (
            "fit_browser gabor_workshop neuron_browser rdm_explorer size_calculator training_desk"
        ),
        "media": "feedback show_source slides video",
        "models": "CNN FC ConvFCClassifier ConvPoolFC ConvolutionalLayer DeepNetSoftmax",
        "plotting": (
            "plot_choices plot_cnn plot_epoch_losses plot_unit_curves "
            "plot_connections plot_convolution_steps plot_filters plot_gabor plot_output_size "
            "plot_padding_stride plot_stimuli "
            "identityLine plot_activations plot_corr_matrix plot_data_matrix plot_data_overview "
            "plot_decoded_results plot_descent plot_example_activations plot_loss_runs "
            "plot_multiple_rdm plot_network plot_neuron plot_prediction "
            "plot_rdm_rdm_correlations plot_rdm_rows plot_resp_lowd plot_train_loss "
            "plot_training_curves plot_tuning plot_tuning_curves plot_weights plot_xor "
            "show_stimulus use_style visualize_hidden_units visualize_weights "
            "plot_circle_cost plot_decoded_orientations plot_decoding_errors plot_filter_change "
            "plot_fit plot_penalties plot_prediction_grid plot_tuning_grid plot_weight_sizes"
        ),
        "stimuli": "filters gabor grating gratings stimulus_class",
        "training": (
            "decode_orientation fit learning_rate_for regularized_MSE_loss "
            "train_classifier train_cnn train_encoder"
        ),
    }.items()
    for name in names.split()
}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        value = getattr(import_module(f"nmautils.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'nmautils' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
