# ---
# jupyter:
#   jupytext:
#     formats: py:percent,ipynb
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] anchor="overview"
# # Neural networks
#
# A neural network is a chain of simple functions with many numbers to adjust. This chapter draws such chains, runs them
# forward and backward with every number in sight, and then watches the recipes by which the numbers are adjusted.
#
# In order: what a network is; how it learns, step by step; which activation functions to choose; how to start the
# weights; how to move them. Every slider works: in JupyterLab it asks the kernel, on the built page it needs none.

# %%
from lecture import from_scratch, optimizers, surfaces
from lecture.activations import ACTIVATIONS
from lecture.network import layout
from preamble import *

# %% [markdown] anchor="architecture"
# ## Logistic regression, drawn as a network
#
# You know logistic regression: weigh the inputs, add them up, squash the sum to a probability.
#
# $$\hat{y} = \sigma(z), \qquad z = w_0 + w_1 x_1 + w_2 x_2 + \dots + w_p x_p$$
#
# Drawn as a network, each input is a node, each weight an edge, and the bias $w_0$ is the weight of a node that is always 1. The output node does
# two things: it adds up ($z$), and it squashes ($\sigma$).

# %%
plots.plot_network(layout([4, 1], bias=True, output="sigmoid"), labels="functions", weight_labels=True, counts=True);

# %% [markdown] anchor="basic-architecture"
# ## A hidden layer
#
# Put a layer of such nodes between the inputs and the output. Each of them is a small function of all inputs; the output is a function of
# theirs. With an activation $f$ in the hidden layer and $g$ in the output layer (they may differ), and $\mathbf{W}^{(l)}$ for the weights that
# lead *into* layer $l$, with $w^{(l)}_{i,j}$ from unit $i$ to unit $j$:
#
# $$\mathbf{a} = h(\mathbf{x}) = f(\mathbf{x}\mathbf{W}^{(1)} + \mathbf{b}^{(1)}), \qquad \hat{y} = o(\mathbf{x}) = g(\mathbf{a}\mathbf{W}^{(2)} + \mathbf{b}^{(2)})$$
#
# *Predict first: two inputs, three hidden units, one output. How many weights, how many biases?*

# %%
net = layout([2, 3, 1], bias=True)
plots.plot_network(net, labels="names", counts=True);

# %% [markdown]
# The same network, with what happens inside each node: a sum $z$, an activation $f$ (in the last layer $g$), and the result $a$ (in the last layer $\hat{y}$).

# %%
plots.plot_network(net, labels="functions", weight_labels=True, counts=True);

# %% [markdown] anchor="more-layers"
# ## More layers, more outputs
#
# Layers can be stacked, and there may be several outputs: one for each class, say. From here on we leave the biases out of the drawings. They are
# still there, and still counted.
#
# *Predict first: from one hidden layer of 6 units to two of them, do the weights double?*

# %%
def dense_net(n_layers=2, n_units=6):
    _, ax = plt.subplots(figsize=(7, 3.5))
    return plots.plot_network(layout([5, *[n_units] * n_layers, 5]), ax=ax, counts=True)


explore(dense_net, n_layers=(0, 6, 1), n_units=(1, 12, 1))

# %% [markdown]
# A layer more adds $n \cdot n$ weights; a unit more in every layer adds to both factors. Width is what makes dense networks large.

# %% [markdown] anchor="mini-batch-sgd"
# ## Learning: mini-batch gradient descent
#
# 1. Draw a batch of examples $\mathbf{X}$ with their answers $\mathbf{y}$.
# 2. *Forward pass*: compute the predictions $\hat{\mathbf{y}}$.
# 3. Compute the loss $\mathcal{L}$: how far the predictions are off, on average over the batch.
# 4. *Backward pass*: compute the gradient of the loss with respect to every weight.
# 5. Update: $\mathbf{W} \leftarrow \mathbf{W} - \eta\, \dfrac{\partial \mathcal{L}}{\partial \mathbf{W}}$ with the learning rate $\eta$.
#
# Then again with the next batch, and after the last batch from the start. Here is a small network that learns exclusive or: whether exactly one of
# two inputs is on. Drag the slider through its training.
#
# *Predict first: do all weights change at once, or do some wait?*

# %%
X, y = from_scratch.xor()
record = from_scratch.train(from_scratch.dense_net([2, 3, 1], seed=1), X, y, learning_rate=1.0, steps=100)


def weight_updates(iteration=20):
    return plots.plot_weight_updates(record, iteration)


explore(weight_updates, iteration=(0, record.steps, 4))

