"""Faults in batch norm's backward pass: what the check and a short training say of each, and how both are drawn."""

from dataclasses import replace

import numpy as np
import pytest

from lecture.from_scratch import FAULTS, fault_trial
from lecture.plots import alt_text, plot_fault_trial

RNG = np.random.default_rng(4)
CENTRES = RNG.normal(size=(3, 8))
LABELS = RNG.integers(3, size=120)
X, Y = CENTRES[LABELS] + RNG.normal(size=(120, 8)), np.eye(3)[LABELS]


@pytest.fixture(scope="module")
def trials():
    return {fault: fault_trial(X, Y, fault=fault, hidden=(6, 5), epochs=4) for fault in (None, *FAULTS)}


def test_the_check_finds_every_fault_and_nothing_else(trials):
    assert bool(trials[None].check) and not any(bool(trials[fault].check) for fault in FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_what_lies_above_the_last_batch_norm_is_right(trials, fault):
    verdicts = {row.label: row.verdict for row in trials[fault].check.rows}
    assert all(verdicts[label] == "right" for label in ("γ2", "β2", "W3", "b3"))
    assert all(verdicts[label] == "wrong" for label in ("W1", "W2", "γ1", "β1"))


def test_only_a_fault_that_keeps_the_mean_leaves_the_biases_at_zero(trials):
    def bias(fault):
        return next(row.verdict for row in trials[fault].check.rows if row.label == "b2")

    assert {fault: bias(fault) for fault in trials} == {
        None: "zero",
        "variance": "zero",
        "mean and variance": "wrong",
        "sums": "wrong",
        "gamma": "zero",
        "n - 1": "wrong",
    }


def test_all_faults_start_from_the_same_net(trials):
    assert trials["gamma"].fitted.loss[0] == trials[None].fitted.loss[0]  # two steps: in the first one γ is 1
    assert len({trial.fitted.loss[-1] for trial in trials.values()}) == len(trials)
    again = fault_trial(X, Y, hidden=(6, 5), epochs=4)
    np.testing.assert_array_equal(again.fitted.loss, trials[None].fitted.loss)
    other = fault_trial(X, Y, hidden=(6, 5), epochs=4, seed=1)
    assert other.fitted.loss[0] != again.fitted.loss[0]


def test_only_whole_mini_batches_are_trained_on(trials):
    assert trials[None].fitted.steps.tolist() == [2, 4, 6, 8]  # 120 examples are two batches of 50


def test_it_says_what_is_wrong(trials):
    assert trials[None].describe().startswith("The gradient is right. The check finds 0 of 10 arrays wrong; the")
    text = trials["variance"].describe()
    assert text.startswith(f"{FAULTS['variance']} The check finds 4 of 10 arrays wrong, with errors up to ")
    assert text.endswith(f"; the training ends at a loss of {trials['variance'].fitted.loss[-1]:.2f}.")


def diverged(trial):
    """The trial with a loss that is not finite in the end."""
    return replace(trial, fitted=replace(trial.fitted, loss=np.array([2.0, 30.0, np.nan, np.nan])))


def test_a_training_that_diverges_is_told_and_drawn(trials):
    trial = diverged(trials["sums"])
    assert trial.describe().endswith("; the training diverges.")
    right = plot_fault_trial(trial, trials[None]).figure.axes[1]
    assert right.lines[1].get_ydata().tolist() == [2.0, 30.0, np.inf, np.inf]
    assert right.get_ylim()[1] == pytest.approx(1.25 * trials[None].fitted.loss[0])


def test_the_drawing_has_both_losses_over_the_steps(trials):
    trial, right = trials["variance"], trials[None]
    ax = plot_fault_trial(trial, right)
    losses = ax.figure.axes[1]
    for line, shown in zip(losses.lines, (right, trial), strict=True):
        np.testing.assert_array_equal(line.get_data(), (shown.fitted.steps, shown.fitted.loss))
    assert ax.figure.get_suptitle() == FAULTS["variance"]
    assert trial.describe() in alt_text(ax.figure) and f"{right.fitted.loss[-1]:.2f}" in alt_text(ax.figure)
    assert len(plot_fault_trial(right, right).figure.axes[1].lines) == 1


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda t: fault_trial(X, Y, fault="epsilon"), "fault must be one of .*'epsilon'"),
        (lambda t: fault_trial(X[:49], Y[:49]), "The number of examples must be a whole number .*50.*got 49"),
        (lambda t: fault_trial(X, Y[:60]), rf"got \({len(X)}, {X.shape[1]}\) and \(60, {Y.shape[1]}\)"),
        (lambda t: fault_trial(X, Y.argmax(axis=1)), rf"y one-hot labels \(n, n_classes\), .* and \({len(X)},\)"),
        (lambda t: fault_trial(X[:, 0], Y), r"X must have shape \(n, n_in\), .*, got \(120,\) and"),
        (lambda t: fault_trial(X * np.nan, Y), "X must be finite numbers"),
        (lambda t: fault_trial(X, Y, hidden=30), "hidden must be the units of each hidden layer, got 30"),
        (lambda t: fault_trial(X, Y, hidden=(0,)), "sizes must be two or more positive layer sizes"),
        (lambda t: fault_trial(X, Y, epochs=0), "epochs must be a whole number of at least 1, got 0"),
        (lambda t: fault_trial(X, Y, seed=-1), "seed must be a whole number of at least 0, got -1"),
        (lambda t: plot_fault_trial(t[None], t["sums"]), "the trial without a fault, got one with 'sums'"),
    ],
)
def test_bad_input_gets_one_sentence(trials, call, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        call(trials)
    assert "\n" not in str(error.value)
