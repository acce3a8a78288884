"""What supervisors decide of slots in quarantine."""

from collections.abc import Callable

import pytest

from planner.codec.messages import decode
from planner.warehouse.commands import ShowCounts, ShowPicks
from planner.warehouse.counts import SlotCount
from planner.warehouse.errors import InvalidCount, NotFound, TooLate
from planner.warehouse.events import (
    CountWanted,
    SlotQuarantined,
    SlotReleased,
    SlotSettled,
    StockStated,
)
from planner.warehouse.ids import CountId, PickId, Sku, SlotId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.stock import Balance
from wms_bridge.deciding import Decision
from wms_bridge.ports.store import Store
from wms_bridge.reconciling import CountReason
from wms_bridge.records.alarms import AlarmQuery
from wms_bridge.records.counts import CaseAction, CaseQuery, CaseStatus, CountCase
from wms_bridge.records.work import SkuRecord, Tally
from wms_bridge.service import Bridge

CountMaker = Callable[..., SlotCount]
OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
ShowCountMaker = Callable[..., ShowCounts]
SLOT, RED, BLUE = SlotId("P001/A/1/1"), Sku("RED"), Sku("BLUE")
CASE = "C000001"
DEAR = 40.0


@pytest.fixture
def quarantined(bridge: Bridge, seen: CountMaker) -> Bridge:
    """A bridge in which 7 dear pieces were found instead of 10."""
    bridge.put_skus([SkuRecord(RED, piece_value=DEAR)])
    bridge.counts.take([seen(7)], 61_000)
    return bridge


def decision(
    action: CaseAction, version: int = 1, by: str = "EVE", reason: str = "see photo"
) -> Decision:
    return Decision(action, reason, by, version)


def the_case(bridge: Bridge) -> CountCase:
    return bridge.counts.case(CASE).case


def balance(bridge: Bridge, sku: Sku = RED) -> int:
    return sum(held.quantity for held in bridge.stock(slot=SLOT, sku=sku))


def test_approved_the_books_are_adjusted_and_the_slot_released(
    quarantined: Bridge, store: Store
) -> None:
    before = len(quarantined.feed(0))
    decided = quarantined.counts.decide(CASE, decision(CaseAction.APPROVE), 99_000)
    assert (decided.case.status, decided.case.decided_by) == (CaseStatus.APPROVED, "EVE")
    assert [item.event for item in quarantined.feed(before)] == [
        StockStated((Balance(SLOT, RED, 7),)),
        SlotReleased(SLOT),
        SlotSettled(SLOT, 99_000),
    ]
    assert balance(quarantined) == 7
    assert not quarantined.alarms.alarms(AlarmQuery())[0].active
    with store.reading() as tx:
        [message] = tx.pending(10**12, 9)
    assert decode(message.body)["decided_by"] == "EVE"
    assert quarantined.tallies()[Tally.COUNT_ADJUSTMENTS] == 1


def test_picks_since_the_look_are_not_undone(
    quarantined: Bridge, show: ShowMaker, order: OrderMaker
) -> None:
    quarantined.receive_order(order("A", RED=2), 70_000)
    quarantined.apply([show("p1", "A#1", "RED", 2)], 70_000)
    quarantined.confirm_pick(PickId("p1"), 2, 71_000)
    quarantined.counts.decide(CASE, decision(CaseAction.APPROVE), 99_000)
    assert balance(quarantined) == 5


def test_rejected_the_books_stand(quarantined: Bridge) -> None:
    before = len(quarantined.feed(0))
    quarantined.counts.decide(CASE, decision(CaseAction.REJECT), 99_000)
    assert [item.event for item in quarantined.feed(before)] == [
        SlotReleased(SLOT),
        SlotSettled(SLOT, 99_000),
    ]
    assert (the_case(quarantined).status, balance(quarantined)) == (CaseStatus.REJECTED, 10)


