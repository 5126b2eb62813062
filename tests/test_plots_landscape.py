"""Drawings of the landscape: the artists hold the numbers that they are given."""

import dataclasses
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture.plots.landscape.paths import plot_path
from lecture.plots.landscape.plateaus import plot_kinked_fit, plot_nested_fits, plot_plateaus
from lecture.plots.landscape.ratios import plot_ratios_against_loss, plot_ratios_over_radii
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


def test_points_in_one_place_are_counted():
    spectrum = _said(index=np.array([0, 0.2, 0.2, 0.2, 0.4]))
    ax = plot_index([0.0, 0.4, 0.31, 0.3, 0.5], spectrum)
    assert [(text.get_text(), *np.round(text.xy, 3)) for text in ax.texts] == [("2", 0.305, 0.2)]
    many = plot_index(np.arange(40) // 2, _said(index=np.zeros(40)))
    assert not many.texts


# Plateaus


class _Fit(SimpleNamespace):
    def __call__(self, x):
        return np.interp(x, [0, *self.kinks, 1], np.arange(len(self.kinks) + 2))


def _plateaus():
    """Six runs: two end at the constant, three at the line, one elsewhere."""
    fits = [_Fit(kinks=np.empty(0), loss=0.09, name="a constant")]
    fits += [_Fit(kinks=np.array([0.5]), loss=0.004, name="a line with one kink")]
    ends = np.array([0.004, 0.09, 0.001, 0.0041, 0.091, 0.004])
    more = _Fit(kinks=np.array([0.2, 0.7]), loss=0.001, name="a line with two kinks")
    return SimpleNamespace(
        x=np.linspace(0, 1, 5),
        y=np.ones(5),
        fits=fits,
        steps=np.array([0, 10, 200]),
        losses=np.stack([np.full(6, 2.0), 3 * ends, ends]),
        outputs=np.arange(6)[:, None] * np.ones(5),
        fit=lambda kinks, flat: [*fits, more][kinks],
        ended_at=lambda fit: np.abs(ends / fit.loss - 1) < 0.05,
    )


def test_runs_fall_on_lines_that_have_names():
    ax = plot_plateaus(_plateaus())
    lines = {line.get_ydata()[0]: line.get_color() for line in ax.lines if line.get_linestyle() == "-"}
    assert list(lines) == [0.09, 0.004]
    dots = {line.get_color(): line for line in ax.lines if line.get_linestyle() == "None"}
    np.testing.assert_array_equal(dots[lines[0.09]].get_xydata(), [[4, 0.09], [5, 0.091]])
    np.testing.assert_array_equal(dots[lines[0.004]].get_ydata(), [0.004, 0.004, 0.0041])
    assert [text.get_text() for text in ax.texts] == ["0.09 a constant: 2", "0.004 a line with one kink: 3"]
    assert "2 end at 0.09, a constant and 3 end at 0.004" in ax.get_label() and ax.get_yscale() == "log"
    before = plot_plateaus(_plateaus(), at=1)
    assert before.get_ylabel() == "loss after 10 steps" and before.get_ylim() == ax.get_ylim()
    np.testing.assert_allclose(np.sort(before.lines[1].get_ydata()), [0.27, 0.273])


def test_names_of_lines_do_not_touch():
    close = _plateaus()
    close.fits[1].loss = 0.085
    ax = plot_plateaus(close)
    ax.figure.canvas.draw()
    upper, lower = (text.get_window_extent() for text in ax.texts)
    assert upper.y0 > lower.y1


def test_a_fit_has_its_kinks_and_the_runs_that_ended_there():
    plateaus = _plateaus()
    left, right = plot_nested_fits(plateaus, kinks=1)
    best = next(line for line in left.lines if line.get_label() == "best fit")
    np.testing.assert_allclose(best.get_xydata(), [[0, 0], [0.5, 1], [1, 2]])
    runs = [line.get_ydata()[0] for line in left.lines if line.get_linewidth() < best.get_linewidth() / 2]
    assert sorted(runs) == [0, 3, 5] and left.get_title() == "a line with one kink\nloss 0.004"
    assert right.get_title() == "3 of 6 runs\nend there"
    assert [text.get_weight() for text in right.texts] == ["normal", "bold"]
    _, right = plot_nested_fits(plateaus, kinks=2)
    assert [text.get_text() for text in right.texts][-1] == "0.001 a line with two kinks: 1"
    alone = plot_kinked_fit(plateaus.fits[0], plateaus.x, plateaus.y)
    assert len(alone.lines) == 3 and alone.get_label().endswith("a constant: loss 0.09.")


# Ratios


def _ratios(slope_share):
    sampled = np.array([0.5, 0.6, 0.9, 1.0])
    return SimpleNamespace(
        radii=np.array([1e-6, 1e-4, 1e-2, 1.0]),
        sampled=sampled,
        low=sampled - 0.1,
        high=np.minimum(sampled + 0.1, 1),
        slope_share=np.array(slope_share),
        eigenvalues=0.3,
    )


def test_ratios_over_radii_are_shaded_where_the_slope_rules():
    axes = plot_ratios_over_radii({"saddle": _ratios([1, 0.8, 0.2, 0]), "minimum": _ratios([0, 0, 0, 0])}, radius=2e-2)
    assert [ax.get_title() for ax in axes] == [
        "saddle\nsamples 0.90, eigenvalues 0.30",
        "minimum\nsamples 0.90, eigenvalues 0.30",
    ]
    shaded = [[patch.get_x(), patch.get_x() + patch.get_width()] for patch in axes[0].patches]
    np.testing.assert_allclose(shaded, [[1e-6, 1e-4]])
    assert not axes[1].patches
    drawn = {line.get_label(): line.get_ydata() for line in axes[1].lines}
    np.testing.assert_array_equal(drawn["samples"], [0.5, 0.6, 0.9, 1.0])
    assert set(drawn["eigenvalues"]) == {0.3}
    assert "the slope rules up to radius 0.0001" in axes[0].get_label() and "rules" not in axes[1].get_label()
    assert axes[0].figure.legends
    own = plt.figure().subplots(1, 1, squeeze=False)
    (one,) = plot_ratios_over_radii({"dead": _ratios([0, 0, 0, 0])}, axes=own)
    assert one is own[0, 0] and one.get_title() == "dead" and not one.figure.legends
    three = plot_ratios_over_radii(dict.fromkeys("abc", _ratios([0, 0, 0, 0])))
    assert len(three) == 3 and [bool(ax.get_xlabel()) for ax in three] == [False, True, True]
    with pytest.raises(ValueError, match="ratios must be those around one or more points, got none"):
        plot_ratios_over_radii({})


def test_the_loss_over_ratios_read_in_several_ways():
    losses = np.array([0.1, 0.01, 0.001])
    axes = plot_ratios_against_loss({"samples": ([0, 0.5, 1], losses), "eigenvalues": ([0.1, 0.2, 0.4], losses)})
    assert [ax.get_title() for ax in axes] == ["samples", "eigenvalues"] and axes[0].get_yscale() == "log"
    np.testing.assert_allclose(axes[1].lines[1].get_xydata(), [[0.1, 0.1], [0.2, 0.01], [0.4, 0.001]])
    assert "median ratio 0.75 of the lower half, 0.25 of the upper" in axes[0].get_label()
    with pytest.raises(ValueError, match="axes must be 2, one for each panel, got 1"):
        plot_ratios_against_loss(dict.fromkeys("ab", (losses, losses)), axes=[plt.figure().add_subplot()])
    with pytest.raises(ValueError, match="readings must be one or more, got none"):
        plot_ratios_against_loss({})


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
