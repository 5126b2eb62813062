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
# depends on what is chosen before training: widths, penalties, rates. Here a
# program chooses. It trains many networks and records every result; we look at
# all of them, not only at the winner.
#
# After this chapter you can set up a search, say how many trials it needs,
# stop bad networks early, and say what the winner is really worth.
#
# 1. **[A search](#hyperparameter-space)**: what may be chosen, a search, what
#    it costs, what its winner is worth.
# 2. **[Where to look next](#grid-and-random)**: grids, chance, stopping early,
#    a surrogate.
# 3. **[Winning by luck](#over-tuning)**: why the winner's score is too high,
#    cross-validation, several machines, and the test images, once.
#
# Where a sentence is followed by numbers in small print, these numbers have
# chosen it.

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
# its learning rate. No gradient leads to them, so they are tried, and a trial
# is a whole training. Where one takes two hours, ten are a day.
#
# A **space** says what may be tried. In a good one, learning rates and
# strengths are spread over their *logarithm*: from 0.001 to 0.002 is as large
# a change as from 0.01 to 0.02. A hyperparameter that counts only where
# another has a certain value says so. And everything that is left out has a
# sensible default.
#
# *Predict first: try three values of every number below, and all values of the
# rest. How many networks is that?*
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
    f"{len(grid):,} different networks, since a strength counts only where"
    " there is a penalty, and momentum only with SGD."
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** About ten thousand: each hyperparameter *multiplies* the number. And
# three values of a learning rate are not many.
#
# </details>
#
# The space is an object to change:
# `space.replace(n_layers=tuning.Whole(1, 5), activation=None)` has more layers
# and leaves the activation to its default.
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
# best accuracy on the *validation* images.
#
# *Predict first: which hyperparameter will matter most?*
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


# %% tags=["hide-input"]
def explained(name):
    """Share of the scores' variance between thirds of a range, or values."""
    known = result.frame()[[name, "score"]].dropna()
    groups = known[name]
    if groups.nunique() > 3 and groups.dtype.kind in "if":
        groups = groups.rank(pct=True).mul(3).clip(0.01).apply(np.ceil)
    means = known.groupby(groups)["score"].transform("mean")
    return means.var() / known["score"].var()


