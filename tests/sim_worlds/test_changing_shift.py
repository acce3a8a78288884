"""Shifts in which orders are cancelled and changed, stations close, and robot arms pick."""

from dataclasses import replace

import pytest

from planner.assign.stations import StationParams
from planner.dispatch.params import DispatchParams
from planner.warehouse.errors import InvalidOrder, TooLate
from planner.warehouse.ids import OrderId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import ShortReason
from planner.warehouse.site import PickerKind
from sim_worlds.demand import TimedOrder
from sim_worlds.picker import ArmParams
from sim_worlds.run import ShiftRun
from sim_worlds.shift import Shift, generated_shift
from sim_worlds.sites.catalogue import load_site
from wms_bridge.records.work import OrderQuery, OrderStatus, Tally

COUNT = 16


def small_orders(site_name: str = "tiny") -> Shift:
    """Orders of two lines of one and two pieces, all at once."""
    shift = generated_shift(load_site(site_name), 3, seed=4)
    skus = sorted({balance.sku for balance in shift.stock})
    orders = []
    for number in range(COUNT):
        name = OrderId(f"N{number}")
        lines = tuple(
            OrderLine(line_id(name, place), skus[(number + 3 * place) % len(skus)], place)
            for place in (1, 2)
        )
        orders.append(TimedOrder(0, PickOrder(name, lines)))
    plenty = tuple(replace(balance, quantity=50) for balance in shift.stock)
    return replace(shift, orders=tuple(orders), stock=plenty)


def with_arms(shift: Shift, arms: ArmParams) -> Shift:
    stations = tuple(replace(s, picker=PickerKind.ARM) for s in shift.site.stations)
    stationed = replace(shift.site, stations=stations)
    quick = DispatchParams(stations=StationParams(exception_ms=60_000, failures_max=2))
    return replace(shift, site=stationed, arms=arms, dispatch=quick)


def play(run: ShiftRun) -> None:
    while not run.done:
        run.tick()
    outcome = run.outcome()
    assert outcome.violations == ()
    assert outcome.unfinished == ()
    assert outcome.ledger.sound


def pieces_left(run: ShiftRun) -> int:
    return sum(run.world._staff._true_stock.values())


def test_cancelled_and_changed_while_people_pick_no_piece_is_lost() -> None:
    shift = small_orders()
    opened = sum(balance.quantity for balance in shift.stock)
    run = ShiftRun(shift)
    cancelled = changed = 0
    for step in range(400):
        run.tick()
        name = OrderId(f"N{step // 10 % COUNT}")
        shown = [p for s in run.dispatcher.floor.stations for p in run.bridge.open_picks(s)]
        try:
            if step % 20 == 9 and shown:
                cancelled += run.bridge.cancel_order(shown[0].task.order, run.now_ms).withdrawn
            elif step % 10 == 9:
                body = shift.orders[step // 10 % COUNT].order
                run.bridge.change_order(replace(body, lines=body.lines[:1]), run.now_ms)
                changed += 1
            elif step % 10 == 4:
                run.bridge.prioritise_order(name, 1, run.now_ms)
        except (TooLate, InvalidOrder):
            pass
    play(run)
    assert cancelled >= 2, "some picks were shown when their order was cancelled"
    assert changed >= 2
    assert opened == run.outcome().ledger.pieces_picked + pieces_left(run)
    statuses = [record.status for record in run.bridge.orders(OrderQuery(limit=100))]
    assert statuses.count(OrderStatus.CANCELLED) == run.bridge.tallies()[Tally.ORDERS_CANCELLED]
    assert OrderStatus.COMPLETE in statuses


def test_people_help_the_arms_and_every_order_is_complete() -> None:
    run = ShiftRun(with_arms(small_orders(), ArmParams(failure_rate=0.4, retries=0)))
    play(run)
    tallies = run.bridge.tallies()
    assert tallies[Tally.PICKS_FAILED] > 2
    assert tallies[Tally.ORDERS_COMPLETED] == COUNT
    assert tallies[Tally.ORDERS_COMPLETED_SHORT] == 0
    assert run.bridge.exceptions() == ()
    assert run.state.alarms == {}


def test_where_nobody_helps_lines_come_out_short_and_no_pod_waits_for_ever() -> None:
    arms = ArmParams(failure_rate=0.5, retries=0, attended=False)
    run = ShiftRun(with_arms(small_orders(), arms))
    play(run)
    tallies = run.bridge.tallies()
    assert tallies[Tally.PICKS_WITHDRAWN] > 0
    assert {short.reason for short in run.state.shortened.values()} == {ShortReason.PICK_FAILED}
    assert tallies[Tally.ORDERS_COMPLETED] == COUNT
    short = {command.order for command in run.state.shortened.values()}
    assert tallies[Tally.ORDERS_COMPLETED_SHORT] == len(short)


@pytest.mark.parametrize("at_once", [False, True])
def test_a_station_closes_in_the_middle_of_a_shift(at_once: bool) -> None:
    run = ShiftRun(small_orders("small"))
    for _ in range(90):
        run.tick()
    station = next(iter(run.dispatcher.floor.stations))
    run.bridge.close_station(station, run.now_ms, at_once=at_once)
    for _ in range(200):
        run.tick()
    run.bridge.open_station(station, run.now_ms)
    play(run)
    assert run.bridge.tallies()[Tally.ORDERS_COMPLETED] == COUNT
    assert run.bridge.tallies()[Tally.ORDERS_COMPLETED_SHORT] == 0
