"""Batch norm as a graph, against the closed form, finite differences and the sums that have to be 0."""

import numpy as np
import pytest

from lecture.from_scratch import batch_norm_gradient, batch_norm_graph

RNG = np.random.default_rng(3)
Z, ABOVE = RNG.normal(2, 3, size=(5, 2)), RNG.normal(size=(5, 2))
GAMMA, BETA = np.array([1.5, -0.5]), np.array([0.3, 1.0])
GRAPH = batch_norm_graph(Z, ABOVE, GAMMA, BETA, 0.01)
SHARED = {"mean", "variance", "spread", "gamma", "beta"}
AFTER = {  # the rest of the forward pass, written out, from a step that is nudged
    "mean": lambda v, c: _from_centred(Z - v),
    "centred": lambda v, c: _from_centred(v),
    "squared": lambda v, c: GAMMA * c / np.sqrt(v.mean(axis=0) + 0.01) + BETA,
    "variance": lambda v, c: GAMMA * c / np.sqrt(v + 0.01) + BETA,
    "spread": lambda v, c: GAMMA * c / v + BETA,
    "z_hat": lambda v, c: GAMMA * v + BETA,
    "gamma": lambda v, c: v * c / np.sqrt(c.var(axis=0) + 0.01) + BETA,
    "beta": lambda v, c: GAMMA * c / np.sqrt(c.var(axis=0) + 0.01) + v,
    "z": lambda v, c: _from_centred(v - v.mean(axis=0)),
}


def _from_centred(centred):
    return GAMMA * centred / np.sqrt((centred**2).mean(axis=0) + 0.01) + BETA


@pytest.mark.parametrize("name", AFTER)
def test_each_gradient_is_that_of_nudging_its_step(name):
    node, centred, h = GRAPH.nodes[name], Z - Z.mean(axis=0), 1e-6
    nudged = np.empty_like(node.value)
    for at in np.ndindex(node.value.shape):
        step = np.zeros_like(node.value)
        step[at] = h
        up, down = ((ABOVE * AFTER[name](node.value + s, centred)).sum() for s in (step, -step))
        nudged[at] = (up - down) / (2 * h)
    np.testing.assert_allclose(node.gradient, nudged, rtol=1e-6, atol=1e-8)
    assert node.value.shape == ((2,) if name in SHARED else (5, 2))


def test_the_last_gradient_is_that_of_the_closed_form():
    np.testing.assert_allclose(GRAPH.gradient, batch_norm_gradient(Z, ABOVE, GAMMA, 0.01), rtol=1e-12)
    np.testing.assert_allclose(GRAPH.nodes["out"].value, _from_centred(Z - Z.mean(axis=0)), rtol=1e-12)
    np.testing.assert_array_equal(GRAPH.nodes["out"].gradient, ABOVE)
    assert GRAPH.n == 5


def test_the_gradients_of_all_examples_add_up_to_nothing():
    np.testing.assert_allclose(GRAPH.sum_of_gradients, 0, atol=1e-14)
    exact = batch_norm_graph(Z, ABOVE, GAMMA, BETA, 0)
    np.testing.assert_allclose(exact.sum_with_z_hat, 0, atol=1e-14)
    assert np.abs(batch_norm_graph(Z, ABOVE, GAMMA, BETA, 5).sum_with_z_hat).max() > 0.01  # ε breaks it


def test_what_comes_back_over_the_edges_adds_up():
    for name, node in GRAPH.nodes.items():
        edges = GRAPH.edges_from(name)
        assert (name == "out") == (edges == [])
        if edges:
            total = np.sum([GRAPH.contribution(edge) for edge in edges], axis=0)
            np.testing.assert_allclose(total, node.gradient, rtol=1e-12)
    assert len(GRAPH.edges) == 11


def test_one_example_moves_the_gradients_of_all():
    moved = Z.copy()
    moved[0] += 1
    other = batch_norm_graph(moved, ABOVE, GAMMA, BETA, 0.01)
    assert (np.abs(other.gradient - GRAPH.gradient) > 1e-4).all()


def test_each_step_says_what_it_is():
    assert "Batch norm of 5 examples as the steps z, μ, c, c², v, s, ẑ, γ, β and u." in GRAPH.describe()
    assert "In unit 1 Σ ∂L/∂z = 0" in GRAPH.describe() and "In unit 2" in GRAPH.describe(unit=1)
    assert "∂L/∂" not in GRAPH.describe("z_hat", backward=False)
    texts = [GRAPH.describe(name) for name in GRAPH.nodes]
    assert len(set(texts)) == len(texts) and all(text.endswith(".") for text in texts)
    assert "ẑ = c / s" in GRAPH.describe("z_hat") and "γ from u" in GRAPH.describe("z_hat")
    assert "2 c from c² and 1/s from ẑ" in GRAPH.describe("centred")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: batch_norm_graph(Z[:2], ABOVE[:2], GAMMA, BETA), "Batch norm needs 3 examples or more .* got 2"),
        (lambda: batch_norm_graph(Z, ABOVE[:, :1], GAMMA, BETA), r"z and above must have shape \(n, n_units\)"),
        (lambda: batch_norm_graph(Z, ABOVE, GAMMA, BETA[:1]), r"gamma and beta \(n_units,\), got .* \(1,\)"),
        (lambda: batch_norm_graph(Z, ABOVE, GAMMA, BETA, -0.1), "epsilon must be a number of at least 0, got -0.1"),
        (lambda: batch_norm_graph(np.ones((4, 2)), ABOVE[:4], GAMMA, BETA, 0), "epsilon 0 cannot standardize a unit"),
        (lambda: GRAPH.describe("relu"), "name must be one of z, mean, .*, got 'relu'"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        call()
    assert "\n" not in str(error.value)
