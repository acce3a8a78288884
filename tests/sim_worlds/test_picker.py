"""A simulated person: takes what is shown, in order, once, and never more than there is."""

from statistics import mean

import pytest

from planner.warehouse.ids import LineId, OrderId, PickId, PodId, Sku, SlotId, StationId, VisitId
from planner.warehouse.picks import PickTask, ShortReason
from sim_worlds.picker import ArmParams, Picker, PickerParams, PickOutcome, RobotArm

S1 = StationId("S01")
SLOT = SlotId("P001/A/1/1")
EVEN = PickerParams(line_s=6.0, sigma=0.0, piece_s=0.5, pieces_max_s=2.0, pod_s=3.0)


def task(number: int, quantity: int = 1, pod: str = "P001") -> PickTask:
    return PickTask(
        PickId(f"K{number}"),
        VisitId("V1"),
        S1,
        PodId(pod),
        SLOT,
        OrderId("O1"),
        LineId(f"O1#{number}"),
        Sku("A"),
        quantity,
    )


def picker(held: int = 100, params: PickerParams = EVEN, seed: int = 0) -> Picker:
    return Picker(S1, {SLOT: held}, params, seed)


def test_picks_are_taken_one_after_the_other() -> None:
    person = picker()
    person.show([task(1), task(2)], 1_000)
    assert person.next_ms == 1_000 + 3_000 + 6_000
    assert person.busy
    assert person.advance(9_999) == ()
    assert person.advance(10_000) == (PickOutcome(PickId("K1"), 1),)
    assert person.next_ms == 16_000, "no new pod, no extra time"
    assert person.advance(60_000) == (PickOutcome(PickId("K2"), 1),)
    assert not person.busy


def test_looking_late_changes_nothing() -> None:
    often, late = picker(), picker()
    for person in (often, late):
        person.show([task(1), task(2, pod="P002"), task(3)], 0)
    seen = [outcome for now_ms in range(0, 60_000, 100) for outcome in often.advance(now_ms)]
    assert tuple(seen) == late.advance(60_000)


def test_more_pieces_take_longer_up_to_a_limit() -> None:
    for quantity, seconds in ((1, 9.0), (3, 10.0), (5, 11.0), (50, 11.0)):
        person = picker()
        person.show([task(1, quantity)], 0)
        assert person.next_ms == seconds * 1000


def test_every_new_pod_takes_longer() -> None:
    person = picker()
    person.show([task(1), task(2, pod="P002"), task(3, pod="P002")], 0)
    person.advance(9_000)
    assert person.next_ms == 18_000
    person.advance(18_000)
    assert person.next_ms == 24_000


def test_picks_shown_again_are_not_taken_again() -> None:
    person = picker()
    person.show([task(1)], 0)
    person.show([task(1), task(2)], 2_000)
    assert [outcome.pick for outcome in person.advance(60_000)] == ["K1", "K2"]
    person.show([task(1), task(2)], 70_000)
    assert person.next_ms is None


def test_a_slot_with_too_little_gives_what_it_has() -> None:
    person = picker(held=5)
    person.show([task(1, 3), task(2, 3), task(3, 3)], 0)
    assert person.advance(60_000) == (
        PickOutcome(PickId("K1"), 3),
        PickOutcome(PickId("K2"), 2, ShortReason.SLOT_SHORT),
        PickOutcome(PickId("K3"), 0, ShortReason.SLOT_SHORT),
    )


def test_an_unknown_slot_is_empty() -> None:
    person = Picker(S1, {}, EVEN)
    person.show([task(1)], 0)
    assert person.advance(60_000) == (PickOutcome(PickId("K1"), 0, ShortReason.SLOT_SHORT),)


def test_people_who_share_a_slot_share_its_stock() -> None:
    stock = {SLOT: 3}
    people = [Picker(S1, stock, EVEN), Picker(StationId("S02"), stock, EVEN)]
    for number, person in enumerate(people):
        person.show([task(number, 2)], 0)
    assert [person.advance(60_000)[0].quantity for person in people] == [2, 1]
    assert stock[SLOT] == 0


