"""Whether low or high values of a metric are good, according to Keras."""

from collections.abc import Sequence

import keras

from lecture.plots.training.direction import base_of


def direction_of(name: str, early_stoppings: Sequence[keras.callbacks.EarlyStopping], model: keras.Model | None) -> str:
    """Return "min" if the lowest value of a metric is best, "max" if the highest, and "auto" if Keras does not say.

    Parameters
    ----------
    name : str
        Name of the metric in the logs, such as ``"val_out_brier"``.
    early_stoppings : sequence of keras.callbacks.EarlyStopping
        Callbacks of the same fit. One that monitors the metric decides.
    model : keras.Model or None
        Model whose own metrics decide otherwise.
    """
    for stopping in early_stoppings:
        if stopping.monitor == name:
            if stopping.monitor_op is not None:
                return "min" if stopping.monitor_op(0.0, 1.0) else "max"
            if stopping.mode != "auto":  # its operator is set only in the first epoch
                return stopping.mode
    directions = {getattr(metric, "_direction", None) for metric in _metrics(model, base_of(name))}
    return {"up": "max", "down": "min"}.get(directions.pop(), "auto") if len(directions) == 1 else "auto"


def _metrics(model, name):
    """The metrics of a model that are logged under a name, which begins with the output's if there are several."""
    nested = [(metric, *getattr(metric, "metrics", ())) for metric in getattr(model, "metrics", None) or ()]
    named = [metric for several in nested for metric in several if f"_{name}".endswith(f"_{metric.name}")]
    longest = max((len(metric.name) for metric in named), default=0)
    return [metric for metric in named if len(metric.name) == longest]
