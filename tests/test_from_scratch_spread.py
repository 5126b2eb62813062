"""The spread through untrained nets: by hand, by theory, and what ε does to small weights."""

import time

import numpy as np
import pytest

from lecture.from_scratch import dense_net, gradients, measure_depth, spread

NINE = [3072, 50, 30, 20, 20, 10, 10, 10, 10, 10]
X = np.random.default_rng(0).normal(size=(100, 3072))


def test_it_is_what_the_net_has():
    sizes, y = [6, 5, 4, 3], np.eye(3)[np.arange(20) % 3]
    found = spread(sizes, X[:20, :6], y, sigma=0.4, batch_norm=True, epsilon=0.1, seeds=[7, 3])
    assert found.u_std.shape == found.weight_gradient_norm.shape == (2, 2) and found.depth == 2
    for row, seed in enumerate((7, 3)):
        net = dense_net(
            sizes, activation="relu", output="softmax", initializer=0.4, batch_norm={"epsilon": 0.1}, seed=seed
        )
        z = X[:20, :6] @ net.layers[0].W
        u = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 0.1)
        assert found.u_std[row, 0] == pytest.approx(np.sqrt(u.var(axis=0).mean()), rel=1e-12)
        assert found.activation_std[row, 0] == pytest.approx(np.sqrt(np.maximum(u, 0).var(axis=0).mean()), rel=1e-12)
        by_layer = gradients(net, X[:20, :6], y)
        norms = [np.linalg.norm(by_layer[l]["W"]) for l in (0, 2)]
        np.testing.assert_allclose(found.weight_gradient_norm[row], norms, rtol=1e-12)


def test_batch_norm_makes_up_for_small_weights_only_while_epsilon_is_smaller():
    def layers(sigma, **norm):
        return spread(NINE, X, sigma=sigma, seeds=5, **norm).u_std.mean(axis=0)[[0, 3, 7]]

    plain = layers(1e-3)
    assert plain[0] == pytest.approx(1e-3 * np.sqrt(3072), rel=0.1) and plain[1] < 1e-7 and plain[2] < 1e-15
    keras = layers(1e-3, batch_norm=True, epsilon=1e-3)
    assert 0.8 < keras[0] < 0.95 and keras[1] < 5e-3 and keras[2] < 1e-6
    torch = layers(1e-3, batch_norm=True, epsilon=1e-5)
    assert torch[0] > 0.99 and 0.2 < torch[1] < 0.7 and 0.01 < torch[2] < 0.2
    np.testing.assert_allclose(layers(1e-3, batch_norm=True, epsilon=1e-12), 1, atol=0.01)


def test_the_spread_depends_on_sigma_squared_over_epsilon_alone():
    one = spread(NINE, X, sigma=1e-3, batch_norm=True, epsilon=1e-3).u_std
    same = spread(NINE, X, sigma=1e-4, batch_norm=True, epsilon=1e-5).u_std
    np.testing.assert_allclose(one, same, rtol=1e-9)
    other = spread(NINE, X, sigma=1e-4, batch_norm=True, epsilon=1e-3).u_std
    assert (other < 0.3 * one).all()


def test_a_linear_layer_keeps_the_spread_if_its_variance_is_one_over_n():
    found = spread([300] * 10 + [10], X[:, :300], sigma=300**-0.5, activation="linear", seeds=3)
    np.testing.assert_allclose(np.median(found.u_std, axis=0), 1, rtol=0.2)
    he = spread([300] * 3 + [10], X[:, :300], sigma="he_normal", seeds=3)
    np.testing.assert_allclose(he.u_std[:, 0], np.sqrt(2), rtol=0.05)


