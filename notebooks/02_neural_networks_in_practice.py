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
# You know what a network computes and how it learns. Now you train one, on real images, and make the decisions that
# every project asks for: which loss, how to scale the data, when to stop, how to keep the network from learning its
# training images by heart. Each decision is measured here, and you can change every number and run the cell again.
#
# We write [Keras](https://keras.io), which says what a network is and leaves the arithmetic to a backend: TensorFlow
# (used here), JAX, PyTorch or, for prediction, OpenVINO.
#
# Good places to go on from here: the [Keras guides](https://keras.io/guides/), the book
# [Dive into Deep Learning](https://d2l.ai), [Practical Deep Learning](https://course.fast.ai) by fast.ai, and the
# [deep learning tutorials](https://uvadlc-notebooks.readthedocs.io) of the University of Amsterdam.

# %%
from dataclasses import replace

import pandas as pd

from lecture.network import drop_units, layout
from preamble import *

device.report()

# %% [markdown] anchor="data"
# ## The data
#
# Fashion-MNIST holds 70,000 photographs of clothes, 28 × 28 grey pixels each, in ten classes. Its authors fixed which
# 60,000 are for training and which 10,000 for the test; we keep that split, so that our numbers can be compared with
# everybody else's, and take the validation images from the training part.
#
# *Predict first: which two classes will a network confuse most?*

# %%
fashion = data.load_fashion_mnist(seed=SEED)
print(fashion)

# %%
rng = np.random.default_rng(SEED)
chosen = rng.choice(len(fashion.X_train), 10, replace=False)
classes = fashion.y_train[chosen].argmax(axis=1)
plots.plot_images(fashion.X_train[chosen], [fashion.class_names[c] for c in classes]);

# %% [markdown]
# Shirts, pullovers, coats and T-shirts share their outline; at this size some of them cannot be told apart by people
# either. Keep your prediction: a wrong answer of the network comes below.

# %% [markdown] anchor="building-the-network"
# ## Building the network
#
# A `Sequential` network is a chain of layers. Ours takes the image as a flat vector of 784 numbers (a network that
# knows about rows and columns is another lecture), has two hidden layers of 512 ReLU units, and ends in ten units whose
# softmax gives each class a probability.
#
# Keras starts the weights of a dense layer by Glorot's rule unless told otherwise. ReLU sets half of its inputs to 0, so
# we ask for He's rule, which makes up for that with a variance twice as large.

# %%
network = keras.Sequential([
    keras.Input(shape=(28 * 28,)),
    keras.layers.Dense(512, activation="relu", kernel_initializer="he_normal"),
    keras.layers.Dense(512, activation="relu", kernel_initializer="he_normal"),
    keras.layers.Dense(10, activation="softmax"),
])

# %% [markdown]
# We shall build many of these, so `models.mlp` ("multilayer perceptron") does it in one line, and compiles it too. It is
# the same network:

# %%
shapes = [[tuple(weight.shape) for weight in net.weights] for net in (network, models.mlp(512, 512))]
assert shapes[0] == shapes[1]
print(shapes[0])

# %% [markdown] anchor="model-summary"
# ## How many numbers does it learn?
#
# *Predict first: where do most of the parameters sit? In the widest layer, the deepest, the last?*

# %%
network.summary()

# %% [markdown]
# Each unit of a dense layer has one weight for each of its inputs and one bias. By hand:

# %%
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
# The first layer has the most, because it has the most inputs. A dense layer costs inputs × units, so it is the product
# that counts.

# %% [markdown] anchor="loss-optimizer-metrics"
# ## Loss, optimizer, metrics
#
# Before a network can learn, it has to be told three things:
#
# - the **loss**, which training makes small;
# - the **optimizer**, which makes it small; RMSprop is a good first choice;
# - **metrics**, which only people read, such as the accuracy.
#
# The short form names them, and takes every default.

# %%
network.compile(loss="categorical_crossentropy", optimizer="rmsprop", metrics=["accuracy"])

