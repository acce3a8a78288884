"""The fleet's memory and its tick: inbox -> event log -> dispatcher -> commands. No ROS here."""

from collections import deque
from pathlib import Path

from planner.dispatch.params import DispatchParams
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.warehouse.commands import Command
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.events import Event, RobotStateSeen
from planner.warehouse.robot import RobotState
from planner.warehouse.site import Site
from planner.warehouse.view import FloorView
from podherd_fleet.feed import Fed
from sim_worlds.eventlog import EventLogWriter, Header, Replayed, read_log, replay


class Control:
    """Steps the dispatcher on the planning grid, and writes down what it learns before it acts.

    With a log from before, the state is what the log leads to, and :attr:`outstanding` is all that
    is still in force. Raises :class:`ReplayMismatch` if the log belongs to other code, and
    :class:`InvalidMessage` if it belongs to another site.
    """

    def __init__(self, site: Site, log: Path, params: DispatchParams | None = None):
        self._dispatcher = Dispatcher(site, params)
        self.robots = tuple(robot.id for robot in site.robots)
        header = Header(site, self._dispatcher.params)
        before = _remember(self._dispatcher, log, header)
        self._state = before.state
        self.feed = before.feed
        self.now_ms = before.now_ms if before.ticks else -TICK_MS
        self.outstanding = self._dispatcher.outstanding(before.state) if before.ticks else ()
        self._inbox: deque[Event] = deque()
        self._log = EventLogWriter(log, header)

    def hear(self, state: RobotState) -> None:
        """A robot reported; looked at in the next tick."""
        self._inbox.append(RobotStateSeen(state))

    def is_due(self, now_ms: int) -> bool:
        """Whether a planning period has passed since the last tick."""
        return now_ms >= self.now_ms + TICK_MS

    def tick(self, now_ms: int, fed: tuple[Fed, ...]) -> tuple[Command, ...]:
        """One step with all that was heard and ``fed`` by the bridge since the last."""
        events = (*(item.event for item in fed), *self._inbox)
        self._inbox.clear()
        self.feed = fed[-1].number if fed else self.feed
        self._log.before_step(now_ms, self.feed, events)
        self._state, commands = self._dispatcher.step(self._state, events, now_ms)
        self._log.after_step(now_ms, commands)
        self.now_ms = now_ms
        return commands

    def view(self) -> FloorView:
        """What a person is shown."""
        return self._dispatcher.view(self._state)

    def close(self) -> None:
        """Close the log."""
        self._log.close()


def _remember(dispatcher: Dispatcher, log: Path, header: Header) -> Replayed:
    if not log.exists() or not log.stat().st_size:
        return Replayed(dispatcher.start(), 0, 0, 0)
    written, ticks = read_log(log)
    if written != header:
        raise InvalidMessage(
            "the log belongs to another site or other parameters",
            field="log",
            value=str(log),
            remedy="Start a new run with a log of its own.",
        )
    return replay(dispatcher, ticks)
