"""Paths of weights beside paths that learnt nothing: shares, jackknife, losses, verdicts, drawing."""

import numpy as np
import pytest
from bottleneck_nets import WORDS, X, Y, logits, made_up, random_nets, rng, use_sample
from scipy import spatial, special, stats

from lecture import landscape, plots
from lecture.experiments import trajectories
from lecture.experiments.jackknife import pseudo_values


@pytest.fixture(autouse=True)
def _sample(monkeypatch):
    use_sample(monkeypatch)


def test_outward_is_counted_for_each_path():
    """Distances 1, 2, 3, then 3, 2, 4."""
    points = np.array([[[1, 0], [0, -2], [3, 0]], [[0, 3], [2, 0], [0, 4]]], float)
    assert trajectories.outward(points).tolist() == [1, 0.5]


def test_what_the_axes_tell_of_each_path_makes_up_what_they_tell_of_all():
    paths = rng.normal(size=(5, 6, 40))
    picture = landscape.project(paths, null=None)
    squares = np.square(paths - paths.mean(axis=(0, 1))).sum(axis=(1, 2))
    whole = (trajectories.told(picture) * squares).sum() / squares.sum()
    assert whole == pytest.approx(picture.explained.sum())


def test_chance_starts_where_trainings_do_and_steps_as_far():
    trained = rng.normal(size=(4, 5, 30))
    paths = trajectories.beside_chance(trained)
    walk, straight = paths["random walks"], paths["straight lines"]
    for path in (walk, straight):
        np.testing.assert_array_equal(path[:, 0], trained[:, 0])
    steps, walked = (np.linalg.norm(np.diff(path, axis=1), axis=2) for path in (trained, walk))
    np.testing.assert_allclose(walked, steps)
    far, gone = (np.linalg.norm(path - path[:, :1], axis=2) for path in (trained, straight))
    np.testing.assert_allclose(gone, far)


def test_how_far_apart_ends_are():
    ends = np.array([[3.0, 0], [0, 4], [0, 5]])
    np.testing.assert_allclose(trajectories.apart(ends), [5 / 3, 1 / 4, 1 / 5])


def test_pseudo_values_of_a_mean_are_the_cases_and_their_spread_is_the_jackknifes():
    cases = rng.normal(size=9)
    np.testing.assert_allclose(pseudo_values(lambda chosen: cases[chosen].mean(), 9), cases)
    found = pseudo_values(lambda chosen: np.log(cases[chosen].std()), 9)
    without = [np.log(np.delete(cases, left_out).std()) for left_out in range(9)]
    error = np.sqrt(8 / 9 * np.square(without - np.mean(without)).sum())  # Efron & Tibshirani (1993), equation 11.5
    assert stats.sem(found) == pytest.approx(error)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_cases_have_no_jackknife(n):
    """Of two cases each rank correlation is 1 or -1: three trainings would be certain of either."""
    values = rng.normal(size=n)
    assert pseudo_values(lambda chosen: values[chosen].mean(), n) == pytest.approx([values.mean()])


def test_a_statistic_that_does_not_always_exist_has_no_jackknife():
    ones = np.array([0.0, 0.0, 0.0, 0.0, 1.0])
    found = pseudo_values(lambda chosen: np.ptp(ones[chosen]) or np.nan, 5)
    assert found.tolist() == [1.0]
    assert pseudo_values(lambda chosen: np.nan, 5).tolist() == [0.0]


def test_pictures_are_as_alike_as_procrustes_says():
    a, b = rng.normal(size=(2, 4, 7, 2))
    disparity = spatial.procrustes(a.reshape(-1, 2), b.reshape(-1, 2))[2]
    assert trajectories.correlation(a, b) == pytest.approx(np.sqrt(1 - disparity))
    turned = 3 * a @ [[0, 1], [-1, 0]] + 5
    assert trajectories.correlation(a, turned) == pytest.approx(1)


def test_parts_of_the_network_have_pictures_of_their_own():
    paths = rng.normal(size=(3, 4, 14))  # 2-2-2: kernel and bias of two layers take 6 and 6; two more would be a third
    places = {"kernel_1": slice(0, 4), "bias_1": slice(4, 6), "kernel_2": slice(6, 12), "bias_2": slice(12, 14)}
    pictures = trajectories.pictured(dict.fromkeys(trajectories.KINDS, paths), places)
    first, later = (pictures.joint["trainings", part].axes for part in ("first layer", "other layers"))
    assert len(first) == 6 and len(later) == 8 and len(pictures.joint["trainings", "whole network"].axes) == 14
    np.testing.assert_allclose(
        pictures.alone["trainings"][1], landscape.project(paths[1], null=None, n_components=3).explained
    )
    assert list(pictures.of("first layer")) == list(trajectories.KINDS) and set(pictures.alike) == {
        "first layer",
        "other layers",
    }