# %% [markdown]
# The long form makes the objects itself, so that each can be given arguments.

# %%
network.compile(
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.01),
    optimizer=keras.optimizers.RMSprop(learning_rate=0.001, momentum=0.0),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)

# %% [markdown]
# A trap waits in the last line. `keras.metrics.Accuracy` asks whether output and label are *equal*, and a
# probability of 0.98 is not equal to 1. The text `"accuracy"` is safe: Keras then picks the accuracy that fits the loss.
#
# Which cross-entropy you need depends on how the labels are written. *Predict first: the same network learns from one-hot
# labels and from class numbers, each with its own loss. Which one ends with the lower loss?*

# %%
few = slice(0, 5000)
X, one_hot = fashion.X_train[few], fashion.y_train[few]
numbers = one_hot.argmax(axis=1)
is_shoe = np.isin(numbers, [5, 7, 9]).astype("float32")  # sandal, sneaker, ankle boot

cases = {
    "categorical, one-hot labels": (dict(loss="categorical"), one_hot),
    "sparse, class numbers": (dict(loss="sparse"), numbers),
    "binary, one output: is it a shoe?": (dict(loss="binary"), is_shoe),
}
for name, (options, y) in cases.items():
    device.seed_everything(SEED)
    learnt = models.mlp(64, **options).fit(X, y, epochs=2, batch_size=64, verbose=0).history
    print(f"{name:35} loss {learnt['loss'][-1]:.4f}   accuracy {learnt['accuracy'][-1]:.3f}")

# %% [markdown]
# The first two lines agree: they are the same loss, and class numbers only save the memory of the zeros. The
# third asks an easier question, and answers it with a single sigmoid unit.

# %% [markdown] anchor="preprocessing"
# ## Preprocessing
#
# Three things happen to the images before a network sees them.
#
# - **Scaling.** Pixels run from 0 to 255. Such inputs make large sums, large gradients, and weights that have to
#   shrink before they can learn.
# - **Reshaping** to what the first layer expects: here (28, 28) becomes (784,).
# - **One-hot encoding**: class 4 becomes a vector of ten numbers with a 1 at position 4. Labels start at 0.

# %%
raw = data.load_fashion_mnist(scale="raw", flatten=False, one_hot=False, seed=SEED)
print("raw:     ", raw.X_train.shape, f"from {raw.X_train.min():.0f} to {raw.X_train.max():.0f}, first label", raw.y_train[0])
print("prepared:", fashion.X_train.shape, f"from {fashion.X_train.min():.0f} to {fashion.X_train.max():.0f}, first label", fashion.y_train[0])

# %% [markdown]
# Two ways of scaling are common: *min-max* to [0, 1], and *standardizing* to mean 0 and standard deviation 1, with the mean and
# deviation of the training images (the test images must not be looked at, not even for their mean).
#
# *Predict first: textbooks ask for a mean near 0. How much accuracy does standardizing gain over min-max, and how much
# does no scaling at all lose?*

# %%
scaled = {}
for name, scale in {"raw, 0 to 255": "raw", "min-max": "minmax", "standardized": "standard"}.items():
    images = data.load_fashion_mnist(scale=scale, seed=SEED)
    scaled[name] = training.fit_seeds(lambda: models.mlp(256, 32), images, seeds=by_mode(short=2, full=5), epochs=by_mode(short=1, full=10))
    print(f"{name}: {scaled[name].describe()}")
plots.plot_variants({name: runs.test["accuracy"] for name, runs in scaled.items()}, label="test accuracy");

# %% [markdown]
# Not scaling costs most. Standardizing has a head start, because its inputs are centred; the more updates, the less is left of it. Compare
# the distance between the two bars with that between two seeds before you call one of them better. (Where features come in different units, standardizing
# matters more than it does for pixels.)

# %% [markdown] anchor="training-hyperparameters"
# ## Epochs and batch size
#
# An *epoch* shows the network every training image once. A *batch* is how many it sees between two updates: small batches
# mean many noisy updates, large ones few exact updates that use the machine better. A first training, with small batches:

