"""Why some searches find more: the different values that a grid and chance try, and a surrogate that says where to look next."""

import math

import matplotlib.pyplot as plt
import numpy as np

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, em, size
from lecture.plots.tuning.search import BEST

_LOOKS = {"grid": (COLORS[0], "s"), "random": (COLORS[2], "o")}


def plot_coverage(
    grid, random, *, effect=None, names=("important hyperparameter", "unimportant hyperparameter"), figure=None
):
    """Draw the points of a grid and of a random search with their projections: how many different values of each hyperparameter are tried.

    After Bergstra & Bengio, "Random search for hyper-parameter optimization" (JMLR 2012), figure 1.

    Parameters
    ----------
    grid, random : array of shape (n_points, 2)
        The important hyperparameter and the unimportant one of each trial, in [0, 1].
    effect : callable, optional
        ``effect(x)`` is the score at a value of the important one, the higher the better: its curve is drawn above,
        with the best value that each search finds.
    names : pair of str
        Of the two hyperparameters.
    figure : matplotlib.figure.Figure, optional
        An empty one; a new one by default.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2, 3)
        A row for the grid and one for the random search: the points, the projection above them, that at their right.

    Raises
    ------
    ValueError
        If the points are not of the shape above or leave [0, 1], the effect is not finite, or there are not two names.
    """
    searches = {"grid": _points(grid, "grid"), "random": _points(random, "random")}
    if isinstance(names, str) or len(names) != 2:
        raise ValueError(f"names must be those of two hyperparameters, got {names!r}.")
    x = np.linspace(0, 1, 201)
    curve = None if effect is None else _scores(effect, x)
    found = {name: None if effect is None else _scores(effect, points[:, 0]) for name, points in searches.items()}
    if figure is None:
        figure = plt.figure(figsize=(60 * em(), (36 if curve is not None else 31) * em()), layout="constrained")
    ratios = {"width_ratios": (5, 0.8, 0.3, 5, 0.8), "height_ratios": (2.6 if curve is not None else 0.8, 5)}
    parts = figure.add_gridspec(2, 5, **ratios)
    axes = np.empty((2, 3), dtype=object)
    for row, (name, points) in enumerate(searches.items()):
        left = 3 * row
        axes[row, 0] = figure.add_subplot(parts[1, left], sharey=axes[0, 0])
        axes[row, 1] = figure.add_subplot(parts[0, left], sharex=axes[row, 0], sharey=axes[0, 1])
        axes[row, 2] = figure.add_subplot(parts[1, left + 1], sharey=axes[row, 0])
        _draw_points(axes[row], points, name, names)
        if curve is not None:
            _draw_effect(axes[row, 1], x, curve, points[:, 0], found[name], name)
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
        raise ValueError(
            f"effect must be finite on [0, 1], got {scores[~np.isfinite(scores)][0]} at {values[~np.isfinite(scores)][0]:.3g}."
        )
    return scores


def n_different(values):
    """Return how many different values there are; what differs by rounding only counts once.

    >>> n_different([0.1, 0.3, 0.1 + 0.2])
    2
    """
    return len(np.unique(np.round(values, 9)))


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
    n_above, n_right = n_different(points[:, 0]), n_different(points[:, 1])
    above.set_title(
        f"{name}, {len(points)} trial{'s' * (len(points) != 1)}:\n{n_above} different value{'s' * (n_above != 1)}",
        fontsize="large",
        color=color,
    )
    right.yaxis.set_label_position("right")
    right.set_ylabel(
        f"{n_right} different value{'s' * (n_right != 1)}", color=color, rotation=270, va="bottom", fontsize="large"
    )
    right.set_xlim(0, 1)
    above.set_ylim(0, 1)
    for ax in (above, right):
        ax.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
        ax.spines[:].set_visible(False)
        ax.grid(visible=False)
    main.grid(visible=False)


def _draw_effect(ax, x, curve, tried, scores, name):
    """The curve of the important hyperparameter, what the search has seen of it, and the best of that."""
    color, marker = _LOOKS[name]
    letter = size()
    low, high = min(curve.min(), scores.min()), max(curve.max(), scores.max())
    span = (high - low) or 1.0
    ax.collections[0].remove()  # ticks become lines up to the curve
    ax.vlines(tried, low - 0.15 * span, scores, color=color, linewidth=0.12 * letter, zorder=1)
    ax.plot(x, curve, color="0.35", linewidth=0.16 * letter, zorder=2)
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
    best = (
        ""
        if scores is None
        else f" The best that it finds is {scores.max():.3g}, at {points[np.argmax(scores), 0]:.3g}; higher is better."
    )
    x, y = n_different(points[:, 0]), n_different(points[:, 1])
    return f"{name.capitalize()}: {len(points)} trials try {x} different values of the {names[0]} and {y} of the {names[1]}.{best}"


