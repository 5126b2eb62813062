"""Rules, schedules and paths against published end points, formulas by hand, and each other. Keras: see test_trace."""

import dataclasses

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lecture import optimizers
from lecture.optimizers import (
    LECTURE_RATES,
    OPTIMIZERS,
    RATES,
    RULES,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    Constant,
    CosineDecayRestarts,
    ExponentialDecay,
    GrowingMomentum,
    InverseTimeDecay,
    Momentum,
    Nesterov,
    OneCycle,
    RMSprop,
    Triangular,
    Tuning,
    WarmUp,
    compare,
    descend,
    dissect,
    diverged_at,
    tune_rate,
    tuned_rate,
)
from lecture.surfaces import BEALE, SURFACES, VALLEY, Surface

# A line, so that the gradient is 1 or any other number everywhere.
SLOPE = Surface(
    "slope", "3x - 2y", lambda x, y: 3 * x - 2 * y, lambda x, y: (3.0, -2.0), ((0, 0),), (-9, 9, -9, 9), (0, 0)
)


# ------------------------------------------------------------------------------------------------- published


@pytest.mark.parametrize(
    "rule, end, digits",
    [
        (SGD(0.01), (2.4408, 0.3217), 4),
        (SGD(0.005), (2.1202, 0.1812), 4),
        (SGD(0.02), (2.6849, 0.4096), 4),
        (SGD(0.035), (2.8429, 0.4580), 4),
        (SGD(ExponentialDecay(0.02, 100, 0.96)), (2.6784, 0.4075), 4),
        (Momentum(0.005, 0.9), (3.2567, 0.5534), 4),
        (Nesterov(0.005, 0.9), (3.1792, 0.5414), 4),
        (Adagrad(0.4), (2.2569, 0.2325), 4),
        (Adam(0.2), (2.8056, 0.4532), 4),
        (RMSprop(0.1), (2.907, 0.475), 2),  # bounces in the valley: rounding alone moves its end by up to 3e-3
    ],
    ids=str,
)
def test_end_points_are_those_published(rule, end, digits):
    np.testing.assert_allclose(descend(rule, BEALE, (0.8, 1.6), 100)[-1], end, atol=0.51 * 10**-digits)


@pytest.mark.parametrize("rate", [0.038, 0.04, 0.045])
def test_plain_descent_diverges_from_038_up(rate):
    path = descend(SGD(rate))
    step = diverged_at(path)
    assert np.isfinite(path[:step]).all() and not np.isfinite(path[step]).all() and np.isnan(path[step + 1 :]).all()
    assert np.isnan(path[-1]).all()


def test_the_last_rate_that_stays_is_below_037():
    assert diverged_at(descend(SGD(0.0368))) is None and diverged_at(descend(SGD(0.037))) == 7


# ------------------------------------------------------------------------------------------------- rules, by hand

G = np.array([3.0, -2.0])


@pytest.mark.parametrize(
    "rule, moves",
    [
        (SGD(0.1), [-0.1 * G, -0.1 * G]),
        (Momentum(0.1, 0.5), [-0.1 * G, -0.15 * G]),
        (Nesterov(0.1, 0.5), [-0.15 * G, -0.175 * G]),
        (Adagrad(0.1), [-0.1 * G / np.sqrt(0.1 + G**2 + 1e-7), -0.1 * G / np.sqrt(0.1 + 2 * G**2 + 1e-7)]),
        (
            Adagrad(0.1, initial_accumulator_value=0, epsilon=7),
            [-0.1 * G / np.sqrt(G**2 + 7), -0.1 * G / np.sqrt(2 * G**2 + 7)],
        ),
        (RMSprop(0.1, rho=0.5, epsilon=7), [-0.1 * G / np.sqrt(0.5 * G**2 + 7), -0.1 * G / np.sqrt(0.75 * G**2 + 7)]),
        (RMSprop(0.1, rho=0, momentum=0.5, epsilon=7), [-0.1 * G / np.sqrt(G**2 + 7), -0.15 * G / np.sqrt(G**2 + 7)]),
        (
            Adadelta(0.1, rho=0, epsilon=7),
            [
                -0.1 * G * np.sqrt(7) / np.sqrt(G**2 + 7),
                -0.1 * G * np.sqrt(G**2 * 7 / (G**2 + 7) + 7) / np.sqrt(G**2 + 7),
            ],
        ),
        (
            Adam(0.1, epsilon=0),
            [-0.1 * np.sign(G), -0.1 * np.sign(G)],
        ),  # corrected for the start at 0: the first steps are whole
        (Adam(0.1, beta_1=0, beta_2=0, epsilon=7), [-0.1 * G / (np.abs(G) + 7), -0.1 * G / (np.abs(G) + 7)]),
        (Adamax(0.1, epsilon=0), [-0.1 * np.sign(G), -0.1 * np.sign(G)]),
        (Adamax(0.1, beta_1=0, epsilon=7), [-0.1 * G / (np.abs(G) + 7), -0.1 * G / (np.abs(G) + 7)]),
    ],
    ids=str,
)
def test_two_steps_on_a_slope(rule, moves):
    np.testing.assert_allclose(np.diff(descend(rule, SLOPE, steps=2), axis=0), moves, rtol=1e-12)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_keeps_nothing(name):
    rule = RULES[name](LECTURE_RATES[name])
    first = descend(rule, BEALE, steps=40)
    descend(rule, VALLEY, steps=5)
    np.testing.assert_array_equal(descend(rule, BEALE, steps=40), first)
    np.testing.assert_array_equal(descend(rule, BEALE, steps=7), first[:8])
    with pytest.raises(dataclasses.FrozenInstanceError):
        rule.learning_rate = 1


