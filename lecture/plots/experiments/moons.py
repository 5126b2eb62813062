"""What nets with one activation decide about two moons, and the activations that are tried."""

import matplotlib.pyplot as plt
import numpy as np

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, em

_LOOKS = ((COLORS[0], "o"), (COLORS[1], "^"))
_LEVELS = np.linspace(0, 1, 9)


def plot_moons(decisions, *, axes=None):
    """Draw where nets decide for which moon, and how many of them are how accurate.

    Parameters
    ----------
    decisions : object
        With the attributes of ``experiments.activations.Decisions``.
    axes : pair of matplotlib.axes.Axes, optional
        Of the plane and of the accuracies.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,)
    """
    if axes is None:
        margins = {
            "left": 0.08,
            "right": 0.985,
            "bottom": 0.17,
            "top": 0.9,
            "wspace": 0.2,
            "width_ratios": (1.7, 1),
        }  # by hand: working them out takes longer than the drawing
        _, axes = plt.subplots(1, 2, figsize=(62 * em(), 27 * em()), gridspec_kw=margins, layout="none")
    plane, strip = axes
    size, d = plt.rcParams["font.size"], decisions
    left, right, bottom, top = d.window
    across, up = (np.linspace(*ends, n) for ends, n in zip(((left, right), (bottom, top)), d.probability.shape[::-1]))
    plane.contourf(across, up, d.probability, levels=_LEVELS, cmap=_shades(), zorder=0)
    if d.probability.min() < 0.5 < d.probability.max():
        plane.contour(across, up, d.probability, levels=[0.5], colors="black", linewidths=0.24 * size, zorder=2)
    for k, (color, marker) in enumerate(_LOOKS):
        shown = d.X[d.y == k][:45]
        plane.plot(
            *shown.T,
            marker,
            color=color,
            markersize=0.5 * size,
            markeredgecolor="white",
            markeredgewidth=0.05 * size,
            zorder=1,
        )
    mean, n = d.accuracy.mean(), len(d.accuracy)
    plane.set(
        xlim=(left, right),
        ylim=(bottom, top),
        xlabel="x₁",
        ylabel="x₂",
        title=f"{d.activation}, {d.units} units a layer, noise {d.noise:g}",
    )
    plane.grid(visible=False)
    counts, edges = np.histogram(d.accuracy, bins=np.linspace(0.4, 1, 25))
    strip.bar(edges[:-1], counts / n, width=np.diff(edges), align="edge", color=COLORS[2])
    strip.axvline(mean, color="black", linewidth=0.16 * size)
    strip.set(
        xlim=(0.4, 1),
        ylim=(0, 1.02),
        xlabel="accuracy on unseen points",
        ylabel=f"share of {n} nets",
        title=f"mean {mean:.3f}",
    )
    describe(
        plane,
        f"What {n} nets with {d.activation} and {d.units} units a layer decide on moons with noise {d.noise:g}; the line is where half of their mean chance is.",
    )
    describe(strip, f"Accuracy on unseen points {mean:.3f}, from {d.accuracy.min():.3f} to {d.accuracy.max():.3f}.")
    return np.asarray(axes)


def plot_functions(functions, *, axes=None):
    """Draw activation functions side by side, from -3 to 3.

    Parameters
    ----------
    functions : dict of str to callable
        Of arrays (n,) to arrays (n,) or tensors.
    axes : sequence of matplotlib.axes.Axes, optional
        One for each.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (n_functions,)
    """
    if axes is None:
        n = len(functions)
        margins = {"left": 0.04, "right": 0.995, "bottom": 0.2, "top": 0.84, "wspace": 0.12}
        _, axes = plt.subplots(
            1,
            n,
            figsize=(9 * n * em(), 11 * em()),
            sharex=True,
            sharey=True,
            gridspec_kw=margins,
            layout="none",
            squeeze=False,
        )
    axes = np.ravel(axes)
    z = np.linspace(-3, 3, 240, dtype="float32")  # without 0: a line across a jump would hide it
    for ax, (name, function) in zip(axes, functions.items(), strict=True):
        a = np.asarray(function(z), dtype=float)
        jumps = np.abs(np.diff(a)) > 0.5
        ax.plot(
            np.insert(z, np.flatnonzero(jumps) + 1, np.nan),
            np.insert(a, np.flatnonzero(jumps) + 1, np.nan),
            color=COLORS[0],
            linewidth=0.22 * plt.rcParams["font.size"],
        )
        ax.set(title=name, ylim=(-1.6, 3.1), xticks=(-2, 0, 2), yticks=(-1, 0, 1, 2, 3))
        ends = ", ".join(f"{float(np.interp(at, z, a)):.2g} at {at:g}" for at in (-2, -1, 1, 2))
        describe(ax, f"{name}: {ends}.")
    return axes


def _shades():
    """From the first class's colour over white to the second's, pale enough for points."""
    from matplotlib.colors import LinearSegmentedColormap, to_rgb

    pale = [tuple(0.55 + 0.45 * np.array(to_rgb(color))) for color, _ in _LOOKS]
    return LinearSegmentedColormap.from_list("moons", [pale[0], (1, 1, 1), pale[1]])
