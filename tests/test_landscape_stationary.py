"""Where the gradient is zero, and in how many directions the loss rises there."""

import warnings

import numpy as np
import pytest
from landscape_nets import nets

from lecture.landscape import gradient, hessian, minimal_ratio, names, spectrum, stationary_points, vector
from lecture.landscape.ratio import wilson

rng = np.random.default_rng(6)
X = rng.normal(size=(25, 3))
Y = X @ rng.normal(size=(3, 2)) + 0.1 * rng.normal(size=(25, 2))


def _deep_linear(rank):
    """The stationary point of 3-2-2 (linear) that keeps the first ``rank`` directions of the best fit, and its loss.

    Baldi & Hornik (1989): W₂W₁ projects the least-squares fit on some of its principal directions.
    """
    inputs = X - X.mean(axis=0)
    targets = Y - Y.mean(axis=0)
    fit = np.linalg.lstsq(inputs, targets, rcond=None)[0]
    _, _, directions = np.linalg.svd(inputs @ fit)
    kept = directions[:rank].T @ directions[:rank] if rank else np.zeros((2, 2))
    W1 = np.zeros((3, 2))
    W1[:, :rank] = fit @ directions[:rank].T
    W2 = np.zeros((2, 2))
    W2[:rank] = directions[:rank]
    b = Y.mean(axis=0) - X.mean(axis=0) @ W1 @ W2
    theta = np.concatenate([W1.ravel(), np.zeros(2), W2.ravel(), b])
    return theta, np.mean((targets - inputs @ fit @ kept) ** 2)


NET = nets(3, 2, 2, activation="linear", n=1)


@pytest.mark.parametrize("rank, kind", [(2, "minimum"), (1, "saddle"), (0, "saddle")])
def test_the_critical_points_of_a_deep_linear_net_are_known(rank, kind):
    theta, loss = _deep_linear(rank)
    np.testing.assert_allclose(gradient(NET, X, Y, loss="mse", at=theta), 0, atol=1e-12)
    found = stationary_points(NET, X, Y, [theta], loss="mse", steps=0)
    assert found.kind[0] == kind and found.loss[0] == pytest.approx(loss)
    assert found.spectra.n_negative[0] == {2: 0, 1: 1, 0: 2}[rank] or kind == "saddle"
    near = theta + 1e-4 * rng.normal(size=theta.shape)
    again = stationary_points(NET, X, Y, [near], loss="mse")
    assert again.norms[0] < 1e-9 and again.loss[0] == pytest.approx(loss, abs=1e-6) and again.kind[0] == kind


def test_the_search_finds_stationary_points_from_far_away():
    starts = rng.normal(size=(40, 14))
    found = stationary_points(NET, X, Y, starts, loss="mse", steps=200)
    assert found.reached.mean() > 0.5
    known = [_deep_linear(rank)[1] for rank in (0, 1, 2)]
    second = _second_direction()
    for loss in found.loss[found.reached]:
        assert np.abs(np.array([*known, second]) - loss).min() < 1e-6
    at = found.points[found.reached]
    norms = np.linalg.norm(gradient(NET, X, Y, loss="mse", at=at), axis=1)
    assert (norms < 1e-8).all()
    assert "starts: " in found.describe()


def test_downhill_the_search_ends_at_minima():
    """Straight from there it ends at saddles as well, whose loss is known to be higher."""
    starts = rng.normal(size=(20, 14))
    straight = stationary_points(NET, X, Y, starts, loss="mse")
    down = stationary_points(NET, X, Y, starts, loss="mse", downhill=100)
    assert (straight.kind == "saddle").any() and (down.kind == "minimum").mean() > 0.9
    assert down.loss[down.kind == "minimum"] == pytest.approx(_deep_linear(2)[1])
    only = stationary_points(NET, X, Y, starts, loss="mse", downhill=20, steps=0)
    here = np.mean(np.square(_outputs(starts) - Y), axis=(1, 2))
    assert (only.loss < here).all()


def _outputs(rows):
    """Of 3-2-2, linear: (n_rows, n, 2)."""
    W1, b1, W2, b2 = np.split(rows, [6, 8, 12], axis=1)
    hidden = X @ W1.reshape(-1, 3, 2) + b1[:, None]
    return hidden @ W2.reshape(-1, 2, 2) + b2[:, None]


