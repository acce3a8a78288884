"""What neighbouring stations have chosen is decided anew: promises move with it, exactly."""

from collections import Counter
from dataclasses import replace

import pytest
from fakes.bridged_floor import SKUS, paper_order
from fakes.hopping_world import run

from planner.assign.neighbourhood import NeighbourhoodParams
from planner.assign.release import ReleaseParams, ReleaseRule
from planner.dispatch.params import DispatchParams
from planner.dispatch.phases.binding import bind, place
from planner.dispatch.phases.changes import turn_back_idle
from planner.dispatch.phases.improve import improve_neighbourhood
from planner.dispatch.phases.release import new_visit
from planner.dispatch.state import Phase, State
from planner.dispatch.step import Dispatcher
from planner.dispatch.turn import Turn
from planner.warehouse.events import Event, OrderReceived, StockStated
from planner.warehouse.ids import OrderId, PodId, StationId
from planner.warehouse.stock import Balance, slot_id
from sim_worlds.sites.catalogue import load_site

ON = NeighbourhoodParams(stations=2, every_s=10, margin=0.0)
O0, O1 = OrderId("O0"), OrderId("O1")


class Crossed:
    """On the floor ``small`` each of two stations has called a pod of the same SKU, for an order of
    one piece each. One of the pods would do."""

    def __init__(self, params: DispatchParams):
        self.dispatcher = Dispatcher(load_site("small"), params)
        self.left, self.right = self.dispatcher.floor.pick_stations[:2]
        self.pods = list(self.dispatcher.floor.roadmap.pods)[:2]
        stock = StockStated(
            tuple(Balance(slot_id(pod, "A", 1, 1), SKUS[0], 2) for pod in self.pods)
        )
        orders = [OrderReceived(paper_order(name, (0, 1))) for name in ("O0", "O1")]
        state, _ = self.dispatcher.step(self.dispatcher.start(), (stock, *orders), 500)
        # No robot has been heard of yet, so that no pod has been asked for.
        assert set(state.waiting) == {O0, O1}
        self.turn = Turn(state, self.dispatcher.floor, params, 1_000)
        for pod, order, station in zip(self.pods, (O0, O1), (self.left, self.right), strict=False):
            new_visit(self.turn, pod, station)
            bind(self.turn, order, station)
        self.turn.touched.clear()

    @property
    def state(self) -> State:
        return self.turn.state

    def promised(self) -> dict[OrderId, tuple[PodId, StationId]]:
        return {task.order: (task.pod, task.station) for task in self.state.picks.values()}

    def send_robots(self) -> None:
        """A robot is on its way to each pod."""
        robots, visits = list(self.state.robots.values()), list(self.state.visits.values())
        for robot, visit in zip(robots, visits, strict=False):
            self.turn.set_visit(visit, phase=Phase.FETCH, robot=robot.robot)
            self.turn.set_robot(robot, visit=visit.visit, silent=False)

    def improve(self) -> None:
        improve_neighbourhood(self.turn)
        self.turn.book_counts()
        self.promises_add_up()

    def promises_add_up(self) -> None:
        reserved: Counter[str] = Counter()
        for pick, task in self.state.picks.items():
            reserved[task.slot] += task.quantity
            visit = self.state.visits[task.visit]
            assert pick in visit.hidden
            assert (visit.pod, visit.station) == (task.pod, task.station)
            assert self.state.orders[task.order].station == task.station
            at = (self.state.bound.get(task.station, ()), self.state.walls[task.station])
            assert sum(names.count(task.order) for names in at) == 1
        assert {s: v.reserved for s, v in self.state.slots.items() if v.reserved} == reserved


def params(**neighbourhood: float) -> DispatchParams:
    return DispatchParams(
        release=ReleaseParams(line_cost_s=60.0),
        neighbourhood=replace(ON, **neighbourhood),  # type: ignore[arg-type]
    )


def test_one_pod_serves_the_orders_of_two_stations() -> None:
    floor = Crossed(params())
    before = floor.promised()
    assert len(floor.state.visits) == 2
    floor.improve()
    (visit,) = floor.state.visits.values()
    assert len(set(floor.promised().values())) == 1
    assert set(floor.promised().values()) < set(before.values())
    assert set(floor.state.bound[visit.station]) == {O0, O1}
    assert len(visit.picks) == 2
    assert not floor.state.waiting
    tally = floor.state.tally
    assert (tally.improvements, tally.improvements_taken) == (1, 1)
    assert tally.improvements_out_of_time == 0


