"""What a Keras model is made of, as a drawing knows it: its layers, what each gives out, its parameters, and what leads where.

``lecture.network`` knows dense nets unit by unit; here any Sequential or functional model is known layer by layer:
convolution, recurrence, attention, branches, skip connections, models inside models. A model is read by its attributes:
Keras is not imported.
"""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from lecture.checks import whole
from lecture.reading import activation_name, check_model, function_name, graph, in_order, inputs, is_graph, key, tensors

# What a layer does, by the name of its class or of the nearest class that it inherits from. What is not here is
# "other".
_TYPES = {
    "input": "InputLayer",
    "dense": "Dense EinsumDense",
    "convolution": "Conv1D Conv2D Conv3D DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D",
    "upsampling": "Conv1DTranspose Conv2DTranspose Conv3DTranspose UpSampling1D UpSampling2D UpSampling3D",
    "pooling": "MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D "
    "GlobalMaxPooling3D GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D",
    "recurrent": "SimpleRNN LSTM GRU RNN ConvLSTM1D ConvLSTM2D ConvLSTM3D",
    "embedding": "Embedding",
    "attention": "MultiHeadAttention GroupedQueryAttention Attention AdditiveAttention",
    "normalization": "BatchNormalization LayerNormalization GroupNormalization RMSNormalization UnitNormalization SpectralNormalization Normalization",
    "dropout": "Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise",
    "activation": "",  # those that ``reading.activation_name`` knows
    "reshape": "Flatten Reshape Permute RepeatVector Cropping1D Cropping2D Cropping3D ZeroPadding1D ZeroPadding2D ZeroPadding3D GetItem Transpose",
    "merge": "Add Subtract Multiply Average Maximum Minimum Concatenate Dot",
}
_KIND = {name: kind for kind, names in _TYPES.items() for name in names.split()}
KINDS = (*_TYPES, "other")
_GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}  # sets of weights in one matrix of Keras
_QUERY = {
    3: ("query", "value", "key"),
    2: ("query", "key and value"),
}  # what each input of an attention is, in Keras' order


