"""What a Keras model is made of: its calls one after the other, and what its activations are called.

This is the only file that knows the private names of Keras' graph and optimizers; everything else asks here. Models
are read by their attributes: Keras is not imported.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

Shape = tuple[int | None, ...]

# The activations of Keras, of its layers and of ``keras.ops``, by one name each; and what others call the same.
_NAMES = (
    "celu elu exponential gelu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu log_sigmoid log_softmax mish "
    "prelu relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax "
    "squareplus tanh tanh_shrink"
)
_ALSO = {"swish": "silu", "hardswish": "hard_silu", "exp": "exponential", "identity": "linear"}
_KNOWN = {name.replace("_", ""): name for name in _NAMES.split()} | _ALSO


@dataclass(frozen=True, eq=False)
class Call:
    """One use of a layer, or of an operation such as ``a + b``. Shapes begin with the axis of the batch."""

    operation: Any  # Keras' layer or operation
    inputs: tuple[int, ...]  # numbers of the calls that it gets its inputs from
    input_shapes: tuple[Shape, ...]  # of each input
    output_shapes: tuple[Shape, ...]


@dataclass(frozen=True, eq=False)
class Graph:
    """The calls of a model, each after those that it gets its inputs from. Made by ``read``."""

    calls: tuple[Call, ...]
    outputs: tuple[int, ...]  # numbers of the calls that give the model's outputs


def read(model: Any, *, unfold: bool = False) -> Graph:
    """Return the calls that lead from a model's inputs to its outputs.

    A mask is an input of a call only if it does not follow from the call's other inputs. Most say which steps of a
    sequence count, and Keras passes them on from layer to layer by itself.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional, and built.
    unfold : bool
        Whether a model inside the model is taken apart into its own calls.

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        If it is not a Keras model, has not been built, or has a ``call`` of its own.
    """
    _check(model)
    reader = _Reader(unfold)
    outputs = reader.follow(model, {})
    return Graph(tuple(reader.calls), tuple(outputs))


def input_operations(model: Any) -> list[Any]:
    """Return the layers that a model's inputs come in by."""
    return [_origin(tensor)[0] for tensor in _tensors(_functional(model).inputs)]


def output_operations(model: Any) -> list[Any]:
    """Return the layers, or operations, that give a model's outputs."""
    return [_origin(tensor)[0] for tensor in _tensors(_functional(model).outputs)]


def function_name(function: Any) -> str:
    """Return what an activation is called, the same whether it is a function, a layer or an operation.

    >>> function_name(partial(max, default=0))
    'max'
    """
    while isinstance(function, partial):
        function = function.func
    if type(function).__name__ == "Activation":
        return function_name(function.activation)
    name = re.sub(r"_v\d+$", "", getattr(function, "__name__", type(function).__name__))  # TensorFlow's softmax_v2
    return _KNOWN.get(name.lower().replace("_", ""), name)


def activation_name(operation: Any) -> str | None:
    """Return the activation that a layer or an operation is, such as "relu"; None if it is something else."""
    for kind in type(operation).__mro__:
        if kind.__name__ == "Activation":
            return function_name(operation.activation)
        name = _KNOWN.get(kind.__name__.lower())
        if name == "prelu" or (name and not getattr(operation, "weights", ())):  # with weights: a layer of one's own
            return name
    return None


def optimizer_config(optimizer: Any) -> dict[str, Any]:
    """Return the settings of an optimizer, with a schedule itself as its learning rate if it has one.

    Keras' own ``get_config`` fails if the schedule cannot be saved, and the property ``learning_rate`` gives the
    schedule's present value.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer
    """
    rate = optimizer._learning_rate
    if not callable(rate):
        return optimizer.get_config()
    bare = object.__new__(type(optimizer))
    bare.__dict__.update(vars(optimizer), _learning_rate=None)
    return bare.get_config() | {"learning_rate": rate}


