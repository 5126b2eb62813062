"""At equally many parameters, do deeper networks fit better, and does the learning rate decide?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lecture.checks import real, whole
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.judgement import NOT_NEGATIVE, Hypothesis, Verdict, beside_published
from lecture.experiments.protocol import compare_to_the_end, describe_sizes, evenly
from lecture.experiments.result import Sweep

TITLE = "At equally many parameters, do deeper networks fit better, and does the learning rate decide?"
# The networks and functions of a student report (MLDS 2018, homework 1-1); its text leaves them to its figures.
NETWORKS = {1: (335,), 4: (12, 18, 25, 10), 10: (5, 7, 9, 11, 13, 13, 11, 9, 9, 7)}  # by the number of hidden layers
DEPTHS = tuple(NETWORKS)
PERIODS = (0.2, 0.3, 0.5, 0.7, 1.1, 1.3, 1.7, 1.9)
FUNCTIONS = {
    "square wave": lambda x: np.where(np.floor(5 * x + 1e-9) % 2 == 0, 1.0, -1.0),  # of period 0.4
    "saw + sine": lambda x: 2 * (x / 0.3 % 1) - 1 + np.sin(2 * np.pi * x / 0.4),
    "sum of sines": lambda x: sum(np.sin(2 * np.pi * x / period) for period in PERIODS),
}
SINES = "sum of sines"
# Best of 0.0003, 0.001, 0.003, 0.01 and 0.03 for 1, 4 and 10 hidden layers: on three other seeds, after 3,000 steps.
TUNED = {
    "square wave": (0.01, 0.003, 0.003),
    "saw + sine": (0.01, 0.003, 0.003),
    "sum of sines": (0.03, 0.01, 0.001),
}
ONE_RATE, OWN_RATES = "one learning rate", "tuned learning rates"
FEW_STEPS = 1000
FLAT = 1e-3  # outputs whose standard deviation is smaller are a constant
DEEPER = Hypothesis(
    "Deeper networks fit better at the report's learning rate.",
    "powers of ten by which the final loss falls from 1 hidden layer to 4, mean of functions, at the report's rate",
    0.1,
)
DEEPEST = Hypothesis(
    "The deepest fit best at the report's learning rate.",
    "powers of ten by which the final loss falls from 4 hidden layers to 10, mean of functions, at the report's rate",
    0.1,
)
STILL = {
    function: Hypothesis(
        f"With tuned learning rates depth still helps: {function}.",
        f"powers of ten by which the final loss on the {function} falls from 1 hidden layer to 4, at tuned rates",
        0.1,
    )
    for function in FUNCTIONS
}
SLOWER = Hypothesis(
    "Early in the training, deeper networks are worse on the sum of sines.",
    f"powers of ten by which the loss after {FEW_STEPS:,} steps rises from 1 hidden layer to 10, at the report's rate",
    0.1,
)
SAFE = Hypothesis(
    "Ten layers do not fail.",
    "share of networks with 10 hidden layers whose outputs end as a constant",
    0.02,
    absent=True,
)
HYPOTHESES = (DEEPER, DEEPEST, *STILL.values(), SLOWER, SAFE)
PUBLISHED = {  # read off the report's figures: final loss by function and number of hidden layers, a single run of each
    ("square wave", 1): 0.67,
    ("square wave", 4): 0.31,
    ("square wave", 10): 0.025,
    ("saw + sine", 1): 0.39,
    ("saw + sine", 4): 0.066,
    ("saw + sine", 10): 0.035,
    ("sum of sines", 1): 0.33,
    ("sum of sines", 4): 0.011,
    ("sum of sines", 10): 0.004,
}
PRESETS = {
    "short": dict(n_seeds=10, steps=3000, learning_rate=0.001),
    "published": dict(n_seeds=20, steps=20_000, learning_rate=0.001),
}
N_POINTS = 200
N_RECORDED = 60


@dataclass(frozen=True, eq=False)
class Fitted:
    """Networks of several depths, how their loss fell on each function, and what they fitted.

    Attributes
    ----------
    depths : tuple of int
        Numbers of hidden layers.
    steps : array (T,)
        Recorded steps.
    losses : dict of (str, str) to array (n_depths, T, n_seeds)
        Mean squared error by learning rates, "one learning rate" or "tuned learning rates", and function.
    x : array (n,)
        Training points.
    y : dict of str to array (n,)
        Values of each function.
    curves : dict of (str, str) to array (n_depths, n_seeds, n)
        Outputs in the end, named as the losses.
    """

    depths: tuple[int, ...]
    steps: np.ndarray
    losses: dict[tuple[str, str], np.ndarray]
    x: np.ndarray
    y: dict[str, np.ndarray]
    curves: dict[tuple[str, str], np.ndarray]

    @property
    def variances(self) -> dict[str, float]:
        """Variance of each function: the loss of the best constant."""
        return {function: float(np.var(y)) for function, y in self.y.items()}

    @property
    def constant(self) -> dict[tuple[str, str], np.ndarray]:
        """Whether the outputs of each network are the same at all points: a dict of arrays (n_depths, n_seeds)."""
        return {name: curves.std(axis=-1) < FLAT for name, curves in self.curves.items()}

    def decades(self, rates: str) -> dict[str, np.ndarray]:
        """Return log₁₀ of loss ÷ variance for each function, an array (n_depths, T, n_seeds): 0 for a constant."""
        return {function: np.log10(self.losses[rates, function] / at) for function, at in self.variances.items()}


@experiment(TITLE, PRESETS)
def run(*, learning_rate: float, steps: int, seeds: Sequence[int], show: bool) -> Findings:
    """Fit three functions with networks of 1, 4 and 10 hidden layers that have about 1,000 parameters each.

    All are trained at one learning rate, and again at one that was tuned for each depth and function. The ``details``
    of the result are losses and curves, `Fitted`.

    Parameters
    ----------
    learning_rate : float, optional
        The learning rate that all share.
    steps : int, optional
        Number of update steps, at least 1,000.
    """
    whole(steps, "steps", least=FEW_STEPS)
    real(learning_rate, "learning_rate", least=0)
    found = fitted(steps=steps, learning_rate=learning_rate, seeds=seeds, show=show)
    one, own = found.decades(ONE_RATE), found.decades(OWN_RATES)
    early = one[SINES][:, found.steps.tolist().index(FEW_STEPS)]
    networks = ", ".join(describe_sizes((1, *hidden, 1)) for hidden in NETWORKS.values())
    fell = "log₁₀(loss ÷ variance)"
    last, lowest = "Final loss, {}", "Lowest loss on the way, {}"
    return Findings(
        protocol=f"{networks}; ReLU, linear output, {steps:,} steps of Adam at {learning_rate:g}, or at a rate "
        f"tuned for each network and function, on all of {N_POINTS} points of [0, 2); Glorot's initial weights. "
        "(Published: one run of each, 250,000 steps on mini-batches of 1,024 of 51,200 points.)",
        sweeps=(
            _over_depths(last.format(f"all at {learning_rate:g}"), fell, _ends(one)),
            _over_depths(last.format(OWN_RATES), fell, _ends(own)),
            _over_depths(lowest.format(OWN_RATES), fell, {name: at.min(axis=1) for name, at in own.items()}),
            _over_depths("Networks that fail", "share with constant outputs", _shares(found.constant)),
        ),
        verdicts=judge(_ends(one), _ends(own), early, _shares(found.constant)),
        compared=beside_published(
            PUBLISHED, _final(found), "loss on the {}, hidden layers: {}", runs=1, reading=0.01, within=NOT_NEGATIVE
        ),
        details=found,
    )


def judge(
    one: Mapping[str, np.ndarray], own: Mapping[str, np.ndarray], early: np.ndarray, constant: Mapping[str, np.ndarray]
) -> tuple[Verdict, ...]:
    """Return the verdicts; all arrays are (n_depths, n_seeds), for 1, 4 and 10 hidden layers.

    Parameters
    ----------
    one, own : dict of str to array
        log₁₀ of the final loss on each function, at one learning rate and at tuned ones.
    early : array
        log₁₀ of the loss on the sum of sines after few steps, at one learning rate.
    constant : dict of str to array
        Shares of networks with constant outputs, at one learning rate and at tuned ones.
    """
    together = np.mean([*one.values()], axis=0)
    return (
        DEEPER.judge(together[0] - together[1]),
        DEEPEST.judge(together[1] - together[2]),
        *(hypothesis.judge(own[function][0] - own[function][1]) for function, hypothesis in STILL.items()),
        SLOWER.judge(early[2] - early[0]),
        SAFE.judge(np.mean([shares[2] for shares in constant.values()], axis=0)),
    )


def fitted(*, steps: int, learning_rate: float, seeds: Sequence[int], show: bool = False) -> Fitted:
    """Return what the networks of all depths make of the functions.

    Parameters
    ----------
    steps : int
        Number of update steps, each on all points.
    learning_rate : float
        The learning rate that all share.
    seeds : sequence of int
        Seeds of the initial weights.
    show : bool
        Whether to show a progress bar.
    """
    x = 2 * np.arange(N_POINTS) / N_POINTS
    y = {name: function(x) for name, function in FUNCTIONS.items()}
    nets = [
        compare_to_the_end(
            {
                (name, function): dict(y=y[function][:, None], learning_rate=rate)
                for function in FUNCTIONS
                for name, rate in ((ONE_RATE, learning_rate), (OWN_RATES, TUNED[function][at]))
            },
            x[:, None],
            hidden=hidden,
            activation="relu",
            output="linear",
            loss="mean_squared_error",
            steps=steps,
            seeds=seeds,
            record={*evenly(steps, N_RECORDED), FEW_STEPS},
            show=show,
        )
        for at, hidden in enumerate(NETWORKS.values())
    ]
    return Fitted(
        depths=DEPTHS,
        steps=next(iter(nets[0].values())).steps,
        losses={name: np.stack([of_depth[name].loss for of_depth in nets]) for name in nets[0]},
        x=x,
        y=y,
        curves={name: np.stack([of_depth[name].predict(x[:, None])[..., 0] for of_depth in nets]) for name in nets[0]},
    )


def _ends(decades):
    """The last recorded values of each function: (n_depths, n_seeds)."""
    return {function: values[:, -1] for function, values in decades.items()}


def _shares(constant):
    """Share of constant networks at one rate and at tuned ones, over the functions: (n_depths, n_seeds)."""
    return {
        rates: np.mean([constant[rates, function] for function in FUNCTIONS], axis=0) for rates in (ONE_RATE, OWN_RATES)
    }


def _final(found):
    """Final losses at one rate by function and depth."""
    return {
        (function, depth): found.losses[ONE_RATE, function][at, -1]
        for function in FUNCTIONS
        for at, depth in enumerate(DEPTHS)
    }


def _over_depths(name, measured, values):
    return Sweep(name, DEPTHS, "hidden layers", measured, values, log_x=True)
