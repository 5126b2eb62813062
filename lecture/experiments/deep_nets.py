"""The deep dense networks of the report on batch norm, and how it trained them: in cycles of the learning rate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import keras
import numpy as np

from lecture.experiments.protocol import compare_to_the_end
from lecture.experiments.standard_images import StandardImages, standard_images
from lecture.from_scratch import initial_weights
from lecture.from_scratch.batch_norm import FEWEST
from lecture.optimizers import Triangular
from lecture.replicas import Replicas
from lecture.words import counted, plural

HIDDEN = {3: (50, 50), 9: (50, 30, 20, 20, 10, 10, 10, 10)}  # by the number of layers, the output among them
BATCH = 100
LOWEST, HIGHEST = 1e-5, 1e-1  # learning rates
L2 = 0.005  # of all kernels
MOMENTUM, EPSILON = 0.9, 1e-5
N_CLASSES = 10
CHANCE = 1 / N_CLASSES  # accuracy of a network that gives all images the same class


@dataclass(frozen=True)
class DeepNet:
    """A network to train, and what may differ between those of an experiment.

    Attributes
    ----------
    n_layers : int
        Layers with weights, the output among them: 3 or 9.
    epsilon : float or None
        ε of batch norm; None for a network without.
    initializer : float or "he_normal"
        Standard deviation of the initial weights, or He's, which depends on the layer.
    l2 : float
        Penalty: the cost is the loss + l2 Σw² over all kernels.
    momentum : float
        Momentum of the moving averages.
    learning_rate : float, callable or None
        Learning rate, or a function of the step; None for the triangles of the training.
    """

    n_layers: int = 3
    epsilon: float | None = EPSILON
    initializer: float | str = "he_normal"
    l2: float = L2
    momentum: float = MOMENTUM
    learning_rate: Any = None

    def sizes(self, images: StandardImages) -> tuple[int, ...]:
        """Return the units of each layer, inputs first."""
        return images.X.shape[1], *HIDDEN[self.n_layers], N_CLASSES


def images_for(images: StandardImages | None, n_components: int | None) -> StandardImages:
    """Return the images that were given, checked, or else those of this machine.

    Parameters
    ----------
    images : StandardImages or None
        What was given.
    n_components : int or None
        Number of principal components of the images, if none were given; their pixels if None.

    Raises
    ------
    ValueError
        If networks cannot be trained on the images, or the number is out of range.
    """
    if images is None:
        return standard_images(n_components)
    parts = {"train": (images.X, images.y), "validate": (images.X_val, images.y_val)}
    parts["test"] = images.X_test, images.y_test
    n_inputs = np.shape(images.X)[-1]
    for name, (X, y) in parts.items():
        if np.shape(X) != (len(X), n_inputs) or not len(X) or np.shape(y) != (len(X), N_CLASSES):
            raise ValueError(
                f"images to {name} must be one or more, in rows of {n_inputs} numbers, with one-hot labels of "
                f"{N_CLASSES} classes, got shapes {np.shape(X)} and {np.shape(y)}."
            )
        if not np.isfinite(X).all():
            raise ValueError(f"images to {name} must be finite numbers, got some that are not.")
    n = len(images.X)
    if n < BATCH or 0 < n % BATCH < FEWEST:
        raise ValueError(
            f"images to train must be {BATCH} or more, and the last mini-batch of {BATCH} must have {FEWEST} or more, "
            f"got {n:,}."
        )
    return images


def trained(
    nets: Mapping[Any, DeepNet],
    images: StandardImages,
    *,
    half_cycle: int,
    n_cycles: int,
    seeds: Sequence[int],
    after: Mapping[Any, Replicas] | None = None,
    record: Sequence[int] | None = None,
    n_measured: int | None = None,
    keep: str | None = None,
    show: bool = True,
) -> dict[Any, Replicas]:
    """Train each network once for each seed, all on the same mini-batches.

    What is recorded on the way as ``test_loss`` and ``test_accuracy`` is that of the *validation* images.

    Parameters
    ----------
    nets : mapping of hashable to DeepNet
        Networks by name.
    images : StandardImages
        What to train on.
    half_cycle : int
        Steps from the lowest learning rate to the highest.
    n_cycles : int
        Number of cycles.
    seeds : sequence of int
        Seeds of the initial weights; the first one is that of the mini-batches as well.
    after : mapping of hashable to Replicas, optional
        Trained networks to go on from, by name, one for each seed; initial weights by default.
    record : sequence of int, optional
        Steps at which to record; the last one only by default.
    n_measured : int, optional
        Training images on which loss and accuracy are recorded: the first ones; all by default.
    keep : "all", optional
        To keep all weights at the recorded steps.
    show : bool
        Whether to show a progress bar.

    Returns
    -------
    dict of hashable to Replicas
        In the order of ``nets``.

    Raises
    ------
    KeyboardInterrupt
        If training was interrupted.
    """
    steps = 2 * half_cycle * n_cycles
    triangles = Triangular(LOWEST, HIGHEST, half_cycle)
    found = {}
    begun = {name: nets.get_weights() for name, nets in (after or {}).items()}
    for depth in dict.fromkeys(net.n_layers for net in nets.values()):
        alike = {name: net for name, net in nets.items() if net.n_layers == depth}
        found |= compare_to_the_end(
            {
                name: _condition(net, begun.get(name) or starts(net, images, seeds), triangles)
                for name, net in alike.items()
            },
            images.X,
            images.y,
            hidden=HIDDEN[depth],
            steps=steps,
            seeds=seeds,
            batch_size=BATCH,
            same_batches=True,
            activation="relu",
            optimizer=keras.optimizers.SGD(HIGHEST),
            penalized="all",
            X_test=images.X_val,
            y_test=images.y_val,
            record=[steps] if record is None else record,
            n_measured=n_measured,
            keep=keep,
            show=show,
        )
    return {name: found[name] for name in nets}


def starts(net: DeepNet, images: StandardImages, seeds: Sequence[int]) -> list[np.ndarray]:
    """Return the initial weights of a network for each seed, in the order of Keras' ``get_weights``.

    Those of the first layer are drawn for an image's pixels, even if the inputs are fewer components of these.

    Parameters
    ----------
    net : DeepNet
        The network.
    images : StandardImages
        What it will be trained on.
    seeds : sequence of int
        Seeds of the weights.

    Returns
    -------
    list of array (n_seeds, …)
        Kernel and bias of each layer; with batch norm, γ and β after those of each hidden layer.
    """
    rngs = [np.random.default_rng(seed) for seed in seeds]
    found, sizes = [], net.sizes(images)
    for layer, (n_in, n_out) in enumerate(pairwise(sizes)):
        spread = net.initializer
        if layer == 0 and spread == "he_normal":
            spread = float(np.sqrt(2 / images.n_pixels))
        found.append(np.stack([initial_weights(spread, n_in, n_out, rng) for rng in rngs]))
        zeros, ones = (np.full((len(rngs), n_out), value) for value in (0.0, 1.0))
        found.append(zeros)
        if net.epsilon is not None and layer < len(sizes) - 2:
            found += [ones, zeros]
    return found


def accuracy(nets: Replicas, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the accuracy of each network in the end, (n_seeds,): that of one class for a net that has diverged.

    Parameters
    ----------
    nets : Replicas
        Trained networks.
    X : array (n, n_inputs)
        Images.
    y : array (n, 10)
        One-hot labels.
    """
    found = (nets.predict(X).argmax(axis=-1) == y.argmax(axis=-1)).mean(axis=-1)
    return np.where(diverged(nets), of_one_class(y), found)


