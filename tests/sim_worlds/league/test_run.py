"""Whole runs: counters, late answers, clocks that jump."""

from collections.abc import Iterator
from itertools import chain, repeat

import numpy as np
from fakes.league_floors import drawn
from fakes.one_by_one import OneByOne

from planner.lifelong.tasks import Action, Decision, Observation
from sim_worlds.league.instance import Instance
from sim_worlds.league.referee import judge
from sim_worlds.league.run import Clock, Progress, run_league


def room() -> Instance:
    return drawn(["....", "....", "...."], [0, 11], [[3, 8], [5], [7, 0]])


def clock_of(*seconds: float) -> Clock:
    """Shows these times, one per look, and then stands still."""
    times: Iterator[float] = chain(seconds, repeat(seconds[-1]))
    return lambda: next(times)


def test_a_run() -> None:
    instance = room()
    told: list[Progress] = []
    team = OneByOne(instance.map.neighbours())
    ticks: Iterator[float] = (0.001 * tick for tick in range(1000))
    result = run_league(instance, team.decide, 60, lambda: next(ticks), told.append)
    assert result.sound
    assert (result.steps, result.time_outs) == (60, 0)
    assert result.tasks_finished == result.output.num_task_finished == told[-1].tasks_finished > 3
    assert [progress.step for progress in told] == list(range(1, 61))
    np.testing.assert_allclose(result.planner_ms, np.ones(60))
    assert judge(instance, result.output).violations == ()


def test_the_same_twice() -> None:
    instance = room()
    outputs = [
        run_league(instance, OneByOne(instance.map.neighbours()).decide, 40, lambda: 0.0).output
        for _ in range(2)
    ]
    assert outputs[0] == outputs[1]


def test_everyone_waits_for_a_late_answer() -> None:
    """The second answer takes 2.5 limits: two steps are lost, and it is asked for anew."""
    instance = room()
    team = OneByOne(instance.map.neighbours())
    clock = clock_of(0.0, 0.05, 1.0, 1.25, 2.0)
    result = run_league(instance, team.decide, 5, clock, limit_ms=100)
    assert result.time_outs == result.output.num_entry_timeouts == 2
    assert len(result.planner_ms) == 4
    assert result.output.planner_paths[0][2:6] == "T,T,"
    assert judge(instance, result.output).violations == ()


def test_a_run_ends_in_time_whatever_is_late() -> None:
    instance = room()
    team = OneByOne(instance.map.neighbours())
    result = run_league(instance, team.decide, 4, clock_of(0.0, 1e6), limit_ms=100)
    assert (result.time_outs, result.output.makespan) == (4, 4)


def test_a_clock_set_back_is_no_time_at_all() -> None:
    instance = room()
    team = OneByOne(instance.map.neighbours())
    result = run_league(instance, team.decide, 3, clock_of(50.0, 3.0), limit_ms=100)
    assert result.time_outs == 0
    assert result.planner_ms.tolist() == [0.0, 0.0, 0.0]


def test_broken_rules_are_counted() -> None:
    """One who knows no walls and takes what is not there: nobody moves, and it shows."""

    def wilful(seen: Observation) -> Decision:
        agents = len(seen.cell)
        return Decision(
            np.full(agents, Action.FORWARD, np.int32), np.full(agents, 77, dtype=np.int32)
        )

    result = run_league(room(), wilful, 6, lambda: 0.0)
    assert (result.refused_moves, result.refused_schedules) == (6, 6)
    assert not result.sound


def test_tasks_of_the_file_once() -> None:
    instance = room()
    team = OneByOne(instance.map.neighbours())
    result = run_league(instance, team.decide, 120, lambda: 0.0, wrap=False)
    assert result.tasks_finished == 3
    assert result.sound
    assert judge(instance, result.output, wrap=False).violations == ()
    assert judge(instance, result.output).violations != (), "with wrapping there would be more"
