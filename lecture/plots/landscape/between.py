"""The networks between two solutions, with images that change their class."""

from collections.abc import Sequence
from typing import Protocol

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.pixels import pictures
from lecture.plots.style import COLORS
from lecture.words import listed, minus

RIGHT, WRONG = COLORS[2], COLORS[1]
GAP = 0.12  # between images, as a share of their width
WIDTH, CURVES = 44, 15  # of the figure and of the curves with their axes, in em


class Path(Protocol):
    """Loss and accuracy over α; `lecture.landscape.Path` is one."""

    alphas: np.ndarray  # (A,)
    loss: np.ndarray  # (A,)
    accuracy: np.ndarray  # (A,)


class Between(Protocol):
    """Classes of some images between two networks; `lecture.landscape.Between` is one."""

    path: Path
    images: np.ndarray  # (n, …)
    truth: np.ndarray  # (n,)
    classes: np.ndarray  # (A, n)


def plot_between(
    between: Between, alpha: float, *, class_names: Sequence[str] | None = None, axes: Sequence[Axes] | None = None
) -> np.ndarray:
    """Draw loss and accuracy on the line through two networks, and the classes of some images at one α.

    Wrong classes are orange and have a cross.

    Parameters
    ----------
    between : lecture.landscape.Between
        Loss, accuracy and classes over α.
    alpha : float
        Share of the second network; the nearest recorded one is drawn.
    class_names : sequence of str, optional
        Names of the classes; their numbers if None.
    axes : sequence of three matplotlib.axes.Axes, optional
        Axes to draw on, for loss, accuracy and images; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If α lies outside the recorded ones.
    """
    alphas = between.path.alphas
    if not alphas[0] - 1e-9 <= alpha <= alphas[-1] + 1e-9:
        raise ValueError(f"alpha must be a number from {alphas[0]:g} to {alphas[-1]:g}, got {alpha!r}.")
    at = int(np.abs(alphas - alpha).argmin())
    panels = _new(len(between.truth)) if axes is None else np.ravel(np.asarray(axes, dtype=object))
    for ax, name in zip(panels, ("loss", "accuracy")):
        _curve(ax, alphas, getattr(between.path, name), at, name)
    panels[0].set_yscale("log")
    panels[0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    panels[0].yaxis.set_minor_locator(NullLocator())
    panels[0].yaxis.set_major_formatter("{x:g}")
    panels[1].set_ylim(0, 1.02)
    names = [str(number) for number in range(between.classes.max() + 1)] if class_names is None else class_names
    _images(panels[2], between, at, names)
    return panels


def _new(n):
    """Axes for two curves, and below them for n images; fixed, since a layout takes longer than the drawing."""
    row = 1.6 * WIDTH / n
    height = CURVES + row
    figure = plt.figure(figsize=(WIDTH * style.em(), height * style.em()), layout="none")
    bottom = (row + 3.5) / height
    left, middle = (figure.add_axes((x, bottom, 0.39, 1 - bottom - 0.8 / height)) for x in (0.09, 0.59))
    return np.array([left, middle, figure.add_axes((0.01, 0, 0.98, row / height))])


def _curve(ax, alphas, values, at, name):
    size = style.size()
    ax.plot(alphas, values, color=COLORS[0], linewidth=0.2 * size)
    for end in (0, 1):
        ax.axvline(end, color="0.6", linewidth=0.08 * size, zorder=0)
    ax.plot(alphas[at], values[at], color=COLORS[1], marker="o", markersize=0.8 * size)
    ax.set(xlabel="α", ylabel=name, xlim=(alphas[0], alphas[-1]))
    describe(ax, f"{name.capitalize()} {values[at]:.3g} at α = {minus(f'{alphas[at]:g}')}.")


def _images(ax, between, at, names):
    shown, size = pictures(between.images), style.size()
    for number, (truth, given) in enumerate(zip(between.truth, between.classes[at])):
        left = number * (1 + GAP)
        shown.draw(ax, number).set_extent((left, left + 1, 0, 1))
        text = names[given] if given == truth else f"✗ {names[given]}"
        color = RIGHT if given == truth else WRONG
        ax.text(left + 0.5, -0.08, text, color=color, ha="center", va="top", fontweight="bold")
        ax.plot([left, left + 1, left + 1, left, left], [0, 0, 1, 1, 0], color=color, linewidth=0.15 * size)
    n = len(between.truth)
    ax.set(xlim=(-GAP, n * (1 + GAP)), ylim=(-0.5, 1.05), aspect="equal")
    ax.axis("off")
    wrong = np.flatnonzero(between.classes[at] != between.truth)
    taken = listed(f"{names[between.truth[i]]} for {names[between.classes[at, i]]}" for i in wrong)
    describe(ax, f"{n - len(wrong)} of {n} images get their class{f'; taken are {taken}' if taken else ''}.")
