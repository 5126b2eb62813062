"""The lecture's networks: ``mlp`` and its regularized variants, and a small ``convnet``, built and compiled.

>>> mlp(512, 512).count_params()
669706

A variant differs from the plain network only in what its keyword names: with the same seed, ``mlp(256, 32)`` and
``mlp(256, 32, dropout=0.3)`` have the same initial weights.
"""

import random
from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import layers

from lecture.checks import one_of, real, whole

NORM_MOMENTUM = 0.9  # for the moving averages of batch normalization

LOSSES = {
    "categorical": keras.losses.CategoricalCrossentropy,  # one-hot labels
    "sparse": keras.losses.SparseCategoricalCrossentropy,  # labels 0, 1, 2, …
    "binary": keras.losses.BinaryCrossentropy,  # labels 0 and 1, one output
}


def mlp(
    *hidden: int,
    n_inputs: int = 784,
    n_classes: int | None = None,
    activation: str | Callable = "relu",
    l1: float = 0,
    l2: float = 0,
    penalized: str = "hidden",
    dropout: float = 0,
    batch_norm: bool = False,
    momentum: float = NORM_MOMENTUM,
    epsilon: float = 1e-3,
    initializer: str | keras.initializers.Initializer = "he_normal",
    optimizer: str | keras.optimizers.Optimizer = "rmsprop",
    loss: str | keras.losses.Loss = "categorical",
    label_smoothing: float = 0,
    seed: int | None = None,
) -> keras.Sequential:
    """Return a dense network for classification, compiled, with accuracy as its metric.

    Parameters
    ----------
    *hidden : int
        Units per hidden layer, such as ``512, 512``; none for (multinomial) logistic regression.
    n_inputs, n_classes : int
        Number of features, and of classes, each with one softmax output. With a binary loss ``n_classes`` is 2, and
        the network has a single sigmoid output.
    activation : str or callable
        Activation of the hidden layers: a name that Keras knows, or a function of ``keras.ops`` that keeps the shape.
    l1, l2 : float
        Strengths of the penalty l1 Σ|w| + l2 Σw² that is added to the loss.
    penalized : {"hidden", "all"}
        Which kernels are penalized: those of the hidden layers, or the output's as well.
    dropout : float
        Fraction of each hidden layer's outputs that is set to 0 in training, in [0, 1). Keras scales the others by
        1 / (1 - dropout) in training, and changes nothing when it predicts.
    batch_norm : bool
        Whether to normalize each hidden layer's z before the activation, as in Ioffe & Szegedy (2015, section 3.2).
        This adds four numbers per unit: γ and β, which are trained, and the moving mean and variance, which are not.
        Each batch moves these two by a tenth of the way, so that they are right even after a short training. (With
        Keras' default, ``momentum=0.99``, they need some hundred batches.) The Dense layers keep their biases, although
        β makes them redundant, so that nothing else differs from the plain network.
    momentum : float
        Share of batch norm's moving averages that stays when a batch moves them, in [0, 1).
    epsilon : float
        Number that batch norm adds to the variance, at least 0.
    initializer : str or keras.initializers.Initializer
        Initializer of the kernels; each layer gets a copy with its own seed. Biases start at 0.
    optimizer : str or keras.optimizers.Optimizer
        A name, with Keras' defaults, or an optimizer. The model gets a fresh copy, so that one optimizer can be passed
        to many networks.
    loss : str or keras.losses.Loss
        A key of ``LOSSES``, or a Keras loss on probabilities (``from_logits=False``).
    label_smoothing : float
        α in [0, 1): the targets become (1 - α) y + α / n_classes (with a binary loss α / 2). Not for sparse labels.
    seed : int, optional
        Seed of the initial weights and of dropout. Without it both follow ``keras.utils.set_random_seed``, which also
        determines the order of the batches in ``fit``.

    Returns
    -------
    keras.Sequential
        The layers are named ``hidden_1``, ``batch_norm_1``, ``activation_1``, ``dropout_1``, …, ``output``.

    Raises
    ------
    ValueError
        If an argument is out of range or unknown.

    >>> model = mlp(256, 32, l2=0.001, dropout=0.3, seed=0)
    >>> [layer.name for layer in model.layers]
    ['hidden_1', 'dropout_1', 'hidden_2', 'dropout_2', 'output']
    """
    for n_units in hidden:
        whole(n_units, "the size of a hidden layer", least=1)
    whole(n_inputs, "n_inputs", least=1)
    _check_activation(activation, hidden)
    penalty = {"l1": real(l1, "l1", least=0), "l2": real(l2, "l2", least=0)}
    one_of(penalized, ("hidden", "all"), "penalized")
    real(dropout, "dropout", least=0, below=1)
    norm = {"momentum": real(momentum, "momentum", least=0, below=1), "epsilon": real(epsilon, "epsilon", least=0)}
    loss = _loss(loss, label_smoothing)
    n_outputs, output_activation = _output(loss, n_classes)
    optimizer = _optimizer(optimizer)
    # Each layer gets a pair of seeds, used or not: so a network has the same kernels with and without dropout.
    numbers = random.Random(random.randrange(2**32) if seed is None else whole(seed, "seed", least=0))
    seeds = [(numbers.randrange(2**31), numbers.randrange(2**31)) for _ in range(len(hidden) + 1)]

    model = keras.Sequential([keras.Input((n_inputs,))], name="mlp")
    for number, (n_units, (kernel_seed, dropout_seed)) in enumerate(zip(hidden, seeds), start=1):
        model.add(
            layers.Dense(
                n_units,
                activation=None if batch_norm else activation,
                kernel_initializer=_initializer(initializer, kernel_seed),
                kernel_regularizer=_regularizer(penalty),
                name=f"hidden_{number}",
            )
        )
        if batch_norm:
            model.add(layers.BatchNormalization(**norm, name=f"batch_norm_{number}"))
            model.add(layers.Activation(activation, name=f"activation_{number}"))
        if dropout:
            model.add(layers.Dropout(dropout, seed=dropout_seed, name=f"dropout_{number}"))
    model.add(
        layers.Dense(
            n_outputs,
            output_activation,
            kernel_initializer=_initializer(initializer, seeds[-1][0]),
            kernel_regularizer=_regularizer(penalty) if penalized == "all" else None,
            name="output",
        )
    )
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)  # otherwise ScheduleFreeAdamW (Keras 3.15) loses them
    return model


