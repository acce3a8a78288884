"""Goods that come in, as the bridge takes them, shows puts and confirms them."""

from collections.abc import Sequence

from planner.warehouse.ids import PutId, ReceiptId, StationId
from planner.warehouse.receipts import Receipt
from wms_bridge.desk import Desk
from wms_bridge.openings import check_station
from wms_bridge.putting import PutTaken, confirm_put
from wms_bridge.recalls.recalling import retrieve_what_came
from wms_bridge.receiving import ReceiptAccepted, receipt_key, take_receipt
from wms_bridge.records.work import PutRecord, ReceiptQuery, ReceiptRecord
from wms_bridge.topics import Topic


class GoodsDesk(Desk):
    """Receipts and puts."""

    def receive_goods(
        self,
        receipt: Receipt,
        now_ms: int,
        key: str | None = None,
        serials: Sequence[str] = (),
    ) -> ReceiptAccepted:
        """Take goods received once; see :func:`wms_bridge.receiving.take_receipt`. Without a
        ``key`` the receipt id serves."""
        with self.store.writing() as tx:
            used = key or receipt_key(receipt.receipt)
            accepted = take_receipt(tx, self.shelves, receipt, used, now_ms, serials)
        self.tell(Topic.FEED)
        return accepted

    def receipt(self, receipt: ReceiptId) -> ReceiptRecord | None:
        """Goods received."""
        with self.store.reading() as tx:
            return tx.receipt(receipt)

    def receipts(self, query: ReceiptQuery) -> tuple[ReceiptRecord, ...]:
        """Receipts as asked for."""
        with self.store.reading() as tx:
            return tx.receipts(query)

    def open_puts(self, station: StationId, after: int = 0) -> tuple[PutRecord, ...]:
        """Puts of a station still to do, in the order shown; :class:`NotFound` if there is no
        such station."""
        check_station(self.shelves, station)
        with self.store.reading() as tx:
            return tx.open_puts(station, after)

    def confirm_put(
        self,
        put: PutId,
        quantity: int,
        now_ms: int,
        key: str | None = None,
        serials: Sequence[str] = (),
    ) -> PutTaken:
        """Post what was put into a slot, once; see :func:`wms_bridge.putting.confirm_put`.
        Without a ``key`` the put id serves."""
        with self.store.writing() as tx:
            used = key or f"put/{put}"
            taken = confirm_put(tx, self.shelves, put, quantity, used, now_ms, serials)
            retrieve_what_came(tx, put, now_ms)
        self.tell(Topic.FEED, Topic.PUTS, Topic.OUTBOX)
        return taken
