"""Lanes for a start: tried where a trial tells something, plain where they do not gain."""

from dataclasses import replace

import numpy as np
import pytest
from fakes.halls import busy_halls, start_on

from planner.lifelong.lanes import (
    LanesParams,
    fitted_lanes,
    found_lanes,
    mean_trip,
    trial_steps,
)
from planner.lifelong.rules import free_cells
from planner.lifelong.team import TeamParams
from planner.mapf.guidance import ContraflowParams

TEAM = TeamParams(trials=2)
SMALL = LanesParams(ContraflowParams(trips=40), agent_steps=1_500)


def test_lanes_are_used_unless_plain_costs_did_better() -> None:
    start = busy_halls()
    patient = fitted_lanes(start, TEAM, replace(SMALL, margin=10.0))
    strict = fitted_lanes(start, TEAM, replace(SMALL, margin=-1.0))
    assert patient.choice is not None
    assert strict.choice is not None
    assert patient.choice.work == strict.choice.work
    assert patient.choice.index == 0
    assert not patient.guidance.is_plain
    better = int(np.argmax(strict.choice.work))
    assert strict.choice.index == better
    assert strict.guidance.is_plain == (better == 1)


def test_the_same_start_gives_the_same_lanes() -> None:
    first, again = (fitted_lanes(busy_halls(), TEAM, SMALL, seed=2) for _ in range(2))
    assert np.array_equal(first.guidance.drive, again.guidance.drive)
    assert first.choice == again.choice


def test_a_trial_is_as_long_as_it_has_to_be_or_there_is_none() -> None:
    start = busy_halls()
    steps = trial_steps(start, SMALL)
    assert steps == int(1_500 / 20 / (1.0 + 40 / free_cells(start.neighbours)))
    assert steps >= mean_trip(start) > 10
    idle = replace(SMALL, agent_steps=10**9)
    assert trial_steps(start, idle) == int(8 * mean_trip(start))
    hasty = replace(SMALL, agent_steps=20 * int(mean_trip(start)) - 20)
    assert trial_steps(start, hasty) == 0
    told: list[str] = []
    lanes = fitted_lanes(start, TEAM, hasty, 1, told.append)
    assert lanes.choice is None
    assert told == ["looking for lanes"]
    assert np.array_equal(lanes.guidance.drive, found_lanes(start, hasty).drive)


def test_without_tasks_there_are_no_lanes() -> None:
    lanes = fitted_lanes(start_on(["...."], [0], []), TEAM, SMALL)
    assert lanes.guidance.is_plain
    assert lanes.choice is None


def test_a_small_effort_still_finds_lanes() -> None:
    start = busy_halls()
    assert not found_lanes(start, replace(SMALL, states=1)).is_plain


def test_a_mean_trip_leads_along_and_between_tasks() -> None:
    assert mean_trip(start_on(["......"], [0], [(1, 4)])) == pytest.approx(3.0)
    assert mean_trip(start_on(["......"], [0], [(1,)])) == 0.0
