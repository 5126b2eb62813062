"""Conditions, checked: what may differ between replicas, and the plan that all of them share."""

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from lecture.checks import one_of, real, whole
from lecture.replicas.machinery import checks, labels, memory
from lecture.replicas.machinery.functions import cut_of, function
from lecture.replicas.machinery.optimizers import Rule, checked, per_replica, rates_of
from lecture.replicas.net import BatchedNet
from lecture.replicas.settings import OWN


@dataclass(frozen=True, eq=False)
class Condition:
    """What may differ between replicas.

    Attributes
    ----------
    name : str or None
    net : BatchedNet
    loss : str, keras.losses.Loss or callable
    data : list of pairs (X, y)
        To train on, and to test on if there are test examples; with a leading axis of seeds if each has its own.
    cut : float
        Where a single output parts two classes.
    rates : array (n_seeds,) or (n_steps, n_seeds), or None
        None for an optimizer with a schedule.
    l1, l2 : arrays (n_seeds, n_kernels)
    decay : array (n_seeds,)
        Decoupled weight decay.
    widths : array (n_seeds, n_hidden) or None
    batch_norm : (float, float) or None
        Momentum and ε.
    dropout : array (n_seeds,)
        Share of the hidden units that are dropped in a step.
    """

    name: str | None
    net: BatchedNet
    loss: object
    data: list
    cut: float
    rates: np.ndarray | None
    l1: np.ndarray
    l2: np.ndarray
    decay: np.ndarray
    widths: np.ndarray | None
    batch_norm: tuple | None
    dropout: np.ndarray

    @property
    def shapes(self):
        """What must be the same for all conditions, by name."""
        arrays = [array for pair in self.data for array in pair] + [None, None]
        names = ("X", "y", "X_test", "y_test")
        return {"units": self.net.sizes} | {
            name: None if array is None else array.shape[-2:] for name, array in zip(names, arrays)
        }


@dataclass(frozen=True, eq=False)
class Plan:
    """What all conditions share.

    Attributes
    ----------
    seeds : tuple of int
    first : list, for each condition, of lists of arrays
        Initial weights, (n_seeds, p, q) or (n_seeds, 1, q), in the order of ``net.arrays``, then moving averages.
    size : int
        Seeds that are trained at a time, each with all conditions.
    steps : int
    batch_size : int or None
    same_batches : bool
        Whether all replicas take the mini-batches of the first seed.
    rule : Rule
    everywhere : bool
        Whether the output's kernel is penalized as well.
    dtype : str
    record : list of int
    n_measured : int
        Training examples on which is measured.
    keep : dict of int to array
    noting : bool
        Whether to note the norm of the gradient in each step.
    show : bool
    """

    seeds: tuple
    first: list
    size: int
    steps: int
    batch_size: int | None
    same_batches: bool
    rule: Rule
    everywhere: bool
    dtype: str
    record: list
    n_measured: int
    keep: dict
    noting: bool
    show: bool


def check_conditions(conditions):
    """Refuse what is no mapping of names to settings that may differ."""
    if not isinstance(conditions, Mapping) or not conditions:
        raise ValueError(f"conditions must map one name or more to settings, got {conditions!r}.")
    for name, own in conditions.items():
        if not isinstance(own, Mapping):
            raise ValueError(f"condition {name!r} must be a mapping of settings, got {own!r}.")
        if "seeds" in own:
            raise ValueError(f"seeds must be the same for all conditions, got some of its own for condition {name!r}.")
        if unknown := [setting for setting in own if setting not in OWN]:
            raise ValueError(f"a condition may set {', '.join(OWN)}, got {unknown[0]!r} in condition {name!r}.")


def plans_of(settings, seeds):
    """Return the plans of all trainings, from settings by name: pairs of conditions and their plan.

    Conditions with batch norm have other weights than those without, and are trained after them.
    """
    conditions, plan = _all_conditions(settings, seeds)
    found = []
    for normalized in (False, True):
        chosen = [at for at, condition in enumerate(conditions) if condition.net.normalized == normalized]
        if chosen:
            own = replace(plan, first=[plan.first[at] for at in chosen])
            found.append(([conditions[at] for at in chosen], own))
    return found


