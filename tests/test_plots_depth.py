"""The picture of depth shows what was measured, and says it."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture.from_scratch import measure_depth
from lecture.plots import alt_text, plot_gradient_flow
from lecture.plots.learning.depth import NAMES


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_the_lines_are_the_measurements(activation, distribution):
    forward = plot_gradient_flow(activation, distribution, depth=12)
    backward = forward.figure.axes[1]
    assert forward.get_yscale() == backward.get_yscale() == "log"
    for ax, quantity in ((forward, "activation_std"), (backward, "gradient_norm")):
        assert len(ax.lines) == len(NAMES)
        for line, name in zip(ax.lines, NAMES):
            values = getattr(measure_depth(activation, name, distribution, depth=12), quantity)
            np.testing.assert_array_equal(line.get_xdata(), np.arange(1, 13))
            np.testing.assert_array_equal(line.get_ydata(), values)
    text = alt_text(forward.figure)
    assert text.count("12 " + activation) == 1 + len(NAMES)
    assert "no weight of a hidden layer gets a gradient" in text and "vanishes" in text


def test_zeros_are_drawn_on_the_floor_and_named():
    ax = plot_gradient_flow("tanh")
    zeros = ax.lines[0]
    assert zeros.get_transform().transform((1, 0))[1] == pytest.approx(ax.transAxes.transform((0, 0))[1])
    assert [text.get_text() for text in ax.texts] == ["exactly 0"]


def test_the_legend_says_what_becomes_of_the_gradient():
    labels = [text.get_text() for text in plot_gradient_flow("tanh").figure.legends[0].get_texts()]
    assert labels == [
        "zeros: no gradient", "small, σ = 0.01: vanishing", "Glorot: stable", "He: stable", "large, σ = 1: exploding",
    ]  # fmt: skip


def test_some_initializers_in_given_axes():
    _, axes = plt.subplots(1, 2)
    assert plot_gradient_flow("relu", initializers=["he", "zeros"], depth=3, axes=axes) is axes[0]
    assert len(axes[1].lines) == 2


def test_zeros_alone_have_a_picture():
    assert len(plot_gradient_flow("tanh", initializers=["zeros"]).lines) == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"activation": "swoosh"}, "activation must be one of .*, got 'swoosh'"),
        ({"distribution": "cauchy"}, "distribution must be one of normal, uniform, got 'cauchy'"),
        ({"initializers": ["xavier"]}, "initializer must be one of zeros, .*, got 'xavier'"),
        ({"depth": 1}, "depth must be a whole number of at least 2, got 1"),
        ({"initializers": []}, "initializers must be one or more of zeros, .*, got none"),
    ],
)
def test_bad_input_gets_one_sentence(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        plot_gradient_flow(**options)
