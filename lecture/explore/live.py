"""An explorer in front of a kernel: ipywidgets that have each picture drawn when they are moved."""

import base64
import html
import traceback

from lecture.explore import render
from lecture.explore.paths import Board, Paths, Styles


def widget(explorer):
    """Return an ipywidgets box: the controls, one picture that is replaced in place, and room for an error.

    While one picture is being drawn, the page's side of ipywidgets holds back all moves of a control but the last.
    What the draw function raises stands below the last picture; the next move tries again.
    """
    import ipywidgets

    inputs = [_input(control) for control in explorer.controls]
    picture, problem = ipywidgets.HTML(), ipywidgets.HTML()
    painter = _Painter()

    def redraw(_change=None):
        choice = tuple(int(it.value) if isinstance(it, ipywidgets.Checkbox) else it.index for it in inputs)
        try:
            drawing = explorer.drawing(choice)
            image = painter.image(drawing, explorer.text(drawing, choice))
            problem.value = ""  # first, so that no new picture stands above an old error
            picture.value = image
        except Exception as error:  # whatever it is, the reader may move on
            problem.value = _report(error)

    for it in inputs:
        it.observe(redraw, "value" if isinstance(it, ipywidgets.Checkbox) else "index")
    redraw()
    return ipywidgets.VBox([*(_row(it) for it in inputs), picture, problem])


def _input(control):
    """Return the widget for a control."""
    import ipywidgets

    look = {"description": control.title, "style": {"description_width": "initial"}}
    if control.kind == "tick":
        return ipywidgets.Checkbox(bool(control.initial), indent=False, **look)
    kind = ipywidgets.SelectionSlider if control.kind == "slider" else ipywidgets.Dropdown
    return kind(
        options=control.labels, index=control.initial, **look
    )  # labels, since values may not compare, as arrays do not


def _row(it):
    """Return a slider with a button that plays it; anything else as it is."""
    import ipywidgets

    if not isinstance(it, ipywidgets.SelectionSlider):
        return it
    play = ipywidgets.Play(value=it.index, min=0, max=len(it.options) - 1, interval=300)
    ipywidgets.jslink(
        (play, "value"), (it, "index")
    )  # in the page, so that steps which come too fast are held back there
    return ipywidgets.HBox([it, play])


class _Painter:
    """Makes the picture; keeps the backgrounds of paths as pixels, and each path's colour."""

    def __init__(self):
        self._boards, self._styles = {}, Styles()

    def image(self, drawing, text):
        """Return a drawing and its alternative text as HTML."""
        if isinstance(drawing, Paths):
            if drawing.background not in self._boards:
                self._boards[drawing.background] = Board(drawing.background)
            image = self._boards[drawing.background].paint(drawing, self._styles)
        else:
            image = render.pixels(drawing)
        height, width = (round(side * render.PAGE_DPI / render.DPI) for side in image.shape[:2])
        source = base64.b64encode(render.png(image)).decode()
        return (
            f'<img alt="{html.escape(text)}" width="{width}" height="{height}" '
            f'style="max-width: 100%; height: auto" src="data:image/png;base64,{source}">'
        )


def _report(error):
    """Return what went wrong as HTML: the exception of the draw function with its traceback, or our own sentence."""
    cause = error.__cause__
    lines = "".join(traceback.format_exception(cause)) if cause else str(error)
    return f'<pre role="alert" style="white-space: pre-wrap; color: #b00020">{html.escape(lines)}</pre>'
