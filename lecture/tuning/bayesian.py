"""Bayesian optimization: a Gaussian process through the trials, and the place where it hopes for most."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

from lecture.tuning.asking import ask, at, at_random, draw_new, is_even, key, listed, share_of
from lecture.tuning.trials import begun, trial_seed

N_INITIAL = 6  # trials at random, to start from
BETA = 2.6  # standard deviations between the mean and the bound, as in KerasTuner
NOISE = 1e-4  # variance of a score, as in KerasTuner
N_ANYWHERE = 5000  # places of the space that are looked at first
N_KEPT, N_NEAR = 20, 50  # the most promising of them, and how many are looked at around each
REACHES = (0.1, 0.03, 0.01)  # how far around, turn by turn, as a share of each hyperparameter's range


class Bayesian:
    """Chooses as KerasTuner's oracle does, by the lowest confidence bound; from many places at a time, none twice.

    KerasTuner (1.4.8) asks its surrogate for one place after the other, some 20,000 times a trial.

    Parameters
    ----------
    space, epochs, seed
        As for `make_strategy`.
    n_workers : int or None
        A trial is chosen by the scores of all before it but the last ``n_workers - 1``, which may still run: so it does
        not matter which worker is faster. If nobody knows how many there are, by the scores that are known.
    """

    def __init__(self, space, epochs, seed, n_workers):
        self.space, self.seed, self.n_workers, self.ranges = space, seed, n_workers, {}

    def next(self, told):
        """Return the next trial; None if there is none, or none before one that runs has ended."""
        number = len(told)
        n_known = number if self.n_workers is None else max(number - self.n_workers + 1, 0)
        known = [told[n] for n in range(n_known)]
        if number >= N_INITIAL and self.n_workers is not None and any(it.status == "stopped" for it in known):
            return None
        scored = [it for it in known if it.score is not None]
        tried = {key(it.values) for it in told.values()}
        values = None
        if len(scored) >= N_INITIAL:
            running = [it for it in told.values() if it.number >= n_known or it.status == "stopped"]
            values = self._promising(scored, running, tried, number)
        if values is None:
            values = draw_new(self.space, tried, self.seed, number)
        return begun(self.seed, number, values)

    def _promising(self, scored, running, tried, number):
        """The values with the lowest bound that were not tried; None if all that were looked at were."""
        ranges = self._known_ranges([*scored, *running])
        x, y = self._vectors(scored, ranges), np.array([-trial.score for trial in scored])
        process = fitted(x, y, self.seed)
        if running:  # they are taken to turn out a little worse than is believed
            more = self._vectors(running, ranges)
            mean, std = process.predict(more, return_std=True)
            process.set_params(kernel=process.kernel_, optimizer=None)
            process.fit(np.concatenate([x, more]), np.concatenate([y, mean + std]))

        def bound(places):
            mean, std = process.predict(places, return_std=True)
            return mean - BETA * std

        def snap(places):
            return np.column_stack([_snapped(it, shares) for it, shares in zip(ranges.values(), places.T)])

        choose = at_random(self.seed, number)
        for place in promising(bound, len(ranges), np.random.RandomState(trial_seed(self.seed, number)), snap):
            given = {name: at(it, share) for (name, it), share in zip(ranges.items(), place)}
            values, _ = ask(self.space, given, choose)
            if key(values) not in tried:
                return values
        return None

    def _known_ranges(self, trials):
        """The ranges of all that the trials asked for, by name: what differs between networks of the space."""
        for trial in sorted(trials, key=lambda trial: trial.number):
            if not trial.values.keys() <= self.ranges.keys():
                self.ranges |= ask(self.space, trial.values, at_random(self.seed))[1]
        return self.ranges

    def _vectors(self, trials, ranges):
        """Where the trials are in the unit cube, (n_trials, n_ranges): at its default what a trial did not ask for."""
        return np.array(
            [[share_of(it, trial.values.get(name, it.default)) for name, it in ranges.items()] for trial in trials]
        )


def fitted(x, y, seed):
    """Return the Gaussian process of KerasTuner (Matérn's kernel, ν = 5/2) through places and values.

    Parameters
    ----------
    x : array (n, n_dimensions)
    y : array (n,)
    seed : int
        Of the restarts of its optimizer.
    """
    process = GaussianProcessRegressor(
        Matern(nu=2.5), n_restarts_optimizer=20, normalize_y=True, alpha=NOISE, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # with few trials the likelihood is highest at a bound
        return process.fit(x, y)


def _snapped(it, shares):
    """The middle of those shares of a range that lead to the same value as the given ones."""
    if is_even(it):
        return shares
    n = len(listed(it))
    return (np.minimum(np.floor(shares * n), n - 1) + 0.5) / n


def promising(function, n_dimensions, rng, snap=lambda places: places):
    """Return places of the unit cube, those first where a function is lowest.

    It is looked at in many random places, and then in places ever nearer to the best.

    Parameters
    ----------
    function : callable
        Takes places (n, n_dimensions), returns values (n,).
    n_dimensions : int
    rng : numpy.random.RandomState
    snap : callable, optional
        Moves places to where values are.

    Returns
    -------
    ndarray (n, n_dimensions)
    """
    places = snap(rng.uniform(size=(N_ANYWHERE, n_dimensions)))
    values = function(places)
    for reach in REACHES:
        best = places[np.argsort(values, kind="stable")[:N_KEPT]]
        near = best[:, None] + reach * rng.normal(size=(len(best), N_NEAR, n_dimensions))
        near = snap(np.clip(near, 0, 1).reshape(-1, n_dimensions))
        places, values = np.concatenate([places, near]), np.concatenate([values, function(near)])
    places, first = np.unique(places, axis=0, return_index=True)
    return places[np.argsort(values[first], kind="stable")]
