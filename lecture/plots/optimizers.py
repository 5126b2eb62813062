"""Loss surfaces, and the paths that optimizers take over them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from itertools import cycle
from numbers import Real

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm, Normalize
from matplotlib.ticker import LogLocator, MaxNLocator
from numpy.typing import ArrayLike

from lecture import optimizers, surfaces
from lecture.checks import one_of
from lecture.optimizers import OPTIMIZERS, SCHEDULED, SGD, Momentum, Nesterov, Rule, diverged_at
from lecture.plots.alt import describe
from lecture.plots.page import drawable
from lecture.plots.pixels import BESIDE
from lecture.plots.style import COLORS, em, size
from lecture.surfaces import BEALE, Surface

# Colour, line and marker of each optimizer, and its name in legends, the same in all figures.
LOOKS = {name: (COLORS[row.look[0]], *row.look[1:]) for name, row in OPTIMIZERS.items()}
NAMES = {name: row.label for name, row in OPTIMIZERS.items()}
_OTHERS = [(color, "-.", "d") for color in (COLORS[4], COLORS[3], *COLORS)]  # for paths of any other name, in turn
# Paths stand out on them, in print too.
_GREYS = LinearSegmentedColormap.from_list("pale greys", ["#ffffff", "#b0b0b0"])
_ARROWS = {"previous": "0.55", "momentum": COLORS[2], "gradient": COLORS[1], "update": COLORS[0]}
_SIDE, _BAR, _LEGEND = 17.5, 7.7, 21.6  # of a surface, its colour bar and a legend beside that, in em
_BESIDE = {"borderaxespad": 0, "labelspacing": 0.7, "handlelength": 1.6, "handletextpad": 0.4}  # a legend
_FAR = 1e6  # points beyond it are left out: Matplotlib's canvas cannot compute with them


def plot_surface(surface: Surface | str = BEALE, *, ax: Axes | None = None) -> Axes:
    """Draw a loss of two weights: filled contours at levels evenly spaced on a log scale, and its minima as stars.

    A surface that is negative somewhere has its levels evenly spaced from the lowest value to the highest.

    Parameters
    ----------
    surface : Surface or str
        Surface, or a key of ``SURFACES``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no such surface, or it is nowhere finite in its window.
    """
    surface = surfaces.get(surface)
    ax = _background(surface, ax)
    holes = float(np.ma.getmaskarray(_mesh(surface, surface.window)[2]).mean())
    lowest = " and ".join(f"{surface.value(x, y):.3g} at ({x:.3g}, {y:.3g})" for x, y in surface.minima)
    said = f"its loss is {lowest}" if lowest else "no minimum of it is known"
    said += f"; it is not finite in {holes:.0%} of the picture, which are pale blue" if holes else ""
    return describe(ax, f"The {surface.name} surface, {surface.formula}, as contours; {said}.")


def plot_paths(
    paths: Mapping[str, ArrayLike],
    surface: Surface | str = BEALE,
    *,
    rates: Mapping[str, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw paths over a surface, with a marker every ten steps.

    A path that diverges is drawn up to its last finite point, and its entry in the legend says where that is.

    Parameters
    ----------
    paths : mapping of str to array of shape (steps + 1, 2)
        Paths from `optimizers.descend` or `training.trace`, by name; the names of ``optimizers.RULES`` have fixed
        colours.
    surface : Surface or str
        Surface, or a key of ``SURFACES``.
    rates : mapping of str to float, optional
        Learning rates for the legend, which leaves out schedules.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no such surface, or a path has another shape.
    """
    surface = surfaces.get(surface)
    for name, path in paths.items():
        if np.ndim(path) != 2 or np.shape(path)[1] != 2 or not len(path):
            raise ValueError(f"paths must have shape (steps + 1, 2), got {np.shape(path)} for {name}.")
    beside = len(paths) > 3
    return _draw_paths(_background(surface, ax, legend_beside=beside), paths, surface, rates, beside)


def plot_optimizers(
    names: str | Sequence[str] = tuple(LOOKS),
    iterations: int = 100,
    *,
    rates: str | Mapping[str, float] = "tuned",
    surface: Surface | str = BEALE,
    ax: Axes | None = None,
) -> Axes:
    """Draw the paths of some optimizers, or of all.

    Parameters
    ----------
    names : str or sequence of str
        Names of optimizers, keys of ``optimizers.RULES``.
    iterations : int
        Number of steps, at least 0.
    rates : "tuned", "lecture", or mapping of str to float
        Learning rates, as for `optimizers.compare`: the best on this surface, those of the lecture, or your own.
    surface : Surface or str
        Surface, or a key of ``SURFACES``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If a name is unknown or has no rate, there is no such surface, or ``iterations`` is negative.
    """
    run = optimizers.compare(names, surface, steps=iterations, rates=rates)
    ax = plot_paths(run.paths, run.surface, rates=run.rates, ax=ax)
    ax.set_title(f"step {iterations}, a marker every ten")
    return ax


