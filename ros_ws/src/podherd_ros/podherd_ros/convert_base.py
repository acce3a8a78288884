"""The words of :mod:`podherd_ros.base` as ROS 2 messages and back.

Messages with a number that is none (NaN, infinite where that means nothing) raise
:class:`InvalidMessage`, which names the field.
"""

from math import atan2, cos, hypot, inf, isfinite, sin

from geometry_msgs.msg import Point, Quaternion, TwistStamped, Vector3
from nav_msgs.msg import Odometry as OdometryMessage
from podherd_msgs import msg
from sensor_msgs.msg import LaserScan

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import ActionId, RobotId
from planner.warehouse.robot import Pose
from podherd_ros.base import Equipment, MarkerSighting, Odometry, Scan, Velocity
from podherd_ros.convert import (
    pod_from_text,
    status_from_text,
    time_from_message,
    time_to_message,
)

_UNIT_TOLERANCE = 0.1
"""A quaternion may be so far from length 1."""


def odometry_to_message(robot: RobotId, odometry: Odometry) -> OdometryMessage:
    """What the wheels say, in the frames of the robot."""
    message = OdometryMessage()
    message.header.stamp = time_to_message(odometry.at_ms)
    message.header.frame_id = f"{robot}/odom"
    message.child_frame_id = f"{robot}/base_link"
    message.pose.pose.position = Point(x=odometry.pose.x_m, y=odometry.pose.y_m, z=0.0)
    message.pose.pose.orientation = quaternion_of(odometry.pose.theta_rad)
    speed = odometry.velocity
    message.twist.twist.linear = Vector3(x=speed.forward_mps, y=speed.left_mps, z=0.0)
    message.twist.twist.angular.z = speed.turn_radps
    return message


def odometry_from_message(message: OdometryMessage) -> Odometry:
    """What the wheels say; :class:`InvalidMessage` on a number that is none."""
    place, turn = message.pose.pose.position, message.pose.pose.orientation
    speed, spin = message.twist.twist.linear, message.twist.twist.angular
    numbers = {
        "pose.position.x": place.x,
        "pose.position.y": place.y,
        "pose.orientation": turn.x + turn.y + turn.z + turn.w,
        "twist.linear.x": speed.x,
        "twist.linear.y": speed.y,
        "twist.angular.z": spin.z,
    }
    _check(numbers)
    return Odometry(
        time_from_message(message.header.stamp),
        Pose(place.x, place.y, heading_of(turn)),
        Velocity(speed.x, speed.y, spin.z),
    )


def velocity_to_message(at_ms: int, frame: str, velocity: Velocity) -> TwistStamped:
    """A speed in ``base_link``, in answer to the odometry of ``at_ms``."""
    message = TwistStamped()
    message.header.stamp = time_to_message(at_ms)
    message.header.frame_id = frame
    message.twist.linear.x = velocity.forward_mps
    message.twist.linear.y = velocity.left_mps
    message.twist.angular.z = velocity.turn_radps
    return message


def velocity_from_message(message: TwistStamped) -> tuple[int, Velocity]:
    """The odometry's time (ms) it answers and the speed; :class:`InvalidMessage` on a NaN."""
    linear, angular = message.twist.linear, message.twist.angular
    _check({"linear.x": linear.x, "linear.y": linear.y, "angular.z": angular.z})
    return time_from_message(message.header.stamp), Velocity(linear.x, linear.y, angular.z)


def scan_to_message(robot: RobotId, scan: Scan, most_m: float) -> LaserScan:
    """One turn of a lidar that sees ``most_m`` metres far."""
    message = LaserScan()
    message.header.stamp = time_to_message(scan.at_ms)
    message.header.frame_id = f"{robot}/lidar"
    message.angle_min = scan.first_rad
    message.angle_increment = scan.step_rad
    message.angle_max = scan.first_rad + scan.step_rad * max(0, len(scan.ranges_m) - 1)
    message.range_max = most_m
    message.ranges = list(scan.ranges_m)
    return message


