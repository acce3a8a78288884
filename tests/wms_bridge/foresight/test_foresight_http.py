"""Forecasts over HTTP: what is told, what is refused, and to whom."""

import asyncio
from typing import Any

import httpx
import pytest

from planner.warehouse.commands import AlarmKind
from planner.warehouse.site import Site
from tests.wms_bridge.access.conftest import Guarded, guarded  # noqa: F401
from tests.wms_bridge.foresight.situations import MINUTE_MS, NOW
from wms_bridge.access.roles import Role
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.foresight.watch import ForesightWatch
from wms_bridge.records.alarms import AlarmQuery
from wms_bridge.service import Bridge


class Asked:
    """A bridge with orders A1 to A9, of which A1 asks for what is not there."""

    def __init__(self, site: Site):
        self.now_ms = NOW
        self.bridge = Bridge(site, MemoryStore())
        self.app = create_app(self.bridge, lambda: self.now_ms)
        self.orders = f"/v1/orders/{site.name}"
        assert self.ask("PUT", "/v1/skus", json={"skus": [{"sku": "RED"}, {"sku": "RARE"}]})
        stock = {"records": [{"slot": "P001/A/1/1", "sku": "RED", "quantity": 20}]}
        keyed = {"Idempotency-Key": "opening"}
        answer = self.ask("PUT", "/v1/stock", json=stock, headers=keyed)
        assert answer.is_success, answer.text
        for number in range(1, 10):
            wanted = {"sku": "RARE" if number == 1 else "RED", "quantity": 1}
            due_ms = NOW + (1 if number == 1 else 100 * number) * MINUTE_MS
            body = {"lines": [wanted], "due_ms": due_ms}
            assert self.ask("PUT", f"{self.orders}/A{number}", json=body).status_code == 201
        self.bridge.foresight.look(self.now_ms)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def within() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
                return await http.request(method, path, **more)

        return asyncio.run(within())

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def asked(site: Site) -> Asked:
    return Asked(site)


def names(told: dict[str, Any]) -> list[str]:
    return [one["order"] for one in told["forecasts"]]


def test_open_orders_are_listed_a_page_at_a_time(asked: Asked) -> None:
    told = asked.get("/v1/foresight/orders?limit=4")
    assert (told["at_ms"], told["now_ms"], told["total"], told["open"]) == (NOW, NOW, 9, 9)
    assert names(told)[0] == "A1"
    first = told["forecasts"][0]
    assert first["causes"][0]["kind"] == "no_stock"
    assert first["p10_ms"] <= first["p50_ms"] <= first["p90_ms"]
    rest = [
        name
        for offset in (4, 8)
        for name in names(asked.get(f"/v1/foresight/orders?limit=4&offset={offset}"))
    ]
    assert sorted(names(told) + rest) == [f"A{number}" for number in range(1, 10)]
    assert told["at_risk"] == 1
    assert sum(one["orders"] for one in told["stages"]) == 9


def test_the_list_is_narrowed(asked: Asked) -> None:
    assert names(asked.get("/v1/foresight/orders?search=RARE")) == ["A1"]
    assert names(asked.get("/v1/foresight/orders?search=a7")) == ["A7"]
    assert names(asked.get("/v1/foresight/orders?cause=no_stock")) == ["A1"]
    assert names(asked.get("/v1/foresight/orders?stage=at_station")) == []
    assert names(asked.get("/v1/foresight/orders?sort=due&limit=2")) == ["A1", "A2"]


@pytest.mark.parametrize(
    "query", ["sort=best", "least_risk=2", "offset=-1", "limit=0", "stage=lost", "cause=weather"]
)
def test_what_cannot_be_asked_is_refused(asked: Asked, query: str) -> None:
    answer = asked.ask("GET", f"/v1/foresight/orders?{query}")
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"


def test_one_order_is_told_with_its_etag_and_history(asked: Asked) -> None:
    told = asked.get("/v1/foresight/orders/A2")
    assert (told["status"], told["phase"], told["etag"]) == (
        "open",
        "not_started",
        f"open.0.0.{NOW + 200 * MINUTE_MS}",
    )
    assert told["order_lines"][0]["state"] == "waiting"
    assert told["forecast"]["order"] == "A2"
    rushed = asked.ask(
        "POST",
        f"{asked.orders}/A2/priority",
        json={"priority": 1},
        headers={"If-Match": f'"{told["etag"]}"', "Podherd-Reason": "sold%20twice"},
    )
    assert rushed.status_code == 200
    stale = asked.ask(
        "POST", f"{asked.orders}/A2/cancel", headers={"If-Match": f'"{told["etag"]}"'}
    )
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_page")
    after = asked.get("/v1/foresight/orders/A2")
    assert after["priority"] == 1
    latest = after["history"][-1]
    assert (latest["what"], latest["why"]) == ("prioritised", "sold twice")
    assert asked.ask("GET", "/v1/foresight/orders/nobody").status_code == 404


def test_calibration_and_causes_begin_empty(asked: Asked) -> None:
    told = asked.get("/v1/foresight/calibration")
    assert (told["learned"], told["scores"]["predictions"]) == (0, 0)
    assert len(told["scores"]["bins"]) == 10
    found = asked.get("/v1/foresight/causes")
    assert found["lateness"]["orders"] == 0
    assert [(one["cause"]["kind"], one["orders"]) for one in found["now"]] == [("no_stock", 1)]
    wrong = asked.ask("GET", "/v1/foresight/causes?from_ms=5&to_ms=5")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_window")


def test_the_watch_looks_by_itself_and_raises_the_alarm(site: Site) -> None:
    asked = Asked(site)
    changes = 0

    async def watched() -> None:
        nonlocal changes
        watch = ForesightWatch(
            asked.bridge.foresight, lambda: asked.now_ms, lambda: None, lambda: changes, 60.0
        )
        running = asyncio.create_task(watch.run())
        asked.now_ms += MINUTE_MS
        while asked.bridge.foresight.looked.at_ms != asked.now_ms:
            await asyncio.sleep(0.01)
        asked.now_ms += MINUTE_MS
        changes += 1
        while asked.bridge.foresight.looked.at_ms != asked.now_ms:
            await asyncio.sleep(0.01)
        running.cancel()

    asyncio.run(asyncio.wait_for(watched(), 30))
    found = asked.bridge.alarms.alarms(AlarmQuery(kinds=(AlarmKind.ORDERS_LATE,)))
    assert [(one.subject, one.active) for one in found] == [("no_stock RARE", True)]


def test_who_may_see_orders_may_see_forecasts(guarded: Guarded) -> None:  # noqa: F811
    site = guarded.bridge.site.name
    for path in ("orders", "orders/A", "calibration", "causes"):
        picker = guarded.ask("GET", f"/v1/foresight/{path}", guarded.keys[Role.PICKER, site])
        assert picker.status_code == 403
        operator = guarded.ask("GET", f"/v1/foresight/{path}", guarded.keys[Role.OPERATOR, site])
        assert operator.status_code in (200, 404)
