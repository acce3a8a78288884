"""The world behind ROS 2: floor, referee, people at stations, and the pace of time. No ROS here."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot
from typing import Protocol

from planner.warehouse.ids import PickId, RobotId, StationId
from planner.warehouse.picks import PickTask
from podherd_ros.drive import DriveReport
from podherd_world.body import Body
from podherd_world.pacer import Pacer
from sim_worlds.floor import Floor
from sim_worlds.picker import Picker, PickOutcome
from sim_worlds.referee import Referee, Violation, ViolationKind


class Screen(Protocol):
    """A station's connection to the bridge; see :class:`podherd_world.terminal.Terminal`."""

    @property
    def busy(self) -> bool:
        """A confirmation is under way."""

    def shown(self) -> tuple[PickTask, ...]:
        """The picks that came since the last call."""

    def confirm(self, outcome: PickOutcome) -> None:
        """Confirm a pick."""


@dataclass(frozen=True, slots=True)
class News:
    """What there is to tell after a stretch of time that ended at ``at_ms``."""

    at_ms: int
    reports: tuple[tuple[RobotId, DriveReport], ...]
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Station:
    """The person at a station and the terminal in front of them."""

    picker: Picker
    screen: Screen


class World:
    """``chunk_ms`` of site time pass at once; physics and referee work in finer steps."""

    def __init__(
        self, floor: Floor, stations: Mapping[StationId, Station], pacer: Pacer, chunk_ms: int
    ):
        self.floor = floor
        self.referee = Referee(floor.site)
        self.pacer = pacer
        report_ms = floor.params.report_ms
        self.pieces_taken = 0
        """By the people at the stations; the books must say the same."""
        self.bodies = {robot: Body(floor, robot, report_ms) for robot in floor.robots}
        self._stations = stations
        self._chunk_ms = chunk_ms
        self._tasks: dict[PickId, PickTask] = {}
        self._places = {station.id: station.position_m for station in floor.site.stations}

    @property
    def now_ms(self) -> int:
        """Site time."""
        return self.floor.now_ms

    def go_on(self, wall_s: float) -> News | None:
        """Let the next stretch of time pass if the pacer allows it at ``wall_s``."""
        picking = any(station.screen.busy for station in self._stations.values())
        next_ms = self.now_ms + self._chunk_ms
        if not self.pacer.may_go_to(next_ms, self.now_ms, wall_s, picking=picking):
            return None
        seen = len(self.referee.violations)
        for _ in range(self._chunk_ms // self.floor.params.step_ms):
            self._step()
        self._pick()
        return News(self.now_ms, self.reports(), tuple(self.referee.violations[seen:]))

    def reports(self) -> tuple[tuple[RobotId, DriveReport], ...]:
        """The robots that have something to tell."""
        told = ((robot, body.report()) for robot, body in self.bodies.items())
        return tuple((robot, report) for robot, report in told if report is not None)

    def _step(self) -> None:
        floor = self.floor
        for work in floor.advance(floor.params.step_ms).ended:
            self.bodies[work.robot].ended(work)
        self.referee.look(
            floor.now_ms, floor.poses, floor.loads, floor.stored, floor.stored_version
        )

    def _pick(self) -> None:
        for name, station in self._stations.items():
            shown = station.screen.shown()
            self._tasks.update((task.pick, task) for task in shown)
            station.picker.show(shown, self.now_ms)
            for outcome in station.picker.advance(self.now_ms):
                self._check_presence(name, self._tasks.pop(outcome.pick))
                self.pieces_taken += outcome.quantity
                station.screen.confirm(outcome)

    def _check_presence(self, station: StationId, task: PickTask) -> None:
        """Nobody can take anything from a pod that is not there."""
        x_m, y_m = self._places[station]
        floor = self.floor
        places = [
            floor.pose(robot)
            for robot, load in zip(floor.robots, floor.loads, strict=True)
            if load == task.pod
        ]
        near_m = floor.site.pitch_m / 2
        if not any(hypot(place.x_m - x_m, place.y_m - y_m) <= near_m for place in places):
            kind = ViolationKind.POD_ABSENT
            self.referee.add(Violation(self.now_ms, kind, task.pod, station, x_m, y_m))
