"""Reservations, stock with its deltas, subscriptions and news, as callers see them."""

import json
from collections.abc import Callable

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from planner.warehouse.ids import OrderId
from planner.warehouse.orders import PickOrder
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]


@pytest.fixture
def http(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=30)


def test_availability_is_told_by_sku(http: httpx.Client) -> None:
    answer = http.get("/v1/stock/available", params={"sku": ["RED", "BLUE"]})
    assert answer.status_code == 200
    found = {item["sku"]: item["available"] for item in answer.json()["availability"]}
    assert found == {"RED": 40, "BLUE": 20}
    assert http.get("/v1/stock/available", params={"sku": "GREEN"}).status_code == 404
    assert http.get("/v1/stock/available").status_code == 422


def test_a_reservation_is_made_once_read_and_released(http: httpx.Client) -> None:
    wish = {"lines": [{"sku": "RED", "quantity": 50}], "until_ms": None}
    made = http.put("/v1/reservations/A%2F1", json=wish)
    assert (made.status_code, made.json()["lines"][0]["granted"]) == (201, 40)
    again = http.put("/v1/reservations/A%2F1", json=wish)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.json() == made.json() == http.get("/v1/reservations/A%2F1").json()
    other = http.put("/v1/reservations/A%2F1", json={"lines": [{"sku": "RED", "quantity": 1}]})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert len(http.get("/v1/reservations").json()["reservations"]) == 1
    assert http.delete("/v1/reservations/A%2F1").json()["state"] == "released"
    assert http.delete("/v1/reservations/B").status_code == 404


def test_a_snapshot_and_its_deltas_are_the_stock(
    http: httpx.Client, stocked: Bridge, order: OrderMaker, show: Callable[..., object]
) -> None:
    picture = http.get("/v1/stock/snapshot").json()
    held = {(h["account"], h["sku"]): h["quantity"] for h in picture["stock"]}
    assert held[("slot:P001/A/1/1", "RED")] == 10
    stocked.receive_order(order("A", RED=3), 1)
    stocked.apply([show("p1", "A#1", "RED", 3)], 2)  # type: ignore[list-item]
    stocked.confirm_pick("p1", 3, 3)  # type: ignore[arg-type]
    deltas = http.get("/v1/stock/deltas", params={"after": picture["watermark"]}).json()["deltas"]
    assert [d["number"] for d in deltas] == [picture["watermark"] + 1]
    for delta in deltas:
        moved = delta["movement"]
        for account, pieces in (
            (moved["from_account"], -moved["quantity"]),
            (moved["to_account"], moved["quantity"]),
        ):
            held[(account, moved["sku"])] = held.get((account, moved["sku"]), 0) + pieces
    after = http.get("/v1/stock/snapshot").json()
    now = {(h["account"], h["sku"]): h["quantity"] for h in after["stock"]}
    assert {place: pieces for place, pieces in held.items() if pieces} == now
    assert after["watermark"] == deltas[-1]["number"]


def test_a_subscription_shows_its_secret_once(http: httpx.Client) -> None:
    made = http.put("/v1/subscriptions/shop", json={"url": "https://93.184.216.34/hook"})
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    for answer in (http.get("/v1/subscriptions"), http.get("/v1/subscriptions/shop")):
        assert answer.status_code == 200
        assert secret not in answer.text
    assert http.post("/v1/subscriptions/shop/resume", json={"skip": True}).status_code == 200
    assert http.delete("/v1/subscriptions/shop").status_code == 204
    assert http.get("/v1/subscriptions/shop").status_code == 404


def test_news_come_in_order_from_where_the_client_was(
    url: str, stocked: Bridge, order: OrderMaker
) -> None:
    address = url.replace("http://", "ws://") + "/v1/events"
    for name in ("A", "B", "C"):
        stocked.receive_order(order(name, RED=1), 1)
        stocked.cancel_order(OrderId(name), 2)
    with connect(f"{address}?messages=1") as socket:
        seen = [json.loads(socket.recv(30)) for _ in range(2)]
        assert [(one["number"], one["message"]["order"]) for one in seen] == [(2, "B"), (3, "C")]
        stocked.receive_order(order("D", RED=1), 1)
        stocked.cancel_order(OrderId("D"), 2)
        assert json.loads(socket.recv(30))["message"]["message"] == "order-cancelled/D"
    with connect(f"{address}?movements=0") as socket:
        numbers = [json.loads(socket.recv(30))["number"] for _ in range(3)]
        assert numbers == [1, 2, 3]


def test_a_client_that_asks_for_nothing_is_told_what_to_ask(url: str) -> None:
    with connect(url.replace("http://", "ws://") + "/v1/events") as socket:
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(30)
        assert closed.value.rcvd is not None
        assert "ask for" in closed.value.rcvd.reason
