"""Asks a running fleet one thing and prints the answer: ``python -m podherd_fleet.asking``.

The request comes as JSON on the standard input: the name of a service of the table and its fields.
Exit code 0 if it was accepted, 1 if not, 2 if no fleet answers. ``podherd fleet`` is made of this.
"""

import json
import sys
import time
from typing import Any

import rclpy
from podherd_msgs import srv
from rclpy.node import Node

from podherd_ros.topics import HUMAN_ENTRY, SET_ROBOT, SET_STOP

_SERVICES: dict[str, tuple[Any, str]] = {
    "stop": (srv.SetStop, SET_STOP.name),
    "entry": (srv.HumanEntry, HUMAN_ENTRY.name),
    "robot": (srv.SetRobot, SET_ROBOT.name),
}
_WAIT_S = 10.0


def main() -> int:
    """The process."""
    asked = json.load(sys.stdin)
    kind, name = _SERVICES[asked["service"]]
    rclpy.init()
    node = Node("podherd_asking", start_parameter_services=False)
    try:
        answer = _ask(node, kind, name, kind.Request(**asked["fields"]))
    finally:
        node.destroy_node()
        rclpy.try_shutdown()
    if answer is None:
        print(f"no fleet answers on {name}. Is it running, and in this ROS domain?")  # noqa: T201
        return 2
    print(_words(answer))  # noqa: T201
    return 0 if answer.accepted else 1


def _ask(node: Node, kind: Any, name: str, request: Any) -> Any:
    client: Any = node.create_client(kind, name)
    began_s = time.monotonic()
    if not client.wait_for_service(timeout_sec=_WAIT_S):
        return None
    future = client.call_async(request)
    left_s = max(1.0, _WAIT_S - (time.monotonic() - began_s))
    rclpy.spin_until_future_complete(node, future, timeout_sec=left_s)
    return future.result() if future.done() else None


def _words(answer: Any) -> str:
    said = "done" if answer.accepted else f"refused: {answer.error.text}"
    state = getattr(answer, "state", "")
    robots = ", ".join(getattr(answer, "robot_ids", ()))
    return said + (f"; {state}" if state else "") + (f"; in there: {robots}" if robots else "")


if __name__ == "__main__":
    sys.exit(main())
