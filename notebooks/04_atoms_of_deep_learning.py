# ---
# jupyter:
#   jupytext:
#     formats: py:percent,ipynb
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] anchor="atoms" part="What a network can fit"
# # Atoms of deep learning
#
# A large network leaves many questions open at once. Here the networks are so
# small that one question can be asked alone, and so many that luck can be told
# from an answer: every point in the figures below is a network that was
# trained on this page, and behind every verdict stand at least thirty of them,
# unless it says otherwise.
#
# The twelve questions are those of [Abid,
# 2018](https://github.com/abidlabs/AtomsOfDeepLearning), who asked them with
# one to five runs each. His numbers stand beside ours, and where the two
# disagree we say why.
#
# 1. **[What a network can fit](#atom-approximation)**: units, layers, more
#    data, rare classes.
# 2. **[What it is given](#atom-memorization)**: labels, inputs, activations,
#    batches.
# 3. **[How it learns](#atom-losses)**: losses, first weights, layers that
#    settle, penalties.

# %% tags=["hide-input"]
import textwrap
import time

from lecture.network import layout
from preamble import *

PRESET = by_mode(short="short", full="published")


def then_and_now(result):
    """Print what was trained, and return the published numbers beside ours."""
    print(*textwrap.wrap(result.protocol, 84), sep="\n")
    return Table.of(result.published_beside_measured())


device.report()

# %% [markdown] anchor="how-a-question-is-answered"
# ## How a question is answered
#
# *About 4 minutes.*
#
# One trained network is an anecdote: other first weights, another order of the
# batches, and it tells something else. So each question is answered in four
# steps.
#
# 1. **Say it before you look**: a *hypothesis*, a *quantity* that decides it,
#    and the *smallest effect* that would count.
# 2. **Train many networks**, which differ in their seed. They are trained
#    together, as one stack of weight matrices, so that hundreds take seconds:
#    a kernel of shape (inputs, units) gets one more axis, (networks, inputs,
#    units).
# 3. **Give the mean with its interval.** The 95 % confidence interval of a
#    mean over $n$ seeds with standard deviation $s$ is
#
# $$\bar{q} \pm t_{n-1} \frac{s}{\sqrt{n}}$$
#
# with Student's $t$, about 2 for thirty seeds. Where two settings are
# compared, each seed gives both the same data and the *difference* is what is
# averaged.
#
# 4. **Let the numbers speak**: *supported* if the whole interval has at least
#    the smallest effect, *contradicted* if none of it has, else *undecided*.
#
# *Predict first: the cell below times one small network, 1-16-1, in Keras'
# `fit`. How long do a thousand of them take, trained together for as many
# steps?*

# %% tags=["hide-input"]
x = np.linspace(-1, 1, 50)[:, None]
y = np.sin(3 * x)
one = keras.Sequential(
    [keras.Input((1,)), keras.layers.Dense(16, "tanh"), keras.layers.Dense(1)]
)
one.compile(keras.optimizers.Adam(0.03), "mse")
one.fit(x, y, batch_size=50, verbose=0)  # the first epoch compiles
start = time.perf_counter()
one.fit(x, y, batch_size=50, epochs=25, verbose=0)
seconds = 500 / 25 * (time.perf_counter() - start)
hours = 1000 * seconds / 3600
print(
    f"One network, 500 steps of fit: {seconds:.0f} s (25 timed)."
    f" A thousand, one after the other: {hours:.1f} hours."
)

# %% tags=["live", "slide-code"]
# Train a thousand small networks together, 500 steps each, and time it.
thousand = replicas.train(
    [16],
    x,
    y,
    steps=500,
    seeds=1000,
    activation="tanh",
    output="linear",
    loss="mse",
    learning_rate=0.03,
    show=False,
)
print(thousand)

