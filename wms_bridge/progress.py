"""What becomes of an order as its lines are picked or given up; the confirmation to the WMS."""

from collections import Counter, defaultdict
from dataclasses import replace

from planner.codec.messages import encode
from planner.warehouse.ids import LineId, Lot, OrderId, PickId
from wms_bridge.ledger import tote_account
from wms_bridge.messages import LineConfirmed, LinePicked, OrderConfirmed
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.lots import RecallRecord
from wms_bridge.records.work import LineRecord, OrderRecord, OrderStatus, OutboxMessage, Tally


def update_line(tx: Writing, before: LineRecord, after: LineRecord, now_ms: int) -> None:
    """Keep the new state of a line, and of its order; write the confirmation to the outbox if
    that finishes the order."""
    tx.put_line(after)
    closes = after.closed and not before.closed
    order = tx.order(after.order)
    if order is None:
        raise LookupError(f"line {after.line} without an order")
    order = replace(
        order,
        lines_closed=order.lines_closed + closes,
        picked=order.picked + after.picked - before.picked,
        short=order.short + after.short - before.short,
    )
    counted = Counter({Tally.PIECES_PICKED: after.picked - before.picked})
    counted[Tally.PIECES_SHORT] = after.short - before.short
    if closes:
        counted[Tally.LINES_CLOSED] = 1
        counted[Tally.LINES_SHORT] = int(after.short > 0)
        counted[Tally.LINES_ROUTED] = int(after.flow is not before.flow)
    if closes and order.lines_closed == order.lines:
        order = finish(tx, order, counted, now_ms)
    tx.put_order(order)
    tx.tally({name: more for name, more in counted.items() if more})


def finish(tx: Writing, order: OrderRecord, counted: Counter[Tally], now_ms: int) -> OrderRecord:
    """The order is complete: count it and tell the WMS."""
    status = OrderStatus.COMPLETE_SHORT if order.short else OrderStatus.COMPLETE
    finished = replace(order, status=status, completed_ms=now_ms)
    counted[Tally.ORDERS_COMPLETED] = 1
    counted[Tally.ORDERS_COMPLETED_SHORT] = int(order.short > 0)
    tell_wms(tx, finished, f"order-confirmed/{order.order}", now_ms)
    return finished


def tell_wms(tx: Writing, order: OrderRecord, message: str, now_ms: int) -> None:
    """Put into the outbox what came of an order; of what only takes out a recall it hears
    otherwise."""
    if recall_of_order(tx, order.order) is not None:
        return
    confirmed = OrderConfirmed(
        message, order.order, order.status, order.received_ms, now_ms, _lines(tx, order.order)
    )
    body = encode(confirmed).decode()
    tx.add_message(OutboxMessage(0, message, order.order, body, now_ms, next_ms=now_ms))


def recall_of_order(tx: Reading, order: OrderId) -> RecallRecord | None:
    """The recall for which an order takes stock out; ``None`` of an order of the WMS."""
    kind, _, rest = order.partition("/")
    recall = tx.recall(rest.partition("/")[0]) if kind == "recall" else None
    return recall if recall is not None and order in recall.retrievals else None


def _lines(tx: Reading, order: OrderId) -> tuple[LineConfirmed, ...]:
    picks: defaultdict[LineId, list[LinePicked]] = defaultdict(list)
    lots, confirmed = _lots_picked(tx, order), tx.confirmed_picks(order)
    serials = tx.picked_serials(
        [f"pick/{record.task.pick}" for record in confirmed]
        + [key for parts in lots.values() for key, _, _ in parts]
    )
    for record in confirmed:
        if record.quantity and record.confirmed_ms is not None:
            task = record.task
            whole = [(f"pick/{task.pick}", "", record.quantity)]
            for key, code, quantity in lots.get(task.pick, whole):
                at = (task.pick, task.station, task.slot, quantity, record.confirmed_ms)
                picks[task.line].append(LinePicked(*at, code, serials.get(key, ())))
    return tuple(
        LineConfirmed(
            line.line,
            line.sku,
            line.quantity,
            line.picked,
            line.short,
            line.reason,
            line.flow,
            tuple(picks[line.line]),
        )
        for line in tx.lines(order)
    )


def _lots_picked(tx: Reading, order: OrderId) -> dict[PickId, list[tuple[str, str, int]]]:
    """The movements by which picks of an order took pieces: their keys, the codes of the lots and
    the pieces of each. Of no pick if there are no lots."""
    moved = [entry.movement for entry in tx.movements_of(tote_account(order), 0)]
    if not any(movement.lot for movement in moved):
        return {}
    codes = {lot.lot: lot.code for lot in tx.lot_records({one.lot for one in moved})}
    found: defaultdict[PickId, list[tuple[str, str, int]]] = defaultdict(list)
    for movement in moved:
        pick = PickId(_pick_of(movement.key, movement.lot))
        found[pick].append((movement.key, codes.get(movement.lot, ""), movement.quantity))
    return found


def _pick_of(key: str, lot: Lot) -> str:
    name = key.removeprefix("pick/")
    return name.removesuffix(f"/lot/{lot}") if lot else name
