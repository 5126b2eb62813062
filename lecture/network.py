"""A dense net as a drawing knows it: its nodes, its edges and its counts, from sizes or from a real Keras model.

One numbering throughout, that of the formulas. Layers count from 0, the inputs; units count from 1, and unit 0 of a
layer is its bias node, which is always 1. An edge leads from unit i of layer l - 1 to unit j of layer l and is called
w^(l)_{i,j}: first from, then to. So w^(l)_{0,j} is the bias of unit j, and a matrix in the layout of Keras,
(n_in, n_out), holds w^(l)_{i,j} at ``weights[l - 1][i - 1, j - 1]``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import real, whole
from lecture.keras_graph import Call, activation_name, function_name, input_operations, output_operations, read
from lecture.words import counted, listed


@dataclass(frozen=True, eq=False)
class Nodes:
    """Nodes of a drawing, layer by layer and from top to bottom; arrays of shape (n_nodes,)."""

    layer: np.ndarray  # 0 for the inputs
    index: np.ndarray  # 1, 2, … for units; 0 for the bias node
    kind: np.ndarray  # "input", "hidden", "output" or "bias"
    x: np.ndarray  # the layer
    y: np.ndarray  # rows are 1 apart, each layer is centred on 0


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges of a drawing, layer by layer, by where they start, then by where they end; arrays of shape (n_edges,)."""

    start: np.ndarray  # which of the nodes
    end: np.ndarray
    layer: np.ndarray  # of the unit that the edge leads to: 1, 2, …
    i: np.ndarray  # from unit i (0: a bias)
    j: np.ndarray  # to unit j


@dataclass(frozen=True, eq=False)
class Shown:
    """What a drawing shows: nodes, edges between them, and where units are left out."""

    nodes: Nodes
    edges: Edges
    dots: np.ndarray  # (n, 2): x and y of a "⋮" for each layer that is not shown whole


