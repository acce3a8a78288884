"""What a generated world holds, without Gazebo: the contract with those who drive in it."""

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from planner.roadmap.compile import compile_roadmap
from planner.warehouse.errors import InvalidSite, InvalidWorld
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose
from planner.warehouse.site import Site
from sim_worlds.sdf.options import (
    PHYSICS_ONLY,
    POD_CLEARANCE_M,
    ROBOT_HEIGHT_M,
    Camera,
    Lidar,
    WorldOptions,
    lidar_x_m,
)
from sim_worlds.sdf.robots import LIFT_M
from sim_worlds.sdf.world import WORLD_FILE, classic_world, current_world
from sim_worlds.sites.catalogue import load_site

CELL = load_site("picking-cell")
TINY = load_site("tiny")


def world_of(file: Path) -> ET.Element:
    world = ET.parse(file).getroot().find("world")
    assert world is not None
    return world


def made(site: Site, options: WorldOptions, folder: Path) -> ET.Element:
    return world_of(classic_world(site, options, folder))


def model(world: ET.Element, name: str) -> ET.Element:
    found = world.find(f"model[@name='{name}']")
    assert found is not None, name
    return found


def pose_of(element: ET.Element) -> list[float]:
    return [float(word) for word in (element.findtext("pose") or "0 0 0 0 0 0").split()]


def names(element: ET.Element, tag: str) -> list[str]:
    return [child.get("name", "") for child in element.findall(tag)]


def test_the_same_site_gives_the_same_files_in_any_folder(tmp_path: Path) -> None:
    for make in (classic_world, current_world):
        first = make(TINY, WorldOptions(), tmp_path / "one")
        second = make(TINY, WorldOptions(), tmp_path / "two" / "deep")
        files = sorted(path.relative_to(first.parent) for path in first.parent.rglob("*.*"))
        assert len(files) > 50
        for file in files:
            assert (first.parent / file).read_bytes() == (second.parent / file).read_bytes(), file


def test_pods_and_robots_stand_where_the_site_says(tmp_path: Path) -> None:
    world = made(CELL, PHYSICS_ONLY, tmp_path)
    roadmap = compile_roadmap(CELL)
    assert world.get("name") == "podherd"
    for thing, node in (*roadmap.pods.items(), *roadmap.robots.items()):
        x_m, y_m = roadmap.xy_m[roadmap.index[node]].tolist()
        assert pose_of(model(world, thing)) == pytest.approx([x_m, y_m, 0, 0, 0, 0])
    assert Counter(names(world, "model")) == Counter(
        ["floor", "site", *roadmap.pods, *roadmap.robots]
    )


def test_a_robot_has_the_parts_others_rely_on(tmp_path: Path) -> None:
    robot = model(made(CELL, PHYSICS_ONLY, tmp_path), "R01")
    assert names(robot, "link") == ["chassis", "left_wheel", "right_wheel"]
    chassis = robot.find("link")
    assert chassis is not None
    assert sorted(names(chassis, "collision")) == ["body", "caster_front", "caster_rear", "shell"]
    sensors = {sensor.get("name"): sensor for sensor in chassis.findall("sensor")}
    assert list(sensors) == ["bumper"]
    felt = [collision.text for collision in sensors["bumper"].findall("contact/collision")]
    assert felt == ["body", "shell"]
    masks = {
        collision.get("name"): collision.findtext("surface/contact/collide_bitmask")
        for collision in chassis.findall("collision")
    }
    assert masks == {"body": None, "caster_front": None, "caster_rear": None, "shell": "0"}
    plugin = robot.find("plugin")
    assert plugin is not None
    assert plugin.get("filename") == "libDiffDrivePlugin.so"


