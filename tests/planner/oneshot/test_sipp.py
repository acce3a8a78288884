"""The search for one agent among others, and the table it searches, against plain ones."""

import numpy as np
from hypothesis import given, settings

from planner.oneshot.lacam import solve
from planner.oneshot.problem import Int32Array, Solution, Ways
from planner.oneshot.sipp import NO_PATH, blank_search, find_path
from planner.oneshot.visits import NOBODY, Plan, enter, occupant, plan_of, withdraw
from tests.planner.oneshot.floors import SEEDS, faults, random_ways


def cheapest(ways: Ways, others: Int32Array, agent: int) -> int:
    """The agent's least cost among ``others`` (agents, steps), by trying every node at every
    step; they rest after the last one."""
    last = others.shape[1] - 1
    goal, reached = int(ways.goals[agent]), {int(ways.starts[agent])}
    busy_until = max((step for step in range(last + 1) if goal in others[:, step]), default=-1)
    for step in range(last + len(ways.neighbours) + 1):
        if step > busy_until and goal in reached:
            return step
        before, after = others[:, min(step, last)], others[:, min(step + 1, last)]
        swaps = set(zip(after.tolist(), before.tolist(), strict=True))
        reached = {
            there
            for here in reached
            for there in (here, *(int(n) for n in ways.neighbours[here] if n >= 0))
            if there not in after and (here, there) not in swaps
        }
    raise AssertionError("its own path is a way")


@settings(max_examples=60)
@given(SEEDS)
def test_the_path_is_the_cheapest_there_is(seed: int) -> None:
    ways = random_ways(seed, longest=8, most_agents=12)
    rng = np.random.default_rng(seed)
    found = solve(ways, 2_000, rng)
    if not isinstance(found, Solution):
        return
    plan = plan_of(ways, found)
    search = blank_search(plan)
    for agent in range(ways.agents):
        others = np.delete(plan.paths, agent, axis=0)
        if not len(others):
            return
        least = cheapest(ways, others, agent)
        withdraw(plan, agent, plan.costs[agent] + 1)
        assert find_path(ways, plan, search, agent, least - 1, rng) == NO_PATH
        assert find_path(ways, plan, search, agent, least + 3, rng) == least
        plan.costs[agent] = least
        assert enter(plan, agent)
        assert faults(ways, Solution(plan.paths)) == []


def told(plan: Plan) -> list[list[int]]:
    """Who is where, by the table: (nodes, steps)."""
    nodes, steps = len(plan.visits.number), plan.paths.shape[1]
    return [[occupant(plan.visits, node, step) for step in range(steps)] for node in range(nodes)]


@settings(max_examples=40)
@given(SEEDS)
def test_the_table_says_who_is_where(seed: int) -> None:
    ways = random_ways(seed, longest=7, most_agents=10)
    rng = np.random.default_rng(seed)
    found = solve(ways, 2_000, rng)
    if not isinstance(found, Solution):
        return
    plan = plan_of(ways, found)
    gone = rng.permutation(ways.agents)[: (ways.agents + 1) // 2]
    for agent in gone:
        withdraw(plan, agent, plan.costs[agent] + 1)
    expected = np.full((len(ways.neighbours), plan.paths.shape[1]), NOBODY)
    for agent in set(range(ways.agents)) - set(gone.tolist()):
        expected[plan.paths[agent], np.arange(plan.paths.shape[1])] = agent
    assert told(plan) == expected.tolist()
    for agent in gone:
        assert enter(plan, agent)
        expected[plan.paths[agent], np.arange(plan.paths.shape[1])] = agent
    assert told(plan) == expected.tolist()


def test_a_full_node_takes_nobody_and_keeps_what_it_has() -> None:
    ways = random_ways(5, longest=6, most_agents=4)
    found = solve(ways, 5_000, np.random.default_rng(5))
    assert isinstance(found, Solution)
    plan = plan_of(ways, found)
    before = told(plan)
    withdraw(plan, 0, plan.costs[0] + 1)
    goal = ways.goals[0]
    number = int(plan.visits.number[goal])
    plan.visits.number[goal] = plan.visits.begin.shape[1]
    rest = plan.visits.number.copy()
    assert not enter(plan, 0)
    assert np.array_equal(plan.visits.number, rest)
    plan.visits.number[goal] = number
    assert enter(plan, 0)
    assert told(plan) == before
