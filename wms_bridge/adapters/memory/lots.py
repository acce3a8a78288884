"""The part of the store in memory for lots; see :mod:`wms_bridge.ports.lots`."""

from collections.abc import Collection, Mapping, Sequence
from itertools import islice

from planner.warehouse.ids import Lot, PodId, Sku, SlotId
from planner.warehouse.stock import SlotTerms, pod_of
from wms_bridge.adapters.memory.changing import Changing
from wms_bridge.adapters.memory.tables import OverTables
from wms_bridge.balances import posted_lots
from wms_bridge.ledger import Account, Entry, Holding, Movement
from wms_bridge.records.lots import LotChange, LotQuery, LotRecord, RecallRecord, Rotation


class MemoryLotsReading(OverTables):
    """Questions to the tables."""

    def lot(self, lot: Lot) -> LotRecord | None:
        return self._lots.lots.get(lot)

    def lots(self, query: LotQuery) -> tuple[LotRecord, ...]:
        wanted = (
            record
            for record in self._lots.lots.values()
            if record.number > query.after
            and query.sku in (None, record.sku)
            and query.code in (None, record.code)
            and query.owner in (None, record.owner)
            and query.state in (None, record.state)
        )
        return tuple(islice(wanted, query.limit))

    def expired_lots(self, since_ms: int, now_ms: int, limit: int) -> tuple[LotRecord, ...]:
        held = {place.lot for place in self.lot_holdings() if place.quantity > 0}
        expired = (
            record
            for record in self._lots.lots.values()
            if record.lot in held and record.expired(now_ms) and since_ms < (record.expires_ms or 0)
        )
        return tuple(islice(expired, limit))

    def lot_records(self, lots: Collection[Lot]) -> tuple[LotRecord, ...]:
        found = (self._lots.lots[lot] for lot in set(lots) if lot in self._lots.lots)
        return tuple(sorted(found, key=lambda record: record.number))

    def last_lot(self) -> int:
        return len(self._lots.lots)

    def lot_changes(self, lot: Lot) -> tuple[LotChange, ...]:
        return tuple(change for change in self._lots.changes if change.lot == lot)

    def lots_at(self, account: Account) -> tuple[Holding, ...]:
        held = self._lots.held.get(account, {})
        return tuple(
            Holding(account, sku, held[sku, lot], lot)
            for sku, lot in sorted(held)
            if held[sku, lot]
        )

    def lot_holdings(self, lot: Lot | None = None) -> tuple[Holding, ...]:
        accounts = self._lots.held if lot is None else self._lots.places.get(lot, ())
        return tuple(
            Holding(account, sku, self._lots.held[account][sku, one], one)
            for account in sorted(accounts)
            for sku, one in sorted(self._lots.held[account])
            if lot in (None, one)
        )

    def movements_of_lot(self, lot: Lot) -> tuple[Entry, ...]:
        return tuple(self._tables.entries[n - 1] for n in self._lots.entries.get(lot, ()))

    def terms(self, slot: SlotId) -> SlotTerms | None:
        return self._lots.terms.get(slot)

    def terms_of_pod(self, pod: PodId) -> tuple[SlotTerms, ...]:
        slots = sorted(slot for slot in self._lots.terms if pod_of(slot) == pod)
        return tuple(self._lots.terms[slot] for slot in slots)

    def rotation(self, sku: Sku) -> Rotation | None:
        return self._lots.rotations.get(sku)

    def rotations(self) -> tuple[Rotation, ...]:
        return tuple(self._lots.rotations[sku] for sku in sorted(self._lots.rotations))

    def recall(self, recall: str) -> RecallRecord | None:
        return self._lots.recalls.get(recall)

    def recall_of_key(self, key: str) -> RecallRecord | None:
        return next((r for r in self._lots.recalls.values() if r.key == key), None)

    def recalls(self, after: int, limit: int) -> tuple[RecallRecord, ...]:
        wanted = (r for r in self._lots.recalls.values() if r.number > after)
        return tuple(islice(wanted, limit))

    def last_recall(self) -> int:
        return len(self._lots.recalls)

    def recalls_of_lot(self, lot: Lot) -> tuple[RecallRecord, ...]:
        return tuple(r for r in self._lots.recalls.values() if lot in r.lots)


class MemoryLotsWriting(MemoryLotsReading, Changing):
    """Changes to the tables."""

    def put_lot_record(self, lot: LotRecord) -> None:
        self._set(self._lots.lots, lot.lot, lot)

    def add_lot_change(self, change: LotChange) -> None:
        self._append(self._lots.changes, change)

    def put_terms(self, terms: SlotTerms) -> None:
        self._set(self._lots.terms, terms.slot, terms)

    def put_rotation(self, rotation: Rotation) -> None:
        self._set(self._lots.rotations, rotation.sku, rotation)

    def put_recall(self, recall: RecallRecord) -> None:
        self._set(self._lots.recalls, recall.recall, recall)

    def _post_lots(
        self,
        held: Mapping[tuple[Account, Sku], int],
        movements: Sequence[Movement],
        numbers: Sequence[int],
    ) -> None:
        """Keep the balances of lots; ``held`` are all balances before the movements, which have
        these ``numbers`` in the books."""
        accounts = {m.from_account for m in movements} | {m.to_account for m in movements}
        before = {
            (account, sku, lot): pieces
            for account in accounts
            for (sku, lot), pieces in self._lots.held.get(account, {}).items()
        }
        if not before and not any(movement.lot for movement in movements):
            return
        places = {(account, m.sku) for m in movements for account in accounts}
        known = {place: held[place] for place in places if place in held}
        for (account, sku, lot), pieces in posted_lots(known, before, movements).items():
            after = {**self._lots.held.get(account, {}), (sku, lot): pieces}
            self._set(self._lots.held, account, after)
            been = self._lots.places.get(lot, ())
            if account not in been:
                self._set(self._lots.places, lot, (*been, account))
        for number, movement in zip(numbers, movements, strict=True):
            if movement.lot:
                entries = (*self._lots.entries.get(movement.lot, ()), number)
                self._set(self._lots.entries, movement.lot, entries)
