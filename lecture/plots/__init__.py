"""Drawings: one module per thing drawn. ``ax`` is keyword-only; ``None`` makes a new figure; the Axes is returned."""

from lecture.plots.alt import alt_text, describe
from lecture.plots.style import COLORS, STYLES

__all__ = ["COLORS", "STYLES", "alt_text", "describe"]
