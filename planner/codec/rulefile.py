"""Rules of the floor and routing policies as people write them: JSON without a field too many."""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import msgspec

from planner.warehouse.errors import InvalidPolicy, InvalidRule, PodherdError
from planner.warehouse.flows import FlowRule, RoutingPolicy, When, Within, check_policy
from planner.warehouse.ids import RuleId
from planner.warehouse.rules import FloorRule

_PLACE = re.compile(r" - at `\$\.?(.*)`$")


def rule_from_json(rule: RuleId, data: Any) -> FloorRule:
    """The rule of this id; :class:`InvalidRule` names a field that is not known or of another
    shape. Whether the rule makes sense is the question of
    :func:`planner.warehouse.rules.check_rule`."""
    if isinstance(data, Mapping) and data.get("rule", rule) != rule:
        raise InvalidRule(
            "another id than that of the address", field="rule", value=data["rule"], remedy=_LOOK
        )
    _only(data, FloorRule, "", InvalidRule)
    found: FloorRule = _converted({**data, "rule": rule}, FloorRule, InvalidRule)
    return found


def policy_from_json(data: Any) -> RoutingPolicy:
    """The policy; :class:`InvalidPolicy` names a field or attribute that is not known, is missing
    or of another shape, or the rule that contradicts another."""
    _only(data, RoutingPolicy, "", InvalidPolicy)
    rules = data.get("rules", ())
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        where = f"rules[{index}]"
        _only(rule, FlowRule, where, InvalidPolicy)
        when = rule.get("when", {})
        _only(when, When, f"{where}.when", InvalidPolicy)
        for name, value in when.items():
            if isinstance(value, Mapping):
                _only(value, Within, f"{where}.when.{name}", InvalidPolicy)
    policy: RoutingPolicy = _converted(data, RoutingPolicy, InvalidPolicy)
    check_policy(policy)
    return policy


_LOOK = "See docs/guides/rules.md."


def _only(data: Any, kind: type[Any], where: str, error: type[PodherdError]) -> None:
    known = [spec.name for spec in fields(kind)]
    if not isinstance(data, Mapping):
        raise error("not an object", field=where, value=data, remedy=_LOOK)
    for name in data:
        if name not in known:
            raise error(
                "unknown field",
                field=f"{where}.{name}" if where else str(name),
                value=data[name],
                remedy=f"Known: {', '.join(known)}.",
            )


def _converted(data: Any, kind: type[Any], error: type[PodherdError]) -> Any:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as wrong:
        text = str(wrong)
        place = _PLACE.search(text)
        missing = re.search(r"required field `(\w+)`", text)
        names = [place.group(1) if place else "", missing.group(1) if missing else ""]
        field = ".".join(name for name in names if name)
        raise error(_PLACE.sub("", text), field=field, remedy=_LOOK) from wrong
