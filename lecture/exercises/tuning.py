"""Searches: their cost, how they draw values, when they stop, where they look next."""

import math

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.registry import call, exercise


@exercise(
    "grid-fits",
    "A grid multiplies, cross-validation multiplies again, and the last fit is that of the best values on all images.",
)
def grid_fits(answer):
    """Fits of a grid of 3 rates, 4 widths and 2 activations, with 5-fold cross-validation and the best refitted."""
    number(
        answer,
        3 * 4 * 2 * 5 + 1,
        known=[
            (3 * 4 * 2 * 5, "The best values are fitted once more, on all images."),
            (3 * 4 * 2, "Those are the points of the grid. Each is fitted once for each fold."),
            (3 + 4 + 2, "That adds the values. Each is combined with each value of the others."),
            ((3 * 4 * 2 + 1) * 5, "The last fit is on all images, once: it has no folds."),
            (3 * 4 * 5, "The activations are missing."),
            (3 * 4 * 5 + 1, "The activations are missing."),
            (3 * 4 * 2 * 6, "Only the best is fitted once more, not each point of the grid."),
            (3 * 4 * 2 + 5, "Each point of the grid is fitted once for each fold: multiply."),
            (3 * 4 * 2 * 5 + 24, "Only the best is fitted once more, not each point of the grid."),
            (3 * 4 * 2 * 5 * 2, "The best values are fitted once more, on all images: that is one fit."),
            (3 * 4 * 2 * 5 + 5, "The last fit is on all images, once: it has no folds."),
            (3 * 4 * 2 * 4 + 1, "With 5 folds there are 5 fits, each without one of the folds."),
            (3 * 4 * 2 + 5 + 1, "Each point of the grid is fitted once for each fold: multiply."),
            (3 * 4 * 2 + 1, "Each point of the grid is fitted once for each fold."),
            (
                (3 + 4 + 2) * 5 + 1,
                "Each value of one hyperparameter is combined with each value of the others: that is not a sum.",
            ),
            (
                (3 + 4 + 2) * 5,
                "Each value of one hyperparameter is combined with each value of the others: that is not a sum.",
            ),
        ],
    )


@exercise(
    "enough-trials",
    "The chance of missing the best 2% shrinks by a factor of 0.98 with each trial, "
    "however many hyperparameters there are.",
)
def enough_trials(answer):
    """Random trials for a chance of 90% that one of them is among the best 2%."""
    number(
        answer,
        math.ceil(math.log(0.1) / math.log(0.98)),
        known=[
            (math.log(0.1) / math.log(0.98), "There is no fraction of a trial."),
            (math.floor(math.log(0.1) / math.log(0.98)), "With that many, the chance is still a little below 90%."),
            (math.ceil(math.log(0.9) / math.log(0.98)), "With that many, the chance that all miss is 90%."),
            (5, "That divides 0.1 by 0.02. Ask how likely it is that all trials miss."),
            (math.log(0.1) / math.log(0.02), "Each trial misses with a chance of 0.98."),
            (math.ceil(math.log(0.02) / math.log(0.9)), "The 2% and the 90% are swapped."),
            (50, "With that many, one of the best is expected on average. That is not yet a chance of 90%."),
            (45, "Chances of separate trials do not add up: ask how likely it is that all of them miss."),
            (1, "One trial is among the best 2% with a chance of 2%."),
        ],
    )


@exercise(
    "log-uniform",
    "Equal steps of u multiply the value by equal factors: each decade gets the same number of trials.",
)
def log_uniform(answer):
    """Values between low and high, evenly spread on a log scale, from u between 0 and 1."""
    u, low, high = np.array([0.0, 0.1, 0.25, 0.5, 0.8, 1.0]), 0.0001, 0.1
    array(
        call(answer, u, low, high),
        low * (high / low) ** u,
        what="What is returned",
        known=[
            (
                low + (high - low) * u,
                "Those are evenly spread on a linear scale: nine in ten are above a tenth of the highest.",
            ),
            (math.log(low) + (math.log(high) - math.log(low)) * u, "Those are the logarithms. The values are wanted."),
            (
                math.log10(low) + (math.log10(high) - math.log10(low)) * u,
                "Those are the logarithms. The values are wanted.",
            ),
            (high * (low / high) ** u, "For u = 0 the lowest value is wanted, for u = 1 the highest."),
            (low * high**u, "The ratio of the highest to the lowest value belongs to the power, not the highest."),
            (
                10 ** (math.log(low) + math.log(high / low) * u),
                "That is a power of 10 with natural logarithms: use exp and log, or 10 and log10.",
            ),
            (
                np.exp(math.log10(low) + math.log10(high / low) * u),
                "That is a power of e with logarithms to base 10: use exp and log, or 10 and log10.",
            ),
            ((high / low) ** u, "That begins at 1. It should begin at the lowest value."),
            (low * (high / low) * u, "The ratio is raised to the power u, not multiplied by it."),
            (
                low + (high - low) ** u,
                "Multiply: on a log scale steps are factors, and the ratio belongs to the power.",
            ),
            (low * (high - low) ** u, "The ratio of the two belongs to the power, not their difference."),
            (low + np.exp(math.log(high - low) * u), "Multiply: on a log scale steps are factors."),
            (np.exp(low + (high - low) * u), "Spread the exponents evenly, from the logarithm of the lowest on."),
            (low ** (1 - u) + high**u, "Multiply the two powers."),
            (low + high**u, "Multiply: on a log scale steps are factors."),
            (np.log(low + (high - low) * u), "That is evenly spread first, and then a logarithm is taken."),
            (low * np.exp(u), "The ratio of the highest to the lowest value is missing."),
            (
                10 ** (low + (high - low) * u),
                "Spread the exponents evenly, from the logarithm of the lowest to that of the highest.",
            ),
        ],
    )


