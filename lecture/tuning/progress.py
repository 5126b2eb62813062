"""How far a search is: a bar with the best score so far, and in a notebook a figure that grows."""

import io

from matplotlib.figure import Figure
from tqdm import tqdm

from lecture import plots
from lecture.training.screen import Screen, notebook


class Progress:
    """Shows the trials of a search as they end.

    Parameters
    ----------
    total : int or None
        How many there will be.
    show : bool
        Whether anything is to be seen.
    """

    def __init__(self, total, show=True):
        self.total = total
        self.bar = tqdm(total=total, desc="trials", disable=not show, leave=notebook() is None)
        self.screen = Screen() if show and notebook() else None

    def update(self, trials):
        """Show these trials."""
        ended = [trial for trial in trials if trial.status != "stopped"]
        scores = [trial.score for trial in ended if trial.score is not None]
        n_failed = sum(trial.status == "failed" for trial in ended)
        parts = [f"best {max(scores):.4f}"] if scores else []
        parts += [f"{n_failed} failed"] if n_failed else []
        self.bar.set_postfix_str(", ".join(parts), refresh=False)
        self.bar.update(len(ended) - self.bar.n)
        if self.screen and scores:
            self._draw(ended)

    def close(self):
        """Leave the last state as it is."""
        self.bar.close()

    def _draw(self, trials):
        """Show the figure in the place of the last."""
        figure, png = Figure(figsize=(6.4, 3.0)), io.BytesIO()
        ax = plots.plot_search(trials, total=self.total, ax=figure.subplots())
        figure.savefig(png, format="png", dpi="figure", bbox_inches="tight")
        alt = plots.alt_text(ax.figure)
        self.screen.show(png.getvalue(), text=alt, alt=alt)
