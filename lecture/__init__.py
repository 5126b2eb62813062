"""A neural-network lecture that runs.

Import the part you need (``from lecture.data import load_fashion_mnist``); importing the package itself
loads neither TensorFlow nor Matplotlib.
"""

__version__ = "0.1.0"
