"""The world behind ROS 2: floor, referee, staff of the stations, pace of time. No ROS here."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot
from typing import Protocol

from planner.warehouse.counts import CountTask
from planner.warehouse.ids import PickId, PodId, RobotId, StationId
from planner.warehouse.picks import PickTask
from planner.warehouse.receipts import PutTask
from podherd_ros.drive import DriveReport
from podherd_world.body import Body
from podherd_world.desk import Answer, DoneWork
from podherd_world.pacer import Pacer
from podherd_world.work import Work
from sim_worlds.floor import Floor
from sim_worlds.referee import Referee, Violation, ViolationKind
from sim_worlds.staff import Staff


class Screen(Protocol):
    """A station's connection to the bridge; see :class:`podherd_world.terminal.Terminal`."""

    @property
    def busy(self) -> bool:
        """A confirmation is under way."""

    def picks(self) -> tuple[PickTask, ...]:
        """The picks that came since the last call."""

    def puts(self) -> tuple[PutTask, ...]:
        """The puts that came since the last call."""

    def counts(self) -> tuple[CountTask, ...]:
        """The counts that came since the last call."""

    def withdrawn(self) -> tuple[PickId, ...]:
        """Picks known to be withdrawn since the last call."""

    def answers(self) -> tuple[tuple[DoneWork, Answer], ...]:
        """What the bridge has answered since the last call."""

    def confirm(self, done: DoneWork) -> None:
        """Tell the bridge what was done, after what was done before it."""


@dataclass(frozen=True, slots=True)
class News:
    """What there is to tell after a stretch of time that ended at ``at_ms``."""

    at_ms: int
    reports: tuple[tuple[RobotId, DriveReport], ...]
    violations: tuple[Violation, ...]


class World:
    """``chunk_ms`` of site time pass at once; physics and referee work in finer steps. Every
    station of the site has its screen."""

    def __init__(
        self,
        floor: Floor,
        staff: Staff,
        screens: Mapping[StationId, Screen],
        pacer: Pacer,
        chunk_ms: int,
    ):
        self.floor = floor
        self.work = Work(staff)
        self.referee = Referee(floor.site)
        self.pacer = pacer
        report_ms = floor.params.report_ms
        self.bodies = {robot: Body(floor, robot, report_ms) for robot in floor.robots}
        self._screens = screens
        self._chunk_ms = chunk_ms
        self._places = {station.id: station.position_m for station in floor.site.stations}

    @property
    def now_ms(self) -> int:
        """Site time."""
        return self.floor.now_ms

    def go_on(self, wall_s: float) -> News | None:
        """Let the next stretch of time pass if the pacer allows it at ``wall_s``."""
        picking = any(screen.busy for screen in self._screens.values())
        next_ms = self.now_ms + self._chunk_ms
        if not self.pacer.may_go_to(next_ms, self.now_ms, wall_s, picking=picking):
            return None
        seen = len(self.referee.violations)
        for _ in range(self._chunk_ms // self.floor.params.step_ms):
            self._step()
        self._attend()
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

    def hear(self) -> None:
        """Take in what the bridge has shown, withdrawn and answered."""
        staff, now_ms = self.work.staff, self.now_ms
        for station, screen in self._screens.items():
            for done, answer in screen.answers():
                self.work.answered(done, answer, now_ms)
            withdrawn = screen.withdrawn()  # were shown before, so they are among the picks
            staff.show_picks(station, screen.picks(), now_ms)
            staff.withdraw(station, withdrawn, now_ms)
            puts = screen.puts()
            if puts:
                staff.show_puts(station, puts, now_ms)
            counts = screen.counts()
            if counts:
                staff.show_counts(station, counts)
        for pod, station in self.work.absent():
            x_m, y_m = self._places[station]
            kind = ViolationKind.POD_ABSENT
            self.referee.add(Violation(now_ms, kind, pod, station, x_m, y_m))

    def _attend(self) -> None:
        self.hear()
        done = self.work.advance(self.now_ms, self._stands_at)
        for item in (*done.all, *done.counts):
            self._screens[item.task.station].confirm(item)

    def _stands_at(self, station: StationId, pod: PodId) -> bool:
        x_m, y_m = self._places[station]
        floor = self.floor
        places = [
            floor.pose(robot)
            for robot, load in zip(floor.robots, floor.loads, strict=True)
            if load == pod
        ]
        near_m = floor.site.pitch_m / 2
        return any(hypot(place.x_m - x_m, place.y_m - y_m) <= near_m for place in places)
