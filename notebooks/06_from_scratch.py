# ---
# jupyter:
#   jupytext:
#     formats: py:percent,ipynb
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] anchor="from-scratch"
# # A deep network from scratch
#
# You have trained networks with Keras, and you know the formulas behind them.
# In this chapter you write one yourself, in NumPy: forward pass, loss,
# backward pass, batch norm and the learning rate that goes up and down. Then
# you find out whether it is right. That is less obvious than it sounds: a
# network whose gradient is wrong may train just as well.
#
# You need [backpropagation](#backpropagation-hidden-layers), [batch
# norm](#batch-normalization) as a layer of Keras, and from
# [chapter 4](#how-a-question-is-answered) how one verdict is drawn from many
# networks.
#
# The questions are those of a report on an assignment at KTH: networks of
# three and of nine layers for small colour images, with and without batch
# norm. It had one run for most questions. [The last
# section](#from-scratch-then-and-now) has its numbers beside ours.
#
# 1. **[Build it, and check it](#build-it-and-check-it)**: ten cells, a
#    gradient check, and faults that training does not show.
# 2. **[Train it, and ask](#train-it-and-ask)**: depth, batch norm, the
#    learning rate in cycles, the penalty, initial weights.
#
# Where a sentence is followed by numbers in small print, these numbers have
# chosen it. With other images or a longer training it may be another sentence.

# %% tags=["hide-input"]
import pandas as pd
from lecture.experiments.standard_images import standard_images
from preamble import *

PRESET = by_mode(short="short", full="published")
IMAGES = standard_images()


def on(result, hypothesis, which=None):
    """Return an experiment's verdict on one of its hypotheses."""
    asked = getattr(experiments.get(result.question), hypothesis)
    asked = asked[which] if which else asked
    (found,) = [each for each in result.verdicts if each.hypothesis == asked]
    return found


print(IMAGES.describe())
device.report()

# %% [markdown] anchor="build-it-and-check-it"
# ## Part 1: build it, and check it

# %% [markdown] anchor="from-scratch-network"
# ## The network in ten cells

# %% [markdown] anchor="batch-norm-forward-backward"
# ## Batch norm, forwards and backwards

# %% [markdown] anchor="gradient-checking"
# ## Is the gradient right?

# %% [markdown] anchor="wrong-gradients"
# ## The wrong gradient that trains

# %% [markdown] anchor="exercises-from-scratch-gradients"
# ## Exercises

# %% [markdown] anchor="train-it-and-ask"
# ## Part 2: train it, and ask

# %% [markdown] anchor="cifar"
# ## The images

# %% [markdown] anchor="cyclical-rates"
# ## A learning rate that goes up and down

# %% [markdown] anchor="three-layers"
# ## Three layers, with and without batch norm

# %% [markdown] anchor="nine-layers"
# ## Nine layers

# %% [markdown] anchor="penalty-search"
# ## The penalty, coarse to fine

# %% [markdown] anchor="first-weights"
# ## Initial weights, batch norm and ε

# %% [markdown] anchor="spread-explorer"
# ## How far the sums spread

# %% [markdown] anchor="training-and-inference"
# ## Training against prediction

# %% [markdown] anchor="exercises-from-scratch-training"
# ## Exercises

# %% [markdown] anchor="from-scratch-then-and-now"
# ## Then and now

# %% [markdown] anchor="references-06"
# ## References
