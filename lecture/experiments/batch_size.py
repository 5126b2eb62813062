"""Which batch size learns best: after as many epochs, after as many steps, and by the clock?"""

from collections.abc import Sequence
from functools import partial

import numpy as np

from lecture.checks import one_of, real, whole
from lecture.experiments.clock import ENOUGH, timed_fits
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.judgement import Hypothesis, Verdict, beside_published
from lecture.experiments.mixtures import SEPARATIONS, Points, describe_separation, mixture, train_test_points
from lecture.experiments.protocol import describe_training, swept, train_like_the_original
from lecture.experiments.result import Sweep
from lecture.words import listed

TITLE = "Which batch size learns best: after as many epochs, after as many steps, and by the clock?"
EQUALS = ("equal epochs", "equal steps")
N_TRAIN, N_TEST, D = 400, 1000, 12
LARGER = Hypothesis(
    "Larger batches learn better, their gradients being less noisy.",
    "test accuracy after equally many epochs, batches of 64 minus 1",
    0.02,
)
FALLS = Hypothesis(
    "After as many epochs, accuracy falls with the batch size.",
    f"test accuracy after equally many epochs, batches of 1 minus {N_TRAIN}",
    0.05,
)
SAME = Hypothesis(
    "After as many steps the batch size makes no difference.",
    f"test accuracy after equally many steps, batches of 1 minus {N_TRAIN}",
    0.05,
    absent=True,
)
FASTER = Hypothesis(
    "An epoch of large batches takes less time.", f"log₁₀ of the run time with batches of 1 ÷ that with {N_TRAIN}", 0.5
)
HYPOTHESES = (LARGER, FALLS, SAME, FASTER)
PRESETS = {
    "short": dict(
        n_seeds=30,
        hidden=(20, 20),
        epochs=20,
        steps=140,
        batch_sizes=(1, 64, 400),
        separation="falling",
        n_timed=5,
        least=1,
        cap=1.5,
    ),
    "published": dict(
        n_seeds=30,
        hidden=(100, 100),
        epochs=150,
        steps=1050,
        batch_sizes=(1, 4, 16, 64, 256, 400),
        separation="falling",
        n_timed=5,
        least=150,
        cap=120.0,
    ),
}
NEEDED = (1, 64, N_TRAIN)
PUBLISHED = {  # on the training points, though called test accuracy
    1: 0.996,
    4: 0.995,
    16: 0.95,
    64: 0.905,
    256: 0.88,
    400: 0.855,
}
PUBLISHED_FASTER = {N_TRAIN: 54.0}  # times: 54 s with batches of 1, about 1 s with 400
# Accuracy that a perfect classifier must reach on the data of timed fits: on others a network may never reach ENOUGH.
CLEAR = 0.95
TIMED = (
    f"{{n}} fits of each batch size are timed, on data that a perfect classifier gets right to {CLEAR:.0%}, without "
    "XLA and without measuring accuracy: run time is that of {epochs} epochs, in proportion to those done. A fit ends "
    f"after {{cap:g}} s, whether it has reached {ENOUGH:g} or not; arrived by then: {{arrived}}."
)


