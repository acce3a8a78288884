"""Parts of the floor closed and opened while robots work."""

import pytest
from fakes.hopping_world import HoppingWorld
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.codec.messages import event_from_json, event_to_json
from planner.dispatch.state import State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.warehouse.commands import AlarmKind
from planner.warehouse.events import NodesClosed, NodesOpened, OrderReceived
from planner.warehouse.ids import ClosureId, NodeId, OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.stock import Balance, slot_id
from sim_worlds.sites.catalogue import load_site

SKUS = [Sku(f"sku-{i}") for i in range(8)]
SPILL = ClosureId("spill")


@pytest.fixture(scope="module")
def dispatcher() -> Dispatcher:
    return Dispatcher(load_site("small"))


def at_work(dispatcher: Dispatcher, seed: int, chance: float = 1.0) -> HoppingWorld:
    """Robots with orders for everything on the floor."""
    pods = list(dispatcher.floor.roadmap.pods)
    stock = tuple(
        Balance(slot_id(pod, "A", level, 1), SKUS[i % len(SKUS)], 40)
        for i, (pod, level) in enumerate((pod, level) for level in (1, 2) for pod in pods)
    )
    world = HoppingWorld(dispatcher, stock, seed, chance)
    for number in range(12):
        key = OrderId(f"O{number}")
        lines = [OrderLine(line_id(key, i), SKUS[(number + i) % 8], 2) for i in (1, 2, 3)]
        world.waiting.append(OrderReceived(PickOrder(key, tuple(lines))))
    return world


def play(
    dispatcher: Dispatcher, world: HoppingWorld, state: State, ticks: range
) -> tuple[State, set[int]]:
    """Go on while there is work; returns the nodes that robots were given in these ticks, too."""
    given: set[int] = set()
    for tick in ticks:
        before = {robot.robot: robot.end for robot in state.robots.values()}
        events = world.tick(tick * TICK_MS)
        state, commands = dispatcher.step(state, events, tick * TICK_MS)
        world.obey(commands)
        given |= {r.end for r in state.robots.values() if r.end != before[r.robot]}
        if tick > 2 and not state.orders:
            break
    return state, given


def area_of(dispatcher: Dispatcher) -> tuple[tuple[float, float], ...]:
    """The block of pods in the north-west, with an aisle cell beside it."""
    return ((3.0, 9.0), (11.0, 9.0), (11.0, 12.6), (3.0, 12.6))


@settings(max_examples=5)
@given(seed=st.integers(0, 10_000), chance=st.floats(0.3, 1.0), begins=st.integers(20, 200))
def test_nobody_enters_what_is_closed_and_all_who_were_in_there_come_out(
    seed: int, chance: float, begins: int
) -> None:
    dispatcher = Dispatcher(load_site("small"))
    world = at_work(dispatcher, seed, chance)
    state, _ = play(dispatcher, world, dispatcher.start(), range(1, begins))
    world.waiting.append(NodesClosed(SPILL, area_m=area_of(dispatcher)))
    inside = {robot.robot for robot in state.robots.values()}
    closed: set[int] = set()
    for tick in range(begins, begins + 400):
        before = dict(state.robots)
        state, _ = play(dispatcher, world, state, range(tick, tick + 1))
        closed = set(state.closures[SPILL])
        for name, robot in state.robots.items():
            if robot.end != before[name].end and robot.end in closed:
                assert before[name].end in closed, f"{name} was sent in"
        inside &= {robot.robot for robot in state.robots.values() if set(robot.held) & closed}
    assert closed
    assert not inside, "they should have come out"
    assert (AlarmKind.NODES_CLOSED, SPILL) in state.alarms
    world.waiting.append(NodesOpened(SPILL))
    state, _ = play(dispatcher, world, state, range(begins + 400, begins + 12_000))
    assert world.collisions == []
    assert state.orders == {}
    assert state.alarms == {}


def test_work_goes_on_around_a_closed_aisle(dispatcher: Dispatcher) -> None:
    world = at_work(dispatcher, seed=1)
    nodes = dispatcher.floor.roadmap
    aisle = tuple(name for name in nodes.nodes if name.endswith("r007") and name < NodeId("c009"))
    world.waiting.append(NodesClosed(SPILL, nodes=aisle))
    state, given = play(dispatcher, world, dispatcher.start(), range(1, 1500))
    assert len(state.closures[SPILL]) == len(aisle) > 3
    assert not given & set(state.closures[SPILL])
    assert sum(event.quantity for event in world.confirmed.values()) > 0


def test_a_station_that_is_closed_gets_nothing_until_it_opens(dispatcher: Dispatcher) -> None:
    world = at_work(dispatcher, seed=2)
    station, node = next(iter(dispatcher.floor.roadmap.station_nodes.items()))
    world.waiting.append(NodesClosed(SPILL, nodes=(node,)))
    state, _ = play(dispatcher, world, dispatcher.start(), range(1, 1000))
    assert state.station_lines.get(station, 0) == 0
    assert state.station_lines
    world.waiting.append(NodesOpened(SPILL))
    state, _ = play(dispatcher, world, state, range(1000, 9000))
    assert state.orders == {}
    assert state.station_lines[station] > 0


def test_unknown_nodes_and_closures_and_odd_areas_hurt_nobody(dispatcher: Dispatcher) -> None:
    events = [
        NodesClosed(SPILL, nodes=(NodeId("nowhere"),)),
        NodesClosed(ClosureId("line"), area_m=((0.0, 0.0), (9.0, 9.0))),
        NodesClosed(ClosureId("bow"), area_m=((0.0, 0.0), (9.0, 9.0), (9.0, 0.0), (0.0, 9.0))),
        NodesOpened(ClosureId("never closed")),
    ]
    state, _ = dispatcher.step(dispatcher.start(), events, TICK_MS)
    assert state.closures[SPILL] == state.closures[ClosureId("line")] == ()
    assert state.closures[ClosureId("bow")] != ()


@pytest.mark.parametrize(
    "event",
    [
        NodesClosed(SPILL, (NodeId("c001r001"),), ((0.0, 0.5), (1.0, 0.0), (1.0, 1.0))),
        NodesOpened(SPILL),
    ],
)
def test_they_are_written_and_read(event: NodesClosed | NodesOpened) -> None:
    assert event_from_json(event_to_json(event)) == event
