"""Random labels: what is drawn, what is trained, and what the numbers say."""

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture import replicas
from lecture.experiments import random_labels
from lecture.experiments.images import Images
from lecture.plots import alt_text, plot_label_fitting

rng = np.random.default_rng(4)
WORDS = ("supported", "contradicted", "undecided")


def _made_up(n=60, n_test=30):
    """Images of noise around a pattern for each class."""
    patterns = rng.random((10, 784))
    labels, test = np.arange(n) % 10, np.arange(n_test) % 10
    X, X_test = (0.5 * patterns[y] + 0.5 * rng.random((len(y), 784)) for y in (labels, test))
    return Images(X.astype("float32"), np.eye(10)[labels], X_test.astype("float32"), np.eye(10)[test])


@pytest.fixture(scope="module")
def result():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(random_labels, "digits", lambda n, n_test: (_made_up(n), "MNIST"))
        settings = dict(n_images=60, batch_size=25, epochs=4, shares=(0, 0.5, 1), n_seeds=2)
        return random_labels.run(**settings, show=False)


def test_labels_are_drawn_anew_for_a_share_of_the_images_once():
    y = np.eye(10)[rng.integers(0, 10, 5000)]
    kept, half, all_of_them = (random_labels.relabelled(y, share, 3) for share in (0, 0.5, 1))
    assert (kept == y).all() and (half.sum(axis=1) == 1).all() and (all_of_them.sum(axis=1) == 1).all()
    assert (half != y).any(axis=1).mean() == pytest.approx(0.45, abs=0.02)  # a tenth of those drawn stay right
    assert (all_of_them != y).any(axis=1).mean() == pytest.approx(0.9, abs=0.02)
    changed = (half != y).any(axis=1)
    assert (all_of_them[changed] == half[changed]).all(), "a larger share draws the same labels anew"
    assert all_of_them.mean(axis=0) == pytest.approx(np.full(10, 0.1), abs=0.02)
    assert (random_labels.relabelled(y, 1, 3) == all_of_them).all()
    assert (random_labels.relabelled(y, 1, 4) != all_of_them).any()


def test_parameters_are_counted_as_keras_does(result):
    model = keras.Sequential([keras.layers.Input((784,)), *map(keras.layers.Dense, (8, 200, 10))])
    assert f"784-8-200-10 ({model.count_params():,} parameters)" in result.protocol


def test_it_trains_what_it_says(result):
    fitting = result.details
    assert fitting.epochs.tolist() == [0, 1, 2, 3, 4]
    assert set(fitting.accuracy) == {(name, s) for name in random_labels.NETWORKS for s in (0, 0.5, 1)}
    for values in fitting.accuracy.values():
        assert values.shape == (5, 2) and np.allclose(values * 60, np.round(values * 60), atol=1e-3)
    training, held_out, way, norms = result.sweeps
    assert training.x == (0, 0.5, 1) and way.x == (0, 1, 2, 3, 4)
    assert (training.values["128"][2] == fitting.accuracy["128", 1][-1]).all()
    assert (held_out.values["128"][1] == fitting.test_accuracy["128", 0.5][-1]).all()
    assert (way.values["8-200"] == fitting.accuracy["8-200", 1]).all()
    assert training.values["512-512"][0].mean() > training.values["512-512"][2].mean(), "true labels come first"
    assert all((values > 0).all() for values in norms.values.values())


def test_each_seed_learns_its_own_random_labels():
    images, seeds = _made_up(), (2, 5)
    nets = random_labels.trained(images, batch_size=30, epochs=2, shares=(0.0, 1.0), seeds=seeds, show=False)
    y = random_labels.relabelled(images.y, 1, 5)
    common = dict(activation="relu", batch_size=30, learning_rate=0.001, steps=4, seeds=[5], show=False)
    alone = replicas.train((128,), images.X, y, **common)
    together = nets["128", 1.0]
    assert together.loss[-1, 1] == pytest.approx(alone.loss[-1, 0], rel=1e-4)
    hits = (together.predict(images.X)[1].argmax(axis=1) == y.argmax(axis=1)).mean()
    assert together.accuracy[-1, 1] == pytest.approx(hits)
    hits = (together.predict(images.X_test)[1].argmax(axis=1) == images.y_test.argmax(axis=1)).mean()
    assert together.test_accuracy[-1, 1] == pytest.approx(hits), "test labels are true"


