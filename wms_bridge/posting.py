"""Telling subscribers by webhook what the WMS is told: at least once, in order, whatever fails.

How far each has been told is kept after every message, so that a restart goes on where it
stopped; a message that came twice has the same ``webhook-id``.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol
from urllib.parse import quote

from planner.codec.messages import encode
from wms_bridge.backoff import BackoffParams
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.promises.desk import Promises
from wms_bridge.promises.subscribing import after_failure, after_success, wanted
from wms_bridge.records.promises import Subscription
from wms_bridge.records.work import OutboxMessage
from wms_bridge.signing import signed_headers

LOG = logging.getLogger(__name__)
PAGE = 100
"""Messages looked at together."""
LONGEST_REST_S = 1.0
"""How long news may go unseen if nobody wakes us: a subscription that was just resumed, say."""


class HookSender(Protocol):
    """The way to a subscriber."""

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> None:
        """Returns when the subscriber has taken it; raises :class:`DeliveryFailed` otherwise."""

    async def close(self) -> None:
        """Let go of connections."""


class Posting:
    """Tells every subscriber by itself: one that is slow or down holds up nobody else."""

    def __init__(
        self,
        promises: Promises,
        sender: HookSender,
        clock: Callable[[], int],
        params: BackoffParams | None = None,
    ):
        self._promises = promises
        self._sender = sender
        self._clock = clock
        self._params = params or BackoffParams()
        self._more = asyncio.Event()

    def wake(self) -> None:
        """Look for news now; to be called in the event loop of :meth:`run`."""
        self._more.set()

    async def run(self) -> None:
        """Tell news until cancelled."""
        try:
            while True:
                self._more.clear()
                try:
                    told = await self.tell_due()
                except Exception:
                    # A full disk, say. Nothing is lost: look again later.
                    LOG.exception("subscribers cannot be told")
                    told = 0
                if not told:
                    await self._rest()
        finally:
            await self._sender.close()

    async def tell_due(self) -> int:
        """Tell every subscriber whose time has come what is new, up to ``PAGE`` messages looked at
        for each; how many were told."""
        now_ms = self._clock()
        subscriptions = await asyncio.to_thread(self._promises.subscriptions)
        due = [s for s in subscriptions if not s.paused and s.next_ms <= now_ms]
        return sum(await asyncio.gather(*(self._tell(subscription) for subscription in due)))

    async def test(self, subscription: Subscription) -> None:
        """Send a subscriber a signed message that tells nothing (kind ``test``), at once and this
        once; :class:`DeliveryFailed` if it is not taken."""
        now_ms = self._clock()
        name = f"test/{now_ms}"
        body = encode({"message": name, "at_ms": now_ms})
        headers = signed_headers(subscription.secret, name, body, now_ms // 1000)
        await self._sender.post(subscription.url, headers, body)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(LONGEST_REST_S):
                await self._more.wait()
        except TimeoutError:
            pass

    async def _tell(self, subscription: Subscription) -> int:
        found = await asyncio.to_thread(self._promises.messages, subscription.cursor, PAGE)
        told = 0
        for message in found:
            if not wanted(subscription, message):
                subscription = replace(subscription, cursor=message.number)
                continue
            subscription, failed = await self._attempt(subscription, message)
            go_on = await asyncio.to_thread(self._promises.keep, subscription)
            told += not failed
            if failed or not go_on:
                return told
        if found and not wanted(subscription, found[-1]):
            await asyncio.to_thread(self._promises.keep, subscription)
        return told

    async def _attempt(
        self, subscription: Subscription, message: OutboxMessage
    ) -> tuple[Subscription, bool]:
        body, now_ms = message.body.encode(), self._clock()
        # What is signed is what stands in the header.
        named = quote(message.message, safe="/")
        headers = signed_headers(subscription.secret, named, body, now_ms // 1000)
        try:
            await self._sender.post(subscription.url, headers, body)
        except DeliveryFailed as failure:
            LOG.warning("subscriber %s not told: %s", subscription.subscription, failure.reason)
            failed_ms = self._clock()
            return after_failure(subscription, failure, self._params, failed_ms), True
        return after_success(subscription, message), False
