"""Rows of files to what they tell. One bad row spoils its order and nothing else."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from planner.warehouse.errors import InvalidMessage, PodherdError
from planner.warehouse.ids import Lot, OrderId, ReceiptId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.receipts import Receipt
from wms_bridge.connectors.folder.rows import SHOWN, BadRow, Layout, Row
from wms_bridge.connectors.port import OrderDocument, OrderState, ReceiptDocument, StockAt
from wms_bridge.names import MAX_QUANTITY, check_name
from wms_bridge.records.work import SkuRecord

Told = OrderDocument | ReceiptDocument | SkuRecord | StockAt
# Not three zeros: 1.000 may be one or a thousand.
_WHOLE = re.compile(r"(\d{1,9})(?:[.,](?:0{1,2}|0{4,9}))?", re.ASCII)
_DECIMAL = re.compile(r"\d{1,12}(?:\.\d{1,9}|,(?!\d{3}$)\d{1,9})?", re.ASCII)
MAX_LINE = 100_000


class InKind(StrEnum):
    """What a file tells, as its name begins."""

    ORDERS = "orders"
    CHANGES = "changes"
    CANCELS = "cancels"
    RECEIPTS = "receipts"
    ITEMS = "items"
    STOCK = "stock"


_ORDER = Layout(("order", "sku", "quantity"), ("line", "due", "priority", "lot", "owner"), "orders")
LAYOUTS: Mapping[InKind, Layout] = {
    InKind.ORDERS: _ORDER,
    InKind.CHANGES: _ORDER,
    InKind.CANCELS: Layout(("order",), (), "orders"),
    InKind.RECEIPTS: Layout(
        ("receipt", "sku", "quantity"), ("lot", "expires", "owner"), "receipts"
    ),
    InKind.ITEMS: Layout(
        ("sku",),
        ("description", "size_class", "velocity_class", "weight_g", "case_quantity", "piece_value"),
        "items",
    ),
    InKind.STOCK: Layout(("location", "sku", "quantity"), ("lot",), "stock"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What rows up to ``row`` tell of ``key``."""

    row: int
    key: str
    told: Told


def read_rows(
    kind: InKind, rows: Iterable[Row | BadRow], version: str, spoiled: frozenset[str] = frozenset()
) -> Iterator[Found | BadRow]:
    """What a file tells, in its order. Orders in ``spoiled`` are left out: see
    :func:`split_orders`."""
    key = LAYOUTS[kind].needed[0]
    read = _READERS[kind]
    for group in _groups(kind, rows):
        bad = [row for row in group if isinstance(row, BadRow)]
        good = [row for row in group if isinstance(row, Row)]
        yield from bad
        if bad or not good:
            yield from (_spoiled(row, key) for row in good)
            continue
        name = _shown(good[0].fields.get(key))
        if name in spoiled:
            yield BadRow(
                good[0].number, name, key, name, "rows of one order stand apart",
                "Write all rows of an order one after another, and each order once in a file.",
            )  # fmt: skip
            continue
        try:
            told = read(good, version)
        except PodherdError as error:
            yield BadRow(
                good[0].number, name, error.field, _shown(error.value), error.problem, error.remedy
            )
            continue
        yield Found(good[-1].number, name, told)


def split_orders(kind: InKind, rows: Iterable[Row | BadRow]) -> frozenset[str]:
    """Orders that a file has in more than one place: nobody knows which counts."""
    if kind not in (InKind.ORDERS, InKind.CHANGES):
        return frozenset()
    seen: set[str] = set()
    twice: set[str] = set()
    for group in _groups(kind, rows):
        names = {
            row.key if isinstance(row, BadRow) else _shown(row.fields.get("order")) for row in group
        }
        names.discard("")
        twice |= names & seen
        seen |= names
    return frozenset(twice)


def _groups(kind: InKind, rows: Iterable[Row | BadRow]) -> Iterator[list[Row | BadRow]]:
    """Rows that belong together. A bad row of no known order spoils those beside it."""
    if kind not in (InKind.ORDERS, InKind.CHANGES):
        yield from ([row] for row in rows)
        return
    group: list[Row | BadRow] = []
    current: str | None = None
    for row in rows:
        whole = isinstance(row, Row) and "lines" in row.fields
        name = row.key if isinstance(row, BadRow) else _shown(row.fields.get("order"))
        together = group and not whole and (not name or not current or name == current)
        if group and not together:
            yield group
            group = []
            current = None
        group.append(row)
        # After a row of no known order the next one belongs to it as well, whatever its name.
        current = name
        if whole:
            yield group
            group = []
            current = None
    if group:
        yield group


def _order(rows: list[Row], version: str) -> OrderDocument:
    first = rows[0].fields
    order = OrderId(_name(first, "order"))
    told = [(row.number, row.fields) for row in rows]
    if "lines" in first:
        if not isinstance(first["lines"], list):
            raise _wrong("not a list", "lines", first["lines"], "Send a JSON array of lines.")
        told = [(rows[0].number, _mapping(line)) for line in first["lines"]]
    lines = tuple(_line(order, at, fields) for at, (_, fields) in enumerate(told, start=1))
    if len({line.line for line in lines}) < len(lines):
        raise _wrong("the same line twice", "line", order, "Number the lines of an order.")
    heads = {(_time(row.fields, "due"), _whole(row.fields, "priority", 0)) for row in rows}
    if len(heads) > 1:
        raise _wrong("rows of one order differ", "due", order, "Repeat due and priority as is.")
    [(due_ms, priority)] = heads
    return OrderDocument(
        order, version, OrderState.OPEN, PickOrder(order, lines, due_ms, priority or 0)
    )


