"""Which stations are open: operator, shift plan, backlog; small enough to check by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.assign.stations import (
    Opening,
    StationNow,
    StationParams,
    called_too_early,
    choose_open,
    takes_pod,
)
from planner.warehouse.ids import StationId

S1, S2, S3 = (StationId(name) for name in ("S1", "S2", "S3"))
BACKLOG = StationParams(by_backlog=True, open_above=10, close_below=4, min_open_ms=60_000)


def now(*stations: StationNow) -> tuple[StationNow, ...]:
    return stations


def test_without_rules_all_are_open_but_those_an_operator_has_closed() -> None:
    stations = now(StationNow(S1), StationNow(S2, closed=True), StationNow(S3))
    assert choose_open(stations, 5, 0, StationParams()).open == (S1, S3)


def test_the_shift_plan_opens_and_closes_to_the_millisecond() -> None:
    plan = StationParams(shifts=(Opening(S1, 0, 1000), Opening(S2, 1000, 2000)))
    stations = now(StationNow(S1), StationNow(S2))
    assert choose_open(stations, 5, 999, plan).open == (S1,)
    assert choose_open(stations, 5, 1000, plan).open == (S2,)


def test_a_plan_without_anybody_keeps_the_busiest_open_while_work_waits() -> None:
    plan = StationParams(shifts=(Opening(S1, 0, 1000),))
    stations = now(StationNow(S1, lines=2), StationNow(S2, lines=3))
    chosen = choose_open(stations, 0, 5000, plan)
    assert (chosen.open, chosen.fallback) == ((S2,), True)
    idle = choose_open(now(StationNow(S1), StationNow(S2)), 0, 5000, plan)
    assert (idle.open, idle.fallback) == ((), False)


def test_what_an_operator_has_closed_stays_closed_whatever_waits() -> None:
    chosen = choose_open(now(StationNow(S1, closed=True)), 9, 0, StationParams())
    assert (chosen.open, chosen.fallback, chosen.stranded) == ((), False, True)


@pytest.mark.parametrize(
    ("waiting", "is_open", "expected"),
    [
        (0, [], (S1,)),  # one is always open
        (10, [S1], (S1,)),  # 10 per station is not above 10
        (11, [S1], (S1, S2)),
        (8, [S1, S2], (S1, S2)),  # 4 per station is not below 4
        (7, [S1, S2], (S1,)),
    ],
)
def test_backlog_opens_above_and_closes_below(
    waiting: int, is_open: list[StationId], expected: tuple[StationId, ...]
) -> None:
    stations = tuple(
        StationNow(name, open_since_ms=0 if name in is_open else None) for name in (S1, S2)
    )
    assert choose_open(stations, waiting, 60_000, BACKLOG).open == expected


def test_nobody_is_sent_away_before_the_shortest_time() -> None:
    stations = now(StationNow(S1, open_since_ms=0), StationNow(S2, open_since_ms=1))
    assert choose_open(stations, 0, 59_999, BACKLOG).open == (S1, S2)
    assert choose_open(stations, 0, 60_000, BACKLOG).open == (S2,)  # S2 not long enough yet
    assert choose_open(stations, 0, 60_001, BACKLOG).open == (S1,)


@given(
    lines=st.lists(st.integers(0, 40), min_size=1, max_size=5),
    closed=st.integers(0, 31),
    was_open=st.integers(0, 31),
    waiting=st.integers(0, 200),
    now_ms=st.integers(0, 200_000),
)
def test_what_is_chosen_is_allowed_and_settles(
    lines: list[int], closed: int, was_open: int, waiting: int, now_ms: int
) -> None:
    """With the same work the choice comes to rest: no station opens and closes for ever."""
    names = [StationId(f"S{i}") for i in range(len(lines))]
    since: dict[StationId, int] = {name: 0 for i, name in enumerate(names) if was_open >> i & 1}
    seen = []
    for _ in range(12):
        stations = tuple(
            StationNow(name, bool(closed >> i & 1), since.get(name), lines[i])
            for i, name in enumerate(names)
        )
        chosen = choose_open(stations, waiting, now_ms, BACKLOG)
        assert not {s.station for s in stations if s.closed} & set(chosen.open)
        assert chosen.open or all(s.closed for s in stations)
        since = {name: since.get(name, now_ms) for name in chosen.open}
        seen.append(chosen.open)
    assert seen[-1] == seen[-2]


def test_no_more_pods_than_the_lane_holds_or_is_allowed() -> None:
    assert takes_pod(2, 3, StationParams())
    assert not takes_pod(3, 3, StationParams())
    assert not takes_pod(2, 3, StationParams(inbound_max=2))
    assert not takes_pod(3, 3, StationParams(inbound_max=9))


def test_a_pod_that_would_queue_for_too_long_is_not_called_yet() -> None:
    params = StationParams(queue_max_ms=30_000, pick_ms=10_000)
    assert not called_too_early(5, 20_000, params)  # 50 s of work, 20 s of driving
    assert called_too_early(6, 20_000, params)
    assert not called_too_early(99, 0, StationParams())


@pytest.mark.parametrize(
    "wrong",
    [
        {"open_above": 10, "close_below": 6},
        {"close_below": -1},
        {"inbound_max": 0},
        {"pick_ms": -1},
        {"failures_max": 0},
    ],
)
def test_params_out_of_bounds_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="found"):
        StationParams(**wrong)  # type: ignore[arg-type]


def test_an_opening_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="S1: 5 to 5 ms"):
        Opening(S1, 5, 5)
