"""Files for browsers, taken from the packages that carry them, so that no page asks another host for one."""

from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from publishing.errors import BookError


@dataclass(frozen=True)
class Reveal:
    """What a deck needs of reveal.js: texts of its style sheets and scripts, in their order."""

    styles: tuple
    scripts: tuple


def mathjax():
    """Return the folder of MathJax.

    Raises
    ------
    BookError
        If the package that carries it is not what was expected.
    """
    return _folder("sphinx-mathjax-offline", "tex-chtml.js")


def reveal():
    """Return reveal.js with its speaker's view.

    Raises
    ------
    BookError
        If the package that carries it is not what was expected.
    """
    folder = _folder("sphinx-revealjs", "dist/reveal.js").parent
    texts = {
        name: _text(folder / name)
        for name in ("dist/reset.css", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js")
    }
    *styles, core, notes = texts.values()
    return Reveal(tuple(styles), (core, notes))


def _folder(package, name):
    """The folder of the file ``name`` of an installed package."""
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError as error:
        raise BookError(
            f"{name}, a file for browsers, is in the package {package}, which is not installed:"
            " pip install 'lecture[book]' brings it."
        ) from error
    found = next((file.locate() for file in files if file.as_posix().endswith(f"/{name}")), None)
    if found is None or not Path(found).exists():
        raise BookError(
            f"{name}, a file for browsers, is missing from the package {package}:"
            f" pip install --force-reinstall {package} brings it back."
        )
    return Path(found).parent


def _text(file):
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BookError(
            f"{file.name}, a file for browsers, is missing from {file.parent}: reinstall sphinx-revealjs."
        ) from error
