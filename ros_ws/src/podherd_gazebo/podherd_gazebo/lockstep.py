"""One control tick after the other: sensors out, speeds in, Gazebo on. No ROS in here.

Every 100 ms of site time each robot is told its odometry and answers with a speed; when all have,
Gazebo steps. What else there is to sense is told after the answers and used with the next odometry:
one tick of latency on purpose, so that no race between messages changes a run. Every 500 ms
nothing moves until the fleet has planned for that moment, pods change hands, and people pick.

A robot that does not answer for ``patience_s`` of wall time is stopped, since a base stops when
orders cease, and left out until it answers again.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Protocol

from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose
from podherd_gazebo.floor import GazeboFloor, Touch
from podherd_gazebo.people import People
from podherd_ros.base import STANDSTILL, Equipment, Velocity
from podherd_world.pacer import Pacer
from podherd_world.roll_call import RollCall
from sim_worlds.gazebo.scans import LidarScan
from sim_worlds.gazebo.sensors import MarkerReading, WheelReading
from sim_worlds.referee import Violation

_LOG = logging.getLogger(__name__)
CONTROL_MS = 100
PERIOD_MS = 500
_POLL_S = 0.0002
_LONG_S = 5.0
"""A stand of more wall time than this is told in the log."""
_AGAIN_S = 0.2
"""What is not answered is told again so often, for those who have just come."""


class Gazebo(Protocol):
    """What the loop needs of :class:`sim_worlds.gazebo.client.GazeboClient`."""

    @property
    def now_ms(self) -> int:
        """Simulation time."""

    @property
    def poses(self) -> Mapping[str, Pose]:
        """Where every model truly is."""

    def drive(self, model: str, forward_mps: float, turn_radps: float) -> None:
        """Keep this speed."""

    async def step(self, ms: int) -> None:
        """Let time pass."""

    async def place(self, moves: Mapping[str, Pose | None], shells: Mapping[str, bool]) -> None:
        """Move models and switch shells, while time stands."""

    def contacts(self) -> Sequence[Touch]:
        """What has touched since the last call."""

    def scan(self, model: str) -> LidarScan | None:
        """The newest turn of a lidar."""


class Wire(Protocol):
    """The way to robots and fleet; see :mod:`podherd_gazebo.wire`."""

    def ready(self) -> bool:
        """Whether robots and fleet have made themselves known."""

    def tell_odometry(self, at_ms: int, readings: Mapping[RobotId, WheelReading]) -> None:
        """What every robot's wheels say."""

    def tell_marker(self, at_ms: int, robot: RobotId, reading: MarkerReading) -> None:
        """A robot sees a marker."""

    def tell_scan(self, robot: RobotId, scan: LidarScan) -> None:
        """A robot's lidar has turned once."""

    def tell_equipment(self, robot: RobotId, equipment: Equipment) -> None:
        """Lift, contacts and battery of a robot."""

    def tell_time(self, at_ms: int) -> None:
        """Site time, for the fleet to plan."""

    def tell_violation(self, violation: Violation) -> None:
        """Something touched."""

    def speeds(self, robots: Iterable[RobotId]) -> Iterable[tuple[RobotId, int, Velocity]]:
        """Answers of these that have come: robot, the time of the odometry (ms) and the speed."""

    def listen(self) -> None:
        """Take in the fleet's ticks, for the pacer."""

    def hear_actions(self) -> None:
        """Take in what robots ask of their equipment, for :meth:`GazeboFloor.hear`."""


_NEVER = (-1, STANDSTILL)


