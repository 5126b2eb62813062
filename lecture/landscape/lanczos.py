"""Lanczos: eigenvalues from products with vectors alone, of several matrices at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lecture.landscape.threads import one_thread

SPARE = 40  # more products than eigenvalues wanted, before it gives up


@dataclass(frozen=True, eq=False)
class Krylov:
    """What Lanczos leaves: orthogonal vectors in which each matrix is tridiagonal.

    Attributes
    ----------
    vectors : array (R, m, P)
    diagonal : array (R, m)
    beside : array (R, m)
        Beside the diagonal; the last is what is left over.
    """

    vectors: np.ndarray
    diagonal: np.ndarray
    beside: np.ndarray

    @property
    def n_products(self) -> int:
        """Products with each matrix."""
        return self.diagonal.shape[1]

    def ritz(self) -> tuple[np.ndarray, np.ndarray]:
        """Return eigenvalues (R, m), ascending, and eigenvectors (R, m, m) of the tridiagonal matrices."""
        m = self.n_products
        T = np.zeros((len(self.diagonal), m, m))
        T[:, range(m), range(m)] = self.diagonal
        T[:, range(1, m), range(m - 1)] = T[:, range(m - 1), range(1, m)] = self.beside[:, :-1]
        with one_thread():
            return np.linalg.eigh(T)

    def leading(self, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the largest k eigenvalues (R, k), ascending, their residuals (R, k), and eigenvectors (R, k, P)."""
        values, inner = self.ritz()
        inner = inner[..., -k:]
        residuals = np.abs(self.beside[:, -1:] * inner[:, -1])
        return values[:, -k:], residuals, inner.swapaxes(1, 2).astype(self.vectors.dtype) @ self.vectors


def lanczos(
    product: Callable, shape: tuple[int, int], *, k: int, tolerance: float, dtype: np.dtype, seed: int
) -> Krylov:
    """Return the Krylov spaces of R matrices once the largest k eigenvalues of each are found.

    Every new vector is made orthogonal to all before it, twice (Parlett, The Symmetric Eigenvalue Problem, 1980).

    Parameters
    ----------
    product : callable
        Gives the matrices times vectors (R, P).
    shape : (R, P)
    k : int
        Eigenvalues wanted.
    tolerance : float
        Their residuals' limit, as a share of the largest eigenvalue's magnitude.
    dtype : numpy.dtype
        Precision of the vectors.
    seed : int
        Seed of the first vector.
    """
    rng = np.random.default_rng(seed)
    R, P = shape
    most = min(P, k + SPARE)
    start = rng.normal(size=(R, P))
    return iterate(product, start, most=most, k=k, tolerance=tolerance, dtype=dtype, rng=rng)


def iterate(product: Callable, start: np.ndarray, *, most: int, k: int, tolerance: float, dtype, rng) -> Krylov:
    """Return the Krylov spaces from vectors ``start`` (R, P), after at most ``most`` products; else as ``lanczos``."""
    R, P = start.shape
    vectors = np.zeros((R, most, P), dtype)
    vectors[:, 0] = start / np.linalg.norm(start, axis=1, keepdims=True)
    diagonal, beside = np.zeros((R, most)), np.zeros((R, most))
    for m in range(most):
        image = product(vectors[:, m])
        diagonal[:, m] = np.einsum("rp,rp->r", image, vectors[:, m])
        rest = orthogonal(image, vectors[:, : m + 1])
        beside[:, m] = np.linalg.norm(rest, axis=1)
        found = Krylov(vectors[:, : m + 1], diagonal[:, : m + 1], beside[:, : m + 1])
        if m + 1 == most or (m + 1 >= k and _is_found(found, k, tolerance)):
            return found
        done = beside[:, m] <= np.finfo(dtype).eps * np.abs(diagonal[:, : m + 1]).max(axis=1) * P
        if done.any():  # nothing new along this way: go on from a direction not seen yet
            rest[done] = orthogonal(rng.normal(size=(R, P)), vectors[:, : m + 1])[done]
            beside[done, m] = 0
        vectors[:, m + 1] = rest / np.linalg.norm(rest, axis=1, keepdims=True)
    return found


def orthogonal(values: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Return values (R, P) without their parts along orthonormal vectors (R, m, P)."""
    for _ in range(2):  # once leaves what rounding makes
        shares = vectors @ values[:, :, None].astype(vectors.dtype)
        values = values - (shares.swapaxes(1, 2) @ vectors)[:, 0]
    return values


def _is_found(found, k, tolerance):
    values, inner = found.ritz()
    residuals = np.abs(found.beside[:, -1:] * inner[:, -1, -k:])
    return bool((residuals <= tolerance * np.abs(values).max(axis=1, keepdims=True)).all())
