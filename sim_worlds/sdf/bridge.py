"""The file of ``ros_gz_bridge`` that joins a gz sim world to Podherd's topics.

Written for ROS 2 Jazzy and newer. Message pairs: README of gazebosim/ros_gz, ``ros_gz_bridge``.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from planner.warehouse.ids import RobotId
from planner.warehouse.site import Site
from sim_worlds.sdf.options import WorldOptions, check_options
from sim_worlds.sdf.world import WORLD_NAME


class Direction(StrEnum):
    """Who speaks, in the words of the bridge."""

    ROS_TO_GZ = "ROS_TO_GZ"
    GZ_TO_ROS = "GZ_TO_ROS"


class Join(NamedTuple):
    """One topic on both sides; ``ros`` and ``gz`` are its names there."""

    ros: str
    gz: str
    ros_type: str
    gz_type: str
    direction: Direction


def bridge_config(site: Site, options: WorldOptions) -> str:
    """The YAML text: clock, and for every robot speeds, odometry, lift, contacts and the sensors
    it carries. Raises :class:`InvalidWorld` for options that do not fit the site."""
    check_options(site, options)
    return "".join(_entry(join) for join in joins(site, options))


def joins(site: Site, options: WorldOptions) -> Iterator[Join]:
    """Every topic that is joined."""
    yield Join(
        "/clock",
        f"/world/{WORLD_NAME}/clock",
        "rosgraph_msgs/msg/Clock",
        "gz.msgs.Clock",
        Direction.GZ_TO_ROS,
    )
    for robot in site.robots:
        yield from _of_robot(robot.id, options)


def _of_robot(robot: RobotId, options: WorldOptions) -> Iterator[Join]:
    def said(name: str, ros_type: str, gz_type: str) -> Join:
        topic = f"/robots/{robot}/{name}"
        return Join(topic, topic, ros_type, gz_type, Direction.GZ_TO_ROS)

    def heard(name: str, ros_type: str, gz_type: str) -> Join:
        return said(name, ros_type, gz_type)._replace(direction=Direction.ROS_TO_GZ)

    yield heard("cmd_vel", "geometry_msgs/msg/TwistStamped", "gz.msgs.Twist")
    yield heard("lift", "std_msgs/msg/Float64", "gz.msgs.Double")
    yield said("odom", "nav_msgs/msg/Odometry", "gz.msgs.Odometry")
    yield said("contacts", "ros_gz_interfaces/msg/Contacts", "gz.msgs.Contacts")
    if robot in options.lidars:
        yield said("scan", "sensor_msgs/msg/LaserScan", "gz.msgs.LaserScan")
    if robot in options.cameras:
        yield said("image", "sensor_msgs/msg/Image", "gz.msgs.Image")
        yield said("camera_info", "sensor_msgs/msg/CameraInfo", "gz.msgs.CameraInfo")


def _entry(join: Join) -> str:
    return (
        f'- ros_topic_name: "{join.ros}"\n'
        f'  gz_topic_name: "{join.gz}"\n'
        f'  ros_type_name: "{join.ros_type}"\n'
        f'  gz_type_name: "{join.gz_type}"\n'
        f"  direction: {join.direction}\n"
    )
