"""Part of phase 1: which lines of an order are work for the robots, and which are handed back."""

from functools import lru_cache

from planner.assign.flows import FlowParams, LineFacts, route_lines
from planner.dispatch.phases.ruling import refuse
from planner.dispatch.turn import Turn
from planner.warehouse.commands import AlarmKind, RouteLine
from planner.warehouse.errors import InvalidPolicy
from planner.warehouse.flows import EVERYTHING_TO_PERSON, Flow, RoutingPolicy, check_policy
from planner.warehouse.orders import OrderLine, PickOrder

POLICY = "policy"
"""Subject of the alarm about a policy that was not applied."""


@lru_cache(maxsize=4)
def _params(policy: RoutingPolicy) -> FlowParams:
    return FlowParams(policy)  # checks every pair of rules: once will do


def set_policy(turn: Turn, policy: RoutingPolicy) -> None:
    """Lines that come in from now on follow it; those in work stay where they are."""
    try:
        check_policy(policy)
    except InvalidPolicy as error:
        refuse(turn, POLICY, f"Policy {policy.version} is not applied: {error}")
        return
    turn.clear(AlarmKind.RULE_REFUSED, POLICY)
    turn.state.policy = policy


def robot_lines(turn: Turn, order: PickOrder) -> tuple[OrderLine, ...]:
    """The lines of an order that robots work on; the others are routed elsewhere, each once and in
    the open."""
    if turn.state.policy == EVERYTHING_TO_PERSON:
        return order.lines
    due_in_ms = None if order.due_ms is None else order.due_ms - turn.now_ms
    facts = [
        LineFacts.of(line.quantity, due_in_ms, order.priority, turn.state.facts.get(line.sku))
        for line in order.lines
    ]
    routed = route_lines(facts, _params(turn.state.policy))
    mine = []
    for line, (flow, rule) in zip(order.lines, routed, strict=True):
        if flow is Flow.GOODS_TO_PERSON:
            mine.append(line)
        else:
            version = turn.state.policy.version
            _route(turn, RouteLine(order.order, line.line, flow, rule, version))
    return tuple(mine)


def _route(turn: Turn, command: RouteLine) -> None:
    turn.state.routed[command.line] = command
    turn.commands.append(command)
    turn.count(lines_routed=1)
