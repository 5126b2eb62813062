"""Training on many examples, against a loop of single updates, and what it records, cuts and refuses."""

from dataclasses import replace

import numpy as np
import pytest
from from_scratch_nets import deep_task

from lecture.from_scratch import Net, dense_net, evaluate, fit, loss, moons, xor
from lecture.optimizers import Triangular
from lecture.shuffling import epoch_order

SETTINGS = {"momentum": 0.9, "epsilon": 1e-5}
RATES = Triangular(0.001, 0.1, step_size=4)


def by_hand(net, X, y, *, learning_rate, epochs, batch_size, seed):
    """The same training with nets as values: the nets after each step, and the signals of each batch."""
    nets, signals = [net], []
    for epoch in range(epochs):
        order = epoch_order(len(X), seed, epoch)
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            signals.append((nets[-1].forward(X[rows], training=True), y[rows]))
            gradients = nets[-1].backward(*signals[-1])
            nets.append(nets[-1].moved(signals[-1][0]).updated(gradients, learning_rate(len(nets) - 1)))
    return nets, signals


@pytest.mark.parametrize("norm", [False, SETTINGS], ids=["plain", "norm"])
def test_a_training_is_that_of_single_updates(norm):
    net, X, y = deep_task(3, n=23, batch_norm=norm, l2=0.05)
    before = [w.copy() for layer in net.layers for w in layer.parameters.values()]
    options = {"learning_rate": RATES, "epochs": 3, "batch_size": 10, "seed": 5}
    fitted = fit(net, X, y, **options, dtype="float64", record="step")
    nets, signals = by_hand(net, X, y, **options)
    for ours, theirs in zip(fitted.net.layers, nets[-1].layers, strict=True):
        for name, array in vars(theirs).items():
            if isinstance(array, np.ndarray):  # the moving averages, too
                np.testing.assert_allclose(getattr(ours, name), array, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(fitted.learning_rate, RATES(np.arange(9)), rtol=1e-15)
    np.testing.assert_allclose(fitted.cost, [n.loss_of(s, t) for n, (s, t) in zip(nets, signals)], rtol=1e-10)
    np.testing.assert_allclose(fitted.cost - fitted.loss, [n.penalty for n in nets[:-1]], rtol=1e-8)
    hits = [(s[-1].a.argmax(axis=1) == t.argmax(axis=1)).mean() for s, t in signals]
    np.testing.assert_allclose(fitted.accuracy, hits, rtol=1e-12)
    assert (fitted.steps == np.arange(1, 10)).all() and fitted.val_loss.size == 0
    for array, same in zip((w for layer in net.layers for w in layer.parameters.values()), before):
        np.testing.assert_array_equal(array, same)


def test_an_epoch_is_recorded_as_the_mean_over_its_examples():
    net, X, y = deep_task(2, n=25)
    options = {"learning_rate": 0.1, "epochs": 2, "batch_size": 10}
    steps, epochs = (fit(net, X, y, **options, record=record) for record in ("step", "epoch"))
    sizes = np.array([10, 10, 5])
    for name in ("loss", "cost", "accuracy"):
        wanted = getattr(steps, name).reshape(2, 3) @ sizes / 25
        np.testing.assert_allclose(getattr(epochs, name), wanted, rtol=1e-6)
    assert epochs.steps.tolist() == [3, 6] and epochs.learning_rate.tolist() == [0.1, 0.1]
    np.testing.assert_array_equal(epochs.net.matrices[0], steps.net.matrices[0])


def test_single_precision_is_double_precision_to_rounding():
    net, X, y = deep_task(3, n=40, batch_norm=SETTINGS)
    single, double = (
        fit(net, X, y, learning_rate=0.05, epochs=5, batch_size=20, dtype=d) for d in ("float32", "float64")
    )
    for ours, theirs in zip(single.net.matrices, double.net.matrices):
        assert ours.dtype == np.float64
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert 0 < np.abs(single.loss - double.loss).max() < 1e-5
    assert (np.float32(single.net.dense[0].W) == single.net.dense[0].W).all()


def test_the_validation_set_is_measured_in_prediction():
    net, X, y = deep_task(2, n=30, batch_norm=SETTINGS)
    fitted = fit(
        net, X[:20], y[:20], learning_rate=0.1, epochs=3, batch_size=10, X_val=X[20:], y_val=y[20:], dtype="float64"
    )
    assert len(fitted.val_loss) == 3
    assert fitted.val_cost[-1] == pytest.approx(loss(fitted.net, X[20:], y[20:]), rel=1e-12)
    assert fitted.val_cost[-1] - fitted.val_loss[-1] == pytest.approx(fitted.net.penalty)
    found = evaluate(fitted.net, X[20:], y[20:])
    hits = fitted.net.predict(X[20:]).argmax(axis=1) == y[20:].argmax(axis=1)
    assert found.accuracy == fitted.val_accuracy[-1] == hits.mean()
    assert (found.loss, found.cost) == pytest.approx((fitted.val_loss[-1], fitted.val_cost[-1]), rel=1e-5)


def test_examples_are_measured_in_blocks():
    net = dense_net([2, 3, 1], seed=1)
    X, y = moons(12_001, seed=2)
    found = evaluate(net, X, y)
    assert found.accuracy == pytest.approx(((net.predict(X) > 0.5) == y).mean(), abs=1e-4)
    assert found.loss == found.cost == pytest.approx(loss(net, X, y), rel=1e-5)
    regression = dense_net([2, 1], output="linear")
    assert np.isnan(evaluate(regression, X, y).accuracy)


def test_it_learns():
    X, y = moons(400, seed=0)
    net = dense_net([2, 16, 16, 1], activation="relu", initializer="he_normal", batch_norm=SETTINGS)
    fitted = fit(net, X, y, learning_rate=Triangular(1e-3, 0.5, 40), epochs=20, batch_size=100)
    assert fitted.accuracy[-1] > 0.97 and fitted.loss[-1] < 0.2 < fitted.loss[0]
    assert "A 2-16-16-1 net after 80 update steps: cost" in fitted.describe()
    assert f"accuracy {fitted.accuracy[-1]:.1%} in training" in fitted.describe() and fitted.notes == ()


def test_the_same_seed_gives_the_same_training():
    net, X, y = deep_task(1, n=20)
    one, same, other = (
        fit(net, X, y, learning_rate=0.1, epochs=1, batch_size=5, seed=s).net.matrices for s in (3, 3, 4)
    )
    np.testing.assert_array_equal(one[0], same[0])
    assert (one[0] != other[0]).any()


def test_a_training_that_diverges_ends_there_and_says_so():
    net, X, y = deep_task(3, n=40)
    fitted = fit(net, X * 1e3, y, learning_rate=1e6, epochs=50, batch_size=20, X_val=X, y_val=y)
    assert fitted.diverged and fitted.steps[-1] < 100 and np.isfinite(fitted.loss[:-1]).all()
    assert "The training diverged at step" in fitted.describe()
    assert fitted.val_accuracy[-1] == (y.argmax(axis=1) == 0).mean()  # one class for all


def test_a_schedule_that_ends_high_is_noted():
    net, X, y = deep_task(1, n=20)
    fitted = fit(net, X, y, learning_rate=Triangular(0.001, 0.1, 8), epochs=2, batch_size=5)
    assert "ended at a high learning rate, 0.088 of at most 0.088" in fitted.describe()
    assert fit(net, X, y, learning_rate=Triangular(0.001, 0.1, 4), epochs=2, batch_size=5).notes == ()
    assert fit(net, X, y, learning_rate=0.1, epochs=1, batch_size=5).notes == ()


class Interrupted(Net):
    """A net at whose eighth batch somebody presses Ctrl-C."""

    def signals(self, x, training=False):
        if training:
            PASSES.append(1)
            if len(PASSES) == 8:
                raise KeyboardInterrupt
        return super().signals(x, training)


PASSES = []


def test_an_interrupted_training_keeps_its_whole_epochs():
    net, X, y = deep_task(1, n=20)
    PASSES.clear()
    cut = fit(Interrupted(net.layers, net.loss, net.l2), X, y, learning_rate=0.1, epochs=5, batch_size=5)
    whole = fit(net, X, y, learning_rate=0.1, epochs=1, batch_size=5)
    np.testing.assert_array_equal(cut.net.matrices[0], whole.net.matrices[0])
    np.testing.assert_array_equal(cut.loss, whole.loss)
    assert "Training was interrupted; this is the net after 4 of 20 update steps." in cut.describe()
    PASSES[:] = [1] * 7
    with pytest.raises(KeyboardInterrupt):
        fit(Interrupted(net.layers, net.loss, net.l2), X, y, learning_rate=0.1, epochs=5, batch_size=5)


NET = dense_net([2, 3, 1])
X4, Y4 = xor()
NORM, X20, Y20 = deep_task(1, n=21, batch_norm=True)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"epochs": 0}, "epochs must be a whole number of at least 1, got 0"),
        ({"batch_size": 5}, "batch_size must be a whole number from 1 to 4, got 5"),
        ({"batch_size": 100}, "batch_size must be a whole number from 1 to 4, got 100"),
        ({"learning_rate": -0.1}, "learning_rate must be a number of at least 0, got -0.1"),
        ({"learning_rate": "cosine"}, "learning_rate must be a number of at least 0, got 'cosine'"),
        (
            {"learning_rate": lambda step: 0.1 - step},
            "learning_rate must give learning rates of at least 0, got -0.9 at step 1",
        ),
        ({"seed": -1}, "seed must be a whole number of at least 0, got -1"),
        ({"dtype": "float16"}, "dtype must be one of float32, float64, got 'float16'"),
        ({"record": "batch"}, "record must be one of epoch, step, got 'batch'"),
        ({"X_val": X4}, "X_val and y_val must be given together, got X_val only"),
        ({"X_val": X4[:, :1], "y_val": Y4}, r"X must be finite numbers of shape \(n, 2\), got shape \(4, 1\)"),
    ],
)
def test_bad_input_gets_one_sentence(options, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        fit(NET, X4, Y4, **{"learning_rate": 0.1, "epochs": 1, "batch_size": 2} | options)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        (5, "The last batch of each epoch would have 1 example, but batch norm needs 3 or more: choose another"),
        (19, "The last batch of each epoch would have 2 examples, but batch norm needs 3 or more"),
        (1, "Each batch would have 1 example, but batch norm needs 3 or more"),
    ],
)
def test_batches_that_are_too_small_for_batch_norm_are_refused_before_the_training(size, sentence):
    with pytest.raises(ValueError, match=sentence):
        fit(NORM, X20, Y20, learning_rate=0.1, epochs=1, batch_size=size)
    fit(replace(NORM, l2=0.0), X20, Y20, learning_rate=0.1, epochs=1, batch_size=6)  # a last batch of 3 will do


def test_images_of_another_size_and_labels_as_numbers_are_refused():
    net = dense_net([4, 3], output="softmax")
    with pytest.raises(ValueError, match=r"X must be finite numbers of shape \(n, 4\), got shape \(6, 5\)"):
        fit(net, np.zeros((6, 5)), np.eye(3)[[0, 1, 2, 0, 1, 2]], learning_rate=0.1, epochs=1, batch_size=3)
    with pytest.raises(ValueError, match=r"y must be one-hot labels of shape \(6, 3\), got numbers of shape \(6,\)"):
        fit(net, np.zeros((6, 4)), [0, 1, 2, 0, 1, 2], learning_rate=0.1, epochs=1, batch_size=3)
