"""What the bridge tells the fleet: orders, stock, confirmed picks. Read by a thread of its own."""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from planner.warehouse.commands import Command
from planner.warehouse.events import Event
from planner.warehouse.view import FloorView

_LOG = logging.getLogger(__name__)
_POLL_S = 20.0
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0


@dataclass(frozen=True, slots=True)
class Fed:
    """An event of the feed and its number there."""

    number: int
    event: Event


class Office(Protocol):
    """The bridge as the fleet sees it. ``ConnectionError`` while it cannot be reached."""

    def events(self, after: int, wait_s: float) -> tuple[Fed, ...]:
        """The feed above a number, in order; waits for something."""

    def send(self, commands: Sequence[Command]) -> tuple[str | None, ...]:
        """Have commands done; for each why it is refused for good, if it is."""

    def show(self, view: FloorView) -> None:
        """Show a picture to those who watch."""


class PolledFeed:
    """Asks the bridge once in each tick, so that what a tick hears does not depend on how fast a
    thread is: what the bridge knows by then, all of it."""

    def __init__(self, office: Office, after: int):
        self._office = office
        self._after = after

    def drain(self) -> tuple[Fed, ...]:
        """What has come since the last call, in order; nothing while the bridge is down."""
        try:
            events = self._office.events(self._after, 0.0)
        except ConnectionError as error:
            _LOG.warning("no feed from the bridge: %s", error)
            return ()
        self._after = events[-1].number if events else self._after
        return events

    def close(self) -> None:
        """Nothing to end."""


class Feed:
    """Reads the feed above number ``after`` until closed."""

    def __init__(self, office: Callable[[], Office], after: int):
        self._office = office
        self._after = after
        self._events: queue.SimpleQueue[Fed] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._read, name="feed", daemon=True)
        self._thread.start()

    def drain(self) -> tuple[Fed, ...]:
        """What has come since the last call, in order."""
        return tuple(self._events.get() for _ in range(self._events.qsize()))

    def close(self) -> None:
        """Ask the thread to end."""
        self._closing.set()

    def _read(self) -> None:
        office, pause_s = self._office(), _FIRST_PAUSE_S
        while not self._closing.is_set():
            try:
                events = office.events(self._after, _POLL_S)
            except ConnectionError as error:
                _LOG.warning("no feed from the bridge: %s", error)
                self._closing.wait(pause_s)
                pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)
                continue
            pause_s = _FIRST_PAUSE_S
            for event in events:
                self._events.put(event)
                self._after = event.number
