"""Lines that a routing policy keeps from the robots."""

import pytest
from fakes.hopping_world import run

from planner.dispatch.state import State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.warehouse.commands import AlarmKind, Command, RouteLine
from planner.warehouse.events import Event, OrderReceived, PolicySet, SkuStated, StockStated
from planner.warehouse.flows import Flow, FlowRule, RoutingPolicy, SkuFacts, When, Within
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.stock import Balance, slot_id
from sim_worlds.sites.catalogue import load_site

TEA, BOX = Sku("TEA"), Sku("BOX")
HEAVY = FlowRule("heavy", When(weight_g=Within(least=10_000)), Flow.FIXED_PICK_FACE)
CASES = FlowRule("cases", When(full_cases=True), Flow.FULL_CASE)
LATE = FlowRule("late", When(due_in_ms=Within(most=0)), Flow.CROSS_DOCK)
POLICY = RoutingPolicy(2, Flow.GOODS_TO_PERSON, (HEAVY, CASES, LATE))
FACTS = SkuStated((SkuFacts(TEA, weight_g=100, case_quantity=12), SkuFacts(BOX, weight_g=20_000)))


@pytest.fixture(scope="module")
def dispatcher() -> Dispatcher:
    return Dispatcher(load_site("tiny"))


def order(name: str, *wanted: tuple[Sku, int], due_ms: int | None = None) -> OrderReceived:
    key = OrderId(name)
    lines = [OrderLine(line_id(key, i), sku, n) for i, (sku, n) in enumerate(wanted, start=1)]
    return OrderReceived(PickOrder(key, tuple(lines), due_ms))


def routed(commands: tuple[Command, ...]) -> dict[str, RouteLine]:
    return {c.line: c for c in commands if isinstance(c, RouteLine)}


def told(dispatcher: Dispatcher, *events: Event) -> tuple[State, tuple[Command, ...]]:
    pod = next(iter(dispatcher.floor.roadmap.pods))
    stock = (Balance(slot_id(pod, "A", 1, 1), TEA, 40), Balance(slot_id(pod, "A", 1, 2), BOX, 9))
    return dispatcher.step(dispatcher.start(), [StockStated(stock), *events], TICK_MS)


def test_lines_of_another_flow_are_handed_back_and_the_rest_is_picked(
    dispatcher: Dispatcher,
) -> None:
    pod = next(iter(dispatcher.floor.roadmap.pods))
    stock = (Balance(slot_id(pod, "A", 1, 1), TEA, 40), Balance(slot_id(pod, "A", 1, 2), BOX, 9))
    mixed = order("A", (TEA, 2), (BOX, 1), (TEA, 24))
    world, state = run(dispatcher, stock, [PolicySet(POLICY), FACTS, mixed])
    assert state.orders == {}
    assert list(state.finished) == ["A"]
    assert [event.quantity for event in world.confirmed.values()] == [2]
    assert {name: (c.flow, c.rule, c.version) for name, c in state.routed.items()} == {
        "A#2": (Flow.FIXED_PICK_FACE, "heavy", 2),
        "A#3": (Flow.FULL_CASE, "cases", 2),
    }
    assert state.tally.lines_received == 3
    assert state.tally.lines_picked == 1
    assert state.tally.lines_routed == 2
    assert state.tally.lines_shortened == 0


def test_an_order_without_work_for_robots_is_done_at_once(dispatcher: Dispatcher) -> None:
    state, commands = told(dispatcher, PolicySet(POLICY), FACTS, order("A", (BOX, 1)))
    assert list(routed(commands)) == ["A#1"]
    assert state.orders == {}
    assert state.waiting == {}
    assert list(state.finished) == ["A"]


def test_the_same_order_again_is_not_routed_again_but_a_restart_tells_it(
    dispatcher: Dispatcher,
) -> None:
    state, _ = told(dispatcher, PolicySet(POLICY), FACTS, order("A", (BOX, 1), (TEA, 1)))
    state, commands = dispatcher.step(state, [order("A", (BOX, 1), (TEA, 1))], 2 * TICK_MS)
    assert routed(commands) == {}
    assert list(routed(dispatcher.outstanding(state))) == ["A#1"]


def test_without_a_policy_everything_is_for_the_robots(dispatcher: Dispatcher) -> None:
    state, commands = told(dispatcher, FACTS, order("A", (BOX, 1), (TEA, 24)))
    assert routed(commands) == {}
    assert list(state.lines) == ["A#1", "A#2"]


def test_a_policy_is_for_lines_that_come_after_it(dispatcher: Dispatcher) -> None:
    state, commands = told(dispatcher, FACTS, order("A", (BOX, 1)), PolicySet(POLICY))
    assert routed(commands) == {}
    state, commands = dispatcher.step(state, [order("B", (BOX, 1))], 2 * TICK_MS)
    assert list(routed(commands)) == ["B#1"]
    back = PolicySet(RoutingPolicy(3, Flow.GOODS_TO_PERSON))
    state, commands = dispatcher.step(state, [back, order("C", (BOX, 1))], 3 * TICK_MS)
    assert routed(commands) == {}
    assert list(state.lines) == ["A#1", "C#1"]


def test_due_time_counts_from_receipt(dispatcher: Dispatcher) -> None:
    events = [PolicySet(POLICY), order("A", (TEA, 1), due_ms=TICK_MS)]
    _, commands = told(dispatcher, *events, order("B", (TEA, 1), due_ms=TICK_MS + 1))
    assert list(routed(commands)) == ["A#1"]


def test_a_policy_that_contradicts_itself_is_not_applied_and_told(dispatcher: Dispatcher) -> None:
    twice = FlowRule("again", HEAVY.when, Flow.CROSS_DOCK)
    bad = RoutingPolicy(3, Flow.FULL_CASE, (HEAVY, twice))
    state, _ = told(dispatcher, PolicySet(POLICY), PolicySet(bad))
    assert state.policy == POLICY
    assert "contradicts" in state.alarms[AlarmKind.RULE_REFUSED, "policy"].text
    assert state.tally.rules_refused == 1
    state, _ = dispatcher.step(state, [PolicySet(POLICY)], 2 * TICK_MS)
    assert state.alarms == {}


@pytest.mark.parametrize("case_quantity", [0, -3, None])
def test_odd_facts_hurt_nobody(dispatcher: Dispatcher, case_quantity: int | None) -> None:
    odd = SkuStated((SkuFacts(TEA, "", "", -5, case_quantity),))
    told(dispatcher, PolicySet(POLICY), odd, order("A", (TEA, 24)))
