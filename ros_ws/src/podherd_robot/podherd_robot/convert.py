"""A robot's report as the messages that tools for any ROS 2 robot know (REP-103, REP-105)."""

from collections.abc import Iterable, Mapping
from math import cos, isfinite, sin

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import (
    Point,
    PoseWithCovarianceStamped,
    Transform,
    TransformStamped,
    Vector3,
)
from nav_msgs.msg import Odometry as OdometryMessage
from sensor_msgs.msg import BatteryState

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose, RobotState
from podherd_robot.localisation import composed
from podherd_ros.base import STANDSTILL, Equipment, Odometry
from podherd_ros.convert import time_from_message, time_to_message
from podherd_ros.convert_base import odometry_to_message, quaternion_of

Covariance = tuple[tuple[float, float, float], ...]
MAP = "map"
_AXES = (0, 1, 5)
"""x, y and turn about z in a 6 x 6 covariance."""


def odometry_of(state: RobotState) -> OdometryMessage:
    """Of a base that tells its pose in ``map`` and no speed: its ``odom`` lies on ``map``."""
    return odometry_to_message(state.robot, Odometry(state.at_ms, state.pose, STANDSTILL))


def pose_of(state: RobotState, covariance: Covariance) -> PoseWithCovarianceStamped:
    """Where the robot takes itself to be, in ``map``; ``covariance`` over x, y (m), turn (rad)."""
    message = PoseWithCovarianceStamped()
    message.header.frame_id = MAP
    message.header.stamp = time_to_message(state.at_ms)
    message.pose.pose.position = Point(x=state.pose.x_m, y=state.pose.y_m, z=0.0)
    message.pose.pose.orientation = quaternion_of(state.pose.theta_rad)
    for row, values in zip(_AXES, covariance, strict=True):
        for column, value in zip(_AXES, values, strict=True):
            message.pose.covariance[6 * row + column] = value
    return message


def transforms_of(state: RobotState, odometry: Odometry | None) -> list[TransformStamped]:
    """``map`` to ``<robot>/odom`` to ``<robot>/base_link``; without odometry they are one."""
    in_odom = odometry.pose if odometry else state.pose
    drift = composed(state.pose, _inverse(in_odom))
    odom, base = f"{state.robot}/odom", f"{state.robot}/base_link"
    return [
        _transform(state.at_ms, MAP, odom, drift),
        _transform(state.at_ms, odom, base, in_odom),
    ]


def battery_of(state: RobotState) -> BatteryState:
    """State of charge; what is not measured is NaN, as the message asks for."""
    charging = BatteryState.POWER_SUPPLY_STATUS_CHARGING
    discharging = BatteryState.POWER_SUPPLY_STATUS_DISCHARGING
    nan = float("nan")
    battery = BatteryState(voltage=nan, temperature=nan, current=nan, charge=nan, capacity=nan)
    battery.header.stamp = time_to_message(state.at_ms)
    battery.design_capacity = nan
    battery.percentage = state.battery
    battery.power_supply_status = charging if state.charging else discharging
    battery.present = True
    return battery


def equipment_of_battery(message: BatteryState, known: Equipment | None, now_ms: int) -> Equipment:
    """What ``known`` says, with the battery of this message; as of ``now_ms`` if it has no stamp.

    Raises :class:`InvalidMessage` if its percentage is none.
    """
    if not isfinite(message.percentage):
        raise InvalidMessage(
            "not a finite number",
            field="percentage",
            value=message.percentage,
            remedy="Send the state of charge, 0 to 1.",
        )
    at_ms = time_from_message(message.header.stamp) or now_ms
    charging = message.power_supply_status == BatteryState.POWER_SUPPLY_STATUS_CHARGING
    if known is None:
        return Equipment(at_ms, None, message.percentage, charging)
    return Equipment(
        max(at_ms, known.at_ms),
        known.load,
        message.percentage,
        charging,
        known.action,
        known.action_status,
        known.action_text,
    )


def diagnostics_of(
    robot: RobotId, at_ms: int, problems: Iterable[str], figures: Mapping[str, str]
) -> DiagnosticArray:
    """Health in words and figures: ERROR with the problems, OK without."""
    text = "; ".join(problems)
    status = DiagnosticStatus(
        level=DiagnosticStatus.ERROR if text else DiagnosticStatus.OK,
        name=f"podherd/{robot}",
        hardware_id=robot,
        message=text or "ok",
        values=[KeyValue(key=key, value=value) for key, value in figures.items()],
    )
    message = DiagnosticArray(status=[status])
    message.header.stamp = time_to_message(at_ms)
    return message


def _inverse(pose: Pose) -> tuple[float, float, float]:
    c, s = cos(pose.theta_rad), sin(pose.theta_rad)
    return (-c * pose.x_m - s * pose.y_m, s * pose.x_m - c * pose.y_m, -pose.theta_rad)


def _transform(at_ms: int, parent: str, child: str, pose: Pose) -> TransformStamped:
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = parent
    message.header.stamp = time_to_message(at_ms)
    message.transform = Transform(
        translation=Vector3(x=pose.x_m, y=pose.y_m, z=0.0),
        rotation=quaternion_of(pose.theta_rad),
    )
    return message
