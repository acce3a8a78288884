"""Start and end of a process that runs ROS 2 nodes."""

import sys
from collections.abc import Callable, Sequence

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node

from planner.warehouse.errors import PodherdError


def run(build: Callable[[], Sequence[Node]], arguments: Sequence[str] | None = None) -> int:
    """Spins nodes in one thread until SIGINT or SIGTERM, then closes them; gives the exit code.

    A :class:`PodherdError` while they are built (a wrong parameter, an unreadable site) is printed
    and gives exit code 2.
    """
    rclpy.init(args=list(arguments or ()))
    nodes: Sequence[Node] = ()
    try:
        nodes = build()
        executor = SingleThreadedExecutor()
        for node in nodes:
            executor.add_node(node)
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    except RuntimeError:
        # A signal ends the context while a callback still publishes.
        if rclpy.ok():
            raise
    except PodherdError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    finally:
        for node in nodes:
            node.destroy_node()
        rclpy.try_shutdown()
    return 0
