"""The width of words, so that captions keep clear of each other whatever the size of the figure."""

from functools import lru_cache

import matplotlib.pyplot as plt
from matplotlib.cbook import is_math_text
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from lecture.plots.style import size

_HINTED = 1.07  # small letters are drawn on whole pixels, which makes them wider by up to this factor


def width(words: str, weight: str = "normal") -> float:
    """Return the width of words in em, the size of their letters; of several lines that of the widest.

    Parameters
    ----------
    words : str
    weight : {"normal", "bold"}
    """
    if not words:
        return 0.0
    return _HINTED * max(_width(line, weight, _fonts()) for line in words.split("\n"))


def tick_width(words: str) -> float:
    """Return the width of a tick label, in em of the figures' letters.

    Parameters
    ----------
    words : str
        A single line.
    """
    return _width(words, "normal", _fonts()) * letters("ytick.labelsize") / size()


def letters(setting: str) -> float:
    """Return the size of letters that one of Matplotlib's settings has, in points.

    Parameters
    ----------
    setting : str
        Such as "axes.titlesize", which may be a number or a word such as "large".
    """
    return FontProperties(size=plt.rcParams[setting]).get_size_in_points()


def fitting(words: str, most: float, room: float, weight: str = "normal") -> float:
    """Return the size of letters, at most ``most``, at which words are no wider than ``room``; all in points."""
    return min(most, room / max(width(words, weight), 1e-9))


def _fonts():
    """The families that Matplotlib chooses from, which the measured widths depend on."""
    return tuple(plt.rcParams["font.family"]), tuple(plt.rcParams["font.sans-serif"])


@lru_cache(maxsize=2048)  # measuring takes a tenth of a millisecond and more, and a slider draws the same words again
def _width(line, weight, fonts):
    wide, _, _ = text_to_path.get_text_width_height_descent(
        line, FontProperties(size=100, weight=weight), is_math_text(line)
    )
    return wide / 100
