"""An explorer with a kernel: ipywidgets that draw each picture when they are moved."""

import base64
import html
import traceback
from typing import TYPE_CHECKING, Any

from lecture.explore import render
from lecture.explore.paths import Backdrop, Paths, Styles

if TYPE_CHECKING:
    from lecture.explore.explorer import Explorer


def widget(explorer: "Explorer") -> Any:
    """Return an ipywidgets box: the controls, one picture that is replaced in place, and room for an error.

    While a picture is being drawn, ipywidgets holds back all moves of a control but the last, in the page. If the draw
    function raises an error, it is shown below the last picture; the next move tries again.
    """
    import ipywidgets

    inputs = [_input(control) for control in explorer.controls]
    picture, problem = ipywidgets.HTML(), ipywidgets.HTML()
    painter = _Painter()

    def redraw(_change=None):
        choice = tuple(map(_position, inputs))
        try:
            drawing = explorer.drawing(choice)
            image = painter.image(drawing, explorer.text(drawing, choice))
            problem.value = ""  # first, so that no new picture stands above an old error
            picture.value = image
        except Exception as error:  # whatever it is, the reader may move on
            problem.value = _report(error)

    for control in inputs:
        control.observe(redraw, "index" if hasattr(control, "index") else "value")
    redraw()
    return ipywidgets.VBox([*map(_row, inputs), picture, problem])


def _input(control):
    """Return the widget for a control."""
    import ipywidgets

    look = {"description": control.title, "style": {"description_width": "initial"}}
    if control.kind == "tick":
        return ipywidgets.Checkbox(bool(control.initial), indent=False, **look)
    kind = ipywidgets.SelectionSlider if control.kind == "slider" else ipywidgets.Dropdown
    # By labels, since values may not compare, as arrays do not.
    return kind(options=control.labels, index=control.initial, **look)


def _position(control):
    """The position of the value that a widget shows; a tick box has no index."""
    return control.index if hasattr(control, "index") else int(control.value)


def _row(control):
    """A slider with a button that plays it; any other widget by itself."""
    import ipywidgets

    if not isinstance(control, ipywidgets.SelectionSlider):
        return control
    play = ipywidgets.Play(value=control.index, min=0, max=len(control.options) - 1, interval=300)
    # Linked in the page, so that steps that come too fast are held back there.
    ipywidgets.jslink((play, "value"), (control, "index"))
    return ipywidgets.HBox([control, play])


class _Painter:
    """Makes the picture; keeps the backgrounds of paths as pixels, and each path's colour."""

    def __init__(self):
        self._backdrops, self._styles = {}, Styles()

    def image(self, drawing, text):
        """Return a drawing and its alternative text as HTML."""
        if isinstance(drawing, Paths):
            if drawing.background not in self._backdrops:
                self._backdrops[drawing.background] = Backdrop(drawing.background)
            image = self._backdrops[drawing.background].paint(drawing, self._styles)
        else:
            image = render.pixels(drawing)
        height, width = (round(side * render.PAGE_DPI / render.DPI) for side in image.shape[:2])
        source = base64.b64encode(render.png(image)).decode()
        return (
            f'<img alt="{html.escape(text)}" width="{width}" height="{height}" '
            f'style="max-width: 100%; height: auto" src="data:image/png;base64,{source}">'
        )


def _report(error):
    """An error as HTML: the draw function's exception with its traceback, or our own sentence."""
    cause = error.__cause__
    lines = "".join(traceback.format_exception(cause)) if cause else str(error)
    return f'<pre role="alert" style="white-space: pre-wrap; color: #b00020">{html.escape(lines)}</pre>'
