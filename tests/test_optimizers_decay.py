"""Decoupled decay and clipping, by hand; where a penalty pulls weights, and how that is drawn. Keras: test_trace."""

import keras
import numpy as np
import pytest

from lecture.optimizers import SGD, Adam, AdamW, Clipped, Momentum, clip_by_norm, clip_by_value, descend, pull
from lecture.plots import alt_text, plot_pull
from lecture.surfaces import BEALE, RECURRENT, Surface

FLAT = Surface("flat", "0", lambda x, y: 0 * x, lambda x, y: (0 * x, 0 * y), (), (-9, 9, -9, 9), (1.0, -2.0))
SLOPE = Surface(
    "slope", "3x - 4y", lambda x, y: 3 * x - 4 * y, lambda x, y: (3.0, -4.0), (), (-9, 9, -9, 9), (1.0, 0.0)
)


def test_arguments_and_defaults_of_adamw_are_those_of_keras():
    ours, config = AdamW(), keras.optimizers.AdamW().get_config()
    for name in ("learning_rate", "beta_1", "beta_2", "epsilon", "weight_decay"):
        assert config[name] == pytest.approx(getattr(ours, name))


def test_adamw_without_decay_is_adam():
    np.testing.assert_array_equal(descend(AdamW(0.2, weight_decay=0)), descend(Adam(0.2)))


def test_where_the_loss_is_flat_only_the_decay_moves_the_weights():
    path = descend(AdamW(0.1, weight_decay=0.5), FLAT, steps=20)
    np.testing.assert_allclose(path, np.outer(0.95 ** np.arange(21), [1.0, -2.0]))


def test_the_first_step_of_adamw_is_adams_and_the_decay():
    path = descend(AdamW(0.1, weight_decay=0.5, epsilon=0), SLOPE, steps=1)
    np.testing.assert_allclose(path[1], [1.0 - 0.1 - 0.1 * 0.5 * 1.0, 0.1])


# ------------------------------------------------------------------------------------------------- pull


@pytest.mark.parametrize("strength", [0.1, 0.25])
def test_a_penalty_in_the_gradient_ends_where_the_gradient_is_0(strength):
    pulled = pull((0.1, 10), strength, n_runs=40)
    wanted = [scale / (scale + strength) for scale in pulled.scales]
    np.testing.assert_allclose(pulled.ends("L2 in the gradient").mean(axis=1), wanted, atol=0.03)


def test_decoupled_decay_does_not_see_the_size_of_gradients():
    pulled = pull((0.1, 10), 0.25, n_runs=40)
    small, large = pulled.ends("decoupled decay").mean(axis=1)
    # where the mean step forward, (1 - w) / √(noise² + (1 - w)²), is what the decay takes back, λ w
    balance = np.linspace(0, 1, 10_001)
    wanted = balance[np.abs((1 - balance) / np.hypot(1, 1 - balance) - 0.25 * balance).argmin()]
    assert small == pytest.approx(wanted, abs=0.03) and large == pytest.approx(wanted, abs=0.03)
    assert pulled.ends("no penalty").mean(axis=1) == pytest.approx([1, 1], abs=0.03)


def test_without_strength_all_ways_are_one():
    first, *others = pull(strength=0, steps=50).paths.values()
    for other in others:
        np.testing.assert_array_equal(first, other)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: pull([]), "scales must be numbers above 0, one or more"),
        (lambda: pull([1.0, 0.0]), r"scales must be numbers above 0, one or more, got \[1.0, 0.0\]"),
        (lambda: pull(strength=-1), "strength must be a number of at least 0, got -1"),
        (lambda: pull(steps=0), "steps must be a whole number of at least 1, got 0"),
        (lambda: Clipped("sgd", norm=1.0), r"rule must be one of lecture.optimizers, such as SGD\(0.1\), got 'sgd'"),
        (lambda: Clipped(SGD(0.1)), "Clipped needs either norm or value, got neither"),
        (lambda: Clipped(SGD(0.1), norm=1.0, value=1.0), "Clipped needs either norm or value, got both"),
        (lambda: Clipped(SGD(0.1), norm=0), "norm must be above 0, got 0"),
        (lambda: Clipped(SGD(0.1), value=-1), "value must be a number of at least 0, got -1"),
        (lambda: AdamW(weight_decay=-1), "weight_decay must be a number of at least 0, got -1"),
    ],
)
def test_refuses_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_the_drawing_has_a_panel_for_each_way_and_a_line_for_each_weight():
    pulled = pull(steps=40, n_runs=5)
    axes = plot_pull(pulled)
    assert [ax.get_title() for ax in axes] == list(pulled.paths)
    for ax, path in zip(axes, pulled.paths.values()):
        for line, runs in zip(ax.lines, path.swapaxes(0, 1)):
            np.testing.assert_allclose(line.get_ydata(), runs.mean(axis=1))
    assert alt_text(axes[0].figure) == pulled.describe()


# ------------------------------------------------------------------------------------------------- clipping


def test_the_norm_is_cut_and_the_direction_kept():
    g = np.array([[3.0, 0.3], [4.0, 0.4]])  # two descents: a long gradient and a short one
    np.testing.assert_allclose(clip_by_norm(g, 1.0), [[0.6, 0.3], [0.8, 0.4]])
    np.testing.assert_array_equal(clip_by_norm(np.zeros(2), 1.0), [0, 0])
    np.testing.assert_allclose(clip_by_value(g, 0.5), [[0.5, 0.3], [0.5, 0.4]])


def test_steps_of_plain_descent_are_no_longer_than_rate_times_norm():
    path = descend(Clipped(SGD(0.2), norm=0.5), RECURRENT, steps=60)
    assert np.hypot(*np.diff(path, axis=0).T).max() == pytest.approx(0.1)
    assert np.hypot(*np.diff(descend(SGD(0.2), RECURRENT, steps=60), axis=0).T).max() > 1


def test_a_large_bound_changes_nothing():
    for rule in (SGD(0.01), Momentum(0.005)):
        for bound in ({"norm": 1e9}, {"value": 1e9}):
            np.testing.assert_allclose(descend(Clipped(rule, **bound), BEALE), descend(rule, BEALE), rtol=1e-12)


def test_the_gradient_of_the_recurrent_unit_is_that_of_its_values():
    rng, h = np.random.default_rng(0), 1e-6
    x, y = rng.uniform(0, 3, 200), rng.uniform(-1, 2.2, 200)
    by_x, by_y = RECURRENT.gradient(x, y)
    size = 1 + np.hypot(by_x, by_y)
    np.testing.assert_allclose(
        (RECURRENT.value(x + h, y) - RECURRENT.value(x - h, y)) / (2 * h) / size, by_x / size, atol=1e-5
    )
    np.testing.assert_allclose(
        (RECURRENT.value(x, y + h) - RECURRENT.value(x, y - h)) / (2 * h) / size, by_y / size, atol=1e-5
    )
