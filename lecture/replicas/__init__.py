"""Many small dense nets trained at once, as one batch of weight matrices inside one compiled loop."""

from lecture.replicas.result import Replicas
from lecture.replicas.training import compare, train

__all__ = ["Replicas", "compare", "train"]
