"""Notebooks from sources, runs that are reused or not, and a whole small book."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
import yaml
from conftest import ROOT

from lecture import experiments
from publishing import api, book, docstrings, equations, execute, lab, notebooks
from publishing.build import build, refuse_unlisted
from publishing.errors import BookError
from publishing.files import replace_folder, write_whole

SOURCE = """# %% [markdown] anchor="first-steps"
# # A small page
#
# With a formula: $$a^2 + b^2 = c^2$$

# %%
from IPython.display import Image, display
import base64, os
pixel = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
display(Image(pixel), metadata={"image/png": {"alt": "A single pixel."}})
print("mode:", os.environ["LECTURE_MODE"])
"""
SHORT = {"LECTURE_MODE": "short"}


@pytest.fixture
def checkout(tmp_path):
    """A checkout of one notebook, one page and one line of library."""
    for folder in ("notebooks", "book", "lecture"):
        (tmp_path / folder).mkdir()
    (tmp_path / "notebooks" / "01_small.py").write_text(SOURCE)
    (tmp_path / "lecture" / "__init__.py").write_text("")
    (tmp_path / "preamble.py").write_text("")
    (tmp_path / "book" / "index.md").write_text("# A small book\n")
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nchapters:\n  - file: notebooks/01_small\n  - file: gallery\n"
    )
    shutil.copy(ROOT / "_config.yml", tmp_path)
    return tmp_path


def _run(checkout, environment=SHORT):
    source = checkout / "notebooks" / "01_small.py"
    return execute.execute(source, root=checkout, environment=environment, cache=checkout / "cache", progress=False)


def test_a_source_always_gives_the_same_notebook_without_outputs(checkout):
    source = checkout / "notebooks" / "01_small.py"
    first, second = notebooks.from_source(source), notebooks.from_source(source)
    assert notebooks.as_text(first) == notebooks.as_text(second)
    nbformat.validate(first)
    assert [(cell.cell_type, cell.id) for cell in first.cells] == [
        ("markdown", "cell-1"),
        ("code", "colab"),
        ("code", "cell-2"),
    ]
    assert first.cells[0].metadata["anchor"] == "first-steps"
    assert first.cells[-1].outputs == []


def test_notebooks_are_made_once_and_again_after_a_change(checkout):
    folder = checkout / "notebooks"
    assert [file.name for file in notebooks.outdated(folder)] == ["01_small.py"]
    assert [file.name for file in notebooks.make(folder)] == ["01_small.ipynb"]
    assert notebooks.make(folder) == [] and notebooks.outdated(folder) == []
    (folder / "01_small.py").write_text(SOURCE + "\n# %%\n1 + 1\n")
    assert [file.name for file in notebooks.outdated(folder)] == ["01_small.py"]


def test_a_run_is_reused_until_something_it_depends_on_changes(checkout):
    assert not _run(checkout).reused
    assert _run(checkout).reused
    for file, text in (
        ("preamble.py", "x = 1\n"),
        ("lecture/__init__.py", "y = 1\n"),
        ("notebooks/01_small.py", SOURCE + "# more\n"),
    ):
        (checkout / file).write_text(text)
        assert not _run(checkout).reused, file
        assert _run(checkout).reused
    full = _run(checkout, {"LECTURE_MODE": "full"})
    assert not full.reused
    assert "mode: full" in full.notebook.cells[-1].outputs[-1].text


def test_runs_are_kept_of_what_they_were_made_of(checkout):
    output = checkout / "_build"
    assert not execute.kept(checkout, environment=SHORT, output=output)
    execute.execute_all(checkout, environment=SHORT, output=output, say=[].append)
    assert execute.kept(checkout, environment=SHORT, output=output)
    assert not execute.kept(checkout, environment={"LECTURE_MODE": "full"}, output=output) and not execute.kept(
        checkout, environment=SHORT, inputs=["other images"], output=output
    )


WAITS = """# %%
import pathlib, time
here = pathlib.Path("..")
(here / "{me}").touch()
until = time.monotonic() + 30
while not (here / "{other}").exists():
    assert time.monotonic() < until, "alone"
    time.sleep(0.05)
