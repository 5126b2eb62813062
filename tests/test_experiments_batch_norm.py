"""Does batch norm help? What is measured along the cycles, what is claimed, and the figure of it."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from deep_images import made_up, small_nets  # noqa: F401  (a fixture)

from lecture.experiments import batch_norm, deep_nets
from lecture.experiments.batch_norm import WITH, WITHOUT
from lecture.experiments.cycled import along_cycles
from lecture.experiments.deep_nets import DeepNet
from lecture.plots import COLORS, alt_text, plot_cycles

pytestmark = pytest.mark.usefixtures("small_nets")
HOW = dict(half_cycle=8, n_cycles=2, show=False)


@pytest.fixture(scope="module")
def measured():
    images = made_up()
    nets = {"a": DeepNet(3, l2=0.02), "b": DeepNet(3, l2=0.02, learning_rate=0.05)}
    return images, nets, *along_cycles(nets, images, seeds=range(2), **HOW)


def test_the_cost_is_the_loss_and_the_penalty_of_all_kernels(measured):
    images, nets, cycled, found = measured
    for step, weights in ((0, deep_nets.starts(nets["a"], images, range(2))), (32, found["a"].weights)):
        penalty = 0.02 * sum(np.square(array).sum(axis=(1, 2)) for array in weights if array.ndim == 3)
        for where in ("training", "validation"):
            cost, loss = (cycled.at("a", step, quantity, where) for quantity in ("cost", "loss"))
            np.testing.assert_allclose(cost - loss, penalty, rtol=1e-5)


def test_loss_and_accuracy_are_those_of_the_predictions(measured):
    images, _, cycled, found = measured
    for where, X, y in (("training", images.X, images.y), ("validation", images.X_val, images.y_val)):
        given = found["a"].predict(X)[:, y > 0]  # of the right class
        np.testing.assert_allclose(cycled.at("a", 32, "loss", where), -np.log(given).mean(axis=1), rtol=1e-4)
        right = deep_nets.accuracy(found["a"], X, y)
        np.testing.assert_allclose(cycled.at("a", 32, images=where), right, rtol=1e-6)


def test_a_cycle_is_measured_eight_times_and_its_ends_are_known(measured):
    *_, cycled, _ = measured
    assert cycled.steps.tolist() == list(range(0, 33, 2)) and cycled.ends == [16, 32] and cycled.names == ["a", "b"]
    at, rates = cycled.rates["a"]
    lowest, highest = deep_nets.LOWEST, deep_nets.HIGHEST
    np.testing.assert_allclose(rates, np.interp(at, [0, 8, 16, 24, 32], [lowest, highest] * 2 + [lowest]))
    assert set(cycled.rates["b"][1]) == {0.05}
    assert f"a: {cycled.at('a', 16).mean():.3f} after 16" in cycled.describe() and "2 networks" in cycled.describe()


@pytest.fixture(scope="module")
def result():
    return batch_norm.run(images=made_up("CIFAR-10"), n_seeds=2, **HOW)


def test_verdicts_are_of_the_test_accuracies():
    tested = {
        (3, WITHOUT): np.array([0.5, 0.52]),
        (3, WITH): np.array([0.53, 0.56]),
        (9, WITHOUT): np.array([0.4, 0.3]),
        (9, WITH): np.array([0.5, 0.5]),
    }
    means = [verdict.mean for verdict in batch_norm.judge(tested)]
    assert means == pytest.approx([0.035, 0.15, 0.15, 0.115])
    assert [verdict.hypothesis for verdict in batch_norm.judge(tested)] == list(batch_norm.HYPOTHESES)


def test_the_reports_gain_is_the_difference_of_its_accuracies():
    gain = batch_norm.PUBLISHED[9, WITH] - batch_norm.PUBLISHED[9, WITHOUT]
    assert f"(in the report {gain:.3f})" in batch_norm.BY_FIVE.quantity


def test_the_published_numbers_stand_beside_ours_on_the_same_images_only(result):
    assert [number.published for number in result.compared] == [0.5287, 0.5308, 0.4021, 0.4761, 0.6167, 0.5411, 0.5259]
    ends = result.sweeps[0].values
    assert (result.compared[2].values == ends[WITHOUT][1]).all() and (result.compared[6].values == ends[WITH][0]).all()
    last = result.details[3].at(WITH, 32, images="training")  # of all training images, which are few here
    np.testing.assert_allclose(result.compared[4].values, last, rtol=1e-6)
    other = batch_norm.run(images=made_up(), n_seeds=2, **HOW)
    assert other.compared == () and "are made up's, not CIFAR-10's" in other.protocol
    assert "CIFAR-10's" not in result.protocol


def test_what_is_lost_on_new_images_is_training_minus_validation(result):
    lost = result.sweeps[1].values[WITHOUT]
    for row, course in zip(lost, result.details.values(), strict=True):
        both = (course.at(WITHOUT, 32, images=where) for where in ("training", "validation"))
        np.testing.assert_allclose(row, np.subtract(*both))


@pytest.mark.parametrize("bad, sentence", [(dict(half_cycle=3), "at least 4, got 3"), (dict(n_cycles=0), "got 0")])
def test_cycles_that_cannot_be_are_refused(bad, sentence):
    with pytest.raises(ValueError, match=sentence):
        batch_norm.run(images=made_up(), **bad)


def test_the_figure_has_a_line_for_each_network_and_part_and_marks_the_ends(measured):
    *_, cycled, _ = measured
    axes = plot_cycles(cycled)
    assert [ax.get_title() for ax in axes[0]] == ["cost", "loss", "accuracy"]
    lines = axes[0, 2].get_lines()
    drawn = [line for line in lines if len(line.get_xdata()) == len(cycled.steps)]
    wanted = [("a", "validation"), ("a", "training"), ("b", "validation"), ("b", "training")]
    for line, (name, where) in zip(drawn, wanted, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), cycled.curves[name, "accuracy", where].mean(axis=1))
        assert line.get_color() == COLORS["ab".index(name)]
    assert [line.get_xdata()[0] for line in lines if len(line.get_xdata()) == 2] == [16, 32]
    assert len([line for line in axes[1, 0].get_lines() if len(line.get_xdata()) > 2]) == 2
    low, high = axes[0, 1].get_ylim()
    later = [line.get_ydata()[2:] for line in axes[0, 1].get_lines() if len(line.get_xdata()) == len(cycled.steps)]
    assert low < np.min(later) and np.max(later) < high
    assert f"{cycled.at('a', 32).mean():.3g} after 32" in alt_text(axes[0, 0].figure)
    plt.close("all")


def test_a_network_that_diverges_leaves_the_picture_and_the_others_stay_in_it(measured):
    *_, cycled, _ = measured
    lost = {key: np.where(cycled.steps[:, None] > 8, np.nan, values) for key, values in cycled.curves.items()}
    wild = {key: lost[key] if key[0] == "b" and key[1] != "accuracy" else cycled.curves[key] for key in lost}
    axes = plot_cycles(replace(cycled, curves=wild))
    low, high = axes[0, 0].get_ylim()
    assert low < cycled.curves["a", "cost", "validation"][2:].mean(axis=1).min() < high
    assert "b diverged by 16 and diverged by 32." in alt_text(axes[0, 0].figure)
    assert plot_cycles(replace(cycled, curves=lost)).shape == (2, 3)
    plt.close("all")


def test_networks_with_the_same_learning_rate_share_its_line(result):
    axes = plot_cycles(result.details[9], axes=plt.subplots(2, 3)[1])
    assert len([line for line in axes[1, 1].get_lines() if len(line.get_xdata()) > 2]) == 1
    assert axes.shape == (2, 3) and "0.1" in alt_text(axes[0, 0].figure)
    plt.close("all")
