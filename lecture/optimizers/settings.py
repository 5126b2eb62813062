"""Settings of rules and schedules: numbers in their ranges, some of which may be schedules."""

from collections.abc import Callable, Collection
from dataclasses import fields
from typing import Any

import numpy as np

from lecture.checks import real, whole

# The ranges of settings; those that are not listed are numbers of at least 0.
_UP_TO_1 = ("momentum", "rho", "alpha", "start", "end")
_BELOW_1 = ("beta_1", "beta_2")
_COUNTS = ("decay_steps", "first_decay_steps", "step_size", "total_steps", "warmup_steps", "period")


def value_at(setting: float | Callable, step: int) -> Any:
    """Return the value that a setting, a number or a schedule, has at a step."""
    return setting(step) if callable(setting) else setting


def check_settings(instance: Any, schedules: Collection[str] = ()) -> None:
    """Refuse a dataclass of settings if one is out of range; those named in ``schedules`` may be functions."""
    for field in fields(instance):
        value = getattr(instance, field.name)
        if not (field.name in schedules and callable(value)):
            _check(value, field.name)


def _check(value, name):
    """Refuse a setting that is out of the range that its name stands for."""
    value = value.min() if isinstance(value, np.ndarray) else value  # `tune_rate` tries many rates at once
    if name in _COUNTS:
        whole(value, name, least=1)
    elif name in _UP_TO_1:
        real(value, name, least=0, most=1)
    elif name in _BELOW_1:
        real(value, name, least=0, below=1)
    else:
        real(value, name, least=0)
