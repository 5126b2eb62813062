"""What making the book may raise."""


class BookError(RuntimeError):
    """The book could not be built: the sentence says why."""