# %%
seeds = by_mode(short=1, full=3)
first = training.fit_seeds(lambda: models.mlp(512, 512), fashion, seeds=seeds, epochs=by_mode(short=1, full=3), batch_size=32)
print(f"784-512-512-10, batch 32, {first.epochs[0]} epochs: {first.describe()}")

# %% [markdown]
# An earlier version of this lecture published 0.7547 for three epochs of this very network. That is not what
# the network reaches: the number came from a graphics driver that computed wrong training steps on these images, and
# nobody noticed, because the curve looked plausible. `python -m lecture check` therefore compares your device with the
# processor before you trust it.
#
# ### The generalization gap
#
# Large batches are said to generalize less well. After equally many *epochs* they have simply made fewer updates, so
# that comparison says little. Let each batch size train until it fits the training images equally well, and compare the
# test images then.
#
# *Predict first: at the same training loss, which batch size has the best test accuracy?*

# %%
few_images = replace(fashion, X_train=fashion.X_train[:10_000], y_train=fashion.y_train[:10_000],
                     X_val=fashion.X_val[:2_000], y_val=fashion.y_val[:2_000])


class StopAtLoss(keras.callbacks.Callback):
    """End the training once the training loss is low enough."""

    def __init__(self, loss):
        super().__init__()
        self.loss = loss

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = logs["loss"] < self.loss


by_batch = {}
for batch_size in (32, 128, 512):
    by_batch[f"batch {batch_size}"] = runs = training.fit_seeds(
        lambda: models.mlp(256, 32), few_images, seeds=by_mode(short=2, full=10), epochs=60,
        batch_size=batch_size, callbacks=lambda: [StopAtLoss(0.45)])
    updates = runs.epochs.mean() * len(few_images.X_train) / batch_size
    gap = runs.last("accuracy") - runs.test["accuracy"]
    print(f"batch {batch_size:4}: {runs.epochs.mean():4.1f} epochs, {updates:5.0f} updates, {runs.describe()}, gap {gap.mean():.3f}")
plots.plot_variants({name: runs.test["accuracy"] for name, runs in by_batch.items()}, label="test accuracy at equal training loss");

# %% [markdown]
# The large batch needs more epochs, but far fewer updates. Whether it also generalizes less well is the last column, the gap between training and test
# accuracy: hold the differences against the range over the seeds before you believe in one.
#
# ### Growing the batch instead of shrinking the rate
#
# Noise in the updates helps early and hurts late. The usual remedy is to shrink the learning rate in steps. Making the
# batch larger by the same factor lowers the noise as well ([Smith et al., 2018](https://arxiv.org/abs/1711.00489)), and every step
# then needs fewer updates.

# %%
def in_stages(rates, batch_sizes):
    """Train a third of the epochs at each learning rate and batch size."""
    def train(model, images):
        history = {}
        for rate, batch_size in zip(rates, batch_sizes):
            model.optimizer.learning_rate = rate
            part = model.fit(images.X_train, images.y_train, epochs=by_mode(short=2, full=8), batch_size=batch_size, verbose=0,
                             validation_data=(images.X_val, images.y_val)).history
            for metric, values in part.items():
                history[metric] = history.get(metric, []) + values
        return history
    return train


