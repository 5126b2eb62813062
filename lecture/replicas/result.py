"""The outcome of a training of many replicas."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from lecture.replicas.batch_norm import of_layer, standardized
from lecture.replicas.net import BatchedNet

N_AT_ONCE = 2**22  # outputs of a layer that a prediction holds


@dataclass(frozen=True, eq=False)
class Replicas:
    """Trained replicas; T steps were recorded, R replicas trained.

    Attributes
    ----------
    seeds : tuple of int
        Seed of each replica.
    steps : array (T,)
        Recorded steps: the number of update steps made before each record.
    loss, accuracy : array (T, R)
        On the training examples; the loss without penalty. With several outputs the highest one is the predicted class.
        A single output predicts the second class above 0.5, or above 0 if the loss takes logits or margins (hinge) and
        the output can be negative; labels above 0.5 are of the second class.
    test_loss, test_accuracy : array (T, R) or None
        On the test examples, if there are any.
    kept : dict of int or "all" to array (T, R, n_kept)
        Weights at the recorded steps, as asked for by ``keep``.
    weights : tuple of arrays
        Final weights: kernel (R, p, q) and bias (R, q) of each layer in turn; with ``tied`` of each that is learnt,
        and with batch norm γ and β (R, q) after those of each hidden layer.
    complete : bool
        False if the training was interrupted: then there is what was done by then.
    seconds : float
        Duration of the training, of all conditions together.
    net : BatchedNet
        The network that all replicas share.
    gradient_norm : array (n_steps, R) or None
        Norm of the gradient that each step used, if it was recorded.
    batch_norm : (float, float) or None
        Momentum and ε of batch norm, if there is any.
    moving : tuple of arrays
        Moving mean (R, m) and moving variance (R, m) of each hidden layer in turn; empty without batch norm.
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
    gradient_norm: Any = None  # an array, if train was asked to record it
    batch_norm: tuple[float, float] | None = None
    moving: tuple[np.ndarray, ...] = ()

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
        blocks = (tf.constant(X[..., i : i + n, :]) for i in range(0, X.shape[-2], n))
        return np.concatenate([self.net(weights, block, (), self._standardize).numpy() for block in blocks], axis=1)

    @property
    def _standardize(self):
        """What standardizes a hidden layer by its moving averages; None without batch norm."""
        moving, epsilon = [tf.constant(array[:, None]) for array in self.moving], self.batch_norm and self.batch_norm[1]
        return (lambda layer, z: standardized(z, *of_layer(moving, layer), epsilon)) if moving else None

    def get_weights(self) -> tuple[np.ndarray, ...]:
        """Return all arrays, moving averages among them, in the order of Keras' ``get_weights``.

        `train` goes on from them, ``weights=nets.get_weights()``, and a Keras model takes those of one replica.
        """
        if not self.moving:
            return self.weights
        found = []
        for layer in range(len(self.moving) // 2):
            found += [*self.weights[4 * layer : 4 * layer + 4], *of_layer(self.moving, layer)]
        return *found, *self.weights[-2:]

    def describe(self) -> str:
        """Return the outcome in a sentence."""
        units, loss = "-".join(map(str, self.net.sizes)), self.loss[-1]
        said = f"{len(self)} replicas of {units}, {self.steps[-1]} steps in {self.seconds:.1f} s"
        spread = f"loss {loss.mean():.4g} ({loss.min():.4g} to {loss.max():.4g})"
        return f"{said}: {spread}" + ("" if self.complete else ", interrupted")

    __str__ = describe
