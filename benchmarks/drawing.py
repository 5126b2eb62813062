"""Drawing a net and making its PNG: ours beside the seed's, on figures of the same size, in turns."""

import io
from statistics import median
from time import perf_counter

import matplotlib.pyplot as plt
from matplotlib.collections import LineCollection

from benchmarks.seed import seed_functions
from lecture.network import layout
from lecture.plots import plot_network

# sizes, as they are called, edges to be drawn, how many times faster to be, rounds
CASES = (
    ([5, *[12] * 6, 5], "[5, 12×6, 5]", 840, 7, 11),
    ([64, 64, 64, 10], "[64, 64, 64, 10]", 8832, 15, 3),
)
SIZE = (5, 2.5)  # inches, as the seed's function is made for


def run():
    """Return a row for each net: medians of a few rounds, after a first drawing of ours that is not counted."""
    seed = seed_functions()
    return [_row(*case, seed and seed.draw_neural_net()) for case in CASES]


def _row(sizes, name, n_edges, reach, rounds, draw_neural_net):
    """What one net takes; ``draw_neural_net`` is the seed's function, or None."""

    def ours(ax):
        plot_network(layout(sizes), ax=ax, max_units=None, counts=True)
        (lines,) = (collection for collection in ax.collections if isinstance(collection, LineCollection))
        if len(lines.get_paths()) != n_edges:
            raise RuntimeError(f"{name} must be drawn with {n_edges} edges, got {len(lines.get_paths())}.")

    def theirs(ax):
        draw_neural_net(ax, sizes, weight_count=True, figsize=(6, 4))

    _seconds(ours)  # fonts are looked up once
    pairs = [(_seconds(ours), _seconds(theirs) if draw_neural_net else None) for _ in range(rounds)]
    our = median(pair[0] for pair in pairs)
    their = median(pair[1] for pair in pairs) if draw_neural_net else None
    return {
        "what": f"draw {name} and make the PNG, all {n_edges} edges",
        "ours": f"{our:.3f} s",
        "other": f"{their:.2f} s (the seed's)" if their else "not at hand (../shared/bench)",
        "ratio": f"{their / our:.1f}" if their else "–",
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
