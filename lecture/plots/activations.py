"""Activation functions with their derivatives, and what label smoothing does to over-confidence."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from lecture import activations
from lecture.activations import smooth_labels
from lecture.checks import real, whole
from lecture.plots.alt import describe
from lecture.plots.style import COLORS, axes, size

_TITLES = {"relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU", "gelu": "GELU", "silu": "SiLU"}


def plot_activation(name: str, *, derivative: bool = False, ax: Axes | None = None) -> Axes:
    """Draw an activation function over inputs from -6 to 6, with its derivative if wanted.

    Softmax is a function of many inputs: it is drawn as the probabilities of nine classes whose logits are spread from
    -6 to 6, with the diagonal of its Jacobian as its derivative.

    Parameters
    ----------
    name : str
        Key of ``ACTIVATIONS``.
    derivative : bool
        Whether to draw the derivative, too.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no activation of this name.
    """
    activation = activations.get(name)
    ax = axes(ax, 39, 23, layout="constrained")
    ax.axhline(0, color="0.7", linewidth=0.8, zorder=0)
    ax.axvline(0, color="0.7", linewidth=0.8, zorder=0)
    title = _TITLES.get(name, name)
    (_draw_softmax if name == "softmax" else _draw_function)(ax, activation, derivative)
    ax.set(
        xlim=(-6.2, 6.2), xlabel="logit zᵢ" if name == "softmax" else "input z", title=f"{title}: {activation.formula}"
    )
    ax.text(0.98, 0.05, activation.note, transform=ax.transAxes, ha="right")
    if derivative:
        ax.legend(loc="upper left")
    else:
        ax.set_ylabel("output a")
    return describe(ax, _in_words(activation, title, derivative))


def plot_label_smoothing(alpha: float = 0.1, *, n_classes: int = 10, ax: Axes | None = None) -> Axes:
    """Draw the loss over the logits, with hard labels and with smoothed ones.

    It is the cross-entropy over the distance of the true class' logit above the others, which are all equal. With hard
    labels it falls for ever: training drives the logits apart without end. With smoothed labels there is a best
    distance, ln(1 + k (1 - α) / α); beyond it, more certainty costs.

    Parameters
    ----------
    alpha : float
        Share of every label that is spread over all classes, from 0 to 0.9.
    n_classes : int
        Number of classes, at least 2.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    alpha, k = real(alpha, "alpha", least=0, most=0.9), whole(n_classes, "n_classes", least=2)
    ax = axes(ax, 42, 24, layout="constrained")
    lead = np.linspace(0, 12, 241)  # of the true class' logit
    one_hot = np.eye(k)[0]
    hard, smooth = (_cross_entropy(labels, lead) for labels in (one_hot, smooth_labels(one_hot, alpha)))
    ax.plot(lead, hard, color=COLORS[0], linewidth=_wide(), label="hard labels, 0 and 1")
    ax.set(
        xlim=(0, 12),
        ylim=(0, 1.05 * hard[0]),
        xlabel="logit of the true class above the others",
        ylabel="cross-entropy",
    )
    if alpha == 0:
        sentence = (
            f"With hard labels the loss of {k} classes falls from {hard[0]:.2f} for ever: no logit is large enough."
        )
    else:
        best = np.log1p(k * (1 - alpha) / alpha)
        lowest, sure = _cross_entropy(smooth_labels(one_hot, alpha), best), 1 - alpha + alpha / k
        ax.plot(
            lead,
            smooth,
            "--",
            color=COLORS[1],
            linewidth=_wide(),
            label=f"smoothed, α = {alpha:g}: {sure:.3g} and {alpha / k:.2g}",
        )
        ax.plot(best, lowest, "o", color=COLORS[1], markersize=_size())
        ax.annotate(
            f"best at {best:.1f}:\np = {sure:.3g}",
            (best, lowest),
            xytext=(0, 1.2),
            textcoords="offset fontsize",
            ha="center",
            va="bottom",
        )
        sentence = (
            f"With hard labels the loss of {k} classes falls for ever as the true class' logit grows. Smoothed by "
            f"{alpha:g} it is lowest where the logit is {best:.2f} above the others, which gives the true class the "
            f"probability {sure:.3g}; beyond, it rises."
        )
    ax.legend(loc="upper right")
    return describe(ax, sentence)


