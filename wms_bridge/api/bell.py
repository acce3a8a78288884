"""Waiting for news without asking again and again."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

Item = TypeVar("Item")


class Bell:
    """Rung from any thread, heard by everybody who listens in the event loop."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._next = asyncio.Event()
        self.closed = False

    def open(self) -> None:
        """Bind to the running event loop."""
        self._loop = asyncio.get_running_loop()

    def ring(self) -> None:
        """Wake everybody who listens."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ring)

    def close(self) -> None:
        """Wake everybody for the last time."""
        self.closed = True
        self.ring()

    def listen(self) -> asyncio.Event:
        """The next ring. Take it before looking, so that no ring is missed in between."""
        return self._next

    def _ring(self) -> None:
        rung, self._next = self._next, asyncio.Event()
        rung.set()


async def wait_for_news(
    bell: Bell, read: Callable[[], tuple[Item, ...]], wait_s: float
) -> tuple[Item, ...]:
    """What ``read`` (called in a thread) finds, as soon as it finds anything; empty-handed after
    ``wait_s``."""
    deadline = asyncio.get_running_loop().time() + wait_s
    while True:
        rung = bell.listen()
        found = await run_in_threadpool(read)
        if found or bell.closed or wait_s <= 0:
            return found
        try:
            async with asyncio.timeout_at(deadline):
                await rung.wait()
        except TimeoutError:
            return found