always = [
    name for name in space if name in result.frame() and not space[name].when
]
shares = sorted(((explained(name), name) for name in always), reverse=True)
Table(
    ["hyperparameter", "share of the scores' variance that it explains alone"],
    [(name, f"{share:.0%}") for share, name in shares],
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The table ranks them. Three groups of twenty trials explain about a tenth by
# chance alone, so only a share well above that says anything. And such a share
# can miss an effect that has two ends: a learning rate can be too small or too
# large, and the best one depends on the optimizer.
#
# </details>
#
# A trial is short, and batch normalization is scored with its moving averages.
# `mlp` lets them follow the last ten batches; with Keras' default of 0.99 they
# would not have settled by then, and its panel would show harm where there is
# none.
#
# Each panel shows all trials against one hyperparameter, so it mixes the
# effects of the others. A line through all of them at once keeps a trial
# together. Take away the worse trials: what do the rest have in common?


# %%
def best_trials(n=20):
    best = sorted(result.trials, key=lambda trial: -(trial.score or 0))[:n]
    return plots.plot_parallel(best, logarithmic=LOGARITHMIC)


explore(best_trials, n=[20, 10, 5, 3])

# %% [markdown]
# Where the lines of the best still spread over a whole axis, that
# hyperparameter does not matter much here, or too few were tried to tell. The
# curves behind the scores say why the others failed:

# %%
plots.plot_trial_curves(result.trials);

# %% [markdown]
# Where a curve is still rising at its end, more epochs could change the
# ranking. A search finds what is best *after so many epochs*.
#
# **Learnt:** look at all trials. With enough of them a search tells you which
# hyperparameters matter, and its winner is only one of its results.

# %% [markdown] anchor="search-costs"
# ## What a search costs
#
# *About 5 minutes.*
#
# A trial costs its epochs, and before them a second or two in which Keras
# traces and compiles the training step. Here trials that differ in numbers
# only (widths, rates, strengths) share what was compiled for the first of
# them.
#
# How many trials are enough? Call the best 5 % of a space good enough. A
# random trial misses them with probability 0.95, and $n$ independent trials
# all miss them with probability $0.95^n$:
#
# $$P(\text{one of the best } q \text{ in } n \text{ trials}) = 1 - (1 - q)^n$$
#
# *Predict first: how many random trials give a chance of 95 % to have one of
# the best 5 %?*


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
            f"95 % with {enough} trials",
            (enough, 0.95),
            xytext=(12, -30),
            textcoords="offset points",
            color=plots.COLORS[1],
            weight="bold",
        )
    ax.set(
        xlabel="trials",
        ylabel=f"chance of one of the best {best} %",
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
print(f"{len(frame)} trials, {epochs_in_all} epochs: {seconds.sum():.0f} s.")
print(
    f"{each:.1f} s a trial, from {seconds.min():.1f} to {seconds.max():.1f} s."
)
hours = len(grid) * each / 3600
print(f"The grid of {len(grid):,} networks would take {hours:.1f} hours.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# **59.** $0.95^{59}$ is just below 0.05. The formula does not know how many
# hyperparameters there are.
#
# </details>
#
# That is the strength of random search, and its limit: it promises to be among
# the best 5 % of what the *space* holds. If hardly anything in the space is
# any good, the best 5 % are not good either.
#
# **Learnt:** the price of a random search depends on how good you want to be,
# not on how many hyperparameters there are.

# %% [markdown] anchor="final-network"
# ## What the winner is worth
#
# *About 5 minutes.*
#
# The validation images have chosen the winner, so they cannot judge it: a
# judge must not have a favourite. We kept some training images out of the
# search, the *holdout*. The test images stay sealed until the [last
# section](#test-once).
#
# Both networks below start from the same seeds and see the same mini-batches:
# the winner, and a network with two layers of 512 units that we picked by
# hand. So the *paired* difference is what counts, with its interval.
#
# *Predict first: is the winner's accuracy on the holdout as high as the
# validation accuracy that made it the winner?*
#
# - **a** higher
# - **b** the same, but for rounding
# - **c** lower

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
display(
    claim(
        result.best.score - found,
        "validation accuracy that won minus accuracy on the holdout",
        smallest=0.005,
        if_so="The winner's score promised {mean:.1%} more than it is worth.",
        if_not="The winner's score promised no more than it is worth:"
        " {mean:+.1%}.",
        if_undecided="Whether the winner's score promised too much stays open:"
        " {low:+.1%} to {high:+.1%}.",
    )
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
# The first sentence says by how much. The highest of many scores tends to be a
# lucky one, and on new images luck does not come again. Single seeds can fall
# on either side.
#
# </details>
#
# Look at the spread of the points, too: a network whose accuracy jumps from
# seed to seed is a poor winner, even if its mean is high.
#
# **Learnt:** the winner's validation score is not what it is worth. Judge it
# on images that had no say, over several seeds, against what you had before.

# %% [markdown] anchor="exercises-search"
# ## Exercises: a search
#
# *About 10 minutes.*
#
# Replace the three dots with your answer and run the cell. It says
# whether you are right, and if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: the fits of a grid
#
# A grid holds 3 learning rates, 4 widths and 2 activations. Each of its
# networks is scored by 5-fold cross-validation, and the best is fitted once
# more, on all images. How many fits are that?

# %% tags=["exercise"]
n_fits = ...
exercises.check("grid-fits", n_fits)

# %% tags=["solution"]
exercises.check("grid-fits", 3 * 4 * 2 * 5 + 1)

# %% [markdown] tags=["exercise"]
# ### Exercise: enough trials
#
# How many random trials does it take until, with a chance of at least 90 %,
# one of them is among the best 2 %?

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
# Yet of two hyperparameters often only one matters. Then the nine networks of
# a grid try three values of what matters, each three times, and nine networks
# drawn at random try nine ([Bergstra and Bengio,
# 2012](https://www.jmlr.org/papers/v13/bergstra12a.html)).
#
# Here the learning rate of a small network matters, and the strength of its L2
# penalty, far below what would hurt, does not. We measure the effect of the
# rate once, with networks from ten seeds at each of 25 rates. Then a search
# costs nothing: its score at a rate is read off the measured curve.
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
# The projections above the squares are the point: with nine trials the grid
# tries three different rates, chance nine. How much is luck? Draw other random
# searches, and move on to larger ones:


# %%
def grid_or_chance(n_each=3, draw=1):
    """A grid with so many values of each, and as many random trials."""
    side = (np.arange(n_each) + 0.5) / n_each
    lattice = np.array(list(product(side, side)))
    chosen = np.random.default_rng(draw).random((n_each**2, 2))
    return plots.plot_coverage(lattice, chosen, effect=effect, names=NAMES)


explore(grid_or_chance, n_each=[2, 3, 4], draw=(1, 4))

# %% [markdown]
# Four draws are four anecdotes. The measured curve lets us try thousands of
# searches, with the grid moved to a random place each time; and for comparison
# a world in which both hyperparameters matter equally, with the same curve for
# each.


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
print(f"Where only the rate matters, chance wins {wins:.0%} of the races.")
display(
    claim(
        one_matters,
        "best score of nine random trials minus that of a grid of nine, where"
        " one hyperparameter matters",
        smallest=0.005,
        if_so="Where one matters, chance finds {mean:.3f} more.",
        if_not="Where one matters, chance does not find more: {mean:+.3f}.",
        if_undecided="Where one matters, the races are undecided.",
    )
)
claim(
    both_matter,
    "best score of nine random trials minus that of a grid of nine, where both"
    " matter",
    smallest=0.005,
    if_so="Where both matter equally, chance finds {mean:.3f} more.",
    if_not="Where both matter equally, its lead is gone: {mean:+.3f}.",
    if_undecided="Where both matter equally, the races are undecided.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The printed line says how often. Random trials try more values of what
# matters. In a single race they may still lose: the grid's values may happen
# to lie well, or all random ones badly.
#
# </details>
#
# A grid is spread more evenly than chance, which is worth something where all
# hyperparameters matter equally. But who knows beforehand that all ten do?
#
# **Learnt:** with more than two hyperparameters draw at random: no value is
# tried twice, and what does not matter costs nothing.

# %% [markdown] anchor="hyperband"
# ## Hyperband: stop the bad ones early
#
# *About 7 minutes.*
#
# After one epoch you can already see that many networks are bad. *Successive
# halving* trains many for a short while, keeps the best third, trains those
# three times as long, and so on. But some networks start slowly and end well.
# **Hyperband** ([Li et al., 2018](https://jmlr.org/papers/v18/16-558.html))
# therefore runs several brackets: the first starts many networks and drops
# most of them at once, the last trains a few to the end.
#
# *Predict first: each row of the plan is a round. Which bracket trains the
# most epochs in all?*
#
# - **a** the first to run: it starts the most networks
# - **b** the last to run: it trains to the end
# - **c** none by much

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
# **c.** None by much: the plan gives every bracket about as many epochs, and
# they spend them on many networks for a short while or on few for long.
#
# </details>
#
# Now the curves. A dot is where a network goes on to the next round, a cross
# where it was dropped.

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
    "Both searches have the same winner: what differs in the last columns is"
    " how long it was trained."
    if same
    else "The searches have different winners."
)

# %% [markdown]
# The two searches draw their networks with the same seed, so they start with
# the same ones. Compare them at equal epochs, and by the epochs that they
# spent; a difference in the end may only be one of how long the winner was
# trained.
#
# Is a network's beginning a good sign of its end? The trials of the random
# search above were all trained to the end, so we can ask them: rank them after
# an early epoch, keep a third, and count how many of the best third at the end
# are among them.
#
# *Predict first: if you keep the best third after one epoch, how many of the
# final best third do you keep?*
#
# - **a** about a third of them: as many as by chance
# - **b** more than half
# - **c** all

# %% tags=["live", "slide-code"]
# Keep a third after epoch 1: np.argsort of the first column of curves.
curves = np.array([t.curve for t in result.trials if t.status == "completed"])
third = len(curves) // 3
kept = np.argsort(-curves[:, 0], kind="stable")[:third]
best = np.argsort(-curves[:, -1], kind="stable")[:third]
print(f"{len(set(kept) & set(best))} of the final best {third} are kept")


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

# %% [markdown]
# <details><summary>Answer</summary>
#
# The printed line counts them. By chance it would be a third. Failures show at
# once; among the good ones the order can still change, because a small
# learning rate starts slowly.
#
# </details>
#
# That is why there are several brackets: one of them drops nobody early.
#
# **Learnt:** spend epochs where they tell something: few on networks that fail
# anyway, many on those that may win.

# %% [markdown] anchor="bayesian-optimization"
# ## Bayesian optimization: learn where to look
#
# *About 8 minutes.*
#
# Random search forgets what it has seen. *Bayesian optimization* fits a model
# of the score, the **surrogate**, to all trials so far, and asks it where to
# try next. The surrogate here is a Gaussian process: near a trial it is sure,
# far from all of them it is not. An *acquisition function* turns its mean
# $\mu$ and its deviation $\sigma$ at a place $x$ into one number, and the next
# trial is where that is largest. We use the *expected improvement* on the best
# score so far ([Jones et al., 1998](https://doi.org/10.1023/A:1008306431147)):
#
# $$\text{EI}(x) = (\mu - y_\text{best})\,\Phi(z) + \sigma\,\varphi(z), \qquad z = \frac{\mu - y_\text{best}}{\sigma}$$
#
# with $\Phi$ and $\varphi$ the distribution and density of the standard normal
# distribution.
#
# One hyperparameter is enough to watch it: the learning rate of the small
# network, whose curve we measured above.
#
# *Predict first: two rates are tried, one near each end of the range, and both
# are bad. Where will it look third?*
#
# - **a** close beside the better one
# - **b** between them, far from both
# - **c** at the same place again, to be sure

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
# The third number of the printed line is where it looked. It weighs two
# things: how good a place is expected to be, and how unsure it is. A place
# that is surely as good as the best would gain nothing.
#
# </details>
#
# Move the slider and watch two motives take turns: looking where little is
# known, and looking near the best. The dashed curve is the mean of ten seeds,
# which the search does not know; each point is one network, so it need not lie
# on the curve.
#
# With ten hyperparameters nobody can draw the surrogate. The search below is
# the same but for two things. It starts with six random trials. And it
# maximizes another acquisition function, as KerasTuner does, the *upper
# confidence bound*
#
# $$\text{UCB}(x) = \mu + \beta\,\sigma, \qquad \beta = 2.6$$
#
# A trial there is unlikely to score higher. The larger $\beta$, the more the
# search looks where little is known. (KerasTuner minimizes the score with its
# sign turned, so it speaks of a *lower* bound, $-\mu - \beta\,\sigma$.)

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
# After the random start, do the trials get better? And compare the best with
# that of the [random search](#tuning): one search each proves nothing about
# the strategies, and with this few trials the surrogate knows little of a
# space with so many dimensions.
#
# **Learnt:** a surrogate turns past trials into the next one. It pays where
# trials are expensive and hyperparameters few.

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
# number of the place, from 0, at which the upper confidence bound with `beta`
# is highest.


# %% tags=["exercise"]
def next_place(mean, std, beta):
    return ...


exercises.check("confidence-bound", next_place)


# %% tags=["solution"]
def next_place(mean, std, beta):
    return np.argmax(mean + beta * std)


exercises.check("confidence-bound", next_place)

# %% [markdown] anchor="over-tuning" part="Winning by luck"
# ## Winning by luck
#
# *About 7 minutes.*
#
# The validation score of a network is an estimate: with $n$ images its
# standard error is about $\sqrt{p(1-p)/n}$. The winner of a search is the one
# with the *highest* estimate, and among many candidates the highest is likely
# to be one that was lucky. The more you try, the more the winner's score
# flatters it: you overfit the validation images, by hand.
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
# score them on validation images and on the holdout. Then we draw a thousand
# searches: each takes the networks in another order, has its own few
# validation images, and reports its best so far.
#
# *Predict first: with 50 validation images and 40 trials, by how much is the
# winner's score too high?*
#
# - **a** by less than 1 %
# - **b** by several percent
# - **c** by 20 % or more


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
            *(f"{them.optimism[k - 1]:+.3f}" for them in searches.values()),
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
# The last row of the table has it, in the first column. With one trial nothing
# is chosen for its luck, and the difference is near 0 (what remains is how
# much harder the holdout is). The sentence above says what 40 trials add.
#
# </details>
#
# There are two remedies. More validation images bring the two lines of the
# figure together. And images that no choice has seen tell what the winner is
# worth: the lower line.
#
# **Learnt:** the best validation score of a search is too high, the more so
# the more trials and the fewer images. Report a score on images that had no
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
# the lecture's network as one of its classifiers.
# [SciKeras](https://adriangb.com/scikeras/) is a library that turns a function
# which builds a Keras model into such a classifier. Use it when your network
# is not a dense one, or when you need a regressor.
#
# *Predict first: three candidates and three folds, and the best is fitted once
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
print(f"best: {drawn.best_score_:.3f} cross-validated, {on_fresh:.3f} fresh")

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
# Three scores for each candidate give an idea of how far chance goes, which a
# single validation set does not. The price is three trainings. But the best of
# these means was *chosen*, so it flatters, too. **Nested cross-validation**
# puts the whole search inside another one: `cross_val_score(drawn, X, y,
# cv=3)` repeats it three times, and each winner is judged on a fold that its
# search has never seen. It tells what *such a search* is worth, at three times
# the price.
#
# `GridSearchCV` takes lists in the place of distributions; everything else
# stays. A step of the pipeline is as good a thing to search as a number:

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
# an estimator before each fit, and the clone of Keras' wrapper has lost what
# it was to hand to `fit`:


# %%
def build(X, y):
    return models.mlp(64)


theirs = keras.wrappers.SKLearnClassifier(
    model=build, fit_kwargs={"epochs": 10}
)
print("before:", theirs.fit_kwargs, " cloned:", clone(theirs).fit_kwargs)

# %% [markdown]
# So every network of a search would be trained for one epoch, and nothing says
# so.
#
# **Learnt:** put everything that learns from data inside the pipeline, and
# check that what you set survives a clone.

# %% [markdown] anchor="several-machines"
# ## On several machines
#
# Trials do not need each other, so a search is easy to share. One process
# hands out hyperparameters and collects scores, the *chief*; the others train,
# the *workers*. On one machine:
#
# ```sh
# python -m lecture tune --workers 2 --trials 20
# ```
#
# On several, which share a folder, one runs the chief and each of the others a
# worker with the same options:
#
# ```sh
# python -m lecture tune --chief 10.0.0.1:9000 --directory /shared/search \
#     --trials 100
# python -m lecture tune --worker 10.0.0.1:9000 --directory /shared/search \
#     --trials 100
# ```
#
# A worker that dies is noticed and its trial is given to another. The chief's
# port has no password, so open it to your own machines only. Bayesian
# optimization gains least: with several trials under way, each is chosen
# without knowing how the others end.

# %% [markdown] anchor="test-once"
# ## The test images, once
#
# *About 4 minutes.*
#
# All choices are made. Of the networks of the three searches we take the one
# with the highest validation accuracy. It is trained anew, from five seeds, on
# training and validation images together, for as many epochs as gave it its
# score. Only now do we open the test images, and what they say is what we
# report, whether we like it or not.
#
# *Predict first: two things pull at the winner: it was lucky on the validation
# images, and it is now trained on more images. Is its test accuracy above or
# below the score that it won with?*
#
# - **a** above: more images help
# - **b** below: luck does not come again
# - **c** as good as equal

# %% tags=["slide-code"]
# Open the test images, and retrain the winner of all searches.
opened = test.open()
at_last = replace(images, X_test=opened.X_test, y_test=opened.y_test)
winner = max((result, halved, guided), key=lambda search: search.best.score)
finals = [winner.retrain(at_last, seed=seed) for seed in range(5)]
on_test = np.array([final.test_accuracy for final in finals])
print(f"In its search: validation accuracy {winner.best.score:.4f}.")
print(f"{len(at_last.X_test):,} test images: {on_test.mean():.4f} on average,")
print(f"from {on_test.min():.4f} to {on_test.max():.4f}.")

# %% tags=["hide-input"]
claim(
    winner.best.score - on_test,
    "validation accuracy that won minus test accuracy after retraining",
    smallest=0.005,
    if_so="The score that won was too high, by {mean:.1%}.",
    if_not="The score that won was not too high: {mean:+.1%}.",
    if_undecided="Whether the score that won was too high stays open:"
    " {low:+.1%} to {high:+.1%}.",
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# The sentence above has the outcome. Which of the two pulls is stronger
# depends on how many trials the winner was chosen from, and on how many images
# the validation set adds.
#
# </details>
#
# Whoever opens the test images again, after another choice, gets a warning
# from `test.open()`: from then on they have helped to choose, and there is
# nothing left to judge by.
#
# **Learnt:** train the winner anew on everything that had a say, test it once,
# and report that number with its spread over seeds.

# %% [markdown] anchor="exercises-luck"
# ## Exercises: winning by luck
#
# *About 10 minutes.*

# %% [markdown] tags=["exercise"]
# ### Exercise: what the winner hides
#
# `right` says which of n validation images each of m networks has right, an
# array (m, n) of 0 and 1; `test` holds their test accuracies, shape (m,).
# Return by how much the validation accuracy of the winner on these images
# exceeds its test accuracy.


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
# A fold of a cross-validation is about to be trained. `held_out` says for each
# row of `X` whether it is held out. The function returns the scaled training
# rows and the scaled held-out rows, and every accuracy that is computed with
# it is a little too high. Find out why, and repair it.


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
# report their accuracy." Say what is wrong with the number that is reported.
# Then do it better: return the row numbers of three parts of `n` rows, a half
# to train on, a quarter to validate and a quarter to test, drawn by the
# generator `rng`.


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
# - Say what may vary, on which scale, and when it counts. The rest has
#   defaults.
# - Look at all trials: which hyperparameters matter, and which do not.
# - Chance beats a grid where few of many hyperparameters matter.
# - Hyperband stops bad networks early; a surrogate says where to look next.
# - The winner's validation score is too high. Judge it on images that had no
#   say, over several seeds, and open the test images once, at the end.
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
