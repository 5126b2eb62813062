"""What the tests of replicas train on: 60 points of two classes."""

import numpy as np

X = np.random.default_rng(7).normal(size=(60, 3)).astype(np.float32).astype(float)  # `fit` rounds inputs to float32
Y = np.eye(2)[(X[:, 0] * X[:, 1] > 0).astype(int)]
