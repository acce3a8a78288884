"""A fleet of paper: drives the real robot and world nodes of the tiny site from a test."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rclpy
from builtin_interfaces.msg import Time
from podherd_msgs import msg
from podherd_msgs.action import ExecuteTransportOrder
from podherd_msgs.srv import UpdateTransportOrder
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rosgraph_msgs.msg import Clock

from planner.dispatch.step import Dispatcher
from planner.roadmap.roadmap import Roadmap
from planner.warehouse.ids import NodeId, RobotId, TransportOrderId
from planner.warehouse.robot import RobotState
from planner.warehouse.transport import Action, OrderEdge, OrderNode, TransportOrder
from podherd_bringup.programs import Wiring, floor_programs
from podherd_bringup.run_folder import RunFolder
from podherd_bringup.supervisor import Program, Supervisor
from podherd_ros.convert import order_to_message, state_from_message
from podherd_ros.quality import profile
from podherd_ros.topics import CLOCK, EXECUTE, STATE, TICK, UPDATE
from sim_worlds.sites.catalogue import load_site

WAIT_S = 90.0
NOBODY = "http://127.0.0.1:9"
"""No bridge answers here; the world's terminals just try again."""


class FloorRig:
    """World and robot R01 as processes; here is what the fleet would be. Time passes only while
    :meth:`until` waits, so that a test sees every step."""

    def __init__(self, folder: Path, supervisor: Supervisor):
        self.robot = RobotId("R01")
        self.site = load_site("tiny")
        self.roadmap: Roadmap = Dispatcher(self.site).floor.roadmap
        self.state: RobotState | None = None
        self.now_ms = -1
        self.supervisor = supervisor
        self._start(folder)
        rclpy.init()
        self.node = Node("test_fleet")
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self._ticks = self.node.create_publisher(Time, TICK.name, profile(TICK))
        self.node.create_subscription(Clock, CLOCK.name, self._on_clock, profile(CLOCK))
        state = STATE.of(self.robot)
        self.node.create_subscription(msg.RobotState, state, self._on_state, profile(STATE))
        self.orders: Any = ActionClient(self.node, ExecuteTransportOrder, EXECUTE.of(self.robot))
        self.updates = self.node.create_client(UpdateTransportOrder, UPDATE.of(self.robot))

    def _start(self, folder: Path) -> None:
        run = RunFolder(folder / "run")
        run.prepare(self.site, ())
        wiring = Wiring(run, 9, 9, "max", 1, 0.0, dict(os.environ))
        programs: dict[str, Program] = {
            program.name: program for program in floor_programs(wiring, self.site)
        }
        for name in ("world", "robot-R01"):
            self.supervisor.start(programs[name])

    def close(self) -> None:
        """End the ROS side of the test."""
        self.node.destroy_node()
        rclpy.shutdown()

    def _on_clock(self, message: Clock) -> None:
        self.now_ms = message.clock.sec * 1000 + message.clock.nanosec // 1_000_000
        self._ticks.publish(message.clock)

    def _on_state(self, message: msg.RobotState) -> None:
        self.state = state_from_message(message)

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Let time pass until the condition holds; give what it gave."""
        deadline_s = time.monotonic() + WAIT_S
        while not (found := condition()):
            assert time.monotonic() < deadline_s, f"{what}; last state {self.state}"
            self.supervisor.poll()
            self._executor.spin_once(timeout_sec=0.05)
        return found

    def answer(self, future: Any) -> Any:
        """What a call gives."""
        self.until(future.done, "no answer")
        return future.result()

    def ready(self) -> None:
        """World and robot are up and the robot has told its state."""
        self.until(self.orders.server_is_ready, "no action server")
        self.until(self.updates.service_is_ready, "no update service")
        self.until(lambda: self.state, "no state")

    def give(self, order: TransportOrder) -> Any:
        """Send a new order; the goal handle."""
        goal = ExecuteTransportOrder.Goal(order=order_to_message(order))
        return self.answer(self.orders.send_goal_async(goal))

    def update(self, order: TransportOrder) -> Any:
        """Send an update; the service's answer."""
        return self.answer(
            self.updates.call_async(UpdateTransportOrder.Request(order=order_to_message(order)))
        )

    def way(self, nodes: int) -> list[int]:
        """A straight or bent walk over free floor from where R01 starts, unloaded."""
        return walk(self.roadmap, self.robot, nodes)

    def order(
        self,
        way: list[int],
        released: int,
        *,
        name: str = "T1",
        update: int = 0,
        first: int = 0,
        action: Action | None = None,
    ) -> TransportOrder:
        """Nodes of ``way`` from index ``first``, those up to index ``released`` released, with an
        action at the last."""
        return order_along(self.roadmap, self.robot, way, released, name, update, first, action)

    def name(self, node: int) -> NodeId:
        """The name of a node."""
        return self.roadmap.nodes[node]


def walk(roadmap: Roadmap, robot: RobotId, nodes: int) -> list[int]:
    """A straight or bent walk over free floor from where a robot starts, unloaded."""
    way = [roadmap.index[roadmap.robots[robot]]]
    while len(way) < nodes:
        ahead = [n for n in roadmap.neighbours[way[-1]].tolist() if n >= 0 and n not in way]
        way.append(ahead[0])
    return way


def order_along(
    roadmap: Roadmap,
    robot: RobotId,
    way: list[int],
    released: int,
    name: str = "T1",
    update: int = 0,
    first: int = 0,
    action: Action | None = None,
) -> TransportOrder:
    """See :meth:`FloorRig.order`."""
    last = len(way) - 1
    return TransportOrder(
        order=TransportOrderId(name),
        update=update,
        robot=robot,
        nodes=tuple(
            OrderNode(
                2 * i,
                roadmap.nodes[way[i]],
                *map(float, roadmap.xy_m[way[i]]),
                i <= released,
                (action,) if action and i == last else (),
            )
            for i in range(first, last + 1)
        ),
        edges=tuple(
            OrderEdge(
                2 * i + 1,
                roadmap.edge_id(way[i], way[i + 1]),
                roadmap.nodes[way[i]],
                roadmap.nodes[way[i + 1]],
                i + 1 <= released,
                1.5,
            )
            for i in range(first, last)
        ),
    )
