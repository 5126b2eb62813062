"""The gradient's norm along a training: measured at the weights that were recorded, and judged by the numbers."""

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from lecture import replicas
from lecture.experiments import gradient_norm
from lecture.experiments.gradient_norm import Course
from lecture.experiments.images import Images
from lecture.plots import alt_text, plot_gradient_norms

rng = np.random.default_rng(6)
ON_ALL, ON_SMALL = "norm on 4,000 images", "norm on 100 images"


def _made_up(n, n_test):
    labels = np.arange(n + n_test) % 10
    patterns = rng.random((10, 784), dtype=np.float32)
    X, y = 0.7 * patterns[labels] + 0.3 * rng.random((n + n_test, 784), dtype=np.float32), np.eye(10)[labels]
    return Images(X[:n], y[:n], X[n:], y[n:])


@pytest.fixture(scope="module")
def result():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gradient_norm, "digits", lambda n, n_test: (_made_up(n, n_test), "MNIST"))
        settings = dict(steps=40, plateau_steps=60, n_images=4000, batch_size=1000, epochs=2, n_seeds=2)
        return gradient_norm.run(**settings, show=False)


def _course(norms, loss=None, unit="epoch"):
    """A made-up course: norms (T, n_seeds) by their names."""
    n = len(next(iter(norms.values())))
    loss = np.logspace(0, -2, n)[:, None] * np.ones(next(iter(norms.values())).shape) if loss is None else loss
    return Course(unit, np.arange(n), loss, norms)


def test_norms_are_those_of_keras_gradients():
    X, y = rng.normal(size=(30, 3)), rng.normal(size=(30, 1))
    common = dict(output="linear", loss="mean_squared_error", activation="tanh", seeds=[1, 2], show=False)
    nets = replicas.train((4, 5), X, y, steps=6, record=[0, 3], keep="all", **common)
    total, summed = gradient_norm.norms_along(nets, X, y, "mean_squared_error")
    assert total.shape == summed.shape == (3, 2)
    model = keras.Sequential(
        [keras.layers.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(5, "tanh"), keras.layers.Dense(1)]
    )
    for seed in (0, 1):
        model.set_weights([array[seed] for array in nets.weights])
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(X) - y))
        parts = [tf.norm(each) for each in tape.gradient(loss, model.trainable_variables)]
        assert total[-1, seed] == pytest.approx(float(tf.norm(parts)), rel=1e-4)
        assert summed[-1, seed] == pytest.approx(sum(map(float, parts)), rel=1e-4)


def test_trainings_are_those_that_are_said(result):
    function, images, plateaus = (result.details[name] for name in ("function", "images", "plateaus"))
    assert (function.unit, images.unit, plateaus.unit) == ("step", "epoch", "step")
    assert images.steps.tolist() == [0, 1, 2] and function.steps[-1] == 40 and plateaus.steps[-1] == 60
    for course in result.details.values():
        assert all(values.shape == course.loss.shape == (len(course.steps), 2) for values in course.norms.values())
    assert (function.norms["norm"] <= function.norms["sum of norms"]).all()
    assert function.loss[0] == pytest.approx(np.full(2, 0.1), abs=0.1) and plateaus.loss[0].mean() > 0.9
    assert "1-10-15-20-15-10-1 (991 parameters)" in result.protocol and "784-8-200-10" in result.protocol


def test_a_mean_of_batches_is_longer_than_the_gradient_on_all(result):
    norms = result.details["images"].norms
    assert (norms[ON_ALL] <= norms["norm on 1,000 images"] * 1.0001).all(), "4,000 images are four times 1,000"
    assert (norms["norm on 1,000 images"] < norms["sum of norms on 1,000 images"]).all()
    assert norms[ON_SMALL].mean() > norms[ON_ALL].mean()


def test_sweeps_are_taken_from_the_courses(result):
    function, images, together, plateaus = result.sweeps
    course = result.details["function"]
    shown = np.isin(course.steps, function.x)
    assert len(function.x) == 11 and (function.x[0], function.x[-1]) == (0, 40)
    assert np.allclose(function.values["loss"], np.log10(course.loss[shown]))
    assert np.allclose(images.values[ON_ALL], np.log10(result.details["images"].norms[ON_ALL]))
    ranks = [stats.rankdata(values[:, 1]) for values in (course.loss, course.norms["norm"])]
    assert together.values[""][0][1] == pytest.approx(np.corrcoef(*ranks)[0, 1])
    assert plateaus.values[""].shape == (2, 2)


