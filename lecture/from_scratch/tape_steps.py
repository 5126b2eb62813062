"""A tape read step by step: forward, a value at each; then backward, where each entry hands its gradient on."""

from dataclasses import dataclass

import numpy as np

from lecture.checks import whole
from lecture.from_scratch.tape import Variable
from lecture.words import listed, short

_SIGNS = {"*": "×", "-": "−"}


@dataclass(frozen=True, eq=False)
class TapeSteps:
    """The way to a result and back, in steps: 0 has what was watched, then one for each operation and its result.

    The way back begins with the gradient of the result with respect to itself, which is 1, and has a step for each
    operation, the last one first.

    Attributes
    ----------
    entries : tuple of lecture.from_scratch.Variable
        All values, in the order in which they were computed; the last is the result.
    forward, backward : tuple of int
        Numbers of the operations in the order of each way.
    """

    entries: tuple[Variable, ...]
    forward: tuple[int, ...]
    backward: tuple[int, ...]
    _gradients: tuple[dict[int, np.ndarray], ...]  # of the entries that have one, after each step back

    @property
    def last(self) -> int:
        """The number of the last step."""
        return len(self.forward) + 1 + len(self.backward)

    @property
    def inputs(self) -> list[list[int]]:
        """For each entry the numbers of the entries that it was computed from."""
        return [[self.entries.index(x) for x in entry.inputs] for entry in self.entries]

    def label(self, entry: int) -> str:
        """Return the name of what was watched, or the sign of an operation."""
        name = self.entries[entry].name
        return _SIGNS.get(name, name)

    def is_known(self, entry: int, step: int) -> bool:
        """Return whether the value of an entry is computed at a step."""
        return entry not in self.forward[whole(step, "step", most=self.last) :]

    def gradients(self, step: int) -> dict[int, np.ndarray]:
        """Return what has come back to each entry up to a step; entries to which nothing has are left out."""
        back = whole(step, "step", most=self.last) - len(self.forward) - 1
        return self._gradients[back] if back >= 0 else {}

    def now(self, step: int) -> int | None:
        """Return the entry that a step computes, or that hands its gradient on; None at the start."""
        n, step = len(self.forward), whole(step, "step", most=self.last)
        if step <= n:
            return self.forward[step - 1] if step else None
        return self.forward[-1] if step == n + 1 else self.backward[step - n - 2]

    def describe(self, step: int | None = None) -> str:
        """Return what happens at a step, with its numbers; at the last one if None."""
        step = self.last if step is None else step
        here = self.now(step)
        if here is None:
            known = [f"{self.label(k)} = {_shown(entry.value)}" for k, entry in enumerate(self.entries) if entry.name]
            names = [each for each, entry in zip(known, (e for e in self.entries if e.name)) if not entry.inputs]
            return f"At the start {listed(names)}."
        sources = self.inputs[here]
        if step <= len(self.forward):
            values = listed(_shown(self.entries[k].value) for k in sources)
            return f"{self.label(here)} of {values} is {_shown(self.entries[here].value)}."
        if step == len(self.forward) + 1:
            return "The gradient of the result with respect to itself is 1."
        totals = [f"{_shown(self.gradients(step)[k])} at {self.label(k)}" for k in dict.fromkeys(sources)]
        return f"{self.label(here)} hands its gradient {_shown(self.gradients(step)[here])} back: now {listed(totals)}."


def tape_steps(result: Variable) -> TapeSteps:
    """Return the steps in which a tape computes a result, and goes back from it.

    Parameters
    ----------
    result : lecture.from_scratch.Variable
        The last value on its tape.

    Returns
    -------
    TapeSteps

    Raises
    ------
    ValueError
        If other values follow it on the tape, or it was only watched.

    >>> from lecture.from_scratch import Tape
    >>> tape = Tape()
    >>> w = tape.watch(2.0, "w")
    >>> steps = tape_steps(w * w)
    >>> steps.last, steps.describe()
    (3, '× hands its gradient 1 back: now 4 at w.')
    """
    entries = tuple(result.tape.entries)
    if entries[-1] is not result or not result.inputs:
        raise ValueError("result must be the last value on its tape, and computed; another one stands behind it.")
    numbers = {id(entry): k for k, entry in enumerate(entries)}
    forward = tuple(k for k, entry in enumerate(entries) if entry.inputs)
    gradients = [{len(entries) - 1: np.ones_like(result.value)}]
    for k in reversed(forward):
        entry, reached = entries[k], dict(gradients[-1])
        if k in reached:
            entry.gradient = reached[k]
            for x, gradient in zip(entry.inputs, entry.handed_back()):
                reached[numbers[id(x)]] = reached.get(numbers[id(x)], 0) + gradient
        gradients.append(reached)
    return TapeSteps(entries, forward, forward[::-1], tuple(gradients))


def _shown(value):
    """A number, or the shape of an array."""
    return short(float(value)) if value.size == 1 else f"an array of {' × '.join(map(str, value.shape))}"
