"""Cancel, change and rush in every phase of an order; stations that close; picks that fail."""

from dataclasses import fields, replace

import pytest
from fakes.bridged_floor import SKUS, BridgedFloor, paper_order

from planner.assign.release import ReleaseRule
from planner.assign.stations import Opening, StationParams
from planner.dispatch.kpis import EXCEPTIONS, kpis
from planner.dispatch.params import DispatchParams
from planner.dispatch.state import Phase
from planner.dispatch.state import Tally as Counters
from planner.warehouse.commands import AlarmKind, RaiseAlarm, ShortenLine, ShowPicks, WithdrawPicks
from planner.warehouse.errors import InvalidOrder, NotFound, TooLate
from planner.warehouse.events import OrderCancelled, OrderChanged, OrderPrioritised, StationClosed
from planner.warehouse.ids import LineId, OrderId, StationId, VisitId
from planner.warehouse.picks import ShortReason
from wms_bridge.records.work import OrderStatus, Tally

A = OrderId("A")
A1 = LineId("A#1")


def reserved(floor: BridgedFloor) -> int:
    return sum(slot.reserved for slot in floor.state.slots.values())


def until(floor: BridgedFloor, phase: Phase) -> None:
    for _ in range(400):
        if any(visit.phase is phase for visit in floor.state.visits.values()):
            return
        floor.tick()
    raise AssertionError(f"no visit came to {phase}")


def take(floor: BridgedFloor, *wanted: tuple[int, int], name: str = "A") -> None:
    floor.bridge.receive_order(paper_order(name, *wanted), floor.now_ms)


def all_back(floor: BridgedFloor) -> None:
    """Every pod stands on the floor again and nothing is promised."""
    for _ in range(400):
        if not floor.state.visits:
            break
        floor.tick()
    assert floor.state.visits == {}
    assert floor.state.picks == {}
    assert reserved(floor) == 0
    assert len(floor.state.pods) == floor.dispatcher.floor.site.pod_count
    assert floor.refused == []
    assert floor.world.collisions == []


# --- cancel -------------------------------------------------------------------------------------


def test_cancelled_before_it_is_released() -> None:
    floor = BridgedFloor(order_slots=1)
    for name in "ABC":
        take(floor, (0, 1), name=name)
    floor.tick()
    assert list(floor.state.waiting) == ["C"]
    floor.bridge.cancel_order(OrderId("C"), floor.now_ms)
    floor.tick()
    assert floor.state.waiting == {}
    assert "C" in floor.state.cancelled
    floor.finish()
    assert set(floor.state.finished) == {"A", "B"}


def test_cancelled_while_it_is_bound_and_has_no_place_yet() -> None:
    """By the joint rule an order is a station's before a tote stands on the wall for it."""
    floor = BridgedFloor(rule=ReleaseRule.JOINT)
    take(floor, (0, 2))
    until(floor, Phase.DELIVER)
    [visit] = floor.state.visits.values()
    assert floor.state.bound[visit.station] == ("A",)
    assert floor.state.walls[visit.station] == ()
    assert reserved(floor) == 2
    floor.bridge.cancel_order(A, floor.now_ms)
    floor.tick()
    assert floor.state.bound[visit.station] == ()
    all_back(floor)


def test_changed_while_it_waits_it_draws_other_pods() -> None:
    floor = BridgedFloor(order_slots=1)
    for name in "ABC":
        take(floor, (0, 1), name=name)
    floor.tick()
    assert list(floor.state.waiting) == ["C"]
    floor.bridge.change_order(paper_order("C", (1, 1)), floor.now_ms)
    floor.tick()
    wanted = {sku for sku, orders in floor.state.matches.wanting.items() if "C" in orders}
    assert wanted <= {SKUS[1]}
    floor.finish()
    assert set(floor.state.finished) == {"A", "B", "C"}


@pytest.mark.parametrize("phase", [Phase.FETCH, Phase.DELIVER])
def test_cancelled_with_its_pod_under_way(phase: Phase) -> None:
    floor = BridgedFloor()
    take(floor, (0, 2))
    until(floor, phase)
    [visit] = floor.state.visits.values()
    assert reserved(floor) == 2
    assert floor.state.walls[visit.station] == ("A",)
    floor.bridge.cancel_order(A, floor.now_ms)
    floor.tick()
    assert reserved(floor) == 0
    assert floor.state.walls[visit.station] == ()
    all_back(floor)
    assert floor.state.tally.pod_visits == 0, "it turned back before the station"
    assert not any(isinstance(command, ShowPicks) for command in floor.told)


