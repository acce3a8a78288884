"""Documents of a WMS: taken once, whatever comes twice, late, wrong or out of turn."""

from collections.abc import Callable

import pytest

from planner.warehouse.commands import ShowPicks
from planner.warehouse.errors import NotFound
from planner.warehouse.ids import OrderId, PickId, ReceiptId, Sku
from planner.warehouse.orders import PickOrder
from planner.warehouse.receipts import Receipt
from wms_bridge.inbox.desk import AT_ONCE, Inbox, PageTaken
from wms_bridge.inbox.documents import item_document, order_document, receipt_document
from wms_bridge.messages import ReservationWanted, read_message
from wms_bridge.ports.store import Store
from wms_bridge.records.links import (
    CursorRecord,
    DocumentKind,
    Feed,
    ForeignMove,
    InboxEntry,
    InboxQuery,
    InboxState,
    Incoming,
    OrderTold,
    StockCheck,
    StockRow,
    WmsOrderState,
)
from wms_bridge.records.work import OrderStatus, SkuRecord
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
SOURCE = "sim://wms"
NOW_MS = 10_000


def told(
    order: PickOrder, version: str = "1", state: WmsOrderState = WmsOrderState.OPEN
) -> Incoming:
    return order_document(OrderTold(order.order, state, order), version)


def closed(name: str, version: str, state: WmsOrderState) -> Incoming:
    return order_document(OrderTold(OrderId(name), state, None), version)


class Desk:
    """An inbox on a bridge."""

    def __init__(self, bridge: Bridge):
        self.bridge = bridge
        self.rung = 0
        self.inbox = Inbox(bridge.store, bridge.shelves, self._ring)

    def _ring(self) -> None:
        self.rung += 1

    def take(self, *documents: Incoming, feed: Feed = Feed.ORDERS, cursor: str = "7") -> PageTaken:
        return self.inbox.take(SOURCE, feed, documents, cursor, NOW_MS)

    def latest(self, key: str, kind: DocumentKind = DocumentKind.ORDER) -> InboxEntry:
        with self.bridge.store.reading() as tx:
            entry = tx.inbox_latest(SOURCE, kind, key)
        assert entry is not None
        return entry

    def status(self, name: str) -> OrderStatus:
        with self.bridge.store.reading() as tx:
            record = tx.order(OrderId(name))
        assert record is not None
        return record.status

    def quantities(self, name: str) -> list[int]:
        with self.bridge.store.reading() as tx:
            return [line.quantity for line in tx.lines(OrderId(name))]

    def messages(self) -> list[str]:
        with self.bridge.store.reading() as tx:
            return [message.message for message in tx.untold()]


@pytest.fixture
def desk(bridge: Bridge) -> Desk:
    return Desk(bridge)


def test_new_order_is_taken_and_its_reservation_wanted(desk: Desk, order: OrderMaker) -> None:
    assert desk.take(told(order("A", RED=3, BLUE=1))) == PageTaken(taken=1)
    assert (desk.quantities("A"), desk.rung) == ([3, 1], 1)
    with desk.bridge.store.reading() as tx:
        [message] = tx.untold()
    wanted = read_message(message)
    assert isinstance(wanted, ReservationWanted)
    assert [(line.sku, line.quantity) for line in wanted.lines] == [("RED", 3), ("BLUE", 1)]
    assert (message.message, message.order) == ("reserve-order/A", "A")


def test_the_same_document_again_does_nothing(desk: Desk, order: OrderMaker) -> None:
    first = told(order("A", RED=3))
    desk.take(first)
    assert desk.take(first, first) == PageTaken(repeated=2)
    assert desk.messages() == ["reserve-order/A"]
    assert len(desk.inbox.entries(InboxQuery())) == 1


def test_changed_order_is_changed_and_an_old_version_changes_nothing_back(
    desk: Desk, order: OrderMaker
) -> None:
    desk.take(told(order("A", RED=3), "1"), told(order("A", RED=5), "2"))
    assert desk.quantities("A") == [5]
    assert desk.take(told(order("A", RED=3), "1")) == PageTaken(repeated=1)
    assert desk.quantities("A") == [5]


def test_order_changed_back_is_changed_back(desk: Desk, order: OrderMaker) -> None:
    for version, pieces in enumerate((3, 5, 3)):
        desk.take(told(order("A", RED=pieces), str(version)))
    assert desk.quantities("A") == [3]


def test_changed_without_a_new_version_is_changed_all_the_same(
    desk: Desk, order: OrderMaker
) -> None:
    desk.take(told(order("A", RED=3), "1"), told(order("A", RED=4), "1"))
    assert desk.quantities("A") == [4]


