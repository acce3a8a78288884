"""Packs in packs: upwards to the place where everything is, downwards to what is in it."""

from collections.abc import Collection, Iterable
from typing import NoReturn

from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import Sku
from wms_bridge.ledger import Account
from wms_bridge.ports.store import Reading
from wms_bridge.records.tracing import Name, Thing

MAX_DEPTH = 8
"""Packs in packs in packs: more than any goods are packed."""


def chain(tx: Reading, thing: Thing) -> tuple[Thing, ...]:
    """The thing, its pack, the pack of that, and so on to the outermost."""
    found = [thing]
    while found[-1].parent is not None and len(found) <= MAX_DEPTH:
        parent = found[-1].parent
        found.append(tx.numbered_things([parent])[parent])
    return tuple(found)


def account_of(tx: Reading, thing: Thing) -> Account:
    """Where the thing is by itself or by the outermost of its packs."""
    place = chain(tx, thing)[-1].place
    if place is None:
        raise LookupError(f"{thing.name} is nowhere")
    return place


def accounts_of(tx: Reading, things: Iterable[Thing]) -> dict[int, Account]:
    """The same of many things, by number: one question for each level of packs."""
    listed = list(things)
    up = {thing.number: thing.parent for thing in listed}
    places = {thing.number: thing.place for thing in listed}
    wanted = {parent for parent in up.values() if parent is not None} - places.keys()
    while wanted:
        found = tx.numbered_things(wanted)
        places.update((number, pack.place) for number, pack in found.items())
        up.update((number, pack.parent) for number, pack in found.items())
        wanted = {pack.parent for pack in found.values() if pack.parent} - places.keys()
    accounts: dict[int, Account] = {}
    for thing in listed:
        top = thing.number
        while (parent := up[top]) is not None:
            top = parent
        place = places[top]
        if place is not None:
            accounts[thing.number] = place
    return accounts


def within(tx: Reading, packs: Collection[int]) -> tuple[Thing, ...]:
    """All that is in packs, and in the packs in them."""
    found: list[Thing] = []
    level = set(packs)
    while level:
        children = tx.children_of(level)
        found += children
        level = {child.number for child in children}
    return tuple(found)


def depth(tx: Reading, packs: Collection[int]) -> int:
    """How many levels of packs are in these packs."""
    levels, level = 0, set(packs)
    while level := {child.number for child in tx.children_of(level)}:
        levels += 1
    return levels


def pieces_in(tx: Reading, things: Iterable[Thing], sku: Sku) -> dict[int, int]:
    """How many pieces of a SKU each of these things is, or holds."""
    listed = list(things)
    numbers = [thing.number for thing in listed]
    packs = {child.parent for child in tx.children_of(numbers)}
    packs |= {content.pack for content in tx.contents(numbers)}
    return {
        thing.number: _held(tx, thing, sku) if thing.number in packs else int(thing.sku == sku)
        for thing in listed
    }


def _held(tx: Reading, pack: Thing, sku: Sku) -> int:
    inside = within(tx, [pack.number])
    held = tx.contents([pack.number, *(each.number for each in inside)])
    packs = {each.parent for each in inside} | {content.pack for content in held}
    single = sum(each.sku == sku for each in inside if each.number not in packs)
    return single + sum(c.quantity for c in held if tx.sku_of_kind(c.what.kind) == sku)


def refuse(problem: str, field: str, name: Name | str, remedy: str) -> NoReturn:
    """Raise the error about a thing."""
    raise InvalidStock(problem, field=field, value=str(name), remedy=remedy)
