"""Targets and the answer, on cases small enough to be judged by hand."""

from dataclasses import replace

import pytest

from planner.warehouse.errors import InvalidStudy
from sim_worlds.whatif.answer import (
    DEFAULT_TARGETS,
    Target,
    answer,
    combined,
    margin,
    parse_target,
)
from sim_worlds.whatif.figures import Figures
from sim_worlds.whatif.futures import Row

GOOD = Figures(
    orders=10,
    done=1.0,
    done_h=6.0,
    late=0.0,
    late_p95_min=0.0,
    lines_per_h=300.0,
    cost_per_line=0.5,
    cost_per_h=150.0,
    station_use=0.8,
    robot_use=0.7,
    age_p95_h=1.0,
    metres_per_line=10.0,
    pile_on=4.0,
    energy_kwh=2.0,
    lines=250,
    last_order_h=5.0,
)


def row(robots: int, stations: int, seed: int = 1, **changes: float) -> Row:
    figures = replace(GOOD, **changes)  # type: ignore[arg-type]
    return Row((("robots", robots), ("stations", stations)), seed, figures)


def test_the_cheapest_that_meets_everything_under_every_seed() -> None:
    rows = [
        row(10, 2, 1, cost_per_line=0.3, late=0.2),
        row(10, 2, 2, cost_per_line=0.3),
        row(20, 2, 1, cost_per_line=0.40),
        row(20, 2, 2, cost_per_line=0.44, late=0.004),
        row(20, 4, 1, cost_per_line=0.6),
        row(20, 4, 2, cost_per_line=0.6),
    ]
    found = answer(combined(rows), DEFAULT_TARGETS)
    assert found.best is not None
    assert found.best.settings == (("robots", 20), ("stations", 2))
    assert found.best.mean("cost_per_line") == pytest.approx(0.42)
    assert margin(DEFAULT_TARGETS[1], found.best) == (
        "late<=0.01: 0.004 under the worst seed, margin 0.006"
    )


def test_of_two_as_cheap_the_smaller() -> None:
    found = answer(combined([row(20, 2), row(10, 2)]), DEFAULT_TARGETS)
    assert found.best is not None
    assert found.best.settings == (("robots", 10), ("stations", 2))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"robot_use": 0.97, "station_use": 0.6}, "Robots are the limit"),
        ({"robot_use": 0.5, "station_use": 0.95}, "Stations are the limit"),
        ({"robot_use": 0.5, "station_use": 0.6}, "Neither"),
    ],
)
def test_where_none_will_do_it_is_said_what_limits(changes: dict[str, float], said: str) -> None:
    rows = [row(10, 2, late=0.5, **changes), row(20, 2, late=0.3, **changes)]
    found = answer(combined(rows), DEFAULT_TARGETS)
    assert found.best is None
    assert found.nearest is not None
    assert dict(found.nearest.settings)["robots"] == 20
    assert said in found.limits


def test_nothing_is_done_before_the_last_order_comes() -> None:
    found = answer(combined([row(10, 2)]), [parse_target("done_by=4h")])
    assert found.best is None
    assert "last order only comes in after 5.0 h" in found.limits


def test_a_combination_with_a_failed_future_is_no_answer() -> None:
    failed = Row((("robots", 10), ("stations", 2)), 2, error="lost")
    found = answer(combined([row(10, 2), failed, row(20, 2, cost_per_line=9)]), DEFAULT_TARGETS)
    assert found.best is not None
    assert dict(found.best.settings)["robots"] == 20
    assert answer(combined([failed]), DEFAULT_TARGETS).best is None


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("late<=0.01", Target("late", True, 0.01)),
        ("late <= 1%", Target("late", True, 0.01)),
        ("done_by=8h", Target("done_h", True, 8.0)),
        ("done_by=90min", Target("done_h", True, 1.5)),
        ("station_use>=0.9", Target("station_use", False, 0.9)),
    ],
)
def test_targets(text: str, target: Target) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lates<=0.01", "Did you mean late"),
        ("late<0.01", "late<=0.01"),
        ("late=0.01", "at most or at least"),
        ("late<=1.2.3", "number"),
        ("late<=nan", "not a target"),
        ("", "not a target"),
    ],
)
def test_bad_targets(text: str, said: str) -> None:
    with pytest.raises(InvalidStudy, match=said):
        parse_target(text)
