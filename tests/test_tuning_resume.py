"""A search that was stopped and is resumed is the search that was not stopped, with each strategy.

However it was stopped, with one process and with several.
"""

import multiprocessing
import os
import signal
import time
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import keras
import numpy as np
import pytest

from lecture.data import load_fashion_mnist
from lecture.tuning import Choice, SearchError, Space, Whole, compiled, make_mlp, search
from lecture.tuning.distributed import beats, run_worker, serve
from lecture.tuning.distributed.address import free_port
from lecture.tuning.kept import Kept
from lecture.tuning.oracle import Oracle
from lecture.tuning.plan import Plan
from lecture.tuning.sameness import data_digest, function_digest

SIZES = {"random": 5, "grid": 6, "hyperband": 5, "bayesian": 8}  # trials; the last two of bayesian follow the others
EPOCHS = {"hyperband": 3}
SPACE = Space(
    make_mlp, n_layers=Choice((1,)), n_units=Whole(4, 16, step=2, log=True), activation=Choice(("relu", "tanh"))
)


@pytest.fixture(scope="module")
def data():
    return _data()


def _data():
    whole = load_fashion_mnist("sample")
    return replace(
        whole, X_train=whole.X_train[:120], y_train=whole.y_train[:120], X_val=whole.X_val[:60], y_val=whole.y_val[:60]
    )


def _search(data, strategy="random", space=SPACE, **more):
    settings = {"max_trials": SIZES[strategy], "epochs": EPOCHS.get(strategy, 1), "batch_size": 60, "show": False}
    return search(space, data, strategy=strategy, **settings | more)


def _told(trials):
    """What is the same whenever a trial is run."""
    return [replace(trial, seconds=0) for trial in trials]


def _times(folder):
    """When the files of the trials that have ended were written."""
    return {
        trial.number: (folder / f"trials/{trial.number}.json").stat().st_mtime_ns
        for trial in Kept(folder).trials()
        if trial.status != "stopped"
    }


def _goes_on(folder, stopped, again, whole):
    """See that what had ended stayed as it was, and that it all is the search that was not stopped."""
    assert _told(again) == _told(whole)
    after = _times(folder)
    assert 0 < len(stopped) < len(after) == len(whole)
    assert {number: after[number] for number in stopped} == stopped, "what has ended is not run again"


# ---- In one process.


@pytest.fixture(scope="module")
def unbroken(data):
    return {strategy: _search(data, strategy).trials for strategy in SIZES}


def _interrupt_in_a_trial(patch, stop=KeyboardInterrupt):
    def fit(self, model, *args, real=compiled.Trainer.fit, **more):
        history = real(self, model, *args, **more)
        fit.n += 1
        if fit.n == 4:
            if stop is KeyboardInterrupt:
                raise KeyboardInterrupt
            os.kill(os.getpid(), stop)
        return history

    fit.n = 0
    patch.setattr(compiled.Trainer, "fit", fit)


def _interrupt_between_trials(patch):
    def end_trial(self, message, real=Oracle.end_trial):
        real(self, message)
        if self.n_ended == 3:
            raise KeyboardInterrupt

    patch.setattr(Oracle, "end_trial", end_trial)


