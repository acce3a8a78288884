"""Rules of the floor come over the bridge's feed: a fleet that is killed has them again, beside the
stops and entries that are its own."""

from pathlib import Path

from fakes.paper_fleet import PaperFleet

from planner.warehouse.commands import AlarmKind, RaiseAlarm, SendTransportOrder
from planner.warehouse.events import RuleCleared, RuleSet
from planner.warehouse.ids import NodeId, RuleId
from planner.warehouse.rules import FloorRule, RuleKind
from podherd_ros.presence import Stop, StopScope
from sim_worlds.obedience import Obedience

AREA = ((0.0, 0.0), (40.0, 0.0), (40.0, 40.0), (0.0, 40.0))
SLOW = FloorRule(RuleId("slow"), RuleKind.SPEED_LIMIT, AREA, max_speed_mps=0.4)


def test_rules_hold_after_a_restart_and_until_they_are_cleared(tmp_path: Path) -> None:
    paper = PaperFleet(tmp_path, seed=1)
    spot = NodeId(next(iter(paper.world.pods.values())))
    blocked = FloorRule(RuleId("spill"), RuleKind.BLOCKED, nodes=(spot,))
    paper.order(6)
    paper.ticks(10)
    paper.world.waiting += [RuleSet(SLOW), RuleSet(blocked)]
    watch = Obedience(paper.site)
    for tick in range(60):
        if tick == 20:
            zone = Stop("mop", StopScope.ZONE, (), ((3.0, 9.0), (5.0, 9.0), (5.0, 11.0)), 0)
            paper.fleet.set_stop(zone, engaged=True)
        if tick == 30:
            paper.restart()
        if tick == 40:
            paper.fleet.set_stop(zone, engaged=False)
        paper.ticks()
        watch.look((SLOW, blocked), paper.sent, paper.now_ms)
    assert watch.breaches == []
    assert watch.edges > 30
    closed = [alarm.subject for alarm in active(paper)]
    assert closed == ["rule/spill"], "the stop's own closure is lifted, the rule's is not"
    paper.world.waiting += [RuleCleared(SLOW.rule), RuleCleared(blocked.rule)]
    paper.order(6)
    sent: list[SendTransportOrder] = []
    for _ in range(40):
        paper.ticks()
        sent += paper.sent
    assert active(paper) == []
    assert max(speeds(sent)) > 0.4


def active(paper: PaperFleet) -> list[RaiseAlarm]:
    return [a for a in paper.fleet.view().alarms if a.kind is AlarmKind.NODES_CLOSED]


def speeds(orders: list[SendTransportOrder]) -> list[float]:
    return [edge.max_speed_mps for command in orders for edge in command.order.edges]
