"""Commands and pictures for the bridge, sent by threads of their own."""

import logging
import queue
import threading
from collections.abc import Callable, Sequence

from planner.warehouse.commands import Command
from planner.warehouse.view import FloorView
from podherd_fleet.feed import Office

_LOG = logging.getLogger(__name__)
_VIEW_S = 0.1
"""Wall time between pictures."""
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0


class Outbound:
    """Sends commands in the order given, again and again while the bridge is down: none is lost
    or overtaken. After a crash of ours the dispatcher names them again (``outstanding``).

    With ``at_once`` the bridge has them when :meth:`send` returns, unless it is down: for runs that
    are to be repeated."""

    def __init__(self, office: Callable[[], Office], *, at_once: bool = False):
        self.refused = 0
        self._office = office
        self._direct = office() if at_once else None
        self._open = 0
        self._lock = threading.Lock()
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._some = threading.Event()
        self._closing = threading.Event()
        threading.Thread(target=self._send_all, name="commands", daemon=True).start()

    def send(self, commands: Sequence[Command]) -> None:
        """Send these after those before."""
        if commands and self._direct is not None and not self._open:
            try:
                self._note(commands, self._direct.send(commands))
            except ConnectionError as error:
                _LOG.warning("the bridge takes no commands: %s", error)
            else:
                return
        with self._lock:
            self._open += len(commands)
        for command in commands:
            self._commands.put(command)
        if commands:
            self._some.set()

    def close(self) -> None:
        """Ask the thread to end."""
        self._closing.set()
        self._some.set()

    def _send_all(self) -> None:
        office = self._office()
        while not self._closing.is_set():
            self._some.wait()
            self._some.clear()
            batch = [self._commands.get() for _ in range(self._commands.qsize())]
            if batch:
                self._send_batch(office, batch)
                with self._lock:
                    self._open -= len(batch)

    def _send_batch(self, office: Office, batch: list[Command]) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._closing.is_set():
            try:
                answers = office.send(batch)
            except ConnectionError as error:
                _LOG.warning("the bridge takes no commands: %s", error)
                self._closing.wait(pause_s)
                pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)
                continue
            self._note(batch, answers)
            return

    def _note(self, batch: Sequence[Command], answers: Sequence[str | None]) -> None:
        for command, refusal in zip(batch, answers, strict=True):
            if refusal is not None:
                self.refused += 1
                _LOG.error("the bridge refuses %s: %s", command, refusal)


class Gallery:
    """Shows the newest picture; one that comes while another is on its way waits, and one that
    waits is replaced."""

    def __init__(self, office: Callable[[], Office]):
        self._office = office
        self._view: FloorView | None = None
        self._shown_s = -_VIEW_S
        self._some = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._closing = False
        threading.Thread(target=self._show_all, name="views", daemon=True).start()

    @property
    def idle(self) -> bool:
        """No picture is on its way."""
        return self._idle.is_set()

    def show(self, view: FloorView) -> None:
        """Show this next."""
        self._view = view
        self._idle.clear()
        self._some.set()

    def show_if_due(self, view: Callable[[], FloorView], wall_s: float) -> None:
        """Show a new picture unless one is on its way or has just been shown."""
        if self.idle and wall_s - self._shown_s >= _VIEW_S:
            self._shown_s = wall_s
            self.show(view())

    def close(self) -> None:
        """Ask the thread to end."""
        self._closing = True
        self._some.set()

    def _show_all(self) -> None:
        office = self._office()
        while not self._closing:
            self._some.wait()
            self._some.clear()
            view, self._view = self._view, None
            try:
                if view is not None:
                    office.show(view)
            except ConnectionError:
                pass  # the next picture will do
            finally:
                self._idle.set()
