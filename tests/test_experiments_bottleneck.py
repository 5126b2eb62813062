"""The network 784-8-200-10 on images, and lines between its solutions."""

from dataclasses import replace

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from bottleneck_nets import TINY, WORDS, X, Y, logits, made_up, random_nets, use_sample
from scipy import special

from lecture import data, landscape, plots
from lecture.experiments import bottleneck, interpolation
from lecture.experiments.images import describe_images, digits


@pytest.fixture(autouse=True)
def _sample(monkeypatch):
    use_sample(monkeypatch)


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


def test_sharpness_is_the_curvature_that_finite_differences_find_and_the_rise_nearby(recwarn):
    several = random_nets(n=2)
    found = bottleneck.sharpness(several, X, Y)
    assert not [warning for warning in recwarn if "second derivative" in str(warning.message)]
    theta, step = landscape.vector(several), 1e-4
    direction = np.random.default_rng(1).normal(size=theta.shape)
    for _ in range(100):  # the power method
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        ends = [
            landscape.gradient(several, X, Y, loss=bottleneck.LOSS, at=theta + s * direction) for s in (step, -step)
        ]
        image = (ends[0] - ends[1]) / (2 * step)
        curvature = (image * direction).sum(axis=1)
        direction = image
    np.testing.assert_allclose(found[bottleneck.EIGENVALUE], curvature, rtol=0.02)
    here = bottleneck.losses(several, X, Y)
    uphill = 1e-3 * (np.abs(theta) + 1) * np.sign(landscape.gradient(several, X, Y, loss=bottleneck.LOSS))
    corner = bottleneck.losses(landscape.assign(several, theta + uphill), X, Y)
    assert (found[bottleneck.KESKAR] >= 100 * (corner - here) / (1 + here) * 0.999).all()


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
        logs = special.log_softmax(logits(between), axis=1)
        assert path.loss[2, at] == pytest.approx(-(Y * logs).sum(axis=1).mean(), rel=1e-5)
        assert path.accuracy[2, at] == pytest.approx(np.mean(logs.argmax(axis=1) == Y.argmax(axis=1)))


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
    lines = interpolation.Lines(paths, {}, made_up(interpolation.RELATIVE, word), {})
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
    walls, sides, _, norms, eigenvalues, keskar = result.sweeps
    main = result.details.paths[interpolation.MAIN]
    assert (walls.values[""][0] == main.barrier).all() and len(walls.x) == 8
    np.testing.assert_allclose(sides.values[""][0], np.log10(main.loss[:, -1] / main.loss[:, 0]))
    assert interpolation.UNTRAINED not in norms.x and len(norms.x) == 6
    sharp = result.details.sharpness
    assert (eigenvalues.values[""][1] == sharp["largest eigenvalue"][norms.x[1]]).all() and eigenvalues.x == norms.x
    assert (keskar.values[""][5] == sharp["Keskar's sharpness"][norms.x[5]]).all() and "untrained" in sharp[
        "largest eigenvalue"
    ]
    start = result.details.paths["start – end"]
    assert start.ends[:, 0] == pytest.approx(np.log(10), abs=0.3), "an untrained network guesses"
    assert result.compared == () and "Fashion-MNIST" in result.protocol
    with pytest.raises(ValueError, match="n_images must be a whole number of at least 1000, got 500"):
        interpolation.run(n_images=500)


def test_published_losses_stand_beside_those_measured_on_mnist(monkeypatch):
    monkeypatch.setattr(interpolation, "digits", lambda n_train, n_test: (digits(n_train, n_test)[0], "MNIST"))
    result = interpolation.run(n_images=1000, epochs=1, n_seeds=2, show=False)
    main = result.details.paths[interpolation.MAIN]
    assert [number.published for number in result.compared] == [27, 98]
    for number, at in zip(result.compared, (0, -1)):
        np.testing.assert_array_equal(number.values, main.loss[:, at])
    assert [number.what for number in result.compared] == ["loss at α = -1", "loss at α = 2"]


def test_lines_are_drawn_with_a_median_and_every_pair(lines):
    paths = {pair: lines[1].paths[pair] for pair in (interpolation.MAIN, interpolation.SAME)}
    loss, accuracy = plots.plot_interpolation(paths)
    drawn = [line for line in loss.lines if len(line.get_xdata()) == 61]
    assert len(drawn) == 2 * (3 + 1) and loss.get_yscale() == "log"
    np.testing.assert_allclose(drawn[3].get_ydata(), np.median(paths[interpolation.MAIN].loss, axis=0))
    np.testing.assert_allclose(drawn[0].get_ydata(), paths[interpolation.MAIN].loss[0])
    (legend,) = loss.figure.legends  # one for both panels
    assert [text.get_text() for text in legend.get_texts()] == list(paths)
    told = plots.alt_text(accuracy.figure)
    assert "Loss on lines" in told and "Accuracy on lines" in told and "a wall of" in told
    given = plt.subplots(1, 2)[1]
    one = landscape.Path(np.array([0.0, 1.0]), np.array([1.0, 2.0]), np.ones(2), np.array([1.0, 2.0]))
    assert plots.plot_interpolation({"one": one}, axes=given)[0] is given[0]
    with pytest.raises(ValueError, match="paths must be one or more, got none"):
        plots.plot_interpolation({})
