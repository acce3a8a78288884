"""How long one assignment of robots to trips and chargers takes, and what it saves.

Robots and pods are spread at random over a grid of 1 m cells, as many trips as robots, one charger
for five of them; travel times are those of straight aisles. Each size is decided several times,
half of the robots already under way. Beside the flow stands what is usual: each trip in turn takes
the nearest robot that is still free. ``python -m benchmarks.micro.robot_assignment``; QUICK=1 is
shorter.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time

import numpy as np
from rich.progress import track

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.report import Row, publish, quick
from planner.assign.batteries import BatteryLevels
from planner.assign.matching import IntArray
from planner.assign.robots import NOTHING, RobotParams, RobotProblem, assign_robots

SEED = 1
SPEED_MPS = 1.5
CELLS_PER_ROBOT = 35
"""About what the dispatcher's grid sites have."""
GOAL_MS = 250
LEVELS = BatteryLevels()
PARAMS = RobotParams()


@dataclass(frozen=True, slots=True)
class Case:
    """A problem and the metres (robots, trips) behind its travel times."""

    problem: RobotProblem
    metres: IntArray


def main() -> None:
    sizes = (100, 300) if quick() else (100, 300, 1_000, 2_000)
    rounds = 5 if quick() else 25
    rows = [measure(size, rounds) for size in track(sizes, "robots", transient=True)]
    publish(
        "robot_assignment",
        rows,
        seed=SEED,
        packages=("numpy", "ortools"),
        parameters={"rounds": rounds, "nearest": PARAMS.nearest, "goal p99 ms": GOAL_MS},
        notes=(
            "CPU ms of one call, times given. Greedy: trips in turn, the nearest free robot each.",
            "Metres are those driven without a pod, of robots that got a trip.",
        ),
    )


def measure(robots: int, rounds: int) -> Row:
    """One size, decided ``rounds`` times on floors drawn anew."""
    rng = np.random.default_rng(SEED)
    flow_ms: list[float] = []
    greedy_ms: list[float] = []
    flow_m = greedy_m = served = greedy_served = 0
    for _ in range(rounds):
        case = drawn(robots, rng)
        started = process_time()
        plan = assign_robots(case.problem, LEVELS, PARAMS)
        flow_ms.append(1000 * (process_time() - started))
        assert not plan.greedy
        started = process_time()
        nearest = nearest_first(case.problem)
        greedy_ms.append(1000 * (process_time() - started))
        flow_m += metres(case, plan.trip)
        greedy_m += metres(case, nearest)
        served += int((plan.trip != NOTHING).sum())
        greedy_served += int((nearest != NOTHING).sum())
    return {
        "robots": robots,
        "trips": robots,
        "flow p50 ms": float(np.percentile(flow_ms, 50)),
        "flow p99 ms": float(np.percentile(flow_ms, 99)),
        "greedy p50 ms": float(np.percentile(greedy_ms, 50)),
        "ms ratio": float(np.percentile(flow_ms, 50) / np.percentile(greedy_ms, 50)),
        "trips served": served,
        "greedy served": greedy_served,
        "m per trip": flow_m / served,
        "greedy m per trip": greedy_m / greedy_served,
        "metres ratio": (flow_m / served) / (greedy_m / greedy_served),
    }


def drawn(robots: int, rng: np.random.Generator) -> Case:
    """A square floor; every second robot is on its way to a pod as good as any."""
    side = int(np.ceil(np.sqrt(CELLS_PER_ROBOT * robots)))
    places, pods = rng.integers(0, side, (robots, 2)), rng.integers(0, side, (robots, 2))
    chargers = rng.integers(0, side, (max(1, robots // 5), 2))
    to_pods, to_chargers = apart(places, pods), apart(places, chargers)
    problem = RobotProblem(
        trip_ms=in_ms(to_pods),
        charger_ms=in_ms(to_chargers),
        urgency_ms=rng.integers(0, 10_000, robots),
        battery=rng.uniform(0.36, 1.0, robots),
        trip=np.full(robots, NOTHING, dtype=np.int64),
        charger=np.full(robots, NOTHING, dtype=np.int64),
        charging=np.zeros(robots, dtype=np.bool_),
        busy=np.zeros(robots, dtype=np.bool_),
        no_charger=np.zeros(robots, dtype=np.bool_),
        fleet_battery=rng.uniform(0.36, 1.0, robots),
        drain_per_ms=1e-7,
        fill_per_ms=1e-6,
    )
    under_way = nearest_first(problem)
    under_way[::2] = NOTHING
    return Case(replace(problem, trip=under_way), to_pods)


def apart(starts: IntArray, ends: IntArray) -> IntArray:
    """Metres (starts, ends) along straight aisles."""
    difference = np.abs(starts[:, None, :] - ends[None, :, :])
    metres: IntArray = difference.sum(axis=2)
    return metres


def in_ms(metres: IntArray) -> IntArray:
    return np.round(1000 * metres / SPEED_MPS).astype(np.int64)


def nearest_first(problem: RobotProblem) -> IntArray:
    """Each trip in turn takes the nearest robot that is still free."""
    ms = problem.trip_ms.copy()
    trip = np.full(len(ms), NOTHING, dtype=np.int64)
    for column in range(ms.shape[1]):
        robot = int(ms[:, column].argmin())
        trip[robot] = column
        ms[robot, :] = np.iinfo(np.int64).max
    return trip


def metres(case: Case, trip: IntArray) -> int:
    robots = np.flatnonzero(trip != NOTHING)
    return int(case.metres[robots, trip[robots]].sum())


if __name__ == "__main__":
    main()
