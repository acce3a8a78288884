"""Facts the dispatcher learns, in the past tense. Together with the site and the seed they are
all that it ever knows, so a log of them replays to the same commands, bit for bit."""

from dataclasses import dataclass

from planner.warehouse.ids import ClosureId, NodeId, PickId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.robot import RobotState
from planner.warehouse.site import Point
from planner.warehouse.stock import Balance


@dataclass(frozen=True, slots=True)
class OrderReceived:
    """The WMS wants something. The same order again is ignored."""

    order: PickOrder


@dataclass(frozen=True, slots=True)
class StockStated:
    """The ledger's balances of some slots, absolute: they replace what was believed."""

    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class PickConfirmed:
    """The picker took ``quantity`` pieces; with a ``reason`` if that is less than asked."""

    pick: PickId
    quantity: int
    reason: ShortReason | None = None


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


Event = OrderReceived | StockStated | PickConfirmed | RobotStateSeen | NodesClosed | NodesOpened