def test_momentum_of_0_is_plain_descent():
    plain = descend(SGD(0.01))
    for rule in (Momentum(0.01, momentum=0), Nesterov(0.01, momentum=0)):
        np.testing.assert_allclose(descend(rule), plain)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_arguments_and_defaults_are_those_of_keras(name):
    row = OPTIMIZERS[name]
    kind, settings = row.twin
    rule, config = row.rule(**row.settings), getattr(keras.optimizers, kind)(**settings).get_config()
    for field in dataclasses.fields(rule):
        assert config[field.name] == pytest.approx(getattr(rule, field.name))


# ------------------------------------------------------------------------------------------------- descend


def test_no_steps_is_the_start():
    np.testing.assert_array_equal(descend(SGD(0.01), "beale", (1.0, 1.0), 0), [[1, 1]])


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: descend(SGD(), steps=-1), "steps must be a whole number of at least 0, got -1"),
        (lambda: descend(SGD(), steps=2.5), "steps must be a whole number of at least 0, got 2.5"),
        (lambda: descend(SGD(), start=(5, 0)), r"start must be two numbers \(x, y\) inside Beale's window"),
        (lambda: descend(SGD(), surface="hill"), "surface must be one of beale, .*, got 'hill'"),
        (
            lambda: descend("adam"),
            r"rule must be one of lecture.optimizers, such as Adam\(0.2\), got 'adam'; training.trace follows the",
        ),
        (lambda: descend(Adam), "rule must be one of lecture.optimizers"),
        (lambda: SGD(-0.1), "learning_rate must be a number of at least 0, got -0.1"),
        (lambda: SGD("0.1"), "learning_rate must be a number of at least 0, got '0.1'"),
        (lambda: Momentum(0.1, momentum=1.5), "momentum must be a number from 0 to 1, got 1.5"),
        (lambda: Adam(0.1, beta_1=1), "beta_1 must be a number of at least 0 and below 1, got 1"),
        (lambda: RMSprop(0.1, rho=2), "rho must be a number from 0 to 1, got 2"),
        (lambda: Adagrad(0.1, epsilon=-1), "epsilon must be a number of at least 0, got -1"),
        (lambda: ExponentialDecay(-0.1, 100, 0.9), "initial_learning_rate must be a number of at least 0, got -0.1"),
        (lambda: ExponentialDecay(0.1, 0, 0.9), "decay_steps must be a whole number of at least 1, got 0"),
        (lambda: CosineDecayRestarts(0.1, 10, t_mul=0.5), "t_mul must be a number of at least 1, got 0.5"),
        (lambda: OneCycle(0.1, 100, warmup=1), "warmup must be a number of at least 0 and below 1, got 1"),
        (lambda: OneCycle(0.1, 100, initial_divisor=0.5), "initial_divisor must be a number of at least 1, got 0.5"),
        (lambda: Triangular(0.1, 0.2, 2.5), "step_size must be a whole number of at least 1, got 2.5"),
        (lambda: dissect(SGD(0.1)), "rule must be Momentum or Nesterov, got SGD"),
        (lambda: dissect(Momentum(1.0), step=50), "step must be one before the path diverges, got 50"),
        (lambda: dissect(Momentum(0.1), step=-1), "step must be a whole number of at least 0, got -1"),
        (lambda: compare(["adam", "adamm"]), "optimizer must be one of sgd, .*, got 'adamm'"),
        (lambda: compare("sgd_decay"), "optimizer must be one of sgd, .*, got 'sgd_decay'"),
        (lambda: compare(["adam"], rates="best"), "rates must be one of tuned, lecture, got 'best'"),
        (
            lambda: compare(["adam", "sgd"], rates={"sgd": 0.1}),
            "rates must hold one for each optimizer, got none for adam",
        ),
        (
            lambda: tune_rate(SGD, rates=[1.0, 2.0]),
            r"rates must hold one at which the path stays in the window, got \[1.0, 2.0\]",
        ),
        (lambda: tune_rate(SGD, rates=[-1.0, 2.0]), "learning_rate must be a number of at least 0, got"),
        (lambda: tune_rate(SGD, rates=[]), "rates must hold at least one, got none"),
        (lambda: tune_rate(SGD, steps=0), "steps must be a whole number of at least 1, got 0"),
    ],
)
def test_refuses_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_path_that_diverges_warns_of_nothing(recwarn):
    descend(SGD(1.0))
    tune_rate(SGD)
    assert not recwarn