stages = {
    "constant": ((0.1, 0.1, 0.1), (128, 128, 128)),
    "smaller rate": ((0.1, 0.025, 0.00625), (128, 128, 128)),
    "larger batch": ((0.1, 0.1, 0.1), (128, 512, 2048)),
}
staged = {}
for name, (rates, batch_sizes) in stages.items():
    staged[name] = training.fit_seeds(lambda: models.mlp(256, 32, optimizer=keras.optimizers.SGD(0.1)), few_images,
                                      seeds=by_mode(short=1, full=5), epochs=1, train=in_stages(rates, batch_sizes))
    updates = sum(len(few_images.X_train) // b for b in batch_sizes) / 3
    print(f"{name:13} {staged[name].describe()}, {updates:.0f} updates an epoch on average")
plots.plot_history({name: runs.histories[0] for name, runs in staged.items()}, metrics=["val_loss"], overlay=True);

# %% [markdown]
# Both remedies end ahead of the constant rate; the larger batch does it with less than half of the updates.

# %% [markdown] anchor="predictions-and-evaluation"
# ## Predictions and evaluation
#
# `predict` returns a row of probabilities for each image. The highest is the answer; how far it stands above the others is how
# sure the network says it is.

# %%
network = first.models[0]
probabilities = network.predict(fashion.X_test, verbose=0)  # (n_images, 10), rows sum to 1
truth = fashion.y_test.argmax(axis=1)
wrong = np.flatnonzero(probabilities.argmax(axis=1) != truth)
print(f"{len(probabilities)} predictions, {len(wrong)} wrong; the first row sums to {probabilities[0].sum():.3f}")
plots.plot_prediction(fashion.X_test[4], probabilities[4], fashion.class_names, truth=truth[4]);

# %% [markdown]
# And one that it gets wrong, the one of which it is surest:

# %%
worst = wrong[probabilities[wrong].max(axis=1).argmax()]
plots.plot_prediction(fashion.X_test[worst], probabilities[worst], fashion.class_names, truth=truth[worst]);

# %% [markdown]
# `evaluate` boils all of the test part down to the loss and the metrics. It is the official test set, and the network never saw it.

# %%
test_loss, test_accuracy = network.evaluate(fashion.X_test, fashion.y_test, verbose=0)
print(f"test loss {test_loss:.3f}, test accuracy {test_accuracy:.4f}")

# %% [markdown] anchor="model-selection"
# ## Model selection: watch it train
#
# How many epochs are enough? Follow the loss on the validation images, which the network does not learn from. `TrainingPlot`
# draws it while the training runs.
#
# *Predict first: the training loss will go on falling. Will the validation loss?*

# %%
device.seed_everything(SEED)
network = models.mlp(512, 512)
curves = training.TrainingPlot()
network.fit(fashion.X_train, fashion.y_train, epochs=by_mode(short=6, full=25), batch_size=512, verbose=0,
            validation_data=(fashion.X_val, fashion.y_val), callbacks=[curves]);

# %% [markdown]
# The training loss falls and falls. The validation loss follows it for a while and then turns up (25 epochs, in full mode, show it best): from there on
# the network learns its training images rather than clothes. The ring marks the best epoch. Everything after it is wasted, or worse.

# %% [markdown] anchor="early-stopping"
# ## Early stopping
#
# So stop when the validation loss no longer improves. Because it is bumpy, wait a few epochs before believing it (`patience`), and
# then go back to the weights of the best epoch (`restore_best_weights`; without it Keras keeps the last ones).

# %%
device.seed_everything(SEED)
network = models.mlp(512, 512)
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=by_mode(short=2, full=3), restore_best_weights=True)
curves = training.TrainingPlot()
network.fit(fashion.X_train, fashion.y_train, epochs=25, batch_size=512, verbose=0,
            validation_data=(fashion.X_val, fashion.y_val), callbacks=[stop, curves]);

# %% [markdown]
# ### Stopping on a moving average
#
# Patience counts epochs since the last record, and one lucky epoch sets a record that is hard to beat. A mean over the last few
# epochs asks about the trend. With a large learning rate the loss is bumpy enough to see the difference.

# %%
rules = {
    "patience 2": lambda: keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True),
    "mean of 3, patience 2": lambda: training.SmoothedEarlyStopping(window=3, patience=2, restore_best_weights=True),
}
bumpy = {
    name: training.fit_seeds(lambda: models.mlp(256, 32, optimizer=keras.optimizers.RMSprop(0.003)), few_images, seeds=by_mode(short=1, full=10),
                             epochs=40, batch_size=128, callbacks=lambda: [rule()])
    for name, rule in rules.items()
}
for name, runs in bumpy.items():
    print(f"{name:22} stopped after {runs.epochs.mean():.1f} epochs, {runs.describe()}")
