"""Small convolution networks in Keras, trained once for each seed, and how many parameters they have."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import keras
import numpy as np
from tqdm import tqdm

from lecture.experiments.images import Images
from lecture.shuffling import epoch_order

N_CLASSES = 10
N_EVALUATED = 1000  # images at a time
MEASURES = "loss", "accuracy", "test_loss", "test_accuracy"


@dataclass(frozen=True)
class ConvNet:
    """A network of convolutions and 2 × 2 pooling, then dense layers; convolutions keep the size of the image.

    Attributes
    ----------
    stages : tuple of tuple of (int, int)
        Filters and kernel width of each convolution; pooling follows each stage.
    hidden : tuple of int
        Units of each dense hidden layer.
    activation : str
        Activation of the dense hidden layers; that of convolutions is ReLU.
    image : tuple of int
        Height, width and channels of the images.
    """

    stages: tuple[tuple[tuple[int, int], ...], ...]
    hidden: tuple[int, ...] = ()
    activation: str = "relu"
    image: tuple[int, int, int] = (28, 28, 1)

    @property
    def n_parameters(self) -> int:
        """Number of weights and biases."""
        convolutions = ((width**2 * n_in + 1) * n_out for n_in, n_out, width in self._convolutions())
        return sum(convolutions) + sum((n_in + 1) * n_out for n_in, n_out in self._dense())

    @property
    def n_as_reported(self) -> int:
        """Number that the report gives: dense biases left out, and one input channel for each convolution."""
        convolutions = ((width**2 + 1) * n_out for _, n_out, width in self._convolutions())
        return sum(convolutions) + sum(n_in * n_out for n_in, n_out in self._dense())

    def describe(self) -> str:
        """Return the layers from the image to the classes.

        >>> ConvNet((((16, 3),), ((6, 3),)), (16,)).describe()
        'conv 16@3×3 - pool - conv 6@3×3 - pool - 16 - 10'
        """
        stages = ([*(f"conv {filters}@{width}×{width}" for filters, width in stage), "pool"] for stage in self.stages)
        return " - ".join([*(layer for stage in stages for layer in stage), *map(str, (*self.hidden, N_CLASSES))])

    def build(self, seed: int) -> keras.Sequential:
        """Return the network, Glorot's initial weights from a seed, not compiled."""
        seeds = iter(np.random.default_rng([seed, 0]).integers(0, 2**31, 20).tolist())

        def start():
            return keras.initializers.GlorotUniform(seed=next(seeds))

        layers = keras.layers
        model = keras.Sequential([keras.Input(self.image)])
        for stage in self.stages:
            for filters, width in stage:
                model.add(layers.Conv2D(filters, width, padding="same", activation="relu", kernel_initializer=start()))
            model.add(layers.MaxPooling2D())
        model.add(layers.Flatten())
        for n_units in self.hidden:
            model.add(layers.Dense(n_units, self.activation, kernel_initializer=start()))
        model.add(layers.Dense(N_CLASSES, "softmax", kernel_initializer=start()))
        return model

    def _convolutions(self):
        """Channels in, filters and width of each convolution."""
        sizes = [size for stage in self.stages for size in stage]
        channels = [self.image[2], *(filters for filters, _ in sizes)]
        return [(n_in, filters, width) for n_in, (filters, width) in zip(channels, sizes)]

    def _dense(self):
        """Inputs and outputs of each dense layer."""
        height, width, _ = self.image
        shrunk = 2 ** len(self.stages)
        sizes = ((height // shrunk) * (width // shrunk) * self.stages[-1][-1][0], *self.hidden, N_CLASSES)
        return list(pairwise(sizes))


def trained(
    net: ConvNet, images: Images, *, batch_size: int, epochs: int, seeds: Sequence[int], show: bool = False
) -> dict[str, np.ndarray]:
    """Train a network for each seed with Adam at 0.001, and return loss and accuracy: arrays (epochs, n_seeds) by name.

    ``loss`` and ``accuracy`` are means over the mini-batches of an epoch, as Keras reports them; ``test_loss`` and
    ``test_accuracy`` are measured after it.

    Parameters
    ----------
    net : ConvNet
        Network to train.
    images : Images
        Images to train and to test on, in rows of pixels.
    batch_size, epochs : int
        Examples in a mini-batch, and passes over all images.
    seeds : sequence of int
        Seeds of the initial weights and of the order of the images.
    show : bool
        Whether to show a progress bar.
    """
    X, X_test = (part.reshape(-1, *net.image) for part in (images.X, images.X_test))
    model = net.build(0)
    # one compiled step for all seeds; XLA's convolutions take 3 to 8 times as long on a CPU
    model.compile(keras.optimizers.Adam(0.001), "categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    start = [keras.ops.convert_to_numpy(variable).copy() for variable in model.optimizer.variables]
    found = {name: np.empty((epochs, len(seeds))) for name in MEASURES}
    with tqdm(total=len(seeds) * epochs, unit="epoch", leave=False, disable=not show) as bar:
        for column, seed in enumerate(seeds):
            model.set_weights(net.build(seed).get_weights())
            for variable, value in zip(model.optimizer.variables, start):
                variable.assign(value)
            for epoch in range(epochs):
                order = epoch_order(len(X), seed, epoch)
                logs = model.fit(X[order], images.y[order], batch_size=batch_size, shuffle=False, verbose=0).history
                tested = model.evaluate(X_test, images.y_test, batch_size=N_EVALUATED, verbose=0, return_dict=True)
                values = {name: values[0] for name, values in logs.items()}
                values |= {f"test_{name}": value for name, value in tested.items()}
                for name in MEASURES:
                    found[name][epoch, column] = values[name]
                bar.update()
    return found
