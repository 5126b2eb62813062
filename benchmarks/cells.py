"""Where the time of `make lecture` goes: its notebooks, and the slowest cells of each, as they ran last.

Two notebooks run side by side, so their times add up to more than the build took.
"""

import json
from datetime import datetime
from pathlib import Path

RUNS = Path("_build/executed")  # kept by `make lecture`
N_SLOWEST = 5


def run(folder=RUNS):
    """Return a row for each notebook and for its slowest cells; none if `make lecture` has not run."""
    return [row for path in sorted(Path(folder).glob("*.ipynb")) for row in _rows(path)]


def _rows(path):
    cells = sorted(seconds_of(json.loads(path.read_text(encoding="utf-8"))), reverse=True)
    chapter = path.stem.rpartition("-")[0]
    whole = sum(seconds for seconds, _ in cells)
    rows = [_row(f"{chapter}: all its cells", whole, whole)]
    return rows + [_row(f"{chapter}: `{first}`", seconds, whole) for seconds, first in cells[:N_SLOWEST]]


def seconds_of(notebook):
    """Return (seconds, first line) of each cell that was run."""
    found = []
    for cell in notebook["cells"]:
        times = cell.get("metadata", {}).get("execution", {})
        if {"iopub.execute_input", "shell.execute_reply"} <= set(times):
            start, end = (datetime.fromisoformat(times[at]) for at in ("iopub.execute_input", "shell.execute_reply"))
            lines = "".join(cell["source"]).splitlines()
            found.append(((end - start).total_seconds(), lines[0].replace("|", "¦")))
    return found


def _row(what, seconds, whole):
    return {"what": what, "ours": f"{seconds:.1f} s", "other": "–", "ratio": f"{seconds / whole:.0%}", "reach": "–"}
