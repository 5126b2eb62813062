"""Read: learning curves that were recorded once, from real trainings."""

import json
import numbers
from collections.abc import Mapping
from pathlib import Path

from lecture.checks import one_of
from lecture.exercises.compare import choice, number
from lecture.exercises.feedback import Wrong
from lecture.exercises.registry import Unanswered, exercise

RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text(encoding="utf-8"))
NEARLY = 0.015  # how far above the lowest validation loss an epoch is as good, as one reads it
FITS = {"A": "overfits", "B": "underfits", "C": "fits"}
RANDOM = {"A": "half", "B": "none", "C": "all"}  # of the training labels
RATES = ["C", "A", "B"]  # from the smallest learning rate to the largest


def curves(name: str) -> dict[str, dict[str, list[float]]]:
    """Return the recorded learning curves that an exercise asks about.

    They come from networks for Fashion-MNIST, trained by ``scripts/record_curves.py``.

    Parameters
    ----------
    name : {"stop", "fits", "rates", "labels"}
        Which.

    Returns
    -------
    dict
        The ``"loss"`` and the ``"val_loss"`` after each epoch, by the label of the training.

    Raises
    ------
    ValueError
        If there is no such recording.
    """
    return RECORDED[one_of(name, RECORDED, "name")]


@exercise(
    "when-to-stop",
    "There the validation loss is lowest. That the training loss falls on says nothing about other images.",
    level="read",
)
def when_to_stop(answer):
    """The epoch whose weights to keep, read from a learning curve: any at which the loss is nearly lowest."""
    losses = curves("stop")[""]["val_loss"]
    lowest, last = losses.index(min(losses)) + 1, len(losses)
    number(answer, answer if _is_epoch(answer, last) else lowest, within=(1, last))
    epoch = int(answer)
    if losses[epoch - 1] <= min(losses) + NEARLY:
        return f"At epoch {epoch} the validation loss is {losses[epoch - 1]:.2f}, and at its lowest {min(losses):.2f}."
    if epoch == last:
        raise Wrong("That is where the training loss is lowest. Which of the two curves is about new images?")
    if epoch < lowest:
        raise Wrong("There the validation loss is still falling: later weights are better.")
    raise Wrong("There the validation loss has been rising for a while: earlier weights are better.")


def _is_epoch(answer, last):
    return isinstance(answer, numbers.Integral) and not isinstance(answer, bool) and 1 <= answer <= last


@exercise(
    "name-the-fit",
    "Look at the gap and at the height: a gap that grows is overfitting, two high curves are underfitting.",
    level="read",
)
def name_the_fit(answer):
    """Whether each of three trainings underfits, overfits or fits."""
    hints = {
        "A": {
            "underfits": "its training loss is low, so the network has learnt its images.",
            "fits": "look at the gap: its validation loss rises while its training loss falls.",
        },
        "B": {
            "overfits": "there is no gap between its curves.",
            "fits": "its curves lie together, but how high, beside those of the others?",
        },
        "C": {
            "underfits": "its validation loss is the lowest of the three.",
            "overfits": "its validation loss does not rise. With dropout it can be below the training loss.",
        },
    }
    _each_named(answer, FITS, hints)


@exercise(
    "read-random-labels",
    "Random labels are learnt slowly, each by heart, and that makes the loss of new images worse than that of a guess.",
    level="read",
)
def read_random_labels(answer):
    """How many of the training labels are random in each of three trainings."""
    hints = {
        "A": {
            "none": "another training learns faster, and both of its losses are lower.",
            "all": "its validation loss falls far below ln 10 = 2.30, which a guess has: some labels mean something.",
        },
        "B": {
            "half": "both of its losses are the lowest of the three: no label stands in its way.",
            "all": "its validation loss falls, so what it learns is true of new images as well.",
        },
        "C": {
            "none": "its validation loss rises from the start, so what it learns is of no use for new images.",
            "half": "its validation loss never falls below ln 10 = 2.30, which a guess has. Half of them would help.",
        },
    }
    _each_named(answer, RANDOM, hints)


def _each_named(answer, right, hints):
    """Compare what each training is called with what is right; say of which training a hint speaks."""
    for label, given in zip(right, _labelled(answer, list(right))):
        if given is ...:
            raise Unanswered
        try:
            choice(given, right[label], hints[label])
        except Wrong as wrong:
            raise Wrong(f"Training {label}: {wrong}") from None


@exercise(
    "order-of-rates",
    "Too small a rate crawls in a smooth line; a large one is fast at first, and its curve is rough.",
    level="read",
)
def order_of_rates(answer):
    """The labels of three trainings, from the smallest learning rate to the largest."""
    given = _labelled(answer, RATES)
    if any(one is ... for one in given):
        raise Unanswered
    if sorted(map(str, given)) != sorted(RATES):
        raise Wrong("The three labels are wanted, each once.")
    if given == RATES[::-1]:
        raise Wrong("That is from the largest to the smallest.")
    if given[0] != RATES[0]:
        raise Wrong("With the smallest rate the loss has come down least after the first epochs.")
    if given != RATES:
        raise Wrong("Which of the two that are left is faster at first, and rougher in the end?")


def _labelled(answer, labels):
    """The answers for each label, from a mapping or a list."""
    if isinstance(answer, Mapping):
        answer = [answer.get(label, ...) for label in labels]
    if isinstance(answer, str) or not isinstance(answer, (list, tuple)) or len(answer) != len(labels):
        raise Wrong(f"A list of {len(labels)} is wanted, one for each training.")
    return list(answer)
