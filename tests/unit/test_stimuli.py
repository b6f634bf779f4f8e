"""Gratings, filters and stimulus classes: the golden values and what their docstrings promise."""

import numpy as np
import pytest
import torch

from nmautils.stimuli import filters, gabor, grating, gratings, stimulus_class
from tests.support.paths import GOLDEN as GOLDEN_FILE

GOLDEN = np.load(GOLDEN_FILE)
CLOSE = {"rtol": 1e-4, "atol": 1e-6}


def reference_grating(angle, sf, res):
    """The formula pixel by pixel in double precision."""
    a = np.radians(angle)
    rows, columns = np.arange(int(480 * res)), np.arange(int(640 * res))
    phase = sf * columns / res * np.cos(a) + (sf * rows / res * np.sin(a))[:, None]
    return (np.cos(phase) > 0).astype(np.float32)


def test_gratings_of_tutorial_3_are_the_golden_ones():
    images = gratings(GOLDEN["grating_angles"])
    assert images.dtype == torch.float32
    assert np.array_equal(images, GOLDEN["grating_t3_r100"])


def test_centred_gratings_are_the_golden_ones_of_tutorials_2_and_4():
    images = gratings(GOLDEN["grating_angles"], res=0.025, centred=True)
    assert np.array_equal(images, GOLDEN["grating_t24_r025"])
    images = gratings(GOLDEN["orientations60"], res=0.025, centred=True)[:, None]
    assert np.array_equal(images, GOLDEN["grating_stimuli60"])


def test_centred_patches_are_the_golden_ones():
    images = gratings(GOLDEN["grating_angles"], patch=True, centred=True)
    assert np.array_equal(images, GOLDEN["grating_t24_patch"])


def test_patch_lies_on_the_right_with_mid_grey_around_it():
    image = grating(30, patch=True)
    assert set(image.unique().tolist()) == {0.0, 0.5, 1.0}
    assert (image[:, :37] == 0.5).all()  # the disc: centre at column 48, radius 10.7
    assert (image[17:32, 41:56] != 0.5).all()


@pytest.mark.parametrize("options", [{}, {"res": 0.025}, {"patch": True}, {"centred": True}])
def test_a_stack_is_bit_identical_to_one_by_one(options):
    angles = (np.random.default_rng(12).random(1000) - 0.5) * 180
    stack = gratings(angles, **options)
    assert torch.equal(stack, torch.stack([grating(angle, **options) for angle in angles]))


@pytest.mark.parametrize(("sf", "res"), [(1 / 28, 0.1), (1 / 28, 0.025), (1.0, 0.1)])
def test_every_pixel_is_that_of_the_formula_in_double_precision(sf, res):
    angles = np.concatenate([np.arange(-180, 361), np.random.default_rng(3).uniform(0, 360, 500)])
    reference = np.stack([reference_grating(angle, sf, res) for angle in angles])
    assert np.array_equal(gratings(angles, sf, res), reference)


def test_gratings_half_a_turn_apart_are_the_same_picture():
    angles = np.arange(-180, 180, 6)
    for res in (0.1, 0.025):
        assert torch.equal(gratings(angles, res=res), gratings(angles + 180, res=res))


def test_zero_degrees_draws_vertical_stripes_and_ninety_horizontal_ones():
    vertical, horizontal = gratings([0, 90])
    assert torch.equal(vertical, vertical[:1].expand_as(vertical))
    assert torch.equal(horizontal, horizontal[:, :1].expand_as(horizontal))


def test_angles_may_be_a_list_an_array_a_column_or_nothing():
    angles = [0.0, 10.0, 20.0]
    expected = gratings(angles)
    assert expected.shape == (3, 48, 64)
    assert torch.equal(gratings(np.array(angles)), expected)
    assert torch.equal(gratings(torch.tensor(angles)[:, None]), expected)
    assert gratings([]).shape == (0, 48, 64)


def test_gratings_may_be_changed_in_place_without_changing_the_next():
    grating(5).zero_()
    assert grating(5).max() == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"angle": float("nan")}, "angle"),
        ({"angle": 0, "res": 0}, "res is 0"),
        ({"angle": 0, "res": -1}, "res is -1"),
        ({"angle": 0, "sf": float("inf")}, "sf is inf"),
    ],
)
def test_a_grating_that_cannot_be_drawn_is_refused_in_one_line(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        grating(**arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "arguments", "zero_mean"),
    [
        ("filters_t3_C6_K7", (6, 7), False),
        ("filters_t24_C6_K7", (6, 7), True),
        ("filters_t24_C8_K7", (8, 7), True),
        ("filters_t3_C6_K5", (6, 5), False),
    ],
)
def test_filters_are_the_golden_ones(name, arguments, zero_mean):
    bank = filters(*arguments, zero_mean=zero_mean)
    assert bank.dtype == torch.float32
    np.testing.assert_allclose(bank, GOLDEN[name], **CLOSE)


