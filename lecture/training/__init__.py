"""Training with Keras: following it, stopping it, repeating it."""

from lecture.training.schedules import OneCycle, Triangular, WarmUp
from lecture.training.trace import trace

__all__ = ["OneCycle", "Triangular", "WarmUp", "trace"]
