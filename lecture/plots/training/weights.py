"""How the weights of a layer are distributed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import MaxNLocator, NullFormatter
from numpy.typing import ArrayLike

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.page import drawable
from lecture.plots.style import COLORS
from lecture.plots.text import fitting, letters

_ROW = 3  # panels side by side
_WIDE, _HIGH = 20, 19.5  # of a panel with what stands around it, in em


@dataclass(frozen=True, eq=False)
class _Spread:
    """A set of weights: those that are finite, and how many are not."""

    name: str
    finite: np.ndarray  # (n,)
    n_lost: int
    threshold: float

    @property
    def small(self):
        """Share of all weights that are smaller than the threshold."""
        return np.count_nonzero(np.abs(self.finite) < self.threshold) / self.n

    @property
    def n(self):
        return len(self.finite) + self.n_lost

    def title(self):
        lines = [self.name, f"{self.small:.0%} below {self.threshold:g}"]
        return "\n".join(lines + [f"{self.n_lost:,} of {self.n:,} not finite"] * bool(self.n_lost))

    def _std(self):
        """The standard deviation, of weights whose squares may be beyond the range of floats."""
        largest = np.abs(self.finite).max() or 1.0
        return largest * (self.finite / largest).std()

    def describe(self):
        said = f"{self.name}: {self.small:.0%} of the weights are smaller than {self.threshold:g}"
        if len(self.finite):
            said += f", standard deviation {self._std():.2g}"
        return said + (f"; {self.n_lost:,} of {self.n:,} are not finite." if self.n_lost else ".")


def plot_weight_histograms(weights: Mapping[str, ArrayLike], *, threshold: float = 1e-3, bins: int = 81) -> np.ndarray:
    """Draw a histogram of each set of weights, at most three side by side, all on the same axes' range.

    Parameters
    ----------
    weights : mapping of str to array of any shape
        Sets of weights by their names, such as the first layer's of several networks, or those of each layer of one.
        Weights that are not finite are counted in the title.
    threshold : float
        Size below which a weight counts as small: the share of small weights, written above each histogram, measures
        how sparse the set is.
    bins : int
        Number of edges of the bins.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (len(weights),)

    Raises
    ------
    ValueError
        If there is no set of weights, or one is empty.
    """
    if not weights:
        raise ValueError("weights must name at least one set of weights, got none.")
    sets = [_spread(str(name), values, threshold) for name, values in weights.items()]
    edges = _reach(sets) * np.linspace(-1, 1, bins)
    axes = _panels(len(sets), max(part.title().count("\n") for part in sets) + 1)
    room = 0.68 * _WIDE * style.size()
    for number, (ax, part) in enumerate(zip(axes, sets, strict=True)):
        shares = np.histogram(part.finite, edges)[0] / part.n
        ax.stairs(shares, edges, fill=True, color=COLORS[number % len(COLORS)])
        ax.set_title(part.title(), fontsize=fitting(part.title(), letters("axes.titlesize"), room))
        describe(ax, part.describe())
    axes[0].set(yscale="log", xlim=edges[[0, -1]], ylim=_range(sets, edges))  # of all
    for ax in axes:
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.xaxis.set_major_locator(_Inner(nbins=4))
    return axes


class _Inner(MaxNLocator):
    """Ticks that leave the ends of the axis free, where the next panel's would touch them."""

    def tick_values(self, vmin, vmax):
        room = 0.1 * (vmax - vmin)
        return [value for value in super().tick_values(vmin, vmax) if vmin + room <= value <= vmax - room]


def _panels(n, n_lines):
    """Axes for n sets in rows, with room for titles of ``n_lines``; each column has tick labels at its lowest."""
    columns = min(n, _ROW)
    rows = -(-n // columns)
    wide, high = min(_WIDE * columns, style.WIDE), style.TALL if rows == 2 else _HIGH * rows
    above, left, below, beside = 1.6 * n_lines + 0.9, 5, 3.6, 1
    # Margins by hand: working them out takes longer than the drawing.
    margins = {"left": left / wide, "right": 1 - beside / wide, "bottom": below / high, "top": 1 - above / high}
    panel = (wide - left - columns * beside) / columns, (high - below - rows * above) / rows
    margins |= {"wspace": beside / panel[0], "hspace": above / panel[1]}
    shared = {"sharex": True, "sharey": True, "squeeze": False, "layout": "none"}
    panels = style.axes(None, wide, high, nrows=rows, ncols=columns, gridspec_kw=margins, **shared)
    for ax in panels[:, 0]:
        ax.set_ylabel("share of weights")
    panels = panels.ravel()
    for ax in panels[n:]:
        ax.remove()
    for ax in panels[max(n - columns, 0) : n]:
        ax.set_xlabel("weight")
        ax.tick_params(labelbottom=True)
    return panels[:n]


def _range(sets, edges):
    """The range of the shares: from below the smallest possible one to above the largest."""
    highest = max(np.histogram(part.finite, edges)[0].max() / part.n for part in sets) or 1.0
    lowest = min(0.7 / part.n for part in sets)
    return max(1e-7, min(lowest, 10.0 ** np.floor(np.log10(highest)))), 1.4 * highest  # with a power of ten to read


def _spread(name, values, threshold):
    """What is to be drawn of one set."""
    values = drawable(np.ravel(values))
    if not values.size:
        raise ValueError(f"weights[{name!r}] must hold at least one weight, got none.")
    finite = values[np.isfinite(values)]
    return _Spread(name, finite, values.size - finite.size, threshold)


def _reach(sets):
    """How far the axes go from 0, so that all weights of each set but one in a thousand are inside."""
    reaches = [np.quantile(np.abs(part.finite), 0.999) for part in sets if len(part.finite)]
    return float(max(reaches, default=0)) or 1.0
