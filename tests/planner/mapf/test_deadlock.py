"""Rings of waiting agents, and floors on which agents need each other's place."""

import numpy as np
import pytest
from fakes.drawn_floor import drawn_floor
from fakes.driven_floor import Mover, drive
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.mapf.deadlock import waiting_rings
from planner.mapf.problem import NOBODY
from planner.roadmap.access import SPOT
from planner.roadmap.deadends import dead_ends, leads_out
from planner.roadmap.roadmap import Roadmap


def rings(in_the_way: list[int], still_ms: list[int]) -> list[tuple[int, ...]]:
    return waiting_rings(np.array(in_the_way, dtype=np.int32), np.array(still_ms), 100)


def test_a_ring_is_found_and_those_who_only_wait_for_it_are_not_part_of_it() -> None:
    assert rings([1, 2, 0, 0, NOBODY], [100] * 5) == [(0, 1, 2)]


def test_two_rings_and_a_queue() -> None:
    assert rings([3, 4, 1, 0, 1, 5], [100] * 6) == [(0, 3), (1, 4), (5,)]


def test_who_has_moved_lately_is_not_dead() -> None:
    assert rings([1, 0], [100, 99]) == []


@given(st.lists(st.integers(-1, 9), min_size=10, max_size=10))
def test_every_ring_closes_and_none_is_left_out(in_the_way: list[int]) -> None:
    found = rings(in_the_way, [100] * 10)
    for ring in found:
        assert [in_the_way[agent] for agent in ring] == [*ring[1:], ring[0]]
    inside = {agent for ring in found for agent in ring}
    assert len(inside) == sum(len(ring) for ring in found)
    for agent in range(10):
        here = agent
        for _ in range(10):
            here = in_the_way[here] if here != NOBODY else NOBODY
        assert here == NOBODY or here in inside


def at(floor: Roadmap, name: str) -> int:
    return floor.index[name]  # type: ignore[index]


ROOM_AND_AISLE = """
    ...xxx
    ......
    ...xxx
"""


@pytest.mark.parametrize("first", [0, 1])
def test_two_that_need_each_others_place_in_a_dead_end(first: int) -> None:
    floor = drawn_floor(ROOM_AND_AISLE)
    inner, outer = at(floor, "c5r1"), at(floor, "c4r1")
    movers = [Mover(inner, at(floor, "c0r1"), heading=2), Mover(outer, inner)]
    ends = dead_ends(floor.neighbours)
    node = np.array([mover.node for mover in movers], dtype=np.int32)
    goal = np.array([mover.goal for mover in movers], dtype=np.int32)
    out = leads_out(ends.depth, ends.outward, node, goal)
    assert out.tolist() == [True, False]
    order = sorted((first, 1 - first), key=lambda mover: not out[mover])
    assert drive(floor, movers, order, 60) < 60


def test_a_passing_place_in_a_corridor_is_used() -> None:
    floor = drawn_floor(".......\nxxx.xxx")
    left, right = at(floor, "c2r1"), at(floor, "c4r1")
    movers = [Mover(left, right), Mover(right, left, heading=2)]
    assert drive(floor, movers, [0, 1], 80) < 80


PODS_BESIDE_AN_AISLE = """
    ...____
    .......
    ...____
"""


def test_loaded_robots_get_past_each_other_before_an_aisle_between_pods() -> None:
    floor = drawn_floor(PODS_BESIDE_AN_AISLE)
    spot = at(floor, "c5r2")
    movers = [
        Mover(spot, at(floor, "c0r0"), loaded=True, heading=3),
        Mover(at(floor, "c4r1"), at(floor, "c5r0"), loaded=True),
    ]
    ends = dead_ends(floor.neighbours, ends_only=floor.kind == SPOT)
    assert ends.depth[spot] == ends.depth[at(floor, "c5r1")] + 1 == 4
    assert drive(floor, movers, [0, 1], 80) < 80


def test_the_core_is_no_dead_end_and_trees_are() -> None:
    floor = drawn_floor(ROOM_AND_AISLE)
    depth = dead_ends(floor.neighbours).depth
    assert [int(depth[at(floor, f"c{x}r1")]) for x in range(6)] == [0, 0, 0, 1, 2, 3]
    assert depth[at(floor, "c0r0")] == 0


def test_a_floor_without_rings_has_one_innermost_node() -> None:
    depth = dead_ends(drawn_floor(".....").neighbours).depth
    assert depth.tolist() == [2, 1, 0, 1, 2]


@given(st.integers(0, 2**32 - 1))
def test_taking_a_dead_end_away_leaves_the_rest_joined(seed: int) -> None:
    rng = np.random.default_rng(seed)
    floor = drawn_floor("\n".join("".join(rng.choice(list("...x"), size=6)) for _ in range(5)))
    depth, outward = dead_ends(floor.neighbours)
    assert (depth >= 0).all()
    for node in range(len(depth)):
        beside = {int(there) for there in floor.neighbours[node] if there >= 0}
        if depth[node] > 0:
            assert outward[node] in beside
            assert depth[outward[node]] == depth[node] - 1
            inner = {there for there in beside if depth[there] > depth[node]}
            assert beside - inner == {outward[node]}
        elif any(depth[there] == 0 for there in beside):
            assert sum(depth[there] == 0 for there in beside) >= 2


@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1), st.integers(3, 6), st.integers(3, 6), st.floats(0.1, 0.7))
def test_on_a_floor_without_dead_ends_everybody_gets_there(
    seed: int, width: int, height: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    floor = drawn_floor("\n".join(["." * width] * height))
    cells = len(floor.nodes)
    count = max(1, int(share * cells))
    starts, goals = rng.permutation(cells)[:count], rng.permutation(cells)[:count]
    movers = [
        Mover(int(start), int(goal), heading=int(heading))
        for start, goal, heading in zip(starts, goals, rng.integers(0, 4, count), strict=True)
    ]
    assert drive(floor, movers, list(range(count)), 400) < 400
