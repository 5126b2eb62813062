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
# program chooses. It trains many networks, keeps what became of each, and you
# look at all of them, not only at the winner.
#
# 1. **[A search](#hyperparameter-space)**: what may be chosen, a search, what
#    it costs, what its winner is worth.
# 2. **[Where to look next](#grid-and-random)**: grids, chance, stopping early,
#    a surrogate.
# 3. **[With care](#over-tuning)**: winning by luck, scikit-learn, several
#    machines.

# %% tags=["hide-input"]
from dataclasses import replace
from functools import partial
from itertools import product

import pandas as pd
from preamble import *
from scipy.stats import loguniform
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

fashion = data.load_fashion_mnist(seed=SEED)


def beginning(n_train, n_val):
    """The same data with fewer images to train on and to choose by."""
    return replace(
        fashion,
        X_train=fashion.X_train[:n_train],
        y_train=fashion.y_train[:n_train],
        X_val=fashion.X_val[:n_val],
        y_val=fashion.y_val[:n_val],
    )


images = beginning(
    by_mode(short=3000, full=None), by_mode(short=1000, full=None)
)
device.report()

# %% [markdown] anchor="hyperparameter-space"
# ## What is there to choose?
#
# *About 4 minutes.*
#
# Weights are learnt: a gradient says where to go. *Hyperparameters* are what
# is fixed before the first step: the number of layers, their width, the
# optimizer and its rate. No gradient leads to them, so they are tried.
#
# A **space** says what may be tried. Three things make a good one: rates and
# strengths are spread over their *logarithm*, since from 0.001 to 0.002 is as
# large a change as from 0.01 to 0.02; a hyperparameter that only counts where
# another has a certain value says so; and everything that is not in it has a
# sensible default.
#
# *Predict first: try three values of every number below, and all values of the
# rest. How many networks is that: about a hundred, a thousand, ten thousand?*

# %% tags=["live", "slide-code"]
# Print what a search of the lecture's networks may choose.
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
# The last line has the number. Each hyperparameter *multiplies* it, and three
# values of a learning rate are not many.
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
# *About 8 minutes.*
#
# The simplest strategy draws each network at random from the space. Each is a
# *trial*: the network is trained on the training images, and its score is the
# best accuracy on the *validation* images. The test images are not touched.
# The ranges are those of [KerasTuner](https://keras.io/keras_tuner/).
#
# *Predict first: among networks drawn blindly, how far is the best from the
# median? And which hyperparameter will matter most?*

# %% tags=["live", "slide-code"]
# Train networks that are drawn at random from the space.
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
# <details><summary>Answer</summary>
#
# The printed line has the distances. Look for the panel with a shape: the
# learning rate's, with failures at its ends, whatever else was chosen. Most
# other panels show good and bad networks at every value.
#
# </details>
#
# A trial is short, and batch normalization is scored with its moving averages.
# `mlp` lets them follow the last ten batches; with Keras' default of 0.99 they
# would not have settled by then, and the panel would show harm where there is
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
# Some curves are still rising when they end: with more epochs the ranking
# would change. A search finds what is best *after so many epochs*.
#
# **Learnt:** look at all trials. A good search tells you which hyperparameters
# matter, and its winner is only one of its results.

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
# 59: $0.95^{59}$ is just below 0.05. The formula does not know how many
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
# The search is over, and the validation images have done their duty. Now the
# winner is trained once more, on training and validation images together, and
# scored on the test images. Once.
#
# *Predict first: will the test accuracy be above or below the validation
# accuracy that made it the winner? And is it ahead of the 512-512 network that
# we picked by hand?*

# %% tags=["live", "slide-code"]
# Train the winner on training and validation images; test it, once.
final = result.retrain(images)
print(f"In the search: validation accuracy {result.best.score:.4f}.")
print(final)

