"""The dispatcher with its memory: events -> event log -> step -> commands. No ROS here."""

from collections.abc import Mapping
from pathlib import Path

from planner.dispatch.obstructions import missing
from planner.dispatch.params import DispatchParams
from planner.dispatch.state import Robot
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.roadmap.roadmap import Roadmap
from planner.warehouse.commands import Command
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.events import Event, ReservationCleared, RobotRerouted, RobotSent
from planner.warehouse.ids import ClosureId, RobotId
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
        self.site = site
        header = Header(site, self._dispatcher.params)
        before = _remember(self._dispatcher, log, header)
        self._state = before.state
        self.feed = before.feed
        self.now_ms = before.now_ms if before.ticks else -TICK_MS
        self.outstanding = self._dispatcher.outstanding(before.state) if before.ticks else ()
        self._log = EventLogWriter(log, header)

    @property
    def roadmap(self) -> Roadmap:
        """The site as a graph."""
        return self._dispatcher.floor.roadmap

    @property
    def members(self) -> Mapping[RobotId, bool]:
        """Robots of the fleet, and whether each is leaving."""
        return {robot.robot: robot.leaving for robot in self._state.robots.values()}

    @property
    def closures(self) -> Mapping[ClosureId, tuple[int, ...]]:
        """Indices of the nodes that are closed, by closure."""
        return self._state.closures

    def held(self, robot: RobotId) -> tuple[int, ...]:
        """Indices of the nodes that only this robot may be on, and of those that it has an order
        for; none for a robot not of the fleet."""
        known = self._state.robots.get(robot)
        return (*known.held, *missing(known)) if known is not None else ()

    def robot(self, robot: RobotId) -> Robot | None:
        """What the dispatcher knows of a robot; ``None`` if it is not of the fleet."""
        return self._state.robots.get(robot)

    @property
    def cleared(self) -> tuple[RobotId, ...]:
        """Robots whose reservation was cleared and that have not got back all of their way."""
        return tuple(r.robot for r in self._state.robots.values() if r.override.keeps)

    def objection(self, event: RobotSent | RobotRerouted | ReservationCleared, now_ms: int) -> str:
        """See :meth:`Dispatcher.objection`."""
        return self._dispatcher.objection(self._state, event, now_ms)

    def is_due(self, now_ms: int) -> bool:
        """Whether a planning period has passed since the last tick."""
        return now_ms >= self.now_ms + TICK_MS

    def tick(
        self, now_ms: int, fed: tuple[Fed, ...], heard: tuple[Event, ...]
    ) -> tuple[Command, ...]:
        """One step with all that was ``fed`` by the bridge and ``heard`` since the last."""
        events = (*(item.event for item in fed), *heard)
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
