"""Lanes for a floor and its agents, found when they start: from the traffic to be expected, and
used unless a trial shift is better without.

What is done follows from the size of the floor and the load alone, so that the same start gives
the same lanes. The efforts are in units of which a small server does some tens of millions a
second; together they take a few seconds at the most.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from planner.lifelong.rules import free_cells
from planner.lifelong.team import TeamParams
from planner.lifelong.trial import Choice, Start, TrialParams, choose
from planner.mapf.guidance import (
    ContraflowParams,
    Guidance,
    contraflow,
    plain,
    trips_between,
)

_WORTH_A_ROUND = 200
"""Trips: with fewer a round sees too little of the traffic, and half as many rounds see more."""


_TRIAL_DEPTH = 4
"""Half the time of what the team will plan with, and it tells the same."""


@dataclass(frozen=True, slots=True)
class LanesParams:
    """``states`` bounds the search for lanes: the states of all cost tables together. A trial has
    ``agent_steps`` steps of one agent, fewer where the floor is full, and no more than ``longest``
    mean trips; it takes place if that is ``shortest`` at least, else lanes are used unproved: large
    floors gain by them."""

    contraflow: ContraflowParams = field(default_factory=ContraflowParams)
    states: int = 120_000_000
    agent_steps: int = 80_000
    shortest: float = 1.0
    longest: float = 8.0
    margin: float = 0.01


@dataclass(frozen=True, slots=True)
class Lanes:
    """``choice`` is how the trial of lanes (0) and of plain costs (1) went, if there was one."""

    guidance: Guidance
    choice: Choice | None


def fitted_lanes(
    start: Start,
    team: TeamParams,
    params: LanesParams,
    seed: int = 1,
    told: Callable[[str], None] = lambda words: None,
) -> Lanes:
    """Lanes for this start, or plain costs if those did better by more than the margin; ``told``
    hears what is done."""
    told("looking for lanes")
    lanes = found_lanes(start, params, seed)
    without = plain(len(start.neighbours))
    steps = trial_steps(start, params, seed)
    if steps == 0 or lanes.is_plain:
        return Lanes(lanes, None)
    told("trying the lanes")
    quick = replace(team, trials=0, planner=replace(team.planner, depth=_TRIAL_DEPTH))
    # A trial ends before jams have grown: it shows what lanes cost, and little of what they gain.
    choice = choose([lanes, without], start, quick, TrialParams(steps, params.margin), seed)
    return Lanes((lanes, without)[choice.index], choice)


def found_lanes(start: Start, params: LanesParams, seed: int = 1) -> Guidance:
    """Lanes from trips between the tasks known, with as many trips as ``states`` allow."""
    most = params.contraflow
    affordable = params.states // (4 * free_cells(start.neighbours))
    rounds = min(most.rounds, max(most.rounds // 2, affordable // _WORTH_A_ROUND))
    batch = max(20, min(most.trips, affordable // rounds))
    trips = trips_between(start.tasks, rounds * batch, seed)
    bounded = replace(most, rounds=rounds, trips=batch)
    return contraflow(start.neighbours, trips, len(start.cells), bounded, seed)


def trial_steps(start: Start, params: LanesParams, seed: int = 1) -> int:
    """How long a trial can be; 0 if that would be too short to tell anything."""
    agents = len(start.cells)
    density = agents / free_cells(start.neighbours)
    mean = mean_trip(start, seed)
    steps = params.agent_steps / agents / (1.0 + 2.0 * density)
    return int(min(steps, params.longest * mean)) if steps >= params.shortest * mean else 0


def mean_trip(start: Start, seed: int = 1) -> float:
    """Steps of a mean trip, as if nothing stood between."""
    trips = trips_between(start.tasks, 1_000, seed)
    ways = np.abs(start.xy[trips[:, 1]] - start.xy[trips[:, 0]]).sum(axis=1)
    return float(ways.mean()) if len(ways) else 0.0