# %%
compared = result.against(lambda: models.mlp(512, 512), images, n_seeds=5)
print(f"Winner against 784-512-512-10: {compared}")
found, by_hand = compared.accuracies.T
shown = {"found by the search": found, "784-512-512-10": by_hand}
plots.plot_variants(shown, label="test accuracy", baseline="784-512-512-10");
# %% [markdown]
# <details><summary>Answer</summary>
#
# Two things pull at it: the winner was lucky on the validation images, which
# costs it on others, and it is now trained on more images, which helps. The
# printed lines have the outcome.
#
# </details>
#
# Both networks start from the same seeds and see the same batches, so the
# *paired* difference is what counts, with its interval. If the interval holds
# 0, a single comparison could have gone either way. Look at the spread, too: a
# network whose accuracy jumps from seed to seed is a poor winner, even if its
# mean is high.
#
# **Learnt:** the winner's validation score is not what it is worth. Train it
# anew, test it once, and compare it over several seeds with what you had
# before.

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
# penalty, far below what would hurt, does not. First the truth, as well as we
# can have it: one trained network for each of 25 rates. Then both searches.
#
# *Predict first: which of the two will find the better network? Would it be
# the same one with other random numbers?*

# %% tags=["hide-input"]
LOW, HIGH = 1e-5, 1.0  # of the learning rate
WEAK, STRONG = 1e-8, 1e-5  # of the penalty


def at(u, low, high):
    """The value at u on a log scale: at 0 the lowest, at 1 the highest."""
    return low * (high / low) ** u


small = beginning(2000, 1000)
small_net = partial(
    tuning.make_mlp, n_layers=1, n_units=32, penalty="l2", optimizer="sgd"
)
rates = at(np.linspace(0, 1, 25), LOW, HIGH)
truth = tuning.search(
    tuning.Space(small_net, learning_rate=tuning.Choice(rates)),
    small,
    strategy="grid",
    epochs=3,
    show=False,
)
score_at = {
    trial.values["learning_rate"]: trial.score for trial in truth.trials
}
curve = np.array([score_at[rate] for rate in rates])

# %% tags=["live"]
# Nine networks from a grid, and nine drawn at random.
plane = tuning.Space(
    small_net,
    learning_rate=tuning.Real(LOW, HIGH, log=True),
    strength=tuning.Real(WEAK, STRONG, log=True),
)
thirds = (np.arange(3) + 0.5) / 3
lattice = plane.replace(
    learning_rate=tuning.Choice(at(thirds, LOW, HIGH)),
    strength=tuning.Choice(at(thirds, WEAK, STRONG)),
)
ordered = tuning.search(
    lattice, small, strategy="grid", epochs=3, seed=SEED, show=False
)
chance_found = tuning.search(
    plane, small, max_trials=9, epochs=3, seed=SEED, show=False
)
for name, nine in {"grid": ordered, "random": chance_found}.items():
    rate = nine.best.values["learning_rate"]
    print(
        f"{name}: {len(nine.trials)} networks, best {nine.best.score:.3f}"
        f" at learning rate {rate:.3g}"
    )


# %% tags=["hide-input"]
def effect(u):
    """The measured score at u of the learning rate's axis, interpolated."""
    return np.interp(u, np.linspace(0, 1, len(curve)), curve)


def places(trials):
    """Where trials lie in the unit square, shape (n_trials, 2)."""
    u = [
        np.log(trial.values["learning_rate"] / LOW) / np.log(HIGH / LOW)
        for trial in trials
    ]
    v = [
        np.log(trial.values["strength"] / WEAK) / np.log(STRONG / WEAK)
        for trial in trials
    ]
    return np.clip(np.transpose([u, v]), 0, 1)


plots.plot_coverage(
    places(ordered.trials),
    places(chance_found.trials),
    effect=effect,
    names=("learning rate", "strength of the penalty"),
);

# %% [markdown]
# <details><summary>Answer</summary>
#
# Most often chance finds the better one, since it tries more values of what
# matters. In a single run it may lose: the grid's values may happen to lie
# well, or all random ones badly.
#
# </details>
#
# The projections above the squares are the point: with nine trials the grid
# tries three different rates, chance nine. How much is luck? Draw other random
# searches, and move on to larger ones:


# %%
def grid_or_chance(n_each=3, draw=1):
    """A grid with so many values of each, and as many random trials."""
    side = (np.arange(n_each) + 0.5) / n_each
    lattice = np.array(list(product(side, side)))
    chosen = np.random.default_rng(draw).random((n_each**2, 2))
    names = "learning rate", "strength of the penalty"
    return plots.plot_coverage(lattice, chosen, effect=effect, names=names)


explore(grid_or_chance, n_each=[2, 3, 4], draw=(1, 4))

# %% [markdown]
# Four draws are four anecdotes. The measured curve lets us try thousands of
# searches without training anything, with the grid moved to a random place
# each time; and for comparison a world in which both hyperparameters matter
# equally, with the same curve for each.


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
rows = []
for world, in_world in worlds.items():
    for n_side in (2, 3, 4, 5):
        of_grids, of_chance = races(in_world, n_side).T
        rows.append(
            {
                "world": world,
                "trials": n_side**2,
                "grid": of_grids.mean(),
                "random": of_chance.mean(),
                "random is better in": (of_chance > of_grids).mean(),
            }
        )
pd.DataFrame(rows).style.format(
    {"grid": "{:.3f}", "random": "{:.3f}", "random is better in": "{:.0%}"}
).hide(axis="index")

# %% [markdown]
# Means of the best score over thousands of searches of each kind. Where one
# hyperparameter matters, chance wins most races, and the more of them the more
# trials there are. Where both matter equally, its lead is gone: a grid is
# spread more evenly than chance. But then, who knows beforehand that all of
# ten hyperparameters matter equally? The [search above](#tuning) does not look
# like it.
#
# **Learnt:** with more than two hyperparameters draw at random: no value is
# tried twice, and what does not matter costs nothing.

# %% [markdown] anchor="hyperband"
# ## Hyperband: stop the bad ones early
#
# *About 7 minutes.*
#
# Many networks can be told to be bad after one epoch. *Successive halving*
# trains many for a short while, keeps the best third, trains those three times
# as long, and so on. But some networks start slowly and end well.
# **Hyperband** ([Li et al., 2018](https://jmlr.org/papers/v18/16-558.html))
# therefore runs several brackets: the first starts many networks and drops
# most of them at once, the last trains a few to the end.
#
# *Predict first: each row of the plan is a round. Which bracket trains the
# most epochs in all?*

# %% tags=["live", "slide-code"]
# Print Hyperband's plan for at most 9 epochs.
columns = ["bracket", "round", "networks", "to epoch"]
plan = pd.DataFrame(tuning.hyperband_rounds(9), columns=columns)
more = plan.groupby("bracket")["to epoch"].diff().fillna(plan["to epoch"])
plan["epochs trained"] = (plan["networks"] * more).astype(int)
plan.style.hide(axis="index")

# %%
halved = tuning.search(
    space, images, strategy="hyperband", epochs=9, seed=SEED, show=False
)
print(halved)
for bracket, trained in (
    plan.groupby("bracket")["epochs trained"].sum().items()
):
    print(f"bracket {bracket}: {trained} epochs")

# %% [markdown]
# <details><summary>Answer</summary>
#
# None by much: the plan gives every bracket about the same, and they spend it
# on many networks for a short while or on few for long.
#
# </details>
#
# Now the curves. A dot is where a network goes on to the next round, a cross
# where it was dropped.

# %%
plots.plot_trial_curves(halved.trials);
# %% tags=["hide-input"]
n_started = len({tuple(trial.values.items()) for trial in halved.trials})
pd.DataFrame(
    {
        "random": {
            "different networks": len(result.trials),
            "epochs trained": frame["epochs"].sum(),
            "best validation accuracy": result.best.score,
        },
        "hyperband": {
            "different networks": n_started,
            "epochs trained": plan["epochs trained"].sum(),
            "best validation accuracy": halved.best.score,
        },
    }
).T.style.format(
    {
        "different networks": "{:.0f}",
        "epochs trained": "{:.0f}",
        "best validation accuracy": "{:.3f}",
    }
)

