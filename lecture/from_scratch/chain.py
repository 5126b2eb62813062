"""The gradient of one weight by the chain rule, factor by factor, and the gradient of a layer as three factors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import whole
from lecture.from_scratch.check import nudged_derivative
from lecture.from_scratch.formula import SHOWN_TERMS, above, bracketed, first_terms, indexed, into, slope
from lecture.from_scratch.layers import Gradient, Signal
from lecture.from_scratch.losses import LOSSES
from lecture.from_scratch.net import Net, batch
from lecture.from_scratch.steps import check_plain
from lecture.words import counted, plural, short

NUDGE = 1e-5  # step of the central difference


@dataclass(frozen=True, eq=False)
class Link:
    """One way from a unit's activation to the loss: over the weight to a unit of the next layer."""

    unit: int  # in the next layer, from 1
    weight: float  # ∂z/∂a: z of that unit with respect to this activation
    delta: float  # ∂L/∂z of that unit, which holds all that comes after it

    @property
    def value(self) -> float:
        """The gradient that comes back this way."""
        return self.weight * self.delta


@dataclass(frozen=True, eq=False)
class Chain:
    """∂L/∂w of one weight for one example: what comes from above, times the slope of the activation, times the input.

    ``weight`` is (layer, i, j), from unit i of layer - 1 to unit j of ``layer``; i = 0 is the bias. ``above`` is ∂L/∂a
    of unit j, the sum over its ``links``; in the last layer, which has none, it is the gradient of the loss. If loss
    and output activation are differentiated together, ``above`` is ∂L/∂z of that output and ``slope`` is None.
    """

    net: Net
    x: np.ndarray  # (n_in,)
    y: np.ndarray  # (n_out,)
    weight: tuple[int, int, int]
    above: float
    slope: float | None
    into: float
    links: tuple[Link, ...]
    signals: tuple[Signal, ...]
    gradients: tuple[Gradient, ...]
    nudged: float  # the same derivative by a central difference, from the loss alone

    @property
    def gradient(self) -> float:
        """∂L/∂w, the product of the factors."""
        return self.above * (1 if self.slope is None else self.slope) * self.into

    @property
    def is_last(self) -> bool:
        """Whether the weight leads into the last layer."""
        return self.weight[0] == len(self.net.layers)

    @property
    def n_paths(self) -> int:
        """The number of paths from the weight to the loss: each goes through one unit of every later layer."""
        return int(np.prod(self.net.sizes[self.weight[0] + 1 :], dtype=int))

    @property
    def symbols(self) -> tuple[tuple[str, str], ...]:
        """The chain rule for this weight, as pieces (mathtext, factor); factors as in ``Step.formula``."""
        l, i, j = self.weight
        names = _Symbols(len(self.net.layers), self.net.sizes[-1])
        w, z, a = names.weight(l, i, j), names.z(l, j), names.activation(l, j)
        pieces = [(_partial("L", w), ""), ("=", "")]
        if self.is_last:
            pieces.append((_partial("L", z if self.slope is None else a), "above"))
        else:
            ways = [
                _partial("L", names.z(l + 1, link.unit)) + r"\," + _partial(names.z(l + 1, link.unit), a)
                for link in self.links
            ]
            pieces.append((_sum(ways, (r"\left(", r"\right)")), "above"))
        if self.slope is not None:
            pieces += [(r"\cdot", ""), (_partial(a, z), "activation")]
        return (*pieces, (r"\cdot", ""), (_partial(z, w), "input"))

    @property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """The same in numbers, as pieces (text, factor)."""
        _l, _i, j = self.weight
        if self.is_last:
            product = above(f"({short(self.signals[-1].a[0, j - 1])} − {bracketed(self.y[j - 1])})")
        else:
            ways = [f"{bracketed(link.delta)} · {bracketed(link.weight)}" for link in self.links]
            product = above(_sum(ways, ("[", "]"), more="…"))
        if self.slope is not None:
            product *= slope(self.slope)
        return ("= " + product * into(self.into) + f" = {short(self.gradient)}").pieces

    @property
    def name(self) -> str:
        """The name of the weight, such as w₁₁⁽²⁾."""
        l, i, j = self.weight
        return indexed("w", l, i, j) if i else indexed("b", l, j)

    def describe(self) -> str:
        """Return the chain rule of this weight in a sentence, with numbers."""
        numbers = "".join(text for text, _ in self.numbers)
        middle = [] if self.slope is None else ["the slope of the activation"]
        factors = f"{', '.join(['what comes from above', *middle])}, and the input"
        ways = f" It reaches the loss on {self.n_paths} paths." if self.n_paths > 1 else ""
        return f"∂L/∂{self.name} {numbers}: {factors}. A small nudge of the weight gives {short(self.nudged)}.{ways}"


