"""`explore`, and what live and static explorers share: which values there are, and what is drawn for them."""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lecture.explore import live as live_explorer
from lecture.explore import static
from lecture.explore.controls import controls_of, name_of
from lecture.explore.paths import Paths
from lecture.plots import alt_text


def explore(draw, /, *, live=None, **controls):
    """Draw with values that the reader sets.

    Parameters
    ----------
    draw : callable
        Called by keyword with one value of each control. It returns the Axes or Figure that it drew, or `Paths`. Its
        parameters' defaults are shown first, where the controls have them.
    live : bool, optional
        True: widgets that ask this kernel for each picture. False: a figure that holds every picture, for pages
        without a kernel. None: what the environment variable ``LECTURE_LIVE`` says ("1" is live; ``preamble`` sets it).
    **controls
        ``(lo, hi)`` or ``(lo, hi, step)`` is a slider over lo, lo + step, …, with hi if it is one of them but for
        rounding (whole numbers by ones, others in ten steps where no step is given). A list, a range, an array with one
        axis, a Series or Index of pandas is a dropdown of its values (so is a dict of labels to values), a bool a tick
        box. A single number, string or anything else stays fixed; an array does in ``functools.partial(draw,
        x=array)``.

    Returns
    -------
    ipywidgets.VBox or ``lecture.explore.static.Page``
        Shown where it is the last expression of a cell.

    Raises
    ------
    ValueError
        If a control has no values or more than 1000, is a generator, a set or an array with two axes or more, or
        belongs to no parameter; and when static, if the draw function raises, or there are more pictures than a page
        takes.
    TypeError
        When static, if the draw function returns something else.

    Notes
    -----
    A static explorer keeps its state in the page's address, as ``?explorer=NAME&n_layers=3``, where NAME is the draw
    function's name (``NAME-2`` for a second explorer of the same function on a page). ``?controls=hide`` folds all
    controls away.
    """
    if not callable(draw):
        raise ValueError(f"draw must be a function that draws, got {draw!r}.")
    explorer = Explorer(draw, *controls_of(draw, controls))
    if live is None:
        live = os.environ.get("LECTURE_LIVE") == "1"
    return live_explorer.widget(explorer) if live else static.page(explorer)


@dataclass(frozen=True)
class Explorer:
    """A draw function with its controls. A choice is a tuple with one position for each control."""

    draw: Callable
    controls: tuple
    fixed: dict

    @property
    def name(self):
        return name_of(self.draw)

    @property
    def initial(self):
        """The choice that is shown first."""
        return tuple(control.initial for control in self.controls)

    @property
    def n_choices(self):
        return math.prod(len(control.values) for control in self.controls)

    def choices(self):
        """Iterate over all choices; the last control changes fastest."""
        return product(*(range(len(control.values)) for control in self.controls))

    def says(self, choice):
        """Return a choice in words, such as ``"n_layers 3, bias True"``."""
        return ", ".join(
            f"{control.name} {control.labels[i]}" for control, i in zip(self.controls, choice, strict=True)
        )

    def drawing(self, choice):
        """Return what the draw function draws for a choice, as a Figure or `Paths`.

        No figure stays open in pyplot: a notebook would show it a second time below the cell.

        Raises
        ------
        ValueError
            If the draw function raises, with the exception as its cause.
        TypeError
            If it returns nothing that was drawn.
        """
        values = self.fixed | {
            control.name: control.values[i] for control, i in zip(self.controls, choice, strict=True)
        }
        before = set(plt.get_fignums())
        try:
            drawn = self.draw(**values)
        except Exception as error:
            raise ValueError(f"{self.name} raised {type(error).__name__} for {self.says(choice)}: {error}") from error
        finally:
            for number in set(plt.get_fignums()) - before:
                plt.close(number)
        if isinstance(drawn, Paths):
            plt.close(drawn.figure)
            return drawn
        first = np.ravel(np.array(drawn, dtype=object))[:1]  # several Axes are of one figure
        if not first.size or not isinstance(first[0], (Axes, Figure)):
            raise TypeError(
                f"{self.name} must return the Axes or Figure that it drew, or Paths, got {drawn!r}. End it with `return ax`."
            )
        figure = first[0].get_figure(root=True)
        plt.close(figure)
        return figure

    def caption(self, drawing, choice):
        """Return what the Axes of a drawing were described by, else the choice in words."""
        return alt_text(drawing.figure) or f"{self.name}: {self.says(choice)}."

    def text(self, drawing, choice):
        """Return the alternative text of a drawing: its caption, and where its paths end if it has any."""
        caption = self.caption(drawing, choice)
        return f"{caption} {drawing.describe()}" if isinstance(drawing, Paths) else caption
