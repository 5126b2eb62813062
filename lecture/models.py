"""The lecture's networks: ``mlp`` and its regularized variants, built and compiled.

>>> mlp(512, 512).count_params()
669706

A variant differs from the plain net in what its keyword names and in nothing else: from one seed, the kernels of
``mlp(256, 32)`` and ``mlp(256, 32, dropout=0.3)`` start from the same numbers.
"""

import random

import keras
from keras import layers

from lecture.checks import one_of, real, whole

NORM_MOMENTUM = 0.9  # of batch normalization's moving averages

LOSSES = {
    "categorical": keras.losses.CategoricalCrossentropy,  # one-hot labels
    "sparse": keras.losses.SparseCategoricalCrossentropy,  # labels 0, 1, 2, …
    "binary": keras.losses.BinaryCrossentropy,  # labels 0 and 1, one output
}


def mlp(
    *hidden,
    n_inputs=784,
    n_classes=None,
    activation="relu",
    l1=0,
    l2=0,
    dropout=0,
    batch_norm=False,
    initializer="he_normal",
    optimizer="rmsprop",
    loss="categorical",
    label_smoothing=0,
    seed=None,
):
    """Return a dense net for classification, compiled, with its accuracy as metric.

    Parameters
    ----------
    *hidden : int
        Units per hidden layer, such as ``512, 512``; none for (multinomial) logistic regression.
    n_inputs, n_classes : int
        Features of a sample, and classes: one softmax output for each. With a binary loss ``n_classes`` is 2, and one
        sigmoid output tells the two apart.
    activation : str or callable
        Of the hidden layers: a name that Keras knows, or a function of ``keras.ops`` that keeps a row's shape.
    l1, l2 : float
        Adds l1 Σ|w| + l2 Σw² over the hidden layers' kernels to the loss.
    dropout : float
        Share of each hidden layer's outputs that is set to 0 in training, in [0, 1). Keras scales the others up by
        1 / (1 - dropout) meanwhile, and leaves all alone when it predicts.
    batch_norm : bool
        Normalize each hidden layer's z before the activation, where Ioffe & Szegedy (2015, section 3.2) put it. That
        adds four numbers per unit: γ and β, which are trained, and the moving mean and variance, which are not. Each
        batch moves these by a tenth of the way: they follow about the last ten batches, and are right after a short
        training, too. (Keras' own momentum of 0.99 needs some hundred batches first.) The Dense layers keep their
        biases, which β makes idle, so that nothing else differs from the plain net.
    initializer : str or keras.initializers.Initializer
        Of the kernels; each layer gets a copy with a seed of its own. Biases start at 0.
    optimizer : str or keras.optimizers.Optimizer
        A name, with Keras' defaults, or an optimizer. The model gets a fresh copy of it: one optimizer holds the state
        of one model, so the one handed in can serve for many.
    loss : str or keras.losses.Loss
        A key of ``LOSSES``, or a Keras loss on probabilities (``from_logits=False``).
    label_smoothing : float
        α in [0, 1): the targets become (1 - α) y + α / n_classes (with a binary loss α / 2). Not for sparse labels.
    seed : int, optional
        Of the initial weights and of what is dropped; without it both follow ``keras.utils.set_random_seed``, which
        also governs the order of the batches in ``fit``.

    Returns
    -------
    keras.Sequential
        Its layers are named ``hidden_1``, ``batch_norm_1``, ``activation_1``, ``dropout_1``, …, ``output``.

    Raises
    ------
    ValueError
        If an argument is not as above: one sentence says what was wanted and what came.

    >>> model = mlp(256, 32, l2=0.001, dropout=0.3, seed=0)
    >>> [layer.name for layer in model.layers]
    ['hidden_1', 'dropout_1', 'hidden_2', 'dropout_2', 'output']
    """
    for n_units in hidden:
        whole(n_units, "the size of a hidden layer", least=1)
    whole(n_inputs, "n_inputs", least=1)
    _check_activation(activation, hidden)
    penalty = {"l1": real(l1, "l1", least=0), "l2": real(l2, "l2", least=0)}
    real(dropout, "dropout", least=0, below=1)
    loss = _loss(loss, label_smoothing)
    n_outputs, output_activation = _output(loss, n_classes)
    optimizer = _optimizer(optimizer)
    # All seeds come from one draw, in pairs for each layer: a twin with dropout has the same kernels as one without.
    numbers = random.Random(random.randrange(2**32) if seed is None else whole(seed, "seed", least=0))
    seeds = [(numbers.randrange(2**31), numbers.randrange(2**31)) for _ in range(len(hidden) + 1)]

    model = keras.Sequential([keras.Input((n_inputs,))], name="mlp")
    for number, (n_units, (kernel_seed, dropout_seed)) in enumerate(zip(hidden, seeds), start=1):
        model.add(
            layers.Dense(
                n_units,
                activation=None if batch_norm else activation,
                kernel_initializer=_initializer(initializer, kernel_seed),
                kernel_regularizer=keras.regularizers.L1L2(**penalty) if any(penalty.values()) else None,
                name=f"hidden_{number}",
            )
        )
        if batch_norm:
            model.add(layers.BatchNormalization(momentum=NORM_MOMENTUM, name=f"batch_norm_{number}"))
            model.add(layers.Activation(activation, name=f"activation_{number}"))
        if dropout:
            model.add(layers.Dropout(dropout, seed=dropout_seed, name=f"dropout_{number}"))
    output_initializer = _initializer(initializer, seeds[-1][0])
    model.add(layers.Dense(n_outputs, output_activation, kernel_initializer=output_initializer, name="output"))
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)  # else ScheduleFreeAdamW (Keras 3.15) loses them in its first step
    return model


