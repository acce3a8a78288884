"""Robots that come late, and robots that come twice, in the middle of a shift."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from planner.warehouse.commands import AlarmKind
from planner.warehouse.ids import RobotId
from podherd_bringup import shift as live
from podherd_bringup.programs import floor_programs
from podherd_bringup.shift import Progress
from podherd_bringup.supervisor import Program
from sim_worlds.eventlog import read_log
from wms_bridge.client import BridgeClient
from wms_bridge.records.work import Tally

from .conftest import ShiftRig

pytestmark = [pytest.mark.ros, pytest.mark.timeout(300)]
R02 = RobotId("R02")


def program_of(shift: ShiftRig, name: str) -> Program:
    programs = floor_programs(shift.wiring, shift.plan.site)
    return next(program for program in programs if program.name == name)


def test_a_robot_that_comes_late_is_put_to_work(
    shift: ShiftRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = program_of(shift, "robot-R02")

    def without_the_late(*wired: object) -> tuple[Program, ...]:
        programs = floor_programs(*wired)  # type: ignore[arg-type]
        return tuple(program for program in programs if program.name != late.name)

    monkeypatch.setattr(live, "floor_programs", without_the_late)
    waiting = [late]

    def let_it_come(progress: Progress) -> None:
        if waiting and progress.counts.get(Tally.LINES_CLOSED, 0) > 0:
            shift.supervisor.start(waiting.pop())

    verdict = shift.run(let_it_come)
    assert verdict.complaints == ()
    _, ticks = read_log(shift.wiring.folder.events)
    states = [e.state for tick in ticks for e in tick.events if hasattr(e, "state")]
    of_late = [state for state in states if state.robot == R02]
    assert states[0].robot != R02
    assert any(state.order for state in of_late), "it was given nothing to do"


@pytest.fixture
def doubles() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    with ExitStack() as stack:
        for process in started:
            stack.callback(process.wait)
            stack.callback(process.kill)


def test_a_double_is_told_and_does_no_harm(
    shift: ShiftRig, doubles: list[subprocess.Popen[bytes]]
) -> None:
    double = program_of(shift, "robot-R01")
    lines = sum(len(timed.order.lines) for timed in shift.plan.orders)
    bridge = BridgeClient(shift.wiring.bridge_url)
    told: list[str] = []

    def come_and_go(progress: Progress) -> None:
        if not doubles and progress.counts.get(Tally.LINES_CLOSED, 0) > lines // 4:
            doubles.append(subprocess.Popen(double.command, env=dict(double.environment)))
        if doubles and not told:
            found = (a for a in bridge.alarms.listed() if a.kind is AlarmKind.DUPLICATE_ROBOT)
            told.extend(alarm.text for alarm in found)
            if told:
                doubles[0].kill()

    verdict = shift.run(come_and_go)
    assert verdict.complaints == ()
    assert told, "nobody noticed the double"
    assert "Two robots report as R01" in told[0]
