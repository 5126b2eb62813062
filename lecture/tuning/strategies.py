"""Ways to choose the next trial, by name.

A strategy's choice depends on the search's seed, the trial's number and the trials before it only: so a search that is
resumed is the search that was stopped, and with several workers it does not matter which of them is faster. The
strategies of KerasTuner, which these follow, lose part of what they know when they are reloaded (1.4.8).
"""

import math
from dataclasses import replace

from lecture.tuning.asking import after, draw_new, first, key
from lecture.tuning.bayesian import Bayesian
from lecture.tuning.space import FunctionSpace, Space
from lecture.tuning.trials import Trial, begun

FACTOR = 3  # Hyperband: the next round has a third of the networks, and trains them three times as long
N_TRIALS = 20  # by default, random and bayesian


def make_strategy(
    name: str, space: Space | FunctionSpace, epochs: int, seed: int, n_workers: int | None = 1
) -> "Random | Grid | Hyperband | Bayesian":
    """Return the strategy of a name.

    It is an object whose method ``next(trials)`` takes the trials so far, a dict by number, and returns the `Trial` to
    begin. None means that there is none left, or none before a running trial has ended.

    Parameters
    ----------
    name : str
        A key of ``STRATEGIES``.
    space : Space or FunctionSpace
    epochs : int
        Number of epochs of a trial (Hyperband: of the longest).
    seed : int
        Seed of the search.
    n_workers : int or None
        Number of trials that run at a time; None if unknown.
    """
    return STRATEGIES[name](space, epochs, seed, n_workers)


class Random:
    """Values drawn at random for each trial, none of them twice."""

    def __init__(self, space: Space | FunctionSpace, epochs: int, seed: int, n_workers: int | None):
        self.space, self.seed = space, seed

    def next(self, trials: dict[int, Trial]) -> Trial | None:
        number = len(trials)
        values = draw_new(self.space, {key(trial.values) for trial in trials.values()}, self.seed, number)
        return begun(self.seed, number, values)


class Grid:
    """Each combination once, the last hyperparameter changing first."""

    def __init__(self, space: Space | FunctionSpace, epochs: int, seed: int, n_workers: int | None):
        self.space, self.seed = space, seed

    def next(self, trials: dict[int, Trial]) -> Trial | None:
        number = len(trials)
        values = after(self.space, trials[number - 1].values) if number else first(self.space)
        return begun(self.seed, number, values)


class Hyperband:
    """Many networks trained briefly, the best of them longer (Li et al., 2018).

    A trial's number is its place in `hyperband_rounds`. A round begins when the round before it has ended; until then
    the networks of the next bracket are trained. Places stay empty where networks failed, or the space has no more.
    """

    def __init__(self, space: Space | FunctionSpace, epochs: int, seed: int, n_workers: int | None):
        self.space, self.seed, self.rounds = space, seed, hyperband_rounds(epochs)

    def next(self, trials: dict[int, Trial]) -> Trial | None:
        place, past, tried = 0, range(0), set()
        for bracket, round_, n_networks, _ in self.rounds:
            places = range(place, place + n_networks)
            found = self._promoted(trials, past) if round_ else self._drawn(trials, places, tried)
            for number, trial in zip(places, found):
                if number not in trials:
                    return replace(trial, number=number, bracket=bracket, round=round_)
            place, past = place + n_networks, places
        return None

    def _drawn(self, trials, places, tried):
        """Yield the trials of a bracket's first round, as many as the space has."""
        for number in places:
            is_known = number in trials
            values = trials[number].values if is_known else draw_new(self.space, tried, self.seed, number)
            if values is None:
                return
            tried.add(key(values))
            yield begun(self.seed, number, values)

    def _promoted(self, trials, past):
        """The trials of a later round, which continue the best of the round before; none until that has ended."""
        before = [trials[number] for number in past if number in trials]
        if any(trial.status == "stopped" for trial in before):
            return []
        scored = [trial for trial in before if trial.score is not None]
        best = sorted(scored, key=lambda trial: (-trial.score, trial.number))
        return [Trial(trial.number, trial.values, trial.seed, "stopped", origin=trial.number) for trial in best]


STRATEGIES = {"random": Random, "grid": Grid, "hyperband": Hyperband, "bayesian": Bayesian}


def n_planned(strategy: str, max_trials: int | None, epochs: int) -> int | None:
    """Return the largest number of trials that a search can have; None where only the space knows."""
    if strategy == "hyperband":
        planned = sum(n for _, _, n, _ in hyperband_rounds(epochs))
        return min(planned, max_trials or planned)
    return max_trials or (None if strategy == "grid" else N_TRIALS)


def hyperband_rounds(epochs: int, factor: int = FACTOR) -> list[tuple[int, int, int, int]]:
    """Return Hyperband's plan in its order: (bracket, round, number of networks, epochs of each in all).

    Follows Li et al. (2018), algorithm 1, in the form that KerasTuner gives it: all brackets use about the same
    resources.

    Parameters
    ----------
    epochs : int
        Number of epochs of the longest training.
    factor : int
        From one round to the next, the number of networks is divided and the number of epochs multiplied by it.

    >>> hyperband_rounds(9)[:3]
    [(2, 0, 9, 1), (2, 1, 3, 3), (2, 2, 1, 9)]
    """
    n_brackets, left = 0, epochs
    while left >= 1:
        left /= factor
        n_brackets += 1
    last = math.ceil(1 + math.log(epochs, factor))
    return [
        (
            bracket,
            round_,
            math.ceil(last / (bracket + 1) * factor ** (bracket - round_)),
            math.ceil(epochs / factor ** (bracket - round_)),
        )
        for bracket in reversed(range(n_brackets))
        for round_ in range(bracket + 1)
    ]
