"""Phase 1: take in what happened. Events may come late, twice or out of order; none breaks it."""

from dataclasses import replace
from typing import Any

from planner.dispatch.state import Leg, Line, OpenOrder, Robot, SlotStock
from planner.dispatch.turn import Turn
from planner.warehouse.events import (
    Event,
    NodesClosed,
    NodesOpened,
    OrderReceived,
    PickConfirmed,
    RobotStateSeen,
    StockStated,
)
from planner.warehouse.orders import PickOrder
from planner.warehouse.robot import RobotState
from planner.warehouse.stock import Balance


def absorb(turn: Turn, event: Event) -> None:
    """Change the state to what the event says."""
    match event:
        case OrderReceived(order):
            _receive(turn, order)
        case StockStated(balances):
            for balance in balances:
                _restock(turn, balance)
        case PickConfirmed():
            _confirm(turn, event)
        case RobotStateSeen(report):
            _hear(turn, report)
        case NodesClosed(closure, nodes, area_m):
            turn.state.closures[closure] = turn.floor.nodes_of(nodes, area_m)
        case NodesOpened(closure):
            turn.state.closures.pop(closure, None)


def _receive(turn: Turn, order: PickOrder) -> None:
    state = turn.state
    if order.order in state.orders or order.order in state.finished:
        return
    lines = tuple(line.line for line in order.lines)
    state.orders[order.order] = OpenOrder(order.order, turn.now_ms, order.due_ms, lines)
    state.waiting[order.order] = None
    for line in order.lines:
        state.lines[line.line] = Line(line.line, order.order, line.sku, line.quantity)
    if state.tally.first_order_ms is None:
        state.tally = replace(state.tally, first_order_ms=turn.now_ms)
    turn.count(orders_received=1, lines_received=len(lines))


def _restock(turn: Turn, balance: Balance) -> None:
    slots = turn.state.slots
    known = slots.get(balance.slot)
    if known is not None and known.sku == balance.sku:
        turn.set_slot(balance.slot, replace(known, quantity=balance.quantity))
        return
    turn.set_slot(balance.slot, SlotStock(balance.sku, balance.quantity))
    by_sku = turn.state.slots_of_sku
    if known is not None:
        by_sku[known.sku] = tuple(slot for slot in by_sku[known.sku] if slot != balance.slot)
    by_sku[balance.sku] = (*by_sku.get(balance.sku, ()), balance.slot)


def _confirm(turn: Turn, event: PickConfirmed) -> None:
    task = turn.state.picks.pop(event.pick, None)
    if task is None:
        return
    visit = turn.visit(task.visit)
    turn.set_visit(visit, picks=tuple(pick for pick in visit.picks if pick != event.pick))
    line = turn.line(task.line)
    turn.set_line(
        line,
        allocated=line.allocated - task.quantity,
        picked=line.picked + event.quantity,
        slot_short=line.slot_short or event.quantity < task.quantity,
    )
    turn.touched[line.order] = None
    if event.quantity and not line.picked:
        lines = turn.state.station_lines
        lines[task.station] = lines.get(task.station, 0) + 1
        turn.count(lines_picked=1)
    slot = turn.state.slots[task.slot]
    turn.set_slot(task.slot, replace(slot, reserved=slot.reserved - task.quantity))
    turn.count(picks_confirmed=1)


def _hear(turn: Turn, report: RobotState) -> None:
    robot = turn.state.robots.get(report.robot)
    if robot is None or (robot.report is not None and report.at_ms < robot.report.at_ms):
        return
    if robot.report is not None:
        turn.count(metres=max(0.0, report.odometer_m - robot.report.odometer_m))
    changes: dict[str, Any] = {"report": report, "seen_ms": turn.now_ms, "silent": False}
    if robot.leg is not None and report.order == robot.leg.order:
        changes |= _progress(turn, robot, robot.leg, report)
    elif robot.leg is None:
        changes |= _place(turn, robot, report)
    turn.set_robot(robot, **changes)


def _progress(turn: Turn, robot: Robot, leg: Leg, report: RobotState) -> dict[str, Any]:
    """How far along its order a robot is."""
    reached = min(max(leg.reached, report.last_sequence // 2), len(leg.nodes) - 1)
    heading = robot.heading
    if not report.driving:
        heading = turn.floor.heading_of(report.pose.theta_rad)
    elif reached > 0:
        heading = turn.floor.heading_between(leg.nodes[reached - 1], leg.nodes[reached])
    if reached == leg.reached:
        return {"heading": heading}
    return {
        "leg": replace(leg, reached=reached),
        "node": leg.nodes[reached],
        "heading": heading,
        "moved_ms": turn.now_ms,
    }


def _place(turn: Turn, robot: Robot, report: RobotState) -> dict[str, Any]:
    """A robot without an order stands where it says; only its first report names the node."""
    changes: dict[str, Any] = {"heading": turn.floor.heading_of(report.pose.theta_rad)}
    if robot.report is None:
        changes["node"] = turn.floor.roadmap.nearest(report.pose.x_m, report.pose.y_m)
    return changes
