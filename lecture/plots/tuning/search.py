"""A search of hyperparameters as it goes: the score of each trial, and the curves behind the scores.

A trial is any object with the attributes of ``lecture.tuning.Trial`` that are read here: ``number``, ``values``,
``score``, ``curve``, ``status``, ``bracket`` and ``round``. A score of None, or one that is not finite, counts as none.
"""

import math

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from lecture.checks import whole
from lecture.plots.alt import describe
from lecture.plots.style import COLORS, axes, size

BEST = COLORS[1]  # the best trial, in all figures of a search
# Colour and line of Hyperband's brackets, in turn: the first three differ in lightness, too.
_BRACKETS = (
    (COLORS[0], "-"),
    (COLORS[6], "--"),
    (COLORS[4], "-."),
    (COLORS[3], (0, (8, 2))),
    (COLORS[2], ":"),
    (COLORS[5], (0, (5, 1, 1, 1, 1, 1))),
)
_ENDS = {"o": 0, "x": 0.13, "|": 0.13}  # markers of a trial's end, and the width of their lines in font sizes


def in_order(trials):
    """Return the trials by number, and those of them that have a score.

    Raises
    ------
    ValueError
        If there are no trials, or none has a score.
    """
    ordered = sorted(trials, key=lambda trial: trial.number)
    if not ordered:
        raise ValueError("trials must hold one trial or more, got none.")
    scored = [trial for trial in ordered if trial.score is not None and math.isfinite(trial.score)]
    if not scored:
        raise ValueError(f"trials must hold one or more with a score, got none among {count(ordered)}.")
    return ordered, scored


def best_of(scored, higher_is_better):
    """Return the trial with the best score; the first of several."""
    return (max if higher_is_better else min)(scored, key=lambda trial: trial.score)


def count(trials, what="trial"):
    """How many there are, in words: ``1 trial``."""
    return f"{len(trials)} {what}" + "s" * (len(trials) != 1)


def plot_search(trials, *, score="validation accuracy", higher_is_better=True, total=None, ax=None):
    """Draw the score of each trial over its number, and the best so far; trials that failed are crosses at the bottom.

    Parameters
    ----------
    trials : sequence of Trial
        In any order. One that has neither failed nor got a score yet is left out.
    score : str
        What the score is.
    higher_is_better : bool
        False for a loss.
    total : int, optional
        How many trials there will be: the axis has room for all of them.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are no trials, none has a score, or ``total`` is no whole number of at least 1.
    """
    trials, scored = in_order(trials)
    n_shown = max(trials[-1].number + 1, 1 if total is None else whole(total, "total", least=1))
    best = best_of(scored, higher_is_better)
    with_score = {trial.number for trial in scored}
    failed = [
        trial.number
        for trial in trials
        if trial.number not in with_score and (trial.status == "failed" or trial.score is not None)
    ]
    numbers, scores = [trial.number for trial in scored], np.array([trial.score for trial in scored])
    so_far = (np.maximum if higher_is_better else np.minimum).accumulate(scores)
    ax = axes(ax, 47, 24)
    letter = size()
    # The last best holds up to the newest trial, whatever became of that.
    ax.plot(
        [*numbers, trials[-1].number],
        [*so_far, so_far[-1]],
        drawstyle="steps-post",
        color=COLORS[6],
        linewidth=0.16 * letter,
        label="best so far",
        zorder=2,
    )
    ax.plot(
        numbers,
        scores,
        "o",
        color=COLORS[0],
        alpha=0.7,
        markersize=0.6 * letter,
        markeredgewidth=0,
        label="trial",
        zorder=3,
    )
    ax.plot(
        best.number,
        best.score,
        "*",
        color=BEST,
        markersize=1.5 * letter,
        markeredgecolor="white",
        label=f"best: trial {best.number}",
        zorder=4,
    )
    if failed:
        crosses = {
            "color": COLORS[3],
            "markersize": 0.75 * letter,
            "markeredgewidth": 0.22 * letter,
            "clip_on": False,
        }  # on the axis: they have no score
        ax.plot(
            failed,
            np.zeros(len(failed)),
            "x",
            transform=ax.get_xaxis_transform(),
            label=f"failed ({len(failed)})",
            zorder=3,
            **crosses,
        )
    at = (best.number + 0.5) / n_shown  # from 0 at the left to 1
    ax.annotate(
        f"{best.score:.4g}",
        (best.number, best.score),
        xytext=(0, (0.8 if higher_is_better else -0.8) * letter),
        textcoords="offset points",
        color=BEST,
        weight="bold",
        ha="left" if at < 0.1 else "right" if at > 0.9 else "center",
        va="bottom" if higher_is_better else "top",
    )
    low, high = scores.min(), scores.max()
    span = (high - low) or 0.1 * abs(high) or 1.0
    below, above = (0.08, 0.2) if higher_is_better else (0.2, 0.08)
    ax.set(xlim=(-0.5, n_shown - 0.5), ylim=(low - below * span, high + above * span), xlabel="trial", ylabel=score)
    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1))
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.2,
        ncols=4,
        columnspacing=1.2,
        handletextpad=0.4,
        handlelength=1.4,
    )
    shown = f"{len(trials)} of {total} trials" if total and total > len(trials) else count(trials)
    lost = f" {len(failed)} failed." if failed else ""
    return describe(
        ax,
        f"The {score} of {shown} over their number: best {best.score:.4g} in trial {best.number}, first {scores[0]:.4g}.{lost}",
    )


