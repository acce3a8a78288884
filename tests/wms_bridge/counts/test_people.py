"""People's counts: blind, once, by two different people, and moved on by what is picked since."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.codec.messages import decode
from planner.warehouse.commands import ShowCounts, ShowPicks
from planner.warehouse.counts import EvidenceKind, SlotCount
from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidCount,
    InvalidMessage,
    NotFound,
    TooLate,
)
from planner.warehouse.events import CountConfirmed, CountWanted, SlotSettled
from planner.warehouse.ids import CountId, PickId, Sku, SlotId, StationId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from wms_bridge.evidence import evidence_of
from wms_bridge.reconciling import CountReason
from wms_bridge.records.counts import CaseQuery, CaseStatus, CountCase
from wms_bridge.records.work import Tally
from wms_bridge.service import Bridge

CountMaker = Callable[..., SlotCount]
OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
ShowCountMaker = Callable[..., ShowCounts]
SLOT, RED = SlotId("P001/A/1/1"), Sku("RED")
S1, S2 = StationId("S1"), StationId("S2")
FIRST, SECOND, THIRD = (CountId(f"C000001.{number}") for number in (1, 2, 3))


@pytest.fixture
def asked(bridge: Bridge, seen: CountMaker, show_count: ShowCountMaker) -> Bridge:
    """A bridge in which a person is to count P001/A/1/1, where robots rather see 7 than 10."""
    for at in (60_000, 70_000, 80_000):
        bridge.counts.take([seen(7, 0.9, at=at)], at)
    bridge.apply([show_count(FIRST)], 90_000)
    return bridge


@pytest.fixture
def unseen(bridge: Bridge, seen: CountMaker, show_count: ShowCountMaker) -> Bridge:
    """The same, but what robots saw is worth nothing."""
    for at in (60_000, 70_000, 80_000):
        bridge.counts.take([seen(7, at=at, books=9)], at)
    bridge.apply([show_count(FIRST)], 90_000)
    return bridge


def the_case(bridge: Bridge) -> CountCase:
    return bridge.counts.cases(CaseQuery())[0]


def balance(bridge: Bridge) -> int:
    return sum(held.quantity for held in bridge.stock(slot=SLOT))


def pick(bridge: Bridge, show: ShowMaker, order: OrderMaker, pieces: int, *ms: int) -> None:
    bridge.receive_order(order("A", RED=pieces), ms[0])
    bridge.apply([show("p1", "A#1", "RED", pieces)], ms[0])
    bridge.confirm_pick(PickId("p1"), pieces, ms[1])


def test_a_count_is_listed_without_what_the_books_say(asked: Bridge) -> None:
    [shown] = asked.counts.open_counts(S1)
    assert (shown.number, shown.task.count, shown.task.slot) == (1, FIRST, SLOT)
    assert asked.counts.open_counts(S1, after=1) == ()
    assert asked.counts.open_counts(S2) == ()
    with pytest.raises(NotFound):
        asked.counts.open_counts(StationId("S9"))


def test_a_person_who_agrees_with_the_robots_has_the_books_adjusted(asked: Bridge) -> None:
    before = len(asked.feed(0))
    made = asked.counts.confirm(FIRST, 7, "ANNA", 95_000)
    assert (made.quantity, made.by, made.confirmed_ms) == (7, "ANNA", 95_000)
    events = [item.event for item in asked.feed(before)]
    assert (events[0], events[-1]) == (CountConfirmed(FIRST), SlotSettled(SLOT, 95_000))
    assert (the_case(asked).status, balance(asked)) == (CaseStatus.ADJUSTED, 7)
    assert EvidenceKind.PERSON in the_case(asked).count.kinds
    assert asked.verify().sound
    assert asked.tallies()[Tally.PERSON_COUNTS] == 1


def test_a_person_who_counts_otherwise_is_followed_by_another_one(
    asked: Bridge, show_count: ShowCountMaker
) -> None:
    before = len(asked.feed(0))
    asked.counts.confirm(FIRST, 10, "ANNA", 95_000)
    assert [item.event for item in asked.feed(before)] == [
        CountConfirmed(FIRST),
        CountWanted(SECOND, SLOT, RED),
    ]
    assert the_case(asked).status is CaseStatus.SECOND_COUNT
    asked.apply([show_count(SECOND)], 96_000)
    with pytest.raises(InvalidCount, match="has counted the slot before") as caught:
        asked.counts.confirm(SECOND, 10, "anna", 97_000)
    assert (caught.value.field, caught.value.remedy) == ("by", "Have somebody else count it.")
    asked.counts.confirm(SECOND, 10, "BERT", 98_000)
    assert the_case(asked).status is CaseStatus.CONFIRMED
    assert [person.by for person in the_case(asked).people] == ["ANNA", "BERT"]
    assert balance(asked) == 10


def test_people_who_contradict_everybody_leave_it_to_a_supervisor(
    asked: Bridge, show_count: ShowCountMaker
) -> None:
    asked.counts.confirm(FIRST, 10, "ANNA", 95_000)
    asked.apply([show_count(SECOND)], 96_000)
    asked.counts.confirm(SECOND, 4, "BERT", 98_000)
    case = the_case(asked)
    assert (case.status, case.reason) == (CaseStatus.APPROVE, CountReason.DISAGREEMENT)


def test_people_alone_do_not_adjust(unseen: Bridge, show_count: ShowCountMaker) -> None:
    unseen.counts.confirm(FIRST, 7, "ANNA", 95_000)
    assert the_case(unseen).count.kinds == {EvidenceKind.PERSON}
    unseen.apply([show_count(SECOND)], 96_000)
    unseen.counts.confirm(SECOND, 7, "BERT", 98_000)
    case = the_case(unseen)
    assert (case.status, case.reason) == (CaseStatus.APPROVE, CountReason.ONE_KIND)
    assert (case.difference, balance(unseen)) == (-3, 10)


def test_what_was_believed_moves_on_with_picks(
    asked: Bridge, show: ShowMaker, order: OrderMaker, show_count: ShowCountMaker
) -> None:
    pick(asked, show, order, 2, 91_000, 92_000)
    asked.apply([show_count(FIRST, visit="v2")], 93_000)
    asked.counts.confirm(FIRST, 5, "ANNA", 95_000)
    case = the_case(asked)
    assert (case.status, case.difference, balance(asked)) == (CaseStatus.ADJUSTED, -3, 5)
    assert (case.count.books, case.count.likeliest) == (8, 5)


@pytest.mark.parametrize("ms", [(85_000, 92_000), (91_000, 92_000), (91_000, 99_000)])
def test_a_count_while_pieces_are_taken_tells_nothing(
    asked: Bridge, show: ShowMaker, order: OrderMaker, ms: tuple[int, int]
) -> None:
    asked.receive_order(order("A", RED=2), ms[0])
    asked.apply([show("p1", "A#1", "RED", 2)], ms[0])
    if ms[1] < 95_000:
        asked.confirm_pick(PickId("p1"), 2, ms[1])
    before = len(asked.feed(0))
    asked.counts.confirm(FIRST, 5, "ANNA", 95_000)
    assert [item.event for item in asked.feed(before)] == [
        CountConfirmed(FIRST),
        CountWanted(SECOND, SLOT, RED),
    ]
    case = the_case(asked)
    assert (case.status, case.people[0].used) == (CaseStatus.COUNT, False)
    assert asked.counts.evidence(evidence_of(case.people[0]).sha256).at_ms == 95_000


def test_somebody_whose_count_told_nothing_may_count_again(
    asked: Bridge, show: ShowMaker, order: OrderMaker, show_count: ShowCountMaker
) -> None:
    pick(asked, show, order, 2, 91_000, 92_000)
    asked.counts.confirm(FIRST, 7, "ANNA", 95_000)
    asked.apply([show_count(SECOND)], 95_001)
    asked.counts.confirm(SECOND, 5, "ANNA", 98_000)
    assert (the_case(asked).status, balance(asked)) == (CaseStatus.ADJUSTED, 5)


def test_a_correction_leaves_the_person_as_the_only_witness(
    asked: Bridge, show: ShowMaker, order: OrderMaker, show_count: ShowCountMaker
) -> None:
    asked.receive_order(order("A", RED=8), 91_000)
    asked.apply([show("p1", "A#1", "RED", 8)], 91_000)
    asked.confirm_pick(PickId("p1"), 7, 92_000, ShortReason.SLOT_SHORT)
    asked.apply([show_count(FIRST, visit="v2")], 93_000)
    asked.counts.confirm(FIRST, 0, "ANNA", 95_000)
    case = the_case(asked)
    assert (case.status, case.count.kinds) == (
        CaseStatus.SECOND_COUNT,
        frozenset({EvidenceKind.PERSON}),
    )
    assert (case.count.books, balance(asked)) == (0, 0)


def test_robots_see_more_while_a_person_is_on_the_way_to_count(
    asked: Bridge, seen: CountMaker, show_count: ShowCountMaker
) -> None:
    asked.counts.confirm(FIRST, 9, "ANNA", 95_000)
    assert the_case(asked).status is CaseStatus.SECOND_COUNT
    asked.counts.take([seen(7, 0.97, at=120_000)], 121_000)
    case = the_case(asked)
    assert (case.status, case.task) == (CaseStatus.SECOND_COUNT, SECOND)
    assert EvidenceKind.PERSON in case.count.kinds
    asked.apply([show_count(SECOND)], 130_000)
    asked.counts.confirm(SECOND, 7, "BERT", 135_000)
    assert (the_case(asked).difference, balance(asked)) == (-3, 7)


def test_a_count_again_is_answered_and_another_one_refused(asked: Bridge) -> None:
    first = asked.counts.confirm(FIRST, 7, "ANNA", 95_000, key="k")
    before = len(asked.feed(0))
    assert asked.counts.confirm(FIRST, 7, "ANNA", 99_000) == replace(first, repeated=True)
    assert asked.counts.confirm(FIRST, 7, "ANNA", 99_000, key="k").repeated
    for quantity, by, key in ((6, "ANNA", None), (7, "BERT", None), (6, "ANNA", "k")):
        with pytest.raises(IdempotencyConflict):
            asked.counts.confirm(FIRST, quantity, by, 99_000, key)
    assert len(asked.feed(0)) == before


@pytest.mark.parametrize(
    ("count", "quantity", "by", "kind", "field"),
    [
        ("C000009.1", 1, "ANNA", NotFound, "count"),
        ("", 1, "ANNA", NotFound, "count"),
        (FIRST, 51, "ANNA", InvalidCount, "quantity"),
        (FIRST, -1, "ANNA", InvalidCount, "quantity"),
        (FIRST, 1, " ", InvalidCount, "by"),
    ],
)
def test_counts_that_cannot_be_taken_are_named(
    asked: Bridge, count: str, quantity: int, by: str, kind: type[InvalidCount], field: str
) -> None:
    with pytest.raises(kind) as caught:
        asked.counts.confirm(CountId(count), quantity, by, 95_000)
    assert caught.value.field == field
    assert caught.value.remedy
    assert the_case(asked).status is CaseStatus.COUNT


def test_a_count_shown_again_at_another_station_moves_there(
    asked: Bridge, show_count: ShowCountMaker
) -> None:
    again = show_count(FIRST, station="S2", visit="v2")
    assert asked.apply([again, again], 92_000) == (None, None)
    assert asked.counts.open_counts(S1) == ()
    assert [shown.number for shown in asked.counts.open_counts(S2)] == [2]
    asked.counts.confirm(FIRST, 7, "ANNA", 95_000)
    assert asked.counts.open_counts(S2) == ()
    assert asked.apply([show_count(FIRST, visit="v3")], 96_000) == (None,)
    assert asked.counts.open_counts(S1) == ()


def test_what_nobody_needs_any_more_is_withdrawn_and_told(
    asked: Bridge, seen: CountMaker, show_count: ShowCountMaker
) -> None:
    asked.counts.take([seen(10, at=100_000)], 100_000)
    with pytest.raises(TooLate):
        asked.counts.confirm(FIRST, 7, "ANNA", 101_000)
    for at in (110_000, 120_000, 130_000):
        asked.counts.take([seen(7, 0.9, at=at)], at)
    late = CountId("C000002.1")
    asked.counts.take([seen(10, at=140_000)], 140_000)
    before = len(asked.feed(0))
    assert asked.apply([show_count(late)], 141_000) == (None,)
    assert [item.event for item in asked.feed(before)] == [CountConfirmed(late)]
    assert asked.apply([show_count(late)], 142_000) == (None,)
    assert len(asked.feed(0)) == before + 1


@pytest.mark.parametrize(
    ("count", "changed"),
    [
        ("C000009.1", {}),
        ("x", {}),
        ("C000001.2", {"slot": "P002/A/1/1"}),
        ("C000001.2", {"sku": "BLUE"}),
        ("C000001.2", {"station": "S9"}),
    ],
)
def test_counts_that_fit_nothing_are_not_shown(
    asked: Bridge, show_count: ShowCountMaker, count: str, changed: dict[str, str]
) -> None:
    [problem] = asked.apply([show_count(count, **changed)], 95_000)
    assert isinstance(problem, InvalidMessage)
    assert len(asked.counts.open_counts(S1)) == 1


def test_what_a_person_counted_is_evidence(asked: Bridge) -> None:
    asked.counts.confirm(FIRST, 7, "ANNA", 95_000)
    name = the_case(asked).count.evidence[-1]
    told = asked.counts.evidence(name)
    assert decode(told.body) == {
        "count": FIRST,
        "by": "ANNA",
        "quantity": 7,
        "at_ms": 95_000,
    }
