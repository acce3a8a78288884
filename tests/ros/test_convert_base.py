"""The words of a base and its messages: there and back is where one started; nonsense is named."""

from math import inf, isclose, nan, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st
from podherd_msgs import msg
from sensor_msgs.msg import LaserScan

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose
from planner.warehouse.transport import ActionStatus
from podherd_ros import convert_base
from podherd_ros.base import Equipment, MarkerSighting, Odometry, Scan, Velocity

R01 = RobotId("R01")
metres = st.floats(-1e4, 1e4)
angles = st.floats(-3.1, 3.1)
times = st.integers(0, 2**31 * 1000 - 1)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
poses = st.builds(Pose, metres, metres, angles)
odometries = st.builds(Odometry, times, poses, st.builds(Velocity, metres, metres, angles))
sightings = st.builds(MarkerSighting, times, names, poses, metres, metres)
equipment = st.builds(
    Equipment,
    times,
    st.none() | names.filter(bool),
    st.floats(0, 1),
    st.booleans(),
    st.none() | names.filter(bool),
    st.sampled_from(ActionStatus),
    names,
)


@given(odometries)
def test_odometry(odometry: Odometry) -> None:
    back = convert_base.odometry_from_message(convert_base.odometry_to_message(R01, odometry))
    assert (back.at_ms, back.velocity) == (odometry.at_ms, odometry.velocity)
    assert (back.pose.x_m, back.pose.y_m) == (odometry.pose.x_m, odometry.pose.y_m)
    assert isclose(back.pose.theta_rad, odometry.pose.theta_rad, abs_tol=1e-9)


@given(times, st.builds(Velocity, metres, metres, angles))
def test_velocities(at_ms: int, velocity: Velocity) -> None:
    message = convert_base.velocity_to_message(at_ms, "R01/base_link", velocity)
    assert convert_base.velocity_from_message(message) == (at_ms, velocity)


@given(sightings)
def test_sightings(sighting: MarkerSighting) -> None:
    message = convert_base.sighting_to_message(sighting)
    assert convert_base.sighting_from_message(message) == sighting


@given(equipment)
def test_equipment(state: Equipment) -> None:
    assert convert_base.equipment_from_message(convert_base.equipment_to_message(state)) == state


def test_a_scan_keeps_its_rays() -> None:
    scan = Scan(100, 0.25, -pi / 4, pi / 8, (1.0, inf, 2.5))
    message = convert_base.scan_to_message(R01, scan, 10.0)
    back = convert_base.scan_from_message(message, 0.25)
    assert back.ranges_m == scan.ranges_m
    assert isclose(back.first_rad, scan.first_rad, abs_tol=1e-6)


def test_broken_rays_are_near_and_rays_out_of_range_are_free() -> None:
    message = LaserScan(range_min=0.1, range_max=10.0, ranges=[nan, 0.05, 11.0, 3.0])
    scan = convert_base.scan_from_message(message, 0.0)
    assert scan.ranges_m == (0.0, inf, inf, 3.0)


@pytest.mark.parametrize("wrong", [nan, inf, -inf])
def test_odometry_that_is_no_number_names_its_field(wrong: float) -> None:
    message = convert_base.odometry_to_message(R01, Odometry(1, Pose(0, 0, 0), Velocity()))
    message.pose.pose.position.y = wrong
    with pytest.raises(InvalidMessage, match=r"pose\.position\.y: not a finite number"):
        convert_base.odometry_from_message(message)


def test_an_orientation_of_length_0_is_no_rotation() -> None:
    message = convert_base.odometry_to_message(R01, Odometry(1, Pose(0, 0, 0), Velocity()))
    message.pose.pose.orientation.w = 0.0
    with pytest.raises(InvalidMessage, match="unit quaternion"):
        convert_base.odometry_from_message(message)


def test_a_sighting_with_a_nan_is_refused() -> None:
    with pytest.raises(InvalidMessage, match="theta_rad"):
        convert_base.sighting_from_message(msg.MarkerSighting(theta_rad=nan))