def plot_learning_rate(
    learning_rate: float | Callable = 0.02,
    iterations: int = 50,
    *,
    surface: Surface | str = BEALE,
    ax: Axes | None = None,
) -> Axes:
    """Draw the path of plain gradient descent at one learning rate, and say where it diverges.

    Parameters
    ----------
    learning_rate : float or schedule
    iterations : int
        Number of steps, at least 0.
    surface : Surface or str
        Surface, or a key of ``SURFACES``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the rate or ``iterations`` is negative, or there is no such surface.
    """
    surface = surfaces.get(surface)
    path = optimizers.descend(SGD(learning_rate), surface, steps=iterations)
    ax = plot_paths({"sgd": path}, surface, rates={"sgd": learning_rate}, ax=ax)
    lost = diverged_at(path)
    if lost is None:
        with np.errstate(over="ignore"):  # just before it is lost, a path is so far out that only its loss is infinite
            ax.set_title(f"step {iterations}, loss {surface.value(*path[-1]):.3g}")
    else:
        ax.set_title(f"diverges: no longer finite at step {lost}", color=COLORS[1])
    return ax


def plot_schedule(
    schedule: str | Rule = "exponential",
    iterations: int = 100,
    *,
    surface: Surface | str = BEALE,
    axes: tuple[Axes, Axes] | None = None,
) -> np.ndarray:
    """Draw a learning rate over time, or a momentum, beside the path that it makes.

    Parameters
    ----------
    schedule : str or Rule
        Key of ``optimizers.SCHEDULED``, or a rule with a schedule: ``SGD(Triangular(0.01, 0.1, 20))``.
    iterations : int
        Number of steps, at least 0. The schedule is drawn for 100 steps, or for more if the path has more.
    surface : Surface or str
        Surface, or a key of ``SURFACES``.
    axes : pair of matplotlib.axes.Axes, optional
        Axes for the path and for the schedule; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,)

    Raises
    ------
    ValueError
        If there is no such schedule or surface, the rule has no schedule, or ``iterations`` is negative.
    """
    rule = SCHEDULED[one_of(schedule, SCHEDULED, "schedule")] if isinstance(schedule, str) else schedule
    settings = [field.name for field in fields(rule)] if isinstance(rule, Rule) else []
    scheduled = [name for name in settings if callable(getattr(rule, name))]
    if not scheduled:
        raise ValueError(f"schedule must be one of {', '.join(SCHEDULED)} or a rule with a schedule, got {schedule!r}.")
    surface = surfaces.get(surface)
    path = optimizers.descend(rule, surface, steps=iterations)
    is_new = axes is None
    if is_new:
        axes = _figure([_SIDE, 13.8], _height(surface.window), right=1.6, between=_BAR + 6)
    _draw_surface(surface, axes[0], surface.window, is_new)
    _draw_paths(axes[0], {type(rule).__name__.lower(): path}, surface)
    setting = scheduled[0]
    values = getattr(rule, setting)(np.arange(max(iterations, 100) + 1))
    name, now = setting.replace("_", " "), values[iterations]
    axes[1].plot(values, color="0.75")
    axes[1].plot(values[: iterations + 1], color=COLORS[0], linewidth=1.6 * plt.rcParams["lines.linewidth"])
    axes[1].plot(iterations, now, "o", color=COLORS[0], markersize=0.8 * size())
    axes[1].set(xlabel="step", ylabel=name, ylim=(0, 1.08 * values.max()), title=f"step {iterations}: {now:.2g}")
    describe(
        axes[1],
        f"Beside it the {name} over {len(values) - 1} steps: {values[0]:.2g} at first, between {values.min():.2g} and "
        f"{values.max():.2g}, {now:.2g} at step {iterations}.",
    )
    return np.asarray(axes)


