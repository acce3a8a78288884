"""What the bridge tells a WMS. Each message is written into the outbox in the transaction of what
it tells, and keeps its name in every attempt, so that the WMS can tell repeats."""

from dataclasses import dataclass
from typing import TypeAlias

from planner.codec.messages import decode, from_json
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.flows import Flow
from planner.warehouse.ids import LineId, Lot, OrderId, PickId, ReceiptId, Sku, SlotId, StationId
from planner.warehouse.picks import ShortReason
from wms_bridge.records.lots import LotState
from wms_bridge.records.work import OrderStatus, OutboxMessage


@dataclass(frozen=True, slots=True)
class LinePicked:
    """``quantity`` pieces (1 or more) taken out of a slot for a line; ``lot`` is empty and
    ``serials`` none where the SKU is not tracked so. Serials are named as tracing does
    (``01/<gtin>/21/<serial>``); a pack that was taken whole stands for all that is in it."""

    pick: PickId
    station: StationId
    slot: SlotId
    quantity: int
    at_ms: int
    lot: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineConfirmed:
    """What came of one line: ``picked + short == ordered``, or it was routed to another ``flow``
    than goods-to-person, which is not ours. The quantities of ``picks`` sum to ``picked``."""

    line: LineId
    sku: Sku
    ordered: int
    picked: int
    short: int
    reason: ShortReason | None
    flow: Flow = Flow.GOODS_TO_PERSON
    picks: tuple[LinePicked, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderConfirmed:
    """An order is finished: complete, short or cancelled."""

    message: str
    order: OrderId
    status: OrderStatus
    received_ms: int
    completed_ms: int
    lines: tuple[LineConfirmed, ...]


@dataclass(frozen=True, slots=True)
class LineRouted:
    """A line is not for the robots: it has to be served by ``flow``, as ``rule`` (empty: the
    default) of the policy of this ``version`` says."""

    message: str
    order: OrderId
    line: LineId
    sku: Sku
    quantity: int
    flow: Flow
    rule: str
    version: int


@dataclass(frozen=True, slots=True)
class LineWanted:
    """``quantity`` pieces that a line asks for."""

    line: LineId
    sku: Sku
    quantity: int


@dataclass(frozen=True, slots=True)
class ReservationWanted:
    """An order was taken: the WMS may reserve its stock. Its answer is a hint; our ledger
    decides."""

    message: str
    order: OrderId
    lines: tuple[LineWanted, ...]


@dataclass(frozen=True, slots=True)
class SlotFilled:
    """``quantity`` pieces of a receipt went into a slot."""

    slot: SlotId
    quantity: int
    lot: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptPutAway:
    """All of a receipt is in pods."""

    message: str
    receipt: ReceiptId
    sku: Sku
    quantity: int
    received_ms: int
    completed_ms: int
    slots: tuple[SlotFilled, ...]


@dataclass(frozen=True, slots=True)
class LotDifference:
    """``difference`` pieces more or less of the lot with the maker's code ``lot``."""

    lot: str
    difference: int


@dataclass(frozen=True, slots=True)
class StockAdjusted:
    """The books of a slot were set to what was found: ``difference`` pieces more or less,
    ``quantity`` now. ``case`` is that of the count, or ``pick/<pick>``; ``reason`` is a
    :class:`~wms_bridge.reconciling.CountReason`, or the
    :class:`~wms_bridge.ledger.MovementReason` of what a pick moved aside. ``lots`` has what of it
    is of lots with a code."""

    message: str
    case: str
    slot: SlotId
    sku: Sku
    difference: int
    quantity: int
    reason: str
    decided_by: str | None
    at_ms: int
    lots: tuple[LotDifference, ...] = ()

    def told_lots(self) -> tuple[LotDifference, ...]:
        """Lots of which all pieces go the way of the ``difference``, as one document of a WMS can
        tell them; none if some lots have more pieces now and others less."""
        signs = {one.difference > 0 for one in self.lots}
        within = abs(sum(one.difference for one in self.lots)) <= abs(self.difference)
        return self.lots if signs == {self.difference > 0} and within else ()


@dataclass(frozen=True, slots=True)
class LotStateTold:
    """A lot of an ``owner`` (empty: the site) is in another ``state``: from then on its pieces go
    into no order's tote, or do again. ``lot`` is the maker's code, ``key`` the bridge's name of the
    lot; ``by`` has decided it, and ``reason`` says why."""

    message: str
    key: Lot
    lot: str
    sku: Sku
    owner: str
    state: LotState
    reason: str
    by: str
    at_ms: int


WmsMessage: TypeAlias = (
    OrderConfirmed | LineRouted | ReservationWanted | ReceiptPutAway | StockAdjusted | LotStateTold
)

MESSAGE_KINDS: dict[str, type[WmsMessage]] = {
    "order-confirmed": OrderConfirmed,
    "order-cancelled": OrderConfirmed,
    "line-routed": LineRouted,
    "reserve-order": ReservationWanted,
    "receipt-put-away": ReceiptPutAway,
    "stock-adjusted": StockAdjusted,
    "lot-state": LotStateTold,
}
"""By what stands before the first stroke of a message's name."""


def read_message(message: OutboxMessage) -> WmsMessage:
    """What is in a message; :class:`InvalidMessage` on one of a kind that is not known."""
    kind = MESSAGE_KINDS.get(message.message.partition("/")[0])
    if kind is None:
        raise InvalidMessage("no such kind of message", field="message", value=message.message)
    return from_json(decode(message.body), kind)
