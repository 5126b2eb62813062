"""Cost, loss and accuracy along the cycles of a learning rate."""

from collections.abc import Sequence
from typing import Any, Protocol

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS
from lecture.words import listed

QUANTITIES = ("cost", "loss", "accuracy")
DASHES = {"validation": "-", "training": (0, (3, 1.2))}
INK, PALE = COLORS[6], "0.7"


class Cycled(Protocol):
    """Networks along cycles; `lecture.experiments.cycled.Cycled` is one."""

    steps: np.ndarray  # (T,)
    curves: dict[tuple[str, str, str], np.ndarray]  # (T, n_seeds) by network, quantity and images
    rates: dict[str, tuple[np.ndarray, np.ndarray]]  # steps and learning rates of each network
    names: Sequence[str]
    ends: Sequence[int]


def plot_cycles(cycled: Cycled, *, axes: np.ndarray | None = None) -> np.ndarray:
    """Draw cost, loss and accuracy over the steps, and below them the learning rate.

    Lines are means of the seeds, solid for validation images and dashed for training images; the pale range is that of
    all seeds in validation. Upright lines show where a cycle ends. The first two measurements, of networks that have
    hardly learnt, may lie outside the frame.

    Parameters
    ----------
    cycled : object
        What was measured, such as ``experiments.batch_norm.run().details[3]``.
    axes : array of matplotlib.axes.Axes (2, 3), optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes (2, 3)
        Cost, loss and accuracy; below each the learning rate.
    """
    panels: Any = axes
    if axes is None:
        size = (style.WIDE * style.em(), style.TALL * style.em())
        rows = dict(height_ratios=(3, 1))
        _, panels = plt.subplots(2, 3, figsize=size, sharex=True, layout="constrained", gridspec_kw=rows)
    panels = np.asarray(panels, dtype=object).reshape(2, 3)
    for quantity, above, below in zip(QUANTITIES, *panels):
        _curves(above, cycled, quantity)
        _rates(below, cycled)
        for ax in (above, below):
            for end in cycled.ends:
                ax.axvline(end, color=PALE, linewidth=0.1 * style.size(), zorder=0)
    panels[1, 0].set_ylabel("learning\nrate")
    panels[1, 0].figure.align_ylabels(panels[:, 0])
    _legend(panels[0, 0], cycled)
    return panels


def _curves(ax: Axes, cycled: Cycled, quantity: str):
    """One quantity of all networks, in training and in validation."""
    size, sentences = style.size(), []
    for color, name in zip(COLORS, cycled.names):
        seeds = cycled.curves[name, quantity, "validation"]
        ax.fill_between(cycled.steps, seeds.min(axis=1), seeds.max(axis=1), color=color, alpha=0.15, linewidth=0)
        for images, dash in DASHES.items():
            mean, width = cycled.curves[name, quantity, images].mean(axis=1), 0.2 if images == "validation" else 0.14
            ax.plot(cycled.steps, mean, color=color, linestyle=dash, linewidth=width * size)
        sentences.append(f"{name} {_at_ends(cycled, seeds.mean(axis=1))}")
    means = [values.mean(axis=1) for (_, what, _), values in cycled.curves.items() if what == quantity]
    later = np.concatenate([mean[min(2, len(mean) - 1) :] for mean in means])
    later = later[np.isfinite(later)]  # a network that diverges leaves the picture
    if later.size:
        margin = 0.05 * (np.ptp(later) or 1)
        ax.set_ylim(later.min() - margin, later.max() + margin)
    ax.set_title(quantity)
    n_seeds = seeds.shape[1]
    what = f"{quantity.capitalize()} on validation images at the ends of cycles, in steps, means of {n_seeds} networks"
    describe(ax, f"{what}: {'; '.join(sentences)}.")


def _at_ends(cycled: Cycled, mean):
    """The values at the ends of cycles, in words."""
    values = {end: mean[np.flatnonzero(cycled.steps == end)[0]] for end in cycled.ends}
    return listed([f"{v:.3g} after {end:,}" if np.isfinite(v) else f"diverged by {end:,}" for end, v in values.items()])


def _rates(ax: Axes, cycled: Cycled):
    """The learning rates: one line if all networks have the same."""
    size, drawn = style.size(), [np.column_stack(rates) for rates in cycled.rates.values()]
    same = all(np.array_equal(rates, drawn[0]) for rates in drawn)
    for color, rates in zip([INK] if same else COLORS, drawn):
        ax.plot(*rates.T, color=color, linewidth=0.14 * size)
    ax.set(xlabel="step", xlim=(cycled.steps[0], cycled.steps[-1]), ylim=(0, None))
    ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    names = [""] if same else [f" with {name}" for name in cycled.names]
    said = [f"{rates[:, 1].min():.2g} to {rates[:, 1].max():.2g}{name}" for rates, name in zip(drawn, names)]
    describe(ax, f"Learning rate over {cycled.steps[-1]:,} steps, from {listed(said)}.")


def _legend(ax: Axes, cycled: Cycled):
    """What colours and dashes mean, below all panels."""
    lines = [Line2D([], [], color=color, label=name) for color, name in zip(COLORS, cycled.names)]
    lines += [Line2D([], [], color=INK, linestyle=dash, label=images) for images, dash in DASHES.items()]
    lines.append(Line2D([], [], color=PALE, label="a cycle ends"))
    ax.figure.legend(handles=lines, loc="outside lower center", ncols=3)
