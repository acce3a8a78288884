"""An asyncio event loop whose time passes only when everybody waits: no sockets, no threads, the
same order of events every time."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar

Result = TypeVar("Result")


class Stuck(AssertionError):
    """Everybody waits, and nothing will ever happen."""


class _Leap:
    """In the place of a selector: instead of waiting, it sets the clock forward."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def select(self, timeout: float | None) -> list[object]:
        if timeout is None:
            raise Stuck("nothing is left to happen")
        self.now_s += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs in virtual time. What is handed to threads is done at once, in the thread of the
    loop."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = self._leap = _Leap()
        self.set_exception_handler(lambda _loop, _context: None)

    def time(self) -> float:
        return self._leap.now_s

    @property
    def now_ms(self) -> int:
        """Milliseconds since the loop was made."""
        return round(self._leap.now_s * 1000)

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        """The thread's work is done before anybody else does anything."""
        future: asyncio.Future[Any] = self.create_future()
        try:
            future.set_result(func(*args))
        except BaseException as error:
            future.set_exception(error)
        return future

    def _process_events(self, event_list: list[object]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody sleeps."""


def run_virtually(main: Callable[[VirtualLoop], Coroutine[Any, Any, Result]]) -> Result:
    """Run a coroutine in virtual time."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main(loop))
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
