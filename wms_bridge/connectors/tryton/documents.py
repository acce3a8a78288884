"""Tryton's documents as ours: pure functions of rows as the wire reads them."""

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import Lot, OrderId, ReceiptId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.receipts import Receipt
from wms_bridge.connectors.port import OrderDocument, OrderState, ReceiptDocument, StockMove
from wms_bridge.connectors.tryton.tail import LONG_AGO, Tail
from wms_bridge.connectors.tryton.values import at_ms, whole
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import SkuRecord

LOG = logging.getLogger(__name__)
Row = Mapping[str, Any]
ORDER_STATES = {
    "waiting": OrderState.OPEN,
    "assigned": OrderState.OPEN,
    "picked": OrderState.DONE,
    "packed": OrderState.DONE,
    "shipped": OrderState.DONE,
    "done": OrderState.DONE,
    "cancelled": OrderState.CANCELLED,
}
"""Those of ``stock.shipment.out``; a draft is not yet for us. Picked there means picked by hand."""
SHIPMENT_FIELDS = [
    "reference",
    "number",
    "state",
    "planned_date",
    "last_modified_at",
    "_timestamp",
    *(
        f"moves.{name}"
        for name in ("product", "product.code", "quantity", "state", "origin", "lot")
    ),
    "moves.lot.number",
    "moves.from_location",
    "moves.to_location",
]
MOVE_FIELDS = [
    "product.code",
    "internal_quantity",
    "lot.number",
    "from_location",
    "from_location.code",
    "from_location.name",
    "from_location.type",
    "to_location",
    "to_location.code",
    "to_location.name",
    "to_location.type",
    "state",
    "effective_date",
    "shipment",
    "write_uid",
    "create_date",
    "last_modified_at",
]
_BOOKED_BY_US = ("stock.shipment.out", "stock.shipment.in")
_DAY = dt.timedelta(days=1)


def reference_of(shipment: Row) -> str:
    """What it is called outside; its own number where nobody gave it a reference."""
    return str(shipment["reference"] or shipment["number"] or "")


def moves_from(shipment: Row, location: int) -> list[Row]:
    """The moves of a shipment that start there, by number."""
    found = [move for move in shipment["moves."] if move["from_location"] == location]
    return sorted(found, key=_number)


def moves_to(shipment: Row, location: int) -> list[Row]:
    """The moves of a shipment that end there, by number."""
    found = [move for move in shipment["moves."] if move["to_location"] == location]
    return sorted(found, key=_number)


def order_document(shipment: Row, output: int) -> OrderDocument:
    """A customer shipment. An order that we cannot take (fractions, no article code) comes without
    contents and is told in the log."""
    reference = OrderId(reference_of(shipment))
    state = ORDER_STATES[shipment["state"]]
    order = None
    if state is OrderState.OPEN:
        try:
            order = _pick_order(reference, shipment, output)
        except (PodherdError, DeliveryFailed) as error:
            LOG.warning("shipment %s cannot be taken: %s", reference, error)
    return OrderDocument(reference, shipment["last_modified_at"].isoformat(), state, order)


def _pick_order(reference: OrderId, shipment: Row, output: int) -> PickOrder:
    lines = tuple(
        OrderLine(
            line_id(reference, number), _sku(move), whole(move["quantity"]), lot=Lot(_lot(move))
        )
        for number, move in enumerate(moves_from(shipment, output), start=1)
        if move["quantity"] and move["state"] != "cancelled"
    )
    planned = shipment["planned_date"]
    return PickOrder(reference, lines, None if planned is None else end_of_day_ms(planned))


def end_of_day_ms(day: dt.date) -> int:
    """Midnight (UTC) after a day: Tryton plans by days."""
    midnight = dt.datetime.combine(day, dt.time()) + _DAY
    return at_ms(midnight)