def test_cancelled_while_its_picks_are_shown() -> None:
    floor = BridgedFloor()
    take(floor, (0, 2))
    [pick] = floor.until_shown()
    answer = floor.bridge.cancel_order(A, floor.now_ms)
    assert (answer.status, answer.picked, answer.withdrawn) == (OrderStatus.CANCELLED, 0, 1)
    assert floor.shown() == []
    with pytest.raises(TooLate, match="withdrawn"):
        floor.confirm(pick)
    floor.tick()
    assert any(isinstance(c, WithdrawPicks) and pick.task.pick in c.picks for c in floor.told)
    all_back(floor)


def test_a_pick_confirmed_just_before_the_cancel_stands_and_is_told() -> None:
    floor = BridgedFloor(quantity=9)
    take(floor, (0, 2), (1, 2))
    first = floor.until_shown()[0]
    floor.confirm(first)
    answer = floor.bridge.cancel_order(A, floor.now_ms)
    assert answer.picked == 2
    assert floor.bridge.cancel_order(A, floor.now_ms + 5).repeated
    floor.tick()
    all_back(floor)
    details = floor.bridge.order(A)
    assert details is not None
    by_sku = {line.sku: line for line in details.lines}
    picked, other = (
        by_sku[first.task.sku],
        by_sku[SKUS[1] if first.task.sku == SKUS[0] else SKUS[0]],
    )
    assert (picked.picked, picked.short) == (2, 0)
    assert (other.picked, other.short, other.reason) == (0, 2, ShortReason.CANCELLED)
    assert floor.bridge.verify().pieces_picked == 2
    tallies = floor.bridge.tallies()
    assert tallies[Tally.ORDERS_CANCELLED] == 1
    assert tallies[Tally.PIECES_CANCELLED] == 2


def test_unknown_and_complete_orders_cannot_be_cancelled() -> None:
    floor = BridgedFloor()
    with pytest.raises(NotFound, match="no such order"):
        floor.bridge.cancel_order(A, 0)
    take(floor, (0, 1))
    floor.finish()
    with pytest.raises(TooLate, match="complete"):
        floor.bridge.cancel_order(A, floor.now_ms)
    before = floor.state
    floor.tick(1, [OrderCancelled(A), OrderCancelled(OrderId("never")), OrderPrioritised(A, 1)])
    assert floor.state.finished == before.finished
    assert floor.state.cancelled == {}


# --- change -------------------------------------------------------------------------------------


def test_less_is_wanted_while_more_is_shown() -> None:
    floor = BridgedFloor()
    take(floor, (0, 3))
    [pick] = floor.until_shown()
    assert pick.task.quantity == 3
    answer = floor.bridge.change_order(paper_order("A", (0, 1)), floor.now_ms)
    assert (answer.pieces, answer.withdrawn, answer.changed) == (1, 1, True)
    floor.tick()
    [again] = floor.shown()
    assert again.task.quantity == 1
    assert again.task.visit == pick.task.visit, "the pod is there: it serves what is left"
    floor.finish()
    assert floor.bridge.verify().pieces_picked == 1
    all_back(floor)


def test_more_and_other_lines_are_wanted() -> None:
    floor = BridgedFloor(quantity=9)
    take(floor, (0, 1))
    floor.until_shown()
    answer = floor.bridge.change_order(paper_order("A", (0, 2), (3, 1)), floor.now_ms)
    assert (answer.lines, answer.pieces, answer.withdrawn) == (2, 3, 0)
    floor.finish()
    details = floor.bridge.order(A)
    assert details is not None
    assert [line.picked for line in details.lines] == [2, 1]
    assert details.order.status is OrderStatus.COMPLETE
    all_back(floor)


def test_what_is_picked_cannot_be_ordered_away_but_cancelled() -> None:
    floor = BridgedFloor(quantity=9)
    take(floor, (0, 2), (1, 2))
    first = floor.until_shown()[0]
    floor.confirm(first)
    index = SKUS.index(first.task.sku)
    less = [(0, 2), (1, 2)]
    less[index] = (index, 1)
    with pytest.raises(InvalidOrder, match=r"2 x .* are picked already"):
        floor.bridge.change_order(paper_order("A", *less), floor.now_ms)
    with pytest.raises(InvalidOrder, match="at least one line"):
        paper_order("A")
    floor.finish()
    details = floor.bridge.order(A)
    assert details is not None
    assert details.order.picked == 4, "the refused change left no trace"