@dataclass(slots=True)
class Parts:
    """Wall time (s) by what it went into."""

    spent_s: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Counts what is done inside as ``name``."""
        began_s = time.perf_counter()
        try:
            yield
        finally:
            self.spent_s[name] = self.spent_s.get(name, 0.0) + time.perf_counter() - began_s


@dataclass(frozen=True, slots=True)
class Patience:
    """Wall time: how long an answer is waited for, how long robots and fleet at the start, and how
    long after they have been seen until messages surely get through."""

    answer_s: float = 0.5
    start_s: float = 60.0
    settle_s: float = 0.7


class Lockstep:
    """The loop. ``remember`` writes the journal; ``lidars`` names the robots that have one."""

    def __init__(
        self,
        gazebo: Gazebo,
        floor: GazeboFloor,
        people: People,
        wire: Wire,
        pacer: Pacer,
        remember: Callable[[], None],
        lidars: Iterable[RobotId] = (),
        patience: Patience | None = None,
    ):
        self.parts = Parts()
        self.ticks = 0
        self.late = 0
        """Answers that did not come in time."""
        self.wall_s = 0.0
        """Wall time from the first tick on."""
        self.closing = False
        self._gazebo = gazebo
        self._floor = floor
        self._people = people
        self._wire = wire
        self._pacer = pacer
        self._remember = remember
        self._lidars = tuple(lidars)
        self._patience = patience or Patience()
        self._roll = RollCall()
        self._speeds: dict[RobotId, tuple[int, Velocity]] = {}
        self._due: dict[RobotId, None] = dict.fromkeys(floor.robots)
        """Robots that have not answered this tick, in their order."""

    def end(self) -> None:
        """Have :meth:`run` end after the tick."""
        self.closing = True

    def look_once_more(self) -> None:
        """Take in contacts that were told after the last tick."""
        for violation in self._floor.touch(self._gazebo.contacts()):
            self._wire.tell_violation(violation)

    async def run(self) -> None:
        """Until :meth:`end`."""
        await self._gather()
        began_s = time.perf_counter()
        while not self.closing:
            await self._tick()
            self.wall_s = time.perf_counter() - began_s

    async def _gather(self) -> None:
        """Wait for robots and fleet, so that every run begins with all that will come. Whoever is
        missing after ``start_s`` joins later."""
        deadline_s = time.monotonic() + self._patience.start_s
        await self._until(self._wire.ready, deadline_s)
        await asyncio.sleep(self._patience.settle_s)
        now_ms, told_s = self._gazebo.now_ms, 0.0
        robots = self._floor.robots.keys()

        def complete() -> bool:
            nonlocal told_s
            self._hear_speeds()
            if time.monotonic() - told_s > _AGAIN_S:
                told_s = time.monotonic()
                readings = self._floor.sense(now_ms, self._gazebo.poses)
                missing = robots - self._speeds.keys()
                self._wire.tell_odometry(now_ms, {name: readings[name] for name in missing})
            return robots <= self._speeds.keys()

        await self._until(complete, deadline_s)
        await asyncio.sleep(self._patience.settle_s)

    async def _until(self, condition: Callable[[], bool], deadline_s: float) -> None:
        while not (condition() or self.closing or time.monotonic() > deadline_s):
            await asyncio.sleep(_POLL_S)

    async def _tick(self) -> None:
        gazebo, parts, now_ms = self._gazebo, self.parts, self._gazebo.now_ms
        with parts.of("sensing"):
            readings = self._floor.sense(now_ms, gazebo.poses)
        with parts.of("publishing"):
            self._wire.tell_odometry(now_ms, readings)
        with parts.of("robots"):
            await self._hear_answers(now_ms)
        await self._wait_for_leave(now_ms)
        if now_ms % PERIOD_MS == 0:
            await self._change_hands(now_ms)
        with parts.of("publishing"):
            self._tell_news(now_ms)
        with parts.of("gazebo"):
            self._drive(now_ms)
            await gazebo.step(CONTROL_MS)
        self.look_once_more()
        self.ticks += 1

    # --- answers ---------------------------------------------------------------------------

    async def _hear_answers(self, now_ms: int) -> None:
        self._roll.ask(self._floor.robots, now_ms)
        self._due = dict.fromkeys(self._floor.robots)
        deadline_s = time.monotonic() + self._patience.answer_s

        def complete() -> bool:
            self._hear_speeds()
            return self._roll.complete

        await self._until(complete, deadline_s)
        if not self._roll.complete and not self.closing:
            self.late += 1
            self._roll.give_up()

    def _hear_speeds(self) -> None:
        now_ms = self._gazebo.now_ms
        for robot, at_ms, velocity in self._wire.speeds(tuple(self._due)):
            self._speeds[robot] = (at_ms, velocity)
            self._roll.answer(robot, at_ms)
            if at_ms == now_ms:
                self._due.pop(robot, None)

    def _drive(self, now_ms: int) -> None:
        for robot in self._floor.robots:
            at_ms, wanted = self._speeds.get(robot, _NEVER)
            speed = self._floor.allowed(robot, wanted) if at_ms == now_ms else STANDSTILL
            self._gazebo.drive(robot, speed.forward_mps, speed.turn_radps)

    # --- the planning grid -----------------------------------------------------------------

    async def _wait_for_leave(self, now_ms: int) -> None:
        """Until the pacer lets time go on; on the planning grid the fleet is told the time."""
        on_grid, told_s = now_ms % PERIOD_MS == 0, 0.0
        warn_s = time.monotonic() + _LONG_S
        with self.parts.of("fleet"):
            while not self.closing:
                if (on_grid or not self._pacer.begun) and time.monotonic() - told_s > _AGAIN_S:
                    self._wire.tell_time(now_ms)
                    told_s = time.monotonic()
                self._wire.listen()
                wall_s, waiting = time.monotonic(), self._people.waiting
                if self._pacer.may_go_to(now_ms + CONTROL_MS, now_ms, wall_s, picking=waiting):
                    return
                if waiting:
                    self._confirm(now_ms)
                if wall_s > warn_s:
                    warn_s = inf
                    _LOG.warning("the fleet has not planned for %s ms; waiting for it", now_ms)
                await asyncio.sleep(_POLL_S)

    async def _change_hands(self, now_ms: int) -> None:
        """Lifts begin and end, people and arms do what they are shown. The journal is written
        before anything that others see."""
        floor, parts = self._floor, self.parts
        self._wire.hear_actions()
        floor.begin(now_ms)
        with parts.of("picks"):
            present = floor.at_stations()
            floor.picked(self._people.act(now_ms, present), present)
        moves = floor.moves(now_ms)
        with parts.of("journal"):
            self._remember()
        with parts.of("picks"):
            self._confirm(now_ms)
        if moves is not None:
            with parts.of("placing"):
                await self._gazebo.place(moves.places, moves.shells)
            floor.settle(moves)

    def _confirm(self, now_ms: int) -> None:
        self._people.confirm(now_ms)
        for pod, station in self._people.work.absent():
            self._wire.tell_violation(self._floor.absent(now_ms, pod, station))

    def _tell_news(self, now_ms: int) -> None:
        for robot, equipment in self._floor.equipment(now_ms):
            self._wire.tell_equipment(robot, equipment)
        for robot, reading in self._floor.markers(now_ms):
            self._wire.tell_marker(now_ms, robot, reading)
        for robot in self._lidars:
            scan = self._gazebo.scan(robot)
            if scan is not None:
                self._wire.tell_scan(robot, scan)
