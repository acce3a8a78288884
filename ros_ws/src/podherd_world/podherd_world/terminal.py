"""The screen and the buttons of a pick station: what the bridge shows, and what is confirmed.

Two threads talk to the bridge over HTTP, so that the world never waits for it. While the bridge is
down they try again, with the same key: nothing is confirmed twice and nothing is lost.
"""

import logging
import queue
import threading
from collections.abc import Callable
from typing import Protocol

from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import PickId, StationId
from planner.warehouse.picks import PickTask, ShortReason
from sim_worlds.picker import PickOutcome

_LOG = logging.getLogger(__name__)
_POLL_S = 20.0
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0


class Desk(Protocol):
    """The bridge as a station sees it. ``ConnectionError`` while it cannot be reached."""

    def open_picks(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[PickTask, ...], int]:
        """Picks to do that are newer than ``known``, and what is known then; waits for some."""

    def confirm(self, pick: PickId, quantity: int, reason: ShortReason | None, key: str) -> None:
        """What was taken. :class:`PodherdError` if the bridge refuses it for good."""


class Terminal:
    """One station. ``desk`` makes a connection of its own for each thread; ``wake`` is called from
    other threads when there is something new."""

    def __init__(self, station: StationId, desk: Callable[[], Desk], wake: Callable[[], None]):
        self.station = station
        self.refused = 0
        self._desk = desk
        self._wake = wake
        self._shown: queue.SimpleQueue[PickTask] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[PickOutcome | None] = queue.SimpleQueue()
        self._in_flight = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._threads = [
            threading.Thread(target=loop, name=f"{station} {name}", daemon=True)
            for name, loop in (("screen", self._read), ("buttons", self._confirm_all))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def busy(self) -> bool:
        """A confirmation is under way."""
        return self._in_flight > 0

    def shown(self) -> tuple[PickTask, ...]:
        """The picks that came since the last call."""
        return tuple(self._shown.get() for _ in range(self._shown.qsize()))

    def confirm(self, outcome: PickOutcome) -> None:
        """Confirm a pick, after those before it."""
        with self._lock:
            self._in_flight += 1
        self._outcomes.put(outcome)

    def close(self) -> None:
        """Ask both threads to end; a confirmation under way may get lost, as if the person had not
        pressed the button."""
        self._closing.set()
        self._outcomes.put(None)

    def _read(self) -> None:
        desk, known, pause_s = self._desk(), 0, _FIRST_PAUSE_S
        while not self._closing.is_set():
            try:
                picks, known = desk.open_picks(self.station, known, _POLL_S)
            except ConnectionError:
                self._closing.wait(pause_s)
                pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)
                continue
            pause_s = _FIRST_PAUSE_S
            for pick in picks:
                self._shown.put(pick)
            if picks:
                self._wake()

    def _confirm_all(self) -> None:
        desk = self._desk()
        while (outcome := self._outcomes.get()) is not None:
            self._confirm_one(desk, outcome)
            with self._lock:
                self._in_flight -= 1
            self._wake()

    def _confirm_one(self, desk: Desk, outcome: PickOutcome) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._closing.is_set():
            try:
                desk.confirm(
                    outcome.pick, outcome.quantity, outcome.reason, f"confirm/{outcome.pick}"
                )
            except ConnectionError:
                self._closing.wait(pause_s)
                pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)
                continue
            except PodherdError as error:
                self.refused += 1
                _LOG.error("the bridge refuses pick %s: %s", outcome.pick, error)
            return
