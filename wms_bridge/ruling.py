"""Rules of the floor, as operators set and clear them."""

from collections.abc import Callable, Sequence

from planner.warehouse.errors import InvalidRule, NotFound
from planner.warehouse.events import RuleCleared, RuleSet
from planner.warehouse.ids import RuleId
from planner.warehouse.rules import FloorRule, check_rule
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.work import RuleRecord

MAX_RULES = 1000
RuleChecker = Callable[[Sequence[FloorRule], FloorRule], None]
"""Raises :class:`InvalidRule` if a rule cannot join those in force."""


def check_alone(_in_force: Sequence[FloorRule], rule: FloorRule) -> None:
    """A checker that does not know the floor: :func:`planner.warehouse.rules.check_rule`."""
    check_rule(rule)


def set_rule(tx: Writing, rule: FloorRule, check: RuleChecker, now_ms: int) -> RuleRecord:
    """Keep a rule and tell the fleet; the same again is answered and not told again.
    :class:`InvalidRule` if it makes no sense, contradicts another or would cut something off."""
    in_force = tx.rules()
    for known in in_force:
        if known.rule == rule:
            return known
    check([known.rule for known in in_force], rule)
    if rule.sku is not None and not tx.known_skus({rule.sku}):
        raise InvalidRule(
            "SKU is not in the catalogue",
            field="sku",
            value=rule.sku,
            remedy="Add it with PUT /v1/skus first.",
        )
    if len(in_force) >= MAX_RULES:
        raise InvalidRule(
            f"{MAX_RULES} rules are in force", field="rule", value=rule.rule, remedy="Clear some."
        )
    record = RuleRecord(rule, now_ms)
    tx.put_rule(record)
    tx.append_event(RuleSet(rule), now_ms)
    return record


def clear_rule(tx: Writing, rule: RuleId, now_ms: int) -> None:
    """End a rule and tell the fleet. :class:`NotFound` if it is not in force."""
    find_rule(tx, rule)
    tx.remove_rule(rule)
    tx.append_event(RuleCleared(rule), now_ms)


def find_rule(tx: Reading, rule: RuleId) -> RuleRecord:
    """A rule in force, or :class:`NotFound`."""
    for known in tx.rules():
        if known.rule.rule == rule:
            return known
    raise NotFound(
        "no such rule is in force",
        field="rule",
        value=rule,
        remedy="GET /v1/rules tells those that are.",
    )
