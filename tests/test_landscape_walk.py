"""Planes through the weights of small networks: interpolation, optimizers, projections and what they leave out."""

import dataclasses

import keras
import numpy as np
import pytest
from walks import X, Y, trained, walked

from lecture import replicas
from lecture.landscape import Plane, vector, walk
from lecture.optimizers import SGD, Adam, Momentum


def _plane(loss):
    """A plane of two weights, with the loss of a function on it."""
    a, b = np.linspace(-1, 2, 16), np.linspace(-2, 1, 16)
    nothing = {"training": np.zeros((2, 2))}, {"training": np.zeros(2)}, {"training": np.ones(2)}
    return Plane(np.zeros(2), np.eye(2), a, b, loss(*np.meshgrid(a, b)), *nothing)


def _points(plane, n=50, seed=0):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.uniform(line[0], line[-1], n) for line in (plane.a, plane.b)])


def test_a_parabola_is_interpolated_exactly_up_to_the_edges():
    def loss(a, b):
        return 3 + a - 2 * b + a**2 + 0.5 * a * b + 2 * b**2

    plane = _plane(loss)
    corners = [[a, b] for a in plane.a[[0, -1]] for b in plane.b[[0, -1]]]
    points = np.concatenate([_points(plane), corners])
    a, b = points.T
    np.testing.assert_allclose(plane.at(points), loss(a, b), rtol=1e-12)
    slopes = np.column_stack([1 + 2 * a + 0.5 * b, -2 + 0.5 * a + 4 * b])
    np.testing.assert_allclose(plane.slope(points), slopes, atol=1e-11)


def test_the_slope_is_that_of_the_interpolated_loss():
    plane = _plane(lambda a, b: np.cosh(a) * np.exp(b))
    points, step = _points(plane), 1e-6
    for axis in (0, 1):
        move = step * np.eye(2)[axis]
        difference = (plane.at(points + move) - plane.at(points - move)) / (2 * step)
        np.testing.assert_allclose(plane.slope(points)[:, axis], difference, atol=1e-7)
    np.testing.assert_allclose(plane.at(points), np.cosh(points[:, 0]) * np.exp(points[:, 1]), rtol=2e-3)


def test_gradient_descent_on_a_parabola_shrinks_as_the_formula_says():
    plane = _plane(lambda a, b: a**2 + 2 * b**2)
    path = plane.descend(SGD(0.1), [0.5, -0.8], steps=10)
    factors = np.array([1 - 0.1 * 2, 1 - 0.1 * 4])
    np.testing.assert_allclose(path, [0.5, -0.8] * factors ** np.arange(11)[:, None], atol=1e-12)


def test_a_descent_ends_where_it_leaves_the_square():
    plane = _plane(lambda a, b: a**2 + 2 * b**2)
    path = plane.descend(SGD(0.6), [0.1, -0.1], steps=100)  # 0.6 is above 2 / 4: b grows by a factor of -1.4
    assert 5 < len(path) < 20 and all(plane.contains(point) for point in path)
    with pytest.raises(ValueError, match=r"start must be two numbers, a from -1 to 2 and b from -2 to 1, got \[5, 0\]"):
        plane.descend(SGD(0.1), [5, 0], steps=1)


def test_the_grid_and_the_projections_have_the_loss_of_the_network_there():
    found = walked()
    for plane in found.planes.values():
        for row, column in [(0, 0), (7, 20), (30, 30)]:
            weights = plane.weights([plane.a[column], plane.b[row]])
            loss = np.mean((found.predict(weights, X[:, 0]) - Y[:, 0]) ** 2)
            assert plane.loss[row, column] == pytest.approx(loss, rel=1e-4)
        points = _points(plane, 20)
        real = [np.mean((found.predict(plane.weights(point), X[:, 0]) - Y[:, 0]) ** 2) for point in points]
        np.testing.assert_allclose(plane.at(points), real, rtol=0.02)
        for name, path in plane.paths.items():
            weights = plane.weights(path)
            loss = [np.mean((found.predict(row, X[:, 0]) - Y[:, 0]) ** 2) for row in weights]
            np.testing.assert_allclose(plane.projected[name], loss, rtol=1e-6)
            np.testing.assert_allclose(
                np.linalg.norm(found.weights[name] - weights, axis=1), plane.left_out[name], atol=1e-6
            )
            assert all(plane.contains(point) for point in path)


