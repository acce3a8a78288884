"""Goods of two lots in one slot, and of an owner in another."""

from collections.abc import Callable

import pytest

from planner.warehouse.ids import Lot, PodId, Sku
from planner.warehouse.stock import Balance, slot_id
from wms_bridge.lots.naming import LotName
from wms_bridge.records.lots import LotQuery
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

DAY_MS = 86_400_000


@pytest.fixture
def lotted(bridge: Bridge) -> Bridge:
    """The bridge of the fixture ``bridge`` with ``MILK``: 10 of lot A, which expires on day 10, in
    P003/A/1/1; 10 of lot B, which expires on day 20, in P003/A/1/2; 10 of lot A of owner ACME in
    P003/A/2/1; 10 of no known lot in P003/A/2/2."""
    bridge.put_skus([SkuRecord(Sku("MILK"))])
    pod = PodId("P003")
    records = [
        Balance(slot_id(pod, "A", level, column), Sku("MILK"), 10)
        for level in (1, 2)
        for column in (1, 2)
    ]
    lots = {
        0: LotName("A", expires_ms=10 * DAY_MS),
        1: LotName("B", expires_ms=20 * DAY_MS),
        2: LotName("A", "ACME", 10 * DAY_MS),
    }
    bridge.load_stock(records, "milk", 1_000, lots)
    return bridge


@pytest.fixture
def key_of() -> Callable[..., Lot]:
    """``key_of(bridge, "A")``: the key of a lot of MILK."""

    def find(bridge: Bridge, code: str, owner: str = "", sku: str = "MILK") -> Lot:
        (found,) = bridge.lots.lots(LotQuery(sku=Sku(sku), code=code, owner=owner))
        return found.lot

    return find
