"""The usual wrong counts of a dense network's parameters."""

import itertools
import math
from collections.abc import Sequence


def usual_counts(sizes: Sequence[int]) -> list[tuple[int, str]]:
    """Return the numbers that are often given for the parameters of a dense network, with what to say about each.

    Parameters
    ----------
    sizes : sequence of int
        Layer sizes, the inputs first; at least two.

    Returns
    -------
    list of pairs (int, str)
        The ``known`` of ``lecture.exercises.compare.number``; the right count is not among them.

    >>> [count for count, _ in usual_counts([3, 2])]
    [5, 2, 6, 3, 12, 11, 9, 16]
    """
    pairs = list(itertools.pairwise(sizes))
    layers = [(n_in + 1) * n_out for n_in, n_out in pairs]
    weights = [n_in * n_out for n_in, n_out in pairs]
    found = [
        (sum(sizes), "That is the number of units, inputs included. Each unit has a weight for each of its inputs."),
        (sum(sizes[1:]), "Those are the biases. Each unit has a weight for each of its inputs as well."),
        (math.prod(sizes), "That multiplies all sizes. The layers' parameters add up."),
        (sum(n_in for n_in, _ in pairs), "That adds sizes. Each unit has a weight for each of its inputs: multiply."),
        (math.prod(size + 1 for size in sizes), "That multiplies all sizes. The layers' parameters add up."),
        (sum(weights) + sum(sizes), "The inputs are numbers, not units: they have no biases."),
        (sum(n_in * (n_out + 1) for n_in, n_out in pairs), "The 1 for the bias belongs to the inputs of a unit."),
        (sum((n_in + 1) * (n_out + 1) for n_in, n_out in pairs), "The 1 for the bias belongs to the inputs only."),
        (2 * sum(layers), "Each connection has one weight: nothing is counted twice."),
    ]
    if len(pairs) > 1:
        found += [
            (layers[0], "Those are the parameters of the first layer alone."),
            (weights[0], "Those are the weights of the first layer alone."),
            (layers[-1], "Those are the parameters of the output layer alone."),
            (weights[-1], "Those are the weights of the output layer alone."),
            (sum(layers[:-1]), "The output layer is missing."),
            (sum(weights[:-1]), "The output layer is missing, and so are the biases."),
            (sum(layers[1:]), "The first layer is missing."),
            (sum(weights[1:]), "The first layer is missing, and so are the biases."),
            (sum(weights) + len(pairs), "Each unit has its own bias, not each layer."),
            (sum(weights) + sum(sizes[1:-1]), "The outputs have biases, too."),
            (sum(weights) + sizes[-1], "The hidden units have biases, too."),
        ]
    first = {}
    for count, hint in found:
        first.setdefault(count, hint)
    first.pop(sum(layers), None)
    return list(first.items())
