"""The whole loop on a real Tryton: orders in, reserved, picked, shipped; counts; goods received."""

import pytest

from planner.warehouse.ids import Lot, OrderId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from tests.wms_bridge.connectors.contract.goods import GoodsLoop
from tests.wms_bridge.connectors.contract.orders import OrderLoop
from tests.wms_bridge.connectors.tryton.tryton_desk import TrytonDesk
from wms_bridge.records.work import SkuRecord

pytestmark = pytest.mark.tryton


class TestOrders(OrderLoop):
    """And what only a Tryton does with them."""

    def test_an_order_for_one_lot_says_so(self, desk: TrytonDesk) -> None:
        desk.run(desk.clerk.set_up(["P001"], [SkuRecord(desk.sku("A"))]))
        name = OrderId(f"{desk.prefix}-1")
        order = PickOrder(name, (OrderLine(line_id(name, 1), desk.sku("A"), 2, lot=Lot("L1")),))
        desk.run(desk.clerk.place(order))
        assert [one.order for one in desk.news()] == [order]


class TestGoods(GoodsLoop):
    """As everywhere."""
