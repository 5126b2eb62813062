"""Training with Keras: watching it, stopping it, repeating it; schedules; surfaces; classifiers to draw."""

from lecture.plots.training.record import History
from lecture.training.batches import batches, in_blocks
from lecture.training.classifier import TrainedClassifier, as_classifier
from lecture.training.plot import TrainingPlot
from lecture.training.repeats import Repeats, compare_fits, fit_seeds
from lecture.training.schedules import OneCycle, Triangular, WarmUp
from lecture.training.stopping import SmoothedEarlyStopping, stopped_at
from lecture.training.trace import trace
from lecture.training.transfer import FewImages, learn_from_few, reuse
from lecture.training.twins import HalfSquaredError, SummedCrossentropy, from_keras, twin
from lecture.training.variants import Variant, train_variants

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
    "Variant",
    "WarmUp",
    "as_classifier",
    "batches",
    "compare_fits",
    "fit_seeds",
    "from_keras",
    "in_blocks",
    "learn_from_few",
    "reuse",
    "stopped_at",
    "trace",
    "train_variants",
    "twin",
]
