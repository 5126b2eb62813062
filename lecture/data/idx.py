"""IDX, the file format of MNIST and Fashion-MNIST (http://yann.lecun.com/exdb/mnist/), gzipped or plain.

Two zero bytes, the type of the values (8: uint8), the number of axes, the length of each axis as a big-endian
32-bit integer, the values.
"""

import gzip
import math
import struct
from pathlib import Path

import numpy as np

from lecture.data import files
from lecture.data.images import Images

FILES = {
    "X_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "X_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
WANTED = "the four IDX files are wanted, with or without .gz"
_UINT8 = 8
_TYPES = {_UINT8: "uint8", 9: "int8", 11: "int16", 12: "int32", 13: "float32", 14: "float64"}


def read(path: Path) -> np.ndarray:
    """Return the array of uint8 in an IDX file, gzipped or not.

    Raises
    ------
    ValueError
        If the file is not an IDX file, or not as long as its header says.
    OtherContent
        If its values are of another type.
    OSError, EOFError, zlib.error
        If it cannot be read or unpacked.
    """
    content = files.content(path)
    if len(content) < 4 or content[:2] != bytes(2) or content[2] not in _TYPES:
        raise ValueError(f"not an IDX file, it begins with {content[:4].hex(' ')}")
    kind, n_axes = np.dtype(_TYPES[content[2]]), content[3]
    start = 4 + 4 * n_axes
    if len(content) < start:
        raise ValueError("it ends within its header")
    shape = struct.unpack_from(f">{n_axes}I", content, 4)
    if len(content) - start != math.prod(shape) * kind.itemsize:
        raise ValueError(
            f"it holds {len(content) - start:,} bytes where its header announces {' × '.join(map(str, shape))} {kind}"
        )
    if kind != np.uint8:
        raise files.OtherContent(f"its values are {kind} where bytes are wanted")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def write(path: str | Path, array: np.ndarray) -> None:
    """Write an array of uint8 as an IDX file; gzipped, without a date, where ``path`` ends in ``.gz``."""
    header = bytes((0, 0, _UINT8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape)
    content = header + np.ascontiguousarray(array, np.uint8).tobytes()
    Path(path).write_bytes(gzip.compress(content, mtime=0) if Path(path).suffix == ".gz" else content)


def forms(folder: Path) -> list[files.Form]:
    """Return the only form in which a folder can hold the set: four files, one for each array."""
    there = files.listing(folder)
    return [files.Form({f"{name}.gz": files.find(there, _spellings(name)) for name in FILES.values()}, _read_four)]


def _read_four(found):
    """The images in the four files."""
    return Images(
        *(files.named(found[f"{FILES[part]}.gz"], read) for part in ("X_train", "y_train", "X_test", "y_test"))
    )


def _spellings(name):
    """The usual names of a file."""
    return [spelt + end for spelt in (name, name.replace("-idx", ".idx")) for end in (".gz", "")]
