"""What each kind of intervention does, and when it is done. Pure; times are site time.

Stops and entries are done at once on their boards; robots that come and go through the roster; all
that concerns ways and work is told to the dispatcher, which judges alone whether it can be: what it
has not done after the tick is refused with its reason.
"""

from collections.abc import Callable, Sequence

from planner.dispatch.state import Robot
from planner.warehouse.errors import NotFound
from planner.warehouse.events import (
    Event,
    ReservationCleared,
    RobotFreed,
    RobotRerouted,
    RobotSent,
)
from planner.warehouse.ids import NodeId, RobotId
from planner.warehouse.interventions import Intervention, InterventionKind
from planner.warehouse.view import RobotActivity
from podherd_fleet.control import Control
from podherd_fleet.entries import Entries
from podherd_fleet.entry import EntryState, words
from podherd_fleet.followed import Followed, Progress, done, refused, under_way
from podherd_fleet.roster import Roster
from podherd_fleet.stops import StopBoard
from podherd_ros.presence import Stop, StopScope

_SILENT_MS = 5_000
_HEARD_BY_MS = 10_000
"""After a start so long passes before a robot not heard of is taken for silent."""
_OVERTAKEN = "It was lifted or replaced before all robots stood."
_NAMED_MAX = 8

Meant = Callable[[Stop], Sequence[RobotId]]


