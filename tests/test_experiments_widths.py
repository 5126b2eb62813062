"""Networks of several widths: calibration by hand, what is measured, the report's networks, and the verdicts."""

import keras
import numpy as np
import pytest
from bottleneck_nets import WORDS, made_up, use_sample
from scipy import special

from lecture import data, replicas
from lecture.data.catalog import CIFAR10
from lecture.data.images import Images as Published
from lecture.experiments import images as pictures_of
from lecture.experiments import widths
from lecture.experiments.calibration import best_temperature, calibration_error, cross_entropy
from lecture.experiments.images import Images, pictures

rng = np.random.default_rng(8)


def _made_up(n=30, n_test=20):
    """Images of noise around a pattern for each class."""
    patterns = rng.random((10, 768))
    labels, test = np.arange(n) % 10, np.arange(n_test) % 10
    X, X_test = (0.3 * patterns[y] + 0.7 * rng.random((len(y), 768)) for y in (labels, test))
    return Images(X.astype("float32"), np.eye(10)[labels], X_test.astype("float32"), np.eye(10)[test])


def _few(monkeypatch, name="CIFAR-10", n_validation=20):
    monkeypatch.setattr(widths, "N_VALIDATION", n_validation)
    monkeypatch.setattr(widths, "pictures", lambda n, n_test, averaged=True: (_made_up(n), name))


@pytest.fixture(scope="module")
def result():
    with pytest.MonkeyPatch.context() as patch:
        _few(patch)
        return widths.run(n_images=30, epochs=3, batch_size=12, widths=(100, 81), n_seeds=2, show=False)


# Calibration.


def test_the_calibration_error_is_that_of_the_bins():
    confidence = np.array([0.55, 0.58, 0.95, 0.97, 0.99])
    right = np.array([True, False, True, True, False])
    logits = np.stack([np.log(confidence), np.log(1 - confidence)], axis=1)
    y = np.stack([right, ~right], axis=1).astype(float)
    by_hand = (2 * abs(0.565 - 1 / 2) + 3 * abs(np.mean([0.95, 0.97, 0.99]) - 2 / 3)) / 5
    assert calibration_error(logits, y) == pytest.approx(by_hand)


def test_certain_answers_are_in_the_last_bin():
    logits = np.array([[1000.0, 0.0], [1000.0, 0.0]])
    assert calibration_error(logits, np.eye(2)[[0, 0]]) == 0 and calibration_error(logits, np.eye(2)[[1, 1]]) == 1


def test_the_temperature_is_the_one_by_which_logits_are_too_large():
    """Labels drawn from the softmax of z: 3 z is three times too sure."""
    z = rng.normal(0, 1.5, size=(20_000, 4))
    cumulated = special.softmax(z, axis=1).cumsum(axis=1)
    y = np.eye(4)[(rng.random((20_000, 1)) > cumulated[:, :3]).sum(axis=1)]
    assert best_temperature(3 * z, y) == pytest.approx(3, rel=0.05)
    assert calibration_error(z, y) < 0.02 < 0.1 < calibration_error(3 * z, y)
    found = best_temperature(3 * z, y)
    assert all(cross_entropy(3 * z / t, y) > cross_entropy(3 * z / found, y) for t in (0.9 * found, 1.1 * found))


# What is measured.


def test_what_is_measured_is_what_the_networks_do():
    images = _made_up()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(widths, "N_VALIDATION", 10)
        found = widths.measured(images, (3, 7), epochs=2, batch_size=20, seeds=(4, 2))
    assert found.epochs.tolist() == [0, 1, 2] and found.parameters == (2359, 5519)
    model = keras.Sequential([keras.Input((768,)), *map(keras.layers.Dense, (7, 7, 10))])
    assert found.parameters[1] == model.count_params()
    nets = replicas.train(
        (7, 7), images.X[:20], images.y[:20], activation="relu", steps=2, batch_size=20, seeds=[2], show=False
    )
    p = nets.predict(images.X_test)[0]
    right = p.argmax(axis=1) == images.y_test.argmax(axis=1)
    assert found.accuracy["test"][1, -1, 1] == pytest.approx(right.mean())
    assert found.loss["test"][1, -1, 1] == pytest.approx(-np.log(p[images.y_test > 0]).mean(), rel=1e-4)
    assert found.loss["training"][1, -1, 1] == pytest.approx(nets.loss[-1, 0], rel=1e-4)
    assert found.calibration[1, 1] == pytest.approx(calibration_error(np.log(p), images.y_test), rel=1e-3)
    temperature = best_temperature(np.log(nets.predict(images.X[20:])[0]), images.y[20:])
    assert found.temperatures[1, 1] == pytest.approx(temperature, rel=1e-2)
    cooled = cross_entropy(np.log(p) / temperature, images.y_test)
    assert found.tempered[1, 1] == pytest.approx(cooled, rel=1e-3)


