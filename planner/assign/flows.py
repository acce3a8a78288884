"""Which flow each line of an order takes: the first rule of the policy that matches it.

Pure and per line: the same line gets the same flow whatever else is going on. There is no search
and so no greedy answer beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from planner.warehouse.flows import (
    EVERYTHING_TO_PERSON,
    Flow,
    RoutingPolicy,
    SkuFacts,
    When,
    check_policy,
)


@dataclass(frozen=True, slots=True)
class FlowParams:
    """The policy. :class:`InvalidPolicy` if a rule contradicts another or can never match."""

    policy: RoutingPolicy = field(default=EVERYTHING_TO_PERSON)

    def __post_init__(self) -> None:
        check_policy(self.policy)


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What a policy may ask about a line; ``None`` where it is not known. ``cases`` are the full
    cases in its ``quantity`` and ``full_cases`` is whether it is nothing else."""

    quantity: int
    due_in_ms: int | None = None
    priority: int = 0
    size_class: str | None = None
    velocity_class: str | None = None
    weight_g: int | None = None
    cases: int | None = None
    full_cases: bool | None = None

    @classmethod
    def of(
        cls, quantity: int, due_in_ms: int | None, priority: int, facts: SkuFacts | None
    ) -> Self:
        """The facts of a line of ``quantity`` pieces of an SKU."""
        if facts is None:
            return cls(quantity, due_in_ms, priority)
        case = facts.case_quantity
        return cls(
            quantity=quantity,
            due_in_ms=due_in_ms,
            priority=priority,
            size_class=facts.size_class,
            velocity_class=facts.velocity_class,
            weight_g=facts.weight_g,
            cases=quantity // case if case else None,
            full_cases=quantity % case == 0 if case else None,
        )


class Routed(NamedTuple):
    """The flow of a line and the name of the rule that chose it; empty for the default."""

    flow: Flow
    rule: str


def route_lines(lines: Sequence[LineFacts], params: FlowParams) -> tuple[Routed, ...]:
    """The flow of every line, in order. Time grows with lines times rules."""
    return tuple(_route(line, params.policy) for line in lines)


def _route(line: LineFacts, policy: RoutingPolicy) -> Routed:
    for rule in policy.rules:
        if matches(rule.when, line):
            return Routed(rule.flow, rule.name)
    return Routed(policy.default, "")


def matches(when: When, line: LineFacts) -> bool:
    """Whether a line fulfils all conditions that are given."""
    if when.size_class and line.size_class not in when.size_class:
        return False
    if when.velocity_class and line.velocity_class not in when.velocity_class:
        return False
    if when.full_cases is not None and line.full_cases is not when.full_cases:
        return False
    ranges = (
        (when.weight_g, line.weight_g),
        (when.quantity, line.quantity),
        (when.cases, line.cases),
        (when.due_in_ms, line.due_in_ms),
        (when.priority, line.priority),
    )
    return all(within is None or within.holds(value) for within, value in ranges)