@dataclass(frozen=True, eq=False)
class Network:
    """A dense network: how large it is and, where known, what it computes with. Made by ``layout`` or ``from_model``.

    The counts are those of the network: the same whether bias nodes are drawn or not.
    """

    sizes: tuple[int, ...]  # units of each layer, the inputs first
    bias: bool = False  # whether bias nodes are drawn
    activations: tuple[str | None, ...] = ()  # of each layer after the inputs, None where not known
    biased: tuple[bool, ...] = ()  # whether each layer after the inputs has biases
    weights: tuple | None = None  # an array (n_in, n_out) for each layer after the inputs
    biases: tuple | None = None  # an array (n_out,) for each, None where it has none
    n_gammas: int = 0  # of batch normalization
    n_betas: int = 0
    n_moving: int = 0  # its moving means and variances: kept, not trained

    @property
    def n_weights(self) -> int:
        """Number of weights, without the biases."""
        return sum(n_in * n_out for n_in, n_out in zip(self.sizes, self.sizes[1:]))

    @property
    def n_biases(self) -> int:
        """Number of biases."""
        return sum(n_out for n_out, biased in zip(self.sizes[1:], self.biased) if biased)

    @property
    def n_trainable(self) -> int:
        """Number of parameters that training changes: weights, biases, γ and β."""
        return self.n_weights + self.n_biases + self.n_gammas + self.n_betas

    @property
    def n_params(self) -> int:
        """Number of all parameters as Keras counts them: with the moving averages of batch normalization."""
        return self.n_trainable + self.n_moving

    @cached_property
    def _all(self):
        return self.shown()

    @property
    def nodes(self) -> Nodes:
        """All nodes."""
        return self._all.nodes

    @property
    def edges(self) -> Edges:
        """All edges: ``n_weights`` of them, and with bias nodes ``n_biases`` more."""
        return self._all.edges

    def shown(self, max_units: int | None = None) -> Shown:
        """Return what a drawing of at most ``max_units`` units per layer shows.

        Of wider layers these are the first and the last units.

        Parameters
        ----------
        max_units : int, optional
            Number of units, at least 2; None shows all.

        Returns
        -------
        Shown

        Raises
        ------
        ValueError
            If ``max_units`` is not a whole number of at least 2.
        """
        if max_units is not None:
            whole(max_units, "max_units", least=2)
        last = len(self.sizes) - 1
        columns, dots = [], []
        for layer, size in enumerate(self.sizes):
            index, rows = _column(size, self.bias and layer < last and self.biased[layer], max_units)
            y = (rows[-1] - rows[0]) / 2 - (rows - rows[0])
            gap = np.flatnonzero(np.diff(rows) > 1)
            dots += [(layer, (y[k] + y[k + 1]) / 2) for k in gap]
            kind = np.where(index == 0, "bias", "input" if layer == 0 else "output" if layer == last else "hidden")
            columns.append((np.full(len(index), layer), index, kind, np.full(len(index), float(layer)), y))
        nodes = Nodes(*(np.concatenate(parts) for parts in zip(*columns)))
        return Shown(nodes, _edges(nodes, last), np.reshape(dots, (-1, 2)))

    def edge_values(self, edges: Edges, weights: Iterable[ArrayLike] | None = None) -> np.ndarray:
        """Return the weight on each edge.

        Parameters
        ----------
        edges : Edges
        weights : sequence of array, optional
            For each layer after the inputs one array (n_in, n_out), or (n_in + 1, n_out) with the biases in row 0; the
            network's own if None.

        Returns
        -------
        ndarray of shape (n_edges,)
            NaN on the edge of a bias that is not given.

        Raises
        ------
        ValueError
            If an array has another shape, or a network without weights is given none.
        """
        matrices = self._with_biases(weights)
        value = np.empty(len(edges.i))
        for layer, matrix in enumerate(matrices, 1):
            here = edges.layer == layer
            value[here] = matrix[edges.i[here], edges.j[here] - 1]
        return value

    def node_values(self, nodes: Nodes, values: Iterable[ArrayLike], what: str = "activations") -> np.ndarray:
        """Return the value of each node; NaN for bias nodes.

        Parameters
        ----------
        nodes : Nodes
        values : sequence of array of shape (size,)
            One array for each layer, the inputs first.
        what : str
            What the values are, for messages.

        Returns
        -------
        ndarray of shape (n_nodes,)

        Raises
        ------
        ValueError
            If there is not one array for each layer, inputs first, with one number for each of its units.
        """
        values = _listed(values, what)
        if len(values) != len(self.sizes):
            raise ValueError(
                f"{what} must be {len(self.sizes)} arrays, one for each layer with the inputs first, got {len(values)}."
            )
        result = np.full(len(nodes.index), np.nan)
        for layer, (numbers, size) in enumerate(zip(values, self.sizes)):
            numbers = np.asarray(numbers)
            if numbers.shape not in ((size,), (1, size)):  # one input: with or without the axis of its batch
                raise ValueError(
                    f"{what}[{layer}] must have shape ({size},), one number for each unit, got {numbers.shape}."
                )
            here = (nodes.layer == layer) & (nodes.index > 0)
            result[here] = numbers.reshape(-1)[nodes.index[here] - 1]
        return result

    def describe(self) -> str:
        """Return a sentence on the network's layers and counts.

        >>> layout([2, 3, 1]).describe()
        'A dense network with 2 inputs, a hidden layer of 3 units and 1 output: 9 weights and 4 biases.'
        """
        named = [f" ({name})" if name else "" for name in self.activations]
        hidden = [f"{size:,}{name}" for size, name in zip(self.sizes[1:-1], named)]
        parts = [counted(self.sizes[0], "input")]
        if len(hidden) == 1:
            parts.append(f"a hidden layer of {counted(self.sizes[1], 'unit')}{named[0]}")
        elif hidden:
            parts.append(f"{len(hidden)} hidden layers of {listed(hidden)} units")
        parts.append(counted(self.sizes[-1], "output") + named[-1])
        return f"A dense network with {listed(parts)}: {self.counts()}."

    def counts(self) -> str:
        """Return the numbers of parameters of each kind, as words.

        >>> layout([784, 512, 512, 10]).counts()
        '668,672 weights and 1,034 biases'
        """
        parts = [counted(self.n_weights, "weight"), counted(self.n_biases, "bias", "biases")]
        if self.n_gammas or self.n_betas:
            parts.append(f"{self.n_gammas:,} γ and {self.n_betas:,} β of batch normalization")
        return listed(parts) if len(parts) == 2 else ", ".join(parts)

    def _with_biases(self, weights):
        """Each layer's matrix (n_in + 1, n_out) with the biases, NaN where they are not given, in row 0."""
        if weights is None:
            if self.weights is None:
                raise ValueError(
                    "weights must be given for a network made by layout; one made by from_model has its own."
                )
            own = zip(self.biases or (), self.sizes[1:])
            biases = [np.zeros(n_out) if b is None else b for b, n_out in own]
            return [np.vstack([b, W]) for b, W in zip(biases, self.weights)]
        weights = _listed(weights, "weights")
        shapes = list(zip(self.sizes, self.sizes[1:]))
        if len(weights) != len(shapes):
            raise ValueError(
                f"weights must be {counted(len(shapes), 'array')}, one for each layer after the inputs, "
                f"got {len(weights)}."
            )
        matrices = []
        for layer, (matrix, (n_in, n_out)) in enumerate(zip(weights, shapes)):
            matrix = np.asarray(matrix, dtype=float)
            if matrix.shape == (n_in, n_out):
                matrix = np.vstack([np.full(n_out, np.nan), matrix])
            if matrix.shape != (n_in + 1, n_out):
                raise ValueError(
                    f"weights[{layer}] must have shape ({n_in}, {n_out}), or ({n_in + 1}, {n_out}) with the biases "
                    f"in row 0, got {matrix.shape}."
                )
            matrices.append(matrix)
        return matrices


