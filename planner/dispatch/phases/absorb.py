"""Phase 1: take in what happened. Events may come late, twice or out of order; none breaks it."""

from collections.abc import Container
from dataclasses import replace
from typing import Any

from planner.assign.demand import counted
from planner.dispatch.phases.allocate import end_promise, withdraw
from planner.dispatch.phases.binding import enlist
from planner.dispatch.phases.changes import take_change, take_exception
from planner.dispatch.phases.doubting import (
    first_stocked,
    picked_from,
    take_count_event,
    take_quarantine,
)
from planner.dispatch.phases.flows import robot_lines, set_policy
from planner.dispatch.phases.membership import join, leave, remove
from planner.dispatch.phases.overriding import clear_reservation, reroute_one
from planner.dispatch.phases.putaway import confirm_put, receive_goods, slot_stated
from planner.dispatch.phases.rotation import move_slot, take_terms
from planner.dispatch.phases.ruling import clear_rule, set_rule
from planner.dispatch.phases.sending import free, send
from planner.dispatch.phases.stations import close_station
from planner.dispatch.state import Leg, Line, OpenOrder, Robot
from planner.dispatch.stock import SlotStock, plain_sku, stock_key
from planner.dispatch.turn import Turn
from planner.warehouse.events import (
    CountConfirmed,
    CountWanted,
    Event,
    GoodsReceived,
    NodesClosed,
    NodesOpened,
    OrderCancelled,
    OrderChanged,
    OrderPrioritised,
    OrderReceived,
    PickConfirmed,
    PickFailed,
    PickWithdrawn,
    PolicySet,
    PutConfirmed,
    RescanWanted,
    ReservationCleared,
    RobotFreed,
    RobotJoined,
    RobotLeaving,
    RobotLeft,
    RobotRerouted,
    RobotSent,
    RobotStateSeen,
    RuleCleared,
    RuleSet,
    SkuStated,
    SlotQuarantined,
    SlotReleased,
    SlotSettled,
    StationClosed,
    StationOpened,
    StockStated,
    TermsStated,
)
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
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
        case TermsStated(terms):
            for one in terms:
                take_terms(turn, one)
        case PickConfirmed():
            _confirm(turn, event)
        case GoodsReceived(receipt):
            receive_goods(turn, receipt)
        case PutConfirmed():
            confirm_put(turn, event)
        case OrderChanged() | OrderCancelled() | OrderPrioritised():
            take_change(turn, event)
        case PickWithdrawn() | PickFailed():
            take_exception(turn, event)
        case RobotStateSeen(report):
            _hear(turn, report)
        case RescanWanted() | CountWanted() | CountConfirmed() | SlotSettled():
            take_count_event(turn, event)
        case SlotQuarantined() | SlotReleased():
            take_quarantine(turn, event)
        case StationClosed() | StationOpened() | NodesClosed() | NodesOpened():
            _close_or_open(turn, event)
        case RuleSet(rule):
            set_rule(turn, rule)
        case RuleCleared(name):
            clear_rule(turn, name)
        case SkuStated(skus):
            turn.state.facts.update((facts.sku, facts) for facts in skus)
        case PolicySet(policy):
            set_policy(turn, policy)
        case RobotJoined() | RobotLeaving() | RobotLeft():
            _join_or_leave(turn, event)
        case RobotSent() | RobotFreed() | RobotRerouted() | ReservationCleared():
            _override(turn, event)


def _join_or_leave(turn: Turn, event: RobotJoined | RobotLeaving | RobotLeft) -> None:
    match event:
        case RobotJoined():
            join(turn, event)
        case RobotLeaving(robot):
            leave(turn, robot)
        case RobotLeft(robot):
            remove(turn, robot)


def _override(
    turn: Turn, event: RobotSent | RobotFreed | RobotRerouted | ReservationCleared
) -> None:
    match event:
        case RobotSent():
            send(turn, event)
        case RobotFreed(robot):
            free(turn, robot)
        case RobotRerouted(robot):
            reroute_one(turn, robot)
        case ReservationCleared(robot):
            clear_reservation(turn, robot)


