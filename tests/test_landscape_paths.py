"""Lines between models and planes through them: beside setting the weights and asking Keras."""

import keras
import numpy as np
import pytest
from landscape_nets import nets

from lecture.landscape import assign, hessian, interpolate, names, slice_2d, vector
from lecture.models import mlp

rng = np.random.default_rng(4)
X = rng.normal(size=(40, 5)).astype(np.float32)
Y = np.eye(3, dtype=np.float32)[rng.integers(0, 3, 40)]


def _model(seed, **settings):
    return mlp(6, 4, n_inputs=5, n_classes=3, seed=seed, **settings)


def _conv(seed):
    keras.utils.set_random_seed(seed)
    layers = [
        keras.Input((5, 1)),
        keras.layers.Conv1D(3, 2, activation="relu"),
        keras.layers.BatchNormalization(),
        keras.layers.Dropout(0.5),
        keras.layers.Flatten(),
        keras.layers.Dense(3, "softmax"),
    ]
    model = keras.Sequential(layers)
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    model.fit(X[..., None], Y, verbose=0)
    return model


def _evaluated(model, theta, X=X):
    before = vector(model)
    loss, accuracy = assign(model, theta).evaluate(X, Y, batch_size=len(X), verbose=0)
    assign(model, before)
    return loss, accuracy


@pytest.mark.parametrize("settings", [{}, {"l2": 0.1}, {"dropout": 0.5}])
def test_along_a_line_stand_the_numbers_of_evaluate(settings):
    a, b = _model(0, **settings), _model(1, **settings)
    path = interpolate(a, b, X, Y, alphas=[-20, -1, 0.25, 1.5])
    for alpha, loss, accuracy in zip(path.alphas, path.loss, path.accuracy):
        theta = (1 - alpha) * vector(a) + alpha * vector(b)
        np.testing.assert_allclose([loss, accuracy], _evaluated(a, theta), rtol=1e-5)
    np.testing.assert_allclose(path.ends, [model.evaluate(X, Y, verbose=0)[0] for model in (a, b)], rtol=1e-5)


def test_barrier_slopes_and_steepness_are_those_of_the_curve():
    path = interpolate(_model(0), _model(1), X, Y)
    assert path.alphas[0] == -1 and path.alphas[-1] == 2 and len(path.loss) == 61
    inside = [(loss, alpha) for loss, alpha in zip(path.loss, path.alphas) if 0 <= alpha <= 1]
    highest = max(loss - (1 - alpha) * path.ends[0] - alpha * path.ends[1] for loss, alpha in inside)
    assert path.barrier == pytest.approx(max(highest, 0))
    np.testing.assert_allclose(path.slopes[1:-1], (path.loss[2:] - path.loss[:-2]) / 0.1, rtol=1e-5)
    assert path.steepness == pytest.approx(np.log10(path.loss[-1] / path.loss[0]))
    assert "a wall of" in path.describe()


def test_replicas_are_paired():
    a, b = nets(5, 4, 3, output="softmax"), nets(5, 4, 3, output="softmax", seed=1)
    path = interpolate(a, b, X, Y, alphas=[0, 0.5, 1], loss="categorical_crossentropy")
    assert path.loss.shape == path.accuracy.shape == (4, 3) and path.barrier.shape == (4,)
    halfway = assign(a, (vector(a) + vector(b)) / 2).predict(X)
    np.testing.assert_allclose(path.loss[:, 1], -np.log((halfway * Y).sum(axis=-1)).mean(axis=1), rtol=1e-6)
    hits = (halfway.argmax(axis=-1) == Y.argmax(axis=-1)).mean(axis=1)
    np.testing.assert_allclose(path.accuracy[:, 1], hits)


def test_batch_norm_gets_the_statistics_of_the_model_between():
    a, b = _conv(0), _conv(1)
    path = interpolate(a, b, X[..., None], Y, alphas=[0.3, 0.7])
    theta = 0.7 * vector(a) + 0.3 * vector(b)
    kernel, bias, gamma, beta, dense, last = (theta[place] for place in names(a).values())
    windows = np.stack([X[:, :-1], X[:, 1:]], axis=-1)  # (n, 4, 2)
    z = np.maximum(windows @ kernel.reshape(2, 3) + bias, 0)
    z = (z - z.mean(axis=(0, 1))) / np.sqrt(z.var(axis=(0, 1)) + 1e-3) * gamma + beta
    logits = z.reshape(40, -1) @ dense.reshape(12, 3) + last
    loss = np.mean(np.log(np.exp(logits).sum(axis=1)) - (logits * Y).sum(axis=1))
    assert path.loss[0] == pytest.approx(loss, rel=1e-4)


