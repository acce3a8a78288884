"""The bodies of bulks: CSV, a JSON array, or JSON lines. CSV and JSON lines are read from disk."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from pydantic import ValidationError

from planner.codec.messages import decode
from planner.warehouse.errors import InvalidMessage, InvalidOrder, PodherdError
from wms_bridge.answers import Rejection, rejection_of
from wms_bridge.api.problems import field_path
from wms_bridge.api.requests import NamedOrderIn
from wms_bridge.bulk import BulkItem, BulkOrder, BulkPart, rejection
from wms_bridge.orderfile import FileOrder, read_orders, text_of_file

CSV = "text/csv"
JSON = "application/json"
JSON_LINES = "application/x-ndjson"
REJECT_COLUMNS = ("row", "order", "code", "field", "value", "problem", "remedy")

BodyReader: TypeAlias = Callable[[Path], Iterator[BulkItem]]


def items_of_csv(file: Path) -> Iterator[BulkItem]:
    """See :mod:`wms_bridge.orderfile`; :class:`InvalidOrder` if there is no usable header."""
    for found in read_orders(text_of_file(file)):
        if isinstance(found, FileOrder):
            yield BulkOrder(found.order, found.rows)
        else:
            yield rejection_of(found)


def items_of_json(file: Path) -> Iterator[BulkItem]:
    """An array of orders; :class:`InvalidMessage` if it is none."""
    items = decode(file.read_bytes())
    if not isinstance(items, list):
        raise InvalidMessage("not an array of orders", remedy="Send [{...}, {...}].")
    for row, item in enumerate(items, start=1):
        yield _item(row, item)


def items_of_json_lines(file: Path) -> Iterator[BulkItem]:
    """An order on every line; empty lines are passed over."""
    with file.open("rb") as lines:
        for row, line in enumerate(lines, start=1):
            if line.strip():
                yield _item_of_line(row, line)


READERS: dict[str, BodyReader] = {
    JSON: items_of_json,
    CSV: items_of_csv,
    JSON_LINES: items_of_json_lines,
}


def reject_file(parts: Iterable[BulkPart]) -> Iterator[str]:
    """The rejections of a bulk as CSV, row by row."""
    yield _csv_row(REJECT_COLUMNS)
    for part in parts:
        for one in part.rejections:
            yield _csv_row([getattr(one, name) for name in REJECT_COLUMNS])


def _item_of_line(row: int, line: bytes) -> BulkItem:
    try:
        item = decode(line)
    except PodherdError as error:
        return _rejected(row, "", error)
    return _item(row, item)


def _item(row: int, item: object) -> BulkItem:
    try:
        return BulkOrder(_order_in(item).named(), (row,))
    except PodherdError as error:
        name = item.get("order", "") if isinstance(item, dict) else ""
        return _rejected(row, name, error)


def _rejected(row: int, name: object, error: PodherdError) -> Rejection:
    return rejection(row, name if isinstance(name, str) else "", error)


def _order_in(item: object) -> NamedOrderIn:
    try:
        return NamedOrderIn.model_validate(item)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidOrder(
            first["msg"],
            field=field_path(list(first["loc"])),
            value=first["input"],
            remedy="See the reference for the shape of an order.",
        ) from error


def _csv_row(values: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue()