def test_a_pod_has_thin_posts_and_room_for_robots_beneath(tmp_path: Path) -> None:
    rack = model(made(CELL, PHYSICS_ONLY, tmp_path), "P001").find("link")
    assert rack is not None
    assert rack.get("name") == "rack"
    boxes = {}
    for collision in rack.findall("collision"):
        size = [float(word) for word in (collision.findtext("geometry/box/size") or "").split()]
        boxes[collision.get("name")] = (pose_of(collision)[:3], size)
    assert sorted(map(str, boxes)) == ["body", "leg_0", "leg_1", "leg_2", "leg_3"]
    half_m = max(math.hypot(kind.length_m, kind.width_m) for kind in CELL.robot_types) / 2
    for leg in range(4):
        (x_m, y_m, z_m), (width_m, depth_m, height_m) = boxes[f"leg_{leg}"]
        assert z_m == pytest.approx(height_m / 2), "stands on the floor"
        inner_m = math.hypot(abs(x_m) - width_m / 2, abs(y_m) - depth_m / 2)
        assert inner_m > half_m, "a robot that turns clears it"
        assert abs(x_m) + width_m / 2 == pytest.approx(CELL.pod_model.size_m / 2)
    (_, _, z_m), (width_m, _, height_m) = boxes["body"]
    assert width_m == CELL.pod_model.size_m
    assert z_m - height_m / 2 > ROBOT_HEIGHT_M + 0.05
    assert rack.findall("sensor") == []


def test_options_add_what_they_say_to_whom_they_say(tmp_path: Path) -> None:
    options = WorldOptions(
        marks=False,
        labels=False,
        lidars=(RobotId("R02"),),
        lidar=Lidar(rays=31, field_rad=1.0),
        cameras=(RobotId("R03"),),
        camera=Camera(width_px=320, height_px=200),
        people=(Pose(3.6, 3.6, 0.5),),
        overview_px=500,
        pod_bumpers=True,
    )
    world = made(CELL, options, tmp_path)
    sensors = {
        name: [sensor.get("name") for sensor in model(world, name).iter("sensor")]
        for name in ("R01", "R02", "R03", "P001", "person_1", "overview")
    }
    assert sensors == {
        "R01": ["bumper"],
        "R02": ["bumper", "lidar"],
        "R03": ["bumper", "camera"],
        "P001": ["bumper"],
        "person_1": ["bumper"],
        "overview": ["camera"],
    }
    lidar = model(world, "R02").find(".//sensor[@name='lidar']")
    assert lidar is not None
    assert lidar.findtext("ray/scan/horizontal/samples") == "31"
    assert pose_of(lidar)[:3] == pytest.approx([lidar_x_m(CELL.robot_types[0]), 0, 0.2])
    assert model(world, "R03").findtext(".//image/height") == "200"
    assert pose_of(model(world, "person_1")) == [3.6, 3.6, 0, 0, 0, 0.5]


