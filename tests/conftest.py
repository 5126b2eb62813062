"""What all tests share: no test touches the user's cache, or anything of `shared/` that is not at hand."""

import os
from pathlib import Path

import matplotlib
import pytest

matplotlib.use("Agg")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """Keep downloads of the tests out of the user's cache, and the user's choices out of the tests."""
    kept = {name: os.environ.pop(name, None) for name in ("LECTURE_DATA", "LECTURE_MODE", "LECTURE_LIVE", "LECTURE_STYLE", "LECTURE_DEVICE")}
    kept["LECTURE_CACHE"] = os.environ.get("LECTURE_CACHE")
    os.environ["LECTURE_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    for name, value in kept.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


@pytest.fixture(autouse=True)
def _close_figures():
    """Leave no figure of one test for the next."""
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.fixture
def shared():
    """The folder with the seeds and data beside the checkout; a test that needs it skips where it is not."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared beside the checkout, which is not here")
    return SHARED
