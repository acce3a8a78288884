"""The whole loop on a real Odoo: orders in, reserved, picked, shipped; counts; goods received."""

import dataclasses

import pytest

from planner.warehouse.ids import Lot, OrderId, ReceiptId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.receipts import Receipt
from tests.wms_bridge.connectors.contract.goods import GoodsLoop
from tests.wms_bridge.connectors.contract.messages import confirmed, put_away
from tests.wms_bridge.connectors.contract.orders import OrderLoop
from tests.wms_bridge.connectors.odoo.odoo_desk import OdooDesk
from wms_bridge.connectors.odoo.address import Backorders
from wms_bridge.connectors.odoo.booking import read_transfers
from wms_bridge.connectors.odoo.connector import OdooConnector
from wms_bridge.connectors.odoo.documents import order_document
from wms_bridge.connectors.port import OrderDocument, StockAt
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import SkuRecord

pytestmark = pytest.mark.odoo


class TestOrders(OrderLoop):
    """And what only an Odoo does with them."""

    def test_a_clerk_cannot_order_one_lot(self, desk: OdooDesk) -> None:
        desk.run(desk.clerk.set_up(["P001"], [SkuRecord(desk.sku("A"))]))
        name = OrderId(f"{desk.prefix}-1")
        order = PickOrder(name, (OrderLine(line_id(name, 1), desk.sku("A"), 2, lot=Lot("L1")),))
        with pytest.raises(DeliveryFailed, match="no lot"):
            desk.run(desk.clerk.place(order))
        assert desk.documents(name) == ()

    def test_pieces_not_found_are_another_delivery_if_so_wished(self, desk: OdooDesk) -> None:
        desk.stock_up({("P001", "A"): 10})
        order = desk.place("1", A=6)
        address = dataclasses.replace(desk.connector._address, backorders=Backorders.CREATE)
        other = OdooConnector(address)
        told = confirmed(order, [("P001/A/1/1", 2)])
        desk.news()
        for _ in range(2):
            assert desk.run(other.carry_out(told)) == "shipped"
        assert desk.run(other.find(told))
        desk.run(other.close())
        assert [one.state for one in desk.documents(order.order)] == ["done"]
        (left,) = desk.run(left_over(desk, order.order))
        assert left.order is not None
        assert [line.quantity for line in left.order.lines] == [4]
        assert left.reference != order.order
        desk.tell(confirmed(left.order, [("P001/A/1/1", 4)]))
        assert desk.stock() == {("P001", "A"): 4}


async def left_over(desk: OdooDesk, reference: str) -> list[OrderDocument]:
    """Deliveries that Odoo made of what another one left over."""
    domain = [["origin", "=", reference], ["backorder_id", "!=", False]]
    return [order_document(one) for one in await read_transfers(desk.clerk._wire, domain)]


class TestGoods(GoodsLoop):
    """And what only an Odoo does with them."""

    def test_goods_of_a_lot_are_put_away_as_that_lot(self, desk: OdooDesk) -> None:
        desk.run(desk.clerk.set_up(["P001", "P002"], [SkuRecord(desk.sku("A"))]))
        receipt = Receipt(ReceiptId(f"{desk.prefix}-R1"), desk.sku("A"), 12, "L1")
        desk.run(desk.clerk.receive(receipt))
        assert desk.receipts() == [receipt]
        told = put_away(receipt.receipt, receipt.sku, ("P001/A/1/1", 7), ("P002/A/1/1", 5))
        for _ in range(2):
            desk.tell(told)
        assert desk.stock_of(receipt.sku) == [
            StockAt("P001", receipt.sku, 7, "L1"),
            StockAt("P002", receipt.sku, 5, "L1"),
        ]
