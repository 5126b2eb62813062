"""Whether a device computes correctly: Keras' training steps against the lecture's own, in NumPy."""

import platform
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from lecture import optimizers
from lecture.device.quiet import load_tensorflow
from lecture.from_scratch import dense_net, gradients
from lecture.words import listed

STEPS, BATCH_SIZE, HIDDEN = 20, 32, 16
OPTIMIZERS = {"SGD": {"learning_rate": 0.1}, "RMSprop": {"learning_rate": 0.001}, "Adam": {"learning_rate": 0.001}}

# The largest distance of the weights from the reference, as a fraction of how far they moved. Rounding to float32
# (6e-8 a number) leaves 1e-6 (SGD) to 1e-5 (Adam, which magnifies small gradients) after 20 steps; steps that are wrong
# by 1% leave 1e-2 or more (measured: 4e-2 to 2e-1).
TOLERANCE = 1e-3


@dataclass(frozen=True, repr=False)
class SelfCheck:
    """How far the weights trained on each device are from the reference, by device and optimizer."""

    deviations: dict[str, dict[str, float]]  # {"CPU": {"SGD": 4e-7, "RMSprop": …, "Adam": …}, "GPU": {…}}
    tolerance: float = TOLERANCE

    def failures(self, device: str) -> list[str]:
        """Return the optimizers that deviate on a device by more than the tolerance, or by NaN."""
        return [name for name, deviation in self.deviations[device].items() if not deviation <= self.tolerance]

    @property
    def right(self) -> bool:
        """Whether every device computes correctly."""
        return not any(self.failures(device) for device in self.deviations)

    def describe(self) -> str:
        """Return a sentence for each device, with what to do if it computes wrongly."""
        return "\n".join(map(self._sentence, self.deviations))

    __repr__ = describe

    def _sentence(self, device):
        deviations, wrong = self.deviations[device], self.failures(device)
        tolerance = f"(tolerance {self.tolerance:g})"
        if not wrong:
            return (
                f"The {device} computes correctly: after {STEPS} steps of {listed(deviations)} its weights are "
                f"within {max(deviations.values()):.0e} of the reference {tolerance}."
            )
        found = listed(f"{name} by {deviations[name]:.1%}" for name in wrong)
        if device != "CPU" and not self.failures("CPU"):
            remedy = "Use the CPU: LECTURE_DEVICE=cpu."
        else:
            remedy = "Do not trust results of this machine; reinstall TensorFlow."
        return (
            f"The {device} computes WRONGLY: after {STEPS} steps the weights differ from the reference, "
            f"{found} {tolerance}. {remedy}"
        )


def self_check(X: ArrayLike, y: ArrayLike, *, step: Callable | None = None) -> SelfCheck:
    """Train a small network for 20 steps of SGD, RMSprop and Adam on each device, and compare it with a reference.

    The reference is the lecture's own network and update rules in NumPy, in float64 (``lecture.from_scratch``,
    ``lecture.optimizers``). It shares nothing with TensorFlow, so the check is meaningful even if the CPU is the only
    device. On a GPU, TensorFloat-32 is off during the check: its coarse rounding (5e-4) is not an error.

    Parameters
    ----------
    X : array (n, ...)
        Images, with pixels from 0 to 255 or in any other range from 0 on. At most 640 of them are used.
    y : array (n,) or (n, n_classes)
        Labels 0, 1, …, or one-hot.
    step : callable, optional
        ``step(model, X, y)`` trains the Keras model on one batch instead of ``model.train_on_batch(X, y)``.

    Returns
    -------
    SelfCheck
        The deviations on the CPU, and on the GPU or Metal if TensorFlow uses one.

    Raises
    ------
    ValueError
        If X and y are not images and their labels.
    """
    batches = _batches(X, y)
    sizes = [batches[0][0].shape[1], HIDDEN, batches[0][1].shape[1]]
    net = dense_net(sizes, activation="relu", output="softmax", initializer="he_normal", seed=0)
    start = [w.astype(np.float32) for w in _weights(net)]  # the same numbers for both
    tf = load_tensorflow()
    with_tf32 = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    deviations = {"CPU": {}} | {_gpu_name(): {} for gpu in tf.config.list_logical_devices("GPU")[:1]}
    try:
        for name, settings in OPTIMIZERS.items():
            reference = _reference(_with_weights(net, start), getattr(optimizers, name)(**settings), batches)
            for device, found in deviations.items():
                with tf.device("/CPU:0" if device == "CPU" else "/GPU:0"):
                    trained = _train(_keras_model(start, name, settings), batches, step)
                found[name] = _deviation(trained, reference, start)
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(with_tf32)
    return SelfCheck(deviations)


