"""All the dispatcher knows. Records are immutable; a step forks the state, changes the fork's
dictionaries and returns it, so that the state before stays as it was."""

from copy import copy
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Self

from planner.warehouse.commands import AlarmKind, RaiseAlarm, ShortenLine
from planner.warehouse.ids import (
    ClosureId,
    LineId,
    OrderId,
    PickId,
    PodId,
    RobotId,
    Sku,
    SlotId,
    StationId,
    TransportOrderId,
    VisitId,
)
from planner.warehouse.picks import PickTask
from planner.warehouse.robot import RobotState
from planner.warehouse.transport import Action
from planner.warehouse.view import RobotActivity


@dataclass(frozen=True, slots=True)
class Line:
    """One order line: ``allocated`` pieces are promised by pods under way but not yet picked;
    ``slot_short`` once a slot held less of it than the books said."""

    line: LineId
    order: OrderId
    sku: Sku
    quantity: int
    allocated: int = 0
    picked: int = 0
    shortened: int = 0
    slot_short: bool = False

    @property
    def open(self) -> int:
        """Pieces no pod has been chosen for yet."""
        return self.quantity - self.allocated - self.picked - self.shortened

    @property
    def done(self) -> bool:
        """Everything picked or given up."""
        return self.picked + self.shortened == self.quantity


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order not yet complete; ``station`` is its put wall once released."""

    order: OrderId
    received_ms: int
    due_ms: int | None
    lines: tuple[LineId, ...]
    station: StationId | None = None


@dataclass(frozen=True, slots=True)
class SlotStock:
    """What a slot holds by the books and how much of it is promised to picks."""

    sku: Sku
    quantity: int
    reserved: int = 0

    @property
    def available(self) -> int:
        """Pieces that can still be promised."""
        return max(0, self.quantity - self.reserved)


class Phase(StrEnum):
    """How far a pod visit has come."""

    REQUESTED = "requested"
    """Chosen; no robot yet."""
    FETCH = "fetch"
    """A robot is on its way to the pod, or lifts it."""
    DELIVER = "deliver"
    """The pod is on its way to the station."""
    PICK = "pick"
    """The pod stands at the station."""
    RETURN = "return"
    """The pod is on its way to a spot, or is lowered there."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One presentation of a pod; ``picks`` are those not confirmed yet, ``spot`` is where the pod
    goes afterwards (a node), ``picks_made`` numbers the picks."""

    visit: VisitId
    pod: PodId
    station: StationId
    phase: Phase
    since_ms: int
    robot: RobotId | None = None
    picks: tuple[PickId, ...] = ()
    picks_made: int = 0
    spot: int | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """A transport order as sent (``update`` -1: not yet): ``nodes`` are its released nodes from
    the first, of which those up to index ``reached`` have been passed; node ``i`` has sequence
    number ``2 * i``."""

    order: TransportOrderId
    update: int
    activity: RobotActivity
    goal: int
    action: Action | None
    nodes: tuple[int, ...]
    reached: int
    since_ms: int
    sent_ms: int = 0

    @property
    def end(self) -> int:
        """The last released node."""
        return self.nodes[-1]

    @property
    def held(self) -> tuple[int, ...]:
        """The node last passed and the released ones after it: nobody else may enter them."""
        return self.nodes[self.reached :]


@dataclass(frozen=True, slots=True)
class Robot:
    """``node`` is the node last passed (-1 until first heard of), ``heading`` the lattice heading
    there; ``moved_ms`` is when it last got ahead or had no reason to; ``horizon`` are the nodes
    planned beyond what is released; ``waits_for`` is the robot that holds, or is to
    pass first, the next of these; after a failed action nothing begins before ``retry_ms``;
    until ``yields_ms`` it makes way for those it was deadlocked with."""

    robot: RobotId
    node: int
    heading: int = 0
    report: RobotState | None = None
    seen_ms: int = 0
    leg: Leg | None = None
    legs: int = 0
    visit: VisitId | None = None
    moved_ms: int = 0
    silent: bool = True
    retry_ms: int = 0
    horizon: tuple[int, ...] = ()
    waits_for: RobotId | None = None
    yields_ms: int = 0

    @property
    def end(self) -> int:
        """Where its released way ends."""
        return self.leg.end if self.leg else self.node

    @property
    def held(self) -> tuple[int, ...]:
        """Every node that only this robot may be on."""
        return self.leg.held if self.leg else (self.node,)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counters behind the KPIs; ``*_ms`` are robot-ms and station-ms."""

    first_order_ms: int | None = None
    last_done_ms: int = 0
    orders_received: int = 0
    orders_short: int = 0
    lines_received: int = 0
    lines_picked: int = 0
    lines_shortened: int = 0
    picks_confirmed: int = 0
    pod_visits: int = 0
    metres: float = 0.0
    robot_busy_ms: int = 0
    station_picking_ms: int = 0
    deadlocks: int = 0


@dataclass(slots=True)
class State:
    """``pods`` holds the node of every pod that stands on the floor; ``available`` the pieces of a
    SKU that can still be promised; ``open_lines`` the lines at put walls with pieces that no pod
    has been chosen for, and their stations; ``waiting`` the orders not yet
    released, oldest first, and ``walls`` those on each station's put wall; ``finished`` the age of
    every completed order in ms; ``closures`` the nodes of every closure; ``alarms`` those active
    now; ``station_lines`` the lines picked at each station."""

    now_ms: int = 0
    robots: dict[RobotId, Robot] = field(default_factory=dict)
    pods: dict[PodId, int] = field(default_factory=dict)
    slots: dict[SlotId, SlotStock] = field(default_factory=dict)
    slots_of_sku: dict[Sku, tuple[SlotId, ...]] = field(default_factory=dict)
    available: dict[Sku, int] = field(default_factory=dict)
    orders: dict[OrderId, OpenOrder] = field(default_factory=dict)
    waiting: dict[OrderId, None] = field(default_factory=dict)
    walls: dict[StationId, tuple[OrderId, ...]] = field(default_factory=dict)
    lines: dict[LineId, Line] = field(default_factory=dict)
    open_lines: dict[LineId, StationId] = field(default_factory=dict)
    visits: dict[VisitId, Visit] = field(default_factory=dict)
    picks: dict[PickId, PickTask] = field(default_factory=dict)
    finished: dict[OrderId, int] = field(default_factory=dict)
    shortened: dict[LineId, ShortenLine] = field(default_factory=dict)
    closures: dict[ClosureId, tuple[int, ...]] = field(default_factory=dict)
    alarms: dict[tuple[AlarmKind, str], RaiseAlarm] = field(default_factory=dict)
    station_lines: dict[StationId, int] = field(default_factory=dict)
    visits_made: int = 0
    tally: Tally = field(default_factory=Tally)

    def fork(self) -> Self:
        """A state that can be changed without changing this one."""
        fork = copy(self)
        for spec in fields(self):
            value = getattr(self, spec.name)
            if isinstance(value, dict):
                setattr(fork, spec.name, value.copy())
        return fork
