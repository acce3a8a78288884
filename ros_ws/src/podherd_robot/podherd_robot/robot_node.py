"""The ROS 2 node of one robot: transport orders in, drive orders and reports out.

``python -m podherd_robot.robot_node --ros-args -p robots:=[R01] -p pitch_m:=1.2``. Several robots
may share a process: each gets a node of its own.
"""

import sys
from collections.abc import Sequence

from nav_msgs.msg import Odometry
from podherd_msgs.msg import DriveState
from podherd_msgs.msg import RobotState as StateMessage
from rclpy.node import Node
from rclpy.parameter import Parameter
from sensor_msgs.msg import BatteryState

from planner.warehouse.ids import RobotId
from planner.warehouse.robot import RobotState
from podherd_robot.convert import battery_of, odometry_of
from podherd_robot.order_server import OrderServer
from podherd_robot.pilot import Pilot
from podherd_robot.topic_drive import TopicDrive
from podherd_ros.convert import report_from_message, state_to_message
from podherd_ros.parameters import number, texts
from podherd_ros.process import run
from podherd_ros.quality import profile
from podherd_ros.topics import BATTERY, DRIVE_STATE, ODOMETRY, STATE

_ODOMETRY_MS = 1_000
_BATTERY_MS = 10_000


class RobotNode(Node):
    """Converts and hands on; :class:`Pilot` decides."""

    def __init__(self, robot: RobotId, pitch_m: float):
        super().__init__(
            "robot",
            namespace=f"/robots/{robot}",
            parameter_overrides=[Parameter("use_sim_time", value=True)],
        )
        self._pilot = Pilot(robot, pitch_m, TopicDrive(self, robot))
        self._orders = OrderServer(self, robot, self._pilot, self._tell)
        self._odometry_ms = self._battery_ms = -_BATTERY_MS
        self._states = self.create_publisher(StateMessage, STATE.of(robot), profile(STATE))
        self._odometry = self.create_publisher(Odometry, ODOMETRY.of(robot), profile(ODOMETRY))
        self._battery = self.create_publisher(BatteryState, BATTERY.of(robot), profile(BATTERY))
        drive = DRIVE_STATE.of(robot)
        self.create_subscription(DriveState, drive, self._on_drive_state, profile(DRIVE_STATE))

    def _on_drive_state(self, message: DriveState) -> None:
        self._pilot.feel(report_from_message(message))
        self._tell()

    def _tell(self) -> None:
        state = self._pilot.state()
        if state is None:
            return
        self._states.publish(state_to_message(state))
        self._tell_slowly(state)
        self._orders.progress(state)

    def _tell_slowly(self, state: RobotState) -> None:
        if state.at_ms - self._odometry_ms >= _ODOMETRY_MS:
            self._odometry_ms = state.at_ms
            self._odometry.publish(odometry_of(state))
        if state.at_ms - self._battery_ms >= _BATTERY_MS:
            self._battery_ms = state.at_ms
            self._battery.publish(battery_of(state))


def build() -> Sequence[Node]:
    """One node per robot of the parameter ``robots``."""
    settings = Node("robots")
    robots = texts(settings, "robots", "ids of the robots in this process")
    pitch_m = number(settings, "pitch_m", "lattice pitch of the site in metres", least=0.1)
    settings.destroy_node()
    return [RobotNode(RobotId(robot), pitch_m) for robot in robots]


def main() -> int:
    """The process."""
    return run(build, sys.argv)


if __name__ == "__main__":
    sys.exit(main())
