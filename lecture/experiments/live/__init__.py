"""Networks that are trained anew while a slider moves: small enough to answer in about a second."""

from lecture.experiments.live.functions import fit_function
from lecture.experiments.live.moons import MoonDecisions, decide_moons
from lecture.experiments.live.noisy_labels import NoisyFits, fit_noisy_labels
from lecture.experiments.live.normal_weights import LearningCurves, learn_from_normal
from lecture.experiments.live.penalties import PenalizedWeights, train_penalized
from lecture.experiments.live.rare_class import decide_rare_class

__all__ = [
    "LearningCurves",
    "MoonDecisions",
    "NoisyFits",
    "PenalizedWeights",
    "decide_moons",
    "decide_rare_class",
    "fit_function",
    "fit_noisy_labels",
    "learn_from_normal",
    "train_penalized",
]
