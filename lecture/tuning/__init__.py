"""Search hyperparameters: spaces, strategies, trials, and what they lead to."""

from lecture.tuning.search import search
from lecture.tuning.space import Choice, Real, Space, Whole, make_mlp, mlp_space
from lecture.tuning.strategies import hyperband_rounds
from lecture.tuning.trials import Final, Paired, SearchError, SearchResult, Trial

__all__ = ["Choice", "Final", "Paired", "Real", "SearchError", "SearchResult", "Space", "Trial", "Whole", "hyperband_rounds", "make_mlp", "mlp_space", "search"]
