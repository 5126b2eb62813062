"""Is there a wall between two solutions, and which side of it is steeper?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lecture import landscape
from lecture.checks import whole
from lecture.experiments import bottleneck
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.images import describe_images, digits
from lecture.experiments.judgement import Hypothesis, Verdict, beside_published
from lecture.experiments.result import Sweep
from lecture.replicas import Replicas

TITLE = "Is there a wall between two solutions, and which side of it is steeper?"
SMALL, LARGE = 100, 1000  # examples in a mini-batch
NEAR = 0.1  # how far from a solution to look, in units of α
LOWEST = Hypothesis(
    "Both solutions are at the bottom of a valley.",
    f"least rise of the loss from either solution to α ± {NEAR:g}, batch sizes 100 and 1000",
    0.01,
)
BATCHES = Hypothesis(
    "The wall comes from the batch sizes.",
    "wall between networks of batch size 100 and 1000, minus that between two of batch size 100",
    0.3,
)
STARTS = Hypothesis(
    "The wall comes from the initial weights.",
    "wall between networks of batch size 100 and 1000 with different initial weights, minus that with the same",
    0.5,
)
STEEPER = Hypothesis(
    "The loss is steeper beyond the network of the larger mini-batches.",
    "log₁₀ of the loss at α = 2 over that at α = -1, batch size 100 at 0 and 1000 at 1, equally many epochs",
    0.2,
)
UPDATES = Hypothesis(
    "It is steeper after equally many updates, too.",
    "log₁₀ of the loss at α = 2 over that at α = -1, batch size 100 at 0 and 1000 at 1, equally many updates",
    0.2,
)
RELATIVE = Hypothesis(
    "It is steeper relative to the weights' own size, too.",
    "log₁₀ of the loss a step beyond the network of 1000 over that beyond the one of 100, steps as long as the weights",
    0.2,
)
HYPOTHESES = (LOWEST, BATCHES, STARTS, STEEPER, UPDATES, RELATIVE)
PRESETS = {
    "short": dict(n_seeds=7, n_images=8_000, epochs=10),
    "published": dict(n_seeds=5, n_images=55_000, epochs=100),  # published: one run
}
N_MEASURED = 1_000  # training images on which loss and accuracy are measured
N_TEST = 2_000
OTHER = 10_000  # what is added to a seed for other initial weights, or for another order of the images
NETWORKS = {  # ``pace``: as many updates as an epoch of this batch size has
    "100": dict(batch_size=SMALL),
    "100, other start": dict(batch_size=SMALL, start=OTHER, order=OTHER),
    "100, other order": dict(batch_size=SMALL, order=OTHER),
    "1000": dict(batch_size=LARGE),
    "1000, other start": dict(batch_size=LARGE, start=OTHER, order=OTHER),
    "1000, more updates": dict(batch_size=LARGE, start=OTHER, order=OTHER, pace=SMALL),
}
UNTRAINED = "untrained"
MAIN, LONG, SAME = "100 – 1000", "equal updates", "same start"
PAIRS = {  # the networks at α = 0 and at α = 1
    MAIN: ("100", "1000, other start"),
    "1000 – 100": ("1000", "100, other start"),
    "100 – 100": ("100", "100, other start"),
    "1000 – 1000": ("1000", "1000, other start"),
    LONG: ("100", "1000, more updates"),
    SAME: ("100", "1000"),
    "same start, 100 – 100": ("100", "100, other order"),
    "start – end": (UNTRAINED, "100"),
}
PROTOCOL = (
    "The two networks of a pair differ in initial weights and in the order of the images, unless it says otherwise. "
    "100 – 100 and 1000 – 1000 are controls; with equal updates the larger mini-batches have as many update steps as "
    f"the smaller. Loss, accuracy and sharpness are those of {N_MEASURED:,} training images."
)
PUBLISHED = {-1: 27, 2: 98}  # loss at α, read off the report's figure


@dataclass(frozen=True, eq=False)
class Lines:
    """Losses on the lines through pairs of networks.

    Attributes
    ----------
    paths : dict of str to landscape.Path
        Loss and accuracy (n_seeds, A) over α, of each pair.
    norms : dict of str to array (n_seeds,)
        Euclidean norm of all weights, of each network.
    relative : array (n_seeds,)
        log₁₀ of the loss one step beyond the network at α = 1 over that one step beyond the one at 0, of the first
        pair; the step of each unit's weights is as long as they are.
    sharpness : dict of str to dict of str to array (n_seeds,)
        Largest eigenvalue of the Hessian and Keskar's sharpness, by these names, of each network.
    """

    paths: dict[str, landscape.Path]
    norms: dict[str, np.ndarray]
    relative: np.ndarray
    sharpness: dict[str, dict[str, np.ndarray]]


@experiment(TITLE, PRESETS)
def run(*, n_images: int, epochs: int, seeds: Sequence[int], show: bool) -> Findings:
    """Measure the loss on lines through pairs of networks that differ in batch size, initial weights or order.

    The ``details`` of the result are the losses along the lines, `Lines`.

    Parameters
    ----------
    n_images : int, optional
        Number of training images, at least 1,000.
    epochs : int, optional
        Number of epochs.
    """
    whole(n_images, "n_images", least=LARGE)
    whole(epochs, "epochs", least=1)
    images, name = digits(n_images, N_TEST)

    def trained(batch_size, *, start=0, order=0, pace=None):
        steps = epochs * -(-n_images // (pace or batch_size))
        orders, starts = ([seed + shift for seed in seeds] for shift in (order, start))
        return bottleneck.train(
            images, batch_size=batch_size, steps=steps, orders=orders, starts=starts, record=(), show=show
        )

    nets = {key: trained(**how) for key, how in NETWORKS.items()}
    nets[UNTRAINED] = replace(nets["100"], weights=tuple(bottleneck.first_weights(seeds)))
    lines = measured(nets, images.X[:N_MEASURED], images.y[:N_MEASURED])
    main = lines.paths[MAIN]
    at_ends = {-1: main.loss[:, 0], 2: main.loss[:, -1]}
    return Findings(
        protocol=f"{bottleneck.describe(n_images, epochs)}, batches of {SMALL} and {LARGE:,}. {PROTOCOL}"
        f"{describe_images(name)}",
        sweeps=_sweeps(lines),
        verdicts=judge(lines),
        compared=beside_published(PUBLISHED, at_ends, "loss at α = {}", runs=1, reading=2) if name == "MNIST" else (),
        details=lines,
    )


def measured(nets: Mapping[str, Replicas], X: np.ndarray, y: np.ndarray) -> Lines:
    """Return the losses of images (n, 784) with labels (n, 10) on the lines of all ``PAIRS`` of networks."""
    paths = {
        pair: landscape.interpolate(nets[a], nets[b], X, y, loss=bottleneck.LOSS) for pair, (a, b) in PAIRS.items()
    }
    a, b = (nets[key] for key in PAIRS[MAIN])
    below, above = (bottleneck.losses(net, X, y) for net in steps_beyond(a, b))
    norms = {key: np.linalg.norm(landscape.vector(net), axis=1) for key, net in nets.items()}
    sharp = {key: bottleneck.sharpness(net, X, y) for key, net in nets.items()}
    by_kind = {kind: {key: values[kind] for key, values in sharp.items()} for kind in bottleneck.SHARPNESS}
    return Lines(paths, norms, np.log10(above / below), by_kind)


def steps_beyond(a: Replicas, b: Replicas) -> tuple[Replicas, Replicas]:
    """Return the networks a step beyond a and beyond b: along their line, away from each other.

    The step changes the weights of each unit by as much as they are long and leaves biases alone, as in Li et al.
    (2018): scaling one layer up and the next down does not change what it finds.
    """
    along = landscape.assign(a, landscape.vector(b) - landscape.vector(a)).weights

    def further(net, sign):
        moved = [w + sign * _as_long_as(w, d) if w.ndim == 3 else w for w, d in zip(net.weights, along)]
        return replace(net, weights=tuple(moved))

    return further(a, -1), further(b, 1)


def judge(lines: Lines) -> tuple[Verdict, ...]:
    """Return the verdicts on what was measured along the lines."""
    paths = lines.paths
    main = paths[MAIN]
    return (
        LOWEST.judge(least_rise(main)),
        BATCHES.judge(main.barrier - paths["100 – 100"].barrier),
        STARTS.judge(main.barrier - paths[SAME].barrier),
        STEEPER.judge(main.steepness),
        UPDATES.judge(paths[LONG].steepness),
        RELATIVE.judge(lines.relative),
    )


def least_rise(path: landscape.Path) -> np.ndarray:
    """Return by how much the loss rises from either end to the points beside it, the least of the four: (n_seeds,)."""
    around = [np.interp((end - NEAR, end + NEAR), path.alphas, row) for row in path.loss for end in (0, 1)]
    return (np.reshape(around, (-1, 2, 2)) - path.ends[:, :, None]).min(axis=(1, 2))


def _as_long_as(weights, directions):
    """Directions (n_seeds, p, q), those into each unit as long as its weights; of length 0 where a direction is 0."""
    own, given = (np.linalg.norm(array, axis=1, keepdims=True) for array in (weights, directions))
    return directions * own / np.where(given > 0, given, 1)


def _sweeps(lines):
    pairs, networks = lines.paths, tuple(key for key in lines.norms if key != UNTRAINED)
    walls, sides, least = (
        np.stack(values) for values in zip(*((path.barrier, path.steepness, _within(path)) for path in pairs.values()))
    )
    x = tuple(pairs)

    def over_networks(name, measured, values):
        return Sweep(name, networks, "network", measured, {"": np.stack([values[key] for key in networks])})

    eigenvalues, keskar = (lines.sharpness[kind] for kind in bottleneck.SHARPNESS)
    return (
        Sweep("Wall between the two", x, "pair", "height of the wall", {"": walls}),
        Sweep("Steeper side", x, "pair", "log₁₀ L(2) / L(-1)", {"": sides}),
        Sweep("On the way", x, "pair", "least accuracy between", {"": least}),
        over_networks("How far from 0", "norm of the weights", lines.norms),
        over_networks("How sharp", "largest eigenvalue", eigenvalues),
        over_networks("How sharp, by Keskar's measure", "rise nearby, % of 1 + loss", keskar),
    )


def _within(path):
    """The least accuracy between the two networks, (n_seeds,)."""
    return path.accuracy[:, (path.alphas >= 0) & (path.alphas <= 1)].min(axis=1)
