"""Agents whose goals need each other's place in a dead end: who has to leave comes out."""

import pytest
from fakes.league_floors import drawn

from planner.lifelong import team as team_module
from planner.lifelong.team import Team, TeamParams
from planner.mapf.guidance import plain
from sim_worlds.league.instance import Instance
from sim_worlds.league.world import LeagueWorld

AISLE = ("..@@@@", "......")
"""A square of four cells, from which an aisle leads east to a wall."""
LONG_AISLE = ("..@@@@@@@@@@@@", "..............")
WITH_A_BAY = ("..@@.@@", ".......")


def tasks_finished(instance: Instance, steps: int) -> int:
    neighbours = instance.map.neighbours()
    params = TeamParams(trials=5)
    team = Team(neighbours, instance.team_size, params, plain(len(neighbours)).drive)
    world = LeagueWorld(instance, wrap=False)
    for _ in range(steps):
        team.observe(world.observe())
        report = world.apply(team.decision())
        assert report.action_faults == ()
        assert report.schedule_fault is None
    return world.tasks_finished


@pytest.mark.parametrize("inner_first", [True, False])
def test_two_swap_in_a_dead_end(inner_first: bool) -> None:
    """One stands at the end of the aisle and has to come out, the other has to go where it is."""
    outward, inward = (11, 0), (0, 11)
    tasks = (outward, inward) if inner_first else (inward, outward)
    starts = [task[0] for task in tasks]
    assert tasks_finished(drawn(AISLE, starts, tasks), 80) == 2


def test_three_pass_each_other_in_a_dead_end() -> None:
    tasks = (0, 11), (11, 0), (10, 1)
    assert tasks_finished(drawn(AISLE, [0, 11, 10], tasks), 120) == 3


def test_a_bay_in_the_aisle_is_used() -> None:
    tasks = (0, 13), (13, 0)
    assert tasks_finished(drawn(WITH_A_BAY, [0, 13], tasks), 80) == 2


def test_without_the_rule_two_would_wait_for_ever_in_a_long_aisle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    swap = drawn(LONG_AISLE, [0, 27], [(0, 27), (27, 0)])
    assert tasks_finished(swap, 200) == 2
    monkeypatch.setattr(team_module, "_STUCK_STEPS", 10**6)
    assert tasks_finished(swap, 200) < 2
