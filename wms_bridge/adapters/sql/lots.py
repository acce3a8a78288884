"""The part of the database for lots; see :mod:`wms_bridge.ports.lots`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection, RowMapping, Select, Table, bindparam, exists, func, select

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.ids import Lot, PodId, Sku, SlotId
from planner.warehouse.stock import SlotTerms
from wms_bridge.adapters.sql.lots_tables import (
    FREE_AND_DATED,
    LOT,
    LOT_BALANCE,
    LOT_CHANGE,
    RECALL,
    RECALLED_LOT,
    ROTATION,
    SLOT_TERMS,
)
from wms_bridge.adapters.sql.rows import Row, entry_of, record_of, row_of
from wms_bridge.adapters.sql.statements import changes, insert_into, keys, select_by, update_by
from wms_bridge.adapters.sql.tables import MOVEMENT
from wms_bridge.balances import posted_lots
from wms_bridge.ledger import Account, Entry, Holding, Movement
from wms_bridge.records.lots import LotChange, LotQuery, LotRecord, RecallRecord, Rotation

Record = TypeVar("Record")
Query = Select[tuple[object, ...]]
_CHUNK = 500
"""How many values fit safely into one SQL ``IN``."""

_LOTS_AT = (
    select(LOT_BALANCE)
    .where(LOT_BALANCE.c.account == bindparam("account"), LOT_BALANCE.c.quantity > 0)
    .order_by(LOT_BALANCE.c.sku, LOT_BALANCE.c.lot)
)
_LOTS_ON = select(LOT_BALANCE).where(
    LOT_BALANCE.c.account.in_(bindparam("accounts", expanding=True))
)


class SqlLotsReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection

    def lot(self, lot: Lot) -> LotRecord | None:
        return self._lot_record(select_by(LOT, "lot"), LotRecord, **keys(lot=lot))

    def lots(self, query: LotQuery) -> tuple[LotRecord, ...]:
        number = LOT.c.number
        found = select(LOT).where(number > query.after).order_by(number).limit(query.limit)
        for column, wanted in (
            (LOT.c.sku, query.sku),
            (LOT.c.code, query.code),
            (LOT.c.owner, query.owner),
            (LOT.c.state, query.state.value if query.state else None),
        ):
            if wanted is not None:
                found = found.where(column == wanted)
        return tuple(record_of(row, LotRecord) for row in self._lot_rows(found))

    def expired_lots(self, since_ms: int, now_ms: int, limit: int) -> tuple[LotRecord, ...]:
        held = exists().where((LOT_BALANCE.c.lot == LOT.c.lot) & (LOT_BALANCE.c.quantity > 0))
        expires_ms = LOT.c.expires_ms
        query = (
            select(LOT)
            .where(FREE_AND_DATED, expires_ms > since_ms, expires_ms <= now_ms)
            .where(LOT.c.changed_ms < expires_ms, held)
            .order_by(LOT.c.number)
            .limit(limit)
        )
        return tuple(record_of(row, LotRecord) for row in self._lot_rows(query))

    def lot_records(self, lots: Collection[Lot]) -> tuple[LotRecord, ...]:
        found: list[LotRecord] = []
        names = sorted(set(lots))
        for start in range(0, len(names), _CHUNK):
            query = select(LOT).where(LOT.c.lot.in_(names[start : start + _CHUNK]))
            found += [record_of(row, LotRecord) for row in self._lot_rows(query)]
        return tuple(sorted(found, key=lambda record: record.number))

    def last_lot(self) -> int:
        return self._highest(LOT)

    def lot_changes(self, lot: Lot) -> tuple[LotChange, ...]:
        query = select(LOT_CHANGE).where(LOT_CHANGE.c.lot == lot).order_by(LOT_CHANGE.c.number)
        return tuple(record_of(row, LotChange) for row in self._lot_rows(query))

    def lots_at(self, account: Account) -> tuple[Holding, ...]:
        rows = self._lot_rows(_LOTS_AT, account=account)
        return tuple(record_of(row, Holding) for row in rows)

    def lot_holdings(self, lot: Lot | None = None) -> tuple[Holding, ...]:
        table = LOT_BALANCE
        query = select(table).order_by(table.c.account, table.c.sku, table.c.lot)
        if lot is not None:
            query = query.where(table.c.lot == lot)
        return tuple(record_of(row, Holding) for row in self._lot_rows(query))

    def movements_of_lot(self, lot: Lot) -> tuple[Entry, ...]:
        # Said twice so that the index, which is of known lots only, is found.
        known = (MOVEMENT.c.lot == lot) & (MOVEMENT.c.lot != "")
        query = select(MOVEMENT).where(known).order_by(MOVEMENT.c.number)
        return tuple(entry_of(row) for row in self._lot_rows(query))

    def terms(self, slot: SlotId) -> SlotTerms | None:
        return self._lot_record(select_by(SLOT_TERMS, "slot"), SlotTerms, **keys(slot=slot))

    def terms_of_pod(self, pod: PodId) -> tuple[SlotTerms, ...]:
        # '0' is the character after '/': all names that start with "<pod>/", by the index.
        slots = SLOT_TERMS.c.slot.between(f"{pod}/", f"{pod}0")
        query = select(SLOT_TERMS).where(slots).order_by(SLOT_TERMS.c.slot)
        return tuple(record_of(row, SlotTerms) for row in self._lot_rows(query))

    def rotation(self, sku: Sku) -> Rotation | None:
        return self._lot_record(select_by(ROTATION, "sku"), Rotation, **keys(sku=sku))

    def rotations(self) -> tuple[Rotation, ...]:
        rows = self._lot_rows(select(ROTATION).order_by(ROTATION.c.sku))
        return tuple(record_of(row, Rotation) for row in rows)

    def recall(self, recall: str) -> RecallRecord | None:
        return self._recall_body(select_by(RECALL, "recall"), **keys(recall=recall))

    def recall_of_key(self, key: str) -> RecallRecord | None:
        return self._recall_body(select_by(RECALL, "key"), **keys(key=key))

    def recalls(self, after: int, limit: int) -> tuple[RecallRecord, ...]:
        number = RECALL.c.number
        rows = self._lot_rows(select(RECALL).where(number > after).order_by(number).limit(limit))
        return tuple(from_json(decode(row["body"]), RecallRecord) for row in rows)

    def last_recall(self) -> int:
        return self._highest(RECALL)

    def recalls_of_lot(self, lot: Lot) -> tuple[RecallRecord, ...]:
        numbers = select(RECALLED_LOT.c.number).where(RECALLED_LOT.c.lot == lot)
        query = select(RECALL).where(RECALL.c.number.in_(numbers)).order_by(RECALL.c.number)
        return tuple(from_json(decode(row["body"]), RecallRecord) for row in self._lot_rows(query))

    def _highest(self, table: Table) -> int:
        return self._connection.execute(select(func.max(table.c.number))).scalar() or 0

    def _lot_rows(self, query: Query, **values: object) -> Iterable[RowMapping]:
        return self._connection.execute(query, values).mappings()

    def _lot_record(self, query: Query, kind: type[Record], **values: object) -> Record | None:
        rows = self._lot_rows(query, **values)
        return next((record_of(row, kind) for row in rows), None)

    def _recall_body(self, query: Query, **values: object) -> RecallRecord | None:
        rows = self._lot_rows(query, **values)
        return next((from_json(decode(row["body"]), RecallRecord) for row in rows), None)


class SqlLotsWriting(SqlLotsReading):
    """Changes over one connection inside one transaction."""

    def put_lot_record(self, lot: LotRecord) -> None:
        self._keep(LOT, row_of(lot), "number")

    def add_lot_change(self, change: LotChange) -> None:
        self._connection.execute(insert_into(LOT_CHANGE), row_of(change))

    def put_terms(self, terms: SlotTerms) -> None:
        self._keep(SLOT_TERMS, row_of(terms), "slot")

    def put_rotation(self, rotation: Rotation) -> None:
        self._keep(ROTATION, row_of(rotation), "sku")

    def put_recall(self, recall: RecallRecord) -> None:
        known = self.recall(recall.recall) is not None
        row: Row = {
            "number": recall.number,
            "recall": recall.recall,
            "key": recall.key,
            "body": encode(recall).decode(),
        }
        self._keep(RECALL, row, "number")
        if not known:
            lots = [{"lot": lot, "number": recall.number} for lot in recall.lots]
            self._connection.execute(insert_into(RECALLED_LOT), lots)

    def _post_lots(
        self, held: Mapping[tuple[Account, Sku], int], movements: Sequence[Movement]
    ) -> None:
        """Keep the balances of lots; ``held`` are all balances before the movements."""
        known = self._lots_on(
            {m.from_account for m in movements} | {m.to_account for m in movements}
        )
        if not known and not any(movement.lot for movement in movements):
            return
        after = posted_lots(held, known, movements)
        changed = [
            _row_of_balance(place, pieces) for place, pieces in after.items() if place in known
        ]
        new = [
            _row_of_balance(place, pieces) for place, pieces in after.items() if place not in known
        ]
        names = ("account", "sku", "lot")
        if changed:
            update = update_by(LOT_BALANCE, *names)
            self._connection.execute(update, [changes(row, *names) for row in changed])
        if new:
            self._connection.execute(insert_into(LOT_BALANCE), new)

    def _lots_on(self, accounts: Collection[Account]) -> dict[tuple[Account, Sku, Lot], int]:
        known: dict[tuple[Account, Sku, Lot], int] = {}
        names = sorted(accounts)
        for start in range(0, len(names), _CHUNK):
            for row in self._lot_rows(_LOTS_ON, accounts=names[start : start + _CHUNK]):
                known[row["account"], row["sku"], row["lot"]] = row["quantity"]
        return known

    def _keep(self, table: Table, row: Row, key: str) -> None:
        done = self._connection.execute(update_by(table, key), changes(row, key))
        if done.rowcount == 0:
            self._connection.execute(insert_into(table), row)


def _row_of_balance(place: tuple[Account, Sku, Lot], pieces: int) -> Row:
    account, sku, lot = place
    return {"account": account, "sku": sku, "lot": lot, "quantity": pieces}
