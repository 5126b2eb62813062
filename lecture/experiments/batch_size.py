"""Which batch size learns best: after as many epochs, after as many steps, and by the clock?"""

import time

import keras
import numpy as np

from lecture.checks import one_of, real, whole
from lecture.experiments.judgement import Compared, Hypothesis
from lecture.experiments.mixtures import SEPARATIONS, mixture, one_hot, parts, separation_told
from lecture.experiments.protocol import RATE, chosen, trained
from lecture.experiments.result import Result, Sweep
from lecture.replicas import initial
from lecture.replicas.net import Net

TITLE = "Which batch size learns best: after as many epochs, after as many steps, and by the clock?"
EQUALS = ("equal epochs", "equal steps")
N_TRAIN, N_TEST, D = 400, 1000, 12
ENOUGH = 0.8  # held-out accuracy until which the clock runs
LARGER = Hypothesis(
    "Larger batches learn better, their gradients being less noisy.",
    "test accuracy after equally many epochs, batches of 64 minus 1",
    0.02,
)
FALLS = Hypothesis(
    "After as many epochs, accuracy falls with the batch size.",
    f"test accuracy after equally many epochs, batches of 1 minus {N_TRAIN}",
    0.05,
)
SAME = Hypothesis(
    "After as many steps the batch size makes no difference.",
    f"test accuracy after equally many steps, batches of 1 minus {N_TRAIN}",
    0.05,
    absent=True,
)
FASTER = Hypothesis(
    "An epoch of large batches takes less time.", f"log₁₀ of the run time with batches of 1 ÷ that with {N_TRAIN}", 0.5
)
HYPOTHESES = (LARGER, FALLS, SAME, FASTER)
PRESETS = {
    "short": dict(
        n_seeds=30,
        hidden=(20, 20),
        epochs=20,
        steps=140,
        batch_sizes=(1, 64, 400),
        separation="falling",
        n_timed=2,
        least=1,
        cap=1.0,
    ),
    "published": dict(
        n_seeds=30,
        hidden=(100, 100),
        epochs=150,
        steps=1050,
        batch_sizes=(1, 4, 16, 64, 256, 400),
        separation="falling",
        n_timed=5,
        least=150,
        cap=120.0,
    ),
}
NEEDED = {1, 64, N_TRAIN}
THEN = {
    1: 0.996,
    4: 0.995,
    16: 0.95,
    64: 0.905,
    256: 0.88,
    400: 0.855,
}  # on the training points, though called test accuracy
THEN_FASTER = 54.0  # times: 54 s with batches of 1, about 1 s with 400
# the accuracy that a perfect classifier must reach on the data of fits that are timed: on others a net may never come
# to ENOUGH
CLEAR = 0.95


class Clock(keras.callbacks.Callback):
    """Takes the time of epochs, without that of looking at held-out points after each.

    Parameters
    ----------
    X, y : arrays (n, n_inputs) and (n,)
        Held-out points and their classes.
    least : int
        Epochs to time before it stops the training, even if enough is known.
    cap : float
        Seconds after which it stops the training in any case, once an epoch is done.

    Attributes
    ----------
    seconds : list of float
        Of each epoch.
    reached : float or None
        Seconds until `ENOUGH` of the held-out points were right.
    """

    def __init__(self, X, y, *, least, cap):
        super().__init__()
        self.X, self.y, self.least, self.cap = X, y, least, cap

    def on_train_begin(self, logs=None):
        self.seconds, self.reached = [], None

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.began)
        if self.reached is None:
            answers = keras.ops.convert_to_numpy(self.model(self.X, training=False)).argmax(axis=1)
            if np.mean(answers == self.y) >= ENOUGH:
                self.reached = sum(self.seconds)
        if (self.reached is not None and len(self.seconds) >= self.least) or sum(self.seconds) > self.cap:
            self.model.stop_training = True


