"""Instant actions (VDA 5050 2.1, section 6.8.2): done at once, whatever the order says."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from planner.warehouse.ids import TransportOrderId
from planner.warehouse.robot import ErrorKind, Pose, RobotError


class InstantKind(StrEnum):
    """What can be asked for."""

    START_PAUSE = "startPause"
    STOP_PAUSE = "stopPause"
    CANCEL_ORDER = "cancelOrder"
    STATE_REQUEST = "stateRequest"
    INIT_POSITION = "initPosition"


@dataclass(frozen=True, slots=True)
class InstantRequest:
    """``order`` is for cancelOrder (empty: whatever it has), ``pose`` for initPosition."""

    action: str
    kind: str
    order: TransportOrderId
    pose: Pose


def request_problem(request: InstantRequest) -> str:
    """What is wrong with it in itself; empty if nothing."""
    if not request.action:
        return "action_id: an instant action needs an id."
    if request.kind not in list(InstantKind):
        return f"kind: no such action {request.kind!r}; there is {', '.join(InstantKind)}."
    pose = request.pose
    numbers = (pose.x_m, pose.y_m, pose.theta_rad)
    if request.kind == InstantKind.INIT_POSITION and not all(map(isfinite, numbers)):
        return f"x_m, y_m, theta_rad: a pose is three numbers (found {numbers})."
    return ""


def refused(request: InstantRequest, problem: str) -> RobotError:
    """The answer to a request that is not carried out."""
    return RobotError(ErrorKind.VALIDATION_ERROR, request.action, problem)
