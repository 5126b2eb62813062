"""The lecture's networks: their counts, what they compute, how their variants differ, and bad input by its words."""

import warnings

import keras
import numpy as np
import pytest

from lecture.models import LOSSES, activations_of, convnet, mlp, restore, state_of, variables_of

VARIANTS = (
    {"l1": 1e-4},
    {"l2": 1e-3},
    {"dropout": 0.3},
    {"batch_norm": True},
    {"batch_norm": True, "dropout": 0.5},
    {"label_smoothing": 0.1},
    {"activation": "tanh"},
    {"optimizer": "adam"},
)


@pytest.fixture
def images(rng):
    """40 made-up images in [0, 1] with their labels, one-hot."""
    return rng.random((40, 784), dtype=np.float32), np.eye(10, dtype=np.float32)[rng.integers(10, size=40)]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def kernels(model):
    return [layer.kernel.numpy() for layer in model.layers if isinstance(layer, keras.layers.Dense)]


def test_counts_of_the_lecture():
    model = mlp(512, 512)
    by_hand = [784 * 512 + 512, 512 * 512 + 512, 512 * 10 + 10]
    assert [layer.count_params() for layer in model.layers] == by_hand
    assert sum(by_hand) == model.count_params() == 669_706


def test_batch_norm_adds_gamma_and_beta_and_two_averages():
    plain, twin = mlp(16, 8), mlp(16, 8, batch_norm=True)

    def trained(model):
        return sum(int(np.prod(w.shape)) for w in model.trainable_weights)

    assert trained(twin) - trained(plain) == 2 * (16 + 8)
    assert twin.count_params() - plain.count_params() == 4 * (16 + 8)


def test_batch_norm_stands_before_the_activation(images):
    model = mlp(16, batch_norm=True, activation="relu", seed=0)
    assert [layer.name for layer in model.layers] == ["hidden_1", "batch_norm_1", "activation_1", "output"]
    hidden = keras.Model(model.inputs[0], model.get_layer("activation_1").output)(images[0], training=True)
    z = images[0] @ kernels(model)[0]
    expected = np.maximum((z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-3), 0)  # γ = 1, β = 0, Keras' ε
    np.testing.assert_allclose(hidden, expected, atol=1e-4)


