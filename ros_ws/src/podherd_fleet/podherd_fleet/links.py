"""The ways to all robots: made when one is heard of, closed when it has gone."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from podherd_msgs.msg import RobotState as StateMessage
from rclpy.node import Node

from planner.warehouse.commands import SendTransportOrder
from planner.warehouse.ids import RobotId
from podherd_fleet.robot_link import RobotLink
from podherd_ros.pump import Pump
from podherd_ros.quality import no_events_heard, profile
from podherd_ros.topics import STATE, Topic

Hear = Callable[[RobotId, StateMessage], None]


class Links:
    """``hear`` gets every report; ``answered`` is called when a robot has answered all it was
    sent. Reports are heard by ``ear``, a node that nobody spins, and answers by ``pump``."""

    def __init__(self, node: Node, ear: Node, pump: Pump, hear: Hear, answered: Callable[[], None]):
        self._node = node
        self._ear = ear
        self._pump = pump
        self._hear = hear
        self._answered = answered
        self._links: dict[RobotId, RobotLink] = {}
        self._heard: set[RobotId] = set()

    @property
    def idle(self) -> bool:
        """Nothing is on its way to any robot that could still be answered."""
        return all(link.idle for link in self._links.values())

    def listen(self, robots: Iterable[RobotId]) -> None:
        """Hear these from now on; one that has gone is still heard, in case it comes back."""
        for robot in set(robots) - self._heard:
            self._heard.add(robot)
            self.watch(StateMessage, STATE, partial(self._hear, robot), robot)

    def watch(
        self,
        kind: type[Any],
        topic: Topic,
        handler: Callable[[Any], None],
        robot: RobotId | None = None,
    ) -> None:
        """Hand every message on a topic, or on that of a robot, to ``handler``."""
        name = topic.of(robot) if robot is not None else topic.name
        heard = self._ear.create_subscription(
            kind, name, _nobody, profile(topic), event_callbacks=no_events_heard()
        )
        self._pump.watch(heard, handler)

    def keep(self, robots: frozenset[RobotId]) -> None:
        """Have ways to these, and to no others."""
        self.listen(robots)
        for robot in self._links.keys() - robots:
            self._links.pop(robot).close()
        for robot in sorted(robots - self._links.keys()):
            self._links[robot] = RobotLink(self._node, self._pump, robot, self._answered)

    def send(self, orders: Sequence[SendTransportOrder]) -> None:
        """Send each to its robot. One without a way to it is lost; the dispatcher sends it again
        when the robot reports without it."""
        for command in orders:
            link = self._links.get(command.order.robot)
            if link is not None:
                link.send(command)


def _nobody(message: object) -> None:
    """The ear is not spun."""
