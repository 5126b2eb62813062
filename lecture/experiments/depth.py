"""At equally many parameters, are deeper nets better?"""

import time
from dataclasses import dataclass

import numpy as np

from lecture.checks import one_of, real, whole
from lecture.experiments.judgement import Compared, Hypothesis
from lecture.experiments.mixtures import one_hot
from lecture.experiments.protocol import chosen, trained
from lecture.experiments.result import Result, Sweep

TITLE = "At equally many parameters, are deeper nets better?"
BETTER = Hypothesis(
    "With as many parameters, a deeper net gets more points right.",
    "accuracy of the deepest net minus that of the shallowest",
    0.03,
)
MOSTLY = Hypothesis("It does so in most runs.", "share of seeds at which the deepest net beats the shallowest", 0.5)
TURNS = Hypothesis(
    "A deeper net turns more often.", "times that the fitted curve changes sides, deepest minus shallowest", 1.0
)
HYPOTHESES = (BETTER, MOSTLY, TURNS)
LAYERS = {
    "code": (2, 3, 4),
    "titles": (1, 2, 3),
}  # hidden layers: the original's code applies one more than its titles say
PUBLISHED = (0.625, 0.625, 0.688)
PRESETS = {"short": dict(n_seeds=30, steps=4000), "published": dict(n_seeds=100, steps=15_000)}
N_POINTS, UNITS = 16, 10
N_GRID = 301


@dataclass(frozen=True, eq=False)
class Curves:
    """What nets of several depths make of points whose classes alternate.

    Attributes
    ----------
    depths : tuple of int
        Hidden layers.
    n_parameters : tuple of int
        That each depth learns.
    x : array (n,)
    y : array (n,)
        Classes, 0 and 1 in turn.
    grid : array (n_grid,)
    scores : array (n_depths, n_seeds, n_grid)
        Probability of class 1 minus that of class 0.
    accuracy : array (n_depths, n_seeds)
    """

    depths: tuple
    n_parameters: tuple
    x: np.ndarray
    y: np.ndarray
    grid: np.ndarray
    scores: np.ndarray
    accuracy: np.ndarray

    @property
    def turns(self):
        """How often each curve changes sides, int (n_depths, n_seeds)."""
        return np.sum(np.diff(self.scores > 0, axis=-1), axis=-1)


def points(low=0.0, high=1.0):
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


def run(*, layers="code", domain=(0.0, 1.0), steps=None, n_seeds=None, preset="short", show=True):
    """Tell alternating points apart with nets whose hidden layers, after the first, share one matrix and one vector of biases.

    Parameters
    ----------
    layers : "code", "titles" or sequence of int
        Hidden layers of ten units: "code" stands for 2, 3 and 4, as the original applied them, "titles" for 1, 2 and 3,
        as its figures say; or others, two or more.
    domain : pair of float
        Where the points lie. The original does not say; its accuracies fit 0 to 1, and points from -1 to 1 are easier.
    steps : int, optional
        Updates.
    n_seeds : int, optional
    preset : "short" or "published"
    show : bool
        A bar.

    Returns
    -------
    Result
        Its ``shown`` is a `Curves`.

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    start = time.perf_counter()
    own = chosen(PRESETS, preset, n_seeds, steps=steps)
    depths = (
        LAYERS[one_of(layers, LAYERS, "layers")]
        if isinstance(layers, str)
        else tuple(sorted({whole(depth, "a number of layers", least=1) for depth in layers}))
    )
    if len(depths) < 2:
        raise ValueError(f"layers must be two or more different numbers of hidden layers, got {list(layers)}.")
    x, y = points(*domain)
    grid = np.linspace(x[0], x[-1], N_GRID)
    nets = [
        trained(
            (UNITS,) * depth,
            x[:, None],
            one_hot(y),
            steps=own.steps,
            seeds=own.seeds,
            activation="relu",
            batch_size=None,
            tied=depth > 1,
            record=(),
            show=show,
        )
        for depth in depths
    ]
    outputs = np.stack([net.predict(grid[:, None]) for net in nets])
    accuracy = np.stack([net.accuracy[-1] for net in nets])
    counts = tuple(net.net.n_parameters for net in nets)
    curves = Curves(depths, counts, x, y, grid, outputs[..., 1] - outputs[..., 0], accuracy)
    compared = (
        ()
        if layers != "code"
        else tuple(
            Compared(f"accuracy, titled {title}, in truth {depth} hidden layers", then, 1, values, reading=0.0005)
            for title, depth, then, values in zip(LAYERS["titles"], depths, PUBLISHED, accuracy)
        )
    )
    cut = (
        ""
        if preset == "published"
        else " A short run makes 4,000 steps instead of 15,000 and takes 30 seeds instead of 100."
    )
    sweep = lambda name, y_name, values: Sweep(name, depths, "hidden layers", y_name, {y_name: values})
    return Result(
        "depth",
        TITLE,
        preset,
        f"{N_POINTS} points from {x[0]:g} to {x[-1]:g} of alternating class; hidden layers of {UNITS} ReLUs that share their weights, {own.steps:,} steps of Adam at 0.003 on all points; "
        + ", ".join(f"{depth} layers have {count} parameters" for depth, count in zip(depths, counts))
        + f".{cut}",
        own.seeds,
        (
            sweep("Points that are right", "training accuracy", accuracy),
            sweep("Turns", "changes of side", curves.turns),
        ),
        judge(accuracy, curves.turns),
        compared,
        time.perf_counter() - start,
        curves,
    )


def judge(accuracy, turns):
    """Return the verdicts on accuracies and changes of side (n_depths, n_seeds), from shallow to deep."""
    return (
        BETTER.judge(accuracy[-1] - accuracy[0]),
        MOSTLY.judge((accuracy[-1] > accuracy[0]).astype(float)),
        TURNS.judge((turns[-1] - turns[0]).astype(float)),
    )