def test_a_change_that_leaves_only_what_is_picked_completes_the_order() -> None:
    floor = BridgedFloor(quantity=9)
    take(floor, (0, 2), (1, 2))
    first = floor.until_shown()[0]
    floor.confirm(first)
    only = paper_order("A", (0, 2), (1, 2))
    kept = tuple(line for line in only.lines if line.sku == first.task.sku)
    answer = floor.bridge.change_order(type(only)(A, kept), floor.now_ms)
    assert answer.status is OrderStatus.COMPLETE
    floor.tick()
    assert set(floor.state.finished) == {"A"}
    all_back(floor)


def test_what_was_given_up_goes_first_when_less_is_wanted() -> None:
    """15 pieces of the SKU are there: of 19 wanted 4 are given up. Of 17 it is only 2, and the
    picks under way stay as they are; of 14 none is."""
    floor = BridgedFloor()
    take(floor, (0, 19))
    for _ in range(400):
        if floor.state.shortened:
            break
        for pick in floor.shown():
            floor.confirm(pick)
        floor.tick()
    assert floor.state.lines[A1].shortened == 4
    floor.bridge.change_order(paper_order("A", (0, 17)), floor.now_ms)
    floor.tick()
    line = floor.state.lines[A1]
    assert (line.shortened, line.quantity, line.open) == (2, 17, 0)
    details = floor.bridge.order(A)
    assert details is not None
    assert details.lines[0].short == 2
    floor.bridge.change_order(paper_order("A", (0, 14)), floor.now_ms)
    floor.tick()
    assert A1 not in floor.state.shortened
    assert (AlarmKind.LINE_SHORT, A1) not in floor.state.alarms
    floor.finish()
    assert floor.bridge.verify().pieces_picked == 14
    all_back(floor)


def test_another_sku_in_a_line_of_which_nothing_is_picked() -> None:
    floor = BridgedFloor()
    take(floor, (0, 2))
    floor.until_shown()
    floor.bridge.change_order(paper_order("A", (2, 1)), floor.now_ms)
    floor.finish()
    details = floor.bridge.order(A)
    assert details is not None
    [line] = details.lines
    assert (line.sku, line.picked, line.short) == (SKUS[2], 1, 0)
    all_back(floor)


def test_picks_on_their_way_to_the_bridge_when_the_order_changes_are_not_shown() -> None:
    """The dispatcher shows picks that the bridge knows not to be wanted any more: they come back
    as withdrawn, and picks of other orders in the same command are shown."""
    floor = BridgedFloor(order_slots=4, quantity=9)
    take(floor, (0, 2))
    take(floor, (0, 1), name="B")
    until(floor, Phase.DELIVER)
    floor.until_shown()
    [show] = [c for c in floor.told if isinstance(c, ShowPicks)]
    late = BridgedFloor(order_slots=4, quantity=9)
    late.bridge.receive_order(paper_order("A", (0, 2)), 1)
    late.bridge.receive_order(paper_order("B", (0, 1)), 1)
    late.bridge.change_order(paper_order("A", (0, 1)), 2)
    assert late.bridge.apply([show], 3) == (None,)
    wanted = [task.pick for task in show.picks if task.order == "B"]
    assert [record.task.pick for record in late.shown()] == wanted
    told = [type(item.event).__name__ for item in late.bridge.feed(0)]
    assert told[-1] == "PickWithdrawn"


# --- priority -----------------------------------------------------------------------------------


def test_rush_orders_wait_before_others_and_back_again() -> None:
    floor = BridgedFloor(order_slots=1)
    for name in "AB":
        take(floor, (0, 1), name=name)
    floor.tick()
    for name in "CDE":
        take(floor, (0, 1), name=name)
    floor.tick()
    assert list(floor.state.waiting) == ["C", "D", "E"]
    assert floor.bridge.prioritise_order(OrderId("E"), 1, floor.now_ms, due_ms=99).changed
    floor.bridge.receive_order(paper_order("F", (0, 1), priority=2), floor.now_ms)
    floor.tick()
    assert list(floor.state.waiting) == ["F", "E", "C", "D"]
    assert floor.state.orders[OrderId("E")].due_ms == 99
    floor.bridge.prioritise_order(OrderId("E"), 0, floor.now_ms)
    floor.tick()
    assert list(floor.state.waiting) == ["F", "C", "D", "E"]
    assert floor.state.orders[OrderId("E")].due_ms == 99, "due when it was"


