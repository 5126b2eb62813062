"""Training with Keras: watching it, stopping it, repeating it; schedules, and any optimizer on a surface."""

from lecture.plots.record import History
from lecture.training.batches import batches, in_blocks
from lecture.training.plot import TrainingPlot
from lecture.training.repeats import Repeats, fit_seeds
from lecture.training.schedules import OneCycle, Triangular, WarmUp
from lecture.training.stopping import SmoothedEarlyStopping
from lecture.training.trace import trace
from lecture.training.transfer import FewImages, learn_from_few, reuse

__all__ = [
    "FewImages",
    "History",
    "OneCycle",
    "Repeats",
    "SmoothedEarlyStopping",
    "TrainingPlot",
    "Triangular",
    "WarmUp",
    "batches",
    "fit_seeds",
    "in_blocks",
    "learn_from_few",
    "reuse",
    "trace",
]
