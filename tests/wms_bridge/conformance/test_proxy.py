"""The fault proxy before a real server: what reaches the server, and what the client sees."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import httpx
import pytest

from wms_bridge.conformance.faults import Fault, FaultKind, Plan
from wms_bridge.conformance.proxy import Endpoint, FaultProxy

ANSWER = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"ok": true}'
)


class Server:
    """Counts requests that reached it whole."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
                self.bodies.append(await reader.readexactly(length))
                writer.write(ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()


Play = Callable[[FaultProxy, Server, httpx.AsyncClient], Awaitable[None]]


def play(what: Play, plan: Plan | None = None) -> FaultProxy:
    async def run() -> FaultProxy:
        server = Server()
        await server.start()
        proxy = FaultProxy(Endpoint("127.0.0.1", server.port), plan)
        await proxy.start()
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{proxy.port}", timeout=1
        ) as client:
            await what(proxy, server, client)
        await proxy.stop()
        await server.stop()
        return proxy

    return asyncio.run(run())


def test_without_a_plan_everything_passes() -> None:
    async def what(proxy: FaultProxy, server: Server, client: httpx.AsyncClient) -> None:
        for number in range(5):
            answer = await client.post("/x", content=b"%d" % number * 100_000)
            assert answer.json() == {"ok": True}
        assert [len(body) for body in server.bodies] == [100_000] * 5

    assert play(what).done == {}


@pytest.mark.parametrize(
    ("fault", "reached"),
    [
        (Fault(FaultKind.DROP), 0),
        (Fault(FaultKind.CUT_UP, 20), 0),
        (Fault(FaultKind.CUT_DOWN, 0), 1),
        (Fault(FaultKind.CUT_DOWN, 75), 1),
        (Fault(FaultKind.HALF_OPEN), 1),
    ],
)
def test_the_client_has_no_answer_and_the_server_has_what_the_fault_says(
    fault: Fault, reached: int
) -> None:
    async def what(proxy: FaultProxy, server: Server, client: httpx.AsyncClient) -> None:
        proxy.arm(fault)
        with pytest.raises(httpx.TransportError):
            await client.post("/x", content=b"body")
        assert server.bodies == [b"body"] * reached
        assert (await client.post("/x", content=b"next")).status_code == 200
        assert server.bodies[reached:] == [b"next"]

    assert play(what).done == {fault.kind: 1}


def test_a_late_request_arrives_after_the_client_has_given_up() -> None:
    async def what(proxy: FaultProxy, server: Server, client: httpx.AsyncClient) -> None:
        proxy.arm(Fault(FaultKind.LATE, 0.05))
        with pytest.raises(httpx.TransportError):
            await client.post("/x", content=b"body")
        assert server.bodies == []
        await asyncio.sleep(0.2)
        assert server.bodies == [b"body"]

    play(what)


def test_a_duplicate_arrives_twice_and_is_answered_once() -> None:
    async def what(proxy: FaultProxy, server: Server, client: httpx.AsyncClient) -> None:
        proxy.arm(Fault(FaultKind.DUPLICATE))
        assert (await client.post("/x", content=b"body")).json() == {"ok": True}
        assert (await client.post("/x", content=b"next")).json() == {"ok": True}
        assert server.bodies == [b"body", b"body", b"next"]

    play(what)


def test_busy_slow_and_delayed_answers() -> None:
    async def what(proxy: FaultProxy, server: Server, client: httpx.AsyncClient) -> None:
        proxy.arm(Fault(FaultKind.BUSY))
        assert (await client.post("/x", content=b"body")).status_code == 503
        assert server.bodies == []
        for fault in (Fault(FaultKind.THROTTLE, 2_000), Fault(FaultKind.DELAY, 0.02)):
            proxy.arm(fault)
            assert (await client.post("/x", content=b"body")).json() == {"ok": True}

    assert play(what).done == {FaultKind.BUSY: 1, FaultKind.THROTTLE: 1, FaultKind.DELAY: 1}


def test_an_armed_fault_waits_for_its_request() -> None:
    async def what(proxy: FaultProxy, server: Server, client: httpx.AsyncClient) -> None:
        proxy.arm(Fault(FaultKind.BUSY), skip=2)
        codes = [(await client.post("/x", content=b"b")).status_code for _ in range(4)]
        assert codes == [200, 200, 503, 200]
        proxy.arm(Fault(FaultKind.BUSY), skip=9)
        assert proxy.disarm()
        assert not proxy.disarm()

    play(what)


def test_paused_it_refuses_and_it_comes_back_at_the_same_place() -> None:
    async def what(proxy: FaultProxy, server: Server, client: httpx.AsyncClient) -> None:
        await client.post("/x", content=b"1")
        await proxy.pause()
        with pytest.raises(httpx.ConnectError):
            await client.post("/x", content=b"2")
        await proxy.start()
        await client.post("/x", content=b"3")
        assert server.bodies == [b"1", b"3"]

    play(what)


def test_by_plan_it_does_the_same_again() -> None:
    plan = Plan((Fault(FaultKind.DROP), Fault(FaultKind.BUSY)), 0.4, 11)

    async def what(proxy: FaultProxy, server: Server, client: httpx.AsyncClient) -> None:
        for _ in range(30):
            with contextlib.suppress(httpx.TransportError):
                await client.post("/x", content=b"b")

    first, second = play(what, plan), play(what, plan)
    assert first.done == second.done
    assert sum(first.done.values()) > 5


def test_a_server_that_is_not_there_is_counted() -> None:
    async def what(proxy: FaultProxy, server: Server, client: httpx.AsyncClient) -> None:
        await server.stop()
        with pytest.raises(httpx.TransportError):
            await client.post("/x", content=b"b")

    assert play(what).done == {"target unreachable": 1}
