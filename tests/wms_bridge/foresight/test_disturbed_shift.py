"""Whole shifts of the fast world with one thing wrong: it is named, and where it is right it is
not."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.warehouse.commands import AlarmKind
from planner.warehouse.ids import RobotId, Sku, StationId
from sim_worlds.demand import DemandParams, generate_orders
from sim_worlds.faults import Faults, SilentRobot
from sim_worlds.run import ShiftRun
from sim_worlds.shift import Shift
from sim_worlds.sites.catalogue import load_site
from sim_worlds.stocking import opening_stock
from wms_bridge.records.alarms import AlarmQuery
from wms_bridge.records.foresight import CauseKind, Forecast

MINUTE_MS = 60_000
END_MS = 8 * MINUTE_MS
SKUS = tuple(Sku(f"SKU{number:05d}") for number in range(1, 31))


def shift(faults: Faults | None = None) -> Shift:
    """Forty orders within six minutes on two stations, each due ten minutes after it came."""
    site = load_site("small")
    demand = DemandParams(speed_up=80.0, thinning=0.3, lines_max=10)
    timed = generate_orders(40, SKUS, 5, demand)
    orders = tuple(
        replace(one, order=replace(one.order, due_ms=one.at_ms + 10 * MINUTE_MS)) for one in timed
    )
    stock = opening_stock(site, SKUS, (one.order for one in orders), 5)
    return Shift(site, orders, stock, 5, faults=faults or Faults())


def seen(given: Shift, act: Callable[[ShiftRun], None] | None = None) -> list[Forecast]:
    """The forecasts of a shift after eight minutes; ``act`` is done at the start of the third."""
    run = ShiftRun(given)
    desk = run.bridge.foresight
    while run.now_ms < END_MS:
        run.tick()
        if run.now_ms == 2 * MINUTE_MS and act is not None:
            act(run)
        if run.now_ms % 1000 == 0:
            run.bridge.kpis.take(run.dispatcher.view(run.state), run.now_ms)
        if run.now_ms % 30_000 == 0:
            run.bridge.kpis.look(run.now_ms)
            desk.look(run.now_ms, run.dispatcher.view(run.state))
    alarms = run.bridge.alarms.alarms(AlarmQuery(kinds=(AlarmKind.ORDERS_LATE,)))
    raised = {one.subject for one in alarms if one.active}
    worst = desk.looked.counted.causes
    if worst and worst[0].worst >= 0.5:
        assert f"{worst[0].cause.kind} {worst[0].cause.subject}".strip() in raised
    return list(desk.looked.forecasts)


def blamed(forecasts: list[Forecast]) -> Counter[tuple[CauseKind, str]]:
    """How many orders have each cause among theirs."""
    return Counter((one.kind, one.subject) for order in forecasts for one in order.causes)


@pytest.fixture(scope="module")
def undisturbed() -> list[Forecast]:
    return seen(shift())


def test_a_closed_station_is_named_and_only_when_it_is_closed(undisturbed: list[Forecast]) -> None:
    def close(run: ShiftRun) -> None:
        run.bridge.close_station(StationId("S02"), run.now_ms, at_once=True)

    closed = seen(shift(), close)
    waiting = [one for one in closed if one.causes and one.station is None]
    assert waiting
    first = Counter(one.causes[0].kind for one in waiting)
    assert first.most_common(1)[0][0] is CauseKind.STATION_CLOSED
    begun = [one for one in closed if one.station == "S02" and one.causes]
    assert all(one.causes[0].kind is CauseKind.STATION_CLOSED for one in begun)
    assert CauseKind.STATION_CLOSED not in {kind for kind, _ in blamed(undisturbed)}
    risk = [sum(one.risk or 0 for one in shown) for shown in (closed, undisturbed)]
    assert risk[0] > risk[1]


def test_silent_robots_are_named_and_only_when_they_are_silent(
    undisturbed: list[Forecast],
) -> None:
    silent = tuple(
        SilentRobot(RobotId(f"R{n:02d}"), 2 * MINUTE_MS, 60 * MINUTE_MS) for n in range(1, 6)
    )
    found = blamed(seen(shift(Faults(silent=silent))))
    kinds = {kind for kind, _ in found}
    assert kinds & {CauseKind.TOO_FEW_ROBOTS, CauseKind.POD_BLOCKED}
    before = {kind for kind, _ in blamed(undisturbed)}
    assert not before & {CauseKind.TOO_FEW_ROBOTS, CauseKind.POD_BLOCKED}
