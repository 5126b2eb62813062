"""The same training from several seeds, and stopping on a trend."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from lecture.training.repeats import compare_fits, fit_seeds
from lecture.training.stopping import SmoothedEarlyStopping, stopped_at


@pytest.fixture(scope="module")
def images():
    """Two classes that a line separates, in the parts of a data set."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 4)).astype("float32")
    y = keras.utils.to_categorical(X[:, 0] > 0, 2)
    return SimpleNamespace(
        X_train=X[:80], y_train=y[:80], X_val=X[80:100], y_val=y[80:100], X_test=X[100:], y_test=y[100:]
    )


def build():
    network = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(2, activation="softmax")]
    )
    network.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return network


def test_each_seed_has_its_curves_its_score_and_its_network(images):
    runs = fit_seeds(build, images, seeds=2, epochs=3, batch_size=16)
    assert runs.seeds == (0, 1) and list(runs.epochs) == [3, 3]
    assert set(runs.histories[0]) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    for model, loss, accuracy in zip(runs.models, runs.val["loss"], runs.val["accuracy"]):
        assert model.evaluate(images.X_val, images.y_val, verbose=0) == pytest.approx([loss, accuracy], rel=1e-5)
    assert runs.last("loss") == pytest.approx([history["loss"][-1] for history in runs.histories])
    assert runs.describe() == (
        f"validation accuracy {runs.val['accuracy'].mean():.3f} ({runs.val['accuracy'].min():.3f} to "
        f"{runs.val['accuracy'].max():.3f} over 2 seeds)"
    )


def test_the_test_set_is_not_looked_at(images):
    unseen = SimpleNamespace(**{name: part for name, part in vars(images).items() if not name.endswith("test")})
    assert fit_seeds(build, unseen, seeds=1, epochs=1).describe().startswith("validation accuracy")


def test_without_validation_images_there_is_no_score(images):
    unseen = SimpleNamespace(**vars(images) | {"X_val": images.X_val[:0], "y_val": images.y_val[:0]})
    runs = fit_seeds(build, unseen, seeds=1, epochs=1)
    assert runs.val == {} and runs.describe() == "no validation images"


def test_each_way_to_train_gives_what_it_gives_alone(images):
    ways = {"small batches": dict(batch_size=8), "large batches, longer": dict(batch_size=40, epochs=4)}
    together = compare_fits(ways, build, images, seeds=[1, 2], epochs=2)
    assert list(together) == list(ways) and list(together["large batches, longer"].epochs) == [4, 4]
    for name, own in ways.items():
        alone = fit_seeds(build, images, seeds=[1, 2], **dict(epochs=2) | own)
        for mine, other in zip(together[name].histories, alone.histories):
            assert mine["val_loss"] == pytest.approx(other["val_loss"], rel=1e-5)
        np.testing.assert_allclose(together[name].val["loss"], alone.val["loss"], rtol=1e-5)


def test_ways_to_train_are_compiled_once(images):
    made = []

    def counted():
        made.append(build())
        return made[-1]

    compare_fits({"one": {}, "other": dict(batch_size=8)}, counted, images, seeds=2, epochs=1)
    assert len(made) == 5  # one that trains, and the two networks of each way
    assert not any(model.train_function for model in made)


