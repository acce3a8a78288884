"""The bridge file joins gz sim to the topics of the one table."""

import pytest

from planner.warehouse.errors import InvalidWorld
from planner.warehouse.ids import RobotId
from podherd_ros.topics import CLOCK, COMMAND_VELOCITY, LIDAR, ODOMETRY
from sim_worlds.sdf.bridge import Direction, bridge_config, joins
from sim_worlds.sdf.options import WorldOptions
from sim_worlds.sites.catalogue import load_site

CELL = load_site("picking-cell")
OPTIONS = WorldOptions(lidars=(RobotId("R02"),), cameras=(RobotId("R03"),))


def test_names_and_types_are_those_of_the_table() -> None:
    joined = {join.ros: join for join in joins(CELL, OPTIONS)}
    assert joined[CLOCK.name].ros_type == CLOCK.type
    for robot in (robot.id for robot in CELL.robots):
        assert joined[COMMAND_VELOCITY.of(robot)].ros_type == COMMAND_VELOCITY.type
        assert joined[COMMAND_VELOCITY.of(robot)].direction is Direction.ROS_TO_GZ
        assert joined[ODOMETRY.of(robot)].ros_type == ODOMETRY.type
        assert joined[ODOMETRY.of(robot)].direction is Direction.GZ_TO_ROS
    scan = joined[LIDAR.of(RobotId("R02"))]
    assert (scan.ros_type, scan.gz_type) == (LIDAR.type, "gz.msgs.LaserScan")


def test_only_sensors_that_are_there_are_joined() -> None:
    names = [join.ros for join in joins(CELL, OPTIONS)]
    assert len(set(names)) == len(names) == 1 + 3 * 4 + 1 + 2
    assert [name for name in names if name.endswith(("scan", "image"))] == [
        "/robots/R02/scan",
        "/robots/R03/image",
    ]


def test_the_file_is_a_list_of_five_fields_each() -> None:
    lines = bridge_config(CELL, OPTIONS).splitlines()
    fields = ["ros_topic_name", "gz_topic_name", "ros_type_name", "gz_type_name", "direction"]
    assert len(lines) % 5 == 0
    for number, line in enumerate(lines):
        start = "- " if number % 5 == 0 else "  "
        assert line.startswith(f"{start}{fields[number % 5]}: "), line


def test_an_unknown_robot_is_refused() -> None:
    with pytest.raises(InvalidWorld, match="no such robot"):
        bridge_config(CELL, WorldOptions(lidars=(RobotId("R77"),)))