@dataclass(frozen=True)
class Layer:
    """One place in an architecture: a layer and what it gives out. Shapes are those of one example, None where a length is not fixed."""

    name: str
    type: str  # its class, such as "Conv2D"
    kind: str  # one of KINDS
    shape: tuple  # of what it gives out
    inputs: tuple = ()  # places of the layers that it gets, earlier ones
    input_shapes: tuple = ()  # a shape for each of them
    roles: tuple = ()  # what each is to an attention: "query", "key and value"
    weights: tuple = ()  # shape of each array of parameters
    n_trainable: int = 0  # parameters that training changes
    gates: int = 1  # sets of weights of a recurrent cell: 4 in an LSTM, 3 in a GRU
    window: tuple = ()  # of a convolution or pooling, one number for each axis that it moves along
    stride: tuple = ()
    padded: bool = False  # whether zeros around the input keep its size ("same")
    heads: int = 0  # of an attention
    every_step: bool = True  # whether a recurrent layer gives out every step or the last one only
    rate: float = 0.0  # of a dropout
    activation: str | None = None
    channels_first: bool = False
    shares: int | None = None  # the earlier place of this same layer, whose parameters it uses again

    @property
    def n_params(self):
        """Number of its parameters; those of a place that shares them are the earlier place's own."""
        return sum(map(math.prod, self.weights))

    @property
    def n_dense(self):
        """Number of parameters of a dense layer with the same inputs and outputs, each number to each number; None where a length is not fixed, or what
        comes in are words of a vocabulary."""
        sizes = [_size(shape) for shape in (*self.input_shapes, self.shape)]
        if not self.inputs or None in sizes or self.kind == "embedding":
            return None
        return (sum(sizes[:-1]) + 1) * sizes[-1]

    @property
    def maps(self):
        """Height, width and number of feature maps of what it gives out; None if that is no stack of maps."""
        if len(self.shape) != 3:
            return None
        return (*self.shape[1:], self.shape[0]) if self.channels_first else self.shape

    @property
    def title(self):
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

    def counting(self):
        """Return how its parameters are counted, from the shapes of its arrays; equal ones are put together, and the gates of a cell before a bracket.

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
    """What one number of a feature map has seen of the input, along each axis; at an edge where zeros were added it may have seen less."""

    size: tuple  # in pixels
    step: tuple  # pixels between the fields of neighbours
    start: tuple  # first pixel of the first field; negative where it begins in the zeros around the image

    def window(self, *position):
        """Return, as slices of the input, what the number at this position has seen; they may reach past the edges where zeros were added."""
        first = [start + step * at for start, step, at in zip(self.start, self.step, position)]
        return tuple(slice(at, at + size) for at, size in zip(first, self.size))


@dataclass(frozen=True)
class Architecture:
    """A model, layer by layer, in an order in which each comes after what it gets. Made by ``from_model``."""

    name: str
    layers: tuple  # of Layer
    outputs: tuple  # places of the layers that give the model's outputs

    @property
    def n_params(self):
        """Number of all parameters, those of a layer that is used twice counted once."""
        return sum(layer.n_params for layer in self.layers if layer.shares is None)

    @property
    def n_trainable(self):
        """Number of parameters that training changes."""
        return sum(layer.n_trainable for layer in self.layers if layer.shares is None)

    @property
    def connections(self):
        """What leads where: pairs (from, to) of places; a layer that gets one thing twice has it once."""
        return tuple(dict.fromkeys((before, here) for here, layer in enumerate(self.layers) for before in layer.inputs))

    @property
    def skips(self):
        """Connections that pass by other layers: those that are not the longest way between their ends."""
        depth = self.depths()
        return tuple(
            (before, here)
            for before, here in self.connections
            if depth[here] - depth[before] > 1 and self._other_way(before, here)
        )

    @property
    def code(self):
        """The place of an autoencoder's code: the smallest layer of a model that gives out the shape that it gets; else None."""
        inputs = [layer for layer in self.layers if layer.kind == "input"]
        if len(inputs) != 1 or len(self.outputs) != 1 or inputs[0].shape != self.layers[self.outputs[0]].shape:
            return None
        sizes = [_size(layer.shape) for layer in self.layers]
        if None in sizes or min(sizes) == sizes[0]:
            return None
        return sizes.index(min(sizes))

    def depths(self):
        """Return for each place the number of connections on the longest way to it from an input."""
        depth = []
        for layer in self.layers:
            depth.append(1 + max((depth[before] for before in layer.inputs), default=-1))
        return tuple(depth)

    def place(self, name):
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

    def receptive_field(self, place):
        """Return what one number of this layer has seen of the input, worked out from the windows and strides on the way to it.

        Parameters
        ----------
        place : int
            Of a layer with only convolutions, poolings and layers that work number by number before it, in one chain.

        Returns
        -------
        Field

        Raises
        ------
        ValueError
            If another layer stands in between, or branches meet.
        """
        whole(place, "place", least=0, most=len(self.layers) - 1)
        chain = [place]
        while self.layers[chain[-1]].inputs:
            layer = self.layers[chain[-1]]
            if len(set(layer.inputs)) > 1 or not (
                layer.window or layer.kind in ("activation", "dropout", "normalization")
            ):
                raise ValueError(
                    f"a receptive field needs a chain of convolutions and poolings from the input, got {layer.title} ({layer.name})."
                )
            chain.append(layer.inputs[0])
        axes = max((len(self.layers[p].window) for p in chain), default=0)
        size, step, start = [1] * axes, [1] * axes, [0] * axes
        for layer in (self.layers[p] for p in reversed(chain)):
            if layer.window:
                length = layer.input_shapes[0][1:] if layer.channels_first else layer.input_shapes[0][:-1]
                for axis, (window, stride) in enumerate(zip(layer.window, layer.stride)):
                    if layer.padded:  # as TensorFlow does: the smaller half of the zeros stands before
                        over = window - (length[axis] % stride or stride)
                        start[axis] -= max(over, 0) // 2 * step[axis]
                    size[axis] += (window - 1) * step[axis]
                    step[axis] *= stride
        return Field(tuple(size), tuple(step), tuple(start))

    def describe(self):
        """Return what the model is, in one or two sentences."""
        inputs = [layer for layer in self.layers if layer.kind == "input"]
        others = [layer for layer in self.layers if layer.kind != "input"]
        ends = [
            _and([shape_text(layer.shape) for layer in several])
            for several in (inputs, [self.layers[place] for place in self.outputs])
        ]
        if len(others) > 12:
            kinds = Counter(layer.kind for layer in others)
            parts = [f"{n} of kind {kind}" for kind, n in kinds.most_common()]
        else:
            parts = [f"{layer.title} ({shape_text(layer.shape)})" for layer in others]
        sentence = f"A network of {_plural(len(others), 'layer')} from {ends[0]} to {ends[1]}: {', '.join(parts)}. {_plural(self.n_params, 'parameter')}."
        if self.code is not None:
            sentence += f" Its code has {_plural(_size(self.layers[self.code].shape), 'number')}."
        skips = [f"from {self.layers[a].title} to {self.layers[b].title}" for a, b in self.skips]
        if skips:
            sentence += f" {_plural(len(skips), 'skip connection')}" + (
                f": {', '.join(skips)}." if len(skips) <= 4 else "."
            )
        return sentence

    def table(self):
        """Return, as text, the layers that have parameters: how they are counted, and how many a dense layer between the same shapes would have."""
        head = ("layer", "output", "parameters", "counted as", "a dense layer instead")
        rows = [
            (
                layer.title,
                shape_text(layer.shape),
                f"{layer.n_params:,}",
                layer.counting(),
                "" if layer.n_dense is None else f"{layer.n_dense:,}",
            )
            for layer in self.layers
            if layer.n_params and layer.shares is None
        ]
        rows = [head, *rows, ("all", "", f"{self.n_params:,}", "", "")]
        widths = [max(map(len, column)) for column in zip(*rows)]
        right = (False, False, True, False, True)
        cells = [[cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(row, widths, right)] for row in rows]
        return "\n".join("  ".join(row).rstrip() for row in cells)

    def _other_way(self, before, here):
        """Whether something else also leads from one place to the other."""
        reached, front = set(), [p for p in self.layers[here].inputs if p != before]
        while front:
            place = front.pop()
            if place not in reached and place >= before:
                reached.add(place)
                front.extend(self.layers[place].inputs)
        return before in reached


