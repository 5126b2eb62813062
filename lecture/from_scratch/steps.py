"""One step of gradient descent taken apart: forward, loss, backward, update, each with its formula and numbers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import real, whole
from lecture.from_scratch.formula import (
    SHOWN_TERMS,
    Formula,
    above,
    bracketed,
    first_terms,
    indexed,
    into,
    joined,
    slope,
)
from lecture.from_scratch.layers import Gradient, Signal
from lecture.from_scratch.losses import LOSSES
from lecture.from_scratch.net import Net, batch
from lecture.words import digits, short


@dataclass(frozen=True, eq=False)
class Step:
    """One step: the ``quantity`` that is computed, its layer (1 … L, 0 for the inputs), and its values.

    ``quantity`` is "x", "z", "a", "loss", "delta" (∂L/∂z), "W" (∂L/∂W), "b" (∂L/∂b) or "update". ``formula`` spells out
    one unit or one weight as pairs (text, factor); the factor is "above", "activation" or "input" if the text is one of
    the three factors of the chain rule, else "".
    """

    phase: str  # "forward", "loss", "backward" or "update"
    quantity: str
    layer: int
    values: np.ndarray  # (n, units); for "W" and "b" the shape of the parameter; for "loss" and "update" the loss
    sentence: str
    formula: tuple[tuple[str, str], ...]

    def describe(self) -> str:
        """Return the sentence and the formula as one text."""
        return f"{self.sentence} {''.join(text for text, _ in self.formula)}"


@dataclass(frozen=True, eq=False)
class StepByStep:
    """All steps in order, and what they were computed from."""

    net: Net
    X: np.ndarray  # (n, n_in)
    y: np.ndarray  # (n, n_out)
    learning_rate: float
    sample: int  # the example whose z, a and ∂L/∂z are shown; ∂L/∂W and ∂L/∂b are means over all
    signals: tuple[Signal, ...]
    gradients: tuple[Gradient, ...]
    updated: Net
    steps: tuple[Step, ...]

    def __len__(self):
        return len(self.steps)

    def describe(self, step: int) -> str:
        """Return what happens in ``step`` (0 … len - 1), with numbers.

        Raises
        ------
        ValueError
            If there is no such step.
        """
        whole(step, "step", most=len(self) - 1)
        now = self.steps[step]
        values = now.values[self.sample] if now.quantity in ("x", "z", "a", "delta") else now.values
        numbers = ", ".join(map(short, np.ravel(values)))
        everything = f" All: {numbers}." if np.size(values) > 1 else ""
        return f"Step {step} of {len(self) - 1}. {now.describe()}.{everything}"


def step_by_step(net: Net, X: ArrayLike, y: ArrayLike, *, learning_rate: float = 0.5, sample: int = 0) -> StepByStep:
    """Take one step of gradient descent apart.

    Parameters
    ----------
    net : Net
        Net without batch norm and L2.
    X : array (n, n_in) or (n_in,)
        Batch, or a single example.
    y : array (n, n_out) or (n_out,)
        Targets.
    learning_rate : float
        Learning rate, at least 0.
    sample : int
        Example of the batch whose numbers are shown, from 0.

    Returns
    -------
    StepByStep

    Raises
    ------
    ValueError
        If the shapes do not fit the net, or it has batch norm or L2.
    """
    X, y = batch(net, X, y)
    real(learning_rate, "learning_rate", least=0)
    whole(sample, "sample", most=len(X) - 1)
    check_plain(net, "step_by_step")
    signals = net.forward(X)
    gradients = net.backward(signals, y)
    updated = net.updated(gradients, learning_rate)
    tell = _Teller(net, X, y, learning_rate, sample, signals, gradients, updated)
    layers = range(1, len(net.layers) + 1)
    steps = [tell.x()]
    for l in layers:
        steps += [tell.z(l), tell.a(l)]
    steps.append(tell.loss())
    for l in reversed(layers):
        steps += [tell.delta(l), tell.W(l), tell.b(l)]
    steps.append(tell.update())
    return StepByStep(net, X, y, float(learning_rate), sample, tuple(signals), tuple(gradients), updated, tuple(steps))


def check_plain(net: Net, function: str) -> None:
    """Refuse a net with batch norm or L2; ``function`` is the name in the message."""
    if net.l2 or net.has_batch_norm:
        raise ValueError(f"{function} needs plain dense layers, got a net with batch norm or L2.")


@dataclass(frozen=True)
class _Teller:
    """Puts each step into words and numbers, spelled out for the first unit of the layer and its first weight."""

    net: Net
    X: np.ndarray
    y: np.ndarray
    learning_rate: float
    sample: int
    signals: list
    gradients: list
    updated: Net

    def x(self):
        n, inputs = len(self.X), self.X[self.sample]
        values = first_terms([f"{indexed('x', 0, i)} = {short(x)}" for i, x in enumerate(inputs, 1)])
        what = "one example goes in"
        if n > 1:
            what = f"{n} examples go in together; the nodes show example {self.sample + 1}"
        return Step("forward", "x", 0, self.X, f"Forward: {what}.", into(", ".join(values)).pieces)

    def z(self, l):
        x, layer, z = self.signals[l - 1].x[self.sample], self.net.dense[l - 1], self.signals[l - 1].z
        terms = [into(x_i) * bracketed(w) for x_i, w in zip(x, layer.W[:, 0])]
        bias, result = bracketed(layer.b[0]), short(z[self.sample, 0])
        formula = f"{indexed('z', l, 1)} = " + _sum(terms) + f" + {bias} = {result}"
        sentence = f"Forward, layer {l}: weigh the inputs and add the bias, z = x W + b."
        return Step("forward", "z", l, z, sentence, formula.pieces)

    def a(self, l):
        signal, name = self.signals[l - 1], self.net.layers[l - 1].activation
        z, a = signal.z[self.sample], signal.a[self.sample]
        call = f"{name}({short(z[0])})"
        if name == "softmax":  # which takes all of z
            call = f"softmax({', '.join(first_terms([*map(short, z)]))})₁"
        formula = f"{self._unit(l, 1)} = " + slope(call) + f" = {short(a[0])}"
        return Step("forward", "a", l, signal.a, f"Forward, layer {l}: the activation, a = {name}(z).", formula.pieces)

    def loss(self):
        value, last = self.net.loss_of(self.signals, self.y), self.signals[-1]
        loss = LOSSES[self.net.loss]
        if self._is_listed:
            text = f"mean of {', '.join(map(digits, loss.value(last.z, last.a, self.y)))}"
        elif len(self.X) > 1:
            text = self._mean + loss.formula
        else:
            text = self._loss_in_numbers()
        formula = "L = " + above(f"{text} = {digits(value)}")
        sentence = "The loss: how far the prediction ŷ is from the target y."
        return Step("loss", "loss", len(self.net.layers), np.asarray(value), sentence, formula.pieces)

    def delta(self, l):
        gradient, is_last = self.gradients[l - 1], l == len(self.net.layers)
        if gradient.above is None:
            what = f"loss and {self.net.layers[-1].activation} together leave ∂L/∂z = ŷ − y"
        elif is_last:
            what = "the gradient of the loss, ŷ − y, times the slope of the activation"
        else:
            what = "what comes back over the weights, Σ w ∂L/∂z, times the slope of the activation"
        product = self._chain(l) if is_last else self._chain(l, self._back(l))
        formula = f"∂L/∂{indexed('z', l, 1)} = " + product + f" = {short(gradient.delta[self.sample, 0])}"
        return Step("backward", "delta", l, gradient.delta, f"Backward, layer {l}: {what}.", formula.pieces)

    def W(self, l):
        gradient, x, s = self.gradients[l - 1], self.signals[l - 1].x, self.sample
        if self._is_listed:
            product = self._listed(lambda s: above(gradient.delta[s, 0]) * into(x[s, 0]))
        elif len(self.X) > 1:
            product = self._mean + above(f"∂L/∂{indexed('z', l, 1)}") * into(self._unit(l - 1, 1))
        elif self._is_sum(l):  # computed in the step before
            product = above(gradient.delta[s, 0]) * into(x[s, 0])
        else:
            product = self._chain(l) * into(x[s, 0])
        dW = gradient.parameters["W"]
        formula = f"∂L/∂{indexed('w', l, 1, 1)} = " + product + f" = {short(dW[0, 0])}"
        sentence = f"Backward, layer {l}: each weight's gradient is ∂L/∂z where it leads to, times its input."
        return Step("backward", "W", l, dW, sentence, formula.pieces)

    def b(self, l):
        gradient = self.gradients[l - 1]
        if self._is_listed:
            product = self._listed(lambda s: above(short(gradient.delta[s, 0])))
        else:
            product = self._mean + above(f"∂L/∂{indexed('z', l, 1)}") * into("1")
        db = gradient.parameters["b"]
        formula = f"∂L/∂{indexed('b', l, 1)} = " + product + f" = {short(db[0])}"
        sentence = f"Backward, layer {l}: a bias has the input 1, so its gradient is ∂L/∂z."
        return Step("backward", "b", l, db, sentence, formula.pieces)

    def update(self):
        old, new = self.net.dense[0].W[0, 0], self.updated.dense[0].W[0, 0]
        gradient = self.gradients[0].parameters["W"][0, 0]
        before = self.net.loss_of(self.signals, self.y)
        after = self.updated.loss_of(self.updated.forward(self.X), self.y)
        step = f"{short(old)} − {short(self.learning_rate)} · {bracketed(gradient)}"
        formula = Formula() + f"{indexed('w', 1, 1, 1)} ← {step} = {short(new)}"
        sentence = f"Update all weights and biases at once: the loss goes from {digits(before)} to {digits(after)}."
        return Step("update", "update", 0, np.asarray(after), sentence, formula.pieces)

    def _unit(self, layer, unit):
        """The name of a unit's activation: x, a or ŷ."""
        if layer == 0:
            return indexed("x", 0, unit)
        return indexed("ŷ", 0, unit) if layer == len(self.net.layers) else indexed("a", layer, unit)

    @property
    def _mean(self):
        """The beginning of a mean over the batch."""
        return f"mean over {len(self.X)} examples of " if len(self.X) > 1 else ""

    @property
    def _is_listed(self):
        """Whether a mean over the batch has so few terms that all are written out."""
        return 1 < len(self.X) <= SHOWN_TERMS

    def _listed(self, formula_of: Callable[[int], Formula]):
        """The mean over the batch, with the formula of each example written out."""
        return "mean of " + joined([formula_of(s) for s in range(len(self.X))], by=", ")

    def _is_sum(self, l):
        """Whether ∂L/∂z is a sum of products: each output of a softmax depends on every z."""
        gradient = self.gradients[l - 1]
        return gradient.above is not None and gradient.slope.ndim == 3

    def _chain(self, l, from_above=None):
        """∂L/∂z of the first unit as its factors: what comes from above (a number by default), and the slope."""
        gradient, s = self.gradients[l - 1], self.sample
        if gradient.above is None:
            return above(f"({short(self.signals[-1].a[s, 0])} − {bracketed(self.y[s, 0])})")
        if self._is_sum(l):
            return _sum([above(up) * slope(da) for up, da in zip(gradient.above[s], gradient.slope[s][:, 0])])
        return (from_above or above(gradient.above[s, 0])) * slope(gradient.slope[s, 0])

    def _back(self, l):
        """What comes back to the first unit of a layer: the sum over the units of the next."""
        pairs = zip(self.net.dense[l].W[0], self.gradients[l].delta[self.sample])
        return above(f"[{' + '.join(first_terms([f'{bracketed(w)} · {bracketed(d)}' for w, d in pairs]))}]")

    def _loss_in_numbers(self):
        """The loss of a single example, written out if that is short."""
        pairs = list(zip(self.signals[-1].a[0], self.y[0]))
        if self.net.loss == "squared_error":
            terms = [f"({short(y_hat)} − {bracketed(y)})²" for y_hat, y in pairs]
            before, after = ("½ [", "]") if len(terms) > 1 else ("½ ", "")
        elif np.isin(self.y, (0, 1)).all():
            terms = [f"ln {short(y_hat)}" for y_hat, y in pairs if y == 1]
            if self.net.loss == "binary_crossentropy":
                terms += [f"ln(1 − {short(y_hat)})" for y_hat, y in pairs if y == 0]
            before, after = ("−[", "]") if len(terms) > 1 else ("−", "")
        else:
            return LOSSES[self.net.loss].formula
        return before + " + ".join(first_terms(terms)) + after


def _sum(terms):
    """The first terms of a sum."""
    return joined(first_terms(terms), by=" + ")
