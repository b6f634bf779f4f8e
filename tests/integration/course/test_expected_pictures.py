"""Large pictures become small, and stay fit to be looked at."""

import numpy as np
from matplotlib import colormaps

from nmautils.course.expected import MAX_BYTES, MAX_WIDTH, shrink
from tests.support.pictures import gradient, opened, png


def test_a_large_noisy_picture_becomes_small():
    noise = np.random.default_rng(0).integers(0, 256, (120, 1000, 3))
    made = shrink(png(noise))
    assert len(made) < len(png(noise)) / 4
    assert opened(made).width <= MAX_WIDTH


def test_an_ordinary_figure_stays_under_the_limit():
    made = shrink(png(gradient(800, 1200)))
    assert len(made) <= MAX_BYTES
    assert opened(made).size == (MAX_WIDTH, 600)


def test_the_end_of_a_colour_bar_survives_beside_a_noisy_matrix():
    viridis, rng = colormaps["viridis"], np.random.default_rng(0)
    pixels = np.ones((1000, 1300, 3))
    noise = np.kron(rng.normal(0.5, 0.06, size=(180, 180)), np.ones((5, 5)))
    pixels[50:950, 50:950] = viridis(noise)[..., :3]
    pixels[50:950, 1000:1040] = viridis(np.linspace(1, 0, 900))[:, None, :3]
    made = opened(shrink(png(255 * pixels), max_width=433, max_bytes=75_000))
    assert made.mode == "P"
    assert made.width == 433
    end = np.asarray(made.convert("RGB"))[20, 340].astype(int)
    assert abs(end - [253, 231, 37]).sum() < 20
