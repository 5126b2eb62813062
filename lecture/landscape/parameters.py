"""All trainable weights of a model in a row, θ, and back."""

import dataclasses
import math

import keras
import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import whole
from lecture.replicas import Replicas

Model = keras.Model | Replicas


def vector(model: Model) -> np.ndarray:
    """Return all trainable weights in a row, in the order of ``trainable_variables``.

    Parameters
    ----------
    model : keras.Model or Replicas
        A built model, or R replicas.

    Returns
    -------
    array (P,), or (R, P) for replicas

    Raises
    ------
    ValueError
        If the model is not built, has nothing to train, or is replicas with batch norm.
    """
    if isinstance(model, Replicas):
        _refuse_batch_norm(model)
        return np.concatenate([array.reshape(len(model), -1) for array in model.weights], axis=1)
    variables = trainable(model)
    return np.concatenate([variable.numpy().ravel() for variable in variables])


def assign(model: Model, theta: ArrayLike) -> Model:
    """Give a model the weights of a row, and return it.

    A Keras model is changed; replicas, whose results stay as they were, come back as a copy with these weights.

    Parameters
    ----------
    model : keras.Model or Replicas
    theta : array (P,), or (R, P) for replicas

    Raises
    ------
    ValueError
        If ``theta`` has another shape.
    """
    here = vector(model)
    theta = np.asarray(theta)
    if theta.shape != here.shape:
        raise ValueError(f"theta must have shape {here.shape}, as the weights of the model, got {theta.shape}.")
    if isinstance(model, Replicas):
        ends = np.cumsum([array[0].size for array in model.weights])[:-1]
        parts = np.split(theta.astype(here.dtype), ends, axis=1)
        weights = tuple(part.reshape(array.shape) for part, array in zip(parts, model.weights, strict=True))
        return dataclasses.replace(model, weights=weights)
    for variable, place in zip(model.trainable_variables, names(model).values(), strict=True):
        variable.assign(theta[place].reshape(variable.shape))
    return model


def names(model: Model) -> dict[str, slice]:
    """Return where each variable lies in the row: {name: slice}.

    Keras' variables are called by their path, such as ``"hidden_1/kernel"``; those of replicas ``"kernel_1"``,
    ``"bias_1"``, ``"kernel_2"``, …
    """
    places, begin = {}, 0
    for name, shape in shapes(model).items():
        places[name] = slice(begin, begin + math.prod(shape))
        begin += math.prod(shape)
    return places


def shapes(model: Model) -> dict[str, tuple]:
    """Return the shape of each variable, of one replica, by its name."""
    if isinstance(model, Replicas):
        _refuse_batch_norm(model)
        kinds = ("kernel", "bias")
        return {f"{kinds[i % 2]}_{i // 2 + 1}": array.shape[1:] for i, array in enumerate(model.weights)}
    found = {}
    for variable in trainable(model):
        name = variable.path if variable.path not in found else f"{variable.path}_{len(found)}"
        found[name] = tuple(variable.shape)
    return found


def single(nets: Replicas, number: int) -> Replicas:
    """Return one of many replicas alone, with its seed and weights, which are all that its loss depends on.

    Raises
    ------
    ValueError
        If there is no such replica.
    """
    whole(number, "number", least=0, most=len(nets) - 1)
    return dataclasses.replace(
        nets, seeds=nets.seeds[number : number + 1], weights=tuple(w[[number]] for w in nets.weights)
    )


def _refuse_batch_norm(replicas):
    """Refuse replicas whose outputs depend on moving averages, which no row of weights has."""
    if replicas.net.normalized:
        raise ValueError(
            f"model must be replicas without batch norm, got {replicas.batch_norm}: take a Keras model of one replica."
        )


def trainable(model: keras.Model) -> list:
    """Return the variables that a built Keras model trains.

    Raises
    ------
    ValueError
        If it is something else, is not built, or has none.
    """
    if not isinstance(model, keras.Model):
        raise ValueError(f"model must be a built Keras model, or Replicas, got {type(model).__name__}.")
    if not model.built:
        raise ValueError(f"model must be built, so that its weights exist: {model.name!r} needs an Input, or build().")
    if not model.trainable_variables:
        raise ValueError(f"model must have trainable weights, and {model.name!r} has none.")
    return model.trainable_variables
