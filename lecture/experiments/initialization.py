"""How much depends on the first weights?"""

import time
from dataclasses import dataclass
from functools import lru_cache

import keras
import numpy as np

from lecture.checks import real, whole
from lecture.experiments.judgement import Compared, Hypothesis
from lecture.experiments.mixtures import one_hot, parts, ready, separation_told
from lecture.experiments.protocol import chosen, trained
from lecture.experiments.result import Result, Sweep

TITLE = "How much depends on the first weights?"
BEST = Hypothesis("Glorot's first weights do best.", "test accuracy from Glorot's, minus that from N(0, 0.01)", 0.02)
STUCK = Hypothesis("From zeros nothing is learnt.", "test accuracy from zeros, minus 0.5", 0.1, absent=True)
ROUNDING = Hypothesis(
    "Zeros learn because rounding makes units differ.",
    "test accuracy from zeros, minus that of the same net with all units of a layer replaced by one",
    0.02,
)
ALIKE = Hypothesis(
    "Units that start alike stay alike.",
    "largest distance between two units of a layer, from zeros, divided by the largest weight",
    0.01,
    absent=True,
)
HYPOTHESES = (BEST, STUCK, ROUNDING, ALIKE)
PRESETS = {
    "short": dict(n_seeds=30, hidden=(50, 50), steps=800, separation="falling"),
    "published": dict(n_seeds=100, hidden=(100, 100), steps=1000, separation="falling"),
}
PUBLISHED_STEPS = 500  # more are made here: what starts from zeros has hardly begun then
N_TRAIN, N_TEST, D = 400, 1000, 12
N_RECORDED = 10
LEAST = -8.0  # the logarithm that stands for that of a distance of 0
N_ROWS = 12  # units of the layer before whose weights are compared
INITIALIZERS = {
    "Glorot": keras.initializers.GlorotUniform(),
    "He": keras.initializers.HeNormal(),
    "N(0, 0.01)": keras.initializers.RandomNormal(stddev=0.01),
    "N(0, 1)": keras.initializers.RandomNormal(stddev=1.0),
    "zeros": keras.initializers.Zeros(),
    "ones": keras.initializers.Ones(),
}
NAMES = tuple(INITIALIZERS)
ONE = "zeros, one unit"  # the name of the net with one unit in each layer
PUBLISHED = {"Glorot": 0.964, "N(0, 0.01)": 0.95, "zeros": 0.87, "N(0, 1)": 0.63, "ones": 0.486}
SQUARED = dict(loss="mean_squared_error", output="linear")


def judge(accuracy, apart):
    """Return the verdicts on the hypotheses.

    Parameters
    ----------
    accuracy : dict of str to array (n_seeds,)
        On test points, from each initializer, and of the net with one unit in each layer.
    apart : array (n_seeds,)
        How different the units of a layer are in the end, from zeros.
    """
    return (
        BEST.judge(accuracy["Glorot"] - accuracy["N(0, 0.01)"]),
        STUCK.judge(accuracy["zeros"] - 0.5),
        ROUNDING.judge(accuracy["zeros"] - accuracy[ONE]),
        ALIKE.judge(apart),
    )


def difference(kernels):
    """Return how different the units of a layer are: the largest distance between two units in one of their weights, divided by the largest weight; 0 where all are 0.

    Parameters
    ----------
    kernels : array (…, p, q)
        A column for each unit.

    Returns
    -------
    array (…)
    """
    widest = np.max(kernels.max(axis=-1) - kernels.min(axis=-1), axis=-1)
    largest = np.abs(kernels).max(axis=(-2, -1))
    return np.divide(widest, largest, out=np.zeros_like(widest), where=largest > 0)


def logarithm(apart):
    """Return log₁₀ of distances, in double precision; exactly `LEAST` where it is less, as that of 0 is.

    What is clipped is the logarithm, for on some processors a float32 logarithm of 1e-8 is not -8.

    Parameters
    ----------
    apart : array (…)

    Returns
    -------
    array (…)
    """
    with np.errstate(divide="ignore"):
        return np.maximum(np.log10(apart, dtype="float64"), LEAST)


@lru_cache
def counted(n):
    """Return the sigmoid times n: a layer of one unit with it puts out what n equal units put out together."""

    def activation(z):
        return n * keras.activations.sigmoid(z)

    return activation


