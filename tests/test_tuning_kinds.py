"""A search's shared step never trains another network than `fit` would: each setting, both ways, compared."""

import inspect

import keras
import numpy as np
import pytest
from both_ways import (
    BATCH,
    QUIET,
    agree,
    both_ways,
    by_fit,
    by_trainer,
    dense,
    make_data,
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


# ---- Optimizers.


BASE = settings_of(
    next(
        kind for kind in keras.optimizers.Optimizer.__mro__ if "clipnorm" in inspect.signature(kind.__init__).parameters
    )
)
TRIED = {  # a setting of every optimizer: whether the step is shared, and values
    "learning_rate": (True, 0.02, 0.3),
    "weight_decay": (True, 0.05, 0.5),
    "clipnorm": (True, 0.05, 0.1),
    "clipvalue": (True, 0.01, 0.02),
    "global_clipnorm": (True, 0.05, 0.1),
    "use_ema": (False, True),
    "ema_momentum": (False, 0.5),
    "ema_overwrite_frequency": (False, 2),
    "loss_scale_factor": (False, 64.0),
    "gradient_accumulation_steps": (False, 2),
}
CLASSES = {
    name: kind
    for name, kind in vars(keras.optimizers).items()
    if inspect.isclass(kind) and issubclass(kind, keras.optimizers.Optimizer)
}
OTHER = {"Optimizer", "LossScaleOptimizer", "MultiOptimizer"}  # no rule of their own: the latter two are tried below
SHARED = {"Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lion", "Nadam", "RMSprop", "SGD"}
OWN = {
    "rho": 0.5,
    "epsilon": 0.01,
    "initial_accumulator_value": 0.5,
    "beta_1": 0.5,
    "beta_2": 0.8,
    "amsgrad": True,
    "momentum": 0.9,
    "nesterov": True,
    "centered": True,
    "learning_rate_power": -0.7,
    "l1_regularization_strength": 0.1,
    "l2_regularization_strength": 0.1,
    "l2_shrinkage_regularization_strength": 0.1,
    "beta": 0.5,
}


def test_every_setting_that_all_optimizers_have_is_tried():
    assert set(BASE) == set(TRIED)


@pytest.mark.parametrize("name, value", [(name, value) for name, (_, *values) in TRIED.items() for value in values])
def test_settings_of_all_optimizers(plain, name, value):
    more = {"use_ema": True} if name.startswith("ema") else {}
    both_ways(
        plain,
        lambda: make_net(optimizer=lambda: keras.optimizers.SGD(**{"learning_rate": 0.1, name: value} | more)),
        shared=TRIED[name][0],
        differs=name != "loss_scale_factor",
    )


@pytest.mark.parametrize("name", sorted(CLASSES.keys() - OTHER))
def test_every_optimizer(plain, name):
    both_ways(plain, lambda: make_net(optimizer=lambda: CLASSES[name](learning_rate=0.01)), shared=name in SHARED)


@pytest.mark.parametrize("name", sorted(SHARED))
def test_settings_of_the_optimizers_that_share_a_step(plain, name):
    changed = {setting: OWN[setting] for setting in settings_of(CLASSES[name]) if setting not in BASE}
    both_ways(plain, lambda: make_net(optimizer=lambda: CLASSES[name](learning_rate=0.01, **changed)), shared=True)


class SGD(keras.optimizers.SGD):
    """Of the same name as Keras'."""

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(2 * gradient, variable, learning_rate)


def _without_bias(optimizer):
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


@pytest.mark.parametrize(
    "make",
    [
        lambda: SGD(0.1),
        lambda: _without_bias(keras.optimizers.SGD(0.1, weight_decay=0.5)),
        lambda: keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)),
        lambda: keras.optimizers.SGD(lambda: keras.ops.convert_to_tensor(0.05)),
        lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.05)),
    ],
    ids=["derived", "excluded", "schedule", "function", "scaled"],
)
def test_other_optimizers_are_left_to_fit(plain, make):
    both_ways(plain, lambda: make_net(optimizer=make), shared=False)


# ---- What is compiled.

