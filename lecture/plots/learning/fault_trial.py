"""A fault in the backward pass: the gradient check beside the loss of a training, and of one without the fault."""

import numpy as np
from matplotlib.axes import Axes

from lecture.from_scratch import FaultTrial
from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.learning.gradient_check import plot_gradient_check
from lecture.plots.style import COLORS, size


def plot_fault_trial(trial: FaultTrial, right: FaultTrial, *, axes: tuple[Axes, Axes] | None = None) -> Axes:
    """Draw the gradient check of a net with a fault, and beside it the loss, with that of the right gradient in grey.

    Parameters
    ----------
    trial : FaultTrial
        Net to show, from ``lecture.from_scratch.fault_trial``.
    right : FaultTrial
        The same net with the right gradient.
    axes : pair of matplotlib.axes.Axes, optional
        Axes for the check and for the loss; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        That of the check; the losses stand beside it.

    Raises
    ------
    ValueError
        If ``right`` has a fault.
    """
    if right.fault is not None:
        raise ValueError(f"right must be the trial without a fault, got one with {right.fault!r}.")
    left, losses = axes = style.axes(axes, style.WIDE, 24, ncols=2, width_ratios=(1.5, 1))
    plot_gradient_check(trial.check, key_rows=2, ax=left)
    top = 1.25 * right.fitted.loss[0]  # a training that diverges leaves the picture
    lines = [(right, "0.55", "right gradient", 0.35)]
    if trial.fault is not None:
        lines.append((trial, COLORS[1], "with the fault", 0.2))
    for shown, color, label, width in lines:
        loss = np.where(np.isfinite(shown.fitted.loss), shown.fitted.loss, np.inf)
        losses.plot(shown.fitted.steps, loss, color=color, linewidth=width * size(), label=label)
    losses.set(xlim=(0, right.fitted.steps[-1]), ylim=(0, top), xlabel="update step", ylabel="training loss")
    losses.locator_params(axis="x", nbins=4)
    losses.legend(loc="lower center", bbox_to_anchor=(0.5, 1), borderaxespad=0.4)
    left.figure.suptitle(trial.title)
    describe(losses, f"The loss of the right gradient ends at {right.fitted.loss[-1]:.2f}.")
    return describe(left, trial.describe())
