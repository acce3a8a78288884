"""The example map, against answers in the shape of a large commercial WMS."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
import pytest

from planner.codec.messages import decode
from planner.warehouse.ids import LineId, OrderId, PickId, Sku, SlotId, StationId
from planner.warehouse.picks import ShortReason
from wms_bridge.connectors.port import OrderState, StockAt
from wms_bridge.connectors.rest.address import read_address
from wms_bridge.connectors.rest.connector import RestConnector
from wms_bridge.messages import LineConfirmed, LinePicked, OrderConfirmed
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OrderStatus

Asked = list[tuple[str, str, Any]]
Answer = TypeVar("Answer")


def order_row(number: str, status: str = "RELEASED", quantity: int = 5) -> dict[str, Any]:
    return {
        "order_nbr": number,
        "status_id": {"key": status},
        "mod_ts": "2026-11-30T10:00:00+01:00",
        "req_ship_date": "2026-11-30T12:00:00Z",
        "priority": 2,
        "order_dtl_set": [{"seq_nbr": 1, "item_id": {"key": "RED"}, "ord_qty": f"{quantity}.0"}],
    }


def play(
    what: Callable[[RestConnector], Awaitable[Answer]],
    answers: dict[str, Any],
    asked: Asked | None = None,
) -> Answer:
    """``answers`` by the last part of a path: a body, or a status."""

    def handle(request: httpx.Request) -> httpx.Response:
        body = decode(request.content) if request.content else None
        if asked is not None:
            asked.append((request.method, request.url.raw_path.decode(), body))
        assert request.headers["Authorization"] == "Bearer t0ken"
        assert request.headers["X-Company"] == "PODHERD"
        found = answers.get(request.url.path.rpartition("/")[2], 404)
        if isinstance(found, int):
            return httpx.Response(found, json={"message": "no"})
        return httpx.Response(200, content=json.dumps(found))

    async def run() -> Answer:
        address = read_address("rest+http://wms/wms/lgfapi?map=example-cloud-wms")
        connector = RestConnector(address, httpx.MockTransport(handle))
        try:
            return await what(connector)
        finally:
            await connector.close()

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_WMS_TOKEN", "t0ken")


def test_orders_are_read_by_the_time_they_were_changed() -> None:
    asked: Asked = []
    rows = [order_row("A"), order_row("B", "SHIPPED"), order_row("C", "DRAFT")]
    page = play(
        lambda wms: wms.orders(""), {"order_hdr": {"results": rows, "next_page": None}}, asked
    )
    assert [(one.reference, one.state) for one in page.items] == [
        ("A", OrderState.OPEN),
        ("B", OrderState.DONE),
    ]
    order = page.items[0].order
    assert order is not None
    assert (order.lines[0].line, order.lines[0].quantity, order.priority) == ("A#1", 5, 2)
    assert order.due_ms == 1_796_040_000_000
    assert "mod_ts__gte=1970-01-01T00%3A00%3A00Z" in asked[0][1]
    assert decode(page.cursor)["since"] == "2026-11-30T08:58:00.000Z"


def test_an_order_that_cannot_be_read_does_not_hide_the_others() -> None:
    rows = [order_row("A", quantity=-3), order_row("B")]
    page = play(lambda wms: wms.orders(""), {"order_hdr": {"results": rows, "next_page": None}})
    assert [(one.reference, one.order is None) for one in page.items] == [("A", True), ("B", False)]


def test_new_contents_are_another_version_although_the_stamp_is_the_same() -> None:
    versions = [
        play(
            lambda wms: wms.orders(""),
            {"order_hdr": {"results": [order_row("A", quantity=pieces)], "next_page": None}},
        )
        .items[0]
        .version
        for pieces in (5, 6, 5)
    ]
    assert versions[0] == versions[2] != versions[1]


def test_stock_by_slot_is_summed_up_with_its_mark() -> None:
    row = {"location_id": {"key": "P001/A/1/1"}, "item_id": {"key": "RED"}, "curr_qty": 4}
    answer = {"results": [row, row], "next_page": None, "last_history_id": 77}
    snapshot = play(lambda wms: wms.stock(), {"inventory": answer})
    assert snapshot.stock == (StockAt("P001/A/1/1", Sku("RED"), 8),)
    assert snapshot.cursor == "77"


def confirmed() -> OrderConfirmed:
    pick = LinePicked(PickId("p1"), StationId("S1"), SlotId("P001/A/1/1"), 3, 9, lot="X")
    line = LineConfirmed(LineId("A#1"), Sku("RED"), 5, 3, 2, ShortReason.SLOT_SHORT, picks=(pick,))
    name = "order-confirmed/A"
    return OrderConfirmed(name, OrderId("A"), OrderStatus.COMPLETE_SHORT, 1, 9, (line,))


def test_a_short_pick_is_confirmed_in_one_call_and_the_order_completed() -> None:
    asked: Asked = []
    answers: dict[str, Any] = {
        "pick_confirmation": {"result_count": 0},
        "A": {"status_id": {"key": "RELEASED"}},
        "pick_confirm": {},
        "complete": {},
    }
    told = play(lambda wms: wms.carry_out(confirmed()), answers, asked)
    assert told == "pick_confirm: done; complete: done"
    picked = next(body for _, path, body in asked if path.endswith("pick_confirm"))
    assert picked["ref_nbr"] == "order-confirmed/A"
    assert picked["list"] == [
        {
            **{"action": "Pick", "seq_nbr": 1, "from_location": "P001/A/1/1", "item": "RED"},
            **{"batch_nbr": "X", "qty": 3, "short_flg": False},
        }
    ]
    done = next(body for _, path, body in asked if path.endswith("complete"))
    assert done == {"short_flg": True, "reason": "slot_short"}


def test_what_was_done_before_is_left_out_and_the_rest_is_done() -> None:
    asked: Asked = []
    answers: dict[str, Any] = {
        "pick_confirmation": {"result_count": 1},
        "A": {"status_id": {"key": "RELEASED"}},
        "complete": 409,
    }
    told = play(lambda wms: wms.carry_out(confirmed()), answers, asked)
    assert told == "pick_confirm: was done; complete: was done already"
    assert not play(lambda wms: wms.find(confirmed()), answers)
    answers["A"] = {"status_id": {"key": "SHIPPED"}}
    assert play(lambda wms: wms.find(confirmed()), answers)


def test_an_answer_that_the_map_does_not_fit_is_no_refusal() -> None:
    wrong: tuple[dict[str, Any], ...] = (
        {"rows": []},
        {"results": [{"order_nbr": "A"}], "next_page": None},
    )
    for answer in wrong:
        with pytest.raises(DeliveryFailed, match="does not fit") as raised:
            play(lambda wms: wms.orders(""), {"order_hdr": answer})
        assert not raised.value.refused
