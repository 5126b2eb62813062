"""The operations of a layer on arrays: a matrix product plus a bias, and elementwise functions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.activations import ACTIVATIONS
from lecture.checks import one_of
from lecture.words import counted

OPERATIONS = {"+": np.add, "−": np.subtract, "×": np.multiply}


@dataclass(frozen=True, eq=False)
class DenseProduct:
    """Z = X W + b, with one entry of Z taken apart."""

    X: np.ndarray  # (a, b) examples × inputs
    W: np.ndarray  # (b, c) inputs × units
    bias: np.ndarray  # (c,)
    entry: tuple[int, int]  # row and column of Z, from 0

    @property
    def Z(self) -> np.ndarray:
        """The result, shape (a, c)."""
        return self.X @ self.W + self.bias

    @property
    def terms(self) -> np.ndarray:
        """The pairs of input and weight whose products add up to the entry, shape (b, 2)."""
        row, column = self.entry
        return np.column_stack([self.X[row], self.W[:, column]])

    def describe(self) -> str:
        """Return the sizes and the entry in a sentence."""
        (a, b), c = self.X.shape, self.W.shape[1]
        row, column = self.entry
        return (
            f"A batch of {a} examples with {b} inputs, times a matrix of {b} by {c} weights, plus a bias for each of "
            f"the {c} units, gives {a} by {c} sums. "
            f"That of example {row + 1} and unit {column + 1} is {self.Z[row, column]:z.2f}: a row of inputs times a "
            f"column of weights, plus {self.bias[column]:z.2f}."
        )


def dense_product(X: ArrayLike, W: ArrayLike, bias: ArrayLike, entry: Sequence[int] = (0, 0)) -> DenseProduct:
    """Return what a dense layer computes before its activation function, with one entry to look at.

    Parameters
    ----------
    X : array of shape (a, b)
        Examples × inputs.
    W : array of shape (b, c)
        Inputs × units.
    bias : array of shape (c,)
        Biases of the units.
    entry : pair of int
        Row and column of the result, from 0.

    Returns
    -------
    DenseProduct

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
    row, column = entry
    return DenseProduct(X, W, bias, (int(row), int(column)))


@dataclass(frozen=True, eq=False)
class Elementwise:
    """An elementwise operation: its operands as given and as broadcast, and the result."""

    name: str
    operands: tuple[np.ndarray, ...]
    result: np.ndarray

    @property
    def stretched(self) -> tuple[np.ndarray, ...]:
        """The operands broadcast to the shape of the result, with rows or columns repeated."""
        return tuple(np.broadcast_to(operand, self.result.shape) for operand in self.operands)

    def describe(self) -> str:
        """Return the shapes in a sentence."""
        if len(self.operands) == 1:
            return f"{self.name} of each entry of an array of shape {self.operands[0].shape}: the shape stays."
        first, second = (
            f"n array of shape {operand.shape}" if operand.ndim else " single number" for operand in self.operands
        )
        repeated = [i for i, operand in enumerate(self.operands) if operand.shape != self.result.shape]
        which = {(): "Nothing is", (0,): "The first is", (1,): "The second is", (0, 1): "Both are"}[tuple(repeated)]
        how = f"{which} repeated to fit." if repeated else f"{which} repeated."
        words = {"+": "plus", "−": "minus", "×": "times"}
        return (
            f"A{first} {words[self.name]} a{second}, entry by entry, gives an array of shape {self.result.shape}. {how}"
        )


def elementwise(operation: str, *operands: ArrayLike) -> Elementwise:
    """Apply a function to every entry of an array, or an operation to the entries of two, which are broadcast to fit.

    Parameters
    ----------
    operation : str
        Operation: ``"+"``, ``"−"`` or ``"×"`` for two operands; a key of ``ACTIVATIONS`` for one.
    *operands : array of at most 2 dimensions
        One or two arrays. Two shapes fit if, from the last axis on, their sizes are equal or one of them is 1 or
        missing.

    Returns
    -------
    Elementwise

    Raises
    ------
    ValueError
        If there is no such operation, it takes another number of operands, or their shapes do not fit.
    """
    one_of(operation, [*OPERATIONS, *ACTIVATIONS], "operation")
    arrays = tuple(np.asarray(operand, dtype=float) for operand in operands)
    wanted = 2 if operation in OPERATIONS else 1
    if len(arrays) != wanted:
        raise ValueError(f"{operation} takes {counted(wanted, 'operand')}, got {len(arrays)}.")
    if any(array.ndim > 2 or not array.size for array in arrays):
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise ValueError(f"operands must have at most 2 dimensions and not be empty, got shapes {shapes}.")
    try:
        result = (OPERATIONS.get(operation) or ACTIVATIONS[operation])(*arrays)
    except ValueError as error:
        raise ValueError(
            f"shapes {arrays[0].shape} and {arrays[1].shape} do not fit: "
            "from the last axis on, sizes must be equal or 1."
        ) from error
    return Elementwise(operation, arrays, np.atleast_2d(result))
