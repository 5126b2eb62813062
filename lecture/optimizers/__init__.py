"""Update rules as small objects, learning-rate schedules, and `descend`, which follows them over a surface.

>>> path = descend(Adam(learning_rate=0.2), BEALE, steps=100)  # (101, 2)
>>> path[-1].round(3)
array([2.806, 0.453])

``rules`` are to be read first, in one sitting; ``schedules`` change a setting with the step; ``descent`` takes the
steps; ``clipping`` cuts gradients before a step, and ``decay`` follows weights that a penalty pulls at; ``registry``
has a row for each named optimizer, and ``comparison`` tunes and compares those.
"""

from lecture.optimizers.clipping import Clipped, clip_by_norm, clip_by_value
from lecture.optimizers.comparison import RATES, Comparison, Tuning, compare, tune_rate, tuned_rate
from lecture.optimizers.decay import Pull, pull
from lecture.optimizers.descent import Dissection, descend, describe_paths, dissect, diverged_at
from lecture.optimizers.registry import LECTURE_RATES, OPTIMIZERS, RULES, SCHEDULED, Optimizer, label
from lecture.optimizers.rules import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Momentum, Nesterov, RMSprop, Rule
from lecture.optimizers.schedules import (
    Constant,
    CosineDecayRestarts,
    ExponentialDecay,
    GrowingMomentum,
    InverseTimeDecay,
    OneCycle,
    Schedule,
    Triangular,
    WarmUp,
)
from lecture.surfaces import BEALE

__all__ = [
    "BEALE",
    "LECTURE_RATES",
    "OPTIMIZERS",
    "RATES",
    "RULES",
    "SCHEDULED",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Clipped",
    "Comparison",
    "Constant",
    "CosineDecayRestarts",
    "Dissection",
    "ExponentialDecay",
    "GrowingMomentum",
    "InverseTimeDecay",
    "Momentum",
    "Nesterov",
    "OneCycle",
    "Optimizer",
    "Pull",
    "RMSprop",
    "Rule",
    "Schedule",
    "Triangular",
    "Tuning",
    "WarmUp",
    "clip_by_norm",
    "clip_by_value",
    "compare",
    "descend",
    "describe_paths",
    "dissect",
    "diverged_at",
    "label",
    "pull",
    "tune_rate",
    "tuned_rate",
]
