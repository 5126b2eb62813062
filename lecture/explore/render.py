"""A Figure as bytes: a picture of pixels, quickly, or an SVG that is the same for the same drawing."""

import io

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.image import imsave
from PIL import Image  # Matplotlib brings it

DPI = 144  # pixels an inch: three for two of the page's, so that a projector and most screens show it sharp
MOST_OFF = 2  # of 255: by how much colours may be off, root mean square
PAGE_DPI = 96  # of a page, by definition: a figure stands in it in its natural size, or as wide as there is room


def pixels(figure):
    """Return a figure as an array of shape (height, width, 4)."""
    figure.set_dpi(DPI)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # savefig would draw twice: once more to find the layout
    return np.asarray(canvas.buffer_rgba())


def png(image):
    """Return pixels as a PNG, packed lightly: it is for the way from the kernel to the page beside it."""
    buffer = io.BytesIO()
    imsave(buffer, image, format="png", pil_kwargs={"compress_level": 1})
    return buffer.getvalue()


def packed(data):
    """Return a PNG with 256 colours, which is less than half as large; as it came if the eye could tell, such as a photograph in colours."""
    with Image.open(io.BytesIO(data)) as picture:
        full = picture.convert("RGB")
    few = full.quantize(256, dither=Image.Dither.NONE)
    off = np.asarray(few.convert("RGB"), dtype=float) - np.asarray(full)
    if np.sqrt(np.mean(off**2)) > MOST_OFF:
        return data
    buffer = io.BytesIO()
    few.save(buffer, "png")
    return min(buffer.getvalue(), data, key=len)


def webp(image):
    """Return pixels as a WebP, packed well: it is for the file."""
    buffer = io.BytesIO()
    imsave(buffer, image, format="webp", pil_kwargs={"quality": 80, "method": 6})
    return buffer.getvalue()


def svg(figure):
    """Return a figure as the text of an SVG, in points. The same drawing gives the same text, in every browser the same picture."""
    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "lecture", "svg.fonttype": "path", "svg.image_inline": True}):
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})
    return buffer.getvalue().decode()
