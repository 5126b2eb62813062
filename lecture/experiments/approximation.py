"""How many hidden units does it take to approximate a function?"""

import time
from dataclasses import dataclass

import keras
import numpy as np

from lecture.checks import one_of, real, whole
from lecture.experiments.judgement import Compared, Hypothesis
from lecture.experiments.protocol import RATE, chosen, trained
from lecture.experiments.result import Result, Sweep

TITLE = "How many hidden units does it take to approximate a function?"
COEFFICIENTS = (
    0,
    -2,
    1,
    1,
    -2,
)  # of 1, x, x², x³, x⁴: read the other way round, nets of two units come to .008 every time, and .0296 was published
FUNCTIONS = {
    "sin(12x)": lambda x: np.sin(12 * x),
    "polynomial": lambda x: np.polynomial.polynomial.polyval(x, COEFFICIENTS),
    "|x|": np.abs,
}
WAVES, LEFT = "sin(12x)", 0.05  # a net has learnt the waves if it leaves less of their variance
MORE = Hypothesis(
    "More units approximate better.",
    "decades by which the error falls from the fewest units to the most, mean of the three functions",
    0.3,
)
WIGGLES = Hypothesis(
    "A function with more bends needs more units.",
    "share of the variance that nets of middle width leave over, sin(12x) minus the polynomial",
    0.1,
)
LEARNT = Hypothesis(
    "What the widest net can represent, training finds.",
    f"share of the widest nets that leave less than {LEFT:.0%} of the variance of sin(12x)",
    0.9,
)
HYPOTHESES = (MORE, WIGGLES, LEARNT)
PUBLISHED = {
    "sin(12x)": {2: 0.422, 4: 0.2328, 16: 0.033},
    "polynomial": {2: 0.0296, 4: 0.0006, 16: 0.0},
    "|x|": {2: 0.0007, 4: 0.0002, 16: 0.0001},
}
PRESETS = {
    "short": dict(n_seeds=30, widths=(2, 4, 16), steps=10_000),
    "published": dict(n_seeds=100, widths=(1, 2, 4, 8, 16), steps=10_000),
}
N_POINTS = 50
N_GRID = 201
LIVE_WIDTH, LIVE_STEPS, LIVE_RATE, LIVE_NETS = 32, 1000, 0.2, 50


@dataclass(frozen=True, eq=False)
class Fits:
    """What nets of some widths made of some functions.

    Attributes
    ----------
    widths : tuple of int
    x : array (n,)
        Where they were trained.
    y : dict of str to array (n,)
        The values they were trained on.
    grid : array (n_grid,)
    truth : dict of str to array (n_grid,)
    curves : dict of str to array (n_widths, n_seeds, n_grid)
    errors : dict of str to array (n_widths, n_seeds)
        Mean squared error at the points they were trained on.
    """

    widths: tuple
    x: np.ndarray
    y: dict
    grid: np.ndarray
    truth: dict
    curves: dict
    errors: dict

    @property
    def true_errors(self):
        """Mean squared distance from the true curve, over the grid: a dict of arrays (n_widths, n_seeds)."""
        return {name: np.mean((curves - self.truth[name]) ** 2, axis=-1) for name, curves in self.curves.items()}