def test_a_recount_believes_nothing_of_what_was_seen(
    quarantined: Bridge, seen: CountMaker, show_count: ShowCountMaker
) -> None:
    before = len(quarantined.feed(0))
    quarantined.counts.decide(CASE, decision(CaseAction.RECOUNT), 80_000)
    first = CountId(f"{CASE}.1")
    assert [item.event for item in quarantined.feed(before)] == [CountWanted(first, SLOT, RED)]
    quarantined.counts.take([seen(7, at=90_000)], 90_000)
    assert (the_case(quarantined).status, balance(quarantined)) == (CaseStatus.COUNT, 10)
    quarantined.apply([show_count(first)], 91_000)
    quarantined.counts.confirm(first, 10, "ANNA", 92_000)
    quarantined.apply([show_count(f"{CASE}.2")], 93_000)
    before = len(quarantined.feed(0))
    quarantined.counts.confirm(CountId(f"{CASE}.2"), 10, "BERT", 94_000)
    events = [item.event for item in quarantined.feed(before)]
    assert events[1:] == [SlotReleased(SLOT), SlotSettled(SLOT, 94_000)]
    assert the_case(quarantined).status is CaseStatus.CONFIRMED
    assert not quarantined.alarms.alarms(AlarmQuery())[0].active


def test_a_recount_that_finds_the_same_comes_back_to_the_supervisor(
    quarantined: Bridge, show_count: ShowCountMaker
) -> None:
    quarantined.counts.decide(CASE, decision(CaseAction.RECOUNT), 80_000)
    for number, by in ((1, "ANNA"), (2, "BERT")):
        quarantined.apply([show_count(f"{CASE}.{number}")], 80_000 + 2_000 * number)
        quarantined.counts.confirm(CountId(f"{CASE}.{number}"), 7, by, 81_000 + 2_000 * number)
    case = the_case(quarantined)
    assert (case.status, case.difference, case.quarantined) == (CaseStatus.APPROVE, -3, True)
    told = [item.event for item in quarantined.feed(0)]
    assert told.count(SlotQuarantined(SLOT)) == 1
    quarantined.counts.decide(CASE, decision(CaseAction.APPROVE, case.version), 99_000)
    assert balance(quarantined) == 7
    actions = [made.action for made in quarantined.counts.case(CASE).decisions]
    assert actions == [CaseAction.RECOUNT, CaseAction.APPROVE]


def test_of_two_who_decide_the_second_hears_what_the_first_decided(quarantined: Bridge) -> None:
    quarantined.counts.decide(CASE, decision(CaseAction.REJECT, reason="tags fell off"), 90_000)
    with pytest.raises(TooLate, match="EVE decided reject: tags fell off"):
        quarantined.counts.decide(CASE, decision(CaseAction.APPROVE, by="OTTO"), 91_000)
    assert balance(quarantined) == 10
    [kept] = quarantined.counts.case(CASE).decisions
    assert (kept.by, kept.action, kept.reason, kept.at_ms, kept.version) == (
        "EVE",
        CaseAction.REJECT,
        "tags fell off",
        90_000,
        1,
    )


def test_the_same_decision_again_is_answered_and_not_done_again(quarantined: Bridge) -> None:
    first = quarantined.counts.decide(CASE, decision(CaseAction.APPROVE), 90_000)
    again = quarantined.counts.decide(CASE, decision(CaseAction.APPROVE), 95_000)
    assert (first.repeated, again.repeated) == (False, True)
    assert again.case == first.case
    assert len(quarantined.counts.case(CASE).decisions) == 1


def test_who_decides_on_an_older_version_is_told_to_read_again(quarantined: Bridge) -> None:
    with pytest.raises(TooLate) as caught:
        quarantined.counts.decide(CASE, decision(CaseAction.APPROVE, version=0), 90_000)
    assert (caught.value.field, caught.value.value) == ("version", 0)


