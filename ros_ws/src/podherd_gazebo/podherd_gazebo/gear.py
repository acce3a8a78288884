"""Lift, charging contacts and battery of one base in Gazebo: what its physics does not simulate.

Lifting takes the robot type's ``lift_s`` and a seeded bit more. While it lasts nothing moves; at
its end the pod changes hands. The battery follows the same energy model as
:mod:`sim_worlds.motion`. Pure: truth comes in, nothing is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import hypot, pi
from random import Random

from planner.warehouse.ids import ActionId, PodId, RobotId
from planner.warehouse.robot import Pose
from planner.warehouse.site import Point, RobotType
from planner.warehouse.transport import Action, ActionKind, ActionStatus
from podherd_ros.base import Equipment
from sim_worlds.gazebo.sensors import wrapped

_MS_PER_H = 3_600_000


@dataclass(frozen=True, slots=True)
class GearParams:
    """A robot may stand ``tolerance_m`` from the middle of a pod or charger to use it, and turned
    ``tolerance_rad`` against the pod's sides; lifting takes up to ``lift_spread`` longer (a share);
    equipment reports every ``report_ms`` and on change."""

    tolerance_m: float = 0.05
    tolerance_rad: float = 0.10
    lift_spread: float = 0.15
    report_ms: int = 1_000


class WorkKind(StrEnum):
    """What a lift can be doing."""

    LIFT = "lift"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Work:
    """The lift is busy with ``pod`` until ``end_ms``."""

    kind: WorkKind
    pod: PodId
    end_ms: int


@dataclass(frozen=True, slots=True)
class GearRecord:
    """All that a gear knows; what the journal keeps."""

    load: PodId | None
    energy_wh: float
    charging: bool
    action: ActionId | None
    status: ActionStatus
    text: str
    work: Work | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Truth around a robot: its pose, whether it stands, the pods on the floor and the chargers."""

    pose: Pose
    standing: bool
    pods: Mapping[PodId, Pose]
    chargers: Sequence[Point]


