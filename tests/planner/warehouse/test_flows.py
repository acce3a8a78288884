"""Policies that contradict themselves; conditions that cover each other."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.assign.flows import LineFacts, matches
from planner.warehouse.errors import InvalidPolicy
from planner.warehouse.flows import Flow, FlowRule, RoutingPolicy, When, Within, check_policy

HEAVY = When(weight_g=Within(least=15_000))
FACE, CASE, PERSON = Flow.FIXED_PICK_FACE, Flow.FULL_CASE, Flow.GOODS_TO_PERSON

bound = st.none() | st.integers(-3, 3)
within = st.none() | st.builds(Within, bound, bound)
classes = st.lists(st.sampled_from("ABC"), max_size=2, unique=True).map(tuple)
whens = st.builds(
    When,
    size_class=classes,
    velocity_class=classes,
    weight_g=within,
    quantity=within,
    cases=within,
    full_cases=st.none() | st.booleans(),
    due_in_ms=within,
    priority=within,
)
maybe = st.none() | st.integers(-4, 4)
lines = st.builds(
    LineFacts,
    quantity=st.integers(1, 4),
    due_in_ms=maybe,
    priority=st.integers(-4, 4),
    size_class=st.none() | st.sampled_from("ABC"),
    velocity_class=st.none() | st.sampled_from("ABC"),
    weight_g=maybe,
    cases=maybe,
    full_cases=st.none() | st.booleans(),
)


def policy(*rules: tuple[When, Flow]) -> RoutingPolicy:
    named = (FlowRule(f"r{i}", when, flow) for i, (when, flow) in enumerate(rules))
    return RoutingPolicy(1, PERSON, tuple(named))


@given(first=whens, second=whens, line=lines)
def test_what_is_covered_never_matches_alone(first: When, second: When, line: LineFacts) -> None:
    if first.covers(second) and matches(second, line):
        assert matches(first, line)


@given(when=whens)
def test_everything_covers_itself_and_is_covered_by_no_condition(when: When) -> None:
    assert when.covers(when)
    assert When().covers(when)
    assert When() == when or not when.covers(When())


def test_a_sound_policy() -> None:
    check_policy(policy((HEAVY, FACE), (When(full_cases=True), CASE), (When(), PERSON)))


@pytest.mark.parametrize(
    ("found", "field", "says"),
    [
        (policy((HEAVY, FACE), (HEAVY, CASE)), "rules[1].flow", "contradicts rules[0] (r0)"),
        (policy((HEAVY, FACE), (HEAVY, FACE)), "rules[1].when", "can never match"),
        (
            policy((HEAVY, FACE), (replace(HEAVY, full_cases=True), CASE)),
            "rules[1].when",
            "rules[0] (r0) takes every line",
        ),
        (policy((When(), PERSON), (HEAVY, FACE)), "rules[1].when", "can never match"),
        (
            policy((When(weight_g=Within(5, 4)), FACE)),
            "rules[0].when.weight_g",
            "nothing can be within",
        ),
        (policy((When(cases=Within()), FACE)), "rules[0].when.cases", "neither least nor most"),
        (RoutingPolicy(-1, PERSON), "version", "count up"),
        (RoutingPolicy(1, PERSON, format="other/1"), "format", "another format"),
        (
            RoutingPolicy(1, PERSON, (FlowRule("a", HEAVY, FACE), FlowRule("a", When(), CASE))),
            "rules[1].name",
            "has this name",
        ),
        (RoutingPolicy(1, PERSON, (FlowRule("", HEAVY, FACE),)), "rules[0].name", "needs a name"),
    ],
)
def test_contradictions_are_told(found: RoutingPolicy, field: str, says: str) -> None:
    with pytest.raises(InvalidPolicy, match=r".") as error:
        check_policy(found)
    assert error.value.field == field
    assert says in error.value.problem
    assert error.value.remedy
