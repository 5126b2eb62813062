"""Drawings: one module per thing drawn. ``ax`` is keyword-only; ``None`` makes a new figure; the Axes is returned."""

from lecture.plots.activations import plot_activation, plot_label_smoothing
from lecture.plots.alt import alt_text, describe
from lecture.plots.architecture import plot_architecture
from lecture.plots.arrays import plot_dense_product, plot_elementwise
from lecture.plots.attention import plot_attention
from lecture.plots.backprop import plot_step, plot_weight_updates
from lecture.plots.boundaries import plot_boundaries
from lecture.plots.chain_rule import plot_batch_gradient, plot_chain_rule, plot_gradient_costs, plot_layer_gradient
from lecture.plots.coverage import plot_coverage, plot_surrogate
from lecture.plots.decisions import plot_decisions
from lecture.plots.depth import plot_gradient_flow
from lecture.plots.filters import plot_feature_maps, plot_patches
from lecture.plots.fits import plot_alternation, plot_fits
from lecture.plots.history import plot_history
from lecture.plots.hyperparameters import plot_hyperparameters, plot_parallel
from lecture.plots.images import plot_images, plot_prediction
from lecture.plots.moons import plot_functions, plot_moons
from lecture.plots.network import plot_network
from lecture.plots.optimizers import (
    LOOKS,
    plot_learning_rate,
    plot_momentum,
    plot_optimizers,
    plot_paths,
    plot_schedule,
    plot_surface,
)
from lecture.plots.overtuning import plot_overtuning
from lecture.plots.record import History
from lecture.plots.representation import plot_representation
from lecture.plots.retrained import plot_learning_curves, plot_weight_sizes
from lecture.plots.search import plot_search, plot_trial_curves
from lecture.plots.settling import plot_settling, plot_weight_paths
from lecture.plots.style import COLORS, STYLES
from lecture.plots.sweeps import plot_result, plot_sweep, plot_sweeps, plot_verdicts
from lecture.plots.tensors import plot_tensor
from lecture.plots.training_loop import plot_training_loop
from lecture.plots.transfer import plot_few_images
from lecture.plots.variants import plot_variants
from lecture.plots.weights import plot_weight_histograms

__all__ = [
    "COLORS",
    "History",
    "LOOKS",
    "STYLES",
    "alt_text",
    "describe",
    "plot_activation",
    "plot_alternation",
    "plot_architecture",
    "plot_attention",
    "plot_batch_gradient",
    "plot_boundaries",
    "plot_chain_rule",
    "plot_coverage",
    "plot_decisions",
    "plot_dense_product",
    "plot_elementwise",
    "plot_few_images",
    "plot_feature_maps",
    "plot_fits",
    "plot_functions",
    "plot_gradient_costs",
    "plot_gradient_flow",
    "plot_history",
    "plot_hyperparameters",
    "plot_images",
    "plot_label_smoothing",
    "plot_layer_gradient",
    "plot_learning_curves",
    "plot_learning_rate",
    "plot_momentum",
    "plot_moons",
    "plot_network",
    "plot_optimizers",
    "plot_overtuning",
    "plot_parallel",
    "plot_patches",
    "plot_paths",
    "plot_prediction",
    "plot_representation",
    "plot_result",
    "plot_schedule",
    "plot_search",
    "plot_settling",
    "plot_step",
    "plot_surface",
    "plot_surrogate",
    "plot_sweep",
    "plot_sweeps",
    "plot_tensor",
    "plot_training_loop",
    "plot_trial_curves",
    "plot_variants",
    "plot_verdicts",
    "plot_weight_histograms",
    "plot_weight_paths",
    "plot_weight_sizes",
    "plot_weight_updates",
]
