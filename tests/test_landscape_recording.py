"""What is recorded during a training: the gradient's norm, and the weights."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from lecture.landscape import GradientNorm, Trajectory, vector
from lecture.models import mlp

rng = np.random.default_rng(2)
X = rng.normal(size=(45, 4)).astype(np.float32)
Y = np.eye(3, dtype=np.float32)[rng.integers(0, 3, 45)]
N_STEPS = 5  # of 10 examples each; the last has 5


def _model(**compiled):
    model = mlp(6, n_inputs=4, n_classes=3, optimizer="adam", seed=1)
    if compiled:
        model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"], **compiled)
    return model


def _fit(model, *callbacks, epochs=2):
    settings = {"epochs": epochs, "batch_size": 10, "shuffle": False, "verbose": 0}
    return model.fit(X, Y, callbacks=list(callbacks), **settings)


def _by_hand(epochs=2):
    """The same training by a tape: the norm of each variable's gradient in each step, (T, 4)."""
    model, rows = _model(), []
    for _ in range(epochs):
        for begin in range(0, 45, 10):
            batch, labels = X[begin : begin + 10], Y[begin : begin + 10]
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(keras.losses.categorical_crossentropy(labels, model(batch, training=True)))
            parts = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
            rows.append([np.linalg.norm(part) for part in parts])
            model.optimizer.apply(parts, model.trainable_variables)
    return np.array(rows)


@pytest.mark.parametrize("compiled", [{}, {"jit_compile": True}, {"steps_per_execution": 3}, {"run_eagerly": True}])
def test_the_norms_are_those_of_a_loop_by_hand(compiled):
    norm, model = GradientNorm(), _model(**compiled)
    history = _fit(model, norm).history
    by_hand = _by_hand()
    np.testing.assert_allclose(np.transpose([*norm.by_variable.values()]), by_hand, atol=2e-5)
    np.testing.assert_allclose(norm.norm, np.linalg.norm(by_hand, axis=1), atol=2e-5)
    np.testing.assert_allclose(norm.sum_of_norms, by_hand.sum(axis=1), atol=2e-5)
    np.testing.assert_allclose(history["gradient_norm"], norm.norm.reshape(2, N_STEPS).mean(axis=1))
    assert [*norm.by_variable] == [variable.path for variable in model.trainable_variables]


def test_the_training_is_the_same_to_the_last_digit():
    plain, watched = _model(), _model()
    alone, beside = _fit(plain).history, _fit(watched, GradientNorm(), Trajectory(every=1)).history
    assert alone["loss"] == beside["loss"] and alone["accuracy"] == beside["accuracy"]
    np.testing.assert_array_equal(vector(plain), vector(watched))


def test_the_mean_of_each_variable_goes_into_the_logs_if_wanted():
    norm, model = GradientNorm(per_variable=True), _model()
    history = _fit(model, norm).history
    for name, values in norm.by_variable.items():
        np.testing.assert_allclose(history[f"gradient_norm/{name}"], values.reshape(2, N_STEPS).mean(axis=1))


def test_a_new_fit_starts_a_new_record_and_one_without_records_nothing():
    norm, model = GradientNorm(), _model()
    _fit(model, norm)
    first = norm.norm
    _fit(model)
    np.testing.assert_array_equal(norm.norm, first)
    _fit(model, norm, epochs=1)
    assert norm.norm.shape == (N_STEPS,) and (norm.norm != first[:N_STEPS]).any()


def test_a_model_that_was_trained_before_is_recorded_as_well():
    norm, model = GradientNorm(), _model()
    _fit(model)
    _fit(model, norm)
    assert (norm.norm > 0).all() and len(norm.norm) == 2 * N_STEPS


