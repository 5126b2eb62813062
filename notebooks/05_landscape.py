# ---
# jupyter:
#   jupytext:
#     formats: py:percent,ipynb
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] anchor="landscape" part="How networks fit, and where they go"
# # The landscape of the loss
#
# A loss is a height over the weights, and training is a walk downhill. The
# walk leads through thousands of dimensions that nobody can see. So we look at
# simpler things: the projection of a path, a line between two networks, the
# curvature at a point. Each of these views can fool you, so each has a
# comparison beside it, such as paths that have learnt nothing.
#
# You will find out whether depth helps at equal size, how the path of a
# training differs from one of pure chance, where training gets stuck, and what
# tells networks that generalize from those that do not. You need [chapter
# 1](#training-loop), and from [chapter 4](#how-a-question-is-answered) how one
# verdict is drawn from many networks.
#
# The questions are those of a [student
# report](https://github.com/r06922085/MLDS2018SPRING), which trained one
# network for most of them. [The last section](#landscape-then-and-now) has its
# answers beside ours.
#
# 1. **[How networks fit, and where they
#    go](#how-they-fit-and-where-they-go)**: depth, paths, surfaces.
# 2. **[Where networks stop](#where-they-stop)**: gradients, plateaus and
#    saddles, walls.
# 3. **[What generalizes](#what-generalizes)**: random labels, width,
#    sensitivity.
#
# Where a sentence is followed by numbers in small print, these numbers have
# chosen it. With other images or a longer training it may be another sentence.
#
# Accuracy on new images is measured on test images, as in the report. Nothing
# in this chapter is chosen by them.

# %% tags=["hide-input"]
import pandas as pd
from preamble import *

PRESET = by_mode(short="short", full="published")
IMAGES = "MNIST" if data.available_sources()["MNIST"] else "Fashion-MNIST"

print(f"Images in this run: {IMAGES}.")
device.report()

# %% [markdown] anchor="how-they-fit-and-where-they-go"
# ## Part 1: how networks fit, and where they go
#
# We begin with functions of one variable, because there you can see what was
# fitted. Then come images, and the paths that the weights take.

# %% [markdown] anchor="landscape-functions"
# ## Three functions, and what a constant is worth
#
# *About 4 minutes.*
#
# A mean squared error of 0.3: is that good? Compare it with a network that has
# understood nothing and answers with the same number $c$ for every $x$. The
# best such number is the mean of the targets, and the loss that remains is
# their variance:
#
# $$\min_c \frac{1}{n} \sum_i (y_i - c)^2 = \operatorname{var}(y)$$
#
# A network whose loss stays at the variance has learnt no more than a
# constant. So compute this number before you train anything.
#
# Our functions are defined on $[0, 2]$: a square wave that jumps between 1 and
# -1; a sawtooth of period 0.3 plus a sine of period 0.4; and the sum of eight
# sines with periods from 0.2 to 1.9.
#
# *Predict first: which of the three has the largest variance?*
#
# - **a** the square wave, since it is always far from its mean
# - **b** the sawtooth plus a sine
# - **c** the sum of eight sines

