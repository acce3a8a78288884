"""The path finder against the independent validator, on floors small enough to draw."""

import numpy as np
import pytest
from fakes.drawn_floor import PITCH_M, drawn_floor
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.mapf.pibt import Agents, Lattice, plan
from planner.mapf.validate import ConflictKind, conflicts
from planner.roadmap.access import SPOT
from planner.roadmap.distances import FAR_MS, Distances, Pace
from planner.roadmap.roadmap import Roadmap

PACE = Pace(quarter_turn_ms=1000, stop_ms=500, speed_mps=1.0)


def planned(
    floor: Roadmap,
    starts: list[int],
    goals: list[int],
    *,
    loaded: list[bool] | None = None,
    pinned: list[bool] | None = None,
    headings: list[int] | None = None,
    wait_ms: int = 1,
    window: int = 12,
) -> list[list[int]]:
    """Plan with priority in the order of the list."""
    count = len(starts)
    loads = loaded or [False] * count
    distances = Distances(floor, PITCH_M)
    tables = [
        distances.row(goal, load, PACE) if goal >= 0 else 0
        for goal, load in zip(goals, loads, strict=True)
    ]
    lattice = Lattice(
        neighbours=floor.neighbours,
        kind=floor.kind,
        station_of=floor.station_of,
        hop_ms=distances.hop_ms(PACE)[np.newaxis],
        blocked=np.zeros(len(floor.nodes), dtype=np.bool_),
        cost=distances.pool,
    )
    zeros = np.zeros(count, dtype=np.int32)
    agents = Agents(
        node=np.array(starts, dtype=np.int32),
        heading=np.array(headings or [0] * count, dtype=np.int32),
        goal=np.array(goals, dtype=np.int32),
        loaded=np.array(loads),
        pinned=np.array(pinned or [False] * count),
        order=np.arange(count, dtype=np.int32),
        table=np.array(tables, dtype=np.int32),
        pace=zeros,
        wait_ms=zeros + wait_ms,
        quarter_turn_ms=zeros + PACE.quarter_turn_ms,
        stop_ms=zeros + PACE.stop_ms,
    )
    paths: list[list[int]] = plan(lattice, agents, window).tolist()
    return paths


def edges_of(floor: Roadmap) -> dict[int, frozenset[int]]:
    return {
        node: frozenset(int(there) for there in row if there >= 0)
        for node, row in enumerate(floor.neighbours)
    }


CORRIDOR = "....."
PASSING_PLACE = ".......\nxxx.xxx"


def test_alone_it_drives_straight_to_its_goal_and_stays() -> None:
    assert planned(drawn_floor(CORRIDOR), [0], [3], window=5) == [[0, 1, 2, 3, 3, 3]]


def test_the_lower_priority_gets_out_of_the_way_in_a_corridor() -> None:
    first, second = planned(drawn_floor(CORRIDOR), [1, 3], [3, 1], window=3)
    assert first == [1, 2, 3, 3]
    assert second == [3, 3, 4, 4]


def test_two_that_must_swap_use_the_passing_place() -> None:
    floor = drawn_floor(PASSING_PLACE)
    left, right = floor.index["c2r1"], floor.index["c4r1"]  # type: ignore[index]
    one, two = planned(floor, [left, right], [right, left], window=12)
    assert one[-1] == right
    assert not conflicts([one, two], edges_of(floor))


def test_who_has_waited_long_drives_around_a_pinned_agent() -> None:
    floor = drawn_floor("...\n...")
    start, middle, goal = (floor.index[f"c{x}r1"] for x in range(3))  # type: ignore[index]
    pinned = [False, True]
    fresh = planned(floor, [start, middle], [goal, -1], pinned=pinned)
    paths = planned(floor, [start, middle], [goal, -1], pinned=pinned, wait_ms=10_000)
    assert fresh[0][-1] == start
    assert paths[0][-1] == goal
    assert set(paths[1]) == {middle}


