"""`explore`, and what live and static explorers share: the choices there are, and the drawing of each."""

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lecture.explore import live as live_explorer
from lecture.explore import static
from lecture.explore.controls import Control, controls_of, name_of
from lecture.explore.paths import Paths
from lecture.plots import alt_text

Choice = tuple[int, ...]


def explore(draw: Callable, /, *, live: bool | None = None, **controls: Any) -> Any:
    """Draw with values that the reader sets.

    Parameters
    ----------
    draw : callable
        Function that is called by keyword with one value of each control, and returns the Axes or Figure that it drew,
        or `Paths`. The defaults of its parameters are shown first if the controls have them.
    live : bool, optional
        Whether widgets ask this kernel for each picture (True), or a figure holds every picture, for pages without a
        kernel (False). None reads the environment variable ``LECTURE_LIVE`` ("1" is live; ``preamble`` sets it).
    **controls
        ``(lo, hi)`` or ``(lo, hi, step)`` makes a slider over lo, lo + step, …, up to hi if a step ends there (within
        rounding). Without a step, whole numbers go by ones and others in ten steps. A list, a range, an array with one
        axis, or a Series or Index of pandas makes a dropdown of its values, a dict a dropdown of its labels, and a bool
        a tick box. A single number, a string or anything else stays fixed; to fix an array, use
        ``functools.partial(draw, x=array)``.

    Returns
    -------
    ipywidgets.VBox or ``lecture.explore.markup.Page``
        An explorer that a notebook shows if it is the last expression of a cell.

    Raises
    ------
    ValueError
        If a control has no values or more than 1000, is a generator, a set or an array with two or more axes, or does
        not belong to a parameter; for a static explorer also if ``draw`` raises, or there are too many pictures.
    TypeError
        If ``draw`` of a static explorer returns something else.

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
    controls: tuple[Control, ...]
    fixed: dict[str, Any]

    @property
    def name(self) -> str:
        """The name of the draw function."""
        return name_of(self.draw)

    @property
    def initial(self) -> Choice:
        """The choice that is shown first."""
        return tuple(control.initial for control in self.controls)

    @property
    def n_choices(self) -> int:
        """Number of choices."""
        return math.prod(len(control.values) for control in self.controls)

    def choices(self) -> Iterator[Choice]:
        """Iterate over all choices; the last control changes fastest."""
        return product(*(range(len(control.values)) for control in self.controls))

    def says(self, choice: Choice) -> str:
        """Return a choice in words, such as ``"n_layers 3, bias True"``."""
        return ", ".join(
            f"{control.name} {control.labels[i]}" for control, i in zip(self.controls, choice, strict=True)
        )

    def drawing(self, choice: Choice) -> Figure | Paths:
        """Return what the draw function draws for a choice.

        No figure stays open in pyplot, since a notebook would show it a second time below the cell.

        Raises
        ------
        ValueError
            If the draw function raises, with the exception as its cause.
        TypeError
            If it returns something that is not a drawing.
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
            wanted = "the Axes or Figure that it drew, or Paths"
            raise TypeError(f"{self.name} must return {wanted}, got {drawn!r}. End it with `return ax`.")
        figure = first[0].get_figure(root=True)
        plt.close(figure)
        return figure

    def caption(self, drawing: Figure | Paths, choice: Choice) -> str:
        """Return the description of a drawing's Axes, or the choice in words if they have none."""
        return alt_text(drawing.figure) or f"{self.name}: {self.says(choice)}."

    def text(self, drawing: Figure | Paths, choice: Choice) -> str:
        """Return the alternative text of a drawing: its caption, and where its paths end if it has any."""
        caption = self.caption(drawing, choice)
        return f"{caption} {drawing.describe()}" if isinstance(drawing, Paths) else caption
