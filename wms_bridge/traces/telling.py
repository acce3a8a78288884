"""How things and stock came to where they are: every step, with its order, station and robot."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from planner.warehouse.ids import OrderId, PickId, PodId, PutId, ReceiptId, Sku
from wms_bridge.ledger import OPENING, SUPPLIER, Account, Entry, tote_account
from wms_bridge.ports.store import Reading
from wms_bridge.records.tracing import Stay, Thing
from wms_bridge.records.work import PickRecord
from wms_bridge.traces.answers import History, LotFlow, Step, Subject
from wms_bridge.traces.finding import (
    find,
    lots_named,
    seat_of,
    serials_by_account,
    where,
)

LATEST_MS = 10**15
LAST = 10**18
"""Above the number of any occurrence."""
STEPS = 500
"""How many steps are told, the latest."""


def history(
    tx: Reading, subject: Subject, value: str, at_ms: int | None, sku: Sku | None = None
) -> History:
    """Where something was at a time (or is), and how it came there. :class:`NotFound` on what is
    not known (then)."""
    then = where(tx, subject, value, at_ms, sku)
    until_ms = LATEST_MS if at_ms is None else at_ms
    if subject is Subject.LOT:
        return _history_of_lot(tx, History(subject, value, then), until_ms, sku)
    if subject in (Subject.ITEM, Subject.PACK):
        steps = list(_steps_of(tx, find(tx, subject, value, sku), until_ms))
    else:
        entries = _entries(tx, subject, value)
        steps = [_booked(tx, e) for e in _last(entries, until_ms)]
    return History(subject, value, then, tuple(steps[-STEPS:]), len(steps) > STEPS)


def _steps_of(tx: Reading, thing: Thing, until_ms: int) -> Iterator[Step]:
    """Its own changes of place, and those of the packs it was in meanwhile."""
    found = [
        (moved, stay)
        for moved, stay in _moves(tx, thing.number, 0, LAST)
        if stay.occurrence.at_ms <= until_ms
    ]
    found.sort(key=lambda each: each[1].occurrence.number)
    parents = {stay.parent for _, stay in found if stay.parent is not None}
    things = tx.numbered_things(parents | {moved for moved, _ in found})
    names = {number: str(each.name) for number, each in things.items()}
    for moved, stay in found:
        seat = None if stay.place is None else seat_of(stay.place)
        step = Step(
            *(stay.occurrence.at_ms, stay.occurrence.what.value, stay.occurrence.key, seat),
            pack=None if stay.parent is None else names[stay.parent],
            with_pack=None if moved == thing.number else names[moved],
        )
        yield _enriched(tx, step)


def _moves(tx: Reading, thing: int, after: int, before: int) -> Iterator[tuple[int, Stay]]:
    """What moved a thing between two occurrences: it was moved itself, or a pack it was in."""
    path = tx.path(thing)
    for at, stay in enumerate(path):
        start = stay.occurrence.number
        end = path[at + 1].occurrence.number if at + 1 < len(path) else LAST
        if after < start < before:
            yield thing, stay
        if stay.parent is not None and start < before and end > after:
            yield from _moves(tx, stay.parent, max(after, start), min(before, end))


def _enriched(tx: Reading, step: Step) -> Step:
    """The step with what the books know of its cause."""
    kind, _, name = step.cause.partition("/")
    pick = _pick(tx, name) if kind == "pick" else None
    put = tx.put(PutId(name)) if kind == "put" else None
    if pick is not None:
        task = pick.task
        source = step.from_seat or seat_of(Account(f"slot:{task.slot}"))
        return replace(
            step, from_seat=source, order=task.order, station=task.station, robot=pick.robot
        )
    if put is not None:
        source = step.from_seat or seat_of(Account(f"dock:{put.task.receipt}"))
        return replace(
            step,
            from_seat=source,
            receipt=put.task.receipt,
            station=put.task.station,
            robot=put.robot,
        )
    return replace(step, receipt=ReceiptId(name)) if kind == "receipt" else step


def _pick(tx: Reading, name: str) -> PickRecord | None:
    """The pick in the key of one of its movements, which may go on with what was moved."""
    found = tx.pick(PickId(name))
    for more in ("/lot/", "/over", "/short", "/damaged"):
        if found is None and more in name:
            found = tx.pick(PickId(name.rpartition(more)[0]))
    return found


def _booked(tx: Reading, entry: Entry) -> Step:
    m = entry.movement
    step = Step(
        *(m.at_ms, m.reason.value, m.key, seat_of(m.to_account)),
        from_seat=seat_of(m.from_account),
        sku=m.sku,
        quantity=m.quantity,
        lot=m.lot,
    )
    return _enriched(tx, step)


def _entries(tx: Reading, subject: Subject, value: str) -> Iterable[Entry]:
    if subject is Subject.SKU:
        return tx.movements_of_sku(Sku(value))
    if subject is Subject.TOTE:
        return tx.movements_of(tote_account(OrderId(value)), 0)
    accounts = {place.account for place in tx.holdings(pod=PodId(value))}
    return (entry for account in accounts for entry in tx.movements_of(account, 0))


def _last(entries: Iterable[Entry], until_ms: int) -> list[Entry]:
    found = {e.number: e for e in entries if e.movement.at_ms <= until_ms}
    return [found[number] for number in sorted(found)][-STEPS - 1 :]


def _history_of_lot(tx: Reading, bare: History, until_ms: int, sku: Sku | None) -> History:
    came: list[LotFlow] = []
    went: list[LotFlow] = []
    entries: list[Entry] = []
    for lot in lots_named(tx, bare.value, sku):
        moved = [e for e in tx.movements_of_lot(lot.lot) if e.movement.at_ms <= until_ms]
        serials = {occurrence.key: n for occurrence, n in tx.lot_origins(lot.lot)}
        came += _sources(moved, serials)
        counted = serials_by_account(tx, tx.lot_groups(lot.lot))
        went += _destinations(moved, counted)
        entries += moved
    steps = [_booked(tx, entry) for entry in _last(entries, until_ms)]
    return replace(
        bare,
        path=tuple(steps[-STEPS:]),
        more=len(steps) > STEPS,
        came_from=tuple(came),
        went_to=tuple(went),
    )


def _sources(entries: Sequence[Entry], serials: dict[str, int]) -> Iterator[LotFlow]:
    for entry in entries:
        m = entry.movement
        if m.from_account in (SUPPLIER, OPENING):
            seat, count = seat_of(m.to_account), serials.get(m.key, 0)
            yield LotFlow(m.key, seat, m.quantity, count, m.at_ms)


def _destinations(entries: Sequence[Entry], serials: dict[Account, int]) -> Iterator[LotFlow]:
    """Totes that pieces went to: with them they leave."""
    pieces: dict[Account, int] = {}
    last: dict[Account, Entry] = {}
    for entry in entries:
        m = entry.movement
        for account, quantity in ((m.from_account, -m.quantity), (m.to_account, m.quantity)):
            if account.startswith("tote:"):
                pieces[account] = pieces.get(account, 0) + quantity
                last[account] = entry
    for account, quantity in sorted(pieces.items()):
        if quantity:
            movement = last[account].movement
            count = serials.get(account, 0)
            yield LotFlow(movement.key, seat_of(account), quantity, count, movement.at_ms)