# %% tags=["live", "slide-code"]
# Compute the three functions with np.sin and %, and print np.var of each.
x = np.arange(200) / 100
square = np.where(np.arange(200) // 20 % 2 == 0, 1, -1)
saw_sine = 2 * (x / 0.3 % 1) - 1 + np.sin(2 * np.pi * x / 0.4)
periods = np.array([0.2, 0.3, 0.5, 0.7, 1.1, 1.3, 1.7, 1.9])
sines = np.sin(2 * np.pi * x[:, None] / periods).sum(axis=1)
print([f"{np.var(y):.2f}" for y in (square, saw_sine, sines)])

# %% tags=["hide-input"]
targets = {
    "square wave": square,
    "saw + sine": saw_sine,
    "sum of sines": sines,
}
figure, axes = plt.subplots(1, 3, figsize=(7.2, 2.8), layout="constrained")
for ax, (name, y) in zip(axes, targets.items()):
    ax.plot(x, y, color=plots.COLORS[0])
    ax.axhline(np.mean(y), color=plots.COLORS[1], ls="--", label="mean")
    ax.set(xlabel="x", title=f"{name}\nvariance {np.var(y):.2f}")
    plots.describe(
        ax,
        f"The {name} from 0 to 2: between {y.min():.2g} and {y.max():.2g},"
        f" mean {np.mean(y):.2f}, variance {np.var(y):.2f}.",
    )
axes[2].legend(loc="upper right");

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** One sine over whole periods has variance 1/2, so eight sines that
# are uncorrelated have variance 4. Here it is a third more, because the slow
# ones do not complete their periods and partly move together. The square
# wave is always 1 away from its mean 0, so its variance is 1.
#
# </details>
#
# In the next figure these variances are the level lines: the loss of the best
# constant.
#
# **For your own regression:** print the variance of the targets, and you know
# which loss means "nothing learnt".
#
# **Learnt:** a squared error means something only beside that of the best
# constant, which is the variance of the targets.

# %% [markdown] anchor="equal-parameters"
# ## Does depth help at equal size?
#
# *About 8 minutes.*
#
# A deeper network usually has more parameters as well. These three have one,
# four and ten hidden layers of ReLUs, but the same number of weights and
# biases, to within four.
#
# All are trained with Adam on all points, with several seeds: once at the
# learning rate 0.001, Keras' default (upper row of the figure), and once at a
# rate that was tuned for each network and function on other seeds (lower row).
# That is the only difference between the two rows.
#
# *Predict first: do four hidden layers fit better than one, in both rows?*
#
# - **a** Yes, in both.
# - **b** Only in the upper row, at one rate for all.
# - **c** In neither row.

# %% tags=["live", "slide-code"]
# Count the parameters of three networks: (inputs + 1) * outputs, with zip.
networks = [1, 335, 1], [1, 12, 18, 25, 10, 1]
networks += ([1, 5, 7, 9, 11, 13, 13, 11, 9, 9, 7, 1],)
for sizes in networks:
    count = sum((p + 1) * q for p, q in zip(sizes, sizes[1:]))
    print(f"hidden layers: {len(sizes) - 2:>2}, parameters: {count}")

# %%
equal_parameters = experiments.equal_parameters.run(preset=PRESET)
fitted = equal_parameters.details
plots.plot_losses_of_depths(fitted);


# %% tags=["hide-input"]
def gain(rates):
    """Decades that four layers gain on one, mean of the functions."""
    ends = [decades[:, -1] for decades in fitted.decades(rates).values()]
    return np.mean(ends, axis=0)[0] - np.mean(ends, axis=0)[1]


RATES = "one learning rate", "tuned learning rates"
at_one_rate, at_own_rates = map(gain, RATES)
LOSSES = "log₁₀ of the final loss, 1 hidden layer minus 4, mean of functions"
above, below = (
    claim(
        at_one_rate,
        f"{LOSSES}, all at one rate",
        smallest=0.1,
        if_so="At one learning rate for all, four layers fit better than one:"
        " their loss is smaller by a factor of {times}.",
        if_not="At one learning rate for all, four layers fit no better than"
        " one.",
        if_undecided="At one learning rate for all, it stays open whether four"
        " layers fit better than one.",
    ),
    claim(
        at_own_rates,
        f"{LOSSES}, each at its own rate",
        smallest=0.1,
        if_so="Each at its own rate, four layers fit better than one, by"
        " a factor of {times}.",
        if_not="Each at its own rate, four layers fit no better than one.",
        if_undecided="Each at its own rate, it stays open whether four layers"
        " fit better than one.",
    ),
)
display(
    above,
    below,
    experiments.decided(
        a=above.low >= 0.1 and below.low >= 0.1,
        b=above.low >= 0.1 and below.high < 0.1,
        c=above.high < 0.1 and below.high < 0.1,
    ),
)
claim(
    at_one_rate - at_own_rates,
    "the first of these numbers minus the second",
    smallest=0.1,
    if_so="Part of what depth seems to gain at one rate is due to the rate:"
    " a factor of {times}.",
    if_not="Depth gains about as much at tuned rates as at one rate, or more.",
    if_undecided="Depth may gain more at one rate than at tuned rates; more"
    " seeds would decide it.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Only the learning rate differs between the two rows, so whatever changes
# from the upper to the lower one is due to the rate and not to depth. Where
# one rate suits one depth better than another, the upper row compares rates
# rather than depths.
#
# </details>
#
# Strong lines are medians, faint lines are single networks, and the vertical
# axis is logarithmic. Where a faint line follows the level line, that network
# still computes a constant. Here are the functions that the networks of the
# lower row have fitted.

# %%
plots.plot_fits_of_depths(fitted, "tuned learning rates")
plt.show()
claim(
    equal_parameters.verdict("SAFE"),
    if_so="Hardly any of the networks with ten layers end as a constant.",
    if_not="Ten layers can fail altogether: {mean:.0%} of these networks, over"
    " all functions and rates, end as a constant.",
    if_undecided="{mean:.0%} of the networks with ten layers end as a"
    " constant: too few were trained to say how often that happens.",
)

# %% [markdown]
# How does a network become a constant? A ReLU is *dead* if it gives 0 for
# every input: for example, its weight is negative, its bias is 0, and its
# input is never negative. If all units of one layer are dead, nothing gets
# through and no gradient comes back. Only the bias of the output still learns:
# the mean of the targets. The narrower a layer, the likelier it is that all
# its units die, and a deep network of the same size has to be narrow.
#
# **For your own network:** before you say that one architecture beats another,
# tune the learning rate of each with equally many trials, and look at more
# than one seed.
#
# **Learnt:** if you compare two depths at one learning rate, you also compare
# how well the rate suits them. And at equal size a deep network has narrow
# layers, which can die.

# %% [markdown] anchor="equal-parameters-mnist"
# ## Depth at equal size, on images
#
# *About 6 minutes.*
#
# The report asks the same question on images. Its shallow network has a
# convolution with three 3 × 3 filters, max pooling and ten outputs: 5,910
# parameters, it says. Its deep one has two convolutions with 16 and 4 filters
# of 5 × 5, both with pooling, a dense layer of 25 units and ten outputs:
# 5,670, it says. The images have 28 × 28 pixels, and the convolutions are
# padded, so that only pooling makes the maps smaller.
#
# *Predict first: do the two really have equally many parameters?*
#
# - **a** Yes, to within a few.
# - **b** No, the deep one is smaller.
# - **c** No, the deep one is larger.

# %%
layers, image = keras.layers, keras.Input((28, 28, 1))
h = layers.MaxPooling2D()(layers.Conv2D(3, 3, padding="same")(image))
shallow = keras.Model(image, layers.Dense(10)(layers.Flatten()(h)))

# %% tags=["live", "slide-code"]
# Build the deep one with Conv2D, MaxPooling2D, Dense; count_params() of both.
h = layers.MaxPooling2D()(layers.Conv2D(16, 5, padding="same")(image))
h = layers.MaxPooling2D()(layers.Conv2D(4, 5, padding="same")(h))
h = layers.Dense(25)(layers.Flatten()(h))
deep = keras.Model(image, layers.Dense(10)(h))
print(shallow.count_params(), deep.count_params())

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** 5,920 and 7,205. The shallow one has $(3 \cdot 3 \cdot 1 + 1) \cdot
# 3 = 30$ parameters in the convolution and $(14 \cdot 14 \cdot 3 + 1) \cdot
# 10 = 5890$ in the outputs; 5,910 leaves out the ten biases at the end. In
# the deep one, each filter of the second convolution looks at all 16 maps of
# the first: $(5 \cdot 5 \cdot 16 + 1) \cdot 4 = 1604$ parameters, not $5
# \cdot 5 \cdot 4 + 4$. With that corrected and the biases of the two dense
# layers added, 5,670 becomes 7,205.
#
# </details>
#
# The deep network is 22% larger than the shallow one. So we train a third
# network beside them, which is deep and has exactly 5,920 parameters:
# convolutions with 16 and 6 filters of 3 × 3 and a dense layer of 16 units.
#
# *Predict first: which of the two deep networks recognizes at least 1% more of
# the images than the shallow one?*
#
# - **a** Both: depth is what counts.
# - **b** Only the larger one: parameters are what count.
# - **c** Neither.

# %%
equal_images = experiments.equal_parameters_mnist.run(preset=PRESET)
plots.plot_sweeps(equal_images.sweeps[1:3]);

# %% tags=["hide-input"]
pair, deeper = (equal_images.verdict(name) for name in ("PAIR", "DEEPER"))
display(
    claim(
        pair,
        if_so="The report's deep network recognizes {mean:.1%} more of the"
        " images than its shallow one.",
        if_not="The report's deep network leads its shallow one by less than"
        " 1% of the images, if at all: {mean:+.1%}.",
        if_undecided="Whether the report's deep network leads its shallow one"
        " by 1% of the images or more stays open: {low:+.1%} to"
        " {high:+.1%}.",
    ),
    claim(
        deeper,
        if_so="At exactly equal size the deep network recognizes {mean:.1%}"
        " more of the images than the shallow one.",
        if_not="At exactly equal size the deep network leads the shallow one"
        " by less than 1% of the images, if at all: {mean:+.1%}.",
        if_undecided="Whether the deep network leads the shallow one by 1% of"
        " the images or more at exactly equal size stays open: {low:+.1%} to"
        " {high:+.1%}.",
    ),
)
experiments.decided(
    a=pair.low >= 0.01 and deeper.low >= 0.01,
    b=pair.low >= 0.01 and deeper.high < 0.01,
    c=pair.high < 0.01 and deeper.high < 0.01,
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# If both lead, depth may be the reason. If only the larger one does, its lead
# comes from the additional parameters or from the other filters. With two
# networks you see all these effects together; it takes a third one to separate
# them.
#
# </details>
#
# The numbers in the legend are parameters. Strong marks are means, faint ones
# are single networks: check whether the faint marks of two curves overlap.
#
# **For your own networks:** before you compare two, call `count_params()` on
# both, and build a third one that makes the comparison fair.
#
# **Learnt:** a filter has weights for every map that it looks at, and every
# unit has a bias. Count both before you claim "at equal size".

# %% [markdown] anchor="weight-trajectories"
# ## The shadow of a path
#
# *About 10 minutes.*
#
# Eight networks 784-8-200-10 learn the same images from different initial
# weights. After every epoch we record all 10,090 weights and biases, so that a
# training becomes a path of points. Principal component analysis
# ([PCA](#atom-pca)) finds the plane in which these points spread most, and we
# project the paths onto it: what you see are their *shadows*.
#
# You can draw such a picture of any set of paths. So we compare with two kinds
# of paths that have learnt nothing and begin at the same points: *random
# walks*, whose steps are exactly as long as those of the trainings, and
# *straight lines* in random directions, which after every epoch are exactly as
# far from their start as the trainings. Their picture is the *null*: what you
# would see if there were nothing to see.
#
# First, a walk of your own.
#
# *Predict first: a random walk in 1,000 dimensions prefers no direction. What
# share of its variance does the first axis of its PCA explain?*
#
# - **a** a thousandth, like every other axis
# - **b** about a tenth
# - **c** more than half

# %% tags=["live", "slide-code"]
# Draw a random walk with np.cumsum, and get its PCA from np.linalg.svd.
rng = np.random.default_rng(SEED)
walk = rng.normal(size=(500, 1000)).cumsum(axis=0)
variances = np.linalg.svd(walk - walk.mean(axis=0), compute_uv=False) ** 2
print((variances / variances.sum())[:3].round(3))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** The first three axes explain more than four fifths. For a long walk
# in many dimensions, axis $k$ explains $6 / (\pi k)^2$: .61, .15 and .07
# ([Antognini and Sohl-Dickstein, 2018](https://arxiv.org/abs/1806.08805)).
# Consecutive points are close together, and that is all that PCA needs to
# find a plane.
#
# </details>
#
# So "two axes explain most of the variance" does not show that a training
# stays in a plane. A random walk does not stay in one either.
#
# *Predict first: of the next three pictures, one shows trainings, one random
# walks, one straight lines. Which can you recognize by looking?*
#
# - **a** all three
# - **b** only the random walks
# - **c** none of them


# %%
trajectories = experiments.trajectories.run(preset=PRESET)
pictures = trajectories.details


def which_is_which(reveal=False):
    return plots.plot_unnamed(pictures.of("whole network"), reveal=reveal)


explore(which_is_which, reveal=False)

# %% tags=["hide-input"]
display(
    claim(
        trajectories.verdict("OUTWARDS"),
        if_so="Trainings lead away from the middle of the picture more often"
        " than straight lines in random directions, by {mean:.0%} of the"
        " epochs.",
        if_not="Trainings lead away from the middle of the picture hardly more"
        " often than straight lines in random directions, if at all. Any path"
        " that keeps moving away from its start looks like that.",
        if_undecided="Whether trainings lead outwards more often than"
        " straight lines stays open.",
    )
)
claim(
    trajectories.verdict("MORE"),
    if_so="Two axes explain more of trainings than of straight lines, by"
    " {mean:.0%} of the variance.",
    if_not="Two axes explain hardly more of trainings than of straight lines"
    " in random directions, if at all: {mean:+.0%} of the variance.",
    if_undecided="Whether two axes explain more of trainings than of straight"
    " lines stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Tick *reveal* for the names. A star alone says little: eight random
# directions in ten thousand dimensions are nearly at right angles, and PCA
# draws any eight directions at right angles as a star. "They go in different
# directions, so there are many minima" mistakes a property of the space for
# a property of the loss.
#
# </details>
#
# A large distance does not prove that two solutions differ, either: exchanging
# two hidden units moves a point far away and changes nothing that the network
# computes. Now replay the paths epoch by epoch. This picture is made from the
# parameters of the first layer alone, 62% of all.

# %%
def replay(epoch=5):
    return plots.plot_replay(pictures.of("first layer"), epoch)


last = pictures.of("first layer")["trainings"].points.shape[1] - 1
explore(replay, epoch=(0, last) if LIVE else [0, 1, 2, 5, 10, last])

# %% [markdown]
# Two things can be measured: how far the shadow is from the real path, and how
# a single path differs from a random walk.

# %%
plots.plot_sweeps(trajectories.sweeps[2:])
plt.show()
own, projected = next(iter(trajectories.sweeps[3].values.values()))[:2]
display(
    claim(
        projected - own,
        "loss where the joint picture puts a trained network, minus its own",
        smallest=0.3,
        if_so="The trained networks do not lie in the plane: the loss of their"
        " shadows is {mean:.1f} higher than their own.",
        if_not="The loss of the shadows is about that of the trained networks"
        " themselves, or lower.",
        if_undecided="Whether the loss of the shadows is higher than that of"
        " the trained networks themselves stays open.",
    )
)
claim(
    trajectories.verdict("DRIFT"),
    if_so="A training drifts: its first axis explains {mean:.0%} more of the"
    " variance than that of a random walk with steps of the same lengths.",
    if_not="The first axis of a single training explains hardly more than that"
    " of a random walk with steps of the same lengths, if at all.",
    if_undecided="Whether a single training drifts more than a random walk"
    " stays open.",
)

# %% [markdown]
# In the left panel, each path has a PCA of its own. The right one shows the
# loss of weights and of their shadows: first the last weights with their
# shadow on the plane of all eight paths, then the initial weights with their
# shadow on a plane through the end of their own path.
#
# **For your own training:** `Trajectory` records the weights, and `project`
# puts a random walk beside them.

# %% tags=["live"]
# Save a training's weights with landscape.Trajectory(), and project them.
images = data.load_fashion_mnist()
model = models.mlp(8, 200, optimizer="adam", seed=SEED)
path = landscape.Trajectory(dtype="float32")
X, y = images.X_train[:4000], images.y_train[:4000]
model.fit(X, y, batch_size=100, epochs=20, verbose=0, callbacks=[path])
one_path = landscape.project(path.weights, null="walk")

# %% tags=["hide-input"]
plots.plot_trajectories(one_path);

# %% [markdown]
# The steps of the walk on the right are exactly as long as those of the
# training on the left. An arch in such a picture is not a valley of the loss:
# random walks draw arches, too.
#
# **Learnt:** PCA makes a picture of anything. Put random walks with the same
# step lengths beside it, and trust only what differs.

# %% [markdown] anchor="loss-surface"
# ## A plane through the landscape
#
# *About 9 minutes.*
#
# Two directions in the space of the weights span a plane, and the loss can be
# drawn over a plane. Here is the landscape of a network so small that this
# page can compute it while you watch: 1-6-1 with tanh, 19 parameters, trained
# with Adam to fit $\sin 3x$. Every point of the plane is a network, and beside
# it you see the function that this network computes.
#
# Choose one of three planes: the one in which the training moved most, the one
# in which a random walk with the same step lengths moved most, or one in
# random directions ([Li et al., 2018](https://arxiv.org/abs/1712.09913)).
#
# *Predict first: the training starts high and ends low. Does its path cross
# the contour lines at right angles, as water would?*
#
# - **a** Yes, all the way.
# - **b** Only near the end, where the loss is a parabola.
# - **c** No, not in general.

# %% tags=["live"]
# Train 1-6-1 on sin 3x with replicas.train(keep="all"); landscape.walk it.
inputs = np.linspace(-1, 1, 40)[:, None]
settings = dict(activation="tanh", output="linear", loss="mse", keep="all")
settings |= dict(steps=1000, learning_rate=0.02, record=range(0, 1001, 50))
nets = replicas.train([6], inputs, np.sin(3 * inputs), seeds=1, **settings)
surface = landscape.walk(nets, inputs, np.sin(3 * inputs))

# %% tags=["hide-input"]
explore_walk(surface)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** Not in general. Adam scales the step of every weight separately, which
# turns the step away from the gradient. And what you see is a shadow: the path
# moves in 19 dimensions, and the plane shows two of them.
#
# </details>
#
# Move the point: away from the path, beyond its end, onto the random walk.
# Then start an optimizer there. The threads connect the loss of each point of
# the path with that of its shadow in the plane.
#
# The curvature of the loss changes along the path, too. The *Hessian* is the
# matrix of the second derivatives of the loss, and its largest eigenvalue is
# the curvature in the direction in which the loss curves most. On a parabola
# of curvature $\lambda$, gradient descent with learning rate $\eta$ goes
# downhill only if $\lambda < 2 / \eta$; above this limit, every step
# overshoots further than the one before. Now we train small networks by plain
# gradient descent and follow the largest eigenvalue.
#
# *Predict first: at a large rate, how does the largest eigenvalue change
# during the training?*
#
# - **a** It rises to about $2 / \eta$ and stays there.
# - **b** It falls, since the training ends in a flat place.
# - **c** It stays about as it was.

# %%
edge = landscape.edge_of_stability(
    inputs, np.sin(3 * inputs), learning_rates=(0.1, 0.2, 0.4), steps=4000
)


def largest_eigenvalues(learning_rate=0.2, step=4000):
    return plots.plot_edge_of_stability(edge, learning_rate, step)


explore(
    largest_eigenvalues,
    learning_rate=[0.1, 0.2, 0.4],
    step=[0, 500, 1000, 2000, 4000],
)

# %% tags=["hide-input"]
claim(
    edge.settled[1] - 1,
    "λmax ÷ (2/η) in the last quarter of the training, minus 1, η = 0.2",
    smallest=0.15,
    absent=True,
    if_so="At η = 0.2 the largest eigenvalue settles near the limit 2/η, where"
    " steps on a parabola would begin to grow.",
    if_not="At η = 0.2 the largest eigenvalue ends away from the limit 2/η, by"
    " {mean:+.0%} of it.",
    if_undecided="At η = 0.2 it stays open whether the largest eigenvalue"
    " settles near the limit 2/η: {low:+.0%} to {high:+.0%} from it.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** It tends to rise until it reaches the limit $2 / \eta$, and then to
# stay near it: in a narrower valley the steps swing further and further, until
# they leave it for a wider place ([Cohen et al.,
# 2021](https://arxiv.org/abs/2103.00065)). So the learning rate decides how
# sharply the loss may be curved at the solution. With a small rate the limit
# is high, and a short training may never reach it.
#
# </details>
#
# The dashed lines are the limits $2 / \eta$, in the colours of the rates. The
# right panel shows the largest eigenvalues at the chosen step.
#
# **For your own network:** when you show a picture of a loss surface, say
# which two of the thousands of directions it shows, and how far the path is
# from their plane. If a training becomes unstable, try a smaller learning
# rate.
#
# **Learnt:** a picture of a loss surface is a choice of two directions. And
# how sharply the loss is curved where a training ends depends on its learning
# rate.

# %% [markdown] anchor="exercises-landscape-paths"
# ## Exercises: size and paths
#
# *About 9 minutes.*
#
# Replace the three dots with your answer and run the cell.

# %% [markdown] tags=["exercise"]
# ### Exercise: count a convolutional network
#
# Grey images of 28 × 28 pixels go through a padded convolution with 8 filters
# of 3 × 3, max pooling of 2 × 2, a padded convolution with 12 filters of 3 ×
# 3, max pooling of 2 × 2, and a dense layer with 10 outputs. How many weights
# and biases does this network have?

# %% tags=["exercise"]
n_parameters = ...
exercises.check("two-convolutions", n_parameters)

# %% tags=["solution"]
first_filters, second_filters = (3 * 3 * 1 + 1) * 8, (3 * 3 * 8 + 1) * 12
outputs = (7 * 7 * 12 + 1) * 10
exercises.check("two-convolutions", first_filters + second_filters + outputs)

# %% [markdown] tags=["exercise"]
# ### Exercise: dead from the start
#
# The first hidden layer of the network with ten layers has five ReLUs. Its
# only input lies between 0 and 2, its biases are 0, and each weight is
# positive or negative with equal probability. What is the probability that all
# five units give 0 for every input?

# %% tags=["exercise"]
probability = ...
exercises.check("dead-layer", probability)

# %% tags=["solution"]
exercises.check("dead-layer", (1 / 2) ** 5)

# %% [markdown] tags=["exercise"]
# ### Exercise: what the axes explain
#
# `path` has a row of weights for each epoch. Return the share of the variance
# that each axis of its PCA explains, from the first axis on: an array that
# adds up to 1.


# %% tags=["exercise"]
def pca_shares(path):
    return ...


exercises.check("pca-shares", pca_shares)


# %% tags=["solution"]
def pca_shares(path):
    sizes = np.linalg.svd(path - path.mean(axis=0), compute_uv=False)
    return sizes**2 / np.sum(sizes**2)


exercises.check("pca-shares", pca_shares)

# %% [markdown] anchor="where-they-stop" part="Where networks stop"
# ## Part 2: where networks stop
#
# Training ends where nothing moves any more. Is the gradient zero there, is
# the place a minimum, and what lies between two such places?

# %% [markdown] anchor="gradient-norm"
# ## Does the gradient shrink with the loss?
#
# *About 8 minutes.*
#
# At a minimum the gradient is zero. So you may expect its length, the *norm*,
# to fall as the loss does, and to be tiny where training is stuck. We record
# both in three trainings: a network that fits the function $\sin(5 \pi x) / (5
# \pi x)$; the network 784-8-200-10 on images; and one with four hidden layers
# on the square wave, whose loss may stay level for a long time before it drops
# (*plateaus* in the figure).
#
# On the images we measure the gradient on 4,000 images at once, and on
# mini-batches of 1,000 and of 100, all at the same weights.
#
# *Predict first: in which of the three trainings does the norm fall with the
# loss?*
#
# - **a** In all three: where the loss is low, it is flat.
# - **b** Only on the function.
# - **c** In none of them.

# %%
gradient_norm = experiments.gradient_norm.run(preset=PRESET)
courses = gradient_norm.details
plots.plot_gradient_norms(courses);

# %% tags=["hide-input"]
on_images = courses["images"]
first = int(np.argmax(on_images.steps >= 1))
lower = np.log10(on_images.loss[first] / on_images.loss[-1])
display(
    claim(
        gradient_norm.verdict("SHRINKS"),
        if_so="On the function the norm falls with the loss, by"
        " a factor of {times}.",
        if_not="On the function the norm falls by less than a factor of ten.",
        if_undecided="On the function the norm falls by"
        " a factor of {times}; whether by ten or more stays open.",
    ),
    claim(
        lower,
        "log₁₀ of the loss on images, after the first epoch minus at the end",
        smallest=0.3,
        if_so="On the images the loss goes on falling after the first epoch,"
        " by a factor of {times}.",
        if_not="On the images the loss hardly falls after the first epoch.",
        if_undecided="On the images the loss falls after the first epoch by"
        " a factor of {times}.",
    ),
    claim(
        gradient_norm.verdict("ON_IMAGES"),
        if_so="Meanwhile the norm on the images falls, too, by"
        " a factor of {times}.",
        if_not="Meanwhile the norm on the images does not even halve.",
        if_undecided="Whether the norm on the images halves meanwhile stays"
        " open.",
    ),
    claim(
        gradient_norm.verdict("NOISE"),
        if_so="In the end a mini-batch of 100 shows mostly its own noise: its"
        " gradient is longer than that of 4,000 images by"
        " a factor of {times}.",
        if_not="In the end the gradient of a mini-batch of 100 is less than"
        " twice as long as that of 4,000 images.",
        if_undecided="In the end the gradient of a mini-batch of 100 is about"
        " twice as long as that of 4,000 images.",
    ),
)
claim(
    gradient_norm.verdict("STUCK"),
    if_so="On the square wave the gradient is smaller while the loss stands"
    " still than while it falls fastest, by a factor of {times}.",
    if_not="On the square wave the gradient is not much smaller while the loss"
    " stands still than while it falls fastest. So a lack of gradient is not"
    " what stops these networks.",
    if_undecided="Whether the gradient on the square wave is smaller while the"
    " loss stands still stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Only on the function. Near a minimum that fits every point, the
# gradient has to vanish. As long as images are still being fitted, it does not
# have to: the loss can go down a slope that stays equally steep, and a
# mini-batch always adds the noise of its own images.
#
# </details>
#
# The *sum of norms* is the report's measure: it adds up the norms of all kernels
# and biases.
#
# "Training is stuck because the gradient vanishes" can be tested. In the right
# column, compare the norm where the loss is level with the norm where it
# drops. A large gradient on a level stretch would suggest that the steps go
# back and forth across a narrow valley.
#
# **For your own training:** the norm costs one line and next to no time,
# because training computes the gradient anyway.

# %% tags=["live", "slide-code"]
# Give fit a landscape.GradientNorm(), and look at history.history.
watched = models.mlp(8, 200, optimizer="adam", seed=SEED)
norm = landscape.GradientNorm()
history = watched.fit(X, y, epochs=5, verbose=0, callbacks=[norm]).history
print("loss", np.round(history["loss"], 2))
print("norm", np.round(history["gradient_norm"], 2))

# %% [markdown]
# If the norm grows without end, the training is about to diverge; if it is
# exactly zero, look for a dead layer.
#
# **Learnt:** the gradient's norm is not a second loss curve. On mini-batches
# it does not fall below their noise, and a level loss alone does not show that
# the gradient is small.

# %% [markdown] anchor="gradient-near-zero"
# ## Where the gradient is nearly zero
#
# *About 8 minutes.*
#
# A hundred networks 1-4-3-1 with ReLUs fit half a sine, $\sin(\pi x / 2)$ on
# $[0, 2]$, until hardly anything moves any more. In the report's experiment of
# this kind, 38 of 100 networks stopped at a loss above .08.
#
# *Predict first: do the networks stop at many different losses, or only at a
# few?*
#
# - **a** At a few: many networks share each of them.
# - **b** At many: each start leads to a minimum of its own.
# - **c** At one, the lowest.

# %%
plateaus = experiments.plateaus.run(preset=PRESET)
stopped = plateaus.details


def nested_fits(kinks=0, first_piece_flat=True):
    return plots.plot_nested_fits(stopped, kinks=kinks, flat=first_piece_flat)


explore(nested_fits, kinks=[0, 1, 2, 3], first_piece_flat=True)

# %% tags=["hide-input"]
claim(
    plateaus.verdict("SMALLER"),
    if_so="{mean:.0%} of the networks end at the best fit of a smaller"
    " network: a line with at most two kinks.",
    if_not="Most networks do not end at the best fit of a smaller network, a"
    " line with at most two kinks. Share that does: {mean:.0%}.",
    if_undecided="About half of the networks, {mean:.0%}, end at the best fit"
    " of a smaller network: a line with at most two kinks.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** At a few. A plateau is the best that a smaller network can do. If all
# units of a layer are dead, that is the best constant, and its loss is the
# variance, $1/2 - 4/\pi^2 = 0.0947$. A flat piece and then one slope leave
# 0.061; two slopes with a kink between them leave 0.0039. The report suspects
# plateaus or saddles at losses of ".06" and ".95". But half a sine lies
# between 0 and 1, so its variance is at most 1/4: .95 is .095 with the decimal
# point in the wrong place.
#
# </details>
#
# On the right, each dot is a network, and each level line is the loss of the
# best line with that many kinks, found by searching for the best places of the
# kinks. A network that has lost some of its units can still do what a smaller
# one can ([Fukumizu and Amari,
# 2000](https://doi.org/10.1016/S0893-6080(00)00009-5)).
#
# What does the loss look like around such a point $\theta$? After a small step
# $\delta$ it has changed by
#
# $$\mathcal{L}(\theta + \delta) - \mathcal{L}(\theta) \approx g \cdot \delta +
# \tfrac{1}{2}\, \delta^\top H \delta$$
#
# with the gradient $g$ and the Hessian $H$. The *minimal ratio* is the share
# of directions that lead up: it is 1 where all of them do, as at a minimum.
# There are two ways to measure it. The report drew 500 points, with each
# weight changed by at most $2 \cdot 10^{-7}$, and counted those with a higher
# loss. One can also compute $H$ and count its positive eigenvalues.
#
# *Predict first: training has stopped just short of a minimum of curvature 1,
# where a slope of $10^{-4}$ is left. What share of the points around it have a
# higher loss, close by and further away?*
#
# - **a** All of them at any distance: it is nearly a minimum.
# - **b** Nearly all of them close by, half further away.
# - **c** Half of them close by, nearly all further away.

# %% tags=["live", "slide-code"]
# Sample slope * d + d**2 / 2 with rng.uniform, at three radii.
slope, rng = 1e-4, np.random.default_rng(SEED)
for radius in 1e-6, 1e-4, 1e-2:
    d = rng.uniform(-radius, radius, size=10_000)
    higher = np.mean(slope * d + d**2 / 2 > 0)
    print(f"radius {radius:g}: {higher:.0%} higher")

# %%
settled, stop = stopped.stops["settled"], stopped.stops["as training stops"]
figure, axes = plt.subplots(
    2, 2, figsize=(7.2, 4.4), layout="constrained", sharex=True, sharey=True
)
plots.plot_ratios_against_loss(
    {
        "samples at 2·10⁻⁷": (stop.ratios.at(2e-7), stop.losses),
        "samples at 10⁻³": (settled.ratios.at(1e-3), settled.losses),
        "samples at 10⁻²": (settled.ratios.at(1e-2), settled.losses),
        "eigenvalues": (settled.ratios.eigenvalues, settled.losses),
    },
    axes=axes,
);

# %% tags=["hide-input"]
display(
    claim(
        plateaus.verdict("AT_ZERO"),
        if_so="Where training stops, most gradients have a norm below a"
        " millionth: {mean:.0%} of them.",
        if_not="Where training stops, most gradients have a norm above a"
        " millionth, small as they look. Share below: {mean:.0%}.",
        if_undecided="Where training stops, about half of the gradients have a"
        " norm below a millionth: {mean:.0%}.",
    ),
    claim(
        plateaus.verdict("CURVED"),
        if_so="At the radius 2·10⁻⁷, curvature outweighs slope in most"
        " samples: {mean:.0%}.",
        if_not="At the radius 2·10⁻⁷, slope outweighs curvature in most"
        " samples, and it leads up in half of all directions. Share of the"
        " samples in which curvature is stronger: {mean:.0%}.",
        if_undecided="At the radius 2·10⁻⁷, curvature outweighs slope in about"
        " half of the samples: {mean:.0%}.",
    ),
)
claim(
    plateaus.verdict("AGREE"),
    if_so="Samples at the radius 10⁻³ and eigenvalues give the same ratio.",
    if_not="Even at the radius 10⁻³, samples and eigenvalues do not give the"
    " same ratio. Ratio by samples minus that by eigenvalues, on average:"
    " {mean:+.2f}.",
    if_undecided="Whether samples at the radius 10⁻³ and eigenvalues give the"
    " same ratio stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** Half of them close by, nearly all further away. The slope's part of
# the change is proportional to the radius, the curvature's to its square, so
# close enough only the slope counts. A ratio near 1/2 at a tiny radius is a
# coin toss, not a saddle.
#
# </details>
#
# The dots are the hundred networks: in the first panel where training stops,
# in the others after more steps on all points. Besides, samples and
# eigenvalues measure different things. A random direction mixes all
# eigenvectors, so the curvature along it is close to the mean of the
# eigenvalues: a few large positive ones hide many small negative ones. And a
# direction with eigenvalue 0 does not lead up. Dead units add many such
# directions.
#
# **For your own network:** "the gradient is nearly zero" needs a number.
# Before you count samples at a radius $r$, compare $|g| r$ with $\lambda r^2 /
# 2$, where $\lambda$ is the curvature.
#
# **Learnt:** a plateau is often the best that a smaller network can do.
# Samples around a point show its curvature only at a radius at which curvature
# outweighs slope.

# %% [markdown] anchor="stationary-points"
# ## Where the gradient is zero
#
# *About 5 minutes.*
#
# "Nearly zero" was not enough. A point at which the gradient is zero is called
# *stationary*; we accept a point whose gradient has a norm below $10^{-9}$. To
# find such points, the search walks down the *norm of the gradient* instead of
# the loss, with the exact Hessian and in double precision. The activation is
# tanh, which has a second derivative everywhere: 1-6-1 fits two periods of a
# sine, and 1-3-1 fits three steps with some noise.
#
# At each stationary point we count the directions that lead down, which means
# the negative eigenvalues. The network for the sine has 19 eigenvalues, the
# one for the steps has 10. A point with directions up and directions down is a
# *saddle*.
#
# *Predict first: do high stationary points have more directions that lead
# down than low ones?*
#
# - **a** Yes, they have more.
# - **b** No, they have about as many.
# - **c** No, they have fewer: high up it is flat.

# %%
stationary = experiments.stationary_points.run(preset=PRESET)
figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.4), layout="constrained")
for ax, task in zip(axes, ("sine", "three steps")):
    searched = stationary.details.searches[task]
    plots.plot_index(searched.loss, searched.spectra, ax=ax).set_title(task)

# %% tags=["hide-input"]
display(
    *(
        claim(
            stationary.verdict("RISES", task),
            if_so=f"On the {task}, the higher a stationary point lies, the"
            " more directions lead down. The rank correlation is {mean:.2f}.",
            if_not=f"On the {task}, the number of directions that lead down"
            " does not rise much with the loss. The rank correlation is"
            " {mean:.2f}.",
            if_undecided=f"On the {task}, whether the number of directions"
            " that lead down rises with the loss stays open. The rank"
            " correlation is {low:.2f} to {high:.2f}.",
        )
        for task in ("sine", "three steps")
    ),
    claim(
        stationary.verdict("FOUND"),
        if_so="On the sine, {mean:.0%} of the searches that start at random"
        " weights or on the way of a training reach a stationary point.",
        if_not="On the sine, most searches that start at random weights or on"
        " the way of a training do not reach a stationary point. Share that"
        " does: {mean:.0%}.",
        if_undecided="On the sine, about half of the searches that start at"
        " random weights or on the way of a training reach a stationary point:"
        " {mean:.0%}.",
    ),
)
claim(
    stationary.verdict("SEEN"),
    if_so="At the saddles of the sine, samples give the share of directions"
    " that lead up.",
    if_not="At the saddles of the sine, samples do not give the share of"
    " directions that lead up. Share by samples minus share by eigenvalues:"
    " {mean:+.2f}.",
    if_undecided="Whether samples give the share of directions that lead up at"
    " the saddles of the sine stays open.",
)

# %% tags=["hide-input"]
kinds = {
    "dead network": (stopped, "dead, as training stops"),
    "plateau": (stopped, "plateau, as training stops"),
    "saddle": (stationary.details, "best constant"),
    "minimum": (stationary.details, "minimum"),
}
points = {
    kind: found.around[key]
    for kind, (found, key) in kinds.items()
    if key in found.around
}


def ratios_over_radii(log10_radius=-6.7):
    return plots.plot_ratios_over_radii(points, radius=10.0**log10_radius)


explore(ratios_over_radii, log10_radius=(-7.7, -0.2, 0.5))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** They have more. A network that uses none of its hidden units computes
# the best constant. From there, each unused unit offers a way down. A network
# that takes one of these ways has a lower loss, and one fewer way down. So high
# points tend to have many ways down, and minima tend to lie low ([Dauphin et
# al., 2014](https://arxiv.org/abs/1406.2572)).
#
# </details>
#
# In the first figure, the number below a marker says how many stationary
# points lie there. The slider changes the radius around one point of each
# kind; the report's radius is $10^{-6.7}$. In the shaded range the slope
# decides most samples, and the dashed line is the ratio by the eigenvalues.
# Look for radii at which samples and eigenvalues agree.
#
# A search that has stopped has not always found a stationary point. Where the
# Hessian multiplied by the gradient gives zero, the norm cannot fall any
# further although the gradient is not zero. Such points are called
# *gradient-flat* and are not counted ([Frye et al.,
# 2021](https://doi.org/10.1162/neco_a_01388)). The next figure has the sine,
# the three steps, and a linear network, whose stationary points are all known.
# The left panel shows how searches end that start at random weights or on the
# way of a training; the right one compares kinds of starts by the share of
# searches that arrive at a zero gradient.

# %%
plots.plot_sweeps(stationary.sweeps[:2]);

# %% [markdown]
# **For your own network:** a training that has stopped is not necessarily at a
# stationary point. Before you call the place a minimum or a saddle, compare
# the gradient with the curvature.
#
# **Learnt:** the best fit of a smaller network is a stationary point of a
# larger one, and the units that it does not use can offer ways down. Before
# you count a stationary point, make sure that its gradient is zero.

# %% [markdown] anchor="interpolation"
# ## A wall between two solutions
#
# *About 8 minutes.*
#
# Take two trained networks and move in a straight line from the weights
# $\theta_0$ of the first to the weights $\theta_1$ of the second, and beyond
# both ends ([Goodfellow et al., 2015](https://arxiv.org/abs/1412.6544)):
#
# $$\theta(\alpha) = (1 - \alpha)\, \theta_0 + \alpha\, \theta_1$$
#
# If the loss rises between the two, we call that a *wall*; papers call it a
# loss barrier. Suppose that the first network was trained with mini-batches of
# 100 and the second with 1,000, that there is a wall between them, and that
# the loss is steeper beyond one of them. Is that due to the batch sizes? To
# say so, you need controls: pairs with *one* batch size; a pair with the *same
# initial weights*; and a pair with *equally many updates*, since in equally
# many epochs mini-batches of 100 make ten times as many.
#
# *Predict first: between which two networks is the wall lowest?*
#
# - **a** those with the same initial weights
# - **b** those with the same batch size
# - **c** those with equally many updates

# %% tags=["live", "slide-code"]
# Exchange two hidden units, and compute the outputs: before, after, halfway.
inputs = np.linspace(-1, 1, 5)[:, None]
V, W = np.array([[1.0, -2.0]]), np.array([[3.0], [1.0]])
V_swapped, W_swapped = V[:, ::-1], W[::-1]
V_halfway, W_halfway = (V + V_swapped) / 2, (W + W_swapped) / 2
for v, w in (V, W), (V_swapped, W_swapped), (V_halfway, W_halfway):
    print((np.maximum(inputs @ v, 0) @ w).ravel())

# %%
interpolation = experiments.interpolation.run(preset=PRESET)
lines = interpolation.details.paths
pairs = "100 – 1000", "100 – 100", "same start", "equal updates"
plots.plot_interpolation({pair: lines[pair] for pair in pairs});

# %% tags=["hide-input"]
display(
    claim(
        interpolation.verdict("BATCHES"),
        if_so="The wall is higher between 100 and 1,000 than between 100 and"
        " 100, by {mean:.2f}.",
        if_not="Between two networks of one batch size the wall is about as"
        " high, or higher: it does not come from the batch sizes.",
        if_undecided="Whether different batch sizes make the wall higher stays"
        " open.",
    ),
    claim(
        interpolation.verdict("STARTS"),
        if_so="With the same initial weights the wall is lower, by {mean:.1f}:"
        " different initial weights make it higher.",
        if_not="With the same initial weights the wall is about as high.",
        if_undecided="How much of the wall comes from the initial weights"
        " stays open.",
    ),
    claim(
        interpolation.verdict("STEEPER"),
        if_so="After equally many epochs the loss is steeper beyond the"
        " network of 1,000 than beyond that of 100: at α = 2 it is higher than"
        " at α = -1, by a factor of {times}.",
        if_not="After equally many epochs the loss is not much steeper beyond"
        " the network of 1,000 than beyond that of 100, if at all.",
        if_undecided="Whether the loss is steeper beyond the network of 1,000"
        " after equally many epochs stays open.",
    ),
)
claim(
    interpolation.verdict("UPDATES"),
    if_so="After equally many updates the loss is steeper beyond the network"
    " of 1,000, by a factor of {times}.",
    if_not="After equally many updates the loss is not much steeper beyond the"
    " network of 1,000, if at all.",
    if_undecided="Whether the loss is steeper beyond the network of 1,000"
    " after equally many updates stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** Those with the same initial weights. The little network above shows
# why initial weights can matter. It has two hidden units: exchange them, and
# every output stays the same. But halfway between the two sets of weights both
# units are equal, and that is another network. Networks from different initial
# weights have their units in different orders, and the line between them leads
# through such mixtures. From the same initial weights, units can keep their
# places.
#
# </details>
#
# The height of a wall is measured from the straight line between the two
# networks' losses; in the right panel, lower means that fewer images are
# recognized on the way. The next figure has these heights on the left, and on
# the right the norm of each network's weights. α = -1 is as far from the first
# network as α = 2 is from the second. But relative to its own weights, the
# network with the smaller norm has been moved further.

# %%
plots.plot_sweeps([interpolation.sweeps[0], interpolation.sweeps[3]]);

# %% [markdown]
# What does the network in the middle of the wall see? Move from one network to
# the other, and watch single images.
#
# *Predict first: which images does the network at α = 1/2 get wrong?*
#
# - **a** all of them
# - **b** those of most classes
# - **c** hardly any

# %% tags=["hide-input"]
other = models.mlp(8, 200, optimizer="adam", seed=SEED + 1)
other.fit(X, y, batch_size=100, epochs=20, verbose=0)
shown = [int(np.argmax(y[:, label])) for label in range(1, 10, 2)]
line = landscape.between(model, other, X[:1000], y[:1000], shown=shown)


def on_the_line(alpha=0.5):
    return plots.plot_between(line, alpha, class_names=images.class_names)


explore(
    on_the_line,
    alpha=(-1.0, 2.0, 0.1) if LIVE else [-1.0, 0.0, 0.3, 0.5, 0.7, 1.0, 2.0],
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Those of most classes. Halfway, each unit is a mixture of two units
# that do different things. That can shift the outputs as a whole, so that
# nearly all images get the same class and some classes get no image at all:
# move α and see which.
#
# </details>
#
# Below the curves are five images, each with the class that the network at
# this α gives it; a cross marks a wrong one.
#
# **For your own networks:** averaging the weights of two trainings makes sense
# if they begin at the same weights, as copies of one pretrained network do.
# Otherwise, first bring their units into the same order ([Ainsworth et al.,
# 2023](https://arxiv.org/abs/2209.04836)).
#
# **Learnt:** two trainings that differ in one thing often differ in a second,
# too. Before you blame a wall on the first, measure pairs that do not differ
# in it.

# %% [markdown] anchor="exercises-landscape-points"
# ## Exercises: gradients and points
#
# *About 12 minutes.*

# %% [markdown] tags=["exercise"]
# ### Exercise: the norm of a gradient
#
# `gradients` is a list of arrays, one for each kernel and bias of a network,
# as `GradientTape` gives them. Return the Euclidean norm of the whole
# gradient. (The sum of the arrays' norms is something else.)


# %% tags=["exercise"]
def whole_norm(gradients):
    return ...


exercises.check("whole-norm", whole_norm)


# %% tags=["solution"]
def whole_norm(gradients):
    return np.sqrt(sum(np.sum(np.square(array)) for array in gradients))


exercises.check("whole-norm", whole_norm)

# %% [markdown] tags=["exercise"]
# ### Exercise: find the decimal point
#
# The report writes ".95" for the loss of a plateau. Its networks fit half a
# sine, $\sin(\pi x / 2)$ on $[0, 2]$. What is the variance of this function
# there? Integrate, or use many points; three digits are enough.

# %% tags=["exercise"]
variance = ...
exercises.check("decimal-point", variance)

# %% tags=["solution"]
exercises.check("decimal-point", 1 / 2 - (2 / np.pi) ** 2)

# %% [markdown] tags=["exercise"]
# ### Exercise: a coin toss
#
# You stand at a point where all eigenvalues of the Hessian are positive, and
# the gradient is tiny but not zero. You draw many points within a radius
# around it and count the share of them at which the loss is higher. What does
# this share tend to as the radius tends to 0?

# %% tags=["exercise"]
share = ...
exercises.check("coin-toss", share)

# %% tags=["solution"]
# Close enough, the slope decides: half of all directions go up it.
exercises.check("coin-toss", 1 / 2)

# %% [markdown] tags=["exercise"]
# ### Exercise: where curvature decides
#
# Along one direction the loss changes by $g r + \lambda r^2 / 2$ over a
# distance $r$, with a slope $g > 0$ and a curvature $\lambda > 0$. Return the
# radius beyond which the second term is larger than the first.


# %% tags=["exercise"]
def deciding_radius(slope, curvature):
    return ...


exercises.check("deciding-radius", deciding_radius)


# %% tags=["solution"]
def deciding_radius(slope, curvature):
    return 2 * slope / curvature


exercises.check("deciding-radius", deciding_radius)

# %% [markdown] tags=["exercise"]
# ### Exercise: the height of a wall
#
# `loss` holds the loss at equally spaced α from 0 to 1, both ends included.
# Draw a straight line from the first loss to the last. Return the largest
# height of the loss above this line.


# %% tags=["exercise"]
def wall(loss):
    return ...


exercises.check("wall-height", wall)


# %% tags=["solution"]
def wall(loss):
    line = np.linspace(loss[0], loss[-1], len(loss))
    return np.max(loss - line)


exercises.check("wall-height", wall)

# %% [markdown] anchor="what-generalizes" part="What generalizes"
# ## Part 3: what generalizes
#
# Two networks can fit their training images equally well. Why does one of them
# also get images right that it has never seen?

# %% [markdown] anchor="random-labels"
# ## Labels that mean nothing
#
# *About 6 minutes.*
#
# Replace the label of every training image by one drawn at random. Nothing in
# an image says anything about its label any more, so all that a network can do
# is learn each image by heart. If it can, does it also learn by heart when the
# labels are true ([Zhang et al., 2017](https://arxiv.org/abs/1611.03530))?
#
# Three networks try: 784-8-200-10, whose first layer squeezes an image into
# eight numbers; 784-128-10; and 784-512-512-10. Each is trained with the true
# labels, and anew with random ones, drawn before the training begins.
#
# *Predict first: how many of the random labels do they fit, and how good are
# they on new images then?*
#
# - **a** Hardly more than by guessing: there is nothing to learn.
# - **b** All three fit nearly all, and get half of the new images right.
# - **c** The wider the network, the more; on new images all three guess.

# %%
random_labels = experiments.random_labels.run(preset=PRESET)
fitting = random_labels.details
plots.plot_label_fitting(fitting);

# %% tags=["hide-input"]
by_heart = fitting.test_accuracy["512-512", 1.0][-1] - fitting.chance
display(
    claim(
        random_labels.verdict("FITS"),
        if_so="The network with a layer of eight units fits the random labels:"
        " {mean:.0%} of them.",
        if_not="The network with a layer of eight units does not fit the"
        " random labels in this time: it gets {mean:.0%} of them right.",
        if_undecided="The network with a layer of eight units fits {mean:.0%}"
        " of the random labels: about the 90% that count as fitted.",
    ),
    claim(
        random_labels.verdict("WIDE_FITS"),
        if_so="The network 512-512 fits {mean:.0%} of them.",
        if_not="The network 512-512 does not fit them in this time: it gets"
        " {mean:.0%} of them right.",
        if_undecided="The network 512-512 fits {mean:.0%} of them: about the"
        " 90% that count as fitted.",
    ),
    claim(
        random_labels.verdict("LONGER"),
        if_so="It needs more epochs for random labels than for true ones, by"
        " a factor of {times}.",
        if_not="It needs less than twice as many epochs for random labels as"
        " for true ones.",
        if_undecided="It needs about twice as many epochs for random labels as"
        " for true ones.",
    ),
)
claim(
    by_heart,
    "accuracy on new images after random labels, 512-512, minus chance",
    smallest=0.05,
    absent=True,
    if_so="After random labels, it does no better on new images than"
    " guessing.",
    if_not="After random labels, its accuracy on new images minus that of"
    " guessing is {mean:+.0%}.",
    if_undecided="After random labels, it stays open whether it does better on"
    " new images than guessing.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** The wider, the more. A first layer of eight units keeps only eight
# numbers of each image, and the later layers have to tell all images apart by
# these. A wide layer can keep much more. On new images no network can do
# better than guess: random labels teach nothing that holds for other images.
#
# </details>
#
# Solid lines are accuracies on the training labels, dashed ones those on new
# images with true labels. Compare the colours in the panel of the widest
# network: initial weights, optimizer and images are the same. All that differs
# is whether there was something to find.
#
# How much randomness does it take? Below, 50 small networks are trained for
# every setting on two moons, with a share of the labels drawn at random.
#
# *Predict first: with half of the labels drawn at random, does a wide network
# still find the boundary between the moons?*
#
# - **a** Yes, as if all labels were right.
# - **b** Roughly, but it also draws loops around single points.
# - **c** No: half of what it sees is noise.


# %%
def noisy_labels(share=0.5, units=24):
    return plots.plot_noisy_fits(
        experiments.live.fit_noisy_labels(share, units)
    )


explore(
    noisy_labels,
    share=(0.0, 1.0, 0.1) if LIVE else [0.0, 0.5, 1.0],
    units=[1, 2, 4, 8, 16, 24] if LIVE else [4, 24],
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Roughly. With two classes, a random label is right half of the time.
# So if half of the labels are random, a quarter of all are wrong, and in most
# neighbourhoods the right ones outvote them. What a network makes of this
# depends on its width: few units can only draw the boundary, many can draw a
# loop around a single point.
#
# </details>
#
# The right panel shows two accuracies: on the labels that were given, and on
# points that the networks have not seen. At a share of 1 there is nothing to
# find, so expect about one half on unseen points.
#
# **For your own network:** a training accuracy of 100% does not show that it
# has understood anything. Shuffle your labels and train again: the training
# accuracy that you get shows how much the network can learn by heart.
#
# **Learnt:** training accuracy does not show whether there was anything to
# learn; accuracy on new images does. A network that can learn noise by heart
# may still find what is there to be found.

# %% [markdown] anchor="width-and-generalization"
# ## Do more parameters generalize worse?
#
# *About 6 minutes.*
#
# A network that is wide enough can learn its training images by heart. Does it
# then do worse on new ones? We train networks with two hidden layers of $N$
# units each, from 3 to 243, and keep training them after their best epoch. The
# images are those of CIFAR-10, averaged to 16 × 16 pixels, if this machine has
# them, and otherwise those of Fashion-MNIST.
#
# *Predict first: from 27 units to 243, what happens to the accuracy on new
# images, and what to the loss, both measured after the last epoch?*
#
# - **a** Both get worse: the network has too many parameters.
# - **b** The loss gets worse, the accuracy does not.
# - **c** Both get better.

# %%
widths = experiments.widths.run(preset=PRESET)
plots.plot_sweeps(widths.sweeps[:2])
plots.plot_sweeps(widths.sweeps[2:]);

# %% tags=["hide-input"]
display(
    claim(
        widths.verdict("FLAT"),
        if_so="Accuracy on new images is about the same for the narrowest"
        " network and the widest.",
        if_not="Accuracy on new images does depend on the width: from the"
        " narrowest network to the widest it changes by {mean:+.0%}.",
        if_undecided="Whether accuracy on new images depends on the width"
        " stays open.",
    ),
    claim(
        widths.verdict("BEYOND"),
        if_so="From 81 units on it hardly changes.",
        if_not="From 81 units on it still changes, by {mean:+.1%}.",
        if_undecided="Whether it still changes from 81 units on stays open:"
        " {low:+.1%} to {high:+.1%}.",
    ),
    claim(
        widths.verdict("RISES"),
        if_so="On new images, the loss of the widest network rises again after"
        " its best epoch, by {mean:.2f}.",
        if_not="On new images, the loss of the widest network hardly rises"
        " after its best epoch.",
        if_undecided="Whether the loss of the widest network on new images"
        " rises after its best epoch stays open.",
    ),
)
display(
    claim(
        widths.verdict("FALLS"),
        if_so="Its accuracy falls meanwhile, by {mean:.1%}.",
        if_not="Its accuracy hardly falls meanwhile, if at all.",
        if_undecided="Whether its accuracy falls meanwhile stays open.",
    )
)
claim(
    widths.verdict("TEMPERED"),
    if_so="Dividing the logits of the widest network by one number removes"
    " most of the rise of its loss.",
    if_not="Dividing the logits of the widest network by one number does not"
    " remove most of the rise of its loss.",
    if_undecided="Whether dividing the logits of the widest network by one"
    " number removes most of the rise of its loss stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** The loss gets worse, the accuracy does not. Both can be true at once,
# because the surer a network is of a wrong answer, the more the cross-entropy
# punishes it. A network that keeps training on images that it has already
# learnt becomes surer of all its answers, right or wrong, while the answers
# themselves can stay the same.
#
# </details>
#
# If this is the reason, one number should repair it: divide all logits by a
# *temperature*, fitted on validation images ([Guo et al.,
# 2017](https://arxiv.org/abs/1706.04599)). That changes no answer, only how
# sure the network is of it. In three panels the axis counts parameters: from
# left to right the networks have 3, 9, 27, 81 and 243 units in each layer. The
# second figure shows the *calibration error*, which is the mean distance
# between how sure a network is and how often it is right, and the loss over
# the epochs.
#
# **For your own network:** if the validation loss rises while the accuracy
# stays where it is, do not make the network smaller before you have looked at
# how sure it is.
#
# **Learnt:** "generalizes worse" can mean a higher loss or a lower accuracy,
# and the two can disagree. Look at both, and at how sure a network is of what
# it gets wrong.

# %% [markdown] anchor="double-descent"
# ## As many parameters as images, and more
#
# *About 6 minutes.*
#
# A linear model with as many parameters as images can fit every image, but in
# one way only. With more parameters there are many ways. What does that do to
# the error on new images?
#
# To see it clearly we need models that are trained to the very end, at every
# size. So the hidden layer keeps its random weights, and only the output's
# weights are fitted, by *least squares*: a linear model of *random features*,
# which are the outputs of the hidden units. Where several weights fit all
# images, we take those of the least norm, which gradient descent finds if it
# starts from zeros ([Belkin et al.,
# 2019](https://doi.org/10.1073/pnas.1903070116)). Each model is fitted to 200
# images, and says whether an image belongs to the first five classes or to the
# others.
#
# *Predict first: with 200 images, how does the error on new images change from
# 20 random features to 4,000?*
#
# - **a** It rises for good once there are enough features to fit all images.
# - **b** It falls as long as features are added.
# - **c** It rises to a peak at 200 features, and then it falls again.

# %% tags=["live", "slide-code"]
# Three equations, five unknowns: np.linalg.pinv, and add what A ignores.
rng = np.random.default_rng(SEED)
A, b = rng.normal(size=(3, 5)), np.ones(3)
w = np.linalg.pinv(A) @ b
ignored = np.linalg.svd(A)[2][3]  # a direction that A maps to 0
for other in (w, w + ignored):
    print((A @ other).round(3), np.linalg.norm(other).round(3))

# %% tags=["slide-code"]
# Random features, fitted by least squares, from ten seeds.
double_descent = experiments.double_descent.run(preset=PRESET)
plots.plot_sweeps(double_descent.sweeps);

# %% tags=["hide-input"]
on_noisy = double_descent.sweeps[0].values["noisy labels"]
display(
    claim(
        double_descent.verdict("PEAKS"),
        if_so="The error on new images rises to a peak where there are as many"
        " features as images: it is {mean:.2f} higher than with half as many.",
        if_not="With as many features as images, the error is not 0.05 higher"
        " than with half as many: {mean:+.2f}.",
        if_undecided="Whether there is a peak stays open: {low:+.2f} to"
        " {high:+.2f}.",
    ),
    claim(
        double_descent.verdict("DESCENDS"),
        if_so="With more features it falls again, by {mean:.2f}.",
        if_not="From there to the most features it does not fall by 0.05:"
        " {mean:+.2f}.",
        if_undecided="Whether it falls by 0.05 from there to the most features"
        " stays open.",
    ),
    claim(
        double_descent.verdict("BETTER"),
        if_so="With true labels the largest models are better than the best of"
        " the small ones.",
        if_not="With true labels the largest models are not better than the"
        " best of the small ones.",
        if_undecided="Whether the largest models are better than the best of"
        " the small ones stays open.",
    ),
    claim(
        on_noisy[-1] - on_noisy[0],
        "share of errors on new images, noisy labels, most features minus"
        " fewest",
        smallest=0.01,
        if_so="With noisy labels the smallest models beat the largest: their"
        " error is {mean:.2f} lower.",
        if_not="With noisy labels the largest models are no worse than the"
        " smallest: largest minus smallest is {mean:+.2f}.",
        if_undecided="With noisy labels it stays open whether the largest"
        " models are worse than the smallest.",
    ),
    claim(
        double_descent.verdict("SIZES"),
        if_so="At the peak the weights are large: their norm is larger than"
        " in the largest models, by a factor of {times}.",
        if_not="At the peak the weights are hardly larger than those of the"
        " largest models.",
        if_undecided="Whether the weights are larger at the peak stays open.",
    ),
    claim(
        double_descent.verdict("CURED"),
        if_so="A small L2 penalty takes {mean:.2f} off the error at the peak.",
        if_not="A small L2 penalty does not take 0.05 off the error at the"
        " peak.",
        if_undecided="Whether a small L2 penalty takes 0.05 off the error at"
        " the peak stays open.",
    ),
)
claim(
    double_descent.verdict("NOISE"),
    if_so="With noisy labels the error rises further to its peak.",
    if_not="With noisy labels the error rises hardly further to its peak than"
    " with true ones, if at all.",
    if_undecided="Whether noisy labels make the error rise further to its peak"
    " stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** It rises to a peak and falls again. This is called *double descent*.
# With 200 features, there is only one way to fit 200 images, however large the
# weights have to be for it. With thousands there are many ways, and the one of
# least norm is smooth between the images.
#
# </details>
#
# The lowest panel shows where the danger is, and you need no new images to see
# it: it is where the weights are large. A penalty keeps them small.
#
# **For your own network:** if a larger one does worse, you may be on the
# rising side of the peak. Try a penalty, early stopping, or a *much* larger
# network before you make it smaller.
#
# **Learnt:** no number of parameters is too large in itself. The worst size
# can be the one that just fits all training images; a penalty can lower that
# peak.

# %% [markdown] anchor="sensitivity"
# ## When are two trainings equally long?
#
# *About 7 minutes.*
#
# How much do the outputs change if the input changes a little? We measure this
# *sensitivity* by the norm of the Jacobian, the matrix of the derivatives of
# all probabilities with respect to all pixels ([Novak et al.,
# 2018](https://arxiv.org/abs/1802.08760)). The report used another definition,
# the gradient of the *loss* with respect to the pixels; we measure both. Large
# mini-batches are said to lead to sharp minima ([Keskar et al.,
# 2017](https://arxiv.org/abs/1609.04836)), so you may expect them to make
# networks more sensitive as well.
#
# But when have two networks been trained equally long? After equally many
# *epochs*, one with mini-batches of 5 has made about a thousand times as many
# updates as one with mini-batches of 5,000. After equally many *updates*, it
# has seen a thousandth of the images. A third way is to stop both at the same
# *training loss*.
#
# *Predict first: does sensitivity rise or fall with the batch size, in each of
# these three comparisons?*
#
# - **a** It rises in all three.
# - **b** It falls in all three.
# - **c** The three disagree.

# %%
sensitivity = experiments.sensitivity.run(preset=PRESET)
by_name = {sweep.name: sweep for sweep in sensitivity.sweeps}
panels = "Jacobian of the probabilities", "Gradient of the loss"
panels += "Largest eigenvalue", "How long it took"
plots.plot_sweeps([by_name[name] for name in panels]);

# %% tags=["hide-input"]
def by_clock(verdict, clock):
    """Return the claim on the largest mini-batches beside the smallest."""
    return claim(
        verdict,
        if_so=f"{clock}, the largest mini-batches make networks more"
        " sensitive than the smallest, by a factor of {times}.",
        if_not=f"{clock}, the largest mini-batches do not make networks more"
        " sensitive than the smallest: they are {times} times as sensitive.",
        if_undecided=f"{clock}, it stays open whether the largest mini-batches"
        " make networks more sensitive than the smallest.",
    )


display(
    by_clock(sensitivity.verdict("EPOCHS"), "After equally many epochs"),
    by_clock(sensitivity.verdict("UPDATES"), "After equally many updates"),
    by_clock(sensitivity.verdict("LOSS"), "At equal training loss"),
)
display(
    claim(
        sensitivity.verdict("DEFINITION"),
        if_so="The two definitions disagree: in at least one of the three"
        " comparisons the Jacobian rises more than the gradient of the loss,"
        " by a factor of {times}.",
        if_not="The definition is not the reason: in none of the three"
        " comparisons does the Jacobian rise much more than the gradient of"
        " the loss.",
        if_undecided="Whether the Jacobian rises more than the gradient of the"
        " loss in any of the three comparisons stays open.",
    )
)
claim(
    sensitivity.verdict("SHARPER"),
    if_so="At equal loss, larger mini-batches end where the loss is sharper,"
    " by a factor of {times}.",
    if_not="At equal loss, larger mini-batches do not end where the loss is"
    " sharper.",
    if_undecided="Whether larger mini-batches end where the loss is sharper"
    " stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** They disagree: it depends on what you hold equal. An untrained network
# gives all images similar probabilities, so sensitivity comes with training,
# and after equally many epochs the small mini-batches have made the most
# updates. Only the last comparison is between networks that fit their images
# equally well.
#
# </details>
#
# The upper panels show the two definitions of sensitivity for the same
# networks. If the answer were due to the definition, the panels would
# disagree. The lower ones show the largest eigenvalue of the Hessian, which
# says how sharp a minimum is, and the number of updates in each comparison.
#
# **For your own comparison of batch sizes:** say what you hold equal, epochs,
# updates or loss, and tune the learning rate for each batch size.
#
# **Learnt:** "equally long" has at least three meanings, and the choice of one
# can reverse a result. Say what was held equal before you say what came out.

# %% [markdown] anchor="exercises-landscape-solutions"
# ## Exercises: labels, updates and weights
#
# *About 8 minutes.*

# %% [markdown] tags=["exercise"]
# ### Exercise: how many labels are random? (read)
#
# Three networks were trained on the same 1,000 images. In one training all
# labels were right, in another half of them were drawn at random, and in the
# third all of them. The labels of the validation images are right. For each
# network, write how many of its labels were random: `"none"`, `"half"` or
# `"all"`. A guess has a loss of $\ln 10 = 2.30$.

# %% tags=["hide-input"]
plots.plot_unmarked(exercises.curves("labels"));

# %% tags=["exercise"]
random_labels_of = {"A": ..., "B": ..., "C": ...}
exercises.check("read-random-labels", random_labels_of)

# %% tags=["solution"]
exercises.check("read-random-labels", {"A": "half", "B": "none", "C": "all"})

# %% [markdown] tags=["exercise"]
# ### Exercise: equally many updates
#
# One network is trained on 55,000 images for 20 epochs with mini-batches of
# 100. How many epochs with mini-batches of 1,000 make the same number of
# updates?

# %% tags=["exercise"]
n_epochs = ...
exercises.check("equal-updates", n_epochs)

# %% tags=["solution"]
n_updates = 20 * 55_000 // 100
exercises.check("equal-updates", n_updates // (55_000 // 1000))

# %% [markdown] tags=["exercise"]
# ### Exercise: the weights of least norm
#
# `A` has fewer rows than columns, and rows that are linearly independent. Of
# all `w` with `A @ w` equal to `b`, return the one of least norm. It is
# $A^\top (A A^\top)^{-1} b$.


# %% tags=["exercise"]
def least_norm(A, b):
    return ...


exercises.check("least-norm", least_norm)


# %% tags=["solution"]
def least_norm(A, b):
    return A.T @ np.linalg.solve(A @ A.T, b)


exercises.check("least-norm", least_norm)

# %% [markdown] anchor="landscape-then-and-now"
# ## Then and now
#
# *About 5 minutes.*
#
# The claims of the report, and some that are often made beside them, were
# written down before any network of this chapter was trained, each with the
# smallest effect that would count. The report had one run for most claims;
# here every claim has several, and an interval.
#
# *Predict first: what share of these claims do the networks of this chapter
# support?*
#
# - **a** nearly all of them
# - **b** about two thirds
# - **c** less than half

# %% tags=["hide-input"]
answers = [
    equal_parameters,
    equal_images,
    trajectories,
    gradient_norm,
    plateaus,
    stationary,
    random_labels,
    widths,
    double_descent,
    interpolation,
    sensitivity,
]
words = [verdict.word for answer in answers for verdict in answer.verdicts]
supported = words.count("supported") / len(words)
print(experiments.tally(answers))
display(
    experiments.decided(
        a=supported >= 0.85, b=0.55 <= supported < 0.8, c=supported < 0.5
    )
)
Table.of(experiments.verdict_table(answers), folded="All claims, one by one")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The first line above counts them. Much of what one run seems to show can also
# be noise, or come from the learning rate, from the number of updates, or from
# what PCA makes of any path.
#
# </details>
#
# "Undecided" means that the interval contains the smallest effect that counts;
# more seeds could decide it. In the next table the published numbers stand
# beside ours. "Agrees" means that the mean of as many runs of ours could have
# been the published number. Numbers on images are compared only where the
# report's images are at hand.

# %% tags=["hide-input"]
print(f"Images: {IMAGES}.")
compared = [row.word for answer in answers for row in answer.compared]
print(
    f"{len(compared)} published numbers: {compared.count('yes')} agree with"
    f" ours, {compared.count('no')} do not, and for {compared.count('open')}"
    " we have too few runs to say."
)
tables = [answer.published_beside_measured() for answer in answers]
Table.of(pd.concat(tables), folded="All published numbers beside ours")

# %% [markdown]
# In short mode, networks are trained with fewer steps or fewer images than the
# report's, so some numbers differ for that reason alone. These points of the
# report have nothing to do with it:
#
# - A single run of each depth at one learning rate also compares [how well the
#   rate suits the depths](#equal-parameters).
# - The networks of "5,910" and "5,670" parameters have [5,920 and
#   7,205](#equal-parameters-mnist).
# - "Outwards", "in different directions" and "mostly the first layer" are
#   what [any set of paths](#weight-trajectories) shows.
# - The plateau at ".95" lies [at .095](#gradient-near-zero), and a minimal
#   ratio near 1/2 at a radius of $2 \cdot 10^{-7}$ is a coin toss.
# - The gradients called "almost zero" were those below .03;
#   [zero](#stationary-points) is another matter.
# - The captions of the two figures of [the gradient's norm](#gradient-norm)
#   are interchanged. So the text says of the function what is true of the
#   images, and the other way round.
# - "Parameters do not affect generalization": the figure beside it has test
#   accuracies from .38 to .67, for [49 networks](#width-and-generalization)
#   with 1,447 to 1,416,007 parameters.
# - "It can still fit random labels": the training loss fell only from 2.303,
#   which is ln 10 and thus guessing, [to 2.24](#random-labels).
# - [The wall](#interpolation) between two networks was put down to their batch
#   sizes. But they also had different initial weights, and 55,000 updates
#   against 5,500.
# - After equally many epochs, mini-batches of 5 and of 50,000 have made
#   1,100,000 and 110 [updates](#sensitivity). The report found that
#   sensitivity falls with the batch size, and blamed its definition.
# - "The range of all functions is between 0 and 2": that is their
#   [domain](#landscape-functions).
#
# What was trained, in detail: `print(interpolation.protocol)`, and likewise
# for the others.
#
# What to take home:
#
# - Beside a picture of what was learnt, put one of something that has learnt
#   nothing.
# - Tune both sides of a comparison, and say what was held equal.
# - Ask what else an explanation predicts, and measure that.
#
# **For your own claims:** write down what you expect, and the smallest effect
# that would count, before you train.
#
# **Learnt:** a picture of the landscape is an argument only beside its null,
# and one run is no argument at all.

# %% [markdown] anchor="references-05"
# ## References
#
# - Ainsworth, Hayase and Srinivasa (2023). [Git Re-Basin: merging models
#   modulo permutation symmetries](https://arxiv.org/abs/2209.04836). ICLR.
# - Antognini and Sohl-Dickstein (2018). [PCA of high dimensional random walks
#   with comparison to neural network
#   training](https://arxiv.org/abs/1806.08805). NeurIPS.
# - Belkin, Hsu, Ma and Mandal (2019). [Reconciling modern machine-learning
#   practice and the classical bias-variance
#   trade-off](https://doi.org/10.1073/pnas.1903070116). PNAS.
# - Cohen, Kaur, Li, Kolter and Talwalkar (2021). [Gradient descent on neural
#   networks typically occurs at the edge of
#   stability](https://arxiv.org/abs/2103.00065). ICLR.
# - Dauphin, Pascanu, Gulcehre, Cho, Ganguli and Bengio (2014). [Identifying
#   and attacking the saddle point problem in high-dimensional non-convex
#   optimization](https://arxiv.org/abs/1406.2572). NeurIPS.
# - Frye, Simon, Wadia, Ligeralde, DeWeese and Bouchard (2021). [Critical
#   point-finding methods reveal gradient-flat regions of deep network
#   losses](https://doi.org/10.1162/neco_a_01388). Neural Computation.
# - Fukumizu and Amari (2000). [Local minima and plateaus in hierarchical
#   structures of multilayer
#   perceptrons](https://doi.org/10.1016/S0893-6080(00)00009-5). Neural
#   Networks.
# - Goodfellow, Vinyals and Saxe (2015). [Qualitatively characterizing neural
#   network optimization problems](https://arxiv.org/abs/1412.6544). ICLR.
# - Guo, Pleiss, Sun and Weinberger (2017). [On calibration of modern neural
#   networks](https://arxiv.org/abs/1706.04599). ICML.
# - Keskar, Mudigere, Nocedal, Smelyanskiy and Tang (2017). [On large-batch
#   training for deep learning: generalization gap and sharp
#   minima](https://arxiv.org/abs/1609.04836). ICLR.
# - Li, Xu, Taylor, Studer and Goldstein (2018). [Visualizing the loss
#   landscape of neural nets](https://arxiv.org/abs/1712.09913). NeurIPS.
# - Novak, Bahri, Abolafia, Pennington and Sohl-Dickstein (2018). [Sensitivity
#   and generalization in neural networks: an empirical
#   study](https://arxiv.org/abs/1802.08760). ICLR.
# - 許芯瑜, 李祐賢 and 熊展軒 (2018). [Report on the first homework of "Machine
#   learning and having it deep and
#   structured"](https://github.com/r06922085/MLDS2018SPRING). The questions.
# - Zhang, Bengio, Hardt, Recht and Vinyals (2017). [Understanding deep
#   learning requires rethinking
#   generalization](https://arxiv.org/abs/1611.03530). ICLR.
