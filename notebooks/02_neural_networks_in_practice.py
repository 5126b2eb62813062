# ---
# jupyter:
#   jupytext:
#     formats: py:percent,ipynb
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] anchor="in-practice" part="A first network"
# # Neural networks in practice
#
# You know [what a network computes and how it learns](#overview). Now you
# train one on real images and make the decisions that every project needs:
# which loss to use, how to scale the data, when to stop, and how to keep the
# network from learning its training images by heart. We measure what each
# decision does, with several seeds; change any number and run the cell again.
#
# 1. **[First network](#data)**: the images, the layers, the loss, the scaling.
# 2. **[Training well](#training-hyperparameters)**: epochs and batches,
#    predictions, when to stop, schedules, AdamW.
# 3. **[Capacity and penalties](#one-change-at-a-time)**: larger and narrower
#    networks, L1 and L2.
# 4. **[Noise and normalization](#dropout)**: dropout, batch and layer
#    normalization, augmentation, label smoothing.
# 5. **[What is it worth?](#confusion-matrix)**: mistakes, calibration, a
#    comparison with a convolution, saving; all variants in [one
#    table](#all-variants).

# %% [markdown]
# We use [Keras](https://keras.io). You describe the network, and Keras leaves
# the arithmetic to a backend: TensorFlow (used here), JAX, PyTorch or, for
# prediction only, OpenVINO.
#
# Further reading: the [Keras guides](https://keras.io/guides/), the book [Dive
# into Deep Learning](https://d2l.ai), [Practical Deep
# Learning](https://course.fast.ai) by fast.ai, and the [deep learning
# tutorials](https://uvadlc-notebooks.readthedocs.io) of the University of
# Amsterdam.

# %% tags=["hide-input"]
from pathlib import Path
from tempfile import TemporaryDirectory

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
# 70,000 photographs of clothes, shoes and bags, 28 × 28 grey pixels each, in
# ten classes: 60,000 for training, 10,000 for testing.
#
# *Predict first: which of these pairs will a network confuse most often?*
#
# - **a** sneakers and ankle boots
# - **b** shirts and T-shirts
# - **c** dresses and coats

# %% tags=["hide-input"]
fashion, test = data.sealed(data.load_fashion_mnist(seed=SEED))
print(fashion)
print(test)

# %%
rng = np.random.default_rng(SEED)
chosen = rng.choice(len(fashion.X_train), 10, replace=False)
classes = fashion.y_train[chosen].argmax(axis=1)
plots.plot_images(
    fashion.X_train[chosen], [fashion.class_names[c] for c in classes]
);
# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Shirts and T-shirts have nearly the same outline. You will see the
# counts once a network is [trained](#predictions-and-evaluation).
#
# </details>
#
# Pullovers and coats look much like shirts, too. At this size even people
# cannot always tell them apart.
#
# The dataset comes with a fixed test set. We keep it, so that our numbers can
# be compared with published ones, and take the validation images from the
# official training images.
#
# The test images are *sealed*: `fashion` does not contain them. We decide
# everything in this chapter on the validation images and call `test.open()`
# once, [at the end](#all-variants).
#
# **Learnt:** lock the test images away before you begin, and look at the data
# before you train on it.

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
# *Predict first: the weights of the first hidden layer form a matrix. How many
# rows and columns does it have?*
#
# - **a** 512 rows and 784 columns
# - **b** 784 rows and 512 columns
# - **c** 785 rows, one of them for the biases, and 512 columns

# %% tags=["live", "slide-code"]
# Build 784-512-512-10 with keras.Sequential and layers.Dense, He's weights.
layers = keras.layers
relu = {"activation": "relu", "kernel_initializer": "he_normal"}
network = keras.Sequential([keras.Input((28 * 28,))])
network.add(layers.Dense(512, **relu))
network.add(layers.Dense(512, **relu))
network.add(layers.Dense(10, activation="softmax"))

# %% [markdown]
# We shall build many of these, so `models.mlp` ("multilayer perceptron")
# builds and compiles one in a single line. It is the same network:

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
# **b.** One row for each input and one column for each unit. A whole batch of
# images, one per row, then takes a single matrix product:
# $\mathbf{X}\mathbf{W}^{(1)} + \mathbf{b}^{(1)}$.
#
# </details>
#
# Matrices and vectors alternate in the list: a layer's weights, then its
# biases. This network does not know which pixels are neighbours; shuffle the
# pixels of every image in the same way, and it learns just as well. A
# [convolution](#convolution-against-dense) does know.
#
# By default Keras draws the initial weights of a dense layer by Glorot's rule.
# ReLU sets about half of its inputs to 0, so we ask for [He's
# rule](#weight-initialization), which makes up for that: its variance is twice
# as large if both layers have the same width.
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
# *Predict first: in which layer do most of the parameters sit?*
#
# - **a** in the first
# - **b** in the second
# - **c** in the last, where everything comes together

# %%
network.summary()

# %% [markdown]
# By hand:

# %% tags=["live", "slide-code"]
# Count by hand, layer by layer: (inputs + 1) * units, with zip.
sizes = [28 * 28, 512, 512, 10]
by_hand = [(n_in + 1) * n for n_in, n in zip(sizes, sizes[1:])]
print(*(f"{count:,}" for count in by_hand))
print(f"together: {sum(by_hand):,}")
assert sum(by_hand) == network.count_params()

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** It has 401,920 of 669,706. Both hidden layers have 512 units, but
# the first has 784 inputs and the second 512.
#
# </details>
#
# By [the formula](#eq-model-summary) the product of inputs and units decides.
# Our last layer has ten units, so it costs little.
#
# **Learnt:** count the parameters by hand once; in a dense network most of
# them sit where a wide layer follows another wide one.

# %% [markdown] anchor="loss-optimizer-metrics"
# ## Loss, optimizer, metrics
#
# *About 7 minutes.*
#
# Before a network can learn, you have to tell it three things:
#
# - the **loss**, the number that training makes small;
# - the **optimizer**, the rule that makes it small: here
#   [RMSprop](#adaptive-gradients), in later sections [Adam](#adam) and
#   [AdamW](#adamw-in-training);
# - **metrics**, such as the accuracy, which are for people only.
#
# The short form gives their names and takes all defaults.

# %% tags=["live", "slide-code"]
# The short form: network.compile(loss=…, optimizer=…, metrics=…).
network.compile(
    loss="categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"]
)

# %% [markdown]
# The long form creates the objects, so that you can pass arguments, such as a
# little [label smoothing](#label-smoothing).

# %% tags=["slide-code"]
network.compile(
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.01),
    optimizer=keras.optimizers.RMSprop(learning_rate=0.001, momentum=0.0),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)

# %% [markdown]
# There is a trap in the metric's name. `keras.metrics.Accuracy` asks whether
# output and label are *equal*, and a probability of 0.98 does not equal 1. The
# string `"accuracy"` is safer: Keras picks the accuracy that fits the shapes
# of the labels and the outputs.

# %% [markdown]
# ### Three cross-entropies
#
# Cross-entropy asks only one thing: what probability did the right class get?
# With *one-hot* labels $y$ (zeros, and a single 1 at the right class), over a
# batch of $n$ images and $k$ classes:
#
# $$\mathcal{L} = -\frac{1}{n} \sum_{i=1}^{n} \sum_{c=1}^{k} y_{i,c}\, \ln \hat{y}_{i,c}$$
#
# *Predict first: train a network on one-hot labels, and again on class numbers
# with the loss that goes with them. Which training ends with the lower loss?*
#
# - **a** the one with one-hot labels
# - **b** the one with class numbers
# - **c** neither

# %%
X, one_hot = fashion.X_train[:2000], fashion.y_train[:2000]
numbers = one_hot.argmax(axis=1)
shoes = [5, 7, 9]  # sandal, sneaker, ankle boot
is_shoe = np.isin(numbers, shoes).astype("float32")

