"""Who fetches, who charges, where pods go back to: whole dispatcher, robots that hop."""

from dataclasses import replace

import pytest
from fakes.hopping_world import Hopper, HoppingWorld
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.assign.release import ReleaseParams, ReleaseRule
from planner.assign.robots import RobotParams
from planner.dispatch.params import DispatchParams
from planner.dispatch.state import Phase, Robot, State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.roadmap.obstacles import CLEAR
from planner.warehouse.commands import SendTransportOrder
from planner.warehouse.events import OrderReceived
from planner.warehouse.ids import OrderId, PodId, RobotId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.stock import Balance, slot_id
from planner.warehouse.transport import ActionKind, OrderNode
from planner.warehouse.view import RobotActivity
from sim_worlds.sites.catalogue import load_site

SKU = Sku("sku-0")


@pytest.fixture(scope="module")
def dispatcher() -> Dispatcher:
    charging = RobotParams(opportunity_ms=120_000)
    at_once = ReleaseParams(rule=ReleaseRule.FIRST_COME_PILE_ON)
    return Dispatcher(load_site("small"), DispatchParams(robots=charging, release=at_once))


class SlowChargers(HoppingWorld):
    """Nothing is charged while we look: batteries are what the test says."""

    def _act(self, hopper: Hopper, kind: ActionKind, node: OrderNode) -> None:
        battery = hopper.state.battery
        super()._act(hopper, kind, node)
        hopper.state = replace(hopper.state, battery=battery)


class Play:
    """Only the robots named are heard; the others stand as if they were not there."""

    def __init__(
        self, dispatcher: Dispatcher, pods: list[PodId], alive: list[RobotId], quantity: int = 40
    ):
        self.dispatcher = dispatcher
        stock = tuple(
            Balance(slot_id(pod, "A", 1, 1), Sku(f"sku-{i}"), quantity)
            for i, pod in enumerate(pods)
        )
        self.world = SlowChargers(dispatcher, stock, seed=0, chance=1.0)
        for name, hopper in self.world.robots.items():
            hopper.alive = name in alive
        self.state: State = dispatcher.start()
        self.sent: list[SendTransportOrder] = []
        self.now = 0

    def order(self, name: str, *skus: Sku, quantity: int = 1) -> None:
        key = OrderId(name)
        lines = tuple(OrderLine(line_id(key, i), sku, quantity) for i, sku in enumerate(skus, 1))
        self.world.waiting.append(OrderReceived(PickOrder(key, lines)))

    def battery(self, robot: RobotId, share: float) -> None:
        hopper = self.world.robots[robot]
        hopper.state = replace(hopper.state, battery=share)

    def tick(self, count: int = 1) -> None:
        for _ in range(count):
            self.now += 1
            events = self.world.tick(self.now * TICK_MS)
            self.state, commands = self.dispatcher.step(self.state, events, self.now * TICK_MS)
            self.world.obey(commands)
            self.sent += [c for c in commands if isinstance(c, SendTransportOrder)]

    def to_the_end(self, most: int = 3000) -> None:
        self.tick(2)
        while self.state.orders or self.state.visits:
            self.tick()
            assert self.now < most, "the work does not end"
        assert self.world.collisions == []

    def robot(self, robot: RobotId) -> Robot:
        return self.state.robots[robot]

    def lifted_by(self) -> dict[RobotId, list[PodId | None]]:
        """Pods that each robot was told to lift, as far as released."""
        found: dict[RobotId, list[PodId | None]] = {}
        for command in self.sent:
            for node in command.order.base:
                for action in node.actions:
                    if action.kind is ActionKind.PICK:
                        pods = found.setdefault(command.order.robot, [])
                        if action.pod not in pods:
                            pods.append(action.pod)
        return found


