"""How the loss of networks of several depths falls during training."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.page import number_powers
from lecture.plots.style import COLORS
from lecture.words import counted

DASHES = ("-", (0, (4, 1.2)), (0, (1, 1)))


class Losses(Protocol):
    """Losses over steps; `lecture.experiments.equal_parameters.Fitted` is one."""

    depths: Sequence[int]
    steps: np.ndarray  # (T,)
    losses: dict[tuple[str, str], np.ndarray]  # (n_depths, T, n_seeds) by learning rates and function
    variances: dict[str, float]  # of each function


def plot_losses_of_depths(found: Losses, *, axes: np.ndarray | None = None) -> np.ndarray:
    """Draw the loss over the steps for networks of several depths: a row for each choice of rates, a column a function.

    A strong line is the median of the seeds, faint ones are the seeds; the level line is the best constant.

    Parameters
    ----------
    found : object
        Recorded steps and losses.
    axes : array of matplotlib.axes.Axes (n_rates, n_functions), optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes (n_rates, n_functions)
    """
    functions = list(found.variances)
    rates = list(dict.fromkeys(name for name, _ in found.losses))
    shared = dict(sharex=True, sharey="col", squeeze=False, layout="constrained")
    panels: Any = style.axes(
        axes,
        min(22 * len(functions), style.WIDE),
        min(17 * len(rates) + 5, style.TALL),
        nrows=len(rates),
        ncols=len(functions),
        **shared,
    )
    panels = np.asarray(panels, dtype=object).reshape(len(rates), len(functions))
    for row, name in zip(panels, rates):
        for ax, function in zip(row, functions):
            _panel(ax, found, name, function)
        row[0].set_ylabel(f"loss, {name}".replace(" learning", "\nlearning"))
    for ax, function in zip(panels[0], functions):
        ax.set_title(function)
    for ax in panels[-1]:
        ax.set_xlabel("step")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    panels[0, 0].figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return panels


def _panel(ax: Axes, found: Losses, rates: str, function: str):
    """One function at one choice of rates."""
    size, variance, sentences = style.size(), found.variances[function], []
    for at, (depth, losses) in enumerate(zip(found.depths, found.losses[rates, function])):
        color, label = COLORS[at % len(COLORS)], counted(depth, "hidden layer")
        ax.plot(found.steps, losses, color=color, linewidth=0.07 * size, alpha=0.35, zorder=1)
        middle = np.median(losses, axis=1)
        dashes = DASHES[at % len(DASHES)]
        ax.plot(found.steps, middle, color=color, linestyle=dashes, linewidth=0.22 * size, label=label, zorder=2)
        sentences.append(f"{middle[-1]:.2g} with {label}")
    ax.axhline(variance, color=COLORS[6], linewidth=0.1 * size, label="best constant", zorder=1.5)
    ax.set(yscale="log", xlim=(found.steps[0], found.steps[-1]))
    number_powers(ax)
    describe(
        ax,
        f"{function}, {rates}: from {variance:.2g}, the loss of the best constant, the median loss of "
        f"{losses.shape[1]} networks falls in {found.steps[-1]:,} steps to {', '.join(sentences)}.",
    )