cases = {
    "categorical, one-hot labels": (dict(loss="categorical"), one_hot),
    "sparse, class numbers": (dict(loss="sparse"), numbers),
    "binary, one output: is it a shoe?": (dict(loss="binary"), is_shoe),
}
for name, (options, y) in cases.items():
    device.seed_everything(SEED)
    network_64 = models.mlp(64, **options)
    learnt = network_64.fit(X, y, epochs=2, batch_size=64, verbose=0).history
    loss, accuracy = learnt["loss"][-1], learnt["accuracy"][-1]
    print(f"{name:35} loss {loss:.4f}   accuracy {accuracy:.3f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** In [the inner sum](#eq-loss-optimizer-metrics) only the right class
# counts, because all other labels are 0: what is left is $-\ln$ of its
# probability. The sparse form looks up the same probability by the class
# number, so the first two lines agree, up to rounding.
#
# </details>
#
# Class numbers only save the memory for the zeros. The third line answers a
# different question, a yes or no, with a single sigmoid unit:
#
# $$\mathcal{L} = -\frac{1}{n} \sum_{i=1}^{n} \big( y_i \ln \hat{y}_i + (1 - y_i) \ln (1 - \hat{y}_i) \big)$$
#
# This is [the formula above](#eq-loss-optimizer-metrics) for two classes, with
# probabilities $\hat{y}$ and $1 - \hat{y}$.
#
# **Learnt:** the form of the labels decides the loss: one-hot, class numbers,
# or a single yes or no.

# %% [markdown] anchor="preprocessing"
# ## Preprocessing
#
# *About 6 minutes.*
#
# Three things happen to the data before a network sees it.
#
# - **Scaling**: pixels run from 0 to 255, and such large inputs make large
#   sums and large gradients.
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
# *Min-max* scaling brings pixels into [0, 1]. *Standardizing* gives each pixel
# mean 0 and standard deviation 1, from its mean $\bar{x}$ and standard
# deviation $\sigma_x$ over the training images:
#
# $$x_\text{min-max} = \frac{x}{255} \qquad x_\text{standardized} = \frac{x - \bar{x}}{\sigma_x}$$
#
# To tell an effect from luck we need several seeds. To train them in seconds
# we take 2,000 training images and average each block of 2 × 2 pixels; at 14 ×
# 14 pixels the clothes are still easy to recognize. (Full mode,
# `LECTURE_MODE=full`, takes all images as they are.)
#
# *Predict first: textbooks want inputs with a mean near 0. What costs more
# accuracy?*
#
# - **a** min-max instead of standardizing
# - **b** no scaling at all
# - **c** neither costs any

# %%
few = by_mode(
    short=data.fewer(fashion, 2000, 1000, averaged=True), full=fashion
)
N_INPUTS, SEEDS = few.X_train.shape[1], 5
print(few)

# %% tags=["slide-code"]
X, X_val = 255 * few.X_train, 255 * few.X_val  # as they come, 0 to 255
mean, std = X.mean(axis=0), X.std(axis=0)  # of the training images alone
std[std == 0] = 1  # pixels that are always black
scaled = {
    "raw, 0 to 255": (X, X_val),
    "min-max": (X / 255, X_val / 255),
    "standardized": ((X - mean) / std, (X_val - mean) / std),
}
nets = replicas.compare(
    {name: dict(X=a, X_test=b) for name, (a, b) in scaled.items()},
    y=few.y_train,
    y_test=few.y_val,
    hidden=(256, 32),
    activation="relu",
    initializer="he_normal",
    optimizer="rmsprop",
    batch_size=100,
    steps=by_mode(short=200, full=5000),  # 10 epochs
    record=[],
    seeds=SEEDS,
)
by_scale = {name: runs.test_accuracy[-1] for name, runs in nets.items()}
plots.plot_variants(by_scale, label="validation accuracy")
plt.show()

# %% tags=["hide-input"]
raw_pixels, minmax, standardized = by_scale.values()
display(
    claim(
        minmax - raw_pixels,
        "validation accuracy, min-max minus raw pixels",
        smallest=0.02,
        if_so="Without scaling the accuracy is lower than with min-max, by"
        " {mean:.1%} of the images.",
        if_not="Without scaling the accuracy is not lower by 2% of the"
        " images: min-max gains {mean:+.1%}.",
        if_undecided="Whether the accuracy is lower without scaling, by 2% of"
        " the images, stays open: {low:+.1%} to {high:+.1%}.",
    )
)
claim(
    standardized - minmax,
    "validation accuracy, standardized minus min-max",
    smallest=0.02,
    absent=True,
    if_so="The two ways of scaling differ by less than 2% of the images:"
    " {mean:+.1%} for standardizing.",
    if_not="How you scale matters as well: standardizing changes the accuracy"
    " by {mean:+.1%}.",
    if_undecided="Whether the two ways of scaling differ by 2% of the images"
    " stays open: {low:+.1%} to {high:+.1%} for standardizing.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Compared with min-max, inputs up to 255 make the sums of the first
# layer 255 times as large. One update of ordinary size then changes the
# outputs completely, and the network starts out sure of answers that it has
# not learnt.
#
# </details>
#
# The dots in a row differ only in the seed. Compare the gap between two bars
# with the spread of the dots. The interval in brackets puts that into numbers:
# the true difference probably lies in it.
#
# Standardizing has a reason and a catch. Centred inputs let gradient descent
# take longer steps ([LeCun et al.,
# 1998](https://doi.org/10.1007/3-540-49430-8_2)). But a pixel that is almost
# always black has a tiny standard deviation, so the few values that are not
# black become huge. If your features have different units, such as metres and
# years, standardize them.
#
# Mean and standard deviation come from the training images alone: do not look
# at the test images, not even for their mean.
#
# **Learnt:** scale the inputs, with numbers from the training set only, and
# try more than one way.

# %% [markdown] anchor="exercises-first-network"
# ## Exercises: a first network
#
# *About 12 minutes.*
#
# Replace the three dots with your answer and run the cell. It tells you
# whether you are right and, if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: parameters by hand
#
# How many parameters does a 784-256-32-10 network have?

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
# Turn class numbers such as `[2, 0, 1]` into one-hot rows: return an array of
# shape (n, n_classes).


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
# Standardize both sets without learning anything from the test set, and return
# them. Use a mean and a standard deviation for each pixel, as in [the
# formula](#preprocessing), or one of each for all pixels.


# %% tags=["exercise"]
def standardized(X_train, X_test):
    return ...


exercises.check("standardize", standardized)


# %% tags=["solution"]
def standardized(X_train, X_test):
    mean, deviation = X_train.mean(axis=0), X_train.std(axis=0)
    return (X_train - mean) / deviation, (X_test - mean) / deviation


exercises.check("standardize", standardized)

# %% [markdown] tags=["exercise"]
# ### Exercise: cross-entropy
#
# For one image a network gives the probabilities 0.1, 0.7 and 0.2; the second
# class is the right one. What is the loss? Three digits are enough.

# %% tags=["exercise"]
loss = ...
exercises.check("cross-entropy", loss)

# %% tags=["solution"]
exercises.check("cross-entropy", -np.log(0.7))

# %% [markdown] anchor="training-hyperparameters" part="Training it well"
# ## Epochs and batch size
#
# *About 10 minutes.*
#
# An *epoch* shows the network every training image once. A *batch* is what it
# sees between two [updates](#mini-batch-sgd). We begin with small batches.
#
# *Predict first: with batches of 32, about how many updates does an epoch
# make?*
#
# - **a** 32, whatever the number of images
# - **b** one for each image
# - **c** the number of images divided by 32

# %% tags=["slide-code"]
first = training.fit_seeds(
    lambda: models.mlp(512, 512),
    fashion,
    seeds=by_mode(short=1, full=3),
    epochs=by_mode(short=1, full=3),
    batch_size=32,
)
updates = -(-len(fashion.X_train) // 32)
print(
    f"784-512-512-10, batch 32, {updates:,} updates an epoch:"
    f" {first.describe()}"
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** Each update uses up 32 images, until all have been seen once.
#
# </details>
#
# The last batch may be smaller, so the quotient is rounded up. With
# $n_\text{train}$ images in batches of $n$, an epoch makes
#
# $$n_\text{updates} = \left\lceil \frac{n_\text{train}}{n} \right\rceil$$
#
# Small batches: many noisy updates. Large batches: fewer, smoother ones that
# keep the processor busy.
#
# A warning: a graphics driver once computed wrong updates for this very
# network. The curve looked plausible, so nobody noticed. To be safe, compare
# your device with the processor: `python -m lecture check`.

# %% [markdown]
# ### The generalization gap
#
# Large batches are said to generalize less well. But after the same number of
# *epochs* they have made fewer updates, so a comparison at equal epochs says
# little. Instead, train with each batch size until the training loss falls
# below the same value, and compare the accuracy on the validation images then.
#
# *Predict first: to reach the same training loss, which batches need fewer
# updates?*
#
# - **a** batches of 512
# - **b** batches of 32
# - **c** neither


# %%
class StopAtLoss(keras.callbacks.Callback):
    """End the training once the training loss is low enough."""

    def __init__(self, loss):
        super().__init__()
        self.loss = loss

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = logs["loss"] < self.loss

# %%
RATE, BATCHES = 0.003, (32, 512)
by_batch = training.compare_fits(
    {f"batch {n}": dict(batch_size=n) for n in BATCHES},
    lambda: models.mlp(
        256, 32, n_inputs=N_INPUTS, optimizer=keras.optimizers.Adam(RATE)
    ),
    few,
    seeds=SEEDS,
    epochs=60,
    callbacks=lambda: [StopAtLoss(0.45)],
)
n_updates, rows = {}, []
for n, (name, runs) in zip(BATCHES, by_batch.items()):
    n_updates[name] = runs.epochs * -(-len(few.X_train) // n)
    gap = runs.last("accuracy") - runs.val["accuracy"]
    epochs, updates = runs.epochs.mean(), n_updates[name].mean()
    told = f"{epochs:.1f}", f"{updates:,.0f}", f"{gap.mean():.3f}"
    rows.append((name, *told))
display(Table(["batches", "epochs", "updates", "accuracy gap"], rows))
at_equal_loss = {name: runs.val["accuracy"] for name, runs in by_batch.items()}
plots.plot_variants(at_equal_loss, label="validation accuracy at equal fit")
plt.show()

# %% tags=["hide-input"]
display(
    claim(
        at_equal_loss["batch 512"] - at_equal_loss["batch 32"],
        "validation accuracy at equal training loss, batch 512 minus 32",
        smallest=0.02,
        absent=True,
        if_so="At equal training loss, batches of 512 and of 32 differ by less"
        " than 2% of the images: {mean:+.1%} for the large ones.",
        if_not="Even at equal training loss, batches of 512 and of 32 differ:"
        " {mean:+.1%} for the large ones.",
        if_undecided="Whether batches of 512 and of 32 differ by 2% of the"
        " images at equal training loss stays open: {low:+.1%} to {high:+.1%}"
        " for the large ones.",
    )
)
claim(
    n_updates["batch 32"] / n_updates["batch 512"],
    "updates with batches of 32 over updates with batches of 512",
    smallest=1.2,
    if_so="The large batches needed fewer updates to get there: the small ones"
    " made {mean:.1f} times as many.",
    if_not="The large batches did not need fewer updates to get there.",
    if_undecided="Whether the large batches needed fewer updates stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** The mean gradient over 512 images is closer to that over all images
# than a mean over 32 is, so each update gets further. But each update also
# takes sixteen times as many images: compare the epochs in the table.
#
# </details>
#
# The last column of the table is the gap between training and validation
# accuracy. For much larger networks and batches, a gap that grows with the
# batch size has been reported ([Keskar et al.,
# 2017](https://arxiv.org/abs/1609.04836)); enough updates can close it
# ([Hoffer et al., 2017](https://arxiv.org/abs/1705.08741)).

# %% [markdown]
# ### Growing the batch instead of shrinking the rate
#
# Noisy updates do little harm early on, but late in training they keep a
# network from settling. The noise grows with the learning rate and shrinks
# with the batch size:
#
# $$\text{noise} \propto \frac{\eta}{n}$$
#
# The usual remedy is to [shrink $\eta$](#learning-rate-schedules) in steps.
# Instead, you can increase the batch size $n$ by the same factor ([Smith et
# al., 2018](https://arxiv.org/abs/1711.00489)).
#
# *Predict first: which of the two remedies needs fewer updates?*
#
# - **a** the smaller rate
# - **b** the larger batch
# - **c** neither


# %% tags=["hide-input"]
def in_stages(rates, batch_sizes):
    """Train a third of the epochs at each learning rate and batch size.

    Return the validation loss after each epoch, (n_epochs, n_seeds), and the
    validation accuracy in the end, (n_seeds,).
    """
    weights, losses = None, []
    for rate, batch_size in zip(rates, batch_sizes):
        n_updates = -(-len(few.X_train) // batch_size)  # in an epoch
        steps = by_mode(short=3, full=8) * n_updates
        nets = replicas.train(
            (256, 32),
            few.X_train,
            few.y_train,
            activation="relu",
            initializer="he_normal",
            weights=weights,
            optimizer="sgd",
            learning_rate=rate,
            batch_size=batch_size,
            steps=steps,
            seeds=SEEDS,
            X_test=few.X_val,
            y_test=few.y_val,
            record=range(0, steps + 1, n_updates),
            n_measured=100,
        )
        weights = nets.get_weights()  # SGD remembers nothing else
        losses.append(nets.test_loss[1:])
    return np.concatenate(losses), nets.test_accuracy[-1]

# %%
stages = {
    "constant": ((0.1, 0.1, 0.1), (32, 32, 32)),
    "smaller rate": ((0.1, 0.025, 0.00625), (32, 32, 32)),
    "larger batch": ((0.1, 0.1, 0.1), (32, 128, 512)),
}
staged = {name: in_stages(*stage) for name, stage in stages.items()}
for name, (_, batch_sizes) in stages.items():
    updates = sum(-(-len(few.X_train) // n) for n in batch_sizes) / 3
    print(f"{name:13} {updates:.0f} updates an epoch on average")
plots.plot_history(
    {name: {"val_loss": losses[:, 0]} for name, (losses, _) in staged.items()},
    overlay=True,
)
plt.show()


# %% tags=["hide-input"]
def roughness(losses):
    """Mean change of the validation loss between the last three epochs."""
    return np.abs(np.diff(losses[-3:], axis=0)).mean(axis=0)


rough = {name: roughness(losses) for name, (losses, _) in staged.items()}
for remedy in ("smaller rate", "larger batch"):
    display(
        claim(
            np.log2(rough["constant"] / rough[remedy]),
            "log₂ of the validation loss's change from epoch to epoch in the"
            f" last third, constant over {remedy}",
            smallest=0.5,
            if_so=f"A {remedy} calms the validation loss in the last third.",
            if_not=f"A {remedy} does not calm the validation loss in the last"
            " third.",
            if_undecided=f"Whether a {remedy} calms the validation loss in the"
            " last third stays open.",
        )
    )
display(
    claim(
        staged["constant"][0][-1] - staged["smaller rate"][0][-1],
        "validation loss after the last epoch, constant minus smaller rate",
        smallest=0.01,
        if_so="The smaller rate also ends with a lower validation loss than"
        " the constant rate, by {mean:.2f}.",
        if_not="But calm is not progress: the smaller rate does not end with a"
        " lower validation loss than the constant rate.",
        if_undecided="Whether the smaller rate also ends with a lower"
        " validation loss than the constant rate stays open.",
    )
)
claim(
    staged["larger batch"][1] - staged["smaller rate"][1],
    "validation accuracy, larger batch minus smaller rate",
    smallest=0.02,
    absent=True,
    if_so="In the end the two remedies are equally accurate, to within 2% of"
    " the images.",
    if_not="In the end the two remedies are not equally accurate: {mean:+.1%}"
    " for the larger batch.",
    if_undecided="Whether the two remedies end equally accurate stays open:"
    " {low:+.1%} to {high:+.1%} for the larger batch.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** With batches four times as large, each stage makes a quarter of the
# updates of the stage before. With the smaller rate their number stays the
# same.
#
# </details>
#
# The figure shows the first seed. The three trainings are the same in the
# first third; they part where the rate shrinks or the batch grows. Any bumps
# in the constant-rate curve are gradient noise.
#
# **Learnt:** compare batch sizes at equal fit or equal updates, not at equal
# epochs. A larger batch makes the updates less noisy, as a smaller rate does,
# and needs fewer of them.

# %% [markdown] anchor="predictions-and-evaluation"
# ## Predictions and evaluation
#
# *About 6 minutes.*
#
# `predict` returns a row of probabilities for each image. The class with the
# highest probability is the answer, and that probability says how sure the
# network claims to be.

# %% tags=["live", "slide-code"]
# Get probabilities from network.predict, and answers from argmax.
network = first.models[0]
X_val, truth = fashion.X_val, fashion.labels("val")
probabilities = network.predict(X_val, verbose=0)
answers = probabilities.argmax(axis=1)
print(probabilities.shape, probabilities.sum(axis=1)[:3], answers[:10])

# %%
plots.plot_prediction(
    X_val[4], probabilities[4], fashion.class_names, truth=truth[4]
);
# %% [markdown] tags=["slide"]
# Of all the images it gets wrong, which one is it surest about?
#
# *Predict first: what probability does it give to that wrong answer?*
#
# - **a** about 0.5
# - **b** about 0.8
# - **c** nearly 1

# %%
wrong = np.flatnonzero(answers != truth)
worst = wrong[probabilities[wrong].max(axis=1).argmax()]
plots.plot_prediction(
    X_val[worst],
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
np.add.at(mistakes, (truth[wrong], answers[wrong]), 1)
pairs = {
    (a, b): mistakes[a, b] + mistakes[b, a]
    for b in range(10)
    for a in range(b)
}
most = sorted(pairs, key=pairs.get, reverse=True)[:3]
shown = {*most, (0, 6), (3, 4), (7, 9)}  # and the three of the first question
Table(
    ["pair", "taken for each other"],
    [
        (" and ".join(fashion.class_names[c] for c in pair), pairs[pair])
        for pair in sorted(shown, key=pairs.get, reverse=True)
    ],
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** A softmax probability says how sure the network is, not how often it
# is right. Among thousands of images some look like another class, and the
# network does not know that it does not know.
#
# </details>
#
# The table answers the first question of [this chapter](#data): it has the
# counts of those three pairs, and of the three that are confused most often.
#
# `evaluate` reduces a whole set of images to the loss and the metrics. We
# evaluate the validation images; the test set waits until everything is
# decided.

# %% tags=["live", "slide-code"]
# Get loss and accuracy on the validation images from network.evaluate.
val_loss, val_accuracy = network.evaluate(X_val, fashion.y_val, verbose=0)
print(f"validation loss {val_loss:.3f}, accuracy {val_accuracy:.4f}")

# %% [markdown]
# **Learnt:** look at single predictions, above all at the mistakes the network
# is surest about; one number for all images hides them.

# %% [markdown] anchor="model-selection"
# ## Model selection: watch it train
#
# *About 4 minutes.*
#
# How many epochs are enough? Watch the loss on the validation images, from
# which the network does not learn. `TrainingPlot` draws it during training.
#
# *Predict first: the training loss will keep falling. Will the validation
# loss?*
#
# - **a** Yes, more slowly.
# - **b** It falls and then levels off.
# - **c** It falls and then rises.

# %% tags=["hide-input"]
BATCH = by_mode(short=100, full=512)
device.seed_everything(SEED)
network = models.mlp(
    512, 512, n_inputs=N_INPUTS, optimizer=keras.optimizers.Adam(RATE)
)
start = models.state_of(network)

# %% tags=["live", "slide-code"]
# Call network.fit with validation_data and a TrainingPlot in callbacks.
options = dict(epochs=25, batch_size=BATCH, verbose=0)
options |= dict(validation_data=(few.X_val, few.y_val))
curves = training.TrainingPlot()
network.fit(few.X_train, few.y_train, callbacks=[curves], **options);

# %% [markdown]
# One training is an anecdote, so the next cell trains five networks of these
# sizes. It also trains, five times each, the variants for the rest of the
# chapter; we look at them section by section.

# %% tags=["hide-input"]
VARIANTS = {
    "baseline": {},
    "large rate": dict(learning_rate=0.01),
    "512-512": dict(hidden=(512, 512)),
    "bottleneck, 256-2": dict(hidden=(256, 2)),
    "L2, 0.001": dict(l2=0.001),
    "L1, 0.0001": dict(l1=0.0001),
    "dropout, 0.3": dict(dropout=0.3),
    "batch norm": dict(batch_norm=True),
    "batch norm + dropout, 0.3": dict(batch_norm=True, dropout=0.3),
    "label smoothing, 0.1": dict(label_smoothing=0.1),
}


def train_all(wanted):
    """Train variants of 256-32 that differ only in what they name."""
    return training.train_variants(
        wanted,
        few,
        hidden=(256, 32),
        seeds=SEEDS,
        epochs=30,
        batch_size=BATCH,
        learning_rate=RATE,
    )


variants = train_all(VARIANTS)
claim(
    variants["512-512"].rise(),
    "validation loss of 512-512 in the last five epochs minus its lowest",
    smallest=0.02,
    if_so="The validation loss turns up: in the last five of 30 epochs it"
    " is {mean:.2f} above its lowest value.",
    if_not="The validation loss has not turned up within 30 epochs.",
    if_undecided="Whether the validation loss turns up within 30 epochs stays"
    " open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** First the network learns what training and validation images have in
# common. What is left then is peculiar to the training images, and learning it
# makes the network surer of its mistakes on other images.
#
# </details>
#
# The ring marks the epoch with the lowest validation loss. After that point
# the network is mostly memorizing images, not learning about clothes; judged
# by this loss, the epochs after the ring are wasted.
#
# **Learnt:** the training loss tells you how well the network knows its own
# images, the validation loss when to stop.

# %% [markdown] anchor="early-stopping"
# ## Early stopping
#
# *About 7 minutes.*
#
# So stop when the validation loss no longer improves. Because it is bumpy,
# wait a few epochs before you believe it (`patience`). Then go back to the
# weights of the best epoch (`restore_best_weights=True`; by default Keras
# keeps the last ones).
#
# *Predict first: with a patience of 3 and at most 25 epochs, how many epochs
# of work are thrown away in the end?*
#
# - **a** none
# - **b** three
# - **c** about half of the 25

# %% tags=["live", "slide-code"]
# Fit again from the initial weights, with keras.callbacks.EarlyStopping.
models.restore(network, start)
EarlyStopping = keras.callbacks.EarlyStopping
stop = EarlyStopping("val_loss", patience=3, restore_best_weights=True)
curves = training.TrainingPlot(early_stopping=stop)
network.fit(few.X_train, few.y_train, callbacks=[stop, curves], **options);
# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** The three epochs after the ring, spent on waiting. (Fewer if the 25
# epochs run out first.)
#
# </details>
#
# Those extra epochs are the price of being fairly sure. A patience of 1 costs
# only one epoch, but stops at the first bump.

# %% [markdown]
# ### Stopping on a moving average
#
# Patience counts the epochs since the last record, and one lucky epoch sets a
# record that is hard to beat. A mean over the last $h$ epochs, up to epoch
# $t$, follows the trend instead:
#
# $$\bar{\mathcal{L}}_t = \frac{1}{h} \sum_{i=0}^{h-1} \mathcal{L}_{t-i}$$
#
# A large learning rate makes the loss bumpy, so that the two rules can differ.
# We need no new training: until a rule stops it, the training is the same. So
# we ask each rule where it would have stopped our five trainings with a large
# rate.
#
# *Predict first: which rule stops later, and is it the better one?*
#
# - **a** The mean, and it is better.
# - **b** The mean, but it is no better.
# - **c** Both stop at about the same epoch, to within one.

# %%
rules = {
    "patience 2": keras.callbacks.EarlyStopping(patience=2),
    "mean of 3, patience 2": training.SmoothedEarlyStopping(
        window=3, patience=2
    ),
}
losses, accuracies = (
    variants["large rate"].curves[name].T
    for name in ("val_loss", "val_accuracy")
)  # (n_seeds, n_epochs)
ends, restored, rows = {}, {}, []
for name, rule in rules.items():
    found = [training.stopped_at(rule, each) for each in losses]
    ends[name] = np.array([end for end, _ in found])
    restored[name] = np.array(
        [each[best - 1] for each, (_, best) in zip(accuracies, found)]
    )
    end, accuracy = ends[name].mean(), restored[name].mean()
    rows.append((name, f"{end:.1f}", f"{accuracy:.3f}"))
display(Table(["rule", "epochs", "validation accuracy"], rows))
widest = int(np.abs(np.subtract(*ends.values())).argmax())
plots.plot_history(
    {
        name: {"val_loss": losses[widest][: ends[name][widest]]}
        for name in reversed(rules)
    },
    overlay=True,
)
plt.show()

# %% tags=["hide-input"]
single, mean_of_3 = rules
later = claim(
    ends[mean_of_3] - ends[single],
    "epochs with the mean of 3 minus epochs without",
    smallest=1,
    if_so="The mean stops later, by {mean:.1f} epochs.",
    if_not="The mean does not stop a whole epoch later.",
    if_undecided="Whether the mean stops a whole epoch later stays open:"
    " by {low:.1f} to {high:.1f} epochs.",
)
better = claim(
    restored[mean_of_3] - restored[single],
    "validation accuracy of the restored weights, mean of 3 minus single"
    " epochs",
    smallest=0.01,
    if_so="The mean gains accuracy: {mean:+.1%} of the validation images.",
    if_not="The mean does not gain 1% of the validation images: {mean:+.1%}.",
    if_undecided="Whether the mean gains 1% of the validation images stays"
    " open: {low:+.1%} to {high:+.1%}.",
)
display(later, better)
experiments.decided(
    a=later.word == "supported" and better.word == "supported",
    b=later.word == "supported" and better.word == "contradicted",
    c=-1 < later.low and later.high < 1,
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The sentences above say which. You would expect the mean to stop later,
# because it waits out a bump. The accuracy of the weights that each rule
# restores shows whether those epochs are well spent.
#
# </details>
#
# Both curves show the same training, cut off where each rule stops it. Of the
# five, it is the one on which the rules differ most.
#
# **Learnt:** stop on the validation loss, with patience, and go back to the
# best weights; a cleverer rule has to pay for the epochs it adds.

# %% [markdown] anchor="warm-up"
# ## Warm-up and cosine
#
# *About 6 minutes.*
#
# Large networks are usually trained with a learning rate in two phases: first
# a *warm-up*, a straight rise to the peak $\eta$ ([Goyal et al.,
# 2017](https://arxiv.org/abs/1706.02677)), then half a cosine down to zero
# ([Loshchilov and Hutter, 2017](https://arxiv.org/abs/1608.03983)). With $n$
# updates, counted from 0, and a warm-up of $m$ updates:
#
# $$\eta_t = \eta\, \frac{t + 1}{m} \;\text{ for } t < m, \qquad \eta_t = \frac{\eta}{2} \left( 1 + \cos \frac{\pi (t - m)}{n - m} \right) \;\text{ from then on}$$
#
# *Predict first: you make 300 updates, and the first 100 are the warm-up.
# Halfway down, at update 200, what fraction of the peak is left?*
#
# - **a** a half
# - **b** two thirds
# - **c** three quarters

# %% tags=["live", "slide-code"]
# The rate at update t, with np.cos and np.where.
def warm_up_cosine(t, peak, warm_up, n):
    rising = peak * (t + 1) / warm_up
    done = (t - warm_up) / (n - warm_up)
    falling = peak * (1 + np.cos(np.pi * done)) / 2
    return np.where(t < warm_up, rising, falling)


# %%
shown = range(0, 301, 50)
rates = [float(warm_up_cosine(t, 1, 100, 300)) for t in shown]
print("update  ", *(f"{t:5}" for t in shown))
print("fraction", *(f"{rate:5.2f}" for rate in rates))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** A half: halfway down, the cosine has fallen from 1 to 0, which leaves
# $\eta / 2$.
#
# </details>
#
# Near the peak and near zero the cosine is flat: the rate stays high for a
# while, falls fastest in the middle and ends in small steps.
#
# Does it help on our images? Each schedule gets the same number of updates and
# the same five peaks, so that all are tuned alike.
#
# *Predict first: at which peaks will the warm-up matter most?*
#
# - **a** at the lowest ones
# - **b** at the highest ones
# - **c** at all of them alike

# %%
PEAKS = (0.001, 0.003, 0.01, 0.03, 0.1)
UPDATES = by_mode(short=300, full=3000)


def falling_from(peak, warm_up):
    """The rate as a function of the update."""
    return lambda t: warm_up_cosine(t, peak, warm_up, UPDATES)


schedules = {
    "constant": lambda peak: peak,
    "cosine": lambda peak: falling_from(peak, 1),
    "warm-up and cosine": lambda peak: falling_from(peak, UPDATES // 10),
}
common = dict(
    hidden=(64, 32),
    activation="relu",
    initializer="he_normal",
    optimizer="adam",
    batch_size=BATCH,
    seeds=SEEDS,
    X_test=few.X_val,
    y_test=few.y_val,
    n_measured=100,
)
nets = replicas.compare(
    {
        (name, peak): dict(learning_rate=schedule(peak))
        for name, schedule in schedules.items()
        for peak in PEAKS
    },
    few.X_train,
    few.y_train,
    steps=UPDATES,
    record=[UPDATES],
    **common,
)
by_peak = {
    name: np.array([nets[name, peak].test_loss[-1] for peak in PEAKS])
    for name in schedules
}  # each (n_peaks, n_seeds)
plots.plot_sweep(
    experiments.Sweep(
        "schedules",
        PEAKS,
        "peak of the learning rate",
        "validation loss",
        by_peak,
        log_x=True,
        log_y=True,
    )
)
plt.show()

# %% tags=["hide-input"]
tuned = {
    name: values[values.mean(axis=1).argmin()]
    for name, values in by_peak.items()
}
display(
    claim(
        tuned["constant"] - tuned["cosine"],
        "validation loss, constant minus cosine, each at its best peak",
        smallest=0.01,
        if_so="Each at its best peak, the cosine ends with a lower validation"
        " loss than the constant rate, by {mean:.3f}.",
        if_not="Each at its best peak, the cosine does not end with a lower"
        " validation loss than the constant rate.",
        if_undecided="Whether the cosine ends with a lower validation loss"
        " than the constant rate, each at its best peak, stays open.",
    ),
    claim(
        by_peak["constant"][2] - by_peak["cosine"][2],
        f"validation loss at a peak of {PEAKS[2]:g}, constant minus cosine",
        smallest=0.01,
        if_so=f"At the same peak of {PEAKS[2]:g} the cosine ends lower, by"
        " {mean:.2f}: a rate that is too high to stay at may be fine to start"
        " from.",
        if_not=f"At the same peak of {PEAKS[2]:g} the cosine does not end"
        " lower.",
        if_undecided="Whether the cosine ends lower at the same peak of"
        f" {PEAKS[2]:g} stays open.",
    ),
)
claim(
    nets["warm-up and cosine", PEAKS[-1]].test_accuracy[-1]
    - nets["cosine", PEAKS[-1]].test_accuracy[-1],
    f"validation accuracy at a peak of {PEAKS[-1]:g}, with warm-up minus"
    " without",
    smallest=0.02,
    if_so="At the highest peak the warm-up saves the training: the accuracy is"
    " higher, by {mean:.0%} of the images.",
    if_not="At the highest peak the warm-up does not gain 2% of the images:"
    " {mean:+.1%}.",
    if_undecided="Whether the warm-up gains 2% of the images at the highest"
    " peak stays open: {low:+.0%} to {high:+.0%}.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** In its first updates [Adam](#adam) moves every weight by about η,
# whatever the size of its gradient. With a small η that is harmless. A large
# one can throw the weights so far that units die, and later updates do not
# bring them back. A warm-up takes these first steps at a small rate. How much
# that helps differs from seed to seed: see the interval above.
#
# </details>
#
# Compare the lowest loss of each schedule. Then see over how wide a range of
# peaks its loss stays low: a wide range is worth a lot, because you will not
# always have time to tune.
#
# Keras has both phases in `keras.optimizers.schedules.CosineDecay`
# (`warmup_target`, `warmup_steps`); pass it to the optimizer as its learning
# rate.
#
# **Learnt:** let the learning rate rise to its peak, then fall along a cosine;
# compare schedules only if each had the same choice of peaks.

# %% [markdown] anchor="adamw-in-training"
# ## AdamW: a decay that Adam does not see
#
# *About 7 minutes.*
#
# Two recipes keep weights small. Add an *L2 penalty* $\lambda \sum w^2$ to the
# loss: this adds $2 \lambda w$ to the gradient of each weight. Or let the
# weights *decay*: multiply each by $1 - \eta \lambda$ in every update,
# whatever its gradient. Under plain gradient descent the two differ only by a
# factor of 2 in λ. But [Adam](#adam) divides every gradient by its usual size,
# and the penalty's gradient along with it. The decay of AdamW ([Loshchilov and
# Hutter, 2019](https://arxiv.org/abs/1711.05101)) is not part of the gradient:
#
# $$\text{Adam + L2: } \; g = \frac{\partial \mathcal{L}}{\partial w} + 2 \lambda w \qquad \text{AdamW: } \; w \leftarrow (1 - \eta \lambda)\, w - \eta\, \frac{\hat{m}}{\sqrt{\hat{v}}}$$
#
# *Predict first: one weight makes no difference to the loss on the images, so
# there its gradient is 0. It starts at 1; $\lambda = 0.001$, $\eta = 0.01$.
# How large is it after 50 updates of Adam with the L2 penalty?*
#
# - **a** about 0.999
# - **b** about 0.95
# - **c** about 0.5

# %% tags=["live", "slide-code"]
# 50 updates of Adam on the gradient 2λw (np.sqrt), and of AdamW's decay.
w, decayed, m, v = 1.0, 1.0, 0.0, 0.0
for t in range(1, 51):
    g = 2 * 0.001 * w
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    w -= 0.01 * m / (1 - 0.9**t) / np.sqrt(v / (1 - 0.999**t))
    decayed *= 1 - 0.01 * 0.001

# %%
print(f"Adam + L2: {w:.4f}   AdamW: {decayed:.4f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** About 0.5. The penalty is the whole gradient, and Adam divides it by
# its own size: each update takes about η = 0.01 off the weight, and λ cancels.
# A λ a thousand times smaller gives the same result.
#
# </details>
#
# AdamW takes off ηλ, or 0.001%, per update.
#
# So under Adam the penalty bites hardest where the images say least, for
# example at the weights of pixels that are almost always black. Now we train
# with both recipes on our images, with the same values of λ.
#
# *Predict first: with λ = 0.1, which of the two ends with the higher
# validation loss?*
#
# - **a** Adam with L2
# - **b** AdamW
# - **c** neither

# %%
STRENGTHS = (0.0001, 0.001, 0.01, 0.1, 1.0)
EPOCHS = by_mode(short=20, full=30)
per_epoch = -(-len(few.X_train) // BATCH)
recipes = {"Adam + L2": "l2", "AdamW": "weight_decay"}
nets = replicas.compare(
    {
        (name, strength): {setting: strength}
        for name, setting in recipes.items()
        for strength in STRENGTHS
    },
    few.X_train,
    few.y_train,
    learning_rate=RATE,
    steps=EPOCHS * per_epoch,
    record=range(0, EPOCHS * per_epoch + 1, per_epoch),
    **common,
)
by_strength = {
    name: np.array(
        [nets[name, each].test_loss[-5:].mean(axis=0) for each in STRENGTHS]
    )
    for name in recipes
}  # each (n_strengths, n_seeds)
plots.plot_sweep(
    experiments.Sweep(
        "decay",
        STRENGTHS,
        "λ",
        "validation loss",
        by_strength,
        log_x=True,
        log_y=True,
    )
)
plt.show()

# %% tags=["hide-input"]
darkest = few.X_train.mean(axis=0).argsort()[: N_INPUTS // 10]
dark_weights = {
    name: nets[name, 0.001].get_weights()[0][:, darkest].std(axis=(1, 2))
    for name in recipes
}
lowest = {
    name: values[values.mean(axis=1).argmin()]
    for name, values in by_strength.items()
}
best_strength = {
    name: STRENGTHS[values.mean(axis=1).argmin()]
    for name, values in by_strength.items()
}
for name, strength in best_strength.items():
    print(f"{name}: lowest validation loss with λ = {strength:g}")
display(
    claim(
        dark_weights["AdamW"] / dark_weights["Adam + L2"],
        "spread of the weights of the darkest tenth of the pixels at λ ="
        " 0.001, AdamW over Adam + L2",
        smallest=2,
        if_so="With λ = 0.001 the L2 penalty has shrunk the weights of the"
        " darkest pixels: AdamW leaves them {mean:.1f} times as large.",
        if_not="With λ = 0.001 the L2 penalty does not halve the weights of"
        " the darkest pixels: AdamW leaves them {mean:.1f} times as large.",
        if_undecided="Whether AdamW leaves the weights of the darkest pixels"
        " twice as large as the L2 penalty does stays open.",
    ),
    claim(
        by_strength["Adam + L2"][3] - by_strength["AdamW"][3],
        f"validation loss with λ = {STRENGTHS[3]:g}, Adam + L2 minus AdamW",
        smallest=0.05,
        if_so=f"With λ = {STRENGTHS[3]:g} the validation loss of Adam + L2"
        " ends {mean:.2f} above that of AdamW.",
        if_not=f"With λ = {STRENGTHS[3]:g} the validation loss of Adam + L2"
        " does not end above that of AdamW.",
        if_undecided=f"Which of the two ends higher with λ = {STRENGTHS[3]:g}"
        " stays open.",
    ),
)
claim(
    lowest["Adam + L2"] - lowest["AdamW"],
    "lowest validation loss on the grid, Adam + L2 minus AdamW",
    smallest=0.02,
    absent=True,
    if_so="Each at its best λ, the two end at the same validation loss, to"
    " within 0.02.",
    if_not="Each at its best λ, the two do not end at the same validation"
    " loss: with L2 it differs by {mean:+.2f}.",
    if_undecided="Whether the two end at the same validation loss, each at"
    " its best λ, stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** Adam enlarges the penalty's gradient wherever that of the loss itself
# is small. The decay of AdamW is multiplied by the learning rate instead: λ =
# 0.1 with a rate of 0.003 takes only three ten-thousandths off a weight in
# each update. So the same λ is strong in one recipe and weak in the other.
#
# </details>
#
# A λ from a paper is worth nothing without its recipe. In Keras:
# `keras.optimizers.AdamW(weight_decay=0.1)`, and no `kernel_regularizer`.
# [Weight regularization](#weight-regularization) shows what a penalty does to
# the weights.
#
# **Learnt:** under Adam an L2 penalty is not weight decay; use AdamW, and tune
# its λ separately.

# %% [markdown] anchor="exercises-training-well"
# ## Exercises: training well
#
# *About 7 minutes.*
#
# Replace the three dots with your answer and run the cell. It tells you
# whether you are right and, if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: updates
#
# How many updates do 10 epochs of 50,000 images make with a batch size of 512?

# %% tags=["exercise"]
n_updates = ...
exercises.check("counting-updates", n_updates)

# %% tags=["solution"]
exercises.check("counting-updates", int(np.ceil(50_000 / 512)) * 10)

# %% [markdown] tags=["exercise"]
# ### Exercise: accuracy
#
# Given `probabilities`, of shape (n, n_classes), and class numbers `labels`,
# return the accuracy.


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
# You get the validation loss of each epoch and the patience. Training stops
# once the loss has failed to beat its record for `patience` epochs in a row,
# or after the last epoch. Count the epochs from 1, and return the one after
# which training stops.


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

# %% [markdown] tags=["exercise"]
# ### Exercise: a rate of the cosine
#
# In a training of 500 updates the rate rises to 0.02 in a warm-up of 50
# updates, then falls to 0 along half a cosine. What is the rate at update 200,
# counted from 0?

# %% tags=["exercise"]
rate = ...
exercises.check("cosine-rate", rate)

# %% tags=["solution"]
exercises.check(
    "cosine-rate", 0.02 * (1 + np.cos(np.pi * (200 - 50) / (500 - 50))) / 2
)

# %% [markdown] tags=["exercise"]
# ### Exercise: the best weights (repair)
#
# This loop should stop early and return the best weights. `train_one_epoch`
# changes the weights in place and returns the validation loss. But the loop
# always returns the weights of the last epoch. Find the bug.


# %% tags=["exercise"]
def best_weights(weights, train_one_epoch, patience):
    best, waited, kept = np.inf, 0, weights
    while waited < patience:
        loss = train_one_epoch(weights)
        if loss < best:
            best, waited, kept = loss, 0, weights
        else:
            waited += 1
    return kept


exercises.check("kept-weights", best_weights)


# %% tags=["solution"]
def best_weights(weights, train_one_epoch, patience):
    best, waited, kept = np.inf, 0, weights.copy()
    while waited < patience:
        loss = train_one_epoch(weights)
        if loss < best:
            best, waited, kept = loss, 0, weights.copy()
        else:
            waited += 1
    return kept


exercises.check("kept-weights", best_weights)

# %% [markdown] tags=["exercise"]
# ### Exercise: few update steps (design)
#
# Write a function that builds a network, trains it for at most 60 update steps
# and returns it. Its arguments are 3,000 images of clothes, 14 × 14 pixels
# each, as `X` of shape (3000, 196), and one-hot labels `y`. The check
# evaluates your network on images that it has not seen: it should get 70% of
# them right.


# %% tags=["exercise"]
def train(X, y):
    return ...


exercises.check("step-budget", train)


# %% tags=["solution"]
def train(X, y):
    network = models.mlp(
        256, n_inputs=196, optimizer=keras.optimizers.Adam(0.005)
    )
    network.fit(X, y, epochs=2, batch_size=100, verbose=0)
    return network


exercises.check("step-budget", train)

# %% [markdown] anchor="one-change-at-a-time" part="Capacity and penalties"
# ## One baseline, one change at a time
#
# *About 3 minutes.*
#
# From here on we compare remedies against overfitting. A comparison means
# something only if all else stays the same: one baseline (256 and 32 units),
# one number of epochs, the same seeds, one change. At the end, [one
# table](#all-variants) shows all variants.
#
# *Predict first: you train two variants once each, and one is better by half a
# percent. Which one should you use?*
#
# - **a** You cannot tell yet.
# - **b** The better one.
# - **c** The simpler one.

# %% tags=["hide-input"]
asked = dict(VARIANTS)


def compare(name, **settings):
    """Draw a variant beside the baseline; train it if it is a new one."""
    if asked.get(name) != settings:
        variants.update(train_all({name: settings}))
        asked[name] = settings
    print(f"{name}: {variants[name].describe()}")
    if name != "baseline":
        shown = ("baseline", name)
        other_labels = "label_smoothing" in settings  # no loss to compare
        plots.plot_history(
            {label: variants[label].mean() for label in shown},
            metrics=["val_loss"] if other_labels else ["loss", "val_loss"],
            overlay=True,
        )
        plt.show()


def minus_baseline(name, metric):
    """A metric of the last five epochs minus the baseline's, (n_seeds,)."""
    return variants[name].at_end(metric) - baseline.at_end(metric)


compare("baseline")
baseline = variants["baseline"]
claim(
    baseline.rise(),
    "validation loss of the baseline in the last five epochs minus its lowest",
    smallest=0.02,
    if_so="The baseline overfits: its validation loss ends {mean:.2f} above"
    " its lowest value. So there is something to cure.",
    if_not="The baseline's validation loss has not turned up: there is little"
    " to cure.",
    if_undecided="Whether the baseline's validation loss turns up stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** With one run each you do not know how much of the half percent is
# luck. The printed range shows what the seed alone does to the baseline.
#
# </details>
#
# The range belongs to a single network: the seed decides only its initial
# weights and the order of the images.
#
# **Learnt:** change one thing at a time, repeat it with several seeds, and
# compare every difference with the range over the seeds.

# %% [markdown] anchor="memorization-capacity"
# ## Memorization capacity
#
# *About 4 minutes.*
#
# How much a network can store is its *capacity*. It grows with the number of
# parameters but is not the same thing: how you train and what you penalize
# matter as well. With enough capacity, a network can store its training images
# in its weights instead of finding out what they have in common.
#
# *Predict first: the baseline has only a fraction of the parameters of
# 512-512. What does that cost?*
#
# - **a** A few percent of accuracy, because it can learn less.
# - **b** Next to no accuracy, and it overfits less.
# - **c** Next to no accuracy, but it overfits more.

# %% tags=["slide-code"]
compare("512-512", hidden=(512, 512))
for name in ("baseline", "512-512"):
    print(f"{name}: {variants[name].count_params():,} parameters")

# %% tags=["hide-input"]
display(
    claim(
        minus_baseline("512-512", "val_accuracy"),
        "validation accuracy, 512-512 minus baseline",
        smallest=0.02,
        if_so="The larger network is more accurate, by {mean:.1%} of the"
        " validation images.",
        if_not="The larger network does not gain 2% of the validation images:"
        " {mean:+.1%}.",
        if_undecided="Whether the larger network gains 2% of the validation"
        " images stays open: {low:+.1%} to {high:+.1%}.",
    )
)
claim(
    variants["512-512"].rise() - baseline.rise(),
    "validation loss in the end minus its lowest, 512-512 minus baseline",
    smallest=0.02,
    if_so="The larger network overfits more: its validation loss ends further"
    " above its lowest value, by {mean:.2f}.",
    if_not="The larger network does not overfit more than the baseline.",
    if_undecided="Whether the larger network overfits more stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** For these images a layer of 256 units is already wide. More units show
# in the loss rather than in the accuracy: the loss also counts how sure the
# network is of its mistakes.
#
# </details>
#
# A large network *can* store a striking amount: it even learns random labels
# by heart ([Zhang et al., 2017](https://arxiv.org/abs/1611.03530)). Start
# small, add units until the network begins to overfit, then regularize it.
#
# **Learnt:** a larger network can memorize more; measure whether it does, and
# what that costs.

# %% [markdown] anchor="information-bottleneck"
# ## Information bottleneck
#
# *About 6 minutes.*
#
# What one layer drops, no later layer can bring back. If the second hidden
# layer has only two units, the network must tell ten classes apart by two
# numbers.
#
# *Predict first: does this network overfit?*
#
# - **a** No, it does not even fit the training images.
# - **b** Yes: two units have to memorize.
# - **c** No, it is as good as the baseline.

# %%
bottleneck = variants["bottleneck, 256-2"]
outputs = bottleneck.predict(few.X_val, "hidden_2")  # (n_seeds, n_images, 2)
alive = (outputs > 0).any(axis=1).sum(axis=1)  # (n_seeds,)
pair = bottleneck.last("accuracy"), bottleneck.last("val_accuracy")
Table(
    ["seed", "live units of 2", "training accuracy", "validation accuracy"],
    [
        (seed, n, *(f"{accuracy:.3f}" for accuracy in of_seed))
        for seed, n, *of_seed in zip(bottleneck.seeds, alive, *pair)
    ],
)

# %% tags=["hide-input"]
best = int(bottleneck.last("loss").argmin())
plots.plot_representation(
    outputs[best], few.labels("val"), few.class_names
).set_title(f"seed {best}: the one with the lowest training loss")
plt.show()
display(
    claim(
        baseline.last("accuracy") - bottleneck.last("accuracy"),
        "training accuracy, baseline minus bottleneck",
        smallest=0.1,
        if_so="It underfits: even on the training images its accuracy is below"
        " the baseline's, by {mean:.0%} of the images.",
        if_not="It fits the training images nearly as well as the baseline.",
        if_undecided="Whether it fits the training images worse than the"
        " baseline stays open.",
    )
)
claim(
    2 - alive,
    "dead units of two",
    smallest=0.2,
    if_so="Units die: {mean:.1f} of the two, on average over the seeds.",
    if_not="Hardly any of the units die in this run.",
    if_undecided="On average {mean:.1f} of the two units are dead; so few"
    " seeds do not say how often units die.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** To overfit, a network first has to fit. Here two units must spread ten
# classes over a quarter of a plane, and either unit may die.
#
# </details>
#
# The outputs of two ReLUs lie in a quarter of the plane; if one unit is dead,
# all ten classes share a line. The network confuses the classes that lie close
# together.
#
# Now compare the seeds. A ReLU whose input is negative for every image passes
# no gradient and is [dead](#activation-gradients). In a layer of 256 nobody
# misses it. In a layer of two it takes away half of what the network sees; if
# both die, every image gets the same answer, which is right one time in ten.
#
# **Learnt:** a layer that is too narrow throws away what no later layer can
# bring back.

# %% [markdown] anchor="weight-regularization"
# ## Weight regularization
#
# *About 7 minutes.*
#
# Add the size of the weights to the loss, and the network has to pay for every
# weight.
#
# $$\text{L2: } \mathcal{L} + \lambda \sum_w w^2 \qquad \text{L1: } \mathcal{L} + \lambda \sum_w |w|$$
#
# *Predict first: imagine the histogram of the first layer's weights. Which
# penalty leaves the largest share of them at or near zero?*
#
# - **a** none: most weights start small
# - **b** L2
# - **c** L1

# %% [markdown]
# The gradients of [the two penalties](#eq-weight-regularization) are
# $2 \lambda w$ and $\lambda\, \text{sign}(w)$. L2 pulls hardest at large
# weights, so all become small. L1 pulls with the same force at every weight,
# however small, so many become zero.

# %% tags=["live", "slide-code"]
# Shrink three weights by one step of L2 alone, then of L1 alone (np.sign).
w, rate, penalty = np.array([1, 0.1, 0.01]), 0.1, 0.05
print(w - rate * 2 * penalty * w)
print(w - rate * penalty * np.sign(w))

# %% tags=["slide-code"]
compare("L2, 0.001", l2=0.001)
compare("L1, 0.0001", l1=0.0001)

# %%
first_layers = {
    name: variants[name].weights[0]  # (n_seeds, n_inputs, 256)
    for name in ("baseline", "L2, 0.001", "L1, 0.0001")
}
plots.plot_weight_histograms(first_layers)
plt.show()

# %% tags=["hide-input"]
none, with_l2, with_l1 = (
    kernel.reshape(SEEDS, -1) for kernel in first_layers.values()
)


def share_of_zeros(kernel):
    return (np.abs(kernel) < 1e-3).mean(axis=1)


PENALTIES = "L2, 0.001", "L1, 0.0001"
display(
    claim(
        share_of_zeros(with_l1) - share_of_zeros(none),
        "share of weights below 0.001, L1 minus baseline",
        smallest=0.1,
        if_so="L1 makes zeros: of the first layer's weights, {mean:.0%} more"
        " are below 0.001 than without a penalty.",
        if_not="L1 has made few zeros: {mean:+.0%} of the weights.",
        if_undecided="Whether L1 makes a tenth of the weights zero stays"
        " open.",
    ),
    claim(
        share_of_zeros(with_l1) - share_of_zeros(with_l2),
        "share of weights below 0.001, L1 minus L2",
        smallest=0.03,
        if_so="L1 makes more zeros than L2, by {mean:.0%} of the weights.",
        if_not="L2 brings about as many weights below 0.001 as L1 does.",
        if_undecided="Whether L1 makes more zeros than L2 stays open.",
    ),
    claim(
        none.std(axis=1) / with_l2.std(axis=1),
        "standard deviation of the weights, baseline over L2",
        smallest=1.2,
        if_so="L2 makes the weights small: the baseline's spread {mean:.1f}"
        " times as far.",
        if_not="L2 hardly changes the spread of the weights.",
        if_undecided="Whether L2 makes the weights smaller stays open.",
    ),
    *(
        claim(
            -minus_baseline(name, "val_loss"),
            f"validation loss of the last five epochs, baseline minus {name}",
            smallest=0.01,
            if_so=f"{name}: the validation loss ends lower, by {{mean:.2f}}.",
            if_not=f"{name}: the validation loss does not end lower.",
            if_undecided=f"{name}: whether the validation loss ends lower"
            " stays open.",
        )
        for name in PENALTIES
    ),
)
claim(
    np.mean([minus_baseline(name, "val_accuracy") for name in PENALTIES], 0),
    "validation accuracy, mean of L2 and L1 minus baseline",
    smallest=0.02,
    absent=True,
    if_so="The accuracy stays where it was, to within 2%: {mean:+.1%}.",
    if_not="The accuracy does not stay where it was: {mean:+.1%}.",
    if_undecided="What the penalties do to the accuracy stays open: {low:+.1%}"
    " to {high:+.1%}.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** Without a penalty the weights keep roughly the bell shape that they
# started with. L2 draws the bell together. L1 drives many weights practically
# to zero (the spike in the middle) and leaves others large.
#
# </details>
#
# Note the logarithmic scale. The peak under L2 is due to Adam, which turns
# even a weak pull into full steps where [the images say
# nothing](#adamw-in-training). (The loss curves leave the penalty out, so that
# you can compare them. In Keras, `fit` reports the loss with the penalty.)
#
# Under plain SGD, L2 is the same as *weight decay*, which shrinks each weight
# a little at every update:
#
# $$w \leftarrow w - \eta \left( \frac{\partial \mathcal{L}}{\partial w} + 2 \lambda w \right) = (1 - 2 \eta \lambda)\, w - \eta\, \frac{\partial \mathcal{L}}{\partial w}$$
#
# Under Adam it is not; that is why there is [AdamW](#adamw-in-training).
#
# **Learnt:** L2 makes weights small and L1 makes many of them zero; with
# either, the network fits its training images less closely.

# %% [markdown] anchor="exercises-penalties"
# ## Exercises: capacity and penalties
#
# *About 6 minutes.*
#
# Replace the three dots with your answer and run the cell. It tells you
# whether you are right and, if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: penalties
#
# Return what L1 and L2 together add to the loss for one weight matrix.


# %% tags=["exercise"]
def penalty(W, l1, l2):
    return ...


exercises.check("penalty", penalty)


# %% tags=["solution"]
def penalty(W, l1, l2):
    return l1 * np.abs(W).sum() + l2 * (W**2).sum()


exercises.check("penalty", penalty)

# %% [markdown] tags=["exercise"]
# ### Exercise: an update of AdamW (repair)
#
# This update is not AdamW: `return w - learning_rate * direction -
# weight_decay * w`. Repair it. `direction` is what Adam multiplies by the
# learning rate, $\hat{m} / \sqrt{\hat{v}}$.


# %% tags=["exercise"]
def adamw(w, direction, learning_rate, weight_decay):
    return ...


exercises.check("decoupled-decay", adamw)


# %% tags=["solution"]
def adamw(w, direction, learning_rate, weight_decay):
    return w - learning_rate * (direction + weight_decay * w)


exercises.check("decoupled-decay", adamw)

# %% [markdown] tags=["exercise"]
# ### Exercise: when to stop (read)
#
# The figure shows a network's loss on 300 training images and on 1,000
# validation images. From which epoch would you keep the weights? An epoch or
# two more or less counts as right.

# %% tags=["hide-input"]
plots.plot_unmarked(exercises.curves("stop"));

# %% tags=["exercise"]
epoch = ...
exercises.check("when-to-stop", epoch)

# %% tags=["solution"]
exercises.check("when-to-stop", 10)

# %% [markdown] anchor="dropout" part="Noise and normalization"
# ## Dropout
#
# *About 5 minutes.*
#
# Penalties act on the weights. The remedies of this part act on what the
# network sees and passes on: they add noise to it or fix its scale. The last
# one softens the labels.
#
# Dropout is noise. During training, set each activation of a layer to 0 with
# probability $p_\text{drop}$, anew for every image of every batch ([Srivastava
# et al., 2014](https://jmlr.org/papers/v15/srivastava14a.html)). No unit can
# rely on any other unit being there, so the network has to spread out what it
# learns.
#
# *Predict first: in Keras, with $p_\text{drop} = 0.5$, does the next layer
# receive half of what it received before?*
#
# - **a** Yes, on average, during training.
# - **b** No: during training, what is kept is doubled.
# - **c** Yes, and for prediction all values are halved to match.

# %% tags=["hide-input"]
net = layout([4, 6, 6, 2])
figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.2))
for image, ax in enumerate(axes, start=1):
    plots.plot_network(net, ax=ax, dropped=drop_units(net, 0.5, rng=image))
    ax.set_title(f"image {image}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Without a correction it would receive half, on average, and in
# prediction, where nothing is dropped, twice as much as it was trained on. So
# Keras *scales up* what is kept during training ("inverted" dropout): the
# expected value stays what it was, and prediction needs no correction. (The
# original paper makes the correction in prediction instead, as in **c**.)
#
# </details>
#
# In the drawing, each image has lost different units. With $m = 0$ for a
# dropped activation and $m = 1$ for one that is kept:
#
# $$\tilde{a} = \frac{m}{1 - p_\text{drop}}\, a, \qquad \mathbb{E}[\tilde{a}] = \frac{1 - p_\text{drop}}{1 - p_\text{drop}}\, a = a$$
#
# See for yourself, with ones as activations:

# %% tags=["live", "slide-code"]
# Drop half of 10,000 ones: a mask from rng.random; scale up what is kept.
rng, ones = np.random.default_rng(SEED), np.ones((1, 10_000), "float32")
mask = rng.random(ones.shape) >= 0.5
out = ones * mask / (1 - 0.5)
print(f"by hand:    values {np.unique(out)}, mean {out.mean():.2f}")

# %% [markdown]
# The Keras layer, during training and in prediction:

# %% tags=["slide-code"]
drop = keras.layers.Dropout(0.5, seed=SEED)
for name, is_training in {"training:": True, "predicting:": False}.items():
    out = np.array(drop(ones, training=is_training))
    print(f"{name:11} values {np.unique(out)}, mean {out.mean():.2f}")

# %% [markdown]
# **Learnt:** dropout removes units at random during training and scales up the
# rest, so that the next layer's expected input stays the same.

# %% [markdown] anchor="dropout-layers"
# ## Dropout layers
#
# *About 4 minutes.*
#
# In Keras, dropout is a layer of its own. It follows the layer whose outputs
# it drops.
#
# *Predict first: with dropout, which loss is lower in the first epoch?*
#
# - **a** the training loss, as without dropout
# - **b** the validation loss
# - **c** neither

# %% tags=["live", "slide-code"]
# Add layers.Dropout(0.3) after each hidden layer of 784-256-32-10.
with_dropout = keras.Sequential([keras.Input((28 * 28,))])
for n_units in (256, 32):
    with_dropout.add(layers.Dense(n_units, **relu))
    with_dropout.add(layers.Dropout(0.3))
with_dropout.add(layers.Dense(10, activation="softmax"))

# %%
without = models.mlp(256, 32)
print(with_dropout.count_params() - without.count_params(), "parameters more")

# %% [markdown]
# Train it for an epoch with `fit`. Then compare 30 epochs with the baseline:

# %%
one_epoch = training.fit_seeds(
    lambda: models.mlp(256, 32, n_inputs=N_INPUTS, dropout=0.3),
    few,
    seeds=SEEDS,
    epochs=1,
    batch_size=BATCH,
)
print(f"Training loss {one_epoch.last('loss').mean():.2f},", end=" ")
print(f"validation loss {one_epoch.val['loss'].mean():.2f}")
compare("dropout, 0.3", dropout=0.3)

# %% tags=["hide-input"]
display(
    claim(
        one_epoch.last("loss") - one_epoch.val["loss"],
        "training loss minus validation loss in the first epoch, with dropout",
        smallest=0.05,
        if_so="In the first epoch the validation loss is the lower one, by"
        " {mean:.2f}.",
        if_not="Even in the first epoch the validation loss is not the lower"
        " one.",
        if_undecided="Which loss is lower in the first epoch stays open.",
    ),
    claim(
        -minus_baseline("dropout, 0.3", "val_loss"),
        "validation loss of the last five epochs, baseline minus dropout",
        smallest=0.01,
        if_so="With dropout the validation loss ends lower than the"
        " baseline's, by {mean:.2f}.",
        if_not="With dropout the validation loss does not end lower than the"
        " baseline's.",
        if_undecided="Whether the validation loss ends lower with dropout"
        " stays open.",
    ),
)
claim(
    minus_baseline("dropout, 0.3", "val_accuracy"),
    "validation accuracy, dropout minus baseline",
    smallest=0.01,
    if_so="Dropout gains accuracy: {mean:+.1%} on the validation images.",
    if_not="Dropout does not gain 1% of validation accuracy: {mean:+.1%}.",
    if_undecided="Whether dropout gains 1% of validation accuracy stays open:"
    " {low:+.1%} to {high:+.1%}.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** `fit` measures the training loss during the epoch: units are missing,
# and the weights are still improving. It measures the validation loss
# afterwards, with all units at work.
#
# </details>
#
# So the two losses that `fit` reports are not comparable. In the figure they
# are: both are measured after each epoch, with all units at work.
#
# **Learnt:** dropout makes the training images harder to learn by heart; judge
# it by the validation loss.

# %% [markdown] anchor="batch-normalization"
# ## Batch normalization
#
# *About 8 minutes.*
#
# We scaled the inputs. Deeper layers have inputs, too, and these change with
# every update. *Batch normalization* ([Ioffe and Szegedy,
# 2015](https://arxiv.org/abs/1502.03167)) scales them inside the network, for
# each unit over the batch:
#
# $$\hat{z} = \gamma\,\frac{z - \mu_{\text{batch}}}{\sqrt{\sigma^2_{\text{batch}} + \varepsilon}} + \beta$$
#
# *Predict first: a batch with mean 5 and standard deviation 3 goes in. What
# mean and standard deviation come out in training, and what in prediction
# after this one batch?*
#
# - **a** 0 and 1 in training, about 5 and 3 in prediction
# - **b** 0 and 1 both times
# - **c** 5 and 3 in training, 0 and 1 in prediction

# %% [markdown]
# The scale $\gamma$ and the offset $\beta$ are learnt, in case other values
# work better than 1 and 0. (Here $\mu$ is a mean and $\beta$ an offset;
# elsewhere these letters stand for momentum and for the factor of an average.)
# In prediction there may be no batch, so moving averages from training replace
# its [mean and variance](#eq-batch-normalization): the layer does one thing in
# training and another in prediction. With Keras' default, each batch moves the
# averages by a hundredth:
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
    """Mean and standard deviation, in words; z makes -0.00 a plain 0.00."""
    return f"mean {values.mean():z.2f}, standard deviation {values.std():.2f}"


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
# **a.** After one batch the moving averages have gone only a hundredth of the
# way: the mean from 0 towards 5, the variance from 1 towards 9.
#
# </details>
#
# That is why a network with batch normalization can predict badly in its first
# epochs although it trains well. In `mlp` each batch therefore moves the
# averages by a tenth, so that they follow about the last ten batches. Here is
# batch normalization alone, and with dropout on top:

# %% tags=["slide-code"]
compare("batch norm", batch_norm=True)
compare("batch norm + dropout, 0.3", batch_norm=True, dropout=0.3)

# %% tags=["hide-input"]
normalized, both = (
    variants[name] for name in ("batch norm", "batch norm + dropout, 0.3")
)
display(
    claim(
        (baseline.curves["loss"] - normalized.curves["loss"])[2],
        "training loss after three epochs, baseline minus batch norm",
        smallest=0.02,
        if_so="With batch normalization the training loss falls faster: after"
        " three epochs it is lower by {mean:.2f}.",
        if_not="With batch normalization the training loss does not fall"
        " faster: {mean:+.2f} after three epochs.",
        if_undecided="Whether the training loss falls faster with batch"
        " normalization stays open.",
    ),
    claim(
        normalized.rise() - baseline.rise(),
        "validation loss in the end minus its lowest, batch norm minus"
        " baseline",
        smallest=0.02,
        if_so="It is no remedy against overfitting here: the validation"
        " loss turns up more, by {mean:.2f}.",
        if_not="The validation loss does not turn up more than the"
        " baseline's.",
        if_undecided="Whether the validation loss turns up more stays open.",
    ),
)
claim(
    normalized.rise() - both.rise(),
    "validation loss in the end minus its lowest, batch norm without dropout"
    " minus with",
    smallest=0.02,
    if_so="Dropout on top calms it: the validation loss turns up less, by"
    " {mean:.2f}.",
    if_not="Dropout on top does not make the validation loss turn up less.",
    if_undecided="Whether dropout on top makes the validation loss turn up"
    " less stays open.",
)

# %% [markdown]
# Batch normalization was proposed because a layer's inputs change whenever the
# layers below it learn. Whether it helps for that reason has been contested
# since ([Santurkar et al., 2018](https://arxiv.org/abs/1805.11604)): it also
# makes the loss smoother, which allows larger steps.
#
# **Learnt:** batch normalization keeps the inputs of every layer in range, and
# behaves differently in training and in prediction.

# %% [markdown] anchor="layer-normalization"
# ## Layer normalization
#
# *About 6 minutes.*
#
# Batch normalization ties the images of a batch together: change one, and the
# outputs for all of them change. *Layer normalization* ([Ba, Kiros and Hinton,
# 2016](https://arxiv.org/abs/1607.06450)) uses the same formula, but takes the
# mean and variance over the units of a layer, separately for each image:
#
# $$\hat{z} = \gamma\,\frac{z - \mu_{\text{image}}}{\sqrt{\sigma^2_{\text{image}} + \varepsilon}} + \beta$$
#
# *Predict first: a batch consists of a single image. With $\gamma = 1$ and
# $\beta = 0$, what does batch normalization output in training?*
#
# - **a** the values that went in
# - **b** zeros
# - **c** values of mean 0 and standard deviation 1

# %% tags=["live", "slide-code"]
# Normalize each row by its own mean and variance, with keepdims=True.
def layer_norm(z, epsilon=1e-3):
    z = z - z.mean(axis=1, keepdims=True)
    variance = (z**2).mean(axis=1, keepdims=True)
    return z / np.sqrt(variance + epsilon)


# %%
by_layer = keras.layers.LayerNormalization()
assert np.allclose(layer_norm(batch), by_layer(batch), atol=1e-4)
alone = batch[:1]
print("the image:           ", alone[0].round(2))
for name, layer in {"batch norm": normalize, "layer norm": by_layer}.items():
    for is_training in (True, False):
        among = np.array(layer(batch, training=is_training))[0]
        on_its_own = np.array(layer(alone, training=is_training))[0]
        how = "training" if is_training else "predicting"
        print(f"{name}, {how}: alone", on_its_own.round(2))
        print(f"{name}, {how}: in 512", among.round(2))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Zeros: the mean over a batch of one image is that image, so nothing is
# left of it.
#
# </details>
#
# Layer normalization gives the same four numbers each time: alone or in a
# batch, in training or in prediction. It keeps no moving averages. Language
# models use it or a variant of it: their sequences differ in length, and they
# write one word at a time.
#
# Now we train a network of 64 and 32 units with each (layer norm without γ and
# β), in batches of 4 and of 100.
#
# *Predict first: with batches of 4, which of the two is more accurate on the
# validation images?*
#
# - **a** batch norm
# - **b** layer norm
# - **c** they differ by less than 1%


# %%
def normalized_relu(z):
    """Layer norm without γ and β, then a ReLU."""
    z = z - keras.ops.mean(z, axis=-1, keepdims=True)
    variance = keras.ops.mean(z**2, axis=-1, keepdims=True)
    return keras.ops.relu(z / keras.ops.sqrt(variance + 1e-3))


normalizations = {
    "batch norm": dict(batch_norm=(0.9, 1e-3)),
    "layer norm": dict(activation=normalized_relu),
}
by_size = {}
for size, epochs in ((4, 2), (100, by_mode(short=8, full=20))):
    steps = epochs * -(-len(few.X_train) // size)
    nets = replicas.compare(
        normalizations,
        few.X_train,
        few.y_train,
        **common | dict(batch_size=size, learning_rate=0.001),
        steps=steps,
        record=[steps],
    )
    for name, runs in nets.items():
        by_size[f"{name}, batches of {size}"] = runs.test_accuracy[-1]
plots.plot_variants(by_size, label="validation accuracy")
plt.show()

# %% tags=["hide-input"]
display(
    claim(
        by_size["layer norm, batches of 4"]
        - by_size["batch norm, batches of 4"],
        "validation accuracy with batches of 4, layer norm minus batch norm",
        smallest=0.01,
        if_so="With batches of 4, layer norm is more accurate, by {mean:.1%}"
        " of the validation images.",
        if_not="With batches of 4, layer norm does not gain 1% of the"
        " validation images: {mean:+.1%}.",
        if_undecided="Whether layer norm gains 1% of the validation images"
        " with batches of 4 stays open: {low:+.1%} to {high:+.1%}.",
    )
)
claim(
    by_size["layer norm, batches of 100"]
    - by_size["batch norm, batches of 100"],
    "validation accuracy with batches of 100, layer norm minus batch norm",
    smallest=0.02,
    absent=True,
    if_so="With batches of 100 the two differ by less than 2%: {mean:+.1%}"
    " for layer norm.",
    if_not="With batches of 100 the two differ as well: {mean:+.1%} for layer"
    " norm.",
    if_undecided="Whether they differ by 2% with batches of 100 stays open:"
    " {low:+.1%} to {high:+.1%} for layer norm.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** The mean and variance of four images are poor estimates. They change
# with every batch, which is noise to the network, and the moving averages that
# it uses in prediction differ from all of them. Layer norm never looks at
# other images, so the batch size makes no difference to it.
#
# </details>
#
# Do not compare the two batch sizes with each other: they made different
# numbers of updates.
#
# **Learnt:** layer norm normalizes each image by itself, works the same in
# training and in prediction, and does not depend on the batch size.

# %% [markdown] anchor="augmentation"
# ## Data augmentation
#
# *About 6 minutes.*
#
# The best remedy against overfitting is more images, and some cost nothing. A
# shirt stays a shirt if you mirror it or move it a little to the side.
# *Augmentation* makes such copies during training: it shows the network which
# changes do not matter.
#
# *Predict first: all our clothes are in the middle of their images. A trained
# network now sees the validation images moved to the right by one pixel of 14.
# What happens to its accuracy?*
#
# - **a** it changes by less than 2 percentage points
# - **b** it falls by 2 to 20 percentage points
# - **c** it falls by more than 20 percentage points

# %% tags=["live", "slide-code"]
# Flip and move the images: RandomFlip, then RandomTranslation by a tenth.
flip = keras.layers.RandomFlip("horizontal", seed=SEED)
move = keras.layers.RandomTranslation(0.1, 0.1, "constant", seed=SEED)
images = few.images("train")[..., None]  # (n_images, height, width, 1)
altered = [np.array(move(flip(images), training=True)) for _ in range(5)]

# %% tags=["hide-input"]
plots.plot_images(
    [images[0, ..., 0], *(each[0, ..., 0] for each in altered)],
    ["as it is", *(f"copy {n}" for n in range(1, 6))],
    columns=3,
);

# %% [markdown]
# We train two networks with the same number of updates. One sees the images as
# they are; for the other, half of the images are altered copies, all made
# beforehand.

# %%
N_COPIES = by_mode(short=5, full=1)  # of each image: 50,000 take memory
same = np.tile(few.X_train, (N_COPIES, 1))
copies = np.concatenate(altered[:N_COPIES]).reshape(len(same), -1)
updates = by_mode(short=600, full=5000)
nets = replicas.compare(
    {
        "as they are": dict(X=np.concatenate([same, same])),
        "augmented": dict(X=np.concatenate([same, copies])),
    },
    y=np.tile(few.y_train, (2 * N_COPIES, 1)),
    **common | dict(hidden=(256, 32), learning_rate=RATE, n_measured=1000),
    steps=updates,
    record=range(0, updates + 1, updates // 10),
)
moved = np.roll(few.images("val"), by_mode(short=1, full=2), axis=2)
truth = few.labels("val")
in_the_middle, to_the_side = (
    {
        name: (runs.predict(X).argmax(axis=-1) == truth).mean(axis=1)
        for name, runs in nets.items()
    }
    for X in (few.X_val, moved.reshape(len(moved), -1))
)
plots.plot_variants(
    {f"{name}, in the middle": each for name, each in in_the_middle.items()}
    | {f"{name}, moved": each for name, each in to_the_side.items()},
    label="validation accuracy",
)
plt.show()

# %% tags=["hide-input"]
plain, augmented = nets.values()
display(
    claim(
        in_the_middle["as they are"] - to_the_side["as they are"],
        "validation accuracy of the plain network, images as they are minus"
        " moved",
        smallest=0.02,
        if_so="Moving the images lowers the accuracy of the plain network by"
        " {mean:.0%} of them.",
        if_not="Moving the images lowers the accuracy of the plain network by"
        " less than 2% of them.",
        if_undecided="By how much moving the images lowers the accuracy of the"
        " plain network stays open: {low:.1%} to {high:.1%} of them.",
    ),
    claim(
        to_the_side["augmented"] - to_the_side["as they are"],
        "validation accuracy on moved images, augmented minus plain",
        smallest=0.02,
        if_so="Augmentation gains {mean:.0%} of the moved images.",
        if_not="Augmentation does not gain 2% of the moved images:"
        " {mean:+.1%}.",
        if_undecided="Whether augmentation gains 2% of the moved images stays"
        " open: {low:+.1%} to {high:+.1%}.",
    ),
    claim(
        in_the_middle["augmented"] - in_the_middle["as they are"],
        "validation accuracy on images as they are, augmented minus plain",
        smallest=0.01,
        if_so="It gains {mean:.1%} of the images in the middle as well.",
        if_not="It does not gain 1% of the images in the middle: {mean:+.1%}.",
        if_undecided="Whether it gains 1% of the images in the middle stays"
        " open: {low:+.1%} to {high:+.1%}.",
    ),
)
claim(
    (plain.test_loss - augmented.test_loss)[-3:].mean(axis=0),
    "validation loss at the last three records, plain minus augmented",
    smallest=0.005,
    if_so="The validation loss ends lower with augmentation, by {mean:.2f}.",
    if_not="The validation loss does not end lower with augmentation.",
    if_undecided="Whether the validation loss ends lower with augmentation"
    " stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** A dense network has separate weights for every pixel. After the move,
# the edges of the clothes meet weights that were trained on their neighbours.
#
# </details>
#
# What you gain depends on the images to come. If all of them are centred,
# copies that are not centred mostly teach the network what it will not need.
# If people photograph their own clothes, you need such copies. And not every
# change is harmless: a mirrored 3 is no longer a 3.
#
# In Keras, put these layers at the front of the network or into the data
# pipeline; in prediction they do nothing.
#
# **Learnt:** augment with the changes that you expect in use, and measure on
# images that show them.

# %% [markdown] anchor="label-smoothing"
# ## Label smoothing
#
# *About 4 minutes.*
#
# With one-hot labels, a network can always lower its loss by being surer of a
# right answer: a [softmax](#output-activations) reaches a probability of 1
# only with infinitely large weights. So training on one-hot, or *hard*, labels
# never stops pulling at the weights. Label smoothing ([Szegedy et al.,
# 2016](https://arxiv.org/abs/1512.00567)) asks for a little less. With $k$
# classes:
#
# $$y_\text{smooth} = (1 - \alpha)\,y + \frac{\alpha}{k}$$
#
# *Predict first: with $\alpha = 0.1$ and ten classes, what is the highest
# label?*

# %% tags=["live", "slide-code"]
# Smooth the labels of two images with α = 0.1, by the formula.
print((0.9 * few.y_train[:2] + 0.1 / 10).round(2))

# %% tags=["slide-code"]
compare("label smoothing, 0.1", label_smoothing=0.1)

# %% tags=["hide-input"]
over = {}
for name in ("baseline", "label smoothing, 0.1"):
    outputs = variants[name].predict(few.X_val)  # (n_seeds, n_images, 10)
    confidence = outputs.max(axis=-1).mean(axis=-1)
    accuracy = variants[name].last("val_accuracy")
    over[name] = confidence - accuracy
    print(
        f"{name}: mean confidence {confidence.mean():.3f},"
        f" accuracy {accuracy.mean():.3f}"
    )
hard, smoothed = over.values()
display(
    claim(
        hard,
        "mean confidence minus accuracy of the baseline",
        smallest=0.02,
        if_so="The baseline is over-confident: its confidence is {mean:.1%}"
        " above its accuracy.",
        if_not="The baseline is not over-confident: {mean:+.1%}.",
        if_undecided="Whether the baseline is over-confident stays open.",
    ),
    claim(
        hard - smoothed,
        "mean confidence minus accuracy, baseline minus label smoothing",
        smallest=0.02,
        if_so="Label smoothing makes the network less sure, by {mean:.1%}.",
        if_not="Label smoothing does not make the network less sure.",
        if_undecided="Whether label smoothing makes the network less sure"
        " stays open.",
    ),
)
claim(
    np.abs(hard) - np.abs(smoothed),
    "size of confidence minus accuracy, baseline minus label smoothing",
    smallest=0.005,
    if_so="So its confidence comes closer to its accuracy.",
    if_not="So its confidence comes no closer to its accuracy.",
    if_undecided="Whether its confidence comes closer to its accuracy stays"
    " open: too modest may be as far off as too sure.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **0.91.** 0.9 · 1 + 0.1 / 10. Each of the other nine classes gets 0.01.
#
# </details>
#
# A network's *confidence* is the probability that it gives to its answer. A
# well *calibrated* network is right as often as it claims to be ([Guo et al.,
# 2017](https://arxiv.org/abs/1706.04599)). How much smoothing that takes
# depends on how over-confident the network is, so choose $\alpha$ on the
# validation images. The figure shows only the validation loss, which is
# measured against the true labels. The training losses cannot be compared:
# against smoothed labels even the best possible answer has a loss above 0.
#
# **Learnt:** smoothed labels stop a network from growing ever surer.

# %% [markdown] anchor="exercises-regularization"
# ## Exercises: noise and normalization
#
# *About 10 minutes.*
#
# Replace the three dots with your answer and run the cell. It tells you
# whether you are right and, if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: inverted dropout
#
# Return the activations `a` after dropout in training, with dropout
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
# Return `z`, of shape (n, q), as batch normalization normalizes it in
# prediction.


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
# Return the one-hot labels `y`, of shape (n, k), smoothed by `alpha`.


# %% tags=["exercise"]
def smoothed(y, alpha):
    return ...


exercises.check("smooth-labels", smoothed)


# %% tags=["solution"]
def smoothed(y, alpha):
    return (1 - alpha) * y + alpha / y.shape[1]


exercises.check("smooth-labels", smoothed)

# %% [markdown] tags=["exercise"]
# ### Exercise: layer normalization
#
# Return `z`, of shape (n, q), after layer normalization with scale `gamma` and
# offset `beta`, both of shape (q,).


# %% tags=["exercise"]
def layer_normalized(z, gamma, beta, epsilon):
    return ...


exercises.check("layer-norm", layer_normalized)


# %% tags=["solution"]
def layer_normalized(z, gamma, beta, epsilon):
    mean = z.mean(axis=1, keepdims=True)
    variance = z.var(axis=1, keepdims=True)
    return gamma * (z - mean) / np.sqrt(variance + epsilon) + beta


exercises.check("layer-norm", layer_normalized)

# %% [markdown] tags=["exercise"]
# ### Exercise: images to the right
#
# Move all images, of shape (n, height, width), to the right by one pixel and
# return them. Black, 0, comes in from the left.


# %% tags=["exercise"]
def to_the_right(images):
    return ...


exercises.check("moved-images", to_the_right)


# %% tags=["solution"]
def to_the_right(images):
    return np.pad(images, ((0, 0), (0, 0), (1, 0)))[:, :, :-1]


exercises.check("moved-images", to_the_right)

# %% [markdown] anchor="confusion-matrix" part="What is it worth?"
# ## The confusion matrix
#
# *About 5 minutes.*
#
# The networks are trained. What are they worth? One accuracy for all classes
# is not enough. You want to know which classes to trust, how far to believe a
# probability, whether another architecture would have done better at the same
# cost, and how to keep what you have. Only then do we open the test images.
#
# Begin with the classes. A *confusion matrix* has a row for each class and
# counts which answers its images got, one column for each answer. It gives
# every class a recall, a precision, and $F_1$, which is low if either of them
# is:
#
# $$\begin{gathered} \text{recall} = \frac{\text{right answers}}{\text{images of the class}} \qquad \text{precision} = \frac{\text{right answers}}{\text{answers of that kind}} \\ F_1 = \frac{2 \cdot \text{recall} \cdot \text{precision}}{\text{recall} + \text{precision}} \end{gathered}$$
#
# *Predict first: which class has the lowest $F_1$?*
#
# - **a** sandal
# - **b** shirt
# - **c** coat

# %% tags=["live", "slide-code"]
# Count the baseline's answers on validation images with confusion_matrix.
from sklearn.metrics import confusion_matrix

truth = few.labels("val")
answers = variants["baseline"].predict(few.X_val).argmax(axis=-1)
counts = np.array([confusion_matrix(truth, each) for each in answers])
# (n_seeds, 10, 10)

# %%
plots.plot_confusion(counts.sum(axis=0), few.class_names)
plt.show()

# %% tags=["hide-input"]
right = np.diagonal(counts, axis1=1, axis2=2)  # (n_seeds, 10)
n_images, n_answers = counts.sum(axis=2), counts.sum(axis=1)
recall, precision = right / n_images, right / np.maximum(n_answers, 1)
f1 = 2 * right / (n_images + n_answers)
means = (each.mean(axis=0) for each in (recall, precision, f1))
display(
    Table(
        ["class", "recall", "precision", "F1"],
        [
            (name, *(f"{number:.2f}" for number in numbers))
            for name, *numbers in zip(few.class_names, *means)
        ],
    )
)
shirt = few.class_names.index("Shirt")
others = [c for c in range(10) if c != shirt]
claim(
    f1[:, others].mean(axis=1) - f1[:, shirt],
    "F1, mean of the other nine classes minus shirt",
    smallest=0.1,
    if_so="The F1 of shirts is {mean:.2f} below the mean of the other classes;"
    " one accuracy for all classes hides that.",
    if_not="The F1 of shirts is nearly as high as that of the other classes.",
    if_undecided="Whether the F1 of shirts is lower than that of the other"
    " classes stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** The shirt. As its row shows, a shirt is taken for a T-shirt, a
# pullover or a coat; a sandal is mistaken almost only for another shoe.
#
# </details>
#
# Read a row to see what the images of a class were taken for. The blanks tell
# as much as the numbers: hardly any garment is taken for a shoe. Read a column
# to see what is behind an answer. The counts are summed over all seeds, so
# that no single training decides; the figure shows them in percent of each
# row.
#
# **Learnt:** look at the recall and precision of each class; one number for
# all classes hides the weakest.

# %% [markdown] anchor="calibration"
# ## Can you believe its probabilities?
#
# *About 7 minutes.*
#
# An answer with probability 0.9 should be right nine times out of ten. A
# *reliability diagram* checks that: sort the answers into bins by their
# probability, the *confidence*, and see what share of each bin is right. The
# *calibration error* is the gap between confidence and that share, averaged
# over all answers. If a network is [surer than it is right](#label-smoothing),
# do not blame the softmax: the cause is training on hard labels until the loss
# on the training images is tiny.
#
# The simplest cure needs no new training ([Guo et al.,
# 2017](https://arxiv.org/abs/1706.04599)): divide the inputs of the softmax,
# the *logits* $z$, by a *temperature* $T$, one number for all images.
#
# $$\hat{y}_c = \frac{e^{z_c / T}}{\sum_k e^{z_k / T}}$$
#
# *Predict first: what does a temperature of 2 do to the accuracy?*
#
# - **a** it falls a little
# - **b** it rises a little
# - **c** it stays exactly the same

# %% tags=["live", "slide-code"]
# Softmax at a temperature, with np.exp; subtract the largest logit first.
def at_temperature(logits, T):
    scaled = (logits - logits.max(axis=-1, keepdims=True)) / T
    powers = np.exp(scaled)
    return powers / powers.sum(axis=-1, keepdims=True)


# %% [markdown]
# We choose the temperature that minimizes the cross-entropy on one half of the
# validation images, and measure on the other half. (The logarithms of the
# probabilities serve as logits: the two differ only by one number per image,
# which the softmax ignores.)

# %%
from lecture.experiments.calibration import (
    best_temperature,
    calibration_error,
    reliability,
)

logits = np.log(np.maximum(variants["baseline"].predict(few.X_val), 1e-30))
half = len(few.X_val) // 2
fitted, held = few.y_val[:half], few.y_val[half:]
temperatures = [best_temperature(each[:half], fitted) for each in logits]
before = logits[:, half:]  # (n_seeds, n_images, 10)
after = np.array([each / T for each, T in zip(before, temperatures)])
measured = {
    "as trained": reliability(at_temperature(before, 1), held),
    "with temperature": reliability(at_temperature(after, 1), held),
}
print("temperatures:", np.round(temperatures, 2))
for name, each in measured.items():
    print(f"{name}: {each.describe()}")
assert (before.argmax(axis=-1) == after.argmax(axis=-1)).all()
plots.plot_reliability(measured)
plt.show()

# %% tags=["hide-input"]
errors = {
    name: np.array([calibration_error(each, held) for each in logits])
    for name, logits in {"before": before, "after": after}.items()
}
display(
    claim(
        np.array(temperatures) - 1,
        "temperature minus 1",
        smallest=0.1,
        if_so="The networks were too sure: on average the best temperature is"
        " {mean:.1f} above 1.",
        if_not="The networks were not too sure: on average the best"
        " temperature minus 1 is {mean:+.2f}.",
        if_undecided="Whether the networks were too sure stays open.",
    )
)
claim(
    errors["before"] - errors["after"],
    "calibration error on the other half, before minus after",
    smallest=0.005,
    if_so="The temperature lowers the calibration error of a single network,"
    " by {mean:.3f} on average.",
    if_not="The temperature hardly lowers the calibration error of a single"
    " network: by {mean:.3f} on average.",
    if_undecided="Whether the temperature lowers the calibration error of a"
    " single network stays open: by {low:.3f} to {high:.3f}.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** Exactly the same: all logits of an image are divided by the same
# number, so the largest stays the largest. Only the probabilities change.
#
# </details>
#
# Below the dashed line the network is surer than it is right. The figure and
# the printed lines pool the answers of all networks; the sentences judge one
# network at a time. The bars are 95% intervals from drawing the images again
# and again with replacement (*bootstrap*): a bin with few answers says little.
#
# Even a perfectly calibrated network would not show an error of exactly 0,
# because the counts in the bins depend on luck. And the temperature is right
# only for images like these: on images of another kind the network may be too
# sure again.
#
# **Learnt:** check probabilities against frequencies before you use them, and
# correct them with a temperature from images that you did not train on.

# %% [markdown] anchor="convolution-against-dense"
# ## A convolution against the dense network
#
# *About 7 minutes.*
#
# A dense network learns just as well if the pixels of all images are shuffled
# in the same way. A [convolution](#other-architectures) looks at neighbours:
# each filter of 3 × 3 weights slides over the whole image and responds to the
# same pattern, such as an edge, wherever it is. What is that worth at equal
# cost? We train two networks with the same number of parameters, to within 1%,
# on the same images.
#
# *Predict first: how many parameters do 16 filters of 3 × 3 on a grey image
# have, including biases?*

# %%
side = few.images("train").shape[1]
units = by_mode(short=(23, 15), full=(27, 17))


def convolution():
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input(shape=(side * side,)),
            layers.Reshape((side, side, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(16, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    return network


def dense():
    adam = keras.optimizers.Adam(0.01)
    return models.mlp(*units, n_inputs=side * side, optimizer=adam)


# %% tags=["live", "slide-code"]
# Count the parameters of the convolution by hand.
left = (side - 2) // 2 - 2  # rows left after both convolutions
n_first = (3 * 3 * 1 + 1) * 16
n_second = (3 * 3 * 16 + 1) * 16
n_output = (left * left * 16 + 1) * 10
print(n_first, n_second, n_output, "together", n_first + n_second + n_output)

# %%
sizes = {
    "convolution": convolution().count_params(),
    f"dense, {units[0]}-{units[1]}": dense().count_params(),
}
print(", ".join(f"{name}: {n:,} parameters" for name, n in sizes.items()))
n_convolution, n_dense = sizes.values()
assert n_convolution == n_first + n_second + n_output
assert abs(n_dense / n_convolution - 1) < 0.01

# %% [markdown]
# <details><summary>Answer</summary>
#
# **160.** Nine weights and a bias, sixteen times: (3 · 3 · 1 + 1) · 16. The
# size of the image does not matter, because every filter is used everywhere.
#
# </details>
#
# At least half of the convolution's parameters sit in its last layer, which is
# dense. The dense network can afford only a few units, because its first layer
# has a weight for each pixel and unit.
#
# *Predict first: after the same number of epochs, which network is more
# accurate on the validation images?*
#
# - **a** the convolution, by half a percent or more
# - **b** the dense network, by half a percent or more
# - **c** they differ by less than half a percent


# %%
def without_validation(network, images):
    """Train without evaluating each epoch: that saves a third of the time."""
    batches = training.batches(images.X_train, images.y_train, 50)
    epochs = by_mode(short=12, full=10)
    curves = network.fit(batches, epochs=epochs, shuffle=False, verbose=0)
    return curves.history


at_equal_size = {
    name: training.fit_seeds(
        build, few, seeds=SEEDS, epochs=1, train=without_validation
    ).val["accuracy"]
    for name, build in zip(sizes, (convolution, dense))
}
plots.plot_variants(at_equal_size, label="validation accuracy")
plt.show()

# %% tags=["hide-input"]
of_convolution, of_dense = at_equal_size.values()
lead = claim(
    of_convolution - of_dense,
    "validation accuracy at equal parameters, convolution minus dense",
    smallest=0.005,
    if_so="At equal parameters the convolution is more accurate, by {mean:.1%}"
    " of the images.",
    if_not="At equal parameters the convolution does not gain half a percent"
    " of the images: {mean:+.1%}.",
    if_undecided="Whether the convolution gains half a percent of the images"
    " at equal parameters stays open: {low:+.1%} to {high:+.1%}.",
)
display(lead)
experiments.decided(
    a=lead.low >= 0.005,
    b=lead.high <= -0.005,
    c=-0.005 < lead.low and lead.high < 0.005,
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The sentences above say which. The convolution has an assumption built in:
# what is near belongs together, and a shape means the same wherever it is.
# That is true of images, so the convolution need not learn it from them. But
# with few, small images the seed also makes a difference: compare the gap
# between the bars with the spread of the dots.
#
# </details>
#
# Equal parameters are not equal work: a convolution uses its weights at every
# position, so it needs many more multiplications for each image. Whether
# memory or time counts depends on where the network will run.
#
# **Learnt:** compare architectures at equal cost, and say which cost; a
# convolution has far fewer weights than a dense layer with as many outputs.

# %% [markdown] anchor="saving-and-loading"
# ## Saving and loading
#
# *About 5 minutes.*
#
# A trained network is worth keeping. Keras saves it in one file: the layers,
# the weights, the loss and metrics it was compiled with, and the optimizer
# with its state.
#
# *Predict first: which of these is not in the file?*
#
# - **a** the code of a layer that you wrote yourself
# - **b** the optimizer's moving averages
# - **c** the number and kind of the layers

# %% tags=["live", "slide-code"]
# Save the baseline, load it with keras.saving.load_model, compare outputs.
folder = TemporaryDirectory()  # it goes away with this notebook
file = Path(folder.name) / "baseline.keras"
network = variants["baseline"].network()
network.save(file)
loaded = keras.saving.load_model(file)
same = np.array_equal(network(few.X_val), loaded(few.X_val))

# %%
print(f"{file.name}: {file.stat().st_size:,} bytes for")
print(f"{network.count_params():,} parameters of 4 bytes, twice:")
print("this network is compiled with RMSprop, which keeps an average for each")
print("the same predictions, to the last bit:", same)
assert same

# %% [markdown]
# A file of the weights alone is smaller, but fits only a network with the same
# layers. Now save a network with a layer of your own:


# %%
class Scale(keras.layers.Layer):
    """Divide by a number that is not learnt."""

    def call(self, inputs):
        return inputs / 255


own = keras.Sequential(
    [keras.Input(shape=(N_INPUTS,)), Scale(), keras.layers.Dense(10)]
)
own.save(Path(folder.name) / "own.keras")
known, Scale = {"Scale": Scale}, None  # as in another notebook, without it
try:
    keras.saving.load_model(Path(folder.name) / "own.keras")
except Exception as error:
    *_, why = str(error).split("Exception encountered: ")
    print(f"{type(error).__name__}: {why[:70]} …")
again = keras.saving.load_model(
    Path(folder.name) / "own.keras", custom_objects=known
)
print("with custom_objects:", [layer.name for layer in again.layers])
weights = Path(folder.name) / "baseline.weights.h5"
network.save_weights(weights)
fresh = models.mlp(*variants["baseline"].hidden, n_inputs=N_INPUTS)
fresh.load_weights(weights)
assert np.array_equal(network(few.X_val), fresh(few.X_val))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** The code. The file has only the layer's name and settings. To load it
# you need the class: pass it as `custom_objects`, or register it with
# `@keras.saving.register_keras_serializable()`.
#
# </details>
#
# The file also lacks the training curves, the seeds, the order of the images,
# the scaling of the inputs, and the versions of libraries other than Keras.
# Save them beside it. And load files only from people you trust: a file may
# contain code, and Keras refuses to load such a file unless you switch off
# `safe_mode`.
#
# **Learnt:** a `.keras` file has all you need to predict or to train further,
# except your own code; keep the scaling and the versions with it.

# %% [markdown] anchor="all-variants"
# ## All variants, on the test set
#
# *About 5 minutes.*
#
# We made every choice so far on the validation images. Now we open the test
# images, once, for all variants. (Training and validation accuracy are means
# over the last five epochs; test accuracy is that of the network after the
# last epoch.)
#
# *Predict first: is the variant that is best on the validation images also
# ahead of the baseline on the test images, on average?*
#
# - **a** Yes, by more than the baseline's seeds differ.
# - **b** Yes, but by no more than they differ.
# - **c** No.

# %%
def validation_accuracy(name):
    return variants[name].at_end("val_accuracy").mean()


# %% tags=["live", "slide-code"]
# Choose the winner with max(…, key=…), then call test.open().
winner = max(variants, key=validation_accuracy)
print(f"chosen on the validation images: {winner}")
opened = test.open()
print(f"{len(opened.X_test):,} test images opened")

# %% tags=["hide-input"]
shrunk = (
    data.fewer(opened, 2000, 1000, averaged=True)
    if MODE == "short"
    else opened
)
answers = {
    name: variant.predict(shrunk.X_test).argmax(axis=-1)
    for name, variant in variants.items()
}
on_test = {
    name: (each == shrunk.labels("test")).mean(axis=1)
    for name, each in answers.items()
}
table = pd.DataFrame(
    {
        name: {
            "parameters": f"{variant.count_params():,}",
            "training accuracy": variant.at_end("accuracy").mean(),
            "validation accuracy": variant.at_end("val_accuracy").mean(),
            "test accuracy": on_test[name].mean(),
            "lowest": on_test[name].min(),
            "highest": on_test[name].max(),
        }
        for name, variant in variants.items()
    }
).T
table.style.format(precision=3)

# %%
plots.plot_variants(
    {
        name: accuracy
        for name, accuracy in on_test.items()
        if not name.startswith("bottleneck")
    },
    label="test accuracy",
    baseline="baseline",
)
plt.show()

# %% tags=["hide-input"]
evaluated = first.models[0].evaluate(opened.X_test, opened.y_test, verbose=0)
print(
    f"784-512-512-10, whole images, {len(fashion.X_train):,} of them:"
    f" test loss {evaluated[0]:.3f}, test accuracy {evaluated[1]:.4f}"
)
ahead = on_test[winner] - on_test["baseline"]
spread = np.ptp(on_test["baseline"])
print(
    f"On average {winner} is ahead by {ahead.mean():+z.1%}; the seeds of the"
    f" baseline differ by {spread:.1%}."
)
display(
    experiments.decided(
        a=ahead.mean() > spread,
        b=0 < ahead.mean() <= spread,
        c=ahead.mean() <= 0,
    )
)
claim(
    ahead,
    f"test accuracy, {winner} minus baseline",
    smallest=0.005,
    if_so=f"The variant chosen on the validation images ({winner}) is ahead of"
    " the baseline on the test images, by {mean:.1%}.",
    if_not=f"The variant chosen on the validation images ({winner}) is not"
    " ahead of the baseline on the test images by half a percent:"
    " {mean:+.1%}.",
    if_undecided="Whether the variant chosen on the validation images"
    f" ({winner}) is ahead of the baseline on the test images by half a"
    " percent stays open: {low:+.1%} to {high:+.1%}.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The sentences above give the answer, with numbers. The bars show which
# variant is best on average; the dots show whether to believe it. Where a
# variant's dots overlap the baseline's, a single run could have "shown" either
# of them to be better. And the best row of *this* table is not the result,
# because the test images picked it. The result is the row that we chose before
# we opened them.
#
# </details>
#
# The dotted line is the baseline's mean; each faint dot is one seed. (The
# bottleneck is only in the table: in the figure it would squeeze the others
# together.)
#
# **Learnt:** decide on the validation images, look at the test images once,
# and report the range over the seeds.

# %% [markdown] anchor="exercises-worth"
# ## Exercises: what is it worth?
#
# *About 8 minutes.*
#
# Replace the three dots with your answer and run the cell. It tells you
# whether you are right and, if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: recall
#
# From a confusion matrix `counts`, with the true classes in its rows, return
# the recall of each class.


# %% tags=["exercise"]
def recall_of(counts):
    return ...


exercises.check("recall", recall_of)


# %% tags=["solution"]
def recall_of(counts):
    return np.diag(counts) / counts.sum(axis=1)


exercises.check("recall", recall_of)

# %% [markdown] tags=["exercise"]
# ### Exercise: temperature
#
# A network gives its two classes the probabilities 0.9 and 0.1. What becomes
# of the 0.9 at a temperature of 2? Two digits are enough.

# %% tags=["exercise"]
probability = ...
exercises.check("temperature", probability)

# %% tags=["solution"]
powers = np.exp(np.log([0.9, 0.1]) / 2)
exercises.check("temperature", powers[0] / powers.sum())

# %% [markdown] tags=["exercise"]
# ### Exercise: as many parameters
#
# A convolution has 32 filters of 3 × 3 on 16 channels. How many units can a
# dense layer with 100 inputs have at most, if it may not have more parameters?

# %% tags=["exercise"]
n_units = ...
exercises.check("as-many-parameters", n_units)

# %% tags=["solution"]
exercises.check("as-many-parameters", (3 * 3 * 16 + 1) * 32 // (100 + 1))

# %% [markdown] tags=["exercise"]
# ### Exercise: three trainings (read)
#
# One of these three networks underfits, one overfits, and one fits. Which is
# which? Write `"underfits"`, `"overfits"` or `"fits"` for each. The axes have
# the same scales.

# %% tags=["hide-input"]
plots.plot_unmarked(exercises.curves("fits"));

# %% tags=["exercise"]
names = {"A": ..., "B": ..., "C": ...}
exercises.check("name-the-fit", names)

# %% tags=["solution"]
exercises.check(
    "name-the-fit", {"A": "overfits", "B": "underfits", "C": "fits"}
)

# %% [markdown] tags=["exercise"]
# ### Exercise: wrong labels (design)
#
# Give 30% of 3,000 training images a random label, any of the ten. What
# accuracy does a network then reach on validation images, whose labels are
# right? Predict it. Then write `measure`: it trains one network with the right
# labels `y` and one with the spoilt labels, and returns their validation
# accuracies in this order. `X` has the shape (3000, 196); `y` is one-hot.

# %% tags=["exercise"]
accuracy = ...


def measure(X, y, X_val, y_val):
    return ...


exercises.check(
    "predict-noisy-labels", exercises.Prediction(accuracy, measure)
)

# %% tags=["solution"]
accuracy = 0.7


def measure(X, y, X_val, y_val):
    rng = np.random.default_rng(0)
    spoilt = y.copy()
    rows = np.flatnonzero(rng.random(len(y)) < 0.3)
    spoilt[rows] = np.eye(10)[rng.integers(0, 10, len(rows))]
    reached = []
    for labels in (y, spoilt):
        network = models.mlp(
            64, n_inputs=196, optimizer=keras.optimizers.Adam(0.005)
        )
        network.fit(X, labels, epochs=6, batch_size=100, verbose=0)
        right = network.predict(X_val, verbose=0).argmax(axis=1)
        reached.append(float(np.mean(right == y_val.argmax(axis=1))))
    return reached


exercises.check(
    "predict-noisy-labels", exercises.Prediction(accuracy, measure)
)

# %% [markdown] anchor="summary"
# ## What was learnt
#
# - The form of the labels decides the loss; metrics are for people.
# - Scale the inputs, with numbers from the training set only.
# - Small batches: many noisy updates. Large batches: fewer, smoother ones.
#   Compare them at equal fit or equal updates, not at equal epochs.
# - Watch the validation loss. Stop when it no longer improves, and go back to
#   the best weights.
# - Let the learning rate rise in a warm-up and fall along a cosine; for weight
#   decay with Adam, use AdamW.
# - A larger network can memorize more. A layer that is too narrow throws away
#   what no later layer can bring back.
# - L1 makes many weights zero, and L2 makes them small. Dropout spreads out
#   what the network learns. Batch normalization keeps the layers' inputs in
#   range. Label smoothing stops a network from growing ever surer.
# - Layer norm needs no batch. Augmentation teaches which changes do not
#   matter.
# - Look at the recall and precision of each class, check probabilities against
#   frequencies, compare architectures at equal cost, and save the scaling with
#   the network.
# - One change at a time, several seeds, and the test set only once.

# %% [markdown] anchor="references-02"
# ## References
#
# - Ba, Kiros and Hinton (2016). [Layer
#   normalization](https://arxiv.org/abs/1607.06450).
# - Goyal et al. (2017). [Accurate, large minibatch SGD: training ImageNet in 1
#   hour](https://arxiv.org/abs/1706.02677).
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
# - Loshchilov and Hutter (2017). [SGDR: stochastic gradient descent with warm
#   restarts](https://arxiv.org/abs/1608.03983). ICLR.
# - Loshchilov and Hutter (2019). [Decoupled weight decay
#   regularization](https://arxiv.org/abs/1711.05101). ICLR.
# - Santurkar, Tsipras, Ilyas and Madry (2018). [How does batch normalization
#   help optimization?](https://arxiv.org/abs/1805.11604). NeurIPS.
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
