"""What the tests of experiments on the network 784-8-200-10 share: images at random, networks at random."""

import numpy as np
from landscape_nets import nets
from scipy import stats

from lecture import data
from lecture.experiments import bottleneck
from lecture.experiments.images import Images

rng = np.random.default_rng(0)
WORDS = ("supported", "contradicted", "undecided")
X = rng.random((24, 784)).astype(np.float32)
Y = np.eye(10, dtype=np.float32)[np.arange(24) % 10]
TINY = Images(X, Y, X[:10], Y[:10])


def use_sample(monkeypatch):
    """Let experiments train on the images that come with the package."""
    monkeypatch.setenv("LECTURE_DATA", "sample")
    monkeypatch.setattr(data, "available_sources", lambda: {"MNIST": ()})


def made_up(hypothesis, word, n=20):
    """Numbers for n seeds whose mean lies where the verdict must be ``word``."""
    noise = stats.norm.ppf((np.arange(n) + 0.5) / n)
    smallest = hypothesis.smallest
    return {"supported": 2 * smallest, "contradicted": -smallest, "undecided": smallest}[word] + 0.3 * smallest * noise


def random_nets(n=3, seed=0):
    """Return n replicas with weights at random, float64."""
    return nets(*bottleneck.SIZES, n=n, activation="relu", output="softmax", seed=seed, scale=0.2)


def logits(weights):
    """Return what goes into the softmax for the random images, in NumPy."""
    first, b, second, c, last, d = weights
    return np.maximum(np.maximum(X @ first + b, 0) @ second + c, 0) @ last + d
