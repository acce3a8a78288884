"""How long one step of the dispatcher takes, against the number of robots.

Floors grow with the fleet (about 18 pod spots per robot); every station has a backlog, all robots
work, and the whole loop runs in the fast world: only the time inside ``Dispatcher.step`` counts.
A step covers 500 ms of site time. ``python benchmarks/micro/dispatcher_step.py``; QUICK=1 is
shorter.
"""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from rich.progress import track

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.report import Row, publish, quick
from planner.dispatch.step import Dispatcher
from sim_worlds.run import ShiftRun
from sim_worlds.shift import generated_shift
from sim_worlds.sites.grid import GridPlan, grid_site

SEED = 1
ORDERS_PER_STATION = 15


def main() -> None:
    fleets = (10, 50) if quick() else (10, 50, 100, 200, 500)
    warm_up, ticks = (240, 240) if quick() else (600, 1200)
    rows = [measure(robots, warm_up, ticks) for robots in track(fleets, "fleets", transient=True)]
    base = float(rows[0]["step p50 ms"])
    publish(
        "dispatcher_step",
        [{**row, "ratio to first": float(row["step p50 ms"]) / base} for row in rows],
        seed=SEED,
        packages=("numba", "numpy", "ortools"),
        parameters={"warm_up_ticks": warm_up, "ticks": ticks, "tick_ms": 500},
        notes=("CPU ms is process time per step; a step stands for 500 ms of site time.",),
    )


def measure(robots: int, warm_up: int, ticks: int) -> Row:
    """Step times of one fleet at work."""
    site = grid_site(GridPlan.for_robots(robots))
    shift = generated_shift(site, ORDERS_PER_STATION * len(site.stations), SEED)
    run = ShiftRun(shift)
    for _ in range(warm_up):
        run.tick()
    wall_ms: list[float] = []
    cpu_ms: list[float] = []
    run.dispatcher.step = timed(run.dispatcher, wall_ms, cpu_ms)  # type: ignore[method-assign]
    picks = run.state.tally.picks_confirmed
    for _ in range(ticks):
        run.tick()
    return {
        "robots": robots,
        "nodes": len(run.dispatcher.floor.roadmap.nodes),
        "stations": len(site.stations),
        "picks": run.state.tally.picks_confirmed - picks,
        "step p50 ms": percentile(wall_ms, 50),
        "p95 ms": percentile(wall_ms, 95),
        "max ms": max(wall_ms),
        "CPU ms": sum(cpu_ms) / len(cpu_ms),
        "violations": len(run.world.violations),
    }


def timed(dispatcher: Dispatcher, wall_ms: list[float], cpu_ms: list[float]) -> Callable[..., Any]:
    """The dispatcher's step with a stop watch around it."""
    step = dispatcher.step

    def watched(*args: Any) -> Any:
        wall, cpu = perf_counter(), process_time()
        result = step(*args)
        wall_ms.append(1000 * (perf_counter() - wall))
        cpu_ms.append(1000 * (process_time() - cpu))
        return result

    return watched


def percentile(values: Iterable[float], share: float) -> float:
    return float(np.percentile(list(values), share))


if __name__ == "__main__":
    main()
