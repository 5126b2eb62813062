"""Drawings of the landscape: the artists hold the numbers that they are given."""

import dataclasses
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture.plots.landscape.paths import plot_path
from lecture.plots.landscape.slices import plot_slice
from lecture.plots.landscape.spectrum import plot_index, plot_spectrum
from lecture.plots.landscape.trajectories import plot_trajectories

rng = np.random.default_rng(0)


def _said(**attributes):
    return SimpleNamespace(describe=lambda: "what it tells", **attributes)


def _projection(null=None, k=2):
    return _said(points=rng.normal(size=(3, 5, k)), explained=np.array([0.3, 0.1])[:k], null=null)


def test_every_path_is_drawn_from_its_start_to_its_end_beside_the_null():
    projection = _projection(null=_projection())
    axes = plot_trajectories(projection)
    assert [ax.get_title() for ax in axes] == ["training", "by chance"]
    for ax, picture in zip(axes, (projection, projection.null)):
        whole = ax.lines[::3]
        np.testing.assert_array_equal([line.get_xydata() for line in whole], picture.points)
        starts = [line.get_xydata()[0] for line in ax.lines[1::3]]
        np.testing.assert_array_equal(starts, picture.points[:, 0])
        assert ax.get_xlabel() == "axis 1: 30.0% of the variance" and "what it tells" in ax.get_label()


def test_without_a_null_there_is_one_picture():
    assert len(plot_trajectories(_projection())) == 1
    with pytest.raises(ValueError, match="projection must have two components or more, got 1"):
        plot_trajectories(_projection(k=1))
    with pytest.raises(ValueError, match="axes must be 2, one for the paths and one for their null, got 1"):
        plot_trajectories(_projection(null=_projection()), axes=[plt.figure().add_subplot()])


def test_the_loss_along_a_line():
    path = _said(alphas=np.linspace(-1, 2, 7), loss=rng.uniform(1, 2, 7))
    ax = plot_path(path)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), path.loss)
    assert ax.get_yscale() == "log" and "α from -1 to 2: what it tells" in ax.get_label()
    several = _said(alphas=path.alphas, loss=rng.uniform(1, 2, (4, 7)))
    ax = plot_path(several)
    np.testing.assert_array_equal(ax.lines[4].get_ydata(), np.median(several.loss, axis=0))
    with_zero = plot_path(_said(alphas=path.alphas, loss=np.append(path.loss[:-1], 0)))
    assert with_zero.get_yscale() == "linear"


def test_a_plane_has_its_contours_its_middle_and_its_path():
    steps = np.linspace(-1, 1, 9)
    loss = 1 + steps[:, None] ** 2 + 2 * steps**2
    plane = _said(a=steps, b=steps, loss=loss, path=rng.normal(size=(4, 2)))
    ax = plot_slice(plane)
    levels = ax.collections[0].levels
    assert levels[0] == pytest.approx(1) and levels[-1] == pytest.approx(4)
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[0, 0]])
    np.testing.assert_array_equal(ax.lines[1].get_xydata(), plane.path)
    assert "with a path of 4 points on it" in ax.get_label()


def test_planes_that_are_flat_broken_or_many():
    steps = np.linspace(-1, 1, 3)
    flat = plot_slice(_said(a=steps, b=steps, loss=np.ones((3, 3)), path=None))
    assert not flat.collections
    broken = np.array([[1, np.nan, 3], [1e300, 2, 1], [1, 1, np.inf]])
    plot_slice(_said(a=steps, b=steps, loss=broken, path=None)).figure.canvas.draw()
    with pytest.raises(ValueError, match=r"must have shape \(n, n\), got \(2, 3, 3\): take one replica's"):
        plot_slice(_said(a=steps, b=steps, loss=np.ones((2, 3, 3)), path=None))
    with pytest.raises(ValueError, match="must be finite somewhere"):
        plot_slice(_said(a=steps, b=steps, loss=np.full((3, 3), np.nan), path=None))


@pytest.mark.parametrize("values", [[-2.0, 0.0, 1e-9, 0.5, 30.0], [[-1.0, 2.0], [0.0, 3.0]], [0.0, 0.0]])
def test_a_spectrum_is_drawn_in_its_order(values):
    ax = plot_spectrum(_said(values=np.array(values), tolerance=1e-7))
    ax.figure.canvas.draw()
    np.testing.assert_array_equal([line.get_ydata() for line in ax.lines[:-1]], np.atleast_2d(values))
    assert ax.get_yscale() == "symlog" and 0 in ax.get_yticks()


def test_the_index_over_the_loss():
    spectrum = _said(index=np.array([0, 0.2, 0.4]))
    ax = plot_index([0.0, 0.1, 0.5], spectrum)
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[0, 0], [0.1, 0.2], [0.5, 0.4]])
    assert "3 points with a loss of 0 to 0.5" in ax.get_label()
    with pytest.raises(ValueError, match=r"loss must be one for each of 3 Hessians, got shape \(2,\)"):
        plot_index([0, 1], spectrum)


def test_they_draw_what_the_landscape_gives():
    pytest.importorskip("tensorflow")
    from landscape_nets import nets

    from lecture.landscape import interpolate, project, slice_2d, spectrum, vector

    X, y = rng.normal(size=(8, 2)), rng.normal(size=(8, 1))
    a, b = nets(2, 3, 1, n=1), nets(2, 3, 1, n=1, seed=1)
    plot_trajectories(project(np.linspace(vector(a), vector(b), 5).swapaxes(0, 1)))
    plot_path(interpolate(a, b, X, y, loss="mse"))
    plot_spectrum(spectrum(a, X, y, loss="mse", at=vector(a)[0]))
    plane = slice_2d(a, X, y, loss="mse", n=5)
    plot_slice(dataclasses.replace(plane, loss=plane.loss[0]))
