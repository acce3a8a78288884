"""What the dispatcher wants done. Every command may be sent twice: each names what it is about,
and a receiver that has done it already does nothing."""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.counts import CountTask
from planner.warehouse.flows import Flow
from planner.warehouse.ids import (
    InterventionId,
    LineId,
    OrderId,
    PickId,
    PodId,
    RobotId,
    StationId,
    VisitId,
)
from planner.warehouse.interventions import InterventionOutcome
from planner.warehouse.picks import PickTask, ShortReason
from planner.warehouse.receipts import PutTask
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
class ShowPuts:
    """A pod stands at a station: tell the person there what to put into it. May come again with
    more puts."""

    visit: VisitId
    station: StationId
    pod: PodId
    robot: RobotId
    puts: tuple[PutTask, ...]


@dataclass(frozen=True, slots=True)
class ShowCounts:
    """A pod stands at a station: tell the person there which slots of it to count, blind. May come
    again with more counts."""

    visit: VisitId
    station: StationId
    pod: PodId
    robot: RobotId
    counts: tuple[CountTask, ...]


@dataclass(frozen=True, slots=True)
class WithdrawPicks:
    """Take back picks that were shown. Those confirmed by then stand; of every other the dispatcher
    hears that it is withdrawn, and nobody can confirm it any more."""

    visit: VisitId
    station: StationId
    picks: tuple[PickId, ...]


@dataclass(frozen=True, slots=True)
class ShortenLine:
    """``quantity`` pieces of a line will not be delivered. ``total_short`` of the line so far
    includes it, so that the same command twice is seen to be the same. It is for the order as it is
    after so many ``changes`` of its contents, and for no other."""

    order: OrderId
    line: LineId
    quantity: int
    total_short: int
    reason: ShortReason
    changes: int = 0


@dataclass(frozen=True, slots=True)
class RouteLine:
    """A line is not for the robots: it takes another ``flow``, by rule ``rule`` (empty: the
    default) of the policy of this ``version``. The WMS has to see to it; for an order that is done
    when its other lines are. The same line is routed once."""

    order: OrderId
    line: LineId
    flow: Flow
    rule: str = ""
    version: int = 0


class AlarmKind(StrEnum):
    """What an operator should know."""

    ROBOT_SILENT = "robot_silent"
    """No report within the time allowed; the robot is treated as an obstacle."""
    ROBOT_ERROR = "robot_error"
    """The robot reports an error."""
    ROBOT_REFUSED = "robot_refused"
    """A robot that cannot be taken into the fleet as it is."""
    ROBOT_UNKNOWN = "robot_unknown"
    """A robot reports that is not of the fleet: it gets no orders until it is taken in."""
    DUPLICATE_ROBOT = "duplicate_robot"
    """Two robots report under one id; neither gets orders."""
    INTERFACE_MISMATCH = "interface_mismatch"
    """A robot that speaks another version, or is of another type than the site says."""
    REPORT_REFUSED = "report_refused"
    """A robot's report cannot be true; it was left out."""
    ROBOT_STUCK = "robot_stuck"
    """A robot with work has not moved for a long time."""
    BATTERY_EMPTY = "battery_empty"
    """A robot ran flat before it reached a charger."""
    POD_BLOCKED = "pod_blocked"
    """A robot that does not answer stands beneath a pod, which cannot be fetched until it is
    moved; lines that only this pod can serve wait."""
    NODES_CLOSED = "nodes_closed"
    """An operator has closed a part of the floor; what is in there waits."""
    STOP_ENGAGED = "stop_engaged"
    """A stop is in force: robots, a zone or the site stand still."""
    HUMAN_ENTRY = "human_entry"
    """A person is on the floor, or wants to be."""
    DEADLOCK = "deadlock"
    """Robots that waited for each other in a ring; one of them makes way."""
    RULE_REFUSED = "rule_refused"
    """A rule of the floor, or a routing policy, was not applied: it contradicts others, or would
    cut places off."""
    LINE_SHORT = "line_short"
    """A line, or part of it, cannot be delivered."""
    NO_ROOM = "no_room"
    """Goods received fit into no pod; they wait at the dock."""
    STATION_CLOSED = "station_closed"
    """An operator has closed a station; orders begun on its put wall wait there."""
    STATION_PLAN = "station_plan"
    """Orders wait and no station may be open for them."""
    SLOT_QUARANTINED = "slot_quarantined"
    """What is in a slot differs from its books, and a supervisor has to decide."""
    READER_FAILED = "reader_failed"
    """A reader or camera of a robot that counts is silent, or sees far less than it should."""
    PICK_FAILED = "pick_failed"
    """A robot arm could not take a pick; a person is wanted."""
    ORDERS_LATE = "orders_late"
    """Orders will probably be late for one and the same reason. The bridge raises it itself."""


@dataclass(frozen=True, slots=True)
class RaiseAlarm:
    """Something is wrong (``active``) or right again (not ``active``)."""

    kind: AlarmKind
    subject: str
    text: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class AnswerIntervention:
    """How far the fleet is with what an operator wants, and in ``text`` what follows or why not."""

    intervention: InterventionId
    outcome: InterventionOutcome
    text: str = ""


Command = (
    SendTransportOrder
    | ShowPicks
    | ShowPuts
    | ShowCounts
    | WithdrawPicks
    | ShortenLine
    | RouteLine
    | RaiseAlarm
    | AnswerIntervention
)
