"""What the fleet says to everyone: how far it has planned, alarms, stops."""

from collections.abc import Sequence

from builtin_interfaces.msg import Time
from podherd_msgs.msg import Alarm, Stops
from rclpy.node import Node

from planner.warehouse.commands import Command, RaiseAlarm
from podherd_ros.convert import alarm_to_message, time_to_message
from podherd_ros.convert_presence import stops_to_message
from podherd_ros.presence import Stop
from podherd_ros.quality import profile
from podherd_ros.topics import ALARMS, STOPS, TICK


class Broadcast:
    """Says nothing twice unless asked to."""

    def __init__(self, node: Node):
        self._ticks = node.create_publisher(Time, TICK.name, profile(TICK))
        self._alarms = node.create_publisher(Alarm, ALARMS.name, profile(ALARMS))
        self._stops = node.create_publisher(Stops, STOPS.name, profile(STOPS))
        self._told_ms = -1
        self._told_stops: tuple[Stop, ...] | None = None

    def tick(self, ticked_ms: int, *, again: bool = False) -> None:
        """The fleet has planned up to this time, and all of it is in force."""
        if ticked_ms > self._told_ms or (again and ticked_ms >= 0):
            self._told_ms = ticked_ms
            self._ticks.publish(time_to_message(ticked_ms))

    def alarms(self, commands: Sequence[Command]) -> None:
        """Those of the commands that are alarms."""
        for command in commands:
            if isinstance(command, RaiseAlarm):
                self._alarms.publish(alarm_to_message(command))

    def stops(self, stops: tuple[Stop, ...]) -> None:
        """All stops in force."""
        if stops != self._told_stops:
            self._told_stops = stops
            self._stops.publish(stops_to_message(stops))
