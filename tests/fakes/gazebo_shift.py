"""Whole shifts over real processes with Gazebo as the world; used by the scenarios."""

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from planner.codec.messages import decode
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose
from podherd_bringup.environment import free_domain_id, ros_environment
from podherd_bringup.gazebo import GazeboPlan
from podherd_bringup.programs import Wiring, free_port
from podherd_bringup.run_folder import RunFolder
from podherd_bringup.shift import LiveShift, Progress
from podherd_bringup.supervisor import Supervisor
from podherd_bringup.verdict import Verdict, judge
from sim_worlds.gazebo.prefix import Gazebo
from sim_worlds.gazebo.server import free_port as free_gazebo_port
from sim_worlds.sdf.options import PHYSICS_ONLY, WorldOptions
from sim_worlds.shift import Shift


def nothing(progress: Progress) -> None:
    """Leaves a shift alone."""


@dataclass(slots=True)
class GazeboShift:
    """One shift in Gazebo. ``disturb`` is called with the progress about ten times a second."""

    plan: Shift
    wiring: Wiring
    supervisor: Supervisor

    def run(
        self,
        disturb: Callable[[Progress], None] = nothing,
        enough: Callable[[Progress], bool] = lambda progress: False,
    ) -> Verdict:
        """To the end, or until it is ``enough``, and the verdict."""
        self.wiring.folder.prepare(self.plan.site, self.plan.stock)
        with self.supervisor:
            end = LiveShift(self.plan, self.wiring, disturb, enough).run(self.supervisor)
        verdict = judge(end, self.wiring.folder)
        print(figures(verdict))  # noqa: T201
        return verdict

    @property
    def port(self) -> int:
        """Of the Gazebo master."""
        assert self.wiring.gazebo is not None
        return self.wiring.gazebo.port


def gazebo_shift(
    gazebo: Gazebo, plan: Shift, folder: Path, options: WorldOptions = PHYSICS_ONLY
) -> GazeboShift:
    """A shift that is ready to run; everything of it goes to ``folder``."""
    run = RunFolder(folder)
    wiring = Wiring(
        folder=run,
        bridge_port=free_port(18800 + os.getpid() % 1000),
        wms_port=free_port(19800 + os.getpid() % 1000),
        speed="max",
        seed=plan.seed,
        short_slot_share=0.0,
        ros=ros_environment(os.environ, free_domain_id()),
        gazebo=GazeboPlan(gazebo, free_gazebo_port(), options, patience_s=3.0),
    )
    return GazeboShift(plan, wiring, Supervisor(run.logs))


def figures(verdict: Verdict) -> str:
    """One paragraph for the log of a test."""
    progress, world = verdict.end.progress, verdict.world
    if world is None or world.path is None or world.docking is None or world.pace is None:
        return "no figures: the world left no report"
    pace, kpis = world.pace, progress.kpis
    lines_per_h = kpis.lines_per_h if kpis else 0.0
    return (
        f"{progress.site_ms / 1000:.0f} s of site time in {progress.wall_s:.0f} s;"
        f" real-time factor {pace.real_time_factor:.1f} ({pace.ticks} ticks, {pace.late} late);"
        f" wall time by part, s: {dict(pace.parts_s)};"
        f" violations {len(world.violations)};"
        f" path error p50/p99/worst {world.path.p50_m * 1000:.1f}/{world.path.p99_m * 1000:.1f}/"
        f"{world.path.largest_m * 1000:.1f} mm ({world.path.count});"
        f" docking {world.docking.p50_m * 1000:.1f}/{world.docking.p99_m * 1000:.1f}/"
        f"{world.docking.largest_m * 1000:.1f} mm ({world.docking.count});"
        f" pods off {world.pods_off_m * 1000:.1f} mm; {world.way_m:.0f} m driven;"
        f" {lines_per_h:.0f} lines/h; complaints {verdict.complaints}"
    )


def log_hash(events: Path) -> tuple[str, int]:
    """Hash of an event log up to the last pick, and how many lines that is: how long the fleet
    goes on afterwards depends on when the processes are told to end."""
    lines = events.read_bytes().splitlines()
    last = max((k for k, line in enumerate(lines) if b'"PickConfirmed"' in line), default=0)
    return hashlib.sha256(b"\n".join(lines[: last + 1])).hexdigest(), last + 1


def first_difference(one: Path, other: Path) -> str:
    """Where two event logs part, for people."""
    for number, (a, b) in enumerate(
        zip(one.read_bytes().splitlines(), other.read_bytes().splitlines(), strict=False)
    ):
        if a != b:
            at = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), 0)
            around = slice(max(0, at - 150), at + 150)
            return f"line {number}:\n{a[around]!r}\n{b[around]!r}"
    return "none in the lines that both have"


def places(tracks: Path, robot: RobotId) -> list[tuple[int, Pose]]:
    """Where a robot truly was, and when (ms)."""
    found = []
    for line in tracks.read_bytes().splitlines():
        record = decode(line)
        if robot in record["at"]:
            found.append((record["t"], Pose(*record["at"][robot])))
    return found


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Polls until a condition holds; fails after ``seconds`` of wall time."""
    deadline_s = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline_s, what
        time.sleep(0.01)
