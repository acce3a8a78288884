"""What goes wrong in the demo: the plan, and how it is carried out, without processes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import PodherdError
from podherd_bringup.demo import DemoSettings
from podherd_bringup.faults import Fault, FaultKind, Injector, plan_faults
from podherd_bringup.programs import Wiring
from podherd_bringup.run_folder import RunFolder
from podherd_bringup.shift import Progress
from podherd_bringup.supervisor import Program, Supervisor
from wms_bridge.records.work import Tally

ROBOTS = ("robot-R01", "robot-R04")


@dataclass
class NotedSupervisor(Supervisor):
    """Notes what is done to which program; nothing runs."""

    done: list[str] = field(default_factory=list)

    def start(self, program: Program) -> None:
        self.done.append(f"start {program.name}")

    def halt(self, name: str) -> None:
        self.done.append(f"halt {name}")

    def go_on(self, name: str) -> None:
        self.done.append(f"go on {name}")

    def kill(self, name: str) -> None:
        self.done.append(f"kill {name}")

    def end(self, names: Iterable[str], grace_s: float = 10.0) -> None:
        self.done += [f"end {name}" for name in names]


@given(st.integers(0, 10_000), st.booleans())
def test_plans_hold_every_kind_in_order_and_end_in_time(seed: int, wms_goes: bool) -> None:
    planned = plan_faults(ROBOTS, seed, wms_goes=wms_goes)
    assert planned == plan_faults(ROBOTS, seed, wms_goes=wms_goes)
    kinds = {FaultKind.SILENT, FaultKind.KILLED} | ({FaultKind.AWAY} if wms_goes else set())
    assert {fault.kind for fault in planned} == kinds
    shares = [fault.at_share for fault in planned]
    assert shares == sorted(shares)
    assert 0.1 <= shares[0] <= shares[-1] <= 0.8
    for fault in planned:
        assert (fault.for_s == 0) is (fault.kind is FaultKind.KILLED)
        assert fault.target in {*ROBOTS, "bridge", "fleet", "wms"}


def test_other_seeds_give_other_plans() -> None:
    assert len({plan_faults(ROBOTS, seed) for seed in range(20)}) == 20


def test_faults_begin_by_lines_and_end_by_site_time(tmp_path: Path) -> None:
    silent = Fault(FaultKind.SILENT, "robot-R01", 0.2, 60)
    killed_meanwhile = Fault(FaultKind.KILLED, "robot-R01", 0.25)
    killed = Fault(FaultKind.KILLED, "bridge", 0.3)
    away = Fault(FaultKind.AWAY, "wms", 0.5, 30)
    supervisor, told = NotedSupervisor(tmp_path), list[str]()
    faults = [away, killed, silent, killed_meanwhile]
    injector = Injector(faults, wiring(tmp_path), supervisor, told.append)
    injector.watch(progress(0, 1))
    assert supervisor.done == []
    injector.watch(progress(1_000, 3))
    assert supervisor.done == ["halt robot-R01", "kill bridge"]
    injector.watch(progress(60_999, 5))
    assert supervisor.done[2:] == ["end wms"]
    injector.watch(progress(61_000, 5))
    assert supervisor.done[3:] == ["go on robot-R01"]
    injector.watch(progress(90_999, 9))
    assert supervisor.done[4:] == ["start wms"]
    injector.watch(progress(200_000, 10))
    assert len(supervisor.done) == 5
    assert told == [
        "fault: robot-R01 is silent for 60 s",
        "fault: bridge is killed",
        "fault: the WMS is away for 30 s",
        "over: robot-R01 is silent for 60 s",
        "over: the WMS is away for 30 s",
    ]


def test_robots_do_not_halt_in_a_world_in_lockstep() -> None:
    with pytest.raises(PodherdError) as refused:
        DemoSettings(world="gazebo", faults=True)
    assert refused.value.field == "faults"


def progress(site_ms: int, lines: int) -> Progress:
    counts: dict[str, int] = {Tally.LINES_CLOSED: lines}
    return Progress(site_ms, 0.0, 5, 5, 10, counts, backlog=0, restarts=0, kpis=None)


def wiring(folder: Path) -> Wiring:
    return Wiring(RunFolder(folder), 1, 2, "max", 1, 0.0, {})