@pytest.mark.parametrize("state", [WmsOrderState.CANCELLED, WmsOrderState.DONE])
def test_order_closed_there_is_cancelled_here(
    desk: Desk, order: OrderMaker, state: WmsOrderState
) -> None:
    desk.take(told(order("A", RED=3)), closed("A", "2", state))
    assert desk.status("A") is OrderStatus.CANCELLED
    assert desk.messages() == ["reserve-order/A", "order-cancelled/A"]
    assert desk.take(closed("A", "3", state)) == PageTaken(taken=1)
    assert desk.messages() == ["reserve-order/A", "order-cancelled/A"]


@pytest.mark.parametrize("state", [WmsOrderState.CANCELLED, WmsOrderState.DONE])
def test_order_closed_before_it_came_here_is_not_taken(desk: Desk, state: WmsOrderState) -> None:
    assert desk.take(closed("A", "1", state)) == PageTaken(taken=1)
    with desk.bridge.store.reading() as tx:
        assert tx.order(OrderId("A")) is None


def finish(desk: Desk, show: ShowMaker) -> None:
    desk.bridge.apply([show("p1", "A#1", "RED", 3)], NOW_MS)
    desk.bridge.confirm_pick(PickId("p1"), 3, NOW_MS)


def test_what_comes_too_late_is_kept_and_answered_by_the_confirmation(
    desk: Desk, order: OrderMaker, show: ShowMaker
) -> None:
    desk.take(told(order("A", RED=3), "1"))
    finish(desk, show)
    assert desk.take(told(order("A", RED=4), "2")) == PageTaken(late=1)
    assert desk.take(closed("A", "3", WmsOrderState.CANCELLED)) == PageTaken(late=1)
    assert desk.latest("A").outcome == "the order is complete"
    assert desk.status("A") is OrderStatus.COMPLETE
    assert desk.take(closed("A", "4", WmsOrderState.DONE)) == PageTaken(taken=1)


def test_refused_order_is_kept_and_holds_up_no_other(desk: Desk, order: OrderMaker) -> None:
    taken = desk.take(told(order("A", NONE=1)), told(order("B", RED=1)))
    assert taken == PageTaken(taken=1, rejected=1)
    entry = desk.latest("A")
    assert entry.state is InboxState.REJECTED
    assert "SKU is not in the catalogue" in entry.error
    assert desk.messages() == ["reserve-order/B"], "a refused order leaves no trace"


def test_rejected_order_is_taken_once_its_article_comes(desk: Desk, order: OrderMaker) -> None:
    desk.take(told(order("A", NEW=1)))
    desk.take(item_document(SkuRecord(Sku("NEW"))), feed=Feed.ITEMS)
    assert desk.quantities("A") == [1]
    assert (desk.latest("A").state, desk.latest("A").tries) == (InboxState.TAKEN, 2)


def test_rejected_order_is_retried_on_demand(desk: Desk, order: OrderMaker) -> None:
    desk.take(told(order("A", NEW=1)))
    number = desk.latest("A").number
    assert desk.inbox.retry(number, NOW_MS).state is InboxState.REJECTED
    desk.bridge.put_skus([SkuRecord(Sku("NEW"))])
    for _ in range(2):
        assert desk.inbox.retry(number, NOW_MS).state is InboxState.TAKEN
    assert desk.messages() == ["reserve-order/A"]


def test_later_document_takes_the_place_of_a_rejected_one(desk: Desk, order: OrderMaker) -> None:
    desk.take(told(order("A", NONE=1), "1"), told(order("A", RED=1), "2"))
    latest, first = desk.inbox.entries(InboxQuery())
    assert (latest.state, first.state) == (InboxState.TAKEN, InboxState.SUPERSEDED)
    desk.bridge.put_skus([SkuRecord(Sku("NONE"))])
    assert desk.inbox.retry(first.number, NOW_MS).state is InboxState.SUPERSEDED
    assert desk.inbox.entries(InboxQuery(InboxState.REJECTED)) == ()


def test_open_order_without_contents_is_rejected(desk: Desk) -> None:
    assert desk.take(closed("A", "1", WmsOrderState.OPEN)) == PageTaken(rejected=1)


def test_document_that_is_never_there_cannot_be_retried(desk: Desk) -> None:
    with pytest.raises(NotFound) as error:
        desk.inbox.retry(7, NOW_MS)
    assert (error.value.field, error.value.value) == ("number", 7)


