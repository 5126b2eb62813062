"""What lies where the gradient is zero: starts, ends, what is known of linear networks, verdicts."""

from dataclasses import replace

import numpy as np
import pytest
from landscape_nets import nets
from scipy import stats

from lecture.experiments import searches, stationary_points
from lecture.experiments.radii import RatiosOverRadii
from lecture.experiments.searches import RADII, STARTS, Searches, Task
from lecture.landscape import gradient, spectrum
from lecture.landscape.spectrum import Spectrum
from lecture.landscape.stationary import Stationary

rng = np.random.default_rng(8)
SMALL = Task(np.linspace(-1, 1, 20)[:, None], np.sin(3 * np.linspace(-1, 1, 20))[:, None], 3)


@pytest.fixture(scope="module")
def result():
    return stationary_points.run(steps=1000, search_steps=15, n_samples=20, n_seeds=3, show=False)


@pytest.fixture(scope="module")
def small():
    return searches.trained(SMALL, steps=1000, seeds=[0, 1])


# Starts and ends


def test_units_that_are_not_used_have_no_weights(small):
    assert list(small) == [1, 2, 3]
    for used, each in small.items():
        W, b, v, _ = each.weights
        assert (W[:, :, used:] == 0).all() and (b[:, used:] == 0).all() and (v[:, used:] == 0).all()
        assert (W[:, :, :used] != 0).all() and each.loss[-1].mean() < SMALL.y.var()


def test_starts_are_those_that_are_said(small):
    starts = searches.starts_of(SMALL, small)
    assert tuple(starts) == STARTS
    assert {name: rows.shape for name, rows in starts.items()} == {
        "at random": (2, 2, 10),
        "on the way": (3, 2, 10),
        "smaller networks": (3, 2, 10),
        "trained": (1, 2, 10),
    }
    full = small[3]
    assert np.array_equal(starts["on the way"][0], full.kept["all"][full.steps.tolist().index(10)])
    assert np.array_equal(starts["trained"][0], full.kept["all"][-1])
    constant, one, two = starts["smaller networks"]
    assert np.array_equal(constant, np.append(np.zeros((2, 9)), np.full((2, 1), SMALL.y.mean()), axis=1))
    assert np.array_equal(one, small[1].kept["all"][-1]) and np.array_equal(two, small[2].kept["all"][-1])
    spread = searches.starts_of(replace(SMALL), small)["at random"].std(axis=(1, 2))
    assert spread[0] < 0.5 < spread[1]


def test_ends_are_stationary_points_with_the_spectra_of_their_hessians(small):
    found = searches.searched(SMALL, small, steps=60, n_samples=20)
    points = np.concatenate([end.points[end.reached] for end in found.ends.values()])
    assert len(points) == len(found.loss) == len(found.seeds) >= 2
    X, y = SMALL.X, SMALL.y
    assert (np.linalg.norm(gradient(small[3], X, y, loss="mse", at=points), axis=1) < 1e-8).all()
    own = spectrum(small[3], X, y, loss="mse", at=points)
    assert np.array_equal(own.n_negative, found.spectra.n_negative)
    assert found.ratios.eigenvalues == pytest.approx(own.minimal_ratio)
    outputs = replace(small[3], weights=_split(points)).predict(X)
    assert found.loss == pytest.approx(np.mean((outputs - y) ** 2, axis=(1, 2)))
    assert found.ends["smaller networks"].kind[:2].tolist() == ["saddle", "saddle"], "the best constant is one"
    lowest = found.lowest("saddle")
    assert lowest.shape == (1, 10) and found.describe().startswith("at random: 4 starts: ")


def _split(points):
    n = len(points)
    shapes = ((n, 1, 3), (n, 3), (n, 3, 1), (n, 1))
    return tuple(part.reshape(shape) for part, shape in zip(np.split(points, [3, 6, 9], axis=1), shapes))