def test_off_by_default() -> None:
    floor = Crossed(DispatchParams())
    before = replace(floor.state)
    floor.improve()
    assert floor.state == before


@pytest.mark.parametrize(
    ("changed", "out_of_time"), [({"effort_s": 1e-9}, 1), ({"margin": 50.0}, 0)]
)
def test_nothing_changes_without_time_or_below_the_margin(
    changed: dict[str, float], out_of_time: int
) -> None:
    floor = Crossed(params(**changed))
    before, visits = floor.promised(), dict(floor.state.visits)
    floor.improve()
    assert (floor.promised(), floor.state.visits) == (before, visits)
    tally = floor.state.tally
    assert (tally.improvements, tally.improvements_taken) == (1, 0)
    assert tally.improvements_out_of_time == out_of_time


def test_not_before_its_time_and_not_by_other_rules() -> None:
    floor = Crossed(params())
    floor.state.next_improve_ms = floor.turn.now_ms + 1
    floor.improve()
    assert floor.state.tally.improvements == 0
    other = Crossed(params())
    other.turn.params = replace(params(), release=ReleaseParams(rule=ReleaseRule.POD_MATCH))
    other.improve()
    assert other.state.tally.improvements == 0


def test_lifted_pods_come_and_their_orders_may_go_to_them() -> None:
    floor = Crossed(params())
    pod = floor.pods[0]
    lifted = next(visit for visit in floor.state.visits.values() if visit.pod == pod)
    floor.turn.set_visit(lifted, phase=Phase.DELIVER)
    floor.improve()
    assert [visit.pod for visit in floor.state.visits.values()] == [pod]
    assert set(floor.promised().values()) == {(pod, floor.left)}


def test_what_stands_at_a_station_stays() -> None:
    floor = Crossed(params())
    before = floor.promised()
    for visit in list(floor.state.visits.values()):
        floor.turn.set_visit(visit, phase=Phase.PICK)
    floor.improve()
    assert floor.promised() == before
    assert floor.state.tally.improvements == 0


def test_a_robot_on_its_way_is_called_back_in_the_next_turn() -> None:
    floor = Crossed(params(turn_back=0.0))
    floor.send_robots()
    floor.improve()
    assert len(floor.state.visits) == 2
    assert sorted(len(visit.picks) for visit in floor.state.visits.values()) == [0, 2]
    assert _on_visits(floor.state) == 2
    turn_back_idle(floor.turn)
    assert len(floor.state.visits) == 1
    assert _on_visits(floor.state) == 1


def test_a_pod_with_a_robot_counts_more_than_it_saves() -> None:
    floor = Crossed(params())
    floor.send_robots()
    floor.improve()
    assert floor.state.tally.improvements_taken == 0


def test_an_order_with_a_place_stays_and_the_other_one_comes_to_it() -> None:
    floor = Crossed(params())
    place(floor.turn, O1, floor.right)
    floor.improve()
    assert floor.state.walls[floor.right] == (O1,)
    assert floor.state.bound[floor.right] == (O0,)
    assert len(floor.state.visits) == 1
    assert len(set(floor.promised().values())) == 1


def test_orders_that_change_stations_earn_no_credit() -> None:
    floor = Crossed(params())
    before = floor.state.press_credit
    floor.improve()
    assert floor.state.tally.improvements_taken == 1
    assert floor.state.press_credit == before


def test_with_it_orders_are_picked_completely_and_every_promise_ends() -> None:
    dispatcher = Dispatcher(load_site("small"), params(every_s=1, turn_back=0.0))
    pods = list(dispatcher.floor.roadmap.pods)
    stock = tuple(
        Balance(slot_id(pod, "A", level, 1), SKUS[(i + level) % len(SKUS)], 9)
        for i, pod in enumerate(pods)
        for level in (1, 2)
    )
    orders: list[Event] = [
        OrderReceived(paper_order(f"O{n}", (n % 4, 1), ((n + 1 + n // 7) % 4, 2)))
        for n in range(16)
    ]
    world, state = run(dispatcher, stock, orders, seed=1, chance=0.7)
    assert world.collisions == []
    assert state.orders == {} == state.picks
    assert all(slot.reserved == 0 for slot in state.slots.values())
    assert sum(event.quantity for event in world.confirmed.values()) == 48
    assert state.tally.improvements > 0


def _on_visits(state: State) -> int:
    return sum(robot.visit is not None for robot in state.robots.values())
