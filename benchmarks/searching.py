"""A search beside a plain KerasTuner loop over the same space.

Trials per minute, what a trial costs beyond its training, and the scores.
"""

import contextlib
import io
import statistics
import tempfile
import time
from dataclasses import replace
from unittest import mock

import keras
import keras_tuner
import numpy as np

from lecture.data import load_fashion_mnist
from lecture.shuffling import epoch_order
from lecture.tuning import Real, Space, Whole, make_mlp, mlp_space, search
from lecture.tuning.compiled import Trainer
from lecture.tuning.tuner import Tuner

EPOCHS, BATCH, N_TRIALS, ROUNDS = 3, 128, 8, 2
N_KEPT, RELOADS = 200, 5


def run():
    """Return the rows of the table."""
    data = load_fashion_mnist("sample")
    space = Space(
        _network,
        n_units=Whole(32, 512, step=2, log=True),
        strength=Real(1e-6, 1e-3, log=True),
        learning_rate=Real(1e-4, 1e-2, log=True),
    )
    ours, plain, results = 0.0, 0.0, []
    for seed in range(ROUNDS):  # in turn
        start = time.perf_counter()
        results.append(search(space, data, max_trials=N_TRIALS, epochs=EPOCHS, batch_size=BATCH, seed=seed, show=False))
        ours += time.perf_counter() - start
        plain += _plain(space, data, seed)
    n = ROUNDS * N_TRIALS
    trials = [trial for result in results for trial in result.trials]
    alone = [_alone(space, data, trial) for trial in trials]
    apart = [abs(max(curve) - trial.score) for curve, trial in zip(alone, trials)]
    rounding = [abs(max(curve) - max(_alone(space, data, trial, turned=True))) for curve, trial in zip(alone, trials)]
    beyond = _beyond(space, data, results)
    what = f"search, 784-n-n-10, {EPOCHS} epochs of {len(data.X_train):,} images"
    resumed, reloaded = _resumed(data)
    return [
        _row(
            f"{what}: trials a minute",
            f"{60 * n / ours:.0f}",
            f"{60 * n / plain:.0f} (KerasTuner alone)",
            f"{plain / ours:.1f}",
            "twice as many",
        ),
        _row(
            "the same: a trial beyond its training, all shapes but the first",
            f"{beyond:.2f} s",
            f"{plain / n - ours / n + beyond:.2f} s (KerasTuner alone)",
            "–",
            "1 s",
        ),
        _row(
            f"the same: scores of {n} trials, from those of Keras' fit with the same seeds: median, most",
            _spread(apart),
            f"{_spread(rounding)} (Keras from itself, the images of each batch turned round: rounding)",
            "–",
            "the same",
        ),
        _row(
            f"go on with a search of {N_KEPT} trials, until the next begins",
            f"{resumed:.3f} s",
            f"{reloaded:.3f} s (KerasTuner's own reload)",
            f"{reloaded / resumed:.1f}",
            "3 times faster",
        ),
    ]


def _network(n_units, strength, learning_rate):
    return make_mlp(n_layers=2, n_units=n_units, penalty="l2", strength=strength, learning_rate=learning_rate)


def _plain(space, data, seed):
    """Seconds of KerasTuner's own loop, as in its guide."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        tuner = keras_tuner.RandomSearch(
            lambda hp: space.make_model(**space.register(hp)),
            objective="val_accuracy",
            max_trials=N_TRIALS,
            seed=seed + 1,
            directory=folder,
        )
        tuner.search(
            data.X_train,
            data.y_train,
            epochs=EPOCHS,
            batch_size=BATCH,
            validation_data=(data.X_val, data.y_val),
            verbose=0,
        )
    return time.perf_counter() - start


def _alone(space, data, trial, turned=False):
    """The curve of a trial's network when Keras trains it.

    Turned, the images of each mini-batch are in the opposite order, which changes roundings only.
    """
    keras.utils.set_random_seed(trial.seed)
    model, curve = space.make_model(**trial.values), []
    for epoch in range(EPOCHS):
        order = epoch_order(len(data.X_train), trial.seed, epoch)
        if turned:
            order = np.concatenate([order[at : at + BATCH][::-1] for at in range(0, len(order), BATCH)])
        model.fit(data.X_train[order], data.y_train[order], batch_size=BATCH, shuffle=False, verbose=0)
        curve.append(model.evaluate(data.X_val, data.y_val, batch_size=len(data.X_val), verbose=0)[1])
    return curve


def _resumed(data):
    """Medians of the seconds until a search of ``N_KEPT`` trials has its next one: ours, and KerasTuner's."""
    space, ours, theirs = mlp_space(), [], []
    with tempfile.TemporaryDirectory() as folder:
        with mock.patch.object(Tuner, "run_trial", _ended):
            search(space, data, max_trials=N_KEPT, directory=f"{folder}/ours", show=False)
        _kept_by_keras_tuner(space, folder, N_KEPT).search()
        for n in range(N_KEPT + 1, N_KEPT + 1 + RELOADS):  # in turn
            start = time.perf_counter()
            with mock.patch.object(Tuner, "run_trial", _stop), contextlib.redirect_stdout(io.StringIO()):
                search(space, data, max_trials=n, directory=f"{folder}/ours", resume=True, show=False)
            ours.append(time.perf_counter() - start)
            start = time.perf_counter()
            _kept_by_keras_tuner(space, folder, n).oracle.create_trial("tuner0")
            theirs.append(time.perf_counter() - start)
    return statistics.median(ours), statistics.median(theirs)


def _ended(tuner, trial):
    return replace(trial, status="completed", score=trial.seed / 2**31, curve=(0.5,))


def _stop(tuner, trial):
    raise KeyboardInterrupt


def _kept_by_keras_tuner(space, folder, n):
    """KerasTuner's random search, with trials that take no time."""

    class Quick(keras_tuner.RandomSearch):
        def run_trial(self, trial):
            return {"score": float(trial.trial_id)}

    def make(hp):
        return space.make_model(**space.register(hp))

    with contextlib.redirect_stdout(io.StringIO()):
        objective = keras_tuner.Objective("score", "max")
        tuner = Quick(make, objective=objective, max_trials=n, seed=1, directory=folder, project_name="theirs")
    tuner.oracle.verbose = 0
    return tuner


def _spread(differences):
    return f"{statistics.median(differences):.4f}, {max(differences):.4f}"


def _beyond(space, data, results):
    """The median of what a trial takes beyond its training, once all is compiled; without the first of each search."""
    trainer, beyond = Trainer(data, BATCH), []
    for result in results:
        for trial in result.trials:
            model = space.make_model(**trial.values)
            trainer.fit(model, 1)
            start = time.perf_counter()
            trainer.fit(model, EPOCHS)
            beyond.append(trial.seconds - (time.perf_counter() - start)) if trial.number else None
    return statistics.median(beyond)


def _row(what, ours, other, ratio, reach):
    return {"what": what, "ours": ours, "other": other, "ratio": ratio, "reach": reach}