def layout(
    sizes: Sequence[int], bias: bool = False, *, hidden: str | None = None, output: str | None = None
) -> Network:
    """Return the dense network with these layers.

    Parameters
    ----------
    sizes : sequence of int
        Number of units of each layer, the inputs first; two or more layers.
    bias : bool
        Whether bias nodes are drawn. The network has its biases either way.
    hidden, output : str, optional
        Names of the activations of the hidden layers and of the output layer, such as ``"relu"`` and ``"softmax"``.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        If ``sizes`` are not two or more positive whole numbers.

    >>> layout([784, 512, 512, 10]).n_params
    669706
    """
    listed = list(sizes) if isinstance(sizes, Iterable) and not isinstance(sizes, (str, bytes)) else []
    if len(listed) < 2 or not all(isinstance(n, Integral) and not isinstance(n, bool) and n > 0 for n in listed):
        raise ValueError(f"sizes must be two or more positive layer sizes, got {sizes!r}.")
    for name, what in ((hidden, "hidden"), (output, "output")):
        if not isinstance(name, str | None):
            raise ValueError(f"{what} must be the name of an activation or None, got {name!r}.")
    n_layers = len(listed) - 1
    return Network(tuple(map(int, listed)), bool(bias), (hidden,) * (n_layers - 1) + (output,), (True,) * n_layers)


# Layers that may stand between the Dense ones and pass values on; those that are activations may stand there as well.
_PASSING = {
    "InputLayer",
    "Flatten",
    "Dropout",
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
    "ActivityRegularization",
}


def from_model(model: Any, bias: bool = False) -> Network:
    """Return the network that a built Keras model is, with its weights.

    Parameters
    ----------
    model : keras.Model
        One chain of Dense layers, with InputLayer, Flatten, activations (as layers or from ``keras.ops``), Dropout (or
        noise) and BatchNormalization between them. It is read by its attributes: Keras is not imported.
    bias : bool
        Whether bias nodes are drawn.

    Returns
    -------
    Network
        Its weights and biases are copies.

    Raises
    ------
    ValueError
        If the model has any other layer, or branches; the message names the layer.
    """
    dense, names, norms = [], [], []
    for call in _chain(model):
        layer, kind, activation = call.operation, type(call.operation).__name__, activation_name(call.operation)
        if kind == "Dense":
            dense.append(_parameters(call))
            names.append([function_name(layer.activation)])
        elif activation and not getattr(layer, "weights", ()):
            if not names:
                got = f"the activation {layer.name!r} on its inputs"
                raise ValueError(f"model must begin with a Dense layer, got {got}.")
            names[-1].append(activation)
        elif kind == "BatchNormalization":
            norms.append((layer, int(layer.get_weights()[-1].size)))
        elif kind not in _PASSING:
            raise ValueError(
                "model must be one chain of Dense layers (with InputLayer, Flatten, activations, Dropout, "
                f"BatchNormalization between them), got layer {layer.name!r} ({kind})."
            )
    if not dense:
        raise ValueError(f"model must have a Dense layer, got {model.name!r} without one.")
    weights, biases = zip(*dense)
    return Network(
        sizes=(weights[0].shape[0], *(W.shape[1] for W in weights)),
        bias=bool(bias),
        activations=tuple(map(_one_after_the_other, names)),
        biased=tuple(b is not None for b in biases),
        weights=weights,
        biases=biases,
        n_gammas=sum(n_units for norm, n_units in norms if norm.scale),
        n_betas=sum(n_units for norm, n_units in norms if norm.center),
        n_moving=sum(2 * n_units for _, n_units in norms),
    )


