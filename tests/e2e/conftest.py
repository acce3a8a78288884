"""Whole shifts over real processes: fake WMS, bridge, world, robots, fleet."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from podherd_bringup.environment import find_workspace, free_domain_id, ros_environment
from podherd_bringup.programs import Wiring, free_port
from podherd_bringup.run_folder import RunFolder
from podherd_bringup.shift import LiveShift, Progress
from podherd_bringup.supervisor import Supervisor
from podherd_bringup.verdict import Verdict, judge
from sim_worlds.shift import Shift, generated_shift
from sim_worlds.sites.catalogue import load_site

if "ROS_DISTRO" not in os.environ and not (find_workspace() / "install").exists():
    pytest.exit("the ROS 2 messages are not built: run 'make setup'", returncode=3)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "tryton: talks to a real Tryton server")


@dataclass
class ShiftRig:
    """One shift on the tiny site. ``disturb`` is called with the progress about ten times a
    second."""

    plan: Shift
    wiring: Wiring
    supervisor: Supervisor

    def run(self, disturb: Callable[[Progress], None] = lambda progress: None) -> Verdict:
        """To the end, and the verdict."""
        self.wiring.folder.prepare(self.plan.site, self.plan.stock)
        end = LiveShift(self.plan, self.wiring, disturb).run(self.supervisor)
        self.supervisor.stop()
        return judge(end, self.wiring.folder)


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[ShiftRig]:
    """A shift of 5 orders; some slots hold less than the books say."""
    folder = RunFolder(tmp_path / time.strftime("run"))
    wiring = Wiring(
        folder=folder,
        bridge_port=free_port(18600 + os.getpid() % 1000),
        wms_port=free_port(19600 + os.getpid() % 1000),
        speed="max",
        seed=5,
        short_slot_share=0.05,
        ros=ros_environment(os.environ, free_domain_id()),
    )
    with Supervisor(folder.logs) as supervisor:
        yield ShiftRig(generated_shift(load_site("tiny"), 5, 5), wiring, supervisor)