def plot_trial_curves(trials, *, score="validation accuracy", higher_is_better=True, ax=None):
    """Draw the score over epochs, a line a trial; the best on top.

    Hyperband's brackets have a colour and a line each. A trial of a later round goes on from one of the round before:
    its line begins there, at a dot. A cross is where a trial ended before the last epoch; dotted lines stand where
    rounds end.

    Parameters
    ----------
    trials : sequence of Trial
        With ``curve`` of shape (epochs,), from the first epoch: a trial of a later round has the epochs of those that
        it goes on from, too. A trial with no curve is left out.
    score : str
        What the score is.
    higher_is_better : bool
        False for a loss.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are no trials, or none has a score and a curve.
    """
    trials, scored = in_order(trials)
    shown = [trial for trial in trials if len(trial.curve)]
    scored = [trial for trial in scored if np.isfinite(trial.curve).any()]
    if not scored:
        raise ValueError(f"trials must hold one or more with a curve and a score, got none among {count(trials)}.")
    best, before = best_of(scored, higher_is_better), _before(shown)
    looks = {None: (COLORS[0], "-")} | {
        bracket: _BRACKETS[i % len(_BRACKETS)] for i, bracket in enumerate(_brackets(shown))
    }
    ax = axes(ax, 55, 27)
    letter = size()
    for trial in shown:
        color, line = looks[trial.bracket]
        first = len(before[id(trial)].curve) if id(trial) in before else 1
        epochs = np.arange(first, len(trial.curve) + 1)
        ax.plot(
            epochs, trial.curve[first - 1 :], color=color, linestyle=line, linewidth=0.13 * letter, alpha=0.8, zorder=2
        )
    ends = _draw_ends(ax, shown, before, looks)
    curve = np.asarray(best.curve, dtype=float)
    at = int((np.nanargmax if higher_is_better else np.nanargmin)(curve)) + 1
    ax.plot(np.arange(1, len(curve) + 1), curve, color=BEST, linewidth=0.3 * letter, zorder=4)
    ax.plot(at, curve[at - 1], "*", color=BEST, markersize=1.5 * letter, markeredgecolor="white", zorder=5)
    ax.set(xlabel="epoch", ylabel=score)
    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1))
    rounds = {bracket: _rounds([trial for trial in shown if trial.bracket == bracket]) for bracket in _brackets(shown)}
    _draw_legend(
        ax, best, rounds, looks, ends, has_others=any(trial.bracket is None and trial is not best for trial in shown)
    )
    told = "".join(
        f" Bracket {bracket} has {', then '.join(map(str, numbers))}." for bracket, numbers in rounds.items()
    )
    last = max(len(trial.curve) for trial in shown)
    stopped = f" {ends.count('x')} ended before epoch {last}." if "x" in ends else ""
    return describe(
        ax,
        f"The {score} over epochs of {count(shown)}; the best, trial {best.number}, has {best.score:.4g} at epoch {at}.{told}{stopped}",
    )


