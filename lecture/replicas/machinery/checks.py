"""What comes in, checked: each function returns what it was given in one form, or refuses it in a sentence."""

import numpy as np

from lecture.checks import one_of, real, whole
from lecture.from_scratch.batch_norm import FEWEST
from lecture.replicas import initial
from lecture.replicas.machinery.optimizers import per_replica
from lecture.words import counted

N_RECORDED = 20  # by default, besides the start


def numbers(values, dtype, what):
    """Return an array of numbers; None stays None."""
    try:
        return None if values is None else np.asarray(values, dtype=dtype)
    except (TypeError, ValueError):
        raise ValueError(f"{what} must be an array of numbers.") from None


def examples(X, y, *, n_replicas, dtype, what="", like=None):
    """Return X and y as arrays of numbers, each with two axes, or three if each replica has its own."""
    X = _values(X, n_replicas, dtype, f"X{what}")
    y = _values(y, n_replicas, dtype, f"y{what}")
    if X.shape[-2] != y.shape[-2]:
        raise ValueError(f"X{what} and y{what} must be of as many examples, got {X.shape[-2]} and {y.shape[-2]}.")
    columns = X.shape[-1], y.shape[-1]
    if like and columns != (wanted := tuple(values.shape[-1] for values in like)):
        raise ValueError(
            f"X{what} and y{what} must have as many columns as X and y, got {columns[0]} and {columns[1]}, "
            f"not {wanted[0]} and {wanted[1]}."
        )
    return X, y


def _values(values, n_replicas, dtype, what):
    values = numbers(values, dtype, what)
    if values is None:
        raise ValueError(f"{what} must be an array of numbers, got None.")
    values = values[:, None] if values.ndim == 1 and what.startswith("y") else values
    own = values.ndim == 3
    if values.ndim not in (2, 3) or not values.size or (own and len(values) != n_replicas):
        raise ValueError(
            f"{what} must have two axes (n, …), or three ({n_replicas} replicas, n, …), and not be empty, "
            f"got shape {values.shape}."
        )
    if not (finite := np.isfinite(values)).all():
        raise ValueError(f"{what} must be finite, got {values[~finite][0]}.")
    return values


def hidden_of(hidden, tied):
    """Return the units of the hidden layers as a list."""
    several = [hidden] if isinstance(hidden, int | np.integer) else hidden
    sizes = [whole(n, "the size of a hidden layer", least=1) for n in several]
    if tied and len(set(sizes)) > 1:
        raise ValueError(f"hidden layers must be equally large where they share weights, got {sizes}.")
    return sizes


def dropout_of(dropout, hidden, n_seeds):
    """Return the share of units that each replica drops, (n_seeds,)."""
    rates = per_replica(dropout, n_seeds, "dropout")
    if (rates >= 1).any():
        raise ValueError(f"dropout must be below 1, got {rates.max():g}.")
    if rates.any() and not hidden:
        raise ValueError("dropout needs a hidden layer, got none.")
    return rates


def batch_norm_of(given, hidden, tied, widths):
    """Return momentum and ε as floats; None without batch norm."""
    if given is None:
        return None
    try:
        momentum, epsilon = given
    except (TypeError, ValueError):
        raise ValueError(f"batch_norm must be None or a pair (momentum, epsilon), got {given!r}.") from None
    found = real(momentum, "momentum", least=0, below=1), real(epsilon, "epsilon", least=0)
    if not hidden:
        raise ValueError("batch_norm needs a hidden layer, got none.")
    if tied:
        raise ValueError(f"batch_norm must be None where hidden layers share weights (tied=True), got {given!r}.")
    if widths is not None and not found[1]:
        raise ValueError("epsilon must be above 0 where widths leave units out, whose variance is 0, got 0.")
    return found


def check_same_data(pairs):
    """Refuse examples that are not the same for all replicas."""
    for values in zip(*pairs):
        if any(array.ndim == 3 or array is not values[0] for array in values):
            raise ValueError("X and y must be the same for all replicas with same_batches=True, got some of their own.")


def check_batches(n, batch_size):
    """Refuse batches that are too small for batch norm."""
    size = n if batch_size is None else min(batch_size, n)
    if (smallest := n % size or size) < FEWEST:
        which = "the last batch of each epoch" if smallest < size else "each batch"
        raise ValueError(
            f"batch norm needs {FEWEST} examples or more in a batch, and {which} would have "
            f"{counted(smallest, 'example')}: choose another batch_size for {counted(n, 'example')}."
        )


