"""The clients of OpenML and of Keras, asked for one set of images, in a process of their own (``child``)."""

import importlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np


def openml_table(
    dataset_id: int,
    class_names: Sequence[str],
    folder: str | Path,
    *,
    server: str | None = None,
    decoding: Callable[[], None] = lambda: None,
) -> dict[str, np.ndarray]:
    """Return all rows of an OpenML data set, from the data frame that its own client gives.

    Parameters
    ----------
    dataset_id : int
        Number of the data set at OpenML.
    class_names : sequence of str
        Names of the classes, which labels that are words are looked up in.
    folder : path
        Folder for the client's files.
    server : str, optional
        Server to ask instead of OpenML's, such as ``http://127.0.0.1:8000/api/v1/xml``.
    decoding : callable
        Called when everything has arrived, before it is read.

    Returns
    -------
    dict of str to array
        ``pixels`` (n, n_pixels) and ``labels`` (n,), both uint8.
    """
    import openml

    openml.config.set_root_cache_directory(str(folder))
    openml.config.set_retry_policy("human", n_retries=1)
    if server:
        openml.config.server = server
    dataset = openml.datasets.get_dataset(dataset_id, download_data=True)
    decoding()
    frame: Any = dataset.get_data()[0]  # a pandas.DataFrame
    target = dataset.default_target_attribute
    if target not in frame.columns:
        raise ValueError(f"it has no column of labels {target!r}")
    return {"pixels": as_pixels(frame.drop(columns=target)), "labels": as_labels(frame[target], class_names)}


def as_pixels(frame) -> np.ndarray:
    """Return a data frame of numbers of any type as an array (n, n_columns) of uint8, if no value changes.

    Raises
    ------
    ValueError
        If a value is not a whole number from 0 to 255.
    """
    values = frame.to_numpy()
    if values.dtype == np.uint8:
        return values
    try:
        values = values.astype(np.float32)
        pixels = np.clip(np.nan_to_num(values, nan=-1), 0, 255).astype(np.uint8)
    except (TypeError, ValueError) as error:
        raise ValueError("it has pixels that are no numbers") from error
    if not np.array_equal(pixels, values):
        raise ValueError("it has pixels that are no whole numbers from 0 to 255")
    return pixels


def as_labels(series, class_names: Sequence[str]) -> np.ndarray:
    """Return labels as class numbers (n,) of uint8, whether they come as 7, "7", "7.0" or "Sneaker".

    Raises
    ------
    ValueError
        If a label is neither a class nor its number.
    """
    known = {name.casefold(): number for number, name in enumerate(class_names)}
    numbers = {label: _class_number(label, known, len(class_names)) for label in series.unique()}
    return np.array([numbers[label] for label in series], np.uint8)


def _class_number(label, known, n_classes):
    """The number of one label."""
    text = (label.decode() if isinstance(label, bytes) else str(label)).strip().strip("'\"")
    if text.casefold() in known:
        return known[text.casefold()]
    try:
        number = float(text)
    except ValueError:
        number = -1
    if number not in range(n_classes):
        raise ValueError(f"it has a label {text!r} that is no class")
    return int(number)


def keras_arrays(module: str, folder: str | Path) -> dict[str, np.ndarray]:
    """Return the arrays that ``keras.datasets.<module>.load_data()`` downloads.

    They go to ``folder``, not to ``~/.keras``: there, a download that is given up would leave half a file, which Keras
    would take for a whole one from then on.
    """
    os.environ["KERAS_HOME"] = str(folder)  # read when Keras is imported
    load_data = importlib.import_module(f"keras.datasets.{module}").load_data
    (X_train, y_train), (X_test, y_test) = load_data()
    return {"X_train": X_train, "y_train": y_train.reshape(-1), "X_test": X_test, "y_test": y_test.reshape(-1)}
