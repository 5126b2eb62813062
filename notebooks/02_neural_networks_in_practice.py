# ---
# jupyter:
#   jupytext:
#     formats: py:percent,ipynb
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] anchor="in-practice"
# # Neural networks in practice
#
# You know [what a network computes and how it learns](#overview). Now you
# train one, on real images, and make the decisions that every project asks
# for: which loss, how to scale the data, when to stop, how to keep the network
# from learning its training images by heart. Each decision is measured here,
# and you can change every number and run the cell again.
#
# 1. **[First network](#data)**: the images, the layers, the loss, the scaling.
# 2. **[Training well](#training-hyperparameters)**: epochs and batches,
#    predictions, when to stop.
# 3. **[Regularization](#one-change-at-a-time)**: capacity, penalties, dropout,
#    batch normalization, label smoothing; all of them in [one
#    table](#all-variants).

# %% [markdown]
# We write [Keras](https://keras.io), which says what a network is and leaves
# the arithmetic to a backend: TensorFlow (used here), JAX, PyTorch or, for
# prediction, OpenVINO.
#
# Good places to go on from here: the [Keras guides](https://keras.io/guides/),
# the book [Dive into Deep Learning](https://d2l.ai), [Practical Deep
# Learning](https://course.fast.ai) by fast.ai, and the [deep learning
# tutorials](https://uvadlc-notebooks.readthedocs.io) of the University of
# Amsterdam.

# %% tags=["hide-input"]
from dataclasses import replace

import pandas as pd
from lecture.network import drop_units, layout
from preamble import *

device.report()

# %% [markdown] anchor="data"
# ## The data
#
# *About 3 minutes.*
#
# Fashion-MNIST ([Xiao et al., 2017](https://arxiv.org/abs/1708.07747)) holds
# 70,000 photographs of clothes, 28 × 28 grey pixels each, in ten classes:
# 60,000 for training, 10,000 for the test.
#
# *Predict first: which two classes will a network confuse most?*

# %% tags=["hide-input"]
fashion = data.load_fashion_mnist(seed=SEED)
print(fashion)

# %% tags=["live"]
# Show ten training images with their classes.
rng = np.random.default_rng(SEED)
chosen = rng.choice(len(fashion.X_train), 10, replace=False)
classes = fashion.y_train[chosen].argmax(axis=1)
plots.plot_images(
    fashion.X_train[chosen], [fashion.class_names[c] for c in classes]
);
# %% [markdown]
# <details><summary>Answer</summary>
#
# Our network will answer for itself: its mistakes are [counted
# below](#predictions-and-evaluation). Keep your guess until then. The
# candidates are shirts, pullovers, coats and T-shirts.
#
# </details>
#
# Shirts, pullovers, coats and T-shirts share their outline; at this size some
# of them cannot be told apart by people either.
#
# The authors of the data fixed which images are for the test. We keep that
# split, so that our numbers can be compared with everybody else's, and take
# the validation images from the training part.
#
# **Learnt:** keep the official test images apart from the start, and look at
# the data before a network does.

# %% [markdown] anchor="building-the-network"
# ## Building the network
#
# *About 4 minutes.*
#
# A `Sequential` network is a chain of layers. Ours takes the image as a flat
# vector of 784 numbers, has two hidden layers of 512 ReLU units, and ends in
# ten units whose [softmax](#output-activations) gives each class a
# probability.
#
# *Predict first: the weights into the first hidden layer are a matrix. How
# many rows and columns does it have?*

# %% tags=["live", "slide-code"]
# Build the network 784-512-512-10: ReLU, He's initial weights, a softmax.
network = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        keras.layers.Dense(
            512, activation="relu", kernel_initializer="he_normal"
        ),
        keras.layers.Dense(
            512, activation="relu", kernel_initializer="he_normal"
        ),
        keras.layers.Dense(10, activation="softmax"),
    ]
)

# %% [markdown]
# We shall build many of these, so `models.mlp` ("multilayer perceptron") does
# it in one line, and compiles it too. It is the same network:

# %%
shapes = [
    [tuple(weight.shape) for weight in net.weights]
    for net in (network, models.mlp(512, 512))
]
assert shapes[0] == shapes[1]
print(shapes[0])

# %% [markdown]
# <details><summary>Answer</summary>
#
# 784 rows, one for each input, and 512 columns, one for each unit. So a whole
# batch of images, a row each, is one matrix product:
# $\mathbf{X}\mathbf{W}^{(1)} + \mathbf{b}^{(1)}$.
#
# </details>
#
# Matrices and vectors alternate in the list: the weights of a layer, then its
# biases. A network that knows which pixels are neighbours is [another
# architecture](#other-architectures); this one would learn as well if all
# pixels were shuffled in the same way.
#
# Keras starts the weights of a dense layer by Glorot's rule unless told
# otherwise. ReLU sets half of its inputs to 0, so we ask for [He's
# rule](#weight-initialization), which makes up for that with a variance twice
# as large (where a layer is as wide as the one below).
#
# **Learnt:** a dense network is a list of layers, and each layer is a matrix
# of shape (inputs, units) with a vector of biases.

# %% [markdown] anchor="model-summary"
# ## How many numbers does it learn?
#
# *About 3 minutes.*
#
# Each unit of a dense layer has one weight for each of its inputs, and one
# bias:
#
# $$n_\text{parameters} = (n_\text{inputs} + 1) \cdot n_\text{units}$$
#
# *Predict first: where do most of the parameters sit? In the first layer, the
# second, the last?*

# %%
network.summary()

# %% [markdown]
# By hand:

# %% tags=["live", "slide-code"]
# Count the parameters of each layer by hand.
by_hand = {
    "hidden layer 1": (28 * 28 + 1) * 512,
    "hidden layer 2": (512 + 1) * 512,
    "output layer": (512 + 1) * 10,
}
for layer, count in by_hand.items():
    print(f"{layer}: {count:,}")
print(f"together: {sum(by_hand.values()):,}")
assert sum(by_hand.values()) == network.count_params()

# %% [markdown]
# <details><summary>Answer</summary>
#
# In the first: 401,920 of 669,706. Both hidden layers have 512 units, but the
# first has 784 inputs and the second 512.
#
# </details>
#
# By [the formula](#eq-model-summary) it is the product of inputs and units
# that counts. A layer of ten units costs little, however many inputs it has.
#
# **Learnt:** count parameters by hand once; in a dense network most of them
# sit where a wide layer follows a wide one.

