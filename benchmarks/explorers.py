"""A step of a slider, live and in a page, and what an explorer weighs in a page.

Live it is what the kernel does for one move: draw, make the PNG, hand it to the widget. In a page it is measured inside
the browser, from the event of a move until the new picture is unpacked and in the page.
"""

import io
import shutil
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import matplotlib.pyplot as plt

from benchmarks import original
from lecture.explore import Paths, explore
from lecture.network import layout
from lecture.optimizers import compare
from lecture.plots import plot_network, plot_surface

ROUNDS = 12
STEP = """async ([number, id, rounds]) => {
    const host = document.querySelectorAll(".lecture-explorer")[number];
    const input = host.shadowRoot.getElementById(id), times = [];
    const change = () => new Promise((resolve) => {
        const done = (_, observer) => (observer.disconnect(), resolve());
        new MutationObserver(done).observe(host, { attributeFilter: ["data-choice"] });
    });
    for (let round = 0; round <= rounds; round++) {
        const done = change();
        const start = performance.now();
        input.value = Number(input.max) - (round % 2 ? 0 : 1); // both begin at the end: each round is a move
        input.dispatchEvent(new Event("input"));
        await done;
        host.getBoundingClientRect(); // the new layout is part of it
        times.push(performance.now() - start);
    }
    return times.slice(1);
}"""


def run():
    """Return the rows; those measured in a browser are left out where there is none."""
    pages = [
        explore(draw_net, live=False, n_units=(1, 12), n_layers=6),
        explore(_pairs(), live=False, iterations=(1, 100), first="sgd", second="adam"),
    ]
    return [_live(), *_in_a_page(pages), *_weights()]


def draw_net(n_layers=6, n_units=12):
    return plot_network(layout([5, *[n_units] * n_layers, 5]), counts=True)


def _pairs():
    """A draw function for paths of two optimizers."""
    background, paths = plot_surface(), compare(steps=100).paths

    def draw_pairs(iterations=100, first="sgd", second="adam"):
        return Paths(background, {name: paths[name][: iterations + 1] for name in (first, second)})

    return draw_pairs


def _live():
    """One move of the slider over units of the net with six layers, there and back."""
    slider = explore(draw_net, live=True, n_units=(1, 12), n_layers=6).children[0].children[0]
    ours, theirs = [], []
    for turn in range(ROUNDS + 1):
        n_units = 12 - turn % 2
        ours.append(_seconds(lambda index=n_units - 1: setattr(slider, "index", index)))
        theirs.append(_seconds(lambda n_units=n_units: _as_the_original(n_units)))
    our, their = median(ours[1:]), median(theirs[1:])
    return _row(
        "slider step, live, [5, 12×6, 5]",
        f"{our:.3f} s",
        f"{their:.2f} s (the original lecture's, a new figure and PNG)",
        their / our,
        "0.12 s",
    )


def _as_the_original(n_units):
    figure, ax = plt.subplots(figsize=(5, 2.5))
    original.draw_network(ax, [5, *[n_units] * 6, 5])
    figure.savefig(io.BytesIO(), format="png")
    plt.close(figure)


def _in_a_page(pages):
    """Moves of the sliders in a page opened from a file."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        return [
            _row("slider step, built page", "not measured: no Chromium here", None, None, "frames 0.12 s, paths 16 ms")
        ]
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        file = Path(folder) / "page.html"
        file.write_text("<!doctype html><meta charset=utf-8>" + "".join(page.html for page in pages), encoding="utf-8")
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(file.as_uri())
        page.locator(".sheet img").nth(len(pages) - 1).wait_for()
        frames, paths = (
            median(page.evaluate(STEP, [number, name, ROUNDS])) for number, name in enumerate(("n_units", "iterations"))
        )
        browser.close()
    return [
        _row("slider step, built page, frames, [5, 12×6, 5]", f"{frames / 1000:.3f} s", None, None, "0.12 s"),
        _row("slider step, built page, paths, two optimizers", f"{paths:.1f} ms", None, None, "16 ms"),
    ]


def _weights():
    """Explorers with all their choices, as they stand in a page."""
    names = list(compare(steps=1).paths)
    nets = explore(draw_net, live=False, n_layers=(0, 6), n_units=(1, 12))
    pairs = explore(_pairs(), live=False, iterations=(1, 100), first=names, second=names)
    return [
        _row("page weight, 84 nets", f"{len(nets.html) / 1e6:.2f} MB", None, None, "2 MB"),
        _row(
            f"page weight, pairs of {len(names)} optimizers, 100 iterations: {pairs.n_choices} choices",
            f"{len(pairs.html) / 1e6:.2f} MB",
            None,
            None,
            "2 MB",
        ),
    ]


def _row(what, ours, other, ratio, reach):
    return {
        "what": what,
        "ours": ours,
        "other": other or "–",
        "ratio": f"{ratio:.1f}" if ratio else "–",
        "reach": reach,
    }


def _seconds(call):
    start = perf_counter()
    call()
    return perf_counter() - start
