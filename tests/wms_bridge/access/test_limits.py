"""How much somebody may ask at once, and how large."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from planner.warehouse.site import Site
from tests.wms_bridge.access.conftest import NOW_MS, Guarded, quick_passwords
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.limits import Buckets, Rate, RateParams, SocketParams
from wms_bridge.access.roles import Role
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.api.depth import MAX_DEPTH, Depth
from wms_bridge.api.gate import Gate
from wms_bridge.service import Bridge

SLOW = RateParams(program=Rate(0.001, 3), person=Rate(0.001, 2), anonymous=Rate(0.001, 1))


def test_bucket_gives_a_burst_and_then_its_rate() -> None:
    buckets, rate = Buckets(), Rate(per_s=2, burst=3)
    assert [buckets.take("a", rate, 0) for _ in range(4)] == [0, 0, 0, 500]
    assert buckets.take("b", rate, 0) == 0
    assert buckets.take("a", rate, 499) > 0
    assert buckets.take("a", rate, 500) == 0
    assert buckets.take("a", rate, 501) > 0
    assert [buckets.take("a", rate, 10_000_000) for _ in range(4)] == [0, 0, 0, 500]


@given(st.lists(st.integers(0, 2_000), max_size=200), st.integers(1, 20), st.integers(1, 10))
def test_no_more_is_let_through_than_burst_and_rate(
    pauses_ms: list[int], per_s: int, burst: int
) -> None:
    buckets, rate, now_ms, through = Buckets(), Rate(per_s, burst), 0, 0
    for pause_ms in pauses_ms:
        now_ms += pause_ms
        through += buckets.take("a", rate, now_ms) == 0
    assert through <= burst + now_ms * per_s / 1000 + 1e-6


def test_clock_that_goes_back_gives_nothing() -> None:
    buckets, rate = Buckets(), Rate(1, 1)
    assert buckets.take("a", rate, 5_000) == 0
    assert buckets.take("a", rate, 0) > 0


def test_buckets_of_many_names_take_no_room_without_end() -> None:
    buckets = Buckets(most=10)
    for number in range(1_000):
        buckets.take(str(number), Rate(1, 1), 0)
    assert len(buckets._buckets) == 10


def test_too_many_requests_are_told_when_to_come_again(guarded: Guarded, site: Site) -> None:
    guarded.app = create_app(guarded.bridge, lambda: NOW_MS, access=guarded.access, rates=SLOW)
    wms = guarded.keys[Role.INTEGRATOR, site.name]
    assert [guarded.ask("GET", "/v1/me", wms).status_code for _ in range(3)] == [200] * 3
    answer = guarded.ask("GET", "/v1/me", wms)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer.headers["Retry-After"]) >= 1
    # Others are not held up.
    other = guarded.keys[Role.ADMIN, site.name]
    assert guarded.ask("GET", "/v1/me", other).status_code == 200
    assert guarded.ask("GET", "/v1/me").status_code == 401
    assert guarded.ask("GET", "/v1/me").status_code == 429
    assert guarded.ask("GET", "/v1/me", other).status_code == 200


def test_usual_limits_are_generous_to_programs_and_strict_to_strangers() -> None:
    usual = RateParams()
    assert usual.program.per_s >= 1_000
    assert usual.anonymous.per_s <= 10


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/me?x=" + "a" * 9_000, {}, 414),
        ("/v1/me", {"X-Long": "a" * 33_000}, 431),
        ("/v1/me", {f"X-{number}": "a" for number in range(120)}, 431),
    ],
)
def test_addresses_and_headers_have_a_length(
    guarded: Guarded, site: Site, path: str, headers: dict[str, str], status: int
) -> None:
    answer = guarded.ask("GET", path, guarded.keys[Role.ADMIN, site.name], headers=headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_body_may_be_large_only_where_much_is_sent_at_once(guarded: Guarded, site: Site) -> None:
    admin = guarded.keys[Role.ADMIN, site.name]
    two_mib = b'{"skus": []' + b" " * (2 * 1024 * 1024) + b"}"
    json_kind = {"Content-Type": "application/json"}
    assert guarded.ask("PUT", "/v1/skus", admin, content=two_mib, headers=json_kind).is_success
    for told in (True, False):
        content = two_mib if told else chunks(two_mib)
        answer = guarded.ask("POST", "/v1/keys", admin, content=content, headers=json_kind)
        assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")


async def chunks(body: bytes):  # type: ignore[no-untyped-def]
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


@pytest.mark.parametrize("path", ["/v1/keys", "/v1/skus", "/v1/fleet/commands"])
@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 5_000, 100_000])
def test_json_has_a_depth(guarded: Guarded, site: Site, path: str, depth: int) -> None:
    admin = guarded.keys[Role.ADMIN, site.name]
    method = "PUT" if path == "/v1/skus" else "POST"
    body = b"[" * depth + b"]" * depth
    kind = {"Content-Type": "application/json"}
    answer = guarded.ask(method, path, admin, content=body, headers=kind)
    assert answer.status_code in ((400,) if path == "/v1/keys" else (200, 400, 422))


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
    st.text(), inner), max_leaves=20), st.integers(1, 7))  # fmt: skip
def test_depth_is_that_of_the_value_however_it_is_cut(value: object, size: int) -> None:
    import json

    text = json.dumps(value).encode()
    depth = Depth()
    found = 0
    for start in range(0, len(text), size):
        found = depth.after(text[start : start + size])
    assert found == depth_of(value)


def depth_of(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


class Sockets:
    """WebSockets through a gate to an app that accepts and sends what it is told to."""

    def __init__(self, access: Access, limits: SocketParams):
        self.now_s = 0.0
        self.gate = Gate(
            self._app,
            access,
            "three pods",
            lambda: NOW_MS,
            sockets=limits,
            ticks=lambda: self.now_s,
        )
        self.frames: asyncio.Queue[str] = asyncio.Queue()
        self.got: list[Message] = []

    async def _app(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})

        async def push() -> None:
            while True:
                await send({"type": "websocket.send", "text": await self.frames.get()})

        pushing = asyncio.create_task(push())
        while (message := await receive())["type"] != "websocket.disconnect":
            self.got.append(message)
        pushing.cancel()
        await asyncio.gather(pushing, return_exceptions=True)

    async def open(self, key: str) -> "Socket":
        opened = Socket(self.gate, key)
        await opened.hear()
        return opened


class Socket:
    def __init__(self, gate: Gate, key: str):
        self.said: asyncio.Queue[Message] = asyncio.Queue()
        self.told: asyncio.Queue[Message] = asyncio.Queue()
        self.first = ""
        self.said.put_nowait({"type": "websocket.connect"})
        scope = {
            "type": "websocket",
            "path": "/v1/live",
            "query_string": b"",
            "headers": [(b"authorization", f"Bearer {key}".encode())],
            "client": ("203.0.113.7", 1),
        }
        self.running = asyncio.create_task(gate(scope, self.said.get, self.told.put))

    async def hear(self) -> Message:
        message = await asyncio.wait_for(self.told.get(), 10)
        self.first = self.first or str(message["type"])
        return message

    async def end(self) -> None:
        self.said.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.gather(self.running, return_exceptions=True)


def test_websockets_of_one_and_of_all_are_counted(guarded: Guarded, site: Site) -> None:
    async def within() -> None:
        sockets = Sockets(guarded.access, SocketParams(of_one=2, all_together=3))
        one, other = (guarded.keys[role, site.name] for role in (Role.ADMIN, Role.INTEGRATOR))
        opened = [await sockets.open(key) for key in (one, one, one, other, other)]
        accepted, closed = "websocket.accept", "websocket.close"
        assert [socket.first for socket in opened] == [accepted] * 2 + [closed, accepted, closed]
        for socket in opened:
            await socket.end()
        again = await sockets.open(one)
        assert again.first == accepted
        await again.end()

    asyncio.run(within())


def test_message_on_a_websocket_has_a_length(guarded: Guarded, site: Site) -> None:
    async def within() -> None:
        sockets = Sockets(guarded.access, SocketParams(message_bytes=10))
        socket = await sockets.open(guarded.keys[Role.ADMIN, site.name])
        socket.said.put_nowait({"type": "websocket.receive", "text": "x" * 10})
        socket.said.put_nowait({"type": "websocket.receive", "bytes": b"x" * 11})
        assert await socket.hear() == {
            "type": "websocket.close",
            "code": 1009,
            "reason": "too long",
        }
        await socket.end()
        assert len(sockets.got) == 1

    asyncio.run(within())


def test_websocket_ends_when_its_key_is_revoked(guarded: Guarded, site: Site) -> None:
    async def within() -> None:
        sockets = Sockets(guarded.access, SocketParams(check_every_s=10))
        key = guarded.keys[Role.OPERATOR, site.name]
        socket = await sockets.open(key)
        sockets.frames.put_nowait("one")
        assert (await socket.hear())["text"] == "one"
        public = key.split("_")[1]
        guarded.access.revoke_key(public, None, NOW_MS)
        sockets.now_s = 10.0
        sockets.frames.put_nowait("two")
        told = await socket.hear()
        assert (told["type"], told["code"]) == ("websocket.close", 1008)
        await socket.end()

    asyncio.run(within())


def test_local_openness_ends_at_a_proxy_and_at_other_machines(
    site: Site, stock_up: Callable[[Bridge], None]
) -> None:
    store = MemoryStore()
    bridge = Bridge(site, store)
    access = Access(bridge.store, open_locally=True, passwords=quick_passwords())
    app = create_app(bridge, lambda: NOW_MS, access=access)
    guarded = Guarded(app, access, bridge, store)
    # Asked from 203.0.113.7:
    assert guarded.ask("GET", "/v1/me").status_code == 401
    import httpx

    def local(**headers: str) -> int:
        async def within() -> int:
            transport = httpx.ASGITransport(app, client=("127.0.0.1", 5))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
                return (await http.get("/v1/me", headers=headers)).status_code

        return asyncio.run(within())

    assert local() == 200
    assert local(**{"X-Forwarded-For": "8.8.8.8"}) == 401
    assert local(Forwarded="for=8.8.8.8") == 401
