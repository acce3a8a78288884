"""Orders that the WMS changes, cancels or makes urgent after the bridge has taken them.

The bridge is where a change and a pick meet: one transaction takes back every pick that is not
confirmed and no longer wanted, so that a confirmation comes either before the change, and stands,
or after it, and is refused.
"""

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from planner.codec.messages import decode, encode, from_json, to_json
from planner.warehouse.errors import InvalidOrder, NotFound, TooLate
from planner.warehouse.events import OrderCancelled, OrderChanged, OrderPrioritised
from planner.warehouse.ids import OrderId, PodId
from planner.warehouse.orders import OrderLine, PickOrder
from planner.warehouse.picks import ShortReason
from wms_bridge.intake import check_lines, check_names, line_record
from wms_bridge.interventions.errors import StalePage
from wms_bridge.names import check_name, check_rank
from wms_bridge.phases import InTote, OrderPhase, PutBack, in_tote, phase_of, put_back
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.progress import finish, tell_wms
from wms_bridge.records.work import LineRecord, OrderRecord, OrderStatus, PickRecord, Tally
from wms_bridge.requests import body_hash, recall, remember
from wms_bridge.withdrawing import withdraw

NO_PODS: Set[PodId] = frozenset()


@dataclass(frozen=True, slots=True)
class OrderAltered:
    """How an order is after a change that found it in ``phase``: ``picked`` of its ``pieces`` are
    in its tote, as listed in ``in_tote``, and ``withdrawn`` picks were taken back from pickers, who
    ``put_back`` what they may hold of them; ``changed`` is whether there was anything to do.
    ``repeated`` tells the caller that the same came before under the same key; it is not part of
    the answer."""

    order: OrderId
    phase: OrderPhase
    status: OrderStatus
    priority: int
    due_ms: int | None
    lines: int
    pieces: int
    picked: int
    withdrawn: int
    put_back: tuple[PutBack, ...]
    in_tote: tuple[InTote, ...]
    changed: bool
    at_ms: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """An order as a request finds it."""

    record: OrderRecord
    lines: tuple[LineRecord, ...]
    phase: OrderPhase


def cancel_order(
    tx: Writing,
    order: OrderId,
    key: str | None,
    now_ms: int,
    under_way: Set[PodId] = NO_PODS,
    seen: str | None = None,
) -> OrderAltered:
    """Nothing more of the order is picked; what was stays in its tote, and the WMS is told.
    ``under_way`` are pods that are being carried to stations; ``seen`` is the entity tag that
    whoever asks has seen.

    :class:`NotFound` if there is no such order, :class:`TooLate` if it is complete,
    :class:`StalePage` if it is not as it was ``seen`` any more. Cancelled again, it stays cancelled
    and nothing is done.
    """
    key, digest = key or f"cancel/{order}", body_hash("cancel", order)
    before = _answered(tx, key, digest)
    if before is not None:
        return before
    found = _found(tx, order, under_way)
    record = found.record
    if found.phase is OrderPhase.CANCELLED:
        return replace(_altered(tx, found, record, (), False, now_ms), repeated=True)
    _check_open(record)
    _check_seen(record, seen)
    picks = tx.order_picks(order)
    for pick in picks:
        withdraw(tx, pick, now_ms)
    closed, pieces = _close_lines(tx, order)
    record = replace(
        record,
        status=OrderStatus.CANCELLED,
        completed_ms=now_ms,
        lines_closed=record.lines,
        short=record.short + pieces,
    )
    tx.put_order(record)
    tx.append_event(OrderCancelled(order), now_ms)
    tell_wms(tx, record, f"order-cancelled/{order}", now_ms)
    tx.tally(
        {Tally.ORDERS_CANCELLED: 1, Tally.LINES_CLOSED: closed, Tally.PIECES_CANCELLED: pieces}
    )
    return _answer(tx, key, digest, _altered(tx, found, record, picks, True, now_ms))


