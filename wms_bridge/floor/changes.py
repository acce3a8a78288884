"""What has changed from one view of the floor to the next, as records for a stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from planner.warehouse.commands import RaiseAlarm
from planner.warehouse.ids import PodId, RobotId, StationId
from planner.warehouse.site import Point
from planner.warehouse.view import (
    ClosureView,
    EntryView,
    FloorView,
    PodView,
    RobotView,
    StationView,
    StopView,
)

_TOLD = ("load", "activity", "goal", "base", "horizon", "wait", "paused", "sent", "leaving")
"""Fields of a robot that changes tell; places and battery are in pose frames."""
WHOLE = ("alarms", "stops", "entries", "closures")
"""Lists that are told whole when anything in them has changed."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A view by name. ``order`` is the order of robots in pose frames: who was there before keeps
    the order, who is new comes behind."""

    at_ms: int
    order: tuple[RobotId, ...]
    robots: Mapping[RobotId, RobotView]
    pods: Mapping[PodId, PodView]
    stations: Mapping[StationId, StationView]
    alarms: tuple[RaiseAlarm, ...]
    stops: tuple[StopView, ...] = ()
    entries: tuple[EntryView, ...] = ()
    closures: tuple[ClosureView, ...] = ()


def picture_of(view: FloorView, before: Picture | None) -> Picture:
    """A view by name; of robots that come twice the last one counts."""
    robots = {robot.robot: robot for robot in view.robots}
    kept = [robot for robot in before.order if robot in robots] if before else []
    known = set(kept)
    return Picture(
        view.at_ms,
        (*kept, *(robot for robot in robots if robot not in known)),
        robots,
        {pod.pod: pod for pod in view.pods},
        {station.station: station for station in view.stations},
        view.alarms,
        view.stops,
        view.entries,
        tuple(replace(one, points=tuple(_rounded(one.points))) for one in view.closures),
    )


def changes(before: Picture, now: Picture) -> dict[str, Any]:
    """What a client that knows ``before`` needs to know ``now``, apart from poses; empty if that is
    nothing. Alarms, stops, entries and closures are told whole: there are few."""
    found: dict[str, Any] = {}
    if before.order != now.order:
        found["order"] = now.order
    robots = _robots(before.robots, [now.robots[robot] for robot in now.order])
    if robots:
        found["robots"] = robots
    stations = [one for name, one in now.stations.items() if before.stations.get(name) != one]
    if stations:
        found["stations"] = stations
    stand = [pod for name, pod in now.pods.items() if before.pods.get(name) != pod]
    gone = [name for name in before.pods if name not in now.pods]
    if stand or gone:
        found["pods"] = {"stand": stand, "gone": gone}
    for name in WHOLE:
        if getattr(before, name) != getattr(now, name):
            found[name] = getattr(now, name)
    return found


def robot_record(robot: RobotView) -> dict[str, Any]:
    """All of a robot, points to the centimetre."""
    return {
        "robot": robot.robot,
        **{name: _told(robot, name) for name in _TOLD},
        "x_m": robot.x_m,
        "y_m": robot.y_m,
        "theta_rad": robot.theta_rad,
        "battery": robot.battery,
    }


def encode_record(record: Mapping[str, Any]) -> str:
    """A message as text."""
    return msgspec.json.encode(record).decode()


def _robots(before: Mapping[RobotId, RobotView], now: Sequence[RobotView]) -> list[dict[str, Any]]:
    found = []
    for robot in now:
        was = before.get(robot.robot)
        if was is None:
            found.append(robot_record(robot))
            continue
        new = [name for name in _TOLD if getattr(was, name) != getattr(robot, name)]
        if new:
            found.append({"robot": robot.robot, **{name: _told(robot, name) for name in new}})
    return found


def _told(robot: RobotView, name: str) -> Any:
    value = getattr(robot, name)
    return _rounded(value) if name in ("base", "horizon") else value


def _rounded(points: Sequence[Point]) -> list[tuple[float, float]]:
    return [(round(x, 2), round(y, 2)) for x, y in points]
