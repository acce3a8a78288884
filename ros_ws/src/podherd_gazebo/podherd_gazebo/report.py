"""What a run in Gazebo leaves behind: where robots truly were, and the figures at the end."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from planner.codec.messages import encode
from planner.warehouse.robot import Pose
from podherd_gazebo.floor import GazeboFloor
from podherd_gazebo.lockstep import CONTROL_MS, Lockstep
from podherd_gazebo.tracks import Spread
from podherd_world.work import Work

_MM = 3
"""Digits after the point, of metres and radians."""


class TrackLog:
    """``tracks.jsonl``: the true places of the robots that have moved, twice a second, for
    ``podherd film``."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = path.open("ab")
        self._last: dict[str, list[float]] = {}

    def write(self, at_ms: int, poses: Mapping[str, Pose], robots: Iterable[str]) -> None:
        """Note where they are at ``at_ms``."""
        moved: dict[str, list[float]] = {}
        for name in robots:
            pose = poses[name]
            place = [round(pose.x_m, _MM), round(pose.y_m, _MM), round(pose.theta_rad, _MM)]
            if place != self._last.get(name):
                moved[name] = self._last[name] = place
        if moved:
            self._file.write(encode({"t": at_ms, "at": moved}) + b"\n")

    def close(self) -> None:
        """End the file."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class Errors:
    """A distribution of distances in metres."""

    count: int
    p50_m: float
    p99_m: float
    largest_m: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast it went: ``parts_s`` is wall time (s) by what it went into, ``late`` counts answers
    of robots that did not come in time."""

    ticks: int
    wall_s: float
    real_time_factor: float
    late: int
    parts_s: Mapping[str, float]


def errors_of(bins: Counter[int]) -> Errors:
    """The figures of a distribution."""
    spread = Spread(dict(bins))
    return Errors(spread.count, spread.quantile(0.5), spread.quantile(0.99), spread.largest)


def write_report(path: Path, floor: GazeboFloor, work: Work, loop: Lockstep, site_ms: int) -> None:
    """``world.json``: what touched, what was taken and put away, how well robots drove, and how
    fast it went."""
    counts = Counter(violation.kind.value for violation in floor.violations)
    site_s = loop.ticks * CONTROL_MS / 1000
    report = {
        "site_ms": site_ms,
        "violations": floor.violations,
        "counts": dict(counts),
        "pieces_taken": work.pieces_taken,
        "pieces_put": work.pieces_put,
        "refused": work.refused,
        "path": errors_of(floor.tracks.path),
        "docking": errors_of(floor.tracks.docking),
        "way_m": round(floor.tracks.way_m, 1),
        "pods_off_m": round(floor.pods_off_m(), 4),
        "pace": Pace(
            loop.ticks,
            round(loop.wall_s, 3),
            round(site_s / max(loop.wall_s, 1e-9), 2),
            loop.late,
            {name: round(spent, 3) for name, spent in loop.parts.spent_s.items()},
        ),
    }
    path.write_bytes(encode(report))