def plot_momentum(
    step: int = 3,
    method: str = "nesterov",
    *,
    learning_rate: float = 0.01,
    momentum: float = 0.8,
    surface: Surface | str = BEALE,
    ax: Axes | None = None,
) -> Axes:
    """Draw the parts of an update step as arrows to scale: momentum, the gradient where it is taken, and their sum.

    For Nesterov's method the arrows start at the weights of the textbook, w = θ - μ v: Keras' own weights θ are where
    momentum leads. A dotted line completes momentum + gradient = step.

    Parameters
    ----------
    step : int
        How many steps were taken before, from the surface's start.
    method : "momentum" or "nesterov"
    learning_rate, momentum : float or schedule
    surface : Surface or str
        Surface, or a key of ``SURFACES``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no such method or surface, ``step`` is negative, or the path has diverged before.
    """
    rule = {"momentum": Momentum, "nesterov": Nesterov}[one_of(method, ("momentum", "nesterov"), "method")]
    surface = surfaces.get(surface)
    parts = optimizers.dissect(rule(learning_rate, momentum), surface, step=step)
    points = np.array(
        [
            parts.origin - parts.previous,
            parts.origin,
            parts.origin + parts.momentum,
            parts.origin + parts.update,
            parts.looked_at + parts.gradient,
        ]
    )
    if np.abs(points).max() > _FAR:
        raise ValueError(f"step must be one before the path diverges, got {step}.")
    ax = _background(surface, ax, window=_around(points, surface), legend_beside=True)
    tips = [points[2], points[3], *([] if method == "nesterov" else [points[4]])]
    ax.plot(*np.transpose(tips), ":", color=_ARROWS["gradient"], linewidth=1.5)
    where = " there" if method == "nesterov" else ""
    _arrow(ax, points[0], parts.previous, "previous", "v, the step before")
    _arrow(ax, parts.origin, parts.momentum, "momentum", "μ v, momentum")
    _arrow(ax, parts.looked_at, parts.gradient, "gradient", f"−η ∇L, the gradient{where}")
    _arrow(ax, parts.origin, parts.update, "update", "both together, the step")
    ax.plot(*parts.origin, "o", color=_ARROWS["update"], markersize=0.8 * size(), zorder=4)
    ax.legend(loc="upper left", bbox_to_anchor=(1 + _BAR / _SIDE, 1), **_BESIDE)
    ax.set_title(f"{'Nesterov momentum' if method == 'nesterov' else 'Momentum'}, step {step}")
    return describe(ax, f"{ax.get_title()} on the {surface.name} surface. {parts.describe()}")


@lru_cache(maxsize=64)
def _mesh(surface, window, n=71):
    """A window of the surface on a grid, and the levels to draw: x (n,), y (n,), values (n, n), levels (13,)."""
    left, right, bottom, top = window
    x, y = np.linspace(left, right, n), np.linspace(bottom, top, n)
    with np.errstate(all="ignore"):  # outside of what it is defined for, a surface has a hole
        values = drawable(np.broadcast_to(surface.value(*np.meshgrid(x, y)), (n, n)))
    finite = values[np.isfinite(values)]
    if not finite.size:
        raise ValueError(f"surface must have finite values in its window, got none of {surface.name}.")
    levels = _levels(finite)
    # a log scale has no place for the 0 of a minimum on the grid
    return x, y, np.ma.masked_invalid(np.maximum(values, levels[0] / 2) if levels[0] > 0 else values), levels


def _levels(values):
    """Rising levels for these finite values: evenly spaced on a log scale, or as they are where some are below 0."""
    low, high = values.min(), values.max()
    if low >= 0 and high > 0:
        low = np.quantile(values[values > 0], 0.003)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-300):  # one value, but for rounding
        return np.linspace(0.9, 1.1, 13) * low if low > 0 else low + (abs(low) or 1) * np.linspace(-0.1, 0.1, 13)
    return np.geomspace(low, high, 13) if low > 0 else np.linspace(low, high, 13)


def _background(surface, ax, window=None, legend_beside=False):
    """A surface, or a window of it, on ``ax`` or in a new figure with room for all."""
    window = window or surface.window
    is_new = ax is None
    if is_new:
        (ax,) = _figure([_SIDE], _height(window), right=_BAR + _LEGEND * legend_beside)
    _draw_surface(surface, ax, window, is_new)
    return ax


def _height(window):
    """The height of a window, in em."""
    left, right, bottom, top = window
    return _SIDE * (top - bottom) / (right - left)


