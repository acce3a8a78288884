"""Ranges as typed, good and bad."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidStudy
from sim_worlds.whatif.vary import FUTURES_MAX, Axis, combinations, parse_axes, parse_axis


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("robots=10..40:10", (10, 20, 30, 40)),
        ("robots=10..45:10", (10, 20, 30, 40)),
        ("robots=10..40", (10, 17, 24, 31, 38)),
        ("robots=1..3", (1, 2, 3)),
        ("robots=5..5", (5,)),
        ("volume=0.8..1.2:0.1", (0.8, 0.9, 1, 1.1, 1.2)),
        ("pick_s=4,8,4", (4, 8)),
        ("release.rule=joint,pod_match", ("joint", "pod_match")),
        (" stations = 2..6 : 2 ", (2, 4, 6)),
    ],
)
def test_ranges_and_lists(text: str, values: tuple[object, ...]) -> None:
    axis = parse_axis(text)
    assert axis.values == values
    assert [type(value) for value in axis.values] == [type(value) for value in values]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("robots=40..10", r"robots: runs backwards .*'40\.\.10'.* robots=10\.\.40"),
        ("robots=", "KEY=FROM"),
        ("robots", "KEY=FROM"),
        ("=1..3", "KEY=FROM"),
        ("", "KEY=FROM"),
        ("robots=..", "robots: a range needs numbers"),
        ("robots=1..", "robots: a range needs numbers"),
        ("robots=nan..3", "finite"),
        ("robots=1..inf", "finite"),
        ("pick_s=nan", "finite"),
        ("robots=1..3:0", "step"),
        ("robots=1..3:-1", "step"),
        ("robots=1..3:x", "numbers"),
        ("robots=1,,3", "missing"),
        ("robots=1..1e9:1", "too many"),
    ],
)
def test_bad_ranges_name_field_value_and_remedy(text: str, said: str) -> None:
    with pytest.raises(InvalidStudy, match=said):
        parse_axis(text)


def test_nothing_is_varied_twice() -> None:
    with pytest.raises(InvalidStudy, match="robots: is varied twice"):
        parse_axes(["robots=1..2", "robots=4"])


def test_the_last_axis_is_the_fastest() -> None:
    axes = parse_axes(["robots=1,2", "pick_s=4,8"])
    assert combinations(axes) == (
        (("robots", 1), ("pick_s", 4)),
        (("robots", 1), ("pick_s", 8)),
        (("robots", 2), ("pick_s", 4)),
        (("robots", 2), ("pick_s", 8)),
    )


def test_a_million_combinations_are_refused_before_anything_is_built() -> None:
    axes = parse_axes(["robots=1..1000:1", "pick_s=1..1000:1"])
    with pytest.raises(InvalidStudy, match=r"1000 robots x 1000 pick_s x 3 .*3000000"):
        combinations(axes, 3)


@given(st.integers(1, 50), st.integers(0, 200), st.integers(1, 30))
def test_a_range_stays_inside_its_limits(low: int, more: int, step: int) -> None:
    axis = parse_axis(f"robots={low}..{low + more}:{step}")
    assert list(axis.values) == list(range(low, low + more + 1, step))


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5))
def test_every_combination_comes_once(a: int, b: int, seeds: int) -> None:
    axes = (Axis("a", tuple(range(a))), Axis("b", tuple(range(b))))
    found = combinations(axes, seeds)
    assert len(set(found)) == len(found) == a * b <= FUTURES_MAX
