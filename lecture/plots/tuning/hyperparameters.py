"""What the hyperparameters of a search have to do with its scores: each by itself, and all at once."""

import math
from dataclasses import dataclass
from numbers import Real

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, axes, em, size
from lecture.plots.tuning.search import BEST, count, in_order

NOT_USED = -0.2  # where a line passes a hyperparameter that does not count, below its axis from 0 to 1
_A_ROW = 4  # panels
_LETTERS = 18  # of tick labels that stand side by side under a panel
_FEW = 6  # so many different numbers have a tick each
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_JITTER = 0.16  # of a category's points, to either side
_DARK = colormaps["viridis"](
    np.linspace(0.93, 0, 256)
)  # without the yellow end, which is too pale on white; from light to dark
DARK_IS_HIGH, DARK_IS_LOW = ListedColormap(_DARK), ListedColormap(_DARK[::-1])  # the better, the darker


@dataclass(frozen=True)
class Column:
    """One hyperparameter over some trials.

    Attributes
    ----------
    name : str
    x : ndarray of shape (n_trials,)
        Its values, or the numbers of its categories; NaN where it does not count.
    categories : tuple of str
        By number; empty for a hyperparameter that is a number.
    log : bool
        Whether it is drawn on a log scale.
    """

    name: str
    x: np.ndarray
    categories: tuple = ()
    log: bool = False

    @property
    def low(self):
        return float(np.nanmin(self.x))

    @property
    def high(self):
        return float(np.nanmax(self.x))

    def fraction(self, values):
        """Where some values lie between the lowest, 0, and the highest, 1; one half where they are the same."""
        scale = np.log if self.log else np.asarray
        low, high = scale(self.low), scale(self.high)
        return (scale(values) - low) / (high - low) if high > low else np.where(np.isnan(values), np.nan, 0.5)

    def ticks(self, apart=0.09):
        """Return values and labels to be read beside the axis, at least ``apart`` of its length from each other; its ends come first."""
        if self.categories:
            return list(range(len(self.categories))), list(self.categories)
        different = np.unique(self.x[~np.isnan(self.x)])
        if len(different) <= _FEW:
            places = different
        else:
            places = LogLocator().tick_values(self.low, self.high) if self.log else []
            places = [place for place in places if self.low <= place <= self.high]
            if len(places) < 2:
                places = [
                    place for place in MaxNLocator(4).tick_values(self.low, self.high) if self.low <= place <= self.high
                ]
        kept = []
        for place in sorted(places, key=lambda place: place not in (places[0], places[-1])):
            if all(abs(self.fraction(place) - self.fraction(other)) >= apart for other in kept):
                kept.append(float(place))
        return sorted(kept), [_label(place, self.log) for place in sorted(kept)]

    def text(self, value):
        """A value of ``x`` as it is read."""
        return self.categories[int(value)] if self.categories else f"{value:.4g}"


def _label(value, log):
    """A tick's label: powers of ten far from 1 are short."""
    power = round(math.log10(value)) if log else 0
    return (
        f"10{str(power).translate(_RAISED)}" if abs(power) > 1 and math.isclose(value, 10.0**power) else f"{value:.4g}"
    )


def columns(trials, logarithmic=()):
    """Return the hyperparameters of some trials as a list of `Column`, in the order of the trials' values.

    Raises
    ------
    ValueError
        If the trials have no hyperparameters, or one that is to be logarithmic is not a number above 0.
    """
    logarithmic = {logarithmic} if isinstance(logarithmic, str) else set(logarithmic)
    found = [
        _column(
            name,
            [trial.values.get(name) for trial in trials],
            [name in trial.values for trial in trials],
            name in logarithmic,
        )
        for name in _names(trials)
    ]
    if not found:
        raise ValueError(f"trials must have one hyperparameter or more, got none in {count(trials)}.")
    return found


def _names(trials):
    """All names, each after the one that it follows in its first trial: a conditional one stays where its space has it."""
    names = []
    for trial in trials:
        last = -1
        for name in trial.values:
            if name not in names:
                names.insert(last + 1, name)
            last = names.index(name)
    return names


def _column(name, values, counts, log):
    given = [value for value, does in zip(values, counts) if does]
    others = [
        value for value in given if not isinstance(value, Real) or isinstance(value, bool) or not math.isfinite(value)
    ]
    if not others:
        if log and min(given) <= 0:
            raise ValueError(f"logarithmic hyperparameters must be above 0, got {min(given):g} for {name}.")
        return Column(
            name, np.array([value if does else np.nan for value, does in zip(values, counts)], dtype=float), log=log
        )
    if log:
        raise ValueError(f"logarithmic hyperparameters must be numbers, got {others[0]!r} for {name}.")
    categories = tuple(sorted({str(value) for value in given}))
    return Column(
        name,
        np.array([categories.index(str(value)) if does else np.nan for value, does in zip(values, counts)]),
        categories,
    )