# %% [markdown]
# The loss hardly moves at first: the hidden units still do almost the same. Once they differ, the weights grow quickly, and when the answers are right
# the updates die down by themselves, because the gradient does.

# %% [markdown] anchor="backpropagation-several-outputs"
# ## Forward and backward, step by step
#
# Backpropagation is the chain rule, applied from the last layer to the first. The gradient of each weight is a product of three factors: what comes
# from the layer *above*, the slope of the *activation*, and the *input* that the weight sees. Step through one update of a small network, with all its
# numbers; the factors have the colours of their places.
#
# *Predict first: the first weight matrix gets its gradient last. Which numbers of the second layer does it need?*

# %%
steps = from_scratch.trace(from_scratch.dense_net([2, 3, 1], loss="squared_error", seed=1), X[1], y[1], learning_rate=0.5)


def backpropagation(step=0):
    return plots.plot_step(steps, step)


explore(backpropagation, step=(0, len(steps) - 1))

# %% [markdown]
# Going backwards, every factor is worked out once and used by all weights below it. Going forwards, each weight would need a pass of its own.
# That is why backpropagation costs about as much as two forward passes, however many weights there are. Do the numbers agree with nudging every
# weight a little and looking at the loss?

# %%
error = from_scratch.gradient_check(steps.net, X, y)
print(f"largest relative difference to central differences: {error:.1e}")
assert error < 1e-6

# %% [markdown] anchor="activation-functions"
# ## Activation functions for hidden layers
#
# Without an activation function, layers collapse: a linear function of a linear function is linear. These are in use.
#
# *Predict first: which of them can return a negative number?*

# %%
HIDDEN = [name for name, activation in ACTIVATIONS.items() if activation.role == "hidden"]


def activation_function(name="relu"):
    return plots.plot_activation(name)


explore(activation_function, name=HIDDEN)

# %% [markdown] anchor="activation-gradients"
# ## What they do to the gradient
#
# The slope of the activation is one of the three factors of every gradient. Where it is 0, nothing is learnt; where it is small in every layer, the
# product of many small factors vanishes.
#
# *Predict first: what is the largest slope that a sigmoid has anywhere?*

# %%
def activation_and_slope(name="sigmoid"):
    return plots.plot_activation(name, derivative=True)


explore(activation_and_slope, name=HIDDEN)

# %% [markdown]
# The sigmoid's slope is never above ¼: behind ten such layers, at most a millionth of the gradient is left. ReLU has slope 1 for every positive input, and 0 for *every*
# negative one, however small: a unit whose input is always negative gets no gradient and never comes back. A leaky ReLU keeps a small slope there. How small is a
# choice: 0.01 in the first papers, 0.2 in Keras and here.

# %% [markdown] anchor="relu-vs-tanh"
# ## ReLU against tanh
#
# *Predict first: which of the two draws corners, and which is better on points that it has not seen?*

# %%
def relu_or_tanh(n_layers=2):
    return plots.plot_boundaries(n_layers)


explore(relu_or_tanh, n_layers=(1, 4))

# %% [markdown]
# ReLU's boundary is made of straight pieces, tanh's is smooth. The accuracies are means over five seeds, with their range; look at the range before you say
# that one of them is better.

# %% [markdown] anchor="output-activations"
# ## Activation functions for the output
#
# - One probability: a *sigmoid*.
# - One of several classes: a *softmax*, whose outputs are positive and add up to 1.
# - A number: no activation at all ("linear"), so that nothing limits it.

# %%
def output_activation(name="softmax", derivative=False):
    return plots.plot_activation(name, derivative=derivative)


explore(output_activation, name=["sigmoid", "softmax", "linear"], derivative=False)

# %% [markdown]
# A softmax makes networks over-confident: with labels of 0 and 1 the loss falls as long as the logits grow, and it never says "enough". *Label smoothing* puts a limit:
# with $k$ classes, $y_\text{smooth} = (1 - \alpha)\,y + \alpha/k$.

# %%
def label_smoothing(alpha=0.1):
    return plots.plot_label_smoothing(alpha)


explore(label_smoothing, alpha=(0.0, 0.4, 0.05))

# %% [markdown] anchor="weight-initialization"
# ## How to start the weights
#
# - All *zero*: all units of a layer are the same, and stay the same.
# - *Too small*: the signal shrinks from layer to layer. *Too large*: it grows.
# - *Glorot*: variance $2 / (n_\text{in} + n_\text{out})$, so that it keeps its size through layers that are about linear around 0 (tanh). *He*: variance $2 / n_\text{in}$, because a
#   ReLU sets half of its inputs to 0.
#
# Measured on a network of twenty layers that nobody has trained yet. *Predict first: with Glorot's weights and ReLU, is the gradient that reaches the first layer
# larger or smaller than that at the last?*

