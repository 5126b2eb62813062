"""Points where the gradient is zero, found by making its norm small."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import real, whole
from lecture.landscape import kinks
from lecture.landscape.arrays import numbers
from lecture.landscape.hessian import MAX_BYTES, check_size
from lecture.landscape.losses import Loss, chosen
from lecture.landscape.parameters import Model, vector
from lecture.landscape.problem import Problem, problem
from lecture.landscape.spectrum import TOLERANCE, Spectrum
from lecture.landscape.threads import side_by_side

KINDS = ("minimum", "saddle", "gradient-flat", "not reached")
FLAT = 0.1  # |H g| / (|H| |g|) below which the gradient lies where the Hessian has nothing
LEAST, MOST = 1e-16, 1e12  # of the damping, as a share of the largest squared eigenvalue


@dataclass(frozen=True, eq=False)
class Stationary:
    """Where the search from K starts ended.

    Attributes
    ----------
    points : array (K, P)
    norms : array (K,)
        Norm of the gradient there.
    loss : array (K,)
    spectra : Spectrum
        Eigenvalues of the K Hessians.
    flatness : array (K,)
        |H g| / (|H| |g|), from 0 to 1.
    kind : array (K,) of str
        ``"minimum"`` or ``"saddle"`` where the norm is below the tolerance; ``"gradient-flat"`` where it is not, and
        cannot fall, because the Hessian has nothing along the gradient (Frye et al., 2021); else ``"not reached"``.
    """

    points: np.ndarray
    norms: np.ndarray
    loss: np.ndarray
    spectra: Spectrum
    flatness: np.ndarray
    kind: np.ndarray

    @property
    def reached(self) -> np.ndarray:
        """Which points are stationary, (K,) of bool."""
        return np.isin(self.kind, ("minimum", "saddle"))

    def describe(self) -> str:
        """Return how the searches ended, in a sentence."""
        counts = ", ".join(f"{np.sum(self.kind == kind)} {kind}" for kind in KINDS)
        return f"{len(self.points)} starts: {counts}"


def stationary_points(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    starts: ArrayLike,
    *,
    tolerance: float = 1e-9,
    steps: int = 400,
    downhill: int = 0,
    loss: Loss | None = None,
    max_bytes: float = MAX_BYTES,
) -> Stationary:
    """Return stationary points of the loss near some starts, saddles as well as minima, in float64.

    Levenberg-Marquardt on half the squared norm of the gradient, with the exact Hessian: far away it goes downhill on
    the norm, near a stationary point it is Newton's method. Most starts of most nets do not get there, and are not to
    be counted as if they had.

    Parameters
    ----------
    model : keras.Model or Replicas
        The network; its own weights do not matter.
    X, y : arrays
        Examples.
    starts : array (K, P)
        Weights to start from.
    tolerance : float
        Norm below which a gradient counts as zero.
    steps : int
        Number of steps of the search, at most.
    downhill : int
        Number of steps down the loss itself before the search, at most. The search then usually ends at minima.
    loss : str, keras.losses.Loss or callable, optional
        The loss that the model is compiled with by default; needed with replicas.
    max_bytes : float
        Memory that the Hessians may take, at most, in bytes.

    Raises
    ------
    ValueError
        If something does not fit.
    """
    kinks.look(model, chosen(model, loss))
    real(tolerance, "tolerance", above=0)
    task = problem(model, X, y, loss=loss, at=_starts(model, starts), dtype="float64")
    check_size(task, max_bytes)
    task.check_finite()
    steps, downhill = whole(steps, "steps", least=0), whole(downhill, "downhill", least=0)
    points = _search(task, _descent(task, tolerance, downhill), tolerance, steps)
    gradients, hessians = task.derivatives(points)
    values, _ = _decomposed(hessians)
    norms = np.linalg.norm(gradients, axis=1)
    largest = np.abs(values).max(axis=1)
    turned = np.linalg.norm(np.einsum("kij,kj->ki", hessians, gradients), axis=1)
    flatness = turned / np.maximum(largest * norms, np.finfo(float).tiny)
    spectra = Spectrum(values, TOLERANCE)
    kind = np.where(flatness < FLAT, "gradient-flat", "not reached")
    kind = np.where(norms < tolerance, np.where(spectra.n_negative > 0, "saddle", "minimum"), kind)
    return Stationary(points, norms, task.losses(points), spectra, flatness, kind)


def _starts(model, starts):
    rows, P = np.atleast_2d(numbers(starts, "starts")), vector(model).shape[-1]
    if rows.ndim != 2 or rows.shape[1] != P or not len(rows):
        raise ValueError(f"starts must be one or more rows of weights, (K, {P}), got shape {np.shape(starts)}.")
    if not np.isfinite(rows).all():
        raise ValueError("starts must be finite, and have weights that are not.")
    return rows


def _descent(task: Problem, tolerance, steps):
    """The points that steps -(|H| + μ)⁻¹ g lead to, each of which makes the loss smaller (Dauphin et al., 2014)."""
    points = task.theta.copy()
    if not steps:
        return points
    (gradients, hessians), losses = task.derivatives(points), task.losses(points)
    damping = np.full(len(points), 1e-3)
    for _ in range(steps):
        active = np.flatnonzero((np.linalg.norm(gradients, axis=1) >= tolerance) & (damping < MOST))
        if not len(active):
            break
        tried = points[active] + _steps_down(gradients[active], hessians[active], damping[active])
        found = task.losses(tried)
        better = found < losses[active]
        moved = active[better]
        points[moved], losses[moved] = tried[better], found[better]
        if len(moved):
            gradients[moved], hessians[moved] = task.derivatives(points[moved])
        damping[active] = np.where(better, np.maximum(damping[active] / 10, LEAST), damping[active] * 5)
    return points


def _steps_down(gradients, hessians, damping):
    """-(|H| + μ)⁻¹ g: downhill also where the curvature is negative."""
    values, vectors = _decomposed(hessians)
    sizes = np.abs(values)
    scaled = damping[:, None] * sizes.max(axis=1, keepdims=True) + np.finfo(float).tiny
    return -np.einsum("kij,kj->ki", vectors, np.einsum("kij,ki->kj", vectors, gradients) / (sizes + scaled))


def _search(task: Problem, points, tolerance, steps):
    """The points to which the starts lead."""
    gradients, hessians = task.derivatives(points)
    norms, damping = np.linalg.norm(gradients, axis=1), np.full(len(points), 1e-3)
    for _ in range(steps):
        active = np.flatnonzero((norms >= tolerance) & (damping < MOST))
        if not len(active):
            break
        tried = points[active] + _steps(gradients[active], hessians[active], damping[active])
        found, curved = task.derivatives(tried)
        length = np.linalg.norm(found, axis=1)
        better = length < norms[active]
        moved = active[better]
        points[moved], gradients[moved], hessians[moved] = tried[better], found[better], curved[better]
        norms[moved] = length[better]
        damping[active] = np.where(better, np.maximum(damping[active] / 10, LEAST), damping[active] * 5)
    return points


def _steps(gradients, hessians, damping):
    """-(H² + μ)⁻¹ H g by the eigenvectors of H, which keeps what H² would round away."""
    values, vectors = _decomposed(hessians)
    scaled = damping[:, None] * np.square(values).max(axis=1, keepdims=True)
    along = np.einsum("kij,ki->kj", vectors, gradients)
    return -np.einsum("kij,kj->ki", vectors, along * values / (np.square(values) + scaled + np.finfo(float).tiny))


def _decomposed(hessians):
    values, vectors = zip(*side_by_side(np.linalg.eigh, hessians))
    return np.concatenate(values), np.concatenate(vectors)
