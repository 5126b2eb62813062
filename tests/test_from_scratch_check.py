"""Gradient checks: what is right passes, each fault is found, zeros and kinks are told apart from both."""

from dataclasses import replace

import numpy as np
import pytest
from from_scratch_nets import deep_task, random_task

from lecture.activations import ACTIVATIONS
from lecture.from_scratch import (
    FAULTS,
    BatchNorm,
    Dense,
    Net,
    check_gradients,
    dense_net,
    gradient_check,
    gradients,
    xor,
)

X4, Y4 = xor()
SETTINGS = {"epsilon": 1e-5}


class Halved(Net):
    """A net whose first layer gets half of its gradient."""

    def backward(self, signals, y):
        found = super().backward(signals, y)
        found[0].parameters["W"] *= 0.5
        return found


@pytest.mark.parametrize("seed", range(9))
@pytest.mark.parametrize("norm", [False, SETTINGS], ids=["plain", "norm"])
@pytest.mark.parametrize(("method", "reach"), [("central", 5e-9), ("complex", 1e-12)])
def test_every_array_of_nets_of_up_to_nine_layers_is_right(seed, norm, method, reach):
    net, X, y = deep_task(seed, n=20, batch_norm=norm)
    check = check_gradients(net, X, y, method=method, entries=40, directions=4)
    assert check, check.table()
    assert check.worst.error < reach
    assert check.worst.error == max(row.error for row in check.rows if row.verdict == "right")
    names = {(row.layer, row.name) for row in check.rows}
    arrays = ("W", "b", "gamma", "beta") if norm else ("W", "b")
    last = len(net.dense)
    assert names == {(l, name) for l in range(1, last) for name in arrays} | {(last, "W"), (last, "b")}
    zero = {(row.layer, row.name) for row in check.rows if row.verdict == "zero"}
    assert zero == ({(l, "b") for l in range(1, last)} if norm else set())  # the mean takes these biases out


def test_all_entries_of_a_deep_net_are_right():
    net, X, y = deep_task(8, batch_norm=SETTINGS)
    for method, reach in (("central", 2e-8), ("complex", 1e-12)):  # batch norm of 5 examples is curved: 7e-9
        check = check_gradients(net, X, y, method=method)
        assert check.count("wrong") == 0 and check.worst.error < reach
        assert [row.compared for row in check.rows] == [
            w.size for layer in net.layers for w in layer.parameters.values()
        ]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("n", [5, 20])
@pytest.mark.parametrize("method", ["central", "complex"])
def test_each_fault_of_batch_norm_is_found_below_the_last_one(fault, n, method):
    net, X, y = deep_task(3, n=n, batch_norm=SETTINGS | {"fault": fault})
    check = check_gradients(net, X, y, method=method, entries=30, directions=2)
    assert not check
    found = {row.label: row for row in check.rows}
    assert [found[name].verdict for name in ("W4", "b4", "γ3", "β3")] == ["right"] * 4
    wrong = [found[name] for name in ("W3", "W2", "W1", "γ2", "β2", "γ1", "β1")]
    assert {row.verdict for row in wrong} == {"wrong"}
    assert min(row.error for row in wrong) > 0.005 and check.worst.error > 0.02


def test_a_small_gradient_that_is_wrong_is_found():
    net = dense_net([2, 3, 1], output="linear", loss="squared_error", seed=1)
    wrong = Halved(net.layers, net.loss)
    X, y = X4 * 0.01, Y4
    assert np.abs(gradients(net, X, y)[0]["W"]).max() < 1e-4
    check = check_gradients(wrong, X, y)
    assert not check and [row.label for row in check.rows if row.verdict == "wrong"] == ["W1"]
    assert gradient_check(wrong, X, y) == pytest.approx(1 / 3, abs=1e-5)  # |½ g - g| / (½ |g| + |g|)
    assert gradient_check(net, X, y) < 1e-5  # rounding, 1e-10 of such small numbers


def test_the_error_is_that_of_the_formula():
    net, X, y = random_task(2)
    wrong = Halved(net.layers, net.loss, net.l2)
    row = check_gradients(wrong, X, y, method="complex").rows[0]
    g, right = gradients(wrong, X, y)[0]["W"], gradients(net, X, y)[0]["W"]
    assert row.error == pytest.approx(np.linalg.norm(g - right) / (np.linalg.norm(g) + np.linalg.norm(right)))
    assert row.worst_index == np.unravel_index(np.abs(g - right).argmax(), g.shape)
    assert (row.ours, row.theirs) == pytest.approx((g[row.worst_index], right[row.worst_index]))
    assert row.largest == pytest.approx(np.abs(right).max())


@pytest.mark.parametrize("seed", range(12))
def test_both_methods_agree_on_every_activation_and_loss(seed):
    net, X, y = random_task(seed, batch_norm=seed % 2 == 1, l2=0.01)
    assert check_gradients(net, X, y)
    if all(ACTIVATIONS[layer.activation].analytic for layer in net.layers):
        check = check_gradients(net, X, y, method="complex")
        assert check and check.worst.error < 1e-13


def test_a_kink_is_counted_and_cured_by_a_smaller_step():
    # One unit whose z is 3e-4 above 0: a nudge of its bias by 1e-3 crosses, by 1e-4 does not.
    net = Net((Dense([[1.0]], [0.0], "relu"), Dense([[1.0]], [0.0], "linear")), "squared_error")
    check = check_gradients(net, [[3e-4]], [[1.0]], h=1e-3)
    bias = check.rows[1]
    assert (bias.kinks, bias.unjudged, bias.verdict) == (1, 0, "right")
    assert (check.rows[0].kinks, check.kinks, bool(check)) == (0, 1, True)
    near = check_gradients(net, [[3e-6]], [[1.0]], h=1e-3)
    assert (near.rows[1].kinks, near.rows[1].unjudged, near.rows[1].verdict) == (1, 1, "not judged")
    assert not near and "not judged (b1)" in near.describe()
    assert check_gradients(net, [[3e-6]], [[1.0]], method="complex")  # which crosses none