# ------------------------------------------------------------------------------------------------- schedules

STEPS = np.arange(61)
SCHEDULES = [
    Constant(0.1),
    ExponentialDecay(0.1, 20, 0.5),
    InverseTimeDecay(0.1, 20, 3),
    CosineDecayRestarts(0.1, 10),
    Triangular(0.01, 0.1, 8),
    OneCycle(0.1, 50),
    WarmUp(0.1, 9),
    WarmUp(ExponentialDecay(0.1, 20, 0.5), 9),
    GrowingMomentum(period=2),
]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_a_schedule_takes_one_step_or_many(schedule):
    many = schedule(STEPS)
    assert many.shape == STEPS.shape and np.isfinite(many).all() and (many >= 0).all()
    np.testing.assert_allclose(many, [schedule(int(step)) for step in STEPS], rtol=1e-14)


@pytest.mark.parametrize(
    "schedule, step, value",
    [
        (Constant(0.1), 7, 0.1),
        (ExponentialDecay(0.1, 20, 0.5), 20, 0.05),
        (ExponentialDecay(0.1, 20, 0.5), 40, 0.025),
        (InverseTimeDecay(0.1, 20, 3), 20, 0.025),
        (CosineDecayRestarts(0.1, 10), 0, 0.1),
        (CosineDecayRestarts(0.1, 10), 5, 0.05),
        (CosineDecayRestarts(0.1, 10), 10, 0.1),  # restarts, now for 20 steps
        (CosineDecayRestarts(0.1, 10), 20, 0.05),
        (CosineDecayRestarts(0.1, 10), 30, 0.1),
        (CosineDecayRestarts(0.1, 10, t_mul=1, m_mul=0.5), 10, 0.05),
        (CosineDecayRestarts(0.1, 10, alpha=0.2), 5, 0.06),
        (Triangular(0.01, 0.1, 8), 0, 0.01),
        (Triangular(0.01, 0.1, 8), 8, 0.1),
        (Triangular(0.01, 0.1, 8), 12, 0.055),
        (Triangular(0.01, 0.1, 8), 24, 0.1),  # the peaks do not grow
        (OneCycle(0.1, 50), 0, 0.004),
        (OneCycle(0.1, 50), 15, 0.1),
        (OneCycle(0.1, 50), 50, 1e-5),
        (OneCycle(0.1, 50), 500, 1e-5),
        (OneCycle(0.1, 50, warmup=0), 0, 0.1),
        (WarmUp(0.1, 9), 0, 0.01),
        (WarmUp(0.1, 9), 9, 0.1),
        (WarmUp(0.1, 9), 90, 0.1),
        (WarmUp(ExponentialDecay(0.1, 20, 0.5), 9), 29, 0.05),
        (GrowingMomentum(), 0, 0.5),
        (GrowingMomentum(), 250, 0.75),
        (GrowingMomentum(), 1000, 0.9),
        (GrowingMomentum(), 10**6, 0.99),
    ],
    ids=str,
)
def test_schedules_by_hand(schedule, step, value):
    assert schedule(step) == pytest.approx(value)


