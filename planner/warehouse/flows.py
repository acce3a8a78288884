"""Which way through the warehouse an order line takes, and the policy that says so.

Robots bring pods to people (goods-to-person) for some lines; others are better picked from a fixed
face, as full cases, straight from receipt, or made first. A policy is a list of rules, of which the
first that matches a line gives its flow, and a default.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

from planner.warehouse.errors import InvalidPolicy
from planner.warehouse.ids import Sku

POLICY_FORMAT = "podherd-policy/1"
_RULES_MAX = 200


class Flow(StrEnum):
    """Where a line is served."""

    GOODS_TO_PERSON = "goods_to_person"
    """Robots bring a pod to a station. The only flow that is work for the robots."""
    FIXED_PICK_FACE = "fixed_pick_face"
    """A person walks to a fixed place: heavy, bulky or very fast goods."""
    FULL_CASE = "full_case"
    """Whole cases from reserve, unopened."""
    CROSS_DOCK = "cross_dock"
    """From receipt straight to dispatch."""
    MAKE_TO_ORDER = "make_to_order"
    """Made or bought for this order."""


@dataclass(frozen=True, slots=True)
class SkuFacts:
    """What is known of an SKU beside its stock: ``weight_g`` of a piece, pieces in a full case,
    and classes as the WMS names them. ``None``: not stated."""

    sku: Sku
    size_class: str | None = None
    velocity_class: str | None = None
    weight_g: int | None = None
    case_quantity: int | None = None


@dataclass(frozen=True, slots=True)
class Within:
    """``least <= value <= most``; ``None`` leaves a side open."""

    least: int | None = None
    most: int | None = None

    def holds(self, value: int | None) -> bool:
        """Whether a value is within; an unknown one is not."""
        if value is None:
            return False
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)

    def covers(self, other: "Within") -> bool:
        """Whether everything within ``other`` is within this."""
        low = self.least is None or (other.least is not None and other.least >= self.least)
        high = self.most is None or (other.most is not None and other.most <= self.most)
        return low and high


@dataclass(frozen=True, slots=True)
class When:
    """Conditions; all that are given must hold. What is not known of an SKU or order fulfils no
    condition.

    ``size_class`` and ``velocity_class`` list what matches; ``weight_g`` is that of a piece,
    ``quantity`` the pieces of the line, ``cases`` the full cases in it, ``full_cases`` whether it
    is full cases and nothing else; ``due_in_ms`` counts from receipt to when the order is due
    (negative: late already); ``priority`` is the order's.
    """

    size_class: tuple[str, ...] = ()
    velocity_class: tuple[str, ...] = ()
    weight_g: Within | None = None
    quantity: Within | None = None
    cases: Within | None = None
    full_cases: bool | None = None
    due_in_ms: Within | None = None
    priority: Within | None = None

    def covers(self, other: "When") -> bool:
        """Whether whatever matches ``other`` matches this."""
        return all(
            _covers(getattr(self, spec.name), getattr(other, spec.name)) for spec in fields(self)
        )


@dataclass(frozen=True, slots=True)
class FlowRule:
    """Lines that match ``when`` take ``flow``."""

    name: str
    when: When
    flow: Flow


@dataclass(frozen=True, slots=True)
class RoutingPolicy:
    """The rules in order, the first match wins; ``default`` is for lines that match none.
    ``version`` grows with every change of the document."""

    version: int
    default: Flow
    rules: tuple[FlowRule, ...] = ()
    format: str = POLICY_FORMAT


EVERYTHING_TO_PERSON = RoutingPolicy(0, Flow.GOODS_TO_PERSON)
"""What holds until a policy is set."""


def check_policy(policy: RoutingPolicy) -> None:
    """Whether every rule can match something and none contradicts another. :class:`InvalidPolicy`
    names the first that does not, and the rule that stands in its way."""
    if policy.format != POLICY_FORMAT:
        raise InvalidPolicy(
            "another format", field="format", value=policy.format, remedy=f"Use {POLICY_FORMAT}."
        )
    if policy.version < 0:
        raise InvalidPolicy(
            "versions count up from 0", field="version", value=policy.version, remedy="Send 1."
        )
    if len(policy.rules) > _RULES_MAX:
        raise InvalidPolicy(f"at most {_RULES_MAX} rules", field="rules", value=len(policy.rules))
    for index, rule in enumerate(policy.rules):
        field = f"rules[{index}]"
        _check_alone(rule, field)
        for number, earlier in enumerate(policy.rules[:index]):
            _check_pair(rule, field, earlier, f"rules[{number}] ({earlier.name})")


def _check_alone(rule: FlowRule, field: str) -> None:
    if not rule.name or not rule.name.isprintable() or len(rule.name) > 100:
        raise InvalidPolicy(
            "a rule needs a name",
            field=f"{field}.name",
            value=rule.name[:100],
            remedy="Send 1 to 100 printable characters.",
        )
    for name, within in _ranges(rule.when):
        if within.least is None and within.most is None:
            raise InvalidPolicy(
                "neither least nor most", field=f"{field}.when.{name}", remedy="Send one or both."
            )
        if within.least is not None and within.most is not None and within.least > within.most:
            raise InvalidPolicy(
                "nothing can be within",
                field=f"{field}.when.{name}",
                value=[within.least, within.most],
                remedy="Send least <= most.",
            )


def _check_pair(rule: FlowRule, field: str, earlier: FlowRule, where: str) -> None:
    if rule.name == earlier.name:
        raise InvalidPolicy(
            f"{where} has this name",
            field=f"{field}.name",
            value=rule.name,
            remedy="Give every rule a name of its own.",
        )
    if not earlier.when.covers(rule.when):
        return
    same = rule.when.covers(earlier.when)
    if same and rule.flow != earlier.flow:
        raise InvalidPolicy(
            f"contradicts {where}: the same conditions, but {earlier.flow}",
            field=f"{field}.flow",
            value=rule.flow.value,
            remedy="Keep one of the two.",
        )
    raise InvalidPolicy(
        f"can never match: {where} takes every line before it",
        field=f"{field}.when",
        value=rule.name,
        remedy="Put it before that rule, or leave it out.",
    )


def _ranges(when: When) -> Iterator[tuple[str, Within]]:
    for spec in fields(when):
        value = getattr(when, spec.name)
        if isinstance(value, Within):
            yield spec.name, value


def _covers(condition: object, other: object) -> bool:
    """Whether a condition holds wherever ``other``, on the same attribute, holds."""
    if condition in (None, ()):
        return True
    if isinstance(condition, Within) and isinstance(other, Within):
        return condition.covers(other)
    if isinstance(condition, tuple) and isinstance(other, Iterable):
        return bool(other) and set(other) <= set(condition)
    return condition == other
