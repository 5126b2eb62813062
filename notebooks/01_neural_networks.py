# ---
# jupyter:
#   jupytext:
#     formats: py:percent,ipynb
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] anchor="overview" part="Networks, drawn and counted"
# # Neural networks
#
# A neural network is a chain of simple functions with many numbers to adjust.
# This chapter draws such chains, runs them forward and backward with every
# number in sight, and watches them learn.
#
# First, a network at work. It has just learnt from 6,000 photographs of
# clothes, and now it looks at one that it has never seen.

# %% tags=["hide-input"]
from lecture import architecture, from_scratch, optimizers, surfaces
from lecture.activations import ACTIVATIONS
from lecture.network import layout
from preamble import *

fashion = data.load_fashion_mnist(seed=SEED)
X_train, X_val = (
    fashion.images(part)[..., np.newaxis] for part in ("train", "val")
)  # (n, 28, 28, 1): height, width, channels
device.seed_everything(SEED)
filters = models.convnet(8, 16, 16)
filters.fit(X_train[:6000], fashion.y_train[:6000], batch_size=32, verbose=0)

LAYERS = {"layer 1": "layer_1", "layer 2": "layer_2", "layer 3": "layer_3"}
signals = models.activations_of(filters, X_val[:1000])
names = fashion.class_names
boot = fashion.labels("val").tolist().index(names.index("Ankle boot"))


def show_inside(image):
    """Draw an image, what each layer of filters sees in it, the answer."""
    seen = models.activations_of(filters, image[np.newaxis])
    plots.plot_feature_maps(
        image[:, :, 0],
        {name: seen[layer][0] for name, layer in LAYERS.items()},
        most=4,
        probabilities=dict(zip(names, seen["output"][0])),
    )


show_inside(X_val[boot])
right = np.mean(
    signals["output"].argmax(axis=1) == fashion.labels("val")[:1000]
)
print(f"of 1,000 new photographs, it names {right:.0%} correctly")

# %% [markdown]
# Read the figure from left to right. The network gets 784 numbers: how bright
# each pixel is. What its first layer makes of them still looks like the
# picture. The later layers combine what the earlier ones have found, until the
# last one gives each of ten classes a probability.
#
# Why is that hard? Nobody can write down when 784 numbers are a boot: shift
# the boot by two pixels, and hundreds of them change. Rules written by hand
# failed at this for decades. A network finds its own rule from examples. That
# is what networks are for: pictures, speech, text, measurements, wherever
# examples are easy to get and rules are not.
#
# By the end of this chapter you can
#
# - draw a network, count its [parameters](#architecture), and say what its
#   layers look for;
# - compute its answer with matrix products, in NumPy and in Keras;
# - find how the error depends on each parameter, with the chain rule, and
#   check the result;
# - choose [activation functions](#basic-architecture) and initial weights, and
#   say what goes wrong with a bad choice;
# - explain one step of an [optimizer](#training-loop), and compare several
#   fairly.
#
# You need some linear algebra (matrix products), the derivative and its chain
# rule, logistic regression, and enough Python to read NumPy. You need not have
# met a neural network before.
#
# 1. **[Networks, drawn and counted](#architecture)**: what a network is, and
#    why it has layers.
# 2. **[Forward](#training-loop)**: how it learns, and how it computes.
# 3. **[Backward](#backward-pass)**: how each parameter is corrected.
# 4. **[Gradients by machine](#automatic-differentiation)**: how a library finds
#    them, and the whole loop written by hand.
# 5. **[Functions and weights](#activation-functions)**: what to choose before
#    training.
# 6. **[Steps and momentum](#learning-rate)**: how far to go, and in which
#    direction.
# 7. **[A rate for each weight](#adaptive-gradients)**: Adam and its relatives.
# 8. **[Where to go](#other-architectures)**: other networks, and all
#    [symbols](#notation) in one table.
#
# Every slider works, in JupyterLab and in the book. Answer each question
# before you look: a wrong guess teaches more than a right one. The exercises
# check themselves.

# %% [markdown] anchor="architecture"
# ## Logistic regression, drawn as a network
#
# *About 5 minutes.*
#
# This part is about the network itself, before it learns anything: what a unit
# computes, what a layer is, and why several layers see more than one.
#
# You know logistic regression: weigh the inputs, add them up, and squash the
# sum $z$ to a probability, with the *sigmoid* $\sigma$.
#
# $$\hat{y} = \sigma(z) = \frac{1}{1 + e^{-z}}, \qquad z = w_0 + w_1 x_1 + w_2 x_2 + \dots + w_p x_p$$
#
# Drawn as a network, each input is a node and each *weight* $w_i$ an edge. The
# *bias* $w_0$ is the weight of a node that is always 1. Weights and biases
# together are the *parameters*: the numbers that are learnt.
#
# *Predict first: with four inputs, how many parameters are there?*
#
# - **a** four
# - **b** five
# - **c** ten

# %%
plots.plot_network(
    layout([4, 1], bias=True, output="sigmoid"),
    labels="functions",
    weight_labels=True,
    counts=True,
);
# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Five: one weight for each of the four inputs, and the bias.
#
# </details>
#
# The output node does two things: it adds up ($z$), and it squashes
# ($\sigma$). Nearly everything in this chapter is built from such nodes,
# called *units*. In numbers:

# %% tags=["live", "slide-code"]
# One unit: w_0 + x @ w, then the sigmoid with np.exp.
x, w, w_0 = np.array([1, 0, 2, 3]), np.array([0.5, 4, -1, 0.2]), 0.4
z = w_0 + x @ w
y_hat = 1 / (1 + np.exp(-z))
print(f"z = {z:.2f}, ŷ = {y_hat:.3f}")

# %% [markdown]
# **Learnt:** a unit of a network is a weighted sum followed by a function;
# logistic regression is a network with one unit.

# %% [markdown] anchor="basic-architecture"
# ## A hidden layer
#
# *About 6 minutes.*
#
# Put a *layer* of such units between the inputs and the output. From outside
# its results cannot be seen, so it is called *hidden*. Each hidden unit is a
# function of all inputs, and the output is a function of all hidden units: such
# layers are *dense*.
#
# $$\mathbf{a} = h(\mathbf{x}) = f(\mathbf{x}\mathbf{W}^{(1)} + \mathbf{b}^{(1)})$$
#
# $$\hat{y} = o(\mathbf{x}) = g(\mathbf{a}\mathbf{W}^{(2)} + \mathbf{b}^{(2)})$$
#
# The function after the sum, $f$ or $g$, is the *activation function* of its
# layer.
#
# *Predict first: two inputs, three hidden units, one output. How many
# parameters are there, weights and biases together?*

# %% tags=["slide-code"]
net = layout([2, 3, 1], bias=True)
plots.plot_network(net, labels="names", counts=True);
# %% [markdown]
# <details><summary>Answer</summary>
#
# **13.** There are 2 · 3 + 3 · 1 = 9 weights, and one bias for each unit that
# computes something: 3 + 1 = 4.
#
# </details>
#
# The hidden layer and the output layer may have different activation
# functions. The next drawing of this network shows what happens inside each
# node: a sum $z$, a function ($f$, in the last layer $g$), and the result
# ($a$, in the last layer $\hat{y}$).

# %%
plots.plot_network(net, labels="functions", weight_labels=True, counts=True);

# %% [markdown]
# In NumPy a layer is one line. The first one here uses tanh, which squashes a
# sum to a number between −1 and 1.

# %% tags=["live", "slide-code"]
# Two layers: np.tanh of x @ W1 + b1, then the sigmoid of a @ W2 + b2.
rng = np.random.default_rng(SEED)
W1, b1, W2, b2 = rng.normal(size=(2, 3)), np.zeros(3), rng.normal(size=3), 0.5
a = np.tanh(np.array([1.0, -1.0]) @ W1 + b1)
print(f"a = {a.round(2)}, ŷ = {1 / (1 + np.exp(-(a @ W2 + b2))):.3f}")

# %% [markdown]
# **Learnt:** a layer is a matrix of weights, a vector of biases and an
# activation function; a network applies its layers one after the other.

# %% [markdown] anchor="more-layers"
# ## More layers, more outputs
#
# *About 5 minutes.*
#
# Layers can be stacked, and a network can have several outputs, for example
# one for each class. From here on the drawings leave out the biases. They are
# still there, and still counted.
#
# *Predict first: a network has 5 inputs, one hidden layer of 6 units and 5
# outputs. Add a second hidden layer of 6. What happens to its 60 weights?*
#
# - **a** They double: there are twice as many hidden units.
# - **b** They become 90: each new unit brings five.
# - **c** They become 96: 36 weights join the two hidden layers.


# %%
def dense_net(n_layers=2, n_units=6):
    _, ax = plt.subplots(figsize=(7, 3.5))
    return plots.plot_network(
        layout([5, *[n_units] * n_layers, 5]), ax=ax, counts=True
    )


explore(dense_net, n_layers=(0, 6, 1), n_units=(1, 12, 1))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** They become 96. With one hidden layer there are 5 · 6 + 6 · 5 = 60
# weights; the second adds the 6 · 6 = 36 between the two.
#
# </details>
#
# Move the sliders and read the counts. One more hidden layer of $q$ units adds
# $q \cdot q$ weights. One more unit in every hidden layer gives each matrix
# between them one more row and one more column.
#
# **Learnt:** width is what makes dense networks large, because the number of
# weights grows with its square.

# %% [markdown] anchor="why-layers"
# ## Why layers?
#
# *About 8 minutes.*
#
# Each layer is a filter: it responds to some patterns in its input and is
# silent otherwise. The next layer filters these responses, so it combines what
# the one before has found. Many small steps are often easier to learn than one
# large one.
#
# Look again at the network of the [beginning](#overview). Its first three
# layers are *convolutions*: windows of 3 × 3 numbers that look at every place
# of an image. So what each window gives out is an image again, a *feature
# map*; dark means a strong response.
#
# *Predict first: move the boot down by three pixels. What happens to the maps
# of layer 1?*
#
# - **a** They move down as well.
# - **b** They stay as they are: it is the same boot.
# - **c** They change everywhere: all the pixels are different.

# %%
show_inside(np.pad(X_val[boot], ((3, 0), (0, 0), (0, 0)))[:28])

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** They move down as well. The same window looks at every place, so it
# finds the same edge wherever the edge is.
#
# </details>
#
# (The answer at the right may change: the last layer looks at all places, and
# has learnt boots where they usually stand.)
#
# In layer 1 you can still recognize the boot. In layer 3 you hardly can: each
# map says how much of *something* there is at each of 7 × 7 places. The maps
# get smaller because of each 2 × 2 responses only the strongest goes on to the
# next layer. So a number in a later map has seen a larger part of the image: 3
# × 3 pixels in layer 1, 8 × 8 in layer 2, 18 × 18 in layer 3.
#
# *What* is each map looking for? Take 1,000 images, and cut out the pieces to
# which a map responds most strongly.
#
# *Predict first: what will the pieces of one map of layer 3 have in common?*
#
# - **a** They all show the same kind of garment.
# - **b** They all show an edge in one direction.
# - **c** They show similar parts, even of different garments.

# %%
drawn = architecture.of(filters)
strongest = {}
for name, layer in LAYERS.items():
    # What one number of this layer has seen.
    field = drawn.receptive_field(drawn.place(layer))
    pieces, responses = architecture.strongest_patches(
        X_val[:1000, :, :, 0], signals[layer], field
    )
    # Six of the maps that respond at all.
    strongest[name] = pieces[responses[:, 0] > 0][:6]
plots.plot_patches(strongest);
# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** Similar parts. In layer 1 the pieces of a map share an edge or a patch
# of one brightness. In layer 2 they share a longer edge or a corner, in layer
# 3 a larger part of the clothes: look for sleeves, legs, collars and shoes.
#
# </details>
#
# Each row is one map. Nobody told the network to look for edges or sleeves: it
# was told only the class of each image, and these filters helped. Not every
# row has a name; a filter may respond to several things.
#
# **Learnt:** each layer filters what the layer before has found: first edges,
# then their combinations, then parts of things.

# %% [markdown] anchor="convolution"
# ## A convolution
#
# *About 6 minutes.*
#
# A dense layer connects every input with every unit and does not know which
# inputs are neighbours. Shuffle the pixels of all images in the same way, and
# it learns just as well. A *convolution* has some knowledge of images built
# in: a pattern is the same pattern wherever it is. So one small window of
# weights slides over the image, and the same few numbers are used at every
# place. That is called *sharing weights*.
#
# *Predict first: a dense layer from an image of 28 × 28 pixels to 8 maps of 26
# × 26 numbers has four million parameters. How many does a convolution with
# windows of 3 × 3 need?*
#
# - **a** 72
# - **b** 80
# - **c** 48,680

# %% tags=["live", "slide-code"]
# Build a keras.layers.Conv2D with 8 windows of 3 × 3; count_params().
window = keras.layers.Conv2D(8, 3)
window.build((None, 28, 28, 1))
print(f"convolution: {window.count_params():,} parameters")
print(f"dense layer: {(28 * 28 + 1) * 8 * 26 * 26:,} parameters")

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** 80: each of the 8 maps has 3 · 3 weights and a bias, used at all
# 26 · 26 places.
#
# </details>
#
# Here is a whole network of convolutions, drawn from a real Keras model. The
# numbers under each layer are the shape of its output and how many parameters
# it has. *Pooling* keeps the largest of 2 × 2 numbers and has no parameters.

# %%
convolutional = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(8, 3),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(16, 3),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dense(10),
    ]
)
plots.plot_architecture(architecture.of(convolutional))
plt.show()
architecture.of(convolutional).table()

# %% [markdown]
# The windows of the second convolution reach through all 8 maps below them, so
# each of its 16 new maps takes 3 · 3 · 8 weights and a bias. The last layer,
# the only dense one, has three quarters of the parameters. [Other
# networks](#other-architectures) share weights over the steps of a sequence or
# the words of a text; they come at the end of this chapter.
#
# **Learnt:** a convolution uses the same small window everywhere, so it needs
# few parameters and finds a pattern wherever it is.

# %% [markdown] anchor="exercises-architecture"
# ## Exercises: architecture
#
# *About 12 minutes.*
#
# Replace the three dots with your answer and run the cell. It says
# whether you are right, and if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: counting parameters
#
# A network has 784 inputs, one hidden layer of 100 units and 10 outputs. How
# many parameters does it have?

# %% tags=["exercise"]
n_parameters = ...
exercises.check("counting-weights", n_parameters)

# %% tags=["solution"]
exercises.check("counting-weights", (784 + 1) * 100 + (100 + 1) * 10)

# %% [markdown] tags=["exercise"]
# ### Exercise: any network
#
# Write a function that takes the sizes of all layers, such as `[4, 3, 1]`, and
# returns the number of weights, without biases.


# %% tags=["exercise"]
def n_weights(sizes):
    return ...


exercises.check("weights-of-any-net", n_weights)


# %% tags=["solution"]
def n_weights(sizes):
    return sum(n_in * n_out for n_in, n_out in zip(sizes, sizes[1:]))


exercises.check("weights-of-any-net", n_weights)

# %% [markdown] tags=["exercise"]
# ### Exercise: a convolution
#
# A convolutional layer has windows of 5 × 5, gets an image of 32 × 32 pixels
# with 3 channels (red, green and blue), and gives 16 maps. How many parameters
# does it have, biases included?

# %% tags=["exercise"]
n_parameters = ...
exercises.check("convolution-parameters", n_parameters)

# %% tags=["solution"]
exercises.check("convolution-parameters", (5 * 5 * 3 + 1) * 16)

# %% [markdown] tags=["exercise"]
# ### Exercise: two layers in one
#
# Two layers without biases and without activation functions have the weight
# matrices $\mathbf{W}^{(1)}$ and $\mathbf{W}^{(2)}$. Return the one matrix of
# a single layer that gives the same outputs for every input.


# %% tags=["exercise"]
def one_layer(W1, W2):
    return ...


exercises.check("collapsing-layers", one_layer)


# %% tags=["solution"]
def one_layer(W1, W2):
    return W1 @ W2


exercises.check("collapsing-layers", one_layer)

# %% [markdown] anchor="training-loop" part="Forward"
# ## The training loop, and four choices
#
# *About 5 minutes.*
#
# This part follows one round of learning: what goes into a network, what it
# computes, and how far off it is. The way back comes in the next part.
#
# A network learns by going round and round: predict, compare, correct. Before
# the first round, you choose four things.
#
# 1. The *architecture*: layers, units, activation functions.
# 2. The *initialization*: which weights to start from.
# 3. The *loss*: how wrong the predictions are, as one number.
# 4. The *optimizer*: how to change the weights so that this number falls. It
#    uses the *gradient*, which says for every weight how much the loss changes
#    if that weight changes a little.
#
# *Predict first: in one round, what uses the weights, and what changes them?*
#
# - **a** The layers use them, and the gradients change them.
# - **b** Layers and gradients use them, and the optimizer changes them.
# - **c** The layers use them, and the loss changes them.

# %% tags=["hide-input"]
X, y = from_scratch.xor()
record = from_scratch.record_training(
    from_scratch.dense_net([2, 3, 1], seed=1),
    X,
    y,
    learning_rate=1.0,
    steps=100,
)


def training_loop(round_number=1):
    return plots.plot_training_loop(
        from_scratch.one_round(record, X, y, round_number)
    )


explore(training_loop, round_number=(1, 91, 10))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** The layers use them on the way forward, and the gradients use them once
# more on the way back. Only the optimizer changes them, once a round.
#
# </details>
#
# A small network learns *exclusive or*: whether the two numbers in a row of
# $\mathbf{X}$ differ. The numbers come from a real training. Each step of the
# slider is ten rounds, all with the same four examples. Blue is the way
# forward, vermilion (an orange red) the way back. Move the slider and compare
# $\hat{\mathbf{y}}$ with $\mathbf{y}$: the predictions approach the truth. The
# rest of this part takes the loop apart.
#
# **Learnt:** training is one loop around four choices: architecture,
# initialization, loss and optimizer.