plots.plot_history({name: runs.histories[0] for name, runs in bumpy.items()}, metrics=["val_loss"], overlay=True);

# %% [markdown]
# Both curves are the same training until the first rule ends it. The mean waits out a bump, and pays for it with more epochs.

# %% [markdown]
# ## One baseline, one change at a time
#
# From here on we compare remedies against overfitting. For a comparison to mean something, everything else has to stay the same:
# one baseline (256 and 32 units), one number of epochs, the same seeds, the same initial weights, and one change. All of them meet again in
# [one table](#all-variants) at the end.

# %%
SEEDS, EPOCHS = by_mode(short=2, full=5), by_mode(short=3, full=30)
variants = {}


def compare(name, build):
    """Train one variant for all seeds, keep it for the table, and draw its first seed beside the baseline's."""
    variants[name] = training.fit_seeds(build, fashion, seeds=SEEDS, epochs=EPOCHS)
    print(f"{name}: {variants[name].describe()}")
    if name != "baseline":
        plots.plot_history({label: variants[label].histories[0] for label in ("baseline", name)}, metrics=["loss", "val_loss"], overlay=True)


compare("baseline", lambda: models.mlp(256, 32))

# %% [markdown] anchor="memorization-capacity"
# ## Memorization capacity
#
# The number of parameters is a network's *capacity*: with enough of it, a network can store its training images in its weights
# instead of finding out what they have in common. A small network has to summarize.
#
# *Predict first: the baseline has about a third of the parameters of 512-512. How much accuracy does that cost?*

# %%
compare("512-512", lambda: models.mlp(512, 512))
for name in ("baseline", "512-512"):
    print(f"{name}: {variants[name].models[0].count_params():,} parameters")

# %% [markdown]
# The large network is ahead in the first epochs, which is not the same as being better in the end: hold the difference in test accuracy against the range
# over the seeds. Start small, and add units until the network begins to overfit; beyond that point they are there to be regularized.

# %% [markdown] anchor="information-bottleneck"
# ## Information bottleneck
#
# What one layer drops, no later layer can bring back. Squeeze the second hidden layer to two units, and ten classes have to
# be told apart by two numbers.
#
# *Predict first: does this network overfit?*

# %%
bottleneck = training.fit_seeds(lambda: models.mlp(256, 2), fashion, seeds=by_mode(short=3, full=10), epochs=EPOCHS)
variants["bottleneck, 256-2"] = bottleneck
outputs = []
for seed, trained in zip(bottleneck.seeds, bottleneck.models):
    two_units = keras.Model(trained.inputs[0], trained.get_layer("hidden_2").output)
    outputs.append(keras.ops.convert_to_numpy(two_units(fashion.X_test)))  # (n_images, 2)
    alive = int((outputs[-1] > 0).any(axis=0).sum())
    print(f"seed {seed}: {alive} of 2 units alive, test accuracy {bottleneck.test['accuracy'][seed]:.3f}")

# %%
best = int(bottleneck.test["accuracy"].argmax())
plots.plot_representation(outputs[best], truth, fashion.class_names);

# %% [markdown]
# Each class has become a direction in the quarter plane that two ReLUs leave, and those that lie close together are the ones it
# confuses. It does not overfit; it cannot even fit. And look at the seeds: a ReLU whose input is negative for every image
# passes no gradient and never recovers. In a layer of 256 nobody misses it. In a layer of two it takes half of the
# network's view, and when both die every image gets the same answer, which is right one time in ten.

