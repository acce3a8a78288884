"""What the robots of a process hear of the fleet: its ticks, and the stops in force."""

import logging
from collections.abc import Callable

from builtin_interfaces.msg import Time
from podherd_msgs.msg import Stops
from rclpy.node import Node

from planner.warehouse.errors import InvalidMessage
from podherd_ros.convert import time_from_message
from podherd_ros.convert_presence import stops_from_message
from podherd_ros.presence import Stop, StopScope
from podherd_ros.pump import Pump, taken
from podherd_ros.quality import no_events_heard, profile
from podherd_ros.topics import STOPS, TICK

_LOG = logging.getLogger(__name__)
EVERYTHING = "unreadable"
"""The name of the stop that stands for stops nobody can read."""


class FleetLink:
    """``obey`` is called with all stops in force whenever they change. Ticks are not waited for:
    they are looked at when a robot asks. ``ear`` is a node that nobody spins."""

    def __init__(self, ear: Node, pump: Pump, obey: Callable[[tuple[Stop, ...]], None]):
        self._obey = obey
        self._heard_ms: int | None = None
        self.stops: tuple[Stop, ...] = ()
        """In force, as far as was heard."""
        self._ticks = ear.create_subscription(
            Time, TICK.name, _nobody, profile(TICK), event_callbacks=no_events_heard()
        )
        stops = ear.create_subscription(
            Stops, STOPS.name, _nobody, profile(STOPS), event_callbacks=no_events_heard()
        )
        pump.watch(stops, self._on_stops)

    def heard_ms(self) -> int | None:
        """Site time of the newest tick; ``None`` before the first."""
        for tick in taken(self._ticks):
            self._heard_ms = time_from_message(tick)
        return self._heard_ms

    def _on_stops(self, message: Stops) -> None:
        """Stops that make no sense stop everybody: some stop is meant."""
        try:
            self.stops = stops_from_message(message)
        except InvalidMessage as error:
            _LOG.error("unreadable stops, so all robots here stand: %s", error)
            self.stops = (Stop(EVERYTHING, StopScope.SITE),)
        self._obey(self.stops)


def _nobody(message: object) -> None:
    """The ear is not spun."""
