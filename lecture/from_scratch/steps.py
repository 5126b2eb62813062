"""One step of gradient descent taken apart: forward, loss, backward, update, each with its formula and numbers."""

from dataclasses import dataclass

import numpy as np

from lecture.checks import real, whole
from lecture.from_scratch.net import LOSSES, Net, batch

SHOWN_TERMS = 3  # of a sum that is written out


@dataclass(frozen=True, eq=False)
class Step:
    """One step: what is worked out (``quantity``), of which layer (1 … L, inputs 0), and its values.

    ``quantity`` is "x", "z", "a", "loss", "delta" (∂L/∂z), "W" (∂L/∂W), "b" (∂L/∂b) or "update". ``formula`` spells out
    one unit, or one weight, as (text, factor) pairs; the factor is "above", "activation" or "input" where the text is
    one of the chain rule's three, else "".
    """

    phase: str  # "forward", "loss", "backward" or "update"
    quantity: str
    layer: int
    values: np.ndarray  # (n, units) or, of "W" and "b", that of the parameter; of "loss" and "update" the loss
    sentence: str
    formula: tuple

    def describe(self):
        """Return the sentence and the formula as one text."""
        return f"{self.sentence} {''.join(text for text, _ in self.formula)}"


@dataclass(frozen=True, eq=False)
class Trace:
    """All steps in order, and what they were worked out from."""

    net: Net
    X: np.ndarray  # (n, n_in)
    y: np.ndarray  # (n, n_out)
    learning_rate: float
    sample: int  # the sample whose z, a and ∂L/∂z are shown; ∂L/∂W and ∂L/∂b are means over all
    signals: tuple
    gradients: tuple
    updated: Net
    steps: tuple

    def __len__(self):
        return len(self.steps)

    def describe(self, step):
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


def trace(net, X, y, *, learning_rate=0.5, sample=0):
    """Take one step of gradient descent apart.

    Parameters
    ----------
    net : Net
        Without batch norm and L2.
    X : array (n, n_in) or (n_in,)
        The batch, or one sample.
    y : array (n, n_out) or (n_out,)
    learning_rate : float
        0 or more.
    sample : int
        The sample of the batch whose numbers are shown.

    Returns
    -------
    Trace

    Raises
    ------
    ValueError
        If the shapes do not fit the net, or it has batch norm or L2.
    """
    X, y = batch(net, X, y)
    real(learning_rate, "learning_rate", least=0)
    whole(sample, "sample", most=len(X) - 1)
    plain_layers(net, "trace")
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
    return Trace(net, X, y, float(learning_rate), sample, tuple(signals), tuple(gradients), updated, tuple(steps))


def plain_layers(net, who):
    """Refuse a net with batch norm or L2, in the name of the function that is asked."""
    if net.l2 or any(layer.norm for layer in net.layers):
        raise ValueError(f"{who} follows plain dense layers, got a net with batch norm or L2.")


def short(value):
    """Return a number in few characters, with a true minus sign; what only rounding left of 0 is 0.

    >>> short(-0.1234), short(0.01234), short(1.0), short(1.6e-5), short(12345.0)
    ('−0.12', '0.012', '1', '2e−05', '1e+04')
    """
    size = abs(value)
    if size < 1e-12:
        return "0"
    if size >= 1000 or size < 0.0001:
        text = f"{value:.0e}"
    else:
        decimals = 0 if value == round(value) or size >= 9.995 else 2 if size >= 0.0995 else 3 if size >= 0.00095 else 4
        text = f"{value:.{decimals}f}"
    return text.replace("-", "−")


def indexed(letter, layer, *units):
    """Return a name with its layer above and its units below, such as w₁₂⁽¹⁾; from unit 10 on with commas."""
    below = "" if max(units, default=0) < 10 else ","
    above = f"⁽{str(layer).translate(_ABOVE)}⁾" if layer else ""
    return letter + below.join(str(unit).translate(_BELOW) for unit in units) + above


_BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_ABOVE = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _digits(value):
    """A loss: three digits, so that a small step shows."""
    return f"{value:.3g}".replace("-", "−")


