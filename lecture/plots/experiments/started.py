"""Accuracy by initial weights and kind of batch norm, as a table in colours."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.plots import style
from lecture.plots.alt import describe

DARK = 0.65  # share of the scale above which letters are white


class Started(Protocol):
    """Accuracies; `lecture.experiments.first_weights.Started` is one."""

    starts: tuple[str, ...]
    norms: tuple[str, ...]
    accuracy: Mapping[str, np.ndarray]  # (n_starts, n_norms, n_seeds) by images
    reported: Mapping[tuple[str, bool], float]

    def describe(self) -> str:
        """Return in a sentence how accurate the networks are."""


def plot_first_weights(started: Started, *, ax: Axes | None = None) -> Axes:
    """Draw the test accuracy by initial weights and kind of batch norm: a table, the darker the better.

    Each cell has the mean of the seeds, and below it their range. If the report's images are these, its two columns
    stand at the right.

    Parameters
    ----------
    started : object
        Accuracies of networks that differ in their initial weights and their batch norm.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    values = started.accuracy["test"]
    means, lows, highs = values.mean(axis=-1), values.min(axis=-1), values.max(axis=-1)
    texts = np.array(
        [[_cell(*three) for three in zip(*row)] for row in zip(means, lows, highs)], dtype=object
    )  # (n_starts, n_norms)
    columns = list(started.norms)
    if started.reported:
        own = np.array(
            [[started.reported.get((start, bn), np.nan) for bn in (False, True)] for start in started.starts]
        )
        means = np.hstack([means, own])
        texts = np.hstack([texts, np.vectorize(lambda value: "" if np.isnan(value) else f"{value:.0%}")(own)])
        columns += ["report,\nwithout", "report,\nbatch norm"]
    ax = style.axes(ax, min(10 * len(columns) + 8, style.WIDE), 5 * len(started.starts) + 5)
    top = float(np.nanmax(means))
    ax.imshow(means, cmap="Blues", vmin=0, vmax=1.15 * top, aspect="auto")
    for row, column in np.ndindex(*means.shape):
        look = dict(color="white" if means[row, column] > DARK * 1.15 * top else "black", ha="center", va="center")
        ax.text(column, row, texts[row, column], **look)
    if started.reported:
        ax.axvline(len(started.norms) - 0.5, color="white", linewidth=0.5 * style.size())
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(started.starts)), [start if start == "He" else f"σ = {start}" for start in started.starts])
    ax.tick_params(length=0)
    ax.tick_params(axis="x", top=True, bottom=False, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    ax.grid(visible=False)
    ax.set_ylabel("initial weights")
    return describe(ax, started.describe())


def _cell(mean, low, high):
    """A mean, and the range where the seeds differ by what is shown."""
    ends = f"{low:.0%}", f"{high:.0%}"
    return f"{mean:.0%}" if ends[0] == ends[1] else f"{mean:.0%}\n({ends[0]} to {ends[1]})"
