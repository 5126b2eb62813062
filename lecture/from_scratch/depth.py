"""How activations and gradients grow or shrink through a deep net before training, layer by layer."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from lecture.activations import ACTIVATIONS
from lecture.checks import one_of, whole
from lecture.from_scratch.initial import DISTRIBUTIONS, SCALES
from lecture.from_scratch.spread import spread

N_SAMPLES, N_CLASSES = 100, 10
SMALL = 1e-2  # ratios below it are called vanishing, ratios above 1 / SMALL exploding


@dataclass(frozen=True, eq=False)
class DepthProfile:
    """The activations and gradients in each hidden layer of an untrained net.

    ``activation_std`` is the standard deviation of a over the examples (root mean square over the units): what is left
    of the input. ``gradient_norm`` is the norm of ∂L/∂z (root mean square over the examples), ``weight_gradient_norm``
    the Frobenius norm of ∂L/∂W.
    """

    activation: str
    initializer: str
    distribution: str
    width: int
    activation_std: np.ndarray  # (depth,)
    gradient_norm: np.ndarray  # (depth,)
    weight_gradient_norm: np.ndarray  # (depth,)

    @property
    def depth(self) -> int:
        """The number of hidden layers."""
        return len(self.activation_std)

    @property
    def gradient_ratio(self) -> float:
        """The gradient at the first hidden layer divided by that at the last; nan if the last is 0."""
        first, last = self.gradient_norm[[0, -1]]
        return float(first / last) if last else np.nan

    @property
    def signal_ratio(self) -> float:
        """The spread of a at the last hidden layer divided by that at the first; nan if the first is 0."""
        first, last = self.activation_std[[0, -1]]
        return float(last / first) if first else np.nan

    @property
    def gradient_verdict(self) -> str:
        """``"vanishing"``, ``"exploding"``, ``"stable"`` or ``"none"`` (no weight has a gradient)."""
        return _verdict(self.gradient_ratio)

    @property
    def signal_verdict(self) -> str:
        """The same for the activations."""
        return _verdict(self.signal_ratio)

    def describe(self) -> str:
        """Return what was measured, in a sentence."""
        start = "zeros" if self.initializer == "zeros" else f"{self.initializer}, {self.distribution}"
        head = f"{self.depth} {self.activation} layers of {self.width} units, weights {start}: "
        if self.gradient_verdict == "none":
            same = "all units of a layer are the same for every input"
            return f"{head}{same}, and no weight of a hidden layer gets a gradient."
        gradient = {
            "vanishing": f"∂L/∂z vanishes on its way back, to {self.gradient_ratio:.1e} of what the last layer gets",
            "exploding": f"∂L/∂z explodes on its way back, to {self.gradient_ratio:.1e} times what the last layer gets",
            "stable": f"∂L/∂z at the first layer is {self.gradient_ratio:.2g} times that at the last",
        }[self.gradient_verdict]
        signal = {
            "vanishing": f"the activations shrink to {self.signal_ratio:.1e} of their spread",
            "exploding": f"the activations grow to {self.signal_ratio:.1e} times their spread",
            "stable": f"the activations keep {self.signal_ratio:.2g} of their spread",
        }[self.signal_verdict]
        weights = f"the weights of the first layer get a gradient of norm {self.weight_gradient_norm[0]:.1e}"
        return f"{head}{signal} on their way forward, and {gradient}; {weights}."


def _verdict(ratio):
    if not np.isfinite(ratio):
        return "none"
    return "vanishing" if ratio < SMALL else "exploding" if ratio > 1 / SMALL else "stable"


@cache
def measure_depth(
    activation: str = "tanh",
    initializer: str = "glorot",
    distribution: str = "normal",
    *,
    depth: int = 20,
    width: int = 100,
    seed: int = 0,
) -> DepthProfile:
    """Measure activations and gradients through the hidden layers of an untrained net.

    The net gets 100 examples from N(0, 1); its output is a softmax, its loss the cross-entropy for random classes, so
    that the gradient at the output (ŷ - y) has the same size for all initializations.

    What vanishes or explodes from layer to layer is ∂L/∂z (Glorot & Bengio 2010, eq. 6). ∂L/∂W is its product with the
    activations, and the two may cancel: with ReLU and small weights, ∂L/∂W is about equally tiny in all layers.

    Parameters
    ----------
    activation : str
        Activation of the hidden layers, a key of ``ACTIVATIONS``.
    initializer : str
        Scale of the weights, a key of ``SCALES``: "zeros", "small" (σ = 0.01), "large" (σ = 1), "glorot" or "he".
    distribution : {"normal", "uniform"}
        Distribution of the weights; both have the same standard deviation.
    depth : int
        Number of hidden layers, at least 2.
    width : int
        Units of each hidden layer, and number of inputs.
    seed : int
        Seed of the weights and of the data.

    Returns
    -------
    DepthProfile
    """
    one_of(activation, ACTIVATIONS, "activation")
    one_of(initializer, SCALES, "initializer")
    one_of(distribution, DISTRIBUTIONS, "distribution")
    whole(depth, "depth", least=2)
    whole(width, "width", least=1)
    name = initializer if initializer == "zeros" else f"{initializer}_{distribution}"
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N_SAMPLES, width))
    y = np.eye(N_CLASSES)[rng.integers(N_CLASSES, size=N_SAMPLES)]
    sizes = [width] * (depth + 1) + [N_CLASSES]
    found = spread(sizes, X, y, sigma=name, activation=activation, seeds=[seed])
    profile = DepthProfile(
        activation,
        initializer,
        distribution,
        width,
        found.activation_std[0],
        found.gradient_norm[0],
        found.weight_gradient_norm[0],
    )
    for array in (profile.activation_std, profile.gradient_norm, profile.weight_gradient_norm):
        array.flags.writeable = False  # the profile is cached
    return profile
