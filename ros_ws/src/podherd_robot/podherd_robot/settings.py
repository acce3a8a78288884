"""What the node of a robot can be told, and what follows from it. No ROS here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from planner.codec.sitefile import parse_site
from planner.roadmap.compile import compile_roadmap
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose
from planner.warehouse.site import RobotType, Site
from podherd_robot.drive_params import DriveParams
from podherd_ros.base import BaseKind
from podherd_ros.declared import Declared, Value, ValueKind

_LONGEST_MS = 3_600_000
_TEXT, _NUMBER, _WHOLE, _SWITCH = (
    ValueKind.TEXT,
    ValueKind.NUMBER,
    ValueKind.WHOLE,
    ValueKind.SWITCH,
)


class DriveKind(StrEnum):
    """Who makes speeds out of waypoints."""

    WAYPOINTS = "waypoints"
    """The base itself: it takes waypoints and tells where it is."""
    VELOCITY = "velocity"
    """The robot's node: the base takes speeds and tells what its wheels say."""


PARAMETERS: tuple[Declared, ...] = (
    Declared("robots", ValueKind.TEXTS, "ids of the robots in this process"),
    Declared("site", _TEXT, "path of the site file; needed for drive velocity", ""),
    Declared(
        "pitch_m", _NUMBER, "lattice pitch of the site; 0: from the site file", 0.0, "m", 0, 100
    ),
    Declared("robot_type", _TEXT, "a robot type of the site; empty: as the site file says", ""),
    Declared(
        "drive",
        _TEXT,
        "what the base takes: waypoints over `drive/goal`, or speeds over `cmd_vel`",
        DriveKind.WAYPOINTS.value,
        choices=tuple(DriveKind),
    ),
    Declared(
        "base",
        _TEXT,
        "how a base that takes speeds can move",
        BaseKind.DIFFERENTIAL.value,
        choices=tuple(BaseKind),
    ),
    Declared("stamped", _SWITCH, "`cmd_vel` is a TwistStamped; false: a plain Twist", True),
    Declared("delay_ms", _WHOLE, "from odometry to wheels that follow", 50, "ms", 0, 1_000),
    Declared("at_once", _SWITCH, "begin an order before the next odometry; not in lock-step", True),
    Declared("lidar", _SWITCH, "there is a lidar: no scan, no driving", False),
    Declared(
        "lidar_ahead_m", _NUMBER, "the lidar sits so far ahead of the front", 0.01, "m", -9, 9
    ),
    Declared("markers", _SWITCH, "floor markers lie at the nodes; false: odometry is in map", True),
    Declared("equipment", _SWITCH, "the base tells about lift, contacts and battery", True),
    Declared("battery_state", _SWITCH, "the battery is told by a BatteryState instead", False),
    Declared(
        "odometry_hz",
        _NUMBER,
        "highest rate of pose and transforms, site time; 0: 10 with drive velocity, else 1",
        0.0,
        "Hz",
        0,
        100,
    ),
    Declared("report_ms", _WHOLE, "longest time between reports, site time", 500, "ms", 100, 5_000),
    Declared(
        "contact_ms",
        _WHOLE,
        "silence of the fleet that is told as lostContact, site time; 0: never",
        5_000,
        "ms",
        0,
        _LONGEST_MS,
    ),
    Declared(
        "memory",
        _TEXT,
        "folder where robots with drive velocity keep where they are, to know it after a crash",
        "",
    ),
    Declared("autostart", _SWITCH, "configure and activate at once, without a supervisor", True),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The parameters of a process of robots, checked against each other. ``kinds`` are the robot
    types, by robot; empty where no site is given. ``marks`` are the known fiducials."""

    robots: tuple[RobotId, ...]
    kinds: Mapping[RobotId, RobotType]
    marks: Mapping[str, Pose]
    pitch_m: float
    pod_m: float
    drive: DriveKind
    params: DriveParams
    stamped: bool
    lidar_ahead_m: float
    equipment: bool
    battery_state: bool
    pose_ms: int
    report_ms: int
    contact_ms: int
    memory: Path | None
    autostart: bool

    def footprint_m(self, robot: RobotId) -> tuple[float, float]:
        """Length and width; one cell of the lattice where no robot type is known."""
        kind = self.kinds.get(robot)
        return (kind.length_m, kind.width_m) if kind else (self.pitch_m, self.pitch_m)

    def braking_m(self, robot: RobotId) -> float:
        """A way on which it surely comes to a stand from its top speed."""
        kind = self.kinds.get(robot)
        if kind is None:
            return self.pitch_m
        return kind.speed_mps**2 / (2 * kind.acceleration_mps2) + kind.speed_mps * 0.3


def settings_of(values: Mapping[str, Value]) -> Settings:
    """Raises :class:`PodherdError` where parameters do not go together, or a site file, a robot or
    a robot type is not there."""
    drive = DriveKind(str(values["drive"]))
    file = str(values["site"])
    site = _site(file) if file else None
    robots = tuple(RobotId(name) for name in _texts(values["robots"]))
    kinds = _kinds(site, robots, str(values["robot_type"])) if site else {}
    speeds = drive is DriveKind.VELOCITY
    if speeds and site is None:
        raise _wrong("site", file, "Drive velocity needs the site file: -p site:=FILE.")
    pitch_m = _number(values["pitch_m"]) or (site.pitch_m if site else 0.0)
    if not pitch_m:
        raise _wrong("pitch_m", 0.0, "Give -p site:=FILE, or -p pitch_m:= in metres.")
    hz = _number(values["odometry_hz"]) or (10.0 if speeds else 1.0)
    pod_m = site.pod_model.size_m if site else pitch_m
    return Settings(
        robots=robots,
        kinds=kinds,
        marks=floor_markers(site) if site and speeds and values["markers"] else {},
        pitch_m=pitch_m,
        pod_m=pod_m,
        drive=drive,
        params=DriveParams(
            kind=BaseKind(str(values["base"])),
            lidar=bool(values["lidar"]),
            delay_ms=int(_number(values["delay_ms"])),
            at_once=bool(values["at_once"]),
            pod_m=pod_m,
        ),
        stamped=bool(values["stamped"]),
        lidar_ahead_m=_number(values["lidar_ahead_m"]),
        equipment=bool(values["equipment"]),
        battery_state=bool(values["battery_state"]),
        pose_ms=round(1_000 / hz),
        report_ms=int(_number(values["report_ms"])),
        contact_ms=int(_number(values["contact_ms"])),
        memory=Path(str(values["memory"])) if values["memory"] else None,
        autostart=bool(values["autostart"]),
    )


def floor_markers(site: Site) -> dict[str, Pose]:
    """The fiducials on the floor, by name: ``N:<node>`` at every node, its x axis to the east."""
    roadmap = compile_roadmap(site)
    return {
        f"N:{node}": Pose(float(x_m), float(y_m), 0.0)
        for node, (x_m, y_m) in zip(roadmap.nodes, roadmap.xy_m, strict=True)
    }


def _site(file: str) -> Site:
    try:
        return parse_site(Path(file).read_bytes())
    except OSError as error:
        raise _wrong("site", file, f"It cannot be read: {error.strerror}.") from error


def _kinds(site: Site, robots: tuple[RobotId, ...], wanted: str) -> dict[RobotId, RobotType]:
    types = {kind.id: kind for kind in site.robot_types}
    listed = {robot.id: robot.type for robot in site.robots}
    kinds = {}
    for robot in robots:
        name = wanted or listed.get(robot, "")
        if not name:
            raise _wrong("robots", robot, "It is not in the site file: give -p robot_type:=.")
        if name not in types:
            raise _wrong("robot_type", name, f"The site has {', '.join(sorted(types))}.")
        kinds[robot] = types[name]
    return kinds


def _texts(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _wrong(name: str, value: object, remedy: str) -> PodherdError:
    return PodherdError("a parameter is missing or wrong", field=name, value=value, remedy=remedy)
