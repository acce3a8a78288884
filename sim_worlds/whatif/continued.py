"""A run that goes on from a moment of another one, with more or fewer robots if need be."""

from collections.abc import Sequence, Set
from dataclasses import replace
from math import pi

from planner.dispatch.state import Robot, State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.warehouse.errors import InvalidStudy
from planner.warehouse.events import Event, RobotLeaving
from planner.warehouse.ids import RobotId, StationId
from planner.warehouse.site import Site, SiteRobot
from sim_worlds.discrete import FastWorld
from sim_worlds.faults import Faults, SilentRobot, true_stock
from sim_worlds.run import ShiftRun
from sim_worlds.shift import Shift
from sim_worlds.staff import StaffParams
from sim_worlds.whatif.clone import Moment, books_of, pods_on_floor, skus_of
from wms_bridge.records.work import SkuRecord


class ContinuedRun(ShiftRun):
    """``shift`` gives parameters, noise and the orders to come; its site is that of the log and its
    stock is empty, as everything there is comes from ``moment``. ``robots`` is how many are to work
    from now on: more are made like the first one and start on free spots; those that are too many,
    the last ones first, bring back what they carry, park and take no more work. ``closed`` are the
    stations that an operator closes at the moment; all others are open then."""

    def __init__(
        self,
        shift: Shift,
        moment: Moment,
        robots: int | None = None,
        closed: Set[StationId] | None = None,
    ):
        super().__init__(replace(shift, stock=(), orders=moment.still_to_come(shift.orders)))
        self.bridge = moment.bridge()
        self.bridge.put_skus([SkuRecord(sku) for sku in skus_of(shift.orders)])
        self.state = moment.state.fork()
        self._feed = _last_number(self)
        if closed is not None:
            self._set_closed(closed, moment.now_ms)
        self._leaving: list[Event] = []
        if robots is not None:
            self._set_robots(robots)
        # The world steps in whole ticks, whatever the clock of the log was.
        self.now_ms = self._last_pick_ms = -(-moment.now_ms // TICK_MS) * TICK_MS
        self.world = world_of(self.dispatcher, self.state, shift, self.now_ms)
        for command in self.dispatcher.outstanding(self.state):
            self.world.command(command)

    def _set_closed(self, closed: Set[StationId], now_ms: int) -> None:
        for station in self.bridge.stations():
            if station.station in closed:
                self.bridge.close_station(station.station, now_ms)
            else:
                self.bridge.open_station(station.station, now_ms)

    def _set_robots(self, count: int) -> None:
        working = [robot for robot in self.state.robots.values() if not robot.leaving]
        self._leaving = [RobotLeaving(robot.robot) for robot in working[count:]]
        if count > len(working):
            add_robots(self.dispatcher, self.state, count - len(working))

    def _feed_events(self) -> list[Event]:
        leaving, self._leaving = self._leaving, []
        return [*super()._feed_events(), *leaving]


def _last_number(run: ShiftRun) -> int:
    """Of the bridge's feed: all that the books hold the dispatcher knows already."""
    number = 0
    while batch := run.bridge.feed(number):
        number = batch[-1].number
    return number


def add_robots(dispatcher: Dispatcher, state: State, count: int) -> None:
    """Put robots like the first one on spots that no robot holds, spread evenly.
    :class:`InvalidStudy` if there are too few."""
    held = {node for robot in state.robots.values() for node in robot.held}
    free = [spot for spot in dispatcher.floor.spots if spot not in held]
    if count > len(free):
        raise InvalidStudy(
            "there are not enough spots to start from",
            field="robots",
            value=count + len(state.robots),
            remedy=f"Ask for at most {len(free) + len(state.robots)}.",
        )
    like = next(iter(state.robots.values()))
    for number in range(1, count + 1):
        node = free[(number - 1) * len(free) // count]
        name = RobotId(f"W{number:03}")
        state.robots[name] = Robot(name, like.type, node, seen_ms=state.now_ms)


def world_of(dispatcher: Dispatcher, state: State, shift: Shift, now_ms: int) -> FastWorld:
    """The floor as the state has it: robots at their nodes with their loads, pods where they
    stand, slots as the books say."""
    points = dispatcher.floor.points
    robots = state.robots.values()
    site = replace(shift.site, robots=tuple(_site_robot(shift.site, r, points) for r in robots))
    standing = pods_on_floor(dispatcher, state)
    silent = tuple(SilentRobot(r.robot) for r in robots if r.silent and r.report is not None)
    faults: Faults = replace(shift.faults, silent=(*shift.faults.silent, *silent))
    world = FastWorld(
        site,
        {pod: points[node] for pod, node in standing.items()},
        true_stock(books_of(state), shift.faults, shift.seed),
        shift.world,
        faults,
        shift.seed,
        StaffParams(shift.picker, arm=shift.arms),
    )
    world.floor.now_ms = now_ms
    for robot in robots:
        report = robot.report
        load = report.load if report is not None and report.load not in standing else None
        odometer_m = report.odometer_m if report is not None else 0.0
        world.floor.place(robot.robot, _angle(robot.heading), load, odometer_m)
    return world


def _site_robot(site: Site, robot: Robot, points: Sequence[tuple[float, float]]) -> SiteRobot:
    known = {item.id: item.battery for item in site.robots}
    battery = robot.report.battery if robot.report else known.get(robot.robot, 1.0)
    return SiteRobot(robot.robot, robot.type, points[robot.node], battery)


def _angle(heading: int) -> float:
    """Radians in (-pi, pi] of a lattice heading."""
    return (heading if heading <= 2 else heading - 4) * pi / 2