@exercise("halving-epochs", "Every round costs about the same: a third of the networks, three times as long.")
def halving_epochs(answer):
    """Epochs of a bracket that trains 9, 3 and 1 networks to 1, 3 and 9 epochs, each continuing where it stopped."""
    number(
        answer,
        9 * 1 + 3 * 2 + 1 * 6,
        known=[
            (
                9 * 1 + 3 * 3 + 1 * 9,
                "Networks that remain continue where they stopped: they are not trained again from the start.",
            ),
            ((9 + 3 + 1) * 9, "The three and the one are among the nine, and most stop early."),
            (9 * 1 + 3 * 3 + 1 * 6, "The three continue from epoch 1 to 3."),
            ((9 + 3 + 1) * 3, "The rounds differ in length."),
            (9 + 3 + 1 - 1, "Networks times epochs, round by round, is wanted."),
            (9 * 1 + 3 * 2 + 1 * 9, "The last one continues from epoch 3."),
            (9 * 9, "That would be all nine to the end."),
            (1 + 3 + 9, "That is for one network in each round."),
            (9, "That is the first round alone."),
            (9 * 1 + 3 * 2, "The last round is missing."),
        ],
    )


@exercise(
    "expected-improvement", "A place is worth a trial if its expected score is high, or if little is known about it."
)
def improvement(answer):
    """Expected improvement of normally distributed scores."""
    mean, std, best = np.array([0.7, 0.8, 0.85, 0.9, 0.6]), np.array([0.1, 0.05, 0.02, 0.01, 0.3]), 0.84
    z = (mean - best) / std
    below = np.array([math.erf(value / math.sqrt(2)) for value in z]) / 2 + 0.5  # normal distribution at z …
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)  # … and its density
    wanted = (mean - best) * below + std * density
    array(
        call(answer, mean, std, best),
        wanted,
        what="The improvement",
        known=[
            (
                np.maximum(mean - best, 0),
                "That is the improvement of the mean. A score can be above the mean, by more where less is known.",
            ),
            (z, "That counts deviations. Weigh each improvement by how likely it is."),
            (mean, "That is the expected score. How far above the best one so far?"),
            (std * density, "The part of the mean is missing."),
            ((mean - best) * below, "The part of the standard deviation is missing."),
            (density, "That is the density alone."),
            (mean + std - best, "That adds a deviation. Weigh each improvement by how likely it is."),
            (below, "That is the chance of an improvement, of any size."),
            (
                z * below + density,
                "Multiply all of that by the standard deviation: so far it is counted in deviations.",
            ),
            ((mean - best) * below - std * density, "The two parts add up."),
            ((best - mean) * (1 - below) + std * density, "That is for a smallest score. The highest is wanted here."),
            (wanted.max(), "The improvement at each place is wanted, not the largest."),
            (
                (mean - best) * below + std**2 * density,
                "The density counts times the standard deviation, not its square.",
            ),
            ((mean - best) * below + density, "The density counts times the standard deviation."),
            (std * (z * below - density), "The two parts add up."),
            ((mean - best) * density + std * below, "Distribution and density are swapped."),
            (
                mean - best,
                "That is the mean of the difference. A trial that falls short costs nothing, so it counts as 0.",
            ),
        ],
    )


@exercise("optimism", "The winner was chosen by these same images, so they flatter it; the test images had no say.")
def optimism(answer):
    """The validation accuracy of the winner minus its test accuracy."""
    rng = np.random.default_rng(26)
    right = (rng.random((5, 40)) < np.array([[0.7], [0.8], [0.75], [0.9], [0.82]])).astype(int)
    test = np.array([0.7, 0.8, 0.7, 0.9, 0.82])
    scores = right.mean(axis=1)
    winner = int(scores.argmax())
    assert winner not in (test.argmax(), (scores - test).argmax())  # else mistakes would not show
    number(
        call(answer, right, test),
        scores[winner] - test[winner],
        known=[
            (
                test[winner] - scores[winner],
                "That is the other way round: by how much is the validation accuracy higher?",
            ),
            (
                scores.max() - test.max(),
                "Take the test accuracy of the network that wins on the validation images: it may not be the highest.",
            ),
            (
                scores[test.argmax()] - test.max(),
                "The winner is chosen by the validation images. The test images have no say.",
            ),
            ((scores - test).max(), "That is the largest difference of all networks. The winner's is wanted."),
            (scores.mean() - test.mean(), "That is the mean over all networks. The winner's is wanted."),
            (scores[winner] - test.mean(), "Subtract the test accuracy of the winner, not the mean of all."),
            (scores[winner] - scores.mean(), "Compare the winner with itself on the test images, not with the others."),
            (right.mean(axis=0).max() - test.max(), "The rows are networks: the mean over images is axis=1."),
            (scores[winner], "That is what the search reports. Subtract what the winner is worth."),
            (
                right.sum(axis=1).max() - test[winner],
                "The validation accuracy is a share of the images, not a number of them.",
            ),
        ],
    )
