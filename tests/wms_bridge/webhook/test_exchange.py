"""A POST to whoever gave us an address: what its answer means, and how much of it is read."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from wms_bridge.access.outbound import OutboundPolicy
from wms_bridge.access.pinning import PinnedTransport
from wms_bridge.adapters.webhook.exchange import MAX_ANSWER_BYTES
from wms_bridge.adapters.webhook.hooks import HttpHookSender
from wms_bridge.adapters.webhook.sender import WebhookSender
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.posting import Posting
from wms_bridge.records.work import OutboxMessage
from wms_bridge.service import Bridge
from wms_bridge.signing import verified

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
URL = "https://shop.example/hook"
PUBLIC = "93.184.216.34"
Answer = Callable[[httpx.Request], httpx.Response]


def failure(answer: Answer) -> DeliveryFailed:
    """How a POST to such a subscriber fails."""
    sender = HttpHookSender(httpx.MockTransport(answer))
    with pytest.raises(DeliveryFailed) as caught:
        asyncio.run(sender.post(URL, {}, b"{}"))
    return caught.value


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        *((status, True) for status in (301, 302, 400, 404, 410)),
        *((status, False) for status in (408, 425, 429, 500, 503)),
    ],
)
def test_what_an_answer_means(status: int, refused: bool) -> None:
    failed = failure(lambda _: httpx.Response(status, text="no such hook"))
    assert (failed.refused, failed.unknown) == (refused, False)
    assert failed.reason == f"answer {status} no such hook"


def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    def away(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"Location": "http://169.254.169.254/"})

    assert failure(away).refused
    assert asked == ["shop.example"]


@pytest.mark.parametrize(
    ("error", "unknown"),
    [
        (httpx.ConnectError, False),
        (httpx.ConnectTimeout, False),
        (httpx.ReadTimeout, True),
        (httpx.RemoteProtocolError, True),
    ],
)
def test_a_lost_answer_is_told_apart_from_a_lost_question(
    error: type[httpx.TransportError], unknown: bool
) -> None:
    def broken(_request: httpx.Request) -> httpx.Response:
        raise error("gone")

    failed = failure(broken)
    assert (failed.refused, failed.unknown) == (False, unknown)


def test_an_answer_without_end_is_read_no_further_than_it_is_shown() -> None:
    sent = 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            nonlocal sent
            while True:
                sent += 64
                yield b"x" * 64

    failed = failure(lambda _: httpx.Response(500, stream=Endless()))
    assert failed.reason == "answer 500 " + "x" * MAX_ANSWER_BYTES
    assert sent < 2 * MAX_ANSWER_BYTES + 64


def test_an_address_that_may_not_be_sent_to_any_more_is_a_refusal() -> None:
    inside = OutboundPolicy(resolver=lambda _host, _port: ["10.0.0.5"])
    sender = HttpHookSender(PinnedTransport(inside))
    with pytest.raises(DeliveryFailed, match="not a public one") as caught:
        asyncio.run(sender.post(URL, {}, b"{}"))
    assert caught.value.refused


def test_what_is_signed_is_what_the_header_says_whatever_the_id(bridge: Bridge) -> None:
    name = "stock-adjusted/P002/A/1/1/RED@1759"
    bridge.promises.subscribe("shop", URL, [], SECRET, 3)
    with bridge.store.writing() as tx:
        tx.add_message(OutboxMessage(0, name, None, "{}", 5))
    told: list[str] = []

    def take(request: httpx.Request) -> httpx.Response:
        told.append(verified(SECRET, dict(request.headers), request.content, 1))
        return httpx.Response(204)

    posting = Posting(bridge.promises, HttpHookSender(httpx.MockTransport(take)), lambda: 1_000)
    assert asyncio.run(posting.tell_due()) == 1
    assert told == ["stock-adjusted/P002/A/1/1/RED%401759"]


def test_a_message_to_the_wms_names_its_id_in_a_header() -> None:
    asked: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(201)

    sender = WebhookSender("http://wms/confirmations", httpx.MockTransport(take))
    message = OutboxMessage(1, "order-confirmed/Gr\u00f6\u00dfe 1", None, "{}", 5)
    assert asyncio.run(sender.send(message)) == "answer 201"
    assert asked[0].headers["Idempotency-Key"] == "order-confirmed/Gr%C3%B6%C3%9Fe%201"
