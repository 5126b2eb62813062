"""The same training with several seeds, so that a difference can be distinguished from chance."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from lecture.checks import one_of, seeds_of, whole
from lecture.models import restore, state_of
from lecture.training.batches import batches, in_blocks

AT_ONCE = 1000  # validation images per call, at least: in small batches they take as long as the training


@dataclass(frozen=True)
class Repeats:
    """The results of training one network several times, once for each seed.

    Attributes
    ----------
    seeds : tuple of int
        The seeds.
    histories : tuple of dict
        The curves of each training, as Keras records them: for each metric a list with a value for each epoch.
    val : dict of str to ndarray of shape (n_seeds,)
        The metrics on the validation set after training, such as ``loss`` and ``accuracy``; empty if there is none.
    models : tuple of keras.Model
        The trained networks.
    """

    seeds: tuple[int, ...]
    histories: tuple[dict, ...]
    val: dict[str, np.ndarray]
    models: tuple[keras.Model, ...]

    def last(self, metric: str) -> np.ndarray:
        """Return a metric's last training value for each seed, shape (n_seeds,)."""
        return np.array([history[metric][-1] for history in self.histories])

    @property
    def epochs(self) -> np.ndarray:
        """Number of epochs of each training, shape (n_seeds,): fewer than planned if it stopped early."""
        return np.array([len(history["loss"]) for history in self.histories])

    def describe(self) -> str:
        """Return the mean validation accuracy and its range over the seeds in a phrase."""
        if not self.val:
            return "no validation images"
        return f"validation accuracy {range_over_seeds(self.val['accuracy'])}"


def range_over_seeds(values: np.ndarray) -> str:
    """Return the mean of some numbers, one for each seed, with their range.

    >>> range_over_seeds(np.array([0.81, 0.83])), range_over_seeds(np.array([0.8]))
    ('0.820 (0.810 to 0.830 over 2 seeds)', '0.800 (one seed)')
    """
    n = len(values)
    spread = f"{values.min():.3f} to {values.max():.3f} over {n} seeds" if n > 1 else "one seed"
    return f"{values.mean():.3f} ({spread})"


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
    """Train a new network for each seed, and evaluate each on the validation set; the test set is left alone.

    The first network's compiled train step is reused: it is given the initial weights of each other network, trained,
    and gives the trained weights back. Compiling takes some seconds, an epoch of a small network about one.

    Parameters
    ----------
    build : callable
        Returns a new compiled network at each call, always of the same layers: ``lambda: mlp(256, 32)``.
    data : lecture.data.Dataset
        Training and validation set; the validation set may be empty.
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
    own = {"epochs": epochs, "batch_size": batch_size, "callbacks": callbacks, "train": train}
    return compare_fits({"": own}, build, data, seeds=seeds)[""]


def compare_fits(
    fits: Mapping[str, Mapping], build: Callable[[], keras.Model], data: Any, *, seeds: int | Sequence[int], **common
) -> dict[str, Repeats]:
    """Train the same network in several ways, each from the same seeds, with one compiled train step.

    Parameters
    ----------
    fits : mapping of str to mapping
        Settings of each way by its name: ``epochs``, ``batch_size``, ``callbacks`` and ``train``, as for `fit_seeds`.
    build : callable
        Returns a new compiled network at each call, always of the same layers.
    data : lecture.data.Dataset
        Training and validation set; the validation set may be empty.
    seeds : int or sequence of int
        The seeds, or their number, the same for all: each begins with the same weights in every way.
    **common
        Settings of the ways that do not set them.

    Returns
    -------
    dict of str to Repeats

    Raises
    ------
    ValueError
        If there is no way, no seed or no epoch, or a setting is unknown.
    """
    if not fits:
        raise ValueError("fits must name at least one way to train, got none.")
    plans = {name: _Fit(**_known(common | dict(own))) for name, own in fits.items()}
    seeds, total = seeds_of(seeds), sum(plan.epochs for plan in plans.values())
    with tqdm(total=len(seeds) * total, unit="epoch", leave=False) as bar, ExitStack() as while_it_trains:
        count = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: bar.update())
        keras.utils.set_random_seed(seeds[0])
        worker = build()
        while_it_trains.enter_context(in_blocks(worker))
        return {name: _repeated(worker, build, data, seeds, plan=plan, count=count) for name, plan in plans.items()}


@dataclass(frozen=True)
class _Fit:
    """One way to train."""

    epochs: int
    batch_size: int = 512
    callbacks: Callable = tuple
    train: Callable | None = None

    def __post_init__(self):
        whole(self.epochs, "epochs", least=1)

    def __call__(self, model, data, count):
        """Train a network; return its curves."""
        if self.train:
            return self.train(model, data)
        return model.fit(
            batches(data.X_train, data.y_train, self.batch_size),
            epochs=self.epochs,
            shuffle=False,
            verbose=0,
            validation_data=(data.X_val, data.y_val) if len(data.X_val) else None,
            validation_batch_size=max(self.batch_size, AT_ONCE),
            callbacks=[*self.callbacks(), count],
        ).history


def _known(settings):
    """The settings of a way to train, all of which have to be known and ``epochs`` among them."""
    for name in settings:
        one_of(name, [field.name for field in fields(_Fit)], "a setting of a fit")
    if "epochs" not in settings:
        raise ValueError("epochs must be given, for each way to train or for all.")
    return settings


def _repeated(worker, build, data, seeds, *, plan, count):
    """Train a network for each seed; ``worker``, which has the same layers, does the work."""
    histories, scores, models = [], [], []
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        models.append(build())
        restore(worker, state_of(models[-1]))
        histories.append(plan(worker, data, count))
        if len(data.X_val):
            score = worker.evaluate(
                data.X_val, data.y_val, batch_size=max(plan.batch_size, AT_ONCE), verbose=0, return_dict=True
            )
            scores.append(score)
        restore(models[-1], state_of(worker))
    val = {name: np.array([score[name] for score in scores]) for name in (scores[0] if scores else ())}
    return Repeats(seeds, tuple(histories), val, tuple(models))
