"""KerasTuner's Bayesian optimization, made to choose the next trial in a tenth of a second instead of ten."""

import warnings

import numpy as np
from keras_tuner import oracles
from sklearn.exceptions import ConvergenceWarning

N_ANYWHERE = 5000  # places of the space that are looked at first
N_KEPT, N_NEAR = 20, 50  # the most promising of them, and how many are looked at around each
REACHES = (0.1, 0.03, 0.01)  # how far around, turn by turn, as a share of each hyperparameter's range


class BayesianOracle(oracles.BayesianOptimizationOracle):
    """Chooses what KerasTuner's oracle chooses, the place with the lowest confidence bound, and looks for it among many places at a time.

    KerasTuner (1.4) asks its surrogate for one place after the other, some 20,000 times a trial, and most of the time goes into checking them.
    """

    def populate_space(self, trial_id):
        """Return the status and the values of the next trial, as KerasTuner wants them."""
        if sum(trial.status == "COMPLETED" for trial in self.trials.values()) < self.num_initial_points:
            return self._random_populate_space()
        x, y = self._vectorize_trials()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # with few trials the likelihood is highest at a bound
            self.gpr.fit(x, np.nan_to_num(y, posinf=0, neginf=0))
        place = lowest(self._bound, x.shape[1], self._random_state)
        return {"status": "RUNNING", "values": self._vector_to_values(place)}

    def _bound(self, places):
        """The lower confidence bound of the score, which is minimized, at places (n, n_hyperparameters) in the unit cube."""
        mean, std = self.gpr.predict(places, return_std=True)
        return mean - self.beta * std


def lowest(function, n_dimensions, rng):
    """Return where in the unit cube a function is about lowest: the best of many random places, and then of places ever nearer to the best.

    Parameters
    ----------
    function : callable
        Takes places (n, n_dimensions), returns values (n,).
    n_dimensions : int
    rng : numpy.random.RandomState

    Returns
    -------
    ndarray (n_dimensions,)
    """
    places = rng.uniform(size=(N_ANYWHERE, n_dimensions))
    for reach in REACHES:
        best = places[np.argsort(function(places), kind="stable")[:N_KEPT]]
        near = best[:, None] + reach * rng.normal(size=(N_KEPT, N_NEAR, n_dimensions))
        places = np.concatenate([best, np.clip(near, 0, 1).reshape(-1, n_dimensions)])
    return places[np.argmin(function(places))]
