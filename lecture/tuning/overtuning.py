"""How far the winner's score in a search is above its true accuracy.

Measured by drawing many searches from networks that are trained already.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import whole


@dataclass(frozen=True, eq=False)
class Winners:
    """The best of the first 1, 2, … trials of many searches.

    Attributes
    ----------
    n_images : int
        Number of validation images of a search.
    validation : ndarray (n_searches, n_networks)
        Accuracy of the best network so far on those images, which the search reports.
    test : ndarray (n_searches, n_networks)
        Test accuracy of the same network.
    """

    n_images: int
    validation: np.ndarray
    test: np.ndarray

    @property
    def optimism(self) -> np.ndarray:
        """By how much the reported accuracy is too high, averaged over the searches, shape (n_networks,)."""
        return (self.validation - self.test).mean(axis=0)


def winners(
    right: ArrayLike, test_accuracies: ArrayLike, n_images: int, *, n_searches: int = 1000, seed: int = 0
) -> Winners:
    """Draw searches: each takes the networks in a random order, and scores them on randomly drawn validation images.

    Parameters
    ----------
    right : array of bool (n_networks, n_validation)
        Whether each network classifies each validation image correctly.
    test_accuracies : array (n_networks,)
        Accuracies on images that no search sees.
    n_images : int
        Number of validation images of a search, from 1 to n_validation, drawn without replacement.
    n_searches : int
        Number of searches to draw.
    seed : int
        Seed of the draws, from 0.

    Returns
    -------
    Winners

    Raises
    ------
    ValueError
        If the shapes do not agree, or a number is out of range.
    """
    right, test_accuracies = np.asarray(right, dtype=bool), np.asarray(test_accuracies, dtype=float)
    if right.ndim != 2 or not right.size or test_accuracies.shape != right.shape[:1]:
        raise ValueError(
            "right must have shape (n_networks, n_validation) and test_accuracies (n_networks,), "
            f"got {right.shape} and {test_accuracies.shape}."
        )
    whole(n_images, "n_images", least=1, most=right.shape[1])
    whole(n_searches, "n_searches", least=1)
    rng = np.random.default_rng(whole(seed, "seed", least=0))
    validation, test = np.empty((n_searches, len(right))), np.empty((n_searches, len(right)))
    for search in range(n_searches):
        order = rng.permutation(len(right))
        images = rng.choice(right.shape[1], n_images, replace=False)
        scores = right[:, images].mean(axis=1)[order]
        best = _best_so_far(scores)
        validation[search], test[search] = scores[best], test_accuracies[order][best]
    return Winners(n_images, validation, test)


def _best_so_far(scores):
    """For each beginning of the scores, the index of the highest; the first of several."""
    is_record = np.concatenate([[True], scores[1:] > np.maximum.accumulate(scores)[:-1]])
    return np.maximum.accumulate(np.where(is_record, np.arange(len(scores)), 0))
