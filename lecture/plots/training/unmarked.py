"""Learning curves for students to read: no ring, no verdict."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, em

CURVES = {"loss": ("training", COLORS[0], "-"), "val_loss": ("validation", COLORS[1], "--")}


def plot_unmarked(
    records: Mapping[str, Mapping[str, Sequence[float]]], *, metrics: Sequence[str] = tuple(CURVES)
) -> Axes:
    """Draw the losses of one or several trainings side by side, with the same scales and nothing marked.

    Parameters
    ----------
    records : mapping of str to mapping
        For each training, by its label, the values of ``"loss"`` and of ``"val_loss"`` after each epoch.
    metrics : sequence of {"loss", "val_loss"}
        Which to draw.

    Returns
    -------
    matplotlib.axes.Axes
        The first one; the others are in the same figure.

    Raises
    ------
    ValueError
        If there is no training.
    """
    if not records:
        raise ValueError("records must hold at least one training, got none.")
    width = 30 if len(records) == 1 else 17 * len(records)
    figure, axes = plt.subplots(
        1, len(records), figsize=(width * em(), 20 * em()), sharey=True, squeeze=False, layout="constrained"
    )
    for ax, (label, record) in zip(axes[0], records.items()):
        for metric in metrics:
            name, color, line = CURVES[metric]
            ax.plot(range(1, len(record[metric]) + 1), record[metric], color=color, linestyle=line, label=name)
        ax.set(title=label, xlabel="epoch")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
        ax.grid(True, alpha=0.4)
    axes[0, 0].set(ylabel="loss", ylim=(0, None))  # which all share, so only when all are drawn
    if len(metrics) > 1:
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    said = " ".join(_spoken(label, record, metrics) for label, record in records.items())
    return describe(axes[0, 0], said)


def _spoken(label, record, metrics):
    """The curves in numbers, every third epoch and the last, for who cannot see them."""
    parts = []
    for metric in metrics:
        values = record[metric]
        epochs = sorted({*range(1, len(values) + 1, 3), len(values)})
        listed = ", ".join(f"{values[epoch - 1]:.2f} at {epoch}" for epoch in epochs)
        parts.append(f"{CURVES[metric][0]} loss {listed}")
    return f"{f'Training {label}: ' if label else ''}{'; '.join(parts)}."