def test_the_directions_are_of_length_1_at_right_angles_and_pass_through_an_end():
    found = walked()
    for name, plane in found.planes.items():
        np.testing.assert_allclose(plane.directions @ plane.directions.T, np.eye(2), atol=1e-6)
        key = "random walk" if name == "random walk" else "training"
        np.testing.assert_allclose(plane.weights(plane.paths[key][-1]), found.weights[key][-1], atol=1e-6)
    assert (
        found.planes["training"].left_out["training"].max()
        < found.planes["random directions"].left_out["training"].max()
    )


def test_the_network_is_that_of_the_replicas_also_with_two_hidden_layers():
    for hidden in [(4,), (3, 2)]:
        found, nets = walked(hidden), trained(hidden)
        x = np.linspace(-2, 2, 9)
        np.testing.assert_allclose(
            found.predict(vector(nets)[1], x), nets.predict(x[:, None])[1, :, 0], rtol=1e-4, atol=1e-6
        )
        np.testing.assert_allclose(found.loss["training"], nets.loss[:, 1], rtol=1e-4)
        np.testing.assert_allclose(found.weights["training"][-1], vector(nets)[1])


def test_the_random_walk_has_the_steps_of_the_training():
    found = walked()
    lengths = [np.linalg.norm(np.diff(found.weights[name], axis=0), axis=1) for name in ("training", "random walk")]
    np.testing.assert_allclose(*lengths, rtol=1e-10)
    np.testing.assert_array_equal(found.weights["training"][0], found.weights["random walk"][0])
    assert found.loss["training"][-1] < 0.1 < found.loss["random walk"][-1]


def test_optimizers_go_down_on_the_plane():
    plane = walked().planes["training"]
    for rule in (SGD(0.05), Momentum(0.02), Adam(0.05)):
        path = plane.descend(rule, plane.path[0], steps=100)
        assert plane.at(path[-1]) < 0.5 * plane.at(path[0])


def test_a_walk_says_what_it_shows():
    first, last = (f"{trained().loss[at, 1]:.3g}" for at in (0, -1))
    trained_to = f"1-4-1, 13 parameters: loss {first} before training, {last} after 300 steps, "
    assert walked().describe().startswith(trained_to)
    assert "up to" in walked().planes["training"].describe()


def test_other_networks_are_refused():
    nets = trained()
    wanted = "nets must have one input, tanh in their hidden layers and one linear output"
    with pytest.raises(ValueError, match=f"{wanted}, got the layers 2-3-1"):
        walk(
            replicas.train([3], np.ones((4, 2)), Y[:4], steps=1, seeds=1, output="linear", loss="mse", show=False), X, Y
        )
    with pytest.raises(ValueError, match=f"{wanted}, got sigmoid and linear"):
        walk(replicas.train([3], X, Y, steps=1, seeds=1, output="linear", loss="mse", show=False), X, Y)
    with pytest.raises(ValueError, match='train them with keep="all"'):
        walk(dataclasses.replace(nets, kept={}), X, Y)
    with pytest.raises(ValueError, match="number must be a whole number from 0 to 1, got 2"):
        walk(nets, X, Y, number=2)
    with pytest.raises(ValueError, match="planes must be one of training, random walk, random directions, got 'pca'"):
        walk(nets, X, Y, planes="pca")
    with pytest.raises(ValueError, match="nets must be replicas, as replicas.train gives them, got Sequential"):
        walk(keras.Sequential(), X, Y)
    broken = nets.kept["all"].copy()
    broken[-1] = np.nan
    with pytest.raises(ValueError, match="network 0 diverged"):
        walk(dataclasses.replace(nets, kept={"all": broken}), X, Y)
