"""The ladder: who looks next, and when the books are adjusted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.counts import EvidenceKind, SlotCount
from planner.warehouse.ids import Sku, SlotId
from wms_bridge.reconciling import (
    CountReason,
    Looks,
    NextStep,
    ReconcileParams,
    SlotBooks,
    reconcile,
)

RFID, CAMERA, PERSON = EvidenceKind.RFID, EvidenceKind.CAMERA, EvidenceKind.PERSON
PARAMS = ReconcileParams()


def count(likely: int, chance: float, *kinds: EvidenceKind) -> SlotCount:
    """``likely`` pieces with this chance, and one more or one less otherwise."""
    chances = [0.0] * 12
    chances[likely] = chance
    chances[likely - 1] = chances[likely + 1] = (1 - chance) / 2
    found = frozenset(kinds or (RFID, CAMERA))
    return SlotCount(SlotId("P001/A/1/1"), Sku("TEA"), 8, 0, 9, tuple(chances), found, ("reads",))


def step(
    seen: SlotCount, books: SlotBooks, looks: Looks | None = None, params: ReconcileParams = PARAMS
) -> tuple[NextStep, CountReason, int]:
    found = reconcile(seen, books, looks or Looks(), params)
    return found.step, found.reason, found.difference


def test_a_right_record_is_confirmed() -> None:
    assert step(count(5, 0.995), SlotBooks(5)) == (NextStep.CONFIRM, CountReason.AS_BOOKED, 0)


def test_a_wrong_one_is_adjusted_by_two_kinds_of_evidence() -> None:
    assert step(count(3, 0.995), SlotBooks(5)) == (NextStep.ADJUST, CountReason.MISMATCH, -2)
    one = step(count(3, 0.9999, RFID), SlotBooks(5))
    assert one == (NextStep.RESCAN, CountReason.ONE_KIND, 0)
    still = step(count(3, 0.9999, RFID), SlotBooks(5), Looks(rescans=2))
    assert still == (NextStep.COUNT, CountReason.ONE_KIND, 0)


def test_robots_look_twice_then_a_person_then_another_one_then_a_supervisor() -> None:
    seen, books = count(3, 0.9), SlotBooks(5)
    steps = [
        step(seen, books, looks)[0]
        for looks in (
            Looks(),
            Looks(1),
            Looks(2),
            Looks(2, (4,)),
            Looks(2, (4, 4)),
        )
    ]
    assert steps == [
        NextStep.RESCAN,
        NextStep.RESCAN,
        NextStep.COUNT,
        NextStep.SECOND_COUNT,
        NextStep.APPROVE,
    ]
    assert step(seen, books, Looks(2, (4,)))[1] is CountReason.DISAGREEMENT
    assert step(seen, books, Looks(2, (3,)))[1] is CountReason.UNSURE


def test_people_alone_are_asked_twice() -> None:
    seen, books = count(3, 0.999, PERSON), SlotBooks(5)
    assert step(seen, books, Looks(0, (3,)))[0] is NextStep.SECOND_COUNT
    assert step(seen, books, Looks(0, (3, 3))) == (NextStep.APPROVE, CountReason.ONE_KIND, -2)


def test_nothing_is_adjusted_under_the_hands_of_a_picker() -> None:
    seen = count(3, 0.999)
    moved = step(seen, SlotBooks(5, moved=True))
    assert moved == (NextStep.RESCAN, CountReason.MOVED_MEANWHILE, 0)
    always = step(seen, SlotBooks(5, moved=True), Looks(rescans=2))
    assert always == (NextStep.COUNT, CountReason.MOVED_MEANWHILE, 0)
    at_work = step(seen, SlotBooks(5, open_tasks=1))
    assert at_work == (NextStep.APPROVE, CountReason.OPEN_TASKS, -2)


def test_what_is_worth_much_goes_to_a_supervisor() -> None:
    seen = count(3, 0.999)
    assert step(seen, SlotBooks(5, piece_value=50.0))[0] is NextStep.ADJUST, "just the limit"
    dear = step(seen, SlotBooks(5, piece_value=50.5))
    assert dear == (NextStep.APPROVE, CountReason.VALUE, -2)


@given(
    st.integers(1, 10),
    st.floats(0.34, 1.0),
    st.frozensets(st.sampled_from(list(EvidenceKind)), min_size=1),
    st.builds(SlotBooks, st.integers(0, 11), st.booleans(), st.integers(0, 2), st.floats(0, 200)),
    st.builds(Looks, st.integers(0, 3), st.lists(st.integers(0, 11), max_size=3).map(tuple)),
)
def test_an_adjustment_has_every_ground_there_must_be(
    likely: int, chance: float, kinds: frozenset[EvidenceKind], books: SlotBooks, looks: Looks
) -> None:
    seen = count(likely, chance, *kinds)
    found = reconcile(seen, books, looks, PARAMS)
    if found.step is NextStep.ADJUST:
        assert seen.probability(books.quantity + found.difference) >= PARAMS.sure
        assert len(kinds) >= 2
        assert not books.moved
        assert not books.open_tasks
        assert abs(found.difference) * books.piece_value <= PARAMS.value_max
        assert found.difference != 0
    else:
        assert found.step is NextStep.APPROVE or found.difference == 0
    if found.step is NextStep.RESCAN:
        assert looks.rescans < PARAMS.rescans_max
    if found.step in (NextStep.COUNT, NextStep.SECOND_COUNT) and not books.moved:
        assert len(looks.counts) < 2


def test_parameters_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="sure"):
        ReconcileParams(sure=0.4)
    with pytest.raises(ValueError, match="rescans_max"):
        ReconcileParams(rescans_max=-1)
