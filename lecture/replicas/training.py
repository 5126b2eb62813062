"""Train many small nets at once."""

import inspect
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from lecture.checks import one_of, real, whole
from lecture.device import ignore_retracing
from lecture.replicas import cores, initial, labels, memory
from lecture.replicas.net import Net, each_its_own, function
from lecture.replicas.optimizers import as_text, checked, from_text, per_replica, rates_of
from lecture.replicas.program import N_BATCHES, Program
from lecture.replicas.result import Replicas
from lecture.shuffling import epoch_order

N_RECORDED = 20  # by default, besides the start
PATIENCE = 0.2  # seconds between two looks at Python, about: for the bar, and for Ctrl-C


def train(
    hidden,
    X,
    y,
    *,
    steps,
    seeds=30,
    batch_size=None,
    activation="sigmoid",
    output="softmax",
    loss="categorical_crossentropy",
    optimizer="adam",
    learning_rate=None,
    initializer="glorot_uniform",
    bias_initializer="zeros",
    weights=None,
    widths=None,
    tied=False,
    l1=0.0,
    l2=0.0,
    penalized="hidden",
    n_outputs=None,
    X_test=None,
    y_test=None,
    record=None,
    keep=None,
    dtype="float32",
    max_bytes=None,
    show=True,
):
    """Train a net once for each seed, all at the same time.

    A replica alone, and among others, is the net that Keras' ``fit`` trains from the same first weights on the same
    batches.

    Parameters
    ----------
    hidden : sequence of int
        Units of the hidden layers; none for a linear model.
    X : array (n, n_inputs), or (n_replicas, n, n_inputs) of each replica's own
    y : array (n, n_outputs) or (n_replicas, n, n_outputs)
        What the loss compares with: one-hot rows, or numbers; (n,) is taken for (n, 1). For a sparse loss class numbers
        (n, 1), with ``n_outputs``. For two classes 0 and 1 in one column take ``output="sigmoid",
        loss="binary_crossentropy"``.
    steps : int
        Updates.
    seeds : int or sequence of int
        Of the first weights and of the batches; a number n stands for 0 to n - 1. A replica follows from its seed,
        whoever stands beside it.
    batch_size : int, optional
        By default each step takes all examples. Else epoch e of the replica with seed s takes them in the order
        ``lecture.shuffling.epoch_order(n, s, e)``; the last batch of an epoch may be smaller.
    activation, output : str or callable
        Of the hidden layers and of the last; names are Keras'.
    loss : str, keras.losses.Loss or callable
        With a value for each example.
    optimizer : str or keras.optimizers.Optimizer
        One whose update is element-wise.
    learning_rate : float or array (n_replicas,), optional
        By default that of the optimizer.
    initializer, bias_initializer : str, keras.initializers.Initializer, or a sequence of n_replicas of them
    weights : sequence of arrays, optional
        First weights in the order of Keras' ``get_weights``, in the place of initializers: kernel (p, q) and bias (q,)
        of each layer, or with an axis of replicas before.
    widths : array (n_replicas, n_hidden), optional
        How many of its units a replica has in each hidden layer, from 1 to ``hidden``.
    tied : bool
        All hidden layers after the first share one matrix and one vector of biases; they have equally many units.
    l1, l2 : float, array (n_replicas,) or (n_replicas, n_kernels)
        Adds l1 Σ|w| + l2 Σw² to the loss, with the same strength for all kernels, or (with ``penalized="all"``) one for
        each that is learnt.
    penalized : "hidden" or "all"
        Over the kernels of the hidden layers, or of the output as well.
    n_outputs : int, optional
        By default the last axis of y.
    X_test, y_test : arrays, optional
        Examples to be measured on as well; shapes are those of X and y.
    record : sequence of int, optional
        Steps at which to record, from 0 to ``steps``; by default 0 and 20 more, evenly spread. The last step is always
        recorded.
    keep : dict of int to sequence of int, optional
        For some layers, counted from 0, which entries of the flattened kernel to keep at recorded steps.
    dtype : "float32" or "float64"
    max_bytes : int, optional
        Replicas are trained in parts that take at most so much memory; by default half of what is free.
    show : bool
        A bar.

    Returns
    -------
    Replicas

    Raises
    ------
    ValueError
        If an argument is not as above, or labels, ``output`` and ``loss`` do not go together: one sentence says what
        was wanted and what came.
    """
    settings = dict(locals())
    conditions = [{name: settings.pop(name) for name in VARIED}]
    return _train({None: conditions[0]}, **settings)[None]


