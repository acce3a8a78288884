"""The world behind ROS 2 with a real bridge in memory: what is done is what is booked."""

from dataclasses import replace

import pytest
from fakes.memory_desk import (
    EMPTY,
    GOODS,
    P001,
    P002,
    R01,
    R02,
    RED,
    S01,
    S02,
    SLOT,
    STOCK,
    WANTED,
    MemoryDesk,
    arm_and_combi,
)
from fakes.wanted_counts import SHOWN_MS, case_of, look, show_count

from planner.warehouse.counts import CountTask
from planner.warehouse.ids import PickId, PodId, RobotId, SlotId, StationId
from planner.warehouse.picks import PickTask
from planner.warehouse.receipts import PutTask
from planner.warehouse.stock import Balance
from podherd_world.desk import Answer, DoneWork, tell
from podherd_world.pacer import Pacer
from podherd_world.world import World
from sim_worlds.counter import PEOPLE, CounterParams
from sim_worlds.floor import Floor
from sim_worlds.params import EXACT
from sim_worlds.picker import ArmParams
from sim_worlds.referee import ViolationKind
from sim_worlds.staff import Staff, StaffParams
from wms_bridge.records.counts import CaseStatus

PERIOD_MS = 500


class DirectScreen:
    """A :class:`podherd_world.world.Screen` without threads; answers may be held back."""

    def __init__(self, station: StationId, desk: MemoryDesk):
        self.station = station
        self.desk = desk
        self.busy = False
        self.gone: list[PickId] = []
        self.heard: list[tuple[DoneWork, Answer]] = []
        self._known = [0, 0, 0]

    def picks(self) -> tuple[PickTask, ...]:
        tasks, self._known[0] = self.desk.open_picks(self.station, self._known[0], 0.0)
        return tasks

    def puts(self) -> tuple[PutTask, ...]:
        tasks, self._known[1] = self.desk.open_puts(self.station, self._known[1], 0.0)
        return tasks

    def counts(self) -> tuple[CountTask, ...]:
        tasks, self._known[2] = self.desk.open_counts(self.station, self._known[2], 0.0)
        return tasks

    def withdrawn(self) -> tuple[PickId, ...]:
        gone, self.gone = self.gone, []
        return tuple(gone)

    def answers(self) -> tuple[tuple[DoneWork, Answer], ...]:
        heard, self.heard = self.heard, []
        return tuple(heard)

    def confirm(self, done: DoneWork) -> None:
        self.heard.append((done, tell(self.desk, done)))


