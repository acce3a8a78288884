"""The connector of EPCIS repositories, against our own capture interface and against answers that
get lost."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft7Validator

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import LineId, OrderId, PickId, ReceiptId, Sku, SlotId, StationId
from planner.warehouse.receipts import Receipt
from planner.warehouse.site import Site
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.captures.desk import Captures
from wms_bridge.connectors.epcis.address import read_address
from wms_bridge.connectors.epcis.clerk import EpcisClerk
from wms_bridge.connectors.epcis.connector import EpcisConnector
from wms_bridge.connectors.epcis.mapping import events_of
from wms_bridge.epcis.counting import document
from wms_bridge.epcis.vocabulary import GS1_CONTEXT
from wms_bridge.messages import (
    LineConfirmed,
    LinePicked,
    LineWanted,
    OrderConfirmed,
    ReceiptPutAway,
    ReservationWanted,
    SlotFilled,
    StockAdjusted,
    WmsMessage,
)
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OrderStatus, ReceiptQuery, SkuRecord
from wms_bridge.service import Bridge

NOW_MS = 1_800_000_000_000
GTIN = Sku("9506000134352")
P1, P2 = SlotId("P001/A/1/1"), SlotId("P002/A/1/1")
ADDRESS = read_address("epcis+http://repository/v1/epcis")
Handler = Callable[[httpx.Request], httpx.Response]


def picked(slot: SlotId, quantity: int, serials: tuple[str, ...] = ()) -> LinePicked:
    return LinePicked(PickId(f"p{slot}"), StationId("S1"), slot, quantity, 5, "", serials)


def confirmed(message: str = "order-confirmed/A") -> OrderConfirmed:
    lines = (
        LineConfirmed(LineId("A#1"), Sku("RED"), 3, 3, 0, None, picks=(picked(P1, 3),)),
        LineConfirmed(
            LineId("A#2"), GTIN, 2, 2, 0, None, picks=(picked(P1, 1, ("S1",)), picked(P2, 1))
        ),
    )
    return OrderConfirmed(message, OrderId("A"), OrderStatus.COMPLETE, 1, 2_000, lines)


STORED = ReceiptPutAway(
    "receipt-put-away/R", ReceiptId("R"), GTIN, 5, 1, 3_000, (SlotFilled(P1, 5, "L7"),)
)
MISSING = StockAdjusted("stock-adjusted/C1", "C1", P1, Sku("RED"), -2, 8, "missing", "ann", 4_000)
WANTED = ReservationWanted(
    "reserve-order/A", OrderId("A"), (LineWanted(LineId("A#1"), Sku("RED"), 1),)
)


class Repository:
    """A bridge's own capture interface; ``lose`` answers of POST after they are done, or
    ``before``."""

    def __init__(self, site: Site):
        self.bridge = Bridge(site, MemoryStore())
        self._asgi = httpx.ASGITransport(app=create_app(self.bridge, lambda: NOW_MS))
        self.lose = 0
        self.before = 0
        self.posts = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "POST":
            return await self._asgi.handle_async_request(request)
        self.posts += 1
        if self.before:
            self.before -= 1
            raise httpx.ReadTimeout("lost on the way there", request=request)
        answer = await self._asgi.handle_async_request(request)
        if self.lose:
            self.lose -= 1
            raise httpx.ReadTimeout("lost on the way back", request=request)
        return answer

    def transport(self) -> httpx.AsyncBaseTransport:
        outer = self

        class Through(httpx.AsyncBaseTransport):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                return await outer.handle_async_request(request)

        return Through()

    def captured(self) -> int:
        desk = Captures(self.bridge.store, self.bridge.shelves, lambda: None)
        return sum(job.captured for job in desk.jobs(None, 100))


@pytest.fixture
def repository(site: Site) -> Repository:
    return Repository(site)


@pytest.mark.parametrize(
    ("message", "number"), [(confirmed(), 2), (STORED, 1), (MISSING, 1), (WANTED, 0)]
)
def test_what_is_told_is_captured_once(
    repository: Repository, message: WmsMessage, number: int
) -> None:
    async def work() -> None:
        connector = EpcisConnector(ADDRESS, repository.transport())
        assert connector.fence_ms == 0
        assert await connector.find(message) == (number == 0)
        for _ in range(3):
            await connector.carry_out(message)
        assert await connector.find(message)
        await connector.close()

    asyncio.run(work())
    assert repository.captured() == number
    assert repository.posts == min(number, 1)


@pytest.mark.parametrize(("lose", "before"), [(1, 0), (0, 1), (2, 1)])
def test_lost_answers_make_no_duplicates(repository: Repository, lose: int, before: int) -> None:
    repository.lose, repository.before = lose, before
    failures: list[tuple[bool, bool]] = []

    async def work() -> None:
        connector = EpcisConnector(ADDRESS, repository.transport())
        for _ in range(lose + before + 1):
            try:
                await connector.carry_out(confirmed())
            except DeliveryFailed as failure:
                failures.append((failure.unknown, failure.refused))
        assert await connector.find(confirmed())

    asyncio.run(work())
    assert repository.captured() == 2
    assert failures == [(True, False)] * (before + min(lose, 1))


def test_events_of_two_messages_are_never_one() -> None:
    one, other = (events_of(confirmed(f"order-confirmed/{n}"), ADDRESS.site) for n in "AB")
    assert {event.event_id for event in one}.isdisjoint(event.event_id for event in other)
    assert one == events_of(confirmed("order-confirmed/A"), ADDRESS.site)


@pytest.mark.shared
@pytest.mark.parametrize("message", [confirmed(), STORED, MISSING], ids=["order", "put", "count"])
def test_documents_fit_the_schema_of_gs1(shared_data: Path, message: WmsMessage) -> None:
    schema = shared_data / "epcis" / "gs1_draft_repo" / "EPCIS-JSON-Schema.json"
    events = events_of(message, ADDRESS.site)
    Draft7Validator(json.loads(schema.read_text())).validate(document(events, NOW_MS))


def answering(handle: Handler) -> EpcisConnector:
    return EpcisConnector(ADDRESS, httpx.MockTransport(handle))


def page(*events: Any) -> dict[str, Any]:
    results = {"queryName": "q", "resultsBody": {"eventList": list(events)}}
    return {
        "@context": [GS1_CONTEXT],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-29T08:00:00Z",
        "epcisBody": {"queryResults": results},
    }


def came(number: int, **more: Any) -> dict[str, Any]:
    what = {"quantityList": [{"epcClass": f"https://id.gs1.org/01/0{GTIN}", "quantity": number}]}
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:x:{number}",
        "eventTime": "2026-11-29T08:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "recordTime": f"2026-11-29T09:00:0{number}Z",
        "action": "OBSERVE",
        "bizStep": "receiving",
        **what,
        **more,
    }


def test_receiving_is_read_page_by_page_from_where_it_was_read() -> None:
    asked: list[dict[str, str]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        asked.append(query)
        if query.get("nextPageToken") == "t2":
            return httpx.Response(200, json=page(came(3)))
        if "GE_recordTime" in query:
            return httpx.Response(200, json=page(came(3)))
        link = '<https://elsewhere/events?perPage=100&nextPageToken=t2>; rel="next"'
        bad = came(2, quantityList=[{"epcClass": "urn:x:1", "quantity": 1}])
        return httpx.Response(200, json=page(came(1), bad), headers={"Link": link})

    async def work() -> list[list[int]]:
        connector, cursor, found = answering(handle), "", []
        for more in (True, False, False):
            got = await connector.receipts(cursor)
            assert got.more == more
            found.append([one.receipt.quantity for one in got.items])
            assert all(one.receipt.sku == GTIN for one in got.items)
            cursor = got.cursor
        return found

    assert asyncio.run(work()) == [[1], [3], [3]]
    assert asked[2]["GE_recordTime"] == "2026-11-29T09:00:03Z"


@pytest.mark.parametrize(
    ("status", "refused", "unknown"),
    [(401, False, False), (429, False, False), (500, False, True), (302, True, False)],
)
def test_what_a_failure_means(status: int, refused: bool, unknown: bool) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404 if request.method == "GET" else status)

    with pytest.raises(DeliveryFailed) as failed:
        asyncio.run(answering(handle).carry_out(MISSING))
    assert (failed.value.refused, failed.value.unknown) == (refused, unknown)


def job(**fields: Any) -> Handler:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(202, headers={"Location": "/v1/epcis/capture/7"})
        if "/capture/" in request.url.path:
            return httpx.Response(200, json=fields)
        return httpx.Response(404)

    return handle


def test_a_job_that_failed_is_a_refusal_and_one_that_is_none_is_unknown() -> None:
    failing = job(running=False, success=False, errors=["no such place"])
    with pytest.raises(DeliveryFailed, match="no such place") as failed:
        asyncio.run(answering(failing).carry_out(MISSING))
    assert failed.value.refused
    with pytest.raises(DeliveryFailed) as failed:
        asyncio.run(answering(job(state="?")).carry_out(MISSING))
    assert failed.value.unknown


def test_a_job_at_another_host_is_not_followed() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "repository"
        if request.method == "POST":
            return httpx.Response(202, headers={"Location": "https://evil/capture/7"})
        return httpx.Response(404)

    with pytest.raises(DeliveryFailed, match="another host"):
        asyncio.run(answering(handle).carry_out(MISSING))


def test_goods_received_by_a_clerk_come_in(repository: Repository) -> None:
    repository.bridge.put_skus([SkuRecord(Sku("RED"))])

    async def work() -> None:
        clerk = EpcisClerk(ADDRESS, repository.transport())
        for _ in range(2):
            await clerk.receive(Receipt(ReceiptId("R"), Sku("RED"), 4, "L1"))
        with pytest.raises(DeliveryFailed):
            await clerk.cancel(OrderId("A"))

    asyncio.run(work())
    with repository.bridge.store.reading() as tx:
        assert [one.quantity for one in tx.receipts(ReceiptQuery())] == [4]


def test_addresses() -> None:
    address = read_address("epcis+https://ann:s%40crt@host:8443/base/?gln=4012345000009&fence_s=5")
    assert (address.base, address.shown) == (
        "https://host:8443/base",
        "epcis+https://host:8443/base",
    )
    assert address.auth == ("ann", "s@crt")
    assert EpcisConnector(address).fence_ms == 5_000
    assert "s@crt" not in repr(address)
    for wrong in (
        "epcis+ftp://x",
        "https://x",
        "epcis+https://x?y=1",
        "epcis+https://x?fence_s=-1",
    ):
        with pytest.raises(InvalidMessage):
            read_address(wrong)
