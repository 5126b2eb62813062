"""Is the gradient right? Backpropagation against derivatives that know nothing of it, array by array.

Central differences, [L(w + h) - L(w - h)] / 2h, err by h² L‴/6 for the curve and by about 2⁻⁵² |L| / h for rounding;
with h = 1e-5 the two are about equal. A complex step, Im L(w + ih) / h with h = 1e-30, has neither (Squire & Trapp
1998): it subtracts nothing, and is exact to rounding.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from lecture.activations import ACTIVATIONS
from lecture.checks import one_of, real, whole
from lecture.from_scratch.losses import LOSSES
from lecture.from_scratch.net import Net, batch
from lecture.tables import Table
from lecture.words import counted, listed, plural

METHODS = {"central": "central differences", "complex": "a complex step"}
TOLERANCES = {"central": 1e-6, "complex": 1e-10}  # a right gradient is at 7e-9 and 6e-15, the smallest fault at .01
VERDICTS = ("right", "zero", "not judged", "wrong")
LONGEST_STEP = 1e-2  # beyond it the third derivative is in the way
COMPLEX_STEP = 1e-30
ROUNDINGS = 8  # rounding errors of a loss, in units of its last place: at most 4 in twenty nets of up to nine layers
TOGETHER = 256  # nudged nets that go through the layers above at once


@dataclass(frozen=True, eq=False)
class CheckedArray:
    """One parameter of a net, and how far its gradient is from what nudging gives.

    ``error`` is ‖g - ĝ‖ / (‖g‖ + ‖ĝ‖) over what was compared, from 0 to 1; g is from backpropagation, ĝ from nudging.
    ``worst_index`` is the entry with the largest |g - ĝ| (None if that is a random direction), ``ours`` and ``theirs``
    are g and ĝ there. ``noise`` is the rounding error to expect of ĝ. ``kinks`` counts what crossed a kink at the step
    asked for, ``unjudged`` what still did so at a hundredth of it, and is left out.
    """

    layer: int  # number of the dense layer, from 1, with which batch norm counts
    name: str  # W, b, gamma or beta
    shape: tuple[int, ...]
    error: float
    worst_index: tuple[int, ...] | None
    ours: float
    theirs: float
    largest: float  # max |g| and |ĝ| of what was compared
    noise: float
    compared: int  # entries and directions
    kinks: int
    unjudged: int
    verdict: str  # one of VERDICTS

    @property
    def label(self) -> str:
        """The array's symbol and the number of its layer, such as ``γ2``."""
        return {"gamma": "γ", "beta": "β"}.get(self.name, self.name) + str(self.layer)


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """What a gradient check found, true if all arrays are right, or zero as they should be.

    The verdict on an array is ``"right"`` if its error is below 1e-6 (1e-10 with a complex step); ``"zero"`` if neither
    gradient can be told from 0 by the rounding errors, as for a bias before batch norm; ``"not judged"`` if only kinks
    or rounding errors stand between the two; else ``"wrong"``.
    """

    rows: tuple[CheckedArray, ...]
    method: str
    h: float
    n: int  # examples
    sizes: tuple[int, ...]

    def __bool__(self):
        return all(row.verdict in ("right", "zero") for row in self.rows)

    @property
    def worst(self) -> CheckedArray:
        """The array with the largest error, zeros left aside unless there is nothing else."""
        return max(self.rows, key=lambda row: (row.verdict != "zero", row.error))

    @property
    def kinks(self) -> int:
        """How many nudges crossed a kink at the step asked for."""
        return sum(row.kinks for row in self.rows)

    def count(self, verdict: str) -> int:
        """Return the number of arrays with a verdict, one of ``VERDICTS``."""
        one_of(verdict, VERDICTS, "verdict")
        return sum(row.verdict == verdict for row in self.rows)

    def table(self) -> Table:
        """Return a table with a row for each array."""
        head = ("array", "shape", "error", "ours", "nudged", "noise", "kinks", "verdict")
        return Table(head, map(_row, self.rows))

    def describe(self) -> str:
        """Return what was found, in sentences."""
        step = f" with h = {self.h:g}" if self.method == "central" else ""
        net, n = "-".join(map(str, self.sizes)), counted(self.n, "example")
        text = f"The gradients of a net {net} on {n}, checked by {METHODS[self.method]}{step}: "
        right = [row.error for row in self.rows if row.verdict == "right"]
        text += f"of {counted(len(self.rows), 'array')} {len(right)} {plural(len(right), 'is', 'are')} right"
        text += f" (largest error {max(right):.0e})" if right else ""
        for verdict, words in {"zero": "0 within rounding", "not judged": "not judged", "wrong": "wrong"}.items():
            labels = [row.label for row in self.rows if row.verdict == verdict]
            text += f", {len(labels)} {words} ({listed(labels)})" if labels else ""
        kinks = f" {counted(self.kinks, 'nudge')} crossed a kink." if self.kinks else ""
        worst = self.worst
        if worst.verdict == "wrong":
            kinks += f" The worst is {worst.label}, with an error of {worst.error:.2g}."
        return f"{text}.{kinks}"


