"""Run the tests that compare numbers as other processors compute them. What `make test-portable` runs; takes hours.

NumPy, OpenBLAS, oneDNN and XLA read from the environment which instructions they may use. Each of them in turn does
without what this processor has beyond AVX2, then all at once, with one thread and with four. Where a variable has no
effect, as most of them on ARM, the tests run as they would without it.
"""

import argparse
import itertools
import os
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent

# Tests of pages, notebooks, files and imports, which compare no number that was computed.
OTHERS = (
    "book",
    "browser",
    "colab",
    "data_network",
    "explore_browser",
    "fronts",
    "gallery",
    "imports",
    "notebook_sources",
    "notebooks",
    "package",
    "portable",
    "publishing",
    "slides",
    "slides_browser",
    "twins",
)

THREADS = (1, 4)
COUNTS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
WORKERS = ("-n", "3", "--dist", "loadgroup", "--no-loadscope-reorder")  # as in `make test`


def settings(found):
    """Return the environment of each setting by its name.

    Parameters
    ----------
    found : sequence of str
        What this processor has and NumPy has code of its own for, as `features` returns it.
    """
    wide = [name for name in found if name.startswith(("AVX512", "X86_V4"))]
    each = {
        "numpy-avx2": {"NPY_DISABLE_CPU_FEATURES": " ".join(wide)},
        "openblas-haswell": {"OPENBLAS_CORETYPE": "Haswell"},
        "onednn-avx2": {"ONEDNN_MAX_CPU_ISA": "AVX2"},
        "xla-avx2": {"XLA_FLAGS": "--xla_cpu_max_isa=AVX2"},
    }
    plain = {"NPY_DISABLE_CPU_FEATURES": " ".join(found)}
    no_onednn = {"TF_ENABLE_ONEDNN_OPTS": "0"}
    together = {name: value for own in each.values() for name, value in own.items()}
    return {"native": {}, **each, "numpy-baseline": plain, "onednn-off": no_onednn, "avx2": together}


def features():
    """Return the features that NumPy uses here beyond those it is built on, the only ones that it lets one disable."""
    ask = "import numpy; print(*numpy.show_config(mode='dicts')['SIMD Extensions'].get('found', []))"
    done = subprocess.run([sys.executable, "-c", ask], env=environment({}), capture_output=True, text=True, check=True)
    return done.stdout.split()


def environment(own, threads=None):
    """Return the variables of a run: those of this process, but of what is set here only its own."""
    ours = {name for setting in settings(()).values() for name in setting} | set(COUNTS)
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | own | (dict.fromkeys(COUNTS, str(threads)) if threads else {})


def files():
    """Return the files of tests in which numbers are compared."""
    others = {f"test_{name}" for name in OTHERS}
    return [str(file.relative_to(ROOT)) for file in sorted(ROOT.glob("tests/test_*.py")) if file.stem not in others]


def run(name, own, threads, arguments, folder):
    """Run pytest in an environment; return a line that says how it went, and the names of the tests that failed."""
    folder.mkdir(parents=True, exist_ok=True)
    report, log = folder / f"{name}-{threads}.xml", folder / f"{name}-{threads}.txt"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *arguments]
    start = time.perf_counter()
    with log.open("w") as output:
        there = dict(cwd=ROOT, env=environment(own, threads), stdout=output, stderr=output)
        status = subprocess.run(command, **there).returncode
    passed, failed = read(report) if report.exists() else (0, [])
    if status and not failed:
        failed = [f"pytest ended with status {status}, see {log}"]
    seconds = time.perf_counter() - start
    return f"{name:<16}  threads {threads}  {passed:5} passed  {len(failed):3} failed  {seconds:6.0f} s", failed


def read(report):
    """Return how many tests passed by pytest's report, and the names of those that did not."""
    cases = list(ElementTree.parse(report).iter("testcase"))
    ended = {kind: [case for case in cases if case.find(kind) is not None] for kind in ("failure", "error", "skipped")}
    bad = ended["failure"] + [case for case in ended["error"] if case not in ended["failure"]]
    names = [f"{case.get('classname')}::{case.get('name')}" for case in bad]
    return len(cases) - len(bad) - len(ended["skipped"]), names


def main():
    table = settings(features())
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--setting", choices=table, action="append", help="only this one; may be given several times")
    parser.add_argument("--threads", type=int, action="append", help="how many, by default 1 and then 4; likewise")
    parser.add_argument("--folder", type=Path, default=ROOT / "_build" / "portable", help="where pytest's output goes")
    parser.add_argument("pytest", nargs="*", help="files of tests, and after -- other arguments of pytest's")
    options = parser.parse_args()
    arguments = [*WORKERS, *(options.pytest or files())]
    rows = []
    for name, threads in itertools.product(options.setting or table, options.threads or THREADS):
        rows.append(run(name, table[name], threads, arguments, options.folder.resolve()))
        print(rows[-1][0], flush=True)
    print("\nAll of them:")
    for line, failed in rows:
        print("\n    ".join([line, *failed]))
    sys.exit(any(failed for _, failed in rows))


if __name__ == "__main__":
    main()