# %% [markdown] anchor="weight-regularization"
# ## Weight regularization
#
# Add the size of the weights to the loss, and the network has to pay for each of them.
#
# - **L2** adds λ·Σw². Large weights cost most, so all become small.
# - **L1** adds λ·Σ|w|. The last step to zero pays as well as the first, so many become zero.
#
# Under plain SGD L2 is the same as *weight decay* (shrinking each weight a little at every update). Under RMSprop or Adam it is not, because
# the penalty's gradient is divided by the running size of the gradients; that is why Keras has `AdamW`.
#
# *Predict first: draw, in your mind, the histogram of the first layer's weights for no penalty, L2 and L1.*

# %%
compare("L2, 0.001", lambda: models.mlp(256, 32, l2=0.001))

# %%
compare("L1, 0.0001", lambda: models.mlp(256, 32, l1=0.0001))

# %%
plots.plot_weight_histograms({
    name: variants[name].models[0].get_layer("hidden_1").get_weights()[0] for name in ("baseline", "L2, 0.001", "L1, 0.0001")
});

# %% [markdown]
# Note the logarithmic scale. L2 pulls the weights together around zero; L1 piles most of them up *at* zero and leaves the few that
# pay for themselves: sparse against small. (The penalty is part of the loss that Keras reports, so compare their accuracies, not their
# losses.)

# %% [markdown] anchor="dropout"
# ## Dropout
#
# While training, set each activation of a layer to 0 with probability *p*, anew for every image of every batch. No unit can rely on one
# particular other unit being there, so what is learnt has to be spread out.

# %%
net = layout([4, 6, 6, 2])
figure, axes = plt.subplots(1, 2, figsize=(10, 4))
for batch, ax in enumerate(axes, start=1):
    plots.plot_network(net, ax=ax, dropped=drop_units(net, 0.5, rng=batch))
    ax.set_title(f"batch {batch}")

# %% [markdown]
# When predicting, nothing is dropped. But then the next layer would hear 1/(1 − p) times as much as it was trained on. Keras settles this
# during training: what is kept is *scaled up* by 1/(1 − p) ("inverted" dropout), so that the expected sum is the same
# and prediction needs no correction. See for yourself, on a layer that receives only ones:

# %%
drop = keras.layers.Dropout(0.5, seed=SEED)
ones = np.ones((1, 10_000), dtype="float32")
training_output, prediction = np.array(drop(ones, training=True)), np.array(drop(ones, training=False))
print(f"training:   values {np.unique(training_output)}, mean {training_output.mean():.2f}")
print(f"predicting: values {np.unique(prediction)}, mean {prediction.mean():.2f}")

# %% [markdown] anchor="dropout-layers"
# ## Dropout layers
#
# In Keras dropout is a layer of its own, after the layer whose outputs it drops. Written out, our variant is:

# %%
with_dropout = keras.Sequential([
    keras.Input(shape=(28 * 28,)),
    keras.layers.Dense(256, activation="relu", kernel_initializer="he_normal"),
    keras.layers.Dropout(0.3),
    keras.layers.Dense(32, activation="relu", kernel_initializer="he_normal"),
    keras.layers.Dropout(0.3),
    keras.layers.Dense(10, activation="softmax"),
])
assert with_dropout.count_params() == models.mlp(256, 32, dropout=0.3).count_params()  # dropout learns nothing

# %% [markdown]
# *Predict first: with dropout, which loss will be the lower one, on the training or on the validation images?*

# %%
compare("dropout, 0.3", lambda: models.mlp(256, 32, dropout=0.3))

# %% [markdown]
# The validation loss may lie *below* the training loss: the training loss is measured with units missing, the validation loss with all
# of them at work. In full mode you see the two stay together long after the baseline's have parted.

# %% [markdown] anchor="batch-normalization"
# ## Batch normalization
#
# We scaled the inputs because large ones learn badly. Deeper layers have inputs too, and those change with every update.
# Batch normalization scales them inside the network: for each unit, over the batch, it subtracts the mean and divides by the
# standard deviation, and then lets the network choose another scale γ and offset β if it prefers:
#
# $$\hat{z} = \gamma\,\frac{z - \mu_{\text{batch}}}{\sqrt{\sigma^2_{\text{batch}} + \varepsilon}} + \beta$$
#
# γ and β are learnt. When predicting there may be no batch, so moving averages of μ and σ², collected during training, take
# their place: the layer does one thing while training and another while predicting.