def scan_from_message(message: LaserScan, x_m: float) -> Scan:
    """One turn of the lidar at (``x_m``, 0) of ``base_link``; readings out of its range count as
    nothing there (REP-117), readings that are no number as something at distance 0."""
    least, most = message.range_min, message.range_max
    ranges = tuple(_distance(reading, least, most) for reading in message.ranges)
    _check({"angle_min": message.angle_min, "angle_increment": message.angle_increment})
    at_ms = time_from_message(message.header.stamp)
    return Scan(at_ms, x_m, message.angle_min, message.angle_increment, ranges)


def sighting_to_message(sighting: MarkerSighting) -> msg.MarkerSighting:
    """A fiducial that was seen."""
    pose = sighting.pose
    return msg.MarkerSighting(
        at_ms=sighting.at_ms,
        marker_id=sighting.marker,
        x_m=pose.x_m,
        y_m=pose.y_m,
        theta_rad=pose.theta_rad,
        sd_m=sighting.sd_m,
        sd_rad=sighting.sd_rad,
    )


def sighting_from_message(message: msg.MarkerSighting) -> MarkerSighting:
    """A fiducial that was seen; :class:`InvalidMessage` on a number that is none."""
    x_m, y_m, theta_rad = message.x_m, message.y_m, message.theta_rad
    numbers = {"x_m": x_m, "y_m": y_m, "theta_rad": theta_rad}
    _check({**numbers, "sd_m": message.sd_m, "sd_rad": message.sd_rad})
    pose = Pose(x_m, y_m, theta_rad)
    return MarkerSighting(message.at_ms, message.marker_id, pose, message.sd_m, message.sd_rad)


def equipment_to_message(equipment: Equipment) -> msg.EquipmentState:
    """Lift, contacts and battery."""
    return msg.EquipmentState(
        at_ms=equipment.at_ms,
        load_pod_id=equipment.load or "",
        battery=equipment.battery,
        charging=equipment.charging,
        action_id=equipment.action or "",
        action_status=equipment.action_status.value,
        action_text=equipment.action_text,
    )


def equipment_from_message(message: msg.EquipmentState) -> Equipment:
    """Lift, contacts and battery; :class:`InvalidMessage` on an unknown status."""
    _check({"battery": message.battery})
    return Equipment(
        at_ms=message.at_ms,
        load=pod_from_text(message.load_pod_id),
        battery=message.battery,
        charging=message.charging,
        action=ActionId(message.action_id) if message.action_id else None,
        action_status=status_from_text(message.action_status),
        action_text=message.action_text,
    )


def quaternion_of(theta_rad: float) -> Quaternion:
    """A turn about the z axis."""
    return Quaternion(x=0.0, y=0.0, z=sin(theta_rad / 2), w=cos(theta_rad / 2))


def heading_of(turn: Quaternion) -> float:
    """The turn about the z axis (rad); :class:`InvalidMessage` if it is no rotation."""
    length = hypot(turn.x, turn.y, turn.z, turn.w)
    if abs(length - 1) > _UNIT_TOLERANCE:
        raise InvalidMessage(
            "not a rotation", field="orientation", value=length, remedy="Send a unit quaternion."
        )
    sine = 2 * (turn.w * turn.z + turn.x * turn.y)
    return atan2(sine, 1 - 2 * (turn.y * turn.y + turn.z * turn.z))


def _distance(reading: float, least: float, most: float) -> float:
    if reading != reading:  # a NaN: a broken reading must not look like a free way
        return 0.0
    return reading if least <= reading <= most else inf


def _check(numbers: dict[str, float]) -> None:
    for field, number in numbers.items():
        if not isfinite(number):
            raise InvalidMessage(
                "not a finite number",
                field=field,
                value=number,
                remedy="Check the driver that sends it; the reading is left out.",
            )
