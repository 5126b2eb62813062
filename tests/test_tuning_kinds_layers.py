"""A search's shared step never trains another network than `fit` would: each setting of the layers, compared."""

import keras
import pytest
from both_ways import (
    BATCH,
    QUIET,
    agree,
    both_ways,
    by_fit,
    by_trainer,
    dense,
    make_net,
    settings_of,
    train_plain,
)

from lecture.tuning.compiled import Trainer
from lecture.tuning.kinds import kind_of

pytestmark = QUIET


@pytest.fixture(scope="module")
def plain():
    return train_plain()


# ---- Layers.


def _of(layer, **settings):
    return lambda: getattr(keras.layers, layer)(**settings)


def _frozen(net):
    net.layers[0].trainable = False


def _frozen_bias(net):
    net.layers[0].bias.trainable = False


def _low_rank(net):
    net.layers[0].enable_lora(2)


def _late_penalty(net):
    net.layers[0].kernel_regularizer = keras.regularizers.L2(1.0)  # which Keras asks for when it builds only


def _double(z):
    return 2 * z


class Dense(keras.layers.Dense):
    def call(self, inputs, training=None):
        return 2 * super().call(inputs)


NUMBERS = {  # within the plain network's kind
    "units": _of("Dense", units=9, activation="tanh"),
    "initializers": lambda: dense(kernel_initializer="he_normal", bias_initializer="ones"),
    "name": lambda: dense(name="other"),
}
KINDS = {  # each a kind of its own, with and without what differs in numbers only
    "activation": [lambda: dense(activation="relu")],
    "use_bias": [lambda: dense(use_bias=False)],
    "penalties": [lambda: dense(kernel_regularizer=keras.regularizers.L1(0.1))],
    "penalties, other": [lambda: dense(kernel_regularizer="l2")],
    "penalties, both": [lambda: dense(kernel_regularizer=keras.regularizers.L1L2(0.01, 1.0))],
    "penalty, bias": [lambda: dense(bias_regularizer=keras.regularizers.L2(1.0))],
    "dropout": [dense, _of("Dropout", rate=0.3, seed=1)],
    "dropout, other": [dense, _of("Dropout", rate=0.6, seed=2)],
    "no dropout": [dense, _of("Dropout", rate=0.0)],
    "norm": [dense, _of("BatchNormalization")],
    "norm, other": [dense, _of("BatchNormalization", momentum=0.5, epsilon=0.1)],
    "norm, bare": [dense, _of("BatchNormalization", center=False, scale=False)],
    "norm, penalties": [dense, _of("BatchNormalization", gamma_regularizer="l2", beta_regularizer="l1")],
    "norm, initializers": [dense, _of("BatchNormalization", beta_initializer="ones", moving_mean_initializer="ones")],
    "activation layer": [dense, _of("Activation", activation="relu")],
}
OTHERS = {  # left to fit
    "activity": [lambda: dense(activity_regularizer=keras.regularizers.L1L2(l2=1.0))],
    "activity, weak": [lambda: dense(activity_regularizer=keras.regularizers.L1L2(l2=0.01))],
    "activity, norm": [dense, _of("BatchNormalization", activity_regularizer="l2")],
    "constraint": [lambda: dense(kernel_constraint=keras.constraints.MaxNorm(0.5))],
    "constraint, other": [lambda: dense(kernel_constraint=keras.constraints.MaxNorm(0.2))],
    "bias constraint": [lambda: dense(bias_constraint="non_neg")],
    "orthogonal": [lambda: dense(kernel_regularizer=keras.regularizers.OrthogonalRegularizer(0.5))],
    "not trained": [lambda: dense(trainable=False)],
    "own activation": [lambda: dense(activation=_double)],
    "activation, a layer": [lambda: dense(activation=keras.layers.LeakyReLU(0.5))],
    "derived": [lambda: Dense(5, "tanh")],
    "noise shape": [dense, _of("Dropout", rate=0.3, seed=1, noise_shape=(None, 1))],
    "norm, constraint": [dense, _of("BatchNormalization", gamma_constraint=keras.constraints.MaxNorm(0.5))],
    "norm, not trained": [dense, _of("BatchNormalization", trainable=False)],
    "renorm": [dense, _of("BatchNormalization", renorm=True)],
    "noise": [dense, _of("GaussianNoise", stddev=0.5, seed=1)],
    "nested": [lambda: keras.Sequential([dense(), dense()])],
}
DENSE = {
    "units",
    "activation",
    "use_bias",
    "kernel_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "bias_regularizer",
    "activity_regularizer",
    "kernel_constraint",
    "bias_constraint",
    "lora_rank",
    "lora_alpha",
    "quantization_config",
}
NORM = {
    "axis",
    "momentum",
    "epsilon",
    "center",
    "scale",
    "beta_initializer",
    "gamma_initializer",
    "moving_mean_initializer",
    "moving_variance_initializer",
    "beta_regularizer",
    "gamma_regularizer",
    "beta_constraint",
    "gamma_constraint",
    "renorm",
    "renorm_clipping",
    "renorm_momentum",
    "synchronized",
}


