"""The HTTP interface, through the shipped client and by hand, on a real port."""

import json
from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI

from planner.warehouse.commands import AlarmKind, RaiseAlarm, ShortenLine, ShowPicks
from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidOrder,
    InvalidStock,
    NotFound,
    PodherdError,
    Unavailable,
)
from planner.warehouse.events import OrderReceived, PickConfirmed, StockStated
from planner.warehouse.ids import LineId, OrderId, PickId, Sku, SlotId, StationId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance
from wms_bridge.api.app import create_app
from wms_bridge.client import BridgeClient
from wms_bridge.ledger import LedgerReport
from wms_bridge.records.work import OrderStatus, SkuRecord, Sort
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
S1 = StationId("S1")
ORDERS = "/v1/orders/three%20pods"


def test_a_shift_in_small(client: BridgeClient, order: OrderMaker, show: ShowMaker) -> None:
    client.send_order(order("A", RED=3, RARE=2))
    commands: list[ShowPicks | ShortenLine] = [
        show("p/1 #ä", "A#1", "RED", 3),
        ShortenLine(OrderId("A"), LineId("A#2"), 2, 2, ShortReason.INSUFFICIENT_STOCK),
    ]
    assert all(result.accepted for result in client.send_commands(commands))
    [pick] = client.picks(S1)
    assert pick.task.pick == "p/1 #ä"
    taken = client.confirm_pick(pick.task.pick, 3)
    assert (taken.quantity, taken.repeated) == (3, False)
    finished = client.order(OrderId("A"))
    assert finished is not None
    assert finished.status is OrderStatus.COMPLETE_SHORT
    assert [(line.picked, line.short) for line in finished.order_lines] == [(3, 0), (0, 2)]
    kinds = [type(item.event) for item in client.events(0)]
    assert kinds == [StockStated, OrderReceived, StockStated, PickConfirmed]
    assert client.verify().sound
    assert client.status().wms.backlog == 1
    assert client.kpis().bridge["orders_completed_short"] == 1


def test_site_skus_and_stock(client: BridgeClient, site: Site) -> None:
    assert client.site() == site
    assert client.put_skus([SkuRecord(Sku("NEW"), "a new thing")]) == 1
    assert SkuRecord(Sku("NEW"), "a new thing") in client.catalogue()
    new = Balance(SlotId("P003/A/1/1"), Sku("NEW"), 4)
    assert client.put_stock([new], "k").pieces == 4
    assert client.stock(slot=new.slot) == (new,)
    assert client.stock(sku=Sku("NEW")) == (new,)


def test_repeated_order_has_the_same_answer(client: BridgeClient, order: OrderMaker) -> None:
    first = client.send_order(order("A", RED=3))
    again = client.send_order(order("A", RED=3))
    assert (first.repeated, again.repeated) == (False, True)
    assert again.received_ms == first.received_ms
    with pytest.raises(IdempotencyConflict) as error:
        client.send_order(order("A", RED=4))
    assert (error.value.field, error.value.value) == ("order", "A")


