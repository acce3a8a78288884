"""Whole runs: a planner on an instance for so many steps."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.lifelong.tasks import Decision, Observation
from sim_worlds.league.instance import Instance
from sim_worlds.league.output import Output, Transcript
from sim_worlds.league.world import LeagueWorld

Decide = Callable[[Observation], Decision]
"""A planner, its budget already bound."""
Clock = Callable[[], float]
"""Seconds; only differences count. A benchmark hands in ``time.process_time``."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A run under way: after ``step`` steps ``tasks_finished``; the last answer took
    ``planner_ms``."""

    step: int
    tasks_finished: int
    planner_ms: float


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """What came of a run.

    ``planner_ms`` (calls,) is the time of each answer. ``refused_moves`` and
    ``refused_schedules`` count the steps whose joint action or schedule broke a rule,
    ``time_outs`` those in which everyone waited for a late answer.
    """

    output: Output
    steps: int
    tasks_finished: int
    refused_moves: int
    refused_schedules: int
    time_outs: int
    planner_ms: npt.NDArray[np.float64]

    @property
    def sound(self) -> bool:
        """No rule was broken."""
        return self.refused_moves == 0 and self.refused_schedules == 0


def run_league(
    instance: Instance,
    decide: Decide,
    steps: int,
    clock: Clock,
    on_step: Callable[[Progress], None] | None = None,
    *,
    limit_ms: float | None = None,
    wrap: bool = True,
) -> RunResult:
    """Let a planner drive the team for ``steps`` steps.

    With ``limit_ms`` an answer that took longer is not used: for every full limit that has passed
    everyone waits a step, and the planner is asked anew. Without ``wrap`` the tasks of the file
    come once.
    """
    world = LeagueWorld(instance, wrap=wrap)
    observation = world.observe()
    transcript = Transcript(instance, observation.revealed)
    planner_ms: list[float] = []
    refused_moves = refused_schedules = 0
    while world.step < steps:
        answer, took_ms = _timed(decide, observation, clock)
        planner_ms.append(took_ms)
        late = min(int(took_ms // limit_ms), steps - world.step) if limit_ms else 0
        decisions: list[Decision | None] = [None] * late if late else [answer]
        for decision in decisions:
            report = world.apply(decision)
            transcript.add(report, took_ms / 1000)
            refused_moves += bool(report.action_faults)
            refused_schedules += report.schedule_fault is not None
        observation = world.observe()
        if on_step is not None:
            on_step(Progress(world.step, world.tasks_finished, took_ms))
    return RunResult(
        transcript.output(),
        steps,
        world.tasks_finished,
        refused_moves,
        refused_schedules,
        world.time_outs,
        np.array(planner_ms),
    )


def _timed(decide: Decide, observation: Observation, clock: Clock) -> tuple[Decision, float]:
    """The answer, and how many ms it took; a clock set back meanwhile tells nothing."""
    started_s = clock()
    answer = decide(observation)
    return answer, max(0.0, clock() - started_s) * 1000
