"""Many orders in one request; each is taken or rejected by itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from planner.codec.messages import decode
from planner.warehouse.errors import InvalidMessage, InvalidOrder, PodherdError
from planner.warehouse.orders import PickOrder
from wms_bridge.answers import BulkTaken, Rejection, rejection_of
from wms_bridge.api.problems import field_path, shown
from wms_bridge.api.requests import OrderIn
from wms_bridge.orderfile import FileOrder, RejectedRow, printable, read_orders, text_of_bytes
from wms_bridge.problem_codes import code_of
from wms_bridge.service import Bridge

_LINE = re.compile(r"lines\[(\d+)\]")


@dataclass(slots=True)
class _Batch:
    """Orders with the rows they came from, and what is wrong with others."""

    orders: list[PickOrder] = field(default_factory=list)
    rows: list[tuple[int, ...]] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)

    def add(self, order: PickOrder, rows: tuple[int, ...]) -> None:
        self.orders.append(order)
        self.rows.append(rows)

    def take(self, bridge: Bridge, now_ms: int) -> BulkTaken:
        results = bridge.receive_orders(self.orders, now_ms)
        repeated = 0
        for order, rows, result in zip(self.orders, self.rows, results, strict=True):
            if isinstance(result, PodherdError):
                row = _row_of(result.field, rows)
                self.rejections.append(_rejection(row, order.order, result))
            else:
                repeated += result.repeated
        names = dict.fromkeys(r.order or f"row {r.row}" for r in self.rejections)
        accepted = sum(not isinstance(result, PodherdError) for result in results)
        return BulkTaken(
            accepted=accepted,
            repeated=repeated,
            rejected=len(names),
            rejected_orders=tuple(names),
            rejections=tuple(sorted(self.rejections, key=lambda rejection: rejection.row)),
        )


def take_csv(bridge: Bridge, body: bytes, now_ms: int) -> BulkTaken:
    """Orders of a CSV file; see :mod:`wms_bridge.orderfile`."""
    batch = _Batch()
    for found in read_orders(text_of_bytes(body)):
        match found:
            case FileOrder():
                batch.add(found.order, found.rows)
            case RejectedRow():
                batch.rejections.append(rejection_of(found))
    return batch.take(bridge, now_ms)


def take_json(bridge: Bridge, body: bytes, now_ms: int) -> BulkTaken:
    """Orders of a JSON array; :class:`InvalidMessage` if it is none."""
    items = decode(body)
    if not isinstance(items, list):
        raise InvalidMessage("not an array of orders", remedy="Send [{...}, {...}].")
    batch = _Batch()
    for row, item in enumerate(items, start=1):
        try:
            order = _order_of(item)
        except PodherdError as error:
            name = item.get("order", "") if isinstance(item, dict) else ""
            batch.rejections.append(_rejection(row, str(name), error))
        else:
            batch.add(order, (row,))
    return batch.take(bridge, now_ms)


def _order_of(item: object) -> PickOrder:
    try:
        return OrderIn.model_validate(item).pick_order()
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidOrder(
            first["msg"],
            field=field_path(list(first["loc"])),
            value=first["input"],
            remedy="See /docs for the shape of an order.",
        ) from error


def _row_of(path: str, rows: Sequence[int]) -> int:
    line = _LINE.match(path)
    index = int(line.group(1)) if line else 0
    return rows[index] if index < len(rows) else rows[0]


def _rejection(row: int, order: str, error: PodherdError) -> Rejection:
    value = shown(error.value)
    return Rejection(
        row=row,
        order=printable(order),
        code=code_of(error),
        field=error.field,
        value="" if value is None else printable(str(value)),
        problem=error.problem,
        remedy=error.remedy,
    )
