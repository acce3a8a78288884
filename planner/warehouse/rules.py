"""Rules of the floor that operators change while it runs: one-way aisles, speed zones, blocked
cells, priorities. What is wrong with a rule by itself is told here; what it would do to a floor in
:mod:`planner.roadmap.rules`."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from planner.warehouse.areas import check_area
from planner.warehouse.errors import InvalidRule
from planner.warehouse.ids import NodeId, RuleId, Sku
from planner.warehouse.site import Point
from planner.warehouse.view import RobotActivity

MIN_SPEED_MPS = 0.05
"""Slower is a standstill: block the cells instead."""
MAX_SPEED_MPS = 100.0
MAX_PRIORITY = 1000
TRIPS = (
    RobotActivity.FETCH,
    RobotActivity.DELIVER,
    RobotActivity.RETURN,
    RobotActivity.CHARGE,
    RobotActivity.PARK,
)
"""What robots drive for."""
_NODES_MAX = 10_000
_NAME_MAX = 100


class RuleKind(StrEnum):
    """What a rule says."""

    ONE_WAY = "one_way"
    """Aisles here run only along ``heading_rad`` (within a right angle), as in a one-way zone."""
    SPEED_LIMIT = "speed_limit"
    """Nobody drives here faster than ``max_speed_mps``, as in a slow zone."""
    BLOCKED = "blocked"
    """Nobody comes in; who is here leaves, as out of a closure."""
    PRIORITY = "priority"
    """Orders with this ``sku``, orders whose id begins with ``orders``, or the ``trips`` of robots
    of one activity go before others, as orders of this ``priority`` do."""


@dataclass(frozen=True, slots=True)
class FloorRule:
    """One rule in force until it is cleared or replaced under its id.

    It acts on ``nodes``, on all inside ``area_m`` (a polygon, metres) and on the edges whose end or
    middle that is. Fields that do not belong to its kind are ``None`` or empty.
    """

    rule: RuleId
    kind: RuleKind
    area_m: tuple[Point, ...] = ()
    nodes: tuple[NodeId, ...] = ()
    heading_rad: float | None = None
    max_speed_mps: float | None = None
    priority: int | None = None
    sku: Sku | None = None
    orders: str | None = None
    trips: RobotActivity | None = None


_VALUES = ("heading_rad", "max_speed_mps", "priority", "sku", "orders", "trips")
_BELONGS: dict[RuleKind, tuple[str, ...]] = {
    RuleKind.ONE_WAY: ("heading_rad",),
    RuleKind.SPEED_LIMIT: ("max_speed_mps",),
    RuleKind.BLOCKED: (),
    RuleKind.PRIORITY: ("priority", "sku", "orders", "trips"),
}


def check_rule(rule: FloorRule) -> None:
    """Whether a rule makes sense on any floor. :class:`InvalidRule` names the wrong field: a name
    that is none, a value that is missing, out of range or of another kind, an area that is none."""
    _check_name(rule.rule)
    for field in _VALUES:
        if getattr(rule, field) is not None and field not in _BELONGS[rule.kind]:
            raise InvalidRule(
                f"does not go with kind {rule.kind}",
                field=field,
                value=getattr(rule, field),
                remedy="Leave it out, or set a rule of its own.",
            )
    if rule.kind is RuleKind.PRIORITY:
        _check_priority(rule)
        return
    if rule.kind is RuleKind.ONE_WAY:
        _check_number("heading_rad", rule.heading_rad, -100.0, 100.0)
    if rule.kind is RuleKind.SPEED_LIMIT:
        _check_number("max_speed_mps", rule.max_speed_mps, MIN_SPEED_MPS, MAX_SPEED_MPS)
    if not rule.area_m and not rule.nodes:
        raise InvalidRule(
            "the rule says not where", field="area_m", value=[], remedy="Give an area or nodes."
        )
    if len(rule.nodes) > _NODES_MAX:
        remedy = f"Name at most {_NODES_MAX}, or draw an area."
        raise InvalidRule("too many nodes", field="nodes", value=len(rule.nodes), remedy=remedy)
    if rule.area_m:
        check_area(rule.area_m, InvalidRule)


def _check_name(name: str) -> None:
    if 0 < len(name) <= _NAME_MAX and name.isprintable() and name == name.strip():
        return
    raise InvalidRule(
        "not a usable name",
        field="rule",
        value=name[:_NAME_MAX],
        remedy=f"Send 1 to {_NAME_MAX} printable characters without spaces at the ends.",
    )


def _check_number(field: str, value: float | None, least: float, most: float) -> None:
    if value is not None and isfinite(value) and least <= value <= most:
        return
    raise InvalidRule(
        "missing or out of range",
        field=field,
        value=value,
        remedy=f"Send a number from {least} to {most}.",
    )


def _check_priority(rule: FloorRule) -> None:
    for field in ("area_m", "nodes"):
        if getattr(rule, field):
            raise InvalidRule("a priority holds everywhere", field=field, remedy="Leave it out.")
    if rule.priority is None or not 1 <= rule.priority <= MAX_PRIORITY:
        raise InvalidRule(
            "missing or out of range",
            field="priority",
            value=rule.priority,
            remedy=f"Send 1 to {MAX_PRIORITY}; 0 is what everybody has.",
        )
    if rule.trips is not None and rule.trips not in TRIPS:
        raise InvalidRule(
            "robots do not drive for that",
            field="trips",
            value=rule.trips.value,
            remedy=f"Send one of {', '.join(TRIPS)}.",
        )
    named = [name for name in (rule.sku, rule.orders, rule.trips) if name is not None]
    if len(named) != 1 or not named[0]:
        raise InvalidRule(
            "a priority is of one thing",
            field="sku, orders, trips",
            value=[str(name) for name in named],
            remedy="Send one of them.",
        )
