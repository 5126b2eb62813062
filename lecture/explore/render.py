"""A Figure as bytes: a picture of pixels, quickly, or an SVG that is the same for the same drawing."""

import io

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.image import imsave
from PIL import Image  # Matplotlib brings it

DPI = 165  # pixels per inch: 1.5 times those of a page, which is sharp on projectors and most screens
MOST_OFF = 2  # largest root-mean-square error of colours from 0 to 255
PAGE_DPI = (
    110  # of a page, as of a figure that does not move: it is shown in its natural size, or as wide as there is room
)


def pixels(figure: Figure) -> np.ndarray:
    """Return a figure as an array of shape (height, width, 4)."""
    figure.set_dpi(DPI)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # savefig would draw twice: once more to find the layout
    return np.asarray(canvas.buffer_rgba())


def png(image: np.ndarray) -> bytes:
    """Return pixels as a lightly compressed PNG, to be sent from a kernel to the page in front of it."""
    buffer = io.BytesIO()
    imsave(buffer, image, format="png", pil_kwargs={"compress_level": 1})
    return buffer.getvalue()


def packed(data: bytes) -> bytes:
    """Return a PNG with 256 colours, which is less than half as large.

    If the eye could tell, as with a photograph in colours, it is returned unchanged.
    """
    with Image.open(io.BytesIO(data)) as picture:
        full = picture.convert("RGB")
    few = full.quantize(256, dither=Image.Dither.NONE)
    off = np.asarray(few.convert("RGB"), dtype=float) - np.asarray(full)
    if np.sqrt(np.mean(off**2)) > MOST_OFF:
        return data
    buffer = io.BytesIO()
    few.save(buffer, "png")
    return min(buffer.getvalue(), data, key=len)


def webp(image: np.ndarray) -> bytes:
    """Return pixels as a well compressed WebP, to be stored in a file."""
    buffer = io.BytesIO()
    imsave(buffer, image, format="webp", pil_kwargs={"quality": 80, "method": 6})
    return buffer.getvalue()


def svg(figure: Figure) -> str:
    """Return a figure as the text of an SVG, in points.

    The same drawing always gives the same text, and every browser shows the same picture.
    """
    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "lecture", "svg.fonttype": "path", "svg.image_inline": True}):
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})
    return buffer.getvalue().decode()
