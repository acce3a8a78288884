"""Messages of the bridge at a WMS that keeps a document for each: which part sees to which."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from wms_bridge.messages import (
    LineRouted,
    LotStateTold,
    OrderConfirmed,
    ReceiptPutAway,
    ReservationWanted,
    StockAdjusted,
    WmsMessage,
)


class OrderPart(Protocol):
    """What is done with orders."""

    async def reserve(self, message: ReservationWanted) -> str:
        """Ask for a reservation; what came of it."""

    async def reserved(self, message: ReservationWanted) -> bool:
        """Whether it was tried."""

    async def confirm(self, message: OrderConfirmed) -> str:
        """Ship what was picked and close the order."""

    async def confirmed(self, message: OrderConfirmed) -> bool:
        """Whether all of it is done."""


class ReceiptPart(Protocol):
    """What is done with goods received."""

    async def put_away(self, message: ReceiptPutAway) -> str:
        """Book the goods from the dock to where they were put."""

    async def is_put_away(self, message: ReceiptPutAway) -> bool:
        """Whether that is done."""


@dataclass(frozen=True, slots=True)
class Handling:
    """``adjust`` books a difference that is not 0, and ``is_booked`` tells whether the document of
    a message is."""

    orders: OrderPart
    receipts: ReceiptPart
    adjust: Callable[[StockAdjusted], Awaitable[str]]
    is_booked: Callable[[str], Awaitable[bool]]

    async def find(self, message: WmsMessage) -> bool:
        """Whether the WMS has all that a message tells."""
        match message:
            case OrderConfirmed():
                return await self.orders.confirmed(message)
            case ReservationWanted():
                return await self.orders.reserved(message)
            case ReceiptPutAway():
                return await self.receipts.is_put_away(message)
            case StockAdjusted():
                return not message.difference or await self.is_booked(message.message)
            case LineRouted() | LotStateTold():
                return True

    async def carry_out(self, message: WmsMessage) -> str:
        """Have the WMS do it; what became of it."""
        match message:
            case OrderConfirmed():
                return await self.orders.confirm(message)
            case ReservationWanted():
                return await self.orders.reserve(message)
            case ReceiptPutAway():
                return await self.receipts.put_away(message)
            case StockAdjusted():
                return await self.adjust(message) if message.difference else "nothing to book"
            case LineRouted():
                return "its people pick it"
            case LotStateTold():
                return "it has no states of lots"
