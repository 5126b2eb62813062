"""Does the gradient's norm fall with the loss?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from lecture import landscape
from lecture.checks import whole
from lecture.experiments import bottleneck, equal_parameters
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.images import Images, describe_images, digits
from lecture.experiments.judgement import NOT_NEGATIVE, Hypothesis, Verdict, beside_published
from lecture.experiments.protocol import compare_to_the_end, describe_sizes, evenly
from lecture.experiments.result import Sweep
from lecture.replicas import Replicas

TITLE = "Does the gradient's norm fall with the loss?"
# What a student report (MLDS 2018, homework 1-2) measured: the captions of its two figures are interchanged.
FUNCTION, IMAGES, PLATEAUS = "function", "images", "plateaus"
WHOLE, SUMMED = "norm", "sum of norms"  # the report adds up the norms of all kernels and biases
LARGE, SMALL = 1000, 100  # examples in the mini-batches whose gradients are measured
SHRINKS = Hypothesis(
    "On a function, the gradient shrinks as the loss falls.",
    "powers of ten by which the gradient's norm falls in the training",
    1.0,
)
ON_IMAGES = Hypothesis(
    "On images, the gradient shrinks as the loss falls.",
    "powers of ten by which the norm of the gradient on 4,000 images falls from the first epoch to the last",
    0.3,
)
NOISE = Hypothesis(
    "In the end a mini-batch of 100 shows noise rather than slope.",
    "log₁₀ of the norm on mini-batches of 100 over that on 4,000 images, after the last epoch",
    0.3,
)
STUCK = Hypothesis(
    "Where training is stuck, the gradient is small.",
    "log₁₀ of the gradient's norm while the loss falls fastest over that while it falls slowest",
    0.3,
)
HYPOTHESES = (SHRINKS, ON_IMAGES, NOISE, STUCK)
PRESETS = {
    "short": dict(n_seeds=8, steps=700, plateau_steps=3000, n_images=8000, batch_size=100, epochs=20),
    "published": dict(n_seeds=20, steps=700, plateau_steps=20_000, n_images=55_000, batch_size=1000, epochs=364),
}
PUBLISHED = {"at first": 0.5, "in the end": 0.03}  # sum of norms on the function, read off the report's figure
PUBLISHED_ON_IMAGES = {"in the end": 1.0}  # sum of norms on mini-batches of 1,000: between 0.5 and 1.5
HIDDEN = (10, 15, 20, 15, 10)
N_POINTS = 500
N_MEASURED = 4000  # training images on which the gradient is measured
ADDED_UP = f"{SUMMED} on {LARGE:,} images"
N_BATCHES = 10  # mini-batches of each size, at most
N_RECORDED = {FUNCTION: 70, IMAGES: 20, PLATEAUS: 150}
N_SHOWN = 10
MSE = "mean_squared_error"


@dataclass(frozen=True, eq=False)
class Course:
    """Loss and gradient along a training.

    Attributes
    ----------
    unit : str
        What is counted, ``"step"`` or ``"epoch"``.
    steps : array (T,)
        When was measured, in this unit.
    loss : array (T, n_seeds)
        Loss on the training examples.
    norms : dict of str to array (T, n_seeds)
        Norms of gradients, by what they are.
    """

    unit: str
    steps: np.ndarray
    loss: np.ndarray
    norms: dict[str, np.ndarray]

    def decades(self) -> dict[str, np.ndarray]:
        """Return log₁₀ of the loss and of all norms: a dict of arrays (T, n_seeds)."""
        return {name: np.log10(values) for name, values in {"loss": self.loss, **self.norms}.items()}


@experiment(TITLE, PRESETS)
def run(
    *,
    steps: int,
    plateau_steps: int,
    n_images: int,
    batch_size: int,
    epochs: int,
    seeds: Sequence[int],
    show: bool,
) -> Findings:
    """Measure loss and gradient along three trainings: on a function, on images, and on a function with plateaus.

    The ``details`` of the result are losses and norms: a dict of `Course` with the keys "function", "images" and
    "plateaus".

    Parameters
    ----------
    steps : int, optional
        Number of update steps on the function.
    plateau_steps : int, optional
        Number of update steps on the function with plateaus, at least 50.
    n_images : int, optional
        Number of training images, at least 4,000.
    batch_size : int, optional
        Images in a mini-batch.
    epochs : int, optional
        Number of epochs on the images, at least 2.
    """
    whole(n_images, "n_images", least=N_MEASURED)
    whole(epochs, "epochs", least=2)
    whole(plateau_steps, "plateau_steps", least=50)
    images, name = digits(n_images, N_MEASURED // 4)
    courses = {
        FUNCTION: on_function(steps=steps, seeds=seeds, show=show),
        IMAGES: on_images(images, batch_size=batch_size, epochs=epochs, seeds=seeds, show=show),
        PLATEAUS: on_plateaus(steps=plateau_steps, seeds=seeds, show=show),
    }
    return Findings(
        protocol=f"{describe_sizes((1, *HIDDEN, 1))}, ReLU, linear output, {steps:,} steps of Adam at 0.001 on all of "
        f"{N_POINTS} points of sin(5πx)/(5πx), 0 < x ≤ 1. {bottleneck.describe(n_images, epochs)}, mini-batches of "
        f"{batch_size}; gradients are those of {N_MEASURED:,} training images and of mini-batches among them. "
        f"Plateaus: {describe_sizes((1, *equal_parameters.NETWORKS[4], 1))} on a square wave, {plateau_steps:,} steps; "
        "the loss falls fastest, and slowest, in a fifth of the time each, the first tenth left out. (The report has "
        f"the captions of its two figures, function and MNIST, the wrong way round.){describe_images(name)}",
        sweeps=_sweeps(courses),
        verdicts=judge(courses),
        compared=_compared(courses, name),
        details=courses,
    )


def judge(courses: Mapping[str, Course]) -> tuple[Verdict, ...]:
    """Return the verdicts on the three trainings, by their names."""
    function, images, plateaus = (courses[name] for name in (FUNCTION, IMAGES, PLATEAUS))
    on_all, small = np.log10(images.norms[_on(N_MEASURED)]), np.log10(images.norms[_on(SMALL)])
    first = int(np.argmax(images.steps >= 1))
    falling, stuck = np.log10(norms_by_speed(plateaus))
    return (
        SHRINKS.judge(np.log10(function.norms[WHOLE][0] / function.norms[WHOLE][-1])),
        ON_IMAGES.judge(on_all[first] - on_all[-1]),
        NOISE.judge(small[-1] - on_all[-1]),
        STUCK.judge(falling - stuck),
    )


def norms_by_speed(course: Course) -> np.ndarray:
    """Return the median norm while the loss falls fastest, and while it falls slowest: (2, n_seeds).

    The time between recorded steps is sorted by how much log(loss) falls in it; fastest and slowest are a fifth of it
    each. The first tenth is left out: everything falls there.
    """
    begin = len(course.steps) // 10
    falls = -np.diff(np.log(course.loss[begin:]), axis=0)
    order = np.argsort(falls, axis=0)
    norms = np.take_along_axis(course.norms[WHOLE][begin:-1], order, axis=0)
    n = max(1, len(order) // 5)
    return np.stack([np.median(norms[-n:], axis=0), np.median(norms[:n], axis=0)])


# Trainings


def on_function(*, steps: int, seeds: Sequence[int], show: bool = False) -> Course:
    """Return loss and gradient of networks that fit sin(5πx)/(5πx).

    Parameters
    ----------
    steps : int
        Number of update steps.
    seeds : sequence of int
        Seeds of the initial weights.
    show : bool
        Whether to show a progress bar.
    """
    x = np.arange(1, N_POINTS + 1) / N_POINTS
    return _fitted(FUNCTION, x, np.sinc(5 * x), hidden=HIDDEN, steps=steps, seeds=seeds, show=show)


def on_plateaus(*, steps: int, seeds: Sequence[int], show: bool = False) -> Course:
    """Return loss and gradient of networks that fit a square wave, whose loss stands still and then drops.

    Parameters are those of `on_function`.
    """
    x = 2 * np.arange(equal_parameters.N_POINTS) / equal_parameters.N_POINTS
    y = equal_parameters.FUNCTIONS["square wave"](x)
    return _fitted(PLATEAUS, x, y, hidden=equal_parameters.NETWORKS[4], steps=steps, seeds=seeds, show=show)


def on_images(images: Images, *, batch_size: int, epochs: int, seeds: Sequence[int], show: bool = False) -> Course:
    """Return loss and gradient of the network 784-8-200-10 on images.

    The gradient is measured on the first 4,000 training images, and on mini-batches among them, whose norms are
    averaged: all at the same weights.

    Parameters
    ----------
    images : Images
        What to train on.
    batch_size, epochs : int
        Images in a mini-batch, and passes over all images.
    seeds : sequence of int
        Seeds of initial weights and of mini-batches.
    show : bool
        Whether to show a progress bar.
    """
    per_epoch = -(-len(images.X) // batch_size)
    recorded = {0, 1, *evenly(epochs, N_RECORDED[IMAGES])}
    nets = bottleneck.train(
        images,
        batch_size=batch_size,
        steps=epochs * per_epoch,
        orders=seeds,
        record=[epoch * per_epoch for epoch in recorded],
        keep="all",
        show=show,
    )
    found = {
        size: np.mean([norms_along(nets, *batch, bottleneck.LOSS) for batch in _batches(images, size)], axis=0)
        for size in (N_MEASURED, LARGE, SMALL)
    }
    norms = {_on(size): norm for size, (norm, _) in found.items()} | {ADDED_UP: found[LARGE][1]}
    return Course("epoch", nets.steps // per_epoch, nets.loss, norms)


def norms_along(nets: Replicas, X: ArrayLike, y: ArrayLike, loss: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the norm of the gradient at all recorded steps, and the sum of its parts' norms: two arrays (T, n_seeds).

    Parameters
    ----------
    nets : Replicas
        Networks that kept all their weights.
    X, y : arrays
        Examples on which to measure.
    loss : str
        Loss whose gradient it is.
    """
    weights = nets.kept["all"]
    found = landscape.gradient_norm(nets, X, y, loss=loss, at=weights.reshape(-1, weights.shape[-1]))
    return np.reshape(found.total, weights.shape[:2]), np.reshape(found.sum_of_norms, weights.shape[:2])


