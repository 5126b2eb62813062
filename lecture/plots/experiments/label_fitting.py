"""How networks fit labels of which some are random."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS


class Fitting(Protocol):
    """Accuracies over epochs; `lecture.experiments.random_labels.Fitting` is one."""

    epochs: np.ndarray  # (T,)
    accuracy: dict[tuple[str, float], np.ndarray]  # (T, n_seeds) by network and share of random labels
    test_accuracy: dict[tuple[str, float], np.ndarray]  # (T, n_seeds), likewise
    chance: float


def plot_label_fitting(fitting: Fitting, *, axes: Sequence[Axes] | None = None) -> np.ndarray:
    """Draw the accuracy over the epochs, a panel for each network, a colour for each share of random labels.

    Solid lines are the mean accuracy on the labels that were learnt, with a faint line for each seed; dashed ones are
    the mean on test images with true labels.

    Parameters
    ----------
    fitting : object
        Epochs and accuracies.
    axes : sequence of matplotlib.axes.Axes, optional
        Axes to draw on, one for each network; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes (n_networks,)
    """
    networks = list(dict.fromkeys(network for network, _ in fitting.accuracy))
    n = len(networks)
    shared = dict(sharex=True, sharey=True, squeeze=False, layout="constrained")
    panels: Any = style.axes(axes, min(max(33, 21 * n), style.WIDE), 25, ncols=n, **shared)
    panels = np.ravel(np.asarray(panels, dtype=object))
    for ax, network in zip(panels, networks, strict=True):
        _panel(ax, fitting, network)
    panels[0].set_ylabel("accuracy")
    handles, labels = panels[0].get_legend_handles_labels()
    panels[0].figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return panels


def _panel(ax: Axes, fitting: Fitting, network: str):
    """One network."""
    size, sentences = style.size(), []
    shares = [share for name, share in fitting.accuracy if name == network]
    for color, share in zip(COLORS, shares):
        learnt, tested = fitting.accuracy[network, share], fitting.test_accuracy[network, share]
        label = _label(share)
        ax.plot(fitting.epochs, learnt, color=color, linewidth=0.06 * size, alpha=0.3, zorder=1)
        ax.plot(fitting.epochs, learnt.mean(axis=1), color=color, linewidth=0.22 * size, label=label, zorder=3)
        dashed = dict(color=color, linewidth=0.14 * size, linestyle="--", zorder=2)
        ax.plot(fitting.epochs, tested.mean(axis=1), label=f"{label}: test images", **dashed)
        sentences.append(f"{learnt[-1].mean():.2f} of {label}, {tested[-1].mean():.2f} of the test images")
    ax.axhline(fitting.chance, color=COLORS[6], linewidth=0.1 * size, label="chance", zorder=1)
    ax.set(title=network, xlabel="epoch", xlim=(fitting.epochs[0], fitting.epochs[-1]), ylim=(0, 1.02))
    describe(
        ax,
        f"Hidden layers of {network} units after {fitting.epochs[-1]} epochs: {'; '.join(sentences)}. Chance is "
        f"{fitting.chance:.2g}.",
    )


def _label(share):
    """What the labels are called."""
    return {0: "true labels", 1: "random labels"}.get(share, f"{share:.0%} random labels")
