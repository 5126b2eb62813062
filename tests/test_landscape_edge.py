"""The edge of stability: spectra during gradient descent, on a problem with a known one and on small networks."""

from types import SimpleNamespace

import numpy as np
import pytest

from lecture.landscape import Edge, edge_of_stability
from lecture.plots import COLORS, plot_edge_of_stability

X = np.linspace(-1, 1, 20)[:, None]
Y = np.sin(4 * X)


def _edge(K=2, T=9, R=3, P=14):
    values = np.sort(np.random.default_rng(0).uniform(0, 20, (K, T, R, P)), axis=-1)
    loss = np.random.default_rng(1).uniform(size=(K, T, R))
    return Edge((0.1, 0.4)[:K], np.arange(T) * 10, loss, values)


def test_a_linear_model_has_the_same_spectrum_at_every_step():
    """Of the mean of (w x + b - y)², the Hessian is 2 / n times that of [x 1]ᵀ[x 1]."""
    found = edge_of_stability(X, Y, hidden=(), learning_rates=(0.1,), steps=20, every=10, seeds=2)
    both = np.hstack([X, np.ones_like(X)])
    known = np.linalg.eigvalsh(2 / len(X) * both.T @ both)
    np.testing.assert_allclose(found.values, np.broadcast_to(known, (1, 3, 2, 2)), rtol=1e-6)
    np.testing.assert_array_equal(found.steps, [0, 10, 20])


def test_the_largest_eigenvalue_settles_at_two_over_the_learning_rate():
    found = edge_of_stability(X, Y, learning_rates=(0.02, 0.2), steps=2400, every=100, seeds=3)
    slow, fast = found.settled
    assert (np.abs(fast - 1) < 0.1).all() and (slow < 0.5).all()
    assert (found.rises[0] == 0).all() and (found.rises[1] > 0).all()
    assert (found.loss[:, -1] < found.loss[:, 0]).all()
    assert "(0 of 3 at the edge)" in found.describe() and "(3 of 3 at the edge)" in found.describe()


def test_what_is_derived():
    edge = _edge()
    np.testing.assert_allclose(edge.limits, [20, 5])
    np.testing.assert_allclose(edge.settled, edge.values[:, -2:, :, -1].mean(axis=1) * [[0.05], [0.2]])
    np.testing.assert_allclose(edge.rises, (edge.loss[:, 1:] > edge.loss[:, :-1]).sum(axis=1) / 8)


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match=r"one or more different positive numbers, got \(0.1, 0.1\)"):
        edge_of_stability(X, Y, learning_rates=(0.1, 0.1))
    with pytest.raises(ValueError, match="learning_rates must be an array of real numbers, got str"):
        edge_of_stability(X, Y, learning_rates="fast")
    with pytest.raises(ValueError, match="every must be a whole number from 1 to 10, got 11"):
        edge_of_stability(X, Y, steps=10, every=11)
    with pytest.raises(ValueError, match="at learning rate 20 one diverges: take a lower one"):
        edge_of_stability(X, Y, hidden=(), learning_rates=(20,), steps=2000, seeds=1)


def test_the_drawing_has_every_network_its_median_and_the_limits():
    edge = _edge()
    over_steps, at_step = plot_edge_of_stability(edge, 0.4, 30)
    lines = over_steps.lines
    for number, color in enumerate(COLORS[:2]):
        own = [line for line in lines if line.get_color() == color]
        np.testing.assert_array_equal([line.get_ydata() for line in own[:3]], edge.largest[number].T)
        np.testing.assert_array_equal(own[3].get_ydata(), np.median(edge.largest[number], axis=1))
        np.testing.assert_array_equal(own[4].get_ydata(), [edge.limits[number]] * 2)
    np.testing.assert_array_equal([line.get_ydata() for line in at_step.lines[:3]], edge.values[1, 3, :, :-13:-1])
    assert at_step.get_title() == "η = 0.4, step 30" and "2/η is 5." in at_step.get_label()
    assert at_step.get_ylim() == over_steps.get_ylim()


def test_the_drawing_takes_the_last_step_of_the_largest_rate_and_refuses_others():
    edge = _edge()
    assert plot_edge_of_stability(edge)[1].get_title() == "η = 0.4, step 80"
    with pytest.raises(ValueError, match="learning_rate must be one of 0.1, 0.4, got 0.2"):
        plot_edge_of_stability(edge, 0.2)
    with pytest.raises(ValueError, match="step must be one of 0, 10, 20, 30, 40, 50, 60, 70, 80, got 35"):
        plot_edge_of_stability(edge, 0.1, 35)


def test_a_limit_far_above_does_not_flatten_the_picture():
    few = _edge()
    edge = SimpleNamespace(
        learning_rates=(0.001,),
        steps=few.steps,
        values=few.values[:1],
        largest=few.largest[:1],
        limits=np.array([2000.0]),
        describe=lambda: "",
    )
    assert plot_edge_of_stability(edge)[0].get_ylim()[1] == pytest.approx(1.1 * 2.5 * few.largest[0].max())
