"""A page: Axes whose size in letters is known, so that what is written on them fits.

A drawing that knows its width and height in em, the size of a letter, gets a figure of just that size. Axes that
somebody else made stay as large as they are: there the letters shrink.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import ArrayLike

from lecture.plots.style import size
from lecture.words import minus

# The largest and the smallest numbers that are drawn. Matplotlib's contours end at 1e250 and 1e-250, and the ticks of
# its logarithmic axes some decades beyond the data must not overflow.
HUGE, TINY = 1e240, 1e-240
FEW_POWERS = 50  # a logarithmic axis that spans less has numbers between the powers of ten
# Matplotlib's constrained layout keeps 3 points free at each side (figure.constrained_layout.w_pad and h_pad): 0.083
# inches in all. The rest is a reserve against rounding, which would make the Axes smaller than the drawing.
_PADDING = 0.09


def drawable(values: ArrayLike) -> np.ndarray:
    """Return numbers as Matplotlib can draw them: larger ones than ``HUGE`` are as large, smaller than ``TINY`` are 0.

    What is not finite stays as it is.

    >>> drawable([1e308, -0.5, 1e-300, float("inf")]).tolist()
    [1e+240, -0.5, 0.0, inf]
    """
    values = np.asarray(values, dtype=float)
    shown = np.where(np.abs(values) < TINY, 0.0, np.clip(values, -HUGE, HUGE))
    return np.where(np.isfinite(values), shown, values)


def framed(width: float, height: float, letter: float) -> Axes:
    """Return the Axes of a new figure that a title or a colour bar may still be added to.

    Parameters
    ----------
    width, height : float
        Size of the Axes in em.
    letter : float
        Size of an em, in points.
    """
    inches = np.array([width, height]) * letter / 72 + _PADDING
    _, ax = plt.subplots(figsize=tuple(inches), layout="constrained")
    return ax


def borderless(width: float, height: float) -> Axes:
    """Return Axes that fill a new figure of this size in em.

    Nothing stands outside them, so no layout has to be computed at each move of a slider.
    """
    figure = plt.figure(figsize=(width * size() / 72, height * size() / 72), layout="none")
    return figure.add_axes((0, 0, 1, 1))


def points(ax: Axes) -> np.ndarray:
    """Return width and height of Axes in points, and hide their frame."""
    ax.axis("off")
    figure = ax.get_figure(root=True)
    if engine := figure.get_layout_engine():
        engine.execute(figure)  # now, because the size of the letters follows from that of the Axes
    return np.asarray(ax.get_window_extent().size) / figure.dpi * 72


def fitting_letter(ax: Axes, width: float, height: float, most: float) -> float:
    """Return the size of letters in points, at most ``most``, at which a drawing of this size in em fits ``ax``."""
    return min(most, *(points(ax) / np.array([width, height])))


def number_powers(ax: Axes) -> None:
    """Number a logarithmic vertical axis: powers of ten, and 2 and 5 between them where it spans few."""
    low, high = ax.get_ylim()
    if high < FEW_POWERS * low:  # powers of ten alone would leave one number on the axis
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: minus(f"{value:g}")))
    ax.yaxis.set_minor_formatter(NullFormatter())


def set_window(ax: Axes, centre: tuple[float, float], spans: tuple[float, float]) -> None:
    """Show the part of the plane around ``centre`` that is ``spans`` wide and high, without distortion or frame."""
    (x, y), (wide, high) = centre, spans
    half = np.array([-0.5, 0.5])
    ax.set(xlim=x + half * wide, ylim=y + half * high)
    ax.set_aspect("equal")
    ax.axis("off")