def test_an_order_due_in_the_past_is_taken_and_counted() -> None:
    floor = BridgedFloor()
    floor.tick(10)
    body = paper_order("A", (0, 1))
    floor.bridge.receive_order(type(body)(body.order, body.lines, due_ms=1), floor.now_ms)
    floor.tick()
    assert floor.state.tally.orders_due_past == 1
    carriers = floor.dispatcher.floor.carriers
    found = kpis(floor.state, (), carriers).exceptions
    assert found == (("orders due in the past when they came", 1),)
    floor.finish()
    assert set(floor.state.finished) == {"A"}


def test_a_negative_priority_is_refused_by_name() -> None:
    with pytest.raises(
        InvalidOrder, match=r"A\.priority: priority cannot be negative \(found -1\)"
    ):
        paper_order("A", (0, 1), priority=-1)


def test_changes_of_what_nobody_knows_change_nothing() -> None:
    floor = BridgedFloor()
    events = [
        OrderChanged(paper_order("X", (0, 1)), 1),
        OrderPrioritised(OrderId("X"), -3),
        StationClosed(StationId("nowhere"), at_once=True),
    ]
    floor.tick(2, events)
    assert floor.state.orders == {}
    assert floor.state.closed == {}


# --- stations -----------------------------------------------------------------------------------


def test_a_closing_station_finishes_its_wall_and_takes_no_more() -> None:
    floor = BridgedFloor(order_slots=1, quantity=9)
    for name in "ABCD":
        take(floor, (0, 1), name=name)
    floor.tick()
    station = floor.state.orders[A].station
    assert station is not None
    floor.bridge.close_station(station, floor.now_ms)
    floor.tick()
    assert floor.dispatcher.floor.stations.keys() - floor.state.open_since.keys() == {station}
    floor.finish()
    assert set(floor.state.finished) == set("ABCD")
    assert floor.state.station_lines[station] == 1, "the order that it had, and no other"


def test_closed_at_once_everything_not_begun_goes_elsewhere() -> None:
    floor = BridgedFloor(order_slots=2, quantity=9)
    for name in "ABCD":
        take(floor, (0, 1), (1, 1), name=name)
    first = floor.until_shown()[0]
    floor.confirm(first)
    floor.tick()
    shut = first.task.station
    floor.bridge.close_station(shut, floor.now_ms, at_once=True)
    floor.tick(3)
    assert floor.state.walls[shut] == (first.task.order,), "what was begun waits there"
    assert (AlarmKind.STATION_CLOSED, shut) in floor.state.alarms
    assert not any(pick.task.station == shut for pick in floor.shown())
    floor.finish(600)
    assert set(floor.state.orders) == {first.task.order}
    floor.bridge.open_station(shut, floor.now_ms)
    floor.finish()
    assert len(floor.state.finished) == 4
    assert (AlarmKind.STATION_CLOSED, shut) not in floor.state.alarms
    all_back(floor)


def test_a_plan_without_anybody_is_an_alarm_and_counted_once() -> None:
    nobody = StationParams(shifts=(Opening(StationId("S01"), 0, 1),))
    floor = BridgedFloor(DispatchParams(stations=nobody))
    take(floor, (0, 1))
    floor.tick(5)
    assert len(floor.state.open_since) == 1
    assert (AlarmKind.STATION_PLAN, "stations") in floor.state.alarms
    floor.finish()
    assert set(floor.state.finished) == {"A"}
    assert floor.state.tally.plan_fallbacks == 1
    assert (AlarmKind.STATION_PLAN, "stations") not in floor.state.alarms


def test_all_closed_by_operators_is_an_alarm_and_nothing_opens() -> None:
    floor = BridgedFloor()
    for station in floor.dispatcher.floor.stations:
        floor.bridge.close_station(station, 0)
    take(floor, (0, 1))
    floor.tick(5)
    assert floor.state.open_since == {}
    raised = [c for c in floor.told if isinstance(c, RaiseAlarm)]
    assert [alarm.kind for alarm in raised] == [AlarmKind.STATION_PLAN]
    assert list(floor.state.waiting) == ["A"]


# --- picks that an arm fails at -----------------------------------------------------------------

QUICK = DispatchParams(stations=StationParams(exception_ms=5_000, failures_max=2))