@pytest.mark.parametrize(
    ("fits", "options", "sentence"),
    [
        ({}, dict(epochs=1), "fits must name at least one way to train, got none"),
        ({"a": {}}, {}, "epochs must be given"),
        ({"a": dict(rate=3)}, dict(epochs=1), "a setting of a fit must be one of .*, got 'rate'"),
        ({"a": dict(epochs=0)}, {}, "epochs must be a whole number of at least 1, got 0"),
    ],
)
def test_ways_that_cannot_be_trained_are_refused(images, fits, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        compare_fits(fits, build, images, seeds=1, **options)


def test_the_same_seed_gives_the_same_run_and_another_one_another(images):
    first, again = (fit_seeds(build, images, seeds=[7], epochs=1) for _ in range(2))
    other = fit_seeds(build, images, seeds=[8], epochs=1)
    assert first.histories[0]["loss"] == again.histories[0]["loss"] != other.histories[0]["loss"]


def test_callbacks_are_new_for_each_seed_and_may_stop(images):
    made = []

    def callbacks():
        made.append(keras.callbacks.EarlyStopping("loss", patience=0, min_delta=10))
        return made[-1:]

    runs = fit_seeds(build, images, seeds=3, epochs=9, callbacks=callbacks)
    assert len(set(map(id, made))) == 3 and list(runs.epochs) == [2, 2, 2]


def test_a_training_in_parts_gives_its_own_history(images):
    runs = fit_seeds(build, images, seeds=1, epochs=1, train=lambda model, data: {"loss": [3.0, 2.0]})
    assert runs.histories == ({"loss": [3.0, 2.0]},)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (dict(seeds=0, epochs=1), "seeds must be a whole number of at least 1, got 0"),
        (dict(seeds=[], epochs=1), "seeds must be one or more, got none"),
        (dict(seeds=1, epochs=0), "epochs must be a whole number of at least 1, got 0"),
    ],
)
def test_no_seed_and_no_epoch_are_refused(images, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        fit_seeds(build, images, **options)


def drive(callback, losses):
    """Hand a callback these losses, as a fit would; return after how many epochs it stops."""
    callback.set_model(build())
    callback.on_train_begin()
    for epoch, loss in enumerate(losses):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        if callback.model.stop_training:
            return epoch + 1
    return len(losses)


BUMPY = [1.0, 0.2, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.3, 0.3]  # one lucky epoch, then steady progress


def test_a_mean_goes_on_where_one_lucky_epoch_would_have_stopped():
    assert drive(keras.callbacks.EarlyStopping(patience=3), BUMPY) == 5
    assert drive(SmoothedEarlyStopping(window=3, patience=3), BUMPY) == len(BUMPY)


@pytest.mark.parametrize(
    ("stop", "where"),
    [
        (keras.callbacks.EarlyStopping(patience=3), (5, 2)),
        (SmoothedEarlyStopping(window=3, patience=3, restore_best_weights=True), (10, 10)),
        (keras.callbacks.EarlyStopping(patience=20), (10, 2)),
        (keras.callbacks.EarlyStopping("loss", patience=1, restore_best_weights=True), (3, 2)),
    ],
)
def test_where_a_rule_would_have_stopped_is_where_it_stops(stop, where):
    restores = stop.restore_best_weights
    assert stopped_at(stop, BUMPY) == where == stopped_at(stop, BUMPY)  # it starts anew each time
    assert stop.restore_best_weights == restores


def test_without_losses_nothing_stops():
    with pytest.raises(ValueError, match="losses must have one or more values, got none"):
        stopped_at(keras.callbacks.EarlyStopping(), [])


def test_a_window_of_one_is_early_stopping_itself():
    assert drive(SmoothedEarlyStopping(window=1, patience=3), BUMPY) == drive(
        keras.callbacks.EarlyStopping(patience=3), BUMPY
    )


@pytest.mark.parametrize(
    ("losses", "patience", "epochs"),
    [
        ([0.9, 0.8, 0.7, 0.6, 0.5], 2, 2),  # each a record, none below the baseline of 0.3
        ([0.9, 0.8, 0.7, 0.6, 0.5], 0, 2),
        ([0.9, 0.2, 0.1, 0.05, 0.01], 2, 5),  # below it in time
        ([0.2, 0.19, 0.18, 0.17, 0.16], 0, 5),
        ([0.2, 0.4, 0.4, 0.4, 0.4], 2, 3),
    ],
)
def test_a_baseline_must_be_passed_within_the_patience(losses, patience, epochs):
    assert drive(SmoothedEarlyStopping(window=1, patience=patience, baseline=0.3), losses) == epochs


def test_the_monitored_value_is_the_mean_of_the_window_and_starts_anew():
    stop = SmoothedEarlyStopping(window=2)
    for losses in ([4.0, 2.0, 1.0], [9.0]):
        stop.set_model(build())
        stop.on_train_begin()
        values = [stop.get_monitor_value({"val_loss": loss}) for loss in losses]
        assert values == [np.mean(losses[max(0, i - 1) : i + 1]) for i in range(len(losses))]


def test_a_window_of_zero_is_refused():
    with pytest.raises(ValueError, match="window must be a whole number of at least 1, got 0"):
        SmoothedEarlyStopping(window=0)


def test_what_is_compiled_once_trains_as_if_built_anew(images):
    """Network, score and curves of each seed are those of a separate training, dropout and momentum included."""

    def noisy():
        network = keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Dense(8, activation="relu"),
                keras.layers.BatchNormalization(),
                keras.layers.Dropout(0.5),
                keras.layers.Dense(2, activation="softmax"),
            ]
        )
        network.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adagrad(0.1), metrics=["accuracy"])
        return network

    together = fit_seeds(noisy, images, seeds=[3, 4, 5], epochs=2, batch_size=16)
    for i, seed in enumerate(together.seeds):
        alone = fit_seeds(noisy, images, seeds=[seed], epochs=2, batch_size=16)
        for metric, values in alone.histories[0].items():
            assert together.histories[i][metric] == pytest.approx(values)
        for mine, other in zip(together.models[i].get_weights(), alone.models[0].get_weights()):
            np.testing.assert_allclose(mine, other, rtol=1e-6)
        assert together.models[i].evaluate(images.X_val, images.y_val, verbose=0) == pytest.approx(
            [together.val["loss"][i], together.val["accuracy"][i]], rel=1e-5
        )
