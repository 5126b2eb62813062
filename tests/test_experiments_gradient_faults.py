"""The experiment on wrong gradients: what it checks, what it trains, and that neither is taken for the other."""

from dataclasses import replace

import numpy as np
import pytest

from lecture.experiments import deep_nets, gradient_faults
from lecture.experiments.gradient_faults import LABELS, Faults, checked, initial_net, judge, random_net, trained
from lecture.experiments.standard_images import StandardImages
from lecture.from_scratch import FAULTS, BatchNorm, gradients, nudged_gradients
from lecture.optimizers import Triangular
from lecture.plots import alt_text, plot_losses_of_faults


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    y = np.eye(10, dtype=np.float32)[np.arange(900) % 10]
    X = (y @ rng.normal(size=(10, 12)) + rng.normal(size=(900, 12))).astype(np.float32)
    return StandardImages(X[:600], y[:600], X[600:750], y[600:750], X[750:], y[750:], 48, "CIFAR-10", 0.9)


@pytest.fixture(scope="module")
def result(images):
    return gradient_faults.run(images=images, n_seeds=6, n_layers=(3, 9), half_cycle=30, n_cycles=1, show=False)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_changes_the_gradient_of_the_first_layer_and_not_that_of_the_last(fault):
    right, X, y = random_net(3, batch_norm=True)
    wrong, *_ = random_net(3, batch_norm=True, fault=fault)
    one, other, nudged = (
        f(net, X, y) for f, net in ((gradients, right), (gradients, wrong), (nudged_gradients, wrong))
    )
    np.testing.assert_allclose(one[0]["W"], nudged[0]["W"], atol=1e-7)
    np.testing.assert_array_equal(one[-1]["W"], other[-1]["W"])
    apart = np.linalg.norm(other[0]["W"] - one[0]["W"]) / (np.linalg.norm(other[0]["W"]) + np.linalg.norm(one[0]["W"]))
    assert checked(3, batch_norm=True, fault=fault).rows[0].error == pytest.approx(apart, rel=0.3) and apart > 0.01


def test_checked_nets_have_two_to_nine_layers_and_no_initial_value_left():
    nets = [random_net(seed, batch_norm=True)[0] for seed in range(8)]
    assert [len(net.dense) for net in nets] == list(range(2, 10))
    norms = [layer for net in nets for layer in net.layers if isinstance(layer, BatchNorm)]
    assert all((layer.gamma != 1).all() and layer.beta.all() for layer in norms)


@pytest.mark.parametrize("n_layers", [3, 9])
def test_a_right_gradient_trains_as_the_replicas_of_the_other_experiments(images, n_layers):
    """The same initial weights, mini-batches, learning rates and penalty, in NumPy and in compiled Keras."""
    ours = trained(images, n_layers, None, 0, half_cycle=6, n_cycles=1)
    nets = {"a": deep_nets.DeepNet(n_layers)}
    theirs = deep_nets.trained(nets, images, half_cycle=6, n_cycles=1, seeds=[0], show=False)["a"]
    assert ours.accuracy == pytest.approx(deep_nets.accuracy(theirs, images.X_test, images.y_test)[0], abs=0.021)
    assert ours.steps.tolist() == list(range(1, 13)) and not ours.diverged
    assert ours.losses[-1] < ours.losses[0]


def test_a_training_ends_with_an_epoch_and_its_learning_rate_at_the_lowest(images, monkeypatch):
    seen = []
    monkeypatch.setattr(gradient_faults, "Triangular", lambda *args: seen.append(args) or Triangular(*args))
    trained(images, 3, None, 0, half_cycle=10, n_cycles=2)  # 40 steps are 6.7 epochs of 6
    assert seen == [(1e-5, 1e-1, round(42 / 4))]


def test_a_net_that_diverges_counts_as_one_class_and_its_curve_ends(images, monkeypatch):
    monkeypatch.setattr(gradient_faults, "HIGHEST", 1e18)
    found = trained(images, 3, "sums", 0, half_cycle=30, n_cycles=1)
    assert found.diverged and found.accuracy == pytest.approx(0.1)
    assert np.isfinite(found.losses[0]) and np.isnan(found.losses[-1])


def test_initial_weights_are_those_of_the_seed_whatever_the_fault(images):
    one, other = initial_net(images, 9, None, 1), initial_net(images, 9, "gamma", 1)
    np.testing.assert_array_equal(one.dense[3].W, other.dense[3].W)
    np.testing.assert_array_equal(one.dense[0].W, deep_nets.starts(deep_nets.DeepNet(9), images, [1])[0][0])
    norm = other.layers[1]
    assert (norm.fault, norm.momentum, norm.epsilon, other.l2) == ("gamma", 0.9, 1e-5, 0.005)