def check_gradients(
    net: Net,
    X: ArrayLike,
    y: ArrayLike,
    *,
    method: str = "central",
    h: float = 1e-5,
    entries: int | None = None,
    directions: int = 0,
    seed: int = 0,
) -> GradientCheck:
    """Compare the gradient of every parameter of a net with what nudging it gives.

    Parameters
    ----------
    net : Net
        Net in float64. With batch norm it is checked as it is in training.
    X : array (n, n_in)
        Inputs; three or more with batch norm.
    y : array (n, n_out)
        Targets.
    method : {"central", "complex"}
        Central differences, or a complex step, which is exact to rounding and crosses no kink.
    h : float
        Step of the central differences, above 0 and at most 0.01. A nudge that switches a unit with a kink (ReLU) is
        repeated with a tenth and a hundredth of it.
    entries : int, optional
        Number of entries of each array to nudge, drawn at random; all if None.
    directions : int
        Number of random directions for each array, along which all its entries are nudged at once. A direction takes
        two passes, however large the array.
    seed : int
        Seed of the entries and directions.

    Returns
    -------
    GradientCheck

    Raises
    ------
    ValueError
        If the net is not in float64, there is nothing to nudge, an activation does not take complex numbers, or the
        shapes do not fit.

    >>> from lecture.from_scratch import dense_net, xor
    >>> bool(check_gradients(dense_net([2, 3, 1]), *xor(), method="complex"))
    True
    """
    one_of(method, METHODS, "method")
    h = real(h, "h", above=0, most=LONGEST_STEP)
    if entries is not None:
        whole(entries, "entries")
    whole(directions, "directions")
    whole(seed, "seed")
    if entries == 0 and directions == 0:
        raise ValueError("Of each array, entries or directions must be nudged, got 0 of both.")
    _check_net(net, method)
    X, y = batch(net, X, y)
    signals = net.forward(X, training=True)
    gradients = net.backward(signals, y)
    rng = np.random.default_rng(seed)
    nudge = _Nudge(net, signals, y, method, h, _rounding(net, signals, y, gradients, method))
    rows = []
    for i, gradient in enumerate(gradients):
        for name, g in gradient.parameters.items():
            ways = list(_ways(g.shape, entries, directions, rng))
            found = nudge.derivatives(i, name, ways)
            rows.append(CheckedArray(net.numbers[i], name, g.shape, **_compared(g, ways, found, method)))
    return GradientCheck(tuple(rows), method, h, len(X), tuple(net.sizes))


def gradient_check(net: Net, X: ArrayLike, y: ArrayLike, h: float = 1e-5) -> float:
    """Return the largest error of backpropagation, ‖g - ĝ‖ / (‖g‖ + ‖ĝ‖) over the net's parameter arrays.

    ĝ = [L(w + h) - L(w - h)] / 2h is the central difference, for each entry of each array. In float64 the error of a
    correct implementation is far below 1e-6, unless a ReLU switches between the two passes (``distance_to_kink``).
    Arrays whose gradient is 0 within rounding are left aside. ``check_gradients`` says more.
    """
    worst = check_gradients(net, X, y, h=h).worst
    return 0.0 if worst.verdict == "zero" else worst.error