# %% [markdown] anchor="mini-batch-sgd"
# ## Learning: mini-batch gradient descent
#
# *About 7 minutes.*
#
# 1. Draw a few examples $\mathbf{X}$ with their answers $\mathbf{y}$: a
#    *mini-batch*.
# 2. *Forward pass*: compute the predictions $\hat{\mathbf{y}}$.
# 3. Compute the loss $\mathcal{L}$, a mean over the batch.
# 4. *Backward pass*: compute the gradient of the loss with respect to every
#    weight.
# 5. Update every weight. The *learning rate* $\eta$ says how far to go:
#
# $$\mathbf{W} \leftarrow \mathbf{W} - \eta\, \dfrac{\partial \mathcal{L}}{\partial \mathbf{W}}$$
#
# *Predict first: the same network learns exclusive or in 100 steps, with one
# learning rate. How does the length of a step change?*
#
# - **a** It shrinks from the first step to the last.
# - **b** It stays the same, because the learning rate does.
# - **c** It shrinks, grows, and shrinks again.


# %%
def weight_updates(iteration=20):
    return plots.plot_weight_updates(record, iteration)


explore(weight_updates, iteration=(0, record.steps, 4))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** It shrinks, grows, and shrinks again. The first steps bring all
# predictions near one half, and there the loss is nearly flat. Once the hidden
# units begin to tell the four examples apart, the steps grow; when the answers
# are right, the gradient fades, and the steps with it.
#
# </details>
#
# Drag the slider through the training: up to step 4, around 12, around 32, and
# at the end. Every weight is updated in every step, but not equally.
#
# One unit alone cannot learn exclusive or: no straight line separates the
# answers. Here four points make one batch. With more data each step sees
# another batch, and when all have been seen, the next *epoch* begins.
#
# The update itself is one line:

# %% tags=["live", "slide-code"]
# Ten updates w - eta * gradient from w = 0; the loss is (w − 3)².
w, eta = 0.0, 0.1
for _ in range(10):
    gradient = 2 * (w - 3)
    w = w - eta * gradient
print(f"w = {w:.3f}, loss {(w - 3) ** 2:.3f}")

# %% [markdown]
# **Learnt:** training repeats five steps; with a fixed learning rate, the
# gradient decides how long each update is.

# %% [markdown] anchor="forward-pass"
# ## The forward pass: data as tensors
#
# *About 7 minutes.*
#
# A network only ever gets arrays of numbers, called *tensors*. The number of
# axes depends on the kind of data; the *shape*, the length of each axis, on
# how much of it there is. The first axis nearly always counts examples.
#
# *Predict first: you give a network a batch of colour videos. How many axes
# does the tensor have?*

# %% tags=["slide-code"]
images = fashion.images("train")[:32]  # (32, 28, 28)
vector = images[0].reshape(-1)  # one axis: the pixels of one photograph
plots.plot_tensor(vector, axes=["pixel"]);
# %% tags=["slide-code"]
matrix = images.reshape(32, -1)  # two axes: an example in each row
plots.plot_tensor(matrix, axes=["example", "pixel"]);
# %% [markdown]
# Three axes: sequences, such as measurements over time. Read each photograph
# from top to bottom, and it is a sequence of 28 steps with 28 numbers each. Or
# call the last two axes row and column, and the same array is a batch of grey
# pictures. The names are ours; the numbers do not know them.

# %% tags=["slide-code"]
sequences = images
plots.plot_tensor(sequences, axes=["example", "time step", "feature"]);
# %% [markdown]
# Four axes: pictures in colour, with three *channels*: red, green and blue.
# Ours are grey, so we tint each in its own colour. The drawing shows every
# channel in grey, dark where its numbers are large.

# %% tags=["slide-code"]
tints = np.array(
    [[1.0, 0.6, 0.2], [0.2, 0.8, 1.0], [0.7, 0.2, 0.9]]
)  # red, green and blue, for three pictures
pictures = images[:3, :, :, None] * tints[:, None, None, :]
plots.plot_tensor(pictures, axes=["example", "row", "column", "channel"]);
# %% [markdown]
# One more axis: videos. Let the pictures walk out to the right, five pixels a
# frame.

# %% tags=["slide-code"]
frames = [
    np.pad(pictures, ((0, 0), (0, 0), (5 * step, 0), (0, 0)))[:, :, :28]
    for step in range(4)
]
videos = np.stack(frames, axis=1)
plots.plot_tensor(
    videos, axes=["example", "frame", "row", "column", "channel"]
);
# %% [markdown]
# <details><summary>Answer</summary>
#
# **5.** Examples, frames, rows, columns, channels.
#
# </details>
#
# The same numbers can stand in tensors of different shapes. `reshape` changes
# the shape and not one number:

# %% tags=["live", "slide-code"]
# Make a matrix of the videos with reshape, one example a row, and go back.
flat = videos.reshape(3, -1)
print(f"{videos.shape} to {flat.shape}: {flat.size:,} numbers in both")
assert (flat.reshape(videos.shape) == videos).all()

# %% [markdown]
# What changes is what a layer can know. In a matrix of pixels, nothing says
# that pixel 29 lies below pixel 1.
#
# **Learnt:** data are tensors; the first axis counts examples, and the others
# say what a layer may know about neighbours.

# %% [markdown] anchor="tensor-operations"
# ## A dense layer is a matrix product
#
# *About 5 minutes.*
#
# One matrix product gives all sums of a dense layer, for all examples of a
# batch. With $n$ examples of $p$ inputs each, and a layer of $q$ units:
#
# $$\underbrace{\mathbf{Z}}_{n \times q} = \underbrace{\mathbf{X}}_{n \times p}\; \underbrace{\mathbf{W}}_{p \times q} + \underbrace{\mathbf{b}}_{q}$$
#
# *Predict first: how many multiplications does this take for n = 4, p = 3 and
# q = 5?*

# %%
rng = np.random.default_rng(SEED)
batch, weights, bias = (
    rng.normal(size=(4, 3)).round(1),
    rng.normal(size=(3, 5)).round(1),
    rng.normal(size=5).round(1),
)


def dense_layer(example=2, unit=3):
    return plots.plot_dense_product(
        from_scratch.dense_product(
            batch, weights, bias, entry=(example - 1, unit - 1)
        )
    )


explore(dense_layer, example=(1, 4), unit=(1, 5))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **60.** There are 4 · 5 sums, and each takes 3 multiplications: $n \cdot p
# \cdot q$ in general.
#
# </details>
#
# So a batch twice as large takes twice as many. Graphics processors do
# thousands of them at the same time, because no sum waits for another.
#
# Move the sliders: each sum is a row of $\mathbf{X}$ times a column of
# $\mathbf{W}$, a *dot product*, plus the bias of the unit. NumPy writes the
# matrix product as `@`. Keras computes the same:

# %% tags=["live", "slide-code"]
# Give keras.layers.Dense(5) our weights: build, set_weights; then compare.
layer = keras.layers.Dense(5)
layer.build((None, 3))
layer.set_weights([weights, bias])
theirs = keras.ops.convert_to_numpy(layer(batch))
ours = batch @ weights + bias
print(f"{ours.shape}, largest difference {np.abs(theirs - ours).max():.1e}")

# %% [markdown]
# They differ only by rounding: Keras computes with about seven digits, NumPy
# with about sixteen.
#
# **Learnt:** a dense layer is `X @ W + b`: the inner sizes must agree, and the
# outer ones are the shape of the result.

# %% [markdown] anchor="element-wise-operations"
# ## Entry by entry: activation, addition, broadcasting
#
# *About 6 minutes.*
#
# After the product, everything happens entry by entry. An activation function
# is applied to each entry, and the shape stays as it is. The most common one is
# *ReLU*, which keeps what is positive and sets the rest to 0.

# %% tags=["live", "slide-code"]
# ReLU of Z with np.maximum.
Z = np.array([[1.0, -2.0, 0.5], [-0.3, 0.4, -1.0]])
print(np.maximum(Z, 0))

# %%
plots.plot_elementwise(from_scratch.elementwise("relu", Z));
# %% [markdown]
# *Predict first: add a vector of shape (3,) to a matrix of shape (2, 3). What
# happens?*
#
# - **a** The vector is added to each row.
# - **b** The vector is added to each column.
# - **c** There is an error: the shapes differ.

# %% tags=["slide-code"]
plots.plot_elementwise(from_scratch.elementwise("+", Z, [1, 2, 3]));
# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** To each row. NumPy compares shapes from the *last* axis on. Where an
# axis is missing or has the size 1, the array is repeated along it. This is
# *broadcasting*, and it is how one bias vector reaches all examples of a
# batch.
#
# </details>
#
# The repeated cells are pale; in memory nothing is copied. A whole layer, its
# product, its sum and its function of each entry, is one line:

# %% tags=["live", "slide-code"]
# A dense layer with a sigmoid in one line: @, + and np.exp.
activations = 1 / (1 + np.exp(-(batch @ weights + bias)))
low, high = activations.min(), activations.max()
print(f"{activations.shape}, all between {low:.2f} and {high:.2f}")

# %% [markdown]
# Both arrays may be repeated at once, and that is where mistakes hide.
#
# *Predict first: three answers of shape (3,) and three predictions of shape
# (3, 1), all of them right. What does NumPy give as their mean squared
# difference?*
#
# - **a** 0
# - **b** an error
# - **c** 1.33

# %% tags=["slide-code"]
wanted, predicted = np.array([1.0, 2.0, 3.0]), np.array([[1.0], [2.0], [3.0]])
print(f"mean squared error {np.mean((wanted - predicted) ** 2):.2f}")
plots.plot_elementwise(from_scratch.elementwise("−", wanted, predicted));
# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** 1.33, although every prediction is right: NumPy took nine differences
# where three were meant, and did not complain.
#
# </details>
#
# Print shapes when a loss looks odd. If they do not fit at all, NumPy raises an
# error, which is the better case. Either way, say which axis you mean:

# %% tags=["live", "slide-code"]
# Add 10 to the first row of Z and 20 to the second, with np.newaxis.
try:
    Z + np.array([10, 20])
except ValueError as error:
    print(error)
print(Z + np.array([10, 20])[:, np.newaxis])
assert np.mean((wanted - predicted[:, 0]) ** 2) == 0

# %% [markdown]
# **Learnt:** activation functions and additions work entry by entry, and
# shapes are made to fit from the last axis on, whether you meant it or not.

# %% [markdown] anchor="backward-pass" part="Backward"
# ## The backward pass
#
# *About 8 minutes.*
#
# This part is about one question: how much does each weight contribute to the
# loss? The answer is three factors and a loop, the same for nine weights and
# for nine billion.
#
# The backward pass finds, for every weight, how the loss changes when that
# weight is nudged. For the weights of layer $l$, from $p$ units to $q$ units,
# these numbers form a matrix of the same shape as the weights:
#
# $$\frac{\partial \mathcal{L}}{\partial \mathbf{W}^{(l)}} = \begin{pmatrix} \frac{\partial \mathcal{L}}{\partial w^{(l)}_{1,1}} & \cdots & \frac{\partial \mathcal{L}}{\partial w^{(l)}_{1,q}} \\ \vdots & \ddots & \vdots \\ \frac{\partial \mathcal{L}}{\partial w^{(l)}_{p,1}} & \cdots & \frac{\partial \mathcal{L}}{\partial w^{(l)}_{p,q}} \end{pmatrix}$$
#
# Each of the $n$ examples of a batch has its own matrix. The update uses their
# mean:
#
# $$\frac{\partial \mathcal{L}}{\partial \mathbf{W}^{(l)}} = \frac{1}{n} \sum_{m=1}^{n} \frac{\partial \mathcal{L}(\mathbf{x}_m, \mathbf{y}_m)}{\partial \mathbf{W}^{(l)}}$$

# %%
points, differ = from_scratch.xor()
answers = np.hstack(
    [differ, points.min(axis=1, keepdims=True) > 0]
)  # two questions: do the inputs differ? are both positive?
two_outputs = from_scratch.dense_net([2, 3, 2], loss="squared_error", seed=5)


def gradient_of_a_batch(layer=1):
    return plots.plot_batch_gradient(
        from_scratch.layer_gradient(
            two_outputs, points[1:], answers[1:], layer
        )
    )


explore(gradient_of_a_batch, layer=(1, 2))

# %% [markdown]
# The examples disagree: one wants a weight to grow, another wants it to
# shrink. The mean is their compromise.
#
# *Predict first: put every example into the batch twice. What happens to the
# sum of the gradients, and to their mean?*
#
# - **a** The sum doubles, the mean stays.
# - **b** The sum stays, the mean halves.
# - **c** Both double.

