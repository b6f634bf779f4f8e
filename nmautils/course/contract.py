"""Names that people's notebooks depend on: what each tutorial's exercises are and define.

These never change. A tutorial that is not listed (a fork's own) follows the same rules with
the names its source uses.
"""

EXERCISES: dict[str, dict[str, tuple[str, ...]]] = {
    "tutorial1_decoding": {
        "relu_forward": ("DeepNetReLU",),
        "gd_loop": ("train",),
    },
    "tutorial2_convolution": {
        "conv_layer": ("apply_conv_layer",),
        "conv_weights": ("get_filter_weights",),
    },
    "tutorial3_normative_encoding": {
        "rdm": ("RDM",),
        "correlate_rdms": ("correlate_rdms",),
    },
    "tutorial4_decoding_encoding": {
        "preferred_orientation": ("preferred_orientation",),
        "nll_loss": ("make_classifier",),
        "regularized_loss": ("regularized_loss",),
        "conv_fc": ("ConvFC",),
    },
}

QUESTIONS: dict[str, tuple[str, ...]] = {
    "tutorial1_decoding": (),
    "tutorial2_convolution": ("think_conv_shapes", "think_complex_cell"),
    "tutorial3_normative_encoding": ("think_lowd",),
    "tutorial4_decoding_encoding": ("think_weights", "think_decoding_error", "think_conv_units"),
}