class _Interrupt(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 2:
            raise KeyboardInterrupt


def test_an_interrupted_fit_leaves_what_was_recorded_and_the_optimizer_as_it_was():
    norm, path, model = GradientNorm(), Trajectory(every=1), _model()
    with pytest.raises(KeyboardInterrupt):
        _fit(model, norm, path, _Interrupt())
    np.testing.assert_allclose(norm.norm, np.linalg.norm(_by_hand(1)[:3], axis=1), atol=2e-5)
    assert "apply" not in vars(model.optimizer)
    assert len(path.steps) == 4
    recorded = norm.norm
    history = _fit(model)
    np.testing.assert_array_equal(norm.norm, recorded)
    assert "gradient_norm" not in history.history
    again = GradientNorm()
    _fit(model, again, epochs=1)
    assert len(again.norm) == N_STEPS


def test_an_error_inside_the_step_leaves_the_optimizer_as_it_was():
    class Broken(keras.Model):
        def call(self, inputs):
            return self.missing(inputs)

    model = Broken()
    model.compile("adam", "mse")
    with pytest.raises(AttributeError):
        model.fit(X, Y, verbose=0, callbacks=[_Unbuilt()])
    assert "apply" not in vars(model.optimizer)


class _Unbuilt(GradientNorm):
    """Watches a model that has no weights yet."""


def test_two_callbacks_record_the_same_and_one_given_twice_is_refused():
    one, other = GradientNorm(), GradientNorm()
    _fit(_model(), one, other)
    np.testing.assert_array_equal(one.norm, other.norm)
    assert len(one.norm) == 2 * N_STEPS
    with pytest.raises(ValueError, match="each GradientNorm must be given to fit once, and this one is there twice"):
        _fit(_model(), one, one)


def test_a_step_of_ones_own_that_goes_past_the_optimizer_is_said():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(3)
            self.build((None, 4))

        def build(self, shape):
            self.dense.build(shape)

        def call(self, inputs):
            return self.dense(inputs)

        def train_step(self, data):
            return {"loss": tf.constant(0.0)}

    model = Own()
    model.compile("adam", "mse")
    with pytest.warns(UserWarning, match="recorded nothing: this model's train_step does not go through optimizer"):
        model.fit(X, Y, verbose=0, callbacks=[GradientNorm()])


def test_of_a_data_set_of_unknown_length_each_step_is_recorded_once():
    norm, model = GradientNorm(), _model()
    data = tf.data.Dataset.from_tensor_slices((X, Y)).filter(lambda x, y: True).batch(10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras remarks on the end of the data
        model.fit(data, epochs=2, shuffle=False, verbose=0, callbacks=[norm])
    by_hand = np.linalg.norm(_by_hand(), axis=1)
    np.testing.assert_allclose(norm.norm[:N_STEPS], by_hand[:N_STEPS], atol=2e-5)
    np.testing.assert_allclose(norm.norm, by_hand, rtol=1e-3)  # Adam counts a step more where Keras looks for the end


def test_a_trajectory_has_the_start_and_the_end_of_each_epoch():
    path, model = Trajectory(dtype="float32"), _model()
    start = vector(model)
    history = _fit(model, path).history
    assert path.weights.shape == (3, len(start)) and path.weights.dtype == np.float32
    np.testing.assert_array_equal(path.weights[0], start)
    np.testing.assert_array_equal(path.weights[-1], vector(model))
    np.testing.assert_array_equal(path.steps, [0, 5, 10])
    np.testing.assert_allclose(path.loss[1:], history["loss"])
    np.testing.assert_allclose(path.accuracy[1:], history["accuracy"])
    assert np.isnan(path.loss[0])


@pytest.mark.parametrize(
    "every, per_execution, wanted", [(3, 1, [0, 3, 6, 9]), (1, 1, range(11)), (2, 3, [0, 3, 5, 8, 10])]
)
def test_every_few_steps(every, per_execution, wanted):
    path = Trajectory(every=every)
    _fit(_model(steps_per_execution=per_execution), path)
    np.testing.assert_array_equal(path.steps, list(wanted))
    assert path.weights.dtype == np.float16


def test_some_layers_only():
    path, model = Trajectory(layers=["output"], dtype="float32"), _model()
    _fit(model, path)
    np.testing.assert_array_equal(path.weights[-1], np.concatenate([a.ravel() for a in model.get_weights()[2:]]))
    by_name = Trajectory(layers="output", dtype="float32")
    _fit(model, by_name)
    assert by_name.weights.shape[1] == path.weights.shape[1]
    with pytest.raises(ValueError, match="layers must be one of hidden_1, output, got 'first'"):
        _fit(model, Trajectory(layers=["first"]))


def test_the_file_appears_whole(tmp_path):
    path = Trajectory(path=tmp_path / "way.npz")
    _fit(_model(), path)
    with np.load(tmp_path / "way.npz") as kept:
        np.testing.assert_array_equal(kept["weights"], path.weights)
        np.testing.assert_array_equal(kept["steps"], path.steps)
    assert [file.name for file in tmp_path.iterdir()] == ["way.npz"]


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"every": "step"}, "every must be one of epoch, got 'step'"),
        ({"every": 0}, "every must be a whole number of at least 1, got 0"),
        ({"dtype": "float64"}, "dtype must be one of float16, float32, got 'float64'"),
    ],
)
def test_what_a_trajectory_refuses(settings, message):
    with pytest.raises(ValueError, match=message):
        Trajectory(**settings)


def test_a_training_plot_shows_the_norm_by_itself():
    from lecture.training import TrainingPlot

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plot = TrainingPlot()
        _fit(_model(), GradientNorm(), plot)
    assert "gradient_norm" in plot.history.metrics
