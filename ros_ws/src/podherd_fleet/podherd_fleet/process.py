"""Start and end of a process with one node that has a :class:`Pump`."""

import signal
import sys
from collections.abc import Callable, Sequence
from typing import Protocol

import rclpy
from rclpy.signals import SignalHandlerOptions

from planner.warehouse.errors import PodherdError
from podherd_ros.pump import Pump


class Pumped(Protocol):
    """A node that is spun by a pump of its own."""

    pump: Pump

    def destroy_node(self) -> None:
        """As every node."""


def run(build: Callable[[], Pumped], arguments: Sequence[str]) -> int:
    """Spins a node until SIGINT or SIGTERM, then closes it; gives the exit code.

    A :class:`PodherdError` while it is built (a wrong parameter, an unreadable site) is printed and
    gives exit code 2.
    """
    going = True

    def end(*_: object) -> None:
        nonlocal going
        going = False

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    rclpy.init(args=list(arguments), signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = build()
        try:
            node.pump.spin(lambda: going)
        finally:
            node.destroy_node()
    except PodherdError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    finally:
        rclpy.try_shutdown()
    return 0
