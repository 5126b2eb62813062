"""Loss and gradient along a training."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.page import number_powers
from lecture.plots.style import COLORS
from lecture.words import listed

DASHES = ("-", (0, (4, 1.2)), (0, (1, 1)), (0, (4, 1, 1, 1)))


class Course(Protocol):
    """Loss and gradient along a training; `lecture.experiments.gradient_norm.Course` is one."""

    unit: str
    steps: np.ndarray  # (T,)
    loss: np.ndarray  # (T, n_seeds)
    norms: dict[str, np.ndarray]  # (T, n_seeds) by what they are


def plot_gradient_norms(courses: Mapping[str, Course], *, axes: np.ndarray | None = None) -> np.ndarray:
    """Draw the loss over a training, and below the gradient's norm: a column for each training.

    A strong line is the median of the seeds; one seed, the one whose loss falls most, is drawn faint. A norm has the
    same look in all columns, and one legend below names it.

    Parameters
    ----------
    courses : dict of str to object
        Losses and norms of each training by its name.
    axes : array of matplotlib.axes.Axes (2, n_trainings), optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes (2, n_trainings)
    """
    n = len(courses)
    shared = dict(sharex="col", squeeze=False, layout="constrained")
    panels: Any = style.axes(axes, min(max(33, 24 * n), style.WIDE), style.TALL, nrows=2, ncols=n, **shared)
    panels = np.asarray(panels, dtype=object).reshape(2, n)
    looks = _looks(label for course in courses.values() for label in course.norms)
    for (above, below), (name, course) in zip(panels.T, courses.items()):
        _curves(above, name, course, {"loss": course.loss}, {"loss": (COLORS[0], DASHES[0])})
        _curves(below, name, course, course.norms, looks)
        above.set_title(name)
        below.set_xlabel(course.unit)
    lines = {line.get_label(): line for below in panels[1] for line in below.get_lines()}
    panels[0, 0].figure.legend(handles=[lines[label] for label in looks], loc="outside lower center", ncols=min(n, 3))
    panels[0, 0].set_ylabel("loss")
    panels[1, 0].set_ylabel("norm of\nthe gradient")
    return panels


def _looks(labels: Iterable[str]) -> dict[str, tuple]:
    """A colour and dashes for each label."""
    return {
        label: (COLORS[1 + at % (len(COLORS) - 1)], DASHES[at % len(DASHES)])
        for at, label in enumerate(dict.fromkeys(labels))
    }


def _curves(ax: Axes, name: str, course: Course, curves: Mapping[str, np.ndarray], looks: Mapping[str, tuple]):
    """Median of each curve, and the seed whose loss falls most."""
    size, sentences = style.size(), []
    falls = int(np.argmin(course.loss[-1] / course.loss[0]))
    for label, values in curves.items():
        (color, dashes), middle = looks[label], np.median(values, axis=1)
        ax.plot(course.steps, values[:, falls], linewidth=0.08 * size, alpha=0.5, zorder=1, color=color)
        ax.plot(course.steps, middle, linestyle=dashes, linewidth=0.2 * size, label=label, zorder=2, color=color)
        sentences.append(f"{label} from {middle[0]:.2g} to {middle[-1]:.2g}")
    ax.set(yscale="log", xlim=(course.steps[0], course.steps[-1]))
    number_powers(ax)
    n = course.loss.shape[1]
    describe(ax, f"{name}, medians of {n} networks, {course.steps[-1]:,} {course.unit}s: {listed(sentences)}.")
