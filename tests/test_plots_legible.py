"""What is written in a figure can be read: on a page of a screen of 1366 pixels, and from the back row on a slide."""

import itertools
import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture import from_scratch, plots
from lecture.from_scratch import chain_rule, dense_net, layer_gradient, record_training, step_by_step, xor
from lecture.network import layout
from lecture.optimizers import pull
from lecture.plots import STYLES
from lecture.plots.legends import clear_legend, clear_legends, move_to_a_free_corner
from lecture.plots.legible import smallest_letters
from lecture.plots.style import TALL, WIDE

PAGE, SLIDE = 756, (1152, 603)  # pixels that a figure may take: of a page, measured in Chromium; of a slide, its body
LEAST_ON_PAGE, LEAST_ON_SLIDE = 14, 20  # pixels of a letter
X, DIFFER = xor()
BOTH = np.hstack([DIFFER, 1 - DIFFER])
rng = np.random.default_rng(0)


def on_page(letters, width):
    """The size of letters on a page, of a picture with this natural width; all in pixels."""
    return letters * min(1, PAGE / width)


def on_slide(letters, width, height):
    return letters * min(SLIDE[0] / width, SLIDE[1] / height)


def measured(figure):
    """Letters, width and height of a figure in pixels, cut out as a notebook does, and its smallest words."""
    figure.canvas.draw()
    points, words = smallest_letters(figure)
    dpi = figure.dpi
    box = figure.get_tightbbox(figure.canvas.get_renderer()).padded(plt.rcParams["savefig.pad_inches"])
    return points / 72 * dpi, box.width * dpi, box.height * dpi, words


class Verdict:
    """A verdict as `lecture.experiments` has it, which is not loaded here."""

    class hypothesis:
        text, smallest, absent = "At the best fit of a smaller network each unused unit leads down, once.", 0.1, False

    def __init__(self, mean, word):
        self.low, self.mean, self.high, self.word = mean - 0.05, mean, mean + 0.05, word

    def describe(self):
        return self.word


def _recorded():
    """The steps of (tanh(w x) - y)² + λ w², as the first chapter has them."""
    tape = from_scratch.Tape()
    w, x, y, strength = (tape.watch(value, name) for value, name in ((0.5, "w"), (2, "x"), (1, "y"), (0.1, "λ")))
    off = (w * x).tanh() - y
    return from_scratch.tape_steps(off * off + strength * w * w)


VERDICTS = [Verdict(0.4, "supported"), Verdict(0.0, "contradicted"), Verdict(0.1, "undecided")]
ONE, TWO, DEEP = (dense_net(sizes, loss="squared_error", seed=5) for sizes in ([2, 3, 1], [2, 3, 2], [2, 3, 3, 2]))
DRAWINGS = {
    "verdicts": lambda: plots.plot_verdicts(VERDICTS),
    "a unit": lambda: plots.plot_network(
        layout([4, 1], bias=True, output="sigmoid"), labels="functions", weight_labels=True, counts=True
    ),
    "a round of training": lambda: plots.plot_training_loop(
        from_scratch.one_round(record_training(ONE, X, DIFFER, steps=100), X, DIFFER, 91)
    ),
    "a dense product": lambda: plots.plot_dense_product(
        from_scratch.dense_product(rng.random((4, 3)), rng.random((3, 5)), rng.random(5))
    ),
    "chain rule, last layer": lambda: plots.plot_chain_rule(chain_rule(ONE, X[1], DIFFER[1], (2, 3, 1))),
    "chain rule, hidden layer": lambda: plots.plot_chain_rule(chain_rule(TWO, X[1], BOTH[1], (1, 1, 2))),
    "gradient of a batch": lambda: plots.plot_batch_gradient(layer_gradient(TWO, X[1:], BOTH[1:], 1)),
    "step by step": lambda: plots.plot_step(step_by_step(TWO, X[1:], BOTH[1:]), 8),
    "weight updates": lambda: plots.plot_weight_updates(record_training(ONE, X, DIFFER, steps=30), 20),
    "histograms": lambda: plots.plot_weight_histograms({f"L{n}, 0.001": rng.normal(size=500) for n in range(3)})[0],
    "images": lambda: plots.plot_images(rng.random((10, 8, 8)), ["Ankle boot", "T-shirt/top"] * 5)[0],
    "feature maps": lambda: plots.plot_feature_maps(rng.random((28, 28)), {"layer 1": rng.random((9, 9, 8))})[0],
    "patches": lambda: plots.plot_patches({f"layer {n}": rng.random((6, 6, 8, 8)) for n in range(3)})[0],
    "optimizers": lambda: plots.plot_optimizers(["sgd", "momentum", "adam"]),
    "a tape": lambda: plots.plot_tape(_recorded()),
    "times of a tape": lambda: plots.plot_tape_times(from_scratch.tape_times((2, 4))),
    "a penalty's pull": lambda: plots.plot_pull(pull(steps=50))[0],
    "errors over h": lambda: plots.plot_errors_over_h([from_scratch.errors_over_h(ONE, X, DIFFER)]),
}
# A matrix product below a net, whose twelve columns need all the width there is.
NARROW = {"gradient of a layer": lambda: plots.plot_layer_gradient(layer_gradient(DEEP, X[1:], BOTH[1:], 2))}


