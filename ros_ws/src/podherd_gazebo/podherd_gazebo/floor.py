"""The floor as Gazebo has it, and what robots and pods do on it that physics does not know. Pure.

Gazebo moves bodies and sees what touches. Here is the rest: sensors that err, lifts, batteries,
which pod is carried by whom, and the figures of the run. A lifted pod is not dragged along by
friction: it leaves the map, and the robot gets a pod-sized body of its own (its *shell*); locating
pins centre it. Lowered, it stands again where the robot is.
"""

from collections.abc import ItemsView, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from typing import NamedTuple, Protocol

from planner.roadmap.compile import compile_roadmap
from planner.warehouse.ids import PodId, RobotId, StationId
from planner.warehouse.robot import Pose
from planner.warehouse.site import Site
from planner.warehouse.transport import Action
from podherd_gazebo.gear import Gear, GearParams, Surroundings, WorkKind
from podherd_gazebo.journal import RobotRecord, counted
from podherd_gazebo.tracks import NOT_AT_ALL, Motion, Tracks
from podherd_ros.base import STANDSTILL, Equipment, Velocity
from sim_worlds.gazebo.sensors import (
    MarkerReader,
    MarkerReading,
    SensorParams,
    WheelOdometry,
    WheelReading,
)
from sim_worlds.referee import Violation, ViolationKind

_APART_MS = 1_000
"""Two bodies that have not touched for so long touch anew."""

_ORIGIN = Pose(0.0, 0.0, 0.0)


class Moves(NamedTuple):
    """What changes hands at one moment: where pods go (``None``: off the map), and which robots'
    shells become solid or cease to be."""

    places: Mapping[str, Pose | None]
    shells: Mapping[str, bool]


class Touch(Protocol):
    """A contact as the client tells it: when, and the two collisions by their scoped names."""

    @property
    def at_ms(self) -> int:
        """Simulation time."""

    @property
    def a(self) -> str:
        """One collision."""

    @property
    def b(self) -> str:
        """The other."""


@dataclass(slots=True)
class _Robot:
    gear: Gear
    wheels: WheelOdometry
    reader: MarkerReader
    pose: Pose = _ORIGIN
    motion: Motion = NOT_AT_ALL


