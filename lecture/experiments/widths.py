"""Do more parameters generalize worse?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import keras
import numpy as np

from lecture import landscape
from lecture.checks import whole
from lecture.experiments import convolutions
from lecture.experiments.calibration import best_temperature, calibration_error, cross_entropy
from lecture.experiments.convolutions import ConvNet
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.images import Images, describe_images, pictures
from lecture.experiments.judgement import NOT_NEGATIVE, Hypothesis, Verdict, beside_published
from lecture.experiments.protocol import evenly, swept, train_like_the_original
from lecture.experiments.result import Sweep
from lecture.replicas import Replicas
from lecture.words import counted

TITLE = "Do more parameters generalize worse?"
MIDDLE = 81  # 768-81-81-10 has 69,751 parameters
RATE = 0.001
LIMIT = 0.02  # of accuracy
FLAT = Hypothesis(
    "Accuracy does not depend on the number of parameters.",
    "test accuracy in the end, widest network minus narrowest",
    LIMIT,
    absent=True,
)
BEYOND = Hypothesis(
    "Beyond 70,000 parameters, accuracy no longer depends on their number.",
    f"test accuracy in the end, widest network minus the one of {MIDDLE} units",
    LIMIT,
    absent=True,
)
RISES = Hypothesis(
    "The widest network overfits: its test loss rises again.",
    "test loss of the widest network in the end, minus that at the epoch whose validation loss is lowest",
    0.1,
)
FALLS = Hypothesis(
    "Its accuracy falls meanwhile.",
    "test accuracy of the widest network at the same epoch, minus that in the end",
    LIMIT,
)
SURE = Hypothesis(
    "Wider networks are surer than they are right.",
    f"expected calibration error in the end, widest network minus the one of {MIDDLE} units",
    0.02,
)
TEMPERED = Hypothesis(
    "Most of the rise is confidence: dividing the logits by one number removes it.",
    "test loss that dividing removes in the end, widest network, minus half of the rise",
    0.05,
)
HYPOTHESES = (FLAT, BEYOND, RISES, FALLS, SURE, TEMPERED)
PRESETS = {
    "short": dict(n_seeds=5, n_images=2_500, epochs=50, batch_size=100, widths=(3, 9, 27, 81, 243)),
    # Published: one run of each of 49 convolution networks, 50,000 images, 50 epochs, batches of 1,000.
    "published": dict(n_seeds=5, n_images=10_000, epochs=50, batch_size=100, widths=(3, 9, 27, 81, 243)),
}
# Read off the report's figures: its smallest and its largest convolution network.
PUBLISHED = {
    ("test accuracy", "fewest"): 0.38,
    ("test accuracy", "most"): 0.67,
    ("training accuracy", "fewest"): 0.40,
    ("training accuracy", "most"): 1.0,
    ("test loss", "fewest"): 1.7,
    ("test loss", "most"): 2.75,
}
N_VALIDATION, N_TEST = 1_000, 2_000
N_RECORDED = 10
TRAINING, TEST = "training", "test"
CNNS = tuple(range(3, 100, 2))  # the report's N
HOURS = 20  # of the 49 convolution networks on two cores, for 50 epochs; 7 to 87 s an epoch were measured


@dataclass(frozen=True, eq=False)
class Generalizing:
    """How networks of several widths do on images that they have seen and on others.

    Attributes
    ----------
    widths, parameters : tuple of int
        Units of each of the two hidden layers, and number of weights and biases, of each network.
    epochs : array (T,)
        Epochs after which was measured.
    loss, accuracy : dict of str to array (n_widths, T, n_seeds)
        Loss and accuracy on ``"training"`` and on ``"test"`` images.
    best : array (n_widths, n_seeds)
        Number of the record at which the loss on validation images is lowest.
    calibration : array (n_widths, n_seeds)
        Expected calibration error on test images in the end.
    temperatures : array (n_widths, n_seeds)
        Number to divide the logits by in the end, fitted to validation images; above 1 for networks that are too sure.
    tempered, calibrated : array (n_widths, n_seeds)
        Test loss and calibration error with the logits divided by it.
    """

    widths: tuple[int, ...]
    parameters: tuple[int, ...]
    epochs: np.ndarray
    loss: dict[str, np.ndarray]
    accuracy: dict[str, np.ndarray]
    best: np.ndarray
    calibration: np.ndarray
    temperatures: np.ndarray
    tempered: np.ndarray
    calibrated: np.ndarray

    def at_best(self, values: np.ndarray) -> np.ndarray:
        """Return values (n_widths, T, n_seeds) at the epoch whose validation loss is lowest: (n_widths, n_seeds)."""
        return np.take_along_axis(values, self.best[:, None], axis=1)[:, 0]

    def since_best(self, values: np.ndarray) -> np.ndarray:
        """Return by how much values (n_widths, T, n_seeds) rise from that epoch to the last: (n_widths, n_seeds)."""
        return values[:, -1] - self.at_best(values)

    def describe(self) -> str:
        """Return what became of the widest network in a sentence."""
        rise = self.since_best(self.loss[TEST])[-1].mean()
        removed = (self.loss[TEST][:, -1] - self.tempered)[-1].mean()
        return (
            f"{self.parameters[-1]:,} parameters: test loss {self.at_best(self.loss[TEST])[-1].mean():.2f} at its best "
            f"epoch, {self.loss[TEST][-1, -1].mean():.2f} in the end; of the rise of {rise:.2f}, logits divided by "
            f"{self.temperatures[-1].mean():.2f} remove {removed:.2f}."
        )


@experiment(TITLE, PRESETS)
def run(
    *, n_images: int, epochs: int, batch_size: int, widths: Sequence[int], seeds: Sequence[int], show: bool
) -> Findings:
    """Train networks with two hidden layers of several widths on small colour images.

    The ``details`` of the result are losses, accuracies and calibration, `Generalizing`.

    Parameters
    ----------
    n_images : int, optional
        Number of training images.
    epochs : int, optional
        Number of epochs.
    batch_size : int, optional
        Images in a mini-batch.
    widths : sequence of int, optional
        Units of each of the two hidden layers: two or more different numbers, 81 and a larger one among them.
    """
    whole(epochs, "epochs", least=1)
    whole(batch_size, "batch_size", least=1, most=whole(n_images, "n_images", least=1))
    widths = swept(widths, "widths", partial(whole, what="a width", least=1), needed=(MIDDLE,))
    if widths[-1] == MIDDLE:
        raise ValueError(f"widths must have a number above {MIDDLE} among them, got {widths}.")
    images, name = pictures(n_images + N_VALIDATION, N_TEST)
    found = measured(images, widths, epochs=epochs, batch_size=batch_size, seeds=seeds, show=show)
    counts = cnn_parameters()
    return Findings(
        protocol=f"{images.X.shape[1]}-N-N-10 with N = {', '.join(map(str, widths))}: {found.parameters[0]:,} to "
        f"{found.parameters[-1]:,} parameters; ReLU, softmax, Glorot's initial weights, {epochs} epochs of Adam at "
        f"{RATE:g} on mini-batches of {batch_size} of {n_images:,} images, {N_TEST:,} others to test, "
        f"{N_VALIDATION:,} more to find the best epoch and the temperature. (Published: {len(counts)} convolution "
        f"networks, {counts[CNNS[0]]:,} to {counts[CNNS[-1]]:,} parameters, which take about {HOURS} hours on two "
        f"cores; {counted(len(same_convolutions()), 'pair')} of neighbours, N = 3 and 5 the first, have the same "
        f"convolutions, because N / 3 is cut to a whole number.){describe_images(name, 'CIFAR-10')}",
        sweeps=_sweeps(found),
        verdicts=judge(found),
        compared=_compared(found) if name == "CIFAR-10" else (),
        details=found,
    )


def judge(found: Generalizing) -> tuple[Verdict, ...]:
    """Return the verdicts on the networks of all widths."""
    accuracy, loss = found.accuracy[TEST], found.loss[TEST]
    middle, rise = found.widths.index(MIDDLE), found.since_best(loss)[-1]
    return (
        FLAT.judge(accuracy[-1, -1] - accuracy[0, -1]),
        BEYOND.judge(accuracy[-1, -1] - accuracy[middle, -1]),
        RISES.judge(rise),
        FALLS.judge(-found.since_best(accuracy)[-1]),
        SURE.judge(found.calibration[-1] - found.calibration[middle]),
        TEMPERED.judge(loss[-1, -1] - found.tempered[-1] - rise / 2),
    )


# Dense networks


def measured(
    images: Images, widths: Sequence[int], *, epochs: int, batch_size: int, seeds: Sequence[int], show: bool = False
) -> Generalizing:
    """Train networks of several widths, and return how they do.

    Parameters
    ----------
    images : Images
        What to train and to test on; the last 1,000 training images are the validation set.
    widths : sequence of int
        Units of each of the two hidden layers.
    epochs, batch_size : int
        Passes over all training images, and images in a mini-batch.
    seeds : sequence of int
        Seeds of initial weights and of mini-batches.
    show : bool
        Whether to show a progress bar.
    """
    X, y = images.X[:-N_VALIDATION], images.y[:-N_VALIDATION]
    per_epoch = -(-len(X) // batch_size)
    rows = []
    for width in widths:
        nets = train_like_the_original(
            (width, width),
            X,
            y,
            activation="relu",
            bias_initializer="zeros",
            optimizer=keras.optimizers.Adam(RATE),
            batch_size=batch_size,
            steps=epochs * per_epoch,
            seeds=seeds,
            record=[epoch * per_epoch for epoch in evenly(epochs, N_RECORDED)],
            keep="all",
            show=show,
        )
        rows.append(_measured(nets, images) | {"parameters": nets.net.n_parameters})
    together = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    return Generalizing(
        widths=tuple(widths),
        parameters=tuple(together.pop("parameters").tolist()),
        epochs=nets.steps // per_epoch,
        loss={part: together.pop(f"{part} loss") for part in (TRAINING, TEST)},
        accuracy={part: together.pop(f"{part} accuracy") for part in (TRAINING, TEST)},
        **together,
    )


def logits_along(nets: Replicas, X: np.ndarray) -> np.ndarray:
    """Return what goes into the softmax at each record, (T, n_nets, n, n_classes), for images (n, n_pixels).

    Parameters
    ----------
    nets : Replicas
        Networks that kept all their weights.
    X : array (n, n_pixels)
        Images.
    """
    linear = replace(nets, net=replace(nets.net, output=keras.activations.linear))
    return np.stack([landscape.assign(linear, theta).predict(X) for theta in nets.kept["all"]])


def _measured(nets, images):
    """What is measured of the networks of one width: arrays (T, n_seeds) and (n_seeds,) by name."""
    seen = slice(-N_VALIDATION, None)
    validation, test = (logits_along(nets, X) for X in (images.X[seen], images.X_test))
    temperatures = np.array([best_temperature(each, images.y[seen]) for each in validation[-1]])
    cooled = test[-1] / temperatures[:, None, None]
    return {
        "training loss": nets.loss,
        "training accuracy": nets.accuracy,
        "test loss": cross_entropy(test, images.y_test),
        "test accuracy": (test.argmax(axis=-1) == images.y_test.argmax(axis=-1)).mean(axis=-1),
        "best": cross_entropy(validation, images.y[seen]).argmin(axis=0),
        "calibration": np.array([calibration_error(each, images.y_test) for each in test[-1]]),
        "temperatures": temperatures,
        "tempered": cross_entropy(cooled, images.y_test),
        "calibrated": np.array([calibration_error(each, images.y_test) for each in cooled]),
    }


# The report's convolution networks


def cnn(n: int) -> ConvNet:
    """Return the report's convolution network: N/3, N/3, 2N/3 and 2N/3 filters, cut to whole numbers, and 3N, 3N units.

    Parameters
    ----------
    n : int
        Its N, at least 3.
    """
    third = whole(n, "N", least=3) // 3
    stages = (((third, 3),) * 2, ((2 * third, 3),) * 2)
    return ConvNet(stages, (3 * n, 3 * n), image=(32, 32, 3))


def cnn_parameters() -> dict[int, int]:
    """Return the number of parameters of each of the report's 49 convolution networks by its N."""
    return {n: cnn(n).n_parameters for n in CNNS}


