"""Whether labels, outputs and the loss go together; if not, a training would end in meaningless numbers."""

import warnings
from dataclasses import dataclass
from math import inf

import keras
import numpy as np

from lecture.checks import whole
from lecture.replicas.machinery.functions import is_of_classes, is_sparse, name_of, per_example, takes_logits

FAR = 1e3  # an output beyond it counts as unbounded


@dataclass(frozen=True)
class Wanted:
    """What a Keras loss requires of labels and of outputs.

    Attributes
    ----------
    labels, outputs : (float, float)
        Range in which they may lie.
    columns : int
        Smallest number of outputs.
    shares : bool
        Whether the labels of an example must add up to 1.
    only : tuple of sets
        Sets of labels, one of which must contain them all; empty if any labels will do.
    near : bool
        Whether it is a distance between outputs and labels, so that outputs must be able to come near.
    """

    labels: tuple = (-inf, inf)
    outputs: tuple = (-inf, inf)
    columns: int = 1
    shares: bool = False
    only: tuple = ()
    near: bool = False


_CHANCES = Wanted(labels=(0, 1), outputs=(0, 1), columns=2, shares=True)
_BINARY = Wanted(labels=(0, 1), outputs=(0, 1))
_MARGIN = Wanted(only=({-1, 1}, {0, 1}))
_DISTANCE = Wanted(near=True)
WANTED = {  # by the names of Keras' losses, in lower case without underscores
    "categoricalcrossentropy": _CHANCES,
    "categoricalfocalcrossentropy": _CHANCES,
    "kldivergence": _CHANCES,
    "binarycrossentropy": _BINARY,
    "binaryfocalcrossentropy": _BINARY,
    "sparsecategoricalcrossentropy": Wanted(outputs=(0, 1), columns=2),
    "hinge": _MARGIN,
    "squaredhinge": _MARGIN,
    "categoricalhinge": Wanted(only=({0, 1},)),
    "cosinesimilarity": Wanted(columns=2),
    "poisson": Wanted(labels=(0, inf), outputs=(0, inf)),
    "meansquaredlogarithmicerror": Wanted(labels=(0, inf)),
    "meansquarederror": _DISTANCE,
    "meanabsoluteerror": _DISTANCE,
    "huber": _DISTANCE,
    "logcosh": _DISTANCE,
}


def n_outputs(y, loss, given):
    """Return how many outputs a net needs.

    Parameters
    ----------
    y : array (n_examples, columns) or (n_replicas, n_examples, columns)
        Labels.
    loss : str, keras.losses.Loss or callable
    given : int or None
        The number asked for: required for a loss on class numbers, else it can only be that of the columns.

    Raises
    ------
    ValueError
        If Keras does not know the loss, there is no such number, or a replica sees one class only.
    """
    per_example(loss)
    if is_sparse(loss):
        if given is None:
            raise ValueError(f"n_outputs must be given with a loss on class numbers ({loss}).")
    elif given not in (None, y.shape[-1]):
        raise ValueError(f"n_outputs must be the columns of y, {y.shape[-1]}, got {given!r}.")
    if is_of_classes(loss) and (y.max(axis=-2) == y.min(axis=-2)).all(axis=-1).any():
        raise ValueError("y must be of two classes or more for each replica, got one class only.")
    return y.shape[-1] if given is None else whole(given, "n_outputs", least=1)


def check_output(output, loss, n, dtype):
    """Refuse outputs that do not suit a loss; return their range, (lowest, highest).

    Parameters
    ----------
    output : callable
        The activation of the last layer.
    loss : str, keras.losses.Loss or callable
        A function that is not Keras' is accepted as it is.
    n : int
        Number of outputs.
    dtype : numpy.dtype
        Precision of the network.

    Raises
    ------
    ValueError
        If there are too few outputs, one is the same whatever comes in, or the loss does not take such numbers.
    """
    wanted, said, name = _wanted(loss), _said(loss), getattr(output, "__name__", repr(output))
    (low, high), (least, most) = _reach(output, n, dtype), wanted.outputs
    if n < wanted.columns:
        raise ValueError(
            f"y must have two columns or more with the loss {said}, such as one-hot rows (n, n_classes), got one; "
            "for labels 0 and 1 in one column take output='sigmoid' and loss='binary_crossentropy'."
        )
    if n == 1 and low == high:
        raise ValueError(
            f"output must depend on the inputs, and {name!r} of one number is always {high:g}: take 'sigmoid' and "
            "loss='binary_crossentropy' for labels 0 and 1, 'linear' and loss='mse' for numbers."
        )
    if takes_logits(loss):
        if 0 <= low and high <= 1:
            raise ValueError(
                f"output must be 'linear' with a loss on logits (from_logits=True), got {name!r}, which gives numbers "
                "from 0 to 1."
            )
    elif low < least or high > most:
        kind = "from 0 to 1, as 'sigmoid' and 'softmax' do" if most == 1 else "of at least 0, as 'softplus' does"
        raise ValueError(f"output must give numbers {kind}, with the loss {said}, got {name!r}, which goes beyond.")
    return low, high


