"""Ways to choose the next trial, by name; KerasTuner calls them oracles."""

import math

import keras_tuner
from keras_tuner import oracles

from lecture.tuning.bayesian import BayesianOracle
from lecture.tuning.tuner import MANY, SCORE

FACTOR = 3  # of Hyperband: a round keeps a third of its networks, and trains them three times as long
N_TRIALS = 20


def make_oracle(strategy, max_trials, epochs, seed):
    """Return KerasTuner's oracle for a strategy.

    Parameters
    ----------
    strategy : str
        A key of ``STRATEGIES``.
    max_trials : int or None
        None for as many as the strategy has by itself: 20 for random and bayesian, all of a grid, Hyperband's brackets.
    epochs : int
        With Hyperband the longest training.
    seed : int
        From 0. KerasTuner takes 0 for "any", so it gets the next number.
    """
    shared = {"objective": keras_tuner.Objective(SCORE, "max"), "seed": seed + 1, "max_consecutive_failed_trials": MANY}
    oracle = STRATEGIES[strategy](max_trials, epochs, shared)
    oracle.verbose = 0
    return oracle


def _random(max_trials, epochs, shared):
    return oracles.RandomSearchOracle(max_trials=max_trials or N_TRIALS, **shared)


def _grid(max_trials, epochs, shared):
    return oracles.GridSearchOracle(max_trials=max_trials, **shared)


def _bayesian(max_trials, epochs, shared):
    n = max_trials or N_TRIALS
    return BayesianOracle(max_trials=n, num_initial_points=max(2, n // 3), **shared)  # a third at random, to start from


def _hyperband(max_trials, epochs, shared):
    oracle = oracles.HyperbandOracle(max_epochs=epochs, factor=FACTOR, **shared)
    oracle.max_trials = max_trials
    return oracle


STRATEGIES = {"random": _random, "grid": _grid, "hyperband": _hyperband, "bayesian": _bayesian}


def n_planned(strategy, max_trials, epochs):
    """Return how many trials a search will have at most; None where only the space knows."""
    if strategy == "hyperband":
        planned = sum(n for _, _, n, _ in hyperband_rounds(epochs))
        return min(planned, max_trials or planned)
    return max_trials or (None if strategy == "grid" else N_TRIALS)


def hyperband_rounds(epochs, factor=FACTOR):
    """Return Hyperband's plan: (bracket, round, networks, epochs that each of them is trained for in all), in the order in which it runs.

    Follows Li et al. (2018), algorithm 1, in the form that KerasTuner gives it: all brackets use about the same resources.

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
        (bracket, round_, math.ceil(last / (bracket + 1) * factor ** (bracket - round_)), math.ceil(epochs / factor ** (bracket - round_)))
        for bracket in reversed(range(n_brackets)) for round_ in range(bracket + 1)
    ]