# %% [markdown]
# Is a network's beginning a good sign of its end? The trials of the random
# search above were all trained to the end, so we can ask them: rank them after
# an early epoch, keep a third, and count how many of the best third at the end
# are among them.
#
# *Predict first: if you keep the best third after one epoch, how many of the
# final best third do you keep?*


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
# The title of the figure counts them. Failures show at once; among the good
# ones the order after one epoch is not yet the order at the end, because a
# small learning rate starts slowly.
#
# </details>
#
# That is why there are several brackets. The comparison in the table is not
# quite fair: the two searches train for different numbers of epochs. Compare
# the networks tried with the epochs spent.
#
# **Learnt:** spend epochs where they tell something: few on networks that fail
# anyway, many on those that may win.

# %% [markdown] anchor="bayesian-optimization"
# ## Bayesian optimization: learn where to look
#
# *About 8 minutes.*
#
# Random search forgets what it has seen. *Bayesian optimization* fits a model
# of the score, the **surrogate**, to all trials so far, and tries next where
# that model hopes for most. The surrogate here is a Gaussian process: near a
# trial it is sure, far from all of them it is not. What it hopes for is the
# *expected improvement* on the best score so far ([Jones et al.,
# 1998](https://doi.org/10.1023/A:1008306431147)):
#
# $$\text{EI}(x) = (\mu - y_\text{best})\,\Phi(z) + \sigma\,\varphi(z), \qquad z = \frac{\mu - y_\text{best}}{\sigma}$$
#
# with the surrogate's mean $\mu$ and deviation $\sigma$ at $x$, and $\Phi$ and
# $\varphi$ the distribution and density of the standard normal distribution.
#
# One hyperparameter is enough to watch it: the learning rate of the small
# network, whose true curve we measured above.
#
# *Predict first: two rates are tried, both bad. Where will it look third?*

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


# %% tags=["live", "slide-code"]
# Try two rates, then six times the one of which the surrogate hopes most.
exponents = np.linspace(np.log10(LOW), np.log10(HIGH), 121)
tried = [-4.5, -0.1]
reached = [score_of(exponent) for exponent in tried]
for _ in range(6):
    mean, std = tuning.surrogate(tried, reached, exponents)
    hoped = tuning.expected_improvement(mean, std, max(reached))
    tried.append(exponents[np.argmax(hoped)])
    reached.append(score_of(tried[-1]))


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
# Between the two or beside the better one, where it is unsure: there the most
# is to be hoped for. A place that is surely as good as the best would gain
# nothing.
#
# </details>
#
# Move the slider and watch two motives take turns: looking where little is
# known, and looking near the best. The dashed curve is the truth, which the
# search does not know; it was measured with other random numbers, so the
# points need not lie on it.
#
# With ten hyperparameters nobody can draw the surrogate, but it works in the
# same way. The first six trials are drawn at random, for a start:

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

# %% [markdown] anchor="over-tuning" part="Winning by luck"
# ## Winning by luck
#
# *About 6 minutes.*
#
# The validation score of a network is an estimate: with $n$ images its
# standard error is about $\sqrt{p(1-p)/n}$. The winner of a search is the one
# with the *highest* estimate, and among many candidates the highest is likely
# to be one that was lucky. The more you try, the more the winner's score
# flatters it: you overfit the validation images, by hand.
#
# To measure it we train many small networks and score them on validation
# images and on test images. Then we draw a thousand searches: each takes the
# networks in another order, has its own few validation images, and reports its
# best so far.
#
# *Predict first: with 50 validation images and 40 trials, by how much is the
# winner's score too high?*


# %%
def correct(network, X, labels):
    """Which images a network has right, shape (n,)."""
    return network(X, training=False).numpy().argmax(axis=1) == labels


