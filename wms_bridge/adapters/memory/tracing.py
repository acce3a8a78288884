"""The part of the store in memory for serials and packs; see :mod:`wms_bridge.ports.tracing`."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from planner.warehouse.ids import Sku
from wms_bridge.adapters.memory.changing import Changing
from wms_bridge.ledger import Account, Entry
from wms_bridge.records.tracing import (
    Content,
    ContentChange,
    Group,
    Mend,
    MendQuery,
    Name,
    Occurrence,
    SerialDoubt,
    Sighting,
    Stay,
    Thing,
)

Where = tuple[Account | None, int | None]


@dataclass(slots=True)
class TracingTables:
    """Records by their names; ``happened`` (occurrences by number), ``names``, ``inside`` (things
    by where they are), ``stays_in`` and ``seen`` are look-ups made from them."""

    kinds: dict[str, Sku | None] = field(default_factory=dict)
    occurrences: dict[str, Occurrence] = field(default_factory=dict)
    happened: dict[int, Occurrence] = field(default_factory=dict)
    things: dict[int, Thing] = field(default_factory=dict)
    names: dict[Name, int] = field(default_factory=dict)
    inside: dict[Where, dict[int, None]] = field(default_factory=dict)
    stays: dict[int, tuple[Stay, ...]] = field(default_factory=dict)
    stays_in: dict[int, tuple[Stay, ...]] = field(default_factory=dict)
    contents: dict[tuple[int, Name], int] = field(default_factory=dict)
    content_changes: list[ContentChange] = field(default_factory=list)
    sightings: dict[str, Sighting] = field(default_factory=dict)
    seen: dict[int, tuple[str, ...]] = field(default_factory=dict)
    mends: dict[int, Mend] = field(default_factory=dict)
    doubts: list[SerialDoubt] = field(default_factory=list)
    picked: dict[str, tuple[str, ...]] = field(default_factory=dict)


class MemoryTracingReading:
    """Questions to the tables."""

    _tracing: TracingTables

    def sku_of_kind(self, kind: str) -> Sku | None:
        return self._tracing.kinds.get(kind)

    def kinds_of_sku(self, sku: Sku) -> tuple[str, ...]:
        return tuple(kind for kind, known in self._tracing.kinds.items() if known == sku)

    def things(self, names: Collection[Name]) -> Mapping[Name, Thing]:
        known = {name: self._tracing.names[name] for name in names if name in self._tracing.names}
        return {name: self._thing(number) for name, number in known.items()}

    def numbered_things(self, numbers: Collection[int]) -> Mapping[int, Thing]:
        return {n: self._thing(n) for n in sorted(set(numbers)) if n in self._tracing.things}

    def children(self, parent: int, after: int = 0, limit: int = 1000) -> tuple[Thing, ...]:
        return tuple(self._things_inside((None, parent), after))[:limit]

    def children_of(self, parents: Collection[int]) -> tuple[Thing, ...]:
        found = [thing for parent in set(parents) for thing in self._things_inside((None, parent))]
        return tuple(sorted(found, key=lambda thing: thing.number))

    def things_at(self, place: Account, after: int = 0, limit: int = 1000) -> tuple[Thing, ...]:
        return tuple(self._things_inside((place, None), after))[:limit]

    def serials_at(self, place: Account, sku: Sku) -> tuple[Thing, ...]:
        return tuple(thing for thing in self._things_inside((place, None)) if thing.sku == sku)

    def contents(self, packs: Collection[int]) -> tuple[Content, ...]:
        return self._traced_contents(lambda content: content.pack in set(packs))

    def packs_with(self, lot: str) -> tuple[Content, ...]:
        return self._traced_contents(lambda content: content.what.lot == lot)

    def content_changes(self, pack: int) -> tuple[ContentChange, ...]:
        return tuple(each for each in self._tracing.content_changes if each.pack == pack)

    def path(self, thing: int) -> tuple[Stay, ...]:
        return self._tracing.stays.get(thing, ())

    def stays_at(self, things: Collection[int], at_ms: int) -> Mapping[int, Stay]:
        found = {}
        for thing in set(things):
            until = [stay for stay in self.path(thing) if stay.occurrence.at_ms <= at_ms]
            if until:
                found[thing] = until[-1]
        return found

    def stays_in(self, parent: int, limit: int = 10_000) -> tuple[Stay, ...]:
        found = self._tracing.stays_in.get(parent, ())
        return tuple(sorted(found, key=lambda stay: (stay.occurrence.number, stay.thing)))[:limit]

    def lot_groups(self, lot: str, kind: str | None = None) -> tuple[Group, ...]:
        of_lot = (thing for thing in self._tracing.things.values() if thing.lot == lot)
        wanted = (thing for thing in of_lot if kind in (None, thing.name.kind))
        counted = Counter((thing.place, thing.parent) for thing in wanted)
        ordered = sorted(counted, key=lambda where: (where[0] or "", where[1] or 0))
        return tuple(Group(place, parent, counted[place, parent]) for place, parent in ordered)

    def lot_origins(self, lot: str) -> tuple[tuple[Occurrence, int], ...]:
        of_lot = [number for number, thing in self._tracing.things.items() if thing.lot == lot]
        counted = Counter(self._tracing.stays[number][0].occurrence for number in of_lot)
        return tuple(sorted(counted.items(), key=lambda each: each[0].number))

    def occurrence(self, key: str) -> Occurrence | None:
        return self._tracing.occurrences.get(key)

    def picked_serials(self, movements: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        picked = self._tracing.picked
        return {key: picked[key] for key in sorted(set(movements)) if key in picked}

    def movement(self, key: str) -> Entry | None:
        found = (entry for entry in self._booked_entries() if entry.movement.key == key)
        return next(found, None)

    def movements_of_sku(
        self, sku: Sku, since_ms: int = 0, limit: int | None = None
    ) -> tuple[Entry, ...]:
        found = (
            entry
            for entry in reversed(self._booked_entries())
            if entry.movement.sku == sku and entry.movement.at_ms >= since_ms
        )
        return tuple(islice(found, limit))

    def sightings_of(self, things: Collection[int], since_ms: int) -> tuple[Sighting, ...]:
        names = {name for thing in things for name in self._tracing.seen.get(thing, ())}
        found = (self._tracing.sightings[name] for name in names)
        later = (sighting for sighting in found if sighting.at_ms >= since_ms)
        return tuple(sorted(later, key=lambda sighting: (sighting.at_ms, sighting.number)))

    def sighting(self, evidence: str) -> Sighting | None:
        return self._tracing.sightings.get(evidence)

    def mend(self, number: int) -> Mend | None:
        return self._tracing.mends.get(number)

    def mends(self, query: MendQuery) -> tuple[Mend, ...]:
        wanted = (
            mend
            for mend in reversed(self._tracing.mends.values())
            if query.state in (None, mend.state)
            and (query.before is None or mend.number < query.before)
        )
        return tuple(islice(wanted, query.limit))

    def mends_of(self, children: Collection[int]) -> tuple[Mend, ...]:
        wanted = set(children)
        return tuple(mend for mend in self._tracing.mends.values() if mend.child in wanted)

    def doubts(self, before: int | None = None, limit: int = 100) -> tuple[SerialDoubt, ...]:
        found = (d for d in reversed(self._tracing.doubts) if before is None or d.number < before)
        return tuple(islice(found, limit))

    def entries(self) -> Iterator[Entry]:
        """The books; the store itself has them."""
        raise NotImplementedError

    def _booked_entries(self) -> Sequence[Entry]:
        return tuple(self.entries())

    def _thing(self, number: int) -> Thing:
        thing = self._tracing.things[number]
        return replace(thing, sku=self._tracing.kinds.get(thing.name.kind))

    def _things_inside(self, where: Where, after: int = 0) -> list[Thing]:
        numbers = sorted(n for n in self._tracing.inside.get(where, ()) if n > after)
        return [self._thing(number) for number in numbers]

    def _traced_contents(self, wanted: Callable[[Content], bool]) -> tuple[Content, ...]:
        held = (Content(pack, what, n) for (pack, what), n in self._tracing.contents.items() if n)
        found = (content for content in held if wanted(content))
        return tuple(sorted(found, key=lambda c: (c.pack, c.what.kind, c.what.lot)))


class MemoryTracingWriting(MemoryTracingReading, Changing):
    """Changes to the tables."""

    def put_kind(self, kind: str, sku: Sku | None) -> None:
        if self._tracing.kinds.get(kind) is None:
            self._set(self._tracing.kinds, kind, sku)

    def add_occurrence(self, occurrence: Occurrence) -> int:
        number = len(self._tracing.occurrences) + 1
        numbered = replace(occurrence, number=number)
        self._set(self._tracing.occurrences, occurrence.key, numbered)
        self._set(self._tracing.happened, number, numbered)
        return number

    def add_things(self, things: Sequence[Thing]) -> tuple[Thing, ...]:
        added = []
        for thing in things:
            new = replace(thing, number=len(self._tracing.things) + 1)
            self._set(self._tracing.things, new.number, new)
            self._set(self._tracing.names, new.name, new.number)
            occurrence = self._tracing.happened[new.occurrence]
            self._thing_arrives(new.number, occurrence, new.place, new.parent)
            added.append(new)
        return tuple(added)

    def move_things(
        self,
        things: Collection[int],
        occurrence: Occurrence,
        place: Account | None,
        parent: int | None,
    ) -> None:
        for number in sorted(things):
            thing = self._tracing.things[number]
            self._remove(self._tracing.inside[thing.place, thing.parent], number)
            moved = replace(
                thing,
                place=place,
                parent=parent,
                occurrence=occurrence.number,
                since_ms=occurrence.at_ms,
            )
            self._set(self._tracing.things, number, moved)
            self._thing_arrives(number, occurrence, place, parent)

    def put_picked(self, movement: str, serials: tuple[str, ...]) -> None:
        self._set(self._tracing.picked, movement, serials)

    def put_lot(self, thing: int, lot: str) -> None:
        self._set(self._tracing.things, thing, replace(self._tracing.things[thing], lot=lot))

    def change_content(self, change: ContentChange) -> None:
        place = (change.pack, change.what)
        held = self._tracing.contents.get(place, 0)
        self._set(self._tracing.contents, place, held + change.difference)
        self._append(self._tracing.content_changes, change)

    def add_sighting(self, sighting: Sighting) -> int:
        number = len(self._tracing.sightings) + 1
        self._set(self._tracing.sightings, sighting.evidence, replace(sighting, number=number))
        parent = () if sighting.parent is None else (sighting.parent,)
        for thing in {*parent, *sighting.children}:
            before = self._tracing.seen.get(thing, ())
            self._set(self._tracing.seen, thing, (*before, sighting.evidence))
        return number

    def add_mend(self, mend: Mend) -> Mend:
        new = replace(mend, number=len(self._tracing.mends) + 1)
        self.put_mend(new)
        return new

    def put_mend(self, mend: Mend) -> None:
        self._set(self._tracing.mends, mend.number, mend)

    def add_doubt(self, doubt: SerialDoubt) -> None:
        number = len(self._tracing.doubts) + 1
        self._append(self._tracing.doubts, replace(doubt, number=number))

    def _thing_arrives(
        self, number: int, occurrence: Occurrence, place: Account | None, parent: int | None
    ) -> None:
        self._set(self._tracing.inside.setdefault((place, parent), {}), number, None)
        stay = Stay(number, occurrence, place, parent)
        self._set(self._tracing.stays, number, (*self._tracing.stays.get(number, ()), stay))
        if parent is not None:
            before = self._tracing.stays_in.get(parent, ())
            self._set(self._tracing.stays_in, parent, (*before, stay))
