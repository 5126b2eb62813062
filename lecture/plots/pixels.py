"""Images as they are drawn: grey ones dark on light, coloured ones unchanged, all images of a figure on one scale."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage
from numpy.typing import ArrayLike

from lecture.plots.page import drawable

BESIDE = "#CFE3F0"  # pale blue, which no grey image has: for numbers that are not finite, and between images
GREYS = colormaps["gray_r"].with_extremes(bad=BESIDE)


@dataclass(frozen=True, eq=False)
class Pictures:
    """Images to be drawn together. Made by ``pictures``."""

    images: tuple[np.ndarray, ...]  # (height, width) or (height, width, 3)
    scale: tuple[float, float]  # the numbers that are drawn white and black; in colours, as 0 and 255
    n_lost: int  # numbers that are not finite

    def draw(self, ax: Axes, number: int = 0) -> AxesImage:
        """Draw one of them on ``ax`` and return Matplotlib's image."""
        image, (low, high) = self.images[number], self.scale
        if image.ndim == 2:
            return ax.imshow(np.ma.masked_invalid(image), cmap=GREYS, vmin=low, vmax=high, interpolation="none")
        shares = np.clip((image.astype(float) - low) / (high - low), 0, 1)
        shares[~np.isfinite(image).all(axis=2)] = to_rgb(BESIDE)
        return ax.imshow(np.rint(255 * shares).astype(np.uint8), interpolation="none")

    def lost(self) -> str:
        """Return a sentence on the numbers that are not finite, after a blank; empty if there are none."""
        numbers = "number that is" if self.n_lost == 1 else "numbers that are"
        return f" {self.n_lost:,} {numbers} not finite (pale blue)." if self.n_lost else ""


def pictures(images: Iterable[ArrayLike]) -> Pictures:
    """Return images as they are to be drawn together, whatever scale a loader gave them.

    Whole numbers are from 0 to 255. Others are too if one is above 1; else they are from 0 to 1, or from -1 to 1 if one
    is below 0. Any other numbers have been standardized. As the original scale is not known then, they are drawn from
    the lowest to the highest, except for one in a hundred at each end.

    Parameters
    ----------
    images : sequence of array of shape (height, width), (height, width, 1), (height, width, 3) or (n_pixels,)
        Images to draw. Flat ones must be square; in a coloured one the three colours of a pixel stand side by side.

    Returns
    -------
    Pictures

    Raises
    ------
    ValueError
        If an image has another shape, or holds no numbers.
    """
    images = tuple(_upright(np.asarray(image)) for image in images)
    finite = [image[np.isfinite(image)] for image in images]
    n_lost = sum(image.size - numbers.size for image, numbers in zip(images, finite))
    whole = all(image.dtype.kind in "iu" for image in images)
    return Pictures(images, _scale(np.concatenate(finite), whole), n_lost)


def _scale(numbers, whole):
    """The two ends of the scale of these finite numbers."""
    low, high = (float(numbers.min()), float(numbers.max())) if numbers.size else (0.0, 1.0)
    little = 1e-6  # rounding
    if low >= -little and high <= 255 + little:
        return 0.0, 255.0 if whole or high > 1 + little else 1.0
    if low >= -1 - little and high <= 1 + little:
        return -1.0, 1.0
    low, high = map(float, np.quantile(numbers, (0.01, 0.99)))
    return (low, high) if high > low else (low - 1, low + 1)


def _upright(image):
    """An image as (height, width) or (height, width, 3)."""
    if image.dtype.kind not in "biuf" or not image.size:
        raise ValueError(f"an image must hold real numbers, got shape {image.shape} of {image.dtype}.")
    if image.dtype.kind == "f":
        image = drawable(image)
    if image.ndim == 1:
        image = _unrolled(image)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[..., 0]
    if image.ndim != 2 and (image.ndim != 3 or image.shape[2] != 3):
        raise ValueError(
            "an image must have shape (height, width), (height, width, 1), (height, width, 3) or (n_pixels,), "
            f"got {image.shape}."
        )
    return image


def _unrolled(row):
    """A flat image as a square one, of one colour or of three."""
    for colors in (1, 3):
        side = math.isqrt(row.size // colors)
        if side * side * colors == row.size:
            return row.reshape(side, side, colors)
    raise ValueError(f"a flat image must be square, got {row.size} pixels.")
