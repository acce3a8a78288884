"""The fleet without ROS: the dispatcher, and all that stands between it and the robots.

Robots are heard through the :class:`Roster`, orders go out through the :class:`Gate`, stops and
human entries become closures for the dispatcher and stops for the robots; what operators want by
way of the bridge is followed by :class:`Interventions`. What must outlive a crash is in the event
log and in :class:`Memory`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.warehouse.commands import AlarmKind, Command, SendTransportOrder
from planner.warehouse.events import Event, NodesClosed, NodesOpened
from planner.warehouse.ids import ClosureId, NodeId, RobotId
from planner.warehouse.robot import RobotState
from planner.warehouse.site import Point
from planner.warehouse.view import EntryView, FloorView, StopView
from podherd_fleet.alarms import AlarmBoard
from podherd_fleet.areas import checked_area, distance_m, nodes_near, reach_m, widest_reach_m
from podherd_fleet.control import Control
from podherd_fleet.entries import Entries
from podherd_fleet.entry import Bystander, Entry
from podherd_fleet.feed import Fed
from podherd_fleet.gate import Gate
from podherd_fleet.handling import Handling
from podherd_fleet.inbox import Inbox
from podherd_fleet.interventions import Interventions
from podherd_fleet.memory import Memory, Remembered
from podherd_fleet.roster import Roster
from podherd_fleet.soundness import Soundness
from podherd_fleet.stops import CLEARED, RESERVED, StopBoard
from podherd_ros.presence import INTERFACE_VERSION, Connection, Stop, StopScope

_ZONES = "stop/"
"""Closures of zones that are stopped begin so: nobody is sent into them."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a tick gave: orders for robots, and everything else, for the bridge."""

    orders: tuple[SendTransportOrder, ...]
    rest: tuple[Command, ...]


