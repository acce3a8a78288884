"""How long work stands after kill -9 of a robot's process, the fleet node and the world's node.

    python -m benchmarks.macro.recovery        # QUICK=1 kills each once

A shift of picking-cell in Gazebo, all processes supervised as in ``podherd demo``. From the
kill until the fleet plans again (fleet, world) or the robots of the process drive their cycle again
(robot), wall time, looked at ten times a second. At the end every order must be complete, the books
must balance and nothing may have touched. Needs Gazebo (``make setup-gazebo``).
"""

import os
import signal
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.macro.gazebo_fleet import gazebo_wiring
from benchmarks.report import Row, publish, quick
from podherd_bringup.shift import LiveShift, Progress
from podherd_bringup.supervisor import Supervisor
from podherd_bringup.verdict import judge
from sim_worlds.shift import generated_shift
from sim_worlds.sites.catalogue import load_site

SITE = "picking-cell"
SEED = 1
ORDERS = 5
GOAL_S = 10.0
_APART_MS = 20_000
"""Site time between a recovery and the next kill."""


@dataclass(slots=True)
class Kills:
    """Kills processes in turn and notes how long each is missed. ``memories`` is where robots note
    in every cycle where they are."""

    supervisor: Supervisor
    memories: Path
    names: list[str]
    took_s: dict[str, list[float]] = field(default_factory=dict)
    _victim: str = ""
    _killed_s: float = 0.0
    _killed_ms: int = 0
    _pid: int = 0
    _due_ms: int = _APART_MS

    def look(self, progress: Progress) -> None:
        """Called about ten times a second."""
        if self._victim and self._is_back(progress):
            took_s = time.time() - self._killed_s
            self.took_s.setdefault(self._victim.split("-")[0], []).append(took_s)
            self._victim, self._due_ms = "", progress.site_ms + _APART_MS
        elif not self._victim and self.names and progress.site_ms >= self._due_ms:
            self._victim = self.names.pop(0)
            self._killed_s, self._killed_ms = time.time(), progress.site_ms
            self._pid = self.supervisor.pid(self._victim)
            os.kill(self._pid, signal.SIGKILL)

    def _is_back(self, progress: Progress) -> bool:
        if self.supervisor.pid(self._victim) == self._pid:
            self._killed_ms = progress.site_ms  # pictures from before may still come in
            return False
        if not self._victim.startswith("robot"):
            return progress.site_ms > self._killed_ms + 1_000
        robot = self._victim.removeprefix("robot-")
        files = list(self.memories.glob(f"*{robot}*"))
        return any(file.stat().st_mtime > self._killed_s + 0.2 for file in files)


def main() -> None:
    """One shift with kills; a row for each kind of process."""
    times = 1 if quick() else 5
    site = load_site(SITE)
    made = generated_shift(site, ORDERS, SEED)
    plan = replace(made, orders=tuple(replace(timed, at_ms=0) for timed in made.orders))
    with tempfile.TemporaryDirectory() as folder:
        wiring = gazebo_wiring(plan, Path(folder) / "run", patience_s=1.0)
        run = wiring.folder
        robots = next(iter(wiring.gazebo.robot_settings(site, run.site)))[0]  # type: ignore[union-attr]
        with Supervisor(run.logs) as supervisor:
            kills = Kills(
                supervisor, run.path / "robots", [f"robot-{robots[0]}", "fleet", "world"] * times
            )
            end = LiveShift(plan, wiring, kills.look).run(supervisor)
        verdict = judge(end, run)
    complaints = "; ".join(verdict.complaints) or "none"
    rows = [_row(name, took_s, complaints) for name, took_s in kills.took_s.items()]
    publish(
        "recovery",
        rows,
        seed=SEED,
        packages=("rclpy", "numpy"),
        parameters={"site": SITE, "orders": ORDERS},
        notes=[f"goal: work resumes within {GOAL_S:g} s, nothing lost, nothing twice"],
    )


def _row(name: str, took_s: list[float], complaints: str) -> Row:
    return {
        "killed": name,
        "times": len(took_s),
        "back after p50, s": round(sorted(took_s)[len(took_s) // 2], 1),
        "longest, s": round(max(took_s), 1),
        "goal, s": GOAL_S,
        "complaints of the whole shift": complaints,
    }


if __name__ == "__main__":
    main()
