"""Robots join the fleet in the middle of the work, and leave it."""

import random

import pytest
from fakes.hopping_world import HoppingWorld
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.codec.messages import event_from_json, event_to_json
from planner.dispatch.state import State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.roadmap.roadmap import NodeKind
from planner.warehouse.commands import AlarmKind, Command, RaiseAlarm, SendTransportOrder
from planner.warehouse.events import Event, OrderReceived, RobotJoined, RobotLeaving, RobotLeft
from planner.warehouse.ids import OrderId, RobotId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.robot import Pose
from planner.warehouse.stock import Balance, slot_id
from sim_worlds.sites.catalogue import load_site

SKUS = [Sku(f"sku-{i}") for i in range(8)]
NEW = RobotId("N01")


@pytest.fixture(scope="module")
def dispatcher() -> Dispatcher:
    return Dispatcher(load_site("small"))


def at_work(dispatcher: Dispatcher, seed: int, chance: float = 1.0) -> HoppingWorld:
    pods = list(dispatcher.floor.roadmap.pods)
    stock = tuple(
        Balance(slot_id(pod, "A", 1, 1), SKUS[i % len(SKUS)], 40) for i, pod in enumerate(pods)
    )
    world = HoppingWorld(dispatcher, stock, seed, chance)
    for number in range(10):
        key = OrderId(f"O{number}")
        lines = [OrderLine(line_id(key, i), SKUS[(number + i) % 8], 2) for i in (1, 2, 3)]
        world.waiting.append(OrderReceived(PickOrder(key, tuple(lines))))
    return world


class Play:
    """Dispatcher and floor, tick by tick."""

    def __init__(self, dispatcher: Dispatcher, seed: int, chance: float = 1.0):
        self.dispatcher = dispatcher
        self.world = at_work(dispatcher, seed, chance)
        self.state: State = dispatcher.start()
        self.now = 0
        self.ordered: set[str] = set()
        """Robots that were given an order."""

    def ticks(self, count: int, *events: Event) -> list[Command]:
        """So many ticks, ``events`` in the first."""
        self.world.waiting += events
        told: list[Command] = []
        for _ in range(count):
            self.now += 1
            heard = self.world.tick(self.now * TICK_MS)
            self.state, commands = self.dispatcher.step(self.state, heard, self.now * TICK_MS)
            self.world.obey(commands)
            told += commands
            self.ordered |= {c.order.robot for c in commands if isinstance(c, SendTransportOrder)}
        return told

    def to_the_end(self, most: int = 4000) -> None:
        while self.state.orders:
            self.ticks(1)
            assert self.now < most, "the work does not end"

    def free_spot(self, seed: int = 0) -> int:
        """A node where a pod may stand, with no robot near."""
        roadmap = self.dispatcher.floor.roadmap
        held = {node for robot in self.state.robots.values() for node in robot.held}
        spots = [
            n
            for n in range(len(roadmap.nodes))
            if roadmap.kind[n] == NodeKind.SPOT and n not in held
        ]
        return random.Random(seed).choice(spots)

    def join(self, robot: RobotId = NEW, seed: int = 0) -> RobotJoined:
        node = self.dispatcher.floor.roadmap.nodes[self.free_spot(seed)]
        return RobotJoined(robot, "lifter", self.world.arrive(robot, node))


def test_a_late_joiner_is_put_to_work(dispatcher: Dispatcher) -> None:
    play = Play(dispatcher, seed=1)
    play.ticks(20)
    play.ticks(1, play.join())
    play.to_the_end()
    assert NEW in play.ordered
    assert play.state.robots[NEW].report is not None
    assert play.world.collisions == []


def test_a_robot_that_leaves_brings_its_pod_back_and_takes_no_more_work(
    dispatcher: Dispatcher,
) -> None:
    play = Play(dispatcher, seed=2)
    play.ticks(60)
    leaver = next(r for r in play.state.robots.values() if r.report and r.report.load)
    play.ticks(1, RobotLeaving(leaver.robot))
    for _ in range(2000):
        robot = play.state.robots[leaver.robot]
        if robot.visit is None and robot.leg is None:
            break
        play.ticks(1)
    assert play.world.robots[leaver.robot].state.load is None
    legs = play.state.robots[leaver.robot].legs
    play.ticks(50)
    assert play.state.robots[leaver.robot].legs == legs
    play.ticks(1, RobotLeft(leaver.robot))
    assert leaver.robot not in play.state.robots
    play.world.robots.pop(leaver.robot)
    play.to_the_end()
    assert play.world.collisions == []


