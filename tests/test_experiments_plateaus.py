"""Where training stops: best fits against calculus, ratios against the formula, verdicts from made-up numbers."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from landscape_nets import nets
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from lecture.experiments import plateaus
from lecture.experiments.kinked_fits import best_fit
from lecture.experiments.plateaus import RADII, SETTLED, STOPPED, Stop
from lecture.experiments.radii import RatiosOverRadii, ratios_over_radii
from lecture.landscape import gradient, hessian, vector
from lecture.landscape.spectrum import Spectrum

rng = np.random.default_rng(4)
HALF_SINE = plateaus.half_sine(1000)


@pytest.fixture(scope="module")
def result():
    settings = dict(n_points=200, batch_size=50, steps=400, settling_steps=200, n_samples=30, n_seeds=4)
    return plateaus.run(**settings, show=False)


# Best fits


def test_the_best_constant_of_half_a_sine_is_its_mean():
    fit = best_fit(*HALF_SINE, kinks=0, flat=True)
    assert fit.loss == pytest.approx(1 / 2 - 4 / np.pi**2, abs=1e-6)
    assert fit(0.3) == pytest.approx(2 / np.pi, abs=1e-6) and fit.name == "a constant"
    line = best_fit(*HALF_SINE, kinks=0)
    assert line.slopes == pytest.approx([0], abs=1e-9) and line.loss == pytest.approx(fit.loss)


def test_the_best_line_with_one_kink_is_a_tent():
    """The kink is at 1, by symmetry; on each side the line is a regression of cos(πu/2) on u, from 0 to 1."""
    covariance = 1 / np.pi - 4 / np.pi**2
    fit = best_fit(*HALF_SINE, kinks=1)
    assert fit.kinks == pytest.approx([1], abs=1e-4)
    assert fit.loss == pytest.approx(1 / 2 - 4 / np.pi**2 - 12 * covariance**2, abs=1e-6)
    assert fit.slopes == pytest.approx([-12 * covariance, 12 * covariance], abs=1e-4)


def test_flat_then_one_kink_is_what_calculus_says():
    """Loss of the best c + a max(x - t, 0), by integrals of the normal equations, at the best t."""
    sine = lambda x: np.sin(np.pi * x / 2)  # noqa: E731
    variance = 1 / 2 - 4 / np.pi**2

    def loss(t):
        bend = lambda x: max(x - t, 0.0)  # noqa: E731
        mean, square, product = (
            quad(f, t, 2)[0] / 2 for f in (bend, lambda x: bend(x) ** 2, lambda x: bend(x) * sine(x))
        )
        return variance - (product - mean * 2 / np.pi) ** 2 / (square - mean**2)

    best = minimize_scalar(loss, bounds=(1, 1.9), method="bounded", options=dict(xatol=1e-9))
    fit = best_fit(*HALF_SINE, kinks=1, flat=True)
    assert fit.kinks == pytest.approx([best.x], abs=1e-3) and fit.loss == pytest.approx(best.fun, abs=1e-6)
    assert fit.loss == pytest.approx(0.0609, abs=1e-4) and fit.slopes[0] == 0


@pytest.mark.parametrize("kinks, flat", [(1, True), (2, False), (3, False), (2, True)])
def test_a_line_with_kinks_is_found_again(kinks, flat):
    at = np.array([0.4, 1.1, 1.6])[:kinks]
    slopes = np.array([0.0 if flat else 0.7, -1.2, 0.9, -0.4])[: kinks + 1]
    x = np.linspace(0, 2, 150)
    y = 0.3 + slopes[0] * x + np.maximum(x[:, None] - at, 0) @ np.diff(slopes)
    fit = best_fit(x, y, kinks=kinks, flat=flat)
    assert fit.kinks == pytest.approx(at, abs=1e-5) and fit.slopes == pytest.approx(slopes, abs=1e-5)
    assert fit(x) == pytest.approx(y, abs=1e-5) and fit.loss < 1e-10
    assert fit.name in fit.describe() and ("flat" in fit.name) == flat


def test_more_kinks_fit_better():
    losses = [best_fit(*HALF_SINE, kinks=kinks).loss for kinks in range(5)]
    assert (np.diff(losses) < 0).all()


@pytest.mark.parametrize(
    "x, y, settings, sentence",
    [
        ([0, 1, 2], [0, 1], {}, r"x and y must be finite numbers, \(n,\) each, got shapes \(3,\) and \(2,\)"),
        ([0, 1, np.nan], [0, 1, 2], {}, "x and y must be finite numbers"),
        ([0, 1, 2, 3], [0, 1, 2, 2], {}, "x must be more than 4 different points for 1 kink, got 4"),
        (range(9), range(9), dict(kinks=5), "kinks must be a whole number from 0 to 4, got 5"),
    ],
)
def test_what_cannot_be_fitted_is_refused(x, y, settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        best_fit(x, y, **settings)


# Ratios over radii


def test_ratios_are_those_of_the_samples_and_of_the_eigenvalues():
    several, X, Y = nets(2, 3, 1, n=3), rng.normal(size=(20, 2)), rng.normal(size=(20, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it is not to warn
        found = ratios_over_radii(several, X, Y, [1e-6, 1.0], n=50, seed=3)
    H, g = hessian(several, X, Y, loss="mse"), gradient(several, X, Y, loss="mse")
    values = np.linalg.eigvalsh(H)
    positive = values > 1e-7 * np.abs(values).max(axis=1, keepdims=True)
    assert found.eigenvalues == pytest.approx(positive.mean(axis=1))
    moves = np.random.default_rng(3).uniform(-1e-6, 1e-6, size=(3, 50, 13))
    along = np.einsum("rnp,rp->rn", moves, g)
    assert found.at(1e-6) == pytest.approx((along > 0).mean(axis=1)), "there the slope decides"
    assert (found.ruled(1e-6) == 1).all() and (found.ruled(1.0) < 1).all()
    one = found.of(2)
    assert one.sampled.tolist() == found.sampled[:, 2].tolist() and one.eigenvalues == found.eigenvalues[2]
    assert f"{found.sampled[1].mean():.2f} at 1; by eigenvalues" in found.describe()


def test_weights_that_stay_are_not_sampled():
    several, X, Y = nets(1, 2, n=2), rng.normal(size=(9, 1)), rng.normal(size=(9, 2))
    assert (ratios_over_radii(several, X, Y, [1e-3], n=20, layers=slice(0, 2)).eigenvalues == 1).all()


# The experiment


def test_runs_and_stops_are_those_that_are_said(result):
    found = result.details
    assert len(found.x) == 200 and found.losses.shape == (61, 4) and found.steps[-1] == 400
    assert [fit.name for fit in found.fits] == [
        "a constant",
        "flat, then one kink",
        "a line with one kink",
        "a line with two kinks",
    ]
    stopped, settled = found.stops[STOPPED], found.stops[SETTLED]
    assert settled.losses == pytest.approx(np.mean((found.outputs - found.y) ** 2, axis=1))
    assert settled.losses.mean() < stopped.losses.mean() < found.losses[0].mean()
    assert stopped.spectra.values.shape == (4, 27) and stopped.ratios.sampled.shape == (len(RADII), 4)
    assert "1-4-3-1 (27 parameters)" in result.protocol and "mini-batches of 50 of 200 points" in result.protocol
    assert "4 runs: " in found.describe()


def test_sweeps_are_taken_from_the_stops(result):
    ended, ratio, ruled = result.sweeps
    assert ended.x[-1] == "elsewhere" and all((values.sum(axis=0) == 1).all() for values in ended.values.values())
    settled = result.details.stops[SETTLED].ratios
    assert np.array_equal(ratio.values["samples, settled"], settled.sampled)
    assert (ratio.values["eigenvalues, settled"] == settled.eigenvalues).all()
    assert np.array_equal(ruled.values[SETTLED], settled.slope_share)


def test_a_network_without_a_live_unit_is_dead_and_its_ratio_is_zero_as_published():
    x, y = plateaus.half_sine(50)
    several = plateaus.trained(x, y, steps=1, seeds=[0, 1])
    weights = [array.copy() for array in several.weights]
    weights[0][0], weights[1][0], weights[3][0] = -1.0, -0.1, -0.5  # no unit of the first net is ever active
    weights[5][0] = y.mean() - 0.1
    stop = plateaus.measured(replace(several, weights=tuple(weights)), x, y, n_samples=40)
    assert stop.dead.tolist() == [True, False] and stop.in_float64[0] == stop.in_float32[0] == 0
    assert stop.losses[0] == pytest.approx(y.var() + 0.01) and stop.norms[0] == pytest.approx(0.2)
    assert stop.ratios.eigenvalues[0] == 1 / 27, "the loss is (b - mean)² + variance"
    assert 0.3 < stop.ratios.at(2e-7)[0] < 0.7, "up or down the slope"


def test_what_is_around_a_point_is_the_point_of_that_kind():
    x, y = plateaus.half_sine(60)
    nets_ = plateaus.trained(x, y, steps=1, seeds=[0, 1])
    stop = plateaus.measured(nets_, x, y, n_samples=5)
    assert plateaus.around({STOPPED: nets_}, {STOPPED: stop, SETTLED: stop}, x, y, 5) == {}
    like_a_plateau = replace(stop, losses=np.array([1.0, best_fit(x, y, kinks=1, flat=True).loss]))
    found = plateaus.around({STOPPED: nets_}, {STOPPED: stop, SETTLED: like_a_plateau}, x, y, 5)
    assert list(found) == ["plateau, as training stops"]
    at = vector(nets_)[[1]]
    again = ratios_over_radii(nets_, x[:, None], y[:, None], plateaus.FINE_RADII, n=5, at=at).of(0)
    assert np.array_equal(found["plateau, as training stops"].sampled, again.sampled)


def _stop(losses, norm, sampled, ruled, eigenvalues):
    n = len(losses)
    rows = np.full((len(RADII), n), sampled) + 0.001 * np.linspace(-1, 1, n)
    ratios = RatiosOverRadii(np.array(RADII), rows, rows, rows, np.full((len(RADII), n), ruled), eigenvalues)
    in_float32 = np.where(np.arange(n) < n * ruled / 2, 0.0, sampled)
    return Stop(losses, np.full(n, norm), Spectrum(np.zeros((n, 27)), 1e-7), ratios, in_float32, rows[0])


@pytest.mark.parametrize(
    "norm, ruled, tiny, settled, rises, expected",
    [
        (1e-3, 1.0, 0.5, 0.9, False, ["supported", *["contradicted"] * 4, "supported", "contradicted"]),
        (1e-9, 0.0, 0.3, 0.3, True, [*["supported"] * 5, "contradicted", "supported"]),
    ],
)
def test_verdicts_follow_from_the_numbers(*, norm, ruled, tiny, settled, rises, expected):
    losses = np.linspace(0.001, 0.1, 40)
    eigenvalues = 0.3 + 0.05 * np.linspace(-1, 1, 40) * (1 if rises else -1)
    stops = {
        STOPPED: _stop(losses, norm, tiny, ruled, eigenvalues),
        SETTLED: _stop(losses, 0.0, settled, 0.0, eigenvalues),
    }
    verdicts = plateaus.judge(stops, np.array([0] * 36 + [-1] * 4))
    assert [verdict.word for verdict in verdicts] == expected
    assert verdicts[0].mean == pytest.approx(0.9) and verdicts[6].mean == ruled / 2
    assert verdicts[5].mean == pytest.approx(-1 if rises else 1)


def test_where_all_ratios_are_equal_nothing_falls():
    stop = _stop(np.linspace(0.1, 0.2, 5), 0.0, 0.5, 0.0, np.full(5, 0.2))
    assert plateaus.judge({STOPPED: stop, SETTLED: stop}, np.zeros(5))[5].mean == 0


def test_published_numbers_stand_beside_ours(result):
    stopped = result.details.stops[STOPPED]
    compared = {each.what: each for each in result.compared}
    high = compared["share of the runs with a loss above 0.08"]
    single, double = (compared[f"share of the runs with a ratio below 0.01, {name}"] for name in ("float32", "float64"))
    assert (high.published, single.published) == (0.38, 0.29) and high.runs == 100
    assert np.array_equal(high.values, stopped.losses > 0.08)
    assert np.array_equal(single.values, stopped.in_float32 < 0.01)
    assert np.array_equal(double.values, stopped.in_float64 < 0.01)
    readings = result.details.readings()
    assert [len(ratios) == len(losses) == 4 for ratios, losses in readings.values()] == [True] * 4
    assert readings["samples at 2·10⁻⁷, float32"][0] is stopped.in_float32


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(n_points=199), "n_points must be a whole number of at least 200, got 199"),
        (dict(batch_size=201), "batch_size must be a whole number from 1 to 200, got 201"),
        (dict(settling_steps=0), "settling_steps must be a whole number of at least 1, got 0"),
        (dict(n_samples=0), "n_samples must be a whole number of at least 1, got 0"),
    ],
)
def test_what_cannot_be_is_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        plateaus.run(show=False, **settings)
