"""Scenario b: twenty-five AGVs and sixty movable pods in one-lane aisles, by Gazebo's contacts.

``ONE_LANE_S`` is how long, in seconds of site time (the default: eight minutes); on a machine that
is too slow for that the run ends after ``ONE_LANE_WALL_S`` of wall time, and says how far it came.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.gazebo_shift import figures, gazebo_shift

from podherd_bringup.shift import Progress
from sim_worlds.gazebo.prefix import Gazebo
from sim_worlds.params import EXACT
from sim_worlds.run import ShiftRun
from sim_worlds.shift import Shift, generated_shift
from sim_worlds.sites.catalogue import load_site
from wms_bridge.records.work import Tally

pytestmark = [pytest.mark.ros, pytest.mark.timeout(900)]

SITE_S = float(os.environ.get("ONE_LANE_S", "480"))
WALL_S = float(os.environ.get("ONE_LANE_WALL_S", "330"))
MOST_PIECES = 100
"""More than anybody takes between the last look at the books and the end."""
ORDERS = 150
"""More than can be picked in that time."""


def plan() -> Shift:
    """Orders that are all there when the floor opens."""
    made = generated_shift(load_site("one-lane"), ORDERS, 2)
    return replace(made, orders=tuple(replace(timed, at_ms=0) for timed in made.orders))


def planned_lines(shift: Shift, site_ms: int) -> int:
    """Lines picked by then where every robot does exactly what its type can."""
    run = ShiftRun(replace(shift, world=EXACT))
    while run.world.now_ms < site_ms:
        run.tick()
    return run.outcome().kpis.lines_picked


def test_a_crowded_floor_works_without_a_touch(gazebo: Gazebo, tmp_path: Path) -> None:
    shift = gazebo_shift(gazebo, plan(), tmp_path / "run")
    assert len(shift.plan.site.robots) == 25
    assert shift.plan.site.pod_count == 60

    def enough(progress: Progress) -> bool:
        return progress.site_ms >= SITE_S * 1000 or progress.wall_s >= WALL_S

    verdict = shift.run(enough=enough)
    progress, world = verdict.end.progress, verdict.world
    told = figures(verdict)
    picked, planned = (
        progress.counts.get(Tally.LINES_CLOSED, 0),
        planned_lines(shift.plan, progress.site_ms),
    )
    print(f"lines {picked}, planned with exact robots {planned}")  # noqa: T201
    assert verdict.end.trouble == ""
    assert verdict.end.ledger.sound
    assert progress.restarts == 0
    assert world is not None
    assert world.violations == (), told
    assert progress.site_ms > 0
    assert picked > 0
    # The floor is closed in the middle of the work: the last picks are taken and not confirmed.
    unconfirmed = world.pieces_taken - verdict.end.ledger.pieces_picked
    assert 0 <= unconfirmed <= MOST_PIECES * len(shift.plan.site.stations), told
    assert world.path is not None
    assert world.path.p99_m <= 0.05, told
    assert world.docking is not None
    assert world.docking.p99_m <= 0.02, told
