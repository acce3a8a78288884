"""Delivering messages to the WMS: none lost, none done twice, per order, receipt and slot in
order, however often either side is down. Messages are written in the same transaction as what they
tell (see :mod:`wms_bridge.progress`) and keep their id in every attempt. What is done with each is
decided in :mod:`wms_bridge.flights`.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from functools import partial

from wms_bridge import flights
from wms_bridge.backoff import BackoffParams
from wms_bridge.flights import Circuit, CircuitState, Patience, Step
from wms_bridge.ports.links import WmsSender
from wms_bridge.ports.store import DeliveryFailed, Store
from wms_bridge.records.work import OutboxMessage

LOG = logging.getLogger(__name__)
AT_ONCE = 8
"""Messages under way at the same time, each of another order."""
MAX_REFUSALS = 20
"""How often the WMS may say no to a message before it is given up; with the usual waits that
takes five or six minutes."""
READ_AHEAD = 8
"""For each message that may be under way so many are read from the outbox at once."""


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """How the way to the WMS is. ``failures`` counts failed attempts since the last success and
    ``paused_until_ms`` is when the next one is made (0: at once); ``under_way`` messages are being
    sent."""

    failures: int = 0
    paused_until_ms: int = 0
    last_error: str = ""
    last_error_ms: int | None = None
    last_delivered_ms: int | None = None
    delivered: int = 0
    circuit: CircuitState = CircuitState.CLOSED
    under_way: int = 0


def steady_clock_ms() -> int:
    """Milliseconds of a clock that nobody sets."""
    return time.monotonic_ns() // 1_000_000


class Delivery:
    """Sends what is in the outbox. While the WMS is not well it is tried with one message at a
    time; a message that the WMS refuses waits alone and holds up only its own order, and after
    ``max_refusals`` it is dead and holds up nothing. A message is never under way twice: not after
    an answer that was lost, and not after a restart. ``steady`` is a clock (ms) that is never
    set, or else ``clock``."""

    def __init__(
        self,
        store: Store,
        sender: WmsSender,
        clock: Callable[[], int],
        params: BackoffParams | None = None,
        max_refusals: int = MAX_REFUSALS,
        steady: Callable[[], int] | None = None,
        at_once: int = AT_ONCE,
    ):
        self._store = store
        self._sender = sender
        self._clock = clock
        self._steady = steady or clock
        self._params = params or BackoffParams()
        self._patience = Patience(max_refusals, self._params)
        self._at_once = at_once
        self._more = asyncio.Event()
        self._stir = asyncio.Event()
        self._asking = asyncio.Semaphore(at_once)
        self._circuit = Circuit()
        # A request of an earlier life was sent before this one began, whenever that was.
        self._started_ms = self._steady()
        self._last_sent_ms: dict[int, int] = {}
        self._aloft: dict[int, asyncio.Task[bool]] = {}
        self._ready: list[OutboxMessage] = []
        self._status = DeliveryStatus()

    @property
    def status(self) -> DeliveryStatus:
        """How it is now; times by the clock on the wall."""
        now_ms = self._steady()
        open_for_ms = self._circuit.open_until_ms - now_ms if self._circuit.failures else 0
        return replace(
            self._status,
            failures=self._circuit.failures,
            paused_until_ms=self._clock() + open_for_ms if open_for_ms > 0 else 0,
            circuit=self._circuit.state(now_ms),
            under_way=len(self._aloft),
        )

    def wake(self) -> None:
        """Look at the outbox now; to be called in the event loop of :meth:`run`."""
        self._more.set()
        self._stir.set()

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
        before = self._status.delivered
        # Of the loop that runs now.
        self._stir, self._asking = asyncio.Event(), asyncio.Semaphore(self._at_once)
        try:
            while True:
                self._stir.clear()
                if await self._start_due():
                    continue
                if not self._aloft:
                    break
                await self._stir.wait()
        finally:
            self._ready.clear()
            for task in tuple(self._aloft.values()):
                task.cancel()
            await asyncio.gather(*self._aloft.values(), return_exceptions=True)
            self._aloft.clear()
        return self._status.delivered - before

    async def _start_due(self) -> int:
        """Start what may be started now; how many there are."""
        # As many again as the WMS is asked at once: what is being kept keeps nobody from asking.
        room = self._circuit.allowed(self._steady(), 2 * self._at_once) - len(self._aloft)
        if room <= 0:
            return 0
        if not self._ready:
            # What lands while the outbox is read would be read as if it had not.
            self._ready = await asyncio.to_thread(self._due, frozenset(self._aloft))
        chosen, self._ready = self._ready[:room], self._ready[room:]
        for message in chosen:
            task = asyncio.create_task(self._try(message))
            self._aloft[message.number] = task
            task.add_done_callback(partial(self._end, message.number))
        return len(chosen)

    def _end(self, number: int, done: "asyncio.Task[bool]") -> None:
        self._aloft.pop(number, None)
        self._stir.set()
        if not done.cancelled() and (error := done.exception()) is not None:
            LOG.error("message %d cannot be worked on", number, exc_info=error)
            # The store, not the WMS, is not well; either way it is left alone for a while.
            self._circuit = self._circuit.failed(self._steady(), self._params)

    async def _rest(self) -> None:
        due_ms = await asyncio.to_thread(self._next_due_ms)
        pause_ms = self._circuit.open_until_ms - self._steady() if self._circuit.failures else 0
        wait_s = None
        if due_ms is not None:
            wait_s = max(1, due_ms - self._clock(), pause_ms) / 1000
        try:
            async with asyncio.timeout(wait_s):
                await self._more.wait()
        except TimeoutError:
            return
        # News does not shorten the pause of a WMS that is not well.
        pause_ms = self._circuit.open_until_ms - self._steady() if self._circuit.failures else 0
        if pause_ms > 0:
            await asyncio.sleep(pause_ms / 1000)

    async def _try(self, message: OutboxMessage) -> bool:
        """Take the next step with a message; whether the WMS has it now."""
        fence_ms = self._sender.fence_ms
        quiet_ms = self._steady() - self._last_sent_ms.get(message.number, self._started_ms)
        match flights.next_step(message, fence_ms, quiet_ms):
            case Step.WAIT:
                left_ms = fence_ms - quiet_ms
                await self._keep(replace(message, next_ms=self._clock() + left_ms))
                return False
            case Step.SEARCH:
                return await self._search(message)
            case Step.SEND:
                return await self._send(message)

    async def _search(self, message: OutboxMessage) -> bool:
        try:
            found = await self._sender.find(message)
        except DeliveryFailed as failure:
            self._note(failure)
            kept = flights.not_searched(message, failure, self._patience, self._clock())
            await self._keep(kept)
            return False
        if found:
            return await self._delivered(message, "found after a lost answer")
        message = flights.not_found(message, self._clock())
        self._last_sent_ms.pop(message.number, None)
        return await self._send(message)

    async def _send(self, message: OutboxMessage) -> bool:
        fence_ms = self._sender.fence_ms
        if fence_ms:
            message = flights.take_off(message, fence_ms, self._clock())
            await self._keep(message)
        try:
            async with self._asking:
                if self._circuit.state(self._steady()) is CircuitState.OPEN:
                    return await self._called_back(message)
                outcome = await self._sender.send(message)
        except DeliveryFailed as failure:
            self._last_sent_ms[message.number] = self._steady()
            await self._failed(message, failure, fence_ms)
            return False
        except BaseException:
            self._last_sent_ms[message.number] = self._steady()
            raise
        return await self._delivered(message, outcome)

    async def _called_back(self, message: OutboxMessage) -> bool:
        """The WMS has turned out not to be well, and does not have the message yet."""
        await self._keep(flights.not_found(message, self._clock()))
        return False

    async def _delivered(self, message: OutboxMessage, outcome: str) -> bool:
        now_ms = self._clock()
        await self._keep(flights.landed(message, outcome, now_ms))
        self._last_sent_ms.pop(message.number, None)
        self._circuit = Circuit()
        self._status = replace(
            self._status, last_delivered_ms=now_ms, delivered=self._status.delivered + 1
        )
        return True

    async def _failed(self, message: OutboxMessage, failure: DeliveryFailed, fence: int) -> None:
        self._note(failure)
        tried = flights.not_landed(message, failure, fence, self._patience, self._clock())
        await self._keep(tried)
        what = "not delivered" if tried.pending else "given up"
        LOG.warning("message %s %s: %s", message.message, what, tried.error)

    def _note(self, failure: DeliveryFailed) -> None:
        reason = failure.reason[: flights.MAX_ERROR_LENGTH]
        self._status = replace(self._status, last_error=reason, last_error_ms=self._clock())
        # A WMS that says no is there.
        if failure.refused:
            self._circuit = Circuit()
        else:
            self._circuit = self._circuit.failed(self._steady(), self._params)

    def _due(self, aloft: Set[int]) -> list[OutboxMessage]:
        limit = self._at_once * READ_AHEAD + len(aloft)
        with self._store.reading() as tx:
            due = tx.pending(self._clock(), limit)
        return [message for message in due if message.number not in aloft]

    def _next_due_ms(self) -> int | None:
        with self._store.reading() as tx:
            return tx.next_head_ms()

    async def _keep(self, message: OutboxMessage) -> None:
        await asyncio.to_thread(self._put, message)

    def _put(self, message: OutboxMessage) -> None:
        with self._store.writing() as tx:
            tx.put_message(message)
