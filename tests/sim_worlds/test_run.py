"""Whole shifts in one process: real bridge, real dispatcher, physics, pickers, referee."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from planner.warehouse.commands import AlarmKind
from planner.warehouse.errors import InvalidOrder, InvalidSite
from planner.warehouse.ids import OrderId, RobotId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.stock import pod_of
from sim_worlds.demand import TimedOrder
from sim_worlds.faults import Faults, SilentRobot, SlowRobot
from sim_worlds.run import Outcome, ShiftRun, run_shift
from sim_worlds.shift import Shift, generated_shift, recorded_shift, with_robots
from sim_worlds.sites.catalogue import load_site
from wms_bridge.records.work import OrderQuery, OrderStatus


def good(outcome: Outcome) -> None:
    """What must hold at the end of every shift."""
    assert outcome.violations == ()
    assert outcome.unfinished == ()
    assert outcome.ledger.sound


def test_every_piece_ordered_ends_up_in_a_tote() -> None:
    shift = generated_shift(load_site("small"), 20, seed=7)
    outcome = run_shift(shift)
    good(outcome)
    ordered = sum(line.quantity for timed in shift.orders for line in timed.order.lines)
    assert outcome.ledger.pieces_picked == ordered
    assert outcome.kpis.orders_completed == 20
    assert outcome.kpis.orders_completed_short == 0
    assert outcome.kpis.lines_picked == outcome.kpis.lines_received


def test_the_same_shift_gives_the_same_figures_and_another_seed_others() -> None:
    shift = generated_shift(load_site("tiny"), 6, seed=1)
    first, again = run_shift(shift), run_shift(shift)
    assert first == again
    other = run_shift(generated_shift(load_site("tiny"), 6, seed=2))
    assert other.kpis != first.kpis


def test_stock_that_is_not_there_is_re_sourced_or_shortened_in_the_open() -> None:
    shift = generated_shift(load_site("small"), 25, seed=3)
    run = ShiftRun(replace(shift, faults=Faults(short_slot_share=0.5)))
    while not run.done:
        run.tick()
    outcome = run.outcome()
    good(outcome)
    assert run.bridge.discrepancies() != ()
    ordered = sum(line.quantity for timed in shift.orders for line in timed.order.lines)
    short = sum(record.short for record in run.bridge.orders(OrderQuery(limit=1000)))
    assert outcome.ledger.pieces_picked + short == ordered
    assert outcome.ledger.pieces_disputed > 0


def test_orders_that_cannot_be_taken_are_refused_and_the_rest_goes_on() -> None:
    shift = generated_shift(load_site("tiny"), 4, seed=1)
    twin = shift.orders[0].order
    other_body = replace(twin, lines=twin.lines[:1] if len(twin.lines) > 1 else twin.lines * 2)
    outcome = run_shift(replace(shift, orders=(*shift.orders, TimedOrder(1000, other_body))))
    good(outcome)
    assert [order for order, _ in outcome.refused] == [twin.order]


def test_an_order_for_more_than_there_is_comes_out_short() -> None:
    shift = generated_shift(load_site("tiny"), 3, seed=1)
    sku = shift.stock[0].sku
    there = sum(balance.quantity for balance in shift.stock if balance.sku == sku)
    name = OrderId("WHALE")
    whale = PickOrder(name, (OrderLine(line_id(name, 1), sku, 10 * there),))
    run = ShiftRun(replace(shift, orders=(*shift.orders, TimedOrder(0, whale))))
    while not run.done:
        run.tick()
    good(run.outcome())
    details = run.bridge.order(name)
    assert details is not None
    assert details.order.status is OrderStatus.COMPLETE_SHORT
    assert details.order.picked + details.order.short == 10 * there


def test_a_robot_that_never_answers_costs_throughput_only() -> None:
    shift = generated_shift(load_site("small"), 12, seed=4)
    mute = shift.site.robots[2].id
    run = ShiftRun(replace(shift, faults=Faults(silent=(SilentRobot(mute),))))
    while not run.done:
        run.tick()
    outcome = run.outcome()
    assert outcome.violations == ()
    assert outcome.ledger.sound
    assert (AlarmKind.ROBOT_SILENT, mute) in run.state.alarms
    # It stands beneath a pod: what only that pod holds has to wait, and the operator is told.
    (blocked,) = (pod for kind, pod in run.state.alarms if kind is AlarmKind.POD_BLOCKED)
    for line in run.state.open_lines:
        slots = run.state.slots_of_sku[run.state.lines[line].sku]
        assert {pod_of(slot) for slot in slots if run.state.slots[slot].available} == {blocked}
    assert set(outcome.unfinished) == {run.state.lines[line].order for line in run.state.open_lines}


def test_a_robot_that_dies_under_way_costs_no_order() -> None:
    shift = generated_shift(load_site("small"), 60, seed=2)
    dead = SilentRobot(RobotId("R03"), from_ms=754_000)
    run = ShiftRun(replace(shift, faults=Faults(silent=(dead,))))
    while not run.done:
        run.tick()
    good(run.outcome())
    assert (AlarmKind.ROBOT_SILENT, dead.robot) in run.state.alarms


def test_slow_and_freezing_robots_collide_with_nobody() -> None:
    shift = generated_shift(load_site("small"), 12, seed=5)
    slow = (SlowRobot(RobotId("R01"), 0.3), SlowRobot(RobotId("R04"), 0.5))
    good(run_shift(replace(shift, faults=Faults(freezes_per_h=20, freeze_s=25, slow=slow))))


def test_batteries_are_charged_before_they_are_empty() -> None:
    site = load_site("small")
    thirsty = replace(site.robot_types[0], battery_wh=80.0, charge_w=900.0)
    run = ShiftRun(generated_shift(replace(site, robot_types=(thirsty,)), 15, seed=6))
    lowest, charged = 1.0, False
    while not run.done:
        run.tick()
        reports = [robot.report for robot in run.state.robots.values() if robot.report]
        lowest = min([lowest, *(report.battery for report in reports)])
        charged = charged or any(report.charging for report in reports)
    good(run.outcome())
    assert charged
    assert lowest > 0


def test_more_robots_than_the_site_has() -> None:
    site = with_robots(load_site("small"), 10)
    assert len(site.robots) == 10
    good(run_shift(generated_shift(site, 8, seed=2)))
    with pytest.raises(InvalidSite, match="at most"):
        with_robots(site, 500)


@pytest.mark.shared
def test_the_morning_of_a_real_day_on_the_medium_site(shared_data: Path) -> None:
    file = shared_data / "orders" / "uci_busiest5days.csv.gz"
    shift, rejected = recorded_shift(
        load_site("medium"), file, seed=1, day=date(2011, 11, 16), speed_up=8
    )
    assert rejected == ()
    assert len(shift.orders) > 100
    morning = replace(shift, orders=shift.orders[:40], faults=Faults(short_slot_share=0.01))
    outcome = run_shift(morning)
    good(outcome)
    assert outcome.kpis.orders_completed == 40


@pytest.mark.shared
def test_a_day_without_orders_is_said_so(shared_data: Path) -> None:
    file = shared_data / "orders" / "uci_busiest5days.csv.gz"
    with pytest.raises(InvalidOrder, match="no orders to run"):
        recorded_shift(load_site("tiny"), file, seed=1, day=date(1999, 1, 1))


def test_a_shift_of_nothing_ends_at_once() -> None:
    site = load_site("tiny")
    outcome = run_shift(Shift(site, (), (), 1))
    good(outcome)
    assert outcome.kpis.lines_per_h == 0