def change_order(
    tx: Writing,
    order: PickOrder,
    key: str | None,
    now_ms: int,
    under_way: Set[PodId] = NO_PODS,
    seen: str | None = None,
) -> OrderAltered:
    """Give an open order new contents, all of them or none; lines are matched by their numbers.

    :class:`InvalidOrder` names the wrong field, also a line that would ask for less than is picked
    of it; otherwise as :func:`cancel_order`.
    """
    check_names(order)
    digest = body_hash("change", order)
    before = _answered(tx, key, digest)
    if before is not None:
        return before
    found = _found(tx, order.order, under_way)
    record, lines = found.record, found.lines
    _check_open(record)
    _check_seen(record, seen)
    check_lines(tx, order)
    _check_picked(lines, order)
    if _same(record, lines, order):
        return _answer(tx, key, digest, _altered(tx, found, record, (), False, now_ms))
    picks = tx.order_picks(order.order)
    wanted = {line.line: line for line in order.lines}
    withdrawn = [
        pick for line in lines for pick in _alter(tx, line, wanted.get(line.line), picks, now_ms)
    ]
    _add_lines(tx, order, lines)
    changes = record.changes + 1
    tx.append_event(OrderChanged(order, changes), now_ms)
    record = replace(record, due_ms=order.due_ms, priority=order.priority, changes=changes)
    record = _sum_up(tx, record, lines, now_ms)
    return _answer(tx, key, digest, _altered(tx, found, record, withdrawn, True, now_ms))


def prioritise_order(
    tx: Writing,
    order: OrderId,
    priority: int,
    due_ms: int | None,
    key: str | None,
    now_ms: int,
    under_way: Set[PodId] = NO_PODS,
    seen: str | None = None,
) -> OrderAltered:
    """Give an open order another place among the others; without ``due_ms`` it is due when it was.
    Errors as :func:`change_order`."""
    check_rank(priority, due_ms, InvalidOrder)
    digest = body_hash("priority", (order, priority, due_ms))
    before = _answered(tx, key, digest)
    if before is not None:
        return before
    found = _found(tx, order, under_way)
    record = found.record
    _check_open(record)
    _check_seen(record, seen)
    due_ms = record.due_ms if due_ms is None else due_ms
    changed = (record.priority, record.due_ms) != (priority, due_ms)
    if changed:
        record = replace(record, priority=priority, due_ms=due_ms)
        tx.put_order(record)
        tx.append_event(OrderPrioritised(order, priority, due_ms), now_ms)
    return _answer(tx, key, digest, _altered(tx, found, record, (), changed, now_ms))


def _found(tx: Reading, order: OrderId, under_way: Set[PodId]) -> _Found:
    record = _known(tx, order)
    lines = tx.lines(order)
    return _Found(record, lines, phase_of(tx, record, lines, under_way))


def _known(tx: Reading, order: OrderId) -> OrderRecord:
    check_name(order, "order", NotFound)
    record = tx.order(order)
    if record is None:
        raise NotFound(
            "no such order",
            field="order",
            value=order,
            remedy="Name an order listed by GET /v1/orders/{site}.",
        )
    return record


def _check_open(record: OrderRecord) -> None:
    if record.status is OrderStatus.OPEN:
        return
    cancelled = record.status is OrderStatus.CANCELLED
    raise TooLate(
        "the order is cancelled" if cancelled else "the order is complete",
        field="order",
        value=record.order,
        remedy="Send what is wanted as a new order.",
    )


def _check_seen(record: OrderRecord, seen: str | None) -> None:
    if seen is not None and seen != record.etag:
        raise StalePage(
            "the order has been changed since it was looked at",
            field="If-Match",
            value=seen,
            remedy="Look at the order as it is now, and decide again.",
        )


def _check_picked(lines: Sequence[LineRecord], order: PickOrder) -> None:
    """What is in the tote cannot be ordered away."""
    places = {line.line: index for index, line in enumerate(order.lines)}
    for line in lines:
        place = places.get(line.line)
        wanted = None if place is None else order.lines[place]
        if not line.picked or (
            wanted is not None
            and (wanted.sku, wanted.owner) == (line.sku, line.owner)
            and wanted.quantity >= line.picked
        ):
            continue
        raise InvalidOrder(
            f"of line {line.line} {line.picked} x {line.sku} are picked already",
            field="lines" if place is None else f"lines[{place}]",
            value=wanted.quantity if wanted is not None else None,
            remedy=f"Ask for {line.picked} or more of {line.sku} in it, or cancel the order.",
        )


def _same(record: OrderRecord, lines: Sequence[LineRecord], order: PickOrder) -> bool:
    now = {line.line: (line.sku, line.owner, line.quantity) for line in lines if line.quantity}
    asked = {line.line: (line.sku, line.owner, line.quantity) for line in order.lines}
    return now == asked and (record.due_ms, record.priority) == (order.due_ms, order.priority)


