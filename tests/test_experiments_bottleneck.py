"""Experiments on the network 784-8-200-10 and images: lines between solutions, paths of weights, sensitivity."""

from dataclasses import replace
from types import SimpleNamespace

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from landscape_nets import nets
from scipy import spatial, special, stats

from lecture import data, landscape, plots
from lecture.experiments import bottleneck, interpolation, sensitivity, trajectories
from lecture.experiments.images import Images, describe_images, digits

rng = np.random.default_rng(0)
WORDS = ("supported", "contradicted", "undecided")
X = rng.random((24, 784)).astype(np.float32)
Y = np.eye(10, dtype=np.float32)[np.arange(24) % 10]
TINY = Images(X, Y, X[:10], Y[:10])


@pytest.fixture(autouse=True)
def _sample(monkeypatch):
    """The images that come with the package."""
    monkeypatch.setenv("LECTURE_DATA", "sample")
    monkeypatch.setattr(data, "available_sources", lambda: {"MNIST": ()})


def made_up(hypothesis, word, n=20):
    """Numbers for n seeds whose mean lies where the verdict must be ``word``."""
    noise = stats.norm.ppf((np.arange(n) + 0.5) / n)
    smallest = hypothesis.smallest
    return {"supported": 2 * smallest, "contradicted": -smallest, "undecided": smallest}[word] + 0.3 * smallest * noise


def random_nets(n=3, seed=0):
    return nets(*bottleneck.SIZES, n=n, activation="relu", output="softmax", seed=seed, scale=0.2)


# Images and training.


def test_images_are_as_many_as_asked_for_and_the_same_every_time():
    images, name = digits(50, 20)
    again, _ = digits(50, 20)
    assert name == "Fashion-MNIST" and "not MNIST's" in describe_images(name) and describe_images("MNIST") == ""
    assert images.X.shape == (50, 784) and images.y_test.shape == (20, 10) and (images.y.sum(axis=1) == 1).all()
    assert all((ours == theirs).all() for ours, theirs in zip(images, again))
    larger, _ = digits(80, 20)
    assert (larger.X[:50] == images.X).all(), "more images are the same ones and others"


def test_mnist_is_taken_where_the_machine_has_it(monkeypatch):
    asked = []
    mnist = replace(data.load_fashion_mnist("sample", validation=0), name="MNIST")
    monkeypatch.setattr(data, "available_sources", lambda: {"MNIST": ("cache",)})
    monkeypatch.setattr(data, "load_mnist", lambda source, validation: asked.append(source) or mnist)
    assert digits(50, 20)[1] == "MNIST" and asked == ["cache"]


def test_more_images_than_there_are_are_refused():
    with pytest.raises(ValueError, match="n_train must be a whole number from 1 to 8000, got 8001"):
        digits(8001, 10)
    with pytest.raises(ValueError, match="n_test must be"):
        digits(10, 2001)


def test_the_start_is_one_thing_and_the_order_another():
    common = dict(batch_size=5, steps=3, record=[0], show=False)
    one = bottleneck.train(TINY, starts=[1, 1, 2], orders=[3, 4, 3], **common)
    assert one.loss[0, 0] == one.loss[0, 1] != one.loss[0, 2]
    assert one.loss[-1, 0] != one.loss[-1, 1]
    same = bottleneck.train(TINY, orders=[3], starts=[2], **common)
    np.testing.assert_allclose(landscape.vector(same)[0], landscape.vector(one)[2], atol=1e-6)


