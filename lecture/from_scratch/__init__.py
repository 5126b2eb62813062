"""A dense neural network from scratch, in NumPy.

``net`` is the network itself, to be read first and in one sitting: layers, forward, loss, backward, gradient check.
``steps`` takes one step of it apart, ``training`` repeats it on toy tasks, ``depth`` measures what depth does to it.
"""

from lecture.from_scratch.depth import DepthProfile, measure_depth
from lecture.from_scratch.net import (
    DISTRIBUTIONS,
    INITIALIZERS,
    LOSSES,
    SCALES,
    BatchNorm,
    Dense,
    Net,
    dense_net,
    distance_to_kink,
    gradient_check,
    gradients,
    initial_weights,
    loss,
)
from lecture.from_scratch.steps import Step, Trace, trace
from lecture.from_scratch.training import TrainingRecord, moons, train, xor

__all__ = [
    "BatchNorm",
    "Dense",
    "DepthProfile",
    "DISTRIBUTIONS",
    "INITIALIZERS",
    "LOSSES",
    "Net",
    "SCALES",
    "Step",
    "Trace",
    "TrainingRecord",
    "dense_net",
    "distance_to_kink",
    "gradient_check",
    "gradients",
    "initial_weights",
    "loss",
    "measure_depth",
    "moons",
    "trace",
    "train",
    "xor",
]
