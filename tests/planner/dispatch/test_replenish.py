"""Goods into pods: promises of room, visits to replenishment stations, lines that wait."""

from collections import Counter
from dataclasses import replace

import pytest
from fakes.hopping_world import HoppingWorld, run
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.dispatch.params import DispatchParams, ReplenishParams
from planner.dispatch.state import Phase, State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.warehouse.commands import AlarmKind, ShortenLine, ShowPicks, ShowPuts
from planner.warehouse.events import (
    Event,
    GoodsReceived,
    NodesClosed,
    NodesOpened,
    OrderReceived,
    PutConfirmed,
    StockStated,
)
from planner.warehouse.ids import ClosureId, OrderId, PutId, ReceiptId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.receipts import Receipt
from planner.warehouse.site import Site, StationRole
from planner.warehouse.stock import Balance, slot_id
from sim_worlds.sites.catalogue import load_site

PICK, PUT = StationRole.PICK, StationRole.REPLENISH


def site_with(*roles: tuple[StationRole, ...], capacity: int = 20, name: str = "small") -> Site:
    """A shipped site whose stations have these roles."""
    site = load_site(name)
    stations = tuple(
        replace(station, roles=role) for station, role in zip(site.stations, roles, strict=True)
    )
    return replace(
        site, stations=stations, pod_model=replace(site.pod_model, slot_capacity=capacity)
    )


def goods(name: str, sku: str, quantity: int) -> GoodsReceived:
    return GoodsReceived(Receipt(ReceiptId(name), Sku(sku), quantity))


def order(name: str, **wanted: int) -> OrderReceived:
    key = OrderId(name)
    lines = (
        OrderLine(line_id(key, i), Sku(sku), n) for i, (sku, n) in enumerate(wanted.items(), 1)
    )
    return OrderReceived(PickOrder(key, tuple(lines)))


def pieces(world: HoppingWorld, sku: str) -> int:
    return sum(n for slot, n in world.stock.items() if world.sku_in[slot] == sku)


def all_settled(state: State) -> None:
    """Every promise was released, once."""
    assert (state.receipts, state.puts, state.promises, state.picks) == ({}, {}, {}, {})
    assert all(n == 0 for n in state.incoming.values())
    assert all(slot.reserved == 0 for slot in state.slots.values())


@pytest.fixture(scope="module")
def one_of_each() -> Dispatcher:
    """One pick station, one replenishment station."""
    return Dispatcher(site_with((PICK,), (PUT,)))


def test_a_line_waits_for_goods_at_the_dock_and_is_picked_once_they_are_put(
    one_of_each: Dispatcher,
) -> None:
    world, state = run(one_of_each, (), [goods("R1", "RED", 12), order("A", RED=5)])
    assert world.collisions == []
    assert sum(task.quantity for task in world.put.values()) == 12
    assert sum(event.quantity for event in world.confirmed.values()) == 5
    assert pieces(world, "RED") == 7
    assert state.shortened == {}
    assert state.put_away.keys() == {"R1"}
    assert {task.station for task in world.put.values()} == {one_of_each.floor.put_stations[0]}
    all_settled(state)


def test_without_a_replenishment_station_nobody_waits_for_goods() -> None:
    dispatcher = Dispatcher(load_site("small"))
    world, state = run(dispatcher, (), [goods("R1", "RED", 12), order("A", RED=5)], ticks=50)
    assert state.finished.keys() == {"A"}
    assert [short.quantity for short in state.shortened.values()] == [5]
    assert world.put == {}


def test_orders_are_released_to_pick_stations_only(one_of_each: Dispatcher) -> None:
    stock = (
        Balance(slot_id(next(iter(one_of_each.floor.roadmap.pods)), "A", 1, 1), Sku("RED"), 9),
    )
    _, state = run(one_of_each, stock, [order(f"O{i}", RED=1) for i in range(9)])
    assert state.finished.keys() == {f"O{i}" for i in range(9)}
    assert state.station_lines.keys() == {one_of_each.floor.pick_stations[0]}


