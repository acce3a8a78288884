"""The published contract: up to date, compatible with the one released, and kept by every route."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer import Typer
from typer.testing import CliRunner

from planner.codec.messages import decode
from planner.warehouse.errors import NotFound, PodherdError, UnknownSite
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.site import Site
from tests.wms_bridge.api.fuzzing import site_in_small
from wms_bridge.access.errors import (
    BlockedAddress,
    InvalidAccess,
    NotAllowed,
    NotSignedIn,
    Throttled,
)
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app, routed_app
from wms_bridge.api.catalogue import KINDS, page
from wms_bridge.api.compatibility import breaks
from wms_bridge.api.contract import document, operations
from wms_bridge.api.problems import status_of
from wms_bridge.api.refusals import problem_of
from wms_bridge.cli import add_to
from wms_bridge.client import BridgeClient
from wms_bridge.openapi_cli import published
from wms_bridge.order_client import path_of
from wms_bridge.problem_codes import CODES
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
ORDERS = "/v1/orders/three%20pods"
METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY")


def contract() -> Any:
    return document(routed_app())


def test_the_published_contract_is_up_to_date() -> None:
    kept = (REFERENCE / "openapi.json").read_text(encoding="utf-8")
    assert kept == published(), "run: podherd openapi docs/reference/openapi.json"


def test_callers_of_the_released_contract_are_served_as_before() -> None:
    released = decode((REFERENCE / "openapi-released.json").read_bytes())
    assert breaks(released, contract()) == []


def test_the_catalogue_of_problems_is_up_to_date() -> None:
    kept = (REFERENCE / "problems.md").read_text(encoding="utf-8")
    assert kept == page(), "run: podherd openapi --problems docs/reference/problems.md"


@pytest.mark.parametrize("kind", CODES, ids=CODES.get)
def test_every_kind_of_error_is_in_the_catalogue_under_its_status(kind: type) -> None:
    known = {one.code: one for one in KINDS}
    assert known[CODES[kind]].status == status_of(kind)
    assert known[CODES[kind]].remedy


@pytest.mark.parametrize(
    "error",
    [
        InvalidAccess("no"),
        BlockedAddress("no"),
        NotSignedIn("no"),
        NotAllowed("no"),
        NotAllowed("no", code="foreign_site"),
        Throttled("no", 1_000),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_refusal_is_in_the_catalogue_under_its_status(error: PodherdError) -> None:
    answer = problem_of(error)
    known = {one.code: one.status for one in KINDS}
    assert known[decode(bytes(answer.body))["code"]] == answer.status_code


def test_every_answer_that_is_a_problem_says_so() -> None:
    for path, operation in operations(contract()):
        refusals = {int(code) for code in operation["responses"] if int(code) >= 400}
        assert {400, 401, 403, 404, 405, 414, 422, 429, 431, 500, 503} <= refusals, path
        if "requestBody" in operation:
            assert {413, 415} <= refusals, path


def test_every_name_in_the_document_is_defined() -> None:
    made = contract()
    text = str(made)
    for kind, named in made["components"].items():
        for name in named:
            assert name
        assert kind in ("schemas", "responses", "securitySchemes")
    wanted = {part.split("'")[0] for part in text.split("'$ref': '#/components/")[1:]}
    for one in wanted:
        kind, _, name = one.partition("/")
        assert name in made["components"][kind], one


def test_the_contract_is_served(url: str) -> None:
    assert httpx.get(f"{url}/v1/openapi.json").json() == decode(published().encode())


def test_every_path_answers_405_with_allow_to_methods_it_does_not_know(url: str) -> None:
    known: dict[str, set[str]] = {}
    for path, methods in contract()["paths"].items():
        filled = path.replace("{site}", "three%20pods").replace("{", "").replace("}", "")
        known.setdefault(filled, set()).update(method.upper() for method in methods)
    with httpx.Client() as http:
        for path, allowed in known.items():
            method = next(one for one in METHODS if one not in allowed)
            answer = http.request(method, url + path)
            if answer.status_code == 404 or answer.is_success:
                continue  # a longer path of another route takes it
            assert answer.status_code == 405, (method, path, answer.text)
            assert allowed <= set(answer.headers["Allow"].split(", ")), path
            assert method not in answer.headers["Allow"].split(", "), path


@pytest.mark.parametrize("method", ["PATCH", "HEAD", "OPTIONS", "TRACE"])
def test_methods_that_no_order_knows(url: str, method: str) -> None:
    answer = httpx.request(method, f"{url}{ORDERS}/A")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, PUT")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/", "/v1/orders", "/v1/stock/"])
def test_unknown_addresses_are_not_found_whatever_the_method(
    url: str, method: str, path: str
) -> None:
    answer = httpx.request(method, url + path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["remedy"]


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", None])
def test_other_media_types_are_refused_and_the_right_one_is_named(
    url: str, kind: str | None
) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    answer = httpx.put(f"{url}{ORDERS}/A", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert "application/json" in answer.json()["remedy"]
    bulk = httpx.post(f"{url}{ORDERS}/bulk", content=b"{}", headers=headers)
    assert bulk.status_code == 415
    assert "application/x-ndjson" in bulk.json()["remedy"]


def test_media_types_may_have_parameters(url: str) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    body = b'{"lines": [{"sku": "RED", "quantity": 1}]}'
    assert httpx.put(f"{url}{ORDERS}/A", content=body, headers=headers).status_code == 201


def test_orders_of_another_site_are_not_ours(url: str) -> None:
    body = {"lines": [{"sku": "RED", "quantity": 1}]}
    for method, path in (("PUT", "/A"), ("GET", ""), ("GET", "/A"), ("POST", "/A/cancel")):
        sent = body if method == "PUT" else None
        answer = httpx.request(method, f"{url}/v1/orders/elsewhere{path}", json=sent)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_site"), path
        assert answer.json()["remedy"]
    assert issubclass(UnknownSite, NotFound)


NAMES = st.text(min_size=1, max_size=30).filter(
    lambda name: name.isprintable() and name == name.strip()
)


@settings(deadline=None, max_examples=60)
@given(name=NAMES)
@example(name="A/B")
@example(name="/A/")
@example(name="..")
@example(name=".")
@example(name="A/change")
@example(name="bulk")
@example(name="100 %25 ä#?&=+;")
def test_any_printable_text_is_an_external_id(name: str) -> None:
    site = site_in_small()
    app = create_app(_bridge(site), lambda: 0)
    path = f"/v1/orders/{path_of(site.name)}/{path_of(name)}"
    body = {"lines": [{"sku": "RED", "quantity": 1}]}
    assert _ask(app, "PUT", path, body).status_code == 201
    assert _ask(app, "GET", path).json()["order"] == name
    assert _ask(app, "POST", f"{path}/priority", {"priority": 1}).json()["order"] == name
    assert _ask(app, "POST", f"{path}/change", body).json()["order"] == name
    assert _ask(app, "POST", f"{path}/cancel").json()["status"] == "cancelled"


def test_the_client_takes_odd_ids_too(client: BridgeClient) -> None:
    assert client.order(OrderId("..")) is None
    assert client.order(OrderId("a/b/cancel")) is None


def test_the_command_writes_and_compares(tmp_path: Path) -> None:
    app = Typer()
    add_to(app)
    target = tmp_path / "openapi.json"
    run = CliRunner().invoke
    assert run(app, ["openapi", str(target)]).exit_code == 0
    assert target.read_text(encoding="utf-8") == published()
    assert run(app, ["openapi", "--compatible-with", str(target)]).exit_code == 0
    target.write_text(published().replace('"/v1/kpis"', '"/v1/gone"'), encoding="utf-8")
    result = run(app, ["openapi", "--compatible-with", str(target)])
    assert result.exit_code == 1
    assert "/v1/gone: removed" in result.output


def _bridge(site: Site) -> Bridge:
    made = Bridge(site, MemoryStore())
    made.put_skus([SkuRecord(Sku("RED"))])
    return made


def _ask(app: FastAPI, method: str, path: str, body: object = None) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            return await http.request(method, path, json=body)

    return asyncio.run(ask())
