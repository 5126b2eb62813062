"""Ctrl-C, held back while the slices are not all at the same step."""

import signal
import threading
from contextlib import contextmanager


@contextmanager
def held_back():
    """Let Ctrl-C wait until the ``with`` block has ended."""
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    pressed = []
    signal.signal(signal.SIGINT, lambda *arguments: pressed.append(arguments))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
    if pressed:
        handler(*pressed[0])