def test_the_network_is_the_reports():
    assert sum(array[0].size for array in bottleneck.first_weights([0])) == 10_090
    kernel, bias, *_ = bottleneck.first_weights([5])
    assert np.abs(kernel).max() <= np.sqrt(6 / (784 + 8)) and not bias.any()
    trained = bottleneck.train(TINY, batch_size=24, steps=1, orders=[5], record=[], show=False)
    model = keras.Sequential([keras.Input((784,)), *(keras.layers.Dense(n, "relu") for n in (8, 200))])
    model.add(keras.layers.Dense(10, "softmax"))
    model.set_weights([array[0] for array in bottleneck.first_weights([5])])
    model.compile(keras.optimizers.Adam(), loss="categorical_crossentropy")
    model.fit(X, Y, batch_size=24, epochs=1, verbose=0)
    for ours, theirs in zip(trained.weights, model.get_weights()):
        np.testing.assert_allclose(ours[0], theirs, atol=2e-5)


def test_a_mini_batch_larger_than_the_training_set_is_refused():
    with pytest.raises(ValueError, match="a mini-batch must have at most 24 images, all there are, got 25"):
        bottleneck.train(TINY, batch_size=25, steps=1, orders=[0])


# Lines between solutions.


@pytest.fixture(scope="module")
def lines():
    chosen = {key: random_nets(seed=at) for at, key in enumerate([*interpolation.NETWORKS, interpolation.UNTRAINED])}
    return chosen, interpolation.measured(chosen, X, Y)


def test_the_loss_on_a_line_is_that_of_the_network_between(lines):
    chosen, found = lines
    for pair in (interpolation.MAIN, "start – end"):
        a, b = (chosen[key] for key in interpolation.PAIRS[pair])
        path = found.paths[pair]
        at = np.searchsorted(path.alphas, 1.5)
        between = [own[2] + path.alphas[at] * (other[2] - own[2]) for own, other in zip(a.weights, b.weights)]
        logs = special.log_softmax(_logits(between), axis=1)
        assert path.loss[2, at] == pytest.approx(-(Y * logs).sum(axis=1).mean(), rel=1e-5)
        assert path.accuracy[2, at] == pytest.approx(np.mean(logs.argmax(axis=1) == Y.argmax(axis=1)))


def _logits(weights):
    """What goes into the softmax, in NumPy."""
    first, b, second, c, last, d = weights
    return np.maximum(np.maximum(X @ first + b, 0) @ second + c, 0) @ last + d


def test_norms_are_those_of_all_weights(lines):
    chosen, found = lines
    squares = sum(np.square(array[1]).sum() for array in chosen["1000"].weights)
    assert found.norms["1000"][1] == pytest.approx(np.sqrt(squares)) and len(found.norms) == 7


def test_a_step_beyond_is_as_long_as_the_weights_of_each_unit():
    a, b = random_nets(seed=1), random_nets(seed=2)
    below, above = interpolation.steps_beyond(a, b)
    for at, own in enumerate(b.weights):
        step, line = above.weights[at] - own, own - a.weights[at]
        if own.ndim == 2:
            assert not step.any(), "biases are left alone"
            continue
        np.testing.assert_allclose(np.linalg.norm(step, axis=1), np.linalg.norm(own, axis=1))
        cosines = (step * line).sum(axis=1) / np.linalg.norm(step, axis=1) / np.linalg.norm(line, axis=1)
        np.testing.assert_allclose(cosines, 1)
        back = below.weights[at] - a.weights[at]
        assert ((back * line).sum(axis=1) < 0).all()


def test_scaling_a_layer_up_and_the_next_down_changes_nothing_beyond():
    """ReLU computes the same then; α = 2 and -1 are elsewhere, the relative steps are not."""
    a, b = (_without_biases(random_nets(seed=seed)) for seed in (1, 2))
    scaled = [_rescaled(net, 3.0) for net in (a, b)]
    ours, theirs = interpolation.steps_beyond(a, b), interpolation.steps_beyond(*scaled)
    for one, other in zip(ours, theirs):
        np.testing.assert_allclose(one.predict(X), other.predict(X), atol=1e-9)


def _without_biases(net):
    return replace(net, weights=tuple(array if array.ndim == 3 else 0 * array for array in net.weights))


