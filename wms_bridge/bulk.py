"""Many orders in one request, taken part by part: one that was cut goes on where it stopped.

A bulk is a list of items: orders, each with the rows of the file it came from, and rows that cannot
be read. Items are taken in their order, some hundred in a transaction, and each transaction keeps
how far it has come under the bulk's key. The same items sent again under that key go on at the
first one not taken.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeAlias

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidMessage,
    NotFound,
    PodherdError,
    TooLate,
)
from planner.warehouse.orders import PickOrder
from wms_bridge.answers import BulkTaken, Rejection
from wms_bridge.intake import take_order
from wms_bridge.names import check_name
from wms_bridge.orderfile import printable
from wms_bridge.ports.store import Reading, Store, Writing
from wms_bridge.problem_codes import code_of
from wms_bridge.records.work import Remembered

ITEMS_PER_PART = 200
MAX_KEY_LENGTH = 150
MAX_SHOWN = 1_000
"""Most rejections named in an answer; all are in the reject file."""

_LINE = re.compile(r"lines\[(\d+)\]")
_EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class BulkOrder:
    """An order, and for every line the row it came from."""

    order: PickOrder
    rows: tuple[int, ...]


BulkItem: TypeAlias = BulkOrder | Rejection


@dataclass(frozen=True, slots=True)
class BulkPart:
    """How far a bulk is after one transaction: ``items`` of it are done, the SHA-256 chain over
    them is ``digest``, and every order that ends at ``row`` or before is taken or rejected.
    ``accepted`` and ``repeated`` count from the start; ``rejections`` are of this part."""

    number: int = 0
    items: int = 0
    row: int = 0
    digest: str = _EMPTY
    accepted: int = 0
    repeated: int = 0
    rejections: tuple[Rejection, ...] = ()
    complete: bool = False


class Bulks:
    """Takes bulks into a store."""

    def __init__(self, store: Store):
        self._store = store

    def take(self, items: Iterable[BulkItem], key: str | None, now_ms: int) -> Iterator[BulkPart]:
        """Take all items, and yield after each transaction; nothing for what was taken before.

        :class:`IdempotencyConflict` if other items came under the key; :class:`TooLate` if another
        request takes the same bulk at this time.
        """
        if key is not None:
            _check_key(key)
        last = BulkPart() if key is None else self._last(key)
        left = _after(iter(items), last)
        if last.complete:
            if next(left, None) is not None:
                raise _other_items(last)
            return
        for batch in _with_end(left):
            with self._store.writing() as tx:
                last = _take_part(tx, last, batch, key, now_ms)
            yield last

    def parts(self, key: str) -> tuple[BulkPart, ...]:
        """Every part of a bulk so far; :class:`NotFound` if there is none under this key."""
        _check_key(key)
        with self._store.reading() as tx:
            found = tuple(_parts(tx, key))
        if not found:
            raise NotFound(
                "no bulk was sent under this key",
                field="key",
                value=key,
                remedy="Name the Idempotency-Key of a POST /v1/orders/{site}/bulk.",
            )
        return found

    def _last(self, key: str) -> BulkPart:
        with self._store.reading() as tx:
            return max(_parts(tx, key), key=lambda part: part.number, default=BulkPart())


def summary(parts: Iterable[BulkPart], key: str | None) -> BulkTaken:
    """What became of a bulk so far."""
    last = BulkPart()
    rejections: list[Rejection] = []
    for last in parts:
        rejections += last.rejections
    names = dict.fromkeys(item.order or f"row {item.row}" for item in rejections)
    rejections.sort(key=lambda item: item.row)
    return BulkTaken(
        key=key,
        complete=last.complete,
        row=last.row,
        accepted=last.accepted,
        repeated=last.repeated,
        rejected=len(names),
        rejected_orders=tuple(names)[:MAX_SHOWN],
        rejections=tuple(rejections[:MAX_SHOWN]),
        rejections_left=max(0, len(rejections) - MAX_SHOWN),
    )


def rejection(row: int, order: str, error: PodherdError) -> Rejection:
    """Why an order was not taken."""
    value = "" if error.value is None else str(error.value)[:200]
    return Rejection(
        row=row,
        order=printable(order),
        code=code_of(error),
        field=error.field,
        value=printable(value),
        problem=error.problem,
        remedy=error.remedy,
    )


def _take_part(
    tx: Writing, last: BulkPart, batch: Sequence[BulkItem | None], key: str | None, now_ms: int
) -> BulkPart:
    rejections = []
    part = replace(last, number=last.number + 1)
    for item in batch:
        if item is None:
            part = replace(part, complete=True)
            continue
        result = _take(tx, item, now_ms)
        rejected = isinstance(result, Rejection)
        if isinstance(result, Rejection):
            rejections.append(result)
        row = max(part.row, *item.rows) if isinstance(item, BulkOrder) else part.row
        part = replace(
            part,
            items=part.items + 1,
            row=row,
            digest=_chained(part.digest, item),
            accepted=part.accepted + (not rejected),
            repeated=part.repeated + (result is True),
        )
    part = replace(part, rejections=tuple(rejections))
    if key is not None:
        _keep(tx, key, part, now_ms)
    return part


def _take(tx: Writing, item: BulkItem, now_ms: int) -> Rejection | bool:
    """Why an item is rejected; else whether it came before."""
    if isinstance(item, Rejection):
        return item
    try:
        return take_order(tx, item.order, None, now_ms).repeated
    except PodherdError as error:
        return rejection(_row_of(error.field, item.rows), item.order.order, error)


def _keep(tx: Writing, key: str, part: BulkPart, now_ms: int) -> None:
    name = _name(key, part.number)
    if tx.remembered(name) is not None:
        raise TooLate(
            "another request takes this bulk",
            field="Idempotency-Key",
            value=key,
            remedy="Wait for it, and see GET /v1/bulk/{key}.",
        )
    tx.remember(Remembered(name, part.digest, encode(part).decode(), now_ms))


def _parts(tx: Reading, key: str) -> Iterator[BulkPart]:
    number = 1
    while (found := tx.remembered(_name(key, number))) is not None:
        yield from_json(decode(found.answer), BulkPart)
        number += 1


def _after(items: Iterator[BulkItem], last: BulkPart) -> Iterator[BulkItem]:
    """The items after those done; :class:`IdempotencyConflict` if those are not the same."""
    digest = _EMPTY
    for _ in range(last.items):
        item = next(items, None)
        if item is None:
            raise _other_items(last)
        digest = _chained(digest, item)
    if digest != last.digest:
        raise _other_items(last)
    yield from items


def _with_end(items: Iterator[BulkItem]) -> Iterator[tuple[BulkItem | None, ...]]:
    """The items in batches, the last of which ends with ``None``."""

    def ended() -> Iterator[BulkItem | None]:
        yield from items
        yield None

    left = ended()
    while batch := tuple(islice(left, ITEMS_PER_PART)):
        yield batch


def _chained(digest: str, item: BulkItem) -> str:
    return hashlib.sha256(digest.encode() + encode(item)).hexdigest()


def _other_items(last: BulkPart) -> IdempotencyConflict:
    return IdempotencyConflict(
        "this key was used for other orders",
        field="Idempotency-Key",
        value=last.row,
        remedy="Send the same file again, or another file under a new key.",
    )


def _row_of(path: str, rows: Sequence[int]) -> int:
    line = _LINE.match(path)
    index = int(line.group(1)) if line else 0
    return rows[index] if index < len(rows) else rows[0]


def _check_key(key: str) -> None:
    check_name(key, "Idempotency-Key", InvalidMessage, MAX_KEY_LENGTH)
    if "/" in key:
        raise InvalidMessage(
            "the key of a bulk holds a slash",
            field="Idempotency-Key",
            value=key,
            remedy="Send a key without slashes.",
        )


def _name(key: str, number: int) -> str:
    return f"bulk/{key}/{number}"
