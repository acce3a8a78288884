"""The flow of a line is that of the first rule that matches it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.assign.flows import FlowParams, LineFacts, Routed, matches, route_lines
from planner.warehouse.errors import InvalidPolicy
from planner.warehouse.flows import Flow, FlowRule, RoutingPolicy, SkuFacts, When, Within
from planner.warehouse.ids import Sku

POLICY = RoutingPolicy(
    3,
    Flow.GOODS_TO_PERSON,
    (
        FlowRule("bulky", When(size_class=("L", "XL")), Flow.FIXED_PICK_FACE),
        FlowRule("cases", When(full_cases=True, cases=Within(least=2)), Flow.FULL_CASE),
        FlowRule("rush", When(due_in_ms=Within(most=3_600_000)), Flow.CROSS_DOCK),
        FlowRule("slow", When(velocity_class=("C",)), Flow.MAKE_TO_ORDER),
    ),
)
FACTS = SkuFacts(Sku("TEA"), "S", "C", weight_g=120, case_quantity=12)


def flow(quantity: int, due_in_ms: int | None = None, facts: SkuFacts | None = FACTS) -> str:
    line = LineFacts.of(quantity, due_in_ms, 0, facts)
    return route_lines([line], FlowParams(POLICY))[0].rule


def test_the_first_match_wins_and_the_default_is_for_the_rest() -> None:
    assert flow(24) == "cases"
    assert flow(12) == "slow", "one case is not two"
    assert flow(25) == "slow", "a broken case"
    assert flow(1, due_in_ms=60_000) == "rush"
    assert flow(24, due_in_ms=60_000) == "cases", "an earlier rule"
    assert flow(24, facts=SkuFacts(Sku("BOX"), "XL")) == "bulky"
    assert flow(24, facts=None) == "", "nothing is known of the SKU"


def test_what_is_not_known_fulfils_no_condition() -> None:
    line = LineFacts.of(24, None, 0, SkuFacts(Sku("TEA")))
    for when in (
        When(size_class=("S",)),
        When(velocity_class=("C",)),
        When(weight_g=Within(least=0)),
        When(cases=Within(least=0)),
        When(full_cases=False),
        When(due_in_ms=Within(most=10**12)),
    ):
        assert not matches(when, line)
    assert matches(When(quantity=Within(24, 24), priority=Within(0, 0)), line)


def test_a_policy_that_contradicts_itself_is_no_parameter() -> None:
    twice = (POLICY.rules[0], FlowRule("again", POLICY.rules[0].when, Flow.CROSS_DOCK))
    with pytest.raises(InvalidPolicy):
        FlowParams(RoutingPolicy(1, Flow.GOODS_TO_PERSON, twice))


@given(
    st.lists(st.tuples(st.integers(1, 60), st.none() | st.integers(0, 10**7))), st.integers(0, 9)
)
def test_each_line_is_judged_by_itself(lines: list[tuple[int, int | None]], priority: int) -> None:
    facts = [LineFacts.of(quantity, due, priority, FACTS) for quantity, due in lines]
    together = route_lines(facts, FlowParams(POLICY))
    alone = tuple(route_lines([line], FlowParams(POLICY))[0] for line in facts)
    assert together == alone
    assert set(together) <= {Routed(r.flow, r.name) for r in POLICY.rules} | {
        Routed(POLICY.default, "")
    }
