"""What a Keras model says of itself: its calls one after the other, and what its activations are called.

For ``lecture.network`` and ``lecture.architecture`` alike. A model is read by its attributes: Keras is not imported.
"""

import re
from functools import partial

# The activations of Keras, of its layers and of ``keras.ops``, by one name each; and what others call the same.
_NAMES = (
    "celu elu exponential gelu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu log_sigmoid log_softmax mish "
    "prelu relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax "
    "squareplus tanh tanh_shrink"
)
_ALSO = {"swish": "silu", "hardswish": "hard_silu", "exp": "exponential", "identity": "linear"}
_KNOWN = {name.replace("_", ""): name for name in _NAMES.split()} | _ALSO


def function_name(function):
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


def activation_name(operation):
    """Return the activation that a layer or an operation is, such as "relu"; None if it is something else."""
    for kind in type(operation).__mro__:
        if kind.__name__ == "Activation":
            return function_name(operation.activation)
        name = _KNOWN.get(kind.__name__.lower())
        if name == "prelu" or (name and not getattr(operation, "weights", ())):  # with weights: a layer of one's own
            return name
    return None


def check_model(model):
    """Refuse what is no model whose layers and their connections are known.

    Raises
    ------
    ValueError
        If it is no Keras model, has not been built, or has a call of its own.
    """
    if not hasattr(model, "layers") or not hasattr(model, "get_weights"):
        raise ValueError(f"model must be a Keras model, got {model!r}.")
    if not getattr(model, "built", False):
        raise ValueError(
            f"model must be built, got {model.name!r} without input: give it a keras.Input or train it first."
        )
    if not is_graph(model):
        raise ValueError(
            f"model must be Sequential or functional, got {model.name!r} ({type(model).__name__}), "
            "which has its own call."
        )


def is_graph(operation):
    """Return whether it is a model whose layers and their connections are known."""
    return hasattr(operation, "layers") and getattr(graph(operation), "outputs", None) is not None


def graph(model):
    """Return what knows the tensors of a model: for a Sequential one, the functional model that it keeps."""
    return getattr(model, "_functional", None) or model


def tensors(nested):
    """Return the tensors of a list or a dict, however nested, in order."""
    if isinstance(nested, dict):
        nested = nested.values()
    return [t for part in nested for t in (tensors(part) if isinstance(part, (list, tuple, dict)) else [part])]


def origin(tensor):
    """Return which call made a tensor: the layer or operation, and which of its calls."""
    operation, call, _ = tensor._keras_history
    return operation, call


def key(tensor):
    """Return ``origin`` as a key of dicts."""
    operation, call = origin(tensor)
    return id(operation), call


def inputs(operation, call):
    """Return the tensors that a call works on.

    A mask is not one of them where it is made of the same inputs as the rest: it says which steps count, and Keras
    hands it on from layer to layer by itself. One that comes from an input of its own is.
    """
    node = operation._inbound_nodes[call]
    kwargs = node.arguments.kwargs if getattr(node, "arguments", None) else {}
    given = [part for name, part in kwargs.items() if name == "mask" or name.endswith("_mask")]
    masks = {id(tensor) for tensor in tensors(given) if hasattr(tensor, "_keras_history")}
    others = [tensor for tensor in node.input_tensors if id(tensor) not in masks]
    sources = _sources(others) if masks else set()
    return [t for t in node.input_tensors if id(t) not in masks or not _sources([t]) <= sources]


def in_order(ends, made=()):
    """Return the calls (operation, call) that lead to these tensors, each after what it gets.

    Parameters
    ----------
    ends : sequence of tensors
    made : collection of keys
        Calls that are made already, and left out with all that leads to them alone.
    """
    order, seen, stack = [], set(made), [(tensor, False) for tensor in reversed(ends)]
    while stack:  # no recursion: a model may have hundreds of layers
        tensor, ready = stack.pop()
        at = key(tensor)
        if at in seen:
            continue
        if ready:
            seen.add(at)
            order.append(origin(tensor))
        else:
            stack.append((tensor, True))
            stack.extend((before, False) for before in reversed(inputs(*origin(tensor))))
    return order


def _sources(ends):
    """The inputs that tensors are made of, in the end, as keys."""
    found, seen, stack = set(), set(), list(ends)
    while stack:
        tensor = stack.pop()
        at = key(tensor)
        if at not in seen:
            seen.add(at)
            operation, call = origin(tensor)
            before = operation._inbound_nodes[call].input_tensors
            stack.extend(before)
            if not before:
                found.add(at)
    return found
