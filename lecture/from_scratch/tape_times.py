"""How long the gradients of growing nets take, by the clock: backward over a tape, and by nudging each weight."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from lecture.checks import whole
from lecture.from_scratch.tape import Tape

_N_IN, _N_OUT, _N_EXAMPLES = 4, 2, 32
_STEP = 1e-5  # by which a weight is nudged up and down


@dataclass(frozen=True)
class TapeTimes:
    """Seconds for the loss of a net and for all its gradients. All arrays have shape (n_nets,).

    Attributes
    ----------
    n_parameters : ndarray
        Weights and biases of each net.
    forward : ndarray
        Seconds to compute the loss and write down how.
    backward : ndarray
        Seconds to go back over the tape, once.
    nudging : ndarray
        Seconds to compute two losses for each weight and bias.
    apart : ndarray
        Largest difference between a gradient of the tape and the one by nudging.
    """

    n_parameters: np.ndarray
    forward: np.ndarray
    backward: np.ndarray
    nudging: np.ndarray
    apart: np.ndarray

    def describe(self) -> str:
        """Return the times of the largest net, compared with its forward pass."""
        n, forward = self.n_parameters[-1], self.forward[-1]
        back, nudging = self.backward[-1] / forward, self.nudging[-1] / forward
        return (
            f"For all gradients of {n:,} weights and biases, one way back over the tape takes as long as {back:.1f} "
            f"forward passes, and nudging each of them up and down as long as {nudging:,.0f}."
        )


def tape_times(hidden: Sequence[int] = (2, 8, 32, 128, 256), seed: int = 0) -> TapeTimes:
    """Measure how long the gradients of nets with one hidden layer of tanh take.

    Parameters
    ----------
    hidden : sequence of int
        Units in the hidden layer of each net, between 4 inputs and 2 outputs.
    seed : int
        Seed of the weights and of the 32 examples.

    Returns
    -------
    TapeTimes

    Raises
    ------
    ValueError
        If there is no net, or one has no unit.
    """
    if not len(hidden):
        raise ValueError("hidden must hold the size of at least one net, got none.")
    widths = [whole(n_units, "hidden", least=1) for n_units in hidden]
    rows = [_measure(n_units, np.random.default_rng(seed)) for n_units in widths]
    return TapeTimes(*map(np.array, zip(*rows)))


def _measure(n_units, rng):
    """The row of one net: parameters, three times, and how far the gradients are apart."""
    X, y = rng.normal(size=(_N_EXAMPLES, _N_IN)), rng.normal(size=(_N_EXAMPLES, _N_OUT))
    shapes = (_N_IN, n_units), (n_units,), (n_units, _N_OUT), (_N_OUT,)
    parameters = [rng.normal(size=shape) / np.sqrt(shape[0]) for shape in shapes]

    W, b, V, c = parameters

    def recorded():
        tape = Tape()
        w_1, b_1, w_2, b_2 = watched = [tape.watch(array) for array in parameters]
        off = (X @ w_1 + b_1).tanh() @ w_2 + b_2 - y
        return (off * off).mean(), watched

    def loss():
        return float(np.mean((np.tanh(X @ W + b) @ V + c - y) ** 2))

    forward, (result, watched) = _seconds(recorded, rounds=7)
    backward, gradients = _seconds(lambda: result.tape.gradient(result, watched), rounds=7)
    start = perf_counter()
    nudged = [_nudged(array, loss) for array in parameters]
    nudging = perf_counter() - start
    apart = max(np.abs(ours - theirs).max() for ours, theirs in zip(gradients, nudged))
    return sum(array.size for array in parameters), forward, backward, nudging, apart


def _nudged(array: np.ndarray, loss: Callable[[], float]) -> np.ndarray:
    """The gradient of a loss by central differences, with respect to an array that is changed in place."""
    gradient = np.zeros_like(array)
    for at in np.ndindex(array.shape):
        before = array[at]
        array[at] = before + _STEP
        above = loss()
        array[at] = before - _STEP
        gradient[at] = (above - loss()) / (2 * _STEP)
        array[at] = before
    return gradient


def _seconds(work, rounds):
    """The shortest time of several rounds, and what the work returns; the first round is not counted."""
    times, given = [], work()
    for _ in range(rounds):
        start = perf_counter()
        given = work()
        times.append(perf_counter() - start)
    return min(times), given
