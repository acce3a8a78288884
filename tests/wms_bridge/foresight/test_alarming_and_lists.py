"""One alarm for each cause, without flapping; forecasts listed and counted."""

from planner.warehouse.commands import AlarmKind
from planner.warehouse.ids import OrderId
from tests.wms_bridge.foresight.situations import MINUTE_MS, NOW, S1, order, situation
from wms_bridge.foresight.alarming import CALM_MS, MOST, Standing, alarms_for
from wms_bridge.foresight.forecasting import foresee
from wms_bridge.foresight.learning import Learner
from wms_bridge.foresight.listing import ForecastQuery, ForecastSort, counted, page_of
from wms_bridge.foresight.watch import BUSY_SHARE, LONGEST_S, SOON_S, pauses
from wms_bridge.records.foresight import Cause, CauseKind, Forecast, Stage

CLOSED = Cause(CauseKind.STATION_CLOSED, "S1", None)


def forecast(number: int, risk: float | None = 0.8, cause: Cause | None = CLOSED) -> Forecast:
    return Forecast(
        order=OrderId(f"O{number}"),
        number=number,
        etag="v",
        stage=Stage.NOT_STARTED,
        station=None,
        priority=0,
        received_ms=NOW - number,
        due_ms=None if risk is None else NOW + number * MINUTE_MS,
        lines=1,
        lines_closed=0,
        pieces=1,
        picked=0,
        short=0,
        lines_ahead=0,
        p10_ms=NOW,
        p50_ms=NOW + (100 - number) * MINUTE_MS,
        p90_ms=NOW,
        risk=risk,
        causes=() if cause is None else (cause,),
    )


def test_many_orders_with_one_cause_are_one_alarm() -> None:
    told, standing = alarms_for([forecast(number) for number in range(1, 101)], {}, NOW)
    assert [(one.kind, one.subject, one.active) for one in told] == [
        (AlarmKind.ORDERS_LATE, "station_closed S1", True)
    ]
    assert told[0].text.startswith("100 orders may be late: station S1 is closed (O1, O2")
    assert standing["station_closed S1"] == Standing(100, NOW)


def test_an_alarm_is_raised_late_held_long_and_cleared_after_calm() -> None:
    assert alarms_for([forecast(1, 0.45)], {}, NOW)[0] == []
    _, standing = alarms_for([forecast(1, 0.6)], {}, NOW)
    told, standing = alarms_for([forecast(1, 0.35)], standing, NOW + 1000)
    assert told == []
    told, standing = alarms_for([forecast(1, 0.1)], standing, NOW + 2000)
    assert told == []
    told, standing = alarms_for([], standing, NOW + 1000 + CALM_MS)
    assert [one.active for one in told] == [False]
    assert standing == {}


def test_it_is_told_again_only_when_much_has_changed() -> None:
    _, standing = alarms_for([forecast(n) for n in range(1, 11)], {}, NOW)
    told, standing = alarms_for([forecast(n) for n in range(1, 12)], standing, NOW + 1)
    assert told == []
    told, _ = alarms_for([forecast(n) for n in range(1, 13)], standing, NOW + 2)
    assert told[0].text.startswith("12 orders")


def test_there_is_no_flood_of_alarms() -> None:
    many = [forecast(n, cause=Cause(CauseKind.NO_STOCK, f"SKU{n}", None)) for n in range(1, 500)]
    told, standing = alarms_for(many, {}, NOW)
    assert len(told) == len(standing) == MOST


def test_lists_are_narrowed_sorted_and_cut() -> None:
    all_of_them = [forecast(n, risk=n / 10) for n in range(1, 9)] + [forecast(9, None, None)]

    def names(query: ForecastQuery) -> list[int]:
        return [one.number for one in page_of(all_of_them, query).forecasts]

    assert names(ForecastQuery()) == [8, 7, 6, 5, 4, 3, 2, 1, 9]
    assert names(ForecastQuery(ForecastSort.DUE, limit=3)) == [1, 2, 3]
    assert names(ForecastQuery(ForecastSort.AGE, limit=2)) == [9, 8]
    assert names(ForecastQuery(ForecastSort.ETA, limit=2)) == [9, 8]
    assert names(ForecastQuery(offset=7)) == [1, 9]
    assert names(ForecastQuery(least_risk=0.7)) == [8, 7]
    assert names(ForecastQuery(search="o3")) == [3]
    assert names(ForecastQuery(search="RED", named=frozenset({OrderId("O5")}))) == [5]
    assert names(ForecastQuery(station=S1)) == []
    assert names(ForecastQuery(cause=CauseKind.NO_STOCK)) == []
    assert page_of(all_of_them, ForecastQuery(limit=2)).total == 9


def test_what_is_counted() -> None:
    other = Cause(CauseKind.BACKLOG, "", 1)
    found = counted([forecast(1), forecast(2, 0.9), forecast(3, 0.7, other), forecast(4, 0.1)], NOW)
    assert (found.at_risk, found.overdue) == (3, 0)
    assert [(g.cause.kind, g.orders, g.worst, g.example) for g in found.causes] == [
        (CauseKind.STATION_CLOSED, 2, 0.9, "O2"),
        (CauseKind.BACKLOG, 1, 0.7, "O3"),
    ]
    assert sum(one.orders for one in found.stages) == 4
    assert counted([forecast(1)], NOW + 2 * MINUTE_MS).overdue == 1


def test_risk_falls_with_the_time_that_is_left() -> None:
    orders = [order(number, lines=20, due_min=minutes) for number, minutes in ((1, 4), (2, 500))]
    risks = {
        one.order.number: one.forecast.risk or 0 for one in foresee(situation(*orders), Learner())
    }
    assert risks[1] > 0.5 > risks[2]
    assert foresee(situation(order(1, due_min=None)), Learner())[0].forecast.risk is None
    assert foresee(situation(order(1, due_min=-1)), Learner())[0].forecast.risk == 1.0


def test_looks_take_a_bounded_share_of_the_time() -> None:
    assert pauses(0.0, 5.0) == (SOON_S, 5.0)
    for took_s in (0.05, 0.5, 2.0, 5.0):
        least_s, most_s = pauses(took_s, 5.0)
        assert took_s / (took_s + least_s) <= BUSY_SHARE + 1e-9
        assert most_s >= least_s
    assert pauses(100.0, 5.0)[0] == LONGEST_S
