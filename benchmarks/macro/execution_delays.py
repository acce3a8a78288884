"""What delays of execution cost: at one node in ten a robot halts for up to 5 s.

The same shifts with and without. The share of their working time that robots lose in the halts
explains a fall of throughput by as much where robots are what is short, and less where pickers
are; what goes beyond is the planner's fault. ``python -m benchmarks.macro.execution_delays``;
QUICK=1 is shorter.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rich.progress import Progress

from benchmarks.report import Row, publish, quick
from sim_worlds.params import WorldParams
from sim_worlds.run import ShiftRun
from sim_worlds.shift import Shift, generated_shift, with_robots
from sim_worlds.sites.catalogue import load_site

SEED = 1
DELAYS = WorldParams(pause_chance=0.1, pause_min_s=0.0, pause_max_s=5.0)


@dataclass(frozen=True, slots=True)
class Case:
    site: str
    robots: int
    orders: int
    seeds: int


CASES = (Case("small", 4, 40, 4), Case("small", 6, 40, 4), Case("medium", 60, 20, 1))
QUICK_CASES = (Case("small", 4, 15, 2),)


@dataclass(frozen=True, slots=True)
class Driven:
    """One shift: lines per hour, and the share of their working time that robots lost."""

    lines_per_h: float
    lost: float
    violations: int
    deadlocks: int


def main() -> None:
    cases = QUICK_CASES if quick() else CASES
    with Progress(transient=True) as progress:
        task = progress.add_task("shifts", total=2 * sum(case.seeds for case in cases))
        rows = [row_of(case, lambda: progress.advance(task)) for case in cases]
    publish(
        "execution_delays",
        rows,
        seed=SEED,
        packages=("numba", "numpy", "ortools"),
        parameters={
            "pause_chance": DELAYS.pause_chance,
            "pause_max_s": DELAYS.pause_max_s,
        },
        notes=(
            "ratio: throughput with delays over without, means over the seeds; explained: 1 - the "
            "share of the working time lost in halts more than without.",
        ),
    )


def row_of(case: Case, done: Callable[[], None]) -> Row:
    """Means over the seeds."""
    pairs = []
    for seed in range(SEED, SEED + case.seeds):
        shift = generated_shift(with_robots(load_site(case.site), case.robots), case.orders, seed)
        pairs.append((driven(shift), driven(replace(shift, world=DELAYS))))
        for _ in range(2):
            done()
    plain = sum(without.lines_per_h for without, _ in pairs) / len(pairs)
    late = sum(with_.lines_per_h for _, with_ in pairs) / len(pairs)
    lost = sum(with_.lost - without.lost for without, with_ in pairs) / len(pairs)
    return {
        "site": case.site,
        "robots": case.robots,
        "shifts": case.seeds,
        "lines/h": round(plain, 1),
        "with delays": round(late, 1),
        "ratio": round(late / plain, 3),
        "explained": round(1 - lost, 3),
        "violations": sum(one.violations for pair in pairs for one in pair),
        "deadlocks": sum(one.deadlocks for pair in pairs for one in pair),
    }


def driven(shift: Shift) -> Driven:
    """Run a shift to its end."""
    run = ShiftRun(shift)
    while not run.done:
        run.tick()
    floor, tally = run.world.floor, run.state.tally
    lost_s = sum(floor.lost_s(robot) for robot in floor.robots)
    return Driven(
        run.outcome().kpis.lines_per_h,
        1000 * lost_s / tally.robot_busy_ms,
        len(run.world.violations),
        tally.deadlocks,
    )


if __name__ == "__main__":
    main()