def test_computes_what_the_formula_says(images):
    model = mlp(7, 5, activation="tanh", seed=1)
    a = images[0]
    for W, f in zip(kernels(model), (np.tanh, np.tanh, lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))):
        a = f(a @ W)
    np.testing.assert_allclose(model(images[0]), a, atol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
@pytest.mark.parametrize("seeded_by", ("seed", "keras"))
def test_twins_start_from_the_same_kernels(variant, seeded_by):
    def build(**keywords):
        if seeded_by == "seed":
            return mlp(12, 12, seed=3, **keywords)
        keras.utils.set_random_seed(3)
        return mlp(12, 12, **keywords)

    for one, other in zip(kernels(build()), kernels(build(**variant)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_twin_draws_no_more_than_the_plain_net():
    def next_net(**variant):
        keras.utils.set_random_seed(4)
        mlp(6, **variant)
        return kernels(mlp(6))

    for one, other in zip(next_net(), next_net(dropout=0.4, batch_norm=True, l2=1e-3), strict=True):
        np.testing.assert_array_equal(one, other)


def test_twins_are_trained_on_the_same_batches(images):
    """A penalty too small for float32 changes nothing: the twin ends where the plain net ends, to the bit."""
    ends = []
    for l2 in (0, 1e-30):
        keras.utils.set_random_seed(5)
        model = mlp(6, l2=l2)
        model.fit(*images, batch_size=8, epochs=2, verbose=0)
        ends.append(kernels(model))
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)


def test_twins_keep_all_other_settings():
    def settings(model):
        dense = [layer.get_config() for layer in model.layers if isinstance(layer, keras.layers.Dense)]
        differ = ("kernel_regularizer", "activation")  # with batch norm the activation is a layer of its own
        optimizer = model.optimizer.get_config() | {"name": None}  # Keras numbers the names
        dense = [{key: value for key, value in config.items() if key not in differ} for config in dense]
        return dense, optimizer, model.loss.get_config()

    plain = settings(mlp(6, 4, seed=0))
    for variant in ({"l1": 1e-4}, {"l2": 1e-3}, {"dropout": 0.3}, {"batch_norm": True}):
        assert settings(mlp(6, 4, seed=0, **variant)) == plain


def test_layers_of_one_shape_start_differently():
    first, second, _ = kernels(mlp(12, 12, n_inputs=12))
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, kernels(mlp(12, 12, n_inputs=12))[0])  # and no two nets are alike without a seed


def test_initializer_has_its_scale():
    first = kernels(mlp(400, seed=0))[0]
    assert first.std() == pytest.approx(np.sqrt(2 / 784), rel=0.02)  # He et al. (2015), eq. 10
    first = kernels(mlp(400, initializer=keras.initializers.RandomUniform(-0.2, 0.2), seed=0))[0]
    assert first.std() == pytest.approx(0.2 / np.sqrt(3), rel=0.02)
    assert not kernels(mlp(4, initializer="zeros"))[0].any()


def test_penalties_are_those_of_the_formula(images):
    model = mlp(6, 4, l1=0.01, l2=0.1, seed=0)
    hidden = kernels(model)[:-1]
    by_hand = sum(0.01 * np.abs(W).sum() + 0.1 * (W**2).sum() for W in hidden)
    assert float(sum(model.losses)) == pytest.approx(by_hand, rel=1e-5)


def test_dropout_acts_in_training_only_and_scales_up(images):
    model = mlp(200, dropout=0.25, seed=0)
    hidden = keras.Model(model.inputs[0], model.get_layer("dropout_1").output)
    asleep, awake = np.array(hidden(images[0])), np.array(hidden(images[0], training=True))
    kept = awake != 0
    np.testing.assert_allclose(awake[kept], asleep[kept] / 0.75, rtol=1e-5)
    assert 1 - kept[asleep != 0].mean() == pytest.approx(0.25, abs=0.03)


def test_losses_agree_on_the_same_labels(images):
    X, y = images
    one_hot = mlp(6, seed=0).evaluate(X, y, verbose=0)
    sparse = mlp(6, loss="sparse", seed=0).evaluate(X, y.argmax(axis=1), verbose=0)
    handed_in = mlp(6, loss=keras.losses.CategoricalCrossentropy(), seed=0).evaluate(X, y, verbose=0)
    np.testing.assert_allclose(one_hot, sparse, rtol=1e-5)
    assert one_hot == handed_in


def test_binary_has_one_output(images, rng):
    model = mlp(6, loss="binary", seed=0)
    y = rng.integers(2, size=len(images[0])).astype("float32")
    p = model.predict(images[0], verbose=0)[:, 0]
    loss, accuracy = model.evaluate(images[0], y, verbose=0)
    assert model.output_shape == (None, 1)
    assert loss == pytest.approx(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), rel=1e-4)
    assert accuracy == pytest.approx(np.mean((p > 0.5) == y), abs=1e-6)
    assert mlp(6, n_classes=2, loss=keras.losses.BinaryCrossentropy()).output_shape == (None, 1)


@pytest.mark.parametrize(("loss", "n_classes"), (("categorical", 10), ("binary", 2)))
def test_label_smoothing_is_that_of_the_formula(images, loss, n_classes):
    X, y = images[0], images[1][:, : 1 if loss == "binary" else 10]
    smooth = 0.9 * y + 0.1 / n_classes
    model = mlp(6, n_classes=n_classes, loss=loss, label_smoothing=0.1, seed=0)
    plain = mlp(6, n_classes=n_classes, loss=loss, seed=0)
    assert model.evaluate(X, y, verbose=0)[0] == pytest.approx(plain.evaluate(X, smooth, verbose=0)[0], rel=1e-5)


def test_no_warnings_and_learns(images):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = mlp(32, batch_norm=True, dropout=0.1, l2=1e-5, seed=0)
        history = model.fit(*images, batch_size=16, epochs=20, verbose=0, validation_data=images).history
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert len(history["loss"]) == 20
    assert history["accuracy"][-1] > 0.7  # 37 of the 40 here; guessing gets 4


def test_as_many_steps_as_asked_for(images, tmp_path):
    """What Keras does with a network that was compiled plainly: so many steps, and a look at each."""
    seen = []
    see = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    save = keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}-{batch}.weights.h5", save_weights_only=True, save_freq=3)

    def batches():
        while True:
            yield images[0][:4], images[1][:4]

    model = mlp(2)
    model.fit(batches(), steps_per_epoch=10, epochs=2, verbose=0, callbacks=[see, save])
    assert int(model.optimizer.iterations) == 20 and seen == [*range(10), *range(10)]
    assert len(list(tmp_path.iterdir())) == 20 // 3
    assert len(model.predict(images[0], batch_size=2, steps=10, verbose=0)) == 20
    counted = model.evaluate(images[0], images[1], batch_size=2, steps=10, verbose=0)
    np.testing.assert_allclose(counted, model.evaluate(images[0][:20], images[1][:20], verbose=0), rtol=1e-5)


