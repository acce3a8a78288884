"""The whole dispatcher on the tiny floor, with robots that hop and are delayed at random."""

import random
from copy import deepcopy
from dataclasses import replace

import pytest
from fakes.hopping_world import HoppingWorld, run
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.assign.release import ReleaseParams
from planner.dispatch.params import DispatchParams
from planner.dispatch.state import State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.warehouse.commands import (
    AlarmKind,
    RaiseAlarm,
    SendTransportOrder,
    ShortenLine,
    ShowPicks,
)
from planner.warehouse.events import Event, OrderReceived, PickConfirmed, StockStated
from planner.warehouse.ids import OrderId, PickId, PodId, RobotId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import ShortReason
from planner.warehouse.stock import Balance, slot_id
from planner.warehouse.view import RobotActivity
from sim_worlds.sites.catalogue import load_site

SKUS = [Sku(f"sku-{i}") for i in range(8)]


@pytest.fixture(scope="module")
def dispatcher() -> Dispatcher:
    return Dispatcher(load_site("tiny"))


def stock_of(dispatcher: Dispatcher, quantity: int = 40) -> tuple[Balance, ...]:
    """Every SKU in several pods."""
    pods = list(dispatcher.floor.roadmap.pods)
    places = [(pod, level) for level in (1, 2, 3) for pod in pods]
    return tuple(
        Balance(slot_id(pod, "A", level, 1), SKUS[i % len(SKUS)], quantity)
        for i, (pod, level) in enumerate(places)
    )


def order(name: str, *wanted: tuple[Sku, int]) -> OrderReceived:
    key = OrderId(name)
    lines = tuple(OrderLine(line_id(key, i), sku, n) for i, (sku, n) in enumerate(wanted, 1))
    return OrderReceived(PickOrder(key, lines))


def some_orders(count: int, seed: int) -> list[Event]:
    rng = random.Random(seed)
    return [
        order(f"O{i}", *((rng.choice(SKUS), rng.randint(1, 3)) for _ in range(rng.randint(1, 4))))
        for i in range(count)
    ]


def test_orders_are_picked_completely(dispatcher: Dispatcher) -> None:
    orders = some_orders(12, seed=1)
    world, state = run(dispatcher, stock_of(dispatcher), orders)
    assert world.collisions == []
    assert state.orders == {}
    asked = sum(line.quantity for event in orders for line in event.order.lines)  # type: ignore[union-attr]
    assert sum(event.quantity for event in world.confirmed.values()) == asked


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), chance=st.floats(0.05, 1.0))
def test_no_delay_of_any_robot_causes_a_collision(seed: int, chance: float) -> None:
    dispatcher = Dispatcher(load_site("tiny"))
    orders = some_orders(6, seed)
    world, state = run(
        dispatcher, stock_of(dispatcher), orders, seed=seed, chance=chance, ticks=30_000
    )
    assert world.collisions == []
    assert state.orders == {}
    assert all(slot.reserved == 0 for slot in state.slots.values())
    assert state.picks == {}


def test_six_robots_on_the_small_floor(dispatcher: Dispatcher) -> None:
    small = Dispatcher(load_site("small"))
    stock = stock_of(small)
    world, state = run(small, stock, some_orders(30, seed=3), seed=3, chance=0.5)
    assert world.collisions == []
    assert state.orders == {}


def test_a_step_changes_nothing_it_was_given(dispatcher: Dispatcher) -> None:
    world = HoppingWorld(dispatcher, stock_of(dispatcher), seed=5, chance=0.8)
    state = dispatcher.start()
    world.waiting += some_orders(5, seed=5)
    for tick in range(1, 120):
        events = world.tick(tick * TICK_MS)
        before = deepcopy(state)
        after, commands = dispatcher.step(state, events, tick * TICK_MS)
        again, same = dispatcher.step(state, events, tick * TICK_MS)
        assert state == before
        assert (after, commands) == (again, same)
        state = after
        world.obey(commands)


def test_an_order_sent_twice_counts_once(dispatcher: Dispatcher) -> None:
    twice = [order("O1", (SKUS[0], 2)), order("O1", (SKUS[0], 2))]
    world, state = run(dispatcher, stock_of(dispatcher), twice)
    assert state.tally.orders_received == 1
    assert sum(event.quantity for event in world.confirmed.values()) == 2


