"""Messages as the bridge would write them."""

from collections.abc import Sequence

from planner.warehouse.ids import PickId, ReceiptId, Sku, SlotId, StationId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from wms_bridge.messages import (
    LineConfirmed,
    LinePicked,
    LineWanted,
    OrderConfirmed,
    ReceiptPutAway,
    ReservationWanted,
    SlotFilled,
    StockAdjusted,
)
from wms_bridge.reconciling import CountReason
from wms_bridge.records.work import OrderStatus

Take = tuple[str, int]
"""A slot and pieces."""


def wanted(order: PickOrder) -> ReservationWanted:
    lines = tuple(LineWanted(line.line, line.sku, line.quantity) for line in order.lines)
    return ReservationWanted(f"reserve-order/{order.order}", order.order, lines)


def confirmed(
    order: PickOrder, *taken: Sequence[Take], status: OrderStatus | None = None
) -> OrderConfirmed:
    """What was taken for each line, out of which slots; the rest is short."""
    lines = []
    for line, takes in zip(order.lines, taken, strict=True):
        picks = tuple(
            LinePicked(PickId(f"{line.line}/{number}"), StationId("S1"), SlotId(slot), pieces, 1)
            for number, (slot, pieces) in enumerate(takes, start=1)
        )
        picked = sum(pick.quantity for pick in picks)
        short = line.quantity - picked
        reason = ShortReason.SLOT_SHORT if short else None
        lines.append(
            LineConfirmed(line.line, line.sku, line.quantity, picked, short, reason, picks=picks)
        )
    short = any(line.short for line in lines)
    status = status or (OrderStatus.COMPLETE_SHORT if short else OrderStatus.COMPLETE)
    kind = "order-cancelled" if status is OrderStatus.CANCELLED else "order-confirmed"
    return OrderConfirmed(f"{kind}/{order.order}", order.order, status, 0, 1, tuple(lines))


def adjusted(name: str, slot: str, sku: Sku, difference: int) -> StockAdjusted:
    message = f"stock-adjusted/{sku}-{name}"
    reason = next(iter(CountReason))
    return StockAdjusted(message, name, SlotId(slot), sku, difference, 0, reason, None, 1)


def put_away(receipt: ReceiptId, sku: Sku, *slots: Take) -> ReceiptPutAway:
    filled = tuple(SlotFilled(SlotId(slot), pieces) for slot, pieces in slots)
    pieces = sum(one.quantity for one in filled)
    message = f"receipt-put-away/{receipt}"
    return ReceiptPutAway(message, receipt, sku, pieces, 0, 1, filled)
