"""Any Keras model, drawn layer by layer: maps as sheets, vectors as bars, sequences as rows, and what leads where."""

from matplotlib.axes import Axes

from lecture.architecture import Architecture
from lecture.checks import real
from lecture.graph_layout import Grid
from lecture.plots.alt import describe
from lecture.plots.networks.glyphs import glyphs_of
from lecture.plots.networks.marks import draw_layer
from lecture.plots.networks.placement import CONTINUES, LINE, MARGIN, arrange
from lecture.plots.networks.sheet import Sheet
from lecture.plots.networks.ways import connect


def plot_architecture(architecture: Architecture, *, ax: Axes | None = None, wrap: float = 50) -> Axes:
    """Draw a model from left to right: what each layer gives out, and how it gets there.

    Feature maps are sheets as large as height × width, one for each channel; of more than eight fewer are drawn, and
    the number below is right. Vectors are bars, sequences are rows, one for each step. A convolution shows its window;
    a recurrent layer its cell with the loop, and the same cell again at each step; attention its queries, keys and
    values. A skip connection passes above. A layer of an unknown kind is a box with its name.

    Parameters
    ----------
    architecture : lecture.architecture.Architecture
        The model's layers, as ``lecture.architecture.of`` reads them.
    ax : matplotlib.axes.Axes, optional
        Axes to fill, in smaller letters if need be; a new figure that fits the model if None.
    wrap : float
        Width in em at which a model continues on the next line, at the next place where a single arrow leads on.

    Returns
    -------
    matplotlib.axes.Axes
        Each layer's patches carry its name as their ``get_gid()``.

    Raises
    ------
    ValueError
        If ``wrap`` is below 1, or ``architecture`` is a Keras model: give it to ``lecture.architecture.of`` first.
    """
    _check(architecture)
    real(wrap, "wrap", least=1)
    glyphs = glyphs_of(architecture)
    grid = Grid.of([layer.inputs for layer in architecture.layers])
    lines = arrange(grid, glyphs, wrap)
    sheet = _sheet(ax, lines, f"{architecture.n_params:,} parameters in all")
    for glyph in glyphs:
        draw_layer(sheet, glyph)
    for before, here in grid.connections:
        connect(sheet, glyphs, before, here)
    for line in lines:
        _draw_heads(sheet, line)
    return describe(sheet.ax, architecture.describe())


def _check(architecture):
    """Refuse what is not an Architecture, and say how to get one."""
    if not isinstance(architecture, Architecture):
        hint = ": use plot_architecture(architecture.of(model))" if hasattr(architecture, "get_weights") else ""
        raise ValueError(f"architecture must be an Architecture, got {type(architecture).__name__}{hint}.")


def _sheet(ax, lines, total):
    """The sheet for these lines, with the number of all parameters below."""
    width = max([line.width for line in lines] + [0.55 * len(total) + MARGIN]) + 0.6
    height = LINE * 1.2 - lines[-1].bottom
    sheet = Sheet.of(ax, width, height)
    sheet.text(MARGIN, -height + 0.4, total, va="bottom", weight="bold")
    return sheet


def _draw_heads(sheet, line):
    """What the rows of numbers are, at the left; and the arrows where the drawing continues on the next line."""
    style = {"ha": "right", "va": "top", "color": "0.35"}
    for y, title_lines in line.heads:
        for i, words in enumerate(("output", "parameters"), start=title_lines):
            sheet.text(MARGIN - 0.7, y - i * LINE, words, 0.95, **style)
    first, last = min(line.glyphs, key=lambda glyph: glyph.x), max(line.glyphs, key=lambda glyph: glyph.x)
    dashed = {"linestyle": (0, (2, 1.5))}
    if line.continued:
        sheet.arrow((first.x - CONTINUES, first.y), first.left, **dashed)
    if line.continues:
        x, y = last.right
        sheet.arrow(last.right, (x + CONTINUES, y), **dashed)
