"""The largest eigenvalue of the Hessian during a training, beside what the learning rate can bear."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS

N_SHOWN = 12  # eigenvalues of a spectrum
FARTHEST = 2.5  # a limit that is more than this many times the largest eigenvalue is left out of the picture


class Edge(Protocol):
    """Eigenvalues during trainings; `lecture.landscape.Edge` is one."""

    learning_rates: Sequence[float]
    steps: np.ndarray  # (T,)
    values: np.ndarray  # (K, T, R, P) ascending

    @property
    def limits(self) -> np.ndarray:
        """2 / η of each learning rate, (K,)."""
        ...

    @property
    def largest(self) -> np.ndarray:
        """Largest eigenvalue, (K, T, R)."""
        ...

    def describe(self) -> str:
        """Say where the largest eigenvalues settle."""
        ...


def plot_edge_of_stability(
    edge: Edge, learning_rate: float | None = None, step: int | None = None, *, axes: Sequence[Axes] | None = None
) -> np.ndarray:
    """Draw the largest eigenvalue over the steps of trainings, and the largest ones at a step.

    Each learning rate has a colour, a faint line for each network and a strong one for their median; its limit 2/η is
    dashed.

    Parameters
    ----------
    edge : lecture.landscape.Edge
        Eigenvalues during trainings.
    learning_rate : float, optional
        Learning rate whose eigenvalues are drawn; the largest if None.
    step : int, optional
        Step at which they are drawn: a recorded one; the last if None.
    axes : sequence of two matplotlib.axes.Axes, optional
        Axes to draw on; new ones side by side if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no such learning rate or record.
    """
    chosen = _position(edge.learning_rates, max(edge.learning_rates) if learning_rate is None else learning_rate)
    record = _position(edge.steps.tolist(), edge.steps[-1] if step is None else step, "step")
    panels: Any = style.axes(axes, 46, 21, ncols=2, width_ratios=(1.7, 1))
    most = edge.largest.max()
    top = 1.1 * max(most, min(edge.limits.max(), FARTHEST * most))
    _over_steps(panels[0], edge, chosen, record)
    _at_step(panels[1], edge, chosen, record)
    for ax in panels:
        ax.set_ylim(0, top)
    return np.asarray(panels)


def _over_steps(ax, edge, chosen, record):
    size = style.size()
    for number, (rate, limit) in enumerate(zip(edge.learning_rates, edge.limits)):
        color, is_chosen = COLORS[number % len(COLORS)], number == chosen
        ax.plot(edge.steps, edge.largest[number], color=color, alpha=0.3, linewidth=0.07 * size)
        middle = np.median(edge.largest[number], axis=1)
        width = (0.25 if is_chosen else 0.14) * size
        ax.plot(edge.steps, middle, color=color, linewidth=width, label=f"η = {rate:g}")
        ax.axhline(limit, color=color, linestyle="--", linewidth=0.12 * size)
    ax.axvline(edge.steps[record], color=COLORS[6], linewidth=0.08 * size)
    ax.set(xlabel="step", ylabel="largest eigenvalue λ", xlim=edge.steps[[0, -1]])
    ax.plot([], [], color="black", linestyle="--", linewidth=0.12 * size, label="2/η")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=4, handlelength=1.5)
    describe(ax, f"The largest eigenvalue of the Hessian during trainings: {edge.describe()}.")


def _at_step(ax, edge, chosen, record):
    size, color = style.size(), COLORS[chosen % len(COLORS)]
    values = edge.values[chosen, record, :, : -N_SHOWN - 1 : -1]  # (R, up to 12), largest first
    dots = dict(linestyle="", marker="o", markersize=0.4 * size, alpha=0.5)
    ax.plot(np.arange(1, values.shape[1] + 1), values.T, color=color, **dots)
    limit, rate = edge.limits[chosen], edge.learning_rates[chosen]
    ax.axhline(limit, color=color, linestyle="--", linewidth=0.12 * size)
    ax.set(xlabel="rank of the eigenvalue", xticks=np.arange(2, values.shape[1] + 1, 2))
    ax.set_title(f"η = {rate:g}, step {edge.steps[record]:,}", fontsize="medium")
    first, second = np.median(values[:, 0]), np.median(values[:, 1])
    when = f"At learning rate {rate:g} and step {edge.steps[record]:,}"
    describe(ax, f"{when} the largest eigenvalues are {first:.3g} and {second:.3g} (medians); 2/η is {limit:.3g}.")


def _position(known, wanted, what="learning_rate"):
    places = np.flatnonzero(np.isclose(known, wanted))
    if not len(places):
        shown = ", ".join(f"{value:g}" for value in known[:12])
        raise ValueError(f"{what} must be one of {shown}{', …' if len(known) > 12 else ''}, got {wanted!r}.")
    return int(places[0])