def nudged_derivative(
    net: Net, X: ArrayLike, y: ArrayLike, *, layer: int, name: str, at: tuple[int, ...], h: float
) -> float:
    """Return [L(w + h) - L(w - h)] / 2h, where w is the entry ``at`` of a parameter of a layer (from 0)."""
    X, y = batch(net, X, y)
    nudge = _Nudge(net, net.forward(X, training=True), y, "central", h, rounding=0.0)
    up, down = (nudge.losses(layer, name, [at], step)[0][0] for step in (h, -h))
    return float((up - down) / (2 * h))


def distance_to_kink(net: Net, X: ArrayLike) -> float:
    """Return how close to 0 a unit whose activation has a kink there (ReLU) comes on ``X``; inf if there is none."""
    signals = net.forward(X, training=True)
    kinked = [s.z for layer, s in zip(net.layers, signals) if ACTIVATIONS[layer.activation].kink]
    return min((float(np.abs(z).min()) for z in kinked), default=np.inf)


def _check_net(net, method):
    """Refuse a net that the method cannot judge."""
    if any(layer.dtype != "float64" for layer in net.layers):
        raise ValueError(
            "A gradient check needs a net in float64, "
            f"got {listed(dict.fromkeys(layer.dtype for layer in net.layers))}: "
            "in float32 rounding alone makes errors of a few percent, as large as those of some mistakes."
        )
    names = dict.fromkeys(layer.activation for layer in net.layers if not ACTIVATIONS[layer.activation].analytic)
    if method == "complex" and names:
        raise ValueError(
            f"A complex step needs activations that take complex numbers, got {listed(names)}: use method='central'."
        )


def _ways(shape, entries, directions, rng) -> Iterator[tuple | np.ndarray]:
    """Yield what to nudge in an array: the indices of entries, then directions of length 1."""
    size = int(np.prod(shape))
    chosen = range(size) if entries is None or entries >= size else np.sort(rng.choice(size, entries, replace=False))
    for flat in chosen:
        yield tuple(map(int, np.unravel_index(flat, shape)))
    for _ in range(directions):
        way = rng.normal(size=shape)
        yield way / np.linalg.norm(way)


def _rounding(net, signals, y, gradients, method):
    """The rounding error to expect of a derivative, for central differences times h."""
    if method == "central":
        size = abs(float(net.loss_of(signals, y)))
    else:
        size = max(np.abs(g).max() for gradient in gradients for g in gradient.parameters.values())
    return ROUNDINGS * np.finfo(float).eps * size


@dataclass(frozen=True, eq=False)
class _Derivatives:
    """ĝ along each way, the rounding error to expect of it, and whether it crossed a kink at first, and in the end."""

    values: np.ndarray
    noise: np.ndarray
    crossed: np.ndarray
    unjudged: np.ndarray


