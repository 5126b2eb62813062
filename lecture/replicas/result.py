"""The outcome of a training of many replicas."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from lecture.replicas.loop import BatchedNet

N_AT_ONCE = 2**22  # outputs of a layer that a prediction holds


@dataclass(frozen=True, eq=False)
class Replicas:
    """Trained replicas; T steps were recorded, R replicas trained.

    Attributes
    ----------
    seeds : tuple of int
        Seed of each replica.
    steps : array (T,)
        Recorded steps: the number of updates made before.
    loss, accuracy : array (T, R)
        On the training examples; the loss without penalty. With several outputs the highest one is the predicted class.
        A single output predicts the second class above 0.5, or above 0 if the loss takes logits or margins (hinge) and
        the output can be negative; labels above 0.5 are of the second class.
    test_loss, test_accuracy : array (T, R) or None
        On the test examples, if there are any.
    kept : dict of int or "all" to array (T, R, n_kept)
        Weights at the recorded steps, as asked for by ``keep``.
    weights : tuple of arrays
        Final weights: kernel (R, p, q) and bias (R, q) of each layer in turn; with ``tied`` of each that is learnt.
    complete : bool
        False if the training was interrupted: then there is what was done by then.
    seconds : float
        Duration of the training, of all conditions together.
    net : BatchedNet
        The network that all replicas share.
    gradient_norm : array (n_steps, R) or None
        Norm of the gradient that each step used, if it was noted.
    """

    seeds: tuple[int, ...]
    steps: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    test_loss: Any  # who asks for them knows whether there are test examples
    test_accuracy: Any
    kept: dict[int | str, np.ndarray]
    weights: tuple[np.ndarray, ...]
    complete: bool
    seconds: float
    net: BatchedNet = field(repr=False)
    gradient_norm: Any = None  # who asks for it has let it be noted

    def __len__(self) -> int:
        return len(self.seeds)

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the outputs of all replicas, (R, n, n_outputs), for examples (n, n_inputs), or (R, n, n_inputs).

        Raises
        ------
        ValueError
            If X has another shape.
        """
        X = np.asarray(X, dtype=self.weights[0].dtype)
        n_inputs = self.net.sizes[0]
        if X.ndim not in (2, 3) or X.shape[-1] != n_inputs or (X.ndim == 3 and len(X) != len(self)):
            raise ValueError(f"X must have shape (n, {n_inputs}) or ({len(self)}, n, {n_inputs}), got {X.shape}.")
        weights = [tf.constant(array if array.ndim == 3 else array[:, None]) for array in self.weights]
        n = max(1, N_AT_ONCE // (len(self) * max(self.net.sizes)))
        parts = [self.net(weights, tf.constant(X[..., i : i + n, :])).numpy() for i in range(0, X.shape[-2], n)]
        return np.concatenate(parts, axis=1)

    def describe(self) -> str:
        """Return the outcome in a sentence."""
        units, loss = "-".join(map(str, self.net.sizes)), self.loss[-1]
        said = f"{len(self)} replicas of {units}, {self.steps[-1]} steps in {self.seconds:.1f} s"
        spread = f"loss {loss.mean():.4g} ({loss.min():.4g} to {loss.max():.4g})"
        return f"{said}: {spread}" + ("" if self.complete else ", interrupted")

    __str__ = describe
