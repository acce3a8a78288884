"""What must hold when the dust has settled, whatever went wrong before."""

from collections import Counter
from dataclasses import dataclass, fields

from planner.warehouse.ids import Sku
from tests.wms_bridge.links.plain_wms import PlainWms
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.connectors.port import OrderState
from wms_bridge.ledger import Movement, MovementReason, slot_of, verify
from wms_bridge.messages import OrderConfirmed, ReceiptPutAway, StockAdjusted, read_message
from wms_bridge.ports.store import Reading
from wms_bridge.records.links import InboxState, StockCheck
from wms_bridge.records.work import OrderStatus, OutboxMessage

_CORRECTED_BY_PICKS = (MovementReason.SLOT_SHORT, MovementReason.SLOT_OVER)


@dataclass(frozen=True, slots=True)
class Broken:
    """Promises that were broken: nothing of all this should be there."""

    lost: tuple[str, ...] = ()
    """Orders and receipts of the WMS that never came here, or are not finished."""
    unconfirmed: tuple[str, ...] = ()
    """What was done here and the WMS does not have, or has otherwise."""
    duplicates: tuple[str, ...] = ()
    """What the WMS has more than once."""
    stock: tuple[str, ...] = ()
    """Where its stock is not what our books say."""
    books: tuple[str, ...] = ()
    """Pieces created or vanished in our books."""

    @property
    def any(self) -> bool:
        """Whether there is something."""
        return any(getattr(self, one.name) for one in fields(self))


def broken_promises(wms: PlainWms, tables: MemoryStore, check: StockCheck) -> Broken:
    """Compare the two sides. ``check`` is the bridge's own view of that, taken just now."""
    with tables.reading() as tx:
        messages = _messages(tx)
        return Broken(
            tuple(_lost(wms, tx)),
            tuple(_unconfirmed(wms, messages)),
            tuple(_duplicates(wms)),
            tuple(_stock(wms, tx, messages, check)),
            tuple(_books(tx)),
        )


def _messages(tx: Reading) -> list[OutboxMessage]:
    found: list[OutboxMessage] = []
    while (message := tx.message(len(found) + 1)) is not None:
        found.append(message)
    return found


def _lost(wms: PlainWms, tx: Reading) -> list[str]:
    lost = [f"rejected {tx.inbox_count(InboxState.REJECTED)}"]
    lost = [] if lost == ["rejected 0"] else lost
    for name, document in wms.orders.items():
        record = tx.order(name)
        if record is None:
            if document.state is not OrderState.CANCELLED:
                lost.append(f"order {name} never came")
        elif record.status is OrderStatus.OPEN or document.state is OrderState.OPEN:
            lost.append(f"order {name} is {record.status} here and {document.state} there")
    for received in wms.receipt_feed:
        record_of = tx.receipt(received.receipt.receipt)
        if record_of is None or record_of.completed_ms is None:
            lost.append(f"receipt {received.receipt.receipt}")
    return lost


def _unconfirmed(wms: PlainWms, messages: list[OutboxMessage]) -> list[str]:
    found = []
    for message in messages:
        if message.delivered_ms is None:
            found.append(f"{message.message} not delivered: {message.error}")
            continue
        wanted = _lines_of(message)
        if wanted is None:
            continue
        posted = [one for one in wms.by_reference.get(message.message, ()) if one.posted]
        if not posted:
            found.append(f"{message.message} is not there")
            continue
        there = Counter({(one.location, one.sku): 0 for one in posted[0].lines})
        for line in posted[0].lines:
            there[(line.location, line.sku)] += line.quantity
        if there != wanted:
            found.append(f"{message.message} is otherwise")
    return found


def _lines_of(message: OutboxMessage) -> Counter[tuple[str, Sku]] | None:
    """The pieces a message is about; ``None`` if it makes no document."""
    told = read_message(message)
    booked: Counter[tuple[str, Sku]] = Counter()
    match told:
        case OrderConfirmed():
            for line in told.lines:
                for pick in line.picks:
                    booked[(pick.slot, line.sku)] -= pick.quantity
        case ReceiptPutAway():
            for filled in told.slots:
                booked[(filled.slot, told.sku)] += filled.quantity
        case StockAdjusted():
            booked[(told.slot, told.sku)] += told.difference
        case _:
            return None
    return booked


def _duplicates(wms: PlainWms) -> list[str]:
    return [name for name, drafts in wms.by_reference.items() if len(drafts) > 1]


def _stock(
    wms: PlainWms, tx: Reading, messages: list[OutboxMessage], check: StockCheck
) -> list[str]:
    expected: Counter[tuple[str, Sku]] = Counter()
    for holding in tx.holdings():
        if holding.account.startswith("slot:"):
            expected[(slot_of(holding.account), holding.sku)] += holding.quantity
    own: Counter[tuple[str, Sku]] = Counter()
    for move in tx.foreign_moves(None, 10**6):
        came = move.from_location == "stock"
        location = move.to_location if came else move.from_location
        own[(location, move.sku)] += move.quantity if came else -move.quantity
    for place, pieces in _kept_by_picks(tx, messages).items():
        own[place] += pieces
    for place, pieces in own.items():
        expected[place] += pieces
    places = dict.fromkeys([*expected, *wms.stock])
    found = [
        f"{place}: {wms.stock[place]} there, {expected[place]} expected"
        for place in places
        if wms.stock[place] != expected[place]
    ]
    shown = {(row.location, row.sku): row.difference for row in check.differences}
    if shown != {place: pieces for place, pieces in own.items() if pieces}:
        found.append(f"the check of the stock shows {shown}")
    return found


def _kept_by_picks(tx: Reading, messages: list[OutboxMessage]) -> Counter[tuple[str, Sku]]:
    """Pieces that our books gave up (or found) because of a pick, without telling the WMS."""
    told = {message.message for message in messages}
    kept: Counter[tuple[str, Sku]] = Counter()
    for entry in tx.entries():
        move = entry.movement
        if move.reason in _CORRECTED_BY_PICKS and _told_as(move) not in told:
            if move.reason is MovementReason.SLOT_SHORT:
                kept[(slot_of(move.from_account), move.sku)] += move.quantity
            else:
                kept[(slot_of(move.to_account), move.sku)] -= move.quantity
    return kept


def _told_as(move: Movement) -> str:
    return f"stock-adjusted/{move.key}@{move.at_ms}"


def _books(tx: Reading) -> list[str]:
    stored = {(place.account, place.sku): place.quantity for place in tx.holdings()}
    report = verify(tx.entries(), stored)
    return [] if report.sound else [str(report)]
