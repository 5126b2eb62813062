"""Variants of a network, each trained from several seeds: side by side, which takes seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from lecture import replicas
from lecture.checks import one_of, real, seeds_of, whole
from lecture.models import NORM_MOMENTUM, mlp
from lecture.training.repeats import range_over_seeds

OWN = ("hidden", "l1", "l2", "dropout", "batch_norm", "label_smoothing", "learning_rate")
EPSILON = 1e-3  # of batch norm, as in `mlp`
N_LAST = 5  # epochs that count as the end
N_MEASURED = 1000  # training images on which is measured after each epoch: all of 2,000 take a tenth of the time


@dataclass(frozen=True, eq=False)
class Variant:
    """A network trained from several seeds.

    Attributes
    ----------
    hidden : tuple of int
        Units of its hidden layers.
    settings : dict
        What else sets it apart, by the names that `lecture.models.mlp` has for it.
    seeds : tuple of int
        The seeds.
    curves : dict of str to array (n_epochs, n_seeds)
        ``loss``, ``accuracy``, ``val_loss`` and ``val_accuracy`` after each epoch, without the penalty. ``loss`` and
        ``accuracy`` are those of the first 1,000 training images, ``loss`` on the labels that the network learns,
        smoothed or not; ``val_loss`` is on the true ones. All units are at work, with dropout too.
    weights : tuple of arrays (n_seeds, …)
        Trained weights, in the order of Keras' ``get_weights``.
    """

    hidden: tuple[int, ...]
    settings: dict[str, Any]
    seeds: tuple[int, ...]
    curves: dict[str, np.ndarray]
    weights: tuple[np.ndarray, ...]

    def mean(self) -> dict[str, np.ndarray]:
        """Return the curves, averaged over the seeds: a record for `lecture.plots.plot_history`."""
        return {metric: values.mean(axis=1) for metric, values in self.curves.items()}

    def last(self, metric: str) -> np.ndarray:
        """Return a metric after the last epoch, one value for each seed: (n_seeds,)."""
        return self.curves[metric][-1]

    def at_end(self, metric: str) -> np.ndarray:
        """Return a metric's mean over the last five epochs, one value for each seed: (n_seeds,).

        Single epochs are bumpy: the spread over the seeds is about twice as large after the last one alone.
        """
        return self.curves[metric][-N_LAST:].mean(axis=0)

    def rise(self) -> np.ndarray:
        """Return how far the validation loss, at the end, lies above its lowest value, for each seed: (n_seeds,)."""
        return self.at_end("val_loss") - self.curves["val_loss"].min(axis=0)

    def network(self, number: int = 0) -> keras.Sequential:
        """Return the trained network of one seed, compiled.

        Parameters
        ----------
        number : int
            Which of the seeds, counted from 0.
        """
        whole(number, "number", least=0, most=len(self.seeds) - 1)
        sizes = {"n_inputs": self.weights[0].shape[1], "n_classes": self.weights[-1].shape[1]}
        options = {name: value for name, value in self.settings.items() if name != "learning_rate"}
        model = mlp(*self.hidden, **sizes, **options)
        model.set_weights([array[number] for array in self.weights])
        return model

    def predict(self, X: np.ndarray, layer: str | None = None) -> np.ndarray:
        """Return the outputs of each seed's network, (n_seeds, n, n_outputs).

        Parameters
        ----------
        X : array (n, n_inputs)
            Inputs.
        layer : str, optional
            Name of the layer whose outputs are returned, such as ``"hidden_1"``; the last one if None.
        """
        model = self.network()
        part = keras.Model(model.inputs[0], model.get_layer(layer).output) if layer else model
        found = []
        for number in range(len(self.seeds)):
            model.set_weights([array[number] for array in self.weights])
            found.append(keras.ops.convert_to_numpy(part(X, training=False)))
        return np.stack(found)

    def count_params(self) -> int:
        """Return the number of parameters of one network, moving averages among them."""
        return sum(array[0].size for array in self.weights)

    def describe(self) -> str:
        """Return the mean validation accuracy in the end, and its range over the seeds, in a phrase."""
        return f"validation accuracy {range_over_seeds(self.last('val_accuracy'))}"


def train_variants(
    variants: Mapping[str, Mapping],
    data: Any,
    *,
    hidden: Sequence[int] = (256, 32),
    seeds: int | Sequence[int] = 5,
    epochs: int = 30,
    batch_size: int = 100,
    learning_rate: float = 0.003,
    show: bool = True,
) -> dict[str, Variant]:
    """Train variants of a ReLU network with Adam, each from the same seeds.

    They are trained at the same time by `lecture.replicas.compare`, so that they start from the same weights, see the
    same mini-batches and, with dropout, lose the same units, seed by seed. The test set is left alone.

    Parameters
    ----------
    variants : mapping of str to mapping
        What differs, by the names of the variants: ``l1``, ``l2``, ``dropout``, ``batch_norm`` and ``label_smoothing``
        as in `lecture.models.mlp`; ``hidden`` and ``learning_rate`` as below. An empty mapping is the plain network.
    data : lecture.data.Dataset
        Training and validation set, with one-hot labels and images in rows.
    hidden : sequence of int
        Units of the hidden layers.
    seeds : int or sequence of int
        Seeds, or their number.
    epochs : int
        Epochs of each training.
    batch_size : int
        Images of a mini-batch.
    learning_rate : float
        Learning rate of Adam, above 0.
    show : bool
        Whether to show a progress bar.

    Returns
    -------
    dict of str to Variant
        In the order of ``variants``.

    Raises
    ------
    ValueError
        If there is no variant, a setting is unknown or out of range, labels are not one-hot, or there are no validation
        images.
    KeyboardInterrupt
        If training was interrupted.
    """
    seeds = seeds_of(seeds)
    common: dict[str, Any] = {"hidden": tuple(hidden), "learning_rate": learning_rate}
    wanted = {name: common | dict(own) for name, own in variants.items()}
    fit = {
        "seeds": seeds,
        "epochs": whole(epochs, "epochs", least=1),
        "batch_size": whole(batch_size, "batch_size", least=1),
    }
    _check(wanted, data)
    trained = {}
    for names, largest in _groups(wanted, tuple(hidden)):
        trained |= _side_by_side({name: wanted[name] for name in names}, data, largest, **fit, show=show)
    return {
        name: Variant(tuple(own["hidden"]), _without_hidden(variants[name]), seeds, *trained[name])
        for name, own in wanted.items()
    }


def _check(wanted, data):
    """Refuse what cannot be trained, before anything is."""
    if not wanted:
        raise ValueError("variants must name at least one network, got none.")
    if np.ndim(data.y_train) != 2 or np.ndim(data.X_train) != 2 or not len(data.X_val):
        raise ValueError(
            "data must have images in rows, one-hot labels and validation images, got shapes "
            f"{np.shape(data.X_train)}, {np.shape(data.y_train)} and {np.shape(data.X_val)}."
        )
    for own in wanted.values():
        for name in own:
            one_of(name, OWN, "a setting of a variant")
        if real(own["learning_rate"], "learning_rate", least=0) == 0:
            raise ValueError(f"learning_rate must be above 0, got {own['learning_rate']}.")
        for name in ("label_smoothing", "dropout"):
            real(own.get(name, 0), name, least=0, below=1)


def _groups(wanted, hidden):
    """The names that are trained together, and the units of the largest of their networks."""
    groups = {}
    for name, own in wanted.items():
        sizes = tuple(own["hidden"])
        fits = len(sizes) == len(hidden) and all(mine <= most for mine, most in zip(sizes, hidden))
        groups.setdefault(hidden if fits else sizes, []).append(name)
    return [(names, largest) for largest, names in groups.items()]


def _side_by_side(wanted, data, largest, *, seeds, epochs, batch_size, show):
    """Curves and weights of networks that are trained at the same time, narrower ones as parts of the largest."""
    per_epoch = -(-len(data.X_train) // batch_size)
    n_classes = data.y_train.shape[1]

    def condition(own):
        share = own.get("label_smoothing", 0)
        widths = (
            np.tile(own["hidden"], (len(seeds), 1))
            if any(tuple(each["hidden"]) != largest for each in wanted.values())
            else None
        )
        return {
            "y": (1 - share) * data.y_train + share / n_classes if share else data.y_train,
            "l1": own.get("l1", 0),
            "l2": own.get("l2", 0),
            "batch_norm": (NORM_MOMENTUM, EPSILON) if own.get("batch_norm") else None,
            "dropout": own.get("dropout", 0),
            "learning_rate": own["learning_rate"],
            "widths": widths,
        }

    nets = replicas.compare(
        {name: condition(own) for name, own in wanted.items()},
        data.X_train,
        hidden=largest,
        steps=epochs * per_epoch,
        seeds=seeds,
        batch_size=batch_size,
        activation="relu",
        optimizer="adam",
        initializer="he_normal",
        X_test=data.X_val,
        y_test=data.y_val,
        record=range(0, epochs * per_epoch + 1, per_epoch),
        n_measured=min(N_MEASURED, len(data.X_train)),
        show=show,
    )
    if not all(each.complete for each in nets.values()):
        raise KeyboardInterrupt
    return {
        name: (_curves(each), _cut(each.get_weights(), tuple(wanted[name]["hidden"]))) for name, each in nets.items()
    }


def _curves(nets):
    """The curves of replicas, without what they were before the first epoch."""
    found = {
        "loss": nets.loss,
        "accuracy": nets.accuracy,
        "val_loss": nets.test_loss,
        "val_accuracy": nets.test_accuracy,
    }
    return {metric: values[1:] for metric, values in found.items()}


def _cut(weights, hidden):
    """The weights of the units that a network has: kernels (n_seeds, p, q), and vectors (n_seeds, q)."""
    sizes, found, layer = (weights[0].shape[1], *hidden, weights[-1].shape[1]), [], -1
    for array in weights:
        if array.ndim == 3:
            layer += 1
        cut = sizes[layer : layer + 2] if array.ndim == 3 else sizes[layer + 1 : layer + 2]
        found.append(array[(slice(None), *map(slice, cut))])
    return tuple(found)


def _without_hidden(settings):
    """The settings of a variant other than its units."""
    return {name: value for name, value in settings.items() if name != "hidden"}
