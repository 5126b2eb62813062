"""Optimizers on a surface for 100 steps: eight beside the original lecture's, and any Keras optimizer in float64."""

from statistics import median
from time import perf_counter

import keras

from benchmarks.original import optimizer_path
from lecture.optimizers import LECTURE_RATES, RULES, descend
from lecture.training import trace

STEPS = 100
# Ours and, made anew for each path, the Keras optimizers of the same names.
EIGHT = {
    "sgd": keras.optimizers.SGD,
    "momentum": lambda rate: keras.optimizers.SGD(rate, momentum=0.9),
    "nesterov": lambda rate: keras.optimizers.SGD(rate, momentum=0.9, nesterov=True),
    "adagrad": keras.optimizers.Adagrad,
    "rmsprop": keras.optimizers.RMSprop,
    "rmsprop_momentum": lambda rate: keras.optimizers.RMSprop(rate, momentum=0.9),
    "adam": keras.optimizers.Adam,
    "adamax": keras.optimizers.Adamax,
}
ANY = ("SGD", "Adam", "AdamW", "Nadam", "Lion", "Ftrl", "Adafactor", "Lamb", "Muon")


def run():
    """Return a row for the eight and one for the slowest of many Keras optimizers; first rounds are not counted."""
    ours = _median(lambda: [descend(RULES[name](LECTURE_RATES[name]), steps=STEPS) for name in EIGHT], rounds=5)
    theirs = _median(
        lambda: [optimizer_path(make(LECTURE_RATES[name]), STEPS) for name, make in EIGHT.items()], rounds=1
    )
    makers = {name: getattr(keras.optimizers, name) for name in ANY if hasattr(keras.optimizers, name)}
    times = {name: _median(lambda make=make: trace(make(0.01), steps=STEPS), rounds=5) for name, make in makers.items()}
    slowest = max(times, key=times.get)
    return [
        {
            "what": f"8 optimizers, {STEPS} steps",
            "ours": f"{1000 * ours:.0f} ms",
            "other": f"{theirs:.1f} s (the original lecture's)",
            "ratio": f"{theirs / ours:.0f}",
            "reach": "100 times faster",
        },
        {
            "what": f"a Keras optimizer in float64, {STEPS} steps, the slowest of {len(times)} ({slowest})",
            "ours": f"{times[slowest]:.2f} s",
            "other": "–",
            "ratio": "–",
            "reach": "0.3 s",
        },
    ]


def _median(work, rounds):
    """How many seconds ``work()`` takes, after once that is not counted."""
    times = []
    for _ in range(rounds + 1):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times[1:])