def bracketed(value):
    """Return a number as it stands in a product: negative ones in brackets."""
    return f"({short(value)})" if value < 0 else short(value)


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

    def _name(self, layer, unit):
        """How the activation of a unit is called: x, a or ŷ."""
        if layer == 0:
            return indexed("x", 0, unit)
        return indexed("ŷ", 0, unit) if layer == len(self.net.layers) else indexed("a", layer, unit)

    def _mean(self):
        """How a mean over the batch begins."""
        return f"mean over {len(self.X)} examples of " if len(self.X) > 1 else ""

    @property
    def _is_listed(self):
        """Whether the mean is over so few samples that each one's number is written."""
        return 1 < len(self.X) <= SHOWN_TERMS

    def _listed(self, pieces_of):
        """The formula of a mean whose samples are all written: ``pieces_of(s)`` gives the pieces of sample s."""
        each = [pieces_of(s) for s in range(len(self.X))]
        return [("mean of ", "")] + [
            piece for k, pieces in enumerate(each) for piece in [(", ", "")] * (k > 0) + pieces
        ]

    def x(self):
        values = ", ".join(
            f"{indexed('x', 0, i)} = {short(v)}" for i, v in enumerate(self.X[self.sample][:SHOWN_TERMS], 1)
        )
        more = ", …" if self.X.shape[1] > SHOWN_TERMS else ""
        who = (
            "one example goes in"
            if len(self.X) == 1
            else f"{len(self.X)} examples go in together; the nodes show example {self.sample + 1}"
        )
        return Step("forward", "x", 0, self.X, f"Forward: {who}.", ((values + more, "input"),))

    def z(self, l):
        x, layer, z = self.signals[l - 1].x[self.sample], self.net.layers[l - 1], self.signals[l - 1].z
        formula = [(f"{indexed('z', l, 1)} = ", "")]
        for x_i, w in list(zip(x, layer.W[:, 0]))[:SHOWN_TERMS]:
            formula += [(bracketed(x_i), "input"), (f" · {bracketed(w)} + ", "")]
        more = "… + " if len(x) > SHOWN_TERMS else ""
        formula.append((f"{more}{bracketed(layer.b[0])} = {short(z[self.sample, 0])}", ""))
        sentence = f"Forward, layer {l}: weigh the inputs and add the bias, z = x W + b."
        return Step("forward", "z", l, z, sentence, tuple(formula))

    def a(self, l):
        signal, name = self.signals[l - 1], self.net.layers[l - 1].activation
        z, a = signal.z[self.sample], signal.a[self.sample]
        call = f"{name}({short(z[0])})"
        if name == "softmax":  # which takes all of z
            call = f"softmax({', '.join([*map(short, z[:SHOWN_TERMS]), *['…'] * (len(z) > SHOWN_TERMS)])})₁"
        formula = ((f"{self._name(l, 1)} = ", ""), (call, "activation"), (f" = {short(a[0])}", ""))
        return Step("forward", "a", l, signal.a, f"Forward, layer {l}: the activation, a = {name}(z).", formula)

    def loss(self):
        value = self.net.loss_of(self.signals, self.y)
        if self._is_listed:
            text = f"mean of {', '.join(map(_digits, LOSSES[self.net.loss].value(self.signals[-1].u, self.signals[-1].a, self.y)))}"
        else:
            text = self._mean() + LOSSES[self.net.loss].formula if len(self.X) > 1 else self._loss_in_numbers()
        formula = (("L = ", ""), (f"{text} = {_digits(value)}", "above"))
        sentence = "The loss: how far the prediction ŷ is from the target y."
        return Step("loss", "loss", len(self.net.layers), np.asarray(value), sentence, formula)

    def _loss_in_numbers(self):
        """The loss of a single sample, spelled out where that is short."""
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
        return before + " + ".join(terms[:SHOWN_TERMS] + ["…"] * (len(terms) > SHOWN_TERMS)) + after

    def delta(self, l):
        gradient, s = self.gradients[l - 1], self.sample
        chain = self._chain(l)
        if gradient.above is None:
            sentence = f"Backward, layer {l}: loss and {self.net.layers[-1].activation} together leave ∂L/∂z = ŷ − y."
        elif l == len(self.net.layers):
            sentence = f"Backward, layer {l}: the gradient of the loss, ŷ − y, times the slope of the activation."
        else:
            sentence = (
                f"Backward, layer {l}: what comes back over the weights, Σ w ∂L/∂z, times the slope of the activation."
            )
            back = list(zip(self.net.layers[l].W[0], self.gradients[l].delta[s]))
            terms = [f"{bracketed(w)} · {bracketed(d)}" for w, d in back[:SHOWN_TERMS]] + ["…"] * (
                len(back) > SHOWN_TERMS
            )
            chain = [(f"[{' + '.join(terms)}]", "above"), *chain[1:]] if len(chain) == 3 else chain
        formula = [(f"∂L/∂{indexed('z', l, 1)} = ", ""), *chain, (f" = {short(gradient.delta[s, 0])}", "")]
        return Step("backward", "delta", l, gradient.delta, sentence, tuple(formula))

    def _chain(self, l):
        """∂L/∂z of the first unit as its factors: from above, and the slope."""
        gradient, s = self.gradients[l - 1], self.sample
        if gradient.above is None:
            return [(f"({short(self.signals[-1].a[s, 0])} − {bracketed(self.y[s, 0])})", "above")]
        if gradient.slope.ndim == 3:  # softmax: every output depends on every z
            pairs = list(zip(gradient.above[s], gradient.slope[s][:, 0]))
            terms = [
                [(bracketed(up), "above"), (" · ", ""), (bracketed(slope), "activation")]
                for up, slope in pairs[:SHOWN_TERMS]
            ]
            joined = [piece for term in terms for piece in [(" + ", ""), *term]][1:]
            return joined + ([(" + …", "")] if len(pairs) > SHOWN_TERMS else [])
        return [
            (bracketed(gradient.above[s, 0]), "above"),
            (" · ", ""),
            (bracketed(gradient.slope[s, 0]), "activation"),
        ]

    def W(self, l):
        gradient, signal, s = self.gradients[l - 1], self.signals[l - 1], self.sample
        dW = gradient.parameters["W"]
        above = self._chain(l)
        if len(above) > 3:  # a sum: already worked out in the step before
            above = [(bracketed(gradient.delta[s, 0]), "above")]
        name = f"∂L/∂{indexed('w', l, 1, 1)} = "
        if self._is_listed:
            factors = self._listed(
                lambda s: [
                    (bracketed(gradient.delta[s, 0]), "above"),
                    (" · ", ""),
                    (bracketed(signal.x[s, 0]), "input"),
                ]
            )
            formula = [(name, ""), *factors, (f" = {short(dW[0, 0])}", "")]
        elif len(self.X) > 1:
            symbols = [(f"∂L/∂{indexed('z', l, 1)}", "above"), (" · ", ""), (self._name(l - 1, 1), "input")]
            formula = [(name + self._mean(), ""), *symbols, (f" = {short(dW[0, 0])}", "")]
        else:
            into = (bracketed(signal.x[s, 0]), "input")
            formula = [(name, ""), *above, (" · ", ""), into, (f" = {short(dW[0, 0])}", "")]
        sentence = f"Backward, layer {l}: each weight's gradient is ∂L/∂z where it leads to, times its input."
        return Step("backward", "W", l, dW, sentence, tuple(formula))

    def b(self, l):
        gradient = self.gradients[l - 1]
        db = gradient.parameters["b"]
        name, end = f"∂L/∂{indexed('b', l, 1)} = ", (f" = {short(db[0])}", "")
        if self._is_listed:
            formula = ((name, ""), *self._listed(lambda s: [(short(gradient.delta[s, 0]), "above")]), end)
        else:
            formula = (
                (name + self._mean(), ""),
                (f"∂L/∂{indexed('z', l, 1)}", "above"),
                (" · ", ""),
                ("1", "input"),
                end,
            )
        sentence = f"Backward, layer {l}: a bias has the input 1, so its gradient is ∂L/∂z."
        return Step("backward", "b", l, db, sentence, formula)

    def update(self):
        old, new = self.net.layers[0].W[0, 0], self.updated.layers[0].W[0, 0]
        gradient = self.gradients[0].parameters["W"][0, 0]
        before = self.net.loss_of(self.signals, self.y)
        after = self.updated.loss_of(self.updated.forward(self.X), self.y)
        step = f"{short(old)} − {short(self.learning_rate)} · {bracketed(gradient)}"
        formula = ((f"{indexed('w', 1, 1, 1)} ← {step} = {short(new)}", ""),)
        sentence = f"Update all weights and biases at once: the loss goes from {_digits(before)} to {_digits(after)}."
        return Step("update", "update", 0, np.asarray(after), sentence, formula)
