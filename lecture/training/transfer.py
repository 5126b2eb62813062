"""Transfer learning: the hidden layers of a trained network as the start of another, and what that is worth on few images."""

from dataclasses import dataclass
from itertools import product

import keras
import numpy as np
from tqdm import tqdm

from lecture.checks import one_of, whole
from lecture.models import restore, state_of
from lecture.training.batches import in_blocks, one_thread


def reuse(model, n_classes, *, frozen):
    """Return a new network on the hidden layers of a trained one, with a new output layer.

    The weights are copied: training the new network leaves ``model`` as it is. The output layer's first weights follow
    ``keras.utils.set_random_seed``.

    Parameters
    ----------
    model : keras.Sequential
        Compiled, and ending in a dense layer with one output for each class, as ``models.mlp`` has it.
    n_classes : int
        Classes of the new task, at least 2.
    frozen : bool
        Whether the copied layers stay as they are, so that only the output layer learns. Frozen layers also work as
        they do when they predict: a batch normalization with its moving averages. Else all layers are trained further
        ("fine-tuned").

    Returns
    -------
    keras.Sequential
        Compiled with the loss of ``model``, accuracy, and a fresh copy of its optimizer.

    Raises
    ------
    ValueError
        If the model is not as above, or n_classes not a whole number of at least 2.
    """
    whole(n_classes, "n_classes", least=2)
    output = model.layers[-1] if isinstance(model, keras.Sequential) and model.layers else None
    if not isinstance(output, keras.layers.Dense) or output.units < 2 or getattr(model, "optimizer", None) is None:
        raise ValueError(
            "model must be a compiled Sequential that ends in a dense layer with one output for each class, such as mlp(256, 32)."
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
    """A copy that draws anew, where the initializer draws at all."""
    config = initializer.get_config()
    return initializer.from_config(config | {"seed": None} if "seed" in config else config)


@dataclass(frozen=True)
class FewImages:
    """How well networks do on all test images that have learnt from few.

    Attributes
    ----------
    counts : tuple of int
        Labelled images, of all classes together.
    seeds : tuple of int
    accuracy : dict of str to ndarray of shape (n_counts, n_seeds)
        On the test images, for each way of starting. An entry is one draw of images, and the same draw for all ways.
    """

    counts: tuple
    seeds: tuple
    accuracy: dict

    def gain(self, way, over):
        """Return by how much ``way`` is more accurate than ``over`` on the same draw of images, shape (n_counts, n_seeds)."""
        return self.accuracy[one_of(way, self.accuracy, "way")] - self.accuracy[one_of(over, self.accuracy, "way")]

    def describe(self):
        """Return the mean accuracies with the fewest and with the most images, in a sentence."""
        ends = [", ".join(f"{name} {values[i].mean():.3f}" for name, values in self.accuracy.items()) for i in (0, -1)]
        seeds = f"mean of {len(self.seeds)} seeds" if len(self.seeds) > 1 else "one seed"
        return f"Test accuracy ({seeds}) after {self.counts[0]} labelled images: {ends[0]}; after {self.counts[-1]}: {ends[1]}."


def learn_from_few(ways, data, *, counts, seeds, updates=100, batch_size=10):
    """Train each kind of network on few labelled images, and score it on all test images.

    For each seed the training images are drawn once, equally many of each class; a smaller set is the beginning of a
    larger one, and all ways get the same sets in the same batches. So two ways can be compared draw by draw.

    Parameters
    ----------
    ways : mapping of str to callable
        ``build()`` returns a compiled network, new at each call and of the same layers. What Keras compiles for the
        first serves for all.
    data : lecture.data.Dataset
        Its training part is what is drawn from.
    counts : sequence of int
        How many labelled images, of all classes together: multiples of the number of classes, at least ``batch_size``.
    seeds : int or sequence of int
        The seeds, or how many (then 0, 1, …): they set the initial weights, the images that are drawn, and their order.
    updates, batch_size : int
        Steps of each training, and images of each step: the same for all counts, so that fewer images are seen more
        often.

    Returns
    -------
    FewImages

    Raises
    ------
    ValueError
        If there is no way, no count or no seed, or a count cannot be drawn.
    """
    seeds = tuple(range(whole(seeds, "seeds", least=1))) if isinstance(seeds, (int, np.integer)) else tuple(seeds)
    counts, labels, truth = tuple(counts), data.labels("train"), data.labels("test")
    if not (ways and counts and seeds):
        raise ValueError(
            f"ways, counts and seeds must not be empty, got {len(ways)}, {len(counts)} and {len(seeds)} of them."
        )
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
                    predicted = keras.ops.convert_to_numpy(model(data.X_test, training=False)).argmax(axis=1)
                    accuracy[name][row, column] = np.mean(predicted == truth)
                    bar.update()
    return FewImages(counts, seeds, accuracy)


def balanced(labels, count, seed):
    """Return rows drawn at random, equally many of each class; fewer with the same seed are the beginning of more.

    Parameters
    ----------
    labels : array of int, shape (n,)
    count : int
        A multiple of the number of classes, at most what the rarest class has, times the number of classes.
    seed : int

    Returns
    -------
    array of int, shape (count,)
        The classes in turn.

    Raises
    ------
    ValueError
        If the count cannot be drawn.
    """
    classes, sizes = np.unique(labels, return_counts=True)
    most = len(classes) * int(sizes.min())
    if count % len(classes) or not 0 < count <= most:
        raise ValueError(
            f"a count of labelled images must be a multiple of the {len(classes)} classes and at most {most}, got {count}."
        )
    rng = np.random.default_rng(seed)
    columns = [rng.permutation(np.flatnonzero(labels == number))[: count // len(classes)] for number in classes]
    return np.stack(columns, axis=1).ravel()


def _seeded(build, seed):
    """A network from this seed. All are built before any is trained: setting TensorFlow's seed throws away what it has prepared to run."""
    keras.utils.set_random_seed(seed)
    return build()


def _passes(count, length, seed):
    """Positions 0 to count - 1, all of them in a new order again and again, ``length`` in all."""
    rng = np.random.default_rng([seed, count])
    return np.concatenate([rng.permutation(count) for _ in range(-(-length // count))])[:length]


def _as_batches(X, y):
    """Batches (n_batches, batch_size, …) in this order, as ``fit`` takes them, looked up by one thread as in ``training.batches``."""
    import tensorflow as tf

    with tf.device("cpu:0"):
        return tf.data.Dataset.from_tensor_slices((X, y)).with_options(one_thread())