class Handling:
    """``meant`` names the robots on the floor that a stop is for now."""

    def __init__(
        self, control: Control, roster: Roster, board: StopBoard, entries: Entries, meant: Meant
    ):
        self._control = control
        self._roster = roster
        self._board = board
        self._entries = entries
        self._meant = meant
        self._began_ms: int | None = None

    # --- at once ---------------------------------------------------------------------------

    def at_once(self, kind: InterventionKind) -> bool:
        """Whether this kind needs no dispatcher."""
        return kind in _AT_ONCE

    def do(self, wanted: Intervention, now_ms: int) -> Progress:
        """Do what needs no dispatcher; the same again changes nothing. Raises
        :class:`PodherdError` if it cannot be."""
        match wanted.kind:
            case InterventionKind.STOP:
                self._board.engage(stop_of(wanted), self._roster.known)
                return under_way("Engaged.")
            case InterventionKind.LIFT_STOP:
                self._board.lift(wanted.name)
                return done("Lifted.")
            case InterventionKind.REQUEST_ENTRY:
                return under_way(
                    words(self._entries.request(wanted.name, wanted.area_m, now_ms, 0))
                )
            case InterventionKind.ENTER:
                return done(words(self._entries.enter(wanted.name)))
            case InterventionKind.LEAVE:
                return done(words(self._entries.leave(wanted.name)))
            case other:
                raise ValueError(f"{other} is for the dispatcher")

    # --- by the dispatcher -----------------------------------------------------------------

    def objection(self, one: Followed, now_ms: int) -> str:
        """Why it is not even begun; empty if it is. Before a reservation is cleared its robot is
        kept from moving, one tick long: not for nothing."""
        wanted = one.intervention
        if wanted.kind is not InterventionKind.CLEAR_RESERVATION or one.outcome is not None:
            return ""
        return self._control.objection(ReservationCleared(wanted.robots[0]), now_ms)

    def events(self, one: Followed, now_ms: int) -> tuple[Event, ...]:
        """What the dispatcher is to be told of it now. Raises :class:`PodherdError` if it cannot
        be."""
        wanted, robots = one.intervention, one.intervention.robots
        if self._began_ms is None:
            self._began_ms = now_ms
        match wanted.kind:
            case InterventionKind.SEND if one.outcome is None:
                return (RobotSent(robots[0], wanted.node or NodeId("")),)
            case InterventionKind.REROUTE if one.outcome is None:
                return (RobotRerouted(robots[0]),)
            case InterventionKind.FREE if one.outcome is None:
                self._all_known(robots)
                return tuple(map(RobotFreed, robots))
            case InterventionKind.CLEAR_RESERVATION if one.outcome is not None:
                return (ReservationCleared(robots[0]),)
            case InterventionKind.TAKE_OUT if one.outcome is None:
                if self._told_apart(robots, now_ms):
                    self._send_away(robots, now_ms)
            case InterventionKind.TAKE_IN:
                self._take_in(robots, known=one.outcome is None)
            case _:
                pass
        return ()

    def look(self, one: Followed, now_ms: int) -> Progress | None:
        """How far it has come after a tick; ``None`` if it has not begun."""
        wanted, robots = one.intervention, one.intervention.robots
        match wanted.kind:
            case InterventionKind.STOP:
                return self._stopped(wanted, one.since_ms, now_ms)
            case InterventionKind.REQUEST_ENTRY:
                return self._drained(wanted.name)
            case InterventionKind.SEND:
                return self._sent(one, now_ms)
            case InterventionKind.REROUTE:
                return self._rerouted(robots[0], now_ms)
            case InterventionKind.CLEAR_RESERVATION:
                return self._cleared(one, now_ms)
            case InterventionKind.FREE:
                return done("Takes work again.")
            case InterventionKind.TAKE_OUT:
                return self._out(robots) if self._told_apart(robots, now_ms) else None
            case InterventionKind.TAKE_IN:
                return self._in(robots)
            case _:
                return None

    # --- how far -----------------------------------------------------------------------------

    def _stopped(self, wanted: Intervention, since_ms: int, now_ms: int) -> Progress:
        stop = stop_of(wanted)
        if stop not in self._board.stops:
            return done(_OVERTAKEN)
        moving, silent = [], []
        reports = self._roster.reports
        for robot in sorted(self._meant(stop)):
            state, heard_ms = reports.get(robot, (None, 0))
            if state is None or now_ms - heard_ms > _SILENT_MS:
                silent.append(robot)
            elif state.at_ms <= since_ms or not (state.paused or not state.driving):
                moving.append(robot)
        rest = f" Silent, see where they are: {_named(silent)}." if silent else ""
        if moving:
            return under_way(f"Engaged. Still to report that they stand: {_named(moving)}.{rest}")
        return done(f"All robots that it is for stand.{rest}")

    def _drained(self, name: str) -> Progress:
        entry = self._entries.find(name)
        if entry is None or entry.state is EntryState.RELEASED:
            return done(f"Entry {name}: given back.")
        draining = entry.state is EntryState.DRAINING
        return under_way(words(entry)) if draining else done(words(entry))

    def _sent(self, one: Followed, now_ms: int) -> Progress:
        name, node = one.intervention.robots[0], one.intervention.node or NodeId("")
        robot = self._control.robot(name)
        at = self._control.roadmap.index.get(node)
        if robot is None or at is None or robot.override.sent != at:
            if one.outcome is not None:
                return refused(f"{name} was freed or sent elsewhere before it came to {node}.")
            return refused(self._why(RobotSent(name, node), now_ms))
        if robot.node == at and (robot.leg is None or robot.leg.goal == robot.leg.end == at):
            return done(f"{name} stands at {node} until it is freed.")
        return under_way(f"{name} is on its way to {node}.")

    def _rerouted(self, name: RobotId, now_ms: int) -> Progress:
        robot = self._control.robot(name)
        if robot is not None and robot.override.avoids_until_ms > now_ms:
            left_s = (robot.override.avoids_until_ms - now_ms) // 1000
            return done(f"{name} keeps off what it waited for, for {left_s} s.")
        return refused(self._why(RobotRerouted(name), now_ms))

    def _cleared(self, one: Followed, now_ms: int) -> Progress:
        name = one.intervention.robots[0]
        robot = self._control.robot(name)
        if one.outcome is None:
            return under_way(f"{name} is being kept from moving.")
        if robot is not None and robot.override.keeps:
            return done(f"Others may drive there. {name} must stand until it has its way back.")
        return refused(self._why(ReservationCleared(name), now_ms))

    def _out(self, robots: Sequence[RobotId]) -> Progress:
        members = self._control.members
        busy = [
            name
            for name in robots
            if name in members and not (members[name] and _at_rest(self._control.robot(name)))
        ]
        if busy:
            return under_way(f"Still to bring back a pod, or to park: {_named(busy)}.")
        return done("Out of service. Switch off and take away what you like.")

    def _in(self, robots: Sequence[RobotId]) -> Progress:
        members = self._control.members
        out = [name for name in robots if members.get(name, True)]
        if out:
            return under_way(f"Waits for a report: {_named(out)}.")
        return done("Of the fleet.")

    # --- who is there ------------------------------------------------------------------------

    def _told_apart(self, robots: Sequence[RobotId], now_ms: int) -> bool:
        """Whether it is clear who is silent: right after a start nobody has been heard of."""
        began_ms = self._began_ms if self._began_ms is not None else now_ms
        there = all(self._roster.is_there(robot, now_ms) for robot in robots)
        return there or now_ms - began_ms >= _HEARD_BY_MS

    def _send_away(self, robots: Sequence[RobotId], now_ms: int) -> None:
        known = [robot for robot in robots if robot in self._roster.known]
        for robot in known:
            self._roster.check_leave(robot, now_ms)
        for robot in known:
            self._roster.send_away(robot, now_ms)

    def _take_in(self, robots: Sequence[RobotId], *, known: bool) -> None:
        """``known``: else those not heard of yet, as after a start, are waited for."""
        here = [robot for robot in robots if known or robot in self._roster.known]
        for robot in here:
            self._roster.check_join(robot)
        for robot in here:
            if self._control.members.get(robot, True):
                self._roster.take_in(robot)

    def _all_known(self, robots: Sequence[RobotId]) -> None:
        for robot in robots:
            if robot not in self._control.members:
                remedy = "See which robots are of the fleet."
                raise NotFound("not of the fleet", field="robots", value=robot, remedy=remedy)

    def _why(self, event: RobotSent | RobotRerouted | ReservationCleared, now_ms: int) -> str:
        said = self._control.objection(event, now_ms)
        return said or "It could not be done at that moment. Try again."


_AT_ONCE = frozenset(
    {
        InterventionKind.STOP,
        InterventionKind.LIFT_STOP,
        InterventionKind.REQUEST_ENTRY,
        InterventionKind.ENTER,
        InterventionKind.LEAVE,
    }
)


def stop_of(wanted: Intervention) -> Stop:
    """The stop that an intervention asks for."""
    if wanted.robots:
        return Stop(wanted.name, StopScope.ROBOT, wanted.robots)
    if wanted.area_m:
        area = tuple((float(x), float(y)) for x, y in wanted.area_m)
        return Stop(wanted.name, StopScope.ZONE, (), area)
    return Stop(wanted.name, StopScope.SITE)


def _at_rest(robot: Robot | None) -> bool:
    """It carries nothing, is at nothing, and stands parked or at a charger."""
    if robot is None:
        return True
    leg, report = robot.leg, robot.report
    parked = leg is None or (leg.activity is RobotActivity.CHARGE and leg.end == leg.goal)
    return robot.visit is None and parked and (report is None or report.load is None)


def _named(robots: Sequence[RobotId]) -> str:
    shown = ", ".join(robots[:_NAMED_MAX])
    return shown if len(robots) <= _NAMED_MAX else f"{shown} and {len(robots) - _NAMED_MAX} more"