# %%
normalize = keras.layers.BatchNormalization()
batch = np.random.default_rng(SEED).normal(5, 3, size=(512, 4)).astype("float32")
in_training = np.array(normalize(batch, training=True))
in_prediction = np.array(normalize(batch, training=False))
moving_mean, moving_variance = (value.numpy() for value in (normalize.moving_mean, normalize.moving_variance))
by_hand = (batch - moving_mean) / np.sqrt(moving_variance + normalize.epsilon)

print(f"in training:   mean {in_training.mean():.2f}, standard deviation {in_training.std():.2f}")
print(f"in prediction: mean {in_prediction.mean():.2f}, standard deviation {in_prediction.std():.2f}, after one batch")
print(f"moving mean after one batch: {moving_mean.round(2)} (momentum {normalize.momentum})")
assert np.allclose(in_prediction, by_hand, atol=1e-4)

# %% [markdown]
# After one batch the moving mean has gone only a hundredth of the way to 5. That is why a network with batch normalization can predict
# badly in its first epochs although it trains well.

# %%
compare("batch norm", lambda: models.mlp(256, 32, batch_norm=True))

# %%
compare("batch norm + dropout, 0.3", lambda: models.mlp(256, 32, batch_norm=True, dropout=0.3))

# %% [markdown]
# With batch normalization the training loss falls fastest. The validation loss lags behind in the first epochs, because the moving averages do. Dropout on top
# slows the one down and narrows the distance to the other.

# %% [markdown] anchor="label-smoothing"
# ## Label smoothing
#
# A softmax reaches a probability of 1 only with infinitely large weights, so one-hot labels pull at the weights for ever, and the network
# grows over-confident. Label smoothing asks for a little less: with *k* classes, $y_\text{smooth} = (1 - \alpha)\,y + \alpha/k$.

# %%
compare("label smoothing, 0.1", lambda: models.mlp(256, 32, label_smoothing=0.1))
for name in ("baseline", "label smoothing, 0.1"):
    probabilities = keras.ops.convert_to_numpy(variants[name].models[0](fashion.X_test))
    print(f"{name}: mean confidence {probabilities.max(axis=1).mean():.3f}, accuracy {np.mean(probabilities.argmax(axis=1) == truth):.3f}")

# %% [markdown]
# A network that is well calibrated is right as often as it says it is. Compare the two columns of each row.

# %% [markdown] anchor="all-variants"
# ## All variants, on the test set
#
# Every choice above could be made with the validation images alone. Now, once, all of them on the test images.

# %%
table = pd.DataFrame({
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
}).T
table.style.format(precision=3)

# %%
shown = {name: runs.test["accuracy"] for name, runs in variants.items() if not name.startswith("bottleneck")}
plots.plot_variants(shown, label="test accuracy", baseline="baseline");

# %% [markdown]
# The dotted line is the baseline's mean, and the faint points are single seeds. Where a variant's points overlap the baseline's, one run could have
# "shown" either of them to be better. (The bottleneck is left out of the picture, since it would squeeze the others together; it is in the
# table.)

# %% [markdown] anchor="summary"
# ## What was learnt
#
# - The loss follows from how the labels are written; metrics are for people.
# - Scale the inputs. How, matters less than that you do.
# - Small batches make many cheap noisy updates, large ones few exact updates; compare them at equal fit or equal updates, not at equal epochs.
# - Watch the validation loss; stop when it stops improving, and go back to the best weights.
# - Capacity beyond the need is spent on memorizing. A layer that is too narrow loses what nobody can bring back.
# - L1 makes weights zero, L2 makes them small, dropout spreads what is learnt, batch normalization keeps the layers' inputs in range, label
#   smoothing keeps confidence in check.
# - One change at a time, several seeds, and the test set once.
