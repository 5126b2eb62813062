"""What the layers of a trained network see: feature maps of an image, and the pieces of images with strong answers."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import whole
from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.networks.images import checked_probabilities, draw_probabilities
from lecture.plots.page import drawable
from lecture.plots.pixels import GREYS, Pictures, pictures
from lecture.plots.style import COLORS, em
from lecture.words import counted, plural


def plot_feature_maps(
    image: ArrayLike,
    maps: Mapping[str, ArrayLike],
    *,
    most: int = 8,
    probabilities: Mapping[str, float] | None = None,
) -> np.ndarray:
    """Draw one image and the feature maps of each layer for it, layer below layer.

    Parameters
    ----------
    image : array of shape (height, width), (height, width, 1), (height, width, 3) or (n_pixels,)
        The image, on any scale, as for `plot_images`.
    maps : mapping of str to array of shape (height, width, n_maps)
        Activations of each layer for this image, by the title to write above them. The darker, the stronger; each map
        has its own scale, from 0 to its largest activation. What is not finite is pale blue.
    most : int
        Number of maps that are drawn of each layer: of more, those with the strongest activations.
    probabilities : mapping of str to float, optional
        What the network answers: the probability of each class, by its name, drawn at the right.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (1 + n_layers,), or one more with probabilities
        Axes of the image, then one for each layer with its maps side by side, then those of the probabilities.

    Raises
    ------
    ValueError
        If there is no layer, an array has another shape, or a probability is not in [0, 1].
    """
    whole(most, "most", least=1)
    if not maps:
        raise ValueError("maps must name at least one layer, got none.")
    maps = {name: drawable(values) for name, values in maps.items()}
    for name, values in maps.items():
        if values.ndim != 3:
            raise ValueError(f"maps[{name!r}] must have shape (height, width, n_maps), got {values.shape}.")
    classes = list(probabilities or {})
    answer = checked_probabilities([*(probabilities or {}).values()], len(classes))
    picture = pictures([image])
    n = len(maps)
    cell = min(4.9, (style.WIDE - 21) / (most + 1.7)) if classes else 4.4  # em
    widths = [1.7 * cell, most * cell + 1, 19] if classes else [2 * cell, (most + 1) * cell]
    width = sum(widths) + 1 if classes else 6.6 + (most + 2.2) * cell
    high = max(n * (cell + 1.9), 1.4 * len(classes) + 5 if classes else 0)
    figure = plt.figure(figsize=(width * em(), high * em()))
    grid = figure.add_gridspec(n, len(widths), width_ratios=widths)
    first = figure.add_subplot(grid[:, 0])
    picture.draw(first)
    first.set_title("image")
    first.set_axis_off()
    axes = [describe(first, "The image." + picture.lost())]
    for row, (name, values) in enumerate(maps.items()):
        ax = figure.add_subplot(grid[row, 1])
        values = np.where(np.isfinite(values), values, np.nan)
        strongest = np.fmax.reduce(values, axis=(0, 1))  # nan only where a map has no number at all
        shown = np.sort(np.argsort(-strongest, kind="stable")[:most])
        shares = values[..., shown] / np.fmax(strongest[shown], 1e-9)
        ax.imshow(_strip(np.moveaxis(shares, -1, 0)), cmap=GREYS, vmin=0, vmax=1, interpolation="none")
        ax.set_anchor("W")
        ax.set_title(_title(name, values.shape, most), loc="left", fontsize="medium" if classes else "large")
        ax.set_axis_off()
        axes.append(describe(ax, _in_words(name, values, strongest)))
    if classes:
        axes.append(_answer(figure.add_subplot(grid[:, 2]), answer, classes))
    return np.array(axes)


def _answer(ax, probabilities, classes):
    """Bars of the probabilities; the most likely class in a colour of its own."""
    best = int(probabilities.argmax())
    colors = [COLORS[1] if place == best else COLORS[0] for place in range(len(classes))]
    draw_probabilities(ax, probabilities, classes, colors)
    ax.set_title("answer")
    return describe(ax, f"The network says {classes[best]} with probability {probabilities[best]:.2f}.")


def _title(name, shape, most):
    """What stands above the maps of a layer."""
    height, width, n_maps = shape
    shown = f"{most} of " if n_maps > most else ""
    return f"{name}: {shown}{counted(n_maps, 'map')}, {height}×{width}"


def _in_words(name, values, strongest):
    """The alternative text of a layer's maps."""
    height, width, n_maps = values.shape
    n_dead, n_lost = int(np.sum(strongest <= 0)), int(np.isnan(values).sum())
    maps, active = counted(n_maps, "feature map"), f"{np.mean(values > 0):.0%} of their numbers are above 0"
    lost = f", {n_lost} {plural(n_lost, 'is', 'are')} not finite" if n_lost else ""
    dead = f" {n_dead} of them {plural(n_dead, 'is', 'are')} 0 everywhere." if n_dead else ""
    return f"{name}: {maps} of {height}×{width}; {active}{lost}.{dead}"


