"""Worlds made from site files, in real Gazebo: they stand still, and their robots drive true."""

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp
from fakes.gazebo_rig import GazeboRig
from numpy.typing import NDArray

from planner.roadmap.compile import compile_roadmap
from planner.warehouse.ids import NodeId, PodId, RobotId
from planner.warehouse.robot import Pose
from planner.warehouse.site import Site
from sim_worlds.gazebo.client import GazeboClient
from sim_worlds.gazebo.scans import Picture
from sim_worlds.sdf.options import (
    FLOOR_CAMERA,
    PHYSICS_ONLY,
    Lidar,
    WorldOptions,
    lidar_x_m,
    start_poses,
)
from sim_worlds.sdf.people import box_sdf, person_sdf
from sim_worlds.sdf.robots import robot_sdf
from sim_worlds.sdf.world import classic_world, current_world
from sim_worlds.sites.catalogue import load_site
from vision.codes.marks import FLOOR_FAMILY, POD_FAMILY, GreyImage, MarkerFamily, dictionary

SITES = ["tiny", "picking-cell", "one-lane"]
TRUE_M = 0.005
QUARTER_RAD = math.pi / 2


def stored(site: Site) -> dict[str, Pose]:
    """Where pods and robots belong at the start."""
    roadmap = compile_roadmap(site)
    pods = {
        str(pod): Pose(*roadmap.xy_m[roadmap.index[node]].tolist(), 0.0)
        for pod, node in roadmap.pods.items()
    }
    return pods | {str(robot): pose for robot, pose in start_poses(site).items()}


def strayed_m(client: GazeboClient, places: dict[str, Pose]) -> float:
    """How far the worst of them is from its place."""
    return max(
        math.hypot(client.poses[name].x_m - pose.x_m, client.poses[name].y_m - pose.y_m)
        for name, pose in places.items()
    )


async def driven(
    client: GazeboClient, robots: list[str], speed: tuple[float, float], ms: int
) -> dict[str, tuple[float, float, float]]:
    """Way ahead, to the left (m) and turned (rad) of each robot, open loop, until it stands."""
    before = {robot: client.poses[robot] for robot in robots}
    for robot in robots:
        client.drive(robot, *speed)
    await client.step(ms)
    for robot in robots:
        client.drive(robot, 0.0, 0.0)
    await client.step(500)
    return {robot: _seen_from(before[robot], client.poses[robot]) for robot in robots}


def _seen_from(start: Pose, end: Pose) -> tuple[float, float, float]:
    east_m, north_m = end.x_m - start.x_m, end.y_m - start.y_m
    cos, sin = math.cos(start.theta_rad), math.sin(start.theta_rad)
    turned = math.remainder(end.theta_rad - start.theta_rad, 2 * math.pi)
    return east_m * cos + north_m * sin, north_m * cos - east_m * sin, turned


@pytest.mark.parametrize("name", SITES)
def test_everything_stands_where_the_site_says_and_nothing_touches(
    rig: GazeboRig, name: str, tmp_path: Path
) -> None:
    site = load_site(name)

    async def scenario(client: GazeboClient) -> None:
        assert strayed_m(client, stored(site)) < TRUE_M
        await client.step(1000)
        await client.settle()
        assert client.contacts() == ()
        await client.step(4000)
        await client.settle()
        assert client.contacts() == ()
        assert strayed_m(client, stored(site)) < TRUE_M
        assert max(abs(pose.theta_rad) for pose in client.poses.values()) < 0.002

    rig.run(classic_world(site, PHYSICS_ONLY, tmp_path / "world"), scenario)


def test_the_world_for_gz_sim_stands_still_in_classic_too(rig: GazeboRig, tmp_path: Path) -> None:
    """Classic takes all of it but the plugins: models, joints and the lift plate at rest."""
    site = load_site("picking-cell")

    async def scenario(client: GazeboClient) -> None:
        await client.step(2000)
        await client.settle()
        assert client.contacts() == ()
        assert strayed_m(client, stored(site)) < TRUE_M

    rig.run(current_world(site, PHYSICS_ONLY, tmp_path / "world"), scenario)


