"""Robots that come late, robots that come twice, and operators who step in, in the middle of a
shift."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from planner.warehouse.commands import AlarmKind
from planner.warehouse.ids import InterventionId, NodeId, RobotId
from planner.warehouse.interventions import Intervention, InterventionKind
from podherd_bringup import shift as live
from podherd_bringup.programs import floor_programs
from podherd_bringup.shift import Progress
from podherd_bringup.supervisor import Program
from sim_worlds.eventlog import read_log
from wms_bridge.client import BridgeClient
from wms_bridge.records.interventions import InterventionState
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


class Operator:
    """Asks for one thing after the other by way of the bridge, each when the one before is done."""

    def __init__(self, bridge: BridgeClient, wishes: list[Intervention], after: int):
        self._bridge = bridge
        self._wishes = wishes
        self._after = after
        self.answers: dict[InterventionKind, tuple[InterventionState, str]] = {}

    def __call__(self, progress: Progress) -> None:
        if not self._wishes or progress.counts.get(Tally.LINES_CLOSED, 0) <= self._after:
            return
        wanted = self._wishes[0]
        record = self._bridge.interventions.ask(wanted, "to see whether it is followed", "ada")
        if record.state.final:
            self.answers[wanted.kind] = record.state, record.text
            self._wishes.pop(0)


def test_what_operators_ask_of_the_bridge_is_done_by_robots_and_answered(shift: ShiftRig) -> None:
    aisle = NodeId("c002r003")
    wishes = [
        Intervention(InterventionId("I1"), InterventionKind.STOP, name="look"),
        Intervention(InterventionId("I2"), InterventionKind.LIFT_STOP, name="look"),
        Intervention(InterventionId("I3"), InterventionKind.TAKE_OUT, robots=(R02,)),
        Intervention(InterventionId("I4"), InterventionKind.TAKE_IN, robots=(R02,)),
        Intervention(InterventionId("I5"), InterventionKind.SEND, robots=(R02,), node=aisle),
        Intervention(InterventionId("I6"), InterventionKind.FREE, robots=(R02,)),
        Intervention(InterventionId("I7"), InterventionKind.CLEAR_RESERVATION, robots=(R02,)),
    ]
    operator = Operator(BridgeClient(shift.wiring.bridge_url), list(wishes), after=1)
    verdict = shift.run(operator)
    assert verdict.complaints == ()
    assert operator.answers.keys() >= {wish.kind for wish in wishes}, operator.answers
    states = {kind: state for kind, (state, _) in operator.answers.items()}
    clearing = InterventionKind.CLEAR_RESERVATION
    assert states.pop(clearing) is InterventionState.REFUSED
    assert "heard of" in operator.answers[clearing][1]
    states.pop(InterventionKind.SEND)  # it may carry a pod by then; refused is an answer, too
    assert set(states.values()) == {InterventionState.DONE}, operator.answers
    _, ticks = read_log(shift.wiring.folder.events)
    paused = [e.state.paused for tick in ticks for e in tick.events if hasattr(e, "state")]
    assert any(paused), "no robot ever stood for the stop"