# %% tags=["slide-code"]
for copies in (1, 2, 10, 100):
    X_batch, y_batch = (
        np.tile(points, (copies, 1)),
        np.tile(answers, (copies, 1)),
    )
    gradient = from_scratch.layer_gradient(two_outputs, X_batch, y_batch)
    total, mean = map(np.linalg.norm, (gradient.total, gradient.mean))
    print(f"batch of {len(X_batch):3}: sum {total:7.4f}, mean {mean:.4f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** The sum doubles, the mean stays. With the sum, a learning rate that is
# right for a batch of 4 would be 100 times too large for a batch of 400. With
# the mean, the same rate fits both. Keras takes the mean.
#
# </details>
#
# Why *backward*? You can follow the chain rule from either end. From the
# front: follow one weight's change through all later layers to the loss, then
# start again with the next weight. From the back: find how the loss depends on
# the last layer, and reuse that for the layer before it, down to the first.
#
# *Predict first: a 784-512-512-10 network has 669,706 weights and biases. How
# many times as many multiplications does it take from the front as from the
# back?*
#
# - **a** about twice as many
# - **b** about 50 times as many
# - **c** more than 2,000 times as many

# %%
sizes = [
    [2, 3, 1],
    [8, 16, 16, 2],
    [32, 64, 64, 4],
    [128, 128, 128, 8],
    [784, 512, 512, 10],
]
costs = [from_scratch.gradient_costs(s) for s in sizes]
plots.plot_gradient_costs(costs)
plt.show()
Table(
    ["network", "backward ÷ forward", "from the front ÷ backward"],
    [
        (
            "-".join(map(str, cost.sizes)),
            f"{cost.backward / cost.forward:.1f}",
            f"{cost.forward_mode / cost.backward:,.0f}",
        )
        for cost in costs
    ],
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** 2,653 times as many, although the count skips everything that is known
# to be 0. Nudging each weight up and down, without any chain rule, takes almost
# a million times as many.
#
# </details>
#
# The table compares multiplications for one example, after one forward pass;
# these counts do not depend on the machine. Backward, each layer needs one
# matrix product for the gradient of its weights and one to pass the gradient
# on. So the way back costs at most two forward passes, plus one multiplication
# for each unit. The way from the front repeats the work of the later layers for
# every weight.
#
# **Learnt:** the gradient has the shape of the weights and is a mean over the
# batch. Found from the back, it costs at most about two forward passes, however
# many weights there are.

# %% [markdown] anchor="backpropagation-example"
# ## The chain rule in the last layer
#
# *About 7 minutes.*
#
# A weight of the last layer changes $z$, $z$ changes the prediction $\hat{y}$,
# and $\hat{y}$ changes the loss. The chain rule multiplies the three:
#
# $$\frac{\partial \mathcal{L}}{\partial w^{(2)}_{i,1}} = {\color{#D55E00} \frac{\partial \mathcal{L}}{\partial \hat{y}}} \cdot {\color{#0072B2} \frac{\partial \hat{y}}{\partial z}} \cdot {\color{#009E73} \frac{\partial z}{\partial w^{(2)}_{i,1}}}$$
#
# With the loss $\mathcal{L} = \frac{1}{2}(\hat{y} - y)^2$ and the output
# $\hat{y} = g(z)$:
#
# $$\frac{\partial \mathcal{L}}{\partial w^{(2)}_{i,1}} = {\color{#D55E00} (\hat{y} - y)} \cdot {\color{#0072B2} g'(z)} \cdot {\color{#009E73} a^{(1)}_{i}}$$
#
# Each factor has the colour of its place in the drawing: the way from
# $\hat{y}$ to the loss, the two halves of the output node, and the edge with
# its input.
#
# *Predict first: the truth is 1, the prediction is lower, and the weight's
# input is positive. What is the sign of the gradient, and which way does the
# update move the weight?*
#
# - **a** The gradient is negative, and the weight goes up.
# - **b** The gradient is negative, and the weight goes down.
# - **c** The gradient is positive, and the weight goes up.

# %%
one_output = from_scratch.dense_net([2, 3, 1], loss="squared_error", seed=11)
x, truth = [-1.0, 1.0], [1.0]  # the inputs differ


def last_layer(from_unit=3):
    return plots.plot_chain_rule(
        from_scratch.chain_rule(one_output, x, truth, weight=(2, from_unit, 1))
    )


explore(last_layer, from_unit=(0, 3))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** The gradient is negative: $\hat{y} - y$ is negative, the slope of a
# sigmoid is positive, and so is the input. The update subtracts the gradient,
# so the weight goes up, and the prediction rises.
#
# </details>
#
# Move the slider to units 1 and 2, whose activations are negative: the sign
# changes. The first two factors are the same for all weights of the layer;
# only the input differs. The bias comes from unit 0, whose output is 1. Mind
# the order in $\hat{y} - y$: with $y - \hat{y}$ the sign is wrong, and every
# update goes uphill.
#
# The last line of the figure does not use the chain rule at all: it nudges the
# weight a little up and down and looks at the loss. You can do that to any
# function:

# %% tags=["live", "slide-code"]
# The gradient of ½ (sigmoid(0.8 w) − 1)² at w = 0.5: nudge w, then the chain.
w = 0.5 + np.array([1e-5, -1e-5, 0])  # nudged up, nudged down, as it is
y_hat = 1 / (1 + np.exp(-0.8 * w))
loss = (y_hat - 1) ** 2 / 2
print(f"nudged {(loss[0] - loss[1]) / 2e-5:.8f}")
chain = (y_hat - 1) * y_hat * (1 - y_hat) * 0.8
print(f"chain  {chain[2]:.8f}")

# %% [markdown]
# **Learnt:** the gradient of a weight is how far the prediction is off, times
# the slope of the activation, times the weight's input.

# %% [markdown] anchor="backpropagation-hidden-layers"
# ## One layer further back
#
# *About 6 minutes.*
#
# A hidden unit is judged by what it does to the units above it. The rule keeps
# its three factors:
#
# $$\frac{\partial \mathcal{L}}{\partial w^{(1)}_{i,j}} = {\color{#D55E00} \frac{\partial \mathcal{L}}{\partial a^{(1)}_{j}}} \cdot {\color{#0072B2} \frac{\partial a^{(1)}_{j}}{\partial z^{(1)}_{j}}} \cdot {\color{#009E73} \frac{\partial z^{(1)}_{j}}{\partial w^{(1)}_{i,j}}}$$
#
# Only the first factor is new. The activation $a_j$ reaches the loss through
# every unit $k$ of the next layer, and what they contribute adds up:
#
# $${\color{#D55E00} \frac{\partial \mathcal{L}}{\partial a^{(1)}_{j}}} = {\color{#D55E00} \sum_k \frac{\partial \mathcal{L}}{\partial z^{(2)}_{k}}\, \frac{\partial z^{(2)}_{k}}{\partial a^{(1)}_{j}}} = {\color{#D55E00} \sum_k \frac{\partial \mathcal{L}}{\partial z^{(2)}_{k}}\, w^{(2)}_{j,k}}$$
#
# *Predict first: the network below has two outputs. Which numbers in this sum
# do you know once the last layer is done?*
#
# - **a** only the weights $w^{(2)}_{j,k}$
# - **b** all of them
# - **c** none: they belong to the layer above


# %%
def hidden_layer(from_unit=1, to_unit=2):
    return plots.plot_chain_rule(
        from_scratch.chain_rule(
            two_outputs, points[1], answers[1], weight=(1, from_unit, to_unit)
        )
    )


explore(hidden_layer, from_unit=(1, 2), to_unit=(1, 3))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** All of them. $\partial \mathcal{L} / \partial z^{(2)}_{k}$ is the
# product of the first two factors of the last layer, and $w^{(2)}_{j,k}$ is a
# weight of the network. So the sum takes one multiplication for each unit
# above.
#
# </details>
#
# The weights are used in both directions: forward $w_{j,k}$ carries $a_j$ to
# unit $k$, backward it carries $\partial \mathcal{L} / \partial z_k$ to unit
# $j$. Move *to unit*: the vermilion and blue factors change, because they
# belong to the unit. Move *from unit*: only the green factor changes, because
# it belongs to the input.
#
# **Learnt:** in a hidden layer the factor from above is a sum over the units
# of the next layer; each term is a known gradient times a known weight.

# %% [markdown] anchor="backpropagation-several-outputs"
# ## Several outputs and a batch, step by step
#
# *About 7 minutes.*
#
# Now everything at once: two outputs, a batch of three examples, forward,
# backward and the update. The network answers two questions about its inputs:
# do they differ, and are both positive? The loss of an example is the sum over
# its outputs; the loss of the batch is the mean over its examples:
#
# $$\mathcal{L} = \frac{1}{n} \sum_{m=1}^{n} \sum_{k} \tfrac{1}{2} \left(\hat{y}_{m,k} - y_{m,k}\right)^2$$
#
# *Predict first: the drawing shows the numbers of one example in its nodes.
# Where do the other two come in?*
#
# - **a** In the loss and in the gradients on the edges.
# - **b** In the activations of the hidden layer.
# - **c** Only in the update, at the very end.

# %%
steps = from_scratch.step_by_step(
    two_outputs, points[1:], answers[1:], learning_rate=0.5
)


def backpropagation(step=0):
    return plots.plot_step(steps, step)


explore(backpropagation, step=(0, len(steps) - 1))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** In the loss and in the gradients on the edges, which are means over
# all three. The numbers in the nodes, $z$, $a$ and
# $\delta = \partial \mathcal{L} / \partial z$, belong to one example each;
# there is one set of weights, and each weight gets one gradient.
#
# </details>
#
# Step forward and see each number appear where it is used next. Backward, the
# last layer comes first; the first layer then needs only the numbers right
# above it. The last step updates all weights at once and prints the new loss.
#
# Do the gradients agree with nudging each weight and looking at the loss?

# %% tags=["slide-code"]
error = from_scratch.gradient_check(two_outputs, points[1:], answers[1:])
print(f"largest relative difference: {error:.1e}")
assert error < 1e-6

# %% [markdown]
# In double precision, a correct implementation differs by far less than a
# millionth. If yours is off by a tenth, it is wrong, even if the network seems
# to learn.
#
# **Learnt:** the loss adds up outputs and averages over examples; nudging a
# weight checks its gradient.

# %% [markdown] anchor="backpropagation-summary"
# ## Backpropagation in three factors
#
# *About 6 minutes.*
#
# In any layer, the gradient is made of three things: what comes from the layer
# above, the slope of the activation, and the input. For a batch with examples
# in rows ($\odot$ is the product element by element, and the derivatives are
# those of each example's own loss):
#
# $$\frac{\partial \mathcal{L}}{\partial \mathbf{W}^{(l)}} = \frac{1}{n}\, {\color{#009E73} \mathbf{A}^{(l-1)\top}} \left( {\color{#D55E00} \frac{\partial \mathcal{L}}{\partial \mathbf{A}^{(l)}}} \odot {\color{#0072B2} f'(\mathbf{Z}^{(l)})} \right)$$
#
# and what the layer hands down to the one below it is
#
# $$\frac{\partial \mathcal{L}}{\partial \mathbf{A}^{(l-1)}} = \left( {\color{#D55E00} \frac{\partial \mathcal{L}}{\partial \mathbf{A}^{(l)}}} \odot {\color{#0072B2} f'(\mathbf{Z}^{(l)})} \right) \mathbf{W}^{(l)\top}$$
#
# *Predict first: a network has three layers of weights. Which weights carry
# the gradient down to the first layer?*
#
# - **a** those of all three layers
# - **b** those of the second and the third
# - **c** those of the first only

# %%
deeper = from_scratch.dense_net([2, 3, 3, 2], loss="squared_error", seed=29)


def gradient_of_a_layer(layer=2):
    return plots.plot_layer_gradient(
        from_scratch.layer_gradient(deeper, points[1:], answers[1:], layer)
    )


explore(gradient_of_a_layer, layer=(1, 3))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Those of the third and then those of the second: each hands the
# gradient to the layer below. The first layer's own weights enter only through
# the numbers of the forward pass.
#
# </details>
#
# Move the slider from the last layer to the first: green, blue and vermilion
# move back by one layer, and the formula stays. So the whole backward pass is
# a loop of three lines. Each layer of `deeper` knows its weights `W`, and the
# forward pass keeps its input `x`, its sum `z` and its activation `a`:

# %% tags=["live", "slide-code"]
# Back through zip(deeper.layers, passed): above · slope, · input, · weights.
passed, above = deeper.forward(points), deeper.forward(points)[-1].a - answers
for layer, here in reversed(list(zip(deeper.layers, passed))):
    delta = above * ACTIVATIONS[layer.activation].derivative(here.z)
    gradient = here.x.T @ delta / len(points)  # a mean over the batch
    above = delta @ layer.W.T
    print(f"weights {layer.W.shape}, gradient {gradient.shape}")

# %% [markdown]
# If one of the three factors is 0, the weight does not learn: nothing comes
# from above, the activation is flat, or the input is 0. Activation functions
# and initial weights are chosen so that these factors neither vanish nor grow
# without limit.
#
# **Learnt:** the gradient of a layer is what comes from above, times slope,
# times input; one loop from the last layer to the first finds all gradients.

# %% [markdown] anchor="automatic-differentiation" part="Gradients by machine"
# ## Automatic differentiation
#
# *About 10 minutes.*
#
# This part is about two things that a library does for you: it finds the
# gradients, and it runs the loop. Build both once, and neither is magic.
#
# Hardly anybody writes the backward pass of a new network by hand. The library
# records each operation of the forward pass on a *tape*. It knows the
# derivative of every single operation, so it can read the tape from the end to
# the start and apply the chain rule at each entry. That is *automatic
# differentiation*, here in *reverse mode*. Take a loss with a penalty, which
# uses $w$ three times:
#
# $$\mathcal{L} = (\tanh(w\,x) - y)^2 + \lambda\, w\, w$$
#
# *Predict first: how many gradients come back to $w$, and what does the tape
# do with them?*
#
# - **a** three, and it takes their mean
# - **b** three, and it adds them
# - **c** one: the last use of $w$ decides

# %%
recording = from_scratch.Tape()
w, x_1, target, strength = (
    recording.watch(value, name)
    for value, name in ((0.5, "w"), (2.0, "x"), (1.0, "y"), (0.1, "λ"))
)
off = (w * x_1).tanh() - target
on_tape = from_scratch.tape_steps(off * off + strength * w * w)


def tape_forward_and_back(step=8):
    return plots.plot_tape(on_tape, step)


explore(tape_forward_and_back, step=(0, on_tape.last))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Three, and it adds them. The weight reaches the loss along three
# paths, and a change of $w$ takes all three at once.
#
# </details>
#
# Move *step* to the right. On the way forward each box gets its value, in
# blue; on the way back each box hands its gradient, in vermilion, to the boxes
# that it was computed from. So $w$ is handed three gradients. Those of $x$, $y$
# and $\lambda$ come for free.
#
# This is the whole tape, for nine operations, and it is the code that runs
# here. Each operation has two functions, one for each direction: `compute`
# calls the first, `gradient` the second.

# %% tags=["hide-input"]
import inspect

from IPython.display import Markdown

_, listing = inspect.getsource(from_scratch.tape).split("import numpy as np\n")
Markdown(f"```python\n{listing.strip()}\n```")

# %% [markdown]
# A whole network is no harder for the tape. Here is one with four arrays of
# parameters, for the two questions from before.

# %% tags=["hide-input"]
rng = np.random.default_rng(SEED)
arrays = [rng.normal(size=shape) for shape in ((2, 3), (3,), (3, 2), (2,))]
wanted = answers.astype(float)

# %% tags=["live", "slide-code"]
# Record a mean squared error with tape.watch, and call tape.gradient.
tape = from_scratch.Tape()
W, b, V, c = watched = [tape.watch(array) for array in arrays]
off = (points @ W + b).tanh() @ V + c - wanted
ours = tape.gradient((off * off).mean(), watched)

# %% tags=["live", "slide-code"]
# The same with tf.Variable, tf.GradientTape and tf.reduce_mean.
W, b, V, c = variables = [tf.Variable(array) for array in arrays]
with tf.GradientTape() as tape:
    off = tf.tanh(points @ W + b) @ V + c - wanted
    error = tf.reduce_mean(off * off)
theirs = tape.gradient(error, variables)

# %% [markdown]
# *Predict first: how far apart are the two gradients?*
#
# - **a** by rounding in the last digits only
# - **b** by about a thousandth: TensorFlow uses faster approximations
# - **c** by about a hundredth: ours nudges the weights, TensorFlow derives

# %% tags=["hide-input"]
for name, mine, other in zip("WbVc", ours, theirs):
    apart = np.abs(mine - other.numpy()).max()
    print(f"{name}: gradient {mine.shape}, largest difference {apart:.1e}")
    assert apart < 1e-12

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** Both apply the same rules to the same numbers. Neither nudges
# anything, and neither approximates: automatic differentiation is exact, apart
# from rounding.
#
# </details>
#
# The bias has shape (3,), the sums that it is added to have shape (4, 3).
# Broadcasting has used each bias four times, so four gradients come back, and
# `summed_to` adds them. So the gradient always has the shape of the parameter.
#
# What does it cost? For larger and larger networks we time three things:
# recording a loss, going back over the tape, and nudging every weight, which
# takes two losses for each.
#
# *Predict first: a network gets a hundred times as many weights. The way back
# takes longer, and so does a forward pass. How many forward passes does the
# way back take now?*
#
# - **a** about a hundred times as many as before
# - **b** about ten times as many as before
# - **c** about as many as before

# %% tags=["hide-input"]
times = [from_scratch.tape_times(seed=seed) for seed in range(5)]
plots.plot_tape_times(times[0])
plt.show()
print(times[0].describe())
worst = max(time.apart.max() for time in times)
print(f"largest difference between the tape and nudging: {worst:.0e}")

# %%
longer = [time.nudging[-1] / time.backward[-1] for time in times]
claim(
    np.log10(longer),  # a busy machine multiplies a time
    "time of nudging over time of the way back, as a power of ten",
    smallest=2,
    if_so="For all gradients of the largest of these networks, nudging takes"
    f" about {np.median(longer):,.0f} times as long as the way back.",
    if_not="On this machine nudging takes only about"
    f" {np.median(longer):,.0f} times as long as the way back.",
    if_undecided="On this machine the times differ too much to say how much"
    " longer nudging takes than the way back.",
)

# %%
passes = np.array([time.backward / time.forward for time in times])
claim(
    passes[:, -1] / passes[:, 0] - 1,
    "forward passes that the way back takes, last network over first, minus 1",
    smallest=1,
    absent=True,
    if_so="From the first network to the last, the number of weights grows"
    " more than a hundredfold; the time of the way back, counted in forward"
    " passes, changes by {mean:+.0%}.",
    if_not="On this machine the time of the way back, counted in forward"
    " passes, changes by {mean:+.0%} from the first network to the last.",
    if_undecided="On this machine the times differ too much to say whether"
    " the way back takes as many forward passes for the last network as for"
    " the first.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** About as many. The way back reads each entry once, and an entry costs
# about as much backward as forward, however many weights stand behind it.
# Nudging needs two forward passes for each weight, and the chain rule from the
# front (*forward mode*) about one.
#
# </details>
#
# When you nudge, two things grow: the number of weights, and the work for
# each. (A loss that is not recorded is cheaper, so by the clock nudging may
# take fewer than two of the recorded passes for each weight.) The way back has
# another price: the tape keeps every intermediate result until it is read. So
# in training, memory often limits the batch size. In prediction nothing has to
# be recorded.
#
# **Learnt:** automatic differentiation records the forward pass and reads the
# record backward; it is exact, and all gradients together cost about as much
# as a few forward passes.

# %% [markdown] anchor="loop-by-hand"
# ## The training loop by hand
#
# *About 9 minutes.*
#
# With a tape, training is six lines, and at its heart `fit` does the same: for
# each batch, record the loss, read the tape, let the optimizer move the
# weights. Ours takes two thousand real images, in batches of fifty. (Later
# parts explain [softmax and its loss](#output-activations) and [Adam](#adam).)

# %% tags=["slide-code"]
clothes = data.load_fashion_mnist(seed=SEED)
few_images, few_labels = clothes.X_train[:2000], clothes.y_train[:2000]
batches = [
    (few_images[i : i + 50], few_labels[i : i + 50])
    for i in range(0, len(few_images), 50)
]


def net_for_clothes(seed=SEED):
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input(few_images.shape[1:]),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


loss_of = keras.losses.CategoricalCrossentropy()
net, optimizer = net_for_clothes(), keras.optimizers.Adam(0.002)
losses = []

# %% tags=["live", "slide-code"]
# tf.GradientTape, loss_of, tape.gradient, optimizer.apply: for three epochs.
for X_batch, y_batch in 3 * batches:
    with tf.GradientTape() as tape:
        error = loss_of(y_batch, net(X_batch))
    gradients = tape.gradient(error, net.trainable_variables)
    optimizer.apply(gradients, net.trainable_variables)
    losses.append(float(error))

# %% [markdown]
# *Predict first: Keras' `fit` starts from the same weights and sees the same
# batches in the same order. How does its loss compare with that of the six
# lines?*
#
# - **a** It is a little lower: `fit` also tunes the learning rate.
# - **b** It is a little higher: `fit` also measures as it trains.
# - **c** It is the same, apart from rounding.

# %% tags=["hide-input"]
twin = net_for_clothes()
twin.compile(optimizer=keras.optimizers.Adam(0.002), loss=loss_of)
fitted = twin.fit(
    few_images,
    few_labels,
    batch_size=50,
    epochs=3,
    shuffle=False,
    verbose=0,
).history["loss"]
by_hand = np.reshape(losses, (3, -1)).mean(axis=1)

_, ax = plt.subplots()
ax.plot(np.arange(1, 121) / 40, losses, color="0.7", label="each batch")
middle = [0.5, 1.5, 2.5]  # of each epoch
ax.plot(middle, by_hand, "o", markersize=11, label="epoch, by hand")
ax.plot(middle, fitted, "x", color="black", markersize=9, label="epoch, fit")
ax.set(xlabel="epoch", ylabel="loss", ylim=(0, None), xticks=[0, 1, 2, 3])
ax.legend()
plots.describe(
    ax,
    "The loss of each batch falls with much noise; the mean of an epoch by"
    f" hand, {by_hand.round(3).tolist()}, lies on that of fit,"
    f" {np.round(fitted, 3).tolist()}.",
)
apart = np.abs(by_hand - fitted).max()
print(f"largest difference between the losses of an epoch: {apart:.0e}")
assert apart < 1e-3

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** It is the same. The optimizer and the batches are the same, and so are
# the gradients. `fit` adds convenience: shuffling, metrics, callbacks, a
# compiled step that runs faster.
#
# </details>
#
# Each disc and each cross is the mean loss over the batches of one epoch,
# measured while the weights were changing. Write the loop yourself when a step
# is not the usual one: two networks train each other, the loss has a penalty
# on gradients, or a batch is too large for the memory.
#
# If you write the loop, you can also get it wrong. One well-known mistake is
# made in PyTorch, where the gradients of a step are *added* to those of the
# step before, unless `optimizer.zero_grad()` clears them.
#
# *Predict first: what happens to the loss if nobody clears them, so that every
# update takes the sum of all gradients so far?*
#
# - **a** Nothing new: the sum points the same way.
# - **b** It swings: old gradients push on long after they were right.
# - **c** It falls faster: each step sees more images.

# %% tags=["hide-input"]
def losses_of_a_loop(clear, seed, rate=0.05, epochs=3):
    """Loss of each batch, with gradients that are cleared or add up."""
    net, losses = net_for_clothes(seed), []
    optimizer = keras.optimizers.SGD(rate)
    optimizer.build(net.trainable_variables)
    kept = [tf.Variable(tf.zeros_like(w)) for w in net.trainable_variables]

    @tf.function
    def step(X_batch, y_batch):
        with tf.GradientTape() as tape:
            error = loss_of(y_batch, net(X_batch))
        gradients = tape.gradient(error, net.trainable_variables)
        for held, gradient in zip(kept, gradients):
            held.assign(gradient if clear else held + gradient)
        optimizer.apply(list(kept), net.trainable_variables)
        return error

    for X_batch, y_batch in epochs * batches:
        losses.append(float(step(tf.constant(X_batch), tf.constant(y_batch))))
    return losses


seeds = range(by_mode(short=5, full=10))
cleared, piled_up = (
    np.array([losses_of_a_loop(clear, seed) for seed in seeds])
    for clear in (True, False)
)
_, ax = plt.subplots()
for runs, color, label in (
    (cleared, plots.COLORS[0], "cleared for each batch"),
    (piled_up, plots.COLORS[1], "never cleared"),
):
    ax.plot(np.arange(1, 121) / 40, runs.T, color=color, alpha=0.7)
    ax.plot([], color=color, label=label)
ax.set(xlabel="epoch", ylabel="loss", ylim=(0, None), xticks=[0, 1, 2, 3])
ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
plots.describe(
    ax,
    f"Loss of each batch in {len(cleared)} runs each. In the last epoch its"
    f" mean is {cleared[:, -40:].mean():.2f} where gradients are cleared, and"
    f" {piled_up[:, -40:].mean():.2f} where they add up.",
);

# %%
claim(
    piled_up[:, -40:].mean(axis=1) - cleared[:, -40:].mean(axis=1),
    "loss in the last epoch, never cleared minus cleared",
    smallest=0.1,
    if_so="If the gradients are never cleared, the loss in the last epoch is"
    " {mean:.2f} higher.",
    if_not="Gradients that are never cleared do little harm here: the loss in"
    " the last epoch changes by {mean:+.2f}.",
    if_undecided="{n} runs do not say whether the mistake costs anything: the"
    " loss changes by {low:+.2f} to {high:+.2f}.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** It swings. The sum of all gradients works like a ball that rolls
# without friction: it runs through every valley and up the other side. (That is
# [momentum](#momentum) with $\mu = 1$.)
#
# </details>
#
# There is no error message, and the first steps look right, so the mistake is
# easy to miss. In TensorFlow each tape gives new gradients, so there you
# cannot make this mistake by forgetting a line. TensorFlow has its own trap:
# compute the loss outside the tape, and every gradient is `None`.
#
# **Learnt:** `fit` is a loop of six lines: record the loss, read the tape,
# apply the gradients; start each batch with gradients of zero.

# %% [markdown] anchor="exercises-training"
# ## Exercises: training
#
# *About 20 minutes.*
#
# Replace the three dots with your answer, or repair the code, and run the
# cell. It says whether you are right, and if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: broadcasting (read)
#
# By accident, labels of shape (10,) are subtracted from predictions of shape
# (32, 1). What is the shape of the result? Write a tuple, or `"error"` if
# NumPy refuses.

# %% tags=["exercise"]
shape = ...
exercises.check("broadcast-shape", shape)

# %% tags=["solution"]
exercises.check("broadcast-shape", (32, 10))


# %% [markdown] tags=["exercise"]
# ### Exercise: a product (read)
#
# A batch `X` has the shape (64, 784), and the weights `W` were stored
# transposed, as (512, 784). What is the shape of `X @ W`? Write a tuple, or
# `"error"` if NumPy refuses.

# %% tags=["exercise"]
shape = ...
exercises.check("product-shape", shape)


# %% tags=["solution"]
exercises.check("product-shape", "error")

# %% [markdown] tags=["exercise"]
# ### Exercise: a layer
#
# Return the outputs of a dense layer with ReLU for a batch `X` of shape (n,
# p), weights `W` of shape (p, q) and a bias `b` of shape (q,).


# %% tags=["exercise"]
def layer(X, W, b):
    return ...


exercises.check("dense-forward", layer)


# %% tags=["solution"]
def layer(X, W, b):
    return np.maximum(X @ W + b, 0)


exercises.check("dense-forward", layer)

# %% [markdown] tags=["exercise"]
# ### Exercise: the gradient of the loss
#
# The loss is the mean of $\frac{1}{2}(\hat{y} - y)^2$ over a batch. Return its
# gradient with respect to the predictions `y_hat`, an array as long as the
# batch.


# %% tags=["exercise"]
def gradient(y_hat, y):
    return ...


exercises.check("loss-gradient", gradient)


# %% tags=["solution"]
def gradient(y_hat, y):
    return (y_hat - y) / len(y)


exercises.check("loss-gradient", gradient)

# %% [markdown] tags=["exercise"]
# ### Exercise: the gradient of the weights
#
# A layer got `inputs` of shape (n, p). From above comes `delta` of shape (n,
# q), which is $\partial \mathcal{L} / \partial \mathbf{z}$ for each example.
# Return the gradient of the layer's weights: the mean over the batch.


# %% tags=["exercise"]
def gradient(inputs, delta):
    return ...


exercises.check("weight-gradient", gradient)


# %% tags=["solution"]
def gradient(inputs, delta):
    return inputs.T @ delta / len(inputs)


exercises.check("weight-gradient", gradient)

# %% [markdown] tags=["exercise"]
# ### Exercise: the update
#
# Return the weights after one step of gradient descent.


# %% tags=["exercise"]
def updated(w, gradient, learning_rate):
    return ...


exercises.check("update-step", updated)


# %% tags=["solution"]
def updated(w, gradient, learning_rate):
    return w - learning_rate * gradient


exercises.check("update-step", updated)

# %% [markdown] tags=["exercise"]
# ### Exercise: mini-batches (repair)
#
# This function should give the mini-batches of an epoch, in a random order. A
# network that is trained with it hardly gets beyond chance. Find the fault and
# repair it.


# %% tags=["exercise"]
def mini_batches(X, y, size, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X), size):
        rows = order[start : start + size]
        yield X[rows], y[start : start + size]


exercises.check("mini-batch-fault", mini_batches)


# %% tags=["solution"]
def mini_batches(X, y, size, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X), size):
        rows = order[start : start + size]
        yield X[rows], y[rows]


exercises.check("mini-batch-fault", mini_batches)

# %% [markdown] tags=["exercise"]
# ### Exercise: two gradients (repair)
#
# This loop should fit $\hat{y} = \mathbf{X}\mathbf{w} + b$ by gradient descent,
# with the mean of $\frac{1}{2}(\hat{y} - y)^2$ as its loss. It works, but its
# steps are not those of gradient descent. Find the fault and repair it.


# %% tags=["exercise"]
def fit(X, y, learning_rate, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        w = w - learning_rate * X.T @ (X @ w + b - y) / len(y)
        b = b - learning_rate * (X @ w + b - y).mean()
    return w, b


exercises.check("late-gradient", fit)


# %% tags=["solution"]
def fit(X, y, learning_rate, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        error = X @ w + b - y
        w = w - learning_rate * X.T @ error / len(y)
        b = b - learning_rate * error.mean()
    return w, b


exercises.check("late-gradient", fit)

# %% [markdown] anchor="exercises-by-machine"
# ## Exercises: gradients by machine
#
# *About 9 minutes.*
#
# Replace the three dots with your answer, or repair the code, and run the
# cell. It says whether you are right, and if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: a rule for a sum (repair)
#
# A tape has this rule for `X + b`, with `X` of shape (n, p) and `b` of shape
# (p,); `g` is the gradient of the sum. Training stops with an error: the
# gradient of `b` does not have the shape of `b`. Repair the rule.


# %% tags=["exercise"]
def back(g, X, b):
    return g, g


exercises.check("tape-repair", back)


# %% tags=["solution"]
def back(g, X, b):
    return g, g.sum(axis=0)


exercises.check("tape-repair", back)

# %% [markdown] tags=["exercise"]
# ### Exercise: one plus sign is missing (read)
#
# Someone writes a tape and forgets that gradients add up: each entry *sets*
# the gradient of its inputs. The entries of $y = x \cdot x + 3\,x$ are $x$, $x
# \cdot x$, $3\,x$ and the sum, in this order. Which derivative does this tape
# give at $x = 2$?

# %% tags=["exercise"]
derivative = ...
exercises.check("tape-overwrites", derivative)

# %% tags=["solution"]
exercises.check("tape-overwrites", 2)

# %% [markdown] tags=["exercise"]
# ### Exercise: a loop that hardly learns (read)
#
# This loop runs without an error, and the loss hardly moves. In which line is
# the mistake?
#
# ```
# 1  for X_batch, y_batch in batches:
# 2      with tf.GradientTape() as tape:
# 3          prediction = net(X_batch)
# 4          loss = loss_of(y_batch, prediction)
# 5      gradients = tape.gradient(loss, net.trainable_variables)
# 6  optimizer.apply(gradients, net.trainable_variables)
# ```

# %% tags=["exercise"]
line = ...
exercises.check("bug-in-the-loop", line)

# %% tags=["solution"]
exercises.check("bug-in-the-loop", 6)

# %% [markdown] anchor="activation-functions" part="Functions and weights"
# ## Activation functions for hidden layers
#
# *About 6 minutes.*
#
# This part is about what you choose before training: the functions in the
# layers, the function at the output, and the weights to start from, random or
# borrowed. Each choice is judged by the same question: does the gradient get
# through?
#
# Without activation functions, layers collapse into one: a linear function of a
# linear function is linear.
#
# $$\text{sigmoid: } \sigma(z) = \frac{1}{1 + e^{-z}} \qquad \tanh(z) = \frac{2}{1 + e^{-2z}} - 1$$
#
# $$\text{ReLU: } \max(0, z) \qquad \text{leaky ReLU: } \max(0.2\, z, z)$$
#
# *Predict first: which of these three has outputs that spread evenly around 0?*
#
# - **a** the sigmoid
# - **b** tanh
# - **c** ReLU

# %%
HIDDEN = [
    name
    for name, activation in ACTIVATIONS.items()
    if activation.role == "hidden"
]


def activation_function(name="relu"):
    return plots.plot_activation(name)


explore(activation_function, name=HIDDEN)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** tanh. The outputs of the sigmoid and of ReLU are never negative. So for
# a single example, all weights into one unit above get gradients of the same
# sign: they all go up, or all go down. Only a batch of different examples can
# move one up and another down.
#
# </details>
#
# ReLU ("rectified linear unit") costs one comparison. Others round its corner
# (ELU, GELU, SiLU, softplus) or let something through on the left (leaky ReLU).
#
# See how layers without an activation function collapse:

# %% tags=["live", "slide-code"]
# Two linear layers, X @ W1 @ W2, and the one layer that does the same.
rng = np.random.default_rng(SEED)
X_in, W1, W2 = (rng.normal(size=shape) for shape in [(5, 3), (3, 4), (4, 2)])
print(np.allclose(X_in @ W1 @ W2, X_in @ (W1 @ W2)))
print(np.allclose(np.maximum(X_in @ W1, 0) @ W2, X_in @ (W1 @ W2)))

# %% [markdown]
# **Learnt:** only an activation function makes a second layer worth having;
# ReLU is the usual first choice.

# %% [markdown] anchor="activation-gradients"
# ## Activation functions and the gradient
#
# *About 9 minutes.*
#
# The slope of the activation is one of the [three factors of every
# gradient](#backpropagation-summary). Where it is 0, nothing is learnt; where
# it is small in every layer, the product of many small factors vanishes.
#
# *Predict first: what is the largest slope of the sigmoid?*


# %%
def activation_and_slope(name="sigmoid"):
    return plots.plot_activation(name, derivative=True)


explore(activation_and_slope, name=HIDDEN)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **0.25.** The slope is $\sigma(z)\,(1 - \sigma(z))$, and a product of two
# numbers that add up to 1 is largest when both are ½, at $z = 0$.
#
# </details>
#
# Between the last of ten layers of sigmoids and the first lie nine slopes.
# Apart from the weights, they leave at most $4^{-9}$ of the gradient, four
# millionths:

# %% tags=["live", "slide-code"]
# The slopes of the sigmoid and of ReLU at z, and the product of nine of them.
z = np.array([-2.0, 0.0, 0.5, 2.0])
s = 1 / (1 + np.exp(-z))
for slope in (s * (1 - s), (z > 0) * 1.0):
    print(slope.round(3), "nine times:", *(f"{p:.2g}" for p in slope**9))

# %% [markdown]
# This is the *vanishing gradient*. The table divides the gradient at the first
# of ten layers by that at the last, in fresh networks whose weights [fit their
# activation function](#weight-initialization). Near 1, the gradient arrives;
# near 0, it has vanished on the way.

# %% tags=["hide-input"]
depths = {
    title: from_scratch.measure_depth(name, start, depth=10).gradient_ratio
    for title, name, start in (
        ("sigmoid", "sigmoid", "glorot"),
        ("tanh", "tanh", "glorot"),
        ("ReLU", "relu", "he"),
        ("leaky ReLU", "leaky_relu", "he"),
    )
}
Table(
    ["activation function", "gradient at layer 1, over that at layer 10"],
    [(name, f"{ratio:.2g}") for name, ratio in depths.items()],
)

# %% [markdown]
# ReLU has slope 1 for every positive input, and 0 for *every* negative one,
# however close to 0. A unit whose sum is negative for all examples gets no
# gradient: it is *dead*, and its own weights cannot bring it back. One step
# that is too long can kill it. We train small networks for 200 steps on two
# classes of points, two interlocking half circles ("moons").
#
# *Predict first: after training with a learning rate of 0.5, few hidden units
# are dead. How many are dead with a learning rate of 4?*
#
# - **a** about as many: death depends on the initial weights
# - **b** two or three times as many
# - **c** more than half of all units

# %%
moons = from_scratch.moons(200, noise=0.2)


def dead_share(net):
    """The share of hidden units whose sum is negative for every example."""
    return np.mean(
        [
            (layer.z <= 0).all(axis=0).mean()
            for layer in net.forward(moons[0])[:-1]
        ]
    )


dead = {}
for learning_rate in (0.5, 1, 2, 4):
    nets = [
        from_scratch.dense_net(
            [2, 32, 32, 1],
            activation="relu",
            initializer="he_normal",
            seed=seed,
        )
        for seed in range(5)
    ]
    dead[learning_rate] = np.array(
        [
            dead_share(
                from_scratch.record_training(
                    net, *moons, learning_rate=learning_rate, steps=200
                ).nets[-1]
            )
            for net in nets
        ]
    )
display(
    Table(
        ["learning rate", "dead units, mean", "least", "most of 5 seeds"],
        [
            (f"{rate:g}", *(f"{n:.0%}" for n in (x.mean(), x.min(), x.max())))
            for rate, x in dead.items()
        ],
    )
)
claim(
    dead[4] - dead[0.5],
    "share of dead units, learning rate 4 minus 0.5",
    smallest=0.3,
    if_so="Long steps kill units: the share of dead ones is higher by"
    " {mean:.2f}.",
    if_not="Long steps kill few units: the share of dead ones changes by"
    " {mean:+.2f}.",
    if_undecided="Whether long steps kill many units stays open: the share of"
    " dead ones changes by {low:+.2f} to {high:+.2f}.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** More than half. One long step can make the weights or the bias of a
# unit so negative that no example reaches its positive side again.
#
# </details>
#
# A *leaky* ReLU keeps a small slope on the left, so that a unit can return.
# The slope is a choice: 0.01 in the paper that proposed it ([Maas et al.,
# 2013](https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf)),
# 0.2 in Keras' function `leaky_relu` and here, 0.3 in its layer `LeakyReLU`.
#
# **Learnt:** in deep networks sigmoids make gradients vanish; ReLUs preserve
# them, but too long a step can kill a unit.

# %% [markdown] anchor="relu-vs-tanh"
# ## ReLU against tanh
#
# *About 5 minutes.*
#
# The activation function leaves its mark on the decision boundary.
#
# *Predict first: which of the two draws a boundary with corners?*
#
# - **a** ReLU
# - **b** tanh
# - **c** both, with few layers


# %%
def relu_or_tanh(n_layers=2):
    return plots.plot_boundaries(n_layers)


explore(relu_or_tanh, n_layers=(1, 4))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** ReLU. Its boundary is made of straight pieces; that of tanh is smooth,
# however sharply it bends.
#
# </details>
#
# Which one is right more often on new points? The accuracies are means over
# five seeds, with their range. Where the two ranges overlap, other seeds could
# have given the other order, so the figure does not say. Both networks have
# the same number of weights; the fit times are for one core.
#
# You may know `plot_2d_separator` from *Introduction to Machine Learning with
# Python*. It draws a Keras network, too, once `as_classifier` has turned it
# into a scikit-learn classifier. ([Adam](#adam) is explained later.)

# %% tags=["slide-code"]
from mglearn import discrete_scatter
from mglearn.plot_2d_separator import plot_2d_separator

where, which, *unseen = plots.boundaries.moons()
network = models.mlp(
    10,
    10,
    n_inputs=2,
    loss="binary",
    seed=SEED,
    optimizer=keras.optimizers.Adam(0.03),
)
network.fit(where, which, epochs=100, batch_size=len(where), verbose=0)
network = training.as_classifier(network)

_, ax = plt.subplots(figsize=(6, 4))
plot_2d_separator(network, where, fill=True, alpha=0.3, ax=ax)
discrete_scatter(*where.T, which, s=8, ax=ax)
right = network.score(where, which)
print(f"train {right:.3f}, new points {network.score(*unseen):.3f}")
plots.describe(
    ax,
    "Two moons, and the line at which a network with two layers of ten "
    f"ReLUs parts them: {right:.0%} of the training points are right.",
);

# %% [markdown]
# On the line the network gives each class a probability of one half. The line
# is made of straight pieces, since these are ReLUs.
#
# **Learnt:** ReLUs draw boundaries with corners, tanhs smooth ones; compare
# their accuracies over several seeds, or not at all.

# %% [markdown] anchor="output-activations"
# ## Activation functions for the output
#
# *About 7 minutes.*
#
# The output function follows from the kind of answer. For one probability it
# is a *sigmoid*, for one of several classes a *softmax*. For a number there is
# no function at all ("linear"), so that nothing limits it. The sums $z_i$
# before the softmax are called *logits*.
#
# $$\text{softmax}(\mathbf{z})_i = \frac{e^{z_i}}{\sum_{j=1}^{k} e^{z_j}}$$
#
# *Predict first: add 1 to every logit. What happens to the probabilities?*
#
# - **a** They all rise by the same factor.
# - **b** The largest one gains, the others lose.
# - **c** They stay as they are.


# %%
def output_activation(name="softmax", derivative=False):
    return plots.plot_activation(name, derivative=derivative)


explore(
    output_activation, name=["sigmoid", "softmax", "linear"], derivative=False
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** They stay as they are: numerator and denominator both grow by the
# factor $e$. Only differences between logits count.
#
# </details>
#
# So subtract the largest logit first: the result is the same, and no
# exponential overflows.

# %% tags=["live", "slide-code"]
# Softmax with np.exp, after taking off the largest logit.
logits = np.array([1001.0, 1000.0, 998.0])
e = np.exp(logits - logits.max())
print((e / e.sum()).round(3))

# %% [markdown]
# The usual loss for classes is the *cross-entropy*: minus the logarithm of the
# probability that the network gives to the right class. A label is a row of
# zeros with a 1 at the right class. So even where the network is right, a
# larger logit for the right class still lowers the loss. Nothing ever says
# "enough", and the network can become *over-confident*: its probabilities are
# higher than the share of its answers that are right. *Label smoothing*
# ([Szegedy et al., 2016](https://arxiv.org/abs/1512.00567)) sets a limit. With
# $k$ classes and a small $\alpha$:
#
# $$y_\text{smooth} = (1 - \alpha)\,y + \frac{\alpha}{k}$$

# %% tags=["live", "slide-code"]
# Smooth the label of class 1 of 4 with alpha = 0.1.
label, alpha = np.array([0, 1, 0, 0]), 0.1
print((1 - alpha) * label + alpha / len(label))


# %%
def label_smoothing(alpha=0.1):
    return plots.plot_label_smoothing(alpha)


explore(label_smoothing, alpha=(0.0, 0.4, 0.05))

# %% [markdown]
# With α = 0 the loss has no minimum: it falls for ever as the right logit's
# lead over the others grows. With any larger α there is a best lead, and
# beyond it the loss rises again. The [next chapter](#in-practice) measures
# whether that brings the probabilities of a real network closer to the truth.
#
# **Learnt:** sigmoid for one probability, softmax for one of several classes,
# no function for a number.

# %% [markdown] anchor="weight-initialization"
# ## Initial weights
#
# *About 7 minutes.*
#
# - All *zero*: all units of a layer are the same, and stay the same.
# - *Too small*: the signal shrinks from layer to layer. *Too large*: it grows.
# - In between, a variance that keeps the size of the signal: *Glorot's* for
#   functions that are nearly linear around 0 (tanh), *He's* for ReLU. A ReLU
#   sets about half of its inputs to 0, so He's variance is twice Glorot's where
#   $n_\text{in} = n_\text{out}$.
#
# $$\text{Glorot: } \operatorname{Var}(w) = \frac{2}{n_\text{in} + n_\text{out}} \qquad \text{He: } \operatorname{Var}(w) = \frac{2}{n_\text{in}}$$
#
# *Predict first: with Glorot's weights and ReLU, how large is the gradient that
# reaches the first of twenty layers, compared with that at the last?*
#
# - **a** much larger
# - **b** much smaller
# - **c** about as large


# %%
def gradients_through_depth(activation="relu", distribution="normal"):
    return plots.plot_gradient_flow(activation, distribution)


explore(
    gradients_through_depth,
    activation=["sigmoid", "tanh", "relu"],
    distribution=["normal", "uniform"],
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** Much smaller. Each ReLU layer passes on half of the variance, so
# nineteen of them leave about $2^{-19/2}$, a seven-hundredth, of the
# gradient's size. He's factor 2 makes up for exactly that.
#
# </details>
#
# The networks are not trained yet. What matters is the variance: switch
# between a normal and a uniform distribution of the same variance, and compare
# the lines. ([Glorot and Bengio,
# 2010](https://proceedings.mlr.press/v9/glorot10a.html); [He et al.,
# 2015](https://arxiv.org/abs/1502.01852).) The same on the way forward, first
# with half of He's variance, then with all of it:

# %% tags=["live", "slide-code"]
# 20 ReLU layers with weights of variance scale / 256; print a.std().
for scale in (1, 2):
    a = rng.normal(size=(100, 256))
    for _ in range(20):
        a = np.maximum(a @ rng.normal(0, (scale / 256) ** 0.5, (256, 256)), 0)
    print(f"variance {scale} / n: {a.std():.4f}")

# %% [markdown]
# **Learnt:** start with random weights whose variance fits the layer's width
# and its activation function.

# %% [markdown] anchor="transfer-learning"
# ## Weights from elsewhere: transfer learning
#
# *About 7 minutes.*
#
# Random weights know nothing. If another network has learnt a similar task,
# start from *its* weights: copy the hidden layers, put a new output layer on
# top, and continue training. Either the copied layers stay as they are
# (*frozen*), or they are trained further (*fine-tuned*).
#
# The first task: eight classes of Fashion-MNIST, with many labelled images.
# The second: sandal or sneaker, with few. A small convolutional network learns
# the first task. Then it learns the second from 10 to 300 labelled images, in
# three ways. Accuracy is measured on [validation images](#data), which no
# network is trained on. Each seed draws one set of images, and all three ways
# get the same set in the same mini-batches, so that they can be compared draw
# by draw.
#
# *Predict first: with only ten labelled images, which way is best?*
#
# - **a** From scratch: these shoes are new to the borrowed weights.
# - **b** Frozen: ten images cannot spoil the copied layers.
# - **c** Fine-tuned: everything may adapt.

# %% tags=["hide-input"]
task = fashion.only("Sandal", "Sneaker")
others = fashion.only(
    *[name for name in fashion.class_names if name not in task.class_names]
)


def small_net(n_classes):
    """A small convolutional network, compiled."""
    net = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Reshape((28, 28, 1)),
            keras.layers.Conv2D(16, 5, strides=3, activation="relu"),
            keras.layers.Conv2D(32, 3, strides=2, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(n_classes, activation="softmax"),
        ]
    )
    net.compile(
        optimizer=keras.optimizers.Adam(0.002),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=16,
    )
    return net


device.seed_everything(SEED)
teacher = small_net(8)
teacher.fit(
    training.batches(others.X_train[:5000], others.y_train[:5000], 64),
    epochs=by_mode(short=4, full=10),
    shuffle=False,
    verbose=0,
)
_, accuracy = teacher.evaluate(*others.validation_data, verbose=0)
print(f"validation accuracy on the eight classes: {accuracy:.3f}")

# %% tags=["slide-code"]
ways = {
    "from scratch": lambda: small_net(2),
    "frozen": lambda: training.reuse(teacher, 2, frozen=True),
    "fine-tuned": lambda: training.reuse(teacher, 2, frozen=False),
}
few = training.learn_from_few(
    ways, task, counts=(10, 100, 300), seeds=by_mode(short=6, full=20)
)
plots.plot_few_images(few.counts, few.accuracy);
# %% tags=["hide-input"]
rows = [
    (
        way,
        count,
        f"{row.mean():+.3f} ({row.min():+.3f} to {row.max():+.3f})",
        f"{np.sum(row > 0)} of {len(row)}",
    )
    for way in ("frozen", "fine-tuned")
    for count, row in zip(few.counts, few.gain(way, over="from scratch"))
]
head = "way", "images", "accuracy, minus that from scratch", "draws ahead"
display(Table(head, rows))
display(
    Table(
        ["way", "parameters trained", "parameters"],
        [
            (
                name,
                sum(np.prod(w.shape) for w in net.trainable_weights),
                net.count_params(),
            )
            for name, net in ((name, build()) for name, build in ways.items())
        ],
    )
)
fewest, most = few.gain("fine-tuned", over="frozen")[[0, -1]]
leads = {
    "frozen": few.gain("frozen", over="from scratch")[0],
    "fine-tuned": few.gain("fine-tuned", over="from scratch")[0],
    "fine-tuned over frozen": fewest,
}
low, high = {}, {}
for name, lead in leads.items():
    _, low[name], high[name] = experiments.interval(lead)
display(
    claim(
        few.gain("frozen", over="from scratch")[0],
        "validation accuracy with 10 images, frozen minus from scratch",
        smallest=0.01,
        if_so="With ten images, frozen weights beat a start from scratch by"
        " {mean:.3f}.",
        if_not="With ten images, frozen weights gain little over a start from"
        " scratch: {mean:+.3f}.",
        if_undecided="With ten images it stays open whether frozen weights"
        " beat a start from scratch: {low:+.3f} to {high:+.3f}.",
    )
)
display(
    claim(
        fewest,
        "validation accuracy with 10 images, fine-tuned minus frozen",
        smallest=0.02,
        absent=True,
        if_so="With ten images it hardly matters whether the copied layers"
        " are frozen or fine-tuned: {mean:+.3f} for fine-tuning.",
        if_not="With ten images it matters whether the copied layers are"
        " frozen or fine-tuned: {mean:+.3f} for fine-tuning.",
        if_undecided="With ten images these draws do not say whether to"
        " freeze or to fine-tune: {low:+.3f} to {high:+.3f} for fine-tuning.",
    )
)
display(
    claim(
        few.gain("fine-tuned", over="from scratch").mean(axis=0),
        "validation accuracy, mean over the numbers of images, fine-tuned"
        " minus from scratch",
        smallest=0.005,
        if_so="Over all three numbers of images, fine-tuned weights beat a"
        " start from scratch by {mean:.3f}.",
        if_not="Over all three numbers of images, fine-tuned weights gain"
        " little over a start from scratch: {mean:+.3f}.",
        if_undecided="Over all three numbers of images it stays open whether"
        " fine-tuned weights beat a start from scratch: {low:+.3f} to"
        " {high:+.3f}.",
    )
)
display(
    experiments.decided(
        a=high["frozen"] < 0 and high["fine-tuned"] < 0,
        b=low["frozen"] > 0 and high["fine-tuned over frozen"] < 0,
        c=low["fine-tuned"] > 0 and low["fine-tuned over frozen"] > 0,
    )
)
claim(
    most,
    "validation accuracy with 300 images, fine-tuned minus frozen",
    smallest=0.01,
    if_so="With 300 images, fine-tuned layers beat frozen ones by {mean:.3f}.",
    if_not="With 300 images, fine-tuned layers gain little over frozen ones:"
    " {mean:+.3f}.",
    if_undecided="With 300 images it stays open whether fine-tuned layers"
    " beat frozen ones: {low:+.3f} to {high:+.3f}.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# There is a reason for each, and the sentences above say which of them weighs
# most in these draws. Frozen layers cannot be spoilt by a handful of images,
# since only the output layer is learnt; but they cannot adapt either, however
# many images there are.
#
# </details>
#
# Each faint point is one draw of images, each bar the range over the draws.
# The ranges of two ways may overlap although one is ahead nearly every time,
# because a lucky set of images is lucky for both. That is why the table
# compares draw by draw. Read the figure sideways, too: go left from the right
# end of the curve *from scratch*. Where you meet another curve, the borrowed
# weights have saved you the images in between.
#
# The gain depends on how much the two tasks share. It tends to be large when
# the first task is broad and the second is narrow: a network trained on a
# million photographs ([ImageNet: Deng et al.,
# 2009](https://doi.org/10.1109/CVPR.2009.5206848)) is a good start for most
# other photographs. Early layers transfer better than late ones, which have
# specialized ([Yosinski et al., 2014](https://arxiv.org/abs/1411.1792)).
# *Meta-learning* goes one step further: it trains on many small tasks to find
# a start from which the next task is learnt quickly.
#
# **Learnt:** weights from a similar task can save you labelled images; freeze
# them or fine-tune them, and let validation decide.

# %% [markdown] anchor="exercises-activations"
# ## Exercises: activation functions and initial weights
#
# *About 15 minutes.*
#
# Replace the three dots with your answer and run the cell. It says
# whether you are right, and if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: a softmax that survives
#
# Return the softmax of each row of `Z`. Logits may be as large as 1000.


# %% tags=["exercise"]
def softmax(Z):
    return ...


exercises.check("stable-softmax", softmax)


# %% tags=["solution"]
def softmax(Z):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


exercises.check("stable-softmax", softmax)

# %% [markdown] tags=["exercise"]
# ### Exercise: a slope
#
# Return the slope of the leaky ReLU $\max(0.2\,z, z)$ at each entry of `z`.


# %% tags=["exercise"]
def slope(z):
    return ...


exercises.check("leaky-slope", slope)


# %% tags=["solution"]
def slope(z):
    return np.where(z > 0, 1.0, 0.2)


exercises.check("leaky-slope", slope)

# %% [markdown] tags=["exercise"]
# ### Exercise: He's rule
#
# A layer has 784 inputs and 512 ReLU units. Which standard deviation should
# its initial weights have? Three digits are enough.

# %% tags=["exercise"]
sigma = ...
exercises.check("he-sigma", sigma)

# %% tags=["solution"]
exercises.check("he-sigma", np.sqrt(2 / 784))

# %% [markdown] tags=["exercise"]
# ### Exercise: frozen
#
# The hidden layers of a 784-256-32-10 network are reused for a task with two
# classes: the output layer is replaced by one of two units, and the hidden
# layers are frozen. How many parameters are trained?

# %% tags=["exercise"]
n_trained = ...
exercises.check("frozen-weights", n_trained)

# %% tags=["solution"]
exercises.check("frozen-weights", (32 + 1) * 2)

# %% [markdown] anchor="learning-rate" part="Steps and momentum"
# ## The learning rate
#
# *About 6 minutes.*
#
# This part is about the last step of the loop. The gradient says which way is
# up; the optimizer decides how far down to go, and how much to trust this one
# gradient. We start with the learning rate and end with
# [momentum](#momentum), which remembers the steps before.
#
# Take two weights and a loss that can be drawn: Beale's function, a flat valley
# between steep walls, with its minimum at (3, 0.5). Plain gradient descent
# starts at (0.8, 1.6):
#
# $$\mathbf{w}_{s+1} = \mathbf{w}_s - \eta\, \nabla \mathcal{L}(\mathbf{w}_s)$$
#
# *Predict first: with a learning rate of 0.02, fifty steps get most of the
# way. What happens with 0.04?*
#
# - **a** It arrives sooner, since its steps are twice as long.
# - **b** It diverges.
# - **c** It arrives sooner, but then jumps around the minimum.

# %%
beale = plots.plot_surface(surfaces.BEALE)
plt.close(beale.figure)


def learning_rate(learning_rate=0.02, iterations=50):
    path = optimizers.descend(
        optimizers.SGD(learning_rate), surfaces.BEALE, steps=iterations
    )
    lost = optimizers.diverged_at(path)
    name = f"η = {learning_rate:g}" + (
        "" if lost is None else f": diverges at step {lost}"
    )
    return Paths(beale, {name: path}, {name: plots.LOOKS["sgd"]})


explore(
    learning_rate, learning_rate=(0.005, 0.04, 0.0025), iterations=(1, 100)
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** It *diverges*. The first step lands on the opposite wall, where it is
# steeper, the next step overshoots further, and the path is gone.
#
# </details>
#
# A larger rate takes longer steps, until they overshoot and everything is
# lost. How close the best rate lies to that cliff depends on the surface. On a
# parabola of curvature $L$ the best rate is $1/L$, which reaches the minimum in
# one step, and the cliff is at $2/L$. Just below the cliff, the steps jump from
# side to side and hardly come closer:

# %% tags=["live", "slide-code"]
# Five steps on ½ · 4 · w² from w = 1, with learning rates around 1/4 and 2/4.
for eta in (0.25, 0.475, 0.525):
    w = [1.0]
    for _ in range(5):
        w.append(w[-1] - eta * 4 * w[-1])
    print(f"η = {eta}: w =", np.round(w, 2))

# %% [markdown]
# **Learnt:** the learning rate is the first number to tune, and its useful
# range ends in a cliff.

# %% [markdown] anchor="learning-rate-schedules"
# ## Learning rates that change
#
# *About 6 minutes.*
#
# A *schedule* changes the learning rate during training. *Decay* takes large
# steps first and small ones later. It is exponential, or follows the inverse
# of time. With decay rate $\kappa$ over $S$ steps:
#
# $$\eta_s = \eta_0\, \kappa^{s/S} \qquad \eta_s = \frac{\eta_0}{1 + \kappa\, s/S}$$
#
# - *Warm restarts*: decay, then jump back to the initial rate. *Cycles*: up
#   and down, for a short time even beyond the rate that would diverge.
# - *Warm-up* and *one cycle*: begin small, because the first gradients are the
#   wildest.
#
# *Predict first: which schedule ends lowest on this surface?*
#
# - **a** one that decays: small last steps are exact
# - **b** the constant one: every change wastes steps
# - **c** one that begins small and grows


# %%
def schedules(schedule="exponential", iterations=100):
    return plots.plot_schedule(schedule, iterations)


def by_label(names):
    """A dropdown of optimizers or schedules, by what they are called."""
    return {optimizers.label(name): name for name in names}


explore(
    schedules,
    schedule=by_label(optimizers.SCHEDULED),
    iterations=(20, 100, 40),
)

# %% tags=["hide-input"]
losses = []
for name, rule in optimizers.SCHEDULED.items():
    end = optimizers.descend(rule, surfaces.BEALE, steps=100)[-1]
    loss = f"{surfaces.BEALE.value(*end):.5f}"
    losses.append((optimizers.label(name), loss))
Table(["schedule", "loss after 100 steps"], losses)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** Warm-up beats the other schedules of the rate; only the last row, where
# [momentum](#momentum) grows instead, ends lower. This surface has a steep start
# and a flat end, so it pays to start small and go faster later. Decay pays where
# gradients are noisy, as they are with mini-batches: small last steps average
# the noise out. This surface has no noise.
#
# </details>
#
# A rate that would diverge at the start is harmless in the valley. The
# schedules are examples, and nobody has tuned them: with other settings some
# might change places. ([Cyclical rates: Smith,
# 2017](https://arxiv.org/abs/1506.01186); [warm restarts: Loshchilov and
# Hutter, 2017](https://arxiv.org/abs/1608.03983); [one cycle: Smith and Topin,
# 2019](https://arxiv.org/abs/1708.07120).)
#
# A schedule is just one number per step:

# %% tags=["live", "slide-code"]
# The rates at steps s of 100: exponential decay, then inverse time.
s = np.array([0, 25, 50, 100])
print((0.1 * 0.1 ** (s / 100)).round(4))
print((0.1 / (1 + 9 * s / 100)).round(4))

# %% [markdown]
# **Learnt:** which schedule is best depends on where the loss is steep and how
# noisy its gradient is.

# %% [markdown] anchor="momentum"
# ## Momentum
#
# *About 7 minutes.*
#
# No learning rate suits a narrow valley. This one has curvature 50 across and
# 1 along, so the cliff is at $2/50 = 0.04$. Just below it, plain gradient
# descent jumps from wall to wall. Along the valley, that same rate leaves more
# than 96% of the way at each step. Try smaller rates, then let the path
# remember its last steps:

# %%
narrow = plots.plot_surface(surfaces.VALLEY)
plt.close(narrow.figure)


def narrow_valley(learning_rate=0.038, memory=0.0):
    rule = optimizers.Momentum(learning_rate, memory)
    path = optimizers.descend(rule, surfaces.VALLEY, steps=40)
    left = np.linalg.norm(path[-1])
    return Paths(narrow, {f"after 40 steps {left:.2f} from the minimum": path})


explore(
    narrow_valley,
    learning_rate=[0.005, 0.02, 0.038],
    memory={"none": 0.0, "μ = 0.5": 0.5, "μ = 0.8": 0.8},
)

# %% [markdown]
# Plain gradient descent crawls along the valley, because it forgets each
# gradient at once. A ball that rolls downhill keeps the fraction $\mu$ of its
# velocity $\mathbf{v}$: gradients that point the same way at every step add up,
# gradients that alternate cancel.
#
# $$\mathbf{v}_s = {\color{#009E73} \mu\, \mathbf{v}_{s-1}} - {\color{#D55E00} \eta\, \nabla \mathcal{L}(\mathbf{w}_s)}$$
#
# $$\mathbf{w}_{s+1} = \mathbf{w}_s + {\color{#0072B2} \mathbf{v}_s}$$
#
# *Predict first: on a long even slope, the steps grow longer than those of
# plain gradient descent. How many times as long do they become with
# $\mu = 0.9$?*


# %%
def momentum(step=4):
    return plots.plot_momentum(step, "momentum")


explore(momentum, step=(0, 20, 2))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **10.** The velocity approaches $-\eta\,\nabla\mathcal{L}\,(1 + \mu + \mu^2 +
# \dots) = -\eta\,\nabla\mathcal{L} / (1 - \mu)$. That is why momentum wants a
# smaller learning rate.
#
# </details>
#
# The arrows have the colours of the formula and show the numbers of this
# descent. On a slope that never ends:

# %% tags=["live", "slide-code"]
# Fifty steps of momentum 0.9 where the gradient is always 1; print v.
w, v, eta, mu = 0.0, 0.0, 0.1, 0.9
for _ in range(50):
    v = mu * v - eta * 1.0
    w = w + v
print(f"v = {v:.3f}; plain gradient descent steps by {-eta}")

# %% [markdown]
# With $\mu$ near 1 the ball remembers its path for a long time. Momentum can
# have a schedule, too: the last of the [schedules](#learning-rate-schedules)
# takes $\mu$ from 0.5 to 0.975. PyTorch writes $\mathbf{v} \leftarrow \mu
# \mathbf{v} + \nabla \mathcal{L}$ and $\mathbf{w} \leftarrow \mathbf{w} - \eta
# \mathbf{v}$: the same path, as long as the learning rate stays the same. The
# idea is Polyak's ([1964](https://doi.org/10.1016/0041-5553(64)90137-5)).
#
# **Learnt:** momentum adds up the gradients that agree and cancels those that
# do not.

# %% [markdown] anchor="nesterov"
# ## Nesterov's momentum
#
# *About 4 minutes.*
#
# If momentum will carry you to another place anyway, ask for the gradient
# *there*.
#
# $$\mathbf{v}_s = {\color{#009E73} \mu\, \mathbf{v}_{s-1}} - {\color{#D55E00} \eta\, \nabla \mathcal{L}(\mathbf{w}_s + \mu\, \mathbf{v}_{s-1})}$$
#
# *Predict first: the ball runs up the opposite wall. Which momentum turns it
# back sooner?*
#
# - **a** Nesterov's momentum
# - **b** ordinary momentum
# - **c** both at the same step


# %%
def nesterov(step=4):
    return plots.plot_momentum(step, "nesterov")


explore(nesterov, step=(0, 20, 2))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** Nesterov's. It feels the slope of the place ahead one step before
# ordinary momentum gets there.
#
# </details>
#
# Keras stores the looked-ahead point $\theta = \mathbf{w} + \mu \mathbf{v}$ as
# the weights; the drawing starts its arrows at
# $\mathbf{w} = \theta - \mu \mathbf{v}$. ([Sutskever et al.,
# 2013](https://proceedings.mlr.press/v28/sutskever13.html), compare the two.)
#
# **Learnt:** looking ahead costs nothing extra and corrects the momentum one
# step earlier.

# %% [markdown] anchor="momentum-in-practice"
# ## Momentum in practice
#
# *About 9 minutes.*
#
# To compare optimizers fairly, each gets the learning rate with which it ends
# lowest on this surface. That rate is *tuned*: the best of ten per decade,
# then the best of sixty between its two neighbours. What counts is the mean
# loss of the last ten of a hundred steps. You can switch to rates that
# somebody chose by eye.
#
# *Predict first: at its tuned rate, what does momentum do better than plain
# gradient descent?*
#
# - **a** It reaches the valley sooner and ends lower.
# - **b** It reaches the valley sooner, but ends about as low.
# - **c** It ends lower, but does not reach the valley sooner.

# %%
RATES = {"tuned": "tuned", "chosen by eye": "lecture"}
compared = {
    rates: optimizers.compare(rates=rates).paths for rates in RATES.values()
}


def over_beale(names, iterations, rates):
    """Paths of some optimizers over Beale's function, up to an iteration."""
    paths = compared[rates]
    return Paths(
        beale,
        {optimizers.label(n): paths[n][: iterations + 1] for n in names},
        {optimizers.label(n): plots.LOOKS[n] for n in names},
    )


def momentum_in_practice(
    iterations=50, optimizer="sgd", other="momentum", rates="tuned"
):
    return over_beale([optimizer, other], iterations, rates)


explore(
    momentum_in_practice,
    iterations=(1, 100),
    optimizer=by_label(["sgd", "momentum", "nesterov"]),
    other=by_label(["momentum", "nesterov", "sgd"]),
    rates=RATES,
)


# %% tags=["hide-input"]
def standing(names, rates="tuned"):
    """When each loss is first below 0.1, and two losses on the way."""
    rows = []
    for name in names:
        losses = np.array(
            [surfaces.BEALE.value(*point) for point in compared[rates][name]]
        )
        below = np.flatnonzero(losses < 0.1)
        arrival = below[0] if len(below) else "never"
        found = arrival, losses[20], losses[100]
        rows.append((optimizers.label(name), *found))
    head = "optimizer", "below 0.1 at step", "loss after 20", "loss after 100"
    return Table(head, rows)


standing(["sgd", "momentum", "nesterov"])

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** It ends much lower, but it does not reach the valley sooner: its tuned
# rate makes shorter first steps, because they add up. Adding up pays in the
# long flat valley.
#
# </details>
#
# Compare at the rates chosen by eye, too: there plain gradient descent looks
# far worse than it is. Unless every optimizer is tuned, you compare how well
# each was tuned.
#
# ### On images
#
# Is the loss of a network such a valley? We train a small one on 2,000 images
# of clothes for 200 steps, without momentum and with $\mu = 0.9$. Both get the
# same six learning rates and the same ten sets of initial weights.
#
# *Predict first: where is the lead of momentum larger?*
#
# - **a** where both have the same learning rate, 0.03
# - **b** where each has the best of the six rates
# - **c** It is the same.

# %%
small = data.fewer(fashion, 2000, 1000, averaged=True)  # 14 × 14 pixels
TRIED = (0.01, 0.03, 0.1, 0.2, 0.4, 0.8)


def losses_at_rates(mu):
    """The training loss after 200 updates, (n_rates, n_seeds)."""
    nets = replicas.compare(
        {rate: dict(learning_rate=rate) for rate in TRIED},
        small.X_train,
        small.y_train,
        hidden=(32,),
        activation="relu",
        initializer="he_normal",
        optimizer=keras.optimizers.SGD(momentum=mu),
        batch_size=200,
        steps=200,
        record=[],
        seeds=10,
        show=False,
    )
    return np.array([runs.loss[-1] for runs in nets.values()])


by_memory = {"plain": losses_at_rates(0.0), "momentum": losses_at_rates(0.9)}
plots.plot_sweep(
    experiments.Sweep(
        "momentum on images",
        TRIED,
        "learning rate",
        "training loss",
        by_memory,
        log_x=True,
        log_y=True,
    )
)
plt.show()

# %% tags=["hide-input"]
# Five seeds choose the rates; the other five are compared at them.
best = {
    name: losses[:, :5].mean(axis=1).argmin()
    for name, losses in by_memory.items()
}
same = by_memory["plain"][1, 5:], by_memory["momentum"][1, 5:]
tuned = [losses[best[name], 5:] for name, losses in by_memory.items()]
display(
    Table(
        ["", "loss at 0.03", "best rate", "loss at the best rate"],
        [
            (name, f"{a.mean():.2f}", TRIED[best[name]], f"{b.mean():.2f}")
            for name, a, b in zip(by_memory, same, tuned)
        ],
    )
)
lead = np.log10(same[0] / same[1])
tuned_lead = np.log10(tuned[0] / tuned[1])
display(
    claim(
        lead - tuned_lead,
        "log₁₀ of how many times as large the loss is without momentum, at"
        " the same rate minus each at its best",
        smallest=0.05,
        if_so="Momentum's lead is larger at the same rate.",
        if_not="Momentum's lead is not larger at the same rate.",
        if_undecided="Where momentum's lead is larger stays open.",
    )
)
_, low, high = experiments.interval(lead - tuned_lead)
display(
    experiments.decided(
        a=low >= 0.05, b=high <= -0.05, c=low > -0.05 and high < 0.05
    )
)
claim(
    tuned_lead,
    "log₁₀ of how many times as large the loss is without momentum, each at"
    " its best rate",
    smallest=0.05,
    if_so="Each at its best rate, the loss without momentum is {times} times"
    " as large: momentum does more than lengthen the steps.",
    if_not="Each at its best rate, the loss without momentum is not even 12%"
    " larger: on these images momentum does little more than lengthen the"
    " steps.",
    if_undecided="Whether the loss without momentum is 12% larger, each at"
    " its best rate, stays open.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# At the same rate, momentum of 0.9 also makes steps up to ten times as long,
# which a rate ten times as large does without it. So you should expect the
# larger lead there; the sentences above say whether these runs show it. Only
# where each has its best rate do you see what is left: the valley.
#
# </details>
#
# Read the figure twice: straight up, at one rate, and from the lowest mean of
# one colour to the lowest of the other. Only the second comparison is fair.
# Even that one needs care if a best rate is the smallest or the largest of the
# six: a better one may lie beyond.
#
# **Learnt:** momentum pays in long valleys; compare optimizers only at rates
# chosen for each.

# %% [markdown] anchor="adaptive-gradients" part="A rate for each weight"
# ## Adagrad and RMSprop
#
# *About 6 minutes.*
#
# This part is about optimizers that take a longer step for one weight than for
# another, up to [Adam](#adam) and [AdamW](#adamw), which train most networks
# today. Then all of them run side by side.
#
# Change one weight a little, and the loss may change a lot; change another,
# and it hardly moves. So one learning rate is too large for some weights and
# too small for others. *Adagrad* divides each weight's step by the root of the
# sum of its squared gradients. *RMSprop* takes a moving average instead of the
# sum, so it forgets. Here $g_s$ is the gradient of one weight, and $v_s$ that
# average (not the velocity).
#
# $$\text{Adagrad: } G_s = G_{s-1} + g_s^2, \qquad w_{s+1} = w_s - \frac{\eta}{\sqrt{G_s + \varepsilon}}\, g_s$$
#
# $$\text{RMSprop: } v_s = \rho\, v_{s-1} + (1 - \rho)\, g_s^2, \quad w_{s+1} = w_s - \frac{\eta}{\sqrt{v_s + \varepsilon}}\, g_s$$
#
# *Predict first: after a long way down a steep wall, which of the two can still
# make large steps in the flat valley?*
#
# - **a** RMSprop
# - **b** Adagrad
# - **c** both: the valley's gradients are small

# %%
ADAPTIVE = ["adagrad", "rmsprop", "rmsprop_momentum", "adadelta", "sgd"]


def adaptive_gradients(
    iterations=50, optimizer="adagrad", other="rmsprop", rates="lecture"
):
    return over_beale([optimizer, other], iterations, rates)


explore(
    adaptive_gradients,
    iterations=(1, 100),
    optimizer=by_label(ADAPTIVE),
    other=by_label(ADAPTIVE),
    rates=dict(reversed(RATES.items())),  # those chosen by eye come first
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** RMSprop, which has forgotten the wall. Adagrad's sum can only grow, and
# the large gradients of the wall stay in it for ever.
#
# </details>
#
# In numbers, for a wall of ten gradients and a valley of fifty:

# %% tags=["live", "slide-code"]
# What Adagrad (np.cumsum) and RMSprop (a loop) divide by in the end.
g = np.array([10.0] * 10 + [0.1] * 50)
G, v = np.cumsum(g**2), 0.0
for each in g:
    v = 0.9 * v + 0.1 * each**2
print(f"Adagrad divides by {G[-1] ** 0.5:.2f}, RMSprop by {v**0.5:.2f}")

# %% [markdown]
# Drag *iterations* to the end: near the minimum RMSprop bounces in the valley.
# It divides each gradient by about its own size, so its steps stay about as
# long as its rate. Then rounding decides which way it bounces, and two correct
# programs end up on different paths. *Adadelta* also replaces the learning
# rate by a moving average of its own steps. They are tiny at first, so it
# starts very slowly. What Keras calls its learning rate is a factor that the
# paper does not have.
#
# The rules differ in where ε stands, inside the root or outside; ours are as
# in Keras, where Adagrad's sum starts at 0.1. ([Adagrad: Duchi et al.,
# 2011](https://jmlr.org/papers/v12/duchi11a.html); [Adadelta: Zeiler,
# 2012](https://arxiv.org/abs/1212.5701); [RMSprop: Tieleman and Hinton,
# 2012](https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf).)
#
# **Learnt:** dividing by the size of past gradients gives each weight a rate
# of its own; a moving average lets that rate recover.

# %% [markdown] anchor="adam"
# ## Adam
#
# *About 6 minutes.*
#
# *Adam* combines momentum and RMSprop, both as moving averages. Both averages
# start at 0, so at first they are too small: after $s$ equal gradients, an
# average with factor $\beta$ has reached only $1 - \beta^s$ of their size. Adam
# divides by that share.
#
# $$m_s = \beta_1 m_{s-1} + (1 - \beta_1)\, g_s, \qquad v_s = \beta_2 v_{s-1} + (1 - \beta_2)\, g_s^2$$
#
# $$w_{s+1} = w_s - \eta\, \frac{m_s / (1 - \beta_1^s)}{\sqrt{v_s / (1 - \beta_2^s)} + \varepsilon}$$
#
# *Predict first: without the correction, with $\beta_1 = 0.9$ and
# $\beta_2 = 0.999$, how long would the first step be?*
#
# - **a** a tenth of the learning rate
# - **b** about three times the learning rate
# - **c** as long as the learning rate


# %%
def adam(iterations=50, optimizer="adam", other="adamax", rates="tuned"):
    return over_beale([optimizer, other], iterations, rates)


explore(
    adam,
    iterations=(1, 100),
    optimizer=by_label(["adam", "adamax", "rmsprop"]),
    other=by_label(["adamax", "adam", "momentum"]),
    rates=RATES,
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** About three times the learning rate. At the first step
# $m_1 = 0.1\,g$ and $\sqrt{v_1} = \sqrt{0.001}\,|g|$, and their ratio is
# $0.1 / 0.0316$.
#
# </details>
#
# With the correction the first step is as long as the learning rate, whether
# the gradient is large or small. It is shorter only if the gradient is 0 or
# hardly larger than $\varepsilon$.

# %% tags=["live", "slide-code"]
# Adam's first step for the gradients g, corrected and not; rate 0.1.
g = np.array([-0.003, 2.0, 500.0])
m, v = 0.1 * g, 0.001 * g**2
print("corrected:", -0.1 * (m / 0.1) / (np.sqrt(v / 0.001) + 1e-7))
print("not:      ", -0.1 * m / (np.sqrt(v) + 1e-7))

# %% [markdown]
# *Adamax* replaces the root by the largest gradient so far, which slowly fades
# ([Kingma and Ba, 2015](https://arxiv.org/abs/1412.6980), for both):
#
# $$u_s = \max(\beta_2\, u_{s-1}, |g_s|)$$
#
# **Learnt:** Adam is momentum with a rate for each weight; its first step is as
# long as the learning rate.

# %% [markdown] anchor="adamw"
# ## AdamW: decay that is not divided
#
# *About 8 minutes.*
#
# Large weights are often a sign of overfitting: the network fits its training
# examples too closely. A penalty $\frac{\lambda}{2} w^2$ in the loss (*L2*) makes
# them shrink; its gradient is $\lambda w$. For plain gradient descent that is
# the same as taking a share $\eta\lambda$ off every weight at each step, so
# both are called *weight decay*. For Adam they differ. With the penalty in the
# loss, $\lambda w$ gets into both averages. *AdamW* leaves the gradient alone
# and shrinks the weight separately: its decay is *decoupled* ([Loshchilov and
# Hutter, 2019](https://arxiv.org/abs/1711.05101)).
#
# $$w_{s+1} = w_s - \eta\, \frac{\hat{m}_s}{\sqrt{\hat{v}_s} + \varepsilon} - \eta\, \lambda\, w_s$$
#
# Here $\hat{m}_s$ and $\hat{v}_s$ are the corrected averages of Adam. Try it on
# two weights that start at 0 and have their lowest loss at 1. Their losses
# differ only by a factor: the gradients are of size 0.1 for one weight and 10
# for the other, with the noise of mini-batches.
#
# *Predict first: Adam gets an L2 penalty with $\lambda = 0.25$. Which of the
# two weights does the penalty pull further away from 1, towards 0?*
#
# - **a** the one with large gradients
# - **b** both alike: Adam makes all gradients equally large
# - **c** the one with small gradients

# %%
pulled = optimizers.pull(scales=(0.1, 10.0), strength=0.25)
plots.plot_pull(pulled);

# %%
apart = np.subtract(*pulled.ends("L2 in the gradient")[::-1])
claim(
    apart,
    "end of the weight with large gradients minus end of the other, with L2",
    smallest=0.3,
    if_so="With L2 in the gradient, the weight with the small gradients ends"
    " {mean:.2f} lower: the penalty acts on it and spares the other.",
    if_not="With L2 in the gradient, the two weights end only {mean:.2f}"
    " apart.",
    if_undecided="{n} runs do not say how far apart the two weights end with"
    " L2 in the gradient: {low:.2f} to {high:.2f}.",
)

# %%
apart = np.subtract(*pulled.ends("decoupled decay")[::-1])
claim(
    apart,
    "end of the weight with large gradients minus end of the other, AdamW",
    smallest=0.1,
    absent=True,
    if_so="With AdamW the two weights end at about the same value: the decay"
    " treats them alike.",
    if_not="With AdamW, too, the two weights end {mean:.2f} apart.",
    if_undecided="{n} runs do not say whether the two weights end apart with"
    " AdamW: {low:.2f} to {high:.2f}.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** The one with small gradients. Adam divides the whole gradient by its
# usual size, and the penalty with it: $\lambda w / \sqrt{v}$ is left. Where
# gradients are large, that is next to nothing.
#
# </details>
#
# Each line is the mean of twenty runs, each band holds the middle half of them.
# In the first panel there is no penalty, and Adam does not notice the factor of
# a hundred. A penalty in the loss brings the factor back. That is seldom what
# you want: the decay of a weight should not depend on the unit in which its
# input was measured.
#
# The rule is Adam's, with one more term:

# %% tags=["hide-input"]
w, m, v = np.array(surfaces.BEALE.start), np.zeros(2), np.zeros(2)

# %% tags=["live", "slide-code"]
# AdamW on Beale's function, with m, v, np.sqrt, and a share taken off w.
for s in range(1, 101):
    g = np.array(surfaces.BEALE.gradient(*w))
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    step = m / (1 - 0.9**s) / (np.sqrt(v / (1 - 0.999**s)) + 1e-7)
    w = w - 0.2 * (step + 0.05 * w)

# %% tags=["hide-input"]
adamw = keras.optimizers.AdamW(0.2, weight_decay=0.05)
end = training.trace(adamw, surfaces.BEALE, steps=100)[-1]
print(f"after 100 steps: by hand {w.round(4)}, Keras {end.round(4)}")
assert np.allclose(w, end, atol=1e-3)

# %% [markdown]
# On this surface the decay has a price: the path ends short of the minimum at
# (3, 0.5), nearer to the origin. It is worth paying if the minimum of the
# training loss is not what you are after. Biases are usually spared:
# `optimizer.exclude_from_weight_decay(var_names=["bias"])`.
#
# **Learnt:** Adam divides a penalty in the loss by the size of the gradients;
# AdamW takes the same share off every weight.

# %% [markdown] anchor="optimizer-zoo"
# ## The whole zoo
#
# *About 6 minutes.*
#
# First all optimizers run at once, each at its tuned rate. Then you can
# compare any two of them.
#
# *Predict first: is the optimizer that is lowest after twenty steps also the
# lowest after a hundred?*
#
# - **a** Yes: the one that is ahead stays ahead.
# - **b** No: by then all of them are equally low.
# - **c** No: by then another one is lowest.


# %%
def optimizer_zoo(iterations=50, rates="tuned"):
    return over_beale(list(optimizers.RULES), iterations, rates)


explore(optimizer_zoo, iterations=(1, 100), rates=RATES)

# %% tags=["hide-input"]
display(standing(optimizers.RULES))
for step in (20, 100):
    ends = {
        name: surfaces.BEALE.value(*path[step])
        for name, path in compared["tuned"].items()
    }
    lowest = optimizers.label(min(ends, key=ends.get))
    print(f"lowest after {step} steps: {lowest}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** No. An optimizer that is ahead early need not be ahead in the end.
#
# </details>
#
# How much depends on the learning rate? The next figure shows the mean loss of
# the last ten of 100 steps against the rate, for each optimizer. A ring marks
# the best of the rates drawn; a line breaks off where the path leaves the map.
#
# *Predict first: plain gradient descent has a best rate, and a smallest rate
# that fails. How much larger than the best is the one that fails?*
#
# - **a** a few percent larger
# - **b** twice as large
# - **c** ten times as large

# %% tags=["hide-input"]
rates = np.geomspace(1e-4, 1e5, 901)
tunings = {
    name: optimizers.tune_rate(rule, rates=rates)
    for name, rule in optimizers.RULES.items()
}
plots.plot_rates(tunings)
plt.show()
rows = []
for name, tuning in tunings.items():
    best, rule = optimizers.tuned_rate(name), optimizers.RULES[name]
    near = optimizers.tune_rate(rule, rates=[best, 0.9 * best]).losses
    fails = tuning.rates[np.isinf(tuning.losses) & (tuning.rates > best)]
    at_90 = f"{near[1] / near[0]:,.1f} ×"
    title = optimizers.label(name)
    rows.append((title, best, f"{fails.min():.3g}", at_90))
head = "optimizer", "tuned rate", "fails from", "loss at 90% of tuned rate"
Table(head, rows)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** A few percent larger. In this valley plain gradient descent does best
# just before it fails. That is no rule: on a parabola the best rate is half the
# one that fails.
#
# </details>
#
# So "the best optimizer" is partly the one that somebody has tuned most
# finely. The last column shows what you pay for missing the tuned rate by a
# tenth. Read it before you believe a comparison at rates that somebody chose
# by eye.
#
# Now any two, side by side:


# %%
def pairs(iterations=50, optimizer="sgd", other="adam", rates="tuned"):
    return over_beale([optimizer, other], iterations, rates)


explore(
    pairs,
    iterations=(2, 100, 2),
    optimizer=by_label(optimizers.RULES),
    other=by_label(optimizers.RULES),
    rates=RATES,
)

# %% [markdown]
# Keras has others, and you can write your own. `training.trace` follows a Keras
# optimizer over a surface, in double precision:

# %% tags=["slide-code"]
lion = training.trace(keras.optimizers.Lion(0.05), surfaces.BEALE)
plots.plot_paths(
    {
        "Lion, 0.05": lion,
        "Adam, 0.2": training.trace(
            keras.optimizers.Adam(0.2), surfaces.BEALE
        ),
    },
    surfaces.BEALE,
);

# %% [markdown]
# Lion uses only the sign of an averaged gradient, so each step moves every
# weight by exactly the learning rate ([Chen et al.,
# 2023](https://arxiv.org/abs/2302.06675)).
#
# A surface of two weights is only a map: a network has thousands of weights
# and noisy gradients. Much of how the optimizers behave carries over; which of
# them wins need not.
#
# **Learnt:** no optimizer wins everywhere; know what each one does where the
# loss is steep, flat or noisy.

# %% [markdown] anchor="gradient-clipping"
# ## Gradient clipping
#
# *About 7 minutes.*
#
# Some losses have cliffs. A network for sequences applies the same weight again
# and again, so a tiny change of the weight can decide where it ends. The
# smallest example is one unit with weight $w$ and bias $b$ that is applied eight
# times and should then give 0.7:
#
# $$h_t = \tanh(w\, h_{t-1} + b), \qquad h_0 = 0.5, \qquad \mathcal{L} = (h_8 - 0.7)^2$$
#
# At the edge of the cliff the gradient is far longer than anywhere else, and a
# single step can throw the weights far off. *Clipping* cuts a gradient that is
# longer than $c$ to the length $c$ and keeps its direction ([Pascanu et al.,
# 2013](https://arxiv.org/abs/1211.5063)):
#
# $$\mathbf{g} \leftarrow \mathbf{g} \cdot \frac{c}{\max(c, \lVert\mathbf{g}\rVert)}$$
#
# *Predict first: the learning rate is 0.2, and $c = 0.5$. How long can a step of
# plain gradient descent be at most?*

# %%
cliff = plots.plot_surface(surfaces.RECURRENT)
plt.close(cliff.figure)
norms = (2.0, 0.5, 0.1)
unclipped = optimizers.descend(
    optimizers.SGD(0.2), surfaces.RECURRENT, steps=60
)
clipped = {
    f"clipped at {norm:g}": optimizers.descend(
        optimizers.Clipped(optimizers.SGD(0.2), norm=norm),
        surfaces.RECURRENT,
        steps=60,
    )
    for norm in norms
}


def gradient_clipping(iterations=25, norm="clipped at 0.5"):
    return Paths(
        cliff,
        {
            "not clipped": unclipped[: iterations + 1],
            norm: clipped[norm][: iterations + 1],
        },
    )


explore(gradient_clipping, iterations=(1, 60), norm=list(clipped))

# %% [markdown]
# <details><summary>Answer</summary>
#
# **0.1.** It is at most $\eta\, c$: clipping bounds the step, not the loss.
#
# </details>
#
# Move *iterations* slowly: $w_1$ is the weight, $w_2$ the bias. Both paths
# creep over the plateau, where the unit ends near −1. At the cliff the path
# without clipping leaps across the valley and lands far up on the other side;
# there the loss is flat, and it hardly moves again. The clipped path turns
# into the valley.
#
# A single start may be luck. So we take two hundred, all below the cliff:

# %% tags=["hide-input"]
rng = np.random.default_rng(SEED)
starts = rng.uniform((0.5, -1.0), (2.5, 0.0), (200, 2))


def arrives(rule, start):
    """Whether a descent of 100 steps ends with a loss below 0.01."""
    end = optimizers.descend(rule, surfaces.RECURRENT, start, 100)[-1]
    return surfaces.RECURRENT.value(*end) < 0.01


sgd = optimizers.SGD(0.2)
with_it, without = (
    np.array([arrives(rule, start) for start in starts], float)
    for rule in (optimizers.Clipped(sgd, norm=0.5), sgd)
)
print(
    f"below 0.01 after 100 steps: {without.mean():.0%} without clipping,"
    f" {with_it.mean():.0%} with it"
)

# %%
claim(
    with_it - without,
    "share of starts that arrive, with clipping minus without",
    smallest=0.1,
    if_so="With clipping, the share of starts that arrive is {mean:.2f}"
    " higher.",
    if_not="Clipping hardly raises the share of starts that arrive:"
    " {mean:+.2f}.",
    if_undecided="{n} starts do not say how much clipping raises the share"
    " that arrives: {low:+.2f} to {high:+.2f}.",
)

# %% [markdown]
# Clipping is one line in front of the update:

# %% tags=["live", "slide-code"]
# Cut g to the norm 0.5 with np.linalg.norm, then take the step.
w = np.array(surfaces.RECURRENT.start)
for _ in range(60):
    g = np.array(surfaces.RECURRENT.gradient(*w))
    g = g * 0.5 / max(0.5, np.linalg.norm(g))
    w = w - 0.2 * g

# %% tags=["hide-input"]
theirs = training.trace(
    keras.optimizers.SGD(0.2, clipnorm=0.5), surfaces.RECURRENT, steps=60
)[-1]
print(f"by hand {w.round(6)}, Keras with clipnorm {theirs.round(6)}")
assert np.allclose(w, theirs, atol=1e-6)

# %% [markdown]
# Every Keras optimizer offers three kinds of clipping. `clipnorm` looks at the
# norm of each array of weights, `global_clipnorm` at that of all arrays
# together, and `clipvalue` at single entries, which it cuts at $\pm c$.
#
# *Predict first: which one keeps the direction of the whole gradient?*
#
# - **a** `global_clipnorm`
# - **b** `clipnorm`
# - **c** `clipvalue`

# %%
two_arrays = [np.array([6.0, 8.0]), np.array([0.6, 0.0])]
whole = np.concatenate(two_arrays)
cut = {
    "clipnorm=1": [optimizers.clip_by_norm(g, 1.0) for g in two_arrays],
    "global_clipnorm=1": [optimizers.clip_by_norm(whole, 1.0)],
    "clipvalue=1": [optimizers.clip_by_value(whole, 1.0)],
}
for name, parts in cut.items():
    left = np.concatenate(parts)
    lengths = np.linalg.norm(left) * np.linalg.norm(whole)
    angle = np.degrees(np.arccos(min(1, left @ whole / lengths)))
    print(f"{name:18} {left.round(2)}, turned by {angle:4.1f} degrees")

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** `global_clipnorm`: it multiplies all entries by one factor. `clipnorm`
# shortens only the long arrays, and `clipvalue` only the large entries: both
# turn the gradient.
#
# </details>
#
# So `global_clipnorm` is the usual choice, and a norm of 1 a common start.
# Look at the gradient norms of a few hundred batches, and choose a limit that
# cuts the rare outliers and leaves the rest alone. Clipping does not help
# against vanishing gradients.
#
# **Learnt:** clipping bounds the length of a step, so that one wild gradient
# cannot undo the training; one norm for all weights keeps the direction.

# %% [markdown] anchor="exercises-optimizers"
# ## Exercises: optimizers
#
# *About 18 minutes.*
#
# Replace the three dots with your answer and run the cell. It says
# whether you are right, and if not, what is off.

# %% [markdown] tags=["exercise"]
# ### Exercise: a step of momentum
#
# Return the new weights and the new velocity, in this order. Use the form of
# [the lecture](#momentum), not PyTorch's: there the velocity adds up
# gradients, and ours is $-\eta$ times that.


# %% tags=["exercise"]
def step(w, v, gradient, learning_rate, momentum):
    return ...


exercises.check("momentum-step", step)


# %% tags=["solution"]
def step(w, v, gradient, learning_rate, momentum):
    v = momentum * v - learning_rate * gradient
    return w + v, v


exercises.check("momentum-step", step)

# %% [markdown] tags=["exercise"]
# ### Exercise: how far momentum carries
#
# On a long even slope, how many times as long as a step of plain gradient
# descent does a step become with a momentum of 0.99?

# %% tags=["exercise"]
times = ...
exercises.check("momentum-limit", times)

# %% tags=["solution"]
exercises.check("momentum-limit", 1 / (1 - 0.99))

# %% [markdown] tags=["exercise"]
# ### Exercise: Adam's first step
#
# A weight has the gradient −0.003 at the first step. By how much does Adam
# change it, with a learning rate of 0.01? Mind the sign.

# %% tags=["exercise"]
change = ...
exercises.check("adam-first-step", change)

# %% tags=["solution"]
exercises.check("adam-first-step", 0.01)

# %% [markdown] tags=["exercise"]
# ### Exercise: inverse-time decay
#
# Return the [learning rate](#eq-learning-rate-schedules) after `step` steps of
# inverse-time decay, with decay rate `decay` over `total` steps.


# %% tags=["exercise"]
def rate(step, start, decay, total):
    return ...


exercises.check("inverse-time", rate)


# %% tags=["solution"]
def rate(step, start, decay, total):
    return start / (1 + decay * step / total)


exercises.check("inverse-time", rate)

# %% [markdown] tags=["exercise"]
# ### Exercise: three learning rates (read)
#
# The same network was trained three times by gradient descent, with three
# learning rates. List the three trainings from the smallest rate to the
# largest.

# %% tags=["hide-input"]
plots.plot_unmarked(exercises.curves("rates"));

# %% tags=["exercise"]
order = [..., ..., ...]
exercises.check("order-of-rates", order)

# %% tags=["solution"]
exercises.check("order-of-rates", ["C", "A", "B"])

# %% [markdown] tags=["exercise"]
# ### Exercise: how many times faster? (design)
#
# On [Beale's surface](#learning-rate), with a learning rate of 0.001, count the
# steps until the loss is below 0.1 for the first time: without momentum, and
# with a momentum of 0.9. First predict how many times as many steps it takes
# without momentum. Then let `measure` return the two numbers of steps.
#
# `descend(rule, BEALE, steps=2000)` returns the points of a path, shape (2001,
# 2), and `BEALE.value(x, y)` the loss at points.

# %% tags=["exercise"]
from lecture.optimizers import SGD, Momentum, descend
from lecture.surfaces import BEALE

times_fewer = ...


def measure():
    return ...


exercises.check("predict-momentum", exercises.Prediction(times_fewer, measure))

# %% tags=["solution"]
from lecture.optimizers import SGD, Momentum, descend
from lecture.surfaces import BEALE

times_fewer = 10


def measure():
    paths = [
        descend(rule, BEALE, steps=2000)
        for rule in (SGD(0.001), Momentum(0.001, 0.9))
    ]
    return [int(np.argmax(BEALE.value(*path.T) < 0.1)) for path in paths]


exercises.check("predict-momentum", exercises.Prediction(times_fewer, measure))

# %% [markdown] tags=["exercise"]
# ### Exercise: few parameters (design)
#
# Write a function that builds and trains a network with at most 3,500
# parameters. It gets 3,000 images of clothes, of 14 × 14 pixels: `X` of shape
# (3000, 196), and labels `y`, rows of zeros with a 1 at the class. The check
# calls it and shows your network new images: it should name 75% of them
# correctly.
#
# The network needs an output layer of 10 units with a softmax, the loss
# `"categorical_crossentropy"`, and `fit` with about ten epochs.


# %% tags=["exercise"]
def train(X, y):
    return ...


exercises.check("parameter-budget", train)


# %% tags=["solution"]
def train(X, y):
    network = keras.Sequential(
        [
            keras.Input((196,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile(
        keras.optimizers.Adam(0.01), loss="categorical_crossentropy"
    )
    network.fit(X, y, epochs=10, batch_size=100, verbose=0)
    return network


exercises.check("parameter-budget", train)

# %% [markdown] tags=["exercise"]
# ### Exercise: a step of AdamW
#
# Return the weights after a step of AdamW, from the corrected averages `m_hat`
# and `v_hat`, with the small number `epsilon` outside the root.


# %% tags=["exercise"]
def adamw_step(w, m_hat, v_hat, learning_rate, weight_decay, epsilon):
    return ...


exercises.check("adamw-by-hand", adamw_step)


# %% tags=["solution"]
def adamw_step(w, m_hat, v_hat, learning_rate, weight_decay, epsilon):
    step = m_hat / (np.sqrt(v_hat) + epsilon)
    return w - learning_rate * (step + weight_decay * w)


exercises.check("adamw-by-hand", adamw_step)

# %% [markdown] tags=["exercise"]
# ### Exercise: clip them all together
#
# `gradients` is a list of arrays, one for each array of weights. Return the
# list clipped by the global norm, which is taken over all entries of all
# arrays. If it is larger than `most`, multiply all arrays by one factor that
# makes it `most`.


# %% tags=["exercise"]
def clip_all(gradients, most):
    return ...


exercises.check("clip-all", clip_all)


# %% tags=["solution"]
def clip_all(gradients, most):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [g * most / max(most, norm) for g in gradients]


exercises.check("clip-all", clip_all)

# %% [markdown] anchor="other-architectures" part="Where to go"
# ## Other architectures
#
# *About 14 minutes.*
#
# This last part looks ahead to other kinds of networks. It ends with a summary
# and with the symbols of all chapters.
#
# A [convolution](#convolution) shares its weights over the places of an image.
# Here are three more ideas. Each drawing is made from a real Keras model.
#
# **Recurrence**, for sequences: text, sound, measurements over time. One cell
# reads the sequence step by step and keeps a memory, its *state*. Here an
# *LSTM* cell ("long short-term memory") reads an image as a sequence of 28
# rows.
#
# *Predict first: how many parameters does the cell need for sequences that are
# twice as long?*
#
# - **a** the same number
# - **b** twice as many
# - **c** four times as many

# %% tags=["slide-code"]
recurrent = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.LSTM(32),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
plots.plot_architecture(architecture.of(recurrent))
plt.show()
architecture.of(recurrent).table()

# %% [markdown]
# <details><summary>Answer</summary>
#
# **a.** The same number: the same cell, with the same weights, takes every step.
#
# </details>
#
# The upper drawing shows the cell with its loop; the lower one shows the same
# cell *unrolled*, one copy for each step. An LSTM cell has four sets of
# parameters: one for each of three *gates*, which open and close its memory,
# and one for the new content of the memory. Each set has weights for the
# input, weights for the state of the step before, and biases ([Hochreiter and
# Schmidhuber, 1997](https://doi.org/10.1162/neco.1997.9.8.1735); the gate that
# forgets: [Gers et al., 2000](https://doi.org/10.1162/089976600300015015)).
# With $p$ inputs and $q$ units:
#
# $$n_\text{LSTM} = 4\,(q\,(p + q) + q)$$

# %% [markdown]
# **Autoencoder**, for representations: it learns to reproduce its input, but
# has to pass everything through a narrow *code*. The code is a summary of the
# input, learnt without any labels.
#
# *Predict first: this one squeezes 784 pixels into 10 numbers with
# convolutions. Two dense layers, one to the code and one back, have 16,474
# parameters. Does the autoencoder have fewer or more?*
#
# - **a** Fewer: convolutions share their weights.
# - **b** More: its two layers beside the code share nothing.
# - **c** About as many: the code decides.

# %% tags=["slide-code"]
wide = {"strides": 2, "padding": "same"}  # halves height and width
autoencoder = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(8, 3, activation="relu", **wide),
        keras.layers.Conv2D(16, 3, activation="relu", **wide),
        keras.layers.Conv2D(10, 7),
        keras.layers.Conv2DTranspose(16, 7, activation="relu"),
        keras.layers.Conv2DTranspose(8, 3, activation="relu", **wide),
        keras.layers.Conv2DTranspose(1, 3, activation="sigmoid", **wide),
    ]
)
plots.plot_architecture(architecture.of(autoencoder))
plt.show()
architecture.of(autoencoder).table()

# %% [markdown]
# <details><summary>Answer</summary>
#
# **b.** More: 18,187. The two layers beside the code have windows as large as
# their whole map, 7 × 7, so they look at one place only and share nothing.
# They hold 15,706 of the parameters.
#
# </details>
#
# Sharing saves nothing where a window is used once. What the convolutions add
# is four layers that know about neighbours, for 2,481 parameters. A
# *transposed* convolution goes the other way: each number of a small map
# writes a window of a larger one, with the same weights at every place.

# %% [markdown]
# **Attention**, for language and much else: every word looks for the words
# that matter to it. Its *query* is compared with the *keys* of all words, and
# it gets a weighted mean of their *values* ([Vaswani et al.,
# 2017](https://arxiv.org/abs/1706.03762)). Three dense layers, the same for
# every word, make the queries, keys and values.
#
# Where does such a network look? Let it learn a task whose answer we know: to
# read six digits backwards. On its own it does not know their order, so the
# place of each digit is a second input.
#
# *Predict first: to write the first digit of its answer, which digit should
# the network look at?*
#
# - **a** the first
# - **b** all six equally
# - **c** the last

# %% tags=["slide-code"]
digit, place = keras.Input((6,), name="digit"), keras.Input((6,), name="place")
embedded = keras.layers.Add()(
    [
        keras.layers.Embedding(10, 16)(digit),
        keras.layers.Embedding(6, 16)(place),
    ]
)
found, scores = keras.layers.MultiHeadAttention(1, 16)(
    embedded, embedded, return_attention_scores=True
)
output = keras.layers.Dense(10, activation="softmax")(embedded + found)
attention = keras.Model([digit, place], output)
plots.plot_architecture(architecture.of(attention))
plt.show()
architecture.of(attention).table()

# %% tags=["slide-code"]
rng = np.random.default_rng(SEED)
digits = rng.integers(0, 10, (12_800, 6))
places = np.tile(np.arange(6), (len(digits), 1))
device.seed_everything(SEED)
attention.compile(
    optimizer=keras.optimizers.Adam(0.01),
    loss="sparse_categorical_crossentropy",
    steps_per_execution=16,
)
attention.fit([digits, places], digits[:, ::-1], batch_size=64, verbose=0)

new = rng.integers(0, 10, (100, 6))
new[0] = [3, 1, 4, 1, 5, 9]
looks = np.asarray(
    keras.Model(attention.inputs, scores)([new, places[:100]])
)  # (examples, heads, queries, keys)
print(
    "read backwards:",
    attention.predict([new[:1], places[:1]], verbose=0).argmax(axis=-1)[0],
)
plots.plot_attention(looks[0, 0], [str(number) for number in new[0]]);

# %% tags=["hide-input"]
claim(
    looks[:, 0, np.arange(6), 5 - np.arange(6)].mean(axis=1),
    "attention weight on the digit to be written, in each sequence",
    smallest=0.5,
    if_so="In 100 new sequences, {mean:.0%} of the attention goes to the digit"
    " that has to be written.",
    if_not="In 100 new sequences, only {mean:.0%} of the attention goes to the"
    " digit that has to be written.",
    if_undecided="In 100 new sequences, about half of the attention goes to"
    " the digit that has to be written: {low:.0%} to {high:.0%}.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# **c.** The last. For the second digit of its answer it should look at the last
# but one, and so on, along the diagonal from the upper right to the lower left.
#
# </details>
#
# Each row is a query and sums to 1. Nobody wrote this table: the weights were
# learnt from examples. An *embedding* is a row of learnt numbers for each digit
# and each place; by their places the network can tell the two digits 1 apart.
# The arrow past the attention in the drawing is a *residual connection*: the
# input of the layer is added to its output. A longer sequence needs more
# embeddings of places, but not one more parameter in the attention.
#
# **Learnt:** an architecture builds in what we know about the data: it shares
# weights over places, steps or words.

# %% [markdown] anchor="what-was-learnt"
# ## What was learnt
#
# - A network is a chain of layers; a layer is a matrix product, a bias and a
#   function.
# - Layers filter: early ones find simple patterns, later ones combine them.
#   Many architectures share weights where the data repeat themselves.
# - Training repeats forward pass, loss, backward pass, update. Each gradient
#   is a product of three factors, and one pass from the last layer to the
#   first finds them all. A tape does that for any computation.
# - Activation functions and the variance of the initial weights decide how much
#   of the gradient arrives.
# - Weights from a similar task can save labelled images.
# - Optimizers differ in what they remember: nothing, a velocity, the size of
#   past gradients, or both. AdamW keeps weight decay apart from the gradient;
#   clipping keeps one wild gradient from undoing the training.
#
# The [next chapter](#in-practice) puts all this to work on real images.

# %% [markdown] anchor="notation"
# ## Symbols
#
# All chapters use one notation. The rows of $\mathbf{X}$ are examples; a
# superscript in brackets is a layer. (The book's glossary explains the words.)
#
# | symbol | what it is | shape |
# | --- | --- | --- |
# | $\mathbf{x}$, $\mathbf{X}$ | one input; a batch of $n$ inputs | $(p)$, $(n, p)$ |
# | $y$, $\hat{y}$ | the truth; the network's prediction | |
# | $\mathbf{W}^{(l)}$, $w^{(l)}_{i,j}$ | weights into layer $l$; the one from unit $i$ to unit $j$ | (inputs, units) |
# | $\mathbf{b}^{(l)}$ | biases of layer $l$ | (units) |
# | $\mathbf{z} = \mathbf{a}\mathbf{W} + \mathbf{b}$ | sums, before the activation function | (units) |
# | $\mathbf{a} = f(\mathbf{z})$ | activations; $f$ in hidden layers, $g$ in the output layer | (units) |
# | $\sigma(z)$, $\delta$ | the sigmoid; $\partial \mathcal{L} / \partial z$, the gradient with respect to a sum | (units) |
# | $\odot$ | product entry by entry | |
# | $\mathcal{L}$ | loss: how far the predictions are off, as a mean over the batch | |
# | $\eta$, $\kappa$, $\mu$, $\mathbf{v}$ | learning rate, its decay rate, momentum, velocity | |
# | $m_s$, $v_s$ | moving averages of a gradient and of its square | |
# | $\beta$, $\rho$, $\varepsilon$ | factors of moving averages; a small number against division by 0 | |
# | $\lambda$, $p_\text{drop}$, $\alpha$ | strength of a penalty, dropout probability, label smoothing | |
# | $N(m, \sigma^2)$ | normal distribution with mean $m$ and *variance* $\sigma^2$ | |
# | $k$ | number of classes; as an index, a unit of the next layer | |
# | $s$, $S$ | number of the step; number of all steps | |

# %% [markdown] anchor="references-01"
# ## References
#
# - Chen et al. (2023). [Symbolic discovery of optimization
#   algorithms](https://arxiv.org/abs/2302.06675). NeurIPS.
# - Deng et al. (2009). [ImageNet: a large-scale hierarchical image
#   database](https://doi.org/10.1109/CVPR.2009.5206848). CVPR.
# - Duchi, Hazan and Singer (2011). [Adaptive subgradient methods for online
#   learning and stochastic
#   optimization](https://jmlr.org/papers/v12/duchi11a.html). JMLR.
# - Gers, Schmidhuber and Cummins (2000). [Learning to forget: continual
#   prediction with LSTM](https://doi.org/10.1162/089976600300015015). Neural
#   Computation.
# - Glorot and Bengio (2010). [Understanding the difficulty of training deep
#   feedforward neural
#   networks](https://proceedings.mlr.press/v9/glorot10a.html). AISTATS.
# - He, Zhang, Ren and Sun (2015). [Delving deep into
#   rectifiers](https://arxiv.org/abs/1502.01852). ICCV.
# - Hochreiter and Schmidhuber (1997). [Long short-term
#   memory](https://doi.org/10.1162/neco.1997.9.8.1735). Neural Computation.
# - Kingma and Ba (2015). [Adam: a method for stochastic
#   optimization](https://arxiv.org/abs/1412.6980). ICLR.
# - Loshchilov and Hutter (2017). [SGDR: stochastic gradient descent with warm
#   restarts](https://arxiv.org/abs/1608.03983). ICLR.
# - Loshchilov and Hutter (2019). [Decoupled weight decay
#   regularization](https://arxiv.org/abs/1711.05101). ICLR.
# - Maas, Hannun and Ng (2013). [Rectifier nonlinearities improve neural
#   network acoustic
#   models](https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf).
#   ICML workshop.
# - Pascanu, Mikolov and Bengio (2013). [On the difficulty of training recurrent
#   neural networks](https://arxiv.org/abs/1211.5063). ICML.
# - Polyak (1964). [Some methods of speeding up the convergence of iteration
#   methods](https://doi.org/10.1016/0041-5553(64)90137-5). USSR Computational
#   Mathematics and Mathematical Physics.
# - Smith (2017). [Cyclical learning rates for training neural
#   networks](https://arxiv.org/abs/1506.01186). WACV.
# - Smith and Topin (2019).
#   [Super-convergence](https://arxiv.org/abs/1708.07120). SPIE.
# - Sutskever, Martens, Dahl and Hinton (2013). [On the importance of
#   initialization and momentum in deep
#   learning](https://proceedings.mlr.press/v28/sutskever13.html). ICML.
# - Szegedy et al. (2016). [Rethinking the Inception
#   architecture](https://arxiv.org/abs/1512.00567). CVPR.
# - Tieleman and Hinton (2012). [RMSprop, lecture
#   6e](https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf).
#   Coursera.
# - Vaswani et al. (2017). [Attention is all you
#   need](https://arxiv.org/abs/1706.03762). NeurIPS.
# - Xiao, Rasul and Vollgraf (2017).
#   [Fashion-MNIST](https://arxiv.org/abs/1708.07747).
# - Yosinski, Clune, Bengio and Lipson (2014). [How transferable are features
#   in deep neural networks?](https://arxiv.org/abs/1411.1792). NeurIPS.
# - Zeiler (2012). [Adadelta](https://arxiv.org/abs/1212.5701).