def convnet(
    *n_maps: int,
    image_shape: Sequence[int] = (28, 28, 1),
    n_classes: int = 10,
    learning_rate: float = 0.003,
) -> keras.Sequential:
    """Return a small convolutional network for classification, compiled, with accuracy as its metric.

    Each layer has 3 × 3 windows and ReLU; between two layers the largest of 2 × 2 numbers is kept, and a dense layer
    gives the probabilities. The initial weights follow ``keras.utils.set_random_seed``.

    Parameters
    ----------
    *n_maps : int
        Feature maps per layer, such as ``8, 16, 16``; at least one layer.
    image_shape : sequence of int
        Height, width and number of channels of an image.
    n_classes : int
        Number of classes, at least 2.
    learning_rate : float
        Learning rate of Adam, above 0.

    Returns
    -------
    keras.Sequential
        Its convolutions are named ``layer_1``, ``layer_2``, …

    Raises
    ------
    ValueError
        If there is no layer, or a number is out of range.

    >>> convnet(8, 16, 16).count_params()
    11418
    """
    if not n_maps:
        raise ValueError("n_maps must name the feature maps of at least one layer, got none.")
    whole(n_classes, "n_classes", least=2)
    real(learning_rate, "learning_rate", above=0)
    model = keras.Sequential([keras.Input(tuple(image_shape))], name="convnet")
    for number, maps in enumerate(n_maps, start=1):
        if number > 1:
            model.add(layers.MaxPooling2D(name=f"pooling_{number - 1}"))
        whole(maps, "the number of feature maps", least=1)
        model.add(layers.Conv2D(maps, 3, padding="same", activation="relu", name=f"layer_{number}"))
    model.add(layers.Flatten(name="flatten"))
    model.add(layers.Dense(n_classes, activation="softmax", name="output"))
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=8,
    )
    return model


def activations_of(model: keras.Model, X: np.ndarray) -> dict[str, np.ndarray]:
    """Return what each layer of a network gives for some examples.

    Parameters
    ----------
    model : keras.Model
        A network of layers one after the other.
    X : array of shape (n, ...)
        Examples, as the network takes them.

    Returns
    -------
    dict of str to array of shape (n, ...)
        Activations by the name of the layer, from the first to the last.

    >>> {name: values.shape for name, values in activations_of(mlp(5, n_inputs=3), np.zeros((2, 3))).items()}
    {'hidden_1': (2, 5), 'output': (2, 10)}
    """
    inside = keras.Model(model.inputs[0], [layer.output for layer in model.layers])
    names = [layer.name for layer in model.layers]
    return dict(zip(names, map(keras.ops.convert_to_numpy, inside(X, training=False)), strict=True))


def variables_of(model: keras.Model) -> list:
    """Return all variables that training changes: those of the layers, then those of the optimizer.

    They hold weights, moving averages, and what the optimizer and the random layers remember.
    """
    model.optimizer.build(model.trainable_variables)
    return model.variables + model.optimizer.variables


def state_of(model: keras.Model) -> list[np.ndarray]:
    """Return the values of a compiled network's variables, in the order of `variables_of`."""
    return [keras.ops.convert_to_numpy(variable.value) for variable in variables_of(model)]