def _end(kinds, loss, n_negative):
    """Made-up ends: eigenvalues -1 where negative, else 1, four in all."""
    values = np.where(np.arange(4) < np.asarray(n_negative)[:, None], -1.0, 1.0)
    K = len(kinds)
    points = np.arange(K)[:, None] * np.ones(4)
    return Stationary(points, np.zeros(K), np.array(loss), Spectrum(values, 1e-7), np.ones(K), np.array(kinds))


def _made_up(*, rises=True, sampled=0.9, n_seeds=4):
    """From each seed: two saddles and a minimum from smaller networks, and a search that does not end at any point."""
    jitter = 0.001 * np.arange(n_seeds)
    loss = np.concatenate([0.9 + jitter, 0.5 + jitter, 0.1 + jitter])
    negative = np.repeat([2, 1, 0] if rises else [0, 1, 2], n_seeds)
    kinds = np.where(negative > 0, "saddle", "minimum")
    flat = _end(["gradient-flat"] * n_seeds, [0.3] * n_seeds, [0] * n_seeds)
    ends = {
        "at random": flat,
        "on the way": flat,
        "smaller networks": _end(kinds, loss, negative),
        "trained": _end(["minimum"] * n_seeds, 0.05 + jitter, [0 if rises else 3] * n_seeds),
    }
    K = 4 * n_seeds
    rows = np.full((len(RADII), K), sampled)
    eigenvalues = 1 - np.append(negative, ends["trained"].spectra.n_negative) / 4
    ratios = RatiosOverRadii(np.array(RADII), rows, rows, rows, 0 * rows, eigenvalues)
    return Searches(Task(np.zeros((2, 1)), np.zeros((2, 1)), 2), n_seeds, ends, ratios)


def test_points_are_counted_by_seed_and_by_kind():
    made_up = _made_up()
    assert made_up.seeds.tolist() == [0, 1, 2, 3] * 4 and made_up.loss.shape == (16,)
    assert made_up.share(("saddle",), ("smaller networks",)).tolist() == [2 / 3] * 4
    assert made_up.share(("minimum", "saddle")).tolist() == [4 / 6] * 4
    assert made_up.per_seed(made_up.loss, made_up.loss > 0.85) == pytest.approx(0.9 + 0.001 * np.arange(4))
    assert made_up.per_seed(made_up.loss, made_up.seeds == 2) == pytest.approx([np.mean([0.9, 0.5, 0.1, 0.05]) + 0.002])
    assert made_up.lowest("minimum").tolist() == [[0, 0, 0, 0]]
    assert stationary_points.more_than_unused(made_up).tolist() == [0] * 4
    assert stationary_points.more_than_unused(_made_up(rises=False)).tolist() == [0] * 4


# What is known


@pytest.mark.parametrize("n_units, n_known", [(1, 4), (2, 7), (3, 8)])
def test_known_points_of_a_linear_network_are_those_of_the_formula(n_units, n_known):
    """Baldi & Hornik: at the fit seen in some of its directions; eigenvalues by NumPy at a point built by hand."""
    X, y = rng.normal(size=(40, 3)), rng.normal(size=(40, 3)) + 2
    X, y = X - X.mean(axis=0), y - y.mean(axis=0)
    known = stationary_points.known_points(X, y, n_units)
    assert len(known) == n_known and known[0, 0] == pytest.approx(np.mean(y**2))
    fit = np.linalg.lstsq(X, y, rcond=None)[0]
    _, _, directions = np.linalg.svd(X @ fit)
    net, rows = nets(3, n_units, 3, activation="linear", n=1), []
    sets = [(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)][:n_known]
    for kept in sets:
        W, V = np.zeros((3, n_units)), np.zeros((n_units, 3))
        for unit, direction in enumerate(kept):
            W[:, unit], V[unit] = fit @ directions[direction], directions[direction]
        rows.append(np.concatenate([W.ravel(), np.zeros(n_units), V.ravel(), np.zeros(3)]))
    assert gradient(net, X, y, loss="mse", at=rows) == pytest.approx(0, abs=1e-12)
    own = spectrum(net, X, y, loss="mse", at=rows)
    assert own.n_negative.tolist() == known[:, 1].astype(int).tolist()


