"""Documents of theirs to ours by a mapping file, and what we tell as plain data for its
expressions. Pure."""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from planner.codec.messages import decode, encode, to_json
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import LineId, OrderId, ReceiptId, Sku, SlotId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.receipts import Receipt
from planner.warehouse.stock import pod_of
from wms_bridge.connectors.port import (
    OrderDocument,
    OrderState,
    ReceiptDocument,
    StockAt,
    StockMove,
)
from wms_bridge.connectors.rest.expressions import (
    CannotEvaluate,
    Expression,
    text_of,
    time_ms,
    whole_number,
)
from wms_bridge.connectors.rest.mapfile import Feed, Orders
from wms_bridge.messages import (
    LineRouted,
    LotStateTold,
    OrderConfirmed,
    ReceiptPutAway,
    ReservationWanted,
    StockAdjusted,
    WmsMessage,
)
from wms_bridge.records.work import SkuRecord

LOG = logging.getLogger(__name__)
KINDS: dict[type[WmsMessage], str] = {
    OrderConfirmed: "order-confirmed",
    ReservationWanted: "reserve-order",
    LineRouted: "line-routed",
    ReceiptPutAway: "receipt-put-away",
    StockAdjusted: "stock-adjusted",
    LotStateTold: "lot-state",
}


def items_in(feed: Feed, answer: Any) -> list[Any]:
    """The list in an answer; ``ValueError`` if there is none."""
    found = feed.items.on(answer)
    if not isinstance(found, list):
        raise ValueError(f"no list at {feed.items.text}")
    return found


def taken(feed: Feed, items: list[Any]) -> Iterator[Any]:
    """The items of a feed that are to be taken: parts of them with ``parent``, where the map says
    ``each``."""
    for item in items:
        parts = [item]
        if feed.each is not None:
            found = feed.each.on(item) or []
            parts = [{**part, "parent": item} for part in found if isinstance(part, dict)]
        yield from (part for part in parts if feed.when is None or feed.when.on(part))


def order_document(feed: Orders, item: Any) -> OrderDocument | None:
    """An order; ``None`` if it is in a state that is none of our business. One whose contents
    cannot be read has no ``order``. ``ValueError`` if not even its reference can."""
    state = _state(feed, item)
    if state is None:
        return None
    reference = OrderId(text_of(feed.fields["reference"].on(item), "reference"))
    told = text_of(feed.fields["version"].on(item) or "", "version")
    try:
        order = _order(feed, item, reference)
    except (ValueError, PodherdError) as error:
        LOG.warning("order %s cannot be read: %s", reference, error)
        order = None
    # Some give orders new contents and leave the version as it was.
    digest = hashlib.sha256(encode([state, to_json(order), told])).hexdigest()[:16]
    return OrderDocument(reference, f"{told}/{digest}", state, order)


def _state(feed: Orders, item: Any) -> OrderState | None:
    told = str(feed.fields["state"].on(item))
    for name, theirs in feed.states.items():
        if told in theirs:
            return OrderState(name)
    return None


def _order(feed: Orders, item: Any, reference: OrderId) -> PickOrder:
    lines = feed.lines.on(item)
    if not isinstance(lines, list):
        raise ValueError(f"no lines at {feed.lines.text}")
    due = _optional(feed.fields, "due_ms", item)
    priority = _optional(feed.fields, "priority", item)
    return PickOrder(
        reference,
        tuple(_line(feed, reference, line) for line in lines),
        None if due is None else time_ms(due, "due_ms"),
        0 if priority is None else whole_number(priority, "priority"),
    )


def _line(feed: Orders, order: OrderId, line: Any) -> OrderLine:
    number = whole_number(feed.line["number"].on(line), "number")
    sku = Sku(text_of(feed.line["sku"].on(line), "sku"))
    return OrderLine(
        line_id(order, number), sku, whole_number(feed.line["quantity"].on(line), "quantity")
    )


def receipt_document(fields: Mapping[str, Expression], item: Any) -> ReceiptDocument:
    """Goods received. ``ValueError``, :class:`~planner.warehouse.errors.InvalidReceipt`."""
    receipt = Receipt(
        ReceiptId(text_of(fields["receipt"].on(item), "receipt")),
        Sku(text_of(fields["sku"].on(item), "sku")),
        whole_number(fields["quantity"].on(item), "quantity"),
    )
    told = text_of(_optional(fields, "version", item) or "", "version")
    digest = hashlib.sha256(encode([to_json(receipt), told])).hexdigest()[:16]
    return ReceiptDocument(f"{told}/{digest}", receipt)


