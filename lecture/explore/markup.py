"""One explorer as a piece of HTML: its first picture, its data, and the script that makes it move."""

import base64
import html
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from urllib.parse import urlencode

import numpy as np

from lecture.explore import render
from lecture.explore.controls import Control

MAX_BYTES = 2_000_000


@dataclass(frozen=True)
class Page:
    """A static explorer; a notebook shows it as its HTML.

    Attributes
    ----------
    html : str
        The explorer, for any place in a page, also beside others.
    name : str
        Name of the draw function.
    n_choices, n_pictures : int
        Numbers of choices, and of different pictures.
    """

    html: str = field(repr=False)
    name: str
    n_choices: int
    n_pictures: int

    def _repr_html_(self):
        return self.html


def hosted(
    name: str,
    kind: str,
    controls: Sequence[Control],
    data: Mapping[str, object],
    *,
    first: np.ndarray,
    alt: str,
    letters: float,
    more_style: Sequence[str] = (),
) -> str:
    """Return the HTML of an explorer.

    Parameters
    ----------
    name : str
        Its name in the address.
    kind : str
        ``"pictures"`` or ``"walk"``: which script starts it.
    controls : sequence of Control
        What the reader sets.
    data : dict
        What the script reads beside the controls, as JSON has it.
    first : array (height, width, 4)
        The first picture, for readers without scripts.
    alt : str
        Its alternative text.
    letters : float
        Size of the smallest letters of all pictures, in points.
    more_style : sequence of str
        Style sheets beside that of all explorers.
    """
    specs = [
        {key: getattr(control, key) for key in ("name", "title", "kind", "labels", "initial")} for control in controls
    ]
    style = "\n".join(asset(sheet) for sheet in ("explorer.css", *more_style))
    packed = {
        "packed": deflated(json.dumps({"controls": specs, **data}, separators=(",", ":"))),
        "style": style,
    }
    height, width = (round(side * render.PAGE_DPI / render.DPI) for side in first.shape[:2])
    state = {control.name: control.labels[control.initial] for control in controls}  # in the form of the page's address
    return asset("explorer.html").format(
        name=html.escape(name),
        kind=kind,
        state=html.escape(urlencode({"explorer": name} | state)),
        alt=html.escape(alt),
        letters=round(min(letters, 99) / 72 * render.PAGE_DPI, 1),
        width=width,
        height=height,
        image=base64.b64encode(render.webp(first)).decode(),
        data=json.dumps(packed).replace("<", "\\u003c"),  # so that no text ends the script that it stands in
        script=script(kind),
    )


def script(kind: str) -> str:
    """Return the script of a kind of explorer, what all share before it, in one function."""
    own = {"pictures": "explorer.js", "walk": "walk.js"}[kind]
    return f'(() => {{\n"use strict";\n{asset("controls.js")}{asset(own)}}})();\n'


def deflated(text: str) -> str:
    """Return text deflated, in base64: the browser's DecompressionStream reads it."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def asset(name: str) -> str:
    """Return the text of a file of the page."""
    return resources.files("lecture.explore").joinpath("assets", name).read_text(encoding="utf-8")