def _call(layer):
    layer.call = lambda inputs, training=None: 2 * type(layer).call(layer, inputs)


@pytest.mark.parametrize(
    "change",
    [
        lambda net: _frozen(net),  # after its optimizer was built for all variables
        lambda net: _call(net.layers[0]),
        lambda net: setattr(net.optimizer, "update_step", lambda gradient, variable, rate: None),
        lambda net: setattr(net.layers[0].bias, "overwrite_with_gradient", True),
    ],
)
def test_what_was_changed_in_one_network_is_left_to_fit(change):
    net = make_net(dense)
    net.optimizer.build(net.trainable_variables)
    assert kind_of(net) is not None
    change(net)
    assert kind_of(net) is None


def test_every_setting_of_the_layers_is_known_here():
    kinds = {
        keras.layers.Dense: DENSE,
        keras.layers.BatchNormalization: NORM,
        keras.layers.Dropout: {"rate", "noise_shape", "seed"},
        keras.layers.Activation: {"activation"},
    }
    assert {kind: set(settings_of(kind)) for kind in kinds} == kinds


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_share_the_step(plain, name):
    assert kind_of(make_net(NUMBERS[name])) == plain.kind
    both_ways(plain, lambda: make_net(NUMBERS[name]), shared=True, differs=name != "name")


@pytest.mark.parametrize("name", KINDS)
def test_settings_of_layers(plain, name):
    both_ways(plain, lambda: make_net(*KINDS[name]), shared=True, differs=name != "no dropout")


@pytest.mark.parametrize("name", OTHERS)
def test_settings_of_layers_that_are_left_to_fit(plain, name):
    both_ways(plain, lambda: make_net(*OTHERS[name]), shared=False)


@pytest.mark.parametrize(
    "change, shared, differs",
    [(_frozen, False, True), (_frozen_bias, True, True), (_low_rank, False, True), (_late_penalty, True, False)],
)
def test_networks_that_were_changed_after_they_were_built(plain, change, shared, differs):
    both_ways(plain, lambda: make_net(change=change), shared=shared, differs=differs)


def test_penalties_of_other_strengths_share_a_step_in_both_orders(plain):
    strengths = [
        lambda l1=l1, l2=l2: make_net(lambda: dense(kernel_regularizer=keras.regularizers.L1L2(l1, l2)))
        for l1, l2 in ((0.1, 0.0), (0.0, 1.0))
    ]
    wanted = [by_fit(make, plain.data) for make in strengths]
    for order in ((0, 1), (1, 0)):
        trainer = Trainer(plain.data, BATCH)
        assert all(agree(by_trainer(trainer, strengths[i]), wanted[i]) for i in order) and trainer.n_compiled == 1


@pytest.mark.parametrize(
    "inputs", [{"batch_size": 4}, {"dtype": "float64"}, {"dtype": "int32"}, {"sparse": True}], ids=str
)
def test_inputs_that_are_not_rows_of_float32_are_left_to_fit(inputs):
    assert kind_of(make_net(inputs=inputs)) is None


def test_images_as_inputs_are_left_to_fit():
    net = keras.Sequential([keras.Input((4, 6)), keras.layers.Dense(3, "softmax")])
    net.compile(loss=keras.losses.CategoricalCrossentropy(), metrics=["accuracy"])
    assert kind_of(net) is None


def test_networks_that_are_not_built_or_not_compiled_are_left_to_fit():
    unbuilt = keras.Sequential([keras.layers.Dense(3, "softmax")])
    unbuilt.compile(loss=keras.losses.CategoricalCrossentropy(), metrics=["accuracy"])
    assert kind_of(unbuilt) is None and kind_of(keras.Sequential([keras.Input((6,)), keras.layers.Dense(3)])) is None
