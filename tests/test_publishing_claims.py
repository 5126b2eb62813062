"""The table of what chapters claim, and the numbers of full mode that are stored and shown beside those of a page."""

import ast
import json
import re
from datetime import date

import nbformat
import pytest
from conftest import ROOT

from lecture import __main__ as command
from lecture.experiments import claim, stored_runs
from lecture.intervals import enough
from publishing import claims, execute, notebooks

SENTENCES = dict(if_so="It helps: {mean:.2f}.", if_not="It does not.", if_undecided="That is open.")
GAIN = dict(quantity="gain", smallest=0.1, **SENTENCES)
SOURCE = f"""# %% [markdown]
# # A chapter

# %%
from preamble import *

# %% [markdown]
# ## Gains

# %%
claim([0.2, 0.2, 0.21, 0.22, 0.22], **{GAIN})

# %% [markdown]
# ## Losses

# %%
print("no claim")
display(claim([0.2, 0.0, 0.1, 0.1, 0.3], "loss", smallest=0.1, absent=True, **{SENTENCES}), 3)
"""
SHORT = {"LECTURE_MODE": "short", "LECTURE_DATA": "sample", "LECTURE_LIVE": "0"}
FULL = SHORT | {"LECTURE_MODE": "full"}


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """The chapter, run in full mode by a kernel with the lecture's own preamble."""
    source = tmp_path_factory.mktemp("chapter") / "notebooks" / "01_chapter.py"
    source.parent.mkdir()
    source.write_text(SOURCE)
    return execute.execute(source, root=ROOT, environment=FULL, cache=source.parent, progress=False).notebook


def _in_mode(notebook, mode):
    changed = nbformat.reads(nbformat.writes(notebook), as_version=4)
    changed.metadata["lecture"]["LECTURE_MODE"] = mode
    return changed


def test_a_run_tells_its_claims_by_section(notebook):
    gain, loss = claims.claims_of(notebook)
    assert (gain.section, gain.sentence) == ("Gains", "It helps: 0.21.")
    assert gain.record == claim([0.2, 0.2, 0.21, 0.22, 0.22], **GAIN).record()
    assert (loss.section, loss.sentence) == ("Losses", "That is open.")
    assert gain.describe() == "supported    0.21 (0.198 to 0.222), at least 0.1: gain"
    assert loss.describe() == "undecided    0.14 (−0.00157 to 0.282), within ±0.1: loss"


def test_the_table_has_every_claim_and_counts_the_verdicts(notebook):
    lines = claims.table({"01_chapter": notebook, "02_other": _in_mode(notebook, "short")}).splitlines()
    assert lines[:2] == ["01_chapter (full mode, sample): 2 claims", "  1 supported, 0 contradicted, 1 undecided"]
    assert lines[2:6] == ["  Gains", f"    {claims.claims_of(notebook)[0].describe()}", "  Losses", lines[5]]
    assert lines[6:8] == ["", "02_other (short mode, sample): 2 claims"]


def test_the_numbers_of_full_mode_come_back_beside_those_of_a_page(notebook, tmp_path):
    runs = {"01_chapter": notebook, "02_other": _in_mode(notebook, "short")}
    assert claims.store(runs, tmp_path, title="With all images", machine="2 cores") == ["01_chapter"]
    held = json.loads((tmp_path / claims.FILE).read_text())
    assert list(held) == ["01_chapter"]
    made = held["01_chapter"]["made"]
    assert made["machine"] == "2 cores" and made["date"] == f"{date.today()}" and "tensorflow" in made["versions"]
    found = claim([0.0, 0.01] * 3, stored=stored_runs(tmp_path / claims.FILE), **GAIN)
    assert found.sentence == "It does not."
    assert (
        found.elsewhere
        == f"With all images (full mode, {date.today()}): It helps: 0.21. (0.21, 95% interval 0.198 to 0.222)"
    )


def test_other_chapters_numbers_stay(notebook, tmp_path):
    other = _in_mode(notebook, "full")
    other.cells = other.cells[-1:]
    claims.store({"02_other": other}, tmp_path, title="Before", machine="a")
    first = _in_mode(notebook, "full")
    first.cells = first.cells[:-1]
    claims.store({"01_chapter": first}, tmp_path, title="Now", machine="b")
    held = json.loads((tmp_path / claims.FILE).read_text())
    assert [each["title"].split()[0] for each in held.values()] == ["Now", "Before"]


def test_what_cannot_be_stored_is_told_and_leaves_the_file_as_it_was(notebook, tmp_path):
    with pytest.raises(ValueError, match="must have run in full mode, got short"):
        claims.store({"01_chapter": _in_mode(notebook, "short")}, tmp_path, title="", machine="")
    assert not list(tmp_path.iterdir())
    claims.store({"01_chapter": notebook}, tmp_path, title="", machine="")
    before = (tmp_path / claims.FILE).read_bytes()
    with pytest.raises(ValueError, match="a name of its own, got 'gain' twice"):
        claims.store({"02_other": notebook}, tmp_path, title="", machine="")
    assert (tmp_path / claims.FILE).read_bytes() == before
    with pytest.raises(ValueError, match="must hold the runs of the chapters"):
        claims.kept_runs(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"01": {"title": ""}}', '{"01": {"title": "", "made": {}, "claims": [{}]}}']
)
def test_a_damaged_file_is_told_in_a_sentence(text, tmp_path):
    file = tmp_path / claims.FILE
    file.write_text(text)
    with pytest.raises(ValueError, match="must hold the claims of stored runs, by chapter: .*\\.$"):
        stored_runs(file)
    assert stored_runs(tmp_path / "missing.json") == {}


def test_the_command_prints_the_table_of_kept_runs_and_stores_only_full_mode(notebook, tmp_path, monkeypatch, capsys):
    (tmp_path / "notebooks").mkdir()
    kept = tmp_path / "_build" / "executed" / "01_chapter-0123.ipynb"
    kept.parent.mkdir(parents=True)
    kept.write_text(nbformat.writes(_in_mode(notebook, "short")))
    monkeypatch.setattr(command, "ROOT", tmp_path)
    assert command.main(["claims"]) == 0
    assert capsys.readouterr().out.startswith("01_chapter (short mode, sample): 2 claims\n")
    assert command.main(["claims", "--store"]) == 1
    assert "must have run in full mode" in capsys.readouterr().err


def _patterns(chapter):
    """What the strings of a chapter's code may come to: a pattern for each."""
    for cell in notebooks.from_source(ROOT / "notebooks" / f"{chapter}.py").cells:
        if cell.cell_type == "code" and "claim(" in cell.source:
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield re.escape(node.value)
                if isinstance(node, ast.JoinedStr):
                    parts = (re.escape(part.value) if isinstance(part, ast.Constant) else ".*" for part in node.values)
                    yield "".join(parts)


def test_what_is_stored_is_still_claimed():
    """A claim whose words have changed since would lose its stored numbers in silence."""
    held = json.loads((ROOT / "notebooks" / claims.FILE).read_text(encoding="utf-8"))
    assert held
    for chapter, run in held.items():
        assert all(enough(claimed["n"], claimed["quantity"]) for claimed in run["claims"])
        patterns = list(_patterns(chapter))
        quantities = [claim["quantity"] for claim in run["claims"]]
        lost = [each for each in quantities if not any(re.fullmatch(pattern, each) for pattern in patterns)]
        assert not lost, f"{chapter}: run it in full mode again and store its claims; no longer claimed: {lost}"
        assert run["made"].keys() == {"date", "machine", "seconds", "versions"}