def drop_units(network: Network, rate: float, rng: np.random.Generator | int) -> tuple[np.ndarray, ...]:
    """Choose the hidden units that dropout leaves out of one training step.

    Each is left out with probability ``rate``, independently of the others.

    Parameters
    ----------
    network : Network
    rate : float
        Probability that a unit is dropped, in [0, 1).
    rng : numpy.random.Generator or int
        Random generator, or a seed for one.

    Returns
    -------
    tuple of ndarray of bool
        A mask of shape (size,) for each layer, the inputs first: True where a unit is dropped, which inputs and
        outputs never are.

    Raises
    ------
    ValueError
        If the rate is outside [0, 1).
    """
    real(rate, "rate", least=0, below=1)
    rng = np.random.default_rng(rng)
    last = len(network.sizes) - 1
    return tuple(rng.random(size) < (rate if 0 < layer < last else 0) for layer, size in enumerate(network.sizes))


def _column(size, bias, max_units):
    """The numbers of one layer's nodes from the top, and the rows where they stand; the ⋮ has a row to itself."""
    if max_units is None or size <= max_units:
        index = np.arange(1, size + 1)
        rows = index
    else:
        n_last = max_units // 2
        index = np.concatenate([np.arange(1, max_units - n_last + 1), np.arange(size - n_last + 1, size + 1)])
        rows = np.where(index <= max_units - n_last, index, index - size + max_units + 1)
    return (np.append(0, index), np.append(0, rows)) if bias else (index, rows)


def _edges(nodes, last):
    """All edges between the nodes of neighbouring layers; none leads to a bias node."""
    pairs = []
    for layer in range(1, last + 1):
        before = np.flatnonzero(nodes.layer == layer - 1)
        here = np.flatnonzero((nodes.layer == layer) & (nodes.index > 0))
        pairs.append((np.repeat(before, len(here)), np.tile(here, len(before))))
    start, end = (np.concatenate(parts) for parts in zip(*pairs))
    return Edges(start, end, nodes.layer[end], nodes.index[start], nodes.index[end])


def _chain(model):
    """The calls of a Keras model whose layers stand in one chain, from input to output."""
    graph = read(model)
    for what, operations in (("inputs", input_operations(model)), ("outputs", output_operations(model))):
        if len(operations) != 1:
            names = ", ".join(operation.name for operation in operations)
            raise ValueError(f"model must have one input and one output, got {len(operations)} {what}: {names}.")
    for number, call in enumerate(graph.calls):
        layer = call.operation
        if len(call.inputs) > 1:
            got = f"branches that meet in layer {layer.name!r} ({type(layer).__name__})"
            raise ValueError(f"model must be one chain of layers, got {got}.")
        if getattr(layer, "weights", ()) and any(layer is other.operation for other in graph.calls[:number]):
            got = f"layer {layer.name!r} used twice, with the same weights"
            raise ValueError(f"model must be one chain of layers, got {got}.")
    return graph.calls


def _parameters(call: Call):
    """Weights and biases of a Dense layer; None for the biases where it has none."""
    layer, shape = call.operation, call.input_shapes[0]
    if len(shape) != 2:
        raise ValueError(f"layer {layer.name!r} must get flat inputs, got shape {shape}: put a Flatten before it.")
    kernel, *rest = layer.get_weights()
    if len(rest) > bool(layer.use_bias):
        got = f"{counted(len(rest) + 1, 'array')} of weights"
        raise ValueError(f"layer {layer.name!r} must have a kernel and biases only, got {got}.")
    return kernel, rest[0] if layer.use_bias else None


def _one_after_the_other(activations):
    """The name of several activations that are applied in turn."""
    return " then ".join(name for name in activations if name != "linear") or "linear"


def _listed(values, what):
    """The list of arrays that was handed in."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise ValueError(f"{what} must be a list of arrays, got {values!r}.")
    return list(values)