@pytest.mark.parametrize("name", SITES)
def test_every_robot_drives_straight_and_turns_as_told(
    rig: GazeboRig, name: str, tmp_path: Path
) -> None:
    """All at once, open loop; pods are out of the way, since a metre ends among their posts."""
    site = load_site(name)
    robots = [str(robot.id) for robot in site.robots]

    async def scenario(client: GazeboClient) -> None:
        await client.place(dict.fromkeys(compile_roadmap(site).pods))
        ways = await driven(client, robots, (0.5, 0.0), 2000)
        for robot, (ahead_m, left_m, turned_rad) in ways.items():
            assert ahead_m == pytest.approx(1.0, abs=0.02), robot
            assert abs(left_m) < 0.02, robot
            assert abs(turned_rad) < 0.01, robot
        ways = await driven(client, robots, (0.0, QUARTER_RAD / 2), 2000)
        for robot, (ahead_m, left_m, turned_rad) in ways.items():
            assert turned_rad == pytest.approx(QUARTER_RAD, rel=0.02), robot
            assert math.hypot(ahead_m, left_m) < 0.01, robot
        await client.settle()
        assert client.contacts() == ()

    rig.run(classic_world(site, PHYSICS_ONLY, tmp_path / "world"), scenario)


def test_a_robot_turns_beneath_a_pod_without_touching_it(rig: GazeboRig, tmp_path: Path) -> None:
    site = load_site("picking-cell")
    robot, pod = "R01", "P001"

    async def scenario(client: GazeboClient) -> None:
        there = client.poses[pod]
        await client.place({robot: there})
        for _ in range(4):
            await driven(client, [robot], (0.0, QUARTER_RAD), 1000)
        await client.settle()
        assert client.contacts() == ()
        assert strayed_m(client, {pod: there}) < TRUE_M
        await driven(client, [robot], (0.0, QUARTER_RAD / 2), 1000)
        await driven(client, [robot], (0.3, 0.0), 1000)
        await client.settle()
        assert {(contact.a, contact.b) for contact in client.contacts()} == {
            ("P001::rack::leg_0", "R01::chassis::body")
        }

    rig.run(classic_world(site, PHYSICS_ONLY, tmp_path / "world"), scenario)


def test_a_carried_pod_touches_what_an_empty_robot_passes_beneath(
    rig: GazeboRig, tmp_path: Path
) -> None:
    """The same short way beside and under a pod: clean without a load, told with one."""
    site = load_site("picking-cell")
    robot, pod, carried = "R01", "P001", "P024"

    async def scenario(client: GazeboClient) -> tuple[set[str], set[str]]:
        there = client.poses[pod]
        before = Pose(there.x_m, there.y_m - site.pitch_m, QUARTER_RAD)
        await client.place({robot: before})
        await driven(client, [robot], (0.6, 0.0), 2000)
        await client.settle()
        empty = {contact.b for contact in client.contacts()}
        await client.place({robot: before, carried: None}, {robot: True})
        await driven(client, [robot], (0.6, 0.0), 2000)
        await client.settle()
        return empty, {part for contact in client.contacts() for part in (contact.a, contact.b)}

    empty, loaded = rig.run(classic_world(site, PHYSICS_ONLY, tmp_path / "world"), scenario)
    assert empty == set()
    assert {"R01::chassis::shell", "P001::rack::body"} <= loaded


def test_robots_people_and_boxes_are_spawned_into_a_running_world(
    rig: GazeboRig, tmp_path: Path
) -> None:
    """Each drives or stands where it was put, and tells when it is run into."""
    site = load_site("tiny")
    start = Pose(2.4, 3.6, 0.0)

    async def scenario(client: GazeboClient) -> set[tuple[str, str]]:
        await client.spawn(robot_sdf("R99", site.robot_types[0], site.pod_model, start))
        await client.spawn(person_sdf("person_1", Pose(6.0, 3.6, math.pi)))
        await client.spawn(box_sdf("box_1", Pose(4.0, 2.4, 0.3), (0.4, 0.3, 0.5)))
        ways = await driven(client, ["R99", "person_1"], (0.5, 0.0), 2000)
        await client.settle()
        assert client.contacts() == ()
        for ahead_m, left_m, _ in ways.values():
            assert ahead_m == pytest.approx(1.0, abs=0.02)
            assert abs(left_m) < 0.02
        assert strayed_m(client, {"box_1": Pose(4.0, 2.4, 0.3)}) < TRUE_M
        await driven(client, ["R99", "person_1"], (0.5, 0.0), 2000)
        await client.settle()
        return {(contact.a, contact.b) for contact in client.contacts()}

    world = classic_world(site, PHYSICS_ONLY, tmp_path / "world")
    assert rig.run(world, scenario) == {("R99::chassis::body", "person_1::chassis::body")}


