"""A Sphinx extension that reads our docstrings as they are meant.

Types that are words, or names of other packages, are text; all other names have to lead somewhere. A bar is a bar
(``|z|``), and a room begins with a table of what it has.
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
    """Tell Sphinx."""
    app.connect("missing-reference", leave_plain)
    app.connect("autodoc-process-docstring", spread, priority=100)  # before napoleon reads the sections
    app.connect("autodoc-process-docstring", mend, priority=900)  # after it
    app.connect("autodoc-skip-member", leave_out)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def leave_out(app, what, name, thing, skip, options):
    """Return True for what a class has from another package, whose own pages document it; None for the usual."""
    return (
        True
        if what == "class" and not (getattr(thing, "__module__", None) or "lecture").startswith("lecture")
        else None
    )


def spread(app, what, name, thing, options, lines):
    """Change the lines of a docstring in place, where napoleon would take "a, b : float" for one attribute, "Number: of units" for a type, or an example
    after the errors for one more error.
    """
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


def mend(app, what, name, thing, options, lines):
    """Change the lines of a docstring in place."""
    lines[:] = [BAR.sub(lambda found: found[0] if found[1] else r"\|", line) for line in lines]
    if what == "module":
        lines.extend(api.table(name))


def leave_plain(app, env, node, content):
    """Return what is shown of a type that is no name of ours; None, which Sphinx complains of, for a name that should be."""
    if node.get("refdomain") == "py" and is_not_ours(node["reftarget"]):
        return content
    return None


def is_not_ours(target):
    """Tell words ("array", "optional", "n_units") and names of Python or other packages from names that this package should have.

    >>> is_not_ours("array"), is_not_ours("ValueError"), is_not_ours("numpy.ndarray"), is_not_ours("Network"), is_not_ours("lecture.plots.nothing")
    (True, True, True, False, False)
    """
    if target.startswith("lecture."):
        return False
    is_name = re.fullmatch(r"[A-Z]\w+", target)
    return hasattr(builtins, target) or target in ELSEWHERE or target.startswith(OTHER_PACKAGES) or not is_name