def test_published_losses_are_compared_on_mnist_only(result, monkeypatch):
    assert [(each.what, each.published) for each in result.compared] == [
        ("training loss, 8-200, random labels", 2.24),
        ("test loss, 8-200, random labels", 2.375),
    ]
    monkeypatch.setattr(random_labels, "digits", lambda n, n_test: (_made_up(n), "Fashion-MNIST"))
    other = random_labels.run(n_images=20, batch_size=20, epochs=1, n_seeds=1, show=False)
    assert other.compared == () and "Fashion-MNIST's, not MNIST's" in other.protocol


def test_epochs_are_counted_until_nine_tenths_are_fitted():
    epochs = np.array([0, 1, 2, 3])
    accuracy = np.array([[0.1, 0.95, 0.1], [0.5, 0.2, 0.2], [0.91, 0.3, 0.3], [0.5, 0.99, 0.4]])
    assert random_labels.epochs_to_fit(epochs, accuracy).tolist() == [2, 1, 3]
    assert accuracy[-1].tolist() == [0.5, 0.99, 0.4], "what was measured stays"


@pytest.mark.parametrize(
    "narrow, wide, true_after, expected",
    [
        (0.97, 0.98, 2, ["supported"] * 4),
        (0.3, 0.98, 10, ["contradicted", "supported", "supported", "contradicted"]),
        (0.1, 0.5, 2, ["contradicted", "contradicted", "contradicted", "supported"]),
    ],
)
def test_verdicts_follow_from_the_numbers(narrow, wide, true_after, expected):
    epochs, jitter = np.arange(13), 0.01 * np.linspace(-1, 1, 10)

    def rise(end, after):
        return np.where(epochs < after, 0.1, end)[:, None] + jitter

    accuracy = {
        ("8-200", 1.0): rise(narrow, 12),
        ("512-512", 1.0): rise(wide, 12),
        ("512-512", 0.0): rise(1, true_after),
    }
    verdicts = random_labels.judge(random_labels.Fitting(epochs, accuracy, {}))
    assert [verdict.word for verdict in verdicts] == expected
    assert verdicts[3].mean == pytest.approx(np.log10(12 / true_after))


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(shares=(0, 0.5)), r"shares must have 0 and 1 among them, got \(0, 0.5\)"),
        (dict(shares=(0, 1, 2)), "a share must be a number from 0 to 1, got 2"),
        (dict(epochs=0), "epochs must be a whole number of at least 1, got 0"),
        (dict(n_images=50, batch_size=51), "batch_size must be a whole number from 1 to 50, got 51"),
    ],
)
def test_what_cannot_be_is_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        random_labels.run(show=False, **settings)


def test_a_figure_has_the_accuracy_on_learnt_labels_and_on_test_images(result):
    fitting = result.details
    axes = plot_label_fitting(fitting)
    assert [ax.get_title() for ax in axes] == list(random_labels.NETWORKS)
    drawn = {line.get_label(): line.get_ydata() for line in axes[2].get_lines()}
    assert np.allclose(drawn["random labels"], fitting.accuracy["512-512", 1].mean(axis=1))
    assert np.allclose(drawn["50% random labels: test images"], fitting.test_accuracy["512-512", 0.5].mean(axis=1))
    assert drawn["chance"][0] == 0.1
    assert f"{fitting.accuracy['512-512', 1][-1].mean():.2f} of random labels" in alt_text(axes[0].figure)
    plt.close("all")
    assert len(plot_label_fitting(fitting, axes=plt.subplots(1, 3)[1])) == 3
