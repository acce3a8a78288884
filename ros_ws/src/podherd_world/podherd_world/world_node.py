"""The ROS 2 node of the simulated world: it owns clock, floor and who works at stations.

Besides its topics it writes ``report`` (JSON) at the end: site time, violations, pieces taken and
put away.
"""

import sys
import time
from collections.abc import Sequence

from builtin_interfaces.msg import Time
from podherd_msgs.msg import DriveAction, DriveGoal, DriveState, RobotState
from podherd_msgs.msg import Violation as ViolationMessage
from rclpy.node import Node
from rosgraph_msgs.msg import Clock

from planner.warehouse.ids import RobotId
from podherd_ros.convert import (
    drive_action_from_message,
    goal_from_message,
    report_to_message,
    time_from_message,
    time_to_message,
)
from podherd_ros.process import run
from podherd_ros.quality import profile
from podherd_ros.topics import CLOCK, DRIVE_ACTION, DRIVE_GOAL, DRIVE_STATE, STATE, TICK, VIOLATIONS
from podherd_world.convert import violation_to_message
from podherd_world.opening import Opening, read_settings
from podherd_world.roll_call import RollCall
from podherd_world.world import News

_HEARTBEAT_S = 0.02
"""Wall time between looks at the pacer, for the cases that no message wakes us."""
_ANSWER_S = 0.05
"""Robots are waited for so long before the fleet hears the time without them."""
_STANDSTILL_S = 0.2
"""A clock that stands is published again so often, for those who have just come."""


class WorldNode(Node):
    """Converts and hands on; :class:`podherd_world.world.World` is the world."""

    def __init__(self, opening: Opening):
        super().__init__("world")
        self._news = self.create_guard_condition(self._go_on)
        self._opening = opening
        self._world, self._terminals = opening.open(self._news.trigger)
        self._roll = RollCall()
        self._told_ms, self._told_s = -1, 0.0
        self._clocks = self.create_publisher(Clock, CLOCK.name, profile(CLOCK))
        self._violations = self.create_publisher(
            ViolationMessage, VIOLATIONS.name, profile(VIOLATIONS)
        )
        self._reports = {
            robot: self.create_publisher(DriveState, DRIVE_STATE.of(robot), profile(DRIVE_STATE))
            for robot in self._world.bodies
        }
        for robot in self._world.bodies:
            self._listen(robot)
        self.create_subscription(Time, TICK.name, self._on_tick, profile(TICK))
        self.create_timer(_HEARTBEAT_S, self._on_heartbeat)

    def _listen(self, robot: RobotId) -> None:
        body = self._world.bodies[robot]

        def on_goal(message: DriveGoal) -> None:
            body.go(*goal_from_message(message))

        def on_action(message: DriveAction) -> None:
            body.act(drive_action_from_message(message))

        def on_state(message: RobotState) -> None:
            self._roll.answer(robot, message.at_ms)
            self._tell_time_if_all_answered()

        self.create_subscription(RobotState, STATE.of(robot), on_state, profile(STATE))
        self.create_subscription(DriveGoal, DRIVE_GOAL.of(robot), on_goal, profile(DRIVE_GOAL))
        self.create_subscription(
            DriveAction, DRIVE_ACTION.of(robot), on_action, profile(DRIVE_ACTION)
        )

    def _on_tick(self, message: Time) -> None:
        self._world.pacer.planned(time_from_message(message))
        self._go_on()

    def _on_heartbeat(self) -> None:
        self._go_on()
        waiting_s = time.monotonic() - self._told_s
        if waiting_s > (_STANDSTILL_S if self._roll.complete else _ANSWER_S):
            self._roll.give_up()
            self._tell_time()

    def _go_on(self) -> None:
        while (news := self._world.go_on(time.monotonic())) is not None:
            self._tell(news)

    def _tell(self, news: News) -> None:
        for robot, report in news.reports:
            self._reports[robot].publish(report_to_message(report))
        for violation in news.violations:
            self.get_logger().error(f"violation: {violation}")
            self._violations.publish(violation_to_message(violation))
        self._roll.ask((robot for robot, _ in news.reports), news.at_ms)
        self._tell_time_if_all_answered()

    def _tell_time_if_all_answered(self) -> None:
        if self._roll.complete and self._told_ms != self._world.now_ms:
            self._tell_time()

    def _tell_time(self) -> None:
        self._told_ms, self._told_s = self._world.now_ms, time.monotonic()
        self._clocks.publish(Clock(clock=time_to_message(self._told_ms)))

    def destroy_node(self) -> None:
        """Send the people home and write the report."""
        for terminal in self._terminals:
            terminal.close()
        self._opening.write_report(self._world)
        super().destroy_node()


def build() -> Sequence[Node]:
    """The node, as its parameters say."""
    settings = Node("world_settings")
    opening = read_settings(settings)
    settings.destroy_node()
    return [WorldNode(opening)]


def main() -> int:
    """The process."""
    return run(build, sys.argv)


if __name__ == "__main__":
    sys.exit(main())
