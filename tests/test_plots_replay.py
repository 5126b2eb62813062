"""Replays of paths of weights, and paths without names."""

from types import SimpleNamespace

import numpy as np
import pytest

from lecture.plots import plot_replay, plot_unnamed


def _pictures():
    rng = np.random.default_rng(0)
    return {
        name: SimpleNamespace(points=rng.normal(size=(3, 5, 2)), explained=np.array([0.3, 0.1]))
        for name in ("trainings", "random walks")
    }


def test_a_replay_stops_at_the_point_in_panels_that_stay():
    pictures = _pictures()
    early, late = plot_replay(pictures, 1), plot_replay(pictures, 4)
    for ax, other, (name, picture) in zip(early, late, pictures.items()):
        np.testing.assert_array_equal([line.get_xydata() for line in ax.lines[::3]], picture.points[:, :2])
        np.testing.assert_array_equal([line.get_xydata()[0] for line in ax.lines[2::3]], picture.points[:, 1])
        np.testing.assert_array_equal([line.get_xydata() for line in other.lines[::3]], picture.points)
        assert ax.get_xlim() == other.get_xlim() and ax.get_ylim() == other.get_ylim()
        assert ax.get_title() == name and ax.get_xlabel() == "axis 1: 30.0%\nof the variance"
        away = np.median(np.linalg.norm(picture.points[:, 1], axis=1))
        assert ax.get_label() == f"3 {name} at point 1 of 4, {away:.3g} from the middle (median)."
    for low, high, values in [(*late[0].get_xlim(), pictures["trainings"].points[..., 0])]:
        assert low < values.min() and values.max() < high


def test_names_are_kept_back_until_they_are_revealed():
    pictures, orders = _pictures(), set()
    for seed in range(8):
        hidden, told = plot_unnamed(pictures, seed=seed), plot_unnamed(pictures, seed=seed, reveal=True)
        assert [ax.get_title() for ax in hidden] == ["A", "B"]
        assert not any(name in ax.get_label() for ax in hidden for name in pictures)
        names = [ax.get_title()[3:] for ax in told]
        orders.add(tuple(names))
        for ax, other, name in zip(hidden, told, names):
            assert not len(ax.get_xticks()) and ax.get_xlabel() == ""
            drawn = [line.get_xydata() for line in ax.lines[::3]]
            np.testing.assert_array_equal(drawn, pictures[name].points)
            np.testing.assert_array_equal(drawn, [line.get_xydata() for line in other.lines[::3]])
    assert len(orders) == 2


def test_other_pictures_and_points_are_refused():
    with pytest.raises(ValueError, match="pictures must be one or more, got none"):
        plot_replay({}, 0)
    with pytest.raises(ValueError, match="pictures must be one or more, got none"):
        plot_unnamed({})
    with pytest.raises(ValueError, match="point must be a whole number from 0 to 4, got 5"):
        plot_replay(_pictures(), 5)
