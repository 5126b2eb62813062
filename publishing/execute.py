"""Run notebooks from an empty kernel, and reuse a run when nothing that it depends on has changed."""

import asyncio
import hashlib
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib import metadata

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from tqdm import tqdm

from lecture.device import available_cores
from lecture.files import refuse_unwritable
from publishing.files import write_whole
from publishing.notebooks import as_text, from_source, sources

CELL_LIMIT = 3 * 3600  # seconds; a cell in full mode trains for minutes, none for hours
AT_A_TIME = 2  # notebooks that run side by side, each on cores of its own: sharing them takes a quarter more time


class NotebookError(RuntimeError):
    """A notebook did not run: which one, in which cell, and why."""


@dataclass(frozen=True)
class Run:
    """A notebook with its outputs, and where they come from."""

    notebook: nbformat.NotebookNode
    seconds: float
    reused: bool


def execute_all(root, *, environment, inputs=(), output, say=print):
    """Run all notebooks of a checkout, or take the runs that are kept in ``output / "executed"``.

    Where there are cores for it, two run side by side, each on cores of its own. The last ones begin first, since they
    take longest.

    Parameters
    ----------
    root : pathlib.Path
        The checkout.
    environment : dict of str to str
        ``LECTURE_…`` variables for the kernels.
    inputs : sequence of str
        What else the outputs depend on, such as a digest of the images: a change makes the notebooks run again.
    output : pathlib.Path
        Folder for everything that is made.
    say : callable
        Called with each line about what is done and how long it took.

    Returns
    -------
    dict of str to notebook
        Each by the name of its source, without its suffix, in the order of the book.

    Raises
    ------
    NotebookError
        If a cell raises, or a kernel dies.
    ValueError
        If nothing can be written in ``output``; no notebook is run then.
    """
    refuse_unwritable(output)
    return _finished(_all(root, environment, inputs, output / "executed", say))


async def _all(root, environment, inputs, cache, say):
    """What `execute_all` returns."""
    found = sources(root / "notebooks")
    n_to_run = max(1, len(_to_run(root, environment, inputs, cache)))
    free = asyncio.Queue()
    for share in core_shares(min(AT_A_TIME, available_cores(), n_to_run)):
        free.put_nowait(share)

    async def run(source):
        cores = await free.get()
        try:
            done = await _executed(source, root, environment, inputs, cache, cores=cores)
        finally:
            free.put_nowait(cores)
        how = f"reused, nothing changed (ran {done.seconds:.0f} s)" if done.reused else f"ran in {done.seconds:.0f} s"
        say(f"{source.stem}: {how}")
        return source.stem, done.notebook

    tasks = [asyncio.ensure_future(run(source)) for source in reversed(found)]
    try:
        return dict(reversed(await asyncio.gather(*tasks)))
    finally:  # one has failed: the others end with it
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def core_shares(n):
    """Part the cores that this process may use into n shares; None stands for all of them."""
    if n == 1 or not hasattr(os, "sched_getaffinity"):  # macOS and Windows have no such thing
        return [None] * n
    cores = sorted(os.sched_getaffinity(0))
    return [cores[at::n] for at in range(n)]


def kept(root, *, environment, inputs=(), output):
    """Return whether ``output / "executed"`` has a run of every notebook, so that `execute_all` would run none."""
    return not _to_run(root, environment, inputs, output / "executed")


def _to_run(root, environment, inputs, cache):
    """The sources of which the cache has no run."""
    every = sources(root / "notebooks")
    return [source for source in every if not _stored(source, root, environment, inputs, cache).exists()]


def execute(source, *, root, environment, inputs=(), cache=None, progress=True):
    """Run the notebook of one source, or take the run that the cache has of the very same thing.

    Parameters
    ----------
    source : pathlib.Path
        The py:percent file.
    root : pathlib.Path
        The checkout: its ``lecture/`` and ``preamble.py`` are what the kernel imports.
    environment : dict of str to str
        ``LECTURE_…`` variables for the kernel; they are part of what a run depends on.
    inputs : sequence of str
        What else a run depends on, such as a digest of the images.
    cache : pathlib.Path, optional
        Folder of earlier runs; ``None`` runs always.
    progress : bool
        Whether to show a bar, cell by cell.

    Raises
    ------
    NotebookError
        If a cell raises, or the kernel dies.
    """
    return _finished(_executed(source, root, environment, inputs, cache, progress=progress))


