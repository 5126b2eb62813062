"""Several ways of training, side by side: each seed a faint point, their mean a strong one."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lecture.plots.alt import describe
from lecture.plots.page import drawable
from lecture.plots.style import COLORS, TALL, axes


def plot_variants(
    variants: Mapping[str, ArrayLike], *, label: str, baseline: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw one value for each seed of each variant, and the mean.

    Parameters
    ----------
    variants : mapping of str to array of shape (n_seeds,)
        Values of each variant, drawn from top to bottom; numbers of seeds may differ. Values that are not finite, as
        after a training that diverged, are counted beside the name; the mean is that of the others.
    label : str
        Name of the values, for the axis: ``"test accuracy"``.
    baseline : str, optional
        Key of ``variants`` whose mean is drawn as a line, to compare the others with.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no variant, or ``baseline`` is not one of them.
    """
    if not variants or (baseline is not None and baseline not in variants):
        raise ValueError(f"baseline must be one of {', '.join(variants) or 'at least one variant'}, got {baseline!r}.")
    n = len(variants)
    ax = axes(ax, 47, min(5.2 + 2.75 * n, max(TALL, 5.2 + 2 * n)))
    variants = {name: np.atleast_1d(drawable(values)) for name, values in variants.items()}
    finite = {name: values[np.isfinite(values)] for name, values in variants.items()}
    means = {name: float(values.mean()) for name, values in finite.items() if len(values)}
    lost = {name: len(values) - len(finite[name]) for name, values in variants.items()}
    notes = {name: f" ({n} not finite)" if n else "" for name, n in lost.items()}
    if baseline in means:
        ax.axvline(means[baseline], color=COLORS[6], linestyle=":", linewidth=1.5, zorder=0)
    for row, (name, values) in enumerate(finite.items()):
        ax.plot(values, np.full(len(values), row), "o", color=COLORS[0], alpha=0.35, markersize=6)
        if name in means:
            ax.plot(means[name], row, "|", color=COLORS[1], markersize=18, markeredgewidth=3)
    ax.set_yticks(range(len(variants)), [name + notes[name] for name in variants])
    ax.set_ylim(len(variants) - 0.5, -0.5)
    ax.set_xlabel(f"{label} (points: seeds, bar: mean)")
    ordered = sorted(means, key=lambda name: means[name], reverse=True)
    means_in_words = [f"{name} {means[name]:.3g}{notes[name]}" for name in ordered]
    means_in_words += [name + notes[name] for name in variants if name not in means]
    return describe(ax, f"Mean {label} of each variant, highest first: {', '.join(means_in_words)}.")
