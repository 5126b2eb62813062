"""A gradient by the chain rule, that of a layer as three factors, and their costs, each found in other ways too."""

import itertools
import re

import numpy as np
import pytest

from lecture.from_scratch import Dense, Net, chain_rule, dense_net, gradient_costs, gradients, layer_gradient, xor
from lecture.from_scratch.check import nudged_derivative

X, DIFFER = xor()
Y = np.hstack([DIFFER, X.min(axis=1, keepdims=True) > 0]).astype(float)
NETS = {
    "one output": dense_net([2, 3, 1], loss="squared_error", seed=11),
    "two outputs": dense_net([2, 3, 2], loss="squared_error", seed=5),
    "deep": dense_net([2, 3, 3, 2], loss="squared_error", seed=29),
    "cross-entropy": dense_net([2, 3, 2], seed=1),
    "softmax": dense_net([2, 3, 2], output="softmax", seed=1),
    "linear": dense_net([2, 4, 2], output="linear", activation="sigmoid", seed=2),
}


def targets(net):
    return (
        DIFFER
        if net.sizes[-1] == 1
        else np.hstack([DIFFER, 1 - DIFFER])
        if net.layers[-1].activation == "softmax"
        else Y
    )


def weights_of(net):
    """Every weight (layer, i, j), the biases as i = 0."""
    for l in range(1, len(net.sizes)):
        yield from itertools.product([l], range(net.sizes[l - 1] + 1), range(1, net.sizes[l] + 1))


@pytest.mark.parametrize("name", NETS)
def test_the_factors_of_every_weight_multiply_to_its_gradient(name):
    net = NETS[name]
    y = targets(net)
    for x, t in zip(X, y):
        found = gradients(net, x, t)
        for l, i, j in weights_of(net):
            chain = chain_rule(net, x, t, (l, i, j))
            known = found[l - 1]["W"][i - 1, j - 1] if i else found[l - 1]["b"][j - 1]
            assert chain.gradient == pytest.approx(known, rel=1e-12, abs=1e-15)
            assert chain.gradient == pytest.approx(chain.nudged, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", NETS)
def test_what_comes_from_above_is_the_sum_over_all_paths(name):
    """For each path from the unit to an output: weights times slopes along it, times the gradient of the loss."""
    net = NETS[name]
    x, t = X[1], targets(net)[1]
    signals = net.forward(x)
    last = net.layers[-1]
    if last.activation == "softmax":  # ŷ - y already holds the slope
        slopes_out = np.ones(2)
        error = signals[-1].a[0] - t
    else:
        slopes_out = {"sigmoid": signals[-1].a[0] * (1 - signals[-1].a[0]), "linear": np.ones(net.sizes[-1])}[
            last.activation
        ]
        error = signals[-1].a[0] - t
        error = error / slopes_out if net.loss == "binary_crossentropy" else error
    hidden = {"tanh": lambda a: 1 - a**2, "sigmoid": lambda a: a * (1 - a)}[net.layers[0].activation]
    for l, i, j in weights_of(net):
        if l == len(net.layers):
            continue
        chain, paths = chain_rule(net, x, t, (l, i, j)), []
        for units in itertools.product(*[range(size) for size in net.sizes[l + 1 :]]):
            value, at = 1.0, j - 1
            for layer, k in enumerate(units, start=l + 1):
                slope = slopes_out[k] if layer == len(net.layers) else hidden(signals[layer - 1].a[0, k])
                value, at = value * net.layers[layer - 1].W[at, k] * slope, k
            paths.append(value * error[at])
        assert len(paths) == chain.n_paths
        assert sum(paths) == pytest.approx(chain.above, rel=1e-9)
        assert sum(link.value for link in chain.links) == pytest.approx(chain.above, rel=1e-12)


def test_the_last_layer_by_hand():
    """d/dŷ of ½ (ŷ - y)² is ŷ - y: a prediction below the truth has a negative gradient over a positive input."""
    net = Net((Dense([[0.5]], [0.1], "tanh"), Dense([[-1.0]], [0.2], "sigmoid")), "squared_error")
    a = np.tanh(0.5 * 2 + 0.1)
    y_hat = 1 / (1 + np.exp(a - 0.2))
    chain = chain_rule(net, [2.0], [1.0], (2, 1, 1))
    assert (chain.above, chain.slope, chain.into) == pytest.approx((y_hat - 1, y_hat * (1 - y_hat), a), rel=1e-12)
    assert chain.gradient < 0 and not chain.links and chain.n_paths == 1
    bias = chain_rule(net, [2.0], [1.0], (2, 0, 1))
    assert bias.into == 1 and bias.gradient == pytest.approx((y_hat - 1) * y_hat * (1 - y_hat), rel=1e-12)


def test_a_weight_leads_from_i_to_j():
    net = NETS["two outputs"]
    chain = chain_rule(net, X[2], Y[2], (1, 1, 3))
    assert chain.into == X[2, 0] and chain.name == "w₁₃⁽¹⁾"
    assert [link.weight for link in chain.links] == list(net.layers[1].W[2])


def test_the_formula_names_the_factors_and_has_their_numbers():
    for name, net in NETS.items():
        for weight in weights_of(net):
            chain = chain_rule(net, X[1], targets(net)[1], weight)
            factors = ["above", "activation", "input"] if chain.slope is not None else ["above", "input"]
            assert [f for _, f in chain.symbols if f] == [f for _, f in chain.numbers if f] == factors, name
            expression = (
                "".join(text for text, _ in chain.numbers)[2:]
                .replace("−", "-")
                .replace("·", "*")
                .replace("[", "(")
                .replace("]", ")")
            )
            left, right = expression.split(" = ")
            assert eval(left) == pytest.approx(float(right), rel=0.1, abs=0.02)  # what is written is rounded
            told = chain.describe()
            assert told.endswith(".") and not re.search(r"[$<]|nan", told) and chain.name in told


def test_keras_finds_the_same():
    keras = pytest.importorskip("keras")
    tensorflow = pytest.importorskip("tensorflow")
    net = NETS["two outputs"]
    model = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(3, "tanh", dtype="float64"),
            keras.layers.Dense(2, "sigmoid", dtype="float64"),
        ]
    )
    model.set_weights([value for layer in net.layers for value in (layer.W, layer.b)])
    with tensorflow.GradientTape() as tape:
        loss = tensorflow.reduce_mean(tensorflow.reduce_sum((model(X) - Y) ** 2 / 2, axis=1))
    found = [value.numpy() for value in tape.gradient(loss, model.trainable_variables)]
    for l in (1, 2):
        np.testing.assert_allclose(layer_gradient(net, X, Y, l).mean, found[2 * l - 2], rtol=1e-10)
        for i, j in itertools.product(range(1, net.sizes[l - 1] + 1), range(1, net.sizes[l] + 1)):
            mean = np.mean([chain_rule(net, x, t, (l, i, j)).gradient for x, t in zip(X, Y)])
            assert mean == pytest.approx(found[2 * l - 2][i - 1, j - 1], rel=1e-10)


