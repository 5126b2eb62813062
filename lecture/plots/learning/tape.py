"""A tape as boxes and arrows: values on the way forward, gradients on the way back, one step at a time."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from lecture.checks import whole
from lecture.from_scratch import TapeSteps, TapeTimes
from lecture.graph_layout import Grid
from lecture.plots.alt import describe
from lecture.plots.page import borderless
from lecture.plots.style import COLORS, size
from lecture.words import short

_FORWARD, _BACK, _IDLE = COLORS[0], COLORS[1], "0.72"
_WIDE, _HIGH, _PITCH, _LANE = 4.6, 4.9, 6.6, 6.4  # of a box, and from one to the next, in em


def plot_tape(steps: TapeSteps, step: int | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw what a tape has recorded: a box for each value, its number in blue, what has come back to it in vermilion.

    Parameters
    ----------
    steps : TapeSteps
        From ``lecture.from_scratch.tape_steps``.
    step : int, optional
        Number of steps that are done; all if None.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        With a box (FancyBboxPatch) for each value and an arrow for each that another one is computed from.

    Raises
    ------
    ValueError
        If there is no such step.
    """
    step = steps.last if step is None else whole(step, "step", most=steps.last)
    grid = Grid.of(steps.inputs)
    places = [(column * _PITCH, -lane * _LANE) for column, lane in zip(grid.columns, grid.lanes)]
    width = max(grid.columns) * _PITCH + _WIDE + 1
    height = max(grid.lanes) * _LANE + _HIGH + 5.6
    ax = borderless(width, height) if ax is None else ax
    top = _HIGH / 2 + 2.6
    ax.set(xlim=(-_WIDE / 2 - 0.5, width - _WIDE / 2 - 0.5), ylim=(top - height, top), aspect="equal")
    ax.set_axis_off()
    for before, here in grid.connections:
        _draw_arrow(ax, places[before], places[here], _state(steps, step, here))
    for entry, place in enumerate(places):
        _draw_box(ax, steps, step, entry, place)
    way = "backward" if step > len(steps.forward) else "forward"
    title = f"Step {step} of {steps.last}, {way}"
    middle = sum(ax.get_xlim()) / 2
    ax.text(middle, top - 1, title, ha="center", va="center", fontsize="large")
    said = steps.describe(step)
    ax.text(middle, top - height + 1.1, said, ha="center", va="center")
    return describe(ax, f"{title}. {said}")


def plot_tape_times(times: TapeTimes, *, ax: Axes | None = None) -> Axes:
    """Draw how long all gradients of growing nets take, over their number of weights and biases.

    Parameters
    ----------
    times : TapeTimes
        From ``lecture.from_scratch.tape_times``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        With three lines: nudging, backward, and one forward pass.
    """
    if ax is None:
        _, ax = plt.subplots()
    for seconds, name, color, line in (
        (times.nudging, "nudge each weight", COLORS[6], ":"),
        (times.backward, "backward, once", COLORS[1], "-"),
        (times.forward, "forward, once", COLORS[0], "--"),
    ):
        ax.plot(times.n_parameters, seconds, line, marker="o", markersize=5, color=color, label=name)
    ax.set(xscale="log", yscale="log", xlabel="weights and biases", ylabel="seconds")
    ax.legend(loc="upper left")
    return describe(ax, times.describe())


def _state(steps, step, here):
    """Whether the arrows into a box are used, whether a gradient has come back over them, and whether just now."""
    n = len(steps.forward)
    handed = steps.backward[: max(0, step - n - 1)]
    return steps.is_known(here, step), here in handed, steps.now(step) == here and step != n + 1


def _draw_arrow(ax, start, end, state):
    """An arrow from a box to one that is computed from it, or back."""
    is_used, is_back, is_now = state
    (x, y), (to_x, to_y) = start, end
    ends = (x + _WIDE / 2, y), (to_x - _WIDE / 2, to_y + 0.25 * _HIGH * ((y > to_y) - (y < to_y)))
    ax.add_patch(
        FancyArrowPatch(
            *(ends[::-1] if is_back else ends),
            arrowstyle="-|>",
            mutation_scale=size(),
            shrinkA=1,
            shrinkB=1,
            color=_BACK if is_back else _FORWARD if is_used else _IDLE,
            linewidth=(0.25 if is_now else 0.12) * size(),
            zorder=2,
        )
    )


def _draw_box(ax, steps, step, entry, place):
    """A box with its sign, its value and its gradient, as far as they are known."""
    (x, y), is_now = place, steps.now(step) == entry
    known, gradients = steps.is_known(entry, step), steps.gradients(step)
    edge = (_BACK if step > len(steps.forward) else _FORWARD) if is_now else "0.45"
    ax.add_patch(
        FancyBboxPatch(
            (x - _WIDE / 2, y - _HIGH / 2),
            _WIDE,
            _HIGH,
            boxstyle="round,pad=0,rounding_size=0.5",
            facecolor="white" if known else "0.96",
            edgecolor=edge,
            linewidth=(0.25 if is_now else 0.1) * size(),
            zorder=3,
        )
    )
    value = steps.entries[entry].value
    lines = [(steps.label(entry), "black" if known else "0.5", "bold")]
    lines += [(_written(value) if known else "", _FORWARD, "normal")]
    lines += [(_written(gradients[entry]) if entry in gradients else "", _BACK, "normal")]
    for row, (text, color, weight) in enumerate(lines):
        ax.text(x, y + 1.5 * (1 - row), text, color=color, fontweight=weight, ha="center", va="center", zorder=4)


def _written(array):
    """A number, or the shape of an array."""
    return short(float(array)) if array.size == 1 else "×".join(map(str, array.shape))
