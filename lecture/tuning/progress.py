"""The progress of a search: a bar with the best score so far, and in a notebook a figure that grows."""

import io

from matplotlib.figure import Figure
from tqdm import tqdm

from lecture import plots
from lecture.plots.alt import about
from lecture.training.screen import Screen, notebook
from lecture.tuning.trials import Trial


class Progress:
    """Shows the trials of a search as they end.

    Parameters
    ----------
    total : int or None
        Number of trials in all; None if unknown.
    show : bool
        Whether to show anything.
    """

    def __init__(self, total: int | None, show: bool = True):
        self.total = total
        self.bar = tqdm(total=total, desc="trials", disable=not show, leave=notebook() is None)
        self.screen = Screen() if show and notebook() else None

    def update(self, trials: list[Trial]) -> None:
        """Show these trials."""
        ended = [trial for trial in trials if trial.status != "stopped"]
        scores = [trial.score for trial in ended if trial.score is not None]
        n_failed = sum(trial.status == "failed" for trial in ended)
        parts = [f"best {max(scores):.4f}"] if scores else []
        parts += [f"{n_failed} failed"] if n_failed else []
        self.bar.set_postfix_str(", ".join(parts), refresh=False)
        self.bar.update(len(ended) - self.bar.n)
        if self.screen and scores:
            self.screen.show(**self._picture(ended))

    def close(self) -> None:
        """Leave the bar in its last state."""
        self.bar.close()

    def _picture(self, trials):
        """The figure of the trials as a `Screen` shows it."""
        figure, png = Figure(figsize=(6.4, 3.0)), io.BytesIO()
        plots.plot_search(trials, total=self.total, ax=figure.subplots())
        figure.savefig(png, format="png", dpi="figure", bbox_inches="tight")
        told = about(figure, png.getvalue())
        return {"png": png.getvalue(), "text": told["alt"], "about": told}