def test_statistics_that_are_interpolated_are_said_to_be_those_of_no_network():
    a, b = _conv(0), _conv(1)
    with pytest.warns(UserWarning, match="batch norm's statistics are interpolated: no network has them"):
        path = interpolate(a, b, X[..., None], Y, alphas=[0, 0.5, 1], statistics="interpolate")
    np.testing.assert_allclose(
        path.loss[[0, 2]], [m.evaluate(X[..., None], Y, verbose=0)[0] for m in (a, b)], rtol=1e-5
    )
    halfway = [(mine + theirs) / 2 for mine, theirs in zip(a.get_weights(), b.get_weights())]
    middle = _conv(2)
    middle.set_weights([np.asarray(values, mine.dtype) for values, mine in zip(halfway, a.get_weights())])
    assert path.loss[1] == pytest.approx(middle.evaluate(X[..., None], Y, verbose=0)[0], rel=1e-5)


def test_models_that_differ_in_more_than_weights_are_refused():
    with pytest.raises(
        ValueError, match=r"a and b must have the same weights in the same order, got \(5, 6\) and \(5, 7\)"
    ):
        interpolate(_model(0), mlp(7, 4, n_inputs=5, n_classes=3), X, Y)
    with pytest.raises(ValueError, match=r"the same layers in the same order, got Dense \(relu\) and Dense \(tanh\)"):
        interpolate(_model(0), _model(1, activation="tanh"), X, Y)
    with pytest.raises(
        ValueError, match="a and b must both be Keras models, or both replicas, got Sequential and Repl"
    ):
        interpolate(_model(0), nets(5, 4, 3), X, Y)
    with pytest.raises(ValueError, match="a and b must be equally many replicas of one net, got 4 of .* and 5 of"):
        interpolate(nets(5, 4, 3), nets(5, 4, 3, n=5), X, Y, loss="mse")


def test_alphas_must_be_real_numbers():
    with pytest.raises(ValueError, match="alphas must be an array of real numbers, got str"):
        interpolate(_model(0), _model(1), X, Y, alphas="all")


@pytest.mark.parametrize("alphas", [[0.5], [1, 0], [0, np.nan], [[0, 1]], [0, 0]])
def test_alphas_must_be_two_or_more_ascending(alphas):
    with pytest.raises(ValueError, match="alphas must be two or more numbers, ascending"):
        interpolate(_model(0), _model(1), X, Y, alphas=alphas)


def test_where_the_loss_is_not_finite_is_said():
    a, b = nets(5, 3, activation="tanh", n=2), nets(5, 3, activation="tanh", n=2, seed=1)
    with pytest.warns(UserWarning, match="the loss is not finite at α = 1e\\+200"):
        interpolate(a, b, X, Y, alphas=[0, 1, 1e200], loss="mse")
    with pytest.warns(UserWarning, match="the loss is not finite at 2 α from -1e\\+200 to 1e\\+200"):
        interpolate(a, b, X, Y, alphas=[-1e200, 0, 1, 1e200], loss="mse")
    diverged = assign(b, np.full_like(vector(b), np.nan))
    with pytest.raises(ValueError, match="a and b must have finite weights, and b has some that are not"):
        interpolate(a, diverged, X, Y, loss="mse")


@pytest.mark.parametrize("directions", ["filter", "weights"])
def test_over_a_plane_stand_the_numbers_of_evaluate(directions):
    model = _model(0, l2=0.01)
    found = slice_2d(model, X, Y, directions=directions, n=5, span=3)
    assert found.loss.shape == (5, 5) and found.path is None
    for row, column in ((0, 0), (1, 4), (2, 2), (4, 3)):
        theta = vector(model) + found.a[column] * found.directions[0] + found.b[row] * found.directions[1]
        assert found.loss[row, column] == pytest.approx(_evaluated(model, theta)[0], rel=1e-5)
    assert "in the middle" in found.describe()