def clocked(batch_size, hidden, data, seeds, *, epochs, least, cap):
    """Time Keras' ``fit`` of a plain model, without compiling it.

    Parameters
    ----------
    batch_size : int
    hidden : sequence of int
    data : (X, y, X_test, y_test), each with an axis of seeds before
    seeds : sequence of int
        A fit for each, from the first weights that a replica with this seed has.
    epochs : int
        Whose time is wanted: that of the epochs done, in proportion.
    least : int
        Epochs that are timed at the least, unless the cap comes first.
    cap : float
        Seconds after which a fit ends.

    Returns
    -------
    run_time, until : arrays (n_seeds,)
        Seconds of so many epochs, and until `ENOUGH` of the held-out points were right; where that was not reached,
        those of the whole fit.
    """
    X, y, X_test, y_test = data
    sizes = (D, *hidden, 2)
    dense = [keras.layers.Dense(n, "sigmoid") for n in hidden] + [keras.layers.Dense(2, "softmax")]
    model = keras.Sequential([keras.Input((D,)), *dense])
    model.compile(
        keras.optimizers.Adam(RATE), "categorical_crossentropy", jit_compile=False
    )  # compiling would take longer than training
    model.optimizer.build(model.trainable_variables)
    start = [keras.ops.convert_to_numpy(it).copy() for it in model.optimizer.variables]
    few = slice(batch_size + N_TRAIN % batch_size)
    model.fit(
        X[0, few], one_hot(y[0])[few], batch_size=batch_size, epochs=1, verbose=0
    )  # once with a full batch and once with the last one, so that nothing is left to be traced
    glorot = [keras.initializers.GlorotUniform()]
    found = []
    for at, seed in enumerate(seeds):
        model.set_weights(
            [
                it[0, 0] if number % 2 else it[0]
                for number, it in enumerate(initial.weights(Net(sizes, None, None), [seed], glorot, glorot))
            ]
        )
        for variable, value in zip(model.optimizer.variables, start):
            variable.assign(value)
        clock = Clock(X_test[at].astype("float32"), y_test[at], least=least, cap=cap)
        keras.utils.set_random_seed(seed)  # of the order
        model.fit(X[at], one_hot(y[at]), batch_size=batch_size, epochs=10**6, verbose=0, callbacks=[clock])
        found.append((np.mean(clock.seconds) * epochs, sum(clock.seconds) if clock.reached is None else clock.reached))
    return np.transpose(found)


