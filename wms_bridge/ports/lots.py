"""What lots, owners, holds and recalls need of a store; part of :mod:`wms_bridge.ports`."""

from collections.abc import Collection
from typing import Protocol

from planner.warehouse.ids import Lot, PodId, Sku, SlotId
from planner.warehouse.stock import SlotTerms
from wms_bridge.ledger import Account, Entry, Holding
from wms_bridge.records.lots import LotChange, LotQuery, LotRecord, RecallRecord, Rotation


class LotsReading(Protocol):
    """Questions to the store. Records that are not there are ``None``."""

    def lot(self, lot: Lot) -> LotRecord | None:
        """One lot."""

    def lots(self, query: LotQuery) -> tuple[LotRecord, ...]:
        """Lots as asked for, oldest first."""

    def expired_lots(self, since_ms: int, now_ms: int, limit: int) -> tuple[LotRecord, ...]:
        """Lots with pieces here that have expired after ``since_ms`` and until ``now_ms``, are
        free, and were not let go since; the first ``limit`` by their number."""

    def lot_records(self, lots: Collection[Lot]) -> tuple[LotRecord, ...]:
        """Those of ``lots`` that there are, oldest first."""

    def last_lot(self) -> int:
        """Number of the latest lot; 0 if there is none."""

    def lot_changes(self, lot: Lot) -> tuple[LotChange, ...]:
        """Who put a lot into which state, oldest first."""

    def lots_at(self, account: Account) -> tuple[Holding, ...]:
        """Pieces of known lots on an account (1 or more of each), by SKU and lot."""

    def lot_holdings(self, lot: Lot | None = None) -> tuple[Holding, ...]:
        """Where pieces of a lot, or of all known lots, are; by account, zeros included."""

    def movements_of_lot(self, lot: Lot) -> tuple[Entry, ...]:
        """Entries that moved pieces of a lot, in order."""

    def terms(self, slot: SlotId) -> SlotTerms | None:
        """The terms of a slot as the fleet was last told; ``None`` if it never was."""

    def terms_of_pod(self, pod: PodId) -> tuple[SlotTerms, ...]:
        """Terms of a pod's slots that the fleet was ever told, by slot."""

    def rotation(self, sku: Sku) -> Rotation | None:
        """How an SKU is rotated, if that was said of it; of the site if ``sku`` is empty."""

    def rotations(self) -> tuple[Rotation, ...]:
        """All that was said of rotation, by SKU."""

    def recall(self, recall: str) -> RecallRecord | None:
        """One recall."""

    def recall_of_key(self, key: str) -> RecallRecord | None:
        """The recall that was asked for under a key."""

    def recalls(self, after: int, limit: int) -> tuple[RecallRecord, ...]:
        """Recalls with a number above ``after``, oldest first."""

    def last_recall(self) -> int:
        """Number of the latest recall; 0 if there is none."""

    def recalls_of_lot(self, lot: Lot) -> tuple[RecallRecord, ...]:
        """Recalls of a lot, oldest first."""


class LotsWriting(LotsReading, Protocol):
    """Changes to the store."""

    def put_lot_record(self, lot: LotRecord) -> None:
        """Keep a new lot, or replace the one of its number."""

    def add_lot_change(self, change: LotChange) -> None:
        """Keep who put a lot into a state."""

    def put_terms(self, terms: SlotTerms) -> None:
        """Keep what the fleet was told of a slot."""

    def put_rotation(self, rotation: Rotation) -> None:
        """Keep how an SKU, or the site, is rotated."""

    def put_recall(self, recall: RecallRecord) -> None:
        """Keep a new recall, or replace the one of its number."""
