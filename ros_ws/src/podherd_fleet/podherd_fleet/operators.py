"""The services for people: stops, walking onto the floor, robots that come and go."""

import time
from collections.abc import Callable
from typing import Protocol

from podherd_msgs import msg, srv
from rclpy.node import Node

from planner.warehouse.errors import InvalidMessage, PodherdError
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import ErrorKind
from podherd_fleet.entry import Entry
from podherd_fleet.fleet import Fleet
from podherd_ros.convert_presence import area_from_corners, stop_from_message
from podherd_ros.pump import Pump
from podherd_ros.topics import HUMAN_ENTRY, SET_ROBOT, SET_STOP


class _Answer(Protocol):
    accepted: bool
    error: msg.RobotError


class Operators:
    """Converts, asks the fleet, and says why not. ``changed`` is called after each."""

    def __init__(self, node: Node, pump: Pump, fleet: Fleet, changed: Callable[[], None]):
        self._fleet = fleet
        self._changed = changed
        pump.serve(node.create_service(srv.SetStop, SET_STOP.name, self._on_stop))
        pump.serve(node.create_service(srv.HumanEntry, HUMAN_ENTRY.name, self._on_entry))
        pump.serve(node.create_service(srv.SetRobot, SET_ROBOT.name, self._on_robot))

    def _on_stop(
        self, request: srv.SetStop.Request, response: srv.SetStop.Response
    ) -> srv.SetStop.Response:
        self._attempt(response, request.stop_id, lambda: self._stop(request))
        return response

    def _stop(self, request: srv.SetStop.Request) -> None:
        asked = msg.Stop(
            stop_id=request.stop_id,
            scope=request.scope if request.engaged else request.scope or "site",
            robot_ids=request.robot_ids,
            x_m=request.x_m,
            y_m=request.y_m,
            asked_ms=_wall_ms(),
        )
        self._fleet.set_stop(stop_from_message(asked), engaged=request.engaged)

    def _on_entry(
        self, request: srv.HumanEntry.Request, response: srv.HumanEntry.Response
    ) -> srv.HumanEntry.Response:
        self._attempt(response, request.entry_id, lambda: self._take_step(request))
        _show(response, self._fleet.find_entry(request.entry_id))
        return response

    def _take_step(self, request: srv.HumanEntry.Request) -> None:
        name = request.entry_id
        match request.step:
            case "request":
                area = area_from_corners(request.x_m, request.y_m)
                self._fleet.request_entry(name, area, _wall_ms())
            case "enter":
                self._fleet.enter(name)
            case "leave":
                self._fleet.leave(name)
            case other:
                raise InvalidMessage(
                    "unknown step",
                    field="step",
                    value=other,
                    remedy="Say request, enter or leave.",
                )

    def _on_robot(
        self, request: srv.SetRobot.Request, response: srv.SetRobot.Response
    ) -> srv.SetRobot.Response:
        self._attempt(response, request.robot_id, lambda: self._set_robot(request))
        return response

    def _set_robot(self, request: srv.SetRobot.Request) -> None:
        robot, kind = RobotId(request.robot_id), request.robot_type
        self._fleet.set_robot(robot, member=request.member, robot_type=kind)

    def _attempt(self, answer: _Answer, reference: str, do: Callable[[], None]) -> None:
        try:
            do()
            answer.accepted = True
        except PodherdError as error:
            kind = ErrorKind.VALIDATION_ERROR.value
            answer.error = msg.RobotError(kind=kind, reference=reference, text=str(error))
        self._changed()


def _show(response: srv.HumanEntry.Response, entry: Entry | None) -> None:
    if entry is not None:
        response.state = entry.state.value
        response.robot_ids = list(entry.inside)


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000
