"""Why random search finds more than a grid: how many different values of each hyperparameter the two try."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, TALL, WIDE, em, size
from lecture.plots.tuning.trials import BEST
from lecture.words import counted

_LOOKS = {"grid": (COLORS[0], "s"), "random": (COLORS[2], "o")}
_GRID = np.linspace(0, 1, 201)  # where the effect is drawn
_WIDTHS, _HEIGHTS = (5, 0.8, 0.3, 5, 0.8), (2.6, 5)  # of the panels, as ratios
_LOW = 0.8  # height of the upper panels without an effect


def plot_coverage(
    grid: ArrayLike,
    random: ArrayLike,
    *,
    effect: Callable[[float], float] | None = None,
    names: tuple[str, str] = ("important hyperparameter", "unimportant hyperparameter"),
    figure: Figure | None = None,
) -> np.ndarray:
    """Draw the points of a grid and of a random search, with their projections on both axes.

    The projections show how many different values of each hyperparameter are tried, after Bergstra & Bengio, "Random
    search for hyper-parameter optimization" (JMLR 2012), figure 1.

    Parameters
    ----------
    grid, random : array of shape (n_points, 2)
        The important hyperparameter and the unimportant one of each trial, in [0, 1].
    effect : callable, optional
        Function from a value of the important one to a score, the higher the better: its curve is drawn above, with
        the best value that each search finds.
    names : pair of str
        Names of the two hyperparameters.
    figure : matplotlib.figure.Figure, optional
        Empty figure to draw on; a new one if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2, 3)
        A row for the grid and one for the random search: the points, the projection above them, that on their right.

    Raises
    ------
    ValueError
        If the points do not have shape (n_points, 2) or are not in [0, 1], the effect is not finite, or there are not
        two names.
    """
    searches = {"grid": _points(grid, "grid"), "random": _points(random, "random")}
    if isinstance(names, str) or len(names) != 2:
        raise ValueError(f"names must be those of two hyperparameters, got {names!r}.")
    curve = None if effect is None else _scores(effect, _GRID)
    found = {name: None if effect is None else _scores(effect, points[:, 0]) for name, points in searches.items()}
    if figure is None:
        figure = plt.figure(figsize=(WIDE * em(), (26 if curve is None else TALL) * em()), layout="constrained")
    heights = (_LOW, _HEIGHTS[1]) if curve is None else _HEIGHTS
    parts = figure.add_gridspec(2, 5, width_ratios=_WIDTHS, height_ratios=heights)
    axes = np.empty((2, 3), dtype=object)
    for row, (name, points) in enumerate(searches.items()):
        left = 3 * row
        axes[row, 0] = figure.add_subplot(parts[1, left], sharey=axes[0, 0])
        axes[row, 1] = figure.add_subplot(parts[0, left], sharex=axes[row, 0], sharey=axes[0, 1])
        axes[row, 2] = figure.add_subplot(parts[1, left + 1], sharey=axes[row, 0])
        _draw_points(axes[row], points, name, names)
        if curve is not None:
            _draw_effect(axes[row, 1], name, curve, points[:, 0], found[name])
        describe(axes[row, 0], _sentence(name, points, names, found[name]))
    if curve is not None:
        axes[0, 1].set_ylabel("score")
    return axes


def _points(points, what):
    """Points as an array of floats, or a sentence that says what they should have been."""
    points = np.asarray(points, dtype=float)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(f"{what} must have shape (n_points, 2), got {points.shape}.")
    if not ((points >= 0) & (points <= 1)).all():
        raise ValueError(f"{what} must lie in [0, 1], got {points.min():g} to {points.max():g}.")
    return points


def _scores(effect, values):
    """The effect of each value, by itself: it need not take arrays."""
    scores = np.array([float(effect(float(value))) for value in values])
    if not np.isfinite(scores).all():
        first = int(np.argmin(np.isfinite(scores)))
        raise ValueError(f"effect must be finite on [0, 1], got {scores[first]} at {values[first]:.3g}.")
    return scores


def n_different(values: ArrayLike) -> int:
    """Return how many different values there are; those that differ by rounding only count once.

    >>> n_different([0.1, 0.3, 0.1 + 0.2])
    2
    """
    return len(np.unique(np.round(np.asarray(values, dtype=float), 9)))


def _draw_points(axes, points, name, names):
    """The points, lines from each to both sides, and ticks there."""
    main, above, right = axes
    color, marker = _LOOKS[name]
    letter = size()
    thin = {"color": color, "linewidth": 0.07 * letter, "alpha": 0.5, "zorder": 1}
    main.vlines(points[:, 0], points[:, 1], 1.05, **thin)
    main.hlines(points[:, 1], points[:, 0], 1.05, **thin)
    main.plot(*points.T, marker, color=color, markersize=0.8 * letter, markeredgecolor="white", zorder=3)
    main.set(xlim=(-0.05, 1.05), ylim=(-0.05, 1.05), xlabel=names[0], xticks=[], yticks=[])
    if name == "grid":
        main.set_ylabel(names[1])
    main.spines[["top", "right"]].set_visible(True)
    thick = {"color": color, "linewidth": 0.18 * letter}
    above.vlines(points[:, 0], 0, 1, **thick)
    right.hlines(points[:, 1], 0, 1, **thick)
    n_trials, *n_values = counted(len(points), "trial"), *(_n_different(points[:, axis]) for axis in (0, 1))
    above.set_title(f"{name}, {n_trials}:\n{n_values[0]}", fontsize="medium", color=color)
    right.yaxis.set_label_position("right")
    right.set_ylabel(n_values[1], color=color, rotation=270, va="bottom", fontsize="medium")
    right.set_xlim(0, 1)
    above.set_ylim(0, 1)
    for ax in (above, right):
        ax.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
        ax.spines[:].set_visible(False)
        ax.grid(visible=False)
    main.grid(visible=False)


def _n_different(values):
    """The same in words."""
    return counted(n_different(values), "different value")


def _draw_effect(ax, name, curve, tried, scores):
    """The curve of the important hyperparameter, the points of the search on it, and the best of them."""
    color, marker = _LOOKS[name]
    letter = size()
    low, high = min(curve.min(), scores.min()), max(curve.max(), scores.max())
    span = (high - low) or 1.0
    ax.collections[0].remove()  # ticks become lines up to the curve
    ax.vlines(tried, low - 0.15 * span, scores, color=color, linewidth=0.12 * letter, zorder=1)
    ax.plot(_GRID, curve, color="0.35", linewidth=0.16 * letter, zorder=2)
    ax.plot(tried, scores, marker, color=color, markersize=0.55 * letter, zorder=3)
    best = int(np.argmax(scores))
    ax.plot(tried[best], scores[best], "*", color=BEST, markersize=1.6 * letter, markeredgecolor="white", zorder=4)
    top = high + 0.12 * span  # of the whole curve, so that the number never lies on it
    ax.plot([tried[best]] * 2, [scores[best], top], color=BEST, linestyle=":", linewidth=0.12 * letter, zorder=1)
    side = "left" if tried[best] < 0.15 else "right" if tried[best] > 0.85 else "center"
    ax.text(tried[best], top, f"best {scores[best]:.3g}", color=BEST, weight="bold", va="bottom", ha=side)
    ax.set_ylim(low - 0.15 * span, high + 0.4 * span)


def _sentence(name, points, names, scores):
    """What a search tries, and what it finds."""
    different = [f"{n_different(points[:, axis])} " for axis in (0, 1)]
    tried = f"{different[0]}different values of the {names[0]} and {different[1]}of the {names[1]}"
    sentence = f"{name.capitalize()}: {len(points)} trials try {tried}."
    if scores is None:
        return sentence
    best = f"{scores.max():.3g}, at {points[np.argmax(scores), 0]:.3g}"
    return f"{sentence} The best that it finds is {best}; higher is better."
