"""All that belongs to one configured robot: its logic, its base, its voice, its order server."""

from collections.abc import Callable

from rclpy.node import Node

from planner.warehouse.ids import RobotId
from planner.warehouse.robot import RobotState
from podherd_robot.base_link import BaseLink
from podherd_robot.fleet_link import FleetLink
from podherd_robot.holds import Holds
from podherd_robot.order_server import OrderServer
from podherd_robot.report_rule import ReportRule
from podherd_robot.robot import Robot
from podherd_robot.settings import DriveKind, Settings
from podherd_robot.telling import Telling
from podherd_robot.topic_drive import WaypointLink
from podherd_ros.drive import DriveReport
from podherd_ros.presence import Stop
from podherd_ros.pump import Pump

Felt = Callable[[DriveReport], None]


class Assembly:
    """Exists from configuring to cleaning up a node. ``ear`` is a node that nobody spins."""

    def __init__(
        self,
        node: Node,
        ear: Node,
        pump: Pump,
        robot: RobotId,
        settings: Settings,
        fleet: FleetLink,
        instance: str,
    ):
        self._fleet = fleet
        self._tells_all = settings.drive is DriveKind.WAYPOINTS
        self._pump = pump
        link = _link(node, ear, pump, robot, settings, self._on_felt)
        self._link = link
        length_m, width_m = settings.footprint_m(robot)
        braking_m = settings.braking_m(robot)
        self.robot = Robot(
            robot,
            settings.pitch_m,
            link.drive,
            Holds(robot, length_m, width_m, settings.pod_m, braking_m),
            ReportRule(settings.report_ms),
            place=link.drive.place if isinstance(link, BaseLink) else None,
            contact_ms=settings.contact_ms,
        )
        kind = settings.kinds.get(robot)
        self._telling = Telling(
            node,
            robot,
            instance,
            kind.id if kind else "",
            settings.pose_ms,
            makes_odometry=self._tells_all,
            tells_battery=not settings.battery_state,
        )
        self._orders = OrderServer(node, pump, self.robot, self._tell)
        self.robot.obey(fleet.stops)
        self._telling.connect(online=True)
        pump.changed()

    def close(self) -> None:
        """The robot leaves in good order."""
        self._telling.connect(online=False)
        self._orders.close()
        self._link.close()
        self._telling.close()
        self._pump.changed()

    def obey(self, stops: tuple[Stop, ...]) -> None:
        """All stops in force."""
        self.robot.obey(stops)
        self._tell()

    def activate(self, active: bool) -> None:
        """Take orders and drive, or stand."""
        if active:
            self.robot.activate()
        else:
            self.robot.deactivate()
        self._tell()

    def _on_felt(self, report: DriveReport) -> None:
        """The base has reported. A base that takes waypoints itself decides when there is something
        to tell, and the world waits for each answer; else the rule decides."""
        heard_ms = self._fleet.heard_ms()
        if heard_ms is not None:
            self.robot.hear_fleet(heard_ms)
        state = self.robot.feel(report)
        if state is None:
            return
        if self.robot.is_due(state) or self._tells_all:
            self._telling.state(state)
            self._orders.progress(state)
        self._show(state)

    def _tell(self) -> None:
        """Something other than the base has changed the state."""
        state = self.robot.state() if self._link.knows else None
        if state is not None and self.robot.is_due(state):
            self._telling.state(state)
            self._orders.progress(state)

    def _show(self, state: RobotState) -> None:
        link = self._link
        if isinstance(link, BaseLink):
            self._telling.place(state, link.odometry, link.drive.estimate.covariance)
        else:
            self._telling.place(state)
        if self._telling.wants_diagnostics(state.at_ms):
            problems = tuple(f"{error.kind}: {error.text}" for error in state.errors)
            self._telling.diagnostics(state.at_ms, problems, self._figures(state))

    def _figures(self, state: RobotState) -> dict[str, str]:
        """Drive, localisation, safety layer and contact in figures."""
        heard_ms = self._fleet.heard_ms()
        figures = {
            "active": str(self.robot.active),
            "stands for": ", ".join(sorted(self.robot.reasons)),
            "order": state.order,
            "fleet heard ms ago": str(state.at_ms - heard_ms) if heard_ms is not None else "never",
            "messages without sense": str(self._link.broken),
        }
        if isinstance(self._link, BaseLink):
            drive = self._link.drive
            spread = drive.estimate.covariance
            figures["standard deviation m"] = f"{max(spread[0][0], spread[1][1]) ** 0.5:.4f}"
            figures["standard deviation rad"] = f"{spread[2][2] ** 0.5:.4f}"
            figures["lost"] = drive.estimate.lost
        return figures


def _link(
    node: Node, ear: Node, pump: Pump, robot: RobotId, settings: Settings, felt: Felt
) -> BaseLink | WaypointLink:
    if settings.drive is DriveKind.WAYPOINTS:
        return WaypointLink(node, ear, pump, robot, felt)
    return BaseLink(node, ear, pump, robot, settings, felt)
