"""Serials go where the pieces go: with every movement of the books, once each.

What a person scans has to fit the books, or nothing is done. What a sensor reads moves those that
fit; the others become doubts. Where pieces move and nobody reads which, nothing is guessed: unless
the place is empty now, that is a doubt too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.warehouse.errors import IdempotencyConflict
from planner.warehouse.ids import Lot, Sku
from wms_bridge.ledger import DISPUTED, OPENING, SUPPLIER, Account, Movement, MovementReason
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.tracing import (
    Doubt,
    Happening,
    Name,
    Occurrence,
    SerialDoubt,
    Thing,
)
from wms_bridge.requests import body_hash
from wms_bridge.serials.naming import MAX_TEXT, read_name, sku_in
from wms_bridge.serials.nesting import accounts_of, pieces_in, refuse, within

MAX_SERIALS = 10_000
"""In one movement."""
_SOURCES = (SUPPLIER, OPENING, DISPUTED)
_REMEDIES = {
    Doubt.UNKNOWN: "Scan it again; receive it first, or count the slot.",
    Doubt.ELSEWHERE: "Put it back and take another, or have the slot counted.",
    Doubt.OTHER_SKU: "Scan the serial, not the GTIN of other goods.",
}


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of serials told with a movement: ``moved`` names went along, of ``doubts`` it is
    not clear. ``repeated`` tells the caller that they came before and nothing was done."""

    key: str
    moved: tuple[str, ...]
    doubts: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """What was told of a movement, against the books: things to move, names to add, and what does
    not fit."""

    things: tuple[Thing, ...]
    new: tuple[Name, ...]
    wrong: tuple[tuple[Name, Doubt, str], ...]


def carry_serials(
    tx: Writing,
    movement: Movement,
    codes: Sequence[str],
    *,
    sensed: bool = False,
) -> Carried:
    """Take serials (or whole packs) along with a movement that is posted. Those from outside are
    new, and of its lot; others have to be where the movement takes them from. All serials of a
    movement are told at once.

    :class:`InvalidMessage` on a name that is none; :class:`InvalidStock` on one told twice, never
    received, elsewhere or of another SKU (a doubt if ``sensed``), and on more pieces than moved;
    :class:`IdempotencyConflict` if the movement came with other serials.
    """
    names = _named(tx, codes, movement.sku)
    if not names:
        return follow(tx, movement)
    digest = _digest(movement, names)
    known = tx.occurrence(movement.key)
    if known is not None:
        return _carried_before(known, digest, names)
    found = _against_books(tx, movement, names)
    if found.wrong and not sensed:
        name, doubt, booked = found.wrong[0]
        refuse(_problem(doubt, movement, booked), "serials", name, _REMEDIES[doubt])
    _check_pieces(tx, movement, found)
    occurrence = begin(tx, movement.key, Happening.MOVED, movement.at_ms, digest)
    at_ms = movement.at_ms
    tx.add_things(
        [
            Thing(
                *(0, name, movement.sku, movement.lot, movement.to_account, None),
                *(occurrence.number, at_ms),
            )
            for name in found.new
        ]
    )
    carried = [thing.number for thing in found.things]
    tx.move_things(carried, occurrence, movement.to_account, None)
    for name, doubt, booked in found.wrong:
        _doubt(tx, movement, doubt, str(name), booked, 1)
    moved = (*(thing.name for thing in found.things), *found.new)
    return _carried(tx, movement, moved, len(found.wrong))


def carry_pick(
    tx: Writing, movements: Sequence[Movement], codes: Sequence[str], *, sensed: bool = False
) -> tuple[Carried, ...]:
    """Take serials along with all that a pick moves (:func:`wms_bridge.ledger.movements_of_pick`,
    of each lot): those that the books did not have in the slot come into it first. One answer for
    each movement into the tote; errors as of :func:`carry_serials`."""
    picked = [m for m in movements if m.reason is MovementReason.PICK]
    shares = _shares(tx, picked, codes) if codes else {}
    carried: list[Carried] = []
    for movement in movements:
        if movement.reason is MovementReason.SLOT_OVER and codes:
            names = _named(tx, codes, movement.sku)
            stray = _strays(tx, names, movement.to_account)[: movement.quantity]
            carry_serials(tx, movement, [str(name) for name in stray], sensed=sensed)
        elif movement.reason is MovementReason.PICK:
            mine = [str(name) for name in shares.get(movement.key, ())]
            carried.append(carry_serials(tx, movement, mine, sensed=sensed))
        else:
            follow(tx, movement)
    return tuple(carried)


