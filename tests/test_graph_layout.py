"""Places on a grid: no two nodes in one, arrows lead to the right, and what would cross a node passes above it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lecture.graph_layout import Grid, connections_of, depths_of

CHAIN = [(), (0,), (1,), (2,)]
DIAMOND = [(), (0,), (0,), (1, 2)]
LOPSIDED = [(), (0,), (0,), (2,), (1, 3)]  # the second branch is the longer one
TWO_INPUTS = [(), (0,), (1,), (), (2, 3)]
SKIPS = [(), (0,), (1, 0), (2, 0), (3,)]  # from the first node over one node, and over two
# Down: 0 1 2 3, up again: 4 with 2, 5 with 1.
U_NET = [(), (0,), (1,), (2,), (3,), (4, 2), (5,), (6, 1)]


@st.composite
def graphs(draw):
    """The inputs of up to twelve nodes, each of up to three earlier ones."""
    n = draw(st.integers(1, 12))
    earlier = [st.lists(st.integers(0, node - 1), max_size=3).map(tuple) if node else st.just(()) for node in range(n)]
    return [draw(sources) for sources in earlier]


def cells(grid):
    return list(zip(grid.columns, grid.lanes, strict=True))


def test_a_chain_is_one_lane_that_may_be_cut_anywhere():
    grid = Grid.of(CHAIN)
    assert cells(grid) == [(0, 0), (1, 0), (2, 0), (3, 0)]
    assert grid.pieces() == [[0], [1], [2], [3]] and grid.arcs(range(4)) == {}


def test_the_branches_of_a_diamond_stand_below_each_other_and_are_not_cut():
    grid = Grid.of(DIAMOND)
    assert cells(grid) == [(0, 0), (1, 0), (1, 1), (2, 0)]
    assert grid.pieces() == [[0, 1, 2]] and grid.arcs(range(4)) == {}


def test_of_two_branches_the_longer_one_goes_straight_on():
    assert Grid.of(LOPSIDED).lanes == (0, 1, 0, 0, 0)


def test_an_input_stands_just_before_what_takes_it_in_a_lane_of_its_own():
    assert cells(Grid.of(TWO_INPUTS)) == [(0, 0), (1, 0), (2, 0), (2, 1), (3, 0)]


def test_a_skip_over_several_columns_passes_above_those_inside_it():
    grid = Grid.of(SKIPS)
    assert grid.lanes == (0,) * 5
    assert grid.arcs(range(5)) == {(0, 2): 1, (0, 3): 2}
    assert grid.pieces() == [[0, 1, 2, 3], [4]]
    assert grid.arcs([0, 1, 2]) == {(0, 2): 1}  # the other one leads away from what is drawn


def test_the_skips_of_a_u_net_are_nested():
    grid = Grid.of(U_NET)
    assert cells(grid) == [(column, 0) for column in range(8)]
    assert grid.arcs(range(8)) == {(2, 5): 1, (1, 7): 2}
    assert grid.pieces() == [[0], [1, 2, 3, 4, 5, 6, 7]]


def test_what_leads_twice_to_one_node_is_one_connection():
    assert connections_of([(), (0, 0)]) == ((0, 1),)


@pytest.mark.parametrize("inputs", [[()], [(), ()], [(), (), (), (1,)]])
def test_nodes_that_lead_nowhere_have_places_too(inputs):
    assert len(set(cells(Grid.of(inputs)))) == len(inputs)


@given(graphs())
def test_no_two_nodes_stand_in_one_place(inputs):
    placed = cells(Grid.of(inputs))
    assert len(set(placed)) == len(placed)
    assert min(column for column, _ in placed) == 0 and min(lane for _, lane in placed) == 0


@given(graphs())
def test_every_connection_leads_to_the_right(inputs):
    grid = Grid.of(inputs)
    assert grid.connections == connections_of(inputs)
    assert all(grid.columns[before] < grid.columns[here] for before, here in grid.connections)
    assert all(column == depth for column, depth, before in zip(grid.columns, depths_of(inputs), inputs) if before)


@given(graphs())
def test_a_node_that_begins_a_lane_finds_it_free_from_where_its_connections_come(inputs):
    grid = Grid.of(inputs)
    for node, sources in enumerate(inputs):
        if sources and grid.lanes[node] not in {grid.lanes[before] for before in sources}:
            between = range(min(grid.columns[before] for before in sources), grid.columns[node])
            assert not [
                other
                for other, (column, lane) in enumerate(cells(grid))
                if lane == grid.lanes[node] and column in between
            ]


@given(graphs())
def test_what_passes_no_arc_meets_no_node_of_its_lane(inputs):
    grid, everything = Grid.of(inputs), range(len(inputs))
    arcs = grid.arcs(everything)
    for before, here in set(grid.connections) - set(arcs):
        between = range(grid.columns[before] + 1, grid.columns[here])
        assert not any(lane == grid.lanes[before] and column in between for column, lane in cells(grid))


@given(graphs())
def test_arcs_that_overlap_pass_at_different_heights(inputs):
    grid = Grid.of(inputs)
    arcs = grid.arcs(range(len(inputs)))
    for ((a, b), height), ((c, d), other) in itertools.combinations(arcs.items(), 2):
        if grid.columns[a] < grid.columns[d] and grid.columns[c] < grid.columns[b]:
            assert height != other


@given(graphs())
def test_pieces_are_all_columns_in_order_and_one_connection_leads_from_each_to_the_next(inputs):
    grid = Grid.of(inputs)
    pieces = grid.pieces()
    assert [column for piece in pieces for column in piece] == list(range(max(grid.columns) + 1))
    for _, after in itertools.pairwise(pieces):
        assert sum(grid.columns[before] < after[0] <= grid.columns[here] for before, here in grid.connections) == 1
