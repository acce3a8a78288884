"""The ROS 2 node of the world in Gazebo: clock, bases with their sensors, people at stations.

Drives a running ``gzserver`` (port ``gazebo_port``) in lock-step with robots and fleet. Killed and
started again it goes on where it was. At the end it writes ``report`` (JSON).
"""

import asyncio
import signal
import sys
from collections.abc import Sequence

import rclpy
from rclpy.node import Node

from planner.warehouse.errors import PodherdError
from podherd_gazebo.opening import GazeboWorld, Opening, read_settings
from sim_worlds.gazebo.client import GazeboClient


async def drive(opening: Opening, node: Node) -> None:
    """The whole run, until SIGINT or SIGTERM."""
    client = await GazeboClient.connect(opening.port)
    for robot in opening.lidars:
        await client.watch_lidar(robot)
    world = GazeboWorld(opening, node, client)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, world.loop.end)
    try:
        await world.loop.run()
        await client.settle()
        world.loop.look_once_more()
    finally:
        world.close()
        await client.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """The process; exit code 2 on a wrong parameter or a Gazebo that is not there."""
    rclpy.init(
        args=list(sys.argv if arguments is None else arguments),
        signal_handler_options=rclpy.signals.SignalHandlerOptions.NO,
    )
    node = Node("world", start_parameter_services=False)
    try:
        asyncio.run(drive(read_settings(node), node))
    except PodherdError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    finally:
        node.destroy_node()
        rclpy.try_shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
