"""The part of the database for serials and packs; see :mod:`wms_bridge.ports.tracing`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, Select, Table, insert, select

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.ids import Sku
from wms_bridge.adapters.sql import tracing_queries as queries
from wms_bridge.adapters.sql.rows import Row, entry_of, record_of, row_of
from wms_bridge.adapters.sql.statements import changes, insert_into, keys, select_by, update_by
from wms_bridge.adapters.sql.tables import MOVEMENT
from wms_bridge.adapters.sql.tracing_tables import (
    CONTENT,
    CONTENT_CHANGE,
    DOUBT,
    KIND,
    LOT,
    MEND,
    OCCURRENCE,
    PICKED,
    PLACE,
    SEEN,
    SIGHTING,
    STAY,
    THING,
)
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

Query = Select[tuple[object, ...]]


class SqlTracingReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection

    def sku_of_kind(self, kind: str) -> Sku | None:
        row = self._trace_row(select_by(KIND, "kind"), **keys(kind=kind))
        return None if row is None or row["sku"] is None else Sku(row["sku"])

    def kinds_of_sku(self, sku: Sku) -> tuple[str, ...]:
        query = select_by(KIND, "sku").order_by(KIND.c.number)
        return tuple(row["kind"] for row in self._trace_rows(query, **keys(sku=sku)))

    def things(self, names: Collection[Name]) -> Mapping[Name, Thing]:
        serials: defaultdict[str, list[str]] = defaultdict(list)
        for name in names:
            serials[name.kind].append(name.serial)
        found: list[Thing] = []
        for kind, listed in serials.items():
            row = self._trace_row(select_by(KIND, "kind"), **keys(kind=kind))
            for first in range(0, len(listed) if row else 0, queries.PARAMETERS):
                chunk = listed[first : first + queries.PARAMETERS]
                number = row["number"] if row else 0
                found += self._traced_things(queries.THINGS_BY_NAME, of_kind=number, names=chunk)
        return {thing.name: thing for thing in found}

    def numbered_things(self, numbers: Collection[int]) -> Mapping[int, Thing]:
        found: list[Thing] = []
        for chunk in queries.chunks(numbers):
            found += self._traced_things(queries.THINGS_BY_NUMBER, numbers=chunk)
        return {thing.number: thing for thing in found}

    def children(self, parent: int, after: int = 0, limit: int = 1000) -> tuple[Thing, ...]:
        return self._traced_things(queries.CHILDREN, within=parent, after=after, most=limit)

    def children_of(self, parents: Collection[int]) -> tuple[Thing, ...]:
        found: list[Thing] = []
        for chunk in queries.chunks(parents):
            found += self._traced_things(queries.CHILDREN_OF, numbers=chunk)
        return tuple(sorted(found, key=lambda thing: thing.number))

    def things_at(self, place: Account, after: int = 0, limit: int = 1000) -> tuple[Thing, ...]:
        return self._traced_things(queries.THINGS_AT, at_place=place, after=after, most=limit)

    def serials_at(self, place: Account, sku: Sku) -> tuple[Thing, ...]:
        return self._traced_things(queries.SERIALS_AT, at_place=place, of_sku=sku)

    def contents(self, packs: Collection[int]) -> tuple[Content, ...]:
        found: list[Content] = []
        for chunk in queries.chunks(packs):
            found += map(queries.content_of, self._trace_rows(queries.CONTENTS, numbers=chunk))
        return tuple(found)

    def packs_with(self, lot: str) -> tuple[Content, ...]:
        return tuple(map(queries.content_of, self._trace_rows(queries.PACKS_WITH, of_lot=lot)))

    def content_changes(self, pack: int) -> tuple[ContentChange, ...]:
        return tuple(
            map(queries.change_of, self._trace_rows(queries.CONTENT_CHANGES, of_pack=pack))
        )

    def path(self, thing: int) -> tuple[Stay, ...]:
        return tuple(map(queries.stay_of, self._trace_rows(queries.PATH, of_thing=thing)))

    def stays_at(self, things: Collection[int], at_ms: int) -> Mapping[int, Stay]:
        found: list[Stay] = []
        for chunk in queries.chunks(things):
            rows = self._trace_rows(queries.STAYS_AT, numbers=chunk, until=at_ms)
            found += map(queries.stay_of, rows)
        return {stay.thing: stay for stay in found}

    def stays_in(self, parent: int, limit: int = 10_000) -> tuple[Stay, ...]:
        return tuple(
            map(queries.stay_of, self._trace_rows(queries.STAYS_IN, within=parent, most=limit))
        )

    def lot_groups(self, lot: str, kind: str | None = None) -> tuple[Group, ...]:
        if kind is None:
            rows = self._trace_rows(queries.LOT_GROUPS, of_lot=lot)
        else:
            rows = self._trace_rows(queries.LOT_GROUPS_OF_KIND, of_lot=lot, of_kind=kind)
        return tuple(record_of(row, Group) for row in rows)

    def lot_origins(self, lot: str) -> tuple[tuple[Occurrence, int], ...]:
        rows = self._trace_rows(queries.LOT_ORIGINS, of_lot=lot)
        return tuple((queries.occurrence_of(row, row["number"]), row["count"]) for row in rows)

    def occurrence(self, key: str) -> Occurrence | None:
        row = self._trace_row(select_by(OCCURRENCE, "key"), **keys(key=key))
        return None if row is None else record_of(row, Occurrence)

    def picked_serials(self, movements: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for chunk in queries.chunks(movements):
            for row in self._trace_rows(queries.PICKED_SERIALS, names=chunk):
                found[row["movement"]] = tuple(decode(row["serials"]))
        return found

    def movement(self, key: str) -> Entry | None:
        row = self._trace_row(select_by(MOVEMENT, "key"), **keys(key=key))
        return None if row is None else entry_of(row)

    def movements_of_sku(
        self, sku: Sku, since_ms: int = 0, limit: int | None = None
    ) -> tuple[Entry, ...]:
        query = queries.MOVEMENTS_OF_SKU.limit(limit)
        return tuple(map(entry_of, self._trace_rows(query, of_sku=sku, since=since_ms)))

    def sightings_of(self, things: Collection[int], since_ms: int) -> tuple[Sighting, ...]:
        found: dict[int, Sighting] = {}
        for chunk in queries.chunks(things):
            rows = self._trace_rows(queries.SIGHTINGS_OF, numbers=chunk, since=since_ms)
            found.update((row["number"], _sighting_of(row)) for row in rows)
        return tuple(sorted(found.values(), key=lambda sighting: (sighting.at_ms, sighting.number)))

    def sighting(self, evidence: str) -> Sighting | None:
        row = self._trace_row(select_by(SIGHTING, "evidence"), **keys(evidence=evidence))
        return None if row is None else _sighting_of(row)

    def mend(self, number: int) -> Mend | None:
        row = self._trace_row(select_by(MEND, "number"), **keys(number=number))
        return None if row is None else _mend_of(row)

    def mends(self, query: MendQuery) -> tuple[Mend, ...]:
        found = select(MEND).order_by(MEND.c.number.desc()).limit(query.limit)
        if query.state is not None:
            found = found.where(MEND.c.state == query.state.value)
        if query.before is not None:
            found = found.where(MEND.c.number < query.before)
        return tuple(map(_mend_of, self._trace_rows(found)))

    def mends_of(self, children: Collection[int]) -> tuple[Mend, ...]:
        found: list[Mend] = []
        for chunk in queries.chunks(children):
            query = select(MEND).where(MEND.c.child.in_(chunk))
            found += map(_mend_of, self._trace_rows(query))
        return tuple(sorted(found, key=lambda mend: mend.number))

    def doubts(self, before: int | None = None, limit: int = 100) -> tuple[SerialDoubt, ...]:
        query = select(DOUBT).order_by(DOUBT.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(DOUBT.c.number < before)
        return tuple(record_of(row, SerialDoubt) for row in self._trace_rows(query))

    def _traced_things(self, query: Query, **values: object) -> tuple[Thing, ...]:
        return tuple(map(queries.thing_of, self._trace_rows(query, **values)))

    def _trace_rows(self, query: Query, **values: object) -> Iterable[RowMapping]:
        return self._connection.execute(query, values).mappings()

    def _trace_row(self, query: Query, **values: object) -> RowMapping | None:
        return self._connection.execute(query, values).mappings().first()


class SqlTracingWriting(SqlTracingReading):
    """Changes over one connection inside one transaction."""

    def put_kind(self, kind: str, sku: Sku | None) -> None:
        known = self._trace_row(select_by(KIND, "kind"), **keys(kind=kind))
        if known is None:
            self._connection.execute(insert_into(KIND), {"kind": kind, "sku": sku})
        elif known["sku"] is None and sku is not None:
            change = {**keys(kind=kind), "sku": sku}
            self._connection.execute(update_by(KIND, "kind"), change)

    def add_occurrence(self, occurrence: Occurrence) -> int:
        return self._add_traced(OCCURRENCE, row_of(occurrence, numbered=True))

    def add_things(self, things: Sequence[Thing]) -> tuple[Thing, ...]:
        kinds = self._interned(KIND, "kind", {thing.name.kind for thing in things})
        places = self._interned(PLACE, "place", {thing.place for thing in things if thing.place})
        lots = self._interned(LOT, "lot", {thing.lot for thing in things if thing.lot})
        rows: list[Row] = [
            {
                "kind": kinds[thing.name.kind],
                "serial": thing.name.serial,
                "lot": lots.get(thing.lot),
                "place": places.get(thing.place or ""),
                "parent": thing.parent,
                "occurrence": thing.occurrence,
            }
            for thing in things
        ]
        if not rows:
            return ()
        statement = insert(THING).returning(THING.c.number, sort_by_parameter_order=True)
        numbers = self._connection.execute(statement, rows).scalars().all()
        at = ("occurrence", "place", "parent")
        stays = [
            {"thing": number, **{name: row[name] for name in at}}
            for number, row in zip(numbers, rows, strict=True)
        ]
        self._connection.execute(insert_into(STAY), stays)
        pairs = zip(things, numbers, strict=True)
        return tuple(replace(thing, number=number) for thing, number in pairs)

    def move_things(
        self,
        things: Collection[int],
        occurrence: Occurrence,
        place: Account | None,
        parent: int | None,
    ) -> None:
        number = None if place is None else self._interned(PLACE, "place", {place})[place]
        where: Row = {"place": number, "parent": parent, "occurrence": occurrence.number}
        rows = [{**keys(number=thing), **where} for thing in sorted(things)]
        if rows:
            self._connection.execute(update_by(THING, "number"), rows)
            stays = [{"thing": thing, **where} for thing in sorted(things)]
            self._connection.execute(insert_into(STAY), stays)

    def put_picked(self, movement: str, serials: tuple[str, ...]) -> None:
        row: Row = {"movement": movement, "serials": encode(serials).decode()}
        self._connection.execute(insert_into(PICKED), row)

    def put_lot(self, thing: int, lot: str) -> None:
        number = self._interned(LOT, "lot", {lot})[lot]
        change = {**keys(number=thing), "lot": number}
        self._connection.execute(update_by(THING, "number"), change)

    def change_content(self, change: ContentChange) -> None:
        place: Row = {"pack": change.pack, "kind": change.what.kind, "lot": change.what.lot}
        held = self._trace_row(select_by(CONTENT, *place), **keys(**place))
        if held is None:
            row = {**place, "quantity": change.difference}
            self._connection.execute(insert_into(CONTENT), row)
        else:
            quantity = held["quantity"] + change.difference
            row = {**place, "quantity": quantity}
            self._connection.execute(update_by(CONTENT, *place), changes(row, *place))
        written: Row = {
            **place,
            "difference": change.difference,
            "occurrence": change.occurrence.number,
        }
        self._connection.execute(insert_into(CONTENT_CHANGE), written)

    def add_sighting(self, sighting: Sighting) -> int:
        row: Row = {
            "evidence": sighting.evidence,
            "at_ms": sighting.at_ms,
            "body": encode(sighting).decode(),
        }
        number = self._add_traced(SIGHTING, row)
        parent = () if sighting.parent is None else (sighting.parent,)
        seen = [{"thing": thing, "sighting": number} for thing in {*parent, *sighting.children}]
        if seen:
            self._connection.execute(insert_into(SEEN), seen)
        return number

    def add_mend(self, mend: Mend) -> Mend:
        return replace(mend, number=self._add_traced(MEND, _row_of_mend(mend)))

    def put_mend(self, mend: Mend) -> None:
        row: Row = {"number": mend.number, **_row_of_mend(mend)}
        self._connection.execute(update_by(MEND, "number"), changes(row, "number"))

    def add_doubt(self, doubt: SerialDoubt) -> None:
        self._connection.execute(insert_into(DOUBT), row_of(doubt, numbered=True))

    def _add_traced(self, table: Table, row: Row) -> int:
        statement = insert(table).returning(table.c.number)
        return int(self._connection.execute(statement, row).scalar_one())

    def _interned(self, table: Table, column: str, texts: Collection[str]) -> dict[str, int]:
        """Numbers of texts that are kept once."""
        found: dict[str, int] = {}
        for text in sorted(texts):
            row = self._trace_row(select_by(table, column), **keys(**{column: text}))
            known = None if row is None else int(row["number"])
            found[text] = self._add_traced(table, {column: text}) if known is None else known
        return found


def _sighting_of(row: RowMapping) -> Sighting:
    return replace(from_json(decode(row["body"]), Sighting), number=row["number"])


def _mend_of(row: RowMapping) -> Mend:
    return replace(from_json(decode(row["body"]), Mend), number=row["number"])


def _row_of_mend(mend: Mend) -> Row:
    return {"child": mend.child, "state": mend.state.value, "body": encode(mend).decode()}
