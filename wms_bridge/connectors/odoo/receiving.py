"""Receptions (``stock.picking``, incoming) as our receipts, and goods put away.

A reception books goods to the stock location itself, which is the dock; an internal transfer by the
name of our message takes them to pods."""

from collections.abc import Sequence
from typing import Any

from planner.warehouse.ids import ReceiptId
from wms_bridge.connectors.odoo.booking import InternalTransfers, Pieces, read_transfers
from wms_bridge.connectors.odoo.documents import receipt_documents
from wms_bridge.connectors.odoo.lots import with_lots
from wms_bridge.connectors.odoo.masters import Masters
from wms_bridge.connectors.odoo.wire import OdooWire
from wms_bridge.connectors.port import ReceiptDocument
from wms_bridge.messages import ReceiptPutAway

PUT_AWAY = "receipt-put-away/"


class Receipts:
    """Reads receptions and puts goods away."""

    def __init__(self, wire: OdooWire, masters: Masters):
        self._wire = wire
        self._masters = masters
        self._internal = InternalTransfers(wire, masters)

    async def domain(self) -> list[Any]:
        """Says of a transfer that it is a reception that is booked."""
        kind = (await self._masters.warehouse()).incoming
        return [["picking_type_id", "=", kind], ["state", "=", "done"]]

    async def read(self, numbers: Sequence[int]) -> list[ReceiptDocument]:
        """What these receptions brought that is not yet put away."""
        if not numbers:
            return []
        dock = (await self._masters.warehouse()).stock
        domain = [["id", "in", list(numbers)], *await self.domain()]
        found: list[ReceiptDocument] = []
        for reception in await read_transfers(self._wire, domain):
            found += receipt_documents(reception, dock)
        done = await self._put_away([one.receipt.receipt for one in found])
        return [one for one in found if one.receipt.receipt not in done]

    async def put_away(self, message: ReceiptPutAway) -> str:
        """Book the goods from the dock to where they were put."""
        if await self._internal.settled(message.message):
            return "put away"
        dock = (await self._masters.warehouse()).stock
        wanted = await self._pieces(message, dock)
        await self._internal.carry_out(message.message, (dock, dock), wanted)
        return "put away"

    async def is_put_away(self, message: ReceiptPutAway) -> bool:
        """Whether that is done."""
        return await self._internal.done(message.message)

    async def _pieces(self, message: ReceiptPutAway, dock: int) -> list[Pieces]:
        article = await self._masters.article(message.sku)
        pieces: dict[tuple[int, int | None], int] = {}
        for slot in message.slots:
            lot = await self._masters.lot(article, slot.lot)
            key = (await self._masters.location(slot.slot), lot)
            pieces[key] = pieces.get(key, 0) + slot.quantity
        wanted = [
            Pieces(article, quantity, dock, place, lot) for (place, lot), quantity in pieces.items()
        ]
        return await with_lots(self._wire, wanted)

    async def _put_away(self, receipts: Sequence[ReceiptId]) -> set[str]:
        names = [f"{PUT_AWAY}{receipt}" for receipt in receipts]
        domain = [["origin", "in", names], ["state", "=", "done"]]
        found = await self._wire.find("stock.picking", domain, ["origin"])
        return {row["origin"].removeprefix(PUT_AWAY) for row in found}
