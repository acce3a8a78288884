"""From places to likelihoods over cartons and pieces."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.shelf.fronts import front_chances, piece_chances, place_odds
from vision.shelf.occupancy import Occupancy, occupancy_of
from vision.shelf.params import FEATURES, MEASURED, FeatureWeight, ShelfParams
from vision.shelf.places import Places
from vision.shelf.rack import SlotBox

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 3))


def by_hand(odds: np.ndarray, across: int, up: int, params: ShelfParams) -> np.ndarray:
    """All heaps without holes, one by one."""
    columns = odds.reshape(across, up)
    sums: dict[int, list[float]] = {}
    for heights in product(range(up + 1), repeat=across):
        log = sum(columns[i, :h].sum() for i, h in enumerate(heights))
        sums.setdefault(sum(heights), []).append(float(np.exp(log)))
    layers = [columns[n % across, n // across] for n in range(across * up)]
    chances = np.array(
        [
            params.tidy * np.exp(sum(layers[:front])) + (1 - params.tidy) * np.mean(sums[front])
            for front in range(across * up + 1)
        ]
    )
    mixed = (1 - params.floor) * chances / chances.sum() + params.floor / len(chances)
    return np.asarray(mixed)


@given(SHAPES, st.integers(0, 10_000), st.floats(0.0, 1.0))
def test_every_heap_counts_once(shape: tuple[int, int], seed: int, tidy: float) -> None:
    across, up = shape
    params = ShelfParams(tidy=tidy)
    odds = np.random.default_rng(seed).normal(0, 3, across * up)
    found = front_chances(odds, across, up, params)
    assert found == pytest.approx(by_hand(odds, across, up, params), rel=1e-6, abs=1e-9)
    assert found.sum() == pytest.approx(1)


@given(SHAPES, st.integers(0, 10_000))
def test_a_column_says_the_same_wherever_it_stands(shape: tuple[int, int], seed: int) -> None:
    across, up = shape
    odds = np.random.default_rng(seed).normal(0, 3, (across, up))
    params = ShelfParams(tidy=0.0)
    found = front_chances(odds.ravel(), across, up, params)
    turned = front_chances(odds[::-1].ravel(), across, up, params)
    assert found == pytest.approx(turned)


def test_what_says_nothing_leaves_every_number_alike() -> None:
    assert front_chances(np.zeros(6), 3, 2, MEASURED) == pytest.approx(np.full(7, 1 / 7))


def test_a_full_front_says_nothing_of_what_is_behind() -> None:
    front = front_chances(np.full(4, 8.0), 2, 2, MEASURED)
    pieces = piece_chances(front, 10)
    assert len(pieces) == 11
    assert pieces[4:] == pytest.approx(np.full(7, pieces[4]))
    assert pieces[:4].max() < 0.1 * pieces[4]


def test_less_than_a_front_row_may_fit() -> None:
    assert len(piece_chances(np.full(5, 0.2), 2)) == 3


def row(features: np.ndarray, seen: list[bool]) -> Places:
    box = SlotBox(0.0, 0.1, 0.0, 0.1)
    return Places(len(seen), 1, (box,) * len(seen), features, np.array(seen))


def test_what_is_not_seen_says_nothing_and_codes_say_much() -> None:
    features = np.array([[one.usual for one in MEASURED.weights]] * 3)
    places = row(features, [True, False, False])
    odds = place_odds(places, {2}, MEASURED)
    assert odds == pytest.approx([MEASURED.bias, 0.0, MEASURED.code_odds])


def test_odds_are_bounded_whatever_is_measured() -> None:
    odds = place_odds(row(np.full((2, len(FEATURES)), 1e9), [True, True]), (), MEASURED)
    assert np.abs(odds).max() <= 12


@pytest.mark.parametrize(
    ("front", "state"),
    [
        ([0.98, 0.01, 0.01], Occupancy.EMPTY),
        ([0.01, 0.98, 0.01], Occupancy.OCCUPIED),
        ([0.2, 0.4, 0.4], Occupancy.UNSURE),
        ([0.25, 0.25, 0.25, 0.25], Occupancy.UNSURE),
    ],
)
def test_occupancy_has_three_states(front: list[float], state: Occupancy) -> None:
    assert occupancy_of(np.array(front), 0.95) is state


def test_params_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="shares"):
        ShelfParams(floor=1.5)
    with pytest.raises(ValueError, match="a weight for each"):
        ShelfParams(weights=(FeatureWeight("brightness", 0.0, 1.0, 0.0, 0.0),))