def accuracies(nets: Replicas, images: StandardImages) -> dict[str, np.ndarray]:
    """Return the accuracy of each network in the end on the images of each part: ``"training"``, …, each (n_seeds,).

    Parameters
    ----------
    nets : Replicas
        Networks that `trained` has trained on these images, and measured at the end.
    images : StandardImages
        Images to train, to validate and to test on.
    """
    recorded = {"training": (nets.accuracy, images.y), "validation": (nets.test_accuracy, images.y_val)}
    lost = diverged(nets)
    found = {part: np.where(lost, of_one_class(y), values[-1]) for part, (values, y) in recorded.items()}
    return found | {"test": accuracy(nets, images.X_test, images.y_test)}


def of_one_class(y: np.ndarray) -> np.float64:
    """Return the accuracy of a network that gives all images the first class, for one-hot labels (n, 10)."""
    return y[:, 0].mean(dtype=np.float64)


def diverged(nets: Replicas) -> np.ndarray:
    """Return whether each network has ended with weights that are no finite numbers, (n_seeds,)."""
    return ~np.all([np.isfinite(array.reshape(len(nets), -1)).all(axis=1) for array in nets.weights], axis=0)


def describe_diverged(nets: Iterable[Replicas]) -> str:
    """Return a sentence that says how many networks have diverged, and what they count as; empty if none has."""
    return count_as_one_class(sum(int(diverged(each).sum()) for each in nets))


def count_as_one_class(n: int) -> str:
    """Return the sentence for n networks that have diverged; empty for none."""
    counts = plural(n, "has diverged and counts", "have diverged and count")
    return f" {counted(n, 'network')} {counts} as giving all images the same class." if n else ""


def describe_nets(images: StandardImages, *, half_cycle: int, n_cycles: int, n_layers: Sequence[int] = (3, 9)) -> str:
    """Return what is trained, in the words that a protocol begins with.

    Parameters
    ----------
    images : StandardImages
        What is trained on.
    half_cycle : int
        Steps from the lowest learning rate to the highest.
    n_cycles : int
        Number of cycles.
    n_layers : sequence of int
        Numbers of layers.
    """
    n_inputs = images.X.shape[1]
    sizes = " and ".join("-".join(map(str, (n_inputs, *HIDDEN[n], N_CLASSES))) for n in n_layers)
    steps = 2 * half_cycle * n_cycles
    return (
        f"{sizes}, ReLU, softmax, He's initial weights unless said otherwise, {steps:,} steps of SGD on mini-batches "
        f"of {BATCH} (the same for all seeds), learning rate from {LOWEST:g} to {HIGHEST:g} and back in "
        f"{2 * half_cycle:,} steps, penalty {L2:g} on all kernels unless said otherwise, batch norm with momentum "
        f"{MOMENTUM:g} and ε {EPSILON:g} before the activation. {images.describe()}"
    )


def _condition(net, weights, triangles):
    """The settings of `lecture.replicas.compare` for a network."""
    return dict(
        weights=weights,
        batch_norm=None if net.epsilon is None else (net.momentum, net.epsilon),
        l2=net.l2,
        learning_rate=triangles if net.learning_rate is None else net.learning_rate,
    )
