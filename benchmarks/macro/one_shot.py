"""One-shot path finding: how near to the lower bound in so much CPU time.

Scenarios of the MovingAI benchmark (R. Stern et al., SoCS 2019), classic model. The lower bound is
the sum of the shortest paths. Every solution is checked by the independent validator.
``python -m benchmarks.macro.one_shot --data DIR``, DIR with the map and scenario files; QUICK=1 is
shorter.
"""

from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import Annotated

import numpy as np
import typer
from rich.progress import track

from benchmarks.report import Row, publish, quick
from planner.mapf.validate import ConflictKind, conflicts
from planner.oneshot.lacam import solve
from planner.oneshot.prioritised import prioritised
from planner.oneshot.problem import Solution, Ways, pose
from planner.oneshot.refine import Refiner
from sim_worlds.league.one_shot import solve_within
from sim_worlds.league.scenario import load_scenario

MAP = "warehouse-10-20-10-2-1"
SEED = 1


@dataclass(frozen=True, slots=True)
class Case:
    """``goal`` is the largest sum of costs over lower bound that is good enough; None: any
    solution is."""

    agents: int
    seconds: float
    seeds: int
    goal: float | None
    peer: str


CASES = (
    Case(200, 10, 3, 1.016, "1.0156 (MAPF-LNS2, 10 s)"),
    Case(200, 30, 3, 1.016, "1.0156 (MAPF-LNS2, 10 s)"),
    Case(400, 10, 3, 1.0933, "1.0933 (lacam3, 10 s)"),
    Case(400, 30, 3, 1.08, "1.0799 (MAPF-LNS2, 30 s)"),
    Case(800, 30, 1, None, "1.7051 (lacam3, 10 s)"),
)
QUICK_CASES = (Case(200, 3, 1, 1.2, "1.18 (MAPF-LNS2, 0.3 s)"),)


def main(
    data: Annotated[Path, typer.Option(help="Folder of the map and scenario files.")] = Path("."),
    scenario: Annotated[int, typer.Option(help="Number of the random scenario.")] = 1,
) -> None:
    cases = QUICK_CASES if quick() else CASES
    warm_up(posed(data, scenario, 10))
    rows = [
        measure(case, posed(data, scenario, case.agents))
        for case in track(cases, "cases", transient=True)
    ]
    publish(
        "one_shot",
        rows,
        seed=SEED,
        packages=("numba", "numpy"),
        parameters={"map": MAP, "scenario": f"random-{scenario}"},
        notes=(
            "CPU seconds of all threads (one), compilation and distance tables left out.",
            "The median seed is shown; spread is largest less smallest SOC / LB over the seeds.",
            "Peers were measured on a machine of the same kind.",
        ),
    )


def posed(data: Path, scenario: int, agents: int) -> Ways:
    instance = load_scenario(data / f"{MAP}.map", data / f"{MAP}-random-{scenario}.scen", agents)
    return pose(instance.map.neighbours(), instance.starts, instance.goals)


def warm_up(ways: Ways) -> None:
    """Compile the kernels, also those the quick way to a first solution does not need."""
    rng = np.random.default_rng(SEED)
    prioritised(ways, 1, rng)
    first = solve(ways, 100_000, rng)
    if isinstance(first, Solution):
        Refiner(ways, first, rng).run(1_000)


def measure(case: Case, ways: Ways) -> Row:
    """The median of the case's seeds."""
    least = int(ways.lower_bounds.sum())
    found = []
    for seed in range(SEED, SEED + case.seeds):
        began_s = process_time()
        solution = solve_within(ways, case.seconds, seed, process_time)
        spent_s = process_time() - began_s
        if not isinstance(solution, Solution):
            raise SystemExit(f"{case.agents} agents: {solution}")
        check(ways, solution)
        found.append((solution.sum_of_costs / least, solution, spent_s))
    ratios = [ratio for ratio, _, _ in found]
    _, shown, spent_s = min(found, key=lambda one: abs(one[0] - median(ratios)))
    return {
        "map": MAP,
        "agents": case.agents,
        "CPU s": round(spent_s, 1),
        "SOC": shown.sum_of_costs,
        "SOC / LB": f"{shown.sum_of_costs / least:.4f}",
        "spread": f"{max(ratios) - min(ratios):.4f}" if case.seeds > 1 else "",
        "makespan": shown.makespan,
        "LB": least,
        "best peer": case.peer,
        "goal": "solved" if case.goal is None else str(case.goal),
        "holds": "yes" if case.goal is None or median(ratios) <= case.goal else "no",
    }


def check(ways: Ways, solution: Solution) -> None:
    """Stop the benchmark if a solution is none."""
    edges = {
        node: frozenset(int(there) for there in row if there >= 0)
        for node, row in enumerate(ways.neighbours)
    }
    wrong = [
        conflict
        for conflict in conflicts(solution.paths.tolist(), edges)
        if conflict.kind is not ConflictKind.CYCLE
    ]
    starts, ends = solution.paths[:, 0], solution.paths[:, -1]
    if wrong or not (np.array_equal(starts, ways.starts) and np.array_equal(ends, ways.goals)):
        raise SystemExit(f"not a solution: {wrong[:3]}")


if __name__ == "__main__":
    typer.run(main)
