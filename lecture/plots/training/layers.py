"""A picture in layers, of which only those that changed are drawn again."""

import io
from collections.abc import Iterable, Sequence
from typing import Any, cast

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave


class LayeredPicture:
    """A figure as PNG in three layers: what stays, what seldom changes, and what always does.

    The first two are kept as pixels: most updates of training curves take a quarter of the time of a whole picture.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Figure whose canvas draws pixels.
    """

    def __init__(self, figure: Figure):
        self._figure = figure
        self._kept: list[tuple[Any, Any]] = [(None, None)] * 2  # what each layer depended on, and its pixels

    def png(self, seldom: Sequence[Artist], always: Sequence[Artist], *, stays: object, changes: object) -> bytes:
        """Return the picture as PNG.

        Parameters
        ----------
        seldom, always : sequence of Artist
            The artists of the second and of the third layer; all others belong to the first.
        stays, changes : object
            Whatever the first layer depends on, and the second besides: a layer is drawn again if it differs.
        """
        canvas, figure = self._canvas, self._figure
        if self._kept[0][0] != stays:
            plt.setp([*seldom, *always], animated=True)  # leaves them out of this drawing
            canvas.draw()
            plt.setp([*seldom, *always], animated=False)
            self._keep(0, stays)
        if self._kept[1][0] != (stays, changes):
            canvas.restore_region(self._kept[0][1])
            _draw(seldom)
            self._keep(1, (stays, changes))
        canvas.restore_region(self._kept[1][1])
        _draw(always)
        buffer = io.BytesIO()
        pixels = np.asarray(canvas.buffer_rgba())
        imsave(buffer, pixels, format="png", dpi=figure.dpi, pil_kwargs={"compress_level": 1})
        return buffer.getvalue()

    @property
    def _canvas(self) -> FigureCanvasAgg:
        """The canvas, which may be another one than at first."""
        return cast(FigureCanvasAgg, self._figure.canvas)

    def _keep(self, layer, depends_on):
        """Keep the pixels of all layers up to this one."""
        self._kept[layer] = depends_on, self._canvas.copy_from_bbox(self._figure.bbox)


def _draw(artists: Iterable[Artist]):
    """Draw single artists over what is there."""
    for artist in artists:
        artist.axes.draw_artist(artist)
