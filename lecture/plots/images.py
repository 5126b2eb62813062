"""Images with their classes, and one image with what a network says of it."""

import math

import matplotlib.pyplot as plt
import numpy as np

from lecture.plots.alt import describe
from lecture.plots.style import COLORS


def plot_images(images, names, *, columns=5):
    """Draw images in rows, each with its class below.

    Parameters
    ----------
    images : array of shape (n, height, width), (n, height, width, 3) or (n, n_pixels)
        Flat images must be square.
    names : sequence of str, length n
    columns : int

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (n,)

    Raises
    ------
    ValueError
        If there is not one name for each image.
    """
    if len(images) != len(names) or not len(images):
        raise ValueError(f"images and names must be equally many and at least one, got {len(images)} and {len(names)}.")
    rows = math.ceil(len(images) / columns)
    figure, axes = plt.subplots(rows, columns, figsize=(1.7 * columns, 2.0 * rows), squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, image, name in zip(axes.flat, images, names):
        _show(ax, image)
        ax.set_title(name, y=-0.22)
    describe(axes.flat[0], f"{len(images)} images with their classes: {', '.join(names)}.")
    return axes.ravel()[: len(images)]


def plot_prediction(image, probabilities, class_names, *, truth=None):
    """Draw an image beside the probability that a network gives to each class.

    Parameters
    ----------
    image : array of shape (height, width), (height, width, 3) or (n_pixels,)
    probabilities : array of shape (n_classes,)
        In [0, 1]; the highest is the prediction.
    class_names : sequence of str, length n_classes
    truth : int, optional
        Index of the true class, marked in the picture.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,)
        The image's and the bars'.

    Raises
    ------
    ValueError
        If there is not one probability for each class.
    """
    probabilities = np.asarray(probabilities)
    if probabilities.shape != (len(class_names),):
        raise ValueError(f"probabilities must have shape ({len(class_names)},), one for each class, got {probabilities.shape}.")
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.2), width_ratios=[1, 1.5])
    _show(axes[0], image)
    axes[0].set_axis_off()
    predicted = int(probabilities.argmax())
    colors = [COLORS[2] if i == truth else COLORS[1] if i == predicted else COLORS[0] for i in range(len(class_names))]
    bars = axes[1].barh(class_names, probabilities, color=colors)
    axes[1].bar_label(bars, [f"{p:.2f}" if p >= 0.005 else "" for p in probabilities], padding=3)
    axes[1].set(xlabel="probability", xlim=(0, 1.15))
    axes[1].grid(visible=False)
    axes[1].invert_yaxis()
    said = f"The network says {class_names[predicted]} with probability {probabilities[predicted]:.2f}"
    if truth is None:
        sentence = said + "."
    elif predicted == truth:
        sentence = said + ", which is right."
    else:
        sentence = said + f"; it is {class_names[truth]}, to which it gives {probabilities[truth]:.2f}."
    if truth is not None:
        axes[0].set_title(f"it is: {class_names[truth]}", color=COLORS[2])
    describe(axes[1], sentence)
    return axes


def _show(ax, image):
    """Draw one image, flat or not, dark on light."""
    image = np.asarray(image)
    if image.ndim == 1:
        side = math.isqrt(image.size)
        if side * side != image.size:
            raise ValueError(f"a flat image must be square, got {image.size} pixels.")
        image = image.reshape(side, side)
    ax.imshow(image, cmap=None if image.ndim == 3 else "gray_r", interpolation="none")
