"""Doubts, what looks tell, classes by demand and the budget of looks."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.assign.counting import (
    HOUR_MS,
    NOTHING,
    AbcClass,
    CountingParams,
    Doubt,
    LookBudget,
    abc_classes,
    best_looks,
    entropy,
    information,
    wanted_look,
)
from planner.warehouse.counts import EvidenceKind
from planner.warehouse.ids import Sku

DAY_MS = 24 * HOUR_MS
chances = st.floats(0, 1)
rights = st.lists(st.floats(0.5, 1), max_size=3)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3).map(Sku), st.floats(0, 1e6)))
def test_classes_go_by_demand_and_a_holds_its_share(lines: dict[Sku, float]) -> None:
    classes = abc_classes(lines, (0.8, 0.95))
    assert classes.keys() == lines.keys()
    ranked = sorted(lines, key=lambda sku: -lines[sku])
    for before, after in pairwise(ranked):
        assert lines[before] == lines[after] or classes[before] <= classes[after]
    total = sum(lines.values())
    if total > 0:
        in_a = sum(asked for sku, asked in lines.items() if classes[sku] is AbcClass.A)
        assert in_a >= 0.8 * total * (1 - 1e-9)
    assert all(classes[sku] is AbcClass.C for sku, asked in lines.items() if not asked)


def test_the_classes_of_a_worked_example() -> None:
    lines = {Sku("fast"): 70.0, Sku("next"): 15.0, Sku("slow"): 11.0, Sku("rare"): 4.0}
    found = abc_classes(lines, (0.8, 0.95))
    assert list(found.values()) == [AbcClass.A, AbcClass.A, AbcClass.B, AbcClass.C]


@given(chances, st.integers(0, 400 * DAY_MS), st.integers(0, 400 * DAY_MS), st.floats(0, 10))
def test_doubt_only_grows_with_time_and_movements(
    wrong: float, now_ms: int, later_ms: int, per_day: float
) -> None:
    doubt = Doubt(wrong, 1000)
    sooner = doubt.after(min(now_ms, later_ms), per_day)
    later = sooner.after(max(now_ms, later_ms), per_day)
    assert wrong - 1e-12 <= sooner.wrong <= later.wrong + 1e-12
    assert later.wrong <= later.moved(0.01).wrong + 1e-12 <= 1 + 2e-12
    assert later.at_least(0.5).wrong == max(later.wrong, 0.5)


def test_a_day_at_a_rate_makes_so_much_doubt() -> None:
    assert Doubt(0.0, 0).after(DAY_MS, 0.1).wrong == pytest.approx(1 - np.exp(-0.1))
    assert Doubt(0.5, 0).moved(0.2).wrong == pytest.approx(0.6)
    assert Doubt(0.2, DAY_MS).after(0, 0.1) == Doubt(0.2, DAY_MS)


@given(st.lists(chances, min_size=1), rights)
def test_a_look_tells_something_but_never_more_than_there_is_to_know(
    wrong: list[float], right: list[float]
) -> None:
    doubt = np.array(wrong)
    bits = information(doubt, right)
    assert (bits >= 0).all()
    assert (bits <= entropy(np.minimum(doubt, 0.5)) + 1e-9).all()
    # One witness more never tells less.
    assert (information(doubt, [*right, 0.9]) >= bits - 1e-9).all()


@given(chances, chances, rights)
def test_the_more_doubtful_the_more_a_look_tells(
    one: float, other: float, right: list[float]
) -> None:
    less, more = information(np.array(sorted((one, other))), right)
    assert less <= more + 1e-9


def test_what_a_look_tells_in_plain_cases() -> None:
    even = np.array([0.5])
    assert information(even, [1.0]) == pytest.approx(1.0)
    assert information(even, [0.5]) == pytest.approx(0.0)
    assert information(even, []) == pytest.approx(0.0)
    # Capacity of a binary symmetric channel that errs in one of ten cases.
    assert information(even, [0.9]) == pytest.approx(1 - entropy(np.array([0.1]))[0])
    assert information(np.array([0.0]), [0.9]) == pytest.approx(0.0)


@given(st.lists(st.integers(0, 20 * 60_000), max_size=300), st.integers(1, 60), st.integers(1, 60))
def test_no_hour_sees_more_looks_than_the_budget(steps: list[int], most: int, burst: int) -> None:
    params = CountingParams(looks_per_h=most, burst=min(burst, most), kept=0)
    budget, now_ms = LookBudget.full(params), 0
    taken: list[int] = []
    for step_ms in steps:
        now_ms += step_ms
        budget = budget.at(now_ms, params)
        while budget.looks:
            budget = budget.spent()
            taken.append(now_ms)
    for first_ms in taken:
        assert sum(first_ms <= at_ms < first_ms + HOUR_MS for at_ms in taken) <= most
    with pytest.raises(ValueError, match="no look is left"):
        LookBudget(HOUR_MS - 1, 0).spent()


def test_the_budget_fills_up_again_but_not_over_its_burst() -> None:
    params = CountingParams(looks_per_h=60, burst=6, kept=0)
    empty = LookBudget(0, 0)
    assert empty.at(HOUR_MS // 54, params).looks == 0
    assert empty.at(HOUR_MS // 54 + 1, params).looks == 1
    assert empty.at(100 * HOUR_MS, params).looks == 6


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 1000)), min_size=1), st.integers(1, 20))
def test_best_looks_tell_most_per_metre(pairs: list[tuple[float, float]], count: int) -> None:
    bits, metres = (np.array(column) for column in zip(*pairs, strict=True))
    chosen = best_looks(bits, metres, count).tolist()
    worth = [told / way for told, way in pairs]
    useful = sum(one > 0 for one in worth)
    assert len(chosen) == len(set(chosen)) == min(count, useful)
    assert [worth[one] for one in chosen] == sorted(worth, reverse=True)[: len(chosen)]


@given(st.lists(st.integers(0, 600_000), min_size=1, max_size=8), st.data())
def test_every_look_that_is_wanted_is_the_nearest_in_the_end(
    travel: list[int], data: st.DataObject
) -> None:
    """One robot, and a new want beside it whenever it has served one: nobody is passed over for
    ever."""
    far_ms = 2**30
    old = data.draw(st.integers(0, len(travel) - 1))
    waits = [0 if index == old else None for index in range(len(travel))]
    now_ms = 0
    for _ in range(100):
        since = [now_ms if at_ms is None else at_ms for at_ms in waits]
        age = np.array([now_ms - at_ms for at_ms in since], dtype=np.int64)
        choice = wanted_look(np.array(travel, dtype=np.int64), age, far_ms, 1.0)
        if choice == old:
            return
        now_ms += 10_000
    pytest.fail("it was never served")


def test_nothing_is_wanted_of_what_cannot_be_reached() -> None:
    far, none = np.array([50, 50], dtype=np.int64), np.array([], dtype=np.int64)
    age = np.array([0, 10**9], dtype=np.int64)
    assert wanted_look(far, age, 50, 1.0) == NOTHING
    assert wanted_look(none, none, 50, 1.0) == NOTHING
    assert wanted_look(np.array([10, 50], dtype=np.int64), age, 50, 1.0) == 0


def test_scanners_are_as_good_as_what_they_see_with() -> None:
    params = CountingParams(rfid_right=0.9, camera_right=0.8)
    assert params.rights([EvidenceKind.RFID]) == (0.9,)
    assert sorted(params.rights(list(EvidenceKind))) == [0.8, 0.9]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"abc_shares": (0.9, 0.8)}, "abc_shares"),
        ({"weights": (1.0, -1.0, 0.0)}, "weights"),
        ({"opening": 1.5}, "opening"),
        ({"passing": -0.1}, "passing"),
        ({"rfid_right": 0.4}, "rfid_right"),
        ({"burst": 0}, "burst"),
        ({"looks_per_h": 5}, "looks_per_h"),
        ({"kept": 6}, "kept"),
        ({"age_weight": 0.0}, "age_weight"),
        ({"one_way_max": 0}, "one_way_max"),
        ({"again_ms": -1}, "times"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CountingParams(**wrong)  # type: ignore[arg-type]
