"""Images with their classes, and one image with a network's prediction."""

import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lecture.checks import whole
from lecture.plots.alt import describe
from lecture.plots.pixels import pictures
from lecture.plots.style import COLORS, em, size
from lecture.plots.text import fitting, letters

_COLUMN = 10  # em


def plot_images(images: Sequence[ArrayLike], names: Sequence[str], *, columns: int = 5) -> np.ndarray:
    """Draw images in rows, each with its class below, all on one scale: a dim one looks dim.

    Parameters
    ----------
    images : array of shape (n, height, width), (n, height, width, 1), (n, height, width, 3) or (n, n_pixels)
        Images on any scale of ``lecture.data``: 0 to 255, 0 to 1 or standardized. Flat images must be square; in
        coloured ones the three colours of a pixel stand side by side.
    names : sequence of str, length n
        The class of each image.
    columns : int
        Number of images in a row, at least 1.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (n,)

    Raises
    ------
    ValueError
        If there is not one name for each image, or an image has another shape.
    """
    if len(images) != len(names) or not len(images):
        raise ValueError(f"images and names must be equally many and at least one, got {len(images)} and {len(names)}.")
    whole(columns, "columns", least=1)
    shown, names = pictures(images), [str(name) for name in names]
    rows = math.ceil(len(images) / columns)
    _, axes = plt.subplots(rows, columns, figsize=(_COLUMN * columns * em(), 12 * rows * em()), squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    most = letters("axes.titlesize")
    for number, (ax, name) in enumerate(zip(axes.flat, names)):
        shown.draw(ax, number)
        ax.set_title(name, y=-0.05, pad=0, va="top", fontsize=fitting(name, most, 0.9 * _COLUMN * size()))
    describe(axes.flat[0], f"{len(images)} images with their classes: {', '.join(names)}.{shown.lost()}")
    return axes.ravel()[: len(images)]


def plot_prediction(
    image: ArrayLike, probabilities: ArrayLike, class_names: Sequence[str], *, truth: int | None = None
) -> np.ndarray:
    """Draw an image beside the probability that a network gives to each class.

    Parameters
    ----------
    image : array of shape (height, width), (height, width, 1), (height, width, 3) or (n_pixels,)
        The image, on any scale, as for `plot_images`.
    probabilities : array of shape (n_classes,)
        Probabilities in [0, 1]; the highest is the prediction.
    class_names : sequence of str, length n_classes
        Names of the classes.
    truth : int, optional
        Index of the true class, from 0, to be marked in the picture.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2,)
        Axes of the image and of the bars.

    Raises
    ------
    ValueError
        If there is not one probability for each class, one is not in [0, 1], there is no class of the number
        ``truth``, or the image has another shape.
    """
    probabilities = checked_probabilities(probabilities, len(class_names))
    if truth is not None:
        truth = whole(truth, "truth", least=0, most=len(class_names) - 1)
    shown = pictures([image])
    _, axes = plt.subplots(1, 2, figsize=(7.2, 3.2), width_ratios=[1, 1.5], layout="constrained")
    shown.draw(axes[0])
    axes[0].set_axis_off()
    predicted = int(probabilities.argmax())
    colors = [COLORS[2] if i == truth else COLORS[1] if i == predicted else COLORS[0] for i in range(len(class_names))]
    draw_probabilities(axes[1], probabilities, class_names, colors)
    said = f"The network says {class_names[predicted]} with probability {probabilities[predicted]:.2f}"
    if truth is None:
        sentence = said + "."
    elif predicted == truth:
        sentence = said + ", which is right."
    else:
        sentence = said + f"; it is {class_names[truth]}, to which it gives {probabilities[truth]:.2f}."
    if truth is not None:
        axes[0].set_title(f"it is: {class_names[truth]}", color=COLORS[2])
    describe(axes[1], sentence + shown.lost())
    return axes


def draw_probabilities(
    ax: Axes, probabilities: np.ndarray, class_names: Sequence[str], colors: Sequence[str] | None = None
) -> None:
    """Draw a bar for each class, the first on top, with its name and, from 0.005 on, its probability."""
    places = range(len(class_names))
    bars = ax.barh(places, probabilities, color=colors)
    ax.set_yticks(places, class_names)
    ax.bar_label(bars, [f"{p:.2f}" if p >= 0.005 else "" for p in probabilities], padding=3)
    ax.set(xlabel="probability", xlim=(0, 1.15))
    ax.grid(visible=False)
    ax.invert_yaxis()


def checked_probabilities(probabilities: ArrayLike, n_classes: int) -> np.ndarray:
    """Return probabilities as an array (n_classes,) of numbers in [0, 1], but for rounding.

    Raises
    ------
    ValueError
        If there is not one for each class, or one is no probability.
    """
    probabilities = np.asarray(probabilities, dtype=float)
    if probabilities.shape != (n_classes,):
        raise ValueError(
            f"probabilities must have shape ({n_classes},), one for each class, got {probabilities.shape}."
        )
    outside = probabilities[~((probabilities >= -1e-6) & (probabilities <= 1 + 1e-6))]  # nan as well
    if outside.size:
        hint = ": logits need softmax or sigmoid first" if np.isfinite(outside[0]) else ""
        raise ValueError(f"probabilities must be numbers from 0 to 1, got {outside[0]:.4g}{hint}.")
    return probabilities
