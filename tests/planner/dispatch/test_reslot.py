"""Pods asked for often come nearer while robots have nothing else to do."""

from fakes.hopping_world import HoppingWorld

from planner.assign.reslotting import ReslotParams
from planner.dispatch.params import DispatchParams
from planner.dispatch.state import Phase, State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.warehouse.commands import ShowPicks
from planner.warehouse.events import OrderReceived
from planner.warehouse.ids import OrderId, PodId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.stock import Balance, slot_id
from sim_worlds.sites.catalogue import load_site

HOT = Sku("HOT")


def order(name: str) -> OrderReceived:
    key = OrderId(name)
    return OrderReceived(PickOrder(key, (OrderLine(line_id(key, 1), HOT, 1),)))


class Played:
    """A site whose SKU ``HOT`` lies in the pod farthest from every station."""

    def __init__(self, params: ReslotParams):
        self.dispatcher = Dispatcher(load_site("small"), DispatchParams(reslotting=params))
        floor = self.dispatcher.floor
        self.state: State = self.dispatcher.start()
        self.pod: PodId = max(self.state.pods, key=lambda pod: (self.travel(pod), pod))
        stock = (Balance(slot_id(self.pod, "A", 1, 1), HOT, 50),)
        self.world = HoppingWorld(self.dispatcher, stock, seed=0, chance=1.0)
        self.shown: list[ShowPicks] = []
        self.ticks = 0
        assert floor.spots

    def travel(self, pod: PodId) -> int:
        floor = self.dispatcher.floor
        node = self.state.pods[pod]
        return min(floor.to_station_ms(station, node) for station in floor.pick_stations)

    def play(self, ticks: int) -> None:
        for _ in range(ticks):
            self.ticks += 1
            now_ms = self.ticks * TICK_MS
            events = self.world.tick(now_ms)
            self.state, commands = self.dispatcher.step(self.state, events, now_ms)
            self.shown += [c for c in commands if isinstance(c, ShowPicks)]
            self.world.obey(commands)

    def forecast(self, lines: int = 30) -> None:
        """As if so many lines had been asked for."""
        self.state.demand[HOT] = lines


def test_a_hot_pod_is_moved_nearer_without_going_to_a_station() -> None:
    played = Played(ReslotParams())
    played.play(5)
    played.forecast()
    before = played.travel(played.pod)
    played.play(400)
    assert played.state.tally.reslots >= 1
    assert played.travel(played.pod) < before
    assert played.shown == []
    assert played.world.collisions == []
    assert played.state.visits == {}
    assert played.state.tally.pod_visits == 0
    # A pod in its best spot stays there.
    reslots = played.state.tally.reslots
    played.play(200)
    assert played.state.tally.reslots == reslots


def test_nothing_moves_without_demand_or_if_it_is_switched_off() -> None:
    for params, lines in ((ReslotParams(), 0), (ReslotParams(moves_max=0), 30)):
        played = Played(params)
        played.play(5)
        if lines:
            played.forecast(lines)
        before = dict(played.state.pods)
        played.play(100)
        assert played.state.pods == before


def test_a_pod_on_the_move_that_an_order_wants_becomes_a_visit() -> None:
    played = Played(ReslotParams())
    played.play(5)
    played.forecast()
    for _ in range(200):
        played.play(1)
        moving = [visit for visit in played.state.visits.values() if visit.pod == played.pod]
        if moving and moving[0].phase is Phase.FETCH:
            break
    assert moving
    assert moving[0].spot is not None
    played.world.waiting.append(order("A"))
    played.play(400)
    assert played.state.finished.keys() == {"A"}
    assert played.state.shortened == {}
    assert played.world.collisions == []


def test_moves_give_way_to_orders() -> None:
    """A move that no robot has begun is taken back as soon as there is work."""
    played = Played(ReslotParams())
    played.play(5)
    played.forecast()
    played.world.waiting += [order(f"O{i}") for i in range(3)]
    played.play(3)
    assert all(visit.spot is None for visit in played.state.visits.values())
    played.play(600)
    assert len(played.state.finished) == 3
