"""What a reader can set: the values of each control, how they read, and which settings are refused."""

import collections
import functools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lecture.explore import explore
from lecture.explore.controls import controls_of
from lecture.plots import describe


def draw_wave(n=2, amplitude=0.5, kind="sin", grid=False, note=""):
    raise AssertionError("no test here draws it")


def control_of(setting, default=None):
    def draw(n=default):
        pass

    (control,), _ = controls_of(draw, {"n": setting})
    return control


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        ((0, 3), (0, 1, 2, 3)),
        ((1, 10, 4), (1, 5, 9)),
        ((0.005, 0.04, 0.005), (0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.04)),
        ((0.0, 1.0), (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)),
        ((-1, 1, 0.5), (-1.0, -0.5, 0.0, 0.5, 1.0)),
        ((2, 2), (2,)),
        ((0, 1, 0.3), (0.0, 0.3, 0.6, 0.9)),
        ((0, 1e-10, 1.0), (0.0,)),
        ((0, 1, np.float32(0.1)), (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)),
        ((np.int64(0), np.uint8(9), np.int8(4)), (0, 4, 8)),
        ((0, 10**10 - 1, 10**10), (0,)),  # whole numbers are not rounded
    ],
)
def test_a_slider_has_the_values_that_one_would_write(setting, values):
    control = control_of(setting)
    assert (control.kind, control.values) == ("slider", values)
    assert {type(value) for value in control.values} == {type(values[0])}


def test_labels_read_as_one_would_write_them():
    assert control_of((0.005, 0.02, 0.005)).labels == ("0.005", "0.01", "0.015", "0.02")
    assert control_of((0.0, 1.0, 0.5)).labels == ("0", "0.5", "1")
    assert control_of([np.tanh, dict, "relu", 3, None]).labels == ("tanh", "dict", "relu", "3", "None")


@given(st.integers(-50, 50), st.integers(1, 40), st.integers(0, 60), st.integers(0, 6))
def test_slider_values_are_the_nearest_floats_of_the_decimals(lo, step, count, digits):
    def number(n):
        return float(f"{n}e-{digits}")

    control = control_of((number(lo), number(lo + count * step), number(step)))
    assert control.values == tuple(number(lo + i * step) for i in range(count + 1))


def _check_slider(a, b, step, n):
    """Hold a slider over (a, b, step), where b is n steps above a but for rounding, against what NumPy divides."""
    control = control_of((a, b, step))
    assert len(control.values) == n + 1, (a, b, step)
    assert control.values[-1] == float(str(b)), (a, b, step)
    np.testing.assert_allclose(control.values, np.linspace(float(a), float(b), n + 1), rtol=1e-4, atol=1e-5 * step)
    np.testing.assert_allclose([float(label) for label in control.labels], control.values, rtol=1e-11)
    assert max(map(len, control.labels)) <= len("-1.23456789012e-10")


def test_a_slider_keeps_its_highest_value_in_thousands_of_them():
    _check_slider(0, np.pi, np.pi / 4, 4)
    rng = np.random.default_rng(0)
    for _ in range(700):
        n, b, a, s = int(rng.integers(1, 60)), rng.uniform(0, 10) ** 3, rng.normal(scale=10), rng.uniform(0.001, 10)
        _check_slider(0, float(b), float(b / n), n)
        _check_slider(0.0, 1.0, 1 / n, n)
        _check_slider(float(a), float(a + n * s), float(s), n)
        _check_slider(np.float32(0), np.float32(b), np.float32(b) / np.float32(n), n)


@pytest.mark.parametrize(
    "a, b, step, n",
    [
        (375307.1532957777, 375308.14986621356, 0.020338172161155407, 49),
        (443581657.35404384, 443581676.3305149, 0.8625668671037273, 22),
        (np.float32(-38.67977), np.float32(-35.88184), np.float32(0.12717873), 22),
    ],
)
def test_a_slider_far_from_0_keeps_its_highest_value(a, b, step, n):
    values = control_of((a, b, step)).values
    assert len(values) == n + 1 and values[-1] == float(str(b))


def test_a_slider_ends_below_its_highest_value_if_that_is_none_of_them():
    rng = np.random.default_rng(1)
    for _ in range(1000):
        n, a, s, share = (
            int(rng.integers(1, 60)),
            rng.normal(scale=10),
            rng.uniform(0.001, 10),
            rng.uniform(1e-6, 1 - 1e-6),
        )
        values = control_of((float(a), float(a + (n + share) * s), float(s))).values
        assert len(values) == n + 1 and values[-1] < a + (n + share) * s
        np.testing.assert_allclose(values, a + s * np.arange(n + 1), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "values, labels",
    [
        ([1, np.inf], ("1", "inf")),
        ([-np.inf, 2], ("-inf", "2")),
        ([1e-13, 1], ("1e-13", "1")),
        (list(np.linspace(-0.3, 0.3, 7)), ("-0.3", "-0.2", "-0.1", "0", "0.1", "0.2", "0.3")),
    ],
)
def test_only_what_rounding_left_of_0_reads_0(values, labels):
    assert control_of(values).labels == labels