class _Reader:
    """Goes through the calls of a model, and of the models inside it."""

    def __init__(self, unfold: bool):
        self.unfold = unfold
        self.calls: list[Call] = []

    def follow(self, model, made):
        """Append the calls of a model, and return the numbers of those that give its outputs.

        ``made`` has the calls that are there already, those of the model's inputs where it stands inside another: for
        each (operation, which of its calls) the numbers of what its outputs come from.
        """
        outputs = _tensors(_functional(model).outputs)
        for operation, call in _in_order(outputs, made):
            tensors = _inputs(operation, call)
            before = [self._number(tensor, made) for tensor in tensors]
            if self.unfold and _is_graph(operation):
                entries = _tensors(_functional(operation).inputs)
                made[id(operation), call] = self.follow(
                    operation, {_key(tensor): [number] for tensor, number in zip(entries, before)}
                )
            else:
                made[id(operation), call] = self._add(operation, call, tensors, before)
        return [self._number(tensor, made) for tensor in outputs]

    def _add(self, operation, call, tensors, before):
        """Append one call, and return its number for each of its outputs."""
        outputs = _shapes(operation._inbound_nodes[call].output_tensors)
        self.calls.append(Call(operation, tuple(before), _shapes(tensors), outputs))
        return [len(self.calls) - 1] * len(outputs)

    @staticmethod
    def _number(tensor, made):
        """The number of the call that a tensor comes from."""
        return made[_key(tensor)][tensor._keras_history.tensor_index]


def _check(model):
    """Refuse what is not a model whose layers and connections are known."""
    if not hasattr(model, "layers") or not hasattr(model, "get_weights"):
        raise ValueError(f"model must be a Keras model, got {model!r}.")
    if not getattr(model, "built", False):
        hint = "give it a keras.Input or train it first"
        raise ValueError(f"model must be built, got {model.name!r} without input: {hint}.")
    if not _is_graph(model):
        got = f"{model.name!r} ({type(model).__name__}), which has its own call"
        raise ValueError(f"model must be Sequential or functional, got {got}.")


def _is_graph(operation):
    """Whether it is a model whose layers and their connections are known."""
    return hasattr(operation, "layers") and getattr(_functional(operation), "outputs", None) is not None


def _functional(model):
    """What knows the tensors of a model: for a Sequential one, the functional model that it keeps."""
    return getattr(model, "_functional", None) or model


def _tensors(nested: Iterable) -> list:
    """The tensors of a list or a dict, however nested, in order."""
    if isinstance(nested, Mapping):
        nested = nested.values()
    found = []
    for part in nested:
        found += _tensors(part) if isinstance(part, list | tuple | Mapping) else [part]
    return found


def _shapes(tensors):
    """The shape of each tensor, as whole numbers."""
    return tuple(tuple(None if n is None else int(n) for n in tensor.shape) for tensor in tensors)


def _origin(tensor):
    """Which call made a tensor: the layer or operation, and which of its calls."""
    operation, call, _ = tensor._keras_history
    return operation, call


def _key(tensor):
    """The same as a key of dicts."""
    operation, call = _origin(tensor)
    return id(operation), call


def _inputs(operation, call):
    """The tensors that a call works on, without the masks that follow from the others."""
    node = operation._inbound_nodes[call]
    kwargs = node.arguments.kwargs if getattr(node, "arguments", None) else {}
    given = [part for name, part in kwargs.items() if name == "mask" or name.endswith("_mask")]
    masks = {id(tensor) for tensor in _tensors(given) if hasattr(tensor, "_keras_history")}
    others = [tensor for tensor in node.input_tensors if id(tensor) not in masks]
    sources = _sources(others) if masks else set()
    return [t for t in node.input_tensors if id(t) not in masks or not _sources([t]) <= sources]


def _in_order(ends, made):
    """The calls (operation, which call) that lead to these tensors, each after what it gets; without those ``made``."""
    order, seen, stack = [], set(made), [(tensor, False) for tensor in reversed(ends)]
    while stack:  # no recursion: a model may have hundreds of layers
        tensor, ready = stack.pop()
        at = _key(tensor)
        if at in seen:
            continue
        if ready:
            seen.add(at)
            order.append(_origin(tensor))
        else:
            stack.append((tensor, True))
            stack.extend((before, False) for before in reversed(_inputs(*_origin(tensor))))
    return order


def _sources(ends):
    """The inputs that tensors are made of, in the end, as keys."""
    found, seen, stack = set(), set(), list(ends)
    while stack:
        tensor = stack.pop()
        at = _key(tensor)
        if at not in seen:
            seen.add(at)
            operation, call = _origin(tensor)
            before = operation._inbound_nodes[call].input_tensors
            stack.extend(before)
            if not before:
                found.add(at)
    return found
