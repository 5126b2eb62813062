"""The reference of the package, one page a room, for Sphinx to fill from the docstrings."""

import ast
from pathlib import Path

ROOMS = Path(__file__).parents[1] / "lecture"
NOT_SHOWN = ("__main__", "checks", "files", "intervals", "keras_graph", "shuffling", "words")  # for the project itself

INTRODUCTION = """{title}
{line}

What another course can use: ``pip install .`` in a checkout brings all that needs NumPy and Matplotlib only,
``pip install '.[train]'`` the rest (Keras, the data, the training plot). These pages are made from the docstrings.

.. list-table::
   :widths: 30 70

"""


def pages():
    """Return the pages by name, as reStructuredText: ``index``, then one for each room of ``lecture``."""
    rooms = dict(sorted(_rooms()))
    title = "The package"
    index = INTRODUCTION.format(title=title, line="=" * len(title))
    index += "".join(
        f"   * - :doc:`lecture.{name} <{name}>`\n     - {_first_line(tree)}\n" for name, tree in rooms.items()
    )
    return {"index": index} | {name: _page(name, tree) for name, tree in rooms.items()}


def _rooms():
    """Yield each room's name and the syntax tree of its front."""
    for file in [*ROOMS.glob("*.py"), *ROOMS.glob("*/__init__.py")]:
        name = file.parent.name if file.name == "__init__.py" else file.stem
        if file.parent / file.name != ROOMS / "__init__.py" and name not in NOT_SHOWN and not name.startswith("_"):
            yield name, ast.parse(file.read_text(encoding="utf-8"))


def table(name):
    """Return the lines of a table of a room's names and their first lines, for Sphinx; empty for an unknown name."""
    room = name.removeprefix("lecture.")
    tree = dict(_rooms()).get(room)
    names = [name for name in sorted(_names(room, tree), key=str.lower) if not name.isupper()] if tree else []
    return ["", ".. autosummary::", "   :nosignatures:", "", *(f"   {name}" for name in names), ""] if names else []


def _page(name, tree):
    title = f"lecture.{name}"
    page = f"{title}\n{'=' * len(title)}\n\n.. automodule:: lecture.{name}\n   :members:\n"
    listed = _listed(tree)
    if listed is not None:
        page += "   :imported-members:\n"
        guests = ", ".join(sorted(set(listed) - set(_names(name, tree))))
        page += f"   :exclude-members: {guests}\n" if guests else ""
    return page + "".join(_question(name, module) for module in _constant(tree, "NAMES") or ())


def _question(room, module):
    """A section on one experiment: its question, and how to run it."""
    return f"\n{module}\n{'-' * len(module)}\n\n.. automodule:: lecture.{room}.{module}\n   :members: run\n"


def _names(name, tree):
    """The public names of a room, without those that it passes on from another room."""
    listed = _listed(tree)
    if listed is None:
        return [
            node.name
            for node in tree.body
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
        ]
    passed_on = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and not f"{node.module}.".startswith(f"lecture.{name}.")
        for alias in node.names
    }
    return [name for name in listed if name not in passed_on]


def _first_line(tree):
    return (ast.get_docstring(tree) or "").split("\n")[0]


def _listed(tree):
    """The names in ``__all__``; None if there is none."""
    return _constant(tree, "__all__")


def _constant(tree, name):
    """A constant of a room's front by its name; None if there is none."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == [name]:
            return ast.literal_eval(node.value)
    return None
