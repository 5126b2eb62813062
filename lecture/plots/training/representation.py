"""The outputs of two units for many images: a point for each, and the name of each class at its points."""

from collections.abc import Sequence

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lecture.plots.alt import describe
from lecture.plots.page import drawable
from lecture.plots.style import axes, size


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
        Names of the classes, written at their medians, or beside them with a line where names would meet: ten classes
        cannot be distinguished by colour alone.
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
    colors = dict(c=classes % 10, cmap="tab10", vmin=0, vmax=9)
    ax.scatter(*activations.T, s=(0.3 * size()) ** 2, alpha=0.5, linewidths=0, rasterized=True, **colors)
    ax.set(xlabel="activation of unit 1", ylabel="activation of unit 2")
    _name(ax, {name: activations[classes == number] for number, name in enumerate(class_names)})
    dead = int(np.sum(~(activations > 0).any(axis=0)))
    state = {
        0: "Both units are active for some of them.",
        1: "One unit is 0 for all of them.",
        2: "Both units are 0 for all of them.",
    }
    lost = n - len(activations)
    left_out = f" {lost:,} of {n:,} images {'is' if lost == 1 else 'are'} left out: not finite." if lost else ""
    return describe(ax, f"Outputs of two units for {n} images of {len(class_names)} classes. {state[dead]}{left_out}")


def _name(ax, points):
    """Write each name at the median of its points; names that would meet stand above each other, with lines to them."""
    halo = [patheffects.withStroke(linewidth=4, foreground="white")]
    look = dict(ha="center", va="center", weight="bold", path_effects=halo)
    medians = {name: np.median(own, axis=0) for name, own in points.items() if len(own)}
    names = [ax.text(*medians[name], name, zorder=4, **look) for name in medians]
    ax.set(xlim=ax.get_xlim(), ylim=ax.get_ylim())
    ax.figure.draw_without_rendering()
    frame, free = ax.get_window_extent(), []
    for text in sorted(names, key=lambda text: text.get_position()[::-1]):
        box = text.get_window_extent().padded(2)
        box = box.translated(max(0, frame.x0 - box.x0) + min(0, frame.x1 - box.x1), max(0, frame.y0 - box.y0))
        while below := [other.y1 for other in free if other.overlaps(box)]:
            box = box.translated(0, max(below) - box.y0 + 0.1)
        free.append(box)
        place = ax.transData.inverted().transform(((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2))
        ax.plot(*np.transpose([medians[text.get_text()], place]), color="0.3", linewidth=0.08 * size(), zorder=3)
        text.set_position(place)