def _second_direction():
    """The loss of the saddle that keeps only the second direction."""
    inputs, targets = X - X.mean(axis=0), Y - Y.mean(axis=0)
    fit = np.linalg.lstsq(inputs, targets, rcond=None)[0]
    _, _, directions = np.linalg.svd(inputs @ fit)
    return np.mean((targets - inputs @ fit @ np.outer(directions[1], directions[1])) ** 2)


def test_where_the_hessian_has_nothing_along_the_gradient_it_says_so():
    # tanh far out is flat: the loss falls along the output bias only, which the first start has at its best
    flat = nets(1, 1, n=1)
    x, y = np.array([[1.0], [2.0]]), np.array([[0.0], [0.0]])
    found = stationary_points(flat, x, y, [[0.5, 0.2]], loss="mse", steps=0)
    assert found.kind[0] == "not reached" and found.norms[0] > 0.1
    reached = stationary_points(flat, x, y, [[0.5, 0.2]], loss="mse")
    assert reached.kind[0] == "minimum" and reached.loss[0] == pytest.approx(0, abs=1e-15)


def test_a_gradient_that_no_step_can_shrink_is_called_flat():
    import keras

    # two residuals a + b - 1 and (a + b)² c: along a - b nothing changes, and a slope in c may stay
    class Slope(keras.layers.Layer):
        def build(self, shape):
            self.point = self.add_weight(shape=(2,), initializer="zeros", name="point")

        def call(self, inputs):
            a, b = self.point[0], self.point[1]
            return 0 * inputs + keras.ops.reshape(a**2 / 2 + b, (1, 1))

    model = keras.Sequential([keras.Input((1,), dtype="float64"), Slope(dtype="float64")])
    model.compile(loss=lambda y, outputs: keras.ops.mean(outputs, axis=-1))
    found = stationary_points(model, np.zeros((1, 1)), np.zeros((1, 1)), [[1.0, 0.0]], steps=100)
    assert found.kind[0] == "gradient-flat"  # the gradient is (a, 1): it never falls below 1
    assert found.norms[0] == pytest.approx(1, abs=1e-6)
    assert found.flatness[0] < 0.1


def test_eigenvalues_count_the_positive_share():
    several = nets(3, 4, 2)
    found = minimal_ratio(several, X, Y, loss="mse")
    values = np.linalg.eigvalsh(hessian(several, X, Y, loss="mse"))
    limit = 1e-7 * np.abs(values).max(axis=1, keepdims=True)
    np.testing.assert_allclose(found.value, (values > limit).mean(axis=1))
    assert (found.low <= found.value).all() and (found.value <= found.high).all()
    assert (found.slope_share == 0).all()
    np.testing.assert_allclose(found.value, spectrum(several, X, Y, loss="mse").minimal_ratio)


def test_samples_around_a_minimum_are_all_higher():
    theta, _ = _deep_linear(2)
    found = minimal_ratio(NET, X, Y, loss="mse", method="samples", at=theta)
    assert found.value == 1 and found.low > 0.99 and found.slope_share == 0
    assert "minimal ratio 1" in found.describe()


def test_samples_hardly_see_a_saddle():
    theta, _ = _deep_linear(1)
    sampled = minimal_ratio(NET, X, Y, loss="mse", method="samples", at=theta)
    exact = minimal_ratio(NET, X, Y, loss="mse", at=theta)
    assert sampled.value > exact.value + 0.2


@pytest.mark.parametrize("n", [10, 40], ids=["by products", "by the whole Hessian"])
def test_the_slope_rules_where_it_moves_the_loss_more_than_the_curvature(n):
    several = nets(3, 4, 2, n=3)
    with pytest.warns(UserWarning, match="the slope rules"):
        found = minimal_ratio(several, X, Y, loss="mse", method="samples", radius=0.1, n=n, seed=3)
    moves = np.random.default_rng(3).uniform(-0.1, 0.1, size=(3, n, 26))
    along = np.einsum("rnp,rp->rn", moves, gradient(several, X, Y, loss="mse"))
    curved = np.einsum("rnp,rpq,rnq->rn", moves, hessian(several, X, Y, loss="mse"), moves) / 2
    np.testing.assert_allclose(found.slope_share, (np.abs(along) > np.abs(curved)).mean(axis=1))
    assert 0 < found.slope_share.min() < 1


