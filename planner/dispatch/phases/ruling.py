"""Part of phase 1: rules of the floor that operators set and clear. They hold from this step on."""

from planner.dispatch.state import OpenOrder, Robot
from planner.dispatch.stock import plain_sku
from planner.dispatch.turn import Turn
from planner.roadmap.rules import blocked_nodes
from planner.warehouse.commands import AlarmKind
from planner.warehouse.ids import ClosureId, OrderId, RuleId
from planner.warehouse.rules import FloorRule, RuleKind


def set_rule(turn: Turn, rule: FloorRule) -> None:
    """Have a rule in force, or an alarm that says why not; then the one it was to replace stays."""
    state = turn.state
    if state.rules.get(rule.rule) == rule:
        turn.clear(AlarmKind.RULE_REFUSED, rule.rule)
        return
    problem = turn.floor.objection(state.rules.values(), rule)
    if problem:
        refuse(turn, rule.rule, f"Rule {rule.rule} is not applied: {problem}")
        return
    clear_rule(turn, rule.rule)
    state.rules[rule.rule] = rule
    if rule.kind is RuleKind.BLOCKED:
        state.closures[_closure(rule.rule)] = blocked_nodes(turn.floor.roadmap, rule)


def clear_rule(turn: Turn, name: RuleId) -> None:
    """The rule is over, and so is what was said about one that was not applied."""
    turn.clear(AlarmKind.RULE_REFUSED, name)
    if turn.state.rules.pop(name, None) is not None:
        turn.state.closures.pop(_closure(name), None)


def refuse(turn: Turn, subject: str, text: str) -> None:
    """Count and say what was not applied."""
    turn.count(rules_refused=1)
    turn.alarm(AlarmKind.RULE_REFUSED, subject, text)


def priority_of(turn: Turn, order: OpenOrder) -> int:
    """Its own priority or that of a rule, whichever is higher."""
    best = order.priority
    for rule in turn.state.rules.values():
        if rule.kind is RuleKind.PRIORITY and (rule.priority or 0) > best:
            named = rule.orders is not None and order.order.startswith(rule.orders)
            wanted = rule.sku is not None and any(
                plain_sku(turn.line(line).sku) == rule.sku for line in order.lines
            )
            best = rule.priority or 0 if named or wanted else best
    return best


def trip_priorities(turn: Turn, robots: list[Robot]) -> list[int]:
    """How urgent each robot's trip is: by its activity, or by the most urgent order that the pod it
    has or fetches is picked for."""
    by_trip = {rule.trips: rule.priority or 0 for rule in turn.state.rules.values() if rule.trips}
    known: dict[OrderId, int] = {}
    return [
        max(
            by_trip.get(robot.leg.activity, 0) if robot.leg else 0,
            _visit_priority(turn, robot, known),
        )
        for robot in robots
    ]


def _visit_priority(turn: Turn, robot: Robot, known: dict[OrderId, int]) -> int:
    visit = turn.state.visits.get(robot.visit) if robot.visit else None
    best = 0
    for pick in visit.picks if visit else ():
        name = turn.state.picks[pick].order
        if name not in known:
            order = turn.state.orders.get(name)
            known[name] = priority_of(turn, order) if order is not None else 0
        best = max(best, known[name])
    return best


def _closure(rule: RuleId) -> ClosureId:
    return ClosureId(f"rule/{rule}")
