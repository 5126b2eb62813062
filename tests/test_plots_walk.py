"""Drawings of a walk: the artists hold the numbers of its planes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from walks import X, Y, walked

from lecture.explore import explore_walk
from lecture.plots import COLORS, plot_function, plot_plane, plot_threads


def test_a_plane_has_its_contours_and_the_training():
    plane = walked().planes["random directions"]
    ax = plot_plane(walked(), "random directions")
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), plane.paths["training"])
    np.testing.assert_array_equal(ax.lines[1].get_xydata(), plane.paths["training"][-1:])
    levels = ax.collections[0].levels
    assert levels[0] == plane.loss.min() and levels[-1] >= plane.loss.max()
    assert ax.get_xlim() == tuple(plane.a[[0, -1]]) and ax.get_ylim() == tuple(plane.b[[0, -1]])
    assert ax.get_label() == (
        f"The loss over a plane through 13 dimensions, with a training of 7 points on it: {plane.describe()}."
    )


def test_the_function_of_a_step_beside_the_examples():
    ax = plot_function(walked(), 3)
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), np.column_stack([X, Y]))
    x, outputs = ax.lines[1].get_data()
    np.testing.assert_array_equal(outputs, walked().predict(walked().weights["training"][3], x))
    assert f"after 150 steps, of loss {walked().loss['training'][3]:.3g}" in ax.get_label()
    assert len(plot_function(walked()).lines) == 1
    with pytest.raises(ValueError, match="step must be a whole number from 0 to 6, got 7"):
        plot_function(walked(), 7)


def test_a_thread_joins_each_loss_with_that_on_the_plane():
    ax = plot_threads(walked(), "training")
    plane = walked().planes["training"]
    for threads, name, color in zip(ax.collections, ("training", "random walk"), (COLORS[1], COLORS[3])):
        ends = np.array(threads.get_segments())  # (T, 2 ends, 2)
        np.testing.assert_array_equal(ends[:, 0], np.column_stack([walked().steps, walked().loss[name]]))
        np.testing.assert_array_equal(ends[:, 1], np.column_stack([walked().steps, plane.projected[name]]))
        assert to_hex(threads.get_color()[0]) == color.lower()
    off = np.exp(np.abs(np.log(plane.projected["training"] / walked().loss["training"])).max())
    assert f"where the plane shows it up to {off:.2g} times off" in ax.get_label()
    with pytest.raises(ValueError, match="plane must be one of training, random walk, random directions, got 'pca'"):
        plot_threads(walked(), "pca")


def test_the_explorer_leaves_no_figure_open_for_a_notebook_to_show():
    before = plt.get_fignums()
    explore_walk(walked(), steps=10)
    assert plt.get_fignums() == before
