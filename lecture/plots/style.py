"""Colours and sizes. Nothing here changes Matplotlib's settings: ``preamble`` applies a style, once."""

# The Okabe-Ito palette without its yellow, which is too pale on white (Okabe & Ito, Color Universal Design, 2008).
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")

_COMMON = {
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "image.cmap": "gray_r",
    "svg.hashsalt": "lecture",
}
STYLES = {
    "book": _COMMON | {"figure.figsize": (6.4, 3.4), "font.size": 11, "savefig.dpi": 110, "figure.dpi": 110},
    "slides": _COMMON | {"figure.figsize": (9.6, 5.0), "font.size": 17, "lines.linewidth": 2.5, "figure.dpi": 110},
    "print": _COMMON | {"figure.figsize": (5.0, 2.8), "font.size": 9, "lines.linewidth": 1.2, "figure.dpi": 200},
}
