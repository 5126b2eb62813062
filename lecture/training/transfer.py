"""Transfer learning: the hidden layers of a trained network reused in another, and how much that helps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from lecture.checks import one_of, seeds_of, whole
from lecture.models import restore, state_of
from lecture.training.batches import in_blocks, one_thread


def reuse(model: keras.Sequential, n_classes: int, *, frozen: bool) -> keras.Sequential:
    """Return a new network that reuses the hidden layers of a trained one, with a new output layer.

    The weights are copied, so training the new network does not change ``model``. The initial weights of the output
    layer follow ``keras.utils.set_random_seed``.

    Parameters
    ----------
    model : keras.Sequential
        Compiled network that ends in a dense layer with one output for each class, such as that of ``models.mlp``.
    n_classes : int
        Number of classes of the new task, at least 2.
    frozen : bool
        Whether the copied layers are not trained, so that only the output layer learns. Frozen layers also behave as
        in prediction: batch normalization uses its moving averages. If False, all layers are trained (fine-tuning).

    Returns
    -------
    keras.Sequential
        Compiled with the loss of ``model``, accuracy, and a fresh copy of its optimizer.

    Raises
    ------
    ValueError
        If the model is not such a network, or n_classes is not a whole number of at least 2.
    """
    whole(n_classes, "n_classes", least=2)
    output = model.layers[-1] if isinstance(model, keras.Sequential) and model.layers else None
    if not isinstance(output, keras.layers.Dense) or output.units < 2 or getattr(model, "optimizer", None) is None:
        raise ValueError(
            "model must be a compiled Sequential that ends in a dense layer with one output for each class, such as "
            "mlp(256, 32)."
        )
    copies = [layer.from_config(layer.get_config()) for layer in model.layers[:-1]]
    config = output.get_config() | {
        "units": n_classes,
        "kernel_initializer": _unseeded(output.kernel_initializer),
        "trainable": True,
    }
    new = keras.Sequential(
        [keras.Input(model.input_shape[1:]), *copies, keras.layers.Dense.from_config(config)], name="reused"
    )
    for layer, copy in zip(model.layers, copies):
        copy.set_weights(layer.get_weights())
        copy.trainable = not frozen
    optimizer = model.optimizer.from_config(model.optimizer.get_config())
    new.compile(
        optimizer=optimizer, loss=model.loss, metrics=["accuracy"], steps_per_execution=model.steps_per_execution
    )
    new.optimizer.build(new.trainable_variables)  # as in `models.mlp`
    return new


def _unseeded(initializer):
    """A copy without a fixed seed, if the initializer is random."""
    config = initializer.get_config()
    return initializer.from_config(config | {"seed": None} if "seed" in config else config)


@dataclass(frozen=True)
class FewImages:
    """Validation accuracy of networks that were trained on few images.

    Attributes
    ----------
    counts : tuple of int
        Numbers of labelled images, all classes together.
    seeds : tuple of int
        The seeds.
    accuracy : dict of str to ndarray of shape (n_counts, n_seeds)
        Validation accuracy for each way to start. All ways use the same random images for an entry.
    """

    counts: tuple[int, ...]
    seeds: tuple[int, ...]
    accuracy: dict[str, np.ndarray]

    def gain(self, way: str, over: str) -> np.ndarray:
        """Return the accuracy of ``way`` minus that of ``over`` on the same images, shape (n_counts, n_seeds)."""
        return self.accuracy[one_of(way, self.accuracy, "way")] - self.accuracy[one_of(over, self.accuracy, "way")]

    def describe(self) -> str:
        """Return the mean accuracies with the fewest and with the most images, in a sentence."""
        ends = [", ".join(f"{name} {values[i].mean():.3f}" for name, values in self.accuracy.items()) for i in (0, -1)]
        seeds = f"mean of {len(self.seeds)} seeds" if len(self.seeds) > 1 else "one seed"
        fewest, most = self.counts[0], self.counts[-1]
        return f"Validation accuracy ({seeds}) after {fewest} labelled images: {ends[0]}; after {most}: {ends[1]}."


def learn_from_few(
    ways: Mapping[str, Callable[[], keras.Model]],
    data: Any,
    *,
    counts: Sequence[int],
    seeds: int | Sequence[int],
    updates: int = 100,
    batch_size: int = 10,
) -> FewImages:
    """Train each kind of network on few labelled images, and evaluate it on all validation images.

    For each seed the training images are drawn once, the same number from each class. A smaller set is the beginning of
    a larger one, and all ways use the same sets in the same mini-batches, so that they can be compared pairwise.

    Parameters
    ----------
    ways : mapping of str to callable
        For each way to start a function that returns a new compiled network, always of the same layers. The compiled
        train step of the first is reused.
    data : lecture.data.Dataset
        Data set with a validation set; the images are drawn from its training set.
    counts : sequence of int
        Numbers of labelled images, all classes together: multiples of the number of classes, at least ``batch_size``.
    seeds : int or sequence of int
        The seeds, or their number (then 0, 1, …). They determine the initial weights, the images and their order.
    updates : int
        Update steps of each training. They are the same for all counts, so that fewer images are seen more often.
    batch_size : int
        Images per update step.

    Returns
    -------
    FewImages

    Raises
    ------
    ValueError
        If there is no way, no count, no seed or no validation set, or a count cannot be drawn.
    """
    seeds = seeds_of(seeds)
    counts, labels, truth = tuple(counts), data.labels("train"), data.labels("val")
    if not (ways and counts):
        raise ValueError(f"ways and counts must not be empty, got {len(ways)} and {len(counts)} of them.")
    if not len(truth):
        raise ValueError("data must have validation images to evaluate on, got none: load it with validation=1/6, say.")
    whole(updates, "updates", least=1)
    whole(batch_size, "batch_size", least=1)
    draws = {
        (count, seed): balanced(labels, whole(count, "a count of labelled images", least=batch_size), seed)
        for count in counts
        for seed in seeds
    }
    networks = {name: [_seeded(build, seed) for seed in seeds] for name, build in ways.items()}
    accuracy = {name: np.empty((len(counts), len(seeds))) for name in ways}
    with tqdm(total=len(ways) * len(draws), unit="network", leave=False) as bar:
        for name, built in networks.items():
            model, starts = built[0], [state_of(network) for network in built]
            with in_blocks(model):
                for (column, seed), (row, count) in product(enumerate(seeds), enumerate(counts)):
                    rows = draws[count, seed][_passes(count, updates * batch_size, seed)].reshape(updates, batch_size)
                    restore(model, starts[column])
                    model.fit(_as_batches(data.X_train[rows], data.y_train[rows]), shuffle=False, verbose=0)
                    predicted = keras.ops.convert_to_numpy(model(data.X_val, training=False)).argmax(axis=1)
                    accuracy[name][row, column] = np.mean(predicted == truth)
                    bar.update()
    return FewImages(counts, seeds, accuracy)


def balanced(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return random rows, the same number of each class; with the same seed, fewer rows are the beginning of more.

    Parameters
    ----------
    labels : array of int, shape (n,)
        Class of each row.
    count : int
        Number of rows: a multiple of the number of classes, at most that number times the size of the rarest class.
    seed : int
        Seed of the draw.

    Returns
    -------
    array of int, shape (count,)
        Rows, of one class after the other in turn.

    Raises
    ------
    ValueError
        If the count cannot be drawn.
    """
    classes, sizes = np.unique(labels, return_counts=True)
    most = len(classes) * int(sizes.min())
    if count % len(classes) or not 0 < count <= most:
        raise ValueError(
            f"a count of labelled images must be a multiple of {len(classes)}, the number of classes, and at most "
            f"{most}, got {count}."
        )
    rng = np.random.default_rng(seed)
    columns = [rng.permutation(np.flatnonzero(labels == number))[: count // len(classes)] for number in classes]
    return np.stack(columns, axis=1).ravel()


def _seeded(build, seed):
    """A network built with this seed: before any is trained, since seeding clears TensorFlow's caches."""
    keras.utils.set_random_seed(seed)
    return build()


def _passes(count, length, seed):
    """Positions 0 to count - 1, repeated in a new order each time, ``length`` in all."""
    rng = np.random.default_rng([seed, count])
    return np.concatenate([rng.permutation(count) for _ in range(-(-length // count))])[:length]


def _as_batches(X, y):
    """Mini-batches (n_batches, batch_size, …) in this order for ``fit``, read by one thread."""
    import tensorflow as tf

    with tf.device("cpu:0"):
        return tf.data.Dataset.from_tensor_slices((X, y)).with_options(one_thread())
