"""The same training with several seeds, so that a difference can be distinguished from chance."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from lecture.checks import seeds_of, whole
from lecture.models import restore, state_of
from lecture.training.batches import batches, in_blocks


@dataclass(frozen=True)
class Repeats:
    """The results of training one network several times, once for each seed.

    Attributes
    ----------
    seeds : tuple of int
        The seeds.
    histories : tuple of dict
        The curves of each training, as Keras records them: for each metric a list with a value for each epoch.
    test : dict of str to ndarray of shape (n_seeds,)
        The metrics on the test set after training, such as ``loss`` and ``accuracy``.
    models : tuple of keras.Model
        The trained networks.
    """

    seeds: tuple[int, ...]
    histories: tuple[dict, ...]
    test: dict[str, np.ndarray]
    models: tuple[keras.Model, ...]

    def last(self, metric: str) -> np.ndarray:
        """Return a metric's last training value for each seed, shape (n_seeds,)."""
        return np.array([history[metric][-1] for history in self.histories])

    @property
    def epochs(self) -> np.ndarray:
        """Number of epochs of each training, shape (n_seeds,): fewer than planned if it stopped early."""
        return np.array([len(history["loss"]) for history in self.histories])

    def describe(self) -> str:
        """Return the mean test accuracy and its range over the seeds in a phrase."""
        accuracy, n = self.test["accuracy"], len(self.seeds)
        spread = f"{accuracy.min():.3f} to {accuracy.max():.3f} over {n} seeds" if n > 1 else "one seed"
        return f"test accuracy {accuracy.mean():.3f} ({spread})"


def fit_seeds(
    build: Callable[[], keras.Model],
    data: Any,
    *,
    seeds: int | Sequence[int],
    epochs: int,
    batch_size: int = 512,
    callbacks: Callable[[], Sequence[keras.callbacks.Callback]] = tuple,
    train: Callable[[keras.Model, Any], dict] | None = None,
) -> Repeats:
    """Train a new network for each seed, and evaluate each on the test set.

    The first network's compiled train step is reused: it is given the initial weights of each other network, trained,
    and gives the trained weights back. Compiling takes some seconds, an epoch of a small network about one.

    Parameters
    ----------
    build : callable
        Returns a new compiled network at each call, always of the same layers: ``lambda: mlp(256, 32)``.
    data : lecture.data.Dataset
        Training, validation and test set; the validation set may be empty.
    seeds : int or sequence of int
        The seeds, or their number (then 0, 1, …). They determine the initial weights, the order of the mini-batches,
        and dropout.
    epochs : int
        Epochs of each training.
    batch_size : int
        Samples per update step.
    callbacks : callable
        Returns the callbacks of one training; called once for each seed, since callbacks have a state. Their hooks for
        batches see only some of the batches (`in_blocks`).
    train : callable, optional
        ``train(model, data)``, which returns the history as a dict, instead of ``model.fit``.

    Returns
    -------
    Repeats

    Raises
    ------
    ValueError
        If there is no seed or no epoch.
    """
    seeds = seeds_of(seeds)
    whole(epochs, "epochs", least=1)
    validation = (data.X_val, data.y_val) if len(data.X_val) else None
    histories, scores, models = [], [], []
    with tqdm(total=len(seeds) * epochs, unit="epoch", leave=False) as bar, ExitStack() as while_it_trains:
        count = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: bar.update())
        for seed in seeds:
            keras.utils.set_random_seed(seed)
            models.append(build())
            model = models[0]
            if len(models) == 1 and not train:
                while_it_trains.enter_context(in_blocks(model))
            trained, start = state_of(model), state_of(models[-1])
            restore(model, start)
            if train:
                histories.append(train(model, data))
            else:
                fit = model.fit(
                    batches(data.X_train, data.y_train, batch_size),
                    epochs=epochs,
                    shuffle=False,
                    verbose=0,
                    validation_data=validation,
                    validation_batch_size=batch_size,
                    callbacks=[*callbacks(), count],
                )
                histories.append(fit.history)
            scores.append(model.evaluate(data.X_test, data.y_test, batch_size=batch_size, verbose=0, return_dict=True))
            restore(models[-1], state_of(model))
            if len(models) > 1:
                restore(model, trained)
    test = {name: np.array([score[name] for score in scores]) for name in scores[0]}
    return Repeats(seeds, tuple(histories), test, tuple(models))
