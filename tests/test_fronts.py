"""The fronts of the rooms: each function that they offer says the types of its parameters and of what it returns."""

import ast

import pytest
from conftest import ROOT

LECTURE = ROOT / "lecture"
FRONTS = sorted([*LECTURE.glob("*/__init__.py"), *set(LECTURE.glob("[a-z]*.py"))])


def _functions(file):
    """The public functions of a file by their names."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"}


def _offered(front):
    """The functions of a front and those that it hands on from its own room."""
    offered = _functions(front)
    for node in ast.parse(front.read_text(encoding="utf-8")).body:
        origin = ROOT / f"{node.module.replace('.', '/')}.py" if isinstance(node, ast.ImportFrom) else front
        if front.name == "__init__.py" and front.parent in origin.parents and origin.exists():
            there = _functions(origin)
            offered |= {alias.name: there[alias.name] for alias in getattr(node, "names", ()) if alias.name in there}
    return offered


def _untyped(function):
    given = function.args
    parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return function.returns is None or any(parameter.annotation is None for parameter in parameters)


@pytest.mark.parametrize("front", FRONTS, ids=lambda path: str(path.relative_to(LECTURE)))
def test_each_function_of_a_front_says_its_types(front):
    assert [name for name, function in _offered(front).items() if _untyped(function)] == []


def test_what_says_no_types_is_found():
    typed, untyped = ast.parse("def f(x: int) -> int: ...\ndef g(x) -> int: ...").body
    assert not _untyped(typed) and _untyped(untyped)
    assert {"plot_network", "plot_paths"} <= set(_offered(LECTURE / "plots" / "__init__.py"))