def test_a_lidar_sees_the_wall_where_it_is(rig: GazeboRig, tmp_path: Path) -> None:
    site = load_site("tiny")
    options = WorldOptions(
        marks=False, labels=False, lidars=(RobotId("R01"),), lidar=Lidar(rays=61, noise_sd_m=0.0)
    )

    async def scenario(client: GazeboClient) -> None:
        await client.place({"R01": Pose(7.0, 3.6, 0.0)})
        await client.watch_lidar("R01")
        await client.step(200)
        scan = client.scan("R01")
        assert scan is not None
        assert len(scan.ranges_m) == 61
        assert scan.first_rad == pytest.approx(-QUARTER_RAD, abs=1e-3)
        assert scan.step_rad == pytest.approx(math.pi / 60, abs=1e-3)
        sensor_m = 7.0 + lidar_x_m(site.robot_types[0])
        assert scan.ranges_m[30] == pytest.approx(9.6 - sensor_m, abs=0.01)
        assert scan.ranges_m[40] == pytest.approx(
            (9.6 - sensor_m) / math.cos(math.pi / 6), abs=0.02
        ), "to the left, 30 degrees"
        assert scan.ranges_m[0] == pytest.approx(3.6, abs=0.02), "the south wall, to the right"

    rig.run(classic_world(site, options, tmp_path / "world"), scenario)


def test_rendered_marks_are_read_where_they_hang(rig: GazeboRig, tmp_path: Path) -> None:
    """One robot looks at a pod, another one at the floor."""
    site = load_site("picking-cell")
    roadmap = compile_roadmap(site)
    looking = WorldOptions(cameras=(RobotId("R01"),))
    node = roadmap.pods[PodId("P003")]
    x_m, y_m = roadmap.xy_m[roadmap.index[node]].tolist()

    async def scenario(client: GazeboClient) -> Picture:
        await client.place({"R01": Pose(x_m, y_m - site.pitch_m, 0.0)})
        return await client.image("R01")

    picture = rig.run(classic_world(site, looking, tmp_path / "world"), scenario, rendering=True)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    assert 3 in markers(grey, POD_FAMILY)
    left, right = markers(grey, POD_FAMILY)[3][:2, 0]
    assert left < right, "upright"
    texts = {code.text: code.position.top_left.x for code in zxingcpp.read_barcodes(_twice(grey))}
    assert {f"P003/A/{level}/{column}" for level in range(1, 6) for column in range(1, 5)} <= set(
        texts
    )
    assert [texts[f"P003/A/3/{column}"] for column in range(1, 5)] == sorted(
        texts[f"P003/A/3/{column}"] for column in range(1, 5)
    ), "columns count from the left"


def test_a_marker_on_the_floor_points_east(rig: GazeboRig, tmp_path: Path) -> None:
    """Seen by a robot that faces north with a camera that looks down ahead of it."""
    site = load_site("picking-cell")
    roadmap = compile_roadmap(site)
    options = WorldOptions(labels=False, cameras=(RobotId("R01"),), camera=FLOOR_CAMERA)
    node = roadmap.index[NodeId("c002r004")]
    x_m, y_m = roadmap.xy_m[node].tolist()

    async def scenario(client: GazeboClient) -> Picture:
        await client.place({"R01": Pose(x_m, y_m - FLOOR_CAMERA.x_m, QUARTER_RAD)})
        return await client.image("R01")

    picture = rig.run(classic_world(site, options, tmp_path / "world"), scenario, rendering=True)
    found = markers(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), FLOOR_FAMILY)
    assert list(found) == [node]
    corners = found[node]
    middle = (FLOOR_CAMERA.width_px / 2, FLOOR_CAMERA.height_px / 2)
    assert corners.mean(axis=0) == pytest.approx(middle, abs=4), "below the camera"
    # North is up in this picture, so east is to the right: from the first corner to the second.
    east = corners[1] - corners[0]
    assert math.atan2(east[1], east[0]) == pytest.approx(0.0, abs=0.02)


def markers(grey: GreyImage, family: MarkerFamily) -> dict[int, NDArray[np.float32]]:
    """Corners, shape (4, 2), clockwise from the mark's own top left, of all that are seen."""
    corners, numbers, _ = cv2.aruco.ArucoDetector(dictionary(family)).detectMarkers(grey)
    seen = [] if numbers is None else numbers.ravel().tolist()
    return {number: quad[0] for number, quad in zip(seen, corners, strict=True)}


def _twice(grey: GreyImage) -> GreyImage:
    return np.asarray(cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