class GazeboFloor:
    """All robots and pods of a site. The same truths, actions and seed give the same answers."""

    def __init__(
        self,
        site: Site,
        seed: int,
        sensors: SensorParams | None = None,
        gear: GearParams | None = None,
    ):
        self.site = site
        self.tracks = Tracks(site.pitch_m)
        self.violations: list[Violation] = []
        self.poses: Mapping[str, Pose] = {}
        roadmap = compile_roadmap(site)
        self.pods: tuple[PodId, ...] = tuple(roadmap.pods)
        points = dict(zip(roadmap.nodes, roadmap.xy_m.tolist(), strict=True))
        markers = {f"N:{node}": Pose(x_m, y_m, 0.0) for node, (x_m, y_m) in points.items()}
        sensors, gear = sensors or SensorParams(), gear or GearParams()
        self.robots: dict[RobotId, _Robot] = {
            robot.id: _Robot(
                Gear(robot.id, site.type_of(robot), robot.battery, gear, seed),
                WheelOdometry(robot.id, sensors, seed),
                MarkerReader(robot.id, markers, sensors, seed),
            )
            for robot in site.robots
        }
        self._chargers = [charger.position_m for charger in site.chargers]
        self._now_ms: int | None = None
        self._touched_ms: dict[tuple[str, str], int] = {}

    # --- each control tick -----------------------------------------------------------------

    def sense(self, now_ms: int, poses: Mapping[str, Pose]) -> dict[RobotId, WheelReading]:
        """Take in where everything truly is at ``now_ms``; what each robot's wheels say."""
        elapsed_ms = now_ms - self._now_ms if self._now_ms is not None else 0
        self._now_ms, self.poses = now_ms, poses
        readings: dict[RobotId, WheelReading] = {}
        for name, robot in self.robots.items():
            robot.pose = poses[name]
            robot.motion = self.tracks.look(name, robot.pose)
            if elapsed_ms:
                robot.gear.spend(not robot.motion.standing, elapsed_ms)
            readings[name] = robot.wheels.read(robot.pose, elapsed_ms / 1000)
        return readings

    def markers(self, now_ms: int) -> list[tuple[RobotId, MarkerReading]]:
        """The floor markers that robots see where they are now."""
        seen = ((name, robot.reader.read(robot.pose, now_ms)) for name, robot in self._all())
        return [(name, reading) for name, reading in seen if reading is not None]

    def equipment(self, now_ms: int) -> list[tuple[RobotId, Equipment]]:
        """What robots' equipment has to tell."""
        told = ((name, robot.gear.news(now_ms)) for name, robot in self._all())
        return [(name, news) for name, news in told if news is not None]

    def allowed(self, robot: RobotId, wanted: Velocity) -> Velocity:
        """The speed a base drives at: none while its lift works or its battery is empty."""
        gear = self.robots[robot].gear
        return STANDSTILL if gear.work is not None or gear.flat else wanted

    def touch(self, contacts: Sequence[Touch]) -> list[Violation]:
        """Bodies that touch; those who did not a moment ago, as violations."""
        begun: list[Violation] = []
        for contact in contacts:
            a, b = sorted((contact.a, contact.b))
            last_ms = self._touched_ms.get((a, b), contact.at_ms - 2 * _APART_MS)
            self._touched_ms[a, b] = contact.at_ms
            if contact.at_ms - last_ms > _APART_MS:
                begun.append(self._violation(contact.at_ms, ViolationKind.CONTACT, a, b))
        return begun

    # --- on the planning grid --------------------------------------------------------------

    def hear(self, robot: RobotId, action: Action) -> None:
        """A robot asks its equipment to act."""
        self.robots[robot].gear.hear(action)

    def begin(self, now_ms: int) -> None:
        """Begin what robots have asked for."""
        pods = self._standing_pods()
        for robot in self.robots.values():
            around = Surroundings(robot.pose, robot.motion.standing, pods, self._chargers)
            if robot.gear.begin(now_ms, around) is not None:
                self.tracks.dock(robot.pose)

    def moves(self, now_ms: int) -> Moves | None:
        """What changes hands now; :meth:`settle` is to follow when it is done."""
        places: dict[str, Pose | None] = {}
        shells: dict[str, bool] = {}
        for name, robot in self._all():
            work = robot.gear.due(now_ms)
            if work is None:
                continue
            lifts = work.kind is WorkKind.LIFT
            if lifts and (work.pod in places or work.pod not in self._standing_pods()):
                robot.gear.fail(f"{work.pod} was taken by another robot.")
                continue
            places[work.pod] = None if lifts else robot.pose
            shells[name] = lifts
        return Moves(places, shells) if shells else None

    def settle(self, moves: Moves) -> None:
        """What was to change hands has."""
        for name in moves.shells:
            self.robots[RobotId(name)].gear.settle()

    def at_stations(self) -> dict[StationId, PodId]:
        """The pods that robots carry and hold at a station now."""
        near_m = self.site.pitch_m / 2
        found: dict[StationId, PodId] = {}
        for robot in self.robots.values():
            if robot.gear.load is None or not robot.motion.standing:
                continue
            for station in self.site.stations:
                x_m, y_m = station.position_m
                if hypot(robot.pose.x_m - x_m, robot.pose.y_m - y_m) <= near_m:
                    found[station.id] = robot.gear.load
        return found

    def picked(self, stations: Sequence[StationId], present: Mapping[StationId, PodId]) -> None:
        """Something was taken there: how well the robots stand counts."""
        pods = {present[station] for station in stations if station in present}
        for robot in self.robots.values():
            if robot.gear.load in pods:
                self.tracks.dock(robot.pose)

    def absent(self, now_ms: int, pod: PodId, station: StationId) -> Violation:
        """Something was picked from a pod that was not there."""
        return self._violation(now_ms, ViolationKind.POD_ABSENT, pod, station)

    def pods_off_m(self) -> float:
        """How far the pods on the floor stand from the middle of their spots, the worst (m)."""
        return max(
            (self.tracks.off_node_m(pose) for pose in self._standing_pods().values()), default=0.0
        )

    # --- memory ----------------------------------------------------------------------------

    @property
    def records(self) -> dict[RobotId, RobotRecord]:
        """For the journal."""
        return {
            name: RobotRecord(robot.gear.record, robot.wheels.pose, robot.pose)
            for name, robot in self._all()
        }

    def restore(
        self,
        at_ms: int,
        records: Mapping[RobotId, RobotRecord],
        violations: Sequence[Violation],
        path: dict[int, int],
        docking: dict[int, int],
        way_m: float,
    ) -> None:
        """Go on where an earlier process ended, at ``at_ms``."""
        self._now_ms = at_ms
        for name, record in records.items():
            robot = self.robots[name]
            robot.gear.restore(record.gear)
            robot.wheels.pose = record.odometry
            robot.wheels.start(record.truth)
        self.violations = list(violations)
        self.tracks.path, self.tracks.docking = counted(path), counted(docking)
        self.tracks.way_m = way_m

    def _all(self) -> ItemsView[RobotId, _Robot]:
        return self.robots.items()

    def _standing_pods(self) -> dict[PodId, Pose]:
        carried = {robot.gear.load for robot in self.robots.values()}
        return {pod: self.poses[pod] for pod in self.pods if pod not in carried}

    def _violation(self, at_ms: int, kind: ViolationKind, a: str, b: str) -> Violation:
        body = self.poses.get(a.partition("::")[0], _ORIGIN)
        violation = Violation(at_ms, kind, a, b, body.x_m, body.y_m)
        self.violations.append(violation)
        return violation