VARIED = (
    *("loss", "activation", "output", "initializer", "bias_initializer", "weights", "widths"),
    *("l1", "l2", "learning_rate", "X", "y", "X_test", "y_test"),
)
DEFAULTS = {name: parameter.default for name, parameter in inspect.signature(train).parameters.items()}


def compare(conditions, X=None, y=None, *, seeds=30, **common):
    """Train a network for each condition and seed, all at the same time.

    Parameters
    ----------
    conditions : mapping of str to mapping
        The settings of each condition by its name: arguments of `train` that may differ between conditions. Those are
        ``loss``, ``activation``, ``output``, ``initializer``, ``bias_initializer``, ``weights``, ``widths``, ``l1``,
        ``l2``, ``learning_rate``, ``X``, ``y``, ``X_test`` and ``y_test``. Arrays with a value for each replica have
        one for each seed.
    X, y : arrays, optional
        Training examples of the conditions that do not have their own, as for `train`.
    seeds : int or sequence of int
        Seeds of the initial weights and of the batches, the same for each condition.
    **common
        Other arguments of `train`, the same for all conditions: ``hidden`` and ``steps`` at least. Those that may
        differ are defaults here, which a condition replaces.

    Returns
    -------
    dict of str to Replicas
        For each condition what `train` gives with its settings alone.

    Raises
    ------
    ValueError
        If there is no condition, a setting is unknown or must not differ, the shapes of conditions differ, or `train`
        would refuse a condition.
    """
    if not isinstance(conditions, Mapping) or not conditions:
        raise ValueError(f"conditions must map one name or more to settings, got {conditions!r}.")
    for name, settings in conditions.items():
        if not isinstance(settings, Mapping):
            raise ValueError(f"condition {name!r} must be a mapping of settings, got {settings!r}.")
        if "seeds" in settings:
            raise ValueError(f"seeds must be the same for all conditions, got some of its own for condition {name!r}.")
        if unknown := [setting for setting in settings if setting not in VARIED]:
            raise ValueError(f"a condition may set {', '.join(VARIED)}, got {unknown[0]!r} in condition {name!r}.")
    if unknown := [setting for setting in common if setting not in DEFAULTS]:
        raise ValueError(f"settings must be arguments of train, {', '.join(DEFAULTS)}, got {unknown[0]!r}.")
    settings = DEFAULTS | common | {"X": X, "y": y, "seeds": seeds}
    for name in ("hidden", "steps"):
        if settings[name] is inspect.Parameter.empty:
            raise ValueError(f"{name} must be given: it is the same for all conditions.")
    usual = {name: settings.pop(name) for name in VARIED}
    for name in ("X", "y", "X_test", "y_test"):  # converted once, not once for each condition
        usual[name] = _numbers(usual[name], settings["dtype"], name)
    return _train({name: usual | own for name, own in conditions.items()}, **settings)