def two_robots_and_a_pod(dispatcher: Dispatcher) -> tuple[RobotId, RobotId, PodId]:
    """One robot near a pod, one far from it."""
    floor = dispatcher.floor
    robots = [robot.id for robot in floor.site.robots]

    def ms(robot: RobotId, pod: PodId) -> int:
        start = floor.roadmap.index[floor.roadmap.robots[robot]]
        goal = floor.roadmap.index[floor.roadmap.pods[pod]]
        return floor.travel_ms("lifter", start, 0, goal, CLEAR)

    pairs = [
        (ms(far, pod) - ms(near, pod), far, near, pod)
        for pod in floor.roadmap.pods
        for near in robots
        for far in robots
        if ms(near, pod) > 3_000
    ]
    _, far, near, pod = max(pairs)
    return far, near, pod


def test_a_nearer_robot_that_becomes_free_takes_the_trip_over(dispatcher: Dispatcher) -> None:
    far, near, pod = two_robots_and_a_pod(dispatcher)
    play = Play(dispatcher, [pod], [far])
    play.order("O1", SKU)
    while not (leg := play.robot(far).leg) or leg.update < 0:
        play.tick()
        assert play.now < 50
    assert leg.activity is RobotActivity.FETCH
    assert play.robot(far).visit is not None
    play.world.robots[near].alive = True
    play.tick(2)
    assert play.robot(far).visit is None
    assert play.robot(near).visit is not None
    play.to_the_end()
    assert play.lifted_by() == {near: [pod]}


def test_a_trip_stays_with_its_robot_while_nothing_changes(dispatcher: Dispatcher) -> None:
    far, near, pod = two_robots_and_a_pod(dispatcher)
    play = Play(dispatcher, [pod], [far, near])
    play.order("O1", SKU)
    owners = []
    while play.state.orders or play.now < 2:
        play.tick()
        owners += [
            visit.robot for visit in play.state.visits.values() if visit.phase is Phase.FETCH
        ]
    assert set(owners) == {near}


def test_opportunity_charging_is_called_back_within_the_same_order(dispatcher: Dispatcher) -> None:
    """On its way to a charger it does not need yet, it is called back; no order is begun anew."""
    far, _, pod = two_robots_and_a_pod(dispatcher)
    play = Play(dispatcher, [pod], [far])
    play.battery(far, 0.5)
    play.tick(3)
    leg = play.robot(far).leg
    assert leg is not None
    assert leg.activity is RobotActivity.CHARGE
    play.order("O1", SKU)
    play.tick(2)
    turned = play.robot(far).leg
    assert turned is not None
    assert turned.activity is RobotActivity.FETCH
    assert turned.order == leg.order
    play.to_the_end()
    assert play.lifted_by() == {far: [pod]}


def test_a_critical_robot_never_fetches_and_charges(dispatcher: Dispatcher) -> None:
    far, near, pod = two_robots_and_a_pod(dispatcher)
    play = Play(dispatcher, [pod], [far, near])
    play.battery(near, 0.12)
    play.order("O1", SKU)
    for _ in range(40):
        play.tick()
        assert play.robot(near).visit is None
    leg = play.robot(near).leg
    assert leg is not None
    assert leg.activity is RobotActivity.CHARGE
    play.to_the_end()
    assert play.lifted_by() == {far: [pod]}


def test_idle_robots_go_charging_and_the_lowest_come_first(dispatcher: Dispatcher) -> None:
    robots = [robot.id for robot in dispatcher.floor.site.robots]
    play = Play(dispatcher, [], robots)
    for number, robot in enumerate(robots):
        play.battery(robot, 0.36 + 0.08 * number)
    play.tick(4)
    charging = {
        robot.robot
        for robot in play.state.robots.values()
        if robot.leg is not None and robot.leg.activity is RobotActivity.CHARGE
    }
    assert len(charging) == len(dispatcher.floor.charger_nodes)
    assert charging <= set(robots[:4])


