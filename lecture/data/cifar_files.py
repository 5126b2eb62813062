"""CIFAR-10's own files: the folder ``cifar-10-batches-py`` (https://www.cs.toronto.edu/~kriz/cifar.html)."""

import io
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lecture.data import files
from lecture.data.images import Images, channels_last

FOLDER = "cifar-10-batches-py"
TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = ("test_batch",)

# All that a pickled array needs, with any version of NumPy and Python.
_ALLOWED = {
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("_codecs", "encode"),
}


class _ArraysOnly(pickle.Unpickler):
    """Refuses a pickle of anything but arrays, lists and names, since a pickle can run any code."""

    def find_class(self, module, name):
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no file of images needs")
        return super().find_class(module, name)


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels (n, 3072) and labels (n,) in a batch, gzipped or not, both uint8.

    Raises
    ------
    OtherContent
        If the file is whole, but not a batch, or one of other values.
    ValueError, OSError, EOFError, zlib.error, pickle.UnpicklingError
        If it cannot be read or unpacked, or its parts do not fit together.
    """
    batch = _ArraysOnly(io.BytesIO(files.content(path)), encoding="bytes").load()
    if not isinstance(batch, dict) or not {b"data", b"labels"} <= batch.keys():
        raise files.OtherContent("it has no data and labels")
    pixels, labels = batch[b"data"], np.array(batch[b"labels"])
    if isinstance(pixels, np.ndarray) and pixels.dtype != np.uint8:
        raise files.OtherContent(f"its values are {pixels.dtype} where bytes are wanted")
    if not isinstance(pixels, np.ndarray) or pixels.shape != (len(labels), 3072):
        raise ValueError(
            f"its images are {getattr(pixels, 'shape', type(pixels).__name__)}, not {len(labels)} rows of 3072 bytes"
        )
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or labels.min(initial=0) < 0 or labels.max(initial=0) > 9:
        raise ValueError("its labels are not numbers from 0 to 9")
    return pixels, labels.astype(np.uint8)


def find(folder: Path) -> dict[str, Path | None]:
    """Return the six files in a folder by name; ``None`` for one that is missing."""
    return {name: files.find(folder, (name, f"{name}.gz")) for name in TRAIN + TEST}


def read_files(found: dict[str, Path], read_one: Callable[[Path], tuple[np.ndarray, np.ndarray]] = read) -> Images:
    """Return the images in the six files that ``find`` found."""
    parts = []
    for names in (TRAIN, TEST):
        pixels, labels = zip(*(read_one(found[name]) for name in names), strict=True)
        parts += [channels_last(np.concatenate(pixels), (32, 32, 3)), np.concatenate(labels)]
    return Images(*parts)
