"""The labels of a classifier, and the one-hot rows that its network is trained on."""

import numpy as np
from sklearn.utils.multiclass import type_of_target


class Labels:
    """Makes one-hot rows from labels of either kind, and labels of that kind from probabilities.

    Parameters
    ----------
    y : array (n_samples,) or (n_samples, n_classes)
        Labels, or one-hot rows, of the first samples.
    classes : array (n_classes,), optional
        All labels that there are; those in ``y`` if None.

    Attributes
    ----------
    classes : ndarray (n_classes,)
        The labels, sorted; for one-hot rows the numbers of their columns.

    Raises
    ------
    ValueError
        If y is neither labels nor one-hot rows, or has fewer than two classes.
    """

    def __init__(self, y: np.ndarray, classes: np.ndarray | None = None):
        self.are_rows, self.dtype = y.ndim == 2, y.dtype
        if self.are_rows:
            self.classes = np.arange(y.shape[1])
        elif type_of_target(y) not in ("binary", "multiclass"):
            example = f"{type_of_target(y)} values such as {y.tolist()[0]!r}"
            raise ValueError(
                f"y must be labels, whole numbers or names, or one-hot rows, got {example} (Unknown label type)."
            )
        else:
            self.classes = np.unique(y if classes is None else classes)
        if len(self.classes) < 2:
            raise ValueError(f"y must be of two classes or more, got one class: an array of shape {y.shape}.")
        self.rows(y)

    def rows(self, y: np.ndarray) -> np.ndarray:
        """Return labels as one-hot rows, float32 (n_samples, n_classes).

        Raises
        ------
        ValueError
            If y is not of the kind of the first labels, or has other classes.
        """
        n_classes = len(self.classes)
        if self.are_rows:
            if y.shape[1:] != (n_classes,) or not np.isin(y, (0, 1)).all() or not (y.sum(axis=1) == 1).all():
                raise ValueError(
                    f"y must be one-hot rows for {n_classes} classes, a 1 and zeros else; "
                    f"got shape {y.shape}, or rows of another kind."
                )
            return y.astype(np.float32)
        unknown = np.setdiff1d(y, self.classes)
        if y.ndim != 1 or len(unknown):
            known = ", ".join(map(str, self.classes))
            found = repr(unknown.tolist()[0]) if len(unknown) else f"shape {y.shape}"
            raise ValueError(f"y must be one label a sample, of the classes {known}, got {found}.")
        return np.eye(n_classes, dtype=np.float32)[np.searchsorted(self.classes, y)]

    def most_probable(self, P: np.ndarray) -> np.ndarray:
        """Return the most probable label of each row of probabilities, of the kind of the first labels."""
        best = P.argmax(axis=1)
        return np.eye(len(self.classes), dtype=self.dtype)[best] if self.are_rows else self.classes[best]