class Fleet:
    """``accept_all`` takes every robot in that reports; with ``lockstep`` the order in which
    reports arrive does not matter (see :class:`Inbox`)."""

    def __init__(
        self, control: Control, memory: Memory, *, accept_all: bool = False, lockstep: bool = False
    ):
        self._control = control
        self._memory = memory
        site, kept = control.site, memory.kept
        self._near: dict[tuple[Point, ...], tuple[int, ...]] = {}
        self._inbox = Inbox(lockstep=lockstep)
        self.roster = Roster(
            site,
            Soundness(site, frozenset(control.roadmap.pods)),
            control.members,
            INTERFACE_VERSION,
            accept_all=accept_all,
        )
        self._board = StopBoard(site, kept.stops)
        self._entries = Entries(lambda area: checked_area(area, site), self._names, kept.entries)
        self._alarms = AlarmBoard(kept.alarms)
        handling = Handling(control, self.roster, self._board, self._entries, self._meant)
        self._interventions = Interventions(handling, kept.followed)
        self._fed: list[Fed] = []
        self._gate = Gate()
        self._clock_ms: int | None = None

    # --- what robots say -------------------------------------------------------------------

    def connect(self, connection: Connection) -> None:
        """A robot has come, or leaves."""
        self.roster.connect(connection)

    def hear(self, robot: RobotId, state: RobotState, instance: str) -> None:
        """A report has come on the topic of ``robot``."""
        if state.robot != robot:
            self.refuse(robot, f"it calls itself {state.robot}")
        elif self.roster.hear(state, instance, self._clock_ms):
            self._inbox.hear(state)
        elif not self.roster.is_sound(state.robot):
            self._inbox.forget(state.robot)

    def refuse(self, robot: RobotId, problem: str) -> None:
        """A robot's report could not be read."""
        self.roster.refuse(robot, problem, self._clock_ms)

    # --- what operators say ----------------------------------------------------------------

    def set_stop(self, stop: Stop, *, engaged: bool) -> None:
        """Engage or lift a stop. Raises :class:`PodherdError`; see :class:`StopBoard`."""
        if engaged:
            self._board.engage(stop, self.roster.known)
        else:
            self._board.lift(stop.stop)
        self._keep()

    def request_entry(self, name: str, area_m: Sequence[Point], asked_ms: int) -> Entry:
        """See :meth:`Entries.request`."""
        entry = self._entries.request(name, area_m, self.now_ms, asked_ms)
        self._keep()
        return entry

    def enter(self, name: str) -> Entry:
        """See :meth:`Entries.enter`."""
        entry = self._entries.enter(name)
        self._keep()
        return entry

    def leave(self, name: str) -> Entry:
        """See :meth:`Entries.leave`."""
        entry = self._entries.leave(name)
        self._keep()
        return entry

    def find_entry(self, name: str) -> Entry | None:
        """An entry, or ``None``."""
        return self._entries.find(name)

    def set_robot(self, robot: RobotId, *, member: bool, robot_type: str = "") -> None:
        """Take a robot in, or let it go. Raises :class:`PodherdError`; see :class:`Roster`."""
        if member:
            self.roster.take_in(robot, robot_type)
        else:
            self.roster.send_away(robot, self.now_ms)

    # --- ticks -----------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """Site time, as heard last."""
        return self._clock_ms or 0

    @property
    def stops(self) -> tuple[Stop, ...]:
        """All stops in force, those of entries included, and of robots that must not move since
        their reservation was cleared."""
        return (*self._board.stops, *self._entries.stops, *self._kept_standing())

    def clock(self, now_ms: int) -> None:
        """The site's clock shows this."""
        self._clock_ms = now_ms

    def is_due(self, now_ms: int) -> bool:
        """Whether a planning period has passed since the last tick."""
        return self._control.is_due(now_ms)

    def has_heard_all(self, now_ms: int) -> bool:
        """Whether nobody is to be waited for before the tick of ``now_ms``."""
        return self._inbox.complete(now_ms)

    @property
    def ticked_ms(self) -> int:
        """Site time of the last tick; negative before the first."""
        return self._control.now_ms

    @property
    def feed(self) -> int:
        """Number of the last event of the bridge's feed that was heard."""
        return self._control.feed

    def opening(self) -> tuple[Command, ...]:
        """What is in force after a restart, for the bridge; orders wait for their robots."""
        orders, rest = _parted(self._control.outstanding)
        self._gate.offer(orders, lambda _: False)
        return (*rest, *self._alarms.active, *self._interventions.answers())

    def follow(self, fed: Sequence[Fed]) -> None:
        """Hear the bridge between ticks: stops and entries are done at once, the rest waits for the
        tick. What operators want is remembered before anything of it is done or written down."""
        self._fed += fed
        if self._interventions.hear(fed):
            self._keep()
            self._interventions.act(self.now_ms)

    def tick(self, now_ms: int, fed: tuple[Fed, ...]) -> Decided:
        """One step of the dispatcher, and what of it may be sent."""
        self._clock_ms = now_ms
        self.follow(fed)
        self._interventions.act(now_ms)
        fed, self._fed = tuple(self._fed), []
        wanted = self._interventions.events(now_ms)
        joined = self.roster.settle(self._control.members, now_ms)
        told = (*self._closures(), *joined, *wanted)
        self._inbox.give_up(now_ms)
        heard = self._inbox.take(now_ms)
        orders, rest = _parted(self._control.tick(now_ms, fed, (*told, *heard)))
        self._entries.look(self._inside, self._is_closed, now_ms)
        answers = self._interventions.look(now_ms)
        said = self._alarms.update(self._wrongs(now_ms))
        self._interventions.forget(self._control.feed)
        self._keep()
        return Decided(self._passed(orders), (*rest, *said, *answers))

    def view(self) -> FloorView:
        """What a person is shown."""
        view = self._control.view()
        return replace(
            view,
            alarms=(*view.alarms, *self._alarms.active),
            stops=tuple(
                StopView(stop.stop, stop.robots, stop.area_m)
                for stop in (*self._board.stops, *self._kept_standing())
            ),
            entries=tuple(
                EntryView(entry.entry, entry.area_m, entry.state.value, entry.inside)
                for entry in self._entries.in_force
            ),
            closures=tuple(
                one for one in view.closures if not one.closure.startswith((_ZONES, RESERVED))
            ),
        )

    def close(self) -> None:
        """Close the event log."""
        self._control.close()

    def _passed(self, orders: Sequence[SendTransportOrder]) -> tuple[SendTransportOrder, ...]:
        for robot in self._gate.robots - self._control.members.keys():
            self._gate.forget(robot)
        return self._gate.offer(orders, self._may_pass)

    def _may_pass(self, command: SendTransportOrder) -> bool:
        return self.roster.is_sound(command.order.robot) and not self._entries.forbids(command)

    def _closures(self) -> list[Event]:
        """What the dispatcher has to be told to have closed what should be, and no more."""
        areas = {f"{_ZONES}{s.stop}": s.area_m for s in self._board.stops if s.area_m}
        areas |= {entry.closure: entry.area_m for entry in self._entries.in_force}
        closed, names = self._control.closures, self._control.roadmap.nodes
        events: list[Event] = []
        for name, area in areas.items():
            nodes = self._nodes(area)
            if closed.get(ClosureId(name)) != nodes:
                events.append(NodesClosed(ClosureId(name), tuple(names[node] for node in nodes)))
        ours = (name for name in closed if name.startswith((_ZONES, RESERVED)))
        events += [NodesOpened(name) for name in ours if name not in areas]
        return events

    def _kept_standing(self) -> tuple[Stop, ...]:
        named = sorted({*self._interventions.clearing, *self._control.cleared})
        return tuple(Stop(f"{CLEARED}{robot}", StopScope.ROBOT, (robot,)) for robot in named)

    def _meant(self, stop: Stop) -> tuple[RobotId, ...]:
        """Robots on the floor that a stop is for."""
        if stop.scope is StopScope.ROBOT:
            return stop.robots
        reports = self.roster.reports
        if stop.scope is StopScope.SITE:
            return tuple(reports)
        return tuple(r for r, (s, _) in reports.items() if self._touches(s, stop.area_m))

    def _is_closed(self, entry: Entry) -> bool:
        return self._control.closures.get(ClosureId(entry.closure)) == self._nodes(entry.area_m)

    def _inside(self, entry: Entry) -> list[Bystander]:
        """Robots whose footprint, or way as released, touches the area of an entry."""
        nodes, reports = frozenset(self._nodes(entry.area_m)), self.roster.reports
        found = []
        for robot in sorted({*reports, *self._control.members}):
            state, heard_ms = reports.get(robot, (None, 0))
            held = self._control.held(robot)
            if nodes.isdisjoint(held) and not (state and self._touches(state, entry.area_m)):
                continue
            standing = state is not None and (state.paused or not state.driving)
            at_ms = state.at_ms if state else 0
            found.append(Bystander(robot, standing, at_ms, self.now_ms - heard_ms))
        return found

    def _touches(self, state: RobotState, area: tuple[Point, ...]) -> bool:
        site, kind = self._control.site, self.roster.type_of(state.robot)
        types = {known.id: known for known in site.robot_types}
        loaded = state.load is not None
        reach = reach_m(types[kind], site, loaded=loaded) if kind else widest_reach_m(site)
        return distance_m(area, state.pose.x_m, state.pose.y_m) <= reach

    def _nodes(self, area: tuple[Point, ...]) -> tuple[int, ...]:
        if area not in self._near:
            self._near[area] = nodes_near(area, self._control.site, self._control.roadmap)
        return self._near[area]

    def _names(self, area: tuple[Point, ...]) -> frozenset[NodeId]:
        names = self._control.roadmap.nodes
        return frozenset(names[node] for node in self._nodes(area))

    def _wrongs(self, now_ms: int) -> dict[tuple[AlarmKind, str], str]:
        return {
            **self.roster.wrongs(now_ms),
            **self._board.wrongs(),
            **self._entries.wrongs(),
            **{
                (AlarmKind.STOP_ENGAGED, stop.stop): f"{stop.robots[0]} stands still until it has "
                "its way back: its reservation was cleared."
                for stop in self._kept_standing()
            },
        }

    def _keep(self) -> None:
        self._memory.keep(
            Remembered(
                self._board.stops,
                self._entries.entries,
                self._alarms.active,
                self._interventions.followed,
            )
        )


def _parted(
    commands: Sequence[Command],
) -> tuple[list[SendTransportOrder], list[Command]]:
    orders = [command for command in commands if isinstance(command, SendTransportOrder)]
    return orders, [c for c in commands if not isinstance(c, SendTransportOrder)]
