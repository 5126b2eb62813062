"""Captions keep clear of each other at any size of figure: the boxes of what is written, measured after drawing."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture.network import layout
from lecture.plots import alt_text, plot_attention, plot_network
from lecture.plots.networks.captions import LARGEST, SMALLEST, fit_row, needed
from lecture.plots.text import fitting, width


def _written(ax):
    """Boxes of all captions of a network, with those of its colour bars."""
    texts = [text for text in ax.texts if "$" not in text.get_text() and text.get_text() not in ("⋮", "1")]
    for bar in ax.child_axes:
        low, high = bar.get_xlim()
        ticks = [label for tick, label in zip(bar.get_xticks(), bar.get_xticklabels()) if low <= tick <= high]
        texts += [bar.xaxis.label, *ticks]
    return {text: text.get_window_extent() for text in texts if text.get_text()}


def _collisions(boxes, least=1.0):
    """Pairs of which one lies on the other by more than a pixel both ways."""
    pairs = []
    for i, (a, box) in enumerate(boxes.items()):
        for b, other in list(boxes.items())[:i]:
            over = np.minimum(box.max, other.max) - np.maximum(box.min, other.min)
            if (over > least).all():
                pairs.append((a.get_text(), b.get_text()))
    return pairs


NAMES = (None, "relu", "hard_sigmoid", "W" * 10, "my_own_activation_function")


def _some(n):
    """Networks and sizes of figures, any that come."""
    rng = np.random.default_rng(0)
    for _ in range(n):
        sizes = rng.choice([1, 3, 7, 40, 784, 1_234_567], rng.integers(2, 14)).tolist()
        inches = rng.uniform(1, 12), rng.uniform(0.8, 7)
        names = [NAMES[i] for i in rng.integers(len(NAMES), size=2)]
        labels = (None, "names", "functions")[rng.integers(3)]
        counts, coloured = map(bool, rng.integers(2, size=2))
        yield sizes, inches, names, {"labels": labels, "counts": counts}, coloured


@pytest.mark.parametrize(
    "sizes, inches, names, written, coloured",
    [
        ([5] * 11, (2, 2), ("hard_sigmoid", "hard_sigmoid"), {"labels": "names", "counts": True}, True),
        ([784, 512, 512, 10], (2, 3), ("relu", "softmax"), {"counts": True}, False),
        *_some(24),
    ],
)
def test_captions_of_a_network_do_not_collide_in_any_axes(sizes, inches, names, written, coloured):
    figure = plt.figure(figsize=inches)
    ax = figure.add_axes((0, 0, 1, 1))
    rng = np.random.default_rng(0)
    small = [min(size, 40) for size in sizes]
    weights = [rng.normal(size=shape) for shape in itertools.pairwise(small)] if coloured else None
    net = layout(small if coloured else sizes, hidden=names[0], output=names[1])
    plot_network(net, ax=ax, weights=weights, **written)
    figure.draw_without_rendering()
    boxes = _written(ax)
    assert not _collisions(boxes)
    page, near = figure.bbox, 1.5  # a rounded pixel
    for text, box in boxes.items():
        assert page.x0 - near <= box.x0 and box.x1 <= page.x1 + near, text.get_text()
        assert page.y0 - near <= box.y0 and box.y1 <= page.y1 + near, text.get_text()


@pytest.mark.parametrize("n", [1, 3, 9, 14])
@pytest.mark.parametrize("name", ["relu", "hard_sigmoid", "exponential"])
def test_in_a_figure_of_its_own_every_caption_is_written_and_clear(n, name):
    ax = plot_network(layout([5] * (n + 2), hidden=name, output="softmax"), counts=True)
    ax.figure.canvas.draw()
    assert [text.get_text() for text in ax.texts].count(name) == n
    assert not _collisions(_written(ax))


def test_axes_two_inches_wide_have_their_captions():
    figure, ax = plt.subplots(figsize=(2, 2.5))
    plot_network(layout([784, 512, 512, 10], hidden="relu", output="softmax"), ax=ax, counts=True)
    words = {text.get_text() for text in ax.texts}
    assert {"784", "512", "10", "1", "2", "668,672 weights and 1,034 biases"} <= words
    figure, ax = plt.subplots(figsize=(2, 2.5))
    plot_network(layout([5] * 11, hidden="hard_sigmoid"), ax=ax)
    assert "hard_sigmoid" not in {text.get_text() for text in ax.texts}  # too small to be read
    assert "9 hidden layers" in alt_text(figure) and alt_text(figure).count("hard_sigmoid") == 9


def test_a_row_takes_the_longest_words_that_fit():
    wordings = [["input", "hidden 1", "output"], ["in", "1", "out"]]
    assert fit_row(wordings, 10, 3, 3) == (wordings[0], LARGEST)
    apart = needed(wordings[0])
    assert fit_row(wordings, apart, 3, 3) == (wordings[0], pytest.approx(LARGEST))
    assert fit_row(wordings, 0.9 * apart, 3, 3) == (wordings[0], pytest.approx(0.9 * LARGEST))
    assert fit_row(wordings, 0.7 * apart, 3, 3)[0] is wordings[1]
    assert fit_row(wordings, 0.1, 3, 3)[0] == ()
    assert fit_row([["input", "", "output"]], 3, 3, 3)[1] == LARGEST  # over an empty place
    assert fit_row([["word", "word"]], 99, 0.45 * width("word") / 2, 9)[1] == pytest.approx(SMALLEST)
    assert needed([]) == needed(["alone"]) == 0


@pytest.mark.parametrize("words", ["784", "hard_sigmoid", "WWWW", "iiii", r"$w^{(1)}_{2}$", "two\nlines here"])
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_words_are_as_wide_as_they_are_drawn(words, weight):
    figure = plt.figure(dpi=200)
    for size in (5, 11, 30):
        drawn = figure.text(0, 0, words, fontsize=size, weight=weight).get_window_extent().width / 200 * 72
        assert 0.9 * width(words, weight) * size < drawn < 1.03 * width(words, weight) * size
    assert fitting(words, 99, 50) * width(words) == pytest.approx(50) and fitting(words, 1, 500) == 1


@pytest.mark.parametrize("inches", [None, (2, 2), (4, 3), (9, 6)])
@pytest.mark.parametrize("words", [list("abc"), ["it", "sat", "down"], [f"a rather long word {i}" for i in range(12)]])
def test_queries_and_keys_do_not_collide(words, inches):
    ax = None if inches is None else plt.figure(figsize=inches, layout="constrained").subplots()
    ax = plot_attention(np.full((len(words), len(words)), 1 / len(words)), words, ax=ax)
    for _ in range(2):
        ax.figure.canvas.draw()  # the layout has settled
    for axis in (ax.xaxis, ax.yaxis):
        boxes = {label: label.get_window_extent() for label in axis.get_ticklabels()}
        assert not _collisions(boxes) and len(boxes) == len(words)
