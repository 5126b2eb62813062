"""Attention weights: where each query looks."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lecture.plots.alt import describe
from lecture.plots.style import axes, size
from lecture.plots.text import fitting, width

_SCALE = "weight (a row sums to 1)"


def plot_attention(
    weights: ArrayLike, queries: Sequence[str], keys: Sequence[str] | None = None, *, ax: Axes | None = None
) -> Axes:
    """Draw how much each query attends to each key.

    Parameters
    ----------
    weights : array of shape (n_queries, n_keys)
        Attention weights of one example and one head, such as ``scores[0, 0]`` of ``layer(x, x,
        return_attention_scores=True)``; each row is positive and sums to 1.
    queries : sequence of str, length n_queries
        Names of the rows.
    keys : sequence of str, length n_keys, optional
        Names of the columns, upright if they would be too wide; the queries (self-attention) if None.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        With the weights as its one image.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a row does not sum to 1.
    """
    weights, queries = np.asarray(weights, dtype=float), [str(name) for name in queries]
    keys = queries if keys is None else [str(name) for name in keys]
    if weights.shape != (len(queries), len(keys)):
        raise ValueError(
            f"weights must have shape ({len(queries)}, {len(keys)}), one row for each query, got {weights.shape}."
        )
    totals = weights.sum(axis=1)
    if (weights < 0).any() or not np.allclose(totals, 1, atol=1e-3):
        raise ValueError(
            "weights must be positive and each row must sum to 1, "
            f"got sums from {totals.min():.3g} to {totals.max():.3g}."
        )
    letter = size()
    rows, columns = max(map(width, queries)), max(map(width, keys))  # of their names, in em
    if ax is None:
        height = 2 * len(queries) + 3 + (columns if columns > 2 else 1)
        ax = axes(None, 2.2 * len(keys) + 8 + rows, height, layout="constrained")
        across, up = 2.2, 2.0  # a cell
        is_turned, small = columns > across - 0.2, (1.0, 1.0)
    else:
        box = _points(ax) / letter
        across, up = 0.4 * box / (len(keys), len(queries))  # what is left of it beside names and colour bar, about
        is_turned = columns > across - 0.2
        small = min(1, 0.35 * box[0] / rows, up / 1.3), min(1, 0.35 * box[1] / columns, across / 1.3)
    image = ax.imshow(weights, vmin=0, vmax=1, cmap="Blues", aspect="auto", interpolation="none")
    for row, column in np.argwhere(weights >= 0.1):
        value = weights[row, column]
        style = {"fontsize": letter * min(0.9, across / 1.8, up / 1.3), "color": "white" if value > 0.6 else "black"}
        ax.text(column, row, f"{value:.1f}", ha="center", va="center", **style)
    ax.set_xticks(range(len(keys)), keys, rotation=90 if is_turned else 0, fontsize=letter * small[1])
    ax.set_yticks(range(len(queries)), queries, fontsize=letter * small[0])
    ax.set(xlabel="key: looked at", ylabel="query: looking")
    ax.xaxis.set(ticks_position="top", label_position="top")
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    bar = ax.get_figure().colorbar(image, ax=ax)
    bar.set_label(_SCALE, fontsize=fitting(_SCALE, letter, 0.9 * _points(ax)[1]))
    most = weights.argmax(axis=1)
    looks = "; ".join(
        f"{query} (place {i + 1}) most at {keys[k]} (place {k + 1}), {weights[i, k]:.2f}"
        for i, (query, k) in enumerate(zip(queries, most))
    )
    said = f"Attention weights of {len(queries)} queries over {len(keys)} keys; each row sums to 1. {looks}."
    return describe(ax, said)


def _points(ax):
    """Width and height of the Axes as they are now, in points."""
    return ax.get_window_extent().size / ax.get_figure(root=True).dpi * 72
