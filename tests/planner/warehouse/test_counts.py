"""Counts are distributions that rest on something."""

import pytest

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.counts import EvidenceKind, SlotCount, person_counted, with_person
from planner.warehouse.errors import InvalidCount
from planner.warehouse.ids import Sku, SlotId


def count(
    *probabilities: float,
    from_ms: int = 0,
    until_ms: int = 5,
    kinds: frozenset[EvidenceKind] = frozenset({EvidenceKind.RFID}),
    evidence: tuple[str, ...] = ("reads",),
) -> SlotCount:
    slot, sku = SlotId("P001/A/1/1"), Sku("TEA")
    return SlotCount(slot, sku, 0, from_ms, until_ms, probabilities, kinds, evidence)


def test_the_likeliest_number_of_pieces() -> None:
    assert count(0.1, 0.2, 0.7).likeliest == 2
    assert count(0.5, 0.5).likeliest == 0, "the smaller of two"
    assert count(0.1, 0.9).probability(1) == 0.9
    assert count(1.0).probability(7) == count(1.0).probability(-1) == 0.0


def test_it_goes_over_the_wire() -> None:
    sent = count(0.25, 0.75, kinds=frozenset({EvidenceKind.RFID, EvidenceKind.CAMERA}))
    assert from_json(decode(encode(sent)), SlotCount) == sent


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (lambda: count(0.5, 0.6), "P001/A/1/1.probabilities"),
        (lambda: count(), "P001/A/1/1.probabilities"),
        (lambda: count(1.5, -0.5), "P001/A/1/1.probabilities[0]"),
        (lambda: count(0.5, float("nan")), "P001/A/1/1.probabilities[1]"),
        (lambda: count(1.0, from_ms=9), "P001/A/1/1.from_ms"),
        (lambda: count(1.0, from_ms=-1), "P001/A/1/1.from_ms"),
        (lambda: count(1.0, kinds=frozenset()), "P001/A/1/1.evidence"),
        (lambda: count(1.0, evidence=()), "P001/A/1/1.evidence"),
    ],
)
def test_what_is_no_count_is_refused(wrong, field) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidCount) as caught:
        wrong()
    assert caught.value.field == field
    assert caught.value.remedy


def test_a_person_who_counts_is_one_more_witness() -> None:
    after = with_person(count(0.2, 0.4, 0.4), 2, 0.9, 7, "person")
    assert after.likeliest == 2
    assert after.probabilities == pytest.approx((1 / 59, 4 / 59, 54 / 59))
    assert (after.until_ms, after.evidence) == (7, ("reads", "person"))
    assert after.kinds == {EvidenceKind.RFID, EvidenceKind.PERSON}


def test_what_was_excluded_and_is_counted_all_the_same() -> None:
    after = with_person(count(1.0, 0.0, 0.0), 2, 1.0, 7, "person")
    assert after.probabilities == (0.0, 0.0, 1.0)


def test_people_count_what_fits() -> None:
    assert person_counted(1, 0.9, 2) == pytest.approx((0.05, 0.9, 0.05))
    with pytest.raises(InvalidCount, match="Send 0 to 2"):
        person_counted(3, 0.9, 2)