@experiment(TITLE, PRESETS)
def run(
    *,
    batch_sizes: Sequence[int],
    epochs: int,
    n_timed: int,
    least: int,
    cap: float,
    hidden: Sequence[int],
    steps: int,
    separation: str,
    seeds: Sequence[int],
    show: bool,
) -> Findings:
    """Train networks with batches of several sizes, measure them after equal epochs and after equal steps, time fits.

    Parameters
    ----------
    batch_sizes : sequence of int, optional
        Batch sizes from 1 to 400; 1, 64 and 400 must be among them: the hypotheses are about those.
    epochs : int, optional
        Number of epochs after which all are measured.
    n_timed : int, optional
        Number of seeds whose fits are timed, from 1 to ``n_seeds``.
    least : int, optional
        Number of epochs that are timed at least.
    cap : float, optional
        Seconds after which a timed fit is ended.
    steps : int, optional
        Number of update steps after which all are measured.
    """
    sizes = swept(batch_sizes, "batch_sizes", partial(whole, what="a batch size", least=1, most=N_TRAIN), needed=NEEDED)
    epochs, steps, cap = whole(epochs, "epochs", least=1), whole(steps, "steps", least=1), real(cap, "cap", least=0)
    one_of(separation, SEPARATIONS, "separation")
    points = train_test_points(N_TRAIN, N_TEST, D, seeds, separation=separation)
    goals = {size: (epochs * -(-N_TRAIN // size), steps) for size in sizes}  # steps of equal epochs, and equal steps
    nets = {size: _trained(points, size, goals[size], hidden, seeds, show=show) for size in sizes}
    found = np.stack([_recorded(nets[size], goals[size]) for size in sizes], axis=2)  # (2, 2, n_sizes, n_seeds)
    test, training = (dict(zip(EQUALS, values)) for values in found)
    timed = clear_seeds(seeds, separation)[: whole(n_timed, "n_timed", least=1)]
    data = Points(*(values[[seeds.index(seed) for seed in timed]] for values in points))
    fits = [timed_fits(size, hidden, data, timed, epochs=epochs, least=least, cap=cap) for size in sizes]
    run_time, until = (np.stack(seconds) for seconds in zip(*fits))
    times = {f"{epochs} epochs": run_time, f"until test accuracy {ENOUGH:g}": until}
    arrived = listed(
        f"{np.isfinite(seconds).sum()} of {len(timed)} with batches of {size}" for size, seconds in zip(sizes, until)
    )
    by_size, faster = dict(zip(sizes, training["equal epochs"])), {N_TRAIN: run_time[0] / run_time[-1]}
    trained = describe_training((D, *hidden, 2), steps, N_TRAIN, batch_size="each size", n_test=N_TEST)
    return Findings(
        protocol=f"{trained}, and {epochs} epochs; measured on the training points as well, as published. "
        f"{describe_separation(separation)} {TIMED.format(n=len(timed), epochs=epochs, cap=cap, arrived=arrived)}",
        sweeps=(
            Sweep("Held-out points", sizes, "batch size", "test accuracy", test, log_x=True),
            Sweep("Training points", sizes, "batch size", "training accuracy", training, log_x=True),
            Sweep("Timed fits", sizes, "batch size", "seconds", times, log_x=True, log_y=True),
        ),
        verdicts=judge(found[0], run_time, sizes),
        compared=beside_published(
            PUBLISHED, by_size, "training accuracy after equal epochs, batches of {}", runs=4, within=(0, 1)
        )
        + beside_published(PUBLISHED_FASTER, faster, "run time with batches of 1 ÷ that with {}", runs=4, reading=18),
    )


def judge(accuracy: np.ndarray, run_time: np.ndarray, sizes: Sequence[int]) -> tuple[Verdict, ...]:
    """Return the verdicts.

    Parameters
    ----------
    accuracy : array (2, n_sizes, n_seeds)
        Test accuracy after equal epochs and after equal steps.
    run_time : array (n_sizes, n_timed)
        Seconds.
    sizes : sequence of int
        Batch sizes, 1, 64 and 400 among them.
    """
    small, middle, full = (sizes.index(size) for size in NEEDED)
    epochs, steps = accuracy
    return (
        LARGER.judge(epochs[middle] - epochs[small]),
        FALLS.judge(epochs[small] - epochs[full]),
        SAME.judge(steps[small] - steps[full]),
        FASTER.judge(np.log10(run_time[small] / run_time[full])),
    )


def clear_seeds(seeds: Sequence[int], separation: str) -> list[int]:
    """Return the seeds in an order in which those come first whose data a perfect classifier gets right to `CLEAR`."""
    return sorted(seeds, key=lambda seed: mixture(D, seed, separation=separation).best_accuracy < CLEAR)


def _trained(points, batch_size, goals, hidden, seeds, *, show):
    """Networks with one batch size, recorded at the goals."""
    return train_like_the_original(
        hidden,
        **points.encoded(),
        batch_size=batch_size,
        steps=max(goals),
        seeds=seeds,
        record=goals,
        show=show,
    )


def _recorded(nets, steps):
    """Test and training accuracy at recorded steps, (2, n_steps, n_seeds)."""
    at = [list(nets.steps).index(step) for step in steps]
    return np.stack([nets.test_accuracy[at], nets.accuracy[at]])
