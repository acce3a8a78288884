"""The ROS 2 node of the fleet: hears robots and bridge, ticks the dispatcher, sends commands."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from builtin_interfaces.msg import Time
from podherd_msgs.msg import Alarm
from podherd_msgs.msg import RobotState as StateMessage
from rclpy.node import Node
from rosgraph_msgs.msg import Clock

from planner.codec.sitefile import parse_site
from planner.warehouse.commands import Command, RaiseAlarm, SendTransportOrder
from podherd_fleet.control import Control
from podherd_fleet.feed import Feed
from podherd_fleet.office import BridgeOffice
from podherd_fleet.outbound import Gallery, Outbound
from podherd_fleet.robot_link import RobotLink
from podherd_ros.convert import (
    alarm_to_message,
    state_from_message,
    time_from_message,
    time_to_message,
)
from podherd_ros.parameters import text
from podherd_ros.process import run
from podherd_ros.quality import profile
from podherd_ros.topics import ALARMS, CLOCK, STATE, TICK

_VIEW_S = 0.1
"""Wall time between pictures."""


class FleetNode(Node):
    """Converts and hands on; the dispatcher decides."""

    def __init__(self, control: Control, bridge_url: str):
        super().__init__("fleet")
        self._control = control
        self._feed = Feed(lambda: BridgeOffice(bridge_url), control.feed)
        self._outbound = Outbound(lambda: BridgeOffice(bridge_url))
        self._gallery = Gallery(lambda: BridgeOffice(bridge_url))
        self._shown_s = 0.0
        self._links = {robot: RobotLink(self, robot, self._on_answer) for robot in control.robots}
        for robot in control.robots:
            self.create_subscription(StateMessage, STATE.of(robot), self._on_state, profile(STATE))
        self._ticks = self.create_publisher(Time, TICK.name, profile(TICK))
        self._alarms = self.create_publisher(Alarm, ALARMS.name, profile(ALARMS))
        self.create_subscription(Clock, CLOCK.name, self._on_clock, profile(CLOCK))
        self._send(control.outstanding)

    def _on_state(self, message: StateMessage) -> None:
        self._control.hear(state_from_message(message))

    def _on_clock(self, message: Clock) -> None:
        now_ms = time_from_message(message.clock)
        if self._control.is_due(now_ms):
            self._tick(now_ms)
        else:
            self._let_go_on()  # the world asks again: it has missed the answer, or lost patience

    def _tick(self, now_ms: int) -> None:
        self._send(self._control.tick(now_ms, self._feed.drain()))
        self._show()
        self._on_answer()

    def _on_answer(self) -> None:
        """A robot has answered: when all have, what was decided is in force."""
        if all(link.idle for link in self._links.values()):
            self._let_go_on()

    def _let_go_on(self) -> None:
        if self._control.now_ms >= 0:
            self._ticks.publish(time_to_message(self._control.now_ms))

    def _send(self, commands: Sequence[Command]) -> None:
        for_bridge: list[Command] = []
        for command in commands:
            if isinstance(command, SendTransportOrder):
                self._links[command.order.robot].send(command)
                continue
            for_bridge.append(command)
            if isinstance(command, RaiseAlarm):
                self._alarms.publish(alarm_to_message(command))
        self._outbound.send(for_bridge)

    def _show(self) -> None:
        now_s = time.monotonic()
        if self._gallery.idle and now_s - self._shown_s >= _VIEW_S:
            self._shown_s = now_s
            self._gallery.show(self._control.view())

    def destroy_node(self) -> None:
        """Stop the threads and close the log."""
        self._feed.close()
        self._outbound.close()
        self._gallery.close()
        self._control.close()
        super().destroy_node()


def build() -> Sequence[Node]:
    """The node, as its parameters say."""
    settings = Node("fleet_settings")
    site = parse_site(Path(text(settings, "site", "path of the site file")).read_bytes())
    log = Path(text(settings, "log", "path of the event log; goes on where an old one ends"))
    bridge_url = text(settings, "bridge", "address of the bridge, such as http://127.0.0.1:8600")
    settings.destroy_node()
    return [FleetNode(Control(site, log), bridge_url)]


def main() -> int:
    """The process."""
    return run(build, sys.argv)


if __name__ == "__main__":
    sys.exit(main())