def test_a_robot_with_a_pod_cannot_vanish(dispatcher: Dispatcher) -> None:
    play = Play(dispatcher, seed=2)
    play.ticks(60)
    carrier = next(r.robot for r in play.state.robots.values() if r.report and r.report.load)
    play.ticks(1, RobotLeft(carrier))
    assert play.state.robots[carrier].leaving


def test_one_that_was_leaving_may_stay(dispatcher: Dispatcher) -> None:
    play = Play(dispatcher, seed=3)
    robot = next(iter(play.state.robots))
    play.ticks(1, RobotLeaving(robot))
    play.ticks(1, RobotJoined(robot, "lifter", Pose(0, 0, 0)))
    assert not play.state.robots[robot].leaving


@pytest.mark.parametrize(
    ("kind", "shift_m", "word"),
    [("crane", 0.0, "no robot type 'crane'"), ("lifter", 0.3, "not at a node")],
)
def test_one_that_cannot_work_here_is_refused_with_the_reason(
    dispatcher: Dispatcher, kind: str, shift_m: float, word: str
) -> None:
    play = Play(dispatcher, seed=4)
    x_m, y_m = dispatcher.floor.points[play.free_spot()]
    told = play.ticks(1, RobotJoined(NEW, kind, Pose(x_m + shift_m, y_m, 0.0)))
    alarm = next(c for c in told if isinstance(c, RaiseAlarm))
    assert alarm.kind is AlarmKind.ROBOT_REFUSED
    assert word in alarm.text
    assert NEW not in play.state.robots
    told = play.ticks(1, RobotJoined(NEW, "lifter", Pose(x_m, y_m, 0.0)))
    assert NEW in play.state.robots
    assert any(isinstance(c, RaiseAlarm) and not c.active for c in told)


def test_nobody_joins_where_another_robot_stands(dispatcher: Dispatcher) -> None:
    play = Play(dispatcher, seed=5)
    play.ticks(3)
    other = next(iter(play.state.robots.values()))
    x_m, y_m = dispatcher.floor.points[other.node]
    told = play.ticks(1, RobotJoined(NEW, "lifter", Pose(x_m, y_m, 0.0)))
    assert any(isinstance(c, RaiseAlarm) and other.robot in c.text for c in told)
    assert NEW not in play.state.robots


@settings(max_examples=6)
@given(
    seed=st.integers(0, 10_000),
    chance=st.floats(0.3, 1.0),
    moves=st.lists(st.tuples(st.integers(1, 60), st.booleans(), st.integers(0, 5)), max_size=8),
)
def test_who_comes_and_goes_harms_no_order_and_no_robot(
    seed: int, chance: float, moves: list[tuple[int, bool, int]]
) -> None:
    play = Play(Dispatcher(load_site("small")), seed, chance)
    for number, (wait, comes, which) in enumerate(moves):
        play.ticks(wait)
        if comes:
            play.ticks(1, play.join(RobotId(f"N{number}"), seed + number))
            continue
        robots = list(play.state.robots)
        leaver = robots[which % len(robots)]
        if len(robots) > 3 and play.world.robots[leaver].state.load is None:
            standing = not play.world.robots[leaver].ahead
            play.ticks(1, RobotLeaving(leaver))
            if standing and play.world.robots[leaver].state.load is None:
                play.state, commands = play.dispatcher.step(
                    play.state, [RobotLeft(leaver)], play.now * TICK_MS
                )
                play.world.obey(commands)
                if leaver not in play.state.robots:
                    play.world.robots.pop(leaver)
    play.to_the_end()
    assert play.world.collisions == []


@pytest.mark.parametrize(
    "event", [RobotJoined(NEW, "lifter", Pose(1.2, 2.4, 0.5)), RobotLeaving(NEW), RobotLeft(NEW)]
)
def test_they_are_written_and_read(event: RobotJoined | RobotLeaving | RobotLeft) -> None:
    assert event_from_json(event_to_json(event)) == event
