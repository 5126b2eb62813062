"""A walk over the loss of a small network: a plane through its weights, its function, and what the plane leaves out."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.checks import one_of, whole
from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.page import drawable
from lecture.plots.style import COLORS
from lecture.words import short

PATHS = (COLORS[1], COLORS[3])  # of the training and of the random walk
DATA = COLORS[2]
N_LEVELS = 21


class Plane(Protocol):
    """The loss on a plane, and paths beside it; `lecture.landscape.Plane` is one."""

    a: np.ndarray  # (n,)
    b: np.ndarray  # (n,)
    loss: np.ndarray  # (n, n), a row for each b
    paths: Mapping[str, np.ndarray]  # (T, 2) of each path
    left_out: Mapping[str, np.ndarray]  # (T,) of each path
    projected: Mapping[str, np.ndarray]  # (T,) of each path

    def describe(self) -> str:
        """Say how high the loss is, and how far the paths are from the plane."""
        ...


class Walk(Protocol):
    """A training of a small network, and planes that show it; `lecture.landscape.Walk` is one."""

    sizes: Sequence[int]
    X: np.ndarray  # (n, 1)
    y: np.ndarray  # (n, 1)
    steps: np.ndarray  # (T,)
    weights: Mapping[str, np.ndarray]  # (T, P) of each path
    loss: Mapping[str, np.ndarray]  # (T,) of each path
    planes: Mapping[str, Plane]

    def predict(self, theta: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the outputs (n,) of the network with some weights."""
        ...


def plot_plane(walk: Walk, plane: str = "training", *, ax: Axes | None = None) -> Axes:
    """Draw the loss over a plane through the weights of a network, and its training on it.

    Parameters
    ----------
    walk : lecture.landscape.Walk
        A training and its planes.
    plane : str
        Name of the plane.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no such plane.
    """
    shown = walk.planes[one_of(plane, walk.planes, "plane")]
    ax, size = style.axes(ax, 25, 22), style.size()
    loss = np.maximum(drawable(shown.loss), np.finfo(np.float32).tiny)
    levels = np.geomspace(loss.min(), loss.max() * (1 + 1e-6), N_LEVELS)
    filled = ax.contourf(shown.a, shown.b, loss, levels=levels, cmap="viridis", norm="log")
    bar = ax.figure.colorbar(filled, ax=ax, fraction=0.06, pad=0.02)
    bar.ax.set_title("loss", fontsize="medium")
    bar.set_ticks(levels[:: N_LEVELS // 5], labels=[short(level) for level in levels[:: N_LEVELS // 5]])
    bar.minorticks_off()
    training, *_ = shown.paths.values()
    ax.plot(*training.T, color=PATHS[0], linewidth=0.12 * size, marker=".", markersize=0.4 * size)
    ax.plot(*training[-1], color="white", marker="+", markersize=size, markeredgewidth=0.15 * size)
    ax.set(xlim=shown.a[[0, -1]], ylim=shown.b[[0, -1]], box_aspect=1)
    ax.set(xlabel="distance along the first direction", ylabel="along the second")
    ax.grid(False)
    P, T = walk.weights[next(iter(walk.weights))].shape[1], len(training)
    where = f"a plane through {P} dimensions, with a training of {T} points on it"
    return describe(ax, f"The loss over {where}: {shown.describe()}.")


def plot_function(walk: Walk, step: int | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw the examples of a walk, and the function that the network computes at a recorded step.

    Parameters
    ----------
    walk : lecture.landscape.Walk
        A training.
    step : int, optional
        Number of the record, from 0; the examples alone if None.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no such record.
    """
    ax = style.axes(ax, 21, 10.5)
    x, y = walk.X[:, 0], walk.y[:, 0]
    ax.plot(x, y, color=DATA, linestyle="", marker="o", markersize=0.35 * style.size(), label="examples")
    room = 0.35 * (y.max() - y.min() or 1)
    ax.set(xlabel="x", ylabel="output", ylim=(y.min() - room, y.max() + room))
    said = f"{len(x)} examples"
    name = next(iter(walk.weights))
    if step is not None:
        whole(step, "step", least=0, most=len(walk.steps) - 1)
        grid = np.linspace(*ax.get_xlim(), 200)
        ax.plot(grid, walk.predict(walk.weights[name][step], grid), color=COLORS[0], linewidth=0.2 * style.size())
        ax.set_xlim(grid[[0, -1]])
        said += f" and the network after {walk.steps[step]:,} steps, of loss {walk.loss[name][step]:.3g}"
    return describe(ax, f"{said}.")


def plot_threads(walk: Walk, plane: str = "training", *, ax: Axes | None = None) -> Axes:
    """Draw the losses of a training and of a random walk, each joined by a thread to the loss where a plane shows it.

    Parameters
    ----------
    walk : lecture.landscape.Walk
        A training and its planes.
    plane : str
        Name of the plane.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no such plane.
    """
    shown = walk.planes[one_of(plane, walk.planes, "plane")]
    ax = style.axes(ax, 21, 11.5)
    size, told = style.size(), []
    ring = dict(linestyle="", marker="o", markersize=0.35 * size, markerfacecolor="none", markeredgewidth=0.08 * size)
    for (name, loss), color in zip(walk.loss.items(), PATHS):
        there = shown.projected[name]
        ax.vlines(walk.steps, loss, there, color=color, linewidth=0.08 * size)
        ax.plot(walk.steps, loss, color=color, marker=".", markersize=0.4 * size, linewidth=0.1 * size, label=name)
        ax.plot(walk.steps, there, color=color, **ring)
        factor = np.exp(np.abs(np.log(there / loss)).max())
        told.append(f"{name}: {loss[0]:.3g} to {loss[-1]:.3g}, where the plane shows it up to {factor:.2g} times off")
    ax.set(xlabel="step", ylabel="loss", yscale="log")
    ax.plot([], [], color="black", label="on the plane", **ring)
    ax.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1), handlelength=1, columnspacing=1)
    return describe(ax, f"Losses. {'; '.join(told)}.")