def test_a_list_is_a_dropdown_a_bool_a_tick_box_and_a_number_stays_fixed():
    assert control_of([1, 2]).kind == "dropdown"
    assert control_of(("sin", "cos")).kind == "dropdown"
    assert control_of({"one": 1, "two": 2}).labels == ("one", "two")
    named = {"SGD": "sgd", "Adam": "adam"}
    starts = {first: control_of(named, default=first).initial for first in ("Adam", "adam", "sgd", "lion", None)}
    assert starts == {"Adam": 1, "adam": 1, "sgd": 0, "lion": 0, None: 0}
    assert control_of(True) == control_of(True, default=False)  # the setting says what is shown first
    assert (control_of(True).kind, control_of(True).values, control_of(True).initial) == ("tick", (False, True), 1)
    controls, fixed = controls_of(draw_wave, {"n": 3, "kind": "cos", "amplitude": (1, 2)})
    assert [control.name for control in controls] == ["amplitude"]
    assert fixed == {"n": 3, "kind": "cos"}


@pytest.mark.parametrize(
    ("setting", "values", "labels"),
    [
        (range(1, 10, 4), (1, 5, 9), ("1", "5", "9")),
        (np.linspace(0, 1, 5), (0.0, 0.25, 0.5, 0.75, 1.0), ("0", "0.25", "0.5", "0.75", "1")),
        (np.array([8, 64], dtype=np.uint8), (8, 64), ("8", "64")),
        (np.array([0.1, 1e-4], dtype=np.float32), (0.1, 1e-4), ("0.1", "0.0001")),
        (np.array(["sin", "cos"]), ("sin", "cos"), ("sin", "cos")),
        (np.array([True, False]), (True, False), ("True", "False")),
        ([np.float32(0.1), np.int64(2), np.True_], (0.1, 2, True), ("0.1", "2", "True")),
        (collections.deque("ab"), ("a", "b"), ("a", "b")),
        ({"a": 1, "b": 2}.keys(), ("a", "b"), ("a", "b")),
        ({"a": 1, "b": 2}.values(), (1, 2), ("1", "2")),
    ],
)
def test_whatever_holds_values_in_an_order_is_a_dropdown_of_them(setting, values, labels):
    control = control_of(setting)
    assert (control.kind, control.values, control.labels) == ("dropdown", values, labels)
    assert [type(value) for value in control.values] == [type(value) for value in values]


def test_series_and_index_of_pandas_are_dropdowns_of_their_values():
    pandas = pytest.importorskip("pandas")
    for setting, values in [
        (pandas.Series([3, 1], index=["x", "y"]), (3, 1)),
        (pandas.Series([0.1, 0.2], dtype="float32"), (0.1, 0.2)),
        (pandas.Series(["b", "a"], dtype="category"), ("b", "a")),
        (pandas.Index([2, 4]), (2, 4)),
        (pandas.DataFrame({"sin": [1], "cos": [2]}).columns, ("sin", "cos")),
    ]:
        control = control_of(setting)
        assert (control.kind, control.values) == ("dropdown", values)
        assert [type(value) for value in control.values] == [type(value) for value in values]


def test_a_tensor_is_a_dropdown_of_its_numbers():
    class Tensor(list):  # as TensorFlow's: an array to NumPy, which hands out no numbers when it is iterated over
        def __array__(self, dtype=None, copy=None):
            return np.array(list.__getitem__(self, slice(None)), dtype)

        def __iter__(self):
            return (object() for _ in range(len(self)))

    assert control_of(Tensor([1, 2])).values == (1, 2)


def test_a_boolean_of_numpy_is_a_tick_box():
    for value in (np.True_, np.False_):
        control = control_of(value)
        assert (control.kind, control.values, control.initial) == ("tick", (False, True), int(value))


def test_no_label_shows_what_rounding_left():
    assert control_of((0, 0.1 + 0.2, 0.1)).labels == ("0", "0.1", "0.2", "0.3")
    assert control_of([0.1 + 0.2, 0.7]).labels == control_of({0.1 + 0.2: 1, 0.7: 2}).labels == ("0.3", "0.7")
    tenths = np.arange(-0.3, 0.4, 0.1)  # NumPy has 5.6e-17 in the middle
    assert tenths[3] != 0 and control_of(tenths).labels == ("-0.3", "-0.2", "-0.1", "0", "0.1", "0.2", "0.3")
    assert control_of(-np.linspace(0, 1, 3)).labels == ("0", "-0.5", "-1")
    assert control_of([1e-16, 1e-8, 1]).labels == ("1e-16", "1e-08", "1"), "small numbers that are meant stay"