LOSS = keras.losses.CategoricalCrossentropy
COMPILED = {  # a setting of `compile`: whether the step is shared, whether the result differs, and values
    "loss_weights": (False, True, [5.0]),
    "metrics": (False, True, ["accuracy", "mse"], ["acc"], []),
    "weighted_metrics": (False, True, ["accuracy"]),
    "run_eagerly": (False, False, True),
    "steps_per_execution": (True, False, 2),
    "jit_compile": (True, False, True),
    "auto_scale_loss": (True, False, False),
    "loss": (False, True, "mse", "categorical_crossentropy"),
}


def test_every_setting_of_compile_is_tried():
    assert inspect.signature(keras.Model.compile).parameters.keys() - {"self", "optimizer"} == set(COMPILED)


@pytest.mark.parametrize(
    "name, value", [(name, value) for name, (_, _, *values) in COMPILED.items() for value in values]
)
def test_settings_of_compile(plain, name, value):
    shared, differs, *_ = COMPILED[name]
    both_ways(
        plain, lambda: make_net(**{name: value}), shared=shared, differs=differs and value != "categorical_crossentropy"
    )


class OwnLoss(LOSS):
    def call(self, y_true, y_pred):
        return 2 * super().call(y_true, y_pred)


OwnLoss.__name__ = "CategoricalCrossentropy"


@pytest.mark.parametrize(
    "shared, make",
    [
        (True, lambda: LOSS(label_smoothing=0.1)),
        (True, lambda: LOSS(label_smoothing=0.3)),
        (False, lambda: LOSS(reduction="sum")),
        (False, lambda: LOSS(axis=0)),
        (False, OwnLoss),
        (False, lambda: keras.losses.CategoricalFocalCrossentropy()),
        (False, lambda: keras.losses.BinaryCrossentropy()),  # of three outputs: of another accuracy
    ],
)
def test_losses(plain, shared, make):
    both_ways(plain, lambda: make_net(loss=make), shared=shared)


def test_a_loss_of_logits(plain):
    def ends_in_logits(net):
        net.layers[-1].activation = keras.activations.linear

    both_ways(
        plain, lambda: make_net(loss=lambda: LOSS(from_logits=True), change=ends_in_logits), shared=True, differs=False
    )


def test_a_loss_in_another_precision_is_left_to_fit():
    assert (
        kind_of(make_net(loss=lambda: LOSS(dtype="float16"))) is None
        and kind_of(make_net(loss=lambda: LOSS(dtype="float64"))) is None
    )


@pytest.mark.parametrize(
    "labels, loss, outputs",
    [
        ("numbers", keras.losses.SparseCategoricalCrossentropy, 3),
        ("column", keras.losses.SparseCategoricalCrossentropy, 3),
        ("two", keras.losses.BinaryCrossentropy, 1),
        ("two, column", keras.losses.BinaryCrossentropy, 1),
    ],
)
def test_labels_of_other_kinds(labels, loss, outputs):
    def make():
        return make_net(loss=loss, outputs=outputs)

    data = make_data(labels)
    trainer = Trainer(data, BATCH)
    assert agree(by_trainer(trainer, make), by_fit(make, data)) and trainer.n_compiled == 1


class OwnSequential(keras.Sequential):
    def compute_loss(self, *given, **named):
        return 2 * super().compute_loss(*given, **named)


def _own_step(net):
    ordinary = net.compute_loss
    net.compute_loss = lambda *given, **named: 2 * ordinary(*given, **named)


def test_networks_with_a_loss_of_their_own_are_left_to_fit(plain):
    both_ways(plain, lambda: make_net(model=OwnSequential), shared=False)
    both_ways(plain, lambda: make_net(change=_own_step), shared=False)


# ---- Precision.


def test_layers_of_another_precision_are_left_to_fit():
    assert (
        kind_of(make_net(lambda: dense(dtype="mixed_bfloat16"))) is None
        and kind_of(make_net(lambda: dense(dtype="float64"))) is None
    )
    assert kind_of(make_net(lambda: dense(autocast=False))) is None


def test_mixed_precision_is_left_to_fit(plain):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        assert isinstance(make_net().optimizer, keras.optimizers.LossScaleOptimizer) and kind_of(make_net()) is None
        found = by_trainer(plain.trainer, make_net)
    finally:
        keras.config.set_dtype_policy(before)
    np.testing.assert_allclose(found[0]["loss"], plain.wanted[0]["loss"], rtol=0.01)  # float16 has three digits