def day_of(due_ms: int | None) -> dt.date | None:
    """The day that ends with a due time or contains it."""
    if due_ms is None:
        return None
    return dt.datetime.fromtimestamp((due_ms - 1) / 1000, dt.UTC).date()


def receipt_name(shipment: Row, line: int, lines: int) -> ReceiptId:
    """Of the ``line``-th line of a supplier shipment with so many: its reference, if it has only
    one."""
    reference = reference_of(shipment)
    return ReceiptId(reference if lines == 1 else f"{reference}#{line}")


def receipt_documents(shipment: Row, input_location: int) -> list[ReceiptDocument]:
    """The lines of a received supplier shipment that are not yet put away."""
    incoming = moves_to(shipment, input_location)
    put_away = {move["origin"] for move in shipment["moves."] if _is_put_away(move, input_location)}
    version = shipment["last_modified_at"].isoformat()
    found = []
    for number, move in enumerate(incoming, start=1):
        name = receipt_name(shipment, number, len(incoming))
        if f"stock.move,{move['id']}" in put_away or not move["quantity"]:
            continue
        try:
            receipt = Receipt(name, _sku(move), whole(move["quantity"]), _lot(move))
        except (PodherdError, DeliveryFailed) as error:
            LOG.warning("receipt %s cannot be taken: %s", name, error)
            continue
        found.append(ReceiptDocument(version, receipt))
    return found


def _is_put_away(move: Row, input_location: int) -> bool:
    return bool(move["from_location"] == input_location and move["state"] == "done")


def sku_record(product: Row) -> SkuRecord:
    """An article as our catalogue has it."""
    price = product["list_price_used"]
    value = None if price is None else float(price)
    return SkuRecord(Sku(product["code"]), product["name"] or "", piece_value=value)


def stock_moves(
    move: Row, us: int, our_references: Mapping[str, str], tail: Tail, overlap: dt.timedelta
) -> list[StockMove]:
    """What is news of a booked move, ``tail`` being what is known: that it was done, or undone.
    ``our_references`` has the references of internal shipments that tell what we told."""
    done = StockMove(
        str(move["id"]),
        place_of(move, "from_location"),
        place_of(move, "to_location"),
        _sku(move),
        whole(move["internal_quantity"]),
        at_ms(move["last_modified_at"]),
        _lot(move),
        _is_ours(move, us, our_references),
    )
    news = [] if _is_known(move, tail, overlap) else [done]
    if move["state"] == "cancelled":
        news.append(
            replace(
                done,
                move=f"{done.move}/undone",
                from_location=done.to_location,
                to_location=done.from_location,
            )
        )
    return news


def _is_known(move: Row, tail: Tail, overlap: dt.timedelta) -> bool:
    """Whether it was told before that it was done: Tryton writes to old moves again when it works
    out costs, or undoes them."""
    floor = tail.floor(overlap)
    if move["id"] in tail.seen:
        return True
    if move["create_date"] >= floor:
        return False
    old = move["effective_date"] < (floor - _DAY).date() if floor > LONG_AGO else False
    return bool(move["state"] == "cancelled" or old)


def _is_ours(move: Row, us: int, our_references: Mapping[str, str]) -> bool:
    shipment = str(move["shipment"] or "")
    if shipment in our_references:
        return True
    return shipment.partition(",")[0] in _BOOKED_BY_US and move["write_uid"] == us


def place_of(move: Row, end: str) -> str:
    """What the location at that end is called."""
    location = move[f"{end}."]
    return str(location["code"] or location["name"])


def lot_and_sku(move: Row) -> tuple[str, Sku]:
    """What was moved."""
    return _lot(move), _sku(move)


def _lot(move: Row) -> str:
    lot = move.get("lot.")
    return str(lot["number"]) if lot else ""


def _sku(move: Row) -> Sku:
    code = move["product."]["code"]
    if not code:
        raise DeliveryFailed("an article has no code", refused=True)
    return Sku(code)


def _number(move: Row) -> int:
    return int(move["id"])