def plot_hyperparameters(trials, *, score="validation accuracy", higher_is_better=True, logarithmic=(), figure=None):
    """Draw the score against the value of each hyperparameter, a small panel for each; the best trial is a star.

    Points of a category are moved a little to the sides, always in the same way, so that they can be counted. Trials
    without a score are left out; so is, in its panel, a trial for which a hyperparameter does not count.

    Parameters
    ----------
    trials : sequence of Trial
    score : str
        What the score is.
    higher_is_better : bool
        False for a loss.
    logarithmic : sequence of str
        Hyperparameters with a log scale; names that no trial has are passed over.
    figure : matplotlib.figure.Figure, optional
        An empty one; a new one by default.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (n_hyperparameters,)
        In the order of the trials' values, at most four in a row.

    Raises
    ------
    ValueError
        If there are no trials, none has a score, they have no hyperparameters, or one that is to be logarithmic is not
        a number above 0.
    """
    _, scored = in_order(trials)
    at = (np.argmax if higher_is_better else np.argmin)([trial.score for trial in scored])
    found = columns(scored, logarithmic)
    n_rows = math.ceil(len(found) / _A_ROW)
    n_columns = math.ceil(len(found) / n_rows)
    if figure is None:
        height = 14 * n_rows + 3 + (5 * n_rows if any(map(_is_wide, found)) else 0)
        figure = plt.figure(figsize=(max(13.5 * n_columns + 4, 24) * em(), height * em()), layout="constrained")
    panels = figure.subplots(n_rows, n_columns, sharey=True, squeeze=False)
    for ax in panels.flat[len(found) :]:
        ax.remove()
    axes = panels.ravel()[: len(found)]
    y, best = np.array([trial.score for trial in scored]), scored[at]
    for number, (ax, column) in enumerate(zip(axes, found)):
        _draw_panel(ax, column, y, at)
        if number % n_columns == 0:
            ax.set_ylabel(score)
        describe(ax, _sentence(column, y, at, higher_is_better))
    axes[0].margins(y=0.1)
    figure.suptitle(f"★ best: trial {best.number}, {best.score:.4g}", color=BEST, fontsize="medium", weight="bold")
    describe(
        axes[0],
        f"The {score} of {count(scored)} against each of {count(found, 'hyperparameter')}; best {best.score:.4g} in trial {best.number}. {axes[0].get_label()}",
    )
    return axes


