"""What a net is given: labels, inputs, activations, batches."""

import keras
import numpy as np
import pytest
from scipy import stats

from lecture import replicas
from lecture.experiments import activations, batch_size, clock, live, memorization, pca
from lecture.experiments.mixtures import mixture, one_hot, train_test_points

rng = np.random.default_rng(0)
WORDS = ("supported", "contradicted", "undecided")


def made_up(hypothesis, word, n=30):
    """Numbers for n seeds whose mean lies where the verdict must be ``word``."""
    noise = stats.norm.ppf((np.arange(n) + 0.5) / n)
    smallest = hypothesis.smallest
    inside, outside = (0.0, 5 * smallest) if hypothesis.absent else (2 * smallest, -smallest)
    return {"supported": inside, "contradicted": outside, "undecided": smallest}[word] + 0.3 * smallest * noise


# Memorization.


def test_random_labels_are_true_ones_dealt_out_anew():
    X, y = memorization.labelled(150, 3, "true labels")
    again, shuffled = memorization.labelled(150, 3, "random labels")
    assert X.shape == (150, 6) and (X == again).all()
    assert y.sum() == shuffled.sum() == 75 and 0.3 < np.mean(y != shuffled) < 0.7


def test_memorization_counts_each_point_once_and_learns_what_there_is():
    from sklearn.linear_model import LogisticRegression

    result = memorization.run(hidden=(10,), steps=1000, sizes=(50, 150), n_seeds=2, show=False)
    end, way, held_out = result.sweeps
    assert end.x == (50, 150) and way.x == (250, 500, 750, 1000)
    assert all(values.shape == (len(sweep.x), 2) for sweep in result.sweeps for values in sweep.values.values())
    assert (way.values["random labels"][-1] == end.values["random labels"][1]).all()
    for labels, values in end.values.items():
        for seed, accuracy in enumerate(values[1]):
            X, y = memorization.labelled(150, seed, labels)
            assert accuracy == pytest.approx(LogisticRegression().fit(X, y).score(X, y), abs=0.1)
        few = values[0] * 50  # points are repeated to make the sets equally large: shares stay those of 50
        assert np.allclose(few, np.round(few), atol=1e-4)
    assert [each.what for each in result.compared] == ["random labels, n = 150"]
    assert (held_out.values["true labels"] > held_out.values["random labels"]).all()


