"""Central differences as one would type them, at any step and in either precision, and how wrong they are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.activations import ACTIVATIONS
from lecture.checks import one_of, real, whole
from lecture.from_scratch.net import Net, batch, gradients
from lecture.words import counted

DTYPES = ("float64", "float32")
HS = np.geomspace(1e-11, 1e-1, 21)


@dataclass(frozen=True, eq=False)
class ErrorsOverH:
    """How far central differences with steps h are from the gradient of backpropagation.

    ``errors`` is ‖g - ĝ‖ / (‖g‖ + ‖ĝ‖) over the entries that crossed no kink, nan if all did, ``with_kinks`` that over
    all entries; g is from backpropagation in float64, ĝ from nudging. ``crossed`` is the share of the entries whose
    nudge crossed a kink. ``rounding`` is the error to expect of ĝ if each loss is off by half a unit of its last place.
    """

    hs: np.ndarray  # (H,) increasing
    errors: np.ndarray  # (H,)
    with_kinks: np.ndarray  # (H,)
    crossed: np.ndarray  # (H,) from 0 to 1
    rounding: np.ndarray  # (H,)
    dtype: str  # one of DTYPES
    n_entries: int

    @property
    def best(self) -> int:
        """The number of the step with the least error over all entries."""
        return int(np.nanargmin(self.with_kinks))

    def describe(self) -> str:
        """Return the least error and the ends in a sentence."""
        kinked = self.hs[self.crossed > 0]
        text = (
            f"Central differences of {counted(self.n_entries, 'entry', 'entries')} in {self.dtype}: the error is least "
            f"at h = {self.hs[self.best]:.0e}, {self.with_kinks[self.best]:.0e}; it is {self.with_kinks[0]:.0e} at "
            f"{self.hs[0]:.0e} and {self.with_kinks[-1]:.0e} at {self.hs[-1]:.0e}"
        )
        if len(kinked):
            text += f"; from h = {kinked[0]:.0e} on nudges cross kinks, {self.crossed[-1]:.0%} of them at the end"
        return f"{text}."


def nudged_gradients(net: Net, X: ArrayLike, y: ArrayLike, *, h: float = 1e-5) -> list[dict[str, np.ndarray]]:
    """Return central differences for all entries of all arrays, in the form of ``gradients``: for each layer a dict.

    Parameters
    ----------
    net : Net
        Net; with batch norm it is nudged as it is in training.
    X : array (n, n_in)
        Inputs.
    y : array (n, n_out)
        Targets.
    h : float
        Step, above 0.

    Raises
    ------
    ValueError
        If the step is not above 0, or the shapes do not fit.

    >>> from lecture.from_scratch import dense_net, gradients, xor
    >>> net = dense_net([2, 3, 1])
    >>> np.allclose(nudged_gradients(net, *xor())[0]["W"], gradients(net, *xor())[0]["W"])
    True
    """
    h = real(h, "h", above=0)
    X, y = batch(net, X, y)
    net = net.astype("float64")
    found = []
    for layer in net.layers:
        slopes = {name: np.empty(w.shape) for name, w in layer.parameters.items()}
        for name, w in layer.parameters.items():
            for at in np.ndindex(w.shape):
                slopes[name][at], _ = _central(net, w, at, (X, y), h)
        found.append(slopes)
    return found


def errors_over_h(
    net: Net,
    X: ArrayLike,
    y: ArrayLike,
    hs: Iterable[float] | None = None,
    *,
    dtype: str = "float64",
    entries: int = 20,
    seed: int = 0,
) -> ErrorsOverH:
    """Return how far central differences are from the gradient of backpropagation, for many steps h.

    Parameters
    ----------
    net : Net
        Net; with batch norm it is nudged as it is in training.
    X : array (n, n_in)
        Inputs.
    y : array (n, n_out)
        Targets.
    hs : iterable of float, optional
        Steps, above 0; two for each power of ten from 1e-11 to 0.1 if None.
    dtype : {"float64", "float32"}
        Precision of the nudged net.
    entries : int
        Number of entries of each array to nudge, drawn at random, at least 1.
    seed : int
        Seed of the entries.

    Returns
    -------
    ErrorsOverH

    Raises
    ------
    ValueError
        If a number is out of range, the shapes do not fit, or the gradient of all entries is 0.
    """
    one_of(dtype, DTYPES, "dtype")
    hs = HS if hs is None else hs
    if not np.iterable(hs):
        raise ValueError(f"hs must be one or more steps, got {hs!r}.")
    steps = np.unique([real(h, "h", above=0) for h in hs])
    if not len(steps):
        raise ValueError("hs must be one or more steps, got none.")
    whole(entries, "entries", least=1)
    whole(seed, "seed")
    X, y = batch(net, X, y)
    slopes = gradients(net, X, y)
    nudged, examples = net.astype(dtype), (X.astype(dtype), y.astype(dtype))
    chosen = list(_entries(nudged, entries, np.random.default_rng(seed)))
    ours = np.array([slopes[i][name][at] for i, name, at in chosen])  # (n_entries,)
    if not ours.any():
        raise ValueError(f"Some of the {len(ours)} entries must have a gradient other than 0, got 0 for all.")
    found = [
        [_central(nudged, nudged.layers[i].parameters[name], at, examples, float(h)) for h in steps]
        for i, name, at in chosen
    ]
    theirs, crossed = np.moveaxis(np.array(found, dtype=float), 2, 0)  # (n_entries, H) each
    loss = abs(float(net.loss_of(net.forward(X, training=True), y)))
    noise = np.finfo(dtype).eps / 2 * loss / (np.sqrt(2) * steps)  # of one ĝ: two losses, each off by so much
    return ErrorsOverH(
        hs=steps,
        errors=np.array([_error(ours[on], each[on]) for each, on in zip(theirs.T, crossed.T == 0)]),
        with_kinks=np.array([_error(ours, each) for each in theirs.T]),
        crossed=crossed.mean(axis=0),
        rounding=noise * np.sqrt(len(ours)) / (2 * np.linalg.norm(ours)),
        dtype=dtype,
        n_entries=len(ours),
    )


def _entries(net, entries, rng) -> Iterator[tuple]:
    """Yield some entries of each array: number of the layer, name of the array, index."""
    for i, layer in enumerate(net.layers):
        for name, w in layer.parameters.items():
            for flat in np.sort(rng.choice(w.size, min(entries, w.size), replace=False)):
                yield i, name, tuple(map(int, np.unravel_index(flat, w.shape)))


def _central(net, w, at, examples, h):
    """[L(w + h) - L(w - h)] / 2h for an entry of an array of the net, and whether a unit with a kink switched."""
    X, y = examples
    before, sides = w[at], []
    for step in (h, -h):
        w[at] = before + step  # in place: this array is the net's own
        signals = net.signals(X, training=True)
        on = [s.z > 0 for layer, s in zip(net.layers, signals) if ACTIVATIONS[layer.activation].kink]
        sides.append((float(net.loss_of(signals, y)), on))
    w[at] = before
    (up, one), (down, other) = sides
    return (up - down) / (2 * h), any((a != b).any() for a, b in zip(one, other))


def _error(ours, theirs):
    """‖g - ĝ‖ / (‖g‖ + ‖ĝ‖), nan if there is nothing to compare."""
    scale = np.linalg.norm(ours) + np.linalg.norm(theirs)
    return float(np.linalg.norm(ours - theirs) / scale) if scale else np.nan
