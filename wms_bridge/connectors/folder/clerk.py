"""People at a WMS that exchanges files; see :class:`wms_bridge.connectors.port.Clerk`. Writes into
``in/`` and reads ``out/``."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence

from planner.codec.messages import decode, encode, to_json
from planner.warehouse.ids import OrderId
from planner.warehouse.orders import PickOrder
from planner.warehouse.receipts import Receipt
from wms_bridge.connectors.folder.address import FolderAddress, read_address
from wms_bridge.connectors.folder.mapping import InKind
from wms_bridge.connectors.folder.telling import Cells, table
from wms_bridge.connectors.folder.wire import CHECKSUM, Folder, failing_clearly
from wms_bridge.connectors.port import Document, StockAt
from wms_bridge.records.work import SkuRecord


class FolderClerk:
    """At the folder at an address. ``now_ns`` names files: it never goes back."""

    def __init__(self, address: FolderAddress, now_ns: Callable[[], int] = time.time_ns):
        self._address = address
        self._folder = Folder(address.root)
        self._now_ns = now_ns
        self._last = 0
        self._stock: list[StockAt] = []

    async def set_up(self, locations: Sequence[str], items: Sequence[SkuRecord]) -> None:
        """Articles; a folder has no locations."""
        if items:
            await self._drop(InKind.ITEMS, [_present(to_json(item)) for item in items])

    async def book_stock(self, stock: Sequence[StockAt]) -> None:
        """All stock that was ever booked in here, as a new stock file."""
        self._stock += stock
        rows = [to_json(one) for one in self._stock]
        await self._drop(InKind.STOCK, rows)

    async def place(self, order: PickOrder) -> None:
        """A file with one order."""
        await self._drop(InKind.ORDERS, _order_rows(order))

    async def change(self, order: PickOrder) -> None:
        """A file with one changed order."""
        await self._drop(InKind.CHANGES, _order_rows(order))

    async def cancel(self, order: OrderId) -> None:
        """A file with one cancelled order."""
        await self._drop(InKind.CANCELS, [{"order": order}])

    async def receive(self, receipt: Receipt) -> None:
        """A file with one receipt."""
        told = _present(to_json(receipt))
        if "expires_ms" in told:
            told["expires"] = told.pop("expires_ms")
        await self._drop(InKind.RECEIPTS, [told])

    async def documents(self, reference: str) -> tuple[Document, ...]:
        """Files in ``out/`` that tell of an order or receipt, or are this message."""
        return await asyncio.to_thread(failing_clearly(self._documents), reference)

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _drop(self, kind: InKind, rows: list[Cells]) -> None:
        await asyncio.to_thread(failing_clearly(self._write), kind, rows)

    def _write(self, kind: InKind, rows: list[Cells]) -> None:
        self._folder.set_up()
        self._last = max(self._last + 1, self._now_ns())
        name = f"{kind}-{self._last}.{self._address.format}"
        columns = list(dict.fromkeys(column for row in rows for column in row))
        full = [{column: row.get(column, "") for column in columns} for row in rows]
        content = table(full) if self._address.format == "csv" else encode(rows)
        # The checksum first: a file that has none may be taken before it.
        told = f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        self._folder.write("in", name + CHECKSUM, told.encode())
        self._folder.write("in", name, content)

    def _documents(self, reference: str) -> tuple[Document, ...]:
        found: list[Document] = []
        for place in ("out", "out/taken"):
            for name in self._folder.names(place):
                kind = name.partition("_")[0]
                if kind in ("answer", "repeated"):
                    continue
                with self._folder.reading(place, name) as file:
                    raw = file.read()
                if reference in _names_in(raw, name):
                    found.append(Document(kind, reference, place))
        return tuple(found)


def _names_in(raw: bytes, name: str) -> set[str]:
    if not name.endswith(".json"):
        return {cell for line in raw.decode().splitlines() for cell in line.split(",")}
    told = decode(raw)
    return {str(told.get(field, "")) for field in ("message", "order", "receipt", "case")}


def _order_rows(order: PickOrder) -> list[Cells]:
    return [
        _present(
            {
                "order": order.order,
                "line": line.line.rpartition("#")[2],
                "sku": line.sku,
                "quantity": line.quantity,
                "lot": line.lot,
                "owner": line.owner,
                "due": order.due_ms,
                "priority": order.priority,
            }
        )
        for line in order.lines
    ]


def _present(told: Cells) -> Cells:
    return {name: value for name, value in told.items() if value not in (None, "")}


def connect(url: str) -> FolderClerk:
    """:class:`~planner.warehouse.errors.InvalidMessage` on an address that cannot be used."""
    return FolderClerk(read_address(url))
