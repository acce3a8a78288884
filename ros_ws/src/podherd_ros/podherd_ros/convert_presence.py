"""The words of :mod:`podherd_ros.presence` as ROS 2 messages and back.

Messages with an unknown word, a name that is empty or a corner that is no number raise
:class:`InvalidMessage`, which names the field.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from math import isfinite
from typing import TypeVar

from podherd_msgs import msg

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import RobotId
from planner.warehouse.site import Point
from podherd_ros.presence import Connection, Stop, StopScope

Word = TypeVar("Word", bound=StrEnum)


class _Presence(StrEnum):
    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"


def connection_to_message(connection: Connection) -> msg.Connection:
    """A robot's process has come, or leaves."""
    return msg.Connection(
        robot_id=connection.robot,
        instance_id=connection.instance,
        interface_version=connection.version,
        robot_type=connection.robot_type,
        state=(_Presence.ONLINE if connection.online else _Presence.OFFLINE).value,
    )


def connection_from_message(message: msg.Connection) -> Connection:
    """A robot's process has come, or leaves; :class:`InvalidMessage` on an unknown word."""
    return Connection(
        robot=RobotId(_named("robot_id", message.robot_id)),
        instance=message.instance_id,
        version=message.interface_version,
        robot_type=message.robot_type,
        online=_word(_Presence, "state", message.state) is _Presence.ONLINE,
    )


def stop_to_message(stop: Stop) -> msg.Stop:
    """One stop."""
    return msg.Stop(
        stop_id=stop.stop,
        scope=stop.scope.value,
        robot_ids=list(stop.robots),
        x_m=[x_m for x_m, _ in stop.area_m],
        y_m=[y_m for _, y_m in stop.area_m],
        asked_ms=stop.asked_ms,
    )


def stop_from_message(message: msg.Stop) -> Stop:
    """One stop; :class:`InvalidMessage` on an unknown scope or corners that are none."""
    return Stop(
        stop=_named("stop_id", message.stop_id),
        scope=_word(StopScope, "scope", message.scope),
        robots=tuple(RobotId(robot) for robot in message.robot_ids),
        area_m=area_from_corners(message.x_m, message.y_m),
        asked_ms=message.asked_ms,
    )


def stops_to_message(stops: Iterable[Stop]) -> msg.Stops:
    """All stops in force."""
    return msg.Stops(stops=[stop_to_message(stop) for stop in stops])


def stops_from_message(message: msg.Stops) -> tuple[Stop, ...]:
    """All stops in force; :class:`InvalidMessage` if one of them makes no sense."""
    return tuple(stop_from_message(stop) for stop in message.stops)


def area_from_corners(x_m: Sequence[float], y_m: Sequence[float]) -> tuple[Point, ...]:
    """The corners of an area, metres; :class:`InvalidMessage` if they are not pairs of numbers."""
    if len(x_m) != len(y_m):
        raise InvalidMessage(
            "corners need an x and a y each",
            field="x_m, y_m",
            value=(len(x_m), len(y_m)),
            remedy="Send as many of the one as of the other.",
        )
    corners = tuple((float(x), float(y)) for x, y in zip(x_m, y_m, strict=True))
    for x, y in corners:
        if not (isfinite(x) and isfinite(y)):
            raise InvalidMessage(
                "not a finite number", field="x_m, y_m", value=(x, y), remedy="Send metres."
            )
    return corners


def _named(field: str, text: str) -> str:
    if not text:
        raise InvalidMessage("a name is missing", field=field, value=text, remedy="Give one.")
    return text


def _word(kind: type[Word], field: str, text: str) -> Word:
    try:
        return kind(text)
    except ValueError as error:
        raise InvalidMessage(
            "unknown word in a ROS message",
            field=field,
            value=text,
            remedy=f"Known: {', '.join(kind)}.",
        ) from error