def _figure(widths, height, *, right, between=0):
    """Axes side by side in a new figure, in em: text fits without a layout engine."""
    left, bottom, top = 5.2, 3.8, 2.4
    width, height = left + sum(widths) + between * (len(widths) - 1) + right, bottom + height + top
    figure = plt.figure(figsize=(width * em(), height * em()), layout="none")
    starts = [left + sum(widths[:i]) + between * i for i in range(len(widths))]
    return [
        figure.add_axes((x / width, bottom / height, w / width, 1 - (bottom + top) / height))
        for x, w in zip(starts, widths)
    ]


def _draw_surface(surface, ax, window, is_new):
    """Contours, minima and colour bar: in the room that our own figures have for it, else in room taken from ``ax``."""
    x, y, values, levels = _mesh(surface, window)
    norm = (LogNorm if levels[0] > 0 else Normalize)(levels[0], levels[-1])
    filled = ax.contourf(x, y, values, levels=levels, norm=norm, cmap=_GREYS, extend="min")
    if np.ma.is_masked(values):
        ax.set_facecolor(BESIDE)
    filled.set(
        edgecolor="0.68", linewidth=0.4
    )  # lines at half the weight in a page of those that `contour` would draw again
    beside = ax.inset_axes([1 + 0.8 / _SIDE, 0, 1.1 / _SIDE, 1]) if is_new else None
    if levels[0] <= 0 or levels[-1] < 2 * levels[0]:  # between which there may be no 1, 2 or 5
        ticks = MaxNLocator(5)
    else:
        ticks = LogLocator(subs=(1,) if levels[-1] > 100 * levels[0] else (1, 2, 5))
    bar = ax.figure.colorbar(filled, ax=ax, cax=beside, label="loss", ticks=ticks, format="{x:g}", extendfrac=0)
    bar.minorticks_off()
    ax.plot(
        *np.reshape(surface.minima, (-1, 2)).T,
        "*",
        color=COLORS[3],
        markersize=1.5 * size(),
        markeredgecolor="white",
        zorder=6,
    )
    left, right, bottom, top = window
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel="w₁", ylabel="w₂", aspect="equal")
    for drawn in (ax, bar.ax):
        drawn.grid(visible=False)


def _draw_paths(ax, paths, surface, rates=None, legend_beside=False):
    """Paths on a surface that is drawn, and their legend."""
    others = cycle(_OTHERS)
    for name, path in paths.items():
        rate = (rates or {}).get(name)
        label = NAMES.get(name, name) + (f", η = {rate:g}" if isinstance(rate, Real) else "")
        _draw_path(ax, np.asarray(path), label, LOOKS.get(name) or next(others))
    if legend_beside:
        ax.legend(loc="upper left", bbox_to_anchor=(1 + _BAR / _SIDE, 1), **_BESIDE)
    elif paths:
        ax.legend(loc="lower left", frameon=True, framealpha=0.85)
    return describe(
        ax, optimizers.describe_paths({NAMES.get(name, name): path for name, path in paths.items()}, surface)
    )


def _draw_path(ax, path, label, look):
    """One path, up to where it is lost, with a marker every ten steps and a larger one at its end."""
    lost = diverged_at(path)
    if lost is not None:
        label += f": diverges at step {lost}"
    path = path[:lost]
    far = (np.abs(path) > _FAR).any(axis=1)
    path = path[: int(far.argmax())] if far.any() else path
    color, line, marker = look
    wide, letter = 1.2 * plt.rcParams["lines.linewidth"], size()
    ax.plot(
        *path.T,
        color=color,
        linestyle=line,
        linewidth=wide,
        marker=marker,
        markevery=10,
        markersize=0.5 * letter,
        label=label,
        zorder=4,
    )
    ax.plot(
        *path[-1:].T,
        color=color,
        marker=marker,
        markersize=0.8 * letter,
        markeredgecolor="white",
        linestyle="",
        zorder=5,
    )


def _arrow(ax, origin, vector, part, label):
    """Draw an arrow in the units of the axes."""
    ax.quiver(
        *origin,
        *vector,
        angles="xy",
        scale_units="xy",
        scale=1,
        color=_ARROWS[part],
        width=0.012,
        label=label,
        zorder=3,
    )


def _around(points, surface):
    """A square window around points of shape (n, 2), but not so small that the surface looks flat in it."""
    lowest, highest = points.min(axis=0), points.max(axis=0)
    left, right, _, _ = surface.window
    (x, y), half = (lowest + highest) / 2, max(0.65 * (highest - lowest).max(), 0.002 * (right - left))
    return x - half, x + half, y - half, y + half
