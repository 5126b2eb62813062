"""Train many small nets at once."""

import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from lecture.checks import one_of, real, whole
from lecture.device import tracing_unsaid
from lecture.replicas import cores, initial, labels, memory
from lecture.replicas.net import Net, function
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
    start = time.perf_counter()
    seeds = _seeds(seeds)
    n_replicas = len(seeds)
    one_of(dtype, ("float32", "float64"), "dtype")
    X, y = _examples(X, y, n_replicas, dtype, "")
    test = None if X_test is None else _examples(X_test, y_test, n_replicas, dtype, "_test", like=(X, y))
    output = function(output, "output")
    n_outputs = _n_outputs(y, test, loss, output, n_outputs)
    net = Net((X.shape[-1], *_hidden(hidden, tied), n_outputs), function(activation, "activation"), output, bool(tied))
    n_at_once = max(X.shape[-2], 0 if test is None else test[0].shape[-2])
    each = memory.bytes_each(net, n_at_once, np.dtype(dtype).itemsize, own_data=X.ndim == 3 or batch_size is not None)
    size = memory.at_a_time(n_replicas, each, real(max_bytes or memory.available(), "max_bytes", least=1))
    optimizer = checked(optimizer)
    rates = rates_of(optimizer, learning_rate, n_replicas)
    strengths = [
        _strengths(values, n_replicas, len(net.shapes), penalized, name) for name, values in (("l1", l1), ("l2", l2))
    ]
    widths = _widths(widths, net, n_replicas)
    first = _first(net, seeds, initializer, bias_initializer, weights, widths, n_replicas)
    masks = (
        []
        if widths is None
        else [(np.arange(q) < widths[:, [layer], None]).astype(float) for layer, q in enumerate(net.sizes[1:-1])]
    )
    steps, record = whole(steps, "steps", least=1), _recorded(record, steps)
    keep = _kept(keep, net)
    batch_size = None if batch_size is None else whole(batch_size, "batch_size", least=1)
    penalized = (
        one_of(penalized, ("hidden", "all"), "penalized") == "all",
        any(strength.any() for strength in strengths),
    )
    work = cores.work(net, steps, size, X.shape[-2] if batch_size is None else min(batch_size, X.shape[-2]))
    n_slices = cores.slices(size, work)
    slice_size = -(-size // n_slices)
    size = n_slices * slice_size
    programs = [
        _program(
            at, net, loss, as_text(optimizer), slice_size, dtype, keras.config.floatx(), widths is not None, penalized
        )
        for at in range(n_slices)
    ]

    parts = []
    with (
        tqdm(total=steps * -(-n_replicas // size), unit="step", leave=False, disable=not show, delay=1) as bar,
        ThreadPoolExecutor(n_slices) as pool,
        tracing_unsaid(),
    ):
        for begin in range(0, n_replicas, size):
            slices = []
            for at, program in enumerate(programs):
                chosen = (
                    np.arange(begin + at * slice_size, begin + (at + 1) * slice_size) % n_replicas
                )  # the last slices are filled up with replicas that are there already
                own = lambda values: tf.constant(values[chosen] if values.ndim == 3 else values)
                program.start(
                    [it[chosen] for it in first],
                    None if rates is None else rates[chosen],
                    *(it[chosen] for it in strengths),
                    [it[chosen] for it in masks],
                )
                batches = None if batch_size is None else _Batches(X.shape[-2], batch_size, [seeds[i] for i in chosen])
                slices.append(
                    _Slice(
                        program, [(own(X), own(y))] + ([] if test is None else [(own(test[0]), own(test[1]))]), batches
                    )
                )
            part = _Part(slices, keep, pool)
            try:
                _run(part, steps, record, bar)
            except KeyboardInterrupt:
                if parts:  # those that are whole are worth more
                    break
            parts.append((part, min(size, n_replicas - begin)))
            if part.done < steps:
                break
    complete = len(parts) * size >= n_replicas and parts[-1][0].done == steps
    return _result(net, seeds, parts, keep, test is not None, complete, time.perf_counter() - start)


@lru_cache(maxsize=16)
def _program(at, net, loss, optimizer, n_replicas, dtype, rates, masked, penalized):
    """The program for some shapes; the last few are kept, because compiling one takes a second and more.

    ``at`` counts those that run side by side. ``rates`` is the type of learning rates, which Keras keeps as it is set:
    of what is configured, all that matters here.
    """
    everywhere, any_strength = penalized
    last = net.matrix(net.n_layers - 1)
    chosen = [at for at in range(len(net.shapes)) if everywhere or at != last] if any_strength else []
    return Program(net, loss, from_text(optimizer), n_replicas, dtype=dtype, masked=masked, penalized=tuple(chosen))


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

    def __init__(self, slices, keep, pool):
        self.slices, self.keep, self.pool = slices, keep, pool
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
        measured, _ = self._each(_Slice.measure)
        self.measured.append([np.concatenate(values) for values in zip(*measured)])
        if self.keep:
            weights = self._weights()
        for layer, entries in self.keep.items():
            kernels = weights[2 * self.slices[0].program.net.matrix(layer)]
            self.kept[layer].append(kernels.reshape(len(kernels), -1)[:, entries])
        self.at.append(self.done)

    def end(self):
        """Take the weights along: the programs go on with other replicas."""
        self.final = self._weights()

    def _weights(self):
        each = [it.program.weights(keras.ops.convert_to_numpy(it.program.flat)) for it in self.slices]
        return [np.concatenate(arrays) for arrays in zip(*each)]


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

    def __init__(self, n, batch_size, seeds):
        self.n, self.size, self.seeds = n, min(batch_size, n), seeds
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
        return rows, shares


def _result(net, seeds, parts, keep, has_test, complete, seconds):
    """Put the parts together, each without what it was filled up with."""
    counts = [n for _, n in parts]
    curves = [
        np.concatenate(
            [np.array([row[at] for row in part.measured])[:, :n] for (part, _), n in zip(parts, counts)], axis=1
        )
        for at in range(4 if has_test else 2)
    ]
    kept = {
        layer: np.concatenate([np.array(part.kept[layer])[:, :n] for (part, _), n in zip(parts, counts)], axis=1)
        for layer in keep
    }
    weights = [
        np.concatenate([part.final[at][:n] for (part, _), n in zip(parts, counts)]) for at in range(2 * len(net.shapes))
    ]
    weights = tuple(it if at % 2 == 0 else it[:, 0] for at, it in enumerate(weights))
    return Replicas(
        tuple(seeds[: sum(counts)]),
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


def _examples(X, y, n_replicas, dtype, what, like=None):
    """X and y as arrays of numbers, both with two axes or, where each replica has its own, three."""
    try:
        X, y = np.asarray(X, dtype=dtype), np.asarray(y, dtype=dtype)
    except (TypeError, ValueError):
        raise ValueError(f"X{what} and y{what} must be arrays of numbers.") from None
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