def chain_rule(net: Net, x: ArrayLike, y: ArrayLike, weight: Sequence[int]) -> Chain:
    """Compute the gradient of one weight for one example, factor by factor.

    Parameters
    ----------
    net : Net
        Net without batch norm and L2, and without a softmax before the squared error (whose outputs depend on every z).
    x : array (n_in,)
        Example.
    y : array (n_out,)
        Targets.
    weight : (int, int, int)
        Layer (1 … L), the unit that the weight comes from (1 …; 0 for the bias), the unit that it leads to (1 …).

    Returns
    -------
    Chain

    Raises
    ------
    ValueError
        If there is no such weight, more than one example, or the net is of another kind.
    """
    X, Y = batch(net, x, y)
    if len(X) != 1:
        raise ValueError(f"chain_rule follows one example, got {len(X)}.")
    _check_slopes(net, "chain_rule")
    l, i, j = _weight(net, weight)
    signals = net.forward(X)
    gradients = net.backward(signals, Y)
    gradient = gradients[l - 1]
    merged = gradient.above is None
    last = l == len(net.layers)
    onward = () if last else zip(net.dense[l].W[j - 1], gradients[l].delta[0])
    links = tuple(Link(k, float(w), float(d)) for k, (w, d) in enumerate(onward, 1))
    name, at = ("W", (i - 1, j - 1)) if i else ("b", (j - 1,))
    return Chain(
        net,
        X[0],
        Y[0],
        (l, i, j),
        above=float((gradient.delta if merged else gradient.above)[0, j - 1]),
        slope=None if merged else float(gradient.slope[0, j - 1]),
        into=float(signals[l - 1].x[0, i - 1]) if i else 1.0,
        links=links,
        signals=tuple(signals),
        gradients=tuple(gradients),
        nudged=nudged_derivative(net, X, Y, layer=l - 1, name=name, at=at, h=NUDGE),
    )


def _check_slopes(net, function):
    """Refuse a net whose outputs depend on more than their own z."""
    check_plain(net, function)
    if net.layers[-1].activation == "softmax" and LOSSES[net.loss].output != "softmax":
        raise ValueError(f"{function} needs outputs that depend on their own z only, got a softmax with {net.loss}.")


def _weight(net, weight):
    """A weight's three numbers, checked against the net."""
    try:
        l, i, j = weight
    except (TypeError, ValueError):
        raise ValueError(f"weight must be (layer, from, to), got {weight!r}.") from None
    whole(l, "The layer of a weight", least=1, most=len(net.layers))
    whole(i, f"The unit that a weight into layer {l} comes from", most=net.sizes[l - 1])
    whole(j, f"The unit that a weight into layer {l} leads to", least=1, most=net.sizes[l])
    return int(l), int(i), int(j)


def _partial(above, below):
    above = r"\mathcal{L}" if above == "L" else above
    return rf"\dfrac{{\partial {above}}}{{\partial {below}}}"


def _sum(terms, brackets, more=r"\cdots"):
    """The first terms of a sum, in brackets if there are several."""
    shown = [*terms[:SHOWN_TERMS], *[more] * (len(terms) > SHOWN_TERMS)]
    return terms[0] if len(terms) == 1 else f"{brackets[0]}{' + '.join(shown)}{brackets[1]}"