def run(*, widths=None, steps=None, learning_rate=RATE, n_seeds=None, preset="short", show=True):
    """Fit three functions with nets of one hidden layer.

    Parameters
    ----------
    widths : sequence of int, optional
        Units; two or more different numbers.
    steps : int, optional
        Updates, each on all points.
    learning_rate : float
    n_seeds : int, optional
    preset : "short" or "published"
    show : bool
        A bar.

    Returns
    -------
    Result
        Its ``shown`` is a `Fits`.

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    start = time.perf_counter()
    own = chosen(PRESETS, preset, n_seeds, widths=widths, steps=steps)
    widths = tuple(sorted({whole(width, "a width", least=1) for width in own.widths}))
    if len(widths) < 2:
        raise ValueError(f"widths must be two or more different numbers of units, got {list(own.widths)}.")
    x = np.linspace(-1, 1, N_POINTS)
    fits = _fitted(
        {name: function(x) for name, function in FUNCTIONS.items()},
        FUNCTIONS,
        widths,
        own.seeds,
        max(widths),
        own.steps,
        learning_rate,
        show,
    )
    errors = fits.errors
    compared = tuple(
        Compared(f"error on {name}, {width} units", then, 1, errors[name][widths.index(width)], reading=0.00005)
        for name, by_width in PUBLISHED.items()
        for width, then in by_width.items()
        if width in widths
    )
    logs = {name: np.log10(np.maximum(values, 1e-12)) for name, values in errors.items()}
    cut = "" if preset == "published" else " A short run takes 30 seeds instead of 100, and leaves out 1 and 8 units."
    return Result(
        "approximation",
        TITLE,
        preset,
        f"1-n-1, sigmoid units and a linear output, mean squared error, {own.steps:,} steps of Adam at {learning_rate:g} on all {N_POINTS} points,"
        f" evenly spread from -1 to 1; the polynomial is -2x + x² + x³ - 2x⁴.{cut}",
        own.seeds,
        (Sweep("Error of the fit", widths, "units", "log₁₀ of the mean squared error", logs, log_x=True),),
        judge(errors, {name: np.var(fits.y[name]) for name in errors}),
        compared,
        time.perf_counter() - start,
        fits,
    )


def judge(errors, variances):
    """Return the verdicts on errors, a dict of arrays (n_widths, n_seeds) from narrow to wide, of functions with these variances."""
    decades = [np.log10(np.maximum(values[0], 1e-12) / np.maximum(values[-1], 1e-12)) for values in errors.values()]
    left = {name: values / variances[name] for name, values in errors.items()}
    middle = (len(left[WAVES]) - 1) // 2
    return (
        MORE.judge(np.mean(decades, axis=0)),
        WIGGLES.judge(left[WAVES][middle] - left["polynomial"][middle]),
        LEARNT.judge((left[WAVES][-1] < LEFT).astype(float)),
    )


def fit(
    function="sin(12x)", n_units=16, *, noise=0.0, n_nets=LIVE_NETS, steps=LIVE_STEPS, learning_rate=LIVE_RATE, seed=0
):
    """Return what nets of one width make of a function's noisy values, as `Fits`: quick enough to be asked again and again.

    All nets see the same points; they differ in their first weights.

    Parameters
    ----------
    function : "sin(12x)", "polynomial", "|x|" or callable
        A function of an array.
    n_units : int
        Up to 32.
    noise : float
        Standard deviation of what is added to the values.
    n_nets, steps : int
    learning_rate : float
    seed : int
        Of the noise.

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    name = "your function" if callable(function) else one_of(function, FUNCTIONS, "function")
    true = function if callable(function) else FUNCTIONS[name]
    n_units, noise = whole(n_units, "n_units", least=1, most=LIVE_WIDTH), real(noise, "noise", least=0)
    x = np.linspace(-1, 1, N_POINTS)
    y = true(x) + noise * np.random.default_rng(whole(seed, "seed", least=0)).normal(size=N_POINTS)
    return _fitted(
        {name: y},
        {name: true},
        (n_units,),
        tuple(range(whole(n_nets, "n_nets", least=1))),
        LIVE_WIDTH,
        steps,
        learning_rate,
        False,
    )


def _fitted(y, functions, widths, seeds, widest, steps, learning_rate, show):
    """Train a net for each function, width and seed, all in one loop: narrow ones are wide ones without some units."""
    x, grid = np.linspace(-1, 1, N_POINTS), np.linspace(-1, 1, N_GRID)
    shape = (len(y), len(widths), len(seeds))
    values = np.broadcast_to(np.stack(list(y.values()))[:, None, None, :, None], (*shape, N_POINTS, 1)).reshape(
        -1, N_POINTS, 1
    )
    units = np.broadcast_to(np.array(widths)[None, :, None], shape).reshape(-1, 1)
    nets = trained(
        (widest,),
        x[:, None],
        values,
        steps=steps,
        seeds=seeds * (len(y) * len(widths)),
        widths=units,
        output="linear",
        loss="mean_squared_error",
        batch_size=None,
        optimizer=keras.optimizers.Adam(real(learning_rate, "learning_rate", least=0)),
        record=(),
        show=show,
    )
    curves, errors = nets.predict(grid[:, None]).reshape(*shape, N_GRID), nets.loss[-1].reshape(shape)
    return Fits(
        tuple(widths),
        x,
        dict(y),
        grid,
        {name: functions[name](grid) for name in y},
        dict(zip(y, curves)),
        dict(zip(y, errors)),
    )