def run(*, hidden=None, steps=None, separation=None, n_seeds=None, preset="short", show=True):
    """Train nets on the same data from first weights of six kinds, biases as the weights; and from zeros a net with one unit in each layer.

    That one stands for all units of a layer of the large net: its output counts as often as there are units. Its
    gradients are those of the large net but for a factor, which Adam takes out. If the units of the large net stay
    alike, the two put out the same.

    Parameters
    ----------
    hidden : sequence of int, optional
        Units of the hidden layers, equally many in each.
    steps : int, optional
        Updates.
    separation : "falling" or "equal", optional
        Of the means: 1/i in dimension i, as the original's code has it, or 1 in each, as its text says.
    n_seeds : int, optional
    preset : "short" or "published"
    show : bool
        A bar.

    Returns
    -------
    Result

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    start = time.perf_counter()
    own = chosen(PRESETS, preset, n_seeds, hidden=hidden, steps=steps, separation=separation)
    if len(set(own.hidden)) != 1:
        raise ValueError(
            f"hidden must be equally many units in each layer, so that one can stand for them, got {tuple(own.hidden)}."
        )
    seeds, n, width = own.seeds, len(own.seeds), own.hidden[0]
    X, y, X_test, y_test = parts(N_TRAIN, N_TEST, D, seeds, separation=own.separation)
    published_at = min(PUBLISHED_STEPS, own.steps)
    record = sorted({*np.linspace(0, own.steps, N_RECORDED + 1).astype(int).tolist(), published_at})
    again = lambda values: np.concatenate([values] * len(NAMES))
    each = [INITIALIZERS[name] for name in NAMES for _ in seeds]
    rows = min(N_ROWS, width)
    nets = trained(
        own.hidden,
        again(X),
        again(one_hot(y)),
        steps=own.steps,
        seeds=seeds * len(NAMES),
        initializer=each,
        bias_initializer=each,
        X_test=again(X_test),
        y_test=again(one_hot(y_test)),
        record=record,
        keep={layer: np.arange((D if layer == 0 else rows) * width) for layer in range(len(own.hidden))},
        show=show,
        **SQUARED,
    )
    one = trained(
        (1,) * len(own.hidden),
        X,
        one_hot(y),
        steps=own.steps,
        seeds=seeds,
        initializer="zeros",
        bias_initializer="zeros",
        activation=counted(width),
        X_test=X_test,
        y_test=one_hot(y_test),
        record=record,
        show=show,
        **SQUARED,
    )
    part = lambda values, name: values[:, NAMES.index(name) * n : (NAMES.index(name) + 1) * n]
    curves = {name: part(nets.test_accuracy, name) for name in NAMES} | {ONE: one.test_accuracy}
    accuracy = {name: curve[-1] for name, curve in curves.items()}
    then = record.index(published_at)
    apart = np.max([difference(kept.reshape(*kept.shape[:2], -1, width)) for kept in nets.kept.values()], axis=0)
    shown = ("Glorot", "zeros", "ones")
    steps = tuple(nets.steps.tolist())
    return Result(
        "initialization",
        TITLE,
        preset,
        f"{'-'.join(map(str, (D, *own.hidden, 2)))}, sigmoid, mean squared error of linear outputs, {own.steps} steps of Adam at 0.003 on batches of 64 of {N_TRAIN} points,"
        f" {N_TEST} others to test (published: 500 steps, the last look after 451, and 100 to test); biases start as weights do. {separation_told(own.separation)}"
        " A short run takes 30 seeds instead of 100 and layers of 50 units instead of 100, and makes 800 steps instead of 1000.",
        seeds,
        (
            Sweep(
                "In the end",
                (*NAMES, ONE),
                "first weights",
                "test accuracy",
                {"": np.array([accuracy[name] for name in (*NAMES, ONE)])},
            ),
            Sweep(
                "On the way",
                steps,
                "step",
                "test accuracy",
                {name: curve for name, curve in curves.items() if name != "He"},
            ),
            Sweep(
                "How different units are",
                steps,
                "step",
                "log₁₀(distance ÷ largest weight)",
                {name: logarithm(part(apart, name)) for name in shown},
            ),
        ),
        judge(accuracy, part(apart, "zeros")[-1]),
        tuple(
            Compared(f"accuracy after {published_at} steps, {name}", number, 5, curves[name][then], reading=0.006)
            for name, number in PUBLISHED.items()
        ),
        time.perf_counter() - start,
    )


# What an explorer asks for: nets that are trained anew while a slider moves.


@dataclass(frozen=True, eq=False)
class Curves:
    """Accuracy of many nets while they are trained.

    Attributes
    ----------
    steps : array (T,)
    accuracy : array (T, n_nets)
        On test points.
    label : str
        What all of them have in common.
    """

    steps: np.ndarray
    accuracy: np.ndarray
    label: str


def from_normal(std, *, n_nets=50, hidden=(30, 30), steps=150):
    """Train nets from first weights and biases that are drawn from N(0, std²), each net on its own data, and return their `Curves`.

    Parameters
    ----------
    std : float
        From 0 upwards.
    n_nets : int
    hidden : sequence of int
    steps : int

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    first = keras.initializers.RandomNormal(stddev=real(std, "std", least=0))
    X, y, X_test, y_test = ready(N_TRAIN, 200, D, whole(n_nets, "n_nets", least=1))
    nets = trained(
        hidden,
        X,
        y,
        steps=steps,
        seeds=n_nets,
        initializer=first,
        bias_initializer=first,
        X_test=X_test,
        y_test=y_test,
        record=np.linspace(0, steps, 11).astype(int).tolist(),
        show=False,
        **SQUARED,
    )
    return Curves(nets.steps, nets.test_accuracy, f"first weights from N(0, {std:.3g}²)")