# %% [markdown] anchor="loss-optimizer-metrics"
# ## Loss, optimizer, metrics
#
# *About 7 minutes.*
#
# Before a network can learn, it has to be told three things:
#
# - the **loss**, which training makes small;
# - the **optimizer**, which makes it small; [RMSprop](#adaptive-gradients) is
#   a good first choice;
# - **metrics**, which only people read, such as the accuracy.
#
# The short form names them, and takes every default.

# %% tags=["live", "slide-code"]
# Compile the network, the short form.
network.compile(
    loss="categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"]
)

# %% [markdown]
# The long form makes the objects itself, so that each can be given arguments.

# %% tags=["slide-code"]
network.compile(
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.01),
    optimizer=keras.optimizers.RMSprop(learning_rate=0.001, momentum=0.0),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)

# %% [markdown]
# A trap waits in the last line. `keras.metrics.Accuracy` asks whether output
# and label are *equal*, and a probability of 0.98 is not equal to 1. The text
# `"accuracy"` is safe: Keras then picks the accuracy that fits the loss.

# %% [markdown]
# ### Three cross-entropies
#
# Cross-entropy asks one thing only: which probability did the right class get?
# With one-hot labels $y$, over a batch of $n$ images and $k$ classes:
#
# $$\mathcal{L} = -\frac{1}{n} \sum_{i=1}^{n} \sum_{c=1}^{k} y_{i,c}\, \ln \hat{y}_{i,c}$$
#
# *Predict first: the same network learns from one-hot labels and from class
# numbers, each with its own loss. Which one ends with the lower loss?*

# %%
few = slice(0, 5000)
X, one_hot = fashion.X_train[few], fashion.y_train[few]
numbers = one_hot.argmax(axis=1)
is_shoe = np.isin(numbers, [5, 7, 9]).astype(
    "float32"
)  # sandal, sneaker, ankle boot