def _all_conditions(settings, seeds):
    """The conditions, and their plan."""
    common = next(iter(settings.values()))
    fit, record = common.fit, common.record
    one_of(fit.dtype, ("float32", "float64"), "dtype")
    one_of(fit.penalized, ("hidden", "all"), "penalized")
    optimizer = checked(fit.optimizer)
    conditions = [_condition(name, own, optimizer, len(seeds)) for name, own in settings.items()]
    _same_shapes(conditions)
    batch_size = None if fit.batch_size is None else whole(fit.batch_size, "batch_size", least=1)
    if same_batches := bool(fit.same_batches):
        checks.check_same_data([condition.data[0] for condition in conditions])
    for condition in conditions:
        if condition.net.normalized:
            with _in_condition(condition.name):
                checks.check_batches(condition.data[0][0].shape[-2], batch_size)
    steps, net = whole(fit.steps, "steps", least=1), conditions[0].net
    n = conditions[0].data[0][0].shape[-2]
    plan = Plan(
        seeds,
        size=_seeds_at_a_time(conditions, len(seeds), batch_size, same_batches, record.max_bytes),
        steps=steps,
        record=checks.recorded_steps(record.record, steps),
        n_measured=n if record.n_measured is None else whole(record.n_measured, "n_measured", least=1, most=n),
        keep=checks.kept_entries(record.keep, net),
        first=[_first(own.network, condition, seeds) for own, condition in zip(settings.values(), conditions)],
        batch_size=batch_size,
        same_batches=same_batches,
        rule=Rule.of(optimizer),
        everywhere=fit.penalized == "all",
        dtype=fit.dtype,
        noting=bool(record.gradient_norm),
        show=record.show,
    )
    return conditions, plan


def _condition(name, settings, optimizer, n_seeds):
    network, data, fit = settings.network, settings.data, settings.fit
    with _in_condition(name):
        how = dict(n_replicas=n_seeds, dtype=fit.dtype)
        pairs = [checks.examples(data.X, data.y, **how)]
        if data.X_test is not None:
            pairs.append(checks.examples(data.X_test, data.y_test, what="_test", like=pairs[0], **how))
        output = function(network.output, "output")
        n_outputs, lowest = _outputs(pairs, fit.loss, output, network.n_outputs)
        sizes = (pairs[0][0].shape[-1], *checks.hidden_of(network.hidden, network.tied), n_outputs)
        activation = function(network.activation, "activation")
        batch_norm = checks.batch_norm_of(network.batch_norm, list(sizes[1:-1]), network.tied, network.widths)
        net = BatchedNet(sizes, activation, output, bool(network.tied), batch_norm is not None)
        l1, l2 = (
            checks.strengths(values, n_seeds, len(net.shapes), fit.penalized, what)
            for what, values in (("l1", fit.l1), ("l2", fit.l2))
        )
        return Condition(
            name,
            net,
            loss=fit.loss,
            data=pairs,
            cut=cut_of(fit.loss, lowest),
            rates=rates_of(optimizer, fit.learning_rate, n_seeds, whole(fit.steps, "steps", least=1)),
            l1=l1,
            l2=l2,
            decay=per_replica(fit.weight_decay, n_seeds, "weight_decay"),
            widths=checks.widths_of(network.widths, net, n_seeds),
            batch_norm=batch_norm,
            dropout=checks.dropout_of(network.dropout, sizes[1:-1], n_seeds),
        )


def _outputs(data, loss, output, given):
    """How many outputs there are, and how low they reach, once labels, outputs and loss are known to go together."""
    y = data[0][1]
    n = labels.n_outputs(y, loss, given)
    reach = labels.check_output(output, loss, n, y.dtype)
    for (_, values), what in zip(data, ("y", "y_test")):
        labels.check_labels(values, loss, n, reach, what)
    labels.check_loss(loss, n, y.dtype)
    return n, reach[0]


def _first(network, condition, seeds):
    with _in_condition(condition.name):
        return checks.initial_weights(condition.net, seeds, network, condition.widths)


@contextmanager
def _in_condition(name):
    """Say which condition is refused."""
    try:
        yield
    except ValueError as error:
        if name is None:
            raise
        raise ValueError(f"condition {name!r}: {error}") from None


def _same_shapes(conditions):
    """Refuse conditions that cannot be trained side by side."""
    first = conditions[0]
    for condition in conditions[1:]:
        for what, shape in condition.shapes.items():
            if shape != (wanted := first.shapes[what]):
                raise ValueError(
                    f"conditions must have equal shapes, got {what} {wanted} in condition {first.name!r} "
                    f"and {shape} in condition {condition.name!r}."
                )


def _seeds_at_a_time(conditions, n_seeds, batch_size, same_batches, max_bytes):
    """How many seeds fit into memory, each with all conditions."""
    first, net = conditions[0].data[0][0], conditions[0].net
    shared = all(X.ndim == 2 and X is first for condition in conditions for X, _ in condition.data[:1])
    n_step = min(batch_size or len(first), first.shape[-2]) if shared else first.shape[-2]
    n_measured = max(X.shape[-2] for X, _ in conditions[0].data)
    n_at_once = max(n_step, min(n_measured, memory.rows_at_once(net, n_seeds * len(conditions))))
    own_data = not shared or (batch_size is not None and not same_batches)
    each = memory.bytes_each(net, n_at_once, first.itemsize, own_data=own_data, n_taken=n_step)
    free = memory.available() - (first.nbytes if shared else 0)  # which all replicas have together
    limit = real(max_bytes or max(1, free), "max_bytes", least=1)
    return memory.at_a_time(n_seeds, each * len(conditions), limit)