rng = np.random.default_rng(SEED)
lucky = tuning.Trainer(small, batch_size=128)
right, worth = [], []
for number in range(by_mode(short=40, full=200)):
    rate = at(rng.random(), 0.0005, 0.005)
    network = tuning.make_mlp(
        n_layers=1,
        n_units=64,
        optimizer="adam",
        learning_rate=rate,
        seed=number,
    )
    lucky.fit(network, 3, seed=number)
    right.append(correct(network, fashion.X_val, fashion.labels("val")))
    worth.append(
        correct(network, fashion.X_test, fashion.labels("test")).mean()
    )
low, high = min(worth), max(worth)
print(f"{len(worth)} networks, test accuracy {low:.3f} to {high:.3f}")

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
pd.DataFrame(
    {
        f"{n} images": {
            f"{k} trial{'s' * (k > 1)}": f"{them.optimism[k - 1]:+.3f}"
            for k in (1, 5, 10, 20, 40)
        }
        for n, them in searches.items()
    }
)

# %% tags=["hide-input"]
too_high = searches[50].validation - searches[50].test
claim(
    too_high[:, -1] - too_high[:, 0],
    "how much too high the winner's accuracy is on 50 images, most trials"
    " minus one",
    smallest=0.01,
    if_so="The winner of all trials promises too much: on average {mean:.1%}"
    " more than a single trial does.",
    if_not="With all trials the winner's accuracy promises hardly more than"
    " with one: {mean:+.1%}.",
    if_undecided="Whether more trials make the winner's accuracy promise too"
    " much stays open: {low:+.1%} to {high:+.1%}.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The table has it, in the last row of the first column. With one trial there
# is no choice, so nothing is chosen for its luck: the difference is near 0
# (what remains is how much harder the test images are). The sentence above
# says what all the trials add.
#
# </details>
#
# Two remedies show in the figure. More validation images, and the two lines
# come together. And a test set that no choice has seen: the lower line is the
# honest one, and it goes on rising, slowly. Searching does help, by less than
# it says.
#
# **Learnt:** the best validation score of a search is too high, the more so
# the more trials and the fewer images. Report the test score.

# %% [markdown] anchor="scikit-learn"
# ## Inside scikit-learn
#
# *About 6 minutes.*
#
# A network need not be searched for alone: its inputs are scaled, features are
# chosen, and all of that belongs inside the cross-validation, or the held-out
# fold leaks into the scaling. scikit-learn has the pipeline and the searches;
# `tuning.DenseClassifier` is the lecture's network as one of its classifiers.
# [SciKeras](https://adriangb.com/scikeras/) is a library that turns a function
# which builds a Keras model into such a classifier. Use it when your network
# is not a dense one, or when you need a regressor.
#
# *Predict first: three candidates and three folds. How many networks are
# trained?*

# %% tags=["live", "slide-code"]
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
on_test = drawn.score(fashion.X_test, fashion.labels("test"))
print(f"best: cross-validated {drawn.best_score_:.3f}, test {on_test:.3f}")

# %%
told = [
    "param_net__learning_rate",
    "param_net__l2",
    "mean_test_score",
    "std_test_score",
]
candidates = pd.DataFrame(drawn.cv_results_)[told]
candidates.columns = [
    "learning rate",
    "l2",
    "mean of the folds",
    "their deviation",
]
candidates.style.format("{:.3g}").hide(axis="index")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Ten: three candidates times three folds, and the best once more on all
# images.
#
# </details>
#
# Three scores for each candidate give an idea of how far chance goes, which a
# single validation set does not. The price is three trainings.
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

# %% [markdown] anchor="summary-03"
# ## What was learnt
#
# - Say what may vary, on which scale, and when it counts. The rest has
#   defaults.
# - Look at all trials: which hyperparameters matter, and which do not.
# - Chance beats a grid where few of many hyperparameters matter.
# - Hyperband stops bad networks early; a surrogate looks where there is hope.
# - The winner's validation score is too high. Test it once, over several
#   seeds, against what you had.
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
