"""Who is told by webhook what the WMS is told, and what an attempt to tell them means."""

from collections.abc import Collection
from dataclasses import replace

from planner.warehouse.errors import InvalidMessage, NotFound
from wms_bridge.backoff import BackoffParams, backoff_ms
from wms_bridge.messages import MESSAGE_KINDS
from wms_bridge.names import check_name
from wms_bridge.ports.store import DeliveryFailed, Reading, Writing
from wms_bridge.records.promises import Subscription
from wms_bridge.records.work import OutboxMessage
from wms_bridge.signing import check_secret

MAX_REFUSALS = 20
"""How often a subscriber may say no to a message before the subscription waits for somebody."""
MAX_URL_LENGTH = 2_000


def subscribe(
    tx: Writing, name: str, url: str, kinds: Collection[str], secret: str, now_ms: int
) -> Subscription:
    """Tell this address from now on; a subscription that is there keeps its place and gets the new
    address, kinds and secret. :class:`InvalidMessage` names the wrong field."""
    check_name(name, "subscription", InvalidMessage)
    check_secret(secret)
    if not url.startswith(("http://", "https://")) or len(url) > MAX_URL_LENGTH:
        raise InvalidMessage(
            "not an address that can be told",
            field="url",
            value=url[:100],
            remedy="Send an http:// or https:// URL.",
        )
    for index, kind in enumerate(kinds):
        if kind not in MESSAGE_KINDS:
            raise InvalidMessage(
                "no such kind of message",
                field=f"kinds[{index}]",
                value=kind,
                remedy=f"There are: {', '.join(sorted(MESSAGE_KINDS))}.",
            )
    known = tx.subscription(name)
    fresh = Subscription(name, url, tuple(kinds), secret, tx.last_message(), now_ms)
    if known is not None:
        fresh = replace(
            fresh, cursor=known.cursor, created_ms=known.created_ms, delivered=known.delivered
        )
    tx.put_subscription(fresh)
    return fresh


def unsubscribe(tx: Writing, name: str) -> None:
    """Tell them nothing more; :class:`NotFound` if there is no such subscription."""
    tx.remove_subscription(known(tx, name).subscription)


def resume(tx: Writing, name: str, now_ms: int, *, skip: bool = False) -> Subscription:
    """Try a paused subscription again, with the message it was paused at or (``skip``) the next
    one. :class:`NotFound` if there is no such subscription."""
    subscription = known(tx, name)
    if skip and subscription.paused:
        subscription = _past_next(tx, subscription)
    subscription = replace(subscription, paused=False, refusals=0, failures=0, next_ms=now_ms)
    tx.put_subscription(subscription)
    return subscription


def pause(tx: Writing, name: str) -> Subscription:
    """Tell a subscriber nothing until it is resumed; what comes meanwhile is told then.
    :class:`NotFound` if there is no such subscription."""
    subscription = replace(known(tx, name), paused=True)
    tx.put_subscription(subscription)
    return subscription


def known(tx: Reading, name: str) -> Subscription:
    """A subscription; :class:`NotFound` if there is none of this name."""
    found = tx.subscription(name)
    if found is None:
        raise NotFound(
            "no such subscription",
            field="subscription",
            value=name,
            remedy="Name one listed by GET /v1/subscriptions.",
        )
    return found


def wanted(subscription: Subscription, message: OutboxMessage) -> bool:
    """Whether the subscriber asked for messages of this kind."""
    kind = message.message.partition("/")[0]
    return not subscription.kinds or kind in subscription.kinds


def after_success(subscription: Subscription, message: OutboxMessage) -> Subscription:
    """The subscriber has taken a message."""
    return replace(
        subscription,
        cursor=message.number,
        failures=0,
        refusals=0,
        next_ms=0,
        error="",
        delivered=subscription.delivered + 1,
    )


def after_failure(
    subscription: Subscription, failure: DeliveryFailed, params: BackoffParams, now_ms: int
) -> Subscription:
    """The subscriber has not taken a message, or did not say so."""
    failures = subscription.failures + 1
    refusals = subscription.refusals + failure.refused
    wait_ms = backoff_ms(failures, subscription.subscription, params)
    return replace(
        subscription,
        failures=failures,
        refusals=refusals,
        next_ms=now_ms + wait_ms,
        error=failure.reason,
        paused=refusals >= MAX_REFUSALS,
    )


def _past_next(tx: Reading, subscription: Subscription) -> Subscription:
    found = tx.messages_after(subscription.cursor, 1_000)
    first = next((message for message in found if wanted(subscription, message)), None)
    return subscription if first is None else replace(subscription, cursor=first.number)
