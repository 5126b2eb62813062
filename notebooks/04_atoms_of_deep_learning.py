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
# How many units do you need? Does depth help? What does a rare class cost? In
# a large network everything changes at once, so it answers none of these. The
# networks of this chapter are small enough to ask one question at a time, and
# many enough to tell an effect from luck. All of them were trained here;
# in most figures each faint point or line is one of them.
#
# There are twelve questions. Each is answered by an experiment, and ends with
# what follows for your own network.
#
# 1. **[What a network can fit](#atom-approximation)**: units, layers, more
#    data, rare classes.
# 2. **[What it is given](#atom-memorization)**: labels, inputs, activations,
#    batches.
# 3. **[How it learns](#atom-losses)**: losses, initial weights, layers that
#    settle, penalties.
#
# Where a sentence is followed by numbers in small print, these numbers have
# chosen it. With another run it may be another sentence.
#
# The questions are those of [Abid,
# 2018](https://github.com/abidlabs/AtomsOfDeepLearning); one section near the
# end says [how we checked](#atoms-then-and-now) his answers.

# %% tags=["hide-input"]
import time

from lecture.network import layout
from preamble import *

PRESET = by_mode(short="short", full="published")
device.report()

# %% [markdown] anchor="how-a-question-is-answered"
# ## How a question is answered
#
# *About 4 minutes.*
#
# One trained network is an anecdote: with other initial weights, or with the
# mini-batches in another order, it would tell another story. So we answer each
# question in four steps.
#
# 1. **Say it before you look**: a *hypothesis*, a *quantity* that decides it,
#    and the *smallest effect* that would count.
# 2. **Train many networks** that differ in their seed. We train them together,
#    as one stack of weight matrices: a kernel of shape (inputs, units) gets
#    one more axis, (networks, inputs, units).
# 3. **Give the mean with its interval.** The 95% confidence interval of a
#    mean over $n$ seeds with standard deviation $s$ is
#
# $$\bar{q} \pm t_{n-1} \frac{s}{\sqrt{n}}$$
#
# with Student's $t$, which is 2.05 for thirty seeds. To compare two settings,
# we give both the same seeds and the same data, and average the *difference*.
#
# 4. **Let the numbers speak**: the hypothesis is *supported* if the whole
#    interval reaches the smallest effect, *contradicted* if none of it does,
#    and *undecided* otherwise.
#
# *Predict first: how long does it take to train a thousand small networks,
# 1-16-1, together, for 500 steps each?*
#
# - **a** as long as one after the other
# - **b** less than a minute
# - **c** half as long as one after the other

# %% tags=["hide-input"]
x = np.linspace(-1, 1, 50)[:, None]
y = np.sin(3 * x)
one = keras.Sequential(
    [keras.Input((1,)), keras.layers.Dense(16, "tanh"), keras.layers.Dense(1)]
)
one.compile(keras.optimizers.Adam(0.03), "mse")
one.fit(x, y, batch_size=50, verbose=0)  # the first epoch compiles
often = [np.tile(each, (100, 1)) for each in (x, y)]  # 100 steps an epoch
start = time.perf_counter()
one.fit(*often, batch_size=50, shuffle=False, verbose=0)
seconds = 500 / 100 * (time.perf_counter() - start)
print(
    f"One network, 500 steps of fit: {seconds:.1f} s (100 timed)."
    f" A thousand, one after the other: {1000 * seconds / 60:.0f} minutes."
)

