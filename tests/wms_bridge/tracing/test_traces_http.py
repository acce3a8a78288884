"""Tracing over HTTP and from the command line."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from planner.warehouse.ids import ReceiptId, Sku
from planner.warehouse.receipts import Receipt
from tests.wms_bridge.conftest import NOW_MS
from tests.wms_bridge.tracing.conftest import sgtin, sscc
from wms_bridge.api import problems
from wms_bridge.api.context import Context
from wms_bridge.api.routes import traces
from wms_bridge.service import Bridge
from wms_bridge.traces_cli import trace_app

CODES = [sgtin("R1-1"), sgtin("R1-2")]


@pytest.fixture
def web(stocked: Bridge, serve: Callable[[FastAPI], str]) -> Iterator[httpx.Client]:
    """The routes of tracing on the bridge ``stocked``, with two bottles of RED at the dock."""
    app = FastAPI()
    app.state.context = Context(stocked, lambda: NOW_MS, None)
    problems.install(app)
    app.include_router(traces.router)
    app.dependency_overrides = {
        need.dependency: lambda: None
        for route in traces.router.routes
        for need in getattr(route, "dependencies", ())
    }
    stocked.receive_goods(Receipt(ReceiptId("R1"), Sku("RED"), 2), NOW_MS)
    with httpx.Client(base_url=serve(app)) as opened:
        told = {"movement": "receipt/R1", "serials": CODES}
        assert opened.post("/v1/traces/serials", json=told).status_code == 200
        yield opened


def test_where_and_history_over_http(web: httpx.Client) -> None:
    packing = {"key": "k1", "action": "ADD", "parent": sscc(1), "children": CODES}
    packed = web.post("/v1/traces/packings", json=packing)
    assert packed.json()["children"] == CODES
    again = web.post("/v1/traces/packings", json={**packing, "at_ms": NOW_MS})
    assert again.headers["Idempotency-Replayed"] == "true"
    where = web.get("/v1/traces/where", params={"item": CODES[0]}).json()
    assert (where["thing"]["packs"], where["thing"]["seat"]["receipt"]) == ([sscc(1)], "R1")
    history = web.get("/v1/traces/history", params={"item": "R1-1", "sku": "RED"}).json()
    assert [step["cause"] for step in history["path"]] == ["receipt/R1", "pack/k1"]


def test_stock_is_traced_without_serials(web: httpx.Client, stocked: Bridge) -> None:
    red = web.get("/v1/traces/where", params={"sku": "RED"}).json()["stock"]
    assert sum(each["quantity"] for each in red if each["seat"]["slot"]) == 40
    before = web.get("/v1/traces/where", params={"sku": "RED", "at_ms": NOW_MS - 1}).json()
    assert before["stock"] == []
    pod = web.get("/v1/traces/history", params={"pod": "P001"}).json()
    assert [step["quantity"] for step in pod["path"]] == [10, 20]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({}, 422),
        ({"item": CODES[0], "pod": "P001"}, 422),
        ({"pod": "P001", "sku": "RED"}, 422),
        ({"item": "S1"}, 422),
        ({"item": sgtin("none")}, 404),
        ({"item": CODES[0], "at_ms": "5"}, 404),
        ({"pack": sscc(9)}, 404),
        ({"tote": "none"}, 404),
        ({"pod": "P999"}, 404),
        ({"lot": "none"}, 404),
        ({"sku": "NONE"}, 404),
    ],
)
def test_what_cannot_be_traced_is_a_problem(
    web: httpx.Client, params: dict[str, str], status: int
) -> None:
    for path in ("where", "history"):
        answer = web.get(f"/v1/traces/{path}", params=params)
        assert answer.status_code == status
        assert answer.json()["code"] in ("invalid_message", "not_found")


def test_readings_make_mends_that_a_supervisor_decides(web: httpx.Client) -> None:
    packing = {"key": "k1", "action": "ADD", "parent": sscc(1), "children": CODES[:1]}
    web.post("/v1/traces/packings", json=packing)
    for turn in (1, 2):
        seen = {
            "evidence": f"read {turn}",
            "at_ms": NOW_MS,
            "read_point": f"gate {turn}",
            "children": CODES,
            "parent": sscc(1),
        }
        taken = web.post("/v1/traces/sightings", json=seen).json()
    assert taken["mends"] == [1]
    [shown] = web.get("/v1/traces/mends", params={"state": "proposed"}).json()["mends"]
    assert (shown["child"], shown["was"], shown["now"]) == (CODES[1], None, sscc(1))
    decision = {"apply": True, "by": "kim", "reason": "it is in"}
    decided = web.post("/v1/traces/mends/1/decision", json=decision).json()
    assert decided["mend"]["state"] == "applied"
    assert web.post("/v1/traces/mends/9/decision", json=decision).status_code == 404
    assert web.get("/v1/traces/doubts").json() == {"doubts": []}


def test_an_epcis_document_is_taken(web: httpx.Client) -> None:
    event = {
        "type": "AggregationEvent",
        "eventTime": "1970-01-01T00:00:01Z",
        "eventTimeZoneOffset": "+00:00",
        "action": "ADD",
        "parentID": f"https://id.gs1.org/{sscc(7)}",
        "childEPCs": [f"https://id.gs1.org/{code}" for code in CODES],
    }
    document = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "1970-01-01T00:00:01Z",
        "epcisBody": {"eventList": [event]},
    }
    answer = web.post("/v1/traces/epcis", json=document)
    assert answer.json() == {"taken": 1, "repeated": 0, "others": 0}
    assert web.get("/v1/traces/where", params={"pack": sscc(7)}).json()["inside"] == CODES
    assert web.post("/v1/traces/epcis", content=b"{").status_code == 422


def test_command_line_tells_where_and_how(web: httpx.Client) -> None:
    url = str(web.base_url)
    run = CliRunner().invoke
    where = run(trace_app, ["where", "item", CODES[0], "--url", url])
    assert where.output.startswith(f"{CODES[0]} at dock:R1 since 1970-01-01T00:00:01.000Z")
    history = run(
        trace_app, ["history", "sku", "RED", "--at", "1970-01-01T00:00:01Z", "--url", url]
    )
    assert "opening_stock to slot:P001/A/1/1 by opening/" in history.output
    assert run(trace_app, ["where", "item", "S1", "--url", url]).exit_code == 1
    assert run(trace_app, ["where", "pod", "P001", "--at", "noon", "--url", url]).exit_code == 1
