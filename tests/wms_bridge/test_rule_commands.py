"""``podherd rules`` and ``podherd policy`` against a bridge that runs, and its client."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from planner.warehouse.errors import IdempotencyConflict, InvalidPolicy, InvalidRule, NotFound
from planner.warehouse.flows import Flow, RoutingPolicy
from planner.warehouse.ids import NodeId, RuleId
from planner.warehouse.rules import FloorRule, RuleKind
from planner.warehouse.view import RobotActivity
from wms_bridge.cli import add_to
from wms_bridge.client import BridgeClient

APP = typer.Typer()
add_to(APP)
POLICY = Path(__file__).parents[2] / "docs" / "examples" / "policy.json"


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(APP, arguments)
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def test_rules_are_set_listed_and_cleared(url: str, client: BridgeClient) -> None:
    area = "3,9 11,9 11,12.6"
    at = ("--url", url)
    run("rules", "set", "dock/1", "--kind", "speed_limit", "--area", area, "--speed", "0.5", *at)
    run("rules", "set", "spill", "--kind", "blocked", "--node", "c1", "--node", "c2", *at)
    run("rules", "set", "vip", "--kind", "priority", "--trips", "fetch", "--priority", "3", *at)
    assert [record.rule for record in client.rules()] == [
        FloorRule(
            RuleId("dock/1"),
            RuleKind.SPEED_LIMIT,
            ((3.0, 9.0), (11.0, 9.0), (11.0, 12.6)),
            max_speed_mps=0.5,
        ),
        FloorRule(RuleId("spill"), RuleKind.BLOCKED, nodes=(NodeId("c1"), NodeId("c2"))),
        FloorRule(RuleId("vip"), RuleKind.PRIORITY, priority=3, trips=RobotActivity.FETCH),
    ]
    listed = run("rules", "list", *at)
    assert "max_speed_mps 0.5" in listed
    assert "3,9 11,9 11,12.6" in listed
    assert "priority 3, of fetch" in listed
    run("rules", "clear", "dock/1", *at)
    assert [record.rule.rule for record in client.rules()] == ["spill", "vip"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("rules", "clear", "never"), "no such rule is in force"),
        (("rules", "set", "r", "--kind", "blocked"), "Give an area or nodes"),
        (("rules", "set", "r", "--kind", "blocked", "--area", "1,2 3"), "not corners"),
        (("policy", "set", "nowhere.json"), "cannot be read"),
    ],
)
def test_what_is_refused_is_said_with_a_remedy(
    url: str, arguments: tuple[str, ...], says: str
) -> None:
    assert says in run(*arguments, "--url", url, code=1)


def test_a_policy_is_checked_set_and_shown(url: str, client: BridgeClient, tmp_path: Path) -> None:
    assert "5 rules, else goods_to_person" in run("policy", "check", str(POLICY))
    for _ in range(2):
        run("policy", "set", str(POLICY), "--url", url)
    assert client.policy().policy.version == 1
    assert "heavy pieces" in run("policy", "show", "--url", url)
    changed = tmp_path / "policy.json"
    changed.write_text(POLICY.read_text().replace("15000", "12000"))
    assert "Send 2 or more" in run("policy", "set", str(changed), "--url", url, code=1)
    changed.write_text("{}")
    assert "version" in run("policy", "check", str(changed), code=1)


def test_errors_of_the_bridge_come_back_as_they_were(client: BridgeClient) -> None:
    with pytest.raises(NotFound):
        client.clear_rule(RuleId("never"))
    with pytest.raises(InvalidRule) as error:
        client.set_rule(FloorRule(RuleId("r"), RuleKind.BLOCKED))
    assert error.value.field == "area_m"
    client.set_policy(RoutingPolicy(4, Flow.GOODS_TO_PERSON))
    with pytest.raises(IdempotencyConflict):
        client.set_policy(RoutingPolicy(3, Flow.GOODS_TO_PERSON))
    with pytest.raises(InvalidPolicy):
        client.set_policy(RoutingPolicy(-1, Flow.GOODS_TO_PERSON))