# %%
def gradients_through_depth(activation="relu", distribution="normal"):
    return plots.plot_gradient_flow(activation, distribution)


explore(gradients_through_depth, activation=["sigmoid", "tanh", "relu"], distribution=["normal", "uniform"])

# %% [markdown]
# What matters is the variance. Whether the weights come from a normal or a uniform distribution of the same variance makes no visible difference, although it is often said to.

# %% [markdown] anchor="learning-rate"
# ## The learning rate
#
# Two weights and a loss that can be drawn: Beale's function, a flat valley between steep walls, with its minimum at (3, 0.5). Plain gradient descent,
# $\mathbf{w} \leftarrow \mathbf{w} - \eta \nabla \mathcal{L}(\mathbf{w})$, starts at (0.8, 1.6).
#
# *Predict first: if a rate of 0.02 gets half of the way, does 0.04 get all of it?*

# %%
beale = plots.plot_surface(surfaces.BEALE)
plt.close(beale.figure)


def learning_rate(learning_rate=0.02, iterations=50):
    path = optimizers.descend(optimizers.SGD(learning_rate), surfaces.BEALE, steps=iterations)
    lost = optimizers.diverged_at(path)
    name = f"η = {learning_rate:g}" + ("" if lost is None else f": diverges at step {lost}")
    return Paths(beale, {name: path}, {name: plots.LOOKS["sgd"]})


explore(learning_rate, learning_rate=(0.005, 0.04, 0.0025), iterations=(1, 100))

# %% [markdown]
# Up to about 0.037 a larger rate is a faster one. Just above, the first step lands on the opposite wall where it is steeper, the next overshoots further, and the path is
# gone: it *diverges*. The best fixed rate is the largest one that does not, and nobody tells you beforehand which that is.

# %% [markdown] anchor="learning-rate-schedules"
# ## Learning rates that change
#
# - *Decay*: exponential, $\eta_s = \eta_0\, k^{s/T}$, or inverse time, $\eta_s = \eta_0 / (1 + k s/T)$: large steps first, small ones later.
# - *Warm restarts*: decay, then jump back to the start. *Cycles*: up and down again, beyond the rate that would diverge, but not for long enough.
# - *Warm-up* and *one cycle*: begin small, because the first gradients are the wildest.

# %%
def schedules(schedule="exponential", iterations=100):
    return plots.plot_schedule(schedule, iterations)


explore(schedules, schedule=list(optimizers.SCHEDULED), iterations=(20, 100, 40))

# %% [markdown] anchor="momentum"
# ## Momentum
#
# A ball that rolls downhill does not follow the slope: it keeps some of its velocity $\mathbf{v}$. What points the same way at every step adds up, what alternates cancels.
#
# $$\mathbf{v}_s = {\color{#009E73} \mu\, \mathbf{v}_{s-1}} - {\color{#D55E00} \eta\, \nabla \mathcal{L}(\mathbf{w}_s)}, \qquad \mathbf{w}_{s+1} = \mathbf{w}_s + {\color{#0072B2} \mathbf{v}_s}$$
#
# The arrows are the real ones of this descent.

# %%
def momentum(step=4):
    return plots.plot_momentum(step, "momentum")


explore(momentum, step=(0, 20, 2))

# %% [markdown]
# With $\mu$ near 1 the ball remembers long; it may pay to let it grow, from .5 at the start to .99 (the last of the schedules above).

# %% [markdown] anchor="nesterov"
# ## Nesterov's momentum
#
# If momentum will carry you to another place anyway, ask for the gradient *there*. It notices sooner when the slope turns.
#
# $$\mathbf{v}_s = {\color{#009E73} \mu\, \mathbf{v}_{s-1}} - {\color{#D55E00} \eta\, \nabla \mathcal{L}(\mathbf{w}_s + \mu\, \mathbf{v}_{s-1})}$$
#
# Keras stores the looked-ahead point $\theta = \mathbf{w} + \mu \mathbf{v}$ as the weights; the drawing starts its arrows at $\mathbf{w} = \theta - \mu \mathbf{v}$.

# %%
def nesterov(step=4):
    return plots.plot_momentum(step, "nesterov")


explore(nesterov, step=(0, 20, 2))

# %% [markdown] anchor="momentum-in-practice"
# ## Momentum in practice
#
# To compare optimizers fairly, each gets the learning rate that is best for it on this surface. The rates that the first version of this lecture had picked by hand are a
# click away.
#
# *Predict first: at their best rates, how much earlier than plain gradient descent does momentum arrive?*

