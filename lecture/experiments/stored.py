"""Numbers of runs that take too long for the page: kept in a file, and shown beside those of the run on the page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lecture.experiments.judgement import Hypothesis, Verdict


@dataclass(frozen=True)
class StoredRun:
    """What a run measured of its claims.

    Attributes
    ----------
    title : str
        What was run and when: "With all images (full mode, 2026-11-29)".
    claims : mapping of str to mapping
        For each quantity what `Claim.record` returned.
    """

    title: str
    claims: Mapping[str, Mapping[str, Any]]

    def verdict(self, hypothesis: Hypothesis) -> Verdict | None:
        """Return what the run says about a hypothesis; None if it measured nothing of it, or claimed something else."""
        found = self.claims.get(hypothesis.quantity, {})
        if (found.get("smallest"), found.get("absent")) != (hypothesis.smallest, hypothesis.absent):
            return None
        return Verdict(hypothesis, found["mean"], found["low"], found["high"], found["n"])


NONE: Mapping[str, StoredRun] = MappingProxyType({})


def stored_runs(file: str | Path) -> dict[str, StoredRun]:
    """Return the runs in a file, by the quantities that each measured; none if there is no such file.

    ``python -m lecture claims --store`` writes the file: for each chapter ``title``, ``made`` (date, machine and
    versions) and ``claims``.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    try:
        chapters = json.loads(Path(file).read_text(encoding="utf-8"))
        runs = [_run(**chapter) for chapter in chapters.values()]
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{file} must hold the claims of stored runs, by chapter: {error!r}.") from None
    return {quantity: run for run in runs for quantity in run.claims}


def _run(title, claims, made):
    """A chapter's run, whose claims come one after the other."""
    return StoredRun(title, {claim["quantity"]: claim for claim in claims})
