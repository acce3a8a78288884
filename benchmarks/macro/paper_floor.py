"""Bases of paper at real time, and a fleet that keeps them busy: the other end of robot nodes.

The bases do what they are told at once and without slip, and pass through each other: what is
measured is the robots' nodes and the messages, nothing else.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import cos, hypot, sin
from pathlib import Path
from random import Random
from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import TwistStamped
from nav_msgs.msg import Odometry as OdometryMessage
from podherd_msgs import msg
from podherd_msgs.action import ExecuteTransportOrder
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from planner.codec.sitefile import dump_site
from planner.roadmap.compile import compile_roadmap
from planner.warehouse.ids import RobotId, TransportOrderId
from planner.warehouse.robot import Pose
from planner.warehouse.site import Site
from planner.warehouse.transport import OrderEdge, OrderNode, TransportOrder
from podherd_ros.base import STANDSTILL, Equipment, MarkerSighting, Odometry, Velocity
from podherd_ros.convert import order_to_message, time_to_message
from podherd_ros.convert_base import (
    equipment_to_message,
    odometry_to_message,
    sighting_to_message,
    velocity_from_message,
)
from podherd_ros.pump import taken
from podherd_ros.quality import profile
from podherd_ros.topics import (
    COMMAND_VELOCITY,
    EQUIPMENT,
    EXECUTE,
    MARKERS,
    ODOMETRY,
    STATE,
    STOPS,
    TICK,
)

_SEES_M = 0.5
"""Far enough that no marker is missed when this process comes late to a base's turn."""
_EQUIPMENT_MS = 1_000
_NODES = 4
"""Of an order."""


@dataclass(slots=True)
class PaperBase:
    """One base and what is known about its robot. Times with ``_s`` are of the wall."""

    robot: RobotId
    pose: Pose
    node: int
    due_s: float
    velocity: Velocity = STANDSTILL
    moved_s: float = 0.0
    at_ms: int = 0
    told_s: dict[int, float] = field(default_factory=dict)
    """When each odometry was sent, by its site time."""
    steered: list[tuple[float, Velocity]] = field(default_factory=list)
    """When it was told which speed."""


class PaperFloor:
    """``robots`` of ``site`` with odometry at ``hertz``, each base with a phase of its own."""

    def __init__(self, site: Site, robots: Sequence[RobotId], hertz: float, seed: int):
        self.roadmap = compile_roadmap(site)
        self._random = Random(seed)
        self._period_ms = round(1000 / hertz)
        self.states: dict[RobotId, msg.RobotState] = {}
        self.heard_s: list[tuple[RobotId, int, float]] = []
        """Robot, site time of a state, wall time when it was heard."""
        self.node, self._ear = Node("paper_fleet"), Node("paper_bases")
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self.stops = self.node.create_publisher(msg.Stops, STOPS.name, profile(STOPS))
        self._ticks = self.node.create_publisher(Time, TICK.name, profile(TICK))
        now_s = time.monotonic()
        self.begun_s = now_s
        self._tick_s = now_s
        self.bases = {
            robot: self._base(robot, now_s + i / len(robots) / hertz)
            for i, robot in enumerate(robots)
        }
        self._lines = {robot: _Line(self._ear, self.node, robot) for robot in robots}

    def _base(self, robot: RobotId, due_s: float) -> PaperBase:
        node = self.roadmap.index[self.roadmap.robots[robot]]
        x_m, y_m = map(float, self.roadmap.xy_m[node])
        return PaperBase(robot, Pose(x_m, y_m, 0.0), node, due_s, moved_s=due_s)

    # --- time ------------------------------------------------------------------------------

    def turn(self) -> None:
        """Do what is due: speeds in, bases on, odometry out, states in, the fleet's tick."""
        now_s = time.monotonic()
        for robot, base in self.bases.items():
            line = self._lines[robot]
            for message in taken(line.speeds):
                self._steer(base, velocity_from_message(message)[1], now_s)
            if now_s >= base.due_s:
                self._roll(base, now_s)
                self._tell(base, line, now_s)
                base.due_s += self._period_ms / 1000
            for state in taken(line.states):
                self.states[robot] = state
                self.heard_s.append((robot, state.at_ms, time.monotonic()))
        if now_s >= self._tick_s:
            self._tick_s += 0.5
            self._ticks.publish(time_to_message(self._site_ms(now_s)))

    def answer(self) -> None:
        """Let what the robots have answered to orders come in."""
        for _ in range(8):
            self._executor.spin_once(timeout_sec=0)

    def _site_ms(self, now_s: float) -> int:
        return 1_000 + round((now_s - self.begun_s) * 1000)

    def _steer(self, base: PaperBase, velocity: Velocity, now_s: float) -> None:
        self._roll(base, now_s)
        base.steered.append((now_s, velocity))
        base.velocity = velocity

    def _roll(self, base: PaperBase, now_s: float) -> None:
        seconds = max(0.0, now_s - base.moved_s)
        base.moved_s = max(base.moved_s, now_s)
        pose, speed = base.pose, base.velocity
        heading = pose.theta_rad + speed.turn_radps * seconds / 2
        ahead = speed.forward_mps * seconds
        base.pose = Pose(
            pose.x_m + ahead * cos(heading),
            pose.y_m + ahead * sin(heading),
            pose.theta_rad + speed.turn_radps * seconds,
        )

    def _tell(self, base: PaperBase, line: "_Line", now_s: float) -> None:
        at_ms = self._site_ms(now_s)
        if at_ms // _EQUIPMENT_MS != base.at_ms // _EQUIPMENT_MS:
            equipment = Equipment(at_ms, None, 0.9, False)
            line.equipment.publish(equipment_to_message(equipment))
        base.at_ms = at_ms
        base.told_s[at_ms] = now_s
        odometry = Odometry(at_ms, base.pose, base.velocity)
        line.odometry.publish(odometry_to_message(base.robot, odometry))
        self._see(base, line, at_ms)

    def _see(self, base: PaperBase, line: "_Line", at_ms: int) -> None:
        """The marker beneath the base, if it stands over one."""
        pose = base.pose
        c, s = cos(pose.theta_rad), sin(pose.theta_rad)
        for node in (base.node, *self.roadmap.neighbours[base.node].tolist()):
            if node < 0:
                continue
            dx, dy = (float(self.roadmap.xy_m[node][i]) - (pose.x_m, pose.y_m)[i] for i in (0, 1))
            if hypot(dx, dy) > _SEES_M:
                continue
            base.node = node
            seen = Pose(c * dx + s * dy, c * dy - s * dx, -pose.theta_rad)
            name = f"N:{self.roadmap.nodes[node]}"
            sighting = MarkerSighting(at_ms, name, seen, 0.002, 0.005)
            line.markers.publish(sighting_to_message(sighting))
            return

    # --- orders ----------------------------------------------------------------------------

    def ready(self) -> bool:
        """Every robot has told its state and takes orders."""
        servers = all(line.orders.server_is_ready() for line in self._lines.values())
        return servers and len(self.states) == len(self.bases)

    def order(self, robot: RobotId, number: int) -> Any:
        """Send the robot for a walk from where it stands; the future of its goal handle."""
        state = self.states[robot]
        nearest = self.roadmap.index.get(state.last_node_id, self.bases[robot].node)
        order = self._walk(robot, nearest, f"{robot}-{number}")
        goal = ExecuteTransportOrder.Goal(order=order_to_message(order))
        return self._lines[robot].orders.send_goal_async(goal)

    def _walk(self, robot: RobotId, start: int, name: str) -> TransportOrder:
        roadmap, way = self.roadmap, [start]
        while len(way) < _NODES:
            ahead = [n for n in roadmap.neighbours[way[-1]].tolist() if n >= 0]
            new = [node for node in ahead if node not in way]
            if not ahead:
                break
            way.append(self._random.choice(new or ahead))
        nodes = roadmap.nodes
        return TransportOrder(
            TransportOrderId(name),
            0,
            robot,
            tuple(
                OrderNode(2 * i, nodes[n], *map(float, roadmap.xy_m[n]), True, ())
                for i, n in enumerate(way)
            ),
            tuple(
                OrderEdge(2 * i + 1, roadmap.edge_id(a, b), nodes[a], nodes[b], True, 1.5)
                for i, (a, b) in enumerate(pairwise(way))
            ),
        )


