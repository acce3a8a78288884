"""What one control cycle of a robot costs: from odometry, markers and a scan to a speed.

    python -m benchmarks.micro.robot_cycle        # QUICK=1 for a short run

Each row drives rounds of a square of four nodes, unloaded; the simulated base, its sensors and
messages are not counted. ``goal``: 150 us a cycle.
"""

from math import cos, inf, pi, sin
from statistics import median
from time import perf_counter

from benchmarks.report import Row, publish, quick
from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import RobotId, TransportOrderId
from planner.warehouse.robot import Pose
from planner.warehouse.transport import Action
from podherd_robot.base_drive import BaseDrive
from podherd_robot.drive_params import DriveParams
from podherd_ros.base import STANDSTILL, MarkerSighting, Odometry, Scan, Velocity
from sim_worlds.sites.catalogue import load_site

SEED = 0
PITCH_M = 1.2
DT_S = 0.1
GOAL_US = 150.0
MARKERS = {f"N:{x}-{y}": Pose(PITCH_M * x, PITCH_M * y, 0.0) for x in range(6) for y in range(6)}


class IdealBase:
    """Drives what it is told, at once."""

    def __init__(self) -> None:
        self.at_ms, self.pose, self.velocity = 0, Pose(0.0, 0.0, 0.0), STANDSTILL

    def move(self, at_ms: int, velocity: Velocity) -> None:
        self.velocity = velocity

    def act(self, action: Action) -> None:
        raise NotImplementedError

    def step(self) -> None:
        """One tick."""
        self.at_ms += round(DT_S * 1000)
        speed, pose = self.velocity, self.pose
        way, theta = speed.forward_mps * DT_S, pose.theta_rad + speed.turn_radps * DT_S
        middle = (pose.theta_rad + theta) / 2.0
        self.pose = Pose(pose.x_m + way * cos(middle), pose.y_m + way * sin(middle), theta)

    def sighting(self) -> MarkerSighting | None:
        """The marker beneath, if there is one."""
        x, y = round(self.pose.x_m / PITCH_M), round(self.pose.y_m / PITCH_M)
        dx, dy = PITCH_M * x - self.pose.x_m, PITCH_M * y - self.pose.y_m
        if dx * dx + dy * dy > 0.15 * 0.15:
            return None
        c, s = cos(self.pose.theta_rad), sin(self.pose.theta_rad)
        seen = Pose(dx * c + dy * s, dy * c - dx * s, -self.pose.theta_rad)
        return MarkerSighting(self.at_ms, f"N:{x}-{y}", seen, 0.002, 0.005)


def rounds(many: int) -> tuple[Waypoint, ...]:
    """So many times round four nodes by four."""
    sides = [(4, 0), (4, 4), (0, 4), (0, 0)]
    x = y = 0
    points: list[Waypoint] = []
    for corner_x, corner_y in sides * many:
        while (x, y) != (corner_x, corner_y):
            x += (corner_x > x) - (corner_x < x)
            y += (corner_y > y) - (corner_y < y)
            points.append(Waypoint(2 * len(points) + 2, PITCH_M * x, PITCH_M * y, 1.5))
    return tuple(points)


def scan_of(rays: int, at_ms: int, near: bool) -> Scan:
    """A hall with something on each side (``near``: every ray hits within braking distance)."""
    ranges = tuple(1.0 + 0.2 * (i % 5) if near or i % 3 == 0 else inf for i in range(rays))
    return Scan(at_ms, 0.4, -pi / 2, pi / max(1, rays - 1), ranges)


def measure(name: str, rays: int, near: bool) -> Row:
    """Cycles of one robot, each timed."""
    cycles = 500 if quick() else 5_000
    kind = load_site("small").robot_types[0]
    base = IdealBase()
    drive = BaseDrive(RobotId("R01"), kind, base, MARKERS, DriveParams(lidar=rays > 0))
    scans = [scan_of(rays, 0, near)] if rays else []
    costs: list[float] = []
    way, reached, sighting = rounds(100), -1, None
    for _ in range(cycles):
        scan = [Scan(base.at_ms, s.x_m, s.first_rad, s.step_rad, s.ranges_m) for s in scans]
        odometry = Odometry(base.at_ms, base.pose, base.velocity)
        begin = perf_counter()
        if sighting is not None:
            drive.feel_marker(sighting)
        for turn in scan:
            drive.feel_scan(turn)
        report = drive.feel_odometry(odometry)
        costs.append(perf_counter() - begin)
        if report.reached != reached or not report.driving:
            reached = report.reached
            following = tuple(point for point in way if point.sequence > reached)[:4]
            drive.go(TransportOrderId("T1"), following)
        sighting = base.sighting()
        base.step()
    costs.sort()
    return {
        "case": name,
        "cycles": cycles,
        "driven, m": round(report.odometer_m),
        "p50, us": round(median(costs) * 1e6, 1),
        "p95, us": round(costs[int(0.95 * cycles)] * 1e6, 1),
        "mean, us": round(sum(costs) / cycles * 1e6, 1),
        "goal, us": GOAL_US,
    }


def main() -> None:
    """Measure and publish."""
    rows = [
        measure("no lidar", 0, near=False),
        measure("61 rays, a third near", 61, near=False),
        measure("61 rays, all near", 61, near=True),
        measure("361 rays, all near", 361, near=True),
    ]
    publish("robot_cycle", rows, seed=SEED, packages=())


if __name__ == "__main__":
    main()