print("{me}")
"""


def test_two_notebooks_run_side_by_side_and_come_back_in_the_order_of_the_book(checkout, monkeypatch):
    monkeypatch.setattr(execute, "available_cores", lambda: 2)
    for number, me, other in ((1, "small", "large"), (2, "large", "small")):  # each waits for the other
        (checkout / "notebooks" / f"0{number}_{me}.py").write_text(WAITS.format(me=me, other=other))
    said = []
    found = execute.execute_all(checkout, environment=SHORT, output=checkout / "_build", say=said.append)
    assert list(found) == ["01_small", "02_large"]
    assert [each.cells[-1].outputs[0].text.strip() for each in found.values()] == ["small", "large"]
    assert sorted(line.partition(":")[0] for line in said) == ["01_small", "02_large"]


CORES = "# %%\nimport os\nprint(sorted(os.sched_getaffinity(0)))\n"


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="only Linux says which cores a process may use")
def test_notebooks_side_by_side_share_no_core_and_one_alone_has_all(checkout):
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        pytest.skip("there is one core")
    for number in (1, 2):
        (checkout / "notebooks" / f"0{number}_{'small' if number == 1 else 'large'}.py").write_text(CORES)

    def run(said):
        found = execute.execute_all(checkout, environment=SHORT, output=checkout / "_build", say=said.append)
        texts = [each.cells[-1].outputs[0].text for each in found.values()]
        return [json.loads(text[: text.index("]") + 1]) for text in texts]

    one, other = run([])
    assert one and other and sorted(one + other) == cores
    (checkout / "notebooks" / "02_large.py").write_text(f"{CORES}# changed\n")
    assert run([]) == [one, cores], "the other run is kept"


def test_a_kernel_has_no_names_before_its_notebook_gives_them(checkout, monkeypatch):
    monkeypatch.setattr(execute, "available_cores", lambda: 2)
    monkeypatch.setattr(execute, "core_shares", lambda n: [sorted(os.sched_getaffinity(0))] * n)
    for number, name in ((1, "small"), (2, "large")):
        source = "# %%\nprint('os' in dir())\n"
        (checkout / "notebooks" / f"0{number}_{name}.py").write_text(source)
    found = execute.execute_all(checkout, environment=SHORT, output=checkout / "_build", say=[].append)
    assert [each.cells[-1].outputs[0].text.strip() for each in found.values()] == ["False", "False"]


def test_a_notebook_runs_where_an_event_loop_runs_already(checkout):
    async def inside():
        return _run(checkout)

    with ThreadPoolExecutor(1) as thread:  # other tests of this process may have left a loop running in ours
        run = thread.submit(lambda: asyncio.run(inside())).result()
    assert "mode: short" in run.notebook.cells[-1].outputs[-1].text


def test_a_notebook_that_fails_ends_the_one_beside_it(checkout, monkeypatch):
    monkeypatch.setattr(execute, "available_cores", lambda: 2)
    (checkout / "notebooks" / "01_small.py").write_text(
        "# %%\nimport os, pathlib, time\npathlib.Path('../pid').write_text(str(os.getpid()))\ntime.sleep(600)\n"
    )
    (checkout / "notebooks" / "02_large.py").write_text(
        "# %%\nimport pathlib, time\nwhile not pathlib.Path('../pid').exists():\n    time.sleep(0.1)\n1 / 0\n"
    )
    with pytest.raises(execute.NotebookError, match="02_large.py: .* raised ZeroDivisionError"):
        execute.execute_all(checkout, environment=SHORT, output=checkout / "_build", say=[].append)
    with pytest.raises(ProcessLookupError):
        os.kill(int((checkout / "pid").read_text()), 0)


def test_the_kernel_finds_the_checkout(checkout):
    (checkout / "preamble.py").write_text("answer = 42\n")
    (checkout / "notebooks" / "01_small.py").write_text("# %%\nfrom preamble import answer\nprint(answer)\n")
    assert _run(checkout).notebook.cells[-1].outputs[0].text.strip() == "42"


def test_a_cell_that_raises_is_named_and_nothing_is_stored(checkout):
    (checkout / "notebooks" / "01_small.py").write_text("# %% [markdown]\n# ## Division\n\n# %%\n1 / 0\n")
    with pytest.raises(
        execute.NotebookError, match=r'01_small.py: code cell 2 \(under "Division"\) raised ZeroDivisionError'
    ):
        _run(checkout)
    assert not list(checkout.glob("cache/*"))


def test_a_wiped_progress_bar_leaves_nothing_in_the_page(checkout):
    (checkout / "notebooks" / "01_small.py").write_text(
        "# %%\nfrom tqdm import tqdm\nfor _ in tqdm(range(3), leave=False): pass\nprint('done')\n"
        "# %%\nimport sys\nprint('a real complaint', file=sys.stderr)\n"
    )
    _, first, second = _run(checkout).notebook.cells
    assert "".join(output.text for output in first.outputs).strip() == "done"
    assert second.outputs[0].text.strip() == "a real complaint"


def test_anchors_become_labels_and_alternative_texts_go_to_the_figures(checkout):
    made = book.for_the_book(_run(checkout).notebook, "01_small.py")
    assert made.cells[0].source.startswith("(first-steps)=\n# A small page")
    assert made.cells[-1].metadata["mystnb"]["image"]["alt"] == "A single pixel."


def test_pictures_take_the_width_that_the_kernel_sends_if_it_is_one():
    def picture(**about):
        return nbformat.v4.new_output(
            "display_data", {"image/png": "AAAA"}, metadata={"image/png": {"alt": "A."} | about}
        )

    def width(*pictures):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("plot()", outputs=list(pictures))])
        return book.for_the_book(notebook, "01_small.py").cells[0].metadata["mystnb"]["image"].get("width")

    assert width(picture(width=300)) == "300px"
    assert width(picture(width=300), picture(width=300)) == "300px"
    assert width(picture(width=300), picture(width=400)) is None and width(picture()) is None


def test_formulas_are_labelled_where_they_stand_alone():
    text = "So $$a$$ here.\n\n$$b$$\n\n$$\nc\n$$\n\n$$d$$ and so on\n\n```\n\n$$e$$\n```\n\n- one\n\n  $$f$$\n"
    labelled, labels = equations.label_formulas(text, "sums", before=1)
    assert labels == ["eq-sums-2", "eq-sums-3", "eq-sums-4"]
    assert (
        "$$b$$ (eq-sums-2)\n" in labelled and "c\n$$ (eq-sums-3)\n" in labelled and "  $$f$$ (eq-sums-4)\n" in labelled
    )
    assert labelled.count("(eq-") == 3


def test_links_are_found_and_those_to_formulas_become_references():
    text = "[a [small] one](#eq-sums), [part](#sums), [out](https://example.org#eq-x), `[code](#eq-x)`"
    assert equations.targets(text) == ["eq-sums", "sums"]
    assert (
        equations.number_references(text)
        == "a [small] one\xa0{eq}`eq-sums`, [part](#sums), [out](https://example.org#eq-x), `[code](#eq-x)`"
    )


def test_a_solution_is_folded_wherever_the_notebook_is_read(checkout):
    source = checkout / "notebooks" / "01_small.py"
    source.write_text('# %% tags=["solution"]\n1 + 1\n\n# %% tags=["exercise"]\n1 + 2\n')
    _, solution, exercise = notebooks.from_source(source).cells
    assert solution.metadata["jupyter"] == {"source_hidden": True} and solution.metadata["cellView"] == "form"
    assert solution.source == "# @title Solution\n1 + 1"
    assert exercise.source == "1 + 2" and "cellView" not in exercise.metadata
    booked = book.for_the_book(nbformat.v4.new_notebook(cells=[solution]), "01_small.py").cells[0]
    assert booked.source == "1 + 1" and "hide-cell" in booked.metadata["tags"]
    assert booked.metadata["mystnb"] == {"code_prompt_show": "Show solution", "code_prompt_hide": "Hide solution"}


def test_the_reference_has_a_page_for_each_room_and_each_name_once():
    pages = api.pages()
    assert set(pages) >= {
        "index",
        "activations",
        "data",
        "device",
        "explore",
        "from_scratch",
        "models",
        "network",
        "optimizers",
        "plots",
        "surfaces",
        "training",
    }
    assert not {"checks", "__main__"} & set(pages)
    assert ":exclude-members: History" in pages["training"], "the record of a training is on the page of the drawings"
    asked = re.findall(r"automodule:: lecture\.experiments\.(\w+)", pages["experiments"])
    assert tuple(asked) == experiments.NAMES, "how to run each experiment stands on the page of the experiments"
    assert (
        "   plot_network" in api.table("lecture.plots")
        and "   COLORS" not in api.table("lecture.plots")
        and api.table("publishing") == []
    )


def test_words_in_docstrings_are_text_and_names_of_ours_have_to_lead_somewhere():
    assert all(
        map(
            docstrings.is_not_ours,
            ["array", "of shape", "n_units", "ValueError", "tuple", "numpy.ndarray", "matplotlib.axes.Axes"],
        )
    )
    assert not any(map(docstrings.is_not_ours, ["Network", "lecture.plots.plot_nothing", "DataSet"]))
    lines = ["The smallest |g| of ``a | b``."]
    docstrings.after_napoleon(None, "function", "f", None, None, lines)
    assert lines == [r"The smallest \|g\| of ``a | b``."]


def test_the_workflows_are_whole_and_call_what_is_there():
    makes = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = subprocess.run(
        [sys.executable, "-m", "lecture", "--help"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    folder = ROOT / ".github" / "workflows"
    assert {file.stem for file in folder.glob("*.yml")} >= {"ci", "pages", "links"}
    for file in folder.glob("*.yml"):
        flow = yaml.safe_load(file.read_text())
        assert flow["permissions"] == {"contents": "read"}, file.name
        for job in flow["jobs"].values():
            for step in job["steps"]:
                assert re.fullmatch(r"actions/[\w-]+@v\d+", step.get("uses", "actions/none@v0")), step
                run = step.get("run", "")
                assert all(name in makes for name in re.findall(r"\bmake (\w+)", run))
                assert all(
                    re.search(rf"^ +{name}\b", commands, re.MULTILINE) for name in re.findall(r"-m lecture (\w+)", run)
                ), run
                for path in re.findall(r"(?<![\w/])\.ci/\w+|\b\w+\.txt\b", run):
                    assert (ROOT / path).exists(), path
    ci = yaml.safe_load((folder / "ci.yml").read_text())
    assert ".ci/run" in [step.get("run") for step in ci["jobs"]["all"]["steps"]] and {"push", "pull_request"} <= set(
        ci[True]
    )  # "on" is a yes in YAML
    assert "schedule" in yaml.safe_load((folder / "links.yml").read_text())[True]


def test_binder_finds_python_what_to_install_and_the_notebooks_modules():
    binder = ROOT / ".binder"
    assert (binder / "runtime.txt").read_text().strip() in ("python-3.11", "python-3.12", "python-3.13")
    constraints, package = [
        line for line in (binder / "requirements.txt").read_text().splitlines() if not line.startswith("#")
    ]
    assert (
        binder / constraints.removeprefix("-c ")
    ).resolve() == ROOT / "constraints.txt" and package == "./[train,live]"
    done = subprocess.run(
        [binder / "start", sys.executable, "-c", "import os; print(os.environ['PYTHONPATH'])"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip().split(":")[0] == str(ROOT)


def test_a_figure_without_alternative_text_is_refused(checkout):
    notebook = _run(checkout).notebook
    for output in notebook.cells[-1].outputs:
        output.pop("metadata", None)
    with pytest.raises(book.BookError, match="01_small.py: a figure has no alternative text"):
        book.for_the_book(notebook, "01_small.py")


def test_a_small_book_is_whole_and_asks_no_other_host(checkout):
    said = []
    page = build(book.assemble, checkout, environment=SHORT, say=said.append)
    assert page == checkout / "_build" / "html" / "index.html" and page.exists()
    chapter = (page.parent / "notebooks" / "01_small.html").read_text()
    assert 'id="first-steps"' in chapter and 'alt="A single pixel."' in chapter
    assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?://[^"]*"', chapter)
    assert (page.parent / "mathjax" / "tex-chtml.js").exists()
    assert said[0].startswith("01_small: ran in")

    (checkout / "notebooks" / "01_small.py").write_text("# %%\n1 / 0\n")
    with pytest.raises(execute.NotebookError):
        build(book.assemble, checkout, environment=SHORT, say=said.append)
    assert page.exists(), "the earlier book stays"

    (checkout / "notebooks" / "01_small.py").write_text("# %% [markdown]\n# # Title\n# [nowhere](#no-such-place)\n")
    with pytest.raises(book.BookError, match="no-such-place"):
        build(book.assemble, checkout, environment=SHORT, say=said.append)
    assert 'id="first-steps"' in (page.parent / "notebooks" / "01_small.html").read_text(), "the earlier book stays"


def test_a_notebook_that_the_contents_lack_is_refused_before_any_runs(checkout):
    (checkout / "notebooks" / "02_new.py").write_text("# %%\n1 / 0\n")
    with pytest.raises(BookError, match=r"^02_new.py is in no part of the book: add `- file: notebooks/02_new` to "):
        build(book.assemble, checkout, environment=SHORT, say=print)
    assert not (checkout / "_build").exists()
    deep = {"parts": [{"chapters": [{"file": "index", "sections": [{"file": "notebooks/02_new"}]}]}]}
    (checkout / "_toc.yml").write_text(yaml.safe_dump(deep))
    with pytest.raises(BookError, match=r"^01_small.py"):
        refuse_unlisted(checkout)


def test_files_and_folders_appear_whole(tmp_path):
    target = tmp_path / "deep" / "file.txt"
    write_whole(target, "first")
    with pytest.raises(UnicodeEncodeError):
        write_whole(target, "\ud800")
    assert target.read_text() == "first" and list(target.parent.iterdir()) == [target]
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    replace_folder(tmp_path / "new", tmp_path / "old")
    assert [file.name for file in (tmp_path / "old").iterdir()] == ["new"] and not (tmp_path / "new").exists()


def test_jupyterlab_listens_on_this_machine_with_a_token_of_its_own(tmp_path):
    command = " ".join(lab.command(tmp_path, port=8899))
    assert "--ServerApp.ip=127.0.0.1" in command and "--ServerApp.port=8899" in command
    assert "token" not in command.lower() and "password" not in command.lower()


def test_a_port_in_use_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(lab.PortTaken, match=f"port {port} is in use"):
            lab.open_lab(tmp_path, tmp_path, port=port, browser=False)


def test_the_command_line_answers_with_a_sentence_and_a_status():
    done = subprocess.run([sys.executable, "-m", "lecture", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    for command in ("check", "data", "book", "live", "notebooks"):
        assert command in done.stdout
    wrong = subprocess.run(
        [sys.executable, "-m", "lecture", "data", "--source", "nowhere"], cwd=ROOT, capture_output=True, text=True
    )
    assert (
        wrong.returncode == 1
        and wrong.stderr.count("\n") == 1
        and "nowhere" in wrong.stderr
        and "sample" in wrong.stderr
    )
