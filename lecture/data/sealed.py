"""The test set, kept apart until it is opened: once."""

import warnings
from dataclasses import replace

from lecture.data.dataset import Dataset


class SealedTest:
    """The test images of a data set, which are to be looked at once, after all choices.

    Parameters
    ----------
    images : Dataset
        Data set whose test images are sealed.
    """

    def __init__(self, images: Dataset):
        self._images, self._n_opened = images, 0

    def open(self) -> Dataset:
        """Return the data set with its test images; each time after the first with a warning."""
        self._n_opened += 1
        if self._n_opened > 1:
            warnings.warn(
                f"The test images are opened for the {_ordinal(self._n_opened)} time: whatever you choose after the "
                "first time, they have helped to choose, and they no longer say how well it does on new images.",
                stacklevel=2,
            )
        return self._images

    def __repr__(self):
        n = f"{len(self._images.X_test):,} test images"
        return f"{n}, sealed" if not self._n_opened else f"{n}, opened {'once' if self._n_opened == 1 else 'before'}"


def sealed(images: Dataset) -> tuple[Dataset, SealedTest]:
    """Return a data set without its test images, and these, sealed.

    Parameters
    ----------
    images : Dataset
        Data set with test images.

    Returns
    -------
    images : Dataset
        The training and validation images; ``X_test`` and ``y_test`` have length 0.
    test : SealedTest
        ``test.open()`` is the data set with its test images.
    """
    return replace(images, X_test=images.X_test[:0], y_test=images.y_test[:0]), SealedTest(images)


def _ordinal(n):
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return {2: "second", 3: "third"}.get(n, f"{n}{ending}")