@pytest.mark.parametrize(
    "setting", [(0, np.pi, np.pi / 4), (0.0, 1.0, 1 / 11), np.linspace(0, 1, 4), range(3), [0.1 + 0.2, 1], np.True_]
)
def test_live_and_static_explorers_have_the_same_values(setting):
    pytest.importorskip("ipywidgets")
    drawn = []

    def draw(x):
        drawn.append(x)
        _figure, ax = plt.subplots(figsize=(1, 1))
        return describe(ax, f"{x}.")

    explore(draw, live=False, x=setting)
    static = drawn[1:]  # after the one that is shown first
    box = explore(draw, live=True, x=setting)
    control = getattr(box.children[0], "children", box.children)[0]
    trait = "value" if static == [False, True] else "index"
    control.set_trait(trait, type(control.trait_values()[trait])(len(static) - 1))
    drawn.clear()
    for position in range(len(static)):
        control.set_trait(trait, type(control.trait_values()[trait])(position))
    assert drawn == static == list(control_of(setting).values)


def test_what_is_shown_first_is_the_functions_default_else_the_middle_or_the_first():
    assert control_of((1, 9), default=2).initial == 1
    assert control_of((0.005, 0.04, 0.005), default=0.02).initial == 3
    assert control_of((1, 9), default=77).initial == 4
    assert control_of(["a", "b", "c"], default="c").initial == 2
    assert control_of(["a", "b", "c"]).initial == 0


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"layers": (1, 3)}, "draw_wave takes no 'layers'; it takes n, amplitude, kind, grid, note."),
        ({"n": []}, "n must have at least one value to choose from, got none."),
        ({"n": {}}, "n must have at least one value"),
        ({"n": (3, 1)}, r"n must go from low to high, got \(3, 1\)."),
        ({"n": (1, 3, 0)}, r"n must have a step above 0, got \(1, 3, 0\)."),
        ({"n": (1, 3, -1)}, "n must have a step above 0"),
        (
            {"n": (1, 2, 3, 4)},
            r"n must be \(lo, hi\) or \(lo, hi, step\) for a slider, or a list for a dropdown, got \(1, 2, 3, 4\).",
        ),
        ({"n": (1,)}, r"n must be \(lo, hi\)"),
        ({"n": (0, float("inf"))}, "n must be a number, got inf."),
        ({"n": (0, 1, 1e-6)}, "n has 1000001 values, more than the 1000 that a control can show: make its step larger"),
        ({"n": (0, 1, np.float32("nan"))}, "the step of n must be a number, got"),
        ({"n": (0.0, float("nan"))}, "n must be a number, got nan."),
        ({"n": range(0)}, "n must have at least one value to choose from, got none."),
        ({"n": np.array([])}, "n must have at least one value to choose from, got none."),
        ({"n": range(10**12)}, "n has 1000000000000 values, more than the 1000 that a control can show: give fewer."),
        ({"n": (i for i in "ab")}, "n must be a list of values, got a generator, which can be read only once."),
        ({"n": map(str, [1])}, "n must be a list of values, got a map, which can be read only once."),
        ({"n": {1, 2}}, "n must be a list of values, got a set, which has no order."),
        (
            {"n": np.ones((3, 2))},
            r"n must be a list of values or an array with one axis, got an array of shape \(3, 2\); "
            r"functools.partial\(draw, n=…\) keeps",
        ),
        ({"n": np.zeros(3)}, "n must have values that read differently, got '0' more than once."),
        ({"n": ["1", 1]}, "n must have values that read differently, got '1' more than once."),
    ],
)
def test_settings_that_make_no_control_are_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        explore(draw_wave, **settings)


def test_a_parameter_without_a_value_is_asked_for():
    def draw(a, b, c=1):
        pass

    with pytest.raises(ValueError, match="draw also needs b: give a control, or a single value that stays fixed."):
        explore(draw, a=(1, 2))


def test_an_array_stays_fixed_in_a_partial_function():
    shapes = []

    def draw(image, n):
        shapes.append(image.shape)
        _, ax = plt.subplots(figsize=(1, 1))
        return describe(ax, f"{n}")

    explore(functools.partial(draw, image=np.ones((3, 2))), live=False, n=range(2))
    assert set(shapes) == {(3, 2)}
