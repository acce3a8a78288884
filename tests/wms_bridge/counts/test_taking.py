"""Counts from sensors, and what follows from them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.codec.messages import decode, from_json
from planner.warehouse.commands import ShowCounts, ShowPicks, ShowPuts
from planner.warehouse.counts import EvidenceKind, SlotCount
from planner.warehouse.errors import InvalidCount, PodherdError
from planner.warehouse.events import (
    CountConfirmed,
    CountWanted,
    Event,
    RescanWanted,
    SlotQuarantined,
    SlotReleased,
    SlotSettled,
    StockStated,
)
from planner.warehouse.ids import CountId, PickId, PutId, ReceiptId, Sku, SlotId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.receipts import Receipt
from planner.warehouse.stock import Balance
from wms_bridge.messages import StockAdjusted
from wms_bridge.ports.store import Store
from wms_bridge.reconciling import CountReason, NextStep
from wms_bridge.records.alarms import AlarmQuery
from wms_bridge.records.counts import CaseQuery, CaseStatus, CountTaken
from wms_bridge.records.work import SkuRecord, Tally
from wms_bridge.service import Bridge

CountMaker = Callable[..., SlotCount]
OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
PutMaker = Callable[..., ShowPuts]
ShowCountMaker = Callable[..., ShowCounts]
SLOT = SlotId("P001/A/1/1")
RFID = frozenset({EvidenceKind.RFID})


def take(bridge: Bridge, count: SlotCount, now_ms: int = 0) -> CountTaken:
    """The answer to one count, taken when it was made unless told otherwise."""
    [answer] = bridge.counts.take([count], now_ms or count.until_ms)
    if isinstance(answer, PodherdError):
        raise answer
    return answer


def news(bridge: Bridge, after: int) -> list[Event]:
    return [item.event for item in bridge.feed(after)]


def balance(bridge: Bridge, slot: SlotId = SLOT) -> int:
    return sum(held.quantity for held in bridge.stock(slot=slot))


def pick(
    bridge: Bridge, show: ShowMaker, order: OrderMaker, name: str, pieces: int, ms: tuple[int, int]
) -> None:
    """Pick pieces of RED from P001/A/1/1, shown at ``ms[0]`` and confirmed at ``ms[1]``."""
    bridge.receive_order(order(name, RED=pieces), ms[0])
    bridge.apply([show(f"p{name}", f"{name}#1", "RED", pieces)], ms[0])
    bridge.confirm_pick(PickId(f"p{name}"), pieces, ms[1])


def test_as_booked_settles_the_slot(bridge: Bridge, seen: CountMaker) -> None:
    before = len(bridge.feed(0))
    answer = take(bridge, seen(10), 61_000)
    assert answer == CountTaken(SLOT, "C000001", NextStep.CONFIRM, CountReason.AS_BOOKED, 0)
    assert news(bridge, before) == [SlotSettled(SLOT, 60_000)]
    [case] = bridge.counts.cases(CaseQuery())
    assert (case.status, case.settled_ms, case.version) == (CaseStatus.CONFIRMED, 61_000, 1)
    assert bridge.tallies()[Tally.SLOTS_SETTLED] == 1


def test_other_than_booked_by_two_kinds_adjusts_the_books(
    bridge: Bridge, store: Store, seen: CountMaker
) -> None:
    before = len(bridge.feed(0))
    answer = take(bridge, seen(7), 61_000)
    assert (answer.step, answer.difference) == (NextStep.ADJUST, -3)
    assert news(bridge, before) == [
        StockStated((Balance(SLOT, Sku("RED"), 7),)),
        SlotSettled(SLOT, 61_000),
    ]
    report = bridge.verify()
    assert (report.sound, report.pieces_adjusted, report.pieces_disputed) == (True, 3, 3)
    with store.reading() as tx:
        [message] = tx.pending(10**12, 10)
    assert message.slot == SLOT
    assert from_json(decode(message.body), StockAdjusted) == StockAdjusted(
        "stock-adjusted/C000001@61000",
        "C000001",
        SLOT,
        Sku("RED"),
        -3,
        7,
        CountReason.MISMATCH,
        None,
        61_000,
    )
    assert message.message == "stock-adjusted/C000001@61000"


def test_more_than_booked_comes_from_disputed(bridge: Bridge, seen: CountMaker) -> None:
    assert take(bridge, seen(12)).difference == 2
    assert balance(bridge) == 12
    assert bridge.verify().pieces_disputed == -2


def test_unsure_has_robots_look_twice_and_then_a_person(bridge: Bridge, seen: CountMaker) -> None:
    before = len(bridge.feed(0))
    steps = [take(bridge, seen(7, 0.9, at=at)).step for at in (60_000, 70_000, 80_000, 90_000)]
    assert steps == [NextStep.RESCAN, NextStep.RESCAN, NextStep.COUNT, NextStep.COUNT]
    assert news(bridge, before) == [
        RescanWanted(SLOT),
        RescanWanted(SLOT),
        CountWanted(CountId("C000001.1"), SLOT, Sku("RED")),
    ]
    [case] = bridge.counts.cases(CaseQuery(open=True))
    assert (case.case, case.rescans, case.task) == ("C000001", 2, "C000001.1")
    assert balance(bridge) == 10


def test_a_robot_that_becomes_sure_spares_the_person(
    bridge: Bridge, seen: CountMaker, show_count: ShowCountMaker
) -> None:
    for at in (60_000, 70_000, 80_000):
        take(bridge, seen(7, 0.9, at=at))
    assert bridge.apply([show_count("C000001.1")], 81_000) == (None,)
    before = len(bridge.feed(0))
    assert take(bridge, seen(10, at=90_000)).step is NextStep.CONFIRM
    assert news(bridge, before) == [
        CountConfirmed(CountId("C000001.1")),
        SlotSettled(SLOT, 90_000),
    ]
    assert bridge.counts.open_counts(show_count("x").station) == ()


def test_the_same_evidence_again_changes_nothing(bridge: Bridge, seen: CountMaker) -> None:
    first = take(bridge, seen(7, 0.9, more=("photo",)))
    before = len(bridge.feed(0))
    assert take(bridge, seen(7, 0.9, more=("photo",)), 99_000) == replace(first, repeated=True)
    assert take(bridge, seen(7, 0.9), 99_000) == replace(first, repeated=True), "a part of it"
    take(bridge, seen(10, at=80_000))
    assert take(bridge, seen(7, 0.9, more=("photo",)), 99_000) == replace(first, repeated=True)
    assert len(bridge.feed(0)) == before + 1
    assert len(bridge.counts.cases(CaseQuery())) == 1
    assert bridge.tallies()[Tally.COUNTS_TAKEN] == 2


def test_late_evidence_is_kept_and_decides_nothing(bridge: Bridge, seen: CountMaker) -> None:
    take(bridge, seen(10, at=80_000))
    before = len(bridge.feed(0))
    late = take(bridge, seen(7, at=60_000), 90_000)
    assert (late.late, late.step, late.case) == (True, None, "C000001")
    assert len(bridge.feed(0)) == before
    assert balance(bridge) == 10
    assert [one.count.until_ms for one in bridge.counts.case("C000001").counts] == [80_000, 60_000]


def test_what_was_seen_before_an_adjustment_is_late(bridge: Bridge, seen: CountMaker) -> None:
    take(bridge, seen(7, at=60_000), 70_000)
    assert take(bridge, seen(10, at=65_000), 71_000).late
    assert balance(bridge) == 7


def test_books_are_those_of_the_observation(
    bridge: Bridge, seen: CountMaker, order: OrderMaker, show: ShowMaker
) -> None:
    pick(bridge, show, order, "A", 4, (100_000, 110_000))
    assert take(bridge, seen(10, at=60_000), 120_000).step is NextStep.CONFIRM
    pick(bridge, show, order, "B", 2, (200_000, 210_000))
    answer = take(bridge, seen(5, at=150_000, books=6), 220_000)
    assert (answer.step, answer.difference) == (NextStep.ADJUST, -1)
    assert balance(bridge) == 3


@pytest.mark.parametrize("ms", [(57_000, 58_000), (40_000, 59_500), (59_000, 90_000)])
def test_what_moves_while_it_is_looked_at_makes_the_look_worthless(
    bridge: Bridge, seen: CountMaker, order: OrderMaker, show: ShowMaker, ms: tuple[int, int]
) -> None:
    """A piece may be out of the slot from when the pick is shown until it is confirmed."""
    pick(bridge, show, order, "A", 1, ms)
    answer = take(bridge, seen(9), 100_000)
    assert (answer.step, answer.reason) == (NextStep.RESCAN, CountReason.MOVED_MEANWHILE)
    assert balance(bridge) == 9


def test_a_put_under_way_does_as_well(bridge: Bridge, seen: CountMaker, show_put: PutMaker) -> None:
    bridge.receive_goods(Receipt(ReceiptId("R1"), Sku("RED"), 5), 50_000)
    bridge.apply([show_put("u1", "R1", "RED", 5, slot=SLOT)], 59_000)
    assert take(bridge, seen(15)).reason is CountReason.MOVED_MEANWHILE
    bridge.confirm_put(PutId("u1"), 5, 61_000)
    assert take(bridge, seen(15, at=60_500)).reason is CountReason.MOVED_MEANWHILE


def test_robots_look_twice_also_when_pieces_move(
    bridge: Bridge, seen: CountMaker, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=1), 50_000)
    bridge.apply([show("p1", "A#1", "RED", 1)], 50_000)
    steps = [take(bridge, seen(10, at=at)).step for at in (60_000, 70_000, 80_000)]
    assert steps == [NextStep.RESCAN, NextStep.RESCAN, NextStep.COUNT]


def test_what_was_believed_of_other_books_is_worth_nothing(
    bridge: Bridge, seen: CountMaker
) -> None:
    assert take(bridge, seen(10, books=9)).reason is CountReason.MOVED_MEANWHILE


def test_a_correction_after_the_look_makes_it_worthless(
    bridge: Bridge, seen: CountMaker, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=8), 100_000)
    bridge.apply([show("p1", "A#1", "RED", 8)], 100_000)
    bridge.confirm_pick(PickId("p1"), 7, 110_000, ShortReason.SLOT_SHORT)
    assert take(bridge, seen(7), 120_000).reason is CountReason.MOVED_MEANWHILE
    assert balance(bridge) == 0


def test_a_correction_supersedes_what_was_doubted_before(
    bridge: Bridge, seen: CountMaker, order: OrderMaker, show: ShowMaker
) -> None:
    take(bridge, seen(7, 0.9))
    bridge.receive_order(order("A", RED=8), 100_000)
    bridge.apply([show("p1", "A#1", "RED", 8)], 100_000)
    bridge.confirm_pick(PickId("p1"), 7, 110_000, ShortReason.SLOT_SHORT)
    assert take(bridge, seen(0, books=0, at=130_000)).step is NextStep.CONFIRM
    assert [case.status for case in bridge.counts.cases(CaseQuery())] == [
        CaseStatus.CONFIRMED,
        CaseStatus.SUPERSEDED,
    ]


def test_open_tasks_shown_after_the_look_are_for_a_supervisor(
    bridge: Bridge, seen: CountMaker, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=1), 80_000)
    bridge.apply([show("p1", "A#1", "RED", 1)], 80_000)
    before = len(bridge.feed(0))
    answer = take(bridge, seen(7), 81_000)
    assert (answer.step, answer.reason) == (NextStep.APPROVE, CountReason.OPEN_TASKS)
    assert news(bridge, before) == [SlotQuarantined(SLOT)]
    [alarm] = bridge.alarms.alarms(AlarmQuery())
    assert (alarm.kind.value, alarm.subject, alarm.active) == ("slot_quarantined", SLOT, True)
    assert alarm.text == "C000001: open tasks, -3 RED"
    again = take(bridge, seen(10, at=90_000), 91_000)
    assert (again.step, again.case) == (NextStep.APPROVE, "C000001"), "a supervisor decides"


def test_what_is_worth_much_is_for_a_supervisor(bridge: Bridge, seen: CountMaker) -> None:
    bridge.put_skus([SkuRecord(Sku("RED"), piece_value=40.0)])
    assert take(bridge, seen(7)).reason is CountReason.VALUE
    assert balance(bridge) == 10


def test_another_sku_than_booked_is_for_a_supervisor(bridge: Bridge, seen: CountMaker) -> None:
    answer = take(bridge, seen(3, sku="BLUE", books=0))
    assert (answer.step, answer.reason) == (NextStep.APPROVE, CountReason.MISMATCH_CLASS)
    with pytest.raises(InvalidCount, match="the slot holds RED") as caught:
        take(bridge, seen(0, sku="BLUE", books=0, at=70_000))
    assert caught.value.field == "counts[0].sku"


def test_an_adjustment_that_cannot_be_is_for_a_supervisor(
    bridge: Bridge, seen: CountMaker, order: OrderMaker, show: ShowMaker
) -> None:
    """Nine were picked after a look that saw two."""
    pick(bridge, show, order, "A", 9, (80_000, 81_000))
    assert take(bridge, seen(2), 82_000).reason is CountReason.IMPOSSIBLE
    assert balance(bridge) == 1


def test_one_kind_of_evidence_does_not_adjust(bridge: Bridge, seen: CountMaker) -> None:
    answer = take(bridge, seen(7, 1.0, kinds=RFID))
    assert (answer.step, answer.reason) == (NextStep.RESCAN, CountReason.ONE_KIND)


def test_what_is_wrong_with_one_count_does_not_hold_up_the_others(
    bridge: Bridge, seen: CountMaker
) -> None:
    wrong = [
        (seen(10, slot="P009/A/1/1"), "slot"),
        (seen(10, sku="NEW"), "sku"),
        (replace(seen(1), probabilities=(0.5, 0.5)), "probabilities"),
        (seen(10, at=66_000), "until_ms"),
        (replace(seen(10), evidence=("photo",)), "evidence"),
        (seen(10, kinds=frozenset({EvidenceKind.PERSON})), "kinds"),
    ]
    counts = [count for count, _ in wrong]
    answers = bridge.counts.take([*counts, seen(10)], 60_000)
    for index, ((_, name), answer) in enumerate(zip(wrong, answers, strict=False)):
        assert isinstance(answer, InvalidCount)
        assert answer.field == f"counts[{index}].{name}"
        assert answer.remedy
    assert isinstance(answers[-1], CountTaken)
    assert len(bridge.counts.cases(CaseQuery())) == 1


def test_errors_name_the_count_also_in_a_long_list(bridge: Bridge, seen: CountMaker) -> None:
    counts = [seen(10, at=60_000 + at) for at in range(120)]
    counts[117] = seen(10, sku="NEW")
    answers = bridge.counts.take(counts, 70_000)
    wrong = answers[117]
    assert isinstance(wrong, InvalidCount)
    assert wrong.field == "counts[117].sku"
    assert sum(isinstance(answer, CountTaken) for answer in answers) == 119


def test_evidence_of_last_week_is_refused(bridge: Bridge, seen: CountMaker) -> None:
    with pytest.raises(InvalidCount, match="too old"):
        take(bridge, seen(10), 60_001 + 7 * 24 * 3600 * 1000)


def test_cases_are_listed_as_asked_for(bridge: Bridge, seen: CountMaker) -> None:
    take(bridge, seen(10))
    take(bridge, seen(10, at=70_000))
    take(bridge, seen(25, 0.9, books=30, slot="P002/A/1/1"))

    def listed(query: CaseQuery) -> list[int]:
        return [case.number for case in bridge.counts.cases(query)]

    assert listed(CaseQuery()) == [3, 2, 1]
    assert listed(CaseQuery(open=True)) == [3]
    assert listed(CaseQuery(open=False, limit=1)) == [2]
    assert listed(CaseQuery(slot=SLOT, before=2)) == [1]
    assert SlotReleased(SLOT) not in news(bridge, 0)
