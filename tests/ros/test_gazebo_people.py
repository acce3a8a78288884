"""People and arms in front of a real bridge in memory, in step with the floor."""

from collections.abc import Mapping

import pytest
from fakes.memory_desk import (
    EMPTY,
    GOODS,
    P001,
    P002,
    S01,
    S02,
    SLOT,
    STOCK,
    WANTED,
    MemoryDesk,
    arm_and_combi,
)
from fakes.wanted_counts import SHOWN_MS, case_of, show_count

from planner.warehouse.ids import PodId, SlotId, StationId
from podherd_gazebo.people import People
from podherd_world.work import Work
from sim_worlds.counter import PEOPLE, CounterParams
from sim_worlds.picker import ArmParams
from sim_worlds.staff import Done, Staff, StaffParams
from wms_bridge.records.counts import CaseStatus

PERIOD_MS = 500
BOTH: Mapping[StationId, PodId] = {S01: P001, S02: P002}
SURE, CLUMSY = ArmParams(failure_rate=0.0), ArmParams(failure_rate=1.0)


class Shop:
    """Two stations and their people; everything but ``desk`` and ``stock`` dies with a process."""

    def __init__(
        self,
        desk: MemoryDesk,
        stock: dict[SlotId, int] | None = None,
        arm: ArmParams = SURE,
        untold: Done | None = None,
    ):
        self.desk = desk
        self.stock = {SLOT: STOCK} if stock is None else stock
        site = arm_and_combi()
        params = StaffParams(arm=arm, counter=CounterParams(right=1.0))
        self.work = Work(Staff(site, self.stock, params, 1))
        self.people = People(self.work, site.stations, desk, untold)

    def run(
        self, from_s: int, until_s: int, present: Mapping[StationId, PodId] = BOTH
    ) -> list[StationId]:
        """Where something was done, in order."""
        done: list[StationId] = []
        for now_ms in range(1000 * from_s, 1000 * until_s, PERIOD_MS):
            done += self.people.act(now_ms, present)
            self.people.confirm(now_ms)
        return done

    def check_books(self) -> None:
        ledger = self.desk.bridge.verify()
        assert ledger.sound
        books = {balance.slot: balance.quantity for balance in self.desk.bridge.stock()}
        assert books == self.stock


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk()


def test_what_is_shown_is_done_once_and_booked(desk: MemoryDesk) -> None:
    desk.show_picks()
    desk.show_put()
    shop = Shop(desk)
    assert sorted(shop.run(0, 60)) == [S01, S01, S01, S02]
    assert shop.run(60, 120) == []
    assert (shop.work.pieces_taken, shop.work.pieces_put) == (WANTED, GOODS)
    assert shop.stock == {SLOT: STOCK - WANTED, EMPTY: GOODS}
    shop.check_books()
    assert shop.work.absent() == []
    assert not shop.people.waiting


def test_what_is_done_while_the_bridge_is_down_is_told_later(desk: MemoryDesk) -> None:
    desk.show_picks()
    desk.show_put()
    shop = Shop(desk)
    shop.run(0, 1)
    desk.is_up = False
    shop.run(1, 60)
    assert shop.people.waiting
    assert len(shop.people.untold.all) == 4
    desk.is_up = True
    desk.loses_answers = True
    shop.people.confirm(60_000)
    desk.loses_answers = False
    shop.people.confirm(60_000)
    assert not shop.people.waiting
    assert shop.work.refused == 0
    shop.check_books()


def test_screens_are_looked_at_only_with_empty_hands_and_a_pod(desk: MemoryDesk) -> None:
    shop = Shop(desk)
    shop.run(0, 5, {})
    assert desk.calls == []
    desk.show_picks()
    shop.run(5, 10, {S01: P001})
    assert desk.calls == ["picks"]
    shop.run(10, 60, {S01: P001})
    assert desk.calls.count("picks") > 3


def test_what_an_arm_fails_at_is_told_and_a_person_takes_it(desk: MemoryDesk) -> None:
    desk.show_picks()
    shop = Shop(desk, arm=CLUMSY)
    shop.run(0, 300)
    told = desk.told()
    assert len(told) == 6
    assert all(told.index(f"fail/K{k}") < told.index(f"confirm/K{k}") for k in (1, 2, 3))
    assert shop.work.pieces_taken == WANTED
    shop.check_books()


def test_withdrawn_picks_are_not_taken_even_if_the_pod_has_left(desk: MemoryDesk) -> None:
    desk.show_picks()
    shop = Shop(desk)
    shop.run(0, 5)
    desk.withdraw(1, 2, 3)
    shop.run(5, 60, {})
    assert desk.told() == []
    assert shop.stock == {SLOT: STOCK}
    assert shop.work.absent() == []


def test_a_pick_withdrawn_while_the_bridge_was_down_goes_back(desk: MemoryDesk) -> None:
    desk.show_picks()
    shop = Shop(desk)
    shop.run(0, 5)
    desk.is_up = False
    shop.run(5, 15)
    assert shop.work.pieces_taken == 2
    desk.is_up = True
    desk.withdraw(1, 2, 3)
    shop.run(15, 60, {})
    assert desk.told() == ["confirm/K1"]
    assert (shop.work.pieces_taken, shop.work.refused) == (0, 0)
    assert shop.stock == {SLOT: STOCK}
    assert shop.work.absent() == []


def test_pods_that_were_not_there_are_told_once_it_is_booked(desk: MemoryDesk) -> None:
    desk.show_picks()
    desk.show_put()
    shop = Shop(desk)
    shop.run(0, 1)
    shop.run(1, 60, {})
    assert sorted(shop.work.absent()) == [(P001, S01)] * 3 + [(P002, S02)]
    assert shop.work.absent() == []


