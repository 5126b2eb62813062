"""The score of each trial of a search, in the order of the trials."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from lecture.checks import whole
from lecture.plots.alt import describe
from lecture.plots.style import COLORS, axes, size
from lecture.plots.tuning.trials import BEST, Trial, best_of, in_order
from lecture.words import counted

KEY = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.2, "columnspacing": 1.2}  # above the Axes


def plot_search(
    trials: Iterable[Trial],
    *,
    score: str = "validation accuracy",
    higher_is_better: bool = True,
    total: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the score of each trial over its number, and the best so far; failed trials are crosses at the bottom.

    Parameters
    ----------
    trials : sequence of Trial
        Trials in any order. A trial that has neither failed nor got a score yet is left out.
    score : str
        Name of the score.
    higher_is_better : bool
        False for a loss.
    total : int, optional
        Number of trials that are planned: the axis has room for all of them.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are no trials, none has a score, or ``total`` is not a whole number of at least 1.
    """
    trials, scored = in_order(trials)
    n_shown = max(trials[-1].number + 1, 1 if total is None else whole(total, "total", least=1))
    best, failed = best_of(scored, higher_is_better), _failed(trials, scored)
    numbers, scores = [trial.number for trial in scored], np.array([trial.score for trial in scored])
    so_far = (np.maximum if higher_is_better else np.minimum).accumulate(scores)
    ax, letter = axes(ax, 47, 24), size()
    # The last best holds up to the newest trial, whatever became of that.
    steps, heights = [*numbers, trials[-1].number], [*so_far, so_far[-1]]
    style = {"color": COLORS[6], "linewidth": 0.16 * letter, "zorder": 2, "label": "best so far"}
    ax.plot(steps, heights, drawstyle="steps-post", **style)
    style = {"color": COLORS[0], "alpha": 0.7, "markersize": 0.6 * letter, "markeredgewidth": 0, "zorder": 3}
    ax.plot(numbers, scores, "o", label="trial", **style)
    style = {"color": BEST, "markersize": 1.5 * letter, "markeredgecolor": "white", "zorder": 4}
    ax.plot(best.number, best.score, "*", label=f"best: trial {best.number}", **style)
    if failed:
        style = {"color": COLORS[3], "markersize": 0.75 * letter, "markeredgewidth": 0.22 * letter, "zorder": 3}
        style |= {"transform": ax.get_xaxis_transform(), "clip_on": False}  # on the axis: they have no score
        ax.plot(failed, np.zeros(len(failed)), "x", label=f"failed ({len(failed)})", **style)
    _write_score(ax, best, (best.number + 0.5) / n_shown, higher_is_better)
    low, high = scores.min(), scores.max()
    span = (high - low) or 0.1 * abs(high) or 1.0
    below, above = (0.08, 0.2) if higher_is_better else (0.2, 0.08)  # room for the best score
    ax.set(xlim=(-0.5, n_shown - 0.5), ylim=(low - below * span, high + above * span), xlabel="trial", ylabel=score)
    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1))
    ax.legend(ncols=4, handletextpad=0.4, handlelength=1.4, **KEY)
    n_trials = counted(len(trials), "trial")
    shown = f"{len(trials)} of {total} trials" if total and total > len(trials) else n_trials
    sentence = f"best {best.score:.4g} in trial {best.number}, first {scores[0]:.4g}."
    lost = f" {len(failed)} failed." if failed else ""
    return describe(ax, f"The {score} of {shown} over their number: {sentence}{lost}")


def _failed(trials, scored):
    """The numbers of the trials that failed, or whose score is not finite."""
    with_score = {trial.number for trial in scored}
    without = [trial for trial in trials if trial.number not in with_score]
    return [trial.number for trial in without if trial.status == "failed" or trial.score is not None]


def _write_score(ax, best, at, higher_is_better):
    """Write the best score beside its star, which stands ``at`` from 0 at the left to 1."""
    ax.annotate(
        f"{best.score:.4g}",
        (best.number, best.score),
        xytext=(0, (0.8 if higher_is_better else -0.8) * size()),
        textcoords="offset points",
        color=BEST,
        weight="bold",
        ha="left" if at < 0.1 else "right" if at > 0.9 else "center",
        va="bottom" if higher_is_better else "top",
    )
