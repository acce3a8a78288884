"""Delivering confirmations to the WMS: at least once, per order in order, however often either
side is down. Messages are written in the same transaction as what they tell (see
:mod:`wms_bridge.progress`) and keep their id in every attempt, so that the WMS can tell repeats.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from wms_bridge.backoff import BackoffParams, backoff_ms
from wms_bridge.ports.store import DeliveryFailed, Store, WmsSender
from wms_bridge.records.work import OutboxMessage

LOG = logging.getLogger(__name__)
AT_ONCE = 8
"""Messages under way at the same time, each of another order."""
MAX_ERROR_LENGTH = 500
MAX_REFUSALS = 20
"""How often the WMS may say no to a message before it is given up; with the usual waits that
takes five or six minutes."""


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """How the way to the WMS is. ``failures`` counts failed attempts since the last success and
    ``paused_until_ms`` is when the next one is made (0: at once)."""

    failures: int = 0
    paused_until_ms: int = 0
    last_error: str = ""
    last_error_ms: int | None = None
    last_delivered_ms: int | None = None
    delivered: int = 0


class Delivery:
    """Sends what is in the outbox. While the WMS is not well it is tried with one message at a
    time; a message that the WMS refuses waits alone and holds up only its own order, and after
    ``max_refusals`` it is dead and holds up nothing."""

    def __init__(
        self,
        store: Store,
        sender: WmsSender,
        clock: Callable[[], int],
        params: BackoffParams | None = None,
        max_refusals: int = MAX_REFUSALS,
    ):
        self._store = store
        self._sender = sender
        self._clock = clock
        self._params = params or BackoffParams()
        self._max_refusals = max_refusals
        self._more = asyncio.Event()
        self.status = DeliveryStatus()

    def wake(self) -> None:
        """Look at the outbox now; to be called in the event loop of :meth:`run`."""
        self._more.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        try:
            while True:
                self._more.clear()
                try:
                    await self.deliver_due()
                    await self._rest()
                except Exception:
                    # A full disk, say. The messages are kept: look again later.
                    LOG.exception("the outbox cannot be worked on")
                    await asyncio.sleep(self._params.longest_ms / 1000)
        finally:
            await self._sender.close()

    async def deliver_due(self) -> int:
        """Try what is due until nothing is or the WMS is not well; how many were delivered."""
        delivered = 0
        while self._clock() >= self.status.paused_until_ms:
            limit = 1 if self.status.failures else AT_ONCE
            due = await asyncio.to_thread(self._due, limit)
            if not due:
                break
            results = await asyncio.gather(*(self._attempt(message) for message in due))
            delivered += sum(results)
        return delivered

    async def _rest(self) -> None:
        due_ms = await asyncio.to_thread(self._next_due_ms)
        wait_s = None
        if due_ms is not None:
            wake_ms = max(due_ms, self.status.paused_until_ms)
            wait_s = max(0, wake_ms - self._clock()) / 1000
        try:
            async with asyncio.timeout(wait_s):
                await self._more.wait()
            # News does not shorten the pause of a WMS that is not well.
            pause_ms = self.status.paused_until_ms - self._clock()
            if pause_ms > 0:
                await asyncio.sleep(pause_ms / 1000)
        except TimeoutError:
            pass

    async def _attempt(self, message: OutboxMessage) -> bool:
        try:
            await self._sender.send(message)
        except DeliveryFailed as failure:
            await asyncio.to_thread(self._keep_failure, message, failure)
            return False
        now_ms = self._clock()
        done = replace(message, attempts=message.attempts + 1, error="", delivered_ms=now_ms)
        await asyncio.to_thread(self._put, done)
        self.status = replace(
            self.status,
            failures=0,
            paused_until_ms=0,
            last_delivered_ms=now_ms,
            delivered=self.status.delivered + 1,
        )
        return True

    def _keep_failure(self, message: OutboxMessage, failure: DeliveryFailed) -> None:
        now_ms, reason = self._clock(), failure.reason[:MAX_ERROR_LENGTH]
        tried = replace(message, attempts=message.attempts + 1, error=reason, next_ms=now_ms)
        self.status = replace(self.status, last_error=reason, last_error_ms=now_ms)
        if failure.refused:
            tried = self._refused(tried, now_ms)
        else:
            failures = self.status.failures + 1
            pause_ms = backoff_ms(failures, "wms", self._params)
            self.status = replace(self.status, failures=failures, paused_until_ms=now_ms + pause_ms)
        self._put(tried)
        what = "not delivered" if tried.pending else "given up"
        LOG.warning("confirmation %s %s: %s", message.message, what, reason)

    def _refused(self, message: OutboxMessage, now_ms: int) -> OutboxMessage:
        refusals = message.refusals + 1
        if refusals >= self._max_refusals:
            return replace(message, refusals=refusals, dead_ms=now_ms)
        wait_ms = backoff_ms(refusals, message.message, self._params)
        return replace(message, refusals=refusals, next_ms=now_ms + wait_ms)

    def _due(self, limit: int) -> tuple[OutboxMessage, ...]:
        with self._store.reading() as tx:
            return tx.pending(self._clock(), limit)

    def _next_due_ms(self) -> int | None:
        with self._store.reading() as tx:
            return tx.next_pending_ms()

    def _put(self, message: OutboxMessage) -> None:
        with self._store.writing() as tx:
            tx.put_message(message)
