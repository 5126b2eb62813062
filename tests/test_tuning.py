"""Searches: spaces, strategies, what is kept of each trial, and what is refused."""

import json
import warnings
from dataclasses import replace

import keras
import keras_tuner
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras_tuner import oracles
from scipy import stats

from lecture.data import load_fashion_mnist
from lecture.models import mlp
from lecture.tuning import (
    Choice,
    Plan,
    Real,
    SearchError,
    SearchResult,
    Space,
    Trial,
    Whole,
    hyperband_rounds,
    make_mlp,
    mlp_space,
    search,
)
from lecture.tuning.bayesian import Bayesian, promising
from lecture.tuning.inputs import check_data
from lecture.tuning.results import Paired
from lecture.tuning.trials import trial_seed


@pytest.fixture(scope="module")
def data():
    whole = load_fashion_mnist("sample")
    return replace(
        whole,
        X_train=whole.X_train[:600],
        y_train=whole.y_train[:600],
        X_val=whole.X_val[:200],
        y_val=whole.y_val[:200],
        X_test=whole.X_test[:300],
        y_test=whole.y_test[:300],
    )


SMALL = mlp_space().replace(
    n_layers=None,
    n_units=Whole(8, 32),
    activation=None,
    penalty=None,
    strength=None,
    dropout=None,
    batch_norm=None,
    optimizer=None,
    momentum=None,
    learning_rate=Real(1e-3, 3e-2, log=True),
)


def _search(data, space=SMALL, **more):
    return search(space, data, **{"max_trials": 3, "epochs": 2, "batch_size": 64, "show": False} | more)


# ---- Spaces.


def test_a_space_can_be_read_and_changed():
    space = mlp_space()
    assert str(space).splitlines()[0].split(maxsplit=1) == ["n_layers", "1 to 3"]
    assert space["strength"].describe() == "1e-06 to 0.01, on a log scale, where penalty is l1 or l2"
    smaller = space.replace(n_layers=Whole(1, 2), momentum=None)
    assert smaller["n_layers"].high == 2 and "momentum" not in smaller and "momentum" in space


@given(st.integers(0, 10_000))
def test_only_what_counts_is_handed_to_the_network(seed):
    space, hp = mlp_space(), keras_tuner.HyperParameters()
    space.register(hp)
    rng = np.random.default_rng(seed)
    hp.values = {it.name: it.random_sample(int(rng.integers(2**31))) for it in hp.space}
    values = space.register(hp)
    assert ("strength" in values) == (values["penalty"] != "none")
    assert ("momentum" in values) == (values["optimizer"] == "sgd")
    for name, value in values.items():
        it = space[name]
        assert value in it.values if isinstance(it, Choice) else it.low <= value <= it.high


def test_numpys_numbers_are_pythons_in_a_space():
    assert Choice(np.array([8, 16, 32])).values == (8, 16, 32) and type(Choice(np.array([8])).values[0]) is int
    assert type(Whole(np.int64(8), np.int64(16)).low) is int and type(Real(np.float32(1), 2).low) is float


def test_the_lectures_networks_are_mlps():
    model = make_mlp(
        n_layers=2,
        n_units=16,
        penalty="l2",
        strength=0.01,
        optimizer="sgd",
        learning_rate=0.3,
        momentum=0.9,
        dropout=0.2,
    )
    assert [layer.name for layer in model.layers] == ["hidden_1", "dropout_1", "hidden_2", "dropout_2", "output"]
    assert model.count_params() == mlp(16, 16).count_params()
    assert float(model.optimizer.learning_rate) == pytest.approx(0.3) and model.optimizer.momentum == 0.9
    assert model.layers[0].kernel_regularizer.l2 == pytest.approx(0.01) and model.layers[0].kernel_regularizer.l1 == 0


