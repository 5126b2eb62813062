"""Following Keras optimizers, and our rules beside them."""

import keras
import numpy as np
import pytest

from lecture import optimizers as ours
from lecture.optimizers import LECTURE_RATES, OPTIMIZERS, RULES, descend, diverged_at
from lecture.surfaces import BEALE, RECURRENT, SURFACES, VALLEY, Surface
from lecture.training.schedules import OneCycle, Triangular
from lecture.training.trace import trace

K = keras.optimizers


def twin(name, learning_rate):
    """The Keras optimizer of one of our names."""
    kind, settings = OPTIMIZERS[name].twin
    return getattr(K, kind)(learning_rate, **settings)


def apart(path, other):
    """The largest difference of two paths, relative to the distance from the origin at each step."""
    return (np.linalg.norm(path - other, axis=1) / np.linalg.norm(other, axis=1)).max()


@pytest.mark.parametrize("name", RULES)
def test_our_rules_follow_keras(name):
    path, other = descend(RULES[name](LECTURE_RATES[name])), trace(twin(name, LECTURE_RATES[name]))
    assert path.shape == other.shape == (101, 2) and other.dtype == np.float64
    # RMSprop at 0.1 bounces from step 71 on: what one bit of a gradient changes grows tenfold in one step or two.
    n = 71 if name == "rmsprop" else 101
    assert apart(path[:n], other[:n]) < 1e-9


def test_rmsprop_follows_keras_to_the_end_where_it_does_not_bounce():
    assert apart(descend(ours.RMSprop(0.05)), trace(K.RMSprop(0.05))) < 1e-9


@pytest.mark.parametrize("surface", SURFACES)
def test_our_rules_follow_keras_on_every_surface(surface):
    for name in ("nesterov", "adam"):
        rate = ours.tuned_rate(name, SURFACES[surface])
        assert apart(descend(RULES[name](rate), surface, steps=30), trace(twin(name, rate), surface, steps=30)) < 1e-6


BY_ANOTHER_NAME = {
    "AdamW": (ours.AdamW(0.2, weight_decay=0.05), lambda: K.AdamW(0.2, weight_decay=0.05), BEALE),
    "AdamW, schedule": (
        ours.AdamW(ours.ExponentialDecay(0.2, 100, 0.1), weight_decay=0.3),
        lambda: K.AdamW(K.schedules.ExponentialDecay(0.2, 100, 0.1), weight_decay=0.3),
        BEALE,
    ),
    "clipnorm": (ours.Clipped(ours.SGD(0.2), norm=0.5), lambda: K.SGD(0.2, clipnorm=0.5), RECURRENT),
    "global_clipnorm": (ours.Clipped(ours.SGD(0.2), norm=0.5), lambda: K.SGD(0.2, global_clipnorm=0.5), RECURRENT),
    "clipvalue": (ours.Clipped(ours.SGD(0.2), value=0.3), lambda: K.SGD(0.2, clipvalue=0.3), RECURRENT),
    "clipvalue, Adam": (ours.Clipped(ours.Adam(0.2), value=0.5), lambda: K.Adam(0.2, clipvalue=0.5), BEALE),
}


@pytest.mark.parametrize("name", BY_ANOTHER_NAME)
def test_decoupled_decay_and_clipping_follow_keras(name):
    rule, optimizer, surface = BY_ANOTHER_NAME[name]
    path, other = descend(rule, surface), trace(optimizer(), surface)
    assert np.isfinite(other).all() and apart(path, other) < 1e-6


@pytest.mark.parametrize(
    "rule, optimizer",
    [
        (
            ours.SGD(ours.ExponentialDecay(0.02, 100, 0.96)),
            lambda: K.SGD(K.schedules.ExponentialDecay(0.02, 100, 0.96)),
        ),
        (ours.SGD(ours.InverseTimeDecay(0.02, 100, 2.0)), lambda: K.SGD(K.schedules.InverseTimeDecay(0.02, 100, 2.0))),
        (ours.SGD(ours.Triangular(0.001, 0.03, 20)), lambda: K.SGD(Triangular(0.001, 0.03, 20))),
        (ours.SGD(ours.OneCycle(0.03, 100)), lambda: K.SGD(OneCycle(0.03, 100))),
    ],
    ids=["ExponentialDecay", "InverseTimeDecay", "Triangular", "OneCycle"],
)
def test_schedules_are_followed_in_float64(rule, optimizer):
    assert apart(descend(rule), trace(optimizer())) < 1e-9


@pytest.mark.parametrize("name", ["Lion", "Nadam", "AdamW", "Ftrl", "Adafactor", "Muon", "Lamb"])
def test_any_optimizer_is_followed(name):
    if not hasattr(K, name):
        pytest.skip(f"this Keras has no {name}")
    path = trace(getattr(K, name)(0.01), steps=20)
    assert path.shape == (21, 2) and np.isfinite(path).all()
    assert BEALE.value(*path[-1]) < BEALE.value(*path[0])


