"""Numbers made up for verdicts, and the words of these."""

import numpy as np


def words(verdicts):
    return [each.word for each in verdicts]


def around(mean, n=30, spread=0.01):
    """Made-up numbers of n seeds around a mean."""
    return mean + spread * np.linspace(-1, 1, n)