def test_times_scatter_around_the_mean_and_follow_the_seed() -> None:
    def times(seed: int) -> list[int]:
        person = picker(10_000, PickerParams(pod_s=0.0), seed)
        done = []
        for number in range(2_000):
            person.show([task(number)], 0)
        while (next_ms := person.next_ms) is not None:
            person.advance(next_ms)
            done.append(next_ms)
        return [b - a for a, b in zip([0, *done], done, strict=False)]

    assert mean(times(1)) == pytest.approx(6_000, rel=0.04)
    assert min(times(1)) > 0
    assert times(1) == times(1)
    assert times(1) != times(2)


def test_params_are_checked() -> None:
    with pytest.raises(ValueError, match="line_s"):
        PickerParams(line_s=0.0)
    with pytest.raises(ValueError, match="0 or more"):
        PickerParams(pod_s=-1.0)


def test_while_pieces_are_put_away_the_pod_may_go_but_the_next_pick_waits() -> None:
    params = PickerParams(
        line_s=3.0, sigma=0.0, piece_s=3.0, pieces_max_s=99.0, pod_s=0.0, put_s=7.0
    )
    person = picker(params=params)
    person.show([task(1, quantity=2)], 0)
    # Two pieces: 6 s out of the pod, then 14 s into the tote.
    assert person.advance(6_000) == (PickOutcome(PickId("K1"), 2),)
    assert not person.busy
    person.show([task(2)], 10_000)
    assert person.next_ms == 20_000 + 3_000


def test_time_spent_picking_and_putting_is_counted() -> None:
    params = PickerParams(
        line_s=3.0, sigma=0.0, piece_s=3.0, pieces_max_s=99.0, pod_s=0.0, put_s=7.0
    )
    person = picker(params=params)
    assert person.busy_ms(5_000) == 0
    person.show([task(1)], 5_000)
    assert person.busy_ms(6_000) == 1_000
    person.advance(8_000)
    assert person.busy_ms(10_000) == 5_000
    assert person.busy_ms(15_000) == 10_000
    assert person.busy_ms(60_000) == 10_000


def arm(rate: float, retries: int = 2, seed: int = 0) -> RobotArm:
    params = ArmParams(cycle_s=5.0, failure_rate=rate, retries=retries, retry_s=4.0)
    return RobotArm(S1, {SLOT: 100}, params, seed)


def test_an_arm_takes_a_cycle_for_every_piece() -> None:
    sure = arm(0.0)
    sure.show([task(1, 3), task(2)], 1_000)
    assert sure.next_ms == 1_000 + 15_000
    assert sure.advance(60_000) == (PickOutcome(PickId("K1"), 3), PickOutcome(PickId("K2"), 1))


def test_an_arm_that_always_fails_tries_again_and_gives_up() -> None:
    stock = {SLOT: 100}
    clumsy = RobotArm(S1, stock, ArmParams(5.0, failure_rate=1.0, retries=2, retry_s=4.0))
    clumsy.show([task(1)], 0)
    assert clumsy.next_ms == 5_000 + 2 * 4_000
    assert clumsy.advance(60_000) == (PickOutcome(PickId("K1"), 0, failed=True),)
    assert stock[SLOT] == 100


def test_an_arm_fails_as_often_as_its_rate_and_retries_say() -> None:
    robot = arm(0.4, retries=1, seed=5)
    robot.show([task(number) for number in range(2_000)], 0)
    failed = mean(outcome.failed for outcome in robot.advance(10**9))
    assert failed == pytest.approx(0.4**2, abs=0.03)


def test_what_is_withdrawn_is_not_taken_and_the_next_begins_at_once() -> None:
    person = picker()
    person.show([task(1), task(2), task(3)], 0)
    person.withdraw([PickId("K1"), PickId("K3"), PickId("K9")], 4_000)
    assert person.next_ms == 4_000 + 6_000
    assert person.advance(60_000) == (PickOutcome(PickId("K2"), 1),)
    person.show([task(1)], 60_000)
    assert not person.busy, "shown again it is still not wanted"


@pytest.mark.parametrize("wrong", [{"cycle_s": 0}, {"failure_rate": 1.5}, {"retries": -1}])
def test_arm_params_out_of_bounds_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="found"):
        ArmParams(**wrong)  # type: ignore[arg-type]
