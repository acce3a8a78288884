"""Who is in the fleet, who may be listened to, and who gets orders. Pure; times are site time.

Robots make themselves known by a :class:`Connection` and by their reports. Those of the site file
are of the fleet from the start, wherever they are; others when an operator takes them in, or at
once if ``accept_all``. The dispatcher is told by :class:`RobotJoined`, :class:`RobotLeaving` and
:class:`RobotLeft`, and hears only reports of robots that are sound.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from planner.warehouse.commands import AlarmKind
from planner.warehouse.errors import InvalidMessage, NotFound
from planner.warehouse.events import RobotJoined, RobotLeaving, RobotLeft
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import RobotState
from planner.warehouse.site import Site
from podherd_fleet.presence_trace import Trace
from podherd_fleet.soundness import Soundness
from podherd_ros.presence import Connection

_SILENT_MS = 5_000
"""A robot not heard of for so long is not there, as far as people can tell."""
_REFUSED_MS = 10_000
"""The alarm about a report that cannot be true stays for so long after the last one."""
_ASK_AGAIN_MS = 5_000

MemberEvent = RobotJoined | RobotLeaving | RobotLeft


class Wish(StrEnum):
    """What is to become of a robot."""

    STRANGER = "stranger"
    """Nobody has said anything about it: it is not used."""
    STAY = "stay"
    LEAVE = "leave"
    """It ends what it is at and parks; where it stands it is in the way until it is gone."""
    GONE = "gone"
    """It has been taken off the floor."""


@dataclass(slots=True)
class _Entry:
    """What is known of one robot. ``type`` is a robot type of the site, or empty."""

    wish: Wish
    type: str
    trace: Trace = field(default_factory=Trace)
    versions: dict[str, Connection] = field(default_factory=dict)
    state: RobotState | None = None
    refusal: str = ""
    refused: int = 0
    refused_ms: int = 0
    asked_ms: int | None = None


class Roster:
    """``members`` are the robots that the dispatcher has, and whether they are leaving: those of
    the site file in a new run, those of the event log after a restart."""

    def __init__(
        self,
        site: Site,
        soundness: Soundness,
        members: Mapping[RobotId, bool],
        version: str,
        *,
        accept_all: bool = False,
    ):
        self._soundness = soundness
        self._version = version
        self._stranger = Wish.STAY if accept_all else Wish.STRANGER
        self._types = {kind.id for kind in site.robot_types}
        self._told = {robot.id: robot.type for robot in site.robots}
        """Types by the site file: who says otherwise is not who we think."""
        self._robots = {robot: _Entry(Wish.GONE, kind) for robot, kind in self._told.items()}
        for robot, leaving in members.items():
            entry = self._robots.setdefault(robot, _Entry(Wish.STAY, ""))
            entry.wish = Wish.LEAVE if leaving else Wish.STAY

    # --- what robots say -------------------------------------------------------------------

    def connect(self, connection: Connection) -> None:
        """A robot's process has come, or leaves in good order."""
        entry = self._entry(connection.robot)
        if connection.online:
            entry.versions[connection.instance] = connection
            entry.type = entry.type or connection.robot_type
        else:
            entry.versions.pop(connection.instance, None)
            entry.trace.left(connection.instance)

    def hear(self, state: RobotState, instance: str, now_ms: int | None) -> bool:
        """A report has come at ``now_ms`` (``None``: site time is not known yet); whether the
        dispatcher is to see it."""
        entry = self._entry(state.robot)
        same = entry.trace.speaker == instance
        last = entry.state if same else None
        problem = self._soundness.objection(state, last, now_ms)
        if problem:
            self.refuse(state.robot, problem, now_ms)
            return False
        heard_ms = now_ms if now_ms is not None else 0
        if not entry.trace.hear(instance, state.at_ms, heard_ms):
            return False
        if not same:
            entry.versions = {k: v for k, v in entry.versions.items() if k == instance}
        if entry.wish is Wish.GONE:
            entry.wish = Wish.STRANGER
        entry.state = state
        return entry.wish is not Wish.STRANGER and not self._mismatch(state.robot, entry)

    def refuse(self, robot: RobotId, problem: str, now_ms: int | None) -> None:
        """A report of this robot could not be read, or cannot be true."""
        entry = self._entry(robot)
        entry.refusal, entry.refused_ms = problem, now_ms if now_ms is not None else 0
        entry.refused += 1

    # --- what operators say ----------------------------------------------------------------

    def take_in(self, robot: RobotId, robot_type: str = "") -> None:
        """Take a robot in, of this type or of the one that it says itself.

        Raises :class:`NotFound` for one never heard of, and :class:`InvalidMessage` for a type that
        the site does not have or an interface that is not ours.
        """
        self.check_join(robot, robot_type)
        entry = self._known(robot)
        entry.wish, entry.type, entry.asked_ms = Wish.STAY, robot_type or entry.type, None

    def check_join(self, robot: RobotId, robot_type: str = "") -> None:
        """What :meth:`take_in` would raise."""
        entry = self._known(robot)
        kind = robot_type or entry.type
        if kind not in self._types or self._told.get(robot, kind) != kind:
            known = [self._told[robot]] if robot in self._told else sorted(self._types)
            raise InvalidMessage(
                "the robot cannot be of this type here",
                field="robot_type",
                value=kind,
                remedy=f"Say {' or '.join(known)}.",
            )
        mismatch = self._mismatch(robot, entry)
        if mismatch:
            raise InvalidMessage(mismatch, field="robot_id", value=robot, remedy="Update it.")

    def send_away(self, robot: RobotId, now_ms: int) -> Wish:
        """Let a robot leave if it is there, or strike it off if it is silent; what was done.

        Raises :class:`NotFound` for one never heard of, and :class:`InvalidMessage` for a silent
        one with a pod.
        """
        self.check_leave(robot, now_ms)
        entry = self._known(robot)
        entry.wish = Wish.LEAVE if self.is_there(robot, now_ms) else Wish.GONE
        entry.asked_ms = None
        return entry.wish

    def check_leave(self, robot: RobotId, now_ms: int) -> None:
        """What :meth:`send_away` would raise."""
        entry = self._known(robot)
        silent = not self.is_there(robot, now_ms)
        if silent and entry.state is not None and entry.state.load is not None:
            raise InvalidMessage(
                f"it has {entry.state.load} on its back",
                field="robot_id",
                value=robot,
                remedy="Let it put the pod down, or start it again.",
            )

    # --- what follows ----------------------------------------------------------------------

    def settle(self, members: Mapping[RobotId, bool], now_ms: int) -> tuple[MemberEvent, ...]:
        """What to tell the dispatcher, which has these ``members`` (and whether they leave)."""
        events: list[MemberEvent] = []
        for robot, entry in sorted(self._robots.items()):
            event = self._due(robot, entry, members.get(robot))
            again = entry.asked_ms is None or now_ms - entry.asked_ms >= _ASK_AGAIN_MS
            if event is not None and again:
                entry.asked_ms = now_ms
                events.append(event)
        return tuple(events)

    def is_sound(self, robot: RobotId) -> bool:
        """Whether orders may be sent to it: one process speaks for it, in our words, and it is of
        the fleet."""
        entry = self._robots.get(robot)
        return (
            entry is not None
            and entry.state is not None
            and entry.wish in (Wish.STAY, Wish.LEAVE)
            and not entry.trace.contested
            and entry.trace.speaker is not None
            and not self._mismatch(robot, entry)
        )

    def is_there(self, robot: RobotId, now_ms: int) -> bool:
        """Whether it has been heard of lately."""
        entry = self._robots.get(robot)
        return (
            entry is not None
            and entry.trace.heard_ms is not None
            and now_ms - entry.trace.heard_ms <= _SILENT_MS
        )

    @property
    def known(self) -> frozenset[RobotId]:
        """Every robot that the site file names or that was ever heard of."""
        return frozenset(self._robots)

    @property
    def linked(self) -> frozenset[RobotId]:
        """Robots to keep a way to: those heard of that have not gone."""
        return frozenset(
            robot
            for robot, entry in self._robots.items()
            if (entry.versions or entry.trace.speaker is not None) and entry.wish is not Wish.GONE
        )

    @property
    def reports(self) -> Mapping[RobotId, tuple[RobotState, int]]:
        """The newest believable report of each robot on the floor, and when it was heard."""
        return {
            robot: (entry.state, entry.trace.heard_ms or 0)
            for robot, entry in self._robots.items()
            if entry.state is not None and entry.wish is not Wish.GONE
        }

    @property
    def refused(self) -> int:
        """Reports left out so far because they could not be true."""
        return sum(entry.refused for entry in self._robots.values())

    def type_of(self, robot: RobotId) -> str:
        """A robot type of the site; empty if it is not known."""
        entry = self._robots.get(robot)
        return entry.type if entry is not None and entry.type in self._types else ""

    def wrongs(self, now_ms: int) -> dict[tuple[AlarmKind, str], str]:
        """What operators should know."""
        found: dict[tuple[AlarmKind, str], str] = {}
        for robot, entry in sorted(self._robots.items()):
            for kind, text in self._wrongs_of(robot, entry, now_ms):
                found[kind, robot] = text
        return found

    def _wrongs_of(self, robot: RobotId, entry: _Entry, now_ms: int) -> list[tuple[AlarmKind, str]]:
        found = []
        if entry.trace.duplicate:
            text = f"Two robots report as {robot}; neither gets orders. Switch one off."
            found.append((AlarmKind.DUPLICATE_ROBOT, text))
        mismatch = self._mismatch(robot, entry)
        if mismatch:
            found.append((AlarmKind.INTERFACE_MISMATCH, f"{robot} is not used: {mismatch}."))
        if entry.refused and now_ms - entry.refused_ms <= _REFUSED_MS:
            text = f"A report of {robot} was left out: {entry.refusal} ({entry.refused} so far)."
            found.append((AlarmKind.REPORT_REFUSED, text))
        if entry.wish is Wish.STRANGER and (entry.versions or self.is_there(robot, now_ms)):
            text = f"{robot} is not of the fleet and is not used. Take it in, or away."
            found.append((AlarmKind.ROBOT_UNKNOWN, text))
        return found

    def _due(self, robot: RobotId, entry: _Entry, leaving: bool | None) -> MemberEvent | None:
        """``leaving`` is ``None`` for a robot that the dispatcher does not have."""
        if entry.wish is Wish.STAY and leaving is not False:
            state = entry.state
            if state is None or state.driving or not self.is_sound(robot) or not entry.type:
                return None
            return RobotJoined(robot, entry.type, state.pose)
        if entry.wish is Wish.LEAVE and leaving is False:
            return RobotLeaving(robot)
        if entry.wish in (Wish.GONE, Wish.STRANGER) and leaving is not None:
            return RobotLeft(robot)
        return None

    def _mismatch(self, robot: RobotId, entry: _Entry) -> str:
        """Why it is not understood, by what its process said of itself; empty if it is."""
        said = entry.versions.get(entry.trace.speaker or "") or next(
            iter(entry.versions.values()), None
        )
        if said is None:
            return ""
        if said.version != self._version:
            return f"it speaks {said.version or 'nothing we know'}, the fleet {self._version}"
        told = self._told.get(robot)
        if told is not None and said.robot_type not in ("", told):
            return f"it says that it is of type {said.robot_type}, the site file says {told}"
        return ""

    def _entry(self, robot: RobotId) -> _Entry:
        entry = self._robots.get(robot)
        if entry is None:
            entry = self._robots[robot] = _Entry(self._stranger, "")
        return entry

    def _known(self, robot: RobotId) -> _Entry:
        entry = self._robots.get(robot)
        if entry is None:
            raise NotFound(
                "no such robot",
                field="robot_id",
                value=robot,
                remedy="Start it, then say it again.",
            )
        return entry
