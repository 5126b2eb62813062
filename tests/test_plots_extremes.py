"""Numbers at the ends of what a float holds are drawn, without a warning."""

import warnings

import numpy as np
import pytest

from lecture import network
from lecture.plots import (
    plot_feature_maps,
    plot_history,
    plot_images,
    plot_network,
    plot_representation,
    plot_surface,
    plot_variants,
    plot_weight_histograms,
)
from lecture.plots.page import HUGE, TINY, drawable
from lecture.surfaces import Surface

ENDS = [5e-324, 1e-300, 1e38, 1e300, 1e308, 1.79e308]
NET = network.layout([2, 3, 1])


def surface(value):
    return Surface("own", "f", value, lambda x, y: (0 * x, 0 * y), (), (-1, 1, -1, 1), (0, 0))


DRAWINGS = {
    "weights": lambda v: plot_network(NET, weights=[np.full((2, 3), v), np.full((3, 1), -v)], weight_labels=True),
    "one limit": lambda v: plot_network(NET, weights=[np.ones((2, 3)), np.ones((3, 1))], limit=v),
    "activations": lambda v: plot_network(NET, activations=[[v, v], [-v, v, 0], [-v]]),
    "histograms": lambda v: plot_weight_histograms({"a": [v, -v, 0]})[0],
    "representation": lambda v: plot_representation([[v, -v], [0, 1]], [0, 1], ["a", "b"]),
    "variants": lambda v: plot_variants({"a": [v, -v], "b": [0]}, label="score"),
    "history": lambda v: plot_history({"loss": [v, 0.5], "score": [-v, v]}),
    "history with 0": lambda v: plot_history({"loss": [v, 0, 0.5]}),
    "maps": lambda v: plot_feature_maps(np.zeros((4, 4)), {"a": np.full((4, 4, 2), v), "b": np.full((4, 4, 1), -v)})[0],
    "images": lambda v: plot_images(np.array([np.full((4, 4), v), np.full((4, 4), -v)]), ["a", "b"])[0],
    "bowl": lambda v: plot_surface(surface(lambda x, y: v * (x * x + y * y))),
    "plane": lambda v: plot_surface(surface(lambda x, y: v * x + 0 * y)),
    "constant": lambda v: plot_surface(surface(lambda x, y: v + 0 * x + 0 * y)),
    "below 0": lambda v: plot_surface(surface(lambda x, y: -v + 0 * x + 0 * y)),
}


@pytest.mark.parametrize("value", ENDS)
@pytest.mark.parametrize("drawing", DRAWINGS)
def test_numbers_at_the_ends_of_floats_are_drawn(drawing, value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = DRAWINGS[drawing](value)
        ax.figure.canvas.draw()


def test_numbers_of_any_usual_size_are_drawn_as_they_are():
    values = [0.0, -1.5, 1e-200, -1e200, np.inf, -np.inf]
    np.testing.assert_array_equal(drawable(values), values)
    np.testing.assert_array_equal(drawable([np.nan, 1e308, -1e308, 1e-308]), [np.nan, HUGE, -HUGE, 0])
    assert drawable([TINY]) == [TINY]