def test_a_receipt_again_is_ignored(one_of_each: Dispatcher) -> None:
    again = goods("R1", "RED", 12)
    world, state = run(one_of_each, (), [again, again])
    assert pieces(world, "RED") == 12
    events: list[Event] = [again]
    after, _ = one_of_each.step(state, events, state.now_ms + TICK_MS)
    assert after.receipts == {}


def test_a_put_confirmed_again_or_unknown_changes_nothing(one_of_each: Dispatcher) -> None:
    world, state = run(one_of_each, (), [goods("R1", "RED", 12)])
    put = next(iter(world.put))
    events: list[Event] = [PutConfirmed(PutId(put), 3), PutConfirmed(PutId("nonsense"), 3)]
    after, _ = one_of_each.step(state, events, state.now_ms + TICK_MS)
    assert (after.tally.puts_confirmed, after.incoming) == (
        state.tally.puts_confirmed,
        state.incoming,
    )


def test_goods_are_spread_over_pods_and_one_pod_takes_several(one_of_each: Dispatcher) -> None:
    received = [goods(f"R{i}", f"SKU{i}", 12) for i in range(6)]
    world, state = run(one_of_each, (), list(received))
    homes = {
        task.sku: {t.pod for t in world.put.values() if t.sku == task.sku}
        for task in world.put.values()
    }
    assert all(len(pods) >= 2 for pods in homes.values())
    kpis = one_of_each.view(state).kpis
    assert kpis.put_pile_on >= 3
    assert (kpis.receipts_put_away, kpis.pieces_put_away) == (6, 72)
    assert kpis.pod_visits == 0
    assert kpis.dock_to_stock_p95_s > 0


def test_what_a_slot_does_not_take_goes_elsewhere(one_of_each: Dispatcher) -> None:
    world = HoppingWorld(one_of_each, (), seed=1, chance=1.0)
    world.refuses = {slots[0]: 2 for slots in one_of_each.floor.slots_of_pod.values()}
    state = one_of_each.start()
    world.waiting.append(goods("R1", "RED", 40))
    for tick in range(1, 2000):
        state, commands = one_of_each.step(state, world.tick(tick * TICK_MS), tick * TICK_MS)
        world.obey(commands)
        if tick > 2 and not state.receipts:
            break
    assert pieces(world, "RED") == 40
    assert len(state.full) >= 2
    all_settled(state)


def test_goods_that_fit_nowhere_wait_in_the_open() -> None:
    dispatcher = Dispatcher(site_with((PICK,), (PUT,), capacity=5))
    stock = tuple(
        Balance(slot, Sku("BLUE"), 5)
        for slots in dispatcher.floor.slots_of_pod.values()
        for slot in slots
    )
    world, state = run(dispatcher, stock, [goods("R1", "RED", 5)], ticks=60)
    assert (AlarmKind.NO_ROOM, "dock") in state.alarms
    assert state.receipts.keys() == {"R1"}
    assert world.put == {}
    # An order empties a slot, which is then free for the goods.
    world.waiting.append(order("A", BLUE=5))
    for tick in range(61, 4000):
        state, commands = dispatcher.step(state, world.tick(tick * TICK_MS), tick * TICK_MS)
        world.obey(commands)
        if not state.receipts and not state.orders:
            break
    assert pieces(world, "RED") == 5
    assert (AlarmKind.NO_ROOM, "dock") not in state.alarms


