"""The eigenvalues of the Hessian: all of a small model, the largest of a large one."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import real, whole
from lecture.landscape import kinks
from lecture.landscape.hessian import MAX_BYTES, hessians
from lecture.landscape.lanczos import lanczos
from lecture.landscape.losses import Loss, chosen
from lecture.landscape.parameters import Model
from lecture.landscape.problem import problem
from lecture.landscape.threads import side_by_side
from lecture.words import counted

TOLERANCE = 1e-7
FINEST_SINGLE = 1e-6  # what float32 can tell from zero, beside the largest eigenvalue


@dataclass(frozen=True, eq=False)
class Spectrum:
    """All eigenvalues of a Hessian, or of several: then counts are arrays.

    Attributes
    ----------
    values : array (…, P)
        Ascending.
    tolerance : float
        Eigenvalues up to this share of the largest magnitude count as zero.
    """

    values: np.ndarray
    tolerance: float

    @cached_property
    def _limit(self):
        return self.tolerance * np.abs(self.values).max(axis=-1, keepdims=True)

    @property
    def n_negative(self) -> np.ndarray:
        """How many eigenvalues are below zero."""
        return (self.values < -self._limit).sum(axis=-1)

    @property
    def n_positive(self) -> np.ndarray:
        """How many eigenvalues are above zero."""
        return (self.values > self._limit).sum(axis=-1)

    @property
    def n_zero(self) -> np.ndarray:
        """How many eigenvalues are too small to tell from zero."""
        return self.values.shape[-1] - self.n_negative - self.n_positive

    @property
    def index(self) -> np.ndarray:
        """Share of negative eigenvalues: 0 at a minimum."""
        return self.n_negative / self.values.shape[-1]

    @property
    def minimal_ratio(self) -> np.ndarray:
        """Share of positive eigenvalues: of the directions in which the loss rises."""
        return self.n_positive / self.values.shape[-1]

    @property
    def trace(self) -> np.ndarray:
        """Sum of all eigenvalues."""
        return self.values.sum(axis=-1)

    def at(self, tolerance: float) -> "Spectrum":
        """Return the same eigenvalues, with another tolerance for what counts as zero."""
        return Spectrum(self.values, real(tolerance, "tolerance", least=0, below=1))

    def describe(self) -> str:
        """Return the spectrum in a sentence."""
        low, high = self.values.min(), self.values.max()
        counts = [np.mean(count) for count in (self.n_negative, self.n_zero, self.n_positive)]
        shares = "{:g} negative, {:g} zero, {:g} positive".format(*counts)
        several = "" if self.values.ndim == 1 else f" on average over {counted(len(self.values), 'Hessian')}"
        return f"{self.values.shape[-1]} eigenvalues from {low:.3g} to {high:.3g}: {shares}{several}"


@dataclass(frozen=True, eq=False)
class Leading:
    """The largest eigenvalues of a Hessian that is too large to be had whole.

    Attributes
    ----------
    values : array (…, k)
        Ascending.
    errors : array (…, k)
        Length of the residual: an eigenvalue lies within this distance of each value.
    vectors : array (…, k, P)
        Eigenvectors of length 1.
    n_products : int
        Products with the Hessian that it took.
    """

    values: np.ndarray
    errors: np.ndarray
    vectors: np.ndarray
    n_products: int

    def describe(self) -> str:
        """Return the largest eigenvalues in a sentence."""
        largest = np.mean(self.values[..., -1])
        return f"largest eigenvalue {largest:.4g} ± {self.errors[..., -1].max():.1g}, {self.n_products} products"


def spectrum(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    *,
    k: int | None = None,
    tolerance: float | None = None,
    loss: Loss | None = None,
    at: ArrayLike | None = None,
    dtype: str | None = None,
    max_bytes: float = MAX_BYTES,
    seed: int = 0,
) -> Spectrum | Leading:
    """Return the eigenvalues of the Hessian of the mean loss.

    Parameters
    ----------
    model : keras.Model or Replicas
    X, y : arrays
        Examples.
    k : int, optional
        Only the largest k, by Lanczos: products with the Hessian instead of the Hessian. All by default.
    tolerance : float, optional
        With all eigenvalues: what counts as zero, as a share of the largest magnitude, 1e-7 by default. With ``k``: the
        residual to reach, as a share of the largest eigenvalue, 1e-3 by default.
    loss, at
        As for ``gradient``.
    dtype : "float64" or "float32", optional
        Precision of the computation; by default float64 for all eigenvalues, and the model's own with ``k``.
    max_bytes : float
        Memory that the Hessians may take, at most, in bytes.
    seed : int
        Seed of the vector that Lanczos starts from.

    Returns
    -------
    Spectrum, or Leading with ``k``

    Raises
    ------
    ValueError
        If something does not fit, the Hessians are too large, or the precision is too low for the tolerance.
    """
    kinks.look(model, chosen(model, loss))
    if k is not None:
        task = problem(model, X, y, loss=loss, at=at, dtype=dtype)
        task.check_finite()
        whole(k, "k", least=1, most=task.n_parameters)
        residual = real(1e-3 if tolerance is None else tolerance, "tolerance", least=0, below=1)
        found = lanczos(task.products, task.theta.shape, k=k, tolerance=residual, dtype=task.dtype, seed=seed)
        values, errors, vectors = found.leading(k)
        leading = [task.given_back(array) for array in (values, errors, vectors)]
        return Leading(*leading, n_products=found.n_products)
    tolerance = real(TOLERANCE if tolerance is None else tolerance, "tolerance", least=0, below=1)
    if dtype == "float32" and tolerance < FINEST_SINGLE:
        raise ValueError(f"tolerance must be at least {FINEST_SINGLE:g} in float32, got {tolerance:g}: take float64.")
    task = problem(model, X, y, loss=loss, at=at, dtype=dtype or "float64")
    return Spectrum(task.given_back(eigenvalues(hessians(task, max_bytes))), tolerance)


def eigenvalues(matrices: np.ndarray) -> np.ndarray:
    """Return the eigenvalues (R, P), ascending, of symmetric matrices (R, P, P), several matrices side by side."""
    return np.concatenate(side_by_side(np.linalg.eigvalsh, matrices))
