"""People at a real Tryton whose answers are lost: every document is entered once."""

import asyncio

import pytest

from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import OrderId, ReceiptId, Sku, SlotId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.receipts import Receipt
from planner.warehouse.stock import Balance
from podherd_bringup.wms_audit import IN, OUT, WmsBooks, read_books
from podherd_bringup.wms_clerk import WmsClerk
from scripts.tryton import Tryton
from tests.wms_bridge.connectors.contract.cuts import Cut, CuttingTransport
from wms_bridge.records.work import SkuRecord

pytestmark = [pytest.mark.tryton, pytest.mark.timeout(300)]
RED = Sku("CAREFUL-RED")
CALLS = 8
"""More than any document takes: cuts beyond the last call do nothing."""


@pytest.fixture(scope="module", autouse=True)
def opened_books(server: Tryton) -> None:
    asyncio.run(_open_books(server.clerk_url))


async def _open_books(url: str) -> None:
    clerk = WmsClerk(url)
    stock = [Balance(SlotId("P901/A/1/1"), RED, 5), Balance(SlotId("P901/A/1/2"), RED, 2)]
    await clerk.open_books(["P901"], [SkuRecord(RED)], stock)
    await clerk.close()


def an_order(name: str) -> PickOrder:
    order = OrderId(name)
    return PickOrder(order, (OrderLine(line_id(order, 1), RED, 1),))


async def _enter_with_cuts(url: str, how: Cut) -> WmsBooks:
    for at in range(CALLS):
        cuts = CuttingTransport()
        clerk = WmsClerk(url, cuts)
        cuts.arm(at, how)
        await clerk.place([an_order(f"O-{how.name}-{at}")])
        await clerk.receive([Receipt(ReceiptId(f"R-{how.name}-{at}"), RED, 1)])
        await clerk.close()
    return await read_books(url)


@pytest.mark.parametrize("how", list(Cut))
def test_a_document_is_entered_once_whichever_call_is_cut(server: Tryton, how: Cut) -> None:
    books = asyncio.run(_enter_with_cuts(server.clerk_url, how))
    for at in range(CALLS):
        assert len(books.documents[OUT][f"O-{how.name}-{at}"]) == 1
        assert books.documents[OUT][f"O-{how.name}-{at}"][0] != "draft"
        assert books.documents[IN][f"R-{how.name}-{at}"] == ("received",)


def test_stock_of_one_pod_is_booked_as_one(server: Tryton) -> None:
    books = asyncio.run(read_books(server.url))
    assert books.stock["P901", RED] == 7


def test_what_the_wms_refuses_is_told(server: Tryton) -> None:
    async def enter() -> None:
        clerk = WmsClerk(server.clerk_url)
        order = OrderId("O-BAD")
        await clerk.place([PickOrder(order, (OrderLine(line_id(order, 1), Sku("NONE"), 1),))])

    with pytest.raises(PodherdError, match="NONE"):
        asyncio.run(enter())
