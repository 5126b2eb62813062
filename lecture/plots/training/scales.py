"""Scales for values of any size: their limits, and the labels of their ticks."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import Formatter, LogLocator, MaxNLocator, NullLocator, SymmetricalLogLocator

from lecture.words import minus

STEPS = [1, 2, 5, 10]
TINY, HUGE = 1e-99, 1e300  # what is smaller is 0 to the eye; what is larger leaves no room beyond
FAR = 1e200  # the ticks of an axis that ends beyond it may overflow
PLAIN = 6  # characters up to which a number is written out, even if a power of ten would be shorter


@dataclass(frozen=True)
class Scale:
    """An axis: ``low`` to ``high`` on a scale that Matplotlib knows by ``name``.

    ``"symlog"`` is linear below ``least``, which gives 0 a place below the powers of ten.
    """

    name: str = "linear"
    low: float = 0.0
    high: float = 1.0
    least: float = 0.0

    @classmethod
    def of(cls, values: np.ndarray, wide: float) -> "Scale":
        """Return a scale with room for finite values, rounded, so that it stays the same over many epochs.

        Parameters
        ----------
        values : ndarray of shape (n_values,)
        wide : float
            Ratio of the highest value to the lowest above 0 from which the scale is logarithmic, if none is negative.
        """
        if not len(values):
            return cls()
        values = np.where(np.abs(values) < TINY, 0.0, np.clip(values, -HUGE, HUGE))
        positive = values[values > 0]
        if values.min() < 0 or not len(positive) or positive.min() >= positive.max() / wide:
            return cls("linear", *_limits(values.min(), values.max()))
        low, high = _limits(np.log10(positive.min()), np.log10(positive.max()))
        high = 10.0 ** min(high, 300.0)
        if values.min() > 0:
            return cls("log", 10.0**low, high)
        least = 10.0 ** np.floor(np.log10(positive.min()))
        return cls("symlog", -0.3 * least, high, least)

    def apply(self, ax: Axes, few: bool = False) -> None:
        """Give the vertical axis of ``ax`` this scale, with fewer ticks if there is little room."""
        if self.name == "symlog":
            room = (0.8 if few else 0.25) * np.log10(self.high / self.least)  # between 0 and its neighbour, in decades
            ax.set_yscale("symlog", linthresh=self.least, linscale=max(1.0, room))
            locator = cast(SymmetricalLogLocator, ax.yaxis.get_major_locator())
            locator.set_params(numticks=2 if few else 5)  # its own are too many to stand apart
        else:
            ax.set_yscale(self.name)
        if self.name == "log" and self.high > FAR:
            ax.yaxis.set_major_locator(_FinitePowers())
            ax.yaxis.set_minor_locator(NullLocator())
        if self.name == "linear":
            ax.yaxis.set_major_locator(_ticks(few))
            ax.yaxis.set_major_formatter(Numbers())
        ax.set_ylim(self.low, self.high)

    def labels(self, few: bool = False) -> list[str]:
        """Return the labels that ticks may have."""
        if self.name == "linear":
            ticks = _ticks(few).tick_values(self.low, self.high)  # one beyond each end may be among them
            labels = Numbers().format_ticks(ticks)
            return [label for tick, label in zip(ticks, labels) if self.low <= tick <= self.high]
        ends = np.log10(self.least or self.low), np.log10(self.high)
        return [_power("10", round(end)) for end in (ends[0], np.floor(ends[1]))]


class Numbers(Formatter):
    """Numbers at ticks: written out if they are short, else with a power of ten.

    >>> Numbers().format_ticks([-0.5, 0, 0.5])
    ['−0.5', '0.0', '0.5']
    """

    def __call__(self, x, pos=None):
        return f"{x:g}"

    def format_ticks(self, values: Any) -> list[str]:
        """Return the labels of ticks that are equally far apart."""
        if len(values) < 2:
            return [minus(f"{value:g}") for value in values]
        values = np.asarray(values, dtype=float)
        step, largest = (_exponent(size) for size in (np.abs(np.diff(values)).min(), np.abs(values).max()))
        values[np.abs(values) < 10.0**step / 100] = 0.0  # rounding
        plain = [f"{value:.{max(0, -step)}f}" for value in values]
        n_plain = max(map(len, plain))
        if n_plain > PLAIN and max(0, largest - step) + 5 < n_plain:  # what "2.5×10⁶" takes, about
            factors = [f"{value / 10.0**largest:.{max(0, largest - step)}f}" for value in values]
            return [_power(rf"{factor}\times10", largest) if value else "0" for factor, value in zip(factors, values)]
        return [minus(label) for label in plain]


class _FinitePowers(LogLocator):
    """Ticks at powers of ten, without those that a float cannot hold."""

    def tick_values(self, vmin, vmax):
        with np.errstate(over="ignore"):
            ticks = np.asarray(super().tick_values(vmin, vmax))
        return ticks[np.isfinite(ticks)]


def _limits(low, high):
    """Limits around the values from ``low`` to ``high``: rounded, with some room."""
    apart = high - low > 1e-9 * max(abs(low), abs(high))  # else the difference is rounding
    room = 0.05 * (high - low) if apart else 0.1 * abs(high) or 0.1
    low, high = low - room, high + room
    step = 10.0 ** np.floor(np.log10(high - low)) / 10
    step *= next(n for n in (1, 2, 5, 10) if n * step * 10 >= high - low)  # the whole is 5 to 10 steps
    return float(step * np.floor(low / step)), float(step * np.ceil(high / step))


def _ticks(few):
    return MaxNLocator(3 if few else 6, steps=STEPS)


def _exponent(size):
    """The power of ten of a number's first digit, in spite of rounding."""
    return int(np.floor(np.log10(size) + 1e-3)) if size else 0


def _power(base, exponent):
    return rf"$\mathdefault{{{base}^{{{exponent}}}}}$"
