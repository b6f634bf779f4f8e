"""Tutorial 2's explorers: a filter of one's own, and the size of an output."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from nmautils import ConvolutionalLayer, explore, filters, gabor, gratings
from nmautils.explore import convolution

PNG = b"\x89PNG"


def curve(workshop):
    return dict(workshop.figure.axes[1].lines[0].get_xydata())


def picture(workshop, number):
    return np.asarray(workshop.figure.axes[0].images[number].get_array())


# Gabor workshop


def test_workshop_starts_with_the_filter_of_channel_2(live):
    kernel = picture(explore.gabor_workshop(), 0)
    assert kernel == pytest.approx(filters(6, 7, zero_mean=True)[2, 0].numpy(), abs=1e-6)


@pytest.mark.parametrize(("orientation", "silent"), [(0, 0), (45, -45), (90, 90), (135, 45)])
def test_curve_is_zero_at_the_null_angle_of_each_filter(orientation, silent):
    strengths = curve(explore.gabor_workshop(orientation=orientation))
    assert strengths[silent] == pytest.approx(0, abs=1e-5)
    assert max(strengths.values()) > 0.3
    assert strengths[-90] == pytest.approx(strengths[90])


def test_response_is_that_of_the_layer_away_from_the_border():
    workshop = explore.gabor_workshop(orientation=30, phase=40, sigma=1, K=9, angle=20)
    kernel = gabor(30, phase=40, sigma=1, K=9, zero_mean=True)
    layer = ConvolutionalLayer(1, 1, 9, kernel[None, None])
    with torch.no_grad():
        whole = layer(gratings([20], centred=True)[:, None])[0, 0]
    assert picture(workshop, 2) == pytest.approx(whole[4:-4, 4:-4].numpy(), abs=1e-5)


def test_moving_any_control_changes_the_picture(live):
    workshop = explore.gabor_workshop()
    seen = [bytes(workshop.widget.children[-1].value)]
    for name, value in {
        "angle": -60,
        "orientation": 60,
        "wavelength": 6,
        "phase": 30,
        "sigma": 1,
        "K": 11,
        "zero_mean": False,
    }.items():
        workshop.controls[name].value = value
        seen.append(bytes(workshop.widget.children[-1].value))
    assert all(image.startswith(PNG) for image in seen)
    assert len(set(seen)) == len(seen)
    assert picture(workshop, 0).shape == (11, 11)


def test_every_position_of_the_sliders_can_be_drawn(live):
    workshop = explore.gabor_workshop()
    for name, slider in workshop.controls.items():
        if name != "zero_mean":
            for value in (slider.min, slider.max):
                slider.value = value
                assert np.isfinite(picture(workshop, 2)).all()
    workshop.controls["K"].value = 3
    workshop.controls["wavelength"].value = 3
    assert not any(
        slider.continuous_update
        for slider in workshop.controls.values()
        if hasattr(slider, "continuous_update")
    )


# Size calculator


def test_calculator_follows_its_sliders(live):
    calculator = explore.size_calculator()
    calculator.controls["size"].value = 9
    calculator.controls["K"].value = 5
    calculator.controls["padding"].value = 2
    calculator.controls["stride"].value = 2
    assert calculator.figure.axes[1].get_xlabel() == "output 5 × 5"


def test_a_kernel_too_large_for_the_input_is_cut_to_fit(live):
    calculator = explore.size_calculator(size=4, padding=1)
    calculator.controls["K"].value = 9
    assert calculator.controls["K"].value == 6
    assert calculator.figure.axes[1].get_xlabel() == "output 1 × 1"
    calculator.controls["padding"].value = 0
    assert calculator.controls["K"].value == 4
    assert calculator.figure.axes[1].get_xlabel() == "output 1 × 1"


# Where nobody can move a slider


@pytest.mark.parametrize("make", [explore.gabor_workshop, explore.size_calculator])
def test_without_a_notebook_the_figure_alone_is_there(make):
    explorer = make()
    assert explorer.widget is None
    assert explorer.controls == {}
    assert explorer.png().startswith(PNG)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("make", [explore.gabor_workshop, explore.size_calculator])
def test_nothing_lies_outside_the_picture(make):
    with mpl.rc_context():
        from nmautils.plotting import use_style

        use_style()
        explorer = make()
        box, page = explorer.figure.get_tightbbox(), explorer.figure.bbox_inches
        assert box.x1 <= page.x1 + 0.02
        assert box.y1 <= page.y1 + 0.02
        assert min(box.x0, box.y0) >= -0.02


def test_curves_of_filters_met_before_are_not_computed_again(live):
    convolution._tuning.cache_clear()
    workshop = explore.gabor_workshop()
    workshop.controls["angle"].value = -30
    workshop.controls["angle"].value = 20
    assert convolution._tuning.cache_info().misses == 1
