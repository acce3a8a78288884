"""People who count: how long it takes, how often they err, and who counts what."""

import pytest

from planner.warehouse.counts import CountTask
from planner.warehouse.ids import CountId, PodId, Sku, SlotId, StationId, VisitId
from sim_worlds.counter import PEOPLE, Counter, CounterParams, Turns
from sim_worlds.sites.catalogue import load_site
from sim_worlds.staff import Staff

S01, S02 = StationId("S01"), StationId("S02")
SLOT = SlotId("P001/A/1/1")
POD = PodId("P001")
CAPACITY = 12


def task(name: str, slot: SlotId = SLOT, station: StationId = S01) -> CountTask:
    return CountTask(CountId(name), VisitId("V1"), station, POD, slot, Sku("A"))


def test_a_count_takes_its_time_and_is_done_once() -> None:
    params = CounterParams(slot_s=8.0, piece_s=0.5, right=1.0)
    counter = Counter(S01, {SLOT: 10}, CAPACITY, Turns(), params)
    counter.show([task("K1")])
    assert counter.advance(1_000) == ()
    assert counter.advance(13_999) == ()
    (done,) = counter.advance(14_000)
    assert (done.task.count, done.quantity, done.by) == ("K1", 10, PEOPLE[0])
    counter.show([task("K1")])
    assert counter.at_hand is None


def test_the_second_count_of_a_slot_comes_from_another_person() -> None:
    turns, stock = Turns(), {SLOT: 3, SlotId("P001/A/1/2"): 4}
    here, there = (
        Counter(name, stock, CAPACITY, turns, CounterParams(right=1.0)) for name in (S01, S02)
    )
    here.show([task("K1"), task("K2", SlotId("P001/A/1/2"))])
    first = [done for now_ms in range(0, 60_000, 500) for done in here.advance(now_ms)]
    there.show([task("K3", station=S02), task("K4", station=S02)])
    later = [done for now_ms in range(60_000, 120_000, 500) for done in there.advance(now_ms)]
    assert [done.by for done in first] == [PEOPLE[0], PEOPLE[0]]
    assert [done.by for done in later] == [PEOPLE[1], PEOPLE[0]]


def test_people_err_as_often_as_they_should_and_by_one() -> None:
    stock = {SlotId(f"P001/A/1/{number}"): number % 3 for number in range(2000)}
    counter = Counter(S01, stock, CAPACITY, Turns(), CounterParams(0.001, 0.0, right=0.9), seed=5)
    counter.show(task(f"K{number}", slot) for number, slot in enumerate(stock))
    off = []
    for now_ms in range(10_000):
        off += [done.quantity - stock[done.task.slot] for done in counter.advance(now_ms)]
    assert len(off) == 2000
    assert set(off) == {-1, 0, 1}
    # One off below nothing is nothing: a sixth of the errors cannot be told.
    assert 0.06 < sum(one != 0 for one in off) / 2000 < 0.11


def test_what_a_person_was_shown_is_dropped_with_its_pod_and_may_be_shown_again() -> None:
    staff = Staff(load_site("small"), {SLOT: 3}, seed=1)
    staff.show_counts(S01, [task("K1")])
    assert staff.advance(500, lambda station, pod: True).counts == ()
    assert staff.advance(60_000, lambda station, pod: False).counts == ()
    assert staff.advance(120_000, lambda station, pod: True).counts == ()
    staff.show_counts(S01, [task("K1")])
    found = [
        done
        for now_ms in range(120_500, 180_000, 500)
        for done in staff.advance(now_ms, lambda station, pod: True).counts
    ]
    assert [done.task.count for done in found] == ["K1"]
    assert staff.advance(190_000, lambda station, pod: True).all == ()


@pytest.mark.parametrize(
    "wrong", [{"slot_s": 0.0}, {"piece_s": -1.0}, {"right": 1.2}, {"right": -0.1}]
)
def test_parameters_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        CounterParams(**wrong)


def test_nobody_counts_more_than_fit() -> None:
    params = CounterParams(0.001, 0.0, right=0.0)
    counter = Counter(S01, {SLOT: CAPACITY}, CAPACITY, Turns(), params)
    counter.show([task(f"C{number}") for number in range(40)])
    counted = {done.quantity for now_ms in range(200) for done in counter.advance(now_ms)}
    assert counted == {CAPACITY - 1, CAPACITY}
