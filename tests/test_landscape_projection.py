"""Paths of weights in the plane of largest variance, beside paths by chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from lecture.landscape import project

rng = np.random.default_rng(3)
PATHS = np.cumsum(rng.normal(size=(4, 9, 50)), axis=1) + 3


def test_the_points_are_those_of_scikit_learn():
    found, by_hand = project(PATHS, n_components=3, null=None), PCA(3)
    points = by_hand.fit_transform(PATHS.reshape(-1, 50))
    signs = np.sign((found.points.reshape(-1, 3) * points).sum(axis=0))
    np.testing.assert_allclose(found.points.reshape(-1, 3), points * signs, atol=1e-10)
    np.testing.assert_allclose(found.explained, by_hand.explained_variance_ratio_)
    np.testing.assert_allclose(found.axes.T, by_hand.components_ * signs[:, None], atol=1e-10)
    rest = PATHS.reshape(-1, 50) - by_hand.inverse_transform(points)
    np.testing.assert_allclose(found.left_out.ravel(), np.linalg.norm(rest, axis=1), atol=1e-6)


def test_around_the_end_every_path_ends_in_the_middle():
    found = project(PATHS, center="end", null=None)
    np.testing.assert_allclose(found.points[:, -1], 0, atol=1e-10)
    moves = (PATHS - PATHS[:, -1:]).reshape(-1, 50)
    values = np.linalg.svd(moves, compute_uv=False) ** 2
    np.testing.assert_allclose(found.explained, values[:2] / values.sum())


def test_a_long_random_walk_has_the_known_shares():
    steps = rng.normal(size=(600, 3000)).astype(np.float32)
    found = project(np.cumsum(steps, axis=0), n_components=4, null=None)
    known = 6 / (np.pi * np.arange(1, 5)) ** 2  # Antognini & Sohl-Dickstein, 2018
    np.testing.assert_allclose(found.explained, known, rtol=0.1)


def test_a_walk_is_no_more_than_its_null_and_a_straight_line_is():
    walk = np.cumsum(rng.normal(size=(1, 40, 2000)), axis=1)
    found = project(walk)
    assert found.explained[0] == pytest.approx(found.null.explained[0], abs=0.08)
    line = np.linspace(0, 1, 40)[None, :, None] * rng.normal(size=(1, 1, 2000))
    straight = project(line)
    assert straight.explained[0] == pytest.approx(1) and straight.null.explained[0] < 0.8
    assert "of paths that learnt nothing" in found.describe()


@pytest.mark.parametrize("kind", ["walk", "straight"])
def test_the_null_begins_where_the_paths_do_and_is_as_long(kind):
    from lecture.landscape.projection import chance

    found = chance(PATHS, kind, np.random.default_rng(0))
    np.testing.assert_allclose(found[:, 0], PATHS[:, 0])
    if kind == "walk":
        lengths = [np.linalg.norm(np.diff(paths, axis=1), axis=2) for paths in (found, PATHS)]
    else:
        lengths = [np.linalg.norm(paths - paths[:, :1], axis=2) for paths in (found, PATHS)]
    np.testing.assert_allclose(*lengths)
    same = project(PATHS, null=kind, seed=4).null.points
    np.testing.assert_array_equal(same, project(PATHS, null=kind, seed=4).null.points)
    assert project(PATHS, null=kind).null.null is None


def test_straight_lines_from_one_start_go_outward_only():
    lines = np.linspace(0, 1, 7)[None, :, None] * rng.normal(size=(8, 1, 500))
    assert project(lines, center="mean", null=None).outward > 0.9


def test_stability_is_how_far_an_axis_turns_without_a_path():
    found = project(PATHS, null=None)
    angles = []
    for left_out in range(4):
        axes = PCA(2).fit(np.delete(PATHS, left_out, axis=0).reshape(-1, 50)).components_
        angles.append(np.degrees(np.arccos(np.abs(np.einsum("kp,pk->k", axes, found.axes)))))
    np.testing.assert_allclose(found.stability, np.max(angles, axis=0), atol=1e-3)
    assert np.isnan(project(PATHS[:1], null=None).stability).all()


def test_part_of_the_weights():
    both = project(PATHS, layers=[slice(0, 10), slice(40, 50)], null=None)
    by_hand = project(np.concatenate([PATHS[..., :10], PATHS[..., 40:]], axis=2), null=None)
    np.testing.assert_allclose(both.points, by_hand.points)
    assert project(PATHS, layers=slice(0, 10), null=None).axes.shape == (10, 2)


@given(st.integers(1, 3), st.integers(2, 5), st.integers(2, 9), st.sampled_from(["mean", "end"]))
@settings(max_examples=30)
def test_shapes_and_what_is_left_out_add_up(E, T, P, center):
    paths = np.random.default_rng(0).normal(size=(E, T, P))
    k = min(P, E * T - 1 if center == "mean" else E * (T - 1))
    found = project(paths, center=center, n_components=k, null="walk")
    assert found.points.shape == (E, T, k) and found.axes.shape == (P, k) and found.left_out.shape == (E, T)
    np.testing.assert_allclose(found.axes.T @ found.axes, np.eye(k), atol=1e-6)
    np.testing.assert_allclose(found.left_out, 0, atol=1e-6)
    assert found.explained.sum() == pytest.approx(1)


def test_half_precision_and_many_weights_are_taken_in_parts():
    from lecture.landscape import projection

    kept, projection.N_COLUMNS = projection.N_COLUMNS, 7
    try:
        found = project(PATHS.astype(np.float16), null=None)
    finally:
        projection.N_COLUMNS = kept
    whole = project(PATHS, null=None)
    np.testing.assert_allclose(np.abs(found.points), np.abs(whole.points), atol=0.05)


def test_a_path_that_diverges_is_cut_and_said():
    broken = PATHS.copy()
    broken[2, 6:] = np.nan
    with pytest.warns(UserWarning, match="paths diverge: cut at point 6, the first that is not finite"):
        found = project(broken, null=None)
    np.testing.assert_allclose(found.points, project(PATHS[:, :6], null=None).points)
    broken[2, 1] = np.inf
    with pytest.raises(ValueError, match="paths must be finite for two points or more, and diverge at point 1"):
        project(broken)


@pytest.mark.parametrize(
    "paths, settings, message",
    [
        (PATHS[:, :1], {}, r"paths must have shape \(E, T, P\) with two points or more, got \(4, 1, 50\)"),
        ([np.zeros((3, 5)), np.zeros((4, 5))], {}, "paths must be equally long"),
        (PATHS[:1, :3], {"n_components": 3}, "n_components must be at most 2, what 1 path of 3 points can span"),
        (PATHS, {"center": "start"}, "center must be one of mean, end, got 'start'"),
        (PATHS, {"null": "none"}, "null must be one of walk, straight, got 'none'"),
        (PATHS, {"n_components": 0}, "n_components must be a whole number of at least 1, got 0"),
        (PATHS, {"layers": "hidden_1"}, "layers must be slices of the row of weights, .* got 'hidden_1'"),
        (PATHS, {"layers": [slice(60, 70)]}, "layers must be slices with some of the 50 weights"),
    ],
)
def test_what_is_refused(paths, settings, message):
    with pytest.raises(ValueError, match=message):
        project(paths, **settings)
