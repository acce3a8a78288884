"""Forecasts over each kind of store: made, kept over restarts, held against what came, alarmed
about."""

from collections.abc import Callable

import pytest

from planner.warehouse.commands import AlarmKind, ShowPicks
from planner.warehouse.errors import NotFound, TooLate
from planner.warehouse.ids import OrderId, PickId, Sku, StationId
from planner.warehouse.orders import PickOrder
from planner.warehouse.site import Site
from tests.wms_bridge.foresight.situations import MINUTE_MS, NOW, prediction
from wms_bridge.foresight.history import Happening
from wms_bridge.foresight.lines import LineState
from wms_bridge.foresight.listing import ForecastQuery
from wms_bridge.interventions.errors import StalePage
from wms_bridge.ports.store import Store
from wms_bridge.records.alarms import AlarmQuery
from wms_bridge.records.foresight import CauseKind, OrderOutcome, Stage
from wms_bridge.records.work import OrderQuery
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
A = OrderId("A")


def due(order: PickOrder, minutes: float) -> PickOrder:
    return PickOrder(order.order, order.lines, NOW + round(minutes * MINUTE_MS), order.priority)


def standing(bridge: Bridge) -> list[tuple[str, bool]]:
    found = bridge.alarms.alarms(AlarmQuery(kinds=(AlarmKind.ORDERS_LATE,)))
    return sorted((one.subject, one.active) for one in found)


