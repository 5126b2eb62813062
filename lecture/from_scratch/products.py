"""What a layer does to its input, as arrays: a matrix product, a bias for every row, and functions of single entries."""

from dataclasses import dataclass

import numpy as np

from lecture.activations import ACTIVATIONS
from lecture.checks import one_of

OPERATIONS = {"+": np.add, "−": np.subtract, "×": np.multiply}


@dataclass(frozen=True, eq=False)
class DenseProduct:
    """Z = X W + b, with one entry of Z taken apart."""

    X: np.ndarray  # (a, b) examples × inputs
    W: np.ndarray  # (b, c) inputs × units
    bias: np.ndarray  # (c,)
    entry: tuple  # row and column of Z, from 0

    @property
    def Z(self):
        """The result, shape (a, c)."""
        return self.X @ self.W + self.bias

    @property
    def terms(self):
        """Pairs of input and weight whose products add up to the entry, shape (b, 2)."""
        row, column = self.entry
        return np.column_stack([self.X[row], self.W[:, column]])

    def describe(self):
        """Return sizes and the entry in a sentence."""
        (a, b), c = self.X.shape, self.W.shape[1]
        row, column = self.entry
        return (
            f"A batch of {a} examples with {b} inputs, times a matrix of {b} by {c} weights, plus a bias for each of the {c} units, gives {a} by {c} sums. "
            f"That of example {row + 1} and unit {column + 1} is {self.Z[row, column]:.2f}: a row of inputs times a column of weights, plus {self.bias[column]:.2f}."
        )


def dense_product(X, W, bias, entry=(0, 0)):
    """Return what a dense layer computes before its activation function, with one entry to look at.

    Parameters
    ----------
    X : array of shape (a, b)
        Examples × inputs.
    W : array of shape (b, c)
        Inputs × units.
    bias : array of shape (c,)
    entry : pair of int
        Row and column of the result, from 0.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or there is no such entry.
    """
    X, W, bias = (np.asarray(array, dtype=float) for array in (X, W, bias))
    if X.ndim != 2 or W.ndim != 2 or X.shape[1] != W.shape[0] or bias.shape != W.shape[1:] or 0 in X.shape + W.shape:
        raise ValueError(
            f"X, W and bias must have shapes (a, b), (b, c) and (c,), got {X.shape}, {W.shape} and {bias.shape}."
        )
    shape = (len(X), len(bias))
    if len(entry) != 2 or not all(0 <= index < size for index, size in zip(entry, shape)):
        raise ValueError(f"entry must be a row and a column of the result, whose shape is {shape}, got {entry}.")
    return DenseProduct(X, W, bias, tuple(int(index) for index in entry))


@dataclass(frozen=True, eq=False)
class Elementwise:
    """A function of single entries: its operands as they came and as they were stretched, and the result."""

    name: str
    operands: tuple
    result: np.ndarray

    @property
    def stretched(self):
        """The operands in the shape of the result: what is missing is repeated."""
        return tuple(np.broadcast_to(operand, self.result.shape) for operand in self.operands)

    def describe(self):
        """Return the shapes in a sentence."""
        if len(self.operands) == 1:
            return f"{self.name} of each entry of an array of shape {self.operands[0].shape}: the shape stays."
        first, second = (
            f"n array of shape {operand.shape}" if operand.ndim else " single number" for operand in self.operands
        )
        repeated = [i for i, operand in enumerate(self.operands) if operand.shape != self.result.shape]
        how = (
            f"The {('first', 'second')[repeated[0]]} is repeated to fit."
            if len(repeated) == 1
            else "Both are repeated to fit."
            if repeated
            else "Nothing is repeated."
        )
        words = {"+": "plus", "−": "minus", "×": "times"}
        return (
            f"A{first} {words[self.name]} a{second}, entry by entry, gives an array of shape {self.result.shape}. {how}"
        )


def elementwise(operation, *operands):
    """Apply a function to every entry of an array, or an operation to the entries of two, which are stretched to fit.

    Parameters
    ----------
    operation : str
        ``"+"``, ``"−"`` or ``"×"`` for two operands; a key of ``ACTIVATIONS`` for one.
    *operands : array of at most 2 dimensions
        Two shapes fit if, counted from the last axis, their sizes are equal or one of them is 1 or missing.

    Raises
    ------
    ValueError
        If there is no such operation, it takes another number of operands, or their shapes do not fit.
    """
    one_of(operation, [*OPERATIONS, *ACTIVATIONS], "operation")
    arrays = tuple(np.asarray(operand, dtype=float) for operand in operands)
    wanted = 2 if operation in OPERATIONS else 1
    if len(arrays) != wanted:
        raise ValueError(f"{operation} takes {wanted} operand{'s' if wanted > 1 else ''}, got {len(arrays)}.")
    if any(array.ndim > 2 or not array.size for array in arrays):
        raise ValueError(
            f"operands must have at most 2 dimensions and not be empty, got shapes {', '.join(str(array.shape) for array in arrays)}."
        )
    try:
        result = (OPERATIONS.get(operation) or ACTIVATIONS[operation])(*arrays)
    except ValueError as error:
        raise ValueError(
            f"shapes {arrays[0].shape} and {arrays[1].shape} do not fit: from the last axis on, sizes must be equal or 1."
        ) from error
    return Elementwise(operation, arrays, np.atleast_2d(result))
