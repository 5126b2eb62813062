"""No word of a figure is cut off by its edge, as an explorer would show it, and none lies on another."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture import plots
from lecture.from_scratch import FAULTS, dense_net, fault_trial, record_training, xor
from lecture.plots import STYLES
from lecture.plots.legible import cut_off, on_each_other

rng = np.random.default_rng(0)
KINDS = ("trainings", "random walks", "straight lines")
NORMS = {
    "function": ("norm", "sum of norms"),
    "images": ("norm on 4,000 images", "norm on 1,000 images", "norm on 100 images", "sum of norms on 1,000 images"),
    "plateaus": ("norm", "sum of norms"),
}
CLOTHES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


def _updates(iteration):
    net = dense_net([2, 3, 1], loss="squared_error", seed=5)
    return plots.plot_weight_updates(record_training(net, *xor(), steps=30), iteration)


def _faulty(fault):
    X, Y = rng.normal(size=(60, 12)), np.eye(3)[rng.integers(3, size=60)]
    trials = [fault_trial(X, Y, fault=kind, hidden=(6, 5), epochs=4) for kind in (fault, None)]
    return plots.plot_fault_trial(*trials)


def _course(names):
    fall = np.exp(-np.linspace(0, 3, 100))[:, None] * rng.lognormal(size=6)
    return SimpleNamespace(unit="epoch", steps=30 * np.arange(100), loss=fall, norms=dict.fromkeys(names, fall))


def _replay():
    paths = [rng.normal(size=(8, 5, 2)).cumsum(axis=1) for _ in KINDS]
    return {k: SimpleNamespace(points=p, explained=np.array([0.145, 0.143])) for k, p in zip(KINDS, paths)}


def _crowd():
    """Outputs of two units for ten classes, six of which lie about the origin."""
    middles = np.array([(0, 1), (0, 0), (0, 0.2), (0, 3), (0, 0), (6, 10), (0, 0.3), (17, 16), (0, 21), (14, 3)])
    return np.abs(np.repeat(middles, 50, axis=0) + rng.normal(scale=0.4, size=(500, 2)))


DRAWINGS = {
    "initial weights": lambda: _updates(0),
    "weight updates": lambda: _updates(20),
    "a fault": lambda: _faulty(next(iter(FAULTS))),
    "no fault": lambda: _faulty(None),
    "gradient norms": lambda: plots.plot_gradient_norms({k: _course(names) for k, names in NORMS.items()})[0, 0],
    "replay": lambda: plots.plot_replay(_replay(), 4)[0],
    "representation": lambda: plots.plot_representation(_crowd(), np.repeat(np.arange(10), 50), CLOTHES),
    "histograms": lambda: plots.plot_weight_histograms({n: [-0.53, 0.001, 0.53] for n in "abc"})[0],
}


@pytest.mark.parametrize("style", ["book", "slides"])
@pytest.mark.parametrize("drawing", DRAWINGS)
def test_no_word_is_cut_off_and_none_lies_on_another(drawing, style):
    with plt.rc_context(STYLES[style]):
        figure = DRAWINGS[drawing]().figure
        figure.canvas.draw()
        assert cut_off(figure) == [] and on_each_other(figure) == []


def test_words_beyond_the_edge_and_on_each_other_are_found():
    figure, (ax, off) = plt.subplots(1, 2)
    figure.text(0.99, 0.5, "over the edge")
    figure.text(-1, 0.5, "hidden", visible=False)
    ax.text(0.3, 0.5, "one word")
    ax.text(0.4, 0.5, "another")
    ax.set_xlim(0.1, 0.9)  # leaves a tick at 0 and at 1 that is not drawn
    off.set_axis_off()
    figure.canvas.draw()
    assert cut_off(figure) == ["over the edge"] and on_each_other(figure) == [("one word", "another")]


def test_names_that_would_meet_are_moved_apart_each_with_a_line_to_its_points():
    ax = plots.plot_representation([[1, 0], [1, 0], [9, 9]], [0, 1, 2], ["shirt", "coat", "bag"])
    ax.figure.canvas.draw()
    boxes = {text.get_text(): text.get_window_extent() for text in ax.texts}
    assert not boxes["coat"].overlaps(boxes["shirt"])
    ends = [line.get_xydata() for line in ax.lines]
    np.testing.assert_allclose([line[0] for line in ends], [[1, 0], [1, 0], [9, 9]], atol=1e-9)
    for (_, end), box in zip(ends, boxes.values()):
        x, y = ax.transData.transform(end)
        assert box.padded(10).contains(x, y)
