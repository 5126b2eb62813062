"""Variants of a network that are trained from several seeds: what they say of themselves, their networks compute."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from lecture.training.variants import Variant, train_variants

KINDS = {
    "plain": {},
    "penalty": dict(l2=0.01, l1=0.001),
    "smoothed": dict(label_smoothing=0.2),
    "faster": dict(learning_rate=0.02),
    "narrow": dict(hidden=(6, 2)),
    "deeper": dict(hidden=(6, 5, 4)),
    "normalized": dict(batch_norm=True),
    "dropped": dict(dropout=0.5, l2=0.01),
}


@pytest.fixture(scope="module")
def images():
    """Three classes in five numbers, without a test set: none is asked for."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 5)).astype("float32")
    y = keras.utils.to_categorical(X[:, :3].argmax(axis=1), 3)
    return SimpleNamespace(X_train=X[:60], y_train=y[:60], X_val=X[60:], y_val=y[60:])


@pytest.fixture(scope="module")
def trained(images):
    return train_variants(KINDS, images, hidden=(6, 4), seeds=[3, 4], epochs=3, batch_size=25, show=False)


def test_each_variant_has_its_curves_and_its_settings(trained):
    assert list(trained) == list(KINDS)
    for name, variant in trained.items():
        assert variant.seeds == (3, 4)
        assert variant.hidden == KINDS[name].get("hidden", (6, 4))
        assert variant.settings == {key: value for key, value in KINDS[name].items() if key != "hidden"}
        assert set(variant.curves) == {"loss", "accuracy", "val_loss", "val_accuracy"}
        assert {values.shape for values in variant.curves.values()} == {(3, 2)}


@pytest.mark.parametrize("name", KINDS)
def test_its_networks_have_the_scores_that_its_curves_end_with(trained, images, name):
    variant = trained[name]
    outputs = variant.predict(images.X_val)  # (2, 30, 3)
    truth = images.y_val.argmax(axis=1)
    np.testing.assert_allclose((outputs.argmax(axis=-1) == truth).mean(axis=1), variant.last("val_accuracy"), atol=1e-6)
    losses = -np.log(outputs[:, np.arange(30), truth]).mean(axis=1)
    np.testing.assert_allclose(losses, variant.last("val_loss"), rtol=1e-4)
    for number in range(2):
        np.testing.assert_allclose(variant.network(number).predict(images.X_val, verbose=0), outputs[number], rtol=1e-4)
    assert variant.count_params() == variant.network().count_params()


def test_the_loss_is_measured_on_the_labels_that_are_learnt(trained, images):
    for name, share in (("plain", 0), ("smoothed", 0.2), ("dropped", 0)):
        outputs = trained[name].predict(images.X_train)
        labels = (1 - share) * images.y_train + share / 3
        np.testing.assert_allclose(
            -(labels * np.log(outputs)).sum(axis=-1).mean(axis=1), trained[name].last("loss"), rtol=1e-4
        )


def test_variants_start_alike_and_differ_by_what_is_named(trained):
    plain, others = trained["plain"].weights, ("penalty", "smoothed", "faster", "dropped")
    for name in others:
        assert [array.shape for array in trained[name].weights] == [array.shape for array in plain]
        assert not np.allclose(trained[name].weights[0], plain[0], atol=1e-4)
    assert np.abs(trained["penalty"].weights[0]).sum() < np.abs(plain[0]).sum()
    assert not np.allclose(plain[0][0], plain[0][1])


def test_a_hidden_layer_can_be_looked_at(trained, images):
    hidden = trained["narrow"].predict(images.X_val, "hidden_2")
    first = trained["narrow"].weights
    by_hand = np.maximum(images.X_val @ first[0][1] + first[1][1], 0)  # of the second seed
    by_hand = np.maximum(by_hand @ first[2][1] + first[3][1], 0)
    assert hidden.shape == (2, 30, 2)
    np.testing.assert_allclose(hidden[1], by_hand, atol=1e-5)


def test_means_rise_and_words_follow_from_the_curves():
    losses = np.array([[3.0, 2.0], [1.0, 1.0], [1.5, 1.0], [2.5, 1.0], [2.0, 1.0], [2.0, 1.0], [2.0, 1.0]])
    variant = Variant((4,), {}, (0, 1), {"val_loss": losses, "val_accuracy": np.array([[0.5, 0.7]] * 7)}, ())
    assert variant.at_end("val_loss").tolist() == [2.0, 1.0]
    assert variant.rise().tolist() == [1.0, 0.0]
    assert variant.mean()["val_loss"].tolist() == [2.5, 1.0, 1.25, 1.75, 1.5, 1.5, 1.5]
    assert variant.describe() == "validation accuracy 0.600 (0.500 to 0.700 over 2 seeds)"


def test_which_seed_is_asked_for_must_be_there(trained):
    with pytest.raises(ValueError, match="number must be a whole number from 0 to 1, got 2"):
        trained["plain"].network(2)


@pytest.mark.parametrize(
    ("variants", "sentence"),
    [
        ({}, "variants must name at least one network, got none"),
        ({"a": dict(l3=1)}, "a setting of a variant must be one of .*, got 'l3'"),
        ({"a": dict(dropout=1)}, "dropout must be a number of at least 0 and below 1, got 1"),
        ({"a": dict(label_smoothing=-0.1)}, "label_smoothing must be a number of at least 0 and below 1, got -0.1"),
        ({"a": dict(learning_rate=0)}, "learning_rate must be above 0, got 0"),
    ],
)
def test_what_cannot_be_trained_is_refused(images, variants, sentence):
    with pytest.raises(ValueError, match=sentence):
        train_variants(variants, images, epochs=1, show=False)


def test_class_numbers_and_missing_validation_images_are_refused(images):
    numbers = SimpleNamespace(**vars(images) | {"y_train": images.y_train.argmax(axis=1)})
    unseen = SimpleNamespace(**vars(images) | {"X_val": images.X_val[:0]})
    for wrong in (numbers, unseen):
        with pytest.raises(ValueError, match="data must have images in rows, one-hot labels and validation images"):
            train_variants({"a": {}}, wrong, epochs=1, show=False)
