"""The outputs of two units for many images: a point for each, and the name of each class at its points."""

from collections.abc import Sequence

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lecture.plots.alt import describe
from lecture.plots.page import drawable, extent
from lecture.plots.style import axes
from lecture.plots.text import letters, width


def plot_representation(
    activations: ArrayLike, classes: ArrayLike, class_names: Sequence[str], *, ax: Axes | None = None
) -> Axes:
    """Draw the outputs of a two-unit layer for many examples.

    Parameters
    ----------
    activations : array of shape (n, 2)
        Outputs of the two units for each example.
    classes : array of int, shape (n,)
        True class of each example.
    class_names : sequence of str
        Names of the classes, written at their medians: ten classes cannot be distinguished by colour alone. A name that
        would cover another one stands above it, with a line to its median.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If ``activations`` do not have two columns, or there is not one class for each example.
    """
    activations, classes = drawable(activations), np.asarray(classes)
    if activations.ndim != 2 or activations.shape[1] != 2 or len(classes) != len(activations):
        raise ValueError(
            f"activations must have shape (n, 2) with n classes, got {activations.shape} and {classes.shape}."
        )
    ax = axes(ax, 42, 28)
    n, finite = len(activations), np.isfinite(activations).all(axis=1)
    activations, classes = activations[finite], classes[finite]
    area = np.clip(20_000 / max(n, 1), 3, 30)  # of a point, in points²: fewer are larger
    ax.scatter(*activations.T, c=classes, cmap="viridis", s=area, alpha=0.5, linewidths=0, rasterized=True)
    medians = {
        name: np.median(activations[classes == number], axis=0)
        for number, name in enumerate(class_names)
        if (classes == number).any()
    }
    ax.set(xlabel="activation of unit 1", ylabel="activation of unit 2")
    _name(ax, medians)
    dead = int(np.sum(~(activations > 0).any(axis=0)))
    state = {
        0: "Both units are active for some of them.",
        1: "One unit is 0 for all of them.",
        2: "Both units are 0 for all of them.",
    }
    lost = n - len(activations)
    left_out = f" {lost:,} of {n:,} images {'is' if lost == 1 else 'are'} left out: not finite." if lost else ""
    return describe(ax, f"Outputs of two units for {n} images of {len(class_names)} classes. {state[dead]}{left_out}")


def _name(ax, medians):
    """Write each name at its median, or above the names that are there already."""
    halo = [patheffects.withStroke(linewidth=4, foreground="white")]
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    room = extent(ax)
    corner, scale = np.array([left, low]), np.array([right - left, high - low]) / room  # data for each point
    names = sorted(medians, key=lambda name: medians[name][1])
    size = letters("font.size")
    sizes = np.array([(size * width(name, "bold"), 1.2 * size) for name in names]).reshape(-1, 2)
    at = np.array([(medians[name] - corner) / scale for name in names]).reshape(-1, 2)
    for name, place, moved in zip(names, at, _apart(at, sizes, room[0]), strict=True):
        middle = corner + moved * scale if (moved != place).any() else medians[name]
        if abs(moved - place)[1] > size:
            ax.plot(*np.stack([medians[name], middle]).T, color="0.6", linewidth=1, scalex=False, scaley=False)
        ax.text(*middle, name, ha="center", va="center", weight="bold", path_effects=halo)


def _apart(middles, sizes, wide):
    """Move boxes (k, 2) between 0 and ``wide``, and, the lowest first, above those that they would cover."""
    placed = []
    for middle, size in zip(middles, sizes, strict=True):
        x = float(np.clip(middle[0], size[0] / 2, max(wide - size[0] / 2, size[0] / 2)))
        y = float(middle[1])
        for (other_x, other_y), other in sorted(placed, key=lambda box: box[0][1]):
            beside = abs(x - other_x) >= (size[0] + other[0]) / 2
            if not beside and abs(y - other_y) < (size[1] + other[1]) / 2 - 1e-9:
                y = other_y + (size[1] + other[1]) / 2
        placed.append(((x, y), size))
    return np.array([place for place, _ in placed]).reshape(-1, 2)