@pytest.mark.parametrize("name", ("schedulefreeadamw", "adam", "muon", "adafactor"))
def test_the_first_step_starts_from_the_first_weights(images, name):
    """A small step moves the weights a little, whatever the optimizer: none loses them."""
    model = mlp(6, optimizer=name, seed=0)
    before = np.linalg.norm(kernels(model)[0])
    model.optimizer.learning_rate = 1e-5
    model.fit(*images, batch_size=40, verbose=0)
    assert np.linalg.norm(kernels(model)[0]) == pytest.approx(before, rel=0.01)


def test_batch_norms_averages_are_settled_after_a_short_training(images):
    """After 40 batches the moving mean is that of z over the images; with 0.99 it would be a third of that."""
    model = mlp(16, batch_norm=True, optimizer=keras.optimizers.SGD(0.0), seed=0)
    model.fit(*images, batch_size=20, epochs=20, verbose=0)
    z = images[0] @ kernels(model)[0]
    np.testing.assert_allclose(model.get_layer("batch_norm_1").moving_mean, z.mean(axis=0), atol=0.15 * z.std())


def test_one_optimizer_serves_many_models(images):
    adam = keras.optimizers.Adam(0.01, clipnorm=1.0)
    for _ in range(2):
        model = mlp(6, optimizer=adam)
        model.fit(*images, verbose=0)
        assert model.optimizer is not adam
        assert model.optimizer.clipnorm == 1.0
        assert float(model.optimizer.learning_rate) == pytest.approx(0.01)
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    assert float(mlp(6, optimizer=keras.optimizers.SGD(schedule)).optimizer.learning_rate) == pytest.approx(0.1)
    assert isinstance(mlp(6, optimizer="RMSprop").optimizer, keras.optimizers.RMSprop)


def test_activations_that_fit_are_taken(images):
    for activation in ("softmax", lambda z: 2 * z, keras.layers.LeakyReLU(0.2), keras.layers.PReLU()):
        assert mlp(6, 6, activation=activation)(images[0]).shape == (40, 10)


def test_no_hidden_layer_is_logistic_regression():
    assert mlp().count_params() == 784 * 10 + 10


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # of Keras, where NumPy is 2
def test_can_be_saved_and_loaded(tmp_path, images):
    model = mlp(8, batch_norm=True, dropout=0.2, activation="gelu", seed=0)
    model.fit(*images, verbose=0)
    model.save(tmp_path / "net.keras")
    again = keras.models.load_model(tmp_path / "net.keras")
    np.testing.assert_array_equal(model(images[0]), again(images[0]))


