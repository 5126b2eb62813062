"""Convolution networks: their layers and counts against Keras, their training by hand, and the verdicts."""

import keras
import numpy as np
import pytest
from bottleneck_nets import WORDS, made_up
from scipy import signal

from lecture.experiments import equal_parameters_mnist
from lecture.experiments.convolutions import MEASURES, ConvNet, trained
from lecture.experiments.images import Images
from lecture.shuffling import epoch_order

rng = np.random.default_rng(6)
SHALLOW, PUBLISHED, EQUAL = equal_parameters_mnist.NETWORKS


def _made_up(n=40, n_test=20):
    """Images of noise around a pattern for each class."""
    patterns = rng.random((10, 784))
    labels, test = np.arange(n) % 10, np.arange(n_test) % 10
    X, X_test = (0.7 * patterns[y] + 0.3 * rng.random((len(y), 784)) for y in (labels, test))
    return Images(X.astype("float32"), np.eye(10)[labels], X_test.astype("float32"), np.eye(10)[test])


@pytest.fixture(scope="module")
def result():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(equal_parameters_mnist, "digits", lambda n, n_test: (_made_up(n), "MNIST"))
        return equal_parameters_mnist.run(n_images=40, batch_size=15, epochs=2, n_seeds=2, show=False)


@pytest.mark.parametrize("name, counted, reported", [(SHALLOW, 5920, 5910), (PUBLISHED, 7205, 5670), (EQUAL, 5920, 0)])
def test_parameters_are_counted_as_keras_does_and_as_the_report_did(name, counted, reported):
    net = equal_parameters_mnist.NETWORKS[name]
    model = net.build(0)
    assert net.n_parameters == model.count_params() == counted
    kernels = [np.array(layer.kernel.shape) for layer in model.layers if hasattr(layer, "kernel")]
    by_hand = sum(w[0] * w[1] * w[3] + w[3] if len(w) == 4 else w.prod() for w in kernels)
    assert net.n_as_reported == by_hand and reported in (0, by_hand)


def test_a_network_computes_its_convolutions_and_pools_them():
    net = ConvNet((((2, 3),),), (4,), image=(5, 4, 1))
    model = net.build(3)
    kernel, bias, *dense = (rng.normal(size=array.shape) for array in model.get_weights())
    model.set_weights([kernel, bias, *dense])
    image = rng.normal(size=(5, 4))
    maps = [
        np.maximum(signal.correlate(image, kernel[:, :, 0, at], mode="same") + bias[at], 0)[:4, :4] for at in (0, 1)
    ]
    pooled = np.stack([each.reshape(2, 2, 2, 2).max(axis=(1, 3)) for each in maps], axis=-1).ravel()
    z = np.maximum(pooled @ dense[0] + dense[1], 0) @ dense[2] + dense[3]
    outputs = keras.ops.convert_to_numpy(model(image[None, :, :, None]))[0]
    np.testing.assert_allclose(outputs, np.exp(z) / np.exp(z).sum(), rtol=1e-4)
    assert net.describe() == "conv 2@3×3 - pool - 4 - 10"


def test_initial_weights_follow_from_the_seed_and_differ_between_layers():
    net = ConvNet((((2, 3), (2, 3)),), image=(4, 4, 2))
    one, same, other = (net.build(seed).get_weights() for seed in (3, 3, 4))
    assert all((a == b).all() for a, b in zip(one, same, strict=True))
    assert (one[0] != other[0]).all() and (one[0] != one[2]).all() and not one[1].any()
    assert np.abs(one[0]).max() <= np.sqrt(6 / (9 * (2 + 2)))


def test_a_seed_is_trained_as_it_would_be_alone_on_the_batches_of_its_epochs():
    net, images = ConvNet((((2, 3),),)), _made_up()
    found = trained(net, images, batch_size=15, epochs=2, seeds=(5, 2))
    model = net.build(2)
    model.compile(keras.optimizers.Adam(0.001), "categorical_crossentropy", jit_compile=False)
    X, X_test = (part.reshape(-1, 28, 28, 1) for part in (images.X, images.X_test))
    for epoch in range(2):
        order = epoch_order(40, 2, epoch)
        losses, hits = [], []
        for rows in (order[:15], order[15:30], order[30:]):
            loss, right = _each(model, X[rows], images.y[rows])  # before the step
            model.train_on_batch(X[rows], images.y[rows])
            losses, hits = [*losses, *loss], [*hits, *right]
        tested = _each(model, X_test, images.y_test)
        for name, values in zip(MEASURES, (losses, hits, *tested), strict=True):
            assert found[name][epoch, 1] == pytest.approx(np.mean(values), rel=1e-4)


