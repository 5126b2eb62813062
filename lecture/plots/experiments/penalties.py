"""Accuracy over the strength of the penalty: a search, and a table of the report that was one network."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS
from lecture.words import digits


class Stage(Protocol):
    """One search; `lecture.experiments.penalty.Stage` is one."""

    penalties: np.ndarray  # (n,)
    validation: np.ndarray  # (n, n_seeds)

    def intervals(self) -> np.ndarray:
        """Return mean, low and high end of the interval with each λ, (3, n)."""


class Search(Protocol):
    """A search in two stages; `lecture.experiments.penalty.Search` is one."""

    coarse: Stage
    fine: Stage
    again: Mapping[float, Mapping[str, np.ndarray]]  # (n_new,) by λ and images
    reported: Mapping[float, float]

    @property
    def standard_error(self) -> float:
        """Standard error of the best accuracy."""

    @property
    def plateau(self) -> tuple[float, float]:
        """Smallest and largest λ at most one standard error below the best."""

    def describe(self) -> str:
        """Return in sentences what was found."""


class Rows(Protocol):
    """Rows of a table of penalties; `lecture.experiments.carried_over.Rows` is one."""

    penalties: np.ndarray  # (n_rows,)
    carried: Mapping[str, np.ndarray]  # (n_rows, n_seeds) by images
    fresh: Mapping[str, np.ndarray]
    published: Mapping[str, np.ndarray]  # (n_rows,) by images

    def describe(self) -> str:
        """Return in sentences how the training accuracy goes along the rows."""


def plot_penalty(search: Search, *, ax: Axes | None = None) -> Axes:
    """Draw a search for the strength of the penalty: validation accuracy over λ, coarse and fine.

    Marks are means with their 95% confidence intervals, faint ones are single networks. The band has the values of λ
    whose accuracy is at most one standard error below the best. Stars are new networks; if the report searched on these
    images, ticks at the top are the best three λ of its fine search.

    Parameters
    ----------
    search : object
        A search in two stages, and networks that were trained with what it found.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.axes(ax, 50, 27)
    size, (low, high) = style.size(), search.plateau
    ax.axvspan(low, high, color=COLORS[2], alpha=0.15, linewidth=0, label="within a standard error of the best")
    _stage(ax, search.coarse, dict(color=COLORS[0], fmt="o", label="coarse, one cycle"))
    _stage(ax, search.fine, dict(color=COLORS[1], fmt="s", label="fine, two cycles"))
    for number, (penalty, parts) in enumerate(search.again.items()):
        look = dict(color=COLORS[6], markersize=0.95 * size, markeredgecolor="white", markeredgewidth=0.06 * size)
        ax.plot(
            penalty,
            parts["validation"].mean(),
            "*",
            label="" if number else "new networks, two cycles",
            zorder=4,
            **look,
        )
    for number, penalty in enumerate(search.reported):
        label = "" if number else "best of the report's fine search"
        ax.axvline(penalty, ymin=0.95, color=COLORS[3], linewidth=0.25 * size, label=label)
    ax.set(xscale="log", xlabel="penalty λ", ylabel="validation accuracy")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
    again = ", ".join(f"{parts['validation'].mean():.1%} at {digits(at, 2)}" for at, parts in search.again.items())
    return describe(ax, f"{search.describe()} New networks reach {again}.")


def plot_table_1(rows: Rows, *, axes: Sequence[Axes] | None = None) -> np.ndarray:
    """Draw the rows of a table of penalties, trained with weights carried on and with new networks in each row.

    A line is the mean of the seeds, its band their range. If the report's images are these, its columns stand beside.

    Parameters
    ----------
    rows : object
        Accuracies along the rows.
    axes : sequence of matplotlib.axes.Axes, optional
        Two of them to draw on, for training and validation images; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes (2,)
    """
    panels: Any = style.axes(axes, style.WIDE, 26, ncols=2, layout="constrained")
    curves = (("weights carried on", rows.carried), ("new networks in each row", rows.fresh))
    at = np.arange(len(rows.penalties)) + 1
    for ax, part in zip(panels, ("training", "validation"), strict=True):
        for number, (label, values) in enumerate(curves):
            _band(ax, at, values[part], dict(color=COLORS[number], marker="os"[number], label=label))
        if rows.published:
            look = dict(color=COLORS[6], linestyle=(0, (4, 1.2)), linewidth=0.16 * style.size(), marker="D")
            ax.plot(at, rows.published[part], label="published", markersize=0.4 * style.size(), zorder=4, **look)
        ax.set(title=f"{part} images", ylabel="accuracy", xlabel="λ, row by row")
        shown = at[:: -(-len(at) // 4)]  # more labels would run into each other
        ax.set_xticks(shown, [digits(rows.penalties[row - 1], 1) for row in shown])
        describe(ax, _told(rows, part))
    handles, labels = panels[0].get_legend_handles_labels()
    panels[0].figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return np.asarray(panels)


def _stage(ax, stage, look):
    """One search: means with intervals, and each network."""
    size, (mean, low, high) = style.size(), stage.intervals()
    every = np.repeat(stage.penalties, stage.validation.shape[1]), stage.validation.ravel()
    ax.plot(*every, "o", color=look["color"], alpha=0.25, markersize=0.28 * size, markeredgewidth=0, zorder=1)
    bars = dict(elinewidth=0.16 * size, capsize=0.3 * size, capthick=0.14 * size, linewidth=0.14 * size)
    ax.errorbar(stage.penalties, mean, (mean - low, high - mean), markersize=0.5 * size, zorder=3, **bars, **look)


def _band(ax, at, values, look):
    """Mean of the seeds, and their range."""
    size = style.size()
    ax.fill_between(at, values.min(axis=1), values.max(axis=1), color=look["color"], alpha=0.2, linewidth=0)
    ax.plot(at, values.mean(axis=1), markersize=0.42 * size, linewidth=0.2 * size, zorder=3, **look)


def _told(rows, part):
    """The columns of one panel in words."""
    columns = {"weights carried on": rows.carried, "new networks": rows.fresh}
    means = {name: values[part].mean(axis=1) for name, values in columns.items()}
    if rows.published:
        means["published"] = rows.published[part]
    told = "; ".join(
        f"{name} from {values[0]:.1%} to {values[-1]:.1%}, at most {values.max():.1%} in row {values.argmax() + 1}"
        for name, values in means.items()
    )
    return f"Accuracy on {part} images along {len(rows.penalties)} rows: {told}."
