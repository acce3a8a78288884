"""A bridge that may die at any moment: after, or in the middle of, any transaction, or at any time
in between. What it has kept is all that its next life knows."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from planner.warehouse.site import Site
from tests.wms_bridge.links.faulty_wire import Wire, WireConnector
from tests.wms_bridge.links.virtual_time import VirtualLoop
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.backoff import BackoffParams
from wms_bridge.inbox.desk import Inbox
from wms_bridge.links.link import Link, LinkParams
from wms_bridge.links.sender import ConnectorSender
from wms_bridge.outbox import Delivery
from wms_bridge.ports.store import Reading, Store, Writing
from wms_bridge.service import Bridge
from wms_bridge.topics import Topic

WAITS = BackoffParams(first_ms=500, longest_ms=8_000)
LINK = LinkParams(poll_ms=9_000, stock_ms=0, waits=WAITS)
START_MS = 1_750_000_000_000


class Dead(BaseException):
    """The process is gone. No handler of the bridge's sees it as an error."""


class MortalStore:
    """The store as one life of the bridge sees it. It dies after ``commits`` more transactions:
    before the last one is kept (``torn``), or right after."""

    def __init__(self, inner: MemoryStore, die: Callable[[], None]):
        self._inner = inner
        self._die = die
        self.dead = False
        self.commits_left: int | None = None
        self.torn = False

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        self._check()
        with self._inner.reading() as tx:
            yield tx

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        self._check()
        last = self.commits_left == 1
        with self._inner.writing() as tx:
            yield tx
            if last and self.torn:
                self._end()
        if last:
            self._end()
        if self.commits_left is not None:
            self.commits_left -= 1

    def close(self) -> None:
        """The tables outlive it."""

    def _end(self) -> None:
        self._die()
        raise Dead

    def _check(self) -> None:
        if self.dead:
            raise Dead


class Life:
    """One run of the bridge's process over what earlier ones have kept."""

    def __init__(
        self,
        site: Site,
        tables: MemoryStore,
        wire: Wire,
        loop: VirtualLoop,
        fence_ms: int,
        skew_ms: int,
        died: Callable[[], None],
    ):
        self.alive = True
        self._loop = loop
        self._died = died
        self._skew_ms = skew_ms
        self.store = MortalStore(tables, self.die)
        store: Store = self.store
        self.bridge = Bridge(site, store)
        self.connector = WireConnector(wire, fence_ms, self.clock)
        sender = ConnectorSender(self.connector)
        steady = self._steady
        self.delivery = Delivery(store, sender, self.clock, WAITS, steady=steady)
        inbox = Inbox(self.bridge.store, self.bridge.shelves, self._woken)
        self.link = Link(
            inbox, store, self.bridge.shelves, self.connector, self.clock, LINK, steady
        )
        self.bridge.subscribe(self._heard)
        self._tasks = [loop.create_task(self.delivery.run()), loop.create_task(self.link.run())]

    def clock(self) -> int:
        """The clock on the wall, as this life reads it."""
        return START_MS + self._skew_ms + self._loop.now_ms

    def set_clock(self, by_ms: int) -> None:
        """Somebody sets it."""
        self._skew_ms += by_ms

    def die(self) -> None:
        """Gone at once: nothing it still does has any effect."""
        if not self.alive:
            return
        self.alive = False
        self.store.dead = True
        for task in self._tasks:
            self._loop.call_soon(task.cancel)
        self._died()

    def doom(self, dice: random.Random, commits: int) -> None:
        """Have it die in or after one of its next transactions."""
        self.store.commits_left = 1 + dice.randrange(commits)
        self.store.torn = dice.random() < 0.3

    def _steady(self) -> int:
        return self._loop.now_ms

    def _heard(self, topic: Topic) -> None:
        if topic is Topic.OUTBOX:
            self._woken()

    def _woken(self) -> None:
        if self.alive:
            self._loop.call_soon(self.delivery.wake)


def forget_flights(tables: MemoryStore, now_ms: int) -> None:
    """What a bridge would know after a restart that did not keep what is under way."""
    with tables.writing() as tx:
        for message in tx.untold():
            if message.flying_ms is not None:
                tx.put_message(replace(message, flying_ms=None, next_ms=now_ms))


async def settled(done: Callable[[], bool], step_s: float, patience_s: float) -> bool:
    """Wait until something is so; whether it came to that."""
    waited_s = 0.0
    while not done():
        if waited_s >= patience_s:
            return False
        await asyncio.sleep(step_s)
        waited_s += step_s
    return True
