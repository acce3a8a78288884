"""Rules of the floor set, changed and cleared while robots work."""

from dataclasses import replace
from math import pi

import pytest
from fakes.hopping_world import HoppingWorld
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.dispatch.phases.ruling import priority_of, trip_priorities
from planner.dispatch.state import State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.dispatch.turn import Turn
from planner.warehouse.commands import AlarmKind, Command, RaiseAlarm, SendTransportOrder
from planner.warehouse.events import OrderReceived, RuleCleared, RuleSet
from planner.warehouse.ids import NodeId, OrderId, RuleId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.rules import FloorRule, RuleKind
from planner.warehouse.site import Direction, Site
from planner.warehouse.stock import Balance, slot_id
from planner.warehouse.view import RobotActivity
from sim_worlds.edits import random_edits
from sim_worlds.obedience import Obedience
from sim_worlds.sites.catalogue import load_site

SKUS = [Sku(f"sku-{i}") for i in range(8)]
R, Q = RuleId("r"), RuleId("q")
MIDDLE = ((2.0, 8.0), (28.0, 8.0), (28.0, 8.8), (2.0, 8.8))
ALL = ((-1.0, -1.0), (99.0, -1.0), (99.0, 99.0), (-1.0, 99.0))
EAST, WEST = 0.0, pi


def two_way() -> Site:
    """The small site with every aisle open to both directions."""
    site = load_site("small")
    return replace(site, aisles=tuple(replace(a, direction=Direction.BOTH) for a in site.aisles))


@pytest.fixture(scope="module")
def dispatcher() -> Dispatcher:
    return Dispatcher(two_way())


def at_work(
    dispatcher: Dispatcher, seed: int, chance: float = 1.0, orders: int = 8
) -> HoppingWorld:
    """Robots with orders for everything on the floor."""
    pods = list(dispatcher.floor.roadmap.pods)
    stock = tuple(
        Balance(slot_id(pod, "A", 1, 1), SKUS[i % len(SKUS)], 40) for i, pod in enumerate(pods)
    )
    world = HoppingWorld(dispatcher, stock, seed, chance)
    for number in range(orders):
        key = OrderId(f"O{number}")
        lines = [OrderLine(line_id(key, i), SKUS[(number + i) % 8], 2) for i in (1, 2, 3)]
        world.waiting.append(OrderReceived(PickOrder(key, tuple(lines))))
    return world


class Play:
    """A dispatcher with its world, watched."""

    def __init__(self, dispatcher: Dispatcher, world: HoppingWorld):
        self.dispatcher, self.world = dispatcher, world
        self.state: State = dispatcher.start()
        self.watch = Obedience(dispatcher.floor.site)
        self.tick = 0
        self.commands: list[Command] = []

    def go(self, ticks: int) -> None:
        for _ in range(ticks):
            self.tick += 1
            events = self.world.tick(self.tick * TICK_MS)
            self.state, commands = self.dispatcher.step(self.state, events, self.tick * TICK_MS)
            self.watch.look(tuple(self.state.rules.values()), commands, self.tick)
            self.world.obey(commands)
            self.commands += commands

    def finish(self, most: int = 12_000) -> None:
        while self.state.orders and self.tick < most:
            self.go(1)


BAD_RULES = [
    FloorRule(R, RuleKind.BLOCKED),
    FloorRule(R, RuleKind.BLOCKED, nodes=(NodeId("nowhere"),)),
    FloorRule(R, RuleKind.ONE_WAY, ((0.0, 0.0), (9.0, 9.0), (9.0, 0.0), (0.0, 9.0)), heading_rad=0),
    FloorRule(R, RuleKind.SPEED_LIMIT, MIDDLE, max_speed_mps=float("nan")),
    FloorRule(R, RuleKind.SPEED_LIMIT, MIDDLE, max_speed_mps=0.0),
    FloorRule(R, RuleKind.BLOCKED, ALL),
    FloorRule(RuleId(""), RuleKind.PRIORITY, priority=-3),
]