# -- A layer, for a batch -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETS)
def test_a_layers_gradient_is_its_three_factors_and_a_mean(name):
    net = NETS[name]
    y = targets(net)
    for l in range(1, len(net.sizes)):
        gradient = layer_gradient(net, X, y, l)
        assert gradient.examples.shape == (4, *net.layers[l - 1].W.shape)
        for m in range(4):
            np.testing.assert_allclose(
                gradient.examples[m], gradients(net, X[m], y[m])[l - 1]["W"], rtol=1e-12, atol=1e-15
            )
        for i, j in np.ndindex(gradient.mean.shape):
            nudged = nudged_derivative(net, X, y, layer=l - 1, name="W", at=(i, j), h=1e-5)
            assert gradient.mean[i, j] == pytest.approx(nudged, rel=1e-6, abs=1e-9)
        np.testing.assert_allclose(gradient.mean, gradient.examples.mean(axis=0), rtol=1e-12, atol=1e-15)
        assert gradient.describe().endswith(".")


def test_the_mean_does_not_depend_on_the_size_of_the_batch_but_the_sum_does():
    net = NETS["two outputs"]
    once, thrice = layer_gradient(net, X, Y), layer_gradient(net, np.tile(X, (3, 1)), np.tile(Y, (3, 1)))
    np.testing.assert_allclose(thrice.mean, once.mean, rtol=1e-12)
    np.testing.assert_allclose(thrice.total, 3 * once.total, rtol=1e-12)


# -- Costs: carried out in plain Python, with every multiplication counted ------------------------------------------


class Counter:
    """Multiplies, and counts."""

    n = 0

    def times(self, a, b):
        self.n += 1
        return a * b


def slope_of(layer, a):
    return {"tanh": 1 - a**2, "sigmoid": a * (1 - a), "linear": 1.0}[layer.activation]


def forward(net, x, count):
    activations = [list(x)]
    for layer in net.layers:
        below = activations[-1]
        z = [
            sum(count.times(a, layer.W[i, j]) for i, a in enumerate(below)) + layer.b[j]
            for j in range(layer.W.shape[1])
        ]
        activations.append(
            [
                {"tanh": np.tanh, "sigmoid": lambda v: 1 / (1 + np.exp(-v)), "linear": float}[layer.activation](v)
                for v in z
            ]
        )
    return activations