def test_goods_without_room_do_not_hold_up_those_that_fit() -> None:
    dispatcher = Dispatcher(site_with((PICK,), (PUT,), capacity=5))
    slots = [slot for slots in dispatcher.floor.slots_of_pod.values() for slot in slots]
    full = tuple(Balance(slot, Sku("BLUE"), 5) for slot in slots[:-1])
    stock = (*full, Balance(slots[-1], Sku("RED"), 1))
    received = [goods(f"R{i}", f"NEW{i}", 5) for i in range(40)]
    world, state = run(dispatcher, stock, [*received, goods("LAST", "RED", 4)], ticks=600)
    assert [(task.receipt, task.quantity) for task in world.put.values()] == [("LAST", 4)]
    assert len(state.receipts) == 40
    assert (AlarmKind.NO_ROOM, "dock") in state.alarms


def test_a_combi_station_picks_and_puts_in_one_visit() -> None:
    dispatcher = Dispatcher(site_with((PICK, PUT), name="tiny"))
    pod = next(iter(dispatcher.floor.roadmap.pods))
    stock = (Balance(slot_id(pod, "A", 1, 1), Sku("BLUE"), 9),)
    events = [goods("R1", "BLUE", 6), order("A", BLUE=2), order("B", RED=3), goods("R2", "RED", 8)]
    world, state = run(dispatcher, stock, events)
    assert (pieces(world, "BLUE"), pieces(world, "RED")) == (13, 5)
    assert state.shortened == {}
    all_settled(state)
    visits = {task.visit for task in world.put.values()}
    picked = {pick.rpartition(".")[0] for pick in world.confirmed}
    assert visits & picked, "no visit did both"


def test_goods_that_orders_wait_for_come_first(one_of_each: Dispatcher) -> None:
    many = [goods(f"R{i}", f"SKU{i}", 20) for i in range(40)]
    world, _ = run(one_of_each, (), [*many, goods("LAST", "RED", 6), order("A", RED=1)])
    first_visit = next(iter(world.put.values())).visit
    assert "LAST" in {task.receipt for task in world.put.values() if task.visit == first_visit}


def test_promises_to_a_slot_that_got_other_stock_are_taken_back(one_of_each: Dispatcher) -> None:
    state = one_of_each.start()
    world = HoppingWorld(one_of_each, (), seed=0, chance=1.0)
    world.waiting.append(goods("R1", "RED", 12))
    stated = False
    shown: list[ShowPuts] = []
    for tick in range(1, 2000):
        events = world.tick(tick * TICK_MS)
        if state.promises and not stated:
            stated = True
            for slot in state.promises:
                world.stock[slot], world.sku_in[slot] = 4, Sku("BLUE")
                events.append(StockStated((Balance(slot, Sku("BLUE"), 4),)))
        state, commands = one_of_each.step(state, events, tick * TICK_MS)
        shown += [command for command in commands if isinstance(command, ShowPuts)]
        world.obey(commands)  # asserts that no slot gets two SKUs
        if tick > 2 and not state.receipts:
            break
    assert stated
    assert pieces(world, "RED") == 12
    all_settled(state)


@pytest.mark.parametrize("phase", [Phase.FETCH, Phase.DELIVER])
def test_a_way_that_is_shut_gives_promises_back(one_of_each: Dispatcher, phase: Phase) -> None:
    """The station is closed while a pod is on its way there; the goods wait, and are put later."""
    floor = one_of_each.floor
    station = floor.roadmap.nodes[floor.station_nodes[floor.put_stations[0]]]
    world = HoppingWorld(one_of_each, (), seed=0, chance=1.0)
    world.waiting.append(goods("R1", "RED", 12))
    state, closed_ms = one_of_each.start(), 0
    for tick in range(1, 3000):
        now_ms = tick * TICK_MS
        events = world.tick(now_ms)
        if not closed_ms and any(visit.phase is phase for visit in state.visits.values()):
            closed_ms = now_ms
            events.append(NodesClosed(ClosureId("c"), (station,)))
        if now_ms == closed_ms + 100_000:
            receipt = state.receipts[ReceiptId("R1")]
            assert (receipt.promised, receipt.put, state.promises) == (0, 0, {})
            events.append(NodesOpened(ClosureId("c")))
        state, commands = one_of_each.step(state, events, now_ms)
        world.obey(commands)
        if closed_ms and not state.receipts:
            break
    assert pieces(world, "RED") == 12
    assert world.collisions == []
    all_settled(state)


