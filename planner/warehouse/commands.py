"""What the dispatcher wants done. Every command may be sent twice: each names what it is about,
and a receiver that has done it already does nothing."""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.ids import LineId, OrderId, PodId, RobotId, StationId, VisitId
from planner.warehouse.picks import PickTask, ShortReason
from planner.warehouse.transport import TransportOrder


@dataclass(frozen=True, slots=True)
class SendTransportOrder:
    """Give a robot an order, or extend the one it has.

    With ``stitch`` the order continues what the robot has: it starts at the last base node.
    Without, it starts where the robot stands: a new order, or the whole of one the robot has lost
    in a restart (a robot that still has it ignores it).
    """

    order: TransportOrder
    stitch: bool = False


@dataclass(frozen=True, slots=True)
class ShowPicks:
    """A pod stands at a station: tell the picker what to take. May come again with more picks."""

    visit: VisitId
    station: StationId
    pod: PodId
    robot: RobotId
    picks: tuple[PickTask, ...]


@dataclass(frozen=True, slots=True)
class ShortenLine:
    """``quantity`` pieces of a line will not be delivered. ``total_short`` of the line so far
    includes it, so that the same command twice is seen to be the same."""

    order: OrderId
    line: LineId
    quantity: int
    total_short: int
    reason: ShortReason


class AlarmKind(StrEnum):
    """What an operator should know."""

    ROBOT_SILENT = "robot_silent"
    """No report within the time allowed; the robot is treated as an obstacle."""
    ROBOT_ERROR = "robot_error"
    """The robot reports an error."""
    ROBOT_STUCK = "robot_stuck"
    """A robot with work has not moved for a long time."""
    BATTERY_EMPTY = "battery_empty"
    """A robot ran flat before it reached a charger."""
    POD_BLOCKED = "pod_blocked"
    """A robot that does not answer stands beneath a pod, which cannot be fetched until it is
    moved; lines that only this pod can serve wait."""
    NODES_CLOSED = "nodes_closed"
    """An operator has closed a part of the floor; what is in there waits."""
    DEADLOCK = "deadlock"
    """Robots that waited for each other in a ring; one of them makes way."""
    LINE_SHORT = "line_short"
    """A line, or part of it, cannot be delivered."""


@dataclass(frozen=True, slots=True)
class RaiseAlarm:
    """Something is wrong (``active``) or right again (not ``active``)."""

    kind: AlarmKind
    subject: str
    text: str
    active: bool = True


Command = SendTransportOrder | ShowPicks | ShortenLine | RaiseAlarm