def test_lion_by_hand():
    """Lion (Chen et al., 2023): w moves by η times a sign."""
    path, w, m = trace(K.Lion(0.01), steps=5), np.array([0.8, 1.6]), np.zeros(2)
    for s in range(5):
        np.testing.assert_allclose(path[s], w, rtol=1e-12)
        g = np.array(BEALE.gradient(*w))
        w = w - 0.01 * np.sign(0.9 * m + 0.1 * g)
        m = 0.99 * m + 0.01 * g


def test_options_of_an_optimizer_count():
    clipped = trace(K.SGD(0.1, clipnorm=1.0), steps=5)
    np.testing.assert_allclose(np.linalg.norm(np.diff(clipped, axis=0), axis=1), 0.1)
    plain = trace(K.SGD(0.01), steps=5)
    np.testing.assert_allclose(trace(K.SGD(0.01, loss_scale_factor=8.0), steps=5), plain)
    np.testing.assert_allclose(trace(K.LossScaleOptimizer(K.SGD(0.01)), steps=5), plain, rtol=1e-6)
    assert not np.allclose(trace(K.SGD(0.01, weight_decay=0.1), steps=5), plain)


def test_an_optimizer_can_be_traced_twice_and_trained_with_afterwards():
    optimizer = K.Adam(0.2)
    first = trace(optimizer, steps=10)
    np.testing.assert_array_equal(trace(optimizer, steps=10), first)
    assert int(optimizer.iterations) == 0 and not optimizer.built
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer, "mse")
    model.fit(np.zeros((4, 2)), np.zeros(4), verbose=0)
    np.testing.assert_array_equal(trace(optimizer, steps=10), first)
    assert int(optimizer.iterations) == 1


class Unsaveable(K.schedules.LearningRateSchedule):
    """A schedule as one types it in class, without `get_config`."""

    def __call__(self, step):
        return 0.02 * 0.5 ** (keras.ops.cast(step, "float64") / 100)


def test_schedules_that_cannot_be_saved_are_followed_too(recwarn):
    expected = descend(ours.SGD(ours.ExponentialDecay(0.02, 100, 0.5)), steps=20)
    np.testing.assert_allclose(trace(K.SGD(Unsaveable()), steps=20), expected, rtol=1e-9)
    np.testing.assert_allclose(trace(K.SGD(lambda: 0.01), steps=20), trace(K.SGD(0.01), steps=20), rtol=1e-6)
    assert not [warning for warning in recwarn if "lambda" in str(warning.message)]


@pytest.mark.parametrize("floatx", ["float32", "float16"])
def test_keras_is_left_as_it_was(floatx):
    before = keras.config.floatx()
    keras.utils.clear_session()  # also forgets the policy, which Keras makes of floatx when first asked
    keras.config.set_floatx(floatx)
    try:
        trace(K.SGD(0.01), steps=1)
        assert keras.config.floatx() == floatx and keras.config.dtype_policy().name == floatx
        with pytest.raises(ZeroDivisionError):
            trace(K.SGD(0.01), Surface("bad", "", None, lambda x, y: 1 / 0, ((0, 0),), (-1, 1, -1, 1), (0, 0)), steps=1)
        assert keras.config.floatx() == floatx
    finally:
        keras.utils.clear_session()
        keras.config.set_floatx(before)


def test_a_path_that_diverges_is_cut_where_ours_is():
    path, ourselves = trace(K.SGD(0.04)), descend(ours.SGD(0.04))
    assert diverged_at(path) == diverged_at(ourselves)
    np.testing.assert_array_equal(np.isnan(path), np.isnan(ourselves))


def test_start_and_steps():
    np.testing.assert_array_equal(trace(K.SGD(0.01), VALLEY, (1.0, 1.0), 0), [[1, 1]])
    np.testing.assert_allclose(trace(K.SGD(0.01), "valley", (1.0, 1.0), 1), [[1, 1], [0.99, 0.5]])


@pytest.mark.parametrize(
    "call, sentence",
    [
        (
            lambda: trace("adam"),
            r"optimizer must be a Keras optimizer, such as keras.optimizers.Adam\(0.2\), got 'adam'",
        ),
        (lambda: trace(K.Adam), "optimizer must be a Keras optimizer"),
        (lambda: trace(K.SGD(0.1), "hill"), "surface must be one of beale, .*, got 'hill'"),
        (lambda: trace(K.SGD(0.1), start=(9, 9)), "start must be two numbers"),
        (lambda: trace(K.SGD(0.1), steps=-1), "steps must be a whole number of at least 0, got -1"),
    ],
)
def test_refuses_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
