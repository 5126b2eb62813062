"""What a Keras model is made of, as a drawing knows it: its layers, their outputs and parameters, and what leads where.

``lecture.network`` knows dense nets unit by unit; here any Sequential or functional model is known layer by layer:
convolution, recurrence, attention, branches, skip connections, models inside models. A model is read by its attributes:
Keras is not imported.
"""

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import whole
from lecture.graph_layout import connections_of, depths_of
from lecture.keras_graph import Call, Shape, activation_name, function_name, read
from lecture.tables import Table
from lecture.words import counted, listed

# What a layer does, by the name of its class or of the nearest class that it inherits from. What is not here is
# "other".
_TYPES = {
    "input": "InputLayer",
    "dense": "Dense EinsumDense",
    "convolution": "Conv1D Conv2D Conv3D DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D",
    "upsampling": "Conv1DTranspose Conv2DTranspose Conv3DTranspose UpSampling1D UpSampling2D UpSampling3D",
    "pooling": " ".join(
        f"{which}Pooling{n}D" for which in ("Max", "Average", "GlobalMax", "GlobalAverage") for n in (1, 2, 3)
    ),
    "recurrent": "SimpleRNN LSTM GRU RNN ConvLSTM1D ConvLSTM2D ConvLSTM3D",
    "embedding": "Embedding",
    "attention": "MultiHeadAttention GroupedQueryAttention Attention AdditiveAttention",
    "normalization": "BatchNormalization LayerNormalization GroupNormalization RMSNormalization UnitNormalization "
    "SpectralNormalization Normalization",
    "dropout": "Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise",
    "activation": "",  # those that ``keras_graph.activation_name`` knows
    "reshape": "Flatten Reshape Permute RepeatVector Cropping1D Cropping2D Cropping3D ZeroPadding1D ZeroPadding2D "
    "ZeroPadding3D GetItem Transpose",
    "merge": "Add Subtract Multiply Average Maximum Minimum Concatenate Dot",
}
_KIND = {name: kind for kind, names in _TYPES.items() for name in names.split()}
KINDS = (*_TYPES, "other")
_GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}  # sets of weights in one matrix of Keras
# What each input of an attention is, in Keras' order, by their number.
_QUERY = {3: ("query", "value", "key"), 2: ("query", "key and value")}


