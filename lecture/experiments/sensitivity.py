"""Does a network's sensitivity to its input rise or fall with the batch size?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from lecture import landscape
from lecture.checks import real, whole
from lecture.experiments import bottleneck
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.images import Images, describe_images, digits
from lecture.experiments.judgement import Hypothesis, Verdict, beside_published
from lecture.experiments.protocol import swept
from lecture.experiments.result import Sweep
from lecture.replicas import Replicas

TITLE = "Does a network's sensitivity to its input rise or fall with the batch size?"
BEST_SIZE = 500  # the report's
RISE = "log₁₀ of the Jacobian's norm with the largest mini-batches over that with the smallest"
EPOCHS = Hypothesis(
    "Larger mini-batches make networks more sensitive, after equally many epochs.", f"{RISE}, equal epochs", 0.05
)
UPDATES = Hypothesis(
    "Larger mini-batches make networks more sensitive, after equally many updates.", f"{RISE}, equal updates", 0.05
)
LOSS = Hypothesis(
    "Larger mini-batches make networks more sensitive, at equal loss.", f"{RISE}, equal training loss", 0.05
)
DEFINITION = Hypothesis(
    "The published definition is to blame: the Jacobian would rise.",
    f"{RISE}, minus the same of the gradient of the loss, largest of the three comparisons",
    0.2,
)
BEST = Hypothesis(
    f"Mini-batches of {BEST_SIZE} are best.",
    f"test accuracy after equally many epochs, batch size {BEST_SIZE} minus the best other",
    0.002,
)
SHARPER = Hypothesis(
    "Larger mini-batches end where the loss is sharper, at equal loss.",
    "log₁₀ of the Hessian's largest eigenvalue with the largest mini-batches over that with the smallest, equal "
    "training loss",
    0.1,
)
HYPOTHESES = (EPOCHS, UPDATES, LOSS, DEFINITION, BEST, SHARPER)
PRESETS = {
    "short": dict(n_seeds=5, n_images=8_000, batch_sizes=(5, 50, 500, 5000), epochs=4, updates=150, loss=0.7),
    "published": dict(
        n_seeds=5, n_images=55_000, batch_sizes=(5, 50, 500, 5000, 50_000), epochs=100, updates=1_000, loss=0.4
    ),
}
COMPARISONS = EQUAL_EPOCHS, EQUAL_UPDATES, EQUAL_LOSS = "equal epochs", "equal updates", "equal training loss"
UNTRAINED = "untrained"
JACOBIAN, LOGITS = "Jacobian of the probabilities", "Jacobian of the logits"
LOSS_GRADIENT, ACCURACY, NORM = "Gradient of the loss", "Held-out images", "Weights"
EIGENVALUE, KESKAR = "Largest eigenvalue", "Keskar's sharpness"
STEPS, TRAINING_LOSS = "How long it took", "Training loss"
MEASURES = (JACOBIAN, LOSS_GRADIENT, LOGITS, ACCURACY, NORM, EIGENVALUE, KESKAR, STEPS, TRAINING_LOSS)
N_TEST = 2_000
N_SENSITIVE = 500  # test images whose sensitivity is measured
N_SHARP = 500  # training images on which sharpness is measured
N_PUBLISHED = 10_000  # test images of the report, whose definition shrinks as 1 / √n
N_RECORDS, RANGE = 24, 30  # records while the loss falls, evenly spread in the logarithm from steps / 30 to steps
PUBLISHED_GRADIENT = {5: 0.43, 50: 0.24, 500: 0.09, 5000: 0.04, 50_000: 0.02}
PUBLISHED_ACCURACY = {5: 0.937, 50: 0.951, 500: 0.949, 5000: 0.946, 50_000: 0.893}


@dataclass(frozen=True, eq=False)
class Sensitivities:
    """What networks of several batch sizes are like, at three moments of their training.

    Attributes
    ----------
    sizes : tuple of int
        Batch sizes.
    values : dict of (str, str) to array (n_sizes, n_seeds)
        By moment, one of ``COMPARISONS`` or ``"untrained"``, and what was measured, one of ``MEASURES``.
    """

    sizes: tuple[int, ...]
    values: dict[tuple[str, str], np.ndarray]

    def of(self, what: str) -> dict[str, np.ndarray]:
        """Return what was measured by moment, (n_sizes, n_seeds) each."""
        return {moment: values for (moment, measure), values in self.values.items() if measure == what}

    def rise(self, moment: str, what: str) -> np.ndarray:
        """Return log₁₀ of the value at the largest batch size over that at the smallest: (n_seeds,)."""
        values = self.values[moment, what]
        return np.log10(values[-1] / values[0])


@experiment(TITLE, PRESETS)
def run(
    *,
    n_images: int,
    batch_sizes: Sequence[int],
    epochs: int,
    updates: int,
    loss: float,
    seeds: Sequence[int],
    show: bool,
) -> Findings:
    """Train networks with mini-batches of several sizes, and compare them at three moments of the same training.

    The ``details`` of the result are what was measured and when, `Sensitivities`.

    Parameters
    ----------
    n_images : int, optional
        Number of training images.
    batch_sizes : sequence of int, optional
        Batch sizes, two or more different ones, 500 among them; none above ``n_images``.
    epochs : int, optional
        Number of epochs at which to compare.
    updates : int, optional
        Number of update steps at which to compare.
    loss : float, optional
        Training loss at which to compare, when it is first reached.
    """
    fits = partial(whole, what="a batch size", least=1, most=n_images)
    sizes = swept(batch_sizes, "batch_sizes", fits, needed=(BEST_SIZE,))
    whole(epochs, "epochs", least=1)
    whole(updates, "updates", least=1)
    real(loss, "loss", above=0)
    images, name = digits(n_images, N_TEST)
    found = measured(images, sizes, epochs=epochs, updates=updates, loss=loss, seeds=seeds, show=show)
    return Findings(
        protocol=f"{bottleneck.describe(n_images, epochs)}. The networks of a batch size are measured after {epochs} "
        f"epochs, after {updates:,} updates and when the training loss is first below {loss:g}, on {N_SENSITIVE} test "
        f"images, their sharpness on {N_SHARP} training images; the gradient of the loss is the report's, of the mean "
        f"over {N_PUBLISHED:,} test images, √Σ|∇ℓ|² / n.{describe_images(name)}",
        sweeps=_sweeps(found),
        verdicts=judge(found),
        compared=_beside_published(found) if name == "MNIST" else (),
        details=found,
    )


def measured(
    images: Images,
    sizes: Sequence[int],
    *,
    epochs: int,
    updates: int,
    loss: float,
    seeds: Sequence[int],
    show: bool = False,
) -> Sensitivities:
    """Train networks with each batch size, and return what they are like at the three moments.

    Parameters
    ----------
    images : Images
        What to train and to test on.
    sizes : sequence of int
        Batch sizes.
    epochs, updates, loss : int, int and float
        When to measure.
    seeds : sequence of int
        Seeds of the initial weights and of the order of the images.
    show : bool
        Whether to show a progress bar.

    Raises
    ------
    ValueError
        If the loss is not reached.
    """
    rows = []
    for size in sizes:
        at_epochs = epochs * -(-len(images.X) // size)
        last = max(at_epochs, updates)
        falling = np.geomspace(max(1, last / RANGE), last, N_RECORDS).astype(int).tolist()
        record = {at_epochs, updates, *falling}
        nets = bottleneck.train(images, batch_size=size, steps=last, orders=seeds, record=record, keep="all", show=show)
        when = [np.searchsorted(nets.steps, [step] * len(nets)) for step in (at_epochs, updates)]
        moments = dict(zip(COMPARISONS, (*when, first_below(nets, loss, size))))
        rows.append(
            {(name, what): v for name, at in moments.items() for what, v in looked_at(nets, at, images).items()}
        )
    start = measures(replace(nets, weights=tuple(bottleneck.first_weights(seeds))), images)
    found = {key: np.stack([row[key] for row in rows]) for key in rows[0]}
    found |= {(UNTRAINED, what): np.stack([values] * len(sizes)) for what, values in start.items()}
    return Sensitivities(tuple(sizes), found)


def first_below(nets: Replicas, loss: float, size: int) -> np.ndarray:
    """Return for each network at which record its training loss is below a number for the first time: (n_seeds,).

    Raises
    ------
    ValueError
        If it never is.
    """
    below = nets.loss < loss
    if not below.any(axis=0).all():
        least = nets.loss.min(axis=0).max()
        raise ValueError(
            f"loss must be one that all networks reach: with mini-batches of {size}, one is still at {least:.3g} after "
            f"{nets.steps[-1]:,} updates, got {loss:g}."
        )
    return below.argmax(axis=0)


def looked_at(nets: Replicas, at: np.ndarray, images: Images) -> dict[str, np.ndarray]:
    """Return what the networks are like at one record each, given by its number: arrays (n_seeds,)."""
    each = np.arange(len(nets))
    then = landscape.assign(nets, nets.kept["all"][at, each])
    return measures(then, images) | {STEPS: nets.steps[at], TRAINING_LOSS: nets.loss[at, each]}


def measures(nets: Replicas, images: Images) -> dict[str, np.ndarray]:
    """Return how sensitive networks are, how accurate, how large and how sharp: arrays (n_seeds,) by name."""
    X, y = images.X_test[:N_SENSITIVE], images.y_test[:N_SENSITIVE]
    by_input = landscape.sensitivity(nets, X, y, of="loss", loss=bottleneck.LOSS)
    sharp = bottleneck.sharpness(nets, images.X[:N_SHARP], images.y[:N_SHARP])
    right = nets.predict(images.X_test).argmax(axis=-1) == images.y_test.argmax(axis=-1)
    return {
        JACOBIAN: landscape.sensitivity(nets, X).mean(axis=1),
        LOSS_GRADIENT: np.sqrt(np.square(by_input).mean(axis=1) / N_PUBLISHED),
        LOGITS: landscape.sensitivity(nets, X, of="logits").mean(axis=1),
        ACCURACY: right.mean(axis=1),
        NORM: np.linalg.norm(landscape.vector(nets), axis=1),
        EIGENVALUE: sharp[bottleneck.EIGENVALUE],
        KESKAR: sharp[bottleneck.KESKAR],
    }


def judge(found: Sensitivities) -> tuple[Verdict, ...]:
    """Return the verdicts on what was measured."""
    rises = {moment: found.rise(moment, JACOBIAN) for moment in COMPARISONS}
    apart = [rises[moment] - found.rise(moment, LOSS_GRADIENT) for moment in COMPARISONS]
    accuracy, best = found.values[EQUAL_EPOCHS, ACCURACY], found.sizes.index(BEST_SIZE)
    return (
        EPOCHS.judge(rises[EQUAL_EPOCHS]),
        UPDATES.judge(rises[EQUAL_UPDATES]),
        LOSS.judge(rises[EQUAL_LOSS]),
        DEFINITION.judge(np.max(apart, axis=0)),
        BEST.judge(accuracy[best] - np.delete(accuracy, best, axis=0).max(axis=0)),
        SHARPER.judge(found.rise(EQUAL_LOSS, EIGENVALUE)),
    )


def _sweeps(found):
    names = {JACOBIAN: "mean norm", LOSS_GRADIENT: "√Σ|∇ℓ|² / n", LOGITS: "mean norm", ACCURACY: "test accuracy"}
    names |= {
        NORM: "norm",
        EIGENVALUE: "eigenvalue",
        KESKAR: "rise nearby, % of 1 + loss",
        STEPS: "update steps",
    }
    is_log = (JACOBIAN, LOSS_GRADIENT, LOGITS, STEPS)
    return tuple(
        Sweep(what, found.sizes, "batch size", y_name, found.of(what), log_x=True, log_y=what in is_log)
        for what, y_name in names.items()
    )


def _beside_published(found):
    def at_epochs(what):
        return dict(zip(found.sizes, found.values[EQUAL_EPOCHS, what]))

    gradient, accuracy = "gradient of the loss, batch size {}", "test accuracy, batch size {}"
    return (
        *beside_published(PUBLISHED_GRADIENT, at_epochs(LOSS_GRADIENT), gradient, runs=1),
        *beside_published(PUBLISHED_ACCURACY, at_epochs(ACCURACY), accuracy, runs=1, reading=0.001),
    )
