"""What the demo is made of, without processes."""

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import RobotId
from podherd_bringup import topics_page
from podherd_bringup.demo import DemoSettings
from podherd_bringup.environment import free_domain_id, ros_environment
from podherd_bringup.programs import Wiring, floor_programs, free_port, groups
from podherd_bringup.run_folder import RunFolder
from podherd_ros.topics import TABLE
from sim_worlds.sites.catalogue import load_site

ROOT = Path(__file__).resolve().parents[2]


def test_many_robots_share_few_processes() -> None:
    robots = [RobotId(f"R{number}") for number in range(60)]
    shared = groups(robots, 12)
    assert len(shared) == 12
    assert sorted(robot for group in shared for robot in group) == sorted(robots)
    assert groups(robots[:3], 12) == [["R0"], ["R1"], ["R2"]]


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = taken.getsockname()[1]
        assert free_port(wanted) not in (wanted, 0)


def test_ros_processes_find_each_other_and_nobody_else() -> None:
    environment = ros_environment({"PATH": "/bin"}, 42)
    assert environment["ROS_DOMAIN_ID"] == "42"
    assert environment["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    assert environment["PATH"] == "/bin"


def test_a_sourced_ros_is_kept() -> None:
    environment = ros_environment({"ROS_DISTRO": "jazzy", "LD_LIBRARY_PATH": "/opt/ros"}, 1)
    assert environment["LD_LIBRARY_PATH"] == "/opt/ros"
    assert "PYTHONPATH" not in environment


def test_a_domain_in_use_is_not_chosen() -> None:
    first = free_domain_id()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as user:
        user.bind(("", 7400 + 250 * first))
        assert free_domain_id() != first


@pytest.mark.parametrize(
    ("settings", "field"), [({"world": "moon"}, "world"), ({"orders": "0"}, "orders")]
)
def test_wrong_settings_name_the_field(settings: dict[str, object], field: str) -> None:
    with pytest.raises(PodherdError) as caught:
        replace(DemoSettings(), **settings)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_every_robot_gets_a_process_and_parameters(tmp_path: Path) -> None:
    wiring = Wiring(RunFolder(tmp_path), 8600, 8700, "max", 1, 0.0, dict(os.environ))
    programs = floor_programs(wiring, load_site("tiny"))
    assert [program.name for program in programs] == ["world", "robot-R01", "robot-R02", "fleet"]
    assert "robots:=['R01']" in programs[1].command


def test_the_topic_page_is_the_table() -> None:
    page = (ROOT / "docs/reference/topics.md").read_text()
    assert page == topics_page.page(), "run: python -m podherd_bringup.topics_page"


def test_names_in_the_topic_table_are_unique() -> None:
    names = [topic.name for topic in TABLE]
    assert len(set(names)) == len(names)