def restore(model: keras.Model, state: Sequence[np.ndarray]) -> None:
    """Bring a compiled network into a state that `state_of` returned, its own or that of a network of the same layers.

    Raises
    ------
    ValueError
        If the state has another number of arrays, or arrays of other shapes; the network is then unchanged.
    """
    variables = variables_of(model)
    wanted, came = [tuple(variable.shape) for variable in variables], [np.shape(value) for value in state]
    if wanted != came:
        raise ValueError(f"state must be that of a network of the same layers: arrays {wanted}, got {came}.")
    for variable, value in zip(variables, state):
        variable.assign(value)


def _check_activation(activation, hidden):
    """Refuse an activation that Keras does not know, or that changes the shape of its input."""
    if not callable(activation):
        helpers = ("deserialize", "get", "serialize")
        known = sorted(name for name, f in vars(keras.activations).items() if callable(f) and name not in helpers)
        one_of(activation, known, "activation")
    function = keras.activations.get(activation)
    for n_units in set(hidden):
        row = keras.Input((n_units,))
        try:
            made = f"shape {layers.Lambda(function)(row).shape[1:]}"
        except Exception as error:  # any: the function is not ours
            made = type(error).__name__
        if made != f"shape {row.shape[1:]}":
            raise ValueError(
                f"activation must turn {n_units} numbers into {n_units} numbers by operations of keras.ops, got "
                f"{activation!r}, which gives {made}."
            )


def _regularizer(penalty):
    """The penalty on a kernel, ``{"l1": …, "l2": …}``; None if there is none."""
    return keras.regularizers.L1L2(**penalty) if any(penalty.values()) else None


def _loss(loss, label_smoothing):
    """The Keras loss, with its smoothing."""
    real(label_smoothing, "label_smoothing", least=0, below=1)
    smoothing = {"label_smoothing": label_smoothing} if label_smoothing else {}
    if isinstance(loss, keras.losses.Loss):
        name = type(loss).__name__
        if smoothing:
            raise ValueError(
                "label_smoothing must be given to the loss itself if that is not a name: "
                f"{name}(label_smoothing={label_smoothing})."
            )
        if getattr(loss, "from_logits", False):
            raise ValueError(
                f"loss must take probabilities, which is what the network gives, got {name} with from_logits=True."
            )
        return loss
    one_of(loss, LOSSES, "loss")
    if loss == "sparse" and smoothing:
        raise ValueError(
            "label_smoothing must be 0 with the loss 'sparse', whose labels are class numbers, "
            f"got {label_smoothing}: use one-hot labels and the loss 'categorical'."
        )
    return LOSSES[loss](**smoothing)


def _output(loss, n_classes):
    """The number of outputs that the loss needs, and their activation."""
    if isinstance(loss, (keras.losses.BinaryCrossentropy, keras.losses.BinaryFocalCrossentropy)):
        if n_classes not in (None, 2):
            raise ValueError(f"n_classes must be 2 with a binary loss, which has one output, got {n_classes!r}.")
        return 1, "sigmoid"
    return whole(10 if n_classes is None else n_classes, "n_classes", least=2), "softmax"


def _optimizer(optimizer):
    """A new optimizer for one model."""
    kind = keras.optimizers.Optimizer
    if isinstance(optimizer, kind):
        try:
            return optimizer.from_config(optimizer.get_config())
        except (NotImplementedError, TypeError) as error:  # for example a schedule that a student wrote
            raise ValueError(
                "optimizer must be one that Keras can copy: your own classes in it need get_config and "
                f"@keras.saving.register_keras_serializable(). Keras says: {error}"
            ) from error
    known = {name.lower(): c for name, c in _classes(keras.optimizers, kind) if not name.endswith("Optimizer")}
    name = optimizer.lower() if isinstance(optimizer, str) else optimizer  # "RMSprop" as well as "rmsprop"
    return known[one_of(name, sorted(known), "optimizer")]()


def _initializer(initializer, seed):
    """A copy of the initializer, with this seed if it is random."""
    kind = keras.initializers.Initializer
    if not isinstance(initializer, kind):
        known = {name: c for name, c in _classes(keras.initializers, kind) if name.islower()}
        initializer = known[one_of(initializer, sorted(known), "initializer")]()
    config = initializer.get_config()
    if "seed" in config:
        if config["seed"] is not None:
            raise ValueError(
                f"initializer must have no seed, got {config['seed']!r}: layers of the same shape would start alike. "
                "Use mlp(…, seed=…)."
            )
        config["seed"] = seed
    return initializer.from_config(config)


def _classes(module, kind):
    """The (name, class) of every proper subclass of ``kind`` in a Keras module."""
    classes = [(name, c) for name, c in vars(module).items() if isinstance(c, type)]
    return [(name, c) for name, c in classes if issubclass(c, kind) and c is not kind]