def _finished(job):
    """What a coroutine returns, in a thread of its own where an event loop runs already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(job)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, job).result()


async def _executed(source, root, environment, inputs, cache, *, progress=True, cores=None):
    """What `execute` returns."""
    notebook = from_source(source)
    stored = _stored(source, root, environment, inputs, cache) if cache else None
    if stored and stored.exists():
        notebook = nbformat.read(stored, as_version=4)
        return Run(notebook, notebook.metadata["lecture"]["seconds"], reused=True)
    start = time.perf_counter()
    await _run(notebook, source, root, environment, progress=progress, cores=cores)
    seconds = time.perf_counter() - start
    _drop_progress(notebook)
    made = {"seconds": round(seconds, 1), "date": f"{date.today()}", "versions": versions()}
    notebook.metadata["lecture"] = made | environment
    if stored:
        for old in stored.parent.glob(f"{source.stem}-*.ipynb"):
            old.unlink()
        write_whole(stored, as_text(notebook))
    return Run(notebook, seconds, reused=False)


def _stored(source, root, environment, inputs, cache):
    return cache / f"{source.stem}-{fingerprint(source, root, environment, inputs)}.ipynb"


def fingerprint(source, root, environment, inputs=()):
    """Return a short digest of all that a run depends on: notebook, package, environment and versions of libraries."""
    digest = hashlib.sha256(json.dumps([environment, list(inputs)], sort_keys=True).encode())
    digest.update(as_text(from_source(source)).encode())
    beside = [root / "preamble.py", root / "notebooks" / "full_mode.json"]
    for file in [*beside, *sorted((root / "lecture").rglob("*"))]:
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(f"{file.relative_to(root)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    for name, version in versions().items():
        digest.update(f"{name} {version}\n".encode())
    return digest.hexdigest()[:16]


def versions():
    """Return the versions of the libraries that a run depends on, by their names."""
    names = ("ipykernel", "keras", "keras-tuner", "matplotlib", "numpy", "scikit-learn", "tensorflow")
    return {name: metadata.version(name) for name in names}


async def _run(notebook, source, root, environment, *, progress, cores):
    """Execute in place, with the checkout on the kernel's path; say which cell failed and why."""
    options = ["--log-level=ERROR"]
    if cores:  # before any library counts them
        options.append(f'--IPKernelApp.exec_lines=__import__("os").sched_setaffinity(0, {cores})')
    client = NotebookClient(
        notebook,
        timeout=CELL_LIMIT,
        coalesce_streams=True,
        extra_arguments=options,
        resources={"metadata": {"path": str(source.parent)}},
    )
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    with tqdm(total=cells, desc=f"{source.stem}, cells", disable=not progress, file=sys.stderr) as bar:
        client.on_cell_executed = lambda **_: bar.update()
        try:
            await client.async_execute(env=os.environ | environment | {"PYTHONPATH": path})
        except CellExecutionError as error:
            raise NotebookError(
                f"{source.name}: {_failed_cell(notebook)} raised {error.ename}: {error.evalue}"
            ) from error
        except (CellTimeoutError, DeadKernelError) as error:
            raise NotebookError(f"{source.name}: {_failed_cell(notebook)} did not end: {error}") from error


def _drop_progress(notebook):
    """Leave out of the page what a progress bar wrote and wiped: in a terminal nothing of it would be seen either."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.output_type != "stream" or output.text.strip()]


def _failed_cell(notebook):
    """Name the last cell that was started, by the heading above it."""
    heading, number, last = "its start", 0, "its first cell"
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            heading = cell.source.splitlines()[0].lstrip("# ")
        if cell.cell_type == "code":
            number += 1
            if cell.get("execution_count") or cell.outputs:
                last = f'code cell {number} (under "{heading}")'
    return last