class Unregistered(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.1


@pytest.mark.parametrize(
    ("hidden", "keywords", "words"),
    (
        ((0,), {}, "the size of a hidden layer must be a whole number of at least 1, got 0"),
        (("512",), {}, "hidden layer must be .* got '512'"),
        ((2.5,), {}, "hidden layer must be .* got 2.5"),
        (([512, 512],), {}, r"hidden layer must be .* got \[512, 512\]"),
        ((True,), {}, "hidden layer must be .* got True"),
        ((4,), {"dropout": 1}, "dropout must be a number of at least 0 and below 1, got 1"),
        ((4,), {"dropout": "0.5"}, "dropout must be a number .* got '0.5'"),
        ((4,), {"momentum": 1}, "momentum must be a number of at least 0 and below 1, got 1"),
        ((4,), {"epsilon": -1e-3}, "epsilon must be a number of at least 0, got -0.001"),
        ((4,), {"l1": -1}, "l1 must be a number of at least 0, got -1"),
        ((4,), {"l2": float("nan")}, "l2 must be a number of at least 0, got nan"),
        ((4,), {"n_inputs": 0}, "n_inputs must be a whole number of at least 1, got 0"),
        ((4,), {"n_classes": 1}, "n_classes must be a whole number of at least 2, got 1"),
        ((4,), {"seed": -1}, "seed must be a whole number of at least 0, got -1"),
        ((4,), {"activation": "rleu"}, "activation must be one of .*elu.*relu.*tanh.*, got 'rleu'"),
        ((4,), {"activation": None}, "activation must be one of .*linear.*, got None"),
        ((8,), {"activation": "glu"}, r"must turn 8 numbers into 8 numbers .* got 'glu', which gives shape \(4,\)"),
        ((4,), {"activation": "threshold"}, "4 numbers into 4 numbers by .* got 'threshold', which gives"),
        ((4,), {"activation": lambda z: keras.ops.sum(z, axis=-1)}, r"into 4 numbers by .* which gives shape \(\)"),
        ((4,), {"activation": np.tanh}, "by operations of keras.ops, got <ufunc 'tanh'>"),
        ((4,), {"initializer": "he"}, "initializer must be one of .*glorot_uniform, he_normal.*, got 'he'"),
        ((4,), {"initializer": keras.initializers.HeNormal(seed=3)}, "initializer must have no seed, got 3"),
        ((4,), {"optimizer": "smorms3"}, "optimizer must be one of .*adam.*rmsprop.*, got 'smorms3'"),
        ((4,), {"optimizer": keras.optimizers.SGD(Unregistered())}, "optimizer must be one that Keras can copy"),
        ((4,), {"loss": "hinge"}, "loss must be one of categorical, sparse, binary, got 'hinge'"),
        ((4,), {"loss": keras.losses.CategoricalCrossentropy(from_logits=True)}, "loss must take probabilities"),
        (
            (4,),
            {"loss": keras.losses.Poisson(), "label_smoothing": 0.1},
            "label_smoothing must be given to the loss itself",
        ),
        (
            (4,),
            {"loss": "binary", "n_classes": 10},
            "n_classes must be 2 with a binary loss, which has one output, got 10",
        ),
        ((4,), {"loss": "sparse", "label_smoothing": 0.1}, "label_smoothing must be 0 with the loss 'sparse'"),
        ((4,), {"label_smoothing": 1}, "label_smoothing must be a number of at least 0 and below 1, got 1"),
    ),
)
def test_bad_input_gets_one_sentence(hidden, keywords, words):
    with pytest.raises(ValueError, match=words):
        mlp(*hidden, **keywords)


def test_the_registry_names_what_the_sentences_name():
    assert set(LOSSES) == {"categorical", "sparse", "binary"}


def test_a_restored_network_goes_on_as_if_nothing_had_happened(images):
    """With all that it remembers: Adam's moments, batch norm's averages, the seeds of dropout."""
    settings = dict(batch_norm=True, dropout=0.5, optimizer="adam", seed=0)
    model, other = mlp(8, **settings), mlp(8, **settings | {"seed": 1})
    model.train_on_batch(*images)
    state = state_of(model)
    first = model.train_on_batch(*images), state_of(model)
    for network in (model, other):
        restore(network, state)
        assert network.train_on_batch(*images) == pytest.approx(first[0])
        for now, then in zip(state_of(network), first[1], strict=True):
            np.testing.assert_allclose(now, then, rtol=1e-6)


def test_a_state_is_a_copy_in_the_order_of_the_variables(images):
    model = mlp(8, optimizer="adam")
    state = state_of(model)
    assert [array.shape for array in state] == [tuple(variable.shape) for variable in variables_of(model)]
    model.train_on_batch(*images)
    assert not np.array_equal(state[0], state_of(model)[0])


@pytest.mark.parametrize(("hidden", "settings"), [([9], {}), ([8, 8], {}), ([8], {"optimizer": "adam"})])
def test_the_state_of_a_network_of_other_layers_is_refused_and_changes_nothing(hidden, settings):
    model, other = mlp(8), mlp(*hidden, **settings)
    before = state_of(model)
    with pytest.raises(ValueError, match="state must be that of a network of the same layers"):
        restore(model, state_of(other))
    for now, then in zip(state_of(model), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_a_convnet_counts_its_windows_and_its_last_layer():
    model = convnet(8, 16, 4, image_shape=(12, 12, 3), n_classes=5)
    windows = (9 * 3 + 1) * 8 + (9 * 8 + 1) * 16 + (9 * 16 + 1) * 4
    assert model.count_params() == windows + (3 * 3 * 4 + 1) * 5
    assert [layer.output.shape[1:3] for layer in model.layers if layer.name.startswith("layer_")] == [
        (12, 12),
        (6, 6),
        (3, 3),
    ]


@pytest.mark.parametrize(
    "n_maps, options, said",
    [
        ((), {}, "at least one layer, got none"),
        ((8, 0), {}, "the number of feature maps must be a whole number of at least 1, got 0"),
        ((8,), {"n_classes": 1}, "n_classes must be a whole number of at least 2, got 1"),
        ((8,), {"learning_rate": 0}, "learning_rate must be a number above 0, got 0"),
    ],
)
def test_a_convnet_refuses_what_it_cannot_be(n_maps, options, said):
    with pytest.raises(ValueError, match=said):
        convnet(*n_maps, **options)


def test_activations_are_what_the_layers_compute_one_after_the_other(images):
    model, (X, _) = mlp(16, 8, seed=0), images
    found = activations_of(model, X)
    assert list(found) == ["hidden_1", "hidden_2", "output"]
    W, b = model.layers[0].get_weights()
    np.testing.assert_allclose(found["hidden_1"], np.maximum(X @ W + b, 0), atol=1e-5)
    np.testing.assert_allclose(found["output"], model.predict(X, verbose=0), atol=1e-6)
