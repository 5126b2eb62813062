"""Training with Keras: watching it, stopping it, repeating it; schedules; surfaces; classifiers to draw."""

from lecture.plots.training.record import History
from lecture.training.batches import batches, in_blocks
from lecture.training.classifier import TrainedClassifier, as_classifier
from lecture.training.plot import TrainingPlot
from lecture.training.repeats import Repeats, fit_seeds
from lecture.training.schedules import OneCycle, Triangular, WarmUp
from lecture.training.stopping import SmoothedEarlyStopping
from lecture.training.trace import trace
from lecture.training.transfer import FewImages, learn_from_few, reuse
from lecture.training.twins import HalfSquaredError, SummedCrossentropy, from_keras, twin

__all__ = [
    "FewImages",
    "HalfSquaredError",
    "History",
    "OneCycle",
    "Repeats",
    "SmoothedEarlyStopping",
    "SummedCrossentropy",
    "TrainedClassifier",
    "TrainingPlot",
    "Triangular",
    "WarmUp",
    "as_classifier",
    "batches",
    "fit_seeds",
    "from_keras",
    "in_blocks",
    "learn_from_few",
    "reuse",
    "trace",
    "twin",
]
