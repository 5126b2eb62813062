"""What the drawing of a net shows: its nodes and edges with their numbers, checked before anything is drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import one_of
from lecture.network import Edges, Network, Nodes, Shown

Arrays = Iterable[ArrayLike]


@dataclass(frozen=True, eq=False)
class Content:
    """Nodes and edges of a drawing, and what is known of each."""

    network: Network
    shown: Shown
    weight: np.ndarray | None  # (n_edges,)
    value: np.ndarray | None  # (n_nodes,), the activations
    gone: np.ndarray  # (n_nodes,), whether a unit is dropped
    lost_edges: np.ndarray  # (n_edges,), whether a given weight is not finite
    lost_nodes: np.ndarray  # (n_nodes,)
    n_weights: int  # given and drawn, finite or not
    n_dropped: int | None  # of all units, drawn or not; None where nothing was said of it

    @classmethod
    def of(
        cls,
        network: Network,
        max_units: int | None,
        *,
        weights: str | Arrays | None,
        activations: Arrays | None,
        dropped: Arrays | None,
    ) -> "Content":
        """Choose what is shown of a network, and look up its numbers.

        Raises
        ------
        ValueError
            If ``network`` is no Network, or an array does not fit it.
        """
        _check(network)
        shown = network.shown(max_units)
        given = _given(weights)
        weight = None if weights is None else network.edge_values(shown.edges, given)
        value = None if activations is None else network.node_values(shown.nodes, activations)
        is_given = (shown.edges.i > 0) | ~_lacks_biases(network, given)[shown.edges.layer - 1]
        is_unit = shown.nodes.index > 0
        nothing = np.zeros(len(shown.nodes.index), bool)
        masks = _as_list(dropped)
        return cls(
            network=network,
            shown=shown,
            weight=weight,
            value=value,
            gone=nothing if masks is None else network.node_values(shown.nodes, masks, "dropped") > 0,
            lost_edges=is_given & ~np.isfinite(0 if weight is None else weight),
            lost_nodes=is_unit & ~np.isfinite(0 if value is None else value),
            n_weights=int(is_given.sum()),
            n_dropped=None if masks is None else sum(int(np.sum(mask)) for mask in masks),
        )

    @property
    def nodes(self) -> Nodes:
        """The nodes that are drawn."""
        return self.shown.nodes

    @property
    def edges(self) -> Edges:
        """The edges that are drawn."""
        return self.shown.edges

    @property
    def cut(self) -> np.ndarray:
        """Whether each edge leads to or from a dropped unit; shape (n_edges,)."""
        return self.gone[self.edges.start] | self.gone[self.edges.end]

    def describe(self) -> str:
        """Return the alternative text."""
        parts = [self.network.describe()]
        if len(self.shown.dots):
            parts.append("Of its wide layers the first and last units are drawn.")
        n_units = int((self.nodes.index > 0).sum())
        parts += _coloured("Edges", "weights", self.weight)
        parts += _not_finite("weights", self.lost_edges, self.n_weights, "black and dashed")
        parts += _coloured("Nodes", "activations", self.value)
        parts += _not_finite("activations", self.lost_nodes, n_units, "crossed out in black")
        if self.n_dropped is not None:
            parts.append(f"Dropped, and greyed, are {self.n_dropped} of {sum(self.network.sizes):,} units.")
        return " ".join(parts)


def _check(network):
    """Refuse what is no Network, and say how to get one."""
    if not isinstance(network, Network):
        hint = ": use plot_network(network.from_model(model))" if hasattr(network, "get_weights") else ""
        raise ValueError(f"network must be a Network, got {type(network).__name__}{hint}.")


def _given(weights):
    """The list of arrays that was handed in; None for the network's own."""
    if weights is None or isinstance(weights, str):
        return None if weights is None or one_of(weights, ("model",), "weights") else weights
    return _as_list(weights)


def _as_list(values):
    """Arrays as a list, if they are several: they are gone through more than once."""
    return list(values) if isinstance(values, Iterable) and not isinstance(values, str) else values


def _lacks_biases(network: Network, weights: Sequence | None):
    """Whether the array of each layer comes without biases; a network knows which of its own has none."""
    if weights is None:
        return np.zeros(len(network.sizes) - 1, bool)
    return np.array([len(matrix) == n_in for matrix, n_in in zip(weights, network.sizes)])


def _coloured(what, name, values):
    """The sentence on the numbers that colour something; none where no number is finite."""
    finite = np.array([]) if values is None else values[np.isfinite(values)]
    if not len(finite):
        return []
    return [f"{what} are coloured by their {name}, from {finite.min():.2g} to {finite.max():.2g}."]


def _not_finite(name, lost, n, look):
    """The sentence on the numbers that are not finite; none where all are."""
    return [f"{lost.sum()} of {n} {name} drawn are not finite: {look}."] if lost.any() else []
