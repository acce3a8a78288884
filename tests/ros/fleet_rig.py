"""Robots of paper and a clock: drives the real fleet node of the tiny site from a test."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import rclpy
from builtin_interfaces.msg import Time
from podherd_msgs import msg, srv
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.task import Future
from rosgraph_msgs.msg import Clock

from planner.warehouse.ids import NodeId, RobotId, TransportOrderId
from planner.warehouse.robot import Pose, RobotState
from podherd_bringup.programs import Wiring, floor_programs
from podherd_bringup.run_folder import RunFolder
from podherd_bringup.supervisor import Program, Supervisor
from podherd_ros.convert import state_to_message, time_from_message, time_to_message
from podherd_ros.convert_presence import connection_to_message, stops_from_message
from podherd_ros.presence import INTERFACE_VERSION, Connection, Stop
from podherd_ros.quality import profile
from podherd_ros.topics import (
    ALARMS,
    CLOCK,
    CONNECTION,
    HUMAN_ENTRY,
    SET_ROBOT,
    SET_STOP,
    STATE,
    STOPS,
    TICK,
)
from sim_worlds.sites.catalogue import load_site

WAIT_S = 90.0
AGAIN_S = 5.0
NOBODY = 9
"""No bridge answers on this port; the fleet just tries again."""


class FleetRig:
    """The fleet node is a process; time passes only in :meth:`until`."""

    def __init__(self, folder: Path, supervisor: Supervisor):
        self.site = load_site("tiny")
        self.kind = self.site.robot_types[0].id
        self.supervisor = supervisor
        self._start(folder)
        rclpy.init()
        self.node = Node("test_floor")
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self._clocks = self.node.create_publisher(Clock, CLOCK.name, profile(CLOCK))
        self.now_ms, self.ticked_ms = 0, -1
        self.stops: tuple[Stop, ...] = ()
        self.alarms: dict[tuple[str, str], str] = {}
        """Those active: kind and subject, and the text."""
        listen = self.node.create_subscription
        listen(Time, TICK.name, self._on_tick, profile(TICK))
        listen(msg.Stops, STOPS.name, self._on_stops, profile(STOPS))
        listen(msg.Alarm, ALARMS.name, self._on_alarm, profile(ALARMS))
        self.set_stop = self.node.create_client(srv.SetStop, SET_STOP.name)
        self.human_entry = self.node.create_client(srv.HumanEntry, HUMAN_ENTRY.name)
        self.set_robot = self.node.create_client(srv.SetRobot, SET_ROBOT.name)
        self.robots: list[PaperRobot] = []

    def _start(self, folder: Path) -> None:
        run = RunFolder(folder / "run")
        run.prepare(self.site, ())
        wiring = Wiring(run, NOBODY, NOBODY, "max", 1, 0.0, dict(os.environ))
        programs: dict[str, Program] = {
            program.name: program for program in floor_programs(wiring, self.site)
        }
        self.supervisor.start(programs["fleet"])

    def close(self) -> None:
        """End the ROS side of the test."""
        self.node.destroy_node()
        rclpy.shutdown()

    def robot(self, name: str, **said: Any) -> "PaperRobot":
        """A robot comes: one of the site where the site has it, another one on a free spot."""
        place = next((r.start_m for r in self.site.robots if r.id == name), None)
        robot = PaperRobot(self, RobotId(name), place or self.site.aisles[0].points_m[0], **said)
        self.robots.append(robot)
        return robot

    def _on_tick(self, message: Time) -> None:
        self.ticked_ms = time_from_message(message)

    def _on_stops(self, message: msg.Stops) -> None:
        self.stops = stops_from_message(message)

    def _on_alarm(self, message: msg.Alarm) -> None:
        if message.active:
            self.alarms[message.kind, message.subject] = message.text
        else:
            self.alarms.pop((message.kind, message.subject), None)

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Let time pass, tick by tick, until the condition holds; give what it gave."""
        deadline_s = time.monotonic() + WAIT_S
        while not (found := condition()):
            assert time.monotonic() < deadline_s, f"{what}; {self.alarms}"
            self.supervisor.poll()
            if self.ticked_ms >= self.now_ms or self.ticked_ms < 0:
                self.now_ms += 500 if self.ticked_ms >= 0 else 0
                for robot in self.robots:
                    robot.report()
            self._clocks.publish(Clock(clock=time_to_message(self.now_ms)))
            self._executor.spin_once(timeout_sec=0.02)
        return found

    def ask(self, client: Any, request: Any) -> Any:
        """What a service answers. It is asked again after a while: a request is lost if it is sent
        before both ends have discovered each other, or to a process that has just been killed."""
        self.until(client.service_is_ready, f"no service {client.srv_name}")
        asked: list[Future] = []
        next_s = 0.0

        def answered() -> Future | None:
            nonlocal next_s
            if time.monotonic() >= next_s:
                next_s = time.monotonic() + AGAIN_S
                asked.append(client.call_async(request))
            return next((future for future in asked if future.done()), None)

        return self.until(answered, "no answer").result()

    def ready(self) -> None:
        """The fleet ticks."""
        self.until(lambda: self.ticked_ms >= 0, "no tick")

    def alarm(self, kind: str, subject: str) -> str:
        """Wait for an alarm; its text."""
        text: str = self.until(lambda: self.alarms.get((kind, subject)), f"no alarm {kind}")
        return text


class PaperRobot:
    """Reports at every tick that it stands where it stands."""

    def __init__(
        self,
        rig: FleetRig,
        robot: RobotId,
        place: tuple[float, float],
        *,
        instance: str = "1",
        version: str = INTERFACE_VERSION,
    ):
        self._rig = rig
        node = rig.node
        self._connections = node.create_publisher(
            msg.Connection, CONNECTION.name, profile(CONNECTION)
        )
        self._states = node.create_publisher(msg.RobotState, STATE.of(robot), profile(STATE))
        self.connection = Connection(robot, instance, version, rig.kind, online=True)
        self.talks = True
        no_order = TransportOrderId("")
        self.state = RobotState(
            robot, 0, Pose(*place, 0.0), NodeId(""), 0, no_order, 0, False, None, 1.0, False, 0.0
        )
        self._connections.publish(connection_to_message(self.connection))

    def say(self, **changes: Any) -> None:
        """Send a report that differs from the truth in these fields of the message."""
        message = state_to_message(self.state, self.connection.instance)
        for name, value in changes.items():
            setattr(message, name, value)
        self._states.publish(message)

    def report(self) -> None:
        """Say where it stands now."""
        if self.talks:
            self.state = replace(self.state, at_ms=self._rig.now_ms)
            self.say()

    def leave(self) -> None:
        """Its process ends in good order."""
        self.talks = False
        self._connections.publish(connection_to_message(replace(self.connection, online=False)))
