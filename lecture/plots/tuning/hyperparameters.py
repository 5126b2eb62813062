"""The score of a search against each hyperparameter by itself."""

import math
from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, TALL, WIDE, em, size
from lecture.plots.tuning.columns import columns
from lecture.plots.tuning.trials import BEST, Trial, in_order
from lecture.words import counted

_A_ROW = 5  # panels
_LETTERS = 18  # of tick labels that have room side by side under a panel
_TURNED = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"}  # tick labels that have not
_JITTER = 0.16  # of a category's points, to either side


def plot_hyperparameters(
    trials: Iterable[Trial],
    *,
    score: str = "validation accuracy",
    higher_is_better: bool = True,
    logarithmic: Iterable[str] = (),
    figure: Figure | None = None,
) -> np.ndarray:
    """Draw the score against the value of each hyperparameter, a small panel for each; the best trial is a star.

    Points of a category are moved a little to the sides, always in the same way, so that they can be counted. Trials
    without a score are left out, and so are, in each panel, trials that do not use the hyperparameter.

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
    figure : matplotlib.figure.Figure, optional
        Empty figure to draw on; a new one if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (n_hyperparameters,)
        Panels in the order of the trials' values, at most five in a row.

    Raises
    ------
    ValueError
        If there are no trials, none has a score, they have no hyperparameters, or a logarithmic one is not a number
        above 0.
    """
    _, scored = in_order(trials)
    at = (np.argmax if higher_is_better else np.argmin)([trial.score for trial in scored])
    found = columns(scored, logarithmic)
    n_rows = math.ceil(len(found) / _A_ROW)
    n_columns = math.ceil(len(found) / n_rows)
    if figure is None:
        width = min(max(13.5 * n_columns + 4, 24), WIDE)
        height = min((14 + 5 * any(map(_is_wide, found))) * n_rows + 3, TALL)
        figure = plt.figure(figsize=(width * em(), height * em()), layout="constrained")
    panels = figure.subplots(n_rows, n_columns, sharey=True, squeeze=False)
    for ax in panels.flat[len(found) :]:
        ax.remove()
    panels = panels.ravel()[: len(found)]
    y, best = np.array([trial.score for trial in scored]), scored[at]
    for number, (ax, column) in enumerate(zip(panels, found)):
        _draw_panel(ax, column, y, at)
        if number % n_columns == 0:
            ax.set_ylabel(score)
        describe(ax, _sentence(column, y, at, higher_is_better))
    panels[0].margins(y=0.1)
    title = f"★ best: trial {best.number}, {best.score:.4g}"
    figure.suptitle(title, color=BEST, fontsize="medium", weight="bold")
    n_trials, n_found = counted(len(scored), "trial"), counted(len(found), "hyperparameter")
    sentence = f"The {score} of {n_trials} against each of {n_found}; best {best.score:.4g} in trial {best.number}."
    describe(panels[0], f"{sentence} {panels[0].get_label()}")
    return panels


def _draw_panel(ax, column, y, at):
    """Points, the best of them (number ``at``), and ticks that can be read."""
    letter = size()
    x = column.x + (np.random.default_rng(0).uniform(-_JITTER, _JITTER, len(y)) if column.categories else 0)
    others = np.arange(len(y)) != at
    if column.log:
        ax.set_xscale("log")
    ax.plot(x[others], y[others], "o", color=COLORS[0], alpha=0.65, markersize=0.55 * letter, markeredgewidth=0)
    ax.plot(x[[at]], y[[at]], "*", color=BEST, markersize=1.4 * letter, markeredgecolor="white", zorder=4)
    ticks, labels = column.ticks(apart=0.3)
    ax.set_xticks(ticks, labels, **(_TURNED if _is_wide(column) else {}))
    ax.xaxis.set_minor_locator(NullLocator())
    if column.categories:
        ax.set_xlim(-0.5, len(column.categories) - 0.5)
    else:
        ax.margins(x=0.1)
    ax.set_xlabel(column.name)
    n_used = int((~np.isnan(column.x)).sum())
    if n_used < len(y):
        ax.set_title(f"{n_used} of {len(y)} trials", color="0.35")


def _is_wide(column):
    """Whether the names of its categories have no room side by side."""
    return sum(map(len, column.categories)) > _LETTERS


def _sentence(column, y, at, higher_is_better):
    """What a panel shows."""
    used = ~np.isnan(column.x)
    some = "" if used.all() else f" in {used.sum()} of {counted(len(y), 'trial')}"
    if column.categories:
        best = np.max if higher_is_better else np.min
        each = [f"{name} {best(y[column.x == i]):.4g}" for i, name in enumerate(column.categories)]
        return f"{column.name}{some}, best with each: {', '.join(each)}."
    best = f"{column.text(column.x[at])} in the best" if used[at] else "not used by the best"
    scale = ", on a log scale" if column.log else ""
    return f"{column.name} from {column.low:.3g} to {column.high:.3g}{some}{scale}: {best}."
