"""The run of a training: replicas in parts that fit into memory, each part in slices that run side by side."""

import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from lecture.device import ignore_retracing
from lecture.replicas.loop import N_NOTED
from lecture.replicas.machinery import cores, memory
from lecture.replicas.machinery.batches import N_BATCHES, Batches
from lecture.replicas.machinery.functions import switch
from lecture.replicas.machinery.interrupt import held_back
from lecture.replicas.machinery.optimizers import N_RATES
from lecture.replicas.machinery.program import Program, program_of
from lecture.replicas.result import Replicas

PATIENCE = 0.2  # seconds between two looks at Python, about: for the bar, and for Ctrl-C


def run(conditions, seeds, plan):
    """Train all replicas; return what was recorded of them as `Parts`."""
    programs = _programs(conditions, plan)
    per_slice = programs[0].loop.shapes[0][0] // len(conditions)
    size, parts = per_slice * len(programs), []
    n_parts = -(-len(seeds) // size)
    with (
        tqdm(total=plan.steps * n_parts, unit="step", leave=False, disable=not plan.show, delay=1) as bar,
        ThreadPoolExecutor(len(programs)) as pool,
        ignore_retracing(),
    ):
        for begin in range(0, len(seeds), size):
            # the last slices are filled up with seeds that are there already
            chosen = np.arange(begin, begin + size) % len(seeds)
            shared = {}
            slices = [
                Slice.of(program, conditions, plan, own, shared)
                for program, own in zip(programs, chosen.reshape(-1, per_slice))
            ]
            part = Part(slices, plan, pool, len(conditions))
            try:
                part.run(plan.record, bar)
            except KeyboardInterrupt:
                if parts:  # those that are whole are worth more
                    break
            parts.append(part)
            if part.done < plan.steps:
                break
    return Parts(parts, size, plan)


def _programs(conditions, plan):
    """One program for each slice: with a network and losses that switch between conditions."""
    first = conditions[0]
    n, n_conditions = first.data[0][0].shape[-2], len(conditions)
    n_examples = n if plan.batch_size is None else min(plan.batch_size, n)
    work = cores.operations(first.net, plan.steps, plan.size * n_conditions, n_examples)
    n_slices = cores.n_slices(plan.size, work)
    net = replace(
        first.net,
        activation=switch([condition.net.activation for condition in conditions]),
        output=switch([condition.net.output for condition in conditions]),
    )
    penalized = ()
    if any(condition.l1.any() or condition.l2.any() for condition in conditions):
        last = net.matrix(net.n_layers - 1)
        penalized = tuple(at for at in range(len(net.shapes)) if plan.everywhere or at != last)
    return [
        program_of(
            number,
            net,
            tuple(condition.loss for condition in conditions),
            plan.rule,
            -(-plan.size // n_slices) * n_conditions,
            dtype=plan.dtype,
            masked=any(condition.widths is not None for condition in conditions),
            penalized=penalized,
            decaying=any(condition.decay.any() for condition in conditions),
            noting=plan.noting,
            scheduled=_is_scheduled(conditions),
            shared=plan.same_batches,
            dropping=any(condition.dropout.any() for condition in conditions),
            floatx=keras.config.floatx(),
        )
        for number in range(n_slices)
    ]


def _is_scheduled(conditions):
    """Whether learning rates change from step to step."""
    return any(np.ndim(condition.rates) == 2 for condition in conditions)


@dataclass(frozen=True, eq=False)
class Slice:
    """Some seeds of all conditions in one program: replicas of a condition stand side by side."""

    program: Program
    data: list
    cuts: tf.Tensor
    batches: Batches | None
    rates: np.ndarray | None  # (n_steps, n_replicas) where they change from step to step
    same_batches: bool
    n_measured: int

    @classmethod
    def of(cls, program, conditions, plan, chosen, shared):
        """Put the chosen seeds of all conditions at their start; ``shared`` has the examples of all slices."""

        def stacked(arrays):
            return np.concatenate([array[chosen] for array in arrays])

        rates, scheduled = [condition.rates for condition in conditions], None
        if _is_scheduled(conditions):
            every = [np.broadcast_to(own, (plan.steps, len(plan.seeds)))[:, chosen] for own in rates]
            scheduled, rates = np.concatenate(every, axis=1), [None]
        first, net = [stacked(arrays) for arrays in zip(*plan.first)], program.loop.net
        program.start(
            first[: len(net.arrays)],
            None if rates[0] is None else stacked(rates),
            stacked(condition.l1 for condition in conditions),
            stacked(condition.l2 for condition in conditions),
            [stacked(masks) for masks in zip(*(_masks(condition, len(plan.seeds)) for condition in conditions))]
            if program.loop.masks
            else [],
            decay=stacked(condition.decay for condition in conditions),
            batch_norm=np.repeat([condition.batch_norm for condition in conditions], len(chosen), axis=0)
            if net.normalized
            else None,
            moving=first[len(net.arrays) :],
            dropout=stacked(condition.dropout for condition in conditions),
            seeds=[plan.seeds[at] for at in chosen],
        )
        batches = None
        if plan.batch_size is not None:
            seeds = plan.seeds[:1] if plan.same_batches else [plan.seeds[at] for at in chosen]
            n_times = 1 if plan.same_batches else len(conditions)
            batches = Batches(conditions[0].data[0][0].shape[-2], plan.batch_size, seeds, n_times)
        data = [
            tuple(_examples(arrays, chosen, shared) for arrays in zip(*pairs))
            for pairs in zip(*(condition.data for condition in conditions))
        ]
        cuts = np.repeat([condition.cut for condition in conditions], len(chosen))[:, None]
        cuts = tf.convert_to_tensor(cuts, plan.dtype)
        return cls(program, data, cuts, batches, scheduled, plan.same_batches, plan.n_measured)

    def steps(self, n, begin):
        """Make n steps from ``begin`` on; return the norms of their gradients, (n_replicas, n), if they are noted."""
        if self.rates is not None:
            self.program.rates.assign(begin, self.rates[begin : begin + n])
        rows, shares = self.batches.next(n) if self.batches else (None, None)
        if self.same_batches and rows is not None:
            rows = rows[:, 0]
        return self.program.steps(n, *self.data[0], rows, shares)

    def measure(self):
        """Return loss and accuracy of each replica, on the training examples and then on the test examples."""
        counts = [self.n_measured, *(X.shape[-2] for X, _ in self.data[1:])]
        return [values for pair, n in zip(self.data, counts) for values in self._measured(*pair, n)]

    def _measured(self, X, y, n):
        """Loss and accuracy on the first n examples, in blocks that fit into memory."""
        rows = memory.rows_at_once(self.program.loop.net, len(self.cuts))
        if n == X.shape[-2] and n <= rows:
            return self.program.measure(X, y, self.cuts)
        starts = range(0, n, rows)
        sizes = [min(rows, n - at) for at in starts]
        parts = [[array[..., at : at + size, :] for array in (X, y)] for at, size in zip(starts, sizes)]
        blocks = [self.program.measure(*part, self.cuts) for part in parts]
        return [np.average(values, axis=0, weights=sizes).astype(values[0].dtype) for values in zip(*blocks)]


def _masks(condition, n_seeds):
    """For each hidden layer 1 for units that a seed has, else 0: arrays (n_seeds, q)."""
    sizes = condition.net.sizes[1:-1]
    widths = np.tile(sizes, (n_seeds, 1)) if condition.widths is None else condition.widths
    return [(np.arange(q) < widths[:, [layer]]).astype(float) for layer, q in enumerate(sizes)]


def _examples(arrays, chosen, shared):
    """The examples of all conditions for the chosen seeds; without an axis of replicas where all have the same."""
    if arrays[0].ndim == 2 and all(array is arrays[0] for array in arrays):
        if id(arrays[0]) not in shared:
            shared[id(arrays[0])] = memory.tensor(arrays[0])
        return shared[id(arrays[0])]
    own = [array if array.ndim == 3 else np.broadcast_to(array, (chosen.max() + 1, *array.shape)) for array in arrays]
    return tf.constant(np.concatenate([array[chosen] for array in own]))


class Part:
    """Replicas that are trained at a time, in slices that make their steps side by side, and what was recorded."""

    def __init__(self, slices, plan, pool, n_conditions):
        self.slices, self.keep, self.noting, self.pool = slices, plan.keep, plan.noting, pool
        self.n_conditions = n_conditions
        self.done, self.at, self.measured, self.kept = 0, [], [], {layer: [] for layer in plan.keep}
        self.norms = []
        self.final = None

    def run(self, record, bar):
        """Make all steps and record on the way; Ctrl-C leaves what was recorded, and a last record where it stands."""
        most, first = 16, self.slices[0]
        limits = [N_BATCHES] * (first.batches is not None) + [N_NOTED] * self.noting
        limits += [N_RATES] * (first.rates is not None)
        try:
            for goal in record:
                while self.done < goal:
                    n = min(most, goal - self.done, *limits)
                    began = time.perf_counter()
                    self.steps(n)
                    bar.update(n)
                    faster = np.clip(PATIENCE / (time.perf_counter() - began), 0.5, 4)
                    most = int(np.clip(most * faster, 16, max(16, goal)))
                self.record()
        except KeyboardInterrupt:
            if self.at[-1:] != [self.done]:
                self.record()
            raise
        finally:
            moving = self._together([own.program.moving() for own in self.slices])
            self.final = self._weights() + moving  # the programs go on with other replicas

    def steps(self, n):
        """Make n steps."""
        with held_back():
            norms = self._each(lambda own: own.steps(n, self.done))
            if self.noting:
                self.norms += self._together([[own] for own in norms])
            self.done += n

    def record(self):
        """Measure now."""
        with held_back():
            self.measured.append(self._together(self._each(Slice.measure)))
            weights = [array.reshape(*array.shape[:2], -1) for array in self._weights()] if self.keep else []
            net = self.slices[0].program.loop.net
            for layer, entries in self.keep.items():
                kept = (
                    np.concatenate(weights, axis=2)
                    if layer == "all"
                    else weights[net.stride * net.matrix(layer)][..., entries]
                )
                self.kept[layer].append(kept)
            self.at.append(self.done)

    def _each(self, job):
        """Let all slices do something at the same time; return what each gives."""
        futures = [self.pool.submit(job, own) for own in self.slices]
        wait(futures)
        return [future.result() for future in futures]

    def _weights(self):
        return self._together([own.program.weights() for own in self.slices])

    def _together(self, lists):
        """Join the arrays of all slices, each (n_conditions * n_seeds, …), to (n_conditions, n_seeds, …)."""
        return [
            np.concatenate([array.reshape(self.n_conditions, -1, *array.shape[1:]) for array in arrays], axis=1)
            for arrays in zip(*lists)
        ]


class Parts:
    """What was recorded of all parts, one after the other; the last without what it was filled up with."""

    def __init__(self, parts, size, plan):
        self.parts, self.plan = parts, plan
        self.counts = [min(size, len(plan.seeds) - at * size) for at in range(len(parts))]
        self.complete = sum(self.counts) == len(plan.seeds) and parts[-1].done == plan.steps

    def replicas(self, at, condition, seconds):
        """Return the replicas of the condition with number ``at``."""
        n_curves, n_weights = 2 * len(condition.data), len(condition.net.arrays)
        final = tuple(self._joined(at, lambda part, i=i: [part.final[i]])[0] for i in range(len(self.parts[0].final)))
        curves = [self._joined(at, lambda part, i=i: [row[i] for row in part.measured]) for i in range(n_curves)]
        return Replicas(
            tuple(self.plan.seeds[: sum(self.counts)]),
            np.array(self.parts[0].at),
            *curves,
            *[None] * (4 - n_curves),
            kept={layer: self._joined(at, lambda part, layer=layer: part.kept[layer]) for layer in self.plan.keep},
            weights=final[:n_weights],
            complete=self.complete,
            seconds=seconds,
            net=condition.net,
            gradient_norm=self._norms(at) if self.plan.noting else None,
            batch_norm=condition.batch_norm,
            moving=final[n_weights:],
        )

    def _norms(self, at):
        """The norms of all gradients of a condition, (n_steps, all seeds)."""
        each = []
        for part, n in zip(self.parts, self.counts):
            none = np.empty((n, 0), self.plan.dtype)  # where it was interrupted at once
            each.append(np.concatenate([none, *(block[at, :n] for block in part.norms)], axis=1))
        return np.concatenate(each).T

    def _joined(self, at, rows_of):
        """From rows (n_conditions, n_seeds, …) of each part one array (n_rows, all seeds, …) of a condition."""
        each = [np.array([row[at, :n] for row in rows_of(part)]) for part, n in zip(self.parts, self.counts)]
        return np.concatenate(each, axis=1)
