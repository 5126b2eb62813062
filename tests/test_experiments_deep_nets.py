"""The deep networks of the report on batch norm: their images, their initial weights, and how they are trained."""

import keras
import numpy as np
import pytest
from deep_images import made_up, small_nets  # noqa: F401  (a fixture)

from lecture import experiments
from lecture.experiments import deep_nets
from lecture.experiments.deep_nets import (
    DeepNet,
    accuracies,
    accuracy,
    count_as_one_class,
    describe_diverged,
    diverged,
    starts,
    trained,
)
from lecture.experiments.standard_images import principal_axes, standard_images
from lecture.optimizers import Triangular
from lecture.shuffling import epoch_order

DEEP = ("gradient_faults", "cycles", "batch_norm", "inference", "penalty", "carried_over", "first_weights")


@pytest.fixture(scope="module")
def images():
    return made_up()


def test_axes_are_those_of_the_largest_variance():
    X = np.random.default_rng(0).normal(size=(500, 6)) * [1, 5, 2, 4, 3, 6]
    X -= X.mean(axis=0)
    axes, kept = principal_axes(X, 4)
    np.testing.assert_allclose(axes.T @ axes, np.eye(4), atol=1e-12)
    _, lengths, turned = np.linalg.svd(X, full_matrices=False)
    np.testing.assert_allclose(np.abs(np.sum(axes * turned[:4].T, axis=0)), 1)
    assert kept == pytest.approx((lengths[:4] ** 2).sum() / (lengths**2).sum())


def test_images_of_the_sample_are_standardized_and_rotated(monkeypatch):
    monkeypatch.setenv("LECTURE_DATA", "sample")
    pixels, components = standard_images(None), standard_images(100)
    assert pixels.X.shape[1] == pixels.n_pixels == components.n_pixels == 784 and components.X.shape[1] == 100
    assert np.abs(pixels.X).max() <= 10 and pixels.kept == 1
    varied = pixels.X.std(axis=0) > 0
    assert np.median(pixels.X[:, varied].std(axis=0)) == pytest.approx(1, abs=0.05)
    share = components.X.var(axis=0).sum() / pixels.X.var(axis=0).sum()
    assert share == pytest.approx(components.kept, abs=0.02) and 0.5 < components.kept < 1
    assert "100 principal components of 784 pixels" in components.describe()
    with pytest.raises(ValueError, match="n_components must be a whole number of at least 1, got 0"):
        standard_images(0)


def test_initial_weights_are_drawn_for_pixels(images):
    wide = images._replace(X=np.zeros((5, 400), np.float32), n_pixels=1600)
    kernel, bias, gamma, beta, *_, last, _ = starts(DeepNet(3), wide, [0, 1])
    assert kernel.shape == (2, 400, 50) and last.shape == (2, 50, 10)
    assert kernel.std() == pytest.approx(np.sqrt(2 / 1600), rel=0.02)
    assert last.std() == pytest.approx(np.sqrt(2 / 50), rel=0.1)
    assert not bias.any() and (gamma == 1).all() and not beta.any()
    assert starts(DeepNet(9, None, initializer=1e-3), wide, [0])[0].std() == pytest.approx(1e-3, rel=0.02)
    np.testing.assert_array_equal(starts(DeepNet(3), wide, [1])[0][0], kernel[1])


def test_a_network_is_the_one_that_keras_trains(images):
    """The same start, mini-batches, rates and penalty, through Keras' own layers and optimizer."""
    net = DeepNet(3, initializer=0.3, l2=0.01)
    ours = trained({"a": net}, images, half_cycle=6, n_cycles=2, seeds=[5], show=False)["a"]
    layers = []
    for units in deep_nets.HIDDEN[3]:
        layers.append(keras.layers.Dense(units, kernel_regularizer=keras.regularizers.L2(0.01)))
        layers.append(keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5))
        layers.append(keras.layers.ReLU())
    layers.append(keras.layers.Dense(10, "softmax", kernel_regularizer=keras.regularizers.L2(0.01)))
    model = keras.Sequential([keras.Input((12,)), *layers])
    kernels = [array[0] for array in starts(net, images, [5])]
    start = [*kernels[:4], np.zeros(50), np.ones(50), *kernels[4:8], np.zeros(50), np.ones(50), *kernels[8:]]
    model.set_weights(start)
    triangles = Triangular(deep_nets.LOWEST, deep_nets.HIGHEST, 6)
    model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy")
    step = 0
    for epoch in range(4):
        order = epoch_order(len(images.X), 5, epoch)
        for at in range(0, len(order), deep_nets.BATCH):
            model.optimizer.learning_rate = float(triangles(step))
            rows = order[at : at + deep_nets.BATCH]
            model.train_on_batch(images.X[rows], images.y[rows])
            step += 1
    assert step == 24 == ours.steps[-1]
    for mine, theirs in zip(ours.get_weights(), model.get_weights()):
        np.testing.assert_allclose(mine[0], theirs, atol=2e-4)
    right = (model.predict(images.X_test, verbose=0).argmax(axis=1) == images.y_test.argmax(axis=1)).mean()
    assert accuracy(ours, images.X_test, images.y_test)[0] == pytest.approx(right, abs=0.01)


