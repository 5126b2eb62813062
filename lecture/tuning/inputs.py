"""Refuses data and spaces that cannot be searched, before the first trial."""

import keras
import numpy as np

from lecture.tuning.asking import ask, at_random, first_value
from lecture.tuning.space import FunctionSpace, Space
from lecture.tuning.trials import SearchError, first_line

N_TRIED = 10  # networks of a space that are made before it is refused


def check_data(data) -> None:
    """Refuse data that no network can be trained on.

    Raises
    ------
    ValueError
        If there is no validation set, a pixel is not finite, or a label is none of the classes.
    """
    if not len(data.X_val):
        raise ValueError(
            "a search chooses by the validation set, and these data have none: load them with validation=1/6, say."
        )
    for part in ("train", "val"):
        X, y = np.asarray(getattr(data, f"X_{part}")), np.asarray(getattr(data, f"y_{part}"))
        if not np.isfinite(X).all():
            n_broken = np.count_nonzero(~np.isfinite(X))
            raise ValueError(f"X_{part} must be finite numbers, got {n_broken:,} that are not.")
        _check_labels(y, f"y_{part}", len(data.class_names))


def _check_labels(y, name, n_classes):
    if y.ndim == 2 and (y.shape[1] != n_classes or not np.isfinite(y).all() or not np.allclose(y.sum(axis=1), 1)):
        raise ValueError(
            f"{name} must be one-hot rows for {n_classes} classes; these have {y.shape[1]} columns, "
            "or rows that do not sum to 1."
        )
    if y.ndim == 1 and (y.min() < 0 or y.max() >= n_classes):
        raise ValueError(f"{name} must be class numbers from 0 to {n_classes - 1}, got {y.min()} to {y.max()}.")


def check_space(space: Space | FunctionSpace, data) -> None:
    """Refuse a space whose networks cannot be trained on the data: one is made, and tried on two images.

    Raises
    ------
    SearchError
        If none of the first networks can be made, or one is not compiled or does not fit the data.
    """
    model, values = _some_network(space)
    if not isinstance(model, keras.Model) or not model.compiled:
        what = "one that is not compiled" if isinstance(model, keras.Model) else repr(model)
        raise SearchError(f"the space must make compiled Keras models, got {what}.")
    if not values:
        raise SearchError("make_model(hp) asks hp for nothing, so there is nothing to search.")
    try:
        model.compute_loss(y=data.y_train[:2], y_pred=model(data.X_train[:2]))
    except Exception as error:
        shapes = f"X {data.X_train.shape[1:]}, y {data.y_train.shape[1:] or 'class numbers'}"
        raise SearchError(f"the space's networks do not fit the data ({shapes}): {first_line(error)}") from error


def _some_network(space):
    """The first network of a space that can be made, and its values: the low ends, or else some drawn at random."""
    failed = None
    for attempt in range(N_TRIED):
        values, _ = ask(space, {}, at_random(0, attempt) if attempt else first_value)
        try:
            return space.make(values), values
        except Exception as error:
            failed = failed or error
    raise SearchError(f"the space's first network could not be made: {first_line(failed)}") from failed