class Gear:
    """One robot's equipment."""

    def __init__(
        self, robot: RobotId, kind: RobotType, battery: float, params: GearParams, seed: int
    ):
        self.robot = robot
        self.load: PodId | None = None
        self.charging = False
        self.work: Work | None = None
        self._kind = kind
        self._params = params
        self._energy_wh = battery * kind.battery_wh
        self._random = Random(f"{seed}/{robot}/lift")
        self._asked: list[Action] = []
        self._action: ActionId | None = None
        self._status = ActionStatus.FINISHED
        self._text = ""
        self._told: tuple[object, ...] = ()
        self._told_ms = -params.report_ms

    # --- what the robot asks for -----------------------------------------------------------

    def hear(self, action: Action) -> None:
        """The robot asks for ``action``; begun at the next :meth:`begin`."""
        self._asked.append(action)

    def begin(self, now_ms: int, around: Surroundings) -> ActionKind | None:
        """Begin what was asked for; the kind of the last action that really began. Each action id
        counts once."""
        began: ActionKind | None = None
        for action in self._asked:
            if action.action != self._action:
                self._action, self._status = action.action, ActionStatus.RUNNING
                self._text = self._try(action, now_ms, around)
                if self._text:
                    self._status = ActionStatus.FAILED
                else:
                    began = action.kind
        self._asked.clear()
        return began

    def _try(self, action: Action, now_ms: int, around: Surroundings) -> str:
        """Begin an action; why it cannot be, or nothing."""
        if self.work is not None:
            return "the lift is busy."
        if not around.standing:
            return "the robot drives."
        match action.kind:
            case ActionKind.PICK:
                return self._lift(action.pod, now_ms, around)
            case ActionKind.DROP:
                return self._lower(action.pod, now_ms, around)
            case ActionKind.START_CHARGING:
                return self._charge(around)
            case ActionKind.DETECT_OBJECT:
                return "robots in Gazebo carry no scanner."

    def _lift(self, pod: PodId | None, now_ms: int, around: Surroundings) -> str:
        if self.load is not None:
            if pod in (self.load, None):
                self._status = ActionStatus.FINISHED
                return ""
            return f"carries {self.load} already."
        here = nearest(around.pods, around.pose, pod)
        if here is None:
            return f"{pod or 'no pod'} does not stand on the floor."
        name, off_m, askew_rad = here
        if off_m > self._params.tolerance_m:
            return f"{name} does not stand here: it is {off_m:.3f} m away."
        if askew_rad > self._params.tolerance_rad:
            return f"{name} stands askew: {askew_rad:.3f} rad."
        self.work = Work(WorkKind.LIFT, name, self._end_ms(now_ms))
        return ""

    def _lower(self, pod: PodId | None, now_ms: int, around: Surroundings) -> str:
        if self.load is None:
            here = nearest(around.pods, around.pose, pod)
            if pod is not None and here is not None and here[1] <= self._params.tolerance_m:
                self._status = ActionStatus.FINISHED
                return ""
            return "carries nothing."
        if pod not in (self.load, None):
            return f"carries {self.load}, not {pod}."
        self.work = Work(WorkKind.LOWER, self.load, self._end_ms(now_ms))
        return ""

    def _charge(self, around: Surroundings) -> str:
        x_m, y_m = around.pose.x_m, around.pose.y_m
        off_m = min((hypot(x - x_m, y - y_m) for x, y in around.chargers), default=float("inf"))
        if off_m > self._params.tolerance_m:
            return f"does not stand at a charger: the next is {off_m:.3f} m away."
        self.charging, self._status = True, ActionStatus.FINISHED
        return ""

    def _end_ms(self, now_ms: int) -> int:
        spread = self._random.uniform(1.0, 1.0 + self._params.lift_spread)
        return now_ms + round(self._kind.lift_s * 1000 * spread)

    # --- time ------------------------------------------------------------------------------

    def due(self, now_ms: int) -> Work | None:
        """The work whose time is over, to be settled once the pod has changed hands."""
        return self.work if self.work is not None and self.work.end_ms <= now_ms else None

    def settle(self) -> None:
        """The pod has changed hands: the work is done."""
        assert self.work is not None
        self.load = self.work.pod if self.work.kind is WorkKind.LIFT else None
        self.work, self._status = None, ActionStatus.FINISHED

    def fail(self, why: str) -> None:
        """The work cannot be done after all."""
        self.work, self._status, self._text = None, ActionStatus.FAILED, why

    def spend(self, moving: bool, ms: int) -> None:
        """Energy of a stretch of time; contacts open when the robot drives off."""
        if moving:
            self.charging = False
        kind = self._kind
        if self.charging:
            power_w = kind.charge_w
        elif moving or self.work is not None:
            power_w = -kind.drive_w
        else:
            power_w = -kind.idle_w
        energy_wh = self._energy_wh + power_w * ms / _MS_PER_H
        self._energy_wh = min(kind.battery_wh, max(0.0, energy_wh))

    @property
    def flat(self) -> bool:
        """The battery is empty: the base does not move any more."""
        return self._energy_wh <= 0

    # --- what it tells ---------------------------------------------------------------------

    def news(self, now_ms: int) -> Equipment | None:
        """A report, if something has changed or it is time."""
        now = (self.load, self.charging, self._action, self._status)
        if now == self._told and now_ms - self._told_ms < self._params.report_ms:
            return None
        self._told, self._told_ms = now, now_ms
        return Equipment(
            now_ms,
            self.load,
            self._energy_wh / self._kind.battery_wh,
            self.charging,
            self._action,
            self._status,
            self._text,
        )

    @property
    def record(self) -> GearRecord:
        """For the journal."""
        return GearRecord(
            self.load,
            self._energy_wh,
            self.charging,
            self._action,
            self._status,
            self._text,
            self.work,
        )

    def restore(self, record: GearRecord) -> None:
        """Go on where an earlier process ended."""
        self.load, self._energy_wh, self.charging = record.load, record.energy_wh, record.charging
        self._action, self._status, self._text = record.action, record.status, record.text
        self.work = record.work


def nearest(
    pods: Mapping[PodId, Pose], pose: Pose, wanted: PodId | None
) -> tuple[PodId, float, float] | None:
    """The ``wanted`` pod, or the nearest: its id, how far its middle is from ``pose`` (m) and how
    far it is turned against it, sides being alike (rad). ``None`` if it is not on the floor."""
    names = pods if wanted is None else [wanted] if wanted in pods else []
    found = [(hypot(pods[name].x_m - pose.x_m, pods[name].y_m - pose.y_m), name) for name in names]
    if not found:
        return None
    off_m, name = min(found)
    turned = wrapped(4 * (pods[name].theta_rad - pose.theta_rad)) / 4
    assert abs(turned) <= pi / 4 + 1e-9
    return name, off_m, abs(turned)
