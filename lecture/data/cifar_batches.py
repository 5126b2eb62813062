"""CIFAR-10's batches of 10,000 images: a pickle, or rows of bytes (https://www.cs.toronto.edu/~kriz/cifar.html)."""

import hashlib
import io
import pickle

import numpy as np

from lecture.data.files import OtherContent
from lecture.data.images import Images, channels_last

TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = "test_batch"
SHAPE = (32, 32, 3)
N_PIXELS = 3072  # bytes of an image: all red, then green, then blue

# All that a pickled array needs, with any version of NumPy and Python.
_ALLOWED = {
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy.core.numeric", "_frombuffer"),
    ("numpy._core.numeric", "_frombuffer"),
}


class _ArraysOnly(pickle.Unpickler):
    """Refuses a pickle of anything but arrays, lists and names, since a pickle can run any code."""

    def find_class(self, module, name):
        if (module, name) == ("_codecs", "encode"):  # how protocols before 3 write bytes
            return _as_latin1
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no file of images needs")
        return super().find_class(module, name)


def _as_latin1(text, encoding):
    """The bytes of a text; no other codec is needed, and some of them unpack a few bytes to gigabytes."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"it asks for the codec {encoding}, which no file of images needs")
    return text.encode("latin1")


def from_pickle(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels (n, 3072) and labels (n,) in a pickled batch, both uint8.

    Raises
    ------
    OtherContent
        If it is whole, but not a batch, or one of other values.
    ValueError, EOFError, pickle.UnpicklingError
        If it is damaged, asks for anything but arrays, or its parts do not fit together.
    """
    batch = _unpickled(content)
    if not isinstance(batch, dict) or not {b"data", b"labels"} <= batch.keys():
        raise OtherContent("it has no data and labels")
    pixels, labels = batch[b"data"], np.array(batch[b"labels"])
    if isinstance(pixels, np.ndarray) and pixels.dtype != np.uint8:
        raise OtherContent(f"its values are {pixels.dtype} where bytes are wanted")
    if not isinstance(pixels, np.ndarray) or pixels.shape != (labels.size, N_PIXELS):
        came = getattr(pixels, "shape", type(pixels).__name__)
        raise ValueError(f"its images are {came}, not {labels.size} rows of {N_PIXELS} bytes")
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ValueError("its labels are not numbers from 0 to 9")
    return pixels, _checked(labels)


def from_rows(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels (n, 3072) and labels (n,) in a batch of rows: the byte of the label, then the pixels.

    Raises
    ------
    ValueError
        If it ends within a row, or a label is not from 0 to 9.
    """
    if len(content) % (1 + N_PIXELS):
        raise ValueError(
            f"its {len(content):,} bytes are no rows of {1 + N_PIXELS:,}, which are a label and {N_PIXELS:,} pixels"
        )
    rows = np.frombuffer(content, np.uint8).reshape(-1, 1 + N_PIXELS)
    return rows[:, 1:], _checked(rows[:, 0])


def joined(batches: dict[str, tuple[np.ndarray, np.ndarray]]) -> Images:
    """Return the images in the six batches, which stand under their names."""
    parts = []
    for names in (TRAIN, (TEST,)):
        pixels, labels = zip(*(batches[name] for name in names), strict=True)
        parts += [np.concatenate([channels_last(some, SHAPE) for some in pixels]), np.concatenate(labels)]
    return Images(*parts)


def digests(images: Images) -> tuple[str, ...]:
    """Return the SHA-256 of each of the six batches as a file of rows, in hexadecimal."""
    parts = zip(np.array_split(images.X_train, len(TRAIN)), np.array_split(images.y_train, len(TRAIN)), strict=True)
    return tuple(hashlib.sha256(as_rows(X, y).data).hexdigest() for X, y in (*parts, (images.X_test, images.y_test)))


def as_rows(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return images (n, 32, 32, 3) and labels (n,) as rows (n, 3073) of bytes, as ``from_rows`` reads them."""
    return np.column_stack([y, np.moveaxis(X, -1, 1).reshape(len(X), -1)])


def _unpickled(content):
    """What a pickle of arrays holds; a damaged one may raise anything."""
    try:
        return _ArraysOnly(io.BytesIO(content), encoding="bytes").load()
    except (pickle.UnpicklingError, EOFError):
        raise
    except Exception as error:
        raise ValueError(f"it is a damaged pickle ({type(error).__name__}: {error})") from error


def _checked(labels):
    """Labels as bytes, if they are classes."""
    if labels.min(initial=0) < 0 or labels.max(initial=0) > 9:
        raise ValueError("its labels are not numbers from 0 to 9")
    return labels.astype(np.uint8)
