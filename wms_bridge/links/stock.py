"""The stock of a WMS held against our books, considering what it has not been told yet."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import Sku, SlotId
from wms_bridge.connectors.port import StockAt, StockSnapshot
from wms_bridge.ledger import slot_of
from wms_bridge.messages import OrderConfirmed, ReceiptPutAway, StockAdjusted, read_message
from wms_bridge.ports.store import Reading
from wms_bridge.records.links import StockCheck, StockRow
from wms_bridge.records.work import (
    OrderQuery,
    OrderStatus,
    OutboxMessage,
    ReceiptQuery,
    Sort,
)
from wms_bridge.shelves import Shelves

Place = tuple[str, Sku]
"""A location and an SKU there."""
ORDERS_AT_ONCE = 500


@dataclass(slots=True)
class Books:
    """Our books by slot: ``ours`` pieces, ``untold`` more (or less) at a WMS that knows only what
    it was told; ``under_way`` are places of messages being told at the moment."""

    ours: Counter[Place] = field(default_factory=Counter)
    untold: Counter[Place] = field(default_factory=Counter)
    under_way: set[Place] = field(default_factory=set)


def books(tx: Reading) -> Books:
    """The books as they are now."""
    found = Books()
    for holding in tx.holdings():
        if holding.account.startswith("slot:"):
            found.ours[(slot_of(holding.account), holding.sku)] += holding.quantity
    for message in tx.untold():
        for place, pieces in _told_by(message):
            found.untold[place] -= pieces
            if message.flying_ms is not None:
                found.under_way.add(place)
    for place, pieces in _unfinished(tx):
        found.untold[place] -= pieces
    return found


def _told_by(message: OutboxMessage) -> Iterator[tuple[Place, int]]:
    """By how much a message changes the stock of the WMS, and where."""
    try:
        told = read_message(message)
    except PodherdError:
        return  # it is refused, too, when it is sent
    match told:
        case OrderConfirmed():
            for line in told.lines:
                for pick in line.picks:
                    yield (pick.slot, line.sku), -pick.quantity
        case ReceiptPutAway():
            for filled in told.slots:
                yield (filled.slot, told.sku), filled.quantity
        case StockAdjusted():
            yield (told.slot, told.sku), told.difference
        case _:
            return


def _unfinished(tx: Reading) -> Iterator[tuple[Place, int]]:
    """What will be told once open orders and receipts are finished."""
    after = 0
    while orders := tx.orders(
        OrderQuery(OrderStatus.OPEN, Sort.OLDEST, after=after, limit=ORDERS_AT_ONCE)
    ):
        after = orders[-1].number
        for order in orders:
            for pick in tx.confirmed_picks(order.order) if order.picked else ():
                yield (pick.task.slot, pick.task.sku), -(pick.quantity or 0)
    after = 0
    while receipts := tx.receipts(ReceiptQuery(True, after, ORDERS_AT_ONCE)):
        after = receipts[-1].number
        for receipt in receipts:
            for put in tx.puts_of(receipt.receipt) if receipt.put else ():
                yield (put.task.slot, put.task.sku), put.quantity or 0


def compare(
    before: Books,
    snapshot: StockSnapshot,
    after: Books,
    shelves: Shelves,
    source: str,
    now_ms: int,
) -> StockCheck:
    """Hold a snapshot against the books as they were before and after it was taken. What was told
    meanwhile may be in it or not: such a place is not called different."""
    by_slot = _by_slot(snapshot.stock)
    pods = frozenset(shelves.pods)
    theirs: Counter[Place] = Counter()
    elsewhere = 0
    for stock in snapshot.stock:
        if shelves.has_slot(SlotId(stock.location)) if by_slot else stock.location in pods:
            theirs[(stock.location, stock.sku)] += stock.quantity
        else:
            elsewhere += stock.quantity
    early, late = _rows(before, theirs, by_slot), _rows(after, theirs, by_slot)
    rows = [late[place] for place in sorted(late) if late[place].difference]
    differences = tuple(row for row in rows if _stands(early.get((row.location, row.sku)), row))
    return StockCheck(
        source,
        now_ms,
        len(late),
        sum(row.ours for row in late.values()),
        sum(theirs.values()),
        elsewhere,
        differences,
    )


def _stands(early: StockRow | None, late: StockRow) -> bool:
    """Whether the difference was there before as it was after."""
    return early is None or early.difference == late.difference


def _by_slot(stock: Sequence[StockAt]) -> bool:
    """Whether the WMS keeps its stock by slot, not by pod."""
    return any("/" in one.location for one in stock)


def _located(slot: str, by_slot: bool) -> str:
    return slot if by_slot else slot.partition("/")[0]


def _rows(found: Books, theirs: Mapping[Place, int], by_slot: bool) -> dict[Place, StockRow]:
    ours = _summed(found.ours.items(), by_slot)
    untold = _summed(found.untold.items(), by_slot)
    under_way = {(_located(slot, by_slot), sku) for slot, sku in found.under_way}
    return {
        place: StockRow(
            *place,
            ours.get(place, 0),
            untold.get(place, 0),
            theirs.get(place, 0),
            place in under_way,
        )
        for place in dict.fromkeys([*ours, *untold, *theirs])
    }


def _summed(pieces: Iterable[tuple[Place, int]], by_slot: bool) -> Counter[Place]:
    summed: Counter[Place] = Counter()
    for (slot, sku), more in pieces:
        summed[(_located(slot, by_slot), sku)] += more
    return summed
