"""Batch norm as a graph of small steps, each with its value, its gradient, and the derivative on each of its edges."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import one_of, real
from lecture.from_scratch.batch_norm import check_count, checked
from lecture.words import counted, listed, short


@dataclass(frozen=True)
class _Step:
    """What is known of a node without numbers."""

    symbol: str
    formula: str
    sentence: str


_STEPS = {
    "z": _Step("z", "z", "An example reaches the loss by itself, through the mean and through the variance."),
    "mean": _Step("μ", "μ = mean(z)", "Each example moves the mean, and the mean moves all examples."),
    "centred": _Step("c", "c = z − μ", "It is used twice, for ẑ and for the variance, so two gradients come back."),
    "squared": _Step("c²", "c²", "A square has the slope 2 c."),
    "variance": _Step("v", "v = mean(c²)", "A mean hands each of its n squares a part 1/n."),
    "spread": _Step("s", "s = √(v + ε)", "A square root has the slope 1 / 2s: ε keeps it from 1/0."),
    "z_hat": _Step("ẑ", "ẑ = c / s", "The spread divides all examples, so its gradient is a sum over all of them."),
    "gamma": _Step("γ", "γ", "It multiplies all examples: its gradient is the sum of ∂L/∂u times ẑ."),
    "beta": _Step("β", "β", "It is added to all examples: its gradient is the sum of ∂L/∂u."),
    "out": _Step("u", "u = γ ẑ + β", "The layers above take it, and a gradient comes back from them."),
}


@dataclass(frozen=True, eq=False)
class BatchNormNode:
    """A step of batch norm: ``value`` and ``gradient`` (∂L/∂value) are (n, m), or (m,) where all examples share it."""

    name: str
    symbol: str
    formula: str
    sentence: str
    value: np.ndarray
    gradient: np.ndarray


@dataclass(frozen=True, eq=False)
class BatchNormEdge:
    """A step that uses another: ``derivative`` is ∂target/∂source, (n, m), or (m,) between two that all share."""

    source: str
    target: str
    derivative: np.ndarray
    formula: str


@dataclass(frozen=True, eq=False)
class BatchNormGraph:
    """All steps by name, in the order of the forward pass; the backward pass goes through them in reverse."""

    nodes: dict[str, BatchNormNode]
    edges: tuple[BatchNormEdge, ...]
    epsilon: float

    @property
    def gradient(self) -> np.ndarray:
        """∂L/∂z (n, m)."""
        return self.nodes["z"].gradient

    @property
    def n(self) -> int:
        """The number of examples."""
        return len(self.gradient)

    @property
    def sum_of_gradients(self) -> np.ndarray:
        """Σ ∂L/∂z over the examples (m,), which is 0: adding a constant to all of them changes nothing."""
        return self.gradient.sum(axis=0)

    @property
    def sum_with_z_hat(self) -> np.ndarray:
        """Σ ẑ ∂L/∂z over the examples (m,), which is 0 but for ε: stretching all of them changes nothing."""
        return (self.nodes["z_hat"].value * self.gradient).sum(axis=0)

    def edges_from(self, name: str) -> list[BatchNormEdge]:
        """Return the edges to the steps that use this one."""
        one_of(name, self.nodes, "name")
        return [edge for edge in self.edges if edge.source == name]

    def contribution(self, edge: BatchNormEdge) -> np.ndarray:
        """Return what comes back over an edge, in the shape of its source: ∂L/∂target times the derivative."""
        return _come_back(self.nodes[edge.target].gradient, edge.derivative, self.nodes[edge.source].value)

    def describe(self, name: str | None = None, *, backward: bool = True, unit: int = 0) -> str:
        """Return what a step is, with the numbers of a unit; the whole graph in a sentence if None.

        Parameters
        ----------
        name : str, optional
            Name of the step.
        backward : bool
            Whether to say what comes back to it.
        unit : int
            Unit whose numbers are given, from 0.
        """
        if name is None:
            sums = f"Σ ∂L/∂z = {short(self.sum_of_gradients[unit])}, Σ ẑ ∂L/∂z = {short(self.sum_with_z_hat[unit])}"
            steps = listed(node.symbol for node in self.nodes.values())
            return f"Batch norm of {counted(self.n, 'example')} as the steps {steps}. In unit {unit + 1} {sums}."
        node = self.nodes[one_of(name, self.nodes, "name")]
        text = f"{node.formula}: {_numbers(node.value, unit)}. {node.sentence}"
        if not backward:
            return text
        ways = [f"{edge.formula} from {self.nodes[edge.target].symbol}" for edge in self.edges_from(name)]
        back = f" The derivatives on the way back are {listed(ways)}." if ways else ""
        return f"{text}{back} ∂L/∂{node.symbol}: {_numbers(node.gradient, unit)}."


def batch_norm_graph(
    z: ArrayLike, above: ArrayLike, gamma: ArrayLike, beta: ArrayLike, epsilon: float = 1e-3
) -> BatchNormGraph:
    """Take batch normalization in training apart: forward step by step, and back by the chain rule on each edge.

    Parameters
    ----------
    z : array (n, m)
        Inputs, three examples or more.
    above : array (n, m)
        Gradient ∂L/∂u, where u is the output of batch norm.
    gamma, beta : array (m,)
        Factors γ and offsets β.
    epsilon : float
        Number added to the variance, at least 0.

    Returns
    -------
    BatchNormGraph
        Its steps are z, mean, centred, squared, variance, spread, z_hat, gamma, beta and out.

    Raises
    ------
    ValueError
        If the shapes do not fit, there are fewer than three examples, or epsilon is 0 and a unit is constant.

    Notes
    -----
    The steps are those of Ioffe & Szegedy (2015, section 3). ``batch_norm_gradient`` has the same in one formula.

    >>> graph = batch_norm_graph([[1.0], [2.0], [6.0]], [[1.0], [0.0], [0.0]], [1.0], [0.0])
    >>> graph.nodes["mean"].value, graph.nodes["beta"].gradient
    (array([3.]), array([1.]))
    """
    z, above, gamma, beta = checked(z, above, gamma, beta)
    real(epsilon, "epsilon", least=0)
    check_count(len(z))
    values = _values(z, gamma, beta, epsilon)
    if not values["spread"].all():
        raise ValueError("Batch norm with epsilon 0 cannot standardize a unit that is the same for all examples.")
    edges = _edges(values)
    gradients = {"out": above}
    for name in list(_STEPS)[-2::-1]:
        back = [_come_back(gradients[e.target], e.derivative, values[name]) for e in edges if e.source == name]
        gradients[name] = np.sum(back, axis=0)
    nodes = {
        name: BatchNormNode(name, step.symbol, step.formula, step.sentence, values[name], gradients[name])
        for name, step in _STEPS.items()
    }
    return BatchNormGraph(nodes, edges, float(epsilon))


def _values(z, gamma, beta, epsilon):
    """The values of all steps."""
    mean = z.mean(axis=0)
    centred = z - mean
    squared = centred**2
    variance = squared.mean(axis=0)
    spread = np.sqrt(variance + epsilon)
    with np.errstate(divide="ignore", invalid="ignore"):  # a spread of 0 is refused with a sentence
        z_hat = centred / spread
    out = gamma * z_hat + beta
    found = (z, mean, centred, squared, variance, spread, z_hat, gamma, beta, out)
    return dict(zip(_STEPS, found))


def _edges(values):
    """All edges with their local derivatives."""
    n, (_, m) = len(values["z"]), values["z"].shape
    ones, centred, spread = np.ones((n, m)), values["centred"], values["spread"]
    return tuple(
        BatchNormEdge(source, target, derivative, formula)
        for source, target, derivative, formula in (
            ("z", "mean", ones / n, "1/n"),
            ("z", "centred", ones, "1"),
            ("mean", "centred", -ones, "−1"),
            ("centred", "squared", 2 * centred, "2 c"),
            ("centred", "z_hat", ones / spread, "1/s"),
            ("squared", "variance", ones / n, "1/n"),
            ("variance", "spread", 1 / (2 * spread), "1/(2s)"),
            ("spread", "z_hat", -centred / spread**2, "−c/s²"),
            ("z_hat", "out", ones * values["gamma"], "γ"),
            ("gamma", "out", values["z_hat"], "ẑ"),
            ("beta", "out", ones, "1"),
        )
    )


def _come_back(gradient, derivative, source):
    """What comes back over an edge: a product, summed over the examples where they share the source."""
    product = gradient * derivative
    return product.sum(axis=0) if product.ndim > source.ndim else product


def _numbers(array, unit):
    """The numbers of a unit."""
    return ", ".join(map(short, np.atleast_1d(array[..., unit])))