@pytest.mark.parametrize("style", ["book", "slides"])
@pytest.mark.parametrize("drawing", DRAWINGS)
def test_every_letter_of_a_figure_can_be_read(drawing, style):
    with plt.rc_context(STYLES[style]):
        letters, width, height, words = measured(DRAWINGS[drawing]().figure)
    if style == "book":
        assert on_page(letters, width) >= LEAST_ON_PAGE, (words, on_page(letters, width))
    seen = on_slide(letters, width, height)
    assert seen >= (LEAST_ON_SLIDE if width / height > WIDE / TALL or drawing in ("images",) else 19.5), (words, seen)


def test_the_largest_figure_is_just_large_enough():
    with plt.rc_context(STYLES["book"]):
        em = plt.rcParams["font.size"] / 72
        figure, ax = plt.subplots(figsize=(WIDE * em, TALL * em))
        ax.set_title("a", fontsize=30)
        letters, width, height, _ = measured(figure)
    assert LEAST_ON_PAGE <= on_page(letters, width) < 1.05 * LEAST_ON_PAGE
    assert LEAST_ON_SLIDE <= on_slide(letters, width, height) < 1.05 * LEAST_ON_SLIDE


def test_the_smallest_letters_are_found_where_they_are_seen():
    figure, (ax, off, gone) = plt.subplots(1, 3)
    ax.text(0, 0, "small", fontsize=5)
    ax.text(0, 0, "hidden", fontsize=3, visible=False)
    ax.text(0, 0, "  ", fontsize=2)
    off.tick_params(labelsize=1)
    off.set_axis_off()
    gone.text(0, 0, "gone", fontsize=1)
    gone.set_visible(False)
    figure.canvas.draw()
    assert smallest_letters(figure) == (5, "small")
    off.set_axis_on()
    figure.canvas.draw()
    assert smallest_letters(figure)[0] == 1
    assert smallest_letters(plt.figure()) == (float("inf"), "")


def test_no_caption_of_a_verdict_is_cut_off_or_crossed():
    with plt.rc_context(STYLES["book"]):
        ax = plots.plot_verdicts(VERDICTS)
        ax.figure.canvas.draw()
        renderer = ax.figure.canvas.get_renderer()
        drawn = [line.get_window_extent(renderer) for line in ax.lines]
        drawn += [band.get_window_extent(renderer) for band in ax.collections]
        for text in ax.texts:
            box = text.get_window_extent(renderer)
            assert ax.figure.bbox.x0 <= box.x0 and box.x1 <= ax.figure.bbox.x1
            assert not [other for other in drawn if other.y0 < box.y1 - 1 and box.y0 + 1 < other.y1]
        labels = [text.get_text() for legend in ax.figure.legends for text in legend.get_texts()]
    assert labels == ["supports the claim", "contradicts it"]


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_a_legend_lies_on_no_line(scale):
    _, ax = plt.subplots(figsize=(4, 3))
    for n in range(4):
        ax.plot([1, 10], [1 + 3 * n, 10 - 3 * n], label=f"a long name of line {n}")  # from edge to edge, crossing
        ax.plot([1, 10], [5 + n, 5 - n], "--")
    ax.set_yscale(scale)
    before = ax.get_ylim()
    legend = clear_legend(ax)
    ax.figure.canvas.draw()
    box = legend.get_window_extent()
    for line in ax.lines:
        x = np.linspace(1, 10, 200)
        y = np.interp(x, *line.get_data())
        if scale == "linear":  # where a line between two points is straight
            assert not any(box.contains(*point) for point in ax.transData.transform(np.column_stack([x, y])))
        assert not any(box.contains(*point) for point in ax.transData.transform(line.get_xydata()))
    assert ax.get_ylim()[0] == pytest.approx(before[0]) and ax.get_ylim()[1] > before[1]


