"""The loss of networks that are trained with a right gradient, and with wrong ones."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS

DASHES = ("-", (0, (4, 1.2)), (0, (1, 1)), "-.", (0, (6, 1, 1, 1, 1, 1)))


class FaultLosses(Protocol):
    """Losses over steps; `lecture.experiments.gradient_faults.Faults` is one."""

    steps: np.ndarray  # (T,)
    losses: dict[int, dict[str, np.ndarray]]  # (T, n_seeds) by number of layers and fault; nan once diverged


def plot_losses_of_faults(
    found: FaultLosses, faults: Sequence[str] | None = None, *, axes: Sequence[Axes] | None = None
) -> np.ndarray:
    """Draw the training loss with a right gradient and with wrong ones: a panel for each number of layers.

    A strong line is the mean of the seeds, faint ones are the seeds. A line ends where a net diverged.

    Parameters
    ----------
    found : object
        Steps and losses.
    faults : sequence of str, optional
        Which of the faults to draw, in order of colours; all if None.
    axes : sequence of matplotlib.axes.Axes, optional
        Axes to draw on, one for each number of layers; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no such fault.
    """
    known = list(next(iter(found.losses.values())))
    faults = known if faults is None else list(faults)
    if missing := [fault for fault in faults if fault not in known]:
        raise ValueError(f"faults must be some of {', '.join(known)}, got {missing[0]!r}.")
    n = len(found.losses)
    shared: Any = dict(ncols=n, sharey=True, squeeze=False, layout="constrained")
    panels = np.ravel(style.axes(axes, 40 if n == 1 else min(32 * n, style.WIDE), 26, **shared))
    for ax, (n_layers, losses) in zip(panels, found.losses.items(), strict=True):
        _panel(ax, found.steps, {fault: losses[fault] for fault in faults}, n_layers)
    panels[0].set_ylabel("training loss")
    key = panels[0].get_legend_handles_labels()
    panels[0].figure.legend(*key, loc="outside lower center", ncols=3, handlelength=3)
    return panels


def _panel(ax, steps, losses, n_layers):
    """The curves of one depth."""
    size, ends = style.size(), []
    for at, (fault, values) in enumerate(losses.items()):
        color = COLORS[at % len(COLORS)]
        mean = values.mean(axis=1)
        ax.plot(steps, values, color=color, linewidth=0.07 * size, alpha=0.35, zorder=1)
        ax.plot(
            steps, mean, color=color, linestyle=DASHES[at % len(DASHES)], linewidth=0.22 * size, label=fault, zorder=2
        )
        whole = mean[np.isfinite(mean)]
        ends.append(f"{fault} {whole[-1]:.3g}" if len(whole) == len(mean) else f"{fault} diverges")
    ax.set(yscale="log", xlim=(0, steps[-1]), xlabel="step", title=f"{n_layers} layers")
    low, high = ax.get_ylim()
    ticks = [tick for tick in (0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 2.5, 3, 5) if low <= tick <= high]
    if len(ticks) > 1:
        ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
    describe(ax, f"Training loss of {n_layers} layers over {steps[-1]:,} steps, in the end: {', '.join(ends)}.")
