"""Which device trains, and whether it computes correctly; seeds and determinism; TensorFlow without its start-up noise.

Importing this room loads neither TensorFlow nor Keras: each function does so when it is called.

>>> choose()            # doctest: +SKIP
CPU: AMD EPYC, 2 cores
>>> print(report())     # doctest: +SKIP
Python 3.11.7, TensorFlow 2.21.0, Keras 3.15.1, NumPy 2.4.6, Matplotlib 3.11.2 (Linux-6.1-x86_64)
Device: CPU: AMD EPYC, 2 cores
>>> print(self_check(X, y))     # doctest: +SKIP
The CPU computes correctly: after 20 steps of SGD, RMSprop and Adam its weights are within 8e-06 of the reference …
"""

from lecture.device.choice import (
    CHOICES,
    Device,
    Report,
    advice,
    choose,
    decide,
    describe_device,
    report,
    seed_everything,
    startup_problem,
)
from lecture.device.hardware import Card, Machine, available_cores, cuda_devices, nvidia_cards, plugins, this_machine
from lecture.device.quiet import ignore_retracing, load_tensorflow, quietly
from lecture.device.selfcheck import OPTIMIZERS, SelfCheck, self_check

__all__ = [
    "CHOICES",
    "OPTIMIZERS",
    "Card",
    "Device",
    "Machine",
    "Report",
    "SelfCheck",
    "advice",
    "available_cores",
    "choose",
    "cuda_devices",
    "decide",
    "describe_device",
    "ignore_retracing",
    "load_tensorflow",
    "nvidia_cards",
    "plugins",
    "quietly",
    "report",
    "seed_everything",
    "self_check",
    "startup_problem",
    "this_machine",
]
