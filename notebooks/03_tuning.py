# ---
# jupyter:
#   jupytext:
#     formats: py:percent,ipynb
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] anchor="searching" part="A search"
# # Search for hyperparameters
#
# You can [build and train a network](#in-practice), and you have seen how much
# depends on choices made before training: widths, penalties, rates. Here a
# program makes them. It trains many networks and records every result; we look
# at all of them, not only at the winner.
#
# After this chapter you can set up a search, say how many trials it needs,
# stop bad networks early, and say what the winner is really worth.
#
# 1. **[A search](#hyperparameter-space)**: what it may choose, what it costs,
#    what its winner is worth.
# 2. **[Where to look next](#grid-and-random)**: grids, chance, stopping early,
#    a model of the scores.
# 3. **[Winning by luck](#over-tuning)**: why the winner's score is too high,
#    cross-validation, several machines, and the test images, once.
#
# Where a sentence is followed by numbers in small print, those numbers chose
# the sentence.

# %% tags=["hide-input"]
from dataclasses import replace
from functools import partial
from itertools import product

from preamble import *
from scipy.stats import loguniform
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

fashion, test = data.sealed(data.load_fashion_mnist(seed=SEED))
N_FRESH = by_mode(short=2000, full=5000)


def beginning(n_train, n_val):
    """The same data with fewer images to train on and to choose by."""
    return replace(
        fashion,
        X_train=fashion.X_train[:n_train],
        y_train=fashion.y_train[:n_train],
        X_val=fashion.X_val[:n_val],
        y_val=fashion.y_val[:n_val],
    )


# The last training images are the holdout: no search sees them.
fresh_X, fresh_y = fashion.X_train[-N_FRESH:], fashion.y_train[-N_FRESH:]
images = beginning(
    by_mode(short=3000, full=-N_FRESH), by_mode(short=1000, full=None)
)
print(
    f"{len(images.X_train):,} images to train on, {len(images.X_val):,} to"
    f" choose by, {len(fresh_X):,} in the holdout; {test}."
)
device.report()

# %% [markdown] anchor="hyperparameter-space"
# ## What is there to choose?
#
# *About 4 minutes.*
#
# Weights are learnt: a gradient says where to go. *Hyperparameters* are fixed
# before the first step: the number of layers, their width, the optimizer and
# its learning rate. No gradient leads to them, so we have to try values, and
# each trial is a whole training. If one takes two hours, ten take a day.
#
# A **space** says what may be tried. In a good one, learning rates and
# strengths are spread over their *logarithm*: from 0.001 to 0.002 is as large
# a change as from 0.01 to 0.02. It says which hyperparameters count only if
# another has a certain value (momentum counts only with SGD). And whatever it
# leaves out has a sensible default.
#
# *Predict first: our space has ten hyperparameters, and we try two to four
# values of each. How many networks is that?*
#
# - **a** about a hundred
# - **b** about a thousand
# - **c** about ten thousand

# %% tags=["live", "slide-code"]
# Four rates from 0.0001 to 0.1: np.linspace, and np.geomspace.
print(np.linspace(0.0001, 0.1, 4))
print(np.geomspace(0.0001, 0.1, 4))

# %% tags=["slide-code"]
# What a search of the lecture's networks may choose.
space = tuning.mlp_space()
print(space)