def _shares(tx: Reading, picked: Sequence[Movement], codes: Sequence[str]) -> dict[str, list[Name]]:
    """Which serials go with the movement of which lot: their own, others where there is room."""
    if not picked:
        refuse("nothing was picked", "serials", codes[0], "Tell what was taken, or no serials.")
    names = _named(tx, codes, picked[0].sku)
    if len(picked) == 1:
        return {picked[0].key: list(names)}
    lots = {name: thing.lot for name, thing in tx.things(names).items()}
    shares: dict[str, list[Name]] = {movement.key: [] for movement in picked}
    by_lot = {movement.lot: movement for movement in picked}
    rest: list[Name] = []
    for name in names:
        own = by_lot.get(Lot(lots.get(name, "")))
        fits = own is not None and len(shares[own.key]) < own.quantity
        (shares[own.key] if own is not None and fits else rest).append(name)
    for movement in picked:
        room = movement.quantity - len(shares[movement.key])
        shares[movement.key] += rest[:room]
        rest = rest[room:]
    shares[picked[0].key] += rest
    return shares


def follow(tx: Writing, movement: Movement) -> Carried:
    """Pieces moved and nobody told which. Where a SKU is known one by one: if nothing of it is
    left, all went; else it is a doubt. Does nothing for other SKUs."""
    nothing = Carried(movement.key, (), 0, False)
    if not tx.kinds_of_sku(movement.sku) or tx.occurrence(movement.key) is not None:
        return nothing
    if movement.from_account in (SUPPLIER, OPENING):
        return _unscanned(tx, movement)
    here = tx.things_at(movement.from_account, limit=MAX_SERIALS)
    holding = pieces_in(tx, here, movement.sku)
    there = [t for t in here if holding[t.number] and t.lot in ("", movement.lot)]
    if not there:
        return nothing
    emptied = tx.balance(movement.from_account, movement.sku) == 0
    fits = sum(holding[thing.number] for thing in there) == movement.quantity
    if not (emptied and fits):
        return _unscanned(tx, movement)
    names = [thing.name for thing in there]
    digest = _digest(movement, names)
    occurrence = begin(tx, movement.key, Happening.MOVED, movement.at_ms, digest)
    carried = [thing.number for thing in there]
    tx.move_things(carried, occurrence, movement.to_account, None)
    return _carried(tx, movement, names, 0)


def check_told_again(tx: Reading, movements: Sequence[Movement], codes: Sequence[str]) -> None:
    """A confirmation comes again: :class:`IdempotencyConflict` if it comes with serials other than
    those that its movements (of one SKU) took along. Without any it says nothing new."""
    if not codes:
        return
    names = _named(tx, codes, movements[0].sku) if movements else ()
    if len(movements) == 1:
        known = tx.occurrence(movements[0].key)
        same = known is not None and known.digest == _digest(movements[0], names)
    else:
        kept = tx.picked_serials([movement.key for movement in movements]).values()
        same = bool(movements) and {n for told in kept for n in told} == set(map(str, names))
    if not same:
        raise IdempotencyConflict(
            "this was confirmed with other serials, or with none",
            field="serials",
            value=codes[0][:MAX_TEXT],
            remedy="Repeat it unchanged; serials told late go to POST /v1/traces/serials.",
        )


def begin(tx: Writing, key: str, what: Happening, at_ms: int, digest: str = "") -> Occurrence:
    """Keep that something happened, once."""
    occurrence = Occurrence(0, key, what, at_ms, digest)
    number = tx.add_occurrence(occurrence)
    return Occurrence(number, key, what, at_ms, digest)


def known_name(tx: Reading, text: str, sku: Sku | None = None) -> Name:
    """The name in a text; a plain serial of a SKU is that of a piece known by GTIN and serial, if
    there is just one such."""
    name = read_name(text, sku)
    if sku is None or not name.serial or not name.kind.startswith("sku/"):
        return name
    others = [Name(kind, name.serial) for kind in tx.kinds_of_sku(sku)]
    known = tx.things([name, *others])
    return next(iter(known)) if len(known) == 1 else name


def _named(tx: Reading, codes: Sequence[str], sku: Sku) -> tuple[Name, ...]:
    if len(codes) > MAX_SERIALS:
        refuse("too many serials at once", "serials", str(len(codes)), f"At most {MAX_SERIALS}.")
    names = [known_name(tx, code, sku) for code in codes]
    seen: set[Name] = set()
    for name in names:
        if not name.serial:
            refuse("a class of goods, not one piece", "serials", name, "Scan the serial too.")
        if name in seen:
            refuse("told twice", "serials", name, "Tell every serial once.")
        seen.add(name)
    return tuple(names)