def test_the_best_epoch_is_that_of_the_validation_images(monkeypatch):
    """Validation labels are interchanged: what the network learns makes their loss rise at once."""
    images = _made_up(60)
    images.y[-20:] = np.roll(images.y[-20:], 1, axis=1)
    monkeypatch.setattr(widths, "N_VALIDATION", 20)
    found = widths.measured(images, (20,), epochs=20, batch_size=10, seeds=(0, 1))
    assert (found.best < len(found.epochs) - 1).all() and (np.diff(found.loss["test"][:, [0, -1]], axis=1) < 0).all()


def test_sweeps_are_over_parameters(result):
    accuracy, loss, calibration, way = result.sweeps
    found = result.details
    assert found.widths == (81, 100) and accuracy.x == loss.x == found.parameters and accuracy.log_x
    assert (accuracy.values["test images"] == found.accuracy["test"][:, -1]).all()
    assert (loss.values["test images, logits divided"] == found.tempered).all()
    assert (calibration.values["as trained"] == found.calibration).all()
    assert way.x == (0, 1, 2, 3) and (way.values["N = 100"] == found.loss["test"][1]).all()
    at_best = [[found.loss["test"][w, found.best[w, s], s] for s in (0, 1)] for w in (0, 1)]
    np.testing.assert_array_equal(loss.values["test images, best epoch"], at_best)
    assert "about 20 hours" in result.protocol and "remove" in found.describe()


def test_published_numbers_are_compared_on_cifar10_only(result, monkeypatch):
    by_name = {number.what: number for number in result.compared}
    assert by_name["test loss, most parameters"].published == 2.75 and len(by_name) == 6
    found = result.details
    assert (by_name["training accuracy, fewest parameters"].values == found.accuracy["training"][0, -1]).all()
    _few(monkeypatch, "Fashion-MNIST")
    other = widths.run(n_images=20, epochs=1, batch_size=20, widths=(81, 82), n_seeds=1, show=False)
    assert other.compared == () and "Fashion-MNIST's, not CIFAR-10's" in other.protocol


@pytest.mark.parametrize("word", WORDS)
def test_widths_are_judged(word):
    flat, beyond, rises, falls, sure, tempered = widths.HYPOTHESES
    opposite = {"supported": "contradicted", "contradicted": "supported", "undecided": "undecided"}[word]
    accuracy, loss = np.full((3, 2, 20), 0.4), np.full((3, 2, 20), 1.5)
    accuracy[2, 1] -= made_up(falls, word)
    accuracy[:2, 1] = accuracy[2, 1] - [made_up(each, opposite) for each in (flat, beyond)]
    rise = made_up(rises, word)
    loss[2, 1] += rise
    calibration = np.stack([np.zeros(20), np.full(20, 0.1), 0.1 + made_up(sure, word)])
    left = np.stack([rise, rise, 1.5 + rise / 2 - made_up(tempered, word)])
    found = widths.Generalizing(
        (3, 81, 243),
        (1, 2, 3),
        np.arange(2),
        {"test": loss},
        {"test": accuracy},
        np.zeros((3, 20), dtype=int),
        calibration,
        np.ones((3, 20)),
        left,
        calibration,
    )
    verdicts = widths.judge(found)
    assert [verdict.hypothesis for verdict in verdicts] == list(widths.HYPOTHESES)
    assert [verdict.mean for verdict in verdicts[:2]] == pytest.approx(
        [made_up(each, opposite).mean() for each in (flat, beyond)]
    )
    assert [verdict.word for verdict in verdicts[2:]] == [word] * 4


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(widths=(81,)), r"widths must be two or more different numbers, got \(81,\)"),
        (dict(widths=(81, 81)), r"widths must be two or more different numbers, got \(81, 81\)"),
        (dict(widths=(3, 9)), r"widths must have 81 among them, got \(3, 9\)"),
        (dict(widths=(3, 81)), r"widths must have a number above 81 among them, got \(3, 81\)"),
        (dict(widths=(0, 81, 243)), "a width must be a whole number of at least 1, got 0"),
        (dict(epochs=0), "epochs must be a whole number of at least 1, got 0"),
        (dict(n_images=50, batch_size=51), "batch_size must be a whole number from 1 to 50, got 51"),
    ],
)
def test_what_cannot_be_is_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        widths.run(show=False, **settings)