def _rescaled(net, factor):
    first, bias, second, *others = net.weights
    return replace(net, weights=(first * factor, bias, second / factor, *others))


def test_the_least_rise_is_the_lowest_of_four_points():
    alphas = np.linspace(-1, 2, 31)
    double_well = np.square(alphas * (1 - alphas))  # lowest at both ends
    tilted = double_well - 0.1 * (alphas > 1)
    path = landscape.Path(alphas, np.stack([double_well, tilted]), np.ones((2, 31)), np.zeros((2, 2)))
    expected = (0.1 * 0.9) ** 2
    np.testing.assert_allclose(interpolation.least_rise(path), [expected, (0.1 * 1.1) ** 2 - 0.1])


@pytest.mark.parametrize("word", WORDS)
def test_lines_are_judged(word):
    wall = 3.0 + made_up(interpolation.STARTS, word)
    flat = _path(np.full(20, 3.0), np.zeros(20))
    paths = {
        interpolation.MAIN: _path(wall, made_up(interpolation.STEEPER, word)),
        "100 – 100": _path(wall - made_up(interpolation.BATCHES, word), np.zeros(20)),
        interpolation.SAME: flat,
        interpolation.LONG: _path(wall, made_up(interpolation.UPDATES, word)),
    }
    lines = interpolation.Lines(paths, {}, made_up(interpolation.RELATIVE, word))
    verdicts = interpolation.judge(lines)
    assert [verdict.hypothesis for verdict in verdicts] == list(interpolation.HYPOTHESES)
    assert verdicts[0].word == "supported" and [verdict.word for verdict in verdicts[1:]] == [word] * 5


def _path(wall, steepness):
    """Paths of 20 pairs with a wall of some height halfway, and a loss of 1 at α = -1."""
    alphas, loss = np.array([-1, 0, 0.5, 1, 2.0]), np.tile([1.0, 0.0, 0.0, 0.0, 1.0], (20, 1))
    loss[:, 2], loss[:, 4] = wall, 10**steepness
    return landscape.Path(alphas, loss, np.ones_like(loss), np.zeros((20, 2)))


def test_the_experiment_runs_on_few_images():
    result = interpolation.run(n_images=1000, epochs=1, n_seeds=2, show=False)
    walls, sides, _, norms = result.sweeps
    main = result.details.paths[interpolation.MAIN]
    assert (walls.values[""][0] == main.barrier).all() and len(walls.x) == 8
    np.testing.assert_allclose(sides.values[""][0], np.log10(main.loss[:, -1] / main.loss[:, 0]))
    assert interpolation.UNTRAINED not in norms.x and len(norms.x) == 6
    start = result.details.paths["start – end"]
    assert start.ends[:, 0] == pytest.approx(np.log(10), abs=0.3), "an untrained network guesses"
    assert result.compared == () and "Fashion-MNIST" in result.protocol
    with pytest.raises(ValueError, match="n_images must be a whole number of at least 1000, got 500"):
        interpolation.run(n_images=500)


def test_lines_are_drawn_with_a_median_and_every_pair(lines):
    paths = {pair: lines[1].paths[pair] for pair in (interpolation.MAIN, interpolation.SAME)}
    loss, accuracy = plots.plot_interpolation(paths)
    drawn = [line for line in loss.lines if len(line.get_xdata()) == 61]
    assert len(drawn) == 2 * (3 + 1) and loss.get_yscale() == "log"
    np.testing.assert_allclose(drawn[3].get_ydata(), np.median(paths[interpolation.MAIN].loss, axis=0))
    np.testing.assert_allclose(drawn[0].get_ydata(), paths[interpolation.MAIN].loss[0])
    assert [text.get_text() for text in loss.get_legend().get_texts()] == list(paths)
    told = plots.alt_text(accuracy.figure)
    assert "Loss on lines" in told and "Accuracy on lines" in told and "a wall of" in told
    given = plt.subplots(1, 2)[1]
    one = landscape.Path(np.array([0.0, 1.0]), np.array([1.0, 2.0]), np.ones(2), np.array([1.0, 2.0]))
    assert plots.plot_interpolation({"one": one}, axes=given)[0] is given[0]
    with pytest.raises(ValueError, match="paths must be one or more, got none"):
        plots.plot_interpolation({})


