"""Facts the dispatcher learns, in the past tense. Together with the site and the seed they are
all that it ever knows, so a log of them replays to the same commands, bit for bit."""

from dataclasses import dataclass

from planner.warehouse.ids import PickId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.robot import RobotState
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


Event = OrderReceived | StockStated | PickConfirmed | RobotStateSeen
