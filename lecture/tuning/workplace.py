"""The folder of a search: a temporary one, or a directory that is empty or holds the same search."""

import json
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from lecture.tuning.inputs import check_data, check_space
from lecture.tuning.plan import Plan
from lecture.tuning.space import FunctionSpace, Space
from lecture.tuning.strategies import n_planned
from lecture.tuning.trials import SearchError, write_json

FILE = "search.json"  # says which search a directory holds


@contextmanager
def workplace(
    plan: Plan, space: Space | FunctionSpace, data, *, directory: str | Path | None, resume: bool
) -> Generator[Path]:
    """Give a search its folder: ``directory``, which is kept, or a temporary one, which is removed at the end.

    Raises
    ------
    ValueError, SearchError
        As for `search`.
    """
    check_data(data)
    if directory is not None:
        yield _prepared(Path(directory), plan, space, data, resume)
        return
    if resume:
        raise SearchError("resume=True goes on with the search in a directory: name it.")
    check_space(space, data)
    folder = Path(tempfile.mkdtemp(prefix="lecture-search-"))
    try:
        write_json(folder / FILE, plan.fingerprint(space, data))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepared(folder, plan, space, data, resume):
    """The folder of a search that is kept, once it holds this search."""
    is_held = _holds_anything(folder)
    if not is_held:  # the space of a search that is resumed was checked when it began
        check_space(space, data)
    ours = plan.fingerprint(space, data)
    if is_held:
        _check_held(folder, ours, resume)
    elif resume:
        raise SearchError(f"{folder} holds no search to resume.")
    if not is_held or read_fingerprint(folder) != ours:
        try:
            write_json(folder / FILE, ours)
        except OSError as error:
            raise SearchError(f"nothing can be written in {folder}: {error.strerror}.") from error
    return folder


def _holds_anything(folder):
    try:
        return folder.exists() and any(folder.iterdir())
    except OSError as error:
        raise SearchError(f"nothing can be written in {folder}: {error.strerror}.") from error


def _check_held(folder, ours, resume):
    """Refuse a directory that holds another search, or this one if it is not to be resumed."""
    theirs = read_fingerprint(folder)
    found = differences(theirs, ours)
    if "max_trials" in found and _is_longer(ours, theirs):
        found.remove("max_trials")
    if found:
        raise SearchError(f"{folder} holds another search (it differs in {', '.join(found)}): name another directory.")
    if not resume:
        raise SearchError(f"{folder} holds this search already: resume=True resumes it; or name another directory.")


def read_fingerprint(folder: str | Path) -> dict:
    """Return the fingerprint of the search that a directory holds, as `Plan.fingerprint` gave it.

    Raises
    ------
    SearchError
        If the directory holds no search.
    """
    try:
        return dict(json.loads((Path(folder) / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise SearchError(f"{folder} holds something other than a search: name another directory.") from error


def differences(theirs: dict, ours: dict) -> list[str]:
    """Return the names in which two fingerprints differ."""
    return [name for name in ours if name not in theirs or theirs[name] != ours[name]]


def _is_longer(ours, theirs):
    """Whether a search may now have at least as many trials as before."""
    now, before = (n_planned(ours["strategy"], side.get("max_trials"), ours["epochs"]) for side in (ours, theirs))
    return now is None or (before is not None and now >= before)
