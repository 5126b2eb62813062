"""How wrong may a gradient be, and still train?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from lecture.checks import whole
from lecture.experiments.deep_nets import (
    BATCH,
    CHANCE,
    EPSILON,
    HIGHEST,
    L2,
    LOWEST,
    MOMENTUM,
    DeepNet,
    count_as_one_class,
    describe_nets,
    images_for,
    of_one_class,
    starts,
)
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.judgement import Compared, Hypothesis, Verdict
from lecture.experiments.result import Sweep
from lecture.experiments.standard_images import StandardImages
from lecture.from_scratch import (
    FAULTS,
    TOLERANCES,
    GradientCheck,
    Net,
    check_gradients,
    dense_net,
    evaluate,
    fit,
)
from lecture.optimizers import Triangular
from lecture.words import digits

TITLE = "How wrong may a gradient be, and still train?"
RIGHT = "right"
LABELS = {  # what is trained, by its fault
    None: RIGHT,
    "variance": "variance forgotten",
    "gamma": "γ forgotten",
    "mean and variance": "both forgotten",
    "sums": "sums for means",
}
COARSE = ("mean and variance", "sums")  # of which a few nets tell enough
N_COARSE = 5
DEPTHS = ((3,), (3, 9))
NORMS = {"without batch norm": False, "with batch norm": True}
EXACT = Hypothesis(
    "Backpropagation through batch norm is right.",
    f"powers of ten from the largest error of a complex step to {digits(TOLERANCES['complex'])}",
    2,
)
ENOUGH = Hypothesis(
    "Central differences are enough to see it.",
    f"powers of ten from the largest error of central differences to {digits(TOLERANCES['central'])}",
    1,
)
FOUND = Hypothesis(
    "The check finds each of the five faults.",
    f"powers of ten from {digits(TOLERANCES['central'])} to the error of the first layer's weights, smallest fault",
    3,
)
TRAINS = Hypothesis(
    "Forgetting the variance leaves nearly all of the accuracy.",
    "test accuracy beyond chance with the variance forgotten, as a share of that with the right gradient, 3 layers",
    0.9,
)
SHALLOW = Hypothesis(
    "Three layers train as well with a gradient that forgets the variance.",
    "test accuracy of the right gradient minus that of the variance forgotten, 3 layers",
    0.01,
    absent=True,
)
FACTOR = Hypothesis(
    "Three layers train as well with a gradient that forgets γ.",
    "test accuracy of the right gradient minus that of γ forgotten, 3 layers",
    0.01,
    absent=True,
)
VISIBLE = Hypothesis(
    "A gradient that forgets the mean as well shows in the accuracy.",
    "test accuracy of the right gradient minus that of mean and variance forgotten, 3 layers",
    0.01,
)
DEEP = Hypothesis(
    "Nine layers do not train as well with a gradient that forgets the variance.",
    "test accuracy of the right gradient minus that of the variance forgotten, 9 layers",
    0.01,
)
HYPOTHESES = (EXACT, ENOUGH, FOUND, TRAINS, SHALLOW, FACTOR, VISIBLE, DEEP)
PRESETS = {
    "short": dict(n_seeds=5, n_layers=(3,), half_cycle=225, n_cycles=1, n_components=512),
    "published": dict(n_seeds=20, n_layers=(3, 9), half_cycle=2250, n_cycles=2, n_components=512),
}
PUBLISHED = {3: 0.5308, 9: 0.4761}  # test accuracy with batch norm, one run each (KTH DD2424, assignment 3)
PUBLISHED_ERRORS = {  # its largest relative errors, entry by entry: without batch norm, and with it
    "without batch norm": {
        **{"W1": 2.0e-4, "b1": 8.2e-7, "W2": 8.6e-5, "b2": 8.0e-7},
        **{"W3": 4.8e-5, "b3": 4.7e-7, "W4": 0.514, "b4": 4.3e-6},
    },
    "with batch norm": {
        **{"W1": 1.991, "b1": 6.9e-7, "γ1": 1.910, "β1": 1.735},
        **{"W2": 1.995, "b2": 1.1e-6, "γ2": 1.2e-6, "β2": 9.0e-6, "W3": 2.3e-6, "b3": 1.8e-7},
    },
}
N_INPUTS, N_OUTPUTS, N_EXAMPLES = 30, 10, 20  # of the nets that are checked
N_ENTRIES, N_DIRECTIONS = 40, 4
N_POINTS = 30  # of a curve
BATCH_SEED = 0  # all nets take the same mini-batches, as in `deep_nets.trained`


@dataclass(frozen=True, eq=False)
class Faults:
    """What the check says of each fault at one net, and how the nets were trained.

    Attributes
    ----------
    checks : dict of str to lecture.from_scratch.GradientCheck
        Check of the first net, by the name of the fault; ``"right"`` without one.
    steps : array (T,)
        Update steps.
    losses : dict of int to dict of str to array (T, n_seeds)
        Training loss, a mean over the steps since the one before, by number of layers and fault; nan once it diverged.
    """

    checks: dict[str, GradientCheck]
    steps: np.ndarray
    losses: dict[int, dict[str, np.ndarray]]


@experiment(TITLE, PRESETS)
def run(
    *,
    images: StandardImages | None = None,
    n_layers: Sequence[int],
    half_cycle: int,
    n_cycles: int,
    n_components: int | None,
    seeds: Sequence[int],
    show: bool,
) -> Findings:
    """Check gradients of random nets, right and wrong, and train with the wrong ones.

    Each seed gives a net to check, and initial weights to train from. The two coarse faults are trained with the first
    three seeds only. A net that diverges counts as one that gives all images the same class. The ``details`` of the
    result are `Faults`.

    Parameters
    ----------
    n_layers : sequence of int, optional
        Layers of the networks that are trained: 3, or 3 and 9.
    half_cycle : int, optional
        Steps from the lowest learning rate to the highest, at least 2; changed so that the training ends with an epoch.
    n_components : int or None
        Number of principal components of the images; their pixels if None.
    """
    whole(half_cycle, "half_cycle", least=2)
    whole(n_cycles, "n_cycles", least=1)
    if not np.iterable(n_layers) or tuple(n_layers) not in DEPTHS:
        raise ValueError(f"n_layers must be (3,) or (3, 9), got {n_layers!r}.")
    images = images_for(images, n_components)
    right = largest_errors(seeds)
    checks = {fault: [checked(seed, batch_norm=True, fault=fault) for seed in seeds] for fault in (None, *FAULTS)}
    sizes = {fault: np.array([check.rows[0].error for check in checks[fault]]) for fault in FAULTS}
    jobs = [(n, fault, seed) for n in n_layers for fault in LABELS for seed in _seeds(fault, seeds)]
    bar = tqdm(jobs, unit="net", leave=False, disable=not show, delay=1)
    trainings = {job: trained(images, *job, half_cycle=half_cycle, n_cycles=n_cycles) for job in bar}
    accuracy = {
        (n, fault): np.array([trainings[n, fault, seed].accuracy for seed in _seeds(fault, seeds)])
        for n, fault, _ in jobs
    }
    return Findings(
        protocol=_protocol(images, n_layers, trainings, n_cycles),
        sweeps=_sweeps(right, sizes, accuracy, n_layers),
        verdicts=judge(right, sizes, accuracy),
        compared=_compared(accuracy) if images.name == "CIFAR-10" else (),
        details=Faults(
            checks={fault or RIGHT: found[0] for fault, found in checks.items()},
            steps=next(iter(trainings.values())).steps,
            losses=_losses(trainings, seeds),
        ),
    )


def judge(
    right: Mapping[tuple[str, str], np.ndarray],
    sizes: Mapping[str, np.ndarray],
    accuracy: Mapping[tuple[int, str | None], np.ndarray],
) -> tuple[Verdict, ...]:
    """Return the verdicts on the hypotheses; that on nine layers only if they were trained.

    Parameters
    ----------
    right : mapping of (str, str) to array (n_seeds,)
        Largest error of the right gradient, by method and by whether the net has batch norm.
    sizes : mapping of str to array (n_seeds,)
        Error of the first layer's weights with each fault.
    accuracy : mapping of tuple to array
        Test accuracy by number of layers and fault, an array (n_seeds,) for each.
    """

    def below(method):
        return np.log10(TOLERANCES[method] / right[method, "with batch norm"])

    def loss_of(fault, n=3):
        wrong = accuracy[n, fault]
        return accuracy[n, None][: len(wrong)] - wrong

    return (
        EXACT.judge(below("complex")),
        ENOUGH.judge(below("central")),
        FOUND.judge(np.log10(np.min(list(sizes.values()), axis=0) / TOLERANCES["central"])),
        TRAINS.judge((accuracy[3, "variance"] - CHANCE) / (accuracy[3, None] - CHANCE)),
        SHALLOW.judge(loss_of("variance")),
        FACTOR.judge(loss_of("gamma")),
        VISIBLE.judge(loss_of("mean and variance")),
        *([DEEP.judge(loss_of("variance", 9))] if (9, None) in accuracy else []),
    )


# Checks


def random_net(seed: int, *, batch_norm: bool, fault: str | None = None) -> tuple[Net, np.ndarray, np.ndarray]:
    """Return a net of 2 to 9 layers whose parameters are all random, inputs (20, 30) and one-hot labels (20, 10).

    Parameters
    ----------
    seed : int
        Seed of sizes, parameters and examples.
    batch_norm : bool
        Whether the hidden layers have batch norm.
    fault : str, optional
        Key of ``lecture.from_scratch.FAULTS``: what the backward pass of batch norm gets wrong.
    """
    rng = np.random.default_rng(seed)
    hidden = rng.integers(10, 51, size=1 + seed % 8).tolist()
    net = dense_net(
        [N_INPUTS, *hidden, N_OUTPUTS],
        activation="relu",
        output="softmax",
        initializer="he_normal",
        batch_norm={"epsilon": EPSILON, "fault": fault} if batch_norm else False,
        l2=L2,
        seed=seed,
    )
    layers = []
    for layer in net.layers:  # at their initial values γ and β would hide faults
        stirred = {name: w + rng.normal(0, 0.3, w.shape) for name, w in layer.parameters.items() if name != "W"}
        layers.append(layer.with_parameters(layer.parameters | stirred))
    X, y = rng.normal(size=(N_EXAMPLES, N_INPUTS)), np.eye(N_OUTPUTS)[rng.integers(N_OUTPUTS, size=N_EXAMPLES)]
    return replace(net, layers=tuple(layers)), X, y


def checked(seed: int, *, batch_norm: bool, fault: str | None = None, method: str = "complex") -> GradientCheck:
    """Return the check of a random net's gradient, on some entries and directions of each array.

    Parameters
    ----------
    seed : int
        Seed of the net, its examples and what is nudged.
    batch_norm : bool
        Whether the hidden layers have batch norm.
    fault : str, optional
        Key of ``lecture.from_scratch.FAULTS``.
    method : {"complex", "central"}
        How the parameters are nudged.
    """
    net, X, y = random_net(seed, batch_norm=batch_norm, fault=fault)
    return check_gradients(net, X, y, method=method, entries=N_ENTRIES, directions=N_DIRECTIONS, seed=seed)


def largest_errors(seeds: Sequence[int]) -> dict[tuple[str, str], np.ndarray]:
    """Return the largest error of a right gradient in each net, by method and by whether it has batch norm.

    Parameters
    ----------
    seeds : sequence of int
        Seeds of the nets.

    Returns
    -------
    dict of (str, str) to array (n_seeds,)
    """
    return {
        (method, label): np.array([checked(seed, batch_norm=norm, method=method).worst.error for seed in seeds])
        for method in TOLERANCES
        for label, norm in NORMS.items()
    }


# Trainings


class Trained(NamedTuple):
    """A training in brief.

    Attributes
    ----------
    accuracy : float
        Test accuracy; that of one class if the training diverged.
    steps, losses : array (T,)
        Update steps, and the mean training loss since the one before.
    diverged : bool
        Whether the loss became infinite.
    """

    accuracy: float
    steps: np.ndarray
    losses: np.ndarray
    diverged: bool


def trained(
    images: StandardImages, n_layers: int, fault: str | None, seed: int, *, half_cycle: int, n_cycles: int
) -> Trained:
    """Return how a net with batch norm trains with the right gradient, or with a wrong one.

    Parameters
    ----------
    images : StandardImages
        What to train and to test on.
    n_layers : int
        Layers with weights, 3 or 9.
    fault : str or None
        Key of ``lecture.from_scratch.FAULTS``; None for the right gradient.
    seed : int
        Seed of the initial weights.
    half_cycle : int
        Steps from the lowest learning rate to the highest, changed so that the training ends with an epoch.
    n_cycles : int
        Number of cycles.

    Raises
    ------
    KeyboardInterrupt
        If the training was interrupted.
    """
    per_epoch = -(-len(images.X) // BATCH)
    epochs = max(1, round(2 * half_cycle * n_cycles / per_epoch))
    n_steps = epochs * per_epoch
    triangles = Triangular(LOWEST, HIGHEST, max(1, round(n_steps / (2 * n_cycles))))
    fitted = fit(
        initial_net(images, n_layers, fault, seed),
        images.X,
        images.y,
        learning_rate=triangles,
        epochs=epochs,
        batch_size=BATCH,
        seed=BATCH_SEED,
        record="step",
    )
    if fitted.steps[-1] < n_steps and not fitted.diverged:
        raise KeyboardInterrupt
    losses = np.full(n_steps, np.nan)
    losses[: len(fitted.loss)] = np.where(np.isfinite(fitted.loss), fitted.loss, np.nan)
    blocks = np.array_split(np.arange(n_steps), min(N_POINTS, n_steps))
    tested = images.X_test, images.y_test
    return Trained(
        accuracy=float(of_one_class(tested[1])) if fitted.diverged else evaluate(fitted.net, *tested).accuracy,
        steps=np.array([block[-1] + 1 for block in blocks]),
        losses=np.array([losses[block].mean() for block in blocks]),
        diverged=fitted.diverged,
    )


def initial_net(images: StandardImages, n_layers: int, fault: str | None, seed: int) -> Net:
    """Return the net of the report before its training, with the initial weights that `deep_nets.trained` takes.

    Parameters
    ----------
    images : StandardImages
        What it will be trained on.
    n_layers : int
        Layers with weights, 3 or 9.
    fault : str or None
        Key of ``lecture.from_scratch.FAULTS``; None for the right gradient.
    seed : int
        Seed of the weights.
    """
    kind = DeepNet(n_layers)
    net = dense_net(
        kind.sizes(images),
        activation="relu",
        output="softmax",
        batch_norm={"momentum": MOMENTUM, "epsilon": EPSILON, "fault": fault},
        l2=L2,
    )
    arrays = iter(starts(kind, images, [seed]))
    layers = [layer.with_parameters({name: next(arrays)[0] for name in layer.parameters}) for layer in net.layers]
    return replace(net, layers=tuple(layers))


def _seeds(fault, seeds):
    """The seeds that a net with this fault is trained from."""
    return tuple(seeds)[:N_COARSE] if fault in COARSE else tuple(seeds)


def _losses(trainings, seeds):
    """The curves of all trainings, (T, n_seeds), by number of layers and fault."""
    found = {}
    for n, fault, _ in trainings:
        curves = [trainings[n, fault, seed].losses for seed in _seeds(fault, seeds)]
        found.setdefault(n, {})[LABELS[fault]] = np.stack(curves, axis=1)
    return found


# Words and sweeps


def _protocol(images, n_layers, trainings, n_cycles):
    """What was checked and trained."""
    n_steps = int(next(iter(trainings.values())).steps[-1])
    half = round(n_steps / (2 * n_cycles))
    diverged = sum(each.diverged for each in trainings.values())
    return (
        f"Checked: nets of 2 to 9 layers of 10 to 50 units on {N_INPUTS} inputs, {N_EXAMPLES} examples, float64, "
        f"{N_ENTRIES} entries and {N_DIRECTIONS} directions of each array. Trained: "
        f"{describe_nets(images, half_cycle=half, n_cycles=n_cycles, n_layers=n_layers)} The two "
        f"coarse faults have {N_COARSE} seeds.{count_as_one_class(diverged)}"
    )


def _sweeps(right, sizes, accuracy, n_layers):
    """The panels: errors of right and wrong gradients, and accuracies."""
    by_norm = {label: np.log10([right[method, label] for method in TOLERANCES]) for label in NORMS}
    panels = [
        Sweep("The right gradient", ("central differences", "complex step"), "method", "log₁₀ of the error", by_norm),
        Sweep("Each fault", tuple(FAULTS), "fault", "log₁₀ of the error of W1", {"": np.log10(list(sizes.values()))}),
    ]
    for n in n_layers:
        for name, coarse in ((f"{n} layers", False), (f"{n} layers, coarse faults", True)):
            faults = [fault for fault in LABELS if (fault in COARSE) == coarse]
            values = np.stack([accuracy[n, fault] for fault in faults])
            panels.append(
                Sweep(name, tuple(LABELS[fault] for fault in faults), "gradient", "test accuracy", {"": values})
            )
    return tuple(panels)


def _compared(accuracy):
    """The report's accuracies beside those of a right gradient, and of one that forgets the variance."""
    return tuple(
        Compared(f"test accuracy, {n} layers with batch norm, {LABELS[fault]}", published, 1, accuracy[n, fault])
        for n, published in PUBLISHED.items()
        for fault in (None, "variance")
        if (n, fault) in accuracy
    )