@pytest.mark.parametrize("interrupt", [_interrupt_in_a_trial, _interrupt_between_trials])
@pytest.mark.parametrize("strategy", SIZES)
def test_after_ctrl_c(strategy, interrupt, data, unbroken, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        interrupt(patch)
        first = _search(data, strategy, directory=tmp_path)
    assert sum(trial.status == "completed" for trial in first.trials) == 3
    stopped = _times(tmp_path)
    again = _search(data, strategy, directory=tmp_path, resume=True).trials
    _goes_on(tmp_path, stopped, again, unbroken[strategy])


def _killed(strategy, folder):
    with pytest.MonkeyPatch.context() as patch:
        _interrupt_in_a_trial(patch, signal.SIGKILL)
        _search(_data(), strategy, directory=folder)


@pytest.mark.parametrize("strategy", SIZES)
def test_after_a_kill(strategy, data, unbroken, tmp_path):
    process = _processes().Process(target=_killed, args=(strategy, tmp_path))
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    stopped = _times(tmp_path)
    again = _search(data, strategy, directory=tmp_path, resume=True).trials
    _goes_on(tmp_path, stopped, again, unbroken[strategy])


def test_more_trials_may_be_asked_for(data, unbroken, tmp_path):
    some = _search(data, directory=tmp_path, max_trials=3)
    stopped = _times(tmp_path)
    more = _search(data, directory=tmp_path, max_trials=5, resume=True).trials
    assert len(some.trials) == 3
    _goes_on(tmp_path, stopped, more, unbroken["random"])
    with pytest.raises(SearchError, match=r"differs in max_trials"):
        _search(data, directory=tmp_path, max_trials=3, resume=True)


# ---- In several.


def _processes():
    """Processes that begin with everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["lecture.data", "lecture.tuning.distributed"])
    return context


def _learn_quickly(folder, go):
    """Have this process train nothing: scores come from a trial's seed; after three trials it waits for ``go``."""

    def fit(self, model, epochs, *, first=0, seed=0):
        while len(_times(folder)) >= 3 and not go.exists():
            time.sleep(0.02)
        scores = [float(np.random.default_rng([seed, epoch]).random()) for epoch in range(first, first + epochs)]
        model.optimizer.build(model.trainable_variables)
        return {"loss": scores, "val_loss": scores, "val_accuracy": scores}

    compiled.Trainer.fit = fit
    beats.SILENT = 3.0


def _unheard(line):
    pass


def _serve(go, strategy, n_workers, results, **settings):
    """The chief of a search, whose workers are started by the test."""
    _learn_quickly(settings["directory"], go)
    Plan.oracle = lambda self, space, kept, _, real=Plan.oracle: real(self, space, kept, n_workers)
    results.put(serve(_plan(strategy), SPACE, _data(), show=False, say=_unheard, **settings).trials)


def _run_worker(go, strategy, **settings):
    _learn_quickly(settings["directory"], go)
    run_worker(_plan(strategy), SPACE, _data(), say=_unheard, **settings)


def _plan(strategy):
    return Plan(strategy, SIZES[strategy], EPOCHS.get(strategy, 1), 60)


@contextmanager
def _together(folder, strategy, n_workers, resume=False):
    """Start a chief and its workers; give the processes, the chief first, and the queue of its trials. None is left."""
    context, go = _processes(), folder.with_suffix(".go")
    results = context.Queue()
    shared = {"directory": folder, "address": f"127.0.0.1:{free_port('127.0.0.1')}"}
    chief = context.Process(target=_serve, args=(go, strategy, n_workers, results), kwargs=shared | {"resume": resume})
    names = [{"name": f"w{n}"} for n in range(n_workers)]
    workers = [context.Process(target=_run_worker, args=(go, strategy), kwargs=shared | name) for name in names]
    processes = [chief, *workers]
    for process in processes:
        process.start()
    try:
        yield processes, results
    finally:
        for process in processes:
            process.kill()
            process.join()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("n_workers", [1, 2])
@pytest.mark.parametrize("strategy", SIZES)
def test_with_workers(strategy, n_workers, stop, tmp_path):
    """A chief that is interrupted, or killed, while its workers are in trials."""
    whole, folder = tmp_path / "whole", tmp_path / "broken"
    whole.with_suffix(".go").touch()
    with _together(whole, strategy, n_workers) as (_, results):
        unbroken = results.get(timeout=60)
    with _together(folder, strategy, n_workers) as (processes, results):
        _until(lambda: len(_times(folder)) >= 3 and len(Kept(folder).trials()) > 3)
        os.kill(processes[0].pid, stop)
        if stop == signal.SIGTERM:
            assert any(trial.status == "stopped" for trial in results.get(timeout=60))
    stopped = _times(folder)
    folder.with_suffix(".go").touch()
    with _together(folder, strategy, n_workers, resume=True) as (_, results):
        again = results.get(timeout=60)
    _goes_on(folder, stopped, again, unbroken)


def _until(done, seconds=60):
    start = time.monotonic()
    while not done():
        assert time.monotonic() - start < seconds, "it takes too long"
        time.sleep(0.05)


# ---- Another search is refused.


def test_other_data_are_refused(data, tmp_path):
    _search(data, directory=tmp_path, max_trials=1)
    turned = replace(data, y_train=data.y_train[::-1].copy())
    for other in (
        turned,
        replace(data, X_val=data.X_val[::-1].copy()),
        replace(data, X_train=data.X_train.astype("float64")),
    ):
        with pytest.raises(SearchError, match=r"holds another search \(it differs in data\)"):
            _search(other, directory=tmp_path, max_trials=1, resume=True)
    assert data_digest(data) == data_digest(_data())


def test_another_space_is_refused(data, tmp_path):
    _search(data, directory=tmp_path, max_trials=1)
    with pytest.raises(SearchError, match=r"\(it differs in space\)"):
        _search(
            data,
            space=SPACE.replace(n_units=Whole(4, 32, step=2, log=True)),
            directory=tmp_path,
            max_trials=1,
            resume=True,
        )
    with pytest.raises(SearchError, match=r"\(it differs in function\)"):
        _search(
            data, space=Space(partial(make_mlp, dropout=0.5), **SPACE), directory=tmp_path, max_trials=1, resume=True
        )


def test_another_function_is_refused(data, tmp_path):
    def make_model(hp):
        return make_mlp(1, hp.Int("n_units", 4, 8))

    def wider(hp):
        return make_mlp(1, hp.Int("n_units", 4, 16))

    def deeper(hp):
        return make_mlp(2, hp.Int("n_units", 4, 8))

    _search(data, space=make_model, directory=tmp_path, max_trials=1)
    with pytest.raises(SearchError, match=r"\(it differs in space, function\)"):
        _search(data, space=wider, directory=tmp_path, max_trials=1, resume=True)
    with pytest.raises(SearchError, match=r"\(it differs in function\)"):
        _search(data, space=deeper, directory=tmp_path, max_trials=1, resume=True)
    assert len(_search(data, space=make_model, directory=tmp_path, max_trials=2, resume=True).trials) == 2


WIDTH = 8


def test_functions_are_told_apart_by_what_they_do():
    def plain(n):
        return n + WIDTH

    first = function_digest(plain)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(globals(), "WIDTH", 9)
        assert function_digest(plain) != first, "a number of its module"
    assert function_digest(plain) == first

    def closing(n, counted):
        calls = 0

        def make(m):
            nonlocal calls
            calls += 1
            counted.append(m)
            return n

        return make

    one, counted = closing(1, []), []
    digest = function_digest(one)
    one(5)
    assert function_digest(one) == digest == function_digest(closing(1, counted)), "what it counts does not matter"
    assert function_digest(closing(2, counted)) != digest
    assert function_digest(lambda hp: 1) != function_digest(lambda hp: 2)
    assert function_digest(partial(plain, n=1)) != function_digest(partial(plain, n=2))
    assert function_digest(make_mlp) != function_digest(dict)


# ---- Trials that fail.


def _makes(widths, message="no room"):
    def make(n_units):
        if n_units not in widths:
            raise RuntimeError(message)
        return make_mlp(n_layers=1, n_units=n_units)

    return Space(make, n_units=Choice((4, 8, 16)))


@pytest.mark.parametrize("widths", [(4, 8), (4, 16), (8, 16), (16,)])
def test_a_trial_that_fails_ends_no_search_wherever_it_is(widths, data):
    result = _search(data, "grid", space=_makes(widths), max_trials=None)
    assert [trial.status for trial in result.trials] == ["completed" if n in widths else "failed" for n in (4, 8, 16)]
    assert list(result.frame().query("status == 'failed'").reason.unique()) == ["RuntimeError: no room"]
    assert result.best.values["n_units"] in widths


def test_an_error_of_a_layer_says_what_is_wrong(data):
    def make_model(hp):
        model = keras.Sequential([keras.Input((784,)), keras.layers.Reshape((28, 28, 1))])
        for _ in range(hp.Choice("n_pools", [1, 6])):
            model.add(keras.layers.MaxPooling2D())
        model.add(keras.layers.Flatten())
        model.add(keras.layers.Dense(10, activation="softmax"))
        model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
        return model

    result = _search(data, "grid", space=make_model, max_trials=None)
    assert [trial.status for trial in result.trials] == ["completed", "failed"]
    assert "Exception encountered" not in result.trials[1].reason and "negative" in result.trials[1].reason


def test_a_network_without_an_accuracy_fails_with_a_sentence(data):
    def make_model(hp):
        units = [keras.layers.Dense(n, activation="softmax") for n in (hp.Choice("n_units", [4, 8]), 10)]
        model = keras.Sequential([keras.Input((784,)), *units])
        model.compile(loss="categorical_crossentropy")
        return model

    result = _search(data, space=make_model, max_trials=2)
    assert {trial.reason for trial in result.trials} == {'the network must be compiled with metrics=["accuracy"]'}
    with pytest.raises(SearchError, match="none of the 2 trials was completed: the network must be compiled"):
        result.best  # noqa: B018


def test_a_network_that_leaves_the_finite_numbers_has_failed(data):
    space = Space(partial(make_mlp, n_layers=1, n_units=8, optimizer="sgd"), learning_rate=Choice((1e20, 1e-3)))
    result = _search(data, "grid", space=space, epochs=2, max_trials=None)
    assert [trial.status for trial in result.trials] == ["failed", "completed"] and result.best.number == 1
    assert result.trials[0].reason.startswith("the training left the finite numbers in epoch ")
    assert result.trials[0].score is None


def test_hyperparameters_that_do_not_count_are_left_out(data):
    def make_model(hp):
        return make_mlp(1, sum(hp.Int(f"units_{i}", 2, 3) for i in range(hp.Int("n_parts", 1, 3))))

    for trial in _search(data, space=make_model, max_trials=5).trials:
        assert list(trial.values) == ["n_parts", *(f"units_{i}" for i in range(trial.values["n_parts"]))]


@pytest.mark.parametrize("strategy", ["random", "grid", "bayesian"])
def test_whole_numbers_are_whole_whatever_the_strategy(strategy, data):
    space = Space(partial(make_mlp, n_layers=1), n_units=Whole(8, 12, log=True))
    trials = _search(data, strategy, space=space, max_trials=8).trials
    assert sorted(trial.values["n_units"] for trial in trials) == [8, 9, 10, 11, 12]
    assert all(trial.status == "completed" and type(trial.values["n_units"]) is int for trial in trials)
