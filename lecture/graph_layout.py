"""Where the nodes of a graph stand on a grid: in columns from left to right, and branches below each other in lanes.

A graph is given by ``inputs``: for each node the earlier nodes that lead to it. All is counted in whole numbers; how
wide a column is, and how an arrow looks, is for the drawing to say.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

Inputs = Sequence[Sequence[int]]
Connection = tuple[int, int]  # (from, to)


def connections_of(inputs: Inputs) -> tuple[Connection, ...]:
    """Return the pairs (from, to), by where they end; a node that gets the same thing twice has it once.

    >>> connections_of([(), (0,), (1, 1, 0)])
    ((0, 1), (1, 2), (0, 2))
    """
    return tuple(dict.fromkeys((before, here) for here, sources in enumerate(inputs) for before in sources))


def depths_of(inputs: Inputs) -> tuple[int, ...]:
    """Return for each node the number of connections on the longest way to it.

    >>> depths_of([(), (0,), (1, 0)])
    (0, 1, 2)
    """
    depths = []
    for sources in inputs:
        depths.append(1 + max((depths[before] for before in sources), default=-1))
    return tuple(depths)


@dataclass(frozen=True)
class Grid:
    """The place of each node of a graph. Made by ``Grid.of``."""

    connections: tuple[Connection, ...]
    columns: tuple[int, ...]  # of each node, from the left
    lanes: tuple[int, ...]  # of each node, from the top

    @classmethod
    def of(cls, inputs: Inputs) -> "Grid":
        """Place the nodes of a graph.

        The column of a node is its depth, but an input stands just before the first node that takes it. A node stays
        in the lane of one that leads to it, where it can; else it begins the first lane that is free.

        Parameters
        ----------
        inputs : sequence of sequence of int
            For each node the earlier ones that lead to it.

        >>> Grid.of([(), (0,), (0,), (1, 2)]).lanes
        (0, 0, 1, 0)
        """
        connections = connections_of(inputs)
        columns = _columns(inputs, connections)
        return cls(connections, columns, _lanes(inputs, connections, columns))

    def pieces(self) -> list[list[int]]:
        """Return the columns in pieces between which a drawing may be cut: one connection alone leads on.

        >>> Grid.of([(), (0,), (0, 1), (2,)]).pieces()
        [[0, 1, 2], [3]]
        """
        pieces: list[list[int]] = [[]]
        for column in range(max(self.columns) + 1):
            if column and self._may_cut(column):
                pieces.append([])
            pieces[-1].append(column)
        return pieces

    def arcs(self, members: Collection[int]) -> dict[Connection, int]:
        """Return the connections that have to pass above other nodes of their lane, and at what height.

        Parameters
        ----------
        members : collection of int
            The nodes that are drawn side by side; connections to others are left out.

        Returns
        -------
        dict of (from, to) to int
            Heights from 1. Of arcs that overlap no two have the same height, and a shorter one passes below.

        >>> Grid.of([(), (0,), (1, 0), (2, 0)]).arcs(range(4))
        {(0, 2): 1, (0, 3): 2}
        """
        heights: dict[Connection, int] = {}
        for a, b in sorted(self.connections, key=self._length):
            if {a, b} <= set(members) and self._is_blocked(a, b, members):
                start, end = self.columns[a], self.columns[b]
                crossed = [
                    height for (c, d), height in heights.items() if self.columns[c] < end and start < self.columns[d]
                ]
                heights[a, b] = 1 + max(crossed, default=0)
        return heights

    def _length(self, connection):
        """How many columns a connection leads on."""
        before, here = connection
        return self.columns[here] - self.columns[before]

    def _may_cut(self, column):
        """Whether a single connection leads to this column or beyond, and ends in it."""
        crossing = [here for before, here in self.connections if self.columns[before] < column <= self.columns[here]]
        return len(crossing) == 1 and self.columns[crossing[0]] == column

    def _is_blocked(self, before, here, members):
        """Whether a node stands in the lane of ``before`` on the way."""
        lane, between = self.lanes[before], range(self.columns[before] + 1, self.columns[here])
        return any(self.lanes[node] == lane and self.columns[node] in between for node in members)


def _columns(inputs, connections):
    """The column of each node."""
    depths = depths_of(inputs)
    first = {}  # for each node, the least depth that it leads to
    for before, here in connections:
        first[before] = min(depths[here], first.get(before, depths[here]))
    return tuple(
        depth if sources else first.get(node, 1) - 1 for node, (depth, sources) in enumerate(zip(depths, inputs))
    )


def _lanes(inputs, connections, columns):
    """The lane of each node, given out column by column."""
    until = _last_columns(connections, columns)
    ahead = _ahead(connections, len(columns))
    lanes = [0] * len(columns)
    last, taken = {}, {}  # of each lane: its last node so far, and the column up to which that one needs it
    # Of several branches the longest is first to choose, and so goes straight on.
    for node in sorted(range(len(columns)), key=lambda n: (columns[n], -ahead[n], n)):
        open_lanes = [lanes[before] for before in inputs[node] if last[lanes[before]] == before]
        start = min((columns[before] for before in inputs[node]), default=columns[node])
        lane = min(open_lanes) if open_lanes else _first_free(start, last, taken, columns)
        lanes[node], last[lane], taken[lane] = lane, node, until[node]
    return tuple(lanes)


def _first_free(start, last, taken, columns):
    """The first lane that nothing needs from the column ``start`` on."""
    lane = 0
    while lane in last and (taken[lane] > start or columns[last[lane]] >= start):
        lane += 1
    return lane


def _last_columns(connections, columns):
    """For each node the last column that it leads to; its own if it leads nowhere."""
    until = list(columns)
    for before, here in connections:
        until[before] = max(until[before], columns[here])
    return until


def _ahead(connections, n):
    """For each node the number of connections on the longest way from it."""
    ahead = [0] * n
    for before, here in sorted(connections, key=lambda connection: -connection[1]):
        ahead[before] = max(ahead[before], 1 + ahead[here])
    return ahead
