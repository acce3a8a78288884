"""Planning by the rules of a warehouse floor, against the independent validator: loads and pods,
pinned robots, no rotating rings, goals where agents stay."""

import numpy as np
import pytest
from fakes.drawn_floor import drawn_floor
from fakes.driven_floor import PACE, PITCH_M, Mover, planned
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.mapf.operations import WAIT, Profile, operations
from planner.mapf.validate import ConflictKind, conflicts
from planner.roadmap.access import SPOT
from planner.roadmap.distances import FAR_MS, Distances
from planner.roadmap.roadmap import Roadmap


def edges_of(floor: Roadmap) -> dict[int, frozenset[int]]:
    return {
        node: frozenset(int(there) for there in row if there >= 0)
        for node, row in enumerate(floor.neighbours)
    }


def at(floor: Roadmap, name: str) -> int:
    return floor.index[name]  # type: ignore[index]


def test_alone_it_drives_straight_to_its_goal_and_stays() -> None:
    paths = planned(drawn_floor("....."), [Mover(0, 3)])
    assert paths.tolist() == [[0, 1, 2, 3, 3, 3, 3]]


def test_it_stays_at_its_goal_however_dear_waiting_is() -> None:
    paths = planned(drawn_floor("....."), [Mover(0, 2, waited_ms=100_000)])
    assert paths.tolist() == [[0, 1, 2, 2, 2, 2, 2]]


def test_the_lower_priority_gets_out_of_the_way_in_a_corridor() -> None:
    movers = [Mover(1, 3), Mover(3, 1, heading=2)]
    first, second = planned(drawn_floor("......."), movers).tolist()
    assert first[-1] == 3
    assert second[-1] > 3


def test_who_has_waited_long_drives_around_a_pinned_agent() -> None:
    floor = drawn_floor("...\n...")
    start, middle, goal = (at(floor, f"c{x}r1") for x in range(3))
    fresh = planned(floor, [Mover(start, goal), Mover(middle, -1, pinned=True)])
    late = [Mover(start, goal, waited_ms=10_000), Mover(middle, -1, pinned=True)]
    paths = planned(floor, late)
    assert fresh[0, -1] == start
    assert paths[0, -1] != start
    assert set(paths[1].tolist()) == {middle}


def test_loaded_agents_do_not_drive_under_pods_but_unloaded_ones_do() -> None:
    floor = drawn_floor("._.\n...")
    start, goal, spot = (at(floor, name) for name in ("c0r1", "c2r1", "c1r1"))
    (under,) = planned(floor, [Mover(start, goal)]).tolist()
    (around,) = planned(floor, [Mover(start, goal, loaded=True)], depth=7).tolist()
    assert spot in under
    assert spot not in around
    assert at(floor, "c1r0") in around


def test_a_ring_is_never_rotated() -> None:
    floor = drawn_floor("..\n..")
    ring = [at(floor, name) for name in ("c0r0", "c1r0", "c1r1", "c0r1")]
    movers = [
        Mover(node, goal, heading=heading)
        for heading, (node, goal) in enumerate(zip(ring, ring[1:] + ring[:1], strict=True))
    ]
    paths = planned(floor, movers).tolist()
    assert not conflicts(paths, edges_of(floor))


def test_no_way_means_far() -> None:
    floor = drawn_floor(".x.")
    assert Distances(floor, PITCH_M).to(0, False, PACE)[1 * 4] >= FAR_MS


@pytest.mark.parametrize("profile", [Profile(), Profile(1, 2), Profile(2, 2)])
@pytest.mark.parametrize("depth", [5, 6, 7])
def test_whoever_stays_does_nothing_else(depth: int, profile: Profile) -> None:
    found = operations(depth, (profile,))
    assert (found.actions[found.stay] == WAIT).all()


@st.composite
def crowded_floors(draw: st.DrawFn) -> tuple[str, int, int]:
    width, height = draw(st.integers(2, 7)), draw(st.integers(2, 6))
    cell = st.sampled_from("....._x")
    rows = ["".join(draw(st.lists(cell, min_size=width, max_size=width))) for _ in range(height)]
    return "\n".join(rows), draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 30))


@settings(max_examples=150)
@given(crowded_floors())
def test_random_floors_give_no_conflict(case: tuple[str, int, int]) -> None:
    drawing, seed, wanted = case
    floor = drawn_floor(drawing)
    cells = len(floor.nodes)
    rng = np.random.default_rng(seed)
    starts = rng.permutation(cells)[:wanted].tolist()
    if not starts:
        return
    movers = [
        Mover(start, int(rng.integers(-1, cells)), *(rng.random(2) < (0.5, 0.2)), heading=heading)
        for start, heading in zip(starts, rng.integers(0, 4, len(starts)).tolist(), strict=True)
    ]
    paths = planned(floor, movers, trials=30).tolist()
    spots = frozenset(np.flatnonzero(floor.kind == SPOT).tolist())
    loaded_goals = {i: mover.goal for i, mover in enumerate(movers) if mover.loaded}
    assert conflicts(paths, edges_of(floor), spots, loaded_goals) == []
    assert all(set(paths[i]) == {m.node} for i, m in enumerate(movers) if m.pinned)


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