def _train(
    conditions,
    *,
    hidden,
    steps,
    seeds,
    batch_size,
    optimizer,
    tied,
    penalized,
    n_outputs,
    record,
    keep,
    dtype,
    max_bytes,
    show,
):
    """Train replicas of all conditions; return a dict of Replicas."""
    start = time.perf_counter()
    seeds = _seeds(seeds)
    one_of(dtype, ("float32", "float64"), "dtype")
    optimizer = checked(optimizer)
    one_of(penalized, ("hidden", "all"), "penalized")
    ready = [
        _condition(name, own, hidden, tied, n_outputs, penalized, optimizer, len(seeds), dtype)
        for name, own in conditions.items()
    ]
    _same_shapes(ready)
    net, n = ready[0].net, ready[0].X.shape[-2]
    n_at_once = max(n, 0 if ready[0].test is None else ready[0].test[0].shape[-2])
    own_data = batch_size is not None or any(len(it.X.shape) == 3 or it.X is not ready[0].X for it in ready)
    each = memory.bytes_each(net, n_at_once, np.dtype(dtype).itemsize, own_data=own_data) * len(ready)
    size = memory.at_a_time(len(seeds), each, real(max_bytes or memory.available(), "max_bytes", least=1))
    steps, record = whole(steps, "steps", least=1), _recorded(record, steps)
    keep = _kept(keep, net)
    firsts = _firsts(conditions, ready, seeds)
    batch_size = None if batch_size is None else whole(batch_size, "batch_size", least=1)
    work = cores.work(net, steps, size * len(ready), n if batch_size is None else min(batch_size, n))
    n_slices = cores.slices(size, work)
    slice_size = -(-size // n_slices)
    size = n_slices * slice_size
    masked = any(it.widths is not None for it in ready)
    together = Net(
        net.sizes,
        each_its_own([it.net.activation for it in ready]),
        each_its_own([it.net.output for it in ready]),
        net.tied,
    )
    programs = [
        _program(
            at,
            together,
            tuple(it.loss for it in ready),
            as_text(optimizer),
            slice_size * len(ready),
            dtype,
            keras.config.floatx(),
            masked,
            (penalized == "all", any(it.l1.any() or it.l2.any() for it in ready)),
        )
        for at in range(n_slices)
    ]

    parts = []
    with (
        tqdm(total=steps * -(-len(seeds) // size), unit="step", leave=False, disable=not show, delay=1) as bar,
        ThreadPoolExecutor(n_slices) as pool,
        ignore_retracing(),
    ):
        for begin in range(0, len(seeds), size):
            slices = []
            for at, program in enumerate(programs):
                chosen = np.arange(begin + at * slice_size, begin + (at + 1) * slice_size) % len(
                    seeds
                )  # the last slices are filled up with replicas that are there already
                slices.append(_slice(program, ready, firsts, chosen, seeds, batch_size, masked))
            part = _Part(slices, keep, pool, len(ready))
            try:
                _run(part, steps, record, bar)
            except KeyboardInterrupt:
                if parts:  # those that are whole are worth more
                    break
            parts.append((part, min(size, len(seeds) - begin)))
            if part.done < steps:
                break
    complete = sum(n for _, n in parts) >= len(seeds) and parts[-1][0].done == steps
    seconds = time.perf_counter() - start
    return {
        name: _result(at, it.net, seeds, parts, keep, it.test is not None, complete, seconds)
        for at, (name, it) in enumerate(zip(conditions, ready))
    }


@dataclass(frozen=True, eq=False)
class _Condition:
    """What may differ between replicas, checked: arrays have an axis of seeds before."""

    name: object
    net: Net
    loss: object
    X: np.ndarray
    y: np.ndarray
    test: tuple
    rates: np.ndarray
    l1: np.ndarray
    l2: np.ndarray
    widths: np.ndarray

    @property
    def shapes(self):
        """What must be the same for all conditions."""
        found = {"network": self.net.sizes, "X": self.X.shape[-2:], "y": self.y.shape[-2:]}
        test = self.test or (None, None)
        return found | {name: None if it is None else it.shape[-2:] for name, it in zip(("X_test", "y_test"), test)}


def _condition(name, own, hidden, tied, n_outputs, penalized, optimizer, n_seeds, dtype):
    with _in_condition(name):
        X, y = _examples(own["X"], own["y"], n_seeds, dtype, "")
        test = None
        if own["X_test"] is not None:
            test = _examples(own["X_test"], own["y_test"], n_seeds, dtype, "_test", like=(X, y))
        output = function(own["output"], "output")
        n_outputs = _n_outputs(y, test, own["loss"], output, n_outputs)
        sizes = (X.shape[-1], *_hidden(hidden, tied), n_outputs)
        net = Net(sizes, function(own["activation"], "activation"), output, bool(tied))
        rates = rates_of(optimizer, own["learning_rate"], n_seeds)
        l1, l2 = (_strengths(own[it], n_seeds, len(net.shapes), penalized, it) for it in ("l1", "l2"))
        widths = _widths(own["widths"], net, n_seeds)
    return _Condition(name, net, own["loss"], X, y, test, rates, l1, l2, widths)


@contextmanager
def _in_condition(name):
    """Say which condition is refused."""
    try:
        yield
    except ValueError as error:
        if name is None:
            raise
        raise ValueError(f"condition {name!r}: {error}") from None


def _firsts(conditions, ready, seeds):
    """The initial weights of each condition."""
    found = []
    for it, own in zip(ready, conditions.values()):
        given = (own["initializer"], own["bias_initializer"], own["weights"])
        with _in_condition(it.name):
            found.append(_first(it.net, seeds, *given, it.widths, len(seeds)))
    return found


def _same_shapes(ready):
    """Refuse conditions that cannot be trained side by side."""
    for it in ready[1:]:
        for what, shape in it.shapes.items():
            if shape != (first := ready[0].shapes[what]):
                raise ValueError(
                    f"conditions must have equal shapes, got {what} {first} in condition {ready[0].name!r} "
                    f"and {shape} in condition {it.name!r}."
                )


def _slice(program, ready, firsts, chosen, seeds, batch_size, masked):
    """Let a program start with the chosen seeds of each condition; those of one condition stand side by side."""
    stack = lambda arrays: np.concatenate([array[chosen] for array in arrays])
    masks = []
    if masked:
        widths = stack(
            [
                np.full((len(seeds), len(it.net.sizes) - 2), it.net.sizes[1:-1]) if it.widths is None else it.widths
                for it in ready
            ]
        )
        masks = [
            (np.arange(q) < widths[:, [layer], None]).astype(float) for layer, q in enumerate(ready[0].net.sizes[1:-1])
        ]
    program.start(
        [stack(arrays) for arrays in zip(*firsts)],
        None if ready[0].rates is None else stack([it.rates for it in ready]),
        stack([it.l1 for it in ready]),
        stack([it.l2 for it in ready]),
        masks,
    )
    data = [[it.X for it in ready], [it.y for it in ready]]
    if ready[0].test is not None:
        data += [[it.test[at] for it in ready] for at in (0, 1)]
    data = [_own(arrays, chosen) for arrays in data]
    batches = None
    if batch_size is not None:
        batches = _Batches(ready[0].X.shape[-2], batch_size, [seeds[at] for at in chosen], len(ready))
    return _Slice(program, list(zip(data[::2], data[1::2])), batches)


def _own(arrays, chosen):
    """The examples of all conditions for the chosen seeds: without an axis of replicas where all have the same."""
    if arrays[0].ndim == 2 and all(array is arrays[0] for array in arrays):
        return tf.constant(arrays[0])
    each = [
        array[chosen] if array.ndim == 3 else np.broadcast_to(array, (len(chosen), *array.shape)) for array in arrays
    ]
    return tf.constant(np.concatenate(each))


@lru_cache(maxsize=16)
def _program(at, net, losses, optimizer, n_replicas, dtype, rates, masked, penalized):
    """The program for some shapes; the last few are kept, because compiling one takes a second and more.

    ``at`` counts those that run side by side. ``rates`` is the type of learning rates, which Keras keeps as it is set:
    of what is configured, all that matters here.
    """
    everywhere, any_strength = penalized
    last = net.matrix(net.n_layers - 1)
    chosen = [at for at in range(len(net.shapes)) if everywhere or at != last] if any_strength else []
    return Program(net, losses, from_text(optimizer), n_replicas, dtype=dtype, masked=masked, penalized=tuple(chosen))


@dataclass(frozen=True)
class _Slice:
    """Replicas of one program: the examples to train and to test on, and their batches."""

    program: Program
    on: list
    batches: object

    def steps(self, n):
        self.program.steps(n, *self.on[0], *(self.batches.next(n) if self.batches else ()))

    def measure(self):
        return [value for X, y in self.on for value in self.program.measure(X, y)]


class _Part:
    """Some of the replicas while they are trained, in slices that take their steps side by side, and what was recorded of them."""

    def __init__(self, slices, keep, pool, n_conditions):
        self.slices, self.keep, self.pool, self.n_conditions = slices, keep, pool, n_conditions
        self.done, self.at, self.measured, self.kept, self.final = 0, [], [], {layer: [] for layer in keep}, None

    def _each(self, job):
        """Let all slices do something at the same time; Ctrl-C waits until all have done it."""
        futures, stop = [self.pool.submit(job, it) for it in self.slices], None
        while True:
            try:
                wait(futures)
                return [future.result() for future in futures], stop
            except KeyboardInterrupt as error:
                if all(future.done() for future in futures):
                    raise
                stop = error

    def steps(self, n):
        """Make so many steps."""
        _, stop = self._each(lambda it: it.steps(n))
        self.done += n
        if stop:
            raise stop

    def record(self):
        """Measure now."""
        measured, stop = self._each(_Slice.measure)
        self.measured.append([self._together(values) for values in zip(*measured)])
        if self.keep:
            weights = self._weights()
        for layer, entries in self.keep.items():
            kernels = weights[2 * self.slices[0].program.net.matrix(layer)]
            self.kept[layer].append(kernels.reshape(*kernels.shape[:2], -1)[..., entries])
        self.at.append(self.done)
        if stop:
            raise stop

    def end(self):
        """Take the weights along: the programs go on with other replicas."""
        self.final = self._weights()

    def _weights(self):
        each = [it.program.weights(keras.ops.convert_to_numpy(it.program.flat)) for it in self.slices]
        return [self._together(arrays) for arrays in zip(*each)]

    def _together(self, arrays):
        """Of all slices, (n_conditions, n_seeds, …)."""
        return np.concatenate([it.reshape(self.n_conditions, -1, *it.shape[1:]) for it in arrays], axis=1)


def _run(part, steps, record, bar):
    """Make all steps, recording on the way; Ctrl-C leaves the part with what was recorded, measured once more where it stands."""
    most, in_batches = 16, part.slices[0].batches is not None
    try:
        for goal in record:
            while part.done < goal:
                n = min(most, goal - part.done, N_BATCHES if in_batches else goal)
                began = time.perf_counter()
                part.steps(n)
                bar.update(n)
                most = int(np.clip(most * np.clip(PATIENCE / (time.perf_counter() - began), 0.5, 4), 16, max(16, goal)))
            part.record()
    except KeyboardInterrupt:
        if part.at[-1:] != [part.done]:
            part.record()
        raise
    finally:
        part.end()


class _Batches:
    """The batches of all replicas, one after the other."""

    def __init__(self, n, batch_size, seeds, n_conditions):
        self.n, self.size, self.seeds, self.n_conditions = n, min(batch_size, n), seeds, n_conditions
        self.per_epoch = -(-n // self.size)
        self.epoch, self.orders, self.at = -1, None, self.per_epoch

    def next(self, n_steps):
        """Return the examples of the next batches, int32 (N_BATCHES, n_replicas, batch_size), and which of them count, (N_BATCHES, batch_size)."""
        rows = np.zeros((N_BATCHES, len(self.seeds), self.size), dtype=np.int32)
        shares = np.ones((N_BATCHES, self.size))
        for step in range(n_steps):
            if self.at == self.per_epoch:
                self.epoch, self.at = self.epoch + 1, 0
                self.orders = np.stack([epoch_order(self.n, seed, self.epoch) for seed in self.seeds])
            batch = self.orders[:, self.at * self.size : (self.at + 1) * self.size]
            rows[step, :, : batch.shape[1]] = batch
            shares[step, batch.shape[1] :] = 0
            self.at += 1
        return np.tile(rows, (1, self.n_conditions, 1)), shares


def _result(condition, net, seeds, parts, keep, has_test, complete, seconds):
    """Put the parts of a condition together, each without what it was filled up with."""
    curves = [
        np.concatenate([np.array([row[at][condition] for row in part.measured])[:, :n] for part, n in parts], axis=1)
        for at in range(4 if has_test else 2)
    ]
    kept = {
        layer: np.concatenate(
            [np.array([it[condition] for it in part.kept[layer]])[:, :n] for part, n in parts], axis=1
        )
        for layer in keep
    }
    weights = [
        np.concatenate([part.final[at][condition, :n] for part, n in parts]) for at in range(2 * len(net.shapes))
    ]
    weights = tuple(it if at % 2 == 0 else it[:, 0] for at, it in enumerate(weights))
    return Replicas(
        tuple(seeds[: sum(n for _, n in parts)]),
        np.array(parts[0][0].at),
        curves[0],
        curves[1],
        *(curves[2:] if has_test else (None, None)),
        kept,
        weights,
        complete,
        seconds,
        net,
    )


# What comes in, checked.


def _seeds(seeds):
    if isinstance(seeds, (int, np.integer)) and not isinstance(seeds, bool):
        seeds = range(whole(seeds, "seeds", least=1))
    seeds = [whole(seed, "a seed", least=0) for seed in seeds]
    if not seeds:
        raise ValueError("seeds must be one or more, got none.")
    return seeds


def _numbers(values, dtype, what):
    """An array of numbers; None stays."""
    try:
        return None if values is None else np.asarray(values, dtype=dtype)
    except (TypeError, ValueError):
        raise ValueError(f"{what} must be an array of numbers.") from None


def _examples(X, y, n_replicas, dtype, what, like=None):
    """X and y as arrays of numbers, both with two axes or, where each replica has its own, three."""
    X, y = _numbers(X, dtype, f"X{what}"), _numbers(y, dtype, f"y{what}")
    for name, values in ((f"X{what}", X), (f"y{what}", y)):
        if values is None:
            raise ValueError(f"{name} must be an array of numbers, got None.")
    y = y[:, None] if y.ndim == 1 else y
    for name, values in ((f"X{what}", X), (f"y{what}", y)):
        if values.ndim not in (2, 3) or not values.size or (values.ndim == 3 and len(values) != n_replicas):
            raise ValueError(
                f"{name} must have two axes (n, …), or three ({n_replicas} replicas, n, …), and not be empty, got shape {values.shape}."
            )
        if not np.isfinite(values).all():
            raise ValueError(f"{name} must be finite, got {values[~np.isfinite(values)][0]}.")
    if X.shape[-2] != y.shape[-2]:
        raise ValueError(f"X{what} and y{what} must be of as many examples, got {X.shape[-2]} and {y.shape[-2]}.")
    if like and (X.shape[-1], y.shape[-1]) != (like[0].shape[-1], like[1].shape[-1]):
        raise ValueError(
            f"X{what} and y{what} must have as many columns as X and y, got {X.shape[-1]} and {y.shape[-1]}, not {like[0].shape[-1]} and {like[1].shape[-1]}."
        )
    return X, y


def _hidden(hidden, tied):
    sizes = [
        whole(n, "the size of a hidden layer", least=1)
        for n in ([hidden] if isinstance(hidden, (int, np.integer)) else hidden)
    ]
    if tied and len(set(sizes)) > 1:
        raise ValueError(f"hidden layers must be equally large where they share weights, got {sizes}.")
    return sizes


def _n_outputs(y, test, loss, output, given):
    """How many outputs there are, once labels, outputs and loss are known to go together."""
    n = labels.n_outputs(y, loss, given)
    reach = labels.check_output(output, loss, n, y.dtype)
    labels.check_labels(y, loss, n, reach)
    if test:
        labels.check_labels(test[1], loss, n, reach, "y_test")
    labels.check_loss(loss, n, y.dtype)
    return n


def _strengths(values, n_replicas, n_kernels, penalized, what):
    """Strengths of a penalty, (n_replicas, n_kernels)."""
    if np.ndim(values) < 2:
        return np.repeat(per_replica(values, n_replicas, what)[:, None], n_kernels, axis=1)
    if penalized != "all":
        raise ValueError(
            f"{what} for each kernel goes with penalized='all', got {penalized!r}: a strength of 0 leaves a kernel out."
        )
    if np.shape(values) != (n_replicas, n_kernels):
        raise ValueError(
            f"{what} must be a number, one for each of {n_replicas} replicas, or of shape ({n_replicas}, {n_kernels}) for each of their kernels, got shape {np.shape(values)}."
        )
    return per_replica(np.ravel(values), n_replicas * n_kernels, what).reshape(n_replicas, n_kernels)


def _widths(widths, net, n_replicas):
    if widths is None:
        return None
    widths, most = np.asarray(widths), np.array(net.sizes[1:-1])
    if (
        widths.shape != (n_replicas, len(most))
        or widths.dtype.kind not in "iu"
        or (widths < 1).any()
        or (widths > most).any()
    ):
        raise ValueError(
            f"widths must be whole numbers of shape ({n_replicas}, {len(most)}), each from 1 to {most.tolist()}, got {widths.tolist() if widths.size < 20 else widths.shape}."
        )
    if net.tied and (widths != widths[:, :1]).any():
        raise ValueError("widths must be the same for all layers of a replica where they share weights.")
    return widths


def _first(net, seeds, initializer, bias_initializer, weights, widths, n_replicas):
    """The first weights of all replicas."""
    if weights is None:
        kernels, biases = (
            initial.initializers(given, n_replicas, what)
            for given, what in ((initializer, "initializer"), (bias_initializer, "bias_initializer"))
        )
        return initial.weights(net, seeds, kernels, biases, widths)
    if widths is not None:
        raise ValueError(
            "weights and widths must not both be given: which of the given weights would a narrower replica have?"
        )
    shapes = [shape for p, q in net.shapes for shape in ((p, q), (q,))]
    given = [np.asarray(it, dtype=float) for it in weights]
    if len(given) != len(shapes) or any(
        it.shape not in (shape, (n_replicas, *shape)) for it, shape in zip(given, shapes)
    ):
        raise ValueError(
            f"weights must have the shapes {shapes}, each with an axis of {n_replicas} replicas before or not, got {[it.shape for it in given]}."
        )
    found = [np.broadcast_to(it, (n_replicas, *shape)) for it, shape in zip(given, shapes)]
    found = [it if at % 2 == 0 else it[:, None] for at, it in enumerate(found)]
    return found


def _recorded(record, steps):
    if record is None:
        return sorted({0, *np.linspace(0, steps, N_RECORDED + 1).round().astype(int).tolist()})
    return sorted({whole(step, "a recorded step", least=0, most=steps) for step in record} | {steps})


def _kept(keep, net):
    found = {}
    for layer, entries in (keep or {}).items():
        p, q = net.shapes[net.matrix(whole(layer, "a layer to keep", least=0, most=net.n_layers - 1))]
        entries = np.asarray(entries)
        if (
            entries.ndim != 1
            or entries.dtype.kind not in "iu"
            or not entries.size
            or entries.min() < 0
            or entries.max() >= p * q
        ):
            raise ValueError(f"keep must name entries of layer {layer} by whole numbers from 0 to {p * q - 1}.")
        found[layer] = entries
    return found
