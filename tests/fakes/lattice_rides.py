"""Rides of one robot over a lattice of nodes with markers on the floor, and their referee."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import cos, hypot, sin

from fakes.rolling_base import PERFECT, Physics, RollingBase

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import RobotId, TransportOrderId
from planner.warehouse.robot import Pose
from planner.warehouse.site import RobotType
from podherd_robot.base_drive import BaseDrive
from podherd_robot.drive_params import DriveParams
from podherd_ros.base import BaseKind
from podherd_ros.drive import DriveReport

PITCH_M = 1.2
LIFTER = RobotType(
    id="lifter",
    length_m=0.76,
    width_m=0.56,
    speed_mps=1.5,
    loaded_speed_mps=1.2,
    acceleration_mps2=1.0,
    turn_rate_radps=1.57,
    lift_s=1.0,
    battery_wh=350.0,
    drive_w=200.0,
    idle_w=40.0,
    charge_w=1500.0,
)
Cell = tuple[int, int]
MARKERS = {
    f"N:n{x}-{y}": Pose(PITCH_M * x, PITCH_M * y, 0.0) for x in range(-9, 10) for y in range(-9, 10)
}
ROUTE = TransportOrderId("T1")


def waypoints(cells: Sequence[Cell], first: int = 0, limit_mps: float = 1.5) -> list[Waypoint]:
    """Waypoints of a chain of cells without the one it starts at; ``first``: the start's number."""
    numbered = enumerate(cells[1:], start=1)
    return [Waypoint(first + 2 * i, PITCH_M * x, PITCH_M * y, limit_mps) for i, (x, y) in numbered]


@dataclass
class Ride:
    """A base, its driver, and what went wrong with them. ``released``: the chain of cells the robot
    may drive, from the one it starts at; grow it before the driver hears of it."""

    base: RollingBase
    drive: BaseDrive
    dt_ms: int = 100
    released: list[Cell] = field(default_factory=lambda: [(0, 0)])
    reached: list[int] = field(default_factory=list)
    report: DriveReport | None = None
    beyond_m: float = 0.0
    """Furthest beyond the end of the released way."""
    beside_m: float = 0.0
    """Furthest beside the released way."""

    def __post_init__(self) -> None:
        self.base.watch = self._judge

    def _judge(self, truth: Pose) -> None:
        off, beyond = distance_to_way(truth, self.released)
        self.beside_m = max(self.beside_m, off)
        self.beyond_m = max(self.beyond_m, beyond)

    def tick(self, times: int = 1) -> DriveReport:
        """So many control cycles; what was reached must only grow within a route."""
        for _ in range(times):
            self.report = self.base.tick(self.drive, self.dt_ms)
            self.reached.append(self.report.reached)
        assert self.report is not None
        return self.report

    def until_still(self, most_s: float = 120.0) -> DriveReport:
        """Until it has stood for a second."""
        still_ms = 0
        for _ in range(int(most_s * 1000 / self.dt_ms)):
            report = self.tick()
            still_ms = 0 if report.driving else still_ms + self.dt_ms
            if still_ms >= 1_500:
                return report
        raise AssertionError(f"it still drives after {most_s} s: {self.report}")

    def off_m(self, cell: Cell) -> float:
        """How far from a cell's node the base really is."""
        truth = self.base.truth
        return hypot(truth.x_m - PITCH_M * cell[0], truth.y_m - PITCH_M * cell[1])


def ride(
    kind: BaseKind = BaseKind.DIFFERENTIAL,
    physics: Physics = PERFECT,
    seed: int = 0,
    *,
    start: Pose = Pose(0.0, 0.0, 0.0),  # noqa: B008  (a constant)
    dt_ms: int = 100,
    params: DriveParams | None = None,
) -> Ride:
    """A robot at the origin that has found itself."""
    base = RollingBase(kind, LIFTER, start, MARKERS, physics, seed)
    drive = BaseDrive(RobotId("R01"), LIFTER, base, MARKERS, params or DriveParams(kind=kind))
    made = Ride(base, drive, dt_ms)
    made.tick(max(5, 500 // dt_ms))
    return made


def distance_to_way(truth: Pose, cells: Sequence[Cell]) -> tuple[float, float]:
    """Metres to the nearest point of a chain of cells; and how far beyond its end (else 0)."""
    points = [(PITCH_M * x, PITCH_M * y) for x, y in cells]
    to_end = hypot(truth.x_m - points[-1][0], truth.y_m - points[-1][1])
    off, beyond = to_end, 0.0
    for (ax, ay), (bx, by) in pairwise(points):
        length = hypot(bx - ax, by - ay)
        ux, uy = (bx - ax) / length, (by - ay) / length
        along = (truth.x_m - ax) * ux + (truth.y_m - ay) * uy
        across = abs((truth.y_m - ay) * ux - (truth.x_m - ax) * uy)
        off = min(off, hypot(across, max(0.0, -along, along - length)))
        beyond = max(0.0, along - length)
    # Beside a stretch that leads past the end it is beside the way, not beyond it.
    return off, beyond if off >= to_end else 0.0


def ahead_of(pose: Pose, metres: float) -> tuple[float, float]:
    """The point so far before a pose."""
    return pose.x_m + metres * cos(pose.theta_rad), pose.y_m + metres * sin(pose.theta_rad)
