"""What does a PCA of weights show of trainings, and what of random walks?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lecture import landscape
from lecture.checks import whole
from lecture.experiments import bottleneck
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.images import describe_images, digits
from lecture.experiments.jackknife import pseudo_values
from lecture.experiments.judgement import Hypothesis, Verdict
from lecture.experiments.result import Sweep
from lecture.landscape.projection import chance
from lecture.replicas import Replicas

TITLE = "What does a PCA of weights show of trainings, and what of random walks?"
OUTWARDS = Hypothesis(
    "Trainings lead outwards more than straight lines do.",
    "share of epochs that lead away from the middle of the picture, trainings minus straight lines",
    0.05,
)
MORE = Hypothesis(
    "Two axes explain more of trainings than of straight lines.",
    "share of the variance that two axes explain, trainings minus straight lines (jackknife over the trainings)",
    0.1,
)
DRIFT = Hypothesis(
    "A single training drifts, more than a random walk.",
    "share of the variance of one training that its first axis explains, minus that of its random walk",
    0.1,
)
DIFFERENT = Hypothesis(
    "Different starts end far from each other.",
    "distance between a training's last weights and the nearest of another, ÷ their norm",
    0.5,
)
HYPOTHESES = (OUTWARDS, MORE, DRIFT, DIFFERENT)
PRESETS = {
    "short": dict(n_seeds=8, n_images=8_000, epochs=20),
    "published": dict(n_seeds=8, n_images=55_000, epochs=100),
}
BATCH, N_TEST = 100, 2_000
N_MEASURED = 2_000  # training images on which the loss of points in the picture is measured
N_AXES = 3
TRAINED, WALK, STRAIGHT = KINDS = ("trainings", "random walks", "straight lines")
WHOLE, FIRST, LATER = "whole network", "first layer", "other layers"
PROTOCOL = (
    "Weights are recorded before the first epoch and after each. Beside the trainings stand two kinds of paths that "
    "learnt nothing, from the same starts: random walks whose steps are as long, and straight lines in random "
    "directions that are as far from the start at each time. Weights far from each other may still compute the same: "
    "exchanging two hidden units changes the weights and nothing else."
)


@dataclass(frozen=True, eq=False)
class Pictures:
    """Paths of weights in the plane of their largest variance, beside paths that learnt nothing.

    Attributes
    ----------
    joint : dict of (str, str) to landscape.Projection
        The picture of all paths of a kind together, for each part of the network: by (kind, part).
    alone : dict of str to array (n_seeds, 3)
        Shares of the variance of one path of a kind that its first axes explain.
    alike : dict of str to float
        Correlation of a part's picture of the trainings with that of the whole network, turned and scaled to fit.
    """

    joint: dict[tuple[str, str], landscape.Projection]
    alone: dict[str, np.ndarray]
    alike: dict[str, float]

    def of(self, part: str) -> dict[str, landscape.Projection]:
        """Return the pictures of a part of the network by the kind of path, as `plot_beside_chance` takes them."""
        return {kind: self.joint[kind, part] for kind in KINDS}


@experiment(TITLE, PRESETS)
def run(*, n_images: int, epochs: int, seeds: Sequence[int], show: bool) -> Findings:
    """Record the weights of trainings from different starts, and compare their PCA with that of paths by chance.

    The ``details`` of the result are the pictures, `Pictures`.

    Parameters
    ----------
    n_images : int, optional
        Number of training images, at least 100.
    epochs : int, optional
        Number of epochs, at least 3.
    n_seeds : int, optional
        Number of trainings, at least 3.
    """
    whole(n_images, "n_images", least=BATCH)
    whole(epochs, "epochs", least=N_AXES)
    whole(len(seeds), "n_seeds", least=3)
    images, name = digits(n_images, N_TEST)
    per_epoch = -(-n_images // BATCH)
    record = range(0, epochs * per_epoch + 1, per_epoch)
    nets = bottleneck.train(
        images, batch_size=BATCH, steps=epochs * per_epoch, orders=seeds, record=record, keep="all", show=show
    )
    paths = beside_chance(nets.kept["all"].swapaxes(0, 1))
    pictures = pictured(paths, landscape.names(nets))
    losses = losses_in_picture(nets, paths[TRAINED], images.X[:N_MEASURED], images.y[:N_MEASURED])
    return Findings(
        protocol=f"{bottleneck.describe(n_images, epochs)}, batches of {BATCH}. {PROTOCOL}{describe_images(name)}",
        sweeps=_sweeps(pictures, losses),
        verdicts=judge(pictures, paths),
        details=pictures,
    )


def beside_chance(trained: np.ndarray) -> dict[str, np.ndarray]:
    """Return paths (n_seeds, T, P) by kind: the trainings, and as many random walks and straight lines."""
    rng = np.random.default_rng(0)
    return {TRAINED: trained, WALK: chance(trained, "walk", rng), STRAIGHT: chance(trained, "straight", rng)}


def pictured(paths: Mapping[str, np.ndarray], places: Mapping[str, slice]) -> Pictures:
    """Return the pictures of paths.

    Parameters
    ----------
    paths : dict of str to array (n_seeds, T, P)
        Paths of each kind.
    places : dict of str to slice
        Where each variable lies in the row of weights, as `lecture.landscape.names` gives it.
    """
    first, *others = (slice(kernel.start, bias.stop) for kernel, bias in _in_pairs(places.values()))
    parts = {WHOLE: None, FIRST: first, LATER: others}
    joint = {
        (kind, part): landscape.project(own, null=None, layers=layers)
        for kind, own in paths.items()
        for part, layers in parts.items()
    }
    alone = {
        kind: np.array([landscape.project(path, null=None, n_components=N_AXES).explained for path in own])
        for kind, own in paths.items()
    }
    alike = {part: correlation(joint[TRAINED, WHOLE].points, joint[TRAINED, part].points) for part in (FIRST, LATER)}
    return Pictures(joint, alone, alike)


def losses_in_picture(nets: Replicas, paths: np.ndarray, X: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """Return the loss of the last weights and of the first, and where the pictures put them: arrays (n_seeds,).

    The last weights are projected on the plane of all trainings, the first on that of their own training around its
    end.

    Parameters
    ----------
    nets : Replicas
        The trained networks.
    paths : array (n_seeds, T, P)
        Their weights.
    X, y : arrays (n, 784) and (n, 10)
        Images and labels.
    """
    middle, joint = paths.mean(axis=(0, 1)), landscape.project(paths, null=None)
    own = [landscape.project(path, center="end", null=None) for path in paths]
    rows = {
        "end": paths[:, -1],
        "shadow of the end": middle + joint.points[:, -1] @ joint.axes.T,
        "start": paths[:, 0],
        "shadow of the start": np.stack([path[-1] + p.points[0, 0] @ p.axes.T for path, p in zip(paths, own)]),
    }
    return {name: bottleneck.losses(landscape.assign(nets, at), X, y) for name, at in rows.items()}


def judge(pictures: Pictures, paths: Mapping[str, np.ndarray]) -> tuple[Verdict, ...]:
    """Return the verdicts.

    Parameters
    ----------
    pictures : Pictures
        Pictures of the paths.
    paths : dict of str to array (n_seeds, T, P)
        Trainings and straight lines, from which some are left out.
    """
    seen = pictures.of(WHOLE)

    def more(chosen):
        trained, straight = (landscape.project(paths[kind][chosen], null=None) for kind in (TRAINED, STRAIGHT))
        return trained.explained.sum() - straight.explained.sum()

    return (
        OUTWARDS.judge(outward(seen[TRAINED].points) - outward(seen[STRAIGHT].points)),
        MORE.judge(pseudo_values(more, len(paths[TRAINED]))),
        DRIFT.judge(pictures.alone[TRAINED][:, 0] - pictures.alone[WALK][:, 0]),
        DIFFERENT.judge(apart(paths[TRAINED][:, -1])),
    )


def outward(points: np.ndarray) -> np.ndarray:
    """Return the share of the steps of paths (n_seeds, T, 2) that lead away from the middle: (n_seeds,)."""
    return (np.diff(np.linalg.norm(points, axis=2), axis=1) > 0).mean(axis=1)


def told(picture: landscape.Projection) -> np.ndarray:
    """Return the share of each path's squared distances from the middle that the axes explain: (n_seeds,)."""
    inside, left_out = np.square(picture.points).sum(axis=(1, 2)), np.square(picture.left_out).sum(axis=1)
    return inside / (inside + left_out)