def test_a_full_robot_leaves_the_charger(dispatcher: Dispatcher) -> None:
    name = dispatcher.floor.site.robots[0].id
    play = Play(dispatcher, [], [name])
    play.battery(name, 0.5)
    play.tick(60)
    assert play.robot(name).node in dispatcher.floor.charger_nodes
    play.battery(name, 0.94)
    play.tick(20)
    assert play.robot(name).node in dispatcher.floor.charger_nodes
    play.battery(name, 0.95)
    play.tick(20)
    assert play.robot(name).node not in dispatcher.floor.charger_nodes


def test_a_low_robot_gets_the_place_of_one_that_has_charged_enough(
    dispatcher: Dispatcher,
) -> None:
    robots = [robot.id for robot in dispatcher.floor.site.robots]
    chargers = dispatcher.floor.charger_nodes
    first = robots[: len(chargers)]
    play = Play(dispatcher, [], robots)
    for robot in first:
        play.battery(robot, 0.5)
    play.tick(80)
    assert {play.robot(robot).node for robot in first} == set(chargers)
    late = robots[len(chargers)]
    play.battery(late, 0.3)
    play.tick(20)
    assert play.robot(late).leg is None or play.robot(late).leg.activity is RobotActivity.PARK  # type: ignore[union-attr]
    for robot in first:
        play.battery(robot, 0.7)
    play.tick(120)
    assert play.robot(late).node in chargers
    assert play.world.collisions == []


def test_a_pod_goes_straight_on_to_a_station_that_waits_for_it(dispatcher: Dispatcher) -> None:
    """All there is of two SKUs is in one pod, and orders at both stations want it."""
    _, near, pod = two_robots_and_a_pod(dispatcher)
    play = Play(dispatcher, [pod], [near])
    for number in range(24):  # more than one put wall holds
        play.order(f"O{number}", SKU)
    play.to_the_end()
    assert play.state.tally.straight_on >= 1
    assert play.lifted_by()[near] == [pod]
    visits = play.state.tally.pod_visits
    lifts = len({c.order.order for c in play.sent for n in c.order.base for a in n.actions
                 if a.kind is ActionKind.PICK})  # fmt: skip
    assert lifts < visits
    assert len(play.state.finished) == 24


@settings(max_examples=8)
@given(seed=st.integers(0, 10_000), chance=st.floats(0.3, 1.0))
def test_one_trip_one_robot_one_pod_one_spot(seed: int, chance: float) -> None:
    """Whatever batteries do and however robots are delayed."""
    dispatcher = Dispatcher(load_site("small"))
    pods = list(dispatcher.floor.roadmap.pods)[::2]
    robots = [robot.id for robot in dispatcher.floor.site.robots]
    play = Play(dispatcher, pods, robots, quantity=30)
    play.world.random.seed(seed)
    play.world.chance = chance
    rng = play.world.random
    for number in range(8):
        skus = rng.sample(range(len(pods)), 3)
        play.order(f"O{number}", *(Sku(f"sku-{i}") for i in skus), quantity=2)
    while play.state.orders or play.now < 2:
        if rng.random() < 0.1:
            play.battery(rng.choice(robots), rng.uniform(0.05, 1.0))
        play.tick()
        check(play.state)
        assert play.now < 6000
    assert play.world.collisions == []
    assert len(play.state.finished) == 8


def check(state: State) -> None:
    for visit in state.visits.values():
        holders = [r.robot for r in state.robots.values() if r.visit == visit.visit]
        assert holders == ([] if visit.robot is None else [visit.robot])
        assert (visit.phase is Phase.REQUESTED) == (visit.robot is None)
    for robot in state.robots.values():
        assert robot.visit is None or state.visits[robot.visit].robot == robot.robot
    spots = [visit.spot for visit in state.visits.values() if visit.spot is not None]
    assert len(set(spots)) == len(spots)
    assert not set(spots) & set(state.pods.values())
    goals = [
        robot.leg.goal
        for robot in state.robots.values()
        if robot.leg is not None and robot.leg.activity is RobotActivity.CHARGE
    ]
    assert len(set(goals)) == len(goals)
