"""The same training from several seeds, so that a difference can be told from luck."""

from contextlib import ExitStack
from dataclasses import dataclass

import keras
import numpy as np
from tqdm import tqdm

from lecture.checks import whole
from lecture.models import restore, state_of
from lecture.training.batches import batches, in_blocks


@dataclass(frozen=True)
class Repeats:
    """What several trainings of one network gave, a row a seed.

    Attributes
    ----------
    seeds : tuple of int
    histories : tuple of dict
        The curves, as Keras records them: a list of one value an epoch for each metric.
    test : dict of str to ndarray of shape (n_seeds,)
        The metrics on the test part after training, such as ``loss`` and ``accuracy``.
    models : tuple of keras.Model
        The trained networks.
    """

    seeds: tuple
    histories: tuple
    test: dict
    models: tuple

    def last(self, metric):
        """Return a metric's last training value for each seed, shape (n_seeds,)."""
        return np.array([history[metric][-1] for history in self.histories])

    @property
    def epochs(self):
        """How many epochs each training ran, shape (n_seeds,): fewer than planned where it stopped early."""
        return np.array([len(history["loss"]) for history in self.histories])

    def describe(self):
        """Return the test accuracy as one phrase: the mean, and the range over the seeds."""
        accuracy = self.test["accuracy"]
        spread = (
            f" ({accuracy.min():.3f} to {accuracy.max():.3f} over {len(self.seeds)} seeds)"
            if len(self.seeds) > 1
            else " (one seed)"
        )
        return f"test accuracy {accuracy.mean():.3f}{spread}"


def fit_seeds(build, data, *, seeds, epochs, batch_size=512, callbacks=lambda: (), train=None):
    """Train a fresh network once for each seed, and score each on the test part.

    What Keras compiles for the first network serves for all: it takes on the initial weights of the next and gives it
    the trained ones. Compiling takes seconds, an epoch of a small network one.

    Parameters
    ----------
    build : callable
        Returns a compiled network, new at each call and of the same layers: ``lambda: mlp(256, 32)``.
    data : lecture.data.Dataset
        Training, validation and test part; without a validation part none is followed.
    seeds : int or sequence of int
        The seeds, or how many (then 0, 1, …): they set the initial weights, the batches' order, and what is dropped
        out.
    epochs, batch_size : int
    callbacks : callable
        Returns the callbacks for one training; called for each, since a callback keeps what it saw. Those of batches
        see the last of each block (`in_blocks`).
    train : callable, optional
        ``train(model, data)`` instead of ``model.fit``, for a training in several parts; returns the history as a dict.

    Returns
    -------
    Repeats

    Raises
    ------
    ValueError
        If there is no seed or no epoch.
    """
    seeds = tuple(range(whole(seeds, "seeds", least=1))) if isinstance(seeds, (int, np.integer)) else tuple(seeds)
    if not seeds:
        raise ValueError("seeds must name at least one seed, got none.")
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
