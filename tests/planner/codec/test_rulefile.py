"""Rules and policies as people write them."""

from pathlib import Path
from typing import Any

import pytest

from planner.codec.messages import decode, event_from_json, event_to_json, to_json
from planner.codec.rulefile import policy_from_json, rule_from_json
from planner.warehouse.errors import InvalidPolicy, InvalidRule
from planner.warehouse.events import PolicySet, RuleCleared, RuleSet, SkuStated
from planner.warehouse.flows import Flow, SkuFacts
from planner.warehouse.ids import RuleId, Sku
from planner.warehouse.rules import FloorRule, RuleKind

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "policy.json"
R = RuleId("r")


def document(**changes: Any) -> dict[str, Any]:
    rule = {"name": "heavy", "when": {"weight_g": {"least": 15_000}}, "flow": "fixed_pick_face"}
    return {"version": 1, "default": "goods_to_person", "rules": [rule], **changes}


def test_the_example_can_be_used() -> None:
    policy = policy_from_json(decode(EXAMPLE.read_bytes()))
    assert {rule.flow for rule in policy.rules} == set(Flow) - {Flow.GOODS_TO_PERSON}
    assert policy_from_json(to_json(policy)) == policy


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ([], ""),
        ({"version": 1, "rules": []}, "default"),
        (document(colour="red"), "colour"),
        (document(default="by_hand"), "default"),
        (document(version="1"), "version"),
        (document(rules=[{"name": "a", "when": {}, "flow": "full"}]), "rules[0].flow"),
        (document(rules=[{"name": "a", "when": {}}]), "rules[0].flow"),
        (document(rules=[{"name": "a", "flow": "full_case"}]), "rules[0].when"),
        (
            document(rules=[{"name": "a", "when": {"hue": 1}, "flow": "full_case"}]),
            "rules[0].when.hue",
        ),
        (
            document(rules=[{"name": "a", "when": {"cases": {"min": 1}}, "flow": "full_case"}]),
            "rules[0].when.cases.min",
        ),
        (
            document(rules=[{"name": "a", "when": {"weight_g": 3}, "flow": "full_case"}]),
            "rules[0].when.weight_g",
        ),
    ],
)
def test_what_is_wrong_with_a_policy_is_named(data: object, field: str) -> None:
    with pytest.raises(InvalidPolicy) as error:
        policy_from_json(data)
    assert error.value.field == field
    assert error.value.remedy


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ("blocked", ""),
        ({"kind": "closed"}, "kind"),
        ({"kind": "blocked", "colour": 1}, "colour"),
        ({"kind": "blocked", "area_m": [[1, 2], [3]]}, "area_m[1]"),
        ({"kind": "speed_limit", "max_speed_mps": "slow"}, "max_speed_mps"),
        ({"kind": "blocked", "rule": "q"}, "rule"),
    ],
)
def test_what_is_wrong_with_a_rule_is_named(data: object, field: str) -> None:
    with pytest.raises(InvalidRule) as error:
        rule_from_json(R, data)
    assert error.value.field == field


def test_a_rule_is_read_with_the_id_of_its_address() -> None:
    area = [[0, 0], [1, 0], [1, 1]]
    rule = rule_from_json(R, {"kind": "blocked", "area_m": area})
    assert rule == FloorRule(R, RuleKind.BLOCKED, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)))


@pytest.mark.parametrize(
    "event",
    [
        RuleSet(FloorRule(R, RuleKind.ONE_WAY, ((0.0, 0.5), (1.0, 0.0), (1.0, 1.0)))),
        RuleCleared(R),
        SkuStated((SkuFacts(Sku("TEA"), "S", None, 120, 12),)),
        PolicySet(policy_from_json(document())),
    ],
)
def test_events_are_written_and_read(
    event: RuleSet | RuleCleared | SkuStated | PolicySet,
) -> None:
    assert event_from_json(event_to_json(event)) == event