def test_an_end_is_known_by_its_loss_and_its_index():
    made_up = _made_up(n_seeds=1)
    known = np.array([[0.9, 2], [0.5, 2], [0.1, 0]])
    assert stationary_points.is_known(made_up, known).tolist() == [True, False, True, False]


# The experiment


def test_tasks_are_three_networks(result):
    sizes = {name: task.sizes for name, task in stationary_points.tasks().items()}
    assert sizes == {"sine": (1, 6, 1), "three steps": (1, 3, 1), "linear": (3, 2, 3)}
    assert "sine: 1-6-1 (19 parameters), tanh, 100 points; three steps: 1-3-1" in result.protocol
    assert stationary_points.tasks()["sine"].y.var() == pytest.approx(0.495, abs=1e-3)


def test_the_best_constant_is_a_saddle_whose_samples_hide_it(result):
    sine = result.details.searches["sine"]
    constant = sine.loss > 0.49
    assert set(sine.spectra.n_negative[constant]) <= set(range(1, 7)) and 6 in sine.spectra.n_negative[constant]
    at = np.flatnonzero(constant & (sine.spectra.n_negative == 6))
    assert sine.ratios.eigenvalues[at] == pytest.approx(7 / 19)
    assert (sine.ratios.at(1e-3)[at] > 0.5).all()


def test_sweeps_are_taken_from_the_searches(result):
    kinds, starts, ratios, zero = result.sweeps
    linear = result.details.searches["linear"]
    assert sum(kinds.values["linear"]) == pytest.approx(1)
    assert np.array_equal(starts.values["linear"][3], linear.share(("minimum", "saddle"), ("trained",)))
    saddles = linear.spectra.n_negative > 0
    assert ratios.values["linear"][-1] == pytest.approx(linear.per_seed(linear.ratios.eigenvalues, saddles))
    assert ratios.x == ("samples at 2·10⁻⁷", "samples at 10⁻⁵", "samples at 0.001", "eigenvalues")
    assert zero.values["linear"][1] == pytest.approx(linear.per_seed(linear.spectra.n_negative, saddles))
    assert {"best constant", "saddle"} <= set(result.details.around)


def test_index_and_loss_are_ranked():
    made_up = _made_up(n_seeds=6)
    values = stationary_points.rises(made_up)
    ranks = stats.spearmanr(made_up.loss, made_up.spectra.n_negative).statistic
    assert values.mean() == pytest.approx(ranks, abs=0.05) and len(values) == 6
    assert stationary_points.rises(_made_up(rises=False)).mean() < -0.9
    level = replace(made_up, ends={name: _end(["saddle"] * 6, [1.0] * 6, [1] * 6) for name in STARTS})
    assert stationary_points.rises(level).tolist() == [0], "a number alone: nothing rises where nothing differs"


@pytest.mark.parametrize(
    "rises, sampled, known, expected",
    [
        (True, 0.95, True, "supported supported contradicted supported contradicted supported"),
        (False, 0.6, False, "contradicted contradicted contradicted supported supported contradicted"),
    ],
)
def test_verdicts_follow_from_the_numbers(rises, sampled, known, expected):
    made_up = _made_up(n_seeds=5, rises=rises, sampled=sampled)
    table = np.stack([made_up.loss, made_up.spectra.n_negative + (not known)], axis=1)
    points = stationary_points.Points(dict.fromkeys(stationary_points.TASKS, made_up), table, {})
    verdicts = stationary_points.judge(points)
    assert " ".join(verdict.word for verdict in verdicts) == expected


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(steps=999), "steps must be a whole number of at least 1000, got 999"),
        (dict(search_steps=0), "search_steps must be a whole number of at least 1, got 0"),
        (dict(n_samples=0), "n_samples must be a whole number of at least 1, got 0"),
    ],
)
def test_what_cannot_be_is_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        stationary_points.run(show=False, **settings)