@pytest.mark.parametrize("word", WORDS)
def test_memorization_is_judged(word):
    random = np.full((3, 30), 0.5)  # 50, 150, 300 points
    random[0] += made_up(memorization.FEW, word)
    random[2] = random[0] - made_up(memorization.MANY, word)
    steps = (250, 500, 750, 1000)
    true, watched = np.full((4, 30), 0.5) + made_up(memorization.SLOWER, word), np.full((4, 30), 0.5)
    verdicts = memorization.judge(random, {"true labels": true, "random labels": watched}, steps)
    assert [verdict.word for verdict in verdicts[:3]] == [word] * 3
    watched[-1] += made_up(memorization.STEPS, word)
    assert memorization.judge(random, {"true labels": true, "random labels": watched}, steps)[3].word == word


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(sizes=(50, 300)), r"sizes must have 150 among them, got \(50, 300\)"),
        (dict(sizes=(150,)), r"sizes must be two or more different numbers, got \(150,\)"),
        (dict(sizes=(150, 1)), "a size must be a whole number of at least 2, got 1"),
        (dict(steps=100), "steps must be a whole number of at least 500, got 100"),
        (dict(n_seeds=0), "n_seeds must be a whole number of at least 1, got 0"),
        (dict(preset="long"), "preset must be one of short, published, got 'long'"),
    ],
)
def test_memorization_refuses(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        memorization.run(show=False, **settings)


# PCA.


def test_a_rotation_keeps_lengths_and_prefers_no_direction():
    Q = pca.rotation(40, np.random.default_rng(1))
    assert np.allclose(Q @ Q.T, np.eye(40), atol=1e-12)
    assert {round(np.linalg.det(pca.rotation(3, np.random.default_rng(seed)))) for seed in range(20)} == {-1, 1}
    entries = np.array([pca.rotation(3, np.random.default_rng(seed)) for seed in range(2000)])
    assert np.abs(entries.mean(axis=0)).max() < 0.06 and np.allclose(
        (entries**2).mean(axis=0), 1 / 3, atol=0.03
    )  # without the signs the diagonal would lean to one side


def test_a_rotation_hides_dummies_and_positive_numbers_stretch():
    X, y, X_test, y_test = pca.mixed_points(50, 2)
    assert (
        X.shape == (80, 60)
        and X_test.shape == (500, 60)
        and X.dtype == np.float32
        and y.sum() == 40
        and y_test.sum() == 250
    )
    informative = mixture(10, 2, scale=0.2, separation="equal").draw((40, 40))[0]
    directions = pca.rotation(60, np.random.default_rng([2, 4]), 10)
    assert np.allclose(directions @ directions.T, np.eye(10), atol=1e-12)
    assert np.allclose(X @ directions.T, informative, atol=1e-5)  # nothing of it is lost
    rest = np.concatenate([X, X_test]) @ (np.eye(60) - directions.T @ directions)
    spread = np.sqrt(np.maximum(np.linalg.eigvalsh(rest.T @ rest / 580), 0))
    assert (
        np.allclose(spread[:10], 0, atol=1e-3)
        and spread[10:].mean() == pytest.approx(0.1, rel=0.05)
        and spread[10] > 0.06
        and spread[-1] < 0.14
    )  # 50 directions of equal noise
    assert np.linalg.norm(pca.mixed_points(50, 2, mixing="positive")[0]) > 3 * np.linalg.norm(X)
    singular = np.linalg.svd(np.random.default_rng(0).random((1010, 1010)), compute_uv=False)
    assert singular[0] == pytest.approx(1010 / 2, rel=0.02) and singular[1] == pytest.approx(
        np.sqrt(1010 / 3), rel=0.05
    )


@pytest.mark.parametrize("d", [12, 300])
def test_projection_is_that_of_scikit_learn(d):
    from sklearn.decomposition import PCA

    X, X_test = rng.normal(size=(80, d)) * np.linspace(3, 1, d), rng.normal(size=(7, d))
    theirs = PCA(5).fit(X)
    for mine, given in zip(pca.project(X, X_test, 5), (X, X_test)):
        assert np.allclose(np.abs(mine), np.abs(theirs.transform(given)), atol=1e-8)


def test_nets_with_fewer_inputs_are_trained_as_if_alone():
    data = {n: pca.seeds_points([0], n, "rotation") for n in (5, 40)}
    together = pca.held_out_accuracy((8,), data, steps=60, seeds=[0])
    X, y, X_test, y_test = data[5]
    alone = replicas.train(
        [8],
        X,
        one_hot(y),
        steps=60,
        seeds=[0],
        optimizer=keras.optimizers.Adam(0.003),
        bias_initializer="glorot_uniform",
        X_test=X_test,
        y_test=one_hot(y_test),
        record=[60],
        show=False,
    )
    assert together[5] == pytest.approx(alone.test_accuracy[-1], abs=0.005)


def test_pca_runs_on_both_mixings():
    result = pca.run(hidden=(8,), steps=40, dummies=(100, 200), mixings=("rotation", "positive"), n_seeds=2, show=False)
    assert [sweep.name for sweep in result.sweeps] == [
        "Mixed by a true rotation",
        "Mixed by positive numbers",
    ] and result.sweeps[0].x == (100, 200)
    assert list(result.sweeps[0].values) == ["no PCA", "PCA to 10", "PCA to 5", "PCA to 1"] and result.sweeps[0].values[
        "no PCA"
    ].shape == (2, 2)
    alone = pca.held_out_accuracy((8,), {200: pca.seeds_points([1], 200, "rotation")}, steps=40, seeds=[1])
    assert result.sweeps[0].values["no PCA"][1, 1] == pytest.approx(alone[200][0], abs=0.005)
    assert [each.what for each in result.compared] == ["no PCA, 100 dummy dimensions", "no PCA, 200 dummy dimensions"]


@pytest.mark.parametrize("word", WORDS)
def test_pca_is_judged(word):
    accuracy = np.full((4, 4, 30), 0.7)  # no PCA, 10, 5, 1; 1, 100, 200, 1000 dummies
    accuracy[0, 0] += made_up(pca.HURTS, word)
    accuracy[1, -1] += made_up(pca.HELPS, word)
    accuracy[0, 1] += made_up(pca.CLIFF, word)
    accuracy[3, -1] = accuracy[1, -1] - made_up(pca.ONE, word)
    assert [each.word for each in pca.judge(accuracy, [1, 100, 200, 1000])] == [word] * 4


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(dummies=(1, 100)), r"dummies must have 100 and 200 among them, got \(1, 100\)"),
        (dict(dummies=(0, 100, 200)), "a number of dummy dimensions must be a whole number of at least 1, got 0"),
        (dict(mixings=("positive",)), "mixings must have 'rotation' among them"),
        (dict(mixings=("random",)), "mixing must be one of rotation, positive, got 'random'"),
        (dict(noise=-1), "noise must be a number of at least 0, got -1"),
        (dict(separation="wide"), "separation must be one of falling, equal, got 'wide'"),
        (dict(n_seeds=0), "n_seeds must be"),
    ],
)
def test_pca_refuses(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        pca.run(show=False, **settings)


# Activations.


def test_activations_are_what_their_names_say():
    z = np.linspace(-2, 2, 9, dtype="float32")
    wanted = {
        "relu": np.maximum(z, 0),
        "tanh": np.tanh(z),
        "sigmoid": 1 / (1 + np.exp(-z)),
        "square": z**2,
        "sin": np.sin(z),
        "sign": np.sign(z),
        "identity": z,
    }
    assert list(wanted) == list(activations.FUNCTIONS)
    for name, values in wanted.items():
        assert np.allclose(keras.ops.convert_to_numpy(activations.FUNCTIONS[name](z)), values, atol=1e-6), name


def test_behind_a_sign_only_the_last_layer_learns():
    X, y = activations.moons(100, 0)
    first = [rng.normal(size=shape) for shape in ((2, 5), (5,), (5, 5), (5,), (5, 2), (2,))]
    moved = {}
    for name in ("sign", "tanh"):
        nets = activations.train_with(
            name, X, one_hot(y), steps=20, seeds=1, hidden=(5, 5), batch_size=8, weights=first, record=[20], show=False
        )
        moved[name] = [float(np.abs(after[0] - before).max()) for before, after in zip(first, nets.weights)]
    assert max(moved["sign"][:4]) < 1e-6 < 1e-3 < min(moved["sign"][4:])
    assert min(moved["tanh"]) > 1e-3


def test_the_sign_net_is_a_linear_model_of_fixed_features():
    from sklearn.linear_model import LogisticRegression

    X, y = activations.moons(100, 1)
    nets = activations.train_with(
        "sign", X, one_hot(y), steps=400, seeds=1, hidden=(5, 5), batch_size=8, record=[400], show=False
    )
    W1, b1, W2, b2, _, _ = (each[0] for each in nets.weights)
    features = np.sign(np.sign(X @ W1 + b1) @ W2 + b2)
    assert nets.accuracy[-1, 0] == pytest.approx(
        LogisticRegression(C=1e3).fit(features, y).score(features, y), abs=0.03
    )
    answers = nets.predict(X)[0].argmax(axis=-1)
    assert np.mean(answers == y) == pytest.approx(nets.accuracy[-1, 0])


def test_moons_are_half_circles_and_test_points_are_others():
    X, y = activations.moons(500, 7, noise=0)
    assert (
        np.allclose(np.linalg.norm(X[y == 0], axis=1), 1)
        and np.allclose(np.linalg.norm(X[y == 1] - [1, 0.5], axis=1), 1)
        and y.sum() == 250
    )
    assert not np.isin(activations.moons(50, 7, 0.1)[0], activations.moons(50, 7, 0.1, part=1)[0]).any()


def test_activations_run_and_a_decision_is_the_mean_of_nets():
    result = activations.run(hidden=(5, 5), steps=40, n_seeds=2, show=False)
    end, way = result.sweeps
    assert (
        end.x == tuple(activations.FUNCTIONS)
        and set(way.values) == set(activations.FUNCTIONS)
        and way.x == tuple(range(5, 41, 5))
    )
    assert all((way.values[name][-1] == end.values["test"][at]).all() for at, name in enumerate(end.x))
    told = live.decide_moons("identity", 0.2, 3, n_nets=2, steps=40)
    assert (
        told.probability.shape == (32, 32)
        and told.accuracy.shape == (2,)
        and told.X.shape == (400, 2)
        and told.units == 3
    )
    odds = np.log(told.probability / (1 - told.probability))
    assert (
        told.probability.min() >= 0
        and told.probability.max() <= 1
        and abs(np.diff(odds, 2, axis=1)).max() < 0.05 * np.ptp(odds)
    )  # the identity decides by a straight line


@pytest.mark.parametrize("word", WORDS)
def test_activations_are_judged(word):
    accuracy = {name: np.full(30, 0.9) for name in activations.FUNCTIONS}
    accuracy["identity"] = accuracy["relu"] - made_up(activations.LINEAR, word)
    accuracy["sign"] = accuracy["relu"] - made_up(activations.SIGN, word)
    accuracy["sigmoid"] = accuracy["relu"] - made_up(activations.ALL, word)
    accuracy["square"] = accuracy["relu"] - 2 * made_up(activations.USUAL, word)
    assert [each.word for each in activations.judge(accuracy)] == [word] * 4


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: activations.run(noise=-0.1, show=False), "noise must be a number of at least 0, got -0.1"),
        (lambda: activations.run(steps=0, show=False), "steps must be a whole number of at least 1, got 0"),
        (lambda: activations.run(n_seeds=0, show=False), "n_seeds must be"),
        (
            lambda: live.decide_moons("gelu"),
            "activation must be one of relu, tanh, sigmoid, square, sin, sign, identity, got 'gelu'",
        ),
        (lambda: live.decide_moons(units=31), "units must be a whole number from 1 to 30, got 31"),
        (lambda: live.decide_moons(noise=float("nan")), "noise must be a number of at least 0, got nan"),
    ],
)
def test_activations_refuse(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


# Batch size.


def test_batches_are_compared_at_the_same_points_of_one_training():
    result = batch_size.run(
        hidden=(4,), epochs=2, steps=20, batch_sizes=(1, 64, 400), n_timed=1, cap=0.05, n_seeds=2, show=False
    )
    test, training, fits = result.sweeps
    assert test.x == (1, 64, 400) and all(
        values.shape == (3, 2) for values in (*test.values.values(), *training.values.values())
    )
    X, y, X_test, y_test = train_test_points(400, 1000, 12, (0, 1))
    settings = dict(
        seeds=(0, 1), bias_initializer="glorot_uniform", optimizer=keras.optimizers.Adam(0.003), record=[20], show=False
    )
    alone = replicas.train(
        [4], X, one_hot(y), steps=20, X_test=X_test, y_test=one_hot(y_test), **settings
    )  # all 400 points: no batches
    assert np.allclose(alone.test_accuracy[-1], test.values["equal steps"][2], atol=0.002)
    assert np.allclose(alone.accuracy[-1], training.values["equal steps"][2], atol=0.003)
    assert (
        list(fits.values) == ["2 epochs", "until test accuracy 0.8"]
        and fits.values["2 epochs"].shape == (3, 1)
        and (fits.values["2 epochs"] > 0).all()
    )
    until = fits.values["until test accuracy 0.8"]
    assert f"arrived by then: {np.isfinite(until[0]).sum()} of 1 with batches of 1" in result.protocol
    assert [each.what for each in result.compared][-1] == "run time with batches of 1 ÷ that with 400" and len(
        result.compared
    ) == 4


class Pretended:
    """A model whose answers are right for a share of the points that grows with each epoch."""

    def __init__(self, y):
        self.y, self.share, self.stop_training = y, 0.0, False

    def __call__(self, X, training):
        right = np.arange(len(self.y)) < self.share * len(self.y)
        return np.eye(2)[np.where(right, self.y, 1 - self.y)]


@pytest.mark.parametrize("least, cap, n_epochs", [(1, 100, 4), (6, 100, 6), (1, 2.5, 3)])
def test_the_clock_stops_when_enough_is_known(monkeypatch, least, cap, n_epochs):
    now = [0.0]
    monkeypatch.setattr(clock.time, "perf_counter", lambda: now[0])
    ours = clock.Clock(None, np.tile([0, 1], 50), least=least, cap=cap)
    model = Pretended(ours.y)
    ours.set_model(model)
    ours.on_train_begin()
    for epoch in range(10):
        ours.on_epoch_begin(epoch)
        now[0] += 1
        model.share = 0.2 * (epoch + 1)  # 0.8 after four epochs
        ours.on_epoch_end(epoch)
        now[0] += 50  # between epochs it does not count
        if model.stop_training:
            break
    assert ours.seconds == [1.0] * n_epochs and ours.reached == (4.0 if n_epochs >= 4 else None)


@pytest.mark.parametrize("word", WORDS)
def test_batch_sizes_are_judged(word):
    accuracy = np.full((2, 4, 30), 0.8)  # equal epochs, equal steps; 1, 16, 64, 400
    accuracy[0, 2] += made_up(batch_size.LARGER, word)
    accuracy[0, 3] -= made_up(batch_size.FALLS, word)
    accuracy[1, 0] += made_up(batch_size.SAME, word)
    run_time = np.ones((4, 30))
    run_time[0] *= 10 ** made_up(batch_size.FASTER, word)
    assert [each.word for each in batch_size.judge(accuracy, run_time, [1, 16, 64, 400])] == [word] * 4


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(batch_sizes=(1, 64)), r"batch_sizes must have 1, 64 and 400 among them, got \(1, 64\)"),
        (dict(batch_sizes=(1, 64, 400, 500)), "a batch size must be a whole number from 1 to 400, got 500"),
        (dict(epochs=0), "epochs must be a whole number of at least 1, got 0"),
        (dict(n_timed=0), "n_timed must be a whole number of at least 1, got 0"),
        (dict(cap=-1), "cap must be a number of at least 0, got -1"),
        (dict(separation="wide"), "separation must be one of falling, equal"),
        (dict(n_seeds=0), "n_seeds must be"),
    ],
)
def test_batch_sizes_refuse(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        batch_size.run(show=False, **settings)
