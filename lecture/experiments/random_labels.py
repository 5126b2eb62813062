"""Can a network fit labels that mean nothing, and what stops it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from lecture import landscape
from lecture.checks import real, whole
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.images import Images, describe_images, digits
from lecture.experiments.judgement import Hypothesis, Verdict, beside_published
from lecture.experiments.protocol import compare_to_the_end, describe_sizes, evenly, stacked, swept
from lecture.experiments.result import Sweep

TITLE = "Can a network fit labels that mean nothing, and what stops it?"
NETWORKS = {"8-200": (8, 200), "128": (128,), "512-512": (512, 512)}  # the first one is the report's
NARROW, WIDE = "8-200", "512-512"
TRUE, RANDOM = 0.0, 1.0  # shares of the labels that are drawn anew
N_CLASSES, CHANCE = 10, 0.1
FITTED = 0.9  # training accuracy at which labels count as fitted
FITS = Hypothesis(
    "The report's network fits random labels.", "training accuracy with random labels in the end, 784-8-200-10", FITTED
)
WIDE_FITS = Hypothesis(
    "A wide network fits random labels.", "training accuracy with random labels in the end, 784-512-512-10", FITTED
)
LEARNS = Hypothesis(
    "The report's network fits more of them than chance does.",
    "training accuracy with random labels in the end, 784-8-200-10, minus 0.1",
    0.05,
)
LONGER = Hypothesis(
    "Random labels take longer than true ones.",
    f"log₁₀ of the epochs until {FITTED:.0%} of the labels are fitted, 784-512-512-10, random labels minus true ones",
    0.3,
)
HYPOTHESES = (FITS, WIDE_FITS, LEARNS, LONGER)
PRESETS = {
    "short": dict(n_seeds=5, n_images=1000, batch_size=100, epochs=34, shares=(0, 1)),
    "published": dict(n_seeds=5, n_images=55_000, batch_size=1000, epochs=100, shares=(0, 0.5, 1)),
}
PUBLISHED = {"training loss": 2.24, "test loss": 2.375}  # read off the report's figure, 784-8-200-10, random labels
N_TEST = 1000
N_RECORDED = 17
RATE = 0.001


@dataclass(frozen=True, eq=False)
class Fitting:
    """How networks fit labels of which some are random.

    Attributes
    ----------
    epochs : array (T,)
        Numbers of epochs after which was measured.
    accuracy, test_accuracy : dict of (str, float) to array (T, n_seeds)
        Accuracy on the training labels, and on test images with true labels, by network and share of random labels.
    chance : float
        Accuracy of guessing.
    """

    epochs: np.ndarray
    accuracy: dict[tuple[str, float], np.ndarray]
    test_accuracy: dict[tuple[str, float], np.ndarray]
    chance: float = CHANCE


@experiment(TITLE, PRESETS)
def run(
    *, n_images: int, batch_size: int, epochs: int, shares: Sequence[float], seeds: Sequence[int], show: bool
) -> Findings:
    """Train three networks on images whose labels are true, or drawn anew at random.

    Labels are drawn once, before the training. The ``details`` of the result are accuracies over the epochs, `Fitting`.

    Parameters
    ----------
    n_images : int, optional
        Number of training images.
    batch_size : int, optional
        Examples in a mini-batch.
    epochs : int, optional
        Number of epochs.
    shares : sequence of float, optional
        Shares of the labels that are drawn anew: 0 and 1, and others between.
    """
    whole(epochs, "epochs", least=1)
    whole(batch_size, "batch_size", least=1, most=n_images)
    shares = swept(shares, "shares", partial(real, what="a share", least=0, most=1), needed=(TRUE, RANDOM))
    images, name = digits(n_images, N_TEST)
    nets = trained(images, batch_size=batch_size, epochs=epochs, shares=shares, seeds=seeds, show=show)
    per_epoch = -(-n_images // batch_size)
    fitting = Fitting(
        epochs=next(iter(nets.values())).steps // per_epoch,
        accuracy={key: each.accuracy for key, each in nets.items()},
        test_accuracy={key: each.test_accuracy for key, each in nets.items()},
    )
    narrow = nets[NARROW, RANDOM]
    losses = {"training loss": narrow.loss[-1], "test loss": narrow.test_loss[-1]}
    networks = ", ".join(describe_sizes((784, *hidden, N_CLASSES)) for hidden in NETWORKS.values())
    what = f"{{}}, {NARROW}, random labels"
    return Findings(
        protocol=f"{networks}, ReLU, softmax, {epochs} epochs of Adam at {RATE:g} on mini-batches of {batch_size} "
        f"of {n_images:,} images, {N_TEST:,} others with true labels to test; random labels are drawn evenly from the "
        f"ten classes, so that a tenth of them stays right.{describe_images(name)}",
        sweeps=_sweeps(nets, fitting, shares),
        verdicts=judge(fitting),
        compared=beside_published(PUBLISHED, losses, what, runs=1, reading=0.01) if name == "MNIST" else (),
        details=fitting,
    )


def judge(fitting: Fitting) -> tuple[Verdict, ...]:
    """Return the verdicts on the accuracies over the epochs."""
    narrow, wide = (fitting.accuracy[network, RANDOM] for network in (NARROW, WIDE))
    true = fitting.accuracy[WIDE, TRUE]
    needed = [epochs_to_fit(fitting.epochs, accuracy) for accuracy in (wide, true)]
    return (
        FITS.judge(narrow[-1]),
        WIDE_FITS.judge(wide[-1]),
        LEARNS.judge(narrow[-1] - fitting.chance),
        LONGER.judge(np.log10(needed[0] / needed[1])),
    )


def epochs_to_fit(epochs: np.ndarray, accuracy: np.ndarray) -> np.ndarray:
    """Return after how many epochs 0.9 of the labels were first fitted: (n_seeds,); where they never were, the last.

    Parameters
    ----------
    epochs : array (T,)
        Numbers of epochs; 0 counts as 1.
    accuracy : array (T, n_seeds)
        Training accuracy.

    >>> epochs_to_fit(np.array([0, 5, 10, 15]), np.array([[0.1, 0.1], [0.95, 0.3], [0.9, 0.5], [1.0, 0.7]]))
    array([ 5, 15])
    """
    fitted = accuracy >= FITTED
    fitted[-1] = True
    return np.maximum(epochs[np.argmax(fitted, axis=0)], 1)


def relabelled(y: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Return labels of which a share was drawn anew, evenly from all classes: one-hot rows (n, n_classes).

    Parameters
    ----------
    y : array (n, n_classes)
        True labels, one-hot rows.
    share : float
        Share of the labels that are drawn anew, from 0 to 1.
    seed : int
        Seed of the draw. A larger share draws the same labels anew, and more.
    """
    n, n_classes = y.shape
    rng = np.random.default_rng([seed, 5])
    order, drawn = rng.permutation(n), rng.integers(0, n_classes, n)
    anew = order[: round(share * n)]
    y = y.copy()
    y[anew] = np.eye(n_classes, dtype=y.dtype)[drawn[anew]]
    return y


