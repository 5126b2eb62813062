"""The pictures among a cell's outputs."""

import html

from publishing.errors import BookError


def alternative_text(output, name):
    """Return the text that the kernel sent with a picture.

    Parameters
    ----------
    output : mapping
        An output of a cell, with an ``image/png``.
    name : str
        Of the notebook's source, for the error.

    Raises
    ------
    BookError
        If there is none.
    """
    about = output.get("metadata", {})
    text = about.get("image/png", {}).get("alt") or about.get("alt")
    if not text:
        raise BookError(
            f"{name}: a figure has no alternative text; call plots.describe(ax, sentence) where it is drawn."
        )
    return text


def image(output, name):
    """Return a picture with its alternative text as an image tag that holds all of it."""
    data = "".join(output["data"]["image/png"].split())
    return f'<img src="data:image/png;base64,{data}" alt="{html.escape(alternative_text(output, name))}">'
