"""A Sphinx extension that reads our docstrings as they are meant.

Types that are words, or names of other packages, are text; all other names have to lead somewhere. A bar stays a bar
(``|z|``), and the page of a room begins with a table of its names.
"""

import builtins
import itertools
import re

from publishing import api

# What docstrings name without saying where it is from.
ELSEWHERE = {"Axes", "Figure", "Path", "NotebookNode"}
BAR = re.compile(r"(``.*?``)|\|")  # what is code stays
OTHER_PACKAGES = ("keras.", "matplotlib.", "nbformat.", "numpy.", "pandas.", "pathlib.", "sklearn.", "tensorflow.")


def setup(app):
    """Register the extension; Sphinx calls this."""
    app.connect("missing-reference", leave_plain)
    app.connect("autodoc-process-docstring", before_napoleon, priority=100)
    app.connect("autodoc-process-docstring", after_napoleon, priority=900)
    app.connect("autodoc-skip-member", skip_inherited)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def skip_inherited(app, what, name, thing, *_):
    """Return True for a member that a class inherits from another package; None leaves the decision to Sphinx."""
    is_ours = (getattr(thing, "__module__", None) or "lecture").startswith("lecture")
    return True if what == "class" and not is_ours else None


def before_napoleon(app, what, *rest):
    """Prepare the lines of a docstring, in place, for napoleon.

    It would take "a, b : float" for one attribute, "Number: of units" for a type, and an example that follows the
    errors for one more error.
    """
    lines = rest[-1]
    if what in ("attribute", "property"):
        lines[:0] = ["..", ""]  # an empty comment
    sections = [line for line, below in itertools.pairwise(lines) if line and re.fullmatch("-{3,}", below)]
    example = next((at for at, line in enumerate(lines) if line.startswith(">>>")), None)
    if sections and example is not None and "Examples" not in sections:
        lines[example:example] = ["Examples", "--------"]
    start = next((at + 2 for at, line in enumerate(lines) if line == "Attributes"), len(lines))
    for at in range(len(lines) - 1, start - 1, -1):
        names, colon, kind = lines[at].partition(" : ")
        if colon and ", " in names and not names.startswith(" "):
            lines[at : at + 1] = [f"{one} : {kind}" for one in names.split(", ")]


def after_napoleon(app, what, name, *rest):
    """Escape bars in the lines of a docstring, in place, and add a room's table of names."""
    lines = rest[-1]
    lines[:] = [BAR.sub(lambda found: found[0] if found[1] else r"\|", line) for line in lines]
    if what == "module":
        lines.extend(api.table(name))


def leave_plain(app, env, node, content):
    """Return the text of a type that is no name of this package; None, an error in Sphinx, for one that should be."""
    if node.get("refdomain") == "py" and is_not_ours(node["reftarget"]):
        return content
    return None


def is_not_ours(target):
    """Return whether a type is a word ("array", "n_units") or a name of Python or another package.

    >>> is_not_ours("array"), is_not_ours("ValueError"), is_not_ours("numpy.ndarray")
    (True, True, True)
    >>> is_not_ours("Network"), is_not_ours("lecture.plots.nothing")
    (False, False)
    """
    if target.startswith("lecture."):
        return False
    is_name = re.fullmatch(r"[A-Z]\w+", target)
    return hasattr(builtins, target) or target in ELSEWHERE or target.startswith(OTHER_PACKAGES) or not is_name