def run(
    *,
    hidden=None,
    epochs=None,
    steps=None,
    batch_sizes=None,
    separation=None,
    n_timed=None,
    cap=None,
    n_seeds=None,
    preset="short",
    show=True,
):
    """Train nets with batches of several sizes, once for each size, and look at them after equally many epochs and after equally many steps; and time real fits.

    Parameters
    ----------
    hidden : sequence of int, optional
    epochs, steps : int, optional
        After which all are looked at.
    batch_sizes : sequence of int, optional
        From 1 to 400; 1, 64 and 400 among them.
    separation : "falling" or "equal", optional
        Of the means: the original's code and its text (see `lecture.experiments.mixtures.mixture`).
    n_timed : int, optional
        Seeds whose fits are timed, from 1 to ``n_seeds``.
    cap : float, optional
        Seconds after which such a fit is ended.
    n_seeds : int, optional
    preset : "short" or "published"
    show : bool
        A bar.

    Returns
    -------
    Result

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    start = time.perf_counter()
    own = chosen(
        PRESETS,
        preset,
        n_seeds,
        hidden=hidden,
        epochs=epochs,
        steps=steps,
        batch_sizes=batch_sizes,
        separation=separation,
        n_timed=n_timed,
        cap=cap,
    )
    seeds, sizes = own.seeds, sorted({whole(n, "a batch size", least=1, most=N_TRAIN) for n in own.batch_sizes})
    if not NEEDED <= set(sizes):
        raise ValueError(f"batch_sizes must have 1, 64 and {N_TRAIN} among them, got {own.batch_sizes}.")
    epochs, steps = whole(own.epochs, "epochs", least=1), whole(own.steps, "steps", least=1)
    one_of(own.separation, SEPARATIONS, "separation")
    clear_first = sorted(
        range(len(seeds)), key=lambda at: mixture(D, seeds[at], separation=own.separation).best_accuracy < CLEAR
    )
    timed = clear_first[: whole(own.n_timed, "n_timed", least=1)]
    cap = real(own.cap, "cap", least=0)
    X, y, X_test, y_test = data = parts(N_TRAIN, N_TEST, D, seeds, separation=own.separation)
    shape = (len(EQUALS), len(sizes), len(seeds))
    test, training, seconds = np.empty(shape), np.empty(shape), []
    for at, size in enumerate(sizes):
        goals = epochs * -(-N_TRAIN // size), steps
        nets = trained(
            own.hidden,
            X,
            one_hot(y),
            batch_size=size,
            steps=max(goals),
            seeds=seeds,
            X_test=X_test,
            y_test=one_hot(y_test),
            record=goals,
            show=show,
        )
        rows = [list(nets.steps).index(goal) for goal in goals]
        test[:, at], training[:, at] = nets.test_accuracy[rows], nets.accuracy[rows]
        seconds.append(
            clocked(
                size,
                own.hidden,
                [it[timed] for it in data],
                [seeds[at] for at in timed],
                epochs=epochs,
                least=own.least,
                cap=cap,
            )
        )
    run_time, until = np.moveaxis(seconds, 1, 0)
    sweep = lambda name, y_name, values: Sweep(name, tuple(sizes), "batch size", y_name, values, log_x=True)
    compared = [
        Compared(f"training accuracy after equal epochs, batches of {size}", then, 4, training[0, sizes.index(size)])
        for size, then in THEN.items()
        if size in sizes
    ]
    compared.append(
        Compared(
            f"run time with batches of 1 ÷ that with {N_TRAIN}", THEN_FASTER, 4, run_time[0] / run_time[-1], reading=18
        )
    )
    return Result(
        "batch_size",
        TITLE,
        preset,
        f"{'-'.join(map(str, (D, *own.hidden, 2)))}, sigmoid, Adam at {RATE:g}, {N_TRAIN} points; looked at after {epochs} epochs and after {steps:,} steps, on the training points (as"
        f" published) and on {N_TEST} others. {separation_told(own.separation)} {len(timed)} real fits for each batch size, on data that a perfect classifier gets right to {CLEAR:.0%}, without compiling and without looking at accuracy: their run time is that of {epochs} epochs, in"
        f" proportion to those done; a fit that does not come to {ENOUGH:g} within {cap:g} s counts with that. A short run takes layers of 20 units instead of 100, 20 epochs instead of 150, three batch sizes instead of six, and times"
        " 2 fits instead of 5.",
        seeds,
        (
            sweep("Held-out points", "test accuracy", dict(zip(EQUALS, test))),
            sweep("Training points", "training accuracy", dict(zip(EQUALS, training))),
            Sweep(
                "Real fits",
                tuple(sizes),
                "batch size",
                "seconds",
                {f"{epochs} epochs": run_time, f"until test accuracy {ENOUGH:g}": until},
                log_x=True,
                log_y=True,
            ),
        ),
        judge(test, run_time, sizes),
        tuple(compared),
        time.perf_counter() - start,
    )


def judge(accuracy, run_time, sizes):
    """Return the verdicts.

    Parameters
    ----------
    accuracy : array (2, n_sizes, n_seeds)
        On test points, after equal epochs and after equal steps.
    run_time : array (n_sizes, n_timed)
        Seconds.
    sizes : list of int
        1, 64 and 400 among them.
    """
    small, middle, full = (sizes.index(size) for size in (1, 64, N_TRAIN))
    epochs, steps = accuracy
    return (
        LARGER.judge(epochs[middle] - epochs[small]),
        FALLS.judge(epochs[small] - epochs[full]),
        SAME.judge(steps[small] - steps[full]),
        FASTER.judge(np.log10(run_time[small] / run_time[full])),
    )