def test_books_corrected_since_are_not_adjusted_on_top(
    quarantined: Bridge, show: ShowMaker, order: OrderMaker
) -> None:
    quarantined.receive_order(order("A", RED=8), 70_000)
    quarantined.apply([show("p1", "A#1", "RED", 8)], 70_000)
    quarantined.confirm_pick(PickId("p1"), 7, 71_000, ShortReason.SLOT_SHORT)
    with pytest.raises(InvalidCount, match="corrected since") as caught:
        quarantined.counts.decide(CASE, decision(CaseAction.APPROVE), 90_000)
    assert caught.value.remedy == "Decide recount."
    assert quarantined.counts.case(CASE).decisions == ()
    quarantined.counts.decide(CASE, decision(CaseAction.REJECT), 91_000)
    assert balance(quarantined) == 0


def test_what_cannot_be_in_the_slot_any_more_is_not_approved(
    quarantined: Bridge, show: ShowMaker, order: OrderMaker
) -> None:
    quarantined.receive_order(order("A", RED=9), 70_000)
    quarantined.apply([show("p1", "A#1", "RED", 9)], 70_000)
    quarantined.confirm_pick(PickId("p1"), 9, 71_000)
    with pytest.raises(InvalidCount, match="cannot hold"):
        quarantined.counts.decide(CASE, decision(CaseAction.APPROVE), 90_000)


@pytest.mark.parametrize(("by", "reason", "field"), [("", "so", "by"), ("EVE", " ", "reason")])
def test_a_decision_has_a_name_and_a_reason(
    quarantined: Bridge, by: str, reason: str, field: str
) -> None:
    with pytest.raises(InvalidCount) as caught:
        quarantined.counts.decide(CASE, decision(CaseAction.APPROVE, 1, by, reason), 90_000)
    assert caught.value.field == field


def test_nothing_is_decided_of_what_is_not_there_or_not_for_supervisors(
    bridge: Bridge, seen: CountMaker
) -> None:
    for ask in (
        lambda: bridge.counts.decide("C9", decision(CaseAction.REJECT), 1),
        lambda: bridge.counts.case("C9"),
    ):
        with pytest.raises(NotFound, match="no such case"):
            ask()
    bridge.counts.take([seen(10)], 61_000)
    with pytest.raises(TooLate, match="confirmed"):
        bridge.counts.decide(CASE, decision(CaseAction.REJECT), 62_000)


def test_another_sku_takes_the_place_of_the_one_booked(bridge: Bridge, seen: CountMaker) -> None:
    bridge.counts.take([seen(3, sku="BLUE", books=0)], 61_000)
    assert the_case(bridge).reason is CountReason.MISMATCH_CLASS
    before = len(bridge.feed(0))
    bridge.counts.decide(CASE, decision(CaseAction.APPROVE), 90_000)
    assert (balance(bridge), balance(bridge, BLUE)) == (0, 3)
    assert [item.event for item in bridge.feed(before)][:2] == [
        StockStated((Balance(SLOT, RED, 0),)),
        StockStated((Balance(SLOT, BLUE, 3),)),
    ]
    report = bridge.verify()
    assert (report.sound, report.pieces_adjusted) == (True, 13)


def test_how_right_the_books_were(
    quarantined: Bridge, seen: CountMaker, show_count: ShowCountMaker
) -> None:
    quarantined.counts.decide(CASE, decision(CaseAction.APPROVE), 661_000)
    quarantined.counts.take([seen(20, slot="P001/A/1/2", sku="BLUE", books=20)], 61_000)
    quarantined.counts.take([seen(30, slot="P002/A/1/1", books=30)], 61_000)
    quarantined.counts.take([seen(9, at=700_000, books=7)], 701_000)
    figures = quarantined.counts.accuracy()
    assert figures.outcomes == {
        CaseStatus.APPROVED: 1,
        CaseStatus.CONFIRMED: 2,
        CaseStatus.ADJUSTED: 1,
    }
    assert (figures.slots, figures.right) == (3, 0.5)
    assert (figures.adjustments, figures.adjusted_again, figures.for_people) == (2, 1, 1)
    assert (figures.minutes_p50, figures.minutes_max) == (5.0, 10.0)
    later = quarantined.counts.accuracy(since_ms=10**9)
    assert (later.right, later.minutes_p50, later.outcomes) == (None, None, {})
    assert len(quarantined.counts.cases(CaseQuery())) == 4