def test_measure_depth_is_a_special_case():
    profile = measure_depth("tanh", "glorot", depth=4, width=30, seed=2)
    rng = np.random.default_rng(2)
    inputs = rng.normal(size=(100, 30))
    y = np.eye(10)[rng.integers(10, size=100)]
    found = spread([30] * 5 + [10], inputs, y, sigma="glorot_normal", activation="tanh", seeds=[2])
    np.testing.assert_array_equal(profile.activation_std, found.activation_std[0])
    np.testing.assert_array_equal(profile.gradient_norm, found.gradient_norm[0])
    np.testing.assert_array_equal(profile.weight_gradient_norm, found.weight_gradient_norm[0])


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
@pytest.mark.parametrize(
    ("activation", "initializer", "signal", "gradient"),
    [
        ("tanh", "zeros", "none", "none"),
        ("sigmoid", "zeros", "none", "none"),
        ("tanh", "small", "vanishing", "vanishing"),
        ("relu", "small", "vanishing", "vanishing"),
        ("sigmoid", "small", "vanishing", "vanishing"),
        ("sigmoid", "glorot", "vanishing", "vanishing"),
        ("tanh", "glorot", "stable", "stable"),
        ("relu", "glorot", "vanishing", "vanishing"),
        ("relu", "he", "stable", "stable"),
        ("relu", "large", "exploding", "exploding"),
        ("tanh", "large", "stable", "exploding"),
    ],
)
def test_what_depth_does(activation, initializer, distribution, signal, gradient):
    profile = measure_depth(activation, initializer, distribution, depth=20)
    assert (profile.signal_verdict, profile.gradient_verdict) == (signal, gradient)
    words = {
        "vanishing": "vanishes",
        "exploding": "explodes",
        "stable": "times that at the last",
        "none": "no weight of a hidden layer",
    }
    assert words[gradient] in profile.describe()


def test_depth_follows_the_theory():
    # A linear layer of σ² = 1 / n keeps the variance (Glorot & Bengio); ReLU halves it, so it needs 2 / n (He et al.).
    keep = measure_depth("linear", "glorot", depth=10, width=300)
    assert keep.signal_ratio == pytest.approx(1, abs=0.25) and keep.gradient_ratio == pytest.approx(1, abs=0.25)
    halved = measure_depth("relu", "glorot", depth=10, width=300)
    assert halved.gradient_ratio == pytest.approx(0.5 ** (9 / 2), rel=0.3)
    kept = measure_depth("relu", "he", depth=10, width=300)
    assert kept.gradient_ratio == pytest.approx(1, rel=0.3)


def test_a_depth_profile_is_that_of_the_net_and_cannot_be_changed():
    profile = measure_depth("tanh", "glorot", "normal", depth=3, width=20, seed=4)
    assert profile.depth == 3 and profile is measure_depth("tanh", "glorot", "normal", depth=3, width=20, seed=4)
    net = dense_net([20, 20, 20, 20, 10], activation="tanh", output="softmax", initializer="glorot_normal", seed=4)
    X = np.random.default_rng(4).normal(size=(100, 20))
    np.testing.assert_allclose(profile.activation_std[0], np.sqrt(np.tanh(X @ net.layers[0].W).var(axis=0).mean()))
    with pytest.raises(ValueError, match="read-only"):
        profile.gradient_norm[0] = 1


def test_a_setting_takes_little_time():
    spread(NINE, X, sigma=0.1)
    start = time.perf_counter()
    spread(NINE, X, sigma=0.1, batch_norm=True)
    assert time.perf_counter() - start < 1  # 8 ms on a quiet machine


def test_it_describes_itself():
    text = spread(NINE, X, sigma=1e-3, batch_norm=True, epsilon=1e-5, seeds=3).describe()
    assert "8 hidden relu layers, weights σ = 0.001, batch norm with ε = 1e-05" in text and "median of 3 seeds" in text
    assert (
        "1 hidden tanh layer, weights he_normal, no batch norm"
        in spread([4, 3, 2], X[:5, :4], sigma="he_normal", activation="tanh").describe()
    )


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: spread([4, 2], X[:, :4], sigma=1), r"sizes must have one or more hidden layers, got \[4, 2\]"),
        (
            lambda: spread([4, 3, 2], X[:, :5], sigma=1),
            r"X must be .* of shape \(n, 4\), got .* \(100, 5\)",
        ),
        (lambda: spread([4, 3, 2], X[:, :4], sigma=0), "initial weights must be a number above 0, got 0"),
        (lambda: spread([4, 3, 2], X[:, :4], sigma="big"), "initializer must be one of zeros, .*, got 'big'"),
        (lambda: spread([4, 3, 2], X[:, :4], sigma=1, seeds=0), "seeds must be a whole number of at least 1, got 0"),
        (lambda: spread([4, 3, 2], X[:, :4], sigma=1, seeds=[]), "seeds must be one or more, got none"),
        (
            lambda: spread([4, 3, 2], X[:2, :4], sigma=1, batch_norm=True),
            "Batch norm needs 3 examples or more to say anything in training, got 2",
        ),
        (
            lambda: spread([4, 3, 2], X[:, :4], sigma=1, batch_norm=True, epsilon=-1),
            "epsilon must be a number of at least 0, got -1",
        ),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        call()
    assert "\n" not in str(error.value)
