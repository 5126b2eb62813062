"""Train one network for each seed, or for each condition and seed, all at the same time."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import keras
import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import seeds_of
from lecture.replicas.machinery.checks import numbers
from lecture.replicas.machinery.conditions import check_conditions, plans_of
from lecture.replicas.machinery.run import run
from lecture.replicas.result import Replicas
from lecture.replicas.settings import KNOWN, Data, Fit, Settings, names_of

Function = str | Callable
Initializer = str | float | keras.initializers.Initializer | Sequence
Rate = ArrayLike | Callable | Sequence


def train(
    hidden: Sequence[int],
    X: ArrayLike,
    y: ArrayLike,
    *,
    steps: int,
    seeds: int | Sequence[int] = 30,
    batch_size: int | None = None,
    same_batches: bool = False,
    activation: Function = "sigmoid",
    output: Function = "softmax",
    loss: Function = "categorical_crossentropy",
    optimizer: str | keras.optimizers.Optimizer = "adam",
    learning_rate: Rate | None = None,
    initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
    weights: Sequence[ArrayLike] | None = None,
    widths: ArrayLike | None = None,
    tied: bool = False,
    batch_norm: tuple[float, float] | None = None,
    dropout: ArrayLike = 0.0,
    l1: ArrayLike = 0.0,
    l2: ArrayLike = 0.0,
    weight_decay: ArrayLike = 0.0,
    penalized: str = "hidden",
    n_outputs: int | None = None,
    X_test: ArrayLike | None = None,
    y_test: ArrayLike | None = None,
    record: Sequence[int] | None = None,
    n_measured: int | None = None,
    keep: Mapping[int, Sequence[int]] | str | None = None,
    gradient_norm: bool = False,
    dtype: str = "float32",
    max_bytes: int | None = None,
    show: bool = True,
) -> Replicas:
    """Train a network once for each seed, all at the same time.

    Each replica is the network that Keras' ``fit`` trains from the same initial weights on the same mini-batches; with
    dropout other units are dropped.

    Parameters
    ----------
    hidden : sequence of int
        Units of the hidden layers; empty for a linear model.
    X : array (n, n_inputs), or (n_replicas, n, n_inputs)
        Training examples: the same for all replicas, or each replica's own.
    y : array (n, n_outputs) or (n_replicas, n, n_outputs)
        What the loss compares with: one-hot rows, or numbers; (n,) is taken for (n, 1). For a sparse loss class numbers
        (n, 1), with ``n_outputs``. For two classes 0 and 1 in one column use ``output="sigmoid"`` and
        ``loss="binary_crossentropy"``.
    steps : int
        Number of update steps.
    seeds : int or sequence of int
        Seeds of the initial weights and of the mini-batches; a number n stands for 0 to n - 1. A replica depends on its
        own seed only.
    batch_size : int, optional
        Examples of a mini-batch; by default each step takes all examples. Epoch e of the replica with seed s takes them
        in the order ``lecture.shuffling.epoch_order(n, s, e)``; the last mini-batch of an epoch may be smaller.
    same_batches : bool
        Whether all replicas take the mini-batches of the first seed, so that seeds differ in their initial weights
        only. The first layer of all is then one product: faster where there are many inputs.
    activation, output : str or callable
        Activation of the hidden layers, and of the last layer; names are Keras'. A function takes tensors
        (n_replicas, n, units).
    loss : str, keras.losses.Loss or callable
        Loss with a value for each example.
    optimizer : str or keras.optimizers.Optimizer
        Optimizer that updates each weight by itself.
    learning_rate : float, array (n_replicas,), callable or a sequence of n_replicas, optional
        Learning rate of all replicas, or of each; by default the optimizer's. A function of the step, from 0, such as
        ``lecture.optimizers.Triangular``, is a schedule; a sequence may have both.
    initializer, bias_initializer : str, float, keras.initializers.Initializer, or a sequence of n_replicas of them
        Initializers of the kernels and of the biases. A number is the standard deviation of normal weights.
    weights : sequence of arrays, optional
        Initial weights in the order of Keras' ``get_weights``, instead of initializers: kernel (p, q) and bias (q,) of
        each layer, or with a leading axis of replicas. With batch norm γ, β, moving mean and moving variance (q,) come
        after those of each hidden layer; without the moving averages these start at 0 and 1.
    widths : array (n_replicas, n_hidden), optional
        Units that a replica has in each hidden layer, from 1 to ``hidden``.
    tied : bool
        Whether all hidden layers after the first, which have equally many units, share one matrix and one vector of
        biases.
    batch_norm : pair of float, optional
        Momentum, from 0 to below 1, and ε, at least 0, of batch norm before the activation of each hidden layer, as
        Keras and ``lecture.from_scratch.BatchNorm`` have it; none if None. In training it takes the statistics of the
        mini-batch, which needs three examples or more; what is recorded, and predictions, take moving averages. If ε
        is 0, a unit that is the same for all examples turns the weights of its replica into NaN.
    dropout : float or array (n_replicas,)
        Share of the units, from 0 to below 1, that each hidden layer drops in a step, after its activation; what it
        keeps is divided by 1 - dropout (Srivastava et al., 2014). Seed and step determine which units an example
        loses. Nothing is dropped in what is recorded, or in predictions.
    l1, l2 : float, array (n_replicas,) or (n_replicas, n_kernels)
        Strengths of the penalty l1 Σ|w| + l2 Σw² that is added to the loss: the same for all kernels, or (with
        ``penalized="all"``) one for each that is learnt.
    weight_decay : float or array (n_replicas,)
        Decoupled weight decay λ: before each step all weights and biases shrink by the factor 1 - η λ, with the step's
        learning rate η, and the optimizer's rule does not see it (Loshchilov & Hutter, 2019). With ``"adam"`` that is
        Keras' ``AdamW``.
    penalized : "hidden" or "all"
        Which kernels are penalized: those of the hidden layers, or the output's as well.
    n_outputs : int, optional
        Number of outputs; by default the last axis of y.
    X_test, y_test : arrays, optional
        Test examples, on which loss and accuracy are recorded as well; shapes are those of X and y.
    record : sequence of int, optional
        Steps at which to record, from 0 to ``steps``; by default 0 and 20 more, evenly spread. The last step is always
        recorded.
    n_measured : int, optional
        Training examples on which loss and accuracy are recorded: the first ones; all by default. Measuring many takes
        as long as some hundred steps.
    keep : dict of int to sequence of int, or "all", optional
        Weights to keep at recorded steps: for some layers, counted from 0, which entries of the flattened kernel; or
        all weights that are learnt in a row, in the order of Keras' ``get_weights``.
    gradient_norm : bool
        Whether to record the norm of each step's gradient: on its mini-batch, with penalties.
    dtype : "float32" or "float64"
        Precision of all computations.
    max_bytes : int, optional
        Memory to use, besides examples that all replicas share: replicas are trained in parts that fit. By default
        half of the free memory.
    show : bool
        Whether to show a progress bar.

    Returns
    -------
    Replicas

    Raises
    ------
    ValueError
        If an argument is out of range, or labels, ``output`` and ``loss`` do not go together.
    """
    given = dict(locals())
    seeds = given.pop("seeds")
    return _train({None: given}, seeds)[None]


def compare(
    conditions: Mapping[str, Mapping],
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    seeds: int | Sequence[int] = 30,
    **common,
) -> dict[str, Replicas]:
    """Train a network for each condition and seed, all at the same time.

    Parameters
    ----------
    conditions : mapping of str to mapping
        Settings of each condition by its name: the arguments of `train` that differ. A condition may set ``loss``,
        ``activation``, ``output``, ``batch_norm``, ``dropout``, ``initializer``, ``bias_initializer``, ``weights``,
        ``widths``, ``l1``, ``l2``, ``weight_decay``, ``learning_rate``, ``X``, ``y``, ``X_test`` and ``y_test``. Arrays
        with a value for each replica have one for each seed. Those with batch norm are trained after those without.
    X, y : arrays, optional
        Training examples of the conditions without their own, as for `train`.
    seeds : int or sequence of int
        Seeds of the initial weights and of the mini-batches, the same for each condition.
    **common
        Other arguments of `train`, the same for all conditions: at least ``hidden`` and ``steps``. Those that a
        condition may set are defaults.

    Returns
    -------
    dict of str to Replicas
        For each condition what `train` gives with its settings.

    Raises
    ------
    ValueError
        If there is no condition, a setting is unknown or must not differ, the shapes of conditions differ, or `train`
        would refuse a condition.
    """
    check_conditions(conditions)
    if unknown := [name for name in common if name not in KNOWN]:
        raise ValueError(f"settings must be arguments of train, {', '.join(KNOWN)}, got {unknown[0]!r}.")
    if missing := [name for name in ("hidden", "steps") if name not in common]:
        raise ValueError(f"{missing[0]} must be given: it is the same for all conditions.")
    common |= {"X": X, "y": y}
    for name in names_of(Data):  # converted once, not once for each condition
        values = numbers(common.get(name), common.get("dtype", Fit.dtype), name)
        common[name] = values[:, None] if name.startswith("y") and np.ndim(values) == 1 else values
    return _train({name: common | dict(own) for name, own in conditions.items()}, seeds)


def _train(conditions, seeds):
    """Train the replicas of all conditions, each a mapping of settings."""
    start = time.perf_counter()
    seeds = seeds_of(seeds)
    settings = {name: Settings.of(given) for name, given in conditions.items()}
    done = []
    for own, plan in plans_of(settings, seeds):
        if done and not done[-1][1].complete:  # interrupted: no step with the others
            plan = replace(plan, record=[0])
        done.append((own, run(own, seeds, plan)))
    seconds = time.perf_counter() - start
    nets = {own[at].name: found.replicas(at, own[at], seconds) for own, found in done for at in range(len(own))}
    return {name: nets[name] for name in conditions}
