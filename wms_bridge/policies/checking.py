"""Whether an alarm policy makes sense, and what it may need."""

from collections.abc import Mapping

from planner.warehouse.areas import check_area
from planner.warehouse.errors import InvalidRule
from planner.warehouse.ids import StationId
from planner.warehouse.rules import FloorRule, check_rule
from wms_bridge.access.roles import Permission
from wms_bridge.names import MAX_PRIORITY, check_name
from wms_bridge.policies.errors import InvalidAlarmPolicy
from wms_bridge.records.policies import (
    SUBJECT,
    ActionKind,
    AlarmPolicy,
    PolicyAction,
)
from wms_bridge.shelves import Shelves

DAY_S = 24 * 3600
MOST_POLICIES = 200
MAX_PATTERN = 200
_STATION = (ActionKind.CLOSE_STATION, ActionKind.OPEN_STATION)
_RANGES: Mapping[str, tuple[int, int]] = {
    "on.lasting_s": (0, DAY_S),
    "on.at_least": (1, 1000),
    "cooldown_s": (10, DAY_S),
    "most_per_h": (1, 60),
    "do.within_min": (0, 24 * 60),
    "do.most": (1, 200),
    "do.priority": (1, MAX_PRIORITY),
}
NEEDS: Mapping[ActionKind, Permission] = {
    ActionKind.CLOSE_STATION: Permission.OPERATE,
    ActionKind.OPEN_STATION: Permission.OPERATE,
    ActionKind.SET_RULE: Permission.DECIDE,
    ActionKind.CLEAR_RULE: Permission.DECIDE,
    ActionKind.STOP_ROBOT: Permission.OPERATE,
    ActionKind.STOP_AREA: Permission.OPERATE,
    ActionKind.REROUTE_ROBOT: Permission.OPERATE,
    ActionKind.TAKE_OUT_ROBOT: Permission.DECIDE,
    ActionKind.RUSH_ORDERS: Permission.OPERATE,
    ActionKind.RECOUNT: Permission.DECIDE,
}
"""What somebody needs who has a policy do this in their name."""


def check_policy(policy: AlarmPolicy, shelves: Shelves) -> None:
    """:class:`InvalidAlarmPolicy` names what is wrong."""
    check_name(policy.name, "name", InvalidAlarmPolicy, 60)
    if "/" in policy.name:
        raise InvalidAlarmPolicy("no slash in a name", field="name", value=policy.name)
    check_name(policy.on.subject, "on.subject", InvalidAlarmPolicy, MAX_PATTERN)
    for name, (least, most) in _RANGES.items():
        value = _named(policy, name)
        if not least <= value <= most:
            raise InvalidAlarmPolicy(
                "out of range", field=name, value=value, remedy=f"Send {least} to {most}."
            )
    if not policy.on.kinds and not policy.on.severities and policy.on.subject == "*":
        raise InvalidAlarmPolicy(
            "would act on every alarm", field="on", remedy="Name kinds, severities or a subject."
        )
    _check_action(policy.do, shelves)


def _named(policy: AlarmPolicy, name: str) -> int:
    part, _, last = name.rpartition(".")
    value: int = getattr(getattr(policy, part) if part else policy, last)
    return value


def _check_action(do: PolicyAction, shelves: Shelves) -> None:
    check_name(do.target, "do.target", InvalidAlarmPolicy)
    named = do.kind in _STATION and do.target != SUBJECT
    if named and not shelves.has_station(StationId(do.target)):
        raise InvalidAlarmPolicy(
            "the site has no such station",
            field="do.target",
            value=do.target,
            remedy=f"Known: {', '.join(shelves.stations)}, or {SUBJECT}.",
        )
    if (do.rule is not None) != (do.kind is ActionKind.SET_RULE):
        raise InvalidAlarmPolicy(
            "missing, or does not go with this kind",
            field="do.rule",
            remedy="Send a rule with set_rule, and only then.",
        )
    if do.rule is not None:
        _check_rule(do.rule)
    if do.area_m:
        if do.kind is not ActionKind.STOP_AREA:
            raise InvalidAlarmPolicy("does not go with this kind", field="do.area_m")
        check_area(do.area_m, InvalidAlarmPolicy)


def _check_rule(rule: FloorRule) -> None:
    try:
        check_rule(rule)
    except InvalidRule as error:
        raise InvalidAlarmPolicy(
            error.problem, field=f"do.rule.{error.field}", value=error.value, remedy=error.remedy
        ) from error
