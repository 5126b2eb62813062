"""What hands out trials: whichever worker is faster, and wherever it is stopped, it is the same search."""

import zlib
from dataclasses import replace

import keras
import keras_tuner
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture.tuning import Choice, Real, Space, Whole
from lecture.tuning.asking import after, ask, at, draw, first, first_value, grid_of, key, listed, share_of
from lecture.tuning.kept import Kept
from lecture.tuning.oracle import Oracle
from lecture.tuning.space import as_space
from lecture.tuning.strategies import STRATEGIES, hyperband_rounds, make_strategy

SPACE = Space(
    dict,
    n_units=Whole(4, 64, step=2, log=True),
    optimizer=Choice(("sgd", "adam")),
    momentum=Real(0.1, 0.9, when={"optimizer": "sgd"}),
)
EPOCHS, MAX = 4, {"random": 9, "grid": 14, "hyperband": None, "bayesian": 9}
CHOICES = Space(dict, a=Choice((1, 2)), b=Choice(("x", "y")), c=Choice((False, True)))


def _ended(trial):
    """What becomes of a trial, by its values and seed: a score, or in one case of four a failure."""
    number = zlib.crc32(repr((key(trial.values), trial.seed, trial.round)).encode())
    if number % 4 == 0:
        return replace(trial, status="failed", reason="unlucky")
    return replace(trial, status="completed", score=number / 2**32, curve=(number / 2**32,))


def _search(folder, name, n_workers=1, *, order=0, crashes=(), space=SPACE, max_trials=None):
    """Run a search with workers that act in a random order, and crash after some acts: its trials, and their order."""
    rng, acts, ran = np.random.default_rng(order), 0, []
    while True:
        kept = Kept(folder)
        strategy = make_strategy(name, space, EPOCHS, 0, n_workers)
        oracle = Oracle(strategy, kept, max_trials or MAX[name])
        running, asking = {}, list(map(str, range(n_workers)))
        while asking and acts not in crashes:
            acts += 1
            worker = asking[rng.integers(len(asking))]
            if worker in running:
                message = running.pop(worker)
                number = int(message.trial_id)
                ran.append(number)
                kept.write(_ended(kept.read(number)))
                oracle.end_trial(message)
                continue
            message = oracle.create_trial(worker)
            if message.status == "RUNNING":
                running[worker] = message
            elif message.status == "STOPPED":
                asking.remove(worker)
        if not asking:
            return kept.trials(), ran
        crashes = [crash for crash in crashes if crash > acts]


@pytest.mark.parametrize("n_workers", [1, 2])
@pytest.mark.parametrize("name", STRATEGIES)
def test_a_search_that_crashed_is_the_search_that_did_not(name, n_workers, tmp_path_factory):
    """Whatever the workers' order, wherever it crashed: the same trials with the same values, and none run twice."""
    unbroken, ran = _search(tmp_path_factory.mktemp("whole"), name, n_workers)
    assert len(unbroken) >= 9 and sorted(ran) == [trial.number for trial in unbroken]

    @settings(max_examples=2 if name == "bayesian" else 20)
    @given(st.integers(0, 2**32), st.sets(st.integers(1, 40), max_size=5))
    def broken(order, crashes):
        trials, ran = _search(tmp_path_factory.mktemp("broken"), name, n_workers, order=order, crashes=crashes)
        assert trials == unbroken and sorted(ran) == [trial.number for trial in unbroken]

    broken()


@pytest.mark.parametrize("name", ["random", "grid", "bayesian"])
def test_more_trials_may_follow(name, tmp_path):
    some, _ = _search(tmp_path / "a", name, max_trials=7)
    more, ran = _search(tmp_path / "a", name, max_trials=11)
    at_once, _ = _search(tmp_path / "b", name, max_trials=11)
    assert more[:7] == some and more == at_once and len(more) == 11 and ran == [7, 8, 9, 10]


def test_more_of_hyperband_may_follow(tmp_path):
    some, _ = _search(tmp_path / "a", "hyperband", max_trials=3)
    more, ran = _search(tmp_path / "a", "hyperband")
    assert len(some) == 3 and more[:3] == some and more == _search(tmp_path / "b", "hyperband")[0] and min(ran) == 3


@pytest.mark.parametrize("n_workers", [1, 2, 3])
@pytest.mark.parametrize("name", ["random", "grid", "bayesian"])
def test_each_choice_of_a_small_space_comes_once(name, n_workers, tmp_path):
    """Eight trials are all eight; a ninth there is not, and the search ends."""
    for seed in range(3):
        trials, _ = _search(tmp_path / str(seed), name, n_workers, order=seed, space=CHOICES, max_trials=12)
        assert len(trials) == len({key(trial.values) for trial in trials}) == 8


def test_hyperband_promotes_the_best_also_where_networks_failed(tmp_path):
    trials, _ = _search(tmp_path, "hyperband", n_workers=2, order=5)
    rounds = {}
    for trial in trials:
        rounds.setdefault((trial.bracket, trial.round), []).append(trial)
    planned = {(bracket, round_): n for bracket, round_, n, _ in hyperband_rounds(EPOCHS)}
    for (bracket, round_), found in rounds.items():
        if round_:
            before = [trial for trial in rounds[bracket, round_ - 1] if trial.score is not None]
            best = sorted(before, key=lambda trial: -trial.score)[: planned[bracket, round_]]
            wanted = [(trial.number, trial.values, trial.seed) for trial in best]
            assert [(trial.origin, trial.values, trial.seed) for trial in found] == wanted
        else:
            assert len(found) == planned[bracket, 0]
    assert any(trial.status == "failed" for trial in trials)


