"""What holds an order up: each thing that may be wrong is named, and nothing that is right."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.ids import ClosureId, PodId, RobotId, Sku
from planner.warehouse.view import ClosureView, RobotActivity, Wait, WaitsFor
from tests.wms_bridge.foresight.situations import (
    MINUTE_MS,
    NOW,
    S1,
    S2,
    S3,
    floor,
    order,
    robot,
    situation,
    stations,
)
from wms_bridge.foresight.causes import causes_of, holding_of
from wms_bridge.foresight.flow import bases, served
from wms_bridge.foresight.situation import OpenOrder, Situation, missing_stock
from wms_bridge.records.foresight import Cause, CauseKind

POD = PodId("P1")


def causes(
    of: OpenOrder, given: Situation, pods: dict[Sku, frozenset[PodId]] | None = None
) -> tuple[Cause, ...]:
    ordered = served(given.orders)
    missing = missing_stock(ordered, given.stock)
    holding = holding_of(given, missing, pods or {})
    return causes_of(of, bases(given, ordered)[of.order], holding)


def test_an_article_that_is_not_there_is_named() -> None:
    one = order(1, lines=2)
    first = causes(one, situation(one, stock={Sku("A2"): 0}))[0]
    assert (first.kind, first.subject, first.delay_ms) == (CauseKind.NO_STOCK, "A2", None)
    assert first.figures == {"missing": 1.0, "stock": 0.0}


def test_stock_that_goes_to_others_first_is_missed_by_the_last() -> None:
    rush, last = order(1, lines=1, priority=1), order(2, lines=1)
    given = situation(rush, last, stock={Sku("A1"): 1})
    assert CauseKind.NO_STOCK not in {one.kind for one in causes(rush, given)}
    assert causes(last, given)[0].kind is CauseKind.NO_STOCK


def test_a_pod_over_a_silent_robot_is_named_unless_another_has_the_article() -> None:
    one = order(1, lines=1)
    view = floor(robot("R1", RobotActivity.SILENT, load="P1"))
    given = situation(one, view=view)
    first = causes(one, given, {Sku("A1"): frozenset({POD})})[0]
    assert (first.kind, first.subject) == (CauseKind.POD_BLOCKED, "P1")
    both = {Sku("A1"): frozenset({POD, PodId("P2")})}
    assert CauseKind.POD_BLOCKED not in {cause.kind for cause in causes(one, given, both)}


def test_a_pod_the_fleet_says_is_blocked_is_named() -> None:
    one = order(1, lines=1)
    alarm = RaiseAlarm(AlarmKind.POD_BLOCKED, "P1", "blocked")
    view = replace(floor(robot("R1")), alarms=(alarm,))
    assert causes(one, situation(one, view=view), {Sku("A1"): frozenset({POD})})[0].subject == "P1"


def test_pods_in_a_closed_aisle_are_named_by_the_closure() -> None:
    one = order(1, lines=1)
    closure = ClosureView(ClosureId("spill"), ((4.0, 5.0),))
    view = floor(robot("R1"), pods={"P1": (4.0, 5.0)}, closures=(closure,))
    first = causes(one, situation(one, view=view), {Sku("A1"): frozenset({POD})})[0]
    assert (first.kind, first.subject) == (CauseKind.AISLE_CLOSED, "spill")


def test_a_pod_under_way_that_is_stuck_is_named_with_its_chain() -> None:
    one = order(1, lines=1, station=S1)
    waits = Wait(WaitsFor.ROBOT, "R2", NOW - 3 * MINUTE_MS)
    helpless = Wait(WaitsFor.HELP, "", NOW - 5 * MINUTE_MS)
    view = floor(
        robot("R1", RobotActivity.DELIVER, load="P1", wait=waits),
        robot("R2", RobotActivity.FETCH, wait=helpless),
    )
    given = situation(one, view=view, carried={POD: RobotId("R1")}, pod_skus={POD: {Sku("A1")}})
    first = causes(one, given)[0]
    assert (first.kind, first.subject, first.delay_ms) == (
        CauseKind.ROBOT_WAITS,
        "R1",
        3 * MINUTE_MS,
    )
    assert first.names == ("P1", "R1", "R2")
    moving = replace(view, robots=tuple(replace(one, wait=None) for one in view.robots))
    kinds = {cause.kind for cause in causes(one, replace(given, view=moving))}
    assert CauseKind.ROBOT_WAITS not in kinds


def test_the_station_where_it_was_begun_is_closed() -> None:
    one = order(1, station=S1, picked=1)
    first = causes(one, situation(one, at=stations((S1,))))[0]
    assert (first.kind, first.subject, first.delay_ms) == (CauseKind.STATION_CLOSED, "S1", None)


def test_closed_stations_are_named_with_what_opening_them_would_bring() -> None:
    orders = [order(number, lines=30) for number in range(1, 11)]
    last = orders[-1]
    found = causes(last, situation(*orders, at=stations((S1, S2))))
    assert [(one.kind, one.subject) for one in found[:2]] == [
        (CauseKind.STATION_CLOSED, "S1"),
        (CauseKind.STATION_CLOSED, "S2"),
    ]
    # 270 lines before it: 2.7 h with one station, 1.35 h with two.
    assert found[0].delay_ms == 81 * MINUTE_MS
    all_closed = causes(last, situation(*orders, at=stations((S1, S2, S3))))
    assert all_closed[0].delay_ms is None


def test_a_station_with_far_more_work_than_others_is_named() -> None:
    one = order(1, station=S1)
    at = stations()
    at[S1] = replace(at[S1], queue_lines=90)
    at[S2], at[S3] = (replace(at[name], queue_lines=20) for name in (S2, S3))
    first = causes(one, situation(one, at=at))[0]
    assert (first.kind, first.subject) == (CauseKind.STATION_SATURATED, "S1")
    assert first.delay_ms == 42 * MINUTE_MS


def test_too_few_robots_are_named_where_stations_starve_or_half_are_out() -> None:
    one, before = order(1, lines=30), order(2, lines=90, priority=1)
    out = [robot(f"R{n}", RobotActivity.SILENT) for n in range(5)]
    well = [robot(f"W{n}") for n in range(5)]
    hungry = {name: replace(now, starved=0.5) for name, now in stations().items()}
    few_out = floor(*out[:1], *well[:4])
    found = causes(one, situation(one, before, at=hungry, view=few_out))
    named = [cause for cause in found if cause.kind is CauseKind.TOO_FEW_ROBOTS]
    assert named[0].figures == {"robots": 5.0, "out": 1.0, "starved": 0.5}
    fed = causes(one, situation(one, before, view=few_out))
    assert CauseKind.TOO_FEW_ROBOTS not in {cause.kind for cause in fed}
    many_out = causes(one, situation(one, before, view=floor(*out, *well[:1])))
    assert many_out[0].kind is CauseKind.TOO_FEW_ROBOTS
    none_left = causes(one, situation(one, before, view=floor(*out)))
    assert none_left[0].delay_ms is None


def test_orders_that_came_too_late_are_told_so() -> None:
    one = order(1, due_min=5, age_min=0)
    found = causes(one, situation(one, age_min=30))
    assert found[0].kind is CauseKind.RELEASED_LATE
    assert found[0].delay_ms == 25 * MINUTE_MS
    assert found[0].figures == {"given_s": 300.0, "usual_s": 1800.0}


def test_nothing_wrong_is_backlog_or_unknown() -> None:
    first, last = order(1, lines=60), order(2)
    given = situation(first, last)
    assert [one.kind for one in causes(last, given)] == [CauseKind.BACKLOG]
    assert [one.kind for one in causes(first, given)] == [CauseKind.UNKNOWN]


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=12),
    st.sets(st.sampled_from((S1, S2, S3))),
    st.integers(0, 60),
)
def test_what_stops_an_order_comes_before_what_slows_it(
    lines: list[int], closed: set[str], usual_min: int
) -> None:
    orders = [order(number, lines=count) for number, count in enumerate(lines, start=1)]
    shut = tuple(name for name in (S1, S2, S3) if name in closed)
    given = situation(*orders, at=stations(shut), age_min=usual_min, stock={Sku("A1"): 2})
    for one in orders:
        found = causes(one, given)
        assert found
        delays = [cause.delay_ms for cause in found]
        known = [delay for delay in delays if delay is not None]
        assert delays[: len(delays) - len(known)] == [None] * (len(delays) - len(known))
        assert all(delay >= 0 for delay in known)