@pytest.mark.parametrize("make", [classic_world, current_world])
def test_every_picture_that_is_named_is_there_and_no_other(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    file = make(CELL, WorldOptions(), tmp_path)
    text = file.read_text()
    textures = {path.stem for path in (tmp_path / "marks" / "textures").iterdir()}
    roadmap = compile_roadmap(CELL)
    levels = CELL.pod_model.levels * len(CELL.pod_model.faces)
    assert len(textures) == len(roadmap.nodes) + len(roadmap.pods) * (1 + levels)
    if make is classic_world:
        script = (tmp_path / "marks" / "scripts" / "podherd.material").read_text()
        named = {word.text for word in world_of(file).iter("name")}
        assert named == {f"Podherd/{name}" for name in textures}
        assert all(f"material Podherd/{name}\n" in script for name in textures)
        assert "albedo_map" not in text
        assert "file://marks/textures" in text
    else:
        named = {word.text for word in world_of(file).iter("albedo_map")}
        assert named == {f"marks/textures/{name}.png" for name in textures}
        assert "<script>" not in text


def test_without_marks_there_are_no_pictures(tmp_path: Path) -> None:
    world = made(CELL, PHYSICS_ONLY, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [WORLD_FILE]
    assert list(world.iter("script")) == []


def test_marks_change_nothing_that_is_solid(tmp_path: Path) -> None:
    def solid(options: WorldOptions, folder: str) -> list[bytes]:
        world = made(TINY, options, tmp_path / folder)
        return [ET.tostring(collision) for collision in world.iter("collision")]

    assert solid(WorldOptions(), "with") == solid(PHYSICS_ONLY, "without")


def test_no_plugin_of_one_simulator_is_in_the_world_of_the_other(tmp_path: Path) -> None:
    options = WorldOptions(lidars=(RobotId("R01"),), cameras=(RobotId("R02"),))
    classic = world_of(classic_world(TINY, options, tmp_path / "classic"))
    current = world_of(current_world(TINY, options, tmp_path / "current"))
    assert {p.get("filename") for p in classic.iter("plugin")} == {"libDiffDrivePlugin.so"}
    files = {p.get("filename", "") for p in current.iter("plugin")}
    assert all(file.startswith("gz-sim-") for file in files)
    assert {"gz-sim-physics-system", "gz-sim-contact-system", "gz-sim-sensors-system"} <= files
    topics = {topic.text for topic in model(current, "R01").iter("topic")}
    assert {"/robots/R01/cmd_vel", "/robots/R01/scan", "/robots/R01/lift"} <= topics


def test_the_lift_of_gz_sim_reaches_beneath_a_pod_and_lifts_it(tmp_path: Path) -> None:
    robot = model(world_of(current_world(TINY, PHYSICS_ONLY, tmp_path)), "R01")
    lift = robot.find("link[@name='lift']")
    joint = robot.find("joint[@name='lift_joint']")
    assert lift is not None
    assert joint is not None
    thickness_m = float((lift.findtext("collision/geometry/box/size") or "").split()[2])
    top_m = pose_of(lift)[2] + thickness_m / 2
    assert ROBOT_HEIGHT_M < top_m < POD_CLEARANCE_M
    highest_m = float(joint.findtext("axis/limit/upper") or 0)
    assert top_m + highest_m == pytest.approx(POD_CLEARANCE_M + LIFT_M)


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    classic_world(TINY, WorldOptions(), tmp_path, lambda done, of: told.append((done, of)))
    count = len(list((tmp_path / "marks" / "textures").iterdir()))
    assert told == [(done, count) for done in range(1, count + 1)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (WorldOptions(lidars=(RobotId("R01"), RobotId("R09"))), r"lidars\[1\]: no such robot"),
        (WorldOptions(cameras=(RobotId("X"),)), r"cameras\[0\]: no such robot .*Known: R01, R02"),
        (WorldOptions(lidar=Lidar(rays=1)), r"lidar.rays: out of bounds .*Use 2 to 3600"),
        (WorldOptions(camera=Camera(width_px=9000)), "camera.width_px: out of bounds"),
        (WorldOptions(step_ms=0), "step_ms: out of bounds"),
        (WorldOptions(overview_px=3), "overview_px: out of bounds"),
        (WorldOptions(lidar=Lidar(noise_sd_m=math.nan)), "lidar.noise_sd_m: out of bounds"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    tmp_path: Path, options: WorldOptions, message: str
) -> None:
    with pytest.raises(InvalidWorld, match=message):
        classic_world(TINY, options, tmp_path / "world")
    assert not (tmp_path / "world").exists()


def test_robots_that_do_not_fit_beneath_pods_are_refused(tmp_path: Path) -> None:
    long = replace(TINY.robot_types[0], length_m=0.9)
    with pytest.raises(InvalidWorld, match=r"robot_types\[0\].length_m: this robot would touch"):
        classic_world(replace(TINY, robot_types=(long,)), PHYSICS_ONLY, tmp_path)
    slim = replace(TINY.robot_types[0], width_m=0.2)
    with pytest.raises(InvalidWorld, match="too small for the wheels"):
        classic_world(replace(TINY, robot_types=(slim,)), PHYSICS_ONLY, tmp_path)


def test_more_pods_than_fiducials_are_refused_and_fine_without(tmp_path: Path) -> None:
    medium = load_site("medium")
    with pytest.raises(InvalidWorld, match=r"numbers up to 586 only .*--no-tags"):
        classic_world(medium, WorldOptions(), tmp_path / "world")
    assert not (tmp_path / "world").exists()
    world = made(medium, PHYSICS_ONLY, tmp_path / "bare")
    assert len(world.findall("model")) == 2 + 1000 + 60


def test_more_faces_than_sides_are_refused_and_fine_without_labels(tmp_path: Path) -> None:
    pod = replace(TINY.pod_model, faces=("A", "B", "C", "D", "E"))
    site = replace(TINY, pod_model=pod)
    with pytest.raises(InvalidWorld, match=r"pod_model.faces: a pod has 4 sides"):
        classic_world(site, WorldOptions(), tmp_path / "world")
    classic_world(site, PHYSICS_ONLY, tmp_path / "bare")


def test_a_site_that_does_not_work_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSite):
        classic_world(replace(TINY, pod_count=99), PHYSICS_ONLY, tmp_path)
