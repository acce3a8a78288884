"""Subscribers are told in order, at least once, signed, whatever fails on the way."""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from planner.warehouse.errors import InvalidMessage, NotFound
from planner.warehouse.ids import OrderId
from planner.warehouse.orders import PickOrder
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.posting import Posting
from wms_bridge.promises.subscribing import MAX_REFUSALS
from wms_bridge.service import Bridge
from wms_bridge.signing import signed_headers, verified

OrderMaker = Callable[..., PickOrder]
SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four").decode() + ""
LONG_SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
URL = "https://shop.example/hook"


@dataclass
class Subscriber:
    """Takes what comes unless told to fail."""

    now_ms: int = 1_000
    failing: list[DeliveryFailed] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    closed: bool = False

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> None:
        if self.failing:
            raise self.failing.pop(0)
        assert verified(LONG_SECRET, headers, body, self.now_ms // 1000) == headers["webhook-id"]
        self.told.append((url, headers["webhook-id"]))

    async def close(self) -> None:
        self.closed = True


def cancelled(bridge: Bridge, order: OrderMaker, *names: str) -> None:
    for name in names:
        bridge.receive_order(order(name, RED=1), 1)
        bridge.cancel_order(OrderId(name), 2)


def tell(bridge: Bridge, subscriber: Subscriber) -> None:
    """Let time pass until nothing more is told."""

    async def go() -> None:
        posting = Posting(bridge.promises, subscriber, lambda: subscriber.now_ms)
        for _ in range(300):
            await posting.tell_due()
            subscriber.now_ms += 1_000

    asyncio.run(go())


def names(subscriber: Subscriber) -> list[str]:
    return [name for _, name in subscriber.told]


def test_what_is_new_since_subscribing_is_told_in_order(bridge: Bridge, order: OrderMaker) -> None:
    cancelled(bridge, order, "A")
    bridge.promises.subscribe("shop", URL, [], LONG_SECRET, 3)
    cancelled(bridge, order, "B", "C")
    subscriber = Subscriber()
    tell(bridge, subscriber)
    assert subscriber.told == [(URL, "order-cancelled/B"), (URL, "order-cancelled/C")]
    tell(bridge, subscriber)
    assert len(subscriber.told) == 2


def test_only_the_kinds_asked_for_are_told(bridge: Bridge, order: OrderMaker) -> None:
    bridge.promises.subscribe("shop", URL, ["order-confirmed"], LONG_SECRET, 3)
    cancelled(bridge, order, "A")
    subscriber = Subscriber()
    tell(bridge, subscriber)
    assert subscriber.told == []
    assert bridge.promises.subscription("shop").cursor == 1


def test_one_that_is_down_is_told_later_and_holds_up_nobody(
    bridge: Bridge, order: OrderMaker
) -> None:
    bridge.promises.subscribe("shop", URL, [], LONG_SECRET, 3)
    cancelled(bridge, order, "A", "B")
    subscriber = Subscriber(failing=[DeliveryFailed("down", refused=False)] * 40)
    tell(bridge, subscriber)
    kept = bridge.promises.subscription("shop")
    assert (kept.paused, kept.failures) == (False, 0) or not subscriber.told
    for _ in range(5):
        tell(bridge, subscriber)
    assert names(subscriber) == ["order-cancelled/A", "order-cancelled/B"]


def test_one_that_refuses_is_paused_and_goes_on_where_told_to(
    bridge: Bridge, order: OrderMaker
) -> None:
    bridge.promises.subscribe("shop", URL, [], LONG_SECRET, 3)
    cancelled(bridge, order, "A", "B")
    subscriber = Subscriber(failing=[DeliveryFailed("no", refused=True)] * MAX_REFUSALS)
    for _ in range(5):
        tell(bridge, subscriber)
    assert bridge.promises.subscription("shop").paused
    assert subscriber.told == []
    assert not bridge.promises.resume("shop", subscriber.now_ms, skip=True).paused
    tell(bridge, subscriber)
    assert names(subscriber) == ["order-cancelled/B"]


def test_a_new_address_keeps_the_place(bridge: Bridge, order: OrderMaker) -> None:
    bridge.promises.subscribe("shop", URL, [], LONG_SECRET, 3)
    cancelled(bridge, order, "A")
    bridge.promises.subscribe("shop", "https://new.example/", [], LONG_SECRET, 4)
    subscriber = Subscriber()
    tell(bridge, subscriber)
    assert subscriber.told == [("https://new.example/", "order-cancelled/A")]


def test_progress_of_an_old_address_is_not_kept_for_the_new_one(bridge: Bridge) -> None:
    old = bridge.promises.subscribe("shop", URL, [], LONG_SECRET, 3)
    new = bridge.promises.subscribe("shop", "https://new.example/", [], LONG_SECRET, 4)
    bridge.promises.keep(old)
    assert bridge.promises.subscription("shop") == new


@pytest.mark.parametrize(
    ("url", "kinds", "secret", "field"),
    [
        ("ftp://x.example", [], LONG_SECRET, "url"),
        (URL, ["nonsense"], LONG_SECRET, "kinds[0]"),
        (URL, [], SECRET[:20], "secret"),
        (URL, [], "whsec_***", "secret"),
    ],
)
def test_a_wrong_subscription_names_its_field(
    bridge: Bridge, url: str, kinds: list[str], secret: str, field: str
) -> None:
    with pytest.raises(InvalidMessage) as caught:
        bridge.promises.subscribe("shop", url, kinds, secret, 1)
    assert caught.value.field == field
    assert secret not in str(caught.value)
    assert bridge.promises.subscriptions() == ()


def test_unknown_subscriptions_are_named(bridge: Bridge) -> None:
    for ask in (bridge.promises.unsubscribe, bridge.promises.subscription):
        with pytest.raises(NotFound, match="no such subscription"):
            ask("shop")


def test_a_signature_holds_for_its_body_id_time_and_secret_only() -> None:
    """The example of the Standard Webhooks 1.0.0 specification."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    headers = signed_headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", body, 1614265330)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert verified(secret, headers, body, 1614265330) == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    for wrong in (
        {**headers, "webhook-id": "msg_other"},
        {**headers, "webhook-timestamp": "1614265331"},
        {**headers, "webhook-signature": "v1,AAAA"},
        {**headers, "webhook-signature": ""},
        {},
    ):
        with pytest.raises(InvalidMessage):
            verified(secret, wrong, body, 1614265330)
    with pytest.raises(InvalidMessage):
        verified(secret, headers, body + b" ", 1614265330)
    with pytest.raises(InvalidMessage, match="too long ago"):
        verified(secret, headers, body, 1614265330 + 301)
    with pytest.raises(InvalidMessage):
        verified(LONG_SECRET, headers, body, 1614265330)
    several = {**headers, "webhook-signature": "v1,AAAA " + headers["webhook-signature"]}
    assert verified(secret, several, body, 1614265330)
