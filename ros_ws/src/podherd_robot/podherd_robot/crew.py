"""The robots of one process and what they share: one thread, one ear, one view of the fleet."""

import signal
from collections.abc import Sequence
from typing import Protocol

from rclpy.node import Node

from podherd_robot.fleet_link import FleetLink
from podherd_ros.presence import Stop
from podherd_ros.pump import Pump


class Member(Protocol):
    """One robot's node; see :class:`podherd_robot.robot_node.RobotNode`."""

    def join(self, crew: "Crew") -> None:
        """Belong to this process."""

    def obey(self, stops: tuple[Stop, ...]) -> None:
        """All stops in force."""

    def leave(self) -> None:
        """Leave the fleet in good order."""

    def destroy_node(self) -> None:
        """As every node."""


class Crew:
    """The robots of one process and what they share."""

    def __init__(self, nodes: Sequence[Node], members: Sequence[Member]):
        self._nodes = members
        self._going = True
        self.ear = Node(
            "robots_ear",
            enable_rosout=False,
            start_parameter_services=False,
            use_global_arguments=False,
        )
        self.pump = Pump(nodes)
        self.fleet = FleetLink(self.ear, self.pump, self._obey)

    def work(self) -> None:
        """Until SIGINT or SIGTERM; then every robot leaves in good order."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.end())
        for node in self._nodes:
            node.join(self)
        self.pump.spin(lambda: self._going)

    def end(self) -> None:
        """Stop working soon."""
        self._going = False

    def leave(self) -> None:
        """Every robot leaves."""
        for node in self._nodes:
            node.leave()
            node.destroy_node()
        self.ear.destroy_node()

    def _obey(self, stops: tuple[Stop, ...]) -> None:
        for node in self._nodes:
            node.obey(stops)
