"""Scenario a: a WMS, the bridge, the dispatcher, three ROS 2 robots and Gazebo under them.

Real order lines go through the whole loop, and every figure comes from Gazebo's truth.
"""

import os
import signal
from pathlib import Path

import pytest
from fakes.gazebo_shift import GazeboShift, figures, first_difference, gazebo_shift, log_hash

from podherd_bringup.shift import Progress
from podherd_bringup.supervisor import ProcessFailed
from podherd_bringup.verdict import Verdict
from sim_worlds.gazebo.prefix import Gazebo
from sim_worlds.shift import Shift, recorded_shift
from sim_worlds.sites.catalogue import load_site
from wms_bridge.records.work import Tally

pytestmark = [pytest.mark.ros, pytest.mark.shared, pytest.mark.timeout(600)]

ORDERS = 2
"""Of the busiest day of the shared order file: 18 lines."""
PATH_P99_M = 0.05
DOCKING_P99_M = 0.02
POD_OFF_M = 0.05


@pytest.fixture
def plan(shared_data: Path) -> Shift:
    """Real orders, all of them there when the floor opens: so a run can be repeated."""
    file = shared_data / "orders" / "uci_busiest5days.csv.gz"
    plan, _ = recorded_shift(load_site("picking-cell"), file, 1, limit=ORDERS, speed_up=1e9)
    return plan


def check(shift: GazeboShift, verdict: Verdict) -> None:
    """Everything but speed."""
    told = figures(verdict)
    assert verdict.complaints == (), told
    counts, world = verdict.end.progress.counts, verdict.world
    assert counts[Tally.LINES_CLOSED] == sum(len(timed.order.lines) for timed in shift.plan.orders)
    assert counts[Tally.PIECES_PICKED] == counts[Tally.PIECES_ORDERED]
    assert verdict.end.ledger.sound
    assert verdict.confirmed == len(shift.plan.orders)
    assert world is not None
    assert world.violations == ()
    assert world.path is not None
    assert world.path.count > 500
    assert world.path.p99_m <= PATH_P99_M, told
    assert world.docking is not None
    assert world.docking.count >= 3 * counts[Tally.ORDERS_COMPLETED]
    assert world.docking.p99_m <= DOCKING_P99_M, told
    assert world.pods_off_m <= POD_OFF_M, told
    assert world.pace is not None
    assert world.pace.late == 0


def test_real_order_lines_go_through_the_whole_loop_twice_alike(
    gazebo: Gazebo, plan: Shift, tmp_path: Path
) -> None:
    """The same seed gives the same event log. A third run is allowed if two differ: Gazebo takes
    orders through a pool of threads, and on a crowded machine one tick in very many may differ."""
    logs: list[Path] = []
    for number in range(3):
        shift = gazebo_shift(gazebo, plan, tmp_path / f"run-{number}")
        check(shift, shift.run())
        logs.append(shift.wiring.folder.events)
        hashes = [log_hash(log) for log in logs]
        print(f"event logs (hash, lines): {hashes}")  # noqa: T201
        if len(hashes) > len(set(hashes)):
            return
    pytest.fail(f"three runs, three logs: {hashes}\n{first_difference(*logs[:2])}")


def test_the_death_of_gazebo_ends_the_run_with_its_last_words(
    gazebo: Gazebo, plan: Shift, tmp_path: Path
) -> None:
    shift = gazebo_shift(gazebo, plan, tmp_path / "run")
    killed: list[int] = []

    def kill(progress: Progress) -> None:
        if progress.site_ms >= 5_000 and not killed:
            killed.append(shift.supervisor.pid("gazebo"))
            os.kill(killed[0], signal.SIGKILL)

    with pytest.raises(ProcessFailed, match="gazebo"):
        shift.run(kill)
    assert killed
