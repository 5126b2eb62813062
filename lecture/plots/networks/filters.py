"""What the layers of a trained network see: feature maps of one image, and the pieces of images that a map answers to most strongly."""

import matplotlib.pyplot as plt
import numpy as np

from lecture.checks import whole
from lecture.plots.alt import describe
from lecture.plots.page import drawable
from lecture.plots.pixels import GREYS, Pictures, pictures
from lecture.plots.style import axes, em


def plot_feature_maps(image, maps, *, most=8):
    """Draw one image and, below each other, what each layer makes of it.

    Parameters
    ----------
    image : array of shape (height, width), (height, width, 1), (height, width, 3) or (n_pixels,)
        On any scale, as for `plot_images`.
    maps : mapping of str to array of shape (height, width, n_maps)
        Activations of each layer for this image, by the name that stands above them. The darker, the stronger; each map
        has a scale of its own, from 0 to its largest activation. What is not finite is pale blue.
    most : int
        Of a layer with more maps than this, those with the strongest activations are drawn.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (1 + n_layers,)
        The image's, then one with the maps of each layer side by side.

    Raises
    ------
    ValueError
        If there is nothing to draw, or an array has another shape.
    """
    whole(most, "most", least=1)
    if not maps:
        raise ValueError("maps must name at least one layer, got none.")
    maps = {name: drawable(values) for name, values in maps.items()}
    for name, values in maps.items():
        if values.ndim != 3:
            raise ValueError(f"maps[{name!r}] must have shape (height, width, n_maps), got {values.shape}.")
    picture = pictures([image])
    cell = 5.2 * em()
    n = len(maps)
    figure = plt.figure(figsize=(6.6 * em() + (most + 2.2) * cell, n * (cell + 1.9 * em())))
    grid = figure.add_gridspec(n, 2, width_ratios=[2, most + 1])
    first = figure.add_subplot(grid[:, 0])
    picture.draw(first)
    first.set_title("image")
    first.set_axis_off()
    axes = [describe(first, "An image of the test set." + picture.lost())]
    for row, (name, values) in enumerate(maps.items()):
        ax = figure.add_subplot(grid[row, 1])
        values = np.where(np.isfinite(values), values, np.nan)
        strongest = np.fmax.reduce(values, axis=(0, 1))  # nan only where a map has no number at all
        shown = np.sort(np.argsort(-strongest, kind="stable")[:most])
        shares = values[..., shown] / np.fmax(strongest[shown], 1e-9)
        ax.imshow(_strip(np.moveaxis(shares, -1, 0)), cmap=GREYS, vmin=0, vmax=1, interpolation="none")
        ax.set_anchor("W")
        height, width, total = values.shape
        ax.set_title(
            f"{name}: {height}×{width}, {total} map{'s' * (total > 1)}"
            + (f", the strongest {most}" if total > most else ""),
            loc="left",
        )
        ax.set_axis_off()
        dead, lost = int(np.sum(strongest <= 0)), int(np.isnan(values).sum())
        said = f"{name}: {total} feature map{'s' * (total > 1)} of {height}×{width}; "
        said += f"{np.mean(values > 0):.0%} of their numbers are above 0"
        said += f", {lost} {'is' if lost == 1 else 'are'} not finite." if lost else "."
        said += f" {dead} of them {'is' if dead == 1 else 'are'} 0 everywhere." if dead else ""
        axes.append(describe(ax, said))
    return np.array(axes)


def plot_patches(patches, *, fields=None):
    """Draw, for several maps of each layer, the pieces of images that they answer to most strongly: a row for each map.

    Parameters
    ----------
    patches : mapping of str to array of shape (n_maps, n_patches, height, width), or one axis more for three colours
        From ``lecture.architecture.strongest_patches``, by the name of the layer; all are drawn on one scale.
    fields : mapping of str to str, optional
        What stands below each name; as a default the size of the pieces.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (n_layers,)
        Each with one image of all pieces.

    Raises
    ------
    ValueError
        If there is nothing to draw, or an array has another shape.
    """
    if not patches:
        raise ValueError("patches must name at least one layer, got none.")
    patches = {name: np.asarray(values) for name, values in patches.items()}
    for name, values in patches.items():
        if values.ndim not in (4, 5):
            raise ValueError(
                f"patches[{name!r}] must have shape (n_maps, n_patches, height, width), or one axis more for colours, "
                f"got {values.shape}."
            )
    shown = pictures([piece for values in patches.values() for row in values for piece in row])
    pieces = iter(shown.images)
    n_maps, n_patches = (max(values.shape[axis] for values in patches.values()) for axis in (0, 1))
    cell = 20 / max(n_patches, 1)  # em
    panels = axes(None, 21.5 * len(patches), cell * n_maps + 3.6, ncols=len(patches), squeeze=False)
    for ax, (name, values) in zip(panels[0], patches.items()):
        rows = [_strip(np.array([next(pieces) for _ in row])) for row in values]
        gap = np.full((max(1, round(0.12 * rows[0].shape[0])), *rows[0].shape[1:]), np.nan)
        together = np.concatenate([part for row in rows for part in (row, gap)][:-1])
        Pictures((together,), shown.scale, 0).draw(ax)
        size = f"{values.shape[2]}×{values.shape[3]} pixels"
        ax.set_title(f"{name}\n{(fields or {}).get(name, f'sees {size}')}")
        ax.set_axis_off()
        describe(
            ax,
            f"{name}: for each of {len(values)} maps the {values.shape[1]} pieces of {size} that it answers to most strongly.",
        )
    return panels[0]


def _strip(images):
    """Images (n, height, width) or (n, height, width, 3) side by side, with a gap between them.

    Small ones are enlarged to about 24 pixels, so that all gaps look alike.
    """
    times = max(1, round(24 / images.shape[1]))
    images = images.repeat(times, axis=1).repeat(times, axis=2)
    gap = np.full((images.shape[1], max(1, round(images.shape[2] * 0.08)), *images.shape[3:]), np.nan)
    return np.concatenate([part for image in images for part in (image, gap)][:-1], axis=1)
