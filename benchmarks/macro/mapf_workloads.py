"""The workloads of ``make bench-mapf``, and what would be good.

Peers were measured on a machine of the same kind with at most 100 ms of CPU time per step: EPIBT
with and without neighbourhood search and lanes (team No Man's Sky, winner of the League of Robot
Runners 2024; EPIBT: arXiv 2511.09193), WPPL (winner of 2023) and the planner of the start kit;
for each workload the best of them.
"""

from dataclasses import dataclass

from sim_worlds.league.figures import RunFigures
from sim_worlds.league.run_cli import Mode


@dataclass(frozen=True, slots=True)
class Workload:
    """An instance for so many steps (``quick_steps`` in a short run); ``goal``, ``stretch`` and
    the best peer's figure are tasks finished in ``steps``."""

    name: str
    steps: int
    quick_steps: int
    goal: int | None = None
    stretch: int | None = None
    peer: int | None = None


WORKLOADS = (
    Workload("WS-100", 500, 500, 820, 860, 807),
    Workload("WS-200", 500, 500, 1_480, 1_600, 1_454),
    Workload("W1020-200", 500, 60, 960, 1_000, 951),
    Workload("W1020-400", 500, 60, 1_960, 2_050, 1_938),
    Workload("SORTM-600", 500, 60, 1_500, 1_650, 1_474),
    Workload("RANDOM-03", 800, 60, 2_050, 2_370, 2_042),
    Workload("WH-1000", 300, 20, 1_000, None, 868),
    Workload("SORT-2000", 300, 20, 1_900, 2_300, 1_580),
)
"""Both modes are run on these."""

FLEETS = (Workload("WH-5000", 100, 10), Workload("WH-10000", 100, 20))
"""Fast mode only. The best published figure, 30.97 tasks per step at 10,000, is of 32 cores and
5,000 steps."""

SMALL_FLEET = 1_000
"""Up to so many agents, memory should be small."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may take: CPU ms per step, CPU s to start up, MB."""

    median_ms: float | None
    p95_ms: float | None
    max_ms: float | None
    start_up_s: float
    memory_mb: float


def limits(mode: Mode, agents: int) -> Limits:
    """The goals for a team of this size, between those that are named the next larger one's."""
    memory_mb = 500.0 if agents <= SMALL_FLEET else 4_000.0
    if mode is Mode.ANYTIME:
        return Limits(100.0, None, 200.0, 10.0, memory_mb)
    for most, ms in ((100, 10.0), (200, 25.0), (400, 60.0), (600, 100.0)):
        if agents <= most:
            return Limits(ms, 2 * ms, None, 10.0, memory_mb)
    if agents > 5_000:
        return Limits(800.0, None, None, 10.0, memory_mb)
    within_a_step = 1_000.0 if agents == 5_000 else None
    return Limits(None, None, within_a_step, 10.0, memory_mb)


def shortfalls(figures: RunFigures, violations: int, mode: Mode, goal: int | None) -> list[str]:
    """What does not hold, in words; ``goal`` is in tasks, if the run was long enough to tell."""
    most = limits(mode, figures.agents)
    found = []
    if violations:
        found.append(f"{violations} violations")
    if goal is not None and figures.tasks_finished < goal:
        found.append(f"tasks {figures.tasks_finished:,} < {goal:,}")
    for what, seen, limit, unit in (
        ("median", figures.planner_ms_median, most.median_ms, "ms"),
        ("p95", figures.planner_ms_p95, most.p95_ms, "ms"),
        ("max", figures.planner_ms_max, most.max_ms, "ms"),
        ("start-up", figures.start_up_s, most.start_up_s, "s"),
        ("memory", figures.peak_memory_mb, most.memory_mb, "MB"),
    ):
        if limit is not None and seen > limit:
            found.append(f"{what} {seen:,.0f} > {limit:,.0f} {unit}")
    return found
