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
    """Return a row for each net: medians of a few rounds, after a first drawing of each that is not counted."""
    seed = seed_functions()
    draw_neural_net = seed and seed.draw_neural_net()
    rows = []
    for sizes, name, n_edges, reach, rounds in CASES:
        drawn = []

        def ours(ax):
            plot_network(layout(sizes), ax=ax, max_units=None, counts=True)
            drawn.append(sum(len(c.get_paths()) for c in ax.collections if isinstance(c, LineCollection)))

        def theirs(ax):
            draw_neural_net(ax, sizes, weight_count=True, figsize=(6, 4))

        ways = [ours, theirs] if seed else [ours]
        times = {way: [] for way in ways}
        for turn in range(rounds + 1):
            for way in ways if turn or rounds > 3 else [ours]:  # the seed's large drawing needs no warming up
                times[way].append(_seconds(way))
        if set(drawn) != {n_edges}:
            raise RuntimeError(f"{name} must be drawn with {n_edges} edges, got {set(drawn)}.")
        our, their = median(times[ours][1:]), median(times[theirs][-rounds:]) if seed else None
        rows.append(
            {
                "what": f"draw {name} and make the PNG, all {n_edges} edges",
                "ours": f"{our:.3f} s",
                "other": f"{their:.2f} s (the seed's)" if seed else "not at hand (../shared/bench)",
                "ratio": f"{their / our:.1f}" if seed else "–",
                "reach": f"{reach} times faster",
            }
        )
    return rows


def _seconds(draw):
    """How long a new figure, its drawing and its PNG take together."""
    start = perf_counter()
    figure, ax = plt.subplots(figsize=SIZE)
    draw(ax)
    figure.savefig(io.BytesIO(), format="png")
    seconds = perf_counter() - start
    plt.close(figure)
    return seconds