def test_an_order_larger_than_all_stock_is_shortened_and_said_so(dispatcher: Dispatcher) -> None:
    world, state = _play(dispatcher, stock_of(dispatcher, 5), [order("BIG", (SKUS[0], 1000))])
    short = [command for command in world.commands if isinstance(command, ShortenLine)]
    assert [command.reason for command in short] == [ShortReason.INSUFFICIENT_STOCK]
    picked = sum(event.quantity for event in world.confirmed.values())
    assert picked + short[0].quantity == 1000
    assert picked > 0
    assert state.orders == {}
    alarms = [c for c in world.commands if isinstance(c, RaiseAlarm)]
    assert AlarmKind.LINE_SHORT in {alarm.kind for alarm in alarms}


def test_an_unstocked_sku_is_given_up_while_the_rest_is_picked(dispatcher: Dispatcher) -> None:
    mixed = order("MIX", (Sku("never-seen"), 3), (SKUS[1], 2))
    world, state = _play(dispatcher, stock_of(dispatcher), [mixed])
    assert sum(event.quantity for event in world.confirmed.values()) == 2
    assert state.shortened["MIX#1"].quantity == 3  # type: ignore[index]
    assert state.orders == {}


def test_a_slot_that_holds_less_is_made_up_from_another_pod(dispatcher: Dispatcher) -> None:
    stock = stock_of(dispatcher)
    world = RecordingWorld(dispatcher, stock, seed=0, chance=1.0)
    holders = [balance.slot for balance in stock if balance.sku == SKUS[0]]
    assert len(holders) >= 2
    for slot in holders[:-1]:
        world.true_stock[slot] = 1
    state = _drive(dispatcher, world, [order("O1", (SKUS[0], 4))])
    assert sum(event.quantity for event in world.confirmed.values()) == 4
    assert state.orders == {}
    assert not any(isinstance(command, ShortenLine) for command in world.commands)


def test_a_short_slot_with_no_other_shortens_the_line(dispatcher: Dispatcher) -> None:
    stock = (Balance(slot_id(PodId("P001"), "A", 1, 1), SKUS[0], 5),)
    world = RecordingWorld(dispatcher, stock, seed=0, chance=1.0)
    world.true_stock[stock[0].slot] = 3
    state = _drive(dispatcher, world, [order("O1", (SKUS[0], 5))])
    (short,) = (command for command in world.commands if isinstance(command, ShortenLine))
    assert (short.quantity, short.reason) == (2, ShortReason.SLOT_SHORT)
    assert state.orders == {}


def test_a_robot_that_never_answers_is_named_and_the_rest_goes_on(dispatcher: Dispatcher) -> None:
    world = RecordingWorld(dispatcher, stock_of(dispatcher), seed=0, chance=1.0)
    mute = next(iter(world.robots))
    world.robots[mute].alive = False
    state = _drive(dispatcher, world, some_orders(6, seed=2))
    assert state.orders == {}
    told = state.alarms[AlarmKind.ROBOT_SILENT, mute].text
    assert told == f"{mute} has not reported at all; others drive around it."
    assert all(c.order.robot != mute for c in world.commands if isinstance(c, SendTransportOrder))


def test_a_robot_that_falls_silent_on_the_way_loses_its_trip_to_another() -> None:
    dispatcher = Dispatcher(load_site("small"))
    world = RecordingWorld(dispatcher, stock_of(dispatcher), seed=0, chance=1.0)
    state = dispatcher.start()
    world.waiting += some_orders(20, seed=2)
    silenced: RobotId | None = None
    for tick in range(1, 4000):
        state = world.step(dispatcher, state, tick)
        for robot in state.robots.values():
            leg = robot.leg
            on_the_way = leg is not None and leg.activity is RobotActivity.FETCH
            if silenced is None and on_the_way and leg is not None and leg.end != leg.goal:
                silenced = robot.robot
                world.robots[silenced].alive = False
        if tick > 2 and not state.orders:
            break
    assert silenced is not None
    assert world.collisions == []
    assert state.orders == {}
    told = [one for one in world.commands if isinstance(one, RaiseAlarm) and one.active]
    assert [one.text for one in told if one.kind is AlarmKind.ROBOT_SILENT] == [
        f"{silenced} has not reported for more than 5 s; others drive around it."
    ]


def test_a_robot_that_cannot_get_on_says_whom_it_waits_for(dispatcher: Dispatcher) -> None:
    world = RecordingWorld(dispatcher, stock_of(dispatcher), seed=0, chance=1.0)
    state = dispatcher.start()
    world.waiting += some_orders(6, seed=2)
    frozen: RobotId | None = None
    for tick in range(1, 1000):
        state = world.step(dispatcher, state, tick)
        for robot in state.robots.values():
            if frozen is None and robot.waits_for is not None:
                frozen = robot.waits_for
                world.robots[frozen].ahead.clear()  # it reports, but does not move any more
    assert frozen is not None
    stuck = [alarm for (kind, _), alarm in state.alarms.items() if kind is AlarmKind.ROBOT_STUCK]
    assert any(f"waits for {frozen}" in alarm.text for alarm in stuck)