def _check_activation(activation, hidden):
    """Refuse what Keras does not know as an activation, or what makes something else of a layer's row of numbers."""
    if not callable(activation):
        helpers = ("deserialize", "get", "serialize")
        known = sorted(name for name, f in vars(keras.activations).items() if callable(f) and name not in helpers)
        one_of(activation, known, "activation")
    function = keras.activations.get(activation)
    for n_units in set(hidden):
        row = keras.Input((n_units,))
        try:
            made = f"shape {layers.Lambda(function)(row).shape[1:]}"
        except Exception as error:  # of whatever kind: the function is not ours
            made = type(error).__name__
        if made != f"shape {row.shape[1:]}":
            raise ValueError(
                f"activation must turn a row of {n_units} numbers into one of as many, by operations of keras.ops, got "
                f"{activation!r}, which gives {made}."
            )


def _loss(loss, label_smoothing):
    """The Keras loss, with its smoothing."""
    real(label_smoothing, "label_smoothing", least=0, below=1)
    smoothing = {"label_smoothing": label_smoothing} if label_smoothing else {}
    if isinstance(loss, keras.losses.Loss):
        name = type(loss).__name__
        if smoothing:
            raise ValueError(
                f"label_smoothing must be part of the loss that you hand in: {name}(label_smoothing={label_smoothing})."
            )
        if getattr(loss, "from_logits", False):
            raise ValueError(
                f"loss must take the probabilities that the net ends in, got {name} with from_logits=True."
            )
        return loss
    one_of(loss, LOSSES, "loss")
    if loss == "sparse" and smoothing:
        raise ValueError(
            "label_smoothing must be 0 with the loss 'sparse', whose labels are single numbers and cannot be smoothed, "
            f"got {label_smoothing}: use one-hot labels and the loss 'categorical'."
        )
    return LOSSES[loss](**smoothing)


def _output(loss, n_classes):
    """How many outputs the loss needs, and their activation."""
    if isinstance(loss, (keras.losses.BinaryCrossentropy, keras.losses.BinaryFocalCrossentropy)):
        if n_classes not in (None, 2):
            raise ValueError(
                f"a binary loss tells two classes apart with one output: n_classes must be 2, got {n_classes!r}."
            )
        return 1, "sigmoid"
    return whole(10 if n_classes is None else n_classes, "n_classes", least=2), "softmax"


def _optimizer(optimizer):
    """An optimizer of the model's own, without a state."""
    kind = keras.optimizers.Optimizer
    if isinstance(optimizer, kind):
        try:
            return optimizer.from_config(optimizer.get_config())
        except (NotImplementedError, TypeError) as error:  # a schedule that a student wrote, say
            raise ValueError(
                "optimizer must be one that Keras can copy; what you wrote for it needs get_config and "
                f"@keras.saving.register_keras_serializable(). Keras says: {error}"
            ) from error
    known = {name.lower(): c for name, c in _classes(keras.optimizers, kind) if not name.endswith("Optimizer")}
    name = optimizer.lower() if isinstance(optimizer, str) else optimizer  # "RMSprop" as well as "rmsprop"
    return known[one_of(name, sorted(known), "optimizer")]()


def _initializer(initializer, seed):
    """A copy of the initializer with this seed, if it draws at random."""
    kind = keras.initializers.Initializer
    if not isinstance(initializer, kind):
        known = {name: c for name, c in _classes(keras.initializers, kind) if name.islower()}
        initializer = known[one_of(initializer, sorted(known), "initializer")]()
    config = initializer.get_config()
    if "seed" in config:
        if config["seed"] is not None:
            raise ValueError(
                f"initializer must come without a seed, got {config['seed']!r}: one seed would start layers of one shape "
                "alike; use mlp(…, seed=…)."
            )
        config["seed"] = seed
    return initializer.from_config(config)


def _classes(module, kind):
    """The (name, class) of every proper subclass of ``kind`` that a Keras module offers."""
    classes = [(name, c) for name, c in vars(module).items() if isinstance(c, type)]
    return [(name, c) for name, c in classes if issubclass(c, kind) and c is not kind]