def same_convolutions() -> tuple[tuple[int, int], ...]:
    """Return the neighbours among the report's N whose convolutions have equally many filters.

    >>> same_convolutions()[:2]
    ((3, 5), (9, 11))
    """
    return tuple((n, following) for n, following in pairwise(CNNS) if cnn(n).stages == cnn(following).stages)


def train_cnns(
    ns: Sequence[int] = CNNS,
    *,
    n_images: int = 50_000,
    epochs: int = 50,
    batch_size: int = 1000,
    seeds: Sequence[int] = (0,),
    show: bool = True,
) -> dict[int, dict[str, np.ndarray]]:
    """Train some of the report's convolution networks on CIFAR-10: all 49 take about 20 hours on two cores.

    Parameters
    ----------
    ns : sequence of int
        Their N.
    n_images : int
        Number of training images.
    epochs, batch_size : int
        Passes over all images, and images in a mini-batch.
    seeds : sequence of int
        Seeds of the initial weights and of the order of the images.
    show : bool
        Whether to show a progress bar.

    Returns
    -------
    dict of int to dict of str to array (epochs, n_seeds)
        By N: ``loss``, ``accuracy``, ``test_loss`` and ``test_accuracy``.

    Raises
    ------
    ValueError
        If an N is below 3, or CIFAR-10 is not on this machine.
    """
    nets = {n: cnn(n) for n in ns}
    images, name = pictures(n_images, N_TEST, averaged=False)
    if name != "CIFAR-10":
        raise ValueError(f"CIFAR-10 must be on this machine for the report's convolution networks, found {name} only.")
    train = partial(convolutions.trained, batch_size=batch_size, epochs=epochs, seeds=seeds, show=show)
    return {n: train(net, images) for n, net in nets.items()}


