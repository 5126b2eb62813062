"""Questions about networks, each answered by training many: ``experiments.imbalance.run() -> Result``."""

from importlib import import_module
from types import ModuleType

from lecture.checks import one_of
from lecture.experiments.claims import Claim, claim
from lecture.experiments.decided import Decided, decided
from lecture.experiments.judgement import Compared, Hypothesis, Verdict
from lecture.experiments.result import Result, Sweep
from lecture.experiments.standard_images import StandardImages
from lecture.experiments.stored import StoredRun, stored_runs
from lecture.experiments.tally import tally, verdict_table
from lecture.intervals import interval

# A new experiment is a module beside this file and its name in this list, which is in the order of the lecture.
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
    "equal_parameters",
    "equal_parameters_mnist",
    "random_labels",
    "widths",
    "double_descent",
    "gradient_norm",
    "plateaus",
    "stationary_points",
    "trajectories",
    "interpolation",
    "sensitivity",
    "gradient_faults",
    "cycles",
    "batch_norm",
    "inference",
    "penalty",
    "carried_over",
    "first_weights",
)

__all__ = [
    "NAMES",
    "Claim",
    "Compared",
    "Decided",
    "Hypothesis",
    "Result",
    "StandardImages",
    "StoredRun",
    "Sweep",
    "Verdict",
    "claim",
    "decided",
    "get",
    "interval",
    "stored_runs",
    "tally",
    "verdict_table",
]


def get(name: str) -> ModuleType:
    """Return the module of an experiment, with its ``run``, ``TITLE``, ``HYPOTHESES`` and ``PRESETS``.

    Parameters
    ----------
    name : str
        One of ``NAMES``.

    Raises
    ------
    ValueError
        If the name is unknown.
    """
    return import_module(f"lecture.experiments.{one_of(name, NAMES, 'experiment')}")


def __getattr__(name):
    if name in NAMES or name == "live":
        return import_module(f"lecture.experiments.{name}")
    raise AttributeError(f"module 'lecture.experiments' has no attribute {name!r}")
