"""What a failure means: refused, not reached, or nobody knows."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from wms_bridge.connectors.rest import wire
from wms_bridge.connectors.rest.wire import Answer, RestWire
from wms_bridge.ports.store import DeliveryFailed

Handler = Callable[[httpx.Request], httpx.Response]


def ask(handler: Handler, method: str = "POST", timeout_s: float = 5.0) -> Answer:
    async def once() -> Answer:
        transport = httpx.MockTransport(handler)
        talk = RestWire("http://wms/base/", {}, timeout_s, (429, 503), transport=transport)
        try:
            if method == "GET":
                return await talk.read("/x", {})
            return await talk.write(method, "/x", {}, {"a": 1}, {})
        finally:
            await talk.close()

    return asyncio.run(once())


def fails(handler: Handler, method: str = "POST", timeout_s: float = 5.0) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as raised:
        ask(handler, method, timeout_s)
    return raised.value


def raising(error: Exception) -> Handler:
    def handle(request: httpx.Request) -> httpx.Response:
        raise error

    return handle


@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError("refused"), httpx.ConnectTimeout("late"), httpx.PoolTimeout("full")],
)
def test_what_was_never_sent_was_not_done(error: Exception) -> None:
    failure = fails(raising(error))
    assert (failure.refused, failure.unknown) == (False, False)


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout("late"),
        httpx.ReadError("cut"),
        httpx.WriteError("cut"),
        httpx.RemoteProtocolError("half"),
    ],
)
def test_nobody_knows_what_came_of_a_request_without_an_answer(error: Exception) -> None:
    assert fails(raising(error)).unknown
    assert not fails(raising(error), "GET").unknown


@pytest.mark.parametrize(
    ("status", "refused", "unknown"),
    [
        (400, True, False),
        (404, True, False),
        (409, True, False),
        (422, True, False),
        (302, True, False),
        (401, False, False),
        (403, False, False),
        (429, False, False),
        (503, False, False),
        (408, False, True),
        (500, False, True),
        (502, False, True),
        (504, False, True),
    ],
)
def test_what_an_answer_means(status: int, refused: bool, unknown: bool) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json={"code": "x"})

    if refused and status != 302:
        answer = ask(handle)
        assert answer.refused
        assert answer.body == {"code": "x"}
    else:
        failure = fails(handle)
        assert (failure.refused, failure.unknown) == (refused, unknown)


def test_a_page_in_place_of_an_answer_tells_nothing() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, html="<html>Please sign in</html>")

    assert fails(handle).unknown
    failure = fails(handle, "GET")
    assert (failure.refused, failure.unknown) == (False, False)
    assert "not JSON" in failure.reason


def test_json_counts_whatever_it_is_called_and_nothing_is_an_answer() -> None:
    assert ask(lambda _: httpx.Response(200, text='{"a": 1}')).body == {"a": 1}
    assert ask(lambda _: httpx.Response(204)).body is None


def test_a_long_error_is_told_in_short() -> None:
    answer = ask(lambda _: httpx.Response(422, json={"fields": "x" * 48_000}))
    assert len(answer.text) <= wire.SHOWN
    assert isinstance(answer.body, dict)


def test_an_answer_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_ANSWER_BYTES", 1_000)
    assert "more than 1000 bytes" in fails(lambda _: httpx.Response(200, text="x" * 2_000)).reason


def test_a_slow_drip_counts_as_no_answer() -> None:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b" "

    failure = fails(lambda _: httpx.Response(200, content=drops()), timeout_s=0.05)
    assert failure.unknown


def test_odd_names_stand_in_paths_as_they_are() -> None:
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path.decode())
        return httpx.Response(204)

    async def once() -> None:
        talk = RestWire("http://wms/base", {}, 5.0, transport=httpx.MockTransport(handle))
        await talk.write("POST", "/orders/1%2F2%20%23%25/close", {"q": "a&b"}, None, {})
        await talk.close()

    asyncio.run(once())
    assert seen == ["/base/orders/1%2F2%20%23%25/close?q=a%26b"]
