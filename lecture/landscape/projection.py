"""Paths of weights seen in the plane that shows most of them, and the same of paths that learnt nothing."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import one_of, whole
from lecture.landscape.arrays import part
from lecture.landscape.threads import one_thread
from lecture.words import counted

N_COLUMNS = 2**16  # weights that are worked on at a time
NULLS = ("walk", "straight")


@dataclass(frozen=True, eq=False)
class Projection:
    """E paths of T points in the k directions of largest variance (PCA).

    Attributes
    ----------
    points : array (E, T, k)
    explained : array (k,)
        Share of the sum of squares that each axis explains.
    axes : array (P, k)
        Directions of length 1, at right angles.
    left_out : array (E, T)
        Distance of each point from the plane.
    outward : float
        Share of the steps that lead further from the middle of the picture.
    stability : array (k,)
        How far each axis turns, in degrees, when the path that matters most for it is left out; NaN for one path.
    null : Projection or None
        The same of paths that learnt nothing, with the very step lengths of these.
    """

    points: np.ndarray
    explained: np.ndarray
    axes: np.ndarray
    left_out: np.ndarray
    outward: float
    stability: np.ndarray
    null: "Projection | None" = None

    def describe(self) -> str:
        """Return the picture in a sentence, beside its null."""
        shares = ", ".join(f"{share:.1%}" for share in self.explained)
        E, T, _ = self.points.shape
        beside = ""
        if self.null is not None:
            beside = "; of paths that learnt nothing " + ", ".join(f"{share:.1%}" for share in self.null.explained)
        return f"{counted(E, 'path')} of {T} points: the axes explain {shares} of the variance{beside}"


def project(
    paths: ArrayLike,
    *,
    center: str = "mean",
    null: str | None = "walk",
    n_components: int = 2,
    layers: slice | Sequence[slice] | None = None,
    seed: int = 0,
) -> Projection:
    """Return paths of weights in the directions of their largest variance, beside the same of paths by chance.

    Any path in many dimensions looks like a path in this picture, a random walk as well (Antognini & Sohl-Dickstein,
    2018): only what differs from the null says something about training.

    Parameters
    ----------
    paths : array (E, T, P) or (T, P)
        E trainings, T points each: ``Trajectory.weights``, or weights that replicas kept.
    center : "mean" or "end"
        What the axes go through: the mean of all points, or each path's own end, as in Li et al. (2018).
    null : "walk", "straight" or None
        Random walks with the steps' lengths of each path; or straight lines in random directions that are as far from
        the start at each time. Both begin at the paths' own starts.
    n_components : int
        Axes.
    layers : slice or sequence of slices, optional
        Part of the weights, as ``names`` gives them; all by default.
    seed : int
        Seed of the null.

    Raises
    ------
    ValueError
        If a path has fewer than two points, there are more axes than the points span, or an argument is unknown.
    """
    one_of(center, ("mean", "end"), "center")
    if null is not None:
        one_of(null, NULLS, "null")
    paths = _checked(paths, layers)
    E, T, P = paths.shape
    whole(n_components, "n_components", least=1)
    most = min(P, E * T - 1 if center == "mean" else E * (T - 1))
    if n_components > most:
        spanned = f"what {counted(E, 'path')} of {T} points can span in {P} dimensions"
        raise ValueError(f"n_components must be at most {most}, {spanned}, got {n_components}.")
    beside = None
    if null is not None:
        rng = np.random.default_rng(seed)
        beside = _projection(chance(paths, null, rng), center, n_components, None)
    return _projection(paths, center, n_components, beside)


def chance(paths: np.ndarray, kind: str, rng: np.random.Generator) -> np.ndarray:
    """Return paths (E, T, P) by chance from the same starts: ``"walk"`` or ``"straight"``, as for ``project``."""
    E, T, P = paths.shape
    found = np.empty((E, T, P), np.float32 if paths.dtype == np.float16 else paths.dtype)
    for path, own in zip(found, paths.astype(found.dtype, copy=False)):
        path[0] = own[0]
        if kind == "straight":
            direction = _directions(rng, (1, P))
            distances = np.linalg.norm(own[1:] - own[0], axis=1, keepdims=True)
            path[1:] = own[0] + distances * direction
        else:
            lengths = np.linalg.norm(np.diff(own, axis=0), axis=1, keepdims=True)
            path[1:] = own[0] + np.cumsum(lengths * _directions(rng, (T - 1, P)), axis=0)
    return found


def _directions(rng, shape):
    drawn = rng.standard_normal(shape)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def _checked(paths, layers):
    try:
        paths = np.asarray(paths)
        paths = paths if paths.dtype.kind == "f" else paths.astype(float)
    except ValueError:
        raise ValueError("paths must be equally long and have equally many weights, got paths that differ.") from None
    if paths.ndim == 2:
        paths = paths[None]
    if paths.ndim != 3 or paths.shape[1] < 2 or not paths.size:
        raise ValueError(f"paths must have shape (E, T, P) with two points or more, got {paths.shape}.")
    if layers is not None:
        paths = paths[..., part(layers, paths.shape[2])]
    broken = np.flatnonzero(~np.isfinite(paths).all(axis=(0, 2)))
    if len(broken):
        if broken[0] < 2:
            raise ValueError(f"paths must be finite for two points or more, and diverge at point {broken[0]}.")
        warnings.warn(f"paths diverge: cut at point {broken[0]}, the first that is not finite.", stacklevel=3)
        paths = paths[:, : broken[0]]
    return paths


def _projection(paths, center, k, null):
    E, T, _ = paths.shape
    middle = paths.astype(float).mean(axis=(0, 1), keepdims=True) if center == "mean" else paths[:, -1:].astype(float)
    rows = _Rows(paths, middle)
    with one_thread():
        gram = rows.gram()
        values, vectors = _leading(gram, k)
        stability = _stability(gram, vectors, values, E, center)
    axes = rows.combined(vectors / np.sqrt(np.maximum(values, np.finfo(float).tiny)))
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), range(k)])  # the same picture every time
    points = (vectors * np.sqrt(values) * signs).reshape(E, T, k)
    squares = np.diag(gram).reshape(E, T) - np.square(points).sum(axis=2)
    total = np.trace(gram)
    return Projection(
        points=points,
        explained=values / (total or 1),
        axes=axes * signs,
        left_out=np.sqrt(np.maximum(squares, 0)),
        outward=_outward(points),
        stability=stability,
        null=null,
    )


class _Rows:
    """All points around their middle, a few columns at a time: the whole would be a large copy."""

    def __init__(self, paths, middle):
        self.paths, self.middle = paths, middle

    def _parts(self):
        E, T, P = self.paths.shape
        for begin in range(0, P, N_COLUMNS):
            here = slice(begin, begin + N_COLUMNS)
            yield here, (self.paths[..., here] - self.middle[..., here]).reshape(E * T, -1)

    def gram(self):
        return sum(rows @ rows.T for _, rows in self._parts())

    def combined(self, vectors):
        return np.concatenate([rows.T @ vectors for _, rows in self._parts()])


def _leading(gram, k):
    values, vectors = np.linalg.eigh(gram)
    return np.maximum(values[::-1][:k], 0), vectors[:, ::-1][:, :k]


def _outward(points):
    distances = np.linalg.norm(points, axis=2)
    return float((np.diff(distances, axis=1) > 0).mean())


def _stability(gram, vectors, values, E, center):
    """The angle of each axis to that of the paths without one, most over the paths left out."""
    if E < 2:
        return np.full(len(values), np.nan)
    T, k, angles = len(gram) // E, len(values), []
    for left_out in range(E):
        kept = np.repeat(np.arange(E) != left_out, T)
        across, own = gram[kept], gram[np.ix_(kept, kept)]
        if center == "mean":
            across = across - across.mean(axis=0)
            own = own - own.mean(axis=0)
            own = own - own.mean(axis=1, keepdims=True)
        own_values, own_vectors = _leading(own, min(k, len(own)))
        lengths = np.sqrt(np.maximum(np.outer(own_values, values), np.finfo(float).tiny))
        cosines = np.abs(own_vectors.T @ across @ vectors) / lengths
        angles.append(np.degrees(np.arccos(np.clip(np.diag(cosines), 0, 1))))
    return np.max(angles, axis=0)