# %% tags=["hide-input"]
values = {
    name: allowed.values
    if isinstance(allowed, tuning.Choice)
    else (allowed.low, "middle", allowed.high)
    for name, allowed in space.items()
}
grid = {
    frozenset(space.counting(dict(zip(values, chosen))).items())
    for chosen in product(*values.values())
}
print(" × ".join(f"{len(some)} {name}" for name, some in values.items()))
print(
    f"{len(grid):,} different networks, since a strength counts only with a"
    " penalty, and momentum only with SGD."
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** About ten thousand: each hyperparameter *multiplies* the number. And
# three values of a learning rate are not many.
#
# </details>
#
# You can change the space:
# `space.replace(n_layers=tuning.Whole(1, 5), activation=None)` allows more
# layers and leaves the activation at its default.
#
# **Learnt:** the number of combinations grows exponentially with the number of
# hyperparameters, so no search can try them all.

# %% [markdown] anchor="tuning"
# ## A search
#
# *About 9 minutes.*
#
# The simplest strategy draws each network at random from the space. Each is a
# *trial*: the network is trained on the training images, and its score is the
# highest accuracy that it reaches on the *validation* images after any epoch.
#
# *Predict first: which of these three will matter most?*
#
# - **a** the number of layers
# - **b** the learning rate
# - **c** the number of units

# %% tags=["live", "slide-code"]
# Random search by hand: rng.uniform for the exponent, models.mlp, fit.
rng = np.random.default_rng(SEED)
for rate in 10 ** rng.uniform(-4, 0, size=3):
    net = models.mlp(32, optimizer=keras.optimizers.Adam(rate))
    net.fit(images.X_train[:1000], images.y_train[:1000], verbose=0)
    loss, accuracy = net.evaluate(images.X_val, images.y_val, verbose=0)
    print(f"learning rate {rate:.2g}: validation accuracy {accuracy:.3f}")

# %% tags=["slide-code"]
# The same for all hyperparameters at once.
n_trials, n_epochs = by_mode(short=(20, 4), full=(100, 15))
result = tuning.search(
    space, images, max_trials=n_trials, epochs=n_epochs, seed=SEED
)

# %%
print(result)
scores = result.frame()["score"]
print(
    f"All trials: lowest {scores.min():.3f}, median {scores.median():.3f},"
    f" highest {scores.max():.3f}."
)

# %%
LOGARITHMIC = ["learning_rate", "strength", "n_units"]
plots.plot_hyperparameters(result.trials, logarithmic=LOGARITHMIC);


# %% [markdown]
# Trials that differ in ten things at once hardly say which of the three
# matters most. So change one at a time, to the lowest, the middle and the
# highest value of the space. Meanwhile the learning rate and the number of
# units stay in the middle, and the number of layers stays at one. Five seeds
# each, on 2,000 images of 14 × 14 pixels:

# %% tags=["hide-input"]
small = data.fewer(fashion, 2000, 1000, averaged=True)
RATES, WIDTHS = (0.0001, 0.003, 0.1), (32, 128, 512)


def accuracies(hidden, settings):
    """The validation accuracy of each setting, (n_settings, n_seeds)."""
    keys = [
        {"widths": [[units] * len(hidden)] * 5, **rest}
        for units, rest in settings
    ]
    nets = replicas.compare(
        dict(enumerate(keys)),
        small.X_train,
        small.y_train,
        hidden=hidden,
        activation="relu",
        initializer="he_normal",
        batch_size=100,
        steps=80,
        record=[],
        X_test=small.X_val,
        y_test=small.y_val,
        seeds=5,
        show=False,
    )
    return np.array([runs.test_accuracy[-1] for runs in nets.values()])


middle = {"learning_rate": RATES[1]}
one_layer = accuracies(
    (512,),
    [(128, {"learning_rate": rate}) for rate in RATES]
    + [(units, middle) for units in WIDTHS],
)
one_at_a_time = {
    "number of layers": np.concatenate(
        [one_layer[1:2]]
        + [accuracies((128,) * n, [(128, middle)]) for n in (2, 3)]
    ),
    "learning rate": one_layer[:3],
    "number of units": one_layer[3:],
}
display(
    Table(
        ["changed", "lowest", "middle", "highest"],
        [
            (name, *(f"{mean:.3f}" for mean in values.mean(axis=1)))
            for name, values in one_at_a_time.items()
        ],
    )
)
layers_span, rate_span, units_span = (
    np.ptp(values, axis=0) for values in one_at_a_time.values()
)
claim(
    rate_span - np.maximum(layers_span, units_span),
    "range of the validation accuracy over the learning rate minus the larger"
    " of the ranges over the layers and over the units",
    smallest=0.05,
    if_so="The learning rate moves the accuracy most, by {mean:.0%} of the"
    " images more than the next of the three.",
    if_not="The learning rate does not move the accuracy by 5% of the images"
    " more than the other two.",
    if_undecided="Whether the learning rate moves the accuracy most stays"
    " open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** At one end of its range a network has learnt little after so few
# steps; at the other its steps overshoot. With few layers or units it still
# learns.
#
# </details>
#
# A trial is short, and batch normalization is scored with its moving averages.
# `mlp` lets them follow the last ten batches. With Keras' default of 0.99 they
# would not have settled after so few steps, and the score would not show what
# the network can do.
#
# Each panel of the figure above shows all trials against one hyperparameter,
# with the effects of the others mixed in. The next figure draws each trial as
# one line through all of them. Take away the worse trials: what do the rest
# have in common?


# %%
def best_trials(n=20):
    best = sorted(result.trials, key=lambda trial: -(trial.score or 0))[:n]
    return plots.plot_parallel(best, logarithmic=LOGARITHMIC)


explore(best_trials, n=[20, 10, 5, 3])

# %% [markdown]
# Where the lines of the best still spread over a whole axis, that
# hyperparameter does not matter much here, or there were too few trials to
# tell. Behind each score is a curve:

# %%
plots.plot_trial_curves(result.trials);

# %% [markdown]
# Where a curve is still rising at its end, more epochs could change the
# ranking. A search finds what is best *after this many epochs*.
#
# **Learnt:** look at all trials. With enough of them, a search tells you which
# hyperparameters matter; its winner is only one of its results.

# %% [markdown] anchor="search-costs"
# ## What a search costs
#
# *About 5 minutes.*
#
# A trial costs its epochs, and before them a second or two in which Keras
# traces and compiles the training step. Here trials that differ only in
# numbers (widths, rates, strengths) share one compiled step.
#
# How many trials are enough? Call the best 5% of a space good enough. A
# random trial misses them with probability 0.95, and $n$ independent trials
# all miss them with probability $0.95^n$. In general:
#
# $$P(\text{one of the best } q \text{ in } n \text{ trials}) = 1 - (1 - q)^n$$
#
# *Predict first: how many random trials do you need to find one of the best
# 5% with a chance of 95%?*


# %% tags=["hide-input"]
def chance(best=5):
    """Chance that one of n random trials is among the best so many percent."""
    n = np.arange(1, 201)
    hit = 1 - (1 - best / 100) ** n
    _, ax = plt.subplots(figsize=(7, 3.4))
    ax.plot(n, hit, linewidth=3)
    enough = int(n[hit >= 0.95][0]) if hit[-1] >= 0.95 else None
    if enough:
        ax.plot(
            [enough, enough, 0],
            [0, 0.95, 0.95],
            ":",
            color=plots.COLORS[1],
            linewidth=2,
        )
        ax.annotate(
            f"95% with {enough} trials",
            (enough, 0.95),
            xytext=(12, -30),
            textcoords="offset points",
            color=plots.COLORS[1],
            weight="bold",
        )
    ax.set(
        xlabel="trials",
        ylabel=f"chance of one of the best {best}%",
        xlim=(0, 200),
        ylim=(0, 1.02),
    )
    return plots.describe(
        ax,
        f"The chance that one of n trials is among the best {best} percent;"
        f" 95 percent is reached with {enough or 'more than 200'} trials.",
    )


explore(chance, best=[1, 2, 5, 10, 20])

# %%
frame = result.frame()
seconds, each = frame["seconds"], frame["seconds"].mean()
epochs_in_all = frame["epochs"].sum()
print(f"{len(frame)} trials, {epochs_in_all} epochs: {seconds.sum():.0f} s,")
print(
    f"{each:.1f} s each (from {seconds.min():.1f} to {seconds.max():.1f} s)."
)
hours = len(grid) * each / 3600
print(f"The grid of {len(grid):,} networks would take {hours:.1f} hours.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# **59.** $0.95^{59}$ is just below 0.05. How many hyperparameters there are
# does not enter the formula.
#
# </details>
#
# That is the strength of random search, and its limit: it promises one of the
# best 5% *of the space*. If hardly anything in the space is any good, the
# best 5% are not good either.
#
# **Learnt:** the price of a random search depends on how good you want to be,
# not on how many hyperparameters there are.

# %% [markdown] anchor="final-network"
# ## What the winner is worth
#
# *About 5 minutes.*
#
# The validation images have chosen the winner, so they cannot judge it fairly.
# We kept some training images out of the search, the *holdout*. The test
# images stay sealed until the [last section](#test-once).
#
# We compare the winner with a network that we picked by hand, two layers of
# 512 units. Both are trained from the same seeds on the same mini-batches, so
# we can average the *difference* between them, seed by seed.
#
# *Predict first: how does the winner's accuracy on the holdout compare with
# the validation accuracy that made it the winner?*
#
# - **a** higher, by half a percent or more
# - **b** the same, to within half a percent
# - **c** lower, by half a percent or more

# %% tags=["slide-code"]
# Train the winner and 784-512-512-10 from five seeds; judge on the holdout.
holdout = replace(images, X_test=fresh_X, y_test=fresh_y)
compared = result.against(lambda: models.mlp(512, 512), holdout, n_seeds=5)
found, by_hand = compared.accuracies.T
shown = {"found by the search": found, "784-512-512-10": by_hand}
plots.plot_variants(
    shown, label="accuracy on the holdout", baseline="784-512-512-10"
);
# %% tags=["hide-input"]
promised = claim(
    result.best.score - found,
    "validation accuracy that won minus accuracy on the holdout",
    smallest=0.005,
    if_so="The winner's score promised {mean:.1%} more than it is worth.",
    if_not="The winner's score promised no more than it is worth:"
    " {mean:+.1%}.",
    if_undecided="Whether the winner's score promised too much stays open:"
    " {low:+.1%} to {high:+.1%}.",
)
display(
    promised,
    experiments.decided(
        a=promised.high <= -0.005,
        b=-0.005 < promised.low and promised.high < 0.005,
        c=promised.low >= 0.005,
    ),
)
claim(
    found - by_hand,
    "accuracy on the holdout, found by the search minus picked by hand",
    smallest=0.005,
    if_so="It is ahead of the network that we picked by hand, by {mean:.1%}.",
    if_not="It is not ahead of the network that we picked by hand:"
    " {mean:+.1%}.",
    if_undecided="Whether it is ahead of the network that we picked by hand"
    " stays open: {low:+.1%} to {high:+.1%}.",
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# Expect it to be lower: the highest of many scores tends to be a lucky one,
# and on new images that luck is gone. A single search can turn out otherwise;
# the first sentence above says what happened here.
#
# </details>
#
# Look at the spread of the points, too: a network whose accuracy jumps from
# seed to seed is a poor winner, even if its mean is high.
#
# **Learnt:** do not trust the winner's validation score. Judge the winner on
# images that had no say, over several seeds, against what you had before.

# %% [markdown] anchor="exercises-search"
# ## Exercises: a search
#
# *About 10 minutes.*
#
# Replace the three dots with your answer and run the cell. It tells you
# whether you are right and, if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: the fits of a grid
#
# A grid holds 3 learning rates, 4 widths and 2 activations. Each of its
# networks is scored by 5-fold cross-validation, and the best is fitted once
# more, on all images. How many fits is that?

# %% tags=["exercise"]
n_fits = ...
exercises.check("grid-fits", n_fits)

# %% tags=["solution"]
exercises.check("grid-fits", 3 * 4 * 2 * 5 + 1)

# %% [markdown] tags=["exercise"]
# ### Exercise: enough trials
#
# How many random trials does it take to find one of the best 2% with a
# chance of at least 90%?

# %% tags=["exercise"]
n_trials = ...
exercises.check("enough-trials", n_trials)

# %% tags=["solution"]
exercises.check(
    "enough-trials", int(np.ceil(np.log(1 - 0.9) / np.log(1 - 0.02)))
)

# %% [markdown] tags=["exercise"]
# ### Exercise: even on a log scale
#
# `u` is an array of numbers drawn evenly from 0 to 1. Return learning rates
# between `low` and `high` whose logarithms are spread evenly.


# %% tags=["exercise"]
def learning_rates(u, low, high):
    return ...


exercises.check("log-uniform", learning_rates)


# %% tags=["solution"]
def learning_rates(u, low, high):
    return low * (high / low) ** u


exercises.check("log-uniform", learning_rates)

# %% [markdown] anchor="grid-and-random" part="Where to look next"
# ## Grid or chance?
#
# *About 8 minutes.*
#
# A grid looks orderly: three values of each hyperparameter, all combinations.
# Yet often only one of two hyperparameters matters. Then the nine networks of
# a grid try three values of the one that matters, each three times; nine
# networks drawn at random try nine ([Bergstra and Bengio,
# 2012](https://www.jmlr.org/papers/v13/bergstra12a.html)).
#
# Take the learning rate of a small network, and the strength of an L2 penalty
# in a range so low that we neglect its effect. We measure the effect of the
# rate once, with networks from ten seeds at each of 25 rates. Then a search
# costs nothing: we read its score at a rate off the measured curve.
#
# *Predict first: nine trials, and only one of two hyperparameters matters. How
# often does the random search find the better network?*
#
# - **a** in half of all searches
# - **b** in most of them
# - **c** always

# %% tags=["live", "slide-code"]
# A grid of nine and nine at random in the unit square: product, rng.random.
side = (np.arange(3) + 0.5) / 3
lattice = np.array(list(product(side, side)))
drawn = np.random.default_rng(SEED).random((9, 2))
for nine in (lattice, drawn):
    print(len(np.unique(nine[:, 0])), "different learning rates")

# %% tags=["hide-input"]
LOW, HIGH = 1e-5, 1.0  # of the learning rate
small = beginning(2000, 1000)
small_net = partial(
    tuning.make_mlp, n_layers=1, n_units=32, penalty="l2", optimizer="sgd"
)
rates = np.geomspace(LOW, HIGH, 25)
epochs_end = [16 * epoch for epoch in (1, 2, 3)]  # of 2,000 images by 128
measured = replicas.compare(
    {rate: dict(learning_rate=rate) for rate in rates},
    small.X_train,
    small.y_train,
    hidden=(32,),
    activation="relu",
    optimizer="sgd",
    batch_size=128,
    steps=epochs_end[-1],
    record=epochs_end,
    X_test=small.X_val,
    y_test=small.y_val,
    seeds=10,
    show=False,
)
by_seed = np.array(
    [measured[rate].test_accuracy.max(axis=0) for rate in rates]
)  # (n_rates, n_seeds)
curve = by_seed.mean(axis=1)


def effect(u):
    """The measured score at u of the learning rate's axis, interpolated."""
    return np.interp(u, np.linspace(0, 1, len(curve)), curve)


NAMES = "learning rate", "strength of the penalty"
plots.plot_coverage(lattice, drawn, effect=effect, names=NAMES);

# %% [markdown]
# The curves above the squares show the point: with nine trials the grid tries
# three different rates, the random search nine. How much is luck? Draw other
# random searches, and larger ones:


# %%
def grid_or_chance(n_each=3, draw=1):
    """A grid with n values of each, and as many random trials."""
    side = (np.arange(n_each) + 0.5) / n_each
    lattice = np.array(list(product(side, side)))
    chosen = np.random.default_rng(draw).random((n_each**2, 2))
    return plots.plot_coverage(lattice, chosen, effect=effect, names=NAMES)


explore(grid_or_chance, n_each=[2, 3, 4], draw=(1, 4))

# %% [markdown]
# Four draws are four anecdotes. The measured curve lets us run thousands of
# searches, each with the grid shifted at random. For comparison we add a world
# in which both hyperparameters matter equally, each with the same curve.


# %% tags=["hide-input"]
def races(score, n_each, n_races=4000):
    """Best of a grid and of as many random trials: shape (n_races, 2)."""
    rng = np.random.default_rng(SEED)
    shift = rng.random((n_races, 2, 1)) / n_each
    u, v = np.moveaxis(np.arange(n_each) / n_each + shift, 1, 0)
    of_grids = (
        score(u[:, :, None], v[:, None, :]).reshape(n_races, -1).max(axis=1)
    )
    of_chance = score(*rng.random((2, n_races, n_each**2))).max(axis=1)
    return np.transpose([of_grids, of_chance])


worlds = {
    "only the rate matters": lambda u, v: effect(u) + 0 * v,
    "both matter": lambda u, v: (effect(u) + effect(v)) / 2,
}
raced = {
    (world, n_side**2): races(in_world, n_side)
    for world, in_world in worlds.items()
    for n_side in (2, 3, 4, 5)
}
Table(
    ["world", "trials", "grid", "random", "random is better in"],
    [
        (
            *names,
            f"{each[:, 0].mean():.3f}",
            f"{each[:, 1].mean():.3f}",
            f"{(each[:, 1] > each[:, 0]).mean():.0%}",
        )
        for names, each in raced.items()
    ],
)

# %% tags=["hide-input"]
one_matters, both_matter = (np.diff(raced[w, 9])[:, 0] for w in worlds)
wins = (one_matters > 0).mean()
print(
    "Nine trials, and only the rate matters: the random search wins"
    f" {wins:.0%} of the races."
)
display(
    claim(
        one_matters,
        "best score of nine random trials minus that of a grid of nine, where"
        " one hyperparameter matters",
        smallest=0.005,
        if_so="Where one matters, the best of the random search scores"
        " {mean:.3f} more on average.",
        if_not="Where one matters, the best of the random search does not"
        " score 0.005 more on average: {mean:+.3f}.",
        if_undecided="Where one matters, the races are undecided.",
    )
)
claim(
    both_matter,
    "best score of nine random trials minus that of a grid of nine, where both"
    " matter",
    smallest=0.005,
    if_so="Where both matter equally, too, it scores {mean:.3f} more.",
    if_not="Where both matter equally, it has no such lead: {mean:+.3f}.",
    if_undecided="Where both matter equally, the races are undecided.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** In most of them: random trials try more values of what matters. In a
# single race they may still lose, if the grid happens to lie well or all the
# random values badly.
#
# </details>
#
# A grid is spread more evenly than random trials, which is worth something
# where all hyperparameters matter equally. But who knows beforehand that all
# ten do?
#
# **Learnt:** with more than two hyperparameters, draw at random. Then every
# trial tries a new learning rate, whatever else it tries.

# %% [markdown] anchor="hyperband"
# ## Hyperband: stop the bad ones early
#
# *About 7 minutes.*
#
# After one epoch you can already see that many networks are bad. *Successive
# halving* trains many for a short while, keeps the best half (here: the best
# third), trains those for longer, and so on. But some networks start slowly
# and end well. **Hyperband** ([Li et al.,
# 2018](https://jmlr.org/papers/v18/16-558.html)) therefore runs several
# *brackets*: the first starts many networks and drops most of them at once,
# the last trains a few to the end.
#
# *Predict first: does one bracket train far more epochs in all than the
# others?*
#
# - **a** Yes, the first to run: it starts the most networks.
# - **b** Yes, the last to run: it trains all its networks to the end.
# - **c** No: they differ by less than a third.

# %% tags=["slide-code"]
# Hyperband's plan for at most 9 epochs.
rounds, epochs_before = [], {}
for bracket, round_, n, to_epoch in tuning.hyperband_rounds(9):
    more = n * (to_epoch - epochs_before.get(bracket, 0))
    epochs_before[bracket] = to_epoch
    rounds.append((bracket, round_, n, to_epoch, more))
Table(["bracket", "round", "networks", "to epoch", "epochs trained"], rounds)

# %%
halved = tuning.search(
    space, images, strategy="hyperband", epochs=9, seed=SEED, show=False
)
print(halved)
epochs_halved = sum(more for *_, more in rounds)
for bracket in epochs_before:
    trained = sum(more for b, *_, more in rounds if b == bracket)
    print(f"bracket {bracket}: {trained} epochs")

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** No: as the printed lines show, all train about equally many. They
# spend them either on many networks for a short while or on a few for long.
#
# </details>
#
# Now the curves. A dot marks where a network goes on to the next round, a
# cross where it was dropped.

# %%
plots.plot_trial_curves(halved.trials);
# %% tags=["hide-input"]
def best_by(search, epoch):
    """The best score that a search's networks reach up to an epoch."""
    return max(max(t.curve[:epoch]) for t in search.trials if t.curve)


networks = len({tuple(trial.values.items()) for trial in halved.trials})
display(
    Table(
        [
            "search",
            "different networks",
            "epochs trained",
            f"best after at most {n_epochs} epochs",
            "best in the end",
            "epochs of the winner",
        ],
        [
            (
                name,
                n_networks,
                int(n_trained),
                f"{best_by(search, n_epochs):.3f}",
                f"{search.best.score:.3f}",
                search.best.epochs,
            )
            for name, search, n_networks, n_trained in (
                ("random", result, len(result.trials), frame["epochs"].sum()),
                ("hyperband", halved, networks, epochs_halved),
            )
        ],
    )
)
same = result.best.values == halved.best.values
print(
    "Both searches have the same winner. The last columns differ only because"
    " one of them trained it for longer."
    if same
    else "The searches have different winners."
)

# %% [markdown]
# Both searches draw their networks with the same seed, so they start with the
# same ones. Compare their scores after equally many epochs, and the epochs
# that they spent. If one winner is ahead in the end, it may only have been
# trained for longer.
#
# Does a good start promise a good end? The trials of the random search were
# all trained to the end, so we can check: rank them after an early epoch, keep
# a third, and count how many of the best third at the end are among them.
#
# *Predict first: if you keep the best third after one epoch, how many of the
# final best third do you keep?*
#
# - **a** at most half; by chance it would be a third
# - **b** more than half, but not all
# - **c** all

# %% tags=["live", "slide-code"]
# Keep a third after epoch 1: np.argsort of the first column of curves.
curves = np.array([t.curve for t in result.trials if t.status == "completed"])
third = len(curves) // 3
kept = np.argsort(-curves[:, 0], kind="stable")[:third]
best = np.argsort(-curves[:, -1], kind="stable")[:third]
both = len(set(kept) & set(best))
print(f"{both} of the final best {third} are kept")


# %% tags=["hide-input"]
def early_sign(epoch=1):
    """Validation accuracy after an early epoch against the last one."""
    curves = np.array(
        [trial.curve for trial in result.trials if trial.status == "completed"]
    )
    early, last, n = curves[:, epoch - 1], curves[:, -1], len(curves) // 3
    kept, best = (
        np.argsort(-early, kind="stable")[:n],
        np.argsort(-last, kind="stable")[:n],
    )
    _, ax = plt.subplots(figsize=(7, 3.7))
    ax.plot(early, last, "o", markersize=8, alpha=0.7, label="trials")
    ax.plot(
        early[best],
        last[best],
        "*",
        markersize=15,
        color=plots.COLORS[1],
        markeredgecolor="white",
        label="best third at the end",
    )
    ax.axvspan(
        early[kept].min(),
        1,
        color=plots.COLORS[2],
        alpha=0.15,
        label=f"kept after epoch {epoch}",
    )
    ax.set(
        xlabel=f"validation accuracy after epoch {epoch}",
        ylabel=f"after epoch {curves.shape[1]}",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    both = len(set(kept) & set(best))
    ax.set_title(f"{both} of the final best {n} are kept", loc="left")
    ax.legend(loc="upper left")
    return plots.describe(
        ax,
        f"Accuracy after epoch {epoch} against the last, of {len(curves)}"
        f" trials: of the final best {n}, {both} are among the best {n}"
        f" after epoch {epoch}.",
    )


explore(early_sign, epoch=(1, 3))

# %% tags=["hide-input"]
experiments.decided(
    a=2 * both <= third, b=third < 2 * both < 2 * third, c=both == third
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The lines above count them; by chance it would be a third of them. Failures
# show at once. Among the good ones the order can still change, because a
# network with a small learning rate starts slowly.
#
# </details>
#
# That is why there are several brackets: one of them drops nobody early.
#
# **Learnt:** spend few epochs on networks that fail anyway, and many on those
# that may win.

# %% [markdown] anchor="bayesian-optimization"
# ## Bayesian optimization: learn where to look
#
# *About 8 minutes.*
#
# Random search forgets what it has seen. *Bayesian optimization* fits a model
# of the score, the **surrogate**, to all trials so far, and asks it where to
# try next. The surrogate here is a Gaussian process: near a trial it is sure,
# far from all of them it is not. An *acquisition function* turns its mean
# $\mu$ and its standard deviation $\sigma$ at a place $x$ into one number, and
# the next trial goes where that number is largest. We use the *expected
# improvement* on the best score so far ([Jones et al.,
# 1998](https://doi.org/10.1023/A:1008306431147)):
#
# $$\text{EI}(x) = (\mu - y_\text{best})\,\Phi(z) + \sigma\,\varphi(z), \qquad z = \frac{\mu - y_\text{best}}{\sigma}$$
#
# with $\Phi$ and $\varphi$ the distribution function and the density of the
# standard normal distribution.
#
# One hyperparameter is enough to watch it at work: the learning rate of the
# small network, whose curve we measured above.
#
# *Predict first: two rates have been tried, one near each end of the range,
# and both are bad. Where does the search look third?*
#
# - **a** close to the better one
# - **b** between them, far from both
# - **c** at the better one again, to be sure

# %% tags=["hide-input"]
trainer = tuning.Trainer(small, batch_size=128)


def score_of(exponent):
    """Validation accuracy of the small network at this power of 10."""
    history = trainer.fit(
        small_net(strength=0.0, learning_rate=float(10**exponent), seed=SEED),
        3,
        seed=SEED,
    )
    return max(history["val_accuracy"])


exponents = np.linspace(np.log10(LOW), np.log10(HIGH), 121)
tried = [-4.5, -0.1]
reached = [score_of(exponent) for exponent in tried]

# %% tags=["live", "slide-code"]
# Six trials: tuning.surrogate, expected_improvement, np.argmax, score_of.
for _ in range(6):
    mean, std = tuning.surrogate(tried, reached, exponents)
    hoped = tuning.expected_improvement(mean, std, max(reached))
    tried.append(exponents[np.argmax(hoped)])
    reached.append(score_of(tried[-1]))
print(np.round(tried, 2))

# %% tags=["hide-input"]
away = np.abs(np.subtract(tried[:2], tried[2]))
better = np.argmax(reached[:2])
print(
    f"The third rate is {away[better]:.1f} powers of ten away from the better"
    f" of the two, and {away[1 - better]:.1f} from the other."
)


# %%
def belief(n_tried=2):
    """What the surrogate believes after n trials, and where it looks next."""
    x, y = np.array(tried[:n_tried]), reached[:n_tried]
    expected, doubt = tuning.surrogate(x, y, exponents)
    gain = tuning.expected_improvement(expected, doubt, max(y))
    known = np.interp(exponents, np.log10(rates), curve)
    return plots.plot_surrogate(
        10**exponents,
        expected,
        doubt,
        10**x,
        y,
        truth=known,
        gain=gain,
        logarithmic=True,
    )


explore(belief, n_tried=(2, 8))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** Close to the better one. Expected improvement weighs two things: how
# good a place is expected to be, and how uncertain that is. A little way from
# the better trial the expected score is still high, and the uncertainty has
# already grown. At the trial itself hardly anything is uncertain.
#
# </details>
#
# Move the slider. At each trial, which has won: exploring where little is
# known, or staying near the best? The dashed curve is the mean over ten seeds,
# which the search does not know. Each point is one network, so it need not lie
# on the curve.
#
# With ten hyperparameters nobody can draw the surrogate. The search below
# differs in two ways. It starts with six random trials. And, like KerasTuner,
# it maximizes another acquisition function, the *upper confidence bound*
#
# $$\text{UCB}(x) = \mu + \beta\,\sigma, \qquad \beta = 2.6$$
#
# A score above this bound is unlikely. The larger $\beta$, the more the search
# explores. (KerasTuner minimizes the negative score, so it speaks of a *lower*
# bound, $-\mu - \beta\,\sigma$.)

# %%
n_guided = by_mode(short=10, full=100)
guided = tuning.search(
    space,
    images,
    strategy="bayesian",
    max_trials=n_guided,
    epochs=n_epochs,
    seed=SEED,
    show=False,
)
print(guided)
plots.plot_search(guided.trials);
# %% [markdown]
# Do the trials get better after the random start? Compare the best with that
# of the [random search](#tuning), too. But one search each proves nothing
# about the strategies, and after so few trials the surrogate knows little of a
# space with ten dimensions.
#
# **Learnt:** a surrogate turns past trials into the next one. Use it where a
# trial is expensive and there are few hyperparameters.

# %% [markdown] anchor="exercises-strategies"
# ## Exercises: where to look next
#
# *About 10 minutes.*

# %% [markdown] tags=["exercise"]
# ### Exercise: the epochs of a bracket
#
# A bracket trains 9 networks to epoch 1, goes on with the best 3 to epoch 3,
# and with the best of those to epoch 9. How many epochs does it train in all?

# %% tags=["exercise"]
n_epochs_trained = ...
exercises.check("halving-epochs", n_epochs_trained)

# %% tags=["solution"]
exercises.check("halving-epochs", 9 * 1 + 3 * (3 - 1) + 1 * (9 - 3))

# %% [markdown] tags=["exercise"]
# ### Exercise: expected improvement
#
# Return the expected improvement on `best` at each place, from the surrogate's
# `mean` and `std` (above 0) there, arrays of the same shape.
# `scipy.stats.norm` has `cdf` and `pdf`.


# %% tags=["exercise"]
def improvement(mean, std, best):
    return ...


exercises.check("expected-improvement", improvement)

# %% tags=["solution"]
from scipy.stats import norm


def improvement(mean, std, best):
    z = (mean - best) / std
    return (mean - best) * norm.cdf(z) + std * norm.pdf(z)


exercises.check("expected-improvement", improvement)

# %% [markdown] tags=["exercise"]
# ### Exercise: where the bound is highest
#
# The surrogate has a `mean` and a `std` for each of several places. Return the
# index of the place at which the upper confidence bound with `beta` is
# highest.


# %% tags=["exercise"]
def next_place(mean, std, beta):
    return ...


exercises.check("confidence-bound", next_place)


# %% tags=["solution"]
def next_place(mean, std, beta):
    return np.argmax(mean + beta * std)


exercises.check("confidence-bound", next_place)

# %% [markdown] anchor="over-tuning" part="Winning by luck"
# ## Why the winner's score is too high
#
# *About 7 minutes.*
#
# The validation accuracy of a network is an estimate: if its true accuracy is
# $p$, the standard error with $n$ images is $\sqrt{p(1-p)/n}$. The winner of a
# search is the network with the *highest* estimate, and the highest of many is
# likely to be a lucky one. The more you try, the more the winner's score
# flatters it: you overfit the validation images by hand.
#
# First without any network. Forty candidates are all worth 0.8, and each is
# scored on 50 images. What does the best of them promise?

# %% tags=["live", "slide-code"]
# Forty candidates worth 0.8, 50 images: rng.binomial, then max over them.
rng = np.random.default_rng(SEED)
scores = rng.binomial(50, 0.8, size=(1000, 40)) / 50
print(f"one candidate: {scores[:, 0].mean():.3f} on average")
print(f"the best of forty: {scores.max(axis=1).mean():.3f}")

# %% [markdown]
# Real networks differ in what they are worth. So we train many small ones and
# score them on validation images and on the holdout. Then we simulate a
# thousand searches: each takes the networks in another order, draws its own
# few validation images, and reports its best so far.
#
# *Predict first: with 50 validation images and 40 trials, by how much is the
# winner's score too high?*
#
# - **a** by less than 2%
# - **b** by 2% to 15%
# - **c** by more than 15%


# %%
def correct(network, X, labels):
    """Which images a network has right, shape (n,)."""
    return network(X, training=False).numpy().argmax(axis=1) == labels


rng = np.random.default_rng(SEED)
lucky = tuning.Trainer(small, batch_size=128)
right, worth = [], []
for number in range(by_mode(short=40, full=200)):
    rate = 0.0005 * 10 ** rng.random()
    network = tuning.make_mlp(
        n_layers=1,
        n_units=64,
        optimizer="adam",
        learning_rate=rate,
        seed=number,
    )
    lucky.fit(network, 3, seed=number)
    right.append(correct(network, fashion.X_val, fashion.labels("val")))
    worth.append(correct(network, fresh_X, fresh_y.argmax(axis=1)).mean())
low, high = min(worth), max(worth)
print(f"{len(worth)} networks, on the holdout {low:.3f} to {high:.3f}")

# %%
searches = {
    n_images: tuning.winners(right, worth, n_images)
    for n_images in (50, 200, 1000)
}


def winning_by_luck(n_images=50):
    """What searches report, and what their winners are worth."""
    return plots.plot_overtuning(searches[n_images], best=max(worth))


explore(winning_by_luck, n_images=list(searches))

# %%
Table(
    ["winner's score too high by", *(f"{n} images" for n in searches)],
    [
        (
            f"{k} trial{'s' * (k > 1)}",
            *(f"{them.optimism[k - 1]:+z.3f}" for them in searches.values()),
        )
        for k in (1, 5, 10, 20, 40)
    ],
)

# %% tags=["hide-input"]
too_high = searches[50].validation - searches[50].test
display(
    claim(
        too_high[:, 39] - too_high[:, 0],
        "how much too high the winner's accuracy is on 50 images, 40 trials"
        " minus one",
        smallest=0.01,
        if_so="The winner of 40 trials promises too much: on average"
        " {mean:.1%} more than a single trial does.",
        if_not="With 40 trials the winner's accuracy promises hardly more than"
        " with one: {mean:+.1%}.",
        if_undecided="Whether more trials make the winner's accuracy promise"
        " too much stays open: {low:+.1%} to {high:+.1%}.",
    )
)
claim(
    searches[50].test[:, 39] - searches[50].test[:, 0],
    "what the winner on 50 images is worth, 40 trials minus one",
    smallest=0.005,
    if_so="Searching helps nevertheless: the winner of 40 is worth {mean:.1%}"
    " more than a single trial.",
    if_not="And the winner of 40 is worth no more than a single trial:"
    " {mean:+.1%}.",
    if_undecided="Whether the winner of 40 is worth more than a single trial"
    " stays open: {low:+.1%} to {high:+.1%}.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** By several percent: the table above has the number. With a single
# trial nothing is chosen for its luck, so the difference is near 0; what
# remains is that the holdout is a little harder or easier than the validation
# images.
#
# </details>
#
# The bands of the figure hold the middle 80% of the searches; the dotted line
# is the best of all these networks.
#
# There are two remedies. More validation images bring the two lines together.
# And images that have influenced no choice show what the winner is worth.
#
# **Learnt:** the best validation score of a search is too high. The more
# trials and the fewer images, the worse. Report a score on images that had no
# say.

# %% [markdown] anchor="scikit-learn"
# ## Inside scikit-learn
#
# *About 7 minutes.*
#
# A network is only one step of a pipeline: before it, inputs are scaled and
# features are chosen. Tune the whole pipeline, and put all of it inside the
# cross-validation; otherwise the held-out fold leaks into the scaling.
# scikit-learn has the pipeline and the searches; `tuning.DenseClassifier` is
# the lecture's network as a scikit-learn classifier. If your network is not a
# dense one, or if you need a regressor,
# [SciKeras](https://adriangb.com/scikeras/) makes one from a function that
# builds a Keras model.
#
# *Predict first: three candidates, three folds, and the best is fitted once
# more on all images. How many networks are trained?*

# %% tags=["slide-code"]
# Search learning rate and penalty of a pipeline, cross-validated.
X, y = fashion.X_train[:1200], fashion.labels("train")[:1200]
network = tuning.DenseClassifier(
    n_layers=1, n_units=64, epochs=4, random_state=SEED
)
pipeline = Pipeline([("scale", StandardScaler()), ("net", network)])
ranges = {
    "net__learning_rate": loguniform(1e-4, 1e-1),
    "net__l2": loguniform(1e-5, 1e-2),
}
drawn = RandomizedSearchCV(pipeline, ranges, n_iter=3, cv=3, random_state=SEED)
drawn.fit(X, y)
on_fresh = drawn.score(fresh_X, fresh_y.argmax(axis=1))
print(f"Best, cross-validated: {drawn.best_score_:.3f}")
print(f"Fitted again, on the holdout: {on_fresh:.3f}")

# %%
told = [
    "param_net__learning_rate",
    "param_net__l2",
    "mean_test_score",
    "std_test_score",
]
Table(
    ["candidate", "learning rate", "l2", "mean of the folds", "deviation"],
    [
        (f"{number}", *(f"{value:.3g}" for value in candidate))
        for number, candidate in enumerate(
            zip(*(drawn.cv_results_[name] for name in told)), 1
        )
    ],
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **10.** Three candidates times three folds, and the best once more on all
# images.
#
# </details>
#
# Three scores per candidate show how much is luck; one validation set cannot.
# The price is three trainings instead of one. But the best of these means was
# *chosen*, so it flatters, too. (The accuracy on the holdout can be higher
# nevertheless: the last fit has half as many images again as each of the
# others.) **Nested cross-validation** puts the whole search inside another
# one: `cross_val_score(drawn, X, y, cv=3)` repeats it three times, and judges
# each winner on a fold that its search has never seen. It tells you what *such
# a search* is worth, for about three times the price.
#
# `GridSearchCV` takes lists instead of distributions; everything else stays
# the same. You can search over the steps of the pipeline, too:

# %%
scalings = GridSearchCV(
    pipeline, {"scale": [StandardScaler(), "passthrough"]}, cv=2, refit=False
).fit(X, y)
for chosen, mean in zip(
    scalings.cv_results_["params"], scalings.cv_results_["mean_test_score"]
):
    print(f"{chosen['scale']}: {mean:.3f}")

# %% [markdown]
# Keras has a wrapper of its own, with a trap. scikit-learn's searches *clone*
# an estimator before each fit. What becomes of the arguments that Keras'
# wrapper should pass on to `fit`?


# %%
def build(X, y):
    return models.mlp(64)


theirs = keras.wrappers.SKLearnClassifier(
    model=build, fit_kwargs={"epochs": 10}
)
print("before:", theirs.fit_kwargs, " cloned:", clone(theirs).fit_kwargs)

# %% [markdown]
# If the clone comes without them, each training in a search lasts one epoch,
# without a warning.
#
# **Learnt:** put everything that learns from data inside the pipeline, and
# check that your settings survive a clone.

# %% [markdown] anchor="several-machines"
# ## On several machines
#
# Trials do not depend on each other, so a search is easy to share. One
# process, the *chief*, hands out hyperparameters and collects scores; the
# others, the *workers*, train. On one machine:
#
# ```sh
# python -m lecture tune --workers 2 --trials 20
# ```
#
# On several machines that share a folder, one runs the chief, and each of the
# others a worker with the same options:
#
# ```sh
# python -m lecture tune --chief 10.0.0.1:9000 --directory /shared/search \
#     --trials 100
# python -m lecture tune --worker 10.0.0.1:9000 --directory /shared/search \
#     --trials 100
# ```
#
# If a worker dies, the chief notices and gives its trial to another. The
# chief's port has no password, so open it to your own machines only. Bayesian
# optimization gains least: with several trials under way, it chooses each
# without knowing how the others end.

# %% [markdown] anchor="test-once"
# ## The test images, once
#
# *About 4 minutes.*
#
# All choices are made. Of the networks of the three searches we take the one
# with the highest validation accuracy. We train it anew, from five seeds, on
# training and validation images together, for as many epochs as gave it its
# score. Only now do we open the test images. What they say we report, whether
# we like it or not.
#
# *Predict first: the winner may have been lucky on the validation images, but
# it is now trained on more images. Is its test accuracy above or below the
# score that it won with?*
#
# - **a** above, by half a percent or more: more images help
# - **b** below, by half a percent or more: the luck is gone
# - **c** the same to within half a percent: the two cancel

# %% tags=["slide-code"]
# Open the test images, and retrain the winner of all searches.
opened = test.open()
at_last = replace(images, X_test=opened.X_test, y_test=opened.y_test)
winner = max((result, halved, guided), key=lambda search: search.best.score)
finals = winner.retrain_seeds(at_last, 5)
on_test = np.array([final.test_accuracy for final in finals])
print(f"In its search: validation accuracy {winner.best.score:.4f}.")
print(f"{len(at_last.X_test):,} test images: {on_test.mean():.4f} on average,")
print(f"from {on_test.min():.4f} to {on_test.max():.4f}.")

# %% tags=["hide-input"]
lost = claim(
    winner.best.score - on_test,
    "validation accuracy that won minus test accuracy after retraining",
    smallest=0.005,
    if_so="The score that won was too high, by {mean:.1%}.",
    if_not="The score that won was not too high: {mean:+.1%}.",
    if_undecided="Whether the score that won was too high stays open:"
    " {low:+.1%} to {high:+.1%}.",
)
display(lost)
experiments.decided(
    a=lost.high <= -0.005,
    b=lost.low >= 0.005,
    c=-0.005 < lost.low and lost.high < 0.005,
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# The sentence above says which was stronger here. The more trials the winner
# was chosen from, the more luck there is to lose; the more images the
# validation set adds, the more there is to gain.
#
# </details>
#
# If you open the test images again after another choice, `test.open()` warns
# you: they have helped to choose, and nothing is left to judge by.
#
# **Learnt:** train the winner anew on training and validation images, test it
# once, and report that number with its spread over seeds.

# %% [markdown] anchor="exercises-luck"
# ## Exercises: winning by luck
#
# *About 10 minutes.*

# %% [markdown] tags=["exercise"]
# ### Exercise: what the winner hides
#
# `right` is an array (m, n) of 0 and 1: which of n validation images each of m
# networks classifies correctly. `test` holds their test accuracies, shape
# (m,). Return by how much the validation accuracy of the winner exceeds its
# test accuracy.


# %% tags=["exercise"]
def optimism(right, test):
    return ...


exercises.check("optimism", optimism)


# %% tags=["solution"]
def optimism(right, test):
    scores = right.mean(axis=1)
    winner = scores.argmax()
    return scores[winner] - test[winner]


exercises.check("optimism", optimism)

# %% [markdown] tags=["exercise"]
# ### Exercise: find the leak (repair)
#
# This function scales the rows of `X` for one fold of a cross-validation, and
# returns the training rows and the held-out rows; `held_out` says for each row
# which it is. Accuracies computed with it can be too high. Find out why, and
# repair it.


# %% tags=["exercise"]
def scaled_fold(X, held_out):
    scaled = (X - X.mean(axis=0)) / X.std(axis=0)
    return scaled[~held_out], scaled[held_out]


exercises.check("scaling-leak", scaled_fold)


# %% tags=["solution"]
def scaled_fold(X, held_out):
    mean, std = X[~held_out].mean(axis=0), X[~held_out].std(axis=0)
    return (X[~held_out] - mean) / std, (X[held_out] - mean) / std


exercises.check("scaling-leak", scaled_fold)

# %% [markdown] tags=["exercise"]
# ### Exercise: our validation set is the test set (design)
#
# "We have little data", says a colleague, "so we tune on the test images and
# report the accuracy on them." What is wrong with that number? Then do it
# better: split `n` rows at random, with the generator `rng`, and return three
# arrays of row numbers: half to train on, a quarter to validate on, a quarter
# to test on.


# %% tags=["exercise"]
def three_parts(n, rng):
    return ...


exercises.check("three-parts", three_parts)


# %% tags=["solution"]
# The best of many scores on the test images was chosen for being the best,
# luck included, so it says too much about new images.
def three_parts(n, rng):
    return np.split(rng.permutation(n), [n // 2, 3 * n // 4])


exercises.check("three-parts", three_parts)

# %% [markdown] anchor="summary-03"
# ## What was learnt
#
# - Say what may vary, on which scale, and when it counts. Leave the rest at
#   its defaults.
# - Look at all trials: which hyperparameters matter, and which do not?
# - Random search beats a grid where few of many hyperparameters matter.
# - Hyperband stops bad networks early; a surrogate says where to look next.
# - The winner's validation score is too high. Judge the winner on images that
#   had no say, over several seeds, and open the test images once, at the end.
# - Whatever learns from data belongs inside the cross-validation.

# %% [markdown] anchor="references-03"
# ## References
#
# - Bergstra and Bengio (2012). [Random search for hyper-parameter
#   optimization](https://www.jmlr.org/papers/v13/bergstra12a.html). JMLR.
# - Jones, Schonlau and Welch (1998). [Efficient global optimization of
#   expensive black-box functions](https://doi.org/10.1023/A:1008306431147).
#   Journal of Global Optimization.
# - Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar (2018). [Hyperband: a
#   novel bandit-based approach to hyperparameter
#   optimization](https://jmlr.org/papers/v18/16-558.html). JMLR.
# - O'Malley et al. [KerasTuner](https://keras.io/keras_tuner/).
# - Snoek, Larochelle and Adams (2012). [Practical Bayesian optimization of
#   machine learning algorithms](https://arxiv.org/abs/1206.2944). NeurIPS.
