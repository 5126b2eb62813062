"""What networks with one activation decide about two moons, and the activations that are tried."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS

_LOOKS = ((COLORS[0], "o"), (COLORS[1], "^"))
_LEVELS = np.linspace(0, 1, 9)
# margins by hand: constrained layout takes longer than the drawing
_PLANE_AND_STRIP = dict(left=0.105, right=0.985, bottom=0.17, top=0.9, wspace=0.2, width_ratios=(1.7, 1))
_IN_A_ROW = dict(left=0.04, right=0.995, bottom=0.2, top=0.84, wspace=0.12)


class Decisions(Protocol):
    """Decisions in the plane; `lecture.experiments.live.MoonDecisions` is one."""

    activation: str
    units: int
    noise: float
    X: np.ndarray  # (n, 2)
    y: np.ndarray  # (n,)
    window: tuple[float, float, float, float]  # left, right, bottom, top
    probability: np.ndarray  # (side, side), rows from bottom to top
    accuracy: np.ndarray  # (n_nets,)


class NoisyFits(Protocol):
    """Decisions after training on noisy labels; `lecture.experiments.live.NoisyFits` is one."""

    share: float
    units: int
    X: np.ndarray  # (n, 2)
    given: np.ndarray  # (n,)
    truth: np.ndarray  # (n,)
    window: tuple[float, float, float, float]  # left, right, bottom, top
    probability: np.ndarray  # (side, side), rows from bottom to top
    fitted: np.ndarray  # (n_nets,)
    accuracy: np.ndarray  # (n_nets,)

    def describe(self) -> str:
        """Say how much of the labels is fitted, and how much is right."""
        ...


def plot_moons(decisions: Decisions, *, axes: Sequence[Axes] | None = None) -> np.ndarray:
    """Draw where networks decide for which moon, and how many of them have which accuracy.

    Parameters
    ----------
    decisions : object
        Points, probabilities in the plane, and the accuracy of each network.
    axes : pair of matplotlib.axes.Axes, optional
        Axes of the plane and of the accuracies; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,)
    """
    panels: Any = style.axes(axes, style.WIDE, 24, ncols=2, gridspec_kw=_PLANE_AND_STRIP, layout="none")
    plane, strip = panels
    _plane(plane, decisions)
    accuracy = decisions.accuracy
    mean, n = accuracy.mean(), len(accuracy)
    counts, edges = np.histogram(accuracy, bins=np.linspace(0.4, 1, 25))
    strip.bar(edges[:-1], counts / n, width=np.diff(edges), align="edge", color=COLORS[2])
    strip.axvline(mean, color="black", linewidth=0.16 * style.size())
    strip.set(
        xlim=(0.4, 1),
        ylim=(0, 1.02),
        xlabel="accuracy on unseen points",
        ylabel=f"share of {n} networks",
        title=f"mean {mean:.3f}",
    )
    describe(strip, f"Accuracy on unseen points {mean:.3f}, from {accuracy.min():.3f} to {accuracy.max():.3f}.")
    return np.asarray(panels)


def plot_noisy_fits(fits: NoisyFits, *, axes: Sequence[Axes] | None = None) -> np.ndarray:
    """Draw what networks decide that were trained on labels of which some are random, and how right they are.

    Points have the colour of the label that was given; a ring marks those whose true class is the other.

    Parameters
    ----------
    fits : object
        Points, labels, probabilities in the plane, and the accuracies of each network.
    axes : pair of matplotlib.axes.Axes, optional
        Axes of the plane and of the accuracies; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,)
    """
    panels: Any = style.axes(axes, style.WIDE, 24, ncols=2, gridspec_kw=_PLANE_AND_STRIP, layout="none")
    plane, strip = panels
    size = style.size()
    left, right, bottom, top = _shaded(plane, fits)
    edge = dict(markersize=0.6 * size, markeredgecolor="white", markeredgewidth=0.05 * size)
    for k, (color, marker) in enumerate(_LOOKS):
        plane.plot(*fits.X[fits.given == k].T, marker, color=color, zorder=3, **edge)
    ring = dict(markersize=1.1 * size, markerfacecolor="none", markeredgewidth=0.13 * size)
    plane.plot(*fits.X[fits.given != fits.truth].T, "o", color="black", zorder=4, label="wrong label", **ring)
    plane.legend(loc="upper right", frameon=True)
    title = f"{fits.units} units a layer, {fits.share:.0%} of the labels random"
    plane.set(xlim=(left, right), ylim=(bottom, top), xlabel="x₁", ylabel="x₂", title=title)
    plane.grid(visible=False)
    describe(plane, f"Two moons: {fits.describe()}.")
    _accuracies(strip, {"labels given": fits.fitted, "unseen points": fits.accuracy})
    return np.asarray(panels)


def _accuracies(ax, values):
    """A row of dots, one for each network, for each kind of accuracy, with their mean."""
    size = style.size()
    for row, (accuracy, color) in enumerate(zip(values.values(), (COLORS[3], COLORS[2]))):
        spread = row + 0.3 * (np.arange(len(accuracy)) % 7 - 3) / 3
        ax.plot(accuracy, spread, color=color, linestyle="", marker="o", markersize=0.4 * size, alpha=0.5)
        ax.plot([accuracy.mean()] * 2, [row - 0.4, row + 0.4], color="black", linewidth=0.16 * size)
        ax.text(accuracy.mean(), row + 0.42, f"{accuracy.mean():.1%}", ha="center", va="bottom")
    ax.set(xlim=(0.4, 1.03), ylim=(-0.6, len(values) - 0.2), xlabel="accuracy", yticks=range(len(values)))
    ax.set_yticklabels(list(values), rotation=90, va="center")
    ax.axvline(0.5, color="0.6", linestyle=":", linewidth=0.12 * size, zorder=0)
    describe(ax, f"Mean accuracy {', '.join(f'{name} {own.mean():.1%}' for name, own in values.items())}.")


def _plane(ax, decisions):
    """The mean probability as colour, its boundary, and some training points."""
    size = style.size()
    left, right, bottom, top = _shaded(ax, decisions)
    edge = dict(markersize=0.5 * size, markeredgecolor="white", markeredgewidth=0.05 * size)
    for k, (color, marker) in enumerate(_LOOKS):
        ax.plot(*decisions.X[decisions.y == k][:45].T, marker, color=color, zorder=1, **edge)
    title = f"{decisions.activation}, {decisions.units} units a layer, noise {decisions.noise:g}"
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel="x₁", ylabel="x₂", title=title)
    ax.grid(visible=False)
    describe(
        ax,
        f"What {len(decisions.accuracy)} networks with {decisions.activation} and {decisions.units} units a layer "
        f"decide on moons with noise {decisions.noise:g}; on the line their mean probability is one half.",
    )


def _shaded(ax, decisions):
    """Draw the mean probability as colour, with a line where it is one half; return the window."""
    probability, window = decisions.probability, decisions.window
    rows, columns = probability.shape
    across, up = np.linspace(*window[:2], columns), np.linspace(*window[2:], rows)
    ax.contourf(across, up, probability, levels=_LEVELS, cmap=_shades(), zorder=0)
    if probability.min() < 0.5 < probability.max():
        ax.contour(across, up, probability, levels=[0.5], colors="black", linewidths=0.24 * style.size(), zorder=2)
    return window


def plot_functions(functions: Mapping[str, Callable], *, axes: Sequence[Axes] | None = None) -> np.ndarray:
    """Draw activation functions side by side, from -3 to 3.

    Parameters
    ----------
    functions : dict of str to callable
        Functions by name: each takes an array (n,) and returns an array or tensor (n,).
    axes : sequence of matplotlib.axes.Axes, optional
        Axes to draw on, one for each; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (n_functions,)
    """
    n = len(functions)
    shared = dict(sharex=True, sharey=True, squeeze=False, layout="none")
    panels: Any = style.axes(axes, min(9 * n, style.WIDE), 11, ncols=n, gridspec_kw=_IN_A_ROW, **shared)
    panels = np.ravel(panels)
    z = np.linspace(-3, 3, 240, dtype="float32")  # without 0: a line across a jump would hide it
    for ax, (name, function) in zip(panels, functions.items(), strict=True):
        a = np.asarray(function(z), dtype=float)
        jumps = np.flatnonzero(np.abs(np.diff(a)) > 0.5) + 1
        line = np.insert(z, jumps, np.nan), np.insert(a, jumps, np.nan)
        ax.plot(*line, color=COLORS[0], linewidth=0.22 * style.size())
        ax.set(title=name, ylim=(-1.6, 3.1), xticks=(-2, 0, 2), yticks=(-1, 0, 1, 2, 3))
        ends = ", ".join(f"{float(np.interp(at, z, a)):.2g} at {at:g}" for at in (-2, -1, 1, 2))
        describe(ax, f"{name}: {ends}.")
    return panels


def _shades():
    """From the first class's colour over white to the second's, pale enough for points."""
    pale = [tuple(0.55 + 0.45 * np.array(to_rgb(color))) for color, _ in _LOOKS]
    return LinearSegmentedColormap.from_list("moons", [pale[0], (1, 1, 1), pale[1]])
