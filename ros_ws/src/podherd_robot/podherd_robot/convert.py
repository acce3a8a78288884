"""A robot's report as the messages that tools for any ROS 2 robot know."""

from math import cos, sin

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Quaternion
from nav_msgs.msg import Odometry
from sensor_msgs.msg import BatteryState

from planner.warehouse.robot import RobotState
from podherd_ros.convert import time_to_message


def odometry_of(state: RobotState) -> Odometry:
    """Pose in the site's frame (``map``)."""
    odometry = Odometry()
    odometry.header.frame_id = "map"
    odometry.header.stamp = _stamp(state)
    odometry.child_frame_id = f"{state.robot}/base_link"
    odometry.pose.pose.position = Point(x=state.pose.x_m, y=state.pose.y_m, z=0.0)
    half = state.pose.theta_rad / 2
    odometry.pose.pose.orientation = Quaternion(x=0.0, y=0.0, z=sin(half), w=cos(half))
    return odometry


def battery_of(state: RobotState) -> BatteryState:
    """State of charge; what is not measured is NaN, as the message asks for."""
    charging = BatteryState.POWER_SUPPLY_STATUS_CHARGING
    discharging = BatteryState.POWER_SUPPLY_STATUS_DISCHARGING
    nan = float("nan")
    battery = BatteryState(voltage=nan, temperature=nan, current=nan, charge=nan, capacity=nan)
    battery.header.stamp = _stamp(state)
    battery.design_capacity = nan
    battery.percentage = state.battery
    battery.power_supply_status = charging if state.charging else discharging
    battery.present = True
    return battery


def _stamp(state: RobotState) -> Time:
    return time_to_message(state.at_ms)
