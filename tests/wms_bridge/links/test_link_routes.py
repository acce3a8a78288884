"""What people see of the link over HTTP, with the link running beside the application."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from fastapi import FastAPI

from planner.warehouse.ids import Sku
from planner.warehouse.orders import PickOrder
from tests.wms_bridge.links.test_link import PlainConnector
from wms_bridge.api.app import create_app
from wms_bridge.links.link import Link, LinkParams
from wms_bridge.links.sender import ConnectorSender
from wms_bridge.main import wall_clock_ms
from wms_bridge.outbox import Delivery
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
Until = Callable[[Callable[[], bool]], None]
Running = tuple[httpx.Client, PlainConnector]


@pytest.fixture
def running(stocked: Bridge, serve: Callable[[FastAPI], str]) -> Iterator[Running]:
    """A client of a bridge with a link that polls all the time, and the connector."""
    connector = PlainConnector()
    inbox = stocked.inbox
    params = LinkParams(poll_ms=10, stock_ms=0)
    link = Link(inbox, stocked.store, stocked.shelves, connector, wall_clock_ms, params)
    delivery = Delivery(stocked.store, ConnectorSender(connector), wall_clock_ms)
    app = create_app(stocked, wall_clock_ms, delivery=delivery, link=link)
    with httpx.Client(base_url=serve(app), timeout=30.0) as client:
        yield client, connector


def test_order_comes_in_and_its_reservation_goes_out(
    running: Running, order: OrderMaker, until: Until
) -> None:
    client, connector = running
    connector.wms.place(order("A", RED=1))
    until(lambda: len(client.get("/v1/inbox").json()["documents"]) == 1)
    [document] = client.get("/v1/inbox").json()["documents"]
    assert (document["key"], document["state"], document["outcome"]) == ("A", "taken", "taken")
    assert "body" not in document
    assert '"A"' in client.get("/v1/inbox/1").json()["body"]
    until(lambda: client.get("/v1/links").json()["backlog"] == 0)
    state = client.get("/v1/links").json()
    assert (state["reading"]["source"], state["reading"]["circuit"]) == ("sim://wms", "closed")
    assert (state["telling"], state["rejected"], state["foreign_moves"]) == ("closed", 0, 0)
    assert {record["feed"] for record in state["cursors"]} >= {"orders"}


def test_rejected_document_is_shown_and_retried(
    running: Running, order: OrderMaker, until: Until, stocked: Bridge
) -> None:
    client, connector = running
    connector.wms.place(order("A", NEW=1))
    until(lambda: client.get("/v1/links").json()["rejected"] == 1)
    [document] = client.get("/v1/inbox", params={"state": "rejected"}).json()["documents"]
    assert "not in the catalogue" in document["error"]
    stocked.put_skus([SkuRecord(Sku("NEW"))])
    retried = client.post(f"/v1/inbox/{document['number']}/retry").json()
    assert (retried["state"], retried["tries"]) == ("taken", 2)
    assert client.get("/v1/links").json()["rejected"] == 0


def test_stock_is_checked_on_demand(running: Running, until: Until) -> None:
    client, connector = running
    assert client.get("/v1/links/stock").status_code == 404
    connector.wms.count("P001/A/1/1", Sku("RED"), 3, 0)
    until(lambda: client.get("/v1/links").json()["foreign_moves"] == 1)
    [move] = client.get("/v1/links/moves").json()["moves"]
    assert (move["to_location"], move["quantity"]) == ("P001/A/1/1", 3)
    check = client.post("/v1/links/stock").json()
    assert check["source"] == "sim://wms"
    by_place = {(row["location"], row["sku"]): row for row in check["differences"]}
    assert by_place[("P001/A/1/1", "RED")] == {
        "location": "P001/A/1/1",
        "sku": "RED",
        "ours": 10,
        "untold": 0,
        "theirs": 3,
        "under_way": False,
        "difference": -7,
    }
    assert client.get("/v1/links/stock").json() == check


def test_wms_that_is_away_cannot_be_compared(running: Running, until: Until) -> None:
    client, connector = running
    connector.away = True
    answer = client.post("/v1/links/stock")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    until(lambda: client.get("/v1/links").json()["reading"]["failures"] > 0)


@pytest.mark.parametrize(
    ("method", "path", "field"),
    [
        ("GET", "/v1/inbox/7", "number"),
        ("POST", "/v1/inbox/7/retry", "number"),
        ("GET", "/v1/links/stock", "stock"),
        ("POST", "/v1/links/stock", "link"),
    ],
)
def test_what_is_not_there_is_not_found(url: str, method: str, path: str, field: str) -> None:
    answer = httpx.request(method, f"{url}{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["field"] == field


def test_bridge_without_a_wms_says_so(url: str) -> None:
    state = httpx.get(f"{url}/v1/links").json()
    assert (state["reading"], state["telling"], state["cursors"]) == (None, None, [])
