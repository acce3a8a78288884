"""Robots that are late: nothing collides, and no more is lost than the delays explain."""

from dataclasses import replace

import pytest

from sim_worlds.params import EXACT, WorldParams
from sim_worlds.run import ShiftRun
from sim_worlds.shift import Shift, generated_shift, with_robots
from sim_worlds.sites.catalogue import load_site

LATE = WorldParams(pause_chance=0.1, pause_min_s=0.0, pause_max_s=5.0)
TOLERANCE = 0.05
"""Other times make other choices of pods: shifts that differ in nothing else differ this much."""


def driven(shift: Shift) -> ShiftRun:
    run = ShiftRun(shift)
    while not run.done:
        run.tick()
    assert run.world.violations == ()
    assert run.state.orders == {}
    return run


def lost_share(run: ShiftRun) -> float:
    """Of the time in which robots had work."""
    lost_s = sum(run.world.floor.lost_s(robot) for robot in run.world.floor.robots)
    return 1000 * lost_s / run.state.tally.robot_busy_ms


def test_delays_cost_no_more_than_they_take() -> None:
    site = with_robots(load_site("small"), 4)
    plain = late = lost = 0.0
    for seed in (1, 2):
        shift = generated_shift(site, 20, seed)
        on_time, delayed = driven(shift), driven(replace(shift, world=LATE))
        plain += on_time.outcome().kpis.lines_per_h
        late += delayed.outcome().kpis.lines_per_h
        lost += (lost_share(delayed) - lost_share(on_time)) / 2
    assert 0.05 < lost < 0.5
    assert late / plain >= 1 - lost - TOLERANCE


def test_who_is_never_late_loses_nothing() -> None:
    run = driven(replace(generated_shift(load_site("small"), 3, 1), world=EXACT))
    assert lost_share(run) == 0.0


def test_time_lost_is_the_halt_and_the_braking() -> None:
    run = ShiftRun(replace(generated_shift(load_site("small"), 3, 1), world=EXACT))
    floor = run.world.floor
    robot = floor.robots[0]
    floor.freeze(robot, 4.0)
    floor.freeze(robot, 3.0)
    assert floor.lost_s(robot) == pytest.approx(4.0)
    floor.freeze(robot, 6.0)
    assert floor.lost_s(robot) == pytest.approx(6.0)