def test_a_late_order_is_foretold_finished_and_scored(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    desk = bridge.foresight
    bridge.receive_order(due(order("A", RED=3, BLUE=1), 3), NOW)
    desk.look(NOW + 1000)
    told = desk.forecast(A)
    assert told is not None
    assert told.stage is Stage.NOT_STARTED
    assert NOW < told.p10_ms <= told.p50_ms <= told.p90_ms
    assert told.risk is not None
    bridge.apply([show("p1", "A#1", "RED", 3)], NOW + 2000)
    bridge.confirm_pick(PickId("p1"), 3, NOW + 3000)
    desk.look(NOW + 4000)
    begun = desk.forecast(A)
    assert begun is not None
    assert (begun.stage, begun.station, begun.lines_closed) == (Stage.PARTLY_PICKED, "S1", 1)
    bridge.apply([show("p2", "A#2", "BLUE", 1, "P001/A/1/2")], NOW + 5000)
    end_ms = NOW + 5 * MINUTE_MS
    bridge.confirm_pick(PickId("p2"), 1, end_ms)
    desk.look(end_ms + 1000)
    assert desk.forecast(A) is None
    scores = desk.calibration(NOW, end_ms + 1)
    assert (scores.orders, scores.late) == (1, 1.0)
    assert desk.calibration(NOW, end_ms).orders == 0
    found = desk.lateness(NOW, end_ms + 1)
    assert (found.orders, found.late, found.short, found.otif) == (1, 1, 0, 0.0)
    desk.look(end_ms + 2000)
    assert desk.lateness(NOW, end_ms + 1).orders == 1


def test_what_was_foretold_outlives_a_restart(
    site: Site, bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(due(order("A", RED=3), 60), NOW)
    bridge.foresight.look(NOW + 1000)
    first = bridge.foresight.forecast(A)
    bridge.apply([show("p1", "A#1", "RED", 3)], NOW + 2000)
    bridge.confirm_pick(PickId("p1"), 3, NOW + 3000)
    again = Bridge(site, bridge.store)
    again.foresight.look(NOW + 4000)
    with again.store.reading() as tx:
        (scored,) = tx.scored_predictions(NOW, NOW + MINUTE_MS, 10)
        assert tx.open_predictions() == ()
    assert first is not None
    assert (scored.risk, scored.p50_ms, scored.finished_ms) == (
        first.risk,
        first.p50_ms,
        NOW + 3000,
    )
    assert again.foresight.lateness(NOW, NOW + MINUTE_MS).on_time == 1.0
    third = Bridge(site, bridge.store)
    third.foresight.look(NOW + 5000)
    assert third.foresight.learned == again.foresight.learned == 1


def test_a_cancelled_order_teaches_nothing(bridge: Bridge, order: OrderMaker) -> None:
    bridge.receive_order(due(order("A", RED=3), 60), NOW)
    bridge.foresight.look(NOW + 1000)
    bridge.cancel_order(A, NOW + 2000)
    bridge.foresight.look(NOW + 3000)
    with bridge.store.reading() as tx:
        assert tx.open_predictions() == tx.scored_predictions(0, 2**60, 10) == ()
    assert bridge.foresight.lateness(0, 2**60).orders == 0


def test_what_holds_orders_up_is_an_alarm_until_it_is_right(
    bridge: Bridge, order: OrderMaker
) -> None:
    desk = bridge.foresight
    for name in ("A", "B", "C"):
        bridge.receive_order(due(order(name, RARE=1), 0.5), NOW)
    desk.look(NOW + 1000)
    assert standing(bridge) == [("no_stock RARE", True)]
    (alarm,) = bridge.alarms.alarms(AlarmQuery(kinds=(AlarmKind.ORDERS_LATE,)))
    assert alarm.text.startswith("3 orders may be late: too little stock of RARE")
    for name in ("A", "B", "C"):
        bridge.cancel_order(OrderId(name), NOW + 2000)
    desk.look(NOW + 3000)
    assert standing(bridge) == [("no_stock RARE", True)]
    again = Bridge(bridge.site, bridge.store)
    again.foresight.look(NOW + 2 * MINUTE_MS)
    assert standing(bridge) == [("no_stock RARE", False)]


def test_a_closed_station_is_the_cause_of_orders_begun_there(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(due(order("A", RED=3, BLUE=1), 1), NOW)
    bridge.apply([show("p1", "A#1", "RED", 3)], NOW + 1000)
    bridge.confirm_pick(PickId("p1"), 3, NOW + 2000)
    bridge.close_station(StationId("S1"), NOW + 3000, at_once=True)
    bridge.foresight.look(NOW + 4000)
    told = bridge.foresight.forecast(A)
    assert told is not None
    assert (told.causes[0].kind, told.causes[0].subject) == (CauseKind.STATION_CLOSED, "S1")
    bridge.open_station(StationId("S1"), NOW + 5000)
    bridge.foresight.look(NOW + 6000)
    told = bridge.foresight.forecast(A)
    assert told is not None
    assert CauseKind.STATION_CLOSED not in {one.kind for one in told.causes}


def test_an_order_is_told_whole(bridge: Bridge, order: OrderMaker, show: ShowMaker) -> None:
    bridge.receive_order(due(order("A", RED=3, BLUE=1, RARE=2), 60), NOW)
    bridge.apply([show("p1", "A#1", "RED", 3)], NOW + 1000)
    bridge.confirm_pick(PickId("p1"), 3, NOW + 2000)
    bridge.apply([show("p2", "A#2", "BLUE", 1, "P001/A/1/2")], NOW + 3000)
    bridge.foresight.look(NOW + 4000)
    seen = bridge.foresight.order(A)
    assert [(one.state, one.station, one.pod) for one in seen.lines] == [
        (LineState.PICKED, "S1", "P001"),
        (LineState.SHOWN, "S1", "P001"),
        (LineState.WAITING, None, None),
    ]
    assert [one.what for one in seen.history] == [
        Happening.RECEIVED,
        Happening.PICK_SHOWN,
        Happening.PICKED,
        Happening.PICK_SHOWN,
    ]
    bridge.cancel_order(A, NOW + 5000)
    bridge.foresight.look(NOW + 6000)
    after = bridge.foresight.order(A)
    assert after.forecast is None
    assert [one.message for one in after.messages] == ["order-cancelled/A"]
    assert Happening.PICK_WITHDRAWN in {one.what for one in after.history}
    with pytest.raises(NotFound):
        bridge.foresight.order(OrderId("nobody"))


def test_a_page_that_is_behind_is_refused(bridge: Bridge, order: OrderMaker) -> None:
    bridge.receive_order(order("A", RED=3), NOW)
    details = bridge.order(A)
    assert details is not None
    seen = details.order.etag
    bridge.prioritise_order(A, 1, NOW + 1, seen=seen)
    acts: tuple[Callable[[], object], ...] = (
        lambda: bridge.cancel_order(A, NOW + 2, seen=seen),
        lambda: bridge.change_order(order("A", RED=1), NOW + 2, seen=seen),
        lambda: bridge.prioritise_order(A, 2, NOW + 2, seen=seen),
    )
    for act in acts:
        with pytest.raises(StalePage) as refused:
            act()
        assert refused.value.field == "If-Match"
    now = bridge.order(A)
    assert now is not None
    assert (now.order.priority, now.order.pieces) == (1, 3)
    bridge.cancel_order(A, NOW + 3, seen=now.order.etag)
    assert bridge.cancel_order(A, NOW + 4, seen=seen).repeated
    with pytest.raises(TooLate):
        bridge.prioritise_order(A, 3, NOW + 5, seen=now.order.etag)


def test_picks_do_not_make_a_page_stale(bridge: Bridge, order: OrderMaker, show: ShowMaker) -> None:
    bridge.receive_order(order("A", RED=3, BLUE=1), NOW)
    details = bridge.order(A)
    assert details is not None
    bridge.apply([show("p1", "A#1", "RED", 3)], NOW + 1)
    bridge.confirm_pick(PickId("p1"), 3, NOW + 2)
    assert bridge.cancel_order(A, NOW + 3, seen=details.order.etag).picked == 3


def test_orders_are_found_by_id_and_sku(bridge: Bridge, order: OrderMaker) -> None:
    for name, wanted in (("WEB-1", {"RED": 1}), ("WEB-2", {"BLUE": 1}), ("50%_b", {"RED": 2})):
        bridge.receive_order(order(name, **wanted), NOW)

    def found(text: str) -> list[str]:
        return [one.order for one in bridge.orders(OrderQuery(search=text))]

    assert found("web") == ["WEB-2", "WEB-1"]
    assert found("RED") == ["50%_b", "WEB-1"]
    assert found("%") == found("_") == ["50%_b"]
    assert found("RE") == []
    bridge.foresight.look(NOW + 1)
    _, page = bridge.foresight.page(ForecastQuery(search="BLUE"))
    assert [one.order for one in page.forecasts] == ["WEB-2"]


def test_stores_answer_alike(store: Store) -> None:
    open_one = prediction(name="A", finished_ms=None, late=None)
    done = prediction(name="B", finished_ms=NOW + 5)
    older = prediction(0.2, False, name="C", finished_ms=NOW + 1)
    outcome = OrderOutcome(A, NOW, None, NOW + 7, False, True, CauseKind.LINE_SHORT, "")
    with store.writing() as tx:
        tx.put_predictions([open_one, done, older, done])
        tx.put_outcomes([outcome, outcome])
    with store.reading() as tx:
        assert tx.open_predictions() == (open_one,)
        assert tx.scored_predictions(NOW, NOW + 6, 10) == (older, done)
        assert tx.scored_predictions(NOW, NOW + 6, 1) == (done,)
        assert tx.outcomes(NOW + 7, NOW + 8, 10) == (outcome,)
        assert tx.outcomes(NOW, NOW + 7, 10) == ()
        assert tx.slot_stock() == {}
        assert tx.orders_with_sku(Sku("RED")) == frozenset()
    with store.writing() as tx:
        tx.remove_predictions(A)
        tx.remove_predictions(OrderId("B"))
        tx.forget_foresight(NOW + 5)
    with store.reading() as tx:
        assert tx.open_predictions() == ()
        assert tx.scored_predictions(0, 2**60, 10) == (done,)
        assert tx.outcomes(0, 2**60, 10) == (outcome,)


def test_a_failed_transaction_keeps_no_forecast(store: Store) -> None:
    def keep_and_fail() -> None:
        with store.writing() as tx:
            tx.put_predictions([prediction()])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        keep_and_fail()
    with store.reading() as tx:
        assert tx.scored_predictions(0, 2**60, 10) == ()
