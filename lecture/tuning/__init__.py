"""Search hyperparameters: spaces, strategies, trials, and the networks that they lead to."""

from lecture.tuning.compiled import Trainer
from lecture.tuning.estimator import DenseClassifier
from lecture.tuning.overtuning import Winners, winners
from lecture.tuning.plan import Plan
from lecture.tuning.results import Final, Paired, SearchResult
from lecture.tuning.search import search
from lecture.tuning.space import Choice, Real, Space, Whole, make_mlp, mlp_space
from lecture.tuning.strategies import hyperband_rounds
from lecture.tuning.surrogate import expected_improvement, surrogate
from lecture.tuning.trials import SearchError, Trial

__all__ = [
    "Choice",
    "DenseClassifier",
    "Final",
    "Paired",
    "Plan",
    "Real",
    "SearchError",
    "SearchResult",
    "Space",
    "Trainer",
    "Trial",
    "Whole",
    "Winners",
    "expected_improvement",
    "hyperband_rounds",
    "make_mlp",
    "mlp_space",
    "search",
    "surrogate",
    "winners",
]
