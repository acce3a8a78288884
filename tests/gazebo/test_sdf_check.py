"""The check of SDF files against sdformat's own descriptions: our worlds pass, planted errors do
not. Needs the descriptions that come with Gazebo, no running server."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from planner.warehouse.errors import InvalidWorld
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose
from sim_worlds.gazebo.prefix import Gazebo
from sim_worlds.sdf.check import check_sdf
from sim_worlds.sdf.options import PHYSICS_ONLY, Camera, Lidar, WorldOptions
from sim_worlds.sdf.people import box_sdf, person_sdf
from sim_worlds.sdf.robots import robot_sdf
from sim_worlds.sdf.world import classic_world, current_world
from sim_worlds.sites.catalogue import load_site

EVERYTHING = WorldOptions(
    lidars=(RobotId("R01"),),
    cameras=(RobotId("R02"),),
    people=(Pose(2.4, 2.4, 1.0),),
    overview_px=640,
    pod_bumpers=True,
)
VERSIONS = ("1.6", "1.7")


@pytest.fixture
def descriptions(gazebo: Gazebo) -> Path:
    """Those of SDF 1.7."""
    return _descriptions(gazebo, "1.7")


def _descriptions(gazebo: Gazebo, version: str) -> Path:
    folder = gazebo.sdf_folder
    return folder if folder.name == version else folder.parent / version


@pytest.mark.parametrize("make", [classic_world, current_world])
@pytest.mark.parametrize("options", [EVERYTHING, PHYSICS_ONLY], ids=["everything", "physics"])
@pytest.mark.parametrize("version", VERSIONS)
def test_our_worlds_are_sound(
    gazebo: Gazebo,
    tmp_path: Path,
    make: Callable[..., Path],
    options: WorldOptions,
    version: str,
) -> None:
    for name in ("tiny", "picking-cell"):
        file = make(load_site(name), options, tmp_path / name)
        assert check_sdf(file, _descriptions(gazebo, version)) == []


def test_what_is_spawned_is_sound(descriptions: Path, tmp_path: Path) -> None:
    site = load_site("tiny")
    kind, here = site.robot_types[0], Pose(1.0, 2.0, 3.0)
    robot = robot_sdf("R09", kind, site.pod_model, here, lidar=Lidar(), camera=Camera())
    for text in (robot, person_sdf("person_7", here), box_sdf("box_1", here, (1.0, 0.5, 0.4))):
        file = tmp_path / "model.sdf"
        file.write_text(text)
        assert check_sdf(file, descriptions) == []


def _rename(path: str, name: str) -> Callable[[ET.Element], None]:
    return lambda root: _one(root, path).set("name", name)


def _write(path: str, text: str) -> Callable[[ET.Element], None]:
    def change(root: ET.Element) -> None:
        _one(root, path).text = text

    return change


def _add(path: str, tag: str, text: str = "", **attributes: str) -> Callable[[ET.Element], None]:
    def change(root: ET.Element) -> None:
        ET.SubElement(_one(root, path), tag, attributes).text = text

    return change


def _drop(path: str, tag: str) -> Callable[[ET.Element], None]:
    def change(root: ET.Element) -> None:
        parent = _one(root, path)
        parent.remove(_one(parent, tag))

    return change


def _one(root: ET.Element, path: str) -> ET.Element:
    found = root.find(path)
    assert found is not None, path
    return found


ROBOT = "world/model[@name='R01']"
CHASSIS = f"{ROBOT}/link[@name='chassis']"


@pytest.mark.parametrize(
    ("change", "where", "problem"),
    [
        (_add(ROBOT, "wings"), "model[R01]/wings", "no such element"),
        (_add(CHASSIS, "colour", "red"), "link[chassis]/colour", "no such element"),
        (_write(f"{ROBOT}/joint/child", "third_wheel"), "left_wheel_joint", "is no link"),
        (_drop(f"{ROBOT}/joint", "parent"), "left_wheel_joint", "None is no link"),
        (_rename(f"{ROBOT}/link[2]", "chassis"), "model[R01]/link[chassis]", "the same name"),
        (_rename(ROBOT, "R02"), "model[R02]", "the same name"),
        (_rename(CHASSIS + "/collision", "body"), "collision[body]", "the same name"),
        (_rename(ROBOT, "fleet::R01"), "model[fleet::R01]", "must not hold ::"),
        (_rename(ROBOT, "world"), "model[world]", "reserved"),
        (_rename(ROBOT, "__model__"), "model[__model__]", "reserved"),
        (_write(f"{ROBOT}/pose", "1 2 3 0 0"), "model[R01]/pose", "not 6 numbers"),
        (_write(f"{CHASSIS}/inertial/mass", "heavy"), "inertial/mass", "not of type double"),
        (_write(f"{ROBOT}/allow_auto_disable", "maybe"), "allow_auto_disable", "nor false"),
        (_add(CHASSIS + "/inertial", "mass", "3"), "inertial", "mass is given 2 times"),
        (_drop(CHASSIS + "/collision", "geometry"), "caster_front", "geometry is missing"),
        (_write(f"{CHASSIS}/sensor/contact/collision", "tail"), "sensor[bumper]", "no collision"),
        (_add("world", "model"), "world[podherd]/model", "attribute name is missing"),
        (_add(ROBOT, "link", name="mast", weight="1"), "link[mast]", "no such attribute: weight"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_planted_errors_are_found(
    descriptions: Path,
    tmp_path: Path,
    change: Callable[[ET.Element], None],
    where: str,
    problem: str,
) -> None:
    file = classic_world(load_site("tiny"), PHYSICS_ONLY, tmp_path)
    tree = ET.parse(file)
    change(tree.getroot())
    tree.write(file)
    found = [str(one) for one in check_sdf(file, descriptions)]
    assert any(where in one and problem in one for one in found), found


def test_what_cannot_be_read_is_told(descriptions: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.sdf"
    broken.write_text("<sdf version='1.7'><world>")
    with pytest.raises(InvalidWorld, match="not XML"):
        check_sdf(broken, descriptions)
    with pytest.raises(InvalidWorld, match="cannot be read: No such file"):
        check_sdf(tmp_path / "none.sdf", descriptions)
    with pytest.raises(InvalidWorld, match="no descriptions of SDF elements here"):
        check_sdf(broken, tmp_path)
    broken.write_text("<robot/>")
    assert "the root of an SDF file is called sdf" in str(check_sdf(broken, descriptions)[0])