def _each(model, X, y):
    """Loss of each image, and whether it is recognized."""
    outputs = keras.ops.convert_to_numpy(model(X))
    return -np.log(outputs[y > 0]), outputs.argmax(axis=1) == y.argmax(axis=1)


def test_curves_and_leads_are_those_of_the_networks(result):
    learnt = result.details
    assert learnt.parameters == {SHALLOW: 5920, PUBLISHED: 7205, EQUAL: 5920}
    assert learnt.reported[SHALLOW] == 5910 and learnt.reported[PUBLISHED] == 5670
    training, test_loss, accuracy, leads = result.sweeps
    assert training.x == (1, 2)
    assert (accuracy.values["equal deep, 5,920"] == learnt.test_accuracy[EQUAL]).all()
    assert (test_loss.values["published deep, 7,205"] == learnt.test_loss[PUBLISHED]).all()
    assert (leads.values[""][1] == learnt.test_accuracy[EQUAL][1] - learnt.test_accuracy[SHALLOW][1]).all()
    assert "conv 16@3×3 - pool - conv 6@3×3 - pool - 16 - 10, 5,920 parameters" in result.protocol


def test_published_accuracies_are_compared_on_mnist_only(result, monkeypatch):
    assert [number.published for number in result.compared] == [0.975, 0.985]
    assert (result.compared[1].values == result.details.test_accuracy[PUBLISHED][-1]).all()
    monkeypatch.setattr(equal_parameters_mnist, "digits", lambda n, n_test: (_made_up(n), "Fashion-MNIST"))
    other = equal_parameters_mnist.run(n_images=10, batch_size=10, epochs=1, n_seeds=1, show=False)
    assert other.compared == () and "Fashion-MNIST's, not MNIST's" in other.protocol


def _learnt(first, last, losses):
    """Accuracies of the three networks after the first and the last epoch, and their last losses, of 20 seeds."""
    accuracy = {name: np.stack([a, b]) for name, a, b in zip((SHALLOW, PUBLISHED, EQUAL), first, last)}
    loss = {name: np.stack([values, values]) for name, values in zip((SHALLOW, PUBLISHED, EQUAL), losses)}
    counts = dict.fromkeys(accuracy, 10)
    return equal_parameters_mnist.Learnt(counts, counts, loss, {}, {}, accuracy)


@pytest.mark.parametrize("word", WORDS)
def test_depth_is_judged(word):
    _, deeper, lower, faster, extra = equal_parameters_mnist.HYPOTHESES
    flat, lead = np.full(20, 0.5), made_up(deeper, word)
    left = np.maximum(lead, 0)
    published = 0.5 + 2 * left + made_up(extra, word)  # what is left, and more or less the same again
    learnt = _learnt(
        (flat, flat, 0.5 + made_up(faster, word)),
        (flat, published, 0.5 + lead),
        (flat * 10 ** made_up(lower, word), flat, flat),
    )
    verdicts = equal_parameters_mnist.judge(learnt)
    assert [verdict.hypothesis for verdict in verdicts] == list(equal_parameters_mnist.HYPOTHESES)
    assert [verdict.word for verdict in verdicts[1:]] == [word] * 4
    assert verdicts[0].mean == pytest.approx(published.mean() - 0.5)


@pytest.mark.parametrize(
    "published, equal, gone, left",
    [(0.04, 0.03, 0.01, 0.03), (0.04, 0.05, 0, 0.04), (0.04, -0.1, 0.04, 0), (-0.01, 0, -0.01, 0)],
)
def test_a_published_lead_is_in_part_gone_and_in_part_left(published, equal, gone, left):
    ends = (np.array([0.9]), np.array([0.9 + published]), np.array([0.9 + equal]))
    learnt = _learnt(([0.0],) * 3, ends, (np.ones(1),) * 3)
    np.testing.assert_allclose(learnt.gone_and_left(), [[gone], [left]], atol=1e-12)
    assert f"{published:+.3f} as published, {equal:+.3f} at equally many" in learnt.describe()


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(epochs=0), "epochs must be a whole number of at least 1, got 0"),
        (dict(n_images=50, batch_size=51), "batch_size must be a whole number from 1 to 50, got 51"),
        (dict(n_images=0), "n_images must be a whole number of at least 1, got 0"),
    ],
)
def test_what_cannot_be_is_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        equal_parameters_mnist.run(show=False, **settings)