# Paths of weights.


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
    np.testing.assert_allclose(trajectories.pseudo_values(lambda chosen: cases[chosen].mean(), 9), cases)
    found = trajectories.pseudo_values(lambda chosen: np.log(cases[chosen].std()), 9)
    without = [np.log(np.delete(cases, left_out).std()) for left_out in range(9)]
    error = np.sqrt(8 / 9 * np.square(without - np.mean(without)).sum())  # Efron & Tibshirani (1993), equation 11.5
    assert stats.sem(found) == pytest.approx(error)


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
    np.testing.assert_allclose(losses["end, projected"], losses["end"], rtol=1e-5)
    np.testing.assert_allclose(losses["start, projected"], losses["start"], rtol=1e-5)
    by_hand = special.log_softmax(_logits(_one(several, paths[1, -1])), axis=1)
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


# Sensitivity.


def test_measures_are_those_of_the_formulas():
    several = random_nets(n=2)
    found = sensitivity.measures(several, TINY)
    first, b, second, c, last, _ = weights = [array[1] for array in several.weights]
    logits = _logits(weights)[:10]
    hidden = X[:10] @ first + b
    upper = np.maximum(hidden, 0) @ second + c
    by_input = np.einsum("pi,ni,ij,nj,jk->nkp", first, hidden > 0, second, upper > 0, last)
    p = special.softmax(logits, axis=1)
    of_probabilities = p[:, :, None] * by_input - np.einsum("nk,nj,njp->nkp", p, p, by_input)
    of_loss = np.einsum("nk,nkp->np", p - Y[:10], by_input)
    expected = {
        sensitivity.LOGITS: np.linalg.norm(by_input, axis=(1, 2)).mean(),
        sensitivity.JACOBIAN: np.linalg.norm(of_probabilities, axis=(1, 2)).mean(),
        # the gradient of the mean over 10,000 images of which these ten are a fair sample
        sensitivity.LOSS_GRADIENT: np.linalg.norm(np.tile(of_loss, (1000, 1)) / 10_000),
        sensitivity.ACCURACY: np.mean(logits.argmax(axis=1) == Y[:10].argmax(axis=1)),
        sensitivity.NORM: np.sqrt(sum(np.square(array).sum() for array in weights)),
    }
    assert {what: values[1] for what, values in found.items()} == pytest.approx(expected, rel=1e-4)


def test_the_loss_is_reached_at_the_first_record_below_it():
    losses = np.array([[2.0, 2.0], [1.0, 3.0], [1.5, 0.9], [0.5, 1.2]])
    nets = SimpleNamespace(loss=losses, steps=np.array([0, 10, 20, 30]))
    assert sensitivity.first_below(nets, 1.2, 5).tolist() == [1, 2]
    with pytest.raises(ValueError, match="with mini-batches of 5, one is still at 0.9 after 30 updates, got 0.6"):
        sensitivity.first_below(nets, 0.6, 5)


def test_each_moment_is_where_a_training_that_stops_there_ends():
    found = sensitivity.measured(TINY, (8, 24), epochs=4, updates=6, loss=2.3, seeds=(3, 5))
    alone = dict(orders=(3, 5), record=(), show=False)
    for moment, steps in (("equal epochs", (12, 4)), ("equal updates", (6, 6))):
        assert found.values[moment, sensitivity.STEPS].tolist() == [[step] * 2 for step in steps]
        for row, (size, n) in enumerate(zip((8, 24), steps)):
            nets = bottleneck.train(TINY, batch_size=size, steps=n, **alone)
            for what, values in sensitivity.measures(nets, TINY).items():
                np.testing.assert_allclose(found.values[moment, what][row], values, rtol=1e-3)
    assert (found.values["equal training loss", sensitivity.TRAINING_LOSS] < 2.3).all()
    untrained = found.values["untrained", sensitivity.NORM]
    squares = sum(np.square(array[1]).sum() for array in bottleneck.first_weights((3, 5)))
    np.testing.assert_allclose(untrained, [[untrained[0, 0], np.sqrt(squares)]] * 2, rtol=1e-6)
    assert set(found.of(sensitivity.JACOBIAN)) == {*sensitivity.COMPARISONS, "untrained"}