def from_model(model):
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
        If it is no such model, or has not been built.
    """
    check_model(model)
    places, first = [], {}
    outputs = _unfold(model, {}, places, first)
    if any(layer.channels_first for layer in places):
        places = [Layer(**{**vars(layer), "channels_first": True}) for layer in places]
    return Architecture(model.name, tuple(places), tuple(dict.fromkeys(outputs)))


def strongest_patches(images, maps, field, *, n_patches=6):
    """Return for each feature map the pieces of images that make it answer most strongly, at most one of each image.

    Parameters
    ----------
    images : array of shape (n_images, height, width) or (n_images, height, width, n_colors)
    maps : array of shape (n_images, map_height, map_width, n_maps)
        What a layer gives out for these images.
    field : Field
        Of that layer, as ``Architecture.receptive_field`` has it.
    n_patches : int
        At most n_images.

    Returns
    -------
    patches : array of shape (n_maps, n_patches, field.size[0], field.size[1]), or one axis more for the colours
        The strongest first; 0 where a field reaches past the image.
    answers : array of shape (n_maps, n_patches)
        The number in the map.

    Raises
    ------
    ValueError
        If images and maps do not fit, or ``n_patches`` is no whole number from 1 to n_images.
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
            row, column = np.unravel_index(flat[image, :, number].argmax(), maps.shape[1:3])
            down, across = (slice(at.start + border, at.stop + border) for at in field.window(row, column))
            patches[number, i] = padded[image, down, across]
    return patches, np.take_along_axis(best.T, chosen, axis=1)


def shape_text(shape, sign="×"):
    """Return a shape as words: "26×26×8", "any×16" where a length is not fixed, "1" for a single number."""
    return sign.join("any" if n is None else str(n) for n in shape) or "1"