def test_goods_received_are_taken_once(desk: Desk) -> None:
    receipt = Receipt(ReceiptId("R1"), Sku("RED"), 5)
    assert desk.take(receipt_document(receipt, "1"), feed=Feed.RECEIPTS) == PageTaken(taken=1)
    again = desk.take(receipt_document(receipt, "2"), feed=Feed.RECEIPTS)
    assert again == PageTaken(taken=1)
    assert desk.latest("R1", DocumentKind.RECEIPT).outcome == "there already"
    other = Receipt(ReceiptId("R1"), Sku("RED"), 6)
    assert desk.take(receipt_document(other, "3"), feed=Feed.RECEIPTS) == PageTaken(rejected=1)
    assert desk.bridge.verify().pieces_received == 5


def test_one_article_that_is_wrong_holds_up_no_other(desk: Desk) -> None:
    documents = [item_document(SkuRecord(Sku(name))) for name in ("X1", "", "X2")]
    assert desk.take(*documents, feed=Feed.ITEMS) == PageTaken(taken=2, rejected=1)
    assert {"X1", "X2"} <= {record.sku for record in desk.bridge.catalogue()}
    assert desk.latest("", DocumentKind.ITEM).state is InboxState.REJECTED


def test_cursor_is_kept_with_what_was_read(desk: Desk, order: OrderMaker) -> None:
    assert desk.inbox.cursor(SOURCE, Feed.ORDERS) == ""
    desk.take(told(order("A", RED=1)), cursor="41")
    desk.take(cursor="42")
    assert desk.inbox.cursor(SOURCE, Feed.ORDERS) == "42"
    assert desk.inbox.cursor(SOURCE, Feed.ITEMS) == ""
    with desk.bridge.store.reading() as tx:
        assert tx.cursors() == (CursorRecord(SOURCE, Feed.ORDERS, "42", NOW_MS),)


def test_cursor_stays_if_the_last_part_of_a_page_cannot_be_kept(
    desk: Desk, order: OrderMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [told(order(f"A{number}", RED=1)) for number in range(AT_ONCE + 1)]
    kept = Inbox._take
    parts: list[int] = []

    def full_disk(self: Inbox, *rest: object) -> PageTaken:
        parts.append(1)
        if len(parts) == 2:
            raise OSError("disk full")
        return kept(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Inbox, "_take", full_disk)
    with pytest.raises(OSError, match="disk full"):
        desk.take(*documents)
    assert desk.inbox.cursor(SOURCE, Feed.ORDERS) == ""
    assert desk.take(*documents) == PageTaken(taken=1, repeated=AT_ONCE)


def test_moves_of_the_wms_are_kept_once_and_change_no_books(desk: Desk) -> None:
    move = ForeignMove(0, SOURCE, "M1", "P001", "lost", Sku("RED"), 2, 9_000, NOW_MS, "L1")
    before = desk.bridge.verify().entries
    assert desk.inbox.take_moves(SOURCE, [move], "1", NOW_MS) == 1
    assert desk.inbox.take_moves(SOURCE, [move], "2", NOW_MS) == 0
    with desk.bridge.store.reading() as tx:
        [kept] = tx.foreign_moves(None, 10)
        assert tx.foreign_moves(1, 10) == ()
        assert tx.foreign_move_count() == 1
    assert (kept.number, kept.move, kept.lot) == (1, "M1", "L1")
    assert desk.bridge.verify().entries == before


def test_inbox_is_listed_by_state_and_number(desk: Desk, order: OrderMaker) -> None:
    desk.take(*(told(order(name, RED=1)) for name in "ABC"), told(order("D", NONE=1)))
    assert [entry.key for entry in desk.inbox.entries(InboxQuery(limit=2))] == ["D", "C"]
    assert [e.key for e in desk.inbox.entries(InboxQuery(InboxState.TAKEN, before=3))] == ["B", "A"]
    with desk.bridge.store.reading() as tx:
        assert (tx.inbox_count(InboxState.TAKEN), tx.inbox_count(InboxState.REJECTED)) == (3, 1)
        entry = tx.inbox_entry(4)
    assert entry is not None
    assert entry.key == "D"


def test_latest_check_of_the_stock_is_kept(store: Store) -> None:
    row = StockRow("P001", Sku("RED"), 10, 2, 13, under_way=True)
    check = StockCheck(SOURCE, NOW_MS, 3, 60, 61, 4, (row,))
    with store.writing() as tx:
        assert tx.last_stock_check() is None
        tx.add_stock_check(StockCheck(SOURCE, 1, 0, 0, 0, 0, ()))
        tx.add_stock_check(check)
    with store.reading() as reading:
        assert reading.last_stock_check() == check
    assert row.difference == 1
