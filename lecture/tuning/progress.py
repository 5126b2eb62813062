"""How far a search is: a bar with the best score so far, and in a notebook a figure that grows."""

import sys

from tqdm import tqdm

from lecture import plots


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
        self.total, self.handle = total, None
        self.bar = tqdm(total=total, desc="trials", disable=not show, leave=_shell() is None)
        self.shell = _shell() if show else None

    def update(self, trials):
        """Show these trials."""
        ended = [trial for trial in trials if trial.status != "stopped"]
        scores = [trial.score for trial in ended if trial.score is not None]
        n_failed = sum(trial.status == "failed" for trial in ended)
        parts = [f"best {max(scores):.4f}"] if scores else []
        parts += [f"{n_failed} failed"] if n_failed else []
        self.bar.set_postfix_str(", ".join(parts), refresh=False)
        self.bar.update(len(ended) - self.bar.n)
        if self.shell and scores:
            self._draw(ended)

    def close(self):
        """Leave the last state as it is."""
        self.bar.close()

    def _draw(self, trials):
        """Show the figure, or put the new one in the place of the last."""
        from IPython.display import display
        from matplotlib.figure import Figure

        figure = Figure(figsize=(6.4, 3.0))  # the notebook cuts it to what is drawn
        plots.plot_search(trials, total=self.total, ax=figure.subplots())
        if self.handle is None:
            self.handle = display(figure, display_id=True)
        else:
            self.handle.update(figure)


def _shell():
    """The notebook's kernel; None in a terminal."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    shell = get_ipython()
    return shell if shell is not None and hasattr(shell, "kernel") else None