# What is shown


def _sweeps(found):
    def over_parameters(name, measured, values):
        return Sweep(name, found.parameters, "parameters", measured, values, log_x=True)

    ends = {f"{part} images": values[:, -1] for part, values in found.loss.items()}
    hits = {f"{part} images": values[:, -1] for part, values in found.accuracy.items()}
    best = "test images, best epoch"
    losses = ends | {best: found.at_best(found.loss[TEST]), "test images, logits divided": found.tempered}
    widths = {f"N = {width}": loss for width, loss in zip(found.widths, found.loss[TEST])}
    return (
        over_parameters("Accuracy", "accuracy in the end", hits | {best: found.at_best(found.accuracy[TEST])}),
        over_parameters("Loss", "loss in the end", losses),
        over_parameters(
            "Surer than right",
            "calibration error",
            {"as trained": found.calibration, "logits divided": found.calibrated},
        ),
        Sweep("Test images on the way", tuple(found.epochs.tolist()), "epoch", "test loss", widths),
    )


def _compared(found):
    values = {
        f"{part} {what}": by[part] for what, by in (("loss", found.loss), ("accuracy", found.accuracy)) for part in by
    }
    ends = {(what, which): values[what][at, -1] for what in values for which, at in (("fewest", 0), ("most", -1))}
    return beside_published(PUBLISHED, ends, "{}, {} parameters", runs=1, reading=0.02, within=NOT_NEGATIVE)