def test_a_picture_that_leaves_nothing_out_has_the_true_losses():
    several, P = random_nets(n=3), 10_090
    plane, ends = rng.normal(size=(2, P)) / 50, rng.normal(size=(3, 4, 2))
    paths = landscape.vector(several)[0] + ends @ plane
    losses = trajectories.losses_in_picture(several, paths, X, Y)
    np.testing.assert_allclose(losses["shadow of the end"], losses["end"], rtol=1e-5)
    np.testing.assert_allclose(losses["shadow of the start"], losses["start"], rtol=1e-5)
    by_hand = special.log_softmax(logits(_one(several, paths[1, -1])), axis=1)
    assert losses["end"][1] == pytest.approx(-(Y * by_hand).sum(axis=1).mean(), rel=1e-5)


def _one(several, row):
    moved = landscape.assign(several, np.stack([row] * len(several)))
    return [array[0] for array in moved.weights]


@pytest.mark.parametrize("word", WORDS)
def test_paths_are_judged(word):
    """Trainings lie in a plane or in as many directions as chance."""
    n = 20
    trained, straight = np.zeros((2, n, 3, 60))
    straight[:, :, 0] = trained[:, :, 0] = 1
    for seed in range(n):
        straight[seed, :, 1 + seed] = (0, 0.5, 1)
        trained[seed, :, 1 + seed % (3 if word == "supported" else n)] = (0, 0.5, 1)
    pictures = trajectories.Pictures(
        {("trainings", "whole network"): _wandering(0.3 + np.clip(made_up(trajectories.OUTWARDS, word), -0.3, 0.7))}
        | {(kind, "whole network"): _wandering(np.full(n, 0.3)) for kind in trajectories.KINDS[1:]},
        {"trainings": 0.5 + made_up(trajectories.DRIFT, word)[:, None], "random walks": np.full((n, 1), 0.5)},
        {},
    )
    verdicts = trajectories.judge(pictures, {"trainings": trained, "straight lines": straight})
    assert [verdict.hypothesis for verdict in verdicts] == list(trajectories.HYPOTHESES)
    assert verdicts[0].word == verdicts[2].word == word
    assert verdicts[1].word == ("supported" if word == "supported" else "contradicted")


def _wandering(shares):
    """A picture in which each path leads outwards for a share of its 200 steps."""
    steps = np.where(np.arange(200) < np.round(200 * shares[:, None]), 1.0, -0.01)
    distances = 1000 + np.cumsum(np.pad(steps, ((0, 0), (1, 0))), axis=1)
    points = np.stack([distances, np.zeros_like(distances)], axis=2)
    return landscape.Projection(points, np.ones(2), np.eye(2), 0 * distances, 0.0, np.zeros(2))


def test_paths_of_few_trainings_are_pictured():
    result = trajectories.run(n_images=200, epochs=3, n_seeds=3, show=False)
    shares, away, alone, losses = result.sweeps
    picture = result.details.joint["trainings", "whole network"]
    assert picture.points.shape == (3, 4, 2) and alone.x == (1, 2, 3)
    np.testing.assert_allclose(shares.values["trainings"][0], trajectories.told(picture))
    np.testing.assert_allclose(away.values["random walks"][2].mean(), _away(result, "random walks", "other layers"))
    values = dict(zip(losses.x, losses.values[""]))
    assert (values["end"] < values["start"]).all() and values["start"] == pytest.approx(np.log(10), abs=0.3)
    assert "Fashion-MNIST" in result.protocol and result.compared == ()


def _away(result, kind, part):
    return result.details.joint[kind, part].outward


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(n_seeds=2), "n_seeds must be a whole number of at least 3, got 2"),
        (dict(epochs=2), "epochs must be a whole number of at least 3, got 2"),
        (dict(n_images=99), "n_images must be a whole number of at least 100, got 99"),
    ],
)
def test_paths_refuse(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        trajectories.run(show=False, **settings)


def test_paths_are_drawn_beside_their_null():
    paths = rng.normal(size=(4, 6, 30)).cumsum(axis=1)
    pictures = {"trainings": landscape.project(paths, null=None), "random walks": landscape.project(paths).null}
    left, right = plots.plot_beside_chance(pictures)
    lines = [line for line in left.lines if len(line.get_xdata()) == 6]
    for line, path in zip(lines, pictures["trainings"].points, strict=True):
        np.testing.assert_allclose(np.transpose(line.get_data()), path)
    starts = [line for line in left.lines if line.get_markerfacecolor() == "none"]
    assert np.allclose([line.get_xdata()[0] for line in starts], pictures["trainings"].points[:, 0, 0])
    assert f"{pictures['random walks'].explained[0]:.1%} of the variance" in right.get_xlabel()
    told = plots.alt_text(left.figure)
    assert "4 trainings of 6 points" in told and f"{pictures['trainings'].outward:.0%} of the steps lead away" in told
    for given, sentence in (
        ({}, "pictures must be one or more"),
        (_flat(paths), "two components or more, got 1"),
    ):
        with pytest.raises(ValueError, match=sentence):
            plots.plot_beside_chance(given)


def _flat(paths):
    return {"a": landscape.project(paths, null=None, n_components=1)}
