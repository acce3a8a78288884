"""Lots, holds, rotation and recalls of a site, as the web offers them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from planner.warehouse.errors import InvalidStock, NotFound
from planner.warehouse.ids import Lot, Sku
from wms_bridge.holds.expiring import hold_expired, hold_if_expired
from wms_bridge.holds.holding import LotChanged, decide_lot, known_lot, slots_with
from wms_bridge.ledger import Holding
from wms_bridge.lots.naming import LotName, check_lot_name, lot_for
from wms_bridge.lots.terms import tell_terms
from wms_bridge.ports.store import Store
from wms_bridge.recalls.recalling import (
    RecallProgress,
    known_recall,
    progress_of,
    recall_lots,
    retrieve,
)
from wms_bridge.recalls.rotating import set_rotation
from wms_bridge.records.lots import (
    LotChange,
    LotQuery,
    LotRecord,
    LotState,
    RecallRecord,
    Rotation,
)


@dataclass(frozen=True, slots=True)
class LotDetails:
    """A lot, where its pieces are, and who put it into which state."""

    lot: LotRecord
    held: tuple[Holding, ...]
    changes: tuple[LotChange, ...]


@dataclass(frozen=True, slots=True)
class RecallMade:
    """A recall as it is now. ``repeated`` tells the caller that it came before and nothing was
    done; it is not part of the answer."""

    progress: RecallProgress
    repeated: bool


class LotDesk:
    """Kept in ``store``; ``changed`` is called after every change. Safe to call from several
    threads. Times are milliseconds of the bridge's clock."""

    def __init__(self, store: Store, changed: Callable[[], None]):
        self._store = store
        self._changed = changed

    def lots(self, query: LotQuery) -> tuple[LotRecord, ...]:
        """Lots as asked for, oldest first."""
        with self._store.reading() as tx:
            return tx.lots(query)

    def lot(self, lot: Lot) -> LotDetails:
        """One lot; :class:`NotFound` if there is none."""
        with self._store.reading() as tx:
            held = tuple(place for place in tx.lot_holdings(lot) if place.quantity)
            return LotDetails(known_lot(tx, lot), held, tx.lot_changes(lot))

    def name(self, sku: Sku, name: LotName, now_ms: int) -> LotRecord:
        """Keep a lot, or correct when it expires. :class:`InvalidStock` on an unknown SKU or a
        name that cannot be kept."""
        check_lot_name(name, "", InvalidStock)
        if not name.code:
            raise InvalidStock("a lot needs a code", field="lot", value=name.code)
        with self._store.writing() as tx:
            if not tx.known_skus({sku}):
                raise InvalidStock("SKU is not in the catalogue", field="sku", value=sku)
            undated = LotName(name.code, name.owner)
            record = known_lot(tx, lot_for(tx, sku, undated, "", now_ms, InvalidStock))
            if record.expires_ms != name.expires_ms:
                record = replace(record, expires_ms=name.expires_ms)
                tx.put_lot_record(record)
                for slot in slots_with(tx, record.lot):
                    tell_terms(tx, slot, sku, now_ms)
                hold_if_expired(tx, record.lot, now_ms)
            record = known_lot(tx, record.lot)
        self._changed()
        return record

    def hold_expired(self, since_ms: int, now_ms: int) -> int:
        """Put lots on hold that have expired after ``since_ms``; how many. To be called every few
        seconds."""
        with self._store.reading() as tx:
            if not tx.expired_lots(since_ms, now_ms, 1):
                return 0
        held = 0
        while True:
            with self._store.writing() as tx:
                more = hold_expired(tx, since_ms, now_ms)
            if not more:
                break
            held += more
        self._changed()
        return held

    def hold(self, lot: Lot, by: str, reason: str, now_ms: int) -> LotChanged:
        """Put a lot on hold; see :func:`wms_bridge.holds.holding.decide_lot`."""
        return self._decide(lot, LotState.HELD, by, reason, now_ms)

    def release(self, lot: Lot, by: str, reason: str, now_ms: int) -> LotChanged:
        """Let a lot go again; errors as :meth:`hold`."""
        return self._decide(lot, LotState.RELEASED, by, reason, now_ms)

    def _decide(self, lot: Lot, state: LotState, by: str, reason: str, now_ms: int) -> LotChanged:
        with self._store.writing() as tx:
            changed = decide_lot(tx, lot, state, by, reason, now_ms)
        self._changed()
        return changed

    def rotations(self) -> tuple[Rotation, ...]:
        """All that was said of rotation, by SKU; of the site under an empty SKU."""
        with self._store.reading() as tx:
            return tx.rotations()

    def rotate(self, rotation: Rotation, now_ms: int) -> Rotation:
        """See :func:`wms_bridge.recalls.rotating.set_rotation`."""
        with self._store.writing() as tx:
            set_rotation(tx, rotation, now_ms)
        self._changed()
        return rotation

    def recall(
        self, lots: Sequence[Lot], reason: str, by: str, now_ms: int, key: str | None = None
    ) -> RecallMade:
        """Recall lots; see :func:`wms_bridge.recalls.recalling.recall_lots`. Without a ``key`` the
        lots serve."""
        used = key or f"recall/{'+'.join(sorted(set(lots)))}"
        with self._store.writing() as tx:
            record, repeated = recall_lots(tx, lots, reason, by, used, now_ms)
            made = RecallMade(progress_of(tx, record), repeated)
        self._changed()
        return made

    def lots_of(self, sku: Sku, code: str) -> tuple[Lot, ...]:
        """All owners' lots of a code; :class:`NotFound` if there is none."""
        with self._store.reading() as tx:
            found = tx.lots(LotQuery(sku=sku, code=code, limit=1000))
        if not found:
            raise NotFound("no such lot of this SKU", field="code", value=code)
        return tuple(record.lot for record in found)

    def retrieve(self, recall: str, now_ms: int) -> RecallProgress:
        """Have taken out what has come into slots since; see
        :func:`wms_bridge.recalls.recalling.retrieve`."""
        with self._store.writing() as tx:
            record = retrieve(tx, known_recall(tx, recall), now_ms)
            progress = progress_of(tx, record)
        self._changed()
        return progress

    def progress(self, recall: str) -> RecallProgress:
        """One recall; :class:`NotFound` if there is none."""
        with self._store.reading() as tx:
            return progress_of(tx, known_recall(tx, recall))

    def recalls(self, after: int = 0, limit: int = 100) -> tuple[RecallRecord, ...]:
        """Recalls with a number above ``after``, oldest first."""
        with self._store.reading() as tx:
            return tx.recalls(after, limit)
