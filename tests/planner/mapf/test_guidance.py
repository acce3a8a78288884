"""Guidance: lanes emerge where flows oppose, and costs stay what the tables can take."""

from itertools import pairwise

import numpy as np
import pytest
from fakes.league_floors import map_text
from hypothesis import given
from hypothesis import strategies as st

from planner.mapf.guidance import (
    COST_MAX,
    STEP,
    ContraflowParams,
    Guidance,
    contraflow,
    plain,
    repelled,
    routed_flow,
    trips_between,
)
from planner.roadmap.access import Int32Array
from planner.roadmap.costtogo import FAR, CostToGo
from sim_worlds.league.mapfile import parse_map

EAST, WEST = 0, 2
TWO_AISLES = [
    "....................",
    "..@@@@@@@@@@@@@@@@..",
    "....................",
]
LEFT, RIGHT = 20, 39
"""The middle of either end, as far from the one aisle as from the other."""


def neighbours_of(rows: list[str]) -> Int32Array:
    return parse_map(map_text(rows), "drawn.map").neighbours()


def both_ways(times: int) -> Int32Array:
    return np.array([(LEFT, RIGHT), (RIGHT, LEFT)] * times, dtype=np.int32)


def test_plain_is_plain() -> None:
    assert plain(5).is_plain
    assert plain(5).drive.shape == (5, 4)
    assert not Guidance(plain(5).drive, turn=2 * STEP).is_plain


@pytest.mark.parametrize(("drive", "turn"), [(0, STEP), (COST_MAX + 1, STEP), (STEP, 0)])
def test_costs_out_of_range_are_refused(drive: int, turn: int) -> None:
    with pytest.raises(ValueError, match="costs should be 1 to 255"):
        Guidance(np.full((3, 4), drive, dtype=np.int32), turn)


def test_two_aisles_become_two_lanes() -> None:
    neighbours = neighbours_of(TWO_AISLES)
    guidance = contraflow(neighbours, both_ways(20), 10, ContraflowParams())
    above, below = 10, 50
    eastwards = guidance.drive[[above, below], EAST]
    westwards = guidance.drive[[above, below], WEST]
    assert eastwards.argmin() == westwards.argmax()
    assert eastwards.max() > 1.5 * eastwards.min()
    flow = routed_flow(neighbours, both_ways(20), 10, guidance)
    assert flow[[above, below], EAST].min() == flow[[above, below], WEST].min() == 0


def test_no_trips_no_lanes() -> None:
    neighbours = neighbours_of(TWO_AISLES)
    none = np.empty((0, 2), dtype=np.int32)
    assert contraflow(neighbours, none, 10, ContraflowParams()).is_plain


def test_trips_without_a_way_are_left_out() -> None:
    neighbours = neighbours_of(["..@.."])
    trips = np.array([(0, 4), (0, 1)], dtype=np.int32)
    flow = routed_flow(neighbours, trips, 3, plain(5))
    assert flow[0, EAST] == pytest.approx(3.0)
    assert flow.sum() == pytest.approx(3.0)


def test_flow_against_and_flow_into_cost_as_said() -> None:
    neighbours = neighbours_of(["..."])
    flow = np.zeros((3, 4))
    flow[0, EAST] = 0.5
    guidance = repelled(neighbours, flow, ContraflowParams(repulsion=2.0, crowding=1.0))
    assert guidance.drive[1, WEST] == STEP * 2  # 0.5 against it, nobody enters the first cell
    assert guidance.drive[0, EAST] == STEP * 1.5
    assert guidance.drive[1, EAST] == STEP
    capped = repelled(neighbours, flow, ContraflowParams(repulsion=1e9, dearest=3.0))
    assert capped.drive[1, WEST] == 3 * STEP


