"""Twelve questions about nets, each answered by many nets: ``experiments.imbalance.run() -> Result``. Nothing here draws."""

from importlib import import_module

from lecture.checks import one_of
from lecture.experiments.judgement import Compared, Hypothesis, Verdict
from lecture.experiments.result import Result, Sweep
from lecture.intervals import interval

NAMES = (
    "approximation",
    "depth",
    "data_size",
    "imbalance",
    "memorization",
    "pca",
    "activations",
    "batch_size",
    "losses",
    "initialization",
    "convergence",
    "regularization",
)

__all__ = ["NAMES", "Compared", "Hypothesis", "Result", "Sweep", "Verdict", "interval", "module"]


def module(name):
    """Return the module of a question, with its ``run``, ``TITLE``, ``HYPOTHESES`` and ``PRESETS``.

    Raises
    ------
    ValueError
        If there is no such question.
    """
    return import_module(f"lecture.experiments.{one_of(name, NAMES, 'experiment')}")


def __getattr__(name):
    if name in NAMES:
        return module(name)
    raise AttributeError(f"module 'lecture.experiments' has no attribute {name!r}")