def test_a_restart_shows_puts_again(one_of_each: Dispatcher) -> None:
    state = one_of_each.start()
    world = HoppingWorld(one_of_each, (), seed=0, chance=1.0)
    world.waiting.append(goods("R1", "RED", 12))
    for tick in range(1, 2000):
        state, commands = one_of_each.step(state, world.tick(tick * TICK_MS), tick * TICK_MS)
        shown = [command for command in commands if isinstance(command, ShowPuts)]
        if shown:
            break
        world.obey(commands)
    assert shown
    again = one_of_each.outstanding(state)
    assert [c for c in again if isinstance(c, ShowPuts)] == shown
    assert not any(isinstance(c, ShowPicks) for c in again)


def test_puts_leave_robots_for_picking() -> None:
    params = DispatchParams(replenish=ReplenishParams(robot_share=0.3, rush_share=0.6))
    dispatcher = Dispatcher(site_with((PICK,), (PUT,)), params)
    pods = list(dispatcher.floor.roadmap.pods)
    stock = tuple(Balance(slot_id(pod, "A", 1, 1), Sku(f"B{i}"), 9) for i, pod in enumerate(pods))
    world = HoppingWorld(dispatcher, stock, seed=0, chance=1.0)
    world.waiting += [order(f"O{i}", **{f"B{i}": 1}) for i in range(20)]
    world.waiting += [goods(f"R{i}", f"SKU{i}", 20) for i in range(60)]
    state = dispatcher.start()
    most = 0
    for tick in range(1, 200):
        state, commands = dispatcher.step(state, world.tick(tick * TICK_MS), tick * TICK_MS)
        world.obey(commands)
        if state.picks or state.waiting:
            most = max(most, sum(bool(visit.puts) for visit in state.visits.values()))
    assert most == 2  # of 6 robots


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    chance=st.floats(0.1, 1.0),
    capacity=st.integers(3, 30),
    received=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 60)), min_size=1, max_size=8),
    asked=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5)), max_size=6),
    combi=st.booleans(),
)
def test_no_piece_is_lost_or_put_twice(
    seed: int,
    chance: float,
    capacity: int,
    received: list[tuple[int, int]],
    asked: list[tuple[int, int]],
    combi: bool,
) -> None:
    """The world itself asserts that no slot gets over its capacity or takes two SKUs."""
    roles = ((PICK,), (PICK, PUT)) if combi else ((PICK,), (PUT,))
    dispatcher = Dispatcher(site_with(*roles, capacity=capacity))
    events: list[Event] = [goods(f"R{i}", f"S{sku}", n) for i, (sku, n) in enumerate(received)]
    events += [order(f"O{i}", **{f"S{sku}": n}) for i, (sku, n) in enumerate(asked)]
    twice = [*events, *events]
    world, state = run(dispatcher, (), twice, seed=seed, chance=chance, ticks=20_000)
    assert world.collisions == []
    all_settled(state)
    came: Counter[str] = Counter()
    for sku, n in received:
        came[f"S{sku}"] += n
    put: Counter[str] = Counter()
    for task in world.put.values():
        put[task.sku] += task.quantity
    assert put == came
    wanted: Counter[str] = Counter()
    for sku, n in asked:
        wanted[f"S{sku}"] += n
    picked = sum(event.quantity for event in world.confirmed.values())
    assert picked == sum(min(n, came[sku]) for sku, n in wanted.items())
    assert sum(world.stock.values()) == sum(came.values()) - picked
    short = sum(s.quantity for s in state.shortened.values() if isinstance(s, ShortenLine))
    assert short == sum(wanted.values()) - picked