def test_norms_are_sorted_by_how_fast_the_loss_falls():
    """The loss stands still, plunges, stands still: the norm is 2 on the way down and 7 elsewhere."""
    falls = np.r_[np.zeros(12), np.full(4, 0.5), np.zeros(4)]
    loss = np.exp(-np.cumsum(np.r_[0, falls]))[:, None]
    norm = np.r_[np.full(12, 7.0), np.full(4, 2.0), np.full(5, 7.0)][:, None]
    fast, slow = gradient_norm.norms_by_speed(_course({"norm": norm}, loss))
    assert fast.tolist() == [2.0] and slow.tolist() == [7.0]
    norm[:2] = 100  # the first tenth is left out
    assert np.array_equal(gradient_norm.norms_by_speed(_course({"norm": norm}, loss)), [fast, slow])


@pytest.mark.parametrize(
    "decades, on_images, noise, on_the_way, expected",
    [
        (1.5, 0.5, 0.5, 9.0, ["supported"] * 4),
        (0.2, -0.2, 0.1, 1.0, ["contradicted"] * 4),
        (1.5, -0.2, 0.5, 0.5, ["supported", "contradicted", "supported", "contradicted"]),
    ],
)
def test_verdicts_follow_from_the_numbers(decades, on_images, noise, on_the_way, expected):
    jitter = 10 ** (0.01 * np.linspace(-1, 1, 20))
    function = _course({"norm": np.logspace(0, -decades, 5)[:, None] * jitter})
    on_all = np.r_[50.0, np.logspace(0, -on_images, 6)][:, None] * jitter  # the first is before the training
    images = _course({ON_ALL: on_all, ON_SMALL: on_all * 10**noise * jitter})
    falls = np.r_[np.zeros(12), np.full(4, 0.5), np.zeros(4)]
    loss = np.exp(-np.cumsum(np.r_[0, falls]))[:, None] * jitter
    norm = np.r_[np.full(12, 1.0), np.full(4, on_the_way), np.full(5, 1.0)][:, None] * jitter
    courses = {"function": function, "images": images, "plateaus": _course({"norm": norm}, loss)}
    verdicts = gradient_norm.judge(courses)
    assert [verdict.word for verdict in verdicts] == expected
    assert verdicts[1].mean == pytest.approx(on_images) and verdicts[0].mean == pytest.approx(decades)


def test_published_sums_of_norms_stand_beside_ours(result):
    first, last, mnist = result.compared
    summed = result.details["function"].norms["sum of norms"]
    assert first.published == 0.5 and (first.values == summed[0]).all() and (last.values == summed[-1]).all()
    assert (mnist.values == result.details["images"].norms["sum of norms on 1,000 images"][-1]).all()


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(n_images=3999), "n_images must be a whole number of at least 4000, got 3999"),
        (dict(epochs=1), "epochs must be a whole number of at least 2, got 1"),
        (dict(plateau_steps=10), "plateau_steps must be a whole number of at least 50, got 10"),
    ],
)
def test_what_cannot_be_is_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        gradient_norm.run(show=False, **settings)


def test_a_figure_has_loss_and_norms_of_each_training(result):
    courses = result.details
    axes = plot_gradient_norms(courses)
    assert axes.shape == (2, 3) and [ax.get_title() for ax in axes[0]] == list(courses)
    drawn = {line.get_label(): line.get_ydata() for line in axes[1, 1].get_lines()}
    assert np.allclose(drawn[ON_ALL], np.median(courses["images"].norms[ON_ALL], axis=1))
    (above, _) = (line.get_ydata() for line in axes[0, 2].get_lines())
    losses = courses["plateaus"].loss
    assert np.array_equal(above, losses[:, np.argmin(losses[-1] / losses[0])])
    middle = np.median(losses, axis=1)
    assert f"loss from {middle[0]:.2g} to {middle[-1]:.2g}" in alt_text(axes[0, 0].figure)
    plt.close("all")
    assert plot_gradient_norms({"function": courses["function"]}, axes=plt.subplots(2, 1)[1]).shape == (2, 1)
