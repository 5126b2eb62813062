"""ReLU against tanh on two moons: the decision boundaries of both nets, over several seeds.

The protocol is the lecture's (75 of ``make_moons(100, noise=0.25, random_state=3)`` to train, layers of ten units,
L-BFGS), except for the seeds and the test set: 25 points resolve accuracies no finer than .04, so a thousand
new ones are drawn from the same moons.
"""

import time
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes

from lecture.checks import one_of, whole
from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS, size

NAMES = {"relu": "ReLU", "tanh": "tanh"}
_CLASSES = COLORS[:2]
_SHOWN = 100  # of the test points


@dataclass(frozen=True)
class Boundary:
    """One kind of net, fitted from several seeds.

    Attributes
    ----------
    activation : str
    n_layers : int
    train, test : ndarray of shape (n_seeds,)
        Accuracies on the training and on the test points.
    seconds : ndarray of shape (n_seeds,)
        Duration of each fit on one core.
    classifier : sklearn.neural_network.MLPClassifier
        The net of the first seed.
    """

    activation: str
    n_layers: int
    train: np.ndarray
    test: np.ndarray
    seconds: np.ndarray
    classifier: object

    def describe(self) -> str:
        """Return accuracies and fit time in a sentence."""
        layers = "1 layer" if self.n_layers == 1 else f"{self.n_layers} layers"
        return (
            f"{NAMES[self.activation]} with {layers} of ten units: "
            f"test accuracy {self.test.mean():.3f} (from {self.test.min():.3f} to {self.test.max():.3f} over "
            f"{len(self.test)} seeds), train accuracy {self.train.mean():.3f}, "
            f"fitted in {1000 * np.median(self.seconds):.0f} ms."
        )


@lru_cache(maxsize=1)
def moons() -> tuple[np.ndarray, ...]:
    """Return X_train (75, 2), y_train, X_test (1000, 2), y_test: points of two interleaved half circles, with noise."""
    from sklearn.datasets import make_moons
    from sklearn.model_selection import train_test_split

    X, y = make_moons(100, noise=0.25, random_state=3)
    X_train, _, y_train, _ = train_test_split(X, y, stratify=y, random_state=42)
    return X_train, y_train, *make_moons(1000, noise=0.25, random_state=4)


@lru_cache(maxsize=64)
def fit_boundary(n_layers: int, activation: str, n_seeds: int = 5) -> Boundary:
    """Return nets that are fitted to the moons from ``n_seeds`` seeds. Cached.

    Raises
    ------
    ValueError
        If there is no layer or no seed, or the activation is neither relu nor tanh.
    """
    one_of(activation, NAMES, "activation")
    layers = [10] * whole(n_layers, "n_layers", least=1)
    seeds = range(whole(n_seeds, "n_seeds", least=1))
    from sklearn.neural_network import MLPClassifier
    from threadpoolctl import threadpool_limits

    X_train, y_train, X_test, y_test = moons()
    nets, seconds = [], []
    with threadpool_limits(1):  # products this small take longer on several cores
        for seed in seeds:
            net = MLPClassifier(layers, activation=activation, solver="lbfgs", max_iter=5000, random_state=seed)
            start = time.perf_counter()
            nets.append(net.fit(X_train, y_train))
            seconds.append(time.perf_counter() - start)
    train, test = (np.array([net.score(X, y) for net in nets]) for X, y in ((X_train, y_train), (X_test, y_test)))
    return Boundary(activation, n_layers, train, test, np.array(seconds), nets[0])


def plot_boundaries(n_layers: int = 2, *, n_seeds: int = 5, axes: tuple[Axes, Axes] | None = None) -> np.ndarray:
    """Draw the decision boundaries of nets with ReLU and with tanh, with points, accuracies and fit times.

    The boundary is that of the first seed; the numbers summarize all seeds.

    Parameters
    ----------
    n_layers : int
        Number of hidden layers of ten units, at least 1.
    n_seeds : int
        Number of seeds, at least 1.
    axes : pair of matplotlib.axes.Axes, optional
        Axes for the two nets; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,)

    Raises
    ------
    ValueError
        If there is no layer or no seed.
    """
    fits = [fit_boundary(n_layers, activation, n_seeds) for activation in NAMES]
    axes = style.axes(axes, style.WIDE, 27, ncols=2, layout="constrained")
    for fit, ax in zip(fits, axes):
        _draw(fit, ax)
    handles, labels = axes[0].get_legend_handles_labels()
    axes[0].figure.legend(handles, labels, loc="outside lower center", ncols=4, handletextpad=0.2)
    return np.asarray(axes)


def _draw(fit, ax):
    """One panel."""
    from sklearn.inspection import DecisionBoundaryDisplay

    X_train, y_train, X_test, y_test = moons()
    DecisionBoundaryDisplay.from_estimator(
        fit.classifier,
        X_train,
        response_method="predict_proba",  # of class 1; its line at one half is the boundary
        grid_resolution=200,
        eps=0.5,
        ax=ax,
        levels=[0, 0.5, 1],
        colors=_CLASSES,
        alpha=0.25,
    )
    letter = size()
    for k, (color, marker) in enumerate(zip(_CLASSES, "o^")):
        shown = X_test[:_SHOWN][y_test[:_SHOWN] == k]
        ax.plot(
            *shown.T, marker, color=color, markersize=0.5 * letter, markerfacecolor="white", label=f"class {k}, test"
        )
        ax.plot(
            *X_train[y_train == k].T,
            marker,
            color=color,
            markersize=0.65 * letter,
            markeredgecolor="white",
            label=f"class {k}, train",
        )
    ax.set_title(
        f"{NAMES[fit.activation]}: test {fit.test.mean():.3f} ({fit.test.min():.2f} to {fit.test.max():.2f})\n"
        f"train {fit.train.mean():.3f}, fit {1000 * np.median(fit.seconds):.0f} ms"
    )
    ax.set(xlabel="x₁", ylabel="x₂")
    ax.grid(visible=False)
    describe(ax, fit.describe())
