"""All the dispatcher knows. Records are immutable; a step forks the state, changes the fork's
dictionaries and returns it, so that the state before stays as it was."""

from copy import copy
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Self

from planner.assign.counting import AbcClass, Doubt, LookBudget
from planner.assign.demand import LineRate, PodHeat
from planner.assign.matches import Matches
from planner.dispatch.override import NO_OVERRIDE, Override
from planner.dispatch.stock import SlotStock
from planner.warehouse.commands import AlarmKind, RaiseAlarm, RouteLine, ShortenLine
from planner.warehouse.flows import EVERYTHING_TO_PERSON, RoutingPolicy, SkuFacts
from planner.warehouse.ids import (
    ClosureId,
    CountId,
    LineId,
    OrderId,
    PickId,
    PodId,
    PutId,
    ReceiptId,
    RobotId,
    RuleId,
    Sku,
    SlotId,
    StationId,
    TransportOrderId,
    VisitId,
)
from planner.warehouse.picks import PickTask
from planner.warehouse.receipts import PutTask
from planner.warehouse.robot import RobotState
from planner.warehouse.rules import FloorRule
from planner.warehouse.transport import Action
from planner.warehouse.view import RobotActivity


@dataclass(frozen=True, slots=True)
class Line:
    """One order line: ``allocated`` pieces are promised by pods under way but not yet picked;
    ``slot_short`` once a slot held less of it than the books said; ``failures`` counts picks that
    robot arms failed at and nobody came for. ``open`` is below 0 while picks that are too many are
    being withdrawn."""

    line: LineId
    order: OrderId
    sku: Sku
    quantity: int
    allocated: int = 0
    picked: int = 0
    shortened: int = 0
    slot_short: bool = False
    failures: int = 0

    @property
    def open(self) -> int:
        """Pieces no pod has been chosen for yet."""
        return self.quantity - self.allocated - self.picked - self.shortened

    @property
    def done(self) -> bool:
        """Everything picked or given up, and no pick left that could still be confirmed."""
        return self.picked + self.shortened == self.quantity and not self.allocated


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order not yet complete. ``pieces`` are what it wants of each SKU; ``station`` has it once
    it is bound; ``changes`` is how often its contents have changed."""

    order: OrderId
    received_ms: int
    due_ms: int | None
    lines: tuple[LineId, ...]
    pieces: tuple[tuple[Sku, int], ...]
    station: StationId | None = None
    priority: int = 0
    changes: int = 0


@dataclass(frozen=True, slots=True)
class OpenReceipt:
    """Goods at the dock: ``promised`` pieces of them are to go into slots of pods under way,
    ``put`` are in slots."""

    receipt: ReceiptId
    sku: Sku
    quantity: int
    received_ms: int
    promised: int = 0
    put: int = 0

    @property
    def open(self) -> int:
        """Pieces no slot has been chosen for yet."""
        return self.quantity - self.promised - self.put


@dataclass(frozen=True, slots=True)
class SlotPromise:
    """Pieces that are to be put into a slot: until then it takes no other SKU."""

    sku: Sku
    quantity: int


@dataclass(frozen=True, slots=True)
class WantedCount:
    """A person is to count a slot; wanted since ``since_ms``."""

    count: CountId
    slot: SlotId
    sku: Sku
    since_ms: int


@dataclass(frozen=True, slots=True)
class WantedLook:
    """A robot is to look at a slot once more; wanted since ``since_ms``, and last asked for at
    ``asked_ms``: a look begun before that is not what was asked for then."""

    since_ms: int
    asked_ms: int


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
    """One presentation of a pod; ``picks``, ``puts`` and ``counts`` are those not confirmed yet (of
    the picks, ``hidden`` have not been shown), ``spot`` is where the pod goes afterwards (a node),
    ``picks_made``, ``puts_made`` and ``counts_made`` number them. ``since_ms`` is when it was
    requested, in phase RETURN when that began. A visit that has a spot from the start only moves
    the pod there, see :mod:`planner.dispatch.phases.reslot`."""

    visit: VisitId
    pod: PodId
    station: StationId
    phase: Phase
    since_ms: int
    robot: RobotId | None = None
    picks: tuple[PickId, ...] = ()
    hidden: tuple[PickId, ...] = ()
    picks_made: int = 0
    spot: int | None = None
    puts: tuple[PutId, ...] = ()
    puts_made: int = 0
    counts: tuple[CountId, ...] = ()
    counts_made: int = 0

    @property
    def has_work(self) -> bool:
        """Whether anything is left to do at the station."""
        return bool(self.picks or self.puts or self.counts)


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
    """``type`` is one of the site's robot types; ``node`` is the node last passed, ``heading`` the
    lattice heading there; ``moved_ms`` is when it last got ahead or had no reason to; ``horizon``
    are the nodes planned beyond what is released; ``waits_for`` is the robot that holds, or is to
    pass first, the next of these; after a failed action nothing begins before ``retry_ms``;
    until ``yields_ms`` it makes way for those it was deadlocked with; ``leaving`` the fleet, it
    takes no more work; ``override`` is what operators have told it."""

    robot: RobotId
    type: str
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
    leaving: bool = False
    override: Override = NO_OVERRIDE

    @property
    def takes_work(self) -> bool:
        """Whether it may be given anything new to do."""
        kept_off = self.override.sent is not None or bool(self.override.keeps)
        return not (self.leaving or kept_off)

    @property
    def end(self) -> int:
        """Where its released way ends."""
        return self.held[-1]

    @property
    def held(self) -> tuple[int, ...]:
        """Every node that only this robot may be on."""
        return self.override.keeps or (self.leg.held if self.leg else (self.node,))


@dataclass(frozen=True, slots=True)
class Tally:
    """Counters behind the KPIs; ``*_ms`` are robot-ms and station-ms; ``straight_on`` counts
    pods that went from one station to another; ``greedy_*`` how often the solver had no answer and
    the greedy one was taken; ``pairings`` and ``covers`` how often pods were chosen together, of
    these ``*_greedy`` with the greedy answer and ``*_out_of_time`` without a proof;
    ``improvements`` how often neighbouring stations were decided anew, of these
    ``improvements_taken`` with another answer than they had. ``looks`` are those that robots were
    sent for and made, ``looks_failed`` those that came to nothing; ``slots_settled`` were found or
    made right, and ``slots_counted`` by people; ``metres`` are driven by robots that carry,
    ``metres_counting`` by those that only count."""

    first_order_ms: int | None = None
    last_done_ms: int = 0
    orders_received: int = 0
    orders_short: int = 0
    orders_late: int = 0
    lines_received: int = 0
    lines_picked: int = 0
    lines_shortened: int = 0
    picks_confirmed: int = 0
    pieces_picked: int = 0
    pod_visits: int = 0
    metres: float = 0.0
    robot_busy_ms: int = 0
    station_picking_ms: int = 0
    deadlocks: int = 0
    receipts_received: int = 0
    pieces_put_away: int = 0
    puts_confirmed: int = 0
    put_visits: int = 0
    reslots: int = 0
    orders_cancelled: int = 0
    orders_due_past: int = 0
    picks_failed: int = 0
    plan_fallbacks: int = 0
    lines_routed: int = 0
    rules_refused: int = 0
    straight_on: int = 0
    greedy_robots: int = 0
    greedy_spots: int = 0
    pairings: int = 0
    pairings_greedy: int = 0
    pairings_out_of_time: int = 0
    covers: int = 0
    covers_greedy: int = 0
    covers_out_of_time: int = 0
    improvements: int = 0
    improvements_taken: int = 0
    improvements_out_of_time: int = 0
    looks: int = 0
    looks_failed: int = 0
    slots_settled: int = 0
    slots_counted: int = 0
    metres_counting: float = 0.0


@dataclass(slots=True)
class State:
    """SKUs are stock keys, see :mod:`planner.dispatch.stock`.

    ``pods`` holds the node of every pod that stands on the floor; ``available`` the pieces of a
    SKU that can still be promised, if only later; ``open_lines`` the lines at put walls with
    pieces that no pod has been chosen for, and their stations; ``waiting`` the orders that no
    station has yet, oldest first, ``bound`` those of each station without a place on its put
    wall, and ``walls`` those on it; ``matches`` what pods hold against what waiting orders
    want; ``finished`` the age of every completed order in ms; ``closures`` the nodes of every
    closure; ``rules`` those of the floor in force; ``policy`` chooses the flow of lines by
    ``facts`` of SKUs, and ``routed`` are the lines that are not for the robots; ``alarms``
    those active now; ``station_lines`` the lines picked at each station; ``receipts`` the goods
    at the dock, oldest first, and ``put_away`` how long all others took to be in pods (ms);
    ``incoming`` the pieces of a SKU that are at the dock; ``puts`` those not confirmed and
    ``promises`` what they will bring to each slot; ``full`` the slots that took less than they
    should have; ``demand`` the lines ever asked for of each SKU; ``cancelled`` are orders and
    when that was; ``withdrawing`` the picks being taken back and when that was last asked for;
    ``failed`` the picks that robot arms failed at, and when; ``closed`` the stations that an
    operator has closed, and whether at once; ``open_since`` those open now, and since when
    (ms); ``rates`` how often each SKU was ordered of late, and ``heat`` how much each pod is in
    demand, from time to time; ``press_credit`` how many orders may go first because they are
    old or nearly due, and ``care`` how far stations can afford to care for such.

    Of counting: ``counts`` that people are to make, ``rescans`` that robots are to,
    ``quarantined`` slots; ``ranked`` SKUs of which some stock goes before other, and
    ``stranded`` pods, for whose stock nothing waits; ``doubts`` of the slots that something has
    happened to, ``abc`` the SKUs of classes A and B, ``face_bits`` what a look at each pod
    would tell, of which ``face_cursor`` is brought up to date next; pods that are not looked at
    before a time (ms, ``look_after``), and the ``look_budget``."""

    now_ms: int = 0
    robots: dict[RobotId, Robot] = field(default_factory=dict)
    pods: dict[PodId, int] = field(default_factory=dict)
    slots: dict[SlotId, SlotStock] = field(default_factory=dict)
    slots_of_sku: dict[Sku, tuple[SlotId, ...]] = field(default_factory=dict)
    available: dict[Sku, int] = field(default_factory=dict)
    orders: dict[OrderId, OpenOrder] = field(default_factory=dict)
    waiting: dict[OrderId, None] = field(default_factory=dict)
    bound: dict[StationId, tuple[OrderId, ...]] = field(default_factory=dict)
    walls: dict[StationId, tuple[OrderId, ...]] = field(default_factory=dict)
    matches: Matches = field(default_factory=Matches)
    lines: dict[LineId, Line] = field(default_factory=dict)
    open_lines: dict[LineId, StationId] = field(default_factory=dict)
    visits: dict[VisitId, Visit] = field(default_factory=dict)
    picks: dict[PickId, PickTask] = field(default_factory=dict)
    finished: dict[OrderId, int] = field(default_factory=dict)
    shortened: dict[LineId, ShortenLine] = field(default_factory=dict)
    closures: dict[ClosureId, tuple[int, ...]] = field(default_factory=dict)
    rules: dict[RuleId, FloorRule] = field(default_factory=dict)
    policy: RoutingPolicy = EVERYTHING_TO_PERSON
    facts: dict[Sku, SkuFacts] = field(default_factory=dict)
    routed: dict[LineId, RouteLine] = field(default_factory=dict)
    alarms: dict[tuple[AlarmKind, str], RaiseAlarm] = field(default_factory=dict)
    station_lines: dict[StationId, int] = field(default_factory=dict)
    receipts: dict[ReceiptId, OpenReceipt] = field(default_factory=dict)
    put_away: dict[ReceiptId, int] = field(default_factory=dict)
    incoming: dict[Sku, int] = field(default_factory=dict)
    puts: dict[PutId, PutTask] = field(default_factory=dict)
    promises: dict[SlotId, SlotPromise] = field(default_factory=dict)
    full: dict[SlotId, None] = field(default_factory=dict)
    demand: dict[Sku, int] = field(default_factory=dict)
    next_put_ms: int = 0
    next_reslot_ms: int = 0
    next_improve_ms: int = 0
    neighbourhoods: int = 0
    cancelled: dict[OrderId, int] = field(default_factory=dict)
    withdrawing: dict[PickId, int] = field(default_factory=dict)
    failed: dict[PickId, int] = field(default_factory=dict)
    closed: dict[StationId, bool] = field(default_factory=dict)
    open_since: dict[StationId, int] = field(default_factory=dict)
    rates: dict[Sku, LineRate] = field(default_factory=dict)
    heat: PodHeat = field(default_factory=PodHeat)
    press_credit: float = 1.0
    care: float = 1.0
    visits_made: int = 0
    counts: dict[CountId, WantedCount] = field(default_factory=dict)
    rescans: dict[SlotId, WantedLook] = field(default_factory=dict)
    quarantined: dict[SlotId, None] = field(default_factory=dict)
    ranked: dict[Sku, None] = field(default_factory=dict)
    stranded: dict[PodId, None] = field(default_factory=dict)
    doubts: dict[SlotId, Doubt] = field(default_factory=dict)
    abc: dict[Sku, AbcClass] = field(default_factory=dict)
    face_bits: dict[PodId, float] = field(default_factory=dict)
    face_cursor: int = 0
    look_after: dict[PodId, int] = field(default_factory=dict)
    look_budget: LookBudget | None = None
    tally: Tally = field(default_factory=Tally)

    def fork(self) -> Self:
        """A state that can be changed without changing this one."""
        fork = copy(self)
        for spec in fields(self):
            value = getattr(self, spec.name)
            if isinstance(value, dict):
                setattr(fork, spec.name, value.copy())
        fork.matches = self.matches.fork()
        return fork