def trained(
    images: Images, *, batch_size: int, epochs: int, shares: Sequence[float], seeds: Sequence[int], show: bool
) -> dict:
    """Return the trained networks by name and share of random labels: a dict of (str, float) to Replicas.

    Parameters
    ----------
    images : Images
        What to train and to test on.
    batch_size, epochs : int
        Examples in a mini-batch, and passes over all images.
    shares : sequence of float
        Shares of the labels that are drawn anew.
    seeds : sequence of int
        Seeds of initial weights, mini-batches and random labels.
    show : bool
        Whether to show a progress bar.
    """
    y = {share: np.stack([relabelled(images.y, share, seed) for seed in seeds]) for share in shares}
    per_epoch = -(-len(images.X) // batch_size)
    found = {}
    for network, hidden in NETWORKS.items():
        nets = compare_to_the_end(
            {(network, share): dict(y=y[share]) for share in shares},
            images.X,
            hidden=hidden,
            X_test=images.X_test,
            y_test=images.y_test,
            activation="relu",
            batch_size=batch_size,
            learning_rate=RATE,
            steps=epochs * per_epoch,
            seeds=seeds,
            record=[epoch * per_epoch for epoch in evenly(epochs, N_RECORDED)],
            show=show,
        )
        found |= nets
    return found


def _sweeps(nets, fitting, shares):
    def over_shares(name, measured, values):
        return Sweep(name, shares, "share of random labels", measured, dict(zip(NETWORKS, values)))

    ends, tests = (
        stacked({key: values[-1] for key, values in each.items()}, NETWORKS, shares)
        for each in (fitting.accuracy, fitting.test_accuracy)
    )
    norms = {key: np.linalg.norm(landscape.vector(each), axis=1) for key, each in nets.items()}
    random = {network: fitting.accuracy[network, RANDOM] for network in NETWORKS}
    return (
        over_shares("Training labels", "training accuracy", ends),
        over_shares("Held-out images, true labels", "test accuracy", tests),
        Sweep("Random labels on the way", tuple(fitting.epochs.tolist()), "epoch", "training accuracy", random),
        over_shares("Size of the weights", "norm of all weights", stacked(norms, NETWORKS, shares)),
    )
