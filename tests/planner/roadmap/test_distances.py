"""Travel times against a plain search, and the bookkeeping of tables."""

import heapq

import numpy as np
import pytest
from fakes.drawn_floor import PITCH_M, drawn_floor
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.roadmap.access import SPOT, may_enter
from planner.roadmap.distances import FAR_MS, Distances, Pace
from planner.roadmap.obstacles import Obstacles
from planner.roadmap.onward import onward
from planner.roadmap.roadmap import Roadmap
from planner.warehouse.errors import InvalidGuidance
from sim_worlds.sites.catalogue import load_site

PACE = Pace(quarter_turn_ms=1000, stop_ms=500, speed_mps=2.0)


def plain_search(
    floor: Roadmap, start: int, heading: int, goal: int, loaded: bool, blocked: Obstacles
) -> int:
    """Dijkstra forwards from one node and heading, written without a look at the tables."""
    queue, done = [(0, start, heading)], set()
    while queue:
        so_far, here, facing = heapq.heappop(queue)
        if here == goal:
            return so_far
        if (here, facing) in done:
            continue
        done.add((here, facing))
        for towards in range(4):
            there = int(floor.neighbours[here, towards])
            if there < 0 or there in blocked:
                continue
            if not may_enter(floor.kind, floor.station_of, here, there, goal, loaded):
                continue
            quarters = min((towards - facing) % 4, (facing - towards) % 4)
            turning = PACE.stop_ms + quarters * PACE.quarter_turn_ms if quarters else 0
            driving = round(1000 * PITCH_M / PACE.speed_mps)
            heapq.heappush(queue, (so_far + turning + driving, there, towards))
    return FAR_MS


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_tables_hold_the_shortest_times(seed: int, loaded: bool) -> None:
    rng = np.random.default_rng(seed)
    rows = ["".join(rng.choice(list("..._x"), size=5)) for _ in range(4)]
    floor = drawn_floor("\n".join(rows))
    count = len(floor.nodes)
    if count < 2:
        return
    start, goal, dead = (int(node) for node in rng.integers(0, count, 3))
    blocked = Obstacles(frozenset({dead} - {start, goal}))
    table = Distances(floor, PITCH_M).to(goal, loaded, PACE, blocked)
    for heading in range(4):
        found = int(table[start * 4 + heading])
        assert found == plain_search(floor, start, heading, goal, loaded, blocked)


def test_a_loaded_robot_may_end_on_a_spot_but_not_pass_one() -> None:
    floor = drawn_floor("._.")
    left, spot, right = range(3)
    assert floor.kind[spot] == SPOT
    distances = Distances(floor, PITCH_M)
    assert distances.to(right, True, PACE)[left * 4] == FAR_MS
    assert distances.to(spot, True, PACE)[left * 4] == 500
    assert distances.to(right, False, PACE)[left * 4] == 1000


def test_tables_are_kept_and_the_oldest_make_room() -> None:
    floor = drawn_floor("." * 600)
    distances = Distances(floor, PITCH_M, memory_mb=0)
    first = distances.row(0, False, PACE)
    assert distances.row(0, False, PACE) == first
    for goal in range(600):
        distances.row(goal, False, PACE)
    assert len(distances.pool) <= distances.rows_max
    assert distances.to(7, False, PACE)[7 * 4] == 0
    assert distances.to(599, False, PACE)[598 * 4] == 500


def test_turning_costs_what_the_robot_type_says() -> None:
    kind = load_site("small").robot_types[0]
    pace = Pace.of(kind, loaded=True)
    assert pace.speed_mps == kind.loaded_speed_mps
    assert pace.stop_ms == round(1000 * kind.loaded_speed_mps / kind.acceleration_mps2)


@given(st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=30)
def test_factor_one_everywhere_is_none(seed: int, loaded: bool) -> None:
    rng = np.random.default_rng(seed)
    floor = drawn_floor("\n".join("".join(rng.choice(list("..._x"), size=5)) for _ in range(4)))
    if not floor.nodes:
        return
    factor = np.ones(floor.neighbours.shape)
    goal = int(rng.integers(len(floor.nodes)))
    with_ones = Distances(floor, PITCH_M, factor=factor).to(goal, loaded, PACE)
    assert np.array_equal(with_ones, Distances(floor, PITCH_M).to(goal, loaded, PACE))


def test_a_factor_multiplies_driving_and_not_turning() -> None:
    floor = drawn_floor("...")
    distances = Distances(floor, PITCH_M, factor=np.full((3, 4), 2.5))
    east, west = 0, 2
    assert distances.to(2, False, PACE)[0 * 4 + east] == 2 * 1250
    assert distances.to(2, False, PACE)[0 * 4 + west] == 2 * 1250 + 2500


def test_lone_ways_avoid_dear_edges() -> None:
    """The dear way has less left to go behind its first edge, and still is the longer one."""
    floor = drawn_floor("....\n.xx.\n....")
    south_west, south_east, east, north = 0, 3, 0, 1
    factor = np.ones(floor.neighbours.shape)
    factor[south_west, east] = 30.0
    for chosen, first in ((None, 1), (factor, 4)):
        distances = Distances(floor, PITCH_M, factor=chosen)
        row = np.array([distances.row(south_east, False, PACE)], dtype=np.int32)
        one = np.array([south_west], dtype=np.int32)
        ahead = onward(
            one, one + north, one + south_east, row, one > 0, one, one + 1000, one + 500,
            distances.hop_ms(PACE)[None], distances.pool, floor.neighbours, floor.kind,
            floor.station_of, 20,
        )  # fmt: skip
        assert ahead[0, 0] == first
        assert south_east in ahead[0]


@pytest.mark.parametrize(
    ("factor", "says"),
    [
        (np.ones((2, 4)), "floor of 2 nodes, this one has 3"),
        (np.full((3, 4), 0.9), "at least 1"),
        (np.full((3, 4), np.nan), "at least 1"),
    ],
)
def test_factors_that_do_not_fit_are_refused(factor: np.ndarray, says: str) -> None:
    with pytest.raises(InvalidGuidance, match=says):
        Distances(drawn_floor("..."), PITCH_M, factor=factor)
