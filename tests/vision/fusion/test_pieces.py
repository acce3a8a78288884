"""Likelihoods over pieces: against counting by hand and by trying."""

from itertools import product
from math import comb, exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidCount
from vision.fusion.pieces import (
    RecordParams,
    chances_of_record,
    counted,
    number_of,
    occupied,
    seen_front,
    seen_some,
    together,
)

CAPACITY = 12


def test_the_record_is_right_most_of_the_time_and_near_otherwise() -> None:
    chances = chances_of_record(5, CAPACITY, RecordParams())
    assert chances.sum() == pytest.approx(1.0)
    assert chances[5] == pytest.approx(0.97, abs=0.005)
    assert chances[4] == chances[6] > chances[3] > chances[2] > chances[1]
    edge = chances_of_record(0, CAPACITY, RecordParams())
    assert edge.sum() == pytest.approx(1.0)
    assert edge.argmax() == 0


@pytest.mark.parametrize("pieces", range(5))
@pytest.mark.parametrize("seen", range(5))
def test_pieces_seen_are_binomial(pieces: int, seen: int) -> None:
    rate = 0.9
    expected = comb(pieces, seen) * rate**seen * (1 - rate) ** max(0, pieces - seen)
    assert seen_some(seen, rate, CAPACITY)[pieces] == pytest.approx(expected)


def test_others_may_be_taken_for_pieces() -> None:
    chances = seen_some(1, 0.9, CAPACITY, extra=0.2)
    assert chances[0] == pytest.approx(0.2 * exp(-0.2))
    assert chances[1] == pytest.approx(0.9 * exp(-0.2) + 0.1 * 0.2 * exp(-0.2))


def test_what_stands_behind_the_front_row_is_not_seen() -> None:
    chances = seen_front(4, 4, 0.95, CAPACITY)
    assert chances[3] == 0
    assert len(set(chances[4:].tolist())) == 1, "four in front: any number may stand behind"
    assert seen_front(2, 4, 0.95, CAPACITY).argmax() == 2


def test_unsure_says_nothing() -> None:
    prior = chances_of_record(3, CAPACITY, RecordParams())
    assert together(prior, [occupied(None, 0.99, CAPACITY)]) == pytest.approx(prior)
    assert together(prior, [occupied(False, 0.999, CAPACITY)])[0] > prior[0]


def test_two_counts_outweigh_a_record() -> None:
    prior = chances_of_record(3, CAPACITY, RecordParams())
    once = together(prior, [counted(5, 0.98, CAPACITY)])
    twice = together(prior, [counted(5, 0.98, CAPACITY)] * 2)
    assert once[5] < 0.99 < twice[5]


@given(st.lists(st.floats(0, 1), max_size=6))
def test_the_number_of_things_is_that_of_trying_all(probabilities: list[float]) -> None:
    expected = np.zeros(CAPACITY + 1)
    for here in product((0, 1), repeat=len(probabilities)):
        chance = 1.0
        for one, probability in zip(here, probabilities, strict=True):
            chance *= probability if one else 1 - probability
        expected[sum(here)] += chance
    assert number_of(probabilities, CAPACITY) == pytest.approx(expected)


def test_more_than_fit_is_full() -> None:
    full = number_of([1.0] * 5, 3)
    assert full.tolist() == [0, 0, 0, 1]


@given(
    st.integers(0, CAPACITY), st.integers(0, CAPACITY), st.floats(0.01, 0.99), st.floats(0.01, 0.99)
)
def test_evidence_is_a_distribution_in_any_order(
    books: int, seen: int, rate: float, right: float
) -> None:
    prior = chances_of_record(books, CAPACITY, RecordParams())
    evidence = [seen_some(seen, rate, CAPACITY), counted(seen, right, CAPACITY)]
    posterior = together(prior, evidence)
    assert posterior.sum() == pytest.approx(1.0)
    assert posterior.min() >= 0
    assert together(prior, evidence[::-1]) == pytest.approx(posterior)


def test_what_makes_no_sense_is_refused() -> None:
    prior = chances_of_record(3, CAPACITY, RecordParams())
    with pytest.raises(InvalidCount, match="one length"):
        together(prior, [np.ones(3)])
    with pytest.raises(InvalidCount, match="does not hold so many"):
        chances_of_record(CAPACITY + 1, CAPACITY, RecordParams())
    with pytest.raises(InvalidCount, match="does not hold so many"):
        counted(-1, 0.98, CAPACITY)
    with pytest.raises(InvalidCount, match="cannot be seen"):
        seen_some(-1, 0.9, CAPACITY)
    with pytest.raises(ValueError, match="shares"):
        RecordParams(accuracy=1.5)
