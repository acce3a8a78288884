"""People and arms at all stations: who does what, what becomes of it, and what is taken back."""

from dataclasses import replace

import pytest

from planner.warehouse.ids import (
    LineId,
    OrderId,
    PickId,
    PodId,
    PutId,
    ReceiptId,
    Sku,
    SlotId,
    StationId,
    VisitId,
)
from planner.warehouse.picks import PickTask
from planner.warehouse.receipts import PutTask
from planner.warehouse.site import PickerKind, Site, StationRole
from sim_worlds.picker import ArmParams, PickOutcome
from sim_worlds.sites.catalogue import load_site
from sim_worlds.staff import Done, DonePick, Staff, StaffParams
from sim_worlds.stower import PutOutcome

S01, S02 = StationId("S01"), StationId("S02")
SLOT = SlotId("P001/A/1/1")
LATE_MS = 600_000
NEVER_FAILS = ArmParams(failure_rate=0.0)
ALWAYS_FAILS = ArmParams(failure_rate=1.0)


def site() -> Site:
    """An arm at S01, a person at S02, where goods are put away too."""
    small = load_site("small")
    first, second = small.stations
    arm = replace(first, picker=PickerKind.ARM)
    combi = replace(second, roles=(StationRole.PICK, StationRole.REPLENISH))
    return replace(small, stations=(arm, combi))


def staff(stock: dict[SlotId, int], arm: ArmParams = NEVER_FAILS, seed: int = 0) -> Staff:
    return Staff(site(), stock, StaffParams(arm=arm), seed)


def pick(number: int, station: StationId = S01, quantity: int = 2) -> PickTask:
    return PickTask(
        PickId(f"K{number}"),
        VisitId("V1"),
        station,
        PodId("P001"),
        SLOT,
        OrderId("O1"),
        LineId(f"O1#{number}"),
        Sku("A"),
        quantity,
    )


def put(number: int, quantity: int = 5) -> PutTask:
    return PutTask(
        PutId(f"U{number}"),
        VisitId("V2"),
        S02,
        PodId("P002"),
        SlotId("P002/A/1/1"),
        ReceiptId("R1"),
        Sku("A"),
        quantity,
    )


def there(station: StationId, pod: PodId) -> bool:
    return True


def all_done(hired: Staff, until_ms: int = LATE_MS) -> Done:
    """Everything that is done when somebody looks twice a second."""
    found = [hired.advance(now_ms, there) for now_ms in range(0, until_ms + 1, 500)]
    picks = tuple(item for done in found for item in done.picks)
    return Done(picks, tuple(item for done in found for item in done.puts))


def test_arms_and_people_pick_and_a_person_puts_away() -> None:
    stock = {SLOT: 9}
    hired = staff(stock)
    assert hired.put_stations == (S02,)
    hired.show_picks(S01, [pick(1)], 0)
    hired.show_picks(S02, [pick(2, S02)], 0)
    hired.show_puts(S02, [put(1)], 0)
    done = all_done(hired)
    assert {item.outcome for item in done.picks} == {
        PickOutcome(PickId("K1"), 2),
        PickOutcome(PickId("K2"), 2),
    }
    assert [(item.task, item.outcome) for item in done.puts] == [
        (put(1), PutOutcome(PutId("U1"), 5))
    ]
    assert stock == {SLOT: 5, "P002/A/1/1": 5}


def test_an_arm_takes_its_cycle_for_every_piece() -> None:
    hired = staff({SLOT: 9})
    hired.show_picks(S01, [pick(1)], 0)
    assert hired.advance(9_999, there) == Done()
    assert hired.advance(10_000, there).picks == (DonePick(pick(1), PickOutcome(PickId("K1"), 2)),)
    assert hired.busy_ms(60_000) == 10_000


