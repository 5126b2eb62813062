"""The network 784-8-200-10 of the report on the landscape of the loss, trained many times at once."""

from collections.abc import Sequence

import keras
import numpy as np

from lecture import landscape
from lecture.experiments.images import Images
from lecture.experiments.protocol import initial_weights, train_like_the_original
from lecture.experiments.radii import as_asked
from lecture.landscape.problem import problem
from lecture.replicas import Replicas

SIZES = (784, 8, 200, 10)
RATE = 0.001  # Keras' default for Adam
LOSS = "categorical_crossentropy"
SHARPNESS = EIGENVALUE, KESKAR = "largest eigenvalue", "Keskar's sharpness"


def first_weights(seeds: Sequence[int]) -> list[np.ndarray]:
    """Return initial weights: Glorot's kernels (n_seeds, p, q) and biases (n_seeds, q) of 0, of each layer in turn."""
    return [values if values.ndim == 3 else np.zeros_like(values) for values in initial_weights(SIZES, seeds)]


def train(
    images: Images,
    *,
    batch_size: int,
    steps: int,
    orders: Sequence[int],
    starts: Sequence[int] | None = None,
    **settings,
) -> Replicas:
    """Train the network for each seed: ReLU, Adam at 0.001, mini-batches, cross-entropy.

    Parameters
    ----------
    images : Images
        What to train and to test on.
    batch_size : int
        Examples in a mini-batch.
    steps : int
        Number of update steps.
    orders : sequence of int
        Seeds of the order in which the images come.
    starts : sequence of int, optional
        Seeds of the initial weights; by default those of the order.
    **settings
        Other arguments of `lecture.replicas.train`, ``record`` and ``show`` among them.

    Raises
    ------
    ValueError
        If a mini-batch is larger than the training set: it would be cut without a word.
    KeyboardInterrupt
        If training was interrupted.
    """
    if batch_size > len(images.X):
        raise ValueError(f"a mini-batch must have at most {len(images.X):,} images, all there are, got {batch_size:,}.")
    return train_like_the_original(
        SIZES[1:-1],
        **images._asdict(),
        weights=first_weights(orders if starts is None else starts),
        activation="relu",
        optimizer=keras.optimizers.Adam(RATE),
        batch_size=batch_size,
        steps=steps,
        seeds=orders,
        **settings,
    )


def losses(nets: Replicas, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the loss of each network on images (n, 784) with labels (n, 10): (n_seeds,)."""
    return problem(nets, X, y, loss=LOSS).losses()


def sharpness(nets: Replicas, X: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """Return how sharp the loss of images (n, 784) with labels (n, 10) is at each network: (n_seeds,) by kind.

    The kinds are the largest eigenvalue of the Hessian, inside the linear piece of the ReLU that a network stands in,
    and Keskar's sharpness, in percent.
    """
    kinds = dict(zip(SHARPNESS, ("largest_eigenvalue", "keskar")))
    with as_asked():  # the docstring says that it holds inside a linear piece
        found = {name: landscape.sharpness(nets, X, y, kind=kind, loss=LOSS) for name, kind in kinds.items()}
    return {name: np.asarray(values) for name, values in found.items()}


def describe(n_images: int, epochs: int) -> str:
    """Return what was trained, in the words that a protocol begins with.

    >>> describe(8000, 20)
    '784-8-200-10, ReLU, softmax, Adam at 0.001, 8,000 images, 20 epochs'
    """
    return f"{'-'.join(map(str, SIZES))}, ReLU, softmax, Adam at {RATE:g}, {n_images:,} images, {epochs} epochs"
