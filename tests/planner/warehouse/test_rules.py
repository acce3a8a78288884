"""Rules of the floor that make no sense on any floor."""

import math

import pytest

from planner.warehouse.errors import InvalidRule
from planner.warehouse.ids import NodeId, RuleId, Sku
from planner.warehouse.rules import FloorRule, RuleKind, check_rule
from planner.warehouse.view import RobotActivity

SQUARE = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0))
BOW = ((0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0))
LINE = ((0.0, 0.0), (1.0, 1.0), (2.0, 2.0))
R = RuleId("r")
ONE_WAY, LIMIT, BLOCKED, PRIORITY = (
    RuleKind.ONE_WAY,
    RuleKind.SPEED_LIMIT,
    RuleKind.BLOCKED,
    RuleKind.PRIORITY,
)

GOOD = [
    FloorRule(R, ONE_WAY, SQUARE, heading_rad=-math.pi),
    FloorRule(R, ONE_WAY, nodes=(NodeId("c001r001"),), heading_rad=0.0),
    FloorRule(R, LIMIT, SQUARE, max_speed_mps=0.05),
    FloorRule(R, BLOCKED, SQUARE),
    FloorRule(R, PRIORITY, priority=1, sku=Sku("TEA")),
    FloorRule(R, PRIORITY, priority=9, orders="VIP-"),
    FloorRule(R, PRIORITY, priority=9, trips=RobotActivity.CHARGE),
]

BAD = [
    ("rule", FloorRule(RuleId(""), BLOCKED, SQUARE)),
    ("rule", FloorRule(RuleId("a\n"), BLOCKED, SQUARE)),
    ("rule", FloorRule(RuleId("x" * 101), BLOCKED, SQUARE)),
    ("area_m", FloorRule(R, BLOCKED)),
    ("area_m", FloorRule(R, BLOCKED, BOW)),
    ("area_m", FloorRule(R, BLOCKED, LINE)),
    ("area_m", FloorRule(R, BLOCKED, SQUARE[:2])),
    ("area_m", FloorRule(R, BLOCKED, (*SQUARE[:3], (math.nan, 1.0)))),
    ("area_m", FloorRule(R, BLOCKED, (*SQUARE[:3], (math.inf, 1.0)))),
    ("area_m", FloorRule(R, BLOCKED, SQUARE * 20)),
    ("heading_rad", FloorRule(R, ONE_WAY, SQUARE)),
    ("heading_rad", FloorRule(R, ONE_WAY, SQUARE, heading_rad=math.nan)),
    ("heading_rad", FloorRule(R, BLOCKED, SQUARE, heading_rad=0.0)),
    ("max_speed_mps", FloorRule(R, LIMIT, SQUARE)),
    ("max_speed_mps", FloorRule(R, LIMIT, SQUARE, max_speed_mps=0.0)),
    ("max_speed_mps", FloorRule(R, LIMIT, SQUARE, max_speed_mps=-1.0)),
    ("max_speed_mps", FloorRule(R, LIMIT, SQUARE, max_speed_mps=math.nan)),
    ("max_speed_mps", FloorRule(R, LIMIT, SQUARE, max_speed_mps=1e-9)),
    ("max_speed_mps", FloorRule(R, ONE_WAY, SQUARE, heading_rad=0.0, max_speed_mps=1.0)),
    ("priority", FloorRule(R, PRIORITY, sku=Sku("TEA"))),
    ("priority", FloorRule(R, PRIORITY, priority=0, sku=Sku("TEA"))),
    ("priority", FloorRule(R, PRIORITY, priority=1001, sku=Sku("TEA"))),
    ("area_m", FloorRule(R, PRIORITY, SQUARE, priority=1, sku=Sku("TEA"))),
    ("trips", FloorRule(R, PRIORITY, priority=1, trips=RobotActivity.SILENT)),
    ("sku, orders, trips", FloorRule(R, PRIORITY, priority=1)),
    ("sku, orders, trips", FloorRule(R, PRIORITY, priority=1, orders="")),
    ("sku, orders, trips", FloorRule(R, PRIORITY, priority=1, sku=Sku("TEA"), orders="V")),
]


@pytest.mark.parametrize("rule", GOOD)
def test_rules_that_make_sense(rule: FloorRule) -> None:
    check_rule(rule)


@pytest.mark.parametrize(("field", "rule"), BAD)
def test_others_are_refused_with_field_and_remedy(field: str, rule: FloorRule) -> None:
    with pytest.raises(InvalidRule) as error:
        check_rule(rule)
    assert error.value.field == field
    assert error.value.remedy
