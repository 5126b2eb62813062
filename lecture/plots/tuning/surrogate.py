"""Bayesian optimization over one hyperparameter: what the surrogate believes, and where it looks next."""

import math
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, WIDE, em, size
from lecture.plots.tuning.search import KEY
from lecture.plots.tuning.trials import BEST


def plot_surrogate(
    x: ArrayLike,
    mean: ArrayLike,
    std: ArrayLike,
    tried_x: ArrayLike,
    tried_y: ArrayLike,
    *,
    truth: ArrayLike | None = None,
    next_x: float | None = None,
    gain: ArrayLike | None = None,
    name: str = "learning rate",
    score: str = "validation accuracy",
    logarithmic: bool = False,
    figure: Figure | None = None,
) -> np.ndarray:
    """Draw Bayesian optimization over one hyperparameter: the trials so far, the surrogate, and the next trial.

    The band is the mean plus and minus two standard deviations.

    Parameters
    ----------
    x : array of shape (n,)
        Values of the hyperparameter, rising.
    mean, std : array of shape (n,)
        Mean and standard deviation of the surrogate's prediction at them.
    tried_x, tried_y : array of shape (n_tried,)
        Values that were tried, and their scores.
    truth : array of shape (n,), optional
        The score itself, if it is known: dashed.
    next_x : float, optional
        Value that is tried next; that of the largest gain if None.
    gain : array of shape (n,), optional
        Acquisition function, such as the expected improvement: drawn below.
    name, score : str
        Names of the hyperparameter and of the score.
    logarithmic : bool
        Whether the hyperparameter has a log scale.
    figure : matplotlib.figure.Figure, optional
        Empty figure to draw on; a new one if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,), or (1,) without ``gain``

    Raises
    ------
    ValueError
        If an array has another length or is not finite, ``x`` does not rise, a standard deviation is negative, nothing
        was tried, or a value on a log scale is not above 0.
    """
    belief = _Belief.of(x, mean, std, tried_x, tried_y, truth=truth, next_x=next_x, gain=gain)
    if logarithmic and belief.least <= 0:
        raise ValueError(f"x, tried_x and next_x must be above 0 for a log scale, got {belief.least:g}.")
    has_gain = belief.gain is not None
    if figure is None:
        figure = plt.figure(figsize=(WIDE * em(), (27 if has_gain else 24) * em()), layout="constrained")
    heights = [3, 1] if has_gain else [3]
    axes = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights).ravel()
    _draw_belief(axes[0], belief)
    axes[0].set_ylabel(score)
    axes[-1].set_xlabel(name)
    if logarithmic:
        axes[0].set_xscale("log")
    describe(axes[0], belief.describe(name, score))
    if has_gain:
        _draw_gain(axes[1], belief)
        describe(axes[1], f"Below it the expected gain, highest at {belief.x[np.argmax(belief.gain)]:.3g}.")
    return axes


@dataclass(frozen=True, eq=False)
class _Belief:
    """What the surrogate makes of the trials so far, checked."""

    x: np.ndarray  # (n,)
    mean: np.ndarray  # (n,)
    std: np.ndarray  # (n,)
    tried_x: np.ndarray  # (n_tried,)
    tried_y: np.ndarray  # (n_tried,)
    truth: np.ndarray | None  # (n,)
    next_x: float | None
    gain: np.ndarray | None  # (n,)

    @classmethod
    def of(cls, *values, truth, next_x, gain):
        """Check the arrays, of which ``values`` are the five that are always given."""
        x, tried_x = _line(values[0], "x"), _line(values[3], "tried_x")
        mean, std = _line(values[1], "mean", len(x)), _line(values[2], "std", len(x))
        tried_y = _line(values[4], "tried_y", len(tried_x), "tried_x")
        truth = None if truth is None else _line(truth, "truth", len(x))
        gain = None if gain is None else _line(gain, "gain", len(x))
        if (np.diff(x) <= 0).any():
            raise ValueError("x must rise from each value to the next, and it does not.")
        if (std < 0).any():
            raise ValueError(f"std must be 0 or more, got {std.min():g}.")
        if next_x is None and gain is not None:
            next_x = x[np.argmax(gain)]
        return cls(x, mean, std, tried_x, tried_y, truth, next_x, gain)

    @property
    def least(self):
        """The least value of the hyperparameter."""
        return min(self.x[0], self.tried_x.min(), math.inf if self.next_x is None else self.next_x)

    def describe(self, name, score):
        """Return what is drawn."""
        best = int(np.argmax(self.tried_y))
        highest = f"the highest {self.tried_y[best]:.4g} at {self.tried_x[best]:.3g}"
        mean = f"the mean of the surrogate is highest at {self.x[np.argmax(self.mean)]:.3g}"
        spread = f"its standard deviation {self.std.min():.2g} to {self.std.max():.2g}"
        after = "" if self.next_x is None else f" Next is {self.next_x:.3g}."
        return f"The {score} over the {name}: {len(self.tried_x)} tried, {highest}; {mean}, {spread}.{after}"


def _line(values, what, length=None, like="x"):
    """Numbers in a row as an array, or a sentence that says what they should have been."""
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or not len(values) or (length is not None and len(values) != length):
        wanted = "(n,)" if length is None else f"({length},), as {like}"
        raise ValueError(f"{what} must have shape {wanted}, got {values.shape}.")
    if not np.isfinite(values).all():
        raise ValueError(f"{what} must be finite, got {values[~np.isfinite(values)][0]}.")
    return values


def _draw_belief(ax, belief):
    """The mean with its band, the truth, the trials so far and the next one."""
    letter, low, high = size(), belief.mean - 2 * belief.std, belief.mean + 2 * belief.std
    style = {"color": COLORS[4], "alpha": 0.35, "linewidth": 0, "zorder": 1}
    ax.fill_between(belief.x, low, high, label="± 2 standard deviations", **style)
    ax.plot(belief.x, belief.mean, color=COLORS[0], linewidth=0.2 * letter, label="surrogate", zorder=3)
    if belief.truth is not None:
        style = {"color": "0.3", "linestyle": "--", "linewidth": 0.14 * letter, "zorder": 2}
        ax.plot(belief.x, belief.truth, label="truth", **style)
    style = {"color": COLORS[6], "markersize": 0.75 * letter, "markeredgecolor": "white", "zorder": 5}
    ax.plot(belief.tried_x, belief.tried_y, "o", label="tried", **style)
    if belief.next_x is not None:
        style = {"color": BEST, "linestyle": ":", "linewidth": 0.2 * letter, "zorder": 2}
        ax.axvline(belief.next_x, label=f"next: {belief.next_x:.3g}", **style)
    ax.legend(ncols=5, handletextpad=0.5, handlelength=1.6, **KEY)


def _draw_gain(ax, belief):
    """The acquisition function, and its value at the next trial."""
    letter, x, gain = size(), belief.x, belief.gain
    ax.fill_between(x, 0, gain, color=COLORS[2], alpha=0.25, linewidth=0)
    ax.plot(x, gain, color=COLORS[2], linewidth=0.16 * letter)
    ax.axvline(belief.next_x, color=BEST, linestyle=":", linewidth=0.2 * letter)
    at = np.interp(belief.next_x, x, gain)
    ax.plot(belief.next_x, at, "v", color=BEST, markersize=letter, markeredgecolor="white", zorder=4)
    ax.set_ylim(0, 1.3 * gain.max() or 1)
    ax.set_ylabel("expected\ngain")
    ax.set_yticks([])