# %%
compared = {rates: optimizers.compare(rates=rates).paths for rates in ("tuned", "lecture")}


def over_beale(names, iterations, rates):
    """Paths of some optimizers over Beale's function, up to an iteration."""
    return Paths(beale, {name: compared[rates][name][: iterations + 1] for name in names}, plots.LOOKS)


def momentum_in_practice(iterations=50, optimizer="sgd", other="momentum", rates="tuned"):
    return over_beale([optimizer, other], iterations, rates)


explore(momentum_in_practice, iterations=(1, 100), optimizer=["sgd", "momentum", "nesterov"], other=["momentum", "nesterov", "sgd"], rates=["tuned", "lecture"])

# %% [markdown] anchor="adaptive-gradients"
# ## A rate for each weight
#
# Weights differ in how steep their loss is. *Adagrad* divides each weight's step by the root of the sum of its squared gradients; since the sum only grows, the
# steps only shrink. *RMSprop* takes a moving average instead, and forgets. *Adadelta* also replaces the learning rate by a moving average of its own steps.
#
# $$\text{Adagrad: } G_s = G_{s-1} + g_s^2, \qquad w_{s+1} = w_s - \frac{\eta}{\sqrt{G_s + \varepsilon}}\, g_s$$
#
# $$\text{RMSprop: } m_s = \rho\, m_{s-1} + (1 - \rho)\, g_s^2, \qquad w_{s+1} = w_s - \frac{\eta}{\sqrt{m_s + \varepsilon}}\, g_s$$
#
# (Where ε stands inside the root and where outside differs between the rules; these are as in Keras, where Adagrad's sum starts at 0.1.)

# %%
ADAPTIVE = ["adagrad", "rmsprop", "rmsprop_momentum", "adadelta", "sgd"]


def adaptive_gradients(iterations=50, optimizer="adagrad", other="rmsprop", rates="tuned"):
    return over_beale([optimizer, other], iterations, rates)


explore(adaptive_gradients, iterations=(1, 100), optimizer=ADAPTIVE, other=ADAPTIVE, rates=["tuned", "lecture"])

# %% [markdown]
# At a rate of 0.1 RMSprop gets near the minimum and then bounces in the valley: its steps stay about as long as its rate, because it divides each gradient by its own size.
# There, rounding decides which way it bounces, and two correct programs part ways after some thirty steps.

# %% [markdown] anchor="adam"
# ## Adam
#
# RMSprop with momentum, both as moving averages, and both corrected for having started at 0: after $s$ steps an average with factor $\beta$ has seen only the
# share $1 - \beta^s$ of what it should.
#
# $$m_s = \beta_1 m_{s-1} + (1 - \beta_1)\, g_s, \qquad v_s = \beta_2 v_{s-1} + (1 - \beta_2)\, g_s^2$$
#
# $$w_{s+1} = w_s - \eta\, \frac{m_s / (1 - \beta_1^s)}{\sqrt{v_s / (1 - \beta_2^s)} + \varepsilon}$$
#
# *Adamax* takes the largest gradient seen, $u_s = \max(\beta_2 u_{s-1}, |g_s|)$, in place of the root.

# %%
def adam(iterations=50, optimizer="adam", other="adamax", rates="tuned"):
    return over_beale([optimizer, other], iterations, rates)


explore(adam, iterations=(1, 100), optimizer=["adam", "adamax", "rmsprop"], other=["adamax", "adam", "momentum"], rates=["tuned", "lecture"])

# %% [markdown] anchor="optimizer-zoo"
# ## The whole zoo
#
# All of them at once, then any two of them.
#
# *Predict first: tuned, which one is nearest to the minimum after twenty steps? After a hundred?*

# %%
def optimizer_zoo(iterations=50, rates="tuned"):
    return over_beale(list(optimizers.RULES), iterations, rates)


explore(optimizer_zoo, iterations=(1, 100), rates=["tuned", "lecture"])

# %%
def pairs(iterations=50, optimizer="sgd", other="adam", rates="tuned"):
    return over_beale([optimizer, other], iterations, rates)


explore(pairs, iterations=(2, 100, 2), optimizer=list(optimizers.RULES), other=list(optimizers.RULES), rates=["tuned", "lecture"])

# %% [markdown]
# And any other that Keras has, or that you write. `training.trace` follows a Keras optimizer over a surface, in double precision:

# %%
lion = training.trace(keras.optimizers.Lion(0.05), surfaces.BEALE)
plots.plot_paths({"Lion, 0.05": lion, "Adam, 0.2": training.trace(keras.optimizers.Adam(0.2), surfaces.BEALE)}, surfaces.BEALE);
