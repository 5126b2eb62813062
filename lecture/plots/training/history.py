"""Training curves: one drawing for the live figure and for records compared afterwards."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.markers import CARETUPBASE

from lecture.checks import one_of
from lecture.plots.alt import describe
from lecture.plots.style import em, size
from lecture.plots.training.direction import VALIDATION, base_of
from lecture.plots.training.fitted import as_history, holds_record
from lecture.plots.training.layers import LayeredPicture
from lecture.plots.training.panels import INK, Frame, Plan, epoch_ticks, ring
from lecture.plots.training.record import RATE, History

KEY = {"frameon": False, "handlelength": 1.8, "columnspacing": 1.2, "handletextpad": 0.5}


def plot_history(
    records: Any,
    *,
    metrics: Sequence[str] | None = None,
    overlay: bool = False,
    ax: Axes | Sequence[Axes] | None = None,
) -> Axes:
    """Draw the curves of a training, or of several for comparison.

    Losses are drawn on one Axes and all other metrics on another; metrics more than ten times as large as others get
    Axes of their own. Training is solid, validation dashed. A ring marks the best epoch on each curve of the part that
    is monitored; a triangle on the axis marks the epoch whose weights were restored. The learning rate is drawn if it
    changes.

    Parameters
    ----------
    records : record, or mapping of str to record
        One record, or several by their labels. A record is a `History`, a mapping from metrics to values such as
        ``model.fit(…).history``, an object with one as its ``history`` (the result of ``fit``, a ``TrainingPlot``), or
        the file of Keras' ``CSVLogger`` as a data frame or dict: a column ``"epoch"`` counts from 0. With ``fit(…,
        validation_freq=k)`` the ``val_…`` values belong to each k-th epoch; with a list of epochs only a
        ``TrainingPlot`` knows which. Several records stand side by side, all with the same scales.
    metrics : sequence of str, optional
        Full names of the metrics to draw, such as ``["loss", "val_loss"]``; all if None.
    overlay : bool
        Whether to draw several records on the same Axes, each in its colour, instead of side by side.
    ax : matplotlib.axes.Axes or sequence of Axes, optional
        One for each panel: the losses, the other metrics, the learning rate if it changes, then those of the next
        record. If there are just these, metrics of all sizes are drawn together. A new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        The first one; the others are in the same figure.

    Raises
    ------
    ValueError
        If there is no metric to draw, one is unknown, a record is of another kind, a metric does not have one value
        for each epoch, or there are not as many Axes as panels.
    """
    several = isinstance(records, Mapping) and any(holds_record(record) for record in records.values())
    records = records if several else {"": records}
    records = {str(label): as_history(record) for label, record in records.items()}
    known = dict.fromkeys(name for record in records.values() for name in record)
    for name in metrics or ():
        one_of(name, known, "a metric to draw")
    if not known or (metrics is not None and not len(metrics)):
        raise ValueError("there must be at least one metric to draw, got none.")
    figure = plt.figure(layout="none") if ax is None else None
    drawing = HistoryDrawing(figure, metrics=metrics, overlay=overlay, axes=ax)
    drawing.update(records)
    return drawing.panels[0].ax


class HistoryDrawing:
    """The curves of one or several records, which `update` moves in place.

    Axes are made when a quantity first comes, and stay where they are: later pictures differ in curves and scales only.

    Parameters
    ----------
    figure : matplotlib.figure.Figure or None
        Figure to fill, and to resize; None if ``axes`` are given.
    metrics, overlay
        As for `plot_history`.
    axes : Axes or sequence of Axes, optional
        Axes to draw on instead of those of ``figure``.

    Attributes
    ----------
    panels : list
        Each has its ``ax``.
    """

    def __init__(
        self,
        figure: Figure | None,
        *,
        metrics: Sequence[str] | None = None,
        overlay: bool = False,
        axes: Axes | Sequence[Axes] | None = None,
    ):
        self.figure: Any = figure  # None only where Axes are given
        self.metrics, self.overlay, self.axes = metrics, overlay, axes
        self.panels, self._plan, self._frame, self._status = [], None, None, None
        self._labelled = None  # what the labels in the frame were measured for
        self._picture = None if figure is None else LayeredPicture(figure)

    def update(self, records: Mapping[str, History]) -> None:
        """Draw records, by their labels, in place of those that were drawn before."""
        plan = self._choose(records)
        epochs, scales = plan.epochs(records), plan.scales(records)
        frame = self._frame_for(plan, epochs, scales)
        if (plan, frame) != (self._plan, self._frame):
            self._build(plan, frame)
            self._plan, self._frame = plan, frame
        for panel in self.panels:
            panel.move(records)
            panel.limit(epochs, scales[panel.spec.quantity])
        if self._status:
            self._status.set_text(records[plan.labels[0]].status())
        texts = (f"{label}: {record.describe()}" if label else record.describe() for label, record in records.items())
        describe(self.panels[0].ax, " ".join(texts))

    def _choose(self, records):
        """Return the `Plan`: for given Axes one with as many panels."""
        plan = Plan.of(records, self.metrics, self.overlay)
        if self.axes is None or (n_axes := np.size(self.axes)) == len(plan.specs):
            return plan
        plan = Plan.of(records, self.metrics, self.overlay, by_size=False)
        if n_axes != len(plan.specs):
            titles = ", ".join(spec.title for spec in plan.specs)
            raise ValueError(f"ax must be one Axes for each of {titles}, got {n_axes}.")
        return plan

    def _frame_for(self, plan, epochs, scales):
        """Return the `Frame`: the last one where no label can have changed."""
        labelled = plan, epochs, scales
        if labelled != self._labelled:
            self._labelled = labelled
            return plan.frame(epochs, scales) if self.axes is None else Frame()
        return self._frame

    def _build(self, plan, frame):
        """Make the Axes with empty curves, and what stands around them."""
        axes = self._place(plan, frame) if self.axes is None else np.ravel(np.asarray(self.axes))
        self.panels = [_Panel(ax, spec, plan, frame) for ax, spec in zip(axes, plan.specs)]
        if self.axes is not None and len(plan.labels) > 1:
            self.panels[0].ax.legend(handles=plan.key(), **KEY)

    def _place(self, plan, frame):
        """Size the figure and place Axes, keys and the line of status: all stay where they are from now on."""
        width, height, boxes = plan.layout(frame)
        self.figure.clear()
        self.figure.set_size_inches(width * em(), height * em())
        if len(plan.labels) > 1:
            key = plan.key()
            ncols = plan.columns(key, width)
            self.figure.legend(handles=key, ncols=ncols, loc="upper center", borderaxespad=0.2, **KEY)
        axes = []
        for x, y, w, h in boxes:
            axes.append(self.figure.add_axes((x / width, 1 - (y + h) / height, w / width, h / height)))
            axes[-1].xaxis.set_label_coords(0.5, -2 / h)  # to look for a free place takes a fifth of each drawing
        where = {"transform": self.figure.transFigure, "va": "top"}
        left = frame.left / width
        self._status = axes[0].text(left, 1 - 0.5 / height, "", **where) if len(plan.labels) == 1 else None
        return axes

    def png(self) -> bytes:
        """Return the picture of a single record as PNG; only what changed is drawn again."""
        scales = [panel.ax.yaxis for panel in self.panels]
        curves = [artist for panel in self.panels for artist in panel.moving] + [self._status]
        stays = self._plan, self._frame, self.figure.dpi, [panel.ax.get_xlim() for panel in self.panels]
        changes = [(panel.scale, panel.ax.get_ylim()) for panel in self.panels]
        return self._picture.png(scales, curves, stays=stays, changes=changes)


class _Panel:
    """One Axes with its curves and marks."""

    def __init__(self, ax, spec, plan, frame):
        self.ax, self.spec, self.scale = ax, spec, None
        letter = size()
        self.curves, self.restored = [], {}
        for label, name in spec.curves:
            look = plan.look(label, base_of(name)) if name != RATE or plan.by_label else {"color": INK}
            dashes = "--" if name.startswith(VALIDATION) else "-"
            steps = "steps-mid" if name == RATE else "default"
            (line,) = ax.plot([], [], linestyle=dashes, drawstyle=steps, markersize=0.45 * letter, **look)
            (best,) = ax.plot([], [], color=look["color"], zorder=4, clip_on=False, **ring())
            self.curves.append((label, name, line, best))
        for label in dict.fromkeys(label for label, _ in spec.curves):
            color = plan.look(label, "")["color"] if plan.by_label else INK
            on_axis = {"transform": ax.get_xaxis_transform(), "zorder": 5, "clip_on": False}
            (self.restored[label],) = ax.plot(
                [], [], linestyle="", marker=CARETUPBASE, color=color, markersize=letter, **on_axis
            )
        self._dress(plan, frame)

    def _dress(self, plan, frame):
        """Name the axes, and thin out what is not data."""
        ax, spec = self.ax, self.spec
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(visible=True, alpha=0.3)
        ax.xaxis.set_major_locator(epoch_ticks(frame.n_epochs))
        ax.xaxis.set_major_formatter("{x:.0f}")
        ax.tick_params(labelbottom=plan.is_lowest(spec), labelleft=not (plan.side_by_side and spec.column))
        ax.set_xlabel("epoch" if plan.is_lowest(spec) else "")
        key = [] if plan.side_by_side or plan.by_label else plan.key(spec)
        if plan.side_by_side:
            ax.set_ylabel("" if spec.column else spec.title.removeprefix("learning ").replace(" ", "\n"))
            label = plan.labels[spec.column]
            letters = "large" if len(label) < 22 else "medium"  # a panel is wide enough for 22
            ax.set_title("" if spec.quantity else label, y=1, fontsize=letters)
        elif len({base_of(name) for _, name in spec.curves}) == 1:
            ax.set_title(spec.title, loc="left", y=1, fontsize="large")
        if key:
            above = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderaxespad": 0.1}
            ax.legend(handles=key, ncols=plan.columns(key), **KEY, **above)

    @property
    def moving(self):
        """All that `move` moves."""
        return [artist for *_, line, best in self.curves for artist in (line, best)] + list(self.restored.values())

    def move(self, records):
        """Put curves and marks where the records have them."""
        for label, name, line, best in self.curves:
            record = records[label]
            epochs, values = record.points(name)
            line.set_data(epochs, values)
            line.set_markevery([len(epochs) - 1] if len(epochs) else None)
            deciding = name != RATE and name.startswith(VALIDATION) == record.monitored.startswith(VALIDATION)
            at_best = (epochs == record.best) & deciding
            best.set_data(epochs[at_best], values[at_best])
        for label, triangle in self.restored.items():
            triangle.set_data(([records[label].restored], [0]) if records[label].restored else ([], []))

    def limit(self, epochs, scale):
        """Give the axes these limits, and the vertical one its `Scale`."""
        self.ax.set_xlim(epochs)
        if scale != self.scale:
            scale.apply(self.ax, few=self.spec.is_rate)
            self.scale = scale
