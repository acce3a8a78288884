"""The planner step after step: whatever happens between steps, every plan can be driven."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from fakes.crowded_floors import (
    STEP_COST,
    Crowd,
    crowd_on,
    crowds,
    edges_of,
    floors,
    neighbours_of,
    without_rings,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.mapf.operations import FORWARD, TURN_DOWN, TURN_UP, Profile
from planner.mapf.planner import OperationPlanner, PlannerParams
from planner.mapf.problem import Agents
from planner.mapf.validate import conflicts
from planner.roadmap.access import SPOT, Int32Array


@dataclass
class Drive:
    """A crowd that does what is planned, and the planner."""

    crowd: Crowd
    planner: OperationPlanner

    def plan(self) -> None:
        crowd = self.crowd
        self.planner.plan(
            crowd.lattice, crowd.agents, crowd.pool, crowd.order, crowd.weight, STEP_COST
        )

    def check(self) -> None:
        """The plan against the independent validator; all ways begin where the agents are."""
        agents, lattice = self.crowd.agents, self.crowd.lattice
        paths = self.planner.paths.tolist()
        spots = frozenset(np.flatnonzero(lattice.kind == SPOT).tolist())
        loaded = np.flatnonzero(agents.loaded).tolist()
        goals = {agent: int(agents.goal[agent]) for agent in loaded}
        found = conflicts(paths, edges_of(lattice.neighbours), spots, goals)
        assert (without_rings(found) if self.planner.params.rings else found) == []
        assert [path[0] for path in paths] == agents.node.tolist()
        for path in paths:
            for start, end in pairwise(path):
                assert start == end or lattice.blocked[end] <= lattice.blocked[start]
        assert all(set(paths[i]) == {paths[i][0]} for i in np.flatnonzero(agents.pinned))
        assert self.planner.loss >= -1e-6

    def step(self) -> None:
        """Everybody does its first action; headings and nodes are worked out here once more."""
        agents, actions = self.crowd.agents, self.planner.actions
        ahead = self.crowd.lattice.neighbours[agents.node, agents.heading]
        node = np.where(actions == FORWARD, ahead, agents.node).astype(np.int32)
        turn = np.select([actions == TURN_UP, actions == TURN_DOWN], [1, 3], 0)
        heading = ((agents.heading + turn) % 4).astype(np.int32)
        assert self.planner.paths[:, 1].tolist() == node.tolist()
        assert self.planner.headings.tolist() == heading.tolist()
        self.planner.advance()
        self.crowd.agents = agents._replace(node=node, heading=heading)


def drive_of(crowd: Crowd, *, depth: int = 4, rings: bool = True, seed: int = 1) -> Drive:
    params = PlannerParams(depth, rings=rings)
    nodes, agents = len(crowd.lattice.neighbours), len(crowd.agents.node)
    return Drive(crowd, OperationPlanner(nodes, agents, params, seed))


def disturbed(agents: Agents, nodes: int, rng: np.random.Generator) -> Agents:
    """Somewhere else, other goals, loads, pins: nothing like what was planned for."""
    m = len(agents.node)
    kind = rng.integers(0, 4)
    if kind == 0:
        agents = agents._replace(node=rng.permutation(nodes)[:m].astype(np.int32))
    if kind == 1:
        agents = agents._replace(heading=rng.integers(0, 4, m, np.int32))
    if kind == 2:
        agents = agents._replace(loaded=rng.random(m) < 0.5, pinned=rng.random(m) < 0.3)
    if kind == 3:
        order = rng.permutation(m)
        agents = agents._replace(
            **{name: getattr(agents, name)[order] for name in ("goal", "row", "goal_after")}
        )
    return agents


@settings(max_examples=60)
@given(crowds(), st.booleans(), st.integers(2, 5), st.integers(0, 2**32 - 1))
def test_every_plan_can_be_driven_whatever_happens(
    crowd: Crowd, rings: bool, depth: int, seed: int
) -> None:
    """Agents are where they were not expected, nodes close and open, goals change, or nothing."""
    drive = drive_of(crowd, depth=depth, rings=rings)
    rng = np.random.default_rng(seed)
    nodes = len(crowd.lattice.neighbours)
    crowd.lattice.kind[:] = np.where(rng.random(nodes) < 0.2, SPOT, 0)
    for _ in range(12):
        drive.plan()
        drive.check()
        loss = drive.planner.loss
        gained = drive.planner.improve(20)
        drive.check()
        assert gained >= 0
        assert drive.planner.loss == pytest.approx(loss - gained)
        if rng.random() < 0.9:
            drive.step()
        if rng.random() < 0.3:
            crowd.agents = disturbed(crowd.agents, nodes, rng)
        if rng.random() < 0.3:
            crowd.lattice.blocked[:] = rng.random(nodes) < 0.3


@settings(max_examples=30)
@given(floors(4), st.integers(0, 2**32 - 1))
def test_a_full_floor(neighbours: Int32Array, seed: int) -> None:
    """An agent on every cell: where rings may not rotate nobody can move."""
    for rings in (True, False):
        drive = drive_of(crowd_on(neighbours, len(neighbours), seed), rings=rings)
        start = drive.crowd.agents.node.tolist()
        for _ in range(5):
            drive.plan()
            drive.planner.improve(50)
            drive.check()
            drive.step()
        assert rings or drive.crowd.agents.node.tolist() == start


@pytest.mark.parametrize("rings", [True, False])
def test_a_ring_rotates_where_it_may(rings: bool) -> None:
    """Four on four cells; each faces the next cell and wants to be there."""
    neighbours = neighbours_of(["..", ".."])
    crowd = crowd_on(neighbours, 4, 1)
    ring = np.array([0, 1, 3, 2], dtype=np.int32)
    crowd.agents.node[:], crowd.agents.heading[:] = ring, range(4)
    crowd.agents.goal[:] = crowd.agents.goal_after[:] = np.roll(ring, -1)
    crowd.agents.row[:], crowd.agents.row_after[:] = range(4), -1
    for row, goal in enumerate(crowd.agents.goal.tolist()):
        crowd.pool[row] = np.repeat([0 if node == goal else 8 for node in range(4)], 4)
    drive = drive_of(crowd, rings=rings)
    drive.plan()
    drive.check()
    assert drive.planner.paths[:, 1].tolist() == (np.roll(ring, -1) if rings else ring).tolist()


def test_one_cell() -> None:
    drive = drive_of(crowd_on(neighbours_of(["."]), 1, 5))
    for _ in range(3):
        drive.plan()
        drive.planner.improve(10)
        drive.planner.improve_on_two_cores(10)
        assert drive.planner.paths.tolist() == [[0] * 5]
        drive.step()


def towards_the_end(rows: list[str], node: tuple[int, ...], goal: int, pooled: list[int]) -> Crowd:
    """The first agent goes to ``goal``; the others have none and stand in its way."""
    crowd = crowd_on(neighbours_of(rows), len(node), 1)
    crowd.agents.node[:], crowd.agents.heading[:] = node, 0
    crowd.agents.goal[:], crowd.agents.row[:] = -1, -1
    crowd.agents.goal_after[:], crowd.agents.row_after[:] = -1, -1
    crowd.agents.goal[0], crowd.agents.goal_after[0], crowd.agents.row[0] = goal, goal, 0
    crowd.pool[0] = np.repeat(np.array(pooled, dtype=np.uint16), 4)
    crowd.order[:] = range(len(node))
    return crowd


def kept_going(closed: int | None) -> list[int]:
    """Way of an agent after one step. Only a trial can displace the one before it, so that it has
    a way in the second step only if the plan of the first is kept."""
    crowd = towards_the_end(["......."], (0, 1), 6, list(range(48, -1, -8)))
    params = PlannerParams(4, inherit_budget=0, trial_budget=1)
    drive = Drive(crowd, OperationPlanner(7, 2, params))
    crowd.weight[:] = 1.0, 0.001
    drive.plan()
    assert drive.planner.paths[0].tolist() == [0] * 5
    drive.planner.improve(100)
    before = drive.planner.paths[0].tolist()
    assert before[-1] >= 1
    drive.step()
    if closed is not None:
        crowd.lattice.blocked[closed] = 1
    drive.plan()
    drive.check()
    way = drive.planner.paths[0].tolist()
    if closed is None:
        assert way[:4] == before[1:]
    return way


def test_a_plan_is_kept_from_step_to_step() -> None:
    assert kept_going(None)[-1] > 1


def test_a_plan_is_not_kept_where_its_way_was_closed() -> None:
    way = kept_going(2)
    assert way == [way[0]] * 5


def test_a_dead_end_is_left_for_one_of_higher_rank() -> None:
    """One without a goal stands at the end of a dead end and then half-way in; another wants to the
    end. Where they are face to face nobody can pass; where there is room one gets out of the way.
    """
    rows = ["@.@", "...", "@.@", "@.@"]
    crowd = towards_the_end(rows, (4, 5), 5, [24, 24, 16, 24, 8, 0])
    crowd.agents.heading[:] = 1, 3
    drive = drive_of(crowd, depth=5, rings=False)
    for _ in range(25):
        drive.plan()
        drive.planner.improve(50)
        drive.check()
        drive.step()
    assert crowd.agents.node[0] == 4, "face to face"
    crowd.agents.node[:], crowd.agents.heading[:] = (1, 4), (0, 3)
    for _ in range(25):
        drive.plan()
        drive.check()
        drive.step()
    assert drive.crowd.agents.node[0] == 5


def test_profiles_take_their_time() -> None:
    """A slow one and a quick one side by side."""
    crowd = crowd_on(neighbours_of(["....", "...."]), 2, 1)
    agents = crowd.agents
    agents.node[:], agents.heading[:] = (0, 4), 0
    agents.goal[:], agents.goal_after[:], agents.row[:] = (3, 7), (3, 7), (0, 1)
    agents.row_after[:], agents.profile[:] = -1, (0, 1)
    for row in range(2):
        crowd.pool[row] = np.tile(np.repeat(np.array([24, 16, 8, 0], dtype=np.uint16), 4), 2)
    planner = OperationPlanner(8, 2, PlannerParams(5, profiles=(Profile(), Profile(2, 1))))
    drive = Drive(crowd, planner)
    drive.plan()
    assert planner.paths.tolist() == [[0, 1, 2, 3, 3, 3], [4, 4, 5, 5, 6, 6]]


@pytest.mark.parametrize("depth", [1, 8])
def test_depths_out_of_range(depth: int) -> None:
    with pytest.raises(ValueError, match=f"2 to 7 .found {depth}"):
        PlannerParams(depth)


def test_nothing_to_tell_before_a_plan() -> None:
    drive = drive_of(crowd_on(neighbours_of([".."]), 1, 1))
    for ask in (lambda: drive.planner.paths, drive.planner.advance):
        with pytest.raises(RuntimeError, match=r"call plan\(\) first"):
            ask()
    drive.plan()
    drive.planner.advance()
    with pytest.raises(RuntimeError, match="once per step"):
        drive.planner.advance()


HALL = neighbours_of(["." * 40, ".@@." * 10] * 5)


def driven_on_two_cores(seed: int, rings: bool, count: int = 90) -> list[list[list[int]]]:
    drive = drive_of(crowd_on(HALL, count, 3), rings=rings, seed=seed)
    paths = []
    for _ in range(9):
        drive.plan()
        before = drive.planner.loss
        gained = drive.planner.improve_on_two_cores(2000)
        assert gained >= 0.0
        assert drive.planner.loss == pytest.approx(before - gained)
        drive.check()
        drive.planner.improve(100)
        drive.check()
        paths.append(drive.planner.paths.tolist())
        drive.step()
    return paths


@pytest.mark.parametrize("rings", [True, False])
def test_on_two_cores_the_same_every_time(rings: bool) -> None:
    first = driven_on_two_cores(1, rings)
    assert all(driven_on_two_cores(1, rings) == first for _ in range(4))
    assert driven_on_two_cores(2, rings) != first


def test_on_two_cores_much_is_gained() -> None:
    drive = drive_of(crowd_on(HALL, 90, 3))
    drive.plan()
    before = drive.planner.loss
    drive.planner.improve_on_two_cores(5000)
    two = before - drive.planner.loss
    assert two > 0.4 * one_core_gain(5000), "agents close to the cut are left out"


def one_core_gain(trials: int) -> float:
    drive = drive_of(crowd_on(HALL, 90, 3))
    drive.plan()
    return drive.planner.improve(trials)


def test_where_rings_may_not_rotate_one_core_does_it_all() -> None:
    """A ring may reach across the cut, where one core does not see what the other is at."""
    plans = []
    for two in (True, False):
        drive = drive_of(crowd_on(HALL, 90, 3), rings=False)
        drive.plan()
        (drive.planner.improve_on_two_cores if two else drive.planner.improve)(1000)
        plans.append(drive.planner.paths.tolist())
    assert plans[0] == plans[1]


@settings(max_examples=40)
@given(crowds(), st.integers(0, 5))
def test_on_two_cores_on_any_floor(crowd: Crowd, seed: int) -> None:
    drive = drive_of(crowd, depth=2, seed=seed)
    for _ in range(4):
        drive.plan()
        drive.planner.improve_on_two_cores(60)
        drive.check()
        drive.step()