@dataclass(frozen=True, eq=False)
class _Nudge:
    """Nudges the parameters of a net in training; of the layers below the nudged one it needs only what they gave."""

    net: Net
    signals: list
    y: np.ndarray
    method: str
    h: float
    rounding: float

    def derivatives(self, i, name, ways):
        """The derivatives along all ways."""
        n = len(ways)
        if self.method == "complex":
            values = [self.losses(i, name, some, 1j * COMPLEX_STEP)[0].imag / COMPLEX_STEP for some in _blocks(ways)]
            return _Derivatives(np.concatenate(values), np.full(n, self.rounding), np.zeros(n, bool), np.zeros(n, bool))
        values, noise, crossed, left = np.empty(n), np.empty(n), np.zeros(n, bool), np.arange(n)
        for h in (self.h, self.h / 10, self.h / 100):
            found = [self._central(i, name, some, h) for some in _blocks([ways[k] for k in left])]
            values[left], noise[left] = np.concatenate([slopes for slopes, _ in found]), self.rounding / h
            left = left[np.concatenate([switched for _, switched in found])]
            if h == self.h:
                crossed[left] = True
            if not len(left):
                break
        return _Derivatives(values, noise, crossed, np.isin(np.arange(n), left))

    def _central(self, i, name, ways, h):
        """The central differences along some ways, and whether a unit with a kink switched between the two passes."""
        up, on = self.losses(i, name, ways, h)
        down, off = self.losses(i, name, ways, -h)
        switched = [(one != other).any(axis=(-2, -1)) for one, other in zip(on, off)]
        return (up - down) / (2 * h), np.any(switched, axis=0) if switched else np.zeros(len(ways), bool)

    def losses(self, i, name, ways, step):
        """The losses (K,) after a step along each way, and which units with a kink are on: (K, n, units) a layer."""
        layer, x = self.net.layers[i], self.signals[i].x
        if np.iscomplexobj(step):
            layer = replace(layer, dtype="complex128")
        first, penalties = [], []
        for way in ways:
            nudged = layer.with_parameters(_stepped(layer.parameters, name, way, step))
            first.append(nudged.forward(x, training=True))
            penalties.append((nudged.parameters["W"] ** 2).sum() if "W" in layer.parameters else 0)
        z, a = np.stack([signal.z for signal in first]), np.stack([signal.a for signal in first])  # (K, n, n_out)
        on = [z.real > 0] if ACTIVATIONS[layer.activation].kink else []
        for above in self.net.layers[i + 1 :]:
            signal = above.forward(a, training=True)
            z, a = signal.z, signal.a
            if ACTIVATIONS[above.activation].kink:
                on.append(z.real > 0)
        others = sum((other.W**2).sum() for other in self.net.dense if other is not self.net.layers[i])
        penalty = self.net.l2 * (np.array(penalties) + others)
        return LOSSES[self.net.loss].value(z, a, self.y).mean(axis=-1) + penalty, on


def _stepped(parameters, name, way, step):
    """The parameters with a step along one way: an index, or a direction."""
    w = parameters[name].copy()
    if isinstance(way, tuple):
        w[way] += step
    else:
        w += step * way
    return parameters | {name: w}


def _blocks(ways):
    """The ways, some at a time."""
    return [ways[start : start + TOGETHER] for start in range(0, len(ways), TOGETHER)]


def _compared(g, ways, found, method):
    """What ``CheckedArray`` says of the gradient ``g`` of one array, by name."""
    ours = np.array([g[way] if isinstance(way, tuple) else (g * way).sum() for way in ways])
    judged = ~found.unjudged
    off = np.where(judged, np.abs(ours - found.values), 0)
    scale = np.linalg.norm(ours[judged]) + np.linalg.norm(found.values[judged])
    error = float(np.linalg.norm(off) / scale) if scale else 0.0
    largest = float(max(np.abs(ours).max(), np.abs(found.values[judged]).max(initial=0)))
    if largest <= found.noise.max():
        verdict = "zero"
    elif error < TOLERANCES[method]:
        verdict = "right" if judged.all() else "not judged"
    else:
        verdict = "not judged" if np.linalg.norm(off) <= np.linalg.norm(found.noise[judged]) else "wrong"
    k = int(off.argmax())
    return {
        "error": error,
        "worst_index": ways[k] if isinstance(ways[k], tuple) else None,
        "ours": float(ours[k]),
        "theirs": float(found.values[k]),
        "largest": largest,
        "noise": float(found.noise.max()),
        "compared": len(ways),
        "kinks": int(found.crossed.sum()),
        "unjudged": int(found.unjudged.sum()),
        "verdict": verdict,
    }


def _row(array):
    """The row of one array in the table."""
    numbers = f"{array.error:.2g}", array.ours, array.theirs, f"{array.noise:.0e}", array.kinks
    return array.label, "×".join(map(str, array.shape)), *numbers, array.verdict