def _draw_ends(ax, trials, before, looks):
    """Mark where each trial ends, and the ends of rounds; return the markers: "o" goes on, "x" ended early, "|" came to the last epoch."""
    letter = size()
    goes_on, last = {id(trial) for trial in before.values()}, max(len(trial.curve) for trial in trials)
    ends = ["o" if id(trial) in goes_on else "x" if len(trial.curve) < last else "|" for trial in trials]
    for marker in _ENDS:
        for bracket, (color, _) in looks.items():
            at = [
                (len(trial.curve), trial.curve[-1])
                for trial, end in zip(trials, ends)
                if end == marker and trial.bracket == bracket
            ]
            if at:
                ax.plot(
                    *np.transpose(at),
                    marker,
                    color=color,
                    markersize=0.5 * letter,
                    markeredgewidth=_ENDS[marker] * letter,
                    zorder=3,
                )
    for epoch in sorted({len(trial.curve) for trial in trials if trial.bracket is not None} - {last}):
        ax.axvline(epoch, color="0.5", linestyle=":", linewidth=0.1 * letter, zorder=1)
    return ends


def _draw_legend(ax, best, rounds, looks, ends, has_others):
    """What lines and marks are, beside the axes: the best, each bracket with the trials of its rounds, the ends."""
    letter = size()
    name = f"best: trial {best.number},\n{best.score:.4g}" + f" (bracket {best.bracket})" * (best.bracket is not None)
    entries = {name: {"color": BEST, "linewidth": 0.3 * letter, "marker": "*", "markersize": 1.1 * letter}}
    if has_others:
        entries["the others"] = {"color": looks[None][0], "linewidth": 0.18 * letter}
    for bracket, numbers in rounds.items():
        color, line = looks[bracket]
        entries[f"bracket {bracket}:\n{' → '.join(map(str, numbers))} trial{'s' * (numbers != [1])}"] = {
            "color": color,
            "linestyle": line,
            "linewidth": 0.18 * letter,
        }
    for marker, label in (("o", "goes on"), ("x", "ended early")):
        if marker in ends:
            entries[label] = {
                "color": "0.3",
                "linestyle": "",
                "marker": marker,
                "markersize": 0.5 * letter,
                "markeredgewidth": _ENDS[marker] * letter,
            }
    lines = [Line2D([], [], **look) for look in entries.values()]
    ax.legend(
        lines,
        list(entries),
        loc="upper left",
        bbox_to_anchor=(1.01, 1),
        borderaxespad=0,
        labelspacing=0.7,
        handlelength=2.6,
    )


def _brackets(trials):
    """Hyperband's brackets, in the order in which they run."""
    return sorted({trial.bracket for trial in trials if trial.bracket is not None}, reverse=True)


def _before(trials):
    """Return the trial that another goes on from, by the other's id: the latest round before it of its bracket, with the same values and the beginning of its curve."""
    found = {}
    for trial in trials:
        if trial.bracket is None or trial.round is None:
            continue
        for other in trials:
            is_before = (
                other.bracket == trial.bracket
                and other.round is not None
                and other.round < trial.round
                and other.values == trial.values
            )
            if (
                is_before
                and len(other.curve) < len(trial.curve)
                and list(trial.curve[: len(other.curve)]) == list(other.curve)
            ):
                if id(trial) not in found or found[id(trial)].round < other.round:
                    found[id(trial)] = other
    return found


def _rounds(trials):
    """How many trials each round has, from the first; all in one where no rounds are known."""
    numbers = [-1 if trial.round is None else trial.round for trial in trials]
    return [numbers.count(number) for number in sorted(set(numbers))]
