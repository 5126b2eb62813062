"""The outputs of two units for many images: a point for each, and the name of each class at its points."""

from collections.abc import Sequence

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lecture.plots.alt import describe
from lecture.plots.page import drawable
from lecture.plots.style import axes, size

_ANGLES = np.linspace(0, 2 * np.pi, 16, endpoint=False)
_AROUND = np.array([[0, 0], *(r * np.array([np.cos(a), np.sin(a)]) for r in range(1, 15) for a in _ANGLES)])  # in em
_HIDES, _MEETS = 1000, 1e4  # em that a name goes rather than hide all points, or meet another name


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
        Names of the classes, written where they hide few points, with a line to the median of their own: ten classes
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
    """Write each name where it hides the fewest points and no other name, with a line to the median of its points."""
    halo = [patheffects.withStroke(linewidth=4, foreground="white")]
    look = dict(ha="center", va="center", weight="bold", path_effects=halo)
    medians = {name: np.median(own, axis=0) for name, own in points.items() if len(own)}
    names = [ax.text(*medians[name], name, zorder=4, **look) for name in medians]
    ax.set(xlim=ax.get_xlim(), ylim=ax.get_ylim())
    ax.figure.draw_without_rendering()
    letter, frame = size() * ax.figure.dpi / 72, ax.get_window_extent()
    dots, taken = ax.transData.transform(np.concatenate([np.empty((0, 2)), *points.values()])), []
    for text in sorted(names, key=lambda text: text.get_position()[::-1]):
        at_median = ax.transData.transform(text.get_position())
        half = np.array(text.get_window_extent().padded(0.2 * letter).size) / 2
        places = np.clip(
            at_median + letter * _AROUND, frame.min + half, np.maximum(frame.min, frame.max - 2 * half) + half
        )
        hidden = np.array([np.count_nonzero((np.abs(dots - place) < half).all(axis=1)) for place in places])
        met = sum((np.abs(places - middle) < half + other).all(axis=1) for middle, other in taken)
        far = np.hypot(*(places - at_median).T) / letter
        place = places[np.argmin(far + _HIDES * hidden / len(dots) + _MEETS * met)]
        taken.append((place, half))
        line = np.array([at_median, np.clip(at_median, place - half, place + half)])
        ax.plot(*ax.transData.inverted().transform(line).T, color="0.3", linewidth=0.08 * size(), zorder=3)
        text.set_position(ax.transData.inverted().transform(place))
