"""Dispatcher and a floor of hopping robots with orders, tick by tick; robots can fall silent."""

from fakes.hopping_world import Hopper, HoppingWorld

from planner.dispatch.state import Robot, State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.roadmap.roadmap import NodeKind
from planner.warehouse.commands import Command, SendTransportOrder
from planner.warehouse.events import Event, OrderReceived
from planner.warehouse.ids import NodeId, OrderId, RobotId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.stock import Balance, slot_id

SKUS = [Sku(f"sku-{i}") for i in range(8)]


class HaltedWorld(HoppingWorld):
    """Robots in ``halted`` stand, as by a stop for them."""

    def __init__(self, dispatcher: Dispatcher, seed: int, chance: float):
        pods = list(dispatcher.floor.roadmap.pods)
        stock = tuple(
            Balance(slot_id(pod, "A", 1, 1), SKUS[i % len(SKUS)], 40) for i, pod in enumerate(pods)
        )
        super().__init__(dispatcher, stock, seed, chance)
        self.halted: set[RobotId] = set()

    def _hop(self, hopper: Hopper) -> None:
        if hopper.state.robot not in self.halted:
            super()._hop(hopper)

    def _take_order(self, command: SendTransportOrder) -> None:
        """As the robots do: what it has is nothing new, what it lacks of an order it takes."""
        order, hopper = command.order, self.robots[command.order.robot]
        if hopper.alive and not command.stitch and order.order == hopper.state.order:
            last = hopper.ahead[-1].sequence if hopper.ahead else hopper.state.last_sequence
            hopper.ahead += [node for node in order.base if node.sequence > last]
            return
        super()._take_order(command)


class PlayedFloor:
    """``orders`` for everything on the floor are there from the start."""

    def __init__(self, dispatcher: Dispatcher, seed: int, *, chance: float = 1.0, orders: int = 8):
        self.dispatcher = dispatcher
        self.world = HaltedWorld(dispatcher, seed, chance)
        self.state: State = dispatcher.start()
        self.now = 0
        self.given: dict[RobotId, int] = {}
        """Orders and updates that each robot was sent."""
        for number in range(orders):
            key = OrderId(f"O{number}")
            lines = [OrderLine(line_id(key, i), SKUS[(number + i) % 8], 2) for i in (1, 2, 3)]
            self.world.waiting.append(OrderReceived(PickOrder(key, tuple(lines))))

    @property
    def now_ms(self) -> int:
        """Site time."""
        return self.now * TICK_MS

    def ticks(self, count: int, *events: Event) -> list[Command]:
        """So many ticks, ``events`` in the first; whose reservation was cleared is halted, as the
        fleet does it. No node ever has two holders."""
        self.world.waiting += events
        told: list[Command] = []
        for _ in range(count):
            self.now += 1
            heard = self.world.tick(self.now_ms)
            self.state, commands = self.dispatcher.step(self.state, heard, self.now_ms)
            robots = self.state.robots.values()
            self.world.halted = {robot.robot for robot in robots if robot.override.keeps}
            held = [node for robot in robots for node in set(robot.held)]
            assert len(held) == len(set(held)), "a node has two holders"
            self.world.obey(commands)
            told += commands
        for command in told:
            if isinstance(command, SendTransportOrder):
                robot = command.order.robot
                self.given[robot] = self.given.get(robot, 0) + 1
        return told

    def to_the_end(self, most: int = 4000) -> None:
        """Until every order is done."""
        while self.state.orders:
            self.ticks(1)
            assert self.now < most, "the work does not end"

    def until(self, robot: RobotId, most: int = 1500) -> Robot:
        """Until a robot has nothing to drive; its record."""
        for _ in range(most):
            found = self.state.robots[robot]
            if found.leg is None and found.report is not None:
                return found
            self.ticks(1)
        raise AssertionError(f"{robot} does not come to rest: {self.state.robots[robot]}")

    def silence(self, robot: RobotId, *, silent: bool = True) -> None:
        """It stands and says nothing; or is itself again, with the order that it had."""
        self.world.robots[robot].alive = not silent

    def free_node(self, number: int = 0) -> NodeId:
        """An aisle node or a spot without a pod, where no robot is or goes."""
        roadmap, state = self.dispatcher.floor.roadmap, self.state
        taken = {node for robot in state.robots.values() for node in robot.held}
        taken |= {robot.leg.goal for robot in state.robots.values() if robot.leg}
        taken |= set(state.pods.values())
        kinds = (NodeKind.SPOT, NodeKind.AISLE)
        nodes = [n for n, k in enumerate(roadmap.kind.tolist()) if k in kinds and n not in taken]
        return roadmap.nodes[nodes[number % len(nodes)]]
