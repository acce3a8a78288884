"""The pump serves what is watched and leaves nothing else out, in small and in large processes."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_msgs.msg import Int32
from std_srvs.srv import Trigger

from podherd_ros.pump import LARGE, Pump

pytestmark = pytest.mark.ros
WAIT_S = 20.0


class Rig:
    """``count`` nodes with two services each, an ear, and somebody who asks."""

    def __init__(self, count: int):
        rclpy.init()
        self.nodes = [Node(f"robot_{i}") for i in range(count)]
        self.ear, self.asker = Node("ear"), Node("asker")
        self.asking = SingleThreadedExecutor()
        self.asking.add_node(self.asker)
        self.heard: list[int] = []
        self.asked: list[str] = []
        self.numbers = self.asker.create_publisher(Int32, "numbers", 100)
        self.subscription = self.ear.create_subscription(Int32, "numbers", print, 100)
        self.hot = self.nodes[0].create_service(Trigger, "hot", self._answer("hot"))
        self.nodes[-1].create_service(Trigger, "other", self._answer("other"))
        self.pump = Pump(self.nodes)
        self.pump.watch(self.subscription, lambda message: self.heard.append(message.data))
        self.pump.serve(self.hot)

    def _answer(self, name: str) -> Callable[..., Trigger.Response]:
        def answer(_: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
            self.asked.append(name)
            response.success = True
            response.message = name
            return response

        return answer

    def until(self, condition: Callable[[], Any]) -> None:
        end_s = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < end_s, (self.heard, self.asked)
            self.pump.turn(0.01)
            self.asking.spin_once(timeout_sec=0)

    def ask(self, name: str) -> Trigger.Response:
        client = self.asker.create_client(Trigger, name)
        self.until(client.service_is_ready)
        future = client.call_async(Trigger.Request())
        self.until(future.done)
        self.asker.destroy_client(client)
        return future.result()

    def close(self) -> None:
        self.pump.changed()
        for node in (*self.nodes, self.ear, self.asker):
            node.destroy_node()
        rclpy.shutdown()


@pytest.fixture(params=[1, LARGE + 1], ids=["small", "large"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    rig = Rig(request.param)
    yield rig
    rig.close()


def test_messages_come_in_order_and_all(rig: Rig) -> None:
    rig.until(lambda: rig.numbers.get_subscription_count() > 0)
    for number in range(50):
        rig.numbers.publish(Int32(data=number))
    rig.until(lambda: len(rig.heard) == 50)
    assert rig.heard == list(range(50))


def test_served_and_other_services_answer_once(rig: Rig) -> None:
    for _ in range(3):
        assert rig.ask("hot").message == "hot"
        assert rig.ask("other").message == "other"
    assert rig.asked == ["hot", "other"] * 3


def test_timers_of_the_nodes_go_on(rig: Rig) -> None:
    ticks: list[int] = []
    rig.nodes[-1].create_timer(0.01, lambda: ticks.append(1))
    rig.pump.changed()
    rig.until(lambda: len(ticks) >= 3)


def test_what_is_forgotten_can_be_destroyed(rig: Rig) -> None:
    rig.until(lambda: rig.numbers.get_subscription_count() > 0)
    rig.numbers.publish(Int32(data=1))
    rig.until(lambda: rig.heard == [1])
    rig.pump.forget([rig.subscription])
    rig.ear.destroy_subscription(rig.subscription)
    rig.until(lambda: rig.numbers.get_subscription_count() == 0)
    rig.numbers.publish(Int32(data=2))
    assert rig.ask("other").success
    assert rig.heard == [1]


def test_what_comes_later_is_found_once_told(rig: Rig) -> None:
    rig.nodes[-1].create_service(Trigger, "late", rig._answer("late"))
    rig.pump.changed()
    assert rig.ask("late").message == "late"