def test_loaded_agents_do_not_drive_under_pods_but_unloaded_ones_do() -> None:
    floor = drawn_floor("._.\n...")
    start, goal = floor.index["c0r1"], floor.index["c2r1"]  # type: ignore[index]
    (under,) = planned(floor, [start], [goal], window=6)
    (around,) = planned(floor, [start], [goal], loaded=[True], window=6)
    spot = floor.index["c1r1"]  # type: ignore[index]
    assert spot in under
    assert spot not in around
    assert around[-1] == goal


def test_turns_count_a_longer_straight_way_beats_a_zigzag() -> None:
    floor = drawn_floor("....\nxx..\nxx..")
    start = floor.index["c0r2"]  # type: ignore[index]
    goal = floor.index["c3r0"]  # type: ignore[index]
    (path,) = planned(floor, [start], [goal], window=8)
    names = [floor.nodes[node] for node in path]
    assert names[:6] == ["c0r2", "c1r2", "c2r2", "c3r2", "c3r1", "c3r0"]


def test_a_ring_is_never_rotated() -> None:
    floor = drawn_floor("..\n..")
    ring = [floor.index[name] for name in ("c0r0", "c1r0", "c1r1", "c0r1")]  # type: ignore[index]
    paths = planned(floor, ring, ring[1:] + ring[:1], window=4)
    assert not conflicts(paths, edges_of(floor))


def test_no_way_means_far() -> None:
    floor = drawn_floor(".x.")
    assert Distances(floor, PITCH_M).to(0, False, PACE)[1 * 4] >= FAR_MS


@st.composite
def crowded_floors(draw: st.DrawFn) -> tuple[str, int, int]:
    width, height = draw(st.integers(2, 7)), draw(st.integers(2, 6))
    cell = st.sampled_from("....._x")
    rows = ["".join(draw(st.lists(cell, min_size=width, max_size=width))) for _ in range(height)]
    return "\n".join(rows), draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 12))


@settings(max_examples=150)
@given(crowded_floors())
def test_random_floors_give_no_conflict(case: tuple[str, int, int]) -> None:
    drawing, seed, wanted = case
    floor = drawn_floor(drawing)
    cells = len(floor.nodes)
    count = min(wanted, cells)
    if not count:
        return
    rng = np.random.default_rng(seed)
    starts = rng.permutation(cells)[:count].tolist()
    goals = rng.integers(-1, cells, count).tolist()
    loaded = (rng.random(count) < 0.5).tolist()
    pinned = (rng.random(count) < 0.2).tolist()
    paths = planned(floor, starts, goals, loaded=loaded, pinned=pinned)
    spots = frozenset(np.flatnonzero(floor.kind == SPOT).tolist())
    loaded_goals = {i: goals[i] for i in range(count) if loaded[i]}
    assert conflicts(paths, edges_of(floor), spots, loaded_goals) == []
    assert all(set(paths[i]) == {starts[i]} for i in range(count) if pinned[i])


@pytest.mark.parametrize(
    ("paths", "kind"),
    [
        ([[0, 1], [2, 1]], ConflictKind.VERTEX),
        ([[0, 1], [1, 0]], ConflictKind.SWAP),
        ([[0, 1], [1, 4], [4, 3], [3, 0]], ConflictKind.CYCLE),
        ([[0, 2]], ConflictKind.NO_EDGE),
    ],
)
def test_the_validator_sees_each_kind_of_conflict(
    paths: list[list[int]], kind: ConflictKind
) -> None:
    floor = drawn_floor("...\n...")
    assert kind in {conflict.kind for conflict in conflicts(paths, edges_of(floor))}


def test_the_validator_sees_a_load_under_a_pod() -> None:
    found = conflicts([[0, 1, 2]], edges_of(drawn_floor("._.")), frozenset({1}), {0: 2})
    assert [conflict.kind for conflict in found] == [ConflictKind.UNDER_POD]


def test_the_validator_lets_agents_follow_each_other() -> None:
    assert conflicts([[0, 1], [1, 2]], edges_of(drawn_floor("..."))) == []
