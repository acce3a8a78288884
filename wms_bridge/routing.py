"""The routing policy, and lines that it gives to another flow than the robots'."""

from dataclasses import replace

from planner.codec.messages import encode
from planner.warehouse.commands import RouteLine
from planner.warehouse.errors import IdempotencyConflict, InvalidMessage, InvalidOrder
from planner.warehouse.events import PolicySet
from planner.warehouse.flows import Flow, RoutingPolicy, check_policy
from wms_bridge.messages import LineRouted
from wms_bridge.ports.store import Writing
from wms_bridge.progress import update_line
from wms_bridge.records.work import OutboxMessage, PolicyRecord


def set_policy(tx: Writing, policy: RoutingPolicy, now_ms: int) -> PolicyRecord:
    """Keep a policy and tell the fleet; the same again is answered and not told again.

    :class:`InvalidPolicy` if it contradicts itself; :class:`IdempotencyConflict` if its version is
    not above that in force.
    """
    check_policy(policy)
    known = tx.policy()
    if known is not None and known.policy == policy:
        return known
    if known is not None and policy.version <= known.policy.version:
        raise IdempotencyConflict(
            f"version {known.policy.version} is in force",
            field="version",
            value=policy.version,
            remedy=f"Send {known.policy.version + 1} or more.",
        )
    record = PolicyRecord(policy, now_ms)
    tx.put_policy(record)
    tx.append_event(PolicySet(policy), now_ms)
    return record


def route_line(tx: Writing, command: RouteLine, now_ms: int) -> bool:
    """Hand a line back to the WMS; whether that was news. :class:`InvalidOrder` if the line is not
    there or somebody picks it; :class:`IdempotencyConflict` if it was routed elsewhere."""
    if command.flow is Flow.GOODS_TO_PERSON:
        raise InvalidMessage("that is work for the robots", field="flow", value=command.flow.value)
    line = tx.line(command.line)
    if line is None or line.order != command.order:
        raise InvalidOrder("no such line", field="line", value=command.line)
    if line.flow is command.flow:
        return False
    if line.flow is not Flow.GOODS_TO_PERSON:
        raise IdempotencyConflict(
            f"the line was routed to {line.flow}", field="flow", value=command.flow.value
        )
    if line.picked or line.short or line.shown:
        raise InvalidOrder(
            "the line is being picked",
            field="line",
            value=command.line,
            remedy="Route a line before anything of it is shown, picked or given up.",
        )
    routed = LineRouted(
        message := f"line-routed/{line.line}",
        line.order,
        line.line,
        line.sku,
        line.quantity,
        command.flow,
        command.rule,
        command.version,
    )
    body = encode(routed).decode()
    tx.add_message(OutboxMessage(0, message, line.order, body, now_ms, next_ms=now_ms))
    update_line(tx, line, replace(line, flow=command.flow), now_ms)
    return True
