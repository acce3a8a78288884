"""The real fleet node, process to process, with robots of paper."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from math import nan
from pathlib import Path
from typing import Any

import pytest
from podherd_msgs.msg import OrderActionState
from podherd_msgs.srv import HumanEntry, SetRobot, SetStop

from podherd_bringup.supervisor import Supervisor
from podherd_ros.presence import Stop, StopScope

from .fleet_rig import FleetRig

pytestmark = pytest.mark.ros


@pytest.fixture
def rig(tmp_path: Path, supervisor: Supervisor) -> Iterator[FleetRig]:
    rig = FleetRig(tmp_path, supervisor)
    rig.ready()
    yield rig
    rig.close()


def corners(rig: FleetRig) -> dict[str, list[float]]:
    """The whole floor."""
    xs, ys = [x for x, _ in rig.site.floor_m], [y for _, y in rig.site.floor_m]
    left, right, south, north = min(xs), max(xs), min(ys), max(ys)
    return {"x_m": [left, right, right, left], "y_m": [south, south, north, north]}


def test_robots_are_discovered_doubled_and_told_apart(rig: FleetRig) -> None:
    rig.alarm("robot_silent", "R01")
    first = rig.robot("R01")
    rig.until(lambda: ("robot_silent", "R01") not in rig.alarms, "R01 is not heard")
    double = rig.robot("R01", instance="2")
    assert "Two robots report as R01" in rig.alarm("duplicate_robot", "R01")
    rig.alarm("robot_silent", "R01")
    double.leave()
    rig.until(lambda: ("robot_silent", "R01") not in rig.alarms, "R01 is not heard again")
    rig.until(lambda: ("duplicate_robot", "R01") not in rig.alarms, "the alarm stays")
    assert first.talks


def test_a_stranger_waits_until_it_is_taken_in_and_leaves_again(rig: FleetRig) -> None:
    unknown = SetRobot.Request(robot_id="N01", member=True)
    refused = rig.ask(rig.set_robot, unknown)
    assert (refused.accepted, refused.error.kind) == (False, "validationError")
    assert "no such robot" in refused.error.text
    stranger = rig.robot("N01")
    rig.alarm("robot_unknown", "N01")
    crane = rig.ask(
        rig.set_robot, SetRobot.Request(robot_id="N01", member=True, robot_type="crane")
    )
    assert not crane.accepted
    assert rig.ask(rig.set_robot, unknown).accepted
    rig.until(lambda: ("robot_unknown", "N01") not in rig.alarms, "N01 is not taken in")
    stranger.leave()
    rig.alarm("robot_silent", "N01")
    assert rig.ask(rig.set_robot, SetRobot.Request(robot_id="N01", member=False)).accepted
    rig.until(lambda: ("robot_silent", "N01") not in rig.alarms, "N01 is not struck off")


def test_another_version_is_told_and_ignored(rig: FleetRig) -> None:
    rig.robot("R02", version="podherd-robot/0")
    assert "podherd-robot/0" in rig.alarm("interface_mismatch", "R02")
    rig.alarm("robot_silent", "R02")


def test_the_fleet_goes_on_after_reports_of_nonsense(rig: FleetRig) -> None:
    robot = rig.robot("R01")
    silent = ("robot_silent", "R01")
    rig.until(lambda: rig.now_ms > 6_000 and silent not in rig.alarms, "R01 is not heard")
    maybe = OrderActionState(action_id="a", status="PERHAPS")
    nonsense: list[tuple[dict[str, Any], str]] = [
        ({"x_m": nan}, "none"),
        ({"battery": 3.0}, "battery"),
        ({"load_pod_id": "P999"}, "P999"),
        ({"robot_id": "R02"}, "R02"),
        ({"at_ms": 1_000}, "backwards"),
        ({"at_ms": 10**12}, "the site's is"),
        ({"x_m": 1e6}, "beside the floor"),
        ({"actions": [maybe]}, "PERHAPS"),
    ]
    for changes, word in nonsense:
        robot.say(**changes)
        rig.until(lambda word=word: word in refusal(rig), f"not refused: {changes}")
    rig.until(lambda: not refusal(rig), "the alarm stays")
    assert silent not in rig.alarms
    assert rig.supervisor.restarts == 0


def refusal(rig: FleetRig) -> str:
    return rig.alarms.get(("report_refused", "R01"), "")


def test_stops_are_told_refused_kept_and_lifted(rig: FleetRig) -> None:
    whole = SetStop.Request(stop_id="fire", engaged=True, scope="site")
    assert rig.ask(rig.set_stop, whole).accepted
    rig.until(lambda: rig.stops, "no stop")
    assert (rig.stops[0].stop, rig.stops[0].scope) == ("fire", StopScope.SITE)
    for wrong, word in (
        (SetStop.Request(stop_id="a", engaged=True, scope="planet"), "planet"),
        (SetStop.Request(stop_id="a", engaged=True, scope="robot", robot_ids=["R99"]), "R99"),
        (SetStop.Request(stop_id="a", engaged=True, scope="zone", x_m=[1.0]), "corners"),
        (SetStop.Request(stop_id="", engaged=True, scope="site"), "name"),
    ):
        answer = rig.ask(rig.set_stop, wrong)
        assert not answer.accepted
        assert word in answer.error.text
    rig.alarm("stop_engaged", "fire")
    kept: tuple[Stop, ...] = rig.stops
    os.kill(rig.supervisor.pid("fleet"), signal.SIGKILL)
    rig.stops = ()
    rig.until(lambda: rig.stops, "the restart has lifted the stop")
    assert rig.stops == kept
    assert rig.ask(rig.set_stop, SetStop.Request(stop_id="fire")).accepted
    rig.until(lambda: not rig.stops, "not lifted")
    rig.until(lambda: ("stop_engaged", "fire") not in rig.alarms, "the alarm stays")


def test_a_person_goes_in_and_comes_out(rig: FleetRig) -> None:
    for robot in rig.site.robots:
        rig.robot(robot.id)
    request = HumanEntry.Request(entry_id="E1", step="request", **corners(rig))
    early = rig.ask(rig.human_entry, HumanEntry.Request(entry_id="E1", step="enter"))
    assert not early.accepted
    answer = rig.ask(rig.human_entry, request)
    assert (answer.accepted, answer.state) == (True, "draining")

    def state() -> str:
        found: str = rig.ask(rig.human_entry, request).state
        return found

    rig.until(lambda: state() == "frozen", "never frozen")
    assert [stop.scope for stop in rig.stops] == [StopScope.ZONE, StopScope.ROBOT]
    assert set(rig.stops[1].robots) == {robot.id for robot in rig.site.robots}
    enter = rig.ask(rig.human_entry, HumanEntry.Request(entry_id="E1", step="enter"))
    assert (enter.accepted, enter.state) == (True, "entered")
    rig.until(lambda: "on the floor" in rig.alarm("human_entry", "E1"), "nobody is told")
    assert not rig.ask(rig.human_entry, HumanEntry.Request(entry_id="E1", step="jump")).accepted
    leave = rig.ask(rig.human_entry, HumanEntry.Request(entry_id="E1", step="leave"))
    assert (leave.accepted, leave.state) == (True, "released")
    rig.until(lambda: not rig.stops, "the stop stays")
    rig.until(lambda: ("nodes_closed", "entry/E1") not in rig.alarms, "the closure stays")


def test_podherd_fleet_asks_and_says_what_was_answered(rig: FleetRig) -> None:
    def podherd_fleet(*arguments: str) -> tuple[int, str]:
        command = (sys.executable, "-m", "podherd_bringup.fleet_cli", *arguments)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as asking:
            rig.until(lambda: asking.poll() is not None, "it does not end")
            said = asking.stdout.read().decode() if asking.stdout else ""
        return asking.returncode, said

    assert podherd_fleet("stop", "fire") == (0, "done\n")
    rig.until(lambda: [stop.stop for stop in rig.stops] == ["fire"], "no stop")
    code, said = podherd_fleet("stop", "look", "--robot", "R99")
    assert (code, "R99" in said) == (1, True)
    assert podherd_fleet("stop", "odd", "--zone", "1,2 up")[0] == 2
    assert podherd_fleet("go", "fire") == (0, "done\n")
    rig.until(lambda: not rig.stops, "not lifted")
    code, said = podherd_fleet("entry", "request", "E1", "--zone", "0,0 3,0 3,3 0,3")
    assert (code, said) == (0, "done; draining\n")
