"""Facts the dispatcher learns, in the past tense. Together with the site and the seed they are
all that it ever knows, so a log of them replays to the same commands, bit for bit."""

from dataclasses import dataclass

from planner.warehouse.flows import RoutingPolicy, SkuFacts
from planner.warehouse.ids import (
    ClosureId,
    CountId,
    NodeId,
    OrderId,
    PickId,
    PutId,
    RobotId,
    RuleId,
    Sku,
    SlotId,
    StationId,
)
from planner.warehouse.interventions import Intervention
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.receipts import Receipt
from planner.warehouse.robot import Pose, RobotState
from planner.warehouse.rules import FloorRule
from planner.warehouse.site import Point
from planner.warehouse.stock import Balance, SlotTerms


@dataclass(frozen=True, slots=True)
class OrderReceived:
    """The WMS wants something. The same order again is ignored."""

    order: PickOrder


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """The order has new contents, lines matched by their ids. None of it asks for less than is
    picked already; picks that are too many now are withdrawn. An order that is not open is left
    as it is. This is the change of number ``changes`` to it, from 1."""

    order: PickOrder
    changes: int


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """Nothing more of the order is wanted, and nobody can confirm a pick of it any more. What was
    picked stays in its tote."""

    order: OrderId


@dataclass(frozen=True, slots=True)
class OrderPrioritised:
    """The order's place among the others is new; without ``due_ms`` it is due when it was."""

    order: OrderId
    priority: int
    due_ms: int | None = None


@dataclass(frozen=True, slots=True)
class StockStated:
    """The ledger's balances of some slots, absolute: they replace what was believed."""

    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class TermsStated:
    """On what terms the stock of some slots may be promised from now on. Terms of stock that is not
    known are ignored; what is promised on other terms and not shown yet is taken back."""

    terms: tuple[SlotTerms, ...]


@dataclass(frozen=True, slots=True)
class PickConfirmed:
    """The picker took ``quantity`` pieces; with a ``reason`` if that is less than asked."""

    pick: PickId
    quantity: int
    reason: ShortReason | None = None


@dataclass(frozen=True, slots=True)
class GoodsReceived:
    """Goods stand at the dock and are to be put into pods. The same receipt again is ignored."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class PutConfirmed:
    """``quantity`` pieces were put into the slot; if that is less than asked no more fit, and the
    rest is still at the dock."""

    put: PutId
    quantity: int


@dataclass(frozen=True, slots=True)
class PickWithdrawn:
    """Nobody took the pick, and nobody can confirm it any more."""

    pick: PickId


@dataclass(frozen=True, slots=True)
class PickFailed:
    """The station's robot arm could not take the pick. A person still may."""

    pick: PickId


@dataclass(frozen=True, slots=True)
class StationClosed:
    """An operator closes the station: it takes no more orders, and those on its put wall are
    finished. Closed ``at_once``, pods turn back and orders not begun go to other stations; begun
    ones wait on the put wall until it opens."""

    station: StationId
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class StationOpened:
    """The station may work again."""

    station: StationId


@dataclass(frozen=True, slots=True)
class RescanWanted:
    """The books of a slot are in doubt: a robot with a scanner is to look at it once more, also if
    one has just looked. Until then the same again changes nothing."""

    slot: SlotId


@dataclass(frozen=True, slots=True)
class CountWanted:
    """A person is to count a slot without being told what the books say. The same again is
    ignored."""

    count: CountId
    slot: SlotId
    sku: Sku


@dataclass(frozen=True, slots=True)
class CountConfirmed:
    """The person has counted, or nobody needs to any more."""

    count: CountId


@dataclass(frozen=True, slots=True)
class SlotSettled:
    """What was seen of a slot and its books agree, or were made to; it was looked at until
    ``at_ms``. Rescans of it that were wanted are not any more."""

    slot: SlotId
    at_ms: int


@dataclass(frozen=True, slots=True)
class SlotQuarantined:
    """Nothing is to be promised from the slot until a supervisor has decided what is in it."""

    slot: SlotId


