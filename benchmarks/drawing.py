"""Drawing a net and making its PNG: ours beside the original lecture's, on figures of the same size, in turns."""

import io
from statistics import median
from time import perf_counter

import matplotlib.pyplot as plt
from matplotlib.collections import LineCollection

from benchmarks import original
from lecture.network import layout
from lecture.plots import plot_network

# What is drawn, what it is called, its edges, how many times faster ours should be, and rounds of timing.
CASES = (
    {"sizes": [5, *[12] * 6, 5], "name": "[5, 12×6, 5]", "n_edges": 840, "reach": 7, "rounds": 11},
    {"sizes": [64, 64, 64, 10], "name": "[64, 64, 64, 10]", "n_edges": 8832, "reach": 15, "rounds": 3},
)
SIZE = (5, 2.5)  # inches, as the original lecture's function is made for


def run():
    """Return a row for each net: medians of a few rounds, after a first drawing of ours that is not counted."""
    return [_row(**case) for case in CASES]


def _row(*, sizes, name, n_edges, reach, rounds):
    """What one network takes."""

    def ours(ax):
        plot_network(layout(sizes), ax=ax, max_units=None, counts=True)
        (lines,) = (collection for collection in ax.collections if isinstance(collection, LineCollection))
        if len(lines.get_paths()) != n_edges:
            raise RuntimeError(f"{name} must be drawn with {n_edges} edges, got {len(lines.get_paths())}.")

    def theirs(ax):
        original.draw_network(ax, sizes)

    _seconds(ours)  # fonts are looked up once
    pairs = [(_seconds(ours), _seconds(theirs)) for _ in range(rounds)]
    our, their = map(median, zip(*pairs))
    return {
        "what": f"draw {name} and make the PNG, all {n_edges} edges",
        "ours": f"{our:.3f} s",
        "other": f"{their:.2f} s (the original lecture's)",
        "ratio": f"{their / our:.1f}",
        "reach": f"{reach} times faster",
    }


def _seconds(draw):
    """How long a new figure, its drawing and its PNG take together."""
    start = perf_counter()
    figure, ax = plt.subplots(figsize=SIZE)
    draw(ax)
    figure.savefig(io.BytesIO(), format="png")
    seconds = perf_counter() - start
    plt.close(figure)
    return seconds