def _draw_panel(ax, column, y, at):
    """Points, the best of them (number ``at``), and ticks that can be read."""
    letter = size()
    x = column.x + (np.random.default_rng(0).uniform(-_JITTER, _JITTER, len(y)) if column.categories else 0)
    others = np.arange(len(y)) != at
    if column.log:
        ax.set_xscale("log")
    ax.plot(x[others], y[others], "o", color=COLORS[0], alpha=0.65, markersize=0.55 * letter, markeredgewidth=0)
    ax.plot(x[[at]], y[[at]], "*", color=BEST, markersize=1.4 * letter, markeredgecolor="white", zorder=4)
    ticks, labels = column.ticks(apart=0.16)
    ax.set_xticks(
        ticks, labels, **({"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if _is_wide(column) else {})
    )
    ax.xaxis.set_minor_locator(NullLocator())
    if column.categories:
        ax.set_xlim(-0.5, len(column.categories) - 0.5)
    else:
        ax.margins(x=0.1)
    ax.set_xlabel(column.name)
    n_used = int((~np.isnan(column.x)).sum())
    if n_used < len(y):
        ax.set_title(f"used in {n_used} of {len(y)} trials", fontsize="small", color="0.35")


def _is_wide(column):
    """Whether the names of its categories have no room side by side."""
    return sum(map(len, column.categories)) > _LETTERS


def _sentence(column, y, at, higher_is_better):
    """What a panel shows."""
    used = ~np.isnan(column.x)
    some = f" in {used.sum()} of {count(y, 'trial')}" if not used.all() else ""
    if column.categories:
        top = np.max if higher_is_better else np.min
        return (
            f"{column.name}{some}, best with each: "
            + ", ".join(f"{name} {top(y[column.x == i]):.4g}" for i, name in enumerate(column.categories))
            + "."
        )
    best = f"{column.text(column.x[at])} in the best" if used[at] else "not used by the best"
    return f"{column.name} from {column.low:.3g} to {column.high:.3g}{some}{', on a log scale' if column.log else ''}: {best}."


def plot_parallel(trials, *, score="validation accuracy", higher_is_better=True, logarithmic=(), ax=None):
    """Draw each trial as a line through its hyperparameters, an axis for each, to its score at the right.

    A line has the colour of its score, the darker the better; the best is drawn on top. Where a hyperparameter does not
    count, the line passes below its axis. Trials without a score are left out; those that are much worse than the
    others end at the end of the last axis.

    Parameters
    ----------
    trials : sequence of Trial
    score : str
        What the score is.
    higher_is_better : bool
        False for a loss.
    logarithmic : sequence of str
        Hyperparameters with a log scale; names that no trial has are passed over.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
        Its first collection has the lines, each of shape (n_hyperparameters + 1, 2), from the worst to the best: the
        hyperparameters stand at x = 0, 1, … and the score at the last; y is 0 to 1 on the axes and ``NOT_USED`` below
        them.

    Raises
    ------
    ValueError
        If there are no trials, none has a score, they have no hyperparameters, or one that is to be logarithmic is not
        a number above 0.
    """
    _, scored = in_order(trials)
    scores = np.array([trial.score for trial in scored])
    at, found = (np.argmax if higher_is_better else np.argmin)(scores), columns(scored, logarithmic)
    low, high = _window(scores, higher_is_better)
    y = np.array(
        [*(column.fraction(column.x) for column in found), (np.clip(scores, low, high) - low) / (high - low)]
    ).T  # (n_trials, n_hyperparameters + 1)
    y[np.isnan(y)] = NOT_USED
    n, best = len(found), scored[at]
    ax = axes(ax, min(max(6 * n + 9, 40), 66), 27)
    letter = size()
    for x, column in enumerate(found):
        _draw_axis(ax, x, column)
    order = np.argsort(scores if higher_is_better else -scores, kind="stable")
    colors = ScalarMappable(Normalize(low, high), DARK_IS_HIGH if higher_is_better else DARK_IS_LOW)
    segments = [np.column_stack([np.arange(n + 1), y[i]]) for i in order]
    ax.add_collection(
        LineCollection(segments, colors=colors.to_rgba(scores[order]), linewidths=0.14 * letter, alpha=0.85, zorder=2),
        autolim=False,
    )
    casing = [withStroke(linewidth=0.55 * letter, foreground="white")]
    ax.plot(
        np.arange(n + 1),
        y[at],
        color=BEST,
        linewidth=0.35 * letter,
        marker="o",
        markersize=0.7 * letter,
        zorder=4,
        path_effects=casing,
        clip_on=False,
    )
    beyond = (scores < low).any(), (scores > high).any()
    extend = {"extend": {(True, False): "min", (False, True): "max"}.get(beyond, "neither"), "extendfrac": 0.04}
    bar = ax.figure.colorbar(
        colors, cax=ax.inset_axes([n + 0.03, 0, 0.16, 1], transform=ax.transData), label=score, **extend
    )
    bar.outline.set_visible(False)
    bar.ax.grid(visible=False)
    _frame(ax, found, has_gaps=(y == NOT_USED).any())
    ax.set_title(
        f"best: trial {best.number}, {best.score:.4g}", color=BEST, loc="right", fontsize="medium", weight="bold"
    )
    values = ", ".join(f"{column.name} {column.text(column.x[at])}" for column in found if not np.isnan(column.x[at]))
    far = (
        f" Much worse, and drawn at the end of its axis: {np.sum((scores < low) | (scores > high))}."
        if any(beyond)
        else ""
    )
    return describe(
        ax,
        f"Each of {count(scored)} as a line through {count(found, 'hyperparameter')} to its {score}, {scores.min():.4g} to {scores.max():.4g}; "
        f"the best, trial {best.number} with {best.score:.4g}, has {values}.{far}",
    )


def _window(scores, higher_is_better):
    """The ends of the score's axis: at most three times as far from the best as the median, so that few bad trials do not make all others look alike."""
    best, worst = (scores.max(), scores.min()) if higher_is_better else (scores.min(), scores.max())
    reach = 3 * abs(best - np.median(scores))
    if 0 < reach < 0.8 * abs(best - worst):  # else there is little to be won
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
        names[1::2] = [
            f"{name}\n" + "\n" * names[i].count("\n") for i, name in zip(range(0, n, 2), names[1::2])
        ]  # above the one before
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
    ax.plot([x, x], [0, 1], color="0.35", linewidth=0.1 * letter, zorder=3)
    ticks, labels = column.ticks()
    halo = [withStroke(linewidth=0.3 * letter, foreground="white")]
    for place, label in zip(column.fraction(np.array(ticks, dtype=float)), labels):
        ax.plot([x - 0.03, x + 0.03], [place, place], color="0.35", linewidth=0.1 * letter, zorder=3)
        ax.annotate(
            label,
            (x, place),
            xytext=(0.45 * letter, 0),
            textcoords="offset points",
            va="center",
            zorder=6,
            path_effects=halo,
        )
    if np.isnan(column.x).any():
        ax.plot([x, x], [NOT_USED, 0], color="0.35", linewidth=0.1 * letter, linestyle=":", zorder=1)
        ax.plot(x, NOT_USED, "o", color="white", markeredgecolor="0.35", markersize=0.6 * letter, zorder=3)
        ax.annotate(
            "not used",
            (x, NOT_USED),
            xytext=(0, -0.7 * letter),
            textcoords="offset points",
            ha="center",
            va="top",
            zorder=6,
            path_effects=halo,
            style="italic",
        )