@dataclass(frozen=True)
class _Symbols:
    """Names in formulas, as mathtext."""

    n_layers: int
    n_outputs: int

    def weight(self, l, i, j):
        return f"w^{{({l})}}_{{{i},{j}}}" if i else f"b^{{({l})}}_{{{j}}}"

    def z(self, l, j):
        return f"z^{{({l})}}_{{{j}}}"

    def activation(self, l, j):
        if l == self.n_layers:
            return r"\hat{y}" if self.n_outputs == 1 else rf"\hat{{y}}_{{{j}}}"
        return f"a^{{({l})}}_{{{j}}}" if l else f"x_{{{j}}}"


@dataclass(frozen=True, eq=False)
class LayerGradient:
    """∂L/∂W of one layer for a batch: the three factors, their product for each example, and the mean of these.

    If loss and output activation are differentiated together, ``above`` is ∂L/∂z of the output and ``slope`` is None.
    """

    net: Net
    layer: int  # from 1
    inputs: np.ndarray  # (n, n_in) the activations of the layer below
    above: np.ndarray  # (n, n_out) ∂L/∂a of the loss of each example
    slope: np.ndarray | None  # (n, n_out) ∂a/∂z

    @property
    def weights(self) -> np.ndarray:
        """W (n_in, n_out)."""
        return self.net.dense[self.layer - 1].W

    @property
    def delta(self) -> np.ndarray:
        """∂L/∂z (n, n_out)."""
        return self.above if self.slope is None else self.above * self.slope

    @property
    def examples(self) -> np.ndarray:
        """∂L/∂W of each example (n, n_in, n_out): each matrix has the shape of the weights."""
        return self.inputs[:, :, None] * self.delta[:, None, :]

    @property
    def mean(self) -> np.ndarray:
        """The mean over the examples (n_in, n_out), which gradient descent uses: a single matrix product."""
        return self.inputs.T @ self.delta / len(self.inputs)

    @property
    def total(self) -> np.ndarray:
        """The sum over the examples (n_in, n_out), which grows with the batch."""
        return self.inputs.T @ self.delta

    def describe(self) -> str:
        """Return the shapes, and the numbers for the first weight, in a sentence."""
        n, (n_in, n_out) = len(self.inputs), self.weights.shape
        w = indexed("w", self.layer, 1, 1)
        head = f"Layer {self.layer} has {n_in} times {n_out} weights, and its gradient is a matrix of the same shape"
        values = ", ".join(first_terms([short(value) for value in self.examples[:, 0, 0]]))
        mean = f": their mean is {short(self.mean[0, 0])}" if n > 1 else ""
        return f"{head}. For {w} the {counted(n, 'example')} of the batch {plural(n, 'gives', 'give')} {values}{mean}."


def layer_gradient(net: Net, X: ArrayLike, y: ArrayLike, layer: int = 1) -> LayerGradient:
    """Compute the gradient of a layer's weights as its three factors, for each example of a batch.

    Parameters
    ----------
    net : Net
        Net without batch norm (which makes examples depend on each other) and L2, and without a softmax before the
        squared error.
    X : array (n, n_in)
        Batch.
    y : array (n, n_out)
        Targets.
    layer : int
        Number of the layer, from 1.

    Returns
    -------
    LayerGradient

    Raises
    ------
    ValueError
        If the shapes do not fit the net, there is no such layer, or the net is of another kind.
    """
    X, y = batch(net, X, y)
    _check_slopes(net, "layer_gradient")
    whole(layer, "layer", least=1, most=len(net.layers))
    signals = net.forward(X)
    gradient = net.backward(signals, y)[layer - 1]
    merged = gradient.above is None
    return LayerGradient(net, layer, signals[layer - 1].x, gradient.delta if merged else gradient.above, gradient.slope)
