"""Networks that are trained on labels of which some mean nothing."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lecture import replicas
from lecture.checks import real, whole
from lecture.experiments.activations import moons
from lecture.experiments.live.moons import SIDE, WINDOW

WIDEST = 24
N_POINTS, N_TEST = 50, 500
NOISE = 0.15  # of the moons
RATE = 0.03  # of Adam


@dataclass(frozen=True, eq=False)
class NoisyFits:
    """What networks decide that were trained on labels of which a share is random.

    Attributes
    ----------
    share : float
        Share of the labels that are random; half of these are right, as by chance.
    units : int
        Number of units in each of the two hidden layers.
    X : array (n, 2)
        Training points.
    given, truth : array (n,)
        Their labels, 0 or 1, and their true classes.
    window : tuple of 4 float
        Left, right, bottom and top of the plane.
    probability : array (side, side)
        Probability of class 1, mean over the networks; rows from bottom to top, columns from left to right.
    fitted : array (n_nets,)
        Accuracy of each network on the labels that it was given.
    accuracy : array (n_nets,)
        Accuracy of each network on the true classes of points that it has not seen.
    """

    share: float
    units: int
    X: np.ndarray
    given: np.ndarray
    truth: np.ndarray
    window: tuple[float, float, float, float]
    probability: np.ndarray
    fitted: np.ndarray
    accuracy: np.ndarray

    @property
    def n_wrong(self) -> int:
        """Number of labels that are not the true class."""
        return int((self.given != self.truth).sum())

    def describe(self) -> str:
        """Return the outcome in a sentence."""
        trained = f"{len(self.fitted)} networks with {self.units} units a layer"
        labels = f"{self.n_wrong} of {len(self.X)} labels are wrong"
        fitted, unseen = self.fitted.mean(), self.accuracy.mean()
        return f"{labels}; {trained} fit {fitted:.1%} of the labels, and get {unseen:.1%} of unseen points right"


def fit_noisy_labels(share: float = 0.2, units: int = WIDEST, *, n_nets: int = 50, steps: int = 400) -> NoisyFits:
    """Train networks on two moons, a share of whose labels is random, and return what they decide.

    All networks see the same points and labels; they differ in their initial weights. For every width the same
    compiled program runs.

    Parameters
    ----------
    share : float
        Share of the labels that are random, from 0 to 1: every second of them is wrong. A larger share has the wrong
        labels of a smaller one, and more.
    units : int
        Number of units in each of the two hidden layers, from 1 to 24.
    n_nets : int
        Number of networks.
    steps : int
        Number of update steps, each on all points.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    share = real(share, "share", least=0, most=1)
    widths = np.full((whole(n_nets, "n_nets", least=1), 2), whole(units, "units", least=1, most=WIDEST))
    whole(steps, "steps", least=1)
    X, truth, order, X_test, y_test = _points()
    is_wrong = (order < round(share * N_POINTS)) & (order % 2 == 1)  # half, as by chance
    given = np.where(is_wrong, 1 - truth, truth)
    nets = replicas.train(
        (WIDEST, WIDEST),
        X,
        given[:, None].astype("float32"),
        steps=steps,
        seeds=n_nets,
        activation="tanh",
        output="sigmoid",
        loss="binary_crossentropy",
        learning_rate=RATE,
        widths=widths,
        record=(),
        show=False,
    )
    across, up = np.meshgrid(np.linspace(*WINDOW[:2], SIDE), np.linspace(*WINDOW[2:], SIDE))
    answers = nets.predict(np.concatenate([np.transpose([across.ravel(), up.ravel()]), X, X_test]))[..., 0]
    plane, seen, unseen = np.split(answers, [SIDE**2, SIDE**2 + N_POINTS], axis=1)
    return NoisyFits(
        share=share,
        units=units,
        X=X,
        given=given,
        truth=truth,
        window=WINDOW,
        probability=plane.mean(axis=0).reshape(SIDE, SIDE),
        fitted=((seen > 0.5) == given).mean(axis=1),
        accuracy=((unseen > 0.5) == y_test).mean(axis=1),
    )


@lru_cache(maxsize=1)
def _points():
    """Points and their classes, in which order their labels turn random, and points to test on."""
    order = np.random.default_rng(0).permutation(N_POINTS)
    return *moons(N_POINTS, 0, NOISE), order, *moons(N_TEST, 0, NOISE, part=1)
