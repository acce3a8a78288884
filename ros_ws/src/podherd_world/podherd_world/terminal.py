"""The screens and the buttons of a station: what the bridge shows, and what it is told.

Threads talk to the bridge over HTTP, so that the world never waits for it: one for picks, one for
puts where goods are put away, one for counts where people count, and one for the buttons. While the
bridge is down they try again, with the same key: nothing is confirmed twice and nothing is lost.
"""

import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from planner.warehouse.counts import CountTask
from planner.warehouse.ids import PickId, StationId
from planner.warehouse.picks import PickTask
from planner.warehouse.receipts import PutTask
from podherd_world.desk import Answer, Desk, DoneWork, tell
from sim_worlds.staff import DonePick

_POLL_S = 20.0
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0

Item = TypeVar("Item")
_Ask = Callable[[StationId, int, float], tuple[tuple[Item, ...], int]]


class Terminal:
    """One station. ``desk`` makes a connection of its own for each thread; ``wake`` is called from
    other threads when there is something new; ``puts``: goods are put away here;
    ``counts``: people count here."""

    def __init__(
        self,
        station: StationId,
        desk: Callable[[], Desk],
        wake: Callable[[], None],
        *,
        puts: bool = False,
        counts: bool = False,
    ):
        self.station = station
        self._desk = desk
        self._wake = wake
        self._picks: queue.SimpleQueue[PickTask] = queue.SimpleQueue()
        self._puts: queue.SimpleQueue[PutTask] = queue.SimpleQueue()
        self._counts: queue.SimpleQueue[CountTask] = queue.SimpleQueue()
        self._withdrawn: queue.SimpleQueue[PickId] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[DoneWork | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[DoneWork, Answer]] = queue.SimpleQueue()
        self._open: dict[PickId, None] = {}
        self._in_flight = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()
        loops = [("picks", self._read_picks), ("buttons", self._tell_all)]
        loops += [("puts", self._read_puts)] if puts else []
        loops += [("counts", self._read_counts)] if counts else []
        for name, loop in loops:
            threading.Thread(target=loop, name=f"{station} {name}", daemon=True).start()

    @property
    def busy(self) -> bool:
        """A confirmation is under way."""
        return self._in_flight > 0

    def picks(self) -> tuple[PickTask, ...]:
        """The picks that came since the last call."""
        return _taken_out(self._picks)

    def puts(self) -> tuple[PutTask, ...]:
        """The puts that came since the last call."""
        return _taken_out(self._puts)

    def counts(self) -> tuple[CountTask, ...]:
        """The counts that came since the last call."""
        return _taken_out(self._counts)

    def withdrawn(self) -> tuple[PickId, ...]:
        """Picks of which it has become known since the last call that they were withdrawn."""
        return _taken_out(self._withdrawn)

    def answers(self) -> tuple[tuple[DoneWork, Answer], ...]:
        """What the bridge has answered since the last call."""
        return _taken_out(self._answers)

    def confirm(self, done: DoneWork) -> None:
        """Tell the bridge what was done, after what was done before it."""
        with self._lock:
            self._in_flight += 1
        self._done.put(done)

    def close(self) -> None:
        """Ask all threads to end; a confirmation under way may get lost, as if the person had not
        pressed the button."""
        self._closing.set()
        self._done.put(None)

    def _read_picks(self) -> None:
        desk, known = self._desk(), 0
        while found := self._insist(partial(desk.open_picks, self.station, known, _POLL_S)):
            picks, known = found
            with self._lock:
                self._open.update((pick.pick, None) for pick in picks)
            self._show(self._picks, picks)

    def _read_puts(self) -> None:
        self._follow(self._desk().open_puts, self._puts)

    def _read_counts(self) -> None:
        self._follow(self._desk().open_counts, self._counts)

    def _follow(self, ask: _Ask[Item], screen: queue.SimpleQueue[Item]) -> None:
        known = 0
        while found := self._insist(partial(ask, self.station, known, _POLL_S)):
            items, known = found
            self._show(screen, items)

    def _show(self, screen: queue.SimpleQueue[Item], items: tuple[Item, ...]) -> None:
        for item in items:
            screen.put(item)
        if items:
            self._wake()

    def _tell_all(self) -> None:
        desk = self._desk()
        while (done := self._done.get()) is not None:
            self._tell_one(desk, done)
            with self._lock:
                self._in_flight -= 1
            self._wake()

    def _tell_one(self, desk: Desk, done: DoneWork) -> None:
        answer = self._insist(lambda: tell(desk, done))
        if answer is None:
            return
        self._answers.put((done, answer))
        if not isinstance(done, DonePick):
            return
        if not done.outcome.failed:
            with self._lock:
                self._open.pop(done.task.pick, None)
        if answer is Answer.WITHDRAWN:
            self._look_again(desk)

    def _look_again(self, desk: Desk) -> None:
        """Where one pick was withdrawn, others that were shown may be as well."""
        with self._lock:
            shown = tuple(self._open)
        found = self._insist(lambda: desk.open_picks(self.station, 0, 0.0))
        still_open = {task.pick for task in found[0]} if found else set(shown)
        with self._lock:
            for pick in shown:
                if pick not in still_open:
                    del self._open[pick]
                    self._withdrawn.put(pick)

    def _insist(self, ask: Callable[[], Item]) -> Item | None:
        """What ``ask`` returns, asked again while the bridge cannot be reached; ``None`` if the
        terminal is closed before."""
        pause_s = _FIRST_PAUSE_S
        while not self._closing.is_set():
            try:
                return ask()
            except ConnectionError:
                self._closing.wait(pause_s)
                pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)
        return None


def _taken_out(items: queue.SimpleQueue[Item]) -> tuple[Item, ...]:
    return tuple(items.get() for _ in range(items.qsize()))
