"""The planner of this project at the start line of the League."""

from collections.abc import Callable
from time import process_time

import numpy as np

from planner.lifelong.rules import fitting, is_large
from planner.lifelong.tasks import Decision, Observation
from planner.lifelong.team import Team, TeamParams
from planner.lifelong.trial import Start
from planner.mapf.guidance import Guidance, plain
from sim_worlds.league.guidance_choice import guidance_for
from sim_worlds.league.instance import Instance
from sim_worlds.league.run import Decide
from sim_worlds.league.run_cli import Mode, RunOptions
from sim_worlds.league.start import start_of
from sim_worlds.league.world import LeagueWorld

_TRIALS_AT_ONCE = 2_000
"""Between two looks at the clock: a few milliseconds."""

_REHEARSAL_S = 6.0
"""CPU time until which another round of handing out tasks is begun before the start."""

_SPARE = 0.1
"""Of the budget is left for what comes after the last look at the clock."""


def make_team(instance: Instance, options: RunOptions, tell: Callable[[str], None]) -> Decide:
    """A team ready to start: kernels compiled, lanes found, the first costs looked up.

    Raises :class:`PodherdError` if a guidance file cannot be used.
    """
    tell("compiling, once")
    compile_kernels()
    start = start_of(instance)
    params = fitting(start.neighbours, instance.team_size)
    guidance = guidance_for(instance, options.guidance, params, options.seed, tell)
    tell("looking up costs")
    team = new_team(start, params, guidance, options.seed)
    _rehearse(team, LeagueWorld(instance).observe())
    if options.mode is Mode.FAST:
        return lambda seen: _fast(team, seen)
    return lambda seen: _anytime(team, seen, options.budget_ms / 1000)


def _rehearse(team: Team, first: Observation) -> None:
    """Take the first step's work before the start: a task for everybody, costs to their goals."""
    until = process_time() + _REHEARSAL_S
    before, idle = len(first.cell) + 1, len(first.cell)
    while 0 < idle < before and process_time() < until:
        team.observe(first)
        before, idle = idle, int((team.decision().task < 0).sum())


def new_team(start: Start, params: TeamParams, guidance: Guidance, seed: int) -> Team:
    """A team at its start, with lengths of tasks estimated where the floor is large."""
    xy = start.xy if is_large(start.neighbours) else None
    agents = len(start.cells)
    return Team(start.neighbours, agents, params, guidance.drive, guidance.turn, seed, xy)


def compile_kernels() -> None:
    """Drive a small floor for two steps: what Numba compiles is kept on disk for the next run."""
    corridor = np.full((4, 4), -1, dtype=np.int32)
    corridor[:-1, 0], corridor[1:, 2] = np.arange(1, 4), np.arange(3)
    nobody = np.full(2, -1, dtype=np.int32)
    ends, heading = np.array([0, 3], dtype=np.int32), np.zeros(2, dtype=np.int32)
    params = fitting(corridor, 2)
    team = Team(corridor, 2, params, plain(4).drive)
    team.observe(Observation(0, ends, heading, nobody, np.zeros(2, dtype=np.int32), (), ()))
    team.improve(1)


def _fast(team: Team, seen: Observation) -> Decision:
    team.observe(seen)
    return team.decision()


def _anytime(team: Team, seen: Observation, budget_s: float) -> Decision:
    """Improve until the CPU time of both cores together is used up."""
    until = process_time() + budget_s * (1 - _SPARE)
    team.observe(seen)
    while process_time() < until and team.loss > 0:
        team.improve(_TRIALS_AT_ONCE)
    return team.decision()