def test_rounds_go_on_with_other_trips() -> None:
    neighbours = neighbours_of(["....."])
    trips = np.array([(0, 1), (1, 2), (2, 3), (3, 4)], dtype=np.int32)
    params = ContraflowParams(repulsion=100.0, rounds=4, trips=1)
    guidance = contraflow(neighbours, trips, 5, params)
    assert (guidance.drive[1:, WEST] > STEP).all()
    only_one = contraflow(neighbours, trips, 5, ContraflowParams(rounds=1, trips=1))
    assert (only_one.drive > STEP).sum() == 1


@given(
    st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=4).map(tuple), max_size=5),
    st.integers(0, 20),
)
def test_trips_lead_along_tasks(tasks: list[tuple[int, ...]], count: int) -> None:
    trips = trips_between(tasks, count)
    assert trips.shape[1] == 2
    assert (trips[:, 0] != trips[:, 1]).all()
    assert len(trips) <= count + 3
    within = {pair for task in tasks for pair in pairwise(task)}
    between = {(one[-1], other[0]) for one in tasks for other in tasks}
    assert set(map(tuple, trips.tolist())) <= within | between
    assert (trips[1:, 0] == trips[:-1, 1]).all()


def test_an_agent_with_one_task_drives_to_and_fro() -> None:
    assert trips_between([(3, 5)], 4).tolist() == [[3, 5], [5, 3], [3, 5], [5, 3], [3, 5]]
    assert trips_between([(3,)], 4).shape == (0, 2)
    assert trips_between([], 4).shape == (0, 2)


@st.composite
def floors_with_trips(draw: st.DrawFn) -> tuple[Int32Array, Int32Array]:
    height, width = draw(st.integers(1, 6)), draw(st.integers(2, 6))
    row = st.text("...@", min_size=width, max_size=width)
    neighbours = neighbours_of(draw(st.lists(row, min_size=height, max_size=height)))
    node = st.integers(0, height * width - 1)
    trips = draw(st.lists(st.tuples(node, node), min_size=1, max_size=12))
    return neighbours, np.array(trips, dtype=np.int32)


@given(floors_with_trips(), st.integers(1, 50), st.integers(0, 3))
def test_the_same_floor_trips_and_seed_give_the_same_lanes(
    case: tuple[Int32Array, Int32Array], agents: int, seed: int
) -> None:
    neighbours, trips = case
    params = ContraflowParams(crowding=2.0)
    first, again = (contraflow(neighbours, trips, agents, params, seed) for _ in range(2))
    assert np.array_equal(first.drive, again.drive)
    assert (first.drive >= STEP).all()


@given(floors_with_trips(), st.integers(0, 3))
def test_flow_leads_from_origins_to_goals(case: tuple[Int32Array, Int32Array], seed: int) -> None:
    neighbours, trips = case
    costs = np.random.default_rng(seed).integers(1, COST_MAX, size=neighbours.shape)
    guidance = Guidance(costs.astype(np.int32))
    flow = routed_flow(neighbours, trips, 7, guidance)
    assert (flow[neighbours < 0] == 0).all()
    tables = CostToGo(neighbours, guidance.drive, guidance.turn, rows_max=1)
    surplus = np.zeros(len(neighbours))
    cost = 0.0
    for origin, goal in trips.tolist():
        row = tables.row(goal, origin * 4, FAR)
        to_go = int(tables.pool[row, origin * 4 : origin * 4 + 4].min())
        if to_go < FAR:
            surplus[origin] += 1
            surplus[goal] -= 1
            cost += to_go
    if not surplus.any():
        return
    leaves = flow.sum(axis=1)
    for heading in range(4):
        (start,) = np.nonzero(neighbours[:, heading] >= 0)
        np.subtract.at(leaves, neighbours[start, heading], flow[start, heading])
    somewhere = np.flatnonzero(surplus)[0]
    per_trip = leaves[somewhere] / surplus[somewhere]
    assert per_trip > 0
    assert leaves == pytest.approx(surplus * per_trip, abs=1e-9)
    assert (flow * guidance.drive).sum() <= cost * per_trip * (1 + 1e-9)