@pytest.mark.parametrize("word", WORDS)
def test_sensitivity_is_judged(word):
    names = sensitivity.EQUAL_EPOCHS, sensitivity.EQUAL_UPDATES, sensitivity.EQUAL_LOSS
    values = {}
    for moment, hypothesis in zip(names, sensitivity.HYPOTHESES):
        rise = made_up(hypothesis, word)
        values[moment, sensitivity.JACOBIAN] = _rising(rise)
        values[moment, sensitivity.LOSS_GRADIENT] = _rising(rise - made_up(sensitivity.DEFINITION, word))
    accuracy = np.full((3, 20), 0.9)
    accuracy[1] += made_up(sensitivity.BEST, word)
    accuracy[2] -= 0.1
    values[sensitivity.EQUAL_EPOCHS, sensitivity.ACCURACY] = accuracy
    verdicts = sensitivity.judge(sensitivity.Sensitivities((5, 500, 5000), values))
    assert [verdict.hypothesis for verdict in verdicts] == list(sensitivity.HYPOTHESES)
    assert [verdict.word for verdict in verdicts] == [word] * 5


def _rising(decades):
    """Values at three batch sizes, the last so many decades above the first."""
    return np.stack([np.ones(20), np.full(20, 7.0), 10**decades])


def test_sensitivity_of_few_images_is_measured():
    how = dict(n_images=600, batch_sizes=(500, 100), epochs=2, updates=3, loss=2.6, n_seeds=2)
    result = sensitivity.run(**how, show=False)
    jacobian, gradient, logits, accuracy, norm, steps = result.sweeps
    assert jacobian.x == (100, 500) and jacobian.log_y and not accuracy.log_y
    assert steps.values["equal epochs"].tolist() == [[12, 12], [4, 4]] and (steps.values["equal updates"] == 3).all()
    assert "untrained" in norm.values and "untrained" not in steps.values
    assert (gradient.values["equal epochs"] > 0).all() and (logits.values["untrained"] > 0).all()
    assert result.compared == () and "first below 2.6" in result.protocol


def test_published_sensitivities_stand_beside_those_measured_on_mnist(monkeypatch):
    monkeypatch.setattr(sensitivity, "digits", lambda n_train, n_test: (TINY, "MNIST"))
    monkeypatch.setattr(sensitivity, "BEST_SIZE", 5)
    result = sensitivity.run(n_images=24, batch_sizes=(5, 24), epochs=1, updates=1, loss=3, n_seeds=2, show=False)
    assert [number.published for number in result.compared] == [0.43, 0.937]
    at_epochs = result.details.values["equal epochs", sensitivity.LOSS_GRADIENT]
    assert (result.compared[0].values == at_epochs[0]).all()


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(batch_sizes=(5, 50)), r"batch_sizes must have 500 among them, got \(5, 50\)"),
        (dict(batch_sizes=(500, 9000)), "a batch size must be a whole number from 1 to 8000, got 9000"),
        (dict(loss=0), "loss must be above 0, got 0"),
        (dict(updates=0), "updates must be a whole number of at least 1, got 0"),
        (dict(epochs=0.5), "epochs must be a whole number of at least 1, got 0.5"),
    ],
)
def test_sensitivity_refuses(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        sensitivity.run(show=False, **settings)
