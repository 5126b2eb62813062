"""What the chapters claim, and what their runs say about it: one table, and the numbers of full mode in a file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from lecture.files import write_whole
from lecture.words import counted, digits

FILE = "full_mode.json"  # in notebooks/; `preamble.claim` reads it


@dataclass(frozen=True)
class Claimed:
    """A claim of a chapter, as it was run.

    Attributes
    ----------
    section : str
        Title of the section that it stands in.
    sentence : str
        The sentence that the numbers chose.
    record : dict
        What was claimed and measured, as `lecture.experiments.Claim.record` has it.
    """

    section: str
    sentence: str
    record: dict[str, Any]

    def describe(self) -> str:
        """Return the claim in one line: the judgement, the numbers, what was measured."""
        found = self.record
        spread = f" ({digits(found['low'])} to {digits(found['high'])})" if found["n"] > 1 else ""
        least = f"{'within ±' if found['absent'] else 'at least '}{found['smallest']:g}"
        return f"{found['word']:12} {digits(found['mean'])}{spread}, {least}: {found['quantity']}"


def kept_runs(output: Path) -> dict[str, nbformat.NotebookNode]:
    """Return the runs that ``make lecture`` keeps in ``output / "executed"``, by the names of their chapters.

    Raises
    ------
    ValueError
        If there are none.
    """
    files = sorted((output / "executed").glob("*.ipynb"))
    if not files:
        raise ValueError(f"{output / 'executed'} must hold the runs of the chapters: `make lecture` makes them.")
    return {file.stem.rpartition("-")[0]: nbformat.read(file, as_version=4) for file in files}


def claims_of(notebook: nbformat.NotebookNode) -> list[Claimed]:
    """Return the claims that a notebook showed when it ran, in their order."""
    found, section = [], ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            section = cell.source.splitlines()[0].lstrip("# ")
        for output in cell.get("outputs", []):
            shown = output.get("metadata", {}).get("text/markdown", {})
            if "claim" in shown:
                sentence = output["data"]["text/markdown"].partition(" <small>")[0]
                found.append(Claimed(section, sentence, dict(shown["claim"])))
    return found


def table(notebooks: dict[str, nbformat.NotebookNode]) -> str:
    """Return the claims of all chapters, a line each, and how many of them were supported."""
    lines = []
    for name, notebook in notebooks.items():
        found = claims_of(notebook)
        words = [claimed.record["word"] for claimed in found]
        counts = ", ".join(f"{words.count(word)} {word}" for word in ("supported", "contradicted", "undecided"))
        run = notebook.metadata["lecture"]
        lines += ["", f"{name} ({run['LECTURE_MODE']} mode, {run['LECTURE_DATA']}): {counted(len(found), 'claim')}"]
        lines += [f"  {counts}"] * bool(found)
        section = None
        for claimed in found:
            lines += [f"  {claimed.section}"] * (claimed.section != section)
            lines.append(f"    {claimed.describe()}")
            section = claimed.section
    return "\n".join(lines[1:])


def store(notebooks: dict[str, nbformat.NotebookNode], folder: Path, *, title: str, machine: str) -> list[str]:
    """Write what the chapters that ran in full mode measured into ``folder / FILE``; others' numbers stay there.

    Parameters
    ----------
    notebooks : mapping of str to notebook
        Runs, by the names of their chapters.
    folder : pathlib.Path
        The folder of the notebooks' sources.
    title : str
        What stands before the numbers on the page: "With all images".
    machine : str
        What the chapters ran on.

    Returns
    -------
    list of str
        The chapters that were stored.

    Raises
    ------
    ValueError
        If no run is one of full mode, or two claims measure a quantity of the same name.
    """
    full = {name: each for name, each in notebooks.items() if each.metadata["lecture"]["LECTURE_MODE"] == "full"}
    if not full:
        raise ValueError("the chapters must have run in full mode, got short: `make lecture MODE=full` runs them.")
    file = folder / FILE
    chapters = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for name, notebook in full.items():
        chapters[name] = _stored(notebook, title, machine)
    quantities = [claim["quantity"] for chapter in chapters.values() for claim in chapter["claims"]]
    if twice := [quantity for quantity in quantities if quantities.count(quantity) > 1]:
        raise ValueError(f"each claim must measure a quantity with a name of its own, got {twice[0]!r} twice.")
    write_whole(file, json.dumps(dict(sorted(chapters.items())), indent=1, ensure_ascii=False) + "\n")
    return list(full)


def _stored(notebook, title, machine):
    """What the file holds of a chapter."""
    records = [claimed.record for claimed in claims_of(notebook)]
    run = notebook.metadata["lecture"]
    made = {"date": run["date"], "machine": machine, "seconds": run["seconds"], "versions": dict(run["versions"])}
    return {"title": f"{title} (full mode, {run['date']})", "made": made, "claims": records}