def test_growing_momentum_is_the_formula_of_its_paper():
    steps = np.arange(0, 20000, 50)
    paper = np.minimum(1 - 2 ** (-1 - np.log2(np.floor(steps / 250) + 1)), 0.99)
    np.testing.assert_allclose(GrowingMomentum()(steps), paper)


@pytest.mark.parametrize(
    "ours, theirs",
    [
        (ExponentialDecay(0.1, 20, 0.5), "ExponentialDecay"),
        (InverseTimeDecay(0.1, 20, 3.0), "InverseTimeDecay"),
        (CosineDecayRestarts(0.1, 10), "CosineDecayRestarts"),
        (CosineDecayRestarts(0.1, 10, 1.5, 0.8, 0.1), "CosineDecayRestarts"),
        (CosineDecayRestarts(0.1, 10, 1.0, 0.8, 0.1), "CosineDecayRestarts"),
    ],
    ids=str,
)
def test_schedules_that_keras_has_are_the_same(ours, theirs):
    schedule = getattr(keras.optimizers.schedules, theirs)(**dataclasses.asdict(ours))
    steps = np.arange(0, 69) + 0.0  # at a restart itself float32 may still be before it
    steps = np.array([step for step in steps if abs(ours(step) - ours(step - 1e-9)) < 1e-6])
    np.testing.assert_allclose(ours(steps), [float(schedule(step)) for step in steps], rtol=2e-5, atol=1e-7)


def test_rates_and_momentum_may_be_schedules():
    by_hand = [np.zeros(2)]
    for s in range(5):
        by_hand.append(by_hand[-1] - 0.1 * 0.5 ** (s / 2) * G)
    np.testing.assert_allclose(descend(SGD(ExponentialDecay(0.1, 2, 0.5)), SLOPE, steps=5), by_hand)
    velocities = np.diff(descend(Momentum(0.1, momentum=GrowingMomentum(period=1)), SLOPE, steps=3), axis=0)
    np.testing.assert_allclose(velocities[1], 0.75 * velocities[0] - 0.1 * G)
    np.testing.assert_allclose(velocities[2], 5 / 6 * velocities[1] - 0.1 * G)
    np.testing.assert_array_equal(descend(Adam(lambda step: 0.2)), descend(Adam(0.2)))


# ------------------------------------------------------------------------------------------------- one step


@given(
    st.sampled_from([Momentum, Nesterov]),
    st.floats(1e-4, 5e-3),
    st.one_of(st.floats(0, 0.95), st.just(GrowingMomentum(period=3))),
    st.integers(0, 60),
)
def test_momentum_and_gradient_make_the_step(rule, rate, momentum, step):
    parts = dissect(rule(rate, momentum), BEALE, step=step)
    np.testing.assert_allclose(parts.momentum + parts.gradient, parts.update, rtol=0, atol=1e-12)
    downhill = -rate * np.array(BEALE.gradient(*parts.looked_at))
    np.testing.assert_allclose(parts.gradient, downhill, rtol=1e-12)
    ahead = parts.momentum if rule is Nesterov else 0
    np.testing.assert_allclose(parts.looked_at, parts.origin + ahead, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "rule", [Momentum(0.005), Nesterov(0.005), Nesterov(0.005, GrowingMomentum(period=5))], ids=str
)
def test_steps_follow_each_other(rule):
    for step in range(1, 30):
        before, now = dissect(rule, step=step - 1), dissect(rule, step=step)
        np.testing.assert_allclose(before.origin + before.update, now.origin, rtol=0, atol=1e-12)
        np.testing.assert_allclose(before.update, now.previous, rtol=0, atol=1e-12)


def test_a_dissection_lies_on_the_path():
    path = descend(Momentum(0.005))
    np.testing.assert_array_equal(dissect(Momentum(0.005), step=10).origin, path[10])
    np.testing.assert_array_equal(
        dissect(Nesterov(0.005), step=10).looked_at, descend(Nesterov(0.005))[10]
    )  # Keras' iterates look ahead


def test_a_dissection_describes_itself():
    text = dissect(Nesterov(0.005), step=5).describe()
    assert text.startswith("Step 5 from (") and "where momentum leads" in text
    assert "at the weights" in dissect(Momentum(0.005), step=5).describe()


# ------------------------------------------------------------------------------------------------- comparison


