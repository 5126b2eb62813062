"""How often a classifier is right, over how sure it is: a reliability diagram."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, TALL, axes

MARKERS = "osD^v"
FEWEST = 10  # answers in a bin that is drawn


class Reliability(Protocol):
    """Accuracy by confidence; `lecture.experiments.calibration.reliability` gives one."""

    confidence: np.ndarray
    accuracy: np.ndarray
    low: np.ndarray
    high: np.ndarray
    counts: np.ndarray

    def describe(self) -> str:
        """Return the calibration error in a phrase."""
        ...


def plot_reliability(measured: Mapping[str, Reliability], *, ax: Axes | None = None) -> Axes:
    """Draw accuracy over confidence, with 95% intervals, beside the diagonal on which a calibrated classifier lies.

    Bins of fewer than ten answers are left out.

    Parameters
    ----------
    measured : mapping of str to Reliability
        What ``reliability`` gives for each classifier, of which there may be five.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no classifier, or more than five.
    """
    if not 1 <= len(measured) <= len(MARKERS):
        raise ValueError(f"measured must hold one to {len(MARKERS)} classifiers, got {len(measured)}.")
    ax = axes(ax, 42, TALL)
    ax.plot([0, 1], [0, 1], color="0.3", linestyle="--", linewidth=1.5, label="as sure as right")
    for number, (name, found) in enumerate(measured.items()):
        beside = 0.004 * (number - (len(measured) - 1) / 2)  # so that no bar hides another
        ends = np.clip([found.accuracy - found.low, found.high - found.accuracy], 0, None)
        drawn = found.counts >= FEWEST
        ax.errorbar(
            found.confidence[drawn] + beside,
            found.accuracy[drawn],
            yerr=ends[:, drawn],
            color=COLORS[number],
            marker=MARKERS[number],
            markersize=7,
            elinewidth=1.5,
            label=name,
        )
    ax.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="confidence: probability of the answer", ylabel="share that is right")
    ax.legend(loc="lower right")
    said = " ".join(f"{name}: {found.describe()}." for name, found in measured.items())
    return describe(ax, f"Share of right answers over their confidence. {said}")
