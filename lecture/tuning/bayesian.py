"""Bayesian optimization: a Gaussian process through the trials, and the most promising place to try next."""

import warnings
from collections.abc import Callable

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

from lecture.tuning.asking import ask, at, at_random, draw_new, is_even, key, listed, share_of
from lecture.tuning.space import FunctionSpace, Space
from lecture.tuning.trials import Trial, begun, trial_seed

N_INITIAL = 6  # random trials at the beginning
BETA = 2.6  # standard deviations between the mean and the bound, as in KerasTuner
NOISE = 1e-4  # variance of a score, as in KerasTuner
N_ANYWHERE = 5000  # random places of the space to look at first
N_KEPT, N_NEAR = 20, 50  # the most promising of them, and places to look at around each
REACHES = (0.1, 0.03, 0.01)  # how far around, step by step, as a fraction of each hyperparameter's range


class Bayesian:
    """Chooses as KerasTuner's oracle does, by the lowest confidence bound, from many places at a time; none twice.

    KerasTuner (1.4.8) asks its surrogate for one place after the other, some 20,000 times a trial.

    Parameters
    ----------
    space, epochs, seed
        As for `make_strategy`.
    n_workers : int or None
        Number of trials that run at a time. A trial is chosen by the scores of all before it but the last
        ``n_workers - 1``, which may still run: so it does not matter which worker is faster. With None it is chosen by
        all scores so far.
    """

    def __init__(self, space: Space | FunctionSpace, epochs: int, seed: int, n_workers: int | None):
        self.space, self.seed, self.n_workers, self.parameters = space, seed, n_workers, {}

    def next(self, trials: dict[int, Trial]) -> Trial | None:
        """Return the next trial; None if there is none left, or none before a running trial has ended."""
        number = len(trials)
        n_known = number if self.n_workers is None else max(number - self.n_workers + 1, 0)
        known = [trials[n] for n in range(n_known)]
        if number >= N_INITIAL and self.n_workers is not None and any(trial.status == "stopped" for trial in known):
            return None
        scored = [trial for trial in known if trial.score is not None]
        tried = {key(trial.values) for trial in trials.values()}
        values = None
        if len(scored) >= N_INITIAL:
            running = [trial for trial in trials.values() if trial.number >= n_known or trial.status == "stopped"]
            values = self._promising(scored, running, tried, number)
        if values is None:
            values = draw_new(self.space, tried, self.seed, number)
        return begun(self.seed, number, values)

    def _promising(self, scored, running, tried, number):
        """The values with the lowest bound that were not tried before; None if all the places found were."""
        parameters = self._known_parameters([*scored, *running])
        x, y = _vectors(scored, parameters), np.array([-trial.score for trial in scored])
        process = fitted(x, y, self.seed)
        if running:  # they are taken to be a little worse than expected
            more = _vectors(running, parameters)
            mean, std = process.predict(more, return_std=True)
            process.set_params(kernel=process.kernel_, optimizer=None)
            process.fit(np.concatenate([x, more]), np.concatenate([y, mean + std]))

        def bound(places):
            mean, std = process.predict(places, return_std=True)
            return mean - BETA * std

        def snap(places):
            columns = zip(parameters.values(), places.T)
            return np.column_stack([_snapped(parameter, shares) for parameter, shares in columns])

        choose, rng = at_random(self.seed, number), np.random.RandomState(trial_seed(self.seed, number))
        for place in promising(bound, len(parameters), rng, snap):
            given = {name: at(parameter, share) for (name, parameter), share in zip(parameters.items(), place)}
            values, _ = ask(self.space, given, choose)
            if key(values) not in tried:
                return values
        return None

    def _known_parameters(self, trials):
        """All hyperparameters that the trials asked for, by name: what differs between networks of the space."""
        for trial in sorted(trials, key=lambda trial: trial.number):
            if not trial.values.keys() <= self.parameters.keys():
                self.parameters |= ask(self.space, trial.values, at_random(self.seed))[1]
        return self.parameters


def _vectors(trials, parameters):
    """The trials' places in the unit cube, (n_trials, n_parameters); what one did not ask for is at its default."""

    def vector(values):
        return [share_of(known, values.get(name, known.default)) for name, known in parameters.items()]

    return np.array([vector(trial.values) for trial in trials])


def fitted(x: np.ndarray, y: np.ndarray, seed: int) -> GaussianProcessRegressor:
    """Return KerasTuner's Gaussian process (Matérn's kernel, ν = 5/2), fitted to places and values.

    Parameters
    ----------
    x : array (n, n_dimensions)
    y : array (n,)
    seed : int
        Seed of the optimizer's restarts.
    """
    process = GaussianProcessRegressor(
        Matern(nu=2.5), n_restarts_optimizer=20, normalize_y=True, alpha=NOISE, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # with few trials the likelihood is highest at a bound
        return process.fit(x, y)


def _snapped(parameter, shares):
    """The middle of those shares of a range that lead to the same value as the given ones."""
    if is_even(parameter):
        return shares
    n = len(listed(parameter))
    return (np.minimum(np.floor(shares * n), n - 1) + 0.5) / n


def promising(
    function: Callable[[np.ndarray], np.ndarray],
    n_dimensions: int,
    rng: np.random.RandomState,
    snap: Callable[[np.ndarray], np.ndarray] = lambda places: places,
) -> np.ndarray:
    """Return places of the unit cube, those first where a function is lowest.

    The function is evaluated in many random places, and then in places ever nearer to the best.

    Parameters
    ----------
    function : callable
        Takes places (n, n_dimensions), returns values (n,).
    n_dimensions : int
        Number of dimensions of the cube.
    rng : numpy.random.RandomState
    snap : callable, optional
        Moves places to the nearest ones that stand for a value.

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
