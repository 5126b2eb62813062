"""Drawings of activations, label smoothing and decision boundaries: their artists, and what they say."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture.activations import ACTIVATIONS, smooth_labels
from lecture.plots import activations as plots
from lecture.plots import alt_text
from lecture.plots.activations import plot_activation, plot_label_smoothing


def line(ax, label):
    """The line of this label."""
    return next(line for line in ax.lines if line.get_label() == label)


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "softmax"])
def test_draws_the_function_and_its_derivative(name):
    ax = plot_activation(name, derivative=True)
    z, a = line(ax, "f(z)").get_data()
    assert z.min() == -6 and z.max() == 6
    np.testing.assert_allclose(a, ACTIVATIONS[name](z))
    z, slope = line(ax, "derivative f′(z)").get_data()
    drawn = np.isfinite(slope)
    np.testing.assert_allclose(slope[drawn], ACTIVATIONS[name].derivative(z[drawn]))
    assert drawn.all() != ACTIVATIONS[name].kink  # a jump is no steep line
    assert f"{ACTIVATIONS[name](6.0):.3g} at 6" in alt_text(ax.figure)


def test_without_derivative_there_is_one_curve():
    ax = plot_activation("tanh")
    assert [line.get_label() for line in ax.lines if not line.get_label().startswith("_")] == ["f(z)"]
    assert "derivative" not in alt_text(ax.figure)


def test_jumps_are_drawn_open_and_closed():
    ax = plot_activation("leaky_relu", derivative=True)
    dots = [tuple(y) for line in ax.lines if line.get_linestyle() == "None" for y in [line.get_ydata()]]
    assert dots == [(0.2, 1), (0.2,)]
    assert "negative_slope = 0.2, Keras' default" in [text.get_text() for text in ax.texts]
    assert "jumps at 0" in alt_text(ax.figure) and "negative_slope" in alt_text(ax.figure)


def test_softmax_is_drawn_as_probabilities():
    ax = plot_activation("softmax", derivative=True)
    z, a = line(ax, "aᵢ").get_data()
    assert len(z) == 9 and a.sum() == pytest.approx(1)
    np.testing.assert_allclose(line(ax, "∂aᵢ/∂zᵢ").get_ydata(), a * (1 - a))
    assert "probabilities 0.78, 0.17, 0.04" in alt_text(ax.figure)


def test_draws_on_the_axes_it_gets():
    _, ax = plt.subplots()
    assert plot_activation("relu", ax=ax) is ax and plot_label_smoothing(ax=plt.subplots()[1]) is not ax


def test_refuses_unknown_names():
    with pytest.raises(ValueError, match="activation must be one of sigmoid, .*, got 'none'"):
        plot_activation("none")
    assert not plt.get_fignums()


@pytest.mark.parametrize("alpha, k", [(0.1, 10), (0.3, 3), (0.01, 2)])
def test_smoothed_labels_have_a_best_logit(alpha, k):
    ax = plot_label_smoothing(alpha, n_classes=k)
    hard, smooth = ax.lines[:2]
    assert (np.diff(hard.get_ydata()) < 0).all()
    best, loss = (float(data[0]) for data in ax.lines[2].get_data())
    assert loss <= smooth.get_ydata().min() and abs(smooth.get_xdata()[smooth.get_ydata().argmin()] - best) < 0.06
    p = ACTIVATIONS["softmax"](np.array([best] + [0.0] * (k - 1)))
    np.testing.assert_allclose(p, smooth_labels(np.eye(k)[0], alpha))  # there the net says just what the labels say
    assert f"{best:.2f} above the others" in alt_text(ax.figure)


def test_cross_entropy_is_that_of_keras():
    import keras

    labels = smooth_labels(np.eye(5)[0], 0.2)
    ours = plots._cross_entropy(labels, np.array([0.0, 3.0, 9.0]))
    logits = np.array([[lead, 0, 0, 0, 0] for lead in (0.0, 3.0, 9.0)])
    theirs = keras.losses.CategoricalCrossentropy(from_logits=True, reduction=None)(np.array([labels] * 3), logits)
    np.testing.assert_allclose(ours, np.asarray(theirs), rtol=4e-6)  # float32 keeps a 9 to 5e-7 at each of a few steps


def test_hard_labels_alone():
    ax = plot_label_smoothing(0)
    assert len(ax.lines) == 1 and "no logit is large enough" in alt_text(ax.figure)


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"alpha": -0.1}, "alpha must be a number from 0 to 0.9, got -0.1"),
        ({"n_classes": 1}, "n_classes must be a whole number of at least 2, got 1"),
    ],
)
def test_smoothing_refuses(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        plot_label_smoothing(**options)


class TestBoundaries:
    """ReLU against tanh; two seeds, one layer, so that it is quick."""

    @pytest.fixture(autouse=True)
    def _needs(self):
        pytest.importorskip("sklearn", reason="scikit-learn fits the nets")

    def test_train_and_test_points_accuracies_and_times_are_shown(self):
        from lecture.plots.boundaries import fit_boundary, moons, plot_boundaries

        axes = plot_boundaries(1, n_seeds=2)
        X_train, _y_train, X_test, _ = moons()
        assert X_train.shape == (75, 2) and X_test.shape == (1000, 2)
        for ax, activation in zip(axes, ("relu", "tanh"), strict=True):
            train = np.vstack([line.get_xydata() for line in ax.lines if line.get_label().endswith("train")])
            assert {tuple(p) for p in train} == {tuple(p) for p in X_train}
            assert sum(len(line.get_xdata()) for line in ax.lines if line.get_label().endswith("test")) == 100
            fit = fit_boundary(1, activation, 2)
            assert f"{fit.test.mean():.3f}" in ax.get_title() and "ms" in ax.get_title()
            assert fit.describe() in alt_text(ax.figure) and "over 2 seeds" in fit.describe()

    def test_the_picture_is_what_the_net_decides(self):
        from lecture.plots.boundaries import fit_boundary, plot_boundaries

        fit = fit_boundary(1, "tanh", 2)
        ax = plot_boundaries(1, n_seeds=2)[1]
        regions = ax.collections[0].get_paths()  # of class 0 and of class 1
        points = np.random.default_rng(0).uniform(*np.transpose([ax.get_xlim(), ax.get_ylim()]), size=(500, 2))
        sure = (
            np.abs(fit.classifier.predict_proba(points)[:, 1] - 0.5) > 0.05
        )  # those on the line may fall on either side
        assert sure.sum() > 400
        for k, region in enumerate(regions):
            assert (region.contains_points(points[sure]) == (fit.classifier.predict(points[sure]) == k)).all()

    def test_fits_are_computed_once(self, monkeypatch):
        from lecture.plots.boundaries import fit_boundary, plot_boundaries

        plot_boundaries(1, n_seeds=2)
        monkeypatch.setattr("sklearn.neural_network.MLPClassifier.fit", None)
        plot_boundaries(1, n_seeds=2)
        assert fit_boundary(1, "relu", 2) is fit_boundary(1, "relu", 2)

    @pytest.mark.parametrize(
        "options, sentence",
        [
            ({"n_layers": 0}, "n_layers must be a whole number of at least 1, got 0"),
            ({"n_layers": 1, "n_seeds": 0}, "n_seeds must be a whole number of at least 1, got 0"),
        ],
    )
    def test_refuses(self, options, sentence):
        from lecture.plots.boundaries import fit_boundary, plot_boundaries

        with pytest.raises(ValueError, match=sentence):
            plot_boundaries(**options)
        with pytest.raises(ValueError, match="activation must be one of relu, tanh, got 'gelu'"):
            fit_boundary(1, "gelu")
