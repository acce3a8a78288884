"""Packing: what is in which pack, as EPCIS AggregationEvents say it (EPCIS 2.0, 7.4.3).

ADD puts children into a parent, DELETE takes some out, or all if none is named. A thing is in one
pack at most, packs are never in themselves, and what is in a pack goes where the pack goes.
"""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.errors import IdempotencyConflict, InvalidMessage, NotFound
from wms_bridge.ledger import SUPPLIER, Account
from wms_bridge.names import MAX_KEY_LENGTH, MAX_TIME_MS, check_name, check_quantity
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.tracing import ContentChange, Happening, Name, Occurrence, Thing
from wms_bridge.requests import body_hash
from wms_bridge.serials.carrying import begin
from wms_bridge.serials.naming import read_name, sku_in
from wms_bridge.serials.nesting import MAX_DEPTH, account_of, accounts_of, chain, depth, refuse

MAX_CHILDREN = 10_000
AHEAD_MS = 60_000
"""The clocks of those who pack may be ahead by so much."""


class PackAction(StrEnum):
    """What is done, in the words of EPCIS."""

    ADD = "ADD"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class ClassQuantity:
    """``quantity`` pieces of a class (GTIN or SKU, with a lot if it is known)."""

    what: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Packing:
    """Children and pieces by class go into ``parent``, or out of it, at ``at_ms``; once per
    ``key``. With ``repack`` children are taken out of the packs they are in; ``announced`` is
    what a supplier says of goods that are yet to come. ``place`` is the account of a new pack with
    nothing in it that has one."""

    key: str
    action: PackAction
    parent: str
    at_ms: int
    children: tuple[str, ...] = ()
    contents: tuple[ClassQuantity, ...] = ()
    repack: bool = False
    announced: bool = False
    place: Account | None = None


@dataclass(frozen=True, slots=True)
class Packed:
    """Answer to a packing, the same however often it comes. ``repeated`` tells the caller that it
    came before and nothing was done; it is not part of the answer."""

    key: str
    action: PackAction
    parent: str
    children: tuple[str, ...]
    at_ms: int
    repeated: bool


def pack(tx: Writing, packing: Packing, now_ms: int) -> Packed:
    """Do a packing, all or nothing.

    :class:`InvalidMessage` on names, quantities or times that are none; :class:`NotFound` on a
    thing that is not known; :class:`InvalidStock` on a child in another pack, at another place
    or holding its parent; :class:`IdempotencyConflict` if the key came with another packing.
    """
    _check(packing, now_ms)
    parent = _single(packing.parent, "parent")
    children = tuple(dict.fromkeys(_single(child, "children") for child in packing.children))
    contents = tuple((read_name(each.what), each.quantity) for each in packing.contents)
    digest = body_hash("packing", packing)
    known = tx.occurrence(f"pack/{packing.key}")
    if known is not None:
        _check_repeat(packing, known, digest)
        return _answer(packing, parent, children, repeated=True)
    adding = packing.action is PackAction.ADD
    what = Happening.PACKED if adding else Happening.UNPACKED
    if adding and packing.announced:
        _announce(tx, packing, children)
    occurrence = begin(tx, f"pack/{packing.key}", what, packing.at_ms, digest)
    if adding:
        _put_in(tx, packing, parent, children, contents, occurrence)
    else:
        _take_out(tx, parent, children, contents, occurrence)
    return _answer(packing, parent, children, repeated=False)


def _check(packing: Packing, now_ms: int) -> None:
    check_name(packing.key, "key", InvalidMessage, MAX_KEY_LENGTH - len("announced/"))
    if not 0 <= packing.at_ms <= min(now_ms + AHEAD_MS, MAX_TIME_MS):
        raise InvalidMessage(
            "not a time that has come",
            field="at_ms",
            value=packing.at_ms,
            remedy="Send milliseconds since 1970 UTC when it was packed.",
        )
    if len(packing.children) + len(packing.contents) > MAX_CHILDREN:
        raise InvalidMessage(
            "too much at once", field="children", remedy=f"Name at most {MAX_CHILDREN} at once."
        )
    if packing.action is PackAction.ADD and not (packing.children or packing.contents):
        raise InvalidMessage("nothing to put in", field="children", remedy="Name what is packed.")
    for each in packing.contents:
        check_quantity(each.quantity, "contents.quantity", InvalidMessage)


def _single(text: str, field: str) -> Name:
    name = read_name(text)
    if not name.serial:
        raise InvalidMessage(
            "a class, not a thing", field=field, value=text, remedy="Name classes under contents."
        )
    return name


def _put_in(
    tx: Writing,
    packing: Packing,
    parent: Name,
    children: tuple[Name, ...],
    contents: tuple[tuple[Name, int], ...],
    occurrence: Occurrence,
) -> None:
    if parent in children:
        refuse("in itself", "children", parent, "Name another pack.")
    things = _known(tx, children)
    box = tx.things([parent]).get(parent) or _new_pack(tx, packing, parent, things, occurrence)
    _check_times((*things, box), occurrence.at_ms)
    account = account_of(tx, box)
    places = accounts_of(tx, things)
    above = {each.number for each in chain(tx, box)}
    for thing in things:
        _check_child(thing, box, above, places[thing.number], account, packing.repack)
    _check_depth(tx, box, things)
    moved = [thing for thing in things if thing.parent != box.number]
    tx.move_things([thing.number for thing in moved], occurrence, None, box.number)
    for what, quantity in contents:
        tx.put_kind(what.kind, sku_in(what.kind))
        tx.change_content(ContentChange(box.number, what, quantity, occurrence))