def plot_patches(patches: Mapping[str, ArrayLike], *, fields: Mapping[str, str] | None = None) -> np.ndarray:
    """Draw, for several maps of each layer, the pieces of images with the strongest answers: a row for each map.

    Parameters
    ----------
    patches : mapping of str to array of shape (n_maps, n_patches, height, width), or one axis more for three colours
        Pieces from ``lecture.architecture.strongest_patches``, by the name of the layer; all are drawn on one scale.
    fields : mapping of str to str, optional
        Text to write below each name; the size of the pieces if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (n_layers,)
        One for each layer, with one image of all its pieces.

    Raises
    ------
    ValueError
        If there is no layer, or an array has another shape.
    """
    if not patches:
        raise ValueError("patches must name at least one layer, got none.")
    patches = {name: np.asarray(values) for name, values in patches.items()}
    for name, values in patches.items():
        if values.ndim not in (4, 5):
            wanted = "(n_maps, n_patches, height, width), or one axis more for colours"
            raise ValueError(f"patches[{name!r}] must have shape {wanted}, got {values.shape}.")
    shown = pictures([piece for values in patches.values() for row in values for piece in row])
    pieces = iter(shown.images)
    n_maps, n_patches = (max(values.shape[axis] for values in patches.values()) for axis in (0, 1))
    each = min(21.5, style.WIDE / len(patches))  # em
    cell = (each - 1.5) / max(n_patches, 1)
    panels = style.axes(None, each * len(patches), cell * n_maps + 3.6, ncols=len(patches), squeeze=False)
    for ax, (name, values) in zip(panels[0], patches.items()):
        rows = [_strip(np.array([next(pieces) for _ in row])) for row in values]
        gap = np.full((max(1, round(0.12 * rows[0].shape[0])), *rows[0].shape[1:]), np.nan)
        together = np.concatenate([part for row in rows for part in (row, gap)][:-1])
        Pictures((together,), shown.scale, 0).draw(ax)
        size = f"{values.shape[2]}×{values.shape[3]} pixels"
        ax.set_title(f"{name}\n{(fields or {}).get(name, f'sees {size}')}")
        ax.set_axis_off()
        pieces_of_each = f"for each of {len(values)} maps the {values.shape[1]} pieces of {size}"
        describe(ax, f"{name}: {pieces_of_each} to which it responds most strongly.")
    return panels[0]


def _strip(images):
    """Images (n, height, width) or (n, height, width, 3) side by side, with a gap between them.

    Small ones are enlarged to about 24 pixels, so that all gaps look alike.
    """
    times = max(1, round(24 / images.shape[1]))
    images = images.repeat(times, axis=1).repeat(times, axis=2)
    gap = np.full((images.shape[1], max(1, round(images.shape[2] * 0.08)), *images.shape[3:]), np.nan)
    return np.concatenate([part for image in images for part in (image, gap)][:-1], axis=1)
