"""A floor without physics: robots hop from node to node, each with a chance of not moving.

Small enough to reason about, and nasty: with ``chance`` below 1 robots are delayed at random and
for as long as you like, which is just what released bases have to survive.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from planner.dispatch.state import State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.warehouse.commands import Command, SendTransportOrder, ShowCounts, ShowPicks, ShowPuts
from planner.warehouse.events import (
    Event,
    PickConfirmed,
    PutConfirmed,
    RobotStateSeen,
    StockStated,
)
from planner.warehouse.ids import NodeId, PodId, RobotId, SlotId, TransportOrderId
from planner.warehouse.picks import ShortReason
from planner.warehouse.receipts import PutTask
from planner.warehouse.robot import Pose, RobotState
from planner.warehouse.stock import Balance
from planner.warehouse.transport import ActionKind, ActionStatus, OrderNode


@dataclass
class Hopper:
    """One robot: a queue of released nodes, the report it would send now."""

    state: RobotState
    ahead: list[OrderNode] = field(default_factory=list)
    alive: bool = True


class HoppingWorld:
    """Commands in, events out, one hop per tick."""

    def __init__(self, dispatcher: Dispatcher, stock: Iterable[Balance], seed: int, chance: float):
        self.floor = dispatcher.floor
        self.random = random.Random(seed)
        self.chance = chance
        self.stock = {balance.slot: balance.quantity for balance in stock}
        self.true_stock = dict(self.stock)
        self.confirmed: dict[str, PickConfirmed] = {}
        self.put: dict[str, PutTask] = {}
        self.sku_in = {balance.slot: balance.sku for balance in stock}
        self.refuses: dict[SlotId, int] = {}
        """How many pieces of each put a slot does not take, whatever it should have room for."""
        self.waiting: list[Event] = [StockStated(tuple(stock))]
        self.collisions: list[str] = []
        self.looks: list[tuple[RobotId, PodId]] = []
        """Pods that robots were sent to look at and stood beside."""
        self.shown_counts: list[ShowCounts] = []
        roadmap = self.floor.roadmap
        self.pods = {pod: str(node) for pod, node in roadmap.pods.items()}
        self.robots = {
            robot: Hopper(self._standing(robot, node)) for robot, node in roadmap.robots.items()
        }

    def arrive(self, robot: RobotId, node: NodeId) -> Pose:
        """Put a robot on the floor that the site does not name."""
        self.robots[robot] = Hopper(self._standing(robot, node))
        return self.robots[robot].state.pose

    def _standing(self, robot: RobotId, node: NodeId) -> RobotState:
        x_m, y_m = self.floor.roadmap.xy_m[self.floor.roadmap.index[node]]
        pose = Pose(float(x_m), float(y_m), 0.0)
        return RobotState(
            robot, 0, pose, node, 0, TransportOrderId(""), 0, False, None, 1.0, False, 0.0
        )

    def obey(self, commands: Iterable[Command]) -> None:
        """Take commands; orders extend the queue of nodes, picks are done at once."""
        for command in commands:
            if isinstance(command, SendTransportOrder):
                self._take_order(command)
            elif isinstance(command, ShowPicks):
                for task in command.picks:
                    if task.pick not in self.confirmed:
                        self._pick(task.pick, task.slot, task.quantity, task.sku)
            elif isinstance(command, ShowCounts):
                robots = self.robots.values()
                assert any(hopper.state.load == command.pod for hopper in robots), "no pod here"
                self.shown_counts.append(command)
            elif isinstance(command, ShowPuts):
                for put in command.puts:
                    if put.put not in self.put:
                        self._put(put)

    def _take_order(self, command: SendTransportOrder) -> None:
        order, hopper = command.order, self.robots[command.order.robot]
        if not hopper.alive:
            return
        state = hopper.state
        if not command.stitch:
            if order.order == state.order:
                return
            assert not hopper.ahead, "a new order before the old one was driven"
            assert order.nodes[0].node == self._node(state), "order starts elsewhere"
            waiting = tuple(
                (action.action, ActionStatus.WAITING)
                for node in order.base
                for action in node.actions
            )
            hopper.state = replace(
                state,
                order=order.order,
                update=order.update,
                last_sequence=order.nodes[0].sequence,
                last_node=order.nodes[0].node,
                actions=waiting,
                errors=(),
            )
            hopper.ahead = list(order.base)
        else:
            last = hopper.ahead[-1].node if hopper.ahead else state.last_node
            assert order.order == state.order
            assert order.nodes[0].node == last, "update does not stitch"
            hopper.ahead += order.base[1:]
            hopper.state = replace(state, update=order.update)

    def _node(self, state: RobotState) -> NodeId:
        index = self.floor.roadmap.nearest(state.pose.x_m, state.pose.y_m)
        return self.floor.roadmap.nodes[index]

    def _pick(self, pick: str, slot: SlotId, quantity: int, sku: str) -> None:
        taken = min(quantity, self.true_stock[slot])
        self.true_stock[slot] -= taken
        short = taken < quantity
        self.stock[slot] = 0 if short else self.stock[slot] - taken
        event = PickConfirmed(pick, taken, ShortReason.SLOT_SHORT if short else None)  # type: ignore[arg-type]
        self.confirmed[pick] = event
        self.waiting += [StockStated((Balance(slot, sku, self.stock[slot]),)), event]  # type: ignore[arg-type]

    def _put(self, task: PutTask) -> None:
        robots = self.robots.values()
        assert any(hopper.state.load == task.pod for hopper in robots), "the pod is not here"
        held = self.stock.get(task.slot, 0)
        assert not held or self.sku_in[task.slot] == task.sku, f"two SKUs in {task.slot}"
        room = self.floor.site.pod_model.slot_capacity - held
        assert task.quantity <= room, f"{task.slot} is over its capacity"
        put = max(0, task.quantity - self.refuses.get(task.slot, 0))
        self.put[task.put] = replace(task, quantity=put)
        if put:
            self.stock[task.slot] = held + put
            self.true_stock[task.slot] = self.true_stock.get(task.slot, 0) + put
            self.sku_in[task.slot] = task.sku
            stated = Balance(task.slot, task.sku, self.stock[task.slot])
            self.waiting.append(StockStated((stated,)))
        self.waiting.append(PutConfirmed(task.put, put))

    def tick(self, now_ms: int) -> list[Event]:
        """Every robot may hop once; then all report."""
        for hopper in self.robots.values():
            if hopper.alive and self.random.random() < self.chance:
                self._hop(hopper)
        self._check(now_ms)
        events, self.waiting = self.waiting, []
        for hopper in self.robots.values():
            if hopper.alive:
                hopper.state = replace(hopper.state, at_ms=now_ms)
                events.append(RobotStateSeen(hopper.state))
        return events

    def _hop(self, hopper: Hopper) -> None:
        if not hopper.ahead:
            return
        node = hopper.ahead[0]
        if node.node != self._node(hopper.state):
            x_m, y_m = node.x_m, node.y_m
            pose = replace(hopper.state.pose, x_m=x_m, y_m=y_m)
            odometer = hopper.state.odometer_m + self.floor.site.pitch_m
            hopper.state = replace(hopper.state, pose=pose, odometer_m=odometer, charging=False)
        hopper.state = replace(hopper.state, last_node=node.node, last_sequence=node.sequence)
        for action in node.actions:
            status = ActionStatus.FINISHED
            if action.kind is ActionKind.DETECT_OBJECT:
                status = self._look(hopper, action.pod, node)
            else:
                self._act(hopper, action.kind, node)
            hopper.state = replace(hopper.state, actions=((action.action, status),))
        hopper.ahead.pop(0)

    def _act(self, hopper: Hopper, kind: ActionKind, node: OrderNode) -> None:
        pod = node.actions[0].pod
        if kind is ActionKind.PICK:
            assert pod is not None
            assert self.pods.pop(pod) == node.node, f"{pod} is not at {node.node}"
            hopper.state = replace(hopper.state, load=pod)
        elif kind is ActionKind.DROP:
            assert pod is not None
            assert hopper.state.load == pod
            assert node.node not in self.pods.values(), "a pod stands here"
            self.pods[pod] = node.node
            hopper.state = replace(hopper.state, load=None)
        else:
            hopper.state = replace(hopper.state, charging=True, battery=1.0)

    def _look(self, hopper: Hopper, pod: PodId | None, node: OrderNode) -> ActionStatus:
        """Fails if the pod does not stand in a cell beside."""
        place = self.pods.get(pod) if pod is not None else None
        if pod is None or place is None:
            return ActionStatus.FAILED
        x_m, y_m = self.floor.roadmap.xy_m[self.floor.roadmap.index[NodeId(place)]]
        apart_m = abs(x_m - node.x_m) + abs(y_m - node.y_m)
        if abs(apart_m - self.floor.site.pitch_m) > 0.01:
            return ActionStatus.FAILED
        self.looks.append((hopper.state.robot, pod))
        return ActionStatus.FINISHED

    def _check(self, now_ms: int) -> None:
        seen: dict[str, RobotId] = {}
        for robot, hopper in self.robots.items():
            node = self._node(hopper.state)
            if node in seen:
                self.collisions.append(f"{now_ms}: {robot} and {seen[node]} on {node}")
            seen[node] = robot
            if hopper.state.load and node in self.pods.values():
                self.collisions.append(f"{now_ms}: {robot} under a pod with a load at {node}")


def run(
    dispatcher: Dispatcher,
    stock: tuple[Balance, ...],
    orders: Iterable[Event],
    *,
    seed: int = 0,
    chance: float = 1.0,
    ticks: int = 4000,
) -> tuple[HoppingWorld, State]:
    """Play until every order is finished (or ``ticks`` are over); returns world and state."""
    world = HoppingWorld(dispatcher, stock, seed, chance)
    state = dispatcher.start()
    world.waiting += orders
    for tick in range(1, ticks):
        events = world.tick(tick * TICK_MS)
        state, commands = dispatcher.step(state, events, tick * TICK_MS)
        world.obey(commands)
        if tick > 2 and not state.orders and not state.receipts:
            break
    return world, state
