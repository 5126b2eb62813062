"""Ways to choose the next trial, by name.

What a strategy chooses follows from the search's seed, the trial's number and the trials before it, and from nothing
else: so a search that goes on is the search that was stopped, and with several workers it does not matter which of them
is faster. KerasTuner's own strategies, which are followed here, lose part of what they know when they are reloaded
(1.4.8).
"""

import math
from dataclasses import replace

from lecture.tuning.asking import after, draw_new, first, key
from lecture.tuning.bayesian import Bayesian
from lecture.tuning.trials import Trial, begun

FACTOR = 3  # of Hyperband: a round keeps a third of its networks, and trains them three times as long
N_TRIALS = 20


def make_strategy(name, space, epochs, seed, n_workers=1):
    """Return the strategy of a name: an object whose ``next(told)`` takes the trials so far, a dict by number.

    It returns the `Trial` to begin, or None: there is none, or none before one that runs has ended.

    Parameters
    ----------
    name : str
        A key of ``STRATEGIES``.
    space : Space or callable
    epochs : int
        With Hyperband the longest training.
    seed : int
    n_workers : int or None
        How many trials run at a time; None if nobody knows.
    """
    return STRATEGIES[name](space, epochs, seed, n_workers)


class Random:
    """Values drawn anew for each trial, none of them twice."""

    def __init__(self, space, epochs, seed, n_workers):
        self.space, self.seed = space, seed

    def next(self, told):
        number = len(told)
        values = draw_new(self.space, {key(trial.values) for trial in told.values()}, self.seed, number)
        return begun(self.seed, number, values)


class Grid:
    """Each combination once, the last hyperparameter changing first."""

    def __init__(self, space, epochs, seed, n_workers):
        self.space, self.seed = space, seed

    def next(self, told):
        number = len(told)
        values = after(self.space, told[number - 1].values) if number else first(self.space)
        return begun(self.seed, number, values)


class Hyperband:
    """Many networks trained shortly, the best of them longer (Li et al., 2018).

    A trial's number is its place in `hyperband_rounds`. A round begins when the round before it has ended; until then
    the next bracket's networks have their turn. Places stay empty where networks failed, or the space has no more of
    them.
    """

    def __init__(self, space, epochs, seed, n_workers):
        self.space, self.seed, self.rounds = space, seed, hyperband_rounds(epochs)

    def next(self, told):
        place, past, tried = 0, range(0), set()
        for bracket, round_, n_networks, _ in self.rounds:
            places = range(place, place + n_networks)
            found = self._promoted(told, past) if round_ else self._drawn(told, places, tried)
            for number, trial in zip(places, found):
                if number not in told:
                    return replace(trial, number=number, bracket=bracket, round=round_)
            place, past = place + n_networks, places
        return None

    def _drawn(self, told, places, tried):
        """Yield the trials of a bracket's first round, as many as the space has."""
        for number in places:
            values = told[number].values if number in told else draw_new(self.space, tried, self.seed, number)
            if values is None:
                return
            tried.add(key(values))
            yield begun(self.seed, number, values)

    def _promoted(self, told, past):
        """The trials of a later round: what goes on from the best of the round before, none until that has ended."""
        before = [told[number] for number in past if number in told]
        if any(trial.status == "stopped" for trial in before):
            return []
        best = sorted((it for it in before if it.score is not None), key=lambda it: (-it.score, it.number))
        return [Trial(it.number, it.values, it.seed, "stopped", origin=it.number) for it in best]


STRATEGIES = {"random": Random, "grid": Grid, "hyperband": Hyperband, "bayesian": Bayesian}


def n_planned(strategy, max_trials, epochs):
    """Return how many trials a search will have at most; None where only the space knows."""
    if strategy == "hyperband":
        planned = sum(n for _, _, n, _ in hyperband_rounds(epochs))
        return min(planned, max_trials or planned)
    return max_trials or (None if strategy == "grid" else N_TRIALS)


def hyperband_rounds(epochs, factor=FACTOR):
    """Return Hyperband's plan in its order: (bracket, round, networks, epochs that each is trained for in all).

    Follows Li et al. (2018), algorithm 1, in the form that KerasTuner gives it: all brackets use about the same
    resources.

    Parameters
    ----------
    epochs : int
        The longest training.
    factor : int
        How many times fewer networks the next round has, and how many times longer it trains them.

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
