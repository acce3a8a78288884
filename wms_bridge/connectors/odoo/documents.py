"""Odoo's documents as ours: pure functions of rows as the wire reads them."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import OrderId, ReceiptId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.receipts import Receipt
from wms_bridge.connectors.odoo.masters import number_of
from wms_bridge.connectors.odoo.tail import at_ms, mark
from wms_bridge.connectors.odoo.wire import Row
from wms_bridge.connectors.port import OrderDocument, OrderState, ReceiptDocument
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import SkuRecord

LOG = logging.getLogger(__name__)
ORDER_STATES = {
    "waiting": OrderState.OPEN,
    "confirmed": OrderState.OPEN,
    "assigned": OrderState.OPEN,
    "done": OrderState.DONE,
    "cancel": OrderState.CANCELLED,
}
"""Those of ``stock.picking``; a draft is not yet for us."""
PICKING_FIELDS = [
    "name",
    "origin",
    "state",
    "backorder_id",
    "date_deadline",
    "priority",
    "location_id",
    "location_dest_id",
    "write_date",
]
MOVE_FIELDS = ["picking_id", "product_id", "product_qty", "state", "write_date"]
LINE_FIELDS = [
    "picking_id",
    "move_id",
    "product_id",
    "product_uom_id",
    "qty_done",
    "lot_id",
    "location_id",
    "location_dest_id",
    "state",
    "write_date",
]


@dataclass(frozen=True, slots=True)
class Transfer:
    """A ``stock.picking`` with its moves (what is asked for) and move lines (what was done)."""

    head: Row
    moves: Sequence[Row] = ()
    lines: Sequence[Row] = ()
    codes: Mapping[int, str] = field(default_factory=dict)
    """Codes of the articles, by number."""

    @property
    def number(self) -> int:
        """Of the record."""
        return int(self.head["id"])

    @property
    def state(self) -> str:
        """In Odoo's words."""
        return str(self.head["state"])

    def sku(self, row: Row) -> Sku:
        """The article of a move or line; :class:`DeliveryFailed` (refused) if it has no code."""
        code = self.codes.get(number_of(row["product_id"]), "")
        if not code:
            raise DeliveryFailed("an article has no code", refused=True)
        return Sku(code)


def reference_of(head: Row) -> str:
    """What it is called outside: its source document; its own number where it has none, and for the
    rest that another one left over."""
    return str((not head["backorder_id"] and head["origin"]) or head["name"])


def order_document(transfer: Transfer) -> OrderDocument:
    """A delivery. An order that we cannot take (fractions, no article code) comes without contents
    and is told in the log."""
    reference = OrderId(reference_of(transfer.head))
    state = ORDER_STATES[transfer.state]
    order = None
    if state is OrderState.OPEN:
        try:
            order = _pick_order(reference, transfer)
        except (PodherdError, DeliveryFailed) as error:
            LOG.warning("delivery %s cannot be taken: %s", reference, error)
    stamp = max([transfer.head["write_date"], *(move["write_date"] for move in transfer.moves)])
    contents = {"head": transfer.head, "moves": list(transfer.moves)}
    return OrderDocument(reference, f"{stamp} {mark(contents)}", state, order)


def _pick_order(reference: OrderId, transfer: Transfer) -> PickOrder:
    lines = tuple(
        OrderLine(line_id(reference, number), transfer.sku(move), whole(move["product_qty"]))
        for number, move in enumerate(transfer.moves, start=1)
        if move["product_qty"] and move["state"] != "cancel"
    )
    due = transfer.head["date_deadline"]
    return PickOrder(reference, lines, at_ms(due) if due else None, int(transfer.head["priority"]))


def receipt_name(head: Row, line: int, lines: int) -> ReceiptId:
    """Of the ``line``-th line of a reception with so many: its reference, if it has only one."""
    reference = reference_of(head)
    return ReceiptId(reference if lines == 1 else f"{reference}#{line}")


def receipt_documents(transfer: Transfer, dock: int) -> list[ReceiptDocument]:
    """The lines of a reception that were booked to the dock."""
    lines = [line for line in transfer.lines if number_of(line["location_dest_id"]) == dock]
    found = []
    for number, line in enumerate(lines, start=1):
        name = receipt_name(transfer.head, number, len(lines))
        try:
            pieces = whole(line["qty_done"])
            receipt = Receipt(name, transfer.sku(line), pieces, lot_of(line))
        except (PodherdError, DeliveryFailed) as error:
            LOG.warning("receipt %s cannot be taken: %s", name, error)
            continue
        found.append(ReceiptDocument(transfer.head["write_date"], receipt))
    return found


def sku_record(product: Row) -> SkuRecord:
    """An article as our catalogue has it."""
    sku = Sku(product["default_code"])
    return SkuRecord(sku, product["name"] or "", piece_value=float(product["lst_price"]))


def lot_of(line: Row) -> str:
    """Name of the lot of a line, empty for none."""
    return str(line["lot_id"][1]) if line["lot_id"] else ""


def whole(quantity: float) -> int:
    """Pieces; :class:`DeliveryFailed` (refused) on a part of one, litres say."""
    pieces = round(quantity)
    if abs(pieces - quantity) > 1e-6:
        raise DeliveryFailed(f"{quantity} is no number of pieces", refused=True)
    return pieces