def _unfold(model, made, places, first):
    """Append the layers of a model to ``places``, and return the places of its outputs.

    ``made`` maps a call (layer, which call) to the places of what came out: of the model's inputs, where it stands
    inside another; ``first`` maps a layer to its first place.
    """
    outputs = tensors(graph(model).outputs)
    for operation, call in in_order(outputs, made):
        given = inputs(operation, call)
        before = [made[key(tensor)][tensor._keras_history[2]] for tensor in given]
        if is_graph(operation):
            inside = {key(tensor): [place] for tensor, place in zip(tensors(graph(operation).inputs), before)}
            made[id(operation), call] = _unfold(operation, inside, places, first)
        else:
            shapes = [_shape(tensor) for tensor in operation._inbound_nodes[call].output_tensors]
            layer = _read(operation, shapes[0], before, [_shape(tensor) for tensor in given], first.get(id(operation)))
            first.setdefault(id(operation), len(places))
            made[id(operation), call] = [len(places)] * len(shapes)
            places.append(layer)
    return [made[key(tensor)][tensor._keras_history[2]] for tensor in outputs]


def _read(operation, shape, inputs, input_shapes, shares):
    """One layer, or one operation such as ``a + b``, by its attributes."""
    inner = next(
        (own for name in ("layer", "forward_layer") if (own := getattr(operation, name, None)) is not None), operation
    )  # of TimeDistributed, Bidirectional
    kind = _kind(operation)
    if kind == "other":
        kind = _kind(inner)
    window = next(
        (value for name in ("kernel_size", "pool_size") if (value := getattr(inner, name, None)) is not None), ()
    )
    if kind not in ("convolution", "pooling", "upsampling"):
        window = ()
    gates = next((_GATES[c.__name__] for c in type(inner).__mro__ if c.__name__ in _GATES), 1)
    function = getattr(inner, "activation", None)
    return Layer(
        name=operation.name,
        type=type(operation).__name__ if inner is operation else f"{type(operation).__name__} {type(inner).__name__}",
        kind=kind,
        shape=shape,
        inputs=tuple(inputs),
        input_shapes=tuple(input_shapes),
        roles=_QUERY.get(len(inputs), ()) if kind == "attention" else (),
        weights=tuple(tuple(map(int, w.shape)) for w in getattr(operation, "weights", ())),
        n_trainable=sum(math.prod(map(int, w.shape)) for w in getattr(operation, "trainable_weights", ())),
        gates=gates,
        window=_tuple(window, len(input_shapes[0]) - 1 if input_shapes else 0),
        stride=_tuple(getattr(inner, "strides", None) or (1,), len(input_shapes[0]) - 1 if input_shapes else 0)
        if window
        else (),
        padded=getattr(inner, "padding", None) == "same",
        heads=int(getattr(inner, "num_heads", 0) or 0) if kind == "attention" else 0,
        every_step=bool(getattr(inner, "return_sequences", True)),
        rate=float(getattr(inner, "rate", 0) or 0) if kind == "dropout" else 0.0,
        activation=activation_name(inner) or (None if function is None else function_name(function)),
        channels_first=getattr(inner, "data_format", None) == "channels_first",
        shares=shares,
    )


def _kind(operation):
    """What a layer does, by its class or the nearest that it inherits from."""
    if activation_name(operation):
        return "activation"
    return next((_KIND[c.__name__] for c in type(operation).__mro__ if c.__name__ in _KIND), "other")


def _shape(tensor):
    """Shape of one example, without the axis of the batch."""
    return tuple(None if n is None else int(n) for n in tensor.shape[1:])


def _tuple(value, n_axes):
    """A window or stride as one number for each axis."""
    return (
        tuple(map(int, value)) * (n_axes if len(value) == 1 else 1)
        if hasattr(value, "__len__")
        else (int(value),) * n_axes
    )


def _size(shape):
    """How many numbers a shape holds; None where a length is not fixed."""
    return None if None in shape else math.prod(shape)


def _plural(n, one):
    return f"{n:,} {one}{'' if n == 1 else 's'}"


def _and(parts):
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
