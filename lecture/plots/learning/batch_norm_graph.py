"""Batch norm as boxes and arrows with numbers, one step at a time: forward, then backward."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from lecture.checks import whole
from lecture.from_scratch import BatchNormGraph
from lecture.plots.alt import describe
from lecture.plots.page import borderless
from lecture.plots.style import COLORS, size
from lecture.words import short

MOST_EXAMPLES = 8
_FORWARD, _BACK, _IDLE = COLORS[0], COLORS[1], "0.72"
# All lengths are in em; the lower row of boxes hangs from 0, the upper row stands on _BETWEEN.
_BETWEEN = 4.2
_MARGIN = 0.55  # between the numbers of a box and its right border; the widest value leaves as much on the left
_GRADIENT = 4.15  # the width of a gradient with the space before it
_LINE, _HEAD = 1.3, 2.1  # a line of numbers; the symbol on top of a box
# The left end and the width of each box.
_LOWER = {"z": (0.0, 8.3), "centred": (10.8, 8.3), "z_hat": (30.9, 8.9), "out": (42.6, 8.8)}
_UPPER = {
    "mean": (2.3, 8.2),
    "squared": (11.2, 8.1),
    "variance": (21.8, 7.7),
    "spread": (33.1, 7.6),
    "gamma": (41.0, 5.1),
    "beta": (46.4, 5.0),
}


@dataclass(frozen=True)
class _Box:
    """Where a step stands: its left, bottom, width and height."""

    left: float
    bottom: float
    width: float
    height: float

    def at(self, across, upwards):
        """A point of the box, from (0, 0) at the lower left to (1, 1) at the upper right."""
        return self.left + across * self.width, self.bottom + upwards * self.height


def plot_batch_norm_graph(
    graph: BatchNormGraph, step: int | None = None, *, unit: int = 0, ax: Axes | None = None
) -> Axes:
    """Draw the steps of batch norm for one unit: values in blue, gradients in vermilion, as far as they are known.

    A row in a box is an example; a box with one row is shared by all of them. On the way back each arrow has the
    derivative by which the gradient is multiplied.

    Parameters
    ----------
    graph : BatchNormGraph
        Batch norm of at most 8 examples, from ``lecture.from_scratch.batch_norm_graph``.
    step : int, optional
        Number of steps that are done, from 0 (the inputs) to 19: ten forward, then ten backward. All if None.
    unit : int
        Unit to show, from 0.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        With a box (FancyBboxPatch) for each step and an arrow for each edge.

    Raises
    ------
    ValueError
        If there is no such step or unit, or there are more than 8 examples.
    """
    names = list(graph.nodes)
    last = 2 * len(names) - 1
    step = last if step is None else whole(step, "step", most=last)
    whole(unit, "unit", most=graph.gradient.shape[1] - 1)
    if graph.n > MOST_EXAMPLES:
        raise ValueError(f"plot_batch_norm_graph draws at most {MOST_EXAMPLES} examples, got {graph.n}.")
    valued = names[: step + 1]
    back = names[::-1][: max(0, step + 1 - len(names))]
    now = back[-1] if back else valued[-1]
    boxes = _boxes(graph)
    ax = _canvas(ax, boxes)
    for edge in graph.edges:
        _draw_edge(ax, edge, boxes, (edge.target in valued, edge.source in back, edge.source == now and bool(back)))
    for name, box in boxes.items():
        _draw_box(ax, graph.nodes[name], box, unit, (name in valued, name in back, name == now))
    sums = (graph.sum_of_gradients[unit], graph.sum_with_z_hat[unit]) if step == last else ()
    _draw_words(ax, graph.nodes[now], (step, last), bool(back), tuple(map(short, sums)))
    way = "backward" if back else "forward"
    return describe(
        ax, f"Step {step} of {last} of batch norm, {way}. {graph.describe(now, backward=bool(back), unit=unit)}"
    )


def _boxes(graph):
    """The box of each step."""
    boxes = {}
    for name, node in graph.nodes.items():
        height = _HEAD + _LINE * (graph.n if node.value.ndim == 2 else 1) + 0.3
        left, width = (_LOWER | _UPPER)[name]
        boxes[name] = _Box(left, -height if name in _LOWER else _BETWEEN, width, height)
    return boxes


def _canvas(ax, boxes):
    """Axes in em around all boxes, with room for a title above and a sentence below."""
    right = max(box.left + box.width for box in boxes.values()) + 0.4
    low = min(box.bottom for box in boxes.values()) - 3.6
    high = max(box.bottom + box.height for box in boxes.values()) + 2.2
    ax = borderless(right + 0.4, high - low) if ax is None else ax
    ax.set(xlim=(-0.4, right), ylim=(low, high), aspect="equal")
    ax.set_axis_off()
    return ax


def _draw_box(ax, node, box, unit, state):
    """A box with its symbol, its values, and its gradients beside them."""
    has_value, has_gradient, is_now = state
    edge = (_BACK if has_gradient else _FORWARD) if is_now else "0.45"
    ax.add_patch(
        FancyBboxPatch(
            (box.left, box.bottom),
            box.width,
            box.height,
            boxstyle="round,pad=0,rounding_size=0.5",
            facecolor="white" if has_value else "0.96",
            edgecolor=edge,
            linewidth=(0.25 if is_now else 0.1) * size(),
            zorder=3,
        )
    )
    top = box.bottom + box.height - 1.1
    letters = {"va": "center", "zorder": 4}
    ax.text(box.left + box.width / 2, top, node.formula, ha="center", color="black" if has_value else "0.5", **letters)
    gradients = box.width - _MARGIN  # where the numbers end
    values = max(gradients - _GRADIENT, 2 * _MARGIN)
    columns = ((has_value, node.value, values, _FORWARD), (has_gradient, node.gradient, gradients, _BACK))
    for shown, array, end, color in columns:
        for row, number in enumerate(np.atleast_1d(array[..., unit])) if shown else ():
            place = box.left + end, top - 1.5 - row * _LINE
            ax.text(*place, short(number), ha="right", color=color, **letters)


def _draw_edge(ax, edge, boxes, state):
    """An arrow from a step to one that uses it, with its derivative once a gradient has come back over it."""
    is_used, is_back, is_now = state
    start, end, middle = _ends(edge, boxes)
    color = _BACK if is_back else _FORWARD if is_used else _IDLE
    ax.add_patch(
        FancyArrowPatch(
            *((end, start) if is_back else (start, end)),
            arrowstyle="-|>",
            mutation_scale=0.9 * size(),
            shrinkA=1,
            shrinkB=1,
            color=color,
            linewidth=(0.25 if is_now else 0.12) * size(),
            zorder=2,
        )
    )
    if is_back:
        plate = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        ax.text(*middle, edge.formula, ha="center", va="center", color=_BACK, bbox=plate)


def _ends(edge, boxes):
    """Where an arrow begins and ends, and the place of its label."""
    source, target = boxes[edge.source], boxes[edge.target]
    if (edge.source in _LOWER) == (edge.target in _LOWER):  # along a row
        level = -1.1 if edge.source in _LOWER else _BETWEEN + 1.3
        start, end = (source.left + source.width, level), (target.left, level)
        return start, end, ((start[0] + end[0]) / 2, level + 0.9)
    below, above = (source, target) if edge.source in _LOWER else (target, source)
    to_right = above.left > below.left
    low, high = below.at(0.75 if to_right else 0.25, 1), above.at(0.25 if to_right else 0.75, 0)
    start, end = (low, high) if edge.source in _LOWER else (high, low)
    return start, end, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)


def _draw_words(ax, node, steps, is_back, sums):
    """What the step is, above, and what there is to know of it, below."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    way = f"backward: ∂L/∂{node.symbol}" if is_back else f"forward: {node.formula}"
    title = f"Step {steps[0]} of {steps[1]}, {way}"
    ax.text((left + right) / 2, high - 1.0, title, ha="center", va="center", fontsize="large")
    below = f"\nΣ ∂L/∂z = {sums[0]}   Σ ẑ ∂L/∂z = {sums[1]}" if sums else ""
    ax.text((left + right) / 2, low + 1.7, node.sentence + below, ha="center", va="center")