def plot_surrogate(
    x,
    mean,
    std,
    tried_x,
    tried_y,
    *,
    truth=None,
    next_x=None,
    gain=None,
    name="learning rate",
    score="validation accuracy",
    logarithmic=False,
    figure=None,
):
    """Draw Bayesian optimization over one hyperparameter: what was tried, what the surrogate makes of it, and where it looks next.

    The band is the mean plus and minus two standard deviations.

    Parameters
    ----------
    x : array of shape (n,)
        Values of the hyperparameter, rising.
    mean, std : array of shape (n,)
        Of the surrogate's prediction at them.
    tried_x, tried_y : array of shape (n_tried,)
        The trials, and their scores.
    truth : array of shape (n,), optional
        The score itself, where it is known: dashed.
    next_x : float, optional
        What is tried next; by default the place of the largest gain.
    gain : array of shape (n,), optional
        The acquisition function, such as expected improvement: drawn below.
    name, score : str
        What the hyperparameter is, and the score.
    logarithmic : bool
        Whether the hyperparameter has a log scale.
    figure : matplotlib.figure.Figure, optional
        An empty one; a new one by default.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,), or (1,) without ``gain``

    Raises
    ------
    ValueError
        If an array has another length or is not finite, ``x`` does not rise, a standard deviation is negative, nothing
        was tried, or a value that has a log scale is not above 0.
    """
    x, tried_x = _line(x, "x"), _line(tried_x, "tried_x")
    mean, std = _line(mean, "mean", len(x)), _line(std, "std", len(x))
    tried_y = _line(tried_y, "tried_y", len(tried_x), "tried_x")
    truth, gain = (
        None if values is None else _line(values, what, len(x)) for values, what in ((truth, "truth"), (gain, "gain"))
    )
    if (np.diff(x) <= 0).any():
        raise ValueError("x must rise from each value to the next, and it does not.")
    if (std < 0).any():
        raise ValueError(f"std must be 0 or more, got {std.min():g}.")
    if next_x is None and gain is not None:
        next_x = x[np.argmax(gain)]
    if logarithmic and min(x[0], tried_x.min(), math.inf if next_x is None else next_x) <= 0:
        raise ValueError(
            f"x, tried_x and next_x must be above 0 for a log scale, got {min(x[0], tried_x.min(), math.inf if next_x is None else next_x):g}."
        )
    if figure is None:
        figure = plt.figure(figsize=(55 * em(), (33 if gain is not None else 25) * em()), layout="constrained")
    heights = [3] if gain is None else [3, 1]
    axes = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights).ravel()
    _draw_belief(axes[0], x, mean, std, tried_x, tried_y, truth, next_x)
    axes[0].set_ylabel(score)
    axes[-1].set_xlabel(name)
    if logarithmic:
        axes[0].set_xscale("log")
    told = "" if next_x is None else f" Next is {next_x:.3g}."
    best = int(np.argmax(tried_y))
    describe(
        axes[0],
        f"The {score} over the {name}: {len(tried_x)} tried, the highest {tried_y[best]:.4g} at {tried_x[best]:.3g}; the mean of the surrogate is highest at "
        f"{x[np.argmax(mean)]:.3g}, its standard deviation {std.min():.2g} to {std.max():.2g}.{told}",
    )
    if gain is not None:
        _draw_gain(axes[1], x, gain, next_x)
        describe(axes[1], f"Below it the expected gain, highest at {x[np.argmax(gain)]:.3g}.")
    return axes


def _line(values, what, length=None, like="x"):
    """Numbers in a row as an array, or a sentence that says what they should have been."""
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or not len(values) or (length is not None and len(values) != length):
        raise ValueError(
            f"{what} must have shape ({'n' if length is None else length},){'' if length is None else f', as {like}'}, got {values.shape}."
        )
    if not np.isfinite(values).all():
        raise ValueError(f"{what} must be finite, got {values[~np.isfinite(values)][0]}.")
    return values


def _draw_belief(ax, x, mean, std, tried_x, tried_y, truth, next_x):
    """What was tried, the mean with its band, the truth and where it is looked next."""
    letter = size()
    ax.fill_between(
        x,
        mean - 2 * std,
        mean + 2 * std,
        color=COLORS[4],
        alpha=0.35,
        linewidth=0,
        label="± 2 standard deviations",
        zorder=1,
    )
    ax.plot(x, mean, color=COLORS[0], linewidth=0.2 * letter, label="surrogate", zorder=3)
    if truth is not None:
        ax.plot(x, truth, color="0.3", linestyle="--", linewidth=0.14 * letter, label="truth", zorder=2)
    ax.plot(
        tried_x,
        tried_y,
        "o",
        color=COLORS[6],
        markersize=0.75 * letter,
        markeredgecolor="white",
        label="tried",
        zorder=5,
    )
    if next_x is not None:
        ax.axvline(next_x, color=BEST, linestyle=":", linewidth=0.2 * letter, label=f"next: {next_x:.3g}", zorder=2)
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.2,
        ncols=5,
        columnspacing=1.2,
        handletextpad=0.5,
        handlelength=1.6,
    )


def _draw_gain(ax, x, gain, next_x):
    """The acquisition function, and its value where it is looked next."""
    letter = size()
    ax.fill_between(x, 0, gain, color=COLORS[2], alpha=0.25, linewidth=0)
    ax.plot(x, gain, color=COLORS[2], linewidth=0.16 * letter)
    ax.axvline(next_x, color=BEST, linestyle=":", linewidth=0.2 * letter)
    ax.plot(next_x, np.interp(next_x, x, gain), "v", color=BEST, markersize=letter, markeredgecolor="white", zorder=4)
    ax.set_ylim(0, 1.3 * gain.max() or 1)
    ax.set_ylabel("expected gain")
    ax.set_yticks([])