def test_repeat_is_answered_byte_by_byte_the_same(url: str) -> None:
    body = {"lines": [{"sku": "RED", "quantity": 1}]}
    first, again = (httpx.put(f"{url}{ORDERS}/A", json=body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ({"lines": []}, "lines", "[]"),
        ({"lines": [{"sku": "RED", "quantity": 0}]}, "lines[0].quantity", 0),
        ({"lines": [{"sku": "RED", "quantity": -1}]}, "lines[0].quantity", -1),
        ({"lines": [{"sku": "RED", "quantity": 1.5}]}, "lines[0].quantity", 1.5),
        ({"lines": [{"sku": "RED", "quantity": True}]}, "lines[0].quantity", True),
        ({"lines": [{"sku": "RED", "quantity": 10**30}]}, "lines[0].quantity", None),
        ({"lines": [{"sku": "GREEN", "quantity": 1}]}, "lines[0].sku", "GREEN"),
        ({"lines": [{"sku": "\ud800", "quantity": 1}]}, "lines[0].sku", None),
        ({"order": "A", "lines": [{"sku": "RED", "quantity": 1}]}, "order", "A"),
        ({"lines": [{"sku": "RED", "quantity": 1}], "x": 1}, "x", 1),
        ({"due_ms": -1, "lines": [{"sku": "RED", "quantity": 1}]}, "due_ms", -1),
        (
            {
                "lines": [
                    {"sku": "RED", "quantity": 1, "number": 2},
                    {"sku": "BLUE", "quantity": 1, "number": 2},
                ],
            },
            "lines[0].line",
            "A#2",
        ),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_bad_order_is_a_problem_that_names_the_field(
    url: str, client: BridgeClient, body: object, field: str, value: object
) -> None:
    answer = httpx.put(
        f"{url}{ORDERS}/A",
        content=json.dumps(body),
        headers={"Content-Type": "application/json"},
    )
    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["code"] in ("invalid_order", "invalid_request")
    assert problem["field"] == field
    assert value is None or problem["value"] == value
    assert problem["remedy"]
    assert client.orders() == ()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", f"{ORDERS}/nobody", 404, "not_found"),
        ("DELETE", ORDERS, 405, "method_not_allowed"),
        ("GET", f"{ORDERS}?limit=0", 422, "invalid_request"),
        ("GET", f"{ORDERS}?limit=ten", 422, "invalid_request"),
        ("GET", f"{ORDERS}?order=biggest", 422, "invalid_request"),
        ("GET", f"{ORDERS}?before={10**30}", 422, "invalid_request"),
        ("GET", "/v1/fleet/events?after=-1", 422, "invalid_request"),
        ("GET", f"/v1/fleet/events?after={10**30}", 422, "invalid_request"),
        ("GET", "/v1/stations/S1/picks?after=-1", 422, "invalid_request"),
        ("POST", "/v1/outbox/7/retry", 404, "not_found"),
        ("POST", "/v1/outbox/first/retry", 422, "invalid_request"),
        ("GET", "/v1/stations/S9/picks", 404, "not_found"),
        ("PUT", f"{ORDERS}/A", 422, "invalid_request"),
        ("POST", f"{ORDERS}/bulk", 422, "invalid_message"),
        ("POST", "/v1/fleet/view", 422, "invalid_message"),
        ("POST", "/v1/fleet/commands", 422, "invalid_message"),
        ("POST", "/v1/picks/nobody/confirm", 422, "invalid_request"),
        ("PUT", "/v1/stock", 422, "invalid_request"),
    ],
)
def test_every_error_is_a_problem(url: str, method: str, path: str, status: int, code: str) -> None:
    answer = httpx.request(method, url + path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["status"] == status


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[1,", b"nul"])
def test_body_that_is_not_json_is_a_problem(url: str, body: bytes) -> None:
    for path in (f"{ORDERS}/bulk", "/v1/fleet/commands", "/v1/fleet/view"):
        answer = httpx.post(url + path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), path
        assert answer.headers["Content-Type"] == "application/problem+json", path


def test_errors_arrive_at_the_client_as_they_were(
    client: BridgeClient, order: OrderMaker, show: ShowMaker
) -> None:
    with pytest.raises(InvalidOrder) as unknown:
        client.send_order(order("A", GREEN=1))
    assert (unknown.value.field, unknown.value.value) == ("lines[0].sku", "GREEN")
    with pytest.raises(InvalidStock):
        client.put_stock([Balance(SlotId("P009/A/1/1"), Sku("RED"), 1)], "k")
    with pytest.raises(NotFound) as pick:
        client.confirm_pick(PickId("nobody"), 1)
    assert (pick.value.field, pick.value.value) == ("pick", "nobody")
    with pytest.raises(NotFound, match="S1, S2"):
        client.picks(StationId("S9"))
    assert client.order(OrderId("nobody")) is None
    results = client.send_commands([show("p", "Z#1", "RED", 1)])
    assert (results[0].accepted, results[0].code) == (False, "invalid_message")


def test_bridge_that_is_not_there_is_unavailable() -> None:
    client = BridgeClient("http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="GET /v1/status: ConnectError") as error:
        client.status()
    assert isinstance(error.value, PodherdError)
    assert isinstance(error.value, ConnectionError)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(502, text="<html>bad gateway"), Unavailable),
        (httpx.Response(200, text="not JSON"), PodherdError),
        (httpx.Response(500, json={"code": "internal_error", "detail": "failed"}), Unavailable),
        (httpx.Response(503, json={"code": "unavailable", "detail": "later"}), Unavailable),
        (httpx.Response(404, json={"code": "not_found", "detail": "no"}), NotFound),
    ],
    ids=["proxy", "no JSON", "failed", "later", "not found"],
)
def test_what_the_client_makes_of_answers(answer: httpx.Response, kind: type[PodherdError]) -> None:
    client = BridgeClient("http://bridge", transport=httpx.MockTransport(lambda _: answer))
    with pytest.raises(PodherdError) as error:
        client.kpis()
    assert isinstance(error.value, kind)
    assert isinstance(error.value, Unavailable) == (kind is Unavailable)


def test_unreadable_command_does_not_hold_up_the_others(url: str, client: BridgeClient) -> None:
    alarm = {"type": "RaiseAlarm", "kind": "robot_silent", "subject": "R1", "text": "silent"}
    body = [{"type": "Dance"}, alarm, 7, {**alarm, "kind": "bored"}]
    answer = httpx.post(f"{url}/v1/fleet/commands", json=body).json()
    assert [result["accepted"] for result in answer["results"]] == [False, True, False, False]
    assert [item.subject for item in client.alarms.listed()] == ["R1"]


