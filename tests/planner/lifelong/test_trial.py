"""Trial shifts: what is tried out is what would happen, and only what helps is chosen."""

import numpy as np
import pytest
from fakes.halls import busy_halls, mazy, quiet_room, start_on

from planner.lifelong.tasks import Action, Decision
from planner.lifelong.team import TeamParams
from planner.lifelong.trial import TrialParams, TrialShift, choose, trial_work
from planner.mapf.guidance import plain

TEAM = TeamParams(trials=2)


def decided(action: Action, task: int) -> Decision:
    return Decision(np.array([action], dtype=np.int32), np.array([task], dtype=np.int32))


def test_an_agent_does_as_decided_and_work_is_counted_in_parts() -> None:
    shift = TrialShift(start_on(["......"], [0], [(1, 5)]), seed=1)
    seen = shift.observe()
    assert [task.errands for task in seen.revealed] == [(1, 5)]
    shift.apply(decided(Action.FORWARD, 0))
    seen = shift.observe()
    assert (seen.cell[0], seen.errands_done[0], seen.revealed) == (1, 1, ())
    assert shift.work() == 0.0
    shift.apply(decided(Action.FORWARD, 0))
    assert shift.work() == pytest.approx(0.25)
    for _ in range(3):
        shift.apply(decided(Action.FORWARD, 0))
    seen = shift.observe()
    assert shift.work() == shift.tasks_finished == 1
    assert (seen.task[0], seen.errands_done[0], seen.finished) == (-1, 0, (0,))
    assert [task.id for task in seen.revealed] == [1]


def test_agents_turn_and_wait() -> None:
    shift = TrialShift(start_on(["..", ".."], [0], [(3,)]), seed=1)
    for action, cell, heading in [
        (Action.TURN_DOWN, 0, 3),
        (Action.TURN_UP, 0, 0),
        (Action.TURN_UP, 0, 1),
        (Action.WAIT, 0, 1),
        (Action.FORWARD, 2, 1),
    ]:
        shift.apply(decided(action, 0))
        seen = shift.observe()
        assert (seen.cell[0], seen.heading[0]) == (cell, heading)


def test_a_trial_gives_the_same_twice() -> None:
    start = busy_halls()
    guidance = plain(len(start.neighbours))
    first, again = (trial_work(guidance, start, TEAM, 40, seed=3) for _ in range(2))
    assert first == again
    assert first > 0


def test_lanes_of_detours_are_not_chosen() -> None:
    start = quiet_room()
    choice = choose([plain(len(start.neighbours)), mazy(start)], start, TEAM, TrialParams(60))
    assert choice.index == 0
    assert choice.work[1] < choice.work[0]


def test_the_best_is_chosen_only_if_it_is_better_by_the_margin() -> None:
    start = quiet_room()
    candidates = [mazy(start), plain(len(start.neighbours)), mazy(start)]
    told: list[tuple[int, int]] = []
    params = TrialParams(60, margin=0.0)
    choice = choose(candidates, start, TEAM, params, 1, lambda *at: told.append(at))
    assert choice.work[0] == choice.work[2]
    assert choice.index == 1
    assert told == [(index, step) for index in range(3) for step in range(1, 61)]
    gain = choice.work[1] / choice.work[0] - 1.0
    assert choose(candidates, start, TEAM, TrialParams(60, margin=gain - 0.01)).index == 1
    assert choose(candidates, start, TEAM, TrialParams(60, margin=gain + 0.01)).index == 0