def _close_or_open(
    turn: Turn, event: StationClosed | StationOpened | NodesClosed | NodesOpened
) -> None:
    match event:
        case StationClosed(station, at_once):
            close_station(turn, station, at_once)
        case StationOpened(station):
            turn.state.closed.pop(station, None)
        case NodesClosed(closure, nodes, area_m):
            turn.state.closures[closure] = turn.floor.nodes_of(nodes, area_m)
        case NodesOpened(closure):
            turn.state.closures.pop(closure, None)


def _receive(turn: Turn, order: PickOrder) -> None:
    state = turn.state
    known: tuple[Container[OrderId], ...] = (state.orders, state.finished, state.cancelled)
    if any(order.order in orders for orders in known):
        return
    mine = robot_lines(turn, order)
    lines = tuple(line.line for line in mine)
    pieces: dict[Sku, int] = {}
    for line in mine:
        sku = stock_key(line.sku, line.owner, line.lot)
        state.lines[line.line] = Line(line.line, order.order, sku, line.quantity)
        pieces[sku] = pieces.get(sku, 0) + line.quantity
        state.demand[sku] = state.demand.get(sku, 0) + 1
        state.rates[sku] = counted(state.rates.get(sku), 1, turn.now_ms, turn.params.demand)
    state.orders[order.order] = OpenOrder(
        order.order,
        turn.now_ms,
        order.due_ms,
        lines,
        tuple(pieces.items()),
        priority=order.priority,
    )
    enlist(turn, state.orders[order.order])
    turn.unranked |= order.priority > 0
    if not mine:
        turn.touched[order.order] = None
    if state.tally.first_order_ms is None:
        state.tally = replace(state.tally, first_order_ms=turn.now_ms)
    past = order.due_ms is not None and order.due_ms <= turn.now_ms
    turn.count(orders_received=1, lines_received=len(order.lines), orders_due_past=past)


def _restock(turn: Turn, balance: Balance) -> None:
    slots = turn.state.slots
    known = slots.get(balance.slot)
    slot_stated(turn, balance.slot, known.quantity if known else 0, balance.quantity)
    if known is not None and plain_sku(known.sku) == balance.sku:
        turn.set_slot(balance.slot, replace(known, quantity=balance.quantity))
        return
    held = balance.slot in turn.state.quarantined
    move_slot(turn, balance.slot, known.sku if known is not None else None, balance.sku)
    turn.set_slot(balance.slot, SlotStock(balance.sku, balance.quantity, held=held))
    first_stocked(turn, balance.slot)


def _confirm(turn: Turn, event: PickConfirmed) -> None:
    task = end_promise(turn, event.pick)
    if task is None:
        return
    fewer = event.quantity < task.quantity
    picked_from(turn, task.slot, short=fewer and event.reason is not ShortReason.DAMAGED)
    line = turn.line(task.line)
    picked = line.picked + event.quantity
    # A pick may be confirmed while it is being withdrawn: what was picked stands.
    shortened = max(0, min(line.shortened, line.quantity - picked))
    turn.set_line(
        line,
        quantity=max(line.quantity, picked),
        picked=picked,
        shortened=shortened,
        slot_short=line.slot_short or fewer,
    )
    if event.quantity > task.quantity and turn.line(task.line).open < 0:
        others = [p for p, other in turn.state.picks.items() if other.line == task.line]
        withdraw(turn, others)
    if event.quantity and not line.picked:
        lines = turn.state.station_lines
        lines[task.station] = lines.get(task.station, 0) + 1
        turn.count(lines_picked=1)
    turn.count(picks_confirmed=1, pieces_picked=event.quantity)


def _hear(turn: Turn, report: RobotState) -> None:
    robot = turn.state.robots.get(report.robot)
    if robot is None or (robot.report is not None and report.at_ms < robot.report.at_ms):
        return
    if robot.report is not None:
        metres = max(0.0, report.odometer_m - robot.report.odometer_m)
        carries = robot.type in turn.floor.carriers
        turn.count(**{"metres" if carries else "metres_counting": metres})
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
