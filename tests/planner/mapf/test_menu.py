"""Menus, against the rules of the floor written down once more."""

from dataclasses import dataclass

import numpy as np
from fakes.crowded_floors import floors, neighbours_of
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.mapf.menu import END_WEIGHT, Menu, Strings, fill, offers_all
from planner.mapf.operations import (
    FORWARD,
    TURN_DOWN,
    TURN_UP,
    WAIT,
    Operations,
    Profile,
    operations,
)
from planner.mapf.problem import Agents, Lattice
from planner.roadmap.access import CHARGER, SPOT, Int32Array

STEP_COST = 7
DEPTH = 4
OPERATIONS = operations(DEPTH, (Profile(), Profile(2, 1)))


@dataclass
class Floor:
    """Agents on a floor with every kind of node, costs to go from anywhere drawn at random."""

    lattice: Lattice
    agents: Agents
    pool: Int32Array

    def menu(self, ops: Operations = OPERATIONS) -> Menu:
        menu = Menu.of(len(self.agents.node), ops)
        strings = Strings(ops.actions, ops.shared, ops.first, ops.stay)
        fill(menu, self.lattice, self.agents, self.pool, strings, STEP_COST)
        return menu


@st.composite
def furnished(draw: st.DrawFn) -> Floor:
    neighbours = draw(floors(5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, m = len(neighbours), 4
    agents = Agents.at(rng.integers(0, n, m, np.int32), rng.integers(0, 4, m, np.int32))
    agents.goal[:] = np.where(rng.random(m) < 0.8, rng.integers(0, n, m), -1)
    after = rng.integers(0, n, m)
    agents.goal_after[:] = np.choose(rng.integers(0, 3, m), [-1, after, agents.goal])
    agents.row[:] = np.where(agents.goal >= 0, rng.integers(0, 3, m), -1)
    agents.row_after[:] = np.where(agents.goal_after >= 0, rng.integers(0, 3, m), -1)
    agents.row_after[agents.goal_after == agents.goal] = -1
    agents.between[:] = rng.integers(0, 300, m)
    agents.loaded[:] = rng.random(m) < 0.5
    agents.pinned[:] = rng.random(m) < 0.1
    agents.wait_cost[:] = rng.integers(0, 3, m) * 5
    agents.profile[:] = rng.integers(0, 2, m)
    lattice = Lattice(
        neighbours,
        rng.choice([0, 0, 0, SPOT, CHARGER], n).astype(np.int8),
        rng.choice([-1, -1, 0, 1], n).astype(np.int32),
        rng.choice([0, 0, 0, 0, 1, 2], n).astype(np.int8),
    )
    return Floor(lattice, agents, rng.integers(0, 500, (3, 4 * n)).astype(np.int32))


def nodes_of(floor: Floor, agent: int, string: list[int]) -> list[tuple[int, int]] | None:
    """Node and heading after each action; ``None`` if the floor does not allow it."""
    lattice, agents = floor.lattice, floor.agents
    start, goal = int(agents.node[agent]), int(agents.goal[agent])
    loaded, stays = bool(agents.loaded[agent]), agents.goal_after[agent] == goal >= 0
    if agents.pinned[agent] and string != [WAIT] * len(string):
        return None
    here, heading, reached = start, int(agents.heading[agent]), False
    found = []
    for step, action in enumerate(string):
        if action == FORWARD:
            there = int(lattice.neighbours[here, heading])
            under_pod = loaded and lattice.kind[here] == SPOT and step > 0 and here != start
            if there < 0 or under_pod or (stays and reached):
                return None
            if lattice.blocked[there] > lattice.blocked[here]:
                return None
            if there != goal and not open_to(lattice, here, there, goal, loaded):
                return None
            here = there
        heading = (heading + {TURN_UP: 1, TURN_DOWN: -1}.get(action, 0)) % 4
        reached = reached or here == goal
        found.append((here, heading))
    return found


def open_to(lattice: Lattice, here: int, there: int, goal: int, loaded: bool) -> bool:
    """Whether an agent may pass through ``there`` on its way."""
    if lattice.kind[there] == CHARGER or (loaded and lattice.kind[there] == SPOT):
        return False
    lane = lattice.station_of[there]
    goes_into_lane = goal >= 0 and lattice.station_of[goal] == lane
    return bool(lane < 0 or lattice.station_of[here] == lane or goes_into_lane)


def value_of(floor: Floor, agent: int, string: list[int], places: list[tuple[int, int]]) -> int:
    """What the steps cost, the last counted so many times as the others."""
    agents, total = floor.agents, 0
    goal, row, after = (int(field[agent]) for field in (agents.goal, agents.row, agents.row_after))
    stays = agents.goal_after[agent] == goal >= 0
    reached = False
    for step, ((node, heading), action) in enumerate(zip(places, string, strict=True)):
        reached = reached or node == goal >= 0
        to_go = 0
        if reached and after >= 0:
            to_go = int(floor.pool[after, node * 4 + heading]) - int(agents.between[agent])
        elif reached:
            to_go = -STEP_COST * (len(string) - step)
        elif goal >= 0:
            to_go = int(floor.pool[row, node * 4 + heading])
        if action == WAIT:
            to_go += 0 if stays and reached else int(agents.wait_cost[agent])
        # Whoever has nothing to do had better stay where it is.
        if action != WAIT and goal < 0:
            to_go += STEP_COST
        total += to_go * (END_WEIGHT if step == len(string) - 1 else 1)
    return total


@settings(max_examples=60)
@given(furnished())
def test_all_that_the_floor_allows_and_nothing_else(floor: Floor) -> None:
    menu = floor.menu()
    strings = OPERATIONS.actions.tolist()
    for agent, profile in enumerate(floor.agents.profile.tolist()):
        own = range(*OPERATIONS.first[profile : profile + 2].tolist())
        allowed = {i: nodes for i in own if (nodes := nodes_of(floor, agent, strings[i]))}
        size = int(menu.size[agent])
        assert sorted(menu.number[agent, :size].tolist()) == sorted(allowed)
        for i, places in allowed.items():
            assert menu.cells[agent, i].tolist() == [node for node, _ in places]


@settings(max_examples=60)
@given(furnished())
def test_best_value_first(floor: Floor) -> None:
    menu = floor.menu()
    for agent in range(len(floor.agents.node)):
        size = int(menu.size[agent])
        found = list(zip(menu.value[agent, :size], menu.number[agent, :size], strict=True))
        assert found == sorted(found), "and equals in the order of their numbers"
        for value, number in found:
            string = OPERATIONS.actions[number].tolist()
            places = nodes_of(floor, agent, string)
            assert places is not None
            assert value == value_of(floor, agent, string, places)


def alone(rows: list[str], node: int, goal: int, after: int = -1) -> Floor:
    """One agent heading 0 where costs to go are the cells between, turns left out."""
    neighbours = neighbours_of(rows)
    agents = Agents.at(np.array([node], np.int32), np.array([0], np.int32))
    agents.goal[0], agents.row[0] = goal, goal
    if after >= 0:
        agents.goal_after[0] = agents.row_after[0] = after
        agents.between[0] = STEP_COST * abs(after - goal)
    states = np.repeat(np.arange(len(neighbours)), 4)
    away = np.abs(states - np.arange(len(neighbours))[:, None])
    return Floor(Lattice.open(neighbours), agents, (STEP_COST * away).astype(np.int32))


def best_way(floor: Floor) -> list[int]:
    menu = floor.menu()
    best: list[int] = menu.cells[0, menu.number[0, 0]].tolist()
    return best


def test_on_through_the_goal_to_the_next() -> None:
    assert best_way(alone(["......."], 0, 2, 6)) == [1, 2, 3, 4]


def test_it_stops_at_a_last_goal() -> None:
    assert (
        best_way(alone(["......."], 0, 2))
        == [1, 2, 2, 2][:2] + best_way(alone(["......."], 0, 2))[2:]
    )
    assert best_way(alone(["......."], 0, 2, 2)) == [1, 2, 2, 2]


def test_offers_all() -> None:
    floor = alone(["..."], 2, 0)
    menu = floor.menu()
    offered = set(menu.number[0, : menu.size[0]].tolist())
    for number in range(len(OPERATIONS.actions)):
        chosen = np.array([number], dtype=np.int32)
        assert offers_all(menu, chosen) == (number in offered)


def test_one_who_is_not_offered_its_operation_is_enough() -> None:
    neighbours = neighbours_of(["...", "..."])
    agents = Agents.at(np.array([0, 2], np.int32), np.zeros(2, np.int32))
    menu = Floor(Lattice.open(neighbours), agents, np.zeros((1, 24), np.int32)).menu()
    stay = int(OPERATIONS.stay[0])
    ahead = OPERATIONS.actions.tolist().index([FORWARD, WAIT, WAIT, WAIT])
    for first, second in ((stay, stay), (stay, ahead), (ahead, stay)):
        offered = second == stay
        assert offers_all(menu, np.array([first, second], dtype=np.int32)) == offered