def check_labels(y, loss, n, reach, what="y"):
    """Refuse labels that do not suit a loss.

    Parameters
    ----------
    y : array (n_examples, columns) or (n_replicas, n_examples, columns)
    loss : str, keras.losses.Loss or callable
    n : int
        Number of outputs.
    reach : (float, float)
        Range of the outputs.
    what : str
        Name of y in the message.

    Raises
    ------
    ValueError
        If labels are not class numbers, probabilities, … as the loss requires, or lie out of the outputs' reach.
    """
    wanted, said, came = _wanted(loss), _said(loss), f"got {y.min():g} to {y.max():g}"
    (least, most), (low, high) = wanted.labels, reach
    if is_sparse(loss) and (y.shape[-1] != 1 or y.min() < 0 or y.max() >= n or (y != np.round(y)).any()):
        raise ValueError(f"{what} must be class numbers from 0 to {n - 1} with one column, {came} with {y.shape[-1]}.")
    if y.min() < least or y.max() > most:
        where = "from 0 to 1" if most == 1 else "at 0 or above"
        raise ValueError(f"{what} must lie {where} with the loss {said}, {came}.")
    if wanted.shares and np.abs(y.sum(axis=-1) - 1).max() > 1e-3:
        farthest = max(y.sum(axis=-1).ravel(), key=lambda total: abs(total - 1))
        raise ValueError(
            f"{what} must be one-hot rows, or probabilities that add up to 1, with the loss {said}, got a row that "
            f"adds up to {farthest:g}."
        )
    if wanted.only and not any(np.isin(y, list(allowed)).all() for allowed in wanted.only):
        either = ", or ".join(" and ".join(map(str, sorted(allowed))) for allowed in wanted.only)
        raise ValueError(f"{what} must be labels of {either}, with the loss {said}, {came}.")
    if wanted.near and max(low - y.min(), y.max() - high) > (high - low) / 2:  # noise may go a little beyond
        raise ValueError(f"{what} must lie where outputs can, from {low:g} to {high:g}, {came}: take output='linear'.")


def check_loss(loss, n, dtype):
    """Refuse a loss without a number for each example.

    Raises
    ------
    ValueError
        If the loss fails on three replicas, two examples and n outputs, or gives other numbers.
    """
    outputs = np.full((3, 2, n), 1 / n)
    y = np.zeros((3, 2)) if is_sparse(loss) else outputs
    try:
        found = per_example(loss)(*(keras.ops.convert_to_tensor(values.astype(dtype)) for values in (y, outputs)))
        shape = tuple(found.shape)
    except Exception as error:  # whatever a loss makes of shapes that it was not made for
        raise ValueError(
            f"loss must have a number for each example of each replica, and {_said(loss)} fails on arrays "
            f"(n_replicas, n, {n}): {type(error).__name__}."
        ) from error
    if shape != (3, 2):
        raise ValueError(
            f"loss must have a number for each example, and {_said(loss)} gives shape {shape} for 3 replicas of 2."
        )


def _wanted(loss):
    """What a loss requires: nothing if it is not Keras' own, whatever its name."""
    own = not isinstance(loss, str) and not getattr(loss, "__module__", "").startswith("keras.")
    return Wanted() if own else WANTED.get(name_of(loss), Wanted())


def _reach(output, n, dtype):
    """Lowest and highest of n outputs, ±inf beyond FAR."""
    z = np.random.default_rng(0).normal(size=(64, n)) * np.repeat([1, 1e2, 1e4, 1e6], 16)[:, None]
    with warnings.catch_warnings():  # Keras warns of a softmax of one number, which is refused anyway
        warnings.simplefilter("ignore")
        found = keras.ops.convert_to_numpy(output(keras.ops.convert_to_tensor(z.astype(dtype))))
    low, high = float(np.nanmin(found)), float(np.nanmax(found))
    return -inf if low < -FAR else round(low, 6), inf if high > FAR else round(high, 6)


def _said(loss):
    """A loss as its user knows it."""
    return loss if isinstance(loss, str) else getattr(loss, "name", None) or name_of(loss)
