"""How far the score of a search's winner is from what the winner is worth: measured by searches drawn from networks that are trained already."""

from dataclasses import dataclass

import numpy as np

from lecture.checks import whole


@dataclass(frozen=True, eq=False)
class Winners:
    """The best of the first 1, 2, … trials of many searches.

    Attributes
    ----------
    n_images : int
        That a search scores its trials on.
    validation : ndarray (n_searches, n_networks)
        The share of those images that the best so far has right: what the search reports.
    test : ndarray (n_searches, n_networks)
        The test accuracy of the same network: what it is worth.
    """

    n_images: int
    validation: np.ndarray
    test: np.ndarray

    @property
    def optimism(self):
        """By how much the report is too high on average over the searches, shape (n_networks,)."""
        return (self.validation - self.test).mean(axis=0)


def winners(right, test_accuracies, n_images, *, n_searches=1000, seed=0):
    """Draw searches: each takes the networks in another order, and scores them on other validation images.

    Parameters
    ----------
    right : array of bool (n_networks, n_validation)
        Which validation image each network has right.
    test_accuracies : array (n_networks,)
        On images that no search sees.
    n_images : int
        How many validation images a search has, from 1 to n_validation; they are drawn without putting back.
    n_searches : int
    seed : int
        Of the draws, from 0.

    Returns
    -------
    Winners

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    right, test_accuracies = np.asarray(right, dtype=bool), np.asarray(test_accuracies, dtype=float)
    if right.ndim != 2 or not right.size or test_accuracies.shape != right.shape[:1]:
        raise ValueError(
            f"right must have shape (n_networks, n_validation) and test_accuracies (n_networks,), got {right.shape} and {test_accuracies.shape}."
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
    """Return, for each beginning of the scores, the place of the highest; the first of several."""
    is_record = np.concatenate([[True], scores[1:] > np.maximum.accumulate(scores)[:-1]])
    return np.maximum.accumulate(np.where(is_record, np.arange(len(scores)), 0))