def test_a_legend_with_a_free_place_moves_nothing():
    _, ax = plt.subplots()
    ax.plot([0, 1], [0, 1], label="a")
    before = ax.get_ylim()
    clear_legend(ax)
    assert ax.get_ylim() == before


def _panels(*names):
    """Panels whose points are everywhere, with a curve of each name."""
    _, axes = plt.subplots(1, len(names), layout="constrained")
    for ax, labels in zip(np.atleast_1d(axes), names):
        for label in labels:
            ax.plot(rng.random(400), rng.random(400), ".", label=label)
    return list(np.atleast_1d(axes))


def test_panels_whose_colours_mean_the_same_share_a_legend_below_them():
    axes = _panels(["a", "b"], ["a", "b", "c"], ["one"])
    before = [ax.get_ylim() for ax in axes]
    (legend,) = clear_legends(axes)
    axes[0].figure.canvas.draw()
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b", "c"]
    assert legend.get_window_extent().y1 < min(ax.get_tightbbox().y0 for ax in axes) + 1
    assert [ax.get_ylim() for ax in axes] == before and all(ax.get_legend() is None for ax in axes)


def test_a_shared_legend_takes_as_many_rows_as_it_needs_to_stay_in_the_figure():
    names = [f"test images, with the logits divided by {n}" for n in range(4)]
    axes = _panels(names[:3], names)
    (legend,) = clear_legends(axes)
    axes[0].figure.canvas.draw()
    box, figure = legend.get_window_extent(), axes[0].figure.bbox
    assert figure.x0 <= box.x0 < box.x1 <= figure.x1
    assert len({round(text.get_window_extent().y0) for text in legend.get_texts()}) > 1


@pytest.mark.parametrize("names", [(["a", "b"], ["b", "a"]), (["a", "b"], ["c", "d"])], ids=["turned", "others"])
def test_panels_whose_colours_mean_different_things_have_a_legend_each_which_covers_nothing(names):
    axes = _panels(*names)
    before = [ax.get_ylim() for ax in axes]
    legends = clear_legends(axes)
    axes[0].figure.canvas.draw()
    for ax, legend, labels in zip(axes, legends, names, strict=True):
        assert [text.get_text() for text in legend.get_texts()] == labels
        box, points = (
            legend.get_window_extent(),
            ax.transData.transform(np.concatenate([x.get_xydata() for x in ax.lines])),
        )
        assert not any(box.contains(*point) for point in points)
        assert box.x0 >= ax.bbox.x1 and box.x1 <= ax.figure.bbox.x1
    assert [ax.get_ylim() for ax in axes] == before and not axes[0].figure.legends


@pytest.mark.parametrize("free", ["lower left", "upper right"])
def test_a_legend_moves_to_the_free_corner(free):
    _, ax = plt.subplots()
    points = rng.random((4000, 2))
    is_there = (points < 0.5).all(axis=1) if free == "lower left" else (points > 0.5).all(axis=1)
    ax.plot(*points[~is_there].T, ".", label="points")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    legend = move_to_a_free_corner(ax.legend(loc="center"), ax)
    center = ax.transData.inverted().transform(legend.get_window_extent().get_points().mean(axis=0))
    assert ((center < 0.5) if free == "lower left" else (center > 0.5)).all()


def test_a_panel_with_one_curve_needs_no_legend():
    assert clear_legends(_panels(["a"], ["a"])) == []


def pictures(folder):
    """What an executed book shows: (chapter, alternative text, letters, width, height) of each picture."""
    for path in sorted(folder.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        outputs = itertools.chain.from_iterable(cell.get("outputs", []) for cell in cells)
        for output in outputs:
            if "image/png" in output.get("data", {}):
                about = output["metadata"]["image/png"]
                yield path.stem, about["alt"], *(about[name] for name in ("letters", "width", "height"))
            html = "".join(output.get("data", {}).get("text/html", ""))
            if found := re.search(r'data-letters="([\d.]+)".*?alt="([^"]*)" width="(\d+)" height="(\d+)"', html, re.S):
                letters, alt, width, height = found.groups()
                yield path.stem, alt, float(letters), int(width), int(height)


def test_every_picture_of_the_book_can_be_read(built_book):
    shown = list(pictures(built_book / "executed"))
    small = [
        f"{chapter}: {on_page(letters, width):.1f} px: {alt[:80]}"
        for chapter, alt, letters, width, _ in shown
        if on_page(letters, width) < LEAST_ON_PAGE
    ]
    assert len(shown) > 50 and not small, "\n".join(small)
