"""All hyperparameters of a search at once: each trial as a line through parallel axes to its score."""

from collections.abc import Iterable

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.patheffects import withStroke

from lecture.plots.alt import describe
from lecture.plots.style import WIDE, axes, em, size
from lecture.plots.tuning.columns import columns
from lecture.plots.tuning.trials import BEST, Trial, in_order
from lecture.words import counted

NOT_USED = -0.2  # where a line passes a hyperparameter that a trial does not use, below its axis from 0 to 1
# From light to dark, without viridis' yellow end, which is too pale on white.
_DARK = colormaps["viridis"](np.linspace(0.93, 0, 256))
DARK_IS_HIGH, DARK_IS_LOW = ListedColormap(_DARK), ListedColormap(_DARK[::-1])  # the better, the darker
_INK = "0.35"


def plot_parallel(
    trials: Iterable[Trial],
    *,
    score: str = "validation accuracy",
    higher_is_better: bool = True,
    logarithmic: Iterable[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw each trial as a line through its hyperparameters, an axis for each, to its score at the right.

    A line has the colour of its score, the darker the better; the best is drawn on top. If a trial does not use a
    hyperparameter, its line passes below that axis. Trials without a score are left out; those that are much worse
    than the others end at the end of the last axis.

    Parameters
    ----------
    trials : sequence of Trial
        Trials in any order.
    score : str
        Name of the score.
    higher_is_better : bool
        False for a loss.
    logarithmic : sequence of str
        Names of hyperparameters with a log scale; names that no trial has are ignored.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        Its first collection has the lines, each of shape (n_hyperparameters + 1, 2), from the worst to the best. The
        hyperparameters stand at x = 0, 1, … and the score at the last x; y is 0 to 1 on the axes and ``NOT_USED``
        below them.

    Raises
    ------
    ValueError
        If there are no trials, none has a score, they have no hyperparameters, or a logarithmic one is not a number
        above 0.
    """
    _, scored = in_order(trials)
    scores = np.array([trial.score for trial in scored])
    at, found = (np.argmax if higher_is_better else np.argmin)(scores), columns(scored, logarithmic)
    low, high = _window(scores, higher_is_better)
    y = _heights(found, (np.clip(scores, low, high) - low) / (high - low))
    n, best = len(found), scored[at]
    ax = axes(ax, min(max(6 * n + 9, 40), WIDE), 27)
    for x, column in enumerate(found):
        _draw_axis(ax, x, column)
    colors = ScalarMappable(Normalize(low, high), DARK_IS_HIGH if higher_is_better else DARK_IS_LOW)
    order = np.argsort(scores if higher_is_better else -scores, kind="stable")
    _draw_lines(ax, y[order], colors.to_rgba(scores[order]), y[at])
    beyond = (scores < low) | (scores > high)
    _draw_bar(ax, n, colors, score, ends=((scores < low).any(), (scores > high).any()))
    _frame(ax, found, has_gaps=(y == NOT_USED).any())
    title = f"best: trial {best.number}, {best.score:.4g}"
    ax.set_title(title, color=BEST, loc="right", fontsize="medium", weight="bold")
    values = [f"{column.name} {column.text(column.x[at])}" for column in found if not np.isnan(column.x[at])]
    sentences = [
        f"Each of {counted(len(scored), 'trial')} as a line through {counted(n, 'hyperparameter')} to its {score}, "
        f"{scores.min():.4g} to {scores.max():.4g}; "
        f"the best, trial {best.number} with {best.score:.4g}, has {', '.join(values)}."
    ]
    if beyond.any():
        sentences.append(f"Much worse, and drawn at the end of its axis: {beyond.sum()}.")
    return describe(ax, " ".join(sentences))


def _heights(found, scores):
    """Where each line passes each axis, shape (n_trials, n_hyperparameters + 1)."""
    heights = np.array([*(column.fraction(column.x) for column in found), scores]).T
    heights[np.isnan(heights)] = NOT_USED
    return heights


def _draw_lines(ax, heights, colors, best):
    """All lines, from the worst to the best, and the best once more on top."""
    letter, x = size(), np.arange(heights.shape[1])
    segments = [np.column_stack([x, row]) for row in heights]
    lines = LineCollection(segments, colors=colors, linewidths=0.14 * letter, alpha=0.85, zorder=2)
    ax.add_collection(lines, autolim=False)
    style = {"color": BEST, "linewidth": 0.35 * letter, "marker": "o", "markersize": 0.7 * letter, "zorder": 4}
    casing = [withStroke(linewidth=0.55 * letter, foreground="white")]
    ax.plot(x, best, path_effects=casing, clip_on=False, **style)


def _draw_bar(ax, n, colors, score, ends):
    """The axis of the score: a colour bar, with a point at each of the ends that has scores beyond it."""
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max"}.get(ends, "neither")
    place = ax.inset_axes([n + 0.03, 0, 0.16, 1], transform=ax.transData)
    bar = ax.figure.colorbar(colors, cax=place, label=score, extend=extend, extendfrac=0.04)
    bar.outline.set_visible(False)
    bar.ax.grid(visible=False)


def _window(scores, higher_is_better):
    """The ends of the score's axis: up to three times as far from the best as the median is.

    So a few bad trials do not make all others look alike.
    """
    best, worst = (scores.max(), scores.min()) if higher_is_better else (scores.min(), scores.max())
    reach = 3 * abs(best - np.median(scores))
    if 0 < reach < 0.8 * abs(best - worst):  # otherwise there is little to gain
        worst = best - reach if higher_is_better else best + reach
    low, high = sorted((float(worst), float(best)))
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def _frame(ax, found, has_gaps):
    """Names above, no frame, and room for what passes below."""
    n = len(found)
    ax.set(xlim=(-0.15, n + 0.19), ylim=(NOT_USED - 0.13 if has_gaps else -0.05, 1.05))
    names = [_in_two(column.name) if len(column.name) > 9 else column.name for column in found]
    room = 0.85 * ax.figure.get_figwidth() / em() / (n + 1) / 0.5  # letters between two axes
    if max(len(part) for name in names for part in name.split("\n")) > room:
        for i in range(1, n, 2):  # above the one before
            names[i] += "\n" + "\n" * names[i - 1].count("\n")
    ax.set_xticks(range(n), names)
    ax.tick_params(axis="x", length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)


def _in_two(name):
    """A name on two lines, parted at the underscore that is nearest to its middle; on one if it has none."""
    gaps = [place + 1 for place, letter in enumerate(name) if letter == "_" and 0 < place < len(name) - 1]
    middle = min(gaps, key=lambda place: abs(place - len(name) / 2), default=0)
    return f"{name[:middle]}\n{name[middle:]}" if middle else name


def _draw_axis(ax, x, column):
    """A vertical axis from 0 to 1 with its labels, and the place below it for lines that pass by."""
    letter = size()
    thin = {"color": _INK, "linewidth": 0.1 * letter}
    label = {"textcoords": "offset points", "zorder": 6}
    label["path_effects"] = [withStroke(linewidth=0.3 * letter, foreground="white")]
    ax.plot([x, x], [0, 1], zorder=3, **thin)
    ticks, labels = column.ticks()
    for place, text in zip(column.fraction(np.array(ticks, dtype=float)), labels):
        ax.plot([x - 0.03, x + 0.03], [place, place], zorder=3, **thin)
        ax.annotate(text, (x, place), xytext=(0.45 * letter, 0), va="center", **label)
    if np.isnan(column.x).any():
        ax.plot([x, x], [NOT_USED, 0], linestyle=":", zorder=1, **thin)
        ax.plot(x, NOT_USED, "o", color="white", markeredgecolor=_INK, markersize=0.6 * letter, zorder=3)
        below = {"xytext": (0, -0.7 * letter), "ha": "center", "va": "top", "style": "italic"}
        ax.annotate("not used", (x, NOT_USED), **below, **label)
