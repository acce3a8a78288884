"""The whole chain in Gazebo: WMS, bridge, dispatcher, ROS 2 robots, physics, in lock-step.

Real-time factors with 10, 25 and 50 AGVs on the site one-lane, what the wall time of a tick goes
into, how much processor time each process takes, and how well robots drive.
``python -m benchmarks.macro.gazebo_fleet``; QUICK=1 is shorter, SEEDS=5 runs each case with so many
seeds. Needs Gazebo (``make setup-gazebo``).
"""

import os
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.report import Row, publish, quick
from podherd_bringup.environment import free_domain_id, ros_environment
from podherd_bringup.gazebo import GazeboPlan
from podherd_bringup.programs import Wiring, free_port
from podherd_bringup.run_folder import RunFolder
from podherd_bringup.shift import LiveShift, Progress
from podherd_bringup.supervisor import Supervisor
from podherd_bringup.verdict import WorldReport, judge
from sim_worlds.gazebo.prefix import find_gazebo
from sim_worlds.gazebo.server import free_port as free_gazebo_port
from sim_worlds.shift import Shift, generated_shift, with_robots
from sim_worlds.sites.catalogue import load_site
from wms_bridge.records.work import Tally

SITE = "one-lane"
CASES = (10, 25, 50)
GOALS = {10: 18.0, 25: 8.0, 50: 4.0}
ORDERS = 150
FIRST_SEED = 1
_PORT = 18700
_SHOWN = (
    "robots",
    "seed",
    "x real time",
    "goal",
    "set-up, s",
    "gazebo, ms",
    "robots, ms",
    "publishing, ms",
    "fleet, ms",
    "contacts",
    "path p99, mm",
    "docking p99, mm",
    "lines",
)
"""Columns for people; the file has all of them."""


@dataclass(slots=True)
class Watch:
    """Ends a run after ``site_s`` of site time; notes when the floor opened and what processors
    did for each process until the last look."""

    site_s: float
    supervisor: Supervisor
    names: tuple[str, ...]
    opened_s: float = 0.0
    cpu_s: dict[str, float] = field(default_factory=dict)

    def look(self, progress: Progress) -> None:
        """Called about ten times a second."""
        if progress.site_ms > 0 and not self.opened_s:
            self.opened_s = progress.wall_s
        for name in self.names:
            self.cpu_s[name] = _cpu_s(self.supervisor.pid(name))

    def enough(self, progress: Progress) -> bool:
        """Whether it has run for long enough."""
        return progress.site_ms >= self.site_s * 1000


def main() -> None:
    """Every case with every seed."""
    seeds = range(FIRST_SEED, FIRST_SEED + int(os.environ.get("SEEDS", "1")))
    site_s = 40.0 if quick() else 120.0
    rows = [row_of(robots, seed, site_s) for robots in CASES for seed in seeds]
    publish(
        "gazebo_fleet",
        rows,
        seed=FIRST_SEED,
        shown=[{name: row[name] for name in _SHOWN} for row in rows],
        packages=("numpy", "numba", "ortools", "protobuf", "rclpy"),
        parameters={"site": SITE, "site s": site_s},
        notes=(
            "ms of each part: wall time per tick of 100 ms of site time; CPU: processor ms per tick"
            " of robots, fleet, world, Gazebo and bridge",
        ),
    )


def row_of(robots: int, seed: int, site_s: float) -> Row:
    """One run."""
    site = with_robots(load_site(SITE), robots)
    made = generated_shift(site, ORDERS, seed)
    plan = replace(made, orders=tuple(replace(timed, at_ms=0) for timed in made.orders))
    with tempfile.TemporaryDirectory() as folder:
        wiring = gazebo_wiring(plan, Path(folder) / "run", patience_s=5.0)
        names = ("gazebo", "world", "fleet", "bridge", *_robot_names(wiring, plan))
        supervisor = Supervisor(wiring.folder.logs)
        watch = Watch(site_s, supervisor, names)
        with supervisor:
            end = LiveShift(plan, wiring, watch.look, watch.enough).run(supervisor)
        world = judge(end, wiring.folder).world
    if world is None:
        raise SystemExit(f"{robots} robots: the world left no report")
    lines = end.progress.counts.get(Tally.LINES_CLOSED, 0)
    return _row(robots, seed, world, watch, lines)


def _row(robots: int, seed: int, world: WorldReport, watch: Watch, lines: int) -> Row:
    assert world.pace is not None
    assert world.path is not None
    assert world.docking is not None
    pace, ticks = world.pace, max(1, world.pace.ticks)
    parts = {f"{name}, ms": round(s * 1000 / ticks, 2) for name, s in pace.parts_s.items()}
    cpu: dict[str, float] = {}
    for name, spent_s in watch.cpu_s.items():
        kind = "robots" if name.startswith("robot-") else name
        cpu[kind] = cpu.get(kind, 0.0) + spent_s * 1000 / ticks
    return {
        "robots": robots,
        "seed": seed,
        "x real time": pace.real_time_factor,
        "goal": GOALS[robots],
        "set-up, s": round(watch.opened_s, 1),
        "ticks": pace.ticks,
        "late": pace.late,
        **parts,
        **{f"CPU {name}, ms": round(spent, 2) for name, spent in cpu.items()},
        "contacts": len(world.violations),
        "path p99, mm": round(world.path.p99_m * 1000, 1),
        "docking p99, mm": round(world.docking.p99_m * 1000, 1),
        "lines": lines,
        "m driven": round(world.way_m),
    }


def gazebo_wiring(plan: Shift, folder: Path, patience_s: float) -> Wiring:
    """A shift in Gazebo, as fast as it goes, with its files in ``folder``."""
    run = RunFolder(folder)
    run.prepare(plan.site, plan.stock)
    bridge_port = free_port(_PORT)
    return Wiring(
        folder=run,
        bridge_port=bridge_port,
        wms_port=free_port(bridge_port + 1),
        speed="max",
        seed=plan.seed,
        short_slot_share=0.0,
        ros=ros_environment(os.environ, free_domain_id()),
        gazebo=GazeboPlan(find_gazebo(), free_gazebo_port(), patience_s=patience_s),
    )


def _robot_names(wiring: Wiring, plan: Shift) -> list[str]:
    assert wiring.gazebo is not None
    groups = wiring.gazebo.robot_settings(plan.site, wiring.folder.site)
    return [f"robot-{group[0]}" for group, _ in groups]


def _cpu_s(pid: int) -> float:
    """Processor time of a process so far."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