@pytest.mark.parametrize("name", RULES)
def test_tuning_all_rates_at_once_is_tuning_each(name):
    rates = (0.001, 0.01, 0.1, 1.0)
    tuning = tune_rate(RULES[name], BEALE, rates=rates)
    left, right, bottom, top = BEALE.window
    for rate, loss in zip(rates, tuning.losses):
        path = descend(RULES[name](rate))
        seen = ((path >= [left, bottom]) & (path <= [right, top])).all()
        assert loss == pytest.approx(BEALE.value(*path[-10:].T).mean(), rel=1e-3) if seen else loss == np.inf


def test_tuned_rates_beat_those_of_the_lecture():
    last = {rates: compare(rates=rates).paths for rates in ("tuned", "lecture")}
    for name in RULES:
        tuned, lecture = (BEALE.value(*last[rates][name][-10:].T).mean() for rates in ("tuned", "lecture"))
        assert tuned < lecture


@pytest.mark.parametrize("surface", SURFACES)
def test_every_tuned_rate_lies_between_two_that_were_tried(surface):
    for name in RULES:
        assert RATES[0] < tuned_rate(name, SURFACES[surface]) < RATES[-1]


@pytest.mark.parametrize("name", RULES)
def test_no_rate_close_by_is_much_better_than_the_tuned_one(name):
    best = tuned_rate(name)
    at_best = tune_rate(RULES[name], rates=[best]).losses[0]
    coarse = tune_rate(RULES[name])
    assert at_best <= coarse.losses.min() and 0.75 < best / coarse.best < 1.3
    assert best == float(f"{best:.3g}")
    beside = tune_rate(RULES[name], rates=best * np.geomspace(0.98, 1.02, 5)).losses
    assert at_best <= 3 * beside.min()  # a rate's third digit may change the end of a path by so much


def test_closer_rates_lie_between_the_neighbours_of_the_best():
    inner = Tuning(np.array([0.1, 0.2, 0.4, 0.8]), np.array([3.0, 1.0, 2.0, np.inf])).closer()
    assert inner[0] == 0.1 and inner[-1] == 0.4 and (np.diff(inner) > 0).all() and len(inner) == 61
    first = Tuning(np.array([0.1, 0.2]), np.array([1.0, 2.0])).closer()
    assert first[0] == 0.1 and first[-1] == 0.2


def test_tuning_describes_itself():
    tuning = tune_rate(SGD)
    assert tuning.best == 0.032
    start = f"The best of {len(RATES)} rates is 0.032, with a loss of {tuning.losses.min():.3g}"
    assert tuning.describe() == f"{start}; at 0.04 the path leaves the window."


def test_names_are_exact():
    assert list(compare(["sgd"]).paths) == ["sgd"] == list(compare("sgd").paths)
    assert list(compare(["rmsprop_momentum", "rmsprop"]).paths) == ["rmsprop_momentum", "rmsprop"]
    both = compare(["rmsprop_momentum", "rmsprop"], rates="lecture").paths
    assert not np.allclose(both["rmsprop"][5], both["rmsprop_momentum"][5])


def test_a_comparison_describes_who_is_nearest_and_who_is_lost():
    text = compare(["sgd", "adam", "momentum"], rates={"sgd": 0.05, "adam": 0.2, "momentum": 0.0025}).describe()
    assert text.startswith(
        "After 100 steps on the Beale surface: momentum ends at (2.96, 0.489), 0.041 from the minimum; adam ends at"
    )
    assert text.endswith("sgd diverges at step 5.")


def test_a_slider_over_steps_shows_parts_of_one_path():
    for steps in (0, 7, 100, 130):
        paths = compare(["adam"], steps=steps, rates={"adam": 0.2}).paths
        np.testing.assert_array_equal(paths["adam"], descend(Adam(0.2), steps=steps))
        paths["adam"][:] = 0  # what is handed out is the caller's own
    assert "After 7 steps" in compare(["adam"], steps=7).describe()


def test_numbers_for_the_rules_stay_apart():
    with pytest.raises(TypeError):
        optimizers.LECTURE_RATES["sgd"] = 1


def test_every_optimizer_and_schedule_has_a_name_that_is_no_code():
    names = [optimizers.label(name) for name in (*optimizers.OPTIMIZERS, *optimizers.SCHEDULED)]
    assert len(set(names)) == len(names) and not any("_" in name for name in names)
    with pytest.raises(ValueError, match="name must be one of sgd, .*, got 'sdg'"):
        optimizers.label("sdg")