cases = {
    "categorical, one-hot labels": (dict(loss="categorical"), one_hot),
    "sparse, class numbers": (dict(loss="sparse"), numbers),
    "binary, one output: is it a shoe?": (dict(loss="binary"), is_shoe),
}
for name, (options, y) in cases.items():
    device.seed_everything(SEED)
    learnt = (
        models.mlp(64, **options)
        .fit(X, y, epochs=2, batch_size=64, verbose=0)
        .history
    )
    loss, accuracy = learnt["loss"][-1], learnt["accuracy"][-1]
    print(f"{name:35} loss {loss:.4f}   accuracy {accuracy:.3f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Neither. In [the inner sum](#eq-loss-optimizer-metrics) only the right class
# counts, because all other labels are 0: what is left is $-\ln$ of its
# probability. The sparse form looks that probability up by the class number.
# The first two lines agree, up to rounding.
#
# </details>
#
# Class numbers only save the memory of the zeros. The third line asks an
# easier question, and answers it with a single sigmoid unit:
#
# $$\mathcal{L} = -\frac{1}{n} \sum_{i=1}^{n} \big( y_i \ln \hat{y}_i + (1 - y_i) \ln (1 - \hat{y}_i) \big)$$
#
# which is the first formula for two classes with the probabilities $\hat{y}$
# and $1 - \hat{y}$.
#
# **Learnt:** the loss follows from how the labels are written: one-hot,
# numbers, or a single yes or no.

# %% [markdown] anchor="preprocessing"
# ## Preprocessing
#
# *About 6 minutes.*
#
# Three things happen to the images before a network sees them.
#
# - **Scaling.** Pixels run from 0 to 255. Such inputs make large sums, large
#   gradients, and weights that have to shrink before they can learn.
# - **Reshaping** to what the first layer expects: here (28, 28) becomes
#   (784,).
# - **One-hot encoding**: class 4 becomes a vector of ten numbers with a 1 at
#   position 4. Labels start at 0.

# %% tags=["hide-input"]
raw = data.load_fashion_mnist(
    scale="raw", flatten=False, one_hot=False, seed=SEED
)
for name, these in {"raw:": raw, "prepared:": fashion}.items():
    pixels, label = these.X_train, these.y_train[0]
    lowest, highest = pixels.min(), pixels.max()
    print(
        f"{name:9} {pixels.shape} from {lowest:.0f} to {highest:.0f},"
        f" first label {label}"
    )

# %% [markdown]
# ### Two ways of scaling
#
# *Min-max* to [0, 1]; or *standardizing* each pixel to mean 0 and standard
# deviation 1, with its mean $\bar{x}$ and deviation $\sigma_x$ over the
# training images:
#
# $$x_\text{min-max} = \frac{x}{255} \qquad x_\text{standardized} = \frac{x - \bar{x}}{\sigma_x}$$
#
# *Predict first: textbooks ask for a mean near 0. How much accuracy does
# standardizing gain over min-max, and how much does no scaling at all lose?*

# %% tags=["slide-code"]
scaled = {}
for name, scale in {
    "raw, 0 to 255": "raw",
    "min-max": "minmax",
    "standardized": "standard",
}.items():
    images = data.load_fashion_mnist(scale=scale, seed=SEED)
    scaled[name] = training.fit_seeds(
        lambda: models.mlp(256, 32),
        images,
        seeds=by_mode(short=2, full=5),
        epochs=by_mode(short=1, full=10),
    )
    print(f"{name}: {scaled[name].describe()}")
plots.plot_variants(
    {name: runs.test["accuracy"] for name, runs in scaled.items()},
    label="test accuracy",
);
# %% [markdown]
# <details><summary>Answer</summary>
#
# Not scaling costs most. Standardizing has a head start, because its inputs
# are centred; the more updates, the less is left of it. Compare the distance
# between the two bars with that between two points of one row before you call
# one of them better.
#
# </details>
#
# The points of a row differ in nothing but the seed. The mean and deviation
# come from the training images alone: the test images must not be looked at,
# not even for their mean. Where features come in different units (metres
# beside years), standardizing matters more than it does for pixels. Centred
# inputs as a help for gradient descent: [LeCun et al.,
# 1998](https://doi.org/10.1007/3-540-49430-8_2).
#
# **Learnt:** scale the inputs, with numbers from the training part only; how
# you scale matters less than that you do.

# %% [markdown] anchor="exercises-first-network"
# ## Exercises: a first network
#
# *About 12 minutes.*
#
# Replace the three dots with your answer and run the cell. It says
# whether you are right, and if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: parameters by hand
#
# How many parameters has a 784-256-32-10 network?

# %% tags=["exercise"]
n_parameters = ...
exercises.check("parameters-by-hand", n_parameters)

# %% tags=["solution"]
exercises.check(
    "parameters-by-hand", (784 + 1) * 256 + (256 + 1) * 32 + (32 + 1) * 10
)

# %% [markdown] tags=["exercise"]
# ### Exercise: one-hot
#
# Return class numbers such as `[2, 0, 1]` as one-hot rows, an array of shape
# (n, n_classes).


# %% tags=["exercise"]
def one_hot(labels, n_classes):
    return ...


exercises.check("one-hot", one_hot)


# %% tags=["solution"]
def one_hot(labels, n_classes):
    return np.eye(n_classes)[labels]


exercises.check("one-hot", one_hot)

# %% [markdown] tags=["exercise"]
# ### Exercise: standardizing
#
# Return both parts with mean 0 and standard deviation 1, as far as that is
# allowed: one mean and one standard deviation for all numbers.


# %% tags=["exercise"]
def standardized(X_train, X_test):
    return ...


exercises.check("standardize", standardized)


# %% tags=["solution"]
def standardized(X_train, X_test):
    mean, deviation = X_train.mean(), X_train.std()
    return (X_train - mean) / deviation, (X_test - mean) / deviation


exercises.check("standardize", standardized)

# %% [markdown] tags=["exercise"]
# ### Exercise: cross-entropy
#
# A network gives an image the probabilities 0.1, 0.7 and 0.2, and the second
# class is true. What is the loss? Three digits are enough.

# %% tags=["exercise"]
loss = ...
exercises.check("cross-entropy", loss)

# %% tags=["solution"]
exercises.check("cross-entropy", -np.log(0.7))

# %% [markdown] anchor="training-hyperparameters"
# ## Epochs and batch size
#
# *About 10 minutes.*
#
# An *epoch* shows the network every training image once. A *batch* is how many
# it sees between two [updates](#mini-batch-sgd). An epoch over
# $n_\text{train}$ images in batches of $n$ makes
#
# $$n_\text{updates} = \left\lceil \frac{n_\text{train}}{n} \right\rceil$$
#
# A first training, with small batches.
#
# *Predict first: batches of 32. About how many updates does one epoch make?*

# %% tags=["live", "slide-code"]
# Train 784-512-512-10 with batches of 32, and score it on the test images.
seeds = by_mode(short=1, full=3)
first = training.fit_seeds(
    lambda: models.mlp(512, 512),
    fashion,
    seeds=seeds,
    epochs=by_mode(short=1, full=3),
    batch_size=32,
)
updates = -(-len(fashion.X_train) // 32)
print(
    f"784-512-512-10, batch 32, {first.epochs[0]} epoch(s) of {updates:,}"
    f" updates: {first.describe()}"
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The printed line has the number. All 60,000 images without a validation part
# would make 1,875.
#
# </details>
#
# Small batches mean many noisy updates, large ones few exact updates that use
# the machine better.
#
# An earlier version of this lecture published 0.7547 for three epochs of this
# very network. That is not what the network reaches: the number came from a
# graphics driver that computed wrong training steps on these images, and
# nobody noticed, because the curve looked plausible. `python -m lecture check`
# therefore compares your device with the processor before you trust it.

# %% [markdown]
# ### The generalization gap
#
# Large batches are said to generalize less well. After equally many *epochs*
# they have simply made fewer updates, so that comparison says little. Let each
# batch size train until it fits the training images equally well, and compare
# the test images then.
#
# *Predict first: at the same training loss, which batch size has the best test
# accuracy?*

# %%
few_images = replace(
    fashion,
    X_train=fashion.X_train[:10_000],
    y_train=fashion.y_train[:10_000],
    X_val=fashion.X_val[:2_000],
    y_val=fashion.y_val[:2_000],
)


class StopAtLoss(keras.callbacks.Callback):
    """End the training once the training loss is low enough."""

    def __init__(self, loss):
        super().__init__()
        self.loss = loss

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = logs["loss"] < self.loss


# %%
by_batch = {}
for batch_size in (32, 128, 512):
    by_batch[f"batch {batch_size}"] = runs = training.fit_seeds(
        lambda: models.mlp(256, 32),
        few_images,
        seeds=by_mode(short=2, full=10),
        epochs=60,
        batch_size=batch_size,
        callbacks=lambda: [StopAtLoss(0.45)],
    )
    updates = runs.epochs.mean() * len(few_images.X_train) / batch_size
    gap = runs.last("accuracy") - runs.test["accuracy"]
    print(
        f"batch {batch_size:4}: {runs.epochs.mean():4.1f} epochs,"
        f" {updates:5.0f} updates, {runs.describe()}, gap {gap.mean():.3f}"
    )
plots.plot_variants(
    {name: runs.test["accuracy"] for name, runs in by_batch.items()},
    label="test accuracy at equal training loss",
);

# %% [markdown]
# <details><summary>Answer</summary>
#
# Hold the distance between two bars against the range of the points in one
# row. A distance that is not larger than the range says nothing: with other
# seeds another batch size would have won.
#
# </details>
#
# The large batch needs more epochs, but far fewer updates. The last column of
# the printed lines is the gap between training and test accuracy. Such a gap
# was reported for much larger networks and batches ([Keskar et al.,
# 2017](https://arxiv.org/abs/1609.04836)); with enough updates it can be
# closed ([Hoffer et al., 2017](https://arxiv.org/abs/1705.08741)).

# %% [markdown]
# ### Growing the batch instead of shrinking the rate
#
# Noise in the updates helps early and hurts late. Its size goes with the
# learning rate and against the batch size:
#
# $$\text{noise} \propto \frac{\eta}{n}$$
#
# The usual remedy is to [shrink $\eta$](#learning-rate-schedules) in steps.
# One can also let the batch size $n$ grow by the same factor ([Smith et al.,
# 2018](https://arxiv.org/abs/1711.00489)).
#
# *Predict first: which of the two remedies needs fewer updates?*


# %% tags=["hide-input"]
def in_stages(rates, batch_sizes):
    """Train a third of the epochs at each learning rate and batch size."""

    def train(model, images):
        history = {}
        for rate, batch_size in zip(rates, batch_sizes):
            model.optimizer.learning_rate = rate
            part = model.fit(
                images.X_train,
                images.y_train,
                epochs=by_mode(short=2, full=8),
                batch_size=batch_size,
                verbose=0,
                validation_data=(images.X_val, images.y_val),
            ).history
            for metric, values in part.items():
                history[metric] = history.get(metric, []) + values
        return history

    return train


# %%
stages = {
    "constant": ((0.1, 0.1, 0.1), (128, 128, 128)),
    "smaller rate": ((0.1, 0.025, 0.00625), (128, 128, 128)),
    "larger batch": ((0.1, 0.1, 0.1), (128, 512, 2048)),
}
staged = {}
for name, (rates, batch_sizes) in stages.items():
    staged[name] = training.fit_seeds(
        lambda: models.mlp(256, 32, optimizer=keras.optimizers.SGD(0.1)),
        few_images,
        seeds=by_mode(short=1, full=5),
        epochs=1,
        train=in_stages(rates, batch_sizes),
    )
    updates = sum(-(-len(few_images.X_train) // b) for b in batch_sizes) / 3
    print(
        f"{name:13} {staged[name].describe()},"
        f" {updates:.0f} updates an epoch on average"
    )
plots.plot_history(
    {name: runs.histories[0] for name, runs in staged.items()},
    metrics=["val_loss"],
    overlay=True,
);
# %% [markdown]
# <details><summary>Answer</summary>
#
# The larger batch: each stage makes a quarter of the updates of the stage
# before, where the smaller rate makes as many as ever. The printed lines have
# the numbers.
#
# </details>
#
# All three start alike, because the first third is the same for all; the
# curves part where the rate shrinks or the batch grows. Where the constant
# rate has bumps, they are the noise. In the few epochs of short mode noise has
# no time to hurt, and the calmer two may end behind; full mode asks the
# question properly.
#
# **Learnt:** compare batch sizes at equal fit or equal updates, not at equal
# epochs; a larger batch calms the updates as a smaller rate does, with fewer
# of them.

# %% [markdown] anchor="predictions-and-evaluation"
# ## Predictions and evaluation
#
# *About 6 minutes.*
#
# `predict` returns a row of probabilities for each image. The highest is the
# answer; how far it stands above the others is how sure the network says it
# is.

# %% tags=["live", "slide-code"]
# Predict the test images, and show one prediction with its probabilities.
network = first.models[0]
probabilities = network.predict(
    fashion.X_test, verbose=0
)  # (n_images, 10), rows sum to 1
truth = fashion.y_test.argmax(axis=1)
plots.plot_prediction(
    fashion.X_test[4], probabilities[4], fashion.class_names, truth=truth[4]
);
# %% [markdown] tags=["slide"]
# Of all images that it gets wrong, which one is it surest of?
#
# *Predict first: what probability does it give to that wrong answer? About
# 0.5, about 0.8, nearly 1?*

# %%
wrong = np.flatnonzero(probabilities.argmax(axis=1) != truth)
worst = wrong[probabilities[wrong].max(axis=1).argmax()]
plots.plot_prediction(
    fashion.X_test[worst],
    probabilities[worst],
    fashion.class_names,
    truth=truth[worst],
);
# %% tags=["hide-input"]
surest = probabilities[worst].max()
print(
    f"{len(probabilities):,} predictions, {len(wrong):,} wrong;"
    f" the surest of the wrong ones has probability {surest:.3f}"
)
mistakes = np.zeros((10, 10), int)
np.add.at(mistakes, (truth[wrong], probabilities[wrong].argmax(axis=1)), 1)
pairs = {
    (a, b): mistakes[a, b] + mistakes[b, a]
    for a in range(10)
    for b in range(a)
}
for a, b in sorted(pairs, key=pairs.get, reverse=True)[:3]:
    one, other = fashion.class_names[b], fashion.class_names[a]
    print(f"{one} and {other}: taken for each other {pairs[a, b]} times")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The first printed line says it. A probability that comes out of a softmax is
# how sure the network is, not how often it is right: among many images there
# are some that look like another class, and it does not know that it does not
# know.
#
# </details>
#
# The pairs below it answer the question at the [beginning](#data): which two
# classes are confused most.
#
# `evaluate` boils all of the test part down to the loss and the metrics. It is
# the official test set, and the network never saw it.

# %% tags=["live", "slide-code"]
# Evaluate the network on the test images.
test_loss, test_accuracy = network.evaluate(
    fashion.X_test, fashion.y_test, verbose=0
)
print(f"test loss {test_loss:.3f}, test accuracy {test_accuracy:.4f}")

# %% [markdown]
# **Learnt:** look at single predictions, above all at the surest mistakes; one
# number for all images hides them.

# %% [markdown] anchor="model-selection"
# ## Model selection: watch it train
#
# *About 4 minutes.*
#
# How many epochs are enough? Follow the loss on the validation images, which
# the network does not learn from. `TrainingPlot` draws it while the training
# runs.
#
# *Predict first: the training loss will go on falling. Will the validation
# loss?*

# %% tags=["live", "slide-code"]
# Train 784-512-512-10 and watch the curves grow.
device.seed_everything(SEED)
network = models.mlp(512, 512)
curves = training.TrainingPlot()
network.fit(
    fashion.X_train,
    fashion.y_train,
    epochs=by_mode(short=6, full=25),
    batch_size=512,
    verbose=0,
    validation_data=(fashion.X_val, fashion.y_val),
    callbacks=[curves],
);
# %% [markdown]
# <details><summary>Answer</summary>
#
# For a while. It follows the training loss down, gets bumpy, and then turns
# up. In short mode you may see only the beginning; the 25 epochs of full mode
# show it best.
#
# </details>
#
# From the turn on the network learns its training images rather than clothes.
# The ring marks the best epoch. Everything after it is wasted, or worse.
#
# **Learnt:** the training loss says how well the network knows its images; the
# validation loss says when to stop.

# %% [markdown] anchor="early-stopping"
# ## Early stopping
#
# *About 7 minutes.*
#
# So stop when the validation loss no longer improves. Because it is bumpy,
# wait a few epochs before believing it (`patience`), and then go back to the
# weights of the best epoch (`restore_best_weights`; without it Keras keeps the
# last ones).
#
# *Predict first: how many epochs of work are thrown away in the end?*

# %% tags=["live", "slide-code"]
# Train again, and stop early.
device.seed_everything(SEED)
network = models.mlp(512, 512)
stop = keras.callbacks.EarlyStopping(
    monitor="val_loss",
    patience=by_mode(short=2, full=3),
    restore_best_weights=True,
)
curves = training.TrainingPlot(early_stopping=stop)
network.fit(
    fashion.X_train,
    fashion.y_train,
    epochs=25,
    batch_size=512,
    verbose=0,
    validation_data=(fashion.X_val, fashion.y_val),
    callbacks=[stop, curves],
);
# %% [markdown]
# <details><summary>Answer</summary>
#
# As many as the patience says: the epochs after the ring. (Fewer, if all 25
# epochs are over before the patience is.)
#
# </details>
#
# Those epochs are the price for knowing that the best one was the best.
# Patience 0 would pay nothing, and stop at the first bump.

# %% [markdown]
# ### Stopping on a moving average
#
# Patience counts epochs since the last record, and one lucky epoch sets a
# record that is hard to beat. A mean over the last $h$ epochs, up to epoch
# $t$, asks about the trend:
#
# $$\bar{\mathcal{L}}_t = \frac{1}{h} \sum_{i=0}^{h-1} \mathcal{L}_{t-i}$$
#
# With a large learning rate the loss is bumpy enough to see the difference.
#
# *Predict first: which rule stops later, and is it the better one?*

# %%
rules = {
    "patience 2": lambda: keras.callbacks.EarlyStopping(
        patience=2, restore_best_weights=True
    ),
    "mean of 3, patience 2": lambda: training.SmoothedEarlyStopping(
        window=3, patience=2, restore_best_weights=True
    ),
}
bumpy = {
    name: training.fit_seeds(
        lambda: models.mlp(256, 32, optimizer=keras.optimizers.RMSprop(0.003)),
        few_images,
        seeds=by_mode(short=1, full=10),
        epochs=40,
        batch_size=128,
        callbacks=lambda rule=rule: [rule()],
    )
    for name, rule in rules.items()
}
for name, runs in bumpy.items():
    stopped = runs.epochs.mean()
    print(f"{name:22} stopped after {stopped:.1f} epochs, {runs.describe()}")
plots.plot_history(
    {name: runs.histories[0] for name, runs in bumpy.items()},
    metrics=["val_loss"],
    overlay=True,
);
# %% [markdown]
# <details><summary>Answer</summary>
#
# Usually the mean stops later, because it waits out a bump, and pays for it
# with more epochs. Whether that bought anything is in the test accuracies of
# the two lines: a difference of less than what a seed makes bought nothing.
#
# </details>
#
# Both curves are the same training until the first rule ends it.
#
# **Learnt:** stop on the validation loss, with patience, and go back to the
# best weights; on a bumpy loss ask for the trend.

# %% [markdown] anchor="exercises-training-well"
# ## Exercises: training well
#
# *About 10 minutes.*
#
# Replace the three dots with your answer and run the cell. It says
# whether you are right, and if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: updates
#
# How many updates are made in 10 epochs of 50,000 images, with a batch size of
# 512?

# %% tags=["exercise"]
n_updates = ...
exercises.check("counting-updates", n_updates)

# %% tags=["solution"]
exercises.check("counting-updates", int(np.ceil(50_000 / 512)) * 10)

# %% [markdown] tags=["exercise"]
# ### Exercise: accuracy
#
# Return the accuracy of `probabilities`, of shape (n, n_classes), against
# class numbers `labels`.


# %% tags=["exercise"]
def accuracy(probabilities, labels):
    return ...


exercises.check("accuracy", accuracy)


# %% tags=["solution"]
def accuracy(probabilities, labels):
    return np.mean(probabilities.argmax(axis=1) == labels)


exercises.check("accuracy", accuracy)

# %% [markdown] tags=["exercise"]
# ### Exercise: early stopping
#
# Given the validation loss of each epoch and the patience, return after which
# epoch, counted from 1, the training ends: as soon as the loss has not been
# below its record for `patience` epochs in a row, or after the last epoch.


# %% tags=["exercise"]
def stops_after(losses, patience):
    return ...


exercises.check("stopping-epoch", stops_after)


# %% tags=["solution"]
def stops_after(losses, patience):
    best, waited = np.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited == patience:
            return epoch
    return len(losses)


exercises.check("stopping-epoch", stops_after)

# %% [markdown] anchor="one-change-at-a-time"
# ## One baseline, one change at a time
#
# *About 3 minutes.*
#
# From here on we compare remedies against overfitting. For a comparison to
# mean something, everything else has to stay the same: one baseline (256 and
# 32 units), one number of epochs, the same seeds, the same initial weights,
# and one change. All of them meet again in [one table](#all-variants) at the
# end.
#
# *Predict first: two variants, one run each, and one is better by half a
# percent. Which one should you use?*

# %%
SEEDS, EPOCHS = by_mode(short=2, full=5), by_mode(short=3, full=30)
variants = {}


def compare(name, build):
    """Train a variant for all seeds; draw its first beside the baseline's."""
    variants[name] = training.fit_seeds(
        build, fashion, seeds=SEEDS, epochs=EPOCHS
    )
    print(f"{name}: {variants[name].describe()}")
    if name != "baseline":
        plots.plot_history(
            {
                label: variants[label].histories[0]
                for label in ("baseline", name)
            },
            metrics=["loss", "val_loss"],
            overlay=True,
        )


compare("baseline", lambda: models.mlp(256, 32))

# %% [markdown]
# <details><summary>Answer</summary>
#
# Nobody can tell. One run each does not say how much of the half percent is
# the seed. The printed range is what the seed alone does to the baseline.
#
# </details>
#
# The range in the printed line belongs to one and the same network, trained
# from different initial weights on batches in a different order.
#
# **Learnt:** change one thing at a time, repeat it over seeds, and hold every
# difference against the range.

# %% [markdown] anchor="memorization-capacity"
# ## Memorization capacity
#
# *About 4 minutes.*
#
# The number of parameters is a network's *capacity*: with enough of it, a
# network can store its training images in its weights instead of finding out
# what they have in common. A small network has to summarize.
#
# *Predict first: the baseline has about a third of the parameters of 512-512.
# How much accuracy does that cost?*

# %% tags=["live", "slide-code"]
# Compare the baseline with a network of 512 and 512 units.
compare("512-512", lambda: models.mlp(512, 512))
for name in ("baseline", "512-512"):
    print(f"{name}: {variants[name].models[0].count_params():,} parameters")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Compare the printed accuracies, and hold their difference against the ranges.
# Two thirds of the parameters do not buy much on these images.
#
# </details>
#
# The large network is often ahead in the first epochs, which is not the same
# as being better in the end. How much a network *can* store is striking: large
# ones learn even random labels by heart ([Zhang et al.,
# 2017](https://arxiv.org/abs/1611.03530)). Start small, and add units until
# the network begins to overfit; beyond that point they are there to be
# regularized.
#
# **Learnt:** capacity beyond the need is spent on memorizing.

# %% [markdown] anchor="information-bottleneck"
# ## Information bottleneck
#
# *About 6 minutes.*
#
# What one layer drops, no later layer can bring back. Squeeze the second
# hidden layer to two units, and ten classes have to be told apart by two
# numbers.
#
# *Predict first: does this network overfit?*

# %%
bottleneck = training.fit_seeds(
    lambda: models.mlp(256, 2),
    fashion,
    seeds=by_mode(short=3, full=10),
    epochs=EPOCHS,
)
variants["bottleneck, 256-2"] = bottleneck
outputs = []
for seed, trained in zip(bottleneck.seeds, bottleneck.models):
    two_units = keras.Model(
        trained.inputs[0], trained.get_layer("hidden_2").output
    )
    outputs.append(
        keras.ops.convert_to_numpy(two_units(fashion.X_test))
    )  # (n_images, 2)
    alive = int((outputs[-1] > 0).any(axis=0).sum())
    print(
        f"seed {seed}: {alive} of 2 units alive,"
        f" accuracy {bottleneck.last('accuracy')[seed]:.3f} in training,"
        f" {bottleneck.test['accuracy'][seed]:.3f} on the test images"
    )

# %% tags=["hide-input"]
best = int(bottleneck.test["accuracy"].argmax())
plots.plot_representation(outputs[best], truth, fashion.class_names);
# %% [markdown]
# <details><summary>Answer</summary>
#
# It cannot even fit. Compare the two accuracies in each line with those of the
# baseline: it is lower on the training images already.
#
# </details>
#
# The figure shows the best seed. With both units alive, each class becomes a
# direction in the quarter plane that two ReLUs leave; with one, ten classes
# share a line. Those that lie close together are the ones it confuses.
#
# And look at the seeds: a ReLU whose input is negative for every image passes
# no gradient and [never recovers](#activation-gradients). In a layer of 256
# nobody misses it. In a layer of two it takes half of the network's view, and
# when both die every image gets the same answer, which is right one time in
# ten.
#
# **Learnt:** a layer that is too narrow loses what nobody can bring back.

# %% [markdown] anchor="weight-regularization"
# ## Weight regularization
#
# *About 7 minutes.*
#
# Add the size of the weights to the loss, and the network has to pay for each
# of them.
#
# $$\text{L2: } \mathcal{L} + \lambda \sum_w w^2 \qquad \text{L1: } \mathcal{L} + \lambda \sum_w |w|$$
#
# *Predict first: draw, in your mind, the histogram of the first layer's
# weights for no penalty, L2 and L1.*

# %% [markdown]
# The gradients of [the two penalties](#eq-weight-regularization) are
# $2 \lambda w$ and $\lambda\, \text{sign}(w)$. L2 pulls hardest at large
# weights, so all become small. L1 pulls at each with the same force, down to
# the last bit, so many become zero.

# %% tags=["live", "slide-code"]
# L2, with λ = 0.001.
compare("L2, 0.001", lambda: models.mlp(256, 32, l2=0.001))

# %% tags=["live", "slide-code"]
# L1, with λ = 0.0001.
compare("L1, 0.0001", lambda: models.mlp(256, 32, l1=0.0001))

# %%
plots.plot_weight_histograms(
    {
        name: variants[name].models[0].get_layer("hidden_1").get_weights()[0]
        for name in ("baseline", "L2, 0.001", "L1, 0.0001")
    }
);
# %% [markdown]
# <details><summary>Answer</summary>
#
# Without penalty the weights keep about the bell in which they started. L2
# pulls the weights together around zero. L1 piles them up *at* zero, until
# only the few are left that pay for themselves: sparse against small. The
# titles say how far that has come after these epochs.
#
# </details>
#
# Note the logarithmic scale. (The penalty is part of the loss that Keras
# reports, so compare the accuracies of these variants, not their losses.)
#
# Under plain SGD, L2 is the same as *weight decay*, which shrinks each weight
# a little at every update:
#
# $$w \leftarrow w - \eta \left( \frac{\partial \mathcal{L}}{\partial w} + 2 \lambda w \right) = (1 - 2 \eta \lambda)\, w - \eta\, \frac{\partial \mathcal{L}}{\partial w}$$
#
# Under RMSprop or Adam it is not, because the penalty's gradient is divided by
# the running size of the gradients; that is why Keras has `AdamW` ([Loshchilov
# and Hutter, 2019](https://arxiv.org/abs/1711.05101)).
#
# **Learnt:** L2 makes weights small, L1 makes weights zero, and either is paid
# for in the loss.

# %% [markdown] anchor="dropout"
# ## Dropout
#
# *About 5 minutes.*
#
# While training, set each activation of a layer to 0 with probability
# $p_\text{drop}$, anew for every image of every batch ([Srivastava et al.,
# 2014](https://jmlr.org/papers/v15/srivastava14a.html)). No unit can rely on
# one particular other unit being there, so what is learnt has to be spread
# out.
#
# *Predict first: with $p_\text{drop} = 0.5$, does the next layer receive half
# of what it received before?*

# %% tags=["hide-input"]
net = layout([4, 6, 6, 2])
figure, axes = plt.subplots(1, 2, figsize=(10, 4))
for image, ax in enumerate(axes, start=1):
    plots.plot_network(net, ax=ax, dropped=drop_units(net, 0.5, rng=image))
    ax.set_title(f"image {image}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# It would, on average, if nothing were done about it. And when predicting,
# where nothing is dropped, it would hear $1/(1 - p_\text{drop})$ times as much
# as it was trained on. So Keras *scales up* what is kept, during training
# ("inverted" dropout), and the expected value stays what it was. Prediction
# then needs no correction.
#
# </details>
#
# In the drawing each image has lost other units, and learns with what is left.
# With $m = 0$ for a dropped activation and $m = 1$ for one that is kept:
#
# $$\tilde{a} = \frac{m}{1 - p_\text{drop}}\, a, \qquad \mathbb{E}[\tilde{a}] = \frac{1 - p_\text{drop}}{1 - p_\text{drop}}\, a = a$$
#
# See for yourself, on a layer that receives only ones:

# %% tags=["live", "slide-code"]
# Dropout on 10,000 ones: while training, and when predicting.
drop = keras.layers.Dropout(0.5, seed=SEED)
ones = np.ones((1, 10_000), dtype="float32")
for name, is_training in {"training:": True, "predicting:": False}.items():
    out = np.array(drop(ones, training=is_training))
    print(f"{name:11} values {np.unique(out)}, mean {out.mean():.2f}")

# %% [markdown]
# **Learnt:** dropout removes units at random while training and scales up the
# rest, so that the expected input of the next layer stays the same.

# %% [markdown] anchor="dropout-layers"
# ## Dropout layers
#
# *About 4 minutes.*
#
# In Keras dropout is a layer of its own, after the layer whose outputs it
# drops.
#
# *Predict first: with dropout, which loss will be the lower one, on the
# training or on the validation images?*

# %% tags=["live", "slide-code"]
# Write the baseline with dropout, 0.3, after each hidden layer.
with_dropout = keras.Sequential(
    [
        keras.Input(shape=(28 * 28,)),
        keras.layers.Dense(
            256, activation="relu", kernel_initializer="he_normal"
        ),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(
            32, activation="relu", kernel_initializer="he_normal"
        ),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
assert (
    with_dropout.count_params()
    == models.mlp(256, 32, dropout=0.3).count_params()
)  # dropout learns nothing

# %% [markdown]
# In one line, and trained:

# %%
compare("dropout, 0.3", lambda: models.mlp(256, 32, dropout=0.3))

# %% [markdown]
# <details><summary>Answer</summary>
#
# The validation loss may lie *below* the training loss, above all in the first
# epochs: the training loss is measured with units missing, the validation loss
# with all of them at work.
#
# </details>
#
# In full mode you see the two stay together long after the baseline's have
# parted.
#
# **Learnt:** dropout slows the fit to the training images and keeps training
# and validation loss together.

# %% [markdown] anchor="batch-normalization"
# ## Batch normalization
#
# *About 8 minutes.*
#
# We scaled the inputs because large ones learn badly. Deeper layers have
# inputs too, and those change with every update. Batch normalization ([Ioffe
# and Szegedy, 2015](https://arxiv.org/abs/1502.03167)) scales them inside the
# network: for each unit, over the batch,
#
# $$\hat{z} = \gamma\,\frac{z - \mu_{\text{batch}}}{\sqrt{\sigma^2_{\text{batch}} + \varepsilon}} + \beta$$
#
# *Predict first: values of mean 5 and standard deviation 3 go in. What comes
# out while training, and what when predicting after this one batch?*

# %% [markdown]
# The scale $\gamma$ and the offset $\beta$ are learnt, in case the network
# prefers others than 1 and 0. ($\mu$ and $\beta$ are the usual letters here
# too: a mean and an offset, not momentum and not the factor of an average.)
# When predicting there may be no batch, so moving averages, collected during
# training, take the place of [mean and variance](#eq-batch-normalization): the
# layer does one thing while training and another while predicting. With Keras'
# default, each batch moves them by a hundredth:
#
# $$\mu \leftarrow 0.99\, \mu + 0.01\, \mu_{\text{batch}} \qquad \sigma^2 \leftarrow 0.99\, \sigma^2 + 0.01\, \sigma^2_{\text{batch}}$$

# %% tags=["slide-code"]
normalize = keras.layers.BatchNormalization()
batch = (
    np.random.default_rng(SEED).normal(5, 3, size=(512, 4)).astype("float32")
)
in_training = np.array(normalize(batch, training=True))
in_prediction = np.array(normalize(batch, training=False))
moving_mean, moving_variance = (
    value.numpy()
    for value in (normalize.moving_mean, normalize.moving_variance)
)
by_hand = (batch - moving_mean) / np.sqrt(moving_variance + normalize.epsilon)


def spread(values):
    """Mean and standard deviation, in words."""
    return f"mean {values.mean():.2f}, standard deviation {values.std():.2f}"


print(f"in training:   {spread(in_training)}")
print(f"in prediction: {spread(in_prediction)}, after one batch")
print(
    f"moving mean after one batch: {moving_mean.round(2)}"
    f" (momentum {normalize.momentum})"
)
assert np.allclose(in_prediction, by_hand, atol=1e-4)

# %% [markdown]
# <details><summary>Answer</summary>
#
# While training, mean 0 and standard deviation 1. When predicting, nearly what
# went in: after one batch the moving mean has gone only a hundredth of the way
# from 0 to 5.
#
# </details>
#
# That is why a network with batch normalization can predict badly in its first
# epochs although it trains well. So `mlp` has each batch move the averages by
# a tenth: they follow about the last ten batches. Alone, and with dropout on
# top:

# %% tags=["live", "slide-code"]
# Batch normalization alone.
compare("batch norm", lambda: models.mlp(256, 32, batch_norm=True))

# %% tags=["live", "slide-code"]
# Batch normalization and dropout.
compare(
    "batch norm + dropout, 0.3",
    lambda: models.mlp(256, 32, batch_norm=True, dropout=0.3),
)

# %% [markdown]
# With batch normalization the training loss falls faster than the baseline's
# at first. Dropout on top slows the one down and narrows the distance to the
# other.
#
# **Learnt:** batch normalization keeps the inputs of every layer in range, and
# behaves differently while training and while predicting.

# %% [markdown] anchor="label-smoothing"
# ## Label smoothing
#
# *About 4 minutes.*
#
# A [softmax](#output-activations) reaches a probability of 1 only with
# infinitely large weights, so one-hot labels pull at the weights for ever, and
# the network grows over-confident. Label smoothing ([Szegedy et al.,
# 2016](https://arxiv.org/abs/1512.00567)) asks for a little less. With $k$
# classes:
#
# $$y_\text{smooth} = (1 - \alpha)\,y + \frac{\alpha}{k}$$
#
# *Predict first: with $\alpha = 0.1$ and ten classes, what is the highest
# label?*

# %% tags=["live", "slide-code"]
# Train with smoothed labels.
compare(
    "label smoothing, 0.1", lambda: models.mlp(256, 32, label_smoothing=0.1)
)

# %% tags=["hide-input"]
for name in ("baseline", "label smoothing, 0.1"):
    probabilities = keras.ops.convert_to_numpy(
        variants[name].models[0](fashion.X_test)
    )
    confidence = probabilities.max(axis=1).mean()
    accuracy = np.mean(probabilities.argmax(axis=1) == truth)
    print(f"{name}: mean confidence {confidence:.3f}, accuracy {accuracy:.3f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# 0.9 · 1 + 0.1 / 10 = 0.91, and 0.01 for each of the nine others.
#
# </details>
#
# A network that is well *calibrated* is right as often as it says it is ([Guo
# et al., 2017](https://arxiv.org/abs/1706.04599)). Compare the two columns of
# each row. The losses in the figure are measured against other labels, so
# compare them with care: even a perfect answer has a loss above 0 there.
#
# **Learnt:** smoothed labels put a limit to how sure a network can become.

# %% [markdown] anchor="exercises-regularization"
# ## Exercises: regularization
#
# *About 12 minutes.*
#
# Replace the three dots with your answer and run the cell. It says
# whether you are right, and if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: penalties
#
# Return what L1 and L2 together add to the loss, for one matrix of weights.


# %% tags=["exercise"]
def penalty(W, l1, l2):
    return ...


exercises.check("penalty", penalty)


# %% tags=["solution"]
def penalty(W, l1, l2):
    return l1 * np.abs(W).sum() + l2 * (W**2).sum()


exercises.check("penalty", penalty)

# %% [markdown] tags=["exercise"]
# ### Exercise: inverted dropout
#
# Return the activations `a` after dropout while training, with dropout
# probability `p`. `kept` is True where an entry is kept.


# %% tags=["exercise"]
def dropout(a, kept, p):
    return ...


exercises.check("inverted-dropout", dropout)


# %% tags=["solution"]
def dropout(a, kept, p):
    return a * kept / (1 - p)


exercises.check("inverted-dropout", dropout)

# %% [markdown] tags=["exercise"]
# ### Exercise: batch normalization when predicting
#
# Return `z`, of shape (n, q), after batch normalization when predicting.


# %% tags=["exercise"]
def normalized(z, moving_mean, moving_variance, gamma, beta, epsilon):
    return ...


exercises.check("batch-norm-prediction", normalized)


# %% tags=["solution"]
def normalized(z, moving_mean, moving_variance, gamma, beta, epsilon):
    return (
        gamma * (z - moving_mean) / np.sqrt(moving_variance + epsilon) + beta
    )


exercises.check("batch-norm-prediction", normalized)

# %% [markdown] tags=["exercise"]
# ### Exercise: label smoothing
#
# Return one-hot labels `y`, of shape (n, k), smoothed by `alpha`.


# %% tags=["exercise"]
def smoothed(y, alpha):
    return ...


exercises.check("smooth-labels", smoothed)


# %% tags=["solution"]
def smoothed(y, alpha):
    return (1 - alpha) * y + alpha / y.shape[1]


exercises.check("smooth-labels", smoothed)

# %% [markdown] anchor="all-variants"
# ## All variants, on the test set
#
# *About 5 minutes.*
#
# Every choice above could be made with the validation images alone. Now, once,
# all of them on the test images.
#
# *Predict first: which variant is best, and is it ahead of the baseline by
# more than the seeds differ among themselves?*

# %% tags=["hide-input"]
table = pd.DataFrame(
    {
        name: {
            "parameters": f"{runs.models[0].count_params():,}",
            "training accuracy": runs.last("accuracy").mean(),
            "validation accuracy": runs.last("val_accuracy").mean(),
            "test accuracy": runs.test["accuracy"].mean(),
            "lowest": runs.test["accuracy"].min(),
            "highest": runs.test["accuracy"].max(),
            "seeds": len(runs.seeds),
        }
        for name, runs in variants.items()
    }
).T
table.style.format(precision=3)

# %%
shown = {
    name: runs.test["accuracy"]
    for name, runs in variants.items()
    if not name.startswith("bottleneck")
}
plots.plot_variants(shown, label="test accuracy", baseline="baseline");

# %% [markdown]
# <details><summary>Answer</summary>
#
# The bars say which is best on average; the points say whether to believe it.
# Where a variant's points overlap the baseline's, one run could have "shown"
# either of them to be better. In short mode, with few epochs, the baseline
# hardly overfits yet, and there is little for a remedy to cure. Full mode asks
# the question properly.
#
# </details>
#
# The dotted line is the baseline's mean, and the faint points are single
# seeds. (The bottleneck is left out of the picture, since it would squeeze the
# others together; it is in the table.)
#
# **Learnt:** decide on the validation images, look at the test images once,
# and report the range.

# %% [markdown] anchor="summary"
# ## What was learnt
#
# - The loss follows from how the labels are written; metrics are for people.
# - Scale the inputs. How, matters less than that you do.
# - Small batches make many cheap noisy updates, large ones few exact updates;
#   compare them at equal fit or equal updates, not at equal epochs.
# - Watch the validation loss; stop when it stops improving, and go back to the
#   best weights.
# - Capacity beyond the need is spent on memorizing. A layer that is too narrow
#   loses what nobody can bring back.
# - L1 makes weights zero, L2 makes them small, dropout spreads what is learnt,
#   batch normalization keeps the layers' inputs in range, label smoothing
#   keeps confidence in check.
# - One change at a time, several seeds, and the test set once.

# %% [markdown] anchor="references-02"
# ## References
#
# - Guo, Pleiss, Sun and Weinberger (2017). [On calibration of modern neural
#   networks](https://arxiv.org/abs/1706.04599). ICML.
# - Hoffer, Hubara and Soudry (2017). [Train longer, generalize
#   better](https://arxiv.org/abs/1705.08741). NeurIPS.
# - Ioffe and Szegedy (2015). [Batch
#   normalization](https://arxiv.org/abs/1502.03167). ICML.
# - Keskar et al. (2017). [On large-batch training for deep learning:
#   generalization gap and sharp minima](https://arxiv.org/abs/1609.04836).
#   ICLR.
# - LeCun, Bottou, Orr and Müller (1998). [Efficient
#   BackProp](https://doi.org/10.1007/3-540-49430-8_2). In Neural networks:
#   tricks of the trade.
# - Loshchilov and Hutter (2019). [Decoupled weight decay
#   regularization](https://arxiv.org/abs/1711.05101). ICLR.
# - Smith, Kindermans, Ying and Le (2018). [Don't decay the learning rate,
#   increase the batch size](https://arxiv.org/abs/1711.00489). ICLR.
# - Srivastava et al. (2014). [Dropout: a simple way to prevent neural networks
#   from overfitting](https://jmlr.org/papers/v15/srivastava14a.html). JMLR.
# - Szegedy et al. (2016). [Rethinking the Inception architecture for computer
#   vision](https://arxiv.org/abs/1512.00567). CVPR.
# - Xiao, Rasul and Vollgraf (2017). [Fashion-MNIST: a novel image dataset for
#   benchmarking machine learning
#   algorithms](https://arxiv.org/abs/1708.07747).
# - Zhang, Bengio, Hardt, Recht and Vinyals (2017). [Understanding deep
#   learning requires rethinking
#   generalization](https://arxiv.org/abs/1611.03530). ICLR.
