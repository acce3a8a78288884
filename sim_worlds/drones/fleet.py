"""Drones that run beside the fast world: pods to look at in, looks out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import cos, hypot, sin

from planner.flight.airspace import AirspaceParams, NoFlyBox, Pad
from planner.flight.control import Sky, sky_of, step
from planner.flight.drone import DroneType
from planner.flight.enclosure import airspace_of
from planner.flight.order import (
    FlightAlarm,
    FlightCommand,
    FlightOrder,
    FlightReport,
    FlightTrouble,
    LandHere,
    ReturnHome,
)
from planner.flight.views import View, view_of
from planner.roadmap.geometry import checked_roadmap
from planner.roadmap.roadmap import Roadmap
from planner.warehouse.ids import PodId, RobotId
from planner.warehouse.robot import Pose
from planner.warehouse.site import Point, Site
from sim_worlds.drones.body import DroneBody
from sim_worlds.drones.links import Link
from sim_worlds.drones.params import DroneFaults, DroneWorldParams
from sim_worlds.drones.referee import FlightReferee, Flyer
from sim_worlds.floor import Floor
from sim_worlds.looks import FlownLook

COUNTING_DRONE = DroneType()
_SAME_PLACE_M = 0.05
_IN_BETWEEN = 0.8
"""A pod carried within so many cells of the one before a face hides the face."""


@dataclass(frozen=True, slots=True)
class SiteDrone:
    """A drone with its pad."""

    drone: RobotId
    pad: Pad
    kind: DroneType = COUNTING_DRONE


@dataclass(frozen=True, slots=True)
class FlightNews:
    """What happened since the last time asked. ``missed`` are pods that a drone came to look at
    and that were gone, or hidden for too long."""

    looks: tuple[FlownLook, ...]
    alarms: tuple[FlightAlarm, ...]
    missed: tuple[PodId, ...]


@dataclass(slots=True)
class _Glance:
    """A look under way."""

    view: View
    since_ms: int
    seen_ms: int = 0


class DroneFleet:
    """All drones of a site, from the ground up. The same arguments and calls give the same news.

    Raises :class:`InvalidSite` for a site that does not work, for pads, boxes and drones that do
    not fit it, and for faults of drones that it does not have.
    """

    def __init__(
        self,
        site: Site,
        drones: Sequence[SiteDrone],
        boxes: Sequence[NoFlyBox] = (),
        air: AirspaceParams | None = None,
        params: DroneWorldParams | None = None,
        faults: DroneFaults | None = None,
        seed: int = 0,
    ):
        self.site, self.params = site, params or DroneWorldParams()
        self.faults = faults or DroneFaults()
        self.faults.check(tuple(drone.drone for drone in drones))
        self._roadmap = checked_roadmap(site)
        space = airspace_of(site, [drone.pad for drone in drones], boxes, air)
        self.sky: Sky = sky_of(space, [(one.drone, one.kind, one.pad) for one in drones])
        self.bodies = {
            one.drone: DroneBody(one.drone, one.kind, one.pad, self.params, seed) for one in drones
        }
        air = space.params
        self.referee = FlightReferee(site, boxes, air.lowest_m, air.highest_m)
        self.now_ms = 0
        self._wanted: dict[PodId, float] = {}
        self._views: dict[tuple[PodId, Point], View | None] = {}
        self._latest: dict[PodId, View | None] = {}
        late_ms, loss = self.params.latency_ms, self.params.loss
        self._up: Link[FlightReport] = Link(late_ms, loss, f"{seed}/up")
        self._down: Link[FlightCommand] = Link(late_ms, loss, f"{seed}/down")
        self._failures = sorted(self.faults.cells, key=lambda cell: cell.at_ms)
        self._glances: dict[RobotId, _Glance] = {}

    def want(self, weights: Mapping[PodId, float]) -> None:
        """The faces to look at from now on, and what a look at each is worth. A pod that was looked
        at is not wanted any more until it is named again."""
        self._wanted = dict(weights)

    @property
    def wanted(self) -> tuple[PodId, ...]:
        """Pods still to be looked at."""
        return tuple(self._wanted)

    @property
    def out_of_reach(self) -> tuple[PodId, ...]:
        """Pods still wanted that no drone will look at where they stood last: no aisle beside them,
        no air before them, no way, or too far for a full battery."""
        return tuple(pod for pod in self._wanted if pod in self._latest and self._is_beyond(pod))

    def _is_beyond(self, pod: PodId) -> bool:
        view = self._latest[pod]
        return view is None or (pod, view.cell) in self.sky.out_of_reach

    def advance_beside(self, floor: Floor) -> FlightNews:
        """Let time pass until that of a floor, with its pods: ask twice a second of its time."""
        poses = zip(floor.poses.tolist(), floor.loads, strict=True)
        carried = [(x_m, y_m) for (x_m, y_m, _), load in poses if load is not None]
        return self.advance(floor.now_ms, floor.stored, carried)

    def advance(
        self, until_ms: int, stored: Mapping[PodId, Pose], carried: Iterable[Point] = ()
    ) -> FlightNews:
        """Let time pass until ``until_ms``, while the pods stand (``stored``) and are carried
        (``carried``: their middles) as given."""
        looks: list[FlownLook] = []
        alarms: list[FlightAlarm] = []
        missed: list[PodId] = []
        carried = tuple(carried)
        while self.now_ms < until_ms:
            if self.now_ms % self.params.control_ms == 0:
                alarms += self._decide(stored)
            self.now_ms += self.params.step_ms
            self._hand_over()
            self._fail_cells()
            for drone, body in self.bodies.items():
                body.step(self.now_ms, self.params.step_ms)
                self._look(drone, body, stored, carried, looks, missed)
            self.referee.look(self.now_ms, [self._flyer(body) for body in self.bodies.values()])
        return FlightNews(tuple(looks), tuple(alarms), tuple(missed))

    def _decide(self, stored: Mapping[PodId, Pose]) -> list[FlightAlarm]:
        """One step of the fleet: the reports that have come in, and the commands they lead to."""
        heard = [
            body
            for drone, body in self.bodies.items()
            if not self.faults.is_silent(drone, self.now_ms)
        ]
        for body in heard:
            self._up.send(body.report(self.now_ms), self.now_ms)
        reports = self._up.due(self.now_ms)
        self.sky, commands = step(self.sky, reports, self._wanted_views(stored))
        alarms = []
        for command in commands:
            if isinstance(command, FlightAlarm):
                alarms.append(command)
            else:
                self._down.send(command, self.now_ms)
        for body in heard:
            body.pilot = body.pilot.hears(self.now_ms)
        return alarms

    def _hand_over(self) -> None:
        """Commands that have come in by now."""
        for command in self._down.due(self.now_ms):
            if self.faults.is_silent(command.drone, self.now_ms):
                continue
            body = self.bodies[command.drone]
            if isinstance(command, FlightOrder):
                body.pilot = body.pilot.accept(command, self.now_ms)
            elif isinstance(command, ReturnHome):
                body.pilot = body.pilot.return_home()
            elif isinstance(command, LandHere):
                body.pilot = body.pilot.land_here()

    def _wanted_views(self, stored: Mapping[PodId, Pose]) -> list[View]:
        views = []
        for pod, weight in self._wanted.items():
            pose = stored.get(pod)
            if pose is None:
                continue
            key = (pod, (pose.x_m, pose.y_m))
            if key not in self._views:
                self._views[key] = view_of(self.sky.space, self.site, self._roadmap, *key)
            view = self._latest[pod] = self._views[key]
            if view is not None:
                views.append(replace(view, weight=weight))
        return views

    def _fail_cells(self) -> None:
        while self._failures and self._failures[0].at_ms <= self.now_ms:
            failure = self._failures.pop(0)
            self.bodies[failure.drone].battery_wh *= failure.left

    def _look(
        self,
        drone: RobotId,
        body: DroneBody,
        stored: Mapping[PodId, Pose],
        carried: Sequence[Point],
        looks: list[FlownLook],
        missed: list[PodId],
    ) -> None:
        view = body.looking
        if view is None:
            self._glances.pop(drone, None)
            return
        glance = self._glances.get(drone)
        if glance is None or glance.view != view:
            glance = self._glances[drone] = _Glance(view, self.now_ms)
        seen_ms = self.now_ms - glance.since_ms
        if not _stands(view, stored):
            missed.append(view.pod)
        elif _is_hidden(view, carried, self.site.pitch_m):
            # Begin anew when the way is free; the time it waited counts on.
            glance.seen_ms += self.params.step_ms
            glance.since_ms = self.now_ms
            if glance.seen_ms < self.params.patience_s * 1000:
                return
            missed.append(view.pod)
        elif seen_ms < body.kind.scanner.dwell_s * 1000:
            return
        else:
            place = body.place
            turned = (view.heading_rad, view.tilt_rad)
            looks.append(FlownLook(drone, view.pod, glance.since_ms, self.now_ms, *place, *turned))
            self._wanted.pop(view.pod, None)
        self._glances.pop(drone)
        body.looked()

    def _flyer(self, body: DroneBody) -> Flyer:
        pilot = body.pilot
        return Flyer(
            drone=pilot.drone,
            place=body.place,
            radius_m=body.kind.radius_m,
            pad=body.pad.place,
            battery_wh=body.battery_wh,
            on_ground=pilot.on_ground,
            excused=pilot.trouble is FlightTrouble.CANNOT_RETURN,
        )


def stored_at_start(roadmap: Roadmap) -> dict[PodId, Pose]:
    """Where the pods of a site stand before the first order."""
    places = {pod: roadmap.xy_m[roadmap.index[node]] for pod, node in roadmap.pods.items()}
    return {pod: Pose(float(at[0]), float(at[1]), 0.0) for pod, at in places.items()}


def _stands(view: View, stored: Mapping[PodId, Pose]) -> bool:
    pose = stored.get(view.pod)
    if pose is None:
        return False
    return hypot(pose.x_m - view.pod_m[0], pose.y_m - view.pod_m[1]) <= _SAME_PLACE_M


def _is_hidden(view: View, carried: Iterable[Point], pitch_m: float) -> bool:
    """Whether a pod is being carried through the cell before the face."""
    x_m = view.pod_m[0] - pitch_m * cos(view.heading_rad)
    y_m = view.pod_m[1] - pitch_m * sin(view.heading_rad)
    near_m = _IN_BETWEEN * pitch_m
    return any(hypot(pod[0] - x_m, pod[1] - y_m) < near_m for pod in carried)