def _alter(
    tx: Writing,
    line: LineRecord,
    wanted: OrderLine | None,
    picks: Sequence[PickRecord],
    now_ms: int,
) -> list[PickRecord]:
    """Have the line be for what is wanted; the picks withdrawn for it. A line that is
    wanted no more stays, for nothing. What is wanted less is first taken off what was given up."""
    quantity = wanted.quantity if wanted is not None else 0
    sku, owner = (wanted.sku, wanted.owner) if wanted is not None else (line.sku, line.owner)
    same = (sku, owner) == (line.sku, line.owner)
    given_up = max(0, line.short - max(0, line.quantity - quantity)) if same else 0
    own: list[PickRecord] = []
    if not same or line.picked + line.shown > quantity:
        own = [pick for pick in picks if pick.task.line == line.line]
        for pick in own:
            withdraw(tx, pick, now_ms)
        line = replace(line, shown=0)
    short = min(given_up, quantity - line.picked)
    reason = line.reason if short else None
    after = replace(line, sku=sku, owner=owner, quantity=quantity, short=short, reason=reason)
    tx.put_line(after)
    return own


def _add_lines(tx: Writing, order: PickOrder, before: Sequence[LineRecord]) -> None:
    known = {line.line for line in before}
    new = [line for line in order.lines if line.line not in known]
    if new:
        tx.add_lines(
            [
                line_record(order, line, place)
                for place, line in enumerate(new, start=len(before) + 1)
            ]
        )


def _sum_up(
    tx: Writing, record: OrderRecord, before: Sequence[LineRecord], now_ms: int
) -> OrderRecord:
    """The order's sums after a change of its lines; it may be complete by that."""
    after = tx.lines(record.order)
    summed = replace(
        record,
        lines=len(after),
        lines_closed=sum(line.closed for line in after),
        pieces=sum(line.quantity for line in after),
        short=sum(line.short for line in after),
    )
    counted = Counter(
        {
            Tally.ORDERS_CHANGED: 1,
            Tally.LINES_RECEIVED: summed.lines - record.lines,
            Tally.LINES_CLOSED: summed.lines_closed - record.lines_closed,
            Tally.LINES_SHORT: _short_lines(after) - _short_lines(before),
            Tally.PIECES_ORDERED: summed.pieces - record.pieces,
            Tally.PIECES_SHORT: summed.short - record.short,
        }
    )
    if summed.lines_closed == summed.lines:
        summed = finish(tx, summed, counted, now_ms)
    tx.put_order(summed)
    tx.tally({name: more for name, more in counted.items() if more})
    return summed


def _short_lines(lines: Sequence[LineRecord]) -> int:
    return sum(line.closed and line.short > 0 for line in lines)


def _close_lines(tx: Writing, order: OrderId) -> tuple[int, int]:
    """Give up what is left of every line; how many lines and pieces that are."""
    closed = pieces = 0
    for line in tx.lines(order):
        left = line.quantity - line.picked - line.short
        if left:
            reason = line.reason or ShortReason.CANCELLED
            tx.put_line(replace(line, short=line.short + left, reason=reason))
            closed, pieces = closed + 1, pieces + left
    return closed, pieces


def _altered(
    tx: Reading,
    found: _Found,
    record: OrderRecord,
    withdrawn: Sequence[PickRecord],
    changed: bool,
    now_ms: int,
) -> OrderAltered:
    return OrderAltered(
        order=record.order,
        phase=found.phase,
        status=record.status,
        priority=record.priority,
        due_ms=record.due_ms,
        lines=record.lines,
        pieces=record.pieces,
        picked=record.picked,
        withdrawn=len(withdrawn),
        put_back=put_back(withdrawn),
        in_tote=in_tote(tx.lines(record.order)),
        changed=changed,
        at_ms=now_ms,
    )


def _answered(tx: Reading, key: str | None, digest: str) -> OrderAltered | None:
    """What was answered before under this key."""
    answer = None if key is None else recall(tx, key, digest)
    return (
        None if answer is None else replace(from_json(decode(answer), OrderAltered), repeated=True)
    )


def _answer(tx: Writing, key: str | None, digest: str, altered: OrderAltered) -> OrderAltered:
    if key is not None:
        remember(tx, key, digest, encode(to_json(altered)).decode(), altered.at_ms)
    return altered