class Hall:
    """P001 stands at S01 and P002 at S02, each on a robot; or elsewhere (``pods_there``)."""

    def __init__(self, arm: ArmParams, *, pods_there: bool = True):
        self.desk = MemoryDesk()
        plain = arm_and_combi()
        starts = {R01: plain.stations[0].position_m, R02: plain.stations[1].position_m}
        robots = tuple(
            replace(robot, start_m=starts[robot.id]) if pods_there and robot.id in starts else robot
            for robot in plain.robots
        )
        site = replace(plain, robots=robots)
        floor = Floor(site, {}, EXACT)
        loads: dict[RobotId, PodId] = {R01: P001, R02: P002}
        for robot, pod in loads.items():
            floor.place(robot, 0.0, pod, 0.0)
        self.stock: dict[SlotId, int] = {SLOT: STOCK}
        staff = Staff(site, self.stock, StaffParams(arm=arm, counter=CounterParams(right=1.0)), 1)
        self.screens = {place.id: DirectScreen(place.id, self.desk) for place in site.stations}
        self.world = World(floor, staff, self.screens, Pacer(PERIOD_MS), PERIOD_MS)
        self.world.pacer.planned(0)

    def run(self, seconds: int) -> None:
        for _ in range(seconds * 1000 // PERIOD_MS):
            self.world.pacer.planned(self.world.now_ms)
            assert self.world.go_on(0.0) is not None
        self.world.hear()

    def check_books(self) -> None:
        """Slots and counts are what the books say."""
        ledger, work = self.desk.bridge.verify(), self.world.work
        assert ledger.sound
        assert (work.pieces_taken, work.pieces_put) == (
            ledger.pieces_picked,
            ledger.pieces_put_away,
        )
        books = {balance.slot: balance.quantity for balance in self.desk.bridge.stock()}
        assert books == self.stock


def test_picks_and_puts_are_done_and_booked() -> None:
    hall = Hall(ArmParams(failure_rate=0.0))
    hall.desk.show_picks()
    hall.desk.show_put()
    hall.run(120)
    hall.check_books()
    assert hall.world.work.pieces_taken == WANTED
    assert hall.stock == {SLOT: STOCK - WANTED, EMPTY: GOODS}
    assert hall.world.work.refused == 0
    assert hall.world.referee.violations == []


def test_what_the_arm_fails_at_is_told_and_then_taken_by_a_person() -> None:
    hall = Hall(ArmParams(failure_rate=1.0))
    hall.desk.show_picks()
    hall.run(30)
    failed = [record.task.pick for record in hall.desk.bridge.exceptions()]
    assert failed == ["K1"]
    hall.run(240)
    hall.check_books()
    assert hall.world.work.pieces_taken == WANTED
    assert hall.desk.bridge.exceptions() == ()
    for number in (1, 2, 3):
        told = hall.desk.told()
        assert told.index(f"fail/K{number}") < told.index(f"confirm/K{number}")
    assert len(hall.desk.told()) == 6


def test_a_pick_that_was_withdrawn_goes_back_and_is_no_error_even_if_the_pod_has_left() -> None:
    hall = Hall(ArmParams(failure_rate=0.0), pods_there=False)
    hall.desk.show_picks()
    hall.run(5)
    hall.desk.withdraw(1)
    hall.screens[S01].gone = [PickId("K2"), PickId("K3")]
    hall.run(60)
    hall.check_books()
    assert hall.stock == {SLOT: STOCK}
    assert hall.desk.told() == ["confirm/K1"], "what is known to be withdrawn is not picked"
    assert hall.world.work.refused == 0
    assert hall.world.referee.violations == []


def test_a_failed_pick_that_was_withdrawn_is_taken_by_nobody() -> None:
    hall = Hall(ArmParams(failure_rate=1.0))
    hall.desk.show_picks()
    hall.run(5)
    hall.desk.withdraw(1, 2, 3)
    hall.run(300)
    hall.check_books()
    assert hall.stock == {SLOT: STOCK}
    assert hall.desk.told() == ["fail/K1", "fail/K2", "fail/K3"]


def test_nobody_can_take_out_of_a_pod_or_put_into_one_that_is_not_there() -> None:
    hall = Hall(ArmParams(failure_rate=0.0), pods_there=False)
    hall.desk.show_picks()
    hall.desk.show_put()
    hall.run(120)
    seen = [(found.kind, found.a, found.b) for found in hall.world.referee.violations]
    kind = ViolationKind.POD_ABSENT
    assert sorted(seen) == [(kind, P001, S01)] * 3 + [(kind, P002, S02)]


def test_a_put_that_the_bridge_refuses_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall(ArmParams(failure_rate=0.0))
    hall.desk.show_put()
    screen = hall.screens[S02]
    monkeypatch.setattr(screen, "confirm", lambda done: screen.heard.append((done, Answer.REFUSED)))
    hall.run(120)
    assert hall.world.work.refused == 1


def test_what_is_to_be_counted_is_counted_after_the_picks_and_settled() -> None:
    hall = Hall(ArmParams(failure_rate=0.0))
    hall.desk.show_count()
    hall.desk.show_picks()
    hall.run(120)
    hall.check_books()
    assert hall.desk.told() == [f"confirm/K{number}" for number in (1, 2, 3)] + ["count/C000001.1"]
    case = case_of(hall.desk.bridge, SLOT)
    assert case.status is CaseStatus.CONFIRMED
    assert [(one.by, one.quantity, one.used) for one in case.people] == [
        (PEOPLE[0], STOCK - WANTED, True)
    ]
    assert hall.desk.bridge.counts.open_counts(S01) == ()
    assert hall.world.work.refused == 0
    assert hall.world.referee.violations == []


def test_a_count_that_nobody_needs_any_more_leaves_no_trace() -> None:
    hall = Hall(ArmParams(failure_rate=0.0))
    hall.desk.show_count()
    hall.run(2)
    look(hall.desk.bridge, Balance(SLOT, RED, STOCK), SHOWN_MS, {STOCK: 1.0})
    hall.run(60)
    hall.check_books()
    assert hall.desk.told() == ["count/C000001.1"]
    assert case_of(hall.desk.bridge, SLOT).people == ()
    assert hall.world.work.refused == 0


def test_a_second_count_comes_from_who_has_not_counted() -> None:
    hall = Hall(ArmParams(failure_rate=0.0))
    task = hall.desk.show_count()
    hall.desk.bridge.counts.confirm(task.count, STOCK - 5, PEOPLE[0], SHOWN_MS)
    show_count(hall.desk.bridge, SLOT, S01)
    hall.run(60)
    assert hall.desk.told() == ["count/C000001.2"] * 2
    people = case_of(hall.desk.bridge, SLOT).people
    assert [(one.by, one.quantity) for one in people] == [(PEOPLE[0], 15), (PEOPLE[1], STOCK)]
    assert hall.world.work.refused == 0


def test_a_pod_that_is_not_there_is_not_counted() -> None:
    hall = Hall(ArmParams(failure_rate=0.0), pods_there=False)
    hall.desk.show_count()
    hall.run(60)
    assert hall.desk.told() == []


def test_a_count_that_the_bridge_refuses_is_counted_as_such() -> None:
    hall = Hall(ArmParams(failure_rate=0.0))
    hall.desk.show_count()
    # The bridge believes that fewer fit than do.
    hall.desk.bridge.shelves.capacity = hall.stock[SLOT] - 1
    hall.run(180)
    assert hall.world.work.refused == 1