def _take_out(
    tx: Writing,
    parent: Name,
    children: tuple[Name, ...],
    contents: tuple[tuple[Name, int], ...],
    occurrence: Occurrence,
) -> None:
    box = tx.things([parent]).get(parent)
    if box is None:
        raise _unknown(parent, "parent")
    everything = not children and not contents
    inside = {thing.name: thing for thing in tx.children_of([box.number])}
    for name in children:
        if name not in inside:
            refuse(f"not in {parent}", "children", name, "Name what is in it, or nothing for all.")
    moved = list(inside.values()) if everything else [inside[name] for name in children]
    _check_times(tuple(moved), occurrence.at_ms)
    tx.move_things([thing.number for thing in moved], occurrence, account_of(tx, box), None)
    held = {content.what: content.quantity for content in tx.contents([box.number])}
    for what, quantity in held.items() if everything else contents:
        if quantity > held.get(what, 0):
            refuse(f"{held.get(what, 0)} are in {parent}", "contents", what, "Take out fewer.")
        tx.change_content(ContentChange(box.number, what, -quantity, occurrence))


def _announce(tx: Writing, packing: Packing, names: tuple[Name, ...]) -> None:
    known = tx.things(names)
    missing = [name for name in names if name not in known]
    if not missing:
        return
    key = f"announced/{packing.key}"
    occurrence = begin(tx, key, Happening.ANNOUNCED, packing.at_ms)
    for name in missing:
        tx.put_kind(name.kind, sku_in(name.kind))
    tx.add_things([_thing(name, SUPPLIER, occurrence) for name in missing])


def _known(tx: Reading, names: tuple[Name, ...]) -> tuple[Thing, ...]:
    known = tx.things(names)
    missing = next((name for name in names if name not in known), None)
    if missing is not None:
        raise _unknown(missing, "children")
    return tuple(known[name] for name in names)


def _new_pack(
    tx: Writing, packing: Packing, parent: Name, things: tuple[Thing, ...], occurrence: Occurrence
) -> Thing:
    place = packing.place or (SUPPLIER if packing.announced else None)
    if things:
        place = account_of(tx, things[0])
    if place is None:
        raise InvalidMessage(
            "nobody knows where this new pack is",
            field="place",
            value=str(parent),
            remedy="Send the account it stands on, such as dock:<receipt>.",
        )
    tx.put_kind(parent.kind, sku_in(parent.kind))
    return tx.add_things([_thing(parent, place, occurrence)])[0]


def _thing(name: Name, place: Account, occurrence: Occurrence) -> Thing:
    return Thing(0, name, None, "", place, None, occurrence.number, occurrence.at_ms)


def _check_child(
    thing: Thing, box: Thing, above: set[int], place: Account, account: Account, repack: bool
) -> None:
    if thing.number in above:
        refuse(f"holds {box.name}", "children", thing.name, "A pack is never in itself.")
    if thing.parent not in (None, box.number) and not repack:
        remedy = "Unpack it first, or send repack."
        refuse("in another pack by the books", "children", thing.name, remedy)
    if place != account:
        remedy = "Move it there with the books, or tell what was read: links are mended by that."
        refuse(f"at {place}, and {box.name} is at {account}", "children", thing.name, remedy)


def _check_depth(tx: Reading, box: Thing, things: tuple[Thing, ...]) -> None:
    levels = len(chain(tx, box)) + 1 + depth(tx, [thing.number for thing in things])
    if levels > MAX_DEPTH:
        refuse("packed too deep", "children", box.name, f"Nest at most {MAX_DEPTH} levels.")


def _check_times(things: tuple[Thing, ...], at_ms: int) -> None:
    later = next((thing for thing in things if thing.since_ms > at_ms), None)
    if later is not None:
        raise InvalidMessage(
            f"{later.name} came to where it is later, at {later.since_ms}",
            field="at_ms",
            value=at_ms,
            remedy="History is not rewritten: send what holds now.",
        )


def _check_repeat(packing: Packing, known: Occurrence, digest: str) -> None:
    if known.digest != digest:
        raise IdempotencyConflict(
            "this key was used for another packing",
            field="key",
            value=packing.key,
            remedy="Repeat a packing unchanged, or send a new one under a new key.",
        )


def _answer(
    packing: Packing, parent: Name, children: tuple[Name, ...], *, repeated: bool
) -> Packed:
    names = tuple(map(str, children))
    return Packed(packing.key, packing.action, str(parent), names, packing.at_ms, repeated)


def _unknown(name: Name, field: str) -> NotFound:
    return NotFound(
        "never received",
        field=field,
        value=str(name),
        remedy="Receive it with its serials first, or send the packing as announced.",
    )