def test_filters_peak_at_one_or_sum_to_zero():
    assert filters().abs().amax((1, 2, 3)).tolist() == pytest.approx([1] * 6)
    assert filters(zero_mean=True).sum((1, 2, 3)).tolist() == pytest.approx([0] * 6, abs=1e-5)
    assert filters()[0].sum().item() == pytest.approx(-5.10, abs=0.01)


@pytest.mark.parametrize("out_channels", [2, 1, 0, -1])
def test_too_few_filters_are_refused(out_channels):
    with pytest.raises(
        ValueError, match=f"out_channels is {out_channels}: give a whole number of at least 3"
    ):
        filters(out_channels)


def test_too_small_filters_are_refused():
    with pytest.raises(ValueError, match="K is 1"):
        filters(K=1)


@pytest.mark.parametrize("n_classes", [8, 20])
def test_classes_are_the_golden_ones_but_360_belongs_to_the_last(n_classes):
    angles, golden = GOLDEN[f"class_in_{n_classes}"], GOLDEN[f"class_out_{n_classes}"]
    inside = (angles >= 0) & (angles < 360)
    assert inside.sum() > 2 * n_classes
    assert np.array_equal(stimulus_class(angles[inside], n_classes), golden[inside])
    # The original gave 360 a class of its own, which no network has.
    assert golden[angles == 360].tolist() == [n_classes]
    assert stimulus_class(angles[angles == 360], n_classes).tolist() == [n_classes - 1]


def test_classes_of_all_degrees_are_the_golden_ones():
    assert np.array_equal(stimulus_class(np.arange(360.0), 20), GOLDEN["class_0_359_20"])


@pytest.mark.parametrize(
    "ori", [torch.tensor([[18.0]]), np.array([[18.0]]), [18.0], np.float64(18), torch.tensor(18)]
)
def test_one_orientation_gives_a_vector_of_one_class(ori):
    classes = stimulus_class(ori, 20)
    assert classes.dtype == torch.int64
    assert classes.shape == (1,)
    assert classes.tolist() == [1]


@pytest.mark.parametrize("n_classes", [0, -3, 2.5, "20"])
def test_a_number_of_classes_below_one_is_refused(n_classes):
    with pytest.raises(ValueError, match=r"n_classes is .*: give a whole number of at least 1"):
        stimulus_class([1.0], n_classes)


@pytest.mark.parametrize("angle", [-1.0, 360.5, float("nan")])
def test_an_angle_outside_the_circle_is_refused(angle):
    with pytest.raises(ValueError, match=f"an orientation is {angle}: give degrees from 0 to 360"):
        stimulus_class([10.0, angle], 20)


# gabor


@pytest.mark.parametrize("zero_mean", [False, True])
def test_gabor_gives_the_same_filters_as_the_bank(zero_mean):
    bank = filters(6, 7, zero_mean=zero_mean)
    for channel, orientation in zip(range(2, 6), (0, 45, 90, 135), strict=True):
        one = gabor(orientation, zero_mean=zero_mean)
        assert torch.allclose(one, bank[channel, 0], atol=1e-6)


def test_gabor_without_its_mean_does_not_answer_to_brightness():
    plain = gabor(30, phase=0, sigma=1, K=9)
    assert abs(plain.sum()) > 0.5
    assert gabor(30, phase=0, sigma=1, K=9, zero_mean=True).sum() == pytest.approx(0, abs=1e-5)
    assert plain.shape == (9, 9)
    assert plain.dtype == torch.float32
    assert plain.abs().max() == 1


def test_gabor_of_a_wave_that_vanishes_at_every_pixel_is_zero():
    assert not gabor(0, wavelength=3, K=3).any()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"K": 1}, "K is 1"), ({"sigma": 0}, "sigma is 0"), ({"wavelength": -1}, "wavelength is -1")],
)
def test_gabor_refuses_sizes_that_make_no_sense(wrong, message):
    with pytest.raises(ValueError, match=message):
        gabor(**wrong)
