"""First weights of many nets, each from its own seed."""

import keras
import numpy as np

KINDS = keras.initializers


def draw(initializer, shape, rng):
    """Return one matrix of weights, float64, as a Keras initializer would draw it, from another generator.

    Those of Keras that nets are usually started with are drawn in NumPy: a thousand small matrices take Keras seconds.
    Others are asked for the matrix.

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
    variance = (
        initializer.scale / {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2}[initializer.mode]
    )
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
    """Return a Keras initializer for each replica, from one (by name or object) or a sequence of them.

    Raises
    ------
    ValueError
        If Keras does not know one, or there are not as many as replicas.
    """
    several = list(given) if isinstance(given, (list, tuple)) else [given] * n_replicas
    if len(several) != n_replicas:
        raise ValueError(f"{what} must be one, or one for each of {n_replicas} replicas, got {len(several)}.")
    known = {}
    for it in several:
        if id(it) not in known:
            try:
                known[id(it)] = KINDS.get(it)
            except ValueError:
                raise ValueError(
                    f"{what} must be an initializer or the name of one that Keras has, such as 'glorot_uniform' or 'he_normal', got {it!r}."
                ) from None
            if not isinstance(known[id(it)], KINDS.Initializer):
                raise ValueError(f"{what} must be a keras.initializers.Initializer or the name of one, got {it!r}.")
    return [known[id(it)] for it in several]


def weights(net, seeds, kernels, biases, widths=None):
    """Return the first weights of all replicas: kernel (n_replicas, p, q) and bias (n_replicas, 1, q) of each of ``net.shapes`` in turn, float64.

    Parameters
    ----------
    net : Net
    seeds : sequence of int
        Each replica's weights follow from its seed, whoever stands beside it.
    kernels, biases : sequence of keras.initializers.Initializer
        One for each replica.
    widths : array (n_replicas, n_hidden), optional
        How many units of each hidden layer a replica has; the others have weights 0.
    """
    found = [[] for _ in range(2 * len(net.shapes))]
    for replica, seed in enumerate(seeds):
        rng = np.random.default_rng([seed, 0])
        own = net.sizes if widths is None else (net.sizes[0], *widths[replica], net.sizes[-1])
        used = {
            net.matrix(layer): layer for layer in reversed(range(net.n_layers))
        }  # the first layer that uses a matrix says its size
        for at, shape in enumerate(net.shapes):
            p, q = own[used[at]], own[used[at] + 1]
            kernel, bias = np.zeros(shape), np.zeros((1, shape[1]))
            kernel[:p, :q] = draw(kernels[replica], (p, q), rng)
            bias[:, :q] = draw(biases[replica], (1, q), rng)
            found[2 * at].append(kernel)
            found[2 * at + 1].append(bias)
    return [np.stack(arrays) for arrays in found]
