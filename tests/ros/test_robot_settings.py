"""The parameters of the robot's node: what goes together, what is refused, what is described."""

from pathlib import Path
from typing import Any

import pytest
import rclpy
from rclpy.node import Node
from rclpy.parameter import Parameter

from planner.codec.sitefile import dump_site
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import RobotId
from podherd_robot.settings import PARAMETERS, DriveKind, settings_of
from podherd_ros.declared import Declared, Value, ValueKind
from podherd_ros.parameters import InvalidParameter, read
from sim_worlds.sites.catalogue import load_site

R01 = RobotId("R01")


@pytest.fixture
def site(tmp_path: Path) -> str:
    file = tmp_path / "site.json"
    file.write_bytes(dump_site(load_site("tiny")))
    return str(file)


def values(**given: Value) -> dict[str, Value]:
    defaults = {one.name: one.default for one in PARAMETERS if one.default is not None}
    return {**defaults, "robots": ("R01",), **given}


def test_a_pitch_is_enough_for_a_base_that_takes_waypoints() -> None:
    settings = settings_of(values(pitch_m=1.2))
    assert (settings.drive, settings.pitch_m, settings.pose_ms) == (DriveKind.WAYPOINTS, 1.2, 1_000)
    assert settings.footprint_m(R01) == (1.2, 1.2)


def test_a_site_says_the_rest(site: str) -> None:
    settings = settings_of(values(site=site, drive="velocity"))
    assert settings.kinds[R01].id == "lifter"
    assert settings.footprint_m(R01) == (0.8, 0.6)
    assert (settings.pitch_m, settings.pose_ms) == (1.2, 100)
    starts = {robot.start_m for robot in load_site("tiny").robots}
    assert starts <= {(mark.x_m, mark.y_m) for mark in settings.marks.values()}
    assert all(name.startswith("N:") for name in settings.marks)
    bare = settings_of(values(site=site, drive="velocity", markers=False))
    assert bare.marks == {}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "pitch_m"),
        ({"drive": "velocity", "pitch_m": 1.2}, "site"),
        ({"site": "/nowhere/site.json"}, "site"),
        ({"robots": ("R77",), "site": "SITE"}, "robots"),
        ({"robot_type": "flyer", "site": "SITE"}, "robot_type"),
    ],
)
def test_what_does_not_go_together_is_refused(
    site: str, given: dict[str, Value], field: str
) -> None:
    named = {key: site if value == "SITE" else value for key, value in given.items()}
    with pytest.raises(PodherdError) as refused:
        settings_of(values(**named))
    assert refused.value.field == field


def test_a_robot_that_the_site_does_not_list_needs_a_type(site: str) -> None:
    settings = settings_of(values(site=site, robots=("R77",), robot_type="lifter"))
    assert settings.kinds[RobotId("R77")].id == "lifter"


def declared_on(given: dict[str, Any], table: tuple[Declared, ...]) -> tuple[Node, Any]:
    overrides = [Parameter(name, value=value) for name, value in given.items()]
    node = Node("parameters_test", parameter_overrides=overrides)
    return node, lambda: read(node, table)


@pytest.fixture
def ros() -> Any:
    rclpy.init()
    yield
    rclpy.shutdown()


@pytest.mark.ros
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("robots", None),
        ("robots", []),
        ("drive", "wings"),
        ("report_ms", 99),
        ("report_ms", "often"),
        ("lidar", "yes"),
        ("odometry_hz", -1.0),
    ],
)
def test_wrong_values_are_refused_by_name(ros: Any, name: str, value: Any) -> None:
    given = {"robots": ["R01"], name: value}
    node, reading = declared_on(
        {key: one for key, one in given.items() if one is not None}, PARAMETERS
    )
    with pytest.raises(InvalidParameter) as refused:
        reading()
    assert refused.value.field == name
    node.destroy_node()


@pytest.mark.ros
def test_every_parameter_is_described_and_read_only(ros: Any) -> None:
    node, reading = declared_on({"robots": ["R01", "R02"]}, PARAMETERS)
    found = reading()
    assert found["robots"] == ("R01", "R02")
    for declared in PARAMETERS:
        descriptor = node.describe_parameter(declared.name)
        assert declared.meaning in descriptor.description
        assert descriptor.read_only
    bounds = node.describe_parameter("report_ms").integer_range[0]
    assert (bounds.from_value, bounds.to_value) == (100, 5_000)
    node.destroy_node()


def test_a_whole_number_is_no_switch() -> None:
    switch = Declared("a", ValueKind.SWITCH, "on or off", False)
    assert switch.problem(1)
    assert not switch.problem(True)
    whole = Declared("b", ValueKind.WHOLE, "how many", 1, least=0, most=3)
    assert whole.problem(True)
    assert whole.problem(1.0)
    assert whole.problem(4)
    assert not whole.problem(3)