def test_alarms_and_discrepancies(client: BridgeClient, order: OrderMaker, show: ShowMaker) -> None:
    client.send_order(order("A", RED=3))
    silent = RaiseAlarm(AlarmKind.ROBOT_SILENT, "R1", "<img src=x onerror=alert(1)>")
    client.send_commands([silent, show("p1", "A#1", "RED", 3)])
    client.confirm_pick(PickId("p1"), 1, ShortReason.SLOT_SHORT)
    [alarm] = client.alarms.listed()
    assert (alarm.text, alarm.active) == (silent.text, True)
    [found] = client.discrepancies()
    assert (found.slot, found.books, found.found) == ("P001/A/1/1", 10, 1)


def test_orders_come_in_pages(client: BridgeClient, order: OrderMaker) -> None:
    client.send_orders([order(name, RED=1) for name in "ABC"])
    newest, *_ = client.orders(limit=1)
    assert newest.order == "C"
    rest = client.orders(OrderStatus.OPEN, before=newest.number)
    assert [item.order for item in rest] == ["B", "A"]
    oldest, *_ = client.orders(order=Sort.OLDEST, limit=1)
    assert oldest.order == "A"
    rest = client.orders(OrderStatus.OPEN, order=Sort.OLDEST, after=oldest.number)
    assert [item.order for item in rest] == ["B", "C"]


def test_verify_is_the_same_over_http(client: BridgeClient, stocked: Bridge) -> None:
    assert client.verify() == stocked.verify()
    assert isinstance(client.verify(), LedgerReport)


def test_api_key_is_asked_for_everywhere_but_the_page(
    stocked: Bridge, serve: Callable[[FastAPI], str]
) -> None:
    url = serve(create_app(stocked, lambda: 0, api_key="secret"))
    refused = httpx.get(f"{url}/v1/status")
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
    for wrong in (b"Bearer nope", b"Basic secret", b"secret", "Bearer sécret".encode()):
        answer = httpx.get(f"{url}/v1/status", headers={b"Authorization": wrong})
        assert answer.status_code == 401
    with pytest.raises(PodherdError, match="API key"):
        BridgeClient(url).status()
    assert BridgeClient(url, "secret").status().site == stocked.site.name


def test_pages_of_other_sites_may_look_at_nothing_and_change_nothing(url: str) -> None:
    evil = {"Origin": "https://evil.example"}
    answer = httpx.put(f"{url}/v1/skus", json={"skus": []}, headers=evil)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert "Access-Control-Allow-Origin" not in httpx.get(f"{url}{ORDERS}", headers=evil).headers
    assert httpx.put(f"{url}/v1/skus", json={"skus": []}, headers={"Origin": url}).is_success


def test_unknown_host_name_is_refused(stocked: Bridge, serve: Callable[[FastAPI], str]) -> None:
    url = serve(create_app(stocked, lambda: 0, allowed_hosts=("127.0.0.1",)))
    assert httpx.get(f"{url}/v1/status").is_success
    for name in ("evil.example", "127.0.0.1.evil.example", "[::1", ""):
        rebound = httpx.get(f"{url}/v1/status", headers={"Host": name})
        assert rebound.status_code == 400
        assert rebound.headers["Content-Type"] == "application/problem+json"
        assert (rebound.json()["code"], rebound.json()["field"]) == ("unknown_host", "Host")


def test_host_may_be_an_address_of_either_kind_with_or_without_a_port(
    stocked: Bridge, serve: Callable[[FastAPI], str]
) -> None:
    url = serve(create_app(stocked, lambda: 0, allowed_hosts=("localhost", "::1")))
    for name in ("localhost", "LOCALHOST:8600", "[::1]", "[::1]:8600"):
        assert httpx.get(f"{url}/v1/status", headers={"Host": name}).is_success, name


def test_body_beyond_the_limit_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wms_bridge.api.guards.MAX_BODY_BYTES", 1000)
    answer = httpx.post(f"{url}{ORDERS}/bulk", json=["x" * 2000])
    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_stock_comes_in_pages_and_a_slot_whole(url: str, client: BridgeClient) -> None:
    pages: list[list[str]] = []
    after: str | None = ""
    while after is not None:
        page = httpx.get(f"{url}/v1/stock", params={"after": after, "limit": 1}).json()
        pages.append([record["slot"] for record in page["stock"]])
        after = page["next"]
    assert pages == [["P001/A/1/1"], ["P001/A/1/2"], ["P002/A/1/1"]]
    assert [balance.slot for balance in client.stock()] == [slot for page in pages for slot in page]
    assert httpx.get(f"{url}/v1/stock", params={"limit": 0}).status_code == 422
