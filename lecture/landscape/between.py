"""The networks on the line through two solutions, and the classes that they give to some images."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import whole
from lecture.landscape.interpolation import ALPHAS, Path, interpolate
from lecture.landscape.keras_network import batch_norms
from lecture.landscape.losses import Loss
from lecture.landscape.parameters import Model, single, vector
from lecture.landscape.problem import problem
from lecture.replicas import Replicas


@dataclass(frozen=True, eq=False)
class Between:
    """Loss and accuracy at (1 - α) a + α b, and the classes that the network there gives to some images.

    Attributes
    ----------
    path : Path
        Loss and accuracy (A,) over α, on all examples.
    images : array (n, …)
        The images.
    truth : array (n,)
        Their classes.
    classes : array (A, n)
        The classes that they are given.
    """

    path: Path
    images: np.ndarray
    truth: np.ndarray
    classes: np.ndarray

    @property
    def alphas(self) -> np.ndarray:
        """α, (A,)."""
        return self.path.alphas

    @property
    def changes(self) -> np.ndarray:
        """How often the class of each image changes along α, (n,)."""
        return (np.diff(self.classes, axis=0) != 0).sum(axis=0)

    def describe(self) -> str:
        """Return the line in a sentence."""
        worst = (self.classes == self.truth).sum(axis=1).min()
        return f"{self.path.describe()}; where it is worst, {worst} of {len(self.truth)} images get their class"


def between(
    a: Model,
    b: Model,
    X: ArrayLike,
    y: ArrayLike,
    *,
    number: int = 0,
    alphas: ArrayLike = ALPHAS,
    shown: Sequence[int] | None = None,
    loss: Loss | None = None,
) -> Between:
    """Return loss and accuracy on the line through two models, and the classes of some images there.

    Parameters
    ----------
    a, b : keras.Model, or Replicas
        Classifiers at α = 0 and at α = 1.
    X, y : arrays
        Examples; y as class numbers (n,) or one-hot rows, as the loss takes them.
    number : int
        Which pair, of replicas.
    alphas : array (A,)
        Shares of b, ascending, two or more.
    shown : sequence of int, optional
        Rows of X whose classes to return; the first of each class by default.
    loss : str, keras.losses.Loss or callable, optional
        The loss that ``a`` is compiled with by default; needed with replicas.

    Returns
    -------
    Between

    Raises
    ------
    ValueError
        If the models differ in more than their weights or have a single output, or something does not fit.
    """
    a, b = (single(model, number) if isinstance(model, Replicas) else model for model in (a, b))
    path = interpolate(a, b, X, y, alphas=alphas, loss=loss)
    if isinstance(a, Replicas):
        path = Path(path.alphas, path.loss[0], path.accuracy[0], path.ends[0])
    X, y = np.asarray(X), np.asarray(y)
    truth = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(len(y)).astype(int)
    chosen = np.unique(truth, return_index=True)[1] if shown is None else np.asarray(shown)
    if chosen.ndim != 1 or not chosen.size:
        raise ValueError(f"shown must be one or more rows of X, got {shown!r}.")
    for row in chosen.tolist():
        whole(row, "shown", least=0, most=len(X) - 1)
    normed = not isinstance(a, Replicas) and bool(batch_norms(a))
    task = problem(a, X[chosen], y[chosen], loss=loss, statistics=X if normed else None)
    share = path.alphas[:, None]
    start, end = (vector(model).reshape(1, -1) for model in (a, b))
    outputs = task.outputs(start * (1 - share) + end * share)  # (A, n, n_classes)
    if outputs.shape[-1] < 2:
        raise ValueError("a and b must have an output for each of two or more classes, got one output.")
    return Between(path, X[chosen], truth[chosen], outputs.argmax(axis=-1))