# %% tags=["hide-input"]
figure, axes = plt.subplots(1, 2, figsize=(9.2, 3.4))
curves = thousand.predict(x)[:200, :, 0]
axes[0].plot(x, curves.T, color=plots.COLORS[0], alpha=0.04)
axes[0].plot(x, y, "--", color=plots.COLORS[1], label="sin 3x")
axes[0].set(xlabel="x", ylabel="y", title="200 of the networks, faint")
axes[0].legend()
axes[1].hist(np.log10(thousand.loss[-1]), bins=40, color=plots.COLORS[0])
axes[1].set(
    xlabel="log₁₀ of the mean squared error",
    ylabel="networks",
    title="All of them",
)
plots.describe(
    axes[0], "Two hundred fitted curves lie close around one arch of a sine."
)
low, middle, high = np.quantile(thousand.loss[-1], [0.05, 0.5, 0.95])
plots.describe(
    axes[1],
    f"The errors of a thousand networks: the middle one {middle:.2g},"
    f" nine in ten from {low:.2g} to {high:.2g}.",
)
plt.show()
print(
    f"Errors: the middle one {middle:.2g}; one network in twenty is below"
    f" {low:.2g}, one in twenty above {high:.2g}, a factor of"
    f" {high / low:.0f} between them."
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The line above the figure has it, compiling included: seconds, not hours. The
# loop over networks is gone; what is left is one loop over steps.
#
# </details>
#
# All thousand were given the same points, the same rate and the same number of
# steps. Look at how far apart their errors are: that is what a single run
# hides.
#
# **Learnt:** a difference between two runs is no answer. A mean over many
# seeds, with its interval, can be one.

# %% [markdown] anchor="what-a-network-can-fit"
# ## Part 1: what a network can fit
#
# Four questions about what a network is able to represent, and what it needs
# to be shown for it.

# %% [markdown] anchor="atom-approximation"
# ## How many units does it take?
#
# *About 6 minutes.*
#
# A network with one hidden layer comes as close as you like to any continuous
# function on an interval, if it has enough units ([Cybenko,
# 1989](https://doi.org/10.1007/BF02551274)). The theorem says that such
# weights *exist*. It does not say how many units that takes, and not that
# training finds the weights.
#
# So we ask with three functions on $[-1, 1]$: a wave, $\sin 12x$; a
# polynomial, $-2x + x^2 + x^3 - 2x^4$; and $|x|$, which has a corner. Each
# network gets 50 points, sigmoid units and 10,000 steps of Adam on all points.
#
# *Predict first: which of the three needs the most units? And with 16 units,
# will every network learn it?*

# %% tags=["hide-input"]
figure, axes = plt.subplots(1, 3, figsize=(9, 3.6))
figure.get_layout_engine().set(rect=(0, 0, 1, 0.91))
for n_units, ax in zip((2, 4, 16), axes):
    plots.plot_network(layout([1, n_units, 1]), ax=ax, max_units=16)
    ax.annotate(
        f"{n_units} units, {layout([1, n_units, 1]).n_params} parameters",
        (0.5, 0.99),
        xycoords=("axes fraction", "figure fraction"),
        ha="center",
        va="top",
        in_layout=False,
    )

# %% tags=["live", "slide-code"]
# Fit three functions with few and with many units, from many seeds.
approximation = experiments.approximation.run(preset=PRESET)
plots.plot_sweep(approximation.sweeps[0]);
# %% [markdown]
# <details><summary>Answer</summary>
#
# The wave, by far: it turns eight times, and two or four sigmoids cannot bend
# so often. With 16 units look at the single points: where those of $\sin 12x$
# fall into two groups, some networks have learnt it and others have not.
#
# </details>
#
# Mind the scale: one step down is an error ten times smaller. The mean of two
# groups lies where hardly any network is.

# %%
plots.plot_verdicts(approximation.verdicts);
# %%
then_and_now(approximation)

# %% [markdown]
# The published errors come from one run each, so the last column asks only
# whether one of our runs could have given them. The order of the polynomial's
# coefficients is not published either: only counted from the constant upwards
# do two units leave about the published error, so that is how we read them.
#
# What one run hides is the spread. A single number in a title, such as 0.033
# for 16 units, looks like a property of the width. It is one draw out of a
# distribution that stretches over several powers of ten.
#
# **Learnt:** more units make a better fit *possible*. Whether training gets
# there depends on the function and on the first weights.

# %% [markdown] anchor="fitted-curves"
# ## The curves behind the errors
#
# *About 5 minutes.*
#
# An error says how much is wrong, a curve says what. Here are all networks of
# the last figure, each as a faint line; the dashed one has the median error.
#
# *Predict first: what does the curve of a network with 16 units look like that
# has not learnt the wave?*

# %%
plots.plot_fits(approximation.details);

# %% [markdown]
# <details><summary>Answer</summary>
#
# Like a slanted line, or a line with one wave at its end. With small weights a
# sigmoid is nearly straight over $[-1, 1]$, so every network starts as a line.
# Errors above and below it cancel, the gradient is all but zero, and some
# networks stay there for 10,000 steps.
#
# </details>
#
# Where waves are learnt, most are learnt from the ends inwards: there a
# sigmoid can bend the curve without disturbing the rest. On $|x|$ some
# networks with few units end at a horizontal line, the mean of all points.
# They have the units that the others have, but not the luck.
#
# Now change the question yourself. Fifty networks are trained anew for every
# setting, with a larger rate and fewer steps, so that you do not have to wait.
#
# *Predict first: with noise in the values, do 32 units come closer to the true
# curve than 2?*


# %%
def fit_a_function(function="sin(12x)", n_units=8, noise=0.0):
    return plots.plot_fits(
        experiments.live.fit_function(function, n_units, noise=noise)
    )


explore(
    fit_a_function,
    function=["sin(12x)", "polynomial", "|x|"]
    if LIVE
    else ["sin(12x)", "|x|"],
    n_units=[1, 2, 4, 8, 16, 32] if LIVE else [2, 8, 32],
    noise=(0.0, 0.6, 0.1) if LIVE else [0.0, 0.3],
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# For the wave, yes: 2 units cannot bend often enough. But 8 come closer than
# 32 here, because so short a training does not bring the wide networks to the
# end. For $|x|$ it hardly matters: two units are enough, and the noise in 50
# points leaves all of them about as far from the true curve. That distance is
# the second line of the title.
#
# </details>
#
# Go up with the units at no noise, then add noise: the curves of narrow
# networks stay together, those of wide ones spread.
#
# **Learnt:** look at the curve, not only at its error. Networks that fail do
# not fail a little here and there: they are stuck at a simpler curve.

# %% [markdown] anchor="atom-depth"
# ## Does depth help at equal size?
#
# *About 6 minutes.*
#
# Deeper networks usually have more parameters. To ask for depth alone, let all
# hidden layers after the first *share* one matrix and one vector of biases.
# With ten units that makes
#
# $$(1 + 1) \cdot 10 + (10 + 1) \cdot 10 + (10 + 1) \cdot 2 = 152$$
#
# parameters, whether the shared layer is applied once or ten times. The task
# is the hardest that a line has to offer: 16 points at equal distances, every
# second one of the other class.
#
# *Predict first: guessing gets one half. How many of the 16 points does the
# deepest network get right? Is it better in every run?*

# %% tags=["live", "slide-code"]
# Apply a shared layer more and more often, from many seeds.
depth = experiments.depth.run(preset=PRESET)
plots.plot_result(depth);
# %% tags=["hide-input"]
more_right, _, more_turns = depth.verdicts
display(
    claim(
        more_right,
        if_so="The deepest network gets {mean:.1%} more of the points right"
        " than the shallowest.",
        if_not="The deepest network does not get 3 % more of the points right"
        " than the shallowest: {mean:+.1%}.",
        if_undecided="Whether the deepest network gets at least 3 % more of"
        " the points right stays open: {low:+.1%} to {high:+.1%}.",
    )
)
claim(
    more_turns,
    if_so="Its curve changes sides more often: {mean:.1f} changes more.",
    if_not="Its curve does not change sides even once more: {mean:+.1f}.",
    if_undecided="Whether its curve changes sides at least once more stays"
    " open: {low:+.1f} to {high:+.1f}.",
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# The figure counts the points, and the two sentences say how far the deepest
# network is from the shallowest. The mean does not speak for every run: look
# at how much the faint points of neighbouring depths overlap.
#
# </details>
#
# The lower panel counts how often a curve changes sides, which is what this
# task asks for.

# %%
then_and_now(depth)

# %% [markdown]
# Two things had to be found out. The original's titles say 1, 2 and 3 hidden
# layers, but one such layer alone, with nothing to share, has only
# $20 + 22 = 42$ parameters: what was applied were 2, 3 and 4, so that is what
# we compare. `experiments.depth.run(layers="titles")` runs the others. And it
# does not say where the 16 points lie. We take them from 0 to 1;
# `run(domain=(-1, 1))` takes them on both sides of 0, where the bends of ReLUs
# are.
#
# **Learnt:** a layer can be applied again without a new parameter. Whether
# that helps is a question for many runs: one point in 16, from one run,
# answers nothing.

# %% [markdown] anchor="fitted-curves-2"
# ## What depth does to the curve
#
# *About 3 minutes.*
#
# A network of ReLUs is a chain of straight pieces. A layer bends what it is
# given, and the next layer can bend every piece again.
#
# *Predict first: where on the line will the curves turn most sharply: at the
# ends or in the middle?*

# %%
plots.plot_alternation(depth.details);
# %% [markdown]
# <details><summary>Answer</summary>
#
# At the ends. The curve can be swung around its last points without moving the
# others; a turn in the middle moves everything on one side of it.
#
# </details>
#
# Above the line a point is taken for class 1, below it for class 0. Where a
# curve is near the line it has given up: it says one half, whatever the point.
# With more layers the faint curves leave the line more often.
#
# **Learnt:** depth multiplies bends, but training places them, and it starts
# from the outside.

# %% [markdown] anchor="atom-data-size"
# ## Who makes the most of more data?
#
# *About 6 minutes.*
#
# Deep learning is said to need much data, and to pay off only then. Here the
# data are as simple as can be: two normal distributions in 12 dimensions with
# one covariance. Their means are 1 apart in the first dimension, 1/2 in the
# second, 1/12 in the last. The best classifier is a plane. A support vector
# machine, a decision tree and networks with one and two hidden layers of 100
# have to find it.
#
# *Predict first: who is ahead with 16 points to learn from, and who with more
# than a thousand? Will the tree catch up?*

# %% tags=["live", "slide-code"]
# Give everyone more and more points.
data_size = experiments.data_size.run(preset=PRESET)
plots.plot_result(data_size);
# %% [markdown]
# <details><summary>Answer</summary>
#
# With 16 points nobody does much better than guessing, the networks a little.
# They are ahead where data are scarce already, and the support vector machine
# follows. The tree stays behind: it may cut along one coordinate at a time,
# and the plane lies across all of them.
#
# </details>
#
# The faint points are worth a look. Each seed has its own covariance, so some
# tasks are nearly free of error and others cannot be solved by anyone: the
# spread is that of the tasks, not of the networks. The verdicts compare on the
# *same* tasks.

# %%
then_and_now(data_size)

# %% [markdown]
# The original tested on 20 % of the data. Of 20 points these are four, so that
# an accuracy can only be a multiple of one quarter; here every size is tested
# on the same thousand. It took three runs, and with tasks as unlike as these,
# three may all be easy ones: a mean of 1.0 is possible for three tasks, and
# not for all. Its text speaks of a random forest, its code fits a single
# decision tree; `run(forest=True)` shows both.
#
# **Learnt:** networks need not wait for much data if the problem suits them.
# What a method can express, planes or steps, counts more than how modern it
# is.

# %% [markdown] anchor="atom-imbalance"
# ## What does a rare class cost?
#
# *About 7 minutes.*
#
# In medicine, fraud or failures the interesting class is rare. At 99:1 a
# network that always names the frequent class is right 99 times out of 100,
# and useless. So here networks learn from 1,200 points of two classes in the
# plane, with a ratio from 1:1 to 100:1, and are tested on classes of *equal*
# size. A popular remedy is **oversampling**: the rare points are drawn again
# and again, with replacement, until there are as many as of the others.
#
# *Predict first: at 50:1, what is the accuracy on a balanced test? Can
# oversampling help at all, when it adds no new point?*

# %% tags=["live", "slide-code"]
# Make one class rarer and rarer, with and without oversampling.
imbalance = experiments.imbalance.run(preset=PRESET)
plots.plot_result(imbalance);
# %% [markdown]
# <details><summary>Answer</summary>
#
# Without oversampling, not far above one half: most networks hardly ever name
# the rare class. With oversampling the accuracy stays almost where it was at
# 1:1. The twelve rare points had shown all along where their class lies, they
# were only outvoted in the loss.
#
# </details>
#
# Oversampling does here what it promises, even at 100:1. That is not what was
# published:

# %%
then_and_now(imbalance)

# %% [markdown]
# The first three rows are measured as the original measured, the last three as
# it should be done, with the *same* networks. The difference is one line of
# code: the original subtracts from the test points *their own* mean, and from
# the training points theirs. At 100:1 the training mean lies within the
# frequent class, at 1:1 halfway between both, so the whole test set is shifted
# against the boundary. The low accuracy with oversampling is a mistake of
# measurement and no property of networks.
#
# The text also says 1:99 where the code says 1:100. Of 1,200 points that
# leaves twelve rare ones either way. Hidden layers and steps are not
# published; we take 30-30, which is enough for a curved boundary in the plane.
#
# **Learnt:** a rare class is outvoted, not unlearnable: weigh it up. And scale
# test points by what was fitted on the *training* points, always.

# %% [markdown] anchor="decision-boundaries"
# ## Where the boundary goes
#
# *About 5 minutes.*
#
# What do the networks decide at 100:1? All of these are trained on the same
# 1,200 points, and differ in their first weights and in which rare points are
# drawn again.
#
# *Predict first: how much of the plane will they give to the rare class,
# without and with oversampling?*

# %%
plots.plot_decisions(imbalance.details);

# %% [markdown]
# <details><summary>Answer</summary>
#
# Without oversampling little or nothing; with it about half, cut between the
# two clouds.
#
# </details>
#
# The colour is the mean over all networks, the thick line where that mean is
# one half, and the thin ones are single networks. Top left you see why nothing
# is lost for the loss by ignoring a dozen triangles. Bottom left many points
# of the frequent class are on the wrong side of the boundary: that is the
# price, and on a balanced test it is worth paying.
#
# Change the distance of the classes and the remedy, and in the live notebook
# the ratio, on other data, which overlap a little less. Fifty networks are
# trained anew each time, for a few hundred steps.
#
# *Predict first: if the classes lie further apart, does the imbalance still
# matter?*


# %%
def retrain_on_imbalance(ratio=100, oversample=False, distance=1.0):
    return plots.plot_decisions(
        experiments.live.decide_rare_class(
            ratio, oversample, distance=distance
        )
    )


explore(
    retrain_on_imbalance,
    ratio=[1, 2, 5, 10, 20, 50, 100] if LIVE else 100,
    oversample=False,
    distance=(0.5, 4.0, 0.5) if LIVE else [1.0, 3.0],
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# At 100:1 it does, unless you oversample: a dozen points weigh so little in
# the loss that so short a training has not yet moved for them. At 10:1 (in the
# live notebook) hardly: where a rare point has no frequent neighbours, nobody
# outvotes it.
#
# </details>
#
# Watch the thick line in the training panel: where it is missing, all of the
# plane is given to the frequent class.
#
# **Learnt:** imbalance moves the boundary into the rare class; oversampling
# moves it back, at the cost of errors on the frequent one. Which errors cost
# more is for you to say, not for the loss.

# %% [markdown] anchor="exercises-fitting"
# ## Exercises: what a network can fit
#
# *About 10 minutes.*
#
# Replace the three dots with your answer and run the cell. It says
# whether you are right, and if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: shared layers
#
# A network has 3 inputs, six hidden layers of 20 units and 4 outputs. All
# hidden layers after the first share one matrix and one vector of biases. How
# many numbers does it learn?

# %% tags=["exercise"]
n_parameters = ...
exercises.check("shared-layers", n_parameters)

# %% tags=["solution"]
exercises.check("shared-layers", (3 + 1) * 20 + (20 + 1) * 20 + (20 + 1) * 4)

# %% [markdown] tags=["exercise"]
# ### Exercise: a fair accuracy
#
# Your test set is as imbalanced as your training set. Return the *balanced
# accuracy*: for each of the two classes the share of its points that are
# predicted right, and of these two the mean. `predicted` and `y` are arrays of
# classes 0 and 1.


# %% tags=["exercise"]
def balanced_accuracy(predicted, y):
    return ...


exercises.check("balanced-accuracy", balanced_accuracy)


# %% tags=["solution"]
def balanced_accuracy(predicted, y):
    return np.mean([np.mean(predicted[y == k] == k) for k in (0, 1)])


exercises.check("balanced-accuracy", balanced_accuracy)

# %% [markdown] tags=["exercise"]
# ### Exercise: oversampling
#
# `y` holds classes, 0 for the frequent and 1 for the rare one; `rng` is a
# NumPy generator. Return the row numbers to train on: each row of class 0
# once, and as many rows of class 1, drawn with replacement.


# %% tags=["exercise"]
def oversampled(y, rng):
    return ...


exercises.check("oversample", oversampled)


# %% tags=["solution"]
def oversampled(y, rng):
    frequent, rare = np.flatnonzero(y == 0), np.flatnonzero(y == 1)
    return np.concatenate([frequent, rng.choice(rare, len(frequent))])


exercises.check("oversample", oversampled)

# %% [markdown] anchor="what-a-network-is-given" part="What a network is given"
# ## Part 2: what a network is given
#
# Labels, inputs, an activation, and batches: four things that are handed to a
# network before it learns anything, and what becomes of it if they are odd.

# %% [markdown] anchor="atom-memorization"
# ## Can it learn what is not there?
#
# *About 6 minutes.*
#
# Shuffle the labels. Now nothing about a point tells its class, and all that
# is left is to learn every point by heart. A network with thousands of
# parameters may be able to. Does it then do the same with true labels, or is
# learning something else than memorizing ([Arpit et al.,
# 2017](https://proceedings.mlr.press/v70/arpit17a.html))?
#
# The points come from two normal distributions in six dimensions. The same
# points are learnt twice: with their classes, and with these classes in random
# order.
#
# *Predict first: how many random labels does a network with three hidden
# layers learn? And does its training accuracy tell you that there was nothing
# to learn?*

# %% tags=["live", "slide-code"]
# Train networks on true and on random labels, with more and more points.
memorization = experiments.memorization.run(preset=PRESET)
plots.plot_sweeps(memorization.sweeps);
# %%
plots.plot_verdicts(memorization.verdicts);
# %% tags=["hide-input"]
held_out = memorization.sweeps[2].values["true labels"]
claim(
    held_out[-1] - held_out[0],
    "test accuracy with true labels, most training points minus fewest",
    smallest=0.02,
    if_so="With true labels, more training points help with new ones:"
    " {mean:+.1%}.",
    if_not="With true labels, more training points do not help with new ones"
    " by 2 %: {mean:+.1%}.",
    if_undecided="Whether more training points with true labels help with"
    " new ones by 2 % stays open: {low:+.1%} to {high:+.1%}.",
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# Nearly all of 50, and of 300 a clearly smaller share. With 50 points training
# accuracy tells you little: it is high for both. Only the lowest panel does,
# where the networks with random labels are at one half.
#
# </details>
#
# The panel on the right has the difference: true labels are mostly learnt by
# the first look, random ones are picked up a few at a time. A point with a
# true label helps with its neighbours, a point with a random label helps with
# none.

# %%
then_and_now(memorization)

# %% tags=["hide-input"]
claim(
    memorization.verdicts[3],
    if_so="In the second half of the steps random labels are still being"
    " learnt: {mean:+.1%}.",
    if_not="In the second half of the steps hardly any more random labels are"
    " learnt: {mean:+.1%}.",
    if_undecided="Whether the second half of the steps adds 5 % of the random"
    " labels stays open: {low:+.1%} to {high:+.1%}.",
)

# %% [markdown]
# The original names a capacity of about 150 points. Read that as "after so
# many steps, at this rate". A capacity that were a property of the network
# alone would not depend on the patience of whoever trains it. In short mode
# the networks are smaller and the steps fewer than the original's, so the rows
# for 150 points compare unlike things.
#
# **Learnt:** networks memorize, if they have the time, but they learn what is
# common first. Training accuracy cannot tell the two apart, held-out points
# can.

# %% [markdown] anchor="atom-pca"
# ## Inputs that say nothing
#
# *About 7 minutes.*
#
# Ten dimensions tell two classes apart. We add *dummy* dimensions that hold a
# little noise and nothing else, and then turn the whole space at random, so
# that no input is a dummy any more: each is a mixture of all. There are 80
# points to learn from. PCA, fitted to them, finds the directions in which they
# vary most, and keeps 10, 5 or 1.
#
# Will it find what counts? PCA never sees a label. It can only hope that what
# varies most tells most.
#
# *Predict first: with 1,000 dummy dimensions and 80 points, what accuracy is
# left without PCA? And does PCA to a single dimension still tell the classes
# apart?*

# %% tags=["live", "slide-code"]
# Train networks on inputs with dummy dimensions, as they are and after PCA.
pca = experiments.pca.run(preset=PRESET)
plots.plot_result(pca);
# %% [markdown]
# <details><summary>Answer</summary>
#
# Still much more than guessing: accuracy falls slowly. With PCA it hardly
# falls. And one dimension is nearly enough here, which is luck: all means are
# 1 apart, all entries of the covariance's factor are positive, so the
# direction in which points vary most is nearly the direction in which the
# classes differ.
#
# </details>
#
# Without PCA each of a thousand inputs has weights of its own to fit, and 80
# points leave them much freedom to fit the noise. There is no cliff at the
# number of points.

# %%
then_and_now(pca)

# %% [markdown]
# The published accuracy without PCA breaks down between 100 and 200 dummy
# dimensions, to less than guessing gets, and the number of points is named as
# the reason. We find nothing of the kind, and two things in the original could
# have made it: it tests on 20 points, and its "rotation" is a matrix of random
# numbers from 0 to 1. Look at what such a matrix does to lengths:

# %%
rng, rows = np.random.default_rng(SEED), []
for d in (11, 110, 1010):
    positive, turned = (
        np.linalg.svd(matrix, compute_uv=False)
        for matrix in (rng.random((d, d)), experiments.pca.rotation(d, rng))
    )
    values = *positive[:2], *turned[:2]
    rows.append((d, *(f"{value:.1f}" for value in values)))
Table(
    [
        "dimensions",
        "positive numbers: largest singular value",
        "second",
        "rotation: largest",
        "second",
    ],
    rows,
)

# %% [markdown]
# A rotation keeps all lengths. Positive numbers stretch one direction, the one
# with equal entries, hundreds of times, so that the inputs grow with their
# number, and sigmoids saturate.
# `experiments.pca.run(mixings=("rotation", "positive"))` trains with both:
# positive numbers cost accuracy, but make no cliff either. Nor is the noise
# certain: the original's text says "very low", its call says 1. With `noise=1`
# the dummies vary as much as what counts: where there are many, PCA keeps them
# in its place, and is no help. `separation="falling"` moves the means 1/i
# apart in dimension i; then one dimension is too few.
#
# **Learnt:** PCA helps where what varies most is what counts, and it cannot
# know whether that is so. A transformation that is called a rotation should
# keep lengths: check it.

# %% [markdown] anchor="atom-activations"
# ## Any bend will do?
#
# *About 8 minutes.*
#
# ReLU, tanh and sigmoid are what one uses. But does it matter which function
# it is, as long as it is not a line? We try four more that nobody recommends.

# %% tags=["hide-input"]
plots.plot_functions(experiments.activations.FUNCTIONS);
# %% [markdown]
# The task is two interleaved half moons, learnt by 2-30-30-2. Mind the sign:
# its derivative is 0 wherever there is one, so no gradient passes it.
#
# *Predict first: which of the seven fail? And can a network learn at all whose
# hidden layers get no gradient?*

# %% tags=["live", "slide-code"]
# Train networks on two moons, with seven activations.
activations = experiments.activations.run(preset=PRESET)
plots.plot_result(activations);
# %% [markdown]
# <details><summary>Answer</summary>
#
# The identity, as it must: it can only draw a line. And, at this rate and
# after so few steps, the sigmoid, which nobody would have called odd. The sign
# learns well, with hidden layers that never move.
#
# </details>
#
# Behind a sign only the output layer learns. The hidden layers stay as they
# were drawn: they cut the plane at random into pieces, and the last layer
# finds a combination of pieces. Thirty random features are enough for nearly
# all of two moons. The square is as good as ReLU here.
#
# The sigmoid is the surprise. Glorot's weights are small, and near 0 a sigmoid
# is all but a line, of slope 1/4: two such layers pass a sixteenth of what
# comes in. Until its weights have grown, the network *is* the identity's, and
# stands with it.

# %%
then_and_now(activations)

# %% [markdown]
# The original announces seven activations and tries six; its conclusion that
# all non-linear functions but the sign do well comes from those six. The
# seventh, its own usual one, contradicts it.
#
# Now look at what is decided. Fifty networks are trained anew for every
# setting, with fewer steps.
#
# *Predict first: which activation draws the roundest boundary, and what does
# noise do to a network with the sign?*


# %%
def decide(activation="relu", noise=0.1, units=30):
    return plots.plot_moons(
        experiments.live.decide_moons(activation, noise, units)
    )


explore(
    decide,
    activation=list(experiments.activations.FUNCTIONS)
    if LIVE
    else ["relu", "square", "sign"],
    noise=(0.0, 0.4, 0.1) if LIVE else [0.1, 0.3],
    units=[2, 5, 10, 30] if LIVE else 30,
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The square: two layers of it make a polynomial of degree four, smooth
# everywhere. With the sign every single network decides by steps; the picture
# is a mean over fifty, each with other steps, so it looks smoother than any of
# them. Noise costs all activations about the same: where the moons overlap,
# nobody can tell.
#
# </details>
#
# The coloured areas are the mean of fifty networks. Where their border is
# sharp, all fifty agree.
#
# **Learnt:** a network must not be linear, and a gradient must reach its
# layers, *soon*. The exact shape matters less than the range in which weights
# start.

# %% [markdown] anchor="atom-batch-size"
# ## How large a batch?
#
# *About 7 minutes.*
#
# A large batch gives a better gradient, a small one gives more of them. What
# is a fair comparison? After as many *epochs* all have seen as many points,
# but batches of 1 have made 400 times as many steps as full batches. After as
# many *steps* it is the other way round. And who pays for the computer looks
# at the *clock*.
#
# We ask for all three. Each batch size is trained once and looked at at both
# points; then a plain `keras.Sequential` is fitted, a few times for each size,
# with a clock beside it.
#
# *Predict first: after equally many epochs, which batch size is ahead? After
# equally many steps? And which is the first to an accuracy of 0.8, in
# seconds?*

# %% tags=["live", "slide-code"]
# Train with batches of several sizes, and take the time of real fits.
batch_size = experiments.batch_size.run(preset=PRESET)
plots.plot_sweeps(batch_size.sweeps);
# %%
plots.plot_verdicts(batch_size.verdicts);
# %% [markdown]
# <details><summary>Answer</summary>
#
# The verdicts say it for epochs and for steps. By the clock, batches of 1 need
# few epochs, each of which takes long, and full batches many short ones. Only
# a few fits are timed, and each for a short while: one that had not arrived at
# 0.8 by then has no point. How many did arrive is printed below; where none
# did, this page cannot say who is first.
#
# </details>
#
# The two curves are the same training, looked at at different times. What
# looked like an effect of the batch size is mostly one of the number of steps:
# with few steps, nothing is learnt. Compare the first two panels as well. With
# batches of 1 and many epochs the training points are learnt better than the
# others, as a network does that has been trained for long.

# %%
then_and_now(batch_size)

# %% [markdown]
# What the original calls test accuracy was measured on the points that it
# trained on. So "accuracy falls with the batch size" says there how far
# training had come after 150 epochs. A short run of this page makes fewer, so
# that full batches, with one step in each, are far behind the published
# number. Run times depend on the machine; the table compares how many times
# longer batches of 1 take.
#
# Nobody changed the learning rate: with larger batches, larger rates are the
# usual remedy ([Goyal et al., 2017](https://arxiv.org/abs/1706.02677)).
#
# **Learnt:** before comparing batch sizes, say what is held equal: epochs,
# steps or seconds. The answer turns around with it.

# %% [markdown] anchor="exercises-given"
# ## Exercises: what a network is given
#
# *About 10 minutes.*

# %% [markdown] tags=["exercise"]
# ### Exercise: a true rotation
#
# `A` is a square matrix of normally distributed numbers. Return the orthogonal
# matrix $Q$ of its decomposition $A = QR$ for which all diagonal entries of
# $R$ are positive. `np.linalg.qr` does not promise that they are.


# %% tags=["exercise"]
def random_rotation(A):
    return ...


exercises.check("random-rotation", random_rotation)


# %% tags=["solution"]
def random_rotation(A):
    Q, R = np.linalg.qr(A)
    return Q * np.sign(np.diag(R))


exercises.check("random-rotation", random_rotation)

# %% [markdown] tags=["exercise"]
# ### Exercise: what learns behind a sign
#
# The hidden layers of a 2-30-30-2 network have the sign as activation. How
# many of its parameters, weights and biases, does training change?

# %% tags=["exercise"]
n_learning = ...
exercises.check("sign-parameters", n_learning)

# %% tags=["solution"]
exercises.check("sign-parameters", 30 * 2 + 2)

# %% [markdown] tags=["exercise"]
# ### Exercise: equal steps
#
# A network is trained on 400 points for 150 epochs with batches of 64. How
# many epochs of full batches make as many steps?

# %% tags=["exercise"]
n_epochs = ...
exercises.check("equal-steps", n_epochs)

# %% tags=["solution"]
exercises.check("equal-steps", 150 * int(np.ceil(400 / 64)))

# %% [markdown] anchor="how-a-network-learns" part="How a network learns"
# ## Part 3: how a network learns
#
# The last four questions keep the data and change what happens on the way:
# what is minimized, where it starts, what settles when, and what large weights
# cost. All use the same mixture of two normal distributions in 12 dimensions,
# 400 points to train and 1,000 others to test. Each seed has a mixture of its
# own, some easy, some hard: therefore accuracies spread from 0.65 to 1, and
# settings are compared *within* a seed.

# %% [markdown] anchor="atom-losses"
# ## Which loss?
#
# *About 5 minutes.*
#
# Cross-entropy is the usual loss of a classifier, and there are good reasons
# for it: it is the likelihood of the labels, and its gradient does not vanish
# where the network is confidently wrong. But an argmax is all that counts in
# the end. So does another loss do as well?
#
# We try the mean absolute, squared and fourth-power error and the hinge. And a
# *negative control*: a loss that is constant. What it reaches is what comes of
# no learning at all.
#
# *Predict first: which loss is best after 500 steps, which is worst, and by
# how much?*

# %% tags=["live", "slide-code"]
# Train networks on the same data that differ in the loss alone.
losses = experiments.losses.run(preset=PRESET)
plots.plot_result(losses);
# %% [markdown]
# <details><summary>Answer</summary>
#
# Four of the five are hardly told apart in the end. The fourth power lags
# behind: errors below 1 get small when they are raised to the fourth power,
# and their gradients smaller still, so what is left to learn counts for
# little. The control stays where it was.
#
# </details>
#
# The points of one loss spread much more than the losses differ. That spread
# is the mixtures', not the losses': every seed gives the same points to all of
# them, so the verdicts are about differences and come with narrow intervals.
# On the way cross-entropy is ahead in the first steps.

# %%
then_and_now(losses)

# %% [markdown]
# Five runs were published, and five runs draw five mixtures, which may all be
# easy ones. The interval in the table is wide for that reason.
#
# Two details of the original are worth knowing. Its losses compare the
# *outputs as they are* with 0 and 1, without a softmax (but for
# cross-entropy), and the hinge looks at each output for itself; we do as it
# does. `experiments.losses.run(outputs="softmax")` compares probabilities;
# then the absolute error and the hinge are the same loss, but for a factor.
# And its text says that the means are 1 apart in every dimension, where its
# code has $1/i$ in dimension $i$: `separation="equal"` has the other.
#
# **Learnt:** for a small, balanced task many losses do. A control without
# learning shows what the others' numbers are worth.

# %% [markdown] anchor="atom-initialization"
# ## Where to start?
#
# *About 8 minutes.*
#
# If all weights of a layer start equal, its units put out the same, get the
# same gradient, and stay the same: the layer is worth *one* unit. So first
# weights are drawn at random, and the question is from how wide a
# distribution. [Glorot and Bengio,
# 2010](https://proceedings.mlr.press/v9/glorot10a.html), and [He et al.,
# 2015](https://arxiv.org/abs/1502.01852), choose its width by the layer's
# size.
#
# The original found that networks learn even from zeros, and guessed why:
# rounding errors make the units a little different, and the differences grow.
# That can be tested. We measure how different the units of a layer are: the
# largest distance between two of them, divided by the layer's largest weight.
# And we train a network with *one* unit in each hidden layer, whose output
# counts as often as the wide network has units. There is nothing in it that
# rounding could make differ.
#
# *Predict first: from zeros, from ones, from N(0, 1²): which of them learn?
# And how much worse than the wide network from zeros is the one with a single
# unit?*

# %% tags=["live", "slide-code"]
# Train from six initializations, and from zeros with one unit a layer.
initialization = experiments.initialization.run(preset=PRESET)
plots.plot_sweeps(initialization.sweeps);
# %%
plots.plot_verdicts(initialization.verdicts);
# %% tags=["hide-input"]
apart = initialization.sweeps[2].values["zeros"]
claim(
    apart[-1] - experiments.initialization.LEAST,
    "powers of ten by which units from zeros differ more than 10⁻⁸",
    smallest=1,
    if_so="On this processor rounding makes the units from zeros differ.",
    if_not="On this processor the units from zeros stay alike to the end:"
    " their line in the lowest panel is flat.",
    if_undecided="On this processor rounding makes units from zeros differ in"
    " some networks, in others not.",
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# Zeros learn, after some hundred steps in which nothing seems to happen, and
# the network with a single unit in each layer learns with them, step for step.
# Ones do not learn in this time: the sums over a whole layer of ones drive the
# sigmoids to where they are flat. N(0, 1²) does the same in a milder form and
# is slow.
#
# </details>
#
# Look at the lowest panel. Whether the units from zeros differ at all depends
# on the processor: on how it cuts a product of matrices into pieces, and on
# the order in which it adds them up. A difference of exactly 0 is drawn at
# $10^{-8}$. So rounding can break the symmetry, but it is not *why* the
# networks learn: they learn with it and without. The network with one unit
# cannot break any symmetry, and its curve runs along the wide one's. For two
# normal distributions with one covariance the best boundary is a plane, and a
# plane needs no second unit.

# %%
then_and_now(initialization)

# %% [markdown]
# After the published 500 steps zeros have hardly begun here, which is why we
# go on. When a network leaves the plateau differs by hundreds of steps between
# seeds and between widths; 100 units leave it sooner than 50, and training
# points whose classes are not equally many sooner than balanced ones. The
# original splits its points at random, so its classes are not equally many. A
# published mean over five runs at one moment catches some of them before and
# some after. Where ones are called different, see how small the difference is:
# all but a few of our networks stand at exactly one half.
#
# How wide should the distribution be? Try it: each picture trains 50 small
# networks, 12-30-30-2, for 150 steps.
#
# *Predict first: at a standard deviation of a thousandth, and of 3, which of
# the two is slower, and for what reason?*


# %%
def first_weights(log10_of_std=-0.5):
    return plots.plot_learning_curves(
        experiments.live.learn_from_normal(10**log10_of_std)
    )


explore(
    first_weights, log10_of_std=(-3.0, 1.0, 0.25) if LIVE else (-3.0, 1.0, 1.0)
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Both can be slow, for opposite reasons. Tiny weights are nearly equal units,
# and the gradient that reaches the first layer is multiplied by them: a
# plateau, which 150 steps need not be enough to leave. Large weights saturate
# the sigmoids, and hardly any gradient gets through. Read off the numbers how
# wide the range in between is.
#
# </details>
#
# The thick curve is the mean, each thin one a network. The
# number at its end is the mean accuracy after the last step.
#
# **Learnt:** equal units stay equal but for rounding, and an easy task can be
# learnt nevertheless. An explanation is a hypothesis, too: find what it
# predicts, and measure that.

# %% [markdown] anchor="atom-convergence"
# ## Which layer settles first?
#
# *About 6 minutes.*
#
# Errors come in at the output and are passed back layer by layer, through
# weights that still change. So later layers might settle sooner. We follow 50
# weights of each of the four layers of a 12-50-50-50-2 network, every few
# steps.
#
# "Settle" must be said in numbers before one looks. *Half of the way*: the
# share of the training after which a layer stays nearer to its end than half
# the distance it had at first. *Calming down*: how far the weights move from
# look to look in the last tenth of the training, as a share of that in the
# first tenth. *In the end*: the same, not as a share but as it is.
#
# *Predict first: do all three say the same?*

# %% tags=["live", "slide-code"]
# Follow 50 weights of each layer.
convergence = experiments.convergence.run(preset=PRESET)
plots.plot_settling(convergence.details);
# %%
plots.plot_sweeps(convergence.sweeps);
# %%
plots.plot_verdicts(convergence.verdicts);
# %% [markdown]
# <details><summary>Answer</summary>
#
# They need not: the verdicts are three. The first layer comes late and its
# weights move most in the end, but it has also moved most on the way, and a
# share of that is another thing.
#
# </details>
#
# The upper row of the first figure shows the weights of one network, the lower
# row how far they move, with the mean over all seeds in orange. All layers
# start with large steps: Adam's first steps are as long as its rate, however
# small the gradient. Then the last layers fall quiet while the first one rises
# to a second hump. It learns when the layers behind it have become useful.
#
# No number was published, only one network's curves, so there is no table. The
# original looked at the *last* 50 weights of each layer as they lie in memory.
# In the first layer those are all 50 weights of the last input, the one that
# tells the classes apart least. We draw 50 at random; the other curve in the
# figure has the original's. Mind also that 50 is half of the last layer and a
# fiftieth of a middle one.
#
# Is that a law of depth? The original minimizes a squared error of the
# outputs. `experiments.convergence.run(objective="cross-entropy")` asks the
# same of the usual loss. Cross-entropy falls as long as the outputs grow, so
# there the last layer is never done: run it, and compare the verdicts.
#
# **Learnt:** which layer settles first depends on the loss, and on what
# "settle" means. Say it as a number before you look.

# %% [markdown] anchor="atom-regularization"
# ## What does a penalty do?
#
# *About 7 minutes.*
#
# L1 adds $\lambda$ times the mean of $|w|$ to the loss, L2 $\lambda$ times the
# mean of $w^2$. You have met both [in practice](#weight-regularization); here
# is what they do to single weights. The slope of $|w|$ is the same for a small
# weight as for a large one, so L1 goes on pulling until a weight is 0. The
# slope of $w^2$ fades with the weight.
#
# *Predict first: with λ = 1, which share of the weights is all but 0 with L1,
# which with L2? And what does it cost?*

# %% tags=["live", "slide-code"]
# Train with both penalties, on the same data.
regularization = experiments.regularization.run(preset=PRESET)
shown = regularization.details
plots.plot_weight_paths(
    shown.steps,
    {
        name: shown.weights[name]
        for name in ("L1, strength 0", "L1, strength 1", "L2, strength 1")
    },
);
# %%
plots.plot_sweeps(regularization.sweeps);
# %% [markdown]
# <details><summary>Answer</summary>
#
# The third panel counts them. The sentence after the verdicts has the price.
#
# </details>
#
# In the first figure each line is one of 50 weights of the first layer of one
# network (`shown.weights` has those at 0.1 as well). Under L1 at 1 a whole
# bundle runs into 0 and stays; under L2 all shrink, and none stops there.

# %%
plots.plot_verdicts(regularization.verdicts);
# %% tags=["hide-input"]
claim(
    regularization.verdicts[2],
    if_so="A strong L1 costs {mean:.1%} of the accuracy.",
    if_not="A strong L1 costs less than 2 % of the accuracy: {mean:.1%}.",
    if_undecided="Whether a strong L1 costs 2 % of the accuracy stays open:"
    " {low:+.1%} to {high:+.1%}.",
)
# %%
then_and_now(regularization)

# %% [markdown]
# One network was published for each panel, on data of its own: 0.7 could be
# the mixture, or the penalty, and nobody can tell. Here all networks of a seed
# have the same data. But what is "the mean"? We
# take it over all 3,200 weights. The original's code takes the mean over each
# *layer* and adds the three up, so that a weight of its last layer, which has
# 100, is pulled 32 times as hard. The second row of the table has that, on the
# same data; `run(mean="layers")` does everything that way.
#
# Now turn the strength up. Each picture trains 50 networks, 12-24-24-2, for
# 300 steps.
#
# *Predict first: does L2 ever make weights vanish? And at which strength does
# L1 begin to hurt?*


# %%
def penalty(kind="L1", log10_of_strength=0.0):
    return plots.plot_weight_sizes(
        experiments.live.train_penalized(kind, 10**log10_of_strength)
    )


explore(
    penalty,
    kind=["L1", "L2"],
    log10_of_strength=(-2.0, 1.0, 0.25) if LIVE else [-1.0, 0.0, 0.5, 1.0],
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# An L2 penalty takes from each weight a share of it, so weights get small and
# do not reach 0. An L1 penalty takes the same from all, so the small ones get
# there first. The accuracy is written in the picture: where it is near one
# half, the penalty has outweighed what is to be learnt.
#
# </details>
#
# Compare the two kinds at strengths at which the accuracy is about equal.
#
# **Learnt:** L1 chooses, L2 shrinks. A strength is a number times a mean or a
# sum, over some weights: without that it says nothing.

# %% [markdown] anchor="exercises-learning"
# ## Exercises: how a network learns
#
# *About 10 minutes.*

# %% [markdown] tags=["exercise"]
# ### Exercise: what equal units are worth
#
# A 12-100-100-2 network starts with all weights and biases at 0. After some
# steps of training, without any rounding: how many *different* numbers can
# there be among all its weights and biases, at most?

# %% tags=["exercise"]
n_different = ...
exercises.check("equal-units", n_different)

# %% tags=["solution"]
# Inputs to any first unit, its bias; one weight between the layers, one bias;
# one weight to each output, and its bias.
exercises.check("equal-units", 12 + 1 + 1 + 1 + 2 + 2)

# %% [markdown] tags=["exercise"]
# ### Exercise: a penalty on the mean
#
# `keras.regularizers.L1(l1)` adds `l1` times the *sum* of $|w|$ of a layer.
# Return the `l1` that all layers of a network with the layer sizes `sizes`
# (inputs first, outputs last) must get, so that together they add `strength`
# times the *mean* of $|w|$ over all weights. Biases have no penalty.


# %% tags=["exercise"]
def l1_of_the_mean(sizes, strength):
    return ...


exercises.check("mean-penalty", l1_of_the_mean)


# %% tags=["solution"]
def l1_of_the_mean(sizes, strength):
    return strength / sum(p * q for p, q in zip(sizes, sizes[1:]))


exercises.check("mean-penalty", l1_of_the_mean)

# %% [markdown] tags=["exercise"]
# ### Exercise: a verdict
#
# A claim says that an effect is at least `smallest`. Its 95 % confidence
# intervals in several experiments go from `low` to `high`, two arrays. Return
# an array: 1 where the claim is supported, since the whole interval has at
# least that effect; -1 where it is contradicted, since none of it has; 0 where
# it is undecided.


# %% tags=["exercise"]
def judge(low, high, smallest):
    return ...


exercises.check("verdict", judge)


# %% tags=["solution"]
def judge(low, high, smallest):
    return np.where(low >= smallest, 1, np.where(high < smallest, -1, 0))


exercises.check("verdict", judge)

# %% [markdown] anchor="atoms-summary"
# ## What was learnt
#
# *About 3 minutes.*
#
# The twelve answers, as the networks of this page gave them: for each question
# its first hypothesis and the verdict, and how many of all its verdicts fell
# which way.
#
# *Predict first: most of these hypotheses are what a textbook would say. How
# many of them were contradicted?*

# %%
answers = [
    approximation,
    depth,
    data_size,
    imbalance,
    memorization,
    pca,
    activations,
    batch_size,
    losses,
    initialization,
    convergence,
    regularization,
]
Table(
    ["question", "hypothesis", "verdict", "all its verdicts"],
    [
        (
            answer.title,
            answer.verdicts[0].hypothesis.text,
            answer.verdicts[0].word,
            ", ".join(
                f"{n} {word}"
                for word in ("supported", "contradicted", "undecided")
                if (n := [v.word for v in answer.verdicts].count(word))
            ),
        )
        for answer in answers
    ],
)

# %%
verdicts = [verdict.word for answer in answers for verdict in answer.verdicts]
compared = [row.word for answer in answers for row in answer.compared]
print(
    f"{len(verdicts)} hypotheses: "
    + ", ".join(
        f"{verdicts.count(word)} {word}"
        for word in ("supported", "contradicted", "undecided")
    )
    + "."
)
print(
    f"{len(compared)} published numbers: {compared.count('yes')} agree with"
    f" ours, {compared.count('no')} do not, {compared.count('open')} are open:"
    " we have too few runs."
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The line above counts them. About a third is a lot for claims that sound
# right.
#
# </details>
#
# A published number "agrees" if it lies in the interval beside it: where 95 of
# 100 means lie of as many runs of ours as there were then. For one run that is
# wide, and nearly anything agrees, which is the trouble with one run.
#
# - One run is an anecdote. Thirty, with an interval, can decide.
# - Say what would count before you look, as a number.
# - Compare within a seed: the same data, and one thing changed.
# - A control that cannot learn, or cannot do what an explanation needs, is
#   worth more than ten runs that can.
#
# **Learnt:** "undecided" is an answer, and so is "contradicted": both are more
# than one run can say.

# %% [markdown] anchor="references-04"
# ## References
#
# - Abid (2018). [Atomic experiments in deep
#   learning](https://github.com/abidlabs/AtomsOfDeepLearning). The twelve
#   questions.
# - Arpit, Jastrzębski, Ballas, Krueger and others (2017). [A closer look at
#   memorization in deep
#   networks](https://proceedings.mlr.press/v70/arpit17a.html). ICML.
# - Cybenko (1989). [Approximation by superpositions of a sigmoidal
#   function](https://doi.org/10.1007/BF02551274). Mathematics of Control,
#   Signals and Systems.
# - Glorot and Bengio (2010). [Understanding the difficulty of training deep
#   feedforward neural
#   networks](https://proceedings.mlr.press/v9/glorot10a.html). AISTATS.
# - Goyal, Dollár, Girshick, Noordhuis and others (2017). [Accurate, large
#   minibatch SGD: training ImageNet in 1
#   hour](https://arxiv.org/abs/1706.02677).
# - He, Zhang, Ren and Sun (2015). [Delving deep into
#   rectifiers](https://arxiv.org/abs/1502.01852). ICCV.