def test_a_kink_does_not_hide_what_is_wrong_beside_it():
    class Wrong(Net):
        def backward(self, signals, y):
            found = super().backward(signals, y)
            found[0].parameters["b"] = found[0].parameters["b"] * 0.9
            return found

    layers = (Dense([[1.0, 1.0]], [0.0, 1.0], "relu"), Dense([[1.0], [1.0]], [0.0], "linear"))
    row = check_gradients(Wrong(layers, "squared_error"), [[3e-6]], [[3.0]], h=1e-3).rows[1]
    assert (row.unjudged, row.verdict) == (1, "wrong")


def test_what_is_lost_in_rounding_is_neither_right_nor_wrong():
    def net(w):
        return Net((Dense([[w]], [0.0], "linear"), Dense([[w]], [0.0], "linear")), "squared_error")

    X, y = [[1e-6], [1e-6]], [[1000.0], [1000.0]]  # a loss of 5e5, so ĝ is off by 1e-5 and more
    check = check_gradients(net(1.0), X, y)
    first = check.rows[0]
    assert first.ours == pytest.approx(-1e-3) and first.noise > 1e-5
    assert first.verdict in ("right", "not judged")
    assert check_gradients(net(1.0), X, y, method="complex").worst.error < 1e-15
    nothing = check_gradients(net(1e-9), X, y).rows[0]
    assert nothing.verdict == "zero" and nothing.largest < nothing.noise


def test_directions_see_all_entries_at_once():
    net, X, y = deep_task(2)
    rows = check_gradients(net, X, y, entries=0, directions=3, method="complex").rows
    assert {row.compared for row in rows} == {3} and {row.worst_index for row in rows} == {None}
    wrong = Halved(net.layers, net.loss, net.l2)
    assert check_gradients(wrong, X, y, entries=0, directions=1).rows[0].error == pytest.approx(1 / 3, abs=1e-5)


def test_the_same_seed_checks_the_same_entries():
    net, X, y = deep_task(1)
    one, same, other = (check_gradients(net, X, y, entries=3, seed=seed).rows[0] for seed in (0, 0, 1))
    assert one == same or (one.worst_index, one.ours) == (same.worst_index, same.ours)
    assert one.ours != other.ours


def test_a_check_describes_itself():
    net, X, y = deep_task(2, batch_norm=SETTINGS | {"fault": "variance"})
    check = check_gradients(net, X, y, entries=20)
    text = check.describe()
    assert f"of {len(check.rows)} arrays {check.count('right')} are right" in text
    assert "0 within rounding (b1 and b2)" in text and "wrong (W1, " in text
    assert f"The worst is {check.worst.label}" in text and "by central differences with h = 1e-05" in text
    lines = str(check.table()).splitlines()
    assert len(lines) == 1 + len(check.rows) and lines[0].split()[0] == "array" and lines[3].split()[0] == "γ1"
    assert "a complex step:" in check_gradients(net, X, y, entries=1, method="complex").describe()


NET = dense_net([2, 3, 1])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: check_gradients(NET, X4, Y4, h=0.1), "h must be a number above 0 and at most 0.01, got 0.1"),
        (lambda: check_gradients(NET, X4, Y4, h=-1e-5), "h must be a number above 0 and at most 0.01, got -1e-05"),
        (lambda: check_gradients(NET, X4, Y4, method="exact"), "method must be one of central, complex, got 'exact'"),
        (lambda: check_gradients(NET, X4, Y4, entries=-1), "entries must be a whole number of at least 0, got -1"),
        (lambda: check_gradients(NET, X4, Y4, entries=0), "entries or directions must be nudged, got 0 of both"),
        (
            lambda: check_gradients(dense_net([2, 3, 1], activation="gelu"), X4, Y4, method="complex"),
            "activations that take complex numbers, got gelu: use method='central'",
        ),
        (
            lambda: check_gradients(NET.astype("float32"), X4, Y4),
            "needs a net in float64, got float32: in float32 rounding alone makes errors of a few percent",
        ),
        (
            lambda: check_gradients(dense_net([2, 3, 1], batch_norm=True), X4[:2], Y4[:2]),
            "Batch norm needs 3 examples or more to say anything in training, got 2",
        ),
        (
            lambda: check_gradients(dense_net([2, 3, 3], output="softmax"), X4, [0, 1, 2, 0]),
            r"y must be one-hot labels of shape \(4, 3\), got numbers of shape \(4,\): np.eye\(3\)\[y\] makes them",
        ),
        (lambda: check_gradients(NET, X4, Y4, seed=-1), "seed must be a whole number of at least 0, got -1"),
        (lambda: dense_net([2, 3, 1], seed=-1), "seed must be a whole number of at least 0, got -1"),
        (lambda: check_gradients(NET, X4, Y4).count("fine"), "verdict must be one of right, zero, .*, got 'fine'"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        call()
    assert "\n" not in str(error.value)


def test_faults_do_not_show_in_the_loss():
    net, X, _ = deep_task(2, batch_norm=True)
    wrong = replace(
        net,
        layers=tuple(replace(layer, fault="sums") if isinstance(layer, BatchNorm) else layer for layer in net.layers),
    )
    np.testing.assert_array_equal(wrong.predict(X), net.predict(X))
    np.testing.assert_array_equal(wrong.forward(X, training=True)[-1].a, net.forward(X, training=True)[-1].a)
