"""Picks: shown to pickers, confirmed by them, or given up."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.warehouse.commands import ShortenLine, ShowPicks, WithdrawPicks
from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidMessage,
    InvalidOrder,
    InvalidStock,
    NotFound,
    TooLate,
)
from planner.warehouse.events import (
    PickConfirmed,
    PickFailed,
    PickWithdrawn,
    RescanWanted,
    StockStated,
)
from planner.warehouse.flows import Flow
from planner.warehouse.ids import LineId, OrderId, PickId
from planner.warehouse.picks import PickTask, ShortReason
from planner.warehouse.stock import Balance
from wms_bridge.lots.shares import Share, pieces_of, shares_of, take
from wms_bridge.lots.terms import tell_terms
from wms_bridge.names import check_name
from wms_bridge.pick_books import into_tote, moves_of_pick, tell_set_right
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.progress import update_line
from wms_bridge.put_walls import place_orders
from wms_bridge.records.work import (
    Discrepancy,
    LineRecord,
    OrderStatus,
    PickRecord,
    Tally,
)
from wms_bridge.requests import body_hash, recall, remember
from wms_bridge.serials.carrying import carry_pick, check_told_again
from wms_bridge.shelves import Shelves
from wms_bridge.withdrawing import line_of, withdraw, withdraw_in_vain

_SHORT = (ShortReason.SLOT_SHORT, ShortReason.DAMAGED, ShortReason.WRONG_ITEM)
_OVER = (ShortReason.OVER_FOUND,)


@dataclass(frozen=True, slots=True)
class PickTaken:
    """Answer to a confirmation, the same however often it comes. ``repeated`` tells the caller
    that it came before and nothing was done; it is not part of the answer."""

    pick: PickId
    quantity: int
    reason: ShortReason | None
    confirmed_ms: int
    repeated: bool


def show_picks(tx: Writing, shelves: Shelves, command: ShowPicks, now_ms: int) -> int:
    """Show those picks that are new and return how many they are.

    :class:`InvalidMessage` if a pick does not fit its line, slot or station, or asks for more
    than its line still needs; :class:`IdempotencyConflict` if it was shown with other contents.
    """
    new = [task for task in command.picks if not _known(tx, task)]
    asked: Counter[LineId] = Counter()
    lines: dict[LineId, LineRecord] = {}
    outdated: list[PickTask] = []
    advice: dict[PickId, str] = {}
    for task in new:
        line = _fitting_line(tx, shelves, task, asked[task.line] + task.quantity)
        shares = shares_of(tx, task.slot, task.sku)
        if line is None or not _on_terms(shares, line):
            outdated.append(task)
            continue
        asked[task.line] += task.quantity
        lines[task.line] = line
        advice[task.pick] = _advice(shares, line)
    for task in new:
        if task not in outdated:
            tx.add_pick(PickRecord(0, task, command.robot, now_ms, lot=advice[task.pick]))
    place_orders(tx, shelves, [task for task in new if task not in outdated], now_ms)
    for name, line in lines.items():
        _show(tx, line, asked[name], now_ms)
    for task in outdated:
        tx.add_pick(PickRecord(0, task, command.robot, now_ms, withdrawn_ms=now_ms))
        tx.append_event(PickWithdrawn(task.pick), now_ms)
    return len(new) - len(outdated)


def withdraw_picks(tx: Writing, command: WithdrawPicks, now_ms: int) -> int:
    """Take back those picks that are not confirmed, and return how many they are. Of one that was
    never shown the fleet is told the same: nobody will confirm it."""
    withdrawn = 0
    for pick in command.picks:
        record = tx.pick(pick)
        if record is None:
            tx.append_event(PickWithdrawn(pick), now_ms)
        elif record.open:
            withdraw(tx, record, now_ms)
            withdrawn += 1
    return withdrawn


def fail_pick(tx: Writing, pick: PickId, now_ms: int) -> PickRecord:
    """A robot arm could not take the pick: it stays open for a person. Told twice, nothing is done
    twice. :class:`NotFound` on an unknown pick, :class:`TooLate` if it is not open."""
    record = _shown(tx, pick)
    if record.withdrawn_ms is not None:
        raise _withdrawn(record)
    if record.confirmed_ms is not None:
        raise TooLate(
            f"the pick was confirmed with {record.quantity} pieces",
            field="pick",
            value=pick,
            remedy="A confirmed pick stands; count the slot if it was wrong.",
        )
    if record.failed_ms is None:
        record = replace(record, failed_ms=now_ms)
        tx.put_pick(record)
        tx.append_event(PickFailed(pick), now_ms)
        tx.tally({Tally.PICKS_FAILED: 1})
    return record


def confirm_pick(
    tx: Writing,
    pick: PickId,
    quantity: int,
    reason: ShortReason | None,
    key: str,
    now_ms: int,
    lot: str = "",
    serials: Sequence[str] = (),
) -> PickTaken:
    """Post what the picker took, once per pick; ``lot`` is the code that was scanned, if one was,
    and ``serials`` are those that were.

    :class:`NotFound` on an unknown pick; :class:`TooLate` on one that was withdrawn;
    :class:`InvalidStock` on a quantity that does not go with the reason, on more than the line
    still needs, on pieces of a lot that may not be taken, and on serials that are not in the slot;
    :class:`IdempotencyConflict` if it was confirmed otherwise.
    """
    check_name(pick, "pick", NotFound)
    scanned = (*((lot,) if lot else ()), *((tuple(serials),) if serials else ()))
    digest = body_hash("pick", (pick, quantity, reason, *scanned))
    known_key = recall(tx, key, digest) is not None
    record = _shown(tx, pick)
    if record.withdrawn_ms is not None:
        raise _withdrawn(record)
    if record.confirmed_ms is not None:
        taken = _taken_before(record, quantity, reason)
        check_told_again(tx, into_tote(tx, record), serials)
    else:
        line = line_of(tx, record.task)
        _check_taken(record.task, line, quantity, reason)
        made = PickTaken(pick, quantity, reason, now_ms, False)
        taken = _take(tx, record, line, made, lot, serials)
    if not known_key:
        remember(tx, key, digest, pick, now_ms)
    return taken


def shorten_line(tx: Writing, command: ShortenLine, now_ms: int) -> bool:
    """Give up pieces of a line; whether that was news. :class:`InvalidOrder` if the line is not
    there or would be picked and short of more than was ordered."""
    line = tx.line(command.line)
    if line is None or line.order != command.order:
        raise InvalidOrder("no such line", field="line", value=command.line)
    if command.total_short <= line.short:
        return False
    if line.flow is not Flow.GOODS_TO_PERSON:
        raise InvalidOrder(f"the line was routed to {line.flow}", field="line", value=command.line)
    if _changed_since(tx, line.order, command.changes):
        return False  # the fleet has not heard yet what the line is now; it thinks again
    if line.picked + line.shown + command.total_short > line.quantity:
        raise InvalidOrder(
            f"of {line.quantity} pieces {line.picked} are picked and {line.shown} being picked",
            field="total_short",
            value=command.total_short,
            remedy="Shorten a line by what is neither picked nor shown to a picker.",
        )
    after = replace(line, short=command.total_short, reason=command.reason)
    update_line(tx, line, after, now_ms)
    return True


def _shown(tx: Reading, pick: PickId) -> PickRecord:
    record = tx.pick(pick)
    if record is None:
        raise NotFound(
            "no such pick was shown",
            field="pick",
            value=pick,
            remedy="Confirm picks listed by GET /v1/stations/{station}/picks.",
        )
    return record


def _withdrawn(record: PickRecord) -> TooLate:
    return TooLate(
        "the pick was withdrawn",
        field="pick",
        value=record.task.pick,
        remedy="Put what was taken back into the slot.",
    )


def _changed_since(tx: Reading, order: OrderId, changes: int) -> bool:
    """Whether the order is not what it was after so many changes."""
    record = tx.order(order)
    return record is not None and (
        record.changes != changes or record.status is OrderStatus.CANCELLED
    )


def _show(tx: Writing, line: LineRecord, asked: int, now_ms: int) -> None:
    needed = line.quantity - line.picked - line.short - line.shown
    after = replace(line, shown=line.shown + asked, short=line.short - max(0, asked - needed))
    if after.short == line.short:
        tx.put_line(after)
    else:  # given up before the order was changed, and found after all
        update_line(tx, line, after, now_ms)


def _known(tx: Reading, task: PickTask) -> bool:
    shown = tx.pick(task.pick)
    if shown is not None and shown.task != task:
        raise IdempotencyConflict(
            "this pick was shown with other contents",
            field="picks.pick",
            value=task.pick,
            remedy="Give a new pick a new id.",
        )
    return shown is not None


def _fitting_line(tx: Reading, shelves: Shelves, task: PickTask, asked: int) -> LineRecord | None:
    """The line of a pick; ``None`` if the order was changed or cancelled so that it needs the pick
    no more."""
    check_name(task.pick, "picks.pick", InvalidMessage)
    line = tx.line(task.line)
    changed = line is not None and line.order == task.order and _changed_since(tx, line.order, 0)
    if line is None or (line.order, line.sku) != (task.order, task.sku):
        if changed:
            return None
        raise InvalidMessage("no such line of this order and SKU", field="line", value=task.line)
    if line.flow is not Flow.GOODS_TO_PERSON:
        raise InvalidMessage(f"line {line.line} was routed to {line.flow}", field="line")
    if not shelves.has_slot(task.slot):
        raise InvalidMessage("the site has no such slot", field="slot", value=task.slot)
    if not shelves.has_station(task.station):
        raise InvalidMessage("the site has no such station", field="station", value=task.station)
    needed = line.quantity - line.picked - line.short - line.shown
    if changed and task.quantity > 0:
        order = tx.order(line.order)
        is_open = order is not None and order.status is OrderStatus.OPEN
        return line if is_open and asked <= needed + line.short else None
    if task.quantity <= 0 or asked > needed:
        raise InvalidMessage(
            f"line {line.line} needs {needed} more pieces", field="quantity", value=task.quantity
        )
    return line


def _taken_before(record: PickRecord, quantity: int, reason: ShortReason | None) -> PickTaken:
    if (record.quantity, record.reason) != (quantity, reason) or record.confirmed_ms is None:
        raise IdempotencyConflict(
            f"the pick was confirmed with {record.quantity} pieces",
            field="quantity",
            value=quantity,
            remedy="A confirmed pick stands; count the slot if it was wrong.",
        )
    return PickTaken(record.task.pick, quantity, reason, record.confirmed_ms, True)


def _on_terms(shares: Sequence[Share], line: LineRecord) -> bool:
    """Whether the line may have something of what the slot holds. The fleet may not have heard of a
    hold yet. A slot without anything is taken for what it was promised as."""
    if not shares:
        return not (line.owner or line.lot)
    return any(share.suits(line.owner, line.lot) for share in shares)


def _advice(shares: Sequence[Share], line: LineRecord) -> str:
    """The code of the lot to take."""
    return next((s.code for s in shares if s.suits(line.owner, line.lot)), "")


def _check_taken(
    task: PickTask, line: LineRecord, quantity: int, reason: ShortReason | None
) -> None:
    most = task.quantity
    if reason is ShortReason.OVER_FOUND:
        most += line.quantity - line.picked - line.short - line.shown
    if not 0 <= quantity <= most:
        raise InvalidStock(
            f"the pick asks for {task.quantity} pieces",
            field="quantity",
            value=quantity,
            remedy=f"Take 0 to {most} pieces and put any others back.",
        )
    if quantity == task.quantity:
        right: tuple[ShortReason, ...] = ()
    else:
        right = _OVER if quantity > task.quantity else _SHORT
    if (reason in right) if right else reason is None:
        return
    raise InvalidStock(
        f"{quantity} of {task.quantity} pieces do not go with this reason",
        field="reason",
        value=reason.value if reason else None,
        remedy=f"Send {' or '.join(repr(one.value) for one in right)}."
        if right
        else "Send no reason with a full pick.",
    )


def _take(
    tx: Writing,
    record: PickRecord,
    line: LineRecord,
    made: PickTaken,
    lot: str,
    serials: Sequence[str],
) -> PickTaken:
    task, quantity, reason, now_ms = record.task, made.quantity, made.reason, made.confirmed_ms
    shares = shares_of(tx, task.slot, task.sku)
    taken = take(tx, shares, task.sku, line.owner, line.lot, quantity, lot)
    moved = moves_of_pick(task, quantity, reason, now_ms, taken)
    tx.post(moved)
    carry_pick(tx, moved, serials)
    tell_set_right(tx, task, moved)
    tx.put_pick(replace(record, quantity=quantity, reason=reason, confirmed_ms=now_ms))
    counted = {Tally.PICKS_CONFIRMED: 1}
    if quantity < task.quantity:
        counted[Tally.PICKS_SHORT] = 1
    left_over = shares_of(tx, task.slot, task.sku)
    books, left = pieces_of(shares), pieces_of(left_over)
    aside = min(task.quantity - quantity, max(0, books - quantity))
    found = quantity + left + (aside if reason is ShortReason.DAMAGED else 0)
    if found != books:
        counted[Tally.DISCREPANCIES] = 1
        tx.add_discrepancy(
            Discrepancy(0, now_ms, task.pick, task.station, task.slot, task.sku, books, found)
        )
    tx.tally(counted)
    tx.append_event(StockStated((Balance(task.slot, task.sku, left),)), now_ms)
    tell_terms(tx, task.slot, task.sku, now_ms)
    tx.append_event(PickConfirmed(task.pick, quantity, reason), now_ms)
    if reason is ShortReason.WRONG_ITEM:
        tx.append_event(RescanWanted(task.slot), now_ms)
    after = replace(line, picked=line.picked + quantity, shown=line.shown - task.quantity)
    update_line(tx, line, after, now_ms)
    withdraw_in_vain(tx, task.slot, left_over, now_ms)
    return made
