"""TensorFlow without the lines that its native code writes when it starts."""

import logging
import os
import re
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType

# How the lines begin that TensorFlow's native code writes when it starts, whatever TF_CPP_MIN_LOG_LEVEL says.
_CHATTER = re.compile(
    r"[IWE]\d{4} |\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] |"
    r"WARNING: All log messages before absl::InitializeLog|To enable the following instructions:"
)


@contextmanager
def quietly() -> Generator[None]:
    """Suppress what TensorFlow's native code writes to standard error when it starts.

    File descriptor 2 is redirected, since those lines do not pass through Python. All other lines, such as Python's
    warnings, are written at the end; if an exception is raised, TensorFlow's lines are written as well.
    """
    try:
        visible = os.dup(2)
    except OSError:  # this process has no standard error
        yield
        return
    with tempfile.TemporaryFile() as held:
        _flush()
        os.dup2(held.fileno(), 2)
        everything = True
        try:
            yield
            everything = False
        finally:
            _flush()
            os.dup2(visible, 2)
            os.close(visible)
            held.seek(0)
            lines = held.read().decode(errors="replace").splitlines(keepends=True)
            text = "".join(line for line in lines if everything or not _CHATTER.match(line))
            if text and sys.stderr is not None:  # not descriptor 2: in a notebook sys.stderr is no file
                sys.stderr.write(text)
                _flush()


@contextmanager
def ignore_retracing() -> Generator[None]:
    """Suppress TensorFlow's warning that one function is retraced: many small networks look like that to it."""
    logger = logging.getLogger("tensorflow")

    def is_other(record):
        return "tf.function retracing" not in record.getMessage()

    logger.addFilter(is_other)
    try:
        yield
    finally:
        logger.removeFilter(is_other)


def load_tensorflow() -> ModuleType:
    """Import TensorFlow and let it list its devices, without the lines that it writes meanwhile."""
    with quietly():
        import tensorflow as tf

        tf.config.list_physical_devices()
    return tf


def _flush():
    if sys.stderr is not None:
        sys.stderr.flush()
