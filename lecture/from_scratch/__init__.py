"""A dense neural network from scratch, in NumPy.

``net`` is the network itself, to be read first, in one sitting: layers, forward, loss, backward, gradient check.
``products`` shows the arrays of one layer, ``steps`` takes a step of gradient descent apart, ``chain`` a gradient;
``costs`` counts multiplications, ``training`` trains on toy tasks, ``loop`` is one round of that, ``depth`` measures
how activations and gradients change through many layers.
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
from lecture.from_scratch.steps import Step, StepByStep, step_by_step
from lecture.from_scratch.training import TrainingRecord, fit, moons, xor

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
    "StepByStep",
    "TrainingRecord",
    "chain_rule",
    "dense_net",
    "dense_product",
    "distance_to_kink",
    "elementwise",
    "fit",
    "gradient_check",
    "gradient_costs",
    "gradients",
    "initial_weights",
    "layer_gradient",
    "loss",
    "measure_depth",
    "moons",
    "one_round",
    "step_by_step",
    "xor",
]
