"""One robot's body on the simulated floor: what the node of the robot drives and hears of."""

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import ActionId, PodId, RobotId, TransportOrderId
from planner.warehouse.transport import Action, ActionKind, ActionStatus
from podherd_ros.drive import DriveReport
from sim_worlds.floor import Floor, WorkEnded


class Body:
    """A :class:`podherd_ros.drive.Drive` on a :class:`Floor`; keeps what the floor does not: which
    action it works on and when it reported last."""

    def __init__(self, floor: Floor, robot: RobotId, report_ms: int):
        self.robot = robot
        self._floor = floor
        self._report_ms = report_ms
        self._action: ActionId | None = None
        self._status = ActionStatus.FINISHED
        self._text = ""
        self._told: tuple[object, ...] = ()
        self._told_ms = -report_ms

    def go(self, route: TransportOrderId, waypoints: tuple[Waypoint, ...]) -> None:
        """See :meth:`podherd_ros.drive.Drive.go`."""
        if waypoints:
            self._floor.set_waypoints(self.robot, waypoints, route)
        else:
            self.stop()

    def stop(self) -> None:
        """See :meth:`podherd_ros.drive.Drive.stop`."""
        self._floor.stop(self.robot)

    def act(self, action: Action) -> None:
        """See :meth:`podherd_ros.drive.Drive.act`; the last action again does nothing."""
        if action.action == self._action:
            return
        self._action, self._status, self._text = action.action, ActionStatus.RUNNING, ""
        match action.kind:
            case ActionKind.PICK:
                self._floor.lift(self.robot, action.pod or PodId(""))
            case ActionKind.DROP:
                self._floor.lower(self.robot, action.pod)
            case ActionKind.START_CHARGING:
                self._floor.charge(self.robot, True)
            case ActionKind.DETECT_OBJECT:
                self._floor.detect(self.robot, action.pod or PodId(""))

    def ended(self, work: WorkEnded) -> None:
        """The floor says that the lift or the contacts are done."""
        self._status, self._text = work.status, work.text

    def report(self) -> DriveReport | None:
        """The truth, if something of note has changed since the last report or it is time."""
        floor, robot = self._floor, self.robot
        route, reached = floor.progress(robot)
        driving, load, charging = floor.driving(robot), floor.load(robot), floor.charging(robot)
        now = (route, reached, driving, load, charging, self._action, self._status)
        if now == self._told and floor.now_ms - self._told_ms < self._report_ms:
            return None
        self._told, self._told_ms = now, floor.now_ms
        return DriveReport(
            at_ms=floor.now_ms,
            pose=floor.pose(robot),
            driving=driving or floor.speed_mps(robot) > 0,
            route=TransportOrderId(route),
            reached=reached,
            load=load,
            battery=floor.battery(robot),
            charging=charging,
            odometer_m=floor.odometer_m(robot),
            action=self._action,
            action_status=self._status,
            action_text=self._text,
        )
