"""Goods with serials at the bridge of three pods."""

from collections.abc import Callable, Sequence

import pytest

from planner.warehouse.commands import ShowPicks, ShowPuts
from planner.warehouse.ids import PickId, PutId, ReceiptId, Sku
from planner.warehouse.orders import PickOrder
from planner.warehouse.receipts import Receipt
from wms_bridge.epcis.digital_link import check_digit
from wms_bridge.ports.store import Store
from wms_bridge.serials.packing import PackAction, Packing
from wms_bridge.service import Bridge
from wms_bridge.traces.service import Traces

GTIN = "09506000134352"


def sgtin(serial: object) -> str:
    """A bottle of RED."""
    return f"01/{GTIN}/21/{serial}"


def sscc(number: int) -> str:
    """A pack."""
    digits = f"1950600{number:010}"
    return f"00/{digits}{check_digit(digits)}"


@pytest.fixture
def traces(bridge: Bridge, store: Store) -> Traces:
    """Tracing on the store of the fixture ``bridge``."""
    return Traces(store)


@pytest.fixture
def receive(bridge: Bridge) -> Callable[..., list[str]]:
    """``receive("R1", 4, 10)``: 4 bottles of RED with serials ``R1-1`` ... at the dock at 10 ms."""

    def come(receipt: str, pieces: int, at_ms: int) -> list[str]:
        codes = [sgtin(f"{receipt}-{number}") for number in range(1, pieces + 1)]
        goods = Receipt(ReceiptId(receipt), Sku("RED"), pieces)
        bridge.receive_goods(goods, at_ms, serials=codes)
        return codes

    return come


@pytest.fixture
def put(bridge: Bridge, show_put: Callable[..., ShowPuts]) -> Callable[..., None]:
    """``put("u1", "R1", codes, 20)``: they go into P003/A/1/1 at S2."""

    def away(name: str, receipt: str, codes: Sequence[str], at_ms: int) -> None:
        assert bridge.apply([show_put(name, receipt, "RED", len(codes))], at_ms) == (None,)
        bridge.confirm_put(PutId(name), len(codes), at_ms, serials=codes)

    return away


@pytest.fixture
def pick(
    bridge: Bridge,
    order: Callable[..., PickOrder],
    show: Callable[..., ShowPicks],
) -> Callable[..., None]:
    """``pick("p1", "A", codes, 30)``: they are picked for order A out of P003/A/1/1 at S1."""

    def out(name: str, wanted: str, codes: Sequence[str], at_ms: int) -> None:
        bridge.receive_order(order(wanted, RED=len(codes)), at_ms)
        shown = show(name, f"{wanted}#1", "RED", len(codes), slot="P003/A/1/1")
        assert bridge.apply([shown], at_ms) == (None,)
        bridge.confirm_pick(PickId(name), len(codes), at_ms, serials=codes)

    return out


@pytest.fixture
def packing() -> Callable[..., Packing]:
    """``packing("k1", sscc(1), codes, 15)``: a packing of things."""

    def make(
        key: str,
        parent: str,
        children: Sequence[str],
        at_ms: int,
        action: PackAction = PackAction.ADD,
        **more: object,
    ) -> Packing:
        return Packing(key, action, parent, at_ms, tuple(children), **more)  # type: ignore[arg-type]

    return make