def test_weights_that_stay_are_no_directions():
    several = nets(3, 4, 2)
    last = names(several)["bias_2"]
    kept = slice(0, last.start)
    exact = minimal_ratio(several, X, Y, loss="mse", layers=kept)
    values = np.linalg.eigvalsh(hessian(several, X, Y, loss="mse")[:, kept, kept])
    np.testing.assert_allclose(exact.value, (values > 1e-7 * np.abs(values).max(axis=1, keepdims=True)).mean(axis=1))
    # at the best output biases, the loss rises wherever they go
    theta = vector(several)
    theta[:, last] += (Y - several.predict(X)).mean(axis=1)
    biases = minimal_ratio(several, X, Y, loss="mse", method="samples", layers=[last], at=theta)
    assert (biases.value == 1).all() and (biases.slope_share < 0.01).all()
    with pytest.raises(ValueError, match=r"layers must be slices with some of the 26 weights, got \[\]"):
        minimal_ratio(several, X, Y, loss="mse", layers=[])
    with pytest.raises(ValueError, match=r"layers must be slices of the row of weights, .* got \['kernel_1'\]"):
        minimal_ratio(several, X, Y, loss="mse", layers=["kernel_1"])


def test_in_single_precision_a_small_step_is_lost():
    """At a minimum the loss rises in all directions; numbers from 0.3 on do not move by 1e-8 in float32."""
    theta, _ = _deep_linear(2)
    large = [slice(at, at + 1) for at in np.flatnonzero(np.abs(theta) > 0.3)]
    settings = dict(loss="mse", method="samples", at=theta, radius=1e-8, n=50, layers=large)
    assert len(large) > 4 and minimal_ratio(NET, X, Y, **settings).value > 0.9
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the slope that rounding leaves rules
        assert minimal_ratio(NET, X, Y, dtype="float32", **settings).value == 0
    with pytest.raises(ValueError, match="dtype must be one of float32, float64, got 'half'"):
        minimal_ratio(NET, X, Y, dtype="half", **settings)


def test_a_radius_at_which_the_slope_rules_is_said_to_be_a_coin_toss():
    with pytest.warns(UserWarning, match="radius 1e-07 is so small that the slope rules 100% of the samples"):
        found = minimal_ratio(nets(3, 4, 2), X, Y, loss="mse", method="samples", radius=1e-7)
    assert (found.slope_share == 1).all() and (np.abs(found.value - 0.5) < 0.1).all()
    assert "ruled by the slope" in found.describe()


def test_wilson_is_that_of_the_formula():
    low, high = wilson(np.array([0, 5, 10]), 10)
    np.testing.assert_allclose(low, [0, 0.2366, 0.7225], atol=1e-4)
    np.testing.assert_allclose(high, [0.2775, 0.7634, 1], atol=1e-4)


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"radius": 0}, "radius must be a number above 0, got 0"),
        ({"radius": -1e-3}, "radius must be a number above 0, got -0.001"),
        ({"n": 0}, "n must be a whole number of at least 1, got 0"),
        ({"method": "guess"}, "method must be one of eigenvalues, samples, got 'guess'"),
        ({"max_bytes": 100}, "the Hessians must fit into"),
        ({"dtype": "float32"}, "tolerance must be at least 1e-06 in float32, got 1e-07: take float64"),
    ],
)
def test_what_a_ratio_refuses(settings, message):
    with pytest.raises(ValueError, match=message):
        minimal_ratio(NET, X, Y, loss="mse", **settings)


def test_what_a_search_refuses():
    with pytest.raises(ValueError, match="tolerance must be a number above 0, got 0"):
        stationary_points(NET, X, Y, [vector(NET)[0]], loss="mse", tolerance=0)
    with pytest.raises(ValueError, match=r"starts must be one or more rows of weights, \(K, 14\)"):
        stationary_points(NET, X, Y, np.zeros((2, 3)), loss="mse")
    with pytest.raises(ValueError, match="starts must be finite"):
        stationary_points(NET, X, Y, np.full((1, 14), np.nan), loss="mse")
    with pytest.raises(ValueError, match="steps must be a whole number of at least 0, got -1"):
        stationary_points(NET, X, Y, vector(NET), loss="mse", steps=-1)
    with pytest.raises(ValueError, match="downhill must be a whole number of at least 0, got -1"):
        stationary_points(NET, X, Y, vector(NET), loss="mse", downhill=-1)
