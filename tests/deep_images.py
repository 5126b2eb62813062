"""Small made-up images for the deep dense networks: ten classes, 12 inputs, as if they were components of 48 pixels."""

import numpy as np
import pytest

from lecture.experiments import deep_nets
from lecture.experiments.standard_images import StandardImages


def made_up(name="made up", n_inputs=12, noise=1.0):
    """Return 600 images to train on, 150 to validate and 150 to test, each a class's mean with noise."""
    rng = np.random.default_rng(0)
    y = np.eye(10, dtype=np.float32)[np.arange(900) % 10]
    X = (y @ rng.normal(size=(10, n_inputs)) + noise * rng.normal(size=(900, n_inputs))).astype(np.float32)
    n_pixels = 4 * n_inputs
    return StandardImages(X[:600], y[:600], X[600:750], y[600:750], X[750:], y[750:], n_pixels, name, 0.9)


@pytest.fixture(scope="module")
def small_nets():
    """Networks of 3 and of "9" layers that are quick to compile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(deep_nets.HIDDEN, 3, (8, 6))
        patch.setitem(deep_nets.HIDDEN, 9, (8, 6, 5))
        yield