# %% tags=["slide-code"]
# A thousand small networks, trained together for 500 steps each.
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
figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.2))
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
    axes[0], "Two hundred fitted curves, faint, and the sine that they fit."
)
low, middle, high = np.quantile(thousand.loss[-1], [0.05, 0.5, 0.95])
plots.describe(
    axes[1],
    f"The errors of a thousand networks: the median is {middle:.2g},"
    f" nine in ten lie from {low:.2g} to {high:.2g}.",
)
plt.show()
print(
    f"Errors: the median is {middle:.2g}; one network in twenty is below"
    f" {low:.2g}, one in twenty above {high:.2g}, a factor of"
    f" {high / low:.0f} between the two."
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Less than a minute, compiling included. The loop over networks is
# gone: a step is a few products of stacks of matrices. What is left is one
# loop over the steps.
#
# </details>
#
# All thousand had the same points, the same learning rate and the same number
# of steps. The line below the figure says how far apart their errors are. A
# single run cannot tell you where in this range it lies. Thirty runs give you
# a mean, and how far to trust it:

# %% tags=["live", "slide-code"]
# Mean of 30 with its 95% interval: np.mean, np.std(ddof=1), np.sqrt.
few = np.log10(thousand.loss[-1][:30])
half = 2.05 * np.std(few, ddof=1) / np.sqrt(len(few))
print(f"thirty: {np.mean(few):.2f} ± {half:.2f}")
print(f"all thousand: {np.mean(np.log10(thousand.loss[-1])):.2f}")

# %% [markdown]
# **For your network:** before you tell anybody that a change helped, train
# with and without it from five seeds or more, and give the mean difference
# with its interval.
#
# **Learnt:** a difference between two runs is no answer. A mean difference
# over many seeds, with its interval, can be one.

# %% [markdown] anchor="what-a-network-can-fit"
# ## Part 1: what a network can fit
#
# Four questions about what a network can represent, and about the examples
# that it needs.

# %% [markdown] anchor="atom-approximation"
# ## How many units does it take?
#
# *About 6 minutes.*
#
# A network with one hidden layer comes as close as you like to any continuous
# function on an interval, if it has enough units ([Cybenko,
# 1989](https://doi.org/10.1007/BF02551274)). The theorem says that such
# weights *exist*. It says neither how many units that takes nor whether
# training finds the weights.
#
# So we try three functions on $[-1, 1]$: a wave, $\sin 12x$; a polynomial,
# $-2x + x^2 + x^3 - 2x^4$; and $|x|$, which has a corner. Each network has
# sigmoid units, and takes 10,000 steps of Adam on the same 50 points.
#
# *Predict first: which of the three needs the most units?*
#
# - **a** the wave
# - **b** the polynomial, which has four powers of $x$
# - **c** $|x|$, because of its corner

# %% tags=["hide-input"]
figure, axes = plt.subplots(1, 3, figsize=(7.2, 3.2))
figure.get_layout_engine().set(rect=(0, 0, 1, 0.84))
for n_units, ax, middle in zip((2, 4, 16), axes, (1 / 6, 3 / 6, 5 / 6)):
    net = layout([1, n_units, 1])
    plots.plot_network(net, ax=ax, max_units=16)
    title = f"{n_units} units\n{net.n_params} parameters"
    figure.text(middle, 0.99, title, ha="center", va="top")

# %% tags=["slide-code"]
# Fit three functions with few and with many units, from many seeds.
approximation = experiments.approximation.run(preset=PRESET)
plots.plot_sweep(approximation.sweeps[0]);
# %%
plots.plot_verdicts(approximation.verdicts);
# %% tags=["hide-input"]
_, wave_is_harder, wave_is_learnt = approximation.verdicts
display(
    claim(
        wave_is_harder,
        if_so="At middle width, networks leave {mean:.0%} more of the wave's"
        " variance unexplained than of the polynomial's.",
        if_not="At middle width, the wave is not much harder than the"
        " polynomial. Share of the variance left unexplained, wave minus"
        " polynomial: {mean:+.0%}.",
        if_undecided="Whether the wave is harder than the polynomial at"
        " middle width stays open: {low:+.0%} to {high:+.0%}.",
    )
)
claim(
    wave_is_learnt,
    if_so="With the most units, nearly all networks learn the wave:"
    " {mean:.0%}.",
    if_not="With the most units, fewer than nine in ten networks learn the"
    " wave: {mean:.0%}. Yet all have the same number of units.",
    if_undecided="With the most units, {mean:.0%} of the networks learn the"
    " wave; whether nine in ten would stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** The wave turns eight times. A sigmoid only rises or only falls, so a
# sum of them turns only where one begins to outweigh the rest. Two or four
# sigmoids cannot make eight turns. For the corner of $|x|$ two are enough.
#
# </details>
#
# Mind the scale: one unit further down, the error is ten times smaller. Where
# the points of one width fall into two groups, some networks have learnt the
# function and others have not, and the mean lies where hardly any network is.
#
# **For your network:** if it fits its training data badly, try other seeds
# before you add units. If some seeds succeed and others fail, there are enough
# units; work on the training.
#
# **Learnt:** more units make a better fit *possible*. Whether training gets
# there depends on the function and on the initial weights.

# %% [markdown] anchor="fitted-curves"
# ## The curves behind the errors
#
# *About 5 minutes.*
#
# An error tells you how much is wrong; a curve tells you what. Here are all
# networks of the last section, each as a faint line; the dashed one has the
# median error.
#
# *Predict first: a network has 16 units and has not learnt the wave. What does
# its curve look like?*
#
# - **a** the whole wave, but too low everywhere
# - **b** nearly a line, perhaps with a piece of the wave
# - **c** a curve that jumps wildly between the points

# %%
plots.plot_fits(approximation.details);

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** With small weights a sigmoid is nearly straight over $[-1, 1]$, so
# every network starts almost as a line. Errors above and below it cancel, the
# gradient is all but zero, and a network can stay there for thousands of
# steps. The ends are the easiest to fit: there a sigmoid can bend the curve
# without disturbing the rest.
#
# </details>
#
# Now change the question yourself. For every setting we train fifty new
# networks, with a larger rate and fewer steps, so that you do not have to
# wait.
#
# *Predict first: with noise in the values of the wave, which width comes
# closest to the true curve?*
#
# - **a** 2 units: too few to follow the noise
# - **b** 8 units
# - **c** 32 units: more always fit better


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

# %% tags=["hide-input"]
from_truth = {
    n: experiments.live.fit_function("sin(12x)", n, noise=0.3).true_errors[
        "sin(12x)"
    ][0]
    for n in (2, 8, 32)
}
wider = claim(
    from_truth[32] - from_truth[8],
    "mean squared distance from the noisy wave's true curve, 32 units minus 8",
    smallest=0.02,
    if_so="After this short training, 32 units are farther from the true wave"
    " than 8.",
    if_not="After this short training, 32 units are not farther from the true"
    " wave than 8, or hardly so.",
    if_undecided="Whether 32 units are farther from the true wave than 8 stays"
    " open.",
)
display(wider)
experiments.decided(a=False, b=wider.low >= 0.02, c=wider.high <= -0.02)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Not 2 units: they cannot turn often enough, with noise or without. The
# sentence above compares 8 units with 32: after a short training, more units
# need not be closer. With noise, the second line of the figure's title gives
# the distance from the true curve.
#
# </details>
#
# Without noise, try more and more units. Then add noise, and watch how far the
# faint curves spread.
#
# **For your network:** draw what it predicts, not only its error. "Stuck at a
# simpler function" and "follows the noise" need opposite remedies, and can
# have the same error.
#
# **Learnt:** look at the curve, not only at its error. A network that fails
# may be stuck at a simpler curve, and no error tells you so.

# %% [markdown] anchor="atom-depth"
# ## Does depth help at equal size?
#
# *About 6 minutes.*
#
# Deeper networks usually have more parameters. To change nothing but the
# depth, we let all hidden layers after the first *share* one matrix and one
# vector of biases. With ten units that makes
#
# $$(1 + 1) \cdot 10 + (10 + 1) \cdot 10 + (10 + 1) \cdot 2 = 152$$
#
# parameters, however often the shared layer is applied. The task is as hard as
# it can be for 16 equally spaced points on a line: their classes alternate.
#
# *Predict first: guessing gets 8 of the 16 points right. How many does the
# deepest network, with four hidden layers, get right on average?*
#
# - **a** about 8: no better than guessing
# - **b** 10 to 12
# - **c** nearly all 16

# %% tags=["live", "slide-code"]
# Apply one Dense layer three times, and print count_params().
inputs, shared = keras.Input((1,)), keras.layers.Dense(10, "relu")
a = keras.layers.Dense(10, "relu")(inputs)
for _ in range(3):
    a = shared(a)
print(keras.Model(inputs, keras.layers.Dense(2)(a)).count_params())

# %% tags=["slide-code"]
# Apply a shared layer more and more often, from many seeds.
depth = experiments.depth.run(preset=PRESET)
plots.plot_result(depth);
# %% tags=["hide-input"]
more_right, _, more_turns = depth.verdicts
points_right = 16 * depth.sweeps[0].values["training accuracy"][-1]
print(
    f"The deepest network gets {points_right.mean():.1f} of 16 points right,"
    f" from {points_right.min():.0f} to {points_right.max():.0f}."
)
display(
    claim(
        more_right,
        if_so="The deepest network gets {mean:.1%} more of the points right"
        " than the shallowest.",
        if_not="The deepest network does not get 3% more of the points right"
        " than the shallowest: {mean:+.1%}.",
        if_undecided="Whether the deepest network gets at least 3% more of"
        " the points right stays open: {low:+.1%} to {high:+.1%}.",
    )
)
claim(
    more_turns,
    if_so="Its curve changes sides more often, by {mean:.1f} on average.",
    if_not="Its curve does not change sides even once more: {mean:+.1f}.",
    if_undecided="Whether its curve changes sides at least once more stays"
    " open: {low:+.1f} to {high:+.1f}.",
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** 10 to 12: better than guessing, and far from all. Training finds some
# of the turns, and different ones in every run.
#
# </details>
#
# The panel "Turns" counts how often a curve changes sides. To get all 16
# points right, it has to do so at least 15 times.
#
# **For your network:** a shared layer is a cheap way to try more depth: it
# costs time and no parameters. Judge it by several seeds.
#
# **Learnt:** a layer can be applied again without new parameters. It takes
# many runs to say whether that helps: one more point in 16, in one run, says
# nothing.

# %% [markdown] anchor="fitted-curves-2"
# ## What depth does to the curve
#
# *About 3 minutes.*
#
# The curve of a network of ReLUs is a chain of straight pieces. A layer bends
# what it is given, and the next layer can bend every piece again.
#
# *Predict first: where along the line do the networks get most of the points
# right?*
#
# - **a** in the middle, which has points on both sides to learn from
# - **b** everywhere alike
# - **c** at the ends

# %%
plots.plot_alternation(depth.details);
# %% tags=["hide-input"]
curves = depth.details
at_points = np.abs(curves.grid[:, None] - curves.x).argmin(axis=0)
right = (curves.scores[-1][:, at_points] > 0) == curves.y  # (n_seeds, 16)
claim(
    right[:, [0, 1, 2, -3, -2, -1]].mean(axis=1) - right[:, 5:11].mean(axis=1),
    "share of points right, the three at each end minus the six in the middle",
    smallest=0.05,
    if_so="At the ends the deepest networks get more of the points right than"
    " in the middle: {mean:.0%} more.",
    if_not="At the ends the deepest networks do not get 5% more of the points"
    " right than in the middle: {mean:+.0%}.",
    if_undecided="Whether the ends are learnt better than the middle stays"
    " open: {low:+.0%} to {high:+.0%}.",
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** At the ends, which are easier: a network can swing the curve around
# there without moving the rest, while a turn in the middle moves everything on
# one side of it.
#
# </details>
#
# Where the curve is above the horizontal line, the network chooses class 1;
# below it, class 0. Where it stays close to the line, the network has given
# up: it says one half, whatever the point. The last line of a title is the
# mean accuracy, with the lowest and the highest.
#
# **For your network:** look at where its errors are, not only at how many. If
# they lie together, it has given up on a region.
#
# **Learnt:** each layer can bend every piece again, so depth makes many bends
# possible. Training has to place them, one by one.

# %% [markdown] anchor="atom-data-size"
# ## Who makes the most of more data?
#
# *About 6 minutes.*
#
# It is often said that deep learning needs a lot of data, and pays off only
# then. Here the data are as simple as can be: two normal distributions in 12
# dimensions with the same covariance. Their means are 1 apart in the first
# dimension, 1/2 in the second, and so on to 1/12 in the last. The best
# boundary is a plane. A support vector machine, a decision tree and networks
# with one and two hidden layers of 100 units have to find it.
#
# *Predict first: who is ahead with the most points?*
#
# - **a** the deep network: deep learning needs data, and here it has enough
# - **b** the support vector machine
# - **c** the tree, which splits as often as it needs to

# %% tags=["slide-code"]
# Give everyone more and more points.
data_size = experiments.data_size.run(preset=PRESET)
plots.plot_result(data_size);
# %% tags=["hide-input"]
accuracy = data_size.sweeps[0].values
tree, machine, net = (
    accuracy[name]
    for name in ("decision tree", "support vector machine", "net 100-100")
)
lead = data_size.verdicts[2]
display(
    claim(
        lead,
        if_so="With the most points, the deep network is ahead of the support"
        " vector machine by {mean:.1%}.",
        if_not="With the most points, the deep network is not 2% ahead of the"
        " support vector machine: {mean:+.1%}.",
        if_undecided="With the most points, the accuracy of the deep network"
        " minus that of the support vector machine is {low:+.1%} to"
        " {high:+.1%}. Whether it is 2% stays open.",
    ),
    claim(
        net[0] - machine[0],
        "accuracy of the net 100-100 minus the support vector machine's, with"
        " the fewest points",
        smallest=0.02,
        if_so="With the fewest points, the deep network is ahead by"
        " {mean:.1%}.",
        if_not="With the fewest points, the deep network is not 2% ahead:"
        " {mean:+.1%}.",
        if_undecided="Whether the deep network is 2% ahead with the fewest"
        " points stays open: {low:+.1%} to {high:+.1%}.",
    ),
)
behind = claim(
    machine[-1] - tree[-1],
    "accuracy of the support vector machine minus the tree's, with the most"
    " points",
    smallest=0.02,
    if_so="The tree stays behind, by {mean:.1%} with the most points.",
    if_not="The tree catches up with the support vector machine: {mean:+.1%}.",
    if_undecided="Whether the tree catches up stays open: {low:+.1%} to"
    " {high:+.1%}.",
)
display(behind)
experiments.decided(
    a=lead.low >= 0.005,
    b=lead.high <= -0.005 and behind.low >= 0.005,
    c=lead.high <= -0.005 and behind.high <= -0.005,
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# Not the tree. It cuts along one coordinate at a time, and the best plane lies
# across all of them, so it needs many cuts for what the others express at
# once. The first sentence above compares the deep network with the support
# vector machine.
#
# </details>
#
# Look at how far the points of one size spread. Each seed has its own
# covariance, so some tasks are nearly free of error, and in others even the
# best plane is often wrong: the spread is that of the tasks. The sentences
# compare methods on the *same* tasks.
#
# **For your network:** try a simple method first, on the same data and the
# same split. It takes a minute, and your network has to beat it.
#
# **Learnt:** how much data a method needs depends on what it can express. Do
# not ask how modern it is; ask whether it draws planes or steps.

# %% [markdown] anchor="atom-imbalance"
# ## What does a rare class cost?
#
# *About 7 minutes.*
#
# Disease, fraud and failure are rare. At 99:1 a network that always names the
# frequent class is right 99 times out of 100, and useless. So here networks
# learn from 1,200 points of two classes in the plane, at ratios from 1:1 to
# 100:1, and are tested on classes of *equal* size. A popular remedy is
# **oversampling**: we draw the rare points again and again, with replacement,
# until both classes are equally large. Class weights in the loss have much the
# same effect without copies.
#
# *Predict first: at 50:1, without oversampling, what is the accuracy on the
# balanced test set?*
#
# - **a** about 0.98: it is right 50 times out of 51
# - **b** about 0.75
# - **c** not far from 0.5

# %% tags=["live", "slide-code"]
# A weight for each class, so that both count the same: np.bincount.
labels = np.repeat([0, 1], [1188, 12])
weights = len(labels) / (2 * np.bincount(labels))
print(weights)
print(weights[labels[labels == 0]].sum(), weights[labels[labels == 1]].sum())

# %% tags=["slide-code"]
# Make one class rarer and rarer, with and without oversampling.
imbalance = experiments.imbalance.run(preset=PRESET)
plots.plot_result(imbalance);
# %% tags=["hide-input"]
costs, helps, undoes, scaling = imbalance.verdicts
display(
    claim(
        costs,
        if_so="Without oversampling, a ratio of 50:1 costs {mean:.0%} of the"
        " points.",
        if_not="Without oversampling, a ratio of 50:1 costs less than 5%:"
        " {mean:+.1%}.",
        if_undecided="Whether 50:1 costs 5% of the points stays open:"
        " {low:+.1%} to {high:+.1%}.",
    ),
    claim(
        helps,
        if_so="There, oversampling gains {mean:.0%}.",
        if_not="There, oversampling gains less than 5%: {mean:+.1%}.",
        if_undecided="Whether oversampling gains 5% there stays open:"
        " {low:+.1%} to {high:+.1%}.",
    ),
)
claim(
    undoes,
    if_so="With oversampling, even 100:1 is nearly as good as 1:1.",
    if_not="Even with oversampling, the accuracy at 1:1 minus that at 100:1 is"
    " {mean:+.0%}.",
    if_undecided="Whether oversampling undoes the damage at 100:1 stays open:"
    " the accuracy at 1:1 minus that at 100:1 is {low:+.1%} to {high:+.1%}.",
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** Not far from 0.5. A network that always names the frequent class gets
# half of a balanced test set right, and on average these are not far above it.
#
# </details>
#
# Oversampling adds no new points. The few rare ones show where their class
# lies, but without oversampling they are outvoted in the loss.
#
# One more thing can spoil the test of the same networks: how its points are
# *scaled*. We subtract the mean of the training points, and at 100:1 this mean
# lies within the frequent class. If you subtract the test points' own mean
# instead, which lies between the classes, you shift all of them.

# %% tags=["hide-input"]
claim(
    scaling,
    if_so="Scaling the test points by themselves costs {mean:.0%} of them at"
    " 100:1, with oversampling.",
    if_not="Scaling the test points by themselves costs less than 5% of them"
    " at 100:1: {mean:+.1%}.",
    if_undecided="Whether scaling the test points by themselves costs 5% of"
    " them at 100:1 stays open: {low:+.1%} to {high:+.1%}.",
)
# %% [markdown]
# **For your network:** print the accuracy for each class. If a class is rare,
# pass `class_weight` to `fit`, or oversample the *training* set after the
# split.
#
# **Learnt:** a rare class is outvoted, not unlearnable: give it more weight.
# And always scale test points by what was fitted on the *training* points.

# %% [markdown] anchor="decision-boundaries"
# ## Where the boundary goes
#
# *About 5 minutes.*
#
# What do the networks decide at 100:1? All networks of this figure are trained
# on the same 1,200 points. They differ in their initial weights, and in which
# rare points are drawn again.
#
# *Predict first: without oversampling, how much of the plane do they give to
# the rare class?*
#
# - **a** a tenth, where its points lie closest together
# - **b** about half
# - **c** hardly anything

# %%
plots.plot_decisions(imbalance.details);

# %% tags=["hide-input"]
shares = {
    way: (chances > 0.5).mean(axis=(1, 2))
    for way, chances in imbalance.details.chances.items()
}
for way, share in shares.items():
    print(f"{way}: {share.mean():.1%} of the plane, on average")

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** Hardly anything. A dozen rare points among their frequent neighbours
# weigh so little in the loss that ignoring them is cheap.
#
# </details>
#
# The colour shows the mean over all networks, the thick line is where that
# mean is one half, and the thin lines are single networks. Count the points on
# the wrong side of the boundary. Every shift of it trades errors of one class
# for errors of the other, and on a balanced test set both weigh the same.
#
# Now change the distance between the classes and the remedy (in the live
# notebook the ratio, too). The data are new and overlap a little less. Each
# time we train fifty new networks, for a few hundred steps.
#
# *Predict first: if the classes lie three times as far apart, does an
# imbalance of 100:1 still matter after a short training?*
#
# - **a** yes: a dozen points weigh too little to move it soon
# - **b** no: the boundary is easy to find
# - **c** hardly: it costs a percent or two


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

# %% tags=["hide-input"]
far = {
    resampled: experiments.live.decide_rare_class(
        100, resampled, distance=3.0
    ).accuracy
    for resampled in (False, True)
}
as_they_are, oversampled = (next(iter(each.values())) for each in far.values())
claim(
    oversampled - as_they_are,
    "test accuracy at distance 3 and 100:1, with oversampling minus without",
    smallest=0.05,
    if_so="At distance 3, too, oversampling gains {mean:.0%} after this short"
    " training.",
    if_not="At distance 3, oversampling gains less than 5%: {mean:+.1%}.",
    if_undecided="Whether oversampling gains 5% at distance 3 stays open:"
    " {low:+.1%} to {high:+.1%}.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** Yes. A boundary that separates the classes may be easy to find, but
# nothing pulls the network there soon: the loss is the mean over all points,
# and a hundredth of them hardly moves it.
#
# </details>
#
# Watch the thick line in the training panel: where it is missing, the networks
# give all of the plane to the frequent class.
#
# **For your network:** with balanced weights it names the rare class more
# often, and so it is wrong about the frequent one more often. Decide what each
# kind of error costs, and set the weights, or the threshold, by that.
#
# **Learnt:** imbalance moves the boundary into the rare class; oversampling
# moves it back, at the cost of errors on the frequent one. Which errors cost
# more is for you to decide, not for the loss.

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
# accuracy*: the share of points that are predicted right, worked out for each
# class alone, then averaged over the two. `predicted` and `y` are arrays of
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
# once, and equally many rows of class 1, drawn with replacement.


# %% tags=["exercise"]
def oversampled(y, rng):
    return ...


exercises.check("oversample", oversampled)


# %% tags=["solution"]
def oversampled(y, rng):
    frequent, rare = np.flatnonzero(y == 0), np.flatnonzero(y == 1)
    return np.concatenate([frequent, rng.choice(rare, len(frequent))])


exercises.check("oversample", oversampled)

# %% [markdown] tags=["exercise"]
# ### Exercise: too good on the rare class (repair)
#
# `y` holds classes, 1 is the rare one. The function returns row numbers to
# train on and row numbers to test on, a quarter of all. A network trained with
# them is suspiciously good on the rare class. Find out why, and repair it:
# balance the training set, and leave the test set alone.


# %% tags=["exercise"]
def oversampled_split(y, rng):
    frequent, rare = np.flatnonzero(y == 0), np.flatnonzero(y == 1)
    rows = np.concatenate([frequent, rng.choice(rare, len(frequent))])
    rows = rng.permutation(rows)
    return rows[len(y) // 4 :], rows[: len(y) // 4]


exercises.check("split-then-oversample", oversampled_split)


# %% tags=["solution"]
def oversampled_split(y, rng):
    rows = rng.permutation(len(y))
    test, rows = rows[: len(y) // 4], rows[len(y) // 4 :]
    frequent, rare = rows[y[rows] == 0], rows[y[rows] == 1]
    return np.concatenate([frequent, rng.choice(rare, len(frequent))]), test


exercises.check("split-then-oversample", oversampled_split)

# %% [markdown] anchor="what-a-network-is-given" part="What a network is given"
# ## Part 2: what a network is given
#
# Labels, inputs, an activation, and batches: four things that a network is
# given before it learns anything. We change each of them on purpose, mostly
# for the worse, and see what the network does.

# %% [markdown] anchor="atom-memorization"
# ## Can it learn what is not there?
#
# *About 6 minutes.*
#
# Shuffle the labels. Now nothing about a point tells its class, and a network
# can only learn every point by heart. With thousands of parameters, it may be
# able to. Is that what it does with true labels, too, or is learning something
# other than memorizing ([Arpit et al.,
# 2017](https://proceedings.mlr.press/v70/arpit17a.html))?
#
# The points come from two normal distributions in six dimensions. Networks
# learn the same points twice: with their classes, and with these classes in
# random order.
#
# *Predict first: 50 points with random labels, three hidden layers. What is
# the training accuracy in the end?*
#
# - **a** about one half: there is nothing to learn
# - **b** nearly one
# - **c** about three quarters

# %% tags=["slide-code"]
# Train networks on true and on random labels, with more and more points.
memorization = experiments.memorization.run(preset=PRESET)
plots.plot_sweeps(memorization.sweeps);
# %%
plots.plot_verdicts(memorization.verdicts);
# %% tags=["hide-input"]
_, few_labels, many_labels, more_steps = memorization.verdicts
held_out = memorization.sweeps[2].values["true labels"]
display(
    claim(
        few_labels,
        if_so="With the fewest points, networks learn nearly all random"
        " labels: {mean:.0%} above guessing, and 50% would be all.",
        if_not="With the fewest points, networks learn random labels only up"
        " to {mean:.0%} above guessing; 50% would be all.",
        if_undecided="With the fewest points, networks learn random labels up"
        " to {mean:.0%} above guessing; 50% would be all.",
    ),
    claim(
        many_labels,
        if_so="The more points, the smaller the share of random labels that"
        " is learnt: {mean:.0%} less with the most than with the fewest.",
        if_not="With the most points nearly the same share of random labels is"
        " learnt as with the fewest: {mean:+.1%} less.",
        if_undecided="Whether a smaller share of random labels is learnt with"
        " more points stays open: {low:+.1%} to {high:+.1%}.",
    ),
    claim(
        more_steps,
        if_so="In the second half of the steps random labels are still being"
        " learnt: {mean:+.1%}.",
        if_not="In the second half of the steps hardly any more random labels"
        " are learnt: {mean:+.1%}.",
        if_undecided="Whether the second half of the steps adds 5% of the"
        " random labels stays open: {low:+.1%} to {high:+.1%}.",
    ),
)
claim(
    held_out[-1] - held_out[0],
    "test accuracy with true labels, most training points minus fewest",
    smallest=0.02,
    if_so="With true labels, more training points help with new ones:"
    " {mean:+.1%}.",
    if_not="With true labels, more training points do not help with new ones"
    " by 2%: {mean:+.1%}.",
    if_undecided="Whether more training points with true labels help with"
    " new ones by 2% stays open: {low:+.1%} to {high:+.1%}.",
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Nearly one: a network can learn most of fifty points by heart. So a
# high training accuracy does not tell you that there was anything to learn.
# Only the lowest panel does: on new points, a network that has learnt random
# labels can only guess.
#
# </details>
#
# A point with a true label says something about its neighbours; a point with a
# random label says nothing about any other. So true labels are learnt many at
# a time, random ones a few at a time. The panel "On the way" shows both.
#
# A network that is still learning random labels when you stop it could have
# memorized more. So whenever you say how many labels a network can memorize,
# say after how many steps, and at which learning rate.
#
# **For your network:** shuffle the labels and train once more. The training
# accuracy of that run is what memorizing alone can reach. What counts is how
# far your *validation* accuracy is above guessing.
#
# **Learnt:** networks memorize if they have the time. Training accuracy cannot
# tell memorizing from learning; held-out points can.

# %% [markdown] anchor="atom-pca"
# ## Inputs that say nothing
#
# *About 7 minutes.*
#
# Ten dimensions tell two classes apart. We add *dummy* dimensions that hold a
# little noise and nothing else, and then rotate the whole space at random, so
# that every input is a mixture of all dimensions. There are 80 points to learn
# from. PCA, fitted to them, finds the directions in which they vary most, and
# keeps 10, 5 or 1.
#
# Will it keep what counts? PCA never sees a label. It can only hope that the
# directions with the most variance are those that separate the classes.
#
# *Predict first: there are 80 points. What happens to a network without PCA as
# we add up to 1,000 dummy dimensions?*
#
# - **a** it loses accuracy little by little
# - **b** it breaks down as soon as there are more dimensions than points
# - **c** nothing: its first layer learns to leave the dummies out

# %% tags=["live", "slide-code"]
# PCA in NumPy: center X, np.linalg.svd(full_matrices=False), keep two.
rng = np.random.default_rng(SEED)
X = rng.normal(size=(80, 5)) * [3, 1, 0.2, 0.1, 0.1]
centered = X - X.mean(axis=0)
_, sizes, directions = np.linalg.svd(centered, full_matrices=False)
print((sizes**2 / np.sum(sizes**2)).round(3))
print((centered @ directions[:2].T).shape)

# %% tags=["slide-code"]
# Train networks on inputs with dummy dimensions, as they are and after PCA.
pca = experiments.pca.run(preset=PRESET)
plots.plot_result(pca);
# %% tags=["hide-input"]
dummies_hurt, pca_helps, cliff, one_is_too_few = pca.verdicts
display(
    claim(
        dummies_hurt,
        if_so="Without PCA, the most dummy dimensions cost {mean:.1%} of the"
        " points.",
        if_not="Without PCA, the most dummy dimensions cost less than 5%:"
        " {mean:+.1%}.",
        if_undecided="Whether the most dummy dimensions cost 5% stays open:"
        " {low:+.1%} to {high:+.1%}.",
    ),
    claim(
        cliff,
        if_so="From 100 to 200 dummy dimensions the network breaks down: it"
        " loses {mean:.0%}.",
        if_not="There is no cliff: from 100 to 200 dummy dimensions accuracy"
        " falls by only {mean:.1%}.",
        if_undecided="Whether there is a cliff between 100 and 200 dummy"
        " dimensions stays open: accuracy falls by {low:.1%} to {high:.1%}.",
    ),
    claim(
        pca_helps,
        if_so="With the most dummies, PCA to 10 dimensions gains {mean:.1%}.",
        if_not="With the most dummies, PCA to 10 dimensions gains less than"
        " 5%: {mean:+.1%}.",
        if_undecided="Whether PCA to 10 dimensions gains 5% with the most"
        " dummies stays open: {low:+.1%} to {high:+.1%}.",
    ),
)
claim(
    one_is_too_few,
    if_so="A single dimension is too few: compared with 10, it costs"
    " {mean:.1%} of the points.",
    if_not="Even a single dimension is nearly enough: compared with 10, it"
    " costs {mean:+.1%} of the points.",
    if_undecided="Whether a single dimension is too few stays open:"
    " {low:+.1%} to {high:+.1%}.",
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** Little by little. Each of a thousand inputs has weights of its own,
# and 80 points leave them much freedom to fit the noise. But nothing breaks
# where the dimensions begin to outnumber the points.
#
# </details>
#
# If a single dimension is enough, that is due to the way these data are made:
# the means are 1 apart in every dimension, and all entries of the covariance's
# factor are positive, so the direction in which points vary most is nearly the
# one in which the classes differ. With `separation="falling"` the means are
# $1/i$ apart in dimension $i$, and with `noise=1` the dummies vary as much as
# what counts. Run both, and see what PCA keeps then.
#
# We rotated the space by an orthogonal matrix, which keeps all lengths. A
# matrix of random numbers from 0 to 1 mixes the inputs, too. Is it as good?

# %% tags=["live", "slide-code"]
# A rotation by np.linalg.qr, and positive numbers: np.linalg.svd of both.
d = 110
Q, R = np.linalg.qr(rng.normal(size=(d, d)))
rotation, positive = Q * np.sign(np.diag(R)), rng.random((d, d))
for matrix in (rotation, positive):
    print(np.linalg.svd(matrix, compute_uv=False)[:3].round(1))

# %% [markdown]
# The largest singular values say how much a matrix stretches. A rotation does
# not stretch at all. The positive numbers stretch one direction, the one with
# equal entries, by about $d/2$. So the more dimensions there are, the larger
# the mixed inputs get, and sigmoids saturate.
#
# **For your network:** with more inputs than examples, try PCA, or a first
# layer with a penalty, and compare on validation data. Fit the PCA on training
# data only.
#
# **Learnt:** PCA helps if what varies most is what counts, and it cannot know
# whether that is so. If somebody calls a transformation a rotation, check that
# it keeps lengths.

# %% [markdown] anchor="atom-activations"
# ## Will any bend do?
#
# *About 8 minutes.*
#
# ReLU, tanh and sigmoid are the usual choices. But does it matter which
# function it is, as long as it is not a line? We try three that nobody
# recommends (square, sine and sign), and the line itself.

# %% tags=["hide-input"]
plots.plot_functions(experiments.activations.FUNCTIONS);
# %% [markdown]
# The task is two interleaved half moons; the networks are 2-30-30-2. Mind the
# sign: its derivative is 0 wherever it exists, so no gradient passes through
# it.
#
# *Predict first: how well do the networks with the sign learn?*
#
# - **a** not at all: without a gradient no layer learns
# - **b** as well as those with ReLU
# - **c** nearly as well as those with ReLU

# %% tags=["live", "slide-code"]
# The slope of np.sign and of np.tanh at three places, by nudging.
z, h = np.array([-1.0, 0.5, 2.0]), 1e-4
for function in (np.sign, np.tanh):
    print((function(z + h) - function(z - h)) / (2 * h))

# %% tags=["slide-code"]
# Train networks on two moons, with seven activations.
activations = experiments.activations.run(preset=PRESET)
plots.plot_result(activations);
# %% tags=["hide-input"]
line, usual, sign_falls, sigmoid_is_alike = activations.verdicts
of_the_sign = activations.sweeps[0].values["test"][
    list(experiments.activations.FUNCTIONS).index("sign")
]
display(
    claim(
        of_the_sign - 0.5,
        "test accuracy with the sign minus one half",
        smallest=0.3,
        if_so="With the sign, networks learn: they get {mean:.0%} more of"
        " the points right than by guessing.",
        if_not="With the sign, networks get no more than {mean:.0%} above"
        " guessing.",
        if_undecided="Whether networks with the sign get far above guessing"
        " stays open.",
    ),
    claim(
        sign_falls,
        if_so="They stay behind ReLU, by {mean:.1%}.",
        if_not="They are not 1% behind ReLU: {mean:+.1%}.",
        if_undecided="Whether they are 1% behind ReLU stays open:"
        " {low:+.1%} to {high:+.1%}.",
    ),
    claim(
        line,
        if_so="The identity is behind ReLU by {mean:.0%}: it can only draw a"
        " line.",
        if_not="The identity is hardly behind ReLU here: {mean:+.1%}.",
        if_undecided="Whether the identity is 5% behind ReLU stays open.",
    ),
    claim(
        usual,
        if_so="Square and sine are behind ReLU and tanh by {mean:.1%}.",
        if_not="Square and sine are not behind ReLU and tanh: {mean:+.1%}.",
        if_undecided="Whether square and sine are 1% behind ReLU and tanh"
        " stays open.",
    ),
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** Nearly as well, although only the output layer learns. The hidden
# layers keep their initial weights: they cut the plane into random pieces, and
# the last layer finds a combination of pieces.
#
# </details>
#
# Nobody would have called the sigmoid odd. How does it do?

# %% tags=["hide-input"]
claim(
    sigmoid_is_alike,
    if_so="The sigmoid is as good as ReLU, to within 2%.",
    if_not="After these steps the sigmoid is not as good as ReLU: ReLU's"
    " accuracy minus the sigmoid's is {mean:+.0%}.",
    if_undecided="Whether the sigmoid is as good as ReLU stays open:"
    " {low:+.1%} to {high:+.1%}.",
)

# %% [markdown]
# Glorot's weights are small, and near 0 a sigmoid is almost a line, of slope
# 1/4: two such layers shrink what comes in by a factor of 16. Until its
# weights have grown, such a network does little more than one with the
# identity. Compare the two in the panel "On the way".
#
# Now look at the decisions themselves. For every setting we train fifty new
# networks, with fewer steps.
#
# *Predict first: which activation draws a boundary without corners?*
#
# - **a** the square
# - **b** ReLU
# - **c** the sign


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
# **a.** Two layers of squares make a polynomial of degree four, which is
# smooth everywhere. With ReLU the boundary is made of straight pieces, and
# with the sign every network decides in steps. The picture is a mean over
# fifty, whose corners lie in different places, so it looks smoother than any
# of them.
#
# </details>
#
# The coloured areas are the mean of fifty networks. Where their border is
# sharp, all fifty agree.
#
# **For your network:** if it stays on a plateau at first, suspect the scale of
# its weights and the slope of its activation before anything else. ReLU with
# He's initial weights is a safe start.
#
# **Learnt:** an activation must not be linear, and gradients must reach the
# layers *soon*. Even layers that never learn can be useful: they give random
# features.

# %% [markdown] anchor="atom-batch-size"
# ## How large a batch?
#
# *About 7 minutes.*
#
# Large batches give better gradients, small batches give more of them. What is
# a fair comparison? After equally many *epochs*, all have seen each point
# equally often, but batches of 1 have made 400 times as many steps as full
# batches. After equally many *steps*, full batches have seen 400 times as many
# points. And whoever pays for the computer looks at the *clock*.
#
# We try all three. Each network is measured after equally many epochs and
# after equally many steps. Then we time `fit` for a plain `keras.Sequential`,
# a few times for each batch size.
#
# *Predict first: after equally many epochs, and only a few, which is ahead:
# batches of 1 or of 400?*
#
# - **a** batches of 400: their gradients are exact
# - **b** batches of 1: they have made 400 times as many steps
# - **c** neither: all have seen the same points equally often

# %% tags=["live", "slide-code"]
# How much means of a batch vary: rng.normal, mean over a batch, std.
rng = np.random.default_rng(SEED)
for size in (1, 4, 16, 64, 400):
    batches = rng.normal(size=(1000, size))
    print(size, batches.mean(axis=1).std().round(3))

# %% tags=["slide-code"]
# Train with batches of several sizes, and take the time of real fits.
batch_size = experiments.batch_size.run(preset=PRESET)
plots.plot_sweeps(batch_size.sweeps);
# %%
plots.plot_verdicts(batch_size.verdicts);
# %% tags=["hide-input"]
_, by_epochs, by_steps, by_clock = batch_size.verdicts
display(
    claim(
        by_epochs,
        if_so="After equally many epochs, batches of 1 are ahead of full"
        " batches by {mean:.0%}.",
        if_not="After equally many epochs, batches of 1 are not 5% ahead of"
        " full batches: {mean:+.1%}.",
        if_undecided="Whether batches of 1 are 5% ahead after equally many"
        " epochs stays open: {low:+.1%} to {high:+.1%}.",
    )
)
claim(
    by_steps,
    if_so="After equally many steps, the batch size makes no difference of"
    " 5%: {mean:+.1%}.",
    if_not="After equally many steps, the accuracy with batches of 1 minus"
    " that with full batches is {mean:+.0%}: it matters what you hold equal.",
    if_undecided="Whether they differ by 5% after equally many steps stays"
    " open: {low:+.1%} to {high:+.1%}.",
)
# %% tags=["hide-input"]
by_the_clock = batch_size.sweeps[2]
run_times, until = by_the_clock.values.values()
for size, whole_run, each in zip(by_the_clock.x, run_times, until):
    arrived = each[np.isfinite(each)]
    when = (
        f"{len(arrived)} of {len(each)} fits reached 0.8"
        f" (mean: {arrived.mean():.2f} s)"
        if arrived.size
        else "no fit reached 0.8 in the time allowed"
    )
    print(f"batches of {size}: all epochs {whole_run.mean():.1f} s; {when}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Batches of 1. After a few epochs, full batches have made only a few
# steps, and in a few steps a network learns little. Equally many steps are
# another comparison, and it can end differently: read the two sentences above.
#
# </details>
#
# By the clock, small batches pay for their many steps: the lines above show
# how long all epochs take. Only a few fits are timed. A fit that did not reach
# 0.8 in the time allowed has no point in the third panel: it was stopped, and
# nobody knows when it would have arrived.
#
# We kept the learning rate the same for all. Larger batches usually get larger
# rates ([Goyal et al., 2017](https://arxiv.org/abs/1706.02677)).
#
# **For your network:** start with batches of 32 to 256. If you change the
# batch size, tune the learning rate again, and compare after equal seconds or
# equal steps, whichever you pay for.
#
# **Learnt:** before comparing batch sizes, say what is held equal: epochs,
# steps or seconds. The answer depends on it.

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
# many epochs of full batches make the same number of steps?

# %% tags=["exercise"]
n_epochs = ...
exercises.check("equal-steps", n_epochs)

# %% tags=["solution"]
exercises.check("equal-steps", 150 * int(np.ceil(400 / 64)))

# %% [markdown] tags=["exercise"]
# ### Exercise: which is better? (read)
#
# | held equal | batches of 1 | batches of 400 |
# | --- | --- | --- |
# | 20 epochs | 0.85 | 0.54 |
# | 140 steps | 0.53 | 0.78 |
#
# These are test accuracies of networks that were trained on 400 points. "Small
# batches learn better", says a colleague, and shows you the first row. Which
# batch size is ahead after equally many *steps*, and in the first row, how
# many times as many steps have batches of 1 made? Answer with both numbers.

# %% tags=["exercise"]
ahead, times_more = ..., ...
exercises.check("held-equal", (ahead, times_more))

# %% tags=["solution"]
exercises.check("held-equal", (400, 20 * 400 / (20 * 1)))

# %% [markdown] anchor="how-a-network-learns" part="How a network learns"
# ## Part 3: how a network learns
#
# The last four questions are about training: what is minimized, where it
# starts, which layer settles first, and what large weights cost. All use
# mixtures of two normal distributions in 12 dimensions, with 400 points to
# train on and 1,000 others to test on. Each seed has its own mixture, some
# easy, some hard. So accuracies spread widely, and we compare settings
# *within* a seed.

# %% [markdown] anchor="atom-losses"
# ## Which loss?
#
# *About 5 minutes.*
#
# Cross-entropy is the usual loss of a classifier, and for good reasons: to
# minimize it is to make the labels as likely as possible, and its gradient
# does not vanish where the network is confidently wrong. But in the end only
# the argmax counts. So does another loss do as well?
#
# We try the mean absolute, squared and fourth-power error, the hinge, and a
# *negative control*: a loss that is constant. It shows how accurate networks
# are that learn nothing.
#
# *Predict first: leave the control out. Which loss is last after 500 steps?*
#
# - **a** the fourth power
# - **b** the hinge, which ignores what is right by a margin
# - **c** the absolute error, whose slope never gets smaller

# %% tags=["live", "slide-code"]
# Slopes of |e|, e² and e⁴ at three errors, by nudging e by h.
e, h = np.array([0.9, 0.5, 0.1]), 1e-4
for loss in (np.abs, np.square, lambda e: e**4):
    print(((loss(e + h) - loss(e - h)) / (2 * h)).round(3))

# %% tags=["slide-code"]
# Train networks on the same data that differ in the loss alone.
losses = experiments.losses.run(preset=PRESET)
plots.plot_result(losses);
# %% tags=["hide-input"]
_, alike, fourth, control = losses.verdicts
early = {name: curve[2] for name, curve in losses.sweeps[1].values.items()}
display(
    claim(
        fourth,
        if_so="The fourth power is behind the other four, by {mean:.1%}.",
        if_not="The fourth power is not 2% behind the other four:"
        " {mean:+.1%}.",
        if_undecided="Whether the fourth power is at least 2% behind the"
        " other four stays open: {low:+.1%} to {high:+.1%}.",
    ),
    claim(
        alike,
        if_so="Cross-entropy ends level with the mean of absolute, squared"
        " and hinge, to within 2%.",
        if_not="Cross-entropy minus the mean of absolute, squared and hinge is"
        " {mean:+.1%}.",
        if_undecided="Whether cross-entropy ends level with the mean of"
        " absolute, squared and hinge stays open.",
    ),
    claim(
        early["cross-entropy"]
        - np.mean(
            [early[name] for name in ("absolute", "squared", "hinge")], axis=0
        ),
        "test accuracy after a fifth of the steps, cross-entropy minus the"
        " mean of absolute, squared and hinge",
        smallest=0.02,
        if_so="After a fifth of the steps, cross-entropy is ahead of that"
        " mean by {mean:.1%}.",
        if_not="After a fifth of the steps, cross-entropy is not 2% ahead of"
        " that mean: {mean:+.1%}.",
        if_undecided="Whether cross-entropy is 2% ahead of that mean after a"
        " fifth of the steps stays open: {low:+.1%} to {high:+.1%}.",
    ),
)
claim(
    control,
    if_so="The control stays at guessing.",
    if_not="The control moves away from guessing, by {mean:+.1%}: something is"
    " wrong with the experiment.",
    if_undecided="Whether the control stays at guessing is open.",
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** The fourth power. The slope of $e^4$ is $4e^3$: at an error of 0.1
# that is 0.004, a fiftieth of the squared error's 0.2. So small errors, which
# are what is left to learn, hardly count.
#
# </details>
#
# Within each loss the points spread far more than the losses differ. That
# spread comes from the mixtures: every seed gives all losses the same points,
# so the *differences* in the sentences spread much less.
#
# Only cross-entropy takes a softmax. The others compare the *outputs as they
# are* with the labels: 0 and 1, or -1 and 1 for the hinge.
# `experiments.losses.run(outputs="softmax")` compares probabilities; then the
# absolute error and the hinge are the same loss, up to a factor.
#
# **For your network:** use cross-entropy from logits for classes, and the
# squared error for numbers. Change the loss when you have a reason, not to
# gain a percent.
#
# **Learnt:** for a small, balanced task many losses will do. A control that
# cannot learn shows what the others' numbers are worth.

# %% [markdown] anchor="atom-initialization"
# ## Where to start?
#
# *About 8 minutes.*
#
# If in every layer all weights start equal, then all units of a layer give the
# same output, get the same gradient, and stay the same: the layer is worth
# *one* unit. So initial weights are drawn at random. How wide should their
# distribution be? [Glorot and Bengio,
# 2010](https://proceedings.mlr.press/v9/glorot10a.html), and [He et al.,
# 2015](https://arxiv.org/abs/1502.01852), choose its width by the layer's
# size. $N(0, 0.01^2)$ stands for a normal distribution of standard deviation
# 0.01, here and in all figures.
#
# Can a network learn from zeros? If it does, one explanation is this: rounding
# errors make the units a little different, and the differences grow. That can
# be tested. We measure how different the units of a layer are: the largest
# distance between two of them, divided by the layer's largest weight. And we
# train a network with *one* unit in each hidden layer, whose output is
# multiplied by the number of units in the wide network. It has no two units
# that rounding could make differ.
#
# *Predict first: if all weights start at zero, how high is the accuracy in the
# end?*
#
# - **a** one half: equal units get equal gradients, so nothing is learnt
# - **b** as high as from Glorot's weights
# - **c** clearly above one half, but lower than from Glorot's weights

# %% tags=["live", "slide-code"]
# With equal weights, compare the units' gradients: columns of X.T @ delta.
rng = np.random.default_rng(SEED)
X, y, W = rng.normal(size=(50, 3)), rng.random(50), np.full((3, 4), 0.5)
a = 1 / (1 + np.exp(-X @ W))  # four equal units, summed by the output
delta = (a.sum(axis=1) - y)[:, None] * a * (1 - a)
print((X.T @ delta).round(2))

# %% tags=["slide-code"]
# Train from six initializations, and from zeros with one unit a layer.
initialization = experiments.initialization.run(preset=PRESET)
plots.plot_sweeps(initialization.sweeps);
# %%
plots.plot_verdicts(initialization.verdicts);
# %% tags=["hide-input"]
glorot_is_best, stuck, rounding, _ = initialization.verdicts
apart = initialization.sweeps[2].values["zeros"]
in_the_end = initialization.sweeps[0]
ends = dict(zip(in_the_end.x, in_the_end.values[""]))
display(
    claim(
        stuck,
        if_so="From zeros nothing is learnt: accuracy stays at one half.",
        if_not="From zeros the networks learn: {mean:.0%} above guessing in"
        " the end.",
        if_undecided="Whether networks learn from zeros stays open:"
        " {low:+.1%} to {high:+.1%} above guessing.",
    ),
    claim(
        rounding,
        if_so="The wide network is ahead of the one with a single unit a"
        " layer, by {mean:.1%}: rounding helps.",
        if_not="The wide network is not 2% ahead of the one with a single"
        " unit a layer ({mean:+.1%}): rounding is not why it learns.",
        if_undecided="Whether the wide network is 2% ahead of the one with a"
        " single unit a layer stays open: {low:+.1%} to {high:+.1%}.",
    ),
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** Clearly above one half. Equal units stay equal, but that does not mean
# that they stay constant: together they learn as one unit. The best boundary
# between two normal distributions with one covariance is a plane, and one unit
# is enough for a plane.
#
# </details>
#
# Look at the lowest panel. Whether the units from zeros differ at all depends
# on the processor: on how it cuts a product of matrices into pieces, and on
# the order in which it adds them up. A difference of exactly 0 is drawn at
# $10^{-8}$. The network with one unit cannot break any symmetry, so it is the
# control: if it learns as well, rounding explains nothing.

# %% tags=["hide-input"]
claim(
    apart[-1] - experiments.initialization.LEAST,
    "powers of ten by which units from zeros differ more than 10⁻⁸",
    smallest=1,
    if_so="On this processor, rounding makes the units from zeros differ.",
    if_not="On this processor, the units from zeros stay alike to the end:"
    " their line in the lowest panel is flat.",
    if_undecided="On this processor, rounding makes the units from zeros"
    " differ in some networks, and not in others.",
)

# %% [markdown]
# If all weights start at 1, each unit adds up its whole input layer, and such
# large sums drive its sigmoid to where it is flat. $N(0, 1^2)$ does the same,
# more mildly.

# %% tags=["hide-input"]
display(
    claim(
        ends["Glorot"] - ends["N(0, 1²)"],
        "test accuracy from Glorot's, minus that from N(0, 1²)",
        smallest=0.02,
        if_so="N(0, 1²) is too wide: it ends {mean:.0%} behind Glorot's.",
        if_not="N(0, 1²) does not end 2% behind Glorot's: {mean:+.1%}.",
        if_undecided="Whether N(0, 1²) ends 2% behind Glorot's stays open.",
    ),
)
claim(
    glorot_is_best,
    if_so="Glorot's is ahead of N(0, 0.01²) in the end, by {mean:.1%}.",
    if_not="In the end, Glorot's is not 2% ahead of N(0, 0.01²): {mean:+.1%}.",
    if_undecided="Whether Glorot's is 2% ahead of N(0, 0.01²) in the end"
    " stays open: {low:+.1%} to {high:+.1%}.",
)

# %% [markdown]
# Now choose the width yourself: each picture trains 50 small networks,
# 12-30-30-2, for 150 steps.
#
# *Predict first: from which standard deviations is learning too slow for 150
# steps?*
#
# - **a** from large ones only: sigmoids saturate
# - **b** from tiny ones only: the units are all but equal
# - **c** from both


# %%
def initial_weights(log10_of_std=-0.5):
    return plots.plot_learning_curves(
        experiments.live.learn_from_normal(10**log10_of_std)
    )


explore(
    initial_weights,
    log10_of_std=(-3.0, 1.0, 0.25) if LIVE else (-3.0, 1.0, 1.0),
)

# %% tags=["hide-input"]
tiny, medium, large = (
    experiments.live.learn_from_normal(std).accuracy[-1]
    for std in (0.001, 0.1, 10)
)
display(
    claim(
        medium - tiny,
        "test accuracy after 150 steps, from N(0, 0.1²) minus N(0, 0.001²)",
        smallest=0.02,
        if_so="From N(0, 0.001²) they are {mean:.0%} behind those from"
        " N(0, 0.1²).",
        if_not="From N(0, 0.001²) they are not 2% behind those from"
        " N(0, 0.1²).",
        if_undecided="Whether N(0, 0.001²) is too narrow stays open.",
    )
)
claim(
    medium - large,
    "test accuracy after 150 steps, from N(0, 0.1²) minus N(0, 10²)",
    smallest=0.02,
    if_so="From N(0, 10²) they are {mean:.0%} behind.",
    if_not="From N(0, 10²) they are not 2% behind.",
    if_undecided="Whether N(0, 10²) is too wide stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** From both, for opposite reasons. With tiny weights the units are
# nearly equal, and the gradient on its way to the first layer is multiplied by
# those weights: a plateau. Large weights saturate the sigmoids, and hardly any
# gradient gets through.
#
# </details>
#
# Each thin curve is a network, the thick one is the mean. The number at its
# end is the mean accuracy after the last step.
#
# **For your network:** keep Keras' default, Glorot's, and take He's with ReLU.
# If the loss does not move at first, print the standard deviation of each
# layer's outputs: it should neither vanish nor grow from layer to layer.
#
# **Learnt:** equal units stay equal but for rounding, and can learn an easy
# task nevertheless. An explanation is a hypothesis, too: work out what it
# predicts, and measure that.

# %% [markdown] anchor="atom-convergence"
# ## Which layer settles first?
#
# *About 6 minutes.*
#
# The error enters at the output and is passed back layer by layer, through
# weights that are still changing. So later layers might settle sooner. We
# follow 50 weights in each of the four layers of 12-50-50-50-2 networks, every
# few steps.
#
# Before you look, say in numbers what "settle" means. We measure three things.
# *Half of the way*: how early in the training a layer has come half-way to its
# final weights, and stays there. *Calming down*: how far its weights move from
# one record to the next in the last tenth of the training, divided by the same
# in the first tenth. *In the end*: how far they move in the last tenth.
#
# *Predict first: which layer is the last to come half-way?*
#
# - **a** the first
# - **b** the last, which all others feed
# - **c** none: all come half-way at about the same time

# %% tags=["slide-code"]
# Follow 50 weights of each layer.
convergence = experiments.convergence.run(preset=PRESET)
plots.plot_settling(convergence.details);
# %%
plots.plot_sweeps(convergence.sweeps);
# %%
plots.plot_verdicts(convergence.verdicts);
# %% tags=["hide-input"]
sooner, calmer, stiller = convergence.verdicts
display(
    claim(
        sooner,
        if_so="The first layer comes half-way later than the last, by"
        " {mean:.0%} of the training.",
        if_not="The first layer does not come half-way later than the last by"
        " 5% of the training: {mean:+.0%}.",
        if_undecided="Whether the first layer comes half-way later than the"
        " last stays open: {low:+.0%} to {high:+.0%} of the training.",
    ),
    claim(
        stiller,
        if_so="In the end, the first layer's weights still move farther than"
        " the last layer's.",
        if_not="In the end, the first layer's weights do not move farther than"
        " the last layer's.",
        if_undecided="Whether the first layer's weights move farther in the"
        " end stays open.",
    ),
)
claim(
    calmer,
    if_so="Compared with its own first steps, too, it calms down less than the"
    " last layer.",
    if_not="Compared with its own first steps, it does not calm down less than"
    " the last layer.",
    if_undecided="Whether it calms down less than the last layer, each"
    " compared with its own first steps, stays open: {low:+.2f} to"
    " {high:+.2f}.",
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** The first: its gradient comes through all the others. The three
# measures need not agree: the second compares a layer with itself, the others
# compare layers.
#
# </details>
#
# The upper row of the first figure shows the weights of one network, the lower
# row how far they move, with the mean over all seeds in orange. All layers
# start with large steps: in Adam's first steps every weight moves by about the
# learning rate, however small its gradient. If a curve then rises to a second
# hump, that layer begins to learn in earnest only there, once the layers after
# it have become useful.
#
# Does this hold for every deep network? The loss here is the squared error of
# the outputs. `experiments.convergence.run(objective="cross-entropy")` takes
# the usual one. Cross-entropy goes on falling as long as the outputs grow, so
# the last layer has nowhere to settle: run it, and compare the verdicts.
#
# **For your network:** do not stop because the last layer's weights hardly
# move any more. Watch the validation loss.
#
# **Learnt:** which layer settles first can depend on what "settle" means, and
# on the loss. Define it by a number before you look.

# %% [markdown] anchor="atom-regularization"
# ## What does a penalty do?
#
# *About 7 minutes.*
#
# L1 adds $\lambda$ times the mean of $|w|$ to the loss, L2 $\lambda$ times the
# mean of $w^2$. You have met both [in practice](#weight-regularization); here
# is what they do to single weights. The slope of $|w|$ is the same for small
# and large weights, so L1 goes on pulling until a weight is 0. The slope of
# $w^2$ fades with the weight.
#
# *Predict first: with L1 at λ = 1, what share of the weights ends up below
# 0.01 in size?*
#
# - **a** more than a third
# - **b** about a tenth
# - **c** none: a weight never reaches 0

# %% tags=["live", "slide-code"]
# A hundred steps of each penalty alone: take off np.sign(w), or 2 * w.
l1 = l2 = np.array([0.05, 0.3, 1.5])
for _ in range(100):
    l1 = l1 - 0.01 * np.sign(l1)
    l2 = l2 - 0.01 * 2 * l2
print(l1.round(2), l2.round(2))

# %% tags=["slide-code"]
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
# %%
plots.plot_verdicts(regularization.verdicts);
# %% tags=["hide-input"]
shrinks, sparse, costs, helps = regularization.verdicts
small = {
    kind: values[-1].mean()
    for kind, values in regularization.sweeps[2].values.items()
}
print(
    f"Weights below 0.01: {small['L1']:.0%} with L1 at 1,"
    f" {small['L2']:.0%} with L2 at 1."
)
display(
    claim(
        sparse,
        if_so="L1 makes weights sparse and L2 does not: the shares differ by"
        " {mean:.0%}.",
        if_not="L1 does not make 20% more of the weights small than L2:"
        " {mean:+.0%}.",
        if_undecided="Whether L1 makes 20% more of the weights small than L2"
        " stays open.",
    ),
    claim(
        shrinks,
        if_so="L2 at 1 takes {mean:.0%} off the mean size of the weights.",
        if_not="L2 at 1 takes only {mean:.0%} off the mean size.",
        if_undecided="L2 at 1 takes {low:.0%} to {high:.0%} off the mean"
        " size.",
    ),
    claim(
        costs,
        if_so="A strong L1 costs {mean:.1%} of the points.",
        if_not="A strong L1 costs less than 2% of the points: {mean:.1%}.",
        if_undecided="Whether a strong L1 costs 2% of the points stays"
        " open: {low:+.1%} to {high:+.1%}.",
    ),
)
claim(
    helps,
    if_so="A mild L2 gains {mean:.1%}.",
    if_not="A mild L2 gains less than 1% here.",
    if_undecided="Whether a mild L2 gains 1% stays open: {low:+.1%} to"
    " {high:+.1%}.",
)
# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** More than a third. Under L1 the steps of a weight do not get smaller
# as it nears 0, so it trembles around 0 by as much as one step. That is why we
# count weights below 0.01, and not those that are exactly 0.
#
# </details>
#
# In the first figure each line is one of 50 weights in the first layer of one
# network (`shown.weights` has those at 0.1 as well).
#
# A strength means nothing without the mean or the sum that it multiplies. Here
# that is the mean over all 3,200 weights. If you took the mean over each
# *layer* and added these up, a weight of the last layer, which has 100, would
# be pulled 32 times as hard: `run(mean="layers")` does that. Keras'
# regularizers take the sum.
#
# Now turn the strength up. Each picture trains 50 networks, 12-24-24-2, for
# 300 steps.
#
# *Predict first: how many weights does L2 bring below 0.01 at a strength of
# 10?*
#
# - **a** hardly any: its pull fades with the weight
# - **b** many, but far fewer than L1 at 10
# - **c** as many as L1 at 10


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

# %% tags=["hide-input"]
for kind in ("L2", "L1"):
    strong = experiments.live.train_penalized(kind, 10)
    print(
        f"{kind} at 10: {(strong.sizes < strong.small).mean():.0%} of the"
        f" weights below {strong.small}, accuracy {strong.accuracy.mean():.2f}"
    )

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Many. L2 takes a share of each weight, so weights get small without
# reaching 0; but the stronger it is, the more of them end up below any line
# that you draw. L1 takes the same from all, so the small ones get there first.
#
# </details>
#
# The line is the mean over the networks, the band holds nine in ten of them,
# and the dashed line is the size below which we count a weight as small.
# Compare the two kinds at strengths that give about equal accuracy. Where the
# accuracy is near one half, the penalty has outweighed what is to be learnt.
#
# **For your network:** take L1 if you want to see which inputs it can do
# without, and L2 (or weight decay) if you want it to react less to each of
# them. Search the strength over powers of ten, on validation data, and do not
# expect a gain where nothing overfits.
#
# **Learnt:** L1 chooses, L2 shrinks. A strength says nothing unless you know
# what it multiplies: a mean or a sum, and over which weights.

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
# `keras.regularizers.L1(l1)` adds `l1` times the *sum* of $|w|$ over a layer.
# A network has the layer sizes `sizes`, inputs first, outputs last. Return the
# `l1` with which all its layers together add `strength` times the *mean* of
# $|w|$ over all weights. Biases have no penalty.


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
# A claim says that an effect is at least `smallest`. The arrays `low` and
# `high` hold the ends of its 95% confidence interval in several experiments.
# Return an array: 1 where the claim is supported (the whole interval reaches
# that effect), -1 where it is contradicted (none of it does), and 0 where it
# is undecided.


# %% tags=["exercise"]
def judge(low, high, smallest):
    return ...


exercises.check("verdict", judge)


# %% tags=["solution"]
def judge(low, high, smallest):
    return np.where(low >= smallest, 1, np.where(high < smallest, -1, 0))


exercises.check("verdict", judge)

# %% [markdown] tags=["exercise"]
# ### Exercise: how many seeds? (design)
#
# You want to compare two settings. In a first try with five seeds, their
# difference has a standard deviation of 0.03 from seed to seed. Effects below
# 0.01 do not interest you, so the 95% interval should reach at most 0.01 to
# either side of the mean. How many seeds do you have to plan for?
# `scipy.stats.t.ppf(0.975, n - 1)` is Student's $t$ for $n$ seeds.

# %% tags=["exercise"]
n_seeds = ...
exercises.check("seeds-to-plan", n_seeds)

# %% tags=["solution"]
from scipy.stats import t

n = np.arange(2, 100)
half = t.ppf(0.975, n - 1) * 0.03 / np.sqrt(n)
exercises.check("seeds-to-plan", n[half <= 0.01][0])

# %% [markdown] anchor="atoms-summary"
# ## What was learnt
#
# *About 3 minutes.*
#
# Here are the twelve answers, as the networks of this chapter gave them: for
# each question its first hypothesis with its verdict, and the verdicts on all
# its hypotheses.
#
# *Predict first: most of these hypotheses are what a textbook would say. How
# many were contradicted?*
#
# - **a** hardly any
# - **b** about a third
# - **c** more than half

# %% tags=["hide-input"]
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
WORDS = "supported", "contradicted", "undecided"
Table(
    ["question", "hypothesis", "verdict", "all its verdicts"],
    [
        (
            answer.title,
            answer.verdicts[0].hypothesis.text,
            answer.verdicts[0].word,
            ", ".join(
                f"{n} {word}"
                for word in WORDS
                if (n := [v.word for v in answer.verdicts].count(word))
            ),
        )
        for answer in answers
    ],
)

# %% tags=["hide-input"]
verdicts = [verdict.word for answer in answers for verdict in answer.verdicts]
print(
    f"{len(verdicts)} hypotheses: "
    + ", ".join(f"{verdicts.count(word)} {word}" for word in WORDS)
    + "."
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** About a third, although most of them sound right.
#
# </details>
#
# - One run is an anecdote. Thirty, with an interval, can decide.
# - Before you look, say how large an effect must be to count.
# - Compare within a seed: the same data, and one thing changed.
# - Have a control: networks that cannot learn, or that lack what an
#   explanation needs.
#
# **Learnt:** "undecided" is an answer, and so is "contradicted": both are more
# than one run can say.

# %% [markdown] anchor="atoms-then-and-now"
# ## How we checked
#
# *About 5 minutes.*
#
# The twelve questions were asked by [Abid,
# 2018](https://github.com/abidlabs/AtomsOfDeepLearning), with one to five runs
# each, and here we set his numbers beside ours. One of them *agrees* if it
# lies in a range that we take from our runs: of 100 means over as many runs as
# his, 95 would lie in it. For a single run that range is wide, and nearly
# anything agrees: that is the trouble with single runs.
#
# *Predict first: how many of the published numbers agree with ours?*
#
# - **a** about a third
# - **b** about half
# - **c** more than two thirds

# %% tags=["hide-input"]
compared = [row.word for answer in answers for row in answer.compared]
print(
    f"{len(compared)} published numbers: {compared.count('yes')} agree with"
    f" ours, {compared.count('no')} do not, and for {compared.count('open')}"
    " we have too few runs to say."
)

# %% tags=["hide-input"]
TOPICS = (
    "units",
    "depth",
    "more data",
    "a rare class",
    "random labels",
    "inputs that say nothing",
    "activations",
    "batch size",
    "losses",
    "where to start",
    "which layer settles",
    "penalties",
)
named = dict(zip(TOPICS, answers, strict=True))
display(
    Table(
        ["question", "what", "published (runs)", "ours, range", "agrees"],
        [
            (topic, what, f"{published} ({runs})", *ours)
            for topic, answer in named.items()
            for what, published, runs, *ours in (
                answer.published_beside_measured().itertuples(index=False)
            )
        ],
        folded="All published numbers beside ours",
    ),
    Table(
        ["question", "what was trained"],
        [(topic, answer.protocol) for topic, answer in named.items()],
        folded="How our networks were trained",
    ),
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** More than two thirds. That says little where a number comes from a
# single run: unfold the tables to see how wide the ranges are, and how our
# networks were trained.
#
# </details>
#
# To repeat an experiment, you have to know what was done. In these places the
# original's text, titles and code say different things, or nothing:
#
# - *Units.* The order of the polynomial's coefficients is not published. Two
#   units leave about the published error only if the constant comes first.
# - *Depth.* Titles say 1, 2 and 3 hidden layers. One such layer alone, with
#   nothing to share, has $20 + 22 = 42$ parameters and not 152, so these must
#   be 2, 3 and 4; `run(layers="titles")` has 1, 2 and 3. Where the 16 points
#   lie is not said; `run(domain=(-1, 1))` puts them on both sides of 0.
# - *More data.* It tests on 20% of the data: at 20 points, on four. Its text
#   speaks of a random forest, its code fits a single decision tree;
#   `run(forest=True)` shows both.
# - *A rare class.* It scales the training points by their mean, and the test
#   points by *their own*. The table has both ways, with the *same* networks.
#   The low accuracy with oversampling is a mistake of measurement, not a
#   property of networks.
# - *Random labels.* It names a capacity of about 150 points. In a short run
#   our networks are smaller and train for fewer steps, so those rows compare
#   unlike things.
# - *Inputs that say nothing.* Its network breaks down between 100 and 200
#   dummy dimensions. It tests on 20 points, and its "rotation" is a matrix of
#   random numbers from 0 to 1: `run(mixings=("rotation", "positive"))`. Its
#   text calls the noise "very low", its code says 1: `run(noise=1)`.
# - *Activations.* It announces seven and tries six. Our seventh is the sigmoid
#   that its other experiments use.
# - *Batch size.* What it calls test accuracy was measured on its training
#   points.
# - *Losses.* Its text says that the means are 1 apart in every dimension, its
#   code has $1/i$ in dimension $i$; `run(separation="equal")` does what the
#   text says.
# - *Where to start.* From zeros, networks leave the plateau at about 500
#   steps, some earlier, some later. A mean over five runs at that moment
#   catches some before and some after, so we train for longer.
# - *Which layer settles.* Only one network's curves were published. It records
#   the *last* 50 weights of each layer as they lie in memory; in the first
#   layer these are the weights of the last input, which separates the classes
#   least. The figure shows both choices.
# - *Penalties.* Each panel shows one network on data of its own. Its code
#   takes the mean over each layer; the table has both.
#
# **For your own results:** publish the code, the seeds and the number of runs
# with every number. Nobody can guess them later.
#
# **Learnt:** a number without its spread agrees with nearly everything. A text
# and its code are two sources: where they differ, the code is what was run.

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
