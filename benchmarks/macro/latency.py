"""From an order to wheels that turn, from the base to the fleet, from a stop to wheels that stand.

    python -m benchmarks.macro.latency        # QUICK=1 for a short run

Robot nodes with drive ``velocity``, a process each, at real time; bases and fleet are of paper and
live in this process. Everything counts from when it is sent: an order until the base is told a
speed worth the name, a stop of the whole site until the last robot brakes and until the last one
stands. A robot answers each odometry once: the rate of odometry is part of every figure.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.report import Row, publish, quick
from podherd_bringup.environment import free_domain_id, ros_environment
from sim_worlds.shift import with_robots
from sim_worlds.sites.catalogue import load_site

SEED = 1
ROBOTS = 3
MOTION_GOAL_MS = 50.0
STATE_GOAL_MS = 100.0
_STEP_S = 0.0005
_READY_S = 60.0
_RESTARTED = "PODHERD_BENCH_ROS"


def main() -> None:
    """Measure at the rates of usual bases and publish."""
    orders, rates = (4, (50.0,)) if quick() else (8, (10.0, 20.0, 50.0))
    rows = [measure(hertz, orders) for hertz in rates]
    publish(
        "latency",
        rows,
        seed=SEED,
        packages=("ros-rclpy", "ros-rmw-fastrtps-cpp"),
        parameters={"robots": ROBOTS, "orders of each robot": orders},
        notes=[
            f"goals: command to motion p95 at most {MOTION_GOAL_MS:g} ms, state to fleet p95 at "
            f"most {STATE_GOAL_MS:g} ms",
        ],
    )


def measure(hertz: float, orders: int) -> Row:
    """One rate of odometry."""
    import rclpy

    from benchmarks.macro.paper_floor import PaperFloor, RobotProcesses, share

    site = with_robots(load_site("medium"), ROBOTS)
    robots = [robot.id for robot in site.robots]
    rclpy.init()
    with tempfile.TemporaryDirectory() as folder:
        floor = PaperFloor(site, robots, hertz, SEED)
        running = RobotProcesses.start(
            site, [[robot] for robot in robots], Path(folder), os.environ
        )
        try:
            trials = Trials(floor)
            trials.until(floor.ready, _READY_S)
            for number in range(orders):
                trials.order(number)
                trials.stop()
            states = floor.heard_s
        finally:
            running.end()
            rclpy.shutdown()
    known = [(floor.bases[robot].told_s, at_ms, heard_s) for robot, at_ms, heard_s in states]
    heard = [(heard_s - told[at_ms]) * 1000 for told, at_ms, heard_s in known if at_ms in told]
    return {
        "odometry, Hz": round(hertz),
        "orders": len(trials.started_ms),
        "command to motion p50, ms": round(share(trials.started_ms, 0.5), 1),
        "p95, ms": round(share(trials.started_ms, 0.95), 1),
        "goal, ms": MOTION_GOAL_MS,
        "state to fleet p50, ms": round(share(heard, 0.5), 1),
        "state p95, ms": round(share(heard, 0.95), 1),
        "state goal, ms": STATE_GOAL_MS,
        "stops": len(trials.stopped_ms),
        "stop to last braking p50, ms": round(share(trials.braked_ms, 0.5), 1),
        "braking p95, ms": round(share(trials.braked_ms, 0.95), 1),
        "stop to last wheel still p95, ms": round(share(trials.stopped_ms, 0.95)),
    }


class Trials:
    """Orders given one by one, and stops of all robots while they drive."""

    def __init__(self, floor: Any):
        self._floor = floor
        self.started_ms: list[float] = []
        self.braked_ms: list[float] = []
        self.stopped_ms: list[float] = []

    def until(self, condition: Any, most_s: float) -> bool:
        """Let time pass until the condition holds; whether it did."""
        end_s = time.monotonic() + most_s
        while time.monotonic() < end_s:
            self._floor.turn()
            self._floor.answer()
            if condition():
                return True
            time.sleep(_STEP_S)
        return False

    def order(self, number: int) -> None:
        """Each standing robot gets an order, one after the other."""
        for robot, base in self._floor.bases.items():
            base.steered.clear()
            sent_s = time.monotonic()
            goal = self._floor.order(robot, number)
            if self.until(lambda base=base: _moves(base.velocity), 3.0):
                self.started_ms.append((base.steered[-1][0] - sent_s) * 1000)
            self.until(goal.done, 3.0)

    def stop(self) -> None:
        """All stop while they drive, and go on to their ends."""
        from podherd_msgs import msg

        from podherd_ros.convert_presence import stops_to_message
        from podherd_ros.presence import Stop, StopScope

        bases = list(self._floor.bases.values())
        driven = self.until(lambda: all(base.velocity.forward_mps > 0.3 for base in bases), 8.0)
        if driven:
            speeds = [base.velocity.forward_mps for base in bases]
            for base in bases:
                base.steered.clear()
            sent_s = time.monotonic()
            self._floor.stops.publish(stops_to_message([Stop("trial", StopScope.SITE)]))
            self.until(lambda: not any(_moves(base.velocity) for base in bases), 5.0)
            braked = [
                _slower(base.steered, speed) for base, speed in zip(bases, speeds, strict=True)
            ]
            self.braked_ms.append((max(braked) - sent_s) * 1000)
            self.stopped_ms.append((max(base.steered[-1][0] for base in bases) - sent_s) * 1000)
            self._floor.stops.publish(msg.Stops())
        self.until(self._all_done, 30.0)

    def _all_done(self) -> bool:
        states = self._floor.states.values()
        return all(not state.driving and not state.paused for state in states) and all(
            state.last_sequence_id == 6 for state in states
        )


def _moves(velocity: Any) -> bool:
    """A speed worth the name."""
    return abs(velocity.forward_mps) > 0.01 or abs(velocity.turn_radps) > 0.03


def _slower(steered: list[tuple[float, Any]], speed_mps: float) -> float:
    """When a base was first told to be slower than it was, and stayed so."""
    first_s = steered[-1][0]
    for at_s, velocity in reversed(steered):
        if velocity.forward_mps >= speed_mps:
            break
        first_s = at_s
    return first_s


if __name__ == "__main__":
    if _RESTARTED not in os.environ:
        ros = ros_environment(os.environ, free_domain_id()) | {_RESTARTED: "1"}
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.macro.latency"], ros)
    main()
