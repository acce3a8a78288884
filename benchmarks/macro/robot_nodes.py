"""Robot nodes at real time: CPU, discovery, orders.

    python -m benchmarks.macro.robot_nodes        # QUICK=1 for a short run

Robots with drive ``velocity`` share one process. Their bases are of paper and send odometry at
10 Hz with a phase each, so that as few as possible can be answered together; a fleet of paper sends
each robot for walks of three edges. CPU is that of the robots' process alone.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Row, publish, quick
from podherd_bringup.environment import free_domain_id, ros_environment
from sim_worlds.shift import with_robots
from sim_worlds.sites.catalogue import load_site

SEED = 1
HERTZ = 10.0
CPU_GOAL = 1.0
DISCOVERY_GOAL_S = 10.0
_READY_S = 120.0
_RESTARTED = "PODHERD_BENCH_ROS"


def main() -> None:
    """Measure every size and publish."""
    counts = (10, 100) if quick() else (1, 10, 50, 100)
    seconds = 10.0 if quick() else 20.0
    rows = [measure(count, seconds) for count in counts]
    publish(
        "robot_nodes",
        rows,
        seed=SEED,
        packages=("ros-rclpy", "ros-rmw-fastrtps-cpp"),
        parameters={"odometry, Hz": HERTZ, "seconds": seconds},
        notes=[
            f"goals at 100 robots: at most {CPU_GOAL:g} core, all discovered within "
            f"{DISCOVERY_GOAL_S:g} s of the process's start, no order lost",
        ],
    )


def measure(count: int, seconds: float) -> Row:
    """One size."""
    import rclpy

    from benchmarks.macro.paper_floor import PaperFloor, RobotProcesses, share

    site = with_robots(load_site("medium"), count)
    robots = [robot.id for robot in site.robots]
    rclpy.init()
    with tempfile.TemporaryDirectory() as folder:
        floor = PaperFloor(site, robots, HERTZ, SEED)
        begun_s = time.monotonic()
        running = RobotProcesses.start(site, [robots], Path(folder), os.environ)
        try:
            while not floor.ready():
                floor.turn()
                floor.answer()
                if time.monotonic() - begun_s > _READY_S:
                    raise SystemExit(f"{count} robots were not ready after {_READY_S:g} s")
            discovered_s = time.monotonic() - begun_s
            cpu_s, tallied = running.cpu_s(), Tally(floor)
            start_s = time.monotonic()
            tallied.work(seconds)
            cores = (running.cpu_s() - cpu_s) / (time.monotonic() - start_s)
            tallied.finish()
            memory_mb = running.memory_mb()
        finally:
            running.end()
            rclpy.shutdown()
    late = [
        heard - floor.bases[robot].told_s[at_ms]
        for robot, at_ms, heard in floor.heard_s
        if at_ms in floor.bases[robot].told_s
    ]
    return {
        "robots": count,
        "cores": round(cores, 3),
        "us per odometry": round(cores / (count * HERTZ) * 1e6),
        "goal, cores": CPU_GOAL if count == 100 else "-",
        "discovered, s": round(discovered_s, 2),
        "goal, s": DISCOVERY_GOAL_S if count == 100 else "-",
        "orders": tallied.given,
        "lost": tallied.given - tallied.ended - tallied.refused,
        "refused": tallied.refused,
        "odometry to state p95, ms": round(share(late, 0.95) * 1000, 1),
        "memory, MB": round(memory_mb),
    }


class Tally:
    """Keeps every robot busy and counts what becomes of its orders."""

    def __init__(self, floor: object):
        from benchmarks.macro.paper_floor import PaperFloor

        assert isinstance(floor, PaperFloor)
        self._floor = floor
        self.given = self.ended = self.refused = 0
        self._goals: dict[str, object] = {}
        self._results: dict[str, object] = {}

    def work(self, seconds: float) -> None:
        """Give orders for so long, wall time."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            self._round(giving=True)

    def finish(self) -> None:
        """Give no more, and wait for those under way."""
        end_s = time.monotonic() + 60.0
        while (self._goals or self._results) and time.monotonic() < end_s:
            self._round(giving=False)

    def _round(self, *, giving: bool) -> None:
        until_s = time.monotonic() + 0.02
        while time.monotonic() < until_s:
            self._floor.turn()
            time.sleep(0.001)
        self._floor.answer()
        for robot in self._floor.bases:
            self._look_at(robot, giving=giving)

    def _look_at(self, robot: str, *, giving: bool) -> None:
        from planner.warehouse.ids import RobotId

        goal, result = self._goals.get(robot), self._results.get(robot)
        if goal is not None and goal.done():  # type: ignore[attr-defined]
            handle = self._goals.pop(robot).result()  # type: ignore[attr-defined]
            if handle.accepted:
                self._results[robot] = handle.get_result_async()
            else:
                self.refused += 1
        elif result is not None and result.done():  # type: ignore[attr-defined]
            del self._results[robot]
            self.ended += 1
        elif giving and goal is None and result is None:
            self._goals[robot] = self._floor.order(RobotId(robot), self.given)
            self.given += 1


if __name__ == "__main__":
    if _RESTARTED not in os.environ:
        ros = ros_environment(os.environ, free_domain_id()) | {_RESTARTED: "1"}
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.macro.robot_nodes"], ros)
    main()
