"""Activations and gradients through the layers of a deep net before its training."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from lecture.from_scratch import measure_depth
from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS, size

NAMES = {"zeros": "zeros", "small": "small, σ = 0.01", "glorot": "Glorot", "he": "He", "large": "large, σ = 1"}
# Beyond it, a line just leaves the picture; below it, sigmoids (near ½) show only the rounding of float64.
WINDOW = 1e-14, 1e14
_LOOKS = dict(zip(NAMES, zip((COLORS[6], COLORS[3], COLORS[0], COLORS[2], COLORS[1]), "Xvos^")))


def plot_gradient_flow(
    activation: str = "tanh",
    distribution: str = "normal",
    *,
    depth: int = 20,
    initializers: Sequence[str] = tuple(NAMES),
    width: int = 100,
    seed: int = 0,
    axes: tuple[Axes, Axes] | None = None,
) -> Axes:
    """Draw how activations change on their way forward and gradients on their way back, one line per initialization.

    Parameters
    ----------
    activation : str
        Activation of the hidden layers, a key of ``ACTIVATIONS``.
    distribution : {"normal", "uniform"}
        Distribution of the initial weights.
    depth : int
        Number of hidden layers, 2 or more.
    initializers : sequence of str
        Initializations to compare, of "zeros", "small", "glorot", "he", "large".
    width, seed : int
        Units per layer, and the seed of weights and data.
    axes : pair of matplotlib.axes.Axes, optional
        Axes for activations and for gradients; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        Those of the activations; the gradients stand beside them in the same figure.

    Raises
    ------
    ValueError
        If a name is unknown or a number is out of range.
    """
    if not initializers:
        raise ValueError(f"initializers must be one or more of {', '.join(NAMES)}, got none.")
    profiles = [
        measure_depth(activation, name, distribution, depth=depth, width=width, seed=seed) for name in initializers
    ]
    # Margins by hand: working them out takes longer than the drawing, at each move of a slider.
    margins = {"left": 0.075, "right": 0.985, "bottom": 0.34, "top": 0.92, "wspace": 0.04}
    axes = style.axes(axes, style.WIDE, 26, ncols=2, sharey=True, gridspec_kw=margins, layout="none")
    forward, backward = axes
    _draw_lines(forward, profiles, "activation_std")
    _draw_lines(backward, profiles, "gradient_norm")
    forward.set_title(f"Forward →  spread of a ({activation})")
    backward.set_title("← Backward  size of ∂L/∂z")
    for ax in axes:
        _set_window(ax, profiles)
    backward.tick_params(labelleft=False)
    labels = [f"{NAMES[profile.initializer]}: {_verdict(profile)}" for profile in profiles]
    key = {"loc": "lower center", "ncols": 3, "fontsize": "medium", "title": "weights: what becomes of the gradient"}
    forward.figure.legend(backward.lines, labels, **key)
    what = f"{depth} {activation} layers, one line per initialization ({distribution}), logarithmic scale"
    describe(forward, f"Two panels over {what}.")
    describe(backward, " ".join(profile.describe() for profile in profiles))
    return forward


def _verdict(profile):
    """What becomes of the gradient, in a word or two."""
    return "no gradient" if profile.gradient_verdict == "none" else profile.gradient_verdict


def _draw_lines(ax, profiles, quantity):
    """One line per profile; one that is exactly 0 is drawn on the floor of the picture."""
    for profile in profiles:
        color, marker = _LOOKS[profile.initializer]
        values = getattr(profile, quantity)
        is_zero = not values.any()
        look = {"color": color, "marker": marker, "markersize": 0.75 * size(), "linewidth": 0.2 * size()}
        if is_zero:
            look |= {"transform": ax.get_xaxis_transform(), "clip_on": False}
            place = {"xycoords": "axes fraction", "xytext": (0, 7), "textcoords": "offset points"}
            ax.annotate("exactly 0", (0.02, 0), color=color, **place)
        heights = np.zeros_like(values) if is_zero else values
        ax.plot(np.arange(1, profile.depth + 1), heights, markevery=max(1, profile.depth // 7), **look)


def _set_window(ax, profiles):
    """A log axis over all that is not 0, the same for both panels, inside ``WINDOW``."""
    values = np.concatenate(
        [getattr(p, quantity) for p in profiles for quantity in ("activation_std", "gradient_norm")]
    )
    values = values[(values > 0) & np.isfinite(values)]
    low, high = (values.min(), values.max()) if len(values) else (0.1, 10)
    ax.set_yscale("log")
    ax.set_ylim(max(low / 30, WINDOW[0]), min(high * 30, WINDOW[1]))
    ax.set_xlabel("hidden layer")
    ax.set_xticks([1, *range(5, profiles[0].depth + 1, 5)])
    ax.set_xlim(0.5, profiles[0].depth + 0.5)
    ax.grid(visible=True, alpha=0.3)