def test_each_unit_has_a_direction_as_long_as_its_weights():
    model = _model(0)
    theta = vector(model)
    theta[names(model)["mlp/hidden_1/kernel"]].reshape(5, 6)[:, 2] = 0  # a dead unit
    assign(model, theta)
    found = slice_2d(model, X, Y, n=2).directions
    for name, place in names(model).items():
        own, drawn = theta[place], found[:, place]
        if name.endswith("bias"):
            np.testing.assert_array_equal(drawn, 0)
        else:
            shape = dict(zip(names(model), [tuple(v.shape) for v in model.trainable_variables]))[name]
            lengths = np.linalg.norm(drawn.reshape(2, *shape), axis=1)
            np.testing.assert_allclose(lengths, [np.linalg.norm(own.reshape(shape), axis=0)] * 2, atol=1e-6)


def test_convolutions_are_normalized_by_filter_and_batch_norm_is_left_alone():
    model = _conv(0)
    found = slice_2d(model, X[..., None], Y, n=2).directions
    kernel, *_ = names(model).values()
    lengths = np.linalg.norm(found[:, kernel].reshape(2, 2, 1, 3), axis=(1, 2))
    np.testing.assert_allclose(lengths, [np.linalg.norm(model.get_weights()[0], axis=(0, 1))] * 2, rtol=1e-5)
    np.testing.assert_array_equal(found[:, kernel.stop : kernel.stop + 9], 0)  # its bias, γ and β


def test_near_the_middle_the_plane_is_the_parabola_of_the_hessian():
    several = nets(5, 3, 3, output="softmax", n=2)
    loss = "categorical_crossentropy"
    directions = rng.normal(size=(2, vector(several).shape[1]))
    found = slice_2d(several, X, Y, directions=directions, n=3, span=1e-3, loss=loss)
    curved = directions[0] @ hessian(several, X, Y, loss=loss)[1] @ directions[0]
    row = found.loss[1, 1]
    assert (row[0] - 2 * row[1] + row[2]) / 1e-6 == pytest.approx(curved, rel=1e-3)


def test_a_path_lies_in_the_plane_of_its_own_directions():
    model = _model(0)
    path = vector(model) + np.outer([5, 3, 1, 0], rng.normal(size=len(vector(model)))) * 0.01
    path[:3] += rng.normal(size=(3, path.shape[1])) * 0.002
    found = slice_2d(model, X, Y, directions="pca", path=path, n=3)
    np.testing.assert_allclose(found.path[-1], 0, atol=1e-8)
    assert np.abs(found.path).max() == pytest.approx(1 / 1.2)
    placed = vector(model) + found.path @ found.directions
    np.testing.assert_allclose(np.linalg.norm(path - placed, axis=1), found.left_out, atol=1e-8)
    assert found.left_out.max() < 0.5 * np.linalg.norm(path[0] - path[-1])


def test_what_a_plane_refuses():
    model = _model(0)
    P = len(vector(model))
    one = rng.normal(size=P)
    cases = [
        ({"directions": np.zeros((2, P))}, "directions must be finite and not zero"),
        ({"directions": np.stack([one, -2 * one])}, "directions must not be parallel: a line is no plane"),
        ({"directions": np.ones((2, 3))}, rf"directions must have shape \(2, {P}\), got \(2, 3\)"),
        ({"directions": "random"}, "directions must be one of filter, weights, pca, got 'random'"),
        ({"directions": "pca"}, "path must be given with directions='pca'"),
        ({"path": np.ones((4, 3))}, rf"path must have shape \(T, {P}\), of one model, got \(4, 3\)"),
        ({"directions": "pca", "path": np.ones((5, P))}, "path must have three or more points that differ"),
        ({"directions": "pca", "path": np.eye(P)[:2]}, "three or more points that differ .* to span a plane, got 2"),
        ({"path": np.full((3, P), np.nan)}, "path must be finite"),
        ({"n": 1}, "n must be a whole number of at least 2, got 1"),
        ({"span": 0}, "span must be a number above 0, got 0"),
    ]
    for settings, message in cases:
        with pytest.raises(ValueError, match=message):
            slice_2d(model, X, Y, **settings)
