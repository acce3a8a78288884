"""Rules of the floor and the routing policy at the bridge, on each kind of store."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from planner.codec.messages import decode
from planner.roadmap.rules import RuleCheck
from planner.warehouse.commands import RouteLine, ShortenLine, ShowPicks
from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidMessage,
    InvalidOrder,
    InvalidPolicy,
    InvalidRule,
    InvalidStock,
    NotFound,
)
from planner.warehouse.events import Event, PolicySet, RuleCleared, RuleSet, SkuStated
from planner.warehouse.flows import Flow, FlowRule, RoutingPolicy, SkuFacts, When
from planner.warehouse.ids import LineId, OrderId, PickId, RuleId, Sku
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.rules import FloorRule, RuleKind
from sim_worlds.sites.catalogue import load_site
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.ports.store import Store
from wms_bridge.records.work import OrderStatus, SkuRecord, Tally
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
AREA = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0))
SLOW = FloorRule(RuleId("slow"), RuleKind.SPEED_LIMIT, AREA, max_speed_mps=0.5)
RUSH = FloorRule(RuleId("rush"), RuleKind.PRIORITY, priority=2, sku=Sku("RED"))
POLICY = RoutingPolicy(1, Flow.GOODS_TO_PERSON, (FlowRule("L", When(("L",)), Flow.FULL_CASE),))


def told(bridge: Bridge, *kinds: type[Event]) -> list[Event]:
    return [item.event for item in bridge.feed(0) if isinstance(item.event, kinds)]


def test_rules_are_kept_told_once_replaced_and_cleared(bridge: Bridge) -> None:
    first = bridge.rulebook.set_rule(SLOW, 5)
    assert bridge.rulebook.set_rule(SLOW, 6) == first
    faster = replace(SLOW, max_speed_mps=0.8)
    bridge.rulebook.set_rule(RUSH, 7)
    bridge.rulebook.set_rule(faster, 8)
    assert [record.rule for record in bridge.rulebook.rules()] == [faster, RUSH]
    assert [record.set_ms for record in bridge.rulebook.rules()] == [8, 7]
    bridge.rulebook.clear_rule(SLOW.rule, 9)
    assert [record.rule for record in bridge.rulebook.rules()] == [RUSH]
    expected = [RuleSet(SLOW), RuleSet(RUSH), RuleSet(faster), RuleCleared(SLOW.rule)]
    assert told(bridge, RuleSet, RuleCleared) == expected
    with pytest.raises(NotFound) as error:
        bridge.rulebook.clear_rule(SLOW.rule, 10)
    assert (error.value.field, error.value.value) == ("rule", "slow")


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (replace(SLOW, max_speed_mps=0.0), "max_speed_mps"),
        (replace(SLOW, area_m=AREA[:2]), "area_m"),
        (replace(RUSH, sku=Sku("NEVER SEEN")), "sku"),
    ],
)
def test_a_refused_rule_leaves_no_trace(bridge: Bridge, rule: FloorRule, field: str) -> None:
    with pytest.raises(InvalidRule) as error:
        bridge.rulebook.set_rule(rule, 5)
    assert error.value.field == field
    assert bridge.rulebook.rules() == ()
    assert told(bridge, RuleSet) == []


def test_the_check_of_the_floor_is_asked_with_the_rules_in_force(store: Store) -> None:
    asked: list[tuple[tuple[FloorRule, ...], FloorRule]] = []

    def check(in_force: Sequence[FloorRule], rule: FloorRule) -> None:
        asked.append((tuple(in_force), rule))

    bridge = Bridge(load_site("tiny"), store, check)
    bridge.rulebook.set_rule(SLOW, 1)
    other = replace(SLOW, rule=RuleId("other"))
    bridge.rulebook.set_rule(other, 2)
    assert asked == [((), SLOW), ((SLOW,), other)]


def test_rules_that_cut_places_off_are_refused_where_the_floor_is_known() -> None:
    site = load_site("tiny")
    bridge = Bridge(site, MemoryStore(), RuleCheck(site))
    north = ((2.0, 8.0), (8.8, 8.0), (8.8, 8.8), (2.0, 8.8))
    with pytest.raises(InvalidRule, match="cut off charger C01"):
        bridge.rulebook.set_rule(FloorRule(RuleId("wall"), RuleKind.BLOCKED, north), 1)
    assert bridge.rulebook.rules() == ()


def test_a_policy_needs_a_new_version_for_every_change(bridge: Bridge) -> None:
    assert bridge.rulebook.policy().policy.version == 0
    first = bridge.rulebook.set_policy(POLICY, 5)
    assert bridge.rulebook.set_policy(POLICY, 6) == first == bridge.rulebook.policy()
    with pytest.raises(IdempotencyConflict) as error:
        bridge.rulebook.set_policy(replace(POLICY, default=Flow.FULL_CASE), 7)
    assert error.value.field == "version"
    with pytest.raises(InvalidPolicy):
        bridge.rulebook.set_policy(replace(POLICY, version=2, rules=POLICY.rules * 2), 7)
    second = replace(POLICY, version=2, rules=())
    bridge.rulebook.set_policy(second, 8)
    assert bridge.rulebook.policy().policy == second
    assert told(bridge, PolicySet) == [PolicySet(POLICY), PolicySet(second)]


def test_the_fleet_is_told_what_is_news_about_skus(bridge: Bridge) -> None:
    heavy = SkuRecord(Sku("RED"), "red", "L", "A", 900, 12)
    bridge.put_skus([SkuRecord(Sku("BLUE"), "nothing known"), heavy])
    bridge.put_skus([replace(heavy, description="still red")])
    bridge.put_skus([SkuRecord(Sku("RED"))])
    assert told(bridge, SkuStated) == [
        SkuStated((SkuFacts(Sku("RED"), "L", "A", 900, 12),)),
        SkuStated((SkuFacts(Sku("RED")),)),
    ]
    assert bridge.catalogue()[-1] == SkuRecord(Sku("RED"))


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (SkuRecord(Sku("A"), weight_g=-1), "skus[0].weight_g"),
        (SkuRecord(Sku("A"), case_quantity=0), "skus[0].case_quantity"),
        (SkuRecord(Sku("A"), size_class=""), "skus[0].size_class"),
        (SkuRecord(Sku("A"), velocity_class=" B"), "skus[0].velocity_class"),
    ],
)
def test_odd_facts_are_refused(bridge: Bridge, record: SkuRecord, field: str) -> None:
    with pytest.raises(InvalidStock) as error:
        bridge.put_skus([record])
    assert error.value.field == field


def messages(bridge: Bridge) -> list[dict[str, object]]:
    with bridge.store.reading() as tx:
        found = [tx.message(number) for number in range(1, tx.backlog() + 1)]
    return [decode(message.body) for message in found if message is not None]


def test_a_routed_line_is_told_to_the_wms_and_the_order_ends_without_it(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3, BLUE=96), 1)
    route = RouteLine(OrderId("A"), LineId("A#2"), Flow.FULL_CASE, "cases", 4)
    assert bridge.apply([route, route], 2) == (None, None)
    assert [m["message"] for m in messages(bridge)] == ["line-routed/A#2"]
    assert bridge.apply([show("p1", "A#1", "RED", 3)], 3) == (None,)
    bridge.confirm_pick(PickId("p1"), 3, 4)
    routed, confirmed = messages(bridge)
    assert (routed["sku"], routed["quantity"], routed["flow"]) == ("BLUE", 96, "full_case")
    assert (routed["rule"], routed["version"]) == ("cases", 4)
    assert confirmed["status"] == "complete"
    lines = confirmed["lines"]
    assert isinstance(lines, list)
    assert [(line["picked"], line["short"], line["flow"]) for line in lines] == [
        (3, 0, "goods_to_person"),
        (0, 0, "full_case"),
    ]
    assert bridge.tallies()[Tally.LINES_ROUTED] == 1
    assert bridge.tallies()[Tally.LINES_CLOSED] == 2
    assert bridge.tallies()[Tally.LINES_SHORT] == 0
    report = bridge.verify()
    assert report.sound
    assert report.pieces_picked == 3


def test_an_order_of_routed_lines_alone_is_confirmed(bridge: Bridge, order: OrderMaker) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    bridge.apply([RouteLine(OrderId("A"), LineId("A#1"), Flow.CROSS_DOCK)], 2)
    details = bridge.order(OrderId("A"))
    assert details is not None
    assert details.order.status is OrderStatus.COMPLETE
    assert [m["message"] for m in messages(bridge)] == ["line-routed/A#1", "order-confirmed/A"]


def test_lines_in_work_and_unknown_lines_are_not_routed(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3, BLUE=2, RARE=1), 1)
    short = ShortReason.INSUFFICIENT_STOCK
    bridge.apply([show("p1", "A#1", "RED", 1)], 2)
    bridge.apply([ShortenLine(OrderId("A"), LineId("A#3"), 1, 1, short)], 2)
    bridge.apply([RouteLine(OrderId("A"), LineId("A#2"), Flow.FULL_CASE)], 2)
    wanted = [("A", "A#1"), ("A", "A#3"), ("A", "A#9"), ("B", "A#1")]
    commands = [RouteLine(OrderId(o), LineId(li), Flow.FULL_CASE) for o, li in wanted]
    commands.append(RouteLine(OrderId("A"), LineId("A#2"), Flow.CROSS_DOCK))
    commands.append(RouteLine(OrderId("A"), LineId("A#2"), Flow.GOODS_TO_PERSON))
    kinds = [type(error) for error in bridge.apply(commands, 3)]
    assert kinds == [InvalidOrder] * 4 + [IdempotencyConflict, InvalidMessage]
    late = [show("p2", "A#2", "BLUE", 1, "P001/A/1/2")]
    late.append(ShortenLine(OrderId("A"), LineId("A#2"), 1, 1, short))  # type: ignore[arg-type]
    assert [type(error) for error in bridge.apply(late, 4)] == [InvalidMessage, InvalidOrder]