def _line(order: OrderId, at: int, fields: Mapping[str, Any]) -> OrderLine:
    number = _whole(fields, "line", at)
    if not number or number > MAX_LINE:
        raise _wrong("not the number of a line", "line", number, "Number lines from 1.")
    return OrderLine(
        line_id(order, number),
        Sku(_name(fields, "sku")),
        _quantity(fields),
        _text(fields, "owner"),
        Lot(_text(fields, "lot")),
    )


def _cancel(rows: list[Row], version: str) -> OrderDocument:
    order = OrderId(_name(rows[0].fields, "order"))
    return OrderDocument(order, version, OrderState.CANCELLED, None)


def _receipt(rows: list[Row], version: str) -> ReceiptDocument:
    fields = rows[0].fields
    return ReceiptDocument(
        version,
        Receipt(
            ReceiptId(_name(fields, "receipt")),
            Sku(_name(fields, "sku")),
            _quantity(fields),
            _text(fields, "lot"),
            _time(fields, "expires"),
            _text(fields, "owner"),
        ),
    )


def _item(rows: list[Row], _: str) -> SkuRecord:
    fields = rows[0].fields
    return SkuRecord(
        Sku(_name(fields, "sku")),
        _text(fields, "description", 1_000),
        _text(fields, "size_class") or None,
        _text(fields, "velocity_class") or None,
        _whole(fields, "weight_g", None),
        _whole(fields, "case_quantity", None),
        _value(fields, "piece_value"),
    )


def _stock(rows: list[Row], _: str) -> StockAt:
    fields = rows[0].fields
    return StockAt(
        _name(fields, "location"),
        Sku(_name(fields, "sku")),
        _quantity(fields, least=0),
        _text(fields, "lot"),
    )


_READERS: Mapping[InKind, Callable[[list[Row], str], Told]] = {
    InKind.ORDERS: _order,
    InKind.CHANGES: _order,
    InKind.CANCELS: _cancel,
    InKind.RECEIPTS: _receipt,
    InKind.ITEMS: _item,
    InKind.STOCK: _stock,
}


def _spoiled(row: Row, key: str) -> BadRow:
    name = _shown(row.fields.get(key))
    return BadRow(
        row.number, name, "row", "", "left out with another row of its order", "Correct that row."
    )


def _name(fields: Mapping[str, Any], field: str) -> str:
    value = _text(fields, field)
    check_name(value, field, InvalidMessage)
    return value


def _text(fields: Mapping[str, Any], field: str, longest: int = 100) -> str:
    value = fields.get(field)
    if value is None:
        return ""
    if isinstance(value, str) and len(value) <= longest and (not value or value.isprintable()):
        return value
    raise _wrong(
        "not a usable text", field, value, f"Write at most {longest} printable characters."
    )


def _quantity(fields: Mapping[str, Any], least: int = 1) -> int:
    found = _whole(fields, "quantity", None)
    if found is None or not least <= found <= MAX_QUANTITY:
        remedy = f"Write a whole number from {least} to {MAX_QUANTITY}."
        raise _wrong("not a quantity", "quantity", fields.get("quantity"), remedy)
    return found


def _whole(fields: Mapping[str, Any], field: str, absent: int | None) -> int | None:
    value = fields.get(field)
    if value is None:
        return absent
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
        return value
    if isinstance(value, str) and (digits := _WHOLE.fullmatch(value)):
        return int(digits[1])
    remedy = "Write digits only: 1.000 and 1,000 may be one or a thousand."
    raise _wrong("not a whole number", field, value, remedy)


def _value(fields: Mapping[str, Any], field: str) -> float | None:
    value = fields.get(field)
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12:
        return float(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return float(value.replace(",", "."))
    raise _wrong("not a number", field, value, "Write digits, and a point before decimals.")


def _time(fields: Mapping[str, Any], field: str) -> int | None:
    """ISO 8601 (UTC, if it names no zone), or milliseconds since 1970 UTC."""
    value = fields.get(field)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and 9 < len(value) < 16:
        return int(value)
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return round(zoned.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise _wrong("not a time", field, value, "Write 2026-12-01T09:30:00+01:00.") from error


def _mapping(line: Any) -> Mapping[str, Any]:
    if isinstance(line, dict):
        return {"quantity" if name == "qty" else str(name): value for name, value in line.items()}
    raise _wrong("not an object", "lines", line, "Send a JSON object for each line.")


def _shown(value: object) -> str:
    return "" if value is None else str(value)[:SHOWN]


def _wrong(problem: str, field: str, value: object, remedy: str) -> InvalidMessage:
    return InvalidMessage(problem, field=field, value=_shown(value), remedy=remedy)