def backward(net, activations, y, count):
    above, found = [a - t for a, t in zip(activations[-1], y)], []
    for l in reversed(range(len(net.layers))):
        layer = net.layers[l]
        delta = [count.times(up, slope_of(layer, a)) for up, a in zip(above, activations[l + 1])]
        found.insert(0, [delta, *[[count.times(a, d) for d in delta] for a in activations[l]]])
        if l:
            above = [sum(count.times(w, d) for w, d in zip(row, delta)) for row in layer.W]
    return found


def forward_mode(net, activations, y, weight, count):
    l, i, j = weight
    into = activations[l - 1][i - 1] if i else 1.0
    moved = {
        j - 1: count.times(into, slope_of(net.layers[l - 1], activations[l][j - 1]))
    }  # ∂a/∂w of the units that it reaches
    for layer, a in zip(net.layers[l:], activations[l + 1 :]):
        z = [sum(count.times(v, layer.W[k, j]) for k, v in moved.items()) for j in range(len(a))]
        moved = {j: count.times(v, slope_of(layer, a[j])) for j, v in enumerate(z)}
    return sum(count.times(activations[-1][k] - y[k], v) for k, v in moved.items())


@pytest.mark.parametrize("sizes", [[2, 3, 1], [3, 2], [2, 3, 4, 2], [1, 1, 1, 1, 1], [4, 3, 5, 2, 3]])
def test_the_counts_are_those_of_doing_it(sizes):
    net = dense_net(sizes, loss="squared_error", seed=3)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=sizes[0]), rng.normal(size=sizes[-1])
    costs, passes = gradient_costs(sizes), [Counter() for _ in range(3)]
    activations = forward(net, x, passes[0])
    found = backward(net, activations, y, passes[1])
    known = gradients(net, x, y)
    weights = list(weights_of(net))
    for l, i, j in weights:
        right = known[l - 1]["W"][i - 1, j - 1] if i else known[l - 1]["b"][j - 1]
        assert found[l - 1][i][j - 1] == pytest.approx(right, rel=1e-10, abs=1e-14)
        assert forward_mode(net, activations, y, (l, i, j), passes[2]) == pytest.approx(right, rel=1e-10, abs=1e-14)
    assert [p.n for p in passes] == [costs.forward, costs.backward, costs.forward_mode]
    assert costs.n_parameters == len(weights) and costs.nudging == 2 * len(weights) * costs.forward


def test_backward_takes_at_most_two_forward_passes_and_a_multiplication_for_each_unit():
    for sizes in ([2, 3, 1], [784, 512, 512, 10], [5, 100, 100, 100, 3], [1, 1]):
        costs = gradient_costs(sizes)
        assert costs.backward <= 2 * costs.forward + sum(sizes[1:])
    lecture = gradient_costs([784, 512, 512, 10])
    assert lecture.n_parameters == 669_706
    assert lecture.forward_mode > 2600 * lecture.backward  # as the text says, and so the next
    assert 900_000 < lecture.nudging / lecture.backward < 1_000_000
    assert "669,706" in lecture.describe()


TWO = NETS["two outputs"]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: chain_rule(TWO, X[0], Y[0], (3, 1, 1)),
            "The layer of a weight must be a whole number from 1 to 2, got 3",
        ),
        (
            lambda: chain_rule(TWO, X[0], Y[0], (1, 3, 1)),
            "The unit that a weight into layer 1 comes from must be a whole number from 0 to 2, got 3",
        ),
        (
            lambda: chain_rule(TWO, X[0], Y[0], (2, 1, 0)),
            "The unit that a weight into layer 2 leads to must be a whole number from 1 to 2, got 0",
        ),
        (lambda: chain_rule(TWO, X[0], Y[0], (2, 1)), r"weight must be \(layer, from, to\), got \(2, 1\)"),
        (lambda: chain_rule(TWO, X[0], Y[0], 3), r"weight must be \(layer, from, to\), got 3"),
        (lambda: chain_rule(TWO, X, Y, (1, 1, 1)), "chain_rule follows one example, got 4"),
        (
            lambda: chain_rule(dense_net([2, 2, 1], batch_norm=True), X[0], [1.0], (1, 1, 1)),
            "chain_rule needs plain dense layers",
        ),
        (lambda: layer_gradient(dense_net([2, 2, 1], l2=0.1), X, DIFFER), "layer_gradient needs plain dense layers"),
        (
            lambda: layer_gradient(dense_net([2, 3, 2], output="softmax", loss="squared_error"), X, Y),
            "layer_gradient needs outputs that depend on their own z only, got a softmax with squared_error",
        ),
        (lambda: layer_gradient(TWO, X, Y, 0), "layer must be a whole number from 1 to 2, got 0"),
        (lambda: gradient_costs([3]), r"sizes must be two or more positive layer sizes, got \[3\]"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
