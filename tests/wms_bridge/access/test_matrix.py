"""Every endpoint, asked by every role of the own and of a foreign site and by nobody: who gets in
is what ALLOWED says, and nothing leaks. The endpoints are those that the app has."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.types import Message

from planner.warehouse.site import Site
from tests.wms_bridge.access.conftest import FOREIGN, Guarded
from wms_bridge.access.roles import ALLOWED, Permission, Role
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.api.permitting import needs_of
from wms_bridge.service import Bridge

LOOK_THEMSELVES = {"POST /v1/login", "POST /v1/hooks/{source}/deliveries"}
"""Open to anybody: they check a password or a signature."""
SECRETS = re.compile(rb"RED|BLUE|RARE|P00\d/|\$argon2|three pods")
"""What only somebody who may look is to see."""


@dataclass(frozen=True)
class Endpoint:
    """A route as somebody asks for it."""

    method: str
    path: str
    permission: Permission | None

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def address(self, site: str) -> str:
        path = self.path.replace("{site}", site.replace(" ", "%20"))
        return re.sub(r"\{[^}]+\}", "1", path)


def routes_of(app: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """All routes with their paths, those of routers in routers included."""
    for route in app.routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes_of(inner, prefix + route.include_context.prefix)
        else:
            yield prefix + getattr(route, "path", ""), route


def endpoints(app: FastAPI) -> Iterator[Endpoint]:
    for full, route in routes_of(app):
        if not isinstance(route, APIRoute | APIWebSocketRoute):
            continue
        permissions = {one.permission for one in needs_of(route)}
        assert len(permissions) == 1, f"{full} must declare what it needs, once"
        path = full.replace(":path}", "}")
        for method in getattr(route, "methods", None) or ["WS"]:
            yield Endpoint(method, path, *permissions)


@pytest.fixture(scope="module")
def known(site: Site) -> list[Endpoint]:
    return list(endpoints(create_app(Bridge(site, MemoryStore()), lambda: 0)))


def test_the_list_is_all_there_is(known: list[Endpoint], guarded: Guarded) -> None:
    documented = {
        f"{method.upper()} {path.replace(':path}', '}')}"
        for path, methods in guarded.app.openapi()["paths"].items()
        for method in methods
    }
    listed = {one.name for one in known}
    assert documented <= listed
    assert {one.method for one in known} == {"GET", "PUT", "POST", "DELETE", "WS"}
    assert {one.name for one in known if one.permission is None} == LOOK_THEMSELVES


def test_own_site_each_role_gets_in_exactly_where_it_may(
    known: list[Endpoint], guarded: Guarded, site: Site
) -> None:
    asked = 0
    for one in known:
        if one.permission is None or one.method == "WS":
            continue
        for role in Role:
            answer = guarded.ask(one.method, one.address(site.name), guarded.keys[role, site.name])
            may = one.permission in ALLOWED[role]
            refused = answer.status_code in (401, 403)
            assert refused != may, f"{one.name} as {role}: {answer.status_code} {answer.text[:200]}"
            if not may:
                assert answer.json()["code"] == "forbidden", one.name
                check_no_leak(answer.content)
            asked += 1
    assert asked == len(Role) * sum(one.method != "WS" for one in known) - len(Role) * len(
        LOOK_THEMSELVES
    )


@pytest.mark.parametrize("role", Role)
def test_foreign_site_gets_nothing(
    known: list[Endpoint], guarded: Guarded, site: Site, role: Role
) -> None:
    for one in known:
        if one.permission is None or one.method == "WS":
            continue
        for where in {site.name, FOREIGN} if "{site}" in one.path else {site.name}:
            answer = guarded.ask(one.method, one.address(where), guarded.keys[role, FOREIGN])
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_site"), one.name
            check_no_leak(answer.content)


@pytest.mark.parametrize("token", [None, "", "phk_no_key", "phs_no_session", "a.b.c", "x"])
def test_nobody_gets_in_without_a_valid_credential(
    known: list[Endpoint], guarded: Guarded, site: Site, token: str | None
) -> None:
    guarded.app.middleware_stack = None
    for one in known:
        if one.permission is None or one.method == "WS":
            continue
        answer = patiently(guarded, one, site, token)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), one.name
        check_no_leak(answer.content)


def patiently(guarded: Guarded, one: Endpoint, site: Site, token: str | None) -> Any:
    answer = guarded.ask(one.method, one.address(site.name), token)
    if answer.status_code == 429:
        # Anonymous callers are slowed down: ask a gate that has seen nobody yet.
        guarded.app.middleware_stack = None
        answer = guarded.ask(one.method, one.address(site.name), token)
    return answer


def test_own_site_does_not_open_addresses_of_another(
    known: list[Endpoint], guarded: Guarded, site: Site
) -> None:
    own = guarded.keys[Role.ADMIN, site.name]
    named = [one for one in known if "{site}" in one.path and one.method != "WS"]
    assert named
    for one in named:
        answer = guarded.ask(one.method, one.address("elsewhere"), own)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_site"), one.name


def test_websockets_open_for_those_who_may_see_only(
    known: list[Endpoint], guarded: Guarded, site: Site
) -> None:
    sockets = [one for one in known if one.method == "WS"]
    assert len(sockets) >= 2
    for one in sockets:
        assert one.permission is not None
        for (role, where), key in guarded.keys.items():
            may = where == site.name and one.permission in ALLOWED[role]
            for query, headers in (
                (f"api_key={key}", {}),
                ("", {"authorization": f"Bearer {key}"}),
            ):
                said = open_socket(guarded.app, one.address(site.name), query, headers)
                assert (said == "websocket.accept") == may, f"{one.path} as {role} of {where}"
        for query in ("", "api_key=", "api_key=wrong"):
            assert open_socket(guarded.app, one.address(site.name), query, {}) == "websocket.close"


def test_route_that_declares_nothing_lets_nobody_in(guarded: Guarded, site: Site) -> None:
    forgotten = APIRouter()

    @forgotten.get("/v1/forgotten")
    def forget() -> dict[str, str]:
        return {"sku": "RED"}

    guarded.app.include_router(forgotten)
    guarded.app.router.routes.insert(0, guarded.app.router.routes.pop())
    for role in Role:
        answer = guarded.ask("GET", "/v1/forgotten", guarded.keys[role, site.name])
        assert answer.status_code == 403
        check_no_leak(answer.content)


def test_a_body_is_not_even_read_of_who_may_not_send_it(guarded: Guarded, site: Site) -> None:
    broken = {"content": b"{", "headers": {"Content-Type": "application/json"}}
    picker = guarded.keys[Role.PICKER, site.name]
    assert guarded.ask("PUT", "/v1/skus", picker, **broken).status_code == 403
    assert guarded.ask("PUT", "/v1/skus", None, **broken).status_code == 401
    admin = guarded.keys[Role.ADMIN, site.name]
    assert guarded.ask("PUT", "/v1/skus", admin, **broken).status_code in (400, 422)


def check_no_leak(body: bytes) -> None:
    problem = json.loads(body)
    assert set(problem) <= {"type", "title", "status", "detail", "code", "field", "value", "remedy"}
    assert not SECRETS.search(body), body


def open_socket(app: FastAPI, path: str, query: str, headers: dict[str, str]) -> str:
    """The first thing that a WebSocket is told."""

    async def within() -> str:
        scope = {
            "type": "websocket",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("203.0.113.7", 4711),
            "scheme": "ws",
            "subprotocols": [],
        }
        told: asyncio.Queue[Message] = asyncio.Queue()
        said: asyncio.Queue[Message] = asyncio.Queue()
        said.put_nowait({"type": "websocket.connect"})
        running = asyncio.create_task(app(scope, said.get, told.put))
        first = await told.get()
        said.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait([running], timeout=5)
        running.cancel()
        return str(first["type"])

    return asyncio.run(within())