def apart(ends: np.ndarray) -> np.ndarray:
    """Return how far each of the rows (n_seeds, P) is from the nearest other, ÷ its norm: (n_seeds,)."""
    ends = ends.astype(float)
    distances = np.linalg.norm(ends[:, None] - ends, axis=2)
    np.fill_diagonal(distances, np.inf)
    return distances.min(axis=1) / np.linalg.norm(ends, axis=1)


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Return how alike two pictures (n_seeds, T, 2) are once turned, mirrored and scaled to fit: from 0 to 1.

    It is the Procrustes correlation, the sum of the singular values of a'b over the product of their sizes.
    """
    a, b = (points.reshape(-1, points.shape[-1]) for points in (a, b))
    a, b = (points - points.mean(axis=0) for points in (a, b))
    return float(np.linalg.svd(a.T @ b, compute_uv=False).sum() / np.linalg.norm(a) / np.linalg.norm(b))


def _in_pairs(values):
    """(kernel, bias) of each layer."""
    values = list(values)
    return list(zip(values[::2], values[1::2]))


def _sweeps(pictures, losses):
    parts = (WHOLE, FIRST, LATER)
    shares = {kind: np.stack([told(pictures.joint[kind, part]) for part in parts]) for kind in KINDS}
    away = {kind: np.stack([outward(pictures.joint[kind, part].points) for part in parts]) for kind in KINDS}
    axes = {kind: shares.T for kind, shares in pictures.alone.items()}
    return (
        Sweep("All paths of a kind in one picture", parts, "weights of", "share that two axes explain", shares),
        Sweep("Away from the middle", parts, "weights of", "share of epochs", away),
        Sweep("A PCA for each path", tuple(range(1, N_AXES + 1)), "axis", "share of the variance", axes),
        Sweep(
            "Loss of weights and shadows",
            tuple(losses),
            "weights",
            "loss",
            {"": np.stack([*losses.values()])},
        ),
    )