def test_a_person_takes_what_the_arm_could_not() -> None:
    floor = BridgedFloor(QUICK)
    take(floor, (0, 2))
    [pick] = floor.until_shown()
    floor.bridge.fail_pick(pick.task.pick, floor.now_ms)
    floor.tick()
    assert (AlarmKind.PICK_FAILED, pick.task.pick) in floor.state.alarms
    assert [record.task.pick for record in floor.bridge.exceptions()] == [pick.task.pick]
    floor.confirm(pick)
    floor.tick()
    assert floor.bridge.exceptions() == ()
    assert floor.state.alarms == {}
    assert set(floor.state.finished) == {"A"}


def test_the_pod_does_not_wait_for_ever_and_the_line_comes_out_short_in_the_end() -> None:
    floor = BridgedFloor(QUICK)
    take(floor, (0, 2))
    for _ in range(2):
        [pick] = floor.until_shown()
        floor.bridge.fail_pick(pick.task.pick, floor.now_ms)
        floor.tick(9)
        assert [record.task.pick for record in floor.shown()] == [pick.task.pick]
        floor.tick(4)
        with pytest.raises(TooLate, match="withdrawn"):
            floor.confirm(pick)
    floor.tick(2)
    [short] = [command for command in floor.told if isinstance(command, ShortenLine)]
    assert (short.line, short.quantity, short.reason) == (A1, 2, ShortReason.PICK_FAILED)
    assert set(floor.state.finished) == {"A"}
    all_back(floor)


# --- commands on their way to the bridge --------------------------------------------------------


def test_less_is_wanted_while_the_bridge_has_not_heard_of_the_picks() -> None:
    floor = BridgedFloor(lag=2)
    take(floor, (0, 3))
    while not any(isinstance(command, ShowPicks) for command in floor.told):
        floor.tick()
    answer = floor.bridge.change_order(paper_order("A", (0, 1)), floor.now_ms)
    assert answer.withdrawn == 0
    floor.finish()
    assert floor.bridge.verify().pieces_picked == 1
    all_back(floor)


def test_an_order_is_not_complete_while_a_pick_of_it_may_still_be_confirmed() -> None:
    """Two pieces lie in each pod. Two are picked, the third is on its way to the bridge when it
    is wanted no more."""
    floor = BridgedFloor(quantity=2, lag=3)
    take(floor, (0, 3))
    for _ in range(400):
        for pick in floor.shown():
            floor.confirm(pick)
        floor.tick()
        line = floor.state.lines[A1]
        shown = [p for p in floor.state.picks.values() if _at_station(floor, p.visit)]
        if line.picked == 2 and shown:
            break
    assert line.picked == 2
    assert floor.shown() == []
    answer = floor.bridge.change_order(paper_order("A", (0, 2)), floor.now_ms)
    assert answer.status is OrderStatus.COMPLETE
    floor.tick()
    assert set(floor.state.orders) == {"A"}
    assert len(floor.state.withdrawing) == 1
    floor.tick(8)
    assert set(floor.state.finished) == {"A"}
    all_back(floor)


def test_what_was_given_up_of_an_order_as_it_was_is_not_given_up_as_it_is_now() -> None:
    """The arm fails at two pieces of a line until they are given up; before the bridge hears of it
    the line has been taken out of the order and put in again, for more."""
    floor = BridgedFloor(QUICK, lag=2)
    take(floor, (0, 2), (1, 1))
    while not floor.state.shortened:
        for pick in floor.shown():
            if pick.task.line == A1 and pick.failed_ms is None:
                floor.bridge.fail_pick(pick.task.pick, floor.now_ms)
        floor.tick()
    whole = paper_order("A", (0, 5), (1, 1))
    floor.bridge.change_order(replace(whole, lines=whole.lines[1:]), floor.now_ms)
    floor.bridge.change_order(whole, floor.now_ms)
    floor.hear_all()
    details = floor.bridge.order(A)
    assert details is not None
    assert [line.short for line in details.lines] == [0, 0]
    assert floor.state.lines[A1].shortened == 0
    floor.finish()
    assert floor.bridge.verify().pieces_picked == 6
    all_back(floor)


def _at_station(floor: BridgedFloor, visit: VisitId) -> bool:
    return floor.state.visits[visit].phase is Phase.PICK


def test_every_exception_is_a_counter() -> None:
    assert set(EXCEPTIONS) <= {spec.name for spec in fields(Counters)}
