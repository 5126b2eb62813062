"""Which way a metric is good, as Keras has it."""

from lecture.plots.training.direction import base_of


def direction_of(name, early_stoppings, model):
    """Return "min" if the lowest value of a metric is best, "max" if the highest, and "auto" if Keras does not say.

    Parameters
    ----------
    name : str
        As in the logs: ``"val_out_brier"``.
    early_stoppings : sequence of keras.callbacks.EarlyStopping
        Of the same fit. One that watches the metric has the last word.
    model : keras.Model or None
        Its own metrics are asked next.
    """
    for stopping in early_stoppings:
        if stopping.monitor == name:
            if stopping.monitor_op is not None:
                return "min" if stopping.monitor_op(0.0, 1.0) else "max"
            if stopping.mode != "auto":  # it has seen no epoch yet
                return stopping.mode
    directions = {getattr(metric, "_direction", None) for metric in _metrics(model, base_of(name))}
    return {"up": "max", "down": "min"}.get(directions.pop(), "auto") if len(directions) == 1 else "auto"


def _metrics(model, name):
    """The metrics of a model that are logged by a name: of several outputs, theirs stands before it."""
    nested = [(it, *getattr(it, "metrics", ())) for it in getattr(model, "metrics", None) or ()]
    named = [metric for several in nested for metric in several if f"_{name}".endswith(f"_{metric.name}")]
    longest = max((len(metric.name) for metric in named), default=0)
    return [metric for metric in named if len(metric.name) == longest]
