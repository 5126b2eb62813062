"""The score of each trial of a search over its epochs, with Hyperband's brackets and rounds."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, WIDE, axes, size
from lecture.plots.tuning.trials import BEST, Trial, best_of, in_order
from lecture.words import counted

# Colour and line of Hyperband's brackets, in turn: the first three differ in lightness, too.
_BRACKETS = (
    (COLORS[0], "-"),
    (COLORS[6], "--"),
    (COLORS[4], "-."),
    (COLORS[3], (0, (8, 2))),
    (COLORS[2], ":"),
    (COLORS[5], (0, (5, 1, 1, 1, 1, 1))),
)
_GOES_ON, _EARLY, _WHOLE = "o", "x", "|"  # markers where a trial is continued, ended early, or came to the last epoch
_EDGES = {_GOES_ON: 0, _EARLY: 0.13, _WHOLE: 0.13}  # the width of their lines, in em


def plot_trial_curves(
    trials: Iterable[Trial],
    *,
    score: str = "validation accuracy",
    higher_is_better: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw the score over epochs, a line for each trial; the best on top.

    Each of Hyperband's brackets has its colour and line style. A trial of a later round continues one of the round
    before: its line begins there, at a dot. A cross marks a trial that ended before the last epoch; dotted lines mark
    the ends of rounds.

    Parameters
    ----------
    trials : sequence of Trial
        Trials whose ``curve`` has one score per epoch, from the first epoch: that of a later round has the epochs of
        the trial that it continues, too. A trial with an empty curve is left out.
    score : str
        Name of the score.
    higher_is_better : bool
        False for a loss.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

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
        got = f"none among {counted(len(trials), 'trial')}"
        raise ValueError(f"trials must hold one or more with a curve and a score, got {got}.")
    best, before, brackets = best_of(scored, higher_is_better), _before(shown), _brackets(shown)
    looks = {None: (COLORS[0], "-")}
    looks |= {bracket: _BRACKETS[i % len(_BRACKETS)] for i, bracket in enumerate(brackets)}
    ax = axes(ax, WIDE, 27)
    _draw_curves(ax, shown, before, looks)
    ends = _draw_ends(ax, shown, before, looks)
    epoch = _draw_best(ax, best, higher_is_better)
    ax.set(xlabel="epoch", ylabel=score)
    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1))
    rounds = {bracket: _rounds([trial for trial in shown if trial.bracket == bracket]) for bracket in brackets}
    has_others = any(trial.bracket is None and trial is not best for trial in shown)
    _draw_key(ax, _best_entry(best) | _other_entries(rounds, looks, has_others) | _end_entries(ends))
    sentences = [
        f"The {score} over epochs of {counted(len(shown), 'trial')}; "
        f"the best, trial {best.number}, has {best.score:.4g} at epoch {epoch}."
    ]
    sentences += [f"Bracket {bracket} has {', then '.join(map(str, sizes))}." for bracket, sizes in rounds.items()]
    if _EARLY in ends:
        last = max(len(trial.curve) for trial in shown)
        sentences.append(f"{ends.count(_EARLY)} ended before epoch {last}.")
    return describe(ax, " ".join(sentences))


def _draw_curves(ax, trials, before, looks):
    """A line for each trial, from where it begins or continues another one."""
    for trial in trials:
        color, line = looks[trial.bracket]
        first = len(before[id(trial)].curve) if id(trial) in before else 1
        epochs = np.arange(first, len(trial.curve) + 1)
        style = {"color": color, "linestyle": line, "linewidth": 0.13 * size(), "alpha": 0.8, "zorder": 2}
        ax.plot(epochs, trial.curve[first - 1 :], **style)


def _draw_best(ax, best, higher_is_better):
    """The line of the best trial with a star at its best epoch, which is returned."""
    curve, letter = np.asarray(best.curve, dtype=float), size()
    epoch = int((np.nanargmax if higher_is_better else np.nanargmin)(curve)) + 1
    ax.plot(np.arange(1, len(curve) + 1), curve, color=BEST, linewidth=0.3 * letter, zorder=4)
    style = {"color": BEST, "markersize": 1.5 * letter, "markeredgecolor": "white", "zorder": 5}
    ax.plot(epoch, curve[epoch - 1], "*", **style)
    return epoch


def _draw_ends(ax, trials, before, looks):
    """Mark where each trial ends, and the ends of rounds; return the marker of each trial."""
    continued, last = {id(trial) for trial in before.values()}, max(len(trial.curve) for trial in trials)
    ends = [_end(trial, id(trial) in continued, last) for trial in trials]
    for marker, edge in _EDGES.items():
        style = {"markersize": 0.5 * size(), "markeredgewidth": edge * size(), "zorder": 3}
        for bracket, (color, _) in looks.items():
            own = [trial for trial, end in zip(trials, ends) if end == marker and trial.bracket == bracket]
            if own:
                at = [(len(trial.curve), trial.curve[-1]) for trial in own]
                ax.plot(*np.transpose(at), marker, color=color, **style)
    for epoch in sorted({len(trial.curve) for trial in trials if trial.bracket is not None} - {last}):
        ax.axvline(epoch, color="0.5", linestyle=":", linewidth=0.1 * size(), zorder=1)
    return ends


def _end(trial, is_continued, last):
    """The marker of how a trial ends."""
    if is_continued:
        return _GOES_ON
    return _EARLY if len(trial.curve) < last else _WHOLE


def _draw_key(ax, entries):
    """What lines and marks are, beside the Axes."""
    lines = [Line2D([], [], **look) for look in entries.values()]
    place = {"loc": "upper left", "bbox_to_anchor": (1.01, 1), "borderaxespad": 0}
    ax.legend(lines, list(entries), labelspacing=0.7, handlelength=2.6, **place)


def _best_entry(best):
    """The best trial, for the key."""
    name = f"best: trial {best.number},\n{best.score:.4g}"
    name += f" (bracket {best.bracket})" * (best.bracket is not None)
    return {name: {"color": BEST, "linewidth": 0.3 * size(), "marker": "*", "markersize": 1.1 * size()}}


def _other_entries(rounds, looks, has_others):
    """Trials without a bracket, and each bracket with the trials of its rounds, for the key."""
    wide = 0.18 * size()
    entries = {"the others": {"color": looks[None][0], "linewidth": wide}} if has_others else {}
    for bracket, sizes in rounds.items():
        color, line = looks[bracket]
        noun = "trial" if sizes == [1] else "trials"
        name = f"bracket {bracket}:\n{' → '.join(map(str, sizes))} {noun}"
        entries[name] = {"color": color, "linestyle": line, "linewidth": wide}
    return entries


def _end_entries(ends):
    """The marks of the ends that there are, for the key."""
    names = {_GOES_ON: "goes on", _EARLY: "ended early"}
    style = {"color": "0.3", "linestyle": "", "markersize": 0.5 * size()}
    return {
        name: style | {"marker": marker, "markeredgewidth": _EDGES[marker] * size()}
        for marker, name in names.items()
        if marker in ends
    }


def _brackets(trials):
    """Hyperband's brackets, in the order in which they run."""
    return sorted({trial.bracket for trial in trials if trial.bracket is not None}, reverse=True)


def _before(trials):
    """The trial that another one continues, by the other's id: of the latest round that fits."""
    found = {}
    for trial in trials:
        earlier = [other for other in trials if _continues(trial, other)]
        if earlier:
            found[id(trial)] = max(earlier, key=lambda other: other.round)  # the first of several
    return found


def _continues(trial, other):
    """Whether a trial continues another one, of an earlier round, with the same values and the start of its curve."""
    if None in (trial.bracket, trial.round, other.round) or trial.bracket != other.bracket:
        return False
    n = len(other.curve)
    is_same = other.values == trial.values and list(trial.curve[:n]) == list(other.curve)
    return other.round < trial.round and n < len(trial.curve) and is_same


def _rounds(trials):
    """How many trials each round has, from the first; all in one if no rounds are known."""
    numbers = [-1 if trial.round is None else trial.round for trial in trials]
    return [numbers.count(number) for number in sorted(set(numbers))]