def test_the_result_has_all_faults_and_the_verdicts_of_both_depths(result):
    names = [sweep.name for sweep in result.sweeps]
    assert names[2:] == ["3 layers", "3 layers, coarse faults", "9 layers", "9 layers, coarse faults"]
    assert [np.shape(sweep.values[""]) for sweep in result.sweeps[2:4]] == [(3, 6), (2, 5)]
    assert [each.hypothesis for each in result.verdicts] == list(gradient_faults.HYPOTHESES)
    assert [each.word for each in result.verdicts[:3]] == ["supported"] * 3
    assert isinstance(result.details, Faults) and list(result.details.checks) == ["right", *FAULTS]
    assert result.details.checks["right"] and not any(result.details.checks[fault] for fault in FAULTS)
    assert [number.published for number in result.compared] == [0.5308, 0.5308, 0.4761, 0.4761]
    assert "coarse faults have 5 seeds" in result.protocol
    assert len(result.table()) == 2 * 2 * 6 + 5 * 6 + 2 * (3 * 6 + 2 * 5)


def test_curves_are_drawn_by_depth_and_fault(result):
    axes = plot_losses_of_faults(result.details)
    assert [ax.get_title() for ax in axes] == ["3 layers", "9 layers"]
    for ax, losses in zip(axes, result.details.losses.values()):
        strong = [line for line in ax.lines if not line.get_label().startswith("_")]
        assert [line.get_label() for line in strong] == list(LABELS.values())
        for line, values in zip(strong, losses.values()):
            np.testing.assert_allclose(line.get_ydata(), values.mean(axis=1))
    assert f"right {result.details.losses[3]['right'][-1].mean():.3g}" in alt_text(axes[0].figure)
    (ax,) = plot_losses_of_faults(replace(result.details, losses={3: result.details.losses[3]}), ["right"])
    assert [text.get_text() for text in ax.figure.legends[0].get_texts()] == ["right"]
    with pytest.raises(ValueError, match="faults must be some of right, .* got 'left'"):
        plot_losses_of_faults(result.details, ["left"])


def test_a_curve_that_ends_is_said_to_diverge():
    losses = {3: {"right": np.array([[2.0], [1.0]]), "sums": np.array([[2.0], [np.nan]])}}
    (ax,) = plot_losses_of_faults(Faults({}, np.array([1, 2]), losses))
    assert "right 1, sums diverges" in alt_text(ax.figure)


def test_the_verdicts_are_those_of_the_numbers():
    seeds = np.array([0.0, 0.001, 0.002, -0.001, -0.002])
    right = {
        (m, norm): np.full(5, e) for m, e in (("central", 1e-9), ("complex", 1e-15)) for norm in gradient_faults.NORMS
    }
    accuracy = {(3, None): 0.53 + seeds, (3, "variance"): np.full(5, 0.53), (3, "gamma"): 0.51 + seeds}
    accuracy |= {(3, "mean and variance"): np.full(5, 0.49)}
    sizes = {"variance": np.full(5, 0.3), "gamma": np.full(5, 0.05)}
    found = judge(right, sizes, accuracy)
    words = ["supported"] * 5 + ["contradicted", "supported"]
    assert [each.word for each in found] == words
    assert found[2].mean == pytest.approx(np.log10(0.05 / 1e-6)) and found[6].n_seeds == 5
    wrong = {(9, None): np.full(5, 0.52), (9, "variance"): 0.48 + seeds}
    assert judge(right, sizes, accuracy | wrong)[-1].word == "supported"


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"n_layers": (9,)}, r"n_layers must be \(3,\) or \(3, 9\), got \(9,\)"),
        ({"n_layers": 3}, r"n_layers must be \(3,\) or \(3, 9\), got 3"),
        ({"n_layers": (3, 4)}, r"n_layers must be \(3,\) or \(3, 9\), got \(3, 4\)"),
        ({"half_cycle": 1}, "half_cycle must be a whole number of at least 2, got 1"),
        ({"n_cycles": 0}, "n_cycles must be a whole number of at least 1, got 0"),
    ],
)
def test_bad_input_hears_one_sentence(images, bad, sentence):
    with pytest.raises(ValueError, match=sentence):
        gradient_faults.run(images=images, **bad)
