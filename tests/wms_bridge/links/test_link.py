"""The link: feeds read on from where they were read, trouble seen and survived, stock compared."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.warehouse.commands import ShowPicks, ShowPuts
from planner.warehouse.ids import OrderId, PickId, PutId, ReceiptId, Sku
from planner.warehouse.orders import PickOrder
from planner.warehouse.receipts import Receipt
from tests.wms_bridge.links.plain_wms import PlainWms
from wms_bridge.backoff import BackoffParams
from wms_bridge.connectors.port import (
    OrderDocument,
    Page,
    ReceiptDocument,
    StockAt,
    StockMove,
    StockSnapshot,
)
from wms_bridge.inbox.desk import Inbox
from wms_bridge.links.link import Link, LinkParams
from wms_bridge.messages import WmsMessage
from wms_bridge.ports.store import DeliveryFailed, NoStockTold
from wms_bridge.records.links import Feed, StockRow
from wms_bridge.records.work import OrderQuery, OrderRecord, SkuRecord
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
PutMaker = Callable[..., ShowPuts]
WAITS = BackoffParams(first_ms=100, longest_ms=1_000, jitter=0.0)


class PlainConnector:
    """A connector whose WMS is in the same process, and away when it is told so."""

    name = "sim://wms"
    fence_ms = 0

    def __init__(self) -> None:
        self.wms = PlainWms()
        self.away = False
        self.reads = 0

    def _ask(self) -> None:
        self.reads += 1
        if self.away:
            raise DeliveryFailed("connection refused", refused=False)

    async def check(self) -> str:
        return "1"

    async def orders(self, cursor: str) -> Page[OrderDocument]:
        self._ask()
        return self.wms.read_orders(cursor)

    async def receipts(self, cursor: str) -> Page[ReceiptDocument]:
        self._ask()
        return self.wms.read_receipts(cursor)

    async def items(self, cursor: str) -> Page[SkuRecord]:
        self._ask()
        return self.wms.read_items(cursor)

    async def moves(self, cursor: str) -> Page[StockMove]:
        self._ask()
        return self.wms.read_moves(cursor)

    async def stock(self) -> StockSnapshot:
        self._ask()
        return self.wms.snapshot()

    async def find(self, message: WmsMessage) -> bool:
        return False

    async def carry_out(self, message: WmsMessage) -> str:
        return "done"

    async def close(self) -> None:
        """There is nothing to let go of."""


class Rig:
    """A link on the bridge ``stocked``, and the same stock at the WMS."""

    def __init__(self, bridge: Bridge):
        self.bridge = bridge
        self.now_ms = 1_000_000
        self.connector = PlainConnector()
        self.wms = self.connector.wms
        for balance in bridge.stock():
            self.wms.stock[(balance.slot, balance.sku)] += balance.quantity
        inbox = Inbox(bridge.store, bridge.shelves, lambda: None)
        params = LinkParams(poll_ms=1_000, stock_ms=3_600_000, waits=WAITS)
        self.link = Link(
            inbox, bridge.store, bridge.shelves, self.connector, lambda: self.now_ms, params
        )

    def poll(self) -> bool:
        return asyncio.run(self.link.poll())

    def differences(self) -> tuple[StockRow, ...]:
        return asyncio.run(self.link.check_stock()).differences


@pytest.fixture
def rig(stocked: Bridge) -> Rig:
    return Rig(stocked)


def test_everything_new_is_read_page_by_page(rig: Rig, order: OrderMaker) -> None:
    rig.wms.item_feed.extend(SkuRecord(Sku(f"X{number}")) for number in range(12))
    rig.wms.receive(Receipt(ReceiptId("R1"), Sku("X11"), 4))
    for number in range(12):
        rig.wms.place(order(f"A{number}", **{f"X{number}": 1}))
    assert rig.poll()
    assert len(rig.bridge.catalogue()) == 15
    assert all(rig.bridge.order(OrderId(f"A{number}")) for number in range(12))
    assert rig.bridge.receipt(ReceiptId("R1")) is not None
    assert set(rig.link.status.read_ms) == set(Feed)
    with rig.bridge.store.reading() as tx:
        assert {record.cursor for record in tx.cursors()} == {"12", "1", "0"}


def test_read_on_after_a_restart(rig: Rig, order: OrderMaker) -> None:
    rig.wms.place(order("A", RED=1))
    rig.poll()
    again = Rig(rig.bridge)
    again.connector.wms = rig.wms
    rig.wms.place(order("B", RED=1))
    assert again.poll()
    assert [str(record.order) for record in _orders(rig.bridge)] == ["B", "A"]


def test_wms_that_is_away_opens_the_circuit_and_loses_nothing(rig: Rig, order: OrderMaker) -> None:
    rig.connector.away = True
    rig.wms.place(order("A", RED=1))
    assert not rig.poll()
    status = rig.link.status
    assert (status.circuit, status.failures) == ("open", 1)
    assert status.last_error == "connection refused"
    rig.now_ms += WAITS.longest_ms
    rig.connector.away = False
    assert rig.poll()
    assert (rig.link.status.circuit, len(_orders(rig.bridge))) == ("closed", 1)


def test_page_that_promises_more_and_never_gets_on_is_left(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(cursor: str) -> Page[OrderDocument]:
        rig.connector.reads += 1
        return Page((), "stuck", more=True)

    monkeypatch.setattr(rig.connector, "orders", endless)
    assert rig.poll()
    assert rig.connector.reads < 10


def test_moves_that_are_not_ours_are_kept_and_shown_as_a_difference(rig: Rig) -> None:
    rig.wms.count("P001/A/1/1", Sku("RED"), -2, 5)
    rig.poll()
    with rig.bridge.store.reading() as tx:
        [move] = tx.foreign_moves(None, 10)
    assert (move.from_location, move.quantity, move.source) == ("P001/A/1/1", 2, "sim://wms")
    assert rig.differences() == (StockRow("P001/A/1/1", Sku("RED"), 10, 0, 8),)


def test_what_the_wms_was_not_told_yet_is_no_difference(
    rig: Rig, order: OrderMaker, show: ShowMaker, show_put: PutMaker
) -> None:
    rig.bridge.receive_order(order("A", RED=3, BLUE=2), 1)
    rig.bridge.receive_order(order("B", BLUE=2), 1)
    rig.bridge.receive_goods(Receipt(ReceiptId("R1"), Sku("RED"), 9), 1)
    rig.bridge.apply(
        [
            show("p1", "A#1", "RED", 3),
            show("p2", "B#1", "BLUE", 2, "P001/A/1/2"),
            show_put("u1", "R1", "RED", 4),
        ],
        2,
    )
    rig.bridge.confirm_pick(PickId("p1"), 3, 3)
    rig.bridge.confirm_pick(PickId("p2"), 2, 3)
    rig.bridge.confirm_put(PutId("u1"), 4, 3)
    with rig.bridge.store.reading() as tx:
        assert [message.message for message in tx.untold()] == ["order-confirmed/B"]
    assert rig.differences() == ()
    with rig.bridge.store.writing() as writing:
        [message] = writing.untold()
        writing.put_message(replace(message, delivered_ms=4))
    assert rig.differences() == (StockRow("P001/A/1/2", Sku("BLUE"), 18, 0, 20),)


def test_stock_told_while_it_was_being_compared_is_no_difference(
    rig: Rig, order: OrderMaker, show: ShowMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.bridge.receive_order(order("A", RED=3), 1)
    rig.bridge.apply([show("p1", "A#1", "RED", 3)], 2)
    rig.bridge.confirm_pick(PickId("p1"), 3, 3)

    async def told_meanwhile() -> StockSnapshot:
        with rig.bridge.store.writing() as tx:
            [message] = tx.untold()
            tx.put_message(replace(message, delivered_ms=4))
        return rig.wms.snapshot()

    monkeypatch.setattr(rig.connector, "stock", told_meanwhile)
    assert rig.differences() == ()


def test_wms_that_keeps_stock_by_pod_is_compared_by_pod(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock = (
        StockAt("P001", Sku("RED"), 10),
        StockAt("P001", Sku("BLUE"), 19),
        StockAt("P002", Sku("RED"), 20, "L1"),
        StockAt("P002", Sku("RED"), 10, "L2"),
        StockAt("RECEIVING", Sku("RED"), 5),
    )

    async def by_pod() -> StockSnapshot:
        return StockSnapshot(stock, "")

    monkeypatch.setattr(rig.connector, "stock", by_pod)
    check = asyncio.run(rig.link.check_stock())
    assert check.differences == (StockRow("P001", Sku("BLUE"), 20, 0, 19),)
    assert (check.places, check.pieces_ours, check.pieces_theirs) == (3, 60, 59)
    assert check.elsewhere == 5


def test_stock_is_compared_once_a_period(rig: Rig) -> None:
    rig.poll()
    with rig.bridge.store.reading() as tx:
        assert tx.last_stock_check() is None
    rig.now_ms += 3_600_000
    rig.poll()
    rig.now_ms += 1_000
    rig.poll()
    with rig.bridge.store.reading() as tx:
        check = tx.last_stock_check()
    assert check is not None
    assert (check.at_ms, check.differences) == (4_600_000, ())


def test_wms_without_stock_to_tell_is_well_all_the_same(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def untold() -> StockSnapshot:
        asked.append(rig.now_ms)
        raise NoStockTold("no file")

    monkeypatch.setattr(rig.connector, "stock", untold)
    rig.poll()
    for passed_ms in (3_600_000, 1_000, 3_600_000):
        rig.now_ms += passed_ms
        assert rig.poll()
    assert len(asked) == 2
    assert (rig.link.status.failures, rig.link.status.last_error) == (0, "")
    with pytest.raises(NoStockTold):
        asyncio.run(rig.link.check_stock())
    with rig.bridge.store.reading() as tx:
        assert tx.last_stock_check() is None


def _orders(bridge: Bridge) -> tuple[OrderRecord, ...]:
    return bridge.orders(OrderQuery())