def test_what_an_arm_fails_at_a_person_takes_later() -> None:
    stock = {SLOT: 9}
    hired = staff(stock, ALWAYS_FAILS)
    hired.show_picks(S01, [pick(1)], 0)
    done = all_done(hired).picks
    assert [(item.outcome.failed, item.outcome.quantity) for item in done] == [
        (True, 0),
        (False, 2),
    ]
    assert stock[SLOT] == 7
    assert hired.listed(S01) == ()


def test_without_help_what_an_arm_fails_at_stays_where_it_is() -> None:
    stock = {SLOT: 9}
    hired = staff(stock, replace(ALWAYS_FAILS, attended=False))
    hired.show_picks(S01, [pick(1)], 0)
    assert [item.outcome.failed for item in all_done(hired).picks] == [True]
    assert stock[SLOT] == 9


def test_withdrawn_picks_are_not_taken_by_anybody() -> None:
    stock = {SLOT: 9}
    hired = staff(stock, ALWAYS_FAILS)
    hired.show_picks(S01, [pick(1), pick(2)], 0)
    assert len(hired.advance(20_000, there).picks) == 1, "one has failed and waits for a person"
    assert hired.listed(S01) == (PickId("K2"), PickId("K1"))
    hired.withdraw(S01, [PickId("K1"), PickId("K2")], 20_000)
    assert hired.listed(S01) == ()
    assert all_done(hired) == Done()
    assert stock[SLOT] == 9


def test_what_is_put_back_lies_in_its_slot_again() -> None:
    stock = {SLOT: 9}
    hired = staff(stock)
    hired.show_picks(S01, [pick(1)], 0)
    [taken] = hired.advance(LATE_MS, there).picks
    assert stock[SLOT] == 7
    hired.put_back(taken)
    assert stock[SLOT] == 9


def test_what_is_shown_again_is_not_done_again() -> None:
    stock = {SLOT: 9}
    hired = staff(stock)
    for now_ms in (0, LATE_MS):
        hired.show_picks(S02, [pick(1, S02)], now_ms)
        hired.show_puts(S02, [put(1)], now_ms)
        hired.advance(now_ms + LATE_MS, there)
    assert stock == {SLOT: 7, "P002/A/1/1": 5}


def test_it_is_noted_whether_the_pod_was_there() -> None:
    hired = staff({SLOT: 9})
    hired.show_picks(S02, [pick(1, S02)], 0)
    hired.show_puts(S02, [put(1)], 0)
    asked: list[tuple[StationId, PodId]] = []

    def only_to_pick_from(station: StationId, pod: PodId) -> bool:
        asked.append((station, pod))
        return pod == "P001"

    done = hired.advance(LATE_MS, only_to_pick_from)
    assert asked == [(S02, "P001"), (S02, "P002")]
    assert [item.pod_there for item in done.all] == [True, False]


def test_who_has_something_at_hand_does_not_look_up() -> None:
    hired = staff({SLOT: 9})
    assert hired.wants_picks(S02, 0)
    assert hired.wants_puts(S02, 0)
    assert not hired.wants_puts(S01, 0), "nobody puts goods away there"
    hired.show_picks(S02, [pick(1, S02)], 0)
    hired.show_puts(S02, [put(1)], 0)
    assert not hired.wants_picks(S02, 500)
    assert not hired.wants_puts(S02, 500)
    assert hired.wants_picks(S02, LATE_MS)
    assert hired.wants_puts(S02, LATE_MS)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_gives_the_same_times(seed: int) -> None:
    def times(of: int) -> list[tuple[int, Done]]:
        hired = staff({SLOT: 999}, ArmParams(failure_rate=0.5), of)
        hired.show_picks(S01, [pick(number) for number in range(20)], 0)
        hired.show_picks(S02, [pick(number, S02) for number in range(20, 40)], 0)
        found = [(now_ms, hired.advance(now_ms, there)) for now_ms in range(0, LATE_MS, 100)]
        return [entry for entry in found if entry[1] != Done()]

    assert times(seed) == times(seed)
    assert times(seed) != times(seed + 1)
