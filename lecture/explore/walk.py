"""A walk over the loss of a small network, in a page that computes it: no picture is stored for any point."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from lecture.checks import whole
from lecture.explore import render
from lecture.explore.controls import Control
from lecture.explore.markup import MAX_BYTES, Page, hosted
from lecture.plots import alt_text, plot_function, plot_plane, plot_threads
from lecture.plots.legible import smallest_letters
from lecture.plots.style import WIDE, em

RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
OPTIMIZERS = ("gradient descent", "momentum", "Adam", "none, walk only")
N_CURVE = 101  # points of the network's curve
TRAINING, WALK = "training", "random walk"


def explore_walk(walk: Any, *, learning_rates: Sequence[float] = RATES, steps: int = 200, name: str = "walk") -> Page:
    """Return a page on which the reader walks over the loss of a small network, and starts optimizers there.

    The same page serves with a kernel and without one, because it computes everything itself: the loss between the
    points of a grid, the paths of optimizers on it, and the function of the network at any point of the plane.

    Parameters
    ----------
    walk : lecture.landscape.Walk
        A training, a random walk, and planes through their weights.
    learning_rates : sequence of float
        Learning rates that the reader may choose; the middle one is shown first.
    steps : int
        Number of update steps that an optimizer makes.
    name : str
        Name of the explorer in the page's address.

    Returns
    -------
    ``lecture.explore.markup.Page``

    Raises
    ------
    ValueError
        If a learning rate is not positive, or the page gets too heavy.
    """
    whole(steps, "steps", least=1)
    rates = [float(rate) for rate in learning_rates]
    if not rates or not all(np.isfinite(rate) and rate > 0 for rate in rates):
        raise ValueError(f"learning_rates must be one or more positive numbers, got {learning_rates!r}.")
    pictures: list[dict] = []
    data = {
        "planes": [_plane(walk, key, pictures) for key in walk.planes],
        "net": _net(walk, pictures),
        "pictures": pictures,
        "nSteps": steps,
        "honest": _honest(walk),
    }
    controls = _controls(walk, rates)
    first = _first(walk)
    made = hosted(
        name,
        "walk",
        controls,
        data,
        first=render.pixels(first),
        alt=f"{alt_text(first)} {_honest(walk)}",
        letters=smallest_letters(first)[0],
        more_style=("walk.css",),
    )
    plt.close(first)
    if len(made) > MAX_BYTES:
        needs, takes = f"{len(made) / 1e6:.1f} MB", f"{MAX_BYTES / 1e6:g} MB"
        raise ValueError(
            f"{name} would take {needs}, more than the {takes} of an explorer in a page: take fewer planes."
        )
    return Page(made, name, len(walk.planes) * len(OPTIMIZERS) * len(rates), len(pictures))


def _controls(walk, rates):
    planes = [f"of the {key}" if key in walk.weights else f"in {key}" for key in walk.planes]
    off_on = ("False", "True")
    controls = [
        _control("plane", "dropdown", planes),
        _control("optimizer", "dropdown", OPTIMIZERS),
        _control("learning_rate", "slider", [f"{rate:g}" for rate in rates], len(rates) // 2),
        _control("training_step", "slider", [str(step) for step in walk.steps]),
        _control("gradient_field", "tick", off_on),
        _control("random_walk", "tick", off_on, 1),
    ]
    return controls if len(planes) > 1 else controls[1:]


def _control(name, kind, labels, initial=0):
    return Control(name, kind, tuple(labels), tuple(labels), initial)


def _honest(walk):
    P = walk.weights[TRAINING].shape[1]
    return (
        f"A plane shows 2 of the network's {P} dimensions, and says nothing of the loss beside it. An optimizer that "
        f"starts here stays on the plane. The real training went through all {P}: what is drawn is its shadow."
    )


def _plane(walk, key, pictures):
    """What the page needs of a plane."""
    plane = walk.planes[key]
    ax, below = plot_plane(walk, key), plot_threads(walk, key)
    said = {
        "picture": _add(pictures, ax),
        "place": _place(ax),
        "alt": alt_text(ax.figure),
        "threads": _add(pictures, below),
        "losses": _place(below),
        "said": alt_text(below.figure),
        "grid": _floats(plane.padded),
        "corner": [float(plane.a[0]), float(plane.b[0])],
        "spacing": plane.spacing,
        "n": len(plane.a),
        "origin": plane.origin.tolist(),
        "directions": plane.directions.tolist(),
        "path": plane.paths[TRAINING].tolist(),
        "chance": plane.paths[WALK].round(4).tolist(),
        "leftOut": plane.left_out[TRAINING].round(4).tolist(),
    }
    for figure in (ax.figure, below.figure):  # a notebook would show what is left open
        plt.close(figure)
    return said


def _net(walk, pictures):
    """What the page needs to compute the network, and to draw its function."""
    ax = plot_function(walk)
    ax.set_xlim(ax.get_xlim())
    said = {
        "picture": _add(pictures, ax),
        "place": _place(ax),
        "alt": alt_text(ax.figure),
        "grid": np.linspace(*ax.get_xlim(), N_CURVE).tolist(),
        "sizes": [int(size) for size in walk.sizes],
        "x": walk.X[:, 0].tolist(),
        "y": walk.y[:, 0].tolist(),
        "steps": [int(step) for step in walk.steps],
        "weights": _floats(walk.weights[TRAINING]),
        "loss": walk.loss[TRAINING].tolist(),
        "chance": float(walk.loss[WALK][-1]),
    }
    plt.close(ax.figure)
    return said


def _add(pictures, ax: Axes) -> int:
    """Take a drawing as an SVG, and return its number."""
    figure = ax.figure
    size = [round(float(side) * render.PAGE_DPI, 2) for side in figure.get_size_inches()]
    pictures.append({"text": render.svg(figure), "size": size})
    return len(pictures) - 1


def _place(ax: Axes) -> Mapping[str, list]:
    """Where the coordinates of Axes lie in their SVG, in points from the top left; of logarithms on a log axis."""
    height, box = ax.figure.bbox.height, ax.bbox
    is_log = ax.get_yscale() == "log"
    (x0, y0), (x1, y1) = ax.transData.transform([(0, 1 if is_log else 0), (1, 10 if is_log else 1)])
    return {
        "window": [box.x0, height - box.y1, box.width, box.height],
        "origin": [x0, height - y0],
        "unit": [x1 - x0, y0 - y1],
    }


def _first(walk):
    """The picture for readers without scripts: plane, function and losses in one figure."""
    figure = plt.figure(figsize=(WIDE * em(), 25 * em()), layout="constrained")
    axes = figure.subplot_mosaic("af;at", width_ratios=[1.2, 1])
    plot_plane(walk, next(iter(walk.planes)), ax=axes["a"])
    plot_function(walk, len(walk.steps) - 1, ax=axes["f"])
    plot_threads(walk, next(iter(walk.planes)), ax=axes["t"])
    return figure


def _floats(values) -> str:
    """Numbers in single precision, as the page reads them."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode()