class _Line:
    """Everything between one base, its robot and the fleet."""

    def __init__(self, ear: Node, node: Node, robot: RobotId):
        def to(kind: Any, topic: Any) -> Any:
            return ear.create_publisher(kind, topic.of(robot), profile(topic))

        def hear(kind: Any, topic: Any) -> Any:
            return ear.create_subscription(kind, topic.of(robot), print, profile(topic))

        self.odometry = to(OdometryMessage, ODOMETRY)
        self.equipment = to(msg.EquipmentState, EQUIPMENT)
        self.markers = to(msg.MarkerSighting, MARKERS)
        self.speeds = hear(TwistStamped, COMMAND_VELOCITY)
        self.states = hear(msg.RobotState, STATE)
        self.orders: Any = ActionClient(node, ExecuteTransportOrder, EXECUTE.of(robot))


@dataclass(frozen=True, slots=True)
class RobotProcesses:
    """Running robot nodes; :meth:`end` ends them."""

    processes: tuple["subprocess.Popen[bytes]", ...]

    @staticmethod
    def start(
        site: Site, groups: Sequence[Sequence[RobotId]], folder: Path, ros: Mapping[str, str]
    ) -> "RobotProcesses":
        """One process per group, with drive velocity."""
        file = folder / "site.json"
        file.write_bytes(dump_site(site))
        started = []
        for group in groups:
            names = ",".join(f"'{robot}'" for robot in group)
            given = {"robots": f"[{names}]", "site": file, "drive": "velocity"}
            parts = [part for key, value in given.items() for part in ("-p", f"{key}:={value}")]
            command = [sys.executable, "-m", "podherd_robot.robot_node", "--ros-args", *parts]
            started.append(subprocess.Popen(command, env=dict(ros)))
        return RobotProcesses(tuple(started))

    def cpu_s(self) -> float:
        """CPU time of all together so far (Linux)."""
        ticks = 0
        for process in self.processes:
            fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Resident memory of all together (Linux)."""
        pages = sum(
            int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
            for process in self.processes
        )
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def end(self) -> None:
        """Ask them to end, and wait."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def share(values: Sequence[float], part: float) -> float:
    """The value below which this share of them lies; NaN of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else float("nan")
