"""Webhooks in: signed, each delivery taken once, documents kept whatever becomes of them."""

import json
from collections.abc import Callable

import httpx
import pytest

from planner.warehouse.ids import OrderId
from wms_bridge.records.work import OrderStatus
from wms_bridge.service import Bridge
from wms_bridge.signing import new_secret, signed_headers

NOW_S = 1
"""Of the bridge served in tests."""


@pytest.fixture
def http(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=30)


@pytest.fixture
def deliver(http: httpx.Client) -> Callable[..., httpx.Response]:
    """``deliver("d1", {...})`` sends a delivery of the source ``erp`` and gives the answer."""
    secret = http.put("/v1/hooks/erp").json()["secret"]

    def send(delivery: str, document: object, at_s: int = NOW_S, key: str = "") -> httpx.Response:
        body = json.dumps(document).encode()
        headers = signed_headers(key or secret, delivery, body, at_s)
        return http.post("/v1/hooks/erp/deliveries", content=body, headers=headers)

    return send


def order(name: str, **wanted: int) -> dict[str, object]:
    lines = [{"sku": sku, "quantity": quantity} for sku, quantity in wanted.items()]
    return {"type": "order", "data": {"order": name, "lines": lines}}


def goods(pieces: int) -> dict[str, object]:
    return {"type": "receipt", "data": {"receipt": "R", "sku": "RED", "quantity": pieces}}


def test_an_order_is_taken_changed_and_cancelled(
    deliver: Callable[..., httpx.Response], stocked: Bridge
) -> None:
    taken = deliver("d1", order("A", RED=3))
    assert taken.status_code == 200
    assert (taken.json()["state"], taken.json()["outcome"]) == ("taken", "taken")
    assert deliver("d2", order("A", RED=5)).json()["outcome"] == "changed"
    details = stocked.order(OrderId("A"))
    assert details is not None
    assert details.order.pieces == 5
    gone = deliver("d3", {"type": "order.cancelled", "data": {"order": "A"}})
    assert gone.json()["outcome"] == "cancelled"
    details = stocked.order(OrderId("A"))
    assert details is not None
    assert details.order.status is OrderStatus.CANCELLED


def test_the_same_delivery_is_answered_and_not_done_again(
    deliver: Callable[..., httpx.Response], stocked: Bridge
) -> None:
    first = deliver("d1", goods(5))
    again = deliver("d1", goods(5))
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    assert {**first.json(), "repeated": True} == again.json()
    assert stocked.verify().pieces_received == 5
    other = deliver("d1", goods(6))
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


def test_a_document_that_cannot_be_taken_is_kept_for_somebody(
    deliver: Callable[..., httpx.Response], stocked: Bridge
) -> None:
    answer = deliver("d1", order("A", GREEN=3))
    assert (answer.status_code, answer.json()["state"]) == (200, "rejected")
    assert "GREEN" in answer.json()["error"]
    assert stocked.order(OrderId("A")) is None
    assert deliver("d2", {"type": "item", "data": {"sku": "GREEN"}}).json()["state"] == "taken"
    assert deliver("d3", order("A", GREEN=4)).json()["state"] == "taken"


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"type": "nonsense", "data": {}}, ""),
        ({"type": "order", "data": {"order": "A", "lines": "no"}}, "data.lines"),
        ({"type": "order", "data": {"order": "A", "lines": []}}, "lines"),
        ([], ""),
    ],
)
def test_what_is_no_document_is_refused(
    deliver: Callable[..., httpx.Response], document: object, field: str
) -> None:
    answer = deliver("d1", document)
    assert answer.status_code == 422
    assert answer.json().get("field", "") == field


def test_only_what_the_source_has_signed_just_now_is_taken(
    deliver: Callable[..., httpx.Response], http: httpx.Client, stocked: Bridge
) -> None:
    assert deliver("d1", order("A", RED=1), key=new_secret()).status_code == 422
    assert deliver("d1", order("A", RED=1), at_s=NOW_S + 301).status_code == 422
    body = json.dumps(order("A", RED=1)).encode()
    assert http.post("/v1/hooks/erp/deliveries", content=body).status_code == 422
    headers = signed_headers(new_secret(), "d1", body, NOW_S)
    assert http.post("/v1/hooks/other/deliveries", content=body, headers=headers).status_code == 404
    assert stocked.order(OrderId("A")) is None


def test_a_source_can_be_listed_and_forbidden(
    deliver: Callable[..., httpx.Response], http: httpx.Client
) -> None:
    assert [one["source"] for one in http.get("/v1/hooks").json()["sources"]] == ["erp"]
    assert "whsec_" not in http.get("/v1/hooks").text
    assert http.delete("/v1/hooks/erp").status_code == 204
    assert deliver("d1", order("A", RED=1)).status_code == 404
    assert http.delete("/v1/hooks/erp").status_code == 404
