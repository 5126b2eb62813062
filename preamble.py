"""Names and settings that every notebook starts from: ``from preamble import *``.

The only place with global effects: Matplotlib's style, the seed, the mode, live or static explorers. Four environment
variables choose (all optional):

``LECTURE_MODE``
    ``short`` (default: fewer epochs and seeds) or ``full``. The same cells run, and make the same claims.
``LECTURE_DATA``
    Which images; read by ``data.load_fashion_mnist`` (see there).
``LECTURE_LIVE``
    ``1`` for sliders that ask this kernel (default in a notebook), ``0`` for figures that work in a page without one.
``LECTURE_STYLE``
    ``book`` (default), ``slides`` or ``print``.

TensorFlow and Keras are loaded when a name that needs them is first used, without their start-up lines.
"""

import importlib
import os
import sys
from base64 import b64decode, b64encode
from functools import cache
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from IPython import get_ipython
from matplotlib.figure import Figure

from lecture import data, device, exercises, plots
from lecture.checks import one_of
from lecture.explore import Paths, explore, explore_walk
from lecture.explore.render import packed
from lecture.plots.alt import about
from lecture.tables import Table

__all__ = [
    "LIVE",
    "MODE",
    "SEED",
    "Paths",
    "Table",
    "by_mode",
    "claim",
    "data",
    "device",
    "exercises",
    "experiments",
    "explore",
    "explore_walk",
    "keras",
    "landscape",
    "models",
    "np",
    "plots",
    "plt",
    "replicas",
    "tf",
    "training",
    "tuning",
]

SEED = 0
FULL_MODE = Path(__file__).parent / "notebooks" / "full_mode.json"  # what the chapters' claims came to in full mode
SHARPNESS = 1.5  # pixels of a picture for each that it takes on the page: slides show it larger


class _WhenUsed:
    """A module that is imported, quietly, when one of its names is first asked for."""

    def __init__(self, name):
        self._name = name

    def _load(self):
        if self._name not in sys.modules:
            with device.quietly():
                device.choose()  # before Keras computes anything
                importlib.import_module(self._name)
        return sys.modules[self._name]

    def __getattr__(self, attribute):
        return getattr(self._load(), attribute)

    def __dir__(self):
        return dir(self._load())

    def __repr__(self):
        return f"<{self._name}, loaded when it is used>"


experiments = _WhenUsed("lecture.experiments")
keras = _WhenUsed("keras")
landscape = _WhenUsed("lecture.landscape")
models = _WhenUsed("lecture.models")
replicas = _WhenUsed("lecture.replicas")
tf = _WhenUsed("tensorflow")
training = _WhenUsed("lecture.training")
tuning = _WhenUsed("lecture.tuning")


def _choice(variable, known):
    """What an environment variable says, or the first of what is known."""
    return one_of(os.environ.get(variable) or known[0], known, variable)


MODE = _choice("LECTURE_MODE", ("short", "full"))
LIVE = _choice("LECTURE_LIVE", ("1", "0") if get_ipython() else ("0", "1")) == "1"
os.environ["LECTURE_LIVE"] = "1" if LIVE else "0"


def by_mode(*, short, full):
    """Return ``short`` or ``full``, as ``LECTURE_MODE`` has it.

    >>> epochs = by_mode(short=5, full=25)
    """
    return short if MODE == "short" else full


def claim(values, quantity=None, **settings):
    """Return the sentence that follows from the numbers of this run; see `lecture.experiments.claim`.

    In short mode that of full mode stands beside it, where its numbers are stored.

    >>> claim(gains, "accuracy with minus without", smallest=0.01, if_so="…", if_not="…", if_undecided="…")
    """
    from lecture.experiments import claim  # which loads pandas and SciPy

    return claim(values, quantity, stored=_stored_runs(), **settings)


@cache
def _stored_runs():
    """The runs of full mode, read once; none in full mode."""
    from lecture.experiments import stored_runs

    return stored_runs(FULL_MODE) if MODE == "short" else {}


def _describe_figures():
    """Send every figure's size, that of its smallest letters and its alternative text along with its picture."""
    shell = get_ipython()
    if shell is None:
        return
    plt.switch_backend(matplotlib.get_backend())  # the backend sets its own formatter when it loads: load it first
    formatter = shell.display_formatter.formatters["image/png"]
    picture = formatter.lookup_by_type(Figure)

    def picture_and_text(figure):
        dpi = figure.dpi
        figure.dpi = SHARPNESS * dpi
        try:
            png = picture(figure)
        finally:
            figure.dpi = dpi
        if png is None:  # nothing was drawn on it
            return None
        png, metadata = png if isinstance(png, tuple) else (png, {})
        data = b64decode(png)
        return b64encode(packed(data)).decode(), about(figure, data, sharpness=SHARPNESS) | metadata

    formatter.for_type(Figure, picture_and_text)


plt.rcParams.update(plots.STYLES[_choice("LECTURE_STYLE", tuple(plots.STYLES))])
_describe_figures()