def strengths(values, n_replicas, n_kernels, penalized, what):
    """Return the strengths of a penalty, (n_replicas, n_kernels)."""
    if np.ndim(values) < 2:
        return np.repeat(per_replica(values, n_replicas, what)[:, None], n_kernels, axis=1)
    if penalized != "all":
        raise ValueError(
            f"{what} for each kernel goes with penalized='all', got {penalized!r}: a strength of 0 leaves a kernel out."
        )
    if (shape := np.shape(values)) != (n_replicas, n_kernels):
        raise ValueError(
            f"{what} must be a number, one for each of {n_replicas} replicas, or of shape ({n_replicas}, {n_kernels}) "
            f"for each of their kernels, got shape {shape}."
        )
    return per_replica(np.ravel(values), n_replicas * n_kernels, what).reshape(n_replicas, n_kernels)


def widths_of(widths, net, n_replicas):
    """Return the units of each replica in each hidden layer, (n_replicas, n_hidden); None if all have all."""
    if widths is None:
        return None
    widths, most = np.asarray(widths), np.array(net.sizes[1:-1])
    fits = widths.shape == (n_replicas, len(most)) and widths.dtype.kind in "iu"
    if not fits or (widths < 1).any() or (widths > most).any():
        came = widths.tolist() if widths.size < 20 else widths.shape
        raise ValueError(
            f"widths must be whole numbers of shape ({n_replicas}, {len(most)}), each from 1 to {most.tolist()}, "
            f"got {came}."
        )
    if net.tied and (widths != widths[:, :1]).any():
        raise ValueError("widths must be the same for all layers of a replica where they share weights.")
    return widths


def initial_weights(net, seeds, network, widths):
    """Return what all replicas start from: the arrays of ``net.arrays``, then moving means and variances in turn.

    Each is of shape (n_replicas, p, q), or (n_replicas, 1, q).
    """
    if network.weights is None:
        kernels = initial.initializers(network.initializer, len(seeds), "initializer")
        biases = initial.initializers(network.bias_initializer, len(seeds), "bias_initializer")
        return initial.batch_norm(net, initial.weights(net, seeds, kernels, biases, widths))
    if widths is not None:
        raise ValueError("weights and widths must not both be given: which weights would a narrower replica have?")
    given = [np.asarray(array, dtype=float) for array in network.weights]
    has_moving = len(given) > len(net.arrays)
    shapes = _given_shapes(net, has_moving)
    each = [(shape, (len(seeds), *shape)) for shape in shapes]
    if len(given) != len(shapes) or any(array.shape not in allowed for array, allowed in zip(given, each)):
        raise ValueError(
            f"weights must have the shapes {shapes}, each with a leading axis of {len(seeds)} replicas or not, "
            f"got {[array.shape for array in given]}."
        )
    found = [np.broadcast_to(array, (len(seeds), *shape)) for array, shape in zip(given, shapes)]
    found = [array if array.ndim == 3 else array[:, None] for array in found]
    if not has_moving:
        return found + initial.moving(net, len(seeds))
    moves = [at % 6 > 3 for at in range(len(found))]  # of the six arrays of a hidden layer the last two
    return [array for last in (False, True) for array, move in zip(found, moves) if move == last]


def _given_shapes(net, has_moving):
    """Shapes of weights in the order of Keras' ``get_weights``, with moving averages or not."""
    if not net.normalized:
        return [shape for p, q in net.shapes for shape in ((p, q), (q,))]
    n = 5 if has_moving else 3
    return [shape for p, q in net.shapes for shape in ((p, q), *[(q,)] * n)][: 1 - n]  # the output has no batch norm


def recorded_steps(record, steps):
    """Return the steps at which to record, rising, the last among them."""
    if record is None:
        return sorted({0, *np.linspace(0, steps, N_RECORDED + 1).round().astype(int).tolist()})
    return sorted({whole(step, "a recorded step", least=0, most=steps) for step in record} | {steps})


def kept_entries(keep, net):
    """Return which entries of the flattened kernel to keep, an array for each layer named; or all weights."""
    if isinstance(keep, str):
        return {one_of(keep, ("all",), "keep"): None}
    found = {}
    for layer, entries in (keep or {}).items():
        p, q = net.shapes[net.matrix(whole(layer, "a layer to keep", least=0, most=net.n_layers - 1))]
        entries = np.asarray(entries)
        whole_numbers = entries.ndim == 1 and entries.dtype.kind in "iu" and entries.size
        if not whole_numbers or entries.min() < 0 or entries.max() >= p * q:
            raise ValueError(f"keep must name entries of layer {layer} by whole numbers from 0 to {p * q - 1}.")
        found[layer] = entries
    return found
