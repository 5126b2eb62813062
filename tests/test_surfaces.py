"""Surfaces: gradients against a complex step, minima, windows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lecture import surfaces
from lecture.surfaces import BEALE, HIMMELBLAU, SURFACES


@pytest.fixture(params=SURFACES)
def surface(request):
    return SURFACES[request.param]


@st.composite
def places(draw):
    """A surface and a point in its window."""
    surface = draw(st.sampled_from(list(SURFACES.values())))
    left, right, bottom, top = surface.window
    return surface, draw(st.floats(left, right)), draw(st.floats(bottom, top))


@given(places())
def test_gradient_is_exact(place):
    surface, x, y = place
    h = 1e-30  # a complex step: no difference is taken, so no digit is lost
    by_complex_step = [surface.value(x + 1j * h, y).imag / h, surface.value(x, y + 1j * h).imag / h]
    np.testing.assert_allclose(surface.gradient(x, y), by_complex_step, rtol=1e-11, atol=1e-11)


@given(places())
def test_is_nowhere_negative(place):
    surface, x, y = place
    assert surface.value(x, y) >= 0


def test_minima_are_minima_inside_the_window(surface):
    for x, y in surface.minima:
        assert surface.value(x, y) == pytest.approx(0, abs=1e-28)
        np.testing.assert_allclose(surface.gradient(x, y), 0, atol=1e-12)
        np.testing.assert_array_equal(surface.point((x, y)), (x, y))


def test_start_is_inside_and_not_a_minimum(surface):
    assert surface.value(*surface.point(surface.start)) > 0.1
    np.testing.assert_array_equal(surface.point(), surface.start)


def test_takes_meshes(surface):
    x, y = np.meshgrid(np.linspace(-1, 1, 4), np.linspace(-1, 1, 3))
    assert surface.value(x, y).shape == (3, 4)
    assert np.shape(surface.gradient(x, y)) == (2, 3, 4)
    one = surface.value(x[2, 1], y[2, 1])  # powers of a single number and of an array may differ in their last bit
    assert surface.value(x, y)[2, 1] == pytest.approx(one, rel=1e-12)


def test_beale_by_hand():
    assert BEALE.value(0.8, 1.6) == pytest.approx(
        (1.5 - 0.8 + 1.28) ** 2 + (2.25 - 0.8 + 2.048) ** 2 + (2.625 - 0.8 + 3.2768) ** 2
    )
    assert BEALE.minima == ((3, 0.5),) and BEALE.start == (0.8, 1.6)


def test_the_saddle_is_flat_in_the_middle_and_goes_down_sideways():
    saddle = SURFACES["saddle"]
    np.testing.assert_array_equal(saddle.gradient(0.0, 0.0), 0)
    assert saddle.value(0, 0.1) < saddle.value(0, 0) < saddle.value(0.1, 0)


def test_distance_is_to_the_nearest_minimum():
    np.testing.assert_allclose(HIMMELBLAU.distance([[3.0, 2.5], [3.0, 2.0], HIMMELBLAU.minima[3]]), [0.5, 0, 0])
    assert BEALE.distance([3.0, 4.5]) == 4


@pytest.mark.parametrize("start", [(9, 0), (0, -9), (1,), (1, 2, 3), "ab", [np.nan, 0], [[0, 0]]])
def test_refuses_a_start_outside(start):
    with pytest.raises(
        ValueError,
        match=r"start must be two numbers \(x, y\) inside Beale's window, x from -2 to 3.5 and y from -3.5 to 2, got",
    ):
        BEALE.point(start)


def test_get():
    assert surfaces.get("beale") is BEALE and surfaces.get(BEALE) is BEALE
    with pytest.raises(
        ValueError, match="surface must be one of beale, rosenbrock, himmelblau, saddle, valley, got 'bale'"
    ):
        surfaces.get("bale")
