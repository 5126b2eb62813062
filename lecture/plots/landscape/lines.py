"""Loss and accuracy on the line through two networks."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.legends import clear_legend, clear_legends
from lecture.plots.style import COLORS

DASHES = ("-", "--", ":", "-.")


class Path(Protocol):
    """Loss and accuracy over α; `lecture.landscape.Path` is one."""

    alphas: np.ndarray  # (A,)
    loss: np.ndarray  # (A,) or (R, A)
    accuracy: np.ndarray  # (A,) or (R, A)

    @property
    def barrier(self) -> float | np.ndarray:
        """Height of the wall between the two networks, () or (R,)."""


def plot_interpolation(paths: Mapping[str, Path], *, axes: Sequence[Axes] | None = None) -> np.ndarray:
    """Draw loss and accuracy on lines through two networks each, which stand at α = 0 and α = 1.

    A strong line is the median over pairs of one kind, a faint one a pair.

    Parameters
    ----------
    paths : dict of str to lecture.landscape.Path
        Loss and accuracy over α, of each kind of pair by its name.
    axes : sequence of two matplotlib.axes.Axes, optional
        Axes to draw on, for the loss and for the accuracy; new ones side by side if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are no paths.
    """
    if not paths:
        raise ValueError("paths must be one or more, got none.")
    panels: Any = style.axes(axes, style.WIDE, 24, ncols=2)
    for name, ax in zip(("loss", "accuracy"), panels, strict=True):
        for number, (pair, path) in enumerate(paths.items()):
            _curves(ax, path.alphas, np.atleast_2d(getattr(path, name)), number, pair)
        _axis(ax, name, next(iter(paths.values())).alphas)
        describe(ax, _in_words(name, paths))
    panels[0].set_yscale("log")
    if axes is None:
        clear_legends(panels)
    else:
        clear_legend(panels[0])
    return np.asarray(panels)


def _curves(ax, alphas, values, number, label):
    size, color = style.size(), COLORS[number % len(COLORS)]
    if len(values) > 1:
        ax.plot(alphas, values.T, color=color, alpha=0.25, linewidth=0.06 * size)
    dashes = DASHES[number % len(DASHES)]
    ax.plot(alphas, np.median(values, axis=0), dashes, color=color, linewidth=0.2 * size, label=label)


def _axis(ax, name, alphas):
    for end in (0, 1):
        ax.axvline(end, color=COLORS[6], linewidth=0.08 * style.size(), zorder=0)
    ax.set(xlabel="α", ylabel=name, xlim=(alphas[0], alphas[-1]))


def _in_words(name, paths):
    told = []
    for pair, path in paths.items():
        middle = np.median(np.atleast_2d(getattr(path, name)), axis=0)
        first, last = (f"{middle[at]:.3g} at α = {path.alphas[at]:g}" for at in (0, -1))
        within = middle[(path.alphas >= 0) & (path.alphas <= 1)]
        wall = f"a wall of {np.median(path.barrier):.3g}" if name == "loss" else f"{within.min():.3g} at least"
        told.append(f"{pair}: {first}, {wall} between the networks, {last}")
    return f"{name.capitalize()} on lines through two networks, medians. {'; '.join(told)}."
