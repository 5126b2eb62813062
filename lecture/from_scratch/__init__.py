"""A dense neural network from scratch, in NumPy.

``net`` is the network itself, to be read first and in one sitting: layers, forward, loss, backward, gradient check.
``products`` has the arrays of one layer; ``steps`` takes one step of the net apart, ``chain`` one gradient, ``costs``
counts what gradients take, ``training`` repeats it on toy tasks, ``loop`` is one round of that; ``depth`` measures what
depth does to it.
"""

from lecture.from_scratch.chain import Chain, LayerGradient, chain_rule, layer_gradient
from lecture.from_scratch.costs import GradientCosts, gradient_costs
from lecture.from_scratch.depth import DepthProfile, measure_depth
from lecture.from_scratch.loop import Round, one_round
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
from lecture.from_scratch.products import DenseProduct, Elementwise, dense_product, elementwise
from lecture.from_scratch.steps import Step, Trace, trace
from lecture.from_scratch.training import TrainingRecord, moons, train, xor

__all__ = [
    "DISTRIBUTIONS",
    "INITIALIZERS",
    "LOSSES",
    "SCALES",
    "BatchNorm",
    "Chain",
    "Dense",
    "DenseProduct",
    "DepthProfile",
    "Elementwise",
    "GradientCosts",
    "LayerGradient",
    "Net",
    "Round",
    "Step",
    "Trace",
    "TrainingRecord",
    "chain_rule",
    "dense_net",
    "dense_product",
    "distance_to_kink",
    "elementwise",
    "gradient_check",
    "gradient_costs",
    "gradients",
    "initial_weights",
    "layer_gradient",
    "loss",
    "measure_depth",
    "moons",
    "one_round",
    "trace",
    "train",
    "xor",
]