@dataclass(frozen=True)
class Layer:
    """One place in an architecture: a layer and its output.

    Shapes are those of one example; a length that is not fixed is None.
    """

    name: str
    type: str  # its class, such as "Conv2D"
    kind: str  # one of KINDS
    shape: Shape  # of its output
    inputs: tuple[int, ...] = ()  # places of the earlier layers that lead to it
    input_shapes: tuple[Shape, ...] = ()  # a shape for each of them
    roles: tuple[str, ...] = ()  # of each input of an attention: "query", "key and value"
    weights: tuple[tuple[int, ...], ...] = ()  # shape of each array of parameters
    n_trainable: int = 0  # parameters that training changes
    gates: int = 1  # sets of weights of a recurrent cell: 4 in an LSTM, 3 in a GRU
    window: tuple[int, ...] = ()  # of a convolution or pooling, one number for each axis that it moves along
    stride: tuple[int, ...] = ()
    padded: bool = False  # whether zeros around the input keep its size ("same")
    heads: int = 0  # of an attention
    every_step: bool = True  # whether a recurrent layer gives out every step or the last one only
    rate: float = 0.0  # of a dropout
    activation: str | None = None
    channels_first: bool = False
    shares: int | None = None  # the earlier place of this same layer, whose parameters it uses again

    @property
    def n_params(self) -> int:
        """Number of its parameters, even if an earlier place has the same ones."""
        return sum(map(math.prod, self.weights))

    @property
    def n_dense(self) -> int | None:
        """Number of parameters of a dense layer from all its input numbers to all its output numbers.

        None if a length is not fixed, or if its input is words of a vocabulary.
        """
        sizes = [_size(shape) for shape in (*self.input_shapes, self.shape)]
        if not self.inputs or None in sizes or self.kind == "embedding":
            return None
        return (sum(sizes[:-1]) + 1) * sizes[-1]

    @property
    def maps(self) -> Shape | None:
        """Height, width and number of its feature maps; None if its output is no stack of maps."""
        if len(self.shape) != 3:
            return None
        return (*self.shape[1:], self.shape[0]) if self.channels_first else self.shape

    @property
    def title(self) -> str:
        """What it is in a word or two.

        >>> Layer("conv", "Conv2D", "convolution", (26, 26, 8), window=(3, 3)).title
        'Conv2D 3×3'
        """
        if self.window:
            return f"{self.type} {shape_text(self.window)}"
        if self.kind == "dropout" and self.rate:
            return f"{self.type} {self.rate:g}"
        if self.kind == "activation" and self.activation:
            return self.activation
        return self.type

    def counting(self) -> str:
        """Return how its parameters are counted, from the shapes of its arrays.

        Arrays of the same shape are one term, and the number of gates of a recurrent cell stands before a bracket.

        >>> Layer("conv", "Conv2D", "convolution", (26, 26, 8), weights=((3, 3, 1, 8), (8,))).counting()
        '3·3·1·8 + 8'
        >>> Layer("lstm", "LSTM", "recurrent", (16,), weights=((28, 64), (16, 64), (64,)), gates=4).counting()
        '4·(28·16 + 16·16 + 16)'
        """
        if not self.weights:
            return "0"
        shapes = [(*shape[:-1], shape[-1] // self.gates) for shape in self.weights]
        terms = [shape_text((n, *shape) if n > 1 else shape, "·") for shape, n in Counter(shapes).items()]
        inside = " + ".join(terms)
        return inside if self.gates == 1 else f"{self.gates}·({inside})"


@dataclass(frozen=True)
class Field:
    """The part of the input that one number of a feature map depends on, along each axis.

    At an edge with zeros around it, some of that part may lie in the zeros.
    """

    size: tuple[int, ...]  # in pixels
    step: tuple[int, ...]  # pixels between the fields of neighbours
    start: tuple[int, ...]  # first pixel of the first field; negative where it begins in the zeros around the image

    def window(self, *position: int) -> tuple[slice, ...]:
        """Return, as slices of the input, what the number at this position depends on.

        They may reach past the edges, into the zeros around the image.
        """
        first = [start + step * at for start, step, at in zip(self.start, self.step, position)]
        return tuple(slice(at, at + size) for at, size in zip(first, self.size))


@dataclass(frozen=True)
class Architecture:
    """A model, layer by layer; each comes after those that lead to it. Made by ``of``."""

    name: str
    layers: tuple[Layer, ...]
    outputs: tuple[int, ...]  # places of the layers that give the model's outputs

    @property
    def n_params(self) -> int:
        """Number of all parameters; those of a layer that is used twice count once."""
        return sum(layer.n_params for layer in self.layers if layer.shares is None)

    @property
    def n_trainable(self) -> int:
        """Number of parameters that training changes."""
        return sum(layer.n_trainable for layer in self.layers if layer.shares is None)

    @property
    def connections(self) -> tuple[tuple[int, int], ...]:
        """Pairs (from, to) of places; a layer that gets the same thing twice has it once."""
        return connections_of(self._inputs)

    @property
    def skips(self) -> tuple[tuple[int, int], ...]:
        """Connections that pass by other layers: those that are not the longest way between their ends."""
        depth = depths_of(self._inputs)
        return tuple(
            (before, here)
            for before, here in self.connections
            if depth[here] - depth[before] > 1 and self._other_way(before, here)
        )

    @property
    def code(self) -> int | None:
        """The place of an autoencoder's code, its smallest layer; None if outputs and inputs have different shapes."""
        inputs = [layer for layer in self.layers if layer.kind == "input"]
        if len(inputs) != 1 or len(self.outputs) != 1 or inputs[0].shape != self.layers[self.outputs[0]].shape:
            return None
        sizes = [_size(layer.shape) for layer in self.layers]
        if None in sizes or min(sizes) == sizes[0]:
            return None
        return sizes.index(min(sizes))

    def place(self, name: str) -> int:
        """Return the (first) place of the layer with this name.

        Raises
        ------
        ValueError
            If there is none; the sentence lists them.
        """
        names = [layer.name for layer in self.layers]
        if name not in names:
            raise ValueError(f"name must be one of {', '.join(names)}, got {name!r}.")
        return names.index(name)

    def receptive_field(self, place: int) -> Field:
        """Return the part of the input that one number of a layer depends on.

        It follows from the windows and strides of the layers up to this one.

        Parameters
        ----------
        place : int
            Place of the layer. All layers before it must form one chain of convolutions, poolings and layers that
            change each number by itself.

        Returns
        -------
        Field

        Raises
        ------
        ValueError
            If another kind of layer stands in between, or branches meet.
        """
        whole(place, "place", least=0, most=len(self.layers) - 1)
        chain = self._chain_to(place)
        axes = max((len(layer.window) for layer in chain), default=0)
        size, step, start = [1] * axes, [1] * axes, [0] * axes
        for layer in chain:
            if not layer.window:
                continue
            lengths = layer.input_shapes[0][1:] if layer.channels_first else layer.input_shapes[0][:-1]
            for axis, (window, stride, length) in enumerate(zip(layer.window, layer.stride, lengths)):
                if layer.padded:  # as TensorFlow does: the smaller half of the zeros stands before
                    over = window - (length % stride or stride)
                    start[axis] -= max(over, 0) // 2 * step[axis]
                size[axis] += (window - 1) * step[axis]
                step[axis] *= stride
        return Field(tuple(size), tuple(step), tuple(start))

    def _chain_to(self, place):
        """The layers from the input to this place, if each keeps its numbers at their places."""
        chain = [self.layers[place]]
        while (layer := chain[-1]).inputs:
            is_local = layer.window or layer.kind in ("activation", "dropout", "normalization")
            if len(set(layer.inputs)) > 1 or not is_local:
                got = f"{layer.title} ({layer.name})"
                raise ValueError(
                    f"a receptive field needs a chain of convolutions and poolings from the input, got {got}."
                )
            chain.append(self.layers[layer.inputs[0]])
        return chain[::-1]

    def describe(self) -> str:
        """Return what the model is, in one or two sentences."""
        inputs = [layer for layer in self.layers if layer.kind == "input"]
        others = [layer for layer in self.layers if layer.kind != "input"]
        start = listed(shape_text(layer.shape) for layer in inputs)
        end = listed(shape_text(self.layers[place].shape) for place in self.outputs)
        if len(others) > 12:
            kinds = Counter(layer.kind for layer in others)
            parts = [f"{n} of kind {kind}" for kind, n in kinds.most_common()]
        else:
            parts = [f"{layer.title} ({shape_text(layer.shape)})" for layer in others]
        sentences = [
            f"A network of {counted(len(others), 'layer')} from {start} to {end}: {', '.join(parts)}.",
            f"{counted(self.n_params, 'parameter')}.",
        ]
        if self.code is not None:
            sentences.append(f"Its code has {counted(_size(self.layers[self.code].shape), 'number')}.")
        skips = [f"from {self.layers[a].title} to {self.layers[b].title}" for a, b in self.skips]
        if skips:
            which = f": {', '.join(skips)}" if len(skips) <= 4 else ""
            sentences.append(f"{counted(len(skips), 'skip connection')}{which}.")
        return " ".join(sentences)

    def table(self) -> Table:
        """Return a table of the layers that have parameters.

        It says how the parameters are counted, and how many a dense layer between the same shapes would have.
        """
        rows = [_row(layer) for layer in self.layers if layer.n_params and layer.shares is None]
        head = ("layer", "output", "parameters", "counted as", "a dense layer instead")
        return Table(head, [*rows, ("all", "", self.n_params, "", "")])

    @property
    def _inputs(self):
        """For each place the places that lead to it."""
        return [layer.inputs for layer in self.layers]

    def _other_way(self, before, here):
        """Whether something else also leads from one place to the other."""
        reached, front = set(), [p for p in self.layers[here].inputs if p != before]
        while front:
            place = front.pop()
            if place not in reached and place >= before:
                reached.add(place)
                front.extend(self.layers[place].inputs)
        return before in reached


def of(model: Any) -> Architecture:
    """Return the architecture of a built Keras model.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional, with any layers. A model inside it is taken apart into its layers. It is read by its
        attributes: Keras is not imported.

    Returns
    -------
    Architecture

    Raises
    ------
    ValueError
        If it is not such a model, or has not been built.
    """
    graph, first, layers = read(model, unfold=True), {}, []
    for place, call in enumerate(graph.calls):
        shares = first.setdefault(id(call.operation), place)
        layers.append(_layer(call, None if shares == place else shares))
    if any(layer.channels_first for layer in layers):
        layers = [replace(layer, channels_first=True) for layer in layers]
    return Architecture(model.name, tuple(layers), tuple(dict.fromkeys(graph.outputs)))


def strongest_patches(
    images: ArrayLike, maps: ArrayLike, field: Field, *, n_patches: int = 6
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each feature map the pieces of images with the strongest answers, at most one piece of each image.

    Parameters
    ----------
    images : array of shape (n_images, height, width) or (n_images, height, width, n_colors)
    maps : array of shape (n_images, map_height, map_width, n_maps)
        The output of a layer for these images.
    field : Field
        The receptive field of that layer, from ``Architecture.receptive_field``.
    n_patches : int
        Number of pieces for each map, at most n_images.

    Returns
    -------
    patches : array of shape (n_maps, n_patches, field.size[0], field.size[1]), or one axis more for the colours
        The strongest first; 0 where a field reaches past the image.
    answers : array of shape (n_maps, n_patches)
        The number in the map.

    Raises
    ------
    ValueError
        If images and maps do not fit, or ``n_patches`` is not a whole number from 1 to n_images.
    """
    images, maps = np.asarray(images), np.asarray(maps)
    if images.ndim not in (3, 4) or maps.ndim != 4 or len(images) != len(maps):
        raise ValueError(
            "images must have shape (n, height, width) or (n, height, width, n_colors) and maps "
            f"(n, height, width, n_maps), got {images.shape} and {maps.shape}."
        )
    whole(n_patches, "n_patches", least=1, most=len(images))
    flat = maps.reshape(len(maps), -1, maps.shape[-1])  # (n_images, positions, n_maps)
    best = flat.max(axis=1)  # (n_images, n_maps)
    chosen = np.argsort(-best, axis=0, kind="stable")[:n_patches].T  # (n_maps, n_patches)
    height, width = field.size
    border = max(height, width)
    padded = np.pad(images, ((0, 0), (border, border), (border, border), (0, 0))[: images.ndim])
    patches = np.empty((maps.shape[-1], n_patches, height, width, *images.shape[3:]), images.dtype)
    for number, rows in enumerate(chosen):
        for i, image in enumerate(rows):
            row, column = map(int, np.unravel_index(flat[image, :, number].argmax(), maps.shape[1:3]))
            down, across = (slice(at.start + border, at.stop + border) for at in field.window(row, column))
            patches[number, i] = padded[image, down, across]
    return patches, np.take_along_axis(best.T, chosen, axis=1)


def shape_text(shape: Shape, sign: str = "×") -> str:
    """Return a shape as words: "26×26×8", "any×16" where a length is not fixed, "1" for a single number."""
    return sign.join("any" if n is None else str(n) for n in shape) or "1"


def _layer(call: Call, shares: int | None) -> Layer:
    """One layer, or one operation such as ``a + b``, by its attributes."""
    operation, inner = call.operation, _inner(call.operation)
    input_shapes = tuple(shape[1:] for shape in call.input_shapes)  # of one example
    kind = _kind(operation)
    if kind == "other":
        kind = _kind(inner)
    window, stride = _window(inner, kind, n_axes=len(input_shapes[0]) - 1 if input_shapes else 0)
    function, wrapped = getattr(inner, "activation", None), inner is not operation
    return Layer(
        name=operation.name,
        type=f"{type(operation).__name__} {type(inner).__name__}" if wrapped else type(operation).__name__,
        kind=kind,
        shape=call.output_shapes[0][1:],
        inputs=call.inputs,
        input_shapes=input_shapes,
        roles=_QUERY.get(len(call.inputs), ()) if kind == "attention" else (),
        weights=tuple(tuple(map(int, w.shape)) for w in getattr(operation, "weights", ())),
        n_trainable=sum(math.prod(map(int, w.shape)) for w in getattr(operation, "trainable_weights", ())),
        gates=next((_GATES[c.__name__] for c in type(inner).__mro__ if c.__name__ in _GATES), 1),
        window=window,
        stride=stride,
        padded=getattr(inner, "padding", None) == "same",
        heads=int(getattr(inner, "num_heads", 0) or 0) if kind == "attention" else 0,
        every_step=bool(getattr(inner, "return_sequences", True)),
        rate=float(getattr(inner, "rate", 0) or 0) if kind == "dropout" else 0.0,
        activation=activation_name(inner) or (None if function is None else function_name(function)),
        channels_first=getattr(inner, "data_format", None) == "channels_first",
        shares=shares,
    )


def _inner(operation):
    """The layer that a TimeDistributed or Bidirectional one wraps; any other layer itself."""
    wrapped = (getattr(operation, name, None) for name in ("layer", "forward_layer"))
    return next((layer for layer in wrapped if layer is not None), operation)


def _window(layer, kind, n_axes):
    """Window and stride of a layer, with one number for each axis; empty for a layer without a window."""
    if kind not in ("convolution", "pooling", "upsampling"):
        return (), ()
    sizes = (getattr(layer, name, None) for name in ("kernel_size", "pool_size"))
    window = _each_axis(next((size for size in sizes if size is not None), ()), n_axes)
    return window, _each_axis(getattr(layer, "strides", None) or (1,), n_axes) if window else ()


def _kind(operation):
    """What a layer does, by its class or the nearest that it inherits from."""
    if activation_name(operation):
        return "activation"
    return next((_KIND[c.__name__] for c in type(operation).__mro__ if c.__name__ in _KIND), "other")


def _each_axis(value, n_axes):
    """A window or stride as one number for each axis."""
    if not hasattr(value, "__len__"):
        return (int(value),) * n_axes
    return tuple(map(int, value)) * (n_axes if len(value) == 1 else 1)


def _size(shape):
    """How many numbers a shape holds; None where a length is not fixed."""
    return None if None in shape else math.prod(shape)


def _row(layer):
    """One row of the table of parameters."""
    return layer.title, shape_text(layer.shape), layer.n_params, layer.counting(), layer.n_dense