def sku_record(fields: Mapping[str, Expression], item: Any) -> SkuRecord:
    """An article. ``ValueError``."""

    def text(name: str) -> str | None:
        value = _optional(fields, name, item)
        return None if value is None else text_of(value, name)

    def number(name: str) -> int | None:
        value = _optional(fields, name, item)
        return None if value is None else whole_number(value, name)

    value = _optional(fields, "piece_value", item)
    return SkuRecord(
        Sku(text_of(fields["sku"].on(item), "sku")),
        text("description") or "",
        text("size_class"),
        text("velocity_class"),
        number("weight_g"),
        number("case_quantity"),
        None if value is None else float(value),
    )


def stock_at(fields: Mapping[str, Expression], item: Any) -> StockAt:
    """Stock at a location. ``ValueError``."""
    return StockAt(
        text_of(fields["location"].on(item), "location"),
        Sku(text_of(fields["sku"].on(item), "sku")),
        whole_number(fields["quantity"].on(item), "quantity"),
        text_of(_optional(fields, "lot", item) or "", "lot"),
    )


def stock_move(fields: Mapping[str, Expression], item: Any) -> StockMove:
    """Something that was booked. ``ValueError``."""
    return StockMove(
        text_of(fields["move"].on(item), "move"),
        text_of(fields["from_location"].on(item), "from_location"),
        text_of(fields["to_location"].on(item), "to_location"),
        Sku(text_of(fields["sku"].on(item), "sku")),
        whole_number(fields["quantity"].on(item), "quantity"),
        time_ms(fields["at_ms"].on(item), "at_ms"),
        text_of(_optional(fields, "lot", item) or "", "lot"),
        bool(fields["ours"].on(item)),
    )


def _optional(fields: Mapping[str, Expression], name: str, item: Any) -> Any:
    expression = fields.get(name)
    return None if expression is None else expression.on(item)


def view_of(message: WmsMessage, location: str) -> dict[str, Any]:
    """What a message tells, as plain data: its fields, with the ``number`` of each line and the
    ``location`` (a pod or a slot) and ``pod`` of each slot; ``taken`` has an order's picks in one
    list, each with its line's ``number``, ``line``, ``sku`` and ``reason``, and each slot of a
    receipt has its ``sku``."""
    view = plain(message)
    for line in view.get("lines", ()):
        line["number"] = _number(line["line"])
    if isinstance(message, OrderConfirmed):
        for line in view["lines"]:
            for pick in line["picks"]:
                _place(pick, location)
        view["taken"] = [_taken(pick, line) for line in view["lines"] for pick in line["picks"]]
    elif isinstance(message, ReceiptPutAway):
        for slot in view["slots"]:
            _place(slot, location)
            slot["sku"] = message.sku
    elif isinstance(message, StockAdjusted):
        _place(view, location)
    elif isinstance(message, LineRouted):
        view["number"] = _number(message.line)
    return view


def plain(record: object) -> dict[str, Any]:
    """A record as JSON has it: expressions know no tuples."""
    view: dict[str, Any] = decode(encode(to_json(record)))
    return view


def order_view(order: PickOrder) -> dict[str, Any]:
    """An order as plain data, with the ``number`` of each line."""
    view = plain(order)
    for line in view["lines"]:
        line["number"] = _number(line["line"])
    return view


def _taken(pick: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    return {**pick, **{key: line[key] for key in ("number", "line", "sku", "reason")}}


def _place(told: dict[str, Any], location: str) -> None:
    slot = SlotId(told["slot"])
    told["pod"] = pod_of(slot)
    told["location"] = told["pod"] if location == "pod" else slot


def _number(line: LineId) -> int:
    return int(line.rpartition("#")[2])


def boolean(expression: Expression, data: Any) -> bool:
    """Whether it is true; :class:`CannotEvaluate` as the expression."""
    value = expression.on(data)
    if value is not None and not isinstance(value, bool):
        raise CannotEvaluate(f"{expression.text} is neither true nor false")
    return bool(value)
