"""Places for labels on edges: clear of each other, of the nodes, and as far as can be of the other edges."""

import numpy as np

_ROUNDS = 4  # each label is placed with the others where they are, and again


def spots_on(ends: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Return a place on each edge for a label, near its middle where that is free.

    Parameters
    ----------
    ends : array of shape (n, 2, 2)
        The two points of each edge.
    half : array of shape (2,)
        Half of a label's width and height.

    Returns
    -------
    ndarray of shape (n, 2)
    """
    n, share = len(ends), np.linspace(0.2, 0.8, 25)  # of the way from node to node
    tries = ends[:, None, 0] + share[:, None] * (ends[:, None, 1] - ends[:, None, 0])  # (n, n_tries, 2)
    crossed = np.array([_nearest_other(tries[k], np.delete(ends, k, axis=0)) for k in range(n)])  # (n, n_tries)
    worth = 3 * np.minimum(crossed / half[1], 1.3) - np.abs(share - 0.5)
    choice = np.full(n, len(share) // 2)
    for _ in range(_ROUNDS):
        for k in range(n):
            others = np.delete(tries[np.arange(n), choice], k, axis=0)  # (n - 1, 2)
            # (n_tries, n - 1), below 1 the labels overlap
            apart = (np.abs(tries[k][:, None] - others) / (2 * half)).max(axis=2)
            choice[k] = (20 * apart.min(axis=1, initial=1.15) + worth[k]).argmax()
    return tries[np.arange(n), choice]


def spots_beside(ends: np.ndarray, half: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Return a place on each edge for a label, clear also of what is written beside the nodes.

    Unlike `spots_on` it counts how much of the other edges a label covers, and only of those between the same layers:
    so it has places for many labels that cannot all be free.

    Parameters
    ----------
    ends : array of shape (n, 2, 2)
        The two points of each edge.
    half : array of shape (2,)
        Half of a label's width and height.
    taken : array of shape (n_taken, 2)
        The middles of what is written already, in boxes of the same size.

    Returns
    -------
    ndarray of shape (n, 2)
    """
    share = np.linspace(0.24, 0.76, 14)[:, None]
    start, end = ends[:, 0], ends[:, 1]
    way = end - start
    spots = (start + end) / 2
    for _ in range(_ROUNDS):
        for k in range(len(ends)):
            tries = start[k] + way[k] * share  # (n_tries, 2)
            others = np.delete(np.arange(len(ends)), k)
            # (n_tries, n - 1 + n_taken), below 1 the boxes overlap
            near = (np.abs(tries[:, None] - np.vstack([spots[others], taken])) / (2 * half)).max(axis=2)
            overlap = np.clip(1.08 - near, 0, None).sum(axis=1)
            slope = (way[others, 1] / way[others, 0])[None]
            y = start[others, 1] + (tries[:, :1] - start[others, 0]) * slope  # of the other edges at these places
            same = np.isclose(start[others, 0], start[k, 0])  # edges between the same two layers
            covered = (np.clip(1 - np.abs(y - tries[:, 1:]) / half[1], 0, None) * same).sum(axis=1)
            spots[k] = tries[np.argmin(10 * overlap + covered + 0.5 * np.abs(share[:, 0] - 0.5))]
    return spots


def _nearest_other(points, ends):
    """How far each point (n, 2) is from the nearest of some edges (m, 2, 2)."""
    start, way = ends[:, 0], ends[:, 1] - ends[:, 0]  # (m, 2)
    to = points[:, None] - start  # (n, m, 2)
    share = np.clip((to * way).sum(axis=2) / (way**2).sum(axis=1), 0, 1)  # (n, m)
    return np.linalg.norm(to - share[..., None] * way, axis=2).min(axis=1, initial=np.inf)
