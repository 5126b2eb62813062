"""What the networks of a space ask for, one after the other: hyperparameters, their ranges, and values for them."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras_tuner.engine import hyperparameters as kinds

from lecture.tuning.keras_tuner_parts import Recorder
from lecture.tuning.space import FunctionSpace, Space

N_GRID = 10  # values that a grid takes of a range with infinitely many
N_DRAWS = 20  # draws of values that were all tried before, after which the rest of the space is searched in order

Parameter = Any  # a hyperparameter of KerasTuner: Fixed, Boolean, Choice, Int or Float
Choose = Callable[[Parameter], object]


def ask(space: Space | FunctionSpace, given: dict, choose: Choose) -> tuple[dict, dict[str, Parameter]]:
    """Return what a network of a space asks for.

    A function ``make_model(hp)`` is called: so the hyperparameters that it asks for in a loop or behind an ``if`` are
    known, and only those that count.

    Parameters
    ----------
    space : Space or FunctionSpace
    given : dict
        Values by name; names that the network does not ask for are ignored.
    choose : callable
        ``choose(parameter)`` returns the value of a hyperparameter that is not given.

    Returns
    -------
    values, parameters : dict
        By name, in the order of asking. If the function fails, those that it had asked for before.
    """
    recorder = Recorder(given, choose)
    try:
        space.register(recorder)
    except Exception:  # the trial with these values will say why
        pass
    return {name: recorder.values[name] for name in recorder.parameters}, recorder.parameters


def key(values: dict) -> tuple:
    """Return a key that is the same for the same values, in whatever order they were asked for."""
    return tuple(sorted(values.items()))


# ---- One hyperparameter: KerasTuner's, but with whole numbers whole, and with both ends of its range.


def listed(parameter: Parameter) -> Sequence:
    """Return all values of a hyperparameter in order; an empty sequence if there are infinitely many."""
    if isinstance(parameter, kinds.Fixed):
        return [parameter.value]
    if isinstance(parameter, kinds.Boolean):
        return [False, True]
    if isinstance(parameter, kinds.Choice):
        return parameter.values
    if isinstance(parameter, kinds.Int) and parameter.sampling == "linear":
        return range(parameter.min_value, parameter.max_value + 1, parameter.step)
    if parameter.step is None:
        return range(parameter.min_value, parameter.max_value + 1) if isinstance(parameter, kinds.Int) else ()
    return _stepped(parameter)


def _stepped(parameter):
    """The values of a range with steps or factors; a step that was rounded does not lose the last one."""
    low, high, step = parameter.min_value, parameter.max_value, parameter.step
    if parameter.sampling == "linear":
        values = [low + i * step for i in range(math.floor((high - low) / step + 1e-9) + 1)]
    else:
        values = [low * step**i for i in range(math.floor(math.log(high / low, step) + 1e-9) + 1)]
    if parameter.sampling == "reverse_log":
        values = [high + low - value for value in values]
    if isinstance(parameter, kinds.Int):
        return [round(value) for value in values]
    return [min(float(f"{value:.12g}"), high) for value in values]


def grid_of(parameter: Parameter) -> list:
    """Return the values that a grid tries, in order: all of them, or about ten where there are more and no steps."""
    values = listed(parameter)
    if not is_even(parameter) or 0 < len(values) <= N_GRID:
        return list(values)
    low, high = float(parameter.min_value), float(parameter.max_value)
    spread = np.linspace if parameter.sampling == "linear" else np.geomspace
    spaced = spread(low, high, N_GRID)
    if parameter.sampling == "reverse_log":
        spaced = (low + high - spaced)[::-1]
    return sorted({round(value) for value in spaced}) if values else [low, *map(float, spaced[1:-1]), high]


def at(parameter: Parameter, share: float) -> bool | int | float | str:
    """Return the value at a share of a range, from 0 to 1: KerasTuner's, but whole and within the ends."""
    if is_even(parameter):
        return min(max(parameter.prob_to_value(share), parameter.min_value), parameter.max_value)
    values = listed(parameter)
    return values[min(int(share * len(values)), len(values) - 1)]


def share_of(parameter: Parameter, value: bool | int | float | str) -> float:
    """Return where in its range a value is, from 0 to 1: the middle of the shares that lead to it."""
    if is_even(parameter):
        return parameter.value_to_prob(value)
    values = listed(parameter)
    return (values.index(value) + 0.5) / len(values)


def is_even(parameter: Parameter) -> bool:
    """Return whether a range is spread evenly, over its numbers or their logarithm, without steps."""
    return isinstance(parameter, kinds.Float | kinds.Int) and parameter.step is None


# ---- Values for a whole network.


def draw(space: Space | FunctionSpace, *seeds: int) -> dict:
    """Return values drawn at random: the value of a name depends on the seeds and that name alone."""
    return ask(space, {}, at_random(*seeds))[0]


def at_random(*seeds: int) -> Choose:
    """Return a ``choose`` for `ask` that draws."""

    def choose(parameter):
        rng = np.random.default_rng([*seeds, *parameter.name.encode()])
        return at(parameter, float(rng.random()))

    return choose


def draw_new(space: Space | FunctionSpace, tried: set, *seeds: int) -> dict | None:
    """Return values drawn at random that were not tried before; None if all were.

    Parameters
    ----------
    space : Space or FunctionSpace
    tried : set
        The `key` of each choice that was tried.
    *seeds : int
        Seeds of the draw.
    """
    for attempt in range(N_DRAWS):
        values = draw(space, *seeds, attempt)
        if key(values) not in tried:
            return values
    values = first(space, listed_or_grid)  # most of the space was tried, so it is a small one
    while values is not None and key(values) in tried:
        values = after(space, values, listed_or_grid)
    return values


def listed_or_grid(parameter: Parameter) -> Sequence:
    """Return all values of a range where they can be listed, else the values of a grid."""
    return listed(parameter) or grid_of(parameter)


def first_value(parameter: Parameter) -> bool | int | float | str:
    """Return the first value of a hyperparameter in a grid."""
    return grid_of(parameter)[0]


def first(space: Space | FunctionSpace, values_of: Callable[[Parameter], Sequence] = grid_of) -> dict:
    """Return the first combination of a grid: the first value of each range."""
    return ask(space, {}, _first_of(values_of))[0]


def after(
    space: Space | FunctionSpace, values: dict, values_of: Callable[[Parameter], Sequence] = grid_of
) -> dict | None:
    """Return the combination of a grid that comes after another one; None after the last.

    What was asked for last changes first, and what is asked for after it starts again: so each combination comes once,
    whatever depends on what.
    """
    values, parameters = ask(space, values, _first_of(values_of))
    names = list(values)
    for place in reversed(range(len(names))):
        name = names[place]
        steps = values_of(parameters[name])
        here = steps.index(values[name])
        if here + 1 < len(steps):
            before = {other: values[other] for other in names[:place]}
            return ask(space, before | {name: steps[here + 1]}, _first_of(values_of))[0]
    return None


def _first_of(values_of):
    """A ``choose`` for `ask` that takes the first value."""

    def choose(parameter):
        return values_of(parameter)[0]

    return choose
