"""The ROS 2 node of the fleet: hears robots, people and bridge, ticks the dispatcher, sends."""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from podherd_msgs.msg import Connection as ConnectionMessage
from podherd_msgs.msg import RobotState as StateMessage
from rclpy.node import Node
from rosgraph_msgs.msg import Clock

from planner.warehouse.commands import Command
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import RobotId
from podherd_fleet.broadcast import Broadcast
from podherd_fleet.cadence import Cadence
from podherd_fleet.links import Links
from podherd_fleet.opening import Opening, read_settings
from podherd_fleet.operators import Operators
from podherd_fleet.outbound import Gallery, Outbound
from podherd_fleet.process import run
from podherd_ros.convert import state_from_message, time_from_message
from podherd_ros.convert_presence import connection_from_message
from podherd_ros.pump import Pump
from podherd_ros.topics import CLOCK, CONNECTION

_HEARTBEAT_S = 0.05
"""Wall time between looks at who is waited for."""
_ROBOTS_MAX = 500
"""So many robots may make themselves known at once."""


class FleetNode(Node):
    """Converts and hands on; :class:`podherd_fleet.fleet.Fleet` decides."""

    def __init__(self, opening: Opening):
        super().__init__("fleet")
        self._fleet = fleet = opening.fleet()
        self._cadence = Cadence(opening.lockstep)
        self._feed = opening.feed(fleet.feed)
        self._outbound = Outbound(opening.office, at_once=opening.lockstep)
        self._gallery = Gallery(opening.office)
        self.pump, self._ear = Pump([self]), Node("fleet_ear", start_parameter_services=False)
        self._links = Links(self, self._ear, self.pump, self._on_state, self._let_go_on)
        self._broadcast = Broadcast(self)
        self._tell_stops()
        self._send(fleet.opening())
        self._listen()

    def _listen(self) -> None:
        Operators(self, self.pump, self._fleet, self._tell_stops)
        self._links.listen(self._fleet.roster.known)
        deep = replace(CONNECTION, depth=_ROBOTS_MAX)
        self._links.watch(ConnectionMessage, deep, self._on_connection)
        self._links.watch(Clock, CLOCK, self._on_clock)
        self.create_timer(_HEARTBEAT_S, self._on_heartbeat)

    def _on_connection(self, message: ConnectionMessage) -> None:
        try:
            self._fleet.connect(connection_from_message(message))
        except PodherdError as error:
            self.get_logger().error(f"a robot says of itself: {error}")
        self._links.keep(self._fleet.roster.linked)

    def _on_state(self, robot: RobotId, message: StateMessage) -> None:
        try:
            self._fleet.hear(robot, state_from_message(message), message.instance_id)
        except PodherdError as error:
            self._fleet.refuse(robot, str(error))
        self._tick_if_due()

    def _on_clock(self, message: Clock) -> None:
        self._hear_time(time_from_message(message.clock))
        self._tick_if_due()
        self._let_go_on(again=True)  # in case the world has missed the answer, or lost patience

    def _hear_time(self, now_ms: int) -> None:
        self._fleet.clock(now_ms)
        if self._fleet.is_due(now_ms):
            self._cadence.want(now_ms, time.monotonic())

    def _on_heartbeat(self) -> None:
        self._follow_at_once()
        self._tick_if_due()
        self._let_go_on()

    def _follow_at_once(self) -> None:
        """A stop does not wait for the next tick; in lock-step it does, for the same log."""
        fed = () if self._cadence.lockstep else self._feed.drain()
        if fed:
            self._fleet.follow(fed)
            self._tell_stops()

    def _tick_if_due(self) -> None:
        wanted_ms = self._cadence.wanted_ms
        if wanted_ms is None:
            return
        heard_all = self._fleet.has_heard_all(wanted_ms)
        if self._cadence.is_due(time.monotonic(), heard_all=heard_all):
            self._tick(wanted_ms)

    def _tick(self, now_ms: int) -> None:
        self._links.keep(self._fleet.roster.linked)
        decided = self._fleet.tick(now_ms, self._feed.drain())
        self._cadence.ticked()
        self._links.send(decided.orders)
        self._send(decided.rest)
        self._tell_stops()
        self._gallery.show_if_due(self._fleet.view, time.monotonic())
        self._let_go_on()

    def _let_go_on(self, *, again: bool = False) -> None:
        """What was decided is in force: the world may go on to the next tick."""
        if self._cadence.lets_go(answered=self._links.idle):
            self._broadcast.tick(self._fleet.ticked_ms, again=again)

    def _send(self, commands: Sequence[Command]) -> None:
        self._broadcast.alarms(commands)
        self._outbound.send(commands)

    def _tell_stops(self) -> None:
        self._broadcast.stops(self._fleet.stops)

    def destroy_node(self) -> None:
        """Stop the threads and close the log."""
        for part in (self._feed, self._outbound, self._gallery, self._fleet):
            part.close()
        self._ear.destroy_node()
        super().destroy_node()


def build() -> FleetNode:
    """The node, as its parameters say."""
    settings = Node("fleet_settings")
    opening = read_settings(settings)
    settings.destroy_node()
    return FleetNode(opening)


def main() -> int:
    """The process."""
    return run(build, sys.argv)


if __name__ == "__main__":
    sys.exit(main())