# The report's convolution networks.


def test_the_reports_networks_have_its_numbers_of_parameters():
    counts = widths.cnn_parameters()
    assert len(counts) == 49 and counts[3] == 1447 and counts[99] == 1_416_007
    assert counts[25] == widths.cnn(25).build(0).count_params()
    assert sorted(counts.values()) == list(counts.values())
    filters = {n: n // 3 for n in range(3, 100, 2)}
    assert [n for n, _ in widths.same_convolutions()] == [n for n in range(3, 98, 2) if filters[n] == filters[n + 2]]
    with pytest.raises(ValueError, match="N must be a whole number of at least 3, got 2"):
        widths.cnn(2)


def test_some_of_the_reports_networks_are_trained_and_only_on_cifar10(monkeypatch):
    colours = Images(*(rng.random((20, 3072)).astype("float32"), np.eye(10)[np.arange(20) % 10]) * 2)
    monkeypatch.setattr(widths, "pictures", lambda n, n_test, averaged: (colours, "CIFAR-10"))
    found = widths.train_cnns((5,), n_images=20, epochs=1, batch_size=10, show=False)
    assert set(found) == {5} and found[5]["test_loss"].shape == (1, 1)
    monkeypatch.setattr(widths, "pictures", lambda n, n_test, averaged: (colours, "Fashion-MNIST"))
    with pytest.raises(ValueError, match="CIFAR-10 must be on this machine .* found Fashion-MNIST only"):
        widths.train_cnns((3,), n_images=20)


# Colour images.


def test_fashion_mnist_stands_in_for_colour_images(monkeypatch):
    use_sample(monkeypatch)
    monkeypatch.setattr(data, "available_sources", lambda: {"CIFAR-10": ()})
    images, name = pictures(50, 20)
    assert name == "Fashion-MNIST" and images.X.shape == (50, 784) and images.y_test.shape == (20, 10)


def test_colour_images_are_averaged(monkeypatch):
    X, y = rng.integers(0, 256, (30, 32, 32, 3), dtype=np.uint8), (np.arange(30) % 10).astype(np.uint8)
    monkeypatch.setattr(data, "available_sources", lambda: {"CIFAR-10": ("cache",)})
    monkeypatch.setattr(pictures_of, "find", lambda entry, source: (Published(X, y, X[:20], y[:20]), source))
    images, name = pictures(12, 20)
    whole, _ = pictures(12, 20, averaged=False)
    assert name == "CIFAR-10" and images.X.shape == (12, 768) and whole.X.shape == (12, 3072)
    one = whole.X[3].reshape(32, 32, 3)
    at = np.flatnonzero((X == np.round(one * 255)).all(axis=(1, 2, 3))).item()
    assert images.y[3].argmax() == y[at]
    by_hand = sum(X[at, i::2, j::2].astype(float) for i in (0, 1) for j in (0, 1)) / 4 / 255
    np.testing.assert_allclose(images.X[3].reshape(16, 16, 3), by_hand, atol=1e-6)


def test_cifar10_is_found_in_the_folder_that_is_named(monkeypatch, tmp_path):
    asked = []
    X, y = rng.integers(0, 256, (30, 32, 32, 3), dtype=np.uint8), (np.arange(30) % 10).astype(np.uint8)
    monkeypatch.setattr(pictures_of, "find", lambda *given: asked.append(given) or (Published(X, y, X, y), "it"))
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path))
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
        (folder / name).touch()
    assert pictures(5, 5)[1] == "CIFAR-10" and asked == [(CIFAR10, tmp_path)]
