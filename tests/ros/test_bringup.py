"""What the demo is made of, without processes."""

import json
import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from planner.codec.messages import encode
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import RobotId
from planner.warehouse.site import PickerKind, StationRole
from planner.warehouse.view import Kpis
from podherd_bringup import topics_page
from podherd_bringup.demo import DemoSettings, plan_of
from podherd_bringup.environment import free_domain_id, ros_environment
from podherd_bringup.programs import Wiring, floor_programs, free_port, groups
from podherd_bringup.run_folder import RunFolder
from podherd_bringup.shift import Progress, ShiftEnd
from podherd_bringup.verdict import judge, show
from podherd_ros.topics import TABLE
from sim_worlds.picker import ArmParams
from sim_worlds.shift import generated_shift
from sim_worlds.sites.catalogue import load_site
from wms_bridge.ledger import LedgerReport
from wms_bridge.records.work import Tally

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
    ("settings", "field"),
    [
        ({"world": "moon"}, "world"),
        ({"orders": "0"}, "orders"),
        ({"receipts": -0.1}, "receipts"),
        ({"receipts": 1.5}, "receipts"),
    ],
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
    assert f"arm_failure_rate:={ArmParams().failure_rate}" in programs[0].command
    clumsy = replace(wiring, arm_failure_rate=0.5)
    assert "arm_failure_rate:=0.5" in floor_programs(clumsy, load_site("tiny"))[0].command


def test_a_shift_of_the_demo_has_goods_an_arm_and_a_combi_station() -> None:
    plan = plan_of(DemoSettings(site="small", orders="10"))
    assert plan.receipts
    arm, person = plan.site.stations
    assert (arm.picker, arm.roles) == (PickerKind.ARM, (StationRole.PICK,))
    assert person.picker is PickerKind.PERSON
    assert person.roles == (StationRole.PICK, StationRole.REPLENISH)


def test_a_site_with_one_station_keeps_its_person_unless_an_arm_is_asked_for() -> None:
    [alone] = plan_of(DemoSettings(site="tiny", orders="5")).site.stations
    assert alone.picker is PickerKind.PERSON
    assert alone.roles == (StationRole.PICK, StationRole.REPLENISH)
    [arm] = plan_of(DemoSettings(site="tiny", orders="5", arms=1)).site.stations
    assert arm.picker is PickerKind.ARM


def test_goods_and_arms_can_be_left_out() -> None:
    plan = plan_of(DemoSettings(site="small", orders="10", receipts=0.0, arms=0))
    assert plan == generated_shift(load_site("small"), 10, 1)


def test_goods_come_in_for_an_order_file_too(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    rows = "".join(f"A{n},2026-11-29T08:0{n}:00Z,SKU{k},2\n" for n in range(3) for k in range(5))
    file.write_text(f"order_id,ts,sku,qty\n{rows}")
    plan = plan_of(DemoSettings(site="tiny", orders=str(file), receipts=0.3))
    assert [timed.receipt.sku for timed in plan.receipts]
    assert len(plan.orders) == 3


NO_KPIS = Kpis(0.0, 0, 0, 0, 0, 0, 0, 0, 0.0, (), 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def progress(**found: object) -> Progress:
    """Two orders and three receipts, all sent and done, unless told otherwise."""
    kpis = replace(NO_KPIS, orders_completed=2, receipts_put_away=3)
    counts = {Tally.ORDERS_COMPLETED: 2, Tally.RECEIPTS_PUT_AWAY: 3}
    whole = Progress(0, 1.0, 2, 2, 9, counts, 0, 0, kpis, receipts_sent=3, receipts=3)
    return replace(whole, **found)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "missing",
    [
        {"receipts_sent": 2},
        {"counts": {Tally.ORDERS_COMPLETED: 2, Tally.RECEIPTS_PUT_AWAY: 2}},
        {"counts": {Tally.ORDERS_COMPLETED: 1, Tally.RECEIPTS_PUT_AWAY: 3}},
        {"backlog": 1},
    ],
)
def test_a_shift_is_done_when_orders_are_complete_and_goods_in_pods(
    missing: dict[str, object],
) -> None:
    assert progress().done
    assert not progress().waiting
    assert not progress(**missing).done


GOOD = {
    "site_ms": 1_000,
    "violations": [],
    "counts": {},
    "pieces_taken": 7,
    "pieces_put": 4,
    "refused": 0,
}


@pytest.mark.parametrize(
    ("world", "found", "said"),
    [
        ({}, {}, ()),
        ({"pieces_put": 5}, {}, ("5 pieces were put away, 4 are booked",)),
        ({"pieces_taken": 6}, {}, ("6 pieces were taken, 7 are booked",)),
        ({"refused": 2}, {}, ("the bridge refused 2 picks and puts",)),
        (
            {},
            {"counts": {Tally.ORDERS_COMPLETED: 2, Tally.RECEIPTS_PUT_AWAY: 1}},
            ("2 of 3 receipts not put away",),
        ),
    ],
)
def test_goods_that_are_missing_are_a_complaint(
    tmp_path: Path, world: dict[str, object], found: dict[str, object], said: tuple[str, ...]
) -> None:
    folder = RunFolder(tmp_path)
    folder.world.write_bytes(encode({**GOOD, **world}))
    told = [{"order": "A"}, {"order": "B"}, {"receipt": "R1"}]
    folder.confirmations.write_text("".join(json.dumps({"body": body}) + "\n" for body in told))
    ledger = LedgerReport(9, 1, 9, 7, 0, pieces_received=5, pieces_on_dock=1)
    verdict = judge(ShiftEnd(progress(**found), ledger), folder)
    assert verdict.complaints == said
    console = Console(record=True, width=100)
    show(verdict, console)
    assert "goods put away" in console.export_text()


def test_the_topic_page_is_the_table() -> None:
    page = (ROOT / "docs/reference/topics.md").read_text()
    assert page == topics_page.page(), "run: python -m podherd_bringup.topics_page"


def test_names_in_the_topic_table_are_unique() -> None:
    names = [topic.name for topic in TABLE]
    assert len(set(names)) == len(names)
