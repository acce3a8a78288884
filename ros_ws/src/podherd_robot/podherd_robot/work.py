"""What the robot does at a node: it corrects its place, has its equipment lift, lower or charge,
and sees that it does."""

from dataclasses import replace
from math import atan2, cos, hypot, pi, sin

from planner.warehouse.ids import ActionId
from planner.warehouse.robot import Pose
from planner.warehouse.transport import Action, ActionStatus
from podherd_robot.drive_params import DriveParams
from podherd_robot.profile import wrapped
from podherd_robot.way import Line
from podherd_ros.base import Base, BaseKind, Equipment

_TRIES = 3
"""How often a robot corrects its place before it says that it cannot."""
_AT_NODE_M = 0.15
"""Further from a node it is not at it."""
_RETRY_MS = 1_000
"""The equipment is asked again when it has not taken up an action for so long."""
_ENDED = (ActionStatus.FINISHED, ActionStatus.FAILED)


class Work:
    """The action begun last, and the equipment. ``nodes``: where the robot may stand to act, for
    the time before it has driven to one."""

    def __init__(self, base: Base, nodes: tuple[Pose, ...], params: DriveParams):
        self._base = base
        self._nodes = nodes
        self._params = params
        self._action: Action | None = None
        self._tries = 0
        self._begun_ms = 0
        self._asked_ms: int | None = None
        """When the equipment was asked last; ``None``: the robot is not in its place yet."""
        self._blind_ms: int | None = None
        """Since when it stands there without seeing a marker."""
        self.status = ActionStatus.FINISHED
        self.text = ""
        self.equipment: Equipment | None = None

    @property
    def action(self) -> ActionId | None:
        """The action begun last; ``None``: none yet."""
        return self._action.action if self._action else None

    @property
    def loaded(self) -> bool:
        """A pod is on the lift."""
        return self.equipment is not None and self.equipment.load is not None

    @property
    def busy(self) -> bool:
        """The equipment is at work: the robot must stand."""
        return self.status not in _ENDED and self._asked_ms is not None

    def begin(self, action: Action, at_ms: int) -> None:
        """Do this next; the last action again does nothing."""
        if action.action == self.action:
            return
        self._action, self._begun_ms = action, at_ms
        self._asked_ms = self._blind_ms = None
        self.status, self.text, self._tries = ActionStatus.RUNNING, "", 0

    def feel(self, equipment: Equipment) -> None:
        """The equipment reports; an older report than the last is left out."""
        if self.equipment is not None and equipment.at_ms < self.equipment.at_ms:
            return
        self.equipment = equipment
        if self.busy and equipment.action == self.action and equipment.action_status in _ENDED:
            self.status, self.text = equipment.action_status, equipment.action_text

    def restart_clock(self) -> None:
        """Time begins anew: the next report counts, whatever its time."""
        if self.equipment is not None:
            self.equipment = replace(self.equipment, at_ms=-1)
        self._begun_ms, self._blind_ms = 0, None
        self._asked_ms = None if self._asked_ms is None else 0

    def go_on(self, at_ms: int, pose: Pose, node: Pose | None, *, sees: bool) -> tuple[Line, ...]:
        """Called while the robot stands at ``pose``, driven to ``node`` last: ask the equipment,
        or answer how the robot comes to its place first (no lines: nothing to drive). A robot
        that has not seen a marker here (``sees``) waits for one, but not for ever."""
        if self._action is None or self.status in _ENDED:
            return ()
        if self._asked_ms is not None:
            self._insist(self._action, self._asked_ms, at_ms)
            return ()
        if not sees:
            self._blind_ms = at_ms if self._blind_ms is None else self._blind_ms
            if at_ms - self._blind_ms > self._params.action_ms:
                self._fail("it sees no marker at the node.")
            return ()
        docked, lines = self._docked(pose, self._at(pose, node))
        if docked:
            self._asked_ms = self._begun_ms = at_ms
            self._base.act(self._action)
        return lines

    def _insist(self, action: Action, asked_ms: int, at_ms: int) -> None:
        if self.equipment is not None and self.equipment.action == action.action:
            return
        if at_ms - self._begun_ms > self._params.action_ms:
            self._fail(f"the equipment did not answer for {self._params.action_ms} ms.")
        elif at_ms - asked_ms >= _RETRY_MS:
            self._asked_ms = at_ms
            self._base.act(action)

    def _docked(self, pose: Pose, node: Pose | None) -> tuple[bool, tuple[Line, ...]]:
        """Does the robot stand where it may act? If not, it corrects itself or gives up."""
        if node is None:
            return True, ()
        good, lines = correction(pose, node, self._params)
        if good:
            return True, ()
        away_m = distance_m(node, pose)
        twist = abs(wrapped(node.theta_rad - pose.theta_rad))
        if away_m <= _AT_NODE_M and self._tries < _TRIES:
            self._tries += 1
            return False, lines
        if away_m <= self._params.dock_most_m and twist <= self._params.dock_most_rad:
            return True, ()
        self._fail(f"it stands {away_m:.3f} m and {twist:.3f} rad off the node.")
        return False, ()

    def _fail(self, text: str) -> None:
        self.status, self.text = ActionStatus.FAILED, text

    def _at(self, pose: Pose, node: Pose | None) -> Pose | None:
        """The node where it stands: the one it drove to, else the nearest on the floor."""
        if node is not None and distance_m(node, pose) <= _AT_NODE_M:
            return node
        near = min(self._nodes, key=lambda other: distance_m(other, pose), default=None)
        if near is None or distance_m(near, pose) > _AT_NODE_M:
            return None
        quarter = pi / 2.0
        heading = near.theta_rad + quarter * round((pose.theta_rad - near.theta_rad) / quarter)
        return Pose(near.x_m, near.y_m, wrapped(heading))


def distance_m(a: Pose, b: Pose) -> float:
    """Between two places."""
    return hypot(a.x_m - b.x_m, a.y_m - b.y_m)


def correction(pose: Pose, node: Pose, params: DriveParams) -> tuple[bool, tuple[Line, ...]]:
    """Does the robot stand well enough at a node to dock there? If not, how it gets there: by
    turning towards it (or away from it), driving the centimetres, and turning back."""
    dx, dy = node.x_m - pose.x_m, node.y_m - pose.y_m
    away, twist = hypot(dx, dy), abs(wrapped(node.theta_rad - pose.theta_rad))
    if away <= params.dock_m and twist <= params.dock_rad:
        return True, ()
    c, s = cos(node.theta_rad), sin(node.theta_rad)
    across = dy * c - dx * s
    straight = Line(-1, node.x_m, node.y_m, node.theta_rad, c, s, 0.0, params.creep_mps)
    if params.kind is BaseKind.OMNIDIRECTIONAL or abs(across) <= params.dock_m / 2.0:
        return False, (straight,)
    return False, (_sideways(pose, node, dx, dy, params), straight)


def _sideways(pose: Pose, node: Pose, dx: float, dy: float, params: DriveParams) -> Line:
    """The line through robot and node, in the direction that takes less turning."""
    length = hypot(dx, dy)
    east, north = dx / length, dy / length
    theta = atan2(north, east)
    if abs(wrapped(theta - pose.theta_rad)) > pi / 2.0:
        theta, east, north = wrapped(theta + pi), -east, -north
    return Line(-1, node.x_m, node.y_m, theta, east, north, 0.0, params.creep_mps)