def _draw_function(ax, activation, derivative):
    """A curve; where the derivative jumps, its line is broken."""
    z = np.linspace(-6, 6, 241)  # with 0
    a = activation(z)
    ax.plot(z, a, color=COLORS[0], linewidth=_wide(), label="f(z)")
    slope = activation.derivative(z)
    if derivative:
        if activation.kink:
            left = activation.derivative(0.0)
            ax.plot(
                [0, 0], [left, 1], "o", color=COLORS[1], markersize=0.8 * _size(), markerfacecolor="white", zorder=3
            )
            ax.plot(0, left, "o", color=COLORS[1], markersize=0.8 * _size(), zorder=3)
            z, slope = np.insert(z, 121, 0), np.insert(slope, 121, np.nan)
        ax.plot(z, slope, "--", color=COLORS[1], linewidth=_wide(), label="derivative f′(z)")
    highest = min(max(a.max(), 1), 3)  # so that curves can be compared, from one to the next
    ax.set_ylim(-3.3 if activation.name == "linear" else -1.25, 1.1 * highest)


def _draw_softmax(ax, activation, derivative):
    """Probabilities as stems over their logits."""
    z = np.linspace(-6, 6, 9)
    a = activation(z)
    ax.vlines(z, 0, a, color=COLORS[0], linewidth=_wide())
    ax.plot(z, a, "o", color=COLORS[0], markersize=_size(), label="aᵢ")
    if derivative:
        ax.plot(z, np.diag(activation.derivative(z)), "D", color=COLORS[1], markersize=_size(), label="∂aᵢ/∂zᵢ")
    for x, y in zip(z, a):
        if y >= 0.02:
            ax.annotate(f"{y:.2f}", (x, y), xytext=(-0.8, 0), textcoords="offset fontsize", ha="right", va="center")
    ax.set_ylim(-0.08, 1.1)


def _wide():
    """The width of a line."""
    return 1.6 * plt.rcParams["lines.linewidth"]


def _size():
    """The size of a marker."""
    return 0.75 * size()


def _cross_entropy(labels, lead):
    """The loss of labels (k,) where the first class' logit is ``lead`` (n,) and all others are 0: shape (n,)."""
    lead = np.asarray(lead, dtype=float)
    log_others = -np.log(np.exp(lead) + len(labels) - 1)
    return -(labels[0] * (lead + log_others) + labels[1:].sum() * log_others)


def _in_words(activation, title, derivative):
    """What the picture shows, with its numbers."""
    if activation.name == "softmax":
        z = np.linspace(-6, 6, 9)
        largest = ", ".join(f"{a:.2f}" for a in activation(z)[:-4:-1])
        slopes = (
            f" Their derivatives are {', '.join(f'{d:.2f}' for d in np.diag(activation.derivative(z))[:-4:-1])}."
            if derivative
            else ""
        )
        return f"softmax of nine logits from -6 to 6: the largest get the probabilities {largest}.{slopes}"
    note = f" With {activation.note}." if activation.note else ""
    values = ", ".join(f"{activation(z):.3g} at {z:g}" for z in (-6.0, 0.0, 6.0))
    if not derivative:
        return f"{title}, {activation.formula}: {values}.{note}"
    slopes = ", ".join(f"{activation.derivative(z):.3g} at {z:g}" for z in (-6.0, 0.0, 6.0))
    jump = " It jumps at 0." if activation.kink else ""
    return f"{title}, {activation.formula}: {values}. Its derivative: {slopes}.{jump}{note}"