@settings(max_examples=6)
@given(
    seed=st.integers(0, 10_000),
    chance=st.floats(0.4, 1.0),
    bad=st.lists(st.tuples(st.integers(1, 400), st.sampled_from(BAD_RULES)), max_size=4),
)
def test_whatever_is_edited_nothing_breaks_and_all_obey(
    seed: int, chance: float, bad: list[tuple[int, FloorRule]]
) -> None:
    site = two_way()
    edits = [(t.at_ms // TICK_MS, t.edit) for t in random_edits(site, 14, seed, 400 * TICK_MS)]
    edits += [(tick, RuleSet(rule)) for tick, rule in bad]
    edits.sort(key=lambda timed: timed[0])
    runs = []
    for _ in range(2):
        dispatcher = Dispatcher(site)
        play = Play(dispatcher, at_work(dispatcher, seed, chance))
        for tick, edit in edits:
            play.go(tick - play.tick)
            play.world.waiting.append(edit)  # type: ignore[arg-type]
        play.go(5)
        play.finish()
        runs.append(play)
    first, again = runs
    assert first.watch.breaches == []
    assert first.watch.edges > 50
    assert first.world.collisions == []
    assert first.state.orders == {}, "all work was finished"
    assert first.commands == again.commands, "the same again, bit for bit"
    assert first.state.tally.rules_refused >= len(bad)


def test_the_watch_sees_who_does_not_obey(dispatcher: Dispatcher) -> None:
    play = Play(dispatcher, at_work(dispatcher, seed=1))
    rules = [
        FloorRule(R, RuleKind.ONE_WAY, ALL, heading_rad=WEST),
        FloorRule(Q, RuleKind.SPEED_LIMIT, MIDDLE, max_speed_mps=0.1),
    ]
    for _ in range(300):
        play.go(1)
    unaware = Obedience(dispatcher.floor.site)
    unaware.look(rules, play.commands, 0)
    assert {breach.rule for breach in unaware.breaches} == {R, Q}


def test_a_rule_holds_in_the_very_step_it_comes_in(dispatcher: Dispatcher) -> None:
    play = Play(dispatcher, at_work(dispatcher, seed=3, orders=30))
    play.go(30)
    play.world.waiting.append(RuleSet(FloorRule(R, RuleKind.ONE_WAY, MIDDLE, heading_rad=EAST)))
    play.world.waiting.append(
        RuleSet(FloorRule(Q, RuleKind.SPEED_LIMIT, MIDDLE, max_speed_mps=0.3))
    )
    before = play.watch.edges
    play.go(1)
    assert set(play.state.rules) == {R, Q}
    play.go(400)
    assert play.watch.edges > before + 50
    assert play.watch.breaches == []
    slow = [
        edge.max_speed_mps
        for command in play.commands
        if isinstance(command, SendTransportOrder)
        for edge in command.order.edges
    ]
    assert 0.3 in slow
    play.finish()
    assert play.state.orders == {}
    assert play.world.collisions == []


def test_robots_against_a_new_one_way_drive_what_they_have_and_come_out(
    dispatcher: Dispatcher,
) -> None:
    """Both directions one after the other: whoever is under way is against one of them."""
    play = Play(dispatcher, at_work(dispatcher, seed=5, chance=0.6, orders=30))
    play.go(20)
    for turn, heading in enumerate((EAST, WEST, EAST, WEST)):
        assert play.state.orders, "there is work left"
        rule = FloorRule(R, RuleKind.ONE_WAY, MIDDLE, heading_rad=heading)
        play.world.waiting.append(RuleSet(rule))
        play.go(25)
        assert play.state.rules[R].heading_rad == heading, turn
    play.finish()
    assert play.state.orders == {}
    assert play.watch.breaches == []
    assert play.world.collisions == []


def test_a_rule_that_cannot_be_is_not_applied_counted_and_told_once(
    dispatcher: Dispatcher,
) -> None:
    good = FloorRule(R, RuleKind.ONE_WAY, MIDDLE, heading_rad=EAST)
    against = FloorRule(Q, RuleKind.ONE_WAY, MIDDLE, heading_rad=WEST)
    state, _ = dispatcher.step(dispatcher.start(), [RuleSet(good)], TICK_MS)
    events = [RuleSet(against), RuleSet(against)]
    state, commands = dispatcher.step(state, events, 2 * TICK_MS)
    told = [c for c in commands if isinstance(c, RaiseAlarm)]
    assert [(alarm.kind, alarm.subject) for alarm in told] == [(AlarmKind.RULE_REFUSED, "q")]
    assert "rule r" in told[0].text
    assert state.rules == {R: good}
    assert state.tally.rules_refused == 2
    assert (AlarmKind.RULE_REFUSED, "q") in state.alarms
    state, _ = dispatcher.step(state, [RuleCleared(R), RuleSet(against)], 3 * TICK_MS)
    assert state.rules == {Q: against}
    assert (AlarmKind.RULE_REFUSED, "q") not in state.alarms


def test_a_rule_that_was_to_be_replaced_stays_if_the_new_one_cannot_be(
    dispatcher: Dispatcher,
) -> None:
    good = FloorRule(R, RuleKind.SPEED_LIMIT, MIDDLE, max_speed_mps=0.5)
    bad = replace(good, max_speed_mps=-1.0)
    state, _ = dispatcher.step(dispatcher.start(), [RuleSet(good), RuleSet(bad)], TICK_MS)
    assert state.rules == {R: good}
    state, _ = dispatcher.step(state, [RuleCleared(R), RuleCleared(R)], 2 * TICK_MS)
    assert state.rules == {}
    assert state.alarms == {}


def test_rules_change_no_state_that_was_handed_in(dispatcher: Dispatcher) -> None:
    start = dispatcher.start()
    rule = FloorRule(R, RuleKind.BLOCKED, nodes=(dispatcher.floor.roadmap.spots[0],))
    state, _ = dispatcher.step(start, [RuleSet(rule)], TICK_MS)
    assert start.rules == {}
    assert start.closures == {}
    assert list(state.closures.values()) == [
        (dispatcher.floor.roadmap.index[dispatcher.floor.roadmap.spots[0]],)
    ]
    assert (AlarmKind.NODES_CLOSED, "rule/r") in state.alarms
    state, _ = dispatcher.step(state, [RuleCleared(R)], 2 * TICK_MS)
    assert state.closures == {}


def test_orders_of_a_priority_are_released_first(dispatcher: Dispatcher) -> None:
    """Of many waiting orders those named go to the put walls, though they came last."""
    world = at_work(dispatcher, seed=1, orders=60)
    key = OrderId("VIP-1")
    rush = PickOrder(key, (OrderLine(line_id(key, 1), SKUS[0], 1),))
    rule = FloorRule(R, RuleKind.PRIORITY, priority=5, orders="VIP-")
    play = Play(dispatcher, world)
    play.go(3)
    assert play.state.waiting, "the walls are full"
    world.waiting += [OrderReceived(rush), RuleSet(rule)]
    play.go(1)
    others = len(play.state.waiting) - (key in play.state.waiting)
    while key in play.state.waiting:
        play.go(1)
    assert len(play.state.waiting) >= others - 1, "nobody else went before"


def test_orders_with_a_sku_of_priority_and_trips_of_one_kind(dispatcher: Dispatcher) -> None:
    world = at_work(dispatcher, seed=1, orders=6)
    by_sku = FloorRule(R, RuleKind.PRIORITY, priority=4, sku=SKUS[3])
    by_trip = FloorRule(Q, RuleKind.PRIORITY, priority=7, trips=RobotActivity.FETCH)
    play = Play(dispatcher, world)
    world.waiting += [RuleSet(by_sku), RuleSet(by_trip)]
    play.go(8)
    turn = Turn(play.state, dispatcher.floor, dispatcher.params, play.state.now_ms)
    for order in play.state.orders.values():
        wanted = any(play.state.lines[line].sku == SKUS[3] for line in order.lines)
        assert priority_of(turn, order) == (4 if wanted else 0)
    robots = list(play.state.robots.values())
    urgency = trip_priorities(turn, robots)
    fetching = [r.leg is not None and r.leg.activity is RobotActivity.FETCH for r in robots]
    assert any(fetching)
    assert [value == 7 for value in urgency] == fetching