@dataclass(frozen=True, slots=True)
class SlotReleased:
    """The quarantine is over."""

    slot: SlotId


@dataclass(frozen=True, slots=True)
class RobotStateSeen:
    """A robot reported."""

    state: RobotState


@dataclass(frozen=True, slots=True)
class NodesClosed:
    """An operator has closed these nodes and all inside ``area_m`` (a polygon, metres) until
    further notice: robots there drive on to leave, nobody else comes in. What is released already
    is still driven. The same closure again replaces the one before."""

    closure: ClosureId
    nodes: tuple[NodeId, ...] = ()
    area_m: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class NodesOpened:
    """The closure is over."""

    closure: ClosureId


@dataclass(frozen=True, slots=True)
class RuleSet:
    """An operator wants this rule of the floor from now on; it replaces the one with its id. One
    that cannot be is not applied, and an alarm says why."""

    rule: FloorRule


@dataclass(frozen=True, slots=True)
class RuleCleared:
    """The rule is over. One that is not in force changes nothing."""

    rule: RuleId


@dataclass(frozen=True, slots=True)
class SkuStated:
    """What the catalogue says about some SKUs; it replaces what it said before."""

    skus: tuple[SkuFacts, ...]


@dataclass(frozen=True, slots=True)
class PolicySet:
    """From now on this policy chooses the flow of lines that come in. One that contradicts itself
    is not applied, and an alarm says why; the same again changes nothing."""

    policy: RoutingPolicy


@dataclass(frozen=True, slots=True)
class RobotJoined:
    """A robot of a type of the site has been taken into the fleet and stands at ``pose``, or one
    that was leaving is to stay. One that is there already changes nothing."""

    robot: RobotId
    robot_type: str
    pose: Pose


@dataclass(frozen=True, slots=True)
class RobotLeaving:
    """The robot is to leave: it brings back what it carries, parks, and takes no more work."""

    robot: RobotId


@dataclass(frozen=True, slots=True)
class RobotLeft:
    """The robot has been taken off the floor; where it stood is free. While it has a pod this
    counts as :class:`RobotLeaving`."""

    robot: RobotId


@dataclass(frozen=True, slots=True)
class InterventionAsked:
    """An operator wants something of the fleet. The fleet's own process follows it, and tells the
    dispatcher what of it concerns routes and work; the dispatcher itself passes it over."""

    intervention: Intervention


@dataclass(frozen=True, slots=True)
class RobotSent:
    """A robot that carries nothing is to drive to a node and stay there, with no other work, until
    :class:`RobotFreed`. The same again changes nothing."""

    robot: RobotId
    node: NodeId


@dataclass(frozen=True, slots=True)
class RobotFreed:
    """A robot that was sent somewhere takes work again; one that was not changes nothing."""

    robot: RobotId


@dataclass(frozen=True, slots=True)
class RobotRerouted:
    """A robot is to look for a way that, for a time, does not lead through what it waits for."""

    robot: RobotId


@dataclass(frozen=True, slots=True)
class ReservationCleared:
    """Nodes of a silent robot's base beyond where it was seen last are free for others. While it is
    heard of this changes nothing."""

    robot: RobotId


Event = (
    OrderReceived
    | OrderChanged
    | OrderCancelled
    | OrderPrioritised
    | StockStated
    | TermsStated
    | PickConfirmed
    | GoodsReceived
    | PutConfirmed
    | PickWithdrawn
    | PickFailed
    | StationClosed
    | StationOpened
    | RescanWanted
    | CountWanted
    | CountConfirmed
    | SlotSettled
    | SlotQuarantined
    | SlotReleased
    | RobotStateSeen
    | NodesClosed
    | NodesOpened
    | RuleSet
    | RuleCleared
    | SkuStated
    | PolicySet
    | RobotJoined
    | RobotLeaving
    | RobotLeft
    | InterventionAsked
    | RobotSent
    | RobotFreed
    | RobotRerouted
    | ReservationCleared
)
