"""Drawings: one module per thing drawn. ``ax`` is keyword-only; ``None`` makes a new figure; the Axes is returned."""

from lecture.plots.activations import plot_activation, plot_label_smoothing
from lecture.plots.alt import alt_text, describe
from lecture.plots.boundaries import plot_boundaries
from lecture.plots.experiments.cycles import plot_cycles
from lecture.plots.experiments.decisions import plot_decisions
from lecture.plots.experiments.fault_losses import plot_losses_of_faults
from lecture.plots.experiments.fits import plot_alternation, plot_fits, plot_fits_of_depths
from lecture.plots.experiments.gradient_norms import plot_gradient_norms
from lecture.plots.experiments.label_fitting import plot_label_fitting
from lecture.plots.experiments.learning_curves import plot_learning_curves
from lecture.plots.experiments.losses_over_steps import plot_losses_of_depths
from lecture.plots.experiments.moons import plot_functions, plot_moons, plot_noisy_fits
from lecture.plots.experiments.penalties import plot_penalty, plot_table_1
from lecture.plots.experiments.settling import plot_settling, plot_weight_paths
from lecture.plots.experiments.started import plot_first_weights
from lecture.plots.experiments.sweeps import plot_result, plot_sweep, plot_sweeps, plot_verdicts
from lecture.plots.experiments.weight_sizes import plot_weight_sizes
from lecture.plots.landscape.between import plot_between
from lecture.plots.landscape.chance import plot_beside_chance
from lecture.plots.landscape.edge import plot_edge_of_stability
from lecture.plots.landscape.lines import plot_interpolation
from lecture.plots.landscape.paths import plot_path
from lecture.plots.landscape.plateaus import plot_kinked_fit, plot_nested_fits, plot_plateaus
from lecture.plots.landscape.ratios import plot_ratios_against_loss, plot_ratios_over_radii
from lecture.plots.landscape.replay import plot_replay, plot_unnamed
from lecture.plots.landscape.slices import plot_slice
from lecture.plots.landscape.spectrum import plot_index, plot_spectrum
from lecture.plots.landscape.trajectories import plot_trajectories
from lecture.plots.landscape.walk import plot_function, plot_plane, plot_threads
from lecture.plots.learning.arrays import plot_dense_product, plot_elementwise
from lecture.plots.learning.batch_norm_graph import plot_batch_norm_graph
from lecture.plots.learning.costs import plot_gradient_costs
from lecture.plots.learning.depth import plot_gradient_flow
from lecture.plots.learning.errors_over_h import plot_errors_over_h
from lecture.plots.learning.fault_trial import plot_fault_trial
from lecture.plots.learning.gradient_check import plot_gradient_check
from lecture.plots.learning.spread import plot_spread
from lecture.plots.learning.tape import plot_tape, plot_tape_times
from lecture.plots.learning.tensors import plot_tensor
from lecture.plots.learning.training_loop import plot_training_loop
from lecture.plots.learning_rates import plot_rates
from lecture.plots.networks.architecture import plot_architecture
from lecture.plots.networks.attention import plot_attention
from lecture.plots.networks.backprop import plot_step
from lecture.plots.networks.chain_rule import plot_chain_rule
from lecture.plots.networks.filters import plot_feature_maps, plot_patches
from lecture.plots.networks.images import plot_images, plot_prediction
from lecture.plots.networks.layer_gradient import plot_batch_gradient, plot_layer_gradient
from lecture.plots.networks.network import plot_network
from lecture.plots.networks.updates import plot_weight_updates
from lecture.plots.optimizers import (
    LOOKS,
    plot_learning_rate,
    plot_momentum,
    plot_optimizers,
    plot_paths,
    plot_schedule,
    plot_surface,
)
from lecture.plots.style import COLORS, STYLES
from lecture.plots.training.confusion import plot_confusion
from lecture.plots.training.history import plot_history
from lecture.plots.training.record import History
from lecture.plots.training.reliability import plot_reliability
from lecture.plots.training.representation import plot_representation
from lecture.plots.training.transfer import plot_few_images
from lecture.plots.training.unmarked import plot_unmarked
from lecture.plots.training.variants import plot_variants
from lecture.plots.training.weights import plot_weight_histograms
from lecture.plots.tuning.coverage import plot_coverage
from lecture.plots.tuning.curves import plot_trial_curves
from lecture.plots.tuning.hyperparameters import plot_hyperparameters
from lecture.plots.tuning.overtuning import plot_overtuning
from lecture.plots.tuning.parallel import plot_parallel
from lecture.plots.tuning.search import plot_search
from lecture.plots.tuning.surrogate import plot_surrogate
from lecture.plots.weight_decay import plot_pull

__all__ = [
    "COLORS",
    "LOOKS",
    "STYLES",
    "History",
    "alt_text",
    "describe",
    "plot_activation",
    "plot_alternation",
    "plot_architecture",
    "plot_attention",
    "plot_batch_gradient",
    "plot_batch_norm_graph",
    "plot_beside_chance",
    "plot_between",
    "plot_boundaries",
    "plot_chain_rule",
    "plot_confusion",
    "plot_coverage",
    "plot_cycles",
    "plot_decisions",
    "plot_dense_product",
    "plot_edge_of_stability",
    "plot_elementwise",
    "plot_errors_over_h",
    "plot_fault_trial",
    "plot_feature_maps",
    "plot_few_images",
    "plot_first_weights",
    "plot_fits",
    "plot_fits_of_depths",
    "plot_function",
    "plot_functions",
    "plot_gradient_check",
    "plot_gradient_costs",
    "plot_gradient_flow",
    "plot_gradient_norms",
    "plot_history",
    "plot_hyperparameters",
    "plot_images",
    "plot_index",
    "plot_interpolation",
    "plot_kinked_fit",
    "plot_label_fitting",
    "plot_label_smoothing",
    "plot_layer_gradient",
    "plot_learning_curves",
    "plot_learning_rate",
    "plot_losses_of_depths",
    "plot_losses_of_faults",
    "plot_momentum",
    "plot_moons",
    "plot_nested_fits",
    "plot_network",
    "plot_noisy_fits",
    "plot_optimizers",
    "plot_overtuning",
    "plot_parallel",
    "plot_patches",
    "plot_path",
    "plot_paths",
    "plot_penalty",
    "plot_plane",
    "plot_plateaus",
    "plot_prediction",
    "plot_pull",
    "plot_rates",
    "plot_ratios_against_loss",
    "plot_ratios_over_radii",
    "plot_reliability",
    "plot_replay",
    "plot_representation",
    "plot_result",
    "plot_schedule",
    "plot_search",
    "plot_settling",
    "plot_slice",
    "plot_spectrum",
    "plot_spread",
    "plot_step",
    "plot_surface",
    "plot_surrogate",
    "plot_sweep",
    "plot_sweeps",
    "plot_table_1",
    "plot_tape",
    "plot_tape_times",
    "plot_tensor",
    "plot_threads",
    "plot_training_loop",
    "plot_trajectories",
    "plot_trial_curves",
    "plot_unmarked",
    "plot_unnamed",
    "plot_variants",
    "plot_verdicts",
    "plot_weight_histograms",
    "plot_weight_paths",
    "plot_weight_sizes",
    "plot_weight_updates",
]