def test_outstanding_repeats_what_is_in_force_and_hurts_nobody(dispatcher: Dispatcher) -> None:
    world = RecordingWorld(dispatcher, stock_of(dispatcher), seed=4, chance=0.7)
    state = dispatcher.start()
    world.waiting += some_orders(8, seed=4)
    for tick in range(1, 6000):
        state = world.step(dispatcher, state, tick)
        if tick % 7 == 0:
            world.obey(dispatcher.outstanding(state))
        if tick > 2 and not state.orders:
            break
    assert state.orders == {}
    assert world.collisions == []


def test_late_and_unknown_events_are_ignored(dispatcher: Dispatcher) -> None:
    state = dispatcher.start()
    unknown = PickConfirmed(PickId("V999999.1"), 1)
    after, commands = dispatcher.step(state, [unknown], TICK_MS)
    assert commands == ()
    assert after.tally.picks_confirmed == 0


def test_time_never_runs_backwards(dispatcher: Dispatcher) -> None:
    state, _ = dispatcher.step(dispatcher.start(), [], 5_000)
    back, _ = dispatcher.step(state, [], 1_000)
    assert back.now_ms == 5_000


@pytest.mark.parametrize(
    "wrong", [{"base_nodes": 0}, {"depth": 4}, {"depth": 8}, {"trials": -1}, {"battery_low": 0.05}]
)
def test_params_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="found"):
        DispatchParams(**wrong)  # type: ignore[arg-type]


class RecordingWorld(HoppingWorld):
    """Also keeps every command it was given."""

    def __init__(self, *args: object, **kwargs: object):
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.commands: list[object] = []

    def step(self, dispatcher: Dispatcher, state: State, tick: int) -> State:
        events = self.tick(tick * TICK_MS)
        state, commands = dispatcher.step(state, events, tick * TICK_MS)
        self.commands += commands
        self.obey(commands)
        return state


def _drive(dispatcher: Dispatcher, world: RecordingWorld, orders: list[Event]) -> State:
    state = dispatcher.start()
    world.waiting += orders
    for tick in range(1, 4000):
        state = world.step(dispatcher, state, tick)
        if tick > 2 and not state.orders:
            break
    assert world.collisions == []
    return state


def _play(
    dispatcher: Dispatcher, stock: tuple[Balance, ...], orders: list[Event]
) -> tuple[RecordingWorld, State]:
    world = RecordingWorld(dispatcher, stock, seed=0, chance=1.0)
    return world, _drive(dispatcher, world, orders)


def test_picks_shown_belong_to_the_pod_that_stands_there(dispatcher: Dispatcher) -> None:
    world, _ = _play(dispatcher, stock_of(dispatcher), some_orders(6, seed=8))
    shown = [command for command in world.commands if isinstance(command, ShowPicks)]
    assert shown
    for command in shown:
        assert {(task.pod, task.station) for task in command.picks} == {
            (command.pod, command.station)
        }


def test_stock_is_believed_as_stated(dispatcher: Dispatcher) -> None:
    slot = slot_id(PodId("P001"), "A", 1, 1)
    events = [StockStated((Balance(slot, SKUS[0], 9),)), StockStated((Balance(slot, SKUS[0], 4),))]
    state, _ = dispatcher.step(dispatcher.start(), events, TICK_MS)
    assert state.slots[slot].quantity == 4


@pytest.mark.parametrize(("share", "first"), [(0.0, 1), (1.0, 3)])
def test_orders_that_are_only_nearly_due_go_first_as_a_share_of_all(
    share: float, first: int
) -> None:
    """Without robots nothing else gives orders to stations."""
    release = ReleaseParams(pressed_share=share)
    dispatcher = Dispatcher(load_site("tiny"), DispatchParams(release=release))
    events: list[Event] = [StockStated(stock_of(dispatcher))]
    state, _ = dispatcher.step(dispatcher.start(), events, TICK_MS)
    for number in range(3):
        made = order(f"O{number}", (SKUS[number], 1))
        assert isinstance(made, OrderReceived)
        nearly_due = OrderReceived(replace(made.order, due_ms=60_000))
        state, _ = dispatcher.step(state, [nearly_due], (number + 2) * TICK_MS)
    assert sum(map(len, state.walls.values())) == first
    assert len(state.waiting) == 3 - first
