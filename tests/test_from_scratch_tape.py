"""The tape against nudging, the backward pass of our nets and TensorFlow's tape; its steps, its times, its drawing."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from lecture.from_scratch import Tape, dense_net, gradients, tape_steps, tape_times
from lecture.from_scratch.tape import OPERATIONS, summed_to
from lecture.plots import COLORS, alt_text, plot_tape, plot_tape_times
from lecture.words import short

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(5, 3)), RNG.normal(size=(5, 2))


def nudged(function, arrays, h=1e-6):
    """The gradient of a function of arrays by central differences."""
    found = [np.zeros_like(array) for array in arrays]
    for k, array in enumerate(arrays):
        for at in np.ndindex(array.shape):
            sides = []
            for sign in (1, -1):
                moved = [other.copy() for other in arrays]
                moved[k][at] += sign * h
                sides.append(function(*moved))
            found[k][at] = (sides[0] - sides[1]) / (2 * h)
    return found


CASES = {
    "broadcast vector": (lambda a, b: ((a + b) * (a + b)).sum(), [(4, 3), (3,)]),
    "broadcast row": (lambda a, b: ((a - b) * (a - b)).sum(), [(4, 3), (1, 3)]),
    "broadcast column": (lambda a, b: (a * b).tanh().sum(), [(4, 3), (4, 1)]),
    "both repeated": (lambda a, b: ((a - b) * (a - b)).mean(), [(3,), (3, 1)]),
    "a number": (lambda a, b: (a * b * a).mean(), [(2, 2), ()]),
    "matrices": (lambda a, b: (a @ b).tanh().sum(), [(4, 3), (3, 2)]),
    "used three times": (lambda a: (a * a * a).sum(), [(3,)]),
    "exp and log": (lambda a: ((a.exp() + 1.0).log() * a).mean(), [(5,)]),
    "relu": (lambda a: (a.relu() * a).sum(), [(6,)]),
    "numbers and arrays beside it": (lambda a: (np.ones((2, 3)) @ a * 2.0 - 1.0).tanh().sum(), [(3, 2)]),
}


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_those_of_nudging(name):
    function, shapes = CASES[name]
    arrays = [RNG.normal(size=shape) for shape in shapes]

    def value(*values):
        tape = Tape()
        return float(function(*[tape.watch(each) for each in values]).value)

    tape = Tape()
    watched = [tape.watch(array) for array in arrays]
    found = tape.gradient(function(*watched), watched)
    for ours, theirs, shape in zip(found, nudged(value, arrays), shapes):
        assert ours.shape == shape
        np.testing.assert_allclose(ours, theirs, atol=1e-7)


def test_every_operation_is_in_one_of_the_cases():
    used = set()
    for function, shapes in CASES.values():
        tape = Tape()
        function(*[tape.watch(RNG.normal(size=shape)) for shape in shapes])
        used |= {entry.name for entry in tape.entries if entry.inputs}
    assert used == set(OPERATIONS)


def _network(tape, arrays):
    W, b, V, c = watched = [tape.watch(array) for array in arrays]
    off = (X @ W + b).tanh() @ V + c - Y
    return (off * off).sum() * (0.5 / len(X)), watched


def test_a_network_has_the_gradients_of_backpropagation():
    net = dense_net([3, 4, 2], output="linear", loss="squared_error", seed=3)
    arrays = [array for layer in net.layers for array in (layer.W, layer.b)]
    tape = Tape()
    found = tape.gradient(*_network(tape, arrays))
    wanted = [layer[name] for layer in gradients(net, X, Y) for name in ("W", "b")]
    for ours, theirs in zip(found, wanted):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_a_network_has_the_gradients_of_tensorflow():
    tf = pytest.importorskip("tensorflow")
    arrays = [RNG.normal(size=shape) for shape in ((3, 4), (4,), (4, 2), (1, 2))]
    tape = Tape()
    ours = tape.gradient(*_network(tape, arrays))
    W, b, V, c = watched = [tf.Variable(array) for array in arrays]
    with tf.GradientTape() as theirs:
        off = tf.tanh(X @ W + b) @ V + c - Y
        loss = tf.reduce_sum(off * off) * (0.5 / len(X))
    for mine, their in zip(ours, theirs.gradient(loss, watched)):
        np.testing.assert_allclose(mine, their.numpy(), rtol=1e-12)


def test_a_second_reading_begins_at_zero():
    tape = Tape()
    x = tape.watch(3.0)
    y = x * x
    assert [float(tape.gradient(y, [x])[0]) for _ in range(2)] == [6.0, 6.0]


def test_what_the_result_does_not_depend_on_has_the_gradient_0():
    tape = Tape()
    x, other = tape.watch(3.0), tape.watch([1.0, 2.0])
    np.testing.assert_array_equal(tape.gradient(x * x, [other])[0], [0, 0])


@pytest.mark.parametrize("shape", [(), (3,), (1, 3), (4, 1), (1, 1), (4, 3)])
def test_a_sum_undoes_broadcasting(shape):
    assert summed_to(shape, np.ones((4, 3))).shape == shape
    assert summed_to(shape, np.ones((4, 3))).sum() == 12


# ------------------------------------------------------------------------------------------------- step by step


def recorded():
    """(tanh(w x) - y)² + λ w², in which w is used three times."""
    tape = Tape()
    w, x, y, rate = tape.watch(0.5, "w"), tape.watch(2.0, "x"), tape.watch(1.0, "y"), tape.watch(0.1, "λ")
    off = (w * x).tanh() - y
    return tape_steps(off * off + rate * w * w)


def test_steps_go_forward_and_back():
    steps = recorded()
    assert len(steps.forward) == len(steps.backward) == 7 and steps.last == 15
    assert [steps.is_known(entry, 0) for entry in range(4)] == [True] * 4
    assert sum(steps.is_known(entry, 0) for entry in range(len(steps.entries))) == 4
    assert steps.gradients(7) == {} and list(steps.gradients(8)) == [len(steps.entries) - 1]
    assert [steps.now(step) for step in (0, 1, 7, 8, 9, 15)] == [None, 4, 10, 10, 10, 4]


def test_the_last_step_has_the_gradients_of_the_tape():
    steps = recorded()
    result = steps.entries[-1]
    expected = result.tape.gradient(result, steps.entries)
    for entry, gradient in enumerate(expected):
        np.testing.assert_allclose(steps.gradients(steps.last)[entry], gradient)
    slope = 2 * (np.tanh(1) - 1) * (1 - np.tanh(1) ** 2) * 2 + 2 * 0.1 * 0.5
    assert float(steps.gradients(steps.last)[0]) == pytest.approx(slope)


def test_what_comes_back_to_a_value_adds_up():
    steps = recorded()
    at_w = [float(steps.gradients(step).get(0, 0)) for step in range(8, 16)]
    assert len(set(at_w)) == 4  # 0, and what each of the three uses adds


def test_each_step_is_told():
    steps = recorded()
    assert steps.describe(0) == "At the start w = 0.50, x = 2, y = 1 and λ = 0.10."
    assert steps.describe(1) == "× of 0.50 and 2 is 1."
    assert steps.describe(8) == "The gradient of the result with respect to itself is 1."
    assert steps.describe() == steps.describe(15) == "× hands its gradient −0.20 back: now −0.30 at w and −0.10 at x."
    tape = Tape()
    assert "an array of 2 × 3" in tape_steps(tape.watch(np.ones((2, 3))).sum()).describe(1)


def test_steps_need_the_last_result():
    tape = Tape()
    x = tape.watch(1.0)
    square = x * x
    for result in (x, square):
        if result is square:
            tape.watch(2.0)
        with pytest.raises(ValueError, match="result must be the last value on its tape"):
            tape_steps(result)
    with pytest.raises(ValueError, match="step must be a whole number from 0 to 15, got 16"):
        recorded().describe(16)


@pytest.mark.parametrize("step", [0, 4, 7, 8, 12, 15])
def test_the_drawing_has_a_box_for_each_value_and_shows_what_is_known(step):
    steps = recorded()
    ax = plot_tape(steps, step)
    assert sum(isinstance(patch, FancyBboxPatch) for patch in ax.patches) == len(steps.entries)
    arrows = sum(isinstance(patch, FancyArrowPatch) for patch in ax.patches)
    assert arrows == sum(len(set(sources)) for sources in steps.inputs)
    shown = {color: [] for color in COLORS[:2]}
    for text in ax.texts:
        if (color := to_hex(text.get_color()).upper()) in shown and text.get_text():
            shown[color].append(text.get_text())
    values = [short(float(entry.value)) for k, entry in enumerate(steps.entries) if steps.is_known(k, step)]
    assert sorted(shown[COLORS[0]]) == sorted(values)
    assert sorted(shown[COLORS[1]]) == sorted(short(float(each)) for each in steps.gradients(step).values())
    assert alt_text(ax.figure).endswith(steps.describe(step))


# ------------------------------------------------------------------------------------------------- times


def test_times_are_those_of_the_same_gradients():
    times = tape_times(hidden=(2, 30))
    assert times.n_parameters.tolist() == [16, 212] and times.apart.max() < 1e-8
    assert (np.array([times.forward, times.backward, times.nudging]) > 0).all()
    assert "212 weights and biases" in times.describe()
    lines = plot_tape_times(times).lines
    for line, seconds in zip(lines, (times.nudging, times.backward, times.forward)):
        np.testing.assert_array_equal(line.get_ydata(), seconds)


@pytest.mark.parametrize(
    "hidden, sentence", [([], "at least one net, got none"), ([0], "hidden must be a whole number")]
)
def test_times_need_nets(hidden, sentence):
    with pytest.raises(ValueError, match=sentence):
        tape_times(hidden)
