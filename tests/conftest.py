"""What all tests share: no test touches the user's cache, or anything of `shared/` that is not at hand."""

import os
import shutil
import signal
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import matplotlib
import pytest

matplotlib.use("Agg")
hypothesis.settings.register_profile("untimed", deadline=None)  # speed is measured elsewhere
hypothesis.settings.load_profile("untimed")
# A shell's background jobs start without it, and some tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
BUILT, DECKS = ROOT / "_build" / "tests", ROOT / "_build" / "test_decks"
SHORT = {"LECTURE_DATA": "sample", "LECTURE_MODE": "short", "LECTURE_LIVE": "0"}
THEME_ERRORS = ("THEBE_JS_URL", "Got invalid theme mode")  # the two that the book's theme throws by itself
SLOW = {"built_book": "book", "built_decks": "decks"}  # fixtures that take minutes, and their group
FIRST = ("book", "decks", "test_tuning_workers")  # what takes longest, so that no worker is left with it in the end


@pytest.hookimpl(tryfirst=True)  # before the workers read the groups
def pytest_collection_modifyitems(items):
    """Give one worker all tests of the built book, since building it takes minutes, and one all those of the built
    decks; spread the others by file.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: FIRST.index(_group(item)) if _group(item) in FIRST else len(FIRST))


def _group(item):
    return next((group for fixture, group in SLOW.items() if fixture in item.fixturenames), item.path.stem)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """Keep downloads of the tests out of the user's cache, and the user's choices out of the tests."""
    kept = {
        name: os.environ.pop(name, None)
        for name in ("LECTURE_DATA", "LECTURE_MODE", "LECTURE_LIVE", "LECTURE_STYLE", "LECTURE_DEVICE")
    }
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


def _runs(output):
    """What notebooks are run with, in short mode: the system's images if `make lecture` has left such runs and nothing
    has changed since, which are copied to ``output`` then; else the sample.
    """
    from lecture import data, device
    from publishing import execute

    with device.quietly():
        of_system = dict(
            environment=SHORT | {"LECTURE_DATA": "system"},
            inputs=(data.fingerprint(source="system"), device.choose().describe()),
        )
    if not execute.kept(ROOT, **of_system, output=ROOT / "_build"):
        return dict(environment=SHORT)
    shutil.rmtree(output / "executed", ignore_errors=True)
    shutil.copytree(ROOT / "_build" / "executed", output / "executed")
    return of_system


@pytest.fixture(scope="session")
def built_book():
    """The whole book: the folder that holds `html` and the runs."""
    from publishing import book
    from publishing.build import build

    build(book.assemble, ROOT, **_runs(BUILT), output=BUILT)
    return BUILT


@pytest.fixture(scope="session")
def built_decks():
    """The slides of the same runs: the folder that holds the decks."""
    from publishing import slides
    from publishing.build import build

    return build(slides.assemble, ROOT, **_runs(DECKS), output=DECKS)


@pytest.fixture(scope="session")
def browser():
    """A real Chromium, without the services that would ask Google for things."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        options = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        yield (chromium := driver.chromium.launch(executable_path=CHROMIUM, args=options))
        chromium.close()


def show_all(context):
    """Let the pages of the book that a context opens fold nothing, as for a reader who does not want to be asked."""
    context.add_init_script("try { localStorage.setItem('lecture:show-all', 'yes'); } catch { /* no page yet */ }")
    return context


def watch(page):
    """Collect what a page asks other places for, and its errors, without the two of the book's theme."""
    asked, complaints = [], []

    def complain(text):
        if not any(known in text for known in THEME_ERRORS):
            complaints.append(text)

    page.on("request", lambda request: request.url.startswith(("file:", "data:", "blob:")) or asked.append(request.url))

    def failed(request):
        if request.failure != "net::ERR_ABORTED":  # a page that leads on to another stops what it was loading
            complain(f"failed: {request.url}")

    page.on("requestfailed", failed)
    page.on("pageerror", lambda error: complain(str(error)))
    page.on("console", lambda message: message.type in ("error", "warning") and complain(message.text))
    return asked, complaints


@contextmanager
def offline_page(context):
    """A page of a context that is offline: it must ask nobody for anything, and complain of nothing."""
    page = context.new_page()
    page.set_default_navigation_timeout(120_000)  # the machine may be busy
    asked, complaints = watch(page)
    try:
        yield page
    finally:
        context.close()
    assert asked == []
    assert complaints == []
