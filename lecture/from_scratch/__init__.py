"""A dense neural network from scratch, in NumPy.

``net`` is the network itself, to be read first, in one sitting: forward, loss, backward, update; its ``layers``,
``batch_norm`` and ``losses`` stand beside it. ``check`` compares its gradients with nudging, and ``nudging`` shows what
that is worth at which step. ``products`` shows the arrays of one layer, ``steps`` takes a step of gradient descent
apart, ``chain`` a gradient, ``batch_norm_graph`` batch norm; ``costs`` counts multiplications, ``training`` trains on
toy tasks and keeps every step, ``loop`` is one round of that, ``fitting`` trains on many examples, ``fault_trial`` with
a wrong gradient; ``tape`` finds gradients without a formula of the net, and ``tape_steps`` shows how, ``tape_times``
how fast; ``spread`` and ``depth`` measure how activations and gradients change through many layers.
"""

from lecture.from_scratch.batch_norm import FAULTS, BatchNorm, batch_norm_gradient
from lecture.from_scratch.batch_norm_graph import BatchNormEdge, BatchNormGraph, BatchNormNode, batch_norm_graph
from lecture.from_scratch.chain import Chain, LayerGradient, chain_rule, layer_gradient
from lecture.from_scratch.check import (
    TOLERANCES,
    VERDICTS,
    CheckedArray,
    GradientCheck,
    check_gradients,
    distance_to_kink,
    gradient_check,
)
from lecture.from_scratch.costs import GradientCosts, gradient_costs
from lecture.from_scratch.depth import DepthProfile, measure_depth
from lecture.from_scratch.fault_trial import FaultTrial, fault_trial
from lecture.from_scratch.fitting import Evaluation, Fitted, evaluate, fit
from lecture.from_scratch.initial import DISTRIBUTIONS, INITIALIZERS, SCALES, initial_weights
from lecture.from_scratch.layers import Dense
from lecture.from_scratch.loop import Round, one_round
from lecture.from_scratch.losses import LOSSES
from lecture.from_scratch.net import Net, dense_net, gradients, loss
from lecture.from_scratch.nudging import ErrorsOverH, errors_over_h, nudged_gradients
from lecture.from_scratch.products import DenseProduct, Elementwise, dense_product, elementwise
from lecture.from_scratch.spread import Spread, spread
from lecture.from_scratch.steps import Step, StepByStep, step_by_step
from lecture.from_scratch.tape import Tape, Variable
from lecture.from_scratch.tape_steps import TapeSteps, tape_steps
from lecture.from_scratch.tape_times import TapeTimes, tape_times
from lecture.from_scratch.training import TrainingRecord, moons, record_training, xor

__all__ = [
    "DISTRIBUTIONS",
    "FAULTS",
    "INITIALIZERS",
    "LOSSES",
    "SCALES",
    "TOLERANCES",
    "VERDICTS",
    "BatchNorm",
    "BatchNormEdge",
    "BatchNormGraph",
    "BatchNormNode",
    "Chain",
    "CheckedArray",
    "Dense",
    "DenseProduct",
    "DepthProfile",
    "Elementwise",
    "ErrorsOverH",
    "Evaluation",
    "FaultTrial",
    "Fitted",
    "GradientCheck",
    "GradientCosts",
    "LayerGradient",
    "Net",
    "Round",
    "Spread",
    "Step",
    "StepByStep",
    "Tape",
    "TapeSteps",
    "TapeTimes",
    "TrainingRecord",
    "Variable",
    "batch_norm_gradient",
    "batch_norm_graph",
    "chain_rule",
    "check_gradients",
    "dense_net",
    "dense_product",
    "distance_to_kink",
    "elementwise",
    "errors_over_h",
    "evaluate",
    "fault_trial",
    "fit",
    "gradient_check",
    "gradient_costs",
    "gradients",
    "initial_weights",
    "layer_gradient",
    "loss",
    "measure_depth",
    "moons",
    "nudged_gradients",
    "one_round",
    "record_training",
    "spread",
    "step_by_step",
    "tape_steps",
    "tape_times",
    "xor",
]
