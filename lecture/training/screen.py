"""A picture in a notebook, updated in place: in the output of a cell, or inside an Output of ipywidgets."""

import html
import sys
import warnings
from base64 import b64encode
from typing import Any


class Screen:
    """One picture in a notebook, which later pictures replace.

    Jupyter can update what a cell shows, but not what an ``Output`` of ipywidgets shows, such as that of
    ``interact_manual``. There the picture is a widget itself, whose value changes.
    """

    def __init__(self):
        self._handle = self._widget = None

    def show(self, png: bytes, *, text: str, about: dict[str, Any]) -> None:
        """Show a picture instead of the last one.

        Parameters
        ----------
        png : bytes
            The picture.
        text : str
            Text for front ends that show no pictures.
        about : dict
            What is kept beside it: its ``alt``, and what else `lecture.plots.alt.about` says.
        """
        from IPython.display import display

        source = b64encode(png).decode()
        data, metadata = {"image/png": source, "text/plain": text}, {"image/png": about}
        if self._handle:
            self._handle.update(data, metadata=metadata, raw=True)
        elif self._widget or _inside_an_output():
            image = (
                f'<img alt="{html.escape(about["alt"])}" style="max-width: 100%" src="data:image/png;base64,{source}">'
            )
            self._put(image)
        else:
            self._handle = display(data, metadata=metadata, raw=True, display_id=True)

    def _put(self, image):
        """Set the value of the widget, which is made the first time."""
        if self._widget:
            self._widget.value = image
            return
        from IPython.display import display
        from ipywidgets import HTML

        self._widget = HTML(image)
        display(self._widget)


def notebook():
    """Return IPython's shell if it shows pictures, as in JupyterLab, VS Code and Colab; None otherwise."""
    if not sys.modules.get("IPython"):
        return None
    from IPython import get_ipython

    shell = get_ipython()
    return shell if shell and "image/png" in shell.display_formatter.active_types else None


def _inside_an_output():
    """Whether the current output goes into an Output of ipywidgets: only then has one of them a message id."""
    ipywidgets = sys.modules.get("ipywidgets")
    if ipywidgets is None:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the list is deprecated since ipywidgets 8, without a replacement
        widgets = getattr(ipywidgets.Widget, "widgets", {})
    return any(isinstance(widget, ipywidgets.Output) and widget.msg_id for widget in list(widgets.values()))
