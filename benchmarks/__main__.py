"""``make bench``: every measurement, ours beside the original lecture's or a peer's in the same run, as one table.

``python -m benchmarks NAME …`` runs some of them only.
"""

import importlib
import pkgutil
import sys
import warnings

import benchmarks


def main(wanted):
    """Run the benchmarks named, or all, and print their table."""
    from tqdm import tqdm

    modules = {module.name for module in pkgutil.iter_modules(benchmarks.__path__)}
    names = sorted(modules - {"__main__", "original", "jax"})
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        sys.exit(f"benchmarks must be among {', '.join(names)}, got {', '.join(unknown)}.")
    rows = []
    for name in tqdm(wanted or names, desc="benchmarks", unit="file"):
        rows += importlib.import_module(f"benchmarks.{name}").run()
    print(table(rows))


def table(rows):
    """Return rows (what, ours, other, ratio, reach) as a Markdown table."""
    keys = ("what", "ours", "other", "ratio", "reach")
    lines = ["| what | ours | beside it | ratio | to reach |", "| --- | --- | --- | --- | --- |"]
    return "\n".join(lines + ["| " + " | ".join(str(row[key]) for key in keys) + " |" for row in rows])


if __name__ == "__main__":
    warnings.simplefilter("default")
    main(sys.argv[1:])
