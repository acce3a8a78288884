"""Pieces of a slot from its tags: against the closed form, and against trying every choice."""

from itertools import combinations
from math import comb, prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidCount
from planner.warehouse.ids import EpcUri, SlotId
from vision.fusion.pieces import RecordParams, chances_of_record, seen_front
from vision.fusion.slots import (
    SlotTags,
    UntaggedParams,
    added,
    beside,
    odds_of,
    slot_pieces,
    tagged_likelihood,
)
from vision.fusion.tags import Scan, TagParams, TagRecord, believe

CAPACITY = 12
RATE = 0.97
ALL_TAGGED = UntaggedParams(share=0.0)


def read_or_missed(read: int, missed: int) -> list[float]:
    """Odds after one scan of live tags: a tag that is away is never read, but for a ghost."""
    return [RATE / 1e-9] * read + [1 - RATE] * missed


@given(st.integers(0, 8), st.integers(0, 4))
def test_one_scan_is_the_closed_form(read: int, missed: int) -> None:
    tags = read + missed
    found = tagged_likelihood(read_or_missed(read, missed), CAPACITY, ALL_TAGGED)
    wanted = np.array(
        [
            comb(tags - read, n - read) / comb(tags, n) * RATE**read * (1 - RATE) ** (n - read)
            if read <= n <= tags
            else 0.0
            for n in range(tags + 1)
        ]
    )
    found = found[: tags + 1] / found[: tags + 1].sum()
    assert found == pytest.approx(wanted / wanted.sum(), abs=1e-6)


@given(st.lists(st.floats(1e-3, 1e3), max_size=6))
def test_every_choice_of_tags_is_as_probable_as_another(odds: list[float]) -> None:
    found = tagged_likelihood(odds, CAPACITY, ALL_TAGGED)[: len(odds) + 1]
    tried = np.array(
        [np.mean([prod(choice) for choice in combinations(odds, k)]) for k in range(len(odds) + 1)]
    )
    assert found / found.sum() == pytest.approx(tried / tried.sum(), rel=1e-9)


def test_after_picks_the_books_are_confirmed_though_tags_are_missing() -> None:
    record = chances_of_record(6, CAPACITY, RecordParams())
    found = slot_pieces(record, SlotTags(tuple(read_or_missed(6, 4))), UntaggedParams())
    assert found[6] > 0.99
    fewer = slot_pieces(record, SlotTags(tuple(read_or_missed(5, 5))), UntaggedParams())
    assert fewer[5] + fewer[6] > 0.99
    assert fewer[6] < 0.97, "one of the six has not been read"


def test_what_is_read_beyond_the_books_is_there() -> None:
    record = chances_of_record(6, CAPACITY, RecordParams())
    tags = SlotTags(tuple(read_or_missed(8, 0)))
    found = slot_pieces(record, tags, UntaggedParams(unread=0.03))
    assert found[8] > 0.97


def test_without_tags_the_record_stands() -> None:
    record = chances_of_record(6, CAPACITY, RecordParams())
    assert slot_pieces(record, SlotTags(), UntaggedParams()) == pytest.approx(record)


def test_pieces_too_many_would_have_been_read() -> None:
    record = chances_of_record(6, CAPACITY, RecordParams())
    tags = SlotTags(tuple(read_or_missed(6, 0)))
    tagged = slot_pieces(record, tags, UntaggedParams(unread=0.05))
    bare = slot_pieces(record, tags, UntaggedParams(unread=1.0))
    assert tagged[7] < 0.1 * bare[7]


@given(st.lists(st.floats(0, 1), max_size=5), st.lists(st.floats(1e-6, 1e6), max_size=8))
def test_a_posterior_is_a_distribution(others: list[float], odds: list[float]) -> None:
    record = chances_of_record(6, CAPACITY, RecordParams())
    seen = [seen_front(3, 3, 0.96, CAPACITY)]
    tags = SlotTags(tuple(odds), tuple(others), tuple(others))
    found = slot_pieces(record, tags, UntaggedParams(), seen)
    assert found.sum() == pytest.approx(1.0)
    assert found.min() >= 0


def test_a_thing_of_another_sku_explains_one_piece_more_in_the_picture() -> None:
    likelihood = np.zeros(CAPACITY + 1)
    likelihood[7] = 1.0
    assert beside(likelihood, ()).argmax() == 7
    assert beside(likelihood, (1.0,)).argmax() == 6
    assert beside(likelihood, (0.5,))[[6, 7]] == pytest.approx([0.5, 0.5])


def test_sums_that_do_not_fit_are_full() -> None:
    full = np.zeros(4)
    full[3] = 1.0
    assert added(full, full).tolist() == [0, 0, 0, 1]


def test_odds_are_what_was_seen_without_what_was_believed() -> None:
    slot = SlotId("P001/A/1/1")
    record = TagRecord(EpcUri("urn:epc:id:sgtin:4012345.012345.1"), slot, reads_before=3)
    for params in (TagParams(), TagParams(moved=0.05, lost=0.05)):
        unseen = believe(record, (), lambda _: (), params)
        assert odds_of(unseen, params) == pytest.approx(1.0)
        missed = believe(record, [Scan(frozenset({slot}), {})], lambda _: (), params)
        assert odds_of(missed, params) == pytest.approx(1 - params.read_rate, rel=0.05)
    with pytest.raises(InvalidCount, match="speaks for none"):
        odds_of(believe(TagRecord(record.epc, None), (), lambda _: (), params), params)


def test_a_stray_read_does_not_hold_a_tag_in_its_slot() -> None:
    """It was read while its slot was scanned, and lies in the pod beside."""
    home, other = SlotId("P001/A/1/1"), SlotId("P002/A/1/1")
    record = TagRecord(EpcUri("urn:epc:id:sgtin:4012345.012345.1"), home, reads_before=3)
    scans = [
        Scan(frozenset({home}), {record.epc: {home: 0.0005}}),
        Scan(frozenset({other}), {record.epc: {other: 0.99}}),
    ]
    belief = believe(record, scans, lambda _: (), TagParams())
    assert belief.places[other] + belief.astray > 0.5
    stays = believe(
        record, [Scan(frozenset({other}), {record.epc: {other: 0.9}})], lambda _: (), TagParams()
    )
    assert stays.places[home] > 0.9, "a read from the pod beside may have leaked"
