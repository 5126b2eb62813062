"""How wide words are, so that captions keep clear of each other whatever the size of the figure."""

from functools import lru_cache

import matplotlib.pyplot as plt
from matplotlib.cbook import is_math_text
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

_HINTED = 1.07  # small letters are drawn on whole pixels, up to so much wider than they are


def width(words, weight="normal"):
    """Return how wide words are in em, the size of their letters; of several lines the widest.

    Parameters
    ----------
    words : str
    weight : str
        "normal" or "bold".
    """
    if not words:
        return 0.0
    fonts = tuple(plt.rcParams["font.family"]), tuple(plt.rcParams["font.sans-serif"])
    return max(_width(line, weight, fonts) for line in words.split("\n"))


def fitting(words, size, room, weight="normal"):
    """Return the size of letters, at most ``size``, at which words are no wider than ``room``; both in points."""
    return min(size, room / max(width(words, weight), 1e-9))


@lru_cache(maxsize=2048)  # measuring takes a tenth of a millisecond and more, and a slider draws the same words again
def _width(line, weight, fonts):
    wide, _, _ = text_to_path.get_text_width_height_descent(
        line, FontProperties(size=100, weight=weight), is_math_text(line)
    )
    return _HINTED * wide / 100