def _gpu_name():
    """What the sentence calls the device that is not the CPU."""
    return "Metal GPU" if platform.system() == "Darwin" else "GPU"


def _batches(X, y):
    """The batches (X (32, n_inputs) from 0 to 1, y (32, n_classes)) of all steps; few images are used repeatedly."""
    X, y = np.asarray(X), np.asarray(y)
    if len(X) == 0 or len(X) != len(y) or y.ndim not in (1, 2) or X.ndim < 2:
        raise ValueError(
            f"X must be images (n, …) and y their labels (n,) or (n, n_classes), got shapes {X.shape} and {y.shape}."
        )
    if y.ndim == 1:
        y = np.eye(max(int(y.max()) + 1, 2))[y.astype(int)]
    rows = np.arange(STEPS * BATCH_SIZE) % len(X)
    X = X[rows].reshape(len(rows), -1).astype(np.float32)
    X /= max(np.abs(X).max(), 1)
    return list(zip(np.split(X, STEPS), np.split(y[rows].astype(np.float32), STEPS)))


def _reference(net, rule, batches):
    """The weights after all steps of a rule on the NumPy net, in float64."""
    states = [{name: rule.begin(w) for name, w in layer.parameters.items()} for layer in net.layers]
    for s, (X, y) in enumerate(batches):
        layers = []
        for layer, state, gradient in zip(net.layers, states, gradients(net, X, y)):
            stepped = {}
            for name, w in layer.parameters.items():
                stepped[name], state[name] = rule.step(s, w, gradient[name], state[name])
            layers.append(layer.with_parameters(stepped))
        net = replace(net, layers=tuple(layers))
    return _weights(net)


def _keras_model(start, name, settings):
    """The same network in Keras, with the same initial weights, compiled with a named optimizer."""
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((start[0].shape[0],)),
            layers.Dense(HIDDEN, "relu", kernel_initializer="zeros", dtype="float32"),
            layers.Dense(start[-1].shape[0], "softmax", kernel_initializer="zeros", dtype="float32"),
        ]
    )  # zeros use no random numbers, so the global seed is left as it is
    model.compile(optimizer=getattr(keras.optimizers, name)(**settings), loss="categorical_crossentropy")
    model.set_weights(start)
    return model


def _train(model, batches, step):
    """The weights after training on all batches, on the current device."""
    for X, y in batches:
        if step is None:
            model.train_on_batch(X, y)
        else:
            step(model, X, y)
    return model.get_weights()


def _deviation(found, reference, start):
    """The largest distance from the reference over the arrays of weights, as a fraction of how far it moved."""
    return max(float(np.linalg.norm(f - r) / np.linalg.norm(r - s)) for f, r, s in zip(found, reference, start))


def _weights(net):
    """The net's arrays in Keras' order: kernel and bias of each layer."""
    return [layer.parameters[name] for layer in net.layers for name in ("W", "b")]


def _with_weights(net, weights):
    """The net with other weights."""
    pairs = zip(net.layers, weights[::2], weights[1::2])
    return replace(net, layers=tuple(layer.with_parameters({"W": W, "b": b}) for layer, W, b in pairs))
