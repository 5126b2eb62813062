"""A network from scratch, training: cycles, a constant class, the penalty's winner, and an ε for small weights."""

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.registry import call, exercise


@exercise("whole-cycles", "450 update steps make an epoch, and a cycle is twice as long as its rising half.")
def whole_cycles(answer):
    """The epochs of one cycle: 45,000 images, mini-batches of 100, a rising half of 2,250 update steps."""
    number(
        answer,
        2 * 2250 / (45_000 / 100),
        known=[
            (5, "That is half a cycle: the learning rate still has to come down."),
            (20, "That is two cycles."),
            (4500, "Those are update steps. How many of them make an epoch?"),
            (2250, "Those are the update steps of half a cycle."),
            (9, "The validation set is not trained on: 45,000 images make an epoch."),
            (4.5, "That is half a cycle, with images that are not trained on."),
            (450, "Those are the update steps of an epoch."),
        ],
    )


@exercise(
    "constant-class",
    "A stratified split makes it exactly 10% in all parts, so that chance level is the same everywhere.",
)
def constant_class(answer):
    """The training accuracy of a net that always answers with a class that has 475 of 5,000 validation images."""
    right = (5000 - 475) / 45_000
    number(
        answer,
        right,
        known=[
            (0.1, "That is after a stratified split. Here the class has fewer of the validation images than others."),
            (0.095, "That is the validation accuracy."),
            ((5000 - 475) / 50_000, "How many images are left to train on?"),
            (5000 / 45_000, "475 images of the class are in the validation set."),
            (475 / 45_000, "Those are the images of the class that are not trained on."),
            (1 - right, "That is how often it is wrong."),
            (0.9, "That is how often it is wrong, after a stratified split."),
            (100 * right, "That is in percent. A share lies between 0 and 1."),
            (10, "That is in percent, and after a stratified split."),
            (5000 - 475, "That is the number of images. Which share of the training set are they?"),
        ],
        tolerance=1e-3,
    )


@exercise(
    "triangular-rate",
    "At step 0 and after each whole cycle it is lowest, so a training should end after a whole number of cycles.",
)
def triangular_rate(answer):
    """The learning rate at each step, which rises from low to high in half a cycle and falls back in the other half."""
    step, low, high, half = np.arange(14), 0.01, 0.09, 4
    place = step % (2 * half)
    right = low + (high - low) * np.minimum(place, 2 * half - place) / half
    array(
        call(answer, step, low, high, half),
        right,
        what="The learning rate",
        known=[
            (low + (high - low) * (step % half) / half, "It falls back as slowly as it rises; it does not jump."),
            (np.full(14, low), "That is the lowest rate at all steps: where does it rise?"),
            (np.full(14, high), "That is the highest rate at all steps."),
            (high + low - right, "At step 0 it is lowest."),
            (low + (high - low) * step / half, "After half a cycle it has to come down again."),
            (
                low + (high - low) * np.maximum(0, 1 - np.abs(step - half) / half),
                "A second cycle follows on the first.",
            ),
            (
                low + (high - low) * np.abs(1 - np.abs(step - half) / half),
                "A third half-cycle goes up, and it comes down again after it.",
            ),
            (
                low + (high - low) * np.minimum(step % half, half - step % half) / (half / 2),
                "Rising takes as many steps as the half-cycle has; the whole cycle takes twice as many.",
            ),
            (
                low + (high - low) * (1 - np.cos(np.pi * step / half)) / 2,
                "That is a cosine. It rises in a straight line.",
            ),
            (high * np.minimum(place, 2 * half - place) / half, "It does not begin at 0, but at the lowest rate."),
            (
                low + high * np.minimum(place, 2 * half - place) / half,
                "In the middle of the cycle it is the highest rate, not more.",
            ),
        ],
    )


@exercise(
    "largest-epsilon",
    "With σ ten times smaller, ε has to be a hundred times smaller. Keras' 0.001 is too large for many small weights.",
)
def largest_epsilon(answer):
    """The largest ε with which v / (v + ε) is at least a share, for v of sums of n products of weights and inputs."""
    sigma, n_inputs, mean_square, share = 0.01, 50, 0.5, 0.9
    variance = sigma**2 * n_inputs * mean_square
    right = variance * (1 / share - 1)
    number(
        call(answer, sigma, n_inputs, mean_square, share),
        right,
        known=[
            (sigma, "That is the deviation of a weight."),
            (sigma**2, "That is the variance of a weight. A sum of n_inputs products varies more."),
            (right / sigma, "Variances are wanted: the variance of a weight is σ²."),
            (right / n_inputs, "A sum of n_inputs independent products has n_inputs times the variance of one."),
            (right / n_inputs * np.sqrt(n_inputs), "Of independent products the variances add up, not their roots."),
            (right / mean_square, "The variance of a weight times an input: where is the mean square of the inputs?"),
            (right * mean_square, "A mean square is a square already."),
            (variance / share - 1, "Parentheses: 1 / share − 1 is multiplied by v."),
            (variance * 1 / (share - 1), "Parentheses: 1 / share − 1 is multiplied by v."),
            (variance, "With this ε, v / (v + ε) is 1/2."),
            (variance * (1 - share), "Solve v / (v + ε) = share for ε: it is a little more."),
            (variance * share / (1 - share), "The larger the share that is asked for, the smaller ε has to be."),
            (variance * (1 / share**2 - 1), "That is for the standard deviation, √(v / (v + ε))."),
            (variance * (1 / share + 1), "Solve v / (v + ε) = share for ε: mind the sign."),
            (variance / share, "That is v + ε. Subtract v."),
        ],
        tolerance=1e-6,
    )


@exercise(
    "winners-curse",
    "All settings are equally good, so all of this is luck. That is why a winner is trained again, with new seeds.",
    swaps=False,
)
def winners_curse(answer):
    """By how much the best of equally good settings overstates itself in a search, on average."""
    accuracy, n_images, n_settings = 0.53, 5000, 20
    scores = np.random.default_rng(12).binomial(n_images, accuracy, size=(40_000, n_settings)) / n_images
    best, error = scores.max(axis=1), np.sqrt(accuracy * (1 - accuracy) / n_images)
    right = best.mean() - accuracy
    number(
        call(answer, accuracy, n_images, n_settings),
        right,
        known=[
            (best.mean(), "That is what the search reports. By how much is it too high?"),
            (100 * right, "That is in percentage points. A share is wanted."),
            (n_images * right, "Those are images. Which share of all images are they?"),
            (-right, "The winner is the highest score, and it overstates itself: the difference is positive."),
            (error, "That is the standard error of a single score. The winner is the best of several."),
            (best.std(), "That is how much the best score varies. By how much is it too high on average?"),
            (best.max() - accuracy, "That is the luckiest of all searches. The mean over many searches is wanted."),
            (accuracy, "That is how good all settings are."),
        ],
        tolerance=0.04,
    )
