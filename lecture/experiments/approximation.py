"""How many hidden units does it take to approximate a function?"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import keras
import numpy as np

from lecture.checks import real, whole
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.judgement import NOT_NEGATIVE, Hypothesis, Verdict, beside_published
from lecture.experiments.protocol import RATE, compare_like_the_original, describe_training, stacked, swept
from lecture.experiments.result import Sweep

TITLE = "How many hidden units does it take to approximate a function?"
# of 1, x, x², x³, x⁴: read in the other order, networks of two units reach .008 every time, and .0296 was published
COEFFICIENTS = (0, -2, 1, 1, -2)
FUNCTIONS = {
    "sin(12x)": lambda x: np.sin(12 * x),
    "polynomial": lambda x: np.polynomial.polynomial.polyval(x, COEFFICIENTS),
    "|x|": np.abs,
}
WAVES, LEFT = "sin(12x)", 0.05  # a network has learnt the waves if it leaves less of their variance
MORE = Hypothesis(
    "More units approximate better.",
    "powers of ten by which the error falls from the fewest units to the most, mean of the three functions",
    0.3,
)
WIGGLES = Hypothesis(
    "A function with more bends needs more units.",
    "share of the variance that networks of middle width leave over, sin(12x) minus the polynomial",
    0.1,
)
LEARNT = Hypothesis(
    "What the widest network can represent, training finds.",
    f"share of the widest networks that leave less than {LEFT:.0%} of the variance of sin(12x)",
    0.9,
)
HYPOTHESES = (MORE, WIGGLES, LEARNT)
PUBLISHED = {
    ("sin(12x)", 2): 0.422,
    ("sin(12x)", 4): 0.2328,
    ("sin(12x)", 16): 0.033,
    ("polynomial", 2): 0.0296,
    ("polynomial", 4): 0.0006,
    ("polynomial", 16): 0.0,
    ("|x|", 2): 0.0007,
    ("|x|", 4): 0.0002,
    ("|x|", 16): 0.0001,
}
PRESETS = {
    "short": dict(n_seeds=30, widths=(2, 4, 16), steps=10_000, learning_rate=RATE),
    "published": dict(n_seeds=100, widths=(1, 2, 4, 8, 16), steps=10_000, learning_rate=RATE),
}
N_POINTS = 50
N_GRID = 201
TINY = 1e-12  # stands for an error of 0, whose logarithm is not finite


@dataclass(frozen=True, eq=False)
class Fits:
    """Curves that networks of some widths fitted to some functions.

    Attributes
    ----------
    widths : tuple of int
        Numbers of hidden units.
    x : array (n,)
        Training points.
    y : dict of str to array (n,)
        Values of each function at the training points, with noise if there is any.
    grid : array (n_grid,)
        Where the curves are evaluated.
    truth : dict of str to array (n_grid,)
        True values on the grid.
    curves : dict of str to array (n_widths, n_seeds, n_grid)
        Outputs of the networks on the grid.
    errors : dict of str to array (n_widths, n_seeds)
        Mean squared error at the training points.
    """

    widths: tuple[int, ...]
    x: np.ndarray
    y: dict[str, np.ndarray]
    grid: np.ndarray
    truth: dict[str, np.ndarray]
    curves: dict[str, np.ndarray]
    errors: dict[str, np.ndarray]

    @property
    def true_errors(self) -> dict[str, np.ndarray]:
        """Mean squared distance from the true curve, over the grid: a dict of arrays (n_widths, n_seeds)."""
        return {name: np.mean((curves - self.truth[name]) ** 2, axis=-1) for name, curves in self.curves.items()}


@experiment(TITLE, PRESETS)
def run(*, widths: Sequence[int], learning_rate: float, steps: int, seeds: Sequence[int], show: bool) -> Findings:
    """Fit three functions with networks of one hidden layer.

    The ``details`` of the result are the fitted curves, `Fits`.

    Parameters
    ----------
    widths : sequence of int, optional
        Numbers of hidden units, two or more different ones.
    learning_rate : float, optional
        Learning rate of Adam.
    """
    widths = swept(widths, "widths", partial(whole, what="a width", least=1))
    fits = fitted(FUNCTIONS, widths, steps=steps, learning_rate=learning_rate, seeds=seeds, show=show)
    logs = {name: np.log10(np.maximum(values, TINY)) for name, values in fits.errors.items()}
    errors = {(name, width): fits.errors[name][at] for name in FUNCTIONS for at, width in enumerate(widths)}
    units = "sigmoid, linear output"
    trained = describe_training((1, "n", 1), steps, N_POINTS, units=units, rate=learning_rate, batch_size=None)
    return Findings(
        protocol=f"{trained}, evenly spaced from -1 to 1; the loss is the mean squared error, the polynomial is "
        "-2x + x² + x³ - 2x⁴.",
        sweeps=(Sweep("Error of the fit", widths, "units", "log₁₀ of the mean squared error", logs, log_x=True),),
        verdicts=judge(fits.errors, {name: np.var(y) for name, y in fits.y.items()}),
        compared=beside_published(
            PUBLISHED, errors, "error on {}, {} units", runs=1, reading=0.00005, within=NOT_NEGATIVE
        ),
        details=fits,
    )


def judge(errors: dict[str, np.ndarray], variances: dict[str, float]) -> tuple[Verdict, ...]:
    """Return the verdicts.

    Parameters
    ----------
    errors : dict of str to array (n_widths, n_seeds)
        Mean squared error on each function, from narrow to wide.
    variances : dict of str to float
        Variance of each function.
    """
    decades = [np.log10(np.maximum(values[0], TINY) / np.maximum(values[-1], TINY)) for values in errors.values()]
    left = {name: values / variances[name] for name, values in errors.items()}
    middle = (len(left[WAVES]) - 1) // 2
    return (
        MORE.judge(np.mean(decades, axis=0)),
        WIGGLES.judge(left[WAVES][middle] - left["polynomial"][middle]),
        LEARNT.judge((left[WAVES][-1] < LEFT).astype(float)),
    )


def fitted(
    functions: Mapping[str, Callable],
    widths: Sequence[int],
    *,
    steps: int,
    learning_rate: float,
    seeds: Sequence[int],
    noise: np.ndarray | float = 0.0,
    widest: int | None = None,
    show: bool = False,
) -> Fits:
    """Return what networks of some widths make of functions on [-1, 1], all trained together.

    Parameters
    ----------
    functions : dict of str to callable
        Functions of arrays.
    widths : sequence of int
        Numbers of hidden units.
    steps : int
        Number of update steps, each on all points.
    learning_rate : float
        Learning rate of Adam.
    seeds : sequence of int
        Seeds of the initial weights.
    noise : float or array (n,)
        What is added to the values of the functions at the training points.
    widest : int, optional
        Units of the network that is compiled, of which narrower ones use some; by default the largest width.
    show : bool
        Whether to show a progress bar.
    """
    x, grid = np.linspace(-1, 1, N_POINTS), np.linspace(-1, 1, N_GRID)
    y = {name: function(x) + noise for name, function in functions.items()}
    nets = compare_like_the_original(
        {
            (name, width): dict(y=y[name][:, None], widths=np.full((len(seeds), 1), width))
            for name, width in itertools.product(functions, widths)
        },
        x[:, None],
        hidden=(widest or max(widths),),
        output="linear",
        loss="mean_squared_error",
        batch_size=None,
        optimizer=keras.optimizers.Adam(real(learning_rate, "learning_rate", least=0)),
        steps=steps,
        seeds=seeds,
        record=(),
        show=show,
    )
    curves = {name: each.predict(grid[:, None])[..., 0] for name, each in nets.items()}
    errors = {name: each.loss[-1] for name, each in nets.items()}
    return Fits(
        widths=tuple(widths),
        x=x,
        y=y,
        grid=grid,
        truth={name: function(grid) for name, function in functions.items()},
        curves=dict(zip(functions, stacked(curves, functions, widths))),
        errors=dict(zip(functions, stacked(errors, functions, widths))),
    )