def test_networks_of_both_depths_come_back_in_order_and_one_that_diverges_has_the_first_class(images):
    nets = {"deep": DeepNet(9), "wild": DeepNet(3, None, learning_rate=1e9), "plain": DeepNet(3, None)}
    found = trained(nets, images, half_cycle=3, n_cycles=1, seeds=range(2), show=False)
    assert list(found) == ["deep", "wild", "plain"] and found["deep"].net.sizes[1:3] == (50, 30)
    assert accuracy(found["wild"], images.X_test, images.y_test).tolist() == [0.1, 0.1]
    assert diverged(found["wild"]).all() and not diverged(found["deep"]).any()
    assert describe_diverged([found["plain"]]) == ""
    assert [values.tolist() for values in accuracies(found["wild"], images).values()] == [[0.1, 0.1]] * 3
    parts = accuracies(found["deep"], images)
    for part, (X, y) in {
        "training": (images.X, images.y),
        "validation": (images.X_val, images.y_val),
        "test": (images.X_test, images.y_test),
    }.items():
        assert parts[part] == pytest.approx(accuracy(found["deep"], X, y), abs=1e-6)
    assert describe_diverged(found.values()).startswith(" 2 networks have diverged and count")


def test_a_training_goes_on_from_trained_networks(images):
    """Without a learning rate nothing that is learnt changes, and from the same weights follows the same training."""
    nets, common = {"a": DeepNet(3)}, dict(half_cycle=3, n_cycles=1, show=False)
    before = trained(nets, images, seeds=[0, 1], **common)
    still = trained({"a": DeepNet(3, learning_rate=0.0)}, images, seeds=[5, 6], after=before, **common)["a"]
    for kept, array in zip(still.weights, before["a"].weights):
        np.testing.assert_array_equal(kept, array)
    on, again = (trained(nets, images, seeds=[7, 8], after=before, **common)["a"] for _ in range(2))
    assert not np.allclose(on.weights[0], before["a"].weights[0])
    np.testing.assert_array_equal(on.weights[0], again.weights[0])


@pytest.mark.parametrize("name", DEEP)
def test_images_on_which_nothing_can_be_trained_are_refused_before_anything_is(name, images, monkeypatch):
    question = experiments.get(name)
    for part in ("trained", "along_cycles", "largest_errors"):
        monkeypatch.setattr(question, part, lambda *_, **__: pytest.fail("work was begun"), raising=False)
    for bad, sentence in (
        (dict(X=images.X[:60], y=images.y[:60]), "images to train must be 100 or more, .*, got 60"),
        (dict(X=images.X[:502], y=images.y[:502]), "last mini-batch of 100 must have 3 or more, got 502"),
        (dict(X_test=images.X_test[:, :5]), r"images to test .* of 12 numbers, .*, got shapes \(150, 5\) and"),
        (dict(y=images.y.argmax(axis=1)), r"to train .* one-hot labels of 10 classes, .* \(600,\)"),
        (dict(y_val=images.y_val[1:]), r"images to validate .* got shapes \(150, 12\) and \(149, 10\)"),
        (dict(X_val=images.X_val[:0], y_val=images.y_val[:0]), r"to validate must be one or more, .*\(0, 12\)"),
        (dict(X=images.X * np.nan), "images to train must be finite numbers, got some that are not"),
    ):
        with pytest.raises(ValueError, match=sentence) as error:
            question.run(images=images._replace(**bad), show=False)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "name, how",
    [
        ("batch_norm", dict(half_cycle=4, n_cycles=1)),
        ("cycles", dict(half_cycle=10, n_cycles=2)),
        ("inference", dict(half_cycle=2, n_cycles=1)),
    ],
)
def test_networks_that_have_diverged_are_counted_in_the_protocol(name, how, images, small_nets, monkeypatch):  # noqa: F811
    monkeypatch.setattr(deep_nets, "HIGHEST", 1e30)
    result = experiments.get(name).run(images=images, n_seeds=2, show=False, **how)
    wild = {"batch_norm": 8, "cycles": 2, "inference": 2}[name]
    assert f" {wild} networks have diverged and count as giving all images the same class." in result.protocol


def test_one_network_that_has_diverged_is_one():
    assert count_as_one_class(1) == " 1 network has diverged and counts as giving all images the same class."
    assert count_as_one_class(0) == ""
