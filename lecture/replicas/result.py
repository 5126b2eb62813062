"""What became of the replicas."""

from dataclasses import dataclass, field

import numpy as np
import tensorflow as tf

N_AT_ONCE = 2**22  # outputs of a layer that a prediction holds


@dataclass(frozen=True, eq=False)
class Replicas:
    """Trained replicas; T steps were recorded, R replicas trained.

    Attributes
    ----------
    seeds : tuple of int
    steps : array (T,)
        At which was recorded: the number of updates made before.
    loss, accuracy : array (T, R)
        On the training examples; the loss without penalty. With one output the accuracy counts outputs above 0.5
        against truths above 0.5; with several the highest counts.
    test_loss, test_accuracy : array (T, R) or None
        On the test examples, if there were any.
    kept : dict of int to array (T, R, n_kept)
        Weights of layers at the recorded steps, as asked for by ``keep``.
    weights : tuple of arrays
        In the end: kernel (R, p, q) and bias (R, q) of each layer in turn; with ``tied`` of each that is learnt.
    complete : bool
        False if the training was interrupted: then there is what was done by then.
    seconds : float
        That it took.
    """

    seeds: tuple
    steps: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    test_loss: np.ndarray
    test_accuracy: np.ndarray
    kept: dict
    weights: tuple
    complete: bool
    seconds: float
    net: object = field(repr=False)

    def __len__(self):
        return len(self.seeds)

    def predict(self, X):
        """Return the outputs of all replicas, (R, n, n_outputs), for examples (n, n_inputs), or (R, n, n_inputs) of their own.

        Raises
        ------
        ValueError
            If X has another shape.
        """
        X = np.asarray(X, dtype=self.weights[0].dtype)
        if X.ndim not in (2, 3) or X.shape[-1] != self.net.sizes[0] or (X.ndim == 3 and len(X) != len(self)):
            raise ValueError(
                f"X must have shape (n, {self.net.sizes[0]}) or ({len(self)}, n, {self.net.sizes[0]}), got {X.shape}."
            )
        weights = [array if array.ndim == 3 else array[:, None] for array in self.weights]
        n = max(1, N_AT_ONCE // (len(self) * max(self.net.sizes)))
        parts = [
            self.net([tf.constant(it) for it in weights], tf.constant(X[..., i : i + n, :])).numpy()
            for i in range(0, X.shape[-2], n)
        ]
        return np.concatenate(parts, axis=1)

    def describe(self):
        """Return the outcome in a sentence."""
        said = f"{len(self)} replicas of {'-'.join(map(str, self.net.sizes))}, {self.steps[-1]} steps in {self.seconds:.1f} s: loss {self.loss[-1].mean():.4g}"
        low, high = self.loss[-1].min(), self.loss[-1].max()
        return said + f" ({low:.4g} to {high:.4g})" + ("" if self.complete else ", interrupted")

    __str__ = describe