@pytest.mark.parametrize(
    "make, sentence",
    [
        (lambda: Space(make_mlp), "a space must have one range or more, got none"),
        (lambda: Whole(5, 2), "Whole must go from a smaller number to a larger one, got low=5 and high=2"),
        (lambda: Real(0.1, 0.1), "Real must go from a smaller number to a larger one"),
        (lambda: Real(0, 1, log=True), "low must be above 0 on a log scale, got 0"),
        (lambda: Choice(()), "Choice must be of one or more values, got none"),
        (lambda: Choice((1, "a")), "Choice must be of different values of one type"),
        (lambda: Choice("relu"), "Choice must be of a list of values, got 'relu'"),
        (lambda: Choice({8, 16}), "Choice must be of a list of values"),
        (lambda: Choice(5), "Choice must be of a list of values, got 5"),
        (lambda: Choice([[64], [64, 32]]), "all numbers, strings or booleans, got"),
        (lambda: Space(make_mlp, a=3), "a must be a Choice, Whole or Real, got 3"),
        (lambda: Space(make_mlp, a=Choice((1, 2), when={"b": 1}), b=Choice((1, 2))), "b must be a range before it"),
        (lambda: Space(make_mlp, b=Choice((1, 2)), a=Choice((1, 2), when={"b": 3})), "which b .* never is"),
        (lambda: Space("mlp", b=Choice((1, 2))), "make_model must be a function"),
    ],
)
def test_a_space_that_makes_no_sense_is_one_sentence(make, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        make()


# ---- Searches.


def test_a_random_search_keeps_all_of_its_trials(data):
    result = _search(data, max_trials=4)
    assert [trial.number for trial in result.trials] == [0, 1, 2, 3] and result.n_failed == 0
    assert all(
        trial.status == "completed" and trial.epochs == 2 and trial.score == max(trial.curve) for trial in result.trials
    )
    assert result.best.score == max(trial.score for trial in result.trials)
    frame = result.frame()
    assert (
        list(frame.columns) == ["score", "epochs", "seconds", "status", "n_units", "learning_rate"] and len(frame) == 4
    )
    assert f"{result.best.score:.4f}" in result.describe() and "4 trials completed, 0 failed" in str(result)


def test_the_scores_are_those_of_keras_for_the_same_seeds(data):
    for trial in _search(data).trials:
        keras.utils.set_random_seed(trial.seed)
        model = make_mlp(**trial.values)
        for epoch in range(2):
            order = np.random.default_rng([trial.seed, epoch]).permutation(600)
            model.fit(data.X_train[order], data.y_train[order], batch_size=64, shuffle=False, verbose=0)
            assert model.evaluate(data.X_val, data.y_val, verbose=0)[1] == pytest.approx(
                trial.curve[epoch], abs=0.006
            )  # one image of 200


def test_the_same_seed_is_the_same_search_and_seed_0_is_a_seed(data):
    first, again, other = _search(data, seed=0), _search(data, seed=0), _search(data, seed=1)
    assert (
        [trial.values for trial in first.trials]
        == [trial.values for trial in again.trials]
        != [trial.values for trial in other.trials]
    )
    assert [trial.curve for trial in first.trials] == [trial.curve for trial in again.trials]
    assert len({trial.seed for trial in first.trials}) == 3


def test_a_grid_tries_every_choice_once(data):
    space = Space(make_mlp, n_units=Choice((8, 16)), activation=Choice(("relu", "tanh")))
    tried = [
        tuple(trial.values.values())
        for trial in _search(data, space, strategy="grid", max_trials=None, epochs=1).trials
    ]
    assert sorted(tried) == [(8, "relu"), (8, "tanh"), (16, "relu"), (16, "tanh")]


def test_bayesian_search_starts_at_random_and_goes_on(data):
    result = _search(data, strategy="bayesian", max_trials=4, epochs=1)
    assert len(result.trials) == 4 and len({tuple(trial.values.items()) for trial in result.trials}) == 4


def test_the_lowest_place_of_a_bowl_is_its_bottom():
    bottom = np.array([0.9, 0.1, 0.5, 0.0, 1.0])
    found = promising(lambda places: ((places - bottom) ** 2).sum(axis=1), 5, np.random.RandomState(0))
    assert np.abs(found[0] - bottom).max() < 0.02


@pytest.mark.parametrize("seed", range(3))
def test_the_next_trial_is_as_promising_as_the_one_that_kerastuner_finds(tmp_path, seed):
    """After ten trials of a known function, by the bound that both minimize."""
    hp = keras_tuner.HyperParameters()
    for name in "abc":
        hp.Float(name, 0.0, 1.0)
    objective = keras_tuner.Objective("score", "max")
    oracle = oracles.BayesianOptimizationOracle(
        objective, max_trials=50, num_initial_points=10, hyperparameters=hp, seed=seed + 1
    )
    oracle._set_project_dir(str(tmp_path), "search")
    told = {}
    for number in range(10):
        trial = oracle.create_trial("one")
        values = trial.hyperparameters.values
        score = np.sin(5 * values["a"]) - (values["b"] - 0.3) ** 2 - (values["c"] - 0.3) ** 2
        oracle.update_trial(trial.trial_id, {"score": float(score)})
        trial.status = "COMPLETED"
        oracle.end_trial(trial)
        told[number] = Trial(number, values, 0, "completed", score=float(score))
    space = Space(make_mlp, a=Real(0, 1), b=Real(0, 1), c=Real(0, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs, ours = oracle.populate_space("next")["values"], Bayesian(space, 1, seed, 1).next(told).values
    mean, std = oracle.gpr.predict([[values[name] for name in "abc"] for values in (ours, theirs)], return_std=True)
    bounds = mean - oracle.beta * std
    assert bounds[0] <= bounds[1] + 0.01


def test_hyperband_goes_on_with_the_best_of_a_round(data):
    result = _search(data, strategy="hyperband", max_trials=None, epochs=3)
    planned = [(bracket, round_, epochs) for bracket, round_, n, epochs in hyperband_rounds(3) for _ in range(n)]
    assert [(trial.bracket, trial.round, trial.epochs) for trial in result.trials] == planned
    for trial in result.trials:
        if trial.round:
            before = [it for it in result.trials if (it.bracket, it.round) == (trial.bracket, trial.round - 1)]
            origin = next(it for it in before if it.values == trial.values)
            assert origin.score == max(it.score for it in before)
            assert trial.curve[: origin.epochs] == origin.curve and trial.seed == origin.seed


def test_going_on_is_as_good_as_training_through(data):
    """What Hyperband stops and takes up again has the curve of a network that was never stopped."""
    result = _search(data, strategy="hyperband", max_trials=None, epochs=3)
    trial = next(trial for trial in result.trials if trial.round)
    keras.utils.set_random_seed(trial.seed)
    model = make_mlp(**trial.values)
    for epoch in range(3):
        order = np.random.default_rng([trial.seed, epoch]).permutation(600)
        model.fit(data.X_train[order], data.y_train[order], batch_size=64, shuffle=False, verbose=0)
        assert model.evaluate(data.X_val, data.y_val, verbose=0)[1] == pytest.approx(trial.curve[epoch], abs=0.011)


@pytest.mark.parametrize("epochs", [1, 2, 3, 8, 9, 10, 27, 81])
def test_the_plan_of_hyperband_is_that_of_keras_tuner(epochs):
    oracle = oracles.HyperbandOracle("val_accuracy", max_epochs=epochs, factor=3)
    wanted = [
        (bracket, round_, oracle._get_size(bracket, round_), oracle._get_epochs(bracket, round_))
        for bracket in reversed(range(oracle._get_num_brackets()))
        for round_ in range(oracle._get_num_rounds(bracket))
    ]
    assert hyperband_rounds(epochs) == wanted


def test_a_model_of_ones_own_is_searched_the_way_of_keras_tuner(data):
    def make_model(hp):
        hidden = [hp.Int(f"units_{n}", 4, 16) for n in range(hp.Int("n_layers", 1, 2))]
        return mlp(*hidden, optimizer=keras.optimizers.Adam(hp.Float("rate", 1e-3, 1e-2, sampling="log")))

    result = _search(data, make_model)
    assert all(set(trial.values) >= {"n_layers", "units_0", "rate"} for trial in result.trials) and result.space == {}
    final = result.retrain(data)
    assert final.model.layers[0].units == result.best.values["units_0"]


def test_trials_that_fail_are_counted_and_end_nothing(data, capsys):
    def make(n_units, learning_rate):
        if n_units > 12:
            raise RuntimeError(f"no room for {n_units} units")
        return make_mlp(n_layers=1, n_units=n_units)

    space = Space(make, n_units=Choice((8, 16, 24, 32)), learning_rate=Choice((0.1, 0.2)))
    result = _search(data, space, strategy="grid", max_trials=None, epochs=1)
    assert len(result.trials) == 8 and result.n_failed == 6 and result.best.values["n_units"] == 8
    failed = [trial for trial in result.trials if trial.status == "failed"]
    assert all(trial.score is None and "no room for" in trial.reason for trial in failed)
    assert "2 trials completed, 6 failed" in str(result) and "RuntimeError: no room for 16 units" in str(result)
    assert "Traceback" not in capsys.readouterr().out


def test_an_interrupt_keeps_what_there_is(data, monkeypatch):
    from lecture.tuning import tuner

    def run_trial(self, trial, real=tuner.Tuner.run_trial):
        if trial.number == 2:
            raise KeyboardInterrupt
        return real(self, trial)

    monkeypatch.setattr(tuner.Tuner, "run_trial", run_trial)
    result = _search(data, max_trials=5)
    assert [trial.status for trial in result.trials] == ["completed", "completed", "stopped"] and result.best.score > 0


# ---- What it leads to.


def test_the_best_is_retrained_on_both_parts_and_scored_once(data):
    result = _search(data)
    final = result.retrain(data)
    assert final.test_accuracy == pytest.approx(
        np.mean(final.model.predict(data.X_test, verbose=0).argmax(1) == data.labels("test")), abs=1e-6
    )
    steps = -(-(600 + 200) // 64) * result.best.best_epoch
    assert int(final.model.optimizer.iterations.numpy()) == steps, "validation images are trained on as well"
    assert f"{final.test_accuracy:.4f}" in str(final)


def test_several_seeds_are_retrained_as_each_alone(data):
    result = _search(data)
    several = result.retrain_seeds(data, [3, 8])
    for seed, final in zip([3, 8], several, strict=True):
        alone = result.retrain(data, seed=seed)
        assert final.trial == alone.trial == result.best
        for ours, theirs in zip(final.model.get_weights(), alone.model.get_weights(), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert not np.allclose(several[0].model.get_weights()[0], several[1].model.get_weights()[0], atol=1e-3)
    with pytest.raises(ValueError, match="a seed must be a whole number of at least 0, got -1"):
        result.retrain_seeds(data, [-1])


def test_two_networks_are_compared_from_the_same_seeds(data):
    result = _search(data, epochs=1)
    same = result.against(lambda: make_mlp(**result.best.values), data, n_seeds=2)
    assert same.accuracies.shape == (2, 2) and (same.differences == 0).all()
    pairs = Paired(np.array([[0.8, 0.7], [0.85, 0.8], [0.9, 0.7]] * 2))
    wanted = stats.ttest_rel(pairs.accuracies[:, 0], pairs.accuracies[:, 1]).confidence_interval(0.95)
    assert pairs.interval == pytest.approx((wanted.low, wanted.high))
    assert "+0.1167" in str(pairs) and str(pairs).endswith(", 6 seeds, 95%)")
    assert str(Paired(pairs.accuracies[:4])).endswith("(4 seeds, no interval)")


def test_a_result_is_saved_whole_and_loaded_as_it_was(data, tmp_path):
    result = _search(data, strategy="hyperband", max_trials=3)
    result.save(tmp_path / "found" / "result.json")
    assert SearchResult.load(tmp_path / "found" / "result.json") == result
    again = SearchResult.load(tmp_path / "found" / "result.json", SMALL)
    assert again.retrain(data).test_accuracy == result.retrain(data).test_accuracy
    with pytest.raises(FileExistsError, match="is there already"):
        result.save(tmp_path / "found" / "result.json")
    with pytest.raises(SearchError, match="loaded without what makes its networks"):
        SearchResult.load(tmp_path / "found" / "result.json").retrain(data)
    with pytest.raises(SearchError, match="another space"):
        SearchResult.load(tmp_path / "found" / "result.json", mlp_space())
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(SearchError, match="is not the result of a search"):
        SearchResult.load(tmp_path / "other.json")


def test_without_a_completed_trial_there_is_no_best():
    trial = Trial(0, {}, 0, "failed", reason="ValueError: too wide")
    with pytest.raises(SearchError, match="none of the 1 trials was completed: ValueError: too wide"):
        SearchResult((trial,), Plan(), {}).best  # noqa: B018


def test_the_seeds_of_trials_differ():
    seeds = {trial_seed(seed, number) for seed in range(20) for number in range(50)}
    assert len(seeds) == 1000 and all(0 <= seed < 2**31 for seed in seeds)


# ---- Directories.


def test_a_search_is_gone_on_with_only_when_asked(data, tmp_path):
    folder = tmp_path / "search"
    first = _search(data, directory=folder, max_trials=2)
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    with pytest.raises(SearchError, match="holds this search already: resume=True resumes it"):
        _search(data, directory=folder, max_trials=2)
    with pytest.raises(SearchError, match=r"holds another search \(it differs in strategy\)"):
        _search(data, directory=folder, max_trials=2, strategy="grid", resume=True)
    assert before == {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    again = _search(data, directory=folder, max_trials=2, resume=True)
    assert [trial.curve for trial in again.trials] == [trial.curve for trial in first.trials]


def test_a_search_that_was_interrupted_goes_on(data, tmp_path, monkeypatch):
    from lecture.tuning import tuner

    whole = _search(data, max_trials=4)
    with monkeypatch.context() as patch:

        def run_trial(self, trial, real=tuner.Tuner.run_trial):
            if trial.number == 2:
                raise KeyboardInterrupt
            return real(self, trial)

        patch.setattr(tuner.Tuner, "run_trial", run_trial)
        assert len(_search(data, max_trials=4, directory=tmp_path / "s").trials) == 3
    result = _search(data, max_trials=4, directory=tmp_path / "s", resume=True)
    assert [trial.status for trial in result.trials] == ["completed"] * 4
    assert [trial.values for trial in result.trials] == [trial.values for trial in whole.trials]
    assert [trial.curve for trial in result.trials] == [trial.curve for trial in whole.trials]


def test_what_is_in_the_way_stays(data, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(SearchError, match="holds something other than a search"):
        _search(data, directory=tmp_path)
    with pytest.raises(SearchError, match="nothing can be written in"):
        _search(data, directory=tmp_path / "thesis.txt")
    with pytest.raises(SearchError, match="holds no search to resume"):
        _search(data, directory=tmp_path / "new", resume=True)
    assert (tmp_path / "thesis.txt").read_text() == "mine" and json.dumps([]) == "[]"


# ---- Bad input.


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        ({"max_trials": 0}, "max_trials must be a whole number of at least 1, got 0"),
        ({"epochs": 0}, "epochs must be"),
        ({"batch_size": 0}, "batch_size must be"),
        ({"seed": -1}, "seed must be"),
        ({"strategy": "magic"}, "strategy must be .*random.*got 'magic'"),
        ({"space": 3}, "space must be a Space or a function"),
        ({"space": lambda hp: mlp(hp.Int("n", 4, 8), n_classes=3)}, "the space's networks do not fit the data"),
        ({"space": lambda hp: mlp(8)}, "asks hp for nothing"),
        ({"space": lambda hp: keras.Sequential([keras.layers.Dense(hp.Int("n", 1, 2))])}, "one that is not compiled"),
        (
            {"space": lambda hp: mlp(hp.Int("n", 4, 8), activation="magic")},
            "the space's first network could not be made: activation must be",
        ),
    ],
)
def test_a_search_that_cannot_start_is_one_sentence(data, tmp_path, wrong, sentence):
    with pytest.raises((ValueError, TypeError, SearchError), match=sentence) as error:
        _search(data, directory=tmp_path / "s", **wrong)
    assert "\n" not in str(error.value) and not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    "part, sentence",
    [
        (
            {"X_val": np.zeros((0, 784)), "y_val": np.zeros((0, 10))},
            "chooses by the validation set, and these data have none",
        ),
        ({"X_train": np.full((600, 784), np.nan)}, "X_train must be finite numbers, got 470,400 that are not"),
        ({"y_val": np.zeros((200, 10))}, "y_val must be one-hot rows for 10 classes"),
        ({"y_train": np.full(600, 10)}, "y_train must be class numbers from 0 to 9, got 10 to 10"),
    ],
)
def test_data_that_cannot_be_learnt_are_refused(data, part, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_data(replace(data, **part))