def _against_books(tx: Reading, movement: Movement, names: Sequence[Name]) -> _Found:
    known = tx.things(names)
    places = accounts_of(tx, known.values())
    things: list[Thing] = []
    new: list[Name] = []
    wrong: list[tuple[Name, Doubt, str]] = []
    fresh = movement.from_account in _SOURCES
    for name in names:
        sku = tx.sku_of_kind(name.kind) or sku_in(name.kind)
        thing = known.get(name)
        booked = "" if thing is None else places[thing.number]
        if name.of_goods and sku not in (None, movement.sku):
            wrong.append((name, Doubt.OTHER_SKU, booked))
        elif thing is None and fresh and name.of_goods:
            new.append(name)
        elif thing is None:
            wrong.append((name, Doubt.UNKNOWN, booked))
        elif booked != movement.from_account:
            wrong.append((name, Doubt.ELSEWHERE, booked))
        else:
            things.append(thing)
    inside = {each.number for each in within(tx, [thing.number for thing in things])}
    for thing in things:
        if thing.number in inside:
            refuse("named beside the pack it is in", "serials", thing.name, "Name the pack only.")
    return _Found(tuple(things), tuple(new), tuple(wrong))


def _check_pieces(tx: Writing, movement: Movement, found: _Found) -> None:
    for name in found.new:
        tx.put_kind(name.kind, movement.sku)
    numbers = [thing.number for thing in found.things]
    everything = (*found.things, *within(tx, numbers))
    packs = {each.parent for each in everything}
    for each in everything:
        if each.name.of_goods and each.sku is None and each.number not in packs:
            tx.put_kind(each.name.kind, movement.sku)
            if movement.lot and not each.lot:
                tx.put_lot(each.number, movement.lot)
    moved = tx.numbered_things(numbers)
    pieces = pieces_in(tx, moved.values(), movement.sku)
    empty = next((moved[number].name for number, held in pieces.items() if not held), None)
    if empty is not None:
        refuse(f"holds nothing of {movement.sku}", "serials", empty, "Name the right pack.")
    total = sum(pieces.values()) + len(found.new)
    if total > movement.quantity:
        problem = f"{total} pieces are named, {movement.quantity} moved"
        refuse(problem, "serials", movement.key, "Name no more pieces than moved.")


def _strays(tx: Reading, names: Sequence[Name], slot: Account) -> list[Name]:
    known = tx.things(names)
    places = accounts_of(tx, known.values())
    return [name for name in names if name not in known or places[known[name].number] != slot]


def _digest(movement: Movement, names: Sequence[Name]) -> str:
    return body_hash("serials", (movement.key, sorted(map(str, names))))


def _carried(tx: Writing, movement: Movement, names: Sequence[Name], doubts: int) -> Carried:
    moved = tuple(map(str, names))
    if moved and movement.reason is MovementReason.PICK:
        tx.put_picked(movement.key, moved)
    return Carried(movement.key, moved, doubts, False)


def _carried_before(known: Occurrence, digest: str, names: Sequence[Name]) -> Carried:
    if known.digest != digest:
        raise IdempotencyConflict(
            "this movement came with other serials",
            field="serials",
            value=known.key,
            remedy="Tell all serials of a movement at once; a mistake is mended by a count.",
        )
    return Carried(known.key, tuple(map(str, names)), 0, True)


def _unscanned(tx: Writing, movement: Movement) -> Carried:
    _doubt(tx, movement, Doubt.UNSCANNED, "", movement.from_account, movement.quantity)
    return Carried(movement.key, (), 1, False)


def _doubt(
    tx: Writing, movement: Movement, doubt: Doubt, name: str, booked: str, pieces: int
) -> None:
    seen = movement.to_account
    tx.add_doubt(
        SerialDoubt(
            0, movement.key, doubt, name, movement.sku, booked, seen, pieces, movement.at_ms
        )
    )


def _problem(doubt: Doubt, movement: Movement, booked: str) -> str:
    if doubt is Doubt.UNKNOWN:
        return "never received"
    if doubt is Doubt.OTHER_SKU:
        return f"not a piece of {movement.sku}"
    return f"by the books at {booked}, not at {movement.from_account}"
