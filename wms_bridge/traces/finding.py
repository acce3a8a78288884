"""Where things and stock are, and where they were."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from planner.warehouse.errors import NotFound
from planner.warehouse.ids import NO_LOT, Lot, OrderId, PodId, ReceiptId, Sku, SlotId
from wms_bridge.ledger import OPENING, SUPPLIER, Account, Entry, Holding, tote_account
from wms_bridge.ports.store import Reading
from wms_bridge.records.lots import LotQuery, LotRecord
from wms_bridge.records.tracing import Content, Group, Thing
from wms_bridge.serials.carrying import known_name
from wms_bridge.serials.nesting import accounts_of, chain
from wms_bridge.traces.answers import ClassIn, Seat, SerialsAt, StockAt, Subject, ThingAt, Where

INSIDE = 1_000
"""How many names are told of what is in a pack."""


def where(
    tx: Reading, subject: Subject, value: str, at_ms: int | None, sku: Sku | None = None
) -> Where:
    """Where something is, or was at a time; ``sku`` is that of a plain serial, or narrows a lot.
    :class:`NotFound` on what is not known (then)."""
    if subject in (Subject.ITEM, Subject.PACK):
        return _where_thing(tx, subject, value, at_ms, sku)
    if subject is Subject.LOT:
        return _where_lot(tx, value, at_ms, sku)
    if subject is Subject.TOTE:
        return _where_tote(tx, value, at_ms)
    if subject is Subject.POD:
        holdings = tx.holdings(pod=PodId(value))
        later = _later(tx, {place.account for place in holdings}, at_ms)
    else:
        holdings = tx.holdings(sku=Sku(value))
        later = () if at_ms is None else tx.movements_of_sku(Sku(value), at_ms + 1)
    stock = _stock(tx, _as_of(holdings, later))
    if not holdings and not (subject is Subject.SKU and tx.known_skus({Sku(value)})):
        raise not_known(subject, value)
    return Where(subject, value, at_ms, stock=stock)


def find(tx: Reading, subject: Subject, value: str, sku: Sku | None) -> Thing:
    """The thing of this name; :class:`NotFound` if there is none."""
    name = known_name(tx, value, sku)
    found = tx.things([name]).get(name)
    if found is None:
        raise not_known(subject, value)
    return found


def lots_named(tx: Reading, value: str, sku: Sku | None) -> tuple[LotRecord, ...]:
    """Lots of this name of the bridge, or of this code of their makers."""
    one = tx.lot(Lot(value))
    found = tx.lots(LotQuery(code=value, sku=sku)) if value else ()
    return found if one is None else (one, *(lot for lot in found if lot != one))


def seat_of(account: Account) -> Seat:
    """What an account is of."""
    kind, _, name = account.partition(":")
    if kind == "slot":
        return Seat(account, slot=SlotId(name), pod=PodId(name.partition("/")[0]))
    if kind == "tote":
        return Seat(account, order=OrderId(name))
    return Seat(account, receipt=ReceiptId(name)) if kind == "dock" else Seat(account)


def not_known(subject: Subject, value: str) -> NotFound:
    """The error about what nobody has heard of."""
    return NotFound(
        f"no such {subject}",
        field=subject,
        value=value[:200],
        remedy="Nothing of this name was ever received, or not yet at that time.",
    )


def serials_by_account(tx: Reading, groups: Sequence[Group]) -> dict[Account, int]:
    """Serials counted by the account where they are, with their packs."""
    parents = tx.numbered_things({g.parent for g in groups if g.parent is not None})
    accounts = accounts_of(tx, parents.values())
    counted: defaultdict[Account, int] = defaultdict(int)
    for group in groups:
        place = group.place if group.parent is None else accounts[group.parent]
        if place is not None:
            counted[place] += group.count
    return dict(counted)


def _where_thing(
    tx: Reading, subject: Subject, value: str, at_ms: int | None, sku: Sku | None
) -> Where:
    thing = find(tx, subject, value, sku)
    if at_ms is not None:
        return Where(subject, value, at_ms, thing=thing_then(tx, thing, at_ms))
    above = chain(tx, thing)
    packs = tuple(str(each.name) for each in above[1:])
    place = above[-1].place
    assert place is not None
    cause = tx.path(thing.number)[-1].occurrence.key
    now = ThingAt(
        *(str(thing.name), thing.sku, thing.lot, seat_of(place), packs),
        *(thing.since_ms, cause),
    )
    inside = tx.children(thing.number, limit=INSIDE + 1)
    contents = _classes(tx, tx.contents([thing.number]))
    return _with_inside(Where(subject, value, None, now, contents=contents), inside)


def thing_then(tx: Reading, thing: Thing, at_ms: int) -> ThingAt:
    """Where a thing was at a time; :class:`NotFound` if it was not known then."""
    own = tx.stays_at([thing.number], at_ms).get(thing.number)
    if own is None:
        raise not_known(Subject.ITEM, str(thing.name))
    packs: list[int] = []
    stay = own
    while stay.parent is not None:
        packs.append(stay.parent)
        stay = tx.stays_at([stay.parent], at_ms)[stay.parent]
    assert stay.place is not None
    names = tx.numbered_things(packs)
    return ThingAt(
        *(str(thing.name), thing.sku, thing.lot, seat_of(stay.place)),
        tuple(str(names[pack].name) for pack in packs),
        *(own.occurrence.at_ms, own.occurrence.key),
    )


def _where_lot(tx: Reading, value: str, at_ms: int | None, sku: Sku | None) -> Where:
    lots = lots_named(tx, value, sku)
    content = tx.packs_with(value)
    if not lots and not content:
        raise not_known(Subject.LOT, value)
    stock: list[StockAt] = []
    counted: defaultdict[Account, int] = defaultdict(int)
    for lot in lots:
        later = [] if at_ms is None else tx.movements_of_lot(lot.lot)
        later = [entry for entry in later if entry.movement.at_ms > (at_ms or 0)]
        stock += _stock(tx, _as_of(tx.lot_holdings(lot.lot), later))
        if at_ms is None:
            for account, count in serials_by_account(tx, tx.lot_groups(lot.lot)).items():
                counted[account] += count
    serials = tuple(SerialsAt(seat_of(account), counted[account]) for account in sorted(counted))
    classes = _classes(tx, content) if at_ms is None else ()
    return Where(Subject.LOT, value, at_ms, stock=tuple(stock), serials=serials, contents=classes)


def _where_tote(tx: Reading, value: str, at_ms: int | None) -> Where:
    account = tote_account(OrderId(value))
    if tx.order(OrderId(value)) is None:
        raise not_known(Subject.TOTE, value)
    held = [h for h in (*tx.holdings(account=account), *tx.lots_at(account)) if h.quantity]
    lots = {holding.sku for holding in held if holding.lot}
    if at_ms is not None:
        held = _as_of(tx.holdings(account=account), _later(tx, {account}, at_ms))
        return Where(Subject.TOTE, value, at_ms, stock=_stock(tx, held))
    told = [holding for holding in held if holding.lot or holding.sku not in lots]
    inside = tx.things_at(account, limit=INSIDE + 1)
    contents = _classes(tx, tx.contents([thing.number for thing in inside]))
    stock = _stock(tx, told)
    return _with_inside(Where(Subject.TOTE, value, None, stock=stock, contents=contents), inside)


def _with_inside(bare: Where, things: Sequence[Thing]) -> Where:
    names = tuple(str(thing.name) for thing in things[:INSIDE])
    return replace(bare, inside=names, more=len(things) > INSIDE)


def _classes(tx: Reading, contents: Sequence[Content]) -> tuple[ClassIn, ...]:
    packs = tx.numbered_things({content.pack for content in contents})
    return tuple(ClassIn(str(packs[c.pack].name), str(c.what), c.quantity) for c in contents)


def _later(tx: Reading, accounts: Iterable[Account], at_ms: int | None) -> tuple[Entry, ...]:
    """Movements after a time, each once."""
    if at_ms is None:
        return ()
    found = {e.number: e for account in accounts for e in tx.movements_of(account, at_ms + 1)}
    return tuple(found.values())


def _as_of(holdings: Sequence[Holding], later: Iterable[Entry]) -> list[Holding]:
    """Holdings as they were before later movements."""
    after = {(h.account, h.sku, h.lot): h.quantity for h in holdings}
    for entry in later:
        m = entry.movement
        for account, pieces in ((m.from_account, m.quantity), (m.to_account, -m.quantity)):
            place = (account, m.sku, m.lot if (account, m.sku, m.lot) in after else NO_LOT)
            if place in after:
                after[place] += pieces
    return [Holding(*place[:2], n, place[2]) for place, n in after.items()]


def _stock(tx: Reading, holdings: Sequence[Holding]) -> tuple[StockAt, ...]:
    codes = {lot.lot: lot.code for lot in tx.lot_records({h.lot for h in holdings if h.lot})}
    return tuple(
        StockAt(seat_of(h.account), h.sku, h.quantity, h.lot, codes.get(h.lot, ""))
        for h in holdings
        if h.quantity and h.account not in (SUPPLIER, OPENING)
    )
