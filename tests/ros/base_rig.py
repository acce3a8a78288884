"""A base of paper behind real topics: the robot's node as a process drives a simulated base."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rclpy
from builtin_interfaces.msg import Time
from fakes.rolling_base import ORDINARY, RollingBase
from geometry_msgs.msg import TwistStamped
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from nav_msgs.msg import Odometry as OdometryMessage
from podherd_msgs import msg
from podherd_msgs.action import ExecuteTransportOrder
from podherd_msgs.srv import InstantAction, UpdateTransportOrder
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from tf2_msgs.msg import TFMessage

from planner.codec.sitefile import dump_site
from planner.dispatch.step import Dispatcher
from planner.warehouse.ids import ActionId, PodId, RobotId
from planner.warehouse.robot import Pose, RobotState
from planner.warehouse.transport import Action, ActionKind, TransportOrder
from podherd_bringup.supervisor import Program, Supervisor
from podherd_robot.localisation import composed
from podherd_robot.settings import floor_markers
from podherd_ros.base import BaseKind, Equipment, MarkerSighting, Odometry, Scan
from podherd_ros.convert import (
    drive_action_from_message,
    order_to_message,
    state_from_message,
    time_from_message,
    time_to_message,
)
from podherd_ros.convert_base import (
    equipment_to_message,
    heading_of,
    odometry_to_message,
    sighting_to_message,
    velocity_from_message,
)
from podherd_ros.convert_presence import connection_from_message
from podherd_ros.drive import DriveReport
from podherd_ros.presence import Connection
from podherd_ros.quality import profile
from podherd_ros.topics import (
    COMMAND_VELOCITY,
    CONNECTION,
    DRIVE_ACTION,
    EQUIPMENT,
    EXECUTE,
    INSTANT,
    MARKERS,
    ODOMETRY,
    STATE,
    STOPS,
    TICK,
    UPDATE,
)
from sim_worlds.sites.catalogue import load_site

from .floor_rig import order_along, walk

WAIT_S = 90.0


class BaseRig:
    """Robot R01 of the tiny site, a process of its own, and its base; here is what the fleet would
    be. Site time passes in :meth:`tick`, and only once the robot has answered the odometry."""

    def __init__(self, folder: Path, supervisor: Supervisor, **settings: object):
        self.robot = RobotId("R01")
        self.site = load_site("tiny")
        self.roadmap = Dispatcher(self.site).floor.roadmap
        self.supervisor = supervisor
        self.states: list[RobotState] = []
        self.connections: list[Connection] = []
        self.speeds: dict[int, Any] = {}
        self.silent = False
        """The fleet does not tick."""
        self._start(folder, settings)
        start = self.site.robots[0].start_m
        self.base = RollingBase(
            BaseKind.DIFFERENTIAL,
            self.site.type_of(self.site.robots[0]),
            Pose(*start, 0.0),
            floor_markers(self.site),
            ORDINARY,
            seed=7,
        )
        rclpy.init()
        self.node = Node("test_base")
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self._speak()
        self._listen()

    # --- wiring ----------------------------------------------------------------------------

    def _start(self, folder: Path, settings: dict[str, object]) -> None:
        file = folder / "site.json"
        file.write_bytes(dump_site(self.site))
        given = {"robots": "['R01']", "site": file, "drive": "velocity", **settings}
        parts = [part for key, value in given.items() for part in ("-p", f"{key}:={value}")]
        command = (sys.executable, "-m", "podherd_robot.robot_node", "--ros-args", *parts)
        self.supervisor.start(Program("robot-R01", command, dict(os.environ)))

    def _speak(self) -> None:
        node, robot = self.node, self.robot

        def to(kind: Any, topic: Any) -> Any:
            return node.create_publisher(kind, topic.of(robot), profile(topic))

        self.odometry = to(OdometryMessage, ODOMETRY)
        self.markers = to(msg.MarkerSighting, MARKERS)
        self.equipment = to(msg.EquipmentState, EQUIPMENT)
        self.stops = to(msg.Stops, STOPS)
        self.ticks = to(Time, TICK)
        self.orders: Any = ActionClient(node, ExecuteTransportOrder, EXECUTE.of(robot))
        self.updates = node.create_client(UpdateTransportOrder, UPDATE.of(robot))
        self.instants = node.create_client(InstantAction, INSTANT.of(robot))

    def _listen(self) -> None:
        node, robot = self.node, self.robot

        def on(kind: Any, topic: Any, callback: Callable[[Any], None]) -> None:
            node.create_subscription(kind, topic.of(robot), callback, profile(topic))

        on(TwistStamped, COMMAND_VELOCITY, self._on_speed)
        on(msg.DriveAction, DRIVE_ACTION, self._on_action)
        on(msg.RobotState, STATE, lambda told: self.states.append(state_from_message(told)))
        on(msg.Connection, CONNECTION, self._on_connection)

    def _on_speed(self, message: TwistStamped) -> None:
        at_ms, velocity = velocity_from_message(message)
        self.speeds[at_ms] = velocity

    def _on_action(self, message: msg.DriveAction) -> None:
        self.base.act(drive_action_from_message(message))

    def _on_connection(self, message: msg.Connection) -> None:
        self.connections.append(connection_from_message(message))

    def close(self) -> None:
        """End the ROS side of the test."""
        self.node.destroy_node()
        rclpy.shutdown()

    # --- what the base's sensors say: RollingBase tells these as it would tell a BaseDrive -----

    def feel_marker(self, sighting: MarkerSighting) -> None:
        self.markers.publish(sighting_to_message(sighting))

    def feel_equipment(self, equipment: Equipment) -> None:
        self.equipment.publish(equipment_to_message(equipment))

    def feel_scan(self, scan: Scan) -> None:
        raise AssertionError("this base has no lidar")

    def feel_odometry(self, odometry: Odometry) -> DriveReport | None:
        self.odometry.publish(odometry_to_message(self.robot, odometry))
        if not self.silent:
            self.ticks.publish(time_to_message(odometry.at_ms))
        self.spin_until(lambda: odometry.at_ms in self.speeds, "no answer to an odometry")
        self.base.move(odometry.at_ms, self.speeds[odometry.at_ms])
        return None

    # --- time ------------------------------------------------------------------------------

    def tick(self, times: int = 1) -> None:
        """So many control cycles of 100 ms."""
        for _ in range(times):
            self.base.tick(self)  # type: ignore[arg-type]

    def spin_until(self, condition: Callable[[], Any], what: str) -> Any:
        """Site time stands; give what the condition gave."""
        deadline_s = time.monotonic() + WAIT_S
        while not (found := condition()):
            last = self.states[-1] if self.states else None
            assert time.monotonic() < deadline_s, f"{what}; last state {last}"
            self.supervisor.poll()
            self._executor.spin_once(timeout_sec=0.05)
        return found

    def until(self, condition: Callable[[], Any], what: str, most_s: float = 60.0) -> Any:
        """Site time passes, at most ``most_s`` of it."""
        for _ in range(int(most_s * 10)):
            if found := condition():
                return found
            self.tick()
        raise AssertionError(f"{what}; last state {self.states[-1] if self.states else None}")

    def ready(self) -> None:
        """The robot hears its base and has told its state."""
        sure = "nobody hears the base"
        for publisher in (self.odometry, self.markers, self.equipment):
            self.spin_until(lambda one=publisher: one.get_subscription_count() > 0, sure)
        self.spin_until(lambda: self.node.count_publishers(COMMAND_VELOCITY.of(self.robot)), sure)
        self.spin_until(self.orders.server_is_ready, "no action server")
        self.spin_until(self.updates.service_is_ready, "no update service")
        self.spin_until(self.instants.service_is_ready, "no instant action")
        self.until(lambda: self.states, "no state")

    @property
    def state(self) -> RobotState:
        """The newest."""
        return self.states[-1]

    # --- what the fleet does ---------------------------------------------------------------

    def answer(self, future: Any) -> Any:
        """What a call gives, while site time stands."""
        self.spin_until(future.done, "no answer")
        return future.result()

    def order(
        self, nodes: int, released: int, action: Action | None = None, name: str = "T1"
    ) -> TransportOrder:
        """A walk of so many nodes from where the robot stood at first."""
        way = walk(self.roadmap, self.robot, nodes)
        return order_along(self.roadmap, self.robot, way, released, name, action=action)

    def give(self, order: TransportOrder) -> Any:
        """Send a new order; the goal handle."""
        goal = ExecuteTransportOrder.Goal(order=order_to_message(order))
        return self.answer(self.orders.send_goal_async(goal))

    def instant(self, kind: str, order: str = "", pose: Pose | None = None) -> Any:
        """An instant action; the service's answer."""
        pose = pose or Pose(0.0, 0.0, 0.0)
        request = InstantAction.Request(
            action_id=f"{kind}-1",
            kind=kind,
            order_id=order,
            x_m=pose.x_m,
            y_m=pose.y_m,
            theta_rad=pose.theta_rad,
        )
        return self.answer(self.instants.call_async(request))

    def answer_in_time(self, future: Any) -> Any:
        """What a call gives, while site time passes."""
        self.until(future.done, "no answer")
        return future.result()

    def action(self, kind: str, pod: str) -> Action:
        """Work for the lift."""
        return Action(ActionId(f"{kind}-{pod}"), ActionKind(kind), PodId(pod))

    def change(self, transition: str) -> bool:
        """A transition of the robot's life cycle, as a supervisor asks for it."""
        kinds = {
            "configure": Transition.TRANSITION_CONFIGURE,
            "activate": Transition.TRANSITION_ACTIVATE,
            "deactivate": Transition.TRANSITION_DEACTIVATE,
            "cleanup": Transition.TRANSITION_CLEANUP,
        }
        client = self.node.create_client(ChangeState, f"/robots/{self.robot}/robot/change_state")
        self.spin_until(client.service_is_ready, "no life cycle")
        request = ChangeState.Request(transition=Transition(id=kinds[transition]))
        done: bool = self.answer(client.call_async(request)).success
        self.node.destroy_client(client)
        return done

    @staticmethod
    def stamp_ms(message: TFMessage) -> int:
        """Site time of a set of frames."""
        return time_from_message(message.transforms[0].header.stamp)

    @staticmethod
    def chained(message: TFMessage) -> Pose:
        """Where the second frame's origin is, seen from the first one's parent."""
        pose = Pose(0.0, 0.0, 0.0)
        for frame in message.transforms:
            place, turn = frame.transform.translation, heading_of(frame.transform.rotation)
            pose = composed(pose, (place.x, place.y, turn))
        return pose