@pytest.mark.parametrize("arm", [SURE, CLUMSY])
def test_a_process_that_follows_a_killed_one_tells_and_repeats_nothing(
    desk: MemoryDesk, arm: ArmParams
) -> None:
    desk.show_picks()
    desk.show_put()
    shop = Shop(desk, arm=arm)
    shop.run(0, 1)
    desk.is_up = False
    shop.run(1, 25)
    kept = shop.people.untold
    assert kept.puts
    assert kept.picks
    desk.is_up = True
    after = Shop(desk, shop.stock, SURE, kept)
    after.work.pieces_taken = shop.work.pieces_taken
    after.work.pieces_put = shop.work.pieces_put
    after.run(25, 120)
    assert desk.bridge.verify().pieces_put_away == after.work.pieces_put == GOODS
    assert desk.bridge.verify().pieces_picked == after.work.pieces_taken == WANTED
    assert after.work.refused == 0
    after.check_books()


def test_what_a_killed_process_had_done_is_not_done_again_before_it_could_be_told(
    desk: MemoryDesk,
) -> None:
    desk.show_picks()
    desk.show_put()
    shop = Shop(desk)
    shop.run(0, 1)
    desk.is_up = False
    shop.run(1, 40)
    kept = shop.people.untold
    assert len(kept.all) == 4
    after = Shop(desk, shop.stock, untold=kept)
    desk.is_up = True
    assert after.people.act(40_000, BOTH) == ()
    desk.is_up = False
    assert after.run(40, 100) == []
    desk.is_up = True
    after.run(100, 120)
    assert len(desk.told()) == 4
    after.check_books()


def test_what_is_to_be_counted_is_counted_once_there_is_nothing_to_pick(desk: MemoryDesk) -> None:
    desk.show_count()
    desk.show_picks()
    shop = Shop(desk)
    assert shop.run(0, 60, {S01: P001}) == [S01] * 3, "nothing is moved by counting"
    assert desk.calls.index("counts") > desk.calls.index("confirm/K3")
    assert desk.told()[3:] == ["count/C000001.1"]
    case = case_of(desk.bridge, SLOT)
    assert case.status is CaseStatus.CONFIRMED
    assert [(one.quantity, one.used) for one in case.people] == [(STOCK - WANTED, True)]
    assert (shop.work.refused, shop.people.waiting) == (0, False)
    shop.check_books()


def test_a_count_is_told_no_sooner_than_the_picks_before_it(desk: MemoryDesk) -> None:
    desk.show_count()
    desk.show_picks()
    shop = Shop(desk)
    shop.run(0, 14)
    shop.people.act(14_000, BOTH)
    assert desk.told() == ["confirm/K1"]
    desk.is_up = False
    for now_ms in range(14_500, 60_000, PERIOD_MS):
        shop.people.act(now_ms, BOTH)
    assert [done.outcome.pick for done in shop.people.untold.picks] == ["K2", "K3"]
    desk.is_up = True
    for now_ms in range(60_000, 120_000, PERIOD_MS):
        shop.people.act(now_ms, BOTH)
    assert len(shop.people.untold.counts) == 1
    desk.loses_answers = True
    shop.people.confirm(120_000)
    assert desk.told()[-1] == "confirm/K2"
    desk.loses_answers = False
    shop.people.confirm(120_000)
    assert desk.told()[-3:] == ["confirm/K2", "confirm/K3", "count/C000001.1"]
    assert case_of(desk.bridge, SLOT).people[0].used


def test_a_process_that_follows_a_killed_one_tells_its_count_and_does_not_count_again(
    desk: MemoryDesk,
) -> None:
    task = desk.show_count()
    shop = Shop(desk)
    shop.run(0, 1)
    desk.is_up = False
    shop.run(1, 40)
    kept = shop.people.untold
    assert [(done.task, done.quantity) for done in kept.counts] == [(task, STOCK)]
    assert shop.people.waiting
    after = Shop(desk, shop.stock, untold=kept)
    assert after.people.waiting
    desk.is_up = True
    for now_ms in range(40_000, 100_000, PERIOD_MS):
        after.people.act(now_ms, BOTH)
    assert after.people.untold == kept
    assert desk.told() == []
    desk.loses_answers = True
    after.people.confirm(100_000)
    desk.loses_answers = False
    after.run(100, 140)
    assert desk.told() == ["count/C000001.1"] * 2
    assert len(case_of(desk.bridge, SLOT).people) == 1
    assert (after.work.refused, after.people.waiting) == (0, False)


def test_a_new_process_that_forgot_whose_turn_it_is_has_the_other_person_tell(
    desk: MemoryDesk,
) -> None:
    task = desk.show_count()
    desk.bridge.counts.confirm(task.count, STOCK - 5, PEOPLE[0], SHOWN_MS)
    show_count(desk.bridge, SLOT, S01)
    shop = Shop(desk)
    desk.loses_answers = True
    shop.run(0, 30)
    assert shop.people.waiting
    desk.loses_answers = False
    shop.run(30, 31)
    assert [one.by for one in case_of(desk.bridge, SLOT).people] == list(PEOPLE)
    assert (shop.work.refused, shop.people.waiting) == (0, False)


def test_counts_are_looked_for_only_with_a_pod_and_done_only_while_it_stays(
    desk: MemoryDesk,
) -> None:
    desk.show_count()
    shop = Shop(desk)
    shop.run(0, 5, {})
    assert desk.calls == []
    shop.run(5, 10, {S01: P001})
    assert "counts" in desk.calls
    shop.run(10, 60, {})
    assert desk.told() == []
    shop.run(60, 100, {S01: P001})
    assert desk.told() == ["count/C000001.1"]
