"""How much the loss rises around a model's weights."""

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import one_of, real
from lecture.landscape import kinks
from lecture.landscape.lanczos import lanczos
from lecture.landscape.losses import Loss, chosen
from lecture.landscape.parameters import Model
from lecture.landscape.problem import problem

KINDS = ("largest_eigenvalue", "keskar", "relative")
N_STEPS = 20
STEP = 0.25  # of the box' half width


def sharpness(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    *,
    kind: str = "largest_eigenvalue",
    radius: float = 1e-3,
    loss: Loss | None = None,
    at: ArrayLike | None = None,
    seed: int = 0,
) -> float | np.ndarray:
    """Return how sharp the loss is at a model's weights.

    ``"largest_eigenvalue"`` of the Hessian: gradient descent with a learning rate above 2 over it diverges.
    ``"keskar"``: how much the loss rises, in percent of 1 + loss, to the highest point in the box of half widths
    radius · (|θᵢ| + 1), sought by 20 steps uphill (Keskar et al., 2017). ``"relative"``: the rise of the loss in the
    box of half widths radius · |θᵢ|, which does not change when one layer is scaled up and the next down; the others do
    (Dinh et al., 2017; Kwon et al., 2021).

    Parameters
    ----------
    model : keras.Model or Replicas
    X, y : arrays
        Examples.
    kind : "largest_eigenvalue", "keskar" or "relative"
    radius : float
        How large the box is.
    loss, at
        As for ``gradient``.
    seed : int
        Seed of the vector that Lanczos starts from.

    Returns
    -------
    float, or array (R,) for replicas and rows of weights

    Raises
    ------
    ValueError
        If something does not fit.
    """
    one_of(kind, KINDS, "kind")
    real(radius, "radius", above=0)
    task = problem(model, X, y, loss=loss, at=at)
    task.check_finite()
    if kind == "largest_eigenvalue":
        kinks.look(model, chosen(model, loss))
        found = lanczos(task.products, task.theta.shape, k=1, tolerance=1e-3, dtype=task.dtype, seed=seed)
        return task.given_back(found.leading(1)[0][:, 0])
    here = task.losses().astype(float)
    box = radius * (np.abs(task.theta) + (kind == "keskar"))
    rise = np.maximum(_highest(task, box) - here, 0.0)
    return task.given_back(100 * rise / (1 + here) if kind == "keskar" else rise)


def _highest(task, box):
    """The highest loss (R,) on a way uphill that stays in the box."""
    rows, highest = task.theta, task.losses()
    for _ in range(N_STEPS):
        rows = rows + STEP * box * np.sign(task.gradients(rows))
        rows = np.clip(rows, task.theta - box, task.theta + box)
        highest = np.fmax(highest, task.losses(rows))
    return highest.astype(float)
