"""At equally many parameters, are deeper networks better?"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from lecture.checks import one_of, real, whole
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.judgement import Hypothesis, Verdict, beside_published
from lecture.experiments.mixtures import one_hot
from lecture.experiments.protocol import describe_training, swept, train_like_the_original
from lecture.experiments.result import Sweep

TITLE = "At equally many parameters, are deeper networks better?"
BETTER = Hypothesis(
    "With as many parameters, a deeper network gets more points right.",
    "accuracy of the deepest network minus that of the shallowest",
    0.03,
)
MOSTLY = Hypothesis("It does so in most runs.", "share of seeds at which the deepest network beats the shallowest", 0.5)
TURNS = Hypothesis(
    "A deeper network turns more often.", "times that the fitted curve changes sides, deepest minus shallowest", 1.0
)
HYPOTHESES = (BETTER, MOSTLY, TURNS)
# hidden layers: the original lecture's code applies one more than the titles of its figures say
LAYERS = {"code": (2, 3, 4), "titles": (1, 2, 3)}
PUBLISHED = {(1, 2): 0.625, (2, 3): 0.625, (3, 4): 0.688}  # by layers in the title and in truth
TITLED = "accuracy, titled {}, in truth {} hidden layers"
PRESETS = {
    "short": dict(n_seeds=30, layers="code", domain=(0.0, 1.0), steps=4000),
    "published": dict(n_seeds=100, layers="code", domain=(0.0, 1.0), steps=15_000),
}
N_POINTS, UNITS = 16, 10
N_GRID = 301


@dataclass(frozen=True, eq=False)
class AlternationCurves:
    """Curves of networks of several depths through points of alternating class.

    Attributes
    ----------
    depths : tuple of int
        Numbers of hidden layers.
    n_parameters : tuple of int
        Number of parameters at each depth.
    x : array (n,)
        Points.
    y : array (n,)
        Classes, 0 and 1 in turn.
    grid : array (n_grid,)
        Where the curves are evaluated.
    scores : array (n_depths, n_seeds, n_grid)
        Probability of class 1 minus that of class 0.
    accuracy : array (n_depths, n_seeds)
        Share of the points that are right.
    """

    depths: tuple[int, ...]
    n_parameters: tuple[int, ...]
    x: np.ndarray
    y: np.ndarray
    grid: np.ndarray
    scores: np.ndarray
    accuracy: np.ndarray

    @property
    def turns(self) -> np.ndarray:
        """How often each curve changes sides, int (n_depths, n_seeds)."""
        return np.sum(np.diff(self.scores > 0, axis=-1), axis=-1)


def alternating_points(low: float = 0.0, high: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return 16 equally spaced points of alternating class: x (16,) from ``low`` to ``high``, and y (16,).

    Raises
    ------
    ValueError
        If ``low`` is not below ``high``.
    """
    low, high = real(low, "low"), real(high, "high")
    if not low < high:
        raise ValueError(f"low must be below high, got {low:g} and {high:g}.")
    return np.linspace(low, high, N_POINTS), np.arange(N_POINTS) % 2


@experiment(TITLE, PRESETS)
def run(
    *, layers: str | Sequence[int], domain: Sequence[float], steps: int, seeds: Sequence[int], show: bool
) -> Findings:
    """Classify points of alternating class with networks whose hidden layers, after the first, share their weights.

    The ``details`` of the result are `AlternationCurves`.

    Parameters
    ----------
    layers : "code", "titles" or sequence of int, optional
        Numbers of hidden layers of ten units: "code" stands for 2, 3 and 4, as the original lecture applied them,
        "titles" for 1, 2 and 3, as its figures say; or two or more others.
    domain : pair of float, optional
        Ends of the range in which the points lie. The original lecture does not say; its accuracies fit 0 to 1, and
        points from -1 to 1 are easier.
    """
    depths = _depths(layers)
    x, y = alternating_points(*domain)
    settings = dict(steps=steps, seeds=seeds, activation="relu", batch_size=None, record=(), show=show)
    nets = [
        train_like_the_original((UNITS,) * depth, x[:, None], one_hot(y), tied=depth > 1, **settings)
        for depth in depths
    ]
    grid = np.linspace(x[0], x[-1], N_GRID)
    outputs = np.stack([each.predict(grid[:, None]) for each in nets])
    accuracy = np.stack([each.accuracy[-1] for each in nets])
    n_parameters = tuple(sum(array[0].size for array in each.weights) for each in nets)
    curves = AlternationCurves(depths, n_parameters, x, y, grid, outputs[..., 1] - outputs[..., 0], accuracy)
    trained = describe_training((1, f"{UNITS} in each layer", 2), steps, N_POINTS, units="ReLU", batch_size=None)
    counts = ", ".join(f"{depth} layers have {n} parameters" for depth, n in zip(depths, n_parameters))
    measured = {(title, depth): right for title, depth, right in zip(LAYERS["titles"], depths, accuracy)}
    return Findings(
        protocol=f"{trained} of alternating class from {x[0]:g} to {x[-1]:g}; hidden layers share weights: {counts}.",
        sweeps=(
            Sweep(
                "Points that are right", depths, "hidden layers", "training accuracy", {"training accuracy": accuracy}
            ),
            Sweep("Turns", depths, "hidden layers", "changes of side", {"changes of side": curves.turns}),
        ),
        verdicts=judge(accuracy, curves.turns),
        compared=beside_published(
            PUBLISHED if layers == "code" else {}, measured, TITLED, runs=1, reading=0.0005, within=(0, 1)
        ),
        details=curves,
    )


def _depths(layers):
    """The numbers of hidden layers, as the original lecture's code or titles have them or as given."""
    if isinstance(layers, str):
        return LAYERS[one_of(layers, LAYERS, "layers")]
    return swept(layers, "layers", partial(whole, what="a number of layers", least=1))


def judge(accuracy: np.ndarray, turns: np.ndarray) -> tuple[Verdict, ...]:
    """Return the verdicts on accuracies and changes of side (n_depths, n_seeds), from shallow to deep."""
    return (
        BETTER.judge(accuracy[-1] - accuracy[0]),
        MOSTLY.judge((accuracy[-1] > accuracy[0]).astype(float)),
        TURNS.judge((turns[-1] - turns[0]).astype(float)),
    )
