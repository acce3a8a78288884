"""The loop between robots, fleet and Gazebo, with all three on paper."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping

from fakes.memory_desk import MemoryDesk
from fakes.planar_gazebo import PlanarGazebo

from planner.warehouse.ids import RobotId, StationId
from planner.warehouse.robot import Pose
from podherd_gazebo.floor import GazeboFloor
from podherd_gazebo.lockstep import CONTROL_MS, PERIOD_MS, Lockstep, Patience
from podherd_gazebo.people import People
from podherd_ros.base import Equipment, Velocity
from podherd_world.pacer import Pacer
from podherd_world.work import Work
from sim_worlds.gazebo.contacts import Contact
from sim_worlds.gazebo.scans import LidarScan
from sim_worlds.gazebo.sensors import MarkerReading, WheelReading
from sim_worlds.referee import Violation
from sim_worlds.sites.catalogue import load_site
from sim_worlds.staff import Staff

SITE = load_site("picking-cell")
ROBOTS = tuple(robot.id for robot in SITE.robots)
R01, R02 = ROBOTS[:2]
SOON = Patience(answer_s=0.02, start_s=5.0, settle_s=0.0)


class PaperWire:
    """Robots that turn at a rate made of the time, and a fleet that has always planned."""

    def __init__(self, floor: GazeboFloor, pacer: Pacer):
        self.floor, self.pacer = floor, pacer
        self.silent: set[RobotId] = set()
        self.fleet_is_up = True
        self.answers: list[tuple[RobotId, int, Velocity]] = []
        self.told: list[tuple[str, int]] = []
        self.equipment: list[tuple[RobotId, Equipment]] = []
        self.violations: list[Violation] = []

    def ready(self) -> bool:
        return True

    def tell_odometry(self, at_ms: int, readings: Mapping[RobotId, WheelReading]) -> None:
        self.told.append(("odometry", at_ms))
        for robot in readings:
            if robot not in self.silent:
                self.answers.append((robot, at_ms, rate(at_ms)))

    def tell_marker(self, at_ms: int, robot: RobotId, reading: MarkerReading) -> None:
        self.told.append(("marker", at_ms))

    def tell_scan(self, robot: RobotId, scan: LidarScan) -> None:
        self.told.append(("scan", scan.at_ms))

    def tell_equipment(self, robot: RobotId, equipment: Equipment) -> None:
        self.equipment.append((robot, equipment))

    def tell_time(self, at_ms: int) -> None:
        self.told.append(("time", at_ms))
        if self.fleet_is_up:
            self.pacer.planned(at_ms)

    def tell_violation(self, violation: Violation) -> None:
        self.violations.append(violation)

    def speeds(self, robots: Iterable[RobotId]) -> Iterator[tuple[RobotId, int, Velocity]]:
        asked = set(robots)
        yield from [answer for answer in self.answers if answer[0] in asked]
        self.answers = [answer for answer in self.answers if answer[0] not in asked]

    def listen(self) -> None:
        pass

    def hear_actions(self) -> None:
        pass


def rate(at_ms: int) -> Velocity:
    """What robots answer to the odometry of ``at_ms``."""
    return Velocity(0.0, 0.0, 0.001 * (at_ms + CONTROL_MS))


class Bench:
    """All of it."""

    def __init__(self) -> None:
        self.gazebo = PlanarGazebo(SITE)
        self.floor = GazeboFloor(SITE, 1)
        pacer = Pacer(PERIOD_MS, patience_s=60.0)
        self.wire = PaperWire(self.floor, pacer)
        self.journal: list[int] = []
        self.people = People(Work(Staff(SITE, {})), SITE.stations, MemoryDesk())
        self.loop = Lockstep(
            self.gazebo,
            self.floor,
            self.people,
            self.wire,
            pacer,
            lambda: self.journal.append(self.gazebo.now_ms),
            patience=SOON,
        )

    def run(self, until_ms: int) -> None:
        async def watched() -> None:
            running = asyncio.create_task(self.loop.run())
            while self.gazebo.now_ms < until_ms and not running.done():
                await asyncio.sleep(0)
            self.loop.end()
            await running

        asyncio.run(watched())


def test_every_step_is_driven_with_the_answers_to_its_own_odometry() -> None:
    bench = Bench()
    bench.run(3_000)
    assert len(bench.gazebo.driven) >= 30
    for at_ms, speeds in bench.gazebo.driven:
        assert speeds == {robot: (0.0, rate(at_ms).turn_radps) for robot in ROBOTS}
    assert bench.loop.late == 0


def test_the_fleet_is_told_the_time_on_the_planning_grid_after_the_odometry() -> None:
    bench = Bench()
    bench.run(1_600)
    times = [at_ms for what, at_ms in bench.wire.told if what == "time"]
    assert times[:4] == [0, 500, 1_000, 1_500]
    told = [entry for entry in bench.wire.told if entry[0] != "marker"]
    assert told.index(("time", 500)) > told.index(("odometry", 500))
    assert bench.journal[:3] == [0, 500, 1_000]


def test_markers_are_told_after_the_answers_to_the_same_odometry() -> None:
    bench = Bench()
    bench.run(700)
    told = bench.wire.told
    for at_ms in (at_ms for what, at_ms in told if what == "marker"):
        assert told.index(("marker", at_ms)) > told.index(("odometry", at_ms))


def test_nothing_moves_before_the_fleet_has_planned() -> None:
    bench = Bench()
    bench.wire.fleet_is_up = False

    async def watched() -> None:
        running = asyncio.create_task(bench.loop.run())
        while ("time", 0) not in bench.wire.told:
            await asyncio.sleep(0)
        for _ in range(50):
            await asyncio.sleep(0)
        bench.loop.end()
        await running

    asyncio.run(watched())
    assert [at_ms for at_ms, _ in bench.gazebo.driven if at_ms > 0] == []


def test_a_world_that_was_killed_between_two_ticks_of_the_fleet_asks_for_the_last_one() -> None:
    bench = Bench()
    bench.gazebo.now_ms = 700
    bench.run(1_600)
    assert [at_ms for what, at_ms in bench.wire.told if what == "time"][:2] == [700, 1_000]


def test_a_silent_robot_stands_while_the_others_go_on_until_it_is_heard_again() -> None:
    bench = Bench()
    bench.run(1_000)
    bench.wire.silent.add(R02)
    bench.loop.closing = False
    bench.run(2_000)
    bench.wire.silent.clear()
    bench.loop.closing = False
    bench.run(3_000)
    assert bench.loop.late == 1
    for at_ms, speeds in bench.gazebo.driven:
        assert speeds[R01] == (0.0, rate(at_ms).turn_radps)
    gone = [speeds[R02] for at_ms, speeds in bench.gazebo.driven if 1_200 <= at_ms < 1_900]
    back = [(at, speeds[R02]) for at, speeds in bench.gazebo.driven if at >= 2_200]
    assert set(gone) == {(0.0, 0.0)}
    assert back
    assert all(speed == (0.0, rate(at_ms).turn_radps) for at_ms, speed in back)


def test_contacts_become_violations_that_are_told() -> None:
    bench = Bench()
    bench.gazebo.touching.append(Contact(100, "R01::chassis::body", "site::w::wall", 0.01))
    bench.run(300)
    assert [(seen.a, seen.b) for seen in bench.wire.violations] == [
        ("R01::chassis::body", "site::w::wall")
    ]


def test_a_pod_is_at_a_station_when_its_robot_stands_there() -> None:
    floor = GazeboFloor(SITE, 1)
    gazebo = PlanarGazebo(SITE)
    x_m, y_m = SITE.stations[0].position_m
    gazebo.poses[R01] = Pose(x_m + 0.01, y_m, 0.0)
    floor.robots[R01].gear.load = floor.pods[0]
    floor.sense(100, gazebo.poses)
    floor.sense(200, gazebo.poses)
    assert floor.at_stations() == {StationId("S01"): floor.pods[0]}
    gazebo.poses[R01] = Pose(x_m + 0.05, y_m, 0.0)
    floor.sense(300, gazebo.poses)
    assert floor.at_stations() == {}
