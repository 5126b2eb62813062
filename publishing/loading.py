"""The pictures of a built book: files beside its pages, asked for when they come into view, in room kept for them."""

import base64
import hashlib
import re
import struct
from functools import partial

from publishing.files import write_whole

FOLDER = "_images"  # Sphinx has the chapters' figures there, named after their bytes as here: no picture is there twice
_TAG = re.compile(r"<img\b[^>]*>")
_HELD = re.compile(r'src="data:image/(png|webp);base64,([^"]+)"')
_FILE = re.compile(rf'src="([^":]*{FOLDER}/[^"]+)"')
_PNG = b"\x89PNG\r\n\x1a\n"


def pictures_late(html):
    """Let all pages of a built book load their pictures late.

    A picture that a page holds itself becomes a file. Each gets ``loading="lazy"`` and, if it says none, its size, so
    that the page does not move when it comes.

    Parameters
    ----------
    html : pathlib.Path
        The folder of the pages, which are changed in place.
    """
    for page in html.rglob("*.html"):
        before = page.read_text(encoding="utf-8")
        after = _TAG.sub(partial(_late, page=page, html=html), before)
        if after != before:
            write_whole(page, after)


def _late(tag, *, page, html):
    """The tag of an image as it should be; one of another folder stays as it is."""
    text = _HELD.sub(partial(_into_file, page=page, html=html), tag[0])
    file = _FILE.search(text)
    if not file:
        return text
    size = "" if " width=" in text else _size(page.parent / file[1])
    return f'<img loading="lazy"{size}{text.removeprefix("<img")}'


def _into_file(held, *, page, html):
    """Write a picture that a page holds; return the source that says where."""
    kind, content = held[1], base64.b64decode(held[2])
    file = html / FOLDER / f"{hashlib.sha256(content).hexdigest()}.{kind}"
    if not file.exists():
        write_whole(file, content)
    up = "../" * (len(page.relative_to(html).parts) - 1)
    return f'src="{up}{FOLDER}/{file.name}"'


def _size(file):
    """Width and height of a PNG as attributes; a WebP comes with them."""
    with open(file, "rb") as opened:
        head = opened.read(24)
    if not head.startswith(_PNG):
        return ""
    width, height = struct.unpack(">II", head[16:])
    return f' width="{width}" height="{height}"'
