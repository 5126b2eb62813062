"""Initial weights of many networks, each from its own seed."""

from numbers import Real

import keras
import numpy as np

from lecture.checks import real

KINDS = keras.initializers


def draw(initializer, shape, rng):
    """Return one matrix of weights, float64, distributed as a Keras initializer draws it.

    The usual initializers are drawn in NumPy, since a thousand small matrices take Keras seconds; others are called.

    Parameters
    ----------
    initializer : keras.initializers.Initializer
    shape : pair of int
        Inputs and outputs of the layer.
    rng : numpy.random.Generator
    """
    if isinstance(initializer, KINDS.VarianceScaling):
        return _variance_scaling(initializer, shape, rng)
    if isinstance(initializer, KINDS.TruncatedNormal):
        return initializer.mean + initializer.stddev * _truncated(shape, rng)
    if isinstance(initializer, KINDS.RandomNormal):
        return rng.normal(initializer.mean, initializer.stddev, shape)
    if isinstance(initializer, KINDS.RandomUniform):
        return rng.uniform(initializer.minval, initializer.maxval, shape)
    if isinstance(initializer, KINDS.Zeros):
        return np.zeros(shape)
    if isinstance(initializer, KINDS.Ones):
        return np.ones(shape)
    settings = initializer.get_config()
    if "seed" in settings:
        initializer = initializer.from_config(settings | {"seed": int(rng.integers(2**31))})
    return keras.ops.convert_to_numpy(initializer(shape)).astype(float)


def _variance_scaling(initializer, shape, rng):
    """Glorot, He, LeCun and their kin: variance = scale / (inputs, outputs, or their mean)."""
    inputs, outputs = shape
    fans = {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2}
    variance = initializer.scale / fans[initializer.mode]
    if initializer.distribution == "uniform":
        limit = np.sqrt(3 * variance)
        return rng.uniform(-limit, limit, shape)
    if initializer.distribution == "untruncated_normal":
        return rng.normal(0, np.sqrt(variance), shape)
    return np.sqrt(variance) / 0.87962566103423978 * _truncated(shape, rng)  # the deviation of what is left within 2


def _truncated(shape, rng):
    """Standard normal numbers, those beyond 2 drawn again."""
    numbers = rng.normal(size=shape)
    while (far := np.abs(numbers) > 2).any():
        numbers[far] = rng.normal(size=far.sum())
    return numbers


def initializers(given, n_replicas, what):
    """Return a Keras initializer for each replica, from one (a name, object or number) or a sequence of them.

    A number is the standard deviation of normal weights.

    Raises
    ------
    ValueError
        If Keras does not know one, a number is negative, or there are not as many as replicas.
    """
    several = list(given) if isinstance(given, list | tuple | np.ndarray) else [given] * n_replicas
    if len(several) != n_replicas:
        raise ValueError(f"{what} must be one, or one for each of {n_replicas} replicas, got {len(several)}.")
    known = {}
    for one in several:
        if id(one) not in known:
            known[id(one)] = _initializer(one, what)
    return [known[id(one)] for one in several]


def _initializer(given, what):
    if isinstance(given, Real):
        return KINDS.RandomNormal(stddev=real(given, f"{what} as a standard deviation", least=0))
    try:
        found = KINDS.get(given)
    except ValueError:
        raise ValueError(
            f"{what} must be an initializer or the name of one that Keras has, such as 'glorot_uniform' or "
            f"'he_normal', got {given!r}."
        ) from None
    if not isinstance(found, KINDS.Initializer):
        raise ValueError(f"{what} must be a keras.initializers.Initializer or the name of one, got {given!r}.")
    return found


def batch_norm(net, found):
    """Return the weights with γ = 1 and β = 0 after those of each hidden layer, and the moving averages at the end."""
    if not net.normalized:
        return found
    n_replicas, last = len(found[0]), found[-2:]
    learnt = []
    for kernel, bias in zip(found[:-2:2], found[1:-2:2]):
        learnt += [kernel, bias, np.ones_like(bias), np.zeros_like(bias)]
    return [*learnt, *last, *moving(net, n_replicas)]


def moving(net, n_replicas):
    """Return moving mean 0 and variance 1 of each hidden layer in turn, (n_replicas, 1, q); none without batch norm."""
    kinds = (np.zeros, np.ones) if net.normalized else ()
    return [kind((n_replicas, 1, q)) for q in net.sizes[1:-1] for kind in kinds]


def weights(net, seeds, kernels, biases, widths=None):
    """Return the initial weights of all replicas, float64.

    Parameters
    ----------
    net : BatchedNet
    seeds : sequence of int
        The weights of a replica depend on its own seed only.
    kernels, biases : sequence of keras.initializers.Initializer
        One for each replica.
    widths : array (n_replicas, n_hidden), optional
        Units that a replica has in each hidden layer; weights of the others are 0.

    Returns
    -------
    list of arrays
        Kernel (n_replicas, p, q) and bias (n_replicas, 1, q) of each of ``net.shapes`` in turn.
    """
    found = [[] for _ in range(2 * len(net.shapes))]
    # the first layer that uses a matrix says its size
    first_use = {net.matrix(layer): layer for layer in reversed(range(net.n_layers))}
    for replica, seed in enumerate(seeds):
        rng = np.random.default_rng([seed, 0])
        own = net.sizes if widths is None else (net.sizes[0], *widths[replica], net.sizes[-1])
        for at, shape in enumerate(net.shapes):
            p, q = own[first_use[at]], own[first_use[at] + 1]
            kernel, bias = np.zeros(shape), np.zeros((1, shape[1]))
            kernel[:p, :q] = draw(kernels[replica], (p, q), rng)
            bias[:, :q] = draw(biases[replica], (1, q), rng)
            found[2 * at].append(kernel)
            found[2 * at + 1].append(bias)
    return [np.stack(arrays) for arrays in found]
