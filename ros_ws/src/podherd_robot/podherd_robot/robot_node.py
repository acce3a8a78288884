"""The ROS 2 node of one robot: transport orders in, drive orders and reports out.

``python -m podherd_robot.robot_node --ros-args -p robots:=[R01] -p pitch_m:=1.2``. Several robots
may share a process: each gets a node of its own.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nav_msgs.msg import Odometry
from podherd_msgs.action import ExecuteTransportOrder
from podherd_msgs.msg import DriveState
from podherd_msgs.msg import RobotState as StateMessage
from podherd_msgs.srv import UpdateTransportOrder
from rclpy.action.server import ActionServer, CancelResponse, GoalResponse, ServerGoalHandle
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.task import Future
from sensor_msgs.msg import BatteryState

from planner.warehouse.ids import RobotId, TransportOrderId
from planner.warehouse.robot import RobotState
from podherd_robot.convert import battery_of, odometry_of
from podherd_robot.pilot import Outcome, Pilot
from podherd_robot.topic_drive import TopicDrive
from podherd_ros.convert import (
    error_to_message,
    order_from_message,
    report_from_message,
    state_to_message,
)
from podherd_ros.parameters import number, texts
from podherd_ros.process import run
from podherd_ros.quality import profile
from podherd_ros.topics import BATTERY, DRIVE_STATE, EXECUTE, ODOMETRY, STATE, UPDATE

_ODOMETRY_MS = 1_000
_BATTERY_MS = 10_000

if TYPE_CHECKING:
    Handle = ServerGoalHandle[
        ExecuteTransportOrder.Goal, ExecuteTransportOrder.Result, ExecuteTransportOrder.Feedback
    ]
Goals = dict[TransportOrderId, list["Future[Outcome]"]]


class RobotNode(Node):
    """Converts and hands on; :class:`Pilot` decides."""

    def __init__(self, robot: RobotId, pitch_m: float):
        super().__init__(
            "robot",
            namespace=f"/robots/{robot}",
            parameter_overrides=[Parameter("use_sim_time", value=True)],
        )
        self._pilot = Pilot(robot, pitch_m, TopicDrive(self, robot))
        self._goals: Goals = {}
        self._odometry_ms = self._battery_ms = -_BATTERY_MS
        self._states = self.create_publisher(StateMessage, STATE.of(robot), profile(STATE))
        self._odometry = self.create_publisher(Odometry, ODOMETRY.of(robot), profile(ODOMETRY))
        self._battery = self.create_publisher(BatteryState, BATTERY.of(robot), profile(BATTERY))
        drive = DRIVE_STATE.of(robot)
        self.create_subscription(DriveState, drive, self._on_drive_state, profile(DRIVE_STATE))
        self.create_service(UpdateTransportOrder, UPDATE.of(robot), self._on_update)
        self._server = ActionServer(
            self,
            ExecuteTransportOrder,
            EXECUTE.of(robot),
            execute_callback=self._execute,
            goal_callback=self._on_goal,
            handle_accepted_callback=self._on_accepted,
            cancel_callback=self._on_cancel,
        )

    def _on_drive_state(self, message: DriveState) -> None:
        self._pilot.feel(report_from_message(message))
        self._tell()

    def _on_goal(self, goal: ExecuteTransportOrder.Goal) -> GoalResponse:
        if not self._pilot.awake:
            return GoalResponse.REJECT
        error = self._pilot.take(order_from_message(goal.order), stitch=False)
        self._tell()
        return GoalResponse.REJECT if error else GoalResponse.ACCEPT

    def _on_update(
        self, request: UpdateTransportOrder.Request, response: UpdateTransportOrder.Response
    ) -> UpdateTransportOrder.Response:
        if not self._pilot.awake:
            return response
        error = self._pilot.take(order_from_message(request.order), stitch=True)
        response.accepted = error is None
        if error is not None:
            response.error = error_to_message(error)
        self._tell()
        return response

    def _on_accepted(self, handle: "Handle") -> None:
        handle.execute()

    def _on_cancel(self, handle: "Handle") -> CancelResponse:
        self._pilot.cancel(TransportOrderId(handle.request.order.order_id))
        self._tell()
        return CancelResponse.ACCEPT

    async def _execute(self, handle: "Handle") -> ExecuteTransportOrder.Result:
        order = TransportOrderId(handle.request.order.order_id)
        ended: Future[Outcome] = Future()
        self._goals.setdefault(order, []).append(ended)
        self._end_goals()
        outcome = await ended or Outcome.FAILED
        _close(handle, outcome)
        return ExecuteTransportOrder.Result(status=outcome.value, errors=self._errors())

    def _errors(self) -> list[object]:
        state = self._pilot.state()
        return [error_to_message(error) for error in state.errors] if state else []

    def _tell(self) -> None:
        """Publish the state, and let go of the goals whose order has ended."""
        state = self._pilot.state()
        if state is None:
            return
        self._states.publish(state_to_message(state))
        self._tell_slowly(state)
        self._end_goals()

    def _tell_slowly(self, state: RobotState) -> None:
        if state.at_ms - self._odometry_ms >= _ODOMETRY_MS:
            self._odometry_ms = state.at_ms
            self._odometry.publish(odometry_of(state))
        if state.at_ms - self._battery_ms >= _BATTERY_MS:
            self._battery_ms = state.at_ms
            self._battery.publish(battery_of(state))

    def _end_goals(self) -> None:
        for order in list(self._goals):
            outcome = self._pilot.outcome(order)
            if outcome is not None:
                for goal in self._goals.pop(order):
                    goal.set_result(outcome)


def _close(handle: "Handle", outcome: Outcome) -> None:
    if handle.is_cancel_requested:
        handle.canceled()
    elif outcome is Outcome.FINISHED:
        handle.succeed()
    else:
        handle.abort()


def build() -> Sequence[Node]:
    """One node per robot of the parameter ``robots``."""
    settings = Node("robots")
    robots = texts(settings, "robots", "ids of the robots in this process")
    pitch_m = number(settings, "pitch_m", "lattice pitch of the site in metres", least=0.1)
    settings.destroy_node()
    return [RobotNode(RobotId(robot), pitch_m) for robot in robots]


if __name__ == "__main__":
    sys.exit(run(build, sys.argv))
