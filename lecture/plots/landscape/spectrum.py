"""Eigenvalues of Hessians, one after the other, and how many of them are negative at which loss."""

from typing import Protocol

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.page import drawable
from lecture.plots.style import COLORS

MANY_PLACES = 15  # with more of them, numbers of points would crowd the picture
PLACE = 0.03  # share of the axis: points that are closer lie in one place


class Spectrum(Protocol):
    """Eigenvalues; `lecture.landscape.Spectrum` is one."""

    values: np.ndarray  # (…, P) ascending
    tolerance: float

    @property
    def index(self) -> np.ndarray:
        """Share of negative eigenvalues."""
        ...

    def describe(self) -> str:
        """Say where they lie."""
        ...


def plot_spectrum(spectrum: Spectrum, *, ax: Axes | None = None) -> Axes:
    """Draw eigenvalues in their order, on an axis that is linear around zero and logarithmic beyond.

    Parameters
    ----------
    spectrum : lecture.landscape.Spectrum
        Eigenvalues of one Hessian, or of several: then each is a line.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.axes(ax, 36, 19)
    values = np.atleast_2d(drawable(spectrum.values))
    zero = spectrum.tolerance * np.abs(values).max() or 1.0
    numbers = np.arange(1, values.shape[-1] + 1)
    many = len(values) > 1
    ax.axhspan(-zero, zero, color="0.9", zorder=0)
    ax.plot(numbers, values.T, color=COLORS[0], marker="" if many else ".", alpha=0.3 if many else 1)
    ax.axhline(0, color="0.6", linewidth=0.08 * style.size(), zorder=0)
    ax.set_yscale("symlog", linthresh=zero)
    ax.yaxis.set_major_locator(_decades(values, zero))
    ax.set(xlabel="eigenvalue, in order", ylabel="curvature")
    return describe(ax, f"{spectrum.describe()}.")


def plot_index(loss: ArrayLike, spectrum: Spectrum, *, ax: Axes | None = None) -> Axes:
    """Draw the share of negative eigenvalues of stationary points over their loss.

    Numbers beside the points say how many lie in one place.

    Parameters
    ----------
    loss : array (K,)
        Loss at each point.
    spectrum : lecture.landscape.Spectrum
        Eigenvalues (K, P) of the points' Hessians.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is not one loss for each Hessian.
    """
    loss, index = np.asarray(loss, float), np.atleast_1d(spectrum.index)
    if loss.shape != index.shape:
        raise ValueError(f"loss must be one for each of {len(index)} Hessians, got shape {loss.shape}.")
    ax = style.axes(ax, 30, 19)
    look = dict(color=COLORS[0], linestyle="", marker="o", markersize=0.5 * style.size(), alpha=0.6)
    ax.plot(loss, index, clip_on=False, **look)
    _counts(ax, loss, index)
    ax.set(xlabel="loss", ylabel="share of negative eigenvalues", ylim=(-0.06 * max(index.max(), 0.5), None))
    said = f"{len(loss)} points with a loss of {loss.min():.3g} to {loss.max():.3g}"
    return describe(ax, f"{said}: the share of negative eigenvalues goes from {index.min():.2f} to {index.max():.2f}.")


def _counts(ax, loss, index):
    """Numbers of points in one place, unless the places are many."""
    places = []
    for share in np.unique(index):
        which = np.flatnonzero(index == share)[np.argsort(loss[index == share])]
        places += np.split(which, np.flatnonzero(np.diff(loss[which]) > PLACE * np.ptp(loss)) + 1)
    if len(places) > MANY_PLACES:
        return
    for which in places:
        if len(which) > 1:
            middle = (loss[which].mean(), index[which[0]])
            below = (0, -0.6 * style.size())
            look = dict(xytext=below, textcoords="offset points", ha="center", va="top")
            ax.annotate(f"{len(which)}", middle, **look)


def _decades(values, zero):
    """Ticks at zero and a few powers of ten, those of a symmetric axis would run into each other."""
    from matplotlib.ticker import FixedLocator

    highest = np.ceil(np.log10(max(np.abs(values).max(), zero)))
    lowest = np.ceil(np.log10(zero))
    powers = 10.0 ** np.arange(highest, lowest - 1, -max(1, np.ceil((highest - lowest) / 3)))
    return FixedLocator([*-powers, 0, *powers[::-1]])
