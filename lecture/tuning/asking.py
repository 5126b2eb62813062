"""What the networks of a space ask for, one after the other: hyperparameters, their ranges, and values for them."""

import math

import keras_tuner
import numpy as np
from keras_tuner.engine import hyperparameters as kinds

from lecture.tuning.space import Space

N_GRID = 10  # values of a range that has infinitely many, in a grid
N_DRAWS = 20  # how often values are drawn that were tried before, until the rest of the space is gone through in order


class Asked(keras_tuner.HyperParameters):
    """KerasTuner's hyperparameters, which note what a network asks for and choose what has no value yet.

    Parameters
    ----------
    given : dict
        Values by name.
    choose : callable
        ``choose(range)`` returns the value of a hyperparameter that is not given.
    """

    def __init__(self, given, choose):
        super().__init__()
        self.given, self.choose, self.ranges = given, choose, {}

    def _retrieve(self, it):
        if self.is_active(it):
            self.ranges[it.name] = it
            if it.name not in self.values:
                self.values[it.name] = self.given[it.name] if it.name in self.given else self.choose(it)
        return super()._retrieve(it)


def ask(space, given, choose):
    """Return what a network of a space asks for.

    A function ``make_model(hp)`` is called, so that also hyperparameters that it asks for in a loop or behind an ``if``
    are known, and only those that count.

    Parameters
    ----------
    space : Space or callable
    given : dict
        Values by name; what else is in there is left out.
    choose : callable
        ``choose(range)`` returns the value of a hyperparameter that is not given.

    Returns
    -------
    values, ranges : dict
        By name, in the order of asking. If the function fails, those that it had asked for before.
    """
    hp = Asked(given, choose)
    try:
        space.register(hp) if isinstance(space, Space) else space(hp)
    except Exception:  # the trial with these values will say why
        pass
    return {name: hp.values[name] for name in hp.ranges}, hp.ranges


def key(values):
    """Return what two choices of the same values have in common."""
    return tuple(sorted(values.items()))


# ---- One range: KerasTuner's, with whole numbers whole, and both of its ends.


def listed(it):
    """Return all values of a range in order, a sequence; None where there are infinitely many."""
    if isinstance(it, kinds.Fixed):
        return [it.value]
    if isinstance(it, kinds.Boolean):
        return [False, True]
    if isinstance(it, kinds.Choice):
        return it.values
    if isinstance(it, kinds.Int) and it.sampling == "linear":
        return range(it.min_value, it.max_value + 1, it.step)
    if it.step is None:
        return range(it.min_value, it.max_value + 1) if isinstance(it, kinds.Int) else None
    return _stepped(it)


def _stepped(it):
    """The values of a range with steps or factors: a step that was rounded does not cost the last one."""
    low, high = it.min_value, it.max_value
    if it.sampling == "linear":
        values = [low + i * it.step for i in range(math.floor((high - low) / it.step + 1e-9) + 1)]
    else:
        values = [low * it.step**i for i in range(math.floor(math.log(high / low, it.step) + 1e-9) + 1)]
    if it.sampling == "reverse_log":
        values = [high + low - value for value in values]
    return [round(value) if isinstance(it, kinds.Int) else min(float(f"{value:.12g}"), high) for value in values]


def grid_of(it):
    """Return the values of a range that a grid tries, in order: all; without steps about ten, both ends included."""
    values = listed(it)
    if not is_even(it) or (values is not None and len(values) <= N_GRID):
        return list(values)
    low, high = float(it.min_value), float(it.max_value)
    spaced = np.linspace(low, high, N_GRID) if it.sampling == "linear" else np.geomspace(low, high, N_GRID)
    if it.sampling == "reverse_log":
        spaced = (low + high - spaced)[::-1]
    return [low, *map(float, spaced[1:-1]), high] if values is None else sorted({round(value) for value in spaced})


def at(it, share):
    """Return the value at a share of a range, from 0 to 1: that of KerasTuner, but whole and within its ends."""
    if is_even(it):
        return min(max(it.prob_to_value(share), it.min_value), it.max_value)
    values = listed(it)
    return values[min(int(share * len(values)), len(values) - 1)]


def share_of(it, value):
    """Return where in a range a value is, from 0 to 1: the middle of those shares that lead to it."""
    if is_even(it):
        return it.value_to_prob(value)
    values = listed(it)
    return (values.index(value) + 0.5) / len(values)


def is_even(it):
    """Whether a range is spread evenly, over its numbers or their logarithm, without steps."""
    return isinstance(it, kinds.Float | kinds.Int) and it.step is None


# ---- Values for a whole network.


def draw(space, *seeds):
    """Return values drawn at random: those of a name depend on the seeds (whole numbers) and that name alone."""
    return ask(space, {}, at_random(*seeds))[0]


def at_random(*seeds):
    """Return a ``choose`` for `ask` that draws."""
    return lambda it: at(it, float(np.random.default_rng([*seeds, *it.name.encode()]).random()))


def draw_new(space, tried, *seeds):
    """Return values drawn at random that were not tried; None if all were.

    Parameters
    ----------
    space : Space or callable
    tried : set
        The `key` of each choice that was.
    *seeds : int
    """
    for attempt in range(N_DRAWS):
        values = draw(space, *seeds, attempt)
        if key(values) not in tried:
            return values
    values = first(space, listed_or_grid)  # most of the space was tried, so it is a small one
    while values is not None and key(values) in tried:
        values = after(space, values, listed_or_grid)
    return values


def listed_or_grid(it):
    """Return all values of a range where they can be listed, else those of a grid."""
    values = listed(it)
    return grid_of(it) if values is None else values


def first_value(it):
    """Return the first value of a range in a grid."""
    return grid_of(it)[0]


def first(space, values_of=grid_of):
    """Return the first combination of a grid, of the first value of each range."""
    return ask(space, {}, lambda it: values_of(it)[0])[0]


def after(space, values, values_of=grid_of):
    """Return the combination of a grid that comes after another one; None after the last.

    What was asked for last changes first, and what is asked for after it begins anew: so each combination comes once,
    whatever depends on what.
    """
    values, ranges = ask(space, values, lambda it: values_of(it)[0])
    for name in reversed(values):
        steps = values_of(ranges[name])
        here = steps.index(values[name])
        if here + 1 < len(steps):
            before = {other: values[other] for other in list(values)[: list(values).index(name)]}
            return ask(space, before | {name: steps[here + 1]}, lambda it: values_of(it)[0])[0]
    return None
