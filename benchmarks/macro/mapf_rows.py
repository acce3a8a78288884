"""What ``make bench-mapf`` measures, part by part, and a row for each run."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from benchmarks.macro.mapf_case import Case, Measured, measure, measure_free_flow
from benchmarks.macro.mapf_floors import part_of_floor, with_more_agents
from benchmarks.macro.mapf_workloads import FLEETS, WORKLOADS, Workload, shortfalls
from benchmarks.macro.own_process import Failed, Told, apart
from benchmarks.report import Cell, Row
from sim_worlds.league.guidance_choice import OFF
from sim_worlds.league.run_cli import Mode

SEED = 1
BUDGET_MS = 100.0
"""CPU time per step in the anytime mode, of both cores together."""

TABLE, FLEET, LANES, FAIRNESS, ROBOTS, CELLS = (
    "table",
    "fleet",
    "without lanes",
    "without fairness",
    "growth with robots",
    "growth with cells",
)
DENSITY = 0.05
"""Agents per free cell while the floor grows."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is run: everything, or what fits into ten minutes."""

    quick: bool
    lanes_on: tuple[str, ...]
    fairness_on: tuple[str, ...]
    robots: tuple[int, ...]
    widths: tuple[int, ...]
    growth_steps: int


FULL = Sizes(
    False,
    tuple(workload.name for workload in WORKLOADS),
    ("WS-100", "WS-200", "W1020-200", "W1020-400"),
    (125, 250, 500, 1_000, 2_000, 4_000, 8_000),
    (31, 62, 125, 250, 500),
    30,
)
QUICK = Sizes(True, ("WS-200", "W1020-400"), ("WS-100",), (250, 1_000), (62, 250), 10)


@dataclass(frozen=True, slots=True)
class Run:
    """One row to be: a case, its part, and what it is held against. ``free_flow`` asks for the
    yardstick beside it."""

    part: str
    workload: Workload
    case: Case
    free_flow: bool = True

    @property
    def goal(self) -> int | None:
        """Tasks to finish, if the run is what the goal is meant for, in full length."""
        in_full = self.part == TABLE and self.case.steps == self.workload.steps
        return self.workload.goal if in_full else None


def runs(data: Path, folder: Path, sizes: Sizes) -> list[Run]:
    """All runs, in order. ``data`` has the instances; those that are made go to ``folder``."""
    fleet = with_more_agents(data / "WH-5000.json", 10_000, folder, SEED)
    path = {workload.name: data / f"{workload.name}.json" for workload in WORKLOADS}
    path |= {"WH-5000": data / "WH-5000.json", "WH-10000": fleet}
    known = {workload.name: workload for workload in (*WORKLOADS, *FLEETS)}

    def run(part: str, name: str, **options: object) -> Run:
        workload = known[name]
        steps = workload.quick_steps if sizes.quick else workload.steps
        case = Case(path[name], steps, budget_ms=BUDGET_MS, seed=SEED, **options)  # type: ignore[arg-type]
        return Run(part, workload, case)

    return [
        *(run(TABLE, one.name, mode=mode) for one in WORKLOADS for mode in Mode),
        *(run(FLEET, one.name) for one in FLEETS),
        *(run(LANES, name, guidance=OFF) for name in sizes.lanes_on),
        *(run(FAIRNESS, name, fair=False) for name in sizes.fairness_on),
        *_growth(path["WH-5000"], folder, sizes),
    ]


def _runs(data: Path, folder: Path, sizes: Sizes, told: Told) -> list[Run]:
    return runs(data, folder, sizes)


def _growth(like: Path, folder: Path, sizes: Sizes) -> Iterator[Run]:
    """More agents on one floor, and more floor under agents of one density."""
    floors = [(ROBOTS, with_more_agents(like, agents, folder, SEED)) for agents in sizes.robots]
    floors += [(CELLS, part_of_floor(like, width, DENSITY, folder, SEED)) for width in sizes.widths]
    for part, path in floors:
        steps = sizes.growth_steps
        workload = Workload(path.stem, steps, steps)
        yield Run(part, workload, Case(path, steps, seed=SEED), free_flow=False)


@dataclass(slots=True)
class Yardsticks:
    """Free flow, measured once per instance and number of steps."""

    known: dict[tuple[Path, int], int] = field(default_factory=dict)

    def free_flow(self, case: Case, told: Told) -> int:
        """Tasks finished if nobody were in anybody's way."""
        key = case.instance, case.steps
        if key not in self.known:
            self.known[key] = measure_free_flow(*key, told)
        return self.known[key]


def measured_row(run: Run, yardsticks: Yardsticks, told: Told) -> Row:
    """Run it. A run that fails is a row too, which says why."""
    try:
        measured = measure(run.case, told)
        free = yardsticks.free_flow(run.case, told) if run.free_flow else None
    except Failed as failure:
        return {**_asked(run), **dict.fromkeys(FOUND, ""), "holds": f"no: {failure}"}
    return {**_asked(run), **_found(run, measured, free)}


def _asked(run: Run) -> Row:
    workload, case = run.workload, run.case
    return {
        "part": run.part,
        "workload": workload.name,
        "mode": case.mode.value,
        "lanes": case.guidance,
        "fair": "yes" if case.fair else "no",
        "steps": case.steps,
        "goal": _or_empty(run.goal),
        "stretch": _or_empty(workload.stretch if run.goal else None),
        "peer": _or_empty(workload.peer if run.goal else None),
    }


FOUND = (
    "robots", "cells", "tasks", "per step", "of peer", "free flow", "of free flow", "median ms",
    "p95 ms", "max ms", "start-up s", "peak MB", "oldest task", "violations",
)  # fmt: skip
"""Columns a failed run leaves empty."""


def _found(run: Run, measured: Measured, free: int | None) -> Row:
    figures = measured.figures
    short = shortfalls(figures, measured.violations, run.case.mode, run.goal)
    cells: tuple[Cell, ...] = (
        figures.agents,
        figures.cells,
        figures.tasks_finished,
        figures.tasks_per_step,
        _ratio(figures.tasks_finished, run.workload.peer if run.goal else None),
        _or_empty(free),
        _ratio(figures.tasks_finished, free),
        figures.planner_ms_median,
        figures.planner_ms_p95,
        figures.planner_ms_max,
        figures.start_up_s,
        figures.peak_memory_mb,
        measured.oldest_age,
        measured.violations,
    )
    holds = "no: " + "; ".join(short) if short else "yes"
    return {**dict(zip(FOUND, cells, strict=True)), "holds": holds}


def measured_rows(
    data: Path, sizes: Sizes, on_run: Callable[[int, int, Run], Told]
) -> Iterator[Row]:
    """Measure everything, run by run; ``on_run`` is told the number of each run, how many there are
    and what it is, and gives what is told how it goes on."""
    with tempfile.TemporaryDirectory(prefix="bench-mapf-") as folder:
        todo = apart(partial(_runs, data, Path(folder), sizes), lambda words, step: None)
        yardsticks = Yardsticks()
        _compile(todo[0].case)
        for number, run in enumerate(todo):
            yield measured_row(run, yardsticks, on_run(number, len(todo), run))


def _compile(case: Case) -> None:
    """What Numba compiles is kept on disk, so that no measured run pays for it."""
    for mode in Mode:
        with suppress(Failed):  # the measured run will tell
            measure(replace(case, steps=3, mode=mode), lambda words, step: None)


def _or_empty(value: int | None) -> Cell:
    return "" if value is None else value


def _ratio(tasks: int, of: int | None) -> Cell:
    return round(tasks / of, 3) if of else ""