def _batches(images, size):
    """Some mini-batches of the measured images: pairs of X and y."""
    starts = range(0, N_MEASURED, size)[:N_BATCHES]
    return [(images.X[at : at + size], images.y[at : at + size]) for at in starts]


def _fitted(what, x, y, *, hidden, steps, seeds, show):
    """Course of networks that fit a function."""
    nets = compare_to_the_end(
        {what: {}},
        x[:, None],
        y[:, None],
        hidden=hidden,
        activation="relu",
        output="linear",
        loss=MSE,
        steps=steps,
        seeds=seeds,
        record=evenly(steps, N_RECORDED[what]),
        keep="all",
        show=show,
    )[what]
    norms = norms_along(nets, x[:, None], y[:, None], MSE)
    return Course("step", nets.steps, nets.loss, dict(zip((WHOLE, SUMMED), norms)))


# What is shown


def _on(size):
    return f"norm on {size:,} images"


def _sweeps(courses):
    function, images = courses[FUNCTION], courses[IMAGES]
    correlations = np.stack([_correlation(function, WHOLE), _correlation(images, _on(N_MEASURED))])
    return (
        _over_steps("Function", function),
        _over_steps("Images", images),
        Sweep("Do they fall together?", (FUNCTION, IMAGES), "trained on", "rank correlation", {"": correlations}),
        Sweep(
            "Plateaus",
            ("falling fastest", "falling slowest"),
            "while the loss is",
            "norm of the gradient",
            {"": norms_by_speed(courses[PLATEAUS])},
        ),
    )


def _over_steps(name, course):
    """Loss and norms at some of the recorded steps, which is enough to read."""
    some = list(evenly(len(course.steps) - 1, N_SHOWN))
    values = {label: decades[some] for label, decades in course.decades().items()}
    return Sweep(name, tuple(course.steps[some].tolist()), course.unit, "log₁₀", values)


def _correlation(course, name):
    """Spearman's correlation of the loss with a norm over the training, (n_seeds,)."""
    pairs = zip(course.loss.T, course.norms[name].T)
    return np.array([stats.spearmanr(loss, norm).statistic for loss, norm in pairs])


def _compared(courses, name):
    ends = {"at first": 0, "in the end": -1}
    function = {when: courses[FUNCTION].norms[SUMMED][at] for when, at in ends.items()}
    on_images = {when: courses[IMAGES].norms[ADDED_UP][at] for when, at in ends.items()}
    what = "sum of norms {}"
    found = beside_published(PUBLISHED, function, f"{what}, function", runs=1, reading=0.02, within=NOT_NEGATIVE)
    if name == "MNIST":
        found += beside_published(
            PUBLISHED_ON_IMAGES, on_images, f"{what}, MNIST", runs=1, reading=0.5, within=NOT_NEGATIVE
        )
    return found