@pytest.mark.parametrize("policy", ["float32", "bfloat16", "mixed_bfloat16", "float64"])
def test_what_hyperband_goes_on_from_comes_back_whatever_its_numbers_are(policy, tmp_path):
    models = []
    for _ in range(2):
        layer = keras.layers.Dense(3, dtype=policy, activation="softmax")
        model = keras.Sequential([keras.Input((4,)), layer])
        model.compile(keras.optimizers.Adam(0.1), "mse")
        model.fit(np.random.default_rng(len(models)).random((8, 4)), np.ones((8, 3)), verbose=0)
        models.append(model)
    first, second = models
    Kept(tmp_path).save_state(first, 0)
    Kept(tmp_path).load_state(second, 0)
    for ours, theirs in zip(second.variables + second.optimizer.variables, first.variables + first.optimizer.variables):
        assert ours.dtype == theirs.dtype and (np.asarray(ours) == np.asarray(theirs)).all()


# ---- Ranges: whole numbers are whole, both ends are in.


def _range(**settings):
    hp = keras_tuner.HyperParameters()
    kind = settings.pop("kind")
    getattr(hp, kind)("x", **settings)
    return hp.space[0]


whole_ranges = st.builds(
    lambda low, more, step, sampling: _range(
        kind="Int",
        min_value=low,
        max_value=low + more,
        sampling=sampling,
        step=step if sampling == "linear" else {1: None}.get(step, step),
    ),
    st.integers(1, 300),
    st.integers(1, 700),
    st.integers(1, 9),
    st.sampled_from(["linear", "log", "reverse_log"]),
)


@given(whole_ranges, st.floats(0, 1))
def test_every_whole_number_is_whole_and_within_its_bounds(parameter, share):
    low, high, grid = parameter.min_value, parameter.max_value, grid_of(parameter)
    for value in [at(parameter, share), at(parameter, 0.0), at(parameter, 1.0), *grid]:
        assert type(value) is int and low <= value <= high
        assert at(parameter, share_of(parameter, value)) == value, "back again"
    assert grid == sorted(set(grid)) or parameter.sampling == "reverse_log"


@pytest.mark.parametrize(
    "settings, wanted",
    [
        ({"kind": "Int", "min_value": 8, "max_value": 64, "step": 2, "sampling": "log"}, [8, 16, 32, 64]),
        ({"kind": "Int", "min_value": 3, "max_value": 243, "step": 3, "sampling": "log"}, [3, 9, 27, 81, 243]),
        ({"kind": "Int", "min_value": 8, "max_value": 12, "sampling": "log"}, [8, 9, 10, 11, 12]),
        ({"kind": "Int", "min_value": 0, "max_value": 10, "step": 3}, [0, 3, 6, 9]),
        (
            {"kind": "Float", "min_value": 0.0, "max_value": 1.0, "step": 0.1},
            [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0],
        ),
        (
            {"kind": "Float", "min_value": 1e-4, "max_value": 0.1, "step": 10, "sampling": "log"},
            [1e-4, 1e-3, 1e-2, 0.1],
        ),
        ({"kind": "Boolean"}, [False, True]),
        ({"kind": "Choice", "values": [3, 1, 2]}, [3, 1, 2]),
        ({"kind": "Fixed", "value": 7}, [7]),
    ],
)
def test_a_range_with_steps_has_all_of_its_values_in_order(settings, wanted):
    assert list(listed(_range(**settings))) == grid_of(_range(**settings)) == wanted


def test_a_grid_of_a_real_is_in_order_and_has_both_ends():
    spaced = grid_of(_range(kind="Float", min_value=1e-4, max_value=0.1, sampling="log"))
    assert spaced[0] == 1e-4 and spaced[-1] == 0.1 and len(spaced) == 10
    assert np.diff(np.log10(spaced)) == pytest.approx(1 / 3)
    assert grid_of(_range(kind="Float", min_value=0.0, max_value=9.0)) == pytest.approx(range(10))


def test_a_whole_number_over_a_logarithm_reaches_both_of_its_ends():
    parameter = _range(kind="Int", min_value=8, max_value=12, sampling="log")
    assert {at(parameter, share) for share in np.linspace(0, 1, 1001)} == {8, 9, 10, 11, 12}


# ---- Spaces.


@as_space
def make_model(hp):
    """Asks for as many widths as it has layers."""
    return [hp.Int(f"units_{n}", 8, 9) for n in range(hp.Int("n_layers", 1, 3))]


def test_only_what_was_asked_for_counts():
    values, _ = ask(make_model, {"n_layers": 2, "units_2": 9}, first_value)
    assert values == {"n_layers": 2, "units_0": 8, "units_1": 8}


def test_a_grid_has_each_combination_that_counts_once():
    found, values = [], first(make_model)
    while values is not None:
        found.append(values)
        values = after(make_model, values)
    assert len(found) == len({key(values) for values in found}) == 2 + 4 + 8
    assert found[0] == {"n_layers": 1, "units_0": 8}
    assert found[-1] == {"n_layers": 3, "units_0": 9, "units_1": 9, "units_2": 9}


def test_values_drawn_for_a_name_do_not_depend_on_what_else_is_asked():
    drawn = [draw(make_model, 0, number) for number in range(50)]
    turned = as_space(lambda hp: [hp.Int("units_0", 8, 9), hp.Int("n_layers", 1, 3)])
    wide = [draw(turned, 0, number) for number in range(50)]
    assert all(one["units_0"] == other["units_0"] for one, other in zip(drawn, wide))
    assert {values["n_layers"] for values in drawn} == {1, 2, 3}
