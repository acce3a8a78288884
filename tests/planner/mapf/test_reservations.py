"""Who is in the way and which rings would turn, against the independent validator."""

import numpy as np
import pytest
from fakes.crowded_floors import Bench, crowd_on, floors, neighbours_of
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.mapf.epibt import epibt
from planner.mapf.menu import Menu
from planner.mapf.problem import NOBODY
from planner.mapf.reservations import (
    MANY,
    Reservations,
    blocker,
    clear_all,
    closes_ring,
    enter,
    reserve_all,
)
from planner.mapf.validate import ConflictKind, conflicts


def moving(seed: int, rows: list[str], count: int) -> Bench:
    """A crowd under way, rings and all."""
    bench = Bench(crowd_on(neighbours_of(rows), count, seed))
    epibt(
        bench.crowd.order, 50, bench.lattice, bench.agents, bench.menu, bench.reservations,
        bench.ranks, bench.chain, bench.seed,
    )  # fmt: skip
    assert bench.conflicts() == []
    return bench


def in_the_way(bench: Bench, agent: int, path: list[int]) -> set[int]:
    """All that conflict with an agent on a path, one by one."""
    found = set()
    for other, way in enumerate(bench.paths):
        pair = conflicts([path, way], bench.crowd.edges) if other != agent else []
        if {conflict.kind for conflict in pair} & {ConflictKind.VERTEX, ConflictKind.SWAP}:
            found.add(other)
    return found


def take_out(bench: Bench, agent: int) -> None:
    chosen = bench.reservations.chosen[agent]
    enter(bench.reservations.holder, NOBODY, bench.menu.cells[agent, chosen])


def test_whoever_is_in_the_way_is_named() -> None:
    seen = {"nobody": 0, "one": 0, "many": 0, "swap": 0}
    for seed in range(30):
        bench = moving(seed, ["...", "@..", "..."], 1 + seed % 8)
        for agent in range(len(bench.agents.node)):
            take_out(bench, agent)
            others = [path for other, path in enumerate(bench.paths) if other != agent]
            for number in bench.menu.number[agent, : bench.menu.size[agent]].tolist():
                path = bench.path(agent, number)
                cells = bench.menu.cells[agent, number]
                found = blocker(bench.reservations.holder, path[0], cells)
                wanted = in_the_way(bench, agent, path)
                seen[["nobody", "one", "many"][min(len(wanted), 2)]] += 1
                seen["swap"] += len(wanted) == 1 and not any(
                    a == b for way in others for a, b in zip(path, way, strict=True)
                )
                if len(wanted) == 1:
                    assert found == wanted.pop()
                else:
                    assert found == (MANY if wanted else NOBODY)
            enter(
                bench.reservations.holder, agent,
                bench.menu.cells[agent, bench.reservations.chosen[agent]],
            )  # fmt: skip
    assert min(seen.values()) > 50, seen


def test_rings_are_seen() -> None:
    """Of operations that nobody blocks, those that close a ring are those the validator names."""
    seen = {True: 0, False: 0}
    for seed in range(60):
        rows = [["..", ".."], ["...", ".@.", "..."], ["...", "..."]][seed % 3]
        bench = moving(seed, rows, 6 if seed % 3 else 4)
        holder, neighbours = bench.reservations.holder, bench.lattice.neighbours
        for agent in range(len(bench.agents.node)):
            for number in bench.menu.number[agent, : bench.menu.size[agent]].tolist():
                take_out(bench, agent)
                start, cells = int(bench.agents.node[agent]), bench.menu.cells[agent, number]
                if blocker(holder, start, cells) == NOBODY:
                    bench.reservations.chosen[agent] = number
                    enter(holder, agent, cells)
                    rings = conflicts(bench.paths, bench.crowd.edges)
                    assert all(ring.kind == ConflictKind.CYCLE for ring in rings)
                    wanted = any(agent in ring.agents for ring in rings)
                    assert closes_ring(holder, neighbours, start, cells) == wanted
                    seen[wanted] += 1
                else:
                    chosen = bench.reservations.chosen[agent]
                    enter(holder, agent, bench.menu.cells[agent, chosen])
    assert seen[True] > 50
    assert seen[False] > 500


def test_a_column_that_moves_up_is_no_ring() -> None:
    """Followers in a row, the first of whom goes into the open."""
    neighbours = neighbours_of(["...."])
    holder = np.full(4 * 2, NOBODY, dtype=np.int32)
    for agent, (start, end) in enumerate([(0, 1), (1, 2), (2, 3)]):
        holder[start * 2], holder[end * 2 + 1] = agent, agent
    for start, end in [(0, 1), (1, 2), (2, 3)]:
        assert not closes_ring(holder, neighbours, start, np.array([end], dtype=np.int32))


@pytest.mark.parametrize("step", [1, 2, 3])
def test_changing_places_is_a_conflict_at_every_step(step: int) -> None:
    """Two neighbours that wait, change places during one step, and wait."""
    first = [0] * step + [1] * (4 - step)
    second = [1] * step + [0] * (4 - step)
    layers = 4
    holder = np.full(2 * layers, NOBODY, dtype=np.int32)
    for time, node in enumerate(second):
        holder[node * layers + time] = 7
    assert blocker(holder, first[0], np.array(first[1:], dtype=np.int32)) == 7


def test_two_in_the_way_are_many_and_one_twice_is_one() -> None:
    """Along a corridor of three cells: one who stands there the whole time, or another after it."""
    layers = 3
    cells = np.array([1, 2], dtype=np.int32)
    for stander, second, wanted in ((4, 4, 4), (4, 5, MANY), (NOBODY, 5, 5), (4, NOBODY, 4)):
        holder = np.full(3 * layers, NOBODY, dtype=np.int32)
        holder[1 * layers + 1], holder[2 * layers + 2] = stander, second
        assert blocker(holder, 0, cells) == wanted


def test_one_met_on_a_node_and_then_head_on_is_one() -> None:
    """It is on cell 1 after the first step, drives on to 2 and comes back in the third."""
    layers = 4
    holder = np.full(3 * layers, NOBODY, dtype=np.int32)
    for step, node in enumerate([1, 1, 2, 1]):
        holder[node * layers + step] = 7
    assert blocker(holder, 0, np.array([1, 1, 2], dtype=np.int32)) == 7


@settings(max_examples=40)
@given(floors(), st.integers(1, 36), st.integers(0, 2**32 - 1))
def test_all_in_and_all_out(neighbours: np.ndarray, count: int, seed: int) -> None:
    bench = Bench(crowd_on(neighbours, count, seed))
    epibt(
        bench.crowd.order, 50, bench.lattice, bench.agents, bench.menu, bench.reservations,
        bench.ranks, bench.chain, bench.seed,
    )  # fmt: skip
    reservations, node = bench.reservations, bench.agents.node
    assert np.array_equal(reservations.holder, bench.holder_by_paths())
    clear_all(reservations, bench.menu, node)
    assert (reservations.holder == NOBODY).all()
    reserve_all(reservations, bench.menu, node)
    assert np.array_equal(reservations.holder, bench.holder_by_paths())


def test_tables_begin_empty() -> None:
    fresh = Reservations.of(3, 2, 4)
    assert fresh.holder.tolist() == [NOBODY] * 15
    bench = moving(1, ["."], 1)
    assert Menu.of(5, bench.operations).cells.shape == (5, 88, 4)
